"""A series as an inline SVG of our own: a line where it runs in time, else horizontal bars in the table's order.

Bars begin at zero, so their lengths compare; a line begins there too unless its values lie close together far from it. What
stands at a point is the source's own words. Nothing has a colour here: `static/look.css` colours the classes for light and dark.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from chat.pages.escaping import inert
from chat.pages.series import Point, Series
from chat.pages.words import LookWords

# Units of the viewBox: at 320 px, the width of an answer on a phone, the letters are 11 px high, and 14 px where it is widest.
WIDTH = 380
LETTER = 13.0
SMALL = 11.5  # of ticks and values

_GAP = 6.0
_BAR = 13.0
_NAMES_MOST = 160.0  # longer names stand above their bars, and so do all where they leave too little for the bars
_BARS_LEAST = 90.0
_LINE_HEIGHT = 168.0
_CLOSE = 0.6  # values between this part of the highest one and it are close together
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def ticks(low: float, high: float, *, most: int = 6) -> tuple[Decimal, ...]:
    """Round numbers from low or just below to high or just above, 2 to `most` of them, evenly 1, 2, 2.5 or 5 of a power of ten apart.

    Zero is one of them where it lies between; equal ends give the way from zero.

    Raises:
        ValueError: an end is no number, low is above high, or most is below 3.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or low > high or most < 3:
        raise ValueError(f"no ticks from {low} to {high}, {most} at most")
    first, last = Decimal(low), Decimal(high)
    if first == last:
        first, last = min(first, Decimal(0)), max(last, Decimal(0))
    if first == last:
        last = Decimal(1)
    power = Decimal(1).scaleb(((last - first) / (most - 1)).adjusted())
    for step in (power * factor for factor in (*_STEPS, Decimal(20))):
        begin = (first / step).to_integral_value(ROUND_FLOOR)
        end = (last / step).to_integral_value(ROUND_CEILING)
        if end - begin < most:
            return tuple(step * number for number in range(int(begin), int(end) + 1))
    raise AssertionError(f"no step from {low} to {high}")  # 20 powers of ten always reach


def plot_svg(series: Series, words: LookWords, anchor: Callable[[int], str]) -> str:
    """The plot on one line. anchor: the address of the source of a citation's number."""
    drawn = _line(series, anchor) if series.timed else _bars(series, anchor)
    told = "，".join(f"{point.label} {point.words}" for point in series.points if point.words)
    label = words.told.format(name=_titled(series), count=len(series.points), points=told)
    # A picture has no parts for who does not see it; the links in it are those of the table beside it, for the pointer alone.
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {_n(drawn.height)}" role="img" aria-label="{_flat(label)}">'
        f"<title>{_flat(_titled(series))}</title>{drawn.marks}</svg>"
    )


def _titled(series: Series) -> str:
    return f"{series.name}（{series.unit}）" if series.unit and series.unit not in series.name else series.name


@dataclass(frozen=True, slots=True)
class _Drawn:
    height: float
    marks: str


def _flat(text: str) -> str:
    """The text as HTML on one line: a <br> would end the SVG."""
    return inert(" ".join(text.split()))


def _n(value: float) -> str:
    """A coordinate, to tenths."""
    return f"{value:.1f}".removesuffix(".0")


def _text(x: float, y: float, words: str, *, kind: str, end: str = "start") -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" text-anchor="{end}">{_flat(words)}</text>'


def text_width(words: str, size: float = LETTER) -> float:
    """About how wide words are: a Chinese letter is as wide as high, a Latin one or a digit 0.58 of it."""
    return size * sum(1.0 if ord(letter) > 0x2E7F else 0.58 for letter in words)


def _number(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _linked(point: Point, marks: str, anchor: Callable[[int], str]) -> str:
    """What is drawn of a point, with its words at the pointer; a cited one leads to its source."""
    title = f"<title>{_flat(f'{point.label}  {point.words}')}</title>"
    kinds = "".join((" hedged" if point.hedged else "", " estimated" if point.estimated else ""))
    if point.citation is None:
        return f'<g class="point{kinds}">{title}{marks}</g>'
    return f'<a class="point cited{kinds}" href="{_flat(anchor(point.citation))}" tabindex="-1">{title}{marks}</a>'


def _said(point: Point) -> str:
    """The words at a point; the number of its citation follows them."""
    return f"{point.words} [{point.citation}]" if point.citation is not None else point.words


def _wrapped(words: str, width: float) -> list[str]:
    """Words as lines no wider than width."""
    lines = [""]
    for letter in words:
        if lines[-1] and text_width(lines[-1] + letter) > width:
            lines.append("")
        lines[-1] += letter
    return lines


@dataclass(frozen=True, slots=True)
class _Scale:
    """Values from low to high laid along the pixels from first to last."""

    low: float
    high: float
    first: float
    last: float

    def at(self, value: float) -> float:
        return self.first + (value - self.low) / (self.high - self.low) * (self.last - self.first)


# --- bars ------------------------------------------------------------------------------------------------------------


def _bars(series: Series, anchor: Callable[[int], str]) -> _Drawn:
    low, high = _from_zero(series)
    told = [tick for tick in ticks(low, high) if low <= tick <= high]
    names = max(text_width(point.label) for point in series.points) + 8
    first, last = _room_for_words(series)
    beside = names <= _NAMES_MOST and last - first - names >= _BARS_LEAST
    left = names if beside else 1.0
    scale = _Scale(low, high, left + first, last)
    zero = scale.at(0.0)
    y, rows = 4.0, []
    for point in series.points:
        lines = [point.label] if beside else _wrapped(point.label, WIDTH - 8)
        if not beside:
            rows += [_text(6, y + LETTER * (n + 0.85), line, kind="label") for n, line in enumerate(lines)]
            y += LETTER * 1.25 * len(lines)
        else:
            rows.append(_text(left - 8, y + _BAR - 2.5, point.label, kind="label", end="end"))
        rows.append(_bar(point, y, zero, scale, anchor))
        y += _BAR + (_GAP if beside else _GAP + 2)
    grid = "".join(
        f'<line class="{"zero" if tick == 0 else "grid"}" x1="{_n(x)}" y1="0" x2="{_n(x)}" y2="{_n(y)}"/>'
        for tick, x in ((tick, scale.at(float(tick))) for tick in told)
    )
    return _Drawn(y + 17, grid + "".join(rows) + "".join(_ticks_below(told, scale, y + 13)))


def _from_zero(series: Series) -> tuple[float, float]:
    values = [point.value for point in series.points if point.value is not None]
    low, high = min(0.0, *values), max(0.0, *values)
    return (low, high) if low < high else (0.0, 1.0)


def _room_for_words(series: Series) -> tuple[float, float]:
    """What the words left of the bars below zero take, and where the bars above it must end to leave room for theirs."""
    falls = [point for point in series.points if point.value is not None and point.value < 0]
    others = [point for point in series.points if point not in falls]
    return max(map(_room, falls), default=0.0), WIDTH - max(map(_room, others), default=8.0)


def _room(point: Point) -> float:
    return text_width(_said(point) or "—", SMALL) + 8


def _bar(point: Point, y: float, zero: float, scale: _Scale, anchor: Callable[[int], str]) -> str:
    base = y + _BAR - 2.7
    if point.value is None:
        return _linked(point, _text(zero + 5, base, _said(point) or "—", kind="value blank"), anchor)
    end = scale.at(point.value)
    # A value that is small beside the others still shows a stroke.
    width = max(abs(end - zero), 1.5)
    x = zero if point.value >= 0 else zero - width
    rect = f'<rect class="bar" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(_BAR)}" rx="2"/>'
    at, side = (x + width + 5, "start") if point.value >= 0 else (x - 5, "end")
    return _linked(point, rect + _text(at, base, _said(point), kind="value", end=side), anchor)


def _ticks_below(told: Sequence[Decimal], scale: _Scale, y: float) -> Iterator[str]:
    taken = -math.inf
    for tick in told:
        x, half = scale.at(float(tick)), text_width(_number(tick), SMALL) / 2
        x = min(max(x, half), WIDTH - half)
        if x - half > taken:
            taken = x + half + 6
            yield _text(x, y, _number(tick), kind="tick", end="middle")


# --- a line ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def _line(series: Series, anchor: Callable[[int], str]) -> _Drawn:
    told = _as_whole(series, ticks(*_span(series)))
    left = max(text_width(_number(tick), SMALL) for tick in told) + 8
    top, bottom = 24.0, 24.0 + _LINE_HEIGHT
    down = _Scale(float(told[0]), float(told[-1]), bottom, top)
    days = [_middle(point) for point in series.points]
    along = _Scale(days[0], days[-1], left + 22, WIDTH - 30.0)
    places = [
        (along.at(day), down.at(point.value) if point.value is not None else None)
        for day, point in zip(days, series.points, strict=True)
    ]
    grid = "".join(
        f'<line class="{"zero" if tick == 0 else "grid"}" x1="{_n(left)}" y1="{_n(y)}" x2="{WIDTH}" y2="{_n(y)}"/>'
        + _text(left - 6, y + 4, _number(tick), kind="tick", end="end")
        for tick, y in ((tick, down.at(float(tick))) for tick in told)
    )
    marks = grid + "".join(_strokes(series.points, places)) + "".join(_below(series.points, places, bottom + 17))
    return _Drawn(bottom + 24, marks + "".join(_points(series.points, places, anchor, bottom)))


def _span(series: Series) -> tuple[float, float]:
    """From zero, but for values so close together that a line from there would be flat."""
    low, high = _from_zero(series)
    values = [point.value for point in series.points if point.value is not None]
    if min(values) > _CLOSE * max(values) > 0 and min(values) < max(values):
        return min(values), max(values)
    return low, high


def _as_whole(series: Series, told: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    """The ticks that may be values: of whole numbers, such as of firms, none lies between them. The ends stay."""
    if not all(point.value is None or point.value % 1 == 0 for point in series.points):
        return told
    return (told[0], *(tick for tick in told[1:-1] if tick == tick.to_integral_value()), told[-1])


def _middle(point: Point) -> float:
    first, last = point.period or (date.min, date.min)
    return (first.toordinal() + last.toordinal()) / 2


_Places = Sequence[tuple[float, float | None]]


def _strokes(points: Sequence[Point], places: _Places) -> Iterator[str]:
    """The line from each point to the next, broken at what has no value."""
    for (x, y), (next_x, next_y), point in zip(places, places[1:], points[1:], strict=False):
        if y is not None and next_y is not None:
            kind = "stroke estimated" if point.estimated else "stroke"
            yield f'<line class="{kind}" x1="{_n(x)}" y1="{_n(y)}" x2="{_n(next_x)}" y2="{_n(next_y)}"/>'


def _below(points: Sequence[Point], places: _Places, y: float) -> Iterator[str]:
    """The labels that have room; the last one before those between, since both ends are what one looks for."""
    taken: list[_Box] = []
    order = [0, len(points) - 1, *range(1, len(points) - 1)]
    for number in order:
        half = text_width(points[number].label, SMALL) / 2
        x = min(max(places[number][0], half), WIDTH - half)
        box = _Box(x - half - 2, x + half + 2, 0, 1)
        if not any(box.meets(other) for other in taken):
            taken.append(box)
            yield _text(x, y, points[number].label, kind="tick", end="middle")


def _points(points: Sequence[Point], places: _Places, anchor: Callable[[int], str], bottom: float) -> Iterator[str]:
    """The points with their words where there is room, those of cited ones first; the others' show at the pointer."""
    taken = [_Box(x - 4, x + 4, y - 4, y + 4) for x, y in places if y is not None]
    for number in sorted(range(len(points)), key=lambda number: points[number].citation is None):
        point, (x, y) = points[number], places[number]
        if y is None:
            continue
        half = text_width(_said(point), SMALL) / 2
        at = min(max(x, half), WIDTH - half)
        above = _Box(at - half, at + half, y - 8 - SMALL, y - 7)
        below = _Box(at - half, at + half, y + 7, y + 8 + SMALL)
        tried = (below, above) if _is_valley(places, number) else (above, below)
        free = [box for box in tried if box.bottom <= bottom and not any(box.meets(other) for other in taken)]
        words = _text(at, free[0].bottom - 2, _said(point), kind="value", end="middle") if free else ""
        taken += free[:1]
        yield _linked(point, f'<circle class="dot" cx="{_n(x)}" cy="{_n(y)}" r="4"/>{words}', anchor)


def _is_valley(places: _Places, number: int) -> bool:
    """Whether the line comes down to a point and goes up from it."""
    around = [y for _, y in (*places[max(0, number - 1) : number], *places[number + 1 : number + 2]) if y is not None]
    own = places[number][1]
    return own is not None and len(around) == 2 and max(around) < own
