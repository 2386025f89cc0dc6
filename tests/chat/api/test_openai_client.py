"""The official client of OpenAI against the service on a loopback socket: asked, streamed, refused, left."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from chat.answer import Answer, Turn
from chat.api.completions import pieces_of
from chat.models.generation import GeneratorUnavailable
from chat.service.gate import ModelGate
from tests.chat.service.test_app import served, wait_until
from tests.fakes import ANSWER, HITS, ScriptedAssistant

TEXT = "".join(pieces_of(ANSWER))
MESSAGES: Any = [{"role": "user", "content": "销量？"}]


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[str, ScriptedAssistant]]:
    assistant = ScriptedAssistant()
    with served(assistant) as home:
        yield home, assistant


@pytest.fixture
def home(shared: tuple[str, ScriptedAssistant]) -> str:
    return shared[0]


@pytest.fixture
def assistant(shared: tuple[str, ScriptedAssistant]) -> ScriptedAssistant:
    assistant = shared[1]
    assistant.asked.clear()
    assistant.answer, assistant.error, assistant.seconds = ANSWER, None, 0.0
    return assistant


def client_of(home: str) -> OpenAI:
    return OpenAI(base_url=f"{home}/v1", api_key="none", max_retries=0, timeout=20)


@pytest.fixture
def client(home: str, assistant: ScriptedAssistant) -> Iterator[OpenAI]:
    with client_of(home) as client:
        yield client


def test_the_client_finds_the_model_and_asks_it(client: OpenAI, home: str) -> None:
    (model,) = client.models.list()
    assert (model.id, client.models.retrieve(model.id)) == ("reportqa", model)
    completion = client.chat.completions.create(model=model.id, messages=MESSAGES, temperature=0.2)
    (choice,) = completion.choices
    assert (choice.message.content, choice.finish_reason, choice.message.role) == (TEXT, "stop", "assistant")
    annotations = [each.url_citation for each in choice.message.annotations or []]
    assert [TEXT[each.start_index : each.end_index] for each in annotations] == ["[1]", "[2]"]
    assert annotations[0].url.startswith(f"{home}/reports/ev-2025#p=")
    assert completion.usage is not None
    assert completion.usage.total_tokens == 222
    assert completion.system_fingerprint == "version-000001"
    (extra,) = (completion.model_extra or {}).values()
    assert extra["citations"][0]["quote"] == "1286.6"


def test_a_follow_up_is_asked_with_the_turns_before_it(client: OpenAI, assistant: ScriptedAssistant) -> None:
    first = client.chat.completions.create(model="reportqa", messages=MESSAGES).choices[0].message
    messages: Any = [*MESSAGES, first.model_dump(include={"role", "content"}), {"role": "user", "content": "出口呢？"}]
    client.chat.completions.create(model="reportqa", messages=messages)
    assert assistant.asked[-1] == ("出口呢？", (Turn("user", "销量？"), Turn("assistant", ANSWER.text)))


def test_what_is_streamed_is_the_checked_answer(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="reportqa", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    pieces = [delta.content for delta in deltas if delta.content]
    assert pieces == list(pieces_of(ANSWER))  # and no word of a draft that may still change
    assert deltas[0].role == "assistant"
    stages = [(chunk.model_extra or {}).get("reportqa", {}).get("stage") for chunk in chunks]
    assert [stage for stage in stages if stage] == ["found", "drafting", "checking"]
    (whole,) = (extra for chunk in chunks if "sentences" in (extra := (chunk.model_extra or {}).get("reportqa", {})))
    assert whole["answer"] == ANSWER.text
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices].count("stop") == 1
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 42


def test_the_asynchronous_client_streams_and_asks_alike(home: str, assistant: ScriptedAssistant) -> None:
    async def both() -> tuple[str, str]:
        async with AsyncOpenAI(base_url=f"{home}/v1", api_key="none", max_retries=0, timeout=20) as client:
            whole = await client.chat.completions.create(model="reportqa", messages=MESSAGES)
            stream = await client.chat.completions.create(model="reportqa", messages=MESSAGES, stream=True)
            streamed = [chunk.choices[0].delta.content or "" async for chunk in stream]
            return whole.choices[0].message.content or "", "".join(streamed)

    assert asyncio.run(both()) == (TEXT, TEXT)


def test_a_refusal_is_an_answer_that_says_so(client: OpenAI, assistant: ScriptedAssistant) -> None:
    assistant.answer = Answer((), (), HITS, refusal="资料中没有找到依据。")
    completion = client.chat.completions.create(model="reportqa", messages=MESSAGES)
    assert completion.choices[0].message.content == "资料中没有找到依据。"
    assert (completion.model_extra or {})["reportqa"]["refused"] is True


def test_the_clients_own_errors_are_raised(client: OpenAI, assistant: ScriptedAssistant) -> None:
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4o")
    with pytest.raises(openai.BadRequestError) as unsupported:
        client.chat.completions.create(model="reportqa", messages=MESSAGES, n=2)
    assert (unsupported.value.param, unsupported.value.type) == ("n", "invalid_request_error")
    with pytest.raises(openai.NotFoundError) as nowhere:
        client.embeddings.create(model="reportqa", input="甲")
    assert nowhere.value.code == "not_found"


@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_cannot_answer_is_a_503_or_ends_the_stream(
    client: OpenAI, assistant: ScriptedAssistant, stream: bool
) -> None:
    assistant.error = GeneratorUnavailable("模型服务没有响应。")
    with pytest.raises(openai.APIError, match=r"模型服务没有响应。") as raised:
        list(client.chat.completions.create(model="reportqa", messages=MESSAGES, stream=stream))
    assert isinstance(raised.value, openai.InternalServerError) is not stream


@pytest.mark.parametrize("stream", [False, True])
def test_a_busy_model_says_when_to_come_back(stream: bool) -> None:
    assistant = ScriptedAssistant(seconds=30)
    with served(assistant, ModelGate(wait_seconds=0.1)) as home, client_of(home) as client:
        with client.chat.completions.create(model="reportqa", messages=MESSAGES, stream=True):
            assert wait_until(lambda: assistant.running == 1)
            if stream:
                with pytest.raises(openai.APIError, match="稍后再试"):
                    list(client.chat.completions.create(model="reportqa", messages=MESSAGES, stream=True))
            else:
                with pytest.raises(openai.InternalServerError) as busy:
                    client.chat.completions.create(model="reportqa", messages=MESSAGES)
                assert busy.value.status_code == 503
                assert 1 <= int(busy.value.response.headers["retry-after"]) <= 120
                assert busy.value.code == "service_unavailable"
        assert wait_until(lambda: assistant.running == 0)


def test_a_client_that_leaves_frees_the_model() -> None:
    assistant = ScriptedAssistant(seconds=30)
    with served(assistant) as home, client_of(home) as client:
        with client.chat.completions.create(model="reportqa", messages=MESSAGES, stream=True) as stream:
            assert any(assistant.running for _ in stream)
        assert wait_until(lambda: assistant.running == 0)
        with pytest.raises(openai.APITimeoutError):
            client.with_options(timeout=0.5).chat.completions.create(model="reportqa", messages=MESSAGES)
        assert wait_until(lambda: assistant.running == 0)
        assert assistant.cancelled == 2


def test_while_there_is_nothing_to_read_the_line_is_kept_alive() -> None:
    assistant = ScriptedAssistant(pieces=("甲",), seconds=2)
    with (
        served(assistant) as home,
        httpx.Client(timeout=10) as plain,
        plain.stream(
            "POST", f"{home}/v1/chat/completions", json={"model": "reportqa", "messages": MESSAGES, "stream": True}
        ) as stream,
    ):
        lines = [line for line in stream.iter_lines() if line]
    assert lines.count(": ") >= 2
    assert lines[-1] == "data: [DONE]"


@pytest.mark.parametrize(
    ("asked", "body", "status", "code"),
    [
        ("GET /v1/chat/completions", b"", 405, "method_not_allowed"),
        ("POST /v1/models", b"{}", 405, "method_not_allowed"),
        ("POST /v1/chat/completions", b"{", 400, None),
        ("POST /v1/chat/completions", b"x" * 1_100_000, 413, "request_too_large"),
        ("POST /v1/completions", b"{}", 404, "not_found"),
    ],
)
def test_whoever_refuses_the_error_is_openais(
    home: str, asked: str, body: bytes, status: int, code: str | None
) -> None:
    method, path = asked.split()
    response = httpx.request(method, home + path, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, set(response.json())) == (status, {"error"})
    assert (response.json()["error"]["code"], response.json()["error"]["type"]) == (code, "invalid_request_error")


def test_a_form_and_another_sites_page_are_refused(home: str) -> None:
    body = b'{"model": "reportqa", "messages": []}'
    form = httpx.post(f"{home}/v1/chat/completions", content=body, headers={"content-type": "text/plain"})
    assert (form.status_code, form.json()["error"]["code"]) == (415, "unsupported_media_type")
    foreign = httpx.post(f"{home}/v1/chat/completions", json={}, headers={"origin": "https://evil.example"})
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "permission_denied")
