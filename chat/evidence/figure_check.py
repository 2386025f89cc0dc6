"""Whether the figures and periods of a sentence are told by its evidence: the same value and unit, rise or fall, and basis,
and of the same thing.

A figure that stands in the evidence may still be another thing's: 乙增长3% out of 甲增长5%，乙增长3%. So where several of a kind
stand there, the words around the figure must fit the clause that it is taken from better than any other. Where that is
not plain, the sentence is not held to be told: its evidence can be quoted instead.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingest.figures import Basis, Change, Hedge, find_figures
from ingest.normalise import simplify
from ingest.periods import find_periods

# Within a number they part nothing (5,000, 12.5, 3:1); a colon parts no cell from its header.
_CLAUSE = re.compile(r"(?:[^，,；;。！？、\n]|(?<=[0-9]),(?=[0-9]))+")
_UNIT_OF = re.compile(r"[（(](?:单位[：: ]*)?([^（）()\s]{1,8})[)）]|单位[：: ]*([^\s，,；;。）)]{1,8})")
_MONTH_DAY = re.compile(
    r"(?<![0-9])[0-9]{1,2}月(?:[0-9]{1,2}[日号])?|(?<![0-9月])[0-9]{1,2}日|[上下]半年|第?[一二三四]季度"
)
UP = re.compile(r"增[长加多幅速至到]|上[升涨调]|提[升高]|[升涨][至到]|扩[大张]|攀升|回升|[猛激]增|涨")
DOWN = re.compile(r"下[降滑跌调]|[减缩][少小减短]|[减降跌][至到]|降[低幅]|收窄|回落|萎缩|跌")
# Two figures this near, as a share, may be one figure rounded.
ROUNDED = Decimal("0.01")
# The letters of 为, 是, 达到, 高达, 约为 and the like, which say nothing of what a figure is of.
_TELLING = frozenset("为是达到约有了的至")
_BASES = ("同比", "环比")


@dataclass(frozen=True, slots=True)
class _Told:
    """A figure (value: from low to high) or a period (its days), with its clause.

    words: the pairs of letters of the clause, figures and periods apart. days: the periods of the clause. amounts: whether it
    has figures.
    """

    value: tuple[Decimal, Decimal] | tuple[date, date]
    unit: str
    clause: str
    words: frozenset[str]
    days: frozenset[tuple[date, date]]
    amounts: bool
    hedge: Hedge = ""
    change: Change = ""
    basis: Basis = ""


def figures_hold(sentence: str, reading: str, place: str = "") -> bool:
    """Whether all figures and periods of a sentence are told in reading, each of the same thing.

    place: headings and caption around it. They may tell the unit, and the period where reading tells none, but no figure.
    """
    claim, source, around = simplify(sentence), simplify(reading), simplify(place)
    told = list(_told(source, _units(around)))
    if not any(each.unit == "period" for each in told):
        told += [each for each in _told(around, ()) if each.unit == "period"]
    return _months_hold(claim, f"{source}\n{around}") and all(_holds(each, told) for each in _told(claim, ()))


def disagree(one: str, other: str, *, places: tuple[str, str] = ("", "")) -> bool:
    """Whether two sentences tell different figures of the same thing: each tells one of the unit, of the same basis and the same
    periods, in the same words but for how they tell it (为, 达到). Rounding is no difference.

    places: what the sentences stand under, whose periods count where a sentence tells none.
    """
    ours, theirs = map(simplify, (one, other))
    if _days(ours, places[0]) != _days(theirs, places[1]):
        return False
    pairs = [
        (figure, rival) for figure in _figures_of(ours) for rival in _figures_of(theirs) if figure.unit == rival.unit
    ]
    return len(pairs) == 1 and _differ(*pairs[0]) and _bare(_rest(ours)) == _bare(_rest(theirs))


def same_but_for(one: str, other: str, apart: Collection[str]) -> bool:
    """Whether two texts, each without its figure, say the same but for letters of apart, of which each has some that the other
    has not, and for how they tell it."""
    left, right = set(_bare(one)), set(_bare(other))
    return bool(left - right) and bool(right - left) and (left ^ right) <= set(apart)


def adds_nothing(later: str, earlier: str, own: Collection[str]) -> bool:
    """Whether a clause, without its figure, says nothing but letters of own that the one before it, without its, has not said: 乙 after
    甲收入, not 乙利润. 占 and 占比 are the same."""
    return set(_bare(later)) - set(_bare(earlier)) <= {*own, *"占比"}


def clauses_of(text: str) -> Iterator[re.Match[str]]:
    """The clauses of a text, between its commas and stops."""
    return _CLAUSE.finditer(text)


def _bare(text: str) -> str:
    """The letters of a text in order, without those that only tell a figure."""
    return "".join(letter for letter in text if letter.isalnum() and letter not in _TELLING)


@dataclass(frozen=True, slots=True)
class Term:
    """The one exact figure of a text: text[start:end]. rest: the text without it and its periods; days: those periods."""

    start: int
    end: int
    low: Decimal
    unit: str
    rest: str
    days: frozenset[tuple[date, date]]


def the_figure(text: str, place: str = "") -> Term | None:
    """The figure of a text that tells one with a unit, exact and no change; None for any other text."""
    plain = simplify(text)
    figures = [each for each in find_figures(plain) if each.unit]
    if len(figures) != 1 or len(_figures_of(plain)) != 1:
        return None
    (figure,) = figures
    if figure.low != figure.high or figure.hedge or figure.change or figure.basis or figure.low < 0:
        return None
    return Term(figure.start, figure.end, figure.low, figure.unit, _rest(plain), _days(plain, place))


def _rest(plain: str) -> str:
    """A text without its figures and periods."""
    spans = [(each.start, each.end) for each in find_figures(plain)]
    spans += [(each.start, each.end) for each in find_periods(plain)]
    return _without(plain, (0, len(plain)), spans)


def _differ(figure: _Told, other: _Told) -> bool:
    low, high = sorted((figure.value, other.value))
    rounded = all(abs(a - b) <= ROUNDED * abs(b) for a, b in zip(low, high, strict=True))  # type: ignore[operator, arg-type]  # figures
    hedged = bool({figure.hedge, other.hedge} - {""})
    told_alike = (figure.basis, figure.change) == (other.basis, other.change)
    return told_alike and not hedged and not rounded


def _figures_of(text: str) -> list[_Told]:
    return [each for each in _told(text, ()) if each.unit and each.unit != "period"]


def _days(text: str, place: str) -> frozenset[tuple[date, date]]:
    """The periods of a sentence, or else of what it stands under."""
    own = frozenset((each.first, each.last) for each in find_periods(text))
    return own or frozenset((each.first, each.last) for each in find_periods(simplify(place)))


def _holds(figure: _Told, told: Sequence[_Told]) -> bool:
    same = [other for other in told if _same(figure, other)]
    rivals = [other for other in told if _kind(other) == _kind(figure) and not _same(figure, other)]
    return any(all(_fits_better(figure.words, one.words, other.words) for other in rivals) for one in same)


def _fits_better(words: frozenset[str], one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether of the words that only one of two clauses has, more are of the first; or none are of the second."""
    others = len(words & (other - one))
    return not others or len(words & (one - other)) > others


def _kind(figure: _Told) -> str:
    """The unit, but amounts of all currencies are of one kind."""
    return "元" if figure.unit.endswith("元") else figure.unit


def _same(figure: _Told, other: _Told) -> bool:
    if figure.unit != other.unit:
        return False
    if figure.unit == "period":
        # What happened in April 2022 happened in 2022; what was earned in half a year was not earned in the year.
        (first, last), (begins, ends) = figure.value, other.value
        within = first <= begins and ends <= last  # type: ignore[operator]  # both are days
        return figure.value == other.value or (within and not figure.amounts)
    if figure.value != other.value or (figure.days and other.days and not figure.days & other.days):
        return False
    # 约 may be left out or added; 超 and 不足 say something.
    hedged = figure.hedge == other.hedge or {figure.hedge, other.hedge} <= {"", "about"}
    based = not (figure.basis and other.basis) or figure.basis == other.basis
    return (
        hedged
        and based
        and {figure.change, other.change} != {"up", "down"}
        and not _turned(figure.clause, other.clause)
    )


def _turned(clause: str, other: str) -> bool:
    """Whether one clause tells of a rise and the other of a fall, or one compares with last year and the other with the last
    month."""
    way = (bool(UP.search(clause)), bool(DOWN.search(clause)))
    others = (bool(UP.search(other)), bool(DOWN.search(other)))
    bases, its = ({basis for basis in _BASES if basis in text} for text in (clause, other))
    return {way, others} == {(True, False), (False, True)} or bool(bases and its and not bases <= its)


def _told(text: str, units: Sequence[str]) -> Iterator[_Told]:
    """The figures and periods of text with their clauses; a bare number also with the unit that its clause has in brackets,
    or with each of units."""
    figures, periods = find_figures(text), find_periods(text)
    for match in clauses_of(text):
        its_figures = [each for each in figures if match.start() <= each.start < match.end()]
        its_periods = [each for each in periods if match.start() <= each.start < match.end()]
        spans = [(each.start, each.end) for each in its_figures] + [(each.start, each.end) for each in its_periods]
        days = frozenset((each.first, each.last) for each in its_periods)
        rest = (match[0], _pairs(_without(text, match.span(), spans)), days, bool(its_figures))
        for figure in its_figures:
            measured = [figure]
            if not figure.unit:
                own = _units(match[0]) or units
                measured += [each for unit in own for each in find_figures(text[figure.start : figure.end] + unit)]
            for each in measured:
                yield _Told((each.low, each.high), each.unit, *rest, figure.hedge, figure.change, figure.basis)
        for period in its_periods:
            yield _Told((period.first, period.last), "period", *rest)


def _units(text: str) -> tuple[str, ...]:
    """What stands in brackets or after 单位, where it makes a figure of a number: 亿元 of 市场规模（亿元）."""
    found = (match[1] or match[2] for match in _UNIT_OF.finditer(text))
    return tuple(dict.fromkeys(unit for unit in found if find_figures(f"1{unit}")))


def _months_hold(claim: str, source: str) -> bool:
    """Whether months, days, halves and quarters that are told without their year stand so in the source."""
    told = _without(claim, (0, len(claim)), [(each.start, each.end) for each in find_periods(claim)])
    stand = _month_days(source)
    return all(any(other.startswith(each) for other in stand) for each in _month_days(told))


def _month_days(text: str) -> set[str]:
    return {match[0].replace("号", "日").removeprefix("第") for match in _MONTH_DAY.finditer(text.replace(" ", ""))}


def _without(text: str, stretch: tuple[int, int], spans: Sequence[tuple[int, int]]) -> str:
    """A stretch of text without those spans."""
    at, end = stretch
    rest = ""
    for begin, stop in sorted(spans):
        rest += text[at:begin] + "\n"
        at = max(at, stop)
    return rest + text[at:end]


def _pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters."""
    return frozenset(text[at : at + 2].lower() for at in range(len(text) - 1) if text[at : at + 2].isalnum())
