"""A report as a page: every character where it is counted to be, nothing of it run, its pages where they begin."""

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.reader import reader_html
from ingest.language import verbatim
from ingest.normalise import normalise_text
from ingest.report import PageQuality, Report, Section
from tests.chat.pages.test_render import HOSTILE

VOID = frozenset({"br", "meta", "link"})
PROSE = "一、概况\n2024年市场规模为12.5亿元。\n\n表1 收入（亿元）\n公司\t收入\t城市\n甲公司\t12.5\t上海\n乙公司\t8.0\t深圳\n注：数据为估算。"


def report(*texts: str, pages: tuple[tuple[int, int], ...] = (), title: str = "甲报告") -> Report:
    sections = tuple(Section((title, text.split("\n")[0]), text, pages) for text in texts)
    count = max((page for _, page in pages), default=0)
    return Report("a", title, "某院", "2025-01", "", sections, pages=tuple(PageQuality(n + 1, 9) for n in range(count)))


@dataclass
class Element:
    """tag and attributes, the parents from the outermost, and the text in it with <br> as a line end."""

    tag: str
    attributes: dict[str, str | None]
    parents: tuple[str, ...]
    text: str = ""

    def __getitem__(self, name: str) -> str:
        return self.attributes[name] or ""


@dataclass
class Page(HTMLParser):
    """The elements of some HTML, in order; fails where one is left open or closed that is not."""

    html: str
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        element = Element(tag, dict(attrs), tuple(each.tag for each in self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def blocks(self, section: int = 0) -> list[Element]:
        """The blocks of a section that say where they begin."""
        inside, found = False, []
        for element in self.elements:
            if element.tag == "section":
                inside = element["id"] == f"s{section}"
            if inside and "data-start" in element.attributes:
                found.append(element)
        return found

    def named(self, name: str) -> list[Element]:
        """The elements of a class."""
        return [each for each in self.elements if name in (each.attributes.get("class") or "").split()]


def page_of(shown: Report, *, pictured: bool = False) -> Page:
    return Page(reader_html(shown, CHINESE, pictured=pictured))


def is_counted(shown: Report, section: int = 0) -> bool:
    """Whether the blocks hold the characters of the section that they say, all but blanks and each once."""
    text = shown.sections[section].text
    at: list[int] = []
    for block in page_of(shown).blocks(section):
        start = int(block["data-start"])
        if text[start : start + len(block.text)] != block.text:
            return False
        at += range(start, start + len(block.text))
    left = set(range(len(text))) - set(at)
    return at == sorted(set(at)) and all(text[place] in " \t\n" for place in left)


# --- Counting --------------------------------------------------------------------------------------------------------

LETTERS = st.sampled_from(
    [*"甲乙𠮷𝟙é1.5%，。：（）①<>&\"'`*#|!-_[]{}\\/=~^$@", "&amp;", "<br>", "</p>", "　", " ", "  ", "\u2028", "👩‍💻"]
)
LINES = st.lists(LETTERS, max_size=8).map("".join)
ROWS = st.lists(LINES, min_size=2, max_size=4).map("\t".join)
TEXTS = st.lists(LINES | ROWS | st.just(""), min_size=1, max_size=12).map("\n".join).map(normalise_text).filter(bool)


@given(TEXTS)
def test_every_character_of_any_section_stands_where_its_block_says(text: str) -> None:
    assert is_counted(report(text))


@given(TEXTS, st.data())
def test_so_it_does_wherever_pages_begin(text: str, data: st.DataObject) -> None:
    begins = sorted(data.draw(st.sets(st.integers(0, len(text) - 1), min_size=1, max_size=4)))
    shown = report(text, pages=tuple((start, page) for page, start in enumerate([0, *begins], start=1)))
    assert is_counted(shown)
    assert len(page_of(shown).named("page")) == len(begins) + 1


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_report_counts_by_its_characters(text: str) -> None:
    assert is_counted(report(normalise_text(f"{text}\t{text}\n{text}")))


def test_the_cells_of_a_table_say_where_they_begin() -> None:
    page = page_of(report("公司\t收入\t城市\n甲公司\t12.5\t上海\n乙公司\t8.0\t深圳"))
    assert [(cell.tag, int(cell["data-start"]), cell.text) for cell in page.blocks()] == [
        *[("th", 0, "公司"), ("th", 3, "收入"), ("th", 6, "城市")],
        *[("td", 9, "甲公司"), ("td", 13, "12.5"), ("td", 18, "上海")],
        *[("td", 21, "乙公司"), ("td", 25, "8.0"), ("td", 29, "深圳")],
    ]


def test_an_empty_cell_keeps_its_place_in_its_row() -> None:
    rows = page_of(report("公司\t收入\t城市\n\t12.5\t\n乙公司\t8.0\t深圳")).blocks()
    assert [cell.text for cell in rows[3:6]] == ["", "12.5", ""]
    assert is_counted(report("公司\t收入\t城市\n\t12.5\t\n乙公司\t8.0\t深圳"))


def test_sections_are_numbered_as_citations_count_them() -> None:
    page = page_of(report("甲\n一", "乙\n二"))
    assert [block.text for block in page.blocks(1)] == ["乙", "二"]


# --- What it says ----------------------------------------------------------------------------------------------------


def test_a_paragraph_says_what_kind_it_is_and_a_heading_is_one() -> None:
    page = page_of(report(PROSE))
    assert [(each.tag, each.text) for each in page.blocks()[:2]] == [
        ("h2", "一、概况"),
        ("p", "2024年市场规模为12.5亿元。"),
    ]
    assert [each.text for each in page.named("note")] == ["注：数据为估算。"]


def test_headings_go_down_with_the_path_and_no_further_than_html_has_them() -> None:
    path = ("甲报告", *(f"第{n}层" for n in range(1, 9)))
    deep = replace(
        report("一"), sections=tuple(Section(path[: n + 1], f"{path[n]}\n文字") for n in range(1, len(path)))
    )
    headings = [each.tag for each in page_of(deep).elements if re.fullmatch("h[1-6]", each.tag)]
    assert headings == ["h1", "h2", "h3", "h4", "h5", "h6", "h6", "h6", "h6"]


def test_the_outline_leads_to_each_section_with_a_heading_of_its_own() -> None:
    sections = (
        Section(("甲报告",), "前言"),
        Section(("甲报告", "一"), "一\n文字"),
        Section(("甲报告", "一"), "接着"),
        Section(("甲报告", "一", "二"), "二\n文字"),
    )
    page = page_of(replace(report("一"), sections=sections))
    links = [each for each in page.elements if each.tag == "a" and "ol" in each.parents]
    assert [(link["href"], link.text) for link in links] == [("#s1", "一"), ("#s3", "二")]


def test_the_head_says_what_is_known_of_the_report() -> None:
    known = page_of(replace(report(PROSE, pages=((0, 1), (9, 2))), period="2024年"))
    unknown = page_of(Report("a", "甲", "", "", "", (Section(("甲",), "甲"),)))
    said = [[each.text for each in page.elements if "header" in each.parents][2:4] for page in (known, unknown)]
    assert said == [["甲报告", "某院 · 2025-01 · 2024年 · 2 页"], ["甲", ""]]


def test_the_way_back_leads_to_the_conversation_in_the_language_of_the_page() -> None:
    for words, path in ((CHINESE, "../chat/"), (ENGLISH, "../chat-en/")):
        (home,) = Page(reader_html(report(PROSE), words, pictured=True)).named("home")
        assert home["href"] == path


# --- Pages -----------------------------------------------------------------------------------------------------------


def order(page: Page) -> list[str]:
    """The marks of pages and the first words of the blocks, as they follow on each other."""
    return [
        each.text.removesuffix(CHINESE.reader.show_page)
        for each in page.elements
        if "data-start" in each.attributes or each.attributes.get("class") == "page"
    ]


def test_a_page_begins_above_the_first_words_on_it() -> None:
    text = "一\n甲段\n乙段"
    shown = report(text, pages=((0, 3), (text.index("乙"), 4)))
    assert order(page_of(shown)) == ["第 3 页", "一", "甲段", "第 4 页", "乙段"]


def test_a_page_that_a_section_goes_on_does_not_begin_again() -> None:
    first, second = Section(("甲", "一"), "一\n甲段", ((0, 3),)), Section(("甲", "二"), "二\n乙段", ((0, 3), (2, 4)))
    assert order(page_of(replace(report("一"), sections=(first, second)))) == [
        *("第 3 页", "一", "甲段", "二", "第 4 页", "乙段")
    ]


def test_a_page_that_begins_in_a_table_begins_above_its_row() -> None:
    text = "公司\t收入\n甲公司\t12.5\n乙公司\t8.0"
    shown = report(text, pages=((0, 1), (text.index("乙公司"), 2)))
    page = page_of(shown, pictured=True)
    assert order(page) == ["第 1 页", "公司", "收入", "甲公司", "12.5", "第 2 页", "乙公司", "8.0"]
    (turn,) = page.named("turn")
    assert turn.parents[-2:] == ("table", "tbody")
    assert is_counted(shown)


def test_a_page_that_begins_within_a_paragraph_begins_below_it_but_the_section_knows_where() -> None:
    text = "一\n一段很长的文字\n乙段"
    page = page_of(report(text, pages=((0, 1), (5, 2))))
    assert order(page) == ["第 1 页", "一", "一段很长的文字", "第 2 页", "乙段"]
    assert [each["data-pages"] for each in page.elements if each.tag == "section"] == ["0:1 5:2"]


def test_only_of_pages_that_can_be_pictured_the_picture_is_offered() -> None:
    shown = report("一\n甲段", pages=((0, 7),))
    assert page_of(shown).named("show") == page_of(shown).named("sheet") == []
    (button,) = page_of(shown, pictured=True).named("show")
    assert (button["data-page"], button["data-name"]) == ("7", "第 7 页")
    assert button["aria-label"] == "看原页 第 7 页"  # many say the same: each has a name of its own
    assert len(page_of(shown, pictured=True).named("sheet")) == 1


# --- Inert -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pictured", [False, True])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_a_report_changes_the_tags_around_it(hostile: str, pictured: bool) -> None:
    def tags(text: str) -> list[tuple[str, tuple[str, ...]]]:
        sections = (
            Section((text, text), f"{text}\n{text}\t{text}\n{text}", ((0, 1),)),
            Section((text, text, text), text, ((0, 2),)),
        )
        shown = Report(text, text, text, text, text, sections, text, (PageQuality(1, 1),), (verbatim(text),))
        page = Page(reader_html(shown, CHINESE, pictured=pictured))
        # Lines of a section become blocks of their own: here it is the tags that count, not how many lines there are.
        return [(each.tag, tuple(each.attributes)) for each in page.elements if each.tag != "br"]

    plain = re.sub(r"[^\n]", "甲", normalise_text(hostile))
    assert tags(normalise_text(hostile)) == tags(plain)


@pytest.mark.parametrize(
    ("id", "address"),
    [("a/b", "a%2Fb"), ("..", ".."), ("%2e", "%252e"), ('"><b>', "%22%3E%3Cb%3E"), ("光伏", "%E5%85%89%E4%BC%8F")],
)
def test_an_id_stands_on_the_page_as_one_part_of_an_address(id: str, address: str) -> None:
    (main,) = [each for each in page_of(replace(report(PROSE), id=id)).elements if each.tag == "main"]
    assert main["data-report"] == address
