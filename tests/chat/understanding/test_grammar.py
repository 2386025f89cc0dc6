"""Words and their kinds, as the rules over questions see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.understanding.grammar import is_measure, shape, words_of


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("中国和美国的人口", "kjkdm"),
        ("2022年上半年", "pp"),
        ("2020、2021和2022年", "pjpjp"),
        ("《战争与和平》的作者", "kdn"),
        ("和平区", "k"),
        ("男和女", "njn"),
        ("蔚来和理想", "kjn"),
        ("第一份报告", "nn"),
        ("二线城市", "nk"),
        ("同比增长", "o"),
    ],
)
def test_a_word_has_the_kind_that_rules_look_for(text: str, kinds: str) -> None:
    assert shape(words_of(text)) == kinds


def test_a_number_of_people_is_no_year() -> None:
    assert "p" not in shape(words_of("共有2000人"))


def test_a_name_given_is_one_word_even_where_it_holds_a_word_that_joins() -> None:
    assert [word.text for word in words_of("天和与远见", ("天和", "远见"))] == ["天和", "与", "远见"]


def test_a_measure_has_an_amount() -> None:
    assert [word for word in ("销量", "增速", "占比", "人口", "GDP", "汽车", "关系") if is_measure(word)] == [
        "销量",
        "增速",
        "占比",
        "人口",
        "GDP",
    ]


@given(st.text(max_size=40))
def test_words_cover_the_text_without_gaps(text: str) -> None:
    words = words_of(text)
    assert "".join(word.text for word in words) == text
    assert all(text[word.start : word.end] == word.text for word in words)
