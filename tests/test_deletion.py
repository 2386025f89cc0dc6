"""A report that was removed is found nowhere: not by its own questions, not beside other reports, not on the disk.

The library's side of it, on the two reports of this repository and two small ones that share a sentence.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from chat.answer import Finished, Found
from chat.assistant import Assistant
from chat.config import Config, load_encoder
from chat.evaluating.evaluation import Result, write_results
from chat.library.building import RESULTS, Setup, build_index
from chat.library.curation import list_reports, remove_reports
from chat.models.generation import Pieces
from chat.records.database import FILE, RecordsUnavailable, records_of
from chat.records.feedback import Cited, Feedback, FeedbackStore
from chat.service.live import LiveAssistant
from chat.setup import load_library
from index.library import Encoder, Hit
from index.versions import current_version
from ingest.corpus import load_corpus
from ingest.report import Report
from tests.fakes import HashingEncoder

CORPUS = Path(__file__).parents[1] / "corpus"
SHARED = "储能与光伏协同发展，2024年配储比例平均达到13.6%，市场空间广阔。"
STORAGE = f"# 储能报告\n\n## 1.1 装机\n\n2024年新型储能装机73.76吉瓦，同比增长103%。\n\n## 1.2 协同\n\n{SHARED}\n"
SOLAR = f"# 光伏白皮书\n\n## 1.1 协同\n\n{SHARED}\n\n## 1.2 装机\n\n2023年光伏新增装机216.88吉瓦，同比增长148%。\n"


class Drafts:
    """A model that says the same to every question."""

    name = "the same"

    def generate(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = "") -> Pieces:
        yield f"{SHARED}[1]"


def setup_with(folder: Path, encoder: Encoder) -> Setup:
    shutil.copytree(CORPUS, folder / "corpus", ignore=shutil.ignore_patterns("questions"))
    (folder / "corpus" / "reports" / "storage.md").write_text(STORAGE, "utf-8")
    (folder / "corpus" / "reports" / "solar.md").write_text(SOLAR, "utf-8")
    made = Setup(folder / "corpus", folder / "index", encoder.name, lambda: encoder)
    build_index(made)
    return made


def own_questions(report: Report) -> list[str]:
    """Its headings and first sentences, some from each part: what only this report can be asked."""
    step = max(1, len(report.sections) // 12)
    asked = [f"{section.headings[-1]}？" for section in report.sections[::step]]
    return asked + [section.text.strip().split("\n")[-1][:60] for section in report.sections[::step]]


def reports_shown(hits: Sequence[Hit]) -> set[str]:
    """Every report that hits name, as a passage's own or as another place of its words."""
    return {id for hit in hits for id in (hit.passage.report_id, *(place.report_id for place in hit.passage.also_at))}


def assert_gone(setup: Setup, assistant: LiveAssistant, report: Report) -> None:
    for question in filter(str.strip, own_questions(report)):
        for event in assistant.ask(question):
            if isinstance(event, Found):
                assert report.id not in reports_shown(event.hits)
            if isinstance(event, Finished):
                cited = [citation.passage for citation in event.answer.citations]
                assert report.id not in {passage.report_id for passage in cited}
                assert report.id not in reports_shown(event.answer.hits)
    assert report.id not in {line.id for line in assistant.reports}
    listed, _ = list_reports(setup.corpus, current_version(setup.root))
    assert report.id not in {each.line.id for each in listed}


def held_on_disk(folder: Path, words: str) -> list[Path]:
    """Files under the folder that hold these words, as text or as JSON does."""
    forms = {words.encode(), json.dumps(words)[1:-1].encode()}
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(form in path.read_bytes() for form in forms)]


def sentences_of_its_own(report: Report, others: Sequence[Report]) -> list[str]:
    """Lines that stand in this report alone."""
    elsewhere = "\n".join(section.text for other in others for section in other.sections)
    lines = {line.strip() for section in report.sections for line in section.text.split("\n")}
    return sorted(line for line in lines if len(line) > 20 and "\t" not in line and line not in elsewhere)


def judged(
    setup: Setup, assistant: LiveAssistant, report: Report, other: Report, words: Sequence[str]
) -> FeedbackStore:
    """Feedback on an answer in these words of a report, and on one that rests on another report."""
    store = FeedbackStore(records_of(setup.root), setup.root)
    of_it = Feedback(
        id="a" * 16,
        given_at="2026-03-01T08:00:00.000+00:00",
        verdict="down",
        reason="incomplete",
        comment=f"还有：{words[-1]}",
        question="说了什么？",
        standalone_question=f"{words[0][:20]}，说了什么？",
        answer="".join(f"{sentence}[1]" for sentence in words[:100]),
        refused=False,
        citations=(Cited(report.id, "p1"), Cited(other.id, "p2")),
        library=assistant.library.version,
    )
    assert store.record(of_it)
    of_another = replace(
        of_it, id="b" * 16, given_at="2026-03-02T08:00:00.000+00:00", comment="", answer="另一份报告的话[1]。"
    )
    assert store.record(replace(of_another, standalone_question="说了什么？", citations=(Cited(other.id, "p2"),)))
    return store


def test_what_readers_said_of_a_report_goes_when_the_report_changes(tmp_path: Path) -> None:
    """A build follows the files of the corpus, so words go without any command to remove them."""
    setup = setup_with(tmp_path, HashingEncoder())
    report, other = (each for each in load_corpus(setup.corpus) if each.title in ("储能报告", "光伏白皮书"))
    assistant = LiveAssistant(setup.root, Assistant(load_library(setup.root, HashingEncoder()), None))
    words = sentences_of_its_own(report, [other])
    store = judged(setup, assistant, report, other, words)
    (setup.corpus / "reports" / "new.md").write_text("# 氢能报告\n\n2024年绿氢产量达到32.5万吨。\n", "utf-8")
    build_index(setup)
    assert [each.answer != "" for each in store.records()] == [True, True]  # nothing went
    path = setup.corpus / "reports" / ("storage.md" if report.title == "储能报告" else "solar.md")
    path.write_text(path.read_text("utf-8").replace("新", "旧"), "utf-8")
    build_index(setup)
    assert [each.answer != "" for each in store.records()] == [False, True]
    assert held_on_disk(tmp_path, words[0]) == []


def test_a_removal_that_cannot_clear_what_readers_said_removes_nothing_and_says_why(tmp_path: Path) -> None:
    setup = setup_with(tmp_path, HashingEncoder())
    report = next(each for each in load_corpus(setup.corpus) if each.title == "储能报告")
    (setup.root / FILE).write_text("不是数据库" * 100, "utf-8")
    before = current_version(setup.root)
    with pytest.raises(RecordsUnavailable, match=r"feedback\.sqlite3：不是数据库文件"):
        remove_reports(setup, [report.id])
    assert current_version(setup.root) == before
    assert report.id in {each.id for each in load_corpus(setup.corpus)}
    (setup.root / FILE).unlink()
    remove_reports(setup, [report.id])
    assert report.id not in {each.id for each in load_corpus(setup.corpus)}


def shown_for(assistant: LiveAssistant, question: str) -> set[str]:
    return reports_shown(assistant.search(question).hits)


@pytest.mark.parametrize("number", range(4))
def test_no_report_that_was_removed_is_shown_listed_or_kept(tmp_path: Path, number: int) -> None:
    encoder = HashingEncoder()
    setup = setup_with(tmp_path, encoder)
    reports = load_corpus(setup.corpus)
    assert len(reports) == 4
    report = reports.pop(number)
    assistant = LiveAssistant(setup.root, Assistant(load_library(setup.root, encoder), Drafts()))
    words = sentences_of_its_own(report, reports)
    assert report.id in shown_for(assistant, words[0])
    write_results(setup.root / RESULTS, [Result("q", "fact", True, (1,), 1.0, answer=words[0])])
    store = judged(setup, assistant, report, reports[0], words)
    assert {setup.root / RESULTS, setup.root / FILE} <= set(held_on_disk(tmp_path, words[0]))
    assert len(held_on_disk(tmp_path, words[0])) > 3
    remove_reports(setup, [report.id])
    assistant.refresh()
    assert_gone(setup, assistant, report)
    assert [path for sentence in words for path in held_on_disk(tmp_path, sentence)] == []
    of_it, of_another = store.records()
    assert (of_it.verdict, of_it.reason, of_it.question) == ("down", "incomplete", "说了什么？")
    assert (of_it.answer, of_it.comment, of_it.citations) == ("", "", ())
    assert of_another.answer == "另一份报告的话[1]。"


def test_nor_is_it_with_the_bundled_encoder(tmp_path: Path) -> None:
    """The small reports alone: embedding the large ones would take a minute."""
    encoder = load_encoder(Config())
    setup = Setup(tmp_path / "corpus", tmp_path / "index", encoder.name, lambda: encoder)
    setup.corpus.mkdir()
    (setup.corpus / "storage.md").write_text(STORAGE, "utf-8")
    (setup.corpus / "solar.md").write_text(SOLAR, "utf-8")
    build_index(setup)
    for report in load_corpus(setup.corpus):
        assistant = LiveAssistant(setup.root, Assistant(load_library(setup.root, encoder), None))
        remove_reports(setup, [report.id])
        assistant.refresh()
        assert_gone(setup, assistant, report)


@pytest.mark.parametrize(("removed", "left"), [("储能报告", "光伏白皮书"), ("光伏白皮书", "储能报告")])
def test_words_that_two_reports_share_stay_with_the_one_that_is_left(tmp_path: Path, removed: str, left: str) -> None:
    """They were one passage of the one, with the other as another place; either way they are the other's now."""
    setup = setup_with(tmp_path, HashingEncoder())
    ids = {report.title: report.id for report in load_corpus(setup.corpus)}
    before = [each for each in load_library(setup.root, HashingEncoder()).passages if SHARED in each.text]
    assert [(each.report_id, [place.report_id for place in each.also_at]) for each in before] in (
        [(ids[removed], [ids[left]])],
        [(ids[left], [ids[removed]])],
    )
    remove_reports(setup, [ids[removed]])
    after = [each for each in load_library(setup.root, HashingEncoder()).passages if SHARED in each.text]
    assert [(each.report_id, each.also_at) for each in after] == [(ids[left], ())]
