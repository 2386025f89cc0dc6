"""A library as somebody sees it who may not see all of it: the other reports are not there.

A search looks among their own passages only, before anything is ranked; and whatever names reports is made of those alone.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from chat.answer import Answer, Event, Found, Turn
from chat.assistant import SHOWN_HITS
from chat.contract import ReportLine
from chat.library.holdings import Overview
from chat.library.opened import OpenedReport
from chat.service.live import LiveAssistant
from index.filters import Filter
from ingest.report import Passage


class Part:
    """As `LiveAssistant`, of some of its reports.

    opened: the ids of those to be seen, of the reports there are; looked at each time, since reports come and go.
    """

    def __init__(self, whole: LiveAssistant, opened: Callable[[Iterable[ReportLine]], frozenset[str]]) -> None:
        self._whole = whole
        self._opened = opened

    @property
    def reports(self) -> list[ReportLine]:
        reports = self._whole.reports
        opened = self._opened(reports)
        return [line for line in reports if line.id in opened]

    @property
    def _ids(self) -> frozenset[str]:
        return self._opened(self._whole.reports)

    @property
    def version(self) -> str:
        return self._whole.version

    @property
    def results(self) -> Path:
        """No evaluation: its questions and answers are of all reports."""
        return self._whole.results.with_name("not-for-a-part-of-the-library")

    @property
    def suggestions(self) -> Sequence[str]:
        return [made.question for made in self._whole.made_of(self._ids)]

    @property
    def overview(self) -> Overview:
        return self._whole.overview_of_part(self._ids)

    def open_report(self, report_id: str) -> OpenedReport | None:
        return self._whole.open_report(report_id) if report_id in self._ids else None

    def passage(self, passage_id: str) -> Passage | None:
        passage = self._whole.passage(passage_id)
        return next(iter(self._seen([passage])), None) if passage is not None else None

    def rows_around(self, passage: Passage) -> Sequence[Passage]:
        return list(self._seen(self._whole.rows_around(passage)))

    def next_questions(self, found: Found, answer: Answer, asked: Sequence[str]) -> Sequence[str]:
        return self._whole.next_questions(found, answer, asked, of=self._ids)

    def search(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = SHOWN_HITS,
        within: Filter = Filter(),
        rewrite: bool = True,
    ) -> Found:
        assistant = self._whole.assistant_of_part(self._ids)
        return assistant.search(question, turns, k=k, within=within, rewrite=rewrite)

    def ask(
        self, question: str, turns: Sequence[Turn] = (), *, within: Filter = Filter(), rewrite: bool = True
    ) -> Generator[Event, None, None]:
        assistant = self._whole.assistant_of_part(self._ids)
        return assistant.ask(question, turns, within=within, rewrite=rewrite)

    def _seen(self, passages: Iterable[Passage]) -> Iterator[Passage]:
        opened = self._ids
        return (only_in(passage, opened) for passage in passages if passage.report_id in opened)


def only_in(passage: Passage, reports: frozenset[str]) -> Passage:
    """The passage without the places where its words stand in other reports."""
    return replace(passage, also_at=tuple(place for place in passage.also_at if place.report_id in reports))
