"""The façade over one corpus: build, search, save, load."""

from dataclasses import dataclass

from ingest.report import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. rank counts from 1; a higher score is better and scores never increase."""

    passage: Passage
    score: float
    rank: int
