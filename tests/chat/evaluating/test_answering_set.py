"""Questions with passages of their own: answered from these alone, judged by answers and citations."""

import json
from pathlib import Path
from typing import Any

import pytest

from chat.answer import Answer, Citation, Sentence
from chat.assistant import Assistant
from chat.evaluating.answering_set import Asked, evaluate_answers, is_right, read_answering_set
from chat.evaluating.evaluation import BadQuestions
from index.library import PassageIndex
from tests.fakes import HashingEncoder, passage

TEXTS = ["甲公司2022年的收入为5亿元。", "甲公司位于北京，员工众多。"]
LINE: dict[str, Any] = {
    "question": "甲公司2022年的收入是多少？",
    "title": "甲公司",
    "passages": TEXTS,
    "answers": [["5亿元"], ["五亿元"]],
    "gold_passages": [0],
}


def written(tmp_path: Path, *lines: dict[str, Any]) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def test_questions_share_the_passages_that_are_the_same(tmp_path: Path) -> None:
    other = LINE | {"question": "甲公司在哪里？", "answers": [["北京"]], "gold_passages": [1]}
    chosen = read_answering_set(written(tmp_path, LINE, other, LINE | {"title": "另一篇"}))
    assert [one.text for one in chosen.passages] == TEXTS * 2
    first, second, third = chosen.questions
    assert first.report_id == second.report_id != third.report_id
    assert first.answers == ("5亿元", "五亿元")
    assert [set(one.gold) for one in (first, second)] == [{chosen.passages[0].id}, {chosen.passages[1].id}]


@pytest.mark.parametrize(
    "change", [{"passages": []}, {"passages": "甲"}, {"answers": []}, {"gold_passages": [7]}, {"question": None}]
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    broken = {key: value for key, value in (LINE | change).items() if value is not None}
    with pytest.raises(BadQuestions, match="第 2 行"):
        read_answering_set(written(tmp_path, LINE, broken))


def test_an_empty_file_is_no_set(tmp_path: Path) -> None:
    with pytest.raises(BadQuestions, match="题集是空的"):
        read_answering_set(written(tmp_path))


def test_the_figures_by_hand(tmp_path: Path) -> None:
    """Without a model, so that every answer is a quote: the first is right and cites one of one, the second (of another
    report) finds none of its answers, the third cannot be answered and is."""
    wrong = LINE | {"title": "另一篇", "answers": [["7亿元"]], "gold_passages": [1]}
    without = LINE | {"title": "第三篇", "answerable": False, "answers": [], "gold_passages": []}
    chosen = read_answering_set(written(tmp_path, LINE, wrong, without))
    library = PassageIndex.build(chosen.passages, HashingEncoder())
    figures = evaluate_answers(Assistant(library, None), chosen.questions)
    assert (figures.questions, figures.right, figures.exact) == (3, 0.5, 0.5)
    assert (figures.refused_wrongly, figures.refused_rightly) == (0.0, 0.0)
    assert figures.citation_recall == 0.5  # one of one, none of one
    assert 0 < figures.citation_precision <= 0.5


SOURCE = passage(TEXTS[0])
CITED = Citation(1, SOURCE, SOURCE.text, 0, len(SOURCE.text))


@pytest.mark.parametrize(
    ("text", "spelling", "right", "exactly"),
    [
        ("收入为5亿元。", "5亿元", True, True),
        ("称为推事。", "「推事」", True, False),
        ("收入为7亿元。", "5亿元", False, False),
        ("5亿元" + "字" * 200, "5亿元", False, False),  # pouring the passage out is no answer
    ],
)
def test_an_answer_is_right_by_the_letters_of_an_accepted_one(
    text: str, spelling: str, right: bool, exactly: bool
) -> None:
    answer = Answer((Sentence(text, (1,), True),), (CITED,), ())
    asked = Asked("？", "r", (spelling,), frozenset())
    assert (is_right(asked, answer), is_right(asked, answer, exact=True)) == (right, exactly)


def test_a_refusal_is_no_right_answer() -> None:
    assert not is_right(Asked("？", "r", ("收入",), frozenset()), Answer((), (), (), refusal="没有找到收入。"))
