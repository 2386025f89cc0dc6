"""Where a search looks: the passages of some reports, of some years, of some kinds."""

from dataclasses import dataclass

from ingest.report import Kind


@dataclass(frozen=True, slots=True)
class Filter:
    """What a passage has to be for a search to find it; an empty set restricts nothing, and what is said adds up (and).

    reports: report ids. years: of publication, four digits. kinds: of passages.
    opened: reports outside of which nothing is found, not even words of theirs that stand elsewhere too; None where all are open. An
        empty set of these is no report. It is not what somebody asks for: see `PassageIndex.part`.
    """

    reports: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    opened: frozenset[str] | None = None
