"""A passage as a reference of GB/T 7714—2015, the rules by which Chinese papers and reports cite.

The form is 4.1's (主要责任者. 题名[文献类型标识]. 出版地：出版者，出版年：引文页码) for a report, R in its appendix B:
- a body that answers for a report is its 主要责任者 (8.1.4); of more than three, three and 等 stand (8.1.2), and an
  unknown one is left out, as the sequential system allows (8.1.3). Who publishes is who answers here, and is not repeated.
- the page is the one quoted from (8.5); a slide or a sheet has none, and is told in brackets, as one's own words are (7).
- where the standard has 出版地不详 (8.4.1.3) or an estimated year (8.4.3.3), nothing stands: what nobody knows is left out.
  The month follows the year where it is known, since many reports come out each month under one title.
"""

import re

from ingest.report import Passage

_MOST_AUTHORS = 3
# Several bodies are joined by these; a comma may stand inside the name of one (Bain & Company, Inc.).
_BETWEEN = re.compile(r"\s*[、；;，]\s*")
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?!\d)")
_OWN_WORDS = {"slide": "[幻灯片{}]", "sheet": "[工作表{}]"}


def reference(passage: Passage) -> str:
    """The reference, with its page: `某研究院. 汽车产业报告[R]. 2025-03：12.`"""
    authors = _authors(passage.publisher)
    date = _DATE.match(passage.published)
    published = f". {'-'.join(part for part in date.groups() if part)}" if date else ""
    page = f"：{_page(passage)}" if passage.page is not None else ""
    return f"{authors}{passage.title}[R]{published}{page}."


def _authors(publisher: str) -> str:
    names = [name for name in _BETWEEN.split(publisher.strip()) if name]
    if not names:
        return ""
    listed = names[:_MOST_AUTHORS] + (["等"] if len(names) > _MOST_AUTHORS else [])
    return f"{'，'.join(listed).rstrip('.')}. "


def _page(passage: Passage) -> str:
    return _OWN_WORDS.get(passage.page_kind, "{}").format(passage.page)
