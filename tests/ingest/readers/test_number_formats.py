"""Numbers and dates as a spreadsheet shows them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.number_formats import shown, shown_date, shown_number


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.4523, "0.0%", "45.2%"),
        (0.45, "0%", "45%"),
        (-0.5, "0.00%", "-50.00%"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234.5, "#,##0.0#", "1,234.5"),
        (1234567, "#,##0", "1,234,567"),
        (2.5, "0", "3"),  # half away from zero, as Excel rounds
        (-2.5, "0", "-3"),
        (-0.001, "0.0", "0.0"),
        (7, "000", "007"),
        (0.5, "#.00", ".50"),
        (12, '0"元"', "12元"),
        (12, "0元", "12元"),
        (5, "[$¥-804]#,##0.00", "¥5.00"),
        (1234, "[Red]#,##0", "1,234"),
        (-3, "0;(0)", "(3)"),
        (0.05, "+0.0%;-0.0%", "+5.0%"),
        (0, '#,##0;-#,##0;"-"', "-"),
        (-5, '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-5.00"),
        (1234567890, '0.00,,"百万"', "1234.57百万"),
        (123456789, '[>=100000000]0.00,,"百万";[>=10000]0.0,"千";0', "123.46百万"),
        (12345, '[>=100000000]0.00,,"百万";[>=10000]0.0,"千";0', "12.3千"),
        (12, '[>=100000000]0.00,,"百万";[>=10000]0.0,"千";0', "12"),
        (0.1 + 0.2, "General", "0.3"),
        (12.0, "General", "12"),
        (1e15, "General", "1000000000000000"),
        (1e-7, "General", "0.0000001"),
        (12.5, "@", "12.5"),
        (12.5, "", "12.5"),
        (12345, "0.00E+00", "12345"),
        (0.5, "# ?/?", "0.5"),
        (123456, '0!.0,"万"', "123456"),
    ],
)
def test_a_number_stands_as_its_format_shows_it(value: float, code: str, text: str) -> None:
    assert shown_number(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (datetime(2023, 5, 1), 'yyyy"年"m"月"', "2023年5月"),
        (datetime(2023, 5, 1), '[$-804]yyyy"年"m"月"d"日";@', "2023年5月1日"),
        (datetime(2023, 5, 1), "yyyy年m月", "2023年5月"),
        (datetime(2023, 5, 1), "yyyy\\-mm\\-dd;@", "2023-05-01"),
        (datetime(2023, 5, 1), "mm-dd-yy", "2023-05-01"),
        (datetime(2023, 5, 1, 13, 5), "yyyy/m/d h:mm", "2023/5/1 13:05"),
        (datetime(2023, 5, 1, 13, 5), "m/d/yy h:mm", "2023-05-01 13:05"),
        (datetime(2023, 5, 1), "aaaa", "2023-05-01"),
        (date(2023, 5, 1), "mmm-yy", "May-23"),
        (time(13, 5), "h:mm", "13:05"),
        (timedelta(hours=30), "[h]:mm:ss", "30:00:00"),
    ],
)
def test_a_date_stands_as_its_format_shows_it_or_year_first(
    value: date | time | timedelta, code: str, text: str
) -> None:
    assert shown_date(value, code) == text


def test_a_number_with_the_format_of_a_date_is_a_day_since_1900() -> None:
    assert shown(45047, 'yyyy"年"m"月"') == "2023年5月"
    assert shown(0.45, "0%") == "45%"


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(alphabet='0#?,.%;[]<>="\\年ymdhse@-_* E', max_size=12))
def test_no_format_breaks_on_any_number(value: float, code: str) -> None:
    assert isinstance(shown_number(value, code), str)
