"""XLSX and CSV: each sheet as a page, its cells as they are shown and its merged cells filled."""

import contextlib
import csv
import io
import re
import warnings
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import groupby, takewhile
from typing import Any

from lxml import etree

from ingest.grids import Cell, filled_rows, table_lines
from ingest.language import Message, message
from ingest.readers.archive import Package
from ingest.readers.encodings import decode_text
from ingest.readers.number_formats import shown_date, shown_number
from ingest.report import UnreadableReport
from ingest.source import Flag, Source, SourcePage

# Twelve seconds and 300 MB of reading; a file of more is a database, not a report.
MAX_CELLS = 500_000
# The cells from the first column to the last one of each row, empty ones too: the reader makes all of them.
_MAX_PLACES = 5_000_000
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")

# (first row, first column, last row, last column), from 1
Area = tuple[int, int, int, int]
Place = tuple[int, int]  # (row, column), from 1


@dataclass(slots=True)
class _Layout:
    """What the part of a sheet says beside its cells; rows and columns from 1.

    unsaved: formulas without a value. places: how many cells a reader of it makes.
    """

    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unsaved: int = 0
    cells: int = 0
    places: int = 0


def read_sheets(package: Package) -> Source:
    """Each sheet that is shown as a page under its name; empty rows part tables, a line alone above one is its caption.

    Numbers and dates stand as their formats show them, and formulas as their last values. Hidden sheets, rows and
    columns are left out.

    Raises:
        UnreadableReport: more than MAX_CELLS cells.
        KeyError, ValueError, lxml.etree.XMLSyntaxError, …: the file is broken, as the library reports it.
    """
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415 - a fifth of a second, for spreadsheets alone

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # what openpyxl could not write again is no concern of a reader
        reader = ExcelReader(io.BytesIO(package.content), read_only=True, data_only=True, keep_links=False)
        with contextlib.closing(reader.archive):
            reader.read()
            parts = {sheet.name: relation.target for sheet, relation in reader.parser.find_sheets()}
            layouts = {sheet.title: _layout(package.parts[parts[sheet.title]]) for sheet in reader.wb.worksheets}
            _check_size(layouts.values(), package.name)
            pages = tuple(
                _page(sheet, number, layouts[sheet.title])
                if sheet.sheet_state == "visible"
                else SourcePage("", number, ("hidden",), excluded=True)
                for number, sheet in enumerate(reader.wb.worksheets, start=1)
            )
            notes = _notes(reader.wb.worksheets, layouts)
    said = package.properties()
    return Source(pages, said["title"], said["author"], notes=(*notes, *package.notes()), page_kind="sheet")


def read_csv(content: bytes, name: str) -> Source:
    """Values parted by commas, semicolons or tabs, whichever the first line has most of, as one page of rows.

    Raises:
        UnreadableReport: the bytes are no text, or more than MAX_CELLS cells.
        csv.Error: a field longer than the library's limit.
    """
    text = decode_text(content, name).removeprefix("\ufeff")
    first = text.partition("\n")[0]
    delimiter = max(",", "\t", ";", key=first.count)
    grid = [[Cell(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    if len(grid) * max(map(len, grid), default=0) > MAX_CELLS:
        raise _too_many(name)
    return Source((SourcePage("\n".join(table_lines(filled_rows(grid)))),))


def _layout(part: bytes) -> _Layout:
    """Merged, hidden and counted, in one pass that keeps nothing else.

    Raises:
        ValueError: a row, column or area outside any sheet.
    """
    layout = _Layout()
    tags = [f"{_MAIN}{name}" for name in ("row", "c", "col", "mergeCell")]
    last = 0
    for _, element in etree.iterparse(io.BytesIO(part), tag=tags, resolve_entities=False, no_network=True):
        match etree.QName(element).localname:
            case "c":
                layout.cells += 1
                last = max(last + 1, _area(element.get("r", "A1"))[3])
                layout.unsaved += element.find(f"{_MAIN}f") is not None and not element.findtext(f"{_MAIN}v")
                continue  # its row clears it
            case "row":
                row = int(element.get("r", "1"))
                if row > _LAST_ROW:
                    raise ValueError(f"row {row}")
                layout.places += last
                last = 0
                if _is_hidden(element, "ht"):
                    layout.hidden_rows.add(row)
            case "col":
                if _is_hidden(element, "width"):
                    first, end = int(element.get("min", "1")), min(int(element.get("max", "1")), _LAST_COLUMN)
                    layout.hidden_columns.update(range(first, end + 1))
            case _:
                layout.merged.append(_area(element.get("ref", "A1")))
        element.clear()
    return layout


def _is_hidden(element: etree._Element, size: str) -> bool:
    return element.get("hidden") in ("1", "true") or float(element.get(size) or 1) == 0


def _area(reference: str) -> Area:
    from openpyxl.utils import column_index_from_string  # noqa: PLC0415 - see read_sheets

    places = [_PLACE.fullmatch(place) for place in reference.split(":")]
    corners = [(int(place[2]), column_index_from_string(place[1])) for place in places if place]
    (top, left), (bottom, right) = corners[0], corners[-1]
    if not (1 <= top <= bottom <= _LAST_ROW and left <= right <= _LAST_COLUMN):
        raise ValueError(reference)
    return top, left, bottom, right


def _check_size(layouts: Iterable[_Layout], name: str) -> None:
    cells = sum(layout.cells for layout in layouts)
    if cells > MAX_CELLS or any(layout.places > _MAX_PLACES for layout in layouts):
        raise _too_many(name)


def _too_many(name: str) -> UnreadableReport:
    return UnreadableReport(
        message("{file}：单元格超过 {most:,} 个；请只保留要检索的部分后重试", file=name, most=MAX_CELLS)
    )


def _notes(sheets: Sequence[Any], layouts: Mapping[str, _Layout]) -> Iterator[Message]:
    for sheet in sheets:
        layout = layouts[sheet.title]
        if sheet.sheet_state != "visible":
            yield message("工作表“{sheet}”已隐藏（未读取）", sheet=sheet.title)
        elif layout.hidden_rows or layout.hidden_columns:
            yield message("工作表“{sheet}”中隐藏的行或列（未读取）", sheet=sheet.title)
        if layout.unsaved:
            yield message(
                "工作表“{sheet}”有 {count} 个公式没有保存结果；请用 Excel 打开并保存后重新导入",
                sheet=sheet.title,
                count=layout.unsaved,
            )


def _page(sheet: Any, number: int, layout: _Layout) -> SourcePage:
    sheet.reset_dimensions()  # what a file says of its own size may be wrong
    cells = {
        (cell.row, cell.column): text
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and (text := _shown(cell))
    }
    visible = {
        (row, column): text
        for (row, column), text in cells.items()
        if row not in layout.hidden_rows and column not in layout.hidden_columns
    }
    hidden: tuple[Flag, ...] = ("hidden",) if len(visible) < len(cells) else ()
    tables = ["\n".join(table_lines(rows)) for rows in _tables(visible, layout)]
    if not tables:
        return SourcePage("", number, ("empty", *hidden))
    return SourcePage("\n\n".join([f"# {sheet.title}", *tables]), number, hidden)


def _shown(cell: Any) -> str:
    """The value of a cell as its sheet shows it."""
    match cell.value:
        case bool():
            return str(cell.value).upper()
        case int() | float():
            return shown_number(cell.value, cell.number_format)
        case date() | time() | timedelta():
            return shown_date(cell.value, cell.number_format)
        case value:
            return str(value).strip()


def _tables(cells: Mapping[Place, str], layout: _Layout) -> Iterator[list[list[str]]]:
    """The rows of each table, which ends with an empty row; hidden rows and columns part nothing.

    Raises:
        ValueError: merged areas or a table over more than _MAX_PLACES.
    """
    last = max((row for row, _ in cells), default=0)
    columns = sorted({column for _, column in cells})
    places: dict[int, dict[int, Place]] = {}  # row → column → the cell whose words stand there
    for row, column in cells:
        places.setdefault(row, {})[column] = row, column
    left_over = _MAX_PLACES
    for top, left, bottom, right in layout.merged:
        if (top, left) not in cells:
            continue
        across = columns[bisect_left(columns, left) : bisect_right(columns, right)]
        down = range(top, min(bottom, last) + 1)
        left_over -= len(down) * len(across)
        if left_over < 0:
            raise ValueError("merged areas cover too much")
        for row in down:
            places.setdefault(row, {}).update(dict.fromkeys(across, (top, left)))
    shown = (row for row in range(1, last + 1) if row not in layout.hidden_rows)
    for filled, rows in groupby(shown, key=places.__contains__):
        if filled:
            yield _table([places[row] for row in rows], cells)


def _table(rows: Sequence[Mapping[int, Place]], cells: Mapping[Place, str]) -> list[list[str]]:
    """Rows in the columns that they use, merged cells filled; a line alone at their top or bottom is no row of them."""
    columns = sorted({column for row in rows for column in row})
    if len(rows) * len(columns) > _MAX_PLACES:
        raise ValueError("a table over too many places")
    down = Counter(corner for row in rows for corner in set(row.values()))
    read: list[list[Cell]] = []
    begun: set[Place] = set()
    for row in rows:
        across = Counter(row.values())
        line: list[Cell] = []
        for column in columns:
            corner = row.get(column)
            if corner is None:
                line.append(Cell(""))
            elif corner not in begun:
                line.append(Cell(cells[corner], down[corner], across[corner]))
                begun.add(corner)
        read.append(line)
    alone = [len(corners := set(row.values())) == 1 and down[min(corners)] == 1 for row in rows]
    top = len(list(takewhile(bool, alone)))
    notes = [lonely and min(row) == columns[0] for lonely, row in zip(alone[top:], rows[top:], strict=True)]
    bottom = len(rows) - len(list(takewhile(bool, reversed(notes))))
    return [
        *([cells[row[min(row)]]] for row in rows[:top]),
        *filled_rows(read[top:bottom]),
        *([cells[row[min(row)]]] for row in rows[bottom:]),
    ]
