"""`make bench`: how fast and how large, measured on this machine; nothing here passes or fails.

Each figure is a median of several runs in one process, printed with what it was measured on.
"""

import resource
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from chat.answer import Finished
from chat.assistant import Assistant
from chat.config import Config, load_encoder, load_generator
from chat.evaluating.evaluation import read_questions
from chat.library.building import Setup, build_index
from chat.models.generation import Generator, Pieces
from chat.setup import load_library
from index.encoder import SentenceEncoder
from index.library import Encoder, PassageIndex
from index.versions import commit, writing
from ingest.corpus import load_corpus
from ingest.duplicates import fold_duplicates
from ingest.passages import split_passages
from ingest.reading import read_report
from ingest.report import Report
from ingest.source import PageProgress
from tests.scale import resident_gb

T = TypeVar("T")

CORPUS = Path("corpus")
QUESTIONS = CORPUS / "questions" / "dev.jsonl"
ANSWERED = 12
READ = 40


def main() -> None:
    config = Config()
    reports = _read()
    splitting, passages = _timed(lambda: fold_duplicates([p for report in reports for p in split_passages(report)]))
    _say("split", f"{len(passages)} passages in {splitting:.2f} s")
    loading, encoder = _timed(lambda: load_encoder(config))
    _say("encoder", f"loaded in {loading:.1f} s")
    _embed(encoder, [passage.search_text for passage in passages])
    building, library = _timed(lambda: PassageIndex.build(passages, encoder))
    _say("build", f"{building:.1f} s, {len(passages) / building:.1f} passages/s embedded")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "index"
        with writing(root):
            saving, version = _timed(lambda: commit(root, library.save))
        size = sum(path.stat().st_size for path in version.rglob("*") if path.is_file())
        opening, library = _timed(lambda: load_library(root, encoder))
        _say("index", f"{size / 1e6:.1f} MB, saved in {saving:.2f} s, checked and loaded in {opening:.2f} s")
        _search(Assistant(library, None))
        _follow(Path(folder), encoder)
        starting, generator = _timed(lambda: load_generator(config))
        _say("model", f"loaded in {starting:.1f} s")
        _answer(Assistant(library, generator))
        _grow(generator, [passage.search_text for passage in passages])
    _say("memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB at most")


def _read() -> list[Report]:
    """The corpus, with how many pages a second are read of each format; text without pages counts by 1,000 characters."""
    pages: defaultdict[str, int] = defaultdict(int)
    seconds: defaultdict[str, float] = defaultdict(float)

    def read(path: Path, entry: Mapping[str, str], *, progress: PageProgress = lambda done, total: None) -> Report:
        took, report = _timed(lambda: read_report(path, entry, progress=progress))
        characters = sum(len(section.text) for section in report.sections)
        pages[path.suffix] += len(report.pages) if len(report.pages) > 1 else -(-characters // 1_000)
        seconds[path.suffix] += took
        return report

    taking, reports = _timed(lambda: load_corpus(CORPUS, read=read))
    speeds = "; ".join(f"{suffix} {pages[suffix] / seconds[suffix]:,.0f} pages/s ({pages[suffix]})" for suffix in pages)
    _say("reading", f"{len(reports)} reports in {taking:.2f} s; {speeds}")
    return reports


def _embed(encoder: SentenceEncoder, texts: Sequence[str]) -> None:
    """Beside the same model's own `encode`, which gives no token vectors, taking turns."""
    prompted = [f"passage: {text}" for text in texts]
    ours, bare = [], []
    for _ in range(3):
        ours.append(len(texts) / _timed(lambda: encoder.encode_passages(texts))[0])
        bare.append(len(texts) / _timed(lambda: encoder._model.encode(prompted, show_progress_bar=False))[0])
    its, others = statistics.median(ours), statistics.median(bare)
    _say("embed", f"{its:.1f} passages/s; SentenceTransformer.encode alone {others:.1f}: {its / others:.2f} of it")


def _search(assistant: Assistant) -> None:
    questions = read_questions(QUESTIONS)
    times = sorted(assistant.search(gold.question, gold.turns).timings.search_ms for gold in questions)
    p95 = times[int(0.95 * (len(times) - 1))]
    _say("search", f"{len(times)} questions: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms")


def _follow(folder: Path, encoder: Encoder) -> None:
    """What a build costs where nothing changed, and where one report of three is new."""
    shutil.copytree(CORPUS, folder / "corpus")
    setup = Setup(folder / "corpus", folder / "index", encoder.name, lambda: encoder)
    build_index(setup)
    idle, _ = _timed(lambda: build_index(setup))
    text = "# 新报告\n\n" + "\n\n".join(f"## 1.{n} 第{n}节\n\n第{n}段文字，说的是别处没有的事。" for n in range(1, 13))
    (folder / "corpus" / "reports" / "new.md").write_text(text, "utf-8")
    adding, built = _timed(lambda: build_index(setup))
    _say("follow", f"nothing new {idle:.2f} s; one report of {built.embedded} new passages {adding:.1f} s")


def _answer(assistant: Assistant) -> None:
    """First token, total and speed over the first questions; the prompt's fixed beginning is cached after the first. And what of
    the time is ours: all of it but what the model took."""
    watched = Watched(assistant.generator)
    assistant.generator = watched
    overheads: list[float] = []
    first: list[float] = []
    total: list[float] = []
    tokens: list[int] = []
    for gold in read_questions(QUESTIONS)[: ANSWERED + 1]:
        watched.seconds = 0.0
        timings = next(e.timings for e in assistant.ask(gold.question, gold.turns) if isinstance(e, Finished))
        if watched.seconds and timings.total_ms:
            overheads.append(timings.total_ms / 1000 / watched.seconds - 1)
        if timings.first_token_ms and timings.total_ms and timings.answer_tokens:
            first.append(timings.first_token_ms / 1000)
            total.append(timings.total_ms / 1000)
            tokens.append(timings.answer_tokens)
    _say(
        "answer",
        f"{len(first) - 1} questions: first token {statistics.median(first[1:]):.1f} s, "
        f"total {statistics.median(total[1:]):.1f} s, {statistics.median(tokens[1:]):.0f} tokens each; "
        f"{100 * statistics.median(overheads[1:]):.1f} % over the model alone (medians)",
    )


def _grow(generator: Generator | None, texts: Sequence[str]) -> None:
    """What reading ever new prompts adds to the memory, once llama.cpp keeps as many as it may."""
    assert generator is not None, "the configuration has no model"
    resident = []
    for text in texts[: 2 * READ]:
        for _ in generator.generate([{"role": "user", "content": text}], max_tokens=1):
            pass
        resident.append(resident_gb())
    _say("growth", f"{resident[READ - 1]:.3f} GB after {READ} prompts, {resident[-1]:.3f} after {len(resident)}")


class Watched:
    """A model, and the seconds that were spent on waiting for it."""

    def __init__(self, model: Generator | None) -> None:
        assert model is not None, "the configuration has no model"
        self.model, self.name, self.seconds = model, model.name, 0.0

    def generate(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = "") -> Pieces:
        with closing(self.model.generate(messages, max_tokens=max_tokens, grammar=grammar)) as pieces:
            began = time.perf_counter()
            for piece in pieces:
                self.seconds += time.perf_counter() - began
                yield piece
                began = time.perf_counter()
            self.seconds += time.perf_counter() - began


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def _say(what: str, figures: str) -> None:
    print(f"{what:8} {figures}", flush=True)


if __name__ == "__main__":
    main()
