"""What a saved index says of itself decides whether it would be built as it is once more."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.about import FORMAT, About, index_code, read_about, write_about

ABOUT = About("e5", 384, 335, code=index_code())


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_about(tmp_path, ABOUT)
    assert read_about(tmp_path) == ABOUT


def test_the_same_encoder_format_and_code_would_make_the_same() -> None:
    assert ABOUT.made_by("e5")


@pytest.mark.parametrize(
    "other", [replace(ABOUT, encoder="m3"), replace(ABOUT, format=FORMAT - 1), replace(ABOUT, code="older")]
)
def test_another_encoder_format_or_code_would_not(other: About) -> None:
    assert not other.made_by("e5")


def test_an_older_format_that_said_less_and_a_newer_one_that_says_more_are_read(tmp_path: Path) -> None:
    told = {"format": 1, "encoder": "e5", "dim": 384, "passages": 335, "more": True}
    (tmp_path / "about.json").write_text(json.dumps(told), "utf-8")
    assert read_about(tmp_path) == About("e5", 384, 335, format=1)
