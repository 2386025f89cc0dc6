"""Headings to `Section`s, whether they are marked (`## 2.2 …`) or only numbered (`2.2.1 …`, `PART.01`).

Converted reports mark headings unevenly (`# 1.1`, `## 1.2.1`, `### 3.1.1` on one level), so a number, where there is
one, says the depth, and hashes order only the headings between two numbers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.report import Section
from ingest.source import Line

_MARKED = re.compile(r"(#{1,6})[ \t]+(\S.*)")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})([ 、.]?)(?!\d)[ \t]*(?=[^\W\d_])(.*)")
_CHAPTER = re.compile(r"(\d{1,2})[.、][ \t]*([^\W\d_].*)")
_PART = re.compile(
    r"(?:PART[. ]?\s?\d{1,2}|第[一二三四五六七八九十\d]{1,3}[章节篇部分]{1,2})([ \t:：、]+\S.*)?", re.IGNORECASE
)
_BARE_NUMBER = re.compile(r"\d{1,2}")
# `12.5亿元的规模` begins like a numbered heading without a space.
_AMOUNT = re.compile(r"[亿万千百倍元个]")
# 2.3.1 with a title of 60 characters is the longest heading seen in the reports; a numbered line above this is prose.
_HEADING_CHARS = 64
# The name of a part: no sentence, no list item, no row of a table.
_NAME = re.compile(r"(?=[\w“《「])[^\t]{0,63}[^\t。；，：:;]")
_SENTENCE_END = re.compile(r"[。；，：:;]$")
# A marked heading without a number comes below every numbered one around it: numbers go to depth 4, hashes to 6.
_UNNUMBERED_DEPTH = 10


@dataclass(frozen=True, slots=True)
class _Heading:
    """depth orders headings: a smaller one contains the larger ones after it. hashes: 0 for a plain line.

    number: `2.2` for `2.2 …`, `2` for `PART.02 …`, "" where there is none; 2.2 contains 2.2.1 and not 3.1.1.
    page: where it stands, from 1; None where the source has no pages.
    """

    title: str
    depth: int
    hashes: int
    number: str = ""
    page: int | None = None


def split_sections(lines: Sequence[Line], title: str) -> tuple[Section, ...]:
    """The sections of normalised lines, in order, none empty; each begins with its heading line.

    headings start with title, the report's own; a heading equal to it adds nothing to the path. A heading right above
    another one below it is part of that one's path alone; one with nothing at all under it is a section by itself.
    """
    sections: list[Section] = []
    path: list[_Heading] = []
    body: list[Line] = []

    def close(following: _Heading | None) -> None:
        own = path[-1].title if path else ""
        content = "\n".join(line.text for line in body).strip("\n")
        # A heading with nothing under it, not even another heading, is the caption of a picture that the text lacks.
        bare = bool(own) and own != title and not (following and _contains(path[-1], following))
        if content.strip() or bare:
            headings = (title, *(heading.title for heading in path if heading.title != title))
            above = [Line(own, path[-1].page), Line("", None)] if own else []
            sections.append(_section(headings, [*above, *body]))
        body.clear()

    for item in _headings_and_lines(lines):
        if isinstance(item, Line):
            body.append(item)
            continue
        close(item)
        while path and not _contains(path[-1], item):
            path.pop()
        path.append(item)
    close(None)
    return tuple(sections)


def _section(headings: tuple[str, ...], lines: Sequence[Line]) -> Section:
    """The section of these lines, with one blank line for several, and the offsets where its pages start."""
    above = [Line(""), *lines]
    kept = [line for before, line in pairwise(above) if line.text or before.text]
    if not kept[-1].text:
        kept.pop()
    pages: list[tuple[int, int]] = []
    offset = 0
    for line in kept:
        if line.text and line.page is not None and (not pages or pages[-1][1] != line.page):
            pages.append((offset, line.page))
        offset += len(line.text) + 1
    return Section(headings, "\n".join(line.text for line in kept), tuple(pages))


def _contains(above: _Heading, below: _Heading) -> bool:
    if above.hashes and below.hashes and below.depth >= _UNNUMBERED_DEPTH:
        return above.hashes < below.hashes
    if above.number and below.number:
        return below.number.startswith(f"{above.number}.")
    return above.depth < below.depth


def _headings_and_lines(source: Sequence[Line]) -> Iterator[_Heading | Line]:
    lines = [line.text for line in source]
    chapters = _chapter_lines(lines)
    listed = _listed_lines(lines)
    skip_to = 0
    for number, line in enumerate(lines):
        if number < skip_to:
            continue
        heading = None if number in listed else _heading_of(line, _stands_alone(lines, number), number in chapters)
        if heading is None:
            yield source[number]
            continue
        heading = replace(heading, page=source[number].page)
        if _wants_name(heading.title):
            # `# 02` or `PART.02` is the number of a part whose name stands on the next line.
            name, skip_to = _next_line(lines, number)
            yield replace(heading, title=f"{heading.title} {name}".strip())
        else:
            yield heading


def _wants_name(title: str) -> bool:
    part = _PART.fullmatch(title)
    return _BARE_NUMBER.fullmatch(title) is not None or (part is not None and part[1] is None)


def _heading_of(line: str, alone: bool, chapter: bool) -> _Heading | None:
    marked = _MARKED.fullmatch(line)
    if not marked and not alone:
        return None
    hashes = len(marked[1]) if marked else 0
    content = (marked[2] if marked else line).strip()
    numbers = "".join(re.findall(r"[\d.]+", content)[:1]).strip(".").lstrip("0")
    if chapter or (marked and _BARE_NUMBER.fullmatch(content)):
        return _Heading(content, 1, hashes, numbers)
    if (depth := _numbered_depth(line)) is not None:
        return _Heading(content, depth, hashes, numbers)
    return _Heading(content, _UNNUMBERED_DEPTH + hashes, hashes) if marked else None


def _numbered_depth(line: str) -> int | None:
    """How deep a numbered heading is (2 for `1.2 …`, 1 for `PART.01`); None for a line that is no such heading."""
    content = line.lstrip("# ").strip()
    if len(content) > _HEADING_CHARS or "\t" in content or _SENTENCE_END.search(content):
        return None
    if _PART.fullmatch(content):
        return 1
    match = _NUMBERED.fullmatch(content)
    if match is None:
        return None
    # `1.5个点` and `3.2%` begin like a number too; a heading goes on for at least three letters, or is marked as one.
    is_title = re.match(r"[^\W\d_]{3}|[^\W\d_]+ ", match[3]) and (match[2] or not _AMOUNT.match(match[3]))
    if not is_title and not (match[2] and line.startswith("#")):
        return None
    return match[1].count(".") + 1


def _stands_alone(lines: list[str], number: int) -> bool:
    """A plain line can be a heading only between blank lines; a line of a paragraph, a list or a table can not."""
    before = lines[number - 1] if number else ""
    after = lines[number + 1] if number + 1 < len(lines) else ""
    return not before.strip() and not after.strip()


def _listed_lines(lines: list[str]) -> frozenset[int]:
    """Numbers of the plain lines of a table of contents: three or more numbered ones with nothing between them.

    One that is told twice counts once: a slide of a picture alone leaves its heading with nothing under it.
    """
    listed: set[int] = set()
    run: list[int] = []
    for number, line in enumerate([*lines, "end"]):
        content = line.strip()
        if not content:
            continue
        if not content.startswith("#") and (_numbered_depth(line) or 1) > 1:
            run.append(number)
            continue
        if len({lines[listed_line].strip() for listed_line in run}) >= 3:
            listed.update(run)
        run.clear()
    return frozenset(listed)


def _chapter_lines(lines: list[str]) -> frozenset[int]:
    """Numbers of the lines like `2. 基础设施篇` that open a chapter: the next numbered heading after one is `2.1 …`.

    The same line in a table of contents or an ordered list is followed by another number.
    """
    chapters: set[int] = set()
    candidate: tuple[int, str] | None = None
    for number, line in enumerate(lines):
        content = line.lstrip("# ").strip()
        if not content or not (line.startswith("#") or _stands_alone(lines, number)):
            continue
        if (depth := _numbered_depth(line)) is not None and depth > 1:
            if candidate is not None and content.startswith(f"{candidate[1]}.1"):
                chapters.add(candidate[0])
            candidate = None
        elif (match := _CHAPTER.fullmatch(content)) is not None and len(content) <= _HEADING_CHARS:
            candidate = (number, match[1])
    return frozenset(chapters)


def _next_line(lines: list[str], number: int) -> tuple[str, int]:
    """The name of the part numbered there: the next line with text, without its hashes, and the number of the line
    after it; no name where that line is another heading or says something itself."""
    for index in range(number + 1, len(lines)):
        if content := lines[index].lstrip("# ").strip():
            apart = lines[index].startswith("#") or (_stands_alone(lines, index) and "\t" not in lines[index])
            if apart and _NAME.fullmatch(content) and _numbered_depth(lines[index]) is None:
                return content, index + 1
            break
    return "", number + 1
