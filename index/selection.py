"""Which of the candidates to show: relevant ones that are not all alike, and together have the question's words.

Ranked by relevance alone, the rows of one table or the slides of one topic fill the first places, and the second half
of a comparison is never seen. So each place goes to the candidate with the best relevance, plus what it adds of the
question's words, minus its likeness to those chosen (maximal marginal relevance; Carbonell & Goldstein, SIGIR 1998).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# In standard deviations of relevance: what covering all of the question's words is worth, and what being one deviation
# more alike than two candidates usually are costs. Evidence@5 of the dev questions: 0.875 with neither, 0.911 with both
# (and with a LIKENESS of 1); hit@5 on CMRC 2018 does not change with COVERAGE.
COVERAGE = 5.0
LIKENESS = 0.6


@dataclass(frozen=True, slots=True)
class Candidates:
    """n candidates. relevance: (n,) z-scored sums. vectors: (n, dim) unit rows. has: (n, w) which of the question's w
    words each holds; weights: (w,) their inverse document frequencies."""

    relevance: NDArray[np.float32]
    vectors: NDArray[np.float32]
    has: NDArray[np.bool_]
    weights: NDArray[np.float32]


def select(candidates: Candidates, k: int) -> list[tuple[int, float]]:
    """(candidate, gain) of the k to show, in order; the first is the most relevant. Gains need not fall."""
    count = len(candidates.relevance)
    likeness = _standardised(candidates.vectors @ candidates.vectors.T)
    weights = candidates.weights / max(float(candidates.weights.sum()), 1e-9)
    left = np.ones(count, dtype=bool)
    covered = np.zeros(len(weights), dtype=bool)
    most_alike = np.zeros(count, dtype=np.float32)  # below 0 two candidates are no more alike than any two
    chosen: list[tuple[int, float]] = []
    while left.any() and len(chosen) < k:
        gains = candidates.relevance.copy()
        if chosen:
            gains += COVERAGE * (candidates.has & ~covered) @ weights - LIKENESS * most_alike
        best = int(np.argmax(np.where(left, gains, -np.inf)))
        chosen.append((best, float(gains[best])))
        left[best] = False
        covered |= candidates.has[best]
        most_alike = np.maximum(most_alike, likeness[best])
    return chosen


def _standardised(similarities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Similarities in standard deviations from the mean of any two different candidates."""
    others = similarities[~np.eye(len(similarities), dtype=bool)]
    if not others.size or np.ptp(others) == 0:
        return np.zeros_like(similarities)
    standardised: NDArray[np.float32] = (similarities - others.mean()) / others.std()
    return standardised
