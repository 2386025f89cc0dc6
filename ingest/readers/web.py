"""HTML: what a page says, without its navigation, scripts and what it does not show.

Only the file itself is read: no style sheet, script, picture or frame is fetched or run, and no entity is defined.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree, html

from ingest.grids import Cell, filled_rows, table_lines
from ingest.readers.encodings import decode_text
from ingest.source import Source, SourcePage

_LEFT_OUT = frozenset(
    [
        "audio",
        "button",
        "canvas",
        "embed",
        "footer",
        "head",
        "iframe",
        "input",
        "nav",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "video",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
_HEADING = re.compile(r"h([1-6])")
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
# Those whose bytes cannot be told from GB18030 or Big5; any other declaration is left to the bytes themselves.
_FOREIGN = frozenset({b"shift_jis", b"euc-jp", b"euc-kr", b"iso-8859-1", b"windows-1252"})
# What pages call the time of publication, the surest first; never those of a change (`article:modified_time`).
_PUBLISHED = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "citation_publication_date",
    "citation_date",
    "dcterms.issued",
    "dc.date.issued",
    "pubdate",
    "publishdate",
    "publish_date",
    "date",
)
_DATE = re.compile(r"(\d{4})([-/])(\d{2})\2(\d{2})(?!\d)")
# A line end between two Chinese characters is only there to keep the source narrow.
_EAST = "\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_SOURCE_LINE_END = re.compile(rf"(?<=[{_EAST}])[ \t]*\n[ \t\n]*(?=[{_EAST}])")
_MAX_SPAN = 1_000


@dataclass(slots=True)
class _Words:
    """What of a page, or of a cell, was read so far.

    blocks: paragraphs and tables by their lines, and whether each is an item of a list. open: the words of the
    paragraph that goes on. mark: what stands before the next item.
    """

    blocks: list[tuple[list[str], bool]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    mark: str = ""
    hidden: bool = False

    def close(self) -> None:
        """End the paragraph that goes on."""
        lines = [" ".join(line.split()) for line in "".join(self.open).split("\n")]
        self.open.clear()
        if lines := [line for line in lines if line]:
            mark, self.mark = self.mark, ""
            already = mark and lines[0].startswith(mark.strip())
            self.blocks.append((lines if already else [f"{mark}{lines[0]}", *lines[1:]], bool(mark)))

    def add(self, lines: Sequence[str]) -> None:
        self.close()
        if lines:
            self.blocks.append((list(lines), False))

    def lines(self) -> list[str]:
        self.close()
        return [line for lines, _ in self.blocks for line in lines]

    def text(self) -> str:
        """Paragraphs stand apart, items of a list together."""
        self.close()
        text: list[str] = []
        for number, (lines, item) in enumerate(self.blocks):
            if number and not (item and self.blocks[number - 1][1]):
                text.append("")
            text.extend(lines)
        return "\n".join(text)


def read_html(content: bytes, name: str) -> Source:
    """A web page as one page without a number: headings, paragraphs, lists and tables, of `<main>` alone where it has one.

    Raises:
        UnreadableReport: the bytes are no text.
        ValueError: elements nested deeper than the parser goes.
    """
    text = _decoded(content, name)
    if not text.strip():
        return Source((SourcePage("", flags=("empty",)),))
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    root = html.document_fromstring(text.encode(), parser=parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise ValueError("elements nested too deeply")  # the parser stops there and gives what came before
    mains = list(root.iter("main"))
    words = _Words()
    _gather(mains[0] if len(mains) == 1 else root, words)
    page = SourcePage(words.text(), flags=("hidden",) if words.hidden else ())
    said = {_name(meta): " ".join(meta.get("content", "").split()) for meta in root.iter("meta")}
    dates = (_DATE.match(said.get(name, "")) for name in _PUBLISHED)
    return Source(
        (page,),
        title=" ".join((root.findtext(".//title") or "").split()),
        author=said.get("author", ""),
        published=next((f"{date[1]}-{date[3]}-{date[4]}" for date in dates if date), ""),
    )


def _decoded(content: bytes, name: str) -> str:
    """The page's text in the encoding that its bytes show, or in a foreign one that it declares."""
    declared = _CHARSET.search(content[:4096])
    if declared and declared[1].lower() in _FOREIGN:
        with suppress(UnicodeDecodeError):  # pages declare what their template had; then the bytes decide
            return content.decode(declared[1].decode())
    return decode_text(content, name)


def _name(meta: etree._Element) -> str:
    return (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower()


def _gather(element: etree._Element, words: _Words) -> None:
    """Add what an element shows; the text after it belongs to the one around it."""
    tag = str(element.tag)
    if tag in _LEFT_OUT:
        return
    if _is_hidden(element):
        words.hidden = words.hidden or bool("".join(map(str, element.itertext())).strip())
        return
    if heading := _HEADING.fullmatch(tag):
        inner = _Words()
        _gather_inside(element, inner)
        title = " ".join(inner.lines())
        words.add([f"{'#' * int(heading[1])} {title}"] if title else [])
    elif tag == "br":
        words.open.append("\n")
    elif tag == "table" and next(element.iterdescendants("table"), None) is None:
        captions = [line for caption in element.iter("caption") for line in _inner_lines(caption)]
        words.add([*captions, *table_lines(table_rows(element))])
    elif tag in _BLOCKS:
        words.close()
        _gather_inside(element, words)
        words.close()
    else:
        _gather_inside(element, words)


def _gather_inside(element: etree._Element, words: _Words) -> None:
    kept = element.tag == "pre"
    start = element.get("start", "1")
    number = int(start) if re.fullmatch(r"[0-9]{1,6}", start) else 1
    words.open.append(_shown(element.text, kept))
    for child in element:
        if child.tag == "li":
            words.close()
            words.mark = f"{number}. " if element.tag == "ol" else "• "
            number += 1
        _gather(child, words)
        words.open.append(_shown(child.tail, kept))


def _shown(text: str | None, kept: bool) -> str:
    """Text with its line ends where they are kept, else as it flows."""
    return (text or "") if kept else re.sub(r"\s+", " ", _SOURCE_LINE_END.sub("", text or ""))


def _is_hidden(element: etree._Element) -> bool:
    shown = element.get("hidden") is None and element.get("aria-hidden", "").lower() != "true"
    return not shown or _NOT_SHOWN.search(element.get("style", "")) is not None


def _inner_lines(element: etree._Element) -> list[str]:
    inner = _Words()
    _gather_inside(element, inner)
    return inner.lines()


def table_rows(table: etree._Element) -> list[list[str]]:
    """The rows of a `<table>` element with merged cells filled; a cell keeps its lines, parted by line ends."""
    rows = [row for row in table.iter("tr") if not _is_hidden(row)]
    return filled_rows([list(_cells(row, len(rows) - number)) for number, row in enumerate(rows)])


def _cells(row: etree._Element, rows_left: int) -> Iterator[Cell]:
    cells = [cell for cell in row if cell.tag in ("td", "th") and not _is_hidden(cell)]
    parent = row.getparent()
    header = (parent is not None and parent.tag == "thead") or all(cell.tag == "th" for cell in cells)
    for cell in cells:
        down = cell.get("rowspan", "1").strip()
        rows = rows_left if down == "0" else _span(down)  # 0 reaches to the end
        yield Cell("\n".join(_inner_lines(cell)), rows, _span(cell.get("colspan", "1")), header)


def _span(value: str) -> int:
    return min(max(int(value), 1), _MAX_SPAN) if re.fullmatch(r"\s*[0-9]{1,6}\s*", value) else 1
