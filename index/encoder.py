"""Texts to vectors by a sentence-transformers model: one vector a text, and one a token for late interaction."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.bundled import CHECKSUMS
from index.late_interaction import Tokens
from ingest.errors import UserError
from ingest.language import message

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Embeddings = NDArray[np.float32]
Query = tuple[Embeddings, Embeddings]
Progress = Callable[[int], None]

# Texts of like length share a batch, so that little of it is padding; 16 of 110 tokens fill two cores.
_BATCH = 16
# Questions whose vectors are kept, 30 kB each.
_REMEMBERED = 256

# Older copies of the E5 models bring no prompts, and without theirs they find less; the instruct ones have others.
_E5 = re.compile(r"(?<![a-z0-9])e5(?![0-9])(?!.*instruct)", re.IGNORECASE)
_E5_PROMPTS = {"query": "query: ", "passage": "passage: "}

_WEIGHTS = frozenset({".safetensors", ".bin"})
_SETTINGS = frozenset({".json", ".txt", ".model"})


class EncoderUnavailable(UserError):
    """The configured encoder cannot be loaded; the message says what to do."""


class SentenceEncoder:
    """A SentenceTransformer on the CPU.

    prompts: what is put before a text of each role, `query` and `passage`.
    """

    def __init__(self, name: str, model: "SentenceTransformer", *, prompts: Mapping[str, str]) -> None:
        self.name = name
        # One for a question: its few tokens are encoded no faster by two, which wait for each other at each product, and
        # where another program has one of two cores 33 ms become 110.
        self._threads = {"query": 1, "passage": usual_threads()}
        self._model = model
        self._prompts = prompts
        self.dim = int(model.get_embedding_dimension() or 0)
        self._queries: dict[str, Query] = {}
        self._lock = Lock()

    @classmethod
    def load(cls, source: str, *, name: str | None = None) -> "SentenceEncoder":
        """From a local folder or a hub id.

        name: what an index remembers of its encoder; by default the id, or the folder's name and what is in it, as two
        folders of one name may hold different models.

        Raises:
            EncoderUnavailable: no such folder or id, no model in it, or one whose tokens have no place in the text.
        """
        from safetensors import SafetensorError  # noqa: PLC0415 - loaded with the next
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - 4 s that `--help` does not need
        from threadpoolctl import threadpool_limits  # noqa: PLC0415
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

        # Between two questions' products the threads of NumPy's BLAS spin, and keep the cores from PyTorch's: on two cores a
        # search takes 23 ms with one of them and 59 with two.
        threadpool_limits(1, user_api="blas")
        disable_progress_bar()  # type: ignore[no-untyped-call]  # the program has a bar of its own
        path = Path(source).expanduser()
        try:
            model = SentenceTransformer(
                str(path) if path.is_dir() else source, device="cpu", local_files_only=path.is_dir()
            )
            called = name or (path.resolve().name if path.is_dir() else source)
            identity = name or encoder_name(source)
        except (OSError, ValueError, RuntimeError, ImportError, KeyError, SafetensorError) as error:
            raise EncoderUnavailable(
                message(
                    "无法加载向量模型 {source}：{error}；请运行 reportqa model fetch multilingual-e5-small，或在 reportqa.toml 的 [encoder] 中改用可用的模型",
                    source=source,
                    error=error,
                )
            ) from error
        if _multiplies_bfloat16():
            model.bfloat16()
        if not getattr(model.tokenizer, "is_fast", False):
            raise EncoderUnavailable(
                message(
                    "向量模型 {source} 的分词器不能给出词在原文中的位置；请在 reportqa.toml 的 [encoder] 中改用带 tokenizer.json 的模型",
                    source=source,
                )
            )
        return cls(identity, model, prompts=prompts_of(called, model.prompts or {}))

    def encode_queries(self, questions: Sequence[str]) -> list[Query]:
        """Each question's pooled unit vector (dim,) and its token vectors (t, dim), both float32.

        All new ones in one go: three take 55 ms together and 100 one after the other. The last ones are remembered, as the
        search and the choice of evidence ask for the same again and again. Encoded beside others a question comes out as
        alone to a cosine of 0.9999.
        """
        known = {question: query for question in questions if (query := self._queries.get(question)) is not None}
        if new := [question for question in dict.fromkeys(questions) if question not in known]:
            pooled, tokens = self._encode(new, "query")
            found = {new[row]: (pooled[row], tokens[row].vectors.astype(np.float32)) for row in range(len(new))}
            known |= found
            with self._lock:
                self._queries |= found
                for oldest in list(self._queries)[:-_REMEMBERED]:
                    del self._queries[oldest]
        return [known[question] for question in questions]

    def encode_passages(
        self, texts: Sequence[str], *, progress: Progress = lambda done: None
    ) -> tuple[Embeddings, list[Tokens]]:
        """Pooled unit vectors (len(texts), dim) float32 and the token vectors of each text, in the order given.

        A text longer than the model's input is cut there; its tokens then cover its beginning only. progress is told
        how many more texts are done.
        """
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        pooled = np.zeros((len(texts), self.dim), dtype=np.float32)
        tokens: dict[int, Tokens] = {}
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors, batch_tokens = self._encode([texts[number] for number in batch], "passage")
            pooled[batch] = vectors
            tokens.update(zip(batch, batch_tokens, strict=True))
            progress(len(batch))
        return pooled, [tokens[number] for number in range(len(texts))]

    def _encode(self, texts: Sequence[str], role: str) -> tuple[Embeddings, list[Tokens]]:
        import torch  # noqa: PLC0415 - loaded with the model

        prompt = self._prompts[role]
        batch = self._model.tokenizer(
            [prompt + text for text in texts],
            padding=True,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = batch.pop("offset_mapping").numpy()
        torch.set_num_threads(self._threads[role])  # of this thread or the process, as PyTorch was built: not set back
        with torch.inference_mode():
            features: dict[str, Any] = self._model({**batch})
            vectors = torch.nn.functional.normalize(features["token_embeddings"].float(), dim=-1).numpy()
            pooled = torch.nn.functional.normalize(features["sentence_embedding"].float(), dim=-1).numpy()
        return pooled, [_own_tokens(vectors[row], offsets[row], len(prompt)) for row in range(len(texts))]


@cache
def usual_threads() -> int:
    """How many threads PyTorch takes by itself; to be asked before a number is set."""
    import torch  # noqa: PLC0415 - loaded with the model

    return torch.get_num_threads()


def _multiplies_bfloat16() -> bool:
    """Whether this processor has instructions for bfloat16: 1.5 to 1.8 times as fast as float32 then, slower without.

    The vectors of both agree to cosine 0.9999, so that an index may be made with one and searched with the other; hit@1
    on the pieces of CMRC 2018 is the same.
    """
    import torch  # noqa: PLC0415 - loaded with the model

    has = torch.cpu.get_capabilities()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def encoder_name(source: str) -> str:
    """What an index remembers of an encoder loaded from a local folder or a hub id; no model is loaded for it."""
    path = Path(source).expanduser()
    return f"{path.resolve().name}@{fingerprint(path)}" if path.is_dir() else source


def prompts_of(name: str, prompts: Mapping[str, str | None]) -> Mapping[str, str]:
    """What goes before a query and a passage, from the prompts of the model of that name.

    sentence-transformers calls a passage `document`, and gives a model without prompts empty ones.
    """
    if not any(prompts.values()) and _E5.search(name):
        return _E5_PROMPTS
    return {"query": prompts.get("query") or "", "passage": prompts.get("passage") or prompts.get("document") or ""}


def fingerprint(folder: Path) -> str:
    """12 hex digits of the sha256 over the names and contents of a model's weights, settings and vocabulary.

    Other files (README, training state in other folders) do not count. The sha256 of weights is taken from
    `checksums.json` where that is no older than they are: reading 470 MB takes 0.37 s at every start, this 0.01 s.
    """
    modules = folder / "modules.json"
    listed = json.loads(modules.read_text("utf-8")) if modules.is_file() else []
    folders = {folder, *(folder / module["path"] for module in listed)}
    # What needs no settings, such as the scaling to unit length, may be listed without a folder.
    files = sorted(file for place in folders if place.is_dir() for file in place.iterdir() if file.is_file())
    digests = {
        file.relative_to(folder).as_posix(): _recorded(folder, file) or _sha256(file)
        for file in files
        if file.suffix in _WEIGHTS | _SETTINGS and file.name != CHECKSUMS
    }
    return hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()[:12]


def _recorded(folder: Path, file: Path) -> str | None:
    """The sha256 of a weights file by the folder's list; None where it has to be read."""
    record = folder / CHECKSUMS
    if file.suffix not in _WEIGHTS or not record.is_file() or record.stat().st_mtime_ns < file.stat().st_mtime_ns:
        return None
    recorded = json.loads(record.read_text("utf-8"))
    return recorded.get(file.relative_to(folder).as_posix()) if isinstance(recorded, dict) else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own_tokens(vectors: Embeddings, offsets: NDArray[np.int64], prompt_length: int) -> Tokens:
    """Without the tokens that are no text: special ones (of width 0), padding and the prompt."""
    own = (offsets[:, 1] > offsets[:, 0]) & (offsets[:, 1] > prompt_length)
    starts = np.maximum(offsets[own, 0] - prompt_length, 0).astype(np.int32)
    return Tokens(vectors[own].astype(np.float16), starts)
