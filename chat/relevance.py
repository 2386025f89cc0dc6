"""Whether what was found bears on a question at all."""

from collections.abc import Sequence

from index.library import Hit, PassageIndex


def bears_on(question: str, hits: Sequence[Hit], library: PassageIndex) -> bool:
    return bool(hits)
