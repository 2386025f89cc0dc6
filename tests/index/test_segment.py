"""Words as lexical search counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segment import fold, segment, segment_all, segment_question
from ingest.normalise import simplify


def test_precise_words_come_first_and_pairs_of_longer_ones_after_them() -> None:
    assert segment("毛利率") == ["毛利率", "毛利", "利率"]


def test_a_word_inside_a_longer_one_is_found_by_its_pair() -> None:
    assert "服务" in segment("智能服务器集群")
    assert "服务器" in segment("智能服务器集群")


@pytest.mark.parametrize("word", ["市场规模", "同比增长", "生成式人工智能"])
def test_domain_words_stay_whole(word: str) -> None:
    assert segment(word)[0] == word


def test_figures_and_latin_words_are_one_word_each_and_have_no_pairs() -> None:
    assert segment("ChatGPT为12.5%") == ["chatgpt", "为", "12.5%"]


def test_traditional_characters_are_counted_as_simplified_ones() -> None:
    assert segment("市場規模") == segment("市场规模")


@pytest.mark.parametrize("text", ["", " \n\t　", "，。！？；", "🙂…——《》", "_"])
def test_marks_and_white_space_are_no_words(text: str) -> None:
    assert segment(text) == []


def test_a_question_is_segmented_without_its_closed_class_words() -> None:
    assert segment_question("市场规模是多少？") == segment("市场规模")


def test_a_question_of_closed_class_words_alone_keeps_them() -> None:
    assert segment_question("什么呢？") == ["什么", "呢"]


def test_folding_lowers_letters_and_simplifies_but_keeps_widths_and_marks() -> None:
    assert fold("AIGC產業，規模①") == "aigc产业，规模①"


@pytest.mark.parametrize("text", ["市場規模，AIGC①", "資訊產業的滑鼠與硬碟", "乾隆皇后的頭髮", ""])
def test_simplifying_keeps_every_offset(text: str) -> None:
    assert len(simplify(text)) == len(text)


def test_simplifying_changes_traditional_characters_and_nothing_else() -> None:
    assert simplify("2023年市場規模，AIGC①") == "2023年市场规模，AIGC①"


@given(st.text(max_size=40))
def test_simplifying_keeps_every_offset_of_any_text(text: str) -> None:
    assert len(simplify(text)) == len(text)


def test_texts_are_segmented_one_by_one_in_order() -> None:
    assert segment_all(["毛利率", "", "AI"]) == [["毛利率", "毛利", "利率"], [], ["ai"]]


@given(st.text(max_size=40))
def test_any_text_gives_the_same_words_each_time_and_never_an_empty_one(text: str) -> None:
    words = segment(text)
    assert words == segment(text)
    assert all(word.strip() for word in words)
