"""The search of the passages, without the model; its filters and pages are drawn with the results and come back as the
search that they lead to."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from chat.access.caller import Caller
from chat.answer import BadQuestion, Found, Turn
from chat.contract import ReportLine, read_asked
from chat.pages.askers import asker
from chat.pages.drawn import PLAIN, Updates, drawn, in_language_of, wish, wishes
from chat.pages.render import empty_html
from chat.pages.results import results_html
from chat.pages.words import Words
from chat.search.facets import DEFAULT_K, search_in_one_go
from chat.service.gate import Busy
from index.filters import Filter

if TYPE_CHECKING:
    import gradio as gr


class Searching(Protocol):
    """What the search asks."""

    @property
    def reports(self) -> Sequence[ReportLine]: ...

    def search(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = DEFAULT_K,
        within: Filter = Filter(),
        rewrite: bool = True,
    ) -> Found: ...


def lay_out_search(see: Callable[[Caller], Searching], words: Words) -> "gr.Markdown":
    """The search; where its results are drawn."""
    import gradio as gr  # noqa: PLC0415

    def results_of(asked_for: dict[str, object], request: gr.Request) -> str:
        assistant = see(asker(request))
        try:
            asked = read_asked(asked_for, assistant.reports)
            searched = search_in_one_go(assistant, asked.question, within=asked.within, k=asked.k, offset=asked.offset)
        except (BadQuestion, Busy) as problem:
            return empty_html(str(problem))
        return results_html(searched, assistant.reports, words)

    def search(text: str, request: gr.Request) -> str:
        return results_of({"question": text}, request) if text.strip() else empty_html(words.search.empty)

    def lead(text: str, request: gr.Request) -> Updates:
        asked = wish(text)
        return {box: str(asked.get("question", "")), results: results_of(asked, request)}

    with gr.Row(elem_id="search"):
        box = gr.Textbox(
            label=words.search.box,
            placeholder=words.search.hint,
            show_label=False,
            lines=1,
            max_lines=3,
            elem_id="query",
            container=False,
            scale=1,
        )
        button = gr.Button(words.search.search, variant="primary", elem_id="find", min_width=80, scale=0)
    results = drawn(empty_html(words.search.empty), "results")
    wanted = wishes("wishes")
    gr.on([box.submit, button.click], in_language_of(words, search), [box], [results], **PLAIN)
    wanted.submit(in_language_of(words, lead), wanted, [box, results], **PLAIN)
    return results
