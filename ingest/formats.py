"""Which reader reads a file; what its name says must be what its content is."""

from pathlib import PurePath

from ingest.report import UnreadableReport
from ingest.source import PageProgress, Source

READABLE = frozenset({".md", ".markdown", ".txt"})


def read_source(content: bytes, name: str, *, progress: PageProgress = lambda done, total: None) -> Source:
    """The text of a file by the reader of its format.

    name: the file's, for its suffix and for messages.

    Raises:
        UnreadableReport: an unsupported format, or content that is not what the name says, encrypted or broken.
    """
    match suffix_of(name):
        case ".md" | ".markdown" | ".txt":
            from ingest.plain import read_plain  # noqa: PLC0415 - each reader brings a library of its own

            return read_plain(content, name)
        case suffix:
            raise AssertionError(suffix)  # suffix_of lets no other one through


def suffix_of(name: str) -> str:
    """The suffix of a file that a reader reads, in lower case with its point.

    Raises:
        UnreadableReport: no reader reads such a file.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in READABLE:
        raise UnreadableReport(
            f"{name}：暂不支持 {suffix or '无扩展名'} 文件；请先转成 Markdown 或纯文本（{'、'.join(sorted(READABLE))}）"
        )
    return suffix
