"""A running assistant answers from the version that is served, and each answer from one version alone."""

import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chat.answer import Finished, Found
from chat.assistant import Assistant
from chat.library.holdings import Overview, overview_of
from chat.service import live
from chat.service.live import LibraryUnavailable, LiveAssistant
from chat.setup import load_library
from chat.suggesting.question import MadeQuestion
from chat.suggesting.suggestions import write_suggestions
from index.library import IndexMismatch, PassageIndex
from index.versions import commit, current_version, writing
from ingest.report import Passage
from tests.fakes import HashingEncoder, passage

ENCODER = HashingEncoder()
QUESTION = "市场规模是多少？"


def publish(root: Path, generation: int, *, keep_before: bool = True) -> None:
    """Serve a version whose passages all name their generation."""
    texts = [f"第{generation}代报告：{topic}市场规模为{generation}亿元。" for topic in ("光伏", "储能", "汽车", "芯片")]
    library = PassageIndex.build([passage(text, number) for number, text in enumerate(texts)], ENCODER)
    with writing(root):
        commit(root, library.save, keep_before=keep_before)


def publish_with(root: Path, generation: int, *questions: str) -> None:
    """The same with suggestions."""
    library = PassageIndex.build([passage(f"第{generation}代报告。")], ENCODER)

    def save(folder: Path) -> None:
        library.save(folder)
        write_suggestions(
            folder, [MadeQuestion(question, "figure", ("made-up:000",), "", "") for question in questions]
        )

    with writing(root):
        commit(root, save)


def generations(found: Found) -> set[str]:
    return {hit.passage.text.split("代")[0] for hit in found.hits}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    publish(tmp_path, 1)
    return tmp_path


@pytest.fixture
def assistant(root: Path) -> LiveAssistant:
    return LiveAssistant(root, Assistant(load_library(root, ENCODER), None))


def until(assistant: LiveAssistant, generation: int) -> None:
    """Ask until this generation answers."""
    deadline = time.monotonic() + 30
    while generations(assistant.search(QUESTION)) != {f"第{generation}"}:
        assert time.monotonic() < deadline, "the new version is not taken over"
        time.sleep(0.01)


def test_it_does_what_an_assistant_does(assistant: LiveAssistant) -> None:
    assistant.warm_up()
    assert generations(assistant.search(QUESTION, k=2)) == {"第1"}
    assert len(assistant.search(QUESTION, k=2).hits) == 2
    assert (assistant.generator, assistant.library.version, assistant.problem) == (None, "version-000001", "")
    assert isinstance(list(assistant.ask(QUESTION))[-1], Finished)


def test_after_a_refresh_the_next_question_is_answered_from_the_new_version(
    root: Path, assistant: LiveAssistant
) -> None:
    publish(root, 2)
    assistant.refresh()
    assert generations(assistant.search(QUESTION)) == {"第2"}
    assert assistant.library.version == "version-000002"


def test_suggestions_are_those_of_the_version_that_answers(root: Path, assistant: LiveAssistant) -> None:
    publish_with(root, 2, "2024年光伏市场规模是多少？")
    assert not assistant.suggestions
    assistant.refresh()
    assert assistant.suggestions == ["2024年光伏市场规模是多少？"]
    anew = LiveAssistant(root, Assistant(load_library(root, ENCODER), None))
    assert anew.suggestions == assistant.suggestions


def test_a_version_of_another_process_is_taken_over_while_questions_come(root: Path, assistant: LiveAssistant) -> None:
    publish(root, 2)
    until(assistant, 2)
    publish(root, 3, keep_before=False)
    until(assistant, 3)


def test_after_a_removal_by_another_process_no_question_is_answered_from_the_old_version(
    root: Path, assistant: LiveAssistant
) -> None:
    """Not the first one either, nor where something was added after the removal."""
    publish(root, 2, keep_before=False)
    assert generations(assistant.search(QUESTION)) == {"第2"}
    publish(root, 3, keep_before=False)
    publish(root, 4)
    found = next(assistant.ask(QUESTION))
    assert isinstance(found, Found)
    assert generations(found) == {"第4"}


def test_after_a_removal_by_another_process_no_passage_is_had_from_the_old_version(
    root: Path, assistant: LiveAssistant
) -> None:
    publish(root, 2, keep_before=False)
    shown = assistant.passage("made-up:000")
    assert shown is not None
    assert shown.text.startswith("第2代")


def test_after_an_addition_a_question_does_not_wait(
    root: Path, assistant: LiveAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = threading.Event()

    def slow(*arguments: Any) -> PassageIndex:
        loaded.wait(timeout=30)
        return load_library(*arguments)

    monkeypatch.setattr(live, "load_library", slow)
    publish(root, 2)
    assert generations(assistant.search(QUESTION)) == {"第1"}
    loaded.set()
    until(assistant, 2)


def test_without_a_new_version_nothing_is_loaded(assistant: LiveAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "load_library", lambda *_: pytest.fail("loaded again"))
    library = assistant.library
    assistant.refresh()
    assert assistant.library is library


def test_an_answer_under_way_keeps_the_library_it_began_with(root: Path, assistant: LiveAssistant) -> None:
    with closing(assistant.ask(QUESTION)) as events:
        assert isinstance(next(events), Found)
        publish(root, 2, keep_before=False)
        assistant.refresh()
        finished = list(events)[-1]
    assert isinstance(finished, Finished)
    assert {citation.passage.text.split("代")[0] for citation in finished.answer.citations} == {"第1"}
    assert generations(assistant.search(QUESTION)) == {"第2"}


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_answering_until_one_can(
    root: Path, assistant: LiveAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    publish(root, 2)
    damaged = current_version(root) / "dense.faiss"
    damaged.write_bytes(b"")
    assistant.refresh()
    assert generations(assistant.search(QUESTION)) == {"第1"}
    assert str(damaged) in assistant.problem
    assert [record.levelname for record in caplog.records if record.name == "chat.service.live"] == ["ERROR"]
    assistant.search(QUESTION)  # not tried again: the pointer has not moved
    assert len([record for record in caplog.records if record.name == "chat.service.live"]) == 1
    publish(root, 3)
    until(assistant, 3)
    assert assistant.problem == ""


@pytest.mark.parametrize("failure", [OSError("too many open files"), MemoryError(), IndexMismatch("另一个格式")])
def test_of_a_version_taken_away_nothing_is_answered_though_the_new_one_cannot_be_loaded(
    root: Path, assistant: LiveAssistant, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(*_: Any) -> PassageIndex:
        raise failure

    monkeypatch.setattr(live, "load_library", fail)
    publish(root, 2, keep_before=False)
    for _ in range(2):
        with pytest.raises(LibraryUnavailable):
            assistant.search(QUESTION)
        with pytest.raises(LibraryUnavailable):
            assistant.ask(QUESTION)
        with pytest.raises(LibraryUnavailable):
            assistant.passage("made-up:000")
        with pytest.raises(LibraryUnavailable):
            assistant.open_report("made-up")
    assert assistant.problem
    monkeypatch.undo()
    if not isinstance(failure, IndexMismatch):
        assert generations(assistant.search(QUESTION)) == {"第2"}
    publish(root, 3, keep_before=False)
    assert generations(assistant.search(QUESTION)) == {"第3"}


def test_begun_on_the_version_before_it_says_so_until_a_sound_one_comes(root: Path) -> None:
    publish(root, 2)
    (current_version(root) / "dense.faiss").write_bytes(b"")
    library = load_library(root, ENCODER, on_damage=lambda damage: None)
    assistant = LiveAssistant(root, Assistant(library, None), problem="已损坏")
    assistant.search(QUESTION)
    assert (assistant.problem, assistant.library.version) == ("已损坏", "version-000001")
    publish(root, 3)
    assistant.refresh()
    assert (assistant.problem, assistant.library.version) == ("", "version-000003")


# --- What the pages look up


def test_a_passage_is_found_by_its_id_and_only_there(assistant: LiveAssistant) -> None:
    found = assistant.passage("made-up:001")
    assert found is not None
    assert found.text == "第1代报告：储能市场规模为1亿元。"
    for unknown in ("made-up:004", "", "made-up", "\x00", "..", "长" * 10_000):
        assert assistant.passage(unknown) is None


def test_a_passage_of_a_removed_report_is_not_found_though_nobody_asked_since(
    root: Path, assistant: LiveAssistant
) -> None:
    library = PassageIndex.build([passage("第2代报告：芯片市场规模为2亿元。", 3)], ENCODER)
    with writing(root):
        commit(root, library.save, keep_before=False)
    assert assistant.passage("made-up:001") is None
    kept = assistant.passage("made-up:003")
    assert kept is not None
    assert kept.text.startswith("第2代")


def test_the_rows_around_a_row_are_those_of_its_table_and_of_a_lost_passage_itself(tmp_path: Path) -> None:
    def row(number: int, table: int) -> Passage:
        cells = (("年份", str(2020 + number)), ("销量", str(100 * number)))
        text = " | ".join(cell for _, cell in cells)
        start = 11 * number  # 10 characters and a line end
        return passage(text, number, section=table, kind="row", cells=cells, start=start, end=start + len(text))

    rows = [row(1, 0), row(2, 0), row(3, 0), row(4, 1)]
    library = PassageIndex.build(rows, ENCODER)
    with writing(tmp_path):
        commit(tmp_path, library.save, keep_before=False)
    assistant = LiveAssistant(tmp_path, Assistant(load_library(tmp_path, ENCODER), None))
    assert [each.id for each in assistant.rows_around(rows[1])] == ["made-up:001", "made-up:002", "made-up:003"]
    assert [each.id for each in assistant.rows_around(rows[3])] == ["made-up:004"]
    lost = passage("不在了", 9)
    assert assistant.rows_around(lost) == [lost]


def test_the_version_told_is_the_one_that_answers_the_next_question(root: Path, assistant: LiveAssistant) -> None:
    assert assistant.version == "version-000001"
    publish(root, 2, keep_before=False)
    assert assistant.version == "version-000002"
    assert generations(assistant.search(QUESTION)) == {"第2"}


def test_results_are_kept_beside_the_versions(root: Path, assistant: LiveAssistant) -> None:
    assert assistant.results == root / "eval" / "last.json"


def test_what_the_library_holds_is_counted_once_for_each_version(
    root: Path, assistant: LiveAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    def counting(reports: Any, passages: Any) -> Overview:
        counted.append(len(passages))
        time.sleep(0.05)
        return overview_of(reports, passages)

    monkeypatch.setattr(live, "overview_of", counting)
    readers = [threading.Thread(target=lambda: assistant.overview) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert assistant.overview is assistant.overview
    assert counted == [4]
    publish(root, 2, keep_before=False)
    assert assistant.overview is assistant.overview
    assert counted == [4, 4]


def test_while_the_new_version_cannot_be_loaded_nothing_of_the_old_one_is_looked_up(
    root: Path, assistant: LiveAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> PassageIndex:
        raise OSError("too many open files")

    monkeypatch.setattr(live, "load_library", fail)
    publish(root, 2, keep_before=False)
    with pytest.raises(LibraryUnavailable):
        assistant.passage("made-up:001")
    with pytest.raises(LibraryUnavailable):
        _ = assistant.overview
    assert assistant.version == "version-000001"  # what is asked next says why it is not answered


def test_twenty_swaps_under_twenty_readers_give_no_error_and_no_mixed_answer(
    root: Path, assistant: LiveAssistant
) -> None:
    seen: list[str] = []
    failures: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        try:
            while not stop.is_set():
                events = list(assistant.ask(QUESTION))
                found, finished = events[0], events[-1]
                assert isinstance(found, Found)
                assert isinstance(finished, Finished)
                cited = {citation.passage.text.split("代")[0] for citation in finished.answer.citations}
                (generation,) = generations(found) | cited
                seen.append(generation)
                stop.wait(0.05)  # twenty that never rest leave nothing for who publishes
        except BaseException as failure:
            failures.append(failure)

    readers = [threading.Thread(target=ask) for _ in range(20)]
    for reader in readers:
        reader.start()
    for generation in range(2, 22):
        publish(root, generation, keep_before=generation % 2 == 0)
        until(assistant, generation)
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(set(seen)) > 10
    assert len(seen) > 100
