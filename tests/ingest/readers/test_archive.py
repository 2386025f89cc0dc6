"""Office files as archives: what is within the caps is read, everything made to harm a reader is refused in one line."""

import io
import struct
import zipfile
from collections.abc import Sequence

import pytest

from ingest.readers import archive
from ingest.readers.archive import NO_OFFICE, open_package, xml_parser
from ingest.report import UnreadableReport

TYPES = ("[Content_Types].xml", b"<Types/>")


def zipped(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as target:
        for name, content in entries:
            target.writestr(name, content)
    return file.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableReport) as refused:
        open_package(content, "甲.docx")
    message = str(refused.value)
    assert message.startswith("甲.docx：")
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["[Content_Types].xml", "word/document.xml"], "DOCX"),
        (["[Content_Types].xml", "xl/workbook.xml"], "XLSX"),
        (["[Content_Types].xml", "ppt/presentation.xml"], "PPTX"),
        (["word/document.xml"], NO_OFFICE),
        (["[Content_Types].xml", "FixedDocSeq.fdseq"], NO_OFFICE),
    ],
)
def test_a_package_is_what_its_parts_make_it(names: Sequence[str], kind: str) -> None:
    assert open_package(zipped(*((name, b"<a/>") for name in names)), "甲").kind == kind


def test_relations_lead_to_parts_inside_the_file_alone() -> None:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" Type="http://x/styles" Target="styles.xml"/>'
        b'<Relationship Id="r2" Type="http://x/image" Target="../media/a.png"/>'
        b'<Relationship Id="r3" Type="http://x/theme" Target="/word/theme.xml"/>'
        b'<Relationship Id="r4" Type="http://x/hyperlink" Target="http://example.com" TargetMode="External"/>'
        b'<Relationship Id="r5" Type="http://x/outside" Target="../../../etc/passwd"/></Relationships>'
    )
    package = open_package(
        zipped(
            ("word/document.xml", b"<d/>"), ("word/_rels/document.xml.rels", relations), ("word/styles.xml", b"<s/>")
        ),
        "甲",
    )
    assert package.relations("word/document.xml") == {
        "r1": ("styles", "word/styles.xml"),
        "r2": ("image", "media/a.png"),
        "r3": ("theme", "word/theme.xml"),
        "r5": ("outside", "etc/passwd"),
    }
    assert package.related("word/document.xml", "styles") == "word/styles.xml"
    assert package.related("word/document.xml", "theme") is None  # named, but not there
    assert package.relations("word/styles.xml") == {}


def test_parts_that_are_never_opened_are_noted() -> None:
    content = zipped(
        TYPES,
        ("word/vbaProject.bin", b"\0"),
        ("word/embeddings/oleObject1.bin", b"\0"),
        ("word/afchunk.mht", b"<html>"),
    )
    assert tuple(map(str, open_package(content, "甲").notes())) == (
        "含宏（未运行）",
        "含嵌入的文件（未读取）",
        "含嵌入的网页片段（未读取）",
    )
    assert open_package(zipped(TYPES), "甲").notes() == ()


# --- caps ----------------------------------------------------------------------------------------------------------


def test_as_many_entries_as_allowed_are_read_and_one_more_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    names = [(f"{number}.bin", b"x") for number in range(4)]
    assert len(open_package(zipped(*names[:3]), "甲").names) == 3
    assert "内含文件超过 3 个" in refusal(zipped(*names))
    # A directory far over the cap is not even listed.
    assert "内含文件超过 3 个" in refusal(zipped(*names) + b"PK\x01\x02" * 31)


def test_the_bytes_of_all_entries_together_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 3_000_000)
    noise = [(f"{number}.bin", bytes(1_000_000)) for number in range(4)]
    assert len(open_package(zipped(*noise[:3]), "甲").names) == 3
    assert "解压后超过 3 MB" in refusal(zipped(*noise))


def test_what_the_directory_says_of_its_bytes_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 3_000_000)
    content = zipped(("a.bin", bytes(4_000_000)))
    lying = content.replace(struct.pack("<I", 4_000_000), struct.pack("<I", 2_000_000))
    assert lying != content
    with pytest.raises(zipfile.BadZipFile):
        open_package(lying, "甲.docx")


def test_a_large_part_that_inflates_more_than_a_hundredfold_is_refused_and_a_small_one_is_not() -> None:
    assert "bomb.xml 的压缩比超过 100" in refusal(zipped(("bomb.xml", b"<" + b" " * 6_000_000)))
    assert len(open_package(zipped(("a.bin", bytes(4_000_000))), "甲").names) == 1


def test_a_bomb_of_a_gigabyte_is_refused_before_it_is_inflated() -> None:
    content = zipped(("a.bin", bytes(1_000)))
    huge = content.replace(struct.pack("<I", 1_000), struct.pack("<I", 1_000_000_000))
    assert "解压后超过 200 MB" in refusal(huge)


def test_an_archive_inside_is_never_opened() -> None:
    inner = zipped(("../outside.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'))
    assert open_package(zipped(TYPES, ("word/embeddings/a.docx", inner)), "甲").parts.keys() == {TYPES[0]}


# --- misleading archives -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/etc/passwd", "../a.xml", "word/../../a.xml", "..\\a.xml", "word\\..\\..\\a.xml"])
def test_a_name_that_leads_outside_is_refused(path: str) -> None:
    assert "指向外部的路径" in refusal(zipped((path, b"<a/>")))


def test_two_dots_in_a_name_lead_nowhere() -> None:
    assert open_package(zipped(("word/a..b.xml", b"<a/>")), "甲").names == {"word/a..b.xml"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["word/document.xml", "word/Document.XML"])
def test_one_name_for_two_parts_is_refused(second: str) -> None:
    assert "重复的文件名" in refusal(zipped(("word/document.xml", b"<a/>"), (second, b"<b/>")))


def test_entries_that_share_their_bytes_are_refused() -> None:
    content = bytearray(zipped(("a.bin", b"a" * 500), ("b.bin", b"b" * 500), compression=zipfile.ZIP_STORED))
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<I", 0)  # the offset of its local header
    assert "相互重叠的内容" in refusal(bytes(content))


def test_an_encrypted_entry_asks_for_the_password_to_be_taken_off() -> None:
    content = bytearray(zipped(("a.bin", b"a")))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert refusal(bytes(content)) == "甲.docx：文件已加密，请解除密码后上传"


def test_only_the_compression_that_office_programs_use_is_inflated() -> None:
    assert "少见的压缩方式" in refusal(zipped(("a.bin", b"a" * 100), compression=zipfile.ZIP_LZMA))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
    ],
)
def test_a_document_type_is_refused_in_every_encoding(encoding: str, declaration: str) -> None:
    for name in ("word/document.xml", "word/document.bin"):
        assert f"{name} 中的 DOCTYPE 或 ENTITY 声明" in refusal(zipped((name, declaration.encode(encoding))))


@pytest.mark.parametrize("content", [b'<?xml version="1.0" encoding="utf-7"?><a/>', "<a/>".encode("cp037")])
def test_xml_in_an_encoding_that_could_hide_one_is_refused(content: bytes) -> None:
    assert "少见编码" in refusal(zipped(("word/document.xml", content)))


def test_a_picture_may_have_a_document_type_as_no_parser_sees_it() -> None:
    content = zipped(("word/media/a.svg", b'<!DOCTYPE svg PUBLIC "x" "y"><svg/>'))
    assert open_package(content, "甲").parts == {}


def test_the_parser_itself_expands_no_entity() -> None:
    from lxml import etree  # noqa: PLC0415 - only here

    root = etree.fromstring(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', xml_parser())
    assert "root:" not in "".join(map(str, root.itertext()))
