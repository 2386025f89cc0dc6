"""The grammar that an answer's figures are held to, read by hand: a real parser of GBNF is in the model."""

import re

import pytest

from chat.answering.figure_grammar import figure_grammar
from chat.evidence.evidence import Evidence
from index.library import Hit
from ingest.report import Passage
from tests.fakes import passage


def of(*sources: Passage) -> list[Evidence]:
    return [
        Evidence(number, Hit(source, 1.0, number), source.text, 0, len(source.text), 0.9)
        for number, source in enumerate(sources, start=1)
    ]


def test_every_figure_of_the_evidence_is_whole_and_none_else_is_there() -> None:
    grammar = figure_grammar(of(passage("2022年H1规模1,247.3亿美元，占18.6%。", headings=("报告", "GPT-4 市场"))))
    (line,) = [line for line in grammar.splitlines() if line.startswith("figure ")]
    assert line == 'figure ::= "1" | "1,247.3" | "1247.3" | "18.6" | "2022" | "4"'


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("2023.02发布", ["2023", "2023.02"]),
        ("排名5,6,7", ["5", "6", "7"]),
        ("共１２３项", ["１２３"]),
        ("2022.12.31止", ["2022", "2022.12", "31"]),
    ],
)
def test_dates_lists_and_full_width_figures_can_be_written(text: str, figures: list[str]) -> None:
    grammar = figure_grammar(of(passage(text, headings=("报告", "概况"))))
    (line,) = [line for line in grammar.splitlines() if line.startswith("figure ")]
    assert re.findall(r'"([^"]+)"', line) == figures


def test_a_name_of_the_question_can_be_written_and_its_figures_cannot() -> None:
    grammar = figure_grammar(of(passage("甲。", headings=("报告", "概况"))), "GPT-4在2024年占30%吗？")
    assert 'figure ::= "4"\n' in grammar


def test_marks_are_numbers_of_the_evidence() -> None:
    grammar = figure_grammar(of(passage("甲。"), passage("乙。")))
    assert '''mark ::= "[" ("1" | "2") ((","|"，"|"、") ("1" | "2"))* "]"''' in grammar


def test_where_the_evidence_has_no_figure_no_answer_has_one() -> None:
    grammar = figure_grammar(of(passage("甲。", headings=("报告", "概况"))))
    assert "figure" not in grammar
    assert "letter ::= [^0-9０-９" in grammar
