"""The gate before the model: fair, bounded, told in advance, and clean whoever leaves when."""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.access.caller import Caller
from chat.answer import Drafting, Event, Finished
from chat.service.gate import Busy, ModelGate, TooMany, Waiting, line_key
from tests.fakes import ANSWER, TIMINGS, ScriptedAssistant

ASSISTANT = ScriptedAssistant()


def asking() -> Generator[Event, None, None]:
    """An answer in four events that takes no time."""
    found = ASSISTANT.search("销量？")
    yield found
    yield Drafting("出")
    yield Drafting("出口")
    yield Finished(found, ANSWER, TIMINGS)


def waits(gate: ModelGate, caller: str) -> Generator[Event | Waiting, None, None]:
    """A question that is in the line, or with the model where that is free."""
    events = gate.through(asking(), caller)
    next(events), next(events)
    return events


@contextmanager
def occupied(gate: ModelGate) -> Iterator[None]:
    with closing(waits(gate, "一直在问")):
        yield


def test_a_caller_may_have_two_questions_under_way_and_is_told_when_the_first_is_done() -> None:
    gate = ModelGate(pending=2)
    with occupied(gate), closing(waits(gate, "甲")), closing(waits(gate, "甲")):
        with pytest.raises(TooMany, match="您已有 2 个问题尚未答完") as refused:
            next(gate.through(asking(), "甲"))
        assert refused.value.retry_after == 16  # one before it, then itself, 8 seconds each
        assert next(gate.through(asking(), "乙"))  # another caller may
    assert gate.under_way == 0


def test_asvs_15_4_4_who_asks_twice_does_not_keep_who_asks_once_waiting_longer() -> None:
    gate = ModelGate()
    with occupied(gate), closing(waits(gate, "多")), closing(waits(gate, "多")), closing(waits(gate, "少")) as light:
        assert next(light) == Waiting(2, 16)


def test_a_question_that_needs_no_model_is_no_longer_counted_once_that_is_known() -> None:
    gate = ModelGate(pending=1)
    found = replace(ASSISTANT.search("乙"), needs_model=False)
    events: list[Event] = [found, Finished(found, ANSWER, TIMINGS)]
    with closing(gate.through((each for each in events), "甲")) as first:
        assert [next(first), next(first)] == events
        assert gate.under_way == 0


def test_where_so_many_wait_that_no_more_may_the_next_is_told_at_once_and_when_to_come_back() -> None:
    gate = ModelGate(pending=9, waiting=3)
    with occupied(gate), closing(waits(gate, "甲")), closing(waits(gate, "乙")), closing(waits(gate, "丙")):
        with pytest.raises(Busy, match=r"已有 3 个.*稍后再试") as refused:
            gate.enter("丁")
        assert not isinstance(refused.value, TooMany)
        assert refused.value.retry_after == 32  # four before it


def test_no_advice_is_longer_than_two_minutes_or_shorter_than_a_second() -> None:
    gate = ModelGate(pending=1, waiting=32)
    tickets = [gate.enter(str(number)) for number in range(33)]
    with pytest.raises(Busy) as refused:
        gate.enter("丁")
    assert refused.value.retry_after == 120
    for ticket in tickets:
        gate.leave(ticket)
    for _ in range(60):
        list(gate.through(asking()))
    with occupied(gate), closing(waits(gate, "甲")) as waiting:
        assert next(waiting) == Waiting(1, 1)


def test_the_time_that_is_told_follows_the_answers_there_were() -> None:
    gate = ModelGate(wait_seconds=60)

    def slow() -> Generator[Event, None, None]:
        yield ASSISTANT.search("销量？")
        time.sleep(0.3)

    for _ in range(40):
        list(gate.through(asking()))
    assert gate._mean_seconds < 0.01
    list(gate.through(slow()))
    assert gate._mean_seconds == pytest.approx(0.06, abs=0.03)  # a fifth of 0.3 s


def test_a_question_that_waits_too_long_is_told_when_to_come_back() -> None:
    gate = ModelGate(wait_seconds=0.1)
    with occupied(gate), pytest.raises(Busy, match=r"等候已超过 0 秒.*稍后再试") as refused:
        list(gate.through(asking(), "甲"))
    assert refused.value.retry_after == 8
    assert gate.under_way == 0


def test_the_answer_tells_how_long_it_waited() -> None:
    gate = ModelGate()
    with occupied(gate):
        waiting = waits(gate, "甲")
        time.sleep(0.1)
    last = list(waiting)[-1]
    assert isinstance(last, Finished)
    assert last.timings.waited_ms is not None
    assert 100 <= last.timings.waited_ms < 5_000
    assert last.timings == replace(TIMINGS, waited_ms=last.timings.waited_ms)


def test_a_stop_refuses_the_new_and_those_who_wait_and_lets_the_running_end() -> None:
    gate = ModelGate()
    running, waiting = waits(gate, "甲"), waits(gate, "乙")
    gate.stop()
    with pytest.raises(Busy, match="服务正在停止"):
        gate.enter("丙")
    with pytest.raises(Busy, match="服务正在停止"):
        next(waiting)
    assert isinstance(list(running)[-1], Finished)
    assert gate.under_way == 0


def test_the_end_of_a_stop_tells_the_running_too_unless_the_answer_is_there() -> None:
    gate = ModelGate(slots=2)
    cut_off, ready = waits(gate, "甲"), waits(gate, "乙")
    next(ready)
    gate.end()
    with pytest.raises(Busy, match="未能完成"):
        next(cut_off)
    assert isinstance(next(ready), Finished)


def test_two_slots_answer_two_at_once() -> None:
    gate = ModelGate(slots=2)
    with closing(waits(gate, "甲")), closing(waits(gate, "乙")) as second, closing(waits(gate, "丙")) as third:
        assert next(second) == Drafting("出口")
        assert next(third) == Waiting(1, 4)  # two slots: half of 8 seconds


@settings(max_examples=60, deadline=None)
@given(slots=st.integers(1, 2), plan=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=40))
def test_however_questions_go_on_and_are_left_the_line_ends_empty(slots: int, plan: list[tuple[int, bool]]) -> None:
    gate = ModelGate(slots=slots, pending=2)
    questions = [gate.through(asking(), "甲乙丙"[number // 2]) for number in range(6)]
    with_the_model: set[int] = set()
    for number, leaves in plan:
        if leaves:
            questions[number].close()
            with_the_model.discard(number)
        else:
            match next(questions[number], None):
                case Drafting():
                    with_the_model.add(number)
                case None:
                    with_the_model.discard(number)
        assert len(with_the_model) <= slots
    for question in questions:
        question.close()
    assert gate.under_way == gate._line.inside == gate._line.waiting == len(gate._began) == 0


def test_of_many_at_once_every_question_ends_once_and_never_two_are_with_the_model() -> None:
    gate, assistant = ModelGate(pending=3, waiting=60), ScriptedAssistant(pieces=("甲",))
    ends: list[str] = []

    def ask(number: int) -> None:
        events = list(gate.through(assistant.ask("销量？"), f"用户{number % 10}"))
        ends.extend("finished" for event in events if isinstance(event, Finished))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(ends), assistant.most, gate.under_way) == (30, 1, 0)


def test_a_caller_with_a_name_has_one_turn_and_those_without_one_each() -> None:
    assert line_key(Caller("proxy", "li"), "session-1") == line_key(Caller("proxy", "li"), "session-2")
    assert line_key(Caller("loopback"), "session-1") != line_key(Caller("loopback"), "session-2")
