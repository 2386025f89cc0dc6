"""MaxSim: compare a question with a text token by token (ColBERT; Khattab & Zaharia, SIGIR 2020).

The token vectors come from an encoder trained for pooled vectors only; even so they rank better than the pooled ones,
since a name or a figure of the question must find its own match.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TokenVectors = NDArray[np.float32] | NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token vectors of one text: (t, dim) unit rows, and (t,), the offset in the text that each begins at."""

    vectors: TokenVectors
    starts: NDArray[np.int32] | NDArray[np.uint16]

    def between(self, start: int, end: int) -> TokenVectors:
        """The vectors of the tokens that begin in text[start:end]."""
        first, last = np.searchsorted(self.starts, [start, end])
        return self.vectors[first:last]


def max_sim(query: NDArray[np.float32], tokens: NDArray[np.float32], lengths: Sequence[int]) -> NDArray[np.float32]:
    """(len(lengths),) float32: the mean over the query's tokens of their best cosine in each text; -1 for an empty one,
    and for an empty query.

    tokens: (sum(lengths), dim), the tokens of one text after those of another.
    """
    if not len(query):
        return np.full(len(lengths), -1.0, dtype=np.float32)
    scores: NDArray[np.float32] = best_matches(query, tokens, lengths).mean(axis=1)
    return scores


def best_matches(
    query: NDArray[np.float32], tokens: NDArray[np.float32], lengths: Sequence[int]
) -> NDArray[np.float32]:
    """(len(lengths), len(query)) float32: the best cosine of each of the query's tokens in each text; -1 in an empty one."""
    counts = np.asarray(lengths, dtype=np.int64)
    best = np.full((len(counts), len(query)), -1.0, dtype=np.float32)
    filled = counts > 0
    if filled.any() and len(query):
        starts = (np.cumsum(counts) - counts)[filled]
        best[filled] = np.maximum.reduceat(tokens @ query.T, starts, axis=0)
    return best
