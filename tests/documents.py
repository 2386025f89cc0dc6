"""The bundled reports as people really have them: PDF in one and two columns, a scan, Word, Excel, PowerPoint, a web page.

Made from the Markdown by the formats' own libraries and a browser's printer, so that reading them can be compared with
reading the Markdown.
"""

import html
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_CELL_LINE_END = re.compile(r"\s*(?:</li>|</p>|<br\s*/?>)\s*")
_TAG = re.compile(r"<[^>]+>")
_SCAN_DPI = 200


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; rows are equally long, a cell may have lines, an empty leading cell is merged with the one above."""

    rows: tuple[tuple[str, ...], ...]

    def merges(self) -> Iterator[tuple[int, int, int]]:
        """(column, first row, last row) of each merged leading cell."""
        for column in range(len(self.rows[0])):
            start = 0
            for row in range(1, len(self.rows) + 1):
                if row < len(self.rows) and not any(self.rows[row][: column + 1]):
                    continue
                if row - start > 1:
                    yield column, start, row - 1
                start = row


Block = Heading | Paragraph | Grid


def blocks_of(markdown: str) -> list[Block]:
    """The headings, paragraphs and tables of a report in Markdown with tab-separated tables."""
    blocks: list[Block] = []
    for is_table, group in groupby(markdown.split("\n"), key=lambda line: "\t" in line):
        lines = list(group)
        if is_table:
            rows = [[_cell(cell) for cell in line.split("\t")] for line in lines if line.strip()]
            width = max(map(len, rows), default=0)
            if rows:
                blocks.append(Grid(tuple(tuple(row + [""] * (width - len(row))) for row in rows)))
            continue
        for line in lines:
            text = html.unescape(_TAG.sub("", line)).replace("**", "").strip()
            if heading := _HEADING.match(text):
                blocks.append(Heading(len(heading[1]), heading[2].strip()))
            elif text:
                blocks.append(Paragraph(text))
    return blocks


def _cell(markup: str) -> str:
    return html.unescape(_TAG.sub("", _CELL_LINE_END.sub("\n", markup))).replace("**", "").strip()


def to_html(blocks: Sequence[Block], title: str, *, columns: int = 1) -> bytes:
    body = "\n".join(_html(block) for block in blocks)
    style = (
        "body{font:11pt/1.6 'Noto Sans CJK SC'} h1{font-size:22pt} h2{font-size:17pt} h3{font-size:14pt} h4{font-size:12.5pt}"
        "table{border-collapse:collapse;width:100%} td{border:1px solid #444;padding:3px;font-size:9pt;vertical-align:top}"
        f".text{{column-count:{columns};column-gap:9mm}} h1,h2,table{{column-span:{'all' if columns > 1 else 'none'}}}"
    )
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<style>{style}</style></head><body><div class="text">{body}</div></body></html>'
    ).encode()


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{html.escape(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{html.escape(text)}</p>"
        case Grid(rows):
            spans = {(first, column): last - first + 1 for column, first, last in block.merges()}
            covered = {(row, c) for c, first, last in block.merges() for row in range(first + 1, last + 1)}
            lines = []
            for number, row in enumerate(rows):
                cells = "".join(
                    f'<td rowspan="{spans.get((number, column), 1)}">{html.escape(cell).replace(chr(10), "<br>")}</td>'
                    for column, cell in enumerate(row)
                    if (number, column) not in covered
                )
                lines.append(f"<tr>{cells}</tr>")
            return f"<table>{''.join(lines)}</table>"


def to_pdf(blocks: Sequence[Block], title: str, browser: "Browser", *, columns: int = 1) -> bytes:
    """Printed by the browser, with the title at the head and the page number at the foot of every page."""
    page = browser.new_page()
    page.set_content(to_html(blocks, title, columns=columns).decode())
    small = "font-size:8px;width:100%;text-align:center;font-family:'Noto Sans CJK SC'"
    printed: bytes = page.pdf(
        format="A4",
        margin={"top": "22mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
        display_header_footer=True,
        header_template=f'<div style="{small}">{html.escape(title)}</div>',
        footer_template=f'<div style="{small}"><span class="pageNumber"></span></div>',
    )
    page.close()
    return printed


def to_scan(pdf: bytes, *, pages: int | None = None) -> bytes:
    """The pages of a PDF as a copier gives them: pictures alone, in grey."""
    import pypdfium2  # noqa: PLC0415 - a helper of tests is imported by all of them

    with pypdfium2.PdfDocument(pdf) as document:
        count = min(len(document), pages or len(document))
        pictures = [document[n].render(scale=_SCAN_DPI / 72).to_pil().convert("L") for n in range(count)]
    scan = io.BytesIO()
    pictures[0].save(scan, "PDF", save_all=True, append_images=pictures[1:], resolution=_SCAN_DPI)
    return scan.getvalue()


def to_docx(blocks: Sequence[Block], title: str) -> bytes:
    import docx  # noqa: PLC0415

    document = docx.Document()
    document.core_properties.title = title
    for block in blocks:
        match block:
            case Heading(level, text):
                document.add_heading(text, level)
            case Paragraph(text):
                document.add_paragraph(text)
            case Grid(rows):
                table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
                _fill(table, block)
    return _saved(document)


def to_pptx(blocks: Sequence[Block], title: str) -> bytes:
    """A slide for each heading, with what stands under it."""
    import pptx  # noqa: PLC0415
    from pptx.util import Cm  # noqa: PLC0415

    deck = pptx.Presentation()
    deck.core_properties.title = title
    slide: Any = None
    down = 0.0
    for block in blocks:
        if slide is None or isinstance(block, Heading):
            slide, down = deck.slides.add_slide(deck.slide_layouts[5]), 4.0
            slide.shapes.title.text = block.text if isinstance(block, Heading) else title
        if isinstance(block, Paragraph):
            frame = slide.shapes.add_textbox(Cm(1), Cm(down), Cm(23), Cm(1)).text_frame
            frame.text = block.text
            down += 1.0
        elif isinstance(block, Grid):
            shape = slide.shapes.add_table(len(block.rows), len(block.rows[0]), Cm(1), Cm(down), Cm(23), Cm(1))
            _fill(shape.table, block)
            down += len(block.rows)
    return _saved(deck)


def _fill(table: Any, grid: Grid) -> None:
    for number, row in enumerate(grid.rows):
        for column, cell in enumerate(row):
            if cell:
                table.cell(number, column).text = cell
    for column, first, last in grid.merges():
        table.cell(first, column).merge(table.cell(last, column))


def to_xlsx(blocks: Sequence[Block], title: str) -> bytes:
    """A sheet for each heading: its paragraphs in the first column, its tables below them."""
    import openpyxl  # noqa: PLC0415

    book = openpyxl.Workbook()
    book.properties.title = title
    del book[book.sheetnames[0]]
    sheet: Any = None
    for block in blocks:
        if sheet is None or isinstance(block, Heading):
            text = block.text if isinstance(block, Heading) else title
            name = re.sub(r"[\[\]:*?/\\']", " ", text)[:24] or "表"
            sheet = book.create_sheet(f"{name} {len(book.worksheets) + 1}")
            sheet.append([text])
        if isinstance(block, Paragraph):
            sheet.append([block.text])
        elif isinstance(block, Grid):
            sheet.append([])
            above = sheet.max_row + 2  # the row that was just left empty is no row of the sheet yet
            for number, row in enumerate(block.rows):
                for column, cell in enumerate(row, start=1):
                    sheet.cell(above + number, column, cell or None)
            for column, first, last in block.merges():
                sheet.merge_cells(
                    start_row=above + first, end_row=above + last, start_column=column + 1, end_column=column + 1
                )
            sheet.cell(above + len(block.rows), 1, None)
    return _saved(book)


def _saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
