"""Passages told twice, folded into one that says where else its words stand.

A report may hold the same section as an article, as a slide and as the report proper; each copy in the results takes
a place that another passage needs, and two copies must never look like two sources.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.report import Passage, Place
from ingest.sentences import split_sentences

_NOT_WORDS = re.compile(r"[\W_]+")
# With its sign and magnitude: 增长5% and 增长-5%, or 3亿 and 3万, are alike in every letter but say other things.
_FIGURES = re.compile(r"(?:(?<![0-9A-Za-z])[-−－])?\d+(?:\.\d+)?[万亿%％]*")
# Copies of one paragraph differ by a word or a mark (近年 / 近年来): 6 of 200 shingles of 4 characters. At 0.9 a
# paragraph may differ by one changed word in 40; a changed figure always keeps both.
SAME = 0.9
# A sentence with half its shingles elsewhere was reworded; one with fewer is a new one, and must not be lost. Four
# characters and less are page numbers and labels, which copies differ in.
_REWORDED = 0.5
_SHINGLE = 4


@dataclass(frozen=True, slots=True)
class _Words:
    """What a passage says: its sentences and shingles, without marks, and the figures in it."""

    sentences: frozenset[str]
    shingles: frozenset[str]
    figures: frozenset[str]

    def said_by(self, other: "_Words") -> bool:
        """Whether the other passage says, but for a word here or there, all that this one does."""
        if not self.figures <= other.figures or not _mostly(self.shingles, other.shingles, SAME):
            return False
        statements = [sentence for sentence in self.sentences if len(sentence) > _SHINGLE]
        return all(_mostly(_shingles(sentence), other.shingles, _REWORDED) for sentence in statements)


def fold_duplicates(passages: Sequence[Passage]) -> list[Passage]:
    """The passages in order, without those whose words stand in another one, noted there as a place.

    Words are compared by their letters, digits and characters alone; two passages must share a sentence to be compared
    at all, which keeps the work linear. The longer of two stays, of equal ones the first. A heading line says where a
    passage stands, not what it says, and is left out.
    """
    words = [_words(passage) for passage in passages]
    holders: defaultdict[str, set[int]] = defaultdict(set)
    for number, said in enumerate(words):
        for sentence in said.sentences:
            holders[sentence].add(number)
    kept: set[int] = set()
    folded: defaultdict[int, list[int]] = defaultdict(list)
    # Longest first, so that the passage that another one folds into is always one that stays.
    for number in sorted(range(len(passages)), key=lambda number: (-len(words[number].shingles), number)):
        alike = set().union(*(holders[sentence] for sentence in words[number].sentences)) & kept
        keeper = next((other for other in sorted(alike) if words[number].said_by(words[other])), None)
        if keeper is None:
            kept.add(number)
        else:
            folded[keeper].append(number)
    return [
        replace(
            passages[number], also_at=_other_places(passages[number], [passages[n] for n in sorted(folded[number])])
        )
        for number in sorted(kept)
    ]


def _words(passage: Passage) -> _Words:
    heading = _plain(passage.headings[-1])
    if passage.cells:
        sentences = [_plain(passage.caption + passage.reading)]
    else:
        sentences = [_plain(passage.text[start:end]) for start, end in split_sentences(passage.text)]
    said = [sentence for sentence in sentences if sentence and sentence != heading] or sentences
    return _Words(frozenset(said), _shingles("".join(said)), frozenset(_FIGURES.findall(passage.text)))


def _shingles(words: str) -> frozenset[str]:
    return frozenset(words[start : start + _SHINGLE] for start in range(max(1, len(words) - _SHINGLE + 1)))


def _mostly(shingles: frozenset[str], among: frozenset[str], share: float) -> bool:
    return len(shingles & among) >= share * len(shingles)


def _plain(text: str) -> str:
    return _NOT_WORDS.sub("", text).lower()


def _other_places(passage: Passage, folded: Sequence[Passage]) -> tuple[Place, ...]:
    """Where the folded passages stand, each place once with the words told first there, the passage's own left out."""
    places: dict[Place, Place] = {}
    for other in map(_place, folded):
        places.setdefault(replace(other, text=""), other)
    places.pop(replace(_place(passage), text=""), None)
    return tuple(places.values())


def _place(passage: Passage) -> Place:
    return Place(passage.report_id, passage.title, passage.headings, passage.page, passage.text)
