"""How our HTML comes onto a Gradio page, and how what is pressed in it comes back.

HTML is put there by gr.Markdown, one component for each part that changes by itself:
- gr.Chatbot would have its Markdown, its sanitiser and its copy button work on our HTML, and redraw all turns;
- gr.HTML compiles its template with `Function`, which our content policy forbids.
Markdown leaves a line alone that begins with a block tag, and `escaping.inert` leaves nothing in it to be interpreted.

Buttons drawn in that HTML are the page's script's: it writes what was pressed, as JSON, into a hidden box. What comes
in by such a box is checked like any other request.
"""

import json
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import isgeneratorfunction
from typing import TYPE_CHECKING, Any, TypeVar

from chat.pages.words import Words
from ingest.language import speaking

if TYPE_CHECKING:
    import gradio as gr

Handler = TypeVar("Handler", bound=Callable[..., Any])
# Component → new value or gr.update. Gradio resolves annotations: what is not imported yet cannot stand here.
Updates = dict[Any, Any]

# Of every event: no veil over what is redrawn, and no route of its own in a public interface. always_last: what is
# wished while the same is under way is done after it; Gradio's own "once" would drop it.
PLAIN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}


def drawn(value: str, name: str) -> "gr.Markdown":
    """A part of the page that holds our HTML."""
    import gradio as gr  # noqa: PLC0415

    # Our own escaping is what keeps this safe, with the content policy behind it.
    return gr.Markdown(value, sanitize_html=False, latex_delimiters=[], elem_id=name, elem_classes="drawn")


def forget_drawn(page: "gr.Blocks", session: str | None) -> None:
    """Let go of what Gradio holds of a session beside its state: what was drawn, which the browser has.

    It is held for links that open a page as it was, which is none of ours: the whole conversation. And an update that leaves a
    component as it is makes a new one of it, under whose id what is drawn next is held once more, until the session is closed.
    """
    held = page.state_holder.session_data.get(session or "")
    if held is None:
        return
    blocks = held.blocks_config.blocks
    used = page.blocks.keys() | {blocks[key]._id for key in page.blocks.keys() & blocks.keys()}
    for key in [*blocks]:
        if key not in used:
            blocks.pop(key, None)
    held.config_values.clear()


def in_language_of(words: Words, handle: Handler) -> Handler:
    """The handler of an event, with whatever is said in it in the language of its page.

    Of a generator each step by itself: Gradio makes each in a context of its own.
    """

    def steps(*inputs: Any, **named: Any) -> Iterator[Any]:
        made = handle(*inputs, **named)
        try:
            while True:
                with speaking(words.language):
                    update = next(made, done)
                if update is done:
                    return
                yield update
        finally:
            with speaking(words.language):
                made.close()

    def call(*inputs: Any, **named: Any) -> Any:
        with speaking(words.language):
            return handle(*inputs, **named)

    done = object()
    handled: Any = wraps(handle)(steps if isgeneratorfunction(handle) else call)
    handled.language = words.language
    spoken: Handler = handled
    return spoken


def wishes(name: str) -> "gr.Textbox":
    """A box that the page's script writes into what a drawn button carries, and submits."""
    import gradio as gr  # noqa: PLC0415

    return gr.Textbox(elem_id=name, elem_classes="offstage", container=False, show_label=False)


def wish(text: str) -> dict[str, object]:
    """What was written there; nothing where that is no JSON object, as the script writes none."""
    try:
        written = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return written if isinstance(written, dict) else {}
