"""Nearest vectors, with brute force as the oracle."""

from pathlib import Path

import numpy as np
import pytest

from index.dense import DenseIndex, Embeddings


def unit_rows(count: int, dim: int, seed: int = 7) -> Embeddings:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    unit: Embeddings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


ROWS = unit_rows(200, 16)


@pytest.mark.parametrize("k", [1, 10, 199])
def test_the_nearest_are_those_of_the_highest_cosine_in_order(k: int) -> None:
    library = DenseIndex.build(ROWS, 16)
    for query in unit_rows(20, 16, seed=8):
        assert library.nearest(query, k) == np.argsort(-(ROWS @ query))[:k].tolist()


def test_a_stored_vector_is_nearest_to_itself() -> None:
    library = DenseIndex.build(ROWS, 16)
    assert [library.nearest(ROWS[row], 1) for row in (0, 57, 199)] == [[0], [57], [199]]


def test_more_than_there_are_gives_all_of_them_and_no_padding() -> None:
    library = DenseIndex.build(ROWS[:3], 16)
    assert sorted(library.nearest(ROWS[1], 10)) == [0, 1, 2]


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    library = DenseIndex.build(np.zeros((0, 16), dtype=np.float32), 16)
    library.save(tmp_path / "dense.faiss")
    for each in (library, DenseIndex.load(tmp_path / "dense.faiss")):
        assert (each.size, each.dim) == (0, 16)
        assert each.nearest(ROWS[0], 5) == []
        assert each.vectors([]).shape == (0, 16)


def test_vectors_are_given_back_in_the_order_asked_for() -> None:
    library = DenseIndex.build(ROWS, 16)
    assert np.array_equal(library.vectors([5, 0, 5]), ROWS[[5, 0, 5]])
    assert library.vectors([5]).dtype == np.float32


def test_what_was_saved_finds_the_same(tmp_path: Path) -> None:
    library = DenseIndex.build(ROWS, 16)
    library.save(tmp_path / "dense.faiss")
    loaded = DenseIndex.load(tmp_path / "dense.faiss")
    assert (loaded.size, loaded.dim) == (200, 16)
    assert loaded.nearest(ROWS[3], 20) == library.nearest(ROWS[3], 20)
