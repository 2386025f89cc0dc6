"""What was asked is kept without its words unless configured, goes in time, and adds up."""

import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chat.records.asker import Asker, Ending, Use
from chat.records.database import FILE, Records, records_of
from chat.records.feedback import Cited, days_ago, written
from chat.records.retention import pruned_daily
from chat.records.usage import Day, UsageStore, summary_of

ASKED = Use(
    asked_at="2026-03-01T08:15:30.250+00:00",
    asker=Asker("page", "zh-CN", "u1"),
    ending="answered",
    reason="",
    cited=(Cited("ev-2025", "ev-2025#3"), Cited("ev-2024", "ev-2024#1")),
    search_ms=31.5,
    first_token_ms=900.0,
    total_ms=4100.25,
    prompt_tokens=1200,
    answer_tokens=80,
    question="出口多少？",
)
NOON = datetime(2026, 3, 2, 12).astimezone()  # here, whatever the time zone of the machine


def at(day: int, *, ending: Ending = "answered", total_ms: float | None = 1000.0, **other: object) -> Use:
    """Asked at noon of a day of March."""
    moment = written(NOON + timedelta(days=day - 2))
    return replace(ASKED, asked_at=moment, ending=ending, total_ms=total_ms, **other)  # type: ignore[arg-type]


def test_a_use_comes_back_as_it_was_told_but_for_its_words(records: Records) -> None:
    store = UsageStore(records)
    store.record(replace(ASKED, asked_at="2026-03-02T00:00:00.000+00:00", search_ms=None, prompt_tokens=None))
    store.record(ASKED)
    first, second = store.uses()
    assert first == replace(ASKED, question="")
    assert (second.search_ms, second.prompt_tokens) == (None, None)
    assert store.uses(since="2026-03-01T12") == [second]


def test_no_byte_of_a_question_is_kept_unless_configured(tmp_path: Path) -> None:
    UsageStore(records_of(tmp_path)).record(replace(ASKED, question="金丝雀"))
    assert all("金丝雀".encode() not in path.read_bytes() for path in tmp_path.iterdir())
    later = replace(ASKED, asked_at="2026-03-02T00:00:00.000+00:00")
    UsageStore(records_of(tmp_path), questions=True).record(later)
    assert [use.question for use in UsageStore(records_of(tmp_path)).uses()] == ["", "出口多少？"]


def test_words_that_were_kept_go_once_they_are_not_to_be(tmp_path: Path) -> None:
    UsageStore(records_of(tmp_path), questions=True).record(ASKED)
    UsageStore(records_of(tmp_path), questions=True).prune()
    assert [use.question for use in UsageStore(records_of(tmp_path)).uses()] == ["出口多少？"]
    UsageStore(records_of(tmp_path)).prune()
    assert [use.question for use in UsageStore(records_of(tmp_path)).uses()] == [""]


def test_uses_go_after_so_many_days_and_not_before(records: Records) -> None:
    store = UsageStore(records, days=90)
    for days in (0, 89, 91, 400):
        store.record(replace(ASKED, asked_at=days_ago(days), total_ms=float(days)))
    assert UsageStore(records).prune() == 0  # for as long as there is room
    assert store.prune() == 2
    assert [use.total_ms for use in store.uses()] == [89.0, 0.0]


def test_nothing_is_made_before_the_first_question(tmp_path: Path) -> None:
    store = UsageStore(records_of(tmp_path), days=1)
    assert (store.uses(), store.prune(), list(tmp_path.iterdir())) == ([], 0, [])


def test_an_answer_does_not_fail_because_it_cannot_be_noted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).write_text("# 笔记\n" * 200, "utf-8")
    UsageStore(records_of(tmp_path)).record(ASKED)
    assert ["不是数据库文件" in each.getMessage() for each in caplog.records] == [True]


def test_days_are_counted_without_a_gap_and_what_stands_out_is_listed() -> None:
    c1, c2 = ASKED.cited
    uses = [
        at(2, total_ms=3000.0, cited=(c1, Cited("ev-2025", "ev-2025#9"))),
        at(2, ending="refused", reason="years", total_ms=500.0, cited=()),
        at(4, total_ms=9000.0, cited=(c1, c2), asker=Asker("api")),
        at(4, ending="refused", reason="near", total_ms=700.0, cited=()),
        at(4, ending="refused", reason="years", total_ms=None, cited=()),
        at(4, ending="stopped", total_ms=60_000.0, cited=()),
        at(4, ending="failed", reason="busy", total_ms=60_000.0, cited=()),
    ]
    told = summary_of(uses, first=date(2026, 3, 1), last=date(2026, 3, 4), most=2)
    assert [(each.day.day, each.asked, each.refused) for each in told.days] == [
        (1, 0, 0),
        (2, 2, 1),
        (3, 0, 0),
        (4, 5, 2),
    ]
    assert (told.asked, told.answered, told.stopped) == (7, 2, 1)
    assert told.ways == (("page", 6), ("api", 1))
    assert (told.refusals, told.failures) == ((("years", 2), ("near", 1)), (("busy", 1),))
    assert told.median_ms == 1850.0  # of 500, 700, 3000, 9000: not of who left, or was turned away
    assert [use.total_ms for use in told.slowest] == [9000.0, 3000.0]
    assert [use.reason for use in told.refused] == ["years", "near"]  # the latest
    assert told.reports == (("ev-2025", 2), ("ev-2024", 1))  # an answer that cites two passages of one counts once
    assert told.passages == ((c1, 2), (c2, 1))


def test_a_summary_is_of_the_last_days_here(tmp_path: Path) -> None:
    store = UsageStore(records_of(tmp_path))
    for day in (1, 2, 3):
        store.record(at(day))
    told = store.summary(days=2, most=5, today=date(2026, 3, 3))
    assert told.days == (Day(date(2026, 3, 2), 1, 0), Day(date(2026, 3, 3), 1, 0))
    nothing = UsageStore(records_of(tmp_path / "none")).summary(days=1, most=5, today=date(2026, 3, 3))
    assert (nothing.asked, nothing.median_ms, nothing.days) == (0, None, (Day(date(2026, 3, 3), 0, 0),))


def test_a_day_begins_at_midnight_of_this_machine(tmp_path: Path) -> None:
    store = UsageStore(records_of(tmp_path))
    midnight = datetime(2026, 3, 3).astimezone()
    for moment in (midnight - timedelta(seconds=1), midnight):
        store.record(replace(ASKED, asked_at=written(moment.astimezone(UTC))))
    assert store.summary(days=1, most=5, today=date(2026, 3, 3)).asked == 1


def test_what_is_kept_too_long_goes_at_the_start_and_every_day(tmp_path: Path) -> None:
    store = UsageStore(records_of(tmp_path), days=30)
    store.record(replace(ASKED, asked_at=days_ago(31)))
    again = threading.Event()

    def prune() -> int:
        gone = store.prune()
        if again.is_set() or gone == 0:
            return gone
        again.set()
        store.record(replace(ASKED, asked_at=days_ago(31)))  # what grows too old while the service runs
        return gone

    with pruned_daily([prune], every_seconds=0.02):
        assert again.is_set()
        deadline = time.monotonic() + 10
        while store.uses() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert store.uses() == []
    assert "retention" not in [thread.name for thread in threading.enumerate()]


def test_a_store_that_cannot_be_pruned_is_told_and_the_next_one_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / FILE).write_text("# 笔记\n" * 200, "utf-8")
    good = UsageStore(records_of(tmp_path / "b"), days=30)
    good.record(replace(ASKED, asked_at=days_ago(31)))
    with pruned_daily([UsageStore(records_of(tmp_path / "a"), days=1).prune, good.prune]):
        assert good.uses() == []
    assert ["不是数据库文件" in each.getMessage() for each in caplog.records] == [True]
