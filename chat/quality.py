"""How well a report was read, in words for people: page by page, and as the few lines that a list of reports has room for."""

from collections.abc import Iterable, Sequence

from chat.places import page_name
from ingest.report import PageQuality
from ingest.source import Flag, PageKind

FLAG_LABELS: dict[Flag, str] = {
    "empty": "没有文字",
    "scan": "扫描件，由文字识别读出",
    "doubtful": "识别可信度低，请对照原件",
    "garbled": "文字编码异常（乱码）",
    "hidden": "含隐藏文字，已略去",
    "tables": "以表格为主",
}
# What a reader of an answer should know; that a page is mostly tables is no reason for doubt.
_TOLD: tuple[Flag, ...] = ("garbled", "empty", "doubtful", "scan", "hidden")
ALL_WELL = "全部页面读取正常"


def quality_lines(pages: Sequence[PageQuality], kind: PageKind = "page") -> list[str]:
    """What is to be said of a report's pages, the gravest first; ALL_WELL alone where nothing is.

    A page is named once for each of its flags; that a doubtful one is a scan goes without saying.
    """
    lines = []
    for flag in _TOLD:
        for excluded in (True, False):
            told = [page for page in pages if flag in _worth_telling(page) and page.excluded is excluded]
            if told:
                lines.append(f"{_named(told, kind)}：{_about(flag, told, excluded=excluded)}")
    return lines or [ALL_WELL]


def _named(pages: Sequence[PageQuality], kind: PageKind) -> str:
    numbers = [page.number for page in pages if page.number is not None]
    return page_name(page_ranges(numbers), kind) if numbers else "全文"


def page_count(pages: Sequence[PageQuality]) -> int:
    """How many pages a report has; 0 where its format knows none."""
    return sum(page.number is not None for page in pages)


def _worth_telling(page: PageQuality) -> set[Flag]:
    return set(page.flags) - ({"scan"} if "doubtful" in page.flags else set())


def _about(flag: Flag, pages: Sequence[PageQuality], *, excluded: bool) -> str:
    sure = [page.confidence for page in pages if page.confidence is not None]
    confidence = f"（平均可信度 {sum(sure) / len(sure):.2f}）" if sure and flag in ("scan", "doubtful") else ""
    return f"{FLAG_LABELS[flag]}{confidence}{'，未收录' if excluded else ''}"


def page_line(page: PageQuality, kind: PageKind = "page") -> str:
    """One page as `reportqa inspect` lists it."""
    parts = [_named([page], kind), f"{page.characters:,} 字", *(FLAG_LABELS[flag] for flag in page.flags)]
    if page.confidence is not None:
        parts.append(f"可信度 {page.confidence:.2f}")
    if page.excluded:
        parts.append("未收录")
    return " · ".join(parts)


def page_ranges(numbers: Iterable[int]) -> str:
    """Page numbers in increasing order, neighbours as a range: 1、3–5."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return "、".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in ranges)
