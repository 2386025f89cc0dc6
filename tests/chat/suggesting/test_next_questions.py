"""After an answer stand questions near it that were not asked; after a refusal those that share its words."""

import time
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from chat.answer import Finished, Sentence
from chat.assistant import Assistant
from chat.suggesting.next_questions import follow_up_questions
from chat.suggesting.question import MadeQuestion
from chat.suggesting.suggestions import suggested_questions
from index.library import PassageIndex
from tests.chat.made_up_reports import BANK, CARS, MEDICINE, SOFTWARE, passages_of
from tests.fakes import HashingEncoder


@pytest.fixture
def library(tmp_path: Path) -> PassageIndex:
    reports = {"bank": BANK, "cars": CARS, "medicine": MEDICINE, "software": SOFTWARE}
    passages = [passage for name, text in reports.items() for passage in passages_of(tmp_path, name, text)]
    return PassageIndex.build(passages, HashingEncoder())


def next_of(
    library: PassageIndex, question: str, suggestions: tuple[MadeQuestion, ...] = (), asked: Collection[str] = ()
) -> tuple[str, ...]:
    *_, last = Assistant(library, None).ask(question)
    assert isinstance(last, Finished)
    return follow_up_questions(last.found, last.answer, library, suggestions, asked=asked)


def test_after_a_cell_follow_another_column_of_its_row_and_another_row(library: PassageIndex) -> None:
    *_, last = Assistant(library, None).ask("Snowflake的总部在哪里？")
    assert isinstance(last, Finished)
    answer = replace(last.answer, sentences=(Sentence("Snowflake的总部在Bozeman。", (1,), supported=True),))
    following = follow_up_questions(last.found, answer, library, ())
    assert following[:2] == ("Snowflake是什么时候成立的？", "Datadog的总部在哪里？")


def test_a_column_that_the_answer_tells_as_well_is_not_asked_next(library: PassageIndex) -> None:
    """A row is quoted as a whole."""
    assert next_of(library, "Snowflake的总部在哪里？")[0] == "Datadog的总部在哪里？"


def test_after_a_sentence_follows_what_else_its_section_tells(library: PassageIndex) -> None:
    assert "2024年新能源汽车出口多少辆？" in next_of(library, "2024年我国新能源汽车销量是多少？")


def test_a_name_in_the_answer_may_be_asked_for(library: PassageIndex) -> None:
    assert "什么是净息差？" in next_of(library, "区域性银行面临哪些挑战？", suggested_questions(list(library.passages)))


def test_where_nothing_stands_nearer_a_suggestion_of_the_same_chapter_follows(tmp_path: Path) -> None:
    report = """# 储能行业报告

## 第一章 技术

### 1.1 电池

储能电池主要分为锂离子电池、钠离子电池和液流电池。

### 1.2 厂房

压缩空气储能是一种利用洞穴储存高压空气的储能技术。

## 第二章 市场

2024年中国新型储能装机规模达到73.8GW。
"""
    library = PassageIndex.build(passages_of(tmp_path, "storage", report), HashingEncoder())
    suggestions = suggested_questions(list(library.passages))
    assert next_of(library, "储能电池分为哪几类？", suggestions)[0] == "什么是压缩空气储能？"


def test_none_was_asked_before_in_whatever_order_of_its_words(library: PassageIndex) -> None:
    question = "Snowflake的总部在哪里？"
    following = next_of(library, question)
    assert question not in following
    assert not set(following) & set(next_of(library, question, asked=following))
    assert "Datadog的总部在哪里？" not in next_of(library, question, asked=["在哪里，Datadog的总部"])


def test_what_the_answer_tells_is_not_asked_next(library: PassageIndex) -> None:
    assert "动力电池分为哪几类？" not in next_of(library, "动力电池有哪些种类？")


def test_after_a_refusal_the_suggestions_nearest_in_words_come_first(library: PassageIndex) -> None:
    suggestions = suggested_questions(list(library.passages))
    following = next_of(library, "1999年新能源汽车的销量是多少？", suggestions)
    assert following[0] == "2024年我国新能源汽车销量是多少？"
    assert len(following) == 3
    assert set(following) <= {asked.question for asked in suggestions}


def test_at_most_three_and_each_once(library: PassageIndex) -> None:
    suggestions = suggested_questions(list(library.passages))
    for asked in suggestions:
        following = next_of(library, asked.question, suggestions)
        assert len(set(following)) == len(following) <= 3


def test_a_suggestion_whose_passage_is_gone_is_passed_over(library: PassageIndex) -> None:
    gone = MadeQuestion("火星上的水有多少？", "figure", ("mars:0:0-10",), "火星上有水。", "火星")
    assert next_of(library, "Snowflake的总部在哪里？", (gone,)) == next_of(library, "Snowflake的总部在哪里？")


def test_it_takes_no_time_that_a_reader_notices(library: PassageIndex) -> None:
    suggestions = suggested_questions(list(library.passages))
    *_, last = Assistant(library, None).ask("Snowflake的总部在哪里？")
    assert isinstance(last, Finished)
    began = time.process_time()
    for _ in range(10):
        follow_up_questions(last.found, last.answer, library, suggestions)
    assert (time.process_time() - began) / 10 < 0.05  # 5 ms alone on a machine
