"""A report as a whole for programs: what it is, its sections, how well each page was read, and its passages in order.

Passages are those that reading cuts it into, repeats included: what a search finds is a choice of these, with the same ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chat.answer import BadQuestion
from chat.contract import JsonObject, ReportLine, report_object
from chat.search.reference import reference
from ingest.language import message
from ingest.passages import split_passages
from ingest.report import PageQuality, Passage, Report

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
MAX_NUMBER = 1_000_000
AROUND = 2  # neighbours each way, enough to see what a passage goes on from


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which passages of a report are asked for; None restricts nothing. section: from 0. page: from 1."""

    section: int | None = None
    page: int | None = None
    offset: int = 0
    limit: int = DEFAULT_LIMIT


def read_stretch(given: Mapping[str, str]) -> Stretch:
    """The stretch that a query string asks for.

    Raises:
        BadQuestion: a parameter is unknown, no number, or out of its range.
    """
    if unknown := sorted(set(given) - {"section", "page", "offset", "limit"}):
        raise BadQuestion(
            message("没有 {unknown} 这个参数；可用 section、page、offset、limit。", unknown=unknown[0][:60])
        )
    return Stretch(
        section=_number(given, "section", 0, MAX_NUMBER, None),
        page=_number(given, "page", 1, MAX_NUMBER, None),
        offset=_number(given, "offset", 0, MAX_NUMBER, 0) or 0,
        limit=_number(given, "limit", 1, MAX_LIMIT, DEFAULT_LIMIT) or DEFAULT_LIMIT,
    )


def _number(given: Mapping[str, str], name: str, least: int, most: int, default: int | None) -> int | None:
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise BadQuestion(message("{name} 应是 {least} 到 {most:,} 的整数。", name=name, least=least, most=most))
    return int(text)


def whole_report_object(line: ReportLine, report: Report) -> JsonObject:
    """The report as it is listed, with its outline and every page of it."""
    return {
        **report_object(line),
        "sections": [
            {
                "section": number,
                "headings": list(section.headings),
                "page": section.page_at(0),
                "characters": len(section.text),
            }
            for number, section in enumerate(report.sections)
        ],
        "page_quality": [_quality(page) for page in report.pages],
    }


def _quality(page: PageQuality) -> JsonObject:
    return {
        "page": page.number,
        "characters": page.characters,
        "flags": list(page.flags),
        "excluded": page.excluded,
        "confidence": page.confidence,
    }


def passages_object(report: Report, stretch: Stretch) -> JsonObject:
    """The passages of a stretch in reading order; total counts those of the whole stretch."""
    chosen = [passage for passage in split_passages(report) if _within(passage, report, stretch)]
    page = chosen[stretch.offset : stretch.offset + stretch.limit]
    return {
        "report_id": report.id,
        "total": len(chosen),
        "offset": stretch.offset,
        "passages": [passage_object(passage) for passage in page],
    }


def _within(passage: Passage, report: Report, stretch: Stretch) -> bool:
    if stretch.section is not None and passage.section != stretch.section:
        return False
    return stretch.page is None or stretch.page in _pages(passage, report)


def _pages(passage: Passage, report: Report) -> range:
    """The pages that it stands on; none where the report has no pages."""
    section = report.sections[passage.section]
    first, last = section.page_at(passage.start), section.page_at(passage.end - 1)
    return range(first, last + 1) if first is not None and last is not None else range(0)


def passage_object(passage: Passage) -> JsonObject:
    """A passage where it stands: `sections[section].text[start:end] == text`."""
    return {
        "passage_id": passage.id,
        "report_id": passage.report_id,
        "title": passage.title,
        "publisher": passage.publisher,
        "published": passage.published,
        "headings": list(passage.headings),
        "section": passage.section,
        "page": passage.page,
        "page_kind": passage.page_kind,
        "kind": passage.kind,
        "caption": passage.caption,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "reference": reference(passage),
    }


def around(report: Report, passage_id: str, *, each_way: int = AROUND) -> tuple[Sequence[Passage], int] | None:
    """A passage among its neighbours of the same section, and its place among them; None where the report has none of that id."""
    passages = split_passages(report)
    at = next((place for place, passage in enumerate(passages) if passage.id == passage_id), None)
    if at is None:
        return None
    near = passages[max(0, at - each_way) : at + each_way + 1]
    of_section = [passage for passage in near if passage.section == passages[at].section]
    return of_section, of_section.index(passages[at])
