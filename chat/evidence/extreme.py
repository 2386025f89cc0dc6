"""The row of a table that has the most or the least of what a question asks for: which of the whole table no stretch of it tells, and a
small model that sees some of the rows gives one of those.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from chat.evidence.derived import Derived
from chat.evidence.evidence import Evidence
from chat.understanding.wording import begun_alike
from index.library import Hit
from index.metrics import comparable
from ingest.figures import find_figures
from ingest.normalise import simplify
from ingest.report import Passage

_MOST = "大高多长快强重贵"
_LEAST = "小低少短慢弱轻"
_ASKS = re.compile(rf"(?P<measured>[^，,。？?\s]{{2,}}?)(?:是)?最(?P<extreme>[{_MOST}{_LEAST}])")
_WHICH = re.compile("哪|谁|什么")
# Rows of a table that are none of its items.
_NO_ITEM = re.compile("合计|总计|小计|平均|其[他它余]|整体|全部")
LEAST_ROWS = 3
LEAST_SHARED = 2  # characters that a column and what is measured end with


class Library(Protocol):
    """What is needed of a library: the passages of a report in its order."""

    def passages_of(self, report_id: str) -> list[Passage]: ...


@dataclass(frozen=True, slots=True)
class _Valued:
    """A row with its figure in a column."""

    row: Passage
    column: str
    cell: str
    value: Decimal
    unit: str


def extreme_rows(question: str, best: Evidence, library: Library) -> tuple[Derived, list[Evidence]] | None:
    """What is said of the row, or the rows, of the table that the best evidence is a row of, and they themselves; None where the question asks
    for no extreme of one of its columns, or fewer than LEAST_ROWS rows have a plain figure there, all of one unit.

    Where the question names what some rows have in another column (谷歌), it is among these.
    """
    asked = _ASKS.search(simplify(question))
    if asked is None or not best.hit.passage.cells or not _WHICH.search(question):
        return None
    rows, of = _among(question, _table_of(best.hit.passage, library))
    columns = _columns(rows, question, asked["measured"])
    valued = [each for row in rows for each in _valued(row, columns)]
    if len(valued) < LEAST_ROWS or len({each.unit for each in valued}) != 1:
        return None
    extreme = (max if asked["extreme"] in _MOST else min)(each.value for each in valued)
    found = [each for each in valued if each.value == extreme]
    evidence = [
        Evidence(number, Hit(each.row, 1.0, number), each.row.reading, 0, len(each.row.text), best.score)
        for number, each in enumerate({each.row.id: each for each in found}.values(), start=1)
    ]
    told = "、".join(f"{_name(each)}（{each.cell}）" for each in found)
    measured = next(iter(columns)) if len(columns) == 1 else _shared_end(valued[0].column, asked["measured"])
    text = f"表中{f'“{of}”的' if of else ''}{len(valued)}个“{measured}”里，最{asked['extreme']}的是{told}。"
    return Derived(text, tuple((each.row, 0, len(each.row.text)) for each in found)), evidence


def _table_of(row: Passage, library: Library) -> list[Passage]:
    """The items of the table that a row stands in; a row may lack the cells that are empty."""
    headers = {header for header, _ in row.cells}
    rows = [each for each in library.passages_of(row.report_id) if each.cells and each.headings == row.headings]
    return [
        each
        for each in rows
        if each.caption == row.caption
        and (headers <= {header for header, _ in each.cells} or {header for header, _ in each.cells} <= headers)
        and not _NO_ITEM.search(each.cells[0][1])
    ]


def _among(question: str, rows: Sequence[Passage]) -> tuple[Sequence[Passage], str]:
    """The rows with a cell that the question names, and that cell, the longest such; all of them and "" where none has."""
    asked = comparable(question)
    cells = {cell for row in rows for _, cell in row.cells if len(comparable(cell)) > 1 and comparable(cell) in asked}
    if not cells:
        return rows, ""
    named = max(cells, key=len)
    return [row for row in rows if any(cell == named for _, cell in row.cells)], named


def _columns(rows: Sequence[Passage], question: str, measured: str) -> set[str]:
    """The columns that end as what is measured does (参数量, NLP参数量); only those that the question tells from the others, where it
    does."""
    headers = {header: _shared_end(header, measured) for row in rows for header, _ in row.cells}
    ending = {header: shared for header, shared in headers.items() if len(shared) >= LEAST_SHARED}
    asked = comparable(question)
    whole = {header for header in ending if comparable(header) in asked}
    told = {header for header, shared in ending.items() if comparable(header).removesuffix(shared) in asked}
    return whole or told or set(ending)


def _valued(row: Passage, columns: Collection[str]) -> list[_Valued]:
    """The plain figures of a row in these columns."""
    cells = [(header, cell, find_figures(cell)) for header, cell in row.cells if header in columns]
    return [
        _Valued(row, header, cell, figures[0].low, figures[0].unit)
        for header, cell, figures in cells
        if len(figures) == 1 and figures[0].low == figures[0].high and not figures[0].hedge
    ]


def _shared_end(header: str, measured: str) -> str:
    """参数量 of NLP参数量 and 哪个模型的参数量."""
    one, other = comparable(header), comparable(measured)
    return one[len(one) - begun_alike(one[::-1], other[::-1]) :]


def _name(valued: _Valued) -> str:
    """The first cell of a row, and the one that its header says the figure is of (CV模型 for CV参数量), else the second."""
    (_, first), *others = [each for each in valued.row.cells if comparable(each[1]) and each[0] != valued.column]
    of_it = max(others, key=lambda each: begun_alike(each[0], valued.column), default=("", ""))
    return f"{first}的{of_it[1]}" if of_it[1] else first
