"""The page of the library: what it says of each report, and that nothing in a report can act there."""

import re
from dataclasses import replace

import pytest

from chat.contract import ReportLine
from chat.library.holdings import Holding, Overview
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.overview import SHOWN_SECTIONS, busiest_years, by_time, overview_html
from chat.pages.words import OverviewWords
from ingest.report import PageQuality
from tests.chat.pages.test_render import Parts

WORDS = CHINESE.overview
LINE = ReportLine("a", "储能产业报告", "某研究院", "2024-03", 6, "2023年", (PageQuality(1, 900), PageQuality(2, 1_100)))
REPORT = Holding(
    LINE, sections=(("市场", 3), ("政策", 2)), kinds=(("text", 4), ("row", 2)), years=((2022, 1), (2023, 4))
)


def shown(*reports: Holding, words: OverviewWords = WORDS, again_elsewhere: int = 0) -> str:
    return overview_html(Overview(reports, again_elsewhere), words)


def text_of(*reports: Holding, words: OverviewWords = WORDS) -> str:
    return " ".join(Parts(shown(*reports, words=words)).text.split())


def test_a_report_tells_who_published_it_when_and_how_much_of_it_there_is() -> None:
    assert "某研究院 · 2024-03 · 数据期间：2023年 · 2 页 · 6 段 · 2,000 字" in text_of(REPORT)


def test_a_period_that_the_title_tells_is_not_told_again() -> None:
    titled = replace(REPORT, line=replace(LINE, title="2023年储能产业报告"))
    assert "数据期间" not in text_of(titled)


def test_an_empty_library_says_so() -> None:
    assert WORDS.nothing in Parts(shown()).text


def test_the_longest_section_fills_its_place_and_the_others_are_in_proportion() -> None:
    html = shown(replace(REPORT, sections=(("市场", 8), ("政策", 2))))
    rows = re.search(r'<ul class="rows">.*?</ul>', html)
    assert rows is not None
    assert re.findall(r"width:([\d.]+)%", rows[0]) == ["100.00", "25.00"]


def test_the_largest_sections_are_shown_in_their_order_and_the_others_folded() -> None:
    sections = tuple((f"第{number}节", number) for number in range(1, SHOWN_SECTIONS + 3))
    open_part, _, folded = shown(replace(REPORT, sections=sections)).partition('<details class="more-rows">')
    assert re.findall(r">(第\d+节)<", open_part) == [f"第{number}节" for number in range(3, SHOWN_SECTIONS + 3)]
    assert re.findall(r">(第\d+节)<", folded) == ["第1节", "第2节"]
    assert "其余 2 节" in folded


def test_a_stacked_bar_is_as_wide_as_its_parts_together() -> None:
    (strip, *_) = re.findall(r'<div class="strip".*?</div>', shown(REPORT))
    assert re.findall(r'class="(k-\w+)" style="width:([\d.]+)%"', strip) == [("k-text", "66.67"), ("k-row", "33.33")]


@pytest.mark.parametrize(
    ("published", "steps"),
    [
        (["2024-01", "2024-03-15", "2024-03"], [("2024-01", 1), ("2024-02", 0), ("2024-03", 2)]),
        (["2023", "2024-03"], [("2023", 1), ("2024", 1)]),
        (["2020-12", "2023-01"], [(f"{y} Q{q}", int((y, q) in {(2020, 4), (2023, 1)})) for y, q in
                                  [(2020, 4), *((y, q) for y in (2021, 2022) for q in (1, 2, 3, 4)), (2023, 1)]]),
        (["2010-01", "2019-01"], [(f"{year}", int(year in (2010, 2019))) for year in range(2010, 2020)]),
    ],
)  # fmt: skip
def test_time_goes_on_without_gaps_in_the_finest_steps_that_fit(
    published: list[str], steps: list[tuple[str, int]]
) -> None:
    assert by_time(published) == steps


def test_reports_without_a_date_are_counted_beside_the_others() -> None:
    undated = replace(REPORT, line=replace(LINE, published=""))
    assert "另有 1 份没有出版日期" in text_of(REPORT, undated)
    assert "出版时间" not in text_of(undated)


def test_the_years_shown_are_the_twelve_in_a_row_that_are_named_most() -> None:
    years = ((1876, 9), (2012, 1), (2022, 5), (2023, 6), (2060, 2))
    assert busiest_years(years) == range(2012, 2024)
    assert "另提到 2 个年份（1876–2060）" in text_of(replace(REPORT, years=years))


def test_of_equal_stretches_the_later_is_shown() -> None:
    assert busiest_years(((2000, 1), (2030, 1))) == range(2019, 2031)


def test_what_was_read_badly_is_told_once_for_each_page() -> None:
    pages = (
        PageQuality(1, 900),
        PageQuality(2, 0, ("empty",), excluded=True),
        PageQuality(3, 400, ("scan", "doubtful"), confidence=0.6),
        PageQuality(4, 400, ("tables",)),
    )
    html = shown(replace(REPORT, line=replace(LINE, pages=pages)))
    told = Parts(html).text
    assert "1 页没有文字" in told
    assert "1 页识别可信度低" in told
    assert "1 页未收录" in told
    assert "由文字识别读出" not in told
    assert "全部页面读取正常" not in told
    assert re.findall(r'class="(well|doubtful|left-out)" style="width:([\d.]+)%"', html) == [
        ("well", "50.00"), ("doubtful", "25.00"), ("left-out", "25.00"),
    ]  # fmt: skip


def test_repeated_words_are_told_of_the_report_and_of_others() -> None:
    told = text_of(replace(REPORT, again_within=2, again_elsewhere=1))
    assert "2 段在本报告内重复出现" in told
    assert "1 段也见于其他报告" in told
    assert "没有重复的段落" in text_of(REPORT)


def test_text_of_a_report_stays_text() -> None:
    evil = '<img src=x onerror=alert(1)>" style="x'
    html = shown(replace(REPORT, line=replace(LINE, title=evil, publisher=evil, period=evil), sections=((evil, 1),)))
    assert "<img" not in html
    assert "onerror=" not in html
    assert not re.search(r'style="x', html)


def test_it_speaks_english_too() -> None:
    told = text_of(REPORT, words=ENGLISH.overview)
    assert "Table rows 2" in told
    assert "2 pages · 6 passages · 2,000 characters" in told
    assert not re.search(r"章节|段落类型|读取情况", told)
