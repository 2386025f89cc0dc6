"""A page of a PDF as a picture, and where on it certain words stand.

Letters are matched without blanks, case and punctuation, in PDFium's order; words that do not stand there in one piece,
as the cells of a row do not, are looked for cell by cell and clause by clause. Of a scan the lines of text recognition
are searched in the same way.
"""

import io
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.language import message
from ingest.report import UnreadableReport

if TYPE_CHECKING:
    from PIL.Image import Image

PIXELS_ACROSS = 1000  # wide enough to read a page of Chinese on a screen beside its text
MAX_PIXELS = 6_000_000
MAX_SIDE = 16_000  # browsers draw nothing of a picture much longer
MAX_CHARACTERS = 30_000
MAX_BOXES = 200
FEW_LETTERS = 20  # a page of fewer is a picture with a stamp on it, and is read by text recognition
_PIECE_BREAK = re.compile(r"[\t\n，。；：！？、,;:!?（）()“”]+")
_SHORTEST_PIECE = 2
_SAME_LINE = 0.5  # of the height of a letter
_DPI = 200  # for text recognition, as in readers.pdf


class Box(NamedTuple):
    """A rectangle in shares of the picture's width and height, from the upper left, in [0, 1]."""

    left: float
    top: float
    right: float
    bottom: float


class Line(NamedTuple):
    """A line of text that text recognition has read, and its place in the picture."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class PageView:
    """A page as it is shown.

    png: its picture. boxes: where the words asked for stand, a line of text to a box; () where not found. recognised: what text
    recognition read on it; None where it was not asked.
    """

    png: bytes
    boxes: tuple[Box, ...] = ()
    recognised: tuple[Line, ...] | None = None


class Letter(NamedTuple):
    """A letter as it is compared, and its place in the picture."""

    folded: str
    box: Box


def view_page(content: bytes, number: int, words: str = "") -> PageView:
    """The picture of a page, from 1, of a PDF, and the boxes of the words.

    Raises:
        UnreadableReport: it is no PDF that can be opened, or has no such page.
    """
    import pypdfium2 as pdfium  # noqa: PLC0415 - as in readers.pdf

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise UnreadableReport(message("这份 PDF 无法打开")) from error
    try:
        if not 1 <= number <= len(document):
            raise UnreadableReport(message("这份 PDF 没有第 {number} 页", number=number))
        page = document[number - 1]
        try:
            picture = _picture(page, PIXELS_ACROSS / max(1.0, page.get_width()))
            letters = list(_letters(page, picture.size)) if words else []
            boxes = find_words(words, letters)
            recognised = None
            if words and not boxes and len(letters) < FEW_LETTERS:
                recognised = tuple(_recognised(page))
                boxes = find_recognised(words, recognised)
            return PageView(_png(picture), boxes, recognised)
        finally:
            page.close()
    except pdfium.PdfiumError as error:
        raise UnreadableReport(message("这份 PDF 的第 {number} 页无法显示", number=number)) from error
    finally:
        document.close()


def find_recognised(words: str, lines: Iterable[Line]) -> tuple[Box, ...]:
    """As `find_words`, on a page that text recognition has read."""
    return find_words(words, [letter for line in lines for letter in _letters_of(line)])


def find_words(words: str, letters: Sequence[Letter]) -> tuple[Box, ...]:
    """The boxes of the words among these letters: of them as a whole, else of each piece of them that stands there, the
    longest first, and of a piece that stands in several places the one on a level with the longest."""
    text = "".join(letter.folded for letter in letters)
    if whole := _places(_folded(words), text):
        return tuple(_lines(letters[slice(*whole[0])]))
    pieces = sorted({_folded(piece) for piece in _PIECE_BREAK.split(words)}, key=lambda piece: (-len(piece), piece))
    boxes: list[Box] = []
    near: float | None = None
    for piece in pieces:
        found = _places(piece, text) if len(piece) >= _SHORTEST_PIECE else []
        if not found:
            continue
        # A year or a name stands all over a page: of its places, the one on a level with what was found already.
        start, end = min(found, key=lambda span: 0.0 if near is None else abs(letters[span[0]].box.top - near))
        near = letters[start].box.top if near is None else near
        boxes += _lines(letters[start:end])
    return tuple(boxes[:MAX_BOXES])


def _places(piece: str, text: str) -> list[tuple[int, int]]:
    if not piece:
        return []
    return [(match.start(), match.start() + len(piece)) for match in re.finditer(f"(?={re.escape(piece)})", text)]


def _folded(text: str) -> str:
    """Letters, digits and % alone, in one width and case: what of a text both a reader and this keep.

    Accents go too (NFKD), as they may stand apart from their letters on the page: letter by letter or as a whole, a text
    is folded alike.
    """
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text).casefold() if letter.isalnum() or letter == "%"
    )


def _lines(letters: Iterable[Letter]) -> Iterator[Box]:
    """The letters' boxes, those side by side on one line joined."""
    line: Box | None = None
    for _, box in letters:
        if (
            line is not None
            and abs(box.top - line.top) <= _SAME_LINE * (line.bottom - line.top)
            and box.right > line.left
        ):
            line = Box(
                min(line.left, box.left),
                min(line.top, box.top),
                max(line.right, box.right),
                max(line.bottom, box.bottom),
            )
            continue
        if line is not None:
            yield line
        line = box
    if line is not None:
        yield line


def _picture(page: Any, scale: float) -> "Image":
    """The page drawn at this scale, in pixels to a point, or a smaller one where that would be too large."""
    width, height = (max(1.0, side) for side in page.get_size())
    fitting = min(scale, math.sqrt(MAX_PIXELS / (width * height)), MAX_SIDE / max(width, height))
    bitmap = page.render(scale=fitting, may_draw_forms=False)
    try:
        picture: Image = bitmap.to_pil().convert("RGB")
        return picture
    finally:
        bitmap.close()


def _png(picture: "Image") -> bytes:
    out = io.BytesIO()
    picture.quantize(64).save(out, "png", optimize=True)  # a third of the bytes; text and plots have few colours
    return out.getvalue()


def _letters(page: Any, size: tuple[int, int]) -> Iterator[Letter]:
    """The letters of the text layer where the picture shows them; none of those that the page is cropped of."""
    import ctypes  # noqa: PLC0415 - with PDFium

    from pypdfium2 import raw  # noqa: PLC0415

    width, height = size
    corner = (ctypes.c_int(), ctypes.c_int())

    def shown(x: float, y: float) -> tuple[float, float]:
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, *corner)
        return corner[0].value / width, corner[1].value / height

    text_page = page.get_textpage()
    try:
        rectangle = raw.FS_RECTF()
        for index in range(min(text_page.count_chars(), MAX_CHARACTERS)):
            folded = _folded(chr(raw.FPDFText_GetUnicode(text_page, index)))
            if not folded or not raw.FPDFText_GetLooseCharBox(text_page, index, rectangle):
                continue
            (x0, y0), (x1, y1) = shown(rectangle.left, rectangle.top), shown(rectangle.right, rectangle.bottom)
            box = _shown(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
            if box is not None:
                yield from (Letter(each, box) for each in folded)
    finally:
        text_page.close()


def _shown(box: Box) -> Box | None:
    """What of a box lies in the picture; None where that is nothing."""
    cut = Box(*(min(max(side, 0.0), 1.0) for side in box))
    return cut if cut.left < cut.right and cut.top < cut.bottom else None


def _recognised(page: Any) -> Iterator[Line]:
    from ingest.readers.ocr import read_picture  # noqa: PLC0415 - 1 s to load

    picture = _picture(page, _DPI / 72)
    width, height = picture.size
    for piece in read_picture(picture, 1.0).pieces:
        yield Line(piece.text, Box(piece.x0 / width, piece.top / height, piece.x1 / width, piece.bottom / height))


def _letters_of(line: Line) -> Iterator[Letter]:
    """The letters of a line, each an even share of it."""
    left, top, right, bottom = line.box
    share = (right - left) / max(1, len(line.text))
    for place, letter in enumerate(line.text):
        box = Box(left + place * share, top, left + (place + 1) * share, bottom)
        yield from (Letter(each, box) for each in _folded(letter))
