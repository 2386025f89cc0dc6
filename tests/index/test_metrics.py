"""How well passages are found: values by hand."""

import pytest

from index.metrics import comparable, evidence_at, first_rank, reciprocal_rank


def test_only_letters_digits_and_characters_are_compared_folded() -> None:
    assert comparable("2023年，市場 规模_为\n12.5%（AIGC）") == "2023年市场规模为125aigc"
    assert comparable("，。_ \n") == ""


def test_the_first_rank_counts_from_one_and_takes_any_spelling() -> None:
    texts = ["市场规模", "2020年6月推出", "2020年06月推出"]
    assert first_rank(["2020年06月", "2020年6月"], texts) == 2
    assert first_rank(["2020年06月"], texts) == 3


def test_what_stands_nowhere_has_no_rank() -> None:
    assert first_rank(["火星"], ["市场规模"]) is None
    assert first_rank(["火星"], []) is None
    assert first_rank([], ["市场规模"]) is None


@pytest.mark.parametrize(
    ("k", "ranks", "expected"),
    [(5, [1, 5], True), (5, [1, 6], False), (5, [1, None], False), (1, [1], True), (0, [1], False)],
)
def test_evidence_is_complete_only_when_every_fact_is_among_the_first(
    k: int, ranks: list[int | None], expected: bool
) -> None:
    assert evidence_at(k, ranks) is expected


@pytest.mark.parametrize(
    ("ranks", "expected"), [([1], 1.0), ([4, 2], 0.5), ([None, 10], 0.1), ([11], 0.0), ([None], 0.0), ([], 0.0)]
)
def test_the_reciprocal_rank_is_that_of_the_first_fact_found_among_ten(
    ranks: list[int | None], expected: float
) -> None:
    assert reciprocal_rank(ranks) == expected
