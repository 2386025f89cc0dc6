"""What kind of thing a question asks for, and which texts have none of it."""

import pytest

from index.asked import asks_for_an_amount, lacks_what_is_asked

AMOUNTS = ["产量是多少？", "营收有多高？", "這個行業規模多大", "有几家工厂停产", "占全省几成"]
TIMES = ["哪一年成立的？", "何时发布", "啥时候投产？", "在哪个季度上市"]
HOW_LONG = ["持续了多久？", "用了几个月", "几年回本"]
NEITHER = [
    "近几年市场如何变化",
    "许多高校采用什么模型",
    "客服电话是多少",
    "哪年轻人最多",
    "多重风险有哪些",
    "总部在哪里？",
    "谁提出的？",
    "几乎没有风险吗",
    "为什么亏损",
    "多数人怎么看",
    "",
]


@pytest.mark.parametrize("question", AMOUNTS)
def test_a_text_without_an_amount_lacks_what_such_a_question_asks_for(question: str) -> None:
    assert lacks_what_is_asked(question, "2022年，该市场保持增长。")
    assert not lacks_what_is_asked(question, "该市场达到165.8亿美元。")


@pytest.mark.parametrize("question", TIMES)
def test_a_text_without_a_time_lacks_what_such_a_question_asks_for(question: str) -> None:
    assert lacks_what_is_asked(question, "该公司投入3亿元，发布了新模型。")
    assert not lacks_what_is_asked(question, "该公司于2022年6月发布新模型。")


@pytest.mark.parametrize("question", HOW_LONG)
def test_how_long_is_told_by_an_amount_or_by_its_dates(question: str) -> None:
    assert lacks_what_is_asked(question, "该展会在线上举行。")
    assert not lacks_what_is_asked(question, "该展会在线上举行了两周。")
    assert not lacks_what_is_asked(question, "该展会于2021年5月17日至2021年5月31日举行。")


@pytest.mark.parametrize("question", NEITHER)
def test_a_question_for_something_else_is_lacked_by_no_text(question: str) -> None:
    assert not lacks_what_is_asked(question, "该公司的总部位于深圳。")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("几月上线", "6月上线"),
        ("什么时候上线", "三季度上线"),
        ("哪年建成", "公元618年建成"),
        ("排名多少", "排名第三"),
        ("增长了多少", "比上年翻了一番"),
    ],
)
def test_what_is_told_in_other_forms_than_figures_and_dates_is_an_answer_too(question: str, text: str) -> None:
    assert not lacks_what_is_asked(question, text)


@pytest.mark.parametrize("question", ["宁德时代的市场份额？", "2022年储能市场规模", "隆基的出货量是？"])
def test_what_is_measured_asks_for_an_amount_where_nothing_else_is_asked(question: str) -> None:
    assert asks_for_an_amount(question)


@pytest.mark.parametrize("question", ["怎么扩大市场规模", "哪些因素影响出货量？", "为何没有利润", "谁在统计市场份额？"])
def test_what_is_measured_may_be_asked_about_otherwise(question: str) -> None:
    assert not asks_for_an_amount(question)


@pytest.mark.parametrize(
    ("question", "told", "otherwise"),
    [
        ("这块卡是几纳米的", "工艺制程：7nm", "显存带宽：819GB/s"),
        ("显存有多少GB", "显存：80GB", "功耗：300W"),
        ("营收是多少亿元", "营收3亿美元", "营收保持增长"),  # money may be told in another currency
    ],
)
def test_a_unit_that_is_asked_for_must_be_told(question: str, told: str, otherwise: str) -> None:
    assert not lacks_what_is_asked(question, told)
    assert lacks_what_is_asked(question, otherwise)
