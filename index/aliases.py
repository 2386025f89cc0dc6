"""Other names of what a question names: from a list of the trade, from `aliases.txt` of a corpus, and from its own texts.

One step only: that RAG is 检索增强生成 and also Retrieval-Augmented Generation makes each a name to search by, and two
things that share an abbreviation are not made one by it.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.alias_mining import Alias
from index.segment import fold, question_terms, tokenizer
from ingest.errors import UserError
from ingest.language import Message, message
from ingest.readers.encodings import decode_text

Scores = NDArray[np.float32]

_LONGEST_NAME = 60
# Below this a Chinese name is one only where words begin and end: 中行 stands in 其中行业 too.
_PLAIN_LENGTH = 4
_PARTS = re.compile("[=＝]")
_LETTER = re.compile(r"[a-z0-9]")
# Of a Latin name: in a Chinese report they weigh much for being rare.
_SMALL_WORDS = re.compile(r"a|an|and|as|at|by|for|in|of|on|or|the|to|with|[a-z0-9]")


class UnreadableAliases(UserError):
    """A line of an alias file that says no names; the message gives its number."""


@dataclass(frozen=True, slots=True)
class WrittenAliases:
    """What people wrote. groups: names of one thing each. forbidden: pairs, folded, that are not one thing."""

    groups: tuple[tuple[str, ...], ...] = ()
    forbidden: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Named:
    """A name that stands in a question: its words, and those of each other name of the same thing."""

    words: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for. words: outside of any name that has another; with those of names, `question_terms`'s."""

    words: tuple[str, ...]
    names: tuple[Named, ...] = ()


def asked_scores(asked: Asked, scores: Callable[[Sequence[str]], Scores]) -> Scores:
    """(n,) scores of passages, given what scores them for a list of words.

    A name counts once: as the best of its forms does in a passage (Pirkola's structured queries, SIGIR 1998, take them as
    one word; here a form has several), else what tells that both are one thing would be found for every question. Another
    form counts at most what the one asked does where it counts most: a full name has more words than its short form.
    """
    total = scores(asked.words)
    for name in asked.names:
        best = scores(name.words)
        most = best.max(initial=0) or np.float32(np.inf)
        for other in name.others:
            best = np.maximum(best, np.minimum(scores(other), most))
        total = total + best
    return total


class Aliases:
    """Groups of names that mean the same, for looking up the names in a question."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        """groups: of two names or more; a name may stand in several."""
        self._groups = tuple(dict.fromkeys(tuple(dict.fromkeys(fold("=".join(group)).split("="))) for group in groups))
        self._others: dict[str, dict[str, None]] = {}
        lengths: dict[str, set[int]] = {}
        for group in self._groups:
            for name, other in permutations(group, 2):
                # The words of one that holds the other find both.
                if name not in other and other not in name:
                    self._others.setdefault(name, {})[other] = None
                    lengths.setdefault(name[0], set()).add(len(name))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    @property
    def names(self) -> frozenset[str]:
        """Every name that has another, folded."""
        return frozenset(self._others)

    def others(self, name: str) -> frozenset[str]:
        """The other names of what a name names, folded."""
        return frozenset(self._others.get(fold(name), ()))

    def asked(self, question: str) -> Asked:
        """The words of a question, those of its names apart, with the other names'.

        A name is found inside a longer word too (AI in AI服务器), the longest first.
        """
        left = Counter(question_terms(question))
        names = []
        for name in self._named(fold(question)):
            words = tuple(word for word in _words(name) if left[word])
            left.subtract(words)
            names.append(Named(words, tuple(filter(None, map(_words, self._others[name])))))
        return Asked(tuple(left.elements()), tuple(names))

    def _named(self, text: str) -> Iterator[str]:
        """The names that stand in a folded text, from left to right, none inside another."""
        at = 0
        bounds: set[int] | None = None
        while at < len(text):
            for length in self._lengths.get(text[at], ()):
                name = text[at : at + length]
                if len(name) < length or name not in self._others:
                    continue
                bounds = bounds or _word_bounds(text)
                if _stands_alone(text, at, at + length, bounds):
                    yield name
                    at += length - 1
                    break
            at += 1

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self._groups, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, path: Path) -> "Aliases":
        return cls(json.loads(path.read_text("utf-8")))


def alias_groups(mined: Iterable[Alias], written: WrittenAliases) -> list[tuple[str, ...]]:
    """The groups of the trade, those that people wrote, and mined pairs; of a group with a forbidden pair, its other pairs."""
    groups: list[tuple[str, ...]] = []
    for group in (*_domain_groups(), *written.groups, *((alias.name, alias.other) for alias in mined)):
        pairs = list(combinations(group, 2))
        allowed = [pair for pair in pairs if frozenset(map(fold, pair)) not in written.forbidden]
        groups.extend([group] if len(allowed) == len(pairs) else allowed)
    return groups


def read_aliases(path: Path) -> WrittenAliases:
    """What an alias file says; nothing where there is none.

    Raises:
        UnreadableAliases: a line is not as `parse_aliases` wants it.
        UnreadableReport: the file is not text.
    """
    return parse_aliases(decode_text(path.read_bytes(), path.name), path.name) if path.is_file() else WrittenAliases()


def parse_aliases(text: str, name: str) -> WrittenAliases:
    """Lines of names of one thing with `=` between; `-` before them says that they are not, `#` that it is a remark.

    Raises:
        UnreadableAliases: a line has fewer than two names, or an empty, one-character or endless one.
    """
    groups: list[tuple[str, ...]] = []
    forbidden: set[frozenset[str]] = set()
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.strip().removeprefix("\ufeff")
        if not entry or entry.startswith("#"):
            continue
        names = _names(entry.removeprefix("-"), message("{name} 第 {number} 行", name=name, number=number))
        if entry.startswith("-"):
            forbidden.update(frozenset(map(fold, pair)) for pair in combinations(names, 2))
        else:
            groups.append(names)
    return WrittenAliases(tuple(groups), frozenset(forbidden))


def _names(entry: str, place: Message) -> tuple[str, ...]:
    parts = [" ".join(part.split()) for part in _PARTS.split(entry)]
    if len(parts) < 2:
        raise UnreadableAliases(
            message("{place}：“{entry}”里没有等号；请写成“名称=别名”，注释以 # 开头", place=place, entry=entry)
        )
    for part in parts:
        if not part:
            raise UnreadableAliases(message("{place}：等号旁边缺少名称；请补上名称或删去多余的等号", place=place))
        if not 2 <= len(part) <= _LONGEST_NAME:
            raise UnreadableAliases(
                message(
                    "{place}：名称“{name}”须为 2 至 {most} 个字；请改写或删去",
                    place=place,
                    name=part[:20],
                    most=_LONGEST_NAME,
                )
            )
        if part[0] in "#-":
            raise UnreadableAliases(
                message(
                    "{place}：名称“{name}”不能以 {sign} 开头；请改写或删去", place=place, name=part[:20], sign=part[0]
                )
            )
    names = tuple({fold(part): part for part in reversed(parts)}.values())[::-1]
    if len(names) < 2:
        raise UnreadableAliases(
            message("{place}：“{name}”重复，没有别的名称；请写上另一个名称或删去这一行", place=place, name=parts[0])
        )
    return names


@cache
def _domain_groups() -> tuple[tuple[str, ...], ...]:
    source = files("index").joinpath("domain_aliases.txt")
    return parse_aliases(source.read_text("utf-8"), source.name).groups


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(term for term in question_terms(name) if not _SMALL_WORDS.fullmatch(term))


def _word_bounds(text: str) -> set[int]:
    bounds = {0}
    at = 0
    for word in tokenizer().cut(text):
        at += len(word)
        bounds.add(at)
    return bounds


def _stands_alone(text: str, start: int, end: int, bounds: set[int]) -> bool:
    """Whether the stretch is a name of its own there: no letters go on before or after it, and a short Chinese one begins
    and ends where words do."""
    if _LETTER.match(text[start]) and start and _LETTER.match(text[start - 1]):
        return False
    if _LETTER.match(text[end - 1]) and _LETTER.match(text[end : end + 1]):
        return False
    latin = text[start:end].isascii()
    return latin or end - start >= _PLAIN_LENGTH or {start, end} <= bounds
