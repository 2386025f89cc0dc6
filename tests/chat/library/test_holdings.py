"""What a library holds is counted as a reader would count it: sections, kinds, years, and words that stand twice."""

from typing import Any

from chat.contract import ReportLine
from chat.library.holdings import Overview, overview_of, years_named
from ingest.report import PageQuality, Passage, Place
from tests.fakes import passage

A = ReportLine("a", "甲报告", "某院", "2024-03", 3, pages=(PageQuality(1, 120), PageQuality(2, 80)))
B = ReportLine("b", "乙报告", "某所", "2023", 1, pages=(PageQuality(None, 50),))


def of_a(text: str, *headings: str, **fields: Any) -> Passage:
    return passage(text, report_id="a", headings=("甲报告", *headings), **fields)


def counted(*passages: Passage) -> Overview:
    return overview_of([A, B], passages)


def test_passages_count_under_their_topmost_heading_in_order_of_appearance() -> None:
    corpus = counted(
        of_a("序言。"), of_a("规模。", "市场", "规模"), of_a("展望。", "趋势"), of_a("增速。", "市场", "增速")
    )
    assert corpus.reports[0].sections == (("", 1), ("市场", 2), ("趋势", 1))


def test_a_notice_is_counted_among_the_kinds_alone() -> None:
    notice = of_a("2024年版权所有", "声明", kind="notice")
    (report, _) = counted(of_a("规模。", "市场"), notice).reports
    assert report.kinds == (("text", 1), ("notice", 1))
    assert report.sections == (("市场", 1),)
    assert report.years == ()


def test_a_passage_counts_once_for_each_year_that_it_names() -> None:
    corpus = counted(of_a("2022年出口10万辆，2022年下半年6万辆。"), of_a("2023年1月至3月出口4万辆，2022年同期3万辆。"))
    assert corpus.reports[0].years == ((2022, 2), (2023, 1))


def test_a_year_is_what_is_written_as_one() -> None:
    assert years_named("2019—2022年年均增长5%") == {2019, 2022}
    assert years_named("共2000家企业，投资2023亿元") == set()
    assert years_named("20世纪90年代以来") == set()


def test_words_of_two_reports_are_counted_of_both_and_once_of_the_library() -> None:
    shared = of_a("同一句话。", also_at=(Place("b", "乙报告", ("乙报告",), None), Place("a", "甲报告", ("甲报告",), 2)))
    within = of_a("甲内两处。", also_at=(Place("a", "甲报告", ("甲报告",), 2),))
    corpus = counted(shared, within)
    first, second = corpus.reports
    assert (first.again_within, first.again_elsewhere) == (2, 1)
    assert (second.again_within, second.again_elsewhere) == (0, 1)
    assert corpus.again_elsewhere == 1


def test_totals_are_those_of_the_reports_together() -> None:
    corpus = counted(of_a("一。"), of_a("二。", kind="list"), passage("三。", report_id="b"))
    assert (corpus.passages, corpus.pages, corpus.characters) == (4, 2, 250)
    assert corpus.kinds == (("text", 2), ("list", 1))


def test_a_report_all_of_whose_words_stand_in_another_is_there_with_nothing_of_its_own() -> None:
    (_, second) = counted(of_a("一。")).reports
    assert (second.line, second.sections, second.kinds, second.years) == (B, (), (), ())


def test_a_library_of_nothing_holds_nothing() -> None:
    corpus = overview_of([], [])
    assert (corpus.reports, corpus.passages, corpus.pages, corpus.kinds) == ((), 0, 0, ())
