"""Which language a page speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.languages import words_for
from chat.pages.words import Words


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        ("", CHINESE),
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("en-US,en;q=0.9,zh-CN;q=0.8", ENGLISH),
        ("EN-gb", ENGLISH),
        ("zh-Hant-TW", CHINESE),
        ("zh;q=0.4, en;q=0.5", ENGLISH),
        ("en;q=0.5, zh;q=0.5", ENGLISH),
        ("en ; q=0.8 , zh ; Q=0.9", CHINESE),
        ("en;q=0.999, zh;q=1.000", CHINESE),
        ("fr, de;q=0.9, en;q=0.1", ENGLISH),
        ("fr, ja, *", CHINESE),
        ("en;q=0", CHINESE),
        ("en;q=0.000, fr", CHINESE),
    ],
)
def test_the_first_of_the_browsers_languages_that_there_is(accepted: str, words: Words) -> None:
    assert words_for(accepted) is words


@pytest.mark.parametrize(
    "weight", ["", "q=", "q=nan", "q=inf", "q=-1", "q=2", "q=1e3", "q=0.1234", "0.9", "q=0.9;q=1", "level=1"]
)
def test_one_of_a_malformed_weight_comes_last_and_leaves_the_others_in_their_order(weight: str) -> None:
    assert words_for(f"en;{weight}, zh;q=0.001") is CHINESE
    assert words_for(f"zh;q=0.5, fr;{weight}, en;q=0.9") is ENGLISH
    assert words_for(f"fr, en;{weight}") is ENGLISH


@pytest.mark.parametrize("accepted", [",,,", ";q=1", "en\x00", "enormous", "-en", "q=0.9", "=;,=", "，en", "\ud800"])
def test_a_header_that_names_no_language_of_ours_is_answered_in_chinese(accepted: str) -> None:
    assert words_for(accepted) is CHINESE


def test_the_language_asked_for_goes_before_the_browsers() -> None:
    assert words_for("zh-CN", "en") is ENGLISH
    assert words_for("en", "zh-CN") is CHINESE
    assert words_for("en", "fr") is ENGLISH
    assert words_for("en", "") is ENGLISH
    assert words_for("", "fr") is CHINESE


def test_no_more_of_a_header_is_read_than_a_browser_sends() -> None:
    assert words_for("fr," * 19 + "en") is ENGLISH
    assert words_for("fr," * 20 + "en") is CHINESE


@given(st.text(), st.none() | st.text())
def test_there_is_a_language_for_whatever_is_sent(accepted: str, asked: str | None) -> None:
    assert words_for(accepted, asked) in (CHINESE, ENGLISH)
