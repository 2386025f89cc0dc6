"""One list of hits from the searches that a question asks for; a wrong guess costs places and loses nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest

from chat.evidence.finding import find
from chat.understanding.scope import Side
from index.filters import Filter
from index.library import Hit
from ingest.report import Passage
from tests.fakes import EXPORTS

BYD, CATL = Filter(reports=frozenset({"byd"})), Filter(reports=frozenset({"catl"}))


def passage(name: str) -> Passage:
    return replace(EXPORTS, id=name)


@dataclass
class Shelves:
    """A library that answers each question, by its filter where it has one, with passages of these names."""

    answers: Mapping[tuple[str, Filter], Sequence[str]]

    def search(self, question: str, *, k: int = 10, within: Filter = Filter()) -> list[Hit]:
        names = self.answers[question, within][:k]
        return [Hit(passage(name), 9.0 - rank, rank) for rank, name in enumerate(names, start=1)]


def names(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage.id for hit in hits]


def test_a_question_of_one_side_is_searched_as_it_stands() -> None:
    library = Shelves({("问", Filter()): ["a", "b", "c"]})
    hits = find(library, "问", k=2)
    assert names(hits) == ["a", "b"]
    assert [(hit.rank, hit.score) for hit in hits] == [(1, 8.0), (2, 7.0)]


def test_sides_take_turns_with_the_whole_question_first_and_no_passage_twice() -> None:
    library = Shelves(
        {("甲和乙", Filter()): ["a", "x", "y"], ("甲", Filter()): ["a", "b"], ("乙", Filter()): ["c", "x"]}
    )
    hits = find(library, "甲和乙", sides=(Side("甲"), Side("乙")), k=5)
    assert names(hits) == ["a", "c", "x", "b", "y"]
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    assert all(one.score >= other.score for one, other in pairwise(hits))


def test_where_a_side_names_its_source_the_whole_question_goes_last() -> None:
    library = Shelves({("怎么看", Filter()): ["w"], ("看", BYD): ["b"], ("看", CATL): ["c"]})
    assert names(find(library, "怎么看", sides=(Side("看", BYD), Side("看", CATL)), k=5)) == ["b", "c", "w"]


def test_what_only_the_typed_words_find_comes_after_all_that_the_rewritten_ones_find() -> None:
    library = Shelves({("比亚迪的呢", Filter()): ["t", "a"], ("比亚迪的销量", Filter()): ["a", "b"]})
    assert names(find(library, "比亚迪的销量", typed="比亚迪的呢", k=5)) == ["a", "b", "t"]
    assert names(find(library, "比亚迪的销量", typed="比亚迪的销量", k=5)) == ["a", "b"]


@pytest.mark.parametrize(
    ("within", "expected"),
    [(BYD, ["b", "w"]), (Filter(years=frozenset({2024})), ["y", "z"])],
    ids=["a side of another report is not searched", "both restrictions hold"],
)
def test_a_side_is_searched_within_the_readers_own_filter(within: Filter, expected: list[str]) -> None:
    both = Filter(reports=frozenset({"byd"}), years=frozenset({2024}))
    library = Shelves({("怎么看", within): [expected[1]], ("看", BYD): ["b"], ("看", both): ["y"]})
    sides = (Side("看", BYD), Side("看", CATL)) if within == BYD else (Side("看", BYD),)
    assert names(find(library, "怎么看", sides=sides, k=5, within=within)) == expected
