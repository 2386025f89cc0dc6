"""One question of the conversation and how far its answer has come: what the page keeps and draws.

A page's state is a tuple of exchanges; every event of an answer makes the next state of the last one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from chat.answer import Answer, Checking, Drafting, Event, Finished, Found, Timings, Turn
from chat.service.gate import Waiting
from index.filters import Filter
from index.library import Hit
from ingest.report import Passage

Stage = Literal["search", "evidence", "draft", "check"]
# Why an earlier answer is shown no more: a report that it cites has left, or its words are no longer where they were.
Withdrawn = Literal["left", "changed"]


@dataclass(frozen=True, slots=True)
class OneReport:
    """The one report that a reader asks about."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with what there is of its answer.

    id: told by the page when the question was asked; by it an answer is judged. library: the version that was asked.
    conversation: the one it belongs to, told by the page with its first question; the browser keeps it under that name.
    of: the one report that it is asked of; None for all of them.
    verbatim: it is to be taken as typed, though turns went before.
    ahead: questions to be answered before this one. wait_seconds: about how long they take. checking: the draft is whole and being checked.
    problem: why there is no answer and never will be, for the reader.
    withdrawn: why the answer that there was is shown no more.
    stopped: the reader broke it off.
    next_questions: what may be asked next. look: the HTML of the tables that the answer rests on; "" for none.
    """

    question: str
    id: str = ""
    library: str = ""
    conversation: str = ""
    of: OneReport | None = None
    verbatim: bool = False
    found: Found | None = None
    ahead: int = 0
    wait_seconds: int = 0
    draft: str = ""
    checking: bool = False
    answer: Answer | None = None
    timings: Timings | None = None
    problem: str | None = None
    withdrawn: Withdrawn | None = None
    stopped: bool = False
    next_questions: tuple[str, ...] = ()
    look: str = ""

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self.answer is None and self.problem is None and self.withdrawn is None and not self.stopped

    @property
    def stage(self) -> Stage:
        """What is being done now."""
        if self.checking:
            return "check"
        if self.draft:
            return "draft"
        if self.found is None:
            return "search"
        return "draft" if self.found.needs_model and not self.ahead else "evidence"

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
            case Waiting(ahead, seconds):
                return replace(self, ahead=ahead, wait_seconds=seconds)
            case Drafting(text):
                return replace(self, draft=text, ahead=0)
            case Checking():
                return replace(self, checking=True, ahead=0)
            case Finished():
                return replace(
                    self, found=event.found, answer=event.answer, timings=event.timings, ahead=0, checking=False
                )


def standing(exchange: Exchange, reports: Collection[str]) -> Exchange:
    """The exchange with nothing in it of reports that have left the library; reports are the ids that are there.

    An answer that cites such a report goes as a whole, and so do a draft that such passages were found for, as which of
    its sentences came from there cannot be told, and a refusal that they were nearest to, as it names them. What may be
    asked next goes where anything goes. One that is still being written is left until it is done.
    """
    if exchange.running:
        return exchange
    if exchange.of is not None and exchange.of.id not in reports:
        return _withdrawn(exchange)
    if exchange.found is None:
        return exchange
    answer = exchange.answer
    if any(passage.report_id not in reports for passage in _rests_on(answer, exchange.found)):
        return _withdrawn(exchange)
    if answer is not None:
        citations = tuple(
            replace(citation, passage=_standing(citation.passage, reports)) for citation in answer.citations
        )
        answer = replace(answer, citations=citations, hits=_standing_hits(answer.hits, reports))
    found = replace(exchange.found, hits=_standing_hits(exchange.found.hits, reports))
    all_there = len(found.hits) == len(exchange.found.hits)
    next_questions = exchange.next_questions if all_there else ()
    return replace(exchange, found=found, answer=answer, next_questions=next_questions)


def _withdrawn(exchange: Exchange) -> Exchange:
    return Exchange(exchange.question, exchange.id, exchange.library, exchange.conversation, withdrawn="left")


def all_standing(exchanges: Iterable[Exchange], reports: Collection[str], library: str) -> tuple[Exchange, ...]:
    """A conversation with nothing in it of reports that have left; reports and library are of the version that answers now.

    A follow-up goes with what it may have been completed from, and what may be asked next with the version that it is of:
    it may be of any report.
    """
    kept: list[Exchange] = []
    for exchange in exchanges:
        stands = standing(exchange, reports)
        if stands.understood is not None and not stands.running and any(each.withdrawn for each in kept):
            stands = _withdrawn(stands)
        if stands.library != library and stands.next_questions:
            stands = replace(stands, next_questions=())
        kept.append(stands)
    return tuple(kept)


def _rests_on(answer: Answer | None, found: Found) -> list[Passage]:
    if answer is None or not all(sentence.supported for sentence in answer.sentences):
        return [hit.passage for hit in found.hits]  # what a sentence without a citation was made of is one of them
    if answer.refusal is not None:
        return [hit.passage for hit in answer.hits]
    return [citation.passage for citation in answer.citations]


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
