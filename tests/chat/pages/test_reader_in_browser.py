"""The reading view in a real browser: a link marks its words and no others, steps lead on, the page is shown beside."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

from chat.library.opened import OpenedReport
from chat.library.page_views import PageViews
from chat.pages.chinese import CHINESE
from chat.pages.spans import Span, reading_link
from chat.service.app import make_app
from ingest.isolation import Reader
from ingest.normalise import normalise_text
from ingest.report import PageQuality, Report, Section
from tests.browsers import chromium
from tests.chat.pages.test_conversation_in_browser import serious
from tests.chat.pages.test_page_in_browser import Visit, running
from tests.chat.pages.test_render import HOSTILE
from tests.fakes import ScriptedAssistant

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

WORDS = CHINESE.reader
TITLE = "新能源产业报告"
# On three pages: the second begins within the paragraph on exports, the third within the table.
SCALE = (
    "一、规模\n𠮷野产业的👩‍💻规模为12.5亿元，居全国第三。\n出口增长6.7%，其中海上风电增长最快，而且内需也在回升。\n\n"
    "表1 收入（亿元）\n公司\t收入\t城市\n甲公司\t12.5\t上海\n乙公司\t8.0\t深圳\n<b>其余</b>从略 & 待补。"
)
TURNS = ((0, 1), (SCALE.index("而且"), 2), (SCALE.index("乙公司"), 3))
OUTLOOK = "二、展望\n" + "\n".join(f"第{n}年装机仍将增长，储能随之扩张。" for n in range(1, 60))
REPORT = Report(
    "ev-2025",
    TITLE,
    "某研究院",
    "2025-03",
    "新能源.pdf",
    (
        Section((TITLE,), f"{TITLE}\n前言。", ((0, 1),)),
        Section((TITLE, "一、规模"), SCALE, TURNS),
        Section((TITLE, "二、展望"), OUTLOOK, ((0, 3),)),
    ),
    pages=tuple(PageQuality(number, 100) for number in (1, 2, 3)),
)
PRINTED = (
    ["𠮷野产业的规模为12.5亿元，居全国第三。", "出口增长6.7%，其中海上风电增长最快，"],
    ["而且内需也在回升。", "公司    收入    城市", "甲公司    12.5    上海"],
    ["乙公司    8.0    深圳"],
)
HOSTILE_REPORT = Report(
    "x",
    HOSTILE[0],
    HOSTILE[1],
    HOSTILE[2],
    "",
    tuple(
        Section((HOSTILE[0], text), f"{text}\n{text}\t{text}\n{text}", ((0, 1),))
        for text in map(normalise_text, HOSTILE)
    ),
)


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF with these lines on its pages, 12 points each, the first at x=60 and y=700 of 600 × 800."""
    registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(600, 800))
    for lines in pages:
        canvas.setFont("STSong-Light", 12)
        for number, line in enumerate(lines):
            canvas.drawString(60, 700 - 300 * number, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the reading view is served, from the place where the links of the pages are."""
    corpus: Path = tmp_path_factory.mktemp("corpus")
    (corpus / "a.pdf").write_bytes(pdf(PRINTED))
    sha256 = hashlib.sha256((corpus / "a.pdf").read_bytes()).hexdigest()
    opened = {
        "ev-2025": OpenedReport(REPORT, "a.pdf", sha256),
        "changed": OpenedReport(replace(REPORT, id="changed"), "a.pdf", "of another content"),
        "plain": OpenedReport(replace(REPORT, id="plain"), "a.md", ""),
        "x": OpenedReport(HOSTILE_REPORT, "a.md", ""),
    }
    with Reader() as viewer, running(make_app(ScriptedAssistant(opened=opened), views=PageViews(corpus, viewer))) as at:
        yield f"{at}/chat/"


def span(words: str, section: int = 1) -> Span:
    start = REPORT.sections[section].text.index(words)
    return Span(section, start, start + len(words), words)


class Reading(Visit):
    """The reading view at one of these spans."""

    def __init__(
        self,
        browser: "Browser",
        home: str,
        spans: Sequence[Span] = (),
        at: int = 1,
        *,
        of: str = "plain",
        width: int = 1280,
        **options: Any,
    ) -> None:
        link = reading_link(of, spans, at).removeprefix("../")
        super().__init__(browser, home.replace("chat/", link), width, ready="main", **options)

    def go(self, end: str) -> None:
        """Follow a link to another place of the report."""
        self.page.evaluate(
            """(end) => new Promise((resolve) => {
                addEventListener("hashchange", resolve, { once: true });
                location.hash = end;
            })""",
            end,
        )

    def marked(self, name: str = "current") -> list[str]:
        """The words that are marked, each mark by itself."""
        return self.page.locator(f"mark.{name}").all_text_contents()

    def close(self) -> None:
        """Nothing may have gone wrong meanwhile, and nobody else been asked."""
        assert self.complaints == []
        assert len(self.origins) == 1
        self.page.close()


def is_in_sight(page: "Page", selector: str) -> bool:
    """Whether the middle of an element is what is seen there, on the window and under nothing else."""
    return bool(
        page.evaluate(
            """(selector) => {
                const element = document.querySelector(selector);
                const { left, right, top, bottom } = element.getClientRects()[0]; // of its first line
                const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
                return element === there || element.contains(there);
            }""",
            selector,
        )
    )


# --- The words of a link ---------------------------------------------------------------------------------------------


def test_a_link_marks_its_words_and_brings_them_into_sight(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home)
    for words, marked in (
        ("规模为12.5亿元", ["规模为12.5亿元"]),
        ("𠮷野", ["𠮷野"]),
        ("居全国第三。\n出口增长6.7%", ["居全国第三。", "出口增长6.7%"]),
        ("甲公司\t12.5\t上海", ["甲公司", "12.5", "上海"]),
        ("12.5\t上海\n乙公司\t8.0", ["12.5", "上海", "乙公司", "8.0"]),
        ("深圳\n<b>其余</b>从略 & 待补。", ["深圳", "<b>其余</b>从略 & 待补。"]),
    ):
        reading.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        reading.go("p=" + span(words).link)
        assert reading.marked() == marked
        expect(reading.page.locator("mark").first).to_be_focused()
        assert is_in_sight(reading.page, "mark")
        assert reading.page.locator("#told").text_content() == ""
    reading.close()


def test_every_stretch_of_the_text_is_marked_by_its_link(browser: "Browser", home: str) -> None:
    ends = range(0, len(SCALE), 11)
    spans = [Span(1, start, end, SCALE[start:end]) for start in ends for end in ends if start < end]
    spans = [each for each in spans if each.text.strip()]
    reading = Reading(browser, home)
    marked = []
    for each in spans:
        reading.go("p=" + each.link)
        marked.append("".join(reading.marked()))
    assert marked == [each.text.replace("\n", "").replace("\t", "") for each in spans]
    assert len(spans) > 40
    reading.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_link_whose_words_are_gone_says_so_in_sight_and_marks_nothing(
    browser: "Browser", home: str, width: int
) -> None:
    old = replace(span("第30年装机仍将增长", 2), text="第30年装机不再增长")
    reading = Reading(browser, home, [old], width=width)
    expect(reading.page.locator("#told")).to_have_text(WORDS.moved)
    assert is_in_sight(reading.page, "#told")
    assert reading.shown("mark") == 0
    reading.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_what_is_said_of_words_that_are_gone_does_not_cover_the_heading_of_their_section(
    browser: "Browser", home: str, width: int
) -> None:
    old = replace(span("第30年装机仍将增长", 2), text="第30年装机不再增长")
    reading = Reading(browser, home, [old], width=width)
    expect(reading.page.locator("#told")).to_have_text(WORDS.moved)
    head, told, heading = (reading.page.locator(each).bounding_box() for each in (".top", "#told", "#s2 h2"))
    assert head is not None
    assert told is not None
    assert heading is not None
    assert head["y"] + head["height"] <= told["y"] + 1  # where they meet is no whole pixel
    assert told["y"] + told["height"] <= heading["y"] < 400
    assert is_in_sight(reading.page, "#told")
    reading.close()


def test_of_several_only_those_are_marked_whose_words_are_still_there(browser: "Browser", home: str) -> None:
    old = replace(span("甲公司"), text="丙公司")
    reading = Reading(browser, home, [span("出口增长6.7%"), old, span("乙公司")])
    assert (reading.marked(), reading.marked("other")) == (["出口增长6.7%"], ["乙公司"])
    reading.page.keyboard.press("ArrowRight")
    expect(reading.page.locator("#told")).to_have_text(WORDS.moved)
    reading.page.keyboard.press("ArrowRight")
    expect(reading.page.locator("#told")).to_have_text("")
    assert (reading.marked(), reading.marked("other")) == (["乙公司"], ["出口增长6.7%"])
    reading.close()


def test_an_end_that_is_no_link_does_no_harm(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home)
    for end in (
        "p=",
        "p=x",
        "p=99.0-4.abc",
        "p=1.0-2.a&at=1.5",
        "p=1.0-2.a,1.0-2.b&at=1.5",
        "at=2",
        "p=1.0-9999999.a&at=-3",
    ):
        reading.go(end)
        assert reading.shown("mark") == 0
        reading.page.keyboard.press("ArrowRight")
    reading.close()


# --- Going on --------------------------------------------------------------------------------------------------------


def test_from_one_citation_to_the_next_and_round_by_buttons_and_arrows(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, [span("12.5亿元"), span("上海"), span("第50年装机", 2)], at=2)
    page = reading.page
    counted = page.locator(".steps .at")
    assert (counted.text_content(), reading.marked(), len(reading.marked("other"))) == ("2/3", ["上海"], 2)
    page.keyboard.press("ArrowRight")  # from within a table
    expect(counted).to_have_text("3/3")
    assert reading.marked() == ["第50年装机"]
    assert is_in_sight(page, "mark.current")
    page.get_by_role("button", name=WORDS.after).click()
    expect(counted).to_have_text("1/3")
    page.keyboard.press("ArrowLeft")
    expect(counted).to_have_text("3/3")
    page.get_by_role("button", name=WORDS.before).click()
    expect(counted).to_have_text("2/3")
    page.go_back()
    expect(counted).to_have_text("3/3")
    assert reading.marked() == ["第50年装机"]
    reading.close()


def test_the_arrows_scroll_a_table_that_has_the_focus_and_select_with_shift(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, [span("12.5亿元"), span("上海")])
    reading.page.keyboard.press("Shift+ArrowRight")
    reading.page.locator(".wide").focus()
    reading.page.keyboard.press("ArrowRight")
    reading.page.wait_for_timeout(100)
    assert reading.page.locator(".steps .at").text_content() == "1/2"
    reading.close()


def test_the_steps_lead_on_after_a_look_elsewhere_by_the_outline(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, [span("12.5亿元"), span("上海")])
    reading.page.get_by_role("link", name="二、展望").click()
    reading.page.get_by_role("button", name=WORDS.after).click()
    expect(reading.page.locator("mark.current")).to_have_text("上海")
    reading.close()


def test_one_citation_has_no_steps_and_a_report_opened_by_itself_no_bar(browser: "Browser", home: str) -> None:
    one, whole = Reading(browser, home, [span("上海")]), Reading(browser, home)
    expect(one.page.get_by_role("button", name=WORDS.share)).to_be_visible()
    expect(one.page.get_by_role("button", name=WORDS.after)).to_be_hidden()
    expect(whole.page.locator(".steps")).to_be_hidden()
    one.close()
    whole.close()


def test_the_link_to_the_words_is_copied_and_the_button_says_so_for_a_while(browser: "Browser", home: str) -> None:
    reading = Reading(
        browser, home, [span("12.5亿元"), span("上海")], permissions=["clipboard-read", "clipboard-write"]
    )
    reading.page.keyboard.press("ArrowRight")
    share = reading.page.locator(".share")
    share.click()
    share.click()
    expect(share).to_have_text(WORDS.copied)
    assert reading.page.evaluate("navigator.clipboard.readText()") == reading.page.url
    assert reading.page.url.endswith("&at=2")
    expect(share).to_have_text(WORDS.share)
    reading.close()


def test_the_outline_follows_the_reading(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, [span("第50年装机", 2)])
    current = reading.page.locator(".outline a[aria-current]")
    expect(current).to_have_text("二、展望")
    reading.page.get_by_role("link", name="一、规模").click()
    expect(current).to_have_text("一、规模")
    reading.close()


# --- The picture of the page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "number", "base"),
    [
        ("出口增长6.7%", 1, 400),
        ("而且内需也在回升", 2, 700),  # the paragraph begins a page before
        ("乙公司\t8.0\t深圳", 3, 700),  # so does the table
    ],
)
def test_the_page_that_the_words_stand_on_is_shown_beside_them_with_a_box_around_them(
    browser: "Browser", home: str, words: str, number: int, base: int
) -> None:
    reading = Reading(browser, home, [span(words)], of="ev-2025")
    page = reading.page
    expect(page.locator(".sheet .bar b")).to_have_text(f"第 {number} 页")
    expect(page.locator(".sheet img")).to_have_js_property("naturalWidth", 1000)
    expect(page.locator(".sheet .note")).to_have_text("")
    box, leaf = page.locator(".sheet .box").first.bounding_box(), page.locator(".sheet .leaf").bounding_box()
    assert box is not None
    assert leaf is not None
    assert (box["x"] - leaf["x"]) / leaf["width"] == pytest.approx(60 / 600, abs=0.01)
    assert box["y"] < leaf["y"] + (1 - base / 800) * leaf["height"] < box["y"] + box["height"]
    assert is_in_sight(page, ".sheet .box")
    assert is_in_sight(page, "mark")
    reading.close()


def test_a_picture_that_is_open_goes_where_the_outline_leads(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, [span("12.5亿元")], of="ev-2025")
    page, shown = reading.page, reading.page.locator(".sheet b")
    expect(shown).to_have_text("第 1 页")
    page.get_by_role("link", name="二、展望").click()
    expect(shown).to_have_text("第 3 页")
    page.get_by_role("button", name="第 2 页").click()
    expect(shown).to_have_text("第 2 页")
    page.get_by_role("link", name="二、展望").click()  # the second time in a row
    expect(shown).to_have_text("第 3 页")
    page.get_by_role("link", name="一、规模").click()
    expect(shown).to_have_text("第 1 页")
    page.go_back()
    expect(shown).to_have_text("第 3 页")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="一、规模").click()
    expect(page.locator(".sheet")).to_be_hidden()
    reading.close()


def test_escape_closes_the_picture_which_then_comes_only_where_it_is_asked_for(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, [span("12.5亿元"), span("上海")], of="ev-2025")
    page, sheet = reading.page, reading.page.locator(".sheet")
    expect(sheet.locator("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator("mark.current").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".steps .at")).to_have_text("2/2")
    expect(sheet).to_be_hidden()
    show = page.get_by_role("button", name=f"{WORDS.show_page} 第 3 页")
    show.click()
    expect(sheet.locator("b")).to_have_text("第 3 页")
    expect(sheet.locator("img")).to_be_visible()
    page.get_by_role("button", name=WORDS.close).focus()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(show).to_be_focused()
    reading.close()


def test_a_page_that_cannot_be_shown_is_told_in_its_place(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, [span("上海")], of="changed")
    expect(reading.page.locator(".sheet .note")).to_contain_text("a.pdf：文件已变化")
    assert reading.marked() == ["上海"]
    assert [line for line in reading.complaints if "422" not in line] == []
    reading.page.close()


def test_of_two_pages_asked_for_at_once_the_last_is_shown_however_late_the_first(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, of="ev-2025")
    page = reading.page
    held: list[Route] = []
    page.route("**/pages/1*", lambda route: held.append(route))  # noqa: PLW0108 - which playwright sets an attribute of
    page.get_by_role("button", name="第 1 页").click()
    expect(page.locator(".sheet .note")).to_have_text(WORDS.loading)
    page.get_by_role("button", name="第 2 页").click()
    expect(page.locator(".sheet img")).to_have_attribute("alt", "第 2 页")
    held[0].abort()
    page.wait_for_timeout(100)
    expect(page.locator(".sheet img")).to_have_attribute("alt", "第 2 页")
    expect(page.locator(".sheet .note")).to_have_text("")
    reading.page.close()


# --- For everybody ---------------------------------------------------------------------------------------------------


def test_on_a_phone_the_outline_folds_and_nothing_is_wider_than_the_window(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, [span("12.5亿元"), span("上海")], of="ev-2025", width=360)
    page, fold = reading.page, reading.page.locator(".outline .fold")
    expect(page.locator(".sheet")).to_be_hidden()
    expect(page.locator(".outline ol")).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "true")
    page.get_by_role("link", name="二、展望").click()
    expect(page.locator(".outline ol")).to_be_hidden()
    expect(fold).to_have_attribute("aria-expanded", "false")
    page.get_by_role("button", name="第 2 页").click()
    expect(page.locator(".sheet img")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    reading.close()


def test_on_a_phone_the_outline_is_opened_from_anywhere(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, [span("第50年装机", 2)], of="ev-2025", width=360)
    page, entries = reading.page, reading.page.locator(".outline ol")
    fold = page.get_by_role("button", name=WORDS.outline)
    assert page.evaluate("scrollY") > 1000
    assert is_in_sight(page, ".outline .fold")
    fold.click()
    assert is_in_sight(page, ".outline a[aria-current]")
    page.keyboard.press("Escape")
    expect(entries).to_be_hidden()
    expect(fold).to_be_focused()
    fold.click()
    page.locator("main").click(position={"x": 10, "y": 400})
    expect(entries).to_be_hidden()
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("button", name="第 1 页").click()
    expect(page.locator(".sheet img")).to_be_visible()
    assert is_in_sight(page, ".outline .fold")
    fold.click()
    page.get_by_role("link", name="二、展望").click()
    expect(page.locator(".sheet b")).to_have_text("第 3 页")
    expect(page.locator(".sheet")).to_be_visible()
    reading.close()


def test_on_a_phone_a_picture_that_is_open_follows_the_citations_and_leaves_them_in_sight(
    browser: "Browser", home: str
) -> None:
    reading = Reading(browser, home, [span("12.5亿元"), span("深圳")], of="ev-2025", width=360)
    page = reading.page
    page.get_by_role("button", name="第 2 页").click()
    page.get_by_role("button", name=WORDS.after).click()
    expect(page.locator(".sheet b")).to_have_text("第 3 页")
    expect(page.locator("mark.current")).to_have_text("深圳")
    assert is_in_sight(page, "mark.current")
    reading.close()


def test_the_theme_chosen_on_the_page_of_questions_holds_here(browser: "Browser", home: str) -> None:
    def ground(reading: Reading) -> str:
        return str(reading.page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor"))

    reading = Reading(browser, home, color_scheme="light")
    assert ground(reading) == "rgb(255, 255, 255)"
    for theme, colour in (("dark", "rgb(15, 23, 42)"), ("light", "rgb(255, 255, 255)")):
        reading.page.evaluate("(theme) => localStorage.setItem('reportqa.theme', theme)", theme)
        reading.page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
        reading.page.reload()
        assert ground(reading) == colour
    reading.close()


def test_nothing_in_a_report_runs_or_asks_for_anything(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, of="x")
    expect(reading.page.locator("section")).to_have_count(len(HOSTILE))
    expect(reading.page.locator("h1")).to_have_text(HOSTILE[0])
    assert reading.shown("main :is(img, svg, iframe, script, form, a, b)") == 0
    assert reading.page.evaluate("window.xss") is None
    assert reading.page.title().startswith(HOSTILE[0])
    reading.close()


def test_a_report_that_is_gone_leads_back(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, of="never-was")
    expect(reading.page.locator("h1")).to_have_text(WORDS.gone)
    assert [line for line in reading.complaints if "404" not in line] == []
    reading.page.get_by_role("link").click()
    expect(reading.page.locator("#ask textarea")).to_be_visible()
    reading.page.close()


def test_the_focus_goes_from_the_head_to_the_outline_to_the_text(browser: "Browser", home: str) -> None:
    reading = Reading(browser, home, of="ev-2025")
    stops = []
    for _ in range(6):
        reading.page.keyboard.press("Tab")
        stops.append(str(reading.page.evaluate("document.activeElement.textContent")))
    assert stops[:5] == [WORDS.home, "一、规模", "二、展望", WORDS.show_page, WORDS.show_page]
    assert stops[5].startswith("公司收入城市")  # a table that is wider than the text is scrolled by the arrows
    reading.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing_serious(browser: "Browser", home: str, width: int, scheme: str) -> None:
    # axe comes as a script of its own, which the page's policy would not let in.
    cited = [span("12.5亿元"), span("上海")]
    reading = Reading(browser, home, cited, of="ev-2025", width=width, bypass_csp=True, color_scheme=scheme)
    reading.page.get_by_role("button", name="第 2 页").click()
    expect(reading.page.locator(".sheet img")).to_be_visible()
    assert serious(reading) == []
    reading.close()
