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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chat.generation import HEARTBEAT_S, GeneratorUnavailable, Pieces, Usage

# Room for the prompt (about 600 tokens at most) and the answer, several times over.
CONTEXT_TOKENS = 4096
# The model can be stopped between two batches of the prompt only. 32 tokens are half a second on two cores, and reading
# in such batches was 3 % slower than in one of 2,048.
BATCH_TOKENS = 32


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
                f"{path}：本地模型无法加载（{error}）；请运行 reportqa model verify 检查文件"
            ) from error

    def generate(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int) -> Pieces:
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
            "return_progress": True,  # a call after each batch of the prompt, at which it can be stopped
        }
        arrived: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        stopped = threading.Event()

        def receive(chunk: str) -> bool:
            arrived.put(chunk)
            return stopped.is_set()

        def run() -> None:
            try:
                self._server.handle_chat_completions(json.dumps(request), receive)
            finally:
                arrived.put(None)

        worker = threading.Thread(target=run, name="reportqa-model", daemon=True)
        worker.start()
        try:
            yield from _pieces(arrived)
        finally:
            # The model must be idle before the next question reaches it; it stops at its next token or batch.
            stopped.set()
            worker.join()


def _pieces(arrived: "queue.SimpleQueue[str | None]") -> Iterator[str | Usage]:
    while True:
        try:
            chunk = arrived.get(timeout=HEARTBEAT_S)
        except queue.Empty:
            yield ""
            continue
        if chunk is None:
            return
        event: dict[str, Any] = json.loads(chunk)
        if "error" in event or "code" in event:
            raise GeneratorUnavailable(f"本地模型拒绝了这次请求：{event.get('error', event).get('message', chunk)}")
        for choice in event.get("choices", []):
            if text := choice.get("delta", {}).get("content"):
                yield text
        if usage := event.get("usage"):
            yield Usage(usage["prompt_tokens"], usage["completion_tokens"])
