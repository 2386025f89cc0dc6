"""MaxSim, with two plain loops as the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.late_interaction import Tokens, max_sim

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def rows(*vectors: list[float]) -> NDArray[np.float32]:
    return np.array(vectors, dtype=np.float32).reshape(-1, 2)


def test_each_token_of_the_question_counts_its_best_match_and_the_mean_is_taken() -> None:
    # east finds itself (1), north finds (0.6, 0.8) at best (0.8): mean 0.9
    assert max_sim(rows(EAST, NORTH), rows(EAST, [0.6, 0.8]), [2]) == pytest.approx([0.9])


def test_an_empty_text_scores_minus_one_wherever_it_stands() -> None:
    assert max_sim(rows(EAST), rows(EAST, NORTH), [0, 1, 0, 1, 0]).tolist() == [-1.0, 1.0, -1.0, 0.0, -1.0]


def test_without_texts_there_are_no_scores() -> None:
    assert max_sim(rows(EAST), rows(), []).shape == (0,)


def test_a_question_without_tokens_matches_nothing() -> None:
    assert max_sim(rows(), rows(EAST), [1, 0]).tolist() == [-1.0, -1.0]


@given(lengths=st.lists(st.integers(0, 6), max_size=8), asked=st.integers(1, 5), seed=st.integers(0, 1_000))
def test_scores_are_those_of_the_definition(lengths: list[int], asked: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    query = draw.normal(size=(asked, 4)).astype(np.float32)
    texts = [draw.normal(size=(length, 4)).astype(np.float32) for length in lengths]
    expected = [
        sum(max(float(token @ other) for other in text) for token in query) / asked if len(text) else -1.0
        for text in texts
    ]
    scores = max_sim(query, np.concatenate([np.zeros((0, 4), dtype=np.float32), *texts]), lengths)
    assert scores.dtype == np.float32
    assert scores == pytest.approx(expected, abs=1e-4)


TOKENS = Tokens(np.arange(8, dtype=np.float32).reshape(4, 2), np.array([0, 2, 5, 5], dtype=np.int32))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 9, [0, 1, 2, 3]),
        (0, 2, [0]),  # the token at 2 begins outside
        (1, 5, [1]),  # the one at 0 began before
        (2, 6, [1, 2, 3]),
        (3, 5, []),
        (4, 4, []),
        (9, 70_000, []),
    ],
)
@pytest.mark.parametrize("kind", [np.int32, np.uint16])
def test_tokens_between_two_offsets_are_those_that_begin_there(
    start: int, end: int, expected: list[int], kind: type
) -> None:
    tokens = Tokens(TOKENS.vectors, TOKENS.starts.astype(kind))
    assert tokens.between(start, end).tolist() == TOKENS.vectors[expected].tolist()
