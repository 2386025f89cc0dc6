"""Small honest stand-ins for the parts that need a model or a library."""

import hashlib
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chat.answer import Answer, Checking, Citation, Drafting, Event, Finished, Found, Sentence, Timings, Turn
from chat.contract import ReportLine
from chat.library.curation import UnknownReport
from chat.library.holdings import Overview, overview_of
from chat.library.opened import OpenedReport
from chat.models.sources import Progress
from chat.service.shelf import Change, Changed, OneAtATime
from index.encoder import Query
from index.filters import Filter, year_published
from index.late_interaction import Tokens
from index.library import Hit
from ingest.report import PageQuality, Passage, Place, UnreadableReport

TITLE = "新能源汽车产业发展报告（2025）"
EXPORTS = Passage(
    id="ev-2025#3",
    report_id="ev-2025",
    title=TITLE,
    publisher="某研究院",
    published="2025-03",
    section=3,
    headings=(TITLE, "第二章 市场", "出口"),
    kind="text",
    page=12,
    start=0,
    end=45,
    text="2024年新能源汽车出口128.4万辆，同比增长6.7%。其中纯电动汽车出口98.7万辆，同比下降10.4%。",
    also_at=(Place("ev-2024", "新能源汽车产业发展报告（2024）", ("附录",), None),),
)
SALES = Passage(
    id="ev-2025#8",
    report_id="ev-2025",
    title=TITLE,
    publisher="某研究院",
    published="2025-03",
    section=4,
    headings=(TITLE, "第二章 市场", "产销"),
    kind="row",
    page=15,
    start=40,
    end=64,
    text="2024\t1288.8\t1286.6\t35.5%",
    caption="表2-1 新能源汽车产销（单位：万辆）",
    cells=(("年份", "2024"), ("产量", "1288.8"), ("销量", "1286.6"), ("同比", "35.5%")),
)
POLICY = Passage(
    id="pv-2024#1",
    report_id="pv-2024",
    title="光伏行业白皮书",
    publisher="某协会",
    published="2024-11",
    section=0,
    headings=("光伏行业白皮书", "政策"),
    kind="list",
    page=None,
    start=0,
    end=20,
    text="（一）扩大分布式光伏；\n（二）完善并网规则。",
)
HITS = (Hit(EXPORTS, 0.912, 1), Hit(SALES, 0.755, 2), Hit(POLICY, 0.301, 3))


def cite(number: int, passage: Passage, quote: str) -> Citation:
    """A citation of a quote where it first stands in the passage."""
    start = passage.text.index(quote)
    return Citation(number, passage, quote, start, start + len(quote))


ANSWER = Answer(
    sentences=(
        Sentence("2024年新能源汽车销量为1286.6万辆。", (1,), True),
        Sentence("出口128.4万辆，同比增长6.7%。", (2,), True),
        Sentence("预计2025年继续增长。", (), False),
    ),
    citations=(cite(1, SALES, "1286.6"), cite(2, EXPORTS, "2024年新能源汽车出口128.4万辆，同比增长6.7%。")),
    hits=HITS,
)
# The same without the sentence that nothing bears out.
PROVED = replace(ANSWER, sentences=ANSWER.sentences[:2])
TIMINGS = Timings(search_ms=30.0, first_token_ms=2100.0, total_ms=4200.0, prompt_tokens=180, answer_tokens=42)


LISTED = (
    ReportLine("ev-2025", TITLE, "某研究院", "2025-03", 860, pages=tuple(PageQuality(n, 700) for n in range(1, 61))),
    ReportLine("pv-2024", "光伏行业白皮书", "某协会", "2024-11", 512),
    ReportLine("ev-2024", "新能源汽车产业发展报告（2024）", "某研究院", "2024-03", 640),
)


def passes(passage: Passage, within: Filter) -> bool:
    """Whether a passage is of the reports, years and kinds of a filter."""
    return (
        (not within.reports or passage.report_id in within.reports)
        and (not within.years or year_published(passage.published) in within.years)
        and (not within.kinds or passage.kind in within.kinds)
    )


@dataclass
class ScriptedAssistant:
    """Answers every question with the same passages, draft and answer, at a given pace; counts what happens to it.

    seconds: how long each piece takes; held: the draft stays as it is until this is False again.
    running, most: answers under way now, and the most there ever were at once.
    cancelled: answers closed before their end. within: where each question was to be answered from.
    rewrites: a question with turns before it is put behind the first of them.
    """

    hits: tuple[Hit, ...] = HITS
    pieces: tuple[str, ...] = ("2024年新能源汽车", "销量为1286.6万辆[2]。", "出口128.4万辆[1]。")
    answer: Answer = ANSWER
    seconds: float = 0.0
    held: bool = False
    error: Exception | None = None
    listed: tuple[ReportLine, ...] = LISTED
    rewrites: bool = False
    evaluated: Path = Path("there-is-none.json")
    suggested: tuple[str, ...] = ("出口增长了多少？",)
    opened: dict[str, OpenedReport] = field(default_factory=dict)
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    within: list[Filter] = field(default_factory=list)
    running: int = 0
    most: int = 0
    cancelled: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def reports(self) -> Sequence[ReportLine]:
        return self.listed

    @property
    def version(self) -> str:
        return "version-000001"

    @property
    def results(self) -> Path:
        return self.evaluated

    @property
    def overview(self) -> Overview:
        return overview_of(self.listed, [hit.passage for hit in self.hits])

    @property
    def suggestions(self) -> Sequence[str]:
        return self.suggested

    def next_questions(self, found: Found, answer: Answer, asked: Sequence[str]) -> Sequence[str]:
        return [question for question in self.suggested if question not in asked]

    def open_report(self, report_id: str) -> OpenedReport | None:
        return self.opened.get(report_id)

    def rows_around(self, passage: Passage) -> Sequence[Passage]:
        return [passage]

    def passage(self, passage_id: str) -> Passage | None:
        return next((hit.passage for hit in self.hits if hit.passage.id == passage_id), None)

    def search(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = 10,
        within: Filter = Filter(),
        rewrite: bool = True,
    ) -> Found:
        standalone = f"{turns[0].text}{question}" if turns and rewrite and self.rewrites else question
        passing = [hit for hit in self.hits if passes(hit.passage, within)][:k]
        hits = tuple(Hit(hit.passage, hit.score, rank) for rank, hit in enumerate(passing, start=1))
        return Found(question, standalone, hits, Timings(search_ms=30.0))

    def ask(
        self, question: str, turns: Sequence[Turn] = (), *, within: Filter = Filter(), rewrite: bool = True
    ) -> Generator[Event, None, None]:
        self.asked.append((question, tuple(turns)))
        self.within.append(within)
        found = self.search(question, turns, within=within, rewrite=rewrite)
        yield found
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            yield from self._draft()
            if self.error is not None:
                raise self.error
            yield Checking()
            yield Finished(found, self.answer, TIMINGS)
        except GeneratorExit:
            self.cancelled += 1
            raise
        finally:
            with self._lock:
                self.running -= 1

    def _draft(self) -> Generator[Drafting, None, None]:
        draft = ""
        for piece in self.pieces:
            draft += piece
            until = time.monotonic() + self.seconds
            while self.held or time.monotonic() < until:
                time.sleep(0.1)
                yield Drafting(draft)
            yield Drafting(draft)


class HashingEncoder:
    """Embeds text by its characters: each has a fixed pseudo-random unit vector, a text the unit mean of its own.

    Characters shared make texts alike, which is enough to search by, and every value is the same on every machine.
    """

    def __init__(self, name: str = "hashing", dim: int = 64) -> None:
        self.name = name
        self.dim = dim
        self._rows: dict[str, NDArray[np.float32]] = {}

    def encode_queries(self, questions: Sequence[str]) -> list[Query]:
        tokens = [self._tokens(question)[0] for question in questions]
        return [(self._pooled(each), each) for each in tokens]

    def encode_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] = lambda done: None
    ) -> tuple[NDArray[np.float32], list[Tokens]]:
        pooled = np.zeros((len(texts), self.dim), dtype=np.float32)
        tokens: list[Tokens] = []
        for row, text in enumerate(texts):
            vectors, starts = self._tokens(text)
            pooled[row] = self._pooled(vectors)
            tokens.append(Tokens(vectors.astype(np.float16), starts))
            progress(1)
        return pooled, tokens

    def _tokens(self, text: str) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """One token for each character that is no white space."""
        starts = [place for place, character in enumerate(text) if not character.isspace()]
        rows = [self._row(text[place].lower()) for place in starts]
        return np.array(rows, dtype=np.float32).reshape(-1, self.dim), np.array(starts, dtype=np.int32)

    def _row(self, character: str) -> NDArray[np.float32]:
        if character not in self._rows:
            bits = hashlib.shake_256(character.encode()).digest(self.dim)
            self._rows[character] = _unit(np.frombuffer(bits, dtype=np.uint8).astype(np.float32) - 127.5)
        return self._rows[character]

    def _pooled(self, tokens: NDArray[np.float32]) -> NDArray[np.float32]:
        return _unit(tokens.sum(axis=0)) if len(tokens) else self._row("")


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit


def passage(text: str, number: int = 0, **fields: Any) -> Passage:
    """A passage of one made-up report, the number in its id; fields: any of a passage's."""
    given: dict[str, Any] = {
        "id": f"made-up:{number:03d}",
        "report_id": "made-up",
        "title": "虚构报告",
        "publisher": "",
        "published": "",
        "section": number,
        "headings": ("虚构报告",),
        "kind": "text",
        "page": None,
        "start": 0,
        "end": len(text),
        "text": text,
    }
    return Passage(**(given | fields))


class ListedShelf:
    """Reports in a list: a file becomes one named after it, unless it is empty; counts what it is done with.

    held: a change waits until this is set. adding: set once a file is being read.
    """

    def __init__(self, assistant: ScriptedAssistant) -> None:
        self.assistant = assistant
        self.held = threading.Event()
        self.held.set()
        self.adding = threading.Event()
        self.files_done = 0
        self._changes = OneAtATime()

    def reports(self) -> Sequence[ReportLine]:
        return self.assistant.reports

    def add(self, file: Path, *, done: Callable[[], None]) -> Change:
        def work(progress: Progress) -> Changed:
            progress("读取", 0, 1)
            self.adding.set()
            self.held.wait()
            if not file.read_bytes():
                raise UnreadableReport(f"{file.name}：文件里没有文字；请确认内容后重试")
            progress("读取", 1, 1)
            self.assistant.listed += (ReportLine(file.name, file.stem, "", "", 3),)
            return Changed("added", 3)

        def counted() -> None:
            done()
            self.files_done += 1

        return self._changes.change(work, done=counted)

    def remove(self, report_id: str) -> Change:
        def work(progress: Progress) -> Changed:
            kept = tuple(line for line in self.assistant.listed if line.id != report_id)
            if kept == self.assistant.listed:
                raise UnknownReport(f"没有编号为 {report_id} 的报告")
            self.assistant.listed = kept
            return Changed("removed")

        return self._changes.change(work)
