"""Which figures of a table can be drawn side by side: one amount each, of one unit and one kind, the source's words kept.

A column is a series where its header says what is measured; a row is one where the headers are periods, or where the rows
differ in unit, so that each of them must be a measure. What is not certain to be comparable is not drawn: ranks, codes, periods,
mixed units, rows named after measures (营业收入 beside 总资产), periods of unequal length or that overlap (2022年 beside 2023年上半年,
1-3月 beside 1-6月), periods beside other names. Totals and wholes (合计, 全国) and parts of a part (其中：…) are left out.

A cell's unit is its own, else what its row's 单位, its header or its row's name says in brackets, else the caption's where that
has one unit only and the cell is no rate. Figures that sentences tell are not gathered here: that two of them are of the same
subject is not to be told from their words alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from chat.library.tables import Cell, CitedTable, TableRow
from chat.suggesting.phrases import is_measured
from ingest.figures import Figure, find_figures
from ingest.periods import Period, find_periods

LEAST_POINTS = 3
MOST_POINTS = 40  # bars of 31 provinces are still read
_BLANKS_IN = 4  # one blank in so many cells is a gap; with more of them the column is about something else
_LABEL_CHARS = 40
_CODE_DIGITS = 5  # bare numbers of one such length are codes: amounts differ in theirs


@dataclass(frozen=True, slots=True)
class Point:
    """One cell of a series.

    value: in the unit of the series; None for a blank, and for a range, which is not one amount.
    words: the cell as the source has it, with a sign where it tells a fall; "" for a blank.
    citation: the number of the citation that it stands in; None where the answer does not cite its row.
    hedged: it is told as about, over or under so much. estimated: its label says that it is a forecast.
    """

    label: str
    value: float | None
    words: str
    citation: int | None = None
    hedged: bool = False
    estimated: bool = False
    period: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Comparable figures, LEAST_POINTS of them at least, one of which is cited.

    unit: of the values, with its magnitude (亿元); "" for bare numbers. timed: the points are in order of time, of periods of
    one length, all different; else in the table's order.
    """

    name: str
    unit: str
    points: tuple[Point, ...]
    timed: bool = False


def series_of(table: CitedTable) -> list[Series]:
    """The series of a table, its rows in order where those are series, else its columns; [] where nothing compares."""
    rows = [row for row in table.rows if row.aligned]
    periods = [column for column, name in enumerate(table.columns) if _period(name)]
    if len(periods) >= LEAST_POINTS:
        return _kept(_row_series(table, row, periods) for row in rows if row.citations)
    by_column = _kept(_column_series(table, rows, column) for column in range(len(table.columns)))
    return by_column or _measures_in_rows(table, rows)


def _kept(found: Iterable[Series | None]) -> list[Series]:
    """Those with a cited point."""
    return [
        series
        for series in found
        if series and any(point.citation is not None and point.value is not None for point in series.points)
    ]


# --- the unit of a cell ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Unit:
    """name: as in `ingest.units`. scale: how much one of it is, 10**8 for 亿元. text: as written."""

    name: str
    scale: Decimal
    text: str


_UNIT_COLUMN = "单位"
_NO_UNIT = _Unit("", Decimal(1), "")
_IN_BRACKETS = re.compile(r"[（(]\s*(?:单位\s*[:：])?\s*([^（）()]+?)\s*[）)]")
_OF_CAPTION = re.compile(r"单位\s*[:：]\s*([^（）()；;›]+)")
# At the end of a name only: 比亚迪 is no rate.
_RATE = re.compile(
    r"(?:率|[同环占]比|比[重例]|增[速长幅]|[涨降跌]幅|份额|CAGR|YoY|倍数|指数|[得评]分)\s*(?:[（(].*)?$", re.IGNORECASE
)
_MAGNITUDE = re.compile(r"[百千万亿]+|[KMBT](?![A-Za-z])")
_NUMERAL = re.compile(r"[\d〇零一二两三四五六七八九十]")
_NUMBER = re.compile(r"^[^\d]*[\d.,，\s]+")


def _unit_of(written: str) -> _Unit | None:
    """A unit as a header or caption writes it, such as 亿元, 万辆, % and 元/吨; None for other words."""
    text = written.strip()
    counted = f"1{text.removeprefix('人民币')}"
    figures = find_figures(counted)
    whole = len(figures) == 1 and (figures[0].start, figures[0].end) == (0, len(counted))
    certain = whole and not figures[0].hedge and not _NUMERAL.search(text)
    return _Unit(figures[0].unit, figures[0].low, text) if text and certain else None


def _unit_in(name: str) -> _Unit | None:
    """The unit that stands in brackets in the name of a column or row."""
    units = [unit for match in _IN_BRACKETS.finditer(name) if (unit := _unit_of(match[1]))]
    return units[0] if len(units) == 1 else None


def _unit_of_caption(caption: str) -> _Unit | None:
    """The unit that a caption gives; None where it gives several, since which of them is meant is not told."""
    match = _OF_CAPTION.search(caption)
    return _unit_of(match[1]) if match else None


def _unit_beside(table: CitedTable, row: TableRow, column: int) -> _Unit | None:
    """The unit of a bare number; None where two are told, or where the caption's cannot be meant."""
    names = [table.columns[column], *_name_of(table, row, column)]
    stated = next((row.cells[at] for at, name in enumerate(table.columns) if name.strip() == _UNIT_COLUMN), None)
    if stated is not None:
        return _unit_of(stated.text)
    told = [unit for unit in map(_unit_in, names) if unit]
    if told:
        return told[0] if len({(unit.name, unit.scale) for unit in told}) == 1 else None
    if "单位" not in row.caption:
        return _NO_UNIT
    certain = not _IN_BRACKETS.search(names[0]) and "占" not in names[0] and not any(map(_RATE.search, names))
    return _unit_of_caption(row.caption) if certain else None


def _name_of(table: CitedTable, row: TableRow, column: int) -> list[str]:
    """The words that stand before a column in a row and say what it is of."""
    return [
        cell.text
        for name, cell in zip(table.columns[:column], row.cells, strict=False)
        if cell and name.strip() != _UNIT_COLUMN and not is_blank(cell) and _amount(cell.text) is None
    ]


# --- the amount in a cell --------------------------------------------------------------------------------------------

_BLANK = re.compile(r"[-–—/\\*.…·]+|无|暂无|未知|不详|未披露|未公布|N\.?/?A\.?", re.IGNORECASE)
# What may stand around the one amount of a cell. Brackets may mean a fall or a footnote, and are neither.
_AROUND = re.compile(
    r"(?:约|近|超过?|逾|大约|接近|不足|不到|至少|以上|以下|左右|同比|环比|增长|上升|提升|增加|下降|下滑|下跌|减少|[~≈≥≤><*※\s])*"
)


@dataclass(frozen=True, slots=True)
class _Amount:
    """A cell that is one figure. bare: with neither unit nor magnitude."""

    figure: Figure
    words: str
    bare: bool


@dataclass(frozen=True, slots=True)
class _Value:
    """An amount in ones of its unit, a told fall below zero; low and high differ for a range."""

    unit: str
    low: Decimal
    high: Decimal


def is_blank(cell: Cell | None) -> bool:
    """Whether a cell says nothing: there is none, a dash, a slash or 未披露."""
    return cell is None or _BLANK.fullmatch(cell.text.strip()) is not None


@lru_cache(maxsize=4_096)  # each cell of a table is asked for by each column after it
def _amount(text: str) -> _Amount | None:
    """The one figure that a cell is, but for its hedges and signs; None for a cell that says anything else."""
    figures = find_figures(text)
    if len(figures) != 1:
        return None
    figure = figures[0]
    if not (_AROUND.fullmatch(text[: figure.start]) and _AROUND.fullmatch(text[figure.end :])):
        return None
    return _Amount(figure, text, not figure.unit and _MAGNITUDE.search(text[figure.start : figure.end]) is None)


def _in_base(amount: _Amount, beside: _Unit | None) -> _Value | None:
    """The amount of a cell whose unit stands in it or beside it; None where the one beside it is not certain."""
    figure = amount.figure
    if not figure.unit and beside is None:
        return None
    name = figure.unit or (beside.name if beside else "")
    scale = beside.scale if amount.bare and beside else Decimal(1)
    sign = -1 if figure.change == "down" else 1
    low, high = sorted((sign * figure.low * scale, sign * figure.high * scale))
    return _Value(name, low, high)


def _unit_shown(cells: Sequence[tuple[_Amount, _Unit | None]], name: str) -> _Unit:
    """The unit of the axis: the one that most of the cells have, as it is written there."""
    written = Counter(_written_unit(amount, beside, name) for amount, beside in cells)
    return written.most_common(1)[0][0]


def _written_unit(amount: _Amount, beside: _Unit | None, name: str) -> _Unit:
    if amount.bare and beside is not None:
        return beside
    figure = amount.figure
    told = _NUMBER.sub("", amount.words[figure.start : figure.end])
    unit = _unit_of(told)
    if unit is not None and unit.name == name:
        return unit
    magnitude = _MAGNITUDE.match(told)
    scaled = _unit_of(magnitude[0]) if magnitude else None
    return _Unit(name, scaled.scale, scaled.text + name) if scaled else _Unit(name, Decimal(1), name)


def _unit_name(shown: str) -> str:
    unit = _unit_of(shown)
    return unit.name if unit else shown


# --- columns and rows ------------------------------------------------------------------------------------------------

_TOTAL = re.compile(r"(?:合\s*计|总\s*计|小\s*计|共\s*计)\s*(?:[:：（(].*)?")
# As a name only: in another column 全国 may be where a company sells.
_WHOLE = re.compile(
    r"(?:.{0,6}(?:合\s*计|总\s*计|小\s*计|共\s*计)|全[国球省市县区网]|全行业|全市场|(?:全)?世界|总体|整体|全部|总[量数额]|行业(?:整体|总体))(?:市场)?"
    r"|其中(?:\s*[:：，,、].*)?"
)
# A column under such a name holds numbers that measure nothing, or names the measure of its row.
_NO_MEASURE = re.compile(
    r".*(?:排[名序行]|名次|位次|编[号码]|代[码号]|邮编|电话|手机号?|传真|[学批文]号|时间|日期|年份|月份)|序号?|年度?|季度|No\.?|ID|#",
    re.IGNORECASE,
)
_OF_MEASURES = re.compile(
    r"(?:(?:主要|财务|经济|技术|核心|关键|会计)*(?:指标|项目|科目|参数)|(?:主要|核心|关键)*(?:财务|经营|业务|会计)(?:数据|情况))(?:名称)?"
)
_ACCOUNT = re.compile(r"(?:资产|负债|权益|收益|现金流|EPS|EBITDA|RO[AE])$", re.IGNORECASE)
_BETWEEN_NAMES = " · "


@dataclass(frozen=True, slots=True)
class _Place:
    """A cell of a series to be, with what it is labelled and the unit of a bare number in it."""

    label: str
    cell: Cell | None
    unit: _Unit | None


def _column_series(table: CitedTable, rows: Sequence[TableRow], column: int) -> Series | None:
    name = table.columns[column].strip()
    if not name or _NO_MEASURE.fullmatch(_ASIDE.sub("", name)) or _are_named_as_measures(table):
        return None
    # Rows under another sub-heading of the table may be about something else.
    caption = next((row.caption for row in rows if _cited(row, column)), None)
    own = [row for row in rows if row.caption == caption]
    labels = _labels(own, column)
    if not labels:
        return None
    # Where each row is of the whole, as under 全国 year by year, none is beside its parts.
    parted = not all(map(_is_whole, labels))
    places = [
        _Place(label, row.cells[column], _unit_beside(table, row, column))
        for label, row in zip(labels, own, strict=True)
        if not (parted and _is_whole(label)) and not any(cell and _TOTAL.fullmatch(cell.text) for cell in row.cells)
    ]
    return _series(name, places)


def _are_named_as_measures(table: CitedTable) -> bool:
    """Whether the header of what names the rows says that they are measures: 指标, 财务数据."""
    names = (_ASIDE.sub("", name).strip() for name in table.columns)
    return (
        _OF_MEASURES.fullmatch(next((name for name in names if name and not _NO_MEASURE.fullmatch(name)), ""))
        is not None
    )


def _is_whole(label: str) -> bool:
    return any(_WHOLE.fullmatch(_ASIDE.sub("", name).strip()) for name in label.split(_BETWEEN_NAMES))


def _names_a_measure(label: str) -> bool:
    names = (_ASIDE.sub("", name).strip() for name in label.split(_BETWEEN_NAMES))
    return any(name and (is_measured(name) or _ACCOUNT.search(name)) for name in names)


def _cited(row: TableRow, column: int) -> bool:
    cell = row.cells[column]
    return cell is not None and cell.citation is not None


def _labels(rows: Sequence[TableRow], column: int) -> list[str]:
    """What names each row: the columns of words before a column, as many as tell the rows apart; [] where there is none."""
    named = [
        texts
        for before in range(column)
        if all(texts := [cell.text if cell and not is_blank(cell) else "" for cell in _cells_of(rows, before)])
        and not any(map(_amount, texts))
    ]
    labels = named[0] if named else []
    for texts in named[1:]:
        longer = [f"{label}{_BETWEEN_NAMES}{text}" for label, text in zip(labels, texts, strict=True)]
        if len(set(labels)) == len(labels) or max(map(len, longer)) > _LABEL_CHARS:
            break
        labels = longer
    return labels


def _cells_of(rows: Sequence[TableRow], column: int) -> list[Cell | None]:
    return [row.cells[column] for row in rows]


def _row_series(table: CitedTable, row: TableRow, columns: Sequence[int]) -> Series | None:
    places = [_Place(table.columns[at], row.cells[at], _unit_beside(table, row, at)) for at in columns]
    return _series(_BETWEEN_NAMES.join(dict.fromkeys(_name_of(table, row, columns[0]))), places)


def _measures_in_rows(table: CitedTable, rows: Sequence[TableRow]) -> list[Series]:
    """The cited rows as series, where rows differ in unit: then each is a measure, and what the headers name compares."""
    columns = [at for at, name in enumerate(table.columns) if at and name and not _is_whole(name)]
    found = [_row_series(table, row, columns) for row in rows] if columns else []
    units = {_unit_name(series.unit) for series in found if series is not None}
    return _kept(found) if len(units) > 1 else []


# --- from cells to points --------------------------------------------------------------------------------------------


def _series(name: str, places: Sequence[_Place]) -> Series | None:
    """The series of these cells; None where they are not all figures of one unit and kind, or too few, or where what they
    are labelled with does not compare."""
    if not _labels_compare([place.label for place in places]):
        return None
    told = [
        (place, None if is_blank(place.cell) else _amount(place.cell.text if place.cell else "")) for place in places
    ]
    amounts = [(place, amount) for place, amount in told if amount is not None]
    blanks = sum(1 for place in places if is_blank(place.cell))
    if len(amounts) + blanks < len(places) or blanks * _BLANKS_IN > len(places) or not name:
        return None
    values = [_in_base(amount, place.unit) for place, amount in amounts]
    known = [value for value in values if value is not None]
    kinds = {(amount.figure.basis, bool(amount.figure.change)) for _, amount in amounts}
    if len(known) < len(values) or len({value.unit for value in known}) != 1 or len(kinds) != 1:
        return None
    if _are_codes([amount for _, amount in amounts], [place.unit for place, _ in amounts]):
        return None
    unit = _unit_shown([(amount, place.unit) for place, amount in amounts], known[0].unit)
    points = tuple(_point(place, amount, unit) for place, amount in told)
    drawn = [point for point in points if point.value is not None]
    if not LEAST_POINTS <= len(drawn) <= len(points) <= MOST_POINTS:
        return None
    return _in_time(Series(name, unit.text, points))


def _labels_compare(labels: Sequence[str]) -> bool:
    """Whether labels name neither measures, half of them at least, nor periods that differ in length, overlap or stand
    beside other names. The same period may be told of several."""
    if sum(map(_names_a_measure, labels)) * 2 >= len(labels):
        return False
    spans = [span for label in labels if (span := _span_in(label))]
    if not spans:
        return True
    different = sorted(set(spans))
    overlap = any(after[0] <= before[1] for before, after in pairwise(different))
    return len(spans) == len(labels) and len({*map(_months, spans)}) == 1 and not overlap


def _point(place: _Place, amount: _Amount | None, unit: _Unit) -> Point:
    cell = place.cell
    value = _in_base(amount, place.unit) if amount else None
    period = _period(place.label)
    return Point(
        label=place.label,
        value=float(value.low / unit.scale) if value is not None and value.low == value.high else None,
        words=amount.words if amount else "",
        citation=cell.citation if cell else None,
        hedged=amount is not None and amount.figure.hedge != "",
        estimated=_FORECAST.search(place.label) is not None,
        period=(period.first, period.last) if period else None,
    )


def _are_codes(amounts: Sequence[_Amount], units: Sequence[_Unit | None]) -> bool:
    """Whether bare numbers without a unit are rather ranks, counted 1, 2, 3, or codes of one length."""
    if any(unit and unit.name for unit in units) or not all(amount.bare for amount in amounts):
        return False
    words = [amount.words.strip() for amount in amounts]
    ranks = words == [str(number) for number in range(1, len(words) + 1)]
    return ranks or (all(map(str.isdecimal, words)) and len({*map(len, words)}) == 1 and len(words[0]) >= _CODE_DIGITS)


# --- periods ---------------------------------------------------------------------------------------------------------

_FORECAST = re.compile(r"\d\s*[EF](?![A-Za-z0-9])|预[测计估]", re.IGNORECASE)
_WITHOUT_YEAR = re.compile("[月季度年]|[QH][1-4]")
_SOME_YEAR = 2000
_ASIDE = re.compile(r"[（(][^（）()]*[）)]|预[测计估]值?")


def _period(label: str) -> Period | None:
    """The period that a label is; what it says in brackets aside."""
    text = _ASIDE.sub("", label).strip()
    periods = find_periods(text)
    return periods[0] if len(periods) == 1 and (periods[0].start, periods[0].end) == (0, len(text)) else None


def _span_in(label: str) -> tuple[date, date] | None:
    """The days of the period that one of a label's names is; of 1-3月 and 上半年 those of some year."""
    for name in label.split(_BETWEEN_NAMES):
        text = _ASIDE.sub("", name).strip().removesuffix("累计")
        period = _period(text) or (_period(f"{_SOME_YEAR}年{text}") if _WITHOUT_YEAR.search(text) else None)
        if period is not None:
            return period.first, period.last
    return None


def _months(span: tuple[date, date]) -> int:
    """How long a period is: 31 days and 28 are one month."""
    return round((span[1] - span[0]).days / 30.4)


def _in_time(series: Series) -> Series:
    """The series in order of time, where its labels are different periods of one length."""
    spans = [point.period for point in series.points if point.period]
    lengths = {*map(_months, spans)}
    if len(spans) < len(series.points) or len(lengths) != 1 or len(set(spans)) < len(spans):
        return series
    ordered = sorted(series.points, key=lambda point: point.period or (date.max, date.max))
    return replace(series, points=tuple(ordered), timed=True)
