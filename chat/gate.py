"""The one way to the local model: so many answers at a time, the others wait their turn in order of arrival.

The page and the HTTP interface share one gate, because Gradio's own limits are per event and know nothing of the other.
"""

import threading
import time
from collections import deque
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

from chat.answer import Event, Found
from chat.asker import Asker, Keep, Use, watched
from ingest.errors import UserError

PULSE_SECONDS = 0.25  # a waiting generator must yield this often: one that only blocks cannot be cancelled


class Busy(UserError):
    """The model did not become free in time; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many questions are answered before this one."""

    ahead: int


def _forgotten(use: Use) -> None:
    pass


class ModelGate:
    """At most `slots` answers reach the model at once, first come first served."""

    def __init__(self, *, slots: int = 1, wait_seconds: float = 60.0, keep: Keep = _forgotten) -> None:
        """keep: is told what became of each question, whichever way it came."""
        self._slots = slots
        self._wait_seconds = wait_seconds
        self._keep = keep
        self._line: deque[object] = deque()  # the first `slots` of it hold the model
        self._moved = threading.Condition()

    def through(
        self, events: Generator[Event, None, None], by: Asker = Asker()
    ) -> Generator[Event | Waiting, None, None]:
        """The events of one answer: the first, which is the search, at once; the rest while holding the model, or at once too where
        none is needed.

        Closing this generator once it has begun, in the line or later, leaves the line and closes `events`.

        Raises:
            Busy: the model was not free within wait_seconds.
        """
        return watched(self._in_turn(events), by, self._keep)

    def _in_turn(self, events: Generator[Event, None, None]) -> Generator[Event | Waiting, None, None]:
        with closing(events):
            for event in events:
                yield event
                if isinstance(event, Found) and not event.needs_model:
                    yield from events
                    return
                break
            ticket = object()
            with self._moved:
                self._line.append(ticket)
            try:
                yield from self._wait(ticket)
                yield from events
            finally:
                with self._moved:
                    self._line.remove(ticket)
                    self._moved.notify_all()

    def _wait(self, ticket: object) -> Generator[Waiting, None, None]:
        deadline = time.monotonic() + self._wait_seconds
        while (ahead := self._ahead_of(ticket)) > 0:
            if time.monotonic() > deadline:
                raise Busy("正在回答的问题较多，请稍后再试。")
            yield Waiting(ahead)
            with self._moved:
                self._moved.wait_for(lambda: self._ahead_of(ticket) <= 0, PULSE_SECONDS)

    def _ahead_of(self, ticket: object) -> int:
        with self._moved:  # reentrant
            return self._line.index(ticket) - self._slots + 1
