"""Many readers at once against the service on a real socket: a paced assistant, callers by name, and clients of every kind.

The interface with and without a stream, and the page's own queue, as a browser uses it.
"""

import asyncio
import json
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import httpx
import uvicorn
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from chat.access.caller import Caller
from chat.answer import Drafting, Event, Finished, Found
from chat.pages.page import Assistant
from chat.service.app import make_app
from chat.service.gate import ModelGate
from chat.service.server import listen
from tests.fakes import ScriptedAssistant

if TYPE_CHECKING:
    from fastapi import FastAPI

ASK = "/api/v1/ask"
CALLER = "x-caller"
Kind = Literal["json", "stream", "page"]
KINDS: tuple[Kind, ...] = ("json", "stream", "page")


class Paced(ScriptedAssistant):
    """Writes one piece for `seconds`, a heartbeat every 0.05 s. started, finished: questions that the model began, and ended, in order."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds=seconds)
        self.started: list[str] = []
        self.finished: list[str] = []

    def ask(self, question: str, *arguments: Any, **more: Any) -> Generator[Event, None, None]:
        events = super().ask(question, *arguments, **more)
        try:
            for event in events:
                if isinstance(event, Finished):
                    self.finished.append(question)
                yield event
                if isinstance(event, Found):
                    self.started.append(question)
        finally:
            events.close()

    def _draft(self) -> Generator[Drafting, None, None]:
        until = time.monotonic() + self.seconds
        while self.held or (left := until - time.monotonic()) > 0:
            time.sleep(0.05 if self.held else min(left, 0.05))
            yield Drafting("出口")


class _Named:
    """Tells the application who calls, as the guard does where callers have names."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = dict(scope.get("headers", ())).get(CALLER.encode())
        if named is not None:
            scope.setdefault("state", {})["caller"] = Caller("proxy", named.decode())
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Site:
    """A service that runs here. page: by language, what a browser names the event by that the box and its button begin."""

    home: str
    gate: ModelGate
    ask_event: int


@contextmanager
def serving(assistant: Assistant, gate: ModelGate | None = None) -> Iterator[Site]:
    gate = gate or ModelGate()
    app = make_app(assistant, gate=gate)
    app.add_middleware(_Named)
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", gate, _ask_event(app))
    finally:
        for end in app.state.pages_end:
            end.set()
        server.should_exit = True
        thread.join(10)


def _ask_event(app: "FastAPI") -> int:
    (page,) = (route.app for route in app.routes if isinstance(route, Mount) and route.path == "/chat")
    (event,) = (id for id, fn in page.get_blocks().fns.items() if fn.name == "ask")  # type: ignore[attr-defined]
    return int(event)


@dataclass
class Outcome:
    """How a request ended. ends: its terminal events, of which there should be one: finished, or a status, or what was told."""

    kind: Kind
    ends: list[str] = field(default_factory=list)
    seconds: float = 0.0
    retry_after: int | None = None

    @property
    def finished(self) -> bool:
        return self.ends == ["finished"]


@asynccontextmanager
async def clients() -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=120, limits=limits) as client:
        yield client


async def ask(client: httpx.AsyncClient, site: Site, kind: Kind, caller: str, question: str) -> Outcome:
    """Ask and follow to the end. caller: of the interface, a name; of the page, its session."""
    began = time.perf_counter()
    outcome = Outcome(kind)
    match kind:
        case "json":
            response = await client.post(site.home + ASK, json={"question": question}, headers={CALLER: caller})
            _add_status(outcome, response)
        case "stream":
            await _ask_stream(client, site, outcome, caller, question)
        case "page":
            await _ask_page(client, site, outcome, caller, question)
    outcome.seconds = time.perf_counter() - began
    return outcome


def _add_status(outcome: Outcome, response: httpx.Response) -> None:
    outcome.ends.append("finished" if response.status_code == 200 else str(response.status_code))
    if "retry-after" in response.headers:
        outcome.retry_after = int(response.headers["retry-after"])


async def _ask_stream(client: httpx.AsyncClient, site: Site, outcome: Outcome, caller: str, question: str) -> None:
    headers = {CALLER: caller, "accept": "text/event-stream"}
    async with client.stream("POST", site.home + ASK, json={"question": question}, headers=headers) as response:
        if response.status_code != 200:
            _add_status(outcome, response)
            return
        names = {"event: final": "finished", "event: error": "told"}
        async for line in response.aiter_lines():
            if line in names:
                outcome.ends.append(names[line])


async def _ask_page(client: httpx.AsyncClient, site: Site, outcome: Outcome, session: str, question: str) -> None:
    """As a browser does: join the queue, and read what the session is sent until the event is complete."""
    page = f"{site.home}/chat/gradio_api/queue"
    asked = {"data": [question, None, None], "fn_index": site.ask_event, "session_hash": session}
    joined = await client.post(f"{page}/join", json=asked)
    if joined.status_code != 200:
        _add_status(outcome, joined)
        return
    shown = ""
    async with client.stream("GET", f"{page}/data", params={"session_hash": session}) as response:
        async for line in response.aiter_lines():
            if not line.startswith("data:"):
                continue
            message = json.loads(line.removeprefix("data:"))
            shown += str(message.get("output"))
            if message["msg"] == "process_completed":
                outcome.ends.append("finished" if 'class="answer"' in shown else "told")
            if message["msg"] in ("close_stream", "unexpected_error"):  # after the last event of the session
                return


async def leave_after(client: httpx.AsyncClient, site: Site, kind: Kind, caller: str, seconds: float) -> None:
    """Ask, and close the connection after so long."""
    asking = asyncio.create_task(ask(client, site, kind, caller, f"离开 {caller}"))
    await asyncio.wait([asking], timeout=seconds)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


def wait_until(condition: Any, seconds: float = 10.0) -> float | None:
    """The seconds after which the condition held; None where it never did."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return time.monotonic() - began
        time.sleep(0.01)
    return None


def main() -> None:
    """Serve a paced assistant until told to stop; the first argument is its pace in seconds. Prints port and event."""
    with serving(Paced(float(sys.argv[1]))) as site:
        print(site.home.rpartition(":")[2], site.ask_event, flush=True)
        signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main()
