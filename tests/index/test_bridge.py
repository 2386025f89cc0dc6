"""Questions that reach their subject by way of another fact."""

from collections.abc import Callable

import pytest

from index.bridge import WORDS, asked_of, bridge_words, by_way_of_another
from tests.fakes import passage


@pytest.mark.parametrize(
    "question", ["投资了OpenAI的那家公司，后来推出了什么？", "该公司的营收是多少？", "排名第一的那个国家", "那款产品"]
)
def test_a_question_that_names_its_subject_by_a_fact_is_seen(question: str) -> None:
    assert by_way_of_another(question)


@pytest.mark.parametrize("question", ["OpenAI的营收是多少？", "那么规模呢？", "应该怎么做？", "该怎么办？", ""])
def test_a_question_that_names_its_subject_or_points_back_only_is_not(question: str) -> None:
    assert not by_way_of_another(question)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("投资了甲的那家公司，后来推出了什么？", "乙，后来推出了什么？"),
        ("红杉投的那家机器人公司在哪里上市？", "乙在哪里上市？"),
        ("排名第一的那个国家人口多少？", "乙人口多少？"),
        ("谁开发了甲？该公司的营收是多少？", "乙的营收是多少？"),
        ("应该企业自己承担多少费用？", None),
        ("推出该产品的公司是哪家？", None),
        ("该公司的营收是多少？", None),  # of which, the turns before say
        ("甲公司那个产品叫什么？", None),  # it has its name already
        ("甲的那个用什么材料？", None),
        ("甲的营收是多少？", None),
    ],
)
def test_a_subject_told_by_a_fact_is_named_instead(question: str, named: str | None) -> None:
    assert asked_of(question, "乙") == named


def known(**counts: int) -> Callable[[str], int]:
    return lambda word: counts.get(word, 0)


def test_bridge_words_stand_elsewhere_too_and_the_rarest_come_first() -> None:
    best = passage("微软向OpenAI投资，合作开发芯片")
    words = bridge_words("谁的投资？", best, known(微软=3, openai=2, 投资=2, 合作=4, 开发=1, 芯片=5), 100)
    assert words == ["openai", "微软", "合作", "芯片"]  # 投资 is asked for, 开发 stands nowhere else


@pytest.mark.parametrize(("size", "expected"), [(100, []), (300, ["微软"])])
def test_a_word_of_more_than_three_in_a_hundred_passages_names_nothing(size: int, expected: list[str]) -> None:
    assert bridge_words("谁？", passage("微软"), known(微软=9), size) == expected


def test_in_a_small_library_five_passages_are_not_yet_common() -> None:
    assert bridge_words("谁？", passage("微软"), known(微软=5), 10) == ["微软"]
    assert bridge_words("谁？", passage("微软"), known(微软=6), 10) == []


def test_of_a_table_row_the_cells_count_and_not_their_headers() -> None:
    row = passage("微软 | 芯片", kind="row", cells=(("公司", "微软"), ("产品", "芯片")))
    assert bridge_words("谁？", row, known(微软=2, 芯片=2, 公司=2, 产品=2), 100) == ["微软", "芯片"]


def test_the_parts_of_a_word_count_with_it_and_a_name_that_another_begins_with_by_itself() -> None:
    best = passage("自动驾驶，GPT、GPT4")
    counts = known(自动驾驶=2, 动驾=2, 驾驶=2, gpt=3, gpt4=4)
    assert bridge_words("谁？", best, counts, 100) == ["自动驾驶", "gpt", "gpt4"]


def test_single_characters_name_nothing() -> None:
    assert bridge_words("谁？", passage("我 在 云"), lambda word: 2, 100) == []


def test_no_more_than_a_few_words_are_taken() -> None:
    best = passage(" ".join(f"name{number}" for number in range(20)))
    assert bridge_words("谁？", best, lambda word: 2, 100) == [f"name{number}" for number in range(WORDS)]
