"""A conversation as a Word document: headings that make its outline, and marks that lead to their references.

A font is named for each script, as Chinese documents have it, and none is embedded: 宋体 and 黑体 are on every machine that
writes Chinese. Numbers of references are text, not a list that Word counts, so that a mark and its reference still agree
after paragraphs were moved.
"""

import datetime
import io
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, assert_never, cast

from chat.pages.export import Document, Kind, Label, Marks, Paragraph, Run, Text, paragraphs
from chat.pages.words import Words

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph as WordParagraph

SONG, HEI = ("Times New Roman", "宋体"), ("Arial", "黑体")
INK, FAINT, LINK, DOUBT = "1F2328", "5F6670", "1F5FA8", "8A5A00"
PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
MARGIN_MM = 25.4
HANGING = 24.0  # points; room for [99]
LINE_SPACING = 1.3
MARK, ASIDE = "Citation mark", "Aside"
RULE = {"val": "single", "sz": "12", "space": "6", "color": "C9D1D9"}  # a line of 1.5 points, 6 points before the text
# The elements that stand behind the borders in the order of the schema, of those that a style here has.
AFTER_BORDERS = ("w:tabs", "w:spacing", "w:ind", "w:outlineLvl")
PROPERTY_CHARS = 255  # of a core property


@dataclass(frozen=True, slots=True)
class _Look:
    """A paragraph style; sizes and distances in points. hanging: the first line begins that much before the others.

    fonts: for Latin letters and for Chinese. keep: it stands on the page of what follows. ruled: a line stands before it.
    outlined: it is a heading in the outline of the document.
    """

    style: str
    size: float
    colour: str = INK
    fonts: tuple[str, str] = SONG
    bold: bool = False
    before: float = 0.0
    after: float = 6.0
    left: float = 0.0
    hanging: float = 0.0
    keep: bool = False
    ruled: bool = False
    outlined: bool = False


_LOOKS: dict[Kind, _Look] = {
    "title": _Look("Title", 20, fonts=HEI, bold=True, after=6, keep=True),
    "imprint": _Look("Imprint", 9, FAINT, after=4),
    "notice": _Look("Notice", 9, FAINT, after=12),
    "question": _Look("Heading 1", 14, fonts=HEI, bold=True, before=18, keep=True, outlined=True),
    "asked": _Look("Question in full", 10.5, keep=True),
    "taken": _Look("Question as taken", 9, FAINT, keep=True),
    "quoted": _Look("Excerpts", 9, LINK, fonts=HEI, keep=True),
    "answer": _Look("Body Text", 10.5),
    "refusal": _Look("Refusal", 10.5, FAINT),
    "references": _Look("Heading 1", 14, fonts=HEI, bold=True, before=18, keep=True, outlined=True),
    "reference": _Look("Reference", 10.5, before=6, after=2, left=HANGING, hanging=HANGING, keep=True),
    "place": _Look("Place of a reference", 9, FAINT, after=2, left=HANGING, keep=True),
    "row": _Look("Row of a table", 9, after=4, left=HANGING + 8, ruled=True),
    "quote": _Look("Quote", 9, after=4, left=HANGING + 8, ruled=True),
}


def to_docx(document: Document, words: Words) -> bytes:
    """The document as .docx, on A4; it names no author, and no time but the day of the document."""
    import docx  # noqa: PLC0415 - 0.2 s

    word = docx.Document()
    _set_page(word, words)
    _set_styles(word)
    _set_properties(word, document, words)
    for paragraph in paragraphs(document, words):
        _write(paragraph, word.add_paragraph(style=_LOOKS[paragraph.kind].style))
    written = io.BytesIO()
    word.save(written)
    return written.getvalue()


def _set_page(word: "WordDocument", words: Words) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    (section,) = word.sections
    section.page_width, section.page_height = Mm(PAGE_WIDTH_MM), Mm(PAGE_HEIGHT_MM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN_MM)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for literal, field, _, _ in Formatter().parse(words.export.page):
        footer.add_run(literal)
        if field is not None:
            _add_field(footer, {"page": "PAGE", "pages": "NUMPAGES"}[field])


def _add_field(paragraph: "WordParagraph", instruction: str) -> None:
    """A number that Word counts itself; 1 stands there until it has."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    field = OxmlElement("w:fldSimple", {qn("w:instr"): instruction})
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)


def _set_styles(word: "WordDocument") -> None:
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415
    from docx.shared import RGBColor  # noqa: PLC0415

    _set_language(word)
    for look in (_Look("Normal", 10.5), _Look("Footer", 9, FAINT, after=0), *dict.fromkeys(_LOOKS.values())):
        _set_look(word, look)
    mark = word.styles.add_style(MARK, WD_STYLE_TYPE.CHARACTER)
    mark.font.superscript = True
    mark.font.color.rgb = RGBColor.from_string(LINK)
    word.styles.add_style(ASIDE, WD_STYLE_TYPE.CHARACTER).font.color.rgb = RGBColor.from_string(DOUBT)


def _set_language(word: "WordDocument") -> None:
    """Chinese, which is what the template says of no Asian text: English in one place, Japanese in another."""
    from docx.oxml.ns import qn  # noqa: PLC0415

    for element in (*word.styles.element.iter(qn("w:lang")), *word.settings.element.iter(qn("w:themeFontLang"))):
        element.set(qn("w:eastAsia"), "zh-CN")


def _set_look(word: "WordDocument", look: _Look) -> None:
    """Give a style of the template, or a new one, this look and nothing of the template's."""
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt, RGBColor  # noqa: PLC0415
    from docx.styles.style import ParagraphStyle  # noqa: PLC0415

    styles = word.styles
    found = styles[look.style] if look.style in styles else styles.add_style(look.style, WD_STYLE_TYPE.PARAGRAPH)
    style = cast(ParagraphStyle, found)
    for part in (style.element.pPr, style.element.rPr):
        if part is not None:
            style.element.remove(part)
    style.font.name, east = look.fonts
    fonts = style.element.rPr.rFonts
    fonts.set(qn("w:eastAsia"), east)
    fonts.set(qn("w:hint"), "eastAsia")  # else “ ” — … are set as Latin letters, half as wide
    style.font.size, style.font.bold = Pt(look.size), look.bold
    style.font.color.rgb = RGBColor.from_string(look.colour)
    shape = style.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(look.before), Pt(look.after), LINE_SPACING
    shape.left_indent, shape.first_line_indent = Pt(look.left), Pt(-look.hanging)
    shape.keep_with_next, shape.widow_control = look.keep, True
    if look.hanging:
        shape.tab_stops.add_tab_stop(Pt(look.left))
    if look.outlined:
        style.element.pPr.get_or_add_outlineLvl().set(qn("w:val"), "0")
    if look.ruled:
        _add_rule(style)


def _add_rule(style: "ParagraphStyle") -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    borders = OxmlElement("w:pBdr")
    borders.append(OxmlElement("w:left", {qn(f"w:{name}"): value for name, value in RULE.items()}))
    style.element.pPr.insert_element_before(borders, *AFTER_BORDERS)


def _set_properties(word: "WordDocument", document: Document, words: Words) -> None:
    properties = word.core_properties
    properties.title, properties.language = document.title[:PROPERTY_CHARS], words.language
    properties.author = properties.comments = ""
    properties.created = properties.modified = datetime.datetime.combine(document.exported, datetime.time())


def _write(paragraph: Paragraph, into: "WordParagraph") -> None:
    for run in paragraph.runs:
        _write_run(run, into)


def _write_run(run: Run, into: "WordParagraph") -> None:
    match run:
        case Text():
            into.add_run(run.text, ASIDE if run.aside else None)
        case Marks():
            _write_marks(run, into)
        case Label():
            _write_label(run, into)
        case _:
            assert_never(run)


def _write_marks(marks: Marks, into: "WordParagraph") -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    for before, number in zip(["[", *"," * (len(marks.numbers) - 1)], marks.numbers, strict=True):
        into.add_run(before, MARK)
        link = OxmlElement("w:hyperlink", {qn("w:anchor"): _bookmark(number), qn("w:history"): "1"})
        link.append(into.add_run(str(number), MARK)._r)
        into._p.append(link)
    into.add_run("]", MARK)


def _write_label(label: Label, into: "WordParagraph") -> None:
    """The number in a bookmark, then a tab to where the reference's other lines begin."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    identity = {qn("w:id"): str(label.number)}
    into._p.append(OxmlElement("w:bookmarkStart", {**identity, qn("w:name"): _bookmark(label.number)}))
    into.add_run(label.text.rstrip())
    into._p.append(OxmlElement("w:bookmarkEnd", identity))
    into.add_run("\t")


def _bookmark(number: int) -> str:
    return f"ref_{number}"
