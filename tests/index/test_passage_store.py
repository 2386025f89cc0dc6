"""Passages by row and id, and what filters allow; a plain list of passages is the oracle."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.filters import Filter
from index.passage_store import PassageStore, passage_counts
from ingest.report import Passage, Place
from tests.fakes import EXPORTS, POLICY, SALES, passage


def told(number: int, report: str, published: str = "", *also: str, kind: str = "text") -> Passage:
    places = tuple(Place(each, each, ("章",), 3, "同一段") for each in also)
    return passage(f"第{number}段", number, report_id=report, published=published, kind=kind, also_at=places)


PASSAGES = [
    told(5, "a", "2021-06"),
    told(2, "b", "2023"),
    told(9, "a", "2021-06", "b"),
    told(1, "c", "", "a", kind="row"),
    told(7, "b", "2023", kind="notice"),
]


@pytest.fixture(params=["built", "loaded"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PassageStore:
    built = PassageStore.of(PASSAGES)
    if request.param == "built":
        return built
    built.save(tmp_path)
    return PassageStore.load(tmp_path)


def test_passages_are_a_sequence(store: PassageStore) -> None:
    assert len(store) == 5
    assert [store[row] for row in range(5)] == list(store) == PASSAGES
    assert list(store[1:3]) == PASSAGES[1:3]
    assert store[-1] == PASSAGES[-1]
    assert PASSAGES[2] in store
    with pytest.raises(IndexError):
        store[5]


def test_it_equals_a_sequence_of_the_same_passages_only(store: PassageStore) -> None:
    assert store == PASSAGES == store
    assert store == tuple(PASSAGES)
    assert store != PASSAGES[:-1]
    assert store != [*PASSAGES[:-1], PASSAGES[0]]
    assert store != 5


def test_a_passage_is_found_by_its_id(store: PassageStore) -> None:
    assert [store.row(passage.id) for passage in PASSAGES] == [0, 1, 2, 3, 4]
    with pytest.raises(KeyError, match="made-up:003"):
        store.row("made-up:003")


def test_rows_are_put_in_the_order_of_their_ids(store: PassageStore) -> None:
    assert store.by_id([0, 1, 2, 3, 4]) == [3, 1, 0, 4, 2]
    assert store.by_id([2, 0]) == [0, 2]


@pytest.mark.parametrize(
    ("within", "rows"),
    [
        (Filter(), [0, 1, 2, 3]),
        (Filter(reports=frozenset({"a"})), [0, 2, 3]),  # one of c stands in a too
        (Filter(reports=frozenset({"b"})), [1, 2]),
        (Filter(reports=frozenset({"a", "b"})), [0, 1, 2, 3]),
        (Filter(reports=frozenset({"z"})), []),
        (Filter(years=frozenset({2023})), [1, 2]),  # the one of a stands in b too
        (Filter(years=frozenset({2022})), []),
        (Filter(reports=frozenset({"a"}), years=frozenset({2023})), []),
        (Filter(years=frozenset({None})), [3]),  # told by a report without a date
        (Filter(years=frozenset({2023, None})), [1, 2, 3]),
        (Filter(kinds=frozenset({"row"})), [3]),
        (Filter(kinds=frozenset({"notice", "text"})), [0, 1, 2]),
        (Filter(reports=frozenset({"a"}), kinds=frozenset({"text"})), [0, 2]),
    ],
)
def test_a_filter_allows_what_it_names_and_never_a_notice(
    store: PassageStore, within: Filter, rows: Sequence[int]
) -> None:
    assert [row for row, allowed in enumerate(store.allowed(within)) if allowed] == rows


def test_a_report_of_which_nothing_is_known_is_not_one_without_a_date() -> None:
    store = PassageStore.of([told(1, "a", "2023", "d")])  # all that d says stands in a, so no passage tells its date
    assert not store.allowed(Filter(years=frozenset({None}))).any()


TEXTS = st.lists(st.text(max_size=6), max_size=8)


@given(texts=TEXTS, data=st.data())
def test_whatever_was_saved_is_read_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], data: st.DataObject
) -> None:
    passages = [passage(text, number) for number, text in enumerate(texts)]
    folder = tmp_path_factory.mktemp("passages")
    PassageStore.of(passages).save(folder)
    store = PassageStore.load(folder)
    for row in data.draw(st.permutations(range(len(texts)))):
        assert store[row] == passages[row]
        assert store.row(passages[row].id) == row


def test_every_field_of_a_passage_comes_back(tmp_path: Path) -> None:
    full = [EXPORTS, SALES, POLICY, replace(SALES, id="x", also_at=PASSAGES[2].also_at, period="2022年")]
    PassageStore.of(full).save(tmp_path)
    assert PassageStore.load(tmp_path) == full


def test_the_passages_of_each_report_are_counted_without_those_of_others(tmp_path: Path) -> None:
    PassageStore.of(PASSAGES).save(tmp_path)
    assert passage_counts(tmp_path) == {"a": 2, "b": 2, "c": 1}


def test_reports_are_told_by_their_passages_and_one_without_any_by_its_title(tmp_path: Path) -> None:
    passages = [told(1, "a", "2021-06", "d", "b"), told(2, "b", "2023")]
    PassageStore.of(passages).save(tmp_path)
    for store in (PassageStore.of(passages), PassageStore.load(tmp_path)):
        told_of = {report.id: (report.title, report.published, report.year, report.own) for report in store.reports}
        assert told_of == {
            "a": ("虚构报告", "2021-06", 2021, 1),
            "d": ("d", "", None, 0),
            "b": ("虚构报告", "2023", 2023, 1),
        }


def test_none_are_saved_and_loaded(tmp_path: Path) -> None:
    PassageStore.of([]).save(tmp_path)
    store = PassageStore.load(tmp_path)
    assert len(store) == 0
    assert store.allowed(Filter(reports=frozenset({"a"}))).shape == (0,)


@pytest.mark.parametrize(
    "name",
    [
        "passages.jsonl",
        "passages.json",
        "passage_starts.npy",
        "passage_kinds.npy",
        "passage_order.npy",
        "passage_ids.npy",
        "passage_id_rows.npy",
        "passage_report_rows.npy",
    ],
)
def test_a_file_of_another_index_is_refused(tmp_path: Path, name: str) -> None:
    for folder, passages in (("one", PASSAGES), ("other", PASSAGES[:-1])):
        (tmp_path / folder).mkdir()
        PassageStore.of(passages).save(tmp_path / folder)
    shutil.copy(tmp_path / "other" / name, tmp_path / "one" / name)
    with pytest.raises(ValueError, match=r"columns of|bytes in place"):
        PassageStore.load(tmp_path / "one")


def test_kinds_are_those_that_were_saved_though_the_program_counts_others(tmp_path: Path) -> None:
    PassageStore.of(PASSAGES).save(tmp_path)
    content = json.loads((tmp_path / "passages.json").read_text("utf-8"))
    content["kinds"][0], content["kinds"][1] = content["kinds"][1], content["kinds"][0]
    (tmp_path / "passages.json").write_text(json.dumps(content), "utf-8")
    rows = PassageStore.load(tmp_path).allowed(Filter(kinds=frozenset({"text"})))
    assert [row for row, allowed in enumerate(rows) if allowed] == [3]
