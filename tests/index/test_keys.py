"""Sorted hashes find what a dictionary finds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.keys import find, key_of, keys_of


@given(held=st.lists(st.text(max_size=4), unique=True, max_size=20), asked=st.text(max_size=4))
def test_a_text_is_found_at_its_key_or_nowhere(held: list[str], asked: str) -> None:
    keys = np.sort(keys_of(held))
    for text in [*held, asked]:
        place = find(keys, text)
        assert (place is not None) == (text in held)
        assert place is None or keys[place] == key_of(text)


def test_a_key_is_the_same_on_every_machine() -> None:
    assert key_of("市场规模") == 14_793_440_341_842_326_090


def test_a_lone_surrogate_has_a_key() -> None:
    assert keys_of(["\ud800"]).dtype == np.uint64
