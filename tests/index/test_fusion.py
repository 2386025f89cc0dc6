"""Rankings and scores merged, by hand."""

import numpy as np
import pytest

from index.fusion import reciprocal_rank_fusion, z_scores


def test_fusion_adds_reciprocal_ranks_counted_from_one() -> None:
    fused = reciprocal_rank_fusion([["a", "b"], ["b", "c"]], k=60)
    assert fused == [("b", 1 / 62 + 1 / 61), ("a", 1 / 61), ("c", 1 / 62)]


def test_a_repeated_id_counts_once_at_its_best_rank() -> None:
    assert reciprocal_rank_fusion([["a", "a", "b"]], k=1) == [("a", 1 / 2), ("b", 1 / 3)]


def test_equal_scores_keep_the_order_of_first_appearance() -> None:
    assert [item for item, _ in reciprocal_rank_fusion([["b", "a"], ["a", "b"]])] == ["b", "a"]


def test_a_larger_k_lets_two_middling_ranks_beat_one_first() -> None:
    rankings = [["a", "x", "b"], ["c", "y", "b"]]
    assert reciprocal_rank_fusion(rankings, k=60)[0][0] == "b"  # 2/63 > 1/61
    assert reciprocal_rank_fusion([["a", "x", "y", "b"], ["c", "z", "w", "b"]], k=1)[0][0] == "a"  # 2/5 < 1/2


@pytest.mark.parametrize("rankings", [[], [[]], [[], []]])
def test_nothing_ranked_gives_nothing(rankings: list[list[str]]) -> None:
    assert reciprocal_rank_fusion(rankings) == []


@pytest.mark.parametrize("k", [0, -1])
def test_a_k_that_is_not_positive_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match=f"got {k}"):
        reciprocal_rank_fusion([["a"]], k=k)


def test_z_scores_count_standard_deviations_from_the_mean() -> None:
    # mean 5, standard deviation 2
    scores = z_scores(np.array([2, 4, 4, 4, 5, 5, 7, 9], dtype=np.float32))
    assert scores.tolist() == [-1.5, -0.5, -0.5, -0.5, 0.0, 0.0, 1.0, 2.0]
    assert scores.dtype == np.float32


@pytest.mark.parametrize("scores", [[], [3.0], [3.0, 3.0, 3.0]])
def test_scores_that_do_not_differ_are_all_zero(scores: list[float]) -> None:
    assert z_scores(np.array(scores, dtype=np.float32)).tolist() == [0.0] * len(scores)
