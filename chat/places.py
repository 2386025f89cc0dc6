"""What a passage is, where it stands and who says it, in words for people; nothing here knows a page or a terminal."""

from collections.abc import Sequence

from ingest.report import Kind, Passage
from ingest.source import PageKind

KIND_LABELS: dict[Kind, str] = {
    "text": "正文",
    "row": "表格",
    "list": "列表",
    "figure": "图",
    "note": "注",
    "notice": "声明",
}
SEPARATOR = " › "
_PAGES: dict[PageKind, str] = {"page": "第 {} 页", "slide": "第 {} 张幻灯片", "sheet": "工作表 {}"}
_COUNTED: dict[PageKind, str] = {"page": "{:,} 页", "slide": "{:,} 张幻灯片", "sheet": "{:,} 个工作表"}


def page_name(number: int | str, kind: PageKind = "page") -> str:
    """A page, slide or sheet by its number, or several by a range of them."""
    return _PAGES[kind].format(number)


def pages_counted(count: int, kind: PageKind = "page") -> str:
    """How many pages, slides or sheets."""
    return _COUNTED[kind].format(count)


def source_line(passage: Passage) -> str:
    """title · publisher · date · period · page › headings, without what is not known.

    The period is left out where the title tells it, the title where the headings begin with it.
    """
    period = passage.period if passage.period not in passage.title else ""
    page = page_name(passage.page, passage.page_kind) if passage.page is not None else ""
    headings = passage.headings[1:] if passage.headings[:1] == (passage.title,) else passage.headings
    imprint = " · ".join(part for part in (passage.title, passage.publisher, passage.published, period, page) if part)
    return SEPARATOR.join(part for part in (imprint, *headings) if part)


def place_of(title: str, headings: Sequence[str], page: int | None, kind: PageKind = "page") -> str:
    """Where something stands: title › headings › page, the title once."""
    path = headings if headings and headings[0] == title else (title, *headings)
    return SEPARATOR.join([*(part for part in path if part), *([page_name(page, kind)] if page is not None else [])])


def imprint(passage: Passage) -> str:
    """publisher · date · period, without what is not known or what the title tells."""
    period = passage.period if passage.period not in passage.title else ""
    return " · ".join(part for part in (passage.publisher, passage.published, period) if part)
