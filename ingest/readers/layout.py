"""A page of placed characters to lines of text and tables, in the order in which they are read.

Columns are told from rows of a table by how they are set: lines of prose fill their column, or stand at heights of
their own; cells do neither. Full-width lines between columns part them (the idea of the recursive XY cut, Nagy & Seth,
ICPR 1984). Sizes are in points, x to the right and y downwards; nothing here knows what wrote the page.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, median_low
from typing import NamedTuple

from ingest.readers.ruling import Grid

# All widths are in ems. A wider gap than this parts two pieces of a line; a Western space in justified text is narrower.
_PIECE_GAP = 1.0
_SPACED_GAP = 1.6
_SPACE = 0.17
_MIXED_SPACE = 0.35
# A column of prose is at least so wide.
_PROSE_WIDTH = 8.0
_COLUMN_LINES = 3
# Points that places on two pages differ by at most where they are one.
ONE_PLACE = 6.0
# Deeper than any page is nested; each cut takes away at least one box.
_MAX_CUTS = 12

_BULLET = re.compile(r"[•●○■□◆◇▪▶►➢➤✓√·◼❖\uf000-\uf0ff]")
_LIST_MARK = re.compile(
    r"(?:[•●○■□◆◇▪▶►➢➤✓√◼❖]|[(（]?\d{1,2}(?:[、．)）]|\.(?!\d))|[①-⑳]|[(（]?[一二三四五六七八九十]{1,3}[、)）])"
)
_HEADING_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*")
_LEADER = re.compile(r"(?:[.…·・]\s?){4,}")
_SENTENCE_END = re.compile(r"[。！？!?；;：:.][”’」』）)\]]*$")
_NEVER_FIRST = frozenset("，。、；：！？）》」』”’】％,.;:!?)%")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_STOP = re.compile(r"[，。；：！？]|[.,;:](?= |$)")
_FIRST_WORD = re.compile(r"([(（\[《“‘「『]*)([A-Za-z0-9\u00c0-\u024f.,'%-]+|.?)(.?)", re.DOTALL)
_WESTERN = re.compile(r"[!-~\u00c0-\u024f€£¥]")


class Piece(NamedTuple):
    """Characters that stand side by side on one line; top and bottom are one em apart."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of a column of text. left, right: the edges of that column; column: its number on the page, from 0."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool
    left: float
    right: float
    column: int


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table; a merged cell's words stand in each of its rows.

    columns: the left and right edge of each: the lines of a ruled one, else of its words. ends: the last line of each
    cell of the last row, None for an empty one; its right is the edge that the words of the cell reach at most.
    bold_head: whether all words of the first row are bold, titles over all columns left out. starts: for each row of a ruled
    table the number of the cell it begins with; rows that begin with one merged cell share it.
    """

    rows: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[float, float], ...]
    x0: float
    top: float
    x1: float
    bottom: float
    ends: tuple[TextLine | None, ...] = ()
    ruled: bool = False
    bold_head: bool = False
    starts: tuple[int, ...] = ()


Block = TextLine | TableRows
_Box = Piece | TableRows


def lay_out(characters: Sequence[Piece], grids: Sequence[Grid] = (), before: TableRows | None = None) -> list[Block]:
    """The lines and tables of a page in reading order.

    characters: in the order of the file, white space among them; each at least one character, or a whole line of OCR.
    before: the last table of the page before: what stands in the same columns at the head of this one may be its rest.
    """
    tables, rest = _ruled_tables(characters, grids, before)
    boxes: list[_Box] = [*join_pieces(rest), *tables]
    blocks: list[Block] = []
    for column, region in enumerate(_regions(boxes)):
        blocks.extend(_blocks_of(region, column, None if column else before))
    return blocks


def join_pieces(characters: Iterable[Piece]) -> list[Piece]:
    """Pieces of lines from characters that follow each other in the file and on the page."""
    pieces: list[Piece] = []
    run: list[Piece] = []
    spaced: list[bool] = []  # whether white space of the file stands before it
    space = False
    for char in characters:
        if not char.text.strip():
            space = True
            continue
        if run:
            gap = (char.x0 - run[-1].x1) / max(char.size, run[-1].size)
            if _overlap(char, run[-1]) < 0.5 or not -0.5 <= gap <= (_SPACED_GAP if space else _PIECE_GAP):
                pieces.append(_piece(_spelled(run, spaced), run))
                run, spaced, space = [], [], False
        run.append(char)
        spaced.append(space)
        space = False
    return [*pieces, _piece(_spelled(run, spaced), run)] if run else pieces


def _piece(text: str, run: Sequence[Piece]) -> Piece:
    sizes: Counter[float] = Counter()
    for char in run:
        sizes[char.size] += len(char.text)
    size = sizes.most_common(1)[0][0]
    body = next(char for char in run if char.size == size)
    bold = sum(len(char.text) for char in run if char.bold) > 0.8 * sum(len(char.text) for char in run)
    return Piece(text, run[0].x0, body.top, max(char.x1 for char in run), body.bottom, size, bold)


def _spelled(run: Sequence[Piece], spaced: Sequence[bool]) -> str:
    """The characters with the spaces between them, which many files give by their places alone.

    A gap counts by what it has over the usual one of the line: titles are often set wide.
    """
    gaps = [(char.x0 - before.x1) / max(char.size, before.size) for before, char in pairwise(run)]
    usual = max(0.0, median_low(gaps)) if len(gaps) > 1 else 0.0
    texts = [run[0].text]
    for before, char, gap, space in zip(run, run[1:], gaps, spaced[1:], strict=False):
        numbered = len(texts) < 12 and _HEADING_NUMBER.fullmatch("".join(texts))
        widest = _SPACE if numbered else _widest(before.text, char.text)
        texts.append(" " if space or gap - usual > widest else "")
        texts.append(char.text)
    return "".join(texts)


def _widest(before: str, after: str) -> float:
    """The widest gap without a space, in ems; between Chinese and Western words a quarter is set for looks."""
    western = bool(_WESTERN.match(before[-1])) + bool(_WESTERN.match(after[0]))
    return _MIXED_SPACE if western == 1 else _SPACE


def _overlap(one: "_Box", other: "_Box") -> float:
    """How much of the lower of two boxes stands beside the other, in [0, 1]."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0.0, shared) / max(0.1, min(one.bottom - one.top, other.bottom - other.top))


# Ruled tables


def _ruled_tables(
    characters: Sequence[Piece], grids: Sequence[Grid], before: TableRows | None
) -> tuple[list[TableRows], list[Piece]]:
    """The grids that hold a table, and the characters outside of these."""
    tables: list[TableRows] = []
    rest = list(characters)
    for grid in grids:
        inside: dict[int, list[Piece]] = {}
        outside: list[Piece] = []
        for char in rest:
            cell = grid.cell_at((char.x0 + char.x1) / 2, (char.top + char.bottom) / 2)
            if cell is None:
                outside.append(char)
            else:
                inside.setdefault(cell, []).append(char)
        cells = {cell: lines for cell, chars in inside.items() if (lines := _cell_lines(chars, *grid.sides(cell)))}
        table = _without_empty(cells, grid) if cells else None
        if table and (_is_table(table, cells, grid) or _is_rest(table, grid, before)):
            tables.append(table)
            rest = outside
    return tables, rest


def _is_table(table: TableRows, cells: Mapping[int, object], grid: Grid) -> bool:
    # A chart has lines across and down too, and its labels stand beside them.
    said = len(cells) >= max(3, 0.4 * len({cell for row in grid.cells for cell in row}))
    return said and len(table.rows) > 1 and len(table.columns) > 1


def _is_rest(table: TableRows, grid: Grid, before: TableRows | None) -> bool:
    """Whether a grid of one row has the columns of the table before."""
    return before is not None and len(grid.cells) == 1 and columns_in(before, table) is not None


def _without_empty(cells: Mapping[int, Sequence[TextLine]], grid: Grid) -> TableRows:
    """The table without rows and columns that say nothing of their own.

    A title merged over all columns stands once; a row that is the one above it again is one merged row.
    """
    words = {cell: _cell_text(lines) for cell, lines in cells.items()}
    rows = [tuple(words.get(cell, "") for cell in row) for row in grid.cells]
    numbers = [at for at, row in enumerate(rows) if any(row) and (at == 0 or row != rows[at - 1])]
    columns = [
        column
        for column in range(len(grid.xs) - 1)
        if any(rows[at][column] for at in numbers)
        and not (column and all(rows[at][column] == rows[at][column - 1] for at in numbers))
    ]
    narrowed = [tuple(rows[at][column] for column in columns) for at in numbers]
    names = next((at for at, row in zip(numbers, narrowed, strict=True) if len(set(row)) > 1), numbers[0])
    head, ends = ([cells.get(grid.cells[at][column], ()) for column in columns] for at in (names, numbers[-1]))
    return TableRows(
        tuple(row[:1] if len(set(row)) == 1 else row for row in narrowed),
        tuple((grid.xs[column], grid.xs[column + 1]) for column in columns),
        grid.xs[0],
        grid.ys[0],
        grid.xs[-1],
        grid.ys[-1],
        tuple(lines[-1] if lines else None for lines in ends),
        ruled=True,
        bold_head=all(line.bold for lines in head for line in lines),
        starts=tuple(grid.cells[at][0] for at in numbers),
    )


def columns_in(table: TableRows, part: TableRows) -> tuple[int, ...] | None:
    """The numbers of a table's columns that those of a part of it are; None where one is none of them.

    A ruled part is as wide as the whole. Words of one column begin, end or have their middle at one place, as they are
    aligned.
    """
    width = max(abs(part.x0 - table.x0), abs(part.x1 - table.x1))
    if part.ruled != table.ruled or (part.ruled and width > ONE_PLACE):
        return None
    numbers: list[int] = []
    for left, right in part.columns:
        found = next(
            (
                number
                for number, (start, end) in enumerate(table.columns)
                if (not numbers or number > numbers[-1])
                and (
                    abs(left - start) <= ONE_PLACE
                    or (not part.ruled and min(abs(right - end), abs(left + right - start - end) / 2) <= ONE_PLACE)
                )
            ),
            None,
        )
        if found is None:
            return None
        numbers.append(found)
    return tuple(numbers)


def _cell_lines(characters: Sequence[Piece], left: float, right: float) -> list[TextLine]:
    """The lines of a cell between these edges, which has as much white on its right as on its left."""
    rows = _rows(join_pieces(characters))
    padding = max(0.0, min((row[0].x0 for row in rows), default=left) - left)
    return [_line(row, left, right - padding, 0) for row in rows]


def _cell_text(lines: Sequence[TextLine]) -> str:
    """The words of a cell; a line that ends early ends there."""
    text = lines[0].text
    for before, line in pairwise(lines):
        text = join_text(text, line.text) if is_full(before, line, before.right) else f"{text}\n{line.text}"
    return text


# Columns


class _Span(NamedTuple):
    """Where the column begins and ends."""

    left: float
    right: float


class _Region(NamedTuple):
    """Boxes of one column; span: of this column on the whole page, None where the page has but one."""

    boxes: list[_Box]
    span: _Span | None


def _regions(boxes: Sequence[_Box], span: _Span | None = None, cuts: int = 0) -> Iterator[_Region]:
    """The boxes by columns and by full-width stretches between these, in reading order."""
    x = _gutter(boxes) if cuts < _MAX_CUTS else None
    if x is None:
        if boxes:
            yield _Region(list(boxes), span)
        return
    stretches = _stretches(boxes, x)
    parted = [stretch for stretch in stretches if not stretch.full_width and _is_parted(stretch.boxes, x)]
    left = _span([box for stretch in parted for box in stretch.boxes if box.x1 <= x])
    right = _span([box for stretch in parted for box in stretch.boxes if box.x0 >= x])
    for stretch in stretches:
        if stretch in parted or (not stretch.full_width and left and right and _fits(stretch.boxes, left, right)):
            upper, lower = _without_tail(stretch.boxes, x)
            yield from _regions([box for box in upper if box.x1 <= x], left, cuts + 1)
            yield from _regions([box for box in upper if box.x0 >= x], right, cuts + 1)
            yield from _regions(lower, span, cuts + 1)
        elif len(stretch.boxes) < len(boxes):
            yield from _regions(stretch.boxes, span, cuts + 1)
        else:
            yield _Region(stretch.boxes, span)


def _span(boxes: Sequence[_Box]) -> _Span | None:
    """What stands wholly beside the widest box, such as the number of the page, is of no column."""
    if not boxes:
        return None
    widest = max(boxes, key=lambda box: box.x1 - box.x0)
    within = [box for box in boxes if box.x0 < widest.x1 and box.x1 > widest.x0]
    return _Span(min(box.x0 for box in within), max(box.x1 for box in within))


def _fits(boxes: Sequence[_Box], left: _Span, right: _Span) -> bool:
    """Whether a stretch too short to tell is of the columns that the page has elsewhere, and no cells side by side."""
    fewer, more = sorted(_sides(boxes, left, right) or ([], []), key=len)
    if not fewer:
        return False
    return _beside(fewer, more) < 0.5 or (len(fewer) == 1 and len(more) > 1 and _is_prose(more))


def _sides(boxes: Sequence[_Box], left: _Span, right: _Span) -> tuple[list[Piece], list[Piece]] | None:
    """The lines that begin where one of two columns does; None where there are others than these, but for what is alone
    at its height, as the number of the page is."""
    pieces = [box for box in boxes if isinstance(box, Piece)]
    lefts, rights = ([piece for piece in pieces if _begins_with(piece, column)] for column in (left, right))
    others = [box for box in boxes if box not in lefts and box not in rights]
    if any(_overlap(one, box) > 0 for one in others for box in boxes if box is not one):
        return None
    return lefts, rights


def _begins_with(piece: Piece, column: _Span) -> bool:
    """Whether a line begins where the column does, or with an indent, and ends in it."""
    return -0.5 <= (piece.x0 - column.left) / piece.size <= 2.2 and piece.x1 <= column.right + 1


class _Stretch(NamedTuple):
    boxes: list[_Box]
    full_width: bool


def _stretches(boxes: Sequence[_Box], x: float) -> list[_Stretch]:
    """The boxes from top to bottom, parted where those of full width, which cross x, begin and end.

    A line or two on the left alone right below a full-width paragraph are its end.
    """
    crossing = [box for box in boxes if box.x0 < x < box.x1]
    headings = _full_width_headings(boxes, x)
    stretches: list[_Stretch] = []
    for box in sorted(boxes, key=_middle):
        # What stands on one line with it is full-width too: cells of a table, one of whose columns crosses x.
        full_width = box in headings or any(other is box or _overlap(other, box) >= 0.5 for other in crossing)
        if not stretches or stretches[-1].full_width != full_width:
            stretches.append(_Stretch([], full_width))
        stretches[-1].boxes.append(box)
    joined: list[_Stretch] = []
    for stretch in stretches:
        end_of_paragraph = len(stretch.boxes) <= 2 and all(box.x1 <= x for box in stretch.boxes)
        if joined and joined[-1].full_width and (stretch.full_width or end_of_paragraph):
            joined[-1].boxes.extend(stretch.boxes)
        else:
            joined.append(stretch)
    return joined


def _full_width_headings(boxes: Sequence[_Box], x: float) -> set[_Box]:
    """Headings over both columns that are too short to cross x: nothing stands beside one, and both columns begin right
    below it, or below another such heading."""
    pieces = sorted((box for box in boxes if isinstance(box, Piece)), key=lambda piece: piece.top)
    if not pieces:
        return set()
    body = median(piece.size for piece in pieces)
    found: set[_Box] = set()
    for number in range(len(pieces) - 1, -1, -1):
        piece = pieces[number]
        if piece.x1 > x or not (piece.bold or piece.size >= 1.15 * body):
            continue
        below = [other for other in pieces[number + 1 :] if other.top >= piece.bottom]
        left = next((other for other in below if other.x0 < x), None)
        right = next((other for other in below if other.x0 >= x), None)
        ends = left is None and right is None
        if any(_overlap(piece, other) > 0 for other in pieces if other.x0 >= x):
            continue
        if (
            ends
            or left in found
            or (right and _begins_columns(piece, left, right, _white_above(right, boxes, x), body))
        ):
            found.add(piece)
    return found


def _begins_columns(heading: Piece, left: Piece | None, right: Piece, white: float, body: float) -> bool:
    """Whether these first pieces below a heading begin two columns, at one height or parted by the white of a paragraph.

    white: above the right one. Right columns have a heading's room of it only where the heading is theirs too.
    """
    apart = math.inf if left is None else left.bottom - right.bottom
    if abs(apart) <= 0.6 * body:
        return True
    near = abs(apart) <= 2.2 * body or (apart > 0 and right.top - heading.bottom <= 4 * body)
    return near and heading.size >= 1.15 * body and white >= heading.size + 2 * body


def _white_above(piece: Piece, boxes: Sequence[_Box], x: float) -> float:
    """The white above a piece, in its column right of x."""
    return min((piece.top - box.bottom for box in boxes if box.x1 > x and box.bottom <= piece.top), default=math.inf)


def _middle(box: _Box) -> float:
    return (box.top + box.bottom) / 2


def _gutter(boxes: Sequence[_Box]) -> float | None:
    """Where a white stripe parts two columns of text: the place whose columns hold most lines; None where none does."""
    pieces = [box for box in boxes if isinstance(box, Piece)]
    if len(pieces) < _COLUMN_LINES:
        return None
    middle = (min(box.x0 for box in boxes) + max(box.x1 for box in boxes)) / 2
    places = Counter(round(piece.x0) for piece in pieces)
    best: tuple[int, float] | None = None
    for place in sorted(places):
        halves = 0 <= place - middle <= 2 * pieces[0].size
        if not halves and sum(places[near] for near in range(place - 2, place + 3)) < _COLUMN_LINES:
            continue
        x = place - 1.5
        score = 0
        for stretch in _stretches(boxes, x):
            left, right = _flanks(stretch.boxes, x)
            if not stretch.full_width and left and right and _is_parted_here(left, right, halves):
                score += min(len(left), len(right))
        if score and (best is None or score > best[0]):
            best = score, x
    return best[1] if best else None


def _is_parted_here(left: Sequence[Piece], right: Sequence[Piece], halves: bool) -> bool:
    if min(len(left), len(right)) >= _COLUMN_LINES:
        return _are_columns(left, right)
    return halves and len(left) > 1 and _is_prose(left) and _reaches(left[0], right)


def _is_parted(boxes: Sequence[_Box], x: float) -> bool:
    """Whether x parts this stretch of a page with columns too, and not the cells of a table in it."""
    left, right = _flanks(boxes, x)
    if min(len(left), len(right)) >= _COLUMN_LINES:
        return _are_columns(left, right)
    return not left or not right or (len(left) > 1 and _reaches(left[0], right))


def _reaches(line: Piece, right: Sequence[Piece]) -> bool:
    """Whether a line of the left column ends just before the right one, as cells seldom do."""
    return line.x1 >= min(piece.x0 for piece in right) - 3.5 * line.size


def _without_tail(boxes: Sequence[_Box], x: float) -> tuple[list[_Box], list[_Box]]:
    """The columns, and what stands below both where these end at one height: such as a table in between."""
    ordered = sorted(boxes, key=lambda box: box.top)
    size = median(box.size for box in ordered if isinstance(box, Piece))
    left = right = ordered[0].top  # how far down each column reaches
    for number, box in enumerate(ordered):
        bottom = max(left, right)
        ends = box.top - bottom >= 1.2 * size and abs(left - right) <= 0.6 * size
        if ends and not _goes_on_in_columns(ordered[:number], ordered[number:], x):
            return ordered[:number], ordered[number:]
        if box.x1 <= x:
            left = max(left, box.bottom)
        else:
            right = max(right, box.bottom)
    return ordered, []


def _goes_on_in_columns(above: Sequence[_Box], below: Sequence[_Box], x: float) -> bool:
    """Whether what stands below a white stripe through both columns is theirs too: more columns, or lines no farther from
    them than their paragraphs are from each other."""
    if all(_flanks(below, x)) and _is_parted(below, x):
        return True
    left, right = _span([box for box in above if box.x1 <= x]), _span([box for box in above if box.x0 >= x])
    if not left or not right or not (sides := _sides(below, left, right)) or not any(sides):
        return False
    column = [box for box in above if (box.x1 <= x) == (below[0].x1 <= x)]
    gaps = [lower.top - upper.bottom for upper, lower in pairwise([*column, below[0]])]
    return len(gaps) > 1 and gaps[-1] <= 1.1 * max(gaps[:-1])


def _flanks(boxes: Sequence[_Box], x: float) -> tuple[list[Piece], list[Piece]]:
    """The pieces of the columns next to x on its left and on its right, from top to bottom."""
    pieces = sorted((box for box in boxes if isinstance(box, Piece)), key=lambda piece: piece.top)
    left = [piece for piece in pieces if piece.x1 <= x]
    right = [piece for piece in pieces if piece.x0 >= x and piece.x0 - x <= 2.5 * piece.size]
    if left:
        near = max(piece.x1 for piece in left)
        start = min(piece.x0 for piece in left if piece.x1 >= near - 6 * piece.size)
        left = [piece for piece in left if piece.x1 > start]
    return left, right


def _are_columns(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Two columns of text, and not the cells of a table.

    That is prose on both sides; or on the left, where not each line has something beside it; or lines at heights of
    their own.
    """
    facing = [piece for piece in left if right[0].top <= _middle(piece) <= right[-1].bottom] or left
    gap = min(piece.x0 for piece in right) - max(piece.x1 for piece in facing)
    if gap < 0.6 * median(piece.size for piece in [*left, *right]):
        return False
    if _is_prose(left) and _is_prose(right):
        return True
    if len(facing) >= _COLUMN_LINES and _is_prose(facing, full=0.5) and _beside(facing, right) < 0.8:
        return True
    fewer, more = sorted((left, right), key=len)
    return _beside(fewer, more) < 0.5


def _beside(pieces: Sequence[Piece], others: Sequence[Piece]) -> float:
    """The share of the pieces that stand on one line with any of the others."""
    heights = [_middle(other) for other in others]
    return sum(any(abs(_middle(one) - y) <= 0.25 * one.size for y in heights) for one in pieces) / len(pieces)


def _is_prose(pieces: Sequence[Piece], *, full: float = 0.3) -> bool:
    """Whether these are lines of sentences: some with a comma or stop, some as wide as their column allows.

    full: the least share of the latter. Western lines end up to a word before the edge of their column, and a list leaves
    most of its lines short.
    """
    start, end = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    size = median(piece.size for piece in pieces)
    wide = sum(end - piece.x1 <= size + 0.12 * (end - start) for piece in pieces)
    stopped = sum(_STOP.search(piece.text) is not None for piece in pieces)
    return end - start >= _PROSE_WIDTH * size and wide >= full * len(pieces) and stopped >= 0.2 * len(pieces)


# Lines


def _blocks_of(region: _Region, column: int, before: TableRows | None) -> list[Block]:
    """The lines and tables of one column, from top to bottom."""
    blocks: list[Block] = [box for box in region.boxes if isinstance(box, TableRows)]
    rows = _rows([box for box in region.boxes if isinstance(box, Piece)])
    edges = _edges(rows, region.span or _row_span(rows))
    number = 0
    while number < len(rows):
        end = _aligned_until(rows, number)
        # A running head stands above the first row at most.
        if (table := _aligned_table(rows[number:end], before if number < 2 else None)) is not None:
            blocks.append(table)
            number = end
        else:
            blocks.append(_line(rows[number], *edges[number], column))
            number += 1
    return sorted(
        blocks, key=lambda block: (block.top + block.bottom) / 2 if isinstance(block, TextLine) else block.top
    )


def _row_span(rows: Sequence[Sequence[Piece]]) -> _Span:
    wholes = [row[0]._replace(x1=row[-1].x1) for row in rows]
    return _span(wholes) or _Span(0.0, 0.0)


def _edges(rows: Sequence[Sequence[Piece]], column: _Span) -> list[tuple[float, float]]:
    """Where the lines around each row begin and end: of those set closely together, such as beside a picture, where two
    of three or more reach the same edge; else of the whole column."""
    edges: list[tuple[float, float]] = []
    start = 0
    for number in range(1, len(rows) + 1):
        if number < len(rows) and _is_close(rows[number - 1], rows[number]):
            continue
        together = rows[start:number]
        size = together[0][0].size
        starts, ends = [row[0].x0 for row in together], [row[-1].x1 for row in together]
        own_left = sum(x - min(starts) <= 0.5 * size for x in starts) >= 2 and len(together) > 2
        own_right = sum(max(ends) - x <= 1.2 * size for x in ends) >= 2 and len(together) > 2
        edges += [(min(starts) if own_left else column.left, max(ends) if own_right else column.right)] * len(together)
        start = number
    return edges


def _is_close(above: Sequence[Piece], below: Sequence[Piece]) -> bool:
    size = above[0].size
    return below[0].top - above[0].bottom <= 1.2 * size and abs(below[0].size - size) <= 0.07 * size


def _rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces by lines, from top to bottom and from left to right; neighbours that all but touch are joined."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: (_middle(piece), piece.x0)):
        beside = next((row for row in reversed(rows[-4:]) if _overlap(max(row, key=_size), piece) >= 0.5), None)
        if beside is None:
            rows.append([piece])
        else:
            beside.append(piece)
    joined = [_touching(sorted(row, key=lambda piece: piece.x0)) for row in rows]
    return sorted(joined, key=lambda row: _middle(max(row, key=_size)))


def _size(piece: Piece) -> float:
    return piece.size


def _touching(row: list[Piece]) -> list[Piece]:
    """A row with the pieces joined that the file gives apart: a line drawn in parts, a mark of a list before its words."""
    joined = row[:1]
    for piece in row[1:]:
        before = joined[-1]
        gap = (piece.x0 - before.x1) / max(before.size, piece.size)
        marked = len(before.text) <= 4 and (_BULLET.fullmatch(before.text) or _LIST_MARK.fullmatch(before.text))
        if gap <= _PIECE_GAP or marked or _LEADER.search(before.text) or _LEADER.match(piece.text):
            space = " " if gap > _widest(before.text, piece.text) else ""
            joined[-1] = _piece(before.text + space + piece.text, [before, piece])
        else:
            joined.append(piece)
    return joined


def _line(row: Sequence[Piece], left: float, right: float, column: int) -> TextLine:
    whole = _piece(" ".join(piece.text for piece in row), row)
    return TextLine(
        whole.text, whole.x0, whole.top, whole.x1, whole.bottom, whole.size, whole.bold, left, right, column
    )  # fmt: skip


# Tables without ruling lines


def _aligned_until(rows: Sequence[Sequence[Piece]], start: int) -> int:
    """Where the rows end that may be of one table: of several pieces each, or of one right below such a row."""
    end = start
    while end < len(rows) and (len(rows[end]) > 1 or (end > start and _continues(rows[end - 1], rows[end]))):
        end += 1
    while end > start and len(rows[end - 1]) == 1 and not _continues(rows[end - 2], rows[end - 1]):
        end -= 1
    return end


def _continues(above: Sequence[Piece], below: Sequence[Piece]) -> bool:
    """Whether a line of a single piece goes on with a cell of the line above, other than the first."""
    (piece,) = below if len(below) == 1 else (None,)
    if piece is None or piece.top - max(other.bottom for other in above) > 0.8 * piece.size:
        return False
    return any(abs(other.x0 - piece.x0) <= piece.size for other in above[1:] or above)


def _aligned_table(rows: Sequence[Sequence[Piece]], before: TableRows | None) -> TableRows | None:
    """The table of rows whose pieces stand below each other, or below those of the table before; None where they do not."""
    columns = _columns_below(before, rows) or _columns_of(rows)
    if columns is None:
        return None
    width = len(columns)
    cells: list[list[str]] = []
    ends: list[TextLine | None] = []
    for number, row in enumerate(rows):
        placed = [""] * width
        last: list[TextLine | None] = [None] * width
        for piece in row:
            column = _column_of(piece, columns)
            placed[column] = join_text(placed[column], piece.text) if placed[column] else piece.text
            last[column] = _line([piece], *columns[column], 0)
        if number and len(row) == 1 and _continues(rows[number - 1], row) and not placed[0]:
            cells[-1] = [
                join_text(above, below) if above else below for above, below in zip(cells[-1], placed, strict=True)
            ]
            ends = [below or above for above, below in zip(ends, last, strict=True)]
        else:
            cells.append(placed)
            ends = last
    pieces = [piece for row in rows for piece in row]
    return TableRows(
        tuple(map(tuple, cells)),
        tuple(columns),
        min(piece.x0 for piece in pieces),
        min(piece.top for piece in pieces),
        max(piece.x1 for piece in pieces),
        max(piece.bottom for piece in pieces),
        tuple(ends),
        bold_head=all(piece.bold for piece in rows[0]),
    )


def _columns_below(before: TableRows | None, rows: Sequence[Sequence[Piece]]) -> list[tuple[float, float]] | None:
    """The columns of the table before that have pieces, where each row has one to a column at most, as it is aligned."""
    if before is None or before.ruled:
        return None
    found: dict[int, tuple[float, float]] = {}
    for row in rows:
        spans = tuple((piece.x0, piece.x1) for piece in row)
        numbers = columns_in(before, TableRows((), spans, 0.0, 0.0, 0.0, 0.0))
        if numbers is None or not all(_is_in_one(piece, before.columns) for piece in row):
            return None
        for number, (left, right) in zip(numbers, spans, strict=True):
            start, end = found.get(number, before.columns[number])
            found[number] = min(start, left), max(end, right)
    return [found[number] for number in sorted(found)] if len(found) > 1 else None


def _columns_of(rows: Sequence[Sequence[Piece]]) -> list[tuple[float, float]] | None:
    """The columns of the rows that have as many pieces as most of them; or more, where no piece is of two columns then:
    most rows may have an empty cell."""
    counts = Counter(len(row) for row in rows if len(row) > 1)
    usual = max(counts, key=lambda count: (counts[count], count), default=0)
    for width in sorted((count for count in counts if count >= usual), reverse=True):
        columns = _columns_of_model([row for row in rows if len(row) == width])
        if columns and (width == usual or all(_is_in_one(piece, columns) for row in rows for piece in row)):
            return columns
    return None


def _columns_of_model(rows: Sequence[Sequence[Piece]]) -> list[tuple[float, float]] | None:
    """The columns of rows of as many pieces; None where they are too few, overlap, or are sentences side by side."""
    columns = [
        (min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)) for pieces in zip(*rows, strict=True)
    ]
    cells = len(columns) * len(rows)
    if cells < 6 or len(rows) < 2 or any(left[1] >= right[0] for left, right in pairwise(columns)):
        return None
    return columns if sum(len(piece.text) for row in rows for piece in row) <= 40 * cells else None


def _is_in_one(piece: Piece, columns: Sequence[tuple[float, float]]) -> bool:
    return sum(piece.x0 < right and piece.x1 > left for left, right in columns) == 1


def _column_of(piece: Piece, columns: Sequence[tuple[float, float]]) -> int:
    """The column that the piece shares most with; a name over several columns goes to the first of these."""
    shared = [min(piece.x1, right) - max(piece.x0, left) for left, right in columns]
    return max(range(len(columns)), key=lambda column: (shared[column] > 0, min(0.0, shared[column]), -column))


# Lines to paragraphs


def is_full(line: TextLine, following: TextLine, right: float) -> bool:
    """Whether a line ends where it does for want of room: the first word of the next would not have fitted.

    A bracket before the word is of it, and so is a mark behind it that may not begin a line.
    """
    first = _FIRST_WORD.match(following.text)
    opening, word, mark = first.groups() if first else ("", "", "")
    needed = len(opening) + max(1.0, 0.55 * len(word)) + (mark in _NEVER_FIRST) + 0.5
    return right - line.x1 < needed * following.size


def starts_item(text: str) -> bool:
    """Whether a line begins with the mark of a list item."""
    return _LIST_MARK.match(text) is not None


def ends_sentence(text: str) -> bool:
    return _SENTENCE_END.search(text) is not None


def join_text(before: str, after: str) -> str:
    """Two lines of one paragraph as one: Western words are parted by a space, and a hyphen that breaks one goes."""
    if not before or not after:
        return before + after
    if before[-1] in "\u00ad\u2010-" and after[0].isalnum():
        # Chinese text breaks Western words only at a hyphen of their own.
        broken = before[-1] in "\u00ad\u2010" or (after[0].islower() and not _IDEOGRAPH.search(before + after))
        return before[:-1] + ("" if broken else "-") + after
    western = re.match(r"[\w%)\],.;:!?'\"-]", before[-1], re.ASCII) and re.match(r"[\w(\['\"]", after[0], re.ASCII)
    return f"{before} {after}" if western else before + after
