"""The one straight path of the README, over the real corpus: documents to a checked answer.

Only the encoder is a stand-in, so what is found may be worse than with the real one; what is promised may not be.
"""

from pathlib import Path

import pytest

from chat.answer import Answer, Finished, Found, Turn
from chat.answering.grounding import hard_words
from chat.assistant import Assistant
from chat.understanding.followup import standalone_question
from index.library import PassageIndex
from ingest.corpus import load_corpus
from ingest.duplicates import fold_duplicates
from ingest.passages import split_passages
from ingest.report import Passage, Report
from tests.fakes import HashingEncoder

CORPUS = Path(__file__).parents[1] / "corpus"
# Each with a word that the reports hold and that its answer's evidence must show.
QUESTIONS = [
    ("谁发明了活字印刷术？", "毕昇"),
    ("IBM在哪年宣布开发名为Watson的系统？", "2010年"),
    ("Google在哪年发布了具有标志性意义的Transformer模型？", "2017年"),
]


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return load_corpus(CORPUS)


@pytest.fixture(scope="module")
def passages(reports: list[Report]) -> list[Passage]:
    return fold_duplicates([passage for report in reports for passage in split_passages(report)])


@pytest.fixture(scope="module")
def library(passages: list[Passage]) -> PassageIndex:
    return PassageIndex.build(passages, HashingEncoder())


def finished(assistant: Assistant, question: str, turns: tuple[Turn, ...] = ()) -> tuple[Found, Answer]:
    events = list(assistant.ask(question, turns))
    found, last = events[0], events[-1]
    assert isinstance(found, Found)
    assert isinstance(last, Finished)
    return found, last.answer


def test_every_passage_is_a_slice_of_its_section(reports: list[Report], passages: list[Passage]) -> None:
    sections = {report.id: report.sections for report in reports}
    assert set(sections) == {"qianzhan-aigc-2023", "zhiding-genai-2023"}
    assert len(passages) > 300
    assert len({passage.id for passage in passages}) == len(passages)
    for passage in passages:
        section = sections[passage.report_id][passage.section]
        assert section.text[passage.start : passage.end] == passage.text
        assert passage.headings == section.headings


def test_the_index_keeps_the_order_of_the_passages(library: PassageIndex, passages: list[Passage]) -> None:
    assert library.passages == tuple(passages)


@pytest.mark.parametrize(("question", "word"), QUESTIONS)
def test_a_question_is_answered_by_what_the_reports_say(library: PassageIndex, question: str, word: str) -> None:
    found, answer = finished(Assistant(library, generator=None), question)
    assert found.standalone_question == standalone_question(question, ()) == question
    assert answer.refusal is None
    assert answer.quoted
    assert word in answer.text


@pytest.mark.parametrize(("question", "word"), QUESTIONS)
def test_every_quote_stands_in_its_passage_and_every_mark_has_a_citation(
    library: PassageIndex, question: str, word: str
) -> None:
    found, answer = finished(Assistant(library, generator=None), question)
    shown = {hit.passage.id for hit in found.hits}
    assert answer.sentences
    assert answer.hits == found.hits
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {number for sentence in answer.sentences for number in sentence.citations} == {
        citation.number for citation in answer.citations
    }
    for citation in answer.citations:
        assert citation.passage.text[citation.start : citation.end] == citation.quote != ""
        assert citation.passage.id in shown
    cited = {citation.number: citation.passage for citation in answer.citations}
    for sentence in answer.sentences:
        assert sentence.supported
        sources = [cited[number] for number in sentence.citations]
        figures = {figure for source in sources for figure in hard_words(source.text + source.search_text)}
        assert sources
        assert set(hard_words(sentence.text)) <= figures


def test_a_question_of_a_year_that_no_report_speaks_of_is_refused_with_the_nearest_passages(
    library: PassageIndex,
) -> None:
    found, answer = finished(Assistant(library, generator=None), "2049年的市场规模是多少？")
    assert answer.refusal is not None
    assert (answer.sentences, answer.citations) == ((), ())
    assert answer.hits == found.hits != ()


def test_a_question_that_points_back_is_searched_with_what_it_points_to(library: PassageIndex) -> None:
    turns = (Turn("user", "Transformer是谁发布的？"), Turn("assistant", "2017年由Google发布。"))
    found, _ = finished(Assistant(library, generator=None), "它有什么用？", turns)
    assert found.question == "它有什么用？"
    assert "Transformer" in found.standalone_question
    assert any("Transformer" in hit.passage.search_text for hit in found.hits)


def test_the_same_question_gets_the_same_answer(library: PassageIndex) -> None:
    assistant = Assistant(library, generator=None)
    question = QUESTIONS[0][0]
    assert finished(assistant, question)[1] == finished(assistant, question)[1]


def test_what_was_saved_answers_the_same(library: PassageIndex, tmp_path: Path) -> None:
    library.save(tmp_path / "saved")
    loaded = PassageIndex.load(tmp_path / "saved", HashingEncoder())
    question = QUESTIONS[0][0]
    assert finished(Assistant(loaded, None), question)[1] == finished(Assistant(library, None), question)[1]
