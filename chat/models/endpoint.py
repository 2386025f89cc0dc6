"""Any OpenAI-compatible endpoint (Ollama, vLLM, a cloud service) as the generator."""

import asyncio
import json
import queue
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chat.models.generation import HEARTBEAT_S, GeneratorUnavailable, Pieces, Usage
from ingest.language import message

if TYPE_CHECKING:
    import httpx

_CONNECT_S = 1.5  # a reader gets the evidence quoted within two seconds
_PROBE_S = 2.0
# A service that hangs cannot be told from one that is loading its model or reading the prompt, but by its patience.
SILENCE_S = 30.0
ANSWER_BYTES = 2 << 20  # some hundred tokens are 50 kB of events
SAID_BYTES = 64 << 10  # of a refusal, of which a message shows 200 characters

_Arrived = queue.SimpleQueue[str | Usage | BaseException | None]


class Endpoint:
    """`POST {base_url}/chat/completions`, streamed; the key goes into the Authorization header and nowhere else."""

    def __init__(self, base_url: str, model: str, *, api_key: str, silence_seconds: float = SILENCE_S) -> None:
        """Connects to nothing yet. silence_seconds: after so many without a byte it is given up.

        Raises:
            GeneratorUnavailable: base_url is no address, or the key holds what no header may, which an error further
                on would show whole.
        """
        self.name = model
        self._url, self._shown = _address(base_url)
        self._silence_seconds = silence_seconds
        self._key = api_key.strip()  # a key read from a file often brings its line end
        if not (self._key.isascii() and self._key.isprintable()):
            raise GeneratorUnavailable(
                message("环境变量 REPORTQA_API_KEY 中有不能用作密钥的字符（非 ASCII 或换行）；请重新设置")
            )

    def generate(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = "") -> Pieces:
        """As `Generator.generate`, without its grammar, of which the protocol knows nothing; closing it closes the connection, whatever it was waiting for.

        Raises:
            GeneratorUnavailable: no connection, an HTTP error, silence, or an answer that is not of this protocol.
        """
        request = {
            "model": self.name,
            "messages": list(messages),
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        arrived: _Arrived = queue.SimpleQueue()
        # A blocking read could not be broken off from here; a task on a loop can, at any of its steps.
        loop = asyncio.new_event_loop()
        task = loop.create_task(self._receive(request, arrived))
        worker = threading.Thread(target=_run, args=(loop, task, arrived), name="reportqa-endpoint", daemon=True)
        worker.start()
        try:
            while True:
                try:
                    piece = arrived.get(timeout=HEARTBEAT_S)
                except queue.Empty:
                    yield ""
                    continue
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            with suppress(RuntimeError):  # the loop is closed: the exchange is over
                loop.call_soon_threadsafe(task.cancel)
            worker.join()

    def answers(self) -> bool:
        """Whether the service is there: it lists its models, or says in any other way that it understood."""
        import httpx  # noqa: PLC0415 - as below

        parts = urlsplit(self._url)
        url = parts._replace(path=parts.path.removesuffix("/chat/completions") + "/models").geturl()
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            status = httpx.get(url, headers=headers, timeout=_PROBE_S).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return status < httpx.codes.INTERNAL_SERVER_ERROR

    async def _receive(self, request: dict[str, Any], arrived: _Arrived) -> None:
        import httpx  # noqa: PLC0415 - not needed for `--help`

        headers = {"Accept-Encoding": "identity"}  # what is not compressed is as large as it looks
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        timeout = httpx.Timeout(self._silence_seconds, connect=_CONNECT_S)
        try:
            async with (
                httpx.AsyncClient(timeout=timeout) as client,
                client.stream("POST", self._url, json=request, headers=headers) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    text = "\n".join([line async for line in _lines(response, SAID_BYTES, cut=True)])
                    said = " ".join(self._without_key(text).split())[:200]
                    raise GeneratorUnavailable(
                        message(
                            "{service} 返回 {status}：{said}；请检查 [generator] 的 base_url、model 与环境变量 REPORTQA_API_KEY",
                            service=self._shown,
                            status=response.status_code,
                            said=said,
                        )
                    )
                complete = False
                async for line in _lines(response, ANSWER_BYTES):
                    event = _event(line)
                    if error := event.get("error"):
                        raise GeneratorUnavailable(
                            message(
                                "{service} 中途报错：{said}；请重试",
                                service=self._shown,
                                said=self._without_key(str(error))[:200],
                            )
                        )
                    for piece in _pieces(event):
                        arrived.put(piece)
                    complete = complete or _is_last(line) or _finishes(event)
                if not complete:
                    raise GeneratorUnavailable(
                        message(
                            "{service} 的回应没有结束标志（中途断开，或不是 OpenAI 的流式接口）；请重试，并检查 base_url 是否以 /v1 结尾",
                            service=self._shown,
                        )
                    )
        except httpx.TimeoutException as error:
            raise GeneratorUnavailable(
                message(
                    "{service} 没有响应（{reason}）；请确认服务可用，并检查 [generator] 的 base_url",
                    service=self._shown,
                    reason=type(error).__name__,
                )
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise GeneratorUnavailable(
                message(
                    "{service} 连接失败（{reason}）；请确认服务已启动，并检查 [generator] 的 base_url",
                    service=self._shown,
                    reason=error or type(error).__name__,
                )
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise GeneratorUnavailable(
                message(
                    "{service} 的回应不符合 OpenAI 接口（{reason}：{error}）；请检查 base_url 是否以 /v1 结尾",
                    service=self._shown,
                    reason=type(error).__name__,
                    error=error,
                )
            ) from error

    def _without_key(self, text: str) -> str:
        """Some services repeat the key in their refusal."""
        return text.replace(self._key, "…") if self._key else text


def _address(base_url: str) -> tuple[str, str]:
    """Where the requests go, and what of it a message may show: a password or a token may stand in the rest.

    Raises:
        GeneratorUnavailable: base_url is not `http[s]://host[:port][/path]`; it is not shown, as nobody can say which
            part of it is secret.
    """
    try:
        parts = urlsplit(base_url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # no IPv6 address, or no port (above 65535, say)
        valid = False
    if not valid:
        raise GeneratorUnavailable(
            message("[generator] 的 base_url 不是有效的地址，应形如 http://127.0.0.1:11434/v1（端口 1–65535）；请改正")
        )
    parts = parts._replace(path=parts.path.rstrip("/") + "/chat/completions", fragment="")
    return parts.geturl(), parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _run(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[None]", arrived: _Arrived) -> None:
    """See the task to its end, whatever it is, and say so: a reader waits for it."""
    end: BaseException | None = None
    try:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
    except BaseException as error:  # raised again where the answer is read
        end = error
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        arrived.put(end)


async def _lines(response: "httpx.Response", limit: int, *, cut: bool = False) -> AsyncIterator[str]:
    """The lines of the body; with `cut` no more of it than limit bytes.

    Raises:
        ValueError: there are more than limit bytes.
    """
    held, size = b"", 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > limit and not cut:
            raise ValueError(message("超过 {limit:,} 字节", limit=limit))
        *lines, held = (held + chunk[:limit]).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace").rstrip("\r")
        if size > limit:
            break
    yield held.decode("utf-8", "replace")


def _event(line: str) -> dict[str, Any]:
    """The object of a `data:` line of a server-sent event stream; empty for any other line."""
    if not line.startswith("data:") or _is_last(line):
        return {}
    event: dict[str, Any] = json.loads(line.removeprefix("data:"))
    return event


def _is_last(line: str) -> bool:
    return line.removeprefix("data:").strip() == "[DONE]"


def _finishes(event: Mapping[str, Any]) -> bool:
    """Whether an event gives a reason for the end of the answer; some services send no `[DONE]` after it."""
    return any(choice.get("finish_reason") for choice in event.get("choices") or [])


def _pieces(event: Mapping[str, Any]) -> Iterator[str | Usage]:
    """What an event brings of the answer."""
    for choice in event.get("choices") or []:
        if text := (choice.get("delta") or {}).get("content"):
            if not isinstance(text, str):
                raise TypeError(message("content 是 {kind}", kind=type(text).__name__))
            yield text
    if usage := event.get("usage"):
        yield Usage(int(usage["prompt_tokens"]), int(usage["completion_tokens"]))
