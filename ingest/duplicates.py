"""Passages told twice, folded into one that says where else its words stand.

A report may hold the same section as an article, as a slide and as the report proper; each copy in the results takes
a place that another passage needs, and two copies must never look like two sources.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ingest.report import Passage, Place
from ingest.sentences import split_sentences

_NOT_WORDS = re.compile(r"[\W_]+")


def fold_duplicates(passages: Sequence[Passage]) -> list[Passage]:
    """The passages in order, without those whose every sentence stands in one other passage, noted there as a place.

    Sentences are compared by their letters, digits and characters alone. Of equal passages the first stays. A passage
    keeps its own heading line out of the comparison, which says where it stands and not what it says.
    """
    sentences = [_sentence_keys(passage) for passage in passages]
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for number, keys in enumerate(sentences):
        for key in keys:
            holders[key].append(number)
    kept_by = {number: _holder(number, sentences, holders) for number in range(len(passages))}
    folded: defaultdict[int, list[int]] = defaultdict(list)
    for number in range(len(passages)):
        keeper = number
        while kept_by[keeper] != keeper:
            keeper = kept_by[keeper]
        if keeper != number:
            folded[keeper].append(number)
    return [
        replace(passage, also_at=tuple(_place(passages[other]) for other in folded[number])) if number in folded else passage
        for number, passage in enumerate(passages)
        if kept_by[number] == number
    ]


def _holder(number: int, sentences: list[frozenset[str]], holders: dict[str, list[int]]) -> int:
    """The number of the passage that says all that this one says: itself unless another has more, or came first."""
    own = sentences[number]
    if not own:
        return number
    rarest = min((holders[key] for key in own), key=len)
    others = [other for other in rarest if other != number and own <= sentences[other]]
    larger = [other for other in others if len(sentences[other]) > len(own)]
    if larger:
        return max(larger, key=lambda other: (len(sentences[other]), -other))
    return min([number, *others])


def _sentence_keys(passage: Passage) -> frozenset[str]:
    if passage.cells:
        return frozenset({_NOT_WORDS.sub("", passage.caption + passage.reading).lower()})
    heading = _NOT_WORDS.sub("", passage.headings[-1]).lower()
    keys = (_NOT_WORDS.sub("", passage.text[start:end]).lower() for start, end in split_sentences(passage.text))
    return frozenset(key for key in keys if key and key != heading)


def _place(passage: Passage) -> Place:
    return Place(passage.report_id, passage.title, passage.headings, passage.page)
