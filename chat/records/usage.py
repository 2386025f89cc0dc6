"""What was asked, kept in `records` and summed up: how much, how fast, what was refused, what was cited.

The words of a question only where `[records] questions` says so. Days are those of this machine's time zone.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import delete, insert, select

from chat.records.asker import Asker, Use
from chat.records.database import USAGE, Records, RecordsUnavailable
from chat.records.feedback import Cited, cited_from, cited_text, days_ago, written

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, how many questions were asked on it, and how many of them refused."""

    day: date
    asked: int
    refused: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The questions of some days.

    days: without a gap, oldest first. refusals, failures: (kind, questions), most first. ways: the same by way.
    median_ms: of those that were answered or refused; None where there are none. slowest, refused: latest or slowest first.
    reports, passages: (what, answers that cite it), most first.
    """

    days: tuple[Day, ...]
    asked: int
    answered: int
    stopped: int
    ways: tuple[tuple[str, int], ...]
    refusals: tuple[tuple[str, int], ...]
    failures: tuple[tuple[str, int], ...]
    median_ms: float | None
    slowest: tuple[Use, ...]
    refused: tuple[Use, ...]
    reports: tuple[tuple[str, int], ...]
    passages: tuple[tuple[Cited, int], ...]


class UsageStore:
    """What was asked of one index.

    days: how long it is kept; 0 for as long as there is room. questions: whether with the words of the questions.

    `record` never raises: an answer does not fail because nobody could note it. The others raise RecordsUnavailable as
    `Records`.
    """

    def __init__(self, records: Records, *, days: int = 0, questions: bool = False) -> None:
        self.days = days
        self.questions = questions
        self._records = records

    def record(self, use: Use) -> None:
        """Keep it; where that fails, the log says so."""
        try:
            with self._records.writing() as connection:
                connection.execute(insert(USAGE).values(_row(use, with_question=self.questions)))
        except RecordsUnavailable as error:
            _log.error("a question was not noted: %s", error)

    def prune(self) -> int:
        """Delete what was kept long enough, and the words of questions where these are not to be kept; how many rows went."""
        if not self._records.exists:
            return 0
        with self._records.writing() as connection:
            if not self.questions:
                connection.execute(USAGE.update().where(USAGE.c.question.is_not(None)).values(question=None))
            if not self.days:
                return 0
            return connection.execute(delete(USAGE).where(USAGE.c.asked_at < days_ago(self.days))).rowcount

    def uses(self, *, since: str = "") -> list[Use]:
        """All since a moment, oldest first."""
        if not self._records.exists:
            return []
        chosen = select(USAGE).where(USAGE.c.asked_at >= since).order_by(USAGE.c.asked_at, USAGE.c.id)
        with self._records.reading() as connection:
            return [_use(dict(row)) for row in connection.execute(chosen).mappings()]

    def summary(self, *, days: int, most: int, today: date | None = None) -> Summary:
        """The last so many days, today among them; `most` of what is listed."""
        last = today or datetime.now().astimezone().date()
        since = first_moment(days, today=last)
        return summary_of(self.uses(since=written(since)), first=since.date(), last=last, most=most)


def summary_of(uses: Sequence[Use], *, first: date, last: date, most: int) -> Summary:
    """The uses from the first day to the last, summed up; `most` of what is listed."""
    asked = Counter(day_of(use) for use in uses)
    refused = Counter(day_of(use) for use in uses if use.ending == "refused")
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    answered = [use for use in uses if use.ending in ("answered", "refused") and use.total_ms is not None]
    times = [use.total_ms for use in answered if use.total_ms is not None]
    cited = Counter(each for use in uses for each in use.cited)
    reports = Counter(report for use in uses for report in dict.fromkeys(each.report_id for each in use.cited))
    return Summary(
        days=tuple(Day(day, asked[day], refused[day]) for day in days),
        asked=len(uses),
        answered=sum(use.ending == "answered" for use in uses),
        stopped=sum(use.ending == "stopped" for use in uses),
        ways=_most(Counter(use.asker.way for use in uses)),
        refusals=_most(Counter(use.reason for use in uses if use.ending == "refused")),
        failures=_most(Counter(use.reason for use in uses if use.ending == "failed")),
        median_ms=median(times) if times else None,
        slowest=tuple(sorted(answered, key=lambda use: -(use.total_ms or 0.0))[:most]),
        refused=tuple([use for use in reversed(uses) if use.ending == "refused"][:most]),
        reports=_most(reports)[:most],
        passages=tuple(sorted(cited.items(), key=lambda item: (-item[1], item[0].passage_id))[:most]),
    )


def first_moment(days: int, *, today: date | None = None) -> datetime:
    """When the first of the last so many days began here, today among them."""
    last = today or datetime.now().astimezone().date()
    return datetime.combine(last - timedelta(days=days - 1), datetime.min.time()).astimezone()


def day_of(use: Use) -> date:
    """The day it was asked on, here."""
    return datetime.fromisoformat(use.asked_at).astimezone().date()


def _most(counts: Counter[Any]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _row(use: Use, *, with_question: bool) -> dict[str, Any]:
    return {
        "id": secrets.token_urlsafe(16),
        "asked_at": use.asked_at,
        "user_id": use.asker.user,
        "way": use.asker.way,
        "language": use.asker.language,
        "ending": use.ending,
        "reason": use.reason,
        "citations": cited_text(use.cited),
        "citation_count": len(use.cited),
        "search_ms": use.search_ms,
        "first_token_ms": use.first_token_ms,
        "total_ms": use.total_ms,
        "waited_ms": use.waited_ms,
        "prompt_tokens": use.prompt_tokens,
        "answer_tokens": use.answer_tokens,
        "question": use.question if with_question else None,
        "quoted": int(use.quoted),
        "fallback": use.fallback,
    }


def _use(row: dict[str, Any]) -> Use:
    return Use(
        asked_at=row["asked_at"],
        asker=Asker(row["way"], row["language"], row["user_id"]),
        ending=row["ending"],
        reason=row["reason"],
        cited=cited_from(row["citations"]),
        search_ms=row["search_ms"],
        first_token_ms=row["first_token_ms"],
        total_ms=row["total_ms"],
        waited_ms=row["waited_ms"],
        prompt_tokens=row["prompt_tokens"],
        answer_tokens=row["answer_tokens"],
        question=row["question"] or "",
        quoted=bool(row["quoted"]),
        fallback=row["fallback"],
    )
