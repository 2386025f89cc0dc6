"""Reports added to a corpus and removed from it, the index following at once; and what the index holds, listed."""

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chat.contract import ReportLine
from chat.library.building import Built, Setup, read_readings, sound_version, update_index
from index.versions import sync
from ingest.corpus import (
    CorpusFile,
    Reading,
    content_sha256,
    incoming_folder,
    list_files,
    read_file,
    reports_folder,
    reports_of,
    safe_name,
    sweep_incoming,
)
from ingest.errors import UserError
from ingest.language import message, say
from ingest.manifest import manifest_without
from ingest.reading import MANIFEST
from ingest.report import UnreadableReport

LEAST_PREFIX = 4


class UnknownReport(UserError):
    """No report has this id, or several begin with it; the message names those there are."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of files that were to be added.

    copied, there: (the file as given, its path in the corpus); of those there, the content was in the corpus already.
    ids: of the reports of those copied.
    refused: could not be read, and nothing of them was kept. built: None where nothing was copied.
    """

    copied: tuple[tuple[Path, str], ...]
    there: tuple[tuple[Path, str], ...]
    refused: tuple[UnreadableReport, ...]
    built: Built | None
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Removed:
    """titles: of the reports that went, by id; a title is "" where the index never held it."""

    titles: Mapping[str, str]
    built: Built


@dataclass(frozen=True, slots=True)
class Listed:
    """A report of the index, and its file's path in the corpus."""

    line: ReportLine
    file: str


def add_reports(setup: Setup, files: Sequence[Path]) -> Added:
    """Copy files into the corpus, each once it was read, and make the index follow.

    A copy gets a safe name, with a number where another document has that; of a link, what it leads to is copied.

    Raises:
        IndexBusy, IndexUnwritable: as `build_index`.
        UnreadableReport: the manifest of the corpus is wrong.
    """
    from index.versions import writing  # noqa: PLC0415 - as in building

    began = time.perf_counter()
    setup.corpus.mkdir(parents=True, exist_ok=True)
    copied: list[tuple[Path, str]] = []
    there: list[tuple[Path, str]] = []
    refused: list[UnreadableReport] = []
    readings: list[Reading] = []
    with writing(setup.root, "add"):
        sweep_incoming(setup.corpus)
        names = {content_sha256(file): file.name for file in list_files(setup.corpus)}
        try:
            for given in files:
                sha256 = content_sha256(CorpusFile(given.resolve(), given.name, {}))
                if sha256 is not None and sha256 in names:
                    there.append((given, names[sha256]))
                    continue
                try:
                    reading = _take_in(setup, given)
                except UnreadableReport as error:
                    refused.append(error)
                    continue
                names[reading.sha256] = reading.file
                copied.append((given, reading.file))
                readings.append(reading)
        finally:
            sweep_incoming(setup.corpus)
        built = update_index(setup, known=readings, began=began) if copied else None
    return Added(tuple(copied), tuple(there), tuple(refused), built, frozenset(reading.id for reading in readings))


def _take_in(setup: Setup, given: Path) -> Reading:
    """Copy a file beside the documents, read the copy, and put it among them.

    The copy waits under the name that it will have, since a title may come from it; what was read is what is kept.

    Raises:
        UnreadableReport: naming the file as given.
    """
    path = given.resolve()
    if content_sha256(CorpusFile(path, given.name, {})) is None:
        setup.read(path, {})  # no file, or one too large to copy first: reading says so
        raise UnreadableReport(message("{file}：读取时文件还在变化；请等它写完后重试", file=given))
    folder = reports_folder(setup.corpus)
    target = _free_name(folder, safe_name(given.name))
    waiting = incoming_folder(setup.corpus) / target.name
    waiting.parent.mkdir(exist_ok=True)
    shutil.copyfile(path, waiting)
    sync(waiting)
    name = target.relative_to(setup.corpus).as_posix()
    reading = read_file(
        CorpusFile(waiting, name, {}),
        read=setup.read,
        progress=lambda _, done, total: setup.progress(say("读取"), done, total),
    )
    if reading.report is None:
        waiting.unlink()
        raise UnreadableReport(reading.problem_of(given))
    os.rename(waiting, target)
    sync(folder)
    return reading


def _free_name(folder: Path, name: str) -> Path:
    """The name in the folder, with the first number that makes it one that nothing there has."""
    path, number = folder / name, 1
    while path.exists() or path.is_symlink():
        number += 1
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return path


def remove_reports(setup: Setup, ids: Sequence[str]) -> Removed:
    """Delete the files and manifest entries of reports, and every version of the index that holds their words.

    ids: of reports of the corpus or the index, or beginnings of at least LEAST_PREFIX characters that only one has.
    The last report may go too: what is left is an index of nothing.

    Raises:
        UnknownReport: before anything was deleted.
        IndexBusy, IndexUnwritable: as `build_index`.
        UnreadableReport: the manifest is wrong, or its entry cannot be taken out; nothing was deleted then.
    """
    from index.versions import writing  # noqa: PLC0415 - as above

    list_files(setup.corpus)  # without a corpus, before a folder is made for its index
    with writing(setup.root, "remove"):
        version = sound_version(setup.root)
        readings = read_readings(version) if version else []
        titles = {reading.id: reading.report.title for reading in readings if reading.report}
        files = [(_id_of(file), file) for file in list_files(setup.corpus)]
        known = sorted({*titles, *(id for id, _ in files)} - {""})
        going = {_matching(each, known) for each in ids}
        paths = [file.path for id, file in files if id in going and (file.path.exists() or file.path.is_symlink())]
        for id in going:
            if sum(file.entry.get("id") == id for _, file in files) > 1:
                raise UnknownReport(
                    message(
                        "清单中有多个 [[report]] 的编号是 {id}；请先在 {manifest} 里另给编号", id=id, manifest=MANIFEST
                    )
                )
        manifest = manifest_without(setup.corpus, going)
        with _set_aside(setup.corpus, paths, manifest):
            built = update_index(setup, may_be_empty=True)
    return Removed({id: titles.get(id, "") for id in sorted(going)}, built)


@contextmanager
def _set_aside(corpus: Path, paths: Sequence[Path], manifest: str | None) -> Iterator[None]:
    """Take files, and what the manifest says of them, out of the corpus for the body; put them back where it fails.

    They wait in a hidden folder, which is emptied at the end, and by the next change where this one was killed.
    """
    before = (corpus / MANIFEST).read_bytes() if manifest is not None else b""
    waiting = {path: incoming_folder(corpus) / f"{number}-{path.name}" for number, path in enumerate(paths)}
    sweep_incoming(corpus)
    try:
        # The file before its entry: an entry without a file still has the id, a file without one would get another.
        for path, place in waiting.items():
            place.parent.mkdir(exist_ok=True)
            os.rename(path, place)
            sync(path.parent)
        if manifest is not None:
            _replace(corpus / MANIFEST, manifest.encode())
        yield
    except BaseException:
        for path, place in waiting.items():
            if place.exists() or place.is_symlink():
                os.rename(place, path)
        if manifest is not None:
            _replace(corpus / MANIFEST, before)
        raise
    sweep_incoming(corpus)


def _id_of(file: CorpusFile) -> str:
    """The id that the report of a file has, or would have; "" where there is none to tell."""
    return file.entry.get("id") or (content_sha256(file) or "")[:12]


def _matching(asked: str, known: Sequence[str]) -> str:
    if not asked.strip():
        raise UnknownReport(message("报告编号是空的；编号见 reportqa list"))
    if asked in known:
        return asked
    beginning = [id for id in known if len(asked) >= LEAST_PREFIX and id.startswith(asked)]
    if len(beginning) == 1:
        return beginning[0]
    if beginning:
        raise UnknownReport(
            message(
                "有 {count} 份报告的编号以 {asked} 开头：{beginning}；请写全",
                count=len(beginning),
                asked=asked,
                beginning=beginning,
            )
        )
    have = message("现有：{known}", known=known) if known else message("现在一份报告也没有")
    raise UnknownReport(message("没有编号为 {asked} 的报告；{have}", asked=asked, have=have))


def list_reports(corpus: Path, version: Path) -> tuple[list[Listed], list[UnreadableReport]]:
    """The reports that a version of the index was made of, in its order, and the files that gave none."""
    readings = read_readings(version)
    files = {reading.id: reading.file for reading in reversed(readings) if reading.report}
    listed = [Listed(line, files[line.id]) for line in report_lines(version)]
    return listed, reports_of(corpus, readings)[1]


def report_lines(version: Path) -> list[ReportLine]:
    """The reports that a version of the index was made of, in its order.

    One whose every word stands in another is listed too, with no passage of its own.

    Raises:
        IndexMismatch: another version of the program made it.
    """
    from index.about import check_format, read_about  # noqa: PLC0415 - as in building
    from index.passage_store import passage_counts  # noqa: PLC0415

    check_format(read_about(version))
    passages = passage_counts(version)
    readings = read_readings(version)
    reports, _ = reports_of(version, readings)
    # Of two files with one id the first gives the report.
    files = {reading.id: reading.file for reading in reversed(readings) if reading.report is not None}
    return [
        ReportLine(
            report.id,
            report.title,
            report.publisher,
            report.published,
            passages.get(report.id, 0),
            report.period,
            report.pages,
            report.notes,
            report.page_kind,
            files[report.id],
        )
        for report in reports
    ]


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(content)
    sync(temporary)
    os.replace(temporary, path)
    sync(path.parent)
