"""PDFs as browsers print them, and PDFs written by hand to do harm."""

import io
import re
import zlib
from collections.abc import Iterator

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.pdf import MAX_CHARACTERS, MAX_PAGES, read_pdf
from ingest.report import UnreadableReport
from ingest.source import Source
from tests.browsers import chromium

# Printed PDFs


STYLE = """<meta charset=utf-8><style>
@page { size: A4; margin: 20mm 18mm }
body { font: 11pt/1.6 'Noto Sans CJK SC'; margin: 0 }
h1 { font-size: 22pt } h2 { font-size: 16pt } h3 { font-size: 13pt }
p { margin: 0; text-indent: 2em; text-align: justify }
.two { columns: 2; column-gap: 10mm } .three { columns: 3; column-gap: 8mm }
table { border-collapse: collapse } .ruled td, .ruled th { border: 0.7pt solid black }
td, th { padding: 3pt 14pt; font-weight: normal; text-align: left }
</style>"""

FIRST = "甲：人工智能芯片的市场规模在二零二二年达到四百亿元，比上一年增长了两成以上，其中训练芯片占四成七，推理芯片占五成三。国内企业的份额仍然较低，但是在推理芯片上进步很快。"
SECOND = "乙：数据中心的耗电量已经成为各地审批的主要依据，东部地区的新建项目需要说明来源，西部地区则以较低的电价吸引投资。预计未来三年，新增机架的一半以上将落在西部的枢纽节点。"
THIRD = "丙：大型模型的训练成本仍在上升，一次完整的训练需要数千块加速卡连续运行数周。企业开始转向较小的模型，用更好的数据换取更低的成本，也更容易部署在自己的机房之中。"
FOURTH = "丁：监管方面，多部门联合发布了暂行办法，对训练数据的来源、生成内容的标识以及用户信息的保护都提出了要求。企业需要建立相应的制度，并且定期向主管部门报告执行的情况。"
ENGLISH = "Generative models need a great deal of infra&shy;structure before they can be used, and most companies rent it from the three largest providers of cloud services in their region."
LONG_TABLE = "".join(f"<tr><td>公司{n}</td><td>{n}.5</td><td>城市{n}</td></tr>" for n in range(1, 61))
NEW_ONCE = "<tr><td>公司<td>备注<td>收入" + "".join(
    f"<tr><td>公司{n}<td>{'新设' if n < 9 else ''}<td>{n}.5" for n in range(1, 59)
)
WIDE = "style='width: 100%; table-layout: fixed; margin-top: 200mm'"

HTML = {
    "two columns": f"<h1>人工智能产业报告</h1><div class=two><p>{FIRST}<p>{SECOND}</div><h2>二、成本与监管：全国各地的主要情况以及变化</h2><div class=two><p>{THIRD}<p>{FOURTH}</div>",
    "bands": "<style>.two p { margin: 1em 0; text-indent: 0 } .two h2 { column-span: all }</style><div class=two>"
    f"<h2>一、芯片</h2><p>{FIRST}<h2>二、电力</h2><h3>来源</h3><p>{SECOND}<h3>价格</h3><p>{THIRD}<h2>三、监管</h2><p>{FOURTH}</div>",
    "three columns": f"<div class=three><p>{FIRST}<p>{SECOND}<p>{THIRD}</div>",
    "headings": f"<h1>年度报告</h1><h2>1 概况</h2><h3>1.1 市场规模</h3><p>{FIRST}<p>{SECOND}<h3>1.2 竞争格局</h3><p>{THIRD}",
    "english": f"<div style='width: 71mm'><p style='text-align:left;text-indent:0' lang=en>{ENGLISH}</div>",
    "ruled": "<p>下表为各地收入。<table class=ruled><tr><th rowspan=2>地区<th colspan=2>收入（亿元）<th rowspan=2>说明<tr><th>2021年<th>2022年"
    "<tr><td rowspan=2>华东<td>1.5<td>2.5<td style='width:60pt'>含上海、江苏以及浙江三地<tr><td>3.5<td>4.5<td><tr><td>华南<td colspan=2>未公布<td>第一行<br>第二行</table><p>资料来源：公开资料",
    "aligned": "<p>下表为各公司的情况。<table><tr><td>公司<td>收入（亿元）<td>所在城市<tr><td>甲公司<td>12.5<td>北京<tr><td>乙公司<td>8.0<td>上海<tr><td>丙公司<td>3.2<td>深圳</table><p>以上不含港澳台。",
    "long table": f"<table class=ruled><thead><tr><th>公司<th>收入<th>城市</thead>{LONG_TABLE}</table>",
    "empty overleaf": f"<table class=ruled>{NEW_ONCE}</table>",
    "empty overleaf, no lines": f"<table>{NEW_ONCE}</table>",
    "cut row": f"<table class=ruled {WIDE}><tr><td>公司<td>收入<td>备注<tr><td>甲<td>1.5<td>短<tr><td>乙<td>2.5<td>{FIRST}<tr><td>丙<td>3.5<td>无</table>",
    "cut row, no lines": f"<table {WIDE}><tr><td>公司<td>收入<td>备注<tr><td>甲<td>1.5<td>短<tr><td>乙<td>2.5<td>{FIRST}<tr><td>丙<td>3.5<td>无<tr><td>丁<td>4.5<td>无</table>",
    "cut row of a repeated header": f"<table class=ruled {WIDE}><thead><tr><td>公司<td>收入<td>备注</thead><tr><td>甲<td>1.5<td>短<tr><td>乙<td>2.5<td>{FIRST}</table>",
    "merged cell cut": f"<table class=ruled {WIDE}><tr><td>地区<td>城市<td>收入<tr><td rowspan=9>华东"
    f"{'<tr>'.join(f'<td>第{n}座城市，居中游<td>{n}.5' for n in range(1, 10))}</table>",
    "parts": "".join(
        f"<div style='break-after: page'><p style='font-size: 40pt'>{n}<p style='font-size: 30pt'>{title}</div>"
        f"<h2>市场</h2><p>{text}<div style='break-after: page'></div>"
        for n, title, text in (("01", "新风口", FIRST), ("02", "生成式AI产业链", SECOND))
    ),
    "running": "".join(f"<p style='page-break-after: always'>这是第{n}页的正文内容。</p>" for n in "一二三四五"),
    "shaded": "<table class=ruled><tr style='background:#204080;color:white;-webkit-print-color-adjust:exact'><td>指标<td>数值<tr><td>规模<td>12.5</table>",
}  # fmt: skip


@pytest.fixture(scope="module")
def printed() -> Iterator[dict[str, bytes]]:
    head = "<div style='font-size:8pt;width:100%;text-align:center'>某某研究院 · 行业报告</div>"
    foot = "<div style='font-size:8pt;width:100%;text-align:center'>第 <span class=pageNumber></span> 页 / 共 <span class=totalPages></span> 页</div>"
    with chromium() as browser:
        page = browser.new_page()
        pdfs = {}
        for name, html in HTML.items():
            page.set_content(f"<title>{name}</title>{STYLE}{html}")
            pdfs[name] = page.pdf(
                prefer_css_page_size=True,
                print_background=True,
                display_header_footer=name == "running",
                header_template=head,
                footer_template=foot,
            )
        yield pdfs


def read(content: bytes) -> Source:
    return read_pdf(content, "报告.pdf")


def text_of(content: bytes) -> str:
    (page,) = read(content).pages
    return page.text


@pytest.mark.browser
def test_columns_are_read_in_turn_and_a_heading_over_both_parts_them(printed: dict[str, bytes]) -> None:
    assert text_of(printed["two columns"]).split("\n\n") == [
        "# 人工智能产业报告",
        FIRST,
        SECOND,
        "## 二、成本与监管：全国各地的主要情况以及变化",
        THIRD,
        FOURTH,
    ]


@pytest.mark.browser
def test_paragraphs_cut_by_columns_are_whole_and_stand_below_their_headings(printed: dict[str, bytes]) -> None:
    assert [line.lstrip("# ") for line in text_of(printed["bands"]).split("\n") if line] == [
        *("一、芯片", FIRST, "二、电力", "来源", SECOND, "价格", THIRD, "三、监管", FOURTH)
    ]


@pytest.mark.browser
def test_three_columns_are_read_in_turn(printed: dict[str, bytes]) -> None:
    assert text_of(printed["three columns"]).split("\n\n") == [FIRST, SECOND, THIRD]


@pytest.mark.browser
def test_headings_are_marked_by_their_size_and_keep_their_number(printed: dict[str, bytes]) -> None:
    assert [line for line in text_of(printed["headings"]).split("\n") if line.startswith("#")] == [
        "# 年度报告",
        "## 1 概况",
        "### 1.1 市场规模",
        "### 1.2 竞争格局",
    ]


@pytest.mark.browser
def test_the_number_of_a_part_above_its_title_is_its_heading(printed: dict[str, bytes]) -> None:
    lines = [line for page in read(printed["parts"]).pages for line in page.text.split("\n") if line.startswith("#")]
    assert lines == ["# 01 新风口", "## 市场", "# 02 生成式AI产业链", "## 市场"]


@pytest.mark.browser
def test_english_lines_are_joined_with_spaces_and_without_the_hyphen_of_a_broken_word(
    printed: dict[str, bytes],
) -> None:
    assert text_of(printed["english"]) == ENGLISH.replace("&shy;", "")


@pytest.mark.browser
def test_merged_cells_of_a_ruled_table_stand_in_each_of_their_rows_and_columns(printed: dict[str, bytes]) -> None:
    assert text_of(printed["ruled"]).split("\n\n") == [
        "下表为各地收入。",
        "地区\t收入（亿元）\t收入（亿元）\t说明\n地区\t2021年\t2022年\t说明\n华东\t1.5\t2.5\t含上海、江苏以及浙江三地\n"
        "华东\t3.5\t4.5\t\n华南\t未公布\t未公布\t第一行\x1f第二行",
        "资料来源：公开资料",
    ]


@pytest.mark.browser
def test_a_table_without_lines_is_read_by_its_columns(printed: dict[str, bytes]) -> None:
    assert text_of(printed["aligned"]).split("\n\n") == [
        "下表为各公司的情况。",
        "公司\t收入（亿元）\t所在城市\n甲公司\t12.5\t北京\n乙公司\t8.0\t上海\n丙公司\t3.2\t深圳",
        "以上不含港澳台。",
    ]


@pytest.mark.browser
def test_a_table_over_two_pages_has_its_header_once(printed: dict[str, bytes]) -> None:
    pages = read(printed["long table"]).pages
    assert len(pages) > 1
    rows = "\n".join(page.text for page in pages).split("\n")
    assert rows == ["公司\t收入\t城市", *(f"公司{n}\t{n}.5\t城市{n}" for n in range(1, 61))]
    assert all("tables" in page.flags for page in pages)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["empty overleaf", "empty overleaf, no lines"])
def test_a_table_whose_column_is_empty_overleaf_keeps_its_columns(printed: dict[str, bytes], name: str) -> None:
    first, second, *_ = read(printed[name]).pages
    assert first.text.startswith("公司\t备注\t收入\n公司1\t新设\t1.5\n")
    assert second.goes_on
    assert {len(line.split("\t")) for line in second.text.split("\n")} == {3}
    assert {line.split("\t")[1] for line in second.text.split("\n")} == {""}


@pytest.mark.browser
def test_a_single_row_overleaf_is_of_the_table_before(printed: dict[str, bytes]) -> None:
    *_, page = read(printed["empty overleaf"]).pages
    assert (page.text, page.goes_on) == ("公司58\t\t58.5", True)


@pytest.mark.browser
def test_a_row_that_the_page_cuts_is_whole_where_it_begins(printed: dict[str, bytes]) -> None:
    first, second = read(printed["cut row"]).pages
    assert first.text.split("\n") == ["公司\t收入\t备注", "甲\t1.5\t短", f"乙\t2.5\t{FIRST}"]
    assert (second.text, second.goes_on) == ("丙\t3.5\t无", True)
    first, second = read(printed["cut row, no lines"]).pages
    assert first.text.split("\n")[-1] == f"乙\t2.5\t{FIRST}"
    assert (second.text, second.goes_on) == ("丙\t3.5\t无\n丁\t4.5\t无", True)
    first, second = read(printed["cut row of a repeated header"]).pages
    assert first.text.split("\n")[-1] == f"乙\t2.5\t{FIRST}"
    assert second.text == ""


@pytest.mark.browser
def test_rows_beside_a_merged_cell_that_the_page_cuts_stay_rows(printed: dict[str, bytes]) -> None:
    first, second = read(printed["merged cell cut"]).pages
    rows = [line.split("\t") for page in (first, second) for line in page.text.split("\n")]
    assert [row[1:] for row in rows[1:]] == [[f"第{n}座城市，居中游", f"{n}.5"] for n in range(1, 10)]
    assert second.goes_on


@pytest.mark.browser
def test_running_heads_and_page_numbers_go_and_pages_are_counted_from_one(printed: dict[str, bytes]) -> None:
    pages = [page for page in read(printed["running"]).pages if "empty" not in page.flags]
    assert [(page.number, page.text) for page in pages] == [
        (number, f"这是第{name}页的正文内容。") for number, name in enumerate("一二三四五", start=1)
    ]


@pytest.mark.browser
def test_white_words_on_a_dark_cell_are_seen(printed: dict[str, bytes]) -> None:
    page = read(printed["shaded"]).pages[0]
    assert page.text == "指标\t数值\n规模\t12.5"
    assert "hidden" not in page.flags


@pytest.mark.browser
def test_a_file_says_its_title_and_when_it_was_made_is_no_date(printed: dict[str, bytes]) -> None:
    source = read(printed["headings"])
    assert source.title == "headings"
    assert b"CreationDate" in printed["headings"]
    assert source.published == ""


@pytest.mark.browser
def test_letters_without_their_meaning_are_read_from_the_picture_of_the_page(printed: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(printed["headings"])) as pdf:
        for font in (thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and "/ToUnicode" in thing):
            meaning = font.ToUnicode.read_bytes()
            font.ToUnicode.write(re.sub(rb"<[0-9A-Fa-f]{4}>(?=\s*\n)", b"<E123>", meaning))
        broken = io.BytesIO()
        pdf.save(broken)
    (page,) = read(broken.getvalue()).pages
    assert page.flags[:2] == ("garbled", "scan")
    assert not page.excluded
    assert "国内企业的份额仍然较低" in page.text


# Written by hand


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A file of these objects, numbered from 1; the first is the catalog."""
    content, places = b"%PDF-1.7\n", []
    for number, thing in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return content + b"xref\n0 %d\n0000000000 65535 f \n%btrailer <</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF" % (
        count, table, count, trailer, len(content),
    )  # fmt: skip


def stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(content), content)


def one_page(
    content: bytes,
    *more: bytes,
    box: bytes = b"0 0 595 842",
    resources: bytes = b"",
    catalog: bytes = b"",
    font: bytes = b"",
) -> bytes:
    """A page of A4 with the font F; objects of more are numbered from 6."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Resources<</Font<</F 5 0 R>>%b>>/Contents 4 0 R>>" % (box, resources),
        stream(b"", content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica%b>>" % font,
        *more,
    )


def words(text: str, y: int = 700, *, size: int = 12, x: int = 72, before: str = "") -> bytes:
    return f"q {before} BT /F {size} Tf {x} {y} Td ({text}) Tj ET Q\n".encode()


SEEN = words("The market grew by a tenth in the second year.")
PICTURE = stream(b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", b"\xff")
FULL_PAGE_PICTURE = b"q 595 0 0 842 0 0 cm /I Do Q\n"


@pytest.mark.parametrize(
    "unseen",
    [
        words("secret orders", 600, before="1 1 1 rg"),
        words("secret orders", 600, size=1),
        words("secret orders", 600, before="3 Tr"),
        words("secret orders", 2000),
        b"0.2 0.2 0.4 rg 50 590 300 40 re f\n" + words("secret orders", 600, before="0.2 0.2 0.4 rg"),
    ],
    ids=["white on white", "tiny", "invisible", "outside the page", "blue on the same blue"],
)
def test_words_that_no_reader_sees_are_left_out_and_noted(unseen: bytes) -> None:
    source = read(one_page(unseen + SEEN))
    assert source.pages[0].text == "The market grew by a tenth in the second year."
    assert source.pages[0].flags == ("hidden",)
    assert "第 1 页有看不见的文字 12 字" in str(source.notes[0])


@pytest.mark.parametrize(
    "seen",
    [
        b"0 0 0.4 rg 50 590 300 40 re f\n" + words("plain words", 600, before="1 1 1 rg"),
        words("plain words", 600, size=5),
        words("plain words", 600, before="0.9 0.9 0 rg"),
    ],
    ids=["white on blue", "small print", "yellow"],
)
def test_words_that_are_hard_to_see_are_read(seen: bytes) -> None:
    page = read(one_page(SEEN + seen)).pages[0]
    assert "plain words" in page.text
    assert "hidden" not in page.flags


def test_the_text_that_a_scanner_laid_over_its_picture_is_read() -> None:
    lines = b"".join(words(f"Line {n} of the scanned text.", 700 - 20 * n, before="3 Tr") for n in range(4))
    page = read(one_page(FULL_PAGE_PICTURE + lines, PICTURE, resources=b"/XObject<</I 6 0 R>>")).pages[0]
    assert page.text.startswith("Line 0 of the scanned text.")
    assert page.flags == ("scan",)


def test_a_line_in_bold_is_a_heading() -> None:
    bold = words("Main findings", 730).replace(b"/F 12", b"/B 12")
    text = text_of(
        one_page(bold + SEEN, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold>>").replace(
            b"/F 5 0 R", b"/F 5 0 R/B 6 0 R"
        )
    )
    assert text == "# Main findings\n\nThe market grew by a tenth in the second year."


def test_a_page_turned_by_the_viewer_or_written_sideways_is_read_upright() -> None:
    sideways = b"BT /F 12 Tf 0 1 -1 0 300 100 Tm (First line of it.) Tj ET BT /F 12 Tf 0 1 -1 0 340 100 Tm (Second line.) Tj ET"
    assert text_of(one_page(sideways)) == "First line of it.\n\nSecond line."
    turned = one_page(sideways).replace(b"/Type/Page/Parent", b"/Type/Page/Rotate 90/Parent")
    assert text_of(turned) == "First line of it.\n\nSecond line."


def test_a_watermark_across_the_page_is_not_mixed_into_its_lines() -> None:
    mark = b"BT /F 40 Tf 0.7 0.7 -0.7 0.7 150 600 Tm (DRAFT) Tj ET\n"
    assert text_of(one_page(mark + SEEN)) == "The market grew by a tenth in the second year.\n\nDRAFT"


def encrypted(owner: str, user: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(one_page(SEEN))) as file:
        file.save(out, encryption=pikepdf.Encryption(owner=owner, user=user))
    return out.getvalue()


def test_a_file_that_asks_for_a_password_is_named_encrypted() -> None:
    with pytest.raises(UnreadableReport, match=r"^报告\.pdf：文件已加密，请解除密码后上传$"):
        read(encrypted(owner="o", user="u"))


def test_a_file_that_anyone_may_open_is_read_though_its_owner_has_a_password() -> None:
    assert "market" in text_of(encrypted(owner="o", user=""))


def test_an_unknown_kind_of_encryption_is_named_encrypted_too() -> None:
    unknown = pdf(
        *(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"),
        trailer=b"/Encrypt<</Filter/Unknown/V 9>>/ID[(a)(a)]",
    )
    with pytest.raises(UnreadableReport, match="文件已加密"):
        read(unknown)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>%PD", b" " * 1024 + one_page(SEEN)])
def test_what_is_no_pdf_is_named_so(content: bytes) -> None:
    with pytest.raises(UnreadableReport, match="不是 PDF"):
        read(content)


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", one_page(SEEN)[:100], b"%PDF-1.7\n" + b"\xff" * 10_000])
def test_a_file_cut_short_is_named_broken(content: bytes) -> None:
    with pytest.raises(UnreadableReport, match="已损坏或不完整"):
        read(content)


def test_actions_attachments_and_forms_are_noted_and_nothing_of_them_is_read() -> None:
    catalog = (
        b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>/AA<</WC<</S/Launch/F(cmd.exe)>>>>/AcroForm<</XFA(<x/>)/Fields[]>>"
        b"/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(a.txt)/EF<</F 6 0 R>>>>]>>>>"
    )
    source = read(one_page(SEEN, stream(b"", b"attached words"), catalog=catalog))
    assert source.pages[0].text == "The market grew by a tenth in the second year."
    assert tuple(map(str, source.notes)) == (
        "文件带有脚本或自动动作（AA、JS、JavaScript、Launch、OpenAction），未执行",
        "文件内嵌 1 个附件，未读取",
        "文件含 XFA 表单，只读取页面上的文字",
    )


@pytest.mark.parametrize(
    "catalog", [b"", b"/OpenAction[3 0 R/XYZ null null 0]"], ids=["nothing", "the page to show first"]
)
def test_a_plain_file_has_no_notes(catalog: bytes) -> None:
    assert read(one_page(SEEN, catalog=catalog)).notes == ()


def test_more_pages_than_a_report_has_are_refused_before_any_is_read() -> None:
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    many = pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1000000>>", leaf)
    with pytest.raises(UnreadableReport, match=f"共 1000000 页，超过 {MAX_PAGES} 页"):
        read(many)


def test_a_tree_of_pages_that_holds_itself_is_broken() -> None:
    with pytest.raises(UnreadableReport, match="已损坏"):
        read(pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R 2 0 R]/Count 3>>"))


def test_a_broken_page_does_not_cost_the_others() -> None:
    whole = one_page(SEEN).replace(b"/Kids[3 0 R]/Count 1", b"/Kids[9 0 R 3 0 R]/Count 2")
    source = read(whole)
    assert [(page.number, page.excluded) for page in source.pages] == [(1, True), (2, False)]
    assert "market" in source.pages[1].text
    assert tuple(map(str, source.notes)) == ("第 1 页已损坏，未读入",)


def test_a_picture_of_millions_of_pixels_and_a_page_of_miles_are_drawn_small() -> None:
    side = 20_000
    bomb = stream(
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode"
        % (side, side),
        zlib.compress(bytes(side * side // 8)),
    )
    (page,) = read(one_page(FULL_PAGE_PICTURE, bomb, resources=b"/XObject<</I 6 0 R>>")).pages
    assert page.flags == ("scan", "empty")
    drawing = b" ".join(b"%d 0 m %d 900 l S" % (n * 9, n * 9 + 3) for n in range(150))
    assert read(one_page(drawing, box=b"0 0 200000 200000")).pages[0].text == ""


def test_a_page_of_too_many_characters_is_cut_and_noted() -> None:
    crowded = b"".join(words("x" * 200, y, size=2, x=2) for y in range(2, 842, 4))
    source = read(one_page(crowded))
    assert source.pages[0].flags == ("doubtful",)
    assert len("".join(source.pages[0].text.split())) <= MAX_CHARACTERS
    assert "第 1 页的内容过多" in str(source.notes[0])


def test_progress_is_told_after_each_page() -> None:
    told: list[tuple[int, int]] = []
    twice = one_page(SEEN).replace(b"/Kids[3 0 R]/Count 1", b"/Kids[3 0 R 3 0 R]/Count 2")
    read_pdf(twice, "报告.pdf", progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


BASE = one_page(SEEN + words("(nested) \\101 words", 650), PICTURE, resources=b"/XObject<</I 6 0 R>>")


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, len(BASE)),
    st.lists(st.tuples(st.integers(9, len(BASE) - 1), st.integers(0, 255)), max_size=20),
)
def test_a_file_broken_anywhere_is_read_or_named_unreadable(length: int, changes: list[tuple[int, int]]) -> None:
    content = bytearray(BASE)
    for place, value in changes:
        content[place] = value
    try:
        assert read(bytes(content[: max(length, 9)])).pages
    except UnreadableReport as error:
        assert str(error).startswith("报告.pdf：")  # noqa: PT017 - whichever of the two, nothing else may come
