"""Who is behind an event of a page: Gradio runs it aside, with the request that brought it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat.access.caller import Caller, caller_of
from chat.gate import line_key

if TYPE_CHECKING:
    import gradio as gr


def asker(request: "gr.Request") -> Caller:
    """Who sent the request that an event came by.

    Raises:
        ValueError: it came by none, so that nobody can be told to be behind it.
    """
    if request.request is None:
        raise ValueError("an event without a request")
    return caller_of(request.request)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who sits before an open page. session: of the page, as Gradio names it. line: whose turn in the line for the model it is."""

    session: str | None
    line: str


def reader_of(request: "gr.Request") -> Reader:
    """Who asks from a page; where callers of a kind have no names, each open page is somebody of its own."""
    return Reader(request.session_hash, line_key(asker(request), str(request.session_hash)))
