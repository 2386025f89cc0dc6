"""Answers that no model is asked for: a refusal, a correction, and evidence whose shape is that of the answer.

A small model's drafts of lists, comparisons and steps were hardly ever kept, and the wait for them was the longest.
"""

from collections.abc import Sequence
from itertools import chain

from chat.answer import Answer, Found
from chat.answering.grounding import compose, correct, quote_evidence, side_by_side
from chat.answering.parts import parts
from chat.answering.premise import contradicting
from chat.answering.refusal import asked_picture, refused
from chat.evidence.blank import blank_cell
from chat.evidence.by_side import best_of_each_side, own_words
from chat.evidence.derived import Derived, derived_figure, derived_within, of_each
from chat.evidence.evidence import (
    BUDGET_CHARS,
    EVIDENCE_HITS,
    QUOTE_MARGIN,
    Evidence,
    candidates,
    tells_of_another,
)
from chat.evidence.extreme import extreme_rows
from chat.evidence.figure_check import disagree
from chat.evidence.hops import hops
from chat.evidence.listing import listed
from chat.understanding.meant import Another, Meant, meant_of
from chat.understanding.scope import listed_in, named_scope, sides_of
from chat.understanding.subject import untold_by_side
from chat.understanding.wording import read
from index.asked import asks_for_a_figure
from index.library import PassageIndex
from index.segment import fold


def composed(found: Found, evidence: Sequence[Evidence], library: PassageIndex) -> Answer | None:
    """The answer, where it needs no model; None mostly.

    A refusal where there is no evidence, or only a picture has what is asked, or a table leaves it blank; a correction where the question takes for granted
    what the evidence tells otherwise; and a step of arithmetic with its terms, reports that tell different figures, both steps
    to a subject, the items of a list, or the best stretch of each side.
    """
    question, hits = found.standalone_question, found.hits[:EVIDENCE_HITS]
    picture = asked_picture(question, found.hits, evidence)
    blank = blank_cell(hits, _meant(found, library))
    if not evidence or picture is not None or blank is not None:
        shares = library.word_shares(question, [hit.passage for hit in found.hits]).tolist()
        titles = [report.title for report in library.reports]
        return refused(found, titles, shares, picture, _instead(found, library), blank=blank)
    if otherwise := contradicting(question, hits, library):
        return correct(otherwise, found.hits)
    best = best_of_each_side(question, hits, library)
    if step := _step(question, best, evidence, library):
        return compose(quote_evidence(best or evidence[:1], found.hits), step.text, step.spans, first=True)
    if most := extreme_rows(question, evidence[0], library):
        told, rows = most
        return compose(quote_evidence(rows, found.hits), told.text, told.spans, first=True)
    if differing := _differing(question, evidence, library):
        return side_by_side(differing, found.hits)
    by_way = hops(question, hits, library, budget=BUDGET_CHARS, margin=QUOTE_MARGIN)
    exact = (by_way.evidence if by_way else ()) or parts(question, hits, library) or listed(question, evidence) or best
    return quote_evidence(exact, found.hits) if exact else None


def _instead(found: Found, library: PassageIndex) -> Another | None:
    """What nothing found names, or what the best matching stretch tells of in place of what is meant."""
    missing = [names for _, names in untold_by_side(found, library)]
    if all(missing):
        return Another(tuple(dict.fromkeys(chain.from_iterable(missing))), ())
    meant = _meant(found, library)
    items = candidates(found.standalone_question, found.hits[:EVIDENCE_HITS], library)
    best = max(items, key=lambda item: item.score, default=None)
    told = [tells_of_another(best, each) for each in meant] if best is not None else []
    return told[0] if told and all(told) else None


def _meant(found: Found, library: PassageIndex) -> list[Meant]:
    """What each side of the question means."""
    asked = named_scope(found.standalone_question, library.reports).question
    sides = [side.question for side in sides_of(found.standalone_question, library.reports)]
    return meant_of(asked, found.question, sides, library.spellings, listed_in(asked, library.reports))


def _step(
    question: str, best: Sequence[Evidence], evidence: Sequence[Evidence], library: PassageIndex
) -> Derived | None:
    """The difference or the sum of the best stretches of two sides, or the difference of what the best evidence tells of both, where
    the question asks for it."""
    sides = sides_of(of_each(question), library.reports)
    if best:
        first, *others = [set(side.question) for side in sides]
        return derived_figure(question, best, first.union(*others) - first.intersection(*others))
    return derived_within(question, evidence[0], [own_words(side, sides) for side in sides])


def _differing(question: str, evidence: Sequence[Evidence], library: PassageIndex) -> list[Evidence]:
    """The best evidence that has what is asked about by name, and what other reports tell differently of the same, in hit order; []
    where none does, no figure is asked for, or those of several sides are."""
    if not asks_for_a_figure(question) or sides_of(question, library.reports):
        return []
    content = {word.text for word in read(question) if word.kind in ("name", "noun", "common", "place", "quality")}
    told = [item for item in evidence if all(fold(word) in fold(item.reading) for word in content)]
    if not told:
        return []
    best = max(told, key=lambda item: item.score)
    others: dict[str, Evidence] = {}
    for item in told:
        other_report = item.hit.passage.report_id != best.hit.passage.report_id
        if other_report and disagree(item.reading, best.reading, places=(item.place, best.place)):
            others.setdefault(item.hit.passage.report_id, item)
    return sorted([best, *others.values()], key=lambda item: item.hit.rank) if others else []
