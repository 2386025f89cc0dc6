"""The machine-readable contract: what comes in and goes out as JSON, the same on the command line and over HTTP.

Knows the records and their JSON objects only: nothing here reads a stream or a socket.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard, TypeVar, get_args

from chat.answer import BadQuestion, Citation, Finished, Found, Role, Turn, check_question
from chat.library.quality import page_count
from chat.search.facets import DEFAULT_K, Results
from chat.search.highlights import highlights, words_sought
from chat.search.reference import reference
from index.filters import Filter
from index.library import Hit
from ingest.language import Message, message
from ingest.report import Kind, PageQuality, Passage, Place
from ingest.source import PageKind

JsonObject = dict[str, object]
Identity = str | int | None
Choice = TypeVar("Choice")

MAX_K = 100
MAX_OFFSET = 10_000  # beyond the last passage there is an empty page
MAX_CHOICES = 1_000  # of one sort of filter
# A notice is never found.
KINDS: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind != "notice")
MAX_TURNS = 100
TURN_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report of the library, as listed to readers; period, pages, notes and page_kind as in `Report`.

    file: its path in the corpus, with `/`, which is not for readers.
    """

    id: str
    title: str
    publisher: str
    published: str
    passages: int
    period: str = ""
    pages: tuple[PageQuality, ...] = ()
    notes: tuple[Message, ...] = ()
    page_kind: PageKind = "page"
    file: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid request: id is the caller's own and comes back unchanged.

    within: where to look. rewrite: whether the turns before may complete the question. offset: how many to skip.
    """

    id: Identity
    question: str
    turns: tuple[Turn, ...] = ()
    k: int = DEFAULT_K
    within: Filter = Filter()
    rewrite: bool = True
    offset: int = 0


def read_asked(request: object, reports: Iterable[ReportLine], *, k: int = DEFAULT_K) -> Asked:
    """Check a decoded JSON request; k is used where the request has none.

    reports: those there are, for the ids of its filters.

    Raises:
        BadQuestion: anything in it is not as the contract says.
    """
    if not isinstance(request, Mapping):
        raise BadQuestion(message('请求应是一个 JSON 对象，如 {{"question": "…"}}。'))
    question = request.get("question")
    if not isinstance(question, str):
        raise BadQuestion(message("缺少 question（字符串）。"))
    _check_encodable(question)
    return Asked(
        id=identity(request),
        question=check_question(question),
        turns=_read_turns(request.get("history")),
        k=_read_number(request.get("k", k), "k", 1, MAX_K),
        within=check_reports(_read_filters(request.get("filters")), reports),
        rewrite=_read_rewrite(request.get("rewrite", True)),
        offset=_read_number(request.get("offset", 0), "offset", 0, MAX_OFFSET),
    )


def check_reports(within: Filter, reports: Iterable[ReportLine]) -> Filter:
    """The filter, where each report that it names is there.

    Raises:
        BadQuestion: some are not; it names them.
    """
    unknown = within.reports - {line.id for line in reports} if within.reports else ()
    if unknown:
        raise BadQuestion(
            message(
                "没有编号为 {unknown} 的报告；编号见 reportqa list 或 GET /api/v1/reports。", unknown=_listed(unknown)
            )
        )
    return within


def identity(request: object) -> Identity:
    """The request's own id, or None where it has none that can be given back."""
    found = request.get("id") if isinstance(request, Mapping) else None
    if isinstance(found, str):
        return found if _encodable(found) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _read_turns(history: object) -> tuple[Turn, ...]:
    if history is None:
        return ()
    if not isinstance(history, Sequence) or isinstance(history, str):
        raise BadQuestion(message("history 应是数组。"))
    if len(history) > MAX_TURNS:
        raise BadQuestion(message("history 过长：最多 {most} 条。", most=MAX_TURNS))
    return tuple(_read_turn(turn, place) for place, turn in enumerate(history))


def _read_turn(turn: object, place: int) -> Turn:
    if not isinstance(turn, Mapping):
        raise BadQuestion(message("history[{place}] 应是对象。", place=place))
    role, content = turn.get("role"), turn.get("content")
    if role not in get_args(Role):
        raise BadQuestion(message("history[{place}].role 应是 user 或 assistant。", place=place))
    if not isinstance(content, str) or len(content) > TURN_CHARS:
        raise BadQuestion(
            message("history[{place}].content 应是不超过 {most:,} 个字的字符串。", place=place, most=TURN_CHARS)
        )
    _check_encodable(content)
    return Turn("user" if role == "user" else "assistant", content)


def _read_filters(filters: object) -> Filter:
    if filters is None:
        return Filter()
    if not isinstance(filters, Mapping):
        raise BadQuestion(message('filters 应是对象，如 {{"reports": ["…"], "years": [2023], "kinds": ["row"]}}。'))
    if unknown := set(map(str, filters)) - {"reports", "years", "kinds"}:
        raise BadQuestion(message("filters 中没有 {unknown}；可用 reports、years、kinds。", unknown=_listed(unknown)))
    return Filter(
        reports=frozenset(_read_choices(filters, "reports", _is_text, message("报告编号"))),
        years=frozenset(_read_choices(filters, "years", _is_year, message("四位数的出版年份，或 null（未注明）"))),
        kinds=frozenset(_read_kinds(filters)),
    )


def _read_kinds(filters: Mapping[object, object]) -> Iterable[Kind]:
    named = _read_choices(filters, "kinds", _is_text, message("段落类型"))
    if unknown := set(named) - set(KINDS):
        raise BadQuestion(
            message("没有 {unknown} 这种段落；filters.kinds 可用 {kinds}。", unknown=_listed(unknown), kinds=KINDS)
        )
    return (kind for kind in KINDS if kind in named)


def _read_choices(
    filters: Mapping[object, object], sort: str, valid: Callable[[object], TypeGuard[Choice]], what: Message
) -> list[Choice]:
    given = filters.get(sort, [])
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MAX_CHOICES:
        raise BadQuestion(message("filters.{sort} 应是数组，最多 {most:,} 项。", sort=sort, most=MAX_CHOICES))
    choices: list[Choice] = []
    for place, each in enumerate(given):
        if not valid(each):
            raise BadQuestion(message("filters.{sort}[{place}] 应是{what}。", sort=sort, place=place, what=what))
        choices.append(each)
    return choices


def _is_text(choice: object) -> TypeGuard[str]:
    return isinstance(choice, str) and bool(choice) and _encodable(choice)


def _is_year(choice: object) -> TypeGuard[int | None]:
    return choice is None or (isinstance(choice, int) and not isinstance(choice, bool) and 1000 <= choice <= 9999)


def _read_rewrite(rewrite: object) -> bool:
    if not isinstance(rewrite, bool):
        raise BadQuestion(message("rewrite 应是 true 或 false。"))
    return rewrite


def _read_number(number: object, name: str, least: int, most: int) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise BadQuestion(message("{name} 应是 {least} 到 {most:,} 的整数。", name=name, least=least, most=most))
    return number


def _listed(names: Iterable[str]) -> Message:
    """Names for a message, at most three."""
    listed = sorted(name[:60] for name in names)
    if len(listed) > 3:
        return message("{first} 等 {count} 个", first=listed[:3], count=len(listed))
    return message("{names}", names=listed)


def _check_encodable(text: str) -> None:
    if not _encodable(text):
        raise BadQuestion(message("文字中含有不完整的 Unicode 字符。"))


def _encodable(text: str) -> bool:
    r"""JSON's "\ud800" decodes to half a character, which no later step could write out again."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def hit_object(hit: Hit, words: Sequence[str] = ()) -> JsonObject:
    """HIT of the contract; words: of the question, folded. highlights are (start, end) in text, counted in characters."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "score": hit.score,
        **_place(passage),
        "kind": passage.kind,
        "text": passage.text,
        "highlights": [list(span) for span in highlights(words, passage.text)],
        "reference": reference(passage),
        "also_at": [_other_place(place) for place in passage.also_at],
    }


def _other_place(place: Place) -> JsonObject:
    return {
        "report_id": place.report_id,
        "title": place.title,
        "headings": list(place.headings),
        "page": place.page,
        "page_kind": place.page_kind,
        "text": place.text,
    }


def citation_object(citation: Citation) -> JsonObject:
    """A citation of the contract."""
    return {"number": citation.number, **_place(citation.passage), "quote": citation.quote}


def _place(passage: Passage) -> JsonObject:
    return {
        "passage_id": passage.id,
        "report_id": passage.report_id,
        "title": passage.title,
        "publisher": passage.publisher,
        "published": passage.published,
        "period": passage.period,
        "headings": list(passage.headings),
        "page": passage.page,
        "page_kind": passage.page_kind,
    }


def found_object(found: Found, id: Identity = None) -> JsonObject:
    """What was found for a question that is still to be answered."""
    return {**_found(found, id, found.hits), "timings": {"search_ms": found.timings.search_ms}}


def search_object(searched: Results, reports: Iterable[ReportLine], id: Identity = None) -> JsonObject:
    """What a search answers; reports: those there are."""
    facets, titles = searched.facets, {line.id: line.title for line in reports}
    return {
        **_found(searched.found, id, searched.hits),
        "total": searched.total,
        "offset": searched.offset,
        "facets": {
            "reports": [{"report_id": id, "title": titles.get(id, ""), "count": count} for id, count in facets.reports],
            "years": [{"year": year, "count": count} for year, count in facets.years],
            "kinds": [{"kind": kind, "count": count} for kind, count in facets.kinds],
        },
        "nearest_words": {word: list(near) for word, near in searched.nearest.items()},
        "loosened": [{"filters": filters_object(within), "total": total} for within, total in searched.loosened],
        "timings": {"search_ms": searched.found.timings.search_ms},
    }


def filters_object(within: Filter) -> JsonObject:
    """Filters as a request names them, those that restrict nothing left out."""
    sorts = {"reports": sorted(within.reports), "years": within.years_in_order, "kinds": sorted(within.kinds)}
    return {sort: choices for sort, choices in sorts.items() if choices}


def ask_object(finished: Finished, id: Identity = None) -> JsonObject:
    """What a question answers."""
    answer, timings = finished.answer, finished.timings
    return {
        **_found(finished.found, id, finished.found.hits),
        "answer": answer.text,
        "refused": answer.refusal is not None,
        "quoted": answer.quoted,
        "fallback": answer.fallback,
        "missing": answer.missing,
        "sentences": [
            {
                "text": sentence.text,
                "citations": list(sentence.citations),
                "supported": sentence.supported,
                "state": sentence.state,
                "composed": sentence.composed,
            }
            for sentence in answer.sentences
        ],
        "citations": [citation_object(citation) for citation in answer.citations],
        "timings": {
            "search_ms": timings.search_ms,
            "waited_ms": timings.waited_ms,
            "first_token_ms": timings.first_token_ms,
            "total_ms": timings.total_ms,
            "prompt_tokens": timings.prompt_tokens,
            "answer_tokens": timings.answer_tokens,
        },
    }


def _found(found: Found, id: Identity, hits: Iterable[Hit]) -> JsonObject:
    words = words_sought(found.standalone_question)
    return {
        "id": id,
        "question": found.question,
        "standalone_question": found.standalone_question,
        "hits": [hit_object(hit, words) for hit in hits],
    }


def report_object(line: ReportLine) -> JsonObject:
    """A report of the library, with every page of which there is something to say."""
    return {
        "report_id": line.id,
        "title": line.title,
        "publisher": line.publisher,
        "published": line.published,
        "period": line.period,
        "passages": line.passages,
        "pages": page_count(line.pages) or None,
        "page_kind": line.page_kind,
        "quality": [
            {"page": page.number, "flags": list(page.flags), "excluded": page.excluded, "confidence": page.confidence}
            for page in line.pages
            if page.flags
        ],
        "notes": list(map(str, line.notes)),
    }


def error_object(message: str, id: Identity = None) -> JsonObject:
    """What stands in the place of an answer that could not be given."""
    return {"id": id, "error": message}
