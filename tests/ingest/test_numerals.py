"""Numbers as written to exact values; what is no well-formed number has none."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.numerals import ARABIC, CHINESE, LONGEST, SCALE, plain_digits, value_of

_DIGITS = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """A number below 10**12 as school teaches to write it (1050 一千零五十), by another way than the code reads it."""
    if number >= 10**8:
        head, rest, unit, full = number // 10**8, number % 10**8, "亿", 10**7
    elif number >= 10**4:
        head, rest, unit, full = number // 10**4, number % 10**4, "万", 10**3
    else:
        digits = f"{number:04}"
        written = "".join(
            _DIGITS[int(digit)] + ("" if digit == "0" else power)
            for digit, power in zip(digits, ["千", "百", "十", ""], strict=True)
        )
        return re.sub("零+", "零", written).strip("零") or "零"
    between = "零" if 0 < rest < full else ""
    return in_chinese(head) + unit + (between + in_chinese(rest) if rest else "")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0", "0"),
        ("1,200", "1200"),
        ("1，234，567.5", "1234567.5"),
        ("12.50", "12.5"),
        ("3亿", "300000000"),
        ("1.2万亿", "1200000000000"),
        ("3亿5000万", "350000000"),
        ("5千万", "50000000"),
        ("12百万", "12000000"),
        ("20K", "20000"),
        ("1.5B", "1500000000"),
        ("2 million", "2000000"),
        ("3.2bn", "3200000000"),
        ("1.8T", "1800000000000"),
        ("两", "2"),
        ("十", "10"),
        ("十二", "12"),
        ("二十", "20"),
        ("三十五", "35"),
        ("一百零五", "105"),
        ("一百五", "150"),
        ("两千三", "2300"),
        ("一千二百万", "12000000"),
        ("一万零五十", "10050"),
        ("一百九十万零三千九百七十一", "1903971"),
        ("十亿", "1000000000"),
        ("三万五", "35000"),
        ("一亿三", "130000000"),
        ("三点五", "3.5"),
        ("三点五亿", "350000000"),
        ("二十三点五", "23.5"),
        ("零点零五", "0.05"),
        ("百万", "1000000"),
        ("万亿", "1000000000000"),
    ],
)
def test_a_number_has_the_value_that_it_is_read_with(written: str, value: str) -> None:
    assert value_of(written) == Decimal(value)


@pytest.mark.parametrize(
    "written", ["", "三三两两", "一万二万", "亿万", "三四", "点五", "一亿三亿", "1" * (LONGEST + 1)]
)
def test_what_is_no_well_formed_number_has_no_value(written: str) -> None:
    assert value_of(written) is None


@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_every_number_written_in_chinese_is_read_back(number: int) -> None:
    written = in_chinese(number)
    assert value_of(written) == number
    assert re.fullmatch(f"{CHINESE}|{SCALE}", written) or written.startswith("零")


@given(st.decimals(min_value=0, max_value=10**12, places=4, allow_nan=False))
def test_every_number_written_with_thousands_is_read_back(number: Decimal) -> None:
    assert value_of(f"{number:,}") == number
    assert re.fullmatch(ARABIC, f"{number:,}")


@given(st.text(alphabet="0123456789.,，零一二两三四五六七八九十百千万亿点kMB million", max_size=40))
def test_no_text_makes_it_fail(written: str) -> None:
    value = value_of(written)
    assert value is None or value >= 0


@pytest.mark.parametrize("word", ["万一", "千万别", "百货", "点三"])
def test_a_word_that_begins_with_a_magnitude_is_no_chinese_number(word: str) -> None:
    assert re.match(CHINESE, word) is None


def test_a_magnitude_that_belongs_to_a_unit_is_not_taken_from_it() -> None:
    assert re.match(SCALE, "千瓦") is None
    assert re.match(SCALE, "百分点") is None
    assert re.match(SCALE, "百分之五") is None
    assert re.match(CHINESE, "三千克")[0] == "三"  # type: ignore[index]


def test_reading_keeps_every_offset() -> None:
    text = "１２．５％～億\ud800元－￥"
    assert plain_digits(text) == "12.5%~亿 元-¥"
