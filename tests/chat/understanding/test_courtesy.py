"""Courtesies: told from questions."""

import json
from pathlib import Path

import pytest

from chat.assistant import Assistant
from chat.understanding.courtesy import courtesy, without_courtesy
from index.library import PassageIndex
from tests.fakes import HashingEncoder, passage

LIBRARY = PassageIndex.build([passage("2022年出口额为5亿元。", 1), passage("2022年产值为8亿元。", 2)], HashingEncoder())
# Every question of the follow-up tests, of which these are courtesies.
COURTEOUS = {"谢谢", "你能做什么？", "好的，谢谢！"}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("谢谢", "thanks"),
        ("謝謝你的幫助！", "thanks"),
        ("thanks", "thanks"),
        ("Thank you very much!", "thanks"),
        ("你好", "greeting"),
        ("您好！", "greeting"),
        ("hi", "greeting"),
        ("在吗？", "greeting"),
        ("你是谁", "itself"),
        ("你能做什么？", "itself"),
        ("你好，你是谁？", "itself"),
        ("请介绍一下你自己", "itself"),
        ("收录了哪些报告？", "itself"),
        ("怎么提问", "itself"),
        ("好的", "noted"),
        ("收到", "noted"),
        ("嗯嗯，明白了", "noted"),
        ("再见", "parting"),
        ("谢谢，再见！", "parting"),
        ("好的谢谢", "thanks"),
    ],
)
def test_a_courtesy_is_known_by_its_kind(said: str, kind: str) -> None:
    assert courtesy(said) == kind


@pytest.mark.parametrize(
    "asked",
    [
        "你好，2022年的产值是多少？",
        "谢谢，那出口呢？",
        "好的，那风电呢？",
        "你能告诉我2022年的产值吗",
        "你知道储能的成本吗",
        "人工智能能做什么？",
        "它能做什么？",
        "机器人是什么",
        "有哪些报告提到了风电？",
        "报告里收录了哪些企业？",
        "使用方法有哪些",
        "收到的订单有多少",
        "没有了补贴会怎样",
        "对出口有什么影响",
        "好的企业有哪些特征？",
        "还有吗？",
        "？",
        "谢" * 1_000,
    ],
)
def test_a_question_is_no_courtesy(asked: str) -> None:
    assert courtesy(asked) is None


def test_no_question_of_the_follow_ups_is_taken_for_a_courtesy() -> None:
    lines = [
        json.loads(line)
        for name in ("followups.jsonl", "followups_of_trades.jsonl")
        for line in Path(__file__).with_name(name).read_text("utf-8").splitlines()
    ]
    said = {text for one in lines for text in (one["asked"], one["becomes"], *one["history"][::2])}
    assert {text for text in said if courtesy(text) is not None} == COURTEOUS


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ("你好，2022年的产值是多少？", "2022年的产值是多少？"),
        ("您好请问2022年的产值是多少？", "请问2022年的产值是多少？"),
        ("谢谢，那出口呢？", "那出口呢？"),
        ("好的谢谢，那出口呢？", "那出口呢？"),
        ("Hi, 2022年的产值是多少？", "2022年的产值是多少？"),
        ("2022年的产值是多少？谢谢！", "2022年的产值是多少？"),
        ("2022年的产值是多少，谢谢", "2022年的产值是多少"),
    ],
)
def test_the_courtesy_of_a_question_is_not_searched(asked: str, searched: str) -> None:
    assert without_courtesy(asked) == searched
    assert Assistant(LIBRARY, None).search(asked).standalone_question == searched


@pytest.mark.parametrize(
    "asked",
    [
        "2022年的产值是多少？",
        "好的企业有哪些特征？",
        "对出口有什么影响？",
        "早餐的市场规模",
        "hi-fi的销量",
        "谢谢",
        "你好！",
    ],
)
def test_what_only_looks_like_one_or_is_nothing_else_stays(asked: str) -> None:
    assert without_courtesy(asked) is asked


def test_as_typed_means_with_its_courtesy() -> None:
    asked = "你好，2022年的产值是多少？"
    assert Assistant(LIBRARY, None).search(asked, rewrite=False).standalone_question == asked
