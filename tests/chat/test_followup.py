"""Questions that lean on what was said before."""

import pytest

from chat.answer import Turn
from chat.followup import leans, standalone_question

TURNS = (Turn("user", "2022年中国光伏新增装机多少？"), Turn("assistant", "87.41吉瓦，隆基是主要厂商，发布了HPBC电池。"))


@pytest.mark.parametrize(
    "question", ["那它呢？", "其中分布式占多少？", "那2021年呢？", "环比降了多少？", "这家公司在哪？", "换成风电呢"]
)
def test_a_question_that_points_back_or_names_nothing_leans(question: str) -> None:
    assert leans(question)


@pytest.mark.parametrize("question", ["OpenAI哪年成立？", "中国的数据中心有多少机架？", "英伟达的市场份额是多少？"])
def test_a_question_with_a_name_of_its_own_stands_alone(question: str) -> None:
    assert not leans(question)
    assert standalone_question(question, TURNS) == question


def test_a_leaning_question_gets_the_last_question_and_the_names_of_its_answer() -> None:
    standalone = standalone_question("那它的效率呢？", TURNS)
    assert standalone.startswith("2022年中国光伏新增装机多少？")
    assert standalone.endswith("那它的效率呢？")
    assert "HPBC" in standalone
    assert "87.41" not in standalone


def test_without_earlier_turns_a_question_is_as_asked() -> None:
    assert standalone_question("那它呢？", ()) == "那它呢？"


def test_a_question_that_leans_on_one_that_leans_reaches_the_first() -> None:
    turns = (
        *TURNS,
        Turn("user", "那它的效率呢？"),
        Turn("assistant", "26.6%。"),
    )
    standalone = standalone_question("那成本呢？", turns)
    assert "光伏新增装机" in standalone
    assert standalone.endswith("那成本呢？")


def test_what_was_said_before_never_crowds_the_question_out() -> None:
    turns = (Turn("user", "长" * 20_000), Turn("assistant", "OpenAI、Google和微软" * 500))
    assert len(standalone_question("那它呢？", turns)) < 300
