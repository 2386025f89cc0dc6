"""What the library holds and how well it answers, drawn when they are looked at."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from chat.access.caller import Caller
from chat.library.holdings import Overview
from chat.pages.askers import asker
from chat.pages.drawn import PLAIN, drawn, in_language_of
from chat.pages.evaluated import evaluation_page
from chat.pages.overview import overview_html
from chat.pages.render import empty_html
from chat.pages.words import Words
from chat.service.gate import Busy


class Overlooked(Protocol):
    """What these pages show. results: where the last evaluation is kept. version: the name of the library's version."""

    @property
    def overview(self) -> Overview: ...

    @property
    def results(self) -> Path: ...

    @property
    def version(self) -> str: ...


def lay_out_overview(see: Callable[[Caller], Overlooked], words: Words) -> None:
    """A tab for the library, and one for the last evaluation."""
    import gradio as gr  # noqa: PLC0415

    def overview(request: gr.Request) -> str:
        try:
            return overview_html(see(asker(request)).overview, words.overview)
        except Busy as problem:
            return empty_html(str(problem))

    def evaluation(request: gr.Request) -> str:
        assistant = see(asker(request))
        return evaluation_page(assistant.results, words.evaluation, version=assistant.version)

    for name, draw, place in (
        (words.head.overview, overview, "overview"),
        (words.head.evaluation, evaluation, "evaluation"),
    ):
        tab: gr.Tab
        with gr.Tab(name) as tab:
            page = drawn("", place)
        tab.select(in_language_of(words, draw), None, page, **PLAIN)
