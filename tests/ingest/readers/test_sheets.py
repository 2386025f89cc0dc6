"""XLSX and CSV: cells as they are shown, merged cells filled, what is hidden left out and told."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest

from ingest.readers import sheets
from ingest.readers.archive import open_package
from ingest.readers.sheets import read_csv, read_sheets
from ingest.report import UnreadableReport
from ingest.source import Source


def read(book: openpyxl.Workbook, change: Callable[[str], str] = lambda xml: xml) -> Source:
    """The book as read; change is done to the XML of its first sheet."""
    file, changed = io.BytesIO(), io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()) if name == "xl/worksheets/sheet1.xml" else content)
    return read_sheets(open_package(changed.getvalue(), "甲.xlsx"))


def book_of(*rows: Sequence[Any]) -> tuple[openpyxl.Workbook, Any]:
    book = openpyxl.Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = "市场"
    for row in rows:
        sheet.append(row)
    return book, sheet


def lines(book: openpyxl.Workbook) -> list[str]:
    """The lines of the first sheet under its name."""
    name, *below = read(book).pages[0].text.split("\n")
    assert name == "# 市场"
    return below[1:]


def test_each_sheet_is_a_numbered_page_under_its_name() -> None:
    book, _ = book_of(["公司", "收入"], ["谷歌", 1])
    book.create_sheet("说明").append(["口径：全国"])
    assert read(book).page_kind == "sheet"
    assert [(page.number, page.text) for page in read(book).pages] == [
        (1, "# 市场\n\n公司\t收入\n谷歌\t1"),
        (2, "# 说明\n\n口径：全国"),
    ]


def test_values_stand_as_the_sheet_shows_them() -> None:
    book, sheet = book_of(
        ["甲", "乙", "丙", "丁", "戊", "己"], [0.4523, 1234.5, date(2023, 5, 1), date(2023, 5, 1), True, 12.5]
    )
    for place, code in (("A2", "0.0%"), ("B2", "#,##0.0"), ("C2", "yyyy-mm-dd"), ("D2", 'yyyy"年"m"月"')):
        sheet[place].number_format = code
    assert lines(book)[1] == "45.2%\t1,234.5\t2023-05-01\t2023年5月\tTRUE\t12.5"


def test_a_formula_is_its_saved_value_and_one_without_is_told() -> None:
    book, sheet = book_of(["收入", "合计", "年份"], [1, None, 2022])
    sheet["B2"] = "=A2+1"
    (page,) = read(book, lambda xml: xml.replace("<v></v>", "<v>2.5</v>").replace("<v />", "<v>2.5</v>")).pages
    assert page.text.endswith("1\t2.5\t2022")
    source = read(book)
    assert tuple(map(str, source.notes)) == ("工作表“市场”有 1 个公式没有保存结果；请用 Excel 打开并保存后重新导入",)
    assert source.pages[0].text.endswith("1\t\t2022")


def test_merged_cells_are_filled_down_and_in_the_header_across() -> None:
    book, sheet = book_of(
        ["公司", "2022年", None], [None, "收入", "利润"], ["谷歌", 1, 2], [None, 3, 4], ["合计", 5, None]
    )
    for merged in ("A1:A2", "B1:C1", "A3:A4", "B5:C5"):
        sheet.merge_cells(merged)
    assert lines(book) == ["公司\t2022年\t2022年", "公司\t收入\t利润", "谷歌\t1\t2", "谷歌\t3\t4", "合计\t5\t"]


def test_an_empty_row_parts_tables_and_a_line_alone_is_no_row() -> None:
    book, sheet = book_of(
        ["表1 市场规模"], [None, None, "单位：亿元"], ["年份", "规模", "增速"], [2022, 10, 0.1], ["注：含税"], [], ["甲", "乙"], ["1", "2"]
    )  # fmt: skip
    sheet.merge_cells("A1:C1")
    assert lines(book) == [
        "表1 市场规模", "单位：亿元", "年份\t规模\t增速", "2022\t10\t0.1", "注：含税", "", "甲\t乙", "1\t2"
    ]  # fmt: skip


def test_a_row_with_one_cell_inside_a_table_stays_a_row() -> None:
    book, _ = book_of(["公司", "收入"], ["国内"], ["甲", 1], [None, 7])
    assert lines(book) == ["公司\t收入", "国内\t", "甲\t1", "\t7"]


def test_a_row_whose_first_cell_comes_from_above_is_no_line_alone() -> None:
    book, sheet = book_of(["公司", "收入"], ["甲", 1], [None, 2])
    sheet.merge_cells("A2:A3")
    assert lines(book) == ["公司\t收入", "甲\t1", "甲\t2"]


def test_line_breaks_in_a_cell_are_kept_apart_from_rows() -> None:
    book, _ = book_of(["公司", "说明"], ["谷歌", "第一\n第二"])
    assert lines(book)[1] == "谷歌\t第一\x1f第二"


def test_hidden_sheets_rows_and_columns_are_left_out_and_told() -> None:
    book, sheet = book_of(["公司", "底价", "收入"], ["甲", 8, 1], ["乙", 9, 2], ["丙", 7, 3])
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    secret = book.create_sheet("底稿")
    secret["A1"] = "秘密"
    secret.sheet_state = "hidden"
    source = read(book)
    assert source.pages[0].text == "# 市场\n\n公司\t收入\n甲\t1\n丙\t3"
    assert [(page.text, page.flags, page.excluded) for page in source.pages[1:]] == [("", ("hidden",), True)]
    assert source.pages[0].flags == ("hidden",)
    assert tuple(map(str, source.notes)) == ("工作表“市场”中隐藏的行或列（未读取）", "工作表“底稿”已隐藏（未读取）")


def test_an_empty_sheet_is_flagged() -> None:
    assert [page.flags for page in read(openpyxl.Workbook()).pages] == [("empty",)]


# --- made to overwhelm ---------------------------------------------------------------------------------------------


def test_more_cells_than_the_cap_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    book, _ = book_of(["甲", "乙"], ["1", "2"])
    monkeypatch.setattr(sheets, "MAX_CELLS", 4)
    assert read(book).pages
    monkeypatch.setattr(sheets, "MAX_CELLS", 3)
    with pytest.raises(UnreadableReport, match=r"^甲\.xlsx：单元格超过 3 个；请只保留要检索的部分后重试$"):
        read(book)


def test_a_merged_area_over_the_whole_sheet_costs_no_more_than_its_words() -> None:
    book, _ = book_of(["甲", "乙"], ["1", "2"])
    source = read(
        book,
        lambda xml: xml.replace(
            "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        ),
    )
    assert source.pages[0].text == "# 市场\n\n甲"


def test_one_cell_in_the_last_corner_is_read() -> None:
    book, _ = book_of(["甲", "乙"])
    source = read(
        book,
        lambda xml: xml.replace(
            "</sheetData>", '<row r="1048576"><c r="XFD1048576" t="str"><v>末</v></c></row></sheetData>'
        ),
    )
    assert source.pages[0].text.endswith("\n\n末")


@pytest.mark.parametrize(
    "row", ['<row r="9999999999"><c r="A9999999"><v>1</v></c></row>', '<row r="2"><c r="ZZZ2"><v>1</v></c></row>']
)
def test_a_place_outside_any_sheet_is_refused(row: str) -> None:
    book, _ = book_of(["甲", "乙"])
    with pytest.raises((ValueError, UnreadableReport)):
        read(book, lambda xml: xml.replace("</sheetData>", f"{row}</sheetData>"))


def test_a_wrong_size_in_the_file_loses_nothing() -> None:
    book, _ = book_of(["甲", "乙"], ["1", "2"])
    for size in ("A1", "A1:XFD1048576"):
        source = read(book, lambda xml, size=size: re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{size}"', xml))  # type: ignore[misc]
        assert source.pages[0].text == "# 市场\n\n甲\t乙\n1\t2"


# --- CSV -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_every_encoding(encoding: str) -> None:
    source = read_csv('公司,说明\r\n谷歌,"一,二\n三"\r\n'.encode(encoding), "甲.csv")
    assert source.pages[0].text == "公司\t说明\n谷歌\t一,二\x1f三"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_first_line_tells_what_parts_the_values(delimiter: str) -> None:
    content = f"公司{delimiter}收入\n甲{delimiter}12.5\n".encode()
    assert read_csv(content, "甲.csv").pages[0].text == "公司\t收入\n甲\t12.5"


def test_rows_of_different_length_are_made_equal_and_empty_ones_left_out() -> None:
    assert read_csv("甲,乙,丙\n1\n\n2,3\n".encode(), "甲.csv").pages[0].text == "甲\t乙\t丙\n1\t\t\n2\t3\t"


def test_a_csv_of_more_cells_than_the_cap_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_CELLS", 3)
    with pytest.raises(UnreadableReport, match=r"^甲\.csv：单元格超过 3 个"):
        read_csv("甲,乙\n1,2\n".encode(), "甲.csv")
