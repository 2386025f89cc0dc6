"""What a character of a PDF is drawn as: itself wherever a font has it, and never as nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.pages.faces import LOWERED, RAISED, SMALL, SONG, TIMES, TIMES_BOLD, Face, face_of


@pytest.mark.parametrize("char", ["中", "，", "“", "—", "…", "℃", "①", "㎡", "％", "㐀", "±", "\u3000"])
def test_chinese_and_its_punctuation_are_of_the_chinese_font(char: str) -> None:
    assert face_of(char, bold=False) == face_of(char, bold=True) == Face(SONG, char)


@pytest.mark.parametrize("char", ["A", "1", "%", ".", "é", "²", "−", "•", "✓", "€"])
def test_latin_letters_figures_and_the_symbols_of_times_are_of_times(char: str) -> None:
    assert face_of(char, bold=False) == Face(TIMES, char)
    assert face_of(char, bold=True) == Face(TIMES_BOLD, char)


@pytest.mark.parametrize(
    ("char", "face"),
    [
        ("₂", Face(TIMES, "2", SMALL, LOWERED, told="₂")),
        ("⁹", Face(TIMES, "9", SMALL, RAISED, told="⁹")),
        ("ﬁ", Face(TIMES, "fi", told="ﬁ")),
        ("⑪", Face(TIMES, "(11)", told="⑪")),
        ("⅓", Face(TIMES, " 1⁄3", told="⅓")),
        ("㎥", Face(TIMES, "m3", told="㎥")),
    ],
)
def test_what_is_made_of_others_is_drawn_as_those_and_copied_as_it_is(char: str, face: Face) -> None:
    assert face_of(char, bold=False) == face


@pytest.mark.parametrize(
    ("char", "drawn"),
    [
        ("😀", "〔U+1F600〕"),
        ("𠮷", "〔U+20BB7〕"),
        ("\uf06c", "〔U+F06C〕"),
        ("한", "〔U+D55C〕"),
        ("𝐀", "〔U+1D400〕"),
    ],
)
def test_what_no_font_has_is_told_by_its_number(char: str, drawn: str) -> None:
    assert face_of(char, bold=False) == Face(SONG, drawn)


@pytest.mark.parametrize("char", ["\u200b", "\u200d", "\u202e", "\ufeff", "\ufe0f", "\u00ad"])
def test_what_shows_nothing_is_left_out(char: str) -> None:
    assert face_of(char, bold=False).drawn == ""


@pytest.mark.parametrize("char", ["\u00a0", "\u2003", "\u202f"])
def test_a_blank_is_a_blank(char: str) -> None:
    assert face_of(char, bold=False) == Face(TIMES, " ")


@given(st.characters(exclude_categories=("Cs", "Cc", "Cf")))
def test_no_other_character_is_lost(char: str) -> None:
    face = face_of(char, bold=False)
    assert face.drawn or "VARIATION SELECTOR" in unicodedata.name(char)
