"""The line: nobody is lost, no slot is idle, and a caller with one question waits for one of each other caller."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chat.service.line import Line, Ticket

CALLERS = ("甲", "乙", "丙", "丁")


def joined(line: Line, *callers: str) -> list[Ticket]:
    tickets = [Ticket(caller) for caller in callers]
    for ticket in tickets:
        line.join(ticket)
    return tickets


def order(line: Line, tickets: list[Ticket]) -> list[Ticket]:
    """The tickets in the order in which they get in, each leaving before the next."""
    served: list[Ticket] = []
    while len(served) < len(tickets):
        (inside,) = [ticket for ticket in tickets if ticket not in served and line.ahead(ticket) == 0]
        served.append(inside)
        line.leave(inside)
    return served


def test_callers_take_turns_and_the_questions_of_one_go_in_order() -> None:
    line = Line(1)
    first, second, third, light, other, last = joined(line, "多", "多", "多", "少", "另", "少")
    assert order(line, [first, second, third, light, other, last]) == [first, second, light, other, third, last]


def test_what_is_ahead_is_counted_in_the_order_in_which_it_is_served() -> None:
    line = Line(1)
    tickets = joined(line, "多", "多", "多", "少", "另", "少")
    assert [line.ahead(ticket) for ticket in tickets] == [0, 1, 4, 2, 3, 5]


def test_who_asks_once_is_before_the_second_question_of_who_asks_twenty_times() -> None:
    line = Line(1)
    joined(line, *["多"] * 20)
    (light,) = joined(line, "少")
    assert line.ahead(light) == 2  # the one inside, and the one whose turn it was


def test_a_ticket_leaves_twice_or_unseen_without_a_trace() -> None:
    line = Line(1)
    inside, waiting = joined(line, "甲", "乙")
    line.leave(Ticket("乙"))
    line.leave(waiting)
    line.leave(waiting)
    assert (line.inside, line.waiting, waiting in line) == (1, 0, False)
    with pytest.raises(ValueError, match="not in"):
        line.ahead(waiting)
    line.leave(inside)
    assert (line.inside, line.waiting) == (0, 0)


def test_a_line_before_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Line(0)


class AnyLine(RuleBasedStateMachine):
    """Whoever comes and goes, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.line = Line(1)
        self.there: list[Ticket] = []  # in order of arrival
        self.got_in: list[Ticket] = []
        # Of a ticket that was its caller's only one when it came: who else waited then, and who got in since.
        self.alone: dict[Ticket, tuple[set[str], list[str]]] = {}

    @initialize(slots=st.integers(1, 3))
    def begin(self, slots: int) -> None:
        self.slots = slots
        self.line = Line(slots)

    @rule(caller=st.sampled_from(CALLERS))
    def join(self, caller: str) -> None:
        waiting = [ticket for ticket in self.there if self.line.ahead(ticket)]
        ticket = Ticket(caller)
        if caller not in {each.caller for each in waiting}:
            self.alone[ticket] = {each.caller for each in waiting}, []
        self.there.append(ticket)
        self.line.join(ticket)
        self._see_who_got_in()

    @precondition(lambda self: self.there)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        ticket = data.draw(st.sampled_from(self.there))
        self.there.remove(ticket)
        self.alone.pop(ticket, None)
        self.line.leave(ticket)
        self._see_who_got_in()

    def _see_who_got_in(self) -> None:
        for ticket in [each for each in self.there if each not in self.got_in and self.line.ahead(each) == 0]:
            earlier = [each for each in self.there if each.caller == ticket.caller and each not in self.got_in]
            assert earlier[0] is ticket, "the questions of one caller go in order"
            self.got_in.append(ticket)
            callers_there, since = self.alone.pop(ticket, (set(), []))
            assert len(since) == len(set(since)), "nobody gets in twice before a caller who waits for the first time"
            assert set(since) <= callers_there, "nobody who came later gets in before"
            for _, others in self.alone.values():
                others.append(ticket.caller)

    @invariant()
    def no_slot_is_idle_and_nobody_is_lost(self) -> None:
        inside = [ticket for ticket in self.there if self.line.ahead(ticket) == 0]
        assert len(inside) == self.line.inside == min(self.slots, len(self.there))
        assert self.line.waiting == len(self.there) - len(inside)
        assert all(ticket in self.line for ticket in self.there)

    def teardown(self) -> None:
        """What is said to be ahead is what leaves before, if nobody else comes."""
        told = {ticket: self.line.ahead(ticket) for ticket in self.there}
        left = 0
        while self.there:
            for ticket in self.there:
                if ticket in told and self.line.ahead(ticket) == 0:
                    assert told.pop(ticket) == left
            inside = next(ticket for ticket in self.there if self.line.ahead(ticket) == 0)
            self.there.remove(inside)
            self.line.leave(inside)
            left += 1
        assert (self.line.inside, self.line.waiting) == (0, 0)


AnyLine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_any_line = AnyLine.TestCase
