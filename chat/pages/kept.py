"""A conversation as a reader's browser keeps it, and the way back.

What is kept of a citation is where it stands and a check of its words. A conversation that is opened again takes the
words from the library of today: an answer that cites a report that has left, or words that are no longer there, is not
shown as if it still stood, and what is kept of it then is its question alone.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chat.answer import Answer, Citation, Fallback, Found, Sentence, Timings
from chat.contract import JsonObject
from chat.pages.exchange import Exchange, OneReport
from chat.pages.spans import fnv1a
from index.library import Hit
from ingest.report import Passage

MAX_LISTED = 200
MAX_CHARS = 20_000

PassageOf = Callable[[str], Passage | None]


class NotKept(Exception):
    """What was handed in is not what `kept_object` gave."""


def kept_object(exchange: Exchange) -> JsonObject | None:
    """An answered exchange as JSON; None for one that has no answer and never had one."""
    if exchange.withdrawn is not None:
        return {
            "id": exchange.id,
            "library": exchange.library,
            "conversation": exchange.conversation,
            "question": exchange.question,
            "withdrawn": exchange.withdrawn,
        }
    answer, found = exchange.answer, exchange.found
    if answer is None or found is None:
        return None
    timings = exchange.timings or found.timings
    return {
        "id": exchange.id,
        "library": exchange.library,
        "conversation": exchange.conversation,
        "question": exchange.question,
        "standalone": found.standalone_question,
        "of": {"id": exchange.of.id, "title": exchange.of.title} if exchange.of else None,
        "verbatim": exchange.verbatim,
        "sentences": [
            {
                "text": each.text,
                "citations": list(each.citations),
                "supported": each.supported,
                "composed": each.composed,
            }
            for each in answer.sentences
        ],
        "citations": [
            {
                "report": each.passage.report_id,
                "passage": each.passage.id,
                "start": each.start,
                "end": each.end,
                "check": fnv1a(each.quote),
            }
            for each in answer.citations
        ],
        "hits": [{"passage": hit.passage.id, "score": hit.score} for hit in answer.hits],
        "quoted": answer.quoted,
        "fallback": answer.fallback,
        "missing": answer.missing,
        "refusal": answer.refusal,
        "courtesy": answer.courtesy,
        "timings": [timings.search_ms, timings.first_token_ms, timings.total_ms],
        "next": list(exchange.next_questions),
    }


def reopened(kept: object, passage_of: PassageOf) -> Exchange:
    """The exchange that was kept, its citations taken from the passages of today.

    Raises:
        NotKept: it is not what `kept_object` gave.
    """
    try:
        told = _mapping(kept)
        bare = Exchange(_text(told["question"]), _text(told["id"]), _text(told["library"]), _text(told["conversation"]))
        if "withdrawn" in told:
            return _withdrawn(bare, told["withdrawn"])
        return _standing_today(bare, _read(told), passage_of)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise NotKept from error


# --- What was handed in, checked before the library is asked ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cited:
    """Where a quote stood, and the check of its words."""

    passage_id: str
    start: int
    end: int
    check: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answered exchange as it was kept; every mark has a citation and every citation a mark. hits: ids and scores."""

    standalone: str
    of: OneReport | None
    verbatim: bool
    sentences: tuple[Sentence, ...]
    citations: tuple[_Cited, ...]
    hits: tuple[tuple[str, float], ...]
    quoted: bool
    fallback: Fallback | None
    missing: str
    refusal: str | None
    courtesy: bool
    timings: Timings
    next_questions: tuple[str, ...]


def _withdrawn(bare: Exchange, why: object) -> Exchange:
    match why:
        case "left" | "changed":
            return replace(bare, withdrawn=why)
        case _:
            raise ValueError(f"withdrawn for {why!r}")


def _read(told: Mapping[str, Any]) -> _Kept:
    sentences = tuple(_sentence(_mapping(each)) for each in _listed(told["sentences"]))
    citations = tuple(_cited(_mapping(each)) for each in _listed(told["citations"]))
    used = {number for sentence in sentences for number in sentence.citations}
    if used != set(range(1, len(citations) + 1)):
        raise ValueError(f"marks {sorted(used)} of {len(citations)} citations")
    return _Kept(
        _text(told["standalone"]),
        _report(told["of"]),
        _flag(told["verbatim"]),
        sentences,
        citations,
        tuple((_text(hit["passage"]), _number(hit["score"])) for hit in map(_mapping, _listed(told["hits"]))),
        _flag(told["quoted"]),
        _fallback(told.get("fallback")),  # what was kept before there was one has none
        _text(told.get("missing", "")),
        None if told["refusal"] is None else _text(told["refusal"]),
        _flag(told["courtesy"]),
        _timings(*_listed(told["timings"])),
        tuple(map(_text, _listed(told["next"]))),
    )


def _fallback(told: object) -> Fallback | None:
    match told:
        case None | "unavailable" | "overtime":
            return told
        case _:
            raise ValueError(f"quoted for {told!r}")


def _report(told: object) -> OneReport | None:
    if told is None:
        return None
    of = _mapping(told)
    return OneReport(_text(of["id"]), _text(of["title"]))


def _sentence(told: Mapping[str, Any]) -> Sentence:
    numbers = tuple(map(_count, _listed(told["citations"])))
    return Sentence(_text(told["text"]), numbers, _flag(told["supported"]), _flag(told["composed"]))


def _cited(told: Mapping[str, Any]) -> _Cited:
    return _Cited(_text(told["passage"]), _count(told["start"]), _count(told["end"]), _text(told["check"]))


def _timings(search: object, first: object, total: object) -> Timings:
    return Timings(_ms(search), None if first is None else _ms(first), None if total is None else _ms(total))


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{type(value).__name__} in the place of an object")
    return value


def _listed(value: object) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > MAX_LISTED:
        raise TypeError("no list, or too long a one")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_CHARS or any("\ud800" <= char <= "\udfff" for char in value):
        raise TypeError("no text, or too long a one")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} in the place of true or false")
    return value


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError("no whole number from 0")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("no number")
    return float(value)


def _ms(value: object) -> float:
    if (number := _number(value)) < 0:
        raise ValueError(f"{number} ms")
    return number


# --- What of it stands today ------------------------------------------------------------------------------------------


def _standing_today(bare: Exchange, kept: _Kept, passage_of: PassageOf) -> Exchange:
    cited = [(each, passage_of(each.passage_id)) for each in kept.citations]
    hits = _hits(kept.hits, passage_of)
    # A refusal names what was nearest.
    if any(passage is None for _, passage in cited) or (kept.refusal is not None and len(hits) < len(kept.hits)):
        return _withdrawn(bare, "left")
    citations = tuple(
        Citation(number, passage, passage.text[each.start : each.end], each.start, each.end)
        for number, (each, passage) in enumerate(cited, start=1)
        if passage is not None and _says_the_same(each, passage)
    )
    if len(citations) < len(cited):
        return _withdrawn(bare, "changed")
    return replace(
        bare,
        of=kept.of,
        verbatim=kept.verbatim,
        found=Found(bare.question, kept.standalone, hits, kept.timings),
        answer=Answer(
            kept.sentences,
            citations,
            hits,
            quoted=kept.quoted,
            refusal=kept.refusal,
            fallback=kept.fallback,
            missing=kept.missing,
            courtesy=kept.courtesy,
        ),
        timings=kept.timings,
        # What to ask next was told by all that was found.
        next_questions=kept.next_questions if len(hits) == len(kept.hits) else (),
    )


def _says_the_same(cited: _Cited, passage: Passage) -> bool:
    """Whether the words that were quoted stand in the passage where they stood."""
    inside = cited.start < cited.end <= len(passage.text)
    return inside and fnv1a(passage.text[cited.start : cited.end]) == cited.check


def _hits(kept: Sequence[tuple[str, float]], passage_of: PassageOf) -> tuple[Hit, ...]:
    """Those that are still there, ranked anew."""
    found = [(passage, score) for id, score in kept if (passage := passage_of(id)) is not None]
    return tuple(Hit(passage, score, rank) for rank, (passage, score) in enumerate(found, start=1))
