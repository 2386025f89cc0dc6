"""The bundled encoder itself: what an index and a citation rest on; and what else may be put in its place."""

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from chat.config import BUNDLED_ENCODER, Config, models_folder
from index.bundled import CHECKSUMS, make_encoder_folder
from index.encoder import EncoderUnavailable, SentenceEncoder, fingerprint, prompts_of, usual_threads
from tests.chat.models.test_fetching import tiny_weights

if TYPE_CHECKING:
    from index.late_interaction import Tokens

LONG = "生成式人工智能的市场规模持续扩大，同比增长3.2%。" * 60  # far over the model's 512 tokens
TEXTS = [
    "2022年中国生成式人工智能市场规模达到12.5亿元，同比增长3.2%。其中图像生成占比最高。",
    "AIGC",
    "",
    "　全角　空格\n换行\t制表 ①㈱½ ＡＩ",
    LONG,
    "大模型的商业模式包括订阅、接口调用和定制开发。" * 4,
    "服务器",
]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    folder = models_folder(Config()) / BUNDLED_ENCODER
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing; run `reportqa model fetch {BUNDLED_ENCODER}`")
    return SentenceEncoder.load(str(folder), name=BUNDLED_ENCODER)


@pytest.fixture(scope="module")
def encoded(encoder: SentenceEncoder) -> "tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], list[Tokens]]":
    return encoder.encode_passages(TEXTS)


def test_the_name_that_an_index_remembers_is_the_one_given(encoder: SentenceEncoder) -> None:
    assert (encoder.name, encoder.dim) == (BUNDLED_ENCODER, 384)


def test_a_question_is_encoded_by_one_thread_and_passages_by_all(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []
    whole = encoder._model.forward

    def watched(features: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        threads.append(torch.get_num_threads())
        return whole(features)

    monkeypatch.setattr(encoder._model, "forward", watched)
    encoder.encode_queries(["一个还没有问过的问题"])
    encoder.encode_passages(["一段文字"])
    assert threads == [1, usual_threads()]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """An encoder of one layer, in a folder as trainers name it."""
    (tmp_path / "weights.bin").write_bytes(tiny_weights())
    make_encoder_folder(tmp_path / "weights.bin", tmp_path / "a" / "final")
    return tmp_path / "a" / "final"


def rewrite(file: Path, **changes: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes), "utf-8")


def test_two_folders_of_one_name_are_told_apart_by_what_is_in_them(tiny: Path) -> None:
    other = tiny.parents[1] / "b" / "final"
    shutil.copytree(tiny, other)
    name = SentenceEncoder.load(str(tiny)).name
    assert re.fullmatch("final@[0-9a-f]{12}", name)
    assert SentenceEncoder.load(str(other)).name == name

    rewrite(other / "1_Pooling" / "config.json", pooling_mode_mean_tokens=False, pooling_mode_cls_token=True)
    assert SentenceEncoder.load(str(other)).name != name


@pytest.mark.parametrize("listed", [True, False], ids=["with a list of check sums", "without one"])
def test_a_model_trained_further_in_its_place_has_another_fingerprint(tiny: Path, listed: bool) -> None:
    before = fingerprint(tiny)
    if not listed:
        (tiny / CHECKSUMS).unlink()
        assert fingerprint(tiny) == before  # however it is found
    weights = bytearray((tiny / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (tiny / "model.safetensors").write_bytes(weights)
    assert fingerprint(tiny) != before


def test_what_is_not_read_by_the_model_does_not_count(tiny: Path) -> None:
    before = fingerprint(tiny)
    (tiny / "README.md").write_text("另一段说明", "utf-8")
    (tiny / "checkpoint-500").mkdir()
    (tiny / "checkpoint-500" / "trainer_state.json").write_text("{}", "utf-8")
    assert fingerprint(tiny) == before


@pytest.mark.parametrize(
    ("name", "prompts", "query", "passage"),
    [
        ("own", {"query": "q: ", "passage": "p: ", "document": "d: "}, "q: ", "p: "),
        ("own", {"query": "q: ", "document": "d: "}, "q: ", "d: "),
        ("own", {"query": "", "document": ""}, "", ""),
        ("own", {}, "", ""),
        ("intfloat/multilingual-e5-base", {}, "query: ", "passage: "),
        ("E5_small", {"query": "", "document": ""}, "query: ", "passage: "),
        ("multilingual-e5-base", {"query": "q: "}, "q: ", ""),
        ("multilingual-e5-large-instruct", {}, "", ""),
        ("bge-finetune5", {}, "", ""),
    ],
)
def test_prompts_are_the_models_own_or_those_that_e5_was_trained_with(
    name: str, prompts: dict[str, str], query: str, passage: str
) -> None:
    assert prompts_of(name, prompts) == {"query": query, "passage": passage}


def test_an_e5_folder_without_prompts_still_tells_questions_and_passages_apart(tiny: Path) -> None:
    rewrite(tiny / "config_sentence_transformers.json", prompts={})
    e5 = tiny.rename(tiny.with_name("e5-own"))
    assert SentenceEncoder.load(str(e5))._prompts == {"query": "query: ", "passage": "passage: "}


@pytest.mark.parametrize("harm", ["not weights", "weights of another shape", "unknown part", "part without a type"])
def test_a_model_that_cannot_be_read_is_named_with_the_way_out(tiny: Path, harm: str) -> None:
    if harm == "not weights":
        (tiny / "model.safetensors").write_bytes(b"\xff" * 100)
    elif harm == "weights of another shape":
        rewrite(tiny / "config.json", hidden_size=64)
    else:
        kind = {"type": "no_such_package.Part"} if harm == "unknown part" else {}
        (tiny / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": ""} | kind]), "utf-8")
    with pytest.raises(EncoderUnavailable, match="reportqa model fetch") as refused:
        SentenceEncoder.load(str(tiny))
    assert str(tiny) in str(refused.value)


def test_a_tokenizer_that_cannot_say_where_a_token_stands_is_refused(tiny: Path) -> None:
    (tiny / "tokenizer.json").unlink()
    (tiny / "tokenizer_config.json").write_text('{"tokenizer_class": "CanineTokenizer"}', "utf-8")
    with pytest.raises(EncoderUnavailable, match=r"分词器不能给出词在原文中的位置.*\[encoder\]"):
        SentenceEncoder.load(str(tiny))


def test_passages_become_float32_rows_of_unit_length(encoded: tuple[np.ndarray, "list[Tokens]"]) -> None:
    pooled, tokens = encoded
    assert pooled.shape == (len(TEXTS), 384)
    assert pooled.dtype == np.float32
    assert np.linalg.norm(pooled, axis=1) == pytest.approx([1.0] * len(TEXTS), abs=1e-5)
    for each in tokens:
        lengths = np.linalg.norm(each.vectors.astype(np.float32), axis=1)
        assert lengths == pytest.approx(np.ones(len(lengths)), abs=2e-3)  # float16 keeps three digits


def test_a_question_becomes_a_unit_vector_and_a_unit_vector_for_each_token(encoder: SentenceEncoder) -> None:
    ((pooled, tokens),) = encoder.encode_queries(["市场规模有多大？"])
    assert pooled.shape == (384,)
    assert pooled.dtype == tokens.dtype == np.float32
    assert np.linalg.norm(pooled) == pytest.approx(1.0, abs=1e-5)
    assert tokens.shape[1] == 384
    assert 3 <= len(tokens) <= len("市场规模有多大？")


@pytest.mark.parametrize("row", range(len(TEXTS)))
def test_a_text_means_the_same_in_a_batch_and_alone_and_keeps_its_place(
    encoder: SentenceEncoder, encoded: tuple[np.ndarray, "list[Tokens]"], row: int
) -> None:
    pooled, tokens = encoded
    alone, alone_tokens = encoder.encode_passages([TEXTS[row]])
    assert float(pooled[row] @ alone[0]) > 0.9999
    assert tokens[row].starts.tolist() == alone_tokens[0].starts.tolist()


def test_more_texts_than_a_batch_keep_their_order_whatever_their_lengths(encoder: SentenceEncoder) -> None:
    texts = [f"第{number}条" + "，市场规模" * (number * 7 % 5) for number in range(20)]
    done: list[int] = []
    pooled, tokens = encoder.encode_passages(texts, progress=done.append)
    assert sum(done) == 20
    for row in (0, 3, 13, 19):
        cosines = pooled @ encoder.encode_passages([texts[row]])[0][0]
        assert int(np.argmax(cosines)) == row
        assert tokens[row].starts[-1] < len(texts[row])


def test_questions_mean_the_same_together_and_alone_and_are_encoded_once(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = ["哪年成立的？", "总部在哪座城市，有多少名员工？"]
    alone = [encoder.encode_queries([question])[0] for question in questions]
    fresh = SentenceEncoder(encoder.name, encoder._model, prompts=encoder._prompts)
    together = fresh.encode_queries([*questions, questions[0]])
    for (pooled, tokens), (own, own_tokens) in zip(together, [*alone, alone[0]], strict=True):
        assert float(pooled @ own) > 0.9999
        assert tokens.shape == own_tokens.shape
    monkeypatch.setattr(fresh, "_model", None)  # nothing is left to encode with
    assert fresh.encode_queries(questions[:1])[0] is together[0]


def test_questions_and_passages_are_told_apart_by_their_prompts(encoder: SentenceEncoder) -> None:
    ((question, _),) = encoder.encode_queries(["市场规模"])
    passages, _ = encoder.encode_passages(["市场规模"])
    assert float(question @ passages[0]) < 0.999


def test_a_question_is_nearer_to_its_answer_than_to_another_passage(encoder: SentenceEncoder) -> None:
    ((question, _),) = encoder.encode_queries(["谁提出了GAN？"])
    passages, _ = encoder.encode_passages(["百度推出文心一言。", "2014年，Goodfellow提出生成式对抗网络。"])
    assert question @ passages[1] > question @ passages[0]


@pytest.mark.parametrize("row", range(len(TEXTS)))
def test_tokens_begin_within_the_text_and_in_its_order(encoded: tuple[np.ndarray, "list[Tokens]"], row: int) -> None:
    starts, vectors = encoded[1][row].starts, encoded[1][row].vectors
    assert starts.dtype == np.int32
    assert len(starts) == len(vectors)
    assert np.all(np.diff(starts) >= 0)  # ㈱ becomes several tokens that begin at one place
    assert np.all((starts >= 0) & (starts < max(1, len(TEXTS[row]))))


def test_the_tokens_of_a_plain_text_begin_one_after_another_from_its_start(
    encoded: tuple[np.ndarray, "list[Tokens]"],
) -> None:
    starts = encoded[1][0].starts
    assert starts[0] == 0
    assert np.all(np.diff(starts) > 0)


def test_the_tokens_of_a_sentence_are_those_that_begin_in_it(encoded: tuple[np.ndarray, "list[Tokens]"]) -> None:
    text, tokens = TEXTS[0], encoded[1][0]
    cut = text.index("其中")
    first, second = tokens.between(0, cut), tokens.between(cut, len(text))
    assert len(first) + len(second) == len(tokens.vectors)
    assert len(first) > len(second) > 3
    assert np.array_equal(first, tokens.vectors[tokens.starts < cut])


def test_a_text_beyond_the_models_input_is_cut_there(encoded: tuple[np.ndarray, "list[Tokens]"]) -> None:
    tokens = encoded[1][TEXTS.index(LONG)]
    assert 480 < len(tokens.vectors) < 512  # the prompt and the special tokens take the rest
    assert tokens.starts[-1] < len(LONG) - 100
    assert len(tokens.between(len(LONG) - 100, len(LONG))) == 0


def test_an_empty_text_has_a_vector_and_no_tokens(encoded: tuple[np.ndarray, "list[Tokens]"]) -> None:
    assert len(encoded[1][TEXTS.index("")].vectors) == 0


def test_no_texts_give_no_rows(encoder: SentenceEncoder) -> None:
    pooled, tokens = encoder.encode_passages([])
    assert (pooled.shape, tokens) == ((0, 384), [])


def test_a_folder_that_is_missing_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="reportqa model fetch") as refused:
        SentenceEncoder.load(str(tmp_path / "nowhere"))
    assert str(tmp_path / "nowhere") in str(refused.value)


def test_a_folder_without_a_model_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="reportqa model fetch") as refused:
        SentenceEncoder.load(str(tmp_path))
    assert str(tmp_path) in str(refused.value)
