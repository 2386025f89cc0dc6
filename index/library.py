"""The façade over one corpus: `PassageIndex` builds, searches, saves and loads.

search: the nearest by pooled vector and the best by BM25, merged by reciprocal rank, are the candidates; their
relevance is the sum of the z-scores of MaxSim, pooled cosine and BM25 over them; `selection` chooses by it.
"""

import errno
import json
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.about import FORMAT, About, index_code, read_about, write_about
from index.bridge import bridge_words, by_way_of_another
from index.dense import DenseIndex
from index.encoder import Embeddings, Progress
from index.fusion import reciprocal_rank_fusion, z_scores
from index.late_interaction import Tokens, max_sim
from index.lexical import LexicalIndex
from index.segment import segment_question
from index.selection import Candidates, select
from ingest.errors import UserError
from ingest.normalise import simplify
from ingest.report import Passage, Place

# How many of each search are candidates, and how many of the merged ones are compared token by token.
CANDIDATES = 50
# How many passages may follow by way of the best one: with it they are the five that an answer rests on.
BRIDGED = 5
# On 644 questions over the 3,515 pieces of CMRC 2018, hit@1 is 0.807 with a weight of 1 and 0.815 with 2.
MAX_SIM_WEIGHT = 2
# Words and their statistics: 5 bytes a character in the index of the two reports.
_LEXICAL_BYTES = 8
_FIXED_BYTES = 10_000


class IndexMismatch(UserError):
    """A saved index that this encoder or this version of the program cannot serve."""


# NumPy reads the header of a file with ast, which CPython 3.11 may fail to do in two threads at once (gh-106905).
_ONE_HEADER = threading.Lock()


class Encoder(Protocol):
    """What an index needs of an encoder; vectors are float32 of unit length, so a dot product is a cosine."""

    name: str
    dim: int

    def encode_query(self, question: str) -> tuple[Embeddings, Embeddings]: ...

    def encode_passages(self, texts: Sequence[str], *, progress: Progress = ...) -> tuple[Embeddings, list[Tokens]]: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. rank counts from 1; a higher score is better and scores never increase."""

    passage: Passage
    score: float
    rank: int


class PassageIndex:
    """Passages in a fixed order, with their vectors, token vectors and word statistics in that order.

    version: the name of the folder that it was loaded from; "" for one that was built.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        encoder: Encoder,
        *,
        dense: DenseIndex,
        lexical: LexicalIndex,
        tokens: Sequence[Tokens],
        version: str = "",
    ) -> None:
        if not len(passages) == dense.size == len(tokens):
            raise IndexMismatch(
                f"索引各部分条数不一致（{len(passages)}、{dense.size}、{len(tokens)}）；请运行 reportqa build --rebuild"
            )
        self.passages = tuple(passages)
        self.encoder = encoder
        self.version = version
        self._dense = dense
        self._lexical = lexical
        self._tokens = tokens
        self._answering = np.array([passage.kind != "notice" for passage in passages], dtype=bool)
        self._rows = {passage.id: row for row, passage in enumerate(passages)}

    @classmethod
    def build(
        cls,
        passages: Sequence[Passage],
        encoder: Encoder,
        *,
        known: "PassageIndex | None" = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> "PassageIndex":
        """Embed and index passages; their order is kept.

        known: an index of the same encoder; what it holds with the same search text is not embedded again. Batches
            differ then, and with them the last bits of a vector (below 1e-6), as padding does.
        progress: told how many of those to be embedded are.
        """
        texts = [simplify(passage.search_text) for passage in passages]
        rows = known._rows_by_text() if known is not None else {}
        new = [number for number, text in enumerate(texts) if text not in rows]
        pooled = np.zeros((len(texts), encoder.dim), dtype=np.float32)
        tokens: dict[int, Tokens] = {}
        if new:
            done = 0

            def embedded(more: int) -> None:
                nonlocal done
                done += more
                progress(done, len(new))

            vectors, new_tokens = encoder.encode_passages([texts[number] for number in new], progress=embedded)
            pooled[new] = vectors
            tokens.update(zip(new, new_tokens, strict=True))
        if known is not None and len(new) < len(texts):
            same = {number: rows[text] for number, text in enumerate(texts) if text in rows}
            pooled[list(same)] = known._dense.vectors(list(same.values()))
            tokens.update((number, known._tokens[row]) for number, row in same.items())
        return cls(
            passages,
            encoder,
            dense=DenseIndex.build(pooled, encoder.dim),
            lexical=LexicalIndex.build([passage.search_text for passage in passages]),
            tokens=[tokens[number] for number in range(len(texts))],
        )

    def _rows_by_text(self) -> dict[str, int]:
        return {simplify(passage.search_text): row for row, passage in enumerate(self.passages)}

    def search(self, question: str, *, k: int = 10) -> list[Hit]:
        """The k best passages for a question, best first; fewer where fewer are there, none for an empty question.

        A hit's score is what it added when it was chosen, and at most that of the hit before. Notices (contact,
        advertising, contents) are never hits: they say nothing of what a report is about.
        """
        if not question.strip() or not self._answering.any() or k <= 0:
            return []
        chosen = self._select(question, max(k, CANDIDATES))
        if by_way_of_another(question):
            best = self.passages[chosen[0][0]]
            words = bridge_words(question, best, self._lexical.frequency, len(self.passages))
            chosen = self._with_bridged(chosen, words, segment_question(question))
        hits: list[Hit] = []
        for rank, (row, gain) in enumerate(chosen[:k], start=1):
            hits.append(Hit(self.passages[row], min(gain, hits[-1].score) if hits else gain, rank))
        return hits

    def _select(self, question: str, k: int) -> list[tuple[int, float]]:
        """(row, gain) of the passages to show for a question, in order."""
        pooled, query_tokens = self.encoder.encode_query(simplify(question))
        words = segment_question(question)
        lexical = self._scores(words)
        rows = self._candidates(pooled, lexical, k)
        vectors = self._dense.vectors(rows)
        relevance = (
            MAX_SIM_WEIGHT * z_scores(max_sim(query_tokens, [self._tokens[row].vectors for row in rows]))
            + z_scores(vectors @ pooled)
            + z_scores(lexical[rows])
        )
        asked = [word for word in dict.fromkeys(words) if self._lexical.frequency(word)]
        weights = np.array([self._lexical.weight(word) for word in asked], dtype=np.float32)
        candidates = Candidates(relevance, vectors, self._lexical.has(asked, rows), weights)
        return [(rows[number], gain) for number, gain in select(candidates, k)]

    def _candidates(self, pooled: Embeddings, lexical: NDArray[np.float32], k: int) -> list[int]:
        """Rows that either search found, merged by reciprocal rank; ordered by passage id, so that equals stay so."""
        by_words = [int(row) for row in np.argsort(-lexical, kind="stable")[:k] if lexical[row] > 0]
        nearest = self._dense.nearest(pooled, k + int((~self._answering).sum()))
        merged = reciprocal_rank_fusion([[row for row in nearest if self._answering[row]][:k], by_words])[:k]
        return sorted((row for row, _ in merged), key=lambda row: self.passages[row].id)

    def _scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """(n,) BM25 scores for words; 0 for a passage that may be no hit."""
        return np.where(self._answering, self._lexical.scores(words), np.float32(0))

    def _with_bridged(
        self, chosen: list[tuple[int, float]], bridge: Sequence[str], asked: Sequence[str]
    ) -> list[tuple[int, float]]:
        """The choice with the passages that hold bridge words right after its first one, which led to them.

        Those are ordered by the words asked as well: of the passages that name the subject, the one that says of it what
        the question wants to know.
        """
        held = self._scores(bridge)
        scores = np.where(held > 0, held + self._scores(asked), np.float32(0))
        by_bridge = [int(row) for row in np.argsort(-scores, kind="stable")[:BRIDGED] if scores[row] > 0]
        gains = dict(chosen)
        least = min(gains.values())
        return [(row, gains.get(row, least)) for row in dict.fromkeys([chosen[0][0], *by_bridge, *gains])]

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        """(len(spans),) MaxSim of the question with stretches of `passage.reading`, each read in its context.

        A mean of cosines in [-1, 1]; -1 for a stretch beyond the encoder's input.
        """
        _, query_tokens = self.encoder.encode_query(simplify(question))
        tokens = self._tokens[self._rows[passage.id]]
        shift = len(passage.context)
        return max_sim(query_tokens, [tokens.between(start + shift, end + shift) for start, end in spans])

    def word_shares(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """(len(passages),) the share of the question's words, weighed by rarity, that each passage has; in [0, 1].

        A word that the library lacks weighs as much as the rarest one it has.
        """
        words = [word for word in dict.fromkeys(segment_question(question)) if len(word) > 1 or word.isdigit()]
        unknown = math.log(1 + (len(self.passages) + 0.5) / 0.5)
        weights = np.array([self._lexical.weight(word) or unknown for word in words], dtype=np.float32)
        has = self._lexical.has(words, [self._rows[passage.id] for passage in passages])
        shares: NDArray[np.float32] = has @ weights / max(float(weights.sum()), 1e-9)
        return shares

    def save(self, folder: Path) -> None:
        """Write everything into a new folder; `versions.commit` makes it the one that is served."""
        folder.mkdir(parents=True)
        write_about(folder, About(self.encoder.name, self.encoder.dim, len(self.passages), code=index_code()))
        (folder / "passages.jsonl").write_bytes(_lines(self.passages))
        try:
            self._dense.save(folder / "dense.faiss")
        except RuntimeError as error:  # so faiss says that a file cannot be written, and not why
            raise OSError(errno.EIO, "无法写入", str(folder / "dense.faiss")) from error
        self._lexical.save(folder / "lexical")
        lengths = np.array([len(tokens.starts) for tokens in self._tokens], dtype=np.int64)
        vectors = [tokens.vectors for tokens in self._tokens] or [np.zeros((0, self.encoder.dim), dtype=np.float16)]
        starts = [tokens.starts for tokens in self._tokens] or [np.zeros(0, dtype=np.int32)]
        np.save(folder / "token_lengths.npy", lengths)
        np.save(folder / "token_vectors.npy", np.concatenate(vectors))
        np.save(folder / "token_starts.npy", np.concatenate(starts))

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> "PassageIndex":
        """Read what `save` wrote; token vectors stay on disk, mapped into memory.

        Raises:
            IndexMismatch: another format, another encoder, or parts that do not fit together.
        """
        about = read_about(folder)
        if about.format != FORMAT:
            raise IndexMismatch(
                f"索引格式是第 {about.format} 版，程序需要第 {FORMAT} 版；请运行 reportqa build --rebuild"
            )
        if (about.encoder, about.dim) != (encoder.name, encoder.dim):
            raise IndexMismatch(
                f"索引由向量模型 {about.encoder}（{about.dim} 维）建成，当前配置是 {encoder.name}（{encoder.dim} 维）；"
                "请改回原来的 [encoder]，或运行 reportqa build --rebuild"
            )
        with (folder / "passages.jsonl").open(encoding="utf-8") as file:
            passages = [_passage(json.loads(line)) for line in file]
        dense = DenseIndex.load(folder / "dense.faiss")
        with _ONE_HEADER:
            lengths = np.load(folder / "token_lengths.npy")
            vectors = np.load(folder / "token_vectors.npy", mmap_mode="r")
            starts = np.load(folder / "token_starts.npy", mmap_mode="r")
        if dense.dim != encoder.dim or not lengths.sum() == len(vectors) == len(starts):
            raise IndexMismatch("索引各部分对不上；请运行 reportqa build --rebuild")
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        tokens = [Tokens(vectors[first:last], starts[first:last]) for first, last in pairwise(bounds)]
        with _ONE_HEADER:
            lexical = LexicalIndex.load(folder / "lexical", len(passages))
        return cls(passages, encoder, dense=dense, lexical=lexical, tokens=tokens, version=folder.name)


def bytes_needed(passages: Sequence[Passage], dim: int) -> int:
    """At most how many bytes a saved index of these passages takes: the vectors of a token for each character."""
    characters = sum(len(passage.search_text) for passage in passages)
    tokens = characters * (2 * dim + 4)
    return _FIXED_BYTES + tokens + len(passages) * 4 * dim + len(_lines(passages)) + _LEXICAL_BYTES * characters


def _lines(passages: Sequence[Passage]) -> bytes:
    return "".join(json.dumps(asdict(passage), ensure_ascii=False) + "\n" for passage in passages).encode()


def _passage(fields: dict[str, Any]) -> Passage:
    return Passage(
        **{
            **fields,
            "headings": tuple(fields["headings"]),
            "cells": tuple((header, cell) for header, cell in fields["cells"]),
            "also_at": tuple(Place(**{**place, "headings": tuple(place["headings"])}) for place in fields["also_at"]),
        }
    )
