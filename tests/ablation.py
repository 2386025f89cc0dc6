"""`make ablation`: what each ingredient of the search is worth; nothing here passes or fails.

One ingredient after another is left out, over the questions of the corpus and, with `--set FOLDER`, over a retrieval
set in BEIR's layout. An ingredient stays in the product where its absence costs on more than one set.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from chat import assistant
from chat.assistant import Assistant
from chat.config import Config, load_encoder
from chat.evaluating.evaluation import evaluate, read_questions, summarise
from chat.evaluating.retrieval_set import RetrievalSet, evaluate_set, read_set
from chat.evidence import finding
from index import lexical, library, selection
from index.aliases import Aliases
from index.encoder import Embeddings, Progress, Query
from index.late_interaction import Tokens
from index.library import Encoder, Hit, PassageIndex
from index.rerank import Searched
from index.segment import segment, segment_question
from ingest.corpus import load_corpus
from ingest.duplicates import fold_duplicates
from ingest.passages import split_passages

CORPUS = Path("corpus")
Patch = tuple[Any, str, Any]


class Remembering:
    """An encoder that embeds each question once: what is left out of a search changes nothing of that."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dim = encoder.name, encoder.dim
        self._encoder = encoder
        self._queries: dict[str, Query] = {}

    def encode_queries(self, questions: Sequence[str]) -> list[Query]:
        for question in questions:
            if question not in self._queries:
                self._queries[question] = self._encoder.encode_queries([question])[0]
        return [self._queries[question] for question in questions]

    def encode_passages(
        self, texts: Sequence[str], *, progress: Progress = lambda more: None
    ) -> tuple[Embeddings, list[Tokens]]:
        return self._encoder.encode_passages(texts, progress=progress)


def _words_alone(library_: PassageIndex) -> None:
    library_._lexical = lexical.LexicalIndex.of_words(
        segment(f"{passage.title}\n{passage.search_text}") for passage in library_.passages
    )


def _without_titles(library_: PassageIndex) -> None:
    library_._titles._of_row = np.full(len(library_.passages), -1, dtype=np.int32)


def _without_aliases(library_: PassageIndex) -> None:
    library_._aliases = Aliases()


def _nothing(library_: PassageIndex) -> None:
    pass


def _without_the_words_as_typed(library_: Searched, question: str, *, typed: str, **others: Any) -> list[Hit]:
    return finding.find(library_, question, **others)


# What is left out: what is put in its place in the modules, and what is done to a loaded index.
VARIANTS: Mapping[str, tuple[Sequence[Patch], Callable[[PassageIndex], None]]] = {
    "the whole search": ((), _nothing),
    "without MaxSim": (((library, "MAX_SIM_WEIGHT", 0.0),), _nothing),
    "without the pooled cosine": (((library, "COSINE_WEIGHT", 0.0),), _nothing),
    "without BM25 in the relevance": (((library, "BM25_WEIGHT", 0.0),), _nothing),
    "BM25 of words alone, without pairs of characters and figures": (
        ((library, "question_terms", segment_question), (lexical, "terms", segment)),
        _words_alone,
    ),
    "without titles in MaxSim": ((), _without_titles),
    "without other names": ((), _without_aliases),
    "without slips put right": (((library, "corrections", lambda *_: {}),), _nothing),
    "without choice (by relevance alone)": (((selection, "COVERAGE", 0.0), (selection, "LIKENESS", 0.0)), _nothing),
    "without coverage of the question's words": (((selection, "COVERAGE", 0.0),), _nothing),
    "without likeness": (((selection, "LIKENESS", 0.0),), _nothing),
    "captions like text": (((library, "CAPTION_LOSS", 0.0),), _nothing),
    "a passage without an amount like any other where one is asked for": (((library, "LACKING_LOSS", 0.0),), _nothing),
    "without a second hop": (((library, "by_way_of_another", lambda _: False),), _nothing),
    "without sides": (((assistant, "sides_of", lambda *_: ()),), _nothing),
    "follow-ups as typed": (((assistant, "standalone_question", lambda question, *_: question),), _nothing),
    "without the words as typed beside a rewritten follow-up": (
        ((assistant, "find", _without_the_words_as_typed),),
        _nothing,
    ),
}
# What only a conversation or a question of several sides has; a retrieval set has neither.
OF_QUESTIONS = ("sides", "follow-up")


def main() -> None:
    parser = argparse.ArgumentParser(description="What each ingredient of the search is worth")
    parser.add_argument("--set", type=Path, help="a retrieval set in BEIR's layout")
    parser.add_argument("--every", type=int, default=1, help="ask every n-th of its questions")
    asked = parser.parse_args()
    encoder = Remembering(load_encoder(Config()))
    dev = PassageIndex.build(
        fold_duplicates([passage for report in load_corpus(CORPUS) for passage in split_passages(report)]), encoder
    )
    own = read_questions(CORPUS / "questions" / "dev.jsonl")
    chosen = _every(read_set(asked.set), asked.every) if asked.set else None
    other = PassageIndex.build(chosen.passages, encoder) if chosen else None
    print("| | evidence@5 | hit@1 | MRR@10 |" + (" hit@1 of the set | hit@5 | MRR@10 |" if chosen else ""))
    print("|---|---|---|---|" + ("---|---|---|" if chosen else ""))
    for name in VARIANTS:
        with left_out(name, dev) as searched:
            figures = summarise(evaluate(Assistant(searched, None), own, retrieval_only=True))["all"]
        cells = [figures["evidence@5"], figures["hit@1"], figures["mrr@10"]]
        if chosen and other and not any(word in name for word in OF_QUESTIONS):
            with left_out(name, other) as searched:
                its = evaluate_set(searched, chosen)
            cells += [its.hit_at_1, its.hit_at_5, its.mrr_at_10]
        print(f"| {name} | " + " | ".join("" if cell is None else f"{cell:.3f}" for cell in cells) + " |", flush=True)


@contextmanager
def left_out(name: str, whole: PassageIndex) -> Iterator[PassageIndex]:
    """An index that searches without that, as long as the context lasts."""
    patches, change = VARIANTS[name]
    parts: dict[str, Any] = {
        part: getattr(whole, f"_{part}") for part in ("dense", "lexical", "tokens", "titles", "aliases")
    }
    titles = parts["titles"]
    parts["titles"] = type(titles)(titles._names, titles._tokens, titles._of_row)
    searched = PassageIndex(whole.passages, whole.encoder, **parts)
    change(searched)
    with ExitStack() as stack:
        for module, attribute, value in patches:
            stack.enter_context(patch.object(module, attribute, value))
        yield searched


def _every(whole: RetrievalSet, n: int) -> RetrievalSet:
    chosen = list(whole.queries.items())[::n]
    return RetrievalSet(whole.passages, dict(chosen), whole.relevant)


if __name__ == "__main__":
    main()
