"""The file that grows: `<file>.partial`, with `<file>.partial.json` beside it saying how much of it is sound."""

import hashlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHECKPOINT_BYTES = 16 << 20  # at most this much is asked for again after a kill
BLOCK_BYTES = 1 << 20


class Partial:
    """The bytes of a file that have arrived, and their sha256 so far.

    Its record is written after the bytes are on the disk, so it never promises more than is there; bytes beyond the
    record are dropped when the file is opened again, and all of them where those recorded have changed.
    """

    def __init__(self, target: Path) -> None:
        self.path = partial_path(target)
        self.record = self.path.with_name(self.path.name + ".json")
        recorded = read_json(self.record)
        self.etag: str | None = recorded.get("etag")
        self.file = self.path.open("r+b" if self.path.exists() else "w+b")
        self.keep(recorded.get("bytes", 0))
        if self.digest.hexdigest() != recorded.get("sha256"):
            self.keep(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if error is not None and not self.file.closed:
                self.checkpoint()  # an interruption too keeps what arrived
        finally:
            self.file.close()

    def keep(self, size: int) -> None:
        """Keep the first `size` bytes, or none where there are fewer, and hash them anew."""
        self.size, self.recorded = 0, 0
        self.digest = hashlib.sha256()
        self.file.seek(0)
        if os.fstat(self.file.fileno()).st_size >= size:
            while self.size < size:
                block = self.file.read(min(BLOCK_BYTES, size - self.size))
                self.digest.update(block)
                self.size += len(block)
            self.recorded = self.size
        if self.size == 0:
            self.etag = None
        self.file.seek(self.size)
        self.file.truncate()

    def append(self, block: bytes) -> None:
        self.file.write(block)
        self.digest.update(block)
        self.size += len(block)
        if self.size - self.recorded >= CHECKPOINT_BYTES:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Flush to the disk, then record what is there."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.recorded = self.size
        write_json(self.record, {"bytes": self.size, "sha256": self.digest.hexdigest(), "etag": self.etag})

    def starts_with(self, magic: bytes) -> bool:
        self.file.flush()
        with self.path.open("rb") as file:
            return file.read(len(magic)) == magic

    def discard(self) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)
        self.record.unlink(missing_ok=True)


def partial_path(target: Path) -> Path:
    return target.with_name(target.name + ".partial")


def read_json(path: Path) -> dict[str, Any]:
    """The object in the file; {} where there is no file, or half of one, or something else."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    unfinished = path.with_name(path.name + ".new")
    unfinished.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)
