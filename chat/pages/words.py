"""Every string that a reader of the pages sees, a group for each page; `chinese` and `english` give them.

A group is a record without defaults: a language that lacks a string does not come into being. What stands in braces is
filled in by `str.format`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chat.library.places import PlaceWords
from chat.library.quality import QualityWords
from chat.records.feedback import Reason
from ingest.report import Kind
from ingest.source import Flag, PageKind

Language = Literal["zh-CN", "en"]


@dataclass(frozen=True, slots=True)
class HeadWords:
    """The head of every page."""

    coverage: str
    no_coverage: str
    chat: str
    search: str
    reports: str
    overview: str
    evaluation: str
    conversations: str
    export: str
    theme: str
    other_language: str
    log_out: str


@dataclass(frozen=True, slots=True)
class TalkWords:
    """The conversation and its sources."""

    box: str
    hint: str
    send: str
    stop: str
    clear: str
    empty: str
    try_these: str
    go_on: str
    no_sources: str
    sources: str
    found: str
    nearest: str
    others: str
    past_sources: str
    nothing_found: str
    unsupported: str
    partly: str
    composed: str
    quoted: str
    unavailable: str
    overtime: str
    unchecked: str
    stopped: str
    search_stage: str
    evidence_stage: str
    draft_stage: str
    check_stage: str
    stages: str
    found_count: str
    queued: str
    took: str
    took_at_once: str
    checked: str
    checked_one: str
    copy: str
    retry: str
    edit: str
    open: str
    open_name: str
    also_at: str
    otherwise: str
    understood: str
    verbatim: str
    taken_verbatim: str
    only_of: str
    everywhere: str
    broken: str
    full: str
    withdrawn: str
    changed: str
    unreadable: str
    mark: str


@dataclass(frozen=True, slots=True)
class SearchWords:
    """The search of passages."""

    box: str
    hint: str
    search: str
    empty: str
    found: str
    and_page: str
    took: str
    nothing_within: str
    loosen: str
    loosen_all: str
    near: str
    filters: str
    clear: str
    more: str
    by_report: str
    by_year: str
    by_kind: str
    year: str
    no_year: str
    counted: str
    pages: str
    before: str
    after: str
    cite: str
    cite_name: str
    ask_of: str
    ask_of_name: str


@dataclass(frozen=True, slots=True)
class ShelfWords:
    """The reports of the library."""

    title: str
    none: str
    begin: str
    add: str
    hint: str
    read_only: str
    remove: str
    remove_name: str
    quality: str
    read: str
    passages: str


@dataclass(frozen=True, slots=True)
class ScriptWords:
    """What the page's own script says."""

    conversations: str
    close: str
    copied: str
    not_copied: str
    remove: str
    removing: str
    added: str
    already_there: str
    removed: str
    waiting: str
    uploading: str
    failed: str
    broken_off: str
    untitled: str
    find: str
    none: str
    no_match: str
    rename: str
    delete: str
    delete_all: str
    sure: str
    sure_all: str
    new_name: str
    full: str
    not_kept: str
    not_exported: str
    nothing_to_export: str
    offline: str
    save: str
    cancel: str
    editing: str


@dataclass(frozen=True, slots=True)
class FrameWords:
    """What the page says within a portal's, beside what it always says. alone: where no portal is around it."""

    connecting: str
    alone: str
    silent: str
    signed_out: str
    refused: str
    forbidden: str
    begin_anew: str
    again: str
    reading: str
    close: str


@dataclass(frozen=True, slots=True)
class ReaderWords:
    """The reading view of a report. moved: said where the words that a link names do not stand there any more."""

    home: str
    outline: str
    before: str
    after: str
    share: str
    copied: str
    moved: str
    gone: str
    show_page: str
    sheet: str
    close: str
    loading: str
    no_boxes: str
    no_picture: str


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
class FeedbackWords:
    """What a reader is asked and told when judging an answer.

    reasons: why it is a 👎, in the order to offer them. comment: stands in the empty box. kept: what becomes of it all,
    said before it is sent.
    """

    up: str
    down: str
    why: str
    reasons: Mapping[Reason, str]
    comment: str
    kept: str
    send: str
    thanks: str
    withdrawn: str
    failed: str
    too_many: str


@dataclass(frozen=True, slots=True)
class LookWords:
    """Below an answer, the tables that it rests on and their plots.

    show, show_table: what opens them, with a plot and without. table: a table without a caption. source: the column of the
    marks. part: of a table too long to be shown whole. cited, others: the points that the answer cites, and the rest of the
    table. told: a plot in words, for who does not see it. forecast, hedged, left_out: what a plot does with such points.
    """

    show: str
    show_table: str
    table: str
    source: str
    copy_csv: str
    part: str
    cited: str
    others: str
    told: str
    forecast: str
    hedged: str
    left_out: str


@dataclass(frozen=True, slots=True)
class ExportWords:
    """What stands in a conversation taken away, beside the words of the reader, the answers and the reports."""

    title: str
    imprint: str  # {product}, {date}
    notice: str
    numbers: str
    only_of: str  # {title}
    understood: str  # {question}
    quoted: str
    partly: str
    unsupported: str
    composed: str
    references: str
    place: str  # {place}
    place_behind: str  # {place}
    row: str  # {reading}
    page: str  # {page}, {pages}


@dataclass(frozen=True, slots=True)
class AdminWords:
    """How the service is used. ways, refusal_kinds, failure_kinds: by their names in `asker`. gone: of a report or passage that
    has left the library. between: parts two that are counted. usage_kept and the others: what is kept how long, side by side."""

    title: str
    home: str
    unavailable: str
    periods: str
    period: str
    asked: str
    answered: str
    refusals: str
    stopped: str
    failures: str
    median: str
    seconds: str
    liked: str
    dislikes: str
    by_day: str
    nothing: str
    ways: Mapping[str, str]
    between: str
    slowest: str
    when: str
    total: str
    searching: str
    first_token: str
    question: str
    not_kept: str
    refused: str
    latest_refused: str
    no_refusals: str
    refusal_kinds: Mapping[str, str]
    failure_kinds: Mapping[str, str]
    reason: str
    disliked: str
    no_dislikes: str
    no_reason: str
    top_reports: str
    top_passages: str
    source: str
    answers: str
    gone: str
    for_days: str
    without_end: str
    usage_kept: str
    feedback_kept: str
    questions_kept: str
    questions_not_kept: str


@dataclass(frozen=True, slots=True)
class Words:
    """All strings of one language. path: where the page in this language is."""

    language: Language
    path: str
    product: str
    places: PlaceWords
    quality: QualityWords
    head: HeadWords
    talk: TalkWords
    search: SearchWords
    shelf: ShelfWords
    script: ScriptWords
    frame: FrameWords
    reader: ReaderWords
    overview: OverviewWords
    evaluation: EvaluationWords
    feedback: FeedbackWords
    look: LookWords
    export: ExportWords
    admin: AdminWords
