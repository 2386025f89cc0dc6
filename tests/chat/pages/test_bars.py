"""Bars of HTML: which columns of many are named."""

import re

from chat.pages.bars import Bar, columns


def years(count: int) -> list[Bar]:
    return [Bar(str(2000 + number), number + 1, str(number + 1)) for number in range(count)]


def named(html: str) -> tuple[list[str], list[str]]:
    """The names below the columns, and those of them that a phone shows too."""
    names = [(spare, name) for spare, name in re.findall(r'class="name( spare)?">([^<]*)<', html) if name != "&nbsp;"]
    return [name for _, name in names], [name for spare, name in names if not spare]


def test_few_columns_are_all_named_even_on_a_phone() -> None:
    assert named(columns(years(5))) == (["2000", "2001", "2002", "2003", "2004"],) * 2


def test_on_a_phone_every_other_of_a_dozen_years_is_named() -> None:
    wide, narrow = named(columns(years(12)))
    assert len(wide) == 12
    assert narrow == ["2000", "2002", "2004", "2006", "2008", "2010"]


def test_no_name_runs_into_the_next_of_two_dozen_years() -> None:
    wide, narrow = named(columns(years(24)))
    assert wide == [str(year) for year in range(2000, 2024, 2)]
    assert narrow == [str(year) for year in range(2000, 2024, 4)]
