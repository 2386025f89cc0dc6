"""Merge what two searches found: rankings by reciprocal rank, scores of different scales by their z-scores."""

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

RRF_K = 60  # Cormack, Clarke & Büttcher, SIGIR 2009; larger flattens the advantage of the first ranks

Id = TypeVar("Id", bound=Hashable)


def reciprocal_rank_fusion(rankings: Sequence[Sequence[Id]], *, k: int = RRF_K) -> list[tuple[Id, float]]:
    """(id, score) pairs, best first; an id scores the sum of 1 / (k + rank) over the rankings, rank from 1.

    An id absent from a ranking gains nothing from it; a repeated id counts once, at its best rank. Equal scores keep
    the order of first appearance, ranking by ranking.

    Raises:
        ValueError: k is not positive.
    """
    if k <= 0:
        raise ValueError(f"k must be positive, got {k}")
    scores: dict[Id, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(dict.fromkeys(ranking), start=1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda item: -item[1])


def z_scores(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores shifted to mean 0 and scaled to standard deviation 1; all 0 where they do not differ."""
    if not scores.size or np.ptp(scores) == 0:
        return np.zeros_like(scores)
    shifted: NDArray[np.float32] = (scores - scores.mean()) / scores.std()
    return shifted
