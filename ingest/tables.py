"""Tab-separated lines to rows that know their header.

Converted tables lose their merged cells: the cell of a merged block stands in its first row only, and a header that
spans two columns stands once or in each. What can be told for certain is filled in; a row or header that does not line
up is kept whole, without headers, rather than paired by guess.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.sentences import split_long
from ingest.source import CELL_BREAK, Line

Cells = tuple[tuple[str, str], ...]

# What says where figures come from or how they are meant, in simplified and traditional characters, alone or mixed.
NOTE = re.compile(
    r"(?:注|附注|附註|备注|備註|(?:资料|資料|数据|數據|信息|資訊|图片|圖片|内容|內容)?(?:来源|來源))\s*\d{0,2}\s*[:：]"
)

# Rows told apart inside one cell keep what names them in each; a longer cell says something, and stands once.
_NAME_CHARS = 40
_HEADER_CHARS = 80  # a longer cell is no name of a column, and its line no header
_ITEM = re.compile(r"[•◆✓·●■▪►*-]\s*\S|[（(]?\d{1,2}[、.)）](?!\d)|[①-⑳]")
# A line of a cell that the width of its column cut, not the writer: the sentence goes on after it.
_GOES_ON = re.compile(r"[，、（(《“/—-]$|[的和与及或]$")
_WRAPPED_CHARS = 6
_SUB_HEADING = re.compile(
    r"[:：]$|^(?:[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十]{1,2}[）)]|其中|合计|总计|小计)"
)
# What sums up or is left over of the rows above stands beside them, though its first cell is empty as a merged one is.
_TOTAL = re.compile(r"(?:合\s*[计計]|[总總]\s*[计計]|小\s*[计計]|平均[值数]?|全[国國球]|其[他它])\s*(?:[:：（(].*)?")
_EMPTY = re.compile(r"[-–—/]+")
_FIGURE = re.compile(r"[+\-−~约]?\d[\d,.]*\s*(?:[%％‰倍]|[十百千万亿]*(?:美?元|[人家个台辆])?)")


@dataclass(frozen=True, slots=True)
class Row:
    """line: its number among the lines given, from 0. cells: (header, cell) pairs without the empty cells.

    carried: how many of the first pairs come from the rows above. under: the sub-heading inside the table above it.
    """

    line: int
    cells: Cells
    carried: int = 0
    under: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """header: what of the header stands in no cell pair, read as one line. header_lines: how many lines it takes."""

    header: str
    header_lines: int
    rows: tuple[Row, ...]


def is_table_line(line: str) -> bool:
    """A line with a tab between or before two cells, one of which says something."""
    return "\t" in line and bool(line.strip())


# --- rows inside a row ---------------------------------------------------------------------------------------------


def logical_lines(lines: Sequence[Line]) -> list[Line]:
    """The lines with each logical row of a table on a line of its own, and no CELL_BREAK left.

    The lines of a row's cells are rows where as many stand in each cell that has several, or are the items of a list in
    its only such cell; else the row stays one, as its header does.
    """
    read: list[Line] = []
    for is_table, group in groupby(lines, key=lambda line: is_table_line(line.text)):
        for number, line in enumerate(group):
            if CELL_BREAK not in line.text:
                read.append(line)
            elif is_table:
                read.extend(line._replace(text=text) for text in _rows_within(line.text, header=number == 0))
            else:
                read.extend(line._replace(text=text) for text in line.text.split(CELL_BREAK))
    return read


def _rows_within(row: str, *, header: bool) -> list[str]:
    cells = [_logical_lines_of(cell) for cell in row.split("\t")]
    several = [cell for cell in cells if len(cell) > 1]
    items = len(several) == 1 and all(map(_ITEM.match, several[0]))
    if header or not several or len({len(cell) for cell in several}) > 1 or not (len(several) > 1 or items):
        return ["\t".join(_joined(cell) for cell in row.split("\t"))]
    return ["\t".join(_cell_of(cell, number) for cell in cells) for number in range(len(several[0]))]


def _cell_of(lines: list[str], number: int) -> str:
    if len(lines) > 1:
        return lines[number]
    return lines[0] if number == 0 or len(lines[0]) <= _NAME_CHARS else ""


def _logical_lines_of(cell: str) -> list[str]:
    """The lines of a cell as written; one of them where the width of the column parted a text."""
    lines = cell.split(CELL_BREAK)
    return [_joined(cell)] if _is_wrapped(lines) else lines


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the breaks are the column's: lines of one length but for the last, or ones that end where none would."""
    if len(lines) < 2 or any(map(_ITEM.match, lines[1:])):
        return False
    full, last = lines[:-1], lines[-1]
    width = max(map(len, full))
    even = len(full) > 1 and width - min(map(len, full)) <= 1 and len(last) <= width and width >= _WRAPPED_CHARS
    return even or any(_GOES_ON.search(line) for line in full)


def _joined(cell: str) -> str:
    """One line of the lines of a cell; those of a text that the column parted, without a space where none belongs."""
    lines = cell.split(CELL_BREAK)
    if not _is_wrapped(lines):
        return " ".join(lines)
    return re.sub(f"(?<=[A-Za-z0-9,.]){CELL_BREAK}(?=[A-Za-z0-9])", " ", cell).replace(CELL_BREAK, "")


# --- rows and their header -----------------------------------------------------------------------------------------


def parse_table(lines: Sequence[str]) -> Table:
    """The table of consecutive table lines; lines[header_lines:] are its rows, in order."""
    grid = [_told_once([cell.strip() for cell in line.split("\t")]) for line in lines]
    if len(grid) == 1:
        return Table("", 0, (Row(0, _pairs([], grid[0])),))
    names, header_lines = _header(grid)
    rows = tuple(_rows(grid, names, header_lines))
    said = {name for row in rows for name, _ in row.cells if name}
    unpaired = [cell for row in grid[: header_lines if not names else header_lines - 1] for cell in row]
    over_nothing = [name for name in names if name and name not in said]
    return Table(" ".join(dict.fromkeys(cell for cell in [*unpaired, *over_nothing] if cell)), header_lines, rows)


def _told_once(cells: list[str]) -> list[str]:
    """A cell over the whole row stands in each of its columns where a reader fills merged cells in; 0 and / do not."""
    same = len(cells) > 2 and len(set(cells)) == 1 and re.search(r"[^\W\d_]{2}", cells[0])
    return [cells[0], *[""] * (len(cells) - 1)] if same else cells


def _rows(grid: list[list[str]], names: list[str], header_lines: int) -> Iterator[Row]:
    body = grid[header_lines:]
    columns = len(grid[0])
    sub_headings = _sub_headings(body)
    shifted = _shifted(body)
    totals = _totals(body)
    texts = Counter(column for cells in body for column, cell in enumerate(cells) if "。" in cell)
    above = [""] * columns
    under = ""
    for number, cells in enumerate(body):
        if number in sub_headings:
            under, above = cells[0], [""] * columns
            yield Row(header_lines + number, (("", under),))
            continue
        whole = len(cells) != columns or _used(cells) > len(names) or number in shifted or _is_note(cells)
        filled = cells if whole or number in totals else _filled_from_above(cells, above)
        over = [] if whole else _names_of(names, filled, texts)
        carried = sum(1 for before, after in zip(cells, filled, strict=True) if after and not before)
        yield Row(header_lines + number, _pairs(over, filled), carried, under)
        above = [""] * columns if whole or number in totals else filled


def _totals(body: list[list[str]]) -> frozenset[int]:
    """Numbers of the rows whose empty leading cells are merged with nothing: those called totals, and the last row where
    it alone has an empty first cell and gives figures without a name."""
    unnamed = [number for number, cells in enumerate(body) if not cells[0]]
    called = frozenset(number for number in unnamed if _TOTAL.fullmatch(next(filter(None, body[number]), "")))
    figures = [cell for cell in body[-1] if cell and not _EMPTY.fullmatch(cell)] if body else []
    if set(unnamed) - called == {len(body) - 1} and figures and all(map(_FIGURE.fullmatch, figures)):
        return called | {len(body) - 1}
    return called


def _sub_headings(body: list[list[str]]) -> frozenset[int]:
    """Numbers of the rows of three columns or more that are one cell across, with rows of their own under them.

    A row that lacks all its figures looks alike, so its words must say what it is, or others must be like it.
    """
    across = [
        number
        for number, cells in enumerate(body[:-1])
        if len(cells) > 2 and cells[0] and not any(cells[1:]) and body[number + 1][0] and any(body[number + 1][1:])
    ]
    return frozenset(number for number in across if len(across) > 1 or _SUB_HEADING.search(body[number][0]))


def _is_note(cells: list[str]) -> bool:
    return not any(cells[1:]) and NOTE.match(cells[0]) is not None


def _shifted(body: list[list[str]]) -> frozenset[int]:
    """Numbers of the rows that stand a column too far left, for want of the empty cell merged with the row above.

    In a table merged at its left, a row that opens a block fills more columns than those under it. One that opens a
    block, fills fewer than every other one does, and just one less than the rows under others, is one of those.
    """
    opening = sorted((_used(cells), number) for number, cells in enumerate(body) if cells[0])
    following = [_used(cells) for cells in body if not cells[0]]
    if not following or len(opening) < 2:
        return frozenset()
    (fewest, number), (next_fewest, _) = opening[:2]
    return frozenset({number} if fewest < next_fewest and fewest == max(following) - 1 else ())


def _names_of(names: list[str], cells: list[str], texts: Counter[int]) -> list[str]:
    """The names over a row's cells; none over a text that spans columns which it does not belong to alone.

    Such a one is a sentence with empty cells after it, where no other cell of the column is one.

    texts: in how many rows each column holds a sentence.
    """
    return [
        ""
        if 0 < column < len(cells) - 2
        and "。" in cells[column]
        and texts[column] == 1
        and not any(cells[column + 1 : column + 3])
        else name
        for column, name in enumerate(names)
    ]


def _header(grid: list[list[str]]) -> tuple[list[str], int]:
    """The names of the columns, "" where there is none, and the lines they take; no names where they do not line up.

    A name over several columns stands once in converted text, or in each. Over names of its own, it is put before each
    of them; over the first two of a table whose first column is merged, it names both; over other columns, the line
    below names them. Any other header with fewer names than columns is not paired with them; a line of texts is none.
    """
    first, rest = grid[0], grid[1:]
    if max(map(len, first)) > _HEADER_CHARS:
        return [], 0
    columns = max(_used(row) for row in rest)
    second = rest[0]
    if len(rest) > 1 and (names := _two_levels(first, second, columns)):
        return names, 2
    named = _used(first)
    full = _used(second) == columns and len(rest) > 1
    totals = _totals(rest)
    merged_below = any(not row[0] for number, row in enumerate(rest) if number not in totals)
    # A table of items by years has no name over its items; an empty cell there may be one merged with those below it.
    if named == columns and all(first[1:named]) and (first[0] or not merged_below):
        return first, 1
    if merged_below and named == columns - 1 and all(first[:named]):
        return [first[0], "", *first[1:named]], 1
    if full and not merged_below and named < columns and all(second[:columns]):
        return second, 2
    return [], 1


def _two_levels(first: list[str], second: list[str], columns: int) -> list[str]:
    """The names of a header of two lines: what spans columns in the first before each name under it; [] for others.

    A name that reaches down stands in both lines, and one that spans columns in each of them, where a reader fills
    merged cells in; in converted text each stands once.
    """
    over = ["" if number and cell == first[number - 1] else cell for number, cell in enumerate(first)]
    below = ["" if cell in first[number : number + 1] else cell for number, cell in enumerate(second)]
    lines_up = below != second or all(below[1:columns])
    if below[0] or not lines_up or all(over[1:columns]) or _used(second) != columns:
        return []
    over += [""] * (columns - len(over))
    names = [_name_over(over, column) + name if name else over[column] for column, name in enumerate(below[:columns])]
    return names if all(names[1:]) else []


def _name_over(over: list[str], column: int) -> str:
    return next((over[at] for at in range(min(column, len(over) - 1), -1, -1) if over[at]), "")


def _used(row: list[str]) -> int:
    """The number of columns up to the last cell that says something."""
    return max((column for column, cell in enumerate(row, start=1) if cell), default=0)


def _filled_from_above(cells: list[str], above: list[str]) -> list[str]:
    """Empty leading cells are merged with the row above; empty cells further right may just be empty."""
    filled = list(cells)
    for column, cell in enumerate(cells):
        if cell:
            break
        filled[column] = above[column]
    return filled


def _pairs(names: list[str], cells: list[str]) -> Cells:
    return tuple(
        (names[column] if column < len(names) else "", re.sub(r" {2,}", " ", cell))
        for column, cell in enumerate(cells)
        if cell
    )


# --- parts of a long row -------------------------------------------------------------------------------------------


def row_parts(line: str, row: Row, limit: int) -> list[tuple[int, int, Cells]]:
    """(start, end, cells) of the parts of a row's line: one, or several where its reading is longer than limit.

    The short cells that begin a row name it, and stand in the cells of every part. A cell is cut between sentences only
    where it is too long by itself.
    """
    if _length(row.cells) <= limit:
        return [(len(line) - len(line.lstrip(" ")), len(line.rstrip(" ")), row.cells)]
    named = row.cells[: row.carried]
    own = _own_cells(line, row)
    while len(own) > 1 and own[0][1] - own[0][0] <= _NAME_CHARS and _length(named) <= limit // 2:
        named += ((own[0][2], line[own[0][0] : own[0][1]]),)
        own.pop(0)
    parts: list[tuple[int, int, Cells]] = []
    room = max(limit - _length(named), limit // 2)
    for start, end, name in _pieces(line, own, room):
        cell = (name, " ".join(line[start:end].split()))
        if parts and _length((*parts[-1][2], cell)) <= limit:
            parts[-1] = (parts[-1][0], end, (*parts[-1][2], cell))
        else:
            parts.append((start if parts else 0, end, (*named, cell)))
    return parts


def _own_cells(line: str, row: Row) -> list[tuple[int, int, str]]:
    """(start, end, header) of the cells of a row that stand in its own line."""
    spans = [match.span() for match in re.finditer(r"[^\t ](?:[^\t]*[^\t ])?", line)]
    headers = [header for header, _ in row.cells[row.carried :]]
    # A cell that stands in each column of its row was read once.
    return [(start, end, header) for (start, end), header in zip(spans[: len(headers)], headers, strict=True)]


def _pieces(line: str, cells: Sequence[tuple[int, int, str]], room: int) -> Iterator[tuple[int, int, str]]:
    for start, end, name in cells:
        for first, last in _packed(split_long(line, start, end, room - len(name)), room - len(name)):
            yield first, first + len(line[first:last].rstrip()), name


def _packed(spans: Sequence[tuple[int, int]], room: int) -> Iterator[tuple[int, int]]:
    """Spans that follow on each other, joined while they fit."""
    start = spans[0][0]
    for (_, end), (_, following) in zip(spans, [*spans[1:], (0, 0)], strict=True):
        if following - start > room or not following:
            yield start, end
            start = end


def _length(cells: Cells) -> int:
    """Of the reading of these cells."""
    return sum(len(header) + len(cell) + 2 for header, cell in cells)
