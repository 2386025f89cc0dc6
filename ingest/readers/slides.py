"""PPTX: each slide as a page, its shapes in the order in which they are read."""

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ingest.grids import Cell, filled_rows, table_lines
from ingest.language import Message, message
from ingest.readers.archive import Package
from ingest.readers.drawings import DIAGRAM, DRAWING, chart_lines, diagram_lines
from ingest.source import Flag, Source, SourcePage

if TYPE_CHECKING:
    from pptx.slide import Slide

# Shapes whose tops differ by less than this share of the slide's height stand in one row.
_ROW_TOLERANCE = 0.03
_PRESENTATION = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BULLET = "• "
_NUMBERED = "buAutoNum"


def read_slides(package: Package) -> Source:
    """Each slide as a page: its title as a heading, then text, tables, charts and diagrams from top to bottom.

    A chart is the table that it was drawn from. Notes, footers and what is hidden are left out.

    Raises:
        KeyError, ValueError, lxml.etree.XMLSyntaxError, …: the file is broken, as the library reports it.
    """
    from pptx import Presentation  # noqa: PLC0415 - a third of a second, for presentations alone

    presentation = Presentation(io.BytesIO(package.content))
    height = int(presentation.slide_height or 0)
    pages: list[SourcePage] = []
    notes: list[Message] = []
    for number, slide in enumerate(presentation.slides, start=1):
        if slide.element.get("show") in ("0", "false"):
            pages.append(SourcePage("", number, ("hidden",), excluded=True))
            notes.append(message("第 {number} 张幻灯片已隐藏（未读取）", number=number))
        else:
            pages.append(_page(slide, package, number, height))
    said = package.properties()
    return Source(tuple(pages), said["title"], said["author"], notes=(*notes, *package.notes()), page_kind="slide")


def _page(slide: "Slide", package: Package, number: int, height: int) -> SourcePage:
    shapes = [shape for shape in slide.shapes if not _is_footer(shape)]
    shown = [shape for shape in shapes if not _is_hidden(shape)]
    title = slide.shapes.title
    heading = " ".join(title.text_frame.text.split()) if title is not None and title in shown else ""
    blocks = [[f"## {heading}"]] if heading else []
    for shape in _in_order(shown, height):
        if shape != title:
            blocks.extend(_blocks(shape, slide, package, height))
    left_out: tuple[Flag, ...] = ("hidden",) if any(_has_words(each) for each in shapes if each not in shown) else ()
    text = "\n\n".join("\n".join(lines) for lines in blocks if lines)
    return SourcePage(text, number, left_out if text else ("empty", *left_out))


def _is_footer(shape: Any) -> bool:
    from pptx.enum.shapes import PP_PLACEHOLDER  # noqa: PLC0415 - see read_slides

    repeated = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.SLIDE_NUMBER)
    return bool(shape.is_placeholder) and shape.placeholder_format.type in repeated


def _is_hidden(shape: Any) -> bool:
    properties = next(shape.element.iter(f"{_PRESENTATION}cNvPr"), None)
    return properties is not None and properties.get("hidden") in ("1", "true")


def _has_words(shape: Any) -> bool:
    return any((text.text or "").strip() for text in shape.element.iter(f"{DRAWING}t"))


def _in_order(shapes: Iterable[Any], height: int) -> Iterator[Any]:
    """Row by row from the top, each row from the left; a row begins with its highest shape."""
    placed_shapes = sorted(
        ((shape.top or 0, shape.left or 0, shape) for shape in shapes), key=lambda placed: placed[:2]
    )
    row: list[tuple[int, int, Any]] = []
    for placed in placed_shapes:
        if row and placed[0] > row[0][0] + height * _ROW_TOLERANCE:
            yield from _from_the_left(row)
            row = []
        row.append(placed)
    yield from _from_the_left(row)


def _from_the_left(row: Iterable[tuple[int, int, Any]]) -> Iterator[Any]:
    return (shape for _, _, shape in sorted(row, key=lambda placed: placed[1]))


def _blocks(shape: Any, slide: "Slide", package: Package, height: int) -> Iterator[list[str]]:
    """The lines of a shape, or of each shape of a group: text, the rows of a table or a chart, the words of a diagram."""
    from pptx.shapes.group import GroupShape  # noqa: PLC0415 - see read_slides

    if isinstance(shape, GroupShape):
        for inner in _in_order((inner for inner in shape.shapes if not _is_hidden(inner)), height):
            yield from _blocks(inner, slide, package, height)
    elif shape.has_text_frame:
        yield _text_lines(shape, slide)
    elif getattr(shape, "has_table", False):
        rows = [
            [Cell(_cell_text(cell), cell.span_height, cell.span_width) for cell in row.cells if not cell.is_spanned]
            for row in shape.table.rows
        ]
        yield table_lines(filled_rows(rows))
    elif getattr(shape, "has_chart", False):
        yield chart_lines(package.root(shape.chart_part.partname.membername))
    else:
        for diagram in shape.element.iter(f"{DIAGRAM}relIds"):
            part = slide.part.related_part(diagram.get(f"{_RELATION}dm"))
            yield diagram_lines(package.root(part.partname.membername))


def _cell_text(cell: Any) -> str:
    return "\n".join(_lines_of(cell.text_frame.text))


def _lines_of(text: str) -> list[str]:
    """The lines of a paragraph that say something; a tab in it parts no cells."""
    return [stripped for line in text.splitlines() if (stripped := line.replace("\t", " ").strip())]


def _text_lines(shape: Any, slide: "Slide") -> list[str]:
    """The paragraphs of a text frame, with the bullets and numbers that they are shown with."""
    styles = list(_list_styles(shape, slide))
    lines: list[str] = []
    count = 0
    for paragraph in shape.text_frame.paragraphs:
        said = _lines_of(paragraph.text)
        if not said:
            continue
        bullet = _bullet(paragraph, styles)
        count = count + 1 if bullet == _NUMBERED else 0
        mark = f"{count}. " if bullet == _NUMBERED else _BULLET if bullet and not said[0].startswith("•") else ""
        lines.extend([f"{mark}{said[0]}", *said[1:]])
    return lines


def _list_styles(shape: Any, slide: "Slide") -> Iterator[Any]:
    """Where the bullets of a shape may be set: in itself; for a body placeholder then in its layout and the master."""
    from pptx.enum.shapes import PP_PLACEHOLDER  # noqa: PLC0415 - see read_slides

    yield shape.text_frame._txBody.find(f"{DRAWING}lstStyle")
    if not shape.is_placeholder:
        return
    place = shape.placeholder_format
    above: Any
    for above in slide.slide_layout.shapes:
        if above.is_placeholder and above.placeholder_format.idx == place.idx:
            yield above.text_frame._txBody.find(f"{DRAWING}lstStyle")
    if place.type in (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT):
        yield slide.slide_layout.slide_master.element.find(f"{_PRESENTATION}txStyles/{_PRESENTATION}bodyStyle")


def _bullet(paragraph: Any, styles: Iterable[Any]) -> str | None:
    """buChar, buAutoNum or buBlip, whatever is set nearest to the paragraph; None for no bullet."""
    level = f"{DRAWING}lvl{paragraph.level + 1}pPr"
    own = paragraph._p.find(f"{DRAWING}pPr")
    for properties in (own, *(style.find(level) for style in styles if style is not None)):
        if properties is None:
            continue
        for kind in ("buNone", "buChar", _NUMBERED, "buBlip"):
            if properties.find(f"{DRAWING}{kind}") is not None:
                return None if kind == "buNone" else kind
    return None
