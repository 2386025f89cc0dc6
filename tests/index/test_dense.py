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
ALL = np.ones(200, dtype=bool)


@pytest.mark.parametrize("k", [1, 10, 199])
def test_the_nearest_are_those_of_the_highest_cosine_in_order(k: int) -> None:
    library = DenseIndex.build(ROWS, 16)
    for query in unit_rows(20, 16, seed=8):
        assert library.nearest(query, k, ALL) == np.argsort(-(ROWS @ query))[:k].tolist()


def test_a_stored_vector_is_nearest_to_itself() -> None:
    library = DenseIndex.build(ROWS, 16)
    assert [library.nearest(ROWS[row], 1, ALL) for row in (0, 57, 199)] == [[0], [57], [199]]


def test_more_than_there_are_gives_all_of_them_and_no_padding() -> None:
    library = DenseIndex.build(ROWS[:3], 16)
    assert sorted(library.nearest(ROWS[1], 10, ALL[:3])) == [0, 1, 2]


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    library = DenseIndex.build(np.zeros((0, 16), dtype=np.float32), 16)
    library.save(tmp_path / "dense.faiss")
    for each in (library, DenseIndex.load(tmp_path / "dense.faiss")):
        assert (each.size, each.dim) == (0, 16)
        assert each.nearest(ROWS[0], 5, ALL[:0]) == []
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
    assert loaded.nearest(ROWS[3], 20, ALL) == library.nearest(ROWS[3], 20, ALL)


@pytest.mark.parametrize("share", [0.002, 0.3, 0.95])
def test_of_those_allowed_the_nearest_are_found(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of few allowed, or of many."""
    monkeypatch.setattr("index.dense._FEW", 20)
    rows = unit_rows(3_000, 16)
    allowed = np.random.default_rng(5).random(3_000) < share
    library = DenseIndex.build(rows, 16)
    for query in unit_rows(10, 16, seed=8):
        expected = [row for row in np.argsort(-(rows @ query)).tolist() if allowed[row]][:30]
        assert library.nearest(query, 30, allowed) == expected


def test_none_allowed_or_none_asked_for_gives_none() -> None:
    library = DenseIndex.build(ROWS, 16)
    assert library.nearest(ROWS[0], 5, ~ALL) == []
    assert library.nearest(ROWS[0], 0, ALL) == []


# --- inverted lists ------------------------------------------------------------------------------------------------

MANY = 6_000


@pytest.fixture(scope="module")
def clustered() -> Embeddings:
    """About 60 directions, as passages lie about topics."""
    topics = unit_rows(60, 16, seed=1)
    rows = topics[np.random.default_rng(2).integers(60, size=MANY)] + unit_rows(MANY, 16, seed=3) * 0.5
    unit: Embeddings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


@pytest.fixture(scope="module", params=["built", "loaded"])
def lists(
    request: pytest.FixtureRequest, clustered: Embeddings, tmp_path_factory: pytest.TempPathFactory
) -> DenseIndex:
    library = DenseIndex.build(clustered, 16, exact_up_to=1_000)
    if request.param == "built":
        return library
    path = tmp_path_factory.mktemp("lists") / "dense.faiss"
    library.save(path)
    return DenseIndex.load(path)


def test_lists_give_vectors_back_to_half_precision(lists: DenseIndex, clustered: Embeddings) -> None:
    assert (lists.size, lists.dim) == (MANY, 16)
    rows = [5, 0, 5, MANY - 1]
    assert lists.vectors(rows) == pytest.approx(clustered[rows], abs=5e-4)
    assert lists.vectors([]).shape == (0, 16)


def test_lists_find_most_of_the_nearest(lists: DenseIndex, clustered: Embeddings) -> None:
    """A quarter of 256 lists of 23 vectors each; recall at scale is measured by tests/scale.py."""
    allowed = np.ones(MANY, dtype=bool)
    shares = []
    for query in clustered[::300]:
        best = set(np.argsort(-(clustered @ query))[:10].tolist())
        shares.append(len(best & set(lists.nearest(query, 10, allowed))) / 10)
    assert np.mean(shares) > 0.95


def test_of_few_allowed_all_lists_are_looked_at(
    lists: DenseIndex, clustered: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 40th is allowed, and in a quarter of the lists not all of the nearest of them would be met."""
    allowed = np.zeros(MANY, dtype=bool)
    allowed[::40] = True
    monkeypatch.setattr("index.dense._FEW", 10)
    for query in clustered[7::900]:
        expected = [row for row in np.argsort(-(clustered @ query)).tolist() if allowed[row]][:20]
        assert set(lists.nearest(query, 20, allowed)) >= set(expected[:18])


def test_the_same_vectors_make_the_same_file(clustered: Embeddings, tmp_path: Path) -> None:
    for name in ("one", "other"):
        DenseIndex.build(clustered, 16, exact_up_to=1_000).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
