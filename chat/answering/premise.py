"""Whether a question takes for granted what the sources tell otherwise: another party to a deal of that size, another figure, a
rise for a fall, a need where there is none.

A wrong correction is worse than none: so each rule asks for one stretch that tells of the same thing and differs in one point, and for
words that take it for granted (为什么, 只有, 是不是因为), or for the very figure of a deal. An amount that is stated and told nowhere is
only said to be so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from chat.evidence.evidence import Evidence, SpanScorer, candidates
from chat.evidence.figure_check import DOWN, ROUNDED, UP
from chat.understanding.wording import NAMING, Word, read
from index.library import Hit
from index.segment import fold, segment_question
from ingest.figures import Figure, find_figures
from ingest.normalise import simplify
from ingest.periods import find_periods
from ingest.report import Passage

# Of the words that say what needs something, the share that the passage must have.
MOST_WORDS = 0.6
# A deal of another kind with the same figure contradicts nothing.
_DEAL = re.compile(r"投资|注资|入股|收购|并购|领投|融资|斥资|砸|买下|投了|出资")
# Only what matches nearly as well as the best stretch tells of what was asked, in MaxSim.
NEAR_BEST = 0.08

_GRANTED = re.compile(r"为什么|为何|为啥|怎么会|怎么才|凭什么|居然|竟然|才只|只有|仅有")
_ASKS_WHETHER = re.compile(r"是不是|是否|有没有|能否|能不能|会不会|[吗么](?=[？?，,。]|$)")
# 超过200亿了吗, 前3家, 从20%提高到35%, 达到1亿用了多久: figures that are asked about, or bound something else.
_NOT_GRANTED = re.compile(r"[超过逾约近前后最从自由到至达满离差破第每]\Z")
# A number without a unit of money or share is an amount from here on; below it counts things.
LEAST_AMOUNT = 10_000
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# What is measured: a share is not what it is a share of.
_MEASURES = re.compile(r"占比|比重|份额|排名|增速|增幅|增长率|利润率|毛利率|均价|单价|人均")
_NEGATION = re.compile(r"[不没未无非别]")
_NEEDED = re.compile(
    r"(?:是不是因为|是因为|为什么|为何|为啥).{0,8}?(?:必须|必需|一定[要得]|非得|需要|要|依赖|依靠|得益于|靠|离不开)(?:通过|经过|做|用|进行|先)?"
)
_NEEDS_NOT = re.compile(
    r"(?:不(?:再|会)?(?:需要?|必|用|依赖|依靠)|无需|无须|没有必要|摆脱)(?:通过|经过|做|用|进行|对)?"
)
_CLAUSE_END = re.compile(r"[，,。；;？?！!\n]|$")


def contradicting(question: str, hits: Sequence[Hit], library: SpanScorer) -> Evidence | None:
    """The stretch that tells otherwise what the question takes for granted, the best matching one; None mostly."""
    asked = _Asked.of(question)
    told = [_Told(item) for item in sorted(candidates(question, hits, library), key=lambda item: -item.score)]
    for rule in (_another_party, _another_figure, _other_way, _no_need):
        if (found := rule(asked, told)) is not None:
            return found.item
    return None


def states_untold_amount(question: str, passages: Iterable[Passage]) -> bool:
    """Whether a question states an amount that none of these passages tells: 谁投资了乙30亿元 of a report of 3亿元.

    Nothing says that it is wrong, but an answer would seem to confirm it. Counts (前三家), bounds (超过30亿元) and ranges are not stated.
    """
    plain = simplify(question)
    stated = [each for each in find_figures(plain) if _is_stated(each, plain)]
    texts = [(simplify(f"{each.title} {each.search_text}"), bool(each.cells)) for each in passages if stated]
    told = [other for text, _ in texts for other in find_figures(text)]
    cells = "\n".join(text for text, is_row in texts if is_row)  # which may have the unit above them
    return any(
        not any(_is_the_same(each, other) for other in told) and not _stands(plain[each.start : each.end], cells)
        for each in stated
    )


def _is_stated(figure: Figure, plain: str) -> bool:
    amount = figure.unit.endswith("元") or figure.unit in ("%", "个百分点", "倍") or figure.low >= LEAST_AMOUNT
    exact = not figure.hedge and figure.low == figure.high
    return amount and exact and not _NOT_GRANTED.search(plain[: figure.start])


def _is_the_same(figure: Figure, other: Figure) -> bool:
    """Rounded or not; 100万 may be 100万人."""
    near = abs(figure.low - other.low) <= ROUNDED * abs(other.low)
    return near and (figure.unit == other.unit or not figure.unit or not other.unit)


def _stands(figure: str, text: str) -> bool:
    number = _NUMBER.search(figure)
    return number is not None and re.search(rf"(?<![\d.]){re.escape(number[0])}(?![\d.])", text) is not None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question taken apart. names: in order, folded. party: the name or noun that it begins with, "" for none. words: what remains
    besides names, figures, periods and what asks."""

    plain: str
    names: tuple[str, ...]
    party: str
    figures: tuple[Figure, ...]
    periods: frozenset[tuple[date, date]]
    words: frozenset[str]

    @classmethod
    def of(cls, question: str) -> "_Asked":
        plain = simplify(question)
        words = read(plain)
        names = tuple(dict.fromkeys(fold(word.text) for word in words if word.kind == "name"))
        content = [word for word in words if word.kind not in ("asking", "other", "pointer")]
        figures, periods = find_figures(plain), find_periods(plain)
        taken = [(each.start, each.end) for each in figures] + [(each.start, each.end) for each in periods]
        rest = "".join(char for at, char in enumerate(plain) if not any(start <= at < end for start, end in taken))
        told = frozenset(word for word in segment_question(rest) if len(word) > 1 and word not in names)
        return cls(
            plain,
            names,
            fold(content[0].text) if content and content[0].kind in NAMING else "",
            tuple(each for each in figures if not each.hedge and not plain[: each.start].endswith(("哪", "这", "那"))),
            frozenset((each.first, each.last) for each in periods),
            told - _asking(words) - set(segment_question(" ".join(_GRANTED.findall(plain)))),
        )


def _asking(words: Sequence[Word]) -> set[str]:
    return {piece for word in words if word.kind == "asking" for piece in segment_question(word.text)}


@dataclass(frozen=True, slots=True)
class _Told:
    """A stretch, and what it says with what it stands under, which may name what it is about."""

    item: Evidence

    @property
    def around(self) -> str:
        return fold(f"{self.item.place} {self.item.reading}")

    @property
    def figures(self) -> list[Figure]:
        return find_figures(self.item.reading)

    def has(self, figure: Figure) -> bool:
        """Whether it tells the figure, rounded or not."""
        return any(
            each.unit == figure.unit
            and abs(each.low - figure.low) <= ROUNDED * abs(each.low)
            and abs(each.high - figure.high) <= ROUNDED * abs(each.high)
            for each in self.figures
        )

    def is_of_the_same(self, asked: _Asked, words: frozenset[str]) -> bool:
        """Whether it has all names and periods of the question, what it measures, and these words of it."""
        around = self.around
        if not all(measure in around for measure in _MEASURES.findall(asked.plain)):
            return False
        periods = {(each.first, each.last) for each in find_periods(around)}
        named = all(name in around for name in (*asked.names, *words))
        return bool(words) and named and asked.periods <= periods


def _another_party(asked: _Asked, told: Sequence[_Told]) -> _Told | None:
    """甲投资丙3亿元 where a source has 乙投资丙3亿元: the very figure, and nothing of 甲 and 丙 together."""
    others = [name for name in asked.names if name != asked.party]
    figures = [figure for figure in asked.figures if figure.unit]
    if not (asked.party and others and figures and _DEAL.search(asked.plain)) or _ASKS_WHETHER.search(asked.plain):
        return None
    if any(asked.party in each.around and all(name in each.around for name in others) for each in told):
        return None
    return next(
        (
            each
            for each in told
            if all(name in fold(each.item.reading) for name in others)
            and all(each.has(figure) for figure in figures)
            and _DEAL.search(each.item.reading)
            and _begins_with_another(each, asked)
        ),
        None,
    )


def _begins_with_another(told: _Told, asked: _Asked) -> bool:
    """Whether a stretch is of what another party did. The tagger may take a letter too many for a name: two tell them apart."""
    words = [word for word in read(told.item.reading) if word.kind not in ("other", "period", "number")]
    first = fold(words[0].text) if words and words[0].kind == "name" else ""
    return bool(first) and first not in asked.names and first[:2] != asked.party[:2]


def _another_figure(asked: _Asked, told: Sequence[_Told]) -> _Told | None:
    """为什么份额只有20% where the sources have 份额为82% and no 20% at all."""
    if not _GRANTED.search(asked.plain) or _ASKS_WHETHER.search(asked.plain) or _NEGATION.search(asked.plain):
        return None
    for figure in asked.figures:
        before = asked.plain[: figure.start].removesuffix("达到").removesuffix("达")
        if not figure.unit or _NOT_GRANTED.search(before) or any(each.has(figure) for each in told):
            continue
        for each in _near_best(told):
            same_unit = [other for other in each.figures if other.unit == figure.unit]
            above = [other for other in find_figures(each.item.place) if other.unit == figure.unit]
            if (
                len(same_unit) == 1
                and not above
                and not same_unit[0].hedge
                and (same_unit[0].basis, same_unit[0].change) == (figure.basis, figure.change)
                and each.is_of_the_same(asked, asked.words)
            ):
                return each
    return None


def _other_way(asked: _Asked, told: Sequence[_Told]) -> _Told | None:
    """为什么下降 where the sources tell of a rise of the same thing."""
    way = _way(asked.plain)
    if way not in ((True, False), (False, True)) or not _GRANTED.search(asked.plain):
        return None
    if _ASKS_WHETHER.search(asked.plain) or _NEGATION.search(asked.plain):
        return None
    words = frozenset(word for word in asked.words if not UP.search(word) and not DOWN.search(word))
    for each in _near_best(told):
        text = each.item.reading
        if _way(text) != way[::-1]:
            return None  # what matches better tells it the way it was asked, or both ways
        if each.is_of_the_same(asked, words) and not _NEGATION.search(text):
            return each
    return None


def _way(text: str) -> tuple[bool, bool]:
    return bool(UP.search(text)), bool(DOWN.search(text))


def _no_need(asked: _Asked, told: Sequence[_Told]) -> _Told | None:
    """是不是因为要做某事 where a source says of the same that it 不需要做某事."""
    needed = [set(segment_question(clause)) for clause in _scopes(_NEEDED, asked.plain)]
    if not needed or _NEGATION.search(asked.plain.replace("是不是", "")):
        return None
    cues = set(segment_question(" ".join(match[0] for match in _NEEDED.finditer(asked.plain))))
    subject = frozenset((asked.words | set(asked.names)) - cues - set().union(*needed))
    for each in _near_best(told):
        told_in = fold(each.item.hit.passage.search_text)
        if not subject or sum(word in told_in for word in subject) < MOST_WORDS * len(subject):
            continue
        for scope in _scopes(_NEEDS_NOT, simplify(each.item.reading)):
            if any(words and all(word in fold(scope) for word in words) for words in needed):
                return each
    return None


def _scopes(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """What follows each match of a pattern, to the end of its clause."""
    for match in pattern.finditer(text):
        end = _CLAUSE_END.search(text, match.end())
        yield text[match.end() : end.start() if end else len(text)]


def _near_best(told: Sequence[_Told]) -> list[_Told]:
    return [each for each in told if each.item.score >= told[0].item.score - NEAR_BEST]
