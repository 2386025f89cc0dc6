"""The words of a question and what they do in it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.understanding.wording import known, read, runs


def kinds(question: str) -> list[tuple[str, str]]:
    return [(word.text, word.kind) for word in read(question)]


def names(question: str) -> list[str]:
    return [run.text for run in runs(read(question))]


def test_a_question_is_read_as_periods_names_nouns_and_what_they_have() -> None:
    assert kinds("2022年特斯拉的新能源汽车销量是多少？") == [
        ("2022年", "period"),
        ("特斯拉", "name"),
        ("的", "of"),
        ("新能源汽车", "noun"),
        ("销量", "common"),
        ("是", "verb"),
        ("多少", "asking"),
    ]


@pytest.mark.parametrize("period", ["2018-2020年", "今年上半年", "2023年第一季度", "近三年", "5月"])
def test_a_period_is_one_word(period: str) -> None:
    assert kinds(f"{period}小麦的产量")[0] == (period, "period")


def test_a_number_of_years_to_live_is_no_period() -> None:
    assert "period" not in dict(kinds("12年龄")).values()


@pytest.mark.parametrize(
    ("question", "pointer"),
    [
        ("这家保险公司的总部在哪里？", "这家保险公司"),
        ("该系统有哪些功能？", "该系统"),
        ("它的价格是多少？", "它"),
        ("該公司的總部在哪裡？", "该公司"),
    ],
)
def test_a_pointer_is_read_with_what_it_points_at(question: str, pointer: str) -> None:
    assert kinds(question)[0] == (pointer, "pointer")


@pytest.mark.parametrize(
    "question", ["企业应该如何选择？", "他汀有哪些副作用？", "其他应收款怎么列示？", "那些年的房价", "土耳其的人口"]
)
def test_a_word_that_only_looks_like_a_pointer_is_none(question: str) -> None:
    assert "pointer" not in [kind for _, kind in kinds(question)]


@pytest.mark.parametrize(
    ("question", "run"),
    [
        ("鑫诺一号通信卫星由谁制造？", "鑫诺一号通信卫星"),
        ("达特穆尔的面积", "达特穆尔"),
        ("海底捞在国内有多少家门店？", "海底捞"),
        ("短视频有什么影响？", "短视频"),
        ("消费者爱吃预制菜吗？", "预制菜"),
        ("扩散模型的原理", "扩散模型"),
        ("中国空间技术研究院哪年成立？", "中国空间技术研究院"),
    ],
)
def test_the_pieces_of_a_name_are_one_run(question: str, run: str) -> None:
    assert run in names(question)


@pytest.mark.parametrize("question", ["面积有多大？", "主要厂商有哪些？", "毛利率是多少？", "CEO是谁？"])
def test_what_everything_has_is_no_name(question: str) -> None:
    assert names(question) == []


def test_only_what_the_dictionary_has_is_known() -> None:
    assert known("剧本")
    assert not known("硕鬣狗")


@given(st.text(alphabet="2022年第一家的《三体》它们该公司有哪些多少GDP-4，？ \n", max_size=40))
def test_a_word_stands_where_it_says(question: str) -> None:
    words = read(question)
    assert [question[word.start : word.end] for word in words] == [word.text for word in words]
    assert all(one.end <= following.start for one, following in pairwise(words))
    assert all(question[run.start : run.end].endswith(run.text[-1]) for run in runs(words))


@pytest.mark.parametrize(
    ("question", "word"),
    [("芯片制程是多少纳米？", "纳米"), ("评价有哪四个维度？", "维度"), ("功耗是多少瓦", "瓦")],
)
def test_what_is_counted_in_or_asked_for_names_nothing(question: str, word: str) -> None:
    assert dict(kinds(question))[word] == "common"


def test_a_unit_in_the_midst_of_a_question_names_nothing_either() -> None:
    assert dict(kinds("这块芯片是几纳米工艺？"))["纳米"] == "other"


def test_a_name_behind_the_word_that_asks_is_one_where_more_is_asked_of_it() -> None:
    assert dict(kinds("有多少华为员工？"))["华为"] == "name"


def test_so_many_stars_are_a_number() -> None:
    assert dict(kinds("哪款产品是五颗星？"))["五颗星"] == "number"


def test_a_firm_of_a_country_is_any_of_them_and_a_bank_is_one() -> None:
    assert ("美国公司", "name") not in kinds("有哪些美国公司？")
    assert ("美国银行", "name") in kinds("美国银行的总部在哪里？")
