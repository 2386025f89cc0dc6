"""Token vectors in few bytes: eight bits a value, or product quantisation (Jégou, Douze & Schmid, 2011).

A product code is the number of the nearest of 256 centroids in each of up to 64 parts of the vector. What it gives back
is scaled to unit length again: without that, tokens that the centroids fit badly are short and lose to all others. How
much quality either keeps is in docs/evaluation.md.
"""

from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from index.late_interaction import TokenVectors

Codes = NDArray[np.uint8]
Vectors = NDArray[np.float32]

_PARTS = 64
CENTROIDS = 256
_ROUNDS = 10
_SAMPLED_A_CENTROID = 128
_SEED = 20_262
# Of multilingual-e5-small and its 64 parts, on CMRC 2018: best matches of a question are found 0.017 too low, with a
# deviation of 0.004. A line changes no order, so for other encoders it does no harm.
_CORRECTION = (1.195, -0.159)


class TokenCodec(Protocol):
    """size: the bytes of a token.

    correction: (slope, offset) that make of a MaxSim with decoded vectors one with the vectors themselves, on average.
    """

    size: int
    correction: tuple[float, float]

    def encode(self, vectors: TokenVectors) -> Codes:
        """(t, dim) unit rows to (t, size)."""
        ...

    def decode(self, codes: Codes) -> Vectors: ...


class EightBits:
    """Each value in steps of 1/127 of the largest of its vector, which follows them."""

    correction = (1.0, 0.0)

    def __init__(self, dim: int) -> None:
        self.size = dim + 4

    def encode(self, vectors: TokenVectors) -> Codes:
        full = vectors.astype(np.float32)
        step = np.abs(full).max(axis=1, keepdims=True, initial=1e-30) / np.float32(127)
        return np.hstack([np.rint(full / step).astype(np.int8).view(np.uint8), step.view(np.uint8)])

    def decode(self, codes: Codes) -> Vectors:
        step = np.ascontiguousarray(codes[:, -4:]).view(np.float32)
        vectors: Vectors = codes[:, :-4].view(np.int8) * step
        return vectors


class ProductCodes:
    """codebooks: (parts, 256, dim / parts) float32, the centroids of each part."""

    correction = _CORRECTION

    def __init__(self, codebooks: Vectors) -> None:
        parts, _, width = codebooks.shape
        self.size = parts
        self.codebooks = codebooks
        self._quantiser = faiss.ProductQuantizer(parts * width, parts, 8)
        faiss.copy_array_to_vector(np.ascontiguousarray(codebooks).ravel(), self._quantiser.centroids)

    @classmethod
    def train(cls, vectors: Vectors) -> "ProductCodes":
        """From at least 256 vectors; of the same ones always the same."""
        dim = vectors.shape[1]
        parts = max(parts for parts in range(1, _PARTS + 1) if dim % parts == 0)
        quantiser = faiss.ProductQuantizer(dim, parts, 8)
        quantiser.cp.seed = _SEED
        quantiser.cp.niter = _ROUNDS
        quantiser.cp.min_points_per_centroid = 1  # it only warns of fewer
        quantiser.cp.max_points_per_centroid = _SAMPLED_A_CENTROID
        quantiser.train(vectors)
        return cls(faiss.vector_to_array(quantiser.centroids).reshape(parts, CENTROIDS, -1))

    def encode(self, vectors: TokenVectors) -> Codes:
        codes: Codes = self._quantiser.compute_codes(np.ascontiguousarray(vectors, dtype=np.float32))
        return codes

    def decode(self, codes: Codes) -> Vectors:
        # FAISS's stubs tell the arguments of C++, not those that its Python takes.
        vectors: Vectors = self._quantiser.decode(np.ascontiguousarray(codes))  # type: ignore[call-arg,func-returns-value,assignment]
        vectors /= np.sqrt(np.einsum("td,td->t", vectors, vectors))[:, None].clip(min=1e-9)
        return vectors
