"""Who asks, by which way, and what becomes of the question: watched from its first event to its last.

This is told of every question, whichever way it came, since all of them pass the gate. Of the question itself only what
was found for it is looked at; where this is kept, counted or logged, and whether with its words, is for others.
"""

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, TypeVar

from chat.access.caller import Caller
from chat.answer import BadQuestion, Fallback, Finished, Found, RefusalKind
from chat.models.generation import GeneratorUnavailable
from chat.records.feedback import Cited, now
from ingest.errors import UserError

Way = Literal["page", "api", "openai", "mcp", "widget"]
Ending = Literal["answered", "refused", "stopped", "failed"]
Failure = Literal["busy", "model", "error"]

Event = TypeVar("Event")

USER_CHARS = 16  # of sha256 in hexadecimal: two of a million users share it once in 37 million companies


@dataclass(frozen=True, slots=True)
class Asker:
    """user: an opaque id, or "" of who has no name. language: of the answer's surroundings, such as zh-CN, or ""."""

    way: Way = "api"
    language: str = ""
    user: str = ""


def asker_of(caller: Caller, way: Way, language: str = "") -> Asker:
    """A caller as usage knows them: those with a name by a hash of it, which who has a list of the names could match again.

    Who was never asked for a name is known by address, and that is kept nowhere.
    """
    named = caller.user and caller.by != "open"
    return Asker(way, language, sha256(caller.key.encode()).hexdigest()[:USER_CHARS] if named else "")


@dataclass(frozen=True, slots=True)
class Use:
    """One question that was asked, and what became of it.

    asked_at: ISO 8601 in UTC. ending: stopped is by who asked, before the answer was whole. reason: the kind of refusal or
    failure; "" of the others. cited: what the answer cites, a passage once. timings: None of what did not happen.
    question: as typed; "" where it is not kept. quoted: the answer is the evidence itself; fallback: why,
    where that is not for the draft's sake.
    """

    asked_at: str
    asker: Asker
    ending: Ending
    reason: RefusalKind | Failure | Literal[""]
    cited: tuple[Cited, ...]
    search_ms: float | None = None
    first_token_ms: float | None = None
    total_ms: float | None = None
    waited_ms: float | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    question: str = ""
    quoted: bool = False
    fallback: Fallback | None = None


Keep = Callable[[Use], None]


def turned_away(asker: Asker) -> Use:
    """A question that was refused before its first event."""
    return Use(now(), asker, ending="failed", reason="busy", cited=())


def watched(
    events: Generator[Event, None, None], asker: Asker, observers: Iterable[Keep]
) -> Generator[Event, None, None]:
    """The same events; each observer is told what became of the question once they end, however they do, but for one that was no
    question. Observers must not raise."""
    asked_at, began = now(), time.perf_counter()
    found: Found | None = None
    finished: Finished | None = None
    failure: Failure | Literal[""] = ""
    is_question = True
    try:
        with closing(events):
            for event in events:
                if isinstance(event, Found):
                    found = event
                elif isinstance(event, Finished):
                    finished = event
                yield event
    except BadQuestion:
        is_question = False
        raise
    except GeneratorUnavailable:
        failure = "model"
        raise
    except UserError:  # the only other one that a reader is told: the line was too long
        failure = "busy"
        raise
    except Exception:
        failure = "error"
        raise
    finally:
        if is_question:
            took_ms = round((time.perf_counter() - began) * 1000, 1)
            use = _use(asked_at, asker, found=found, finished=finished, failure=failure, took_ms=took_ms)
            for keep in observers:
                keep(use)


def _use(
    asked_at: str,
    asker: Asker,
    *,
    found: Found | None,
    finished: Finished | None,
    failure: Failure | Literal[""],
    took_ms: float,
) -> Use:
    if finished is None:
        return Use(
            asked_at,
            asker,
            ending="failed" if failure else "stopped",
            reason=failure,
            cited=(),
            search_ms=found.timings.search_ms if found else None,
            total_ms=took_ms,
            question=found.question if found else "",
        )
    answer, timings = finished.answer, finished.timings
    refused = answer.refusal is not None and not answer.courtesy
    passages = [citation.passage for citation in answer.citations]
    return Use(
        asked_at,
        asker,
        ending="refused" if refused else "answered",
        reason=(answer.refused_for or "nothing") if refused else "",
        cited=tuple(dict.fromkeys(Cited(passage.report_id, passage.id) for passage in passages)),
        search_ms=timings.search_ms,
        first_token_ms=timings.first_token_ms,
        # From when it was asked: with the wait for its turn, which the answer's own time leaves out.
        total_ms=took_ms,
        waited_ms=timings.waited_ms,
        prompt_tokens=timings.prompt_tokens,
        answer_tokens=timings.answer_tokens,
        question=finished.found.question,
        quoted=answer.quoted,
        fallback=answer.fallback,
    )
