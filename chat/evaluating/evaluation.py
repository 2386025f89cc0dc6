"""`reportqa eval`: how well questions with known answers are found, answered and refused.

Gold is a verbatim quote and groups of accepted spellings, so neither re-splitting nor rewording a passage changes it.
"""

import json
import re
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from chat.answer import Answer, Citation, Sentence, Turn
from chat.assistant import Assistant, written
from index.library import Hit
from index.metrics import comparable, evidence_at, first_rank, reciprocal_rank
from index.segment import fold
from ingest.errors import UserError
from ingest.language import Message, message, say
from ingest.report import Passage
from ingest.system_errors import system_reason

# An answer counts within this many characters, marks aside: pouring the evidence out is no answer.
ANSWER_CHARS, BROAD_ANSWER_CHARS = 200, 400
DIRECT_CHARS, BROAD_DIRECT_CHARS = 80, 160
BROAD_TYPES = frozenset({"list", "compare", "multihop", "summary"})
K = 10

_MARKS = re.compile(r"\[(\d+)\]")
_FIGURE = re.compile(r"\d+(?:\.\d+)*")
_THOUSANDS = r"(?<=\d)[,，](?=\d{3}(?!\d))"  # 1,024 is 1024; 排第3，2022年 are two numbers
# 45.2% − 30.1% = 15.1个百分点, read without blanks.
_STEP = re.compile(r"(\d+(?:\.\d+)?)[^\d+−=]{0,6}([+−])(\d+(?:\.\d+)?)[^\d+−=]{0,6}=(\d+(?:\.\d+)?)")
_FEW_YEARS = 100
_IGNORED = re.compile(rf"\s|{_THOUSANDS}")


class BadQuestions(UserError):
    """A question file that cannot be used; the message names the line."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A question with what a right answer holds. must: groups of spellings, one of each needed; must_not: none of them.

    evidence: for each fact, the quotes that it stands in, any of which will do.
    """

    id: str
    type: str
    question: str
    turns: tuple[Turn, ...]
    must: tuple[tuple[str, ...], ...]
    must_not: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...]
    answerable: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one question; None where it was not measured or does not apply.

    marks: those of the answer as shown, and those of its draft that named nothing; resolved: as `_resolved_marks`.
    sentences: those shown; supported: as `_is_supported`, which does not ask the code that grounded them.
    """

    id: str
    type: str
    answerable: bool
    ranks: tuple[int | None, ...]
    search_ms: float
    right: bool | None = None
    direct: bool | None = None
    refused: bool | None = None
    quoted: bool | None = None
    marks: int = 0
    marks_resolved: int = 0
    sentences: int = 0
    sentences_supported: int = 0
    first_token_ms: float | None = None
    total_ms: float | None = None
    answer: str | None = None
    question: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file of results holds. made: when it was written. version: of the index that was asked; "" where it is not told."""

    results: tuple[Result, ...]
    made: datetime
    version: str = ""


def read_questions(path: Path) -> list[Gold]:
    """The questions of a JSON Lines file, in order.

    Raises:
        BadQuestions: no such file, a line that is no question, or lines that a person has yet to fill in. These are not
            left out: figures of fewer questions than the file has would be taken for those of all.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # splitlines() would break a line at a U+2028 in a text
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else error
        raise BadQuestions(
            message(
                "{path}：无法读取题集（{reason}）；请用 --questions 指明 UTF-8 的 JSONL 文件", path=path, reason=reason
            )
        ) from error
    gold = []
    unfinished = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            decoded = json.loads(line)
            gold.append(_gold(decoded))
            if _lacks_gold(decoded):
                unfinished.append(number)
        except (KeyError, TypeError, ValueError) as error:
            raise BadQuestions(
                message("{path}：第 {number} 行不是有效的题目（{error}）", path=path, number=number, error=repr(error))
            ) from error
    if unfinished:
        raise BadQuestions(
            message(
                "{path}：{lines}还没有标准答案；请填写 type 与 answerable，能回答的再填写 must 与 evidence，或删去这些行",
                path=path,
                lines=_numbered(unfinished),
            )
        )
    if not gold:
        raise BadQuestions(message("{path}：题集是空的", path=path))
    return gold


def _gold(line: Mapping[str, Any]) -> Gold:
    return Gold(
        id=str(line["id"]),
        type=str(line["type"]),
        question=str(line["question"]),
        turns=tuple(Turn(turn["role"], turn["content"]) for turn in line.get("history", [])),
        must=tuple(_spellings(group) for group in line.get("must", [])),
        must_not=_spellings(line.get("must_not", [])),
        evidence=tuple(
            _spellings([fact["quote"]]) + _spellings(fact.get("or", [])) for fact in line.get("evidence", [])
        ),
        answerable=bool(line["answerable"]),
    )


def _lacks_gold(line: Mapping[str, Any]) -> bool:
    """Whether a question, as feedback leaves it, still has to be given its gold: without must, any answer would be right."""
    if line["type"] is None or line["answerable"] is None:
        return True
    return "feedback" in line and bool(line["answerable"]) and not (line.get("must") and line.get("evidence"))


def _numbered(lines: Sequence[int]) -> Message:
    """Lines for a message, the first ten by number."""
    if len(lines) <= 10:
        return message("第 {numbers} 行", numbers=lines)
    return message("第 {numbers} 等 {count} 行", numbers=lines[:10], count=len(lines))


def _spellings(group: object) -> tuple[str, ...]:
    """A bare string would pass for a list of its characters, and an empty spelling is found in every text."""
    if not isinstance(group, list) or not all(isinstance(text, str) and text.strip() for text in group):
        raise ValueError(say("应为非空字符串的数组，实为 {group}", group=repr(group)))
    return tuple(group)


def evaluate(
    assistant: Assistant,
    questions: Iterable[Gold],
    *,
    retrieval_only: bool = False,
    done: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Ask every question and judge what comes back; done is told each result as it is there."""
    results = []
    for gold in questions:
        result = _retrieved(assistant, gold) if retrieval_only else _answered(assistant, gold)
        results.append(result)
        done(result)
    return results


def _retrieved(assistant: Assistant, gold: Gold) -> Result:
    found = assistant.search(gold.question, gold.turns, k=K)
    ranks = evidence_ranks(gold, found.hits)
    return Result(gold.id, gold.type, gold.answerable, ranks, found.timings.search_ms, question=gold.question)


def _answered(assistant: Assistant, gold: Gold) -> Result:
    finished = written(assistant.ask(gold.question, gold.turns))
    answer, timings = finished.answer, finished.timings
    shown, given = _MARKS.sub("", answer.text), answer.refusal is None
    limit = _limit(gold, ANSWER_CHARS, BROAD_ANSWER_CHARS)
    direct_limit = _limit(gold, DIRECT_CHARS, BROAD_DIRECT_CHARS)
    citations = {citation.number: citation for citation in answer.citations}
    return Result(
        gold.id,
        gold.type,
        gold.answerable,
        evidence_ranks(gold, finished.found.hits),
        timings.search_ms,
        right=given and is_right(gold, shown, limit) if gold.answerable else None,
        direct=given and is_right(gold, shown, direct_limit) if gold.answerable else None,
        refused=answer.refusal is not None,
        quoted=answer.quoted,
        marks=len(_MARKS.findall(answer.text)) + len(answer.dropped_marks),
        marks_resolved=_resolved_marks(answer, citations),
        sentences=len(answer.sentences),
        sentences_supported=sum(_is_supported(sentence, citations) for sentence in answer.sentences),
        first_token_ms=timings.first_token_ms,
        total_ms=timings.total_ms,
        answer=answer.text,
        question=gold.question,
    )


def _resolved_marks(answer: Answer, citations: Mapping[int, Citation]) -> int:
    """How many of the marks that a reader sees lead to a citation whose span gives its quote.

    Read from the text as shown, where a mark that slipped in with the words of a sentence looks like any other.
    """
    resolved = {number for number, citation in citations.items() if _resolves(citation)}
    return sum(int(number) in resolved for number in _MARKS.findall(answer.text))


def _resolves(citation: Citation) -> bool:
    return bool(citation.quote) and citation.passage.text[citation.start : citation.end] == citation.quote


def _is_supported(sentence: Sentence, citations: Mapping[int, Citation]) -> bool:
    """Whether a sentence is shown as supported, cites a passage, and has no figure that its passages lack.

    By construction nothing is shown as supported that grounding did not find so: that alone would always be all. Hence
    this second look with other means, over whole passages: it catches a figure let through, not a wrong word.
    """
    passages = [citations[number].passage for number in sentence.citations if number in citations]
    known = {figure for passage in passages for figure in _figures_in(passage.search_text)}
    if sentence.composed:  # it may say when its source was published, and what follows
        known |= {figure for passage in passages for figure in _figures_in(passage.published)}
        known |= _worked_out(sentence.text, known)
    return sentence.supported and bool(passages) and _figures_in(sentence.text) <= known


def _worked_out(text: str, known: set[str]) -> set[str]:
    """The figures of the steps of arithmetic in a text that come out right: of known terms, or a year and a few years more."""
    right: set[str] = set()
    for first, sign, second, result in _STEP.findall(_plain(text)):
        a, b, c = map(Decimal, (first, second, result))
        years = sign == "+" and len(first) == len("2015") and b < _FEW_YEARS
        if first in known and (second in known or years) and c == (a + b if sign == "+" else a - b):
            right |= {second, result}
    return right


def _figures_in(text: str) -> set[str]:
    return set(_FIGURE.findall(re.sub(_THOUSANDS, "", fold(text))))


def evidence_ranks(gold: Gold, hits: Sequence[Hit]) -> tuple[int | None, ...]:
    """For each needed fact, the rank of the first hit whose passage, or a telling folded into it, holds one of its quotes."""
    tellings = [[comparable(text) for text in _tellings(hit.passage)] for hit in hits]
    return tuple(_first_rank([comparable(quote) for quote in quotes], tellings) for quotes in gold.evidence)


def _tellings(passage: Passage) -> list[str]:
    """The words of a passage as they stand in each of its places."""
    return [passage.text, *(place.text for place in passage.also_at)]


def _first_rank(quotes: Sequence[str], tellings: Sequence[Sequence[str]]) -> int | None:
    """The best of each hit's texts alone: a quote that runs from one telling into another stands nowhere."""
    ranks = (rank for rank, texts in enumerate(tellings, start=1) if first_rank(quotes, texts) is not None)
    return next(ranks, None)


def is_right(gold: Gold, answer: str, limit: int) -> bool:
    """Whether an answer of at most limit characters holds a spelling of every group and no mark of a wrong one."""
    text = _plain(answer)
    return (
        len(answer) <= limit
        and all(any(_plain(spelling) in text for spelling in group) for group in gold.must)
        and not any(_plain(spelling) in text for spelling in gold.must_not)
    )


def _plain(text: str) -> str:
    return _IGNORED.sub("", text).lower()


def _limit(gold: Gold, usual: int, broad: int) -> int:
    return broad if gold.type in BROAD_TYPES else usual


def summarise(results: Sequence[Result]) -> dict[str, dict[str, float | int | None]]:
    """The figures over all results and over each type; a share is None where nothing counts towards it."""
    types = dict.fromkeys(result.type for result in results)
    groups = {"all": list(results), **{name: [result for result in results if result.type == name] for name in types}}
    return {name: _figures(group) for name, group in groups.items()}


def _figures(results: Sequence[Result]) -> dict[str, float | int | None]:
    with_evidence = [result for result in results if result.ranks]
    answered = [result for result in results if result.refused is not None]
    refused = [result for result in answered if result.refused]
    unanswerable = [result for result in answered if not result.answerable]
    given = [result for result in answered if not result.refused]
    drafted = [result for result in answered if result.first_token_ms is not None]
    return {
        "questions": len(results),
        "evidence@5": _share(evidence_at(5, result.ranks) for result in with_evidence),
        "hit@1": _share(1 in result.ranks for result in with_evidence),
        "mrr@10": _mean(reciprocal_rank(result.ranks, k=K) for result in with_evidence),
        "accuracy": _share(bool(result.right) for result in answered if result.answerable),
        "direct_accuracy": _share(bool(result.direct) for result in answered if result.answerable),
        "refusal_precision": _share(not result.answerable for result in refused),
        "refusal_recall": _share(bool(result.refused) for result in unanswerable),
        "drafts_kept": _share(not result.quoted and not result.refused for result in drafted),
        "marks_resolved": _ratio(answered, "marks_resolved", "marks"),
        "sentences_supported": _ratio(answered, "sentences_supported", "sentences"),
        "search_ms_median": _median(result.search_ms for result in results),
        "first_words_ms_median": _median(result.first_token_ms or result.total_ms for result in given),
        "first_token_ms_median": _median(result.first_token_ms for result in results),
        "total_ms_median": _median(result.total_ms for result in results),
    }


def _share(flags: Iterable[bool]) -> float | None:
    return _mean(float(flag) for flag in flags)


def _mean(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return round(statistics.fmean(numbers), 4) if numbers else None


def _median(values: Iterable[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return round(statistics.median(numbers), 1) if numbers else None


def _ratio(results: Sequence[Result], part: str, whole: str) -> float | None:
    total = sum(getattr(result, whole) for result in results)
    return round(sum(getattr(result, part) for result in results) / total, 4) if total else None


def write_results(path: Path, results: Sequence[Result], *, version: str = "") -> None:
    """Summary and results as JSON, readable by `read_summary` for a later comparison; version: of the index asked."""
    document = {
        "version": version,
        "summary": summarise(results),
        "results": [asdict(result) for result in results],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def keep_results(path: Path, results: Sequence[Result], version: Path) -> bool:
    """Write results, and say whether with their answers: not where the version of the index that gave them is gone, as it
    is when a report was removed meanwhile."""
    write_results(path, results, version=version.name)
    if version.exists():  # looked at after writing: what a removal finds there, it deletes itself
        return True
    write_results(path, [replace(result, answer=None) for result in results], version=version.name)
    return False


def read_summary(path: Path) -> dict[str, dict[str, float | int | None]]:
    """The summary of an earlier run.

    Raises:
        BadQuestions: no such file, or none of `write_results`.
    """
    try:
        summary = json.loads(path.read_text("utf-8"))["summary"]
        return {
            name: {figure: _number(value) for figure, value in figures.items()} for name, figures in summary.items()
        }
    except OSError as error:
        raise BadQuestions(
            message("{path}：无法读取之前的结果（{reason}）；请检查 --compare", path=path, reason=system_reason(error))
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadQuestions(
            message("{path}：不是 reportqa eval 写出的结果（{error}）", path=path, error=error)
        ) from error


def _number(value: object) -> float | int | None:
    if value is not None and not isinstance(value, float | int):
        raise TypeError(say("应为数字，实为 {value}", value=repr(value)))
    return value


def read_results(path: Path) -> Kept | None:
    """The results of an earlier run; None where there is no such file.

    Of a file that an older program wrote, what it does not tell is as `Result` has it.

    Raises:
        BadQuestions: it cannot be read, or is none of `write_results`.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        results = tuple(_result(fields) for fields in document["results"])
        return Kept(results, datetime.fromtimestamp(path.stat().st_mtime), str(document.get("version", "")))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadQuestions(
            message("{path}：无法读取评测结果（{reason}）", path=path, reason=system_reason(error))
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadQuestions(
            message("{path}：不是 reportqa eval 写出的结果（{error}）", path=path, error=error)
        ) from error


def _result(fields: Mapping[str, Any]) -> Result:
    """Raises TypeError or KeyError where a field is missing or is not what it should be."""
    kinds = get_type_hints(Result)
    known = {name: value for name, value in fields.items() if name in kinds}
    known["ranks"] = tuple(known["ranks"])
    for name, value in known.items():
        if not _is_of(value, kinds[name]):
            raise TypeError(f"{name} = {value!r}")
    return Result(**known)


def _is_of(value: object, kind: Any) -> bool:
    """Whether a value out of JSON is of the type of a field of `Result`; an integer will do for a float."""
    if isinstance(value, tuple):
        return get_origin(kind) is tuple and all(_is_of(each, int | None) for each in value)
    kinds = get_args(kind) or (kind,)
    return type(value) in kinds or (type(value) is int and float in kinds)
