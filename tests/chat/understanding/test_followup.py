"""Questions that lean on what was said before.

`followups.jsonl` has conversations on cars, banks, medicine and more: most of the follow-ups and of the questions that
stand alone were written before the rules were tried on them. `followups_of_trades.jsonl` has those on invented reports of
energy, banking, retail, medicine and chips. `missed` marks what the rules do not get right.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from chat.answer import Turn
from chat.understanding.followup import standalone_question
from chat.understanding.leaning import leans

GENERAL, OF_TRADES = (
    [json.loads(line) for line in Path(__file__).with_name(name).read_text("utf-8").splitlines()]
    for name in ("followups.jsonl", "followups_of_trades.jsonl")
)
CONVERSATIONS = [*GENERAL, *OF_TRADES]
REFUSED = (
    "报告中没有找到可以回答这个问题的内容。最接近的内容在《风电观察》“东山风电与西岭风电”，原文列在来源里，供参考。"
)
CARS = ("2022年比亚迪的新能源汽车销量是多少？", "2022年比亚迪新能源汽车销量为186.35万辆。")


def turns(said: Sequence[str]) -> list[Turn]:
    return [Turn("assistant" if number % 2 else "user", text) for number, text in enumerate(said)]


def marked(conversation: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(strict=True, reason="the rules miss it")] if conversation.get("missed") else []
    return pytest.param(conversation, id=f"{conversation['kind']}: {conversation['asked']}", marks=marks)


@pytest.mark.parametrize("conversation", [marked(one) for one in CONVERSATIONS])
def test_a_question_becomes_one_that_stands_alone(conversation: dict[str, Any]) -> None:
    standalone = standalone_question(conversation["asked"], turns(conversation["history"]))
    assert standalone == conversation["becomes"]


@pytest.mark.parametrize("conversation", [one for one in GENERAL if one["kind"] not in ("stands", "courtesy")])
def test_what_a_follow_up_becomes_does_not_lean(conversation: dict[str, Any]) -> None:
    becomes = conversation["becomes"]
    # 「同比呢？」 with its owner named is a question one can ask anybody, though it keeps its 呢.
    assert not leans(becomes) or becomes.endswith(("呢？", "如何？"))


def test_a_question_that_stands_alone_is_handed_back_as_it_is() -> None:
    asked = "那今年国内汽车销量是多少？"
    assert standalone_question(asked, turns(CARS)) is asked


def test_without_earlier_turns_a_question_is_as_asked() -> None:
    assert standalone_question("那它呢？", ()) == "那它呢？"


@pytest.mark.parametrize("asked", ["？", "……", "好的", "谢谢！", "你是谁？"])
def test_what_asks_nothing_is_left_alone(asked: str) -> None:
    assert standalone_question(asked, turns(CARS)) == asked


@pytest.mark.parametrize(
    ("leaning", "standing"),
    [
        ("它的价格是多少？", "吉利和它的子品牌有哪些？"),
        ("他有哪些副作用？", "他汀类药物有哪些副作用？"),
        ("该公司如何防范诈骗？", "银行应该如何防范电信诈骗？"),
        ("其股东有哪些？", "其他应收款在报表里怎么列示？"),
        ("这款模型有多少参数？", "GPT-4这款模型有多少参数？"),
        ("第二家的营收是多少？", "排名第二的手机厂商是哪家？"),
        ("市场份额是多少？", "英伟达的市场份额是多少？"),
        ("人工智能呢？", "人工智能有哪些应用场景呢？"),
        ("原因是什么？", "扩散模型是什么？"),
        ("有多少个？", "上海有多少个机场？"),
        ("还有哪些？", "还有哪些省份没有开通高铁？"),
        ("那个怎么样？", "那不勒斯的人口有多少？"),
        ("由谁管理？", "由谁管理社保基金？"),
        ("这款产品的特点是什么？", "这份报告的主要结论是什么？"),
        ("第二个趋势指什么？", "第一个上市的AI公司是哪家？"),
    ],
)
def test_a_word_that_points_back_is_told_from_one_that_only_looks_so(leaning: str, standing: str) -> None:
    assert leans(leaning)
    assert not leans(standing)


def test_a_pointer_to_nobody_that_was_named_still_says_what_it_is_asked_after() -> None:
    standalone = standalone_question("这个数据靠谱吗？", turns(CARS))
    assert standalone == "2022年比亚迪的新能源汽车销量这个数据靠谱吗？"


def test_where_no_frame_is_plain_the_topic_and_the_names_of_the_answer_are_put_in_front() -> None:
    told = turns(["苹果手机由谁代工？", "富士康和立讯精密，富士康在郑州有厂。" + "产能充足。" * 100])
    standalone = standalone_question("第五家的屏幕来自哪里？", told)
    assert standalone == "关于苹果手机、富士康、立讯精密，第五家的屏幕来自哪里？"


def test_a_follow_up_may_lean_on_one_that_leans() -> None:
    told = turns([*CARS, "特斯拉的呢？", "131万辆。"])
    assert standalone_question("换成2021年呢？", told) == "2021年特斯拉的新能源汽车销量是多少？"


def test_a_row_of_follow_ups_is_followed_to_the_question_that_stands_alone() -> None:
    told = turns(
        [
            "图像生成有哪些应用？",
            "广告。",
            "那音乐创作呢？",
            "配乐。",
            "视频剪辑呢？",
            "短片。",
            "语音合成呢？",
            "客服。",
        ]
    )
    assert standalone_question("那代码编写呢？", told) == "代码编写有哪些应用？"


def test_nobody_leans_back_further_than_six_questions() -> None:
    told = turns([*CARS, *("特斯拉的呢？", "一样。") * 6])
    assert "销量" not in standalone_question("同比增长多少？", told)


def test_a_wish_about_the_form_is_no_question_to_lean_on() -> None:
    told = turns([*CARS, "用表格列出来", "2022年：186.35万辆。", "再详细一点", "2022年比亚迪的销量为186.35万辆。"])
    assert standalone_question("换成2021年呢？", told) == "2021年比亚迪的新能源汽车销量是多少？"


def test_what_was_said_before_never_crowds_the_question_out() -> None:
    told = (Turn("user", "长" * 20_000), Turn("assistant", "OpenAI、Google和微软" * 5_000))
    standalone = standalone_question("那它呢？", told)
    assert len(standalone) < 300
    assert standalone.endswith("呢？")


def test_a_question_as_long_as_a_document_is_no_follow_up() -> None:
    asked = "它" * 2_000
    assert standalone_question(asked, turns(CARS)) is asked


def test_the_words_of_a_refusal_are_lent_to_no_question() -> None:
    told = turns(["潮汐发电由谁运营？", REFUSED])
    assert standalone_question("它的成本是多少？", told) == "潮汐发电的成本是多少？"
    assert "东山" not in standalone_question("靠谱吗？", told)


def test_a_list_told_before_a_refusal_is_still_counted() -> None:
    told = turns(["储能有哪些路线？", "液流电池；[1]压缩空气。[2]", "它的寿命是多少？", REFUSED])
    assert standalone_question("第二个的成本是多少？", told) == "压缩空气的成本是多少？"


def test_a_courtesy_and_its_reply_are_no_part_of_the_talk() -> None:
    told = turns([*CARS, "谢谢！", "不客气。还有想了解的，请接着问。", "你能做什么？", "我是行业报告问答助手。"])
    assert standalone_question("特斯拉的呢？", told) == "2022年特斯拉的新能源汽车销量是多少？"


def test_after_courtesies_alone_there_is_nothing_to_lean_on() -> None:
    assert standalone_question("那特斯拉呢？", turns(["你好", "你好！我是行业报告问答助手。"])) == "那特斯拉呢？"


@pytest.mark.parametrize(
    "asked",
    ["用表格列出来", "请用表格形式展示", "再详细一点", "说得简单点", "总结一下", "能不能详细说明一下？", "继续"],
)
def test_how_it_is_to_be_told_asks_the_last_question_again(asked: str) -> None:
    assert standalone_question(asked, turns(CARS)) == CARS[0]


@pytest.mark.parametrize(
    ("last", "asked"),
    [("2022年的弃风率是多少？", "前一年呢？"), ("2020年的弃风率是多少？", "下一年呢？")],
)
def test_a_year_told_by_the_one_before_is_counted_from_it(last: str, asked: str) -> None:
    assert standalone_question(asked, turns([last, "为3%。"])) == "2021年的弃风率是多少？"


@pytest.mark.parametrize(
    ("last", "asked", "alone"),
    [
        (
            "2023年新能源汽车中纯电动汽车的销量是多少？",
            "插电混动汽车呢？",
            "2023年新能源汽车中插电混动汽车的销量是多少？",
        ),
        ("光伏装机中分布式光伏的占比是多少？", "集中式光伏呢？", "光伏装机中集中式光伏的占比是多少？"),
        ("银行贷款里个人住房贷款占多少？", "企业贷款呢？", "银行贷款里企业贷款占多少？"),
        # Another whole, of which the same part is asked about.
        ("手机行业中华为的份额是多少？", "平板行业呢？", "平板行业中华为的份额是多少？"),
    ],
)
def test_a_part_takes_the_place_of_a_part_and_a_whole_of_a_whole(last: str, asked: str, alone: str) -> None:
    assert standalone_question(asked, turns([last, "为3%。"])) == alone


@pytest.mark.parametrize(
    ("last", "asked", "alone"),
    [
        ("比亚迪在欧洲市场的销量是多少？", "那特斯拉在北美的呢？", "特斯拉在北美的销量是多少？"),
        ("2022年工商银行在上海的网点有多少？", "农业银行在北京的网点呢？", "2022年农业银行在北京的网点有多少？"),
        (
            "2021年宁德时代在动力电池市场的份额是多少？",
            "中创新航在储能市场的呢？",
            "2021年中创新航在储能市场的份额是多少？",
        ),
        (
            "2022年英伟达在全球加速芯片市场的份额是多少？",
            "那浪潮信息在服务器市场的呢？",
            "2022年浪潮信息在服务器市场的份额是多少？",
        ),
    ],
)
def test_another_one_elsewhere_takes_both_places(last: str, asked: str, alone: str) -> None:
    turns = [Turn("user", last), Turn("assistant", "为12万。")]
    assert standalone_question(asked, turns) == alone


@pytest.mark.parametrize(
    ("asked", "alone"),
    [
        (("小麦的产量是多少？", "水稻呢？", "它们相差几倍？"), "小麦和水稻的产量相差几倍？"),
        (
            ("光伏电池占比多少？", "储能电池呢？", "两者相差多少个百分点？"),
            "光伏电池和储能电池的占比相差多少个百分点？",
        ),
        (
            ("2022年山东粮食产量占全国多少？", "河南呢？", "相差多少？"),
            "2022年山东粮食和河南粮食的产量占全国相差多少？",
        ),
        (("小麦的产量是多少？", "谁种得最多？", "两者差多少？"), None),  # not of one thing after the other
        (("小麦的产量是多少？", "两者差多少？"), None),
    ],
)
def test_the_difference_is_of_the_two_that_were_asked_about_one_after_the_other(
    asked: tuple[str, ...], alone: str | None
) -> None:
    turns = [turn for text in asked[:-1] for turn in (Turn("user", text), Turn("assistant", "原文如此。"))]
    rewritten = standalone_question(asked[-1], turns)
    assert rewritten == alone if alone is not None else "和" not in rewritten


def test_a_name_that_the_reports_list_takes_the_place_of_another() -> None:
    talk = turns(["思必驰在车载领域做什么产品？", "语音产品。"])
    names = {"思必驰", "格灵深瞳"}
    assert standalone_question("那格灵深瞳的呢？", talk, names) == "格灵深瞳在车载领域做什么产品？"
    assert (
        standalone_question("那格灵深瞳的呢？靠什么技术？", talk, names) == "格灵深瞳在车载领域做什么产品？靠什么技术？"
    )
