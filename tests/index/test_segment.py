"""Words as lexical search counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segment import fold, function_words, question_terms, segment, segment_question, tagged, terms
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


def test_terms_are_the_words_and_every_pair_of_neighbours_within_and_across_them() -> None:
    # 毛利率 | 上升: the pair 率上 stands across two words, 上升 counts as a word and as a pair.
    assert terms("毛利率上升") == ["毛利率", "上升", "毛利", "利率", "率上", "上升"]


def test_no_pair_stands_across_a_mark_or_a_latin_name() -> None:
    assert terms("毛利，上升AI规模") == ["毛利", "上升", "ai", "规模", "毛利", "上升", "规模"]


def test_figures_and_periods_are_terms_in_one_form() -> None:
    assert "70%" in terms("占七成")
    assert "70%" in terms("占70%")
    assert "2022h1" in set(terms("2022年上半年")) & set(terms("22H1"))


def test_a_name_with_a_number_is_one_term_however_it_is_joined() -> None:
    assert "gpt4" in set(terms("GPT-4")) & set(terms("GPT 4的参数")) & set(terms("GPT4"))
    assert "gpt4" not in set(terms("GPT-4o")) | set(terms("GPT-3.5"))


def test_a_question_asks_for_its_terms_without_the_closed_class_ones() -> None:
    assert question_terms("毛利率是多少？") == [term for term in terms("毛利率是多少？") if term not in ("是", "多少")]
    assert question_terms("呢？") == ["呢"]


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


def test_tagged_words_are_the_whole_text_each_with_its_part_of_speech() -> None:
    assert tagged("美国的AI，增长") == [("美国", "ns"), ("的", "uj"), ("AI", "eng"), ("，", "x"), ("增长", "v")]


def test_function_words_are_whole_words() -> None:
    assert {"什么", "的"} <= function_words()
    assert "" not in function_words()


@given(st.text(max_size=40))
def test_any_text_gives_the_same_words_each_time_and_never_an_empty_one(text: str) -> None:
    words = segment(text)
    assert words == segment(text)
    assert all(word.strip() for word in words)


def test_a_share_that_is_compared_is_cut_where_it_is_compared() -> None:
    assert "比比" not in segment("风电占比比光伏高多少")
