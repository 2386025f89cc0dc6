"""The row of a table that has the most or the least of something."""

from collections.abc import Sequence

import pytest

from chat.evidence.evidence import Evidence
from chat.evidence.extreme import extreme_rows
from index.library import Hit
from ingest.report import Passage
from tests.fakes import passage

STATIONS = ("省份", "电站", "类型", "装机容量")
ROWS = [
    ("青海", "塔拉滩", "光伏", "840万千瓦"),
    ("青海", "龙羊峡", "水电", "128万千瓦"),
    ("甘肃", "酒泉", "风电", "1000万千瓦"),
    ("甘肃", "刘家峡", "水电", "135万千瓦"),
    ("宁夏", "腾格里", "光伏", "/"),
    ("合计", "", "", "2103万千瓦"),
]
MAKERS = ("厂商", "电芯型号", "电芯循环寿命", "整柜型号", "整柜循环寿命")
OTHERS = [("甲厂", "A1", "6000次", "A9", "4000次"), ("乙厂", "B1", "8000次", "B9", "9000次")]


class Report:
    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = list(passages)

    def passages_of(self, report_id: str) -> list[Passage]:
        return [each for each in self.passages if each.report_id == report_id]


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "表1") -> list[Passage]:
    return [
        passage(
            "\t".join(cells),
            number,
            kind="row",
            caption=caption,
            cells=tuple((header, cell) for header, cell in zip(headers, cells, strict=True) if cell),
        )
        for number, cells in enumerate(rows)
    ]


def said(question: str, rows: Sequence[Passage], *others: Passage) -> str | None:
    best = Evidence(1, Hit(rows[0], 1.0, 1), rows[0].reading, 0, len(rows[0].text), 0.9)
    found = extreme_rows(question, best, Report([*rows, *others]))
    if found is None:
        return None
    told, evidence = found
    assert [item.hit.passage for item in evidence] == list({span[0].id: span[0] for span in told.spans}.values())
    return told.text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("哪个电站的装机容量最大？", "表中4个“装机容量”里，最大的是甘肃的酒泉（1000万千瓦）。"),
        ("装机容量最小的是哪个电站？", "表中4个“装机容量”里，最小的是青海的龙羊峡（128万千瓦）。"),
        ("青海哪个电站装机容量最大？", None),  # two rows are no table
        ("哪个电站最近投产？", None),
        ("装机容量最大的电站发电多少？", None),  # asks for something else of it
        ("哪个电站的水位最高？", None),
    ],
)
def test_the_row_with_the_most_is_found_among_all_rows(question: str, text: str | None) -> None:
    assert said(question, table(STATIONS, ROWS)) == text


def test_rows_that_the_question_names_are_compared_alone() -> None:
    rows = [*ROWS[:2], ("青海", "拉西瓦", "水电", "420万千瓦"), *ROWS[2:]]
    assert said("青海哪个电站装机容量最小？", table(STATIONS, rows)) == (
        "表中“青海”的3个“装机容量”里，最小的是青海的龙羊峡（128万千瓦）。"
    )


def test_columns_that_end_alike_are_compared_together_and_each_figure_keeps_its_name() -> None:
    assert (
        said("哪款产品的循环寿命最长？", table(MAKERS, OTHERS)) == "表中4个“循环寿命”里，最长的是乙厂的B9（9000次）。"
    )


def test_a_column_that_the_question_names_is_compared_alone() -> None:
    rows = [*OTHERS, ("丙厂", "C1", "7000次", "C9", "9500次")]
    assert (
        said("哪家的电芯循环寿命最长？", table(MAKERS, rows)) == "表中3个“电芯循环寿命”里，最长的是乙厂的B1（8000次）。"
    )


def test_rows_that_have_as_much_are_all_told() -> None:
    rows = [*ROWS[:5], ("新疆", "哈密", "风电", "1000万千瓦")]
    assert said("哪个电站的装机容量最大？", table(STATIONS, rows)) == (
        "表中5个“装机容量”里，最大的是甘肃的酒泉（1000万千瓦）、新疆的哈密（1000万千瓦）。"
    )


def test_rows_of_another_table_do_not_count() -> None:
    other = table(STATIONS, [("山西", "大同", "光伏", "9000万千瓦")], caption="表2")
    assert said("哪个电站的装机容量最大？", table(STATIONS, ROWS), *other) == (
        "表中4个“装机容量”里，最大的是甘肃的酒泉（1000万千瓦）。"
    )


@pytest.mark.parametrize("cell", ["2.4亿立方米", "约900万千瓦", "100-200万千瓦"])
def test_figures_of_two_units_are_not_compared_and_no_figure_that_is_not_plain(cell: str) -> None:
    text = said("哪个电站的装机容量最大？", table(STATIONS, [*ROWS[:4], ("云南", "某站", "水电", cell)]))
    assert (text is None) is ("立方米" in cell)
    assert text is None or "酒泉" in text


def test_prose_has_no_rows() -> None:
    prose = passage("装机容量最大的电站是酒泉。")
    assert said("哪个电站的装机容量最大？", [prose]) is None
