"""The breaker: five failures in a row and the model rests, thirty seconds and one question tries it."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing

import pytest

from chat.models.breaker import FAILURES, REST_SECONDS, Breaker
from chat.models.generation import GeneratorUnavailable, Usage


class Failing:
    """A model that fails while `fails` is set, midway; counts how often it was asked."""

    name = "failing"

    def __init__(self) -> None:
        self.fails, self.asked = True, 0

    def generate(
        self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = ""
    ) -> Generator[str | Usage, None, None]:
        self.asked += 1
        yield "销量"
        if self.fails:
            raise GeneratorUnavailable("没有响应")
        yield "增长"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def model() -> Failing:
    return Failing()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(model: Failing, clock: Clock) -> Breaker:
    return Breaker(model, clock=clock)


def ask(breaker: Breaker) -> str:
    return "".join(str(piece) for piece in breaker.generate([], max_tokens=9))


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(GeneratorUnavailable):
            ask(breaker)


def test_after_five_failures_in_a_row_it_is_asked_no_more(breaker: Breaker, model: Failing) -> None:
    fail(breaker, FAILURES)
    with pytest.raises(GeneratorUnavailable, match="连续 5 次没有答出"):
        ask(breaker)
    assert model.asked == FAILURES


def test_an_answer_in_between_begins_the_count_anew(breaker: Breaker, model: Failing) -> None:
    fail(breaker, FAILURES - 1)
    model.fails = False
    assert ask(breaker) == "销量增长"
    model.fails = True
    fail(breaker, FAILURES - 1)
    assert model.asked == 2 * FAILURES - 1


def test_after_thirty_seconds_one_question_tries_it_and_the_others_do_not(
    breaker: Breaker, model: Failing, clock: Clock
) -> None:
    fail(breaker, FAILURES)
    clock.now += REST_SECONDS - 0.1
    fail(breaker, 1)
    assert model.asked == FAILURES
    clock.now += 0.1
    with closing(breaker.generate([], max_tokens=9)) as trying:
        assert next(trying) == "销量"
        fail(breaker, 3)
        assert model.asked == FAILURES + 1
        with pytest.raises(GeneratorUnavailable, match="没有响应"):
            next(trying)
    fail(breaker, 1)
    assert model.asked == FAILURES + 1  # it rests again


def test_a_trial_that_succeeds_ends_the_rest(breaker: Breaker, model: Failing, clock: Clock) -> None:
    fail(breaker, FAILURES)
    clock.now += REST_SECONDS
    model.fails = False
    assert [ask(breaker), ask(breaker)] == ["销量增长"] * 2


def test_an_answer_whose_reader_leaves_is_neither_a_failure_nor_a_success(
    breaker: Breaker, model: Failing, clock: Clock
) -> None:
    fail(breaker, FAILURES - 1)
    for _ in range(3):
        with closing(breaker.generate([], max_tokens=9)) as left:
            next(left)
    fail(breaker, 1)
    clock.now += REST_SECONDS
    with closing(breaker.generate([], max_tokens=9)) as left:
        next(left)
    fail(breaker, 1)
    assert model.asked == FAILURES + 4  # nobody else tries it before another rest has gone by
    clock.now += REST_SECONDS
    fail(breaker, 1)
    assert model.asked == FAILURES + 5
