"""Nearest passages by the cosine of their pooled vectors, exactly, in FAISS."""

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

Embeddings = NDArray[np.float32]


class DenseIndex:
    """Unit vectors of passages in the order given; an inner product of two is their cosine in [-1, 1]."""

    def __init__(self, vectors: faiss.Index) -> None:
        self._vectors = vectors

    @classmethod
    def build(cls, embeddings: Embeddings, dim: int) -> "DenseIndex":
        vectors = faiss.IndexFlatIP(dim)
        if len(embeddings):
            vectors.add(np.ascontiguousarray(embeddings, dtype=np.float32))
        return cls(vectors)

    def nearest(self, query: Embeddings, k: int) -> list[int]:
        """Row numbers of the k nearest passages, nearest first; fewer where there are fewer."""
        if not self._vectors.ntotal:
            return []
        _, rows = self._vectors.search(query.reshape(1, -1), min(k, self._vectors.ntotal))
        return [int(row) for row in rows[0] if row >= 0]  # faiss pads with -1

    def vectors(self, rows: Sequence[int]) -> Embeddings:
        """(len(rows), dim) float32: the vectors of these passages."""
        if not rows:
            return np.zeros((0, self.dim), dtype=np.float32)
        return np.stack([self._vectors.reconstruct(row) for row in rows])

    def save(self, path: Path) -> None:
        faiss.write_index(self._vectors, str(path))

    @classmethod
    def load(cls, path: Path) -> "DenseIndex":
        return cls(faiss.read_index(str(path)))

    @property
    def size(self) -> int:
        return int(self._vectors.ntotal)

    @property
    def dim(self) -> int:
        return int(self._vectors.d)
