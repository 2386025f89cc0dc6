"""Tables with merged cells to rows of plain cells, as `row_line` takes them."""

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from ingest.source import row_line

# A file may say that a cell covers any number of rows and columns; no table that people read covers so many.
MAX_CELLS = 1_000_000


class Cell(NamedTuple):
    """The words of a cell, the rows and columns that it covers (from 1), and whether it is marked as a header."""

    text: str
    rows: int = 1
    columns: int = 1
    header: bool = False


def filled_rows(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """Rows of one width, with a merged cell's words in each row that it covers; rows holds each cell once, at its top.

    In the header they stand in each of its columns as well, elsewhere in the first alone. A cell over all columns above
    the rest is a caption: a row of one cell.

    Raises:
        ValueError: the cells cover more than MAX_CELLS places.
    """
    captions = [row[0].text for row in takewhile(lambda row: len(row) == 1 and row[0].columns > 1, rows)]
    places: list[dict[int, str]] = [{} for _ in rows[len(captions) :]]
    header_rows = 1
    left = MAX_CELLS
    for number, row in enumerate(rows[len(captions) :]):
        column = 0
        for cell in row:
            while column in places[number]:
                column += 1
            in_header = cell.header or number < header_rows
            if number < header_rows:
                # A name beside others that reaches down, or over several columns, has names of the header below it.
                header_rows = max(header_rows, number + (cell.rows if cell.columns == 1 else cell.rows + 1))
            covered = places[number : number + cell.rows]
            left -= len(covered) * cell.columns
            if left < 0:
                raise ValueError("merged cells cover too many places")
            for below in covered:
                for place in range(cell.columns):
                    below.setdefault(column + place, cell.text if in_header or not place else "")
            column += cell.columns
    width = max((max(row, default=0) + 1 for row in places), default=0)
    if width * len(places) > MAX_CELLS:
        raise ValueError("rows of very different width")
    return [*([caption] for caption in captions), *([row.get(column, "") for column in range(width)] for row in places)]


def table_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row that says something; a row of one cell (a caption, a box) line by line."""
    lines: list[str] = []
    for row in rows:
        if len(row) == 1:
            lines.extend(" ".join(line.split()) for line in row[0].splitlines() if line.strip())
        elif any(cell.strip() for cell in row):
            lines.append(row_line(row))
    return lines
