"""The things of a question, whole where the tagger cuts them."""

import pytest

from chat.understanding.things import is_thing, things


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("图像生成有哪些应用？", ["图像生成"]),
        ("社区团购存在哪些问题？", ["社区团购"]),
        ("先进封装为什么重要？", ["先进封装"]),
        ("刻蚀设备的价格是多少？", ["刻蚀设备"]),
        ("理财子公司的发展现状如何？", ["理财子公司"]),
        ("内容生成有哪些优势？", ["内容生成"]),
        ("海外仓的租金是多少？", ["海外仓", "租金"]),
        ("骨科植入物集采后降了多少？", ["骨科植入物"]),
        ("先进制程和成熟制程有什么区别？", ["先进制程", "成熟制程"]),
    ],
)
def test_a_thing_has_all_the_words_that_name_it(question: str, named: list[str]) -> None:
    assert [thing.text for thing in things(question)] == named


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("推动光伏发展的因素有哪些？", "光伏"),
        ("有哪些企业布局固态电池？", "固态电池"),
        ("哪些企业生产光刻机？", "光刻机"),
        ("社区团购市场规模有多大？", "社区团购"),
    ],
)
def test_what_is_done_to_a_thing_or_what_it_has_is_no_part_of_it(question: str, named: str) -> None:
    assert named in [thing.text for thing in things(question)]


def test_the_place_of_a_thing_is_in_the_question_as_written() -> None:
    (thing,) = things("2022年圖像生成有哪些應用？")
    assert (thing.start, thing.end) == (5, 9)


@pytest.mark.parametrize("text", ["音乐创作", "私域运营", "中国人寿", "消费金融公司"])
def test_a_text_that_names_one_thing_is_one(text: str) -> None:
    assert is_thing(text)


@pytest.mark.parametrize("text", ["资本充足率", "商业模式", "甘肃", "2023年", "逻辑芯片和存储芯片", ""])
def test_what_things_have_and_what_is_several_is_none(text: str) -> None:
    assert not is_thing(text)
