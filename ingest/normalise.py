"""Bytes of a report to the text that everything downstream slices and never changes again.

No NFKC: it would turn `，（！？；` into ASCII, `①` into `1` and `［１］` into `[1]`, eating the punctuation that sentences
are split on and forging citation marks. Only full-width letters and digits become half-width.
"""

import codecs
import html
import re
import unicodedata

from ingest.report import UnreadableReport
from ingest.source import CELL_BREAK

HALF_WIDTH = {
    code: code - 0xFEE0
    for start, end in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ"))
    for code in range(ord(start), ord(end) + 1)
}
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
# Zero-width and bidirectional controls are invisible, so they can hide words from a reader or split one from a search.
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD])
_LINE_ENDS = dict.fromkeys(map(ord, "\r\v\f\u0085\u2028\u2029"), "\n")
_CHARACTERS: dict[int, int | str | None] = {**HALF_WIDTH, **_SPACES, **_INVISIBLE, **_LINE_ENDS}

_INLINE_TAGS = frozenset({"a", "b", "code", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "u"})
_BLOCK_TAGS = frozenset({"br", "div", "dd", "dl", "dt", "h1", "h2", "h3", "hr", "img", "li", "ol", "p", "ul"})
# Attributes only with a value: `a<b 且 c>d` compares, and must not lose what stands between.
_TAG = re.compile(
    rf"""</?({"|".join(sorted(_INLINE_TAGS | _BLOCK_TAGS))})(?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*\s*/?>""",
    re.IGNORECASE,
)
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\([^)\n]*\)")
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]+)\]\((?:https?:|mailto:|#|\.{0,2}/)[^)\n]*\)")
_RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,})\s*")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^\s<>]+)>")


def decode_text(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16 (with its mark) or GB18030, tried in that order and strictly.

    Raises:
        UnreadableReport: the bytes are not text in any of these; the message gives the first bad offset.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(content, encoding, name)
    # A NUL never stands in text of these encodings; it is how a program, a picture or a zip gives itself away.
    if b"\0" in content:
        raise UnreadableReport(
            f"{name}：第 {content.index(0)} 字节是空字符，不像文本文件；请确认格式，或另存为 UTF-8 文本"
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(content, "gb18030", name)


def _strictly(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableReport(
            f"{name}：第 {error.start} 字节起无法按 {encoding} 解码（已试 UTF-8、UTF-16、GB18030）；请另存为 UTF-8 后重试"
        ) from error


def normalise_text(text: str) -> str:
    """Text with one kind of line end and space, half-width letters and digits, and no invisible characters.

    Tabs and CELL_BREAK are kept: they part the cells of a table and the lines of a cell. Blank lines are kept as one; a
    line's own leading tab is kept.
    """
    text = text.replace("\r\n", "\n").translate(_CHARACTERS)
    text = "".join(char for char in text if char in f"\n\t{CELL_BREAK}" or unicodedata.category(char) != "Cc")
    text = unicodedata.normalize("NFC", text)  # last: a letter and its accent may have stood apart until now
    lines = [_trimmed(line) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _trimmed(line: str) -> str:
    line = line.rstrip(" ")
    if "\t" in line:
        first, *others = line.split("\t")
        line = "\t".join([first.rstrip(" "), *(cell.strip(" ") for cell in others)])
    return line if line.strip() else ""


def plain_markup(text: str) -> str:
    """The normalised text of Markdown: HTML tags, emphasis, links and rules resolved; headings and tables kept."""
    lines = [_plain_line(line) for line in normalise_text(text.replace(CELL_BREAK, "")).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _plain_line(line: str) -> str:
    """One line without HTML tags and Markdown emphasis; blank when nothing visible is left."""
    if _RULE.fullmatch(line):  # before `***` is read as emphasis
        return ""
    line = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub(r"\1", line)))
    if _TAG.search(line):
        line = "\t".join(_text_of_html(cell) if _TAG.search(cell) else cell for cell in line.split("\t"))
    line = _trimmed(line.replace("**", ""))
    return "" if _RULE.fullmatch(line) else line


def _text_of_html(markup: str) -> str:
    """The text of a cell; the parts of a block-level element are told apart by a space."""
    text = _TAG.sub(lambda tag: "" if tag[1].lower() in _INLINE_TAGS else " ", markup)
    return re.sub(r"\s+", " ", html.unescape(text).translate(_CHARACTERS)).strip(" ")
