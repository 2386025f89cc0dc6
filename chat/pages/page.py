"""The page: a conversation with its sources beside it, and a search of the passages without the model.

What it shows is HTML of `render`, put on the page by gr.Markdown, one component for each part that changes by itself:
- gr.Chatbot would have its Markdown, its sanitiser and its copy button work on our HTML, and redraw all turns;
- gr.HTML compiles its template with `Function`, which our content policy forbids.
Markdown leaves a line alone that begins with a block tag, and `render.inert` leaves nothing in it to be interpreted.

Buttons drawn in that HTML are the page's script's: it presses a hidden button, or writes what the drawn one carries, a
request of the contract, into a hidden box. What comes in by such a box is checked like any other request.
"""

import json
import os
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from chat.answer import BadQuestion, Event, Found, Turn, check_question
from chat.contract import ReportLine, check_reports, read_asked
from chat.facets import DEFAULT_K, search_in_one_go
from chat.gate import Busy, ModelGate
from chat.generation import GeneratorUnavailable
from chat.opened import OpenedReport
from chat.pages.exchange import Exchange, OneReport, standing, turns_of
from chat.pages.render import (
    NO_EXCHANGE,
    NO_SOURCES,
    PRODUCT,
    empty_html,
    exchange_html,
    header_html,
    past_html,
    scope_html,
    shelf_head_html,
    shelf_html,
    sources_html,
)
from chat.pages.results import NO_RESULTS, results_html
from chat.shelf import Editing, Shelf, may_edit
from index.filters import Filter
from ingest.readers.formats import READABLE
from ingest.reading import MAX_BYTES

if TYPE_CHECKING:
    import gradio as gr
    from gradio.blocks import Block

CHAT_TAB = "对话"
SEARCH_TAB = "段落检索"
REPORTS_TAB = "报告"
ASK_NAME, SEARCH_NAME = "问题", "要检索的问题或关键词"
ASK_HINT = "输入问题，回车发送（Shift+回车换行）"
SEARCH_HINT = "输入问题或关键词，回车检索"
SEND, STOP, CLEAR, SEARCH = "发送", "停止", "清空", "检索"
BROKEN = "回答时出错了，请重试；如仍出错，请联系管理员查看服务日志。"
ALREADY_FULL = "对话过长，请先清空。"

MAX_EXCHANGES = 50  # the whole conversation is drawn again with every question
QUEUED_EVENTS = 64
SAME_TIME = 16  # conversations and searches under way; the gate decides who reaches the model
FONTS = ("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif")
MONO_FONTS = ("ui-monospace", "Consolas", "monospace")

# Component → new value or gr.update. Gradio resolves annotations: what is not imported yet cannot stand here.
Updates = dict[Any, Any]


class Assistant(Protocol):
    """What the page asks; `ask` reaches the model only after its first event, and closing it cancels the model."""

    @property
    def reports(self) -> Sequence[ReportLine]: ...

    def open_report(self, report_id: str) -> OpenedReport | None: ...

    def search(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = DEFAULT_K,
        within: Filter = Filter(),
        rewrite: bool = True,
    ) -> Found: ...

    def ask(
        self, question: str, turns: Sequence[Turn] = (), *, within: Filter = Filter(), rewrite: bool = True
    ) -> Generator[Event, None, None]: ...


@dataclass(frozen=True, slots=True)
class ChatTab:
    """The components of the conversation.

    again: pressed by the script, asks the last question as it was typed. about: the script writes there which report
    the next questions are asked of, which `of` shows and `only` keeps.
    """

    past: "gr.Markdown"
    current: "gr.Markdown"
    sources: "gr.Markdown"
    of: "gr.Markdown"
    box: "gr.Textbox"
    send: "gr.Button"
    stop: "gr.Button"
    clear: "gr.Button"
    offers: "gr.Row"
    suggestions: tuple["gr.Button", ...]
    again: "gr.Button"
    about: "gr.Textbox"
    only: "gr.State"
    state: "gr.State"

    @property
    def outputs(self) -> list["Block"]:
        """What an event may change; updates name their component, so the order says nothing."""
        shown: list[Block] = [
            self.past,
            self.current,
            self.sources,
            self.of,
            self.box,
            self.send,
            self.stop,
            self.offers,
        ]
        return [*shown, self.only, self.state]

    def drawn(self, exchanges: tuple[Exchange, ...], *, whole: bool) -> Updates:
        """The updates that show the last of these exchanges; with `whole` the earlier ones and the sources too."""
        if not exchanges:
            return self.emptied()
        turn, current = len(exchanges), exchanges[-1]
        updates: Updates = {self.current: exchange_html(current, turn), self.state: exchanges}
        if whole:
            updates[self.past] = past_html(exchanges[:-1])
            updates[self.sources] = sources_html(current, turn)
        return updates

    def asked_of(self, report: OneReport | None) -> Updates:
        """The updates that say which report the next questions are asked of; None for all."""
        return {self.of: scope_html(report), self.only: report}

    def begun(self) -> Updates:
        """The updates that come with a new question."""
        import gradio as gr  # noqa: PLC0415

        return {self.box: "", self.offers: gr.update(visible=False)}

    def busy(self, running: bool) -> Updates:
        """The updates of the buttons while an answer is under way, and after."""
        import gradio as gr  # noqa: PLC0415

        return {self.send: gr.update(interactive=not running), self.stop: gr.update(interactive=running)}

    def emptied(self) -> Updates:
        """The updates that begin a new conversation."""
        import gradio as gr  # noqa: PLC0415

        return {
            self.past: "",
            self.current: empty_html(NO_EXCHANGE),
            self.sources: empty_html(NO_SOURCES),
            self.offers: gr.update(visible=bool(self.suggestions)),
            self.state: (),
        } | self.asked_of(None)


def make_page(
    assistant: Assistant,
    gate: ModelGate,
    suggestions: Sequence[str] = (),
    shelf: Shelf | None = None,
    editing: Editing = "loopback",
) -> "gr.Blocks":
    """The Gradio page, to be mounted by the service; arguments as in `service.make_app`."""
    # Read when gradio is imported: it would ask a server for news.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # It would sum up its events in a pandas frame after each of them, for a page of figures that is not served.
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(1 << 30)
    import gradio as gr  # noqa: PLC0415

    page: gr.Blocks
    with gr.Blocks(title=PRODUCT, analytics_enabled=False, fill_width=True) as page:
        header = _html(header_html(assistant.reports), "header")
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab(CHAT_TAB, id=CHAT_TAB):
                chat = _lay_out_chat(suggestions)
            with gr.Tab(SEARCH_TAB):
                results = _lay_out_search(assistant)
            if shelf is not None:
                with gr.Tab(REPORTS_TAB):
                    _lay_out_shelf(page, shelf, editing, header=header, chat=chat, results=results, assistant=assistant)
        _connect(chat, tabs, assistant, gate)
    # api_open=False: the routes beside the queue would pass every limit by.
    page.queue(api_open=False, max_size=QUEUED_EVENTS, default_concurrency_limit=SAME_TIME)
    return page


def make_theme() -> "gr.themes.Base":
    """Calm colours and the reader's own Chinese fonts; nothing is fetched."""
    import gradio as gr  # noqa: PLC0415

    return gr.themes.Base(
        primary_hue="blue", neutral_hue="slate", radius_size="sm", text_size="md", font=FONTS, font_mono=MONO_FONTS
    )


def _html(value: str, name: str) -> "gr.Markdown":
    import gradio as gr  # noqa: PLC0415

    # Our own escaping is what keeps this safe, with the content policy behind it; see render.
    return gr.Markdown(value, sanitize_html=False, latex_delimiters=[], elem_id=name, elem_classes="drawn")


def _lay_out_chat(suggestions: Sequence[str]) -> ChatTab:
    import gradio as gr  # noqa: PLC0415

    with gr.Row(elem_id="chat", equal_height=False):
        with gr.Column(scale=58, min_width=320, elem_id="talk"):
            with gr.Column(elem_id="conversation"):
                past = _html("", "past")
                current = _html(empty_html(NO_EXCHANGE), "current")
                with gr.Row(elem_id="offers", visible=bool(suggestions)) as offers:
                    offered = tuple(gr.Button(text, size="sm", elem_classes="offer") for text in suggestions)
            of = _html("", "of")
            # lines=1 with max_lines > 1: Enter sends and Shift+Enter breaks the line.
            box = gr.Textbox(
                label=ASK_NAME,
                placeholder=ASK_HINT,
                show_label=False,
                lines=1,
                max_lines=5,
                elem_id="ask",
                container=False,
            )
            with gr.Row(elem_id="buttons"):
                send = gr.Button(SEND, variant="primary", elem_id="send", min_width=80)
                stop = gr.Button(STOP, interactive=False, elem_id="stop", min_width=80)
                clear = gr.Button(CLEAR, elem_id="clear", min_width=80)
            again = gr.Button(elem_id="again", elem_classes="offstage")
            about = _wishes("about")
        with gr.Column(scale=42, min_width=320, elem_id="beside"):
            sources = _html(empty_html(NO_SOURCES), "sources")
    return ChatTab(
        past,
        current,
        sources,
        of,
        box,
        send,
        stop,
        clear,
        offers,
        offered,
        again=again,
        about=about,
        only=gr.State(None),
        state=gr.State(()),
    )


def _wishes(name: str) -> "gr.Textbox":
    """A box that the page's script writes into what a drawn button carries, and submits."""
    import gradio as gr  # noqa: PLC0415

    return gr.Textbox(elem_id=name, elem_classes="offstage", container=False, show_label=False)


def _wish(text: str) -> dict[str, object]:
    """What was written there; nothing where that is no JSON object, as the script writes none."""
    try:
        wish = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return wish if isinstance(wish, dict) else {}


class Run:
    """An answer under way in a session, and what the reader wants of it."""

    def __init__(self) -> None:
        self.ending: Literal["stop", "clear"] | None = None


def _connect(chat: ChatTab, tabs: "gr.Tabs", assistant: Assistant, gate: ModelGate) -> None:
    """Buttons only say what is wanted; the answer's own generator, which never waits long, draws every change.

    Gradio's way (`cancels=`) can lose what a reader asks right after: its page closes the stream that the next
    question's updates were to come by.
    """
    import gradio as gr  # noqa: PLC0415

    runs: dict[str | None, Run] = {}

    def answer(
        exchange: Exchange, earlier: tuple[Exchange, ...], request: gr.Request
    ) -> Generator[Updates, None, None]:
        run = runs[request.session_hash] = Run()
        earlier = _standing(earlier, assistant)
        try:
            yield from _ask(chat, assistant, _progress(assistant, gate, run, exchange, earlier), run, earlier)
        finally:
            runs.pop(request.session_hash, None)

    def ask(
        text: str, exchanges: tuple[Exchange, ...], only: OneReport | None, request: gr.Request
    ) -> Generator[Updates, None, None]:
        if text.strip():
            yield from answer(Exchange(text.strip(), of=only), exchanges, request)

    def again(exchanges: tuple[Exchange, ...], request: gr.Request) -> Generator[Updates, None, None]:
        *earlier, last = exchanges or (Exchange(""),)
        if last.understood is not None and not last.running:
            yield from answer(Exchange(last.question, of=last.of, verbatim=True), tuple(earlier), request)

    def ask_of(text: str) -> Updates:
        wish = _wish(text)
        report = next((line for line in assistant.reports if line.id == wish.get("report")), None)
        updates = chat.asked_of(OneReport(report.id, report.title) if report is not None else None)
        question = wish.get("question")
        return updates | ({chat.box: question, tabs: gr.Tabs(selected=CHAT_TAB)} if isinstance(question, str) else {})

    def stop(request: gr.Request) -> None:
        if run := runs.get(request.session_hash):
            run.ending = "stop"

    def clear(request: gr.Request) -> Updates:
        if run := runs.get(request.session_hash):
            run.ending = "clear"
            return {chat.box: ""}
        return chat.emptied()

    def fail(exchanges: tuple[Exchange, ...]) -> Updates:
        broken = (*exchanges[:-1], *(replace(last, problem=BROKEN) for last in exchanges[-1:]))
        return chat.drawn(broken, whole=True) | chat.busy(False)

    plain: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asked = [button.click(ask, [button, chat.state, chat.only], chat.outputs, **plain) for button in chat.suggestions]
    typed = [chat.box, chat.state, chat.only]
    asked.append(gr.on([chat.send.click, chat.box.submit], ask, typed, chat.outputs, **plain))
    asked.append(chat.again.click(again, chat.state, chat.outputs, **plain))
    for each in asked:
        each.failure(fail, chat.state, chat.outputs, **plain)
    chat.about.submit(ask_of, chat.about, [chat.of, chat.only, chat.box, tabs], **plain)
    chat.stop.click(stop, None, None, **plain)
    chat.clear.click(clear, None, chat.outputs, **plain)


def _ask(
    chat: ChatTab,
    assistant: Assistant,
    progress: Generator[Exchange, None, None],
    run: Run,
    earlier: tuple[Exchange, ...],
) -> Generator[Updates, None, None]:
    """The updates from a question to its answer; a page that leaves closes this, and with it the model's work."""
    last: Exchange | None = None
    with closing(progress):
        for current in progress:
            shown = (*earlier, current) if current.running else _standing((*earlier, current), assistant)
            # There is an update for every event, news or not: Gradio stops a page that left only at a yield.
            updates: Updates = {chat.state: shown}
            if current != last:
                whole = last is None or (last.found, last.running) != (current.found, current.running)
                updates |= chat.drawn(shown, whole=whole)
            if last is None:
                updates |= chat.begun()
            # The buttons come with every update: the end of the answer before may reach the page after this began.
            yield updates | chat.busy(current.running)
            last = current
    if run.ending == "clear":
        yield chat.emptied() | chat.busy(False)
    elif last is not None and last.of is not None and last.of.id not in {report.id for report in assistant.reports}:
        yield chat.asked_of(None)  # it has left meanwhile


def _progress(
    assistant: Assistant, gate: ModelGate, run: Run, exchange: Exchange, earlier: tuple[Exchange, ...]
) -> Generator[Exchange, None, None]:
    """The exchange as it comes about, event by event, until it is answered, stopped or found impossible."""
    yield exchange
    try:
        question = check_question(exchange.question)
        within = check_reports(exchange.within, assistant.reports)
        if len(earlier) >= MAX_EXCHANGES:
            raise BadQuestion(ALREADY_FULL)
        asking = assistant.ask(question, turns_of(earlier), within=within, rewrite=not exchange.verbatim)
        with closing(gate.through(asking)) as events:
            for event in events:
                exchange = exchange.after(event)
                if run.ending is not None and exchange.running:
                    exchange = replace(exchange, stopped=True)
                yield exchange
                if exchange.stopped:
                    return
    except (BadQuestion, Busy, GeneratorUnavailable) as problem:
        yield replace(exchange, problem=str(problem))


def _lay_out_search(assistant: Assistant) -> "gr.Markdown":
    """The search; its filters and pages are drawn with the results and come back as the search that they lead to."""
    import gradio as gr  # noqa: PLC0415

    def results_of(request: dict[str, object]) -> str:
        try:
            asked = read_asked(request, assistant.reports)
            searched = search_in_one_go(assistant, asked.question, within=asked.within, k=asked.k, offset=asked.offset)
        except (BadQuestion, Busy) as problem:
            return empty_html(str(problem))
        return results_html(searched, assistant.reports)

    def search(text: str) -> str:
        return results_of({"question": text}) if text.strip() else empty_html(NO_RESULTS)

    def lead(text: str) -> Updates:
        wish = _wish(text)
        return {box: str(wish.get("question", "")), results: results_of(wish)}

    with gr.Row(elem_id="search"):
        box = gr.Textbox(
            label=SEARCH_NAME,
            placeholder=SEARCH_HINT,
            show_label=False,
            lines=1,
            max_lines=3,
            elem_id="query",
            container=False,
            scale=1,
        )
        button = gr.Button(SEARCH, variant="primary", elem_id="find", min_width=80, scale=0)
    results = _html(empty_html(NO_RESULTS), "results")
    wishes = _wishes("wishes")
    plain: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    gr.on([box.submit, button.click], search, [box], [results], **plain)
    wishes.submit(lead, wishes, [box, results], **plain)
    return results


def _standing(exchanges: tuple[Exchange, ...], assistant: Assistant) -> tuple[Exchange, ...]:
    """The conversation without what came from reports that have left the library since."""
    reports = {report.id for report in assistant.reports}
    return tuple(standing(exchange, reports) for exchange in exchanges)


def _lay_out_shelf(
    page: "gr.Blocks",
    shelf: Shelf,
    editing: Editing,
    *,
    header: "gr.Markdown",
    chat: ChatTab,
    results: "gr.Markdown",
    assistant: Assistant,
) -> None:
    """The list of reports; its buttons are the page's script's, which presses the hidden one when a change is done."""
    import gradio as gr  # noqa: PLC0415

    head = _html("", "shelf-head")
    listed = _html("", "shelf")
    changed = gr.Button(elem_id="shelf-changed", elem_classes="offstage")

    def editable(request: gr.Request) -> bool:
        return may_edit(editing, request.client.host if request.client else "", request.headers)

    def draw(exchanges: tuple[Exchange, ...], request: gr.Request) -> Updates:
        reports = shelf.reports()
        updates = {header: header_html(reports), listed: shelf_html(reports, editable=editable(request))}
        kept = _standing(exchanges, assistant)
        return updates if kept == exchanges else updates | chat.drawn(kept, whole=True)

    def change(exchanges: tuple[Exchange, ...], only: OneReport | None, request: gr.Request) -> Updates:
        # What was found, and what is asked of, may be a report that has left.
        updates = {results: empty_html(NO_RESULTS)} | draw(exchanges, request)
        left = only is not None and only.id not in {report.id for report in assistant.reports}
        return updates | chat.asked_of(None) if left else updates

    def open_page(request: gr.Request) -> Updates:
        megabytes = MAX_BYTES // 1_000_000
        drawn = shelf_head_html(editable=editable(request), suffixes=READABLE, megabytes=megabytes)
        return {head: drawn} | draw((), request)

    plain: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    page.load(open_page, None, [head, header, listed], **plain)
    changed.click(change, [chat.state, chat.only], [header, listed, results, *chat.outputs], **plain)
