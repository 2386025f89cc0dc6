"""A conversation as PDF, set for print: A4, lines broken and filled as Chinese is, marks that lead to their references.

Text copied out of the file is the text that went in, but for the few characters that `faces` has no letters for. Bold
Chinese is the same letters with their outlines drawn, since the fonts that need no embedding have none that is bolder.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, assert_never

from chat.pages.export import Document, Kind, Label, Marks, Paragraph, Run, Text, paragraphs
from chat.pages.faces import RAISED, SMALL, SONG, TIMES, face_of, register_fonts
from chat.pages.line_breaks import is_latin, line_ends
from chat.pages.words import Words

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

INK, FAINT, LINK, DOUBT, RULE = "#1F2328", "#5F6670", "#1F5FA8", "#8A5A00", "#C9D1D9"
PAGE_WIDTH, PAGE_HEIGHT = 595.276, 841.89  # A4 in points, as everything here
MARGIN_SIDE, MARGIN_TOP, MARGIN_BOTTOM = 68.0, 72.0, 76.0
MEASURE = PAGE_WIDTH - 2 * MARGIN_SIDE
FOOTER_HEIGHT = 42.0
HANGING = 24.0  # room for [99]
# Between Chinese and Latin, in ems. A quarter is usual; from a tenth on, readers take it for a blank when text is copied.
GAP = 1 / 12
# What a line is stretched by at most to fill the measure, between two Chinese letters, in ems; for the same reason.
STRETCH = 0.09
BOLD_OUTLINE = 0.03  # in ems


@dataclass(frozen=True, slots=True)
class _Look:
    """How a paragraph is set; lengths in points. hanging: its first line begins that much before the others.

    keep: it stands on the page of what follows. ruled: a line stands before it.
    """

    size: float
    leading: float
    colour: str = INK
    bold: bool = False
    before: float = 0.0
    left: float = 0.0
    hanging: float = 0.0
    keep: bool = False
    ruled: bool = False


_LOOKS: dict[Kind, _Look] = {
    "title": _Look(20, 28, bold=True, keep=True),
    "imprint": _Look(9, 14, FAINT, before=6),
    "notice": _Look(9, 14, FAINT, before=2),
    "question": _Look(13.5, 20, bold=True, before=24, keep=True),
    "asked": _Look(10.5, 17, before=6, keep=True),
    "taken": _Look(9, 14, FAINT, before=4, keep=True),
    "quoted": _Look(9, 14, LINK, bold=True, before=6, keep=True),
    "answer": _Look(10.5, 18, before=6),
    "refusal": _Look(10.5, 18, FAINT, before=6),
    "references": _Look(13.5, 20, bold=True, before=28, keep=True),
    "reference": _Look(10.5, 16, before=12, left=HANGING, hanging=HANGING, keep=True),
    "place": _Look(9, 14, FAINT, before=2, left=HANGING, keep=True),
    "row": _Look(9, 14, before=4, left=HANGING + 10, ruled=True),
    "quote": _Look(9, 14, before=4, left=HANGING + 10, ruled=True),
}
_FOOTER = _Look(9, 14, FAINT)
_OUTLINED: frozenset[Kind] = frozenset({"question", "references"})


@dataclass(frozen=True, slots=True)
class _Ink:
    """How letters are drawn; letters in a row with the same ink are drawn as one. link: the reference they lead to."""

    font: str
    size: float
    rise: float
    colour: str
    bold: bool
    link: int | None
    told: str | None


@dataclass(frozen=True, slots=True)
class _Letter:
    """A character of the text and what it is drawn as. held: it stays on the line of the letter before it."""

    text: str
    drawn: str
    ink: _Ink
    width: float
    held: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page. before: the room above it, but at the top of a page. keep: a page does not end with it.

    stretch: added between two Chinese letters. label: the reference, and outline: the heading, that begins with it.
    """

    letters: tuple[_Letter, ...]
    look: _Look
    left: float
    stretch: float
    before: float
    keep: bool
    label: int | None = None
    outline: str | None = None


def to_pdf(document: Document, words: Words) -> bytes:
    """The document as PDF, the same bytes every time; it names no author, and no time but the day of the document."""
    register_fonts()
    pages = _pages([line for paragraph in paragraphs(document, words) for line in _lines(paragraph)])
    written = io.BytesIO()
    canvas = _canvas(written, document, words)
    for number, page in enumerate(pages, start=1):
        _draw_page(canvas, page)
        _draw_footer(canvas, words.export.page.format(page=number, pages=len(pages)))
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _canvas(into: io.BytesIO, document: Document, words: Words) -> "Canvas":
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    size = (PAGE_WIDTH, PAGE_HEIGHT)
    # 1.5 has the text of an ink that is told otherwise (ActualText).
    canvas = Canvas(into, pagesize=size, pdfVersion=(1, 5), lang=words.language, initialFontName=TIMES, invariant=1)
    canvas.setTitle(document.title)
    canvas.setAuthor("")
    canvas.setSubject("")
    canvas.setCreator(words.product)
    canvas.setDateFormatter(lambda *_: f"D:{document.exported:%Y%m%d}")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas


def _lines(paragraph: Paragraph) -> list[_Line]:
    """The lines of a paragraph. Neither its first line stands alone at the end of a page nor its last on top of one."""
    look = _LOOKS[paragraph.kind]
    lines: list[_Line] = []
    for part_of_text in _parted([letter for run in paragraph.runs for letter in _letters(run, look)]):
        lines.extend(_set(part_of_text, look, first=not lines))
    if not lines:  # nothing of the text shows
        return lines
    for at in (0, len(lines) - 2):
        lines[at] = replace(lines[at], keep=True)
    lines[-1] = replace(lines[-1], keep=look.keep)
    label = next((run.number for run in paragraph.runs if isinstance(run, Label)), None)
    outline = paragraph.text if paragraph.kind in _OUTLINED else None
    lines[0] = replace(lines[0], before=look.before, label=label, outline=outline)
    return lines


def _parted(letters: Sequence[_Letter]) -> Iterator[list[_Letter]]:
    """The letters between line feeds."""
    for is_break, part in groupby(letters, key=lambda letter: letter.text == "\n"):
        if not is_break:
            yield list(part)


def _set(letters: Sequence[_Letter], look: _Look, *, first: bool) -> Iterator[_Line]:
    hanging = look.hanging if first else 0.0
    measure = MEASURE - look.left
    # The first line begins before the others, and so do its widths.
    widths = [letter.width for letter in _spaced(letters)]
    widths[0] -= hanging
    held = frozenset(at for at, letter in enumerate(letters) if letter.held)
    start = 0
    for end in line_ends([letter.text for letter in letters], widths, measure, held=held):
        part = _spaced(letters[start:end])
        outdent = hanging if start == 0 else 0.0
        stretch = 0.0 if end == len(letters) else _stretch(part, measure + outdent)
        yield _Line(tuple(part), look, look.left - outdent, stretch, before=0.0, keep=False)
        start = end


def _stretch(letters: Sequence[_Letter], measure: float) -> float:
    """What to add between Chinese letters to fill the measure; 0 where it would be too much."""
    last = max((at for at, letter in enumerate(letters) if not letter.text.isspace()), default=-1)
    free = measure - sum(letter.width for letter in letters[: last + 1])
    places = sum(len(group) - 1 for ink, group in _groups(letters) if ink.font == SONG)
    if places == 0 or not 0 < free / places <= STRETCH * letters[0].ink.size:
        return 0.0
    return free / places


def _groups(letters: Sequence[_Letter]) -> Iterator[tuple[_Ink, list[_Letter]]]:
    """The letters that are drawn as one; one that is told otherwise than drawn is by itself."""
    numbered = enumerate(letters)
    for (ink, _), group in groupby(numbered, key=lambda at: (at[1].ink, at[0] if at[1].ink.told is not None else -1)):
        yield ink, [letter for _, letter in group]


def _letters(run: Run, look: _Look) -> Iterator[_Letter]:
    match run:
        case Text():
            for char in run.text:
                yield from _letter(char, look, colour=DOUBT if run.aside else look.colour)
        case Marks():
            for char, number in _linked(run):
                yield from _letter(char, look, colour=LINK, link=number, raised=True)
        case Label():
            label = [letter for char in run.text.rstrip() for letter in _letter(char, look, colour=look.colour)]
            yield from label
            (blank,) = _letter(" ", look, colour=look.colour)
            yield replace(blank, width=max(blank.width, look.hanging - sum(letter.width for letter in label)))
        case _:
            assert_never(run)


def _linked(marks: Marks) -> Iterator[tuple[str, int | None]]:
    """The characters of marks with the reference that each leads to."""
    for before, number in zip(["[", *"," * (len(marks.numbers) - 1)], marks.numbers, strict=True):
        yield before, None
        yield from ((digit, number) for digit in str(number))
    yield "]", None


def _letter(char: str, look: _Look, *, colour: str, link: int | None = None, raised: bool = False) -> Iterator[_Letter]:
    """The letter of a character; none for one that shows nothing."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415

    face = face_of(char, bold=look.bold)
    size = look.size * face.size * (SMALL if raised else 1)
    rise = look.size * (face.rise + (RAISED if raised else 0))
    ink = _Ink(face.font, size, rise, colour, look.bold, link, face.told)
    if face.drawn:
        yield _Letter(char, face.drawn, ink, stringWidth(face.drawn, face.font, size), held=raised)


def _spaced(letters: Sequence[_Letter]) -> list[_Letter]:
    """The letters with a gap between Chinese ones and Latin words or figures."""
    spaced = list(letters)
    for at in range(len(letters) - 1):
        if _needs_gap(letters[at], letters[at + 1]) or _needs_gap(letters[at + 1], letters[at]):
            spaced[at] = replace(letters[at], width=letters[at].width + GAP * letters[at].ink.size)
    return spaced


def _needs_gap(one: _Letter, other: _Letter) -> bool:
    return is_latin(one.text) and not other.held and other.ink.font == SONG and other.text.isalnum()


def _pages(lines: Sequence[_Line]) -> list[list[_Line]]:
    """The lines of each page, broken where the last line need not stand on the page of the next one, if there is such a place."""
    pages: list[list[_Line]] = []
    start = 0
    while start < len(lines):
        full = _full(lines, start)
        ends = range(full, start, -1) if full < len(lines) else ()
        end = next((at for at in ends if not lines[at - 1].keep), full)
        pages.append(list(lines[start:end]))
        start = end
    return pages


def _full(lines: Sequence[_Line], start: int) -> int:
    """The first line that a page beginning with start has no room for, or the end."""
    used = 0.0
    for at in range(start, len(lines)):
        used += lines[at].look.leading + (lines[at].before if at > start else 0)
        if used > PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM:
            return at
    return len(lines)


def _draw_page(canvas: "Canvas", lines: Sequence[_Line]) -> None:
    top = PAGE_HEIGHT - MARGIN_TOP
    for at, line in enumerate(lines):
        top -= line.before if at else 0
        _mark_place(canvas, line, top)
        if line.look.ruled:
            _draw_rule(canvas, line, top)
        # The letters stand in the middle of the leading; four fifths of their size is above the line they stand on.
        _draw_line(canvas, line, top - (line.look.leading - line.look.size) / 2 - 0.8 * line.look.size)
        top -= line.look.leading


def _mark_place(canvas: "Canvas", line: _Line, top: float) -> None:
    """Make the line a place that a link or the outline leads to, where it is one."""
    if line.label is not None:
        canvas.bookmarkHorizontalAbsolute(_place(line.label), top)
    if line.outline is not None:
        key = f"heading-{canvas.getPageNumber()}-{top:.0f}"
        canvas.bookmarkHorizontalAbsolute(key, top)
        canvas.addOutlineEntry(line.outline, key)


def _place(number: int) -> str:
    return f"ref-{number}"


def _draw_rule(canvas: "Canvas", line: _Line, top: float) -> None:
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(1.5)
    x = MARGIN_SIDE + line.look.left - 8
    canvas.line(x, top, x, top - line.look.leading)


def _draw_line(canvas: "Canvas", line: _Line, y: float) -> None:
    x = MARGIN_SIDE + line.left
    for ink, letters in _groups(line.letters):
        stretch = line.stretch if ink.font == SONG else 0.0
        width = sum(letter.width for letter in letters) + stretch * (len(letters) - 1)
        _draw(canvas, ink, "".join(letter.drawn for letter in letters), x=x, y=y + ink.rise, stretch=stretch)
        if ink.link is not None:
            box = (x, y - 1, x + width, y + ink.rise + ink.size)
            canvas.linkRect("", _place(ink.link), box, relative=0, thickness=0)
        x += width


def _draw(canvas: "Canvas", ink: _Ink, drawn: str, *, x: float, y: float, stretch: float) -> None:
    if ink.told is not None:
        canvas.addLiteral(f"/Span <</ActualText <FEFF{ink.told.encode('utf-16-be').hex().upper()}>>> BDC")
    text = canvas.beginText(x, y)
    text.setFont(ink.font, ink.size)
    text.setFillColor(ink.colour)
    text.setCharSpace(stretch)
    if ink.bold and ink.font == SONG:
        canvas.setStrokeColor(ink.colour)
        canvas.setLineWidth(BOLD_OUTLINE * ink.size)
        text.setTextRenderMode(2)
    text.textOut(drawn)
    text.setTextRenderMode(0)
    text.setCharSpace(0)
    canvas.drawText(text)
    if ink.told is not None:
        canvas.addLiteral("EMC")


def _draw_footer(canvas: "Canvas", text: str) -> None:
    letters = tuple(_spaced([letter for char in text for letter in _letter(char, _FOOTER, colour=_FOOTER.colour)]))
    left = (MEASURE - sum(letter.width for letter in letters)) / 2
    _draw_line(canvas, _Line(letters, _FOOTER, left, stretch=0.0, before=0.0, keep=False), FOOTER_HEIGHT)
