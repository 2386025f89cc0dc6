"""Reports come into a corpus whole and under a safe name, and leave nothing behind where they go."""

import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from chat.answer import Finished
from chat.assistant import Assistant
from chat.library.building import Changes, Setup, build_index
from chat.library.curation import UnknownReport, add_reports, list_reports, remove_reports
from chat.setup import load_library
from index.about import IndexMismatch
from index.versions import IndexBusy, IndexUnwritable, current_version, writing
from ingest.report import UnreadableReport
from tests.fakes import HashingEncoder

ENCODER = HashingEncoder()
ROOT = Path(__file__).parents[3]
SALES = "# 新能源汽车报告\n\n## 产销\n\n2024年新能源汽车销量为1286.6万辆，同比增长35.5%。\n"
POLICY = "# 光伏白皮书\n\n## 政策\n\n各地扩大分布式光伏，完善并网规则。\n"
STORAGE = "# 储能报告\n\n储能装机规模增长。\n"
MANIFEST = '# 清单\n\n[[report]]\nid = "sales-2024"\nfile = "reports/sales.md"\ntitle = "汽车报告"\n'


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """A corpus with a manifest that names one of its two reports, and its index."""
    made = Setup(tmp_path / "corpus", tmp_path / "index", ENCODER.name, lambda: ENCODER)
    (made.corpus / "reports").mkdir(parents=True)
    (made.corpus / "manifest.toml").write_text(MANIFEST, "utf-8")
    (made.corpus / "reports" / "sales.md").write_text(SALES, "utf-8")
    (made.corpus / "reports" / "policy.md").write_text(POLICY, "utf-8")
    build_index(made)
    return made


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A file that is to be added."""
    path = tmp_path / "desk" / "储能.md"
    path.parent.mkdir()
    path.write_text(STORAGE, "utf-8")
    return path


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


CORPUS = {"manifest.toml", "reports/sales.md", "reports/policy.md"}


def report_ids(setup: Setup) -> set[str]:
    return {passage.report_id for passage in load_library(setup.root, ENCODER).passages}


# --- add -----------------------------------------------------------------------------------------------------------


def test_a_file_is_copied_among_the_reports_and_can_be_asked_at_once(setup: Setup, given: Path) -> None:
    added = add_reports(setup, [given])
    assert (added.copied, added.there, added.refused) == (((given, "reports/储能.md"),), (), ())
    assert added.built is not None
    assert (added.built.changes, added.built.embedded) == (Changes(new=1, unchanged=2), 1)
    assert (setup.corpus / "reports" / "储能.md").read_text("utf-8") == STORAGE
    assert files(setup.corpus) == CORPUS | {"reports/储能.md"}
    assert load_library(setup.root, ENCODER).search("储能装机", k=1)[0].passage.title == "储能报告"


def test_a_file_is_read_once_and_what_is_remembered_is_what_a_build_would_read(setup: Setup, given: Path) -> None:
    given.write_text("一段没有标题的长文字，" * 6, "utf-8")  # so that its name is its title
    add_reports(setup, [given])
    assert not build_index(setup).changed
    assert "储能" in {passage.title for passage in load_library(setup.root, ENCODER).passages}


def test_into_a_folder_without_a_manifest_and_one_that_is_not_there_yet_a_file_is_copied_as_well(
    tmp_path: Path, given: Path
) -> None:
    fresh = Setup(tmp_path / "fresh", tmp_path / "index", ENCODER.name, lambda: ENCODER)
    assert add_reports(fresh, [given]).copied == ((given, "储能.md"),)
    assert files(fresh.corpus) == {"储能.md"}


def test_content_that_is_there_is_not_copied_again(setup: Setup, given: Path, tmp_path: Path) -> None:
    again = tmp_path / "又一份.md"
    again.write_text(STORAGE, "utf-8")
    known = tmp_path / "known.md"
    known.write_text(SALES, "utf-8")
    added = add_reports(setup, [given, again, known])
    assert added.copied == ((given, "reports/储能.md"),)
    assert added.there == ((again, "reports/储能.md"), (known, "reports/sales.md"))
    nothing = add_reports(setup, [given])
    assert (nothing.copied, nothing.built) == ((), None)


def test_another_content_of_the_same_name_gets_a_number(setup: Setup, given: Path, tmp_path: Path) -> None:
    add_reports(setup, [given])
    for number in (2, 3):
        given.write_text(STORAGE + f"第 {number} 版。\n", "utf-8")
        assert add_reports(setup, [given]).copied == ((given, f"reports/储能 ({number}).md"),)
    assert (setup.corpus / "reports" / "储能.md").read_text("utf-8") == STORAGE


def test_a_file_that_cannot_be_read_leaves_nothing_and_the_others_are_added(
    setup: Setup, given: Path, tmp_path: Path
) -> None:
    bad = {"空.md": b"", "歌.mp3": b"ID3", "乱.md": b"\0\0"}
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    absent = tmp_path / "nowhere.md"
    added = add_reports(setup, [*(tmp_path / name for name in bad), absent, tmp_path, given])
    assert [str(error).split("：")[0] for error in added.refused] == [
        *(str(tmp_path / name) for name in bad),
        str(absent),
        str(tmp_path),
    ]
    assert added.copied == ((given, "reports/储能.md"),)
    assert files(setup.corpus) == CORPUS | {"reports/储能.md"}
    assert not (setup.corpus / "reports" / ".incoming").exists()


def test_what_a_link_leads_to_is_copied(setup: Setup, given: Path, tmp_path: Path) -> None:
    link = tmp_path / "链接.md"
    link.symlink_to(given)
    assert add_reports(setup, [link]).copied == ((link, "reports/链接.md"),)
    assert not (setup.corpus / "reports" / "链接.md").is_symlink()


def test_a_name_that_leads_elsewhere_stays_among_the_reports(setup: Setup, tmp_path: Path) -> None:
    given = tmp_path / "..\\..\\CON\u202e.md"
    given.write_text(STORAGE, "utf-8")
    assert add_reports(setup, [given]).copied == ((given, "reports/_CON.md"),)


def test_a_copy_left_half_by_a_crash_is_no_report_and_goes_with_the_next_build(setup: Setup) -> None:
    left = setup.corpus / "reports" / ".incoming" / "半.md"
    left.parent.mkdir()
    left.write_text(STORAGE, "utf-8")
    assert not build_index(setup).changed
    assert files(setup.corpus) == CORPUS


ADDS_AND_DIES = """
import os, shutil, signal, sys
from pathlib import Path
import chat.library.curation
from chat.library.building import Setup
from tests.fakes import HashingEncoder
corpus, root, given, step = sys.argv[1:]
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
if step == "copied":
    chat.library.curation.read_file = die
if step == "renamed":
    chat.library.curation.update_index = die
encoder = HashingEncoder()
chat.library.curation.add_reports(Setup(Path(corpus), Path(root), encoder.name, lambda: encoder), [Path(given)])
"""


@pytest.mark.parametrize(("step", "reports"), [("copied", 2), ("renamed", 3)])
def test_killed_while_adding_a_file_is_in_the_corpus_whole_or_not_at_all(
    setup: Setup, given: Path, step: str, reports: int
) -> None:
    command = [sys.executable, "-c", ADDS_AND_DIES, str(setup.corpus), str(setup.root), str(given), step]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode == -signal.SIGKILL
    built = build_index(setup)
    assert (built.reports, built.unreadable) == (reports, ())
    assert len(files(setup.corpus)) == len(CORPUS) + reports - 2


# --- remove --------------------------------------------------------------------------------------------------------


def test_a_report_goes_with_its_file_its_entry_and_every_version_that_held_it(setup: Setup) -> None:
    removed = remove_reports(setup, ["sales-2024"])
    assert removed.titles == {"sales-2024": "汽车报告"}
    assert removed.built.changes == Changes(unchanged=1, removed=1)
    assert files(setup.corpus) == {"manifest.toml", "reports/policy.md"}
    assert (setup.corpus / "manifest.toml").read_text("utf-8") == "# 清单\n\n"
    assert not build_index(setup).changed
    held = [path for path in (*setup.root.rglob("*"), *setup.corpus.rglob("*")) if path.is_file()]
    assert not [path for path in held if b"1286.6" in path.read_bytes()]


def test_a_beginning_of_an_id_that_only_one_has_is_enough(setup: Setup) -> None:
    (policy,) = report_ids(setup) - {"sales-2024"}
    assert set(remove_reports(setup, [policy[:4], "sale"]).titles) == {policy, "sales-2024"}
    assert report_ids(setup) == set()


@pytest.mark.parametrize("asked", ["sal", "sales-2025", "ales-2024", "../sales.md"])
def test_an_id_that_no_report_has_is_told_with_those_there_are_and_nothing_is_deleted(setup: Setup, asked: str) -> None:
    with pytest.raises(UnknownReport, match=rf"没有编号为 {asked} 的报告；现有：.*sales-2024"):
        remove_reports(setup, ["sales-2024", asked])
    assert files(setup.corpus) == CORPUS
    assert len(report_ids(setup)) == 2


@pytest.mark.parametrize("asked", ["", " "])
def test_an_empty_id_is_called_so(setup: Setup, asked: str) -> None:
    with pytest.raises(UnknownReport, match="报告编号是空的；编号见 reportqa list"):
        remove_reports(setup, [asked])


def test_a_beginning_that_several_have_is_told(setup: Setup) -> None:
    (setup.corpus / "reports" / "more.md").write_text(STORAGE, "utf-8")
    with (setup.corpus / "manifest.toml").open("a", encoding="utf-8") as manifest:
        manifest.write('\n[[report]]\nid = "sales-2023"\nfile = "reports/more.md"\n')
    with pytest.raises(UnknownReport, match=r"有 2 份报告的编号以 sales 开头：sales-2023、sales-2024；请写全"):
        remove_reports(setup, ["sales"])


def test_a_report_that_was_never_indexed_can_go(setup: Setup) -> None:
    (setup.corpus / "reports" / "空.md").write_bytes(b"")
    empty = "e3b0c44298fc"  # sha256 of nothing
    assert remove_reports(setup, [empty]).titles == {empty: ""}
    assert files(setup.corpus) == CORPUS


def test_a_report_whose_file_is_gone_already_leaves_the_index(setup: Setup) -> None:
    """As after a crash between the two, or where it was deleted by hand."""
    (setup.corpus / "reports" / "sales.md").unlink()
    remove_reports(setup, ["sales-2024"])
    assert "sales-2024" not in report_ids(setup)
    assert tomllib.loads((setup.corpus / "manifest.toml").read_text("utf-8")) == {}


def test_both_copies_of_a_report_go(setup: Setup) -> None:
    (setup.corpus / "reports" / "sub").mkdir()
    (setup.corpus / "reports" / "sub" / "copy.md").write_text(POLICY, "utf-8")
    build_index(setup)
    (policy,) = report_ids(setup) - {"sales-2024"}
    remove_reports(setup, [policy])
    assert files(setup.corpus) == {"manifest.toml", "reports/sales.md"}


def test_the_last_report_may_go_and_the_index_of_nothing_stays_served(setup: Setup) -> None:
    removed = remove_reports(setup, sorted(report_ids(setup)))
    assert (removed.built.reports, removed.built.passages) == (0, 0)
    library = load_library(setup.root, ENCODER)
    assistant = Assistant(library, None)
    assistant.warm_up()
    finished = list(assistant.ask("2024年新能源汽车销量是多少？"))[-1]
    assert isinstance(finished, Finished)
    assert finished.answer.refusal is not None
    assert finished.answer.hits == ()
    assert not build_index(setup).changed


def test_a_report_comes_back_to_an_index_of_nothing(setup: Setup, given: Path) -> None:
    remove_reports(setup, sorted(report_ids(setup)))
    add_reports(setup, [given])
    assert load_library(setup.root, ENCODER).search("储能", k=1)[0].passage.title == "储能报告"


def test_a_manifest_that_cannot_be_changed_keeps_everything(setup: Setup) -> None:
    (setup.corpus / "manifest.toml").write_text('report = [{id = "sales-2024", file = "reports/sales.md"}]', "utf-8")
    with pytest.raises(UnreadableReport, match="请手工删去"):
        remove_reports(setup, ["sales-2024"])
    assert files(setup.corpus) == CORPUS


def test_while_another_process_writes_nothing_is_added_or_removed(setup: Setup, given: Path) -> None:
    with writing(setup.root, "build"):
        with pytest.raises(IndexBusy, match=f"进程 {os.getpid()} 正在建立索引"):
            add_reports(setup, [given])
        with pytest.raises(IndexBusy):
            remove_reports(setup, ["sales-2024"])
    assert files(setup.corpus) == CORPUS


# --- list ----------------------------------------------------------------------------------------------------------


def test_reports_are_listed_with_their_passages_and_files_and_what_gave_none_with_the_reason(setup: Setup) -> None:
    (setup.corpus / "reports" / "空.md").write_bytes(b"")
    build_index(setup)
    listed, unreadable = list_reports(setup.corpus, current_version(setup.root))
    assert [(each.line.id, each.line.title, each.line.passages, each.file) for each in listed] == [
        ("sales-2024", "汽车报告", 1, "reports/sales.md"),
        (listed[1].line.id, "光伏白皮书", 1, "reports/policy.md"),
    ]
    assert [len(each.line.pages) for each in listed] == [1, 1]
    assert str(unreadable[0]).startswith(f"{setup.corpus}/reports/空.md：")


def test_a_report_all_of_whose_passages_stand_in_another_is_listed_with_none(setup: Setup) -> None:
    (setup.corpus / "reports" / "again.md").write_text(SALES + "\n## 又\n\n另有一段。\n", "utf-8")
    build_index(setup)
    listed, _ = list_reports(setup.corpus, current_version(setup.root))
    assert sorted(each.line.passages for each in listed) == [1, 1, 1]
    passages = (current_version(setup.root) / "passages.jsonl").read_text("utf-8").splitlines()
    places = [place["report_id"] for line in passages for place in json.loads(line)["also_at"]]
    assert len(places) == 1


def test_an_index_of_another_format_is_not_listed_from_but_named(setup: Setup) -> None:
    build_index(setup)
    version = current_version(setup.root)
    about = json.loads((version / "about.json").read_text("utf-8"))
    (version / "about.json").write_text(json.dumps(about | {"format": 2}), "utf-8")
    with pytest.raises(IndexMismatch, match=r"第 2 版.*reportqa build"):
        list_reports(setup.corpus, version)


def test_a_removal_that_cannot_be_written_puts_everything_back(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = (setup.corpus / "manifest.toml").read_bytes()

    def full(*_: object) -> None:
        raise IndexUnwritable("磁盘空间不足")

    monkeypatch.setattr("index.versions.require_space", full)
    with pytest.raises(IndexUnwritable):
        remove_reports(setup, ["sales-2024"])
    assert files(setup.corpus) == CORPUS
    assert (setup.corpus / "manifest.toml").read_bytes() == manifest
    assert "sales-2024" in report_ids(setup)
    monkeypatch.undo()
    assert not build_index(setup).changed


def test_of_two_manifest_entries_with_one_id_neither_file_is_removed(setup: Setup) -> None:
    entry = '\n[[report]]\nid = "sales-2024"\nfile = "reports/policy.md"\n'
    with (setup.corpus / "manifest.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(entry)
    with pytest.raises(UnknownReport, match="多个"):
        remove_reports(setup, ["sales-2024"])
    assert files(setup.corpus) == CORPUS
