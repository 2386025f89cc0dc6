"""BM25 (Robertson & Zaragoza, 2009) over segmented passages, in Lucene's variant, k1 1.5, b 0.75.

What a word adds to the score of each passage that holds it is worked out when the index is built, as in bm25s (Lù,
2024), with which scores agree; a question adds up the stretches of its words. Everything is an array mapped into memory.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import reduce
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import mapped
from index.keys import Keys, find, keys_of
from index.segment import terms

_K1 = 1.5
_B = 0.75
# Of how many rows the best is looked at, to tell which scores may be among the best k of a million.
_STRETCH = 64

Rows = NDArray[np.int32]
Scores = NDArray[np.float32]


class LexicalIndex:
    """Word statistics of `size` passages in the order given.

    words: (w,) the words' keys, sorted. starts: (w + 1,) where the stretch of each word begins in rows and scores.
    rows: the passages that hold a word, ascending. scores: what it adds to the score of each.
    """

    def __init__(self, words: Keys, starts: NDArray[np.int64], rows: Rows, scores: Scores, size: int) -> None:
        if not (len(starts) == len(words) + 1 and starts[-1] == len(rows) == len(scores)):
            raise ValueError(f"{len(words)} words, {len(starts)} starts, {len(rows)} rows, {len(scores)} scores")
        self._words = words
        self._starts = starts
        self._rows = rows
        self._scores = scores
        self._size = size

    @classmethod
    def build(cls, texts: Iterable[str]) -> "LexicalIndex":
        return cls.of_words(map(terms, texts))

    @classmethod
    def of_words(cls, passages: Iterable[Sequence[str]]) -> "LexicalIndex":
        """Of passages that are segmented already, taken one by one."""
        numbers: dict[str, int] = {}
        words, often, distinct, lengths = array("i"), array("i"), array("i"), array("i")
        for passage in passages:
            counts = Counter(passage or [""])  # a passage without a word has a length, as in bm25s
            words.extend(numbers.setdefault(word, len(numbers)) for word in counts)
            often.extend(counts.values())
            distinct.append(len(counts))
            lengths.append(counts.total())
        keys = keys_of(numbers)
        order = np.argsort(keys)
        place = np.empty(len(keys), dtype=np.int32)
        place[order] = np.arange(len(keys), dtype=np.int32)
        word = place[np.asarray(words)]
        by_word = np.argsort(word, kind="stable")
        holding = np.bincount(word, minlength=len(keys))
        rows = np.repeat(np.arange(len(lengths), dtype=np.int32), np.asarray(distinct))[by_word]
        return cls(
            keys[order],
            np.concatenate([[0], np.cumsum(holding)]).astype(np.int64),
            rows,
            _bm25(np.asarray(often)[by_word], holding, rows, np.asarray(lengths)),
            len(lengths),
        )

    def scores(self, words: Sequence[str]) -> Scores:
        """(n,) float32, one score a passage for these words, 0 where none of them stands in it."""
        scores = np.zeros(self._size, dtype=np.float32)
        for word in words:
            stretch = self._stretch(word)
            np.add.at(scores, self._rows[stretch], self._scores[stretch])  # twice as fast as `scores[rows] +=`
        return scores

    def frequency(self, word: str) -> int:
        """In how many passages a word stands."""
        stretch = self._stretch(word)
        return int(stretch.stop - stretch.start)

    def weight(self, word: str) -> float:
        """Its inverse document frequency, as in BM25; 0 for a word that stands nowhere."""
        frequency = self.frequency(word)
        return math.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5)) if frequency else 0.0

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.frequency(word) > 0

    def stand_together(self, words: Sequence[str]) -> bool:
        """Whether some passage holds all of these words; False for none."""
        rows = [self._rows[self._stretch(word)] for word in words]
        return bool(rows) and len(reduce(np.intersect1d, rows)) > 0

    def has(self, words: Sequence[str], rows: Sequence[int]) -> NDArray[np.bool_]:
        """(len(rows), len(words)): which of these passages holds which word."""
        asked = np.asarray(rows, dtype=np.int32)
        has = np.zeros((len(asked), len(words)), dtype=bool)
        for column, word in enumerate(words):
            held = self._rows[self._stretch(word)]
            if len(held):
                has[:, column] = held[np.searchsorted(held, asked).clip(max=len(held) - 1)] == asked
        return has

    def _stretch(self, word: str) -> slice:
        place = find(self._words, word)
        return slice(0, 0) if place is None else slice(int(self._starts[place]), int(self._starts[place + 1]))

    def save(self, folder: Path) -> None:
        folder.mkdir()
        np.save(folder / "words.npy", self._words)
        np.save(folder / "starts.npy", self._starts)
        np.save(folder / "rows.npy", self._rows)
        np.save(folder / "scores.npy", self._scores)

    @classmethod
    def load(cls, folder: Path, size: int) -> "LexicalIndex":
        """Raises ValueError where the arrays do not fit together."""
        return cls(
            mapped(folder / "words.npy", np.uint64),
            mapped(folder / "starts.npy", np.int64),
            mapped(folder / "rows.npy", np.int32),
            mapped(folder / "scores.npy", np.float32),
            size,
        )


def _bm25(often: NDArray[np.int32], holding: NDArray[np.int64], rows: Rows, lengths: NDArray[np.int32]) -> Scores:
    """ln(1 + (n - df + 0.5) / (df + 0.5)) · tf / (tf + k1 (1 - b + b · length / mean length)) of each word in each row."""
    weights = np.log(1 + (len(lengths) - holding + 0.5) / (holding + 0.5)).astype(np.float32)
    dampings = (_K1 * (1 - _B + _B * lengths / max(lengths.mean() if len(lengths) else 0, 1e-9))).astype(np.float32)
    scores: Scores = np.repeat(weights, holding)
    scores *= often / (often + dampings[rows])
    return scores


def best_rows(scores: Scores, k: int) -> list[int]:
    """The rows of the k highest scores above 0, best first, equal ones by row; fewer where fewer are above 0.

    The k-th best of the maxima of stretches of rows is at most the k-th best of all, so the rows that reach it hold the
    best k; a million scores take 1 ms so, and 8 with `argpartition`.
    """
    if k <= 0 or not len(scores):
        return []
    maxima = np.maximum.reduceat(scores, np.arange(0, len(scores), _STRETCH))
    least = np.partition(maxima, -k)[-k] if len(maxima) > k else np.float32(0)
    rows = np.flatnonzero((scores >= least) & (scores > 0))
    return [int(row) for row in rows[np.argsort(-scores[rows], kind="stable")[:k]]]
