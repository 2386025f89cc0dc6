"""A folder of documents to reports: with a manifest, without one, and with everything that can be wrong."""

import hashlib
import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import reading
from ingest.corpus import (
    NAME_BYTES,
    CorpusFile,
    Reading,
    content_sha256,
    load_corpus,
    read_corpus,
    readings_from_lines,
    readings_to_lines,
    reports_of,
    safe_name,
)
from ingest.readers.formats import READABLE
from ingest.reading import read_report
from ingest.report import Report, UnreadableReport
from ingest.source import PageProgress

CORPUS = Path(__file__).parents[2] / "corpus"
TEXT = "# 甲报告\n\n## 1.1 概况篇\n\n市场规模12.5亿元。\n"


def write(path: Path, content: str | bytes = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(folder: Path) -> str:
    """What a user is told of a folder that is refused."""
    with pytest.raises(UnreadableReport) as refused:
        load_corpus(folder)
    return str(refused.value)


# --- without a manifest --------------------------------------------------------------------------------------------


def test_documents_of_a_plain_folder_are_read_in_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path / "b.txt", "乙报告\n\n正文。")
    write(tmp_path / "a" / "甲.markdown")
    write(tmp_path / "c.MD", "一段没有标题的长文字，" * 6)
    assert [report.title for report in load_corpus(tmp_path)] == ["甲报告", "乙报告", "c"]


def test_hidden_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    write(tmp_path / ".git" / "b.md")
    write(tmp_path / ".c.md")
    (tmp_path / ".d.md").symlink_to(tmp_path / "a.md")
    assert [report.source for report in load_corpus(tmp_path)] == ["a.md"]


def test_links_are_left_out_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    write(folder / "a.md")
    write(tmp_path / "elsewhere" / "b.md", TEXT + "又。")
    (folder / "file.md").symlink_to(tmp_path / "elsewhere" / "b.md")
    (folder / "folder").symlink_to(tmp_path / "elsewhere")
    (folder / "nowhere.md").symlink_to(tmp_path / "nowhere.md")
    unreadable: list[UnreadableReport] = []
    assert [report.source for report in load_corpus(folder, on_unreadable=unreadable.append)] == ["a.md"]
    assert [str(error) for error in unreadable] == [
        f"{folder / name}：是符号链接，未读取；请放入文件本身，或列入 manifest.toml"
        for name in ("file.md", "folder", "nowhere.md")
    ]


def test_a_folder_of_reports_does_not_hide_what_lies_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "reports" / "a.md")
    write(tmp_path / "b.md", TEXT + "又。")
    assert [report.source for report in load_corpus(tmp_path)] == ["b.md", "a.md"]


def test_an_id_comes_from_the_content_and_not_from_the_path(tmp_path: Path) -> None:
    first = read_report(write(tmp_path / "a.md"), {})
    second = read_report(write(tmp_path / "sub" / "b.md"), {})
    assert first.id == second.id == hashlib.sha256(TEXT.encode()).hexdigest()[:12]
    assert read_report(write(tmp_path / "c.md", TEXT + "又。"), {}).id != first.id


# --- with a manifest -----------------------------------------------------------------------------------------------


def manifest(folder: Path, *entries: str) -> None:
    write(folder / "manifest.toml", "\n".join(f"[[report]]\n{entry}" for entry in entries))


def test_the_manifest_says_who_published_what_and_comes_first(tmp_path: Path) -> None:
    write(tmp_path / "a.md", "# 乙\n\n文。")
    path = write(tmp_path / "z.md")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest(
        tmp_path,
        f'id = "ev-2024"\nfile = "z.md"\ntitle = "电动车报告"\npublisher = "研究院"\npublished = "2024-05"\n'
        f'source = "官网"\nperiod = "2023年"\nsha256 = "{digest}"',
    )
    first, second = load_corpus(tmp_path)
    assert (first.id, first.title, first.publisher, first.published, first.source, first.period) == (
        "ev-2024",
        "电动车报告",
        "研究院",
        "2024-05",
        "官网",
        "2023年",
    )
    assert (second.title, second.publisher, second.source) == ("乙", "", "a.md")


def test_with_a_manifest_only_the_folder_of_reports_is_read(tmp_path: Path) -> None:
    write(tmp_path / "reports" / "a.md")
    write(tmp_path / "reports" / "b.md", TEXT + "又。")
    write(tmp_path / "notes.pdf", b"%PDF")
    manifest(tmp_path, 'id = "b"\nfile = "reports/b.md"')
    assert [report.source for report in load_corpus(tmp_path)] == ["b.md", "a.md"]


def test_a_link_that_the_manifest_names_is_read(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere.md")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").symlink_to(tmp_path / "elsewhere.md")
    manifest(tmp_path / "corpus", 'id = "a"\nfile = "a.md"')
    assert [report.id for report in load_corpus(tmp_path / "corpus")] == ["a"]


def test_every_file_of_the_corpus_is_the_one_its_manifest_names() -> None:
    entries = tomllib.loads((CORPUS / "manifest.toml").read_text("utf-8"))["report"]
    assert {entry["file"] for entry in entries} == {f"reports/{path.name}" for path in (CORPUS / "reports").iterdir()}
    for entry in entries:
        assert hashlib.sha256((CORPUS / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert all(entry[key] for key in ("title", "publisher", "published", "language", "licence", "source"))


def test_a_file_other_than_the_manifest_says_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md")
    manifest(tmp_path, f'id = "a"\nfile = "a.md"\nsha256 = "{"0" * 64}"')
    found = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert refusal(tmp_path) == (
        f"{path}：内容与 manifest.toml 记录的不同（应为 000000000000…，实为 {found}…）；"
        "请恢复原文件，或更新清单中的 sha256"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[report]\n", "清单无法读取.*请按 TOML 语法改正"),
        (b"\xff\xfe", "清单无法读取"),
        ('report = "a.md"', r"report 应写成 \[\[report\]\]"),
        ('report = ["a.md"]', r"第 1 个 \[\[report\]\] 的值都应是字符串"),
        ('[[report]]\nid = "a"\nfile = "a.md"\npublished = 2023', r"第 1 个 \[\[report\]\] 的值都应是字符串"),
        ('[[report]]\nid = "a"\nfile = "a.md"\nautor = "甲"', r"第 1 个 \[\[report\]\] 有未知的键 autor；可用的键：.*publisher"),
        ('[[report]]\nid = "a"\nfile = "a.md"\n[[report]]\ntitle = "甲"', r"第 2 个 \[\[report\]\] 缺少 file、id"),
        ('[[report]]\nid = "a/b"\nfile = "a.md"', r"id 只能用文字、数字和 \. _ -，也不能是 \. 或 \.\.，实为 'a/b'"),
        ('[[report]]\nid = ".."\nfile = "a.md"', "实为 '..'"),
        ('[[report]]\nid = "."\nfile = "a.md"', "实为 '.'"),
        ('[[report]]\nid = "a"\nfile = "../a.md"', r"file 必须在 .* 之内，实为 \.\./a\.md"),
        ('[[report]]\nid = "a"\nfile = "sub/../../a.md"', "file 必须在"),
        ('[[report]]\nid = "a"\nfile = "/etc/passwd"', "file 必须在 .* 之内，实为 /etc/passwd"),
    ],
)  # fmt: skip
def test_a_wrong_manifest_is_refused_with_its_path_and_what_to_write(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    write(tmp_path / "a.md")
    path = write(tmp_path / "manifest.toml", content)
    with pytest.raises(UnreadableReport, match=message) as refused:
        load_corpus(tmp_path)
    assert str(refused.value).startswith(f"{path}：")


def test_a_file_named_twice_is_refused_and_not_dropped(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    manifest(tmp_path, 'id = "a"\nfile = "a.md"', 'id = "b"\nfile = "./a.md"')
    assert (
        refusal(tmp_path)
        == f"{tmp_path / 'manifest.toml'}：第 2 个 [[report]] 的 file 与前面的重复（./a.md）；请删去一个"
    )


# --- what cannot be read -------------------------------------------------------------------------------------------


def test_a_missing_folder_is_named_with_the_option_that_sets_it(tmp_path: Path) -> None:
    assert refusal(tmp_path / "无") == f"{tmp_path / '无'}：没有这个文件夹；请用 --corpus 指明存放报告的文件夹"


def test_an_empty_folder_is_told_the_formats_that_are_read(tmp_path: Path) -> None:
    formats = "、".join(sorted(READABLE))
    assert refusal(tmp_path) == f"{tmp_path}：没有可读的报告（支持 {formats}）；请放入报告后重试"


def test_a_folder_of_files_that_cannot_be_read_is_told_the_first_reason(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", b"ID3")
    assert refusal(tmp_path).startswith(f"{path}：暂不支持 .mp3 文件")
    with pytest.raises(UnreadableReport, match="README：暂不支持 无扩展名 文件"):
        read_report(write(tmp_path / "README"), {})


@pytest.mark.parametrize("content", ["", "\n \n\u3000\n", "![](图.png)\n\n---\n", "# 只有标题\n"])
def test_a_file_without_words_is_named(tmp_path: Path, content: str) -> None:
    path = write(tmp_path / "a.md", content)
    assert refusal(tmp_path) == f"{path}：文件里没有文字；请确认内容后重试"


def test_a_binary_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", b"abc\0\0\0")
    assert re.fullmatch(rf"{path}：第 \d 字节.*不像文本文件；.*", refusal(tmp_path))


def test_a_file_too_large_is_named_with_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 2_000_000)
    path = write(tmp_path / "a.md", "甲" * 700_000)
    assert refusal(tmp_path) == f"{path}：超过 2 MB；请拆分后重试"


def test_a_file_that_is_gone_or_is_a_folder_is_named_with_the_reason(tmp_path: Path) -> None:
    manifest(tmp_path, 'id = "a"\nfile = "a.md"')
    assert refusal(tmp_path) == f"{tmp_path / 'a.md'}：无法读取（没有这个文件或文件夹）；请检查路径与权限"
    (tmp_path / "b.md").mkdir()
    with pytest.raises(UnreadableReport, match=r"b\.md：无法读取（是文件夹）"):
        read_report(tmp_path / "b.md", {})


def test_two_reports_with_one_id_are_told_apart_by_the_user(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    path = write(tmp_path / "b.md")
    digest = hashlib.sha256(TEXT.encode()).hexdigest()[:12]
    assert refusal(tmp_path) == (f"{path}：与 甲报告 的编号相同（{digest}）；请删去一份，或在 manifest.toml 里另给编号")


def test_one_file_that_cannot_be_read_leaves_the_others_readable(tmp_path: Path) -> None:
    write(tmp_path / "a.pdf", b"%PDF")
    write(tmp_path / "b.md")
    write(tmp_path / "c.md", b"\0")
    unreadable: list[UnreadableReport] = []
    assert [report.title for report in load_corpus(tmp_path, on_unreadable=unreadable.append)] == ["甲报告"]
    assert [str(error).split("：")[0] for error in unreadable] == [str(tmp_path / "a.pdf"), str(tmp_path / "c.md")]


def test_a_folder_with_nothing_readable_is_refused_even_where_each_file_was_answered(tmp_path: Path) -> None:
    write(tmp_path / "a.pdf", b"%PDF")
    with pytest.raises(UnreadableReport, match="没有可读的报告"):
        load_corpus(tmp_path, on_unreadable=lambda _: None)


# --- read once -----------------------------------------------------------------------------------------------------


def unread(path: Path, entry: Mapping[str, str], *, progress: PageProgress = lambda done, total: None) -> Report:
    pytest.fail(f"read again: {path}")


def test_what_was_read_before_is_not_read_again_and_comes_back_whole_from_its_lines(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    write(tmp_path / "b.md", "乙报告\n\n正文。")
    write(tmp_path / "c.md", "")
    manifest(tmp_path, 'id = "a"\nfile = "a.md"\ntitle = "甲"')
    readings = read_corpus(tmp_path)
    remembered = readings_from_lines(readings_to_lines(readings))
    assert remembered == readings
    assert read_corpus(tmp_path, remembered, read=unread) == readings
    reports, unreadable = reports_of(tmp_path, remembered)
    assert [report.title for report in reports] == ["甲", "乙报告"]
    assert str(unreadable[0]).startswith(f"{tmp_path / 'c.md'}：文件里没有文字")


def test_what_is_wrong_with_a_file_is_told_with_the_folder_it_is_in_now(tmp_path: Path) -> None:
    write(tmp_path / "old" / "c.md", "")
    readings = read_corpus(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    _, (error,) = reports_of(tmp_path / "new", read_corpus(tmp_path / "new", readings, read=unread))
    assert str(error).startswith(f"{tmp_path / 'new' / 'c.md'}：文件里没有文字")


def test_a_file_that_changes_while_it_is_read_is_named_and_tried_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md")

    def slow(path: Path, entry: Mapping[str, str], *, progress: PageProgress = lambda done, total: None) -> Report:
        report = read_report(path, entry)
        write(path, TEXT + "又。")
        return report

    (reading,) = read_corpus(tmp_path, read=slow)
    assert (reading.report, reading.sha256) == (None, "")
    assert "读取时文件还在变化" in str(reading.problem)
    assert read_corpus(tmp_path, [reading])[0].report == read_report(path, {})


def test_a_name_in_another_encoding_is_told_and_remembered(tmp_path: Path) -> None:
    name = os.fsdecode("报告.md".encode("gb18030"))
    try:
        write(tmp_path / name)
    except OSError:
        pytest.skip("this file system takes no such name")
    readings = read_corpus(tmp_path)
    assert readings_from_lines(readings_to_lines(readings)) == readings
    _, (error,) = reports_of(tmp_path, readings)
    assert "文件名不是有效的 UTF-8" in str(error)


def test_a_pipe_a_folder_and_a_link_have_no_content_to_be_told_by(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "link.md").symlink_to(write(tmp_path / "a.md"))
    for name in ("pipe.md", "folder.md", "link.md", "nowhere.md"):
        assert content_sha256(CorpusFile(tmp_path / name, name, {})) is None
    assert content_sha256(CorpusFile(tmp_path / "a.md", "a.md", {})) == hashlib.sha256(TEXT.encode()).hexdigest()
    assert content_sha256(CorpusFile(tmp_path / "link.md", "link.md", {"file": "link.md"})) is not None


def test_a_reading_has_the_id_that_its_report_has_or_would_have() -> None:
    assert Reading("a.md", {"id": "ev"}, "0" * 64, "", None).id == "ev"
    assert Reading("a.md", {}, "0123456789abcdef", "", None).id == "0123456789ab"


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("2024年新能源汽车报告（终稿）.pdf", "2024年新能源汽车报告（终稿）.pdf"),
        ("研报 v1.2 final.docx", "研报 v1.2 final.docx"),
        ("../../etc/passwd.md", "passwd.md"),
        (r"C:\Users\me\报告.md", "报告.md"),
        ("..\\..\\a.md", "a.md"),
        ("a\0b\nc\x1b[31m.md", "abc[31m.md"),
        ("报告\u202egpj.md", "报告gpj.md"),
        ("报\u200b告\ufeff.md", "报告.md"),
        ("CON.md", "_CON.md"),
        ("nul", "_nul"),
        ("com1.备份.md", "_com1.备份.md"),
        ("console.md", "console.md"),
        ("-rf.md", "rf.md"),
        ("...a.md", "a.md"),
        ("a.md. .", "a.md"),
        ('<b>"*?|:.md', "_b______.md"),
        (".md", "md"),
        ("/", "report"),
        ("", "report"),
        ("e\u0301.md", "\u00e9.md"),
    ],
)
def test_a_safe_name_keeps_what_people_read_and_drops_what_misleads(given: str, safe: str) -> None:
    assert safe_name(given) == safe


def test_a_long_name_is_cut_between_characters_and_keeps_its_suffix() -> None:
    cut = safe_name("报" * 300 + ".docx")
    assert cut == "报" * 38 + ".docx"
    assert len(cut.encode()) <= NAME_BYTES


@given(st.text(max_size=200))
def test_a_safe_name_is_one_part_of_a_path_on_every_system_and_stays_as_it_is(name: str) -> None:
    safe = safe_name(name)
    assert safe == Path(safe).name == PureWindowsPath(safe).name
    assert safe not in ("", ".", "..")
    assert not safe.startswith((".", "-", "~", " "))
    assert not safe.endswith((".", " "))
    assert len(safe.encode()) <= NAME_BYTES
    assert not [char for char in safe if char != " " and unicodedata.category(char)[0] in "CZ"]
    assert safe_name(safe) == safe
