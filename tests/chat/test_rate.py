"""So many a minute from one address, whatever others do."""

import pytest

from chat.rate import RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_window_slides_and_says_how_long_to_wait() -> None:
    clock = Clock()
    rate = RateLimit(2, clock=clock)
    assert rate.wait("10.0.0.1") == 0
    clock.now += 50
    assert rate.wait("10.0.0.1") == 0
    assert rate.wait("10.0.0.1") == 10
    clock.now += 9.5
    assert rate.wait("10.0.0.1") == 1  # half a second, and a header has whole ones
    clock.now += 0.5
    assert rate.wait("10.0.0.1") == 0
    assert rate.wait("10.0.0.1") == 50  # the one of 50 s ago has its minute too


def test_who_is_refused_does_not_wait_longer_for_asking_again() -> None:
    clock = Clock()
    rate = RateLimit(1, clock=clock)
    rate.wait("a")
    for _ in range(5):
        clock.now += 11
        rate.wait("a")
    clock.now += 5
    assert rate.wait("a") == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8:0:1::5", "2001:db8:0:1:ffff::1", True),  # one household
        ("2001:db8:0:1::5", "2001:db8:0:2::5", False),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_an_address_is_one_place(one: str, other: str, same: bool) -> None:
    rate = RateLimit(1)
    assert rate.wait(one) == 0
    assert (rate.wait(other) > 0) is same


def test_addresses_that_are_idle_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.rate._MOST_ADDRESSES", 3)
    clock = Clock()
    rate = RateLimit(1, clock=clock)
    for number in range(3):
        rate.wait(f"10.0.0.{number}")
    clock.now += 30
    rate.wait("10.0.0.9")
    clock.now += 31
    rate.wait("10.0.1.1")
    assert sorted(rate._admitted) == ["10.0.0.9", "10.0.1.1"]
