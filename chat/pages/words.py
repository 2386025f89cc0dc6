"""Every string that a reader of the pages sees, a group for each page; `chinese` and `english` give them.

A group is a record without defaults: a language that lacks a string does not come into being. What stands in braces is
filled in by `str.format`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ingest.report import Kind
from ingest.source import Flag, PageKind

Language = Literal["zh-CN", "en"]


@dataclass(frozen=True, slots=True)
class OverviewWords:
    """What the library holds. pages_of: a count of pages, slides or sheets. doubts: what may be wrong with a page."""

    title: str
    nothing: str
    reports: str
    pages: str
    passages: str
    characters: str
    over_time: str
    published: str
    undated: str
    kinds: str
    kind_names: Mapping[Kind, str]
    pages_of: Mapping[PageKind, str]
    passages_of: str
    characters_of: str
    about: str
    sections: str
    before_sections: str
    other_sections: str
    years: str
    year_told: str
    other_years: str
    no_years: str
    again: str
    again_within: str
    again_elsewhere: str
    again_nowhere: str
    reading: str
    doubts: Mapping[Flag, str]
    read_well: str
    in_doubt: str
    left_out: str
    all_well: str


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """A measure of an evaluation: its name, and what it says."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class EvaluationWords:
    """The last evaluation.

    types: of questions, by their names in a set. measures: by their names in a summary, in the order shown.
    outcomes: what became of a question, by `Outcome`.
    """

    title: str
    nothing: str
    unreadable: str
    command: str
    questions: str
    made: str
    library: str
    other_library: str
    retrieval_only: str
    measures: Mapping[str, MeasureWords]
    unmeasured: str
    by_type: str
    types: Mapping[str, str]
    outcomes: Mapping[str, str]
    outcome_told: str
    evidence: str
    evidence_told: str
    among: str
    among_told: str
    times: str
    times_told: str
    first_words: str
    total: str
    seconds: str
    slower: str
    counted: str
    each: str
    id: str
    question: str
    outcome: str
    ranks: str
    not_found: str
    answer: str
    no_answer: str


@dataclass(frozen=True, slots=True)
class Words:
    """All strings of one language."""

    language: Language
    product: str
    overview: OverviewWords
    evaluation: EvaluationWords
