"""`make formats`: the bundled reports in every format, read, indexed and asked the same questions.

Prints for each format how fast it was read and how many questions find their evidence; nothing here passes or fails.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from chat.assistant import Assistant
from chat.config import Config, load_encoder
from chat.evaluating.evaluation import Gold, read_questions
from index.library import Encoder, PassageIndex
from index.metrics import comparable, evidence_at
from ingest.corpus import load_corpus
from ingest.duplicates import fold_duplicates
from ingest.isolation import Reader
from ingest.passages import split_passages
from tests.browsers import chromium
from tests.documents import Block, blocks_of, to_docx, to_html, to_pdf, to_pptx, to_scan, to_xlsx

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CORPUS = Path("corpus")
QUESTIONS = CORPUS / "questions" / "dev.jsonl"
SAME = 0.9

Writer = Callable[[list[Block], str], bytes]


def main(chosen: list[str]) -> None:
    encoder = load_encoder(Config())
    print(f"{'format':14} {'read':>8} {'pages/s':>8} {'passages':>9} {'evidence@5':>11} {'hit@1':>6} {'tables@5':>9}")
    with chromium() as browser:
        writers: Mapping[str, tuple[str, Writer]] = {
            "html": (".html", to_html),
            "docx": (".docx", to_docx),
            "pptx": (".pptx", to_pptx),
            "xlsx": (".xlsx", to_xlsx),
            "pdf": (".pdf", lambda blocks, title: to_pdf(blocks, title, browser)),
            "pdf-2-columns": (".pdf", lambda blocks, title: to_pdf(blocks, title, browser, columns=2)),
            "scan": (".pdf", lambda blocks, title: to_scan(to_pdf(blocks, title, browser))),
        }
        with tempfile.TemporaryDirectory() as folder:
            _report("markdown", CORPUS, encoder)
            for name in chosen or writers:
                suffix, write = writers[name]
                made = _made(Path(folder) / name, suffix, write)
                _report(name, made, encoder)
                shutil.rmtree(made)
            if not chosen or "pdf" in chosen:
                _long_pdf(Path(folder) / "long.pdf", browser)


def _made(folder: Path, suffix: str, write: Writer) -> Path:
    """A corpus of the same reports, under the same ids, in another format."""
    folder.mkdir()
    manifest = []
    with Reader() as read:
        for report in load_corpus(CORPUS, read=read):
            text = (CORPUS / "reports" / f"{report.id}.md").read_text("utf-8")
            (folder / f"{report.id}{suffix}").write_bytes(write(blocks_of(text), report.title))
            manifest.append(
                f'[[report]]\nid = "{report.id}"\nfile = "{report.id}{suffix}"\ntitle = "{report.title}"\n'
                f'publisher = "{report.publisher}"\npublished = "{report.published}"\n'
            )
    (folder / "manifest.toml").write_text("\n".join(manifest), "utf-8")
    return folder


def _long_pdf(path: Path, browser: "Browser") -> None:
    """How fast a PDF of some 300 pages is read, and how much memory that takes at most, in a process of its own."""
    text = (CORPUS / "reports" / "qianzhan-aigc-2023.md").read_text("utf-8")
    path.write_bytes(to_pdf(blocks_of(text) * 9, "300 pages", browser))
    read = (
        # The process's own peak: ru_maxrss takes over that of the large process which it was forked from.
        "import re, sys, time; from pathlib import Path; from ingest.reading import read_report; "
        "began = time.perf_counter(); pages = len(read_report(Path(sys.argv[1]), {}).pages); "
        "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]; "
        "print(pages, time.perf_counter() - began, int(peak) / 1024)"
    )
    ended = subprocess.run([sys.executable, "-c", read, str(path)], capture_output=True, encoding="utf-8", check=True)
    pages, seconds, megabytes = map(float, ended.stdout.split())
    print(f"a PDF of {pages:.0f} pages: {seconds:.1f} s, {pages / seconds:.1f} pages/s, {megabytes:.0f} MB at most")


def _report(name: str, corpus: Path, encoder: Encoder) -> None:
    with Reader() as read:
        began = time.perf_counter()
        reports = load_corpus(corpus, read=read)
        seconds = time.perf_counter() - began
    passages = fold_duplicates([passage for report in reports for passage in split_passages(report)])
    library = PassageIndex.build(passages, encoder)
    ranks = {gold: _ranks(gold, library) for gold in read_questions(QUESTIONS) if gold.evidence}
    pages = sum(len(report.pages) for report in reports)
    print(
        f"{name:14} {seconds:6.1f} s {pages / seconds:8.1f} {len(passages):9} {_share(ranks, 5):11.3f}"
        f" {statistics.fmean(1 in found for found in ranks.values()):6.3f}"
        f" {_share({gold: found for gold, found in ranks.items() if gold.type == 'table'}, 5):9.3f}",
        flush=True,
    )


def _share(ranks: Mapping[Gold, list[int | None]], k: int) -> float:
    return statistics.fmean(evidence_at(k, found) for found in ranks.values())


def _ranks(gold: Gold, library: PassageIndex) -> list[int | None]:
    """For each fact of a question, the rank of the first hit that holds it but for a letter misread here and there."""
    hits = Assistant(library, None).search(gold.question, gold.turns).hits
    tellings = [
        [comparable(text) for text in (hit.passage.text, *(place.text for place in hit.passage.also_at))]
        for hit in hits
    ]
    return [
        next(
            (
                rank
                for rank, texts in enumerate(tellings, 1)
                if any(_holds(text, comparable(q)) for text in texts for q in fact)
            ),
            None,
        )
        for fact in gold.evidence
    ]


def _holds(text: str, quote: str) -> bool:
    """Whether SAME of the quote's characters stand in the text in order, in runs of two and more.

    Recognition takes l for I and 一 for —; such a passage is the evidence still. All formats are judged by the same rule.
    """
    if quote in text:
        return True
    runs = SequenceMatcher(None, quote, text, autojunk=False).get_matching_blocks()
    return sum(run.size for run in runs if run.size > 1) >= SAME * len(quote)


if __name__ == "__main__":
    main(sys.argv[1:])
