"""The JSON of the contract, by hand: what stands here is promised to whoever reads it."""

import pytest

from chat.answer import Answer, BadQuestion, Citation, Finished, Found, Sentence, Timings, Turn
from chat.contract import Asked, ask_object, error_object, hit_object, identity, read_asked, search_object
from index.library import Hit
from ingest.report import Passage

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
)
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
}
FOUND = Found("那规模呢？", "2024年规模多大？", (Hit(PASSAGE, 0.5, 1),), Timings(search_ms=12.5))


def test_a_hit_is_these_thirteen_fields() -> None:
    assert hit_object(Hit(PASSAGE, 0.5, 1)) == HIT


def test_a_search_gives_the_question_the_one_searched_for_and_the_hits() -> None:
    assert search_object(FOUND, "a-1") == {
        "id": "a-1",
        "question": "那规模呢？",
        "standalone_question": "2024年规模多大？",
        "hits": [HIT],
        "timings": {"search_ms": 12.5},
    }


def test_an_answer_adds_its_sentences_and_citations() -> None:
    answer = Answer(
        sentences=(Sentence("规模12.5亿元。", (1,), True), Sentence("还会增长。", (), False)),
        citations=(Citation(1, PASSAGE, "12.5亿元", 2, 8),),
        hits=FOUND.hits,
    )
    timings = Timings(12.5, 2000.0, 4000.0, 180, 12)
    assert ask_object(Finished(FOUND, answer, timings), 7) == {
        "id": 7,
        "question": "那规模呢？",
        "standalone_question": "2024年规模多大？",
        "hits": [HIT],
        "answer": "规模12.5亿元。[1]还会增长。",
        "refused": False,
        "sentences": [
            {"text": "规模12.5亿元。", "citations": [1], "supported": True},
            {"text": "还会增长。", "citations": [], "supported": False},
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
    assert read_asked(request) == Asked(1, "那它呢？", (Turn("user", "甲？"),), 3)


def test_a_request_needs_only_a_question() -> None:
    assert read_asked({"question": "甲？"}, k=5) == Asked(None, "甲？", (), 5)


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
        ({"question": "甲", "history": "x"}, "history 应是数组"),
        ({"question": "甲", "history": [1]}, r"history\[0\] 应是对象"),
        ({"question": "甲", "history": [{"role": "system", "content": "x"}]}, r"history\[0\].role"),
        ({"question": "甲", "history": [{"role": "user", "content": None}]}, r"history\[0\].content"),
        ({"question": "甲", "history": [{"role": "user", "content": "x"}] * 101}, "最多 100 条"),
    ],
)
def test_a_wrong_request_is_refused_with_the_reason(request_: object, message: str) -> None:
    with pytest.raises(BadQuestion, match=message):
        read_asked(request_)


def test_a_question_may_be_as_long_as_the_limit() -> None:
    assert len(read_asked({"question": "长" * 2000}).question) == 2000


@pytest.mark.parametrize(("request_", "id"), [({"id": "a"}, "a"), ({"id": 0}, 0), ({"id": [1]}, None), ("x", None)])
def test_only_a_string_or_a_number_is_given_back_as_an_id(request_: object, id: object) -> None:
    assert identity(request_) == id
