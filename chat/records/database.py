"""The database of what is kept of use: what readers think of answers (`feedback`), and what was asked (`usage`).

SQLite beside the index, or any database that SQLAlchemy reaches by a URL. A connection lasts as long as one operation and
none is shared: the database then does all the locking, between threads as between the service and the command line, and
nobody is left in the middle of a read who would keep the words of a removed report in SQLite's log.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    NullPool,
    Table,
    Text,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from ingest.errors import UserError
from ingest.language import Message, message
from ingest.system_errors import system_reason

FILE = "feedback.sqlite3"  # beside the versions of an index, which builds and sweeps leave alone
BUSY_SECONDS = 5.0

SCHEMA = 2
_APPLICATION = 0x72716662  # "rqfb": whose file it is, so that no table is put into another program's

_TABLES = MetaData()
# As SQLite files of version 1 have it, which had this table alone.
FEEDBACK = Table(
    "feedback",
    _TABLES,
    Column("id", Text, primary_key=True),
    Column("given_at", Text, nullable=False),
    Column("verdict", Text, CheckConstraint("verdict IN ('up', 'down')"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("standalone_question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("citations", Text, nullable=False),  # JSON: [[report id, passage id], …]
    Column("library", Text, nullable=False),
)
USAGE = Table(
    "usage",
    _TABLES,
    Column("id", Text, primary_key=True),
    Column("asked_at", Text, nullable=False, index=True),
    Column("user_id", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("ending", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("citations", Text, nullable=False),  # JSON, as above
    Column("citation_count", Integer, nullable=False),
    Column("search_ms", Float),
    Column("first_token_ms", Float),
    Column("total_ms", Float),
    Column("waited_ms", Float),
    Column("prompt_tokens", Integer),
    Column("answer_tokens", Integer),
    Column("question", Text),  # NULL: not to be kept
    Column("quoted", Integer, nullable=False),
    Column("fallback", Text),
)
# Which version wrote them; an SQLite file says so in its head.
_WRITTEN_BY = Table("reportqa_schema", MetaData(), Column("version", Integer, nullable=False))

_PROBLEMS = {
    sqlite3.SQLITE_FULL: message("磁盘空间不足；请腾出空间后重试"),
    sqlite3.SQLITE_NOTADB: message("不是数据库文件；请把它移到别处，会另建一个新的"),
    sqlite3.SQLITE_CORRUPT: message("数据库已损坏；请从备份恢复，或把它移到别处，会另建一个新的"),
    sqlite3.SQLITE_BUSY: message("被别的程序占用超过 {seconds:.0f} 秒；请稍后重试", seconds=BUSY_SECONDS),
    sqlite3.SQLITE_LOCKED: message("正被占用；请稍后重试"),
    sqlite3.SQLITE_READONLY: message("不能写入；请检查文件与文件夹的权限"),
    sqlite3.SQLITE_CANTOPEN: message("无法打开；请检查文件与文件夹的权限"),
    sqlite3.SQLITE_PERM: message("没有权限；请检查文件与文件夹的权限"),
    sqlite3.SQLITE_IOERR: message("磁盘读写出错；请检查磁盘与剩余空间"),
}


class RecordsUnavailable(UserError):
    """The database cannot be read or written; the message names it and says why. Answers do not need it."""


def records_of(root: Path, url: str = "") -> "Records":
    """The records of the index at root: in its own SQLite file, or in the database that was configured.

    Raises:
        RecordsUnavailable: as `Records`.
    """
    return Records(url or f"sqlite:///{root / FILE}")


class Records:
    """The tables of a database, which are made with the first write: nothing is opened or made before.

    path: of its file; None where it is no SQLite file. Only its owner may read the file: questions are private.

    Every method raises RecordsUnavailable where the database cannot be opened, is none, is another program's or a newer
    version's, or the disk is full; nothing of that operation is then kept.
    """

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        """Raises RecordsUnavailable where url is not the URL of a database that can be opened from here."""
        try:
            self._url = make_url(url)
        except ArgumentError as error:
            raise RecordsUnavailable(  # not shown: it may hold a password
                message(
                    "[records] 的 url 不是数据库的地址，应形如 sqlite:////var/lib/reportqa/records.sqlite3 或 postgresql+psycopg://用户@主机/库名；请改正"
                )
            ) from error
        is_sqlite = self._url.get_backend_name() == "sqlite"
        if is_sqlite and (self._url.database or ":memory:") == ":memory:":
            raise RecordsUnavailable(
                message("[records] 的 url 没有写明文件，应形如 sqlite:////var/lib/reportqa/records.sqlite3")
            )
        self.path = Path(self._url.database or "") if is_sqlite else None
        self.name = self._url.render_as_string(hide_password=True) if self.path is None else str(self.path)
        self._engine = self._made_engine(busy_seconds)
        self._ready = False

    @property
    def exists(self) -> bool:
        """Whether anything can have been kept."""
        return self.path is None or self.path.exists()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One look at one moment."""
        with self._opened() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All or nothing of it; once this ends, it is on the disk."""
        with self._opened() as connection:
            connection.execution_options(reportqa_writes=True)
            yield connection
            connection.commit()

    def scrub(self) -> None:
        """Leave nothing of deleted rows in the file and its log.

        SQLite's secure_delete overwrites what is deleted, but not what was moved: of 150 random histories 3 left words in
        the gaps of pages. So the file is written anew, and the log, which has all that was ever changed, cut to nothing.
        What a database server keeps of them in its log and backups is in the hands of who runs it.

        Raises:
            RecordsUnavailable: also where somebody else reads the words for longer than the wait for a busy database.
        """
        if self.path is None:
            return
        with self._opened() as connection:
            _driver(connection).execute("VACUUM")
            (busy, _, _) = _driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise self._unavailable(_PROBLEMS[sqlite3.SQLITE_BUSY])

    def _made_engine(self, busy_seconds: float) -> Engine:
        try:
            if self.path is None:
                return create_engine(self._url, poolclass=NullPool)
            engine = create_engine(self._url, poolclass=NullPool, connect_args={"timeout": busy_seconds})
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            driver = getattr(error, "name", None) or self._url.drivername
            raise RecordsUnavailable(
                message(
                    "{name}：缺少数据库驱动 {driver}；PostgreSQL 请运行 pip install 'psycopg[binary]'，并把 url 写成 postgresql+psycopg://…",
                    name=self.name,
                    driver=driver,
                )
            ) from error
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def _opened(self) -> Iterator[Connection]:
        """A connection to tables that are there; closing it takes back a transaction that did not end."""
        try:
            if self.path is not None:
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            with self._engine.connect() as connection:
                if self.path is not None:
                    self._prepare_file(connection)
                elif not self._ready:
                    self._prepare_server(connection)
                    self._ready = True
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self._unavailable(_problem(error)) from error
        except OSError as error:
            raise RecordsUnavailable(
                message("{path}：无法打开（{reason}）；请检查路径与权限", path=self.name, reason=system_reason(error))
            ) from error

    def _unavailable(self, problem: Message) -> RecordsUnavailable:
        return RecordsUnavailable(message("{path}：{problem}", path=self.name, problem=problem))

    def _prepare_file(self, connection: Connection) -> None:
        """Make the tables that are not there; refuse what is not ours."""
        schema = self._schema_of_file(connection)
        connection.rollback()
        if schema < SCHEMA:
            connection.execution_options(reportqa_writes=True)
            if self._schema_of_file(connection) < SCHEMA:  # another process may have been first
                _TABLES.create_all(connection)  # those that are missing: all, or of version 1 the second
                connection.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION}")
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
            connection.commit()
            connection.execution_options(reportqa_writes=False)
        try:
            _driver(connection).execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Others at work in the first moments of a file: SQLite does not wait for them here. The file stays with the
            # journal it has, which is as safe, and who opens it next changes that.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise

    def _schema_of_file(self, connection: Connection) -> int:
        """The version that wrote the tables; 0 of an empty database.

        Raises:
            RecordsUnavailable: it is another program's, or of a newer version of this one.
        """
        application, schema, tables = (
            int(connection.exec_driver_sql(query).scalar_one())
            for query in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
        if (application, schema, tables) == (0, 0, 0):
            return 0
        if application != _APPLICATION:
            raise RecordsUnavailable(
                message("{path}：是别的程序的数据库；请把它移到别处，会另建一个新的", path=self.name)
            )
        self._refuse_newer(schema)
        return schema

    def _prepare_server(self, connection: Connection) -> None:
        if inspect(connection).has_table(_WRITTEN_BY.name):
            self._refuse_newer(connection.execute(select(_WRITTEN_BY.c.version)).scalar_one())
        else:
            _TABLES.create_all(connection)
            _WRITTEN_BY.create(connection)
            connection.execute(insert(_WRITTEN_BY).values(version=SCHEMA))
        connection.commit()

    def _refuse_newer(self, schema: int) -> None:
        if schema > SCHEMA:
            raise RecordsUnavailable(
                message(
                    "{path}：由更新版本的 reportqa 写成（格式 {schema}，这里只认到 {known}）；请升级 reportqa",
                    path=self.name,
                    schema=schema,
                    known=SCHEMA,
                )
            )


def _set_up(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions are begun below, and not by Python
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # VACUUM would leave a copy of the words among /tmp's blocks


def _begin(connection: Connection) -> None:
    # A writer says so at once, since one that began by reading is refused without a wait.
    kind: Literal["IMMEDIATE", "DEFERRED"] = (
        "IMMEDIATE" if connection.get_execution_options().get("reportqa_writes") else "DEFERRED"
    )
    connection.exec_driver_sql(f"BEGIN {kind}")


def _driver(connection: Connection) -> Any:
    """SQLite's own connection, for what may not stand in a transaction."""
    return connection.connection.driver_connection


def _problem(error: Exception) -> Message:
    original = error.orig if isinstance(error, DBAPIError) else error
    # The last eight bits are the kind, the others say more: SQLITE_IOERR_WRITE is a SQLITE_IOERR.
    code = getattr(original, "sqlite_errorcode", None)
    known = _PROBLEMS.get(code & 0xFF) if isinstance(code, int) else None
    told = " ".join(str(original).split())
    return known or message("数据库出错（{error}）；请检查 [records] 的 url 与数据库服务", error=told)
