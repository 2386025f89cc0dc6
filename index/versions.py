"""Immutable versions of an index on disk, and one pointer to the version that is served.

A build writes a new version to a temporary folder, syncs it, checks it, and renames it; then the pointer moves by an
atomic rename. A reader never sees half an index, and a crash at any point leaves the previous version served. The shape is
tantivy's: write-once files, one small commit point, a checksum for each file.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.errors import UserError

CURRENT = "CURRENT"
MANIFEST = "checksums.json"
_TEMPORARY = "tmp-"
_VERSION = "version-"


class IndexUnavailable(UserError):
    """No index, or one whose files are not what was written; the message says what to do."""


class IndexBusy(UserError):
    """Another process is writing this index."""


def current_version(root: Path) -> Path:
    """The folder of the version that is served, its files checked against their recorded lengths and sha256.

    Raises:
        IndexUnavailable: there is none, or a file of it was altered, cut short or lost.
    """
    while True:
        name = _served(root)
        if name is None:
            raise IndexUnavailable(f"{root}：还没有索引；请先运行 reportqa build")
        folder = root / name
        try:
            if folder not in _versions(root):
                raise IndexUnavailable(f"{root / CURRENT}：指向的版本 {name} 不存在；请运行 reportqa build --rebuild")
            verify(folder)
            return folder
        except IndexUnavailable:
            # Two commits since the pointer was read sweep the version it named; the pointer has then moved on.
            if _served(root) == name:
                raise


def verify(folder: Path) -> None:
    """Check every file of a version before any of it is parsed.

    Raises:
        IndexUnavailable: naming the first file that is not as recorded.
    """
    try:
        recorded = dict(json.loads((folder / MANIFEST).read_text("utf-8")))
        found = {str(path.relative_to(folder)) for path in _files(folder)} - {MANIFEST}
    except (OSError, ValueError, TypeError) as error:
        raise IndexUnavailable(f"{folder / MANIFEST}：无法读取（{error}）；请运行 reportqa build --rebuild") from error
    for name in sorted(found | set(recorded)):
        expected = str(recorded.get(name, "（无记录）"))
        try:
            actual = _sha256(folder / name) if name in found else "（缺失）"
        except OSError as error:
            actual = f"无法读取：{error.strerror}"
        if expected != actual:
            raise IndexUnavailable(
                f"{folder / name}：文件已损坏（应为 {expected[:12]}，实为 {actual[:12]}）；请运行 reportqa build --rebuild"
            )


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Hold the index for writing; the kernel frees it when the process ends, however it ends.

    Raises:
        IndexBusy: another process holds it; the message names its process id.
    """
    root.mkdir(parents=True, exist_ok=True)
    holder = root / "writer.pid"
    lock = FileLock(root / "writer.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        who = holder.read_text().strip() if holder.exists() else "？"
        raise IndexBusy(f"{root}：另一个进程（进程号 {who}）正在更新索引；请等它完成后重试") from error
    try:
        holder.write_text(str(os.getpid()))
        _sweep(root)
        yield
    finally:
        lock.release()


def commit(
    root: Path,
    save: Callable[[Path], None],
    *,
    check: Callable[[Path], object] = lambda folder: None,
    reached: Callable[[str], None] = lambda step: None,
) -> Path:
    """Save a new version and make it the one that is served; the one served before it is kept, all others go.

    save writes into the folder it is given; check reads that folder back, such as by loading it, and raises where it
    cannot be served: then it goes and nothing else changes. reached is told each step as it is done, for tests of
    crashes between them. Call it inside `writing`.
    """
    before = _served(root)
    name = f"{_VERSION}{1 + max((_number(path) for path in _versions(root)), default=0):06d}"
    temporary = root / f"{_TEMPORARY}{name}"
    save(temporary)
    reached("saved")
    checksums = {str(path.relative_to(temporary)): _sha256(path) for path in _files(temporary)}
    (temporary / MANIFEST).write_text(json.dumps(checksums, indent=1, sort_keys=True), "utf-8")
    reached("manifest")
    for path in [*_files(temporary), *(path for path in temporary.rglob("*") if path.is_dir()), temporary]:
        _sync(path)
    reached("synced")
    try:
        check(temporary)
    except BaseException:
        shutil.rmtree(temporary)
        raise
    reached("checked")
    folder = root / name
    os.rename(temporary, folder)
    _sync(root)
    reached("renamed")
    pointer = root / f"{_TEMPORARY}{CURRENT}"
    pointer.write_text(name, "utf-8")
    _sync(pointer)
    reached("pointer written")
    os.replace(pointer, root / CURRENT)
    _sync(root)
    reached("served")
    for old in _versions(root):
        # Not by number: a version whose writer was killed before the pointer moved is newer than the one served.
        if old.name not in (name, before):
            shutil.rmtree(old)
    reached("swept")
    return folder


def _served(root: Path) -> str | None:
    """What the pointer says, whatever it is; None where there is no pointer."""
    pointer = root / CURRENT
    return pointer.read_text("utf-8", errors="replace").strip() if pointer.is_file() else None


def _sweep(root: Path) -> None:
    """Remove what a writer that was killed left: temporary folders and a pointer never moved."""
    for path in root.glob(_TEMPORARY + "*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _versions(root: Path) -> list[Path]:
    """The folders named as versions are; a copy that someone keeps beside them (version-000001.old) is none."""
    return [path for path in root.glob(_VERSION + "*") if path.name.removeprefix(_VERSION).isdecimal()]


def _number(folder: Path) -> int:
    return int(folder.name.removeprefix(_VERSION))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
