"""What codes give back is near what went in, and always the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.token_codec import EightBits, ProductCodes


def tokens(count: int, dim: int = 24, seed: int = 3) -> NDArray[np.float32]:
    """Unit rows about 40 directions, as tokens lie about words."""
    draw = np.random.default_rng(seed)
    directions = np.random.default_rng(1).normal(size=(40, dim))
    rows = directions[draw.integers(40, size=count)] + draw.normal(size=(count, dim)) * 0.4 + 1
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


@given(count=st.integers(0, 5), dim=st.integers(1, 9), seed=st.integers(0, 99))
def test_eight_bits_are_off_by_half_a_step_at_most(count: int, dim: int, seed: int) -> None:
    vectors = tokens(count, dim, seed)
    codec = EightBits(dim)
    codes = codec.encode(vectors)
    assert codes.dtype == np.uint8
    assert codes.shape == (count, codec.size)
    step = np.abs(vectors).max(axis=1, keepdims=True, initial=0) / 127
    assert (np.abs(codec.decode(codes) - vectors) <= step * 0.501).all()


def test_eight_bits_of_a_vector_do_not_depend_on_the_others_and_do_not_drift() -> None:
    codec = EightBits(24)
    vectors = tokens(50)
    codes = codec.encode(vectors)
    assert (codec.encode(vectors[7:8]) == codes[7:8]).all()
    assert (codec.encode(codec.decode(codes)) == codes).all()


def test_a_vector_of_zeros_stays_one() -> None:
    codec = EightBits(3)
    assert codec.decode(codec.encode(np.zeros((1, 3), dtype=np.float32))).tolist() == [[0, 0, 0]]


def test_product_codes_are_the_same_for_the_same_tokens() -> None:
    first, second = (ProductCodes.train(tokens(400, 6)) for _ in range(2))
    assert (first.codebooks == second.codebooks).all()


@pytest.mark.parametrize(("dim", "parts"), [(130, 26), (6, 6), (67, 1)])
def test_a_token_takes_a_byte_for_each_of_at_most_64_parts(dim: int, parts: int) -> None:
    codec = ProductCodes.train(tokens(300, dim))
    assert codec.size == codec.encode(tokens(2, dim)).shape[1] == parts


def test_product_codes_give_unit_vectors_near_those_encoded() -> None:
    """Of the centroids of each part the one is taken that is nearest."""
    codec = ProductCodes.train(tokens(2_000, 12))
    vectors = tokens(200, 12, seed=4)
    codes = codec.encode(vectors)
    decoded = codec.decode(codes)
    assert np.linalg.norm(decoded, axis=1) == pytest.approx(np.ones(200), abs=1e-5)
    parts = vectors.reshape(200, codec.size, -1)
    distances = np.linalg.norm(parts[:, :, None, :] - codec.codebooks[None], axis=-1)
    assert (np.take_along_axis(distances, codes[:, :, None].astype(int), 2)[..., 0] <= distances.min(2) + 1e-5).all()
    assert float((decoded * vectors).sum(axis=1).min()) > 0.9


def test_codebooks_loaded_again_give_the_same_codes() -> None:
    codec = ProductCodes.train(tokens(400, 6))
    again = ProductCodes(codec.codebooks.copy())
    codes = codec.encode(tokens(20, 6))
    assert (again.encode(tokens(20, 6)) == codes).all()
    assert (again.decode(codes) == codec.decode(codes)).all()
