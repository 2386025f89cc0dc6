"""The searches that one question asks for, made one list: the whole question, its sides, and the words as typed.

Sides and a rewritten follow-up are guesses by rule. So the whole question is always searched beside its sides, and the
words as typed beside the rewritten ones: a wrong guess costs places, never the only way to a passage.
"""

from collections.abc import Sequence
from itertools import accumulate, chain, zip_longest

from chat.understanding.scope import Side
from index.filters import Filter
from index.library import Hit
from index.rerank import Searched


def find(
    library: Searched,
    question: str,
    *,
    k: int,
    typed: str = "",
    sides: Sequence[Side] = (),
    within: Filter = Filter(),
) -> list[Hit]:
    """The k best passages for a question, with ranks from 1 and scores that never increase.

    typed: the words as typed, where question is what they were rewritten to; what only they find comes last.
    sides: searched within their own filter and within. They take turns with the whole question, which goes first; or last
        where a side names its source, since that is why a passage of another one would be wrong.
    """
    whole = library.search(question, k=k, within=within)
    if typed and typed != question:
        whole += library.search(typed, k=k, within=within)
    filters = [(side.question, both) for side in sides if (both := _both(within, side.within)) is not None]
    found = [library.search(asked, k=k, within=both) for asked, both in filters]
    sourced = any(side.within != Filter() for side in sides)
    hits = _taking_turns([*found, whole] if sourced else [whole, *found])[:k]
    scores = accumulate((hit.score for hit in hits), min)
    return [Hit(hit.passage, score, rank) for rank, (hit, score) in enumerate(zip(hits, scores, strict=True), start=1)]


def _taking_turns(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The first of each list, then the second of each, and so on; each passage where it comes first."""
    turns: dict[str, Hit] = {}
    for hit in chain.from_iterable(zip_longest(*lists)):
        if hit is not None:
            turns.setdefault(hit.passage.id, hit)
    return list(turns.values())


def _both(one: Filter, other: Filter) -> Filter | None:
    """What passes both filters; None where nothing can."""
    if any(
        mine and its and not mine & its
        for mine, its in ((one.reports, other.reports), (one.years, other.years), (one.kinds, other.kinds))
    ):
        return None
    return Filter(
        one.reports & other.reports or one.reports | other.reports,
        one.years & other.years or one.years | other.years,
        one.kinds & other.kinds or one.kinds | other.kinds,
    )
