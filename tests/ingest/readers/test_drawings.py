"""Charts and diagrams, from the XML that Office programs write."""

import pytest
from lxml import etree

from ingest.readers.drawings import chart_lines, diagram_lines

C = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def chart(inside: str) -> list[str]:
    return chart_lines(etree.fromstring(f"<c:chartSpace {C}><c:chart>{inside}</c:chart></c:chartSpace>"))


def points(kind: str, *values: str, code: str = "General", start: int = 0) -> str:
    cached = "".join(f'<c:pt idx="{index}"><c:v>{value}</c:v></c:pt>' for index, value in enumerate(values, start))
    return f"<c:{kind}Ref><c:{kind}Cache><c:formatCode>{code}</c:formatCode>{cached}</c:{kind}Cache></c:{kind}Ref>"


def series(name: str, categories: str, values: str) -> str:
    return f"<c:ser><c:tx>{points('str', name)}</c:tx><c:cat>{categories}</c:cat><c:val>{values}</c:val></c:ser>"


def test_charts_of_two_kinds_in_one_are_one_table() -> None:
    years = points("str", "2021年", "2022年")
    assert chart(
        "<c:title><c:tx><c:rich><a:p><a:r><a:t>图1 </a:t></a:r><a:r><a:t>规模</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea>"
        f"<c:barChart>{series('规模', years, points('num', '1234.5', '2000', code='#,##0.0'))}</c:barChart>"
        f"<c:lineChart>{series('增速', years, points('num', '0.62', code='0%', start=1))}</c:lineChart></c:plotArea>"
    ) == ["图1 规模", "类别\t规模\t增速", "2021年\t1,234.5\t", "2022年\t2,000.0\t62%"]


def test_dates_as_categories_are_dates() -> None:
    dates = points("num", "45047", code='yyyy"年"m"月"')
    assert chart(f"<c:lineChart>{series('价格', dates, points('num', '8'))}</c:lineChart>")[1] == "2023年5月\t8"


def level(**names: str) -> str:
    return (
        "<c:lvl>"
        + "".join(f"<c:pt idx='{index[1:]}'><c:v>{name}</c:v></c:pt>" for index, name in names.items())
        + "</c:lvl>"
    )


def test_categories_of_two_levels_are_told_together() -> None:
    inner, outer = level(_0="上半年", _1="下半年", _2="上半年"), level(_0="2021", _2="2022")
    levels = f"<c:multiLvlStrRef><c:multiLvlStrCache>{inner}{outer}</c:multiLvlStrCache></c:multiLvlStrRef>"
    rows = chart(f"<c:barChart>{series('规模', levels, points('num', '1', '2', '3'))}</c:barChart>")[1:]
    assert rows == ["2021 上半年\t1", "2021 下半年\t2", "2022 上半年\t3"]


def test_a_series_without_a_name_has_its_number_and_a_chart_without_values_its_title_alone() -> None:
    assert chart(f"<c:ser><c:val>{points('num', '7')}</c:val></c:ser>") == ["类别\t系列1", "1\t7"]
    assert chart("<c:title><c:tx><c:rich><a:p><a:r><a:t>图2</a:t></a:r></a:p></c:rich></c:tx></c:title>") == ["图2"]


@pytest.mark.parametrize("words", ["#N/A", "NaN", ""])
def test_a_value_that_is_none_is_a_gap(words: str) -> None:
    assert chart(f"<c:ser><c:val>{points('num', '7', words)}</c:val></c:ser>") == ["类别\t系列1", "1\t7", "2\t"]


def test_a_diagram_is_the_words_of_its_shapes() -> None:
    words = "".join(f"<d:pt><d:t><a:p><a:r><a:t>{word}</a:t></a:r></a:p></d:t></d:pt>" for word in ("上游", "", "下游"))
    root = etree.fromstring(
        f'<d:dataModel xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" {C}><d:ptLst>{words}</d:ptLst></d:dataModel>'
    )
    assert diagram_lines(root) == ["上游", "下游"]
