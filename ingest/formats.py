"""Which reader reads a file; what its name says must be what its content is."""

from ingest.report import UnreadableReport
from ingest.source import PageProgress, Source

READABLE = frozenset({".md", ".markdown", ".txt"})


def read_source(content: bytes, name: str, *, progress: PageProgress = lambda done, total: None) -> Source:
    """The text of a file by the reader of its format.

    name: the file's, for its suffix and for messages.

    Raises:
        UnreadableReport: an unsupported format, or content that is not what the name says, encrypted or broken.
    """
    suffix = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    match suffix:
        case ".md" | ".markdown" | ".txt":
            from ingest.plain import read_plain  # noqa: PLC0415 - each reader brings a library of its own

            return read_plain(content, name)
        case _:
            raise UnreadableReport(
                f"{name}：暂不支持 {suffix or '无扩展名'} 文件；请先转成 Markdown 或纯文本（{'、'.join(sorted(READABLE))}）"
            )
