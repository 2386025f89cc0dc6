"""What follows from the sources by one step, with the step shown."""

import pytest

from chat.derived import asks_for_a_step, derived_figure, derived_year, of_each
from chat.evidence import Evidence
from index.library import Hit
from ingest.report import Passage
from tests.fakes import passage


def told(text: str, start: int = 0) -> Evidence:
    return of(passage(text), start)


def of(source: Passage, start: int = 0) -> Evidence:
    return Evidence(1, Hit(source, 1.0, 1), source.text[start:], start, len(source.text), 0.9)


def year(text: str, sentence: str, question: str = "哪年发布的？") -> str | None:
    derived = derived_year(question, [told(text, text.index(sentence))])
    return derived.text if derived else None


@pytest.mark.parametrize(
    ("text", "sentence", "said"),
    [
        ("公司于2015年3月成立。次年，公司发布首款手机。", "次年", "“次年”即2016年（2015 + 1 = 2016）。"),
        ("公司于2015年成立。成立第二年发布首款手机。", "成立第二年", "“第二年”即2016年（2015 + 1 = 2016）。"),
        ("公司于2015年成立。三年后发布首款手机。", "三年后", "“三年后”即2018年（2015 + 3 = 2018）。"),
        ("公司于2015年成立。12年之后上市。", "12年", "“12年之后”即2027年（2015 + 12 = 2027）。"),
        ("公司于2015年成立。同年发布手机。", "同年", "“同年”即2015年（2015年的同一年）。"),
        ("公司1998年成立，2015年迁址。翌年上市。", "翌年", "“翌年”即2016年（2015 + 1 = 2016）。"),
        ("公司于2015年成立。2017年发布，次年停产。", "2017", None),  # 次年 counts from 2017, which stands there
        ("公司早已成立。次年发布手机。", "次年", None),
        ("规划期为2015-2020年。次年发布手机。", "次年", None),  # of which of them?
        ("公司于2015年成立。公司发布首款手机。", "公司发布", None),
    ],
)
def test_a_year_told_by_another_is_worked_out(text: str, sentence: str, said: str | None) -> None:
    assert year(text, sentence) == said


def test_no_year_is_worked_out_where_none_is_asked_for() -> None:
    assert year("公司于2015年3月成立。次年，公司发布首款手机。", "次年", "谁发布的？") is None


def test_the_year_that_it_counts_from_is_cited_with_its_sentence() -> None:
    text = "简介。公司于2015年3月成立。次年，公司发布首款手机。"
    derived = derived_year("哪年发布的？", [told(text, text.index("次年"))])
    assert derived is not None
    assert [text[start:end] for _, start, end in derived.spans] == [
        "公司于2015年3月成立。",
        "次年，公司发布首款手机。",
    ]


@pytest.mark.parametrize(
    ("question", "one", "other", "said"),
    [
        (
            "甲比乙高多少？",
            "甲占比45.2%。",
            "乙占比30.1%。",
            "相差15.1个百分点（45.2% − 30.1% = 15.1个百分点）。",
        ),
        ("甲和乙相差多少？", "甲收入3亿元。", "乙收入5.2亿元。", "相差2.2亿元（5.2亿元 − 3亿元 = 2.2亿元）。"),
        ("甲和乙一共多少？", "甲收入3亿元。", "乙收入5000万元。", "合计3.5亿元（3亿元 + 5000万元 = 3.5亿元）。"),
        ("甲和乙一共占多少？", "甲占比45.2%。", "乙占比30.1%。", None),  # perhaps of two wholes
        ("甲和乙相差多少？", "甲收入3亿元。", "乙有5家门店。", None),
        ("甲和乙相差多少？", "甲收入3亿元，利润1亿元。", "乙收入5亿元。", None),  # which of the two?
        ("甲和乙相差多少？", "甲收入超过3亿元。", "乙收入5亿元。", None),  # no exact figure
        ("甲和乙相差多少？", "甲收入3亿美元。", "乙收入5亿元。", None),
        ("甲和乙分别是多少？", "甲收入3亿元。", "乙收入5亿元。", None),
    ],
)
def test_a_difference_and_a_sum_show_their_terms(question: str, one: str, other: str, said: str | None) -> None:
    derived = derived_figure(question, [told(one), told(other)])
    assert (derived.text if derived else None) == said


def test_a_step_needs_two_sides() -> None:
    assert derived_figure("甲比乙高多少？", [told("甲占比45.2%。")]) is None


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("甲和乙相差多少？", True),
        ("甲比乙高多少？", True),
        ("甲和乙的差距有多大？", True),
        ("甲和乙一共卖了多少？", True),
        ("甲有多高？", False),
        ("甲的最高气温是多少？", False),
        ("甲和乙分别是多少？", False),
    ],
)
def test_a_question_for_a_step_is_seen(question: str, asks: bool) -> None:
    assert asks_for_a_step(question) is asks


@pytest.mark.parametrize("question", ["甲和乙一共多少？", "甲和乙相差多少？", "甲和乙差了多少？"])
def test_a_step_is_asked_for_by_its_terms(question: str) -> None:
    assert of_each(question) == "甲和乙分别多少？"
