"""A table put together again from the passages of its rows, with the rows that an answer cites.

Reading cuts a table into a passage for each row, and a long row into several, each with the cells that name it. Rows are of one
table where only the end of a line stands between them in their section: between two tables stands a blank line or a header.
A cell stands under its header where the row's headers fit the table's in one way; else the row is kept whole, as it was read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chat.answer import Citation
from ingest.passages import PASSAGE_CHARS
from ingest.report import Passage

MOST_ROWS = 100  # each way from a row: nobody reads a longer table on a page, and its HTML is sent with the answer
_OWN_CELL = re.compile(r"[^\t ](?:[^\t]*[^\t ])?")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table.

    citation: the number of the citation of the passage that says it, of several the one that quotes the cell; None where
    none is.
    carried: it stands in a row above, merged with this one.
    """

    text: str
    citation: int | None = None
    carried: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table.

    cells: one for each column, None where it has none; of a row that is not aligned as many as it has, in order.
    citations: the numbers of all citations of it, ascending.
    caption: what it stands under: the table's caption, and the sub-heading inside the table above it.
    """

    cells: tuple[Cell | None, ...]
    citations: tuple[int, ...]
    caption: str
    aligned: bool


@dataclass(frozen=True, slots=True)
class CitedTable:
    """A table as far as its passages tell it.

    columns: the names in the header, "" for a column without one; all "" where the table has no header.
    passages: those that its rows stand in, in order. source: the one that it was asked for.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    passages: tuple[Passage, ...]
    source: Passage


def rows_around(passages: Sequence[Passage], row: int, *, most: int = MOST_ROWS) -> list[Passage]:
    """The passages of the table that passages[row] is in, in order: at most `most` above it and below it; [] for no row.

    passages: those of a library or of a section, in reading order; they are read one by one, outwards from the row.

    Raises:
        IndexError: there is no such row.
    """
    start = passages[row]
    if not start.cells:
        return []
    above = _following(start, (passages[at] for at in range(row - 1, max(-1, row - 1 - most), -1)), upwards=True)
    below = _following(start, (passages[at] for at in range(row + 1, min(len(passages), row + 1 + most))))
    return [*reversed(list(above)), start, *below]


def _following(start: Passage, others: Iterator[Passage], *, upwards: bool = False) -> Iterator[Passage]:
    last = start
    for other in others:
        if not (_adjoin(other, last) if upwards else _adjoin(last, other)):
            return
        yield other
        last = other


def _adjoin(upper: Passage, lower: Passage) -> bool:
    """Whether lower goes on with the table of upper. A row whose words are kept under another report breaks the table."""
    same_section = (upper.report_id, upper.section) == (lower.report_id, lower.section)
    return same_section and bool(upper.cells and lower.cells) and 0 <= lower.start - upper.end <= 1


def table_of(passage: Passage, neighbours: Sequence[Passage], citations: Sequence[Citation] = ()) -> CitedTable | None:
    """The table that a passage is a row of, with the rows of it among neighbours; None where the passage is no row.

    neighbours: passages of the section in reading order, this one among them; without it the table is its row alone.
    """
    if not passage.cells:
        return None
    at = next((number for number, other in enumerate(neighbours) if other.id == passage.id), None)
    passages = [passage] if at is None else rows_around(neighbours, at)
    parts_of_rows = list(_parts_of_rows(passages))
    columns = _columns(parts_of_rows)
    rows = tuple(_row(parts, columns, citations) for parts in parts_of_rows)
    # A sub-heading inside the table lengthens the captions of the rows under it.
    caption = min((each.caption for each in passages), key=len)
    return CitedTable(caption, columns, rows, tuple(passages), passage)


def _columns(parts_of_rows: Sequence[Sequence[Passage]]) -> tuple[str, ...]:
    """The names of the columns: those of the row that has most of them, and those it has no cell of where others have."""
    headers = map(_names_of, parts_of_rows)
    told = sorted(headers, key=lambda names: (sum(map(bool, names)), len(names)), reverse=True)
    columns = list(told[0])
    for names in told[1:]:
        at = 0
        for name in names:
            if name in columns[at:]:
                at = columns.index(name, at) + 1
            elif name and name not in columns:
                columns.insert(at, name)
                at += 1
    return tuple(columns)


def _names_of(parts: Sequence[Passage]) -> list[str]:
    names = [header for header, _ in parts[0].cells]
    for part in parts[1:]:
        names.extend(header for header, _ in part.cells if header not in names)
    return names


# --- rows ------------------------------------------------------------------------------------------------------------


def _parts_of_rows(passages: Sequence[Passage]) -> Iterator[list[Passage]]:
    """The passages of each row. A first cell that is cut itself cannot be told from the next row's, and stays a row."""
    first = max(passages, key=lambda passage: sum(1 for header, _ in passage.cells if header)).cells[0][0]
    row: list[Passage] = []
    for passage in passages:
        if row and not _goes_on(row, passage, first):
            yield row
            row = []
        row.append(passage)
    yield row


def _goes_on(row: Sequence[Passage], passage: Passage, first_header: str) -> bool:
    """Whether a passage is a later part of a row, one too long for a passage: its own words begin neither with an empty
    cell nor with a first one, though its cells may begin with those that name the row."""
    if passage.text.startswith("\t") or sum(len(part.reading) for part in (*row, passage)) <= PASSAGE_CHARS:
        return False
    header, cell = passage.cells[0]
    begins = " ".join(passage.text.split()).startswith(" ".join(cell.split()))
    return (not begins and passage.cells[0] == row[0].cells[0]) or (bool(header) and header != first_header)


def _row(parts: Sequence[Passage], columns: tuple[str, ...], citations: Sequence[Citation]) -> TableRow:
    placed = [_placed([header for header, _ in part.cells], columns) for part in parts]
    cells: list[Cell | None] = [None] * len(columns)
    in_order: list[Cell | None] = []
    for part, places in zip(parts, placed, strict=True):
        carried = _carried(part)
        for number, (_, text) in enumerate(part.cells):
            cell = Cell(text, _citation_of(part, text, citations), number < carried)
            in_order.append(cell)
            if places is not None:
                cells[places[number]] = _joined(cells[places[number]], cell)
    own = {part.id for part in parts}
    numbers = tuple(sorted(each.number for each in citations if each.passage.id in own))
    aligned = None not in placed
    return TableRow(tuple(cells if aligned else in_order), numbers, parts[0].caption, aligned)


def _placed(names: Sequence[str], columns: Sequence[str]) -> list[int] | None:
    """The column of each name, where names fit columns in just one way; None for a row that was read without headers."""
    if any(columns) and not any(names):
        return None
    from_left, from_right = _fitted(names, columns), _fitted(names[::-1], columns[::-1])
    if from_left is None or from_right is None:
        return None
    return from_left if from_left == [len(columns) - 1 - at for at in reversed(from_right)] else None


def _fitted(names: Sequence[str], columns: Sequence[str]) -> list[int] | None:
    """The first places in order where each name stands."""
    places: list[int] = []
    for name in names:
        after = places[-1] + 1 if places else 0
        at = next((at for at in range(after, len(columns)) if columns[at] == name), None)
        if at is None:
            return None
        places.append(at)
    return places


def _carried(passage: Passage) -> int:
    """How many of the first cells come from the rows above: those that the row's own line has no words for."""
    if not passage.text.startswith("\t"):
        return 0
    return max(0, len(passage.cells) - sum(1 for cell in passage.text.split("\t") if cell.strip()))


def _joined(cell: Cell | None, more: Cell) -> Cell:
    """A cell of a row with what a later part of the row says of it; a name that each part repeats stands once."""
    if cell is None:
        return more
    if cell.text == more.text:
        return cell if cell.citation is not None else more
    between = " " if cell.text[-1].isascii() and more.text[0].isascii() else ""
    citation = cell.citation if cell.citation is not None else more.citation
    return Cell(f"{cell.text}{between}{more.text}", citation, cell.carried)


def cell_spans(passage: Passage) -> list[tuple[int, int] | None]:
    """Where in a row's text each of its cells stands; None for one that is filled in from a row above, or told before."""
    own = [match.span() for match in _OWN_CELL.finditer(passage.text)]
    spans: list[tuple[int, int] | None] = [None] * len(passage.cells)
    # From the right: what is filled in stands to the left, and may say the same as a cell of the row itself.
    for place, (_, cell) in reversed(list(enumerate(passage.cells))):
        for at, (start, end) in reversed(list(enumerate(own))):
            if " ".join(passage.text[start:end].split()) == " ".join(cell.split()):
                spans[place] = (start, end)
                own = own[:at]
                break
    return spans


def _citation_of(passage: Passage, text: str, citations: Sequence[Citation]) -> int | None:
    of_it = [each for each in citations if each.passage.id == passage.id]
    quoting = [each for each in of_it if text in each.quote]
    return min((each.number for each in quoting or of_it), default=None)
