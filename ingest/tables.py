"""Tab-separated lines to rows that know their header.

Converted tables lose their merged cells: the cell of a merged block stands in its first row only, and a header that
spans two columns stands once. What can be told for certain is filled in; a row or header that does not line up is
kept whole, without headers, rather than paired by guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

Cells = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """line: its number among the lines given, from 0. cells: (header, cell) pairs without the empty cells."""

    line: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Table:
    """header: what of the header stands in no cell pair, read as one line. header_lines: how many lines it takes."""

    header: str
    header_lines: int
    rows: tuple[Row, ...]


def is_table_line(line: str) -> bool:
    """A line with a tab between or before two cells, one of which says something."""
    return "\t" in line and bool(line.strip())


def parse_table(lines: Sequence[str]) -> Table:
    """The table of consecutive table lines; lines[header_lines:] are its rows, in order."""
    grid = [[cell.strip() for cell in line.split("\t")] for line in lines]
    width = max(len(cells) for cells in grid)
    if len(grid) == 1:
        return Table("", 0, (Row(0, _pairs([], grid[0])),))
    names, header_lines = _header(grid)
    rows: list[Row] = []
    above = [""] * width
    said: set[int] = set()
    for number, cells in enumerate(grid[header_lines:], start=header_lines):
        filled = _filled_from_above(cells, above)
        rows.append(Row(number, _pairs(names if _used(cells) <= len(names) else [], filled)))
        above = filled + [""] * (width - len(filled))
        said.update(column for column, cell in enumerate(filled) if cell)
    unpaired = [cell for row in grid[: header_lines if not names else header_lines - 1] for cell in row]
    over_nothing = [name for column, name in enumerate(names) if column not in said]
    return Table(" ".join(cell for cell in [*unpaired, *over_nothing] if cell), header_lines, tuple(rows))


def _header(grid: list[list[str]]) -> tuple[list[str], int]:
    """The names of the columns, "" where there is none, and the lines they take; no names where they do not line up.

    A name over several columns stands once in converted text. Over names of its own, it is put before each of them;
    over the first two of a table whose first column is merged, it names both; over other columns, the line below names
    them. Any other header with fewer names than columns is not paired with them.
    """
    first, rest = grid[0], grid[1:]
    columns = max(_used(row) for row in rest)
    named = _used(first)
    second = rest[0]
    full = _used(second) == columns and len(rest) > 1
    if full and not second[0] and all(second[1:columns]) and not all(first[1:columns]):
        return [first[0], *_spread(first[1:], second[1:])], 2
    if named == columns and all(first[:named]):
        return first, 1
    merged_below = any(not row[0] for row in rest)
    if merged_below and named == columns - 1 and all(first[:named]):
        return [first[0], "", *first[1:named]], 1
    if full and not merged_below and named < columns and all(second[:columns]):
        return second, 2
    return [], 1


def _used(row: list[str]) -> int:
    """The number of columns up to the last cell that says something."""
    return max((column for column, cell in enumerate(row, start=1) if cell), default=0)


def _spread(above: list[str], below: list[str]) -> list[str]:
    """Each name below with the one that stands over it, which reaches as far as the next."""
    names: list[str] = []
    over = ""
    for column, name in enumerate(below):
        over = (above[column] if column < len(above) else "") or over
        names.append(f"{over}{name}")
    return names


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
