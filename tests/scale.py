"""`make bench-scale`: size, memory, speed and recall of an index of 1,000 to 1,000,000 passages; nothing here passes or fails.

The passages are made up: real sentences of the corpus, drawn at random to 170 characters and given other figures, so
that words are as frequent and as many as in reports. A sample of them is embedded. Each other pooled vector lies
between two of the sample, moved by a quarter of the difference of two others, which keeps the covariance; each other passage
has the tokens of one of the sample, a quarter of them exchanged for others.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from chat.config import Config, load_encoder
from index.aliases import Aliases, WrittenAliases, alias_groups
from index.dense import DenseIndex, Embeddings
from index.embedding import PRODUCT_CODES_FROM
from index.late_interaction import Tokens
from index.lexical import LexicalIndex
from index.library import Encoder, PassageIndex
from index.passage_store import PassageStore
from index.segment import terms
from index.titles import Titles
from index.token_codec import EightBits, ProductCodes
from index.token_store import TokenCollector, TokenStore
from index.versions import commit, current_version, writing
from ingest.corpus import load_corpus
from ingest.passages import split_passages
from ingest.report import Passage
from ingest.sentences import split_sentences

CHARACTERS = 170
SAMPLE = 600
QUESTIONS = 200
REPORT = 250  # passages
VARIANTS = 10
EXACT = "exact.npy"


@dataclass(frozen=True, slots=True)
class Made:
    passage: Passage
    words: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description="Size, memory, speed and recall of large indexes")
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--ask", type=Path, help="load this index, ask, and print what that took")
    asked = parser.parse_args()
    if asked.ask:
        print(json.dumps(_ask(asked.ask)))
        return
    encoder = load_encoder(Config())
    sample = encoder.encode_passages([each.passage.search_text for each in _made(SAMPLE)])
    for size in asked.sizes:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            _measure(size, Path(folder), encoder, *sample)


def _measure(size: int, root: Path, encoder: Encoder, pooled: Embeddings, tokens: Sequence[Tokens]) -> None:
    began = time.perf_counter()
    with writing(root / "index"):
        version = commit(root / "index", _made_index(size, root, encoder, pooled, tokens).save)
    _say(size, f"made and saved in {time.perf_counter() - began:.0f} s, peak {_peak():.1f} GB with the encoder")
    files = {str(path.relative_to(version)): path.stat().st_size for path in version.rglob("*") if path.is_file()}
    largest = sorted(files.items(), key=lambda item: -item[1])[:6]
    told = ", ".join(f"{name} {bytes_ / 1e6:,.1f}" for name, bytes_ in largest)
    _say(size, f"{sum(files.values()) / 1e6:,.1f} MB: {told}")
    began = time.perf_counter()
    current_version(root / "index")
    _say(size, f"sha256 of every file checked in {time.perf_counter() - began:.1f} s")
    run = subprocess.run([sys.executable, "-m", "tests.scale", "--ask", version], check=True, capture_output=True)
    _say(size, "; ".join(f"{name} {value}" for name, value in json.loads(run.stdout).items()))
    _recall(size, root, version, encoder)


def _ask(version: Path) -> dict[str, str]:
    """In a process of its own: what it holds is then the encoder, the index and what a search touched of it."""
    encoder = load_encoder(Config())
    encoder.encode_queries(["预热"])
    before = resident_gb()
    began = time.perf_counter()
    library = PassageIndex.load(version, encoder)
    loading = time.perf_counter() - began
    library.search("预热")
    embedding, search = [], []
    for question in _questions():
        began = time.perf_counter()
        encoder.encode_queries([question])  # the search finds it remembered
        embedded = time.perf_counter()
        library.search(question)
        embedding.append(1e3 * (embedded - began))
        search.append(1e3 * (time.perf_counter() - began))
    return {
        "loaded in": f"{1e3 * loading:.0f} ms",
        "resident": f"{resident_gb():.2f} GB ({before:.2f} before loading)",
        "embedding": _spread(embedding),
        "search with it": _spread(search),
        "without": _spread([each - its for each, its in zip(search, embedding, strict=True)]),
    }


def _recall(size: int, root: Path, version: Path, encoder: Encoder) -> None:
    exact: Embeddings = np.load(root / EXACT, mmap_mode="r")
    library = PassageIndex.load(version, encoder)
    questions = _questions()
    queries = np.stack([pooled for pooled, _ in encoder.encode_queries(questions)])
    best = _nearest(exact, queries)
    allowed = library.passages.answering
    dense = [
        len(set(library._dense.nearest(query, 50, allowed)[:10]) & its)
        for query, its in zip(queries, best, strict=True)
    ]
    found = [{hit.passage.id for hit in library.search(question)} for question in questions]
    library._dense = DenseIndex.build(exact, encoder.dim, exact_up_to=size)
    brute = [{hit.passage.id for hit in library.search(question)} for question in questions]
    same = [len(mine & its) / 10 for mine, its in zip(found, brute, strict=True)]
    _say(size, f"recall@10: dense {np.mean(dense) / 10:.4f}, whole search {np.mean(same):.4f}")


def _nearest(vectors: Embeddings, queries: Embeddings) -> list[set[int]]:
    """The 10 nearest of each query, by brute force over blocks."""
    scores = np.zeros((len(queries), 0), dtype=np.float32)
    rows = np.zeros((len(queries), 0), dtype=np.int64)
    for start in range(0, len(vectors), 100_000):
        block = queries @ vectors[start : start + 100_000].T
        scores = np.hstack([scores, block])
        rows = np.hstack([rows, np.broadcast_to(np.arange(start, start + block.shape[1]), block.shape)])
        best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
        scores, rows = np.take_along_axis(scores, best, 1), np.take_along_axis(rows, best, 1)
    return [set(its.tolist()) for its in rows]


# --- made up -------------------------------------------------------------------------------------------------------


def _made_index(size: int, root: Path, encoder: Encoder, pooled: Embeddings, tokens: Sequence[Tokens]) -> PassageIndex:
    passages = [each.passage for each in _made(size)]
    vectors = _pooled(size, pooled)
    np.save(root / EXACT, vectors)
    return PassageIndex(
        PassageStore.of(passages),
        encoder,
        dense=DenseIndex.build(vectors, encoder.dim),
        lexical=LexicalIndex.of_words(each.words for each in _made(size)),  # a million's words are 15 GB at once
        tokens=_tokens(size, tokens, encoder.dim),
        titles=Titles.build(passages, encoder),
        aliases=Aliases(alias_groups((), WrittenAliases())),
    )


def _made(size: int) -> Iterator[Made]:
    draw = random.Random(7)
    originals = _originals()
    sentences = [passage.text[start:end] for passage in originals for start, end in split_sentences(passage.text)]
    for number in range(size):
        text = ""
        words: list[str] = []
        figures = str.maketrans("0123456789", "".join(draw.sample("0123456789", 10)))
        while len(text) < CHARACTERS:
            sentence = draw.choice(sentences)
            text += sentence.translate(figures)
            words += [word.translate(figures) for word in _segmented(sentence)]
        like = draw.choice(originals)
        yield Made(
            Passage(
                id=f"{number:07d}",
                report_id=f"report-{number // REPORT}",
                title=like.title,
                publisher=like.publisher,
                published=str(2015 + number // REPORT % 10),
                section=0,
                headings=like.headings,
                kind="text",
                page=None,
                start=0,
                end=len(text),
                text=text,
            ),
            (*_segmented(" ".join(like.headings[1:])), *words),
        )


@cache
def _originals() -> Sequence[Passage]:
    return [passage for report in load_corpus(Path("corpus")) for passage in split_passages(report)]


@cache
def _segmented(text: str) -> Sequence[str]:
    return [sys.intern(word) for word in terms(text)]


def _pooled(size: int, sample: Embeddings) -> Embeddings:
    draw = np.random.default_rng(7)
    vectors = np.empty((size, sample.shape[1]), dtype=np.float32)
    vectors[: len(sample)] = sample[:size]
    for start in range(len(sample), size, 50_000):
        count = min(50_000, size - start)
        one, other, plus, minus = sample[draw.integers(len(sample), size=(4, count))]
        share = draw.uniform(0.5, 1, size=(count, 1)).astype(np.float32)
        moved = share * one + (1 - share) * other + (plus - minus) / 4
        vectors[start : start + count] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return vectors


def _tokens(size: int, sample: Sequence[Tokens], dim: int) -> TokenStore:
    """Codes are drawn from variants of the sample's, encoded once: encoding 110 million tokens would be most of the time."""
    draw = np.random.default_rng(7)
    every = np.concatenate([tokens.vectors for tokens in sample]).astype(np.float32)
    codec = EightBits(dim) if size < PRODUCT_CODES_FROM else ProductCodes.train(every)
    variants = TokenCollector(codec, VARIANTS * len(sample))
    for row in range(VARIANTS * len(sample)):
        tokens = sample[row % len(sample)]
        vectors = tokens.vectors.astype(np.float32)
        if row >= len(sample):
            exchanged = draw.random(len(vectors)) < 0.25
            vectors[exchanged] = every[draw.integers(len(every), size=int(exchanged.sum()))]
        variants.add(row, Tokens(vectors, tokens.starts))
    store = variants.store()
    collector = TokenCollector(codec, size)
    for row in range(size):
        collector.take(row, store, row if row < len(sample) else int(draw.integers(VARIANTS * len(sample))))
    return collector.store()


@cache
def _questions() -> Sequence[str]:
    draw = random.Random(8)
    sentences = [passage.text[a:b].strip() for passage in _originals() for a, b in split_sentences(passage.text)]
    chosen = draw.sample([sentence for sentence in sentences if len(sentence) > 30], QUESTIONS)
    return [f"{sentence[:24]}的情况如何？" for sentence in chosen]


def _spread(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.1f} ms (p95 {sorted(times)[int(0.95 * (len(times) - 1))]:.1f})"


def resident_gb() -> float:
    """GB of this process in memory now, mapped files that it touched among them (Linux)."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1e6


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _say(size: int, told: Any) -> None:
    print(f"{size:9,}  {told}", flush=True)


if __name__ == "__main__":
    main()
