"""The sentences and rows that answer a question, chosen from the passages found, few enough for a small model.

A sentence is scored by MaxSim against the question, its vectors taken in the context of its passage; a table row is
taken whole, since a cell says nothing without its header.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.library import Hit
from index.metrics import comparable
from ingest.report import Passage
from ingest.sentences import split_sentences

# 250 characters are about 170 tokens: 2.4 s of reading for a 1.5 B model on two cores.
BUDGET_CHARS = 250
# Broad questions (lists, comparisons, summaries) need several places at once.
BROAD_BUDGET_CHARS = 400

_BROAD = re.compile(
    r"哪些|哪几|哪两|哪三|分别|各[是有自为]|列[出举]|梳理|总结|概括|归纳|要点|对比|比较|区别|差别|异同|一样吗|相比|步骤|几[步种类点个方派颗]|优缺点|谁更|更[大小高低多少]|还是"
)


# A line without a sentence end that is shorter than this only labels; one above may belong to it.
_SAYS_SOMETHING = re.compile(r"[。！？；]|.{25}")
LABELS_CHARS = 80


# A section number is no figure of the report's: left in, a small model gives 1.3 for an answer.
_NUMBERING = re.compile(r"^[\d.、\s]+(?=\D)")


class SpanScorer(Protocol):
    """What choosing needs of a library: how well stretches of a passage's reading match a question."""

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a passage that bears on the question; number is its mark in the prompt, from 1, in hit order.

    reading: what the model is shown. passage.text[start:end] is the verbatim stretch it stands for.
    """

    number: int
    hit: Hit
    reading: str
    start: int
    end: int
    score: float

    @property
    def place(self) -> str:
        """Where it stands, for the prompt: the last heading, and a table's caption."""
        passage = self.hit.passage
        return " ".join(part for part in (_NUMBERING.sub("", passage.headings[-1]), passage.caption) if part)


def is_broad(question: str) -> bool:
    """Whether a question asks for several things at once: a list, a comparison, a summary."""
    return bool(_BROAD.search(question))


def select_evidence(question: str, hits: Sequence[Hit], library: SpanScorer, *, budget: int) -> list[Evidence]:
    """The best stretches of the hits within budget characters, at least one, in hit order and then in text order.

    Stretches that say the same are taken once. Neighbours of one passage are joined.
    """
    candidates = sorted(_candidates(question, hits, library), key=lambda item: -item.score)
    chosen: list[Evidence] = []
    said: set[str] = set()
    left = budget
    for item in candidates:
        words = comparable(item.reading)
        if chosen and len(item.reading) > left or any(words in other or other in words for other in said):
            continue
        chosen.append(item)
        said.add(words)
        left -= len(item.reading)
    chosen.sort(key=lambda item: (item.hit.rank, item.start))
    return [
        Evidence(number, item.hit, item.reading, item.start, item.end, item.score)
        for number, item in enumerate(chosen, start=1)
    ]


def stretches(passage: Passage) -> list[tuple[int, int]]:
    """Spans of `passage.text` that can be quoted: each sentence, a row whole, or a run of lines that are mere labels
    (a name above its title and its company) together; the section's heading and blank lines left out."""
    if passage.cells:
        return [_stripped(passage.text, 0, len(passage.text))]
    spans: list[tuple[int, int]] = []
    open_label = False
    for start, end in split_sentences(passage.text):
        start, end = _stripped(passage.text, start, end)
        if start == end or passage.text[start:end] == passage.headings[-1]:
            continue
        label = not _SAYS_SOMETHING.search(passage.text[start:end])
        if label and spans and open_label and end - spans[-1][0] <= LABELS_CHARS:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
        open_label = label
    return spans


def _candidates(question: str, hits: Sequence[Hit], library: SpanScorer) -> list[Evidence]:
    items: list[Evidence] = []
    for hit in hits:
        passage = hit.passage
        spans = stretches(passage)
        readings = [passage.reading if passage.cells else passage.text[start:end] for start, end in spans]
        scored = [(0, len(passage.reading))] if passage.cells else spans
        scores = library.span_scores(question, passage, scored)
        items.extend(
            Evidence(0, hit, reading, start, end, float(score))
            for (start, end), reading, score in zip(spans, readings, scores, strict=True)
        )
    return items


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
