"""One question of the conversation and how far its answer has come: what the page keeps and draws.

A page's state is a tuple of exchanges; every event of an answer makes the next state of the last one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chat.answer import Answer, Drafting, Event, Finished, Found, Timings, Turn
from chat.gate import Waiting


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with what there is of its answer.

    ahead: questions to be answered before this one.
    problem: why there is no answer and never will be, for the reader.
    stopped: the reader broke it off.
    """

    question: str
    found: Found | None = None
    ahead: int = 0
    draft: str = ""
    answer: Answer | None = None
    timings: Timings | None = None
    problem: str | None = None
    stopped: bool = False

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self.answer is None and self.problem is None and not self.stopped

    def after(self, event: Event | Waiting) -> "Exchange":
        """The exchange once the event has happened."""
        match event:
            case Found():
                return replace(self, found=event, timings=event.timings)
            case Waiting(ahead):
                return replace(self, ahead=ahead)
            case Drafting(text):
                return replace(self, draft=text, ahead=0)
            case Finished():
                return replace(self, found=event.found, answer=event.answer, timings=event.timings, ahead=0)


def turns_of(exchanges: Iterable[Exchange]) -> tuple[Turn, ...]:
    """The conversation so far, as the next question needs it; what was broken off or failed is left out."""
    return tuple(
        turn
        for exchange in exchanges
        if exchange.answer is not None
        for turn in (Turn("user", exchange.question), Turn("assistant", exchange.answer.text))
    )
