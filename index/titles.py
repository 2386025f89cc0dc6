"""The titles of reports in late interaction: a question's words may find their match in the title above a passage.

「比亚迪2023年年报的研发投入」 names the report once and asks for a passage that never repeats its name. The token vectors
of the title are joined to those of each of its passages when a question is compared; embedding every passage with its
title in front finds as much where titles differ, but where two long reports have like titles all passages grow alike.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.arrays import mapped
from index.token_codec import EightBits
from index.token_store import TokenCollector, TokenStore
from ingest.normalise import simplify
from ingest.report import Passage

if TYPE_CHECKING:
    from index.library import Encoder

# A title that stands above so large a share of the passages tells none of them from the others, as a stop word does.
LARGEST_SHARE = 1 / 8


class Titles:
    """names: the titles that tell passages apart, in order of appearance; tokens: those of each, in that order.

    of_row: (n,) int32, which of them each passage stands under; -1 for none.
    """

    def __init__(self, names: Sequence[str], tokens: TokenStore, of_row: NDArray[np.int32]) -> None:
        if len(names) != len(tokens) or (len(of_row) and int(of_row.max()) >= len(names)):
            raise ValueError(f"{len(names)} titles, {len(tokens)} with tokens")
        self._names = tuple(names)
        self._tokens = tokens
        self._of_row = of_row

    @classmethod
    def build(cls, passages: Sequence[Passage], encoder: "Encoder", known: "Titles | None" = None) -> "Titles":
        """known: of the same encoder; the titles that it has are not embedded again."""
        written = [passage.title for passage in passages]
        counts = Counter(written)
        names = [name for name, count in counts.items() if name and count < LARGEST_SHARE * len(written)]
        held = {name: row for row, name in enumerate(known._names)} if known else {}
        new = [name for name in names if name not in held]
        tokens = TokenCollector(EightBits(encoder.dim), len(names))
        embedded = (
            dict(zip(new, encoder.encode_passages([simplify(name) for name in new])[1], strict=True)) if new else {}
        )
        for number, name in enumerate(names):
            if name in embedded:
                tokens.add(number, embedded[name])
            elif known is not None:
                tokens.take(number, known._tokens, held[name])
        numbers = {name: number for number, name in enumerate(names)}
        return cls(names, tokens.store(), np.array([numbers.get(name, -1) for name in written], dtype=np.int32))

    def __len__(self) -> int:
        return len(self._of_row)

    def best_matches(self, query: NDArray[np.float32], rows: Sequence[int]) -> NDArray[np.float32]:
        """As `TokenStore.best_matches`, in the title above each of these passages; -1 where none tells it apart."""
        above, places = np.unique(self._of_row[list(rows)], return_inverse=True)
        best = np.full((len(above), len(query)), -1.0, dtype=np.float32)
        told = above >= 0
        best[told] = self._tokens.best_matches(query, above[told].tolist())
        return best[places]

    def save(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "names.json").write_text(json.dumps(self._names, ensure_ascii=False), "utf-8")
        np.save(folder / "of_row.npy", self._of_row)
        self._tokens.save(folder)

    @classmethod
    def load(cls, folder: Path, dim: int) -> "Titles":
        """Raises ValueError where the files do not fit together."""
        names = json.loads((folder / "names.json").read_text("utf-8"))
        return cls(names, TokenStore.load(folder, dim), mapped(folder / "of_row.npy", np.int32))
