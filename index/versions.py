"""Immutable versions of an index on disk, and one pointer to the version that is served.

A build writes a new version to a temporary folder, syncs it, checks it, and renames it; then the pointer moves by an
atomic rename. A reader never sees half an index, and a crash at any point leaves the previous version served. The shape is
tantivy's: write-once files, one small commit point, a checksum for each file.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

from ingest.errors import UserError
from ingest.language import Message, message
from ingest.system_errors import system_reason

CURRENT = "CURRENT"
MANIFEST = "checksums.json"
# In a version that no other may stay beside: what it was made without must be nowhere on the disk.
ALONE = "alone"
_LOCK = "writer.lock"
_HOLDER = "writer.json"
_TEMPORARY = "tmp-"
_VERSION = "version-"

# What a process may be doing that holds an index for writing.
Doing = Literal["update", "build", "add", "remove"]
_DOING = {
    "update": message("更新索引"),
    "build": message("建立索引"),
    "add": message("添加报告"),
    "remove": message("移除报告"),
}


class IndexUnavailable(UserError):
    """No index, or one whose files are not what was written; the message says what to do."""


class IndexBusy(UserError):
    """Another process is writing this index."""


class IndexUnwritable(UserError):
    """The disk would not take a new version; the one that is served stays so."""


def current_version(root: Path, *, on_damage: Callable[[IndexUnavailable], None] | None = None) -> Path:
    """The folder of the version that is served, its files checked against their recorded lengths and sha256.

    on_damage: told of a version that is not what was written where the one before it, which is, is returned in its
        place; without it that is raised.

    Raises:
        IndexUnavailable: there is none, or a file of it was altered, cut short or lost and no other may stand in.
    """
    while True:
        name = served(root)
        if name is None:
            raise IndexUnavailable(message("{root}：还没有索引；请先运行 reportqa build", root=root))
        try:
            return _verified(root, name)
        except IndexUnavailable as damage:
            # Commits since the pointer was read may have swept the version it named; the pointer has then moved on.
            if served(root) != name:
                continue
            before = _sound_version_beside(root, name) if on_damage else None
            if on_damage is None or before is None:
                raise
            on_damage(damage)
            return before


def served(root: Path) -> str | None:
    """What the pointer says, whatever it is; None where there is no pointer."""
    try:
        return (root / CURRENT).read_text("utf-8", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _verified(root: Path, name: str) -> Path:
    folder = root / name
    if folder not in _versions(root):
        raise IndexUnavailable(
            message("{file}：指向的版本 {name} 不存在；请运行 reportqa build --rebuild", file=root / CURRENT, name=name)
        )
    verify(folder)
    return folder


def _sound_version_beside(root: Path, name: str) -> Path | None:
    """The newest other version that is what was written; none beside a version that is to be alone."""
    if _is_alone(root, name):
        return None
    for folder in sorted(_versions(root), key=_number, reverse=True):
        if folder.name != name:
            with suppress(IndexUnavailable):
                verify(folder)
                return folder
    return None


def verify(folder: Path) -> None:
    """Check every file of a version before any of it is parsed.

    Raises:
        IndexUnavailable: naming the first file that is not as recorded.
    """
    try:
        recorded = dict(json.loads((folder / MANIFEST).read_text("utf-8")))
        found = {str(path.relative_to(folder)) for path in _files(folder)} - {MANIFEST}
    except (OSError, ValueError, TypeError) as error:
        raise IndexUnavailable(
            message("{file}：无法读取（{error}）；请运行 reportqa build --rebuild", file=folder / MANIFEST, error=error)
        ) from error
    for name in sorted(found | set(recorded)):
        expected = recorded.get(name)
        actual: str | Message | None = None
        try:
            actual = _sha256(folder / name) if name in found else None
        except OSError as error:
            actual = message("无法读取：{reason}", reason=system_reason(error))
        if expected is None or expected != actual:
            raise IndexUnavailable(
                message(
                    "{file}：文件已损坏（应为 {expected}，实为 {actual}）；请运行 reportqa build --rebuild",
                    file=folder / name,
                    expected=message("（无记录）") if expected is None else str(expected)[:12],
                    actual=message("（缺失）") if actual is None else _beginning(actual),
                )
            )


def _beginning(digest: str | Message) -> str | Message:
    return digest[:12] if isinstance(digest, str) else digest


@contextmanager
def writing(root: Path, doing: Doing = "update") -> Iterator[None]:
    """Hold the index for writing; the kernel frees it when the process ends, however it ends.

    doing: what a second process is told that this one does.

    Raises:
        IndexBusy: another process holds it; the message names its process id, what it does and since when.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - 0.1 s that `--help` does not need

    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise IndexBusy(message("{root}：{holder}；请等它完成后重试", root=root, holder=_holder(root))) from error
    try:
        _write_holder(root, doing)
        _sweep(root)
        yield
    finally:
        (root / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _write_holder(root: Path, doing: Doing) -> None:
    """By a rename, so that who is refused never reads half of it."""
    since = datetime.now().isoformat(sep=" ", timespec="seconds")
    temporary = root / f"{_TEMPORARY}{_HOLDER}"
    temporary.write_text(json.dumps({"pid": os.getpid(), "doing": doing, "since": since}), "utf-8")
    os.replace(temporary, root / _HOLDER)


def _holder(root: Path) -> Message:
    try:
        holder = json.loads((root / _HOLDER).read_text("utf-8"))
        doing = _DOING[holder["doing"]]
        return message("进程 {pid} 正在{doing}（自 {since}）", pid=holder["pid"], doing=doing, since=holder["since"])
    except (OSError, ValueError, TypeError, KeyError):
        return message("另一个进程正在更新索引")  # it has the lock since this moment, and is yet to say who it is


def require_space(root: Path, needed: int) -> None:
    """Before hours of work: make sure that a version of so many bytes has room on the disk.

    Raises:
        IndexUnwritable: naming the bytes needed and those that are free.
    """
    free = shutil.disk_usage(root).free
    if free < needed:
        raise IndexUnwritable(
            message(
                "{root}：磁盘空间不足，建立索引约需 {needed:,} 字节，只剩 {free:,} 字节；请腾出空间，或用 --index 换到别的磁盘",
                root=root,
                needed=needed,
                free=free,
            )
        )


def commit(
    root: Path,
    save: Callable[[Path], None],
    *,
    check: Callable[[Path], object] = lambda folder: None,
    reached: Callable[[str], None] = lambda step: None,
    keep_before: bool = True,
) -> Path:
    """Save a new version and make it the one that is served; the one served before it is kept, all others go.

    save writes into the folder it is given; check reads that folder back, such as by loading it, and raises where it
    cannot be served: then it goes and nothing else changes. reached is told each step as it is done, for tests of
    crashes between them. Call it inside `writing`.

    keep_before: False where words of the version before may stay nowhere; a crash before they are gone leaves that to
    the next writer.

    Raises:
        IndexUnwritable: the disk is full, or otherwise does not take it; nothing else changes.
    """
    before = served(root) if keep_before else None
    name = f"{_VERSION}{1 + max((_number(path) for path in _versions(root)), default=0):06d}"
    temporary = root / f"{_TEMPORARY}{name}"
    try:
        _write(temporary, save, alone=not keep_before, reached=reached)
        check(temporary)
        reached("checked")
        os.rename(temporary, root / name)
        sync(root)
        reached("renamed")
        _point(root, name, reached)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        free = shutil.disk_usage(root).free
        raise IndexUnwritable(
            message(
                "{root}：新索引没有写成（{reason}；磁盘剩余 {free:,} 字节），原来的索引不变；请检查磁盘空间与权限",
                root=root,
                reason=system_reason(error),
                free=free,
            )
        ) from error
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    for old in _versions(root):
        # Not by number: a version whose writer was killed before the pointer moved is newer than the one served.
        if old.name not in (name, before):
            _discard(old)
    reached("swept")
    return root / name


def _write(folder: Path, save: Callable[[Path], None], *, alone: bool, reached: Callable[[str], None]) -> None:
    save(folder)
    if alone:
        (folder / ALONE).touch()
    reached("saved")
    checksums = {str(path.relative_to(folder)): _sha256(path) for path in _files(folder)}
    (folder / MANIFEST).write_text(json.dumps(checksums, indent=1, sort_keys=True), "utf-8")
    reached("manifest")
    for path in [*_files(folder), *(path for path in folder.rglob("*") if path.is_dir()), folder]:
        sync(path)
    reached("synced")


def _point(root: Path, name: str, reached: Callable[[str], None]) -> None:
    pointer = root / f"{_TEMPORARY}{CURRENT}"
    pointer.write_text(name, "utf-8")
    sync(pointer)
    reached("pointer written")
    os.replace(pointer, root / CURRENT)
    sync(root)
    reached("served")


def _discard(version: Path) -> None:
    """Renamed first: a reader finds a version whole or not at all, and what a crash leaves is temporary by its name."""
    temporary = version.with_name(f"{_TEMPORARY}old-{version.name}")
    os.rename(version, temporary)
    shutil.rmtree(temporary)


def _sweep(root: Path) -> None:
    """Remove what a writer that was killed left: what is temporary, versions never served or served two versions ago,
    and any that one to be alone has beside it."""
    for path in root.glob(_TEMPORARY + "*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    name = served(root)
    if name is None or root / name not in _versions(root):
        return
    before = [version for version in _versions(root) if _number(version) < _number(root / name)]
    kept = [] if _is_alone(root, name) else sorted(before, key=_number)[-1:]
    for version in _versions(root):
        if version.name != name and version not in kept:
            _discard(version)


def _is_alone(root: Path, name: str) -> bool:
    return root / name in _versions(root) and (root / name / ALONE).exists()


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


def sync(path: Path) -> None:
    """Have a file or folder written to the disk; Windows syncs no folder, and a file only by a handle that may write."""
    flags = os.O_RDONLY
    if sys.platform == "win32":
        if path.is_dir():
            return
        flags = os.O_RDWR
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
