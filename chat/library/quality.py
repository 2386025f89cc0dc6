"""How well a report was read, in words for people: page by page, and as the few lines that a list of reports has room for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chat.library.places import CHINESE_PLACES, PlaceWords, page_name
from ingest.language import say
from ingest.report import PageQuality
from ingest.source import Flag, PageKind


@dataclass(frozen=True, slots=True)
class QualityWords:
    """How the reading of pages is told in a language; what stands in braces is filled in."""

    places: PlaceWords
    flags: Mapping[Flag, str]
    all_well: str
    whole: str
    told: str
    confidence: str
    excluded: str
    listing: str


CHINESE_QUALITY = QualityWords(
    places=CHINESE_PLACES,
    flags={
        "empty": "没有文字",
        "scan": "扫描件，由文字识别读出",
        "doubtful": "识别可信度低，请对照原件",
        "garbled": "文字编码异常（乱码）",
        "hidden": "含隐藏文字，已略去",
        "tables": "以表格为主",
    },
    all_well="全部页面读取正常",
    whole="全文",
    told="{pages}：{what}",
    confidence="（平均可信度 {value:.2f}）",
    excluded="，未收录",
    listing="、",
)
FLAG_LABELS = CHINESE_QUALITY.flags
# What a reader of an answer should know; that a page is mostly tables is no reason for doubt.
_TOLD: tuple[Flag, ...] = ("garbled", "empty", "doubtful", "scan", "hidden")
ALL_WELL = CHINESE_QUALITY.all_well


def quality_lines(
    pages: Sequence[PageQuality], kind: PageKind = "page", words: QualityWords = CHINESE_QUALITY
) -> list[str]:
    """What is to be said of a report's pages, the gravest first; that all is well, alone, where nothing is.

    A page is named once for each of its flags; that a doubtful one is a scan goes without saying.
    """
    lines = []
    for flag in _TOLD:
        for excluded in (True, False):
            told = [page for page in pages if flag in _worth_telling(page) and page.excluded is excluded]
            if told:
                what = _about(flag, told, words, excluded=excluded)
                lines.append(words.told.format(pages=_named(told, kind, words), what=what))
    return lines or [words.all_well]


def _named(pages: Sequence[PageQuality], kind: PageKind, words: QualityWords = CHINESE_QUALITY) -> str:
    numbers = [page.number for page in pages if page.number is not None]
    return page_name(page_ranges(numbers, words.listing), kind, words.places) if numbers else words.whole


def page_count(pages: Sequence[PageQuality]) -> int:
    """How many pages a report has; 0 where its format knows none."""
    return sum(page.number is not None for page in pages)


def _worth_telling(page: PageQuality) -> set[Flag]:
    return set(page.flags) - ({"scan"} if "doubtful" in page.flags else set())


def _about(flag: Flag, pages: Sequence[PageQuality], words: QualityWords, *, excluded: bool) -> str:
    sure = [page.confidence for page in pages if page.confidence is not None]
    asked = sure and flag in ("scan", "doubtful")
    confidence = words.confidence.format(value=sum(sure) / len(sure)) if asked else ""
    return f"{words.flags[flag]}{confidence}{words.excluded if excluded else ''}"


def page_line(page: PageQuality, kind: PageKind = "page", words: QualityWords = CHINESE_QUALITY) -> str:
    """One page as `reportqa inspect` lists it."""
    characters = say("{count:,} 字", count=page.characters)
    parts = [_named([page], kind, words), characters, *(words.flags[flag] for flag in page.flags)]
    if page.confidence is not None:
        parts.append(say("可信度 {value:.2f}", value=page.confidence))
    if page.excluded:
        parts.append(say("未收录"))
    return " · ".join(parts)


def page_ranges(numbers: Iterable[int], listing: str = CHINESE_QUALITY.listing) -> str:
    """Page numbers in increasing order, neighbours as a range: 1、3–5."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1].append(number)
        else:
            ranges.append([number])
    return listing.join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in ranges)
