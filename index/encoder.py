"""Texts to vectors by a sentence-transformers model: one vector a text, and one a token for late interaction."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.late_interaction import Tokens
from ingest.errors import UserError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Embeddings = NDArray[np.float32]
Progress = Callable[[int], None]

# Texts of like length share a batch, so that little of it is padding; 16 of 110 tokens fill two cores.
_BATCH = 16


class EncoderUnavailable(UserError):
    """The configured encoder cannot be loaded; the message says what to do."""


class SentenceEncoder:
    """A SentenceTransformer with its `query` and `passage` prompts, on the CPU."""

    def __init__(self, name: str, model: "SentenceTransformer") -> None:
        self.name = name
        self._model = model
        self.dim = int(model.get_embedding_dimension() or 0)
        self._cached_query = lru_cache(maxsize=256)(self._encode_query)

    @classmethod
    def load(cls, source: str) -> "SentenceEncoder":
        """From a local folder or a hub id; the name that an index remembers is the folder's name or the id.

        Raises:
            EncoderUnavailable: no such folder or id, or no model in it.
        """
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - 4 s that `--help` does not need
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

        disable_progress_bar()  # type: ignore[no-untyped-call]  # the program has a bar of its own
        path = Path(source).expanduser()
        try:
            model = SentenceTransformer(
                str(path) if path.is_dir() else source, device="cpu", local_files_only=path.is_dir()
            )
        except (OSError, ValueError) as error:
            raise EncoderUnavailable(
                f"无法加载向量模型 {source}：{error}；请运行 reportqa model fetch multilingual-e5-small，或在 reportqa.toml 的 [encoder] 中改用可用的模型"
            ) from error
        return cls(path.name if path.is_dir() else source, model)

    def encode_query(self, question: str) -> tuple[Embeddings, Embeddings]:
        """The question's pooled unit vector (dim,) and its token vectors (t, dim), both float32."""
        return self._cached_query(question)

    def _encode_query(self, question: str) -> tuple[Embeddings, Embeddings]:
        pooled, tokens = self._encode([question], "query")
        return pooled[0], tokens[0].vectors.astype(np.float32)

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

        prompt = (self._model.prompts or {}).get(role) or ""
        batch = self._model.tokenizer(
            [prompt + text for text in texts],
            padding=True,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = batch.pop("offset_mapping").numpy()
        with torch.inference_mode():
            features: dict[str, Any] = self._model({**batch})
            vectors = torch.nn.functional.normalize(features["token_embeddings"].float(), dim=-1).numpy()
            pooled = torch.nn.functional.normalize(features["sentence_embedding"].float(), dim=-1).numpy()
        return pooled, [_own_tokens(vectors[row], offsets[row], len(prompt)) for row in range(len(texts))]


def _own_tokens(vectors: Embeddings, offsets: NDArray[np.int64], prompt_length: int) -> Tokens:
    """Without the tokens that are no text: special ones (of width 0), padding and the prompt."""
    own = (offsets[:, 1] > offsets[:, 0]) & (offsets[:, 1] > prompt_length)
    starts = np.maximum(offsets[own, 0] - prompt_length, 0).astype(np.int32)
    return Tokens(vectors[own].astype(np.float16), starts)
