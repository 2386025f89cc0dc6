"""Merged cells filled, worked out by hand."""

import pytest

from ingest.grids import Cell, filled_rows, table_lines


def test_a_cell_is_told_in_each_row_that_it_covers() -> None:
    assert filled_rows([[Cell("公司"), Cell("年")], [Cell("甲", rows=2), Cell("1")], [Cell("2")]]) == [
        ["公司", "年"],
        ["甲", "1"],
        ["甲", "2"],
    ]


def test_a_header_is_told_in_each_of_its_columns_and_another_cell_once() -> None:
    assert filled_rows(
        [
            [Cell("公司", rows=3), Cell("规模", columns=4)],
            [Cell("2021", columns=2), Cell("2022", columns=2)],
            [Cell("甲"), Cell("乙"), Cell("甲"), Cell("乙")],
            [Cell("合计"), Cell("9", columns=4)],
        ]
    ) == [
        ["公司", "规模", "规模", "规模", "规模"],
        ["公司", "2021", "2021", "2022", "2022"],
        ["公司", "甲", "乙", "甲", "乙"],
        ["合计", "9", "", "", ""],
    ]


def test_a_cell_marked_as_a_header_is_one_anywhere() -> None:
    assert filled_rows([[Cell("甲"), Cell("乙")], [Cell("分部", columns=2, header=True)]])[1] == ["分部", "分部"]


def test_cells_over_all_columns_above_the_rest_are_captions() -> None:
    assert filled_rows([[Cell("表1", columns=2)], [Cell("单位", columns=2)], [Cell("甲"), Cell("乙")]]) == [
        ["表1"],
        ["单位"],
        ["甲", "乙"],
    ]
    assert filled_rows([[Cell("甲"), Cell("乙")], [Cell("分部", columns=2)]])[1] == ["分部", ""]


def test_rows_that_are_too_short_are_filled_up_and_spans_beyond_the_end_cut_off() -> None:
    assert filled_rows([[Cell("甲", rows=9), Cell("乙")], []]) == [["甲", "乙"], ["甲", ""]]
    assert filled_rows([]) == []


def test_forged_spans_are_refused() -> None:
    with pytest.raises(ValueError, match="too many places"):
        filled_rows([[Cell("甲", rows=1000, columns=2000), Cell("乙")]] * 1000)


def test_a_row_of_one_cell_is_lines_of_text_and_an_empty_row_none() -> None:
    assert table_lines([["表1\n单位：元"], ["甲", "一\n二"], ["", " "], ["", "乙"]]) == [
        "表1",
        "单位：元",
        "甲\t一\x1f二",
        "\t乙",
    ]
