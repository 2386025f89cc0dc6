"""Evidence for a question that reaches its subject by way of another fact: 「投资了某某的那家公司，后来……」.

One stretch tells who that is, others what is asked of it; and these are looked for by the name. An answer rests on both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chat.evidence.evidence import Evidence, SpanScorer, select_evidence
from chat.understanding.meant import Meant
from index.bridge import asked_of
from index.library import Hit
from index.segment import fold
from ingest.report import Passage

# In MaxSim; between what answers a question and what does not lie about 0.1.
MUCH_WORSE = 0.08


class Bridging(SpanScorer, Protocol):
    """What following a hop needs of a library."""

    def bridges(self, question: str, best: Passage) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Hops:
    """name: of the subject, small letters. evidence: the stretch that leads to it, then those that tell of it."""

    name: str
    evidence: tuple[Evidence, ...]


def hops(question: str, hits: Sequence[Hit], library: Bridging, *, budget: int, margin: float) -> Hops | None:
    """Both steps of a question that takes two; None for one that does not, and where no other passage has the name.

    Of the names that the first passage offers it is the one of which the others tell best what is asked, and nearly as well as
    the first passage tells who it is: what matches less tells of something else.
    """
    if not hits or asked_of(question, "") is None:
        return None
    chosen = select_evidence(
        question, hits[:1], library, budget=1, margin=0, meant=[Meant()]
    )  # it tells who, not how much
    if not chosen:
        return None  # a picture's caption leads nowhere
    first = chosen[0]
    best: Hops | None = None
    for name in library.bridges(question, first.hit.passage):
        naming = [hit for hit in hits[1:] if name in fold(f"{hit.passage.headings[-1]} {hit.passage.reading}")]
        if not naming or name not in fold(first.reading):
            continue
        asked = asked_of(question, name) or question
        told = select_evidence(asked, naming, library, budget=budget, margin=margin)
        if not told or _match(told) < first.score - MUCH_WORSE:
            continue
        if best is None or _match(told) > _match(best.evidence[1:]):
            numbered = [replace(item, number=number) for number, item in enumerate([first, *told], start=1)]
            best = Hops(name, tuple(numbered))
    return best


def _match(told: Sequence[Evidence]) -> float:
    return max(item.score for item in told)
