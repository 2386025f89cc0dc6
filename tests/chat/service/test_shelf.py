"""Changes of the corpus in a running service: one at a time, to their end, and only by who may."""

import threading
from collections.abc import Callable

import pytest

from chat.access.caller import LOCAL, By, Caller, Scope
from chat.models.sources import Progress
from chat.service.shelf import ANOTHER_CHANGE, Changed, Editing, OneAtATime, ShelfBusy, Step, may_edit
from ingest.errors import UserError


def counting(done: list[str]) -> Callable[[], None]:
    return lambda: done.append("done")


def test_a_change_tells_its_steps_and_what_it_did() -> None:
    def work(progress: Progress) -> Changed:
        progress("读取", 1, 2)
        progress("读取", 2, 2)
        return Changed("added", 3)

    done: list[str] = []
    events = list(OneAtATime().change(work, done=counting(done)))
    assert events == [Step("读取", 1, 2), Step("读取", 2, 2), Changed("added", 3)]
    assert done == ["done"]


def test_a_change_that_fails_raises_its_reason_and_makes_way_for_the_next() -> None:
    def fail(progress: Progress) -> Changed:
        raise UserError("读不了")

    changes, done = OneAtATime(), list[str]()
    for _ in range(2):
        with pytest.raises(UserError, match="读不了"):
            list(changes.change(fail, done=counting(done)))
    assert done == ["done", "done"]


def test_a_second_change_is_refused_while_one_is_under_way() -> None:
    go_on = threading.Event()

    def wait(progress: Progress) -> Changed:
        progress("读取", 0, 1)
        go_on.wait()
        return Changed("added")

    changes, done = OneAtATime(), list[str]()
    first = changes.change(wait)
    assert next(first) == Step("读取", 0, 1)
    with pytest.raises(ShelfBusy, match=str(ANOTHER_CHANGE)):
        next(changes.change(wait, done=counting(done)))
    assert done == ["done"]  # what it never began with is no longer needed either
    go_on.set()
    assert list(first) == [Changed("added")]
    assert list(changes.change(lambda progress: Changed("removed"))) == [Changed("removed")]


def test_a_change_goes_on_when_nobody_listens_any_more() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def work(progress: Progress) -> Changed:
        progress("读取", 0, 1)
        go_on.wait()
        return Changed("added")

    listener = OneAtATime().change(work, done=ended.set)
    next(listener)
    listener.close()
    go_on.set()
    assert ended.wait(10)


HERE = "127.0.0.1"


@pytest.mark.parametrize(
    ("editing", "client", "headers", "allowed"),
    [
        ("loopback", HERE, {"host": "127.0.0.1:7860"}, True),
        ("loopback", HERE, {"host": "localhost"}, True),
        ("loopback", "::1", {"host": "[::1]:7860"}, True),
        ("loopback", HERE, {"host": "reports.example.com"}, False),
        ("loopback", HERE, {"host": "localhost.example.com"}, False),
        ("loopback", HERE, {}, False),
        ("loopback", "203.0.113.9", {"host": "localhost:7860"}, False),
        ("loopback", HERE, {"host": "localhost", "x-forwarded-for": "203.0.113.9"}, False),
        ("loopback", HERE, {"host": "127.0.0.1:7860", "x-real-ip": "203.0.113.9"}, False),
        ("loopback", HERE, {"host": "127.0.0.1:7860", "forwarded": "for=203.0.113.9"}, False),
        ("always", "203.0.113.9", {"host": "reports.example.com"}, True),
        ("never", HERE, {"host": "127.0.0.1"}, False),
    ],
)
def test_who_may_change_the_corpus(editing: Editing, client: str, headers: dict[str, str], allowed: bool) -> None:
    assert may_edit(editing, LOCAL, client, headers) is allowed


@pytest.mark.parametrize(
    ("editing", "by", "scopes", "allowed"),
    [
        ("loopback", "key", {"reports"}, True),
        ("loopback", "login", {"reports"}, True),
        ("loopback", "login", {"ask", "search"}, False),
        ("loopback", "open", {"reports"}, False),
        ("always", "open", {"reports"}, True),
        ("always", "key", {"ask"}, False),
        ("never", "key", {"reports"}, False),
    ],
)
def test_who_has_a_key_or_a_login_may_change_it_where_that_says_so(
    editing: Editing, by: By, scopes: set[Scope], allowed: bool
) -> None:
    caller = Caller(by, "ming", scopes=frozenset(scopes))
    assert may_edit(editing, caller, "203.0.113.9", {"host": "reports.example.com"}) is allowed


def test_what_cannot_be_cleared_away_after_a_change_is_logged_and_leaves_the_way_free(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise PermissionError("锁住了")

    changes = OneAtATime()
    assert list(changes.change(lambda progress: Changed("added"), done=fail)) == [Changed("added")]
    assert "could not be cleared away" in caplog.text
    assert list(changes.change(lambda progress: Changed("removed"))) == [Changed("removed")]


def test_what_nobody_foresaw_is_logged_though_nobody_listens_any_more(caplog: pytest.LogCaptureFixture) -> None:
    go_on, ended = threading.Event(), threading.Event()

    def work(progress: Progress) -> Changed:
        progress("读取", 0, 1)
        go_on.wait()
        raise ZeroDivisionError("除以零")

    listener = OneAtATime().change(work, done=ended.set)
    next(listener)
    listener.close()
    go_on.set()
    assert ended.wait(10)
    (record,) = caplog.records
    assert (record.levelname, record.exc_info is not None) == ("ERROR", True)
    assert "除以零" in caplog.text


def test_a_reason_for_people_is_nothing_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def fail(progress: Progress) -> Changed:
        raise UserError("读不了")

    with pytest.raises(UserError):
        list(OneAtATime().change(fail))
    assert caplog.records == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (Changed("added", 3), "已添加，共 3 段，可以提问了。"),
        (Changed("there", file="reports/甲.md"), "内容已在资料库中（reports/甲.md），没有重复添加。"),
        (Changed("removed"), "已移除。"),
    ],
)
def test_what_was_done_is_told_in_a_sentence(changed: Changed, told: str) -> None:
    assert changed.message == told
