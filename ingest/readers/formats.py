"""Which reader reads a file; what its name says must be what its content is."""

import re
from collections.abc import Callable
from pathlib import PurePath

from ingest.readers.archive import Package, open_package
from ingest.report import UnreadableReport
from ingest.source import PageProgress, Source

# Suffix → what its content must be.
_KINDS = {
    ".md": "文本",
    ".markdown": "文本",
    ".txt": "文本",
    ".csv": "文本",
    ".tsv": "文本",
    ".html": "网页",
    ".htm": "网页",
    ".pdf": "PDF",
    ".docx": "DOCX",
    ".docm": "DOCX",
    ".xlsx": "XLSX",
    ".xlsm": "XLSX",
    ".pptx": "PPTX",
    ".pptm": "PPTX",
    ".png": "PNG 图片",
    ".jpg": "JPEG 图片",
    ".jpeg": "JPEG 图片",
}
READABLE = frozenset(_KINDS)
# What programs save instead of a format that no reader reads.
_SAVED_AS = {
    **dict.fromkeys((".doc", ".dot", ".wps", ".rtf", ".odt", ".pages"), ".docx"),
    **dict.fromkeys((".xls", ".xlsb", ".et", ".ods", ".numbers"), ".xlsx"),
    **dict.fromkeys((".ppt", ".pps", ".ppsx", ".dps", ".odp", ".key"), ".pptx"),
    **dict.fromkeys((".mht", ".mhtml"), ".html"),
    **dict.fromkeys((".ofd", ".caj", ".epub", ".tif", ".tiff"), ".pdf"),
}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Those of files that are likely to be uploaded by mistake; long lists of signatures take letters of text for programs.
_SIGNATURES = (
    (b"PK\x03\x04", "ZIP 压缩包"),
    (b"PK\x05\x06", "ZIP 压缩包"),
    (_OLD_OFFICE, "旧版 Office 文件（.doc、.xls 或 .ppt）"),
    (b"{\\rtf", "RTF"),
    (b"\x7fELF", "Linux 程序"),
    (b"MZ\x90\0", "Windows 程序"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"\x89PNG\r\n", "PNG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"II*\0", "TIFF 图片"),
    (b"MM\0*", "TIFF 图片"),
    (b"7z\xbc\xaf'\x1c", "7z 压缩包"),
    (b"Rar!\x1a\x07", "RAR 压缩包"),
    (b"\x1f\x8b\x08", "GZIP 压缩包"),
    (b"SQLite format 3\0", "SQLite 数据库"),
)
_ZIP = "ZIP 压缩包"
_OFFICE = ("DOCX", "XLSX", "PPTX")
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_FIRST_BYTES = 1024  # a PDF may begin anywhere in these, by its standard


def read_source(content: bytes, name: str, *, progress: PageProgress = lambda done, total: None) -> Source:
    """The text of a file by the reader of its format.

    name: the file's, for its suffix and for messages.

    Raises:
        UnreadableReport: an unsupported format, or content that is not what the name says, encrypted or broken.
    """
    suffix = suffix_of(name)
    _check_content(content, suffix, name)
    try:
        return _read(content, suffix, name, progress)
    except (UnreadableReport, MemoryError):
        raise
    except Exception as error:  # what a library raises for a broken file is not to be foretold: KeyError, BadZipFile, …
        raise _broken(name, suffix) from error


def suffix_of(name: str) -> str:
    """The suffix of a file that a reader reads, in lower case with its point.

    Raises:
        UnreadableReport: no reader reads such a file.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix in READABLE:
        return suffix
    if suffix in _SAVED_AS:
        raise UnreadableReport(f"{name}：暂不支持 {suffix} 文件；请另存为 {_SAVED_AS[suffix]} 后重试")
    raise UnreadableReport(
        f"{name}：暂不支持 {suffix or '无扩展名'} 文件；请转成可读的格式（{'、'.join(sorted(READABLE))}）"
    )


def _read(content: bytes, suffix: str, name: str, progress: PageProgress) -> Source:
    match suffix:
        case ".md" | ".markdown" | ".txt":
            from ingest.readers.plain import read_plain  # noqa: PLC0415 - each reader brings a library of its own

            return read_plain(content, name)
        case ".csv" | ".tsv":
            from ingest.readers.sheets import read_csv  # noqa: PLC0415

            return read_csv(content, name)
        case ".html" | ".htm":
            from ingest.readers.web import read_html  # noqa: PLC0415

            return read_html(content, name)
        case ".pdf":
            from ingest.readers.pdf import read_pdf  # noqa: PLC0415

            return read_pdf(content, name, progress=progress)
        case ".png" | ".jpg" | ".jpeg":
            from ingest.readers.pdf import read_image  # noqa: PLC0415

            return read_image(content, name)
        case _:
            package = open_package(content, name)
            if package.kind != _KINDS[suffix]:
                raise _mismatch(name, suffix, package.kind)
            return _office_reader(package.kind)(package)


def _office_reader(kind: str) -> Callable[[Package], Source]:
    match kind:
        case "DOCX":
            from ingest.readers.word import read_word  # noqa: PLC0415

            return read_word
        case "XLSX":
            from ingest.readers.sheets import read_sheets  # noqa: PLC0415

            return read_sheets
        case _:
            from ingest.readers.slides import read_slides  # noqa: PLC0415

            return read_slides


def _check_content(content: bytes, suffix: str, name: str) -> None:
    """Refuse what is plainly something else than the suffix says; a reader finds the rest."""
    kind, found = _KINDS[suffix], _kind_of(content)
    if content.startswith(_OLD_OFFICE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableReport(f"{name}：文件已加密，请解除密码后上传")
    if content.startswith(_OLD_OFFICE) and kind in _OFFICE:
        raise UnreadableReport(f"{name}：内容是旧版 Office 文件；请用 Word、Excel 或 WPS 另存为 {suffix} 后重试")
    if kind in _OFFICE and found == _ZIP:
        return
    if found not in ("", kind):
        raise _mismatch(name, suffix, "Office 文件或 ZIP 压缩包" if found == _ZIP else found)
    if kind in _OFFICE or (kind == "PDF" and b"%PDF-" not in content[:_FIRST_BYTES]):
        raise _broken(name, suffix)


def _kind_of(content: bytes) -> str:
    """What a file is by its first bytes; "" where they do not tell."""
    start = content[:_FIRST_BYTES].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"%PDF-"):
        return "PDF"
    if start.startswith(b"<") and _WEB_PAGE.search(start):
        return "网页"
    return next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), "")


def _mismatch(name: str, suffix: str, found: str) -> UnreadableReport:
    return UnreadableReport(f"{name}：扩展名是 {suffix}，内容却是{_spaced(found)}；请改正扩展名后重试")


def _broken(name: str, suffix: str) -> UnreadableReport:
    return UnreadableReport(f"{name}：文件已损坏或不是有效的{_spaced(_KINDS[suffix])}；请重新导出后重试")


def _spaced(kind: str) -> str:
    return f" {kind}" if kind[0].isascii() else kind
