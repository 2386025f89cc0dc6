"""Which reader reads a file; what its name says must be what its content is."""

import re
from collections.abc import Callable
from pathlib import PurePath

from ingest.language import Message, message
from ingest.readers.archive import NO_OFFICE, Package, open_package
from ingest.report import UnreadableReport
from ingest.source import PageProgress, Source

# Suffix → what its content must be.
_KINDS = {
    ".md": "text",
    ".markdown": "text",
    ".txt": "text",
    ".csv": "text",
    ".tsv": "text",
    ".html": "HTML",
    ".htm": "HTML",
    ".pdf": "PDF",
    ".docx": "DOCX",
    ".docm": "DOCX",
    ".xlsx": "XLSX",
    ".xlsm": "XLSX",
    ".pptx": "PPTX",
    ".pptm": "PPTX",
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
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
    (b"PK\x03\x04", NO_OFFICE),
    (b"PK\x05\x06", NO_OFFICE),
    (_OLD_OFFICE, "old Office"),
    (b"{\\rtf", "RTF"),
    (b"\x7fELF", "Linux"),
    (b"MZ\x90\0", "Windows"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"7z\xbc\xaf'\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x1f\x8b\x08", "GZIP"),
    (b"SQLite format 3\0", "SQLite"),
)
# What the kinds are called where a bare name would not do; after a Chinese word, a Latin one stands apart.
_CALLED = {
    "text": message("文本"),
    "HTML": message("网页"),
    NO_OFFICE: message(" ZIP 压缩包"),
    "old Office": message("旧版 Office 文件（.doc、.xls 或 .ppt）"),
    "Linux": message(" Linux 程序"),
    "Windows": message(" Windows 程序"),
    "PNG": message(" PNG 图片"),
    "JPEG": message(" JPEG 图片"),
    "GIF": message(" GIF 图片"),
    "TIFF": message(" TIFF 图片"),
    "7z": message(" 7z 压缩包"),
    "RAR": message(" RAR 压缩包"),
    "GZIP": message(" GZIP 压缩包"),
    "SQLite": message(" SQLite 数据库"),
}
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
        raise UnreadableReport(
            message(
                "{file}：暂不支持 {suffix} 文件；请另存为 {other} 后重试",
                file=name,
                suffix=suffix,
                other=_SAVED_AS[suffix],
            )
        )
    raise UnreadableReport(
        message(
            "{file}：暂不支持 {suffix} 文件；请转成可读的格式（{readable}）",
            file=name,
            suffix=suffix or message("无扩展名"),
            readable=sorted(READABLE),
        )
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
                raise _mismatch(name, suffix, _called(package.kind))
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
        raise UnreadableReport(message("{file}：文件已加密，请解除密码后上传", file=name))
    if content.startswith(_OLD_OFFICE) and kind in _OFFICE:
        raise UnreadableReport(
            message(
                "{file}：内容是旧版 Office 文件；请用 Word、Excel 或 WPS 另存为 {suffix} 后重试",
                file=name,
                suffix=suffix,
            )
        )
    if kind in _OFFICE and found == NO_OFFICE:
        return
    if found not in ("", kind):
        raise _mismatch(name, suffix, message(" Office 文件或 ZIP 压缩包") if found == NO_OFFICE else _called(found))
    if kind in _OFFICE or (kind == "PDF" and b"%PDF-" not in content[:_FIRST_BYTES]):
        raise _broken(name, suffix)


def _kind_of(content: bytes) -> str:
    """What a file is by its first bytes; "" where they do not tell."""
    start = content[:_FIRST_BYTES].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"%PDF-"):
        return "PDF"
    if start.startswith(b"<") and _WEB_PAGE.search(start):
        return "HTML"
    return next((kind for signature, kind in _SIGNATURES if content.startswith(signature)), "")


def _mismatch(name: str, suffix: str, found: Message) -> UnreadableReport:
    return UnreadableReport(
        message(
            "{file}：扩展名是 {suffix}，内容却是{found}；请改正扩展名后重试",
            file=name,
            suffix=suffix,
            found=found,
        )
    )


def _broken(name: str, suffix: str) -> UnreadableReport:
    kind = _called(_KINDS[suffix])
    return UnreadableReport(message("{file}：文件已损坏或不是有效的{kind}；请重新导出后重试", file=name, kind=kind))


def _called(kind: str) -> Message:
    return _CALLED.get(kind) or message(" {kind}", kind=kind)
