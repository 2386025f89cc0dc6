"""The tabs of the library and of the last evaluation are drawn when they are looked at, from what there is then."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import gradio as gr
import pytest
from starlette.requests import Request

from chat.library.holdings import Overview
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.escaping import inert
from chat.pages.overview_tab import Overlooked, lay_out_overview
from chat.pages.words import Words
from chat.service.live import UNAVAILABLE, LibraryUnavailable
from tests.fakes import LISTED, ScriptedAssistant


async def drawings(assistant: Overlooked, words: Words) -> tuple[list[str], list[Callable[[], str]]]:
    """The names of the tabs, and what draws each; in a loop, for Gradio would leave one open."""
    page: gr.Blocks
    with gr.Blocks() as page, gr.Tabs():
        lay_out_overview(lambda caller: assistant, words)
    names = [str(block.label) for block in page.blocks.values() if isinstance(block, gr.Tab)]
    request = gr.Request(Request({"type": "http"}))
    return names, [partial(each.fn, request) for each in page.fns.values() if each.fn is not None]


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_each_has_a_tab_and_is_drawn_from_what_there_is_when_it_is_opened(words: Words) -> None:
    assistant = ScriptedAssistant(listed=())
    names, (overview, evaluation) = asyncio.run(drawings(assistant, words))
    assert names == [words.head.overview, words.head.evaluation]
    assert inert(words.overview.nothing) in overview()
    assert inert(words.evaluation.nothing) in evaluation()
    assistant.listed = LISTED
    assert inert(LISTED[1].title) in overview()


def test_results_that_cannot_be_read_are_said_to_be_so(tmp_path: Path) -> None:
    damaged = tmp_path / "results.json"
    damaged.write_text("{")
    _, (_, evaluation) = asyncio.run(drawings(ScriptedAssistant(evaluated=damaged), CHINESE))
    assert inert(CHINESE.evaluation.unreadable) in evaluation()


def test_while_the_library_is_away_nothing_of_it_is_shown() -> None:
    class Away(ScriptedAssistant):
        @property
        def overview(self) -> Overview:
            raise LibraryUnavailable(UNAVAILABLE)

    _, (overview, _) = asyncio.run(drawings(Away(), CHINESE))
    assert overview() == f'<div class="empty">{inert(str(UNAVAILABLE))}</div>'
