"""Of the marks that close the same words one is left, and a sentence of an answer ends with one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answering.closing import as_sentence, closed_once


@pytest.mark.parametrize(
    ("joined", "read"),
    [
        ("措施：加大投入。；影响：成本下降", "措施：加大投入。影响：成本下降"),
        ("原因：需求不足；；影响：小", "原因：需求不足；影响：小"),
        ("企业：甲、乙，；数量：2", "企业：甲、乙；数量：2"),
        ("问题：谁来付费？；答案：用户", "问题：谁来付费？答案：用户"),
        ("口号：快！。；答案：用户", "口号：快！答案：用户"),
        ("观点：“会增长。”；出处：甲", "观点：“会增长。”出处：甲"),
        ("说明：（见附录。）。；出处：甲", "说明：（见附录。）出处：甲"),
        ("观点：（“会增长。”；）。出处：甲", "观点：（“会增长。”）出处：甲"),
        ("单位：：亿元", "单位：亿元"),
        ("单位:：亿元", "单位：亿元"),
        ("真的吗？！；是", "真的吗？是"),
    ],
)
def test_of_marks_that_close_the_same_words_one_is_left(joined: str, read: str) -> None:
    assert closed_once(joined) == read


@pytest.mark.parametrize(
    "text",
    [
        "规模12.5亿元；同比增长3.2%。",
        "他说：“会增长。”，随后离席。",
        "真的吗？！太快了！！",
        "std::vector，1,288.8万辆",
        "甲（含乙）；丙等……；丁",
        "《甲》、《乙》：丙",
    ],
)
def test_marks_that_close_different_words_stay(text: str) -> None:
    assert closed_once(text) == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("销量：1286.6", "销量：1286.6。"),
        ("加大投入。", "加大投入。"),
        ("加大投入。；", "加大投入。"),
        ("（一）扩大规模；", "（一）扩大规模；"),
        ("甲、乙，", "甲、乙。"),
        ("他说：“会增长。”", "他说：“会增长。”"),
        ("他说会“增长”", "他说会“增长”。"),
        ("（数据见附录。）", "（数据见附录。）"),
        ("规模大（见附录）", "规模大（见附录）。"),
        ("The market grew.", "The market grew."),
        ("主要措施如下：", "主要措施如下："),
        ("前文…", "前文…"),
        ("甲\n 乙", "甲 乙。"),
    ],
)
def test_a_sentence_of_an_answer_ends_with_one_mark(text: str, sentence: str) -> None:
    assert as_sentence(text) == sentence


@given(st.text(alphabet="甲乙1。；，、：？！…”）( \n", min_size=1))
def test_nothing_is_closed_twice_and_no_word_is_lost(text: str) -> None:
    sentence = as_sentence(text)
    assert as_sentence(sentence) == sentence
    assert not any(pair in sentence for pair in ("。；", "；。", "。。", "；；", "，。", "，；", "、。", "：；"))
    assert [char for char in sentence if char.isalnum()] == [char for char in text if char.isalnum()]
