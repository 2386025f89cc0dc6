"""Questions of someone else's, each with the passages to answer from: `reportqa eval --set FILE.jsonl`.

A line is {"question", "title", "passages": [text], "answers": [[spelling]], "gold_passages": [index]} and may say
"answerable": false. Each question is answered from its own passages alone, so what is measured is the choice of evidence, the
answer and its citations (precision and recall of the passages cited against those that the annotators marked).
"""

import json
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat.answer import Answer, Timings
from chat.assistant import Assistant, written
from chat.evaluating.evaluation import ANSWER_CHARS, BadQuestions
from chat.evaluating.retrieval_set import titled_passage
from chat.marks import without_marks
from index.filters import Filter
from index.metrics import comparable
from ingest.language import message, say
from ingest.report import Passage
from ingest.system_errors import system_reason


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the report of its passages, accepted answers, and the passages that hold the answer; no answers: none can be
    given."""

    question: str
    report_id: str
    answers: tuple[str, ...]
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class AnsweringSet:
    passages: tuple[Passage, ...]
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class AnsweringFigures:
    """Shares and means over the questions that can be answered, a refused one counting as wrong and without citations.

    right: an accepted answer stands in at most ANSWER_CHARS characters, marks and punctuation aside. exact: punctuation too.
    refused_rightly: of those that cannot be answered, None without such. Times are medians in milliseconds.
    """

    questions: int
    right: float
    exact: float
    citation_precision: float
    citation_recall: float
    refused_wrongly: float
    refused_rightly: float | None
    drafts_kept: float
    first_token_ms: float | None
    total_ms: float | None


def read_answering_set(path: Path) -> AnsweringSet:
    """The set of a file; passages that several questions share are one report.

    Raises:
        BadQuestions: the file cannot be read, or a line is none of the layout; the message names it.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else message("不是 UTF-8")
        raise BadQuestions(message("{path}：无法读取（{reason}）", path=path, reason=reason)) from error
    reports: dict[tuple[str, ...], list[Passage]] = {}
    questions: list[Asked] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            questions.append(_asked(json.loads(line), reports))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise BadQuestions(
                message(
                    "{path}：第 {number} 行不是有效的题目（{error}）；应有 question、title、passages、answers、gold_passages",
                    path=path,
                    number=number,
                    error=repr(error),
                )
            ) from error
    if not questions:
        raise BadQuestions(message("{path}：题集是空的", path=path))
    return AnsweringSet(tuple(passage for passages in reports.values() for passage in passages), tuple(questions))


def _asked(record: dict[str, Any], reports: dict[tuple[str, ...], list[Passage]]) -> Asked:
    title, texts = str(record["title"]), tuple(map(str, record["passages"]))
    if not texts or isinstance(record["passages"], str):
        raise ValueError(say("passages 应为非空的数组"))
    passages = reports.setdefault((title, *texts), _passages(title, texts, f"{len(reports) + 1}"))
    answerable = bool(record.get("answerable", True))
    answers = tuple(str(spelling) for group in record["answers"] for spelling in group) if answerable else ()
    if answerable and not answers:
        raise ValueError(say("answers 是空的"))
    gold = frozenset(passages[index].id for index in record["gold_passages"]) if answerable else frozenset()
    return Asked(str(record["question"]), passages[0].report_id, answers, gold)


def _passages(title: str, texts: Sequence[str], report_id: str) -> list[Passage]:
    return [
        titled_passage(f"{report_id}#{section}", report_id, title, text, section) for section, text in enumerate(texts)
    ]


def evaluate_answers(
    assistant: Assistant, questions: Sequence[Asked], *, done: Callable[[int, int], None] = lambda done, total: None
) -> AnsweringFigures:
    """Ask every question of its own passages; the assistant's library is one of all of them."""
    answered: list[tuple[Asked, Answer, Timings]] = []
    for number, asked in enumerate(questions, start=1):
        within = Filter(reports=frozenset({asked.report_id}))
        finished = written(assistant.ask(asked.question, within=within))
        answered.append((asked, finished.answer, finished.timings))
        done(number, len(questions))
    can = [(asked, answer) for asked, answer, _ in answered if asked.answers]
    cannot = [answer for asked, answer, _ in answered if not asked.answers]
    drafted = [answer for _, answer, timings in answered if timings.first_token_ms is not None]
    cited = [_cited(asked, answer) for asked, answer in can]
    return AnsweringFigures(
        len(questions),
        _mean(is_right(asked, answer) for asked, answer in can),
        _mean(is_right(asked, answer, exact=True) for asked, answer in can),
        _mean(precision for precision, _ in cited),
        _mean(recall for _, recall in cited),
        _mean(answer.refusal is not None for _, answer in can),
        _mean(answer.refusal is not None for answer in cannot) if cannot else None,
        _mean(not answer.quoted for answer in drafted),
        _median(timings.first_token_ms for _, _, timings in answered),
        _median(timings.total_ms for _, _, timings in answered),
    )


def is_right(asked: Asked, answer: Answer, *, exact: bool = False) -> bool:
    """Whether an answer holds an accepted one and is short enough to be one."""
    text = without_marks(answer.text)
    if answer.refusal is not None or len(text) > ANSWER_CHARS:
        return False
    return any(spelling in text if exact else comparable(spelling) in comparable(text) for spelling in asked.answers)


def _cited(asked: Asked, answer: Answer) -> tuple[float, float]:
    """Precision and recall of the passages cited."""
    cited = {citation.passage.id for citation in answer.citations}
    found = len(cited & asked.gold)
    return found / len(cited) if cited else 0.0, found / len(asked.gold) if asked.gold else 0.0


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return round(statistics.fmean(numbers), 4) if numbers else 0.0


def _median(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return round(statistics.median(numbers), 1) if numbers else None
