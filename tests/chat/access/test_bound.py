"""An open page is its opener's alone (OWASP ASVS 5.0: 7.2.3, 8.2.2): Gradio's own name for it is a guessable word."""

import asyncio
import json

import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from chat.access.access import Access
from chat.access.bound import Pages, page_in, page_in_body
from chat.access.rejected import Rejected
from chat.access.routes import Need
from chat.service.guard import Guard
from tests.chat.access.test_access import request
from tests.chat.access.test_routes import Told
from tests.chat.service.test_app import HOME

PAGE = Need(frozenset({"ask", "search"}))


@pytest.mark.parametrize(
    ("path", "query", "page"),
    [
        ("/chat/gradio_api/heartbeat/abc", "", "abc"),
        ("/chat-en/gradio_api/queue/data", "session_hash=abc", "abc"),
        ("/chat/gradio_api/queue/data", "session_hash=mine&session_hash=abc", "abc"),
        ("/chat/gradio_api/queue/data", "session%5Fhash=abc", "abc"),
        ("/chat/gradio_api/queue/data", "", ""),
        ("/chat/", "session_hash=abc", ""),
    ],
)
def test_which_page_a_request_is_about(path: str, query: str, page: str) -> None:
    assert page_in({"path": path, "query_string": query.encode()}) == page


def test_asvs_8_2_2_what_a_page_is_sent_goes_to_who_opened_it_alone() -> None:
    access = Access([Told()])

    def of(who: str, path: str, query: str = "") -> dict[str, object]:
        return request(("x-who", who), path=path, query=query)

    opened = of("reader", "/chat/gradio_api/heartbeat/abc")
    access.admit(opened, PAGE)
    access.admit(of("reader", "/chat/gradio_api/queue/data", "session_hash=abc"), PAGE)
    for path, query in (
        ("/chat/gradio_api/queue/data", "session_hash=abc"),
        ("/chat-en/gradio_api/queue/data", "session_hash=abc"),
        ("/chat/gradio_api/heartbeat/abc", ""),
    ):
        with pytest.raises(Rejected) as rejected:
            access.admit(of("editor", path, query), PAGE)
        assert rejected.value.status == 403
    access.admit(of("editor", "/chat/gradio_api/queue/data", "session_hash=another"), PAGE)


async def echo(_: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body of the request."""
    body, read = b"", await receive()
    while True:
        body += read.get("body", b"")
        if not read.get("more_body"):
            break
        read = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("route", ["queue/join", "cancel", "reset"])
def test_asvs_8_2_2_nothing_is_done_on_a_page_but_by_who_opened_it(route: str) -> None:
    client = TestClient(Guard(echo, allowed_hosts=["*"], access=Access([Told()])), base_url=HOME)

    def done(who: str, body: object) -> tuple[int, object]:
        answer = client.post(f"/chat/gradio_api/{route}", json=body, headers={"x-who": who})
        return answer.status_code, answer.json() if answer.status_code == 200 else None

    asked = {"fn_index": 3, "data": ["问"], "session_hash": "abc"}
    assert done("reader", asked) == (200, asked)  # whole, as it was sent
    assert done("editor", asked) == (403, None)
    assert done("editor", asked | {"session_hash": "own"}) == (200, asked | {"session_hash": "own"})
    assert done("editor", {"event_id": "x"}) == (200, {"event_id": "x"})


@pytest.mark.parametrize(
    ("chunks", "page"),
    [
        ([b'{"session_', b'hash": "abc"}'], "abc"),
        ([json.dumps({"session_hash": 5}).encode()], ""),
        ([b'["session_hash"]'], ""),
        ([b"\xff"], ""),
        ([b""], ""),
    ],
)
def test_a_body_is_read_for_its_page_and_then_once_more(chunks: list[bytes], page: str) -> None:
    messages: list[Message] = [
        *(
            {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
            for number, chunk in enumerate(chunks, 1)
        ),
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def read_twice() -> tuple[str, Message, Message]:
        told, again = await page_in_body(receive)
        return told, await again(), await again()

    told, body, end = asyncio.run(read_twice())
    assert told == page
    assert body == {"type": "http.request", "body": b"".join(chunks)}
    assert end == {"type": "http.disconnect"}


def test_pages_are_bounded() -> None:
    pages = Pages(most=2)
    assert all(pages.is_open_to(page, "ming") for page in ("a", "b", "a", "c"))
    assert not pages.is_open_to("a", "lan")
    assert pages.is_open_to("b", "lan")  # forgotten: it had been quiet longest
