"""Any OpenAI-compatible endpoint (Ollama, vLLM, a cloud service) as the generator."""

import json
import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chat.generation import HEARTBEAT_S, GeneratorUnavailable, Usage

_CONNECT_S = 5.0
_SILENCE_S = 120.0  # the longest a loaded endpoint was left without a byte before it is given up


class Endpoint:
    """`POST {base_url}/chat/completions`, streamed; the key goes into the Authorization header and nowhere else."""

    def __init__(self, base_url: str, model: str, *, api_key: str) -> None:
        self.name = model
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}

    def generate(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int) -> Iterator[str | Usage]:
        """As `Generator.generate`; closing it closes the connection.

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
        arrived: queue.SimpleQueue[str | Usage | GeneratorUnavailable | None] = queue.SimpleQueue()
        stopped = threading.Event()
        threading.Thread(target=self._receive, args=(request, arrived, stopped), daemon=True).start()
        try:
            while True:
                try:
                    piece = arrived.get(timeout=HEARTBEAT_S)
                except queue.Empty:
                    yield ""
                    continue
                if piece is None:
                    return
                if isinstance(piece, GeneratorUnavailable):
                    raise piece
                yield piece
        finally:
            stopped.set()

    def _receive(self, request: dict[str, Any], arrived: "queue.SimpleQueue[Any]", stopped: threading.Event) -> None:
        import httpx  # noqa: PLC0415 - not needed for `--help`

        timeout = httpx.Timeout(_SILENCE_S, connect=_CONNECT_S)
        try:
            with httpx.stream("POST", self._url, json=request, headers=self._headers, timeout=timeout) as response:
                if response.status_code != httpx.codes.OK:
                    response.read()
                    raise GeneratorUnavailable(
                        f"{self._url} 返回 {response.status_code}：{response.text[:200]}；请检查 [generator] 的 base_url、model 与密钥"
                    )
                for line in response.iter_lines():
                    if stopped.is_set():
                        return
                    for piece in _pieces(line):
                        arrived.put(piece)
            arrived.put(None)
        except httpx.HTTPError as error:
            arrived.put(
                GeneratorUnavailable(
                    f"{self._url} 无法连接（{error}）；请确认服务已启动，并检查 [generator] 的 base_url"
                )
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            arrived.put(
                GeneratorUnavailable(
                    f"{self._url} 的回应不符合 OpenAI 接口（{error!r}）；请检查 base_url 是否以 /v1 结尾"
                )
            )
        except GeneratorUnavailable as error:
            arrived.put(error)


def _pieces(line: str) -> Iterator[str | Usage]:
    """What one line of a server-sent event stream brings."""
    if not line.startswith("data:") or line.removeprefix("data:").strip() == "[DONE]":
        return
    event = json.loads(line.removeprefix("data:"))
    for choice in event.get("choices") or []:
        if text := (choice.get("delta") or {}).get("content"):
            yield text
    if usage := event.get("usage"):
        yield Usage(usage["prompt_tokens"], usage["completion_tokens"])
