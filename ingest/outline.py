"""Headings to `Section`s, whether they are marked (`## 2.2 …`) or only numbered (`2.2.1 …`, `第一章`, `一、`, `PART.01`).

Converted reports mark headings unevenly (`# 1.1`, `## 1.2.1`, `### 3.1.1` on one level), so a number, where there is
one, says the depth, and hashes order only the headings between two numbers. A preface, an appendix and the publisher's
own pages have no number, and belong to no numbered part.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.notices import is_contents_heading, own_pages
from ingest.report import Section
from ingest.source import Line

_MARKED = re.compile(r"(#{1,6})[ \t]+(\S.*)")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})([ 、.]?)(?!\d)[ \t]*(?=[^\W\d_])(.*)")
_CHAPTER = re.compile(r"(\d{1,2})[.、][ \t]*([^\W\d_].*)")
_COUNT = r"[一二三四五六七八九十百\d]{1,3}"
_PART = re.compile(
    rf"(?:(?:PART|CHAPTER)[. ]?\s?(?:\d{{1,2}}|[IVX]{{1,4}}\b)|第\s?{_COUNT}\s?(?:章节?|[篇编卷]|部分))([ \t:：、.]+\S.*)?"
    rf"|(第\s?{_COUNT}\s?章(?![的中里是和与及、节])\S.*)",
    re.IGNORECASE,
)
_SECTION_OF_CHAPTER = re.compile(rf"第\s?{_COUNT}\s?节(?![的中里是和与及、])(?:[ \t:：、.]*\S.*)?")
_COUNTED = re.compile(r"([（(])?([一二三四五六七八九十]{1,3})(?(1)[）)]|[、.．])[ \t]*([^\W\d_].*)")
_ONES = ("", *"一二三四五六七八九")
_NUMERALS = [tens + one for tens in ("", "十", *(f"{one}十" for one in _ONES[2:])) for one in _ONES]
# What stands before, between and after the numbered parts of a report. Beside the word may stand a title of its own.
_UNNUMBERED_PART = re.compile(
    r"(?:前\s?言|序\s?言|引\s?言|导\s?[言语读]|开篇|结\s?语|[\u4e00-\u9fff]{0,4}(?:寄语|致辞))(?:\s*[:：—－]\s*\S.*)?"
    r"|(?:附\s?[录錄](?:\s?[一二三四五六七八九十A-Z\d]{1,2})?|appendix(?: [A-Z\d])?)(?:[\s:：—－]+\S.*)?"
    r"|自序|卷首语|推荐语|(?:内容|执行|报告)?摘\s?要|核心(?:观点|摘要|结论)|(?:报告|全文)?目\s?[录錄次]|参考(?:文献|资料)|名词解释|术语表"
    r"|(?:免责|法律|版权|重要|特别|分析师)(?:声明|提示|承诺)|结束语|后\s?记|致\s?谢|关于(?:我们|作者|本报告)|联系我们"
    r"|abstract|executive summary|foreword|preface|contents|table of contents|references|disclaimer",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\d{1,2}")
# Slides number their panels on the outer side, so that of two columns the left one's number stands last (`名称 01`).
_NUMBER_LAST = re.compile(r"(\D.*\S)\s+(0\d)")
_NUMBER_FIRST = re.compile(r"(0\d)[ \t]+\D.*")
# `12.5亿元的规模` begins like a numbered heading without a space.
_AMOUNT = re.compile(r"[亿万千百倍元个]")
# 2.3.1 with a title of 60 characters is the longest heading seen in the reports; a numbered line above this is prose.
_HEADING_CHARS = 64
# A title without a mark or a decimal number is shorter: 一、 begins many a paragraph, and 附录 many a sentence.
_SHORT_HEADING_CHARS = 40
# The name of a part: no sentence, no list item, no row of a table.
_NAME = re.compile(r"(?=[\w“《「])[^\t]{0,63}[^\t。；，：:;]")
_SENTENCE_END = re.compile(r"[。；，：:;]$")
_PROSE = re.compile(r"[。！？；]")
# A caption says that it is one: by its unit, or by its number among figures or tables.
_CAPTION = re.compile(r"[（(]\s*单位\s*[:：][^）)]*[）)]|^(?:图|表|图表)\s*\d")
# The end of an entry of a table of contents: its page, after dots or alone.
_LEADER = re.compile(r"\s*(?:[.．·…•_]\s*){3,}\d{1,3}\s*$")
_ENTRY_CHARS = 200  # with its dots
_ENTRIES = 150  # more lines without a sentence are no table of contents but slides
_ENTRY_PAGE = re.compile(r"(?<=[^\d.\s])[ \t]+\d{1,3}$")
# A marked heading without a number comes below every numbered one around it: numbers go to depth 4, counted ones (一、,
# （一）) to 6, hashes to 6 more.
_COUNTED_DEPTH = 5
_UNNUMBERED_DEPTH = 10
_NO_NUMBER = "-"


@dataclass(frozen=True, slots=True)
class _Heading:
    """depth orders headings: a smaller one contains the larger ones after it. hashes: 0 for a plain line.

    number: `2.2` for `2.2 …`, `2` for `PART.02 …`, "" where there is none; 2.2 contains 2.2.1 and not 3.1.1. A preface
        has _NO_NUMBER, and contains no numbered heading.
    page: where it stands, from 1; None where the source has no pages.
    """

    title: str
    depth: int
    hashes: int
    number: str = ""
    page: int | None = None


# (in brackets, hashes, number) → what stands above each heading so counted that none has counted on from yet.
_Counts = defaultdict[tuple[bool, int, int], list[list[_Heading]]]


def split_sections(lines: Sequence[Line], title: str) -> tuple[Section, ...]:
    """The sections of normalised lines, in order, none empty; each begins with its heading line.

    headings start with title, the report's own; a heading equal to it adds nothing to the path. A heading right above
    another one below it is part of that one's path alone; one with nothing at all under it is a section by itself.
    """
    sections: list[Section] = []
    path: list[_Heading] = []
    body: list[Line] = []
    counts: _Counts = defaultdict(list)

    def close(*, goes_on_below: bool) -> None:
        own = path[-1].title if path else ""
        content = "\n".join(line.text for line in body).strip("\n")
        # A heading with nothing under it, not even another heading, is the caption of a picture that the text lacks.
        bare = bool(own) and own != title and not goes_on_below
        if content.strip() or bare:
            headings = (title, *(heading.title for heading in path if heading.title != title))
            above = [Line(own, path[-1].page), Line("", None)] if own else []
            sections.append(_section(headings, [*above, *body]))
        body.clear()

    for item in _parts_of_their_own(_without_cover(list(_headings_and_lines(lines, title)), title)):
        if isinstance(item, Line):
            body.append(item)
            continue
        above = _headings_above(item, path, counts)
        close(goes_on_below=len(above) == len(path))
        path[:] = [*above, item]
    close(goes_on_below=False)
    return tuple(sections)


def _headings_above(item: _Heading, path: Sequence[_Heading], counts: _Counts) -> list[_Heading]:
    """The headings of the path that a new one comes under; counts takes note of it.

    （二） stands beside the （一） that it counts on from, also after a 1.1, while all that is above （一） is open.
    """
    above = list(path)
    while above and not _contains(above[-1], item):
        above.pop()
    match = _COUNTED.fullmatch(item.title) if item.depth < _UNNUMBERED_DEPTH else None
    if match is None or match[2] not in _NUMERALS:
        return above
    in_brackets, number = match[1] is not None, _NUMERALS.index(match[2])
    beside = counts[in_brackets, item.hashes, number - 1]
    still_open = [over for over in beside if over == list(path[: len(over)])]
    if still_open:
        above = still_open[-1]
        beside.remove(above)
    counts[in_brackets, item.hashes, number].append(above)
    return above


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
    marked = above.hashes and below.hashes
    if marked and (below.depth >= _UNNUMBERED_DEPTH or (_is_counted(below) and above.depth >= _UNNUMBERED_DEPTH)):
        return above.hashes < below.hashes
    if above.number and below.number:
        return below.number.startswith(f"{above.number}.")
    return above.depth < below.depth


def _is_counted(heading: _Heading) -> bool:
    return _COUNTED_DEPTH <= heading.depth < _UNNUMBERED_DEPTH


def _headings_and_lines(source: Sequence[Line], title: str) -> Iterator[_Heading | Line]:
    lines = [line.text for line in source]
    listed = contents_lines(lines) | _runs(lines, _is_counted_line)  # 一、 二、 三、 alone are points of a list
    chapters = _chapter_lines(lines) | _part_lines(lines, listed)
    panels = _panels(lines)
    named = _named_chapters(lines, chapters)
    counted = _counted_depth(lines, listed)
    covers = _cover_lines(lines, title)
    skip_to = 0
    for number, line in enumerate(lines):
        if number < skip_to:
            continue
        heading = None
        if number in covers:
            heading = _Heading(title, 0, 0)
        elif number in named:
            heading = _Heading(line.strip(), 1, 0, named[number])
        elif number not in listed:
            may_be = line.startswith("#") or _stands_alone(lines, number)
            heading = _heading_of(line, number in chapters, counted, panels) if may_be else None
        if heading is None:
            marked = _MARKED.fullmatch(line)
            yield source[number]._replace(text=marked[2]) if marked else source[number]
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
    return _BARE_NUMBER.fullmatch(title) is not None or (part is not None and not any(part.groups()))


def is_heading_line(line: str) -> bool:
    """Whether a line by itself is marked or numbered as a heading; a plain one must still stand alone."""
    return _MARKED.fullmatch(line) is not None or _numbered_depth(line) is not None


def _heading_of(line: str, chapter: bool, counted: int, panels: frozenset[tuple[int, int]]) -> _Heading | None:
    """chapter: whether the line opens one, or a part. counted: the depth of 一、 in this text. panels: as `_panels` has
    them."""
    marked = _MARKED.fullmatch(line)
    hashes = len(marked[1]) if marked else 0
    content = (marked[2] if marked else line).strip()
    numbers = "".join(re.findall(r"[\d.]+", content)[:1]).strip(".").lstrip("0")
    if chapter or (marked and _BARE_NUMBER.fullmatch(content)):
        return _Heading(content, 1, hashes, numbers)
    if (depth := _numbered_depth(line)) is not None:
        return _Heading(content, depth, hashes, numbers)
    if _is_short_title(content) and _UNNUMBERED_PART.fullmatch(content) and hashes <= 2:
        return _Heading(content, 1, hashes, _NO_NUMBER)
    if _is_short_title(content) and (number := _COUNTED.fullmatch(content)):
        return _Heading(content, _COUNTED_DEPTH + 1 if number[1] else counted, hashes)
    if not marked or _CAPTION.search(content):
        return None
    panel = _NUMBER_LAST.fullmatch(content)
    if panel and {(hashes, int(panel[2]) - 1), (hashes, int(panel[2]) + 1)} & panels:
        content = f"{panel[2]} {panel[1]}"
    return _Heading(content, _UNNUMBERED_DEPTH + hashes, hashes)


def _is_short_title(content: str) -> bool:
    return len(content) <= _SHORT_HEADING_CHARS and not _SENTENCE_END.search(content) and "\t" not in content


def _numbered_depth(line: str) -> int | None:
    """How deep a numbered heading is (2 for `1.2 …` and `第一节`, 1 for `PART.01`); None for a line that is no such one."""
    content = line.lstrip("# ").strip()
    if len(content) > _HEADING_CHARS or "\t" in content or _SENTENCE_END.search(content) or _has_leader(content):
        return None
    if _SECTION_OF_CHAPTER.fullmatch(content):
        return 2
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


def _stands_alone(lines: Sequence[str], number: int) -> bool:
    """A plain line can be a heading only between blank lines; a line of a paragraph, a list or a table can not."""
    before = lines[number - 1] if number else ""
    after = lines[number + 1] if number + 1 < len(lines) else ""
    return not before.strip() and not after.strip()


def _counted_depth(lines: Sequence[str], listed: frozenset[int]) -> int:
    """The depth of 一、: that of a part where it comes before every other numbering, else below them all."""
    for number, line in enumerate(lines):
        if number in listed or not (line.startswith("#") or _stands_alone(lines, number)):
            continue
        content = line.lstrip("# ").strip()
        counted = _COUNTED.fullmatch(content)
        if counted and not counted[1] and _is_short_title(content):
            return 1
        if _numbered_depth(line) is not None or (line.startswith("#") and _BARE_NUMBER.fullmatch(content)):
            break
    return _COUNTED_DEPTH


# --- tables of contents --------------------------------------------------------------------------------------------


def contents_lines(lines: Sequence[str]) -> frozenset[int]:
    """Numbers of the plain lines that are entries of a table of contents.

    Those are lines that end in dots and a page, what stands under a heading 目录 as far as a sentence or the first entry
    told again, and three or more numbered lines (`1.1 …`) with nothing between them.
    """
    listed = {number for number, line in enumerate(lines) if _has_leader(line) and not line.startswith("#")}
    for number, line in enumerate(lines):
        if is_contents_heading(_content(line)):
            listed.update(_entries_below(lines, number))
    return frozenset(listed | _runs(lines, lambda line: (_numbered_depth(line) or 1) > 1))


def _runs(lines: Sequence[str], is_entry: Callable[[str], bool]) -> set[int]:
    """Numbers of the plain entries of which three or more different ones stand with nothing between them.

    An entry told twice counts once: a slide of a picture alone leaves its heading with nothing under it.
    """
    listed: set[int] = set()
    run: list[int] = []
    for number, line in enumerate([*lines, "end"]):
        if not line.strip():
            continue
        if not line.startswith("#") and is_entry(line):
            run.append(number)
            continue
        if len({lines[entry].strip() for entry in run}) >= 3:
            listed.update(run)
        run.clear()
    return listed


def _is_counted_line(line: str) -> bool:
    return _COUNTED.fullmatch(line.strip()) is not None and _is_short_title(line.strip())


def _entries_below(lines: Sequence[str], heading: int) -> list[int]:
    """Numbers of the entries under a heading 目录."""
    entries: dict[str, int] = {}
    for number in range(heading + 1, len(lines)):
        content = lines[number].strip()
        if not content:
            continue
        entry = _entry(content)
        if content.startswith("#") or entry in entries or len(entries) == _ENTRIES:
            break
        if _PROSE.search(content) or len(content) > _HEADING_CHARS or "\t" in content:
            # What stands right above a sentence is its heading, and no entry; an entry with its page is.
            if entries and _is_bare_entry(lines, last := max(entries.values())):
                return [listed for listed in entries.values() if listed != last]
            break
        entries[entry] = number
    return list(entries.values())


def _is_bare_entry(lines: Sequence[str], number: int) -> bool:
    return _entry(lines[number]) == "".join(lines[number].split())


def _entry(line: str) -> str:
    """The words of an entry without its page and blanks; of a line too long for one, its beginning."""
    return "".join(_ENTRY_PAGE.sub("", _LEADER.sub("", line[:_ENTRY_CHARS].strip())).split())


def _has_leader(line: str) -> bool:
    return len(line) <= _ENTRY_CHARS and _LEADER.search(line) is not None


# --- chapters, covers and the pages of the publisher ---------------------------------------------------------------


def _chapter_lines(lines: Sequence[str]) -> frozenset[int]:
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


def _part_lines(lines: Sequence[str], listed: frozenset[int]) -> frozenset[int]:
    """Numbers of the marked lines like `# 02 新生态` that open a part: among sections with numbers of their own (1.4, 2.1)
    it stands where the parts' numbers rise. A panel of 1.1 stands amid the sections of its part."""
    parts: set[int] = set()
    waiting: list[tuple[int, int, int]] = []  # the line, its number, and the part of the section before
    before = 0
    for number, line in enumerate(lines):
        marked = _MARKED.fullmatch(line)
        if marked and len(marked[1]) <= 2 and (match := _NUMBER_FIRST.fullmatch(marked[2].strip())):
            waiting.append((number, int(match[1]), before))
        elif number not in listed and (section := _section_number(lines, number)) is not None:
            last = {part: at for at, part, _ in waiting}
            parts.update(
                at
                for at, part, above in waiting
                if at == last[part] and (section == [part, 1] or above < part <= section[0])
            )
            waiting, before = [], section[0]
    return frozenset(parts | {at for at, part, above in waiting if above < part})


def _section_number(lines: Sequence[str], number: int) -> list[int] | None:
    """[2, 1] for the heading `2.1 …`; None for any other line."""
    if not (lines[number].startswith("#") or _stands_alone(lines, number)) or not _numbered_depth(lines[number]):
        return None
    match = _NUMBERED.fullmatch(_content(lines[number]))
    return [int(part) for part in match[1].split(".")] if match else None


def _panels(lines: Sequence[str]) -> frozenset[tuple[int, int]]:
    """(hashes, number) of the marked lines like `#### 02 能力增强`."""
    marked = [match for line in lines if (match := _MARKED.fullmatch(line))]
    return frozenset(
        (len(line[1]), int(match[1])) for line in marked if (match := _NUMBER_FIRST.fullmatch(line[2].strip()))
    )


def _named_chapters(lines: Sequence[str], chapters: frozenset[int]) -> dict[int, str]:
    """Line number → chapter number of the lines that hold the mere name of a chapter, which stands with its number
    elsewhere (`3. 算法模型篇`), right above the first section of that chapter (`3.1 …`)."""
    numbers = {
        match[2].strip(): match[1] for number in chapters if (match := _CHAPTER.fullmatch(_content(lines[number])))
    }
    spoken = [number for number, line in enumerate(lines) if line.strip()]
    return {
        number: numbers[name]
        for number, below in pairwise(spoken)
        if (name := lines[number].strip()) in numbers
        and _stands_alone(lines, number)
        and _numbered_depth(lines[below]) == 2
        and _content(lines[below]).startswith(f"{numbers[name]}.1")
    }


def _content(line: str) -> str:
    return line.lstrip("# ").strip()


def _cover_lines(lines: Sequence[str], title: str) -> frozenset[int]:
    """Numbers of the plain lines that open a cover inside the text, as where an article is followed by its report.

    One is the title, however spaced, with nothing but names between it and a part without a number (前言).
    """
    covers: set[int] = set()
    candidate: int | None = None
    for number, line in enumerate(lines):
        content = line.strip()
        if not content:
            continue
        if "".join(content.split()) == "".join(title.split()) and _stands_alone(lines, number):
            candidate = number
        elif candidate is not None and _stands_alone(lines, number) and _UNNUMBERED_PART.fullmatch(_content(line)):
            covers.add(candidate)
            candidate = None
        elif _PROSE.search(line) or "\t" in line or is_heading_line(line):
            candidate = None
    return frozenset(covers)


def _without_cover(items: list[_Heading | Line], title: str) -> list[_Heading | Line]:
    """The items with the marked lines of a cover (a slogan, the date) as plain ones.

    Those are headings without a number above the first part, with nothing that says anything under them.
    """
    headings = [number for number, item in enumerate(items) if isinstance(item, _Heading)]
    first_part = next((at for at in headings if _is_part(items[at])), None)
    read = list(items)
    for at, following in pairwise(headings):
        item = items[at]
        below = [line.text for line in items[at + 1 : following] if isinstance(line, Line)]
        if first_part is None or at >= first_part or any(map(_says_something, below)):
            break
        if isinstance(item, _Heading) and item.title != title:
            read[at : at + 1] = [Line(item.title, item.page)]
    return read


def _is_part(item: _Heading | Line) -> bool:
    return isinstance(item, _Heading) and 0 < item.depth < _UNNUMBERED_DEPTH


def _says_something(line: str) -> bool:
    return "\t" in line or _PROSE.search(line) is not None or len(line) > _SHORT_HEADING_CHARS


def _parts_of_their_own(items: list[_Heading | Line]) -> list[_Heading | Line]:
    """The items with the headings of the publisher's own pages, after the last numbered one, as parts."""
    last = max((at for at, item in enumerate(items) if _is_part(item)), default=None)
    if last is None:
        return items
    hashes = [item.hashes for item in items[last:] if isinstance(item, _Heading) and item.hashes]
    top = [
        at
        for at, item in enumerate(items)
        if at > last and isinstance(item, _Heading) and item.hashes <= (hashes[0] if hashes else 0)
    ]
    parts = [
        [item.text if isinstance(item, Line) else item.title for item in items[at:end]]
        for at, end in pairwise([*top, len(items)])
    ]
    own = top[len(top) - own_pages(parts) :]
    return [
        replace(item, depth=1) if at in own and isinstance(item, _Heading) else item for at, item in enumerate(items)
    ]


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
