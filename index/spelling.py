"""Words of a question that the library lacks and that are one slip away from exactly one that it has.

After Norvig's spelling corrector (2007): every word one edit away is made and looked up, so that no index of slips is
kept. Latin names by letters: one wrong, missing, doubled or swapped with its neighbour; Chinese ones by sound, since that
is how they are typed: one character for another of the same syllable (tones aside), or two swapped.

Figures are never corrected (GPT-3 is not GPT-4, nor A100 H100), nor what is a word: of Latin names none shorter than five
letters or of another first letter, of Chinese ones only where the dictionary has no word for what was typed.
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from string import ascii_lowercase

from index.segment import fold, function_words, segment, tokenizer

_LATIN = re.compile(r"(?<![a-z0-9.+-])[a-z]{5,}(?![a-z0-9+-]|\.[a-z0-9])")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{3,}")
_LENGTHS = range(3, 7)  # of a Chinese word that is corrected
# How often jieba's dictionary has met a character as a word of its own: above, it is one in most places (有, 市, 新).
_OFTEN_ALONE = 30_000


def corrections(
    question: str, vocabulary: Container[str], stand_together: Callable[[Sequence[str]], bool]
) -> dict[str, str]:
    """Each word of a question, folded, that is a slip of one in the vocabulary, with that one; none where it might be
    a slip of two.

    vocabulary: the words of the library, folded, each whole.
    stand_together: whether some passage holds all of these words: a Chinese name that the dictionary lacks is no word of
        the vocabulary either (司马晏), and yet it is there.
    """
    text = fold(question)
    found: dict[str, str] = {}
    for match in _LATIN.finditer(text):
        meant = _the_only_one(_one_letter_away(match[0]), vocabulary) if match[0] not in vocabulary else None
        if meant is not None:
            found[match[0]] = meant
    for match in _CHINESE.finditer(text):
        found.update(_in_chinese(match[0], vocabulary, stand_together))
    return found


def _the_only_one(words: set[str], vocabulary: Container[str]) -> str | None:
    known = [word for word in words if word in vocabulary]
    return known[0] if len(known) == 1 else None


def _one_letter_away(word: str) -> set[str]:
    """The words that one slip turns into this one; the first letter is the one that people get right."""
    splits = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    dropped = {left + right[1:] for left, right in splits if right and len(word) > 5}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    replaced = {left + letter + right[1:] for left, right in splits if right for letter in ascii_lowercase}
    added = {left + letter + right for left, right in splits for letter in ascii_lowercase}
    return (dropped | swapped | replaced | added) - {word}


def _in_chinese(
    run: str, vocabulary: Container[str], stand_together: Callable[[Sequence[str]], bool]
) -> dict[str, str]:
    """Corrections of stretches of Chinese text, which has no word where one is mistyped: those around what is left over
    between words, the longest first."""
    loose, closed = _left_over(run)
    found: dict[str, str] = {}
    for length in reversed(_LENGTHS) if loose else ():
        for start in range(len(run) - length + 1):
            places = set(range(start, start + length))
            word = run[start : start + length]
            if not loose & places or closed & places or word in vocabulary or _is_a_word(word):
                continue
            meant = _the_only_one(_one_character_away(word, {at - start for at in loose & places}), vocabulary)
            if meant is not None and not stand_together(segment(word)):
                found[word] = meant
                closed |= places
    return found


def _left_over(run: str) -> tuple[set[int], set[int]]:
    """The places of characters that belong to no word of the dictionary or are one that is hardly ever a word, and of those
    that belong to a closed-class word, which no name holds."""
    loose: set[int] = set()
    closed: set[int] = set()
    start = 0
    for word in tokenizer().cut(run):
        for at, char in enumerate(word, start=start):
            if word in function_words() or (char in function_words() and not _is_a_word(word)):
                closed.add(at)
            elif not _is_a_word(word) or (len(word) == 1 and tokenizer().FREQ[word] <= _OFTEN_ALONE):
                loose.add(at)
        start += len(word)
    return loose, closed


def _is_a_word(word: str) -> bool:
    return bool(tokenizer().FREQ.get(word))


def _one_character_away(word: str, loose: set[int]) -> set[str]:
    replaced = {word[:at] + other + word[at + 1 :] for at in loose for other in _same_sound(word[at])}
    swapped = {
        word[:at] + right + left + word[at + 2 :]
        for at, (left, right) in enumerate(pairwise(word))
        if loose & {at, at + 1}
    }
    return (replaced | swapped) - {word}


def _same_sound(char: str) -> Iterator[str]:
    for syllable in _syllables():
        if char in syllable:
            yield from syllable


@cache
def _syllables() -> tuple[frozenset[str], ...]:
    """The characters of each syllable."""
    lines = files("index").joinpath("syllables.txt").read_text("utf-8").splitlines()
    return tuple(frozenset(line.split()[1]) for line in lines if not line.startswith("#"))
