"""The list of reports; its buttons are the page's script's, which presses the hidden one when a change is done."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from chat.access.caller import Caller
from chat.pages.askers import asker
from chat.pages.covers import header_html, shelf_head_html, shelf_html
from chat.pages.drawn import PLAIN, Updates, drawn, in_language_of
from chat.pages.exchange import Exchange, OneReport
from chat.pages.render import empty_html
from chat.pages.talk import Assistant, Talk, still_standing
from chat.pages.words import Words
from chat.service.shelf import Editing, Shelf, may_edit
from ingest.readers.formats import READABLE
from ingest.reading import MAX_BYTES

if TYPE_CHECKING:
    import gradio as gr


def lay_out_shelf(
    page: "gr.Blocks",
    shelf: Shelf,
    editing: Editing,
    words: Words,
    *,
    header: "gr.Markdown",
    talk: Talk,
    results: "gr.Markdown",
    see: Callable[[Caller], Assistant],
) -> None:
    """The list, drawn when the page is opened and after each change, with all on the page that a change touches."""
    import gradio as gr  # noqa: PLC0415

    head = drawn("", "shelf-head")
    listed = drawn("", "shelf")
    changed = gr.Button(elem_id="shelf-changed", elem_classes="offstage")

    def editable(request: gr.Request) -> bool:
        client = request.client.host if request.client else ""
        return may_edit(editing, asker(request), client, request.headers)

    def draw(request: gr.Request) -> Updates:
        caller = asker(request)
        seen = {line.id for line in see(caller).reports}
        reports = [line for line in shelf.reports() if line.id in seen]
        return {
            header: header_html(reports, words, logged_in=caller.by == "login"),
            listed: shelf_html(reports, words, editable=editable(request)),
        }

    def change(exchanges: tuple[Exchange, ...], only: OneReport | None, request: gr.Request) -> Updates:
        assistant = see(asker(request))
        # What was found, and what is asked of, may be a report that has left.
        updates = draw(request) | {results: empty_html(words.search.empty)}
        kept = still_standing(exchanges, assistant)
        if not exchanges:
            updates |= talk.emptied(assistant)
        elif kept != exchanges:
            updates |= talk.shown(kept, whole=True)
        left = only is not None and only.id not in {report.id for report in assistant.reports}
        return updates | talk.asked_of(None) if left else updates

    def open_page(request: gr.Request) -> Updates:
        megabytes = MAX_BYTES // 1_000_000
        above = shelf_head_html(words, editable=editable(request), suffixes=READABLE, megabytes=megabytes)
        return {head: above} | draw(request)

    page.load(in_language_of(words, open_page), None, [head, header, listed], **PLAIN)
    changed.click(
        in_language_of(words, change), [talk.state, talk.only], [header, listed, results, *talk.outputs], **PLAIN
    )
