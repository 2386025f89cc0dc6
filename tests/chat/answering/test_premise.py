"""What a question takes for granted and the sources tell otherwise."""

import pytest

from chat.answering.premise import contradicting, states_untold_amount
from index.library import PassageIndex
from tests.fakes import HashingEncoder, passage

TEXTS = (
    "- 腾讯斥资2亿美元投资Figma公司——后者开发设计软件\n- 华为宣布推出新款手机",
    "2023年国内光伏组件市场规模达到300亿元，同比增长12.5%。",
    "电动重卡的销量在2023年持续上升。",
    "该工艺的优点在于省电，不需要经过高温烧结，成本因此更低。",
    "红杉资本投资了Canva和Notion，金额为5亿元。",
    "硅料行业前5家企业的市场份额合计为60%。",
    "电池成本因原料涨价持续上升。",
    "推理不需要高温烧结炉。",
)
LIBRARY = PassageIndex.build([passage(text, number) for number, text in enumerate(TEXTS)], HashingEncoder())


def told_otherwise(question: str) -> str | None:
    found = contradicting(question, LIBRARY.search(question, k=5), LIBRARY)
    return found.reading if found else None


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("华为投资Figma花了2亿美元，是哪一年？", "腾讯斥资2亿美元投资Figma"),  # another party
        ("苹果投资Figma花了2亿美元，是哪一年？", "腾讯斥资2亿美元投资Figma"),
        ("2023年国内光伏组件市场规模为什么只有80亿元？", "300亿元"),  # another figure
        ("为什么2023年国内光伏组件市场规模达到400亿元？", "300亿元"),
        ("2023年国内光伏组件市场规模为什么同比下降12.5%？", "同比增长12.5%"),  # the other way
        ("电动重卡的销量在2023年为什么下降？", "持续上升"),
        ("该工艺省电，是不是因为一定要高温烧结？", "不需要经过高温烧结"),  # a need where there is none
    ],
)
def test_what_the_sources_tell_otherwise_is_found(question: str, words: str) -> None:
    assert words in (told_otherwise(question) or "")


@pytest.mark.parametrize(
    "question",
    [
        "腾讯投资Figma花了2亿美元，是哪一年？",
        "谁投资了Figma？",
        "华为投资了哪家公司？",
        "华为投资了Figma吗？",
        "腾讯投资了Canva吗？",
        "腾讯投资的Canva做什么？",  # one investor does not rule out another
        "华为发布的Notion报告怎么说？",
        "2023年国内光伏组件市场规模为什么能达到300亿元？",
        "2023年国内光伏组件市场规模同比增长多少？",
        "2023年国内光伏组件的出口额为什么只有80亿元？",  # of another thing
        "2021年国内光伏组件市场规模为什么只有80亿元？",  # of another year
        "2023年国内光伏组件市场规模超过200亿元了吗？",  # it did
        "2023年国内光伏组件市场规模能否超过500亿元？",
        "2023年国内光伏组件市场规模离500亿元还差多少？",
        "为什么2023年国内光伏组件市场规模约305亿元？",
        "为什么硅料行业前3家企业的市场份额高？",
        "为什么硅料行业前3家企业的市场份额合计低于60%？",
        "电动重卡的销量在2023年为什么上升？",
        "电动重卡的销量在2023年为什么没有下降？",
        "电动重卡的销量在2023年有没有下降？",
        "电动重卡的销量在2023年下降了吗？",
        "如何降低电池成本？",
        "电池成本下降有哪些办法？",
        "该工艺需要高温烧结吗？不需要的话有什么好处？",
        "该工艺是不是不需要高温烧结？",
        "该工艺是否需要高温烧结？",
        "为什么要高温烧结？",  # of what, is not said
        "为什么陶瓷工艺需要高温烧结？",
        "腾讯采购Canva的软件花了5亿元，是哪一年？",  # no deal of that kind
        "2023年国内光伏组件市场规模中为什么只有80亿元来自出口？",
        "2023年国内分布式光伏组件市场规模为什么只有80亿元？",
        "电动重卡的销量占比在2023年为什么下降？",
        "为什么2023年国内光伏组件市场规模达到301亿元？",  # rounded
        "光伏组件市场有哪两个特点？",
        "",
    ],
)
def test_what_is_told_so_or_not_at_all_is_not_contradicted(question: str) -> None:
    assert told_otherwise(question) is None


def test_nothing_found_contradicts_nothing() -> None:
    assert contradicting("华为投资Figma花了2亿美元？", [], LIBRARY) is None


@pytest.mark.parametrize(
    ("question", "untold"),
    [
        ("腾讯斥资20亿美元投资了哪家公司？", True),
        ("腾讯斥资2亿美元投资了哪家公司？", False),
        ("騰訊斥資20億美元投資了哪家公司？", True),
        ("市场份额为60.3%的是哪些企业？", False),  # told rounded
        ("市场份额为70%的是哪些企业？", True),
        ("哪家公司的销量达到500万辆？", False),  # 达到 is where it may be bound to
        ("销量500万辆的是哪家公司？", True),
        ("前3家企业的市场份额是多少？", False),
        ("市场规模超过200亿元了吗？", False),
        ("这5个步骤是什么？", False),
        ("份额在70%到80%之间的有哪些？", False),
        ("份额在70%以上的企业有哪些？", False),
    ],
)
def test_an_amount_that_is_stated_and_told_nowhere_is_seen(question: str, *, untold: bool) -> None:
    assert states_untold_amount(question, LIBRARY.passages) is untold


def test_the_cell_of_a_row_has_the_unit_of_its_header() -> None:
    row = passage("甲\t20", 1, cells=(("公司", "甲"), ("营收（亿元）", "20")), kind="table")
    assert not states_untold_amount("营收20亿元的是谁？", [row])
    assert states_untold_amount("营收30亿元的是谁？", [row])
