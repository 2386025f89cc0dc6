"""`manifest.toml`: what its entries say of the reports of a folder, and an entry taken out of it."""

import re
import tomllib
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path
from typing import Any

from ingest.language import message
from ingest.reading import MANIFEST
from ingest.report import UnreadableReport

_FIELDS = frozenset(
    {"id", "file", "title", "publisher", "published", "period", "language", "licence", "source", "sha256"}
)
_ID = re.compile(r"(?!\.{1,2}\Z)[\w.-]{1,100}")  # stands in addresses, where . and .. are none of their own
_ENTRY = re.compile(r"[ \t]*\[\[[ \t]*report[ \t]*\]\]")


def manifest_entries(folder: Path) -> list[dict[str, str]]:
    """The entries of a folder's manifest in order; none where there is no manifest.

    Raises:
        UnreadableReport: it is no TOML, or an entry is not as it should be; the message names the entry by its number.
    """
    path = folder / MANIFEST
    if not path.exists():
        return []
    try:
        with path.open("rb") as file:
            manifest = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UnreadableReport(
            message("{file}：清单无法读取（{error}）；请按 TOML 语法改正", file=path, error=error)
        ) from error
    entries = manifest.get("report", [])
    if not isinstance(entries, list):
        raise UnreadableReport(message("{file}：report 应写成 [[report]]", file=path))
    checked = [_checked_entry(path, number, entry) for number, entry in enumerate(entries, start=1)]
    seen: set[Path] = set()
    for number, entry in enumerate(checked, start=1):
        if Path(entry["file"]) in seen:
            raise UnreadableReport(
                message(
                    "{file}：第 {number} 个 [[report]] 的 file 与前面的重复（{given}）；请删去一个",
                    file=path,
                    number=number,
                    given=entry["file"],
                )
            )
        seen.add(Path(entry["file"]))
    return checked


def _checked_entry(path: Path, number: int, entry: Any) -> dict[str, str]:
    where = message("{file}：第 {number} 个 [[report]]", file=path, number=number)
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise UnreadableReport(message("{where} 的值都应是字符串", where=where))
    if unknown := sorted(set(entry) - _FIELDS):
        raise UnreadableReport(
            message(
                "{where} 有未知的键 {unknown}；可用的键：{fields}", where=where, unknown=unknown, fields=sorted(_FIELDS)
            )
        )
    if missing := sorted({"id", "file"} - set(entry)):
        raise UnreadableReport(message("{where} 缺少 {missing}", where=where, missing=missing))
    if not _ID.fullmatch(entry["id"]):
        raise UnreadableReport(
            message(
                "{where} 的 id 只能用文字、数字和 . _ -，也不能是 . 或 ..，实为 {id}", where=where, id=repr(entry["id"])
            )
        )
    if Path(entry["file"]).is_absolute() or ".." in Path(entry["file"]).parts:
        raise UnreadableReport(
            message(
                "{where} 的 file 必须在 {folder} 之内，实为 {given}",
                where=where,
                folder=path.parent,
                given=entry["file"],
            )
        )
    return entry


def manifest_without(folder: Path, ids: Collection[str]) -> str | None:
    """The text of the manifest without the entries of these ids; None where none of them has one.

    An entry goes with the comment right above it. All other comments and blank lines stay as they are, which a TOML
    writer would not do: it counts a comment above an entry to the entry before. What is left is checked by parsing it.

    Raises:
        UnreadableReport: the manifest is written in a way that lines cannot be taken out of.
    """
    entries = manifest_entries(folder)
    going = [number for number, entry in enumerate(entries) if entry["id"] in ids]
    if not going:
        return None
    path = folder / MANIFEST
    text = path.read_bytes().decode()  # with its own line ends
    lines = text.splitlines(keepends=True)
    heads = [number for number, line in enumerate(lines) if _ENTRY.match(line)]
    kept = [entry for entry in entries if entry["id"] not in ids]
    if len(heads) == len(entries):
        spans = [_span(lines, first, after) for first, after in pairwise([*heads, len(lines)])]
        dropped = {line for number in going for line in range(*spans[number])}
        shorter = "".join(line for number, line in enumerate(lines) if number not in dropped)
        if _parsed(shorter) == tomllib.loads(text) | {"report": kept}:
            return shorter
    raise UnreadableReport(
        message("{file}：清单的写法不便自动修改；请手工删去 id 为 {ids} 的 [[report]]", file=path, ids=sorted(ids))
    )


def _span(lines: list[str], first: int, after: int) -> tuple[int, int]:
    """The lines of an entry with the comment right above its head and the blank lines below its last key."""
    last = max(number for number in range(first, after) if lines[number].strip() and lines[number].lstrip()[0] != "#")
    while first > 0 and lines[first - 1].startswith("#"):
        first -= 1
    end = last + 1
    while end < after and not lines[end].strip():
        end += 1
    return first, end


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return {"report": [], **tomllib.loads(text)}
    except tomllib.TOMLDecodeError:
        return None
