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
    """Who sits before an open page. session: of the page, as Gradio names it."""

    session: str | None
    caller: Caller

    @property
    def line(self) -> str:
        """Whose turn in the line for the model it is; where callers of a kind have no names, each open page is somebody."""
        return line_key(self.caller, str(self.session))


def reader_of(request: "gr.Request") -> Reader:
    """Who asks from a page."""
    return Reader(request.session_hash, asker(request))
