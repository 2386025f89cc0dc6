"""An OpenAI-compatible endpoint against an honest server on this machine: what streams, what fails, what closing does."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chat.models.endpoint import Endpoint
from chat.models.generation import GeneratorUnavailable, Usage

MESSAGES = [{"role": "user", "content": "销量？"}]
KEY = "sk-secret-4711"


class Answering(BaseHTTPRequestHandler):
    """Hands each request to the server's `answer` and keeps what was asked."""

    server: "Server"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.path, dict(self.headers), body))
        self.server.answer(self)

    def begin(self, status: int = 200, content_type: str = "text/event-stream") -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.end_headers()

    def say(self, *events: object) -> None:
        for event in events:
            self.wfile.write(f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n".encode())

    def reader_left(self, seconds: float) -> bool:
        """Whether the other end closes within this time; nothing more is sent to find out."""
        self.connection.settimeout(seconds)
        try:
            return bool(self.connection.recv(1) == b"")
        except TimeoutError:
            return False


class Server(ThreadingHTTPServer):
    daemon_threads = True
    answer: Callable[[Answering], None]
    asked: list[tuple[str, dict[str, str], Any]]


@contextmanager
def serving(answer: Callable[[Answering], None]) -> Iterator[tuple[str, Server]]:
    with Server(("127.0.0.1", 0), Answering) as server:
        server.answer, server.asked = answer, []
        Answering.log_message = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1", server
        finally:
            server.shutdown()
            thread.join()


def delta(text: str, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


def whole_answer(call: Answering) -> None:
    call.begin()
    call.say({"choices": [{"delta": {"role": "assistant", "content": None}}]})
    call.say(delta("销量为"), delta("12.5万辆"), delta("[1]。", finish="stop"))
    call.say({"choices": [], "usage": {"prompt_tokens": 180, "completion_tokens": 9}}, "[DONE]")


def message_of(answer: Callable[[Answering], None], *, key: str = KEY) -> str:
    """The error that a reader of this answer gets, after checking that it names the address."""
    with serving(answer) as (url, _):
        with pytest.raises(GeneratorUnavailable) as caught:
            list(Endpoint(url, "m", api_key=key).generate(MESSAGES, max_tokens=9))
        assert f"{url}/chat/completions" in str(caught.value)
    return str(caught.value)


def test_the_pieces_come_in_order_and_then_the_token_counts() -> None:
    with serving(whole_answer) as (url, _):
        pieces = [piece for piece in Endpoint(url, "m", api_key="").generate(MESSAGES, max_tokens=9) if piece]
    assert pieces == ["销量为", "12.5万辆", "[1]。", Usage(prompt_tokens=180, answer_tokens=9)]


def test_it_asks_for_a_greedy_stream_with_token_counts() -> None:
    with serving(whole_answer) as (url, server):
        list(Endpoint(f"{url}/", "qwen", api_key="").generate(MESSAGES, max_tokens=160))
    ((path, headers, body),) = server.asked
    assert path == "/v1/chat/completions"
    assert "Authorization" not in headers
    assert body == {
        "model": "qwen",
        "messages": MESSAGES,
        "max_tokens": 160,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_the_key_goes_into_the_authorization_header_and_nowhere_else() -> None:
    with serving(whole_answer) as (url, server):
        endpoint = Endpoint(url, "m", api_key=f"{KEY}\n")
        list(endpoint.generate(MESSAGES, max_tokens=9))
    ((path, headers, body),) = server.asked
    assert headers.pop("Authorization") == f"Bearer {KEY}"
    assert KEY not in f"{path}{headers}{json.dumps(body)}{endpoint.name}"


@pytest.mark.parametrize("key", ["钥匙", "sk-a\nX-Other: b", "sk-\x00"])
def test_a_key_that_no_header_may_hold_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(GeneratorUnavailable, match="REPORTQA_API_KEY") as caught:
        Endpoint("http://127.0.0.1:1/v1", "m", api_key=key)
    assert key not in str(caught.value)


@pytest.mark.parametrize("status", [401, 500])
def test_an_http_error_tells_its_status_what_was_said_and_what_to_check(status: int) -> None:
    def refuse(call: Answering) -> None:
        call.begin(status, "application/json")
        call.wfile.write(f'{{"error": "no such key {KEY}"}}'.encode())

    message = message_of(refuse)
    assert f"返回 {status}" in message
    assert "no such key" in message
    assert "base_url" in message
    assert KEY not in message


def test_a_refused_connection_tells_to_start_the_service() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(GeneratorUnavailable, match=f"127.0.0.1:{port}.*请确认服务已启动"):
        list(Endpoint(f"http://127.0.0.1:{port}/v1", "m", api_key="").generate(MESSAGES, max_tokens=9))


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:1/v1",
        "http://[::/v1",
        "http://127.0.0.1:65536/v1",
        "http:///v1",
        "ftp://127.0.0.1/v1",
        "http://a:b/v1",
    ],
)
def test_an_address_that_is_none_is_said(url: str) -> None:
    with pytest.raises(GeneratorUnavailable, match="base_url"):
        list(Endpoint(url, "m", api_key="").generate(MESSAGES, max_tokens=9))


def test_a_key_across_the_end_of_what_is_shown_is_not_shown_in_part() -> None:
    def refuse(call: Answering) -> None:
        call.begin(401, "text/plain")
        call.wfile.write(("x" * 190 + KEY).encode())

    message = message_of(refuse)
    assert "x" * 190 + "…" in message
    assert KEY[:5] not in message


def test_a_message_shows_of_the_address_neither_password_nor_query() -> None:
    def refuse(call: Answering) -> None:
        call.begin(500, "text/plain")

    with serving(refuse) as (url, server):
        address = url.replace("http://", "http://li:geheim@") + "?api-version=geheim"
        with pytest.raises(GeneratorUnavailable) as caught:
            list(Endpoint(address, "m", api_key="").generate(MESSAGES, max_tokens=9))
    assert str(caught.value).startswith(f"{url}/chat/completions 返回 500")
    assert "geheim" not in str(caught.value)
    assert "li" not in str(caught.value)
    assert server.asked[0][0] == "/v1/chat/completions?api-version=geheim"


def test_an_answer_that_is_no_event_stream_is_not_taken_for_an_empty_one() -> None:
    def page(call: Answering) -> None:
        call.begin(200, "text/html")
        call.wfile.write(b"<html>welcome</html>")

    assert "/v1 结尾" in message_of(page)


@pytest.mark.parametrize("event", ["{not json", "[1]", '{"choices": [3]}', '{"choices": [], "usage": {"total": 1}}'])
def test_an_event_that_is_not_of_the_protocol_is_said(event: str) -> None:
    def odd(call: Answering) -> None:
        call.begin()
        call.say(event)

    assert "不符合 OpenAI 接口" in message_of(odd)


def test_a_stream_that_stops_midway_is_no_whole_answer() -> None:
    def stop(call: Answering) -> None:
        call.begin()
        call.say(delta("销量为"))

    with serving(stop) as (url, _), closing(stream(Endpoint(url, "m", api_key=""))) as pieces:
        assert next(piece for piece in pieces if piece) == "销量为"
        with pytest.raises(GeneratorUnavailable, match="中途断开"):
            list(pieces)


def test_an_error_in_the_stream_is_told() -> None:
    def overloaded(call: Answering) -> None:
        call.begin()
        call.say(delta("销量"), {"error": {"message": "out of memory"}})

    assert "out of memory" in message_of(overloaded)


def stream(endpoint: Endpoint) -> Any:
    return endpoint.generate(MESSAGES, max_tokens=9)


def test_while_it_is_silent_there_are_heartbeats() -> None:
    def slow(call: Answering) -> None:
        time.sleep(0.8)
        whole_answer(call)

    with serving(slow) as (url, _):
        pieces = list(stream(Endpoint(url, "m", api_key="")))
    assert pieces[:2] == ["", ""]
    assert "".join(piece for piece in pieces if isinstance(piece, str)) == "销量为12.5万辆[1]。"


@pytest.mark.parametrize("said_something", [True, False], ids=["midway", "before its first byte"])
def test_closing_closes_the_connection_within_a_second(said_something: bool) -> None:
    left = threading.Event()

    def wait(call: Answering) -> None:
        if said_something:
            call.begin()
            call.say(delta("销量为"))
        if call.reader_left(5):
            left.set()

    with serving(wait) as (url, server):
        pieces = stream(Endpoint(url, "m", api_key=""))
        first = next(piece for piece in pieces if piece or (server.asked and not said_something))
        assert first == ("销量为" if said_something else "")
        began = time.monotonic()
        pieces.close()
        assert left.wait(1)
        assert time.monotonic() - began < 1
    assert not [thread for thread in threading.enumerate() if thread.name == "reportqa-endpoint"]


def test_a_chunk_of_ten_megabytes_is_given_up_before_it_is_read_whole() -> None:
    sent: list[int] = []

    def flood(call: Answering) -> None:
        call.begin()
        call.wfile.write(b"data: ")
        with suppress(OSError):
            for _ in range(160):
                call.wfile.write(b"x" * 65_536)
                sent.append(65_536)

    assert "超过 2,097,152 字节" in message_of(flood)
    assert sum(sent) < 10 << 20


def test_of_a_huge_refusal_only_the_beginning_is_read() -> None:
    def flood(call: Answering) -> None:
        call.begin(500, "text/plain")
        with suppress(OSError):
            call.wfile.write("内部错误".encode() + b"x" * (10 << 20))

    message = message_of(flood)
    assert "返回 500：内部错误" in message
    assert len(message) < 500


@pytest.mark.parametrize("event", ["[" * 100_000, '{"choices": [{"delta": {"content": {"a": 1}}}]}'])
def test_an_event_that_is_too_deep_or_no_text_is_said(event: str) -> None:
    def odd(call: Answering) -> None:
        call.begin()
        call.say(event)

    assert "不符合 OpenAI 接口" in message_of(odd)


def test_a_service_that_hangs_is_given_up_after_the_time_that_it_is_given() -> None:
    left = threading.Event()

    def hang(call: Answering) -> None:
        if call.reader_left(5):
            left.set()

    with serving(hang) as (url, _):
        began = time.monotonic()
        with pytest.raises(GeneratorUnavailable, match="没有响应"):
            list(Endpoint(url, "m", api_key="", silence_seconds=0.5).generate(MESSAGES, max_tokens=9))
        assert 0.4 < time.monotonic() - began < 3
        assert left.wait(2)
