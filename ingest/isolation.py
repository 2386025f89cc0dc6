"""Reading and showing in a child process with limits, so that a hostile or broken file costs that file and nothing else.

The child reads one file after another and answers a line of JSON for each step. It may use MEMORY_BYTES of address
space; for every page CPU_SECONDS of processor time and WALL_SECONDS by the clock; and FILE_SECONDS for a whole file.
A child that goes over a limit or crashes is replaced; its file is unreadable, with the reason.
"""

import base64
import contextlib
import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import IO, Any, Self

from ingest.language import Message, message, message_from, message_object
from ingest.page_view import Box, Line, PageView, view_page
from ingest.reading import content_of, read_report
from ingest.report import ReadingInterrupted, Report, UnreadableReport, report_from
from ingest.source import PageProgress

# Text recognition reserves 1.2 GB of address space, of which it uses 0.7; anything else stays far below.
MEMORY_BYTES = 2 << 30
CPU_SECONDS = 60
WALL_SECONDS = 90.0
FILE_SECONDS = 1800.0

_COMMAND = (sys.executable, "-P", "-m", "ingest.isolation")  # -P: no module of the folder it is started in
_ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH"),
    "PYTHONDONTWRITEBYTECODE",
)
_log = logging.getLogger(__name__)


class Reader:
    """Reads reports in a child process, which starts with the first one and ends with the `with` block.

    memory, cpu and wall are the limits in bytes and seconds, file the one for a whole file.
    """

    def __init__(
        self,
        *,
        memory: int = MEMORY_BYTES,
        cpu: int = CPU_SECONDS,
        wall: float = WALL_SECONDS,
        file: float = FILE_SECONDS,
    ) -> None:
        self._arguments = (str(memory), str(cpu))
        self._wall = wall
        self._file = file
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def __call__(
        self, path: Path, entry: Mapping[str, str], *, progress: PageProgress = lambda done, total: None
    ) -> Report:
        """As `reading.read_report`; whatever happens to the child is an `UnreadableReport` too."""
        return report_from(self._asked(path, {"path": str(path), "entry": dict(entry)}, progress)["report"])

    def view(self, path: Path, number: int, words: str = "", *, sha256: str) -> PageView:
        """As `page_view.view_page` of the file at path, where its content still has this sha256.

        A child that recognised text is ended, as it would keep 0.4 GB until the next page.

        Raises:
            UnreadableReport: as there; the file is gone or has other content; or as for reading, with the child.
        """
        reply = self._asked(path, {"path": str(path), "page": number, "words": words, "sha256": sha256})
        view = _view_from(reply["view"])
        if view.recognised is not None:
            self._end()
        return view

    def _asked(
        self, path: Path, request: Mapping[str, object], progress: PageProgress = lambda done, total: None
    ) -> dict[str, Any]:
        """What the child answers to a request about the file at path, its steps told to progress."""
        if self._child is not None and self._child.poll() is not None:
            self._end()  # it ended between two files: the next one is not to blame
        child = self._child = self._child or _start(self._arguments)
        assert child.stdin is not None
        assert child.stdout is not None
        out_of_time: list[Message] = []

        no_progress = message("超过 {limit:g} 秒没有进展", limit=self._wall)

        def stop(limit: Message) -> None:
            out_of_time.append(limit)
            child.kill()

        whole = _timer(self._file, lambda: stop(message("整份文件超过 {limit:g} 秒", limit=self._file)))
        step = _timer(self._wall, lambda: stop(no_progress))
        try:
            _send(child.stdin, request)
            for line in child.stdout:
                reply: dict[str, Any] = json.loads(line)
                if "report" in reply or "view" in reply:
                    return reply
                if "unreadable" in reply:
                    _log.info("%s is unreadable: %s", path, reply["cause"])
                    raise UnreadableReport(message_from(reply["unreadable"]))
                if "interrupted" in reply:
                    raise ReadingInterrupted(message_from(reply["interrupted"]))
                step.cancel()
                step = _timer(self._wall, lambda: stop(no_progress))
                progress(reply["done"], reply["total"])
        except BrokenPipeError:
            pass  # it ended before it took the request: told below, like any other end
        except UnreadableReport:
            raise
        except BaseException:
            self._end()  # such as Ctrl-C in progress: the child is in the middle of a file
            raise
        finally:
            whole.cancel()
            step.cancel()
        code = self._end()
        reason = out_of_time[0] if out_of_time else _reason(code, int(self._arguments[1]))
        _log.warning("the reader of %s ended with %s: %s", path, code, reason)
        raise ReadingInterrupted(
            message("{file}：读取时{reason}，已中止；请检查文件，或另存、拆分后重试", file=path, reason=reason)
        )

    def _end(self) -> int:
        """End the child, if there is one, and say how it ended."""
        child, self._child = self._child, None
        if child is None:
            return 0
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                _close(pipe)
        return child.wait()


def _start(arguments: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    # No secrets of the environment for a process that opens strangers' files. Each of glibc's arenas reserves 64 MB of
    # the address space that is counted here.
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"MALLOC_ARENA_MAX": "2"}
    return subprocess.Popen(
        [*_COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


def _timer(seconds: float, stop: Callable[[], None]) -> Timer:
    timer = Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    return timer


def _send(pipe: IO[bytes], message: object) -> None:
    pipe.write(json.dumps(message).encode() + b"\n")
    pipe.flush()


def _close(pipe: IO[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError):  # of a request that the child never took
        pipe.close()


def _reason(code: int, cpu: int) -> Message:
    """Why a child ended that was not asked to; code is negative for a signal."""
    if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:
        return message("处理器用时超过 {limit} 秒", limit=cpu)
    named = {signal.value: signal.name for signal in signal.Signals}
    return message("读取程序意外退出（{code}）", code=named.get(-code, code))


def main(memory: int, cpu: int) -> None:
    """The child: a request a line on standard input, its steps and its outcome a line each on standard output."""
    replies = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # what a library prints is no reply
    _limit_memory(memory)
    for line in sys.stdin.buffer:
        _allow_cpu(cpu)

        def progress(done: int, total: int) -> None:
            _allow_cpu(cpu)
            _send(replies, {"done": done, "total": total})

        request = json.loads(line)
        _send(replies, _outcome(Path(request["path"]), request, progress))


def _outcome(path: Path, request: Mapping[str, Any], progress: PageProgress) -> dict[str, Any]:
    try:
        if "page" in request:
            return {"view": _view(path, request)}
        return {"report": asdict(read_report(path, request["entry"], progress=progress))}
    except UnreadableReport as error:
        return {"unreadable": message_object(error.message), "cause": repr(error.__cause__)}
    except MemoryError:
        said = message("{file}：读取时内存超过上限，已中止；请检查文件，或拆分后重试", file=path)
        return {"interrupted": message_object(said)}
    except Exception as error:  # a library that fails on this file must not end the reading of the others
        said = message("{file}：内容无法解析；请检查文件，或另存后重试", file=path)
        return {"unreadable": message_object(said), "cause": repr(error)}


def _view(path: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    content = content_of(path, listed=True)  # a link may be followed: only content known already is shown
    if hashlib.sha256(content).hexdigest() != request["sha256"]:
        raise UnreadableReport(message("{file}：文件已变化；请更新索引后再查看原页", file=path))
    view = view_page(content, request["page"], request["words"])
    return {"png": base64.b64encode(view.png).decode(), "boxes": view.boxes, "recognised": view.recognised}


def _view_from(fields: Mapping[str, Any]) -> PageView:
    """The view that `_view` made of a page, after JSON."""
    boxes = tuple(Box(*box) for box in fields["boxes"])
    lines = fields["recognised"]
    recognised = None if lines is None else tuple(Line(text, Box(*box)) for text, box in lines)
    return PageView(base64.b64decode(fields["png"]), boxes, recognised)


def _limit_memory(limit: int) -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not there on Windows, where the clock alone is watched

        with contextlib.suppress(ValueError):  # macOS knows the limit and takes none
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # reading writes no file
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_cpu(seconds: int) -> None:
    """From here on this process may use as many seconds of processor time."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        used = resource.getrusage(resource.RUSAGE_SELF)
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
