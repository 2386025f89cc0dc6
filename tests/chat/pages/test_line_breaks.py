"""Lines of Chinese paragraphs: full ones, and nothing at their ends that may not stand there."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.pages.line_breaks import NOT_AT_END, NOT_AT_START, line_ends


def lines(text: str, measure: float, held: frozenset[int] = frozenset()) -> list[str]:
    """The lines of a text whose letters are one wide, Latin ones half."""
    widths = [0.5 if char.isascii() else 1.0 for char in text]
    ends = line_ends(text, widths, measure, held=held)
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("出口量同比增长", ["出口量同", "比增长"]),
        ("出口增长，同比", ["出口增", "长，同比"]),  # a comma does not begin a line
        ("出口量（万辆）", ["出口量", "（万辆）"]),  # a bracket does not end one
        ("出口约128.4万", ["出口约", "128.4万"]),  # a figure is not broken
        ("占了35.5%。", ["占了", "35.5%。"]),
        ("约为−5.5℃", ["约为", "−5.5℃"]),
        ("不可以——断开", ["不可以", "——断开"]),  # a dash is not parted
        ("不知道……为何", ["不知道", "……为何"]),
        ("北京市区—上海", ["北京市", "区—上海"]),  # a single dash joins, and does not begin a line
        ("the car is new", ["the car ", "is new"]),
    ],
)
def test_a_line_breaks_where_chinese_and_latin_allow_it(text: str, broken: list[str]) -> None:
    assert lines(text, 4) == broken


def test_blanks_stand_beyond_the_measure_and_never_begin_a_line() -> None:
    assert lines("ab cd  ef", 2.5) == ["ab cd  ", "ef"]


def test_a_word_longer_than_the_line_is_broken_where_the_line_is_full() -> None:
    assert lines("见https://example", 4) == ["见", "https://", "example"]


def test_what_is_held_stays_on_the_line_of_what_it_belongs_to() -> None:
    assert lines("出口增长。[1]", 5) == ["出口增长。", "[1]"]
    assert lines("出口增长。[1]", 5, held=frozenset({5, 6, 7})) == ["出口增", "长。[1]"]


def test_nothing_has_no_lines_and_a_letter_wider_than_the_measure_has_one() -> None:
    assert line_ends("", [], 3) == []
    assert line_ends("宽宽", [9, 9], 3) == [1, 2]


@given(st.text("中文，。（）“”—…12.5% ab/", max_size=60), st.integers(6, 20))
def test_lines_hold_all_of_the_text_and_as_much_as_there_is_room_for(text: str, measure: int) -> None:
    broken = lines(text, measure)
    assert "".join(broken) == text
    assert all(sum(0.5 if char.isascii() else 1.0 for char in line.rstrip()) <= measure for line in broken)


@given(st.lists(st.sampled_from(["中", "文中", "，", "（中）", "“文”", "12.5%", "中——", "文……", "ab"]), max_size=40))
def test_where_a_break_is_allowed_in_every_line_no_rule_is_broken(parts: list[str]) -> None:
    text = "中".join(parts)
    for before, line in pairwise(lines(text, 12)):
        assert line[0] not in NOT_AT_START or line[:2] == "——"
        assert before[-1] not in NOT_AT_END
        assert before[-1] + line[0] not in ("——", "……")
        assert not (before[-1].isascii() and line[0].isascii())
