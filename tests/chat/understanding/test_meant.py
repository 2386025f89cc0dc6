"""Another year, version or country is no answer."""

import pytest

from chat.answer import Found, Timings
from chat.evidence.evidence import select_evidence
from chat.understanding.meant import (
    Another,
    another,
    asked_years,
    countries_of,
    meant_by,
    meant_of,
    tells_the_amount,
    versions_of,
    years_of,
)
from index.library import Hit
from ingest.report import Passage
from tests.chat.evidence.test_evidence import ScoredAlike, ScoredByWord
from tests.fakes import passage


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("2022年规模多大", {2022}),
        ("2022H1规模", {2022}),
        ("22年上半年规模", {2022}),
        ("2021-2023年增速", {2021, 2022, 2023}),
        ("２０２２年規模多大", {2022}),
        ("持续研究22年的机构", set()),
        ("1234×5678等于几", set()),
        ("价格在2000-3000元的产品", set()),
        ("2020年以来建了几座电站", set()),
        ("2020年以前建了几座电站", set()),
    ],
)
def test_years_are_read_as_people_type_them(question: str, years: set[int]) -> None:
    assert asked_years(question) == years


def test_a_text_speaks_of_every_year_of_a_span() -> None:
    assert years_of("2021-2023年市场\n2022年H1规模165.8亿美元") == {2021, 2022, 2023}


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("GPT-4与GPT3.5", {("gpt", "4"), ("gpt", "3.5")}),
        ("DALL-E 2", {("dall-e", "2")}),
        ("ERNIE3.0-Titan", {("ernie", "3")}),
        ("A100和H800两款芯片", {("a", "100"), ("h", "800")}),
        ("L4级自动驾驶", {("l", "4")}),
        ("H100PCIe与GPT-4o", {("h", "100")}),  # of the same chip, and another model
        ("TOP 10、Q3、2022H1、5G、AIGC 50强、AI 2023", set()),
        ("B2B平台", set()),
    ],
)
def test_a_latin_name_with_its_version_is_read_however_it_is_written(text: str, versions: set[tuple[str, str]]) -> None:
    assert versions_of(text).keys() == versions


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("我国与美国", {"中国", "美国"}),
        ("中美差距", {"中国", "美国"}),
        ("国内外企业", {"中国", "海外"}),
        ("据中国信通院统计，全球规模", {"全球"}),
        ("结算用美元", set()),
        ("印度尼西亚的镍", {"印度尼西亚"}),
    ],
)
def test_countries_are_told_apart_from_names_that_begin_with_them(text: str, countries: set[str]) -> None:
    assert countries_of(text) == countries


def of(
    question: str, text: str, headings: tuple[str, ...] = ("报告", "现状"), published: str = "", before: str = ""
) -> Another | None:
    source = passage(before + text, headings=headings, published=published)
    return another(meant_by(question), source, text, len(before))


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("2025年产值是多少？", "2023年产值12亿元。", ("2023年",)),
        ("2025年产值是多少？", "2023年产值12亿元，2025年将达20亿元。", None),
        ("2024年产值是多少？", "2023-2025年产值每年增长两成。", None),
        ("2024年建了哪些电站？", "2021年建成甲电站。", ("2021年",)),
        ("2024年上市的公司是何时成立的？", "公司成立于2015年。", None),  # the answer is a time itself
        ("GPT-4的参数量是多少？", "GPT-3有1750亿参数，GPT-4没有公布。", None),
        ("GPT-4的参数量是多少？", "GPT-3有1750亿参数。", ("GPT-3",)),
        ("GPT-4的参数量是多少？", "PaLM有5400亿参数。", ()),  # its passage never names the one that is meant
        ("日本的装机规模有多大？", "中国装机规模8.7GW。", ("中国",)),
        ("日本的装机规模有多大？", "全球装机规模28GW。", ("全球",)),
        ("日本有哪些厂商？", "全球厂商有甲、乙。", None),  # the world's may well be of it
        ("日本有哪些厂商？", "美国厂商有甲、乙。", ("美国",)),
        ("装机规模有多大？", "美国装机规模8.7GW。", None),
        ("逆变器的产值是多少？", "光伏三大部件包括组件、逆变器和支架，组件产值为3亿元。", ("组件",)),
        ("组件的产值是多少？", "光伏三大部件包括组件、逆变器和支架，组件产值为3亿元。", None),
        ("组件和逆变器的产值各是多少？", "光伏三大部件包括组件、逆变器和支架，组件产值为3亿元。", None),
        ("逆变器的产值是多少？", "光伏部件有组件、逆变器等，合计产值为3亿元。", None),
        ("逆变器的产值是多少？", "组件3亿元、逆变器2亿元、支架1亿元，组件最高。", None),  # the list tells them itself
        ("阿里的产值是多少？", "龙头包括华为、阿里和百度，华为产值为3亿元。", ("华为",)),
        ("阿里的产值是多少？", "华为、阿里同属龙头，华为产值为3亿元。", None),  # 阿里同属龙头 is no item
        ("逆变器有什么用？", "光伏三大部件包括组件、逆变器和支架，组件用于发电。", None),
    ],
)
def test_a_stretch_that_tells_of_another_is_told_from_one_that_tells_of_what_is_meant(
    question: str, text: str, told: tuple[str, ...] | None
) -> None:
    found = of(question, text)
    assert (found.told if found else None) == told


def test_a_figure_without_a_year_is_of_the_year_that_it_stands_in() -> None:
    question = "2025年产值是多少？"
    assert of(question, "产值12亿元。", published="2023-04") == Another(("2025年",), ("2023年",))
    assert of(question, "产值12亿元。", headings=("报告", "2025年展望"), published="2023-04") is None
    assert of(question, "产值12亿元。", before="2025年行业回暖。", published="2023-04") is None
    assert of(question, "产值12亿元。") is None  # nobody knows of which
    assert of("2025年有哪些厂商？", "厂商有甲、乙。", published="2023-04") is None  # no figure is asked for


def test_a_row_is_of_the_years_of_all_its_cells() -> None:
    row = passage("2023\t12\t15", cells=(("年份", "2023年"), ("产量", "12"), ("销量", "15")))
    assert another(meant_by("2025年的销量是多少？"), row, "销量：15", 0) == Another(("2025年",), ("2023年",))
    assert another(meant_by("2023年的销量是多少？"), row, "销量：15", 0) is None


def test_a_follow_up_means_the_year_that_was_typed() -> None:
    both = Found("那2021年呢？", "2022年规模多大？那2021年呢？", (), Timings(1.0))
    assert [each.years for each in meant_of(both.standalone_question, both.question, ())] == [{2021}]
    assert [each.years for each in meant_of(both.standalone_question, both.question, ("2021年规模", "2022年规模"))] == [
        {2021},
        {2022},
    ]


def hits(*passages: Passage) -> list[Hit]:
    return [Hit(one, 1.0 / rank, rank) for rank, one in enumerate(passages, start=1)]


OF_2023 = passage("2023年产值12亿元。", 1)
OF_2025 = passage("2025年产值20亿元。", 2)


def test_what_tells_of_the_year_that_is_meant_is_chosen_though_another_matches_as_well() -> None:
    (chosen,) = select_evidence("2025年产值是多少？", hits(OF_2023, OF_2025), ScoredAlike(), budget=200, margin=0.1)
    assert chosen.reading == OF_2025.text


def test_nothing_is_chosen_where_all_that_matches_tells_of_another_year() -> None:
    other = passage("2025年行业召开大会。", 2)
    question = "2025年产值是多少？"
    assert select_evidence(question, hits(OF_2023), ScoredAlike(), budget=200, margin=0.1) == []
    # What is of 2025 matches far less: it tells of something else.
    assert select_evidence(question, hits(OF_2023, other), ScoredByWord("产值"), budget=200, margin=1.0) == []


def test_of_a_question_with_two_sides_each_may_be_told_of() -> None:
    sides = [meant_by("2023年产值"), meant_by("2025年产值")]
    chosen = select_evidence(
        "2023年和2025年产值分别多少？", hits(OF_2023, OF_2025), ScoredAlike(), budget=200, margin=1.0, meant=sides
    )
    assert [item.reading for item in chosen] == [OF_2023.text, OF_2025.text]


@pytest.mark.parametrize(
    ("question", "told", "answered"),
    [
        ("公司的营收是多少？", "公司拥有1亿用户。", False),
        ("公司的营收是多少？", "公司重视营收。", False),
        ("公司的营收是多少？", "全年收入12亿元。", True),  # told in another word
        ("设备的市场规模有多大？", "设备的商业模式有3种。", False),
        ("设备的市场规模有多大？", "设备的算力规模为3亿次。", False),
        ("设备的市场规模有多大？", "市场规模位列第一。", False),  # a rank is no amount
        ("公司的排名是多少？", "公司位列第一。", True),
        ("行业受的影响有多大？", "影响十分深远。", True),  # may be told without a figure
        ("保险公司花费多少美元取得股权？", "以3亿美元的代价取得股权。", True),
        ("占地多少公顷？", "园区占12公顷。", True),  # no noun says what is measured
        ("剃刀雉的体长约为多少？", "剃刀雉长达89厘米。", True),  # no measure of reports: a character of it will do
        ("公司有多少员工？", "公司重视员工。", False),
        ("公司有多少个充电站？", "公司的左侧1、2号为样机。", False),  # of what is counted nothing is told
        ("公司有多少个充电站？", "公司建成300座场站。", True),
        ("电芯参数规模多大？", "电芯循环6000次。", False),  # cut in two by the tagger
        ("公司估值多少亿美元", "公司获注资3亿美元。", False),  # as with a question mark
        ("公司哪年成立？", "公司由甲创办。", True),  # no amount is asked for
    ],
)
def test_an_amount_is_told_only_of_what_is_measured(question: str, told: str, answered: bool) -> None:
    assert tells_the_amount(meant_by(question), told) is answered
