"""Where a quote stands, as the end of a link: `#p=3.120-188.k3f9a2` is a stretch of the fourth section of a report.

A link outlives the text it points into: a report read anew may have other words there. So it carries a check of the
words without their blanks, by which the reading view tells; static/reader.js computes the same.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from chat.answer import Citation
from ingest.report import Passage, Report

_FNV_OFFSET, _FNV_PRIME = 0x811C9DC5, 0x01000193
_LINK = re.compile(r"(?P<section>\d{1,6})\.(?P<start>\d{1,9})-(?P<end>\d{1,9})\.[0-9a-z]{1,7}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Span:
    """text is `sections[section].text[start:end]` of a report, offsets in characters."""

    section: int
    start: int
    end: int
    text: str

    @property
    def link(self) -> str:
        """The span as it stands in a link."""
        return f"{self.section}.{self.start}-{self.end}.{fnv1a(''.join(self.text.split()))}"


def span_of(citation: Citation) -> Span:
    """Where the quote of a citation stands in its report."""
    passage = citation.passage
    return Span(passage.section, passage.start + citation.start, passage.start + citation.end, citation.quote)


def reading_link(report_id: str, spans: Sequence[Span], at: int = 1, *, language: str = "") -> str:
    """The reading view of a report at one of these spans, the others a step away; at counts from 1. Relative to a page.

    language: of the page that leads there; without one the browser's is spoken.
    """
    report = f"../reports/{quote(report_id, safe='')}{f'?lang={language}' if language else ''}"
    if not spans:
        return report
    step = f"&at={at}" if len(spans) > 1 else ""
    return f"{report}#p={','.join(span.link for span in spans)}{step}"


def passage_link(passage: Passage, language: str = "") -> str:
    """The reading view at a passage."""
    span = Span(passage.section, passage.start, passage.end, passage.text)
    return reading_link(passage.report_id, [span], language=language)


def citation_link(citation: Citation, citations: Iterable[Citation], language: str = "") -> str:
    """The reading view at this citation, with the others of the same report a step away."""
    of_report = [each for each in citations if each.passage.report_id == citation.passage.report_id]
    spans, at = [span_of(each) for each in of_report], 1 + of_report.index(citation)
    return reading_link(citation.passage.report_id, spans, at, language=language)


def fnv1a(text: str) -> str:
    """FNV-1a of 32 bits over the UTF-16 code units of a text, in base 36 (draft-eastlake-fnv, section 2)."""
    value = _FNV_OFFSET
    encoded = text.encode("utf-16-le", "surrogatepass")
    for low, high in zip(encoded[::2], encoded[1::2], strict=True):
        value = (value ^ (low | high << 8)) * _FNV_PRIME & 0xFFFFFFFF
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def read_span(link: str, report: Report) -> Span | None:
    """The span that a link names, where the report has these words there; else None."""
    match = _LINK.fullmatch(link)
    if match is None:
        return None
    section, start, end = (int(match[name]) for name in ("section", "start", "end"))
    if section >= len(report.sections):
        return None
    span = Span(section, start, end, report.sections[section].text[start:end])
    return span if span.text and span.link == link else None


def pages_of(span: Span, report: Report) -> range:
    """The pages that a span stands on; none where the report has no pages."""
    section = report.sections[span.section]
    first, last = section.page_at(span.start), section.page_at(span.end - 1)
    return range(first, last + 1) if first is not None and last is not None else range(0)
