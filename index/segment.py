"""Text to the words that lexical search counts: simplified characters, lower case, precise mode plus sub-words.

jieba's search mode splits 毛利率 into 毛利 and 利率, a different thing; so words come from precise mode with a domain
list, and character pairs of longer words are added beside them, which find 服务器 in 智能服务器集群.
"""

import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ingest.normalise import simplify

_WORD = re.compile(r"[^\W_]")
_LATIN_OR_DIGITS = re.compile(r"[a-z0-9.%+-]*[a-z0-9][a-z0-9.%+-]*")


def segment(text: str) -> list[str]:
    """The words of text in order, folded; marks and white space left out, character pairs of longer words added."""
    words: list[str] = []
    for word in tokenizer().cut(fold(text)):
        if not _WORD.search(word):
            continue
        words.append(word)
        if len(word) > 2 and not _LATIN_OR_DIGITS.fullmatch(word):
            words.extend(word[start : start + 2] for start in range(len(word) - 1))
    return words


def segment_question(question: str) -> list[str]:
    """The words that a question asks about: without the closed-class ones, which a report hardly uses and which would
    weigh the more in its statistics for being rare (什么, 哪些, 吗); all of them where nothing else is left."""
    words = segment(question)
    return [word for word in words if word not in _function_words()] or words


def segment_all(texts: Sequence[str]) -> list[list[str]]:
    return [segment(text) for text in texts]


def fold(text: str) -> str:
    """Text as compared: simplified, half-width letters and digits, lower case; one character for one."""
    return simplify(text).lower()


@cache
def _function_words() -> frozenset[str]:
    return frozenset(files("index").joinpath("function_words.txt").read_text("utf-8").split())


@cache
def tokenizer() -> Any:
    """A tokenizer of our own: the module-level one is shared with whoever else imports jieba."""
    import jieba  # noqa: PLC0415 - as above

    jieba.setLogLevel(logging.WARNING)
    own = jieba.Tokenizer()
    # Where only this user writes: jieba reads the file with marshal. It saves a second at every start but the first.
    cache_folder = Path.home() / ".cache" / "reportqa"
    with suppress(OSError):
        cache_folder.mkdir(parents=True, exist_ok=True)
        own.cache_file = str(cache_folder / "jieba.cache")
    for word in files("index").joinpath("domain_words.txt").read_text("utf-8").split():
        own.add_word(word)
    return own
