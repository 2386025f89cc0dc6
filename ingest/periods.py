"""Dates, halves, quarters, years and spans of years as Chinese reports write them, each as its first and last day.

Two ways to write one period give the same days, and whether one period lies in another is a comparison. `22年` alone is a
span of 22 years and no period; 三季度 and 6月 without their year are none either.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ingest.numerals import LATIN_SCALE, SCALE, plain_digits
from ingest.units import UNIT


@dataclass(frozen=True, slots=True)
class Period:
    """text[start:end] tells the days from first to last, both within it. 年末 is the last day, a fiscal year its calendar year."""

    start: int
    end: int
    first: date
    last: date

    @property
    def name(self) -> str:
        """2022, 2022H1, 2022Q3, 2022-06, 2022-06-15; 2020/2025 and 2022-06/2023-05 for what spans more."""
        (year, month), (last_year, last_month) = (self.first.year, self.first.month), (self.last.year, self.last.month)
        if self.first == self.last:
            return self.first.isoformat()
        if self.first.day > 1 or self.last != _month_end(last_year, last_month):
            return f"{self.first}/{self.last}"
        if month == 1 and last_month == 12:
            return f"{year}" if year == last_year else f"{year}/{last_year}"
        if (year, month) == (last_year, last_month):
            return f"{year}-{month:02}"
        if year == last_year and (part := _PART_NAMES.get((month, last_month))):
            return f"{year}{part}"
        return f"{year}-{month:02}/{last_year}-{last_month:02}"


class _Days(NamedTuple):
    """A period as read: where it ends in the text, and its days."""

    end: int
    first: date
    last: date


_MONTHS = {"H1": (1, 6), "H2": (7, 12), "Q1": (1, 3), "Q2": (4, 6), "Q3": (7, 9), "Q4": (10, 12)}
_PART_NAMES = {months: name for name, months in _MONTHS.items()}
_POINTS = {"初": (1, 1), "中": (6, 30), "末": (12, 31), "底": (12, 31)}
_CHINESE_DIGITS = {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {"零": "0"}
_NUMERALS = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {"两": 2}

_MONTH = "(?:1[0-2]|0?[1-9])(?![0-9])"
_DAY = "(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])"
# A number of four digits is a year unless something is counted with it (2000家, 2000多名, 2048×1024, 2000.5).
_COUNTED = re.compile(
    rf"[ ]?(?:{UNIT}|{SCALE}|{LATIN_SCALE})|[多余]|[0-9A-Za-z+*×%]|[.:][0-9]|,[0-9]{{3}}(?![0-9])|强|[-–—~至到][0-9]"
)

_DATE = re.compile(
    rf"(?P<year>(?:19|20)[0-9]{{2}})(?:(?P<mark>[-/.])(?P<month>{_MONTH})(?:(?P=mark)(?P<day>{_DAY}))?"
    rf"(?![-/.年]?[0-9]|[ ]?(?:{UNIT}|{SCALE})|[%A-Za-z年月])"
    r"|(?P<month2>0[1-9]|1[0-2])(?P<day2>0[1-9]|[12][0-9]|3[01])(?![0-9A-Za-z.%]))"
)
_BROKER = re.compile(r"(?P<part>[1-2]H|[1-4]Q)(?P<year>20[0-9]{2}|[0-9]{2})(?![0-9A-Za-z.%])")  # 1H22, 3Q2022
_DECADE = re.compile(
    r"(?:(?P<century>1[0-9]|2[01]|十[六七八九]|二十一?|上个?|本)世纪)?(?:(?P<tens>[0-9])0|(?P<numeral>[一二三四五六七八九])十)年代"
    r"|(?P<decade>(?:1[5-9]|20)[0-9]0)(?:s(?![A-Za-z])|年代)"
)
_CENTURIES = {"十六": 16, "十七": 17, "十八": 18, "十九": 19, "二十": 20, "二十一": 21, "上": 20, "上个": 20, "本": 21}
_PLAN = re.compile(
    rf"[“\"「『]?十(?P<plan>[一二三四五六])五(?![十百千万亿岁点])(?!{UNIT})[”\"」』]?(?:规划)?(?:期间|时期)?"
)
_YEAR = re.compile(
    r"(?:(?P<full>(?:1[5-9]|20|21)[0-9]{2})|(?P<chinese>[一二][〇零一二三四五六七八九]{3})|(?P<short>[0-9]{2}))"
    r"(?P<mark>[ ]?(?:财年|年(?!代)度?))?"
)
_BARE_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SHORT_YEAR = re.compile(r"([0-9]{2})[ ]?年(?!代)")
_ESTIMATE = re.compile(r"[EFAP](?![A-Za-z0-9])")
_PART = re.compile(
    r"[ ]?(?:"
    r"(?P<half>[上下])半年|(?P<latin>H[12]|Q[1-4])(?![0-9A-Za-z])"
    r"|第?(?P<quarter>[一二三四1-4])季(?:度|(?=报))|前(?P<quarters>[二两三23])个?季度|前(?P<months>[2-9两三四五六七八九]|1[01])个?月"
    rf"|(?P<month>{_MONTH})月份?(?:(?P<day>{_DAY})[日号]|(?P<month_end>[末底]))?"
    rf"|(?P<from_month>{_MONTH})[ ]?[-–—~至到][ ]?(?P<to_month>{_MONTH})月份?"
    r"|(?P<end>[末底](?![端尾位梢层部蕴线气盘座])|初(?![创步始级期现试心次版稿具衷])|中(?=[，。,；、）)\s]|$))"
    r"|全年)"
)
_LATER_DAY = re.compile(rf"(?P<day>{_DAY})[日号]")
_TO = re.compile(r"[ ]?(?:[-–—~]{1,2}|至|到)[ ]?|/(?=(?:19|20)[0-9]{2}(?![0-9.]))")
# 近2000年 is a span; 1.2022, v2022 and GB/T-2022 are names; 公元前 and 公元105年 lie before what reports speak of.
_START = re.compile(
    r"(?<![0-9A-Za-z近逾])(?<![0-9A-Za-z][-./,])(?<!公元前)(?:[0-9]|(?<![一二三四五六七八九十百千万亿第])[十一二三四五六七八九])"
    r"|上个?世纪|本世纪|[“\"「『](?=十)"
)


def find_periods(text: str) -> list[Period]:
    """The periods of text in order, none overlapping.

    >>> [(text[p.start:p.end], p.name) for text in ["至22年上半年", "2020—2025年"] for p in find_periods(text)]
    [('22年上半年', '2022H1'), ('2020—2025年', '2020/2025')]
    """
    return list(_periods(plain_digits(text)))


def _periods(plain: str) -> Iterator[Period]:
    at = 0
    while begins := _START.search(plain, at):
        at = begins.start()
        days = _span(plain, at)
        if days is None:
            at = begins.end()
            continue
        yield Period(at, days.end, days.first, days.last)
        at = days.end


def _span(plain: str, at: int) -> _Days | None:
    """The period that begins at an offset, up to the later one that it is joined to (2020—2025年, 2022年6月至9月)."""
    first = alone = _one(plain, at)
    if first is None and (bare := _BARE_YEAR.match(plain, at)):
        first = _year(int(bare[0]), bare.end())  # 2020 of 2020-2025年 is told to be a year by what follows alone
    if first is None or (joined := _TO.match(plain, first.end)) is None:
        return alone
    last = _one(plain, joined.end()) or _short_year(plain, joined.end(), first) or _later(plain, joined.end(), first)
    return last._replace(first=first.first) if last and last.first > first.first else alone


def _one(plain: str, at: int) -> _Days | None:
    if match := _DATE.match(plain, at):
        year, month, day = int(match["year"]), int(match["month"] or match["month2"]), match["day"] or match["day2"]
        return _day(year, month, int(day), match.end()) if day else _months(year, month, month, match.end())
    if match := _BROKER.match(plain, at):
        return _months(2000 + int(match["year"]) % 100, *_MONTHS[match["part"][::-1]], match.end())
    if match := _DECADE.match(plain, at):
        return _decade(match)
    if match := _PLAN.match(plain, at):
        first = 2006 + 5 * (_NUMERALS[match["plan"]] - 1)  # the eleventh plan began in 2006
        return _Days(match.end(), date(first, 1, 1), date(first + 4, 12, 31))
    return _of_year(plain, at)


def _of_year(plain: str, at: int) -> _Days | None:
    """A year or a part of one. Two digits are a year only before a part of it; four without 年 unless they count."""
    match = _YEAR.match(plain, at)
    if match is None:
        return None
    written = match["full"] or match["short"] or "".join(_CHINESE_DIGITS[digit] for digit in match["chinese"])
    year = int(written) + (2000 if match["short"] else 0)
    part = _PART.match(plain, match.end())
    if part and _of_that_year(part, match) and (days := _read_part(year, part)):
        return days
    if match["short"] or (match["chinese"] and not match["mark"]):
        return None
    end = estimate.end() if (estimate := _ESTIMATE.match(plain, match.end())) else match.end()
    if not match["mark"] and not (1900 <= year <= 2099 and (estimate or not _COUNTED.match(plain, end))):
        return None
    return _year(year, end)


def _of_that_year(part: re.Match[str], year: re.Match[str]) -> bool:
    """Whether a part follows the year as its part: 2022H1, 22年上半年; of 这22年中 it does not."""
    if year["short"] and part["end"] == "中":
        return False
    return bool(year["mark"] or part["half"] or part["latin"] or (year["full"] and not part["month"]))


def _later(plain: str, at: int, earlier: _Days) -> _Days | None:
    """The end of a span that leaves its year, or its year and month, to the beginning: 2022年6月至9月, 6月15日至20日."""
    whole_year = earlier.last.month - earlier.first.month == 11  # 2022年-6月 is no span
    if not whole_year and (part := _PART.match(plain, at)):
        return _read_part(earlier.first.year, part)
    if earlier.first == earlier.last and (match := _LATER_DAY.match(plain, at)):
        return _day(earlier.first.year, earlier.first.month, int(match["day"]), match.end())
    return None


def _short_year(plain: str, at: int, earlier: _Days) -> _Days | None:
    """2020-25年: the last two digits of a year in the same century."""
    match = _SHORT_YEAR.match(plain, at)
    return _year(earlier.first.year // 100 * 100 + int(match[1]), match.end()) if match else None


def _read_part(year: int, part: re.Match[str]) -> _Days | None:
    if part["end"]:
        point = date(year, *_POINTS[part["end"]])
        return _Days(part.end(), point, point)
    if part["month_end"]:
        point = _month_end(year, int(part["month"]))
        return _Days(part.end(), point, point)
    if part["day"]:
        return _day(year, int(part["month"]), int(part["day"]), part.end())
    return _months(year, *_months_of(part), part.end())


def _months_of(part: re.Match[str]) -> tuple[int, int]:
    """The first and the last month of a part of a year."""
    told = part.groupdict()
    if told["half"]:
        return _MONTHS["H1" if told["half"] == "上" else "H2"]
    if told["latin"]:
        return _MONTHS[told["latin"]]
    if told["quarter"]:
        return _MONTHS[f"Q{_small(told['quarter'])}"]
    if told["quarters"]:
        return 1, 3 * _small(told["quarters"])
    if told["months"]:
        return 1, _small(told["months"])
    return int(told["from_month"] or told["month"] or 1), int(told["to_month"] or told["month"] or 12)


def _small(written: str) -> int:
    return _NUMERALS[written] if written in _NUMERALS else int(written)


def _decade(match: re.Match[str]) -> _Days:
    """A decade without its century is of the 20th from 30年代 on, else of this one."""
    if match["decade"]:
        first = int(match["decade"])
    else:
        tens = _small(match["tens"] or match["numeral"])
        century = match["century"] or ("上" if tens >= 3 else "本")
        first = ((_CENTURIES.get(century) or int(century)) - 1) * 100 + tens * 10
    return _Days(match.end(), date(first, 1, 1), date(first + 9, 12, 31))


def _year(year: int, end: int) -> _Days:
    return _Days(end, date(year, 1, 1), date(year, 12, 31))


def _months(year: int, first: int, last: int, end: int) -> _Days | None:
    return _Days(end, date(year, first, 1), _month_end(year, last)) if first <= last else None


def _day(year: int, month: int, day: int, end: int) -> _Days | None:
    """One day; None for one that the calendar has not."""
    if day > monthrange(year, month)[1]:
        return None
    return _Days(end, date(year, month, day), date(year, month, day))


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
