"""A figure is supported where its evidence tells it: the same value, unit, period, direction, and of the same thing."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.evidence.figure_check import disagree, figures_hold
from ingest.corpus import load_corpus
from ingest.figures import find_figures
from ingest.sentences import split_sentences

SALES = "2022年H1，甲公司营收约187.4亿美元，同比增长5.2%；乙公司营收超过80亿元，环比下降三成，员工1,200人。"

TOLD = [
    "甲公司营收187.4亿美元。",
    "甲公司2022年上半年营收为187.4亿美元，同比增长5.2%。",
    "同比增速为5.2%",
    "乙公司营收超80亿元",
    "乙公司环比下降30%",
    "员工有1200人",
    "乙公司有員工1,200人",
    "甲公司和乙公司都有营收。",
    "",
]
NOT_TOLD = [
    "甲公司营收187.5亿美元。",  # a digit
    "甲公司营收187.4万美元。",  # a magnitude
    "甲公司营收187.4亿元。",  # a currency
    "同比增长5.2个百分点。",  # a unit
    "甲公司2022年营收为187.4亿美元。",  # half a year is no year
    "2022年下半年，甲公司营收187.4亿美元。",
    "2021年H1，甲公司营收187.4亿美元。",
    "甲公司同比下降5.2%。",
    "甲公司环比增长5.2%。",
    "乙公司营收不足80亿元。",
    "乙公司营收187.4亿美元。",  # the other's
    "甲公司营收80亿元。",
    "6月，甲公司营收187.4亿美元。",
]


@pytest.mark.parametrize("claim", TOLD)
def test_what_the_evidence_tells_in_any_form_holds(claim: str) -> None:
    assert figures_hold(claim, SALES)


@pytest.mark.parametrize("claim", [SALES, *TOLD])
def test_the_evidence_itself_holds(claim: str) -> None:
    assert figures_hold(claim, claim)


@pytest.mark.parametrize("claim", NOT_TOLD)
def test_what_it_tells_otherwise_or_of_something_else_does_not(claim: str) -> None:
    assert not figures_hold(claim, SALES)


@pytest.mark.parametrize(
    ("claim", "reading", "holds"),
    [
        ("甲净利润5亿元", "甲营收5亿元，净利润3亿元。", False),  # the other figure of one company
        ("2021年为5亿元", "2021年为3亿元，2022年为5亿元。", False),  # the other year's
        ("2022年为5亿元", "2021年为3亿元，2022年为5亿元。", True),
        ("营收6亿元", "公司：甲；营收（亿元）：5；员工（万人）：6", False),  # the other column's unit
        ("营收5亿元", "公司：甲；营收（亿元）：5；员工（万人）：6", True),
        ("营收80亿元", "营收不足80亿元。", False),
        ("营收5亿元，同比增长3%", "营收5亿元同比增长3%。", True),
        ("年均增长5%", "同比增长5%。", False),
        ("降至5亿元", "增至5亿元。", False),
        ("2022年发布", "发布时间：2022年4月", True),  # a day of the year is in the year
        ("2022年3月15日上线", "2022.3.15上线", True),
        ("6月上线", "2022年6月15日上线", True),
        ("5月上线", "2022年6月15日上线", False),
        ("上半年亏损", "下半年亏损", False),
    ],
)
def test_figures_stay_with_their_year_their_column_and_what_is_said_of_them(
    claim: str, reading: str, holds: bool
) -> None:
    assert figures_hold(claim, reading) is holds


def test_a_heading_tells_the_period_only_where_the_evidence_tells_none() -> None:
    assert not figures_hold("2022年营收5亿元", "2021年营收5亿元。", "2022年经营情况")


def test_a_period_may_stand_in_the_headings_and_a_figure_may_not() -> None:
    assert figures_hold("2021年营收5亿元", "营收5亿元。", "2021年经营情况")
    assert not figures_hold("占比38%", "占比有所上升。", "2.2.4 市场规模占比38%")


@pytest.mark.parametrize(
    ("reading", "place"),
    [
        ("公司：甲；市场规模（亿元）：12.5", ""),
        ("公司：甲；市场规模：12.5", "市场规模（单位：亿元）"),
        ("公司：甲；市场规模：12.5", "市场规模 单位：亿元"),
    ],
)
def test_the_unit_of_a_cell_may_stand_in_its_header_or_caption(reading: str, place: str) -> None:
    assert figures_hold("甲的市场规模为12.5亿元", reading, place)
    assert not figures_hold("甲的市场规模为12.5万元", reading, place)
    assert not figures_hold("甲的市场规模为12.6亿元", reading, place)


def test_of_several_figures_of_a_kind_each_stays_with_its_own_words() -> None:
    lake = "湖泊东西长约72公里，平均宽约22.8公里，其中东部最宽达40公里，湖水面积2391平方公里。"
    assert figures_hold("该湖平均宽22.8公里，东部最宽40公里", lake)
    assert not figures_hold("该湖平均宽40公里", lake)
    assert not figures_hold("东西长22.8公里", lake)


# --- over the two reports ------------------------------------------------------------------------------------------

CLAUSE = re.compile(r"(?:[^，,；;。：:！？\n]|(?<=[0-9])[,:](?=[0-9]))+")
OTHER_UNITS = (
    ("美元", "元"),
    ("元", "美元"),
    ("%", "个百分点"),
    ("人", "家"),
    ("年", "个月"),
    ("亿", "万"),
    ("万", "亿"),
)


def told() -> Iterator[tuple[str, str]]:
    """(clause with a figure, sentence that it stands in) of the two reports."""
    for report in load_corpus(Path(__file__).parents[3] / "corpus"):
        for section in report.sections:
            for start, end in split_sentences(section.text):
                sentence = section.text[start:end].strip()
                for match in CLAUSE.finditer(sentence):
                    if "\t" not in sentence and len(match[0]) > 6 and find_figures(match[0]):
                        yield match[0], sentence


def wrong(clause: str, draw: random.Random) -> Iterator[str]:
    """The clause with another digit, another unit or magnitude, another year."""
    for figure in find_figures(clause):
        words = clause[figure.start : figure.end]
        digits = [at for at, character in enumerate(words) if character in "0123456789"]
        if digits:
            at = draw.choice(digits)
            digit = draw.choice([digit for digit in "123456789" if digit != words[at]])
            yield clause[: figure.start] + words[:at] + digit + words[at + 1 :] + clause[figure.end :]
        for unit, other in OTHER_UNITS:
            if words.endswith(unit):
                yield clause[: figure.start] + words.removesuffix(unit) + other + clause[figure.end :]
                break
    if year := re.search(r"20\d\d(?=年)", clause):
        yield clause.replace(year[0], str(int(year[0]) + draw.choice([-1, 1, 2])))


def test_seeded_wrong_figures_are_caught_and_true_ones_let_through() -> None:
    draw = random.Random(11)
    true = list(told())
    false = [(claim, sentence) for clause, sentence in true for claim in wrong(clause, draw) if claim not in sentence]
    assert len(true) > 90
    assert len(false) > 100
    alarms = [claim for claim, sentence in true if not figures_hold(claim, sentence)]
    missed = [claim for claim, sentence in false if figures_hold(claim, sentence)]
    assert len(alarms) <= 0.02 * len(true), alarms
    assert len(missed) <= 0.03 * len(false), missed


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("2022年国内光伏市场规模为300亿元。", "2022年国内光伏市场规模达280亿元。", True),
        ("2022年国内光伏市场规模为300亿元。", "2022年国内光伏市场规模为300亿元，居首。", False),  # the same
        ("2022年国内光伏市场规模为300亿元。", "2021年国内光伏市场规模为280亿元。", False),  # another year
        ("2022年国内光伏市场规模为300亿元。", "2022年国内风电市场规模为280亿元。", False),  # of another thing
        ("2022年国内光伏市场规模为300亿元。", "2022年国内光伏市场规模约280亿元。", False),  # rounded
        ("2022年国内光伏市场规模为300亿元。", "2022年国内光伏市场规模为45亿美元。", False),  # another currency
        ("光伏市场同比增长5%。", "光伏市场环比增长3%。", False),
        ("光伏市场同比增长5%。", "光伏市场同比增长3%。", True),
        ("光伏市场平稳。", "光伏市场同比增长3%。", False),
        ("2022年全球光伏市场规模为300亿元。", "2022年国内光伏市场规模为280亿元。", False),
        ("2022年，光伏市场规模为300亿元。", "2021年，光伏市场规模为280亿元。", False),
        ("光伏方面，市场规模为300亿元。", "风电方面，市场规模为280亿元。", False),
        ("中国对美国出口300亿元。", "美国对中国出口280亿元。", False),
        ("光伏市场规模将达300亿元。", "光伏市场规模已达280亿元。", False),
        ("男性用户占比为60%。", "女性用户占比为40%。", False),
        ("A类占60%。", "B类占40%。", False),
        ("光伏市场规模为300亿元。", "光伏市场规模为299.8亿元。", False),  # rounded
        ("光伏市场规模为300亿元，出口50亿元。", "光伏市场规模为280亿元。", False),  # which of the two?
    ],
)
def test_two_texts_disagree_by_figures_of_the_same_thing(one: str, other: str, differ: bool) -> None:
    assert disagree(one, other) is differ
    assert disagree(other, one) is differ


def test_a_year_in_the_heading_tells_two_figures_apart() -> None:
    one, other = "光伏市场规模为300亿元。", "光伏市场规模为280亿元。"
    assert disagree(one, other)
    assert not disagree(one, other, places=("2022年市场", "2021年市场"))
    assert disagree(one, other, places=("2022年市场", "2022年概况"))
