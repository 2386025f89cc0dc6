"""The tables come into being in any database, an old file is taken over as it is, and what cannot be opened says what to do."""

import os
import sqlite3
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, select, text

from chat.records.database import FEEDBACK, FILE, SCHEMA, USAGE, Records, RecordsUnavailable, records_of
from chat.records.feedback import Cited, Feedback, FeedbackStore
from tests.chat.conftest import POSTGRESQL
from tests.chat.records.test_feedback import JUDGED, LIBRARY

# Word for word what the release before wrote: its table, its row, and whose file it is.
OLD_FILE = """
CREATE TABLE feedback (
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
);
INSERT INTO feedback VALUES ('a0Zz_-4567890123', '2026-03-01T08:15:30.250+00:00', 'down', 'wrong_figure', '应为128.4万辆。',
    '那出口呢？', '2024年新能源汽车出口多少万辆？', '出口98.7万辆[1]。', 0,
    '[["ev-2025", "ev-2025#3"], ["ev-2024", "ev-2024#1"]]', 'version-000003');
PRAGMA application_id = 1920034402;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    (tmp_path / LIBRARY).mkdir()
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.executescript(OLD_FILE)
    return tmp_path


def test_a_file_of_the_release_before_is_taken_over_with_all_that_is_in_it(old: Path) -> None:
    store = FeedbackStore(records_of(old), old)
    assert store.records() == [JUDGED]
    store.record(replace(JUDGED, id="b" * 16))
    assert len(store.records()) == 2
    with closing(sqlite3.connect(old / FILE)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
        assert database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall() == [
            ("feedback",),
            ("usage",),
        ]
        assert database.execute("SELECT count(*) FROM usage").fetchone() == (0,)


def test_processes_that_take_over_an_old_file_at_once_do_so_once(old: Path) -> None:
    failures: list[BaseException] = []

    def look() -> None:
        try:
            assert FeedbackStore(records_of(old), old).records() == [JUDGED]
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_new_file_and_an_old_one_end_with_the_same_columns(old: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    shapes = []
    for folder in (old, tmp_path / "new"):
        with records_of(folder).reading() as connection:
            columns = inspect(connection).get_columns("feedback")
            shapes.append([(each["name"], str(each["type"]), each["nullable"]) for each in columns])
    assert shapes[0] == shapes[1]


def test_feedback_is_kept_replaced_bounded_cleared_and_withdrawn_in_any_database(
    records: Records, tmp_path: Path
) -> None:
    (tmp_path / LIBRARY).mkdir(exist_ok=True)
    store = FeedbackStore(records, tmp_path, most=3)
    given: list[Feedback] = [
        replace(JUDGED, id=f"{day:016}", given_at=f"2026-03-0{day}T00:00:00.000+00:00", citations=(Cited("ev", "1"),))
        for day in range(1, 6)
    ]
    for each in given:
        assert store.record(each)
    assert store.records() == given[2:]
    assert store.record(replace(given[2], comment="改"))
    assert store.records()[0].comment == "改"
    assert store.withdraw(given[3].id)
    store.forget_all_but(())
    assert [each.answer for each in store.records()] == ["", ""]
    assert store.counted(since="2026-03-04") == {("down", "wrong_figure"): 1}


def test_what_fails_half_way_leaves_nothing(records: Records) -> None:
    row = {column.name: "x" for column in FEEDBACK.columns} | {"refused": 0, "verdict": "up"}

    def the_same_twice() -> None:
        with records.writing() as connection:
            connection.execute(insert(FEEDBACK).values(row))
            connection.execute(insert(FEEDBACK).values(row))

    with pytest.raises(RecordsUnavailable, match="数据库出错"):
        the_same_twice()
    with records.reading() as connection:
        assert connection.execute(select(FEEDBACK.c.id)).all() == []
        assert connection.execute(select(USAGE.c.id)).all() == []


def test_a_database_server_of_a_newer_version_is_not_written_by_this_one(records: Records) -> None:
    if records.path is not None:
        pytest.skip("an SQLite file says so in its head")
    with records.writing() as connection:
        connection.execute(text("UPDATE reportqa_schema SET version = 9"))
    with (
        pytest.raises(RecordsUnavailable, match="由更新版本的 reportqa 写成（格式 9"),
        Records(os.environ[POSTGRESQL]).reading(),
    ):
        pass


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("feedback.sqlite3", "不是数据库的地址"),
        ("sqlite://", "没有写明文件"),
        ("sqlite:///:memory:", "没有写明文件"),
        ("nosuch://db.example.com/reportqa", "缺少数据库驱动 nosuch"),
    ],
)
def test_a_url_that_leads_nowhere_says_how_it_is_written(url: str, message: str) -> None:
    with pytest.raises(RecordsUnavailable, match=message):
        Records(url)


def test_a_driver_that_is_not_installed_is_named_with_the_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RecordsUnavailable, match=r"缺少数据库驱动 psycopg；PostgreSQL 请运行 pip install") as raised:
        Records("postgresql+psycopg://reader:secret@db.example.com/reportqa")
    assert "secret" not in str(raised.value)


def test_a_configured_file_is_used_in_place_of_the_one_beside_the_index(tmp_path: Path) -> None:
    chosen = records_of(tmp_path / "index", f"sqlite:///{tmp_path}/kept.sqlite3")
    with chosen.reading():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["kept.sqlite3"]
    assert chosen.name == f"{tmp_path}/kept.sqlite3"
