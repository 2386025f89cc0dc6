"""What a reader does with a conversation in a real browser: looks at quotes, mends a question, judges, keeps, takes away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from chat.answer import Answer
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.spans import citation_link
from chat.pages.talk import PART
from chat.records.database import records_of
from chat.records.feedback import FeedbackStore
from chat.service.gate import STOPPING, Busy
from tests.browsers import chromium
from tests.chat.pages.test_page_in_browser import Visit, served, wait_until
from tests.fakes import ANSWER, EXPORTS, HITS, LISTED, SALES, ListedShelf, ScriptedAssistant

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

TALK = CHINESE.talk


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def kept_in(tmp_path_factory: pytest.TempPathFactory) -> FeedbackStore:
    root = tmp_path_factory.mktemp("index")
    (root / "version-000001").mkdir()  # words of a version that is gone would not be kept
    return FeedbackStore(records_of(root), root)


@pytest.fixture(scope="module")
def shared(kept_in: FeedbackStore) -> Iterator[tuple[str, ScriptedAssistant]]:
    assistant = ScriptedAssistant()
    with served(assistant, ListedShelf(assistant), kept_in) as home:
        yield home, assistant


@pytest.fixture
def assistant(shared: tuple[str, ScriptedAssistant]) -> ScriptedAssistant:
    fresh, assistant = ScriptedAssistant(), shared[1]
    assistant.hits, assistant.answer, assistant.pieces, assistant.listed = HITS, ANSWER, fresh.pieces, LISTED
    assistant.held, assistant.error, assistant.cancelled, assistant.seconds = False, None, 0, 0.0
    assistant.asked.clear()
    return assistant


@pytest.fixture
def visit(browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant) -> Iterator[Visit]:
    visit = Visit(browser, shared[0])
    yield visit
    visit.page.close()


def answered(visit: Visit, question: str, turn: int = 1) -> "Locator":
    visit.ask(question)
    exchange = visit.page.locator(f"#current .exchange[data-turn='{turn}'][data-kept]")
    expect(exchange).to_be_visible()
    return exchange


# --- Looking --------------------------------------------------------------------------------------------------------


def test_the_steps_of_an_answer_are_shown_with_the_seconds_that_pass(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    assistant.held = True
    visit.ask("销量？")
    steps = visit.page.locator("#current .stages li:not(.timer)")
    expect(steps).to_have_text([TALK.search_stage, f"{TALK.evidence_stage}3 段", TALK.draft_stage, TALK.check_stage])
    expect(visit.page.locator("#current .stages [aria-current=step]")).to_have_text(TALK.draft_stage)
    first = float(visit.page.locator("#current .timer").inner_text().removesuffix(" s") or 0)
    assert wait_until(lambda: float(visit.page.locator("#current .timer").inner_text()[:-2] or 0) > first, 2.0)
    assistant.held = False
    expect(visit.page.locator("#current .stages")).to_have_count(0)


def test_a_mark_shows_its_words_when_pointed_at_and_when_it_has_the_focus(visit: Visit) -> None:
    exchange = answered(visit, "出口？")
    card = visit.page.locator("#quote-card")
    exchange.locator("a.mark").nth(1).hover()
    expect(card).to_be_visible()
    expect(card.locator(".quoted")).to_have_text(ANSWER.citations[1].quote)
    expect(card.locator(".from")).to_contain_text(EXPORTS.title)
    visit.page.mouse.move(5, 5)
    expect(card).to_be_hidden()
    visit.page.locator("#ask textarea").focus()
    exchange.locator("a.mark").first.focus()
    visit.page.keyboard.press("Shift+Tab")
    visit.page.keyboard.press("Tab")
    expect(card).to_contain_text("1286.6")
    visit.page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert visit.complaints == []


def test_the_sources_lead_to_the_report_at_the_cited_words(visit: Visit) -> None:
    answered(visit, "出口？")
    links = visit.page.locator("#sources .source[id] a.open")
    expect(links).to_have_count(2)
    for link, citation in zip(links.all(), ANSWER.citations, strict=True):
        assert link.get_attribute("href") == citation_link(citation, ANSWER.citations, "zh-CN")


# --- Asking again ---------------------------------------------------------------------------------------------------


def test_arrow_up_mends_the_last_question_and_its_answer_takes_the_place_of_the_old_one(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    answered(visit, "销量？")
    answered(visit, "出囗？", 2)
    visit.page.press("#ask textarea", "ArrowUp")
    area = visit.page.locator(".mending textarea")
    expect(area).to_be_focused()
    expect(area).to_have_value("出囗？")
    area.fill("出口？")
    area.press("Enter")
    expect(visit.page.locator("#current .question")).to_have_text("出口？")
    expect(visit.page.locator("#current .answer")).to_be_visible()
    assert visit.shown("#conversation .exchange") == 2
    assert [question for question, _ in assistant.asked] == ["销量？", "出囗？", "出口？"]
    assert [turn.text for turn in assistant.asked[-1][1]] == ["销量？", ANSWER.text]


def test_escape_leaves_a_question_as_it_was(visit: Visit, assistant: ScriptedAssistant) -> None:
    exchange = answered(visit, "销量？")
    exchange.hover()
    exchange.get_by_role("button", name=TALK.edit).click()
    visit.page.locator(".mending textarea").fill("别的")
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#current .question")).to_be_visible()
    expect(visit.page.locator("#current .question")).to_have_text("销量？")
    assert len(assistant.asked) == 1


def test_retry_asks_the_same_again(visit: Visit, assistant: ScriptedAssistant) -> None:
    assistant.error = ZeroDivisionError()
    visit.ask("销量？")
    expect(visit.page.locator("#current .problem")).to_be_visible()
    assistant.error = None
    visit.page.get_by_role("button", name=TALK.retry).click()
    expect(visit.page.locator("#current .answer")).to_be_visible()
    assert [question for question, _ in assistant.asked] == ["销量？", "销量？"]
    assert visit.shown("#conversation .exchange") == 1


def test_escape_stops_an_answer(visit: Visit, assistant: ScriptedAssistant) -> None:
    assistant.held = True
    visit.ask("销量？")
    expect(visit.page.locator("#current .draft")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#current")).to_contain_text(TALK.stopped)
    assert wait_until(lambda: assistant.running == 0, 2.0)


def test_what_is_pressed_while_an_answer_runs_that_was_begun_by_a_press_is_not_lost(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    assistant.held = True
    visit.page.locator(".offer").first.click()
    expect(visit.page.locator("#current .draft")).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#current")).to_contain_text(TALK.stopped)
    visit.page.get_by_role("button", name=TALK.retry).click()
    expect(visit.page.locator("#current .draft")).to_be_visible()
    visit.page.get_by_role("button", name=TALK.clear).first.click()
    expect(visit.page.locator("#conversation .exchange")).to_have_count(0)
    assert wait_until(lambda: assistant.running == 0, 2.0)


def ask(page: "Page", home: str, question: str, turn: int = 1) -> None:
    if home:
        page.goto(home)
    page.fill("#ask textarea", question)
    page.press("#ask textarea", "Enter")
    expect(page.locator(f"#current .exchange[data-turn='{turn}'][data-kept]")).to_be_visible()


def test_two_windows_do_not_write_over_each_others_conversation(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    context = browser.new_context(locale="zh-CN")
    first, other = context.new_page(), context.new_page()
    ask(first, shared[0], "销量？")
    other.goto(shared[0])
    other.get_by_role("button", name=CHINESE.head.conversations, exact=True).click()
    other.locator("#kept .opener").first.click()
    expect(other.locator("#current .exchange[data-kept]")).to_be_visible()
    ask(first, "", "出口？", 2)
    ask(other, "", "产量？", 2)
    expect(other.locator("#kept .opener")).to_have_count(2)
    stored = other.evaluate("JSON.stringify(localStorage)")
    assert "出口？" in stored
    assert "产量？" in stored
    context.close()


def test_control_enter_sends(visit: Visit, assistant: ScriptedAssistant) -> None:
    visit.page.fill("#ask textarea", "销量？")
    visit.page.press("#ask textarea", "Control+Enter")
    expect(visit.page.locator("#current .answer")).to_be_visible()
    assert len(assistant.asked) == 1


def test_what_may_be_asked_next_is_asked_when_it_is_pressed(visit: Visit, assistant: ScriptedAssistant) -> None:
    answered(visit, "销量？")
    visit.page.locator("#current .offer").first.click()
    expect(visit.page.locator("#current .exchange[data-turn='2'][data-kept]")).to_be_visible()
    assert assistant.asked[-1][0] == "出口增长了多少？"


# --- Judging --------------------------------------------------------------------------------------------------------


def test_a_judgement_is_kept_with_its_reason_and_can_be_withdrawn(visit: Visit, kept_in: FeedbackStore) -> None:
    exchange = answered(visit, "出口？")
    down = exchange.get_by_role("button", name=CHINESE.feedback.down)
    down.click()
    visit.page.get_by_label(CHINESE.feedback.reasons["wrong_figure"]).check()
    visit.page.get_by_label(CHINESE.feedback.comment).fill("应为 6.8%")
    visit.page.get_by_role("button", name=CHINESE.feedback.send).click()
    expect(down).to_have_attribute("aria-pressed", "true")
    (record,) = [each for each in kept_in.records() if each.comment == "应为 6.8%"]
    assert (record.verdict, record.reason, record.question) == ("down", "wrong_figure", "出口？")
    assert [each.report_id for each in record.citations] == ["ev-2025", "ev-2025"]
    down.click()
    expect(down).to_have_attribute("aria-pressed", "false")
    assert record.id not in {each.id for each in kept_in.records()}


def test_a_thumb_up_needs_no_reason(visit: Visit, kept_in: FeedbackStore) -> None:
    exchange = answered(visit, "出口？")
    up = exchange.get_by_role("button", name=CHINESE.feedback.up, exact=True)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    assert [each.verdict for each in kept_in.records()].count("up") == 1


@pytest.mark.parametrize("verdict", ["up", "down"])
def test_a_judgement_is_remembered_over_a_reload_and_can_be_taken_back_then(
    visit: Visit, kept_in: FeedbackStore, verdict: str
) -> None:
    button = answered(visit, f"出口？{verdict}").locator(f".judge[data-verdict={verdict}]")
    button.click()
    if verdict == "down":
        visit.page.get_by_role("button", name=CHINESE.feedback.send).click()
    expect(button).to_have_attribute("aria-pressed", "true")
    visit.page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    answered(visit, "产量？", 2)  # what the browser keeps is written anew
    visit.page.get_by_role("button", name=TALK.clear).first.click()
    expect(visit.page.locator("#conversation .exchange")).to_have_count(0)
    visit.page.reload()
    visit.page.get_by_role("button", name=CHINESE.head.conversations, exact=True).click()
    visit.page.locator("#kept .opener").first.click()
    again = visit.page.locator(f"#past .judge[data-verdict={verdict}]")
    expect(again).to_have_attribute("aria-pressed", "true")
    again.click()
    expect(again).to_have_attribute("aria-pressed", "false")
    assert f"出口？{verdict}" not in {each.question for each in kept_in.records()}
    visit.page.reload()
    expect(again).to_have_attribute("aria-pressed", "false")


# --- Keeping --------------------------------------------------------------------------------------------------------


def test_conversations_are_listed_renamed_searched_opened_and_deleted(visit: Visit) -> None:
    page = visit.page
    answered(visit, "销量是多少？")
    page.get_by_role("button", name=TALK.clear).first.click()
    expect(page.locator("#conversation .exchange")).to_have_count(0)
    answered(visit, "出口是多少？")
    page.get_by_role("button", name=CHINESE.head.conversations, exact=True).click()
    listed = page.locator("#kept li .opener")
    expect(listed).to_have_text(["出口是多少？", "销量是多少？"])
    expect(page.locator("#kept li[aria-current] .opener")).to_have_text("出口是多少？")
    visit.answers = ["旧车数据", ""]
    page.get_by_role("button", name=f"{CHINESE.script.rename} 销量是多少？").click()
    expect(listed).to_have_text(["出口是多少？", "旧车数据"])
    page.get_by_label(CHINESE.script.find).fill("旧车")
    expect(listed).to_have_text(["旧车数据"])
    listed.first.click()
    expect(page.locator("#current .question")).to_have_text("销量是多少？")
    page.get_by_label(CHINESE.script.find).fill("")
    page.get_by_role("button", name=f"{CHINESE.script.delete} 旧车数据").click()
    expect(listed).to_have_text(["出口是多少？"])
    expect(page.locator("#conversation .exchange")).to_have_count(0)


def test_a_conversation_is_there_after_a_reload_and_goes_on(visit: Visit, assistant: ScriptedAssistant) -> None:
    answered(visit, "销量？")
    visit.page.reload()
    expect(visit.page.locator("#current .exchange[data-kept]")).to_be_visible()
    expect(visit.page.locator("#current .answer")).to_contain_text("1286.6万辆")
    expect(visit.page.locator("#sources .source[id]")).to_have_count(2)
    answered(visit, "出口呢？", 2)
    assert [turn.text for turn in assistant.asked[-1][1]] == ["销量？", ANSWER.text]


def test_a_long_conversation_is_the_same_one_after_a_reload(visit: Visit) -> None:
    for turn in range(1, 2 * PART + 3):
        answered(visit, "销量？", turn)
    visit.page.reload()
    expect(visit.page.locator("#past .exchange")).to_have_count(2 * PART + 1)
    turns = visit.page.locator("#conversation .exchange").evaluate_all("all => all.map(each => each.dataset.turn)")
    assert turns == [str(turn) for turn in range(1, 2 * PART + 3)]
    visit.page.get_by_role("button", name=CHINESE.head.conversations, exact=True).click()
    expect(visit.page.locator("#kept li")).to_have_count(1)


def test_a_kept_answer_of_a_report_that_has_left_is_not_shown_again(visit: Visit, assistant: ScriptedAssistant) -> None:
    answered(visit, "销量？")
    assistant.hits = HITS[2:]
    visit.page.reload()
    expect(visit.page.locator("#current .problem")).to_have_text(TALK.withdrawn)
    assert wait_until(lambda: "1286.6" not in visit.page.evaluate("JSON.stringify(localStorage)"), 3.0)


def test_a_kept_answer_whose_words_have_changed_is_not_shown_again(visit: Visit, assistant: ScriptedAssistant) -> None:
    answered(visit, "销量？")
    changed = replace(SALES, text=SALES.text.replace("1286.6", "1286.7"))
    assistant.hits = (HITS[0], replace(HITS[1], passage=changed), HITS[2])
    visit.page.reload()
    expect(visit.page.locator("#current .problem")).to_have_text(TALK.changed)


@pytest.mark.parametrize(("name", "beginning"), [("Markdown", b"# "), ("Word", b"PK"), ("PDF", b"%PDF")])
def test_a_conversation_is_taken_away(visit: Visit, name: str, beginning: bytes, tmp_path: Path) -> None:
    answered(visit, "销量？")
    visit.page.get_by_text(CHINESE.head.export, exact=True).click()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name=name).click()
    assert download.value.suggested_filename.startswith("销量")
    download.value.save_as(tmp_path / "taken")
    assert (tmp_path / "taken").read_bytes().startswith(beginning)
    assert visit.complaints == []


def test_an_answer_is_copied_with_its_references(browser: "Browser", shared: tuple[str, ScriptedAssistant]) -> None:
    visit = Visit(browser, shared[0], permissions=["clipboard-read", "clipboard-write"])
    exchange = answered(visit, "销量？")
    exchange.get_by_role("button", name=TALK.copy).click()
    expect(exchange.get_by_role("button", name=CHINESE.script.copied)).to_be_visible()
    copied = visit.page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied == [
        "2024年新能源汽车销量为1286.6万辆。[1]出口128.4万辆，同比增长6.7%。[2]预计2025年继续增长。〔未找到依据〕",
        "",
        "参考文献",
        "[1] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15.",
        "[2] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12.",
    ]
    visit.page.close()


def test_where_nothing_is_answered_yet_exporting_says_so(visit: Visit) -> None:
    visit.page.get_by_text(CHINESE.head.export, exact=True).click()
    visit.page.get_by_role("button", name="PDF").click()
    expect(visit.page.locator(".notice-line")).to_have_text(CHINESE.script.nothing_to_export)


# --- How it looks and sounds ----------------------------------------------------------------------------------------


def test_what_goes_wrong_on_the_english_page_is_told_in_english_whatever_the_browser_speaks(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    page = browser.new_page(locale="zh-CN")
    page.goto(f"{shared[0]}/chat-en/")
    for question, error, told in (
        ("长" * 2001, None, "The question is too long: 2,001 characters, where 2,000 are the most."),
        (
            "销量？",
            Busy(STOPPING),
            "The service is stopping and takes no new questions; please try again in a moment.",
        ),
    ):
        assistant.error = error
        page.fill("#ask textarea", question)
        page.press("#ask textarea", "Enter")
        expect(page.locator("#current .problem")).to_have_text(told)
    page.close()


def test_the_page_speaks_the_browsers_language_and_the_other_one_when_asked(
    browser: "Browser", shared: tuple[str, ScriptedAssistant]
) -> None:
    page = browser.new_page(locale="en-GB")
    page.goto(shared[0])
    expect(page.get_by_role("tab", name=ENGLISH.head.search)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name=ENGLISH.head.other_language).click()
    expect(page.get_by_role("tab", name=CHINESE.head.search)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.close()


def test_dark_is_remembered(visit: Visit) -> None:
    def is_dark() -> bool:
        return bool(visit.page.evaluate("document.body.classList.contains('dark')"))

    assert not is_dark()
    visit.page.get_by_role("button", name=CHINESE.head.theme).click()
    assert is_dark()
    visit.page.reload()
    visit.page.wait_for_selector("#ask textarea")
    assert wait_until(is_dark, 3.0)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant, width: int, scheme: str
) -> None:
    # axe comes as a script of its own, which the page's policy would not let in.
    visit = Visit(browser, shared[0], width, bypass_csp=True, color_scheme=scheme)
    answered(visit, "销量？")
    assistant.answer = Answer((), (), HITS, refusal="报告里没有提到。")
    answered(visit, "产量？", 2)
    found = serious(visit)
    for tab in (CHINESE.head.search, CHINESE.head.reports, CHINESE.head.overview, CHINESE.head.evaluation):
        visit.page.get_by_role("tab", name=tab).click()
        if tab == CHINESE.head.search:
            visit.page.fill("#query textarea", "出口")
            visit.page.press("#query textarea", "Enter")
            visit.page.wait_for_selector("#results .source")
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab
        found += serious(visit)
    assert found == []
    visit.page.close()


def serious(visit: Visit) -> list[str]:
    violations = Axe().run(visit.page).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {node['html'][:120]}"
        for each in violations
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def test_all_can_be_done_by_keyboard(visit: Visit, assistant: ScriptedAssistant) -> None:
    """From the address bar on: to the box, ask, back to a mark, its source, and on to the report."""
    page = visit.page
    page.keyboard.press("/")
    expect(page.locator("#ask textarea")).to_be_focused()
    page.keyboard.type("销量？")
    page.keyboard.press("Enter")
    expect(page.locator("#current .answer")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('#current a.mark')"):
            break
    page.keyboard.press("Enter")
    assert wait_until(lambda: bool(page.evaluate("document.activeElement.matches('.source[id]')")), 2.0)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('a.open')")


def test_the_focus_is_never_lost_with_what_was_pressed(visit: Visit, assistant: ScriptedAssistant) -> None:
    page = visit.page
    box = page.locator("#ask textarea")
    page.locator(".offer").first.click()
    expect(box).to_be_focused()
    exchange = page.locator("#current .exchange[data-kept]:not([data-seen])")
    seen = "exchange => { exchange.dataset.seen = true; }"  # the next answer is drawn anew, without it
    shown = page.locator("#current .exchange[data-kept]")
    expect(exchange).to_be_visible()
    exchange.evaluate(seen)
    shown.locator(".retry").click()
    expect(box).to_be_focused()
    expect(exchange).to_be_visible()
    exchange.hover()
    exchange.evaluate(seen)
    shown.locator(".edit").click()
    page.keyboard.type("？")
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    expect(exchange).to_be_visible()
    down = exchange.locator(".judge[data-verdict=down]")
    down.click()
    page.keyboard.press("Escape")
    expect(down).to_be_focused()
    page.locator("button.conversations").click()
    page.keyboard.press("Escape")
    expect(page.locator("button.conversations")).to_be_focused()
    page.locator("button.conversations").click()
    page.locator("#kept .opener").first.click()
    expect(box).to_be_focused()
    assistant.held = True
    visit.ask("销量？")
    expect(page.locator("#current .draft")).to_be_visible()
    page.locator("#stop").click()
    expect(page.locator("#current")).to_contain_text(TALK.stopped)
    expect(box).to_be_focused()
    assert visit.complaints == []


@pytest.mark.parametrize("menu", [".export-menu", ".coverage"])
def test_what_opens_over_the_page_is_closed_by_escape_and_by_a_click_elsewhere(visit: Visit, menu: str) -> None:
    opener, opened = visit.page.locator(f"{menu} summary"), visit.page.locator(f"{menu}[open]")
    opener.click()
    expect(opened).to_have_count(1)
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    expect(opener).to_be_focused()
    opener.click()
    expect(opened).to_have_count(1)
    visit.page.locator("#ask textarea").click()
    expect(opened).to_have_count(0)
    opener.click()
    opener.click()
    expect(opened).to_have_count(0)


def top_of(visit: Visit, selector: str) -> float:
    box = visit.page.locator(selector).bounding_box()
    assert box is not None
    return box["y"]


LONG = replace(ANSWER, sentences=ANSWER.sentences[:2] * 20)


@pytest.mark.parametrize("width", [1280, 640, 390, 360])
def test_a_new_question_stands_at_the_top_and_a_long_answer_is_shown_from_its_beginning(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant, width: int
) -> None:
    assistant.answer = LONG
    visit = Visit(browser, shared[0], width, 700)
    answered(visit, "销量？")
    answered(visit, "出口？", 2)
    top = top_of(visit, "#conversation") if width == 1280 else 0.0
    assert wait_until(lambda: 0 <= top_of(visit, "#current .question") - top < 60, 2.0)
    box = visit.page.locator("#ask").bounding_box()
    assert box is not None
    assert 560 < box["y"] < 700 - box["height"]  # in reach at the bottom
    visit.page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_who_scrolls_away_from_an_answer_under_way_is_left_there(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant, width: int
) -> None:
    assistant.answer = LONG
    visit = Visit(browser, shared[0], width, 700)
    answered(visit, "销量？")
    assistant.held = True
    visit.ask("出口？")
    expect(visit.page.locator("#current .draft")).to_be_visible()
    visit.page.mouse.move(width / 4, 400)
    visit.page.mouse.wheel(0, -3000)
    assert wait_until(lambda: top_of(visit, "#past .question") > 0, 2.0)
    before = top_of(visit, "#past .question")
    assistant.held = False
    expect(visit.page.locator("#current .exchange[data-kept]")).to_be_visible()
    visit.page.wait_for_timeout(300)
    assert top_of(visit, "#past .question") == before
    visit.page.close()


def test_a_phone_scrolls_the_page_alone(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    assistant.answer = LONG
    visit = Visit(browser, shared[0], 390, 844)
    answered(visit, "销量？")
    inner = "['conversation', 'beside'].some((id) => { const e = document.getElementById(id); return e.scrollHeight > e.clientHeight + 2 && getComputedStyle(e).overflowY !== 'visible' })"
    assert not visit.page.evaluate(inner)
    visit.page.locator("#sources .source").last.scroll_into_view_if_needed()
    expect(visit.page.locator("#ask")).to_be_in_viewport(ratio=1)
    visit.page.close()


def test_a_whole_answer_is_read_out_once(visit: Visit) -> None:
    answered(visit, "销量？")
    heard = visit.page.locator("body > .unseen[role=status]")
    expect(heard).to_contain_text("2024年新能源汽车销量为1286.6万辆。")


def test_a_service_out_of_reach_is_told_until_it_is_back(
    browser: "Browser", shared: tuple[str, ScriptedAssistant]
) -> None:
    visit = Visit(browser, shared[0])
    told = visit.page.locator(".out-of-reach")
    expect(told).to_be_hidden()
    visit.page.context.set_offline(True)
    expect(told).to_be_visible()
    expect(told).to_have_text(CHINESE.script.offline)
    under = told.bounding_box()
    assert under is not None
    assert top_of(visit, ".brand") >= under["y"] + under["height"]  # it covers nothing
    visit.page.context.set_offline(False)
    expect(told).to_be_hidden(timeout=5_000)
    visit.page.close()


def test_a_question_asked_out_of_reach_is_answered_once_the_service_is_back(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    answered(visit, "销量？")
    visit.page.evaluate("window.isTheSamePage = true")
    visit.page.context.set_offline(True)
    visit.ask("出口？")
    expect(visit.page.locator(".out-of-reach")).to_be_visible()
    visit.page.wait_for_timeout(500)
    assert visit.shown(".toast-body") == 0
    assert [question for question, _ in assistant.asked] == ["销量？"]
    visit.page.context.set_offline(False)
    expect(visit.page.locator("#current .exchange[data-turn='2'][data-kept]")).to_be_visible(timeout=10_000)
    assert [question for question, _ in assistant.asked] == ["销量？", "出口？"]
    assert visit.page.evaluate("window.isTheSamePage")


# What brings the page its updates, until `cut` breaks it off.
CUT = """
    const reach = window.fetch;
    window.fetch = async (...asked) => {
        const response = await reach(...asked);
        if (!new URL(asked[0].url ?? asked[0], location).pathname.endsWith("/queue/data")) return response;
        const wire = new TransformStream({ start(on) { window.cut = () => on.error(new TypeError("network error")); } });
        return new Response(response.body.pipeThrough(wire), response);
    };
"""


def test_an_answer_that_is_cut_off_on_its_way_says_so_and_is_asked_again_on_the_same_page(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    page = browser.new_page(locale="zh-CN")
    page.add_init_script(CUT)
    page.goto(shared[0])
    page.evaluate("window.isTheSamePage = true")
    assistant.held = True
    page.fill("#ask textarea", "销量？")
    page.press("#ask textarea", "Enter")
    expect(page.locator("#current .draft")).to_be_visible()
    page.evaluate("window.cut()")
    expect(page.locator("#current .problem")).to_have_text(TALK.broken)
    assert page.locator(".toast-body").count() == 0
    assistant.held = False
    page.locator("#current .retry").click()
    expect(page.locator("#current .answer")).to_be_visible()
    assert page.evaluate("window.isTheSamePage")
    page.close()
