"""Passages to pooled vectors and token codes, block by block, so that never more than a block's token vectors are held."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from index.dense import DenseIndex, Embeddings
from index.late_interaction import Tokens
from index.token_codec import CENTROIDS, ProductCodes, TokenCodec
from index.token_store import TokenCollector, TokenStore
from ingest.normalise import simplify
from ingest.report import Passage

if TYPE_CHECKING:
    from index.library import Encoder

# From so many passages on, product codes are worth half a minute of training: a sixth of the bytes.
PRODUCT_CODES_FROM = 5_000
# The passages whose tokens they are trained by, and how many passages are embedded at a time.
_SAMPLE = 1_000
_BLOCK = 2_048


@dataclass(frozen=True, slots=True)
class Known:
    """What another index of the same encoder holds. rows: the row there of each passage that it has."""

    rows: Mapping[int, int]
    dense: DenseIndex
    tokens: TokenStore


@dataclass(frozen=True, slots=True)
class _Block:
    numbers: Sequence[int]
    pooled: Embeddings
    tokens: Sequence[Tokens]


def text_key(passage: Passage) -> bytes:
    """Passages of the same key are embedded as the same vectors."""
    return hashlib.blake2b(_text(passage).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def embed(
    passages: Sequence[Passage], encoder: "Encoder", known: Known, progress: Callable[[int, int], None]
) -> tuple[Embeddings, TokenStore]:
    """(n, dim) pooled vectors, and the tokens of all.

    Product codes stay those of known's codebooks, so that none is ever made of what another gave back.
    progress: told how many of those that known lacks are embedded.
    """
    count = len(passages)
    pooled = np.zeros((count, encoder.dim), dtype=np.float32)
    pooled[list(known.rows)] = known.dense.vectors(list(known.rows.values()))
    codec, blocks = _codec(passages, encoder, known, progress)
    tokens = TokenCollector(codec, count)
    for block in blocks:
        pooled[block.numbers] = block.pooled
        for number, its in zip(block.numbers, block.tokens, strict=True):
            tokens.add(number, its)
    for number, row in known.rows.items():
        tokens.take(number, known.tokens, row)
    return pooled, tokens.store()


def _codec(
    passages: Sequence[Passage], encoder: "Encoder", known: Known, progress: Callable[[int, int], None]
) -> tuple[TokenCodec, Iterator[_Block]]:
    """The codec of known, or one trained by passages from all over; those of them that are new are the first block."""
    new = [number for number in range(len(passages)) if number not in known.rows]
    if isinstance(known.tokens.codec, ProductCodes) or len(passages) < PRODUCT_CODES_FROM:
        return known.tokens.codec, _blocks(passages, encoder, [], new, progress)
    sample = range(0, len(passages), len(passages) // min(_SAMPLE, len(passages)))
    first = [number for number in sample if number not in known.rows]
    blocks = _blocks(passages, encoder, first, new, progress)
    vectors = [known.tokens.vectors([known.rows[number] for number in sample if number in known.rows])]
    if first:
        block = next(blocks)
        vectors += [tokens.vectors.astype(np.float32) for tokens in block.tokens]
        blocks = chain([block], blocks)
    tokens = np.concatenate(vectors)
    return (ProductCodes.train(tokens) if len(tokens) >= CENTROIDS else known.tokens.codec), blocks


def _blocks(
    passages: Sequence[Passage],
    encoder: "Encoder",
    first: Sequence[int],
    new: Sequence[int],
    progress: Callable[[int, int], None],
) -> Iterator[_Block]:
    """The new passages embedded: those of `first` together, where there are any, then the others."""
    ahead = set(first)
    others = [number for number in new if number not in ahead]
    done = 0

    def embedded(more: int) -> None:
        nonlocal done
        done += more
        progress(done, len(new))

    for numbers in filter(None, [first, *(others[start : start + _BLOCK] for start in range(0, len(others), _BLOCK))]):
        texts = [_text(passages[number]) for number in numbers]
        yield _Block(numbers, *encoder.encode_passages(texts, progress=embedded))


def _text(passage: Passage) -> str:
    return simplify(passage.search_text)
