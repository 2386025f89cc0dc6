"""What is replied to a courtesy, without a search."""

import pytest

from chat.answer import Finished, Found, Turn
from chat.answering.replies import courtesy_answer
from chat.assistant import Assistant
from chat.suggesting.next_questions import follow_up_questions
from index.library import PassageIndex
from tests.fakes import HashingEncoder, passage

LIBRARY = PassageIndex.build([passage("2022年出口额为5亿元。", 1), passage("2022年产值为8亿元。", 2)], HashingEncoder())


class Unsearchable:
    """A library that nobody may search."""

    reports = LIBRARY.reports
    encoder = LIBRARY.encoder

    def search(self, *args: object, **kwargs: object) -> list[object]:
        raise AssertionError("searched")


@pytest.mark.parametrize("said", ["你好", "谢谢！", "你是谁？"])
def test_a_courtesy_is_answered_without_a_search_and_cites_nothing(said: str) -> None:
    turns = [Turn("user", "2022年的产值是多少？"), Turn("assistant", "8亿元。")]
    found, finished = Assistant(Unsearchable(), None).ask(said, turns)  # type: ignore[arg-type]
    assert isinstance(found, Found)
    assert isinstance(finished, Finished)
    assert (found.standalone_question, found.hits, found.needs_model) == (said, (), False)
    answer = finished.answer
    assert (answer.sentences, answer.citations, answer.hits, answer.courtesy) == ((), (), (), True)
    assert not answer.text.startswith("报告中没有")


def test_the_reply_says_what_it_is_what_it_covers_and_how_to_ask() -> None:
    said = courtesy_answer("itself", ["储能报告", "风电报告"]).text
    assert "问答助手" in said
    assert "目前收录的是《储能报告》《风电报告》。" in said
    assert "请直接提问" in said
    assert courtesy_answer("greeting", ["储能报告"]).text.startswith("你好！")


def test_of_many_reports_the_first_are_told_and_how_many_there_are() -> None:
    said = courtesy_answer("itself", [f"报告{number}" for number in range(7)]).text
    assert "《报告4》等 7 份报告。" in said
    assert "《报告5》" not in said


def test_an_empty_library_is_said_to_be_empty() -> None:
    assert "目前还没有收录报告。" in courtesy_answer("itself", []).text


def test_thanks_are_answered_in_a_line() -> None:
    assert courtesy_answer("thanks", ["储能报告"]).text == "不客气。还有想了解的，请接着问。"


def test_after_a_courtesy_the_suggestions_are_offered() -> None:
    assert (
        follow_up_questions(Found("谢谢", "谢谢", (), finished("谢谢").timings), finished("谢谢").answer, LIBRARY, [])
        == ()
    )


def finished(said: str) -> Finished:
    *_, last = Assistant(LIBRARY, None).ask(said)
    assert isinstance(last, Finished)
    return last
