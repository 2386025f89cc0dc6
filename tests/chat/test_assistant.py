"""What answers in place of a draft that does not stand its check."""

from chat.answer import Answer, Finished
from chat.assistant import Assistant
from index.library import PassageIndex
from tests.fakes import HashingEncoder, passage

TEXTS = (
    "甲公司2022年的营业收入为5亿元，比上年有所增长。公司还在各地开设了门店。",
    "乙公司2022年的营业收入为3亿元，比上年有所下降。公司还关闭了一些门店。",
    "行业的营业收入总体平稳，其他公司情况各异，此处从略。",
    "新设岗位\n\n算法工程师：新设岗位，开发算法。\n数据标注员：新设岗位，标注数据。\n资料来源：某某智库",
)


def answered(question: str) -> Answer:
    """Without a model: every answer is made of the evidence."""
    library = PassageIndex.build([passage(text, number) for number, text in enumerate(TEXTS)], HashingEncoder())
    events = list(Assistant(library, None).ask(question))
    assert isinstance(events[-1], Finished)
    return events[-1].answer


def test_each_side_of_a_question_is_answered_by_its_own_best_sentence() -> None:
    answer = answered("甲公司和乙公司2022年的营业收入分别是多少？")
    assert answer.quoted
    assert {sentence.text for sentence in answer.sentences} == {
        "甲公司2022年的营业收入为5亿元，比上年有所增长。",
        "乙公司2022年的营业收入为3亿元，比上年有所下降。",
    }
    assert [sentence.citations for sentence in answer.sentences] == [(1,), (2,)]


def test_a_list_is_answered_by_its_items_each_with_its_line_as_the_quote() -> None:
    answer = answered("新设岗位有哪些？")
    assert answer.text == "算法工程师；[1]数据标注员。[2]"
    assert [citation.quote for citation in answer.citations] == [
        "算法工程师：新设岗位，开发算法。",
        "数据标注员：新设岗位，标注数据。",
    ]
