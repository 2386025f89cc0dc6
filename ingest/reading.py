"""A file to a `Report`: read by the reader of its format, normalised, without running heads, under its headings."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ingest.furniture import drop_furniture
from ingest.language import message
from ingest.metadata import metadata_of, period_of
from ingest.normalise import normalise_text
from ingest.outline import is_heading_line, split_sections
from ingest.page_marks import with_pages
from ingest.readers.formats import read_source, suffix_of
from ingest.report import PageQuality, Report, UnreadableReport
from ingest.source import Line, PageProgress, SourcePage
from ingest.system_errors import system_reason
from ingest.tables import logical_lines

MANIFEST = "manifest.toml"
# Larger than any report seen by two orders; a file above it is something else and would take minutes to embed.
MAX_BYTES = 50_000_000


def read_report(path: Path, entry: Mapping[str, str], *, progress: PageProgress = lambda done, total: None) -> Report:
    """One file as a report; what the manifest entry does not say is read from the text.

    Raises:
        UnreadableReport: no such file, an unsupported format, not text, empty, or other than the manifest's sha256.
    """
    content = content_of(path, listed="file" in entry)
    digest = hashlib.sha256(content).hexdigest()
    if entry.get("sha256", digest) != digest:
        raise UnreadableReport(
            message(
                "{file}：内容与 {manifest} 记录的不同（应为 {expected}…，实为 {actual}…）；请恢复原文件，或更新清单中的 sha256",
                file=path,
                manifest=MANIFEST,
                expected=entry["sha256"][:12],
                actual=digest[:12],
            )
        )
    source = read_source(content, str(path), progress=progress)
    lines = list(_lines(source.pages))
    said = metadata_of(lines, source, path.name)
    title = entry.get("title") or said.title
    lines = drop_furniture(with_pages(lines, title, is_heading_line), title)
    sections = split_sections(logical_lines(lines), title)
    if not sections:
        raise UnreadableReport(message("{file}：文件里没有文字；请确认内容后重试", file=path))
    return Report(
        id=entry.get("id") or digest[:12],
        title=title,
        publisher=entry.get("publisher", said.publisher),
        published=entry.get("published", said.published),
        source=entry.get("source") or path.name,
        sections=sections,
        period=entry.get("period", period_of(title)),
        pages=tuple(_quality(page) for page in source.pages),
        notes=source.notes,
        page_kind=source.page_kind,
    )


def content_of(path: Path, *, listed: bool) -> bytes:
    """The bytes of a regular file, all of one moment; a link is followed only for a file listed in the manifest.

    Raises:
        UnreadableReport: there is no such file, it is no regular one, too large, or changes meanwhile.
    """
    suffix_of(str(path))  # a name that no reader reads need not be opened
    # A pipe or device would block the opening or the reading; a link may have taken the file's place since it was found.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags if listed else flags | getattr(os, "O_NOFOLLOW", 0))
        with open(descriptor, "rb") as file:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise UnreadableReport(message("{file}：不是普通文件，未读取；请放入文件本身", file=path))
            if before.st_size > MAX_BYTES:
                raise UnreadableReport(
                    message("{file}：超过 {limit} MB；请拆分后重试", file=path, limit=MAX_BYTES // 1_000_000)
                )
            content = file.read(MAX_BYTES + 1)
            after = os.fstat(descriptor)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise UnreadableReport(
                message("{file}：是符号链接，未读取；请放入文件本身，或列入 {manifest}", file=path, manifest=MANIFEST)
            ) from error
        raise UnreadableReport(
            message("{file}：无法读取（{reason}）；请检查路径与权限", file=path, reason=system_reason(error))
        ) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        raise UnreadableReport(message("{file}：读取时文件还在变化；请等它写完后重试", file=path))
    return content


def _lines(pages: Sequence[SourcePage]) -> Iterator[Line]:
    """The normalised lines of the pages, a blank one between two but where a table goes on from the one to the other."""
    apart = True
    for page in pages:
        if not page.excluded:
            if apart or not page.goes_on:
                yield Line("", page.number)
            yield from (Line(text, page.number) for text in normalise_text(page.text).split("\n"))
        apart = page.excluded


def _quality(page: SourcePage) -> PageQuality:
    characters = 0 if page.excluded else len("".join(page.text.split()))
    return PageQuality(page.number, characters, page.flags, page.excluded, page.confidence)
