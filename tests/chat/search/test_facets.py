"""A search in one go: pages, counts by filter, and what to try where nothing was found."""

from dataclasses import dataclass, field

import pytest

from chat.answer import Found, Turn
from chat.search.facets import DEPTH, search_in_one_go, year_of
from index.filters import Filter
from index.library import Hit
from ingest.report import Passage
from tests.fakes import ScriptedAssistant, passage

A, B = frozenset({"a"}), frozenset({"b"})
ROWS: Filter = Filter(kinds=frozenset({"row"}))


def made(number: int, report: str, published: str, kind: str) -> Passage:
    return passage(f"第{number}段", number, report_id=report, published=published, kind=kind)


PASSAGES = (
    made(0, "a", "2023-05", "text"),
    made(1, "a", "2023-05", "row"),
    made(2, "b", "2024", "text"),
    made(3, "a", "2023-05", "text"),
    made(4, "c", "", "list"),
)


def hits_of(passages: tuple[Passage, ...]) -> tuple[Hit, ...]:
    return tuple(Hit(each, 1.0 / (rank + 1), rank) for rank, each in enumerate(passages, start=1))


@dataclass
class Counting(ScriptedAssistant):
    """Remembers how it was searched."""

    hits: tuple[Hit, ...] = hits_of(PASSAGES)
    searches: list[tuple[int, Filter, bool]] = field(default_factory=list)

    def search(
        self,
        question: str,
        turns: object = (),
        *,
        k: int = 10,
        within: Filter = Filter(),
        rewrite: bool = True,
    ) -> Found:
        self.searches.append((k, within, rewrite))
        return ScriptedAssistant.search(self, question, turns, k=k, within=within, rewrite=rewrite)  # type: ignore[arg-type]


def test_the_counts_are_of_all_that_was_found_though_a_page_shows_few() -> None:
    results = search_in_one_go(Counting(), "段", k=2)
    assert [hit.rank for hit in results.hits] == [1, 2]
    assert (results.total, results.page, results.pages) == (5, 1, 3)
    assert results.facets.reports == (("a", 3), ("b", 1), ("c", 1))
    assert results.facets.years == ((2023, 3), (2024, 1), (None, 1))
    assert results.facets.kinds == (("text", 3), ("list", 1), ("row", 1))


def test_a_page_goes_on_where_the_one_before_ended() -> None:
    pages = [search_in_one_go(Counting(), "段", k=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [[hit.rank for hit in page.hits] for page in pages] == [[1, 2], [3, 4], [5], []]
    assert [page.page for page in pages] == [1, 2, 3, 4]


def test_without_filters_there_is_one_search_as_deep_as_the_index_compares() -> None:
    assistant = Counting()
    search_in_one_go(assistant, "段", [Turn("user", "甲")], k=10, offset=40, rewrite=False)
    search_in_one_go(assistant, "段", k=100)
    assert assistant.searches == [(DEPTH, Filter(), False), (100, Filter(), True)]


def test_a_filter_leaves_the_other_choices_of_its_sort_to_choose() -> None:
    assistant = Counting()
    results = search_in_one_go(assistant, "段", within=Filter(reports=A))
    assert [hit.passage.report_id for hit in results.hits] == ["a", "a", "a"]
    assert results.facets.reports == (("a", 3), ("b", 1), ("c", 1))
    assert results.facets.years == ((2023, 3),)
    assert results.found.timings.search_ms == 60.0
    assert len(assistant.searches) == 2


def test_passages_of_reports_without_a_date_are_found_and_are_a_choice_of_their_own() -> None:
    dated = search_in_one_go(Counting(), "段", within=Filter(years=frozenset({2024})))
    assert [hit.passage.published for hit in dated.hits] == ["2024"]
    assert (None, 1) in dated.facets.years
    undated = search_in_one_go(Counting(), "段", within=Filter(years=frozenset({None})))
    assert [hit.passage.published for hit in undated.hits] == [""]
    either = search_in_one_go(Counting(), "段", within=Filter(years=frozenset({2024, None})))
    assert [hit.passage.published for hit in either.hits] == ["2024", ""]


def test_a_choice_that_leaves_nothing_is_still_there_to_be_taken_back() -> None:
    results = search_in_one_go(Counting(), "段", within=Filter(reports=B, kinds=ROWS.kinds))
    assert results.total == 0
    assert ("b", 0) in results.facets.reports
    assert ("row", 0) in results.facets.kinds


def test_an_empty_result_says_what_each_filter_left_out_would_find() -> None:
    results = search_in_one_go(Counting(), "段", within=Filter(reports=B, kinds=ROWS.kinds))
    assert results.loosened == ((ROWS, 1), (Filter(reports=B), 1), (Filter(), 5))


def test_filters_that_no_single_one_of_would_help_are_all_left_out() -> None:
    none = Filter(reports=B, years=frozenset({1999}), kinds=ROWS.kinds)
    results = search_in_one_go(Counting(), "段", within=none)
    assert results.loosened == ((Filter(), 5),)


def test_words_that_are_not_there_are_told_with_what_is_near() -> None:
    assistant = Counting(hits=hits_of((passage("骨科手术机器人"),)))
    assert search_in_one_go(assistant, "机械人").nearest == {"机械人": ("机器人",)}
    filtered = search_in_one_go(assistant, "机械人", within=Filter(years=frozenset({1999})))
    assert (filtered.total, filtered.nearest) == (0, {"机械人": ("机器人",)})


@pytest.mark.parametrize(("published", "year"), [("2023", 2023), ("2023-06-15", 2023), ("", None), ("近年来", None)])
def test_the_year_of_publication_is_known_or_not(published: str, year: int | None) -> None:
    assert year_of(passage("字", published=published)) == year


def test_what_is_chosen_counts_what_was_found_within_however_few_were_found_without() -> None:
    texts = tuple(made(number, "a" if number % 2 else "b", "2024", "text") for number in range(2 * DEPTH))
    results = search_in_one_go(Counting(hits=hits_of(texts)), "段", within=Filter(reports=A))
    assert results.total == DEPTH
    assert results.facets.reports == (("a", DEPTH), ("b", DEPTH // 2))
