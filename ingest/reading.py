"""A file to a `Report`: read by the reader of its format, normalised, without running heads, under its headings."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.formats import read_source, suffix_of
from ingest.furniture import drop_furniture
from ingest.normalise import normalise_text
from ingest.outline import split_sections
from ingest.report import PageQuality, Report, UnreadableReport
from ingest.source import Line, PageProgress, SourcePage

MANIFEST = "manifest.toml"
# Larger than any report seen by two orders; a file above it is something else and would take minutes to embed.
MAX_BYTES = 50_000_000


def read_report(path: Path, entry: Mapping[str, str], *, progress: PageProgress = lambda done, total: None) -> Report:
    """One file as a report; what the manifest entry does not say is read from the text.

    Raises:
        UnreadableReport: no such file, an unsupported format, not text, empty, or other than the manifest's sha256.
    """
    content = _content(path)
    digest = hashlib.sha256(content).hexdigest()
    if entry.get("sha256", digest) != digest:
        raise UnreadableReport(
            f"{path}：内容与 {MANIFEST} 记录的不同（应为 {entry['sha256'][:12]}…，实为 {digest[:12]}…）；请恢复原文件，或更新清单中的 sha256"
        )
    source = read_source(content, str(path), progress=progress)
    lines = [line for page in source.pages if not page.excluded for line in _lines(page)]
    title = entry.get("title") or _title(lines) or path.stem
    sections = split_sections(drop_furniture(lines, title), title)
    if not sections:
        raise UnreadableReport(f"{path}：文件里没有文字；请确认内容后重试")
    return Report(
        id=entry.get("id") or digest[:12],
        title=title,
        publisher=entry.get("publisher", ""),
        published=entry.get("published", ""),
        source=entry.get("source") or path.name,
        sections=sections,
        pages=tuple(_quality(page, number) for number, page in enumerate(source.pages, start=1)),
        notes=source.notes,
    )


def _content(path: Path) -> bytes:
    suffix_of(str(path))  # a name that no reader reads need not be opened
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableReport(f"{path}：超过 {MAX_BYTES // 1_000_000} MB；请拆分后重试")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableReport(f"{path}：无法读取（{error.strerror}）；请检查路径与权限") from error


def _lines(page: SourcePage) -> list[Line]:
    """The page's normalised lines, and a blank one: what is on two pages is not one paragraph."""
    return [*(Line(text, page.number) for text in normalise_text(page.text).split("\n")), Line("", page.number)]


def _title(lines: Sequence[Line]) -> str:
    """The first heading, or a first line short enough to be one."""
    first = next((line.text for line in lines if line.text), "")
    title = first.lstrip("# ").strip()
    return title if first.startswith("#") or len(title) <= 40 else ""


def _quality(page: SourcePage, number: int) -> PageQuality:
    characters = 0 if page.excluded else len("".join(page.text.split()))
    return PageQuality(page.number or number, characters, page.flags, page.excluded, page.confidence)
