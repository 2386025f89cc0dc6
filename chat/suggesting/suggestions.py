"""Questions that the reports surely answer, to begin with: chosen over reports, sections and kinds, proved, and kept with the
index that they were proved on.

Proved means: asked like any question, without a model, it is not refused, what it was made of is among the first hits, and the
answer quotes the words that answer it.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

from chat.answer import Finished
from chat.suggesting.asking import questions_of
from chat.suggesting.asking_headings import topics_of
from chat.suggesting.phrases import reads_well
from chat.suggesting.question import MadeQuestion, QuestionKind
from chat.understanding.scope import Listed, sides_of
from index.segment import fold, segment_question
from ingest.report import Passage

if TYPE_CHECKING:
    from chat.assistant import Assistant
    from index.library import PassageIndex

SUGGESTIONS = "suggestions.json"  # in every version of an index, beside what `PassageIndex` saves
COUNT = 24
TRIED = 60  # at most so many are asked at a build, until COUNT are proved: 30 take two seconds
FIRST_HITS = 3
# Of a large library so many passages are read, of each report as many: 0.5 ms a passage.
MOST_PASSAGES = 4_000

_KINDS: tuple[QuestionKind, ...] = ("figure", "list", "definition", "heading", "cell", "both", "event")
# Questions of one passage, table, section, and on one topic.
_MOST = {"passage": 1, "table": 2, "section": 3, "topic": 3}
_EASY = 20  # characters of a question that is read at a glance
_ALIKE = 0.6  # of the words of two questions together


def suggested_questions(passages: Sequence[Passage], *, count: int = COUNT) -> tuple[MadeQuestion, ...]:
    """At most count questions that passages answer, by rule, the first of them already as various as all; the same at every call.

    passages: of whole reports in reading order, as an index has them.
    """
    sample = _sample(passages)
    return _spread(_made(sample), sample, count)


def _made(passages: Sequence[Passage]) -> list[MadeQuestion]:
    """The questions of passages, of each report and then of two, each once."""
    each = [asked for report in _reports(passages) for asked in questions_of(report)]
    made: dict[str, MadeQuestion] = {}
    for asked in (*each, *_of_two_reports(passages, each)):
        made.setdefault(asked.question, asked)
    return list(made.values())


def _reports(passages: Sequence[Passage]) -> list[list[Passage]]:
    return [list(group) for _, group in groupby(passages, key=lambda passage: passage.report_id)]


def _sample(passages: Sequence[Passage]) -> list[Passage]:
    """The passages; of a large library as many of each report, in whole sections at even distances."""
    if len(passages) <= MOST_PASSAGES:
        return list(passages)
    reports = _reports(passages)
    share = max(MOST_PASSAGES // len(reports), 1)
    return [passage for report in reports for passage in _at_even_distances(report, share)]


def _at_even_distances(report: Sequence[Passage], share: int) -> Iterator[Passage]:
    sections = [list(group) for _, group in groupby(report, key=lambda passage: passage.section)]
    for section in sections[:: -(-len(report) // share)]:
        yield from section


# --- two reports -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Source:
    """A report as `scope` compares it."""

    id: str
    title: str
    publisher: str
    published: str
    names: tuple[str, ...] = ()


def _of_two_reports(passages: Sequence[Passage], made: Sequence[MadeQuestion]) -> Iterator[MadeQuestion]:
    """Questions for what two reports both tell, where their publishers tell them apart: what they are plainly about, a term
    that both define, an amount that both expect.

    made: the questions of these passages.
    """
    places = {passage.id: passage for passage in passages}
    sources = {one.report_id: _Source(one.report_id, one.title, one.publisher, one.published) for one in passages}
    if len(sources) < 2:
        return
    told: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for asked in made:
        if (view := _view(asked)) is not None:
            told.setdefault(view, {})[places[asked.passages[0]].report_id] = asked.passages
    for source in sources.values():
        for name, ids in topics_of([one for one in passages if one.report_id == source.id]).values():
            told.setdefault(("怎么看", name), {})[source.id] = ids
    for (how, what), ids_of in told.items():
        if len(ids_of) > 1:
            first, second, *_ = (sources[report] for report in ids_of)
            question = f"{_short(first)}和{_short(second)}分别{how}{what}？"
            if _short(first) != _short(second) and _is_of_both(question, first, second, tuple(sources.values())):
                yield MadeQuestion(question, "both", (*ids_of[first.id], *ids_of[second.id]), "", fold(what))


def _view(asked: MadeQuestion) -> tuple[str, str] | None:
    """How one asks several reports for what a question asks, and what; None for one that is not asked of several."""
    if asked.kind == "definition" and asked.question.startswith("什么是"):
        return "怎么解释", asked.question.removeprefix("什么是").removesuffix("？")
    if asked.kind == "figure" and asked.question.startswith("预计"):
        return "怎么预测", re.sub("^预计|(?:将达到|是|占.+的比例是)?多少？$", "", asked.question)
    return None


def _short(source: _Source) -> str:
    """The shortest name of a report's publishers."""
    return min(source.publisher.replace("，", "、").replace("；", "、").split("、"), key=len).strip()


def _is_of_both(question: str, first: _Source, second: _Source, reports: Sequence[Listed]) -> bool:
    """Whether asking it looks in these two reports and no other."""
    within = {report for side in sides_of(question, reports) for report in side.within.reports}
    return reads_well(question) and within == {first.id, second.id}


# --- choosing --------------------------------------------------------------------------------------------------------


class _Chosen:
    """Questions chosen so far, and what they are of."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.questions: list[MadeQuestion] = []
        self._passages = {passage.id: passage for passage in passages}
        self._counts: Counter[tuple[str, object]] = Counter()
        self._words: list[frozenset[str]] = []

    def cost(self, asked: MadeQuestion) -> tuple[int, ...]:
        """What is least where it adds most: another report, topic, chapter, section; shorter ones, and amounts of a table, first."""
        heavy = len(asked.question) > _EASY or (asked.kind == "cell" and not asked.question.endswith("是多少？"))
        report, *others = (self._counts[part] for part in self._parts(asked))
        return (report, heavy, *others)

    def add(self, asked: MadeQuestion) -> bool:
        """Whether it was taken: it is of a passage, and not much of a table, section or topic, that others are of, nor like one."""
        words = frozenset(segment_question(asked.question))
        crowded = any(self._counts[part] >= _MOST[part[0]] for part in self._parts(asked) if part[0] in _MOST)
        if crowded or any(len(words & other) >= _ALIKE * len(words | other) for other in self._words):
            return False
        self.questions.append(asked)
        self._counts.update(self._parts(asked))
        self._words.append(words)
        return True

    def _parts(self, asked: MadeQuestion) -> list[tuple[str, object]]:
        passage = self._passages[asked.passages[-1]]
        section = (passage.report_id, passage.section)
        return [
            ("report", passage.report_id),
            ("topic", asked.topic),
            ("chapter", (passage.report_id, passage.headings[1:2])),
            ("section", section),
            ("table", (*section, passage.caption) if passage.cells else passage.id),
            ("passage", passage.id),
        ]


def _spread(questions: Iterable[MadeQuestion], passages: Sequence[Passage], count: int) -> tuple[MadeQuestion, ...]:
    """At most count of the questions, kind by kind in turn; of a kind first what is of reports and chapters not yet asked about."""
    chosen = _Chosen(passages)
    left: dict[QuestionKind, list[MadeQuestion]] = {kind: [] for kind in _KINDS}
    for asked in questions:
        left[asked.kind].append(asked)
    while any(left.values()):
        for kind in _KINDS:
            while left[kind]:
                best = min(left[kind], key=chosen.cost)
                left[kind].remove(best)
                if chosen.add(best):
                    break
            if len(chosen.questions) == count:
                return tuple(chosen.questions)
    return tuple(chosen.questions)


# --- proving ---------------------------------------------------------------------------------------------------------


def answerable(library: "PassageIndex", questions: Iterable[MadeQuestion]) -> list[MadeQuestion]:
    """Those of the questions that the library answers: it does not refuse, what each was made of is among the first three
    hits (of two reports among the first six), and the answer quotes it. Some 60 ms a question."""
    from chat.assistant import Assistant  # noqa: PLC0415 - a removal asks nothing

    assistant = Assistant(library, None)
    return [asked for asked in questions if _is_answered(assistant, asked)]


def _is_answered(assistant: "Assistant", asked: MadeQuestion) -> bool:
    *_, last = assistant.ask(asked.question)
    assert isinstance(last, Finished)
    if last.answer.refusal is not None:
        return False
    reports = {_passage(assistant.library, each).report_id for each in asked.passages}
    found = [hit.passage for hit in last.found.hits[: FIRST_HITS * len(reports)]]
    cited = [one for one in last.answer.citations if one.passage.id in asked.passages]
    told = not asked.told or any(one.quote in asked.told or asked.told in one.quote for one in cited)
    return told and reports == {one.report_id for one in found if one.id in asked.passages} == {
        one.passage.report_id for one in cited
    }


def _passage(library: "PassageIndex", passage_id: str) -> Passage:
    return library.passages[library.passages.row(passage_id)]


def proved_questions(library: "PassageIndex", *, count: int = COUNT) -> tuple[MadeQuestion, ...]:
    """At most count of the suggested questions that the library answers, as various as they can be."""
    passages = list(library.passages)
    proved = (each for each in suggested_questions(passages, count=TRIED) if answerable(library, [each]))
    return tuple(islice(proved, count))


# --- on disk ---------------------------------------------------------------------------------------------------------


def still_standing(questions: Iterable[MadeQuestion], passages: Sequence[Passage]) -> tuple[MadeQuestion, ...]:
    """Those of the questions that the rules make of these passages as they made them before; nothing is searched for.

    So none outlives its passage, nor a report whose words were changed.
    """
    kept = tuple(questions)
    ids = {passage_id for asked in kept for passage_id in asked.passages}
    sections = {(passage.report_id, passage.section) for passage in passages if passage.id in ids}
    near = [passage for passage in passages if (passage.report_id, passage.section) in sections]
    made = set(_made(near))
    return tuple(asked for asked in kept if asked in made)


def write_suggestions(folder: Path, questions: Sequence[MadeQuestion]) -> None:
    (folder / SUGGESTIONS).write_text(json.dumps([asdict(asked) for asked in questions], ensure_ascii=False), "utf-8")


def read_suggestions(version: Path) -> tuple[MadeQuestion, ...]:
    """The suggestions of a version of the index, best first; () of one made before there were any."""
    file = version / SUGGESTIONS
    if not file.exists():
        return ()
    return tuple(
        MadeQuestion(**{**fields, "passages": tuple(fields["passages"])})
        for fields in json.loads(file.read_text("utf-8"))
    )
