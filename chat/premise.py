"""Whether a question takes for granted what the sources tell otherwise: another party, another figure, a rise for a fall, a
need where there is none.

Each rule is narrow: it takes one stretch that tells of the same thing (the same names, periods and figures but for the one in
doubt, most of the same words) and differs in that one. A question that is merely not answered contradicts nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chat.evidence import Evidence, SpanScorer, candidates
from chat.wording import NAMING, Word, read
from index.library import Hit
from index.segment import fold, segment_question
from ingest.figures import Figure, find_figures
from ingest.normalise import simplify
from ingest.periods import find_periods

# Of a question's words apart from names, figures and periods, the share that a stretch must have to tell of the same thing.
SAME_THING = 0.6
# Only what matches nearly as well as the best stretch tells of what was asked.
NEAR_BEST = 0.08

_DOING = re.compile(
    r"注资|投资|入股|收购|并购|领投|投[了给的]|砸[了给]|发布|推出|开发|研发|研制|创立|创办|成立|提出|出品|打造|上线|开源|签署|出版|建成|设立"
)
_UP = re.compile(r"增[长加多]|上[升涨]|提[升高]|扩大|攀升|回升|激增|涨")
_DOWN = re.compile(r"下[降滑跌]|减[少小]|降低|收窄|回落|萎缩|缩[小减]|跌")
_NEEDS = re.compile(r"(?:必须|必需|一定[要得]|非得|需要|要|依赖|依靠|得益于|靠|离不开)(?:通过|经过|做|用|进行|先)?")
_NEEDS_NOT = re.compile(
    r"(?:不(?:再|会)?(?:需要?|必|用|依赖|依靠)|无需|无须|没有必要|摆脱)(?:通过|经过|做|用|进行|对)?"
)
_NEGATION = re.compile(r"[不没未无非别]")
_CLAUSE_END = re.compile(r"[，,。；;？?！!\n]|$")
_ASKS_WHETHER = re.compile(r"是不是|是否|[吗么][？?]?$|为什么|为何|为啥|怎么会|凭什么")


def contradicting(question: str, hits: Sequence[Hit], library: SpanScorer) -> Evidence | None:
    """The stretch that tells otherwise what the question takes for granted, the best matching one; None mostly."""
    asked = _Asked.of(question)
    told = sorted(candidates(question, hits, library), key=lambda item: -item.score)
    stretches = [_Told(item, fold(item.reading)) for item in told]
    for rule in (_another_party, _another_figure, _other_way, _no_need):
        if (found := rule(asked, stretches)) is not None:
            return found.item
    return None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question taken apart. names: in order, folded. party: the name or noun that it begins with, "" for none. words: what remains besides names, figures, periods and what asks."""

    plain: str
    names: tuple[str, ...]
    party: str
    figures: tuple[Figure, ...]
    periods: frozenset[tuple[object, object]]
    words: frozenset[str]

    @classmethod
    def of(cls, question: str) -> "_Asked":
        plain = simplify(question)
        words = read(plain)
        names = tuple(dict.fromkeys(fold(word.text) for word in words if word.kind == "name"))
        content = [word for word in words if word.kind not in ("asking", "other", "pointer")]
        figures = [each for each in find_figures(plain) if not plain[: each.start].endswith(("哪", "这", "那"))]
        periods = find_periods(plain)
        taken = [(figure.start, figure.end) for figure in figures] + [(each.start, each.end) for each in periods]
        rest = "".join(char for at, char in enumerate(plain) if not any(start <= at < end for start, end in taken))
        told = frozenset(word for word in segment_question(rest) if len(word) > 1 and word not in names)
        return cls(
            plain,
            names,
            fold(content[0].text) if content and content[0].kind in NAMING else "",
            tuple(figures),
            frozenset((each.first, each.last) for each in periods),
            told - _asking(words),
        )


def _asking(words: Sequence[Word]) -> set[str]:
    return {piece for word in words if word.kind == "asking" for piece in segment_question(word.text)}


@dataclass(frozen=True, slots=True)
class _Told:
    item: Evidence
    text: str

    @property
    def around(self) -> str:
        """With what it stands under, which may name what it is about."""
        return fold(f"{self.item.place} {self.item.reading}")

    def has_figure(self, figure: Figure) -> bool:
        return any(
            (each.low, each.high, each.unit) == (figure.low, figure.high, figure.unit) for each in self.figures()
        )

    def figures(self) -> list[Figure]:
        return find_figures(self.item.reading)

    def is_of_the_same(self, asked: _Asked) -> bool:
        """Whether it has all names and periods of the question and most of its words."""
        periods = {(each.first, each.last) for each in find_periods(self.around)}
        share = sum(word in self.around for word in asked.words) / len(asked.words) if asked.words else 0.0
        return all(name in self.around for name in asked.names) and asked.periods <= periods and share >= SAME_THING


def _another_party(asked: _Asked, told: Sequence[_Told]) -> _Told | None:
    """甲投资了丙 where the sources have 乙投资丙 and nothing of 甲 and 丙."""
    doing = _DOING.search(asked.plain)
    others = [name for name in asked.names if name != asked.party]
    if not asked.party or not doing or not others:
        return None
    figures = [figure for figure in asked.figures if figure.unit]

    def has_the_rest(each: _Told) -> bool:
        return all(name in each.text for name in others) and all(each.has_figure(figure) for figure in figures)

    if any(asked.party in each.around and all(name in each.around for name in others) for each in told):
        return None
    return next((each for each in told if has_the_rest(each) and _begins_with_another(each, asked)), None)


def _begins_with_another(told: _Told, asked: _Asked) -> bool:
    """Whether a stretch says of another party that it did something."""
    words = [word for word in read(told.item.reading) if word.kind not in ("other", "period")]
    first = fold(words[0].text) if words and words[0].kind == "name" else ""
    # The tagger may take a letter too many for a name (李白曾), so it is the first two that tell them apart.
    other = bool(first) and first not in asked.names and first[:2] != asked.party[:2]
    return other and bool(_DOING.search(told.item.reading))


def _another_figure(asked: _Asked, told: Sequence[_Told]) -> _Told | None:
    """份额为20% where the sources have 份额为82% and no 20% at all."""
    for figure in asked.figures:
        if not figure.unit or any(each.has_figure(figure) for each in told):
            continue
        for each in _near_best(told):
            same_unit = [other for other in each.figures() if other.unit == figure.unit]
            above = [other for other in find_figures(each.item.place) if other.unit == figure.unit]
            if len(same_unit) == 1 and not above and each.is_of_the_same(asked):
                return each
    return None


def _other_way(asked: _Asked, told: Sequence[_Told]) -> _Told | None:
    """为什么下降 where the sources tell of a rise of the same thing."""
    way = bool(_UP.search(asked.plain)), bool(_DOWN.search(asked.plain))
    if way not in ((True, False), (False, True)) or not asked.words:
        return None
    turning = {word for word in asked.words if _UP.search(word) or _DOWN.search(word)}
    same = _Asked(asked.plain, asked.names, asked.party, (), asked.periods, frozenset(asked.words - turning))
    for each in _near_best(told):
        its = bool(_UP.search(each.text)), bool(_DOWN.search(each.text))
        if its == way[::-1] and each.is_of_the_same(same) and not _NEGATION.search(each.text):
            return each
        if its != way[::-1]:
            return None  # what matches better tells it the way it was asked, or both ways
    return None


def _no_need(asked: _Asked, told: Sequence[_Told]) -> _Told | None:
    """是不是因为要做某事 where the sources say 不需要做某事."""
    if not _ASKS_WHETHER.search(asked.plain) or _NEGATION.search(asked.plain.replace("是不是", "")):
        return None
    needed = [words for clause in _scopes(_NEEDS, asked.plain) if (words := set(segment_question(clause)))]
    for each in _near_best(told):
        for scope in _scopes(_NEEDS_NOT, simplify(each.item.reading)):
            if any(all(word in fold(scope) for word in words) for words in needed):
                return each
    return None


def _scopes(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """What follows each match of a pattern, to the end of its clause."""
    for match in pattern.finditer(text):
        end = _CLAUSE_END.search(text, match.end())
        yield text[match.end() : end.start() if end else len(text)]


def _near_best(told: Sequence[_Told]) -> list[_Told]:
    return [each for each in told if each.item.score >= told[0].item.score - NEAR_BEST]
