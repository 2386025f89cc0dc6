"""Which pairs of names a corpus tells, and which brackets tell none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.alias_mining import Alias, abbreviates, mine_aliases


def pairs(text: str) -> set[tuple[str, str]]:
    return {(alias.name, alias.other) for alias in mine_aliases([text])}


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("世界卫生组织（WHO）发布了报告", ("世界卫生组织", "WHO")),
        ("WHO（世界卫生组织）发布了报告", ("世界卫生组织", "WHO")),
        ("近年来，检索增强生成（RAG）成为热门", ("检索增强生成", "RAG")),
        ("公司采用卷积神经网络（CNN）识别缺陷", ("卷积神经网络", "CNN")),
        ("基于用户画像的客户关系管理(CRM)系统", ("客户关系管理", "CRM")),
        ("Customer Relationship Management（CRM）", ("Customer Relationship Management", "CRM")),
        ("LED（Light Emitting Diode）灯具", ("Light Emitting Diode", "LED")),
        ("沃伦·巴菲特（Warren Buffett）增持", ("沃伦·巴菲特", "Warren Buffett")),
        ("百济神州（BeiGene）上市", ("百济神州", "BeiGene")),
        ("世界卫生组织（以下简称“世卫组织”）", ("世界卫生组织", "世卫组织")),
        ("国务院发展研究中心（国研中心）", ("国务院发展研究中心", "国研中心")),
    ],
)
def test_a_bracket_tells_another_name_of_what_stands_before_it(text: str, pair: tuple[str, str]) -> None:
    assert pairs(text) == {pair}


def test_a_bracket_with_a_name_and_its_abbreviation_tells_three_pairs() -> None:
    told = {
        ("高带宽内存", "High Bandwidth Memory"),
        ("高带宽内存", "HBM"),
        ("High Bandwidth Memory", "HBM"),
    }
    assert pairs("高带宽内存（High Bandwidth Memory，HBM）") == told
    assert pairs("高带宽内存（英文：High Bandwidth Memory，缩写：HBM）") == told


def test_a_company_is_named_without_its_legal_form() -> None:
    assert pairs("中国国际航空股份有限公司（国航）开通航线") == {("中国国际航空", "国航")}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("全球碳化硅（SiC）市场", {("碳化硅", "SiC")}),
        ("国际货币基金组织（IMF）预测", {("国际货币基金组织", "IMF")}),
        ("诺贝尔奖得主杰弗里·辛顿（Geoffrey Hinton）", {("杰弗里·辛顿", "Geoffrey Hinton")}),
        ("英飞凌（Infineon）和沃孚半导体（Wolfspeed）", {("英飞凌", "Infineon"), ("沃孚半导体", "Wolfspeed")}),
        ("作家保罗·薛顿（Paul Sheldon）", {("保罗·薛顿", "Paul Sheldon")}),
        ("大数据与人工智能（AI）融合", {("人工智能", "AI")}),
    ],
)
def test_a_name_begins_after_where_and_what_it_is_and_after_the_name_before_it(
    text: str, names: set[tuple[str, str]]
) -> None:
    assert pairs(text) == names


def test_names_told_in_a_sentence_are_found() -> None:
    assert pairs("马铃薯，又称土豆、洋芋，是主粮") == {("马铃薯", "土豆"), ("马铃薯", "洋芋")}


@pytest.mark.parametrize(
    "text",
    [
        "营收（亿元）",
        "增长率（%）",
        "装机量（GWh）",
        "工资（RMB）",
        "规模（2023年）",
        "图1（a）",
        "见第三章（第12页）",
        "比亚迪（002594）",
        "阿里巴巴（NYSE：BABA）",
        "英伟达（美国）",
        "上海（含浦东）",
        "毛利率（不含税）",
        "动力电池（包括三元）",
        "新能源（风电、光伏）",
        "汽车（乘用车）",
        "Tesla（美国）",
        "Adobe（公司）",
    ],
)
def test_units_figures_dates_pages_codes_places_lists_and_kinds_are_no_names(text: str) -> None:
    assert pairs(text) == set()


@pytest.mark.parametrize(
    "text", ["大模型（GPT-4）", "聊天机器人（ChatGPT）", "代工厂（TSMC）", "图像工具（Midjourney）", "百度（文心一言）"]
)
def test_an_example_or_a_product_in_a_bracket_is_no_name_of_its_kind_or_maker(text: str) -> None:
    assert pairs(text) == set()


def test_the_publisher_of_a_work_is_no_name_of_it() -> None:
    assert pairs("《Famitsu》（海康威视）") == set()
    assert pairs("Famitsu（海康威视）") == {("海康威视", "Famitsu")}


@pytest.mark.parametrize("text", ["小米集团（下称“公司”）", "中国农业发展银行行业协会（以下简称“银行”）"])
def test_a_short_form_that_any_report_uses_is_no_name(text: str) -> None:
    assert pairs(text) == set()


def test_a_short_form_begins_with_a_word_of_the_long_one_and_does_not_stand_in_it_as_a_whole() -> None:
    assert pairs("南京师范大学（京大）") == set()
    assert pairs("阿里巴巴控股（阿里巴巴）") == pairs("汽车零部件（汽车）") == set()


def test_two_things_in_a_bracket_that_are_not_one_are_no_names() -> None:
    assert pairs("旧金山（San Francisco，California）") == set()
    assert pairs("旧金山（San Francisco）") == {("旧金山", "San Francisco")}


def test_words_too_many_or_too_few_for_a_latin_name_are_none_of_it() -> None:
    assert pairs("数字经济产业创新中心（AI）") == set()
    assert pairs("规则（radius ratio rule）") == set()


def test_a_sentence_about_naming_is_no_name() -> None:
    assert pairs("该技术又称为未来") == set()
    assert pairs("目前又称土豆，") == set()


def test_pairs_are_counted_over_all_texts_whatever_their_script_width_and_order() -> None:
    texts = ["世界衛生組織（WHO）", "世界卫生组织(ＷＨＯ)", "WHO（世界卫生组织）"]
    assert mine_aliases(texts) == [Alias("世界卫生组织", "WHO", 3)]


def test_a_pair_told_from_either_side_is_one() -> None:
    assert mine_aliases(["马铃薯，又称土豆，", "土豆，又称马铃薯，"]) == [Alias("马铃薯", "土豆", 2)]


def test_the_pair_told_most_often_comes_first() -> None:
    texts = ["世界贸易组织（WTO）"] + ["世界卫生组织（WHO）"] * 2
    assert [alias.other for alias in mine_aliases(texts)] == ["WHO", "WTO"]


def test_a_longer_stretch_before_a_bracket_counts_for_the_name_that_another_place_tells() -> None:
    texts = ["工厂企业资源计划（ERP）", "企业资源计划（ERP）", "企业资源计划（ERP）"]
    assert mine_aliases(texts) == [Alias("企业资源计划", "ERP", 3)]


def test_a_name_with_three_others_told_once_each_has_examples_and_no_other_names() -> None:
    texts = ["海康威视（Alder）", "长安福特（Alder）", "百济神州（Alder）"]
    assert pairs(texts[0])
    assert mine_aliases(texts) == []


def test_names_in_other_words_are_not_taken_for_examples() -> None:
    texts = ["大语言模型（LLM）", "大型语言模型（LLM）", "语言大模型（LLM）"]
    assert {alias.name for alias in mine_aliases(texts)} == {"大语言模型", "大型语言模型", "语言大模型"}


@pytest.mark.parametrize(
    ("short", "long", "does"),
    [
        ("LLM", "Large Language Model", True),
        ("SaaS", "Software as a Service", True),
        ("HTML", "HyperText Markup Language", True),
        ("LLM", "Small Language Model", False),
        ("AI", "AIX", False),
        ("USA", "Southern California", False),
    ],
)
def test_an_abbreviation_has_the_letters_of_the_long_form_in_order_from_its_beginning(
    short: str, long: str, does: bool
) -> None:
    assert abbreviates(short, long) is does


def test_no_text_tells_nothing() -> None:
    assert mine_aliases([]) == []
    assert mine_aliases(["", "（）", "()", "A()"]) == []


@given(st.lists(st.text(alphabet="国电网AIBc（）()，、“”简称又 -·1\n", max_size=60), max_size=4))
def test_any_text_gives_pairs_of_two_different_names_without_brackets_or_marks(texts: list[str]) -> None:
    for alias in mine_aliases(texts):
        assert alias.name != alias.other
        assert min(len(alias.name), len(alias.other)) >= 2
        assert not set("（）()，、“”=\n") & set(alias.name + alias.other)
