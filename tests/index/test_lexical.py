"""BM25 beside the formula itself, written out, and beside bm25s."""

import math
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import LexicalIndex, best_rows
from index.segment import question_terms, terms

TEXTS = [
    "2023年中国生成式人工智能市场规模达到12.5亿元，同比增长3.2%。",
    "服务器是算力的基础，智能服务器集群提供算力。",
    "，。",
    "ChatGPT推出后，市场规模迅速扩大，市场规模预测上调。",
    "算力",
]


def bm25(words: list[str], texts: list[str], *, k1: float = 1.5, b: float = 0.75) -> list[float]:
    """Lucene's BM25: ln(1 + (n - df + 0.5) / (df + 0.5)) · tf / (tf + k1 (1 - b + b · length / mean length))."""
    passages = [terms(text) or [""] for text in texts]
    mean = sum(map(len, passages)) / len(passages)
    scores = [0.0] * len(passages)
    for word in words:
        holding = sum(word in passage for passage in passages)
        for row, passage in enumerate(passages):
            often = passage.count(word)
            weight = math.log(1 + (len(passages) - holding + 0.5) / (holding + 0.5))
            scores[row] += weight * often / (often + k1 * (1 - b + b * len(passage) / mean))
    return scores


@pytest.mark.parametrize(
    "question", ["市场规模是多少？", "算力和服务器", "12.5亿元", "ChatGPT", "算力算力", "火星移民"]
)
def test_scores_are_those_of_the_formula(question: str) -> None:
    words = question_terms(question)
    scores = LexicalIndex.build(TEXTS).scores(words)
    assert scores.dtype == np.float32
    assert scores == pytest.approx(bm25(words, TEXTS), abs=1e-5)


ALPHABET = st.text("市场规模算力增长AI12，", max_size=12)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(ALPHABET, min_size=1, max_size=8), question=ALPHABET)
def test_scores_are_those_of_the_formula_for_any_texts(texts: list[str], question: str) -> None:
    words = terms(question)
    assert LexicalIndex.build(texts).scores(words) == pytest.approx(bm25(words, texts), abs=1e-5)


def test_unknown_words_score_nothing_and_do_not_disturb_known_ones() -> None:
    library = LexicalIndex.build(TEXTS)
    assert library.scores(["火星", "移民"]).tolist() == [0.0] * 5
    assert library.scores(["火星", "算力"]).tolist() == library.scores(["算力"]).tolist()
    assert library.scores([]).tolist() == [0.0] * 5


def test_frequency_counts_passages_not_occurrences() -> None:
    library = LexicalIndex.build(TEXTS)
    assert [library.frequency(word) for word in ["市场规模", "算力", "chatgpt", "火星"]] == [2, 2, 1, 0]


def test_weight_is_the_inverse_document_frequency() -> None:
    library = LexicalIndex.build(TEXTS)
    assert library.weight("算力") == pytest.approx(math.log(1 + 3.5 / 2.5))
    assert library.weight("火星") == 0.0


def test_has_says_which_of_the_given_passages_holds_which_word() -> None:
    has = LexicalIndex.build(TEXTS).has(["算力", "火星", "市场规模"], [4, 0])
    assert has.tolist() == [[True, False, False], [False, False, True]]


def test_has_without_words_or_without_passages_keeps_its_shape() -> None:
    library = LexicalIndex.build(TEXTS)
    assert library.has([], [0, 1]).shape == (2, 0)
    assert library.has(["算力"], []).shape == (0, 1)


@pytest.mark.parametrize("texts", [[], ["，。", ""]])
def test_no_passages_or_none_with_words_score_nothing(texts: list[str], tmp_path: Path) -> None:
    library = LexicalIndex.build(texts)
    library.save(tmp_path / "lexical")
    for each in (library, LexicalIndex.load(tmp_path / "lexical", len(texts))):
        assert each.scores(["算力"]).tolist() == [0.0] * len(texts)
        assert each.frequency("算力") == 0
        assert each.weight("算力") == 0.0
        assert each.has(["算力"], range(len(texts))).shape == (len(texts), 1)


def test_what_was_saved_scores_as_before(tmp_path: Path) -> None:
    library = LexicalIndex.build(TEXTS)
    library.save(tmp_path / "lexical")
    loaded = LexicalIndex.load(tmp_path / "lexical", len(TEXTS))
    words = question_terms("智能服务器的市场规模")
    assert loaded.scores(words).tolist() == library.scores(words).tolist()
    assert loaded.frequency("算力") == 2
    assert loaded.has(["算力"], [0, 1]).tolist() == [[False], [True]]


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(ALPHABET, min_size=1, max_size=8), question=ALPHABET)
def test_scores_are_those_of_bm25s(texts: list[str], question: str) -> None:
    oracle = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
    oracle.index([terms(text) or [""] for text in texts], show_progress=False)
    words = [word for word in terms(question) if word in oracle.vocab_dict]
    expected = oracle.get_scores(words) if words else np.zeros(len(texts))
    assert LexicalIndex.build(texts).scores(words) == pytest.approx(expected, rel=1e-6)


@given(
    scores=st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 7.0]), max_size=400),
    repeated=st.integers(1, 3),
    k=st.integers(0, 30),
)
def test_the_best_rows_are_those_of_a_stable_sort(scores: list[float], repeated: int, k: int) -> None:
    array = np.array(scores * repeated, dtype=np.float32)
    expected = [row for row in np.argsort(-array, kind="stable")[:k].tolist() if array[row] > 0]
    assert best_rows(array, k) == expected
