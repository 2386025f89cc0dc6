"""BM25 (Robertson & Zaragoza, 2009) over segmented passages, by bm25s in Lucene's variant, k1 1.5, b 0.75."""

import math
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from index.segment import segment_all


class LexicalIndex:
    """Word statistics of passages in the order given."""

    def __init__(self, statistics: bm25s.BM25, size: int) -> None:
        self._statistics = statistics
        self._size = size

    @classmethod
    def build(cls, texts: Sequence[str]) -> "LexicalIndex":
        statistics = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
        if texts:
            # A passage without a word still needs a row; bm25s takes no empty one.
            statistics.index([words or [""] for words in segment_all(texts)], show_progress=False)
        return cls(statistics, len(texts))

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """(n,) float32, one score a passage for these words, 0 where none of them stands in it."""
        known = [word for word in words if self.frequency(word)]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        scores: NDArray[np.float32] = self._statistics.get_scores(known).astype(np.float32)
        return scores

    def frequency(self, word: str) -> int:
        """In how many passages a word stands."""
        return len(self._rows_with(word))

    def weight(self, word: str) -> float:
        """Its inverse document frequency, as in BM25; 0 for a word that stands nowhere."""
        frequency = self.frequency(word)
        return math.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5)) if frequency else 0.0

    def has(self, words: Sequence[str], rows: Sequence[int]) -> NDArray[np.bool_]:
        """(len(rows), len(words)): which of these passages holds which word."""
        columns = [np.isin(rows, self._rows_with(word)) for word in words]
        return np.array(columns, dtype=bool).reshape(len(words), len(rows)).T

    def _rows_with(self, word: str) -> NDArray[np.int32]:
        if not self._size or word not in self._statistics.vocab_dict:
            return np.zeros(0, dtype=np.int32)
        token = self._statistics.vocab_dict[word]
        starts = self._statistics.scores["indptr"]
        rows: NDArray[np.int32] = self._statistics.scores["indices"][starts[token] : starts[token + 1]]
        return rows

    def save(self, folder: Path) -> None:
        folder.mkdir()
        if self._size:
            self._statistics.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> "LexicalIndex":
        return cls(bm25s.BM25.load(str(folder), mmap=True) if size else bm25s.BM25(), size)
