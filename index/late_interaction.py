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
    """Token vectors of one text: (t, dim) unit rows, and (t,) int32, the offset in the text that each begins at."""

    vectors: TokenVectors
    starts: NDArray[np.int32]

    def between(self, start: int, end: int) -> TokenVectors:
        """The vectors of the tokens that begin in text[start:end]."""
        first, last = np.searchsorted(self.starts, [start, end])
        return self.vectors[first:last]


def max_sim(query: NDArray[np.float32], texts: Sequence[TokenVectors]) -> NDArray[np.float32]:
    """(len(texts),) float32: the mean over the query's tokens of their best cosine in the text; -1 for an empty text."""
    if not texts:
        return np.zeros(0, dtype=np.float32)
    lengths = np.array([len(text) for text in texts])
    filled = [text for text in texts if len(text)]
    scores = np.full(len(texts), -1.0, dtype=np.float32)
    if filled and len(query):
        similarities = query @ np.concatenate(filled).astype(np.float32).T
        starts = np.concatenate([[0], np.cumsum(lengths[lengths > 0])[:-1]])
        scores[lengths > 0] = np.maximum.reduceat(similarities, starts, axis=1).mean(axis=0)
    return scores
