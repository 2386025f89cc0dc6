"""A search in one go: a page of what was found, how many passages each filter would leave, and what else to try.

Of each sort of filter (report, year, kind) the values chosen are counted in what was found, the others in a search without
that sort, as is usual where several may be chosen (multi-select facets): they say what another choice would bring, at least.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol, TypeVar

from chat.answer import Found, Turn
from chat.search.nearest import nearest_words
from index.filters import Filter, year_published
from index.library import Hit
from ingest.report import Kind, Passage

DEFAULT_K = 10
# As many as the index compares for any question: fewer are found no sooner, and the first of them are the same.
DEPTH = 50

Value = TypeVar("Value", bound=Hashable)


class Searching(Protocol):
    """What finds passages; as `Assistant.search`."""

    def search(
        self, question: str, turns: Sequence[Turn] = (), *, k: int = ..., within: Filter = ..., rewrite: bool = ...
    ) -> Found: ...


@dataclass(frozen=True, slots=True)
class Facets:
    """(value, passages) by the sort of filter, most first; a value that is chosen is there even with 0.

    years: of publication; None counts those of reports that do not say.
    """

    reports: tuple[tuple[str, int], ...] = ()
    years: tuple[tuple[int | None, int], ...] = ()
    kinds: tuple[tuple[Kind, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """What a search gives.

    found: all that it found, DEPTH passages at most (or k). k, offset: the page of them.
    nearest: words asked for that stand in none of them, each with words of theirs that are near.
    loosened: where nothing was found, filters with one sort left out, or with none, and how many each finds.
    """

    found: Found
    within: Filter
    facets: Facets
    k: int
    offset: int
    nearest: dict[str, tuple[str, ...]]
    loosened: tuple[tuple[Filter, int], ...] = ()

    @property
    def total(self) -> int:
        return len(self.found.hits)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Those of the page."""
        return self.found.hits[self.offset : self.offset + self.k]

    @property
    def page(self) -> int:
        """Its number, from 1."""
        return self.offset // self.k + 1

    @property
    def pages(self) -> int:
        return -(-self.total // self.k)


def search_in_one_go(
    assistant: Searching,
    question: str,
    turns: Sequence[Turn] = (),
    *,
    within: Filter = Filter(),
    rewrite: bool = True,
    k: int = DEFAULT_K,
    offset: int = 0,
) -> Results:
    """The k passages from offset on; one search, and one more for each sort of filter that is set.

    Raises:
        BadQuestion: as `Assistant.search`.
    """

    def find(within: Filter) -> Found:
        return assistant.search(question, turns, k=max(DEPTH, k), within=within, rewrite=rewrite)

    found = find(within)
    without = {sort: find(_without(within, sort)) for sort in _set(within)}
    others = {_without(within, sort): each for sort, each in without.items()}
    if not found.hits and len(without) > 1 and Filter() not in others:
        others[Filter()] = find(Filter())
    wider = [hit for each in others.values() for hit in each.hits]
    searches = [found, *others.values()]
    search_ms = round(sum(each.timings.search_ms for each in searches), 1)
    return Results(
        found=replace(found, timings=replace(found.timings, search_ms=search_ms)),
        within=within,
        facets=Facets(
            reports=_counted(found, without.get("reports"), lambda passage: passage.report_id, within.reports),
            years=_counted(found, without.get("years"), year_of, within.years),
            kinds=_counted(found, without.get("kinds"), lambda passage: passage.kind, within.kinds),
        ),
        k=k,
        offset=offset,
        nearest=nearest_words(found.standalone_question, found.hits or wider),
        loosened=() if found.hits else tuple((looser, len(each.hits)) for looser, each in others.items() if each.hits),
    )


def year_of(passage: Passage) -> int | None:
    """The year that its report was published in; None where that is not known."""
    return year_published(passage.published)


def _set(within: Filter) -> list[str]:
    return [field.name for field in fields(within) if getattr(within, field.name)]


def _without(within: Filter, sort: str) -> Filter:
    nothing: dict[str, frozenset[str]] = {sort: frozenset()}
    return replace(within, **nothing)  # type: ignore[arg-type]  # an empty set fits every sort


def _counted(
    found: Found, without: Found | None, value: Callable[[Passage], Value], chosen: Iterable[Value]
) -> tuple[tuple[Value, int], ...]:
    def counts(found: Found) -> Counter[Value]:
        return Counter(value(hit.passage) for hit in found.hits)

    here = counts(found)
    there = {**counts(without or found), **{each: here[each] for each in chosen}}
    return tuple(sorted(there.items(), key=lambda counted: (-counted[1], str(counted[0]))))
