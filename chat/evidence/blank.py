"""A table that leaves out what is asked: the row of what is asked about is there, and its cell is a stroke."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chat.evidence.evidence import stretches
from chat.understanding.meant import Meant
from chat.understanding.subject import names
from chat.understanding.wording import begun_alike
from index.asked import lacks_what_is_asked
from index.library import Hit
from index.metrics import comparable
from index.segment import fold
from ingest.report import Passage

_STROKE = re.compile(r"\s*(?:[/／\\-—–－~～]+|[Nn]/?[Aa]\.?|暂?无(?:数据)?|未(?:披露|公布|公开))\s*")


@dataclass(frozen=True, slots=True)
class Blank:
    """The cell of a row that a table leaves blank; row: the name as its cell has it."""

    row: str
    column: str


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a row; asks: its row or its column, whichever says what is asked of the name that the other one is."""

    row: str
    column: str
    text: str
    asks: str


def blank_cell(hits: Sequence[Hit], meant: Sequence[Meant]) -> Blank | None:
    """The cell that a question for a figure or a time, of one thing, asks for, where it is blank and nothing else found tells it; None
    mostly."""
    if len(meant) != 1 or not meant[0].amount:
        return None
    (asked,) = meant
    cells = [cell for hit in hits if (cell := _asked_cell(hit.passage.cells, asked)) is not None]
    blank = next((cell for cell in cells if _STROKE.fullmatch(cell.text)), None)
    if blank is None or any(comparable(cell.text) and not _STROKE.fullmatch(cell.text) for cell in cells):
        return None
    told = any(_tells(hit.passage, blank.asks, asked) for hit in hits)
    return None if told else Blank(blank.row, blank.column)


def _asked_cell(cells: Sequence[tuple[str, str]], asked: Meant) -> _Cell | None:
    """Of a row named after what is asked about, the cell of what is asked of it, or the other way round; None where the row is of something
    else."""
    question = comparable(asked.question)
    of_it = [(header, cell) for header, cell in cells if len(comparable(cell)) > 1 and comparable(cell) in question]
    if not of_it:
        return None
    header, row = max(of_it, key=lambda each: len(each[1]))  # the model, rather than the firm whose it is
    columns = [(other, cell) for other, cell in cells if other != header and _is_asked(other, question, asked)]
    if columns:
        column, text = max(columns, key=lambda each: begun_alike(header, each[0]))
        return _Cell(row, column, text, column)
    under = next((column for column in cells if names(fold(column[0]), _spellings(asked))), None)
    return _Cell(row, *under, row) if under is not None else None


def _is_asked(header: str, question: str, asked: Meant) -> bool:
    whole = len(comparable(header)) > 1 and comparable(header) in question
    return whole or bool(asked.measured and fold(header).endswith(asked.measured))


def _spellings(asked: Meant) -> list[str]:
    return [name for spellings in asked.subjects.values() for name in spellings]


def _tells(passage: Passage, asks: str, asked: Meant) -> bool:
    """Whether a sentence names what is asked about and tells the amount or the time of what is asked of it."""
    if passage.kind == "figure" or passage.cells:
        return False
    told = [passage.text[start:end] for start, end in stretches(passage)]
    return any(
        names(fold(each), _spellings(asked))
        and comparable(asks) in comparable(each)
        and not lacks_what_is_asked(asked.question, each)
        for each in told
    )
