"""What a passage is, where it stands and who says it, in words for people; nothing here knows a page or a terminal."""

from ingest.report import Kind, Passage

KIND_LABELS: dict[Kind, str] = {
    "text": "正文",
    "row": "表格",
    "list": "列表",
    "figure": "图",
    "note": "注",
    "notice": "声明",
}
SEPARATOR = " › "


def source_line(passage: Passage) -> str:
    """title · publisher · date · period · 第 n 页 › headings, without what is not known.

    The period is left out where the title tells it, the title where the headings begin with it.
    """
    period = passage.period if passage.period not in passage.title else ""
    page = f"第 {passage.page} 页" if passage.page is not None else ""
    headings = passage.headings[1:] if passage.headings[:1] == (passage.title,) else passage.headings
    imprint = " · ".join(part for part in (passage.title, passage.publisher, passage.published, period, page) if part)
    return SEPARATOR.join(part for part in (imprint, *headings) if part)
