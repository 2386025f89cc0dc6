"""A report is opened from what a version of the index remembers, and from no other version."""

import json
from pathlib import Path

import pytest

from chat.library import opened
from chat.library.building import READINGS
from chat.library.opened import open_report
from ingest.corpus import Reading, readings_from_lines, readings_to_lines
from ingest.language import verbatim
from ingest.report import PageQuality, Report, Section

SECTION = Section(("甲", "一、概况"), "一、概况\n\n项目\t数值\n𠮷野\t12.5", ((0, 1), (6, 2)))


def report(id: str, text: str = "") -> Report:
    section = Section(("甲",), text) if text else SECTION
    return Report(
        id, "甲", "某院", "2025-01", "甲.pdf", (section,), "2024年", (PageQuality(1, 8, ("scan",)),), (verbatim("注"),)
    )


def reading(id: str, report: Report | None, file: str = "甲.pdf") -> Reading:
    return Reading(
        file, {"id": id, "file": file}, f"sha256 of {id}", "code", report, None if report else verbatim("坏了")
    )


@pytest.fixture
def version(tmp_path: Path) -> Path:
    return tmp_path


def remember(version: Path, *readings: Reading) -> None:
    (version / READINGS).write_bytes(readings_to_lines(readings))


def test_a_report_is_opened_as_it_was_read_with_its_file(version: Path) -> None:
    remember(version, reading("a", report("a")), reading("b", report("b", "乙"), "子/乙.pdf"))
    first, second = open_report(version, "a"), open_report(version, "b")
    assert first is not None
    assert second is not None
    assert (first.report, first.file, first.sha256) == (report("a"), "甲.pdf", "sha256 of a")
    assert (second.report, second.file) == (report("b", "乙"), "子/乙.pdf")


@pytest.mark.parametrize("id", ["c", "", "甲", "A", "a/b", "..", '"', "\\", "\n", "\ud800", "a" * 10_000])
def test_there_is_no_report_of_another_id(version: Path, id: str) -> None:
    remember(version, reading("a", report("a")))
    assert open_report(version, id) is None


def test_what_could_not_be_read_is_no_report_and_hides_none(version: Path) -> None:
    remember(version, reading("a", None), reading("a", report("a"), "另一份.pdf"))
    opened = open_report(version, "a")
    assert opened is not None
    assert opened.file == "另一份.pdf"


def test_of_two_of_one_id_it_is_the_first_as_in_the_index(version: Path) -> None:
    remember(version, reading("a", report("a", "第一份")), reading("a", report("a", "第二份")))
    opened = open_report(version, "a")
    assert opened is not None
    assert opened.report.sections[0].text == "第一份"


def test_a_version_that_is_gone_or_does_not_say_has_none(version: Path) -> None:
    assert open_report(version, "a") is None
    assert open_report(version / "gone", "a") is None


@pytest.mark.parametrize("id", ["id", "text", "report", "a", "甲"])
def test_of_a_large_library_only_the_report_asked_for_is_decoded(
    version: Path, id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its id is, and though the words of the others look like it."""
    others = [reading(f"other-{n}", report(f"other-{n}", json.dumps({"id": id}))) for n in range(5)]
    remember(version, *others, reading(id, report(id)))
    decoded = []

    def counted(line: bytes) -> list[Reading]:
        decoded.append(line)
        return readings_from_lines(line)

    monkeypatch.setattr(opened, "readings_from_lines", counted)
    assert open_report(version, id) is not None
    assert len(decoded) == 1
