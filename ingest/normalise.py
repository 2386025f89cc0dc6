"""What a reader gives to the text that everything downstream slices and never changes again.

No NFKC: it would turn `，（！？；` into ASCII, `①` into `1` and `［１］` into `[1]`, eating the punctuation that sentences
are split on and forging citation marks. Only full-width letters and digits become half-width.
"""

import html
import re
import unicodedata
from functools import cache
from typing import Any

from ingest.markup_tables import cell_lines, html_tables, pipe_tables
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
# An address may have brackets of its own, in pairs. One that is left open ends at the next: else each of many such would be
# read to the end of the line. No bound on its length does that: a picture may stand in its own address.
_ADDRESS = r"(?:[^()\n]++|\([^()\n]*+\))*+"
_IMAGE = re.compile(rf"!\[([^\[\]\n]*+)\]\({_ADDRESS}\)")
_LINK = re.compile(rf"(?<!!)\[([^\[\]\n]++)\]\((?:https?:|mailto:|#|\.{{0,2}}/){_ADDRESS}\)")
_RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,})\s*")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^\s<>]+)>")


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
    """The normalised text of Markdown: tables as rows with tabs, HTML tags, entities, emphasis, links and rules resolved,
    headings kept; a line break or a list item inside a cell is a CELL_BREAK."""
    source = html_tables(normalise_text(text.replace(CELL_BREAK, "")))
    lines = [_plain_line(line) for line in pipe_tables(source.split("\n"))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _plain_line(line: str) -> str:
    """One line without HTML tags and Markdown emphasis; blank when nothing visible is left."""
    if _RULE.fullmatch(line):  # before `***` is read as emphasis
        return ""
    line = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", _IMAGE.sub(r"\1", line)))
    if "\t" in line:
        cells = [_words(cell.replace(CELL_BREAK, "\n"), "\n") for cell in line.split("\t")]
        line = "\t".join(cell_lines(cell).replace("\n", CELL_BREAK) for cell in cells)
    elif _TAG.search(line):
        line = " ".join(_words(line, " ").split())
    else:
        line = _unescaped(line)
    line = _trimmed(line.replace("**", ""))
    return "" if _RULE.fullmatch(line) else line


def _words(markup: str, between: str) -> str:
    """What stands between the tags; the parts of a block-level element are told apart, an item of a cell is marked."""

    def told_apart(tag: re.Match[str]) -> str:
        if tag[1].lower() in _INLINE_TAGS:
            return ""
        return f"{between}• " if between == "\n" and re.match(r"<li\b", tag[0], re.IGNORECASE) else between

    return _unescaped(_TAG.sub(told_apart, markup))


def _unescaped(text: str) -> str:
    """Entities as characters: only with their semicolon, as `&copy=1` is a part of an address. A line stays a line."""
    return _ENTITY.sub(lambda entity: " ".join(re.split(r"\s", html.unescape(entity[0]).translate(_CHARACTERS))), text)


def simplify(text: str) -> str:
    """Text with traditional characters made simplified and letters and digits half-width, one for one: offsets stay."""
    narrow = text.translate(HALF_WIDTH)
    simplified: str = _simplifier().convert(narrow)
    if len(simplified) == len(narrow):
        return simplified
    return "".join(one if len(one) == 1 else char for char in narrow for one in [_simplifier().convert(char)])


@cache
def _simplifier() -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - 0.1 s that `--help` does not need

    return OpenCC("t2s")
