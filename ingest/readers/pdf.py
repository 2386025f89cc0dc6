"""PDF by PDFium: the text layer with its layout; OCR where a page is a picture or its letters are lost.

PDFium runs nothing that a file brings along: the wheel is built without JavaScript and XFA. What no reader of the page
sees (white on white, tiny, invisible, outside the page) is left out and told in the notes.
"""

import ctypes
import io
import math
import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.language import Message, message
from ingest.readers.layout import Block, Piece, TableRows, TextLine, lay_out
from ingest.readers.quality import is_garbled, text_flags
from ingest.readers.ruling import Rule, find_grids
from ingest.readers.typography import ComposedPage, LaidPage, compose_pages
from ingest.report import UnreadableReport
from ingest.source import Flag, PageProgress, Source, SourcePage

if TYPE_CHECKING:
    from PIL.Image import Image

    from ingest.readers.ocr import ReadPicture

MAX_PAGES = 2000
# Twelve times a full page of Chinese, and the lines of the densest drawing that is a table; a page above it is cut.
MAX_CHARACTERS = 30_000
MAX_OBJECTS = 50_000
_FORM_DEPTH = 5
_SEGMENTS = 200
# A page at 200 dpi is 3.9 megapixels in A4; letters of larger ones are larger too.
_DPI = 200
MAX_PIXELS = 6_000_000

# Less text than this beside a picture, or drawing, of half of the page is a stamp or a running head.
_FEW_CHARACTERS = 50
_PICTURE_SHARE = 0.5
_DRAWN_PATHS = 100
# Clean scans come to 0.99 and more, blurred ones that have to be guessed to less than this.
DOUBTFUL = 0.85

_TINY = 2.0
_THIN = 2.5
_SHORTEST_RULE = 5.0
_SAME_COLOUR = 8
_FAINT = 13  # of 255
_INVISIBLE, _FILL_AND_STROKE = 3, 2
_BOLD = re.compile(r"bold|heavy|black|demi|simhei|heiti|fzhei|黑体|-w[6-9]\b", re.IGNORECASE)
_SYMBOLS = re.compile(r"wingdings|symbol|webdings", re.IGNORECASE)
_FORCE_BOLD = 1 << 18
# Letters drawn as one, and radicals that fonts give for the characters that look like them (⽤ for 用).
_LOOKALIKES = re.compile("[\ufb00-\ufb06\u2e80-\u2fdf]")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_BROKEN_WORD = 2  # what PDFium makes of a hyphen at the end of a line
# An array after OpenAction is the place to show first, which office programs write into every file.
_ACTIONS = re.compile(rb"/(?:(JavaScript|JS|Launch|AA)(?![A-Za-z])|(OpenAction)(?![A-Za-z]|\s*\[))")

_Matrix = tuple[float, float, float, float, float, float]
_UNIT: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class _Rectangle(NamedTuple):
    """In points of the page as shown, from its upper left corner."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def area(self) -> float:
        return max(0.0, self.x1 - self.x0) * max(0.0, self.y1 - self.y0)


class _Fill(NamedTuple):
    """A painted surface; colour is None where it has several."""

    order: int
    box: _Rectangle
    colour: tuple[int, int, int] | None


class _View(NamedTuple):
    """How a page is shown: its box in its own points, and the quarter turns clockwise to read it."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @property
    def size(self) -> tuple[float, float]:
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turns % 2 else (width, height)

    def point(self, x: float, y: float) -> tuple[float, float]:
        return (
            (x - self.left, self.top - y),
            (y - self.bottom, x - self.left),
            (self.right - x, y - self.bottom),
            (self.top - y, self.right - x),
        )[self.turns]

    def box(self, left: float, bottom: float, right: float, top: float) -> _Rectangle:
        (ax, ay), (bx, by) = self.point(left, bottom), self.point(right, top)
        return _Rectangle(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


@dataclass(slots=True)
class _Drawn:
    """What is drawn on a page beside text, and the place of each text object in the order of painting."""

    rules: list[Rule] = field(default_factory=list)
    fills: list[_Fill] = field(default_factory=list)
    pictures: float = 0.0  # their area, in square points
    paths: int = 0
    texts: dict[int, int] = field(default_factory=dict)
    objects: int = 0


class _Style(NamedTuple):
    """What all characters of a text object share; turns is None for slanted text."""

    size: float
    turns: int | None
    bold: bool
    symbols: bool
    mode: int
    colour: tuple[int, int, int] | None
    alpha: int
    order: int


class _Glyph(NamedTuple):
    text: str
    box: _Rectangle
    baseline: float
    style: _Style


@dataclass(frozen=True, slots=True)
class _ReadPage:
    laid: LaidPage
    flags: tuple[Flag, ...] = ()
    excluded: bool = False
    confidence: float | None = None
    hidden: int = 0
    cut: bool = False


def read_pdf(content: bytes, name: str, *, progress: PageProgress = lambda done, total: None) -> Source:
    """The text of a PDF page by page; `number` counts the pages of the file from 1.

    Raises:
        UnreadableReport: not a PDF, encrypted with a password, broken, without pages, or of more than MAX_PAGES.
    """
    import pypdfium2 as pdfium  # noqa: PLC0415 - loads PDFium's library, 8 MB

    if b"%PDF" not in content[:1024]:
        raise UnreadableReport(
            message("{file}：内容不是 PDF（开头没有 %PDF 标记）；请确认格式，或另存为 PDF 后重试", file=name)
        )
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        if error.err_code in {pdfium.raw.FPDF_ERR_PASSWORD, pdfium.raw.FPDF_ERR_SECURITY}:
            raise UnreadableReport(message("{file}：文件已加密，请解除密码后上传", file=name)) from error
        raise UnreadableReport(message("{file}：PDF 已损坏或不完整，无法打开；请重新导出后重试", file=name)) from error
    try:
        total = len(document)
        if total < 1:
            raise UnreadableReport(message("{file}：PDF 里没有页面；请检查文件，或重新导出后重试", file=name))
        if total > MAX_PAGES:
            raise UnreadableReport(
                message("{file}：共 {total} 页，超过 {most} 页；请拆分后重试", file=name, total=total, most=MAX_PAGES)
            )
        pages: list[_ReadPage | None] = []
        for index in range(total):
            pages.append(_read_page(document, index, _last_table(pages)))
            progress(index + 1, total)
        if not any(pages):
            raise UnreadableReport(message("{file}：PDF 的页面都已损坏，无法读取；请重新导出后重试", file=name))
        return _source(pages, document, content)
    finally:
        document.close()


def read_image(content: bytes, name: str) -> Source:
    """The text of a PNG or JPEG picture as one page, by OCR.

    Raises:
        UnreadableReport: not such a picture, broken, or too large.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - for pictures alone

    from ingest.readers.ocr import read_picture  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
        with opened:
            opened.draft("RGB", (4000, 4000))  # a JPEG is decoded at a fraction of its size where that is enough
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        limit = (Image.MAX_IMAGE_PIXELS or 0) // 1_000_000
        raise UnreadableReport(
            message("{file}：图片超过 {limit} 百万像素；请缩小后重试", file=name, limit=limit)
        ) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UnreadableReport(
            message("{file}：不是可以读取的 PNG 或 JPEG 图片，或已损坏；请另存后重试", file=name)
        ) from error
    scale = min(1.0, math.sqrt(MAX_PIXELS / (picture.width * picture.height)))
    picture = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    page = _from_picture(read_picture(picture, 72 / _DPI), picture.height * 72 / _DPI, 1)
    return Source((_source_page(page, compose_pages([page.laid])[0]),), notes=tuple(_notes([page])))


def _source(pages: Sequence[_ReadPage | None], document: Any, content: bytes) -> Source:
    # A page left out ends what stands on the one before.
    laid = [
        page.laid if page and not page.excluded else LaidPage(number, 1.0, ())
        for number, page in enumerate(pages, start=1)
    ]
    composed = compose_pages(laid)
    values = {key: document.get_metadata_value(key).strip("\0 ") for key in ("Title", "Author")}
    return Source(
        tuple(
            _source_page(page, each) if page else SourcePage("", number, ("empty",), excluded=True)
            for number, (page, each) in enumerate(zip(pages, composed, strict=True), start=1)
        ),
        title=values["Title"],
        author=values["Author"],
        notes=(*_notes(pages), *_actives(document, content)),
    )


def _source_page(page: _ReadPage, composed: ComposedPage) -> SourcePage:
    seen = () if page.excluded else text_flags(composed.text)
    flags = dict.fromkeys((*page.flags, *(flag for flag in seen if flag != "garbled")))
    return SourcePage(
        composed.text, page.laid.number, tuple(flags), page.excluded, page.confidence, goes_on=composed.goes_on
    )


def _notes(pages: Sequence[_ReadPage | None]) -> Iterator[Message]:
    known = [page for page in pages if page]
    if broken := [number for number, page in enumerate(pages, start=1) if page is None]:
        yield message("{pages}已损坏，未读入", pages=_on(broken))
    if hidden := [page for page in known if page.hidden]:
        letters = sum(page.hidden for page in hidden)
        yield message(
            "{pages}有看不见的文字 {letters} 字（与底色相同、过小、隐形或在页面外），未读入",
            pages=_on([page.laid.number for page in hidden]),
            letters=letters,
        )
    if lost := [page.laid.number for page in known if page.excluded]:
        yield message("{pages}的文字编码错乱，识别也不可靠，未读入；请换用原始文件", pages=_on(lost))
    if doubtful := [page for page in known if "doubtful" in page.flags and page.confidence is not None]:
        worst = min(page.confidence for page in doubtful if page.confidence is not None)
        yield message(
            "{pages}由图片识别，可信度偏低（最低 {worst:.2f}），请对照原文",
            pages=_on([page.laid.number for page in doubtful]),
            worst=worst,
        )
    if cut := [page.laid.number for page in known if page.cut]:
        yield message("{pages}的内容过多，只读入前 {most} 字", pages=_on(cut), most=MAX_CHARACTERS)


def _on(numbers: Sequence[int]) -> Message:
    if len(numbers) == 1:
        return message("第 {number} 页", number=numbers[0])
    if len(numbers) <= 10:
        return message("第 {numbers} 页（共 {count} 页）", numbers=numbers, count=len(numbers))
    return message("第 {numbers} 等 页（共 {count} 页）", numbers=numbers[:10], count=len(numbers))


def _actives(document: Any, content: bytes) -> Iterator[Message]:
    """What a file brings that is not text. Names inside compressed objects are not counted; nothing of it is run."""
    from pypdfium2 import raw  # noqa: PLC0415

    named = {(match[1] or match[2]).decode() for match in _ACTIONS.finditer(content)}
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        named.add("JavaScript")
    if named:
        yield message("文件带有脚本或自动动作（{names}），未执行", names=sorted(named))
    if attached := max(0, raw.FPDFDoc_GetAttachmentCount(document)):
        yield message("文件内嵌 {attached} 个附件，未读取", attached=attached)
    if raw.FPDF_GetFormType(document) in {raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND} or b"/XFA" in content:
        yield message("文件含 XFA 表单，只读取页面上的文字")


# One page


def _last_table(pages: Sequence[_ReadPage | None]) -> TableRows | None:
    """The last table of the last page."""
    blocks = pages[-1].laid.blocks if pages and pages[-1] else ()
    return next((block for block in reversed(blocks) if isinstance(block, TableRows)), None)


def _read_page(document: Any, index: int, before: TableRows | None) -> _ReadPage | None:
    """A page that is closed again when it is read; None where it is broken. before: the last table of the page before."""
    import pypdfium2 as pdfium  # noqa: PLC0415

    try:
        page = document[index]
    except pdfium.PdfiumError:
        return None
    try:
        text_page = page.get_textpage()
        try:
            return _page_of(page, text_page, index + 1, before)
        finally:
            text_page.close()
    except pdfium.PdfiumError:
        return None
    finally:
        page.close()


def _page_of(page: Any, text_page: Any, number: int, before: TableRows | None) -> _ReadPage:
    left, bottom, right, top = page.get_bbox()
    view = _View(left, bottom, right, top, page.get_rotation() // 90 % 4)
    drawn = _drawn(page, view)
    glyphs = list(_glyphs(text_page, view, drawn))
    if turns := _main_turns(glyphs):
        view = view._replace(turns=(view.turns + turns) % 4)
        drawn = _drawn(page, view)
        glyphs = list(_glyphs(text_page, view, drawn))
    width, height = view.size
    pictured = drawn.pictures >= _PICTURE_SHARE * width * height
    ground = _Ground(drawn.fills)
    seen = [glyph for glyph in glyphs if not _is_hidden(glyph, ground, view.size, pictured)]
    text = "".join(glyph.text for glyph in seen)
    letters = _letters(text)
    hidden = _letters("".join(glyph.text for glyph in glyphs)) - letters
    garbled = is_garbled(text)
    if garbled or (letters < _FEW_CHARACTERS and (pictured or drawn.paths >= _DRAWN_PATHS)):
        read = _from_page(page, height, number, before)
        told = sum(_letters(_words(block)) for block in read.laid.blocks)
        if garbled:
            lost = told < letters / 4 or (read.confidence or 0.0) < DOUBTFUL
            return replace(read, flags=("garbled", *read.flags), excluded=lost, hidden=hidden)
        if told > letters or not letters:
            return replace(read, hidden=hidden)
    cut = text_page.count_chars() > MAX_CHARACTERS
    scan = pictured and any(glyph.style.mode == _INVISIBLE for glyph in seen)
    flags: dict[Flag, bool] = {"scan": scan, "hidden": hidden > 0, "doubtful": cut}
    return _ReadPage(
        LaidPage(number, height, _blocks(seen, drawn, before)),
        tuple(flag for flag, is_set in flags.items() if is_set),
        hidden=hidden,
        cut=cut,
    )


def _letters(text: str) -> int:
    return len("".join(text.split()))


def _words(block: Block) -> str:
    return block.text if isinstance(block, TextLine) else "".join(cell for row in block.rows for cell in row)


def _blocks(glyphs: Sequence[_Glyph], drawn: _Drawn, before: TableRows | None) -> tuple[Block, ...]:
    """The blocks of upright text, then what is written at an angle, a line each."""
    upright = [_piece(glyph) for glyph in glyphs if glyph.style.turns == 0]
    blocks = lay_out(upright, find_grids(drawn.rules), before)
    slanted: dict[int, list[_Glyph]] = {}
    for glyph in glyphs:
        if glyph.style.turns != 0:
            slanted.setdefault(glyph.style.order, []).append(glyph)
    for run in slanted.values():
        text = "".join(glyph.text for glyph in run).strip()
        box = run[0].box
        if text:
            blocks.append(TextLine(text, box.x0, box.y0, box.x1, box.y1, run[0].style.size, False, 0.0, 0.0, -1))
    return tuple(blocks)


def _piece(glyph: _Glyph) -> Piece:
    size = round(glyph.style.size, 1)
    return Piece(
        glyph.text,
        glyph.box.x0,
        glyph.baseline - 0.88 * size,
        glyph.box.x1,
        glyph.baseline + 0.12 * size,
        size,
        glyph.style.bold,
    )


def _main_turns(glyphs: Sequence[_Glyph]) -> int:
    """The quarter turns that most of the page's text is written at, such as a wide table on an upright page."""
    turns = Counter(glyph.style.turns for glyph in glyphs if glyph.text.strip())
    most = max(turns, key=lambda turn: turns[turn], default=0)
    return most if most and turns[most] > 0.6 * turns.total() else 0


def _is_hidden(glyph: _Glyph, ground: "_Ground", size: tuple[float, float], pictured: bool) -> bool:
    x, y = (glyph.box.x0 + glyph.box.x1) / 2, (glyph.box.y0 + glyph.box.y1) / 2
    style = glyph.style
    if not (0 <= x <= size[0] and 0 <= y <= size[1]) or style.size < _TINY:
        return True
    if style.mode == _INVISIBLE:
        return not pictured  # over a picture it is what OCR made of it
    if style.mode != 0 or style.colour is None:
        return False
    if style.alpha < _FAINT:
        return True
    colour = ground.under(style, x, y)
    return colour is not None and max(abs(a - b) for a, b in zip(colour, style.colour, strict=True)) <= _SAME_COLOUR


class _Ground:
    """The surfaces of a page in the order of painting; a drawing may have thousands, and text as many characters."""

    def __init__(self, fills: Sequence[_Fill]) -> None:
        import numpy as np  # noqa: PLC0415

        self._fills = fills
        self._colours = {fill.colour for fill in fills}
        self._boxes = np.array([fill.box for fill in fills], dtype=np.float64).reshape(len(fills), 4)
        self._orders = np.array([fill.order for fill in fills], dtype=np.int64)

    def under(self, style: _Style, x: float, y: float) -> tuple[int, int, int] | None:
        """The colour that text stands on there: of the last surface painted before it, or else white.

        None for a picture, and where it can not be the text's own colour.
        """
        light = style.colour is not None and min(style.colour) >= 255 - _SAME_COLOUR
        if not light and style.colour not in self._colours:
            return None
        boxes = self._boxes
        around = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
        below = (around & (self._orders < style.order)).nonzero()[0]
        return self._fills[int(below[-1])].colour if len(below) else (255, 255, 255)


# Scans


def _from_page(page: Any, height: float, number: int, before: TableRows | None) -> _ReadPage:
    from ingest.readers.ocr import read_picture  # noqa: PLC0415

    scale = min(_DPI / 72, math.sqrt(MAX_PIXELS / max(1.0, page.get_width() * page.get_height())))
    bitmap = page.render(scale=scale, may_draw_forms=False)
    try:
        picture: Image = bitmap.to_pil().convert("RGB")
    finally:
        bitmap.close()
    return _from_picture(read_picture(picture, 1 / scale), height, number, before)


def _from_picture(read: "ReadPicture", height: float, number: int, before: TableRows | None = None) -> _ReadPage:
    if not read.pieces:
        return _ReadPage(LaidPage(number, height, ()), ("scan", "empty"), confidence=0.0)
    flags: tuple[Flag, ...] = ("scan", "doubtful") if read.confidence < DOUBTFUL else ("scan",)
    blocks = tuple(lay_out(read.pieces, find_grids(read.rules), before))
    return _ReadPage(LaidPage(number, height, blocks), flags, confidence=read.confidence)


# PDFium's records


class _Styles:
    """The style of each text object, asked of PDFium once."""

    def __init__(self, text_page: Any, drawn: _Drawn) -> None:
        self.drawn = drawn
        self._text_page = text_page
        self._known: dict[int, _Style] = {}
        self._fonts: dict[int, tuple[bool, bool]] = {}

    def at(self, index: int, turns: int) -> _Style | None:
        """The style of a character; None for those that PDFium made up, such as line ends."""
        from pypdfium2 import raw  # noqa: PLC0415

        handle = raw.FPDFText_GetTextObject(self._text_page, index)
        if not handle:
            return None
        address = _address(handle)
        if (known := self._known.get(address)) is None:
            known = self._known[address] = self._style(raw, index, handle, address, turns)
        return known

    def _style(self, raw: Any, index: int, handle: Any, address: int, turns: int) -> _Style:
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(self._text_page, index, matrix)
        size = raw.FPDFText_GetFontSize(self._text_page, index) * math.hypot(matrix.c, matrix.d)
        quarter = math.degrees(math.atan2(matrix.b, matrix.a)) / 90
        upright = abs(quarter - round(quarter)) < 0.06
        mode = raw.FPDFTextObj_GetTextRenderMode(handle)
        colour, alpha = _colour(raw, handle)
        bold, symbols = self._font(raw, raw.FPDFTextObj_GetFont(handle))
        return _Style(
            size,
            (round(quarter) - turns) % 4 if upright else None,
            bold or mode == _FILL_AND_STROKE,
            symbols,
            mode,
            colour,
            alpha,
            self.drawn.texts.get(address, self.drawn.objects),
        )

    def _font(self, raw: Any, font: Any) -> tuple[bool, bool]:
        """Whether a font is bold, and whether it is one of symbols."""
        if not font:
            return False, False
        address = _address(font)
        if address not in self._fonts:
            name = ctypes.create_string_buffer(256)
            raw.FPDFFont_GetBaseFontName(font, name, 256)
            text = name.value.decode("utf-8", "replace")
            forced = raw.FPDFFont_GetFlags(font)
            bold = bool(_BOLD.search(text)) or (forced > 0 and bool(forced & _FORCE_BOLD))
            self._fonts[address] = bold, bool(_SYMBOLS.search(text))
        return self._fonts[address]


def _address(handle: Any) -> int:
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _colour(raw: Any, handle: Any) -> tuple[tuple[int, int, int] | None, int]:
    """The colour that an object is filled with, and its opacity of 255; no colour for a pattern."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha):
        return None, 255
    return (red.value, green.value, blue.value), alpha.value


def _glyphs(text_page: Any, view: _View, drawn: _Drawn) -> Iterator[_Glyph]:
    """The characters of a page in the order of the file, white space among them."""
    from pypdfium2 import raw  # noqa: PLC0415

    styles = _Styles(text_page, drawn)
    rectangle = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    high = 0
    for index in range(min(text_page.count_chars(), MAX_CHARACTERS)):
        style = styles.at(index, view.turns)
        if style is None:
            continue
        code = raw.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code, high = (0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD), 0
        raw.FPDFText_GetLooseCharBox(text_page, index, rectangle)
        raw.FPDFText_GetCharOrigin(text_page, index, x, y)
        text = _letter(code, style)
        if raw.FPDFText_HasUnicodeMapError(text_page, index) == 1 and text.strip():
            text = "\ufffd"
        box = view.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        if style.turns == 0 and _IDEOGRAPH.match(text):
            # Where a font does not tell how wide they are, PDFium gives the ink alone: they are an em wide.
            start = view.point(x.value, y.value)[0]
            box = box._replace(x0=min(box.x0, start), x1=max(box.x1, start + style.size))
        yield _Glyph(text, box, view.point(x.value, y.value)[1], style)


def _letter(code: int, style: _Style) -> str:
    if code == _BROKEN_WORD:
        return "-"
    letter = chr(code)
    if style.symbols and 0xF000 <= code <= 0xF0FF:
        return "•"
    return unicodedata.normalize("NFKC", letter) if _LOOKALIKES.match(letter) else letter


def _drawn(page: Any, view: _View) -> _Drawn:
    """What is drawn on the page, its forms included, up to MAX_OBJECTS."""
    from pypdfium2 import raw  # noqa: PLC0415

    drawn = _Drawn()
    for handle, matrix in _objects(raw, page, _UNIT, drawn, 0):
        match raw.FPDFPageObj_GetType(handle):
            case raw.FPDF_PAGEOBJ_TEXT:
                drawn.texts[_address(handle)] = drawn.objects
            case raw.FPDF_PAGEOBJ_IMAGE:
                box = _bounds(raw, handle, matrix, view)
                drawn.fills.append(_Fill(drawn.objects, box, None))
                width, height = view.size
                shown = _Rectangle(max(0.0, box.x0), max(0.0, box.y0), min(width, box.x1), min(height, box.y1))
                drawn.pictures += shown.area
            case raw.FPDF_PAGEOBJ_SHADING:
                drawn.fills.append(_Fill(drawn.objects, _bounds(raw, handle, matrix, view), None))
            case raw.FPDF_PAGEOBJ_PATH:
                drawn.paths += 1
                _add_path(raw, handle, matrix, view, drawn)
    return drawn


def _objects(raw: Any, parent: Any, matrix: _Matrix, drawn: _Drawn, depth: int) -> Iterator[tuple[Any, _Matrix]]:
    """The objects of a page or form in the order of painting, each with what its coordinates are multiplied by."""
    count, get = (
        (raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
        if depth
        else (raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)
    )
    for index in range(max(0, count(parent))):
        if drawn.objects >= MAX_OBJECTS:
            return
        drawn.objects += 1
        if not (handle := get(parent, index)):
            continue
        if raw.FPDFPageObj_GetType(handle) == raw.FPDF_PAGEOBJ_FORM:
            if depth < _FORM_DEPTH:
                yield from _objects(raw, handle, _times(_matrix(raw, handle), matrix), drawn, depth + 1)
        else:
            yield handle, matrix


def _matrix(raw: Any, handle: Any) -> _Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, found):
        return _UNIT
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _applied(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(raw: Any, handle: Any, matrix: _Matrix, view: _View) -> _Rectangle:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top)
    corners = [_applied(matrix, x, y) for x in (left.value, right.value) for y in (bottom.value, top.value)]
    return view.box(
        min(x for x, _ in corners), min(y for _, y in corners), max(x for x, _ in corners), max(y for _, y in corners)
    )


def _add_path(raw: Any, handle: Any, matrix: _Matrix, view: _View, drawn: _Drawn) -> None:
    """The lines that a path draws, stroked or as thin surfaces; and the surface that it fills."""
    count = raw.FPDFPath_CountSegments(handle)
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(handle, fill, stroke)
    if fill.value:
        colour, alpha = _colour(raw, handle)
        if alpha >= _FAINT:
            drawn.fills.append(_Fill(drawn.objects, _bounds(raw, handle, matrix, view), colour))
    if count > _SEGMENTS:
        return
    whole = _times(_matrix(raw, handle), matrix)
    for points in _outlines(raw, handle, count):
        placed = [view.point(*_applied(whole, x, y)) for x, y in points]
        if stroke.value:
            for (ax, ay), (bx, by) in pairwise(placed):
                _add_rule(drawn, min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
        elif fill.value and len(placed) > 1:
            xs, ys = [x for x, _ in placed], [y for _, y in placed]
            _add_rule(drawn, min(xs), min(ys), max(xs), max(ys))


def _add_rule(drawn: _Drawn, x0: float, y0: float, x1: float, y1: float) -> None:
    if y1 - y0 <= _THIN and x1 - x0 >= _SHORTEST_RULE:
        drawn.rules.append(Rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2))
    elif x1 - x0 <= _THIN and y1 - y0 >= _SHORTEST_RULE:
        drawn.rules.append(Rule((x0 + x1) / 2, y0, (x0 + x1) / 2, y1))


def _outlines(raw: Any, handle: Any, count: int) -> Iterator[list[tuple[float, float]]]:
    """The corners of the straight parts of a path; a curve ends one."""
    points: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(handle, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind != raw.FPDF_SEGMENT_LINETO:
            if len(points) > 1:
                yield points
            points = []
        points.append((x.value, y.value))
        if kind == raw.FPDF_SEGMENT_LINETO and raw.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if len(points) > 1:
        yield points
