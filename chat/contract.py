"""The machine-readable contract: what comes in and goes out as JSON, the same on the command line and over HTTP.

Knows the records and their JSON objects only: nothing here reads a stream or a socket.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from chat.answer import BadQuestion, Citation, Finished, Found, Role, Turn, check_question
from chat.quality import page_count
from index.library import Hit
from ingest.report import PageQuality, Passage
from ingest.source import PageKind

JsonObject = dict[str, object]
Identity = str | int | None

DEFAULT_K = 10
MAX_K = 100
MAX_TURNS = 100
TURN_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report of the library, as listed to readers; period, pages, notes and page_kind as in `Report`."""

    id: str
    title: str
    publisher: str
    published: str
    passages: int
    period: str = ""
    pages: tuple[PageQuality, ...] = ()
    notes: tuple[str, ...] = ()
    page_kind: PageKind = "page"


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid request: id is the caller's own and comes back unchanged."""

    id: Identity
    question: str
    turns: tuple[Turn, ...] = ()
    k: int = DEFAULT_K


def read_asked(request: object, *, k: int = DEFAULT_K) -> Asked:
    """Check a decoded JSON request; k is used where the request has none.

    Raises:
        BadQuestion: anything in it is not as the contract says.
    """
    if not isinstance(request, Mapping):
        raise BadQuestion('请求应是一个 JSON 对象，如 {"question": "…"}。')
    question = request.get("question")
    if not isinstance(question, str):
        raise BadQuestion("缺少 question（字符串）。")
    _check_encodable(question)
    return Asked(
        id=identity(request),
        question=check_question(question),
        turns=_read_turns(request.get("history")),
        k=_read_k(request.get("k", k)),
    )


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
        raise BadQuestion("history 应是数组。")
    if len(history) > MAX_TURNS:
        raise BadQuestion(f"history 过长：最多 {MAX_TURNS} 条。")
    return tuple(_read_turn(turn, place) for place, turn in enumerate(history))


def _read_turn(turn: object, place: int) -> Turn:
    if not isinstance(turn, Mapping):
        raise BadQuestion(f"history[{place}] 应是对象。")
    role, content = turn.get("role"), turn.get("content")
    if role not in get_args(Role):
        raise BadQuestion(f"history[{place}].role 应是 user 或 assistant。")
    if not isinstance(content, str) or len(content) > TURN_CHARS:
        raise BadQuestion(f"history[{place}].content 应是不超过 {TURN_CHARS:,} 个字的字符串。")
    _check_encodable(content)
    return Turn("user" if role == "user" else "assistant", content)


def _read_k(k: object) -> int:
    if not isinstance(k, int) or isinstance(k, bool) or not 1 <= k <= MAX_K:
        raise BadQuestion(f"k 应是 1 到 {MAX_K} 的整数。")
    return k


def _check_encodable(text: str) -> None:
    if not _encodable(text):
        raise BadQuestion("文字中含有不完整的 Unicode 字符。")


def _encodable(text: str) -> bool:
    r"""JSON's "\ud800" decodes to half a character, which no later step could write out again."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def hit_object(hit: Hit) -> JsonObject:
    """HIT of the contract."""
    return {
        "rank": hit.rank,
        "score": hit.score,
        **_place(hit.passage),
        "kind": hit.passage.kind,
        "text": hit.passage.text,
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


def search_object(found: Found, id: Identity = None) -> JsonObject:
    """What a search answers."""
    return {**_found(found, id), "timings": {"search_ms": found.timings.search_ms}}


def ask_object(finished: Finished, id: Identity = None) -> JsonObject:
    """What a question answers."""
    answer, timings = finished.answer, finished.timings
    return {
        **_found(finished.found, id),
        "answer": answer.text,
        "refused": answer.refusal is not None,
        "sentences": [
            {"text": sentence.text, "citations": list(sentence.citations), "supported": sentence.supported}
            for sentence in answer.sentences
        ],
        "citations": [citation_object(citation) for citation in answer.citations],
        "timings": {
            "search_ms": timings.search_ms,
            "first_token_ms": timings.first_token_ms,
            "total_ms": timings.total_ms,
            "prompt_tokens": timings.prompt_tokens,
            "answer_tokens": timings.answer_tokens,
        },
    }


def _found(found: Found, id: Identity) -> JsonObject:
    return {
        "id": id,
        "question": found.question,
        "standalone_question": found.standalone_question,
        "hits": [hit_object(hit) for hit in found.hits],
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
        "notes": list(line.notes),
    }


def error_object(message: str, id: Identity = None) -> JsonObject:
    """What stands in the place of an answer that could not be given."""
    return {"id": id, "error": message}
