"""The façade over one corpus: `PassageIndex` builds, searches, saves and loads.

search: the nearest by pooled vector and the best by BM25, merged by reciprocal rank, are the candidates; their
relevance is the sum of the z-scores of MaxSim, pooled cosine and BM25 over them; `selection` chooses by it.
"""

import copy
import errno
import math
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.about import About, check_format, index_code, read_about, write_about
from index.about import IndexMismatch as IndexMismatch  # noqa: PLC0414 - whoever loads an index catches it
from index.alias_mining import mine_aliases
from index.aliases import Aliases, WrittenAliases, alias_groups, asked_scores
from index.asked import asks_for_a_figure, lacks_what_is_asked
from index.bridge import bridge_words, by_way_of_another
from index.dense import DenseIndex
from index.embedding import PRODUCT_CODES_FROM, Known, embed, text_key
from index.encoder import Embeddings, Progress, Query
from index.filters import Filter
from index.fusion import reciprocal_rank_fusion, z_scores
from index.joined_names import joined_names
from index.late_interaction import Tokens
from index.lexical import LexicalIndex, best_rows
from index.passage_store import IndexedReport, Mask, PassageStore, line_of
from index.segment import fold, question_terms, segment, segment_question
from index.selection import Candidates, select
from index.spelling import corrections
from index.titles import Titles
from index.token_codec import EightBits
from index.token_store import TokenCollector, TokenStore
from ingest.language import message
from ingest.normalise import simplify
from ingest.report import Passage

# How many of each search are candidates, and how many of the merged ones are compared token by token.
CANDIDATES = 50
# How many passages may follow by way of the best one: with it they are the five that an answer rests on.
BRIDGED = 5
# Set on every third question over the 3,515 pieces of CMRC 2018; docs/evaluation.md has what others give.
MAX_SIM_WEIGHT = 3.0
COSINE_WEIGHT = 0.5
BM25_WEIGHT = 1.0
# The caption of a picture repeats what is asked and answers nothing: it stands one deviation of each score lower.
CAPTION_LOSS = MAX_SIM_WEIGHT + COSINE_WEIGHT + BM25_WEIGHT
# What a passage without any amount loses where one is asked for, or without a time. On the 540 such questions of CMRC hit@1 is 0.867
# without and 0.872 with it; on dev 0.875, and 0.893 from 2 on.
LACKING_LOSS = 2.0
# Postings, words and what else is kept of a character and of a passage.
_LEXICAL_BYTES = 12
_PASSAGE_BYTES = 64
_FIXED_BYTES = 20_000  # of it 10,000 the names of the trade


class Encoder(Protocol):
    """What an index needs of an encoder; vectors are float32 of unit length, so a dot product is a cosine."""

    name: str
    dim: int

    def encode_queries(self, questions: Sequence[str]) -> list[Query]: ...

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
        passages: PassageStore,
        encoder: Encoder,
        *,
        dense: DenseIndex,
        lexical: LexicalIndex,
        tokens: TokenStore,
        titles: Titles,
        aliases: Aliases,
        version: str = "",
    ) -> None:
        if not len(passages) == dense.size == len(tokens) == len(titles):
            raise IndexMismatch(
                message(
                    "索引各部分条数不一致（{passages}、{vectors}、{tokens}）；请运行 reportqa build --rebuild",
                    passages=len(passages),
                    vectors=dense.size,
                    tokens=len(tokens),
                )
            )
        self.passages = passages
        self.encoder = encoder
        self.version = version
        self._dense = dense
        self._lexical = lexical
        self._tokens = tokens
        self._titles = titles
        self._aliases = aliases
        self._opened: frozenset[str] | None = None
        # One question has the same few names looked up by many a rule, 1 ms each.
        self._spelled = lru_cache(maxsize=64)(self._spell)

    @property
    def reports(self) -> tuple[IndexedReport, ...]:
        """The reports that the passages are of, in order of appearance."""
        reports = self.passages.reports
        return reports if self._opened is None else tuple(each for each in reports if each.id in self._opened)

    def part(self, reports: frozenset[str]) -> "PassageIndex":
        """This library to somebody for whom only these reports are there: nothing else is found or named.

        What words weigh is counted over all of it.
        """
        part = copy.copy(self)
        part._opened = reports
        return part

    @classmethod
    def build(
        cls,
        passages: Sequence[Passage],
        encoder: Encoder,
        *,
        known: "PassageIndex | None" = None,
        written: WrittenAliases = WrittenAliases(),
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> "PassageIndex":
        """Embed and index passages; their order is kept.

        known: an index of the same encoder; what it holds with the same search text is not embedded again. Batches
            differ then, and with them the last bits of a vector (below 1e-6), as padding does.
        written: what the corpus says of names; added to those that the passages explain, to the usual ones, and to how
            names of several parts are typed.
        progress: told how many of those to be embedded are.
        """
        pooled, tokens = embed(passages, encoder, _known(passages, encoder.dim, known), progress)
        # Not of the headings: they stand with every passage, and what they explain would count as often.
        explained = mine_aliases(passage.text for passage in passages)
        names = joined_names(passage.search_text for passage in passages)
        return cls(
            PassageStore.of(passages),
            encoder,
            dense=DenseIndex.build(pooled, encoder.dim),
            lexical=LexicalIndex.build(f"{passage.title}\n{passage.search_text}" for passage in passages),
            tokens=tokens,
            titles=Titles.build(passages, encoder, known._titles if known else None),
            aliases=Aliases([*alias_groups(explained, written), *names]),
        )

    def search(self, question: str, *, k: int = 10, within: Filter = Filter()) -> list[Hit]:
        """The k best passages for a question of those within the filter, best first; fewer where fewer are there, none
        for an empty question.

        A hit's score is what it added when it was chosen, and at most that of the hit before. Notices (contact,
        advertising, contents) are never hits: they say nothing of what a report is about.
        """
        allowed = self.passages.allowed(within if self._opened is None else replace(within, opened=self._opened))
        if not question.strip() or not allowed.any() or k <= 0:
            return []
        chosen = self._select(question, k, allowed)
        if by_way_of_another(question):
            words = self.bridges(question, self.passages[chosen[0][0]])
            chosen = self._with_bridged(chosen, words, question_terms(question), allowed)
        hits: list[Hit] = []
        for rank, (row, gain) in enumerate(chosen[:k], start=1):
            hits.append(Hit(self._seen(self.passages[row]), min(gain, hits[-1].score) if hits else gain, rank))
        return hits

    def expect(self, questions: Sequence[str]) -> None:
        """What will be searched, one after the other: encoded at once, which is sooner done."""
        if self.passages:
            self.encoder.encode_queries([simplify(question) for question in questions])

    def passages_of(self, report_id: str) -> list[Passage]:
        """The passages of a report in its order, notices left out; none where it is not there."""
        rows = np.flatnonzero(self.passages.allowed(Filter(frozenset((report_id,)), opened=self._opened)))
        return sorted(
            (self._seen(self.passages[int(row)]) for row in rows), key=lambda each: (each.section, each.start)
        )

    def seen_passages(self) -> Iterable[Passage]:
        """The passages of the reports that are there, in order."""
        opened = self._opened
        if opened is None:
            return self.passages
        return (self._seen(each) for each in self.passages if each.report_id in opened)

    def _seen(self, passage: Passage) -> Passage:
        """The passage without the places where its words stand in reports that are not there."""
        if self._opened is None or not passage.also_at:
            return passage
        return replace(passage, also_at=tuple(each for each in passage.also_at if each.report_id in self._opened))

    def _select(self, question: str, k: int, allowed: Mask) -> list[tuple[int, float]]:
        """(row, gain) of the passages to show for a question, in order."""
        ((pooled, query_tokens),) = self.encoder.encode_queries([simplify(question)])
        slips = corrections(question, self._lexical, self._lexical.stand_together)
        asked = self._aliases.asked(" ".join([question, *slips.values()]))
        lexical = asked_scores(asked, lambda terms: self._scores(terms, allowed))
        rows = self._candidates(pooled, lexical, max(k, CANDIDATES), allowed)
        vectors = self._dense.vectors(rows)
        relevance = (
            MAX_SIM_WEIGHT * z_scores(self._max_sim(query_tokens, rows))
            + COSINE_WEIGHT * z_scores(vectors @ pooled)
            + BM25_WEIGHT * z_scores(lexical[rows])
            - CAPTION_LOSS * self.passages.are("figure", rows)
            - LACKING_LOSS * self._lacking(question, rows)
        )
        words = [*segment_question(question), *(word for meant in slips.values() for word in segment(meant))]
        held = [word for word in dict.fromkeys(words) if word in self._lexical]
        weights = np.array([self._lexical.weight(word) for word in held], dtype=np.float32)
        candidates = Candidates(relevance, vectors, self._lexical.has(held, rows), weights)
        return [(rows[number], gain) for number, gain in select(candidates, k)]

    def _max_sim(self, query: Embeddings, rows: Sequence[int]) -> NDArray[np.float32]:
        """(len(rows),) MaxSim of the query with these passages under their titles."""
        if not len(query):  # of characters that the encoder knows none of
            return np.full(len(rows), -1, dtype=np.float32)
        own, above = self._tokens.best_matches(query, rows), self._titles.best_matches(query, rows)
        best: NDArray[np.float32] = np.maximum(own, above).mean(axis=1)
        return best

    def _lacking(self, question: str, rows: Sequence[int]) -> NDArray[np.bool_]:
        """(len(rows),) which of these passages have nothing of the kind that is asked for."""
        if not asks_for_a_figure(question):
            return np.zeros(len(rows), dtype=bool)
        return np.array([lacks_what_is_asked(question, self.passages[row].reading) for row in rows], dtype=bool)

    def _candidates(self, pooled: Embeddings, lexical: NDArray[np.float32], k: int, allowed: Mask) -> list[int]:
        """Rows that either search found, merged by reciprocal rank; ordered by passage id, so that equals stay so."""
        merged = reciprocal_rank_fusion([self._dense.nearest(pooled, k, allowed), best_rows(lexical, k)])[:k]
        return self.passages.by_id([row for row, _ in merged])

    def _scores(self, words: Sequence[str], allowed: Mask) -> NDArray[np.float32]:
        """(n,) BM25 scores for words; 0 for a passage that may be no hit."""
        scores = self._lexical.scores(words)
        scores *= allowed
        return scores

    def _with_bridged(
        self, chosen: list[tuple[int, float]], bridge: Sequence[str], asked: Sequence[str], allowed: Mask
    ) -> list[tuple[int, float]]:
        """The choice with the passages that hold bridge words right after its first one, which led to them.

        Those are ordered by the words asked as well: of the passages that name the subject, the one that says of it what
        the question wants to know.
        """
        held = self._scores(bridge, allowed)
        by_bridge = best_rows(np.where(held > 0, held + self._scores(asked, allowed), np.float32(0)), BRIDGED)
        gains = dict(chosen)
        least = min(gains.values())
        return [(row, gains.get(row, least)) for row in dict.fromkeys([chosen[0][0], *by_bridge, *gains])]

    def bridges(self, question: str, best: Passage) -> list[str]:
        """Words of the best passage that may name what the question is about, rarest first (`bridge`)."""
        return bridge_words(question, best, self._lexical.frequency, len(self.passages))

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        """(len(spans),) MaxSim of the question with stretches of `passage.reading`, each read in its context.

        A mean of cosines in [-1, 1]; -1 for a stretch beyond the encoder's input.
        """
        ((_, query_tokens),) = self.encoder.encode_queries([simplify(question)])
        shift = len(passage.context)
        shifted = [(start + shift, end + shift) for start, end in spans]
        return self._tokens.span_max_sim(query_tokens, self.passages.row(passage.id), shifted)

    def word_shares(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """(len(passages),) the share of the question's words, weighed by rarity, that each passage has; in [0, 1].

        A word that the library lacks weighs as much as the rarest one it has.
        """
        words = [word for word in dict.fromkeys(segment_question(question)) if len(word) > 1 or word.isdigit()]
        unknown = math.log(1 + (len(self.passages) + 0.5) / 0.5)
        weights = np.array([self._lexical.weight(word) or unknown for word in words], dtype=np.float32)
        has = self._lexical.has(words, [self.passages.row(passage.id) for passage in passages])
        shares: NDArray[np.float32] = has @ weights / max(float(weights.sum()), 1e-9)
        return shares

    def spellings(self, name: str) -> frozenset[str]:
        """The names, folded, by which this library may speak of a name: its own, its other names, and what it is a slip of."""
        return self._spelled(name)

    def _spell(self, name: str) -> frozenset[str]:
        own = fold(name)
        meant = own
        for slip, right in corrections(own, self._lexical, self._lexical.stand_together).items():
            meant = meant.replace(slip, right)
        return frozenset((own, meant)) | self._aliases.others(own) | self._aliases.others(meant)

    def save(self, folder: Path) -> None:
        """Write everything into a new folder; `versions.commit` makes it the one that is served."""
        folder.mkdir(parents=True)
        write_about(folder, About(self.encoder.name, self.encoder.dim, len(self.passages), code=index_code()))
        self.passages.save(folder)
        try:
            self._dense.save(folder / "dense.faiss")
        except RuntimeError as error:  # so faiss says that a file cannot be written, and not why
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(folder / "dense.faiss")) from error
        self._lexical.save(folder / "lexical")
        self._tokens.save(folder)
        self._titles.save(folder / "titles")
        self._aliases.save(folder / "aliases.json")

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> "PassageIndex":
        """Map what `save` wrote into memory; passages and token vectors are read as they are needed.

        Raises:
            IndexMismatch: another format, another encoder, or parts that do not fit together.
        """
        about = read_about(folder)
        check_format(about)
        if (about.encoder, about.dim) != (encoder.name, encoder.dim):
            raise IndexMismatch(
                message(
                    "索引由向量模型 {encoder}（{dim} 维）建成，当前配置是 {chosen}（{now} 维）；请改回原来的 [encoder]，或运行 reportqa build --rebuild",
                    encoder=about.encoder,
                    dim=about.dim,
                    chosen=encoder.name,
                    now=encoder.dim,
                )
            )
        try:
            passages = PassageStore.load(folder)
            dense = DenseIndex.load(folder / "dense.faiss")
            lexical = LexicalIndex.load(folder / "lexical", len(passages))
            tokens = TokenStore.load(folder, encoder.dim)
            titles = Titles.load(folder / "titles", encoder.dim)
        except ValueError as error:
            raise IndexMismatch(
                message("索引各部分对不上（{error}）；请运行 reportqa build --rebuild", error=error)
            ) from error
        if dense.dim != encoder.dim:
            raise IndexMismatch(message("索引各部分对不上；请运行 reportqa build --rebuild"))
        return cls(
            passages,
            encoder,
            dense=dense,
            lexical=lexical,
            tokens=tokens,
            titles=titles,
            aliases=Aliases.load(folder / "aliases.json"),
            version=folder.name,
        )


def _known(passages: Sequence[Passage], dim: int, index: PassageIndex | None) -> Known:
    """What an index holds of these passages; of none, nothing."""
    if index is None:
        nothing = TokenCollector(EightBits(dim), 0).store()
        return Known({}, DenseIndex.build(np.zeros((0, dim), dtype=np.float32), dim), nothing)
    held = {text_key(passage): row for row, passage in enumerate(index.passages)}
    keys = map(text_key, passages)
    rows = {number: held[key] for number, key in enumerate(keys) if key in held}
    return Known(rows, index._dense, index._tokens)


def bytes_needed(passages: Sequence[Passage], dim: int) -> int:
    """At most how many bytes a saved index of these passages takes: a token for each character."""
    characters = sum(len(passage.search_text) for passage in passages)
    token = 2 + (dim + 4 if len(passages) < PRODUCT_CODES_FROM else 64)
    lines = sum(len(line_of(passage)) for passage in passages)
    titles = sum(len(title) * (dim + 6) for title in {passage.title for passage in passages})
    return (
        _FIXED_BYTES
        + characters * (token + _LEXICAL_BYTES)
        + len(passages) * (4 * dim + _PASSAGE_BYTES)
        + lines
        + titles
    )
