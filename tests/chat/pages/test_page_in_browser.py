"""The page in a real browser: conversation, sources, stop, search, frames, nothing foreign runs or is asked for."""

import http.server
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from playwright.sync_api import expect

from chat.answer import Answer, Sentence
from chat.records.feedback import FeedbackStore
from chat.service.app import make_app
from chat.service.server import listen
from index.library import Hit
from tests.browsers import WATCH_SHIFTS, chromium
from tests.chat.pages.test_render import HOSTILE
from tests.fakes import ANSWER, EXPORTS, HITS, SALES, ListedShelf, ScriptedAssistant, cite

if TYPE_CHECKING:
    from fastapi import FastAPI
    from playwright.sync_api import Browser, Dialog, Page

pytestmark = pytest.mark.browser

QUESTION = "2024年新能源汽车的销量和出口分别是多少？"


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


# The last word of the stream that brings the page its updates, held back on the way.
LATE_END = """
    const reach = window.fetch;
    window.fetch = async (...asked) => {
        const response = await reach(...asked);
        if (!new URL(asked[0].url ?? asked[0], location).pathname.endsWith("/queue/data")) return response;
        const late = new TransformStream({
            async transform(piece, on) {
                window.ending = new TextDecoder().decode(piece).includes("close_stream");
                if (window.ending) await new Promise((resolve) => setTimeout(resolve, 1000));
                on.enqueue(piece);
            },
        });
        return new Response(response.body.pipeThrough(late), response);
    };
"""


class Visit:
    """A page that remembers what went wrong on it and whom it asked.

    ready: what is there once the page is. options: of the browser's page. answers: what the next dialogs are answered
    with; one without an answer is a complaint.
    """

    def __init__(
        self,
        browser: "Browser",
        home: str,
        width: int = 1280,
        height: int = 800,
        *,
        ready: str = "#ask textarea",
        **options: Any,
    ) -> None:
        shown = {"viewport": {"width": width, "height": height}, "locale": "zh-CN"}
        self.page: Page = browser.new_page(**(shown | options))
        self.complaints: list[str] = []
        self.answers: list[str | None] = []
        self.questions: list[str] = []
        self.origins: set[str] = set()
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._answer)
        self.page.on("request", lambda request: self.origins.add("/".join(request.url.split("/")[:3])))
        self.page.goto(home)
        self.page.wait_for_selector(ready)

    def _answer(self, dialog: "Dialog") -> None:
        self.questions.append(dialog.message)
        if not self.answers:
            self.complaints.append(f"dialog {dialog.message}")
        said = self.answers.pop(0) if self.answers else None
        if said is None:
            dialog.dismiss()
        else:
            dialog.accept(said)

    def ask(self, question: str = QUESTION) -> None:
        self.page.fill("#ask textarea", question)
        self.page.press("#ask textarea", "Enter")

    def shown(self, selector: str) -> int:
        return self.page.locator(selector).count()


@contextmanager
def served(
    assistant: ScriptedAssistant, shelf: ListedShelf | None = None, feedback: FeedbackStore | None = None
) -> Iterator[str]:
    with running(make_app(assistant, frame_ancestors=("http://localhost:*",), shelf=shelf, feedback=feedback)) as home:
        yield home


@contextmanager
def running(app: "FastAPI") -> Iterator[str]:
    """The address of an application while it runs."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[str, ScriptedAssistant]]:
    assistant = ScriptedAssistant()
    with served(assistant) as home:
        yield home, assistant


@pytest.fixture
def assistant(shared: tuple[str, ScriptedAssistant]) -> ScriptedAssistant:
    fresh, assistant = ScriptedAssistant(), shared[1]
    assistant.hits, assistant.answer, assistant.pieces = fresh.hits, fresh.answer, fresh.pieces
    assistant.held, assistant.error, assistant.cancelled, assistant.rewrites = False, None, 0, False
    assistant.asked.clear()
    assistant.within.clear()
    return assistant


@pytest.fixture
def visit(browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant) -> Iterator[Visit]:
    visit = Visit(browser, shared[0])
    yield visit
    visit.page.close()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not condition():
        time.sleep(0.02)
    return condition()


def test_the_sources_are_there_before_the_answer_and_its_marks_lead_to_them(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    assistant.held = True
    visit.ask()
    visit.page.wait_for_selector("#sources .source")
    assert visit.shown("#sources .source") == 3
    visit.page.wait_for_selector("#current .draft")
    assert visit.shown("#current .answer") == 0
    assistant.held = False
    visit.page.wait_for_selector("#current .answer")
    expect(visit.page.locator("#current .status")).to_contain_text("检索 0.03 秒 · 首字 2.1 秒 · 共 4.2 秒")
    visit.page.locator("#current a.mark").nth(1).click()
    expect(visit.page.locator("#source-1-2")).to_be_focused()
    expect(visit.page.locator("#source-1-2")).to_be_in_viewport()
    expect(visit.page.locator("#source-1-2 mark")).to_have_text(ANSWER.citations[1].quote)
    assert visit.complaints == []
    assert len(visit.origins) == 1


def test_a_second_question_knows_the_first_and_the_first_keeps_its_sources(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    visit.ask("销量？")
    visit.page.wait_for_selector("#current .answer")
    visit.ask("那出口呢？")
    visit.page.wait_for_selector("#current a.mark[href='#source-2-1']")
    assert [turn.text for turn in assistant.asked[-1][1]] == ["销量？", ANSWER.text]
    visit.page.locator("#past a.mark").first.click()
    expect(visit.page.locator("#source-1-1")).to_be_focused()
    expect(visit.page.locator("#source-1-1")).to_be_in_viewport()


def test_a_follow_up_shows_what_it_was_taken_for_and_is_asked_again_as_typed(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    assistant.rewrites = True
    visit.ask("销量？")
    visit.page.wait_for_selector("#current .answer")
    visit.ask("那出口呢？")
    expect(visit.page.locator("#current .understood")).to_have_text("理解为：销量？那出口呢？按原话回答")
    visit.page.get_by_role("button", name="按原话回答").click()
    expect(visit.page.locator("#current .understood")).to_have_text("已按原话回答")
    expect(visit.page.locator("#current .answer")).to_be_visible()
    assert visit.shown("#conversation .exchange") == 2
    assert [question for question, _ in assistant.asked] == ["销量？", "那出口呢？", "那出口呢？"]
    assert assistant.asked[2][1] == assistant.asked[1][1]
    visit.ask("还有呢？")
    expect(visit.page.locator("#current .understood")).to_contain_text("理解为：销量？还有呢？")
    expect(visit.page.locator("#send")).to_be_enabled()
    assert visit.complaints == []


def test_stop_cancels_the_model_within_a_second_and_the_next_question_works(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    assistant.held = True
    visit.ask()
    visit.page.wait_for_selector("#current .draft")
    visit.page.click("#stop")
    assert wait_until(lambda: assistant.running == 0, 1.0)
    assert assistant.cancelled == 1
    expect(visit.page.locator("#current")).to_contain_text("已停止。")
    assistant.held = False
    visit.ask("销量？")
    visit.page.wait_for_selector("#current .answer")
    assert assistant.asked[-1][1] == ()


def test_leaving_the_page_cancels_the_model(visit: Visit, assistant: ScriptedAssistant) -> None:
    assistant.held = True
    visit.ask()
    visit.page.wait_for_selector("#current .draft")
    visit.page.goto("about:blank")
    assert wait_until(lambda: assistant.running == 0, 2.0)


def test_a_question_asked_just_as_the_stream_of_the_last_updates_ends_is_answered(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    page = browser.new_page(locale="zh-CN")
    page.add_init_script(LATE_END)
    page.goto(shared[0])
    page.wait_for_selector("#ask textarea")
    for turn in (1, 2):
        assert wait_until(lambda: bool(page.evaluate("window.ending")), 30.0)
        page.fill("#ask textarea", f"第 {turn} 问")
        page.press("#ask textarea", "Enter")
        expect(page.locator(f"#current .exchange[data-turn='{turn}'] .answer")).to_be_visible()
    assert [question for question, _ in assistant.asked] == ["第 1 问", "第 2 问"]
    page.close()


def test_clear_begins_anew_even_while_an_answer_is_written(visit: Visit, assistant: ScriptedAssistant) -> None:
    visit.ask()
    visit.page.wait_for_selector("#current .answer")
    assistant.held = True
    visit.ask("那出口呢？")
    visit.page.wait_for_selector("#current .draft")
    visit.page.get_by_role("button", name="新会话").click()
    expect(visit.page.locator("#conversation")).to_contain_text("向所收录的报告提问")
    expect(visit.page.locator("#conversation .exchange")).to_have_count(0)
    expect(visit.page.locator("#sources .source")).to_have_count(0)
    assert wait_until(lambda: assistant.running == 0, 1.0)
    assert visit.page.is_enabled("#send")


def test_a_suggestion_asks_itself(visit: Visit, assistant: ScriptedAssistant) -> None:
    visit.page.get_by_role("button", name="出口增长了多少？").click()
    visit.page.wait_for_selector("#current .answer")
    assert assistant.asked[0][0] == "出口增长了多少？"
    expect(visit.page.locator(".offer").locator("visible=true")).to_have_count(0)


def test_an_answer_that_breaks_says_so_and_frees_the_page(visit: Visit, assistant: ScriptedAssistant) -> None:
    assistant.error = ZeroDivisionError("/secret")
    visit.ask()
    expect(visit.page.locator("#current .problem")).to_contain_text("出错了")
    expect(visit.page.locator("#send")).to_be_enabled()
    assert "/secret" not in visit.page.content()


def test_a_question_too_long_is_answered_with_the_reason(visit: Visit, assistant: ScriptedAssistant) -> None:
    visit.ask("长" * 2001)
    expect(visit.page.locator("#current .problem")).to_contain_text("问题过长")
    assert assistant.asked == []


def test_enter_that_chooses_a_chinese_word_does_not_send(visit: Visit, assistant: ScriptedAssistant) -> None:
    visit.page.fill("#ask textarea", "销量")
    visit.page.evaluate(
        """document.querySelector("#ask textarea").dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    visit.page.wait_for_timeout(300)
    assert assistant.asked == []


def test_the_search_tab_finds_passages_without_the_model(visit: Visit, assistant: ScriptedAssistant) -> None:
    visit.page.get_by_role("tab", name="段落检索").click()
    visit.page.fill("#query textarea", "出口")
    visit.page.press("#query textarea", "Enter")
    visit.page.wait_for_selector("#results .source")
    assert visit.shown("#results .source") == 3
    expect(visit.page.locator("#results h2")).to_contain_text("按相关程度排列的前 3 段")
    assert assistant.asked == []


def hostile_assistant(assistant: ScriptedAssistant, text: str) -> None:
    passage = replace(EXPORTS, title=text, headings=(text, text), caption=text, text=text)
    row = replace(SALES, caption=text, cells=((text, text),), text=text)
    assistant.hits = (Hit(passage, 0.9, 1), Hit(row, 0.8, 2), HITS[2])
    assistant.pieces = (text,)
    assistant.answer = Answer(
        (Sentence(text, (1, 2), False),), (cite(1, passage, text), cite(2, row, text)), assistant.hits
    )


def test_nothing_in_a_question_or_a_passage_runs_or_asks_for_anything(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    for turn, text in enumerate(HOSTILE, start=1):
        hostile_assistant(assistant, text)
        assistant.held = True
        visit.ask(text)
        visit.page.wait_for_selector("#current .draft")
        assistant.held = False
        visit.page.wait_for_selector(f"#current a.mark[href='#source-{turn}-1']")
        expect(visit.page.locator("#current .answer")).to_contain_text(re.split(r"[\r\n\u2028]+", text.lstrip())[0])
    for link in visit.page.locator(".exchange a, #sources a:not(.open)").all():
        link.click()
    drawn = visit.page.evaluate(
        """Array.from(document.querySelectorAll("#conversation .md, #sources .md")).flatMap(
            (md) => Array.from(md.querySelectorAll("img,svg,iframe,script,form,h3,em,strong,code,pre,math"))).length"""
    )
    assert drawn == 0
    assert visit.page.evaluate("window.xss") is None
    assert visit.complaints == []
    assert len(visit.origins) == 1


class Portal(http.server.BaseHTTPRequestHandler):
    """A page of another origin that frames ours, and nothing else."""

    def __init__(self, framed: str, *rest: object) -> None:
        self.framed = framed
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        page = (
            f'<!doctype html><title>门户</title><iframe src="{self.framed}" width="900" height="700"></iframe>'.encode()
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def portal(framed: str) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Portal, framed))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_portal_on_the_list_can_frame_the_page_and_ask(
    browser: "Browser", shared: tuple[str, ScriptedAssistant]
) -> None:
    with portal(shared[0] + "/chat/") as port:
        page = browser.new_page(locale="zh-CN")
        page.goto(f"http://localhost:{port}/")
        frame = page.frame_locator("iframe")
        frame.locator("#ask textarea").fill(QUESTION)
        frame.locator("#ask textarea").press("Enter")
        expect(frame.locator("#current a.mark")).to_have_count(2)
        page.close()


def test_a_page_not_on_the_list_cannot_frame_it(browser: "Browser", shared: tuple[str, ScriptedAssistant]) -> None:
    with portal(shared[0] + "/chat/") as port:
        page = browser.new_page(locale="zh-CN")
        complaints: list[str] = []
        page.on("console", lambda line: complaints.append(line.text))
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_timeout(1000)
        assert page.frame_locator("iframe").locator("#ask textarea").count() == 0
        assert any("frame-ancestors" in complaint for complaint in complaints)
        page.close()


def test_the_hint_of_a_box_is_whole_on_a_phone(browser: "Browser", shared: tuple[str, ScriptedAssistant]) -> None:
    visit = Visit(browser, shared[0], 360, 844)
    for tab, box in (("对话", "#ask"), ("段落检索", "#query")):
        visit.page.get_by_role("tab", name=tab).click()
        fits = """(area) => {
            const { font, paddingLeft, paddingRight } = getComputedStyle(area);
            const pen = new OffscreenCanvas(1, 1).getContext("2d");
            pen.font = font;
            return pen.measureText(area.placeholder).width <= area.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
        }"""
        assert visit.page.locator(f"{box} textarea").evaluate(fits), box
    visit.page.close()


@pytest.mark.parametrize("width", [360, 390, 820])
def test_nothing_is_wider_than_a_narrow_window(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant, width: int
) -> None:
    visit = Visit(browser, shared[0], width, 844)
    visit.ask("长" * 300)
    visit.page.wait_for_selector("#current .answer")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    box = visit.page.locator("#sources .source").first.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    visit.page.close()


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_nothing_moves_while_the_page_comes(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844}, locale="zh-CN")
    page.add_init_script(WATCH_SHIFTS)
    page.goto(shared[0])
    expect(page.locator("#covered .panel")).to_be_visible()
    expect(page.locator("#header .coverage > summary")).to_be_visible()
    assert page.evaluate("window.shifted") < 0.001  # Gradio's own 加载中… settles by 3 px
    page.close()
