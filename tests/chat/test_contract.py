"""The JSON of the contract, by hand: what stands here is promised to whoever reads it."""

import pytest

from chat.answer import Answer, BadQuestion, Citation, Finished, Found, Sentence, Timings, Turn
from chat.contract import (
    Asked,
    ReportLine,
    ask_object,
    check_reports,
    error_object,
    found_object,
    hit_object,
    identity,
    read_asked,
    search_object,
)
from chat.search.facets import Facets, Results
from index.filters import Filter
from index.library import Hit
from ingest.report import Passage, Place

PASSAGE = Passage(
    id="r1#0",
    report_id="r1",
    title="报告",
    publisher="甲",
    published="2025",
    section=0,
    headings=("报告", "一、市场"),
    kind="text",
    page=3,
    page_kind="slide",
    start=0,
    end=9,
    text="规模12.5亿元。",
    period="2024年",
    also_at=(Place("r2", "年报", ("年报", "二、规模"), 7, "规模为12.5亿元。"),),
)
REPORTS = (ReportLine("r1", "报告", "甲", "2025", 1), ReportLine("r2", "年报", "甲", "2024", 1))
HIT = {
    "rank": 1,
    "score": 0.5,
    "passage_id": "r1#0",
    "report_id": "r1",
    "title": "报告",
    "publisher": "甲",
    "published": "2025",
    "period": "2024年",
    "headings": ["报告", "一、市场"],
    "page": 3,
    "page_kind": "slide",
    "kind": "text",
    "text": "规模12.5亿元。",
    "highlights": [[0, 2]],
    "reference": "甲. 报告[R]. 2025：[幻灯片3].",
    "also_at": [
        {
            "report_id": "r2",
            "title": "年报",
            "headings": ["年报", "二、规模"],
            "page": 7,
            "page_kind": "page",
            "text": "规模为12.5亿元。",
        }
    ],
}
FOUND = Found("那规模呢？", "2024年规模多大？", (Hit(PASSAGE, 0.5, 1),), Timings(search_ms=12.5))


def test_a_hit_is_these_sixteen_fields() -> None:
    assert hit_object(Hit(PASSAGE, 0.5, 1), ["规模"]) == HIT
    assert len(HIT) == 16


def test_what_is_found_for_a_question_is_told_before_it_is_answered() -> None:
    assert found_object(FOUND, "a-1") == {
        "id": "a-1",
        "question": "那规模呢？",
        "standalone_question": "2024年规模多大？",
        "hits": [HIT],
        "timings": {"search_ms": 12.5},
    }


def test_a_search_adds_how_many_there_are_by_filter_and_what_else_to_try() -> None:
    results = Results(
        FOUND,
        Filter(),
        Facets((("r1", 1), ("gone", 0)), ((2025, 1),), (("text", 1),)),
        k=10,
        offset=0,
        nearest={"规膜": ("规模",)},
        loosened=((Filter(years=frozenset({2024, None, 2023})), 3), (Filter(), 4)),
    )
    assert search_object(results, REPORTS, "a-1") == found_object(FOUND, "a-1") | {
        "total": 1,
        "offset": 0,
        "facets": {
            "reports": [
                {"report_id": "r1", "title": "报告", "count": 1},
                {"report_id": "gone", "title": "", "count": 0},
            ],
            "years": [{"year": 2025, "count": 1}],
            "kinds": [{"kind": "text", "count": 1}],
        },
        "nearest_words": {"规膜": ["规模"]},
        "loosened": [{"filters": {"years": [2023, 2024, None]}, "total": 3}, {"filters": {}, "total": 4}],
    }


def test_a_search_gives_the_hits_of_its_page_and_counts_all() -> None:
    found = Found("规模", "规模", tuple(Hit(PASSAGE, 0.5, rank) for rank in (1, 2, 3)), Timings(1.0))
    page = search_object(Results(found, Filter(), Facets(), k=2, offset=2, nearest={}), REPORTS)
    assert ([hit["rank"] for hit in page["hits"]], page["total"], page["offset"]) == ([3], 3, 2)  # type: ignore[attr-defined]


def test_an_answer_adds_its_sentences_and_citations() -> None:
    answer = Answer(
        sentences=(Sentence("规模12.5亿元。", (1,), True), Sentence("还会增长。", (), False)),
        citations=(Citation(1, PASSAGE, "12.5亿元", 2, 8),),
        hits=FOUND.hits,
    )
    timings = Timings(12.5, 2000.0, 4000.0, 180, 12)
    assert ask_object(Finished(FOUND, answer, timings), 7) == {
        "quoted": False,
        "fallback": None,
        "missing": "",
        "id": 7,
        "question": "那规模呢？",
        "standalone_question": "2024年规模多大？",
        "hits": [HIT],
        "answer": "规模12.5亿元。[1]还会增长。",
        "refused": False,
        "sentences": [
            {
                "text": "规模12.5亿元。",
                "citations": [1],
                "supported": True,
                "state": "supported",
                "composed": False,
            },
            {"text": "还会增长。", "citations": [], "supported": False, "state": "unsupported", "composed": False},
        ],
        "citations": [
            {
                "number": 1,
                "passage_id": "r1#0",
                "report_id": "r1",
                "title": "报告",
                "publisher": "甲",
                "published": "2025",
                "period": "2024年",
                "headings": ["报告", "一、市场"],
                "page": 3,
                "page_kind": "slide",
                "quote": "12.5亿元",
            }
        ],
        "timings": {
            "search_ms": 12.5,
            "waited_ms": None,
            "first_token_ms": 2000.0,
            "total_ms": 4000.0,
            "prompt_tokens": 180,
            "answer_tokens": 12,
        },
    }


def test_a_refusal_is_the_answer_and_says_so() -> None:
    refused = ask_object(Finished(FOUND, Answer((), (), FOUND.hits, refusal="报告中没有。"), Timings(1.0)))
    assert (refused["answer"], refused["refused"], refused["sentences"], refused["citations"]) == (
        "报告中没有。",
        True,
        [],
        [],
    )


def test_an_error_keeps_the_callers_id() -> None:
    assert error_object("缺少 question", "x") == {"id": "x", "error": "缺少 question"}


def test_a_request_is_read_with_its_history() -> None:
    request = {"id": 1, "question": " 那它呢？ ", "history": [{"role": "user", "content": "甲？"}], "k": 3}
    assert read_asked(request, ()) == Asked(1, "那它呢？", (Turn("user", "甲？"),), 3)


def test_a_request_says_where_to_look_from_where_on_and_that_it_is_to_be_taken_as_typed() -> None:
    filters = {"reports": ["r1", "r1"], "years": [2023, None], "kinds": ["row", "text"]}
    request = {"question": "甲？", "filters": filters, "offset": 20, "rewrite": False}
    within = Filter(frozenset({"r1"}), frozenset({2023, None}), frozenset({"row", "text"}))
    assert read_asked(request, REPORTS) == Asked(None, "甲？", within=within, rewrite=False, offset=20)
    assert read_asked({"question": "甲？", "filters": {}}, ()).within == Filter()


def test_reports_that_are_not_there_are_named_three_of_them_at_most() -> None:
    with pytest.raises(BadQuestion, match="没有编号为 x 的报告"):
        check_reports(Filter(reports=frozenset({"r1", "x"})), REPORTS)
    with pytest.raises(BadQuestion, match="没有编号为 a、b、c 等 4 个 的报告"):
        check_reports(Filter(reports=frozenset("abcd")), REPORTS)


def test_a_request_needs_only_a_question() -> None:
    assert read_asked({"question": "甲？"}, (), k=5) == Asked(None, "甲？", (), 5)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ([], "JSON 对象"),
        ({}, "缺少 question"),
        ({"question": 3}, "缺少 question"),
        ({"question": " \n"}, "请输入问题"),
        ({"question": "长" * 2001}, "2,001"),
        ({"question": "\ud800"}, "Unicode"),
        ({"question": "甲", "k": 0}, "k 应是"),
        ({"question": "甲", "k": 101}, "k 应是"),
        ({"question": "甲", "k": True}, "k 应是"),
        ({"question": "甲", "k": "3"}, "k 应是"),
        ({"question": "甲", "offset": -1}, "offset 应是 0 到 10,000"),
        ({"question": "甲", "offset": "0"}, "offset 应是"),
        ({"question": "甲", "rewrite": 0}, "rewrite 应是 true 或 false"),
        ({"question": "甲", "filters": []}, "filters 应是对象"),
        ({"question": "甲", "filters": {"report": ["r1"]}}, "filters 中没有 report；可用 reports"),
        ({"question": "甲", "filters": {"reports": "r1"}}, "filters.reports 应是数组"),
        ({"question": "甲", "filters": {"reports": ["r1"] * 1001}}, "最多 1,000 项"),
        ({"question": "甲", "filters": {"reports": ["r1", 2]}}, r"filters.reports\[1\] 应是报告编号"),
        ({"question": "甲", "filters": {"reports": ["\ud800"]}}, r"filters.reports\[0\]"),
        ({"question": "甲", "filters": {"reports": ["r1", "r9"]}}, "没有编号为 r9 的报告"),
        ({"question": "甲", "filters": {"years": ["2023"]}}, r"filters.years\[0\] 应是四位数的出版年份"),
        ({"question": "甲", "filters": {"years": [True]}}, r"filters.years\[0\]"),
        ({"question": "甲", "filters": {"years": [23]}}, r"filters.years\[0\]"),
        ({"question": "甲", "filters": {"kinds": ["row", "rows"]}}, "没有 rows 这种段落；filters.kinds 可用 text、row"),
        ({"question": "甲", "filters": {"kinds": ["notice"]}}, "没有 notice"),
        ({"question": "甲", "history": "x"}, "history 应是数组"),
        ({"question": "甲", "history": [1]}, r"history\[0\] 应是对象"),
        ({"question": "甲", "history": [{"role": "system", "content": "x"}]}, r"history\[0\].role"),
        ({"question": "甲", "history": [{"role": "user", "content": None}]}, r"history\[0\].content"),
        ({"question": "甲", "history": [{"role": "user", "content": "x"}] * 101}, "最多 100 条"),
    ],
)
def test_a_wrong_request_is_refused_with_the_reason(request_: object, message: str) -> None:
    with pytest.raises(BadQuestion, match=message):
        read_asked(request_, REPORTS)


def test_a_question_may_be_as_long_as_the_limit() -> None:
    assert len(read_asked({"question": "长" * 2000}, ()).question) == 2000


@pytest.mark.parametrize(("request_", "id"), [({"id": "a"}, "a"), ({"id": 0}, 0), ({"id": [1]}, None), ("x", None)])
def test_only_a_string_or_a_number_is_given_back_as_an_id(request_: object, id: object) -> None:
    assert identity(request_) == id
