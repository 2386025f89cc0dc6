"""The page within pages of a portal, in a real browser: who may frame it, who is known, what is said across, what stays behind.

The portals are other origins: other ports of this machine. ids in the names are OWASP ASVS 5.0 items.
"""

import json
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

import chat.service.app
from chat.access.access import Access
from chat.access.embedding import Embedding
from chat.library.opened import OpenedReport
from chat.service.app import make_app
from chat.service.server import listen
from ingest.report import Report, Section
from tests.browsers import chromium
from tests.chat.access.portals import EC, EC_KEY, HR, claims, embedding, signed
from tests.chat.pages.test_page_in_browser import running
from tests.fakes import EXPORTS, ListedShelf, ScriptedAssistant

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page

pytestmark = pytest.mark.browser

QUESTION = "2024年新能源汽车的销量和出口分别是多少？"
SNIPPET = '<script src="{home}/widget.js" data-site="{site}" data-token-url="/token?site={site}" defer></script>'
REPORT = Report(
    "ev-2025",
    "新能源汽车产业发展报告（2025）",
    "某研究院",
    "2025-03",
    "ev.txt",
    (
        *(
            Section((title,), "\n".join(["产业链上游是原材料。"] * 40), ((0, 1),))
            for title in ("概览", "第一章", "附注")
        ),
        Section(("第二章",), EXPORTS.text, ((0, 12),)),
    ),
)


@dataclass
class Portal:
    """A portal whose session says who is there; `page` is the body of its page.

    given: the tokens that it signed. refuses: its session is over.
    """

    user: str = "ming"
    page: str = ""
    origin: str = ""
    refuses: bool = False
    given: list[str] = field(default_factory=list)

    async def home(self, request: Request) -> Response:
        told = f"<!doctype html><html lang='zh-CN'><meta name='viewport' content='width=device-width'><title>门户</title>{self.page}"
        # As strict a policy as a portal may have: our script from our origin, our frame, nothing inline.
        policy = (
            "default-src 'self'; script-src 'self' http://127.0.0.1:*; frame-src http://127.0.0.1:*; style-src 'self'"
        )
        return HTMLResponse(told, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    async def token(self, request: Request) -> Response:
        if self.refuses:
            return JSONResponse({}, 401)
        site = request.query_params["site"]
        key = (EC_KEY, "ES256") if site == "ec" else (HR.keys[0], "HS256")
        self.given.append(signed(claims(iss=site, sub=self.user), *key))
        return JSONResponse({"token": self.given[-1]})


@contextmanager
def running_portal() -> Iterator[Portal]:
    portal = Portal()
    app = Starlette(routes=[Route("/", portal.home), Route("/token", portal.token), Route("/favicon.ico", portal.home)])
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    portal.origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield portal
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class Set:
    """The service, a portal that may hold its page, and one that may not."""

    home: str
    portal: Portal
    stranger: Portal
    assistant: ScriptedAssistant
    embedding: Embedding


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def everything() -> Iterator[Set]:
    with running_portal() as portal, running_portal() as stranger:
        ours = embedding(
            replace(HR, origins=(portal.origin,), title="人事行业问答", welcome="问问行业报告里的数字。", theme="dark"),
            replace(EC, origins=(portal.origin,), language="en"),
        )
        opened = {REPORT.id: OpenedReport(REPORT, "ev.txt", "0" * 64)}
        assistant = ScriptedAssistant(opened=opened)
        # No loopback way: without a token nobody gets in, as from another machine.
        access = Access([ours.tokens], embedding=ours)
        with running(make_app(assistant, shelf=ListedShelf(assistant), access=access)) as home:
            yield Set(home, portal, stranger, assistant, ours)


@pytest.fixture
def all_of_it(everything: Set) -> Set:
    for portal in (everything.portal, everything.stranger):
        portal.user, portal.refuses = "ming", False
        portal.page = SNIPPET.format(home=everything.home, site="hr")
        portal.given.clear()
    everything.assistant.asked.clear()
    return everything


class Guest:
    """A page of a portal in a browser that remembers what went wrong and every address that was asked for."""

    def __init__(self, context: "Browser | BrowserContext", url: str, **options: Any) -> None:
        self.page: Page = context.new_page(**options)
        self.complaints: list[str] = []
        self.addresses: list[str] = []
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.goto(url)

    @property
    def frame(self) -> "FrameLocator":
        return self.page.frame_locator("iframe")

    def open(self, name: str = "研报问答") -> "FrameLocator":
        self.page.get_by_role("button", name=name).click()
        self.frame.locator("#ask textarea").wait_for()
        return self.frame

    def ask(self, question: str = QUESTION) -> None:
        box = self.frame.locator("#ask textarea")
        box.fill(question)
        box.press("Enter")
        expect(self.frame.locator("#current .exchange[data-kept]")).to_be_visible()


def test_a_reader_asks_from_the_portals_page_and_is_known_as_its_user(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    frame = guest.open()
    guest.ask()
    expect(frame.locator("#current .answer")).to_contain_text("1286.6万辆")
    assert [question for question, _ in all_of_it.assistant.asked] == [QUESTION]
    assert len(all_of_it.portal.given) == 1
    assert guest.complaints == []
    guest.page.close()


def test_the_page_is_as_its_site_wants_it(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    frame = guest.open()
    expect(frame.locator("#header .coverage > summary")).to_be_visible()  # the head is drawn anew with it
    expect(frame.locator(".brand h1")).to_have_text("人事行业问答")
    expect(frame.locator("#begin .empty")).to_have_text("问问行业报告里的数字。")
    assert guest.page.frames[1].title() == "人事行业问答"
    expect(frame.locator("body")).to_have_class(re.compile(r"\bdark\b"))
    expect(guest.page.get_by_role("dialog")).to_have_accessible_name("人事行业问答")
    # The panel's bar shows the title: the head has it for who listens.
    expect(guest.page.locator(".bar #title")).to_have_text("人事行业问答")
    box = frame.locator(".brand h1").bounding_box()
    assert box is not None
    assert box["height"] <= 1
    guest.page.close()


def test_several_bots_stand_on_one_page_each_in_its_language(browser: "Browser", all_of_it: Set) -> None:
    all_of_it.portal.page += SNIPPET.format(home=all_of_it.home, site="ec").replace("defer", 'data-label="Ask" defer')
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    guest.page.evaluate("() => { window.told = []; reportqa.bot('ec').on('answer', (it) => told.push(it)); }")
    guest.page.evaluate("question => reportqa.bot('ec').ask(question)", QUESTION)
    guest.page.wait_for_function("() => told.length")
    (answer,) = guest.page.evaluate("() => told")
    assert answer["site"] == "ec"
    assert answer["question"] == QUESTION
    assert answer["answer"].startswith("2024年新能源汽车销量为1286.6万辆。")
    assert answer["refused"] is False
    assert guest.page.frames[1].url == f"{all_of_it.home}/chat-en/?site=ec"
    assert guest.page.evaluate("() => reportqa.bots.map((bot) => bot.site)") == ["hr", "ec"]
    boxes = [guest.page.get_by_role("button", name=name).bounding_box() for name in ("研报问答", "Ask")]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[1]["y"] + boxes[1]["height"] <= boxes[0]["y"]  # neither covers the other
    guest.page.close()


def test_the_panel_is_opened_and_left_by_keyboard(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    guest.page.evaluate(
        "() => { window.told = []; for (const e of ['open', 'close']) reportqa.on(e, () => told.push(e)); }"
    )
    button = guest.page.get_by_role("button", name="研报问答")
    guest.page.keyboard.press("Tab")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    guest.page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    guest.frame.locator("#ask textarea").focus()
    guest.page.keyboard.press("Escape")
    expect(guest.page.locator(".panel")).to_be_hidden()
    expect(button).to_be_focused()
    assert guest.page.evaluate("() => told") == ["open", "close"]
    guest.page.close()


def test_on_a_phone_the_panel_is_the_whole_screen(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN", viewport={"width": 390, "height": 844})
    guest.open()
    assert guest.page.locator(".panel").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    guest.page.get_by_role("button", name="关闭").click()
    expect(guest.page.locator(".panel")).to_be_hidden()
    guest.page.close()


def test_asvs_3_4_6_a_page_of_another_origin_cannot_hold_ours(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.stranger.origin, locale="zh-CN")
    guest.page.get_by_role("button", name="研报问答").click()
    guest.page.wait_for_timeout(1500)
    assert guest.page.frames[1].url.startswith("chrome-error:")
    assert any("frame-ancestors" in line for line in guest.complaints)
    expect(guest.page.get_by_role("alert")).to_contain_text("此页面的地址未登记")  # not the browser's own page
    expect(guest.page.locator("iframe")).to_be_hidden()
    assert all_of_it.stranger.given == []  # nothing was handed over
    guest.page.close()


def test_asvs_3_4_6_nor_can_a_page_around_the_portals(browser: "Browser", all_of_it: Set) -> None:
    all_of_it.stranger.page = f'<iframe src="{all_of_it.portal.origin}"></iframe>'
    guest = Guest(browser, all_of_it.stranger.origin, locale="zh-CN")
    inner = guest.page.frame_locator("iframe")
    inner.get_by_role("button", name="研报问答").click()
    guest.page.wait_for_timeout(1500)
    assert guest.page.frames[2].url.startswith("chrome-error:")
    guest.page.close()


def test_opened_by_itself_the_page_says_where_it_belongs(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, f"{all_of_it.home}/chat/?site=hr", locale="zh-CN")
    expect(guest.page.locator("#frame-told")).to_contain_text("请从门户打开")
    assert not guest.page.locator("#ask").count()
    guest.page.close()


def test_a_portal_that_vouches_for_nobody_is_told_of_at_once_and_asked_again(
    browser: "Browser", all_of_it: Set
) -> None:
    all_of_it.portal.refuses = True
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    guest.page.clock.install()  # the 10 s that a portal is waited for never pass
    guest.page.get_by_role("button", name="研报问答").click()
    expect(guest.frame.locator("#frame-told")).to_contain_text("请重新登录门户")
    all_of_it.portal.refuses = False
    guest.frame.get_by_role("button", name="重试").click()
    expect(guest.frame.locator("#ask textarea")).to_be_visible()
    guest.page.close()


def test_a_portal_that_says_nothing_is_waited_for_and_then_told_of(browser: "Browser", all_of_it: Set) -> None:
    all_of_it.portal.page = f'<iframe id="qa" src="{all_of_it.home}/?site=hr"></iframe>'
    page = browser.new_page(locale="zh-CN")
    page.clock.install()
    page.goto(all_of_it.portal.origin)
    expect(page.frame_locator("iframe").locator("#frame-told")).to_contain_text("确认身份")
    page.clock.run_for(11_000)
    expect(page.frame_locator("iframe").locator("#frame-told")).to_contain_text("没有收到门户的回应")
    page.close()


def test_a_service_that_is_away_is_told_of_in_the_panel_and_tried_again(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    guest.page.route("**/?site=hr", lambda route: route.abort())
    guest.page.get_by_role("button", name="研报问答").click()
    expect(guest.page.get_by_role("alert")).to_contain_text("服务暂不可用")
    guest.page.unroute("**/?site=hr")
    guest.page.get_by_role("alert").get_by_role("button", name="重试").click()
    expect(guest.frame.locator("#ask textarea")).to_be_visible()
    guest.page.wait_for_timeout(1_500)  # longer than a page may be silent
    expect(guest.page.locator(".absent")).to_be_hidden()
    guest.ask()
    guest.page.close()


def test_a_token_that_no_longer_holds_is_renewed_and_the_question_answered(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    guest.open()
    # As after a restart of the service, or a night asleep.
    all_of_it.embedding.tokens.forget()
    guest.ask()
    assert len(all_of_it.portal.given) == 2
    assert [question for question, _ in all_of_it.assistant.asked] == [QUESTION]
    guest.page.close()


def test_a_token_is_renewed_before_it_expires(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    guest.page.clock.install()
    guest.page.get_by_role("button", name="研报问答").click()
    guest.page.clock.run_for(1_000)
    guest.frame.locator("#ask textarea").wait_for()
    assert len(all_of_it.portal.given) == 1
    guest.page.clock.run_for(13 * 60 * 1000)
    guest.page.wait_for_timeout(500)
    assert len(all_of_it.portal.given) == 2
    guest.page.close()


def test_two_users_in_turn_on_one_browser_see_nothing_of_each_other(browser: "Browser", all_of_it: Set) -> None:
    context = browser.new_context(locale="zh-CN")

    def questions_of(user: str) -> tuple[list[str], str]:
        all_of_it.portal.user = user
        guest = Guest(context, all_of_it.portal.origin)
        frame = guest.open()
        frame.get_by_role("button", name="会话", exact=True).click()
        titles = frame.locator("#kept .opener").all_inner_texts()
        drawn = frame.locator("#conversation").inner_text()
        guest.page.close()
        return titles, drawn

    guest = Guest(context, all_of_it.portal.origin)
    guest.open()
    guest.ask("李明问的出口是多少？")
    # The same tab, another user: the page goes, and nothing of it is opened again.
    all_of_it.portal.user = "fang"
    guest.page.reload()
    frame = guest.open()
    frame.get_by_role("button", name="会话", exact=True).click()
    expect(frame.locator("#kept")).to_be_visible()
    assert frame.locator("#kept .opener").count() == 0
    assert "李明" not in frame.locator("body").inner_text()
    guest.page.close()
    assert questions_of("fang")[0] == []
    titles, drawn = questions_of("ming")
    assert titles == ["李明问的出口是多少？"]
    assert "李明" not in drawn  # a new tab begins anew
    context.close()


def test_a_user_who_changes_while_the_page_is_open_gets_a_page_of_their_own(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    frame = guest.open()
    guest.ask("李明问的出口是多少？")
    all_of_it.portal.user = "fang"
    all_of_it.embedding.tokens.forget()
    frame.locator("#ask textarea").fill("王芳问的？")
    frame.locator("#ask textarea").press("Enter")
    expect(frame.locator("#current .exchange")).to_have_count(0, timeout=15_000)
    frame.locator("#ask textarea").wait_for()
    assert "李明" not in frame.locator("body").inner_text()
    guest.page.close()


def test_asvs_14_2_1_a_token_is_in_no_address_storage_or_cookie(browser: "Browser", all_of_it: Set) -> None:
    context = browser.new_context(locale="zh-CN")
    guest = Guest(context, all_of_it.portal.origin)
    tokens: list[str] = []
    guest.page.on("request", lambda request: tokens.append(request.headers.get("authorization", "").partition(" ")[2]))
    guest.open()
    guest.ask()
    guest.frame.locator("#sources a.open").first.click()
    guest.frame.frame_locator("#reading iframe").locator("main").wait_for()
    told = "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, name, history.state, location.href])"
    kept = [frame.evaluate(told) for frame in guest.page.frames]
    secrets = {*filter(None, tokens), *all_of_it.portal.given}
    assert any(secret.startswith("rqe_") for secret in secrets)
    assert any(secret.startswith("eyJ") for secret in secrets)
    for secret in secrets:
        assert not [address for address in guest.addresses if secret in address]
        assert not [text for text in kept if secret in text]
    assert context.cookies() == []
    assert guest.complaints == []
    context.close()


def test_a_citation_opens_the_report_within_the_frame_and_leads_back(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    frame = guest.open()
    guest.ask()
    link = frame.locator("#sources a.open").nth(1)
    link.click()
    report = frame.frame_locator("#reading iframe")
    expect(report.locator("main")).to_contain_text("出口128.4万辆")
    expect(report.locator("html")).to_have_attribute("data-theme", "dark")
    address = next(each.url for each in guest.page.frames if "/reports/" in each.url)
    assert "ticket" not in address  # it opens nothing any more
    assert not report.locator(".share").count()
    assert len(guest.page.context.pages) == 1
    expect(frame.locator("#reading > button")).to_be_hidden()  # it would cover words; the report has its own way back
    expect(report.locator("mark.current")).to_be_focused()
    expect(report.locator("mark.current")).to_be_in_viewport()
    report.locator("a.home").click()
    expect(frame.locator("#reading")).to_be_hidden()
    expect(link).to_be_focused()
    guest.page.close()


def test_what_is_not_a_report_is_closed_by_a_button_of_the_frame(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    frame = guest.open()
    guest.ask()
    guest.page.route("**/reports/*", lambda route: route.fulfill(status=502, body="Bad Gateway"))
    frame.locator("#sources a.open").first.click()
    expect(frame.frame_locator("#reading iframe").locator("body")).to_have_text("Bad Gateway")
    frame.locator("#reading").get_by_role("button", name="关闭").click()
    expect(frame.locator("#reading")).to_be_hidden()
    guest.page.close()


# --- What is said across ---------------------------------------------------------------------------------------------


# The widget's frame, in the shadow of its element.
INSIDE = "[...document.body.children].find((each) => each.shadowRoot).shadowRoot.querySelector('iframe')"


def nonsense(seed: int, count: int) -> list[Any]:
    """Messages of which none is one, some nearly."""
    dice = random.Random(seed)
    types = [
        "token",
        "ask",
        "opened",
        "ready",
        "answer",
        "close",
        "token-wanted",
        "",
        "__proto__",
        "constructor",
        None,
        7,
    ]
    values: list[Any] = ["", "x" * 9_000, 7, None, True, [], {}, ["ask"], {"toString": 1}, "伪造的问题"]
    made: list[Any] = [None, 7, "ask", [], True, "[iFrameSizer]message", {"type": "SET_SCROLLING"}, '{"reportqa":1}']
    while len(made) < count:
        told: dict[str, Any] = {"reportqa": dice.choice([1, "1", 2, True, None, [1]]), "type": dice.choice(types)}
        told |= {name: dice.choice(values) for name in dice.sample(["token", "question", "answer", "title", "site"], 3)}
        isone = told["reportqa"] == 1 and told["reportqa"] is not True
        if isone and (told["type"] in ("close", "opened", "token-wanted") or told.get("question") == "伪造的问题"):
            continue
        if isone and told["type"] in ("token", "ready"):
            continue
        made.append(told)
    return made


def handing_over(home: str) -> str:
    """What a portal's page says to a plain frame."""
    return (
        "const QA = "
        + json.dumps(home)
        + """;
        addEventListener("message", async ({ origin, source, data }) => {
          if (origin !== QA || data?.reportqa !== 1 || data.type !== "token-wanted") return;
          const { token } = await (await fetch("/token?site=hr")).json();
          source.postMessage({ reportqa: 1, type: "token", token }, QA);
        });
    """
    )


def test_asvs_3_5_5_messages_of_a_page_that_is_not_the_portals_are_ignored(browser: "Browser", all_of_it: Set) -> None:
    """A well-formed message too, where it comes from a frame beside ours."""
    stranger = all_of_it.stranger
    stranger.page = "<p>别处</p>"
    all_of_it.portal.page += (
        f'<iframe id="qa" src="{all_of_it.home}/?site=hr"></iframe><iframe src="{stranger.origin}"></iframe>'
    )
    context = browser.new_context(locale="zh-CN", bypass_csp=True)
    context.add_init_script(handing_over(all_of_it.home))
    guest = Guest(context, all_of_it.portal.origin)
    guest.page.frame_locator("#qa").locator("#ask textarea").wait_for()
    guest.page.get_by_role("button", name="研报问答").click()
    # Both have their tokens: what is asked for from here on, a message asked for.
    guest.page.locator(".panel iframe").content_frame.locator("#ask textarea").wait_for()
    other = next(frame for frame in guest.page.frames if frame.url.startswith(stranger.origin))
    well_formed = [
        {"reportqa": 1, "type": "ask", "question": "伪造的问题"},
        {"reportqa": 1, "type": "token", "token": "a.b.c"},
        {"reportqa": 1, "type": "token-wanted", "site": "hr"},
        {"reportqa": 1, "type": "answer", "question": "a", "answer": "b"},
        {"reportqa": 1, "type": "close"},
    ]
    guest.page.evaluate(
        "() => { window.told = []; for (const e of ['answer', 'close']) reportqa.on(e, (d) => told.push(d)); }"
    )
    given = len(all_of_it.portal.given)
    for message in [*well_formed, *nonsense(7, 95)]:
        # To the portal's page, and to the plain frame in it: that of the widget is nobody's to reach.
        other.evaluate("m => { for (const it of [parent, parent.frames[0]]) it.postMessage(m, '*'); }", message)
    guest.page.wait_for_timeout(500)
    assert guest.page.evaluate("() => told") == []
    assert len(all_of_it.portal.given) == given
    assert all_of_it.assistant.asked == []
    expect(guest.page.locator(".panel")).to_be_visible()
    context.close()


def test_asvs_3_5_5_messages_of_the_wrong_shape_are_ignored_by_both_sides(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    frame = guest.open()
    guest.page.evaluate(
        "() => { window.told = []; for (const e of ['answer', 'close', 'ready']) reportqa.on(e, (d) => told.push(d)); }"
    )
    inside = guest.page.frames[1]
    given = len(all_of_it.portal.given)
    for message in nonsense(8, 200):
        guest.page.evaluate(f"([m, to]) => {INSIDE}.contentWindow.postMessage(m, to)", [message, all_of_it.home])
        inside.evaluate("([m, to]) => parent.postMessage(m, to)", [message, all_of_it.portal.origin])
    guest.page.wait_for_timeout(500)
    assert guest.page.evaluate("() => told") == []
    assert len(all_of_it.portal.given) == given
    assert all_of_it.assistant.asked == []
    expect(frame.locator("#ask textarea")).to_be_visible()
    assert guest.complaints == []
    guest.page.close()


def test_asvs_3_5_5_a_frame_that_went_elsewhere_is_told_nothing(browser: "Browser", all_of_it: Set) -> None:
    stranger = all_of_it.stranger
    stranger.page = "<p>别处</p>"
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    guest.open()
    given = len(all_of_it.portal.given)
    guest.page.evaluate(f"there => {{ {INSIDE}.src = there; }}", stranger.origin)
    there = guest.page.frames[1]
    there.wait_for_url(f"{stranger.origin}/")
    there.evaluate("() => { window.heard = []; addEventListener('message', ({ data }) => heard.push(data)); }")
    there.evaluate("() => parent.postMessage({ reportqa: 1, type: 'token-wanted', site: 'hr' }, '*')")
    guest.page.evaluate("() => { reportqa.ask('不给别人看的问题'); reportqa.close(); reportqa.open(); }")
    guest.page.wait_for_timeout(500)
    assert there.evaluate("() => heard") == []
    assert len(all_of_it.portal.given) == given
    guest.page.close()


def test_asvs_3_5_5_nothing_is_sent_to_whoever_may_be_there(all_of_it: Set) -> None:
    static = Path(chat.service.app.__file__).parents[1] / "pages" / "static"
    for script in ("frame.js", "widget.js", "portal.js"):
        assert not re.findall(r"postMessage\([^;]*['\"]\*['\"]", (static / script).read_text("utf-8"))


def test_a_plain_frame_works_where_the_portal_hands_the_token_over_itself(browser: "Browser", all_of_it: Set) -> None:
    all_of_it.portal.page = f'<iframe id="qa" src="{all_of_it.home}/?site=hr" width="420" height="640"></iframe>'
    context = browser.new_context(locale="zh-CN", bypass_csp=True)
    guest = Guest(context, "about:blank")
    guest.page.add_init_script(handing_over(all_of_it.home))
    guest.page.goto(all_of_it.portal.origin)
    guest.frame.locator("#ask textarea").wait_for()
    guest.ask()
    context.close()


def test_the_widget_asks_for_tokens_at_the_portals_own_origin_alone(browser: "Browser", all_of_it: Set) -> None:
    snippet = SNIPPET.format(home=all_of_it.home, site="hr")
    all_of_it.portal.page = snippet.replace("/token?", f"{all_of_it.stranger.origin}/token?")
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    guest.page.wait_for_timeout(300)
    assert any("data-token-url" in line for line in guest.complaints)
    assert not guest.page.get_by_role("button").count()
    guest.page.close()


def test_the_widget_leaves_one_name_behind_and_stands_in_a_strict_page(browser: "Browser", all_of_it: Set) -> None:
    guest = Guest(browser, all_of_it.portal.origin, locale="zh-CN")
    guest.page.get_by_role("button", name="研报问答").wait_for()
    names = "() => { const f = document.body.appendChild(document.createElement('iframe')); const own = Object.keys(f.contentWindow);"
    assert guest.page.evaluate(
        names + " f.remove(); return Object.keys(window).filter((n) => !own.includes(n) && !/^\\d+$/.test(n)); }"
    ) == ["reportqa"]
    assert guest.complaints == []
    guest.page.close()
