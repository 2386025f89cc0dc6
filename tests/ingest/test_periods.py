"""Periods: the ways to write one give the same days, and what only looks like one is none."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.periods import Period, find_periods


def read(text: str) -> list[tuple[str, str]]:
    return [(text[period.start : period.end], period.name) for period in find_periods(text)]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("2022年", "2022"),
        ("2022年度", "2022"),
        ("２０２２年", "2022"),
        ("二〇二二年", "2022"),
        ("一九九八年", "1998"),
        ("1876年", "1876"),
        ("2025E", "2025"),
        ("2025年E", "2025"),
        ("2023A", "2023"),
        ("2024F", "2024"),
        ("2023财年", "2023"),
        ("2023全年", "2023"),
        ("2022年H1", "2022H1"),
        ("2022H1", "2022H1"),
        ("2022上半年", "2022H1"),
        ("2022年上半年", "2022H1"),
        ("22年上半年", "2022H1"),
        ("22H1", "2022H1"),
        ("1H22", "2022H1"),
        ("1H2022", "2022H1"),
        ("2022年1-6月", "2022H1"),
        ("2022年下半年", "2022H2"),
        ("2022年第三季度", "2022Q3"),
        ("2022年三季度", "2022Q3"),
        ("2022第3季度", "2022Q3"),
        ("2022Q3", "2022Q3"),
        ("22Q3", "2022Q3"),
        ("3Q22", "2022Q3"),
        ("2022年7月至9月", "2022Q3"),
        ("2022年前三季度", "2022-01/2022-09"),
        ("2022年Q1-Q3", "2022-01/2022-09"),
        ("2022年前3个月", "2022Q1"),
        ("2022年前两个月", "2022-01/2022-02"),
        ("2022年6月", "2022-06"),
        ("2022年06月", "2022-06"),
        ("22年6月", "2022-06"),
        ("2022.06", "2022-06"),
        ("2022-06", "2022-06"),
        ("2022/6", "2022-06"),
        ("2022年6月15日", "2022-06-15"),
        ("2022-06-15", "2022-06-15"),
        ("2022/6/15", "2022-06-15"),
        ("2022.6.15", "2022-06-15"),
        ("20220615", "2022-06-15"),
        ("2022年初", "2022-01-01"),
        ("2022年底", "2022-12-31"),
        ("2022年末", "2022-12-31"),
        ("22年底", "2022-12-31"),
        ("2024年2月底", "2024-02-29"),
        ("2020-2025年", "2020/2025"),
        ("2020—2025年", "2020/2025"),
        ("2020年至2025年", "2020/2025"),
        ("2020至2025年", "2020/2025"),
        ("2020～2025", "2020/2025"),
        ("2020-25年", "2020/2025"),
        ("2020/2021", "2020/2021"),
        ("2022年6月至2023年5月", "2022-06/2023-05"),
        ("2022年6月15日至20日", "2022-06-15/2022-06-20"),
        ("2021Q4-2022Q1", "2021-10/2022-03"),
        ("十四五", "2021/2025"),
        ("“十三五”期间", "2016/2020"),
        ("十五五规划", "2026/2030"),
        ("90年代", "1990/1999"),
        ("20世纪90年代", "1990/1999"),
        ("九十年代", "1990/1999"),
        ("上世纪80年代", "1980/1989"),
        ("19世纪50年代", "1850/1859"),
        ("21世纪10年代", "2010/2019"),
        ("20年代", "2020/2029"),
        ("30年代", "1930/1939"),
        ("1990年代", "1990/1999"),
        ("2010s", "2010/2019"),
        ("1950s-1990s", "1950/1999"),
    ],
)
def test_a_period_has_one_name_however_it_is_written(written: str, name: str) -> None:
    assert read(f"自{written}，") == [(written, name)]


@pytest.mark.parametrize(
    "text",
    [
        "用时22年",
        "过去22年中，",
        "第三季度回升",
        "6月发布",
        "上半年增长",
        "拥有2000家门店",
        "2000多名员工",
        "售价2000元",
        "2000-3000元",
        "分辨率2048×1080",
        "达2013.45亿",
        "近2000年的历史",
        "公元前2900年",
        "公元105年",
        "GTC2023大会",
        "ISO-2022",
        "v2022",
        "约2000 万元",
        "2020%",
        "世界2000强",
        "版本1.2022",
        "二十四五岁",
        "十四五家",
        "3+2022个",
    ],
)
def test_what_only_looks_like_a_period_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("2018及2021年投资较多", [("2018", "2018"), ("2021年", "2021")]),
        ("2023年初创企业增多", [("2023年", "2023")]),
        ("2022年中国市场", [("2022年", "2022")]),
        ("2022年3家企业", [("2022年", "2022")]),
        ("2022人工智能大会", [("2022", "2022")]),
        ("2019\t2020\t2021E", [("2019", "2019"), ("2020", "2020"), ("2021E", "2021")]),
        ("2022年13月", [("2022年", "2022")]),
        ("截至2023年5月，较2022年同期", [("2023年5月", "2023-05"), ("2022年", "2022")]),
        ("2025年比2020年", [("2025年", "2025"), ("2020年", "2020")]),
        ("2023年11月7日-9日，大会", [("2023年11月7日-9日", "2023-11-07/2023-11-09")]),
        ("图1：2018-2023年规模", [("2018-2023年", "2018/2023")]),
        ("2025年-2020年", [("2025年", "2025"), ("2020年", "2020")]),
        ("2022年至6月底", [("2022年", "2022")]),
        ("2022年2月30日", [("2022年", "2022")]),
    ],
)
def test_only_the_period_of_a_sentence_is_read(text: str, periods: list[tuple[str, str]]) -> None:
    assert read(text) == periods


def test_a_period_is_its_first_and_last_day() -> None:
    assert find_periods("于2024年一季度") == [Period(1, 9, date(2024, 1, 1), date(2024, 3, 31))]


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_read_back_from_every_form(day: date) -> None:
    forms = [
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}年{day.month:02}月{day.day:02}日",
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y.%m.%d}",
        f"{day:%Y%m%d}",
    ]
    assert {read(f"在{form}。")[0] for form in forms} == {(form, day.isoformat()) for form in forms}


@given(st.integers(2000, 2099), st.integers(1, 4))
def test_every_quarter_is_read_back_from_every_form(year: int, quarter: int) -> None:
    numeral = "一二三四"[quarter - 1]
    forms = [f"{year}年第{numeral}季度", f"{year}年{numeral}季度", f"{year}Q{quarter}", f"{quarter}Q{year % 100:02}"]
    forms += [f"{year % 100:02}年{numeral}季度", f"{year}年{quarter * 3 - 2}-{quarter * 3}月"]
    assert [read(form) for form in forms] == [[(form, f"{year}Q{quarter}")] for form in forms]


@settings(max_examples=500)
@given(st.text(alphabet="0129二〇十四五年月日上半度季前至-—/.～世纪代HQEs第 \n初末底中", max_size=30))
def test_periods_are_in_order_and_within_the_text(text: str) -> None:
    periods = find_periods(text)
    bounds = [0, *(offset for period in periods for offset in (period.start, period.end)), len(text)]
    assert bounds == sorted(bounds)
    assert all(period.start < period.end and period.first <= period.last and period.name for period in periods)


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    find_periods(text)
