"""What readers think of answers: 👍 or 👎, why, and the answer that was judged, in SQLite beside the index.

A connection lasts as long as one operation (2 ms with its write) and none is shared: SQLite then does all the locking, between
threads as between the service and the command line, and nobody is left in the middle of a read who would keep the words
of a removed report in the log. Readers judge seldom enough.

An answer holds words of reports, and these go when a report goes or loses words (`forget_all_but`). What stays of such a
judgement is what the reader said without them: the verdict, the reason and the question as typed.
"""

import json
import os
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from ingest.errors import UserError
from ingest.language import Message, message
from ingest.system_errors import system_reason

Verdict = Literal["up", "down"]
Reason = Literal["wrong_figure", "wrong_source", "incomplete", "not_answered", "outdated", "other"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
REASONS: tuple[Reason, ...] = get_args(Reason)

FEEDBACK = "feedback.sqlite3"  # beside the versions of an index, which builds and sweeps leave alone
# What a version of an index is called; a library that was never saved has no such name.
LIBRARY = re.compile(r"version-[0-9]+")

_BUSY_SECONDS = 5.0
_SCHEMA = 1
_APPLICATION = 0x72716662  # "rqfb": whose file it is, so that no table is put into another program's
_TABLE = """CREATE TABLE feedback (
    id TEXT NOT NULL PRIMARY KEY,
    given_at TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')),
    reason TEXT NOT NULL,
    comment TEXT NOT NULL,
    question TEXT NOT NULL,
    standalone_question TEXT NOT NULL,
    answer TEXT NOT NULL,
    refused INTEGER NOT NULL,
    citations TEXT NOT NULL, -- JSON: [[report id, passage id], …]
    library TEXT NOT NULL
)"""
_COLUMNS = "id, given_at, verdict, reason, comment, question, standalone_question, answer, refused, citations, library"
_PROBLEMS = {
    sqlite3.SQLITE_FULL: message("磁盘空间不足；请腾出空间后重试"),
    sqlite3.SQLITE_NOTADB: message("不是数据库文件；请把它移到别处，会另建一个新的"),
    sqlite3.SQLITE_CORRUPT: message("数据库已损坏；请从备份恢复，或把它移到别处，会另建一个新的"),
    sqlite3.SQLITE_BUSY: message("被别的程序占用超过 {seconds:.0f} 秒；请稍后重试", seconds=_BUSY_SECONDS),
    sqlite3.SQLITE_LOCKED: message("正被占用；请稍后重试"),
    sqlite3.SQLITE_READONLY: message("不能写入；请检查文件与文件夹的权限"),
    sqlite3.SQLITE_CANTOPEN: message("无法打开；请检查文件与文件夹的权限"),
    sqlite3.SQLITE_PERM: message("没有权限；请检查文件与文件夹的权限"),
    sqlite3.SQLITE_IOERR: message("磁盘读写出错；请检查磁盘与剩余空间"),
}


class FeedbackUnavailable(UserError):
    """The database cannot be read or written; the message names it and says why. Answers do not need it."""


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
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def without_words(feedback: Feedback) -> Feedback:
    """The feedback without what may hold words of reports: the answer and its citations, the comment, which as a rule puts
    the answer right by quoting, and what a follow-up was completed to from an earlier answer."""
    return replace(feedback, comment="", standalone_question=feedback.question, answer="", citations=())


class FeedbackStore:
    """All feedback on the answers of one index. Nothing is opened or made before the first feedback comes.

    path: in the folder of the versions of that index. Only its owner may read the file: questions are private.

    Every method raises FeedbackUnavailable where the database cannot be opened, is none, is another program's or a newer
    version's, or the disk is full; nothing is then recorded or withdrawn.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, feedback: Feedback) -> bool:
        """Keep it, in the place of what was recorded under its id; once this returns, it is on the disk.

        Returns whether the answer was kept with it: not where the version of the index that gave it is gone, as it is
        once a report was removed, since nobody can tell any more which of its words may stay.
        """
        kept = feedback if self._is_there(feedback.library) else without_words(feedback)
        with self._opened() as database, _transaction(database):
            row = {**_fields(kept), "citations": json.dumps([astuple(cited) for cited in kept.citations])}
            names = ", ".join(f":{name}" for name in row)
            database.execute(f"INSERT OR REPLACE INTO feedback ({_COLUMNS}) VALUES ({names})", row)
        # Looked at again after writing: what a removal finds here, it clears itself.
        if kept.answer and not self._is_there(kept.library):
            self._forget(lambda each: each.id == kept.id)
            return False
        return kept.answer != ""

    def withdraw(self, id: str) -> bool:
        """Delete what was recorded under an id; whether there was anything."""
        if not self.path.exists():
            return False
        with self._opened() as database, _transaction(database):
            return database.execute("DELETE FROM feedback WHERE id = ?", (id,)).rowcount > 0

    def records(self) -> list[Feedback]:
        """All of it, oldest first."""
        if not self.path.exists():
            return []
        with self._opened() as database:
            return _records(database)

    def forget_all_but(self, reports: Collection[str]) -> None:
        """Clear what may hold words of other reports than these, from the file and its log.

        What cites nothing is cleared as well: a refusal names what is near, and nobody can tell whose words these are.

        Raises:
            FeedbackUnavailable: also where somebody else reads the words for longer than the wait for a busy database.
        """
        if self.path.exists():
            self._forget(
                lambda each: not each.citations or any(cited.report_id not in reports for cited in each.citations),
                completed=True,
            )

    def _forget(self, gone: Callable[[Feedback], bool], *, completed: bool = False) -> None:
        """Clear the words of those that are gone; completed: and of all, what a question was completed to, which came from an
        earlier answer and may name what another report told."""
        with self._opened() as database:
            with _transaction(database):
                if completed:
                    database.execute("UPDATE feedback SET standalone_question = question")
                for each in filter(gone, _records(database)):
                    database.execute(
                        "UPDATE feedback SET comment = '', standalone_question = question, answer = '', citations = '[]'"
                        " WHERE id = ?",
                        (each.id,),
                    )
            # secure_delete overwrites what is deleted, but not what was moved: of 150 random histories 3 left words in the
            # gaps of pages. So the file is written anew, and the log, which has all that was ever changed, cut to nothing.
            database.execute("VACUUM")
            (busy, _, _) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise FeedbackUnavailable(f"{self.path}：{_PROBLEMS[sqlite3.SQLITE_BUSY]}")

    def _is_there(self, library: str) -> bool:
        return LIBRARY.fullmatch(library) is not None and (self.path.parent / library).is_dir()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """A connection for one operation; closing it takes back a transaction that did not end."""
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous = FULL")
                database.execute("PRAGMA secure_delete = ON")
                database.execute(
                    "PRAGMA temp_store = MEMORY"
                )  # VACUUM would leave a copy of the words among /tmp's blocks
                self._prepare(database)
                yield database
        except sqlite3.Error as error:
            raise FeedbackUnavailable(message("{path}：{problem}", path=self.path, problem=_problem(error))) from error
        except OSError as error:
            raise FeedbackUnavailable(
                message("{path}：无法打开（{reason}）；请检查路径与权限", path=self.path, reason=system_reason(error))
            ) from error

    def _prepare(self, database: sqlite3.Connection) -> None:
        """Make the table where there is none; refuse what is not ours."""
        with _transaction(database, "DEFERRED"):  # so that its three looks are at one moment
            ready = self._is_ours(database)
        if not ready:
            with _transaction(database):
                if not self._is_ours(database):  # another process may have been first
                    database.execute(_TABLE)
                    database.execute(f"PRAGMA application_id = {_APPLICATION}")
                    database.execute(f"PRAGMA user_version = {_SCHEMA}")
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Others at work in the first moments of a file: SQLite does not wait for them here. The file stays with the
            # journal it has, which is as safe, and who opens it next changes that.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise

    def _is_ours(self, database: sqlite3.Connection) -> bool:
        """Whether the table is there; False of an empty database.

        Raises:
            FeedbackUnavailable: it is another program's, or of a newer version of this one.
        """
        application, schema, tables = (
            database.execute(query).fetchone()[0]
            for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
        if (application, schema, tables) == (0, 0, 0):
            return False
        if application != _APPLICATION:
            raise FeedbackUnavailable(
                message("{path}：是别的程序的数据库；请把它移到别处，会另建一个新的", path=self.path)
            )
        if schema != _SCHEMA:
            raise FeedbackUnavailable(
                message(
                    "{path}：由更新版本的 reportqa 写成（格式 {schema}，这里只认到 {known}）；请升级 reportqa",
                    path=self.path,
                    schema=schema,
                    known=_SCHEMA,
                )
            )
        return True


@contextmanager
def _transaction(database: sqlite3.Connection, kind: Literal["IMMEDIATE", "DEFERRED"] = "IMMEDIATE") -> Iterator[None]:
    """Do all or nothing of it; a failure is taken back when the connection is closed.

    kind: DEFERRED for who only reads. A writer says so at once, since one that began by reading is refused without a wait.
    """
    database.execute(f"BEGIN {kind}")
    yield
    database.execute("COMMIT")


def _records(database: sqlite3.Connection) -> list[Feedback]:
    rows = database.execute(f"SELECT {_COLUMNS} FROM feedback ORDER BY given_at, rowid").fetchall()
    return [_record(dict(zip(_COLUMNS.split(", "), row, strict=True))) for row in rows]


def _record(row: dict[str, Any]) -> Feedback:
    citations = tuple(Cited(*pair) for pair in json.loads(row["citations"]))
    return Feedback(**{**row, "refused": bool(row["refused"]), "citations": citations})


def _fields(feedback: Feedback) -> dict[str, Any]:
    return {name: getattr(feedback, name) for name in _COLUMNS.split(", ")}


def _problem(error: sqlite3.Error) -> Message:
    # The last eight bits are the kind, the others say more: SQLITE_IOERR_WRITE is a SQLITE_IOERR.
    code = getattr(error, "sqlite_errorcode", None)
    known = _PROBLEMS.get(code & 0xFF) if isinstance(code, int) else None
    return known or message("数据库出错（{error}）", error=error)
