"""What a passage is, where it stands and who says it, in words for people; nothing here knows a page or a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.report import Kind, Passage
from ingest.source import PageKind

SEPARATOR = " › "


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """What kinds of passages and pages are called in a language. kinds, pages, counted: by kind, the last two with a place
    for a number."""

    kinds: Mapping[Kind, str]
    pages: Mapping[PageKind, str]
    counted: Mapping[PageKind, str]


CHINESE_PLACES = PlaceWords(
    kinds={"text": "正文", "row": "表格", "list": "列表", "figure": "图", "note": "注", "notice": "声明"},
    pages={"page": "第 {} 页", "slide": "第 {} 张幻灯片", "sheet": "工作表 {}"},
    counted={"page": "{:,} 页", "slide": "{:,} 张幻灯片", "sheet": "{:,} 个工作表"},
)
KIND_LABELS = CHINESE_PLACES.kinds


def page_name(number: int | str, kind: PageKind = "page", words: PlaceWords = CHINESE_PLACES) -> str:
    """A page, slide or sheet by its number, or several by a range of them."""
    return words.pages[kind].format(number)


def pages_counted(count: int, kind: PageKind = "page", words: PlaceWords = CHINESE_PLACES) -> str:
    """How many pages, slides or sheets."""
    return words.counted[kind].format(count)


def source_line(passage: Passage, words: PlaceWords = CHINESE_PLACES) -> str:
    """title · publisher · date · period · page › headings, without what is not known.

    The period is left out where the title tells it, the title where the headings begin with it.
    """
    period = passage.period if passage.period not in passage.title else ""
    page = page_name(passage.page, passage.page_kind, words) if passage.page is not None else ""
    headings = passage.headings[1:] if passage.headings[:1] == (passage.title,) else passage.headings
    imprint = " · ".join(part for part in (passage.title, passage.publisher, passage.published, period, page) if part)
    return SEPARATOR.join(part for part in (imprint, *headings) if part)


def place_of(
    title: str,
    headings: Sequence[str],
    page: int | None,
    kind: PageKind = "page",
    words: PlaceWords = CHINESE_PLACES,
) -> str:
    """Where something stands: title › headings › page, the title once."""
    path = headings if headings and headings[0] == title else (title, *headings)
    return SEPARATOR.join(
        [*(part for part in path if part), *([page_name(page, kind, words)] if page is not None else [])]
    )


def imprint(passage: Passage) -> str:
    """publisher · date · period, without what is not known or what the title tells."""
    period = passage.period if passage.period not in passage.title else ""
    return " · ".join(part for part in (passage.publisher, passage.published, period) if part)
