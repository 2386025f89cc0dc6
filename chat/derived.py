"""What follows from the sources by one step of arithmetic, with the step shown: a year told by another year (次年), a
difference and a sum of two figures.

A small model gets such steps wrong, and a figure that stands in no source could not be checked: so they are done here,
from figures that are each cited.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chat.evidence import Evidence
from index.asked import asks_for_a_time
from ingest.figures import Figure, find_figures
from ingest.normalise import simplify
from ingest.periods import find_periods
from ingest.report import Passage

_COUNT = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
# 第二年 and 一年后 count from what happened, 次年 and 翌年 from the year of it: the same number of years all the same.
_LATER = re.compile(
    r"次年|翌年|(?<![第\d])第二年|(?<![\d.第十])(?P<years>[一两二三四五六七八九十]|\d{1,2})年(?:之|以)?后"
)
_SAME = re.compile(r"同年")
# How far before the word the year that it counts from may stand.
ANCHOR_CHARS = 150

_DIFFERENCE = re.compile(
    r"相?差(?:了|有|距是?|额是?)?(?:多|几)|[比高低多少出大]了?(?:出|过)?(?:多少|几)|差距(?:有|是)?多"
)
_SUM = re.compile(r"一共|总共|合计|共计|加起来|之和")
_TOGETHER = re.compile(rf"{_SUM.pattern}|相?差了?(?=多少|几)")
_PER_CENT = "%"


@dataclass(frozen=True, slots=True)
class Derived:
    """A sentence that says a result and how it follows; spans: the stretches that tell its terms, in their order."""

    text: str
    spans: tuple[tuple[Passage, int, int], ...]


def derived_year(question: str, evidence: Sequence[Evidence]) -> Derived | None:
    """The year that 次年, 同年 or 三年后 of the evidence means, where the question asks for a time and no year stands there.

    It counts from the last year told before it in the same passage.
    """
    if not asks_for_a_time(question):
        return None
    for item in evidence:
        text = item.hit.passage.text
        said = simplify(text[item.start : item.end])
        word = _LATER.search(said) or _SAME.search(said)
        if item.hit.passage.cells or word is None or find_periods(said[: word.start()]):
            continue
        before = text[max(0, item.start - ANCHOR_CHARS) : item.start]
        years = [period for period in find_periods(before) if period.first.year == period.last.year]
        if not years:
            continue
        later = 0 if _SAME.fullmatch(word[0]) else _years(word)
        year = years[-1].first.year
        at = item.start - len(before)
        result = f"{year} + {later} = {year + later}" if later else f"{year}年的同一年"
        return Derived(
            f"“{text[item.start + word.start() : item.start + word.end()]}”即{year + later}年（{result}）。",
            (
                (item.hit.passage, *_sentence(text, at + years[-1].start)),
                (item.hit.passage, item.start, item.end),
            ),
        )
    return None


def _years(word: re.Match[str]) -> int:
    written = word["years"]
    return 1 if written is None else _COUNT.get(written) or int(written)


def _sentence(text: str, at: int) -> tuple[int, int]:
    """The sentence around a place of a text, without the blanks around it."""
    start = max(text.rfind(mark, 0, at) for mark in "。！？；\n") + 1
    ends = [end for mark in "。！？；\n" if (end := text.find(mark, at)) >= 0]
    end = min(ends) + 1 if ends else len(text)
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def asks_for_a_step(question: str) -> bool:
    """Whether a question asks for the difference or the sum of what its sides are."""
    plain = simplify(question)
    return bool(_DIFFERENCE.search(plain) or _SUM.search(plain))


def of_each(question: str) -> str:
    """A question for a sum or a difference as one for its terms: 「甲和乙一共多少」 and 「甲和乙相差多少」 as 「甲和乙分别多少」."""
    return _TOGETHER.sub("分别", simplify(question))


def derived_figure(question: str, sides: Sequence[Evidence]) -> Derived | None:
    """The difference or the sum of what two sides tell, where each tells one figure of a unit that the other has too.

    None where that is not plain: of two figures of one unit, only a reader knows which is meant.
    """
    plain = simplify(question)
    adds = bool(_SUM.search(plain))
    if len(sides) != 2 or not (adds or _DIFFERENCE.search(plain)):
        return None
    told = [{figure.unit: figure for figure in figures} for figures in map(_plain_figures, sides)]
    units = [unit for unit in told[0] if unit in told[1]]
    if len(units) != 1:
        return None
    (first, one), (second, other) = [
        (figure, _written(item, figure)) for figure, item in _by_size(told, sides, units[0])
    ]
    if adds and first.unit == _PER_CENT:
        return None  # shares of different wholes have no sum
    result = first.low + second.low if adds else first.low - second.low
    working = f"{one} {'+' if adds else '−'} {other} = {_amount(result, first.unit, difference=not adds)}"
    spans = [(item.hit.passage, item.start, item.end) for item in sides]
    said = "合计" if adds else "相差"
    return Derived(f"{said}{_amount(result, first.unit, difference=not adds)}（{working}）。", tuple(spans))


def _plain_figures(item: Evidence) -> list[Figure]:
    """The exact figures of a stretch whose unit no other of it has, nor a bare number."""
    figures = [figure for figure in find_figures(item.reading) if figure.unit]
    units = [figure.unit for figure in figures]
    return [
        figure
        for figure in figures
        if units.count(figure.unit) == 1
        and figure.low == figure.high
        and figure.hedge in ("", "about")
        and not figure.change
    ]


def _by_size(told: Sequence[dict[str, Figure]], sides: Sequence[Evidence], unit: str) -> list[tuple[Figure, Evidence]]:
    pairs = [(figures[unit], item) for figures, item in zip(told, sides, strict=True)]
    return sorted(pairs, key=lambda pair: -pair[0].low)


def _written(item: Evidence, figure: Figure) -> str:
    return item.reading[figure.start : figure.end]


def _amount(value: Decimal, unit: str, *, difference: bool) -> str:
    """A value with its unit: 1.2亿元, 15.1个百分点 for a difference of per cents."""
    if unit == _PER_CENT:
        return f"{_digits(value)}{'个百分点' if difference else '%'}"
    for scale, name in ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")):
        if value >= scale:
            return f"{_digits(value / scale)}{name}{unit}"
    return f"{_digits(value)}{'个百分点' if unit == '百分点' else unit}"


def _digits(value: Decimal) -> str:
    return f"{value.normalize():f}"
