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
    QUOTE_CHARS,
    QUOTE_MARGIN,
    Evidence,
    SpanScorer,
    candidates,
    is_asked_by_name,
    select_evidence,
    with_what_follows,
)
from chat.understanding.meant import meant_by
from chat.understanding.scope import Side, listed_in, sides_of
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
    told = [_best_of(side, own_words(side, sides), hits, library) for side in sides]
    if len(told) < 2 or not all(told) or not _each_its_own(sides, told):
        return []
    best = [each[0] for each in told]
    unsure = [item.score for side, item in zip(sides, best, strict=True) if not _is_about(item, side.question, library)]
    far_worse = unsure and max(item.score for item in best) - min(unsure) > PROMPT_MARGIN
    if far_worse and not asks_for_a_step(question):
        return []
    each = {comparable(item.reading): item for items in told for item in items}
    ordered = sorted(each.values(), key=lambda item: (item.hit.rank, item.start))
    return [replace(item, number=number) for number, item in enumerate(ordered, start=1)]


def one_tells_all(sides: Sequence[str], hits: Sequence[Hit], library: SpanScorer) -> bool:
    """Whether one stretch is what matches each of several questions best."""
    if len(sides) < 2:
        return False
    best = [max(candidates(side, hits, library), key=lambda item: item.score, default=None) for side in sides]
    return len({(item.hit.passage.id, item.start) if item else None for item in best}) == 1


def _each_its_own(sides: Sequence[Side], told: Sequence[Sequence[Evidence]]) -> bool:
    """Whether the sides have best stretches of their own; one may be of two that it both names, as long as there is another."""
    shared: dict[str, list[Side]] = {}
    for side, items in zip(sides, told, strict=True):
        shared.setdefault(comparable(items[0].reading), []).append(side)
    of_one = {comparable(items[0].reading): items[0] for items in told}
    names_all = all(
        len(its_sides) == 1 or all(_names_any(of_one[quote], own_words(side, sides)) for side in its_sides)
        for quote, its_sides in shared.items()
    )
    return len(shared) > 1 and names_all


def _best_of(side: Side, words: Collection[str], hits: Sequence[Hit], library: Library) -> list[Evidence]:
    """The best stretch for a side. Of a list an item that names the side. Where the side is a mere name, of which only a difference is asked,
    one that begins with the name or stands under it: what matches a name best often names it in passing. Where it is what a
    report says, what there matches nearly as well follows.

    words: those that tell the side from the others.
    """
    reports, asked = side.within.reports, side.question
    own = [hit for hit in hits if not reports or hit.passage.report_id in reports]
    found = _naming(words, own) or own
    if not found:
        return []
    meant = [meant_by(asked, library.spellings, listed_in(asked, library.reports))]
    near = select_evidence(asked, found, library, budget=SIDE_CHARS, margin=SIDE_MARGIN, meant=meant)
    its_own = [item for item in near if item.hit.passage.kind != "list" or _names_any(item, words)] or near
    best = max(its_own, key=lambda item: item.score, default=None)
    if best is None:
        return []
    about = max((item for item in near if _is_about(item, asked, library)), key=lambda item: item.score, default=best)
    told = with_what_follows(about, BUDGET_CHARS)
    told = replace(told, reading=_with_its_name(told, asked))
    return [told, *(_as_well(told, near) if reports else ())]


def _as_well(best: Evidence, near: Sequence[Evidence]) -> list[Evidence]:
    """What matches nearly as well as the best, the best first, within the characters that a quote may have together with it."""
    left = QUOTE_CHARS - len(best.reading)
    others: list[Evidence] = []
    for item in sorted(near, key=lambda item: -item.score):
        if item.score < best.score - QUOTE_MARGIN or len(item.reading) >= left or item.reading in best.reading:
            continue
        others.append(item)
        left -= len(item.reading)
    return others


def _names_any(item: Evidence, words: Collection[str]) -> bool:
    told = fold(f"{item.place} {item.reading}")
    return any(word in told for word in words)


def _is_about(item: Evidence, side: str, library: Named) -> bool:
    """Whether a stretch is about a side: it begins with one of its names, stands under it, or says by its name what the side asks for."""
    under = comparable(item.hit.passage.headings[-1]) == comparable(side)
    begins = any(_begins_with(item, name) for name in {fold(side), *library.spellings(side)})
    return under or begins or is_asked_by_name(side, item)


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
