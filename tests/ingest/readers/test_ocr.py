"""Pictures of pages, as scanners make them, read by the real OCR."""

import io
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from ingest.readers.ocr import read_picture
from ingest.readers.pdf import DOUBTFUL, MAX_PIXELS, read_image, read_pdf
from ingest.report import UnreadableReport
from tests.browsers import chromium

LEFT = "人工智能芯片的市场规模在二零二二年达到四百亿元，比上一年增长了两成以上，其中训练芯片占四成七，推理芯片占五成三。国内企业的份额仍然较低，但是在推理芯片上进步很快。"
RIGHT = "数据中心的耗电量已经成为各地审批的主要依据，东部地区的新建项目需要说明来源，西部地区则以较低的电价吸引投资。预计未来三年，新增机架的一半以上将落在西部的枢纽节点。"
PAGE = (
    "<meta charset=utf-8><body style=\"margin:60px;font:18px/1.7 'Noto Sans CJK SC'\"><h1>2. 基础设施报告</h1>"
    f"<div style='columns:2;column-gap:40px;text-align:justify'><p style='margin:0'>{LEFT}<p style='margin:0'>{RIGHT}</div>"
    "<p>各公司的收入如下：<table cellpadding=6><tr><td width=200>公司<td width=200>收入（亿元）<td>城市<tr><td>甲公司<td>12.5<td>北京"
    "<tr><td>乙公司<td>8.0<td>上海<tr><td>丙公司<td>3.2<td>深圳</table>"
    "<p>各地区的情况如下：<table border=1 cellspacing=0 cellpadding=8><tr><td width=160 rowspan=2>地区<td colspan=2>收入情况"
    "<tr><td width=160>去年收入<td width=160>今年收入<tr><td>华东地区<td>1.5<td>2.5<tr><td>华南地区<td>3.5<td>4.5</table>"
)
PDF_OF = {"resolution": 150.0}


@pytest.fixture(scope="module")
def sheet() -> Iterator[Image.Image]:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1000, "height": 900}, device_scale_factor=1.6)
        page.set_content(PAGE)
        yield Image.open(io.BytesIO(page.screenshot())).convert("L")


def scanned(picture: Image.Image) -> Image.Image:
    """The picture put in at an angle of half a degree, with the grain of a scanner."""
    turned = picture.rotate(0.5, resample=Image.Resampling.BICUBIC, fillcolor=255)
    grain = np.random.default_rng(7).normal(0, 12, (turned.height, turned.width))
    return Image.fromarray((np.asarray(turned, dtype=float) + grain).clip(0, 255).astype("uint8"))


def saved(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **(PDF_OF if kind == "PDF" else {}))
    return out.getvalue()


def errors(text: str, truth: str) -> int:
    """How many characters must be put in, left out or changed (Levenshtein)."""
    row = list(range(len(truth) + 1))
    for i, char in enumerate(text, start=1):
        before, row[0] = row[0], i
        for j, wanted in enumerate(truth, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (char != wanted))
    return row[-1]


@pytest.mark.browser
def test_a_scanned_page_is_read_in_order_with_few_errors(sheet: Image.Image) -> None:
    (page,) = read_pdf(saved(scanned(sheet), "PDF"), "扫描.pdf").pages
    assert page.flags == ("scan",)
    assert page.confidence is not None
    assert page.confidence > DOUBTFUL
    assert page.text.startswith("# 2. 基础设施报告\n")
    prose = "".join(re.split(r"\n", page.text.split("各公司的收入")[0])[1:]).replace(" ", "")
    assert errors(prose, LEFT + RIGHT) <= 0.02 * len(LEFT + RIGHT)


@pytest.mark.browser
def test_columns_of_a_scanned_table_are_rows(sheet: Image.Image) -> None:
    (page,) = read_pdf(saved(scanned(sheet), "PDF"), "扫描.pdf").pages
    rows = [line.split("\t") for line in page.text.split("\n") if "\t" in line][:4]
    assert [row[0] for row in rows] == ["公司", "甲公司", "乙公司", "丙公司"]
    assert [row[1] for row in rows[1:]] == ["12.5", "8.0", "3.2"]


@pytest.mark.browser
def test_merged_cells_of_a_scanned_table_are_seen_by_its_lines(sheet: Image.Image) -> None:
    (page,) = read_pdf(saved(scanned(sheet), "PDF"), "扫描.pdf").pages
    assert page.text.split("\n\n")[-1] == (
        "地区\t收入情况\t收入情况\n地区\t去年收入\t今年收入\n华东地区\t1.5\t2.5\n华南地区\t3.5\t4.5"
    )


@pytest.mark.browser
def test_a_blurred_page_is_doubtful_and_says_how_much(sheet: Image.Image) -> None:
    source = read_pdf(saved(sheet.filter(ImageFilter.GaussianBlur(4)), "PDF"), "模糊.pdf")
    assert "doubtful" in source.pages[0].flags
    assert source.pages[0].confidence is not None
    assert f"最低 {source.pages[0].confidence:.2f}" in str(source.notes[0])


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_alone_is_one_page(sheet: Image.Image, kind: str) -> None:
    (page,) = read_image(saved(sheet, kind), "图.png").pages
    assert page.number == 1
    assert page.flags == ("scan",)
    assert "耗电量已经成为各地审批的主要依据" in page.text


@pytest.mark.browser
def test_reading_a_picture_asks_no_network(sheet: Image.Image, tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(saved(sheet, "PNG"))
    script = (
        "import socket, sys\n"
        "def refuse(*args, **kwargs): raise SystemExit('asked the network')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
        "from ingest.readers.pdf import read_image\n"
        "sys.stdout.buffer.write(read_image(open(sys.argv[1], 'rb').read(), 'page.png').pages[0].text.encode())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "page.png")],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=True,
        timeout=300,
    )
    assert "基础设施报告" in run.stdout.decode()


def test_a_blank_picture_is_empty() -> None:
    (page,) = read_image(saved(Image.new("L", (800, 600), 255), "PNG"), "空白.png").pages
    assert (page.text, page.flags) == ("", ("scan", "empty"))


def test_a_picture_with_nothing_to_read_has_no_confidence() -> None:
    assert read_picture(Image.new("RGB", (300, 200), "white"), 1.0).pieces == ()


def test_letters_that_neither_the_file_nor_the_picture_tells_are_left_out() -> None:
    # The page shows circles; the file says that they are letters, of a meaning of its own.
    meaning = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <20> <7E> <E020> endbfrange endcmap"
    glyph = b"600 0 0 0 500 500 d1 0 0 500 500 re f"
    things = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length 60>>stream\nBT /F 12 Tf 72 700 Td (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj ET  \nendstream",
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 500 500]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<</a 6 0 R>>"
        b"/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[600]/Resources<<>>/ToUnicode 7 0 R>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(glyph), glyph),
        b"<</Length %d>>stream\n%b\nendstream" % (len(meaning), meaning),
    ]
    body = b"".join(b"%d 0 obj %b endobj\n" % (number, thing) for number, thing in enumerate(things, start=1))
    source = read_pdf(b"%PDF-1.7\n" + body + b"trailer <</Root 1 0 R>>\n%%EOF", "乱码.pdf")
    assert source.pages[0].excluded
    assert "garbled" in source.pages[0].flags
    assert "第 1 页的文字编码错乱" in str(source.notes[0])


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0 no picture", b"%PDF-1.7", b"GIF89a"])
def test_what_is_no_picture_is_named_so(content: bytes) -> None:
    with pytest.raises(UnreadableReport, match=r"^坏\.png：不是可以读取的"):
        read_image(content, "坏.png")


def test_a_picture_cut_short_is_named_broken() -> None:
    drawing = Image.new("L", (400, 300), 255)
    ImageDraw.Draw(drawing).ellipse((50, 50, 250, 250), fill=0)
    with pytest.raises(UnreadableReport, match="已损坏"):
        read_image(saved(drawing, "PNG")[:200], "坏.png")


def test_a_picture_larger_than_any_page_is_refused_by_its_header() -> None:
    header = bytearray(saved(Image.new("1", (8, 8)), "PNG"))
    header[16:24] = (60_000).to_bytes(4) * 2
    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4)
    with pytest.raises(UnreadableReport, match=r"^大\.png：图片超过 89 百万像素"):
        read_image(bytes(header), "大.png")


def test_a_large_picture_is_read_at_a_bounded_size() -> None:
    wide = Image.new("L", (6000, 4000), 255)
    assert wide.width * wide.height > MAX_PIXELS
    assert read_image(saved(wide, "PNG"), "大.png").pages[0].flags == ("scan", "empty")
