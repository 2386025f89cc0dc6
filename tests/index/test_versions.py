"""An index on disk survives a kill at any point, and nothing but what was written is ever served."""

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from index.library import PassageIndex
from index.versions import (
    CURRENT,
    MANIFEST,
    IndexBusy,
    IndexUnavailable,
    IndexUnwritable,
    commit,
    current_version,
    require_space,
    verify,
    writing,
)
from tests.fakes import EXPORTS, POLICY, SALES, HashingEncoder

ROOT = Path(__file__).parents[2]
REBUILD = "reportqa build --rebuild"
STEPS = ("saved", "manifest", "synced", "checked", "renamed", "pointer written", "served", "swept")

# A version of two files, one in a folder, that both hold the number they were written with. `die` ends the process as
# a loss of power would: nothing is flushed, nothing is tidied.
WRITER = """
import os, signal, sys, time
from pathlib import Path
from index.versions import commit, writing

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def save_of(number, *, half=False):
    def save(folder):
        (folder / "deep").mkdir(parents=True)
        (folder / "a.bin").write_bytes(b"%06d" % number * 2_000)
        if half:
            (folder / "deep" / "b.bin").write_bytes(b"%06d" % number)
            die()
        (folder / "deep" / "b.bin").write_bytes(b"%06d" % number * 3_000)
    return save

root = Path(sys.argv[1])
"""


def start(root: Path, script: str, *arguments: object, tracer: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
    command = [*tracer, sys.executable, "-c", WRITER + textwrap.dedent(script), str(root), *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


def run(root: Path, script: str, *arguments: object) -> int:
    with start(root, script, *arguments) as process:
        process.communicate(timeout=60)
    return process.returncode


def write(root: Path, *numbers: int) -> None:
    """Commit versions in this process, one after another."""

    def save_of(number: int) -> Callable[[Path], None]:
        def save(folder: Path) -> None:
            (folder / "deep").mkdir(parents=True)
            (folder / "a.bin").write_bytes(b"%06d" % number * 2_000)
            (folder / "deep" / "b.bin").write_bytes(b"%06d" % number * 3_000)

        return save

    with writing(root):
        for number in numbers:
            commit(root, save_of(number))


def number_in(folder: Path) -> int:
    """The number that a version was written with, once both files are seen to hold it to the end."""
    number = int((folder / "a.bin").read_bytes()[:6])
    assert (folder / "a.bin").read_bytes() == b"%06d" % number * 2_000
    assert (folder / "deep" / "b.bin").read_bytes() == b"%06d" % number * 3_000
    return number


def names(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()} - {"writer.lock", "writer.json"}


# --- what a commit does --------------------------------------------------------------------------------------------


def test_what_was_committed_is_served_and_the_version_before_is_kept(tmp_path: Path) -> None:
    write(tmp_path, 1, 2, 3)
    assert number_in(current_version(tmp_path)) == 3
    assert names(tmp_path) == {CURRENT, "version-000002", "version-000003"}


def test_the_steps_are_told_in_order(tmp_path: Path) -> None:
    reached: list[str] = []
    with writing(tmp_path):
        commit(tmp_path, Path.mkdir, reached=reached.append)
    assert tuple(reached) == STEPS


def test_a_save_that_fails_leaves_the_old_version_served_and_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path, 1)

    def fails(folder: Path) -> None:
        folder.mkdir()
        (folder / "half").write_text("…", "utf-8")
        raise OSError(28, "No space left on device")

    told = r"磁盘空间不足；磁盘剩余 [\d,]+ 字节.*原来的索引不变"
    with pytest.raises(IndexUnwritable, match=told), writing(tmp_path):
        commit(tmp_path, fails)
    assert number_in(current_version(tmp_path)) == 1
    assert names(tmp_path) == {CURRENT, "version-000001"}


def test_too_little_room_is_told_with_the_bytes_needed_and_free(tmp_path: Path) -> None:
    require_space(tmp_path, 1)
    with pytest.raises(IndexUnwritable, match=r"约需 1,000,000,000,000,000 字节，只剩 [\d,]+ 字节"):
        require_space(tmp_path, 10**15)


def test_a_version_is_checked_whole_and_under_no_name_that_is_served(tmp_path: Path) -> None:
    write(tmp_path, 1)
    seen: list[tuple[str, int]] = []

    def save(folder: Path) -> None:
        shutil.copytree(tmp_path / "version-000001", folder, ignore=shutil.ignore_patterns(MANIFEST))

    def check(folder: Path) -> None:
        verify(folder)
        seen.append((folder.name, number_in(folder)))

    with writing(tmp_path):
        commit(tmp_path, save, check=check)
    assert seen == [("tmp-version-000002", 1)]
    assert current_version(tmp_path).name == "version-000002"


def test_a_check_that_fails_leaves_the_old_version_served_and_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path, 1)

    def refuse(folder: Path) -> None:
        raise IndexUnavailable("对不上")

    with pytest.raises(IndexUnavailable, match="对不上"), writing(tmp_path):
        commit(tmp_path, Path.mkdir, check=refuse)
    assert number_in(current_version(tmp_path)) == 1
    assert names(tmp_path) == {CURRENT, "version-000001"}


def test_without_an_index_the_way_out_is_to_build_one(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexUnavailable, match=rf"{re.escape(str(root))}.*还没有索引.*reportqa build"):
            current_version(root)


def test_a_copy_that_someone_keeps_beside_the_versions_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, 1)
    shutil.copytree(tmp_path / "version-000001", tmp_path / "version-000001.old")
    write(tmp_path, 2, 3, 4)
    assert number_in(tmp_path / "version-000001.old") == 1
    assert number_in(current_version(tmp_path)) == 4


# --- (a) killed at any point ---------------------------------------------------------------------------------------

KILLED_AT = """
step = sys.argv[2]
with writing(root):
    if step == "before":
        die()
    commit(root, save_of(3, half=step == "half"), reached=lambda reached: reached == step and die())
"""

# With 1 and 2 there and 3 being written: the pointer moves between "pointer written" and "served".
SERVED_AFTER = dict.fromkeys(("before", "half", *STEPS[:6]), 2) | {"served": 3, "swept": 3}


@pytest.mark.parametrize("step", SERVED_AFTER)
def test_a_writer_killed_at_a_step_leaves_a_whole_version_and_no_work_for_the_next(tmp_path: Path, step: str) -> None:
    write(tmp_path, 1, 2)
    assert run(tmp_path, KILLED_AT, step) == -signal.SIGKILL

    assert number_in(current_version(tmp_path)) == SERVED_AFTER[step]
    verify(current_version(tmp_path))

    write(tmp_path, 4)
    assert number_in(current_version(tmp_path)) == 4
    left = names(tmp_path) - {CURRENT}
    assert not [name for name in left if name.startswith("tmp-")]
    # The one served before is kept, so that a reader who has just opened it can read on.
    assert sorted(number_in(tmp_path / name) for name in left) == [SERVED_AFTER[step], 4]


@pytest.mark.parametrize("step", SERVED_AFTER)
def test_the_first_writer_ever_killed_leaves_no_index_or_a_whole_one(tmp_path: Path, step: str) -> None:
    assert run(tmp_path, KILLED_AT, step) == -signal.SIGKILL
    if SERVED_AFTER[step] == 3:
        assert number_in(current_version(tmp_path)) == 3
    else:
        with pytest.raises(IndexUnavailable, match="还没有索引"):
            current_version(tmp_path)
    write(tmp_path, 4)
    assert number_in(current_version(tmp_path)) == 4


def test_a_writer_that_is_killed_again_and_again_leaves_no_heap(tmp_path: Path) -> None:
    write(tmp_path, 1)
    for step in ("half", "renamed", "pointer written", "renamed", "synced"):
        run(tmp_path, KILLED_AT, step)
        assert number_in(current_version(tmp_path)) == 1
    write(tmp_path, 4)
    assert len(names(tmp_path)) == 3


COMMITS = """
first, count, pause = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
with writing(root):
    for number in range(first, first + count):
        commit(root, save_of(number))
        print(number, flush=True)
        time.sleep(pause)
"""


def test_a_writer_killed_at_any_moment_leaves_what_it_said_was_done(tmp_path: Path) -> None:
    """15 moments, drawn from a fixed seed; what was printed is served, or at most the one after it."""
    draw = random.Random(20_261)
    write(tmp_path, 1)
    done = 1
    for _ in range(15):
        with start(tmp_path, COMMITS, done + 1, 10_000, 0) as process:
            assert process.stdout is not None
            done = int(process.stdout.readline())
            time.sleep(draw.uniform(0, 0.03))
            process.kill()
            done = int([str(done), *process.stdout.read().split()][-1])
        served = number_in(current_version(tmp_path))
        assert served in (done, done + 1)
        done = served
    write(tmp_path, 0)
    assert len(names(tmp_path)) == 3


def test_readers_never_see_a_bad_version_while_another_process_commits(tmp_path: Path) -> None:
    write(tmp_path, 1)
    seen: list[int] = []
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                seen.append(number_in(current_version(tmp_path)))
        except BaseException as failure:
            failures.append(failure)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    # A build takes seconds; 30 ms leave a reader as many of its own reads between two commits.
    assert run(tmp_path, COMMITS, 2, 20, 0.03) == 0
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(seen) > 100
    assert len(set(seen)) > 10
    assert number_in(current_version(tmp_path)) == 21


READS = """
from index.versions import current_version
print("ready", flush=True)
while not (root / "stop").exists():
    current_version(root)
"""


def test_a_reader_so_slow_that_its_version_is_swept_finds_the_next_one(tmp_path: Path) -> None:
    """Stopped in the middle of checking a version, it wakes after two commits have removed that version."""
    write(tmp_path, 1)
    with start(tmp_path, READS) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        for number in range(40):
            time.sleep(0.003)
            reader.send_signal(signal.SIGSTOP)
            write(tmp_path, number, number + 1)
            reader.send_signal(signal.SIGCONT)
            assert reader.poll() is None
        (tmp_path / "stop").touch()
        assert reader.wait(timeout=20) == 0


# --- (b) damaged ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with two versions of real parts: two passages, then three."""
    root = tmp_path_factory.mktemp("built")
    with writing(root):
        for passages in ([EXPORTS, SALES], [EXPORTS, SALES, POLICY]):
            commit(root, PassageIndex.build(passages, HashingEncoder()).save)
    return root


@pytest.fixture
def damaged(tmp_path: Path, built: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "index"))


def refusal(root: Path) -> str:
    with pytest.raises(IndexUnavailable, match=REBUILD) as refused:
        current_version(root)
    return str(refused.value)


def harms(content: bytes, other: bytes | None, draw: random.Random) -> Iterator[bytes | None]:
    """What a file may become: cut short, one bit changed, empty, another version's, or gone (None)."""
    yield content[: len(content) // 2]
    yield content[:-1]
    for _ in range(6):
        changed = bytearray(content)
        changed[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        yield bytes(changed)
    yield content + b"\n"
    yield b""
    yield None
    if other is not None and other != content:
        yield other


def test_every_damage_to_every_file_is_refused_and_the_file_named(damaged: Path) -> None:
    served = current_version(damaged)
    files = sorted(path for path in served.rglob("*") if path.is_file())
    assert {path.name for path in files} >= {
        "about.json",
        "passages.jsonl",
        "dense.faiss",
        "token_vectors.npy",
        MANIFEST,
    }
    draw = random.Random(20_262)
    refused = 0
    for file in files:
        content = file.read_bytes()
        twin = damaged / "version-000001" / file.relative_to(served)
        for harm in harms(content, twin.read_bytes() if twin.exists() else None, draw):
            file.unlink(missing_ok=True)
            if harm is not None:
                file.write_bytes(harm)
            if file.name == MANIFEST and harm == content + b"\n":
                assert current_version(damaged) == served  # white space around the list changes nothing it says
            elif file.name == MANIFEST:
                # A list that can still be read names the file whose entry no longer fits.
                assert str(served) in refusal(damaged)
                refused += 1
            else:
                assert str(file) in refusal(damaged)
                refused += 1
        file.write_bytes(content)
        assert current_version(damaged) == served
    assert refused >= 120


def test_a_file_too_many_is_refused_and_named(damaged: Path) -> None:
    extra = current_version(damaged) / "lexical" / "extra.npy"
    extra.write_bytes(b"")
    assert str(extra) in refusal(damaged)


def test_a_version_put_in_the_place_of_another_but_for_its_list_is_refused(damaged: Path) -> None:
    shutil.copy(damaged / "version-000001" / MANIFEST, damaged / "version-000002" / MANIFEST)
    assert str(damaged / "version-000002") in refusal(damaged)


@pytest.mark.parametrize(
    "content", ["null", "5", '"a"', "[1]", '{"about.json": 5}', '{"about.json": null}', "不是清单"]
)
def test_a_list_of_check_sums_that_is_none_is_refused(damaged: Path, content: str) -> None:
    (damaged / "version-000002" / MANIFEST).write_bytes(content.encode("gb18030"))
    assert str(damaged / "version-000002") in refusal(damaged)


def test_a_pointer_with_any_bit_changed_never_serves_a_bad_version(damaged: Path) -> None:
    """1 and 2 differ in two bits. Where numbers differ in one, as 2 and 3 do, the version before, whole, may be served."""
    pointer = (damaged / CURRENT).read_bytes()
    for bit in range(8 * len(pointer)):
        changed = bytearray(pointer)
        changed[bit // 8] ^= 1 << bit % 8
        (damaged / CURRENT).write_bytes(bytes(changed))
        assert CURRENT in refusal(damaged)


@pytest.mark.parametrize(
    "content",
    ["", "..", ".", "/", "version-000009", "version-000002/..", "../index/version-000002", "x" * 5_000, "a\0b"],
)
def test_a_pointer_to_anything_but_a_version_here_is_refused(damaged: Path, content: str) -> None:
    (damaged / CURRENT).write_text(content, "utf-8")
    assert CURRENT in refusal(damaged)


def test_damage_is_seen_before_anything_is_parsed_and_a_rebuild_puts_it_right(damaged: Path) -> None:
    """The damaged file is valid JSON with another title in it: only its check sum tells."""
    file = current_version(damaged) / "passages.jsonl"
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    lines[0]["title"] = "另一份报告"
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    assert str(file) in refusal(damaged)
    with writing(damaged):
        commit(damaged, PassageIndex.build([EXPORTS, SALES, POLICY], HashingEncoder()).save)
    assert PassageIndex.load(current_version(damaged), HashingEncoder()).passages == (EXPORTS, SALES, POLICY)


# --- (c) the version before stands in ------------------------------------------------------------------------------


def test_a_damaged_version_is_stood_in_for_by_the_one_before_and_the_damage_told(damaged: Path) -> None:
    served = current_version(damaged)
    told: list[IndexUnavailable] = []
    assert current_version(damaged, on_damage=told.append) == served
    assert told == []
    for file in sorted(path for path in served.rglob("*") if path.is_file()):
        content = file.read_bytes()
        file.write_bytes(content[:-1])
        before = current_version(damaged, on_damage=told.append)
        assert before.name == "version-000001"
        assert PassageIndex.load(before, HashingEncoder()).passages == (EXPORTS, SALES)
        assert str(served) in str(told.pop())
        file.write_bytes(content)


@pytest.mark.parametrize("pointer", ["", "version-000009", "..", "a\0b"])
def test_a_damaged_pointer_is_stood_in_for_by_the_newest_version(damaged: Path, pointer: str) -> None:
    (damaged / CURRENT).write_text(pointer, "utf-8")
    told: list[IndexUnavailable] = []
    assert current_version(damaged, on_damage=told.append).name == "version-000002"
    assert CURRENT in str(told.pop())


def test_where_both_versions_are_damaged_none_is_served(damaged: Path) -> None:
    for version in ("version-000001", "version-000002"):
        (damaged / version / "passages.jsonl").write_bytes(b"")
    told: list[IndexUnavailable] = []
    with pytest.raises(IndexUnavailable, match=r"version-000002/passages\.jsonl"):
        current_version(damaged, on_damage=told.append)
    assert told == []


# --- (d) a version alone -------------------------------------------------------------------------------------------


def test_a_version_to_be_alone_leaves_no_other(tmp_path: Path) -> None:
    write(tmp_path, 1, 2)
    with writing(tmp_path):
        commit(tmp_path, Path.mkdir, keep_before=False)
    assert names(tmp_path) == {CURRENT, "version-000003"}
    write(tmp_path, 4)
    assert names(tmp_path) == {CURRENT, "version-000003", "version-000004"}


KILLED_ALONE = """
step = sys.argv[2]
with writing(root):
    commit(root, save_of(3), keep_before=False, reached=lambda reached: reached == step and die())
"""


def test_what_a_version_to_be_alone_has_beside_it_after_a_crash_stands_in_for_nothing_and_goes(tmp_path: Path) -> None:
    write(tmp_path, 1, 2)
    assert run(tmp_path, KILLED_ALONE, "served") == -signal.SIGKILL
    assert number_in(current_version(tmp_path)) == 3
    assert "version-000002" in names(tmp_path)
    (tmp_path / "version-000003" / "a.bin").write_bytes(b"")
    with pytest.raises(IndexUnavailable, match=r"a\.bin"):
        current_version(tmp_path, on_damage=lambda damage: pytest.fail(str(damage)))
    with writing(tmp_path):
        assert names(tmp_path) == {CURRENT, "version-000003"}


# --- (e) two writers -----------------------------------------------------------------------------------------------

HOLDS = """
with writing(root):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_is_refused_at_once_and_told_who_writes(tmp_path: Path) -> None:
    with start(tmp_path, HOLDS) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told = rf"进程 {holder.pid} 正在更新索引（自 \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d）；请等它完成后重试"
        with pytest.raises(IndexBusy, match=told), writing(tmp_path):
            pytest.fail("two writers at once")
        holder.kill()
        holder.wait(timeout=10)
        write(tmp_path, 1)  # free at once, without anyone tidying up
    assert number_in(current_version(tmp_path)) == 1


@pytest.mark.parametrize("holder", [None, "", "{", "[1]", '{"pid": 1}'])
def test_a_writer_that_is_yet_to_say_who_it_is_is_another_process(tmp_path: Path, holder: str | None) -> None:
    with writing(tmp_path, "build"):
        (tmp_path / "writer.json").unlink()
        if holder is not None:
            (tmp_path / "writer.json").write_text(holder, "utf-8")
        with pytest.raises(IndexBusy, match="另一个进程正在更新索引"), writing(tmp_path):
            pytest.fail("two writers at once")


def test_a_writer_that_failed_frees_the_index(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing(tmp_path):
        raise ZeroDivisionError
    write(tmp_path, 1)


def test_a_time_out_of_another_lock_is_not_taken_for_a_second_writer(tmp_path: Path) -> None:
    with pytest.raises(Timeout), writing(tmp_path / "index"):
        raise Timeout(str(tmp_path / "another.lock"))
    with FileLock(tmp_path / "index" / "writer.lock", timeout=0):
        pass


# --- (f) the order of syncing --------------------------------------------------------------------------------------


@pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed; it shows the order of system calls"
)
def test_every_file_is_synced_before_its_rename_and_the_folder_after_it(tmp_path: Path) -> None:
    root, trace = tmp_path / "index", tmp_path / "trace"
    write(root, 1)
    tracer = ("strace", "-f", "-y", "-s", "4096", "-e", "trace=fsync,rename,renameat,renameat2", "-o", str(trace))
    with start(root, COMMITS, 2, 1, 0, tracer=tracer) as process:
        process.communicate(timeout=60)
    if process.returncode != 0:
        pytest.skip("strace may not trace here")
    calls: list[str] = []
    for line in trace.read_text("utf-8").splitlines():
        if synced := re.search(r"fsync\(\d+<(.+?)>\)\s+= 0", line):
            calls.append("sync " + str(Path(synced[1]).relative_to(root)))
        elif renamed := re.search(r'rename\w*\(.*?"(.+?)", .*?"(.+?)".*\)\s+= 0', line):
            calls.append(f"rename {Path(renamed[1]).relative_to(root)} {Path(renamed[2]).relative_to(root)}")
    assert calls.pop(0) == "rename tmp-writer.json writer.json"  # who writes is nothing to keep
    new = "tmp-version-000002"
    assert set(calls[:5]) == {f"sync {new}{name}" for name in ("/a.bin", "/deep/b.bin", f"/{MANIFEST}", "/deep", "")}
    assert calls[5:] == [
        f"rename {new} version-000002",
        "sync .",
        "sync tmp-CURRENT",
        "rename tmp-CURRENT CURRENT",
        "sync .",
    ]
