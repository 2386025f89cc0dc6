"""The page as a whole: its head, a tab for each thing to do, and how it looks to Gradio."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from chat.access.caller import Caller
from chat.library.opened import OpenedReport
from chat.pages.askers import asker
from chat.pages.covers import header_html
from chat.pages.drawn import PLAIN, Updates, drawn, in_language_of
from chat.pages.overview_tab import Overlooked, lay_out_overview
from chat.pages.searching import Searching, lay_out_search
from chat.pages.shelf_tab import lay_out_shelf
from chat.pages.talk import Assistant as Talking
from chat.pages.talk import Count, connect_talk, lay_out_talk, uncounted
from chat.pages.words import Words
from chat.service.gate import ModelGate
from chat.service.shelf import Editing, Shelf

if TYPE_CHECKING:
    import gradio as gr

QUEUED_EVENTS = 64
SESSIONS = 1_000
SAME_TIME = 16  # of each thing that is done on the page, other than asking, which the gate limits
FONTS = ("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif")
MONO_FONTS = ("ui-monospace", "Consolas", "monospace")


class Assistant(Talking, Searching, Overlooked, Protocol):
    """What the pages ask."""

    def open_report(self, report_id: str) -> OpenedReport | None: ...


See = Callable[[Caller], Assistant]


def make_page(
    see: See,
    gate: ModelGate,
    words: Words,
    *,
    shelf: Shelf | None = None,
    editing: Editing = "loopback",
    count: Count = uncounted,
) -> "gr.Blocks":
    """The Gradio page in one language, to be mounted by the service; count is told of every question, the other arguments are as
    in `service.make_app`."""
    # Read when gradio is imported: it would ask a server for news.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # It would sum up its events in a pandas frame after each of them, for a page of figures that is not served.
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(1 << 30)
    import gradio as gr  # noqa: PLC0415

    def begin(request: gr.Request) -> Updates:
        """What the page begins with is of the library that answers when it is opened."""
        caller = asker(request)
        assistant = see(caller)
        told = header_html(assistant.reports, words, logged_in=caller.by == "login")
        return talk.begun(assistant) | {header: told}

    page: gr.Blocks
    with gr.Blocks(title=words.product, analytics_enabled=False, fill_width=True) as page:
        header = drawn(header_html(None, words), "header")
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab(words.head.chat, id=words.head.chat):
                talk = lay_out_talk(words)
            with gr.Tab(words.head.search):
                results = lay_out_search(see, words)
            if shelf is not None:
                with gr.Tab(words.head.reports):
                    lay_out_shelf(page, shelf, editing, words, header=header, talk=talk, results=results, see=see)
            lay_out_overview(see, words)
        page.load(in_language_of(words, begin), None, [header, talk.begin, talk.covered], **PLAIN)
        connect_talk(talk, tabs, words.head.chat, see, gate, page=page, count=count)
    page.max_threads = (
        gate.most + SAME_TIME
    )  # who waits takes one; the 40 that Gradio takes are every other request's too
    # api_open=False: the routes beside the queue would pass every limit by.
    page.state_session_capacity = SESSIONS  # of each, Gradio keeps a copy of the page's configuration
    page.queue(api_open=False, max_size=QUEUED_EVENTS, default_concurrency_limit=SAME_TIME)
    return page


def make_theme() -> "gr.themes.Base":
    """Calm colours and the reader's own Chinese fonts; nothing is fetched."""
    import gradio as gr  # noqa: PLC0415

    return gr.themes.Base(
        primary_hue="blue", neutral_hue="slate", radius_size="sm", text_size="md", font=FONTS, font_mono=MONO_FONTS
    ).set(
        # White on the theme's own 500 has a contrast of 3.7; on 700, 6.7.
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
    )
