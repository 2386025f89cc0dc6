"""What became of a question is told once, whatever its end, and its events are the same as without."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

import pytest

from chat.access.caller import LOCAL, Caller
from chat.answer import Answer, BadQuestion, Event, Finished
from chat.models.generation import GeneratorUnavailable
from chat.pages.askers import Reader
from chat.records.asker import Asker, Use, asker_of, watched
from chat.records.feedback import Cited
from chat.service.gate import Busy, ModelGate, TooMany
from tests.fakes import ANSWER, HITS, TIMINGS, ScriptedAssistant

READER = Asker("page", "zh-CN", "u1")


def uses_of(events: Generator[Event, None, None], *, until: int | None = None) -> list[Use]:
    kept: list[Use] = []
    with closing(watched(events, READER, (kept.append,))) as watching:
        for number, _ in enumerate(watching, start=1):
            if number == until:
                break
    return kept


def test_an_answer_is_told_with_what_it_cites_and_how_long_it_took() -> None:
    (use,) = uses_of(ScriptedAssistant().ask("销量？"))
    assert (use.asker, use.ending, use.reason, use.question) == (READER, "answered", "", "销量？")
    cited = dict.fromkeys(Cited(each.passage.report_id, each.passage.id) for each in ANSWER.citations)
    assert use.cited == tuple(cited)
    assert (use.search_ms, use.first_token_ms) == (TIMINGS.search_ms, TIMINGS.first_token_ms)
    assert (use.prompt_tokens, use.answer_tokens) == (TIMINGS.prompt_tokens, TIMINGS.answer_tokens)
    assert use.total_ms is not None
    assert use.asked_at.endswith("+00:00")


def test_a_refusal_is_told_with_its_kind() -> None:
    refusal = Answer((), (), HITS, refusal="没有找到。", refused_for="years")
    (use,) = uses_of(ScriptedAssistant(answer=refusal).ask("销量？"))
    assert (use.ending, use.reason, use.cited) == ("refused", "years", ())
    (unknown,) = uses_of(ScriptedAssistant(answer=replace(refusal, refused_for=None)).ask("销量？"))
    assert unknown.reason == "nothing"


def test_a_courtesy_is_answered_and_no_refusal() -> None:
    (use,) = uses_of(ScriptedAssistant(answer=Answer((), (), (), refusal="不客气。", courtesy=True)).ask("谢谢"))
    assert (use.ending, use.reason) == ("answered", "")


def test_who_has_a_name_is_told_apart_and_not_named_and_who_has_none_is_nobody() -> None:
    ming, lan = (asker_of(Caller("login", name), "page", "zh-CN") for name in ("ming", "lan"))
    assert ming == asker_of(Caller("login", "ming"), "page", "zh-CN")
    assert ming.user != lan.user
    assert ming.user != asker_of(Caller("key", "ming"), "page").user  # another who is called so
    assert (len(ming.user), "ming" in ming.user) == (16, False)
    assert asker_of(LOCAL, "api") == Asker("api", "", "")
    assert asker_of(Caller("open", "203.0.113.9"), "api").user == ""  # an address is no name


def test_who_asks_within_a_portals_page_asks_by_its_widget() -> None:
    ways = [Reader("s", caller).asker("en").way for caller in (Caller("login", "ming"), Caller("embed", "ming"))]
    assert ways == ["page", "widget"]


def test_who_leaves_before_the_answer_stopped_it_and_who_leaves_with_it_did_not() -> None:
    (stopped,) = uses_of(ScriptedAssistant().ask("销量？"), until=2)
    assert (stopped.ending, stopped.search_ms, stopped.cited) == ("stopped", 30.0, ())
    events = len(list(ScriptedAssistant().ask("销量？")))
    (answered,) = uses_of(ScriptedAssistant().ask("销量？"), until=events)
    assert answered.ending == "answered"


@pytest.mark.parametrize(
    ("error", "reason"),
    [(GeneratorUnavailable("x"), "model"), (Busy("x"), "busy"), (ZeroDivisionError(), "error")],
)
def test_a_failure_is_told_by_its_kind_and_goes_on_to_who_asked(error: Exception, reason: str) -> None:
    kept: list[Use] = []
    with pytest.raises(type(error)):
        list(watched(ScriptedAssistant(error=error).ask("销量？"), READER, (kept.append,)))
    assert [(use.ending, use.reason) for use in kept] == [("failed", reason)]


def test_what_is_no_question_is_not_told() -> None:
    kept: list[Use] = []
    with pytest.raises(BadQuestion):
        list(watched(ScriptedAssistant(error=BadQuestion("x")).ask("?"), READER, (kept.append,)))
    assert kept == []


def test_all_that_pass_the_gate_are_told_of_and_what_they_are_told_is_the_same() -> None:
    kept: list[Use] = []
    events = list(ModelGate(observers=(kept.append,)).through(ScriptedAssistant().ask("甲"), by=READER))
    *before, finished = ScriptedAssistant().ask("甲")
    assert isinstance(finished, Finished)
    assert events == [*before, replace(finished, timings=replace(finished.timings, waited_ms=0.0))]
    list(ModelGate(observers=(kept.append,)).through(ScriptedAssistant().ask("乙")))
    assert [(use.asker, use.question) for use in kept] == [(READER, "甲"), (Asker("api"), "乙")]


def test_who_gives_up_in_the_line_is_told_of_too() -> None:
    kept: list[Use] = []
    gate, assistant = ModelGate(wait_seconds=0.05, observers=(kept.append,)), ScriptedAssistant(seconds=5)
    with closing(gate.through(assistant.ask("甲"))) as first:
        for _ in zip(range(2), first, strict=False):
            pass
        with pytest.raises(Busy):
            list(gate.through(assistant.ask("乙")))
    assert [(use.question, use.ending, use.reason) for use in kept] == [
        ("乙", "failed", "busy"),
        ("甲", "stopped", ""),
    ]


def test_who_is_not_let_in_at_all_is_told_of_too() -> None:
    kept: list[Use] = []
    gate = ModelGate(pending=1, observers=(kept.append,))
    with closing(gate.through(ScriptedAssistant().ask("甲"), "u1", READER)) as first:
        next(first)
        with pytest.raises(TooMany):
            list(gate.through(ScriptedAssistant().ask("乙"), "u1", READER))
        with pytest.raises(TooMany):
            gate.enter("u1", READER)  # as a way does that has to know before its first event
    assert [(use.asker, use.ending, use.reason) for use in kept] == [
        (READER, "failed", "busy"),
        (READER, "failed", "busy"),
        (READER, "stopped", ""),
    ]
