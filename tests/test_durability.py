"""A build that is killed, starved of disk or run twice never takes away what is served.

REPORTQA_TEST_KILLS sets how many random moments a build is killed at, and a tenth of it how often at each step; each
kill costs about a second.
"""

import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from chat.cli import main
from chat.library.building import Setup, build_index
from chat.setup import load_library
from index.library import PassageIndex
from index.versions import current_version, served
from tests.fakes import HashingEncoder

ROOT = Path(__file__).parents[1]
KILLS = int(os.environ.get("REPORTQA_TEST_KILLS", "15"))
ENCODER = HashingEncoder()
STEPS = ("saved", "manifest", "synced", "checked", "renamed", "pointer written", "served", "swept")

# Loads what a build needs, then builds once for each line, in a child of its own: so a build is killed and not the
# loading of libraries. A line is the steps to die at. Told is who begins, what is done, and how the child ended.
BUILDERS = """
import functools, json, os, signal, sys
from pathlib import Path
import faiss
import index.versions
from chat.library.building import Setup, build_index
from index.segment import segment
from ingest.normalise import simplify
from tests.fakes import HashingEncoder
segment(simplify("预热"))
encoder = HashingEncoder()
setup = Setup(Path(sys.argv[1]), Path(sys.argv[2]), encoder.name, lambda: encoder)
commit = index.versions.commit
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            steps = json.loads(line)
            die = lambda step: step in steps and os.kill(os.getpid(), signal.SIGKILL)
            index.versions.commit = functools.partial(commit, reached=die)
            print("begun", os.getpid(), flush=True)
            build_index(setup)
            print("done", flush=True)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    print("ended", os.waitstatus_to_exitcode(status), flush=True)
"""


class Builders:
    """Builds in other processes, one after another."""

    def __init__(self, setup: Setup) -> None:
        command = [sys.executable, "-c", BUILDERS, str(setup.corpus), str(setup.root)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def __enter__(self) -> "Builders":
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            pass  # ends with its input
        assert self._process.returncode == 0

    def begin(self, *steps: str) -> int:
        """Have a build begin that dies at one of these steps; its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(steps) + "\n")
        word, process = self._told().split()
        assert word == "begun"
        return int(process)

    def end(self) -> tuple[bool, int]:
        """Whether the build said that it is done, and how it ended."""
        told = self._told()
        done = told == "done"
        word, code = (self._told() if done else told).split()
        assert word == "ended"
        return done, int(code)

    def _told(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    made = Setup(tmp_path / "corpus", tmp_path / "index", ENCODER.name, lambda: ENCODER)
    write(made, 1)
    build_index(made)
    return made


def write(setup: Setup, generation: int) -> None:
    """Reports that all name their generation; every third generation has one report less, so that words go."""
    setup.corpus.mkdir(exist_ok=True)
    for number in range(4):
        path = setup.corpus / f"{number}.md"
        sections = [
            f"## 1.{topic} 专题{topic}\n\n第{generation}代：主题{topic}的市场规模为{generation}{topic}亿元，报告{number}。\n"
            for topic in range(1, 16)
        ]
        path.write_text(f"# 报告{number}\n\n" + "\n".join(sections), "utf-8")
    if generation % 3 == 0:
        path.unlink()


def generation_of(library: PassageIndex) -> int:
    """The one generation that its passages are of, every one of which is there."""
    generations = Counter(int(re.findall(r"第(\d+)代", passage.text)[0]) for passage in library.passages)
    ((generation, count),) = generations.items()
    assert count == 15 * (3 if generation % 3 == 0 else 4)
    return generation


class Readers:
    """Threads that open what is served, ask it, and note what they find; a failure of one is raised at the end."""

    def __init__(self, root: Path, count: int = 4) -> None:
        self.queries = 0
        self.failures: list[BaseException] = []
        self._root = root
        self._stop = threading.Event()
        self._counting = threading.Lock()
        self._threads = [threading.Thread(target=self._read) for _ in range(count)]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        try:
            while not self._stop.is_set():
                library = load_library(self._root, ENCODER)
                generation = generation_of(library)
                for topic in (1, 7):
                    hits = library.search(f"主题{topic}的市场规模", k=3)
                    assert len(hits) == 3
                    assert all(f"第{generation}代" in hit.passage.text for hit in hits)
                    with self._counting:
                        self.queries += 1
                self._stop.wait(0.05)  # who reads all the time lets nobody else of this process build
        except BaseException as failure:
            self.failures.append(failure)


def left_behind(root: Path) -> tuple[int, list[str]]:
    """How many versions there are, and what is temporary."""
    names = [path.name for path in root.iterdir()]
    return sum(name.startswith("version-") for name in names), [name for name in names if name.startswith("tmp-")]


def measured_window(setup: Setup, builders: Builders, generation: int) -> float:
    """How many seconds a build takes, while others read."""
    write(setup, generation)
    builders.begin()
    begun = time.monotonic()
    assert builders.end() == (True, 0)
    return time.monotonic() - begun


def test_a_build_killed_at_any_moment_leaves_the_old_index_or_the_new_one(setup: Setup) -> None:
    """Moments uniform over the measured length of a build, from a fixed seed, with four readers at work."""
    draw = random.Random(20_263)
    old, killed, fallen = 2, 0, Counter[str]()
    with Builders(setup) as builders, Readers(setup.root) as readers:
        window = measured_window(setup, builders, old)
        for generation in range(3, 3 + KILLS):
            write(setup, generation)
            process = builders.begin()
            time.sleep(draw.uniform(0, window))
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            done, code = builders.end()
            killed += code == -signal.SIGKILL
            now = generation_of(load_library(setup.root, ENCODER))
            assert now in ((generation,) if done else (old, generation))
            fallen["new" if now == generation else "old"] += 1
            assert_the_next_build_mends(setup, generation)
            old = generation
    print(f"{KILLS} runs, {killed} killed alive, {dict(fallen)}, {readers.queries} queries, window {window:.2f} s")
    assert readers.failures == []
    assert readers.queries > 10 * KILLS
    assert killed > KILLS // 2
    assert fallen["old"] > 0


def test_a_build_killed_at_any_step_leaves_the_old_index_or_the_new_one(setup: Setup) -> None:
    old = 1
    with Builders(setup) as builders, Readers(setup.root) as readers:
        for generation, step in enumerate(STEPS * (KILLS // 10), start=2):
            write(setup, generation)
            builders.begin(step)
            assert builders.end() == (False, -signal.SIGKILL)
            expected = generation if step in ("served", "swept") else old
            assert generation_of(load_library(setup.root, ENCODER)) == expected
            assert_the_next_build_mends(setup, generation)
            old = generation
    assert readers.failures == []
    assert readers.queries > 100


def assert_the_next_build_mends(setup: Setup, generation: int) -> None:
    """Unaided: the corpus is served, and what was begun is gone."""
    assert build_index(setup).unreadable == ()
    assert generation_of(load_library(setup.root, ENCODER)) == generation
    versions, temporary = left_behind(setup.root)
    assert (versions <= 2, temporary) == (True, [])


# --- the disk is full ----------------------------------------------------------------------------------------------

LIMITED = """
import resource, sys
from pathlib import Path
from chat.library.building import Setup, build_index
from chat.cli import main
from tests.fakes import HashingEncoder
import chat.setup, chat.config, chat.models.catalogue
encoder = HashingEncoder(chat.models.catalogue.DEFAULT_ENCODER)
chat.config.load_encoder = lambda config: encoder
chat.setup.fetch_models = lambda *_, **__: None
limit = int(sys.argv[1])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(main(sys.argv[2:]))
"""


def command(setup: Setup, limit: int = 0) -> "subprocess.CompletedProcess[str]":
    """`reportqa build` in a process that may write no file above limit bytes; 0 for any."""
    script = [sys.executable, "-c", textwrap.dedent(LIMITED), str(limit)]
    build = ["build", "--corpus", str(setup.corpus), "--index", str(setup.root)]
    # Python 3.11 would leave a compiled module cut off at the limit, and every later process stumbles over that.
    environ = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    run = [*script, *build]
    return subprocess.run(run, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("limit", [2_000, 20_000, 100_000])
def test_a_build_that_may_not_write_says_so_in_one_line_and_changes_nothing(setup: Setup, limit: int) -> None:
    """The limit is met by the passages, by the vectors in FAISS's file, and by the vectors of tokens."""
    before = served(setup.root)
    write(setup, 2)
    ended = command(setup, limit)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert re.fullmatch(
        rf"错误：{setup.root}：新索引没有写成（.+；磁盘剩余 [\d,]+ 字节），原来的索引不变；请检查磁盘空间与权限", line
    )
    assert served(setup.root) == before
    assert generation_of(load_library(setup.root, ENCODER)) == 1
    build_index(setup)
    assert generation_of(load_library(setup.root, ENCODER)) == 2
    assert left_behind(setup.root)[1] == []


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no disk may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_on_a_disk_too_small_a_build_names_the_bytes_needed_and_free_before_it_writes(
    setup: Setup, tmp_path: Path
) -> None:
    folder = current_version(setup.root)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    with small_disk(tmp_path / "disk", int(0.6 * size)):
        small = Setup(setup.corpus, tmp_path / "disk" / "index", setup.encoder_name, setup.encoder)
        ended = command(small)
        assert ended.returncode == 2
        told = re.fullmatch(
            r"错误：.*：磁盘空间不足，建立索引约需 ([\d,]+) 字节，只剩 ([\d,]+) 字节；请腾出空间，或用 --index 换到别的磁盘\n",
            ended.stderr,
        )
        assert told is not None
        needed, free = (int(figure.replace(",", "")) for figure in told.groups())
        assert free < 0.6 * size < size <= needed
        assert left_behind(small.root) == (0, [])


# --- two writers ---------------------------------------------------------------------------------------------------

HOLDER = """
import sys
from pathlib import Path
from index.versions import writing
with writing(Path(sys.argv[1]), "build"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_builder_leaves_with_75_and_names_the_first_and_none_is_needed_to_free_it(
    setup: Setup, capsys: pytest.CaptureFixture[str]
) -> None:
    build = ["build", "--corpus", str(setup.corpus), "--index", str(setup.root)]
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(setup.root)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert main(build) == 75
        told = rf"错误：{setup.root}：进程 {holder.pid} 正在建立索引（自 .+）；请等它完成后重试\n"
        assert re.fullmatch(told, capsys.readouterr().err)
        holder.kill()
        holder.wait(timeout=10)
        assert not build_index(setup).changed


def test_the_limits_of_these_tests_are_met() -> None:
    """A limit on file sizes that this process itself has would make every build fail for another reason."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
