"""Reading in a child process: what a file does to its reader costs that file alone."""

import hashlib
import io
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest.isolation import Reader, _outcome
from ingest.language import message_from
from ingest.page_view import PageView, view_page
from ingest.reading import read_report
from ingest.report import ReadingInterrupted, UnreadableReport
from tests.documents import to_scan

CORPUS = Path(__file__).parents[2] / "corpus"
TEXT = "# 甲报告\n\n## 1.1 概况篇\n\n市场规模12.5亿元。\n"
LARGE = TEXT * 400_000  # 27 MB: seconds of processor time, and more than 300 MB once read


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.md"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.md"
    path.write_text(LARGE, "utf-8")
    return path


def refused(reader: Reader, path: Path) -> str:
    with pytest.raises(UnreadableReport) as raised:
        reader(path, {})
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_the_child_reads_exactly_what_this_process_reads() -> None:
    path = CORPUS / "reports" / "qianzhan-aigc-2023.md"
    entry = {"id": "qianzhan", "publisher": "前瞻产业研究院"}
    with Reader() as reader:
        assert reader(path, entry) == read_report(path, entry)


def test_one_child_reads_one_file_after_another_and_ends_with_its_reader(good: Path) -> None:
    with Reader() as reader:
        first = reader(good, {})
        child = reader._child
        assert reader(good, {"title": "乙报告"}).title == "乙报告"
        assert reader._child is child
    assert child is not None
    assert child.returncode is not None
    assert first.title == "甲报告"


def test_an_unreadable_file_is_told_as_always_and_the_child_goes_on(good: Path, tmp_path: Path) -> None:
    with Reader() as reader:
        reader(good, {})
        child = reader._child
        assert refused(reader, tmp_path / "missing.md").startswith(f"{tmp_path / 'missing.md'}：无法读取")
        assert reader(good, {}).title == "甲报告"
        assert reader._child is child


def test_what_a_library_raises_is_told_in_words_and_its_name_is_for_the_log_alone(good: Path) -> None:
    outcome = _outcome(good, {}, lambda done, total: None)  # without an entry: as good as any bug
    assert str(message_from(outcome["unreadable"])) == f"{good}：内容无法解析；请检查文件，或另存后重试"
    assert outcome["cause"] == "KeyError('entry')"


def test_a_file_that_takes_too_long_by_the_clock_is_given_up_and_the_next_one_read(good: Path, large: Path) -> None:
    with Reader(wall=0.5) as reader:
        assert refused(reader, large) == f"{large}：读取时超过 0.5 秒没有进展，已中止；请检查文件，或另存、拆分后重试"
    with Reader(file=0.5) as reader:
        assert "整份文件超过 0.5 秒" in refused(reader, large)
    with Reader(wall=30) as reader:
        assert reader(good, {}).title == "甲报告"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on processor time")
def test_a_file_that_takes_too_much_processor_time_is_given_up_and_the_next_one_read(good: Path, large: Path) -> None:
    with Reader(cpu=0) as reader:
        assert "处理器用时超过 0 秒" in refused(reader, large)
        assert reader(good, {}).title == "甲报告"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on address space")
def test_a_file_that_takes_too_much_memory_is_given_up_and_the_next_one_read(good: Path, large: Path) -> None:
    with Reader(memory=300 << 20) as reader:
        assert re.search("内存超过上限|意外退出", refused(reader, large))
        assert reader(good, {}).title == "甲报告"


def test_a_child_that_ended_between_two_files_is_replaced_and_the_next_file_not_blamed(good: Path) -> None:
    with Reader() as reader:
        reader(good, {})
        assert reader._child is not None
        os.kill(reader._child.pid, signal.SIGKILL)
        reader._child.wait()
        assert reader(good, {}).title == "甲报告"


def test_a_child_that_is_killed_over_a_file_costs_that_file(good: Path, large: Path) -> None:
    with Reader() as reader:
        reader(good, {})
        assert reader._child is not None
        child = reader._child
        threading.Timer(0.3, lambda: os.kill(child.pid, signal.SIGKILL)).start()
        with pytest.raises(ReadingInterrupted, match="意外退出（SIGKILL）"):
            reader(large, {})
        assert reader(good, {}).title == "甲报告"


def test_no_secret_of_the_environment_and_no_right_to_write_reaches_the_child(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTQA_API_KEY", "CANARY")
    with Reader() as reader:
        reader(good, {})
        assert reader._child is not None
        process = Path(f"/proc/{reader._child.pid}")
        if not process.exists():
            pytest.skip("needs /proc")
        assert b"CANARY" not in (process / "environ").read_bytes()
        limits = (process / "limits").read_text()
        assert re.search(r"Max file size +0 +0 ", limits)
        assert re.search(rf"Max address space +{2 << 30} ", limits)


def test_an_error_of_the_caller_ends_the_child_in_the_middle_of_its_file(good: Path, tmp_path: Path) -> None:
    reader = Reader()
    reader(good, {})
    child = reader._child
    (tmp_path / "a.pdf").write_bytes(pdf("first", "second", "third"))

    def interrupted(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reader(tmp_path / "a.pdf", {}, progress=interrupted)
    assert child is not None
    assert child.returncode == -signal.SIGKILL
    assert reader._child is None


def test_a_module_of_the_folder_it_is_started_in_is_not_taken_for_ours(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken')", "utf-8")
    monkeypatch.chdir(tmp_path)
    with Reader() as reader:
        assert reader(good, {}).title == "甲报告"


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes and links as POSIX has them")
def test_only_a_regular_file_is_opened(good: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "link.md").symlink_to(good)
    (tmp_path / "folder.md").mkdir()
    with Reader(wall=20) as reader:
        assert "不是普通文件" in refused(reader, tmp_path / "pipe.md")
        assert "是符号链接，未读取" in refused(reader, tmp_path / "link.md")
        assert "无法读取（是文件夹）" in refused(reader, tmp_path / "folder.md")
        assert reader(tmp_path / "link.md", {"id": "a", "file": "link.md"}).id == "a"
    assert stat.S_ISFIFO((tmp_path / "pipe.md").stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes and links as POSIX has them")
def test_a_file_swapped_for_a_link_again_and_again_never_gives_away_another_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# 密\n\n不应被读到。\n", "utf-8")
    shown = tmp_path / "shown.md"
    swaps = """
import os, sys
shown, secret, text = sys.argv[1:]
print(flush=True)
while True:
    with open(shown + "~", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(shown + "~", shown)
    os.symlink(secret, shown + "~")
    os.replace(shown + "~", shown)
"""
    shown.write_text(TEXT, "utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", swaps, str(shown), str(secret), TEXT], stdout=subprocess.PIPE
    ) as swapping:
        assert swapping.stdout is not None
        swapping.stdout.readline()
        try:
            outcomes = [_title_or_none(shown) for _ in range(1000)]
        finally:
            swapping.kill()
    assert set(outcomes) == {"甲报告", None}  # both were seen: the race took place


def _title_or_none(path: Path) -> str | None:
    try:
        return read_report(path, {}).title
    except UnreadableReport:
        return None


def pdf(*texts: str) -> bytes:
    """A PDF of a page for each text."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(600, 800))
    for text in texts:
        canvas.drawString(60, 700, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def endless() -> bytes:
    """A small PDF of one page that takes years to draw: forms that each draw the next one ten times, twelve deep."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("bomb"))) as document:
        form = document.make_stream(b"0 0 1 1 re f")
        for _ in range(12):
            form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 600, 800]
            inner, form = form, document.make_stream(b"/F Do " * 10)
            form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=inner))
        page = document.pages[0]
        page.Contents, page.Resources = form, form.Resources
        document.save(file)
    return file.getvalue()


def shown(reader: Reader, path: Path, number: int = 1, words: str = "") -> PageView:
    return reader.view(path, number, words, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def test_the_child_shows_exactly_what_this_process_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("first", "second"))
    with Reader() as reader:
        assert shown(reader, path, 2, "second") == view_page(path.read_bytes(), 2, "second")
        assert len(shown(reader, path, 2, "second").boxes) == 1


def test_a_child_that_recognised_text_is_ended_and_what_it_read_is_what_this_process_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(to_scan(pdf("first page", "second page")))
    with Reader() as reader:
        assert shown(reader, path).recognised is None
        child = reader._child
        assert shown(reader, path, 2, "second") == view_page(path.read_bytes(), 2, "second")
        assert reader._child is None
        assert child is not None
        assert child.returncode is not None
        assert shown(reader, path).png


def test_a_page_of_a_file_that_is_gone_or_changed_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("before"))
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    with Reader() as reader:
        path.write_bytes(pdf("after"))
        with pytest.raises(UnreadableReport, match="文件已变化"):
            reader.view(path, 1, sha256=before)
        path.unlink()
        with pytest.raises(UnreadableReport, match="无法读取"):
            reader.view(path, 1, sha256=before)
        path.write_bytes(pdf("before"))
        assert shown(reader, path).png


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes as POSIX has them")
def test_a_pipe_in_the_place_of_a_file_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.pdf")
    with Reader(wall=20) as reader, pytest.raises(UnreadableReport, match="不是普通文件"):
        reader.view(tmp_path / "a.pdf", 1, sha256="")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on processor time")
def test_a_page_that_takes_too_long_to_draw_is_given_up_and_the_next_one_shown(tmp_path: Path) -> None:
    hostile, harmless = tmp_path / "hostile.pdf", tmp_path / "harmless.pdf"
    hostile.write_bytes(endless())
    harmless.write_bytes(pdf("harmless"))
    with Reader(cpu=0) as reader:
        with pytest.raises(ReadingInterrupted, match="处理器用时超过 0 秒"):
            shown(reader, hostile)
        assert shown(reader, harmless).png
    with Reader(wall=1.5) as reader:
        with pytest.raises(ReadingInterrupted, match=r"超过 1\.5 秒没有进展"):
            shown(reader, hostile)
        assert shown(reader, harmless).png


def test_reports_are_read_between_pages_that_are_shown(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("first"))
    with Reader() as reader:
        assert shown(reader, path) == shown(reader, path)
        assert reader(good, {}).title == "甲报告"
        assert shown(reader, path).png
