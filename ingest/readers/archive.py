"""An Office file is a zip of XML parts: opened with caps before any parser sees it, its parts and their relations.

The structure is that of the Open Packaging Conventions (ECMA-376, part 2). Nothing outside the file is ever followed,
and no archive inside it is opened.
"""

import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from ingest.language import Message, message
from ingest.report import UnreadableReport

# The kind of a zip that is none of Office's.
NO_OFFICE = "ZIP"
MAX_ENTRIES = 2_000
MAX_BYTES = 200_000_000
# Deflate reaches 1,000 : 1; the XML of large sheets stays below 30 : 1.
MAX_RATIO = 100
# A part smaller than this may be as repetitive as it likes.
_RATIO_FLOOR_BYTES = 5_000_000
_PIECE_BYTES = 1 << 20
_LOCAL_HEADER_BYTES = 30
# A document type can bring in entities, which grow without bound or name files; no Office program writes one.
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_ENCODINGS = frozenset({b"utf-8", b"utf-16", b"us-ascii", b"ascii"})
# Pictures and web pages inside a document are never parsed, and may carry a document type.
_NEVER_PARSED = (".svg", ".html", ".htm", ".mht")

_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_CORE = {
    "title": "{http://purl.org/dc/elements/1.1/}title",
    "author": "{http://purl.org/dc/elements/1.1/}creator",
}
# What programs write when nobody gave a title.
_NO_TITLES = frozenset({"PowerPoint 演示文稿", "PowerPoint Presentation", "Word Document"})


@dataclass(frozen=True, slots=True)
class Package:
    """An Office file whose parts are within the caps.

    parts: name → bytes of every XML part. names: of all parts, pictures and the like among them.
    """

    name: str
    content: bytes
    parts: Mapping[str, bytes]
    names: frozenset[str]

    @property
    def kind(self) -> str:
        """DOCX, XLSX or PPTX, by the parts that it has; NO_OFFICE where it has none of theirs."""
        if "[Content_Types].xml" in self.names:
            for folder, kind in (("word/", "DOCX"), ("xl/", "XLSX"), ("ppt/", "PPTX")):
                if any(name.startswith(folder) for name in self.names):
                    return kind
        return NO_OFFICE

    def root(self, part: str) -> etree._Element:
        """The parsed part.

        Raises:
            KeyError, lxml.etree.XMLSyntaxError: no such part, or it is broken.
        """
        return etree.fromstring(self.parts[part], xml_parser())

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id → (kind of relation, such as `styles`, and the name of the part meant), inside the file alone."""
        folder, file = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        if relations not in self.parts:
            return {}
        return {
            relation.get("Id", ""): (
                posixpath.basename(relation.get("Type", "")),
                posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/"),
            )
            for relation in self.root(relations).iter(_RELATION)
            if relation.get("TargetMode") != "External"
        }

    def related(self, part: str, kind: str) -> str | None:
        """The name of the first part of this kind that part relates to and that is there."""
        targets = (target for found, target in self.relations(part).values() if found == kind)
        return next((target for target in targets if target in self.parts), None)

    def properties(self) -> dict[str, str]:
        """title and author as the file says of itself, or ""."""
        part = self.related("", "core-properties")
        found = {} if part is None else {key: self.root(part).findtext(tag) or "" for key, tag in _CORE.items()}
        said = {key: " ".join(found.get(key, "").split()) for key in _CORE}
        return {**said, "title": "" if said["title"] in _NO_TITLES else said["title"]}

    def notes(self) -> tuple[Message, ...]:
        """What is in the file that is never opened, run or followed."""
        seen = (
            (message("含宏（未运行）"), any(name.endswith("vbaProject.bin") for name in self.names)),
            (message("含嵌入的文件（未读取）"), any("/embeddings/oleObject" in name for name in self.names)),
            (message("含嵌入的网页片段（未读取）"), any("/afchunk" in name.lower() for name in self.names)),
        )
        return tuple(note for note, there in seen if there)


def xml_parser() -> etree.XMLParser:
    """A parser that expands no entity, fetches nothing and keeps libxml2's own limits."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)


def open_package(content: bytes, name: str) -> Package:
    """The parts of an Office file, inflated within the caps.

    Raises:
        UnreadableReport: encrypted, larger than the caps, or made to mislead a reader.
        zipfile.BadZipFile, zlib.error, …: a broken archive, as the library reports it.
    """
    # A directory of a million entries takes seconds to list; parts that are zips themselves add records of their own.
    if content.count(b"PK\x01\x02") > MAX_ENTRIES * 10:
        raise _too_many(name)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _check_directory(entries, name)
        return _inflated(archive, entries, content, name)


def _check_directory(entries: Sequence[zipfile.ZipInfo], name: str) -> None:
    """What the directory alone gives away: too much, one name or one stretch of bytes twice, names that lead outside."""
    if len(entries) > MAX_ENTRIES:
        raise _too_many(name)
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise _too_large(name)
    names = [entry.filename for entry in entries]
    if outside := next((path for path in names if path.startswith("/") or ".." in re.split(r"[/\\]", path)), None):
        raise _misleading(name, message("指向外部的路径 {path}", path=repr(outside[:80])))
    if len({path.lower() for path in names}) < len(names):
        raise _misleading(name, message("重复的文件名"))
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableReport(message("{file}：文件已加密，请解除密码后上传", file=name))
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise _misleading(name, message("相互重叠的内容"))
        end = entry.header_offset + _LOCAL_HEADER_BYTES + entry.compress_size


def _inflated(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], content: bytes, name: str) -> Package:
    parts: dict[str, bytes] = {}
    left = MAX_BYTES
    for entry in entries:
        part = _inflated_entry(archive, entry, left, name)
        left -= len(part)
        if _is_xml(part, entry.filename):
            _check_xml(part, entry.filename, name)
            parts[entry.filename] = part
    return Package(name, content, parts, frozenset(entry.filename for entry in entries))


def _inflated_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, name: str) -> bytes:
    """The bytes of an entry, counted while they come: what the directory says of their number may be a lie."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _misleading(name, message("少见的压缩方式"))
    part = bytearray()
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE_BYTES):
            part += piece
            if len(part) > left:
                raise _too_large(name)
            if len(part) > _RATIO_FLOOR_BYTES and len(part) > MAX_RATIO * entry.compress_size:
                raise UnreadableReport(
                    message(
                        "{file}：{part} 的压缩比超过 {most}，疑为压缩炸弹；请用原程序另存后重试",
                        file=name,
                        part=entry.filename[:80],
                        most=MAX_RATIO,
                    )
                )
    return bytes(part)


def _is_xml(part: bytes, path: str) -> bool:
    return path.lower().endswith((".xml", ".rels", ".vml")) or (
        _ascii(part[:64]).lstrip().startswith(b"<") and not path.lower().endswith(_NEVER_PARSED)
    )


def _check_xml(part: bytes, path: str, name: str) -> None:
    """No document type, in whatever encoding a parser would find one in."""
    plain = _ascii(part)
    encoding = _ENCODING.match(plain.lstrip()[:200])
    if _DECLARATION.search(plain):
        raise _misleading(name, message(" {path} 中的 DOCTYPE 或 ENTITY 声明", path=path[:80]))
    if plain and (not plain.lstrip().startswith(b"<") or (encoding and encoding[1].lower() not in _ENCODINGS)):
        raise _misleading(name, message(" {path} 的少见编码", path=path[:80]))


def _ascii(part: bytes) -> bytes:
    """The part with what of it is ASCII in one byte each, whether it is in UTF-8, UTF-16 or UTF-32, and without mark."""
    return part.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")


def _too_many(name: str) -> UnreadableReport:
    return UnreadableReport(
        message("{file}：内含文件超过 {most:,} 个；请用原程序另存后重试", file=name, most=MAX_ENTRIES)
    )


def _too_large(name: str) -> UnreadableReport:
    return UnreadableReport(
        message("{file}：解压后超过 {limit} MB；请拆分文件或压缩图片后重试", file=name, limit=MAX_BYTES // 1_000_000)
    )


def _misleading(name: str, what: Message) -> UnreadableReport:
    return UnreadableReport(message("{file}：含{what}，为安全起见不读取；请用原程序另存后重试", file=name, what=what))
