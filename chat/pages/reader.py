"""The HTML of a report as a whole: its outline, its text with tables, and where each page begins.

Every block says at which character of its section it begins (`data-start`) and holds the characters from there on as
they are, so that static/reader.js finds any stretch of a section, and marks it, by counting. A section says which page
begins at which of its characters (`data-pages`): a paragraph may go on from one page to the next.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from chat.library.places import page_name, pages_counted
from chat.library.quality import page_count
from chat.pages.escaping import inert
from chat.pages.words import ReaderWords, Words
from ingest.passages import split_passages
from ingest.report import Kind, Report, Section
from ingest.tables import is_table_line, parse_table

_DEEPEST = 6  # of HTML's headings


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _Mark:
    """Says that a page begins; start: at which character of its section."""

    start: int
    html: str


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of a section that belong together."""

    kind: Literal["heading", "text", "table"]
    lines: tuple[_Line, ...]


def reader_html(report: Report, words: Words, *, pictured: bool) -> str:
    """The whole page's body; pictured: whether pictures of its pages can be shown beside it."""
    about = " · ".join(
        part for part in (report.publisher, report.published, report.period, _size(report, words)) if part
    )
    kinds = _kinds(report)
    sections, page = [], None
    for number, section in enumerate(report.sections):
        begun = _pages_begun(section, page)
        marks = [_Mark(start, _page_mark(page, report, words, pictured=pictured)) for start, page in begun]
        sections.append(_section(number, section, report, kinds.get(number, {}), marks))
        page = begun[-1][1] if begun else page
    return (
        f'<header class="top"><a class="home" href="../{words.path}/">{inert(words.reader.home)}</a>'
        f"<div><h1>{inert(report.title)}</h1><p>{inert(about)}</p></div>{_steps(words.reader)}</header>"
        f'<nav class="outline" aria-label="{inert(words.reader.outline)}"><button type="button" class="fold"'
        f' aria-expanded="false">{inert(words.reader.outline)}</button>{_outline(report)}</nav>'
        f'<main data-report="{inert(quote(report.id, safe=""))}" data-moved="{inert(words.reader.moved)}">'
        f'<p id="told" role="status"></p>{"".join(sections)}</main>' + (_sheet(words.reader) if pictured else "")
    )


def _size(report: Report, words: Words) -> str:
    pages = page_count(report.pages)
    return pages_counted(pages, report.page_kind, words.places) if pages else ""


def _steps(words: ReaderWords) -> str:
    """The way from one cited place to the next, shown where the link names several."""
    return (
        f'<div class="steps" hidden><span class="at"></span>'
        f'<button type="button" class="before" aria-label="{inert(words.before)}">‹</button>'
        f'<button type="button" class="after" aria-label="{inert(words.after)}">›</button>'
        f'<button type="button" class="share" data-done="{inert(words.copied)}">{inert(words.share)}</button></div>'
    )


def _sheet(words: ReaderWords) -> str:
    """Where the picture of a page is shown."""
    return (
        f'<aside class="sheet" aria-label="{inert(words.sheet)}" data-loading="{inert(words.loading)}"'
        f' data-none="{inert(words.no_boxes)}" data-failed="{inert(words.no_picture)}" hidden>'
        f'<div class="bar"><b></b><button type="button" class="close" aria-label="{inert(words.close)}">×</button></div>'
        '<p class="note" role="status"></p><div class="paper" tabindex="0"></div></aside>'
    )


def _outline(report: Report) -> str:
    """A link for each section that has a heading of its own."""
    entries: list[str] = []
    before: tuple[str, ...] = ()
    for number, section in enumerate(report.sections):
        path = section.headings[1:] if section.headings[:1] == (report.title,) else section.headings
        if path and path != before:
            entries.append(f'<li class="d{min(len(path), 4)}"><a href="#s{number}">{inert(path[-1])}</a></li>')
        before = path
    return f"<ol>{''.join(entries)}</ol>"


def _kinds(report: Report) -> dict[int, dict[int, Kind]]:
    """By section and place of its first character, what kind of passage begins there."""
    kinds: dict[int, dict[int, Kind]] = {}
    for passage in split_passages(report):
        of_section = kinds.setdefault(passage.section, {})
        for line in _lines(report.sections[passage.section].text[passage.start : passage.end]):
            of_section.setdefault(passage.start + line.start, passage.kind)
    return kinds


def _pages_begun(section: Section, page: int | None) -> list[tuple[int, int]]:
    """Where in a section another page begins than the one before it ended on."""
    befores = [page, *(number for _, number in section.pages)]
    return [begun for begun, before in zip(section.pages, befores, strict=False) if begun[1] != before]


def _section(number: int, section: Section, report: Report, kinds: dict[int, Kind], marks: Sequence[_Mark]) -> str:
    """A section, with each mark before the first block or table row of its page."""
    waiting = deque(marks)
    depth = max(len(section.headings) - (section.headings[:1] == (report.title,)), 1)
    html = []
    for block in _blocks(section):
        html.append(_due(waiting, block.lines[0]))
        html.append(_table(block.lines, waiting) if block.kind == "table" else _paragraph(block, depth, kinds))
    html += [mark.html for mark in waiting]
    pages = " ".join(f"{start}:{page}" for start, page in section.pages)
    return f'<section id="s{number}" data-pages="{pages}">{"".join(html)}</section>'


def _due(waiting: deque[_Mark], line: _Line) -> str:
    """The marks up to a line, which then wait no longer."""
    due = []
    while waiting and waiting[0].start <= line.start:
        due.append(waiting.popleft().html)
    return "".join(due)


def _page_mark(page: int, report: Report, words: Words, *, pictured: bool) -> str:
    name = inert(page_name(page, report.page_kind, words.places))
    label = inert(words.reader.show_page)
    show = (
        f'<button type="button" class="show" data-page="{page}" data-name="{name}" aria-label="{label} {name}">{label}</button>'
        if pictured
        else ""
    )
    return f'<div class="page" id="page-{page}"><span>{name}</span>{show}</div>'


def _blocks(section: Section) -> Iterator[_Block]:
    table: list[_Line] = []
    for place, line in enumerate(_lines(section.text)):
        if is_table_line(line.text):
            table.append(line)
            continue
        if table:
            yield _Block("table", tuple(table))
            table = []
        heading = place == 0 and bool(section.headings) and line.text.strip() == section.headings[-1]
        yield _Block("heading" if heading else "text", (line,))
    if table:
        yield _Block("table", tuple(table))


def _lines(text: str) -> list[_Line]:
    """The lines of a text that say something, each without the blanks around it."""
    lines, start = [], 0
    for line in text.split("\n"):
        if line.strip(" "):
            inset = len(line) - len(line.lstrip(" "))
            lines.append(_Line(start + inset, line.strip(" ")))
        start += len(line) + 1
    return lines


def _paragraph(block: _Block, depth: int, kinds: dict[int, Kind]) -> str:
    (line,) = block.lines
    if block.kind == "heading":
        level = min(1 + depth, _DEEPEST)
        return f'<h{level} data-start="{line.start}">{inert(line.text)}</h{level}>'
    kind = kinds.get(line.start, "text")
    return f'<p class="{kind}" data-start="{line.start}">{inert(line.text)}</p>'


def _table(lines: Sequence[_Line], waiting: deque[_Mark]) -> str:
    """A table, with the marks that wait for one of its rows above that row."""
    headers = parse_table([line.text for line in lines]).header_lines
    columns = 1 + max(line.text.count("\t") for line in lines)
    rows = []
    for number, line in enumerate(lines):
        marks = _due(waiting, line)
        turn = f'<tr class="turn"><td colspan="{columns}">{marks}</td></tr>' if marks else ""
        rows.append(f"{turn}<tr>{''.join(_cells(line, 'th' if number < headers else 'td'))}</tr>")
    head, body = "".join(rows[:headers]), "".join(rows[headers:])
    top = f"<thead>{head}</thead>" if head else ""
    return f'<div class="wide" tabindex="0"><table>{top}<tbody>{body}</tbody></table></div>'


def _cells(line: _Line, tag: str) -> Iterator[str]:
    start = line.start
    for cell in line.text.split("\t"):
        inset = len(cell) - len(cell.lstrip(" "))
        yield f'<{tag} data-start="{start + inset}">{inert(cell.strip(" "))}</{tag}>'
        start += len(cell) + 1
