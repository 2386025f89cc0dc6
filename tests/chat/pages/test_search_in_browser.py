"""The search in a real browser: filters, pages, references copied, questions of one report, keyboard and phone."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from chat.pages.chinese import CHINESE
from index.filters import Filter
from index.library import Hit
from tests.browsers import chromium
from tests.chat.pages.test_page_in_browser import Visit, served
from tests.chat.pages.test_render import HOSTILE
from tests.fakes import EXPORTS, POLICY, SALES, ScriptedAssistant

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

# 20 passages of one report, each with its number, and 5 of another one, in turns of four and one.
HITS = tuple(
    Hit(
        replace(
            POLICY if rank % 5 == 0 else SALES if rank % 5 == 4 else EXPORTS,
            id=f"p{rank}",
            text=f"第{rank}段：汽車出口",
        ),
        1 / rank,
        rank,
    )
    for rank in range(1, 26)
)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[str, ScriptedAssistant]]:
    assistant = ScriptedAssistant(hits=HITS)
    with served(assistant) as home:
        yield home, assistant


@pytest.fixture
def assistant(shared: tuple[str, ScriptedAssistant]) -> ScriptedAssistant:
    assistant = shared[1]
    assistant.hits = HITS
    assistant.asked.clear()
    assistant.within.clear()
    return assistant


@pytest.fixture
def visit(browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant) -> Iterator[Visit]:
    visit = Visit(browser, shared[0])
    yield visit
    visit.page.close()


def search(visit: Visit, text: str = "汽车出口") -> None:
    visit.page.get_by_role("tab", name=CHINESE.head.search).click()
    visit.page.get_by_role("textbox", name="要检索的问题或关键词").fill(text)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#results .source")


def test_filters_narrow_a_search_pages_lead_through_it_and_a_reference_is_copied(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    search(visit)
    head = visit.page.locator("#results h2")
    expect(head).to_contain_text("按相关程度排列的前 25 段")
    expect(head).to_contain_text("第 1/3 页")
    expect(visit.page.locator("#results mark").first).to_have_text("汽車出口")

    visit.page.get_by_role("button", name="新能源汽车产业发展报告（2025），20 段").click()
    expect(head).to_contain_text("按相关程度排列的前 20 段")
    expect(visit.page.get_by_role("button", name="新能源汽车产业发展报告（2025），20 段")).to_be_focused()
    visit.page.get_by_role("button", name="表格，5 段").click()
    expect(head).to_contain_text("按相关程度排列的前 5 段")
    expect(visit.page.locator("#results .source")).to_have_count(5)
    expect(visit.page.locator("#results table.row")).to_have_count(5)
    visit.page.get_by_role("button", name="清除筛选").click()
    expect(head).to_contain_text("按相关程度排列的前 25 段")

    visit.page.get_by_role("button", name="下一页").click()
    expect(head).to_contain_text("第 2/3 页")
    expect(head).to_be_focused()
    expect(visit.page.locator("#results .source").first).to_contain_text("第11段")
    visit.page.get_by_role("button", name="3", exact=True).click()
    expect(visit.page.locator("#results .source")).to_have_count(5)

    visit.page.get_by_role("button", name="复制引文（第 21 段）").click()
    expect(visit.page.get_by_role("status").filter(has_text="已复制")).to_have_count(1)
    assert visit.page.evaluate("navigator.clipboard.readText()") == (
        "某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12."
    )
    assert visit.complaints == []
    assert len(visit.origins) == 1


def test_a_reference_is_copied_where_the_clipboard_is_not_allowed(visit: Visit) -> None:
    search(visit)
    visit.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    cite = visit.page.locator("#results .cite").first
    cite.click()
    expect(cite).to_have_text("已复制")
    visit.page.locator("#query textarea").fill("")
    visit.page.locator("#query textarea").press("Control+v")
    expect(visit.page.locator("#query textarea")).to_have_value(
        "某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12."
    )


def test_a_question_can_be_asked_of_the_report_that_was_found_and_of_all_again(
    visit: Visit, assistant: ScriptedAssistant
) -> None:
    search(visit)
    visit.page.get_by_role("button", name="据此提问（第 5 段）").click()
    expect(visit.page.locator("#of")).to_contain_text("仅就《光伏行业白皮书》回答")
    box = visit.page.get_by_role("textbox", name="问题", exact=True)
    expect(box).to_have_value("汽车出口")
    expect(box).to_be_focused()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#current .answer")).to_be_visible()
    expect(visit.page.locator("#current .of")).to_have_text("仅就《光伏行业白皮书》回答")
    visit.page.get_by_role("button", name="改为全部报告").click()
    expect(visit.page.locator("#of .scope")).to_have_count(0)
    visit.ask("销量？")
    expect(visit.page.locator("#past .answer")).to_be_visible()
    expect(visit.page.locator("#send")).to_be_enabled()
    assert assistant.within == [Filter(reports=frozenset({"pv-2024"})), Filter()]


def test_a_report_that_has_left_can_no_longer_be_asked_of(visit: Visit, assistant: ScriptedAssistant) -> None:
    search(visit)
    visit.page.get_by_role("button", name="据此提问（第 5 段）").click()
    expect(visit.page.locator("#of")).to_contain_text("光伏行业白皮书")
    expect(visit.page.get_by_role("textbox", name="问题", exact=True)).to_be_focused()
    listed, assistant.listed = assistant.listed, assistant.listed[:1]
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("#current .problem")).to_have_text(CHINESE.talk.withdrawn)
    expect(visit.page.locator("#of .scope")).to_have_count(0)
    assistant.listed = listed
    assert assistant.asked == []


def test_nothing_found_offers_looser_filters_that_work(visit: Visit, assistant: ScriptedAssistant) -> None:
    search(visit)
    visit.page.get_by_role("button", name="光伏行业白皮书，5 段").click()
    expect(visit.page.locator("#results h2")).to_contain_text("按相关程度排列的前 5 段")
    assistant.hits = tuple(hit for hit in HITS if hit.passage.report_id != "pv-2024")
    visit.page.locator("#query textarea").press("Enter")
    expect(visit.page.locator("#results h2")).to_contain_text("按相关程度排列的前 20 段")
    assistant.hits = HITS[4:5]
    visit.page.get_by_role("button", name="表格，5 段").click()
    expect(visit.page.locator("#results h2")).to_have_text("没有符合这些筛选条件的段落。")
    visit.page.get_by_role("button", name="去掉“类型”筛选（1 段）").click()
    expect(visit.page.locator("#results .source")).to_have_count(1)


def test_a_slash_goes_to_the_box_of_the_open_tab_and_is_a_slash_where_one_types(visit: Visit) -> None:
    visit.page.keyboard.press("/")
    expect(visit.page.locator("#ask textarea")).to_be_focused()
    visit.page.keyboard.press("/")
    expect(visit.page.locator("#ask textarea")).to_have_value("/")
    search(visit)
    visit.page.locator("#results h2").focus()
    visit.page.keyboard.press("/")
    expect(visit.page.locator("#query textarea")).to_be_focused()
    expect(visit.page.locator("#query textarea")).to_have_value("汽车出口")


def test_choosing_a_filter_moves_nothing_above_the_passages(visit: Visit) -> None:
    search(visit)
    before = visit.page.locator("#results .source").first.bounding_box()
    visit.page.get_by_role("button", name="正文，15 段").click()
    expect(visit.page.locator("#results h2")).to_contain_text("按相关程度排列的前 15 段")
    after = visit.page.locator("#results .source").first.bounding_box()
    assert before is not None
    assert after is not None
    assert (after["x"], after["y"], after["width"]) == (before["x"], before["y"], before["width"])


def test_a_search_fits_a_phone(
    browser: "Browser", shared: tuple[str, ScriptedAssistant], assistant: ScriptedAssistant
) -> None:
    assistant.hits = (replace(HITS[0], passage=replace(EXPORTS, title="长" * 90, text="a" * 200)), *HITS[1:])
    visit = Visit(browser, shared[0], width=360, height=740)
    search(visit, "长" * 60)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    visit.page.close()


def test_nothing_in_a_search_runs_or_asks_for_anything(visit: Visit, assistant: ScriptedAssistant) -> None:
    for text in HOSTILE:
        hostile = replace(EXPORTS, title=text, publisher=text, headings=(text, text), caption=text, text=text)
        assistant.hits = (Hit(hostile, 0.9, 1), HITS[4])
        search(visit, text)
        expect(visit.page.locator("#results .source")).to_have_count(2)
        visit.page.get_by_role("button", name="光伏行业白皮书，1 段").click()
        expect(visit.page.locator("#results .source")).to_have_count(1)
    drawn = visit.page.evaluate(
        """document.querySelectorAll("#results .md :is(a:not(.open),img,svg,iframe,script,form,h1,h3,em,strong,code,pre,math)").length"""
    )
    assert drawn == 0
    assert visit.page.evaluate("window.xss") is None
    assert visit.complaints == []
    assert len(visit.origins) == 1
