"""What a library holds, counted: of each report its sections, kinds of passages, years, and what stands in it more than once.

One walk over all passages, which takes 6 s for 100,000: count once for each version of a library, and keep the record.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import get_args

from chat.contract import ReportLine
from chat.library.quality import page_count
from ingest.periods import Period, find_periods
from ingest.report import Kind, Passage

KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Holding:
    """One report of a library.

    sections: (topmost heading, passages under it) in order of appearance; "" for what stands before the first heading.
        Notices are left out, here and in years: they say nothing of the subject.
    kinds: (kind, passages) in the order of KINDS, those there are.
    years: (year, passages that name it) by year.
    again_within: words of it that stand in several of its places. again_elsewhere: those that other reports have as well.
    """

    line: ReportLine
    sections: tuple[tuple[str, int], ...] = ()
    kinds: tuple[tuple[Kind, int], ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    again_within: int = 0
    again_elsewhere: int = 0

    @property
    def characters(self) -> int:
        """Of all pages that are in the library, blanks aside."""
        return sum(page.characters for page in self.line.pages)

    @property
    def pages(self) -> int:
        """0 where its format knows none."""
        return page_count(self.line.pages)


@dataclass(frozen=True, slots=True)
class Overview:
    """The reports of a library, in its order; again_elsewhere: passages whose words stand in several of them."""

    reports: tuple[Holding, ...] = ()
    again_elsewhere: int = 0

    @property
    def passages(self) -> int:
        return sum(report.line.passages for report in self.reports)

    @property
    def pages(self) -> int:
        return sum(report.pages for report in self.reports)

    @property
    def characters(self) -> int:
        return sum(report.characters for report in self.reports)

    @property
    def kinds(self) -> tuple[tuple[Kind, int], ...]:
        """(kind, passages) of all reports together, as in `Holding`."""
        counted: Counter[Kind] = Counter()
        for report in self.reports:
            counted.update(dict(report.kinds))
        return _in_order(counted)


@dataclass(slots=True)
class _Count:
    """What was counted so far of one report."""

    sections: Counter[str] = field(default_factory=Counter)
    kinds: Counter[Kind] = field(default_factory=Counter)
    years: Counter[int] = field(default_factory=Counter)
    again_within: int = 0
    again_elsewhere: int = 0

    def add(self, passage: Passage) -> None:
        """A passage of the report's own."""
        self.kinds[passage.kind] += 1
        if passage.kind != "notice":
            self.sections[_topmost(passage)] += 1
            self.years.update(years_named(passage.search_text))


def overview_of(lines: Sequence[ReportLine], passages: Iterable[Passage]) -> Overview:
    """Count the passages of the reports that lines list.

    Words that several reports have are one passage, of the report that has them first; that they stand again is counted
    of each of them. A report that is not listed is left out.
    """
    counts = {line.id: _Count() for line in lines}
    shared = 0
    for passage in passages:
        if passage.report_id in counts:
            counts[passage.report_id].add(passage)
        if passage.also_at:
            shared += _count_again(passage, counts)
    return Overview(tuple(_holding(line, counts[line.id]) for line in lines), shared)


def _count_again(passage: Passage, counts: dict[str, _Count]) -> bool:
    """Count a passage that has other places; returns whether some are in other reports."""
    places = Counter([passage.report_id, *(place.report_id for place in passage.also_at)])
    for report_id in places.keys() & counts.keys():
        counts[report_id].again_within += places[report_id] > 1
        counts[report_id].again_elsewhere += len(places) > 1
    return len(places) > 1


def _holding(line: ReportLine, count: _Count) -> Holding:
    return Holding(
        line,
        sections=tuple(count.sections.items()),
        kinds=_in_order(count.kinds),
        years=tuple(sorted(count.years.items())),
        again_within=count.again_within,
        again_elsewhere=count.again_elsewhere,
    )


def _in_order(kinds: Counter[Kind]) -> tuple[tuple[Kind, int], ...]:
    return tuple((kind, kinds[kind]) for kind in KINDS if kinds[kind])


def _topmost(passage: Passage) -> str:
    """The heading below the report's title."""
    return passage.headings[1] if len(passage.headings) > 1 else ""


def years_named(text: str) -> set[int]:
    """The years that stand in a text as such: that of a month or quarter, and the ends of a span where they are written out.

    A span of years says nothing of those between, and 90年代 names no year.
    """
    return {year for period in find_periods(text) for year in _years_of(period, text)}


def _years_of(period: Period, text: str) -> Iterator[int]:
    first, last = period.first.year, period.last.year
    if first == last:
        yield first
        return
    written = text[period.start : period.end]
    yield from (year for year in (first, last) if str(year) in written)
