"""The one way to the model: so many answers at a time, and a fair line of those who wait.

The page and the HTTP interface share one gate, because Gradio's own limits are per event and know nothing of the other.
"""

import math
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, replace

from starlette.requests import HTTPConnection

from chat.access.caller import Caller, caller_of
from chat.answer import Event, Finished, Found
from chat.config import LimitsConfig
from chat.records.asker import Asker, Keep, turned_away, watched
from chat.service.line import Line, Ticket
from ingest.errors import UserError
from ingest.language import Message, message

PULSE_SECONDS = 0.25  # a waiting generator must yield this often: one that only blocks cannot be cancelled
FIRST_GUESS_SECONDS = 8.0  # of an answer, before there was one: the default model's on two cores
NEWEST_COUNTS = 0.2  # of an answer's time in the mean, against those before
COME_BACK_SECONDS = 30  # where nothing tells how long it will take
LONGEST_ADVICE_SECONDS = 120

STOPPING = message("服务正在停止，暂不接受新的问题，请稍后再试。")
CUT_OFF = message("服务正在停止，这个回答未能完成，请稍后重新提问。")


class Busy(UserError):
    """There is no answer for now; the message is for the reader. retry_after: seconds after which to ask again, 1 to 120."""

    def __init__(self, reason: Message | str, *, retry_after: int = COME_BACK_SECONDS) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class TooMany(Busy):
    """This caller has as many questions under way as one may have."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many questions are answered before this one, which takes about so many seconds."""

    ahead: int
    seconds: int


def line_key(caller: Caller, nameless: str) -> str:
    """Whose turn in the line it is: the caller's, and where callers of a kind have no names, that of their session or address."""
    return caller.key if caller.user else f"{caller.key}{nameless}"


def line_of(connection: HTTPConnection) -> str:
    """Whose turn it is of who sends a request; without a name, the address's."""
    return line_key(caller_of(connection), connection.client.host if connection.client else "")


class ModelGate:
    """At most `slots` answers reach the model at once; callers take turns.

    A question is under way from before its search until its answer is whole, or its reader has left. pending: so many one caller
    may have under way. waiting: so many may be under way beside those that the model answers. wait_seconds: the longest that one waits.
    observers: each is told what became of each question, whichever way it came; they must not raise.
    """

    def __init__(
        self,
        *,
        slots: int = 1,
        pending: int = 2,
        waiting: int = 32,
        wait_seconds: float = 60.0,
        observers: Iterable[Keep] = (),
    ) -> None:
        self.most = slots + waiting
        self._slots = slots
        self._pending = pending
        self._waiting = waiting
        self._wait_seconds = wait_seconds
        self._observers = tuple(observers)
        self._line = Line(slots)
        self._moved = threading.Condition()  # reentrant; held wherever the next three are changed
        self._under_way: set[Ticket] = set()
        self._began: dict[Ticket, float] = {}  # of those with the model, since when
        self._mean_seconds = FIRST_GUESS_SECONDS
        self._stopping = False
        self._ended = False

    @property
    def under_way(self) -> int:
        """How many questions are under way."""
        return len(self._under_way)

    @property
    def running(self) -> int:
        """How many hold the model."""
        return self._line.inside

    @property
    def in_line(self) -> int:
        """How many wait for it."""
        return self._line.waiting

    @property
    def stopping(self) -> bool:
        """Whether nobody is let in any more."""
        return self._stopping

    def enter(self, caller: str = "", by: Asker = Asker()) -> Ticket:
        """Let a question in, to be followed with `follow` and left with `leave`, whatever happens.

        Raises:
            TooMany: the caller has `pending` under way.
            Busy: so many wait that no more may, or the service stops.
        """
        try:
            return self._entered(caller)
        except Busy:
            for keep in self._observers:
                keep(turned_away(by))
            raise

    def _entered(self, caller: str) -> Ticket:
        with self._moved:
            if self._stopping:
                raise Busy(STOPPING)
            own = [ticket for ticket in self._under_way if ticket.caller == caller]
            if len(own) >= self._pending:
                first = min(map(self._ahead, own))
                raise TooMany(
                    message("您已有 {pending} 个问题尚未答完，请等答完一个再问。", pending=self._pending),
                    retry_after=self._seconds(first + 1),
                )
            if self.under_way >= self.most:
                raise Busy(
                    message("正在等候回答的问题较多（已有 {waiting} 个），请稍后再试。", waiting=self._waiting),
                    retry_after=self._seconds(self.under_way),
                )
            ticket = Ticket(caller)
            self._under_way.add(ticket)
            return ticket

    def leave(self, ticket: Ticket) -> None:
        """Free the slot or the place in the line; a second time does nothing."""
        with self._moved:
            self._under_way.discard(ticket)
            self._line.leave(ticket)
            if (began := self._began.pop(ticket, None)) is not None:
                self._mean_seconds += NEWEST_COUNTS * (time.monotonic() - began - self._mean_seconds)
            self._moved.notify_all()

    def follow(
        self, events: Generator[Event, None, None], ticket: Ticket, by: Asker = Asker()
    ) -> Generator[Event | Waiting, None, None]:
        """The events of one answer: the first, which is the search, at once; the rest while holding the model, or at once too where
        none is needed.

        Closing this generator, in the line or later, closes `events` and leaves.

        Raises:
            Busy: the model was not free within wait_seconds, or the service stops.
        """
        return watched(self._in_turn(events, ticket), by, self._observers)

    def _in_turn(self, events: Generator[Event, None, None], ticket: Ticket) -> Generator[Event | Waiting, None, None]:
        try:
            with closing(events):  # the model must be idle before its slot is free
                for event in events:
                    yield event
                    if isinstance(event, Found) and not event.needs_model:
                        self.leave(ticket)
                        yield from events
                        return
                    break
                waited_ms = yield from self._wait(ticket)
                for event in events:
                    if isinstance(event, Finished):
                        yield replace(event, timings=replace(event.timings, waited_ms=waited_ms))
                    elif self._ended:
                        raise Busy(CUT_OFF)
                    else:
                        yield event
        finally:
            self.leave(ticket)

    def through(
        self, events: Generator[Event, None, None], caller: str = "", by: Asker = Asker()
    ) -> Generator[Event | Waiting, None, None]:
        """`enter` and `follow` in one.

        Raises:
            Busy: as both.
        """
        with closing(events):
            ticket = self.enter(caller, by)
            yield from self.follow(events, ticket, by)

    def stop(self) -> None:
        """Let nobody in from now on and tell those who wait; what the model is answering goes on."""
        with self._moved:
            self._stopping = True
            self._moved.notify_all()

    def end(self) -> None:
        """As `stop`, and tell those whose answer is under way, at its next event."""
        self.stop()
        self._ended = True

    def _wait(self, ticket: Ticket) -> Generator[Waiting, None, float]:
        """Until the ticket is inside; returns the milliseconds that took."""
        joined = time.monotonic()
        with self._moved:
            self._line.join(ticket)
        while ahead := self._ahead(ticket):
            if self._stopping:
                raise Busy(STOPPING)
            if time.monotonic() - joined > self._wait_seconds:
                raise Busy(
                    message(
                        "等候已超过 {seconds:.0f} 秒，正在回答的问题较多，请稍后再试。", seconds=self._wait_seconds
                    ),
                    retry_after=self._seconds(ahead),
                )
            yield Waiting(ahead, self._seconds(ahead))
            with self._moved:
                self._moved.wait_for(lambda: self._stopping or not self._ahead(ticket), PULSE_SECONDS)
        self._began[ticket] = time.monotonic()
        return round((self._began[ticket] - joined) * 1000, 1)

    def _ahead(self, ticket: Ticket) -> int:
        """How many are answered before it; of one that still searches, all."""
        with self._moved:
            return self._line.ahead(ticket) if ticket in self._line else self._line.waiting + self._line.inside

    def _seconds(self, answers: int) -> int:
        """About how long so many answers take, from 1 to LONGEST_ADVICE_SECONDS."""
        return min(max(math.ceil(answers * self._mean_seconds / self._slots), 1), LONGEST_ADVICE_SECONDS)


def gate_of(limits: LimitsConfig, observers: Iterable[Keep] = ()) -> ModelGate:
    """The gate as configured."""
    return ModelGate(
        slots=limits.slots,
        pending=limits.pending,
        waiting=limits.waiting,
        wait_seconds=limits.wait_seconds,
        observers=observers,
    )
