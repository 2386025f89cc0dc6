"""A conversation as a reader's browser keeps it, and the way back.

What is kept of a citation is where it stands and a check of its words. A conversation that is opened again takes the
words from the library of today: an answer that cites a report that has left, or words that are no longer there, is not
shown as if it still stood, and what is kept of it then is its question alone.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chat.answer import Answer, Citation, Found, Sentence, Timings
from chat.contract import JsonObject
from chat.pages.exchange import Exchange, OneReport
from chat.pages.spans import fnv1a
from index.library import Hit
from ingest.report import Passage

MAX_SENTENCES = 200
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
        "refusal": answer.refusal,
        "timings": [timings.search_ms, timings.first_token_ms, timings.total_ms],
        "next": list(exchange.next_questions),
    }


def reopened(kept: object, passage_of: PassageOf) -> Exchange:
    """The exchange that was kept, its citations taken from the passages of today.

    Raises:
        NotKept: it is not what `kept_object` gave.
    """
    try:
        return _reopened(_mapping(kept), passage_of)
    except (KeyError, TypeError, ValueError) as error:
        raise NotKept from error


def _reopened(kept: Mapping[str, Any], passage_of: PassageOf) -> Exchange:
    question, id, library = (_text(kept[name]) for name in ("question", "id", "library"))
    if "withdrawn" in kept:
        return Exchange(question, id, library, withdrawn="left" if kept["withdrawn"] == "left" else "changed")
    of = _mapping(kept["of"]) if kept["of"] is not None else None
    report = OneReport(_text(of["id"]), _text(of["title"])) if of is not None else None
    cited = [(_mapping(each), passage_of(_text(each["passage"]))) for each in _listed(kept["citations"])]
    if any(passage is None for _, passage in cited):
        return Exchange(question, id, library, withdrawn="left")
    citations = [
        _citation(number, each, passage) for number, (each, passage) in enumerate(cited, start=1) if passage is not None
    ]
    if any(citation is None for citation in citations):
        return Exchange(question, id, library, withdrawn="changed")
    standing = tuple(citation for citation in citations if citation is not None)
    sentences = tuple(_sentence(each, len(standing)) for each in _listed(kept["sentences"]))
    used = {number for sentence in sentences for number in sentence.citations}
    if used != {citation.number for citation in standing}:
        raise ValueError(f"marks {sorted(used)} of {len(standing)} citations")
    hits = tuple(_hits(_listed(kept["hits"]), passage_of))
    search_ms, first_ms, total_ms = (_number(value) for value in _listed(kept["timings"]))
    timings = Timings(search_ms or 0.0, first_ms, total_ms)
    return Exchange(
        question,
        id,
        library,
        of=report,
        verbatim=bool(kept["verbatim"]),
        found=Found(question, _text(kept["standalone"]), hits, timings),
        answer=Answer(
            sentences,
            standing,
            hits,
            quoted=bool(kept["quoted"]),
            refusal=None if kept["refusal"] is None else _text(kept["refusal"]),
        ),
        timings=timings,
        next_questions=tuple(_text(each) for each in _listed(kept["next"])),
    )


def _citation(number: int, kept: Mapping[str, Any], passage: Passage) -> Citation | None:
    """The citation, where its words still stand in the passage."""
    start, end = int(kept["start"]), int(kept["end"])
    quote = passage.text[start:end] if 0 <= start < end else ""
    return Citation(number, passage, quote, start, end) if quote and fnv1a(quote) == kept["check"] else None


def _sentence(kept: object, citations: int) -> Sentence:
    told = _mapping(kept)
    numbers = tuple(int(number) for number in _listed(told["citations"]))
    if any(not 1 <= number <= citations for number in numbers):
        raise ValueError(f"a mark of {numbers} has no citation")
    return Sentence(_text(told["text"]), numbers, bool(told["supported"]), bool(told["composed"]))


def _hits(kept: Sequence[object], passage_of: PassageOf) -> list[Hit]:
    """Those that are still there, ranked anew."""
    hits: list[Hit] = []
    for each in map(_mapping, kept):
        passage = passage_of(_text(each["passage"]))
        if passage is not None:
            hits.append(Hit(passage, float(each["score"]), len(hits) + 1))
    return hits


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{type(value).__name__} in the place of an object")
    return value


def _listed(value: object) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > MAX_SENTENCES:
        raise TypeError("no list, or too long a one")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_CHARS or any("\ud800" <= char <= "\udfff" for char in value):
        raise TypeError("no text, or too long a one")
    return value


def _number(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]  # whatever is no number raises
