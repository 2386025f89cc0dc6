"""What is drawn side by side compares: one unit, one kind, the values of the source; all else is left alone."""

from datetime import date

import pytest

from chat.pages.series import Point, Series, series_of
from tests.chat.pages.printed import MODELS, SALES, passages_of, table_in


def values(series: Series) -> dict[str, float | None]:
    return {point.label: point.value for point in series.points}


def named(found: list[Series]) -> dict[str, Series]:
    return {series.name: series for series in found}


def test_each_column_of_figures_is_a_series_in_the_unit_it_is_told_in() -> None:
    found = named(series_of(table_in(SALES, "2022年")))
    assert {name: series.unit for name, series in found.items()} == {"产量": "万辆", "销量": "万辆", "同比": "%"}
    assert values(found["销量"]) == {"2021年": 352.1, "2022年": 688.7, "2023年": 949.5}


def test_a_point_keeps_the_words_and_the_citation_of_its_cell() -> None:
    table = table_in(SALES, "2022年")
    (growth,) = (series for series in series_of(table) if series.name == "同比")
    assert growth.points[1] == Point(
        label="2022年",
        value=93.4,
        words="93.4%",
        citation=1,
        period=(date(2022, 1, 1), date(2022, 12, 31)),
    )
    assert [point.citation for point in growth.points] == [None, 1, None]


def test_what_is_not_cited_is_not_drawn() -> None:
    assert series_of(table_in(SALES)) == []


def test_periods_run_in_time_whatever_the_order_of_the_rows() -> None:
    (series,) = series_of(table_in("年份\t规模（亿元）\n2023年\t30\n2021\t10\n2025E\t50\n2022\t20", "2023年"))
    assert series.timed
    assert [(point.label, point.value, point.estimated) for point in series.points] == [
        ("2021", 10.0, False),
        ("2022", 20.0, False),
        ("2023年", 30.0, False),
        ("2025E", 50.0, True),
    ]


def test_a_half_beside_whole_years_is_not_drawn() -> None:
    table = table_in("时间\t规模（亿元）\n2022年\t30\n2021年\t10\n2023年上半年\t18", "2021年")
    assert series_of(table) == []


def test_where_the_headers_are_periods_each_cited_row_is_a_series() -> None:
    table = table_in(
        "指标\t单位\t2021年\t2022年\t2023年\n规模\t亿元\t1,200\t1,350\t1,620\n渗透率\t%\t13.4\t25.6\t31.6", "渗透率"
    )
    (series,) = series_of(table)
    assert (series.name, series.unit, series.timed) == ("渗透率", "%", True)
    assert values(series) == {"2021年": 13.4, "2022年": 25.6, "2023年": 31.6}


def test_measures_in_rows_compare_what_the_headers_name() -> None:
    text = "型号\t甲卡\t乙卡\t丙卡\n工艺\t7nm\t4nm\t12nm\n算力\t156TFLOPS\t1513teraFLOPS\t128TFLOPS"
    (series,) = series_of(table_in(text, "TFLOPS"))
    assert (series.name, series.unit) == ("算力", "TFLOPS")
    assert values(series) == {"甲卡": 156.0, "乙卡": 1513.0, "丙卡": 128.0}


def test_measures_of_one_unit_in_the_header_do_not_compare_in_a_row() -> None:
    assert series_of(table_in("公司\t营收\t成本\t利润\n甲公司\t10亿元\t8亿元\t2亿元", "甲公司")) == []


def test_magnitudes_are_brought_to_the_one_that_most_cells_have() -> None:
    (series,) = series_of(table_in("公司\t营收\n甲公司\t1.2亿元\n乙公司\t9800万元\n丙公司\t3亿元", "甲公司"))
    assert (series.unit, values(series)) == ("亿元", {"甲公司": 1.2, "乙公司": 0.98, "丙公司": 3.0})


def test_a_cell_with_a_magnitude_of_its_own_is_not_multiplied_again() -> None:
    (series,) = series_of(table_in("公司\t营收（亿元）\n甲公司\t12.5\n乙公司\t9.5亿\n丙公司\t3", "甲公司"))
    assert (series.unit, values(series)) == ("亿元", {"甲公司": 12.5, "乙公司": 9.5, "丙公司": 3.0})


def test_a_number_in_brackets_is_no_unit() -> None:
    (series,) = series_of(table_in("城市\t门店数\n北京（5）\t30\n上海（6）\t20\n广州（7）\t10", "北京"))
    assert (series.unit, list(values(series).values())) == ("", [30.0, 20.0, 10.0])


def test_a_period_told_twice_makes_no_line() -> None:
    (series,) = series_of(table_in("年份\t规模（亿元）\n2022年\t30\n2021年\t10\n2022年\t18", "2021年"))
    assert [(point.label, point.value) for point in series.points] == [("2022年", 30), ("2021年", 10), ("2022年", 18)]
    assert not series.timed


def test_a_merged_name_and_the_next_column_tell_the_rows_apart() -> None:
    (series,) = series_of(table_in(MODELS, "BERT"))
    assert values(series) == {
        "谷歌 · BERT": 4810.0,
        "谷歌 · LaMDA": 5400.0,
        "谷歌 · PaLM": None,
        "微软 · Florence": 6.4,
        "Facebook · OPT-175B": 1750.0,
    }
    assert [point.words for point in series.points if point.value is None] == [""]


def test_a_range_is_no_point_and_a_bound_is_marked() -> None:
    (series,) = series_of(
        table_in("城市\t规模（亿元）\n北京\t约30\n上海\t10-20\n广州\t15以上\n深圳\t12\n杭州\t9", "北京")
    )
    assert [(point.value, point.words, point.hedged) for point in series.points] == [
        (30.0, "约30", True),
        (None, "10-20", False),
        (15.0, "15以上", True),
        (12.0, "12", False),
        (9.0, "9", False),
    ]


def test_a_told_fall_lies_below_zero() -> None:
    (series,) = series_of(table_in("城市\t变化\n北京\t增长3%\n上海\t下降5%\n广州\t增长1.5%", "上海"))
    assert values(series) == {"北京": 3.0, "上海": -5.0, "广州": 1.5}


def test_totals_are_left_out() -> None:
    (series,) = series_of(table_in("城市\t规模（亿元）\n北京\t30\n上海\t20\n广州\t10\n合计\t60", "北京"))
    assert list(values(series)) == ["北京", "上海", "广州"]


def test_wholes_and_parts_of_a_part_are_left_out_as_totals_are() -> None:
    text = "地区\t销量（万辆）\n全国\t70\n北京\t30\n其中：朝阳\t12\n上海\t20\n广州\t10\n全市合计\t60\n全球\t90"
    (series,) = series_of(table_in(text, "北京"))
    assert list(values(series)) == ["北京", "上海", "广州"]


def test_a_whole_alone_is_drawn_over_time() -> None:
    text = "地区\t年份\t销量（万辆）\n全国\t2021年\t70\n全国\t2022年\t80\n全国\t2023年\t90"
    (series,) = series_of(table_in(text, "2021年"))
    assert list(values(series).values()) == [70.0, 80.0, 90.0]


def test_equal_parts_of_years_and_parts_without_their_year_are_drawn() -> None:
    halves = "时间\t规模（亿元）\n2022年1-6月\t30\n2021年上半年\t10\n2023H1\t18"
    (series,) = series_of(table_in(halves, "2023H1"))
    assert series.timed
    quarters = "时间\t规模（亿元）\n一季度\t30\n二季度\t10\n三季度\t18"
    assert [len(each.points) for each in series_of(table_in(quarters, "一季度"))] == [3]


def test_rows_under_another_sub_heading_are_left_out() -> None:
    text = "地区\t产量\t销量\n一、东部\t\t\n江苏\t11吨\t12吨\n浙江\t13吨\t14吨\n山东\t5吨\t6吨\n二、西部\t\t\n四川\t15吨\t16吨"
    assert values(series_of(table_in(text, "江苏"))[0]) == {"江苏": 11.0, "浙江": 13.0, "山东": 5.0}


def test_the_caption_gives_its_unit_to_a_company_whose_name_has_a_word_of_rates() -> None:
    text = "企业营收\n单位：亿元\n企业\t营收\n比亚迪\t6023\n广汽集团\t1297\n蔚来\t556"
    assert [series.unit for series in series_of(table_in(text, "比亚迪"))] == ["亿元"]


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("two points", "城市\t规模\n北京\t3亿元\n上海\t2亿元"),
        ("mixed units", "城市\t规模\n北京\t3亿元\n上海\t2%\n广州\t1亿元"),
        ("a word among the figures", "城市\t规模\n北京\t3亿元\n上海\t较小\n广州\t1亿元\n深圳\t2亿元"),
        ("more blanks than a few", "城市\t规模\n北京\t3亿元\n上海\t/\n广州\t1亿元\n深圳\t-\n杭州\t2亿元"),
        ("two figures in a cell", "城市\t规模\n北京\t3亿元\n上海\t2亿元，占10%\n广州\t1亿元"),
        ("ranks by name", "城市\t综合排名\n北京\t3\n上海\t5\n广州\t9"),
        ("ranks by their look", "城市\t次序值\n北京\t1\n上海\t2\n广州\t3"),
        ("years", "城市\t设立年份\n北京\t2001\n上海\t2005\n广州\t2011"),
        ("years under any name", "城市\t设立\n北京\t2001\n上海\t2005\n广州\t2011"),
        ("codes by name", "公司\t股票代码\n甲\t600519\n乙\t600036\n丙\t601318"),
        ("codes by their look", "公司\t证券\n甲\t600519\n乙\t600036\n丙\t601318"),
        ("telephones", "公司\t联系\n甲\t13812345678\n乙\t13912345678\n丙\t13712345678"),
        ("measures of one unit in a column", "指标\t2022年\n营收\t30亿元\n成本\t20亿元\n利润\t10亿元"),
        ("units by row", "名称\t2022年\n营收（亿元）\t30\n增速（%）\t20\n门店（家）\t10"),
        ("a rate under the caption's unit", "经营情况\n单位：万辆\n城市\t同比增速\n北京\t3.5\n上海\t2.5\n广州\t1.5"),
        ("a caption of two units", "经营情况\n单位：亿元，%\n城市\t规模\n北京\t3.5\n上海\t2.5\n广州\t1.5"),
        ("a share under the caption's unit", "经营情况\n单位：万辆\n城市\t占全国\n北京\t3.5\n上海\t2.5\n广州\t1.5"),
        (
            "a header of another sort under it",
            "经营情况\n单位：万辆\n城市\t销量（指数化）\n北京\t3.5\n上海\t2.5\n广州\t1.5",
        ),
        ("two units told", "名称\t合并（亿元）\n门店（家）\t30\n会员（家）\t20\n客户（家）\t10"),
        ("two units in a header", "城市\t规模（亿元）或占比（%）\n北京\t3.5亿元\n上海\t2.5\n广州\t1.5"),
        ("a figure and more", "城市\t规模\n北京\t3亿元\n上海\t规划2亿元\n广州\t1亿元（含税）"),
        ("levels beside growth", "城市\t规模\n北京\t3%\n上海\t下降5%\n广州\t1%"),
        ("measures under any header", "名称\t金额（亿元）\n营业收入\t30\n净利润\t20\n总资产\t100"),
        ("measures beside one that is none by its words", "名称\t金额（亿元）\n营业收入\t30\n净利润\t20\n商誉\t3"),
        ("accounts", "名称\t金额（亿元）\n总资产\t100\n总负债\t60\n股东权益\t40"),
        ("measures of each company", "公司\t类别\t金额（亿元）\n甲\t营收\t30\n甲\t利润\t3\n乙\t营收\t20\n乙\t利润\t2"),
        ("a header of measures", "财务数据\t金额（亿元）\n商誉\t30\n存货\t20\n票据\t10"),
        ("a header of measures after numbers", "序号\t指标\t金额（亿元）\n1\t商誉\t30\n2\t存货\t20\n3\t票据\t10"),
        ("months that add up, in rows", "时间\t销量（万辆）\n1-3月\t30\n1-6月\t60\n1-9月\t90"),
        ("months of a year that add up", "时间\t销量（万辆）\n2023年1-3月\t30\n2023年1-6月\t60\n2023年1-9月\t90"),
        ("months that add up, in headers", "品类\t1-3月\t1-6月\t1-9月\n轿车\t30万辆\t60万辆\t90万辆\n增速\t3%\t4%\t5%"),
        ("a half beside years in headers", "品类\t2021年\t2022年\t2023年上半年\n轿车\t30万辆\t60万辆\t90万辆"),
        ("quarters beside their year", "时间\t销量（万辆）\n2023年一季度\t3\n2023年二季度\t4\n2023年\t14\n2022年\t9"),
        ("years that overlap", "时间\t销量（万辆）\n2022年7月-2023年6月\t3\n2022年\t4\n2023年\t5"),
        ("a period beside a name", "时间\t销量（万辆）\n2022年\t4\n2023年\t5\n近三年最高\t14"),
        (
            "halves of companies beside years",
            "公司\t时间\t销量（万辆）\n甲\t2022年\t4\n甲\t2023年上半年\t3\n乙\t2022年\t5",
        ),
        ("no names", "产量\t销量\n3吨\t5吨\n2吨\t7吨\n1吨\t9吨"),
    ],
)
def test_what_does_not_compare_is_not_drawn(why: str, text: str) -> None:
    rows = [passage.text for passage in passages_of(text) if passage.cells]
    assert series_of(table_in(text, *rows)) == [], why
