"""Where a question's words stand in a text, so that a reader sees why it was found.

Words as the index counts them (`segment_question`), in simplified or traditional characters, any width and case. Of a
long word its parts count too, as they do in the index: 新能源汽车 is also found by its 汽车.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from index.segment import fold, segment_question

_PLAIN = re.compile(r"[a-z0-9.%+-]+")


def words_sought(question: str) -> tuple[str, ...]:
    """The words worth marking, folded: those of one character (年, 个) only where the question has no others."""
    words = tuple(dict.fromkeys(segment_question(question)))
    return tuple(word for word in words if len(word) > 1) or words


def highlights(words: Sequence[str], text: str) -> list[tuple[int, int]]:
    """(start, end) of the stretches of text that these folded words cover, in order, none touching another."""
    if not words:
        return []
    # The lookahead finds words that overlap; at one place the longest.
    pattern = re.compile(f"(?=({'|'.join(map(_pattern, sorted(words, key=len, reverse=True)))}))")
    spans: list[tuple[int, int]] = []
    for match in pattern.finditer(folded(text)):
        start, end = match.span(1)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def folded(text: str) -> str:
    """Text as the index compares it, character for character."""
    return fold(text.replace("İ", "I"))  # the one character that is two in lower case


def parts_marked(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    """Text cut at the ends of spans: (part, whether it is in a span), empty parts left out."""
    inside = set(spans)
    bounds = sorted({0, len(text), *(bound for span in spans for bound in span)})
    return [(text[start:end], (start, end) in inside) for start, end in pairwise(bounds)]


def _pattern(word: str) -> str:
    """A word for the pattern: letters and digits only whole, so that 12 is not found in 12.5 or 2012."""
    if not _PLAIN.fullmatch(word):
        return re.escape(word)
    return rf"(?<![a-z0-9])(?<!\d[.,]){re.escape(word)}(?![a-z0-9]|[.,]\d)"
