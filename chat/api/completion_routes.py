"""OpenAI's API over HTTP: `POST /v1/chat/completions`, streamed and not, and `GET /v1/models`."""

import json
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from typing import TYPE_CHECKING

from chat.access.caller import caller_of
from chat.answer import Checking, Drafting, Event, Finished, Found
from chat.api.completions import (
    MODEL,
    BadParameter,
    Stamp,
    Wanted,
    chunk_objects,
    completion_object,
    first_chunk,
    model_object,
    read_wanted,
    stage_object,
)
from chat.api.refusals import openai_error
from chat.contract import JsonObject
from chat.models.generation import GeneratorUnavailable
from chat.pages.askers import asker_by
from chat.pages.page import Assistant, See
from chat.service.gate import Busy, ModelGate, Waiting, line_of
from chat.service.json_body import read_json
from chat.service.streams import without_blocking
from ingest.language import message

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

COMPLETIONS = "/v1/chat/completions"
MODELS = "/v1/models"
_KEEP_ALIVE = ": \n\n"
_DONE = "data: [DONE]\n\n"
# The search, and whether the model is to be had: what is refused after that can only be told within the stream.
_EVENTS_BEFORE_STATUS = 2

Events = AsyncGenerator[Event | Waiting, None]


def add_completion_routes(app: "FastAPI", see: See, gate: ModelGate, home: "Callable[[Request], str | None]") -> None:
    """Put the routes on the application. see: what of the library is there for a caller. home: where the service is reached, for links to the cited words."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.responses import JSONResponse, Response, StreamingResponse  # noqa: PLC0415

    began = int(time.time())

    async def complete(request: Request) -> Response:
        assistant = see(caller_of(request))
        try:
            wanted = read_wanted(await read_json(request), assistant.reports)
        except BadParameter as error:
            return refused(error)
        links = home(request) or ""
        stamp = Stamp(f"chatcmpl-{secrets.token_hex(12)}", int(time.time()), assistant.version)
        events = without_blocking(gate.through(_ask(assistant, wanted), line_of(request), asker_by(request, "openai")))
        if wanted.stream:
            told = await _beginning(events)
            return StreamingResponse(
                _sent(told, events, wanted, stamp, links),
                media_type="text/event-stream",
                headers={"X-Accel-Buffering": "no"},  # a proxy would collect the stream
            )
        finished = await _finished(request, events)
        if finished is None:
            return Response(status_code=499)  # nobody reads it
        return JSONResponse(completion_object(finished, wanted.asked, stamp, links))

    async def models(request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [model_object(began)]})

    async def model(request: Request) -> Response:
        name = request.path_params["model"]
        if name != MODEL:
            return refused(
                BadParameter(
                    message("没有名为 {name} 的模型；可用 {model}。", name=repr(name[:60]), model=MODEL),
                    "model",
                    code="model_not_found",
                    status=404,
                )
            )
        return JSONResponse(model_object(began))

    def refused(error: BadParameter) -> Response:
        told = openai_error(error.status, str(error), param=error.param, code=error.code)
        return JSONResponse(told, status_code=error.status)

    app.add_route(COMPLETIONS, complete, methods=["POST"])
    app.add_route(MODELS, models, methods=["GET"])
    app.add_route(MODELS + "/{model}", model, methods=["GET"])


def _ask(assistant: Assistant, wanted: Wanted) -> Generator[Event, None, None]:
    asked = wanted.asked
    return assistant.ask(asked.question, asked.turns, within=asked.within, rewrite=asked.rewrite)


async def _finished(request: "Request", events: Events) -> Finished | None:
    """The last event; None where the caller left before it."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                return event
            if await request.is_disconnected():
                break
    return None


async def _beginning(events: Events) -> list[Event | Waiting]:
    """The first events, at most _EVENTS_BEFORE_STATUS.

    Raises:
        BadQuestion, Busy, GeneratorUnavailable: there is no answer to stream.
    """
    told: list[Event | Waiting] = []
    async for event in events:
        told.append(event)
        if len(told) == _EVENTS_BEFORE_STATUS:
            break
    return told


async def _sent(
    beginning: list[Event | Waiting], events: Events, wanted: Wanted, stamp: Stamp, home: str
) -> AsyncGenerator[str, None]:
    """The stream: who speaks, stages while there is nothing to read, the checked answer, [DONE]."""
    last_stage: JsonObject = {}
    yield _data(first_chunk(stamp))
    try:
        async with aclosing(_joined(beginning, events)) as all_events:
            async for event in all_events:
                if isinstance(event, Finished):
                    for chunk in chunk_objects(event, wanted, stamp, home):
                        yield _data(chunk)
                    continue
                stage = _stage(event)
                # A comment where nothing is new: the connection is alive.
                yield _KEEP_ALIVE if stage == last_stage else _data(stage_object(stamp, **stage))
                last_stage = stage
        yield _DONE
    except (Busy, GeneratorUnavailable) as problem:
        yield _data(openai_error(503, str(problem)))


async def _joined(beginning: list[Event | Waiting], rest: Events) -> Events:
    async with aclosing(rest):
        for event in beginning:
            yield event
        async for event in rest:
            yield event


def _stage(event: Event | Waiting) -> JsonObject:
    match event:
        case Found():
            return {"stage": "found", "hits": len(event.hits)}
        case Waiting(ahead):
            return {"stage": "waiting", "ahead": ahead}
        case Drafting():
            return {"stage": "drafting"}
        case Checking() | Finished():
            return {"stage": "checking"}


def _data(content: JsonObject) -> str:
    """An event as OpenAI's clients read it: data alone."""
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"
