"""What a reader hands over: the text of a file page by page, and how well each page was read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ingest.language import Message

# A line break inside a table cell, in the text of a `SourcePage` alone; no file can bring it in, as readers drop controls.
CELL_BREAK = "\x1f"

# empty: nothing to read; scan: a picture, read by OCR; doubtful: OCR is unsure of it; garbled: its letters are not what
# the page shows; hidden: text that no reader of the page sees (white, tiny), left out; tables: mostly table rows.
Flag = Literal["empty", "scan", "doubtful", "garbled", "hidden", "tables"]

# What the pages of a format are: those of a document, the slides of a presentation, the sheets of a workbook.
PageKind = Literal["page", "slide", "sheet"]

# Told (pages done, pages in all) while a long file is read.
PageProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page, slide or sheet, or the whole of a file that has none.

    text: one paragraph, heading or table row to a line. A heading is marked `#` to `######`; the cells of a row are
        parted by tabs, with a merged cell's words in each of its rows and CELL_BREAK for a line break inside a cell.
    number: from 1; None where the format knows no pages.
    excluded: its text is no text to be found or cited, and is left out of the report.
    confidence: OCR's own mean over the page, in [0, 1]; None where no OCR was needed.
    goes_on: its first row goes on from the table at the end of the page before, whose header it lacks.
    """

    text: str
    number: int | None = None
    flags: tuple[Flag, ...] = ()
    excluded: bool = False
    confidence: float | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A file as its reader found it.

    title, author, published: what the file says of itself, or "". published is when its words were, as web pages say
        it; when a file was made is nowhere here, since a scan, an export or a reused template is dated too.
    notes: what was seen and left out (scripts, embedded files), each to be told to people.
    page_kind: what its numbered pages are.
    """

    pages: tuple[SourcePage, ...]
    title: str = ""
    author: str = ""
    published: str = ""
    notes: tuple[Message, ...] = ()
    page_kind: PageKind = "page"


class Line(NamedTuple):
    """A line of normalised text and the page that it stands on."""

    text: str
    page: int | None = None


def row_line(cells: Sequence[str]) -> str:
    """One line of a `SourcePage` for a table row; a cell keeps its own lines, told apart by CELL_BREAK."""
    return "\t".join(
        CELL_BREAK.join(" ".join(line.split()) for line in cell.replace(CELL_BREAK, "").splitlines() if line.strip())
        for cell in cells
    )
