"""Who asks: behind a request, and behind an event of a page, which Gradio runs aside with the request that brought it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from chat.access.caller import Caller, caller_of
from chat.pages.languages import language_of
from chat.records.asker import Asker, Way, asker_of
from chat.service.gate import line_key

if TYPE_CHECKING:
    import gradio as gr


def asker_by(connection: HTTPConnection, way: Way) -> Asker:
    """Who sent a request of a program, in the language that it says it accepts."""
    accepted = connection.headers.get("accept-language", "")
    return asker_of(caller_of(connection), way, language_of(accepted) if accepted else "")


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

    def asker(self, language: str) -> Asker:
        """As usage knows them; within a portal's page they ask by its widget."""
        return asker_of(self.caller, "widget" if self.caller.by == "embed" else "page", language)


def reader_of(request: "gr.Request") -> Reader:
    """Who asks from a page."""
    return Reader(request.session_hash, asker(request))
