"""One question of the conversation and how far its answer has come: what the page keeps and draws.

A page's state is a tuple of exchanges; every event of an answer makes the next state of the last one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from chat.answer import Answer, Drafting, Event, Finished, Found, Timings, Turn
from chat.gate import Waiting
from index.filters import Filter
from index.library import Hit
from ingest.report import Passage

WITHDRAWN = "这个回答所引的报告已从资料库移除，内容不再显示；可以重新提问。"


@dataclass(frozen=True, slots=True)
class OneReport:
    """The one report that a reader asks about."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with what there is of its answer.

    of: the one report that it is asked of; None for all of them.
    verbatim: it is to be taken as typed, though turns went before.
    ahead: questions to be answered before this one.
    problem: why there is no answer and never will be, for the reader.
    stopped: the reader broke it off.
    """

    question: str
    of: OneReport | None = None
    verbatim: bool = False
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

    @property
    def within(self) -> Filter:
        """Where to look for its answer."""
        return Filter(reports=frozenset({self.of.id})) if self.of is not None else Filter()

    @property
    def understood(self) -> str | None:
        """What the turns before completed the question to; None where it is taken as typed."""
        if self.found is None or self.found.standalone_question == self.found.question:
            return None
        return self.found.standalone_question

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


def standing(exchange: Exchange, reports: Collection[str]) -> Exchange:
    """The exchange with nothing in it of reports that have left the library; reports are the ids that are there.

    An answer that cites such a report goes as a whole, and so does a draft that such passages were found for: which of
    its sentences came from there cannot be told. One that is still being written is left until it is done.
    """
    if exchange.running:
        return exchange
    if exchange.of is not None and exchange.of.id not in reports:
        return Exchange(exchange.question, problem=WITHDRAWN)
    if exchange.found is None:
        return exchange
    answer = exchange.answer
    rests_on = (
        [citation.passage for citation in answer.citations] if answer else [h.passage for h in exchange.found.hits]
    )
    if any(passage.report_id not in reports for passage in rests_on):
        return Exchange(exchange.question, problem=WITHDRAWN)
    if answer is not None:
        citations = tuple(
            replace(citation, passage=_standing(citation.passage, reports)) for citation in answer.citations
        )
        answer = replace(answer, citations=citations, hits=_standing_hits(answer.hits, reports))
    found = replace(exchange.found, hits=_standing_hits(exchange.found.hits, reports))
    return replace(exchange, found=found, answer=answer)


def _standing_hits(hits: Iterable[Hit], reports: Collection[str]) -> tuple[Hit, ...]:
    return tuple(
        replace(hit, passage=_standing(hit.passage, reports)) for hit in hits if hit.passage.report_id in reports
    )


def _standing(passage: Passage, reports: Collection[str]) -> Passage:
    """The passage without the places where its words stood in a report that has left."""
    return replace(passage, also_at=tuple(place for place in passage.also_at if place.report_id in reports))


def turns_of(exchanges: Iterable[Exchange]) -> tuple[Turn, ...]:
    """The conversation so far, as the next question needs it; what was broken off or failed is left out."""
    return tuple(
        turn
        for exchange in exchanges
        if exchange.answer is not None
        for turn in (Turn("user", exchange.question), Turn("assistant", exchange.answer.text))
    )
