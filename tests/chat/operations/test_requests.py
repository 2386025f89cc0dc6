"""A request is logged by its route and id, and nothing of it that is secret or a reader's is in any log, count or error page (S1)."""

import io
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from chat.access.access import Access
from chat.access.caller import Caller
from chat.access.loopback import Loopback
from chat.config import LogsConfig
from chat.operations.logs import logged_use, logging_as
from chat.operations.operation_routes import Operations
from chat.operations.requests import HEADER, NO_ROUTE, Requests, Served, route_of
from chat.service.app import make_app
from chat.service.gate import ModelGate
from chat.service.server import listen
from tests.fakes import ScriptedAssistant

HOME = "http://127.0.0.1:7860"


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/api/v1/ask", "/api/v1/ask"),
        ("GET", "/reports/184631ba3c09/pages/3", "/reports/{}/pages/{}"),
        ("GET", "/chat-en/gradio_api/heartbeat/s3ss10nhash", "/chat-en/gradio_api/heartbeat/{}"),
        ("GET", "/chat/assets/index-Bq2.js", "/chat/assets/{}"),
        ("DELETE", "/api/v1/feedback/a-secret-id", "/api/v1/feedback/{}"),
        ("GET", "/", "/"),
        ("GET", "/wp-admin/secret", NO_ROUTE),
        ("GET", "/reports/../etc", NO_ROUTE),
    ],
)
def test_a_route_has_no_part_that_somebody_chose(method: str, path: str, route: str) -> None:
    assert route_of(method, path) == route


def asked(headers: dict[str, str] | None = None, *, trusted: bool = False) -> tuple[str, list[Served]]:
    told: list[Served] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    client = TestClient(Requests(app, told=(told.append,), trusted=lambda _: trusted), base_url=HOME)
    return client.get("/healthz", headers=headers or {}).headers[HEADER], told


def test_every_response_has_an_id_of_its_own() -> None:
    (first, _), (second, _) = asked(), asked()
    assert first != second
    assert re.fullmatch(r"[0-9a-f]{16}", first)


def test_an_id_is_taken_over_from_a_trusted_proxy_and_from_nobody_else() -> None:
    sent = {HEADER: "proxy-0123456789"}
    assert asked(sent, trusted=True)[0] == "proxy-0123456789"
    assert asked(sent, trusted=False)[0] != "proxy-0123456789"


@pytest.mark.parametrize("id", ["short", "x" * 65, "has blank 1", "a\x1b[2Kbbbbbb", "-begins-with-it", "<script>alert"])
def test_an_id_that_is_not_well_formed_is_replaced(id: str) -> None:
    assert asked({HEADER: id}, trusted=True)[0] != id


def test_a_request_is_told_with_its_route_status_and_time() -> None:
    (served,) = asked()[1]
    assert (served.method, served.route, served.status, served.caller) == ("GET", "/healthz", 200, "")
    assert served.ms >= 0


def test_a_response_that_nobody_waited_for_and_an_error_have_a_status_too() -> None:
    told: list[Served] = []

    async def leaves(*_: Any) -> None:
        pass

    async def breaks(*_: Any) -> None:
        raise ZeroDivisionError

    for app in (leaves, breaks):
        layer = Requests(app, told=(told.append,))
        TestClient(layer, base_url=HOME, raise_server_exceptions=False).get("/healthz")
    assert [served.status for served in told] == [499, 500]


# ---- S1: secrets and words of readers

MARKS = {
    "key": "rqa_" + "m4rk" * 10,
    "cookie": "m4rk-cookie-71c2",
    "authorization": "m4rk-authorization-93ab",
    "session": "m4rksession5d1e",
    "question": "标记问题甲乙丙丁",
    "history": "标记旧问题戊己庚",
    "query": "m4rk-query-0c44",
    "path": "m4rk-path-8e21",
    "agent": "m4rk-agent-55f0",
    "user": "m4rk-user-1a9b",
}


@contextmanager
def running(app: Any) -> Iterator[httpx.Client]:
    """The service on a socket, where errors that nobody foresaw are logged too."""
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            home = f"http://127.0.0.1:{listener.getsockname()[1]}"
            alone = httpx.Limits(
                max_keepalive_connections=0
            )  # the connection of an answer that broke is no use to the next
            with httpx.Client(base_url=home, timeout=5, limits=alone) as client:
                yield client
        finally:
            for end in app.state.pages_end:
                end.set()
            server.should_exit = True
            thread.join(10)


class Breaking(ScriptedAssistant):
    """Fails with the question in its error, as a dictionary does that lacks it."""

    def ask(self, question: str, *rest: Any, **options: Any) -> Any:
        raise KeyError(question)


def session(client: httpx.Client, headers: dict[str, str]) -> str:
    """Everything that a reader, a program and a stranger may send; returns all that was answered but answers."""
    question = {"question": MARKS["question"], "history": [{"role": "user", "content": MARKS["history"]}]}
    said = []
    client.post("/api/v1/ask", json=question, headers=headers)
    with suppress(httpx.TransportError):  # cut off where the answer breaks
        client.post("/api/v1/ask", json=question, headers={**headers, "accept": "text/event-stream"})
    client.post("/api/v1/search", json=question, headers=headers)
    said.append(client.post("/api/v1/ask", content=f'{{"question": {MARKS["question"]}'.encode(), headers=headers).text)
    said.append(client.get(f"/nothing/{MARKS['path']}", params={"q": MARKS["query"]}, headers=headers).text)
    said.append(client.get(f"/reports/{MARKS['path']}", params={"q": MARKS["query"]}, headers=headers).text)
    said.append(client.get(f"/chat/?key={MARKS['key']}", headers={**headers, "accept": "text/html"}).text)
    for event in range(8):  # the conversation's among them, and others that cannot read this
        join = {"data": [MARKS["question"], [], None], "fn_index": event, "session_hash": MARKS["session"]}
        client.post("/chat/gradio_api/queue/join", json=join, headers=headers)
    with suppress(httpx.ReadTimeout):
        client.get(f"/chat/gradio_api/queue/data?session_hash={MARKS['session']}", headers=headers, timeout=2)
    said.append(client.put("/api/v1/ask", json=question, headers=headers).text)
    said.append(client.get("/metrics", headers=headers).text)
    said.append(client.get("/readyz", headers=headers).text)
    return "\n".join(said)


@pytest.mark.parametrize("format", ["json", "text"])
@pytest.mark.parametrize("assistant", [ScriptedAssistant(), Breaking()], ids=["answers", "breaks"])
def test_s1_no_secret_and_no_word_of_a_reader_is_logged_counted_or_told_back(
    format: Any, assistant: ScriptedAssistant
) -> None:
    stream, operations, told_back = io.StringIO(), Operations(), ""
    observers = (operations.metrics.count_use, logged_use(questions=False))
    headers = {
        "cookie": f"session={MARKS['cookie']}",
        "authorization": f"Bearer {MARKS['authorization']}",
        "user-agent": f"{MARKS['agent']}\x1b[2K",
    }
    everybody = Caller("open", user=MARKS["user"])
    for access in (Access((), everybody=everybody), Access((Loopback(),)), None):
        app = make_app(assistant, gate=ModelGate(observers=observers), access=access, operations=operations)
        with logging_as(LogsConfig(format=format), stream), running(app) as client:
            told_back += session(client, headers)
    everything = "\n".join([stream.getvalue(), told_back, operations.metrics.text().decode()])
    assert ("KeyError" in stream.getvalue()) is isinstance(assistant, Breaking)
    assert '"/api/v1/ask"' in stream.getvalue() or "route=/api/v1/ask" in stream.getvalue()
    assert {name for name, mark in MARKS.items() if mark in everything or json.dumps(mark)[1:-1] in everything} == set()


def test_a_request_is_logged_with_the_kind_of_its_caller_and_the_id_that_it_was_told() -> None:
    stream = io.StringIO()
    app = make_app(ScriptedAssistant(), access=Access((), everybody=Caller("open", user="203.0.113.7")))
    with logging_as(LogsConfig(format="json"), stream), TestClient(app, base_url=HOME) as client:
        answer = client.post("/api/v1/search", json={"question": "销量？"})
        client.get("/healthz")
        client.get("/static/page.css")
    (told,) = [json.loads(line) for line in stream.getvalue().splitlines() if '"request"' in line]
    assert told["request"] == answer.headers[HEADER]
    assert {name: told[name] for name in ("message", "method", "route", "status", "caller")} == {
        "message": "request",
        "method": "POST",
        "route": "/api/v1/search",
        "status": 200,
        "caller": "open",
    }
