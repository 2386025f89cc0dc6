"""Passages told twice, folded into one that says where else its words stand.

A report may hold the same section as an article, as a slide and as the report proper; each copy in the results takes
a place that another passage needs, and two copies must never look like two sources.

Copies are found by the shingles they share. A slide that repeats one sentence of a long paragraph is a copy too, which
MinHash, made for sets of one size, does not see, and no sketch promises to find every pair; so the candidates come from
prefix filtering (Chaudhuri, Ganti & Kaushik, ICDE 2006; Bayardo, Ma & Srikant, WWW 2007), which is exact: of the n
shingles of a passage that shares the share t of them with another one, any n - ⌈t·n⌉ + 1 hold a shared one, and the
rarest of the corpus hold hardly any other.
"""

import math
import re
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from sys import intern

import numpy as np
from numpy.typing import NDArray

from ingest.normalise import simplify
from ingest.report import Passage, Place
from ingest.sentences import split_sentences

# Shingles of the shorter passage that the longer one holds. Two passages with a Jaccard likeness of 0.8 share 0.89 of
# the shorter one's at least, so none of those is passed over.
SAME = 0.85
_SHINGLE = 4
# Kinds that never repeat another one: a caption is no mention, and a notice is not searched for what a text says.
_APART = frozenset({"row", "figure", "notice"})
# Words that the longer passage may add inside a clause (365 Copilot / Microsoft 365 Copilot).
_ADDED = 4

_NUMERALS = "二三四五六七八九十百千万亿兆零〇两"  # 一 alone is mostly no number: 一款, 统一
# A figure with its sign, its magnitude and the character that it counts, so that 5亿元 is not 5亿美元; a Latin name; a
# numeral; else one character.
_TOKEN = re.compile(
    rf"(?:(?<![0-9a-z])-)?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?(?:\s*[{_NUMERALS}]+)?(?:\s*[%‰℃]|\s*[一-鿿])?"
    rf"|[a-z][a-z0-9]*(?:[.+-][a-z0-9]+)*|[一{_NUMERALS}]*[{_NUMERALS}][一{_NUMERALS}]*|[★☆]+|[↑↓≥≤<>]|[^\W_]"
)
_ONE_FORM = str.maketrans("％−－", "%--")
_INSIDE = re.compile(r"[\s,]|(?<=[a-z0-9])-")
# Figures; negations; directions and degrees; how sure or how exact it is; ratings: no copy may differ in these.
_SAYS_ANOTHER = re.compile(
    rf"[\d{_NUMERALS}不没未无非否勿增减升降涨跌扩缩高低买卖盈亏上下前后内外大小多少强弱快慢正负预拟望或将已曾仅约超近逾至★☆↑↓≥≤<>]"
    r"|可能|计划|估计"
)
_NAME = re.compile(r"[a-z]")
# Lines that only announce what follows; any other short one may be the name that what follows is about.
_LABEL = re.compile(
    r"[\W_]*(?:前言|引言|序言|导读|摘要|目录|正文|附录|结语|续表|[上下][图表]|(?:具体)?(?:内容|情况)?(?:如|见)[上下][图表]?(?:所示)?)[\W_]*"
)
_CELL_MARKS = re.compile(r"[\s,，、。；;：:（）()\"'“”‘’]")
_CLAUSE_END = re.compile(r"[^\w\s\"'“”‘’「」『』《》〈〉·.%-]|[\n\t]")
# What a copy may put otherwise, as jieba tags it: adverbs, prepositions, conjunctions, pronouns and particles, character
# by character; verbs and measure words whole. Nouns and names are what a sentence is about.
_FORM = frozenset({"d", "p", "c", "cc", "r", "u", "ud", "ug", "uj", "ul", "uv", "uz", "y"})
_WORDING = _FORM | {"v", "vd", "q"}


@dataclass(frozen=True, slots=True)
class _Words:
    """What a passage says, without marks, case, traditional characters and its heading line.

    length: in characters. shingles: sorted; of a row its cells instead, each with its header and what the row is of.
    tokens: figures, Latin names and characters, in order; none of a row. clauses: the numbers of the tokens that begin
    one, and the end. sentences: (start, end) in tokens, mere announcements left out.
    """

    kind: str
    length: int
    shingles: NDArray[np.uint64]
    heading: str = ""
    tokens: tuple[str, ...] = ()
    clauses: frozenset[int] = frozenset()
    sentences: tuple[tuple[int, int], ...] = ()


def fold_duplicates(passages: Sequence[Passage]) -> list[Passage]:
    """The passages in order, without those that another one repeats, noted there as places.

    No two of the result are near-duplicates. The longest of several stays, of equal ones the first. Each other place is
    named once with the words told there first; the passage's own only where its words differ there.
    """
    words = [_words(passage) for passage in passages]
    order = sorted(range(len(passages)), key=lambda number: (-words[number].length, number))
    keepers: dict[int, int] = {}
    for longer, shorter in _candidates(words, order, keepers):
        if _repeats(words[longer], words[shorter]):
            keepers[shorter] = longer
    folded: defaultdict[int, list[Passage]] = defaultdict(list)
    for number in sorted(keepers):
        folded[keepers[number]].append(passages[number])
    return [
        replace(passage, also_at=_other_places(passage, folded[number]))
        for number, passage in enumerate(passages)
        if number not in keepers
    ]


def near_duplicates(first: Passage, second: Passage) -> bool:
    """Whether the longer of two passages (of equal ones the first) says all that the other one does.

    It holds SAME of the other's shingles; and each sentence of the other stands in it, in whole clauses, with the same
    figures, units, names, negations and directions (增 / 减, 高 / 低) in the same order. Besides whole clauses it may
    add a word or two inside one. What the other has more is one character, or wording that is no noun; under the same
    heading such wording may be exchanged (发布 / 展示). A row repeats a row where its caption and each of its
    `header：cell` pairs do. Rows, figures, notices and prose never repeat each other.
    """
    longer, shorter = _words(first), _words(second)
    if longer.length < shorter.length:
        longer, shorter = shorter, longer
    return _repeats(longer, shorter)


def _words(passage: Passage) -> _Words:
    return _words_of_row(passage) if passage.cells else _words_of_text(passage)


def _words_of_row(passage: Passage) -> _Words:
    # A table without a caption stands under the heading that is one.
    table = _cell(passage.caption or passage.headings[-1])
    cells = {f"{_cell(header)}\t{_cell(cell)}" for header, cell in passage.cells}
    codes = [blake2b(f"{table}\t{cell}".encode(), digest_size=8).digest() for cell in cells]
    return _Words("row", sum(map(len, cells)), np.sort(np.frombuffer(b"".join(codes), dtype=np.uint64)))


def _words_of_text(passage: Passage) -> _Words:
    heading = _plain(passage.headings[-1])
    tokens: list[str] = []
    clauses: set[int] = set()
    sentences: list[tuple[int, int]] = []
    text = _fold(passage.text)
    for start, end in split_sentences(text):
        sentence = text[start:end]
        said = _tokens(sentence)
        if not said or ("".join(said) == heading and len(sentence) < len(text)):
            continue
        first = len(tokens)
        clauses.update(first + number for number in _clause_starts(sentence))
        tokens += said
        if not _LABEL.fullmatch(sentence):
            sentences.append((first, len(tokens)))
    clauses.add(len(tokens))
    words = "".join(tokens)
    return _Words(
        kind=passage.kind if passage.kind in _APART else "text",
        length=len(words),
        shingles=_shingles(words),
        heading=heading.replace("一", ""),  # which converters make of the dash in 场景应用—文本生成
        tokens=tuple(tokens),
        clauses=frozenset(clauses),
        sentences=tuple(sentences) or ((0, len(tokens)),),
    )


def _candidates(words: Sequence[_Words], order: Sequence[int], folded: Container[int]) -> Iterator[tuple[int, int]]:
    """Pairs (longer, shorter) of which the shorter one may be held to the share SAME, longest first in the given order.

    Passages found in folded, which may grow meanwhile, are passed over.
    """
    if not words:
        return
    probes = _probes(words)
    owners = np.repeat(np.arange(len(words)), [len(probe) for probe in probes])
    shingles = np.concatenate(probes)
    by_shingle = np.argsort(shingles, kind="stable")
    owners, shingles = owners[by_shingle], shingles[by_shingle]
    rank = np.empty(len(words), dtype=np.int64)
    rank[list(order)] = np.arange(len(words))
    for longer in order:
        if longer in folded:
            continue
        starts = np.searchsorted(shingles, words[longer].shingles, "left")
        ends = np.searchsorted(shingles, words[longer].shingles, "right")
        met = [owners[start:end] for start, end in zip(starts, ends, strict=True) if start < end]
        for shorter in np.unique(np.concatenate(met)).tolist():
            if rank[shorter] > rank[longer] and shorter not in folded:
                yield longer, shorter


def _probes(words: Sequence[_Words]) -> list[NDArray[np.uint64]]:
    """The shingles of each passage that are the rarest of all, as many as one that holds SAME of them cannot miss."""
    # Counted in buckets: two shingles counted as one only make a probe less rare than it is.
    buckets = np.uint64(1 << 22)
    counts = np.zeros(int(buckets), dtype=np.uint32)
    for said in words:
        counts[said.shingles % buckets] += 1
    probes: list[NDArray[np.uint64]] = []
    for said in words:
        needed = len(said.shingles) - math.ceil(SAME * len(said.shingles)) + 1
        rarest = np.argsort(counts[said.shingles % buckets], kind="stable")
        probes.append(said.shingles[rarest[:needed]])
    return probes


def _repeats(longer: _Words, shorter: _Words) -> bool:
    if longer.kind != shorter.kind:
        return False
    shared = len(np.intersect1d(longer.shingles, shorter.shingles, assume_unique=True))
    if shorter.kind == "row":
        return shared == len(shorter.shingles)
    if shared < SAME * len(shorter.shingles):
        return False
    matcher = SequenceMatcher(None, b=longer.tokens, autojunk=False)
    same_heading = longer.heading == shorter.heading
    for start, end in shorter.sentences:
        sentence = shorter.tokens[start:end]
        if _stands_in(sentence, longer):
            continue
        matcher.set_seq1(sentence)
        if not all(_keeps_the_sense(change, longer, sentence, same_heading) for change in matcher.get_opcodes()):
            return False
    return True


def _stands_in(sentence: tuple[str, ...], longer: _Words) -> bool:
    """Whether a sentence stands word for word in whole clauses; matching may find its words inside another one first."""
    ends = ((start, start + len(sentence)) for start in longer.clauses)
    return any(end in longer.clauses and longer.tokens[start:end] == sentence for start, end in ends)


def _keeps_the_sense(
    change: tuple[str, int, int, int, int], longer: _Words, sentence: Sequence[str], same_heading: bool
) -> bool:
    """Whether a stretch of a sentence and what stands in its place in the longer passage say the same."""
    tag, start, end, start_there, end_there = change
    here, there = sentence[start:end], longer.tokens[start_there:end_there]
    if tag == "equal":
        return True
    if tag == "insert":
        opens, closes = start_there in longer.clauses, end_there in longer.clauses
        whole = (opens or start == 0) and (closes or start == len(sentence))
        inside = 0 < start < len(sentence)
        return whole or (inside and len(there) <= _ADDED and not _SAYS_ANOTHER.search("".join(there)))
    if any(map(_is_hard, (*here, *there))):
        return False
    if tag == "delete" and len(here) == 1:
        return True
    return (tag == "delete" or same_heading) and all(_is_wording("".join(piece)) for piece in (here, there))


def _is_hard(token: str) -> bool:
    """Whether another token in its place says another thing: a figure, a name, a negation, a direction."""
    return bool(_SAYS_ANOTHER.search(token) or _NAME.search(token))


def _is_wording(piece: str) -> bool:
    tags = _tags()
    return tags.get(piece) in _WORDING or all(tags.get(char) in _FORM for char in piece)


@cache
def _tags() -> dict[str, str]:
    """The part of speech of each word of jieba's list; its segmentation is not needed for a word or two."""
    lines = files("jieba").joinpath("dict.txt").read_text("utf-8").splitlines()
    return {word: tag for word, _, tag in map(str.split, lines)}


def _tokens(text: str) -> list[str]:
    """The figures, names and characters of folded text, without blanks, commas and hyphens inside them."""
    # Interned: 100,000 passages hold 20 million characters, of a few thousand kinds.
    return [intern(token if len(token) == 1 else _INSIDE.sub("", token)) for token in _TOKEN.findall(text)]


def _clause_starts(text: str) -> Iterator[int]:
    """The numbers of the tokens before which a clause ends, from 0, which begins one."""
    end = 0
    for number, match in enumerate(_TOKEN.finditer(text)):
        if number == 0 or _CLAUSE_END.search(text, end, match.start()):
            yield number
        end = match.end()


def _plain(text: str) -> str:
    return "".join(_tokens(_fold(text)))


def _cell(text: str) -> str:
    """Folded words of a cell; ★★, ↑ and - are what one says, and stay."""
    return _CELL_MARKS.sub("", _fold(text))


def _fold(text: str) -> str:
    return simplify(text).lower().translate(_ONE_FORM)


def _shingles(words: str) -> NDArray[np.uint64]:
    """The different runs of _SHINGLE characters, sorted, each packed into 64 bits; words too short are one run."""
    codes = np.frombuffer(words.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64) & np.uint64(
        0xFFFF
    )
    codes = np.pad(codes, (0, max(0, _SHINGLE - len(codes))))
    runs = np.lib.stride_tricks.sliding_window_view(codes, _SHINGLE)
    return np.unique(runs @ (np.uint64(1) << (np.arange(_SHINGLE, dtype=np.uint64) * np.uint64(16))))


def _other_places(passage: Passage, folded: Sequence[Passage]) -> tuple[Place, ...]:
    """The places of the passage and of those folded into it, each once with the words told there first."""
    places: dict[Place, Place] = {}
    for place in (*passage.also_at, *(place for other in folded for place in (_place(other), *other.also_at))):
        if place != _place(passage):
            places.setdefault(replace(place, text=""), place)
    return tuple(places.values())


def _place(passage: Passage) -> Place:
    return Place(passage.report_id, passage.title, passage.headings, passage.page, passage.text)
