"""What an answer rests on, to look at: the tables of its citations with the cited rows marked, and plots of their figures."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

from chat.answer import Answer
from chat.library.places import source_line
from chat.library.tables import MOST_ROWS, Cell, CitedTable, TableRow, table_of
from chat.pages.escaping import attribute, inert, lines_attribute
from chat.pages.plot import plot_svg
from chat.pages.series import Point, Series, is_blank, series_of
from chat.pages.words import LookWords, Words
from ingest.figures import find_figures
from ingest.report import Passage

MOST_TABLES = 3
MOST_PLOTS = 2  # of one table: those of figures that the answer tells come first

Anchor = Callable[[int], str]
Neighbours = Callable[[Passage], Sequence[Passage]]

_SHORT, _LONG = (
    10,
    18,
)  # characters: what is longer than the first may be broken, what is longer than the second needs room
# A spreadsheet takes a cell that begins so for a formula, and would run what a report says; a quote mark makes it text (OWASP,
# CSV Injection). Numbers with a sign and the dashes of empty cells are none.
_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")
_NO_FORMULA = re.compile(r"[+-]?[\d.,]+\s*[%‰]?|-+")


def look_html(answer: Answer, neighbours: Neighbours, words: Words, anchor: Anchor) -> str:
    """What to look at below an answer, MOST_TABLES tables at most, on one line; "" where no table of two rows is cited.

    neighbours: the passages around one, as `tables.rows_around` gives them. anchor: the address of a citation's source.
    """
    tables = list(_tables(answer, neighbours))[:MOST_TABLES]
    told = "".join(sentence.text for sentence in answer.sentences)
    return "".join(_block(table, _plotted(table, told), words, anchor) for table in tables)


def _tables(answer: Answer, neighbours: Neighbours) -> Iterator[CitedTable]:
    """The tables of an answer's citations in their order, each once."""
    seen: set[str] = set()
    for citation in answer.citations:
        if not citation.passage.cells or citation.passage.id in seen:
            continue
        table = table_of(citation.passage, neighbours(citation.passage), answer.citations)
        if table is not None:
            seen.update(passage.id for passage in table.passages)
            if len(table.rows) > 1:
                yield table


def _plotted(table: CitedTable, told: str) -> list[Series]:
    """The series to draw: first those with most of their cited words in the answer."""

    def in_answer(series: Series) -> int:
        return sum(1 for point in series.points if point.citation is not None and point.words and point.words in told)

    return sorted(series_of(table), key=in_answer, reverse=True)[:MOST_PLOTS]


def _block(table: CitedTable, plotted: Sequence[Series], all_words: Words, anchor: Anchor) -> str:
    words = all_words.look
    caption = table.caption or table.source.headings[-1] or words.table
    plots = "".join(_figure(series, words, anchor) for series in plotted)
    drawn = f'<div class="plots">{plots}</div>' if plots else ""
    copy = f'<button type="button" class="copy-table" data-csv="{lines_attribute(csv_of(table))}">{inert(words.copy_csv)}</button>'
    at = table.passages.index(table.source)
    cut = max(at, len(table.passages) - 1 - at) >= MOST_ROWS
    part = f'<p class="part">{inert(words.part)}</p>' if cut else ""
    numeric = [_is_numeric(table, column) for column in range(len(table.columns))]
    rows = "".join(_row(row, numeric, anchor) for row in table.rows)
    return (
        f'<details class="look"><summary>{inert(words.show if plots else words.show_table)}'
        f'<span class="about">{inert(caption)}</span></summary>{drawn}'
        f'<div class="sheet" tabindex="0" role="region" aria-label="{attribute(caption)}">'
        f"<table>{_head(table, numeric, words)}<tbody>{rows}</tbody></table></div>{part}"
        f'<p class="from"><span>{inert(source_line(table.source, all_words.places))}</span>{copy}</p></details>'
    )


# --- the table -------------------------------------------------------------------------------------------------------


def _head(table: CitedTable, numeric: Sequence[bool], words: LookWords) -> str:
    if not any(table.columns):
        return ""
    names = "".join(
        f'<th scope="col"{_kind(["num"] if right else [])}>{inert(name)}</th>'
        for name, right in zip(table.columns, numeric, strict=True)
    )
    return f'<thead><tr><th scope="col" class="mark-of">{inert(words.source)}</th>{names}</tr></thead>'


def _is_numeric(table: CitedTable, column: int) -> bool:
    cells = [row.cells[column] for row in table.rows if row.aligned]
    told = [cell.text for cell in cells if cell and not is_blank(cell)]
    return bool(told) and sum(map(_is_number, told)) * 2 > len(told)


def _is_number(text: str) -> bool:
    figures = find_figures(text)
    return len(figures) == 1 and figures[0].end - figures[0].start >= len(text.strip()) - 2


def _row(row: TableRow, numeric: Sequence[bool], anchor: Anchor) -> str:
    marks = "".join(f'<a class="mark" href="{inert(anchor(number))}">{number}</a>' for number in row.citations)
    shown = f'<td class="mark-of">{marks}</td>'
    if row.aligned:
        shown += "".join(_cell(cell, numeric=right) for cell, right in zip(row.cells, numeric, strict=True))
    else:
        # A row that does not line up is shown as it was read, across the table.
        text = "".join(f"<span>{inert(cell.text)}</span>" for cell in row.cells if cell)
        shown += f'<td class="across" colspan="{len(numeric)}">{text}</td>'
    return f"<tr{_kind(['cited'] if row.citations else [])}>{shown}</tr>"


def _cell(cell: Cell | None, *, numeric: bool) -> str:
    if cell is None:
        return "<td></td>"
    size = "long" if len(cell.text) > _LONG else "middling" if len(cell.text) > _SHORT else ""
    kinds = ["num"] if numeric else [size] if size else []
    return f"<td{_kind([*kinds, *(['carried'] if cell.carried else [])])}>{inert(cell.text)}</td>"


def _kind(kinds: Sequence[str]) -> str:
    return f' class="{" ".join(kinds)}"' if kinds else ""


# --- the plots -------------------------------------------------------------------------------------------------------


def _figure(series: Series, words: LookWords, anchor: Anchor) -> str:
    unit = f"<i>{inert(series.unit)}</i>" if series.unit and series.unit not in series.name else ""
    return (
        f'<figure class="drawn-figure"><figcaption><b>{inert(series.name)}</b>{unit}{_legend(series, words)}</figcaption>'
        f"{plot_svg(series, words, anchor)}</figure>"
    )


def _legend(series: Series, words: LookWords) -> str:
    """What the points look like, where they do not all look alike."""
    drawn = [point for point in series.points if point.value is not None]
    keys = []
    if any(point.citation is None for point in drawn):
        keys += [("cited", words.cited), ("others", words.others)]
    if any(point.hedged for point in drawn):
        keys.append(("hedged", words.hedged))
    if series.timed and any(point.estimated for point in drawn):
        keys.append(("estimated", words.forecast))
    if absent := _absent(series.points):
        keys.append(("absent", words.left_out.format(labels=absent)))
    return "".join(f'<span class="key {kind}">{inert(text)}</span>' for kind, text in keys)


def _absent(points: Sequence[Point]) -> str:
    return "、".join(point.label for point in points if point.value is None)


# --- the table for a spreadsheet -------------------------------------------------------------------------------------


def csv_of(table: CitedTable) -> str:
    """The table as CSV, its header first, merged cells filled in; no cell of it is a formula to a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    if any(table.columns):
        writer.writerow(map(_plain, table.columns))
    for row in table.rows:
        writer.writerow(_plain(cell.text) if cell else "" for cell in row.cells)
    return written.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _NO_FORMULA.fullmatch(cell) else cell
