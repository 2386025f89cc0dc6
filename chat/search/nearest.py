"""Words of the library near one that a question asks for and the library does not have.

They are looked for in the passages found, which the encoder found by their sense: so no list of all words is needed, and
what is offered finds something. Figures are never replaced: 2026 is not a slip of 2025.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from chat.search.highlights import folded
from index.library import Hit
from index.segment import segment_question, tokenizer

MOST_WORDS = 5
_WORD = re.compile(r"[^\W\d_]{2,}")


def nearest_words(question: str, hits: Sequence[Hit]) -> dict[str, tuple[str, ...]]:
    """Each word of a question that stands in none of these passages, with those in them most like it, nearest first.

    Alike are words of which at least six tenths of the characters stand in the same order (Ratcliff & Metzener, 1988). A
    word that the dictionary lacks comes apart, 机械人 to 机械 and 人: so a word is tried with single characters beside it.
    """
    texts = [folded(f"{hit.passage.title}\n{hit.passage.search_text}") for hit in hits]
    there: list[str] | None = None
    near: dict[str, tuple[str, ...]] = {}
    for tried in _tried(question):
        if any(tried[-1] in text for text in texts):
            continue
        if there is None:
            there = list({word: None for text in texts for word in tokenizer().cut(text) if _WORD.fullmatch(word)})
        for word in tried:
            if close := get_close_matches(word, there, MOST_WORDS):
                near[word] = tuple(close)
                break
    return near


def _tried(question: str) -> Iterator[list[str]]:
    """Each word of a question that means something, longest first, as it is joined with single characters beside it."""
    sought = set(segment_question(question))
    words = [word if word in sought else "" for word in tokenizer().cut(folded(question))]
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        if _WORD.fullmatch(word):
            left, right = (single if len(single) == 1 else "" for single in (before, after))
            yield list(dict.fromkeys((left + word + right, word + right, left + word, word)))
