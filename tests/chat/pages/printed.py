"""Reports of one section, printed for the tests of tables: what reading makes of them is what the product meets."""

from collections.abc import Sequence

from chat.answer import Answer, Citation, Sentence
from chat.library.tables import CitedTable, table_of
from ingest.passages import split_passages
from ingest.report import Passage, Report, Section

TITLE = "新能源汽车产业发展报告"
SALES = """表2-1 新能源汽车产销
单位：万辆
年份\t产量\t销量\t同比
2021年\t354.5\t352.1\t157.5%
2022年\t705.8\t688.7\t93.4%
2023年\t958.7\t949.5\t37.9%"""
MODELS = """国外预训练模型梳理
公司\t预训练模型\t参数量
谷歌\tBERT\t4810亿
\tLaMDA\t5400亿
\tPaLM\t/
微软\tFlorence\t6.4亿
Facebook\tOPT-175B\t1750亿"""


def passages_of(text: str) -> list[Passage]:
    """The passages of a report with this text under the heading 市场, on page 12."""
    section = Section((TITLE, "市场"), f"市场\n\n{text}", ((0, 12),))
    return split_passages(Report("ev-2024", TITLE, "某研究院", "2024-03", "ev.md", (section,)))


def cite_whole(*passages: Passage) -> tuple[Citation, ...]:
    """A citation of each passage in all its words, numbered from 1."""
    return tuple(
        Citation(number, passage, passage.text, 0, len(passage.text))
        for number, passage in enumerate(passages, start=1)
    )


def row_saying(passages: Sequence[Passage], words: str) -> Passage:
    """The one row with these words in a line of its own."""
    (found,) = (passage for passage in passages if passage.cells and words in passage.text)
    return found


def table_in(text: str, *cited: str) -> CitedTable:
    """The table of a text, the rows with these words cited in this order; the first row, uncited, where none are."""
    passages = passages_of(text)
    citations = cite_whole(*(row_saying(passages, words) for words in cited))
    of = citations[0].passage if citations else next(passage for passage in passages if passage.cells)
    table = table_of(of, passages, citations)
    assert table is not None
    return table


def answer_from(text: str, *cited: Passage) -> Answer:
    """An answer of one sentence that cites these passages whole."""
    citations = cite_whole(*cited)
    return Answer((Sentence(text, tuple(each.number for each in citations), True),), citations, ())
