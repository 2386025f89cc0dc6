"""An entry taken out of a manifest takes its own comment along, and nothing else."""

import tomllib
from pathlib import Path

import pytest

from ingest.manifest import manifest_entries, manifest_without
from ingest.report import UnreadableReport

TEXT = '''# 本库的报告清单。

# 甲：已获授权
[[report]]
id = "a"  # 编号
file = "a.md"
title = """
[[report]]
不是表头"""

# 乙、丙一起收录

# 乙
[[report]]
id = "b"
file = "b.md"

[[report]]
id = "c"
file = "c.md"
# 完
'''
PLAIN = TEXT.replace('title = """\n[[report]]\n不是表头"""\n', "")


def written(folder: Path, text: str) -> Path:
    (folder / "manifest.toml").write_bytes(text.encode())
    return folder


def test_the_first_entry_goes_with_the_comment_right_above_it(tmp_path: Path) -> None:
    assert manifest_without(written(tmp_path, PLAIN), {"a"}) == (
        '# 本库的报告清单。\n\n# 乙、丙一起收录\n\n# 乙\n[[report]]\nid = "b"\nfile = "b.md"\n\n'
        '[[report]]\nid = "c"\nfile = "c.md"\n# 完\n'
    )


def test_an_entry_in_the_middle_and_the_last_one_go(tmp_path: Path) -> None:
    first = '# 本库的报告清单。\n\n# 甲：已获授权\n[[report]]\nid = "a"  # 编号\nfile = "a.md"\n\n# 乙、丙一起收录\n\n'
    last = '[[report]]\nid = "c"\nfile = "c.md"\n'
    assert manifest_without(written(tmp_path, PLAIN), {"b"}) == first + last + "# 完\n"
    assert manifest_without(tmp_path, {"b", "c"}) == first + "# 完\n"


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    shorter = manifest_without(written(tmp_path, PLAIN.replace("\n", "\r\n")), {"a", "b"})
    assert shorter is not None
    assert shorter.count("\r\n") == shorter.count("\n") == 8


def test_all_may_go(tmp_path: Path) -> None:
    left = manifest_without(written(tmp_path, PLAIN), {"a", "b", "c"})
    assert left is not None
    assert tomllib.loads(left) == {}


@pytest.mark.parametrize("text", [PLAIN, ""])
def test_where_no_entry_has_the_id_there_is_nothing_to_write(tmp_path: Path, text: str) -> None:
    assert manifest_without(written(tmp_path, text), {"d"}) is None


def test_without_a_manifest_there_is_nothing_to_write(tmp_path: Path) -> None:
    assert manifest_without(tmp_path, {"a"}) is None
    assert manifest_entries(tmp_path) == []


@pytest.mark.parametrize("text", [TEXT, 'report = [{id = "a", file = "a.md"}]'])
def test_what_lines_cannot_be_taken_out_of_is_left_to_the_user(tmp_path: Path, text: str) -> None:
    """A value that looks like the head of an entry, and entries all on one line."""
    with pytest.raises(UnreadableReport, match=r"manifest\.toml：清单的写法不便自动修改；请手工删去 id 为 a 的"):
        manifest_without(written(tmp_path, text), {"a"})


def test_other_tables_of_the_manifest_stay(tmp_path: Path) -> None:
    text = 'name = "库"\n\n[[report]]\nid = "a"\nfile = "a.md"\n'
    assert manifest_without(written(tmp_path, text), {"a"}) == 'name = "库"\n\n'
