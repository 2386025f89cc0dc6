"""Where a search looks: the passages of some reports, of some years, of some kinds."""

from dataclasses import dataclass

from ingest.report import Kind


@dataclass(frozen=True, slots=True)
class Filter:
    """What a passage has to be for a search to find it; an empty set restricts nothing, and what is said adds up (and).

    reports: report ids. years: of publication, four digits. kinds: of passages.
    """

    reports: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    kinds: frozenset[Kind] = frozenset()
