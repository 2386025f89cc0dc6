"""The choice of a reader: by the name, held against the content; a broken file is one line for its owner."""

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pptx
import pytest

from ingest.readers.formats import READABLE, read_source, suffix_of
from ingest.report import UnreadableReport

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("概况", 1)
    document.add_paragraph("市场规模12.5亿元。")
    document.add_table(2, 2).cell(0, 0).text = "公司"
    return saved(document)


def sheets() -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["公司", "收入"])
    book.worksheets[0].append(["谷歌", 12.5])
    return saved(book)


def slides() -> bytes:
    deck: Any = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "概况"
    slide.placeholders[1].text = "市场规模12.5亿元。"
    return saved(deck)


MAKERS: dict[str, Callable[[], bytes]] = {".docx": word, ".xlsx": sheets, ".pptx": slides}


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(UnreadableReport) as refused:
        read_source(content, name)
    message = str(refused.value)
    assert message.startswith(f"{name}：")
    assert "\n" not in message
    return message.removeprefix(f"{name}：")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("甲.md", "# 概况\n\n规模12.5亿元。".encode(), "规模12.5亿元。"),
        ("甲.TXT", "规模12.5亿元。".encode("gb18030"), "规模12.5亿元。"),
        ("甲.csv", "公司,收入\n谷歌,12.5".encode(), "谷歌\t12.5"),
        ("甲.tsv", "公司\t收入\n谷歌\t12.5".encode(), "谷歌\t12.5"),
        ("甲.htm", b"<p>12.5</p>", "12.5"),
        ("甲.docx", word(), "市场规模12.5亿元。"),
        ("甲.xlsx", sheets(), "谷歌\t12.5"),
        ("甲.Pptx", slides(), "市场规模12.5亿元。"),
    ],
)
def test_every_format_is_read_by_its_reader(name: str, content: bytes, words: str) -> None:
    assert words in read_source(content, name).pages[0].text


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("甲.doc", "暂不支持 .doc 文件；请另存为 .docx 后重试"),
        ("甲.WPS", "暂不支持 .wps 文件；请另存为 .docx 后重试"),
        ("甲.rtf", "暂不支持 .rtf 文件；请另存为 .docx 后重试"),
        ("甲.xls", "暂不支持 .xls 文件；请另存为 .xlsx 后重试"),
        ("甲.ppt", "暂不支持 .ppt 文件；请另存为 .pptx 后重试"),
        ("README", f"暂不支持 无扩展名 文件；请转成可读的格式（{'、'.join(sorted(READABLE))}）"),
        ("甲.exe", f"暂不支持 .exe 文件；请转成可读的格式（{'、'.join(sorted(READABLE))}）"),
    ],
)
def test_an_unsupported_format_is_named_with_its_own_way_out(name: str, way_out: str) -> None:
    assert refusal(b"", name) == way_out
    with pytest.raises(UnreadableReport):
        suffix_of(name)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("甲.txt", b"%PDF-1.7\n", " PDF"),
        ("甲.md", b"\n<!DOCTYPE html><html></html>", "网页"),
        ("甲.txt", "<html lang='zh'>".encode("utf-16"), "网页"),
        ("甲.txt", b"\x7fELF\x02\x01\x01" + bytes(60), " Linux 程序"),
        ("甲.txt", b"MZ\x90\x00\x03" + bytes(60), " Windows 程序"),
        ("甲.pdf", b"\xff\xd8\xff\xe0\x00\x10JFIF", " JPEG 图片"),
        ("甲.pdf", b"<html>\n%PDF-1.7", "网页"),
        ("甲.html", b"%PDF-1.7\n<html>", " PDF"),
        ("甲.txt", word(), " Office 文件或 ZIP 压缩包"),
        ("甲.docx", b"%PDF-1.7", " PDF"),
        ("甲.docx", b"{\\rtf1", " RTF"),
        ("甲.docx", sheets(), " XLSX"),
        ("甲.xlsx", slides(), " PPTX"),
        ("甲.pptx", word(), " DOCX"),
    ],
)
def test_a_name_that_says_one_thing_over_another_is_refused_with_both(name: str, content: bytes, found: str) -> None:
    suffix = name.removeprefix("甲")
    assert refusal(content, name) == f"扩展名是 {suffix}，内容却是{found}；请改正扩展名后重试"


def test_a_zip_that_is_no_document_is_called_one() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "甲")
    assert refusal(file.getvalue(), "甲.docx") == "扩展名是 .docx，内容却是 ZIP 压缩包；请改正扩展名后重试"


@pytest.mark.parametrize("text", ["<div>甲</div>", "MZ是缩写", "BM25的公式", "网页以<html>开头", "II*是记号"])
def test_text_that_begins_like_something_else_is_text(text: str) -> None:
    assert read_source(text.encode(), "甲.md").pages[0].text


def test_an_encrypted_office_file_asks_for_the_password_to_be_taken_off() -> None:
    content = OLE + "EncryptedPackage".encode("utf-16-le")
    for name in ("甲.docx", "甲.xlsx", "甲.pptx"):
        assert refusal(content, name) == "文件已加密，请解除密码后上传"


def test_an_old_office_file_under_a_new_name_is_called_one() -> None:
    content = OLE + "WordDocument".encode("utf-16-le")
    assert refusal(content, "甲.docx") == "内容是旧版 Office 文件；请用 Word、Excel 或 WPS 另存为 .docx 后重试"


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx", ".pdf"])
@pytest.mark.parametrize("content", [b"", b"PK", "甲".encode(), b"\xff" * 1000])
def test_what_is_no_such_file_at_all_is_broken(suffix: str, content: bytes) -> None:
    kind = suffix[1:].upper()
    assert refusal(content, f"甲{suffix}") == f"文件已损坏或不是有效的 {kind}；请重新导出后重试"


def test_a_file_that_a_library_stumbles_over_is_broken_with_what_it_said() -> None:
    assert refusal(word()[:-200], "甲.docx") == "文件已损坏或不是有效的 DOCX；请重新导出后重试"


def test_a_megabyte_of_one_byte_is_no_text() -> None:
    assert "第 0 字节起不是" in refusal(b"\xff" * 1_000_000, "甲.txt")


@pytest.mark.parametrize("suffix", MAKERS)
def test_macros_are_noted_and_the_words_around_them_read(suffix: str) -> None:
    content = io.BytesIO(MAKERS[suffix]())
    folder = {".docx": "word", ".xlsx": "xl", ".pptx": "ppt"}[suffix]
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr(f"{folder}/vbaProject.bin", b"\0")
    source = read_source(content.getvalue(), f"甲{suffix[:-1]}m")
    assert tuple(map(str, source.notes)) == ("含宏（未运行）",)
    assert "12.5" in source.pages[0].text


@pytest.mark.parametrize("suffix", MAKERS)
def test_whatever_is_cut_off_or_changed_only_one_line_comes_out(suffix: str) -> None:
    """A hundred cuts and a hundred changed files; some are still read, and none raises anything else."""
    whole = MAKERS[suffix]()
    chance = random.Random(7)
    refusals: list[str] = []
    for attempt in range(200):
        content = bytearray(whole[: chance.randrange(len(whole))] if attempt < 100 else whole)
        if attempt >= 100:
            for _ in range(5):
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                read_source(bytes(content), f"甲{suffix}")
            except UnreadableReport as error:
                refusals.append(str(error))
    assert [one for one in refusals if not re.fullmatch(rf"甲\{suffix}：.+", one)] == []
    assert len(refusals) >= 100  # no file that was cut off is taken for a whole one


def changed_part(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            written = old.read(entry)
            new.writestr(entry, change(written) if entry.filename == part else written)
    return file.getvalue()


@pytest.mark.parametrize(
    ("suffix", "part"),
    [
        (".docx", "word/document.xml"),
        (".xlsx", "xl/workbook.xml"),
        (".xlsx", "xl/worksheets/sheet1.xml"),
        (".pptx", "ppt/slides/slide1.xml"),
        (".pptx", "docProps/core.xml"),
    ],
)
def test_words_changed_inside_the_parts_never_bring_out_anything_but_one_line(suffix: str, part: str) -> None:
    """Bytes flipped below the checksum, where the parsers see them."""
    whole = MAKERS[suffix]()
    chance = random.Random(11)

    def damaged(xml: bytes) -> bytes:
        changed = bytearray(xml)
        for _ in range(3):
            changed[chance.randrange(len(changed))] = chance.choice(b'<>"/= 0aA&\xff')
        return bytes(changed)

    refusals: list[str] = []
    for _ in range(60):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                read_source(changed_part(whole, part, damaged), f"甲{suffix}")
            except UnreadableReport as error:
                refusals.append(str(error))
    assert refusals
    assert [one for one in refusals if not re.fullmatch(rf"甲\{suffix}：.+", one)] == []
