"""What follows from the sources by one step, with the step shown."""

import pytest

from chat.answer import Answer, Citation, Sentence
from chat.evidence.derived import asks_for_a_step, derived_figure, derived_within, derived_year, of_each
from chat.evidence.evidence import Evidence
from index.library import Hit
from ingest.report import Passage
from tests.fakes import passage


def told(text: str, start: int = 0) -> Evidence:
    return of(passage(text), start)


def of(source: Passage, start: int = 0) -> Evidence:
    return Evidence(1, Hit(source, 1.0, 1), source.text[start:], start, len(source.text), 0.9)


def cited(text: str, sentence: str, said: str = "") -> Answer:
    source = passage(text)
    start = text.index(sentence)
    end = text.index("。", start) + 1
    return Answer(
        (Sentence(said or text[start:end], (1,), True),), (Citation(1, source, text[start:end], start, end),), ()
    )


def year(text: str, sentence: str, question: str = "哪年发布的？") -> str | None:
    derived = derived_year(question, cited(text, sentence))
    return derived.text if derived else None


@pytest.mark.parametrize(
    ("text", "sentence", "said"),
    [
        ("公司于2015年3月成立。次年，公司发布首款手机。", "次年", "“次年”即2016年（2015 + 1 = 2016）。"),
        ("公司于2015年创立。成立第二年发布首款手机。", "成立第二年", "“第二年”即2016年（2015 + 1 = 2016）。"),
        ("公司于2015年成立。三年后发布首款手机。", "三年后", "“三年后”即2018年（2015 + 3 = 2018）。"),
        ("公司于2015年成立。12年之后上市。", "12年", "“12年之后”即2027年（2015 + 12 = 2027）。"),
        ("公司于2015年成立。同年发布手机。", "同年", "“同年”即2015年（2015年的同一年）。"),
        (
            "丁公司成立于2010年。据2023年统计，员工500人。丁公司成立五年后上市。",
            "丁公司成立五",
            "“五年后”即2015年（2010 + 5 = 2015）。",
        ),
        ("公司1998年成立，2015年迁址。翌年上市。", "翌年", None),  # of which of them?
        ("公司于2015年成立。2017年发布，次年停产。", "2017", None),  # 次年 counts from 2017, which stands there
        ("公司于2015年成立。公司有员工500人。次年发布手机。", "次年", None),  # of what, is not plain
        ("公司早已成立。次年发布手机。", "次年", None),
        ("丁公司成立于2010年。戊公司成立于2012年。丁公司成立五年后上市。", "丁公司成立五", None),  # which of them?
        ("公司于2015年成立。连续第二年入选。", "连续", None),
        ("公司于2015年成立。约三年后上市。", "约三", None),
        ("公司于2015年成立。三年后的2018年上市。", "三年后", None),  # told as it is
        ("规划期为2015-2020年。次年发布手机。", "次年", None),
        ("公司于2015年成立。公司发布首款手机。", "公司发布", None),
        ("公司于1990年成立。二十年后上市。", "二十", None),  # no 十年后
        ("公司于1990年成立。几十年后上市。", "几十", None),
        ("公司于1990年成立。3-5年后上市。", "3-5", None),
        ("公司于1990年成立。两三年后上市。", "两三", None),
        ("公司于2015年成立。90年后创业者众多。", "90年", None),
        ("公司于2015年成立。与去年同年龄段相比上升。", "与去年", None),
        ("公司于2015年成立。近三年后期投入加大。", "近三年", None),
        ("公司于2015年成立。预计三年后市场将饱和。", "预计", None),
        ("公司计划2030年实现盈利。三年后发布手机。", "三年后", None),
    ],
)
def test_a_year_told_by_another_is_worked_out(text: str, sentence: str, said: str | None) -> None:
    assert year(text, sentence) == said


def test_no_year_is_worked_out_where_none_is_asked_for() -> None:
    assert year("公司于2015年3月成立。次年，公司发布首款手机。", "次年", "谁发布的？") is None


def test_an_answer_that_rests_on_another_part_of_the_sentence_needs_no_year() -> None:
    text = "公司于2015年成立。次年发布首款手机，2020年6月上市。"
    assert derived_year("哪年上市？", cited(text, "次年", "2020年6月。")) is None


def test_the_year_that_it_counts_from_is_cited_with_its_sentence() -> None:
    text = "简介。公司于2015年3月成立。次年，公司发布首款手机。"
    derived = derived_year("哪年发布的？", cited(text, "次年"))
    assert derived is not None
    assert [text[start:end] for _, start, end in derived.spans] == [
        "公司于2015年3月成立。",
        "次年，公司发布首款手机。",
    ]


APART = "甲乙"


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
        ("甲和乙相差多少？", "公司：甲；收入：3亿元", "公司：乙；收入：5亿元", "相差2亿元（5亿元 − 3亿元 = 2亿元）。"),
        ("甲和乙一共占多少？", "甲占比45.2%。", "乙占比30.1%。", None),  # perhaps of two wholes
        ("甲和乙相差多少？", "甲收入3亿元。", "乙有5家门店。", None),
        ("甲和乙相差多少？", "甲收入3亿元，利润1亿元。", "乙收入5亿元。", None),  # which of the two?
        ("甲和乙相差多少？", "甲收入超过3亿元。", "乙收入5亿元。", None),  # no exact figure
        ("甲和乙相差多少？", "甲收入约3亿元。", "乙收入5亿元。", None),
        ("甲和乙相差多少？", "甲收入3亿美元。", "乙收入5亿元。", None),
        ("甲和乙相差多少？", "甲收入3亿元。", "乙利润5亿元。", None),  # of another kind
        ("甲和乙相差多少？", "甲亏损3亿元。", "乙盈利5亿元。", None),
        ("甲和乙相差多少？", "甲和乙收入3亿元。", "乙收入5亿元。", None),  # of both
        ("甲和乙相差多少？", "甲收入比丙多3亿元。", "乙收入比丙多5亿元。", None),
        ("甲和乙相差多少？", "2022年甲收入3亿元。", "2021年乙收入5亿元。", None),  # of another year
        ("甲和乙相差多少？", "2022年上半年甲收入3亿元。", "2022年乙收入5亿元。", None),
        ("甲比乙高多少倍？", "甲收入3亿元。", "乙收入5亿元。", None),
        ("甲和乙各自一共有多少？", "甲收入3亿元。", "乙收入5亿元。", None),
        ("甲和乙一共多少？", "甲合计收入3亿元。", "乙合计收入5亿元。", None),
        ("甲和乙分别是多少？", "甲收入3亿元。", "乙收入5亿元。", None),
    ],
)
def test_a_difference_and_a_sum_show_their_terms(question: str, one: str, other: str, said: str | None) -> None:
    derived = derived_figure(question, [told(one), told(other)], APART)
    assert (derived.text if derived else None) == said


def test_two_years_that_are_asked_about_may_differ() -> None:
    sides = [told("2022年甲收入5亿元。"), told("2021年甲收入3亿元。")]
    derived = derived_figure("甲2022年的收入比2021年高多少？", sides, "12")
    assert derived is not None
    assert derived.text == "相差2亿元（5亿元 − 3亿元 = 2亿元）。"


def test_a_whole_and_its_part_have_no_sum() -> None:
    sides = [told("全球收入6亿元。"), told("中国收入3亿元。")]
    assert derived_figure("全球和中国的收入一共多少？", sides, "全球中国") is None


def test_a_step_needs_two_sides() -> None:
    assert derived_figure("甲比乙高多少？", [told("甲占比45.2%。")], APART) is None


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("甲和乙相差多少？", True),
        ("甲比乙高多少？", True),
        ("甲和乙的差距有多大？", True),
        ("甲和乙一共卖了多少？", True),
        ("甲和乙的占比多少？", False),
        ("甲和乙支出多少？", False),
        ("甲最高多少？", False),
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


SIDES = ({"甲"}, {"乙"})


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        (
            "甲比乙高多少？",
            "2022年甲占全球26.8%，乙占比23.0%。",
            "相差3.8个百分点（26.8% − 23.0% = 3.8个百分点）。",
        ),
        ("2022年甲和乙相差多少？", "2022年甲收入3亿元，乙5.2亿元。", "相差2.2亿元（5.2亿元 − 3亿元 = 2.2亿元）。"),
        (
            "甲和乙相差多少？",
            "从对比看，甲占比45.2%，乙占比30.1%，丙占比9%。",
            "相差15.1个百分点（45.2% − 30.1% = 15.1个百分点）。",
        ),
        ("2021年甲和乙相差多少？", "2022年甲占比45.2%，乙占比30.1%。", None),  # of another year
        ("甲和乙相差多少？", "2021年甲占比45.2%，2022年乙占比30.1%。", None),
        ("甲和乙相差多少？", "甲收入3亿元，乙利润5亿元。", None),  # of another kind
        ("甲和乙相差多少？", "甲占全国45.2%，其中乙占30.1%。", None),  # a part of the first
        ("甲和乙相差多少？", "甲收入3亿元，丙收入4亿元，乙收入5亿元。", None),  # not side by side
        ("甲和乙相差多少？", "甲收入3亿元，乙卖出5万台。", None),
        ("甲和乙相差多少？", "甲约占45.2%，乙占30.1%。", None),
        ("甲和乙相差多少？", "甲和丙占45.2%，乙和丙占30.1%，甲占3%。", None),  # which of the two?
        ("甲比乙高多少倍？", "甲占45.2%，乙占30.1%。", None),
        ("甲和乙一共多少？", "甲收入3亿元，乙收入5亿元。", None),
        ("甲和乙分别多少？", "甲收入3亿元，乙收入5亿元。", None),
    ],
)
def test_a_difference_may_stand_in_one_sentence(question: str, sentence: str, said: str | None) -> None:
    derived = derived_within(question, told(sentence), SIDES)
    assert (derived.text if derived else None) == said
    assert derived is None or [passage.text[start:end] for passage, start, end in derived.spans] == [sentence]
