"""What readers think of answers: 👍 or 👎, why, and the answer that was judged, kept in `records`.

An answer holds words of reports, and these go when a report goes or loses words (`forget_all_but`). What stays of such a
judgement is what the reader said without them: the verdict, the reason and the question as typed.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import Connection, delete, func, insert, select, update

from chat.records.database import FEEDBACK, Records

Verdict = Literal["up", "down"]
Reason = Literal["wrong_figure", "wrong_source", "incomplete", "not_answered", "outdated", "other"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
REASONS: tuple[Reason, ...] = get_args(Reason)

# What a version of an index is called; a library that was never saved has no such name.
LIBRARY = re.compile(r"version-[0-9]+")
MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage that an answer cites, without its words."""

    report_id: str
    passage_id: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one reader thinks of one answer.

    id: of the answer as shown to this reader, random, so that who knows it is who judged.
    given_at: ISO 8601 in UTC. reason: "" where none was given; only of a 👎.
    answer: as shown, with its marks; "" once words of a report that it rests on are to be nowhere.
    library: the version of the index that it was answered from, or "".
    """

    id: str
    given_at: str
    verdict: Verdict
    reason: Reason | Literal[""]
    comment: str
    question: str
    standalone_question: str
    answer: str
    refused: bool
    citations: tuple[Cited, ...]
    library: str


def now() -> str:
    """This moment as `given_at` has it."""
    return written(datetime.now(UTC))


def days_ago(days: int) -> str:
    """The moment so many days before this one."""
    return written(datetime.now(UTC) - timedelta(days=days))


def written(moment: datetime) -> str:
    """A moment as ISO 8601 in UTC, so that moments sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def without_words(feedback: Feedback) -> Feedback:
    """The feedback without what may hold words of reports: the answer and its citations, the comment, which as a rule puts
    the answer right by quoting, and what a follow-up was completed to from an earlier answer."""
    return replace(feedback, comment="", standalone_question=feedback.question, answer="", citations=())


class FeedbackStore:
    """All feedback on the answers of one index; the oldest gives way once there is more than `most`.

    root: the folder of the versions of that index. days: how long feedback is kept; 0 for as long as there is room.

    Every method raises RecordsUnavailable as `Records`; nothing is then recorded or withdrawn.
    """

    def __init__(self, records: Records, root: Path, *, most: int = MOST_KEPT, days: int = 0) -> None:
        self._records = records
        self.most = most
        self.days = days
        self._root = root

    def record(self, feedback: Feedback) -> bool:
        """Keep it, in the place of what was recorded under its id; once this returns, it is on the disk.

        Returns whether the answer was kept with it: not where the version of the index that gave it is gone, as it is
        once a report was removed, since nobody can tell any more which of its words may stay.
        """
        kept = feedback if self._is_there(feedback.library) else without_words(feedback)
        with self._records.writing() as connection:
            connection.execute(delete(FEEDBACK).where(FEEDBACK.c.id == kept.id))
            connection.execute(insert(FEEDBACK).values(_row(kept)))
            newest_first = select(FEEDBACK.c.id).order_by(FEEDBACK.c.given_at.desc(), FEEDBACK.c.id.desc())
            connection.execute(delete(FEEDBACK).where(FEEDBACK.c.id.in_(newest_first.offset(self.most))))
        # Looked at again after writing: what a removal finds here, it clears itself.
        if kept.answer and not self._is_there(kept.library):
            self._forget(lambda each: each.id == kept.id)
            return False
        return kept.answer != ""

    def withdraw(self, id: str) -> bool:
        """Delete what was recorded under an id; whether there was anything."""
        if not self._records.exists:
            return False
        with self._records.writing() as connection:
            return connection.execute(delete(FEEDBACK).where(FEEDBACK.c.id == id)).rowcount > 0

    def records(self) -> list[Feedback]:
        """All of it, oldest first."""
        if not self._records.exists:
            return []
        with self._records.reading() as connection:
            return _all(connection)

    def complaints(self, *, since: str, most: int) -> list[Feedback]:
        """The latest 👎 since a moment, newest first."""
        if not self._records.exists:
            return []
        down = select(FEEDBACK).where(FEEDBACK.c.verdict == "down", FEEDBACK.c.given_at >= since)
        latest = down.order_by(FEEDBACK.c.given_at.desc(), FEEDBACK.c.id.desc()).limit(most)
        with self._records.reading() as connection:
            return [_feedback(dict(row)) for row in connection.execute(latest).mappings()]

    def counted(self, *, since: str) -> dict[tuple[Verdict, str], int]:
        """How many there are since a moment, by verdict and reason."""
        if not self._records.exists:
            return {}
        kinds = (FEEDBACK.c.verdict, FEEDBACK.c.reason)
        counts = select(*kinds, func.count()).where(FEEDBACK.c.given_at >= since).group_by(*kinds)
        with self._records.reading() as connection:
            return {(verdict, reason): count for verdict, reason, count in connection.execute(counts)}

    def prune(self) -> int:
        """Delete what was kept long enough; returns how many."""
        if not self.days or not self._records.exists:
            return 0
        with self._records.writing() as connection:
            return connection.execute(delete(FEEDBACK).where(FEEDBACK.c.given_at < days_ago(self.days))).rowcount

    def forget_all_but(self, reports: Collection[str]) -> None:
        """Clear what may hold words of other reports than these, from the file and its log.

        What cites nothing is cleared as well: a refusal names what is near, and nobody can tell whose words these are.

        Raises:
            RecordsUnavailable: also where somebody else reads the words for longer than the wait for a busy database.
        """
        if self._records.exists:
            self._forget(
                lambda each: not each.citations or any(cited.report_id not in reports for cited in each.citations),
                completed=True,
            )

    def _forget(self, gone: Callable[[Feedback], bool], *, completed: bool = False) -> None:
        """Clear the words of those that are gone; completed: and of all, what a question was completed to, which came from an
        earlier answer and may name what another report told."""
        with self._records.writing() as connection:
            if completed:
                connection.execute(update(FEEDBACK).values(standalone_question=FEEDBACK.c.question))
            for each in filter(gone, _all(connection)):
                connection.execute(update(FEEDBACK).where(FEEDBACK.c.id == each.id).values(_row(without_words(each))))
        self._records.scrub()

    def _is_there(self, library: str) -> bool:
        return LIBRARY.fullmatch(library) is not None and (self._root / library).is_dir()


def cited_text(citations: Collection[Cited]) -> str:
    """Citations as a column has them."""
    return json.dumps([astuple(cited) for cited in citations])


def cited_from(text: str) -> tuple[Cited, ...]:
    return tuple(Cited(*pair) for pair in json.loads(text))


def _all(connection: Connection) -> list[Feedback]:
    oldest_first = select(FEEDBACK).order_by(FEEDBACK.c.given_at, FEEDBACK.c.id)
    return [_feedback(dict(row)) for row in connection.execute(oldest_first).mappings()]


def _feedback(row: dict[str, Any]) -> Feedback:
    return Feedback(**{**row, "refused": bool(row["refused"]), "citations": cited_from(row["citations"])})


def _row(feedback: Feedback) -> dict[str, Any]:
    values = {field.name: getattr(feedback, field.name) for field in fields(feedback)}
    return {**values, "refused": int(feedback.refused), "citations": cited_text(feedback.citations)}
