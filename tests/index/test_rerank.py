"""A cross-encoder puts the first hits in its order and touches nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from index.encoder import EncoderUnavailable
from index.filters import Filter
from index.library import Hit
from index.rerank import DEPTH, Reranked, Reranker
from tests.fakes import EXPORTS


@dataclass
class Numbered:
    """A library of so many passages, found in their order whatever is asked; remembers the filter."""

    size: int
    within: Filter = Filter()

    def search(self, question: str, *, k: int = 10, within: Filter = Filter()) -> list[Hit]:
        self.within = within
        return [
            Hit(replace(EXPORTS, id=str(number), text=f"第{number}段"), 100.0 - number, number + 1)
            for number in range(min(k, self.size))
        ]


class LastFirst(Reranker):
    """Likes best what stands last, and all of it the same from the tenth on."""

    def __init__(self) -> None:
        pass

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.minimum(np.arange(len(texts), dtype=np.float32), 9)


def test_the_first_hits_stand_in_the_rerankers_order_and_the_others_after_them() -> None:
    library = Numbered(30)
    within = Filter(years=frozenset({2024}))
    hits = Reranked(library, LastFirst()).search("问", k=25, within=within)
    # Equal ones, 9 to 19, keep their order; then 8 down to 0; then what was not read.
    assert [int(hit.passage.id) for hit in hits] == [*range(9, DEPTH), *range(8, -1, -1), *range(DEPTH, 25)]
    assert [hit.rank for hit in hits] == list(range(1, 26))
    assert [hit.score for hit in hits] == [100.0 - number for number in range(25)]
    assert library.within == within


def test_more_hits_are_read_than_are_asked_for() -> None:
    assert [hit.passage.id for hit in Reranked(Numbered(30), LastFirst()).search("问", k=2)] == ["9", "10"]
    assert Reranked(Numbered(0), LastFirst()).search("问") == []


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _save(tmp_path_factory.mktemp("reranker"), scores=1)


def _save(folder: Path, *, scores: int) -> Path:
    """A cross-encoder of one layer that knows 200 characters and has learned nothing."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer  # noqa: PLC0415

    characters = [chr(0x4E00 + number) for number in range(200)]
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]), "utf-8")
    config = BertConfig(
        vocab_size=205, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    config.num_labels = scores
    config.initializer_range = 0.5  # so that texts score apart
    torch.manual_seed(7)
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def test_a_folder_of_a_cross_encoder_scores_each_text_by_itself(tiny: Path) -> None:
    reranker = Reranker.load(str(tiny))
    texts = ["丁丂七", "丄丅丆", "万丈三上"]
    together = reranker.scores("一丁", texts)
    assert together.shape == (3,)
    assert together.dtype == np.float32
    assert len(set(together.tolist())) == 3
    alone = [float(reranker.scores("一丁", [text])[0]) for text in texts]
    assert together.tolist() == pytest.approx(alone, abs=1e-5)
    assert reranker.scores("一丁", []).shape == (0,)


def test_a_folder_that_is_none_and_a_model_of_two_scores_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="无法加载重排模型"):
        Reranker.load(str(tmp_path))
    with pytest.raises(EncoderUnavailable, match="2 个分数"):
        Reranker.load(str(_save(tmp_path, scores=2)))
