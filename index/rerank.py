"""Hits put in a new order by a cross-encoder, which reads the question and a passage together (Nogueira & Cho, 2019).

By configuration only: none comes with the program, and one of usual size takes seconds for a question on two cores.
"""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.encoder import EncoderUnavailable, usual_threads
from index.filters import Filter
from index.library import Hit
from ingest.language import message

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# How many hits are read: those after them are what the search alone found too far off.
DEPTH = 20


class Searched(Protocol):
    """What can be searched, as `PassageIndex.search` does."""

    def search(self, question: str, *, k: int = ..., within: Filter = ...) -> list[Hit]: ...


class Reranker:
    """A cross-encoder on the CPU; a higher score is a better passage."""

    def __init__(self, model: "CrossEncoder") -> None:
        self._model = model
        self._threads = usual_threads()

    @classmethod
    def load(cls, source: str) -> "Reranker":
        """From a local folder or a hub id.

        Raises:
            EncoderUnavailable: no such folder or id, or a model that gives more than one score.
        """
        from safetensors import SafetensorError  # noqa: PLC0415 - loaded with the next
        from sentence_transformers import CrossEncoder  # noqa: PLC0415 - 4 s that `--help` does not need

        path = Path(source).expanduser()
        try:
            model = CrossEncoder(str(path) if path.is_dir() else source, device="cpu", local_files_only=path.is_dir())
        except (OSError, ValueError, RuntimeError, ImportError, KeyError, SafetensorError) as error:
            raise EncoderUnavailable(
                message(
                    "无法加载重排模型 {source}：{error}；请在 reportqa.toml 的 [reranker] 中改用可用的模型，或删去这一节",
                    source=source,
                    error=error,
                )
            ) from error
        if model.num_labels != 1:
            raise EncoderUnavailable(
                message(
                    "重排模型 {source} 对每对文字给出 {count} 个分数；请在 reportqa.toml 的 [reranker] 中改用只给一个分数的模型",
                    source=source,
                    count=model.num_labels,
                )
            )
        return cls(model)

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts),) float32, each text's own whatever the others are."""
        import torch  # noqa: PLC0415 - loaded with the model

        if not texts:
            return np.zeros(0, dtype=np.float32)
        pairs = [(question, text) for text in texts]
        torch.set_num_threads(self._threads)
        scores: NDArray[np.float32] = self._model.predict(pairs, show_progress_bar=False).astype(np.float32)
        return scores


class Reranked:
    """A library whose first DEPTH hits are put in the reranker's order; those after them stay as they were."""

    def __init__(self, library: Searched, reranker: Reranker) -> None:
        self._library = library
        self._reranker = reranker

    def search(self, question: str, *, k: int = 10, within: Filter = Filter()) -> list[Hit]:
        """As `PassageIndex.search`; the scores, which never increase, are those of the search."""
        hits = self._library.search(question, k=max(k, DEPTH), within=within)
        scores = self._reranker.scores(question, [hit.passage.search_text for hit in hits[:DEPTH]])
        order = chain(np.argsort(-scores, kind="stable").tolist(), range(len(scores), len(hits)))
        return [Hit(hits[number].passage, place.score, place.rank) for number, place in zip(order, hits, strict=True)][
            :k
        ]
