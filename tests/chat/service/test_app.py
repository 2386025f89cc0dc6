"""The HTTP interface against a scripted assistant: the contract's objects, streams, errors and the one gate."""

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from chat.access.access import Access
from chat.access.keys import Keys, KeyStore
from chat.answer import Event, Finished
from chat.contract import ask_object, search_object
from chat.models.generation import GeneratorUnavailable
from chat.pages.chinese import CHINESE
from chat.records.database import records_of
from chat.records.usage import UsageStore
from chat.search.facets import search_in_one_go
from chat.service.app import make_app
from chat.service.gate import Busy, ModelGate, Waiting
from chat.service.server import PortInUse, listen
from index.filters import Filter
from tests.fakes import ANSWER, LISTED, TIMINGS, ScriptedAssistant

HOME = "http://127.0.0.1:7860"
ASK, SEARCH = "/api/v1/ask", "/api/v1/search"


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[TestClient, ScriptedAssistant]]:
    assistant = ScriptedAssistant()
    with TestClient(make_app(assistant), base_url=HOME, raise_server_exceptions=False) as client:
        yield client, assistant


@pytest.fixture
def client(shared: tuple[TestClient, ScriptedAssistant]) -> TestClient:
    return shared[0]


@pytest.fixture
def assistant(shared: tuple[TestClient, ScriptedAssistant]) -> ScriptedAssistant:
    assistant = shared[1]
    assistant.asked.clear()
    assistant.within.clear()
    assistant.error, assistant.rewrites = None, False
    return assistant


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The server-sent events of a whole stream, without its comments."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.split("\n\n") if block.strip()]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_search_answers_with_the_contracts_object(client: TestClient, assistant: ScriptedAssistant) -> None:
    response = client.post(SEARCH, json={"id": "q1", "question": "销量？", "k": 2})
    assert response.json() == search_object(search_in_one_go(assistant, "销量？", k=2), LISTED, "q1")
    assert [hit["rank"] for hit in response.json()["hits"]] == [1, 2]
    assert response.json()["total"] == 3


def test_a_search_goes_on_where_the_page_before_ended_and_only_where_it_is_told_to_look(client: TestClient) -> None:
    rest = client.post(SEARCH, json={"question": "销量？", "k": 2, "offset": 2}).json()
    assert [hit["passage_id"] for hit in rest["hits"]] == ["pv-2024#1"]
    rows = client.post(SEARCH, json={"question": "销量？", "filters": {"kinds": ["row"], "years": [2025]}}).json()
    assert [hit["passage_id"] for hit in rows["hits"]] == ["ev-2025#8"]
    assert rows["facets"]["kinds"] == [{"kind": "row", "count": 1}, {"kind": "text", "count": 1}]


@pytest.mark.parametrize("path", [ASK, SEARCH])
def test_a_filter_that_fits_nothing_there_is_named(client: TestClient, path: str) -> None:
    for filters, message in (
        ({"reports": ["none"]}, "没有编号为 none 的报告"),
        ({"kinds": ["table"]}, "没有 table 这种段落"),
    ):
        response = client.post(path, json={"id": 1, "question": "销量？", "filters": filters})
        assert (response.status_code, response.json()["id"]) == (400, 1)
        assert message in response.json()["error"]


def test_an_answer_is_looked_for_where_it_is_told_and_to_the_question_as_typed(
    client: TestClient, assistant: ScriptedAssistant
) -> None:
    assistant.rewrites = True
    history = [{"role": "user", "content": "比亚迪的销量？"}]
    request = {"question": "那它呢？", "history": history, "filters": {"reports": ["pv-2024"]}}
    assert client.post(ASK, json=request).json()["standalone_question"] == "比亚迪的销量？那它呢？"
    typed = client.post(ASK, json=request | {"rewrite": False}).json()
    assert typed["standalone_question"] == "那它呢？"
    assert {hit["report_id"] for hit in typed["hits"]} == {"pv-2024"}
    assert assistant.within == [Filter(reports=frozenset({"pv-2024"}))] * 2


def test_ask_answers_with_the_contracts_object(client: TestClient, assistant: ScriptedAssistant) -> None:
    response = client.post(ASK, json={"id": 3, "question": "销量？"})
    timings = replace(TIMINGS, waited_ms=response.json()["timings"]["waited_ms"])
    assert response.json() == ask_object(Finished(assistant.search("销量？"), ANSWER, timings), 3)
    assert timings.waited_ms is not None


def test_the_history_reaches_the_assistant(client: TestClient, assistant: ScriptedAssistant) -> None:
    client.post(ASK, json={"question": "那它呢？", "history": [{"role": "user", "content": "比亚迪的销量？"}]})
    (question, turns), *_ = assistant.asked
    assert (question, [(turn.role, turn.text) for turn in turns]) == ("那它呢？", [("user", "比亚迪的销量？")])


def test_a_stream_gives_stages_hits_the_growing_draft_and_the_whole_answer(client: TestClient) -> None:
    response = client.post(ASK, json={"id": "s", "question": "销量？"}, headers={"accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    assert [name for name, _ in events] == ["stage", "hits", "stage", "delta", "delta", "delta", "stage", "final"]
    assert [told["stage"] for name, told in events if name == "stage"] == ["searching", "drafting", "checking"]
    draft = ""
    for name, content in events:
        if name == "delta":
            draft = draft[: content["start"]] + content["text"]
    assert draft == "2024年新能源汽车销量为1286.6万辆[2]。出口128.4万辆[1]。"
    assert events[1][1]["hits"][0]["passage_id"] == "ev-2025#3"
    streamed, whole = events[-1][1], client.post(ASK, json={"id": "s", "question": "销量？"}).json()
    assert [streamed.pop("timings").keys(), streamed] == [whole.pop("timings").keys(), whole]


@pytest.mark.parametrize("path", [ASK, SEARCH])
@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"", 400, "JSON"),
        (b"{", 400, "JSON"),
        (b"\xff\xfe", 400, "JSON"),
        (b"[" * 100_000, 400, "JSON"),
        (b"[]", 400, "JSON"),
        (b"{}", 400, "question"),
        (b'{"question": "  "}', 400, "请输入问题"),
        (json.dumps({"question": "长" * 100_000}).encode(), 400, "问题过长"),
        (json.dumps({"question": "长" * 1_000_000}).encode(), 413, "请求过大"),
        (b'{"question": "\\ud83d"}', 400, "Unicode"),
    ],
    ids=["empty", "cut", "bytes", "deep", "array", "no question", "blank", "long", "huge", "half a character"],
)
def test_bad_input_is_answered_in_chinese(
    client: TestClient, path: str, body: bytes, status: int, message: str
) -> None:
    response = client.post(path, content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert message in response.json()["error"]
    assert "Traceback" not in response.text


def test_an_error_gives_the_callers_id_back(client: TestClient) -> None:
    assert client.post(ASK, json={"id": "x", "question": ""}).json() == {"id": "x", "error": "请输入问题。"}


def test_only_json_is_read(client: TestClient) -> None:
    response = client.post(ASK, content=b'{"question": "x"}', headers={"content-type": "text/plain"})
    assert (response.status_code, "application/json" in response.json()["error"]) == (415, True)


def test_a_wrong_method_is_said(client: TestClient) -> None:
    assert (client.get(ASK).status_code, client.get(ASK).json()["error"]) == (405, "此地址不支持这种请求方法。")


def test_an_unforeseen_error_is_told_without_its_details_and_with_the_headers(
    client: TestClient, assistant: ScriptedAssistant
) -> None:
    assistant.error = ZeroDivisionError("/secret/path")
    response = client.post(ASK, json={"id": 1, "question": "销量？"})
    assert (response.status_code, response.json()) == (500, {"id": 1, "error": "服务内部错误，详情见服务日志。"})
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


def test_a_model_that_cannot_answer_says_why(client: TestClient, assistant: ScriptedAssistant) -> None:
    assistant.error = GeneratorUnavailable("模型服务没有响应。")
    response = client.post(ASK, json={"id": 1, "question": "销量？"})
    assert (response.status_code, response.json()) == (503, {"id": 1, "error": "模型服务没有响应。"})
    streamed = client.post(ASK, json={"id": 1, "question": "销量？"}, headers={"accept": "text/event-stream"})
    assert events_of(streamed.text)[-1] == ("error", {"id": 1, "error": "模型服务没有响应。"})


def test_the_root_leads_to_the_page_whatever_the_path_in_front(client: TestClient) -> None:
    for path in ("/", "/chat"):
        assert client.get(path, follow_redirects=False).headers["location"] == "chat/"


def test_the_page_has_a_nonce_on_every_script_and_opens_no_door_to_other_origins(client: TestClient) -> None:
    response = client.get("/chat/", headers={"origin": "https://evil.example"})
    # One of them holds the strings of the page's script, and runs nothing.
    assert response.text.count("<script") == response.text.count("<script nonce=") == 8
    (said,) = re.findall(
        r'<script nonce="[^"]+" type="application/json" id="words" lang="zh-CN">(.*?)</script>', response.text
    )
    assert json.loads(said) == asdict(CHINESE.script) | {
        "feedback": asdict(CHINESE.feedback),
        "frame": asdict(CHINESE.frame),
    }
    assert "access-control-allow-origin" not in response.headers
    assert "googleapis" not in response.text
    assert "raw.githubusercontent" not in response.text


def test_gradio_answers_no_call_that_goes_around_the_queue(client: TestClient, assistant: ScriptedAssistant) -> None:
    for path in ("run/predict", "api/predict", "call/ask", "run/ask"):
        assert client.post(f"/chat/gradio_api/{path}", json={"data": ["x", None], "fn_index": 0}).status_code == 404
    assert assistant.asked == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/chat/"),
        ("GET", "/chat/theme.css"),
        ("GET", "/chat/assets/none.js"),
        ("POST", "/chat/gradio_api/queue/join"),
        ("GET", "/static/page.css"),
        ("GET", "/static/none.css"),
        ("GET", "/healthz"),
        ("DELETE", ASK),
        ("POST", SEARCH),
        ("GET", "/nothing"),
    ],
)
def test_every_route_says_who_may_frame_it_and_how_to_read_it(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path, follow_redirects=False)
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert "server" not in response.headers
    assert "Traceback" not in response.text


def test_the_page_and_its_parts_are_served(client: TestClient) -> None:
    for path in ("/static/page.css", "/static/page.js", "/static/icon.svg", "/chat/theme.css"):
        assert client.get(path).status_code == 200


# ---- the gate


def run_through(gate: ModelGate, assistant: ScriptedAssistant, log: list[Any], caller: str) -> None:
    log.extend(gate.through(assistant.ask("销量？"), caller))


def test_one_answer_at_a_time_reaches_the_model_and_the_others_wait_in_order() -> None:
    gate, assistant = ModelGate(), ScriptedAssistant(pieces=("甲",), seconds=0.2)
    logs: list[list[Any]] = [[] for _ in range(4)]
    threads = [
        threading.Thread(target=run_through, args=(gate, assistant, log, f"用户{number}"))
        for number, log in enumerate(logs)
    ]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert assistant.most == 1
    assert [isinstance(log[-1], Finished) for log in logs] == [True] * 4
    assert [max((event.ahead for event in log if isinstance(event, Waiting)), default=0) for log in logs] == [
        0,
        1,
        2,
        3,
    ]


def test_the_passages_are_given_before_the_line_begins() -> None:
    gate, assistant = ModelGate(), ScriptedAssistant(seconds=0.2)
    with closing(gate.through(assistant.ask("甲"))) as first, closing(gate.through(assistant.ask("乙"))) as second:
        next(first), next(first)
        assert next(second) == assistant.search("乙")
        assert next(second) == Waiting(1, 8)


def test_an_answer_that_needs_no_model_waits_for_nobody() -> None:
    gate, assistant = ModelGate(), ScriptedAssistant(seconds=0.2)
    found = replace(assistant.search("乙"), needs_model=False)
    events: list[Event] = [found, Finished(found, ANSWER, TIMINGS)]
    with closing(gate.through(assistant.ask("甲"))) as first:
        next(first), next(first)  # it holds the model
        assert list(gate.through(each for each in events)) == events


def test_who_leaves_the_line_is_not_waited_for_and_never_runs() -> None:
    gate, assistant = ModelGate(), ScriptedAssistant(seconds=0.2)
    with closing(gate.through(assistant.ask("甲"))) as first:
        next(first), next(first)
        second = gate.through(assistant.ask("乙"))
        next(second), next(second)
        second.close()
        assert assistant.running == 1
    assert isinstance(list(gate.through(assistant.ask("丙")))[-1], Finished)
    assert (assistant.most, assistant.cancelled, assistant.running) == (1, 1, 0)


def test_a_line_that_does_not_move_ends_in_a_message() -> None:
    gate, assistant = ModelGate(wait_seconds=0.1), ScriptedAssistant(seconds=5)
    with closing(gate.through(assistant.ask("甲"))) as first:
        next(first), next(first)
        with pytest.raises(Busy, match="稍后再试"):
            list(gate.through(assistant.ask("乙")))


def test_a_failed_answer_frees_the_model() -> None:
    gate, assistant = ModelGate(), ScriptedAssistant(error=ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        list(gate.through(assistant.ask("甲")))
    assistant.error = None
    assert isinstance(list(gate.through(assistant.ask("乙")))[-1], Finished)


# ---- over a real socket


@contextmanager
def served(assistant: ScriptedAssistant, gate: ModelGate | None = None) -> Iterator[str]:
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(make_app(assistant, gate=gate), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def wait_until(condition: Any, seconds: float = 2.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not condition():
        time.sleep(0.02)
    return bool(condition())


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_client_that_leaves_frees_the_model_within_a_second(accept: str) -> None:
    assistant = ScriptedAssistant(seconds=30)
    with served(assistant) as home:
        # Half a second between two bytes: JSON times out, a stream is left after its first event.
        with (
            suppress(httpx.ReadTimeout),
            httpx.Client(timeout=0.5) as leaving,
            leaving.stream("POST", home + ASK, json={"question": "销量？"}, headers={"accept": accept}) as stream,
        ):
            assert any(assistant.running for _ in stream.iter_lines())
        assert wait_until(lambda: assistant.running == 0, 1.0)
        assert assistant.cancelled == 1


def test_a_busy_model_is_a_503_with_a_time_to_come_back() -> None:
    assistant = ScriptedAssistant(seconds=30)
    with served(assistant, ModelGate(wait_seconds=0.1)) as home, httpx.Client(timeout=5) as client:
        with client.stream("POST", home + ASK, json={"question": "甲"}, headers={"accept": "text/event-stream"}):
            assert wait_until(lambda: assistant.running == 1)
            response = client.post(home + ASK, json={"id": 2, "question": "乙"})
        assert (response.status_code, response.headers["retry-after"]) == (503, "8")
        assert "稍后再试" in response.json()["error"]
        assert response.json()["retry_after"] == 8


def test_a_taken_port_is_said_with_the_way_out() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port} 已被占用；请用 --port"):
            listen("127.0.0.1", port)


def test_a_wrong_address_is_not_called_a_taken_port() -> None:
    with pytest.raises(OSError) as raised:  # noqa: PT011 - which of several the system says is its own business
        listen("203.0.113.1", 0)
    assert not isinstance(raised.value, PortInUse)
    assert not isinstance(raised.value, socket.gaierror)


SERVER = """
import sys
from chat.service.app import make_app
from chat.service.server import listen, serve
from tests.fakes import ScriptedAssistant
listener = listen("127.0.0.1", 0)
print(listener.getsockname()[1], flush=True)
serve(make_app(ScriptedAssistant()), listener)
"""


def test_a_stop_ends_the_server_at_once_though_a_page_is_open() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        home = f"http://127.0.0.1:{int(server.stdout.readline())}"
        # The port is taken before the page is made, so this waits as long as that lasts.
        with (
            httpx.Client(timeout=60) as client,
            client.stream("GET", f"{home}/chat/gradio_api/heartbeat/abc") as heartbeat,
        ):
            next(heartbeat.iter_lines())
            server.terminate()
            _, complaints = server.communicate(timeout=5)
    assert "Traceback" not in complaints


def test_a_small_response_is_not_held_back_for_the_one_before_to_be_acknowledged() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP  # what asyncio looks at before it sets TCP_NODELAY


def test_what_the_interface_is_asked_is_kept_as_usage_by_its_way_and_language(tmp_path: Path) -> None:
    usage = UsageStore(records_of(tmp_path), questions=True)
    used = {"name": "ask", "arguments": {"question": "保有量？"}}
    called = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": used}
    with TestClient(make_app(ScriptedAssistant(), usage=usage), base_url=HOME) as client:
        client.post(ASK, json={"question": "销量？"}, headers={"accept-language": "en-GB"})
        client.post(ASK, json={"question": "出口？"}, headers={"accept": "text/event-stream"})
        client.post(ASK, json={"question": " "})  # no question
        client.post(SEARCH, json={"question": "销量？"})
        client.post(
            "/v1/chat/completions", json={"model": "reportqa", "messages": [{"role": "user", "content": "份额？"}]}
        )
        client.post("/mcp", json=called, headers={"accept": "application/json", "accept-language": "zh"})
    kept = [(use.asker.way, use.asker.language, use.ending, use.question) for use in usage.uses()]
    assert kept == [
        ("api", "en", "answered", "销量？"),
        ("api", "", "answered", "出口？"),
        ("openai", "", "answered", "份额？"),
        ("mcp", "zh-CN", "answered", "保有量？"),
    ]


def test_who_has_a_key_is_one_user_and_whose_key_it_is_stands_nowhere(tmp_path: Path) -> None:
    keys = KeyStore(tmp_path / "keys.sqlite3")
    key = keys.add("门户", ["ask"])
    usage = UsageStore(records_of(tmp_path), questions=True)
    app = make_app(ScriptedAssistant(), usage=usage, access=Access([Keys(keys)]))
    with TestClient(app, base_url=HOME) as client:
        for _ in range(2):
            client.post(ASK, json={"question": "销量？"}, headers={"authorization": f"Bearer {key}"})
    first, second = (use.asker.user for use in usage.uses())
    assert first == second != ""
    assert "门户" not in first
