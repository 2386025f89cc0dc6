"""A `Section` to `Passage`s: the units that are found, shown and cited.

A table row is a passage of its own, or several where it is long; a list stays with the line that leads into it;
sentences are packed, and cut only where one alone is too long. What says nothing of the report's subject is kept apart.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ingest.notices import is_byline, is_notice, is_notice_heading, own_pages, tells_of_the_publisher
from ingest.outline import contents_lines, is_heading_line
from ingest.report import Kind, Passage, Report, Section
from ingest.sentences import split_long, split_sentences
from ingest.tables import NOTE, Cells, is_table_line, parse_table, row_parts

# Sentences are packed up to this many characters: about 200 tokens, well inside the encoder's 512 with the headings.
PASSAGE_CHARS = 320

# `+100%` and `-90%` are figures; taken for items they would be read with the wrong label.
_BULLET = re.compile(r"\s*(?:[-*+](?!\d)|[•◆✓·●■▪►]|\(\d{1,2}\)|（[一二三四五六七八九十\d]{1,2}）|\d{1,2}[、)）])\s*\S")
_UNIT = r"(?:金额|数量)?单位\s*[:：]"
_FIGURE = re.compile(rf"[（(]\s*{_UNIT}[^）)]*[）)]|^图\s*\d")
_UNIT_LINE = re.compile(rf"[（(]?\s*{_UNIT}\s*\S[^\t]{{0,20}}")
# What a picture or chart is called. Where nothing of it follows, the text has the caption alone.
_PICTURE = re.compile(
    r"(?:图|图谱|圖|示意|示例|流程|框架|架构|对比|占比|分布|情况|规模|份额|走势|趋势|历程|梳理|一览|结构|格局|排名|增速|预测)"
    r"(?:[（(][^（）()]{1,20}[）)])?$"
)
_PROSE_END = re.compile(r"[。！？；…]|[.!?]$")
# A line without a sentence end and no longer than this labels what follows it rather than saying something itself.
_LABEL_CHARS = 40
# A name with what its bearer is, line by line, stands over what that one says; more than so much is a list of names.
_LABELS_CHARS = 120


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of a section with one kind; text[start:end]."""

    kind: Kind
    start: int
    end: int
    caption: str = ""
    cells: Cells = ()


def split_passages(report: Report) -> list[Passage]:
    """The passages of a report in reading order; together they hold every line of it but table headers and captions,
    which stand in the caption of their rows."""
    own = _own_sections(report)
    return [
        passage
        for number, section in enumerate(report.sections)
        for passage in _of_section(report, number, section, publishers=number in own)
    ]


def _own_sections(report: Report) -> frozenset[int]:
    """Numbers of the sections that are the publisher's own pages: the last parts without a number that tell so."""
    numbered = list(enumerate(report.sections))
    parts = [list(part) for _, part in groupby(numbered, key=lambda item: item[1].headings[1:2])]
    unnumbered = 0
    while unnumbered < len(parts) and _may_be_own(parts[-1 - unnumbered][0][1]):
        unnumbered += 1
    last = parts[len(parts) - unnumbered :]
    lines = [[line for _, part in item for line in (*part.headings[1:], *part.text.split("\n"))] for item in last]
    count = own_pages(lines)
    return frozenset(number for part in last[len(last) - count :] for number, _ in part)


def _may_be_own(section: Section) -> bool:
    part = section.headings[1] if len(section.headings) > 1 else "1"
    return not part[0].isdigit() and not is_heading_line(part)


def _of_section(report: Report, number: int, section: Section, *, publishers: bool) -> Iterator[Passage]:
    apart = any(map(is_notice_heading, section.headings[1:]))
    for block in _packed(section.text, _told_apart(section, apart=apart, publishers=publishers)):
        text = section.text[block.start : block.end]
        bare = section.text == section.headings[-1]
        if text == section.headings[-1] and not bare:
            continue  # a heading right above its table says nothing that the rows do not carry
        yield Passage(
            id=f"{report.id}:{number}:{block.start}-{block.end}",
            report_id=report.id,
            title=report.title,
            publisher=report.publisher,
            published=report.published,
            period=report.period,
            section=number,
            headings=section.headings,
            kind="figure" if bare and block.kind != "notice" else block.kind,
            page=section.page_at(block.start),
            page_kind=report.page_kind,
            start=block.start,
            end=block.end,
            text=text,
            caption="" if block.caption == section.headings[-1] else block.caption,
            cells=block.cells,
        )


def _told_apart(section: Section, *, apart: bool, publishers: bool) -> list[_Block]:
    """The blocks of a section, notices among them: all where the whole of it is apart, all but facts of the publisher in
    its own pages, and the head of an article with who published it when."""
    blocks = list(_blocks(section.text, section.headings[-1]))
    if publishers or apart:
        return [
            block if publishers and tells_of_the_publisher(section.text[block.start : block.end]) else _notice(block)
            for block in blocks
        ]
    if len(section.headings) > 1:
        return blocks
    head = next((at for at, block in enumerate(blocks) if not _may_label(section.text, block)), len(blocks))
    signed = any(is_byline(section.text[block.start : block.end]) for block in blocks[: head + 1])
    return [_notice(block) if signed and at < head else block for at, block in enumerate(blocks)]


def _notice(block: _Block) -> _Block:
    return replace(block, kind="notice")


def _blocks(text: str, heading: str) -> Iterator[_Block]:
    """The lines of a section grouped into paragraphs, lists, tables, captions, notes and notices, in order."""
    lines = _lines(text)
    contents = _contents(text)
    index = 0
    while index < len(lines):
        start, end = lines[index]
        line = text[start:end]
        stop = index + 1
        if is_table_line(line):
            while stop < len(lines) and is_table_line(text[slice(*lines[stop])]) and not _is_apart(text, lines, stop):
                stop += 1
            caption = _table_caption(text, lines[max(0, index - 2) : index])
            yield from _rows(text, lines[index:stop], caption)
            below = stop
            stop = _after_notes(text, lines, stop)
            if stop > below:
                yield _Block("note", lines[below][0], lines[stop - 1][1], caption or heading)
        elif end in contents or is_notice(line):
            yield _Block("notice", start, end)
        elif line != heading and _BULLET.match(line):
            while stop < len(lines) and _BULLET.match(text[slice(*lines[stop])]):
                stop += 1
            yield _Block("list", start, lines[stop - 1][1])
        elif NOTE.match(line):
            yield _Block("note", start, end)
        elif line != heading and _is_figure(text, lines, index):
            stop = _after_notes(text, lines, stop)  # what a note says of a figure is read with its caption
            yield _Block("figure", start, lines[stop - 1][1])
        else:
            yield _Block("text", start, end)
        index = stop


def _contents(text: str) -> frozenset[int]:
    """The offsets where the lines of tables of contents end."""
    lines = text.split("\n")
    listed = contents_lines(lines)
    ends: set[int] = set()
    offset = -1
    for number, line in enumerate(lines):
        offset += len(line) + 1
        if number in listed:
            ends.add(offset)
    return frozenset(ends)


def _lines(text: str) -> list[tuple[int, int]]:
    """Spans of the lines with something on them; leading spaces left out, a leading tab (an empty cell) kept."""
    return [
        (match.start() + len(match[0]) - len(match[0].lstrip(" ")), match.end())
        for match in re.finditer(r"[^\n]+", text)
        if match[0].strip()
    ]


def _is_apart(text: str, lines: Sequence[tuple[int, int]], index: int) -> bool:
    """Whether a blank line stands above a line, as it does between two tables that follow on each other."""
    return "\n\n" in text[lines[index - 1][1] : lines[index][0]]


def _after_notes(text: str, lines: Sequence[tuple[int, int]], index: int) -> int:
    """The number of the first line from index on that is no note."""
    while index < len(lines) and NOTE.match(text[slice(*lines[index])]):
        index += 1
    return index


def _is_figure(text: str, lines: Sequence[tuple[int, int]], index: int) -> bool:
    """Whether a line is the caption of what the text lacks: it has a unit or a figure's number and no table under it, or
    is called like a picture, and nothing but notes and more captions follow."""
    line = text[slice(*lines[index])]
    below = [text[start:end] for start, end in lines[index + 1 : index + 3]]
    if _PROSE_END.search(line) or any(map(is_table_line, below[:1])):
        return False
    if _FIGURE.search(line):
        return True
    return _is_picture(text, lines, index) and (
        not below
        or NOTE.match(below[0]) is not None
        or _FIGURE.search(below[0]) is not None
        or _is_picture(text, lines, index + 1)
        or any(map(is_table_line, below[1:]))
    )


def _is_picture(text: str, lines: Sequence[tuple[int, int]], index: int) -> bool:
    """Whether a line stands by itself and is called like a picture."""
    start, end = lines[index]
    above = text[lines[index - 1][1] : start] if index else ""
    alone = above.count("\n") > 1 and (end == len(text) or text.startswith("\n\n", end))
    return alone and end - start <= _LABEL_CHARS * 2 and _PICTURE.search(text[start:end]) is not None


def _table_caption(text: str, before: Sequence[tuple[int, int]]) -> str:
    """The line above a table when it is a label, with the unit where that stands between them; a paragraph is none."""
    lines = [text[start:end].strip() for start, end in before]
    unit = lines.pop() if lines and _UNIT_LINE.fullmatch(lines[-1]) else ""
    caption = lines[-1] if lines and len(lines[-1]) <= _LABEL_CHARS * 2 and not _PROSE_END.search(lines[-1]) else ""
    return f"{caption}（{unit.strip('（）() ')}）" if unit else caption


def _rows(text: str, lines: Sequence[tuple[int, int]], caption: str) -> Iterator[_Block]:
    table = parse_table([text[start:end] for start, end in lines])
    label = f"{caption}（{table.header}）" if caption and table.header else caption or table.header
    for row in table.rows:
        start, end = lines[row.line]
        above = " › ".join(part for part in (label, row.under) if part)
        for first, last, cells in row_parts(text[start:end], row, PASSAGE_CHARS):
            yield _Block("row", start + first, start + last, above, cells)


# --- packing -------------------------------------------------------------------------------------------------------


def _packed(text: str, blocks: Sequence[_Block]) -> Iterator[_Block]:
    """Blocks joined while they fit into PASSAGE_CHARS, and cut between sentences or items where one alone does not.

    Rows, figures, notes of a table and notices stand apart. A label starts a new passage with what it labels. A note
    joins the text before it.
    """
    group: list[_Block] = []
    says_something = False
    leading = _leading(text, blocks)

    def size(more: _Block) -> int:
        return more.end - group[0].start

    for number, block in enumerate(blocks):
        alone = bool(block.cells or block.caption) or block.kind == "figure"
        other = bool(group) and (block.kind == "notice") != (group[0].kind == "notice")
        full = block.kind != "note" and (number in leading or size(block) > PASSAGE_CHARS) if group else False
        if group and (alone or other or (full and says_something)):
            yield from _closed(text, group)
            group, says_something = [], False
        if alone:
            yield from _closed(text, [block]) if not block.cells else [block]
        else:
            group.append(block)
            says_something = says_something or not _may_label(text, block)
    if group:
        yield from _closed(text, group)


def _leading(text: str, blocks: Sequence[_Block]) -> frozenset[int]:
    """Numbers of the blocks that lead into the prose or list under them: the first of the short lines right above it
    that no blank line parts, or a sentence that ends with a colon above a list."""
    leading: set[int] = set()
    first: int | None = None
    for number, (block, below) in enumerate(zip(blocks, [*blocks[1:], None], strict=True)):
        words = text[block.start : block.end]
        if not _may_label(text, block):
            first = None
            if below and below.kind == "list" and block.kind == "text" and words.endswith((":", "：")):
                leading.add(number)
            continue
        apart = number == 0 or "\n\n" in text[blocks[number - 1].end : block.start]
        if first is None or apart or block.end - blocks[first].start > _LABELS_CHARS:
            first = number
        if below and (
            below.kind == "list" or (below.kind == "text" and _PROSE_END.search(text[below.start : below.end]))
        ):
            leading.add(first)
    return frozenset(leading)


def _may_label(text: str, block: _Block) -> bool:
    """A short line that ends no sentence."""
    line = text[block.start : block.end]
    return block.kind in ("text", "notice") and len(line) <= _LABEL_CHARS and not _PROSE_END.search(line)


def _closed(text: str, group: Sequence[_Block]) -> Iterator[_Block]:
    start, end = group[0].start, group[-1].end
    kinds = {block.kind for block in group}
    kind: Kind = "list" if "list" in kinds else group[0].kind if len(kinds) == 1 else "text"
    items = next((block.start for block in group if block.kind == "list"), end)
    for first, last in _cut(text, start, end):
        caption = group[0].caption or _lead_in(text, start, items, first)
        yield _Block(kind, first, last, caption)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of at most PASSAGE_CHARS that hold text[start:end] but for the blanks around them; a note at the end of it
    takes the sentence above it along."""
    sentences = split_long(text, start, end, PASSAGE_CHARS)
    begins = [0]
    for number, (_, last) in enumerate(sentences):
        if number > begins[-1] and len(text[sentences[begins[-1]][0] : last].rstrip()) > PASSAGE_CHARS:
            begins.append(number)
    above_note = sentences[begins[-1] - 1][0] if begins[-1] - begins[-2:][0] > 1 else end
    if NOTE.match(text, sentences[begins[-1]][0]) and len(text[above_note:end].rstrip()) in range(1, PASSAGE_CHARS + 1):
        begins[-1] -= 1
    for number, following in zip(begins, [*begins[1:], len(sentences)], strict=True):
        first, last = sentences[number][0], sentences[following - 1][1]
        words = text[first:last]
        yield first + len(words) - len(words.lstrip(" \n")), first + len(words.rstrip())


def _lead_in(text: str, start: int, items: int, piece: int) -> str:
    """What a later piece of a list belongs to: the sentence above its first item, and the item that its first one is
    part of; "" for a piece that begins before the items, at `items`."""
    if piece <= items:
        return ""
    above = text[start:items].strip()
    lead_in = above[slice(*split_sentences(above)[-1])].strip() if above else ""
    return " › ".join(part for part in (lead_in, item_above(text, items, piece)) if part)


def item_above(text: str, items: int, piece: int) -> str:
    """The item of a nested list, which begins at items, that holds the one at piece: the nearest line above that is indented less; "" where there is none."""
    start = text.rfind("\n", 0, piece) + 1
    indent = piece - start
    while indent and start > items:
        end, start = start - 1, text.rfind("\n", 0, start - 1) + 1
        above = text[start:end].lstrip(" ")
        if above and end - start - len(above) < indent:
            return above.strip(" -*+•◆✓·●■▪►")
    return ""
