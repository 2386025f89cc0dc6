"""Numbers as Chinese reports write them, to exact values: 1,200万, ３．５亿, 一千二百万, 三点五, 3亿5000万, 175B.

What a number counts is told in `units`, whether it is meant as a figure in `figures`. A library for Chinese
numerals (cn2an) was not taken: it reckons in floats and refuses 两百, 百万 and 一百九十万零三千.
"""

import re
from decimal import Context, Decimal

from ingest.normalise import simplify
from ingest.units import UNIT

DIGITS = "一二两三四五六七八九"
MAGNITUDES = {"亿": Decimal(10**8), "万": Decimal(10**4), "千": Decimal(1000), "百": Decimal(100), "十": Decimal(10)}
_VALUES = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_LATIN = {
    "k": 10**3, "K": 10**3, "thousand": 10**3,
    "M": 10**6, "mn": 10**6, "mln": 10**6, "million": 10**6,
    "B": 10**9, "bn": 10**9, "bln": 10**9, "billion": 10**9,
    "T": 10**12, "tn": 10**12, "trillion": 10**12,
}  # fmt: skip

# 千克 and 百分点 are units.
_MAGNITUDE = r"(?!千[克米瓦伏卡赫帕焦兆]|百分[点之])[十百千万亿]"
# Groups of three are thousands: 1,200, but not 2015,12 or 1,2345. A full-width comma also ends a clause (双11，618), so such
# a number must go on: 1，200万, 1，200家.
_GROUPS = rf"(?:,[0-9]{{3}}(?![0-9]))++|(?:，[0-9]{{3}}(?![0-9])){{1,4}}+(?=\.[0-9]|[ ]?(?:{_MAGNITUDE}|{UNIT}))"
ARABIC = rf"(?:[0-9]{{1,3}}(?![0-9])(?:{_GROUPS})|[0-9]++)(?:\.[0-9]++)?+"
# Of 万一, 千万别 and 统一 nothing begins here: a numeral begins with a digit or with 十.
CHINESE = rf"(?:零(?=点)|[{DIGITS}十])(?:[〇零{DIGITS}]|{_MAGNITUDE})*+(?:点[〇零{DIGITS}]++(?:{_MAGNITUDE})*+)?+"
SCALE = rf"(?:{_MAGNITUDE}){{1,4}}+"
# A letter is glued to its digits; 2K, 4K and 8K name a resolution.
LATIN_SCALE = r"(?:(?<![^0-9.][248])(?<!^[248])K|[kMBT]|[ ]?(?:mn|mln|bn|bln|tn|thousand|million|billion|trillion))(?![A-Za-z0-9])"

# Longer than any amount told: an account, an order, a hash. It also bounds the exact arithmetic below.
LONGEST = 32
EXACT = Context(prec=4 * LONGEST)
_SAME = str.maketrans(
    {"％": "%", "．": ".", "－": "-", "−": "-", "＋": "+", "￥": "¥", "＄": "$", "／": "/", "～": "~", "〜": "~"}
)
_ARABIC_UNITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_CHINESE_UNITS = re.compile(rf"零?([〇零{DIGITS}])(?:点([〇零{DIGITS}]+))?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LATIN_SCALE_AT_END = re.compile(rf" ?({'|'.join(_LATIN)})\Z")


def plain_digits(text: str) -> str:
    """Text as this grammar reads it: simplified, digits, letters and the signs of numbers half-width; one for one."""
    return simplify(_SURROGATE.sub(" ", text)).translate(_SAME)


def value_of(written: str) -> Decimal | None:
    """The exact value of a number with its magnitudes, None for what is no well-formed number (三三两两, 一万二万).

    >>> value_of("1,200万"), value_of("两千三百"), value_of("3亿5000万"), value_of("万亿"), value_of("1.2B")
    (Decimal('12000000'), Decimal('2300'), Decimal('350000000'), Decimal('1000000000000'), Decimal('1200000000.0'))
    """
    if not written or len(written) > LONGEST:
        return None
    number = re.sub("[,，]", "", written)
    if letters := _LATIN_SCALE_AT_END.search(number):
        value = _value(number[: letters.start()])
        return None if value is None else EXACT.multiply(value, Decimal(_LATIN[letters[1]]))
    return _value(number)


def _value(number: str) -> Decimal | None:
    """The largest magnitude parts a number: what stands before it is multiplied, what stands after it is added."""
    for magnitude, power in MAGNITUDES.items():
        before, found, after = number.partition(magnitude)
        if found:
            times = _value(before) if before else Decimal(1)
            rest = _rest(after, power)
            if times is None or rest is None or rest >= power:
                return None
            return EXACT.fma(times, power, rest)
    return _units(number)


def _rest(after: str, power: Decimal) -> Decimal | None:
    """What a magnitude is followed by; a last digit without 零 counts the next lower one (两千三 = 2300, 三十五 = 35)."""
    if not after:
        return Decimal(0)
    if after[0] in MAGNITUDES and after[0] != "十":
        return None
    if len(after) == 1 and (digit := _units(after)) is not None:
        return EXACT.divide(EXACT.multiply(digit, power), Decimal(10))
    return _value(after)


def _units(number: str) -> Decimal | None:
    """Arabic digits, or one Chinese digit with its decimals (三点五)."""
    if _ARABIC_UNITS.fullmatch(number):
        return Decimal(number)
    if (match := _CHINESE_UNITS.fullmatch(number)) is None:
        return None
    return Decimal(f"{_VALUES[match[1]]}.{''.join(str(_VALUES[digit]) for digit in match[2] or '')}")
