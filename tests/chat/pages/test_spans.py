"""A link to words: it names where they stand, finds them again, and does not find others."""

from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.pages.spans import Span, citation_link, fnv1a, passage_link, read_span, reading_link, span_of
from ingest.passages import split_passages
from ingest.report import Report, Section
from tests.fakes import cite

TEXT = "一、规模\n\n2024年𠮷野产业规模为12.5亿元。出口增长6.7%。\n\n项目\t数值\n甲\t1.5\n乙\t2.5"
REPORT = Report("ev-2025", "甲", "", "", "甲.md", (Section(("甲",), "甲"), Section(("甲", "一、规模"), TEXT)))


def span(words: str, section: int = 1) -> Span:
    start = REPORT.sections[section].text.index(words)
    return Span(section, start, start + len(words), words)


@pytest.mark.parametrize(("text", "value"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)])
def test_the_check_is_fnv_1a_as_its_draft_has_it(text: str, value: int) -> None:
    assert int(fnv1a(text), 36) == value


def test_a_character_beyond_16_bits_counts_as_the_two_units_that_a_browser_sees() -> None:
    assert fnv1a("𠮷") == fnv1a("\ud842\udfb7")
    assert int(fnv1a("中"), 36) == (0x811C9DC5 ^ 0x4E2D) * 0x01000193 % 2**32


def test_a_link_names_section_start_end_and_check() -> None:
    words = span("2024年𠮷野产业规模为12.5亿元。")
    assert words.link == f"1.6-25.{fnv1a('2024年𠮷野产业规模为12.5亿元。')}"


def test_the_check_leaves_blanks_out_as_a_page_has_them_elsewhere() -> None:
    assert Span(0, 0, 5, "甲\t乙\n丙").link.split(".")[-1] == fnv1a("甲乙丙")


@given(st.data())
def test_every_stretch_of_a_report_is_found_again_by_its_link(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TEXT) - 1))
    end = data.draw(st.integers(start + 1, len(TEXT)))
    words = Span(1, start, end, TEXT[start:end])
    assert read_span(words.link, REPORT) == words


def test_where_other_words_stand_now_nothing_is_found() -> None:
    words = span("出口增长6.7%")
    rewritten = replace(REPORT, sections=(REPORT.sections[0], Section(("甲",), TEXT.replace("6.7", "7.6"))))
    assert read_span(words.link, REPORT) == words
    assert read_span(words.link, rewritten) is None
    assert read_span(words.link, replace(REPORT, sections=REPORT.sections[:1])) is None


@pytest.mark.parametrize(
    "link",
    [
        "",
        "1.6-25",
        "1.6-25.",
        "1.6-25.zzzzzzz",
        "-1.6-25.a",
        "9.0-1.a",
        "1.25-6.a",
        "1.900-999.ztntfp",
        "1.6-25.A",
        "一.六-七.a",
        "01.06-25.a",
        f"{'9' * 30}.0-1.a",
        "1.6-25.a\n",
        "<script>",
    ],
)
def test_what_is_no_link_finds_nothing(link: str) -> None:
    assert read_span(link, REPORT) is None


def test_a_quote_is_linked_where_it_stands_in_the_report_not_in_its_passage() -> None:
    passage = next(each for each in split_passages(REPORT) if "出口增长" in each.text)
    citation = cite(1, passage, "出口增长6.7%。")
    assert span_of(citation) == span("出口增长6.7%。")


def test_every_passage_is_found_by_its_link() -> None:
    for passage in split_passages(REPORT):
        found = read_span(passage_link(passage).partition("#p=")[2], REPORT)
        assert found is not None
        assert found.text == passage.text


def test_a_citation_leads_to_itself_with_the_others_of_its_report_a_step_away() -> None:
    passages = split_passages(REPORT)
    first, second = cite(1, passages[1], passages[1].text[:4]), cite(2, passages[-1], passages[-1].text)
    foreign = cite(3, replace(passages[0], report_id="another"), "甲")
    link = citation_link(second, [first, foreign, second])
    assert link == f"../reports/ev-2025#p={span_of(first).link},{span_of(second).link}&at=2"
    assert citation_link(foreign, [first, foreign, second]) == f"../reports/another#p={span_of(foreign).link}"


@given(st.text(min_size=1).filter(lambda id: "\0" not in id and not any("\ud800" <= char <= "\udfff" for char in id)))
def test_an_id_stays_one_part_of_the_path(id: str) -> None:
    parts = urlsplit(reading_link(id, [span("甲", 0)]))
    assert parts.path.removeprefix("../reports/").count("/") == 0
    assert unquote(parts.path.removeprefix("../reports/")) == id
    assert (parts.query, parts.fragment) == ("", f"p={span('甲', 0).link}")
