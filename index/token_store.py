"""The token vectors of all passages as codes in a file; those of the few candidates of a question are decoded.

Uncompressed, a million passages of 110 tokens and 384 values take 84 GB as float16.
"""

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from index.about import IndexMismatch
from index.arrays import Records, mapped
from index.late_interaction import Tokens, best_matches, max_sim
from index.token_codec import Codes, EightBits, ProductCodes, TokenCodec, Vectors
from ingest.language import message

_IN_MEMORY = 64 * 2**20
_FAR = np.iinfo(np.uint16).max


class TokenStore:
    """codes: a record a token. starts: (tokens,) uint16, where in its text each token begins; at most 65,535, which is
    beyond what an encoder reads. places: (n, 2) int64, the first record of each passage, and the one after its last."""

    def __init__(
        self, codec: TokenCodec, codes: Records, starts: NDArray[np.uint16], places: NDArray[np.int64]
    ) -> None:
        if not (codec.size == codes.size and len(codes) == len(starts) == int((places[:, 1] - places[:, 0]).sum())):
            raise ValueError(f"{len(codes)} codes of {codes.size} bytes for {codec.size}, {len(starts)} starts")
        self.codec = codec
        self._codes = codes
        self._starts = starts
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def best_matches(self, query: Vectors, rows: Sequence[int]) -> Vectors:
        """(len(rows), len(query)) float32: the best cosine of each token of the query in these passages, -1 in one without
        tokens; MaxSim is their mean."""
        return self._corrected(best_matches(query, self.vectors(rows), [self._length(row) for row in rows]))

    def span_max_sim(self, query: Vectors, row: int, spans: Sequence[tuple[int, int]]) -> Vectors:
        """(len(spans),) float32: MaxSim with the tokens that begin in each stretch of a passage's text."""
        tokens = Tokens(self.vectors([row]), self.starts(row))
        pieces = [tokens.between(start, end) for start, end in spans]
        lengths = [len(piece) for piece in pieces]
        return self._corrected(max_sim(query, np.concatenate([tokens.vectors[:0], *pieces]), lengths))

    def vectors(self, rows: Sequence[int]) -> Vectors:
        """The vectors of these passages, one after another."""
        return self.codec.decode(self.codes(rows))

    def codes(self, rows: Sequence[int]) -> Codes:
        ends = np.cumsum([0, *map(self._length, rows)])
        codes = np.empty((int(ends[-1]), self.codec.size), dtype=np.uint8)
        for row, (begin, end) in zip(rows, pairwise(ends), strict=True):
            self._codes.read(int(self._places[row, 0]), codes[begin:end])
        return codes

    def starts(self, row: int) -> NDArray[np.uint16]:
        first, last = self._places[row]
        return self._starts[first:last]

    def _length(self, row: int) -> int:
        return int(self._places[row, 1] - self._places[row, 0])

    def _corrected(self, scores: Vectors) -> Vectors:
        slope, offset = self.codec.correction
        corrected: Vectors = np.where(scores == -1, scores, np.float32(slope) * scores + np.float32(offset))
        return corrected

    def save(self, folder: Path) -> None:
        """Passage by passage, so that nothing of how they were collected shows."""
        lengths = self._places[:, 1] - self._places[:, 0]
        np.save(folder / "token_lengths.npy", lengths.astype(np.int32))
        none = np.zeros((0, 0, 0), dtype=np.float32)
        codebooks = self.codec.codebooks if isinstance(self.codec, ProductCodes) else none
        np.save(folder / "token_codebooks.npy", codebooks)
        codes = _new_array(folder / "token_vectors.npy", (int(lengths.sum()), self.codec.size), np.uint8)
        starts = _new_array(folder / "token_starts.npy", (int(lengths.sum()),), np.uint16)
        with codes, starts:
            for row in range(len(self)):
                codes.write(self.codes([row]).tobytes())
                starts.write(self.starts(row).tobytes())

    @classmethod
    def load(cls, folder: Path, dim: int) -> "TokenStore":
        """Raises ValueError where the files do not fit together."""
        codebooks = mapped(folder / "token_codebooks.npy", np.float32)
        codec = ProductCodes(codebooks) if len(codebooks) else EightBits(dim)
        after = np.cumsum(mapped(folder / "token_lengths.npy", np.int32), dtype=np.int64)
        places = np.stack([np.concatenate([[0], after[:-1]])[: len(after)], after], axis=1)
        starts = mapped(folder / "token_starts.npy", np.uint16)
        return cls(codec, Records.of_array(folder / "token_vectors.npy"), starts, places)


class TokenCollector:
    """Takes the tokens of n passages in any order; what does not fit into memory goes to a temporary file."""

    def __init__(self, codec: TokenCodec, count: int) -> None:
        self._codec = codec
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - `Records` closes it
        self._codes = Records(self._file, codec.size)
        self._starts: list[NDArray[np.uint16]] = []
        self._places = np.zeros((count, 2), dtype=np.int64)
        self._after = 0

    def add(self, row: int, tokens: Tokens) -> None:
        """Raises IndexMismatch where they are not as many as their places."""
        if len(tokens.vectors) != len(tokens.starts):
            raise IndexMismatch(
                message(
                    "向量模型给出 {vectors} 个词向量和 {starts} 个位置；请在 reportqa.toml 的 [encoder] 中改用别的模型",
                    vectors=len(tokens.vectors),
                    starts=len(tokens.starts),
                )
            )
        self._append(row, self._codec.encode(tokens.vectors), np.minimum(tokens.starts, _FAR).astype(np.uint16))

    def take(self, row: int, store: TokenStore, stored: int) -> None:
        """What a store holds as a passage of its own: its codes where they are of the same codec."""
        same = store.codec is self._codec
        codes = store.codes([stored]) if same else self._codec.encode(store.vectors([stored]))
        self._append(row, codes, store.starts(stored))

    def _append(self, row: int, codes: Codes, starts: NDArray[np.uint16]) -> None:
        self._file.write(codes.tobytes())
        self._starts.append(starts)
        self._places[row] = self._after, self._after + len(codes)
        self._after += len(codes)

    def store(self) -> TokenStore:
        starts = np.concatenate([np.zeros(0, dtype=np.uint16), *self._starts])
        return TokenStore(self._codec, self._codes, starts, self._places)


def _new_array(path: Path, shape: tuple[int, ...], dtype: type) -> IO[bytes]:
    """A .npy file with its header written, to append the values to."""
    file = path.open("wb")
    description = np.lib.format.dtype_to_descr(np.dtype(dtype))
    np.lib.format.write_array_header_1_0(file, {"descr": description, "fortran_order": False, "shape": shape})
    return file
