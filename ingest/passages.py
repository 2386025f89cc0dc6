"""A `Section` to `Passage`s: the units that are found, shown and cited.

A table row is a passage of its own; a list stays with the line that leads into it; sentences are packed, never cut.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.report import Kind, Passage, Report, Section
from ingest.sentences import split_sentences
from ingest.tables import Cells, is_table_line, parse_table

# Sentences are packed up to this many characters: about 200 tokens, well inside the encoder's 512 with the headings.
PASSAGE_CHARS = 320

# `+100%` and `-90%` are figures; taken for items they would be read with the wrong label.
_BULLET = re.compile(r"\s*(?:[-*+](?!\d)|[•◆✓·●■▪►]|\(\d{1,2}\)|（[一二三四五六七八九十\d]{1,2}）|\d{1,2}[、)）])\s*\S")
_NOTE = re.compile(r"(?:注|备注|资料来源|資料来源|数据来源|信息来源|来源)\s*[:：]")
_FIGURE = re.compile(r"[（(]\s*单位\s*[:：][^）)]*[）)]|^图\s*\d")
_PROSE_END = re.compile(r"[。！？；…]|[.!?]$")
# A line without a sentence end and no longer than this labels what follows it rather than saying something itself.
_LABEL_CHARS = 40


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
    return [
        passage for number, section in enumerate(report.sections) for passage in _of_section(report, number, section)
    ]


def _of_section(report: Report, number: int, section: Section) -> Iterator[Passage]:
    for block in _packed(section.text, list(_blocks(section.text))):
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
            section=number,
            headings=section.headings,
            kind="figure" if bare else block.kind,
            page=section.page_at(block.start),
            start=block.start,
            end=block.end,
            text=text,
            caption="" if block.caption == section.headings[-1] else block.caption,
            cells=block.cells,
        )


def _blocks(text: str) -> Iterator[_Block]:
    """The lines of a section grouped into paragraphs, lists, tables, captions and notes, in order."""
    lines = _lines(text)
    index = 0
    while index < len(lines):
        start, end = lines[index]
        line = text[start:end]
        stop = index + 1
        if is_table_line(line):
            while stop < len(lines) and is_table_line(text[slice(*lines[stop])]):
                stop += 1
            yield from _rows(text, lines[index:stop], _table_caption(text, lines[:index]))
        elif _BULLET.match(line):
            while stop < len(lines) and _BULLET.match(text[slice(*lines[stop])]):
                stop += 1
            yield _Block("list", start, lines[stop - 1][1])
        elif _NOTE.match(line):
            yield _Block("note", start, end)
        elif _FIGURE.search(line) and not _PROSE_END.search(line) and not _table_follows(text, lines[stop : stop + 1]):
            while stop < len(lines) and _NOTE.match(text[slice(*lines[stop])]):
                stop += 1  # what a note says of a figure is read with its caption
            yield _Block("figure", start, lines[stop - 1][1])
        else:
            yield _Block("text", start, end)
        index = stop


def _lines(text: str) -> list[tuple[int, int]]:
    """Spans of the lines with something on them; leading spaces left out, a leading tab (an empty cell) kept."""
    return [
        (match.start() + len(match[0]) - len(match[0].lstrip(" ")), match.end())
        for match in re.finditer(r"[^\n]+", text)
        if match[0].strip()
    ]


def _table_follows(text: str, next_line: list[tuple[int, int]]) -> bool:
    return any(is_table_line(text[start:end]) for start, end in next_line)


def _table_caption(text: str, before: list[tuple[int, int]]) -> str:
    """The line above a table when it is a label; a paragraph above is none."""
    if not before:
        return ""
    line = text[slice(*before[-1])].strip()
    return line if len(line) <= _LABEL_CHARS * 2 and not _PROSE_END.search(line) else ""


def _rows(text: str, lines: list[tuple[int, int]], caption: str) -> Iterator[_Block]:
    table = parse_table([text[start:end] for start, end in lines])
    for row in table.rows:
        start, end = lines[row.line]
        label = f"{caption}（{table.header}）" if caption and table.header else caption or table.header
        yield _Block("row", start, end, label, row.cells)


def _packed(text: str, blocks: list[_Block]) -> Iterator[_Block]:
    """Blocks joined while they fit into PASSAGE_CHARS, and cut between sentences or items where one alone does not.

    Rows and figures stand alone. A label starts a new passage with what it labels. A note joins the text before it.
    """
    group: list[_Block] = []
    says_something = False

    def size(more: _Block) -> int:
        return more.end - group[0].start

    for number, block in enumerate(blocks):
        alone = block.kind in ("row", "figure")
        labels_next = _is_label(text, blocks, number)
        if group and (
            alone or (block.kind != "note" and (labels_next or size(block) > PASSAGE_CHARS) and says_something)
        ):
            yield from _closed(text, group)
            group, says_something = [], False
        if alone:
            yield block
        else:
            group.append(block)
            says_something = says_something or not _may_label(text, block)
    if group:
        yield from _closed(text, group)


def _is_label(text: str, blocks: list[_Block], number: int) -> bool:
    """A short line that ends no sentence, with prose or a list under it."""
    below = blocks[number + 1] if number + 1 < len(blocks) else None
    return (
        _may_label(text, blocks[number])
        and below is not None
        and (below.kind == "list" or bool(_PROSE_END.search(text[below.start : below.end])))
    )


def _may_label(text: str, block: _Block) -> bool:
    line = text[block.start : block.end]
    return block.kind == "text" and len(line) <= _LABEL_CHARS and not _PROSE_END.search(line)


def _closed(text: str, group: list[_Block]) -> Iterator[_Block]:
    start, end = group[0].start, group[-1].end
    kinds = {block.kind for block in group}
    kind: Kind = "list" if "list" in kinds else "note" if kinds == {"note"} else "text"
    if end - start <= PASSAGE_CHARS:
        yield _Block(kind, start, end)
        return
    lead_in = text[slice(*split_sentences(text[start:end])[0])].strip() if kind == "list" else ""
    piece_start = piece_end = start
    for sentence_start, sentence_end in split_sentences(text[start:end]):
        if piece_end > piece_start and start + sentence_end - piece_start > PASSAGE_CHARS:
            yield _trimmed(text, kind, piece_start, piece_end, lead_in if piece_start > start else "")
            piece_start = start + sentence_start
        piece_end = start + sentence_end
    yield _trimmed(text, kind, piece_start, piece_end, lead_in if piece_start > start else "")


def _trimmed(text: str, kind: Kind, start: int, end: int, caption: str) -> _Block:
    return _Block(kind, start, start + len(text[start:end].rstrip()), caption)
