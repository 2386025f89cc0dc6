"""Slips of the keyboard in a question, and what is none."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.spelling import corrections

LATIN = ["midjourney", "chatgpt", "tesla", "novo", "transformer", "gpt-4", "h100", "a100", "2022", "2022年"]
CHINESE = ["毛利率", "渗透率", "宁德时代", "动力电池", "胰岛素", "市盈率", "中信银行"]
LIBRARY = frozenset([*LATIN, *CHINESE])


def nowhere(words: Sequence[str]) -> bool:
    return False


def corrected(question: str, library: frozenset[str] = LIBRARY) -> dict[str, str]:
    return corrections(question, library, nowhere)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("Midjouney", "midjourney"),  # missing
        ("Midjourrney", "midjourney"),  # doubled
        ("ChatGTP", "chatgpt"),  # swapped
        ("Tezla", "tesla"),  # another one
        ("Tranformers", None),  # two slips
        ("Nova", None),  # too short to tell from a word
        ("Besla", None),  # another first letter
    ],
)
def test_a_latin_name_is_corrected_by_one_slip(slip: str, meant: str | None) -> None:
    assert corrected(f"{slip}的收入") == ({slip.lower(): meant} if meant else {})


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("毛利律是多少", {"毛利律": "毛利率"}),
        ("宁德石代的渗透绿", {"宁德石代": "宁德时代", "渗透绿": "渗透率"}),
        ("動力店池裝機量", {"动力店池": "动力电池"}),
        ("利毛率是多少", {"利毛率": "毛利率"}),
    ],
)
def test_a_chinese_word_is_corrected_by_one_character_of_the_same_sound_or_two_swapped(
    question: str, found: dict[str, str]
) -> None:
    assert corrected(question) == found


@pytest.mark.parametrize("question", ["GPT-3的参数", "GPT4", "A10与H10", "2021年", "H800", "GPT-5", "chatgpt4"])
def test_figures_and_model_numbers_are_never_corrected(question: str) -> None:
    assert corrected(question) == {}


def test_a_word_of_the_library_stays() -> None:
    assert corrected("Midjourney与毛利率") == {}


def test_another_name_that_sounds_otherwise_is_no_slip() -> None:
    assert corrected("中国银行的利润") == {}


@pytest.mark.parametrize(
    ("question", "library"), [("必须品的税率", {"必需品"}), ("权力机关", {"权利机关"}), ("电磁铁矿", {"店磁铁"})]
)
def test_a_word_of_the_dictionary_is_no_slip(question: str, library: set[str]) -> None:
    assert corrected(question, frozenset(library)) == {}


def test_common_words_beside_each_other_are_no_slip() -> None:
    assert corrected("它有什么特点", frozenset({"为什么"})) == {}
    assert corrected("其中的一个原因", frozenset({"第一个"})) == {}
    assert corrected("为什末", frozenset({"为什么"})) == {}
    assert corrected("锂电新", frozenset({"锂电芯"})) == {}


def test_the_longest_word_that_is_meant_counts() -> None:
    assert corrected("磷酸铁锂电迟", frozenset({"磷酸铁锂电池", "锂电池"})) == {"磷酸铁锂电迟": "磷酸铁锂电池"}


def test_a_slip_of_two_words_is_of_neither() -> None:
    assert corrected("Taslas", frozenset({"tesla", "taslan"})) == {"taslas": "taslan"}
    assert corrected("Tasla", frozenset({"tesla", "taslan"})) == {}


def test_a_name_that_stands_in_a_passage_in_parts_is_no_slip() -> None:
    def together(words: Sequence[str]) -> bool:
        return list(words) == ["渗透", "绿"]

    assert corrections("渗透绿", LIBRARY, together) == {}
    assert corrections("渗透绿", LIBRARY, nowhere) == {"渗透绿": "渗透率"}


def test_an_empty_question_or_library_has_no_slips() -> None:
    assert corrected("") == {}
    assert corrected("Midjouney", frozenset()) == {}


@given(st.text(max_size=30))
def test_only_words_that_the_library_lacks_are_corrected_and_only_to_its_own(question: str) -> None:
    for slip, meant in corrected(question).items():
        assert slip not in LIBRARY
        assert meant in LIBRARY
