"""The records that reading makes: a `Report` of `Section`s, cut into `Passage`s.

Text is normalised before a `Section` exists and only sliced afterwards, so the place of a passage is a pair of offsets
and a quote is checked by comparing strings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ingest.errors import UserError
from ingest.language import Message, message_from
from ingest.source import Flag, PageKind

# figure: the caption of a picture that the text lacks, with its notes; notice: what says nothing of the subject (contact,
# advertising, contents), kept apart from what answers questions.
Kind = Literal["text", "row", "list", "figure", "note", "notice"]


class UnreadableReport(UserError):
    """A report file that cannot be read; the message names the file, the place and the way out."""


class ReadingInterrupted(UnreadableReport):
    """Reading went over a limit or its process ended: another time, or on another machine, it may succeed."""


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a report under one heading.

    headings: the path from the report's title down to this section's own heading.
    text: final; its first line is the heading itself, where there is one.
    pages: (offset into text, page number from 1) in order of offset; () where the source has no pages.
    """

    headings: tuple[str, ...]
    text: str
    pages: tuple[tuple[int, int], ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page that the character at offset stands on; None where the source has no pages."""
        return max(((start, page) for start, page in self.pages if start <= offset), default=(0, None))[1]


@dataclass(frozen=True, slots=True)
class PageQuality:
    """How well one page, slide or sheet was read; flags, excluded and confidence as in `SourcePage`.

    number: from 1; None where the format knows no pages, and this is the whole of the file.
    characters: what of it is in the report, blanks aside.
    """

    number: int | None
    characters: int
    flags: tuple[Flag, ...] = ()
    excluded: bool = False
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One report as read; the id comes from the manifest or the content, never from a path.

    period: what its figures are about, such as 2022年 or 2023年上半年; "" where that is not known.
    pages: in order; of a file without pages one that has no number.
    notes: what the reader saw and left out, each to be told to people.
    page_kind: what its numbered pages are.
    """

    id: str
    title: str
    publisher: str
    published: str
    source: str
    sections: tuple[Section, ...]
    period: str = ""
    pages: tuple[PageQuality, ...] = ()
    notes: tuple[Message, ...] = ()
    page_kind: PageKind = "page"


def report_from(fields: Mapping[str, Any]) -> Report:
    """The report whose `dataclasses.asdict` went through JSON."""
    sections = (
        Section(tuple(section["headings"]), section["text"], tuple((start, page) for start, page in section["pages"]))
        for section in fields["sections"]
    )
    pages = (PageQuality(**{**page, "flags": tuple(page["flags"])}) for page in fields["pages"])
    notes = map(message_from, fields["notes"])
    return Report(**{**fields, "sections": tuple(sections), "pages": tuple(pages), "notes": tuple(notes)})


@dataclass(frozen=True, slots=True)
class Place:
    """Another place where a passage's words stand: the report, its headings there, and the words as they stand there."""

    report_id: str
    title: str
    headings: tuple[str, ...]
    page: int | None
    text: str = ""
    page_kind: PageKind = "page"


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is found, shown and cited: `sections[section].text[start:end] == text`.

    section: the number of its section in the report, from 0.
    caption: what a row, list or figure needs to be understood and does not say itself: caption, unit, lead-in; or "".
    cells: (header, cell) pairs of a table row, cells merged with the row above filled in; () for other kinds.
    also_at: places where the same words stand again.
    period, page_kind: as in its `Report`.
    """

    id: str
    report_id: str
    title: str
    publisher: str
    published: str
    section: int
    headings: tuple[str, ...]
    kind: Kind
    page: int | None
    start: int
    end: int
    text: str
    caption: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    also_at: tuple[Place, ...] = ()
    period: str = ""
    page_kind: PageKind = "page"

    @property
    def reading(self) -> str:
        """The passage as one reads it out: a row as `header：cell；…`, anything else as its text."""
        if not self.cells:
            return self.text
        return "；".join(f"{header}：{cell}" if header else cell for header, cell in self.cells)

    @property
    def search_text(self) -> str:
        """What is indexed: the words of the headings and the caption around it, then the passage as read out."""
        return self.context + self.reading

    @property
    def context(self) -> str:
        """The part of `search_text` before `reading`."""
        parts = [part for part in (*self.headings[1:], self.caption) if part]
        return " › ".join(parts) + "\n" if parts else ""
