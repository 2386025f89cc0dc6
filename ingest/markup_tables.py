"""Tables in Markdown, with pipes or as HTML, to lines with tabs between the cells.

Pipes by the rules of GitHub Flavored Markdown. For an HTML file as a whole see `web`.
"""

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser

from ingest.grids import Cell, filled_rows, table_lines
from ingest.source import row_line

_DELIMITER = re.compile(r"[ ]*\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*")
_PIPE = re.compile(r"(?<!\\)\|")
_TABLE_TAG = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)
# The standard allows 65,534 rows; none of a report's has so many, and a number of thousands of digits is no number.
_MAX_SPAN = 1000
_BREAKS = frozenset({"br", "div", "p", "li", "tr"})
_BULLETS = "•·-*◆●■▪✓"


def pipe_tables(lines: Sequence[str]) -> list[str]:
    """Lines with those of pipe tables as rows; a table has a line of dashes under its header, with as many cells."""
    read: list[str] = []
    columns = 0
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if columns and "|" in line:
            if not _DELIMITER.fullmatch(line):
                cells = _pipe_cells(line)[:columns]
                read.append(row_line([*cells, *[""] * (columns - len(cells))]))
        elif _begins_table(line, below):
            columns = len(_pipe_cells(line))
            read.append(row_line(_pipe_cells(line)))
        else:
            columns = 0
            read.append(line)
    return read


def _begins_table(line: str, below: str) -> bool:
    dashes = "|" in below and _DELIMITER.fullmatch(below) is not None
    return dashes and "|" in line and len(_pipe_cells(line)) == len(_pipe_cells(below))


def _pipe_cells(line: str) -> list[str]:
    inner = line.strip(" ").removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip(" ").replace("\\|", "|") for cell in _PIPE.split(inner)]


def html_tables(text: str) -> str:
    """Text with each `<table>` element as rows between blank lines; one that is never closed is left as it is.

    Markup and entities outside of tables are left as they are, and `<` and `&` of a cell are written as entities.
    """
    kept: list[str] = []
    done = start = depth = 0
    for tag in _TABLE_TAG.finditer(text):
        if not tag[1]:
            start = start if depth else tag.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                lines = table_lines(_table_rows(text[start : tag.end()]))
                kept += [text[done:start], "\n\n", html.escape("\n".join(lines), quote=False), "\n\n"]
                done = tag.end()
    return "".join([*kept, text[done:]])


def _table_rows(markup: str) -> list[list[str]]:
    """The rows of a `<table>` element, with line breaks between the lines of a cell and the items of a list in it.

    Not by the parser of `web`, which refuses what is nested too deeply: a fragment in Markdown must lose no words.
    """
    parser = _TableParser()
    parser.feed(markup)
    parser.close()
    # A row that is named by a `<th>` is none of the header.
    rows = [[cell._replace(header=all(other.header for other in row)) for cell in row] for row in parser.rows]
    try:
        return filled_rows(rows)
    except ValueError:  # forged spans: the words are kept without them
        return [[cell.text for cell in row] for row in rows]


class _TableParser(HTMLParser):
    """Collects the cells of a table; a table inside a cell is read as words of that cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[Cell]] = []
        self._cell: Cell | None = None
        self._words: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == "table"
        if self._depth == 1 and tag == "tr":
            self._end_cell()
            self.rows.append([])
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            spans = dict(attrs)
            self._cell = Cell("", _span(spans.get("rowspan")), _span(spans.get("colspan")), tag == "th")
        elif tag in _BREAKS:
            self._say("\n• " if tag == "li" else "\n")
        elif tag in ("td", "th"):
            self._say(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._depth == 1 and tag in ("td", "th", "tr", "table"):
            self._end_cell()
        elif tag in _BREAKS:
            self._say("\n")
        self._depth -= tag == "table"

    def handle_data(self, data: str) -> None:
        self._say(re.sub(r"\s+", " ", data))

    def _say(self, words: str) -> None:
        if self._cell is not None:
            self._words.append(words)

    def _end_cell(self) -> None:
        if self._cell is not None:
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append(self._cell._replace(text=cell_lines("".join(self._words))))
        self._cell = None
        self._words = []


def _span(value: str | None) -> int:
    return min(max(1, int(value)), _MAX_SPAN) if value and re.fullmatch(r"[0-9]{1,6}", value) else 1


def cell_lines(words: str) -> str:
    """The lines of a cell, none empty, an item marked once."""
    lines = (" ".join(line.split()) for line in words.split("\n"))
    said = (line[2:] if line.startswith("• ") and line[2:3] in _BULLETS else line for line in lines)
    return "\n".join(line for line in said if line.strip("• "))
