"""Who is behind an event of a page: Gradio runs it aside, with the request that brought it."""

from typing import TYPE_CHECKING

from chat.access.caller import Caller, caller_of

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
