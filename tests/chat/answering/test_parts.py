"""「X有哪些Y」 is answered by the headings below the one that names Y, each cited where it stands."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chat.answer import Finished
from chat.assistant import Assistant
from index.filters import Filter
from index.library import PassageIndex
from ingest.report import Passage
from tests.fakes import HashingEncoder, passage

TITLE = "光伏行业年度报告"


def of(number: int, *headings: str, text: str) -> Passage:
    return passage(
        f"{headings[-1]}\n\n{text}",
        number,
        id=f"solar:{number}",
        report_id="solar",
        title=TITLE,
        publisher="北方能源研究院",
        headings=(TITLE, *headings),
        section=number,
    )


LIBRARY = PassageIndex.build(
    [
        of(0, "第一章 风险与对策", "1.1 光伏企业的风险：库存、价格等", "1.1.2 价格下跌", text="组件价格一年里跌去四成，风险很大。"),
        of(1, "第一章 风险与对策", "1.1 光伏企业的风险：库存、价格等", "1.1.1 库存积压", text="仓库里的组件够卖半年，企业有风险。"),
        of(2, "第一章 风险与对策", "1.1 光伏企业的风险：库存、价格等", "1.1.3 概述", text="光伏企业的风险来自几个方面。"),
        of(3, "第一章 风险与对策", "1.2 光伏企业的对策", "减少产能", text="光伏企业的对策之一是停下旧的产线。"),
        of(4, "第二章 光伏应用场景", "2.1 光伏应用—屋顶", text="光伏应用在屋顶上的最多。"),
        of(5, "2. 光伏应用场景", "2.2 光伏应用—农田", text="光伏应用在农田里的不多。"),
        of(6, "第三章 技术", "三、技术路线", "01 薄膜", text="光伏的技术路线里薄膜最轻。"),
        of(7, "第三章 技术", "三、技术路线", "02 晶硅", text="光伏的技术路线里晶硅最多。"),
    ],
    HashingEncoder(),
)  # fmt: skip


def answered(question: str) -> Finished:
    *_, finished = Assistant(LIBRARY, None).ask(question)
    assert isinstance(finished, Finished)
    return finished


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("光伏企业面临哪些风险？", ["库存积压；", "价格下跌。"]),  # in their own order, the overview left out
        ("光伏企业有哪些风险", ["库存积压；", "价格下跌。"]),
        ("光伏企业的风险有哪些？", ["库存积压；", "价格下跌。"]),
        ("光伏企业的风险主要是什么？", ["库存积压；", "价格下跌。"]),
        ("光伏企业有什么风险？", ["库存积压；", "价格下跌。"]),
        ("北方能源研究院给光伏企业列出了哪些风险，梳理一下", ["库存积压；", "价格下跌。"]),
        ("报告给光伏企业列出了哪些风险", ["库存积压；", "价格下跌。"]),
        ("光伏有哪些应用场景？", ["屋顶；", "农田。"]),  # a chapter numbered in two ways is one
        ("光伏的技术路线包括哪些？", ["薄膜；", "晶硅。"]),  # where a chapter holds one section alone, what is in it
    ],
)
def test_the_parts_of_the_section_that_is_asked_for_are_the_answer(question: str, parts: Sequence[str]) -> None:
    answer = answered(question).answer
    assert [sentence.text for sentence in answer.sentences] == parts
    assert answer.quoted
    for sentence, citation in zip(answer.sentences, answer.citations, strict=True):
        assert sentence.citations == (citation.number,)
        assert sentence.text.rstrip("；。") == citation.quote
        assert citation.passage.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "question",
    [
        "光伏企业有哪些对策？",  # a single one
        "储能企业面临哪些风险？",  # somebody else's
        "光伏企业的库存有哪些风险？",  # of one of them
        "光伏企业是什么？",
        "哪些风险最大？",
        "光伏企业有哪些风险已经解决？",
    ],
)
def test_other_questions_are_not_answered_by_headings(question: str) -> None:
    answer = answered(question).answer
    assert "价格下跌。" not in [sentence.text for sentence in answer.sentences]


def test_headings_are_no_answer_where_rows_alone_are_asked_for() -> None:
    first, *others = LIBRARY.seen_passages()
    row = replace(
        first, id="solar:row", kind="row", text="甲\t风险大", cells=(("企业", "甲"), ("光伏企业的风险", "风险大"))
    )
    library = PassageIndex.build([first, *others, row], HashingEncoder())
    rows = Filter(kinds=frozenset({"row"}))
    *_, finished = Assistant(library, None).ask("光伏企业面临哪些风险？", within=rows)
    assert isinstance(finished, Finished)
    assert {citation.passage.id for citation in finished.answer.citations} <= {"solar:row"}


def test_of_a_heading_that_joins_two_things_neither_is_told_by_all_below_it() -> None:
    answer = answered("光伏行业有哪些对策？").answer
    assert not any("光伏企业的风险" in sentence.text for sentence in answer.sentences)
