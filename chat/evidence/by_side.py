"""The best stretch for each side of a question that has several.

A side may be a mere name (甲和乙有什么区别), and what matches a name best often names it in passing: so what is about it is told from that.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from chat.evidence.derived import asks_for_a_step, of_each
from chat.evidence.evidence import (
    BUDGET_CHARS,
    PROMPT_MARGIN,
    Evidence,
    SpanScorer,
    is_asked_by_name,
    select_evidence,
    with_what_follows,
)
from chat.understanding.meant import meant_by
from chat.understanding.scope import Side, sides_of
from chat.understanding.subject import Named
from index.library import Hit
from index.metrics import comparable
from index.segment import fold, segment_question

# How many characters of stretches are looked at for one that is about a mere name, and how much worse than the best it may match: by
# 0.01 to 0.08 it did in the two reports.
SIDE_CHARS, SIDE_MARGIN = 1_000, 0.15
_LATIN_NAME = re.compile("[a-z][a-z0-9.-]*[a-z0-9]")


class Library(SpanScorer, Named, Protocol):
    """What is needed of a library: scores of stretches, its reports, and other names of a name."""


def best_of_each_side(question: str, hits: Sequence[Hit], library: Library) -> list[Evidence]:
    """The best stretch for each side of a question that has several, in hit order; [] for one that has not, and where a side
    has none, another's, or one far worse than another's: terms of a difference or a sum may match unlike, as each is named, and so may what is
    about a mere name."""
    sides = sides_of(of_each(question), library.reports)
    best: list[Evidence] = []
    for side in sides:
        own = [hit for hit in hits if not side.within.reports or hit.passage.report_id in side.within.reports]
        words = own_words(side, sides)
        best += _best_of(side.question, words, _naming(words, own) or own, library)
    quotes = {comparable(item.reading) for item in best}
    if len(best) < 2 or not len(quotes) == len(best) == len(sides):
        return []
    unsure = [item.score for side, item in zip(sides, best, strict=True) if not _is_about(item, side.question)]
    far_worse = unsure and max(item.score for item in best) - min(unsure) > PROMPT_MARGIN
    if far_worse and not asks_for_a_step(question):
        return []
    best.sort(key=lambda item: (item.hit.rank, item.start))
    return [replace(item, number=number) for number, item in enumerate(best, start=1)]


def _best_of(side: str, words: Collection[str], hits: Sequence[Hit], library: Library) -> list[Evidence]:
    """The best stretch for a side. Of a list an item that names the side. Where the side is a mere name, of which only a difference is asked,
    one that begins with the name or stands under it: what matches a name best often names it in passing.

    words: those that tell the side from the others.
    """
    if not hits:
        return []
    meant = [meant_by(side, library.spellings)]
    near = select_evidence(side, hits, library, budget=SIDE_CHARS, margin=SIDE_MARGIN, meant=meant)
    its_own = [item for item in near if item.hit.passage.kind != "list" or _names_any(item, words)] or near
    best = max(its_own, key=lambda item: item.score, default=None)
    if best is None:
        return []
    about = max((item for item in near if _is_about(item, side)), key=lambda item: item.score, default=best)
    told = with_what_follows(about, BUDGET_CHARS)
    return [replace(told, reading=_with_its_name(told, side))]


def _names_any(item: Evidence, words: Collection[str]) -> bool:
    told = fold(f"{item.place} {item.reading}")
    return any(word in told for word in words)


def _is_about(item: Evidence, side: str) -> bool:
    """Whether a stretch is about a side: it begins with it, stands under it, or says by its name what the side asks for."""
    under = comparable(item.hit.passage.headings[-1]) == comparable(side)
    return under or _begins_with(item, side) or is_asked_by_name(side, item)


def _begins_with(item: Evidence, name: str) -> bool:
    """GPT-3.5 does not begin with GPT-3."""
    return re.match(rf"…?{re.escape(fold(name))}(?![a-z0-9]|[.-][a-z0-9])", fold(item.reading)) is not None


def _with_its_name(item: Evidence, name: str) -> str:
    """What a stretch tells, behind the heading that names what it is about, where that is the name and nothing in it is."""
    heading = item.hit.passage.headings[-1]
    named = fold(name) in fold(item.reading) or comparable(heading) != comparable(name)
    return item.reading if named else f"{heading}：{item.reading}"


def own_words(side: Side, sides: Sequence[Side]) -> set[str]:
    """The words that tell a side from the others: 甲 of 甲的产量 and 乙的产量."""
    others = {word for other in sides if other is not side for word in _words(other.question)}
    return {word for word in _words(side.question) if len(word) > 1} - others


def _words(question: str) -> list[str]:
    """Those searched for, and Latin names whole: GPT-1 and GPT-2 are told apart by their figures."""
    return [*segment_question(question), *_LATIN_NAME.findall(fold(question))]


def _naming(words: Collection[str], hits: Sequence[Hit]) -> list[Hit]:
    """The hits whose passage has one of these words."""
    return [hit for hit in hits if any(word in fold(hit.passage.search_text) for word in words)]
