"""A GGUF model run in this process by llama.cpp (xllamacpp).

llama.cpp's server always listens somewhere; here on a unix socket in a folder that only this user may enter, so that
no other local user can call the model.
"""

import json
import queue
import shutil
import tempfile
import threading
import weakref
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chat.models.generation import HEARTBEAT_S, GeneratorUnavailable, Pieces, Usage
from ingest.language import message

# Room for the prompt (about 600 tokens at most) and the answer, several times over.
CONTEXT_TOKENS = 4096
# The model can be stopped between two batches of the prompt only. 48 tokens are 0.8 s on two cores; reading in one batch of 512
# would take 0.9 of the time of batches of 32, and in 64 0.94.
BATCH_TOKENS = 48
# What llama.cpp keeps of earlier prompts, in MiB, so that one asked again is not read again (0.9 s to the first token rather than
# 1.9 s). A prompt takes about 7; llama.cpp's own bound of 8,192 lets a service grow until nothing is left.
PROMPT_CACHE_MIB = 64


class LocalModel:
    """One model, one answer at a time; a closed iterator stops the model within a second."""

    def __init__(self, path: Path, *, threads: int) -> None:
        """Load the file; 2 to 6 s for 1.1 GB.

        Raises:
            GeneratorUnavailable: llama.cpp cannot load it.
        """
        import xllamacpp  # noqa: PLC0415 - loaded with the model

        self.name = path.name
        socket_folder = tempfile.mkdtemp(prefix="reportqa-")  # made with mode 0700
        weakref.finalize(self, shutil.rmtree, socket_folder, ignore_errors=True)
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.hostnames = [f"{socket_folder}/model.sock"]
        params.n_ctx = CONTEXT_TOKENS
        params.n_parallel = 1
        params.cache_ram_mib = PROMPT_CACHE_MIB
        params.n_batch = BATCH_TOKENS
        params.n_ubatch = BATCH_TOKENS
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
        params.use_jinja = True
        params.endpoint_slots = False
        params.ui = False
        params.warmup = False
        params.verbosity = -1
        try:
            self._server = xllamacpp.Server(params)
        except RuntimeError as error:
            raise GeneratorUnavailable(
                message(
                    "{path}：本地模型无法加载（{error}）；请运行 reportqa model verify 检查文件", path=path, error=error
                )
            ) from error

    def generate(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = "") -> Pieces:
        """The answer piece by piece, then its token counts; "" at least every HEARTBEAT_S while nothing comes.

        Greedy, so the same prompt gives the same answer.

        Raises:
            GeneratorUnavailable: the model refuses the prompt, such as one that is too long.
        """
        request = {
            "messages": list(messages),
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
            "cache_prompt": True,
            # A model that thinks first would spend all of max_tokens on it.
            "chat_template_kwargs": {"enable_thinking": False},
            **({"grammar": grammar} if grammar else {}),
            "return_progress": True,  # a call after each batch of the prompt, at which it can be stopped
        }
        arrived: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        stopped = threading.Event()

        def receive(chunk: str) -> bool:
            arrived.put(chunk)
            return stopped.is_set()

        # Leaving waits for the model, which must be idle before the next question reaches it; it stops at its next
        # token or batch.
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="reportqa-model") as worker:
            answer = worker.submit(self._server.handle_chat_completions, json.dumps(request), receive)
            answer.add_done_callback(lambda _: arrived.put(None))
            try:
                finished = yield from _pieces(arrived)
                if error := answer.exception():
                    raise GeneratorUnavailable(
                        message("本地模型出错（{error}）；请重试，若仍如此请重新启动", error=error)
                    ) from error
                if not finished:
                    raise GeneratorUnavailable(
                        message("本地模型的回答中途断开；请重试，若仍如此请运行 reportqa model verify 检查文件")
                    )
            finally:
                stopped.set()


def _pieces(arrived: "queue.SimpleQueue[str | None]") -> Generator[str | Usage, None, bool]:
    """What the chunks bring, "" while none comes; returns whether the model came to an end of its own."""
    finished = False
    while True:
        try:
            chunk = arrived.get(timeout=HEARTBEAT_S)
        except queue.Empty:
            yield ""
            continue
        if chunk is None:
            return finished
        event: dict[str, Any] = json.loads(chunk)
        if problem := event.get("error") or (event if "code" in event else None):
            reason = problem.get("message", problem) if isinstance(problem, dict) else problem
            raise GeneratorUnavailable(message("本地模型拒绝了这次请求：{reason}", reason=reason))
        for choice in event.get("choices", []):
            finished = finished or bool(choice.get("finish_reason"))
            if text := choice.get("delta", {}).get("content"):
                yield text
        if usage := event.get("usage"):
            yield Usage(usage["prompt_tokens"], usage["completion_tokens"])
