"""A conversation to take away: the document that the formats are written from, and the name of its file.

The references follow GB/T 7714—2015, sequential numbering: they are numbered through the whole document in the order in
which they are first cited. A reference is one place, with its report and page, however many answers cite it; what is
quoted from there stands under it, each wording once, and a row of a table once, with its headers. All numbers of a sentence are in one bracket (the standard's 10.1.2),
in rising order; the standard would shorten 1,2,3 to 1-3, which is not done here: each number is a link of its own.

Every number in an answer has a reference, and every reference is cited by an answer: a citation that no sentence uses
is left out. Every format has the same paragraphs in the same order, those of `paragraphs`; a format only gives them looks.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from chat.answer import Answer, Citation, Sentence
from chat.answering.closing import closed_once
from chat.library.places import SEPARATOR
from chat.pages.exchange import Exchange
from chat.pages.words import ExportWords, Words
from chat.search.reference import reference
from ingest.report import Passage

TITLE_CHARS = 40
HEADING_CHARS = 60  # a question that is longer stands in full under a heading of its beginning
FILE_NAME_CHARS = 80
FILE_NAME_BYTES = 240  # in UTF-8; file systems take 255

Standing = Literal["supported", "partly", "unsupported", "composed"]
Suffix = Literal[".md", ".docx", ".pdf"]
Kind = Literal[
    "title",
    "imprint",
    "notice",
    "question",
    "asked",
    "taken",
    "quoted",
    "answer",
    "refusal",
    "references",
    "reference",
    "place",
    "row",
    "quote",
]

_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c\x1c-\x1e]")
# What XML 1.0 cannot hold, and DEL and the C1 controls, which show nothing.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN_IN_NAMES = re.compile(r'[<>:"/\\|?*]')


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer and the numbers of the references it cites, rising."""

    text: str
    marks: tuple[int, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Reply:
    """A question and its answer.

    understood: what the question was completed to; of: the title of the one report that it was asked of; None where neither was.
    quoted: the statements are excerpts of the evidence itself, and each is a paragraph of its own. refusal: why there are none; None where there are.
    missing: what is said of a side that nothing tells of, "" where there is none.
    """

    question: str
    understood: str | None
    of: str | None
    statements: tuple[Statement, ...]
    quoted: bool
    refusal: str | None
    missing: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What an answer rests on: words quoted as they stand, or a row of a table read out with its headers."""

    kind: Literal["quote", "row"]
    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that answers cite.

    text: the reference of the standard. place: the headings and the caption there; "" where it has none.
    excerpts: what stands there, in the order of citation; at least one, and none twice.
    """

    number: int
    text: str
    place: str
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A conversation without a format.

    Its texts hold nothing that a format cannot: lines end with a line feed, are neither empty nor begin or end with blanks,
    and have no control characters but tabs.
    """

    title: str  # the first question, for the file's name and properties
    exported: datetime.date
    replies: tuple[Reply, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a paragraph; aside: said by the product of the words before it."""

    text: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """The numbers of references, each a link to its `Label`."""

    numbers: tuple[int, ...]

    @property
    def text(self) -> str:
        return f"[{','.join(map(str, self.numbers))}]"


@dataclass(frozen=True, slots=True)
class Label:
    """The number that a reference begins with, and the gap behind it."""

    number: int

    @property
    def text(self) -> str:
        return f"[{self.number}] "


Run = Text | Marks | Label


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph by what it is for; questions and references are headings under the title."""

    kind: Kind
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def document_of(exchanges: Sequence[Exchange], exported: datetime.date) -> Document | None:
    """The answered questions of a conversation, named for the first of them; None where nothing was answered.

    Questions that were broken off, failed or are still being answered are left out.
    """
    replies, references = replies_of(exchanges)
    if not replies:
        return None
    return Document(shortened(replies[0].question, TITLE_CHARS), exported, replies, references)


def replies_of(exchanges: Iterable[Exchange]) -> tuple[tuple[Reply, ...], tuple[Reference, ...]]:
    """The answered questions, and what all of their answers cite."""
    cited = _Cited()
    replies = tuple(_reply(exchange, exchange.answer, cited) for exchange in exchanges if exchange.answer is not None)
    return replies, cited.references()


class _Cited:
    """The places cited so far: numbered from 1, with the excerpts of each."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], dict[Excerpt, None]] = {}

    def number(self, citation: Citation) -> int:
        """The number of the citation's place, which gains its excerpt."""
        place = (one_line(reference(citation.passage)), _place(citation.passage))
        self._places.setdefault(place, {})[_excerpt(citation)] = None
        return list(self._places).index(place) + 1

    def references(self) -> tuple[Reference, ...]:
        return tuple(
            Reference(number, text, place, tuple(excerpts))
            for number, ((text, place), excerpts) in enumerate(self._places.items(), start=1)
        )


def _reply(exchange: Exchange, answer: Answer, cited: _Cited) -> Reply:
    citations = {citation.number: citation for citation in answer.citations}
    refused = answer.refusal is not None
    return Reply(
        question=plain(exchange.question),
        understood=plain(exchange.understood) if exchange.understood is not None else None,
        of=one_line(exchange.of.title) if exchange.of is not None else None,
        statements=() if refused else tuple(_statement(sentence, citations, cited) for sentence in answer.sentences),
        quoted=answer.quoted and not refused,
        refusal=plain(answer.refusal) if answer.refusal is not None else None,
        missing=plain(answer.missing),
    )


def _statement(sentence: Sentence, citations: dict[int, Citation], cited: _Cited) -> Statement:
    marks = {cited.number(citations[number]) for number in sentence.citations}
    composed = sentence.supported and sentence.composed
    return Statement(plain(sentence.text), tuple(sorted(marks)), "composed" if composed else sentence.state)


def _place(passage: Passage) -> str:
    headings = passage.headings[1:] if passage.headings[:1] == (passage.title,) else passage.headings
    return one_line(SEPARATOR.join(part for part in (*headings, passage.caption) if part))


def _excerpt(citation: Citation) -> Excerpt:
    """The quote; of a row all cells with their headers, since one alone says nothing."""
    if citation.passage.cells:
        return Excerpt("row", one_line(closed_once(citation.passage.reading)))
    return Excerpt("quote", plain(citation.quote))


def plain(text: str) -> str:
    """The text as any format can hold it, which is what a `Document` says of its texts."""
    lines = _UNWRITABLE.sub("", _LINE_END.sub("\n", text)).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def one_line(text: str) -> str:
    """The text as any format can hold it, without line ends and with single blanks."""
    return " ".join(plain(text).split())


def shortened(text: str, limit: int) -> str:
    """The text on one line of at most limit characters, with an ellipsis where it was longer."""
    flat = one_line(text)
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def paragraphs(document: Document, words: Words) -> tuple[Paragraph, ...]:
    """All that a format writes, in order; none is empty."""
    return tuple(paragraph for paragraph in _all_paragraphs(document, words) if paragraph.text)


def _all_paragraphs(document: Document, words: Words) -> Iterable[Paragraph]:
    export = words.export
    yield _said("title", export.title)
    yield _said("imprint", export.imprint.format(product=words.product, date=document.exported.isoformat()))
    yield _said("notice", export.notice + (export.numbers if document.references else ""))
    for reply in document.replies:
        yield from _reply_paragraphs(reply, export)
    if document.references:
        yield _said("references", export.references)
    for listed in document.references:
        yield from _reference_paragraphs(listed, export)


def _reply_paragraphs(reply: Reply, export: ExportWords) -> Iterable[Paragraph]:
    heading = shortened(reply.question, HEADING_CHARS)
    yield _said("question", heading)
    if heading != reply.question:
        yield _said("asked", reply.question)
    if reply.of is not None:
        yield _said("taken", export.only_of.format(title=reply.of))
    if reply.understood is not None:
        yield _said("taken", export.understood.format(question=reply.understood))
    yield from answer_paragraphs(reply, export)


def answer_paragraphs(reply: Reply, export: ExportWords) -> Iterable[Paragraph]:
    """The answer: why there is none, or each excerpt under what tells them to be such, or its statements as one."""
    if reply.refusal is not None:
        yield _said("refusal", reply.refusal)
        return
    runs = [tuple(_runs(statement, export)) for statement in reply.statements]
    if reply.quoted:
        yield _said("quoted", export.quoted)
        yield from (Paragraph("answer", excerpt) for excerpt in runs)
    else:
        yield Paragraph("answer", tuple(chain.from_iterable(runs)))
    if reply.missing:
        yield _said("refusal", reply.missing)


def _runs(statement: Statement, export: ExportWords) -> Iterable[Run]:
    yield Text(statement.text)
    if statement.marks:
        yield Marks(statement.marks)
    told = _told(statement.standing, export)
    if told is not None:
        yield Text(told, aside=True)


def _told(standing: Standing, export: ExportWords) -> str | None:
    """What is said of a statement that is not simply borne out by what it cites."""
    match standing:
        case "supported":
            return None
        case "partly":
            return export.partly
        case "unsupported":
            return export.unsupported
        case "composed":
            return export.composed


def _reference_paragraphs(listed: Reference, export: ExportWords) -> Iterable[Paragraph]:
    yield reference_paragraph(listed)
    if listed.place:
        yield _said("place", export.place.format(place=listed.place))
    for excerpt in listed.excerpts:
        yield _said(excerpt.kind, export.row.format(reading=excerpt.text) if excerpt.kind == "row" else excerpt.text)


def reference_paragraph(listed: Reference) -> Paragraph:
    """A reference by its number, without where on its page."""
    return Paragraph("reference", (Label(listed.number), Text(listed.text)))


def _said(kind: Kind, text: str) -> Paragraph:
    return Paragraph(kind, (Text(text),))


def file_name(document: Document, suffix: Suffix) -> str:
    """The title and the date as a name that every system takes: at most FILE_NAME_CHARS characters with the suffix.

    What file systems forbid is left out, and so is what only changes how a name looks: controls and directions of
    writing, a leading dot, dash or tilde.
    """
    ending = f"_{document.exported.isoformat()}{suffix}"
    shown = (char for char in document.title if unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cn"))
    title = " ".join(_FORBIDDEN_IN_NAMES.sub(" ", "".join(shown)).split()).lstrip(".-~ ")
    title = title[: FILE_NAME_CHARS - len(ending)].encode()[: FILE_NAME_BYTES - len(ending)].decode(errors="ignore")
    title = title.rstrip(" .")
    return f"{title}{ending}" if title else ending.removeprefix("_")
