"""Keys for programs: made, listed and revoked by `reportqa key`, proved by `Authorization: Bearer`.

A key is 256 random bits behind its public id, so its sha256 is all that is kept: what makes hashes of passwords slow and salted is
that people choose passwords others can guess, and nobody guesses these. They lie in SQLite beside the index; a connection lasts as
long as one operation, so a key that is revoked on the command line is refused by the service from the next request on.
"""

import hmac
import json
import logging
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers

from chat.access.caller import SCOPES, Caller, NotKnown, Scope
from chat.access.rejected import Rejected
from ingest.errors import UserError
from ingest.language import message
from ingest.system_errors import system_reason

_log = logging.getLogger(__name__)

KEYS = "keys.sqlite3"  # beside the versions of an index, which builds and sweeps leave alone
KEY_PREFIX = "rqa_"
NAME_CHARS = 60
MOST_PER_MINUTE = 10_000
_SECRET_BYTES = 32
_KEY = re.compile(r"rqa_([0-9a-f]{8})[A-Za-z0-9_-]{43}")
_BUSY_SECONDS = 2.0
_APPLICATION = 0x7271616B  # "rqak": whose file it is
_TABLE = """CREATE TABLE IF NOT EXISTS keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL, -- sha256 of the whole key
    scopes TEXT NOT NULL, -- JSON arrays
    groups TEXT NOT NULL,
    per_minute INTEGER,
    created TEXT NOT NULL, -- days, as ISO 8601 writes them
    expires TEXT,
    last_used TEXT,
    revoked TEXT
)"""
_COLUMNS = "id, name, digest, scopes, groups, per_minute, created, expires, last_used, revoked"

CANNOT_CHECK = message("暂时无法核对密钥，请稍后重试；如仍出错请联系管理员查看服务日志。")


class KeysUnavailable(UserError):
    """The keys cannot be read or written; the message names the file and says why."""


class BadKeyRequest(UserError):
    """A key cannot be made or revoked as was asked."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key. per_minute: questions, None for the configured number. expires: its last day, None for none.
    last_used: a day, not a moment, so that using a key writes once a day."""

    id: str
    name: str
    digest: str
    scopes: frozenset[Scope]
    groups: frozenset[str]
    per_minute: int | None
    created: date
    expires: date | None
    last_used: date | None
    revoked: date | None

    def holds_on(self, day: date) -> bool:
        return self.revoked is None and (self.expires is None or day <= self.expires)


class KeyStore:
    """The keys of one index. Nothing is made before the first key is.

    path: in the folder of the versions of that index. today: the day it is.

    Every method raises KeysUnavailable where the file cannot be read or written, or is no such file.
    """

    def __init__(self, path: Path, *, today: Callable[[], date] = date.today) -> None:
        self.path = path
        self._today = today

    def add(
        self,
        name: str,
        scopes: Sequence[Scope],
        *,
        groups: Sequence[str] = (),
        per_minute: int | None = None,
        expires: date | None = None,
    ) -> str:
        """Make a key and return it: this is the only time that anybody sees it.

        Raises:
            BadKeyRequest: the name is none or has a key that holds, no scope is given, or its last day is over.
        """
        if not name.strip() or len(name) > NAME_CHARS or not name.isprintable():
            raise BadKeyRequest(message("密钥的名称应是 1 到 {most} 个字，不含换行等控制字符", most=NAME_CHARS))
        if not scopes:
            raise BadKeyRequest(message("请用 --scope 说明这个密钥可以做什么"))
        if expires is not None and expires < self._today():
            raise BadKeyRequest(message("到期日 {expires} 已经过去", expires=expires))
        id = secrets.token_hex(4)
        key = f"{KEY_PREFIX}{id}{secrets.token_urlsafe(_SECRET_BYTES)}"
        listed = [json.dumps(sorted(set(each)), ensure_ascii=False) for each in (scopes, groups)]
        row = (id, name, _digest(key), *listed, per_minute, self._today().isoformat(), expires and expires.isoformat())
        with self._opened() as database, database:
            database.execute("BEGIN IMMEDIATE")
            if any(each.name == name and each.holds_on(self._today()) for each in _keys(database)):
                raise BadKeyRequest(
                    message("已有名为 {name} 的密钥；请换一个名称，或先 reportqa key revoke {name}", name=name)
                )
            database.execute(f"INSERT INTO keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)", row)
        return key

    def keys(self) -> list[Key]:
        """All that were ever made, oldest first."""
        if not self.path.exists():
            return []
        with self._opened() as database:
            return _keys(database)

    def revoke(self, name: str) -> Key:
        """Let the key of that name, or id, hold no longer.

        Raises:
            BadKeyRequest: none that holds has it.
        """
        today = self._today()
        holding = [key for key in self.keys() if name in (key.name, key.id) and key.holds_on(today)]
        if not holding:
            raise BadKeyRequest(message("没有名称或编号为 {name} 的有效密钥；请用 reportqa key list 查看", name=name))
        with self._opened() as database, database:
            database.execute("UPDATE keys SET revoked = ? WHERE id = ?", (today.isoformat(), holding[0].id))
        return holding[0]

    def proved_by(self, presented: str) -> Key | None:
        """The key that was presented, where it is one and holds today."""
        written = _KEY.fullmatch(presented)
        if written is None or not self.path.exists():
            return None
        today = self._today()
        with self._opened() as database:
            found = _keys(database, id=written[1])
            # Compared in constant time, of an unknown id too; how long it takes tells nothing of what is kept.
            stored = found[0].digest if found else "0" * 64
            if not hmac.compare_digest(_digest(presented), stored) or not found or not found[0].holds_on(today):
                return None
            if found[0].last_used != today:
                self._note_use(database, found[0].id, today)
        return found[0]

    def _note_use(self, database: sqlite3.Connection, id: str, day: date) -> None:
        try:
            with database:
                database.execute("UPDATE keys SET last_used = ? WHERE id = ?", (day.isoformat(), id))
        except sqlite3.Error as error:
            _log.warning("the last use of key %s was not noted: %s", id, error)  # a full disk keeps nobody out

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
                _prepare(database, self.path)
                yield database
        except sqlite3.Error as error:
            raise KeysUnavailable(
                message("{path}：无法读写密钥（{error}）；请检查文件、权限与磁盘空间", path=self.path, error=error)
            ) from error
        except OSError as error:
            raise KeysUnavailable(
                message("{path}：无法打开（{reason}）；请检查路径与权限", path=self.path, reason=system_reason(error))
            ) from error


class Keys:
    """The way of programs with a key. `Authorization: Bearer` carries it, and nothing else does."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store

    def caller(self, headers: Headers, client: str) -> Caller | None:
        scheme, _, presented = headers.get("authorization", "").partition(" ")
        presented = presented.strip()
        if scheme.lower() != "bearer" or not presented.startswith(KEY_PREFIX):
            return None
        try:
            key = self._store.proved_by(presented)
        except KeysUnavailable as problem:
            _log.error("a key cannot be checked: %s", problem)
            raise Rejected(503, CANNOT_CHECK, {"Retry-After": "30"}) from problem
        if key is None:
            raise NotKnown("a key that is none, was revoked or has expired")
        return Caller("key", key.name, key.groups, key.scopes, per_minute=key.per_minute)


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    """Make the table where there is none; refuse what is not ours."""
    application, tables = (
        database.execute(query).fetchone()[0]
        for query in ("PRAGMA application_id", "SELECT count(*) FROM sqlite_master")
    )
    if tables == 0:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(_TABLE)
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
    elif application not in (0, _APPLICATION):
        raise KeysUnavailable(message("{path}：是别的程序的数据库；请把它移到别处，会另建一个新的", path=path))


def _keys(database: sqlite3.Connection, *, id: str | None = None) -> list[Key]:
    where, values = ("", ()) if id is None else ("WHERE id = ?", (id,))
    rows = database.execute(f"SELECT {_COLUMNS} FROM keys {where} ORDER BY created, rowid", values).fetchall()
    return [_key(dict(zip(_COLUMNS.split(", "), row, strict=True))) for row in rows]


def _key(row: dict[str, Any]) -> Key:
    days = {name: date.fromisoformat(row[name]) if row[name] else None for name in ("expires", "last_used", "revoked")}
    scopes = frozenset(json.loads(row["scopes"])) & SCOPES
    listed = {"scopes": scopes, "groups": frozenset(json.loads(row["groups"]))}
    return Key(**{**row, **days, **listed, "created": date.fromisoformat(row["created"])})
