"""Printed page numbers to the pages of lines, where the source itself has none.

A converted document shows its running feet as lines among the text: `©2023.5 研究院 14`, a lone `15`, `- 16 -`, or
`资料来源：… 17` with the rest of the foot below. A number alone proves nothing; numbers that grow from mark to mark do.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise, takewhile
from statistics import median

from ingest.furniture import REPEATS, running_texts, without_number, without_running_texts
from ingest.source import Line

_PAGE = re.compile(
    r"[-–—·|~\s]*(?:第|page|p\.?)?\s*([1-9]\d{0,2})\s*(?:页|頁)?\s*(?:(?:/|of|，?共)\s*\d{1,3}\s*(?:页|頁)?)?[-–—·|~\s]*",
    re.IGNORECASE,
)
_AT_END = re.compile(r"(?<=[。；，,.;)）\s])\s*([1-9]\d{0,2})$")
_AT_AN_END = re.compile(r"^[1-9]\d{0,2}(?![\d.])|(?<![\d.])[1-9]\d{0,2}$")
_END_CHARS = 12  # a page number at the end of a line, with the blanks before it
# Numbers that grow over fewer characters than this are those of a list or of a table of contents.
_PAGE_CHARS = 60


# A number alone on its line, with no head or foot beside it, may be anything; a page of prose is longer than a panel.
_ALONE_MARKS = 6
_ALONE_CHARS = 200
_ALONE_SHARE = 0.8
# Of prose that is cut into pages, many a page ends within a sentence; numbered findings end with theirs.
_CUT_SHARE = 1 / 3
_SENTENCE_END = re.compile(r"[。！？；]")
_ENDED = re.compile(r"[。！？；…：!?.;:）)】」』》”’\"'\]]\s*$")
# Marks are lost where a page shows a picture or the text does not show its foot; of five, one is left at least.
_STEP = 5


@dataclass(frozen=True, slots=True)
class _Mark:
    """A page number in a line. kept: what of the line is not the mark; "" for a line that is nothing else.

    alone: it is a mere number, with nothing of a head or foot beside it.
    """

    line: int
    page: int
    kept: str = ""
    alone: bool = False


def with_pages(lines: Sequence[Line], title: str, is_heading: Callable[[str], bool]) -> list[Line]:
    """Normalised lines without the page numbers of running heads and feet, each line with the page that they prove.

    The longest run of growing numbers are the pages of the document; a further one (slides that an article shows) leaves
    the text too but gives no pages. A line gets a page where nothing else can stand between it and its mark: all lines
    between two marks one page apart, else those since the last heading or running line.

    is_heading: whether a line is one.
    """
    texts = [line.text for line in lines]
    running = running_texts(texts, title)
    marks = list(_marks(texts, running))
    if not _numbers_alone_are_pages(texts, [mark for mark in marks if mark.alone]):
        marks = [mark for mark in marks if not mark.alone]
    waiting = marks
    runs: list[list[_Mark]] = []
    while len(run := _longest_growing(waiting)) >= REPEATS:
        taken = {mark.line for mark in run}
        waiting = [mark for mark in waiting if mark.line not in taken]
        if _is_paged(texts, run):
            runs.append(run)
    kept = {mark.line: mark.kept for run in runs for mark in run}
    pages = _pages(texts, runs[0], running, is_heading) if runs else {}
    return [
        Line(kept.get(number, line.text), line.page if line.page is not None else pages.get(number))
        for number, line in enumerate(lines)
        if kept.get(number, "kept")
    ]


def _marks(texts: Sequence[str], running: frozenset[str]) -> Iterator[_Mark]:
    """What may be a page number: alone on its line, at an end of a running text, or right before one."""
    spoken = [number for number, text in enumerate(texts) if text.strip() and "\t" not in text]
    for before, number, after in zip([-1, *spoken], spoken, [*spoken[1:], -1], strict=False):
        text = texts[number].strip()
        words = without_running_texts(text, running)
        ends = text != words or (after >= 0 and _is_running(texts[after], running))
        if page := _PAGE.fullmatch(words):
            beside = ends or (before >= 0 and _is_running(texts[before], running))
            yield _Mark(number, int(page[1]), alone=words.isdigit() and not beside)
        elif ends and (page := _AT_END.search(words, max(0, len(words) - _END_CHARS))):
            yield _Mark(number, int(page[1]), words[: page.start()].rstrip())
        elif _is_running(text, running) and (page := _AT_AN_END.search(text)):
            yield _Mark(number, int(page[0]))


def _numbers_alone_are_pages(texts: Sequence[str], alone: Sequence[_Mark]) -> bool:
    """Whether lines that are mere numbers are pages: nearly all grow from one to the next, a page of text apart, and many
    part a sentence."""
    run = _longest_growing(alone)
    most = len(run) >= max(_ALONE_MARKS, _ALONE_SHARE * len(alone))
    starts = [0, *(mark.line + 1 for mark in run)]
    cuts = sum(_ends_within_a_sentence(texts[start : mark.line]) for start, mark in zip(starts, run, strict=False))
    return most and _is_paged(texts, run, _ALONE_CHARS) and cuts >= _CUT_SHARE * len(run)


def _ends_within_a_sentence(page: Sequence[str]) -> bool:
    """Whether the last paragraph of a page has sentences that end, and a last one that does not."""
    said = dropwhile(lambda text: not text.strip(), reversed(page))
    paragraph = "".join(reversed(list(takewhile(str.strip, said))))
    return "\t" not in paragraph and bool(_SENTENCE_END.search(paragraph)) and not _ENDED.search(paragraph)


def _is_running(text: str, running: frozenset[str]) -> bool:
    words = without_number(text)
    return bool(words) and not without_running_texts(words, running)


def _longest_growing(marks: Sequence[_Mark]) -> list[_Mark]:
    """The longest subsequence whose pages grow (patience sorting; Fredman 1975)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for number, mark in enumerate(marks):
        at = bisect_left(tails, mark.page)
        tails[at : at + 1] = [mark.page]
        ends[at : at + 1] = [number]
        before.append(ends[at - 1] if at else None)
    run: list[_Mark] = []
    number_back = ends[-1] if ends else None
    while number_back is not None:
        run.append(marks[number_back])
        number_back = before[number_back]
    return run[::-1]


def _is_paged(texts: Sequence[str], run: Sequence[_Mark], characters: int = _PAGE_CHARS) -> bool:
    """Whether so many characters stand between most marks of a run, and few pages between any two on average."""
    between = (sum(map(len, texts[one.line + 1 : other.line + 1])) for one, other in pairwise(run))
    return median(between) >= characters and run[-1].page - run[0].page <= _STEP * (len(run) - 1)


def _pages(
    texts: Sequence[str], run: Sequence[_Mark], running: frozenset[str], is_heading: Callable[[str], bool]
) -> dict[int, int]:
    """The pages of the lines that a run of marks proves."""
    if _is_head(texts, run):
        return {
            number: mark.page
            for mark, following in zip(run, [*run[1:], None], strict=True)
            for number in range(mark.line, following.line if following else len(texts))
            if following is None or following.page == mark.page + 1
        }
    pages: dict[int, int] = {}
    for above, mark in zip([None, *run[:-1]], run, strict=True):
        first = above.line + 1 if above else 0
        if above is None or mark.page != above.page + 1:
            first = _page_start(texts, first, mark.line, running, is_heading)
        pages.update(dict.fromkeys(range(first, mark.line + 1), mark.page))
    return pages


def _page_start(
    texts: Sequence[str], first: int, mark: int, running: frozenset[str], is_heading: Callable[[str], bool]
) -> int:
    """The first line that is on the page of a foot for certain: since the last heading or running line above it."""
    while mark > first and (not texts[mark - 1].strip() or _is_running(texts[mark - 1], running)):
        mark -= 1  # the rest of the foot
    for number in range(mark - 1, first - 1, -1):
        if is_heading(texts[number]):
            return number
        if _is_running(texts[number], running):
            return number + 1
    return first if first else mark


def _is_head(texts: Sequence[str], run: Sequence[_Mark]) -> bool:
    """Whether the marks stand above their pages: none ends a line of text, and more text follows the last one than
    precedes the first, where the text of a first or last page must stand."""
    before = sum(map(len, texts[: run[0].line]))
    after = sum(map(len, texts[run[-1].line + 1 :]))
    return not any(mark.kept for mark in run) and after > before
