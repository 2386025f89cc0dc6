"""What is asked for as a list is answered by the names of its items."""

import pytest

from chat.evidence.evidence import Evidence
from chat.evidence.listing import listed
from index.library import Hit
from ingest.report import Passage
from tests.fakes import passage

JOBS = passage(
    "新岗位\n\n技术开发领域\n焊接工程师：负责焊接工艺。\n结构设计工程师：设计结构。\n测试工程师：测试整机。\n"
    "辅助领域\n- 质量管理员：负责检验。\n- 设备保养员：负责保养。",
    1,
    headings=("报告", "新岗位"),
)


def evidence(passage: Passage, *begins: str) -> list[Evidence]:
    """The lines of a passage that begin so, as evidence."""
    items = []
    for number, words in enumerate(begins, start=1):
        start = passage.text.index(words)
        end = start + len(passage.text[start:].split("\n")[0])
        items.append(Evidence(number, Hit(passage, 1.0, 1), passage.text[start:end], start, end, 0.9))
    return items


@pytest.mark.parametrize("question", ["制造类新岗位有哪些？", "列出新岗位", "新崗位有哪幾種", "岗位分几类"])
def test_the_names_of_the_list_that_the_evidence_is_of_are_the_answer(question: str) -> None:
    items = listed(question, evidence(JOBS, "焊接", "测试"))
    assert [item.reading for item in items] == ["焊接工程师；", "结构设计工程师；", "测试工程师"]
    assert [item.number for item in items] == [1, 2, 3]
    assert JOBS.text[items[1].start : items[1].end] == "结构设计工程师：设计结构。"


def test_of_two_lists_the_one_with_more_of_the_evidence_is_meant() -> None:
    items = listed("有哪些岗位", evidence(JOBS, "焊接", "- 质量管理", "- 设备保养"))
    assert [item.reading for item in items] == ["质量管理员；", "设备保养员"]


def test_the_title_of_a_list_is_answered_by_the_list() -> None:
    for question in ("辅助领域有哪些岗位？", "辅助领域诞生了哪些岗位？"):
        assert [item.reading for item in listed(question, evidence(JOBS, "辅助领域"))] == ["质量管理员；", "设备保养员"]


def test_a_list_whose_title_is_asked_for_needs_no_second_stretch() -> None:
    assert [item.reading for item in listed("技术开发领域有哪些岗位？", evidence(JOBS, "焊接"))] == [
        "焊接工程师；",
        "结构设计工程师；",
        "测试工程师",
    ]


def test_a_sentence_before_a_list_is_no_title_of_it() -> None:
    prose = passage("岗位不少，也会减少。\n焊接工程师：负责焊接。\n测试工程师：测试整机。", 7)
    assert listed("有哪些风险？", evidence(prose, "岗位不少")) == []


def test_a_question_for_no_items_and_a_single_stretch_of_a_list_give_none() -> None:
    assert listed("测试工程师做什么？", evidence(JOBS, "焊接", "测试")) == []
    assert listed("有哪些岗位", evidence(JOBS, "焊接")) == []
    assert listed("有哪些岗位", []) == []


@pytest.mark.parametrize(
    "text",
    [
        "某产品\n开发公司：甲公司\n发布时间：2022年\n特色：快",  # a record of one thing
        "某产品\n优点：快\n资料来源：某某研究院",
        "某产品很快。\n价格不高。\n适合办公。",
        "优点：快\n中间说别的话。\n缺点：贵",
    ],
)
def test_lines_that_are_no_list_of_things_give_none(text: str) -> None:
    lines = [line for line in text.split("\n") if line]
    assert listed("某产品有哪些特点", evidence(passage(text, 2), *lines)) == []


def test_an_item_may_end_in_a_word_that_is_an_attribute_by_itself() -> None:
    views = passage("归原作者：应当付费。\n归出版方：归出版方所有。\n\n资料来源：某某智库", 4)
    assert [item.reading for item in listed("有哪几派意见", evidence(views, "归原作者", "归出版方"))] == [
        "归原作者；",
        "归出版方",
    ]


@pytest.mark.parametrize(
    "question", ["哪些岗位负责测试？", "哪几个岗位不需要设计", "测试工程师有哪些工作？", "各岗位都负责哪些工作"]
)
def test_a_question_for_some_of_a_list_or_about_an_item_gets_no_list(question: str) -> None:
    assert listed(question, evidence(JOBS, "焊接", "结构", "测试")) == []


def test_times_are_no_names_of_items() -> None:
    agenda = passage("10:00 签到\n10:30 致辞\n12:00 午餐", 5)
    assert listed("议程有哪些", evidence(agenda, "10:00", "10:30", "12:00")) == []


def test_a_row_is_no_list() -> None:
    row = passage("甲：一\n乙：二", 3, kind="row", cells=(("名称", "甲：一\n乙：二"),))
    assert listed("有哪些", evidence(row, "甲", "乙")) == []


def test_a_paragraph_that_numbers_its_items_is_told_whole() -> None:
    text = "简介。\n并网分为三步：1、提交申请；2、安装电表；3、签订合同。\n费用另计。"
    steps = passage(text, 6)
    for question in ("并网分为哪几步？", "并网要几步？"):
        assert [item.reading for item in listed(question, evidence(steps, "1、提交申请；"))] == [
            "并网分为三步：1、提交申请；2、安装电表；3、签订合同。"
        ]


@pytest.mark.parametrize(
    "text", ["并网要1、提交申请。", "2、安装电表；3、签订合同。", "第1.1、1.2节讲并网，容量1、2号机。"]
)
def test_numbers_that_do_not_count_items_from_one_are_no_list(text: str) -> None:
    assert listed("并网分为哪几步？", evidence(passage(text, 6), text[:4])) == []
