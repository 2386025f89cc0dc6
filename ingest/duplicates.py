"""Passages told twice, folded into one that says where else its words stand.

A report may hold the same section as an article, as a slide and as the report proper; each copy in the results takes
a place that another passage needs, and two copies must never look like two sources. Worse is a passage lost because
another one only looks like it, and one word makes 反对 of 支持: so what is folded is told word for word.

The passage that repeats another one holds every run of letters of its sentences, so the rarest of those runs finds it
(prefix filtering, Chaudhuri, Ganti & Kaushik, ICDE 2006, for a share of one): also for a slide that repeats one
sentence of a long paragraph, which MinHash, made for sets of one size, does not see. The rarest runs of passages made
from one template are what they differ in, so those hardly ever meet.

Only a section that its own report tells again may use slightly other words (`rewording`).
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from itertools import combinations
from sys import intern

import numpy as np
from numpy.typing import NDArray

from ingest.normalise import simplify
from ingest.report import Passage, Place
from ingest.rewording import numbered_section, reworded
from ingest.sentences import split_sentences

# Kinds that never repeat another one: a caption is no mention, and a notice is not searched for what a text says.
_APART = frozenset({"row", "figure", "notice"})
_RUN = 4
_SHARED = 0.6  # of the runs of a reworded copy: a character changed breaks four at most

# A figure with its sign; a Latin name; a mark that says something; else one character.
_TOKEN = re.compile(
    r"(?:(?<![0-9a-z])-)?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[a-z][a-z0-9]*(?:[.+-][a-z0-9]+)*[+#]*"
    r"|[%‰℃★☆↑↓≥≤<>≈≠±$€£¥]|[^\W_]"
)
_ONE_FORM = str.maketrans("％−－￥", "%--¥")
_INSIDE = re.compile(r"[\s,]|(?<=[a-z0-9])-")
# Lines that only announce what follows; any other short one may be the name that what follows is about.
_LABEL = re.compile(
    r"[\W_]*(?:前言|引言|序言|导读|摘要|目录|正文|附录|结语|续表|[上下][图表]|(?:具体)?(?:内容|情况)?(?:如|见)[上下][图表]?(?:所示)?)[\W_]*"
)
_CELL_MARKS = re.compile(r"[\s,，、。；;：:（）()\"'“”‘’]")
# 、 and brackets part no clauses: 上海 added to 支持北京、深圳, or （不含上海）, is another statement.
_CLAUSE_END = re.compile(r"[。！？!?；;，,：:…\n\t]|\.(?!\w)")
# Words that say nothing alone. Prepositions are none: 为 added to 华为提供服务 makes 华为 the one that is served.
_FORM_WORDS = "的了等"
# In jieba's list, where each line begins with its word.
_WITH_FORM_WORDS = re.compile(rf"^([^{_FORM_WORDS}\s]*[{_FORM_WORDS}]\S*) ", re.M)
_WORD = 4  # characters; longer words of jieba's list hold a shorter one, or are sayings


@dataclass(frozen=True, slots=True)
class _Words:
    """What a passage says, without marks, form words, case, traditional characters and its heading line.

    length: in characters. runs: of its letters, sorted; of a row its cells instead, each with its header and what the
    row is of. needed: those of the runs that whatever repeats it holds too. tokens: figures, Latin names and
    characters, in order. clauses: the numbers of the tokens that begin one, and the end. sentences: the
    tokens of each, mere announcements left out. A row has none of these three.
    """

    kind: str
    length: int
    runs: NDArray[np.uint64]
    needed: NDArray[np.uint64]
    tokens: tuple[str, ...] = ()
    clauses: frozenset[int] = frozenset()
    sentences: tuple[tuple[str, ...], ...] = ()


def fold_duplicates(passages: Sequence[Passage], recognised: Container[str] = frozenset()) -> list[Passage]:
    """The passages in order, without those that another one repeats, noted there as places.

    No two of the result are near-duplicates. The longest of several stays; of equally long ones, the first whose id is
    not in recognised, since a picture's marks and spaces are read less surely than its words. Each other place is named
    once with the words told there first; the passage's own only where its words differ there.

    recognised: ids of passages that text recognition read from pictures.
    """
    words = [_words(passage) for passage in passages]
    order = sorted(
        range(len(passages)), key=lambda number: (-words[number].length, passages[number].id in recognised, number)
    )
    keepers: dict[int, int] = {}
    for longer, shorter in _candidates(words, order, keepers):
        if _repeats(words[longer], words[shorter]):
            keepers[shorter] = longer
    for longer, shorter in _of_one_section(passages, order):
        if longer not in keepers and shorter not in keepers and _rewords(words[longer], words[shorter]):
            keepers[shorter] = longer
    folded: defaultdict[int, list[Passage]] = defaultdict(list)
    for number in sorted(keepers):
        # What stays of a word-for-word copy may in turn be told again in other words.
        keeper = keepers[number]
        folded[keepers.get(keeper, keeper)].append(passages[number])
    return [
        replace(passage, also_at=_other_places(passage, folded[number]))
        for number, passage in enumerate(passages)
        if number not in keepers
    ]


def near_duplicates(first: Passage, second: Passage) -> bool:
    """Whether the longer of two passages (of equal ones the first) says all that the other one does, word for word.

    Each sentence of the other one stands in it in whole clauses, one after the other as there. They may differ in
    marks, blanks, case, traditional characters and the form words 的, 了 and 等, and the longer one may have clauses
    more before and after; a heading line and a mere announcement (具体内容如下：) count for nothing. Where both stand in a
    section that their report tells twice, it may reword what it says (`rewording.reworded`). A row repeats a row where
    its caption and each of its `header：cell` pairs do. Rows, figures, notices and prose never repeat each other.
    """
    longer, shorter = _words(first), _words(second)
    if longer.length < shorter.length:
        longer, shorter = shorter, longer
    return _repeats(longer, shorter) or (any(_of_one_section((first, second), (0, 1))) and _rewords(longer, shorter))


def _words(passage: Passage) -> _Words:
    return _words_of_row(passage) if passage.cells else _words_of_text(passage)


def _words_of_row(passage: Passage) -> _Words:
    # A table without a caption stands under the heading that is one.
    table = _cell(passage.caption or passage.headings[-1])
    cells = {f"{_cell(header)}\t{_cell(cell)}" for header, cell in passage.cells}
    codes = [blake2b(f"{table}\t{cell}".encode(), digest_size=8).digest() for cell in cells]
    runs = np.sort(np.frombuffer(b"".join(codes), dtype=np.uint64))
    return _Words("row", sum(map(len, cells)), runs, runs)


def _words_of_text(passage: Passage) -> _Words:
    heading = [token for token, _ in _tokens(_fold(passage.headings[-1]))]
    tokens: list[str] = []
    clauses: set[int] = set()
    sentences: list[tuple[str, ...]] = []
    text = _fold(passage.text)
    for start, end in split_sentences(text):
        sentence = text[start:end]
        said = list(_tokens(sentence))
        words = tuple(token for token, _ in said)
        if not words or (list(words) == heading and len(sentence) < len(text)):
            continue
        clauses.update(len(tokens) + number for number, (_, opens) in enumerate(said) if opens)
        tokens += words
        if not _LABEL.fullmatch(sentence):
            sentences.append(words)
    clauses.add(len(tokens))
    sentences = sentences or [tuple(tokens)]
    letters = "".join(tokens)
    needed = [_runs(said, _RUN if len(said) >= _RUN else 1) for said in map("".join, sentences)]
    return _Words(
        kind=passage.kind if passage.kind in _APART else "text",
        length=len(letters),
        # Single letters too, for the sentences that are shorter than a run.
        runs=np.unique(np.concatenate([_runs(letters, 1), _runs(letters, _RUN)])),
        needed=np.unique(np.concatenate(needed)),
        tokens=tuple(tokens),
        clauses=frozenset(clauses),
        sentences=tuple(sentences),
    )


def _candidates(words: Sequence[_Words], order: Sequence[int], folded: Container[int]) -> Iterator[tuple[int, int]]:
    """Pairs (longer, shorter) of which the longer one may repeat the other, longest first in the given order.

    Passages found in folded, which may grow meanwhile, are passed over.
    """
    probes = _probes(words)
    owners = np.argsort(probes, kind="stable")
    probes = probes[owners]
    rank = np.empty(len(words), dtype=np.int64)
    rank[list(order)] = np.arange(len(words))
    for longer in order:
        if longer in folded:
            continue
        starts = np.searchsorted(probes, words[longer].runs, "left")
        ends = np.searchsorted(probes, words[longer].runs, "right")
        met = [owners[start:end] for start, end in zip(starts, ends, strict=True) if start < end]
        for shorter in np.concatenate(met).tolist():
            if rank[shorter] > rank[longer] and shorter not in folded:
                yield longer, shorter


def _probes(words: Sequence[_Words]) -> NDArray[np.uint64]:
    """Of the runs that each passage needs the one that the fewest passages hold."""
    # Counted in buckets: two runs counted as one only make a probe less rare than it is.
    buckets = np.uint64(1 << 22)
    counts = np.zeros(int(buckets), dtype=np.uint32)
    for said in words:
        counts[np.unique(said.runs % buckets)] += 1
    rarest = [said.needed[np.argmin(counts[said.needed % buckets])] for said in words]
    return np.array(rarest, dtype=np.uint64)


def _repeats(longer: _Words, shorter: _Words) -> bool:
    if longer.kind != shorter.kind:
        return False
    if not shorter.sentences:  # a row
        return bool(np.isin(shorter.runs, longer.runs, assume_unique=True).all())
    return all(_stands_in(sentence, longer) for sentence in shorter.sentences)


def _of_one_section(passages: Sequence[Passage], order: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs (longer, shorter) of passages of one numbered section, longest first in the given order."""
    sections: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number in order:
        passage = passages[number]
        if section := numbered_section(passage.headings[-1]):
            sections[passage.report_id, section].append(number)
    for numbers in sections.values():
        yield from (
            (one, two) for one, two in combinations(numbers, 2) if passages[one].section != passages[two].section
        )


def _rewords(longer: _Words, shorter: _Words) -> bool:
    if not longer.kind == shorter.kind == "text":
        return False
    # A quick look before sentences are compared one by one.
    shared = np.isin(shorter.runs, longer.runs, assume_unique=True).mean()
    return bool(shared >= _SHARED) and reworded(shorter.sentences, longer.sentences)


def _stands_in(sentence: tuple[str, ...], longer: _Words) -> bool:
    """Whether a sentence stands word for word in whole clauses."""
    ends = ((start, start + len(sentence)) for start in longer.clauses)
    return any(end in longer.clauses and longer.tokens[start:end] == sentence for start, end in ends)


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """The figures, names and characters of folded text, without blanks, commas and hyphens inside them; and whether
    each opens a clause, as the first one does."""
    end = 0
    for match in _TOKEN.finditer(text):
        if _is_form_word(text, match.start()):
            continue
        opens = end == 0 or bool(_CLAUSE_END.search(text, end, match.start()))
        end = match.end()
        # Interned: 100,000 passages hold 20 million characters, of a few thousand kinds.
        yield intern(match[0] if len(match[0]) == 1 else _INSIDE.sub("", match[0])), opens


def _is_form_word(text: str, at: int) -> bool:
    """Whether a character is a form word, and may not be a part of another word (目的, 了解, 等离子, 不等)."""
    if text[at] not in _FORM_WORDS:
        return False
    spans = ((start, start + size) for size in range(2, _WORD + 1) for start in range(max(0, at + 1 - size), at + 1))
    return not any(text[start:end] in words_with_form_words() for start, end in spans)


@cache
def words_with_form_words() -> frozenset[str]:
    """The words of jieba's list that hold a character of _FORM_WORDS; its segmentation is not needed for these."""
    listed = files("jieba").joinpath("dict.txt").read_text("utf-8")
    return frozenset(word for word in _WITH_FORM_WORDS.findall(listed) if len(word) > 1)


def _cell(text: str) -> str:
    """Folded words of a cell; ★★, ↑ and - are what one says, and stay."""
    return _CELL_MARKS.sub("", _fold(text))


def _fold(text: str) -> str:
    return simplify(text).lower().translate(_ONE_FORM)


def _runs(words: str, size: int) -> NDArray[np.uint64]:
    """The runs of size characters, at most 4, each packed into 64 bits; words too short, or none, are one run."""
    codes = np.frombuffer(words.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64) & np.uint64(
        0xFFFF
    )
    codes = np.pad(codes, (0, max(0, size - len(codes))))
    runs = np.lib.stride_tricks.sliding_window_view(codes, size)
    packed: NDArray[np.uint64] = runs @ (np.uint64(1) << (np.arange(size, dtype=np.uint64) * np.uint64(16)))
    return packed


def _other_places(passage: Passage, folded: Sequence[Passage]) -> tuple[Place, ...]:
    """The places of the passage and of those folded into it, each once with the words told there first."""
    places: dict[Place, Place] = {}
    for place in (*passage.also_at, *(place for other in folded for place in (_place(other), *other.also_at))):
        if place != _place(passage):
            places.setdefault(replace(place, text=""), place)
    return tuple(places.values())


def _place(passage: Passage) -> Place:
    return Place(passage.report_id, passage.title, passage.headings, passage.page, passage.text, passage.page_kind)
