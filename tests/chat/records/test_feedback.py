"""What readers think is kept once it is acknowledged, replaced, withdrawn, and cleared of the words of reports that went."""

import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.records.database import FILE, Records, RecordsUnavailable
from chat.records.feedback import REASONS, Cited, Feedback, FeedbackStore, days_ago, now, without_words

ROOT = Path(__file__).parents[3]
LIBRARY = "version-000003"
JUDGED = Feedback(
    id="a0Zz_-4567890123",
    given_at="2026-03-01T08:15:30.250+00:00",
    verdict="down",
    reason="wrong_figure",
    comment="应为128.4万辆。",
    question="那出口呢？",
    standalone_question="2024年新能源汽车出口多少万辆？",
    answer="出口98.7万辆[1]。",
    refused=False,
    citations=(Cited("ev-2025", "ev-2025#3"), Cited("ev-2024", "ev-2024#1")),
    library=LIBRARY,
)


class BesideAnIndex(FeedbackStore):
    """In the SQLite file beside the versions in a folder."""

    def __init__(self, root: Path, *, most: int = 20_000, days: int = 0, busy_seconds: float = 5.0) -> None:
        self.path = root / FILE
        super().__init__(Records(f"sqlite:///{self.path}", busy_seconds=busy_seconds), root, most=most, days=days)


@pytest.fixture
def store(tmp_path: Path) -> BesideAnIndex:
    (tmp_path / LIBRARY).mkdir()
    return BesideAnIndex(tmp_path)


def files(store: BesideAnIndex) -> list[str]:
    return sorted(path.name for path in store.path.parent.iterdir() if path.is_file())


def held(store: BesideAnIndex, words: str) -> list[str]:
    """The files that hold these words."""
    return [name for name in files(store) if words.encode() in (store.path.parent / name).read_bytes()]


# --- kept ----------------------------------------------------------------------------------------------------------


def test_feedback_comes_back_as_it_was_given_oldest_first(store: BesideAnIndex) -> None:
    later = replace(
        JUDGED, id="b" * 16, given_at="2026-03-02T00:00:00.000+00:00", verdict="up", reason="", citations=()
    )
    assert store.record(later)
    assert store.record(JUDGED)
    assert BesideAnIndex(store.path.parent).records() == [JUDGED, later]


def test_the_same_answer_judged_again_replaces_what_was_said(store: BesideAnIndex) -> None:
    store.record(JUDGED)
    store.record(replace(JUDGED, id="b" * 16))
    again = replace(JUDGED, given_at="2026-03-05T00:00:00.000+00:00", verdict="up", reason="", comment="")
    store.record(again)
    assert store.records() == [replace(JUDGED, id="b" * 16), again]


def test_what_was_withdrawn_is_gone_and_can_be_withdrawn_once(store: BesideAnIndex) -> None:
    store.record(JUDGED)
    store.record(replace(JUDGED, id="b" * 16))
    assert store.withdraw(JUDGED.id)
    assert not store.withdraw(JUDGED.id)
    assert [each.id for each in store.records()] == ["b" * 16]


def test_nothing_is_made_before_the_first_feedback_and_one_private_file_by_it(store: BesideAnIndex) -> None:
    assert store.records() == []
    assert not store.withdraw(JUDGED.id)
    store.forget_all_but(())
    assert files(store) == []
    store.record(JUDGED)
    assert files(store) == [FILE]
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_the_log_is_written_ahead(store: BesideAnIndex) -> None:
    store.record(JUDGED)
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_oldest_verdicts_give_way_once_there_are_more_than_are_kept(store: BesideAnIndex) -> None:
    small = BesideAnIndex(store.path.parent, most=3)
    for day in (4, 1, 3, 2, 5):
        small.record(replace(JUDGED, id=f"{day:016}", given_at=f"2026-03-0{day}T00:00:00.000+00:00"))
    assert [int(each.id) for each in small.records()] == [3, 4, 5]
    small.record(replace(JUDGED, id=f"{4:016}", given_at="2026-03-06T00:00:00.000+00:00"))  # no more than before
    assert [int(each.id) for each in small.records()] == [3, 5, 4]


def test_verdicts_go_after_so_many_days_and_not_before(store: BesideAnIndex) -> None:
    for days in (0, 29, 31):
        store.record(replace(JUDGED, id=f"{days:016}", given_at=days_ago(days)))
    assert store.prune() == 0  # for as long as there is room
    assert BesideAnIndex(store.path.parent, days=30).prune() == 1
    assert [int(each.id) for each in store.records()] == [29, 0]


def test_the_latest_complaints_and_how_many_there_are_of_each_kind(store: BesideAnIndex) -> None:
    assert (store.complaints(since="", most=2), store.counted(since="")) == ([], {})
    for day in range(1, 5):
        store.record(replace(JUDGED, id=f"{day:016}", given_at=f"2026-03-0{day}T00:00:00.000+00:00"))
    store.record(replace(JUDGED, id="u" * 16, given_at="2026-03-09T00:00:00.000+00:00", verdict="up", reason=""))
    assert [int(each.id) for each in store.complaints(since="", most=2)] == [4, 3]
    assert [int(each.id) for each in store.complaints(since="2026-03-04", most=2)] == [4]
    assert store.counted(since="2026-03-03T00:00:00.000+00:00") == {("down", "wrong_figure"): 2, ("up", ""): 1}


def test_now_is_utc_and_sorts_as_text() -> None:
    first, second = now(), now()
    assert first <= second
    assert first.endswith("+00:00")
    assert len(first) == len(JUDGED.given_at)


@pytest.mark.parametrize("words", [CHINESE.feedback, ENGLISH.feedback], ids=["zh-CN", "en"])
def test_every_reason_has_a_name_in_every_language(words: object) -> None:
    assert tuple(words.reasons) == REASONS  # type: ignore[attr-defined]


# --- words of reports that went ------------------------------------------------------------------------------------


def test_an_answer_that_cites_a_report_that_went_goes_with_what_was_said_of_it(store: BesideAnIndex) -> None:
    store.record(JUDGED)
    store.forget_all_but({"ev-2025"})  # it cites ev-2024 too
    assert store.records() == [without_words(JUDGED)]
    assert store.records() == [
        replace(JUDGED, comment="", standalone_question="那出口呢？", answer="", citations=()),
    ]


def test_an_answer_whose_reports_all_stand_stays(store: BesideAnIndex) -> None:
    store.record(JUDGED)
    store.forget_all_but({"ev-2024", "ev-2025", "pv-2024"})
    # But what it was completed to may come from an earlier answer, of any report.
    assert store.records() == [replace(JUDGED, standalone_question=JUDGED.question)]


def test_what_cites_nothing_goes_too_since_nobody_knows_whose_words_it_names(store: BesideAnIndex) -> None:
    refusal = replace(JUDGED, answer="没有找到。最接近的内容在“出口”。", refused=True, citations=())
    store.record(refusal)
    store.forget_all_but({"ev-2024", "ev-2025"})
    assert store.records() == [without_words(refusal)]


def test_an_answer_from_a_version_that_is_gone_is_kept_without_its_words(store: BesideAnIndex) -> None:
    for id, library in {
        "a" * 16: "version-000002",
        "b" * 16: "",
        "c" * 16: "../" + LIBRARY,
        "d" * 16: FILE,
    }.items():
        given = replace(JUDGED, id=id, library=library)
        assert not store.record(given)
        assert store.records()[-1] == without_words(given)
    assert held(store, JUDGED.answer) == []


def test_a_version_that_goes_while_an_answer_is_recorded_takes_its_words_along(store: BesideAnIndex) -> None:
    class GoesMeanwhile(BesideAnIndex):
        def _is_there(self, library: str) -> bool:
            there = super()._is_there(library)
            shutil.rmtree(self.path.parent / LIBRARY, ignore_errors=True)
            return there

    racing = GoesMeanwhile(store.path.parent)
    assert not racing.record(JUDGED)
    assert store.records() == [without_words(JUDGED)]
    assert held(store, JUDGED.answer) == []


def test_no_byte_is_left_in_the_file_or_its_log_though_somebody_holds_it_open(store: BesideAnIndex) -> None:
    """Feedback withdrawn and replaced before as well; an open connection keeps the log from going by itself."""
    store.record(JUDGED)
    with closing(sqlite3.connect(store.path)) as service:
        service.execute("SELECT * FROM feedback").fetchall()
        for number in range(60):
            given = replace(JUDGED, id=f"{number:016}", answer=f"第{number}个回答。" + "金丝雀" * 500)
            store.record(given)
            if number % 3 == 0:
                store.withdraw(given.id)
            elif number % 3 == 1:
                store.record(replace(given, comment="改过"))
        assert held(store, "金丝雀") != []
        store.forget_all_but({"ev-2025"})
        assert files(store) == [FILE, FILE + "-shm", FILE + "-wal"]
        assert held(store, "金丝雀") == []
    assert len(store.records()) == 1 + 40
    assert {each.answer for each in store.records()} == {""}


@pytest.mark.parametrize("seed", [68, 84, 112])
def test_no_byte_is_left_between_rows_that_moved(store: BesideAnIndex, seed: int) -> None:
    """Of 150 such histories these three leave words in the gaps of pages, though what SQLite deletes it overwrites."""
    draw = random.Random(seed)
    store.record(replace(JUDGED, id="keep" * 4))
    for _ in range(draw.randint(5, 60)):
        id = f"{draw.randint(0, 20):016}"
        if draw.random() < 0.2:
            store.withdraw(id)
        else:
            answer = "金丝雀" * draw.choice([3, 30, 100, 200, 500, 1500])
            store.record(replace(JUDGED, id=id, answer=answer, comment="金丝雀" * draw.choice([0, 10, 100])))
    store.forget_all_but(())
    assert held(store, "金丝雀") == []


def test_what_was_withdrawn_is_overwritten(store: BesideAnIndex) -> None:
    store.record(replace(JUDGED, comment="金丝雀"))
    store.record(replace(JUDGED, id="b" * 16))
    store.withdraw(JUDGED.id)
    assert held(store, "金丝雀") == []


def test_who_reads_on_and_on_keeps_the_words_and_that_is_said(store: BesideAnIndex) -> None:
    hurried = BesideAnIndex(store.path.parent, busy_seconds=0.05)
    store.record(JUDGED)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM feedback").fetchall()
        with pytest.raises(RecordsUnavailable, match=r"feedback\.sqlite3：被别的程序占用"):
            hurried.forget_all_but(())
    store.forget_all_but(())
    assert held(store, JUDGED.answer) == []


# --- what cannot be opened -----------------------------------------------------------------------------------------


def assert_every_use_says(store: BesideAnIndex, message: str) -> None:
    for use in (
        lambda: store.record(JUDGED),
        lambda: store.withdraw(JUDGED.id),
        store.records,
        lambda: store.forget_all_but(()),
    ):
        with pytest.raises(RecordsUnavailable) as raised:
            use()
        assert str(raised.value).startswith(f"{store.path}：{message}")


def test_a_file_that_is_no_database_is_named_and_left_alone(store: BesideAnIndex) -> None:
    store.path.write_text("# 笔记\n" * 200, "utf-8")
    assert_every_use_says(store, "不是数据库文件；请把它移到别处")
    assert store.path.read_text("utf-8") == "# 笔记\n" * 200


def test_a_damaged_database_is_named(store: BesideAnIndex) -> None:
    for number in range(50):
        store.record(replace(JUDGED, id=f"{number:016}"))
    content = bytearray(store.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    store.path.write_bytes(content)
    with pytest.raises(RecordsUnavailable, match="：数据库已损坏；请从备份恢复"):
        store.records()


def test_a_database_of_another_program_gets_no_table_of_ours(store: BesideAnIndex) -> None:
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("CREATE TABLE accounts (name TEXT)")
        database.commit()
    assert_every_use_says(store, "是别的程序的数据库；请把它移到别处")
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("accounts",)]


def test_a_database_of_a_newer_version_is_not_written_by_this_one(store: BesideAnIndex) -> None:
    store.record(JUDGED)
    with closing(sqlite3.connect(store.path)) as database:
        database.execute("PRAGMA user_version = 3")
    assert_every_use_says(store, "由更新版本的 reportqa 写成（格式 3，这里只认到 2）；请升级 reportqa")


def test_a_folder_in_its_place_or_none_to_put_it_in_is_named(store: BesideAnIndex, tmp_path: Path) -> None:
    store.path.mkdir()
    assert_every_use_says(store, "无法打开（是文件夹）")
    with pytest.raises(RecordsUnavailable, match=r"nowhere/feedback\.sqlite3：无法打开（没有这个文件或文件夹）"):
        BesideAnIndex(tmp_path / "nowhere").record(JUDGED)


def test_a_database_that_others_hold_is_waited_for_and_then_named(store: BesideAnIndex) -> None:
    store.record(JUDGED)
    other = replace(JUDGED, id="b" * 16)
    with closing(sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, lambda: holder.execute("COMMIT"))
        release.start()
        assert store.record(other)
        release.join()
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordsUnavailable, match="：被别的程序占用超过 5 秒；请稍后重试"):
            BesideAnIndex(store.path.parent, busy_seconds=0.05).record(replace(JUDGED, id="c" * 16))
    assert [each.id for each in store.records()] == [JUDGED.id, other.id]


# --- processes -----------------------------------------------------------------------------------------------------

# Records without end, or as many as told, and says each id once it is acknowledged.
WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from chat.records.database import RecordsUnavailable
from tests.chat.records.test_feedback import JUDGED, BesideAnIndex
store, name, count = BesideAnIndex(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    id = f"{name}-{number:010}"
    store.record(replace(JUDGED, id=id, answer=id * 40))
    print(id, flush=True)
"""


@contextmanager
def writer(store: BesideAnIndex, name: str, count: int) -> Iterator["subprocess.Popen[str]"]:
    """A process that has everything loaded and waits for a line to begin."""
    command = [sys.executable, "-c", WRITER, str(store.path.parent), name, str(count)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def begin(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_what_was_acknowledged_is_there_after_the_writer_was_killed(store: BesideAnIndex) -> None:
    draw = random.Random(20_263)
    acknowledged: list[str] = []
    for round in range(4):
        with writer(store, f"round-{round}", 1_000_000) as process:
            begin(process)
            assert process.stdout is not None
            told = [process.stdout.readline().strip() for _ in range(draw.randint(11, 20))]
            time.sleep(draw.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            told += process.stdout.read().split("\n")[:-1]  # what was written is read, however the writer ended
        assert process.returncode == -signal.SIGKILL
        acknowledged += told
        recorded = store.records()
        assert set(acknowledged) <= {each.id for each in recorded}
        assert len(recorded) <= len(acknowledged) + round + 1  # recorded, and killed before saying so
        assert all(each.answer == each.id * 40 for each in recorded)
    assert len(acknowledged) > 40
    with closing(sqlite3.connect(store.path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_processes_that_begin_a_file_and_write_at_once_lose_nothing(store: BesideAnIndex) -> None:
    with writer(store, "first", 100) as first, writer(store, "second", 100) as second:
        begin(first)
        begin(second)
        assert (first.wait(30), second.wait(30)) == (0, 0)
    expected = {f"{name}-{number:010}" for name in ("first", "second") for number in range(100)}
    assert {each.id for each in store.records()} == expected


def test_threads_that_write_read_and_withdraw_at_once_lose_nothing(store: BesideAnIndex) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(25):
                store.record(replace(JUDGED, id=f"{name}-{number:08}"))
                store.records()
                if number % 2:
                    assert store.withdraw(f"{name}-{number:08}")
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(f"thread-{name}",)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store.records()) == 6 * 13


# Fills the disk, as far as a process that may write no file above a limit is concerned.
LIMITED = """
import resource, sys
from dataclasses import replace
from pathlib import Path
from chat.records.database import RecordsUnavailable
from tests.chat.records.test_feedback import JUDGED, BesideAnIndex
store = BesideAnIndex(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
for number in range(1000):
    try:
        store.record(replace(JUDGED, id=f"{number:016}", answer="答" * 3000))
    except RecordsUnavailable as error:
        print(number, error)
        break
"""


def test_on_a_full_disk_the_last_feedback_is_refused_and_all_before_it_kept(store: BesideAnIndex) -> None:
    script = [sys.executable, "-c", LIMITED, str(store.path.parent)]
    ended = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    number, _, message = ended.stdout.strip().partition(" ")
    assert message in (
        f"{store.path}：磁盘空间不足；请腾出空间后重试",
        f"{store.path}：磁盘读写出错；请检查磁盘与剩余空间",
    )
    assert int(number) > 5
    assert len(store.records()) == int(number)
