"""BM25 (Robertson & Zaragoza, 2009) over segmented passages, by bm25s in Lucene's variant, k1 1.5, b 0.75."""

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from index.segment import segment_all, segment_question


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

    def scores(self, question: str) -> NDArray[np.float32]:
        """(n,) float32, one score a passage, 0 where no word of the question stands in it."""
        words = [word for word in segment_question(question) if self._size and word in self._statistics.vocab_dict]
        if not words:
            return np.zeros(self._size, dtype=np.float32)
        scores: NDArray[np.float32] = self._statistics.get_scores(words).astype(np.float32)
        return scores

    def save(self, folder: Path) -> None:
        folder.mkdir()
        if self._size:
            self._statistics.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> "LexicalIndex":
        return cls(bm25s.BM25.load(str(folder), mmap=True) if size else bm25s.BM25(), size)
