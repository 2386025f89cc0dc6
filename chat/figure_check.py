"""Whether the figures and periods of a sentence are told by its evidence: the same value and unit, rise or fall, and basis,
and of the same thing.

A figure that stands in the evidence may still be another thing's: 乙增长3% out of 甲增长5%，乙增长3%. So where several of a kind
stand there, the words around the figure must fit the clause that it is taken from as well as any other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingest.figures import Basis, Change, Hedge, find_figures
from ingest.normalise import simplify
from ingest.periods import find_periods

# Within a number they part nothing: 5,000, 12.5, 3:1.
_CLAUSE = re.compile(r"(?:[^，,；;。：:！？、\n]|(?<=[0-9])[,:](?=[0-9]))+")
_UNIT_OF = re.compile(r"[（(](?:单位[：: ]*)?([^（）()\s]{1,8})[)）]|单位[：: ]*([^\s，,；;。）)]{1,8})")
_MONTH_DAY = re.compile(r"(?<![0-9])[0-9]{1,2}月(?:[0-9]{1,2}[日号])?|(?<![0-9月])[0-9]{1,2}日")
_UP = re.compile(r"增[长加多幅速]|上[升涨调]|提[升高]|扩[大张]|攀升|回升|[猛激]增|涨")
_DOWN = re.compile(r"下[降滑跌调]|[减缩][少小减短]|降[低幅]|收窄|回落|萎缩|跌")
_BASES = ("同比", "环比")


@dataclass(frozen=True, slots=True)
class _Told:
    """A figure (value: from low to high) or a period (its days), the clause that it stands in, and the rest of that clause."""

    value: tuple[Decimal, Decimal] | tuple[date, date]
    unit: str
    clause: str
    words: frozenset[str]
    hedge: Hedge = ""
    change: Change = ""
    basis: Basis = ""


def figures_hold(sentence: str, reading: str, place: str = "") -> bool:
    """Whether all figures and periods of a sentence are told in reading, each of the same thing.

    place: headings and caption around it, which may tell the period or the unit, but no figure.
    """
    claim, source = simplify(sentence), simplify(reading)
    told = list(_told(source, _units(f"{place}\n{reading}")))
    around = {(first.value, first.unit) for first in _told(simplify(place), ()) if first.unit == "period"}
    if not _month_days(claim) <= _month_days(f"{source}\n{simplify(place)}"):
        return False
    return all(_holds(figure, told) or (figure.value, figure.unit) in around for figure in _told(claim, ()))


def _holds(figure: _Told, told: Sequence[_Told]) -> bool:
    same = [other for other in told if _same(figure, other)]
    if not same:
        return False
    others = [other for other in told if _kind(other) == _kind(figure) and other.value != figure.value]
    best = max(len(figure.words & other.words) for other in same)
    return all(len(figure.words & other.words) <= best for other in others)


def _kind(figure: _Told) -> str:
    """The unit, but amounts of all currencies are of one kind."""
    return "元" if figure.unit.endswith("元") else figure.unit


def _same(figure: _Told, other: _Told) -> bool:
    if figure.value != other.value or figure.unit != other.unit:
        return False
    if figure.unit == "period":
        return True
    changes = {figure.change, other.change} >= {"up", "down"}
    # 约 may be left out or added; 超 and 不足 say something.
    exact = {figure.hedge, other.hedge} <= {"", "about"} or figure.hedge in ("", other.hedge)
    return not changes and exact and not _turned(figure.clause, other.clause)


def _turned(clause: str, other: str) -> bool:
    """Whether one clause tells of a rise and the other of a fall, or one compares with last year and the other with the last
    month."""
    rises, falls = bool(_UP.search(clause)), bool(_DOWN.search(clause))
    other_rises, other_falls = bool(_UP.search(other)), bool(_DOWN.search(other))
    if (rises and not falls and other_falls and not other_rises) or (
        falls and not rises and other_rises and not other_falls
    ):
        return True
    bases = {basis for basis in _BASES if basis in clause}
    return bool(bases) and not bases <= {basis for basis in _BASES if basis in other}


def _told(text: str, units: Sequence[str]) -> Iterator[_Told]:
    """The figures and periods of text with their clauses; a bare number also with each of the units that stand apart."""
    figures = [(each.start, each.end, each) for each in find_figures(text)]
    periods = [(each.start, each.end, each) for each in find_periods(text)]
    spans = [(start, end) for start, end, _ in (*figures, *periods)]
    for match in _CLAUSE.finditer(text):
        start, end = match.span()
        inside = [(a, b) for a, b in spans if start <= a < end]
        words = _pairs(_without(text, start, end, inside))
        for at, stop, figure in figures:
            if start <= at < end:
                told = _Told(
                    (figure.low, figure.high), figure.unit, match[0], words, figure.hedge, figure.change, figure.basis
                )
                yield told
                if not figure.unit:
                    yield from _measured(text[at:stop], units, told)
        for at, _, period in periods:
            if start <= at < end:
                yield _Told((period.first, period.last), "period", match[0], words)


def _measured(number: str, units: Sequence[str], told: _Told) -> Iterator[_Told]:
    for unit in units:
        for figure in find_figures(number + unit):
            yield _Told(
                (figure.low, figure.high), figure.unit, told.clause, told.words, told.hedge, told.change, told.basis
            )


def _units(text: str) -> tuple[str, ...]:
    """What stands in brackets or after 单位, where it makes a figure of a number: 亿元 of 市场规模（亿元）."""
    found = (match[1] or match[2] for match in _UNIT_OF.finditer(text))
    return tuple(dict.fromkeys(unit for unit in found if find_figures(f"1{unit}")))


def _month_days(text: str) -> set[str]:
    return {match[0].replace("号", "日") for match in _MONTH_DAY.finditer(text.replace(" ", ""))}


def _without(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> str:
    """text[start:end] without those spans."""
    rest, at = "", start
    for begin, stop in sorted(spans):
        rest += text[at:begin] + "\n"
        at = max(at, stop)
    return rest + text[at:end]


def _pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters."""
    return frozenset(text[at : at + 2].lower() for at in range(len(text) - 1) if text[at : at + 2].isalnum())
