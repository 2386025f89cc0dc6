"""Which candidates are shown: values by hand, and the definition itself as the oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.selection import COVERAGE, LIKENESS, Candidates, select


def candidates(
    relevance: list[float], vectors: list[list[float]], has: list[list[bool]], weights: list[float]
) -> Candidates:
    return Candidates(
        np.array(relevance, dtype=np.float32),
        np.array(vectors, dtype=np.float32).reshape(len(relevance), 2),
        np.array(has, dtype=bool).reshape(len(relevance), len(weights)),
        np.array(weights, dtype=np.float32),
    )


def test_the_most_relevant_candidate_comes_first_whatever_words_the_others_have() -> None:
    given = candidates([0.5, 0.6], [[1, 0], [0, 1]], [[True, True], [False, False]], [3.0, 1.0])
    [(first, gain)] = select(given, 1)
    assert first == 1
    assert gain == pytest.approx(0.6)


def test_a_near_copy_is_passed_over_for_one_that_has_an_unseen_word() -> None:
    """0 and 1 are copies, so their likeness is (1 - 1/3) / sqrt(2/9) = sqrt 2; the question's two words weigh the same.

    After 0: candidate 1 gains 1.9 - 0.6 · sqrt 2 = 1.0515, candidate 2 gains -1 + 5 · 1/2 = 1.5.
    """
    given = candidates(
        [2.0, 1.9, -1.0], [[1, 0], [1, 0], [0, 1]], [[True, False], [True, False], [False, True]], [1, 1]
    )
    assert (COVERAGE, LIKENESS) == (5.0, 0.6)
    assert select(given, 3) == [(0, 2.0), (2, pytest.approx(1.5)), (1, pytest.approx(1.9 - 0.6 * 2**0.5, abs=1e-5))]


def test_a_word_counts_only_for_the_first_that_has_it() -> None:
    given = candidates([1.0, 0.0, -0.5], [[1, 0]] * 3, [[False], [True], [True]], [2.0])
    # Likeness is the same for any two and so is no reason: 0 + 5, then -0.5 alone.
    assert select(given, 3) == [(0, 1.0), (1, 5.0), (2, -0.5)]


def test_candidates_less_alike_than_usual_gain_nothing_by_it() -> None:
    # Any two of 0, 1, 2: cosines 0, 1, 0; being less alike than the mean is worth 0, not more than 0.
    given = candidates([3.0, 2.0, 1.0], [[1, 0], [0, 1], [0, 1]], [[]] * 3, [])
    assert select(given, 2) == [(0, 3.0), (1, 2.0)]


def test_equals_are_taken_in_the_order_given() -> None:
    given = candidates([1.0] * 4, [[1, 0]] * 4, [[True]] * 4, [1.0])
    assert [row for row, _ in select(given, 4)] == [0, 1, 2, 3]


@pytest.mark.parametrize(("k", "expected"), [(0, 0), (1, 1), (2, 2), (9, 2)])
def test_no_more_are_chosen_than_asked_for_or_there_are(k: int, expected: int) -> None:
    assert len(select(candidates([1, 2], [[1, 0], [0, 1]], [[], []], []), k)) == expected


def test_nothing_is_chosen_of_nothing() -> None:
    assert select(candidates([], [], [], []), 5) == []


def gains(given: Candidates, chosen: list[int]) -> list[float]:
    """What each candidate would add to those chosen, by the definition, one number at a time."""
    count = len(given.relevance)
    cosines = [[float(a @ b) for b in given.vectors] for a in given.vectors]
    different = [cosines[a][b] for a in range(count) for b in range(count) if a != b]
    mean = sum(different) / len(different)
    deviation = (sum((cosine - mean) ** 2 for cosine in different) / len(different)) ** 0.5
    total = float(given.weights.sum()) or 1.0
    values = []
    for row in range(count):
        words = [word for word in range(len(given.weights)) if given.has[row][word]]
        new = [word for word in words if not any(given.has[other][word] for other in chosen)]
        alike = [(cosines[row][other] - mean) / deviation for other in chosen] if deviation > 1e-6 else []
        values.append(
            float(given.relevance[row])
            + (COVERAGE * sum(float(given.weights[word]) for word in new) / total if chosen else 0.0)
            - LIKENESS * max([0.0, *alike])
        )
    return values


@settings(deadline=None)
@given(count=st.integers(2, 12), words=st.integers(0, 5), k=st.integers(1, 12), seed=st.integers(0, 10_000))
def test_each_choice_adds_the_most_of_those_left(count: int, words: int, k: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(count, 6))
    given = Candidates(
        draw.normal(size=count).astype(np.float32),
        (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32),
        draw.random((count, words)) < 0.5,
        draw.random(words).astype(np.float32),
    )
    chosen: list[int] = []
    for row, gain in select(given, k):
        expected = gains(given, chosen)
        assert row not in chosen
        assert gain == pytest.approx(expected[row], abs=1e-3)
        assert gain >= max(value for other, value in enumerate(expected) if other not in chosen) - 1e-3
        chosen.append(row)
    assert len(chosen) == min(k, count)
