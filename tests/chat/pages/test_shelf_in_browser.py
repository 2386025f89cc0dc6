"""The list of reports in a real browser: what was read, adding, removing, and what an open conversation loses."""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from chat.contract import ReportLine
from chat.pages.chinese import CHINESE
from ingest.language import verbatim
from ingest.report import PageQuality
from tests.browsers import chromium
from tests.chat.pages.test_page_in_browser import Visit, served
from tests.chat.pages.test_render import HOSTILE
from tests.fakes import EXPORTS, LISTED, TITLE, ListedShelf, ScriptedAssistant

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[str, ListedShelf]]:
    shelf = ListedShelf(ScriptedAssistant())
    with served(shelf.assistant, shelf) as home:
        yield home, shelf


@pytest.fixture
def shelf(shared: tuple[str, ListedShelf]) -> ListedShelf:
    shelf = shared[1]
    shelf.assistant.listed = LISTED
    shelf.held.set()
    return shelf


@pytest.fixture
def visit(browser: "Browser", shared: tuple[str, ListedShelf], shelf: ListedShelf) -> Iterator[Visit]:
    visit = Visit(browser, shared[0])
    yield visit
    visit.page.close()


def open_reports(visit: Visit) -> None:
    visit.page.get_by_role("tab", name=CHINESE.head.reports).click()
    visit.page.wait_for_selector("#shelf .shelf")


def test_every_report_is_listed_with_how_well_it_was_read(
    browser: "Browser", shared: tuple[str, ListedShelf], shelf: ListedShelf
) -> None:
    pages = (PageQuality(1, 700), PageQuality(2, 0, ("garbled",), excluded=True))
    shelf.assistant.listed = (LISTED[0], replace(LISTED[1], pages=pages, notes=(verbatim("略去 2 段脚本"),)))
    visit = Visit(browser, shared[0])
    open_reports(visit)
    first, second = visit.page.locator("#shelf li.report").all()
    expect(first).to_contain_text(TITLE)
    expect(first).to_contain_text("某研究院 · 2025-03 · 60 页 · 860 段")
    expect(first).to_contain_text("全部页面读取正常")
    expect(second).to_contain_text("第 2 页：文字编码异常（乱码），未收录")
    expect(second).to_contain_text("略去 2 段脚本")
    assert visit.complaints == []
    assert len(visit.origins) == 1
    visit.page.close()


def test_reports_are_added_one_after_another_and_each_is_told(visit: Visit, shelf: ListedShelf, tmp_path: Path) -> None:
    for name, content in (("甲报告.md", "正文"), ("空.md", ""), ("乙报告.md", "正文")):
        (tmp_path / name).write_text(content, "utf-8")
    open_reports(visit)
    shelf.held.clear()
    visit.page.set_input_files(
        ".shelf-head input", sorted(tmp_path.iterdir(), key=lambda path: "甲空乙".index(path.name[0]))
    )
    told = visit.page.locator("#shelf-told p")
    expect(told.first).to_have_text("甲报告.md（1/3）：读取 0/1")
    shelf.held.set()
    expect(told).to_have_text(
        [
            "甲报告.md（1/3）：已添加，共 3 段，可以提问了。",
            "空.md（2/3）：文件里没有文字；请确认内容后重试",
            "乙报告.md（3/3）：已添加，共 3 段，可以提问了。",
        ]
    )
    expect(told.nth(1)).to_have_class(re.compile("failed"))
    expect(visit.page.locator("#shelf li.report")).to_have_count(len(LISTED) + 2)
    expect(visit.page.locator("#header")).to_contain_text("收录 5 份报告")
    assert visit.complaints == []


def test_a_change_that_ends_while_the_list_is_being_drawn_is_drawn_too(
    visit: Visit, shelf: ListedShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_reports(visit)
    drawing, go_on = threading.Event(), threading.Event()

    def slowly() -> Sequence[ReportLine]:
        listed = shelf.assistant.reports
        drawing.set()
        assert go_on.wait(30)
        return listed

    monkeypatch.setattr(shelf, "reports", slowly)
    for name in ("甲报告.md", "乙报告.md"):
        (tmp_path / name).write_text("正文", "utf-8")
    visit.page.set_input_files(".shelf-head input", sorted(tmp_path.iterdir()))
    told = visit.page.locator("#shelf-told p.done")
    assert drawing.wait(30)
    expect(told).to_have_count(2)
    go_on.set()
    expect(visit.page.locator("#shelf li.report")).to_have_count(len(LISTED) + 2)


def test_a_report_is_removed_after_a_question_and_not_without(visit: Visit) -> None:
    open_reports(visit)
    remove = visit.page.get_by_role("button", name="移除《光伏行业白皮书》")
    visit.answers = [None, ""]
    remove.click()
    expect(visit.page.locator("#shelf li.report")).to_have_count(3)
    remove.click()
    expect(visit.page.locator("#shelf li.report")).to_have_count(2)
    assert visit.questions == ["移除《光伏行业白皮书》？文件会从资料库中删除，它的段落不再能检索和引用。"] * 2
    expect(visit.page.locator("#shelf-told")).to_contain_text("移除《光伏行业白皮书》：已移除。")


def test_an_open_conversation_that_cites_a_removed_report_says_so_and_keeps_nothing_of_it(visit: Visit) -> None:
    visit.ask()
    visit.page.wait_for_selector("#current .answer")
    open_reports(visit)
    visit.answers = [""]
    visit.page.get_by_role("button", name=f"移除《{TITLE}》").click()
    expect(visit.page.locator("#shelf li.report")).to_have_count(2)
    expect(visit.page.locator("#current .problem")).to_have_text(CHINESE.talk.withdrawn)
    assert EXPORTS.text not in visit.page.content()
    assert "128.4" not in visit.page.content()


def test_another_open_page_loses_it_with_its_next_question(
    visit: Visit, browser: "Browser", shared: tuple[str, ListedShelf], shelf: ListedShelf
) -> None:
    visit.ask()
    visit.page.wait_for_selector("#current .answer")
    shelf.assistant.listed = LISTED[1:]
    shelf.assistant.hits = ()
    visit.ask("另一个问题？")
    expect(visit.page.locator("#past .problem")).to_have_text(CHINESE.talk.withdrawn)
    shelf.assistant.hits = ScriptedAssistant().hits


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_and_a_note_are_shown_and_never_run(
    text: str, browser: "Browser", shared: tuple[str, ListedShelf], shelf: ListedShelf
) -> None:
    shelf.assistant.listed = (replace(LISTED[0], title=text, publisher=text, period=text, notes=(verbatim(text),)),)
    visit = Visit(browser, shared[0])
    open_reports(visit)
    assert visit.page.evaluate("window.xss") is None
    assert visit.page.locator("#shelf li.report").inner_text().count("移除") >= 1
    assert len(visit.origins) == 1
    visit.page.close()


def test_the_list_fits_a_phone_and_works_by_keyboard(browser: "Browser", shared: tuple[str, ListedShelf]) -> None:
    visit = Visit(browser, shared[0], width=360, height=740)
    open_reports(visit)
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card, told = (visit.page.locator(f"#shelf li.report{part}").first.bounding_box() for part in ("", " .told"))
    assert card is not None
    assert told is not None
    assert told["width"] > 0.75 * card["width"]  # the buttons do not stand beside the title
    with visit.page.expect_file_chooser():
        visit.page.locator(".shelf-head button.add").focus()
        visit.page.keyboard.press("Enter")
    visit.page.close()
