"""Suggested questions are various, are answered by the library, and go with the version of the index they were proved on."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from chat.suggesting import suggestions
from chat.suggesting.asking import questions_of
from chat.suggesting.suggestions import (
    answerable,
    proved_questions,
    read_suggestions,
    still_standing,
    suggested_questions,
    write_suggestions,
)
from index.library import PassageIndex
from ingest.report import Passage
from tests.chat.made_up_reports import BANK, CARS, MEDICINE, SOFTWARE, passages_of
from tests.fakes import HashingEncoder

BANK_VIEW = """# 银行业深度报告

## 净息差

净息差是指净利息收入除以平均生息资产得到的比率，反映银行运用资产的能力，也受到存款定期化的拖累。
"""


@pytest.fixture
def passages(tmp_path: Path) -> list[Passage]:
    reports = {"bank": BANK, "cars": CARS, "medicine": MEDICINE, "software": SOFTWARE}
    return [passage for name, text in reports.items() for passage in passages_of(tmp_path, name, text)]


@pytest.fixture
def library(passages: list[Passage]) -> PassageIndex:
    return PassageIndex.build(passages, HashingEncoder())


# --- choosing --------------------------------------------------------------------------------------------------------


def test_the_first_six_are_already_of_every_kind_and_report(passages: list[Passage]) -> None:
    first = suggested_questions(passages)[:6]
    assert len({asked.kind for asked in first}) == 5
    assert {asked.passages[0].split(":")[0] for asked in first} == {"bank", "cars", "medicine", "software"}


def test_no_table_and_no_section_fills_the_list_and_no_passage_is_asked_twice(passages: list[Passage]) -> None:
    chosen = suggested_questions(passages)
    of = {passage.id: passage for passage in passages}
    sources = [of[asked.passages[0]] for asked in chosen]
    assert max(Counter(source.id for source in sources).values()) == 1
    assert (
        max(Counter((source.report_id, source.section, source.caption) for source in sources if source.cells).values())
        == 2
    )
    assert max(Counter((source.report_id, source.section) for source in sources).values()) <= 3


def test_the_same_passages_give_the_same_questions_and_no_more_than_wanted(passages: list[Passage]) -> None:
    assert suggested_questions(passages) == suggested_questions(list(passages))
    assert suggested_questions(passages, count=3) == suggested_questions(passages)[:3]
    assert suggested_questions([]) == ()


def test_of_a_large_library_as_much_is_read_of_each_report(
    passages: list[Passage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions, "MOST_PASSAGES", 12)
    chosen = suggested_questions(passages)
    assert {asked.passages[0].split(":")[0] for asked in chosen} == {"bank", "cars", "medicine", "software"}
    assert len(chosen) < len(questions_of(passages))


# --- two reports -----------------------------------------------------------------------------------------------------


def test_two_reports_that_tell_one_thing_are_asked_together_by_their_publishers(tmp_path: Path) -> None:
    one = passages_of(tmp_path, "bank", BANK, publisher="江海证券")
    other = passages_of(tmp_path, "view", BANK_VIEW, publisher="北辰研究院、某协会")
    both = [asked for asked in suggested_questions([*one, *other]) if asked.kind == "both"]
    assert [asked.question for asked in both] == ["江海证券和某协会分别怎么解释净息差？"]
    assert {passage_id.split(":")[0] for passage_id in both[0].passages} == {"bank", "view"}


def test_reports_that_no_publisher_tells_apart_are_not_asked_together(tmp_path: Path) -> None:
    for names in (("", ""), ("江海证券", "江海证券"), ("江海证券", "")):
        one = passages_of(tmp_path, "bank", BANK, publisher=names[0])
        other = passages_of(tmp_path, "view", BANK_VIEW, publisher=names[1])
        assert not [asked for asked in suggested_questions([*one, *other]) if asked.kind == "both"]


# --- proving ---------------------------------------------------------------------------------------------------------


def test_what_the_library_answers_from_the_passage_it_was_made_of_is_kept(library: PassageIndex) -> None:
    made = questions_of(list(library.passages))
    (income,) = (asked for asked in made if asked.question == "2024年江海银行的手续费收入是多少？")
    assert answerable(library, [income]) == [income]


def test_what_is_answered_from_elsewhere_or_refused_is_not_kept(library: PassageIndex) -> None:
    made = questions_of(list(library.passages))
    (income,) = (asked for asked in made if asked.question == "2024年江海银行的手续费收入是多少？")
    (cars,) = (asked for asked in made if asked.question == "动力电池分为哪几类？")
    elsewhere = replace(income, passages=cars.passages)
    refused = replace(income, question="1999年江海银行的手续费收入是多少？")
    not_told = replace(income, told="1234.5")
    assert answerable(library, [elsewhere, refused, not_told]) == []


def test_at_most_as_many_as_wanted_are_proved(library: PassageIndex) -> None:
    proved = proved_questions(library, count=4)
    assert len(proved) == 4
    assert answerable(library, proved) == list(proved)


# --- on disk ---------------------------------------------------------------------------------------------------------


def test_they_are_read_as_they_were_written_and_an_older_version_has_none(
    library: PassageIndex, tmp_path: Path
) -> None:
    proved = proved_questions(library)
    write_suggestions(tmp_path, proved)
    assert read_suggestions(tmp_path) == proved
    assert read_suggestions(tmp_path / "older") == ()


def test_one_stands_as_long_as_its_passage_has_the_same_words(passages: list[Passage]) -> None:
    made = suggested_questions(passages)
    assert still_standing(made, passages) == made
    without_cars = [passage for passage in passages if passage.report_id != "cars"]
    assert still_standing(made, without_cars) == tuple(
        asked for asked in made if not asked.passages[0].startswith("cars")
    )
    (battery,) = (asked for asked in made if asked.question == "动力电池分为哪几类？")
    reworded = [replace(passage, text=passage.text.replace("动力电池", "储能电池")) for passage in passages]
    assert still_standing([battery], reworded) == ()


def test_one_of_two_reports_goes_with_either(tmp_path: Path) -> None:
    one = passages_of(tmp_path, "bank", BANK, publisher="江海证券")
    other = passages_of(tmp_path, "view", BANK_VIEW, publisher="北辰研究院")
    both = [asked for asked in suggested_questions([*one, *other]) if asked.kind == "both"]
    assert both
    assert still_standing(both, [*one, *other]) == tuple(both)
    assert still_standing(both, one) == ()
    assert still_standing(both, other) == ()
