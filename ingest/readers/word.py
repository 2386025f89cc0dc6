"""DOCX: the words of a document in their order, without what was deleted, hidden or repeats on every page.

Reads WordprocessingML (ECMA-376, part 1, 17) itself: libraries for it leave out footnotes, text boxes, content
controls, the numbers of lists and tracked changes. Word keeps no pages, only where they broke when it was last shown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile

from lxml import etree

from ingest.grids import Cell, filled_rows, table_lines
from ingest.readers.archive import Package
from ingest.readers.drawings import chart_lines, diagram_lines
from ingest.readers.numbering import BULLET, Numbering
from ingest.source import Source, SourcePage

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_HEADING_NAME = re.compile(r"(?:heading|标题) ?([1-9])", re.IGNORECASE)
_CONTENTS_NAME = re.compile(r"(?:toc|目录) ?\d|table of figures|图表目录", re.IGNORECASE)
_NOTE = re.compile(r"(?:注|备注|(?:资料|数据|信息)?来源)\s*[:：]")
# A whole paragraph set in a heading style by mistake is a paragraph all the same.
_HEADING_CHARS = 100
_MAX_HASHES = 6
_LEFT_OUT = frozenset(
    f"{W}{name}" for name in ("del", "moveFrom", "rt", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sdtPr")
)
_SPACES = {f"{W}tab": " ", f"{W}ptab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_BLOCKS = (f"{W}p", f"{W}tbl")


@dataclass(frozen=True, slots=True)
class _Style:
    """What a style says, with what it inherits.

    level: of a heading, from 0; None for none. list, list_level: of its numbering; None where it does not say.
    """

    name: str = ""
    level: int | None = None
    list: str | None = None
    list_level: int | None = None
    hidden: bool = False


@dataclass(slots=True)
class _Words:
    """What a paragraph or a cell holds: its words, and what comes after it (text boxes, notes, charts) line by line.

    page: where its first words stand.
    """

    pieces: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    page: int | None = None

    def lines(self) -> list[str]:
        text = "".join(self.pieces).replace("\t", " ")
        return [stripped for line in text.splitlines() if (stripped := line.strip())]


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines that belong together: a paragraph, a list item, or rows of a table.

    goes_on: they are rows of the table whose first ones stand on the page before.
    """

    lines: Sequence[str]
    page: int | None
    item: bool = False
    goes_on: bool = False


def read_word(package: Package) -> Source:
    """The document in its order: headings by style or outline level, lists with their numbers, tables filled.

    Text boxes, footnotes, charts and diagrams come right after the paragraph that they are anchored in. Pages are
    numbered where the file tells where they broke; headers, footers and the table of contents are left out.

    Raises:
        KeyError, ValueError, lxml.etree.XMLSyntaxError: the file is broken.
    """
    document = _Document(package)
    blocks = [block for block in document.read() if block.lines]
    pages = tuple(
        SourcePage(_text(on_page), number, ("hidden",) if number in document.hidden else (), goes_on=on_page[0].goes_on)
        for number, group in groupby(blocks, key=lambda block: block.page)
        for on_page in [list(group)]
    )
    said = package.properties()
    return Source(pages, said["title"], said["author"], notes=package.notes())


def _text(blocks: Sequence[_Lines]) -> str:
    """Paragraphs stand apart, so that a numbered one can be seen to be a heading; items of one list stand together."""
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if number and not (block.item and blocks[number - 1].item):
            lines.append("")
        lines.extend(block.lines)
    return "\n".join(lines)


class _Document:
    """One document while it is read.

    hidden: numbers of the pages from which hidden text was left out.
    """

    def __init__(self, package: Package) -> None:
        part = package.related("", "officeDocument")
        if part is None:
            raise ValueError("no document")
        self._package = package
        self._part = part
        self._root = package.root(part)
        self._styles, self._usual_style = _styles(self._related("styles"))
        self._numbering = Numbering(self._related("numbering"))
        self._notes = {
            (kind, note.get(f"{W}id")): note
            for kind in ("footnote", "endnote")
            if (root := self._related(f"{kind}s")) is not None
            for note in root.iter(f"{W}{kind}")
        }
        self._page = 1 if next(self._root.iter(f"{W}lastRenderedPageBreak"), None) is not None else None
        self._broken = True  # nothing stands on the page yet, so a break would be the one that was counted
        self.hidden: set[int | None] = set()

    def _related(self, kind: str) -> etree._Element | None:
        part = self._package.related(self._part, kind)
        return None if part is None else self._package.root(part)

    def read(self) -> Iterator[_Lines]:
        body = self._root.find(f"{W}body")
        if body is None:
            raise ValueError("no body")
        yield from self._flow(body)

    def _flow(self, parent: etree._Element) -> Iterator[_Lines]:
        """The paragraphs and tables under an element, in order."""
        for block in _blocks(parent):
            yield from self._table(block) if block.tag == f"{W}tbl" else self._paragraph(block)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[_Lines]:
        style_id, style = self._style(paragraph)
        words = self._words(paragraph, hidden=style.hidden)
        lines = words.lines()
        if lines and not _CONTENTS_NAME.match(style.name):
            mark = self._mark(paragraph, style_id, style)
            level = _level(paragraph.find(f"{W}pPr"), style.level)
            heading = " ".join(lines)
            if level is not None and len(heading) <= _HEADING_CHARS:
                hashes = "#" * min(level + 1, _MAX_HASHES)
                number = "" if mark == BULLET else mark
                yield _Lines([f"{hashes} {number} {heading}" if number else f"{hashes} {heading}"], words.page)
            else:
                yield _Lines([_marked(mark, lines[0]), *lines[1:]], words.page, item=bool(mark))
        if words.aside:
            yield _Lines(words.aside, words.page if lines else self._page)

    def _style(self, paragraph: etree._Element) -> tuple[str, _Style]:
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        style_id = self._usual_style if named is None else named.get(f"{W}val", "")
        return style_id, self._styles.get(style_id, _Style())

    def _mark(self, paragraph: etree._Element, style_id: str, style: _Style) -> str:
        number, level = _list_of(paragraph.find(f"{W}pPr"))
        number = style.list if number is None else number
        if number is None or number == "0":  # 0 takes a paragraph out of the list of its style
            return ""
        if level is None:
            level = style.list_level if style.list_level is not None else self._numbering.level_of(number, style_id)
        return self._numbering.mark(number, level)

    def _words(self, element: etree._Element, *, hidden: bool = False) -> _Words:
        words = _Words()
        self._gather(element, words, hidden)
        if words.page is None:
            words.page = self._page
        return words

    def _gather(self, parent: etree._Element, words: _Words, hidden: bool) -> None:
        """Add what stands in the runs under an element; hidden: whether its style hides what does not say otherwise."""
        for child in parent:
            if child.tag == f"{W}lastRenderedPageBreak" or (child.tag == f"{W}br" and child.get(f"{W}type") == "page"):
                self._break_page(explicit=child.tag == f"{W}br")
            elif child.tag in (f"{W}t", _FORMULA) or child.tag in _SPACES:
                self._say(words, _SPACES.get(str(child.tag)) or child.text or "")
            elif child.tag == f"{W}r":
                if self._is_hidden(child, hidden):
                    if next(child.iter(f"{W}t"), None) is not None:
                        self.hidden.add(self._page)
                else:
                    self._gather(child, words, hidden)
            elif child.tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                kind = etree.QName(child).localname.removesuffix("Reference")
                words.aside.extend(self._note(self._notes.get((kind, child.get(f"{W}id")))))
            elif child.tag == f"{W}txbxContent":
                words.aside.extend(line for block in self._flow(child) for line in block.lines)
            elif child.tag in (_CHART, _DIAGRAM):
                self._broken = False
                words.aside.extend(self._drawing(child))
            elif child.tag == _ALTERNATIVES:
                self._gather(_alternative(child), words, hidden)
            elif child.tag not in _LEFT_OUT:
                self._gather(child, words, hidden)

    def _say(self, words: _Words, text: str) -> None:
        words.pieces.append(text)
        if text.strip():
            self._broken = False
            if words.page is None:
                words.page = self._page

    def _break_page(self, *, explicit: bool) -> None:
        """Count a page; the mark that Word leaves after a break that the author set tells of the same page."""
        if self._page is not None and (explicit or not self._broken):
            self._page += 1
        self._broken = True

    def _is_hidden(self, run: etree._Element, inherited: bool) -> bool:
        properties = run.find(f"{W}rPr")
        if properties is None:
            return inherited
        named = properties.find(f"{W}rStyle")
        style = self._styles.get("" if named is None else named.get(f"{W}val", ""), _Style())
        said = _switch(properties, "vanish")
        return (inherited or style.hidden) if said is None else said

    def _note(self, note: etree._Element | None) -> list[str]:
        if note is None:
            return []
        text = " ".join(line for block in self._flow(note) for line in block.lines)
        return [text if _NOTE.match(text) else f"注：{text}"] if text else []

    def _drawing(self, element: etree._Element) -> list[str]:
        """The table of a chart or the words of a diagram."""
        relation = element.get(f"{_RELATION}{'id' if element.tag == _CHART else 'dm'}", "")
        _, part = self._package.relations(self._part).get(relation, ("", ""))
        if part not in self._package.parts:
            return []
        root = self._package.root(part)
        return chart_lines(root) if element.tag == _CHART else diagram_lines(root)

    def _table(self, table: etree._Element) -> Iterator[_Lines]:
        """The rows of a table; a table of one column is a box around ordinary paragraphs."""
        rows = [row for row in _inside(table, "tr") if row.find(f"{W}trPr/{W}del") is None]
        if all(len(list(_inside(row, "tc"))) == 1 for row in rows):
            for row in rows:
                for cell in _inside(row, "tc"):
                    yield from self._flow(cell)
            return
        aside: list[str] = []
        places: list[dict[int, tuple[etree._Element, str]]] = []
        pages: list[int | None] = []
        for row in rows:
            found = [(column, cell, self._cell(cell)) for column, cell in _columns(row)]
            aside.extend(line for _, _, words in found for line in words.aside)
            pages.append(next((words.page for _, _, words in found if words.pieces), self._page))
            places.append({column: (cell, "\n".join(words.lines())) for column, cell, words in found})
        filled = filled_rows([_row_cells(places, number) for number in range(len(rows))])
        yield from _by_page(filled, pages)
        if aside:
            yield _Lines(aside, self._page)

    def _cell(self, cell: etree._Element) -> _Words:
        """A cell's paragraphs and the rows of a table in it, each a line of its own."""
        words = _Words(page=None)
        for block in self._flow(cell):
            words.page = block.page if words.page is None else words.page
            words.pieces.extend(f"{line.lstrip('# ')}\n".replace("\t", " ") for line in block.lines)
        return words


def _by_page(rows: list[list[str]], pages: list[int | None]) -> Iterator[_Lines]:
    """The rows of a table on each of its pages, its header on the first alone."""
    begun = False
    for page, numbers in groupby(range(len(rows)), key=pages.__getitem__):
        lines = table_lines([rows[number] for number in numbers])
        yield _Lines(lines, page, goes_on=begun)
        begun = begun or bool(lines)


def _row_cells(places: Sequence[Mapping[int, tuple[etree._Element, str]]], number: int) -> list[Cell]:
    """The cells of a row that do not go on from above; places: column → cell and its words, for each row."""
    cells = []
    end = 0
    for column, (cell, text) in sorted(places[number].items()):
        if column > end:
            cells.append(Cell("", columns=column - end))
        end = column + _span(cell)
        if number and _goes_on(cell) and column in places[number - 1]:
            continue
        below = takewhile(lambda row: column in row and _goes_on(row[column][0]), places[number + 1 :])  # noqa: B023 - used at once
        cells.append(Cell(text, rows=1 + len(list(below)), columns=_span(cell)))
    return cells


def _columns(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """Each cell of a row and the column that it begins at, from 0."""
    before = row.find(f"{W}trPr/{W}gridBefore")
    column = 0 if before is None else int(before.get(f"{W}val", "0"))
    for cell in _inside(row, "tc"):
        yield column, cell
        column += _span(cell)


def _span(cell: etree._Element) -> int:
    span = cell.find(f"{W}tcPr/{W}gridSpan")
    return 1 if span is None else max(int(span.get(f"{W}val", "1")), 1)


def _goes_on(cell: etree._Element) -> bool:
    """Whether a cell is merged with the one above it."""
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    return merged is not None and merged.get(f"{W}val", "continue") == "continue"


def _inside(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """The nearest elements of this name below parent, in order, through content controls and tracked insertions."""
    for child in parent:
        if child.tag == f"{W}{name}":
            yield child
        elif child.tag not in _LEFT_OUT and child.tag not in _BLOCKS:
            yield from _inside(child, name)


def _blocks(parent: etree._Element) -> Iterator[etree._Element]:
    """The nearest paragraphs and tables below parent, in order, through content controls and tracked insertions."""
    for child in parent:
        if child.tag in _BLOCKS:
            yield child
        elif child.tag == _ALTERNATIVES:
            yield from _blocks(_alternative(child))
        elif child.tag not in _LEFT_OUT:
            yield from _blocks(child)


def _alternative(alternatives: etree._Element) -> etree._Element:
    """The first alternative with words or a drawing in it; the others say the same to older programs."""
    wanted = (f"{W}t", _CHART, _DIAGRAM)
    return next((each for each in alternatives if next(each.iter(*wanted), None) is not None), etree.Element("none"))


def _marked(mark: str, text: str) -> str:
    """The text after the number or bullet of its list; only `1.` and letters need a space."""
    if not mark or (mark == BULLET and text.startswith(BULLET)):
        return text
    return f"{mark} {text}" if mark == BULLET or mark[-1].isascii() else f"{mark}{text}"


def _level(properties: etree._Element | None, inherited: int | None) -> int | None:
    """The level of a heading, from 0; None for an ordinary paragraph, of which the outline says level 9."""
    level = None if properties is None else properties.find(f"{W}outlineLvl")
    if level is None:
        return inherited
    number = int(level.get(f"{W}val", "9"))
    return number if 0 <= number <= 8 else None


def _list_of(properties: etree._Element | None) -> tuple[str | None, int | None]:
    """The list that a paragraph or style is in and the level there, each None where it does not say."""
    number = None if properties is None else properties.find(f"{W}numPr/{W}numId")
    level = None if properties is None else properties.find(f"{W}numPr/{W}ilvl")
    return (
        None if number is None else number.get(f"{W}val", "0"),
        None if level is None else int(level.get(f"{W}val", "0")),
    )


def _switch(properties: etree._Element, name: str) -> bool | None:
    """Whether a property is switched on or off here; None where nothing is said."""
    found = properties.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val", "true") not in ("0", "false", "off")


def _styles(root: etree._Element | None) -> tuple[Mapping[str, _Style], str]:
    """The styles by id, each with what it inherits, and the id of the one that a paragraph without any has."""
    if root is None:
        return {}, ""
    elements = {style.get(f"{W}styleId", ""): style for style in root.iter(f"{W}style")}
    usual = next(
        (
            style_id
            for style_id, style in elements.items()
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true")
        ),
        "",
    )
    return {style_id: _resolved(style_id, elements) for style_id in elements}, usual


def _resolved(style_id: str, elements: Mapping[str, etree._Element]) -> _Style:
    """A style with what it inherits from those that it is based on."""
    chain: list[etree._Element] = []
    while (element := elements.get(style_id)) is not None and element not in chain:
        chain.append(element)
        based = element.find(f"{W}basedOn")
        style_id = "" if based is None else based.get(f"{W}val", "")
    style = _Style()
    for element in reversed(chain):
        named = element.find(f"{W}name")
        name = "" if named is None else named.get(f"{W}val", "")
        properties, characters = element.find(f"{W}pPr"), element.find(f"{W}rPr")
        number, list_level = _list_of(properties)
        hidden = None if characters is None else _switch(characters, "vanish")
        heading = _HEADING_NAME.match(name)
        by_name = int(heading[1]) - 1 if heading else 0 if name.lower() in ("title", "标题") else style.level
        style = _Style(
            name=name,
            level=_level(properties, by_name),
            list=style.list if number is None else number,
            list_level=style.list_level if list_level is None else list_level,
            hidden=style.hidden if hidden is None else hidden,
        )
    return style
