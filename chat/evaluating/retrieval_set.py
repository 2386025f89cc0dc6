"""A retrieval set of someone else's, searched by the same code: `reportqa eval --set FOLDER`.

The layout is that of BEIR (Thakur et al., NeurIPS 2021): `corpus.jsonl` ({"_id" or "id", "title", "text"}),
`queries.jsonl` ({"_id" or "id", "text"}) and `qrels.tsv` (query id, passage id, relevance; a header line), here or in
`qrels/`. A relevance above 0 counts as relevant.
"""

import json
import statistics
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat.answering.composing import composed
from chat.assistant import Assistant
from chat.evaluating.evaluation import BadQuestions
from index.library import PassageIndex
from index.metrics import first_relevant
from ingest.language import message, say
from ingest.report import Passage
from ingest.system_errors import system_reason

K = 10
_QRELS = ("qrels.tsv", "qrels/test.tsv", "qrels/dev.tsv")


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """passages: in the order of the file, the id of each its own. relevant: query id → ids of the passages wanted."""

    passages: tuple[Passage, ...]
    queries: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class SetFigures:
    """Shares and means over the queries that have a relevant passage; search_ms is a median."""

    passages: int
    queries: int
    hit_at_1: float
    hit_at_5: float
    mrr_at_10: float
    search_ms: float


def read_set(folder: Path) -> RetrievalSet:
    """The set of a folder.

    Raises:
        BadQuestions: a file is missing or a line is not what the layout says; the message names it.
    """
    passages = tuple(_passage(record) for record in _records(folder / "corpus.jsonl", ("text",)))
    queries = {_id(record): str(record["text"]) for record in _records(folder / "queries.jsonl", ("text",))}
    relevant = _relevant(folder)
    known = {passage.id for passage in passages}
    unknown = sorted(id for ids in relevant.values() for id in ids if id not in known)
    if unknown:
        raise BadQuestions(
            message(
                "{folder}：相关段落 {unknown} 不在 corpus.jsonl 中；请检查题集是否完整",
                folder=folder,
                unknown=unknown[0],
            )
        )
    return RetrievalSet(passages, {id: text for id, text in queries.items() if id in relevant}, relevant)


def evaluate_set(
    library: PassageIndex, chosen: RetrievalSet, *, done: Callable[[int, int], None] = lambda done, total: None
) -> SetFigures:
    """Search every query of the set in a library of its passages; done is told how many are."""
    ranks: list[int | None] = []
    took: list[float] = []
    for number, (id, text) in enumerate(chosen.queries.items(), start=1):
        began = time.perf_counter()
        hits = library.search(text, k=K)
        took.append((time.perf_counter() - began) * 1000)
        ranks.append(first_relevant([hit.passage.id for hit in hits], chosen.relevant[id]))
        done(number, len(chosen.queries))
    found = [rank for rank in ranks if rank is not None]
    return SetFigures(
        len(chosen.passages),
        len(ranks),
        sum(rank == 1 for rank in found) / max(1, len(ranks)),
        sum(rank <= 5 for rank in found) / max(1, len(ranks)),
        sum(1 / rank for rank in found) / max(1, len(ranks)),
        round(statistics.median(took), 1) if took else 0.0,
    )


@dataclass(frozen=True, slots=True)
class RefusalFigures:
    """Of the questions whose passage was taken out of the library, the share refused; of the others, the share not refused."""

    without: int
    refused: float
    within: int
    kept: float


# Every so many-th title is taken out.
HELD_OUT = 4


def held_out(chosen: RetrievalSet) -> frozenset[str]:
    """The reports to take out, a quarter of them by title."""
    return frozenset(sorted({passage.report_id for passage in chosen.passages})[::HELD_OUT])


def evaluate_refusals(
    assistant: Assistant,
    chosen: RetrievalSet,
    out: Collection[str],
    *,
    done: Callable[[int, int], None] = lambda done, total: None,
) -> RefusalFigures:
    """Ask every query of a library without the passages of some reports; no model is asked, since none decides of refusals."""
    of = {passage.id: passage.report_id for passage in chosen.passages}
    refused: dict[bool, list[bool]] = {True: [], False: []}
    for number, (id, text) in enumerate(chosen.queries.items(), start=1):
        found = assistant.search(text)
        answer = composed(found, assistant.evidence(found), assistant.library)
        without = all(of[passage] in out for passage in chosen.relevant[id])
        refused[without].append(answer is not None and answer.refusal is not None)
        done(number, len(chosen.queries))
    return RefusalFigures(
        len(refused[True]),
        sum(refused[True]) / max(1, len(refused[True])),
        len(refused[False]),
        1 - sum(refused[False]) / max(1, len(refused[False])),
    )


def _records(path: Path, needed: Sequence[str]) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else message("不是 UTF-8")
        raise BadQuestions(
            message(
                "{path}：无法读取（{reason}）；--set 指明的文件夹应有 corpus.jsonl、queries.jsonl 和 qrels.tsv",
                path=path,
                reason=reason,
            )
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            _id(record)
            if not all(isinstance(record[key], str) for key in needed):
                raise TypeError(say("应为字符串"))
        except (KeyError, TypeError, ValueError) as error:
            raise BadQuestions(
                message("{path}：第 {number} 行不是有效的记录（{error}）", path=path, number=number, error=repr(error))
            ) from error
        yield record


def _id(record: Mapping[str, Any]) -> str:
    return str(record["_id"] if "_id" in record else record["id"])


def _passage(record: Mapping[str, Any]) -> Passage:
    """A record as the passage of a report that bears its title; pieces of one title are of one report."""
    title = str(record.get("title") or "")
    return titled_passage(_id(record), title or _id(record), title, str(record["text"]))


def titled_passage(id: str, report_id: str, title: str, text: str, section: int = 0) -> Passage:
    """A text of a set as the passage of a report of which only the title is known."""
    return Passage(
        id=id,
        report_id=report_id,
        title=title,
        publisher="",
        published="",
        section=section,
        headings=(title,),
        kind="text",
        page=None,
        start=0,
        end=len(text),
        text=text,
    )


def _relevant(folder: Path) -> dict[str, frozenset[str]]:
    path = next((folder / name for name in _QRELS if (folder / name).exists()), folder / _QRELS[0])
    try:
        lines = path.read_text("utf-8-sig").splitlines()[1:]
    except (OSError, UnicodeDecodeError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else message("不是 UTF-8")
        raise BadQuestions(
            message(
                "{path}：无法读取（{reason}）；--set 指明的文件夹应有 corpus.jsonl、queries.jsonl 和 qrels.tsv",
                path=path,
                reason=reason,
            )
        ) from error
    relevant: dict[str, set[str]] = {}
    for number, line in enumerate(lines, start=2):
        try:
            query, passage, relevance = line.split("\t")
            if int(relevance) > 0:
                relevant.setdefault(query, set()).add(passage)
        except ValueError as error:
            raise BadQuestions(
                message(
                    "{path}：第 {number} 行应为「题号、段落号、相关度」三列，以制表符分隔", path=path, number=number
                )
            ) from error
    return {query: frozenset(ids) for query, ids in relevant.items()}
