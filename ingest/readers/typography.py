"""Laid out pages of one file to text: headings by their size, wrapped lines joined, running heads and feet left out.

What is a heading or a running head is told from the file as a whole: from the size that most of it is set in, and from
what pages repeat at their edges.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise, takewhile
from statistics import median
from typing import NamedTuple

from ingest.readers.layout import (
    ONE_PLACE,
    Block,
    TableRows,
    TextLine,
    columns_in,
    ends_sentence,
    is_full,
    join_text,
    starts_item,
)
from ingest.source import row_line

# A heading is set so much larger than the body, or in bold. A tenth is what a Western font in Chinese text differs by.
_LARGER = 1.15
_HEADING_CHARS = 64
# Headings of sizes closer than this are of one rank.
_SAME_RANK = 0.93
# The strips along the upper and lower edge where running heads and feet stand, as a share of the page's height.
_EDGE = 0.1
_REPEATS = 3
# Two pages apart: left and right pages may have heads of their own.
_APART = 2

# What goes on overleaf without a header of its own reaches at least so far down its page: a row of many lines may not fit.
_FOOT = 2 / 3

_USUAL_LEADING = 0.7
_LEADING_LINES = 8

# A figure in a table, and no year, which may head a column.
_FIGURE = re.compile(r"(?!(?:19|20)\d\d(?!\d))[+\-−~约]?\d[\d,.]*\s*(?:[%％‰倍]|[十百千万亿]*(?:美?元|[人家个台辆])?)")

# What a row without a name of its own may be of beside the one before.
_TOTAL = re.compile(r"(?:合|总|小|共|累)计|总[数额量和]|平均|其中|全[国球部体]|整体|其[他它余]")

_CAPTION = re.compile(r"\s*(?:图表?|表|figure|fig\.|table)\s*[\d一二三四五六七八九十]", re.IGNORECASE)
_SOURCE = re.compile(r"\s*(?:资料来源|数据来源|来源|注释?|备注|单位|说明|source|note)s?\s*\d*\s*[：:]", re.IGNORECASE)
_DIGITS = re.compile(r"\d+|[ivxlIVXL]+(?=\W*$)")
_COUNT = re.compile(r"(\d{1,2})([、.．)）])(?!\d)")
_HASHES = re.compile(r"^(#{1,6})\s+")  # of a line that is no heading, but would be read as one
_FIRST_SENTENCE = re.compile(r".*?[。！？；!?][”’」』）)]*")
_PART = re.compile(r"0[1-9](?:\s+\D.*)?")
_CLAUSE = re.compile(r"[，。；、：]")
_NUMBER_START = re.compile(r"\d{1,2}(?:\.\d{1,2})+\s*\D|第[一二三四五六七八九十\d]+[章节篇部]|PART", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LaidPage:
    """A page's lines and tables in reading order; size: its height in points."""

    number: int
    height: float
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """level: of a heading, from 1; 0 for text."""

    text: str
    level: int
    first: TextLine
    last: TextLine


_Item = _Paragraph | TableRows


class ComposedPage(NamedTuple):
    """The text and goes_on of a `SourcePage`."""

    text: str
    goes_on: bool


def compose_pages(pages: Sequence[LaidPage]) -> list[ComposedPage]:
    """Each page as a `SourcePage` has it.

    A sentence that goes on overleaf stands whole on the page where it begins. A table that goes on overleaf does not
    repeat its header.
    """
    kept = _with_whole_cells(_without_running(pages))
    body = _body_size(line for page in kept for line in _lines(page))
    by_bold = _bold_marks(kept)
    ranks = _ranks(
        line.size
        for page in kept
        for line in _lines(page)
        if _is_heading_line(line, body, by_bold) and line.text.strip()
    )
    leading = median(gaps) if (gaps := [gap for page in kept for gap in _gaps(_lines(page))]) else _USUAL_LEADING
    items = [_paragraphs(page.blocks, body, by_bold, ranks, leading) for page in kept]
    _name_parts(items, body)
    _join_sentences(items)
    goes_on = _join_tables(items, [page.height for page in kept])
    return [ComposedPage(_text(page), on) for page, on in zip(items, goes_on, strict=True)]


def _lines(page: LaidPage) -> list[TextLine]:
    return [block for block in page.blocks if isinstance(block, TextLine)]


# Running heads and feet


def _without_running(pages: Sequence[LaidPage]) -> list[LaidPage]:
    body = _body_size(line for page in pages for line in _lines(page))
    seen: dict[tuple[str, bool], list[int]] = {}
    for number, page in enumerate(pages):
        for form in {form for line in _lines(page) if (form := _running_form(line, page)) is not None}:
            seen.setdefault(form, []).append(number)
    return [
        replace(
            page, blocks=tuple(block for block in page.blocks if not _is_running(block, page, seen, body, len(pages)))
        )
        for page in pages
    ]


def _running_form(line: TextLine, page: LaidPage) -> tuple[str, bool] | None:
    """A line at the edge of a page without its numbers, and whether it is the lower edge; None for any other."""
    foot = line.top > page.height * (1 - _EDGE)
    if not foot and line.bottom > page.height * _EDGE and line.column >= 0:
        return None
    return _DIGITS.sub("#", "".join(line.text.split())), foot


def _is_running(
    block: Block, page: LaidPage, seen: dict[tuple[str, bool], list[int]], body: float, in_all: int
) -> bool:
    if not isinstance(block, TextLine) or _SOURCE.match(block.text) or _CAPTION.match(block.text):
        return False
    if (form := _running_form(block, page)) is None:
        return False
    pages = seen[form]
    # The title of a slide stands where a running head does, and again on the slides that go on with it.
    if block.size >= _LARGER * body and not _is_page_number(form[0]):
        return len(pages) >= _REPEATS and len(pages) > in_all / 2
    return len(pages) == in_all == _APART or _longest_run(pages) >= _REPEATS


def _is_page_number(form: str) -> bool:
    return re.fullmatch(r"[^\w#]*(?:第|Page)?#页?(?:[^\w#]*(?:共|of)?#页?)?[^\w#]*", form) is not None


def _longest_run(pages: Sequence[int]) -> int:
    longest = run = 1
    for before, page in pairwise(pages):
        run = run + 1 if page - before <= _APART else 1
        longest = max(longest, run)
    return longest


# Headings


def _body_size(lines: Iterable[TextLine]) -> float:
    """The size that most characters are set in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _bold_marks(pages: Sequence[LaidPage]) -> bool:
    """Whether bold sets lines apart; not where most of the file is bold."""
    lines = [line for page in pages for line in _lines(page)]
    return sum(len(line.text) for line in lines if line.bold) < 0.4 * sum(len(line.text) for line in lines)


def _is_heading_line(line: TextLine, body: float, by_bold: bool) -> bool:
    if (
        line.column < 0
        or not re.search(r"[^\W\d_]{2}", line.text)
        or _CAPTION.match(line.text)
        or _SOURCE.match(line.text)
    ):
        return False
    return line.size >= _LARGER * body or (by_bold and line.bold and line.size >= 0.97 * body)


def _is_heading(text: str) -> bool:
    return len(text) <= _HEADING_CHARS and not re.search(r"[。；]|[，、：,;:]$", text)


def _ranks(sizes: Iterable[float]) -> list[float]:
    """The largest size of each rank of headings, in falling order; at most the six that Markdown has."""
    ranks: list[float] = []
    for size in sorted(set(sizes), reverse=True):
        if not ranks or size < _SAME_RANK * ranks[-1]:
            ranks.append(size)
    return ranks


def _level(size: float, ranks: Sequence[float]) -> int:
    return min(6, sum(size < _SAME_RANK * rank for rank in ranks) + 1)


def _name_parts(pages: Sequence[list[_Item]], body: float) -> None:
    """`02` and the title below or beside it, which open a page in large type, become one heading: that of a part.

    Entries of a table of contents, panels and the labels of a chart stand several to a page, and the number of a page,
    or of the part on each of its slides, does not count on from part to part: where one does not, none is a part's.
    """
    parts = [(items, part) for items in pages if (part := _part_on(items, body)) is not None]
    if all(before.text[:2] < part.text[:2] for (_, (before, _)), (_, (part, _)) in pairwise(parts)):
        for items, (heading, length) in parts:
            items[:length] = [heading]


def _part_on(items: Sequence[_Item], body: float) -> tuple[_Paragraph, int] | None:
    """The heading of a part that opens a page, and how many items it is made of."""
    numbers = [item for item in items if isinstance(item, _Paragraph) and _PART.fullmatch(item.text)]
    if len(numbers) != 1 or items[0] is not numbers[0] or numbers[0].first.size < _LARGER * body:
        return None
    number, title = numbers[0], items[1] if len(items) > 1 else None
    if number.level:
        return replace(number, level=1), 1
    if len(number.text) > 2 or not isinstance(title, _Paragraph) or not title.level or _NUMBER_START.match(title.text):
        return None
    if not _LARGER * body <= title.first.size <= number.first.size / _SAME_RANK:
        return None
    return replace(title, text=f"{number.text} {title.text}", level=1), 2


# Paragraphs


def _paragraphs(
    blocks: Sequence[Block], body: float, by_bold: bool, ranks: Sequence[float], leading: float
) -> list[_Item]:
    """leading: of the file, for a page of too few lines to have its own."""
    items: list[_Item] = []
    lines: list[TextLine] = []
    gaps = _gaps([block for block in blocks if isinstance(block, TextLine)])
    leading = median(gaps) if len(gaps) >= _LEADING_LINES else leading

    def close() -> None:
        if lines:
            items.append(_paragraph(lines, body, by_bold, ranks))
            lines.clear()

    for block in blocks:
        if isinstance(block, TableRows):
            close()
            items.append(block)
            continue
        heading = _is_heading_line(block, body, by_bold)
        headed = bool(lines) and _is_heading_line(lines[0], body, by_bold)
        # A single character is no heading by itself, but may be left over of one.
        heading = heading or (headed and len(block.text) == 1 and block.text.isalpha())
        if lines and not (headed == heading and _goes_on(lines, block, leading, heading)):
            close()
        lines.append(block)
    close()
    return items


def _paragraph(lines: Sequence[TextLine], body: float, by_bold: bool, ranks: Sequence[float]) -> _Paragraph:
    text = ""
    for line in lines:
        text = join_text(text, line.text)
    heading = _is_heading_line(lines[0], body, by_bold) and _is_heading(text)
    return _Paragraph(text, _level(lines[0].size, ranks) if heading else 0, lines[0], lines[-1])


def _gaps(lines: Sequence[TextLine]) -> list[float]:
    """The white below each line that ends for want of room, in ems."""
    return [
        (below.top - above.bottom) / above.size
        for above, below in pairwise(lines)
        if above.column == below.column and below.top > above.bottom and is_full(above, below, above.right)
    ]


def _goes_on(lines: Sequence[TextLine], line: TextLine, leading: float, heading: bool) -> bool:
    """Whether a line belongs to the paragraph of the lines before it."""
    before = lines[-1]
    same = abs(before.size - line.size) <= 0.07 * before.size and line.column >= 0
    if not (same and is_full(before, line, before.right)):
        return False
    if _counts_on(lines, line):
        return line.column != before.column or _is_below(before, line, leading)
    if _starts_anew(before, line, heading):
        return False
    if line.column != before.column:
        ends = ends_sentence(before.text) and not before.text.endswith(("；", ";"))
        return not heading and not ends and line.x0 - line.left <= before.size
    if not _is_below(before, line, leading):
        return False
    indent = (line.x0 - before.x0) / before.size
    hanging = len(lines) == 1 and starts_item(before.text)
    # The first lines of two paragraphs stand below each other, and both right of the others of the column.
    indented = indent > 0.6 or (indent >= -0.6 and line.x0 - line.left > 1.2 * line.size)
    return heading or hanging or not indented


def _is_below(before: TextLine, line: TextLine, leading: float) -> bool:
    return -0.5 <= (line.top - before.bottom) / before.size <= min(1.6, leading + 0.4)


def _counts_on(lines: Sequence[TextLine], line: TextLine) -> bool:
    """Whether a line begins with the number after one amid the paragraph: 分为三步：1、抽样；2、排序."""
    if (number := _COUNT.match(line.text)) is None or (before := int(number[1]) - 1) < 1:
        return False
    # Where the paragraph begins with a number, the items have lines of their own.
    return _COUNT.match(lines[0].text) is None and any(
        re.search(rf"(?<![\d.]){before}{re.escape(number[2])}", each.text) for each in lines
    )


def _starts_anew(before: TextLine, line: TextLine, heading: bool) -> bool:
    """Whether a line begins an item, a numbered heading, or bold words after a sentence's end."""
    if starts_item(line.text) and (ends_sentence(before.text) or not line.text[:1].isalnum()):
        return True
    if heading:
        return _NUMBER_START.match(line.text) is not None
    return before.bold != line.bold and ends_sentence(before.text)


# Across pages


def _join_sentences(pages: list[list[_Item]]) -> None:
    for above, below in pairwise(pages):
        at = next((i for i in range(len(above) - 1, -1, -1) if not _is_note(above, i)), None)
        if at is None or not below:
            continue
        last, first = above[at], below[0]
        if not (isinstance(last, _Paragraph) and isinstance(first, _Paragraph) and _goes_on_overleaf(last, first)):
            continue
        head = match[0] if (match := _FIRST_SENTENCE.match(first.text)) else first.text
        above[at] = replace(last, text=join_text(last.text, head))
        rest = first.text[len(head) :].lstrip()
        below[:1] = [replace(first, text=rest)] if rest else []


def _is_note(items: Sequence[_Item], at: int) -> bool:
    """A footnote below the text: set smaller than what stands above it."""
    item, before = items[at], items[at - 1] if at else None
    return (
        isinstance(item, _Paragraph)
        and isinstance(before, _Paragraph)
        and (item.last.size < 0.93 * before.last.size or _is_note(items, at - 1))
        and before.level == 0
    )


def _goes_on_overleaf(last: _Paragraph, first: _Paragraph) -> bool:
    line = first.first
    return (
        last.level == first.level == 0
        and abs(last.last.size - line.size) <= 0.07 * line.size
        and not ends_sentence(last.text)
        and is_full(last.last, line, last.last.right)
        and line.x0 - line.left <= line.size
        and not starts_item(line.text)
        and not _CAPTION.match(line.text)
        and not _SOURCE.match(line.text)
    )


def _with_whole_cells(pages: Sequence[LaidPage]) -> list[LaidPage]:
    """The pages with the lines overleaf that are the rest of a cell where it begins.

    Without lines drawn nothing tells a cell alone from a paragraph but its place below one of the columns.
    """
    whole = list(pages)
    for number, below in enumerate(pages[1:]):
        above = whole[number]
        table = above.blocks[-1] if above.blocks else None
        if not isinstance(table, TableRows) or table.ruled:
            continue
        lines, rest = _first_lines_in_column(table, below.blocks)
        if lines and _is_cut(table, rest):
            whole[number] = replace(above, blocks=(*above.blocks[:-1], _with_rest(table, rest)))
            whole[number + 1] = replace(below, blocks=below.blocks[lines:])
    return whole


def _first_lines_in_column(table: TableRows, blocks: Sequence[Block]) -> tuple[int, list[str]]:
    """How many lines at the head of a page stand closely below one column of a table, other than the first; as a row."""
    rest = [""] * len(table.columns)
    before: TextLine | None = None
    for number, line in enumerate(blocks):
        if not isinstance(line, TextLine) or (before and line.top - before.bottom > 0.8 * line.size):
            return number, rest
        column = next((at for at, (x, _) in enumerate(table.columns) if abs(line.x0 - x) <= 0.5 * line.size), 0)
        end = table.ends[column] if column and table.ends else None
        others = any(rest[:column]) or any(rest[column + 1 :])
        if end is None or others or line.x1 > end.right + line.size or abs(line.size - end.size) > 0.07 * end.size:
            return number, rest
        rest[column] = join_text(rest[column], line.text)
        before = line
    return len(blocks), rest


def _with_rest(table: TableRows, rest: Sequence[str]) -> TableRows:
    return replace(table, rows=(*table.rows[:-1], tuple(map(join_text, table.rows[-1], rest))))


def _join_tables(pages: list[list[_Item]], heights: Sequence[float]) -> list[bool]:
    """Whether each page begins with rows of the table that ends the page before.

    The header repeated over them is dropped, and they have the columns of the part with the header: some may be empty
    overleaf. The rest of a row that the page cuts is told where the row begins.
    """
    goes_on = [False] * len(pages)
    begun: TableRows | None = None  # the part of the table that has its header
    for number, (above, below) in enumerate(pairwise(pages), start=1):
        last = above[-1] if above else None
        first = below[0] if below else None
        if not (isinstance(last, TableRows) and isinstance(first, TableRows)):
            continue
        if begun is None or len(above) > 1 or not goes_on[number - 1]:
            begun = last
        if (columns := columns_in(begun, first)) is None:
            continue
        rows = [_placed(row, columns, len(begun.columns)) for row in first.rows]
        same = 0
        while same < min(len(begun.rows), len(rows) - 1) and begun.rows[same] == rows[same]:
            same += 1
        cut = _is_cut(last, rows[same])
        if cut:
            above[-1] = _with_rest(last, rows[same])
        elif not (
            same
            or _leaves_columns_empty(begun, first)
            or _is_row_of(begun, rows[0])
            or (last.bottom >= _FOOT * heights[number - 1] and _lacks_a_header(begun, first))
        ):
            continue
        if not (left := rows[same + cut :]):
            below.pop(0)
            continue
        if len(last.rows[-1]) > 1 and all(row[0] for row in (*begun.rows, last.rows[-1])):
            left = _with_merged_name(last.rows[-1], left, first.starts[same + cut :])
        goes_on[number] = True
        placed = dict(zip(columns, first.ends, strict=False))
        ends = tuple(map(placed.get, range(len(begun.columns))))
        below[0] = replace(first, rows=tuple(left), columns=begun.columns, ends=ends)
    return goes_on


def _placed(row: tuple[str, ...], columns: Sequence[int], width: int) -> tuple[str, ...]:
    """A row with its cells in these of as many columns; a title over all columns as it is."""
    placed = dict(zip(columns, row, strict=False))
    return row if len(row) < len(columns) else tuple(placed.get(column, "") for column in range(width))


def _is_cut(table: TableRows, row: Sequence[str]) -> bool:
    """Whether a row overleaf is the rest of a table's last one: its first cell has ended, and whatever goes on is a
    sentence that fills its line.

    The next row beside a cell that is merged over both begins with an empty cell too.
    """
    above = table.rows[-1]
    if row[0] or not above[0] or not len(row) == len(above) == len(table.ends):
        return False
    going_on = [(over, end, cell) for over, end, cell in zip(above, table.ends, row, strict=True) if cell]
    return any(_CLAUSE.search(over + cell) for over, _, cell in going_on) and all(
        end and not ends_sentence(over) and not starts_item(cell) and is_full(end, replace(end, text=cell), end.right)
        for over, end, cell in going_on
    )


def _lacks_a_header(table: TableRows, part: TableRows) -> bool:
    """Whether the first row overleaf is not set as the header of the table is, or, where that is not bold, the lines down
    are those of one table; and no name of the header stands there again."""
    head, names = part.rows[0], next((row for row in table.rows if len(row) > 1), ())
    if (
        part.bold_head
        or len(head) != len(names)
        or any(cell and cell == name for cell, name in zip(head, names, strict=True))
    ):
        return False
    return table.bold_head or _has_uneven_columns_of(table, part)


def _has_uneven_columns_of(table: TableRows, part: TableRows) -> bool:
    """Whether all lines down stand where those of the table do, at such distances as two tables hardly share: office
    programs make the columns of a new one as wide as each other."""
    widths = [right - left for left, right in table.columns]
    uneven = part.ruled and len(part.columns) == len(widths) and max(widths) - min(widths) > ONE_PLACE
    return uneven and all(_is_among(column, table.columns) for column in part.columns)


def _leaves_columns_empty(table: TableRows, part: TableRows) -> bool:
    """Whether lines are drawn overleaf for columns that say nothing there: a header of its own would name them."""
    empty = len(part.columns) < len(table.columns)
    return part.ruled and empty and all(_is_among(column, table.columns) for column in part.columns)


def _is_among(column: tuple[float, float], columns: Sequence[tuple[float, float]]) -> bool:
    return any(max(abs(column[0] - left), abs(column[1] - right)) <= ONE_PLACE for left, right in columns)


def _is_row_of(table: TableRows, row: Sequence[str]) -> bool:
    """Whether a row has a figure in a column of figures whose name is none: a header of its own would name it anew."""
    header, *body = [each for each in table.rows if len(each) == len(row)] or [()]
    return any(
        _FIGURE.fullmatch(cell) and not _FIGURE.fullmatch(name) and any(_FIGURE.fullmatch(each) for each in figures)
        for name, cell, *figures in zip(header, row, *body, strict=False)
    )


def _with_merged_name(
    last: Sequence[str], rows: Sequence[tuple[str, ...]], starts: Sequence[int]
) -> list[tuple[str, ...]]:
    """The rows overleaf, the first of them with the name of the last row before where one cell overleaf without words begins
    them all: it is merged over both pages. A sum has no name of its own, and a number is none."""
    unnamed = list(takewhile(lambda row: len(row) > 1 and not row[0], rows))
    if len(set(starts[: len(unnamed)])) != 1 or last[0].isdigit() or any(map(_TOTAL.match, chain(*unnamed))):
        return list(rows)
    return [(last[0], *row[1:]) for row in unnamed] + list(rows[len(unnamed) :])


# Text


def _text(items: Sequence[_Item]) -> str:
    parts: list[str] = []
    before: _Item | None = None
    for item in items:
        if isinstance(item, TableRows):
            text = "\n".join(row_line(row) if len(row) > 1 else " ".join(row[0].split()) for row in item.rows)
        else:
            text = f"{'#' * item.level} {item.text}" if item.level else _HASHES.sub(r"\1", item.text)
        if before is not None:
            parts.append("\n" if _is_list(before, item) else "\n\n")
        parts.append(text)
        before = item
    return "".join(parts)


def _is_list(before: _Item, item: _Item) -> bool:
    """Whether two paragraphs are items of one list, which nothing parts."""
    return all(isinstance(each, _Paragraph) and not each.level and starts_item(each.text) for each in (before, item))
