"""References after GB/T 7714—2015: the standard's own rules, by hand."""

from dataclasses import replace

import pytest

from chat.search.reference import reference
from tests.fakes import EXPORTS, POLICY, passage


def test_a_report_is_cited_by_who_answers_for_it_its_title_its_date_and_the_page() -> None:
    assert reference(EXPORTS) == "某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12."


def test_what_is_not_known_is_left_out_and_nothing_stands_for_it() -> None:
    assert reference(POLICY) == "某协会. 光伏行业白皮书[R]. 2024-11."
    assert reference(replace(POLICY, publisher="")) == "光伏行业白皮书[R]. 2024-11."
    assert reference(replace(POLICY, published="")) == "某协会. 光伏行业白皮书[R]."
    assert reference(replace(EXPORTS, published="", publisher="")) == "新能源汽车产业发展报告（2025）[R]：12."


@pytest.mark.parametrize(
    ("publisher", "authors"),
    [
        ("甲院、乙院", "甲院，乙院"),
        ("甲院；乙院， 丙院", "甲院，乙院，丙院"),
        ("甲院、乙院、丙院、丁院", "甲院，乙院，丙院，等"),
        ("Bain & Company, Inc.", "Bain & Company, Inc"),
        ("、", ""),
    ],
)
def test_three_bodies_are_named_and_of_more_three_and_others(publisher: str, authors: str) -> None:
    cited = reference(passage("字", publisher=publisher))
    assert cited == (f"{authors}. 虚构报告[R]." if authors else "虚构报告[R].")


@pytest.mark.parametrize(
    ("published", "shown"), [("2023", ". 2023"), ("2023-06", ". 2023-06"), ("2023-06-15", ". 2023-06"), ("近年", "")]
)
def test_a_date_is_told_to_the_month_and_never_guessed(published: str, shown: str) -> None:
    assert reference(passage("字", published=published)) == f"虚构报告[R]{shown}."


@pytest.mark.parametrize(("kind", "shown"), [("page", "4"), ("slide", "[幻灯片4]"), ("sheet", "[工作表4]")])
def test_a_slide_and_a_sheet_are_told_in_brackets_for_they_are_no_pages(kind: str, shown: str) -> None:
    assert reference(passage("字", page=4, page_kind=kind)) == f"虚构报告[R]：{shown}."
