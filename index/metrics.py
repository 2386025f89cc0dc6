"""How well passages are found: pure functions over quotes and the texts found, in rank order."""

import re
from collections.abc import Container, Sequence

from index.segment import fold

_NOT_COMPARED = re.compile(r"[\W_]+")


def comparable(text: str) -> str:
    """Only letters, digits and characters, folded: what a quote and a passage are compared by."""
    return _NOT_COMPARED.sub("", fold(text))


def first_rank(spellings: Sequence[str], texts: Sequence[str]) -> int | None:
    """The rank, from 1, of the first text that holds one of the spellings; None where no text does.

    spellings and texts are `comparable` already.
    """
    return next(
        (rank for rank, text in enumerate(texts, start=1) if any(spelling in text for spelling in spellings)), None
    )


def first_relevant(ids: Sequence[str], relevant: Container[str]) -> int | None:
    """The rank, from 1, of the first of the ids found that is relevant; None where none is."""
    return next((rank for rank, id in enumerate(ids, start=1) if id in relevant), None)


def evidence_at(k: int, ranks: Sequence[int | None]) -> bool:
    """Whether every needed fact stands among the first k texts; ranks: one a fact."""
    return all(rank is not None and rank <= k for rank in ranks)


def reciprocal_rank(ranks: Sequence[int | None], *, k: int = 10) -> float:
    """1 / rank of the first fact found among the first k texts, else 0."""
    found = [rank for rank in ranks if rank is not None and rank <= k]
    return 1 / min(found) if found else 0.0
