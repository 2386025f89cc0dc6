"""Where a search looks: the passages of some reports, of some years, of some kinds."""

import re
from dataclasses import dataclass

from ingest.report import Kind

UNKNOWN_YEAR = "unknown"  # None on the command line
_YEAR = re.compile(r"(?:19|20)\d{2}")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a passage has to be for a search to find it; an empty set restricts nothing, and what is said adds up (and).

    reports: report ids. years: of publication, four digits, and None for the reports that do not say; so a year leaves those
    out, and None finds them alone. kinds: of passages.
    opened: reports outside of which nothing is found, not even words of theirs that stand elsewhere too; None where all are open. An
        empty set of these is no report. It is not what somebody asks for: see `PassageIndex.part`.
    """

    reports: frozenset[str] = frozenset()
    years: frozenset[int | None] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    opened: frozenset[str] | None = None

    @property
    def years_in_order(self) -> list[int | None]:
        """The years, then None."""
        return sorted(self.years, key=lambda year: (year is None, year))


def year_published(published: str) -> int | None:
    """The year of a report's date of publication; None where it does not say."""
    found = _YEAR.search(published)
    return int(found[0]) if found else None


def named_year(year: int | None) -> str:
    """A year as the command line names it."""
    return UNKNOWN_YEAR if year is None else str(year)
