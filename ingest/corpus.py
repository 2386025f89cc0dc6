"""A folder of documents, with or without a manifest, to `Report`s; what was read before is not read again.

A file's `Reading` holds for as long as its name, its content, its entry in the manifest and the code of this package
are the same. One that cannot be read has a reading too, so that it is named at every build and not tried at each.
"""

import hashlib
import json
import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from ingest.fingerprint import code_fingerprint
from ingest.language import Message, message, message_from
from ingest.manifest import manifest_entries
from ingest.readers.formats import READABLE
from ingest.reading import MANIFEST, MAX_BYTES, read_report
from ingest.report import ReadingInterrupted, Report, UnreadableReport, report_from
from ingest.source import PageProgress

# What people say of names that mean the same, beside the manifest; no report.
ALIASES = "aliases.txt"
# Of a file's name, in UTF-8: with a number, a temporary ending and the mark of a copy it stays below the 255 of Linux,
# and the 143 of an encrypted home folder.
NAME_BYTES = 120
# What Windows takes for a device, with any suffix.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


class ReadReport(Protocol):
    """`reading.read_report`, or whatever reads as it does."""

    def __call__(self, path: Path, entry: Mapping[str, str], *, progress: PageProgress = ...) -> Report: ...


class FileProgress(Protocol):
    """Told, while files are read, which one, and how many of its pages are done; total 0 where nobody knows."""

    def __call__(self, name: str, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A document of a corpus. name: its path from the corpus, with `/`. entry: what the manifest says of it, or {}."""

    path: Path
    name: str
    entry: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file was read as.

    sha256: of its content; "" where that cannot be told, and it has to be tried again.
    code: the fingerprint of the code that read it.
    report: None where it could not be read; problem then says why, of a file that is to be filled in: see `problem_of`.
    """

    file: str
    entry: Mapping[str, str]
    sha256: str
    code: str
    report: Report | None
    problem: Message | None = None

    def problem_of(self, path: Path) -> Message:
        """Why the file, which is at this path, could not be read."""
        assert self.problem is not None
        return self.problem.but(file=path)

    @property
    def id(self) -> str:
        """The report's, or the one that it would have."""
        return self.report.id if self.report else self.entry.get("id") or self.sha256[:12]


def reading_code() -> str:
    return code_fingerprint(Path(__file__).parent)


def load_corpus(
    folder: Path, *, on_unreadable: Callable[[UnreadableReport], None] | None = None, read: ReadReport = read_report
) -> list[Report]:
    """The reports of a folder, those of the manifest first in its order, then other documents by path.

    A file that cannot be read, or a link that no manifest names, goes to on_unreadable, which by default raises it, and
    is left out.

    Raises:
        UnreadableReport: the folder is missing, holds no readable document, or its manifest is wrong.
    """
    reports, unreadable = reports_of(folder, read_corpus(folder, read=read))
    for error in unreadable:
        if on_unreadable is None:
            raise error
        on_unreadable(error)
    if not reports:
        raise nothing_readable(folder, unreadable)
    return reports


def nothing_readable(folder: Path, unreadable: Sequence[UnreadableReport]) -> UnreadableReport:
    if not unreadable:
        return UnreadableReport(
            message("{file}：没有可读的报告（支持 {formats}）；请放入报告后重试", file=folder, formats=sorted(READABLE))
        )
    said = message("{file}：没有可读的报告；{first}", file=folder, first=unreadable[0])
    if len(unreadable) > 1:
        said = message("{said}（另有 {others} 份也未能读取）", said=said, others=len(unreadable) - 1)
    return UnreadableReport(said)


def list_files(folder: Path) -> list[CorpusFile]:
    """The documents of a folder, those of the manifest first in its order, then others by path.

    Raises:
        UnreadableReport: the folder is missing or its manifest is wrong.
    """
    if not folder.is_dir():
        raise UnreadableReport(message("{file}：没有这个文件夹；请用 --corpus 指明存放报告的文件夹", file=folder))
    entries: dict[Path, Mapping[str, str]] = {folder / entry["file"]: entry for entry in manifest_entries(folder)}
    paths = dict.fromkeys([*entries, *_documents(folder)])
    return [CorpusFile(path, path.relative_to(folder).as_posix(), entries.get(path, {})) for path in paths]


def reports_folder(folder: Path) -> Path:
    """Where the documents are: `reports/` where a manifest keeps order and there is one, else the folder itself."""
    reports = folder / "reports"
    return reports if (folder / MANIFEST).is_file() and reports.is_dir() else folder


def safe_name(name: str) -> str:
    """A name that any system can hold and no terminal is misled by, from the last part of whatever was given.

    Letters of every script stay; controls, marks of direction and what no character is go. The suffix stays, the name
    before it is cut to NAME_BYTES in all; "report" stands in for a name of which nothing is left.
    """
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    # Z: only the blank itself; C: controls, directions, surrogates, private and unassigned characters.
    shown = "".join(char for char in last if char == " " or unicodedata.category(char)[0] not in "ZC")
    cleaned = _NOT_IN_NAMES.sub("_", shown).strip(" .").lstrip("-~ ")
    stem, dot, suffix = cleaned.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, dot, suffix = cleaned, "", ""
    room = NAME_BYTES - len(f"{dot}{suffix}".encode()) - 1
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .") or "report"
    return f"{'_' if _DEVICE.match(stem) else ''}{stem}{dot}{suffix}"


def incoming_folder(folder: Path) -> Path:
    """Where a document waits until it is whole and was read; hidden, and on the disk of those that are listed."""
    return reports_folder(folder) / ".incoming"


def sweep_incoming(folder: Path) -> None:
    """Remove what was left waiting when its writer was killed; for who holds the index for writing."""
    shutil.rmtree(incoming_folder(folder), ignore_errors=True)


def _documents(folder: Path) -> Iterator[Path]:
    """Files and links among the documents; hidden ones and the manifest left out."""
    root = reports_folder(folder)
    for path in sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if not hidden and (path.is_file() or path.is_symlink()) and path.name not in (MANIFEST, ALIASES):
            yield path


def read_corpus(
    folder: Path,
    before: Sequence[Reading] = (),
    *,
    read: ReadReport = read_report,
    progress: FileProgress = lambda name, done, total: None,
) -> list[Reading]:
    """A reading of each document of a folder, in the order of `list_files`; only what before lacks is read.

    Raises: as `list_files`.
    """
    known = {_identity(reading): reading for reading in before if reading.sha256}
    readings = []
    for file in list_files(folder):
        blank = _blank(file)
        same = known.get(_identity(blank)) if blank.sha256 else None
        readings.append(replace(same, file=file.name, entry=file.entry) if same else _read(file, blank, read, progress))
    return readings


def read_file(
    file: CorpusFile, *, read: ReadReport = read_report, progress: FileProgress = lambda name, done, total: None
) -> Reading:
    """What one document is read as."""
    return _read(file, _blank(file), read, progress)


def _blank(file: CorpusFile) -> Reading:
    return Reading(file.name, file.entry, content_sha256(file) or "", reading_code(), None)


def _identity(reading: Reading) -> tuple[str, ...]:
    """What a reading depends on: a title may come from the file's name, but nothing from its folder."""
    entry = sorted(f"{key}={value}" for key, value in reading.entry.items() if key != "file")
    return (reading.code, reading.sha256, Path(reading.file).name, *entry)


def _read(file: CorpusFile, blank: Reading, read: ReadReport, progress: FileProgress) -> Reading:
    """The blank reading filled in."""
    if not _is_unicode(file.name):
        return replace(blank, problem=message("{file}：文件名不是有效的 UTF-8；请改名后重试", file=""))
    if file.path.is_symlink() and not file.entry:
        linked = message("{file}：是符号链接，未读取；请放入文件本身，或列入 {manifest}", file="", manifest=MANIFEST)
        return replace(blank, problem=linked)
    progress(file.name, 0, 0)
    try:
        report = read(file.path, file.entry, progress=lambda done, total: progress(file.name, done, total))
    except UnreadableReport as error:
        # Without a sha256 a reading is no reading of this content, and the file is read again by the next build.
        sha256 = "" if isinstance(error, ReadingInterrupted) else blank.sha256
        return replace(blank, sha256=sha256, problem=error.message.but(file=""))
    if blank.sha256 != content_sha256(file):
        return replace(blank, sha256="", problem=message("{file}：读取时文件还在变化；请等它写完后重试", file=""))
    return replace(blank, report=report)


def _is_unicode(name: str) -> bool:
    """Whether a file's name can be written; one in another encoding comes with bytes in the place of characters."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def content_sha256(file: CorpusFile) -> str | None:
    """The sha256 of a regular file's content; None where there is none to be had, and reading will say why."""
    # Opened as reading does: a pipe would block, and a link may have taken the file's place.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(file.path, flags if file.entry else flags | getattr(os, "O_NOFOLLOW", 0))
        with open(descriptor, "rb") as content:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_BYTES:
                return None
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None


def reports_of(folder: Path, readings: Sequence[Reading]) -> tuple[list[Report], list[UnreadableReport]]:
    """The reports, and what is to be said of each file that gives none; the second of two with one id gives none."""
    reports: dict[str, Report] = {}
    unreadable = []
    for reading in readings:
        path = folder / reading.file
        if reading.report is None:
            unreadable.append(UnreadableReport(reading.problem_of(path)))
        elif reading.id in reports:
            unreadable.append(
                UnreadableReport(
                    message(
                        "{file}：与 {title} 的编号相同（{id}）；请删去一份，或在 {manifest} 里另给编号",
                        file=path,
                        title=reports[reading.id].title,
                        id=reading.id,
                        manifest=MANIFEST,
                    )
                )
            )
        else:
            reports[reading.id] = reading.report
    return list(reports.values()), unreadable


def readings_to_lines(readings: Sequence[Reading]) -> bytes:
    """One JSON object a line; `readings_from_lines` gives the same readings again."""
    lines = (json.dumps(asdict(reading), ensure_ascii=False) + "\n" for reading in readings)
    return "".join(lines).encode("utf-8", "surrogatepass")  # of a name that is no Unicode


def readings_from_lines(lines: bytes) -> list[Reading]:
    return [_reading(json.loads(line)) for line in lines.decode("utf-8", "surrogatepass").split("\n") if line]


def _reading(fields: dict[str, Any]) -> Reading:
    report, problem = fields["report"], fields["problem"]
    said = message_from(problem) if problem else None
    return Reading(**{**fields, "report": report and report_from(report), "problem": said})
