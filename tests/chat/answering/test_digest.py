"""「总结一下这份报告」: a sentence of each chapter, quoted, under its heading."""

from collections.abc import Sequence

import pytest

from chat.answer import Answer, Finished, Found, Turn
from chat.assistant import Assistant
from index.filters import Filter
from index.library import PassageIndex
from ingest.report import Passage
from tests.fakes import HashingEncoder, passage

SOLAR, BANKS = "2024年光伏行业报告", "零售银行年度观察"


def of(report: str, chapter: str, text: str, number: int, **fields: str) -> Passage:
    id = {"光伏": "solar", "零售": "banks"}[next(word for word in ("光伏", "零售") if word in report)]
    publisher = {"solar": "光伏研究院", "banks": "银行业协会"}[id]
    given = {"kind": "text"} | fields
    return passage(
        text,
        number,
        id=f"{id}:{number}",
        report_id=id,
        title=report,
        publisher=publisher,
        headings=(report, chapter, "一节"),
        section=number,
        **given,
    )


LIBRARY = PassageIndex.build(
    [
        of(SOLAR, "前言", "在各方指导之下，本报告由光伏研究院联合多家单位共同编写完成。", 0),
        of(SOLAR, "第一章 装机规模", "组件价格的走势在后面的章节里讨论。装机规模在这一年里达到了历史上的最高水平。", 1),
        of(SOLAR, "第一章 装机规模", "注：本页的装机规模来自公开的统计资料，仅供读者参考。", 2),
        of(SOLAR, "第二章 组件价格", "组件价格在这一年里下降了将近一半，企业的利润随之减少。", 3),
        of(SOLAR, "第二章 组件价格", "企业甲 0.9 企业乙 0.8", 4, kind="figure"),
        of(SOLAR, "装机规模", "装机规模在各个省份之间的差别很大，西部省份增长得最快。", 5),
        of(BANKS, "一、存款", "存款在各家银行之间的分布变得更加集中，大型银行占得更多。", 6),
    ],
    HashingEncoder(),
)
SOLAR_TOLD = (
    "装机规模：装机规模在这一年里达到了历史上的最高水平。[1]\n"
    "组件价格：组件价格在这一年里下降了将近一半，企业的利润随之减少。[2]"
)


def asked(question: str, turns: Sequence[Turn] = (), within: Filter = Filter()) -> tuple[Found, Answer]:
    found, *_, finished = Assistant(LIBRARY, None).ask(question, turns, within=within)
    assert isinstance(found, Found)
    assert isinstance(finished, Finished)
    return found, finished.answer


@pytest.mark.parametrize(
    "question",
    [
        "总结一下《2024年光伏行业报告》",
        "请帮我概括2024年光伏行业报告的主要内容",
        "光伏研究院报告的核心观点是什么？",
        "总结光伏研究院的报告",
        "光伏研究院报告里讲了些什么",
    ],
)
def test_a_report_is_told_by_a_sentence_of_each_chapter_with_prose(question: str) -> None:
    found, answer = asked(question)
    assert answer.text == SOLAR_TOLD
    assert not found.needs_model
    assert answer.quoted
    assert all(sentence.supported and sentence.composed for sentence in answer.sentences)
    for citation, hit in zip(answer.citations, found.hits, strict=True):
        assert citation.passage == hit.passage
        assert hit.passage.text[citation.start : citation.end] == citation.quote


def test_several_reports_are_told_one_after_another_and_one_alone_where_it_is_asked_of_alone() -> None:
    both = asked("这两份报告分别讲了什么？")[1].text
    assert [line.split("：")[0] for line in both.split("\n")] == ["装机规模", "组件价格", "存款"]
    only = Filter(reports=frozenset({"banks"}))
    assert asked("总结一下", within=only)[1].text.startswith("存款：")


@pytest.mark.parametrize(
    "within",
    [
        Filter(kinds=frozenset({"figure"})),
        Filter(years=frozenset({2019})),
        Filter(reports=frozenset({"banks"})),
    ],
    ids=["pictures alone", "of another year", "another report"],
)
def test_a_report_that_the_reader_leaves_out_is_not_told(within: Filter) -> None:
    told = asked("总结一下《2024年光伏行业报告》", within=within)[1]
    assert not told.text.startswith("装机规模：")
    assert all(citation.passage.kind == "figure" for citation in told.citations if within.kinds)


@pytest.mark.parametrize(
    "question", ["总结一下光伏组件价格的走势", "光伏研究院的总部在哪？", "主要内容包括哪些方面的政策？"]
)
def test_what_asks_of_something_in_a_report_is_no_digest(question: str) -> None:
    assert "装机规模：" not in asked(question)[1].text


def test_after_other_turns_a_digest_is_asked_by_speaking_of_a_report() -> None:
    turns = (Turn("user", "组件价格如何？"), Turn("assistant", "组件价格下降了将近一半。"))
    assert asked("总结一下这份报告", turns)[1].text.startswith("装机规模：")
    assert not asked("总结一下", turns)[1].text.startswith("装机规模：")
