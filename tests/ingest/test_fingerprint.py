"""A fingerprint changes with the sources of a package and with nothing else."""

from pathlib import Path

import pytest

from ingest import fingerprint


def taken(folder: Path) -> str:
    return fingerprint.code_fingerprint.__wrapped__(folder)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text("A = 1\n", "utf-8")
    (tmp_path / "words.txt").write_text("词\n", "utf-8")
    return tmp_path


def test_a_changed_line_a_changed_word_list_and_another_name_show(package: Path) -> None:
    seen = {taken(package)}
    (package / "a.py").write_text("A = 2\n", "utf-8")
    seen.add(taken(package))
    (package / "words.txt").write_text("词语\n", "utf-8")
    seen.add(taken(package))
    (package / "a.py").rename(package / "b.py")
    seen.add(taken(package))
    (package / "c.py").touch()
    seen.add(taken(package))
    (package / "inner").mkdir()
    (package / "inner" / "d.py").touch()
    seen.add(taken(package))
    assert len(seen) == 6


def test_what_is_no_source_does_not(package: Path) -> None:
    before = taken(package)
    (package / "a.pyc").write_bytes(b"\0")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.cpython-311.pyc").touch()
    assert taken(package) == before
    assert len(before) == 12
