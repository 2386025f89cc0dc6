"""The contract over HTTP: `POST /api/v1/search`, and `/api/v1/ask` as JSON or as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from chat.access.caller import caller_of
from chat.answer import BadQuestion, Checking, Drafting, Event, Finished, Found
from chat.contract import Asked, Identity, ask_object, found_object, identity, read_asked, search_object
from chat.models.generation import GeneratorUnavailable
from chat.pages.askers import asker_by
from chat.pages.page import Assistant, See
from chat.search.facets import Results, search_in_one_go
from chat.service.failures import told_of
from chat.service.gate import Busy, ModelGate, Waiting, line_of
from chat.service.json_body import read_json
from chat.service.streams import EventStream, sent, without_blocking

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

SEARCHES = 4  # at once: each takes a core


def add_question_routes(app: "FastAPI", see: See, gate: ModelGate) -> None:
    """Put the routes on the application. see: what of the library is there for a caller. gate: where questions take turns."""
    from fastapi import Request  # noqa: PLC0415 - with the rest of the service
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import JSONResponse, Response  # noqa: PLC0415

    searching = asyncio.Semaphore(SEARCHES)

    async def search(request: Request) -> Response:
        assistant = see(caller_of(request))
        asked = await _read(request, assistant)
        async with searching:
            if await request.is_disconnected():
                return Response(status_code=499)  # nobody reads it
            searched = await run_in_threadpool(_searched, assistant, asked)
        return JSONResponse(search_object(searched, assistant.reports, asked.id))

    async def ask(request: Request) -> Response:
        assistant = see(caller_of(request))
        asked = await _read(request, assistant)
        line, by = line_of(request), asker_by(request, "api")
        if "text/event-stream" in request.headers.get("accept", ""):
            # A refusal has a status of its own, so it comes before the stream; who is told of it may write to a disk.
            ticket = await run_in_threadpool(gate.enter, line, by)
            steps = gate.follow(_ask(assistant, asked), ticket, by)
            return EventStream(_server_sent(steps, asked.id), left=partial(gate.leave, ticket))
        async with aclosing(without_blocking(gate.through(_ask(assistant, asked), line, by))) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return JSONResponse(ask_object(event, asked.id))
                if await request.is_disconnected():
                    break
        return Response(status_code=499)  # nobody reads it

    app.add_route("/api/v1/search", search, methods=["POST"])
    app.add_route("/api/v1/ask", ask, methods=["POST"])


def _searched(assistant: Assistant, asked: Asked) -> Results:
    return search_in_one_go(
        assistant,
        asked.question,
        asked.turns,
        within=asked.within,
        rewrite=asked.rewrite,
        k=asked.k,
        offset=asked.offset,
    )


def _ask(assistant: Assistant, asked: Asked) -> Generator[Event, None, None]:
    return assistant.ask(asked.question, asked.turns, within=asked.within, rewrite=asked.rewrite)


async def _read(request: "Request", assistant: Assistant) -> Asked:
    decoded = await read_json(request)
    request.state.identity = identity(decoded)
    return read_asked(decoded, assistant.reports)


async def _server_sent(steps: Generator[Event | Waiting, None, None], id: Identity) -> AsyncGenerator[str, None]:
    """The events stage, hits, delta and final; `error` in the place of final where there is no answer."""
    draft, last_stage = "", ""

    def staged(**stage: object) -> str:
        nonlocal last_stage
        message = sent("stage", stage)
        if message == last_stage:
            return ": \n\n"  # a comment: nothing new, but the connection is alive
        last_stage = message
        return message

    yield staged(stage="searching")
    try:
        async with aclosing(without_blocking(steps)) as events:
            async for event in events:
                match event:
                    case Found():
                        yield sent("hits", found_object(event, id))
                    case Waiting(ahead, seconds):
                        yield staged(stage="waiting", ahead=ahead, seconds=seconds)
                    case Drafting(text):
                        yield staged(stage="drafting")
                        if text != draft:
                            yield _delta(draft, text)
                        draft = text
                    case Checking():
                        yield staged(stage="checking")
                    case Finished():
                        yield sent("final", ask_object(event, id))
    except (BadQuestion, Busy, GeneratorUnavailable) as problem:
        yield sent("error", told_of(problem, id))


def _delta(before: str, after: str) -> str:
    """The draft is `draft[:start] + text` from here on; start is its length unless the draft was rewritten."""
    start = len(before) if after.startswith(before) else 0
    return sent("delta", {"start": start, "text": after[start:]})
