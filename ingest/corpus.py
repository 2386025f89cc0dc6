"""A folder of documents, with or without a manifest, to `Report`s."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ingest.formats import READABLE
from ingest.reading import MANIFEST, read_report
from ingest.report import Report, UnreadableReport

_FIELDS = frozenset({"id", "file", "title", "publisher", "published", "language", "licence", "source", "sha256"})


def _raise(error: UnreadableReport) -> None:
    raise error


def load_corpus(folder: Path, *, on_unreadable: Callable[[UnreadableReport], None] = _raise) -> list[Report]:
    """The reports of a folder, those of the manifest first in its order, then other documents by path.

    A file that cannot be read, or a link that no manifest names, goes to on_unreadable, which by default raises it, and
    is left out.

    Raises:
        UnreadableReport: the folder is missing, holds no readable document, or its manifest is wrong.
    """
    if not folder.is_dir():
        raise UnreadableReport(f"{folder}：没有这个文件夹；请用 --corpus 指明存放报告的文件夹")
    entries = {folder / entry["file"]: entry for entry in _manifest_entries(folder)}
    reports: dict[str, Report] = {}
    for path in dict.fromkeys([*entries, *_documents(folder)]):
        try:
            if path.is_symlink() and path not in entries:
                raise UnreadableReport(f"{path}：是符号链接，未读取；请放入文件本身，或列入 {MANIFEST}")
            report = read_report(path, entries.get(path, {}))
            if report.id in reports:
                raise UnreadableReport(
                    f"{path}：与 {reports[report.id].title} 的编号相同（{report.id}）；请删去一份，或在 {MANIFEST} 里另给编号"
                )
            reports[report.id] = report
        except UnreadableReport as error:
            on_unreadable(error)
    if not reports:
        raise UnreadableReport(f"{folder}：没有可读的报告（支持 {'、'.join(sorted(READABLE))}）；请放入报告后重试")
    return list(reports.values())


def _documents(folder: Path) -> Iterator[Path]:
    """Files and links under folder, or under its `reports/` where a manifest keeps order; hidden ones and it left out."""
    reports = folder / "reports"
    root = reports if (folder / MANIFEST).is_file() and reports.is_dir() else folder
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if not hidden and (path.is_file() or path.is_symlink()) and path.name != MANIFEST:
            yield path


def _manifest_entries(folder: Path) -> list[dict[str, str]]:
    path = folder / MANIFEST
    if not path.exists():
        return []
    try:
        with path.open("rb") as file:
            manifest = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UnreadableReport(f"{path}：清单无法读取（{error}）；请按 TOML 语法改正") from error
    entries = manifest.get("report", [])
    if not isinstance(entries, list):
        raise UnreadableReport(f"{path}：report 应写成 [[report]]")
    checked = [_checked_entry(path, number, entry) for number, entry in enumerate(entries, start=1)]
    seen: set[Path] = set()
    for number, entry in enumerate(checked, start=1):
        if Path(entry["file"]) in seen:
            raise UnreadableReport(
                f"{path}：第 {number} 个 [[report]] 的 file 与前面的重复（{entry['file']}）；请删去一个"
            )
        seen.add(Path(entry["file"]))
    return checked


def _checked_entry(path: Path, number: int, entry: Any) -> dict[str, str]:
    where = f"{path}：第 {number} 个 [[report]]"
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        raise UnreadableReport(f"{where} 的值都应是字符串")
    if unknown := sorted(set(entry) - _FIELDS):
        raise UnreadableReport(f"{where} 有未知的键 {'、'.join(unknown)}；可用的键：{'、'.join(sorted(_FIELDS))}")
    if missing := sorted({"id", "file"} - set(entry)):
        raise UnreadableReport(f"{where} 缺少 {'、'.join(missing)}")
    if Path(entry["file"]).is_absolute() or ".." in Path(entry["file"]).parts:
        raise UnreadableReport(f"{where} 的 file 必须在 {path.parent} 之内，实为 {entry['file']}")
    return entry
