"""A store gives back the tokens of each passage, whatever the order they came in and whichever file holds them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.about import IndexMismatch
from index.late_interaction import Tokens, max_sim
from index.token_codec import EightBits, ProductCodes, TokenCodec
from index.token_store import TokenCollector, TokenStore

DIM = 6


def vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32) + 0.5
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def tokens(count: int, seed: int = 0) -> Tokens:
    return Tokens(vectors(count, seed).astype(np.float16), np.arange(count, dtype=np.int32) * 2)


def collected(lengths: Sequence[int], order: Sequence[int], codec: TokenCodec) -> TokenStore:
    collector = TokenCollector(codec, len(lengths))
    for row in order:
        collector.add(row, tokens(lengths[row], seed=row))
    return collector.store()


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def same(one: TokenStore, other: TokenStore) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(one.codes([row]), other.codes([row])) and np.array_equal(one.starts(row), other.starts(row))
        for row in range(len(one))
    )


@pytest.fixture(scope="module")
def product() -> ProductCodes:
    return ProductCodes.train(vectors(300, seed=99))


@given(lengths=st.lists(st.integers(0, 4), max_size=6), data=st.data())
def test_the_order_that_tokens_come_in_shows_neither_in_memory_nor_on_disk(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(lengths))))
    folders = [tmp_path_factory.mktemp("store") for _ in range(2)]
    stores = [collected(lengths, each, EightBits(DIM)) for each in (order, range(len(lengths)))]
    for store, folder in zip(stores, folders, strict=True):
        store.save(folder)
    assert files(folders[0]) == files(folders[1])
    assert same(stores[0], stores[1])
    assert same(TokenStore.load(folders[0], DIM), stores[0])
    assert [len(stores[0].codes([row])) for row in range(len(lengths))] == lengths


def test_more_than_memory_is_kept_for_comes_back_from_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    small = collected([3, 0, 5], [0, 1, 2], EightBits(DIM))
    monkeypatch.setattr("index.token_store._IN_MEMORY", 10)
    assert same(collected([3, 0, 5], [0, 1, 2], EightBits(DIM)), small)


def test_max_sim_is_that_of_the_decoded_vectors_in_the_order_asked_for() -> None:
    store = collected([3, 0, 5], [0, 1, 2], EightBits(DIM))
    query = vectors(4, seed=50)
    texts = [vectors(5, seed=2), vectors(0), vectors(3, seed=0)]
    expected = max_sim(query, np.concatenate(texts), [5, 0, 3])
    assert store.best_matches(query, [2, 1, 0]).mean(axis=1) == pytest.approx(expected, abs=0.01)
    assert store.best_matches(query, [1]).tolist() == [[-1.0] * len(query)]
    assert store.best_matches(query, []).shape == (0, len(query))


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((0, 9), [0, 1, 2, 3, 4]),
        ((0, 2), [0]),  # the token at 2 begins outside
        ((1, 5), [1, 2]),  # the one at 0 began before
        ((7, 8), []),
        ((4, 4), []),
        ((20, 90_000), []),
    ],
)
def test_a_stretch_has_the_tokens_that_begin_in_it(span: tuple[int, int], expected: list[int]) -> None:
    store = collected([2, 5], [0, 1], EightBits(DIM))
    query = vectors(3, seed=50)
    told = store.span_max_sim(query, 1, [span, (0, 100)])
    assert told[0] == pytest.approx(max_sim(query, vectors(5, seed=1)[expected], [len(expected)])[0], abs=0.01)
    assert told[1] == pytest.approx(store.best_matches(query, [1])[0].mean())
    assert store.span_max_sim(query, 1, []).shape == (0,)


def test_a_token_too_far_for_sixteen_bits_counts_as_at_the_last_of_them() -> None:
    collector = TokenCollector(EightBits(DIM), 1)
    collector.add(0, Tokens(vectors(2), np.array([65_534, 70_000], dtype=np.int32)))
    assert collector.store().starts(0).tolist() == [65_534, 65_535]


def test_codes_of_the_same_codec_are_taken_over_as_they_are(product: ProductCodes, tmp_path: Path) -> None:
    """Decoded and encoded again they would drift, the more often the more."""
    collected([3, 4], [0, 1], product).save(tmp_path)
    store = TokenStore.load(tmp_path, DIM)
    collector = TokenCollector(store.codec, 2)
    collector.take(0, store, 1)
    collector.take(1, store, 0)
    taken = collector.store()
    assert np.array_equal(taken.codes([0]), store.codes([1]))
    assert np.array_equal(taken.starts(1), store.starts(0))


def test_tokens_of_another_codec_are_encoded_anew(product: ProductCodes) -> None:
    store = collected([3], [0], EightBits(DIM))
    collector = TokenCollector(product, 1)
    collector.take(0, store, 0)
    assert np.array_equal(collector.store().codes([0]), product.encode(store.vectors([0])))


def test_scores_of_product_codes_are_corrected_and_that_of_no_tokens_is_not(product: ProductCodes) -> None:
    query = vectors(3, seed=50)
    store = collected([6, 0], [0, 1], product)
    plain = max_sim(query, store.vectors([0]), [6])[0]
    slope, offset = product.correction
    corrected = store.best_matches(query, [0, 1]).mean(axis=1)
    assert corrected == pytest.approx([slope * plain + offset, -1.0])


def test_tokens_without_as_many_places_are_refused() -> None:
    with pytest.raises(IndexMismatch, match="3 个词向量和 6 个位置"):
        TokenCollector(EightBits(DIM), 1).add(0, Tokens(vectors(3), np.arange(6, dtype=np.int32)))


@pytest.mark.parametrize("name", ["vectors", "starts", "lengths"])
def test_a_file_of_another_store_is_refused(tmp_path: Path, name: str) -> None:
    for folder, lengths in (("one", [3, 2]), ("other", [3, 3])):
        (tmp_path / folder).mkdir()
        collected(lengths, [0, 1], EightBits(DIM)).save(tmp_path / folder)
    (tmp_path / "one" / f"token_{name}.npy").write_bytes((tmp_path / "other" / f"token_{name}.npy").read_bytes())
    with pytest.raises(ValueError, match="codes of"):
        TokenStore.load(tmp_path / "one", DIM)


def test_codes_without_their_codebooks_are_refused(product: ProductCodes, tmp_path: Path) -> None:
    collected([3], [0], product).save(tmp_path)
    np.save(tmp_path / "token_codebooks.npy", np.zeros((0, 0, 0), dtype=np.float32))
    with pytest.raises(ValueError, match="6 bytes for 10"):
        TokenStore.load(tmp_path, DIM)
