"""A plot says what its series says: lengths in proportion, the source's words at the points, no tag but our own."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.pages.chinese import LOOK
from chat.pages.plot import LETTER, WIDTH, plot_svg, text_width, ticks
from chat.pages.series import Point, Series

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False)
TOLD = NUMBERS.map(lambda value: round(value, 2))  # as reports tell them
FIRMS = Series(
    "营收",
    "亿元",
    (
        Point("甲公司", 40.0, "40亿元", 1),
        Point("乙公司", 10.0, "10亿元"),
        Point("丙公司", -20.0, "-20亿元", 2),
        Point("丁公司", None, ""),
    ),
)
YEARS = Series(
    "规模",
    "亿元",
    tuple(
        Point(f"{year}年", value, f"{value:g}", period=(date(year, 1, 1), date(year, 12, 31)))
        for year, value in [(2020, 10.0), (2021, 20.0), (2023, 40.0)]
    ),
    timed=True,
)


def drawn(series: Series) -> ET.Element:
    """The plot, read as XML, which knows no tag left open."""
    svg = plot_svg(series, LOOK, lambda number: f"#source-1-{number}")
    assert "\n" not in svg
    return ET.fromstring(svg)


def of_class(svg: ET.Element, name: str) -> list[ET.Element]:
    return [each for each in svg.iter() if name in each.get("class", "").split()]


# --- ticks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 5400, "0 2000 4000 6000"),
        (0, 1, "0 0.2 0.4 0.6 0.8 1.0"),
        (-4, 157.5, "-50 0 50 100 150 200"),
        (1200, 1620, "1200 1300 1400 1500 1600 1700"),
        (7, 7, "0 2 4 6 8"),
        (0, 0, "0 0.2 0.4 0.6 0.8 1.0"),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, expected: str) -> None:
    assert ticks(low, high) == tuple(map(Decimal, expected.split()))


@given(NUMBERS, NUMBERS, st.integers(3, 12))
def test_ticks_hold_the_values_between_them_and_are_few_and_even(one: float, other: float, most: int) -> None:
    low, high = sorted((one, other))
    found = ticks(low, high, most=most)
    assert 2 <= len(found) <= most
    assert found[0] <= Decimal(low) <= Decimal(high) <= found[-1]
    (step,) = {after - before for before, after in pairwise(found)}
    assert step.normalize().as_tuple().digits in {(1,), (2,), (2, 5), (5,)}
    assert all(tick % step == 0 for tick in found)


@given(NUMBERS, NUMBERS)
def test_zero_is_a_tick_where_it_lies_between(one: float, other: float) -> None:
    assert 0 in ticks(min(one, other, 0.0), max(one, other, 0.0))


@pytest.mark.parametrize(("low", "high", "most"), [(2, 1, 6), (float("nan"), 1, 6), (0, float("inf"), 6), (0, 1, 2)])
def test_ticks_of_nothing_are_an_error(low: float, high: float, most: int) -> None:
    with pytest.raises(ValueError, match="no ticks"):
        ticks(low, high, most=most)


# --- bars ------------------------------------------------------------------------------------------------------------


def test_bars_are_as_long_as_their_values_and_begin_at_zero() -> None:
    first, second, third = of_class(drawn(FIRMS), "bar")
    assert float(first.attrib["width"]) / float(second.attrib["width"]) == pytest.approx(4, rel=0.01)
    assert float(first.attrib["width"]) / float(third.attrib["width"]) == pytest.approx(2, rel=0.01)
    zero = float(first.attrib["x"])
    assert float(second.attrib["x"]) == zero
    assert float(third.attrib["x"]) + float(third.attrib["width"]) == pytest.approx(zero, abs=0.2)


def test_the_words_at_a_bar_are_those_of_the_source_with_the_citation() -> None:
    assert [each.text for each in of_class(drawn(FIRMS), "value")] == ["40亿元 [1]", "10亿元", "-20亿元 [2]", "—"]


def test_a_cited_point_leads_to_its_source_and_others_lead_nowhere() -> None:
    links = [each for each in drawn(FIRMS).iter() if each.tag == "a"]
    assert [each.get("href") for each in links] == ["#source-1-1", "#source-1-2"]
    assert len(of_class(drawn(FIRMS), "point")) == 4


def test_a_name_too_long_for_the_side_stands_above_its_bar_in_full() -> None:
    name = "宁德时代新能源科技股份有限公司与其全部控股子公司及参股的联营企业合计口径数据"
    assert text_width(name) > WIDTH
    svg = drawn(replace(FIRMS, points=(replace(FIRMS.points[0], label=name), *FIRMS.points[1:])))
    labels = [each.text or "" for each in of_class(svg, "label")]
    assert "".join(labels[:2]) == name
    assert all(text_width(label) <= WIDTH for label in labels)


@given(st.lists(st.tuples(st.text("甲乙丙丁AB1", min_size=1, max_size=40), TOLD), min_size=3, max_size=12))
def test_nothing_is_drawn_outside_the_picture(told: list[tuple[str, float]]) -> None:
    points = tuple(Point(label, value, f"{value:.4g}亿元", 1) for label, value in told)
    svg = drawn(Series("规模", "亿元", points))
    height = float(svg.attrib["viewBox"].split()[3])
    for each in svg.iter():
        x, y = float(each.get("x", 0)), float(each.get("y", 0))
        assert -0.1 <= x <= x + float(each.get("width", 0)) <= WIDTH + 0.1
        assert 0 <= y <= height
    for each in of_class(svg, "value"):
        width = text_width(each.text or "", LETTER - 1.5)
        left = float(each.attrib["x"]) - (width if each.get("text-anchor") == "end" else 0)
        assert -0.2 <= left <= left + width <= WIDTH + 0.2


def test_bars_that_are_all_nothing_are_drawn_all_the_same() -> None:
    points = tuple(Point(label, 0.0, "0", 1) for label in "甲乙丙")
    assert len(of_class(drawn(Series("规模", "亿元", points)), "bar")) == 3


# --- a line ----------------------------------------------------------------------------------------------------------


def test_points_stand_as_far_apart_as_their_periods_and_as_high_as_their_values() -> None:
    dots = of_class(drawn(YEARS), "dot")
    xs = [float(dot.attrib["cx"]) for dot in dots]
    ys = [float(dot.attrib["cy"]) for dot in dots]
    assert (xs[2] - xs[1]) / (xs[1] - xs[0]) == pytest.approx(2, rel=0.01)
    assert (ys[1] - ys[2]) / (ys[0] - ys[1]) == pytest.approx(2, rel=0.01)


def test_a_line_begins_at_zero_unless_its_values_lie_close_together_far_from_it() -> None:
    def lowest_tick(*values: float) -> str | None:
        points = tuple(replace(point, value=value) for point, value in zip(YEARS.points, values, strict=True))
        return of_class(drawn(replace(YEARS, points=points)), "tick")[0].text

    assert lowest_tick(10, 20, 40) == "0"
    assert lowest_tick(1200, 1350, 1620) == "1,200"
    assert lowest_tick(12, 12, 12) == "0"
    assert lowest_tick(-3, 12, 40) == "-10"


def test_a_gap_breaks_the_line() -> None:
    points = YEARS.points
    gap = replace(points[1], value=None, words="")
    svg = drawn(replace(YEARS, points=(points[0], gap, points[2])))
    assert (len(of_class(svg, "dot")), len(of_class(svg, "stroke"))) == (2, 0)
    assert len(of_class(drawn(YEARS), "stroke")) == 2


def test_the_way_to_a_forecast_is_dashed() -> None:
    points = (*YEARS.points[:2], replace(YEARS.points[2], estimated=True))
    strokes = of_class(drawn(replace(YEARS, points=points)), "stroke")
    assert ["estimated" in stroke.attrib["class"] for stroke in strokes] == [False, True]


def test_of_points_too_close_for_all_their_words_the_cited_one_keeps_its() -> None:
    days = [(date(2023, 1, day), date(2023, 1, day)) for day in range(1, 31)]
    points = tuple(
        Point(str(period[0]), 20.0, "20亿元左右", 7 if number == 15 else None, period=period)
        for number, period in enumerate(days)
    )
    said = [each.text for each in of_class(drawn(Series("规模", "亿元", points, timed=True)), "value")]
    assert said[0] == "20亿元左右 [7]"
    assert len(said) < len(points)


# --- for every reader ------------------------------------------------------------------------------------------------


def test_who_does_not_see_the_plot_hears_all_of_it() -> None:
    svg = drawn(FIRMS)
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "营收（亿元），共 4 项：甲公司 40亿元，乙公司 10亿元，丙公司 -20亿元。"
    assert svg[0].text == "营收（亿元）"


@pytest.mark.parametrize(
    "words", ['"><script>alert(1)</script>', "<img src=x onerror=a>", "a\nb\r\n\u2028c", "&lt;b&gt;"]
)
def test_words_of_a_report_are_never_tags(words: str) -> None:
    hostile = (replace(FIRMS.points[0], label=words, words=words), *FIRMS.points[1:])
    for series in (
        Series(words, words, hostile),
        replace(YEARS, points=(replace(YEARS.points[0], label=words), *YEARS.points[1:])),
    ):
        tags = {each.tag for each in drawn(series).iter()}
        assert tags <= {"svg", "title", "g", "a", "rect", "text", "line", "circle"}


def test_of_whole_numbers_no_tick_lies_between_two() -> None:
    days = [date(2026, 3, day) for day in (1, 2, 3)]

    def told(*values: float) -> list[str]:
        points = tuple(
            Point(f"{day:%m-%d}", value, "", period=(day, day)) for day, value in zip(days, values, strict=True)
        )
        svg = drawn(Series("提问", "", points, timed=True))
        return [each.text or "" for each in of_class(svg, "tick") if "-" not in (each.text or "")]

    assert told(0, 1, 0) == ["0", "1"]
    assert told(0, 0.5, 1) == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert told(0, 6, 8) == ["0", "2", "4", "6", "8"]
