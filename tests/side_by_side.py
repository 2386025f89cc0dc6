"""`make side-by-side`: the search beside LangChain's hybrid retriever and bm25s alone; nothing here passes or fails.

The same texts and the same encoder for all, every question asked of each in turn, so that whatever else the machine
does meets all of them. What they are is what their guides show: BM25 and FAISS in an `EnsembleRetriever` of equal
weights, and bm25s with its defaults; both cut words with jieba, since by default neither knows Chinese.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import bm25s
import jieba
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from chat.config import Config, load_encoder
from chat.evaluating.evaluation import read_questions
from chat.evaluating.retrieval_set import RetrievalSet, read_set
from index.library import Encoder, PassageIndex
from index.metrics import first_relevant
from ingest.corpus import load_corpus
from ingest.duplicates import fold_duplicates
from ingest.passages import split_passages
from ingest.report import Passage

K = 10
CORPUS = Path("corpus")
OURS = "reportqa"

Search = Callable[[str], Sequence[str]]


class _SameEncoder(Embeddings):
    """Our encoder as LangChain asks for one."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        pooled: list[list[float]] = self._encoder.encode_passages(texts)[0].tolist()
        return pooled

    def embed_query(self, text: str) -> list[float]:
        pooled: list[float] = self._encoder.encode_queries([text])[0][0].tolist()
        return pooled


def main() -> None:
    parser = argparse.ArgumentParser(description="The search beside others'")
    parser.add_argument("--set", type=Path, help="a retrieval set in BEIR's layout; else the questions of the corpus")
    parser.add_argument("--every", type=int, default=1, help="ask every n-th of its questions")
    asked = parser.parse_args()
    chosen = read_set(asked.set) if asked.set else _own()
    queries = dict(list(chosen.queries.items())[:: asked.every])
    encoder = load_encoder(Config())
    jieba.lcut("预热")
    searches: dict[str, Search] = {}
    building: dict[str, float] = {}
    for name, build in (OURS, _ours), ("LangChain, BM25 and FAISS", _langchain), ("bm25s", _bm25s):
        began = time.perf_counter()
        searches[name] = build(chosen.passages, encoder)
        building[name] = time.perf_counter() - began
    ranks, took, embedding = _ask(searches, queries, chosen, encoder)
    print(f"{len(chosen.passages)} passages, {len(queries)} questions; embedding one {embedding:.1f} ms (median)")
    print("| | hit@1 | hit@5 | MRR@10 | built in | search besides embedding, median | p95 |")
    print("|---|---|---|---|---|---|---|")
    for name, its in ranks.items():
        hit_1, hit_5 = (sum(rank is not None and rank <= most for rank in its) / len(its) for most in (1, 5))
        mrr = sum(1 / rank for rank in its if rank) / len(its)
        p95 = sorted(took[name])[int(0.95 * (len(its) - 1))]
        print(
            f"| {name} | {hit_1:.3f} | {hit_5:.3f} | {mrr:.3f} | {building[name]:.1f} s"
            f" | {statistics.median(took[name]):.1f} ms | {p95:.1f} ms |"
        )


def _ask(
    searches: Mapping[str, Search], queries: Mapping[str, str], chosen: RetrievalSet, encoder: Encoder
) -> tuple[dict[str, list[int | None]], dict[str, list[float]], float]:
    """Ranks and milliseconds of each, and the median of embedding a question, which all find remembered."""
    ranks: dict[str, list[int | None]] = {name: [] for name in searches}
    took: dict[str, list[float]] = {name: [] for name in searches}
    embedding = []
    for search in searches.values():
        search("预热")
    for id, text in queries.items():
        began = time.perf_counter()
        encoder.encode_queries([text])
        embedding.append(1e3 * (time.perf_counter() - began))
        for name, search in searches.items():
            began = time.perf_counter()
            found = search(text)
            took[name].append(1e3 * (time.perf_counter() - began))
            ranks[name].append(first_relevant(found[:K], chosen.relevant[id]))
    return ranks, took, statistics.median(embedding)


def _own() -> RetrievalSet:
    """The questions of the corpus that stand alone; a passage is relevant where it holds words that are evidence."""
    passages = fold_duplicates([passage for report in load_corpus(CORPUS) for passage in split_passages(report)])
    queries, relevant = {}, {}
    for gold in read_questions(CORPUS / "questions" / "dev.jsonl"):
        quotes = [quote for spellings in gold.evidence for quote in spellings]
        ids = frozenset(
            passage.id for passage in passages if any(quote in passage.text + passage.reading for quote in quotes)
        )
        if ids and not gold.turns:
            queries[gold.id], relevant[gold.id] = gold.question, ids
    return RetrievalSet(tuple(passages), queries, relevant)


def _ours(passages: Sequence[Passage], encoder: Encoder) -> Search:
    library = PassageIndex.build(passages, encoder)
    return lambda question: [hit.passage.id for hit in library.search(question, k=K)]


def _langchain(passages: Sequence[Passage], encoder: Encoder) -> Search:
    documents = [
        Document(page_content=f"{passage.title}\n{passage.search_text}", metadata={"id": passage.id})
        for passage in passages
    ]
    by_words = BM25Retriever.from_documents(documents, preprocess_func=jieba.lcut, k=K)
    by_vectors = FAISS.from_documents(documents, _SameEncoder(encoder)).as_retriever(search_kwargs={"k": K})
    hybrid = EnsembleRetriever(retrievers=[by_words, by_vectors], weights=[0.5, 0.5])
    return lambda question: [document.metadata["id"] for document in hybrid.invoke(question)]


def _bm25s(passages: Sequence[Passage], encoder: Encoder) -> Search:
    index = bm25s.BM25()
    texts = [jieba.lcut(f"{passage.title}\n{passage.search_text}") for passage in passages]
    index.index(texts, show_progress=False)

    def search(question: str) -> Sequence[str]:
        rows, _ = index.retrieve([jieba.lcut(question)], k=K, show_progress=False)
        return [passages[int(row)].id for row in rows[0]]

    return search


if __name__ == "__main__":
    main()
