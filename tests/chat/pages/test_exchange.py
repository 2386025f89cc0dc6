"""What a conversation keeps of reports that have left the library: nothing."""

from dataclasses import replace

import pytest

from chat.answer import Answer, Found, Sentence, Timings
from chat.pages.exchange import Exchange, OneReport, all_standing, standing
from index.filters import Filter
from tests.fakes import ANSWER, EXPORTS, HITS, POLICY, PROVED, TIMINGS, cite

EV, PV, OLD = "ev-2025", "pv-2024", "ev-2024"
FOUND = Found("出口多少？", "出口多少？", HITS, Timings(30.0))
ANSWERED = Exchange("出口多少？", found=FOUND, answer=ANSWER, timings=TIMINGS)


def test_an_exchange_whose_reports_are_all_there_stays_as_it_is() -> None:
    assert standing(ANSWERED, {EV, PV, OLD}) == ANSWERED


def test_an_answer_that_cites_a_removed_report_says_so_and_keeps_nothing_of_it() -> None:
    left = standing(ANSWERED, {PV, OLD})
    assert left == Exchange("出口多少？", withdrawn="left")
    assert EXPORTS.text not in repr(left)


def test_a_question_asked_of_a_removed_report_does_not_name_it_any_more() -> None:
    refused = Exchange("出口多少？", of=OneReport(OLD, "旧报告"), found=replace(FOUND, hits=()))
    assert standing(replace(refused, stopped=True), {EV, PV}) == Exchange("出口多少？", withdrawn="left")
    assert standing(replace(refused, found=None, problem="忙"), {EV, PV}).of is None
    assert standing(refused, {EV, PV}) == refused  # still being answered


def test_a_question_of_one_report_looks_there_alone() -> None:
    assert Exchange("出口？", of=OneReport(EV, "报告")).within == Filter(reports=frozenset({EV}))
    assert Exchange("出口？").within == Filter()


def test_what_a_question_was_taken_for_is_told_only_where_it_was_completed() -> None:
    assert Exchange("它呢？").understood is None
    assert ANSWERED.understood is None
    assert Exchange("它呢？").after(replace(FOUND, standalone_question="出口呢？")).understood == "出口呢？"


def test_passages_of_a_removed_report_leave_an_answer_that_does_not_cite_it() -> None:
    left = standing(replace(ANSWERED, answer=PROVED), {EV, OLD})
    assert left.answer is not None
    assert left.found is not None
    assert left.answer.text == PROVED.text
    assert [hit.passage.report_id for hit in left.answer.hits] == [EV, EV]
    assert POLICY.text not in repr(left)


def test_a_sentence_without_a_source_may_be_of_any_report_that_was_found() -> None:
    assert standing(ANSWERED, {EV, OLD}).withdrawn == "left"


def test_a_follow_up_goes_with_the_answer_that_it_may_have_been_completed_from() -> None:
    on_policy = replace(ANSWERED, answer=Answer((Sentence("扩大。", (1,), True),), (cite(1, POLICY, "扩大"),), ()))
    completed = replace(ANSWERED, answer=PROVED, found=replace(FOUND, standalone_question="光伏企业的出口？"))
    assert [each.withdrawn for each in all_standing((on_policy, completed), {EV, OLD}, "")] == ["left", "left"]
    assert [each.withdrawn for each in all_standing((on_policy, replace(ANSWERED, answer=PROVED)), {EV, OLD}, "")] == [
        "left",
        None,
    ]


def test_what_may_be_asked_next_goes_with_the_version_it_is_of() -> None:
    asked = replace(ANSWERED, library="version-1", next_questions=("光伏呢？",))
    assert all_standing((asked,), {EV, PV, OLD}, "version-1")[0].next_questions == ("光伏呢？",)
    assert all_standing((asked,), {EV, PV, OLD}, "version-2")[0].next_questions == ()


def test_other_places_of_a_passage_are_named_only_while_their_report_is_there() -> None:
    left = standing(ANSWERED, {EV, PV})
    assert left.answer is not None
    assert OLD not in repr(left)
    assert left.answer.citations[1].quote == ANSWER.citations[1].quote


def test_a_refusal_goes_with_a_removed_report_that_it_was_nearest_to_as_it_names_it() -> None:
    refused = replace(ANSWERED, answer=Answer((), (), HITS, refusal=f"最接近的内容在《{EXPORTS.title}》“出口”。"))
    assert standing(refused, {EV, PV, OLD}) == refused
    left = standing(refused, {PV, OLD})
    assert left == Exchange("出口多少？", withdrawn="left")
    assert EXPORTS.title not in repr(left)


def test_what_may_be_asked_next_goes_with_any_report_that_it_was_told_by() -> None:
    answered = replace(ANSWERED, next_questions=("分布式光伏怎么扩大？",))
    assert standing(answered, {EV, PV}).next_questions == ("分布式光伏怎么扩大？",)
    assert standing(answered, {EV, OLD}).next_questions == ()


@pytest.mark.parametrize("reports", [{PV}, {EV}])
def test_a_draft_that_was_broken_off_goes_with_any_passage_found_for_it(reports: set[str]) -> None:
    stopped = Exchange("出口多少？", found=FOUND, draft="出口128.4万辆", stopped=True)
    assert standing(stopped, reports) == Exchange("出口多少？", withdrawn="left")


def test_an_answer_still_being_written_is_left_until_it_is_done() -> None:
    running = Exchange("出口多少？", found=FOUND, draft="出口128.4万辆")
    assert standing(running, set()) == running
    assert standing(replace(running, answer=Answer((), (cite(1, EXPORTS, "6.7%"),), HITS)), set()).withdrawn == "left"


def test_what_found_nothing_has_nothing_to_lose() -> None:
    failed = Exchange("出口多少？", problem="模型忙。")
    assert standing(failed, set()) == failed
