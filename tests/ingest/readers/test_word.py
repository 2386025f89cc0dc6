"""DOCX: what a reader of the document sees, in order, and nothing that was deleted, hidden or repeated."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.text.paragraph import Paragraph

from ingest.readers.archive import open_package
from ingest.readers.word import read_word
from ingest.source import Source

CHART = """<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea><c:pieChart>
<c:ser><c:tx><c:v>占比</c:v></c:tx><c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>软件</c:v></c:pt></c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:numCache><c:formatCode>0.0%</c:formatCode><c:pt idx="0"><c:v>0.4523</c:v></c:pt></c:numCache></c:numRef></c:val>
</c:ser></c:pieChart></c:plotArea></c:chart></c:chartSpace>"""


def read(document: Document, change: Callable[[dict[str, bytes]], None] = lambda parts: None) -> Source:
    file = io.BytesIO()
    document.save(file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return read_word(open_package(changed.getvalue(), "甲.docx"))


def text(document: Document) -> str:
    (page,) = read(document).pages
    return page.text


def append(paragraph: Paragraph, xml: str) -> None:
    """Add WordprocessingML to a paragraph."""
    wrapper = parse_xml(f"<w:p {nsdecls('w', 'wp', 'a', 'c', 'r')} {WPS}>{xml}</w:p>")
    for child in list(wrapper):
        paragraph._p.append(child)


WPS = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


# --- paragraphs ----------------------------------------------------------------------------------------------------


def test_headings_come_from_styles_and_outline_levels() -> None:
    document = docx.Document()
    document.add_heading("报告", 0)
    document.add_heading("概况", 1)
    document.add_heading("深处", 9)
    chinese = document.styles.add_style("标题 2", 1)
    document.add_paragraph("规模", style=chinese)
    own = document.styles.add_style("章节名", 1)
    own.element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="2"/>'))
    document.add_paragraph("增速", style=own)
    derived = document.styles.add_style("小章节名", 1)
    derived.base_style = own
    document.add_paragraph("结构", style=derived)
    direct = document.add_paragraph("展望")
    direct._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>'))
    body = document.add_paragraph("正文", style="Heading 1")
    body._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="9"/>'))
    assert text(document).split("\n\n") == [
        "# 报告", "# 概况", "###### 深处", "## 规模", "### 增速", "### 结构", "# 展望", "正文"
    ]  # fmt: skip


def test_a_whole_paragraph_in_a_heading_style_is_no_heading() -> None:
    document = docx.Document()
    document.add_heading("长" * 100, 1)
    document.add_heading("长" * 101, 1)
    assert text(document) == f"# {'长' * 100}\n\n{'长' * 101}"


def test_paragraphs_stand_apart_and_items_of_a_list_together() -> None:
    document = docx.Document()
    document.add_paragraph("驱动因素如下")
    document.add_paragraph("政策", style="List Bullet")
    document.add_paragraph("• 技术", style="List Bullet")
    document.add_paragraph("需求", style="List Number")
    document.add_paragraph("供给", style="List Number")
    document.add_paragraph("结语")
    assert text(document) == "驱动因素如下\n\n• 政策\n• 技术\n1. 需求\n2. 供给\n\n结语"


def test_the_number_that_word_counts_out_before_a_heading_is_part_of_it() -> None:
    document = docx.Document()
    number = document.styles["List Number"].element.pPr.numPr.numId.val
    document.styles["Heading 1"].element.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="{number}"/></w:numPr>')
    )
    document.add_heading("概况", 1)
    document.add_heading("规模", 1)
    unnumbered = document.add_heading("附录", 1)
    unnumbered._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="0"/></w:numPr>'))
    assert text(document) == "# 1. 概况\n\n# 2. 规模\n\n# 附录"


def test_a_tab_in_a_paragraph_parts_no_cells_and_a_line_break_ends_a_line() -> None:
    document = docx.Document()
    document.add_paragraph("市场规模\t12.5亿元\n同比增长")
    assert text(document) == "市场规模 12.5亿元\n同比增长"


def test_the_table_of_contents_is_left_out_and_a_paragraph_on_contents_is_not() -> None:
    document = docx.Document()
    document.add_paragraph("1.1 概况\t3", style=document.styles.add_style("TOC 1", 1))
    document.add_paragraph("目录管理办法")
    assert text(document) == "目录管理办法"


def test_what_was_deleted_or_moved_away_is_left_out_and_what_was_inserted_is_kept() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("规模")
    append(
        paragraph,
        '<w:del w:id="1"><w:r><w:delText>10</w:delText></w:r></w:del><w:ins w:id="2"><w:r><w:t>12.5</w:t></w:r></w:ins>'
        '<w:moveFrom w:id="3"><w:r><w:t>去处</w:t></w:r></w:moveFrom><w:r><w:t>亿元</w:t></w:r>',
    )
    assert text(document) == "规模12.5亿元"


def test_hidden_text_is_left_out_and_its_page_flagged() -> None:
    document = docx.Document()
    document.add_paragraph("可见").add_run("隐藏").font.hidden = True
    style = document.styles.add_style("藏", 1)
    style.font.hidden = True
    document.add_paragraph("样式隐藏", style=style)
    shown = document.add_paragraph("", style=style).add_run("仍可见")
    shown.font.hidden = False
    (page,) = read(document).pages
    assert (page.text, page.flags) == ("可见\n\n仍可见", ("hidden",))
    plain = docx.Document()
    plain.add_paragraph("可见")
    assert read(plain).pages[0].flags == ()


def test_links_fields_content_controls_and_formulas_are_read_as_they_show() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("见")
    append(
        paragraph,
        '<w:hyperlink><w:r><w:t>官网</w:t></w:r></w:hyperlink><w:fldSimple w:instr=" SEQ 图 "><w:r><w:t>3</w:t></w:r></w:fldSimple>'
        '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText><w:fldChar w:fldCharType="separate"/><w:t>7</w:t></w:r>'
        "<w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt>"
        "<w:r><w:ruby><w:rt><w:r><w:t>pin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>拼</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>x=1</m:t></m:r></m:oMath>',
    )
    assert text(document) == "见官网37控件拼x=1"


def test_a_block_in_a_content_control_stands_in_its_place() -> None:
    document = docx.Document()
    document.add_paragraph("前")
    inner = document.add_paragraph("中")
    document.add_paragraph("后")
    control = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent/></w:sdt>")
    inner._p.addprevious(control)
    control[1].append(inner._p)
    assert text(document) == "前\n\n中\n\n后"


# --- what stands beside paragraphs ---------------------------------------------------------------------------------


def test_a_text_box_comes_after_its_paragraph_and_once_though_it_is_stored_twice() -> None:
    document = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>"
    append(
        document.add_paragraph("正文"),
        f"<w:r><mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
    )
    document.add_paragraph("下文")
    assert text(document) == "正文\n\n框内\n\n下文"


def notes_part(parts: dict[str, bytes]) -> None:
    parts["word/footnotes.xml"] = (
        f"<w:footnotes {nsdecls('w')}><w:footnote w:id='0' w:type='separator'><w:p/></w:footnote>"
        "<w:footnote w:id='1'><w:p><w:r><w:footnoteRef/><w:t>按现价计算</w:t></w:r></w:p></w:footnote>"
        "<w:footnote w:id='2'><w:p><w:r><w:t>资料来源：统计局</w:t></w:r></w:p></w:footnote></w:footnotes>"
    ).encode()
    relations = "word/_rels/document.xml.rels"
    parts[relations] = parts[relations].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdN" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" '
        b'Target="footnotes.xml"/></Relationships>',
    )


def test_footnotes_follow_the_paragraph_that_refers_to_them() -> None:
    document = docx.Document()
    append(document.add_paragraph("规模12.5亿元"), '<w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:t>。</w:t></w:r>')
    append(document.add_paragraph("又增长"), '<w:r><w:footnoteReference w:id="2"/></w:r>')
    (page,) = read(document, notes_part).pages
    assert page.text == "规模12.5亿元。\n\n注：按现价计算\n\n又增长\n\n资料来源：统计局"


def test_a_chart_is_the_table_that_it_was_drawn_from() -> None:
    def with_chart(parts: dict[str, bytes]) -> None:
        parts["word/charts/chart1.xml"] = CHART.encode()
        relations = "word/_rels/document.xml.rels"
        parts[relations] = parts[relations].replace(
            b"</Relationships>",
            b'<Relationship Id="rIdC" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart" '
            b'Target="charts/chart1.xml"/></Relationships>',
        )

    document = docx.Document()
    append(
        document.add_paragraph("图1 结构"),
        '<w:r><w:drawing><a:graphic><c:chart r:id="rIdC"/></a:graphic></w:drawing></w:r>',
    )
    (page,) = read(document, with_chart).pages
    assert page.text == "图1 结构\n\n类别\t占比\n软件\t45.2%"


def test_headers_and_footers_are_left_out() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "页眉"
    document.sections[0].footer.paragraphs[0].text = "页脚"
    document.add_paragraph("正文")
    assert text(document) == "正文"


# --- tables --------------------------------------------------------------------------------------------------------


def table(document: Document, *rows: str) -> Any:
    made = document.add_table(len(rows), len(rows[0].split("|")))
    for number, row in enumerate(rows):
        for column, cell in enumerate(row.split("|")):
            made.cell(number, column).text = cell
    return made


def test_tables_stand_where_they_stand_with_lines_of_a_cell_kept() -> None:
    document = docx.Document()
    document.add_paragraph("表1 收入", style="Caption")
    table(document, "公司|收入", "谷歌\n母公司|12.5").cell(1, 1).add_paragraph("估计")
    document.add_paragraph("下文")
    assert text(document) == "表1 收入\n\n公司\t收入\n谷歌\x1f母公司\t12.5\x1f估计\n\n下文"


def test_a_merged_cell_is_told_in_each_of_its_rows_and_over_columns_in_the_header_alone() -> None:
    document = docx.Document()
    made = table(document, "公司|2022年|", "|收入|利润", "谷歌|1|2", "|3|4", "合计|5|")
    made.cell(0, 0).merge(made.cell(1, 0))
    made.cell(0, 1).merge(made.cell(0, 2))
    made.cell(2, 0).merge(made.cell(3, 0))
    made.cell(4, 1).merge(made.cell(4, 2))
    assert text(document).split("\n") == [
        "公司\t2022年\t2022年",
        "公司\t收入\t利润",
        "谷歌\t1\t2",
        "谷歌\t3\t4",
        "合计\t5\t",
    ]


def test_a_row_over_the_whole_table_at_its_top_is_its_caption() -> None:
    document = docx.Document()
    made = table(document, "表2 份额|", "公司|份额", "甲|1%")
    made.cell(0, 0).merge(made.cell(0, 1))
    assert text(document) == "表2 份额\n公司\t份额\n甲\t1%"


def test_a_table_of_one_column_is_a_box_around_paragraphs() -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "要点"
    cell.add_paragraph("规模增长。")
    inner = cell.add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "甲", "1"
    assert text(document) == "要点\n\n规模增长。\n\n甲\t1"


def test_a_table_inside_a_cell_is_words_of_that_cell() -> None:
    document = docx.Document()
    made = table(document, "公司|明细", "谷歌|")
    inner = made.cell(1, 1).add_table(2, 2)
    for number, words in enumerate("甲1乙2"):
        inner.cell(number // 2, number % 2).text = words
    assert text(document) == "公司\t明细\n谷歌\t甲 1\x1f乙 2"


def test_a_deleted_row_is_left_out() -> None:
    document = docx.Document()
    made = table(document, "公司|收入", "甲|1", "乙|2")
    made.rows[1]._tr.get_or_add_trPr().append(parse_xml(f'<w:del {nsdecls("w")} w:id="1"/>'))
    assert text(document) == "公司\t收入\n乙\t2"


# --- pages ---------------------------------------------------------------------------------------------------------

RENDERED = "<w:r><w:lastRenderedPageBreak/></w:r>"
SET = '<w:r><w:br w:type="page"/></w:r>'


def test_a_document_that_tells_no_pages_is_one_without_a_number() -> None:
    document = docx.Document()
    append(document.add_paragraph("甲"), SET)
    document.add_paragraph("乙")
    (page,) = read(document).pages
    assert (page.number, page.text) == (None, "甲\n\n乙")


def test_pages_are_numbered_by_the_breaks_that_word_left() -> None:
    document = docx.Document()
    document.add_paragraph("一")
    append(document.add_paragraph(), f"{RENDERED}<w:r><w:t>二</w:t></w:r>")
    crossing = document.add_paragraph("二到")
    append(crossing, f"{RENDERED}<w:r><w:t>三</w:t></w:r>")
    document.add_paragraph("三")
    append(document.add_paragraph(), SET)
    append(document.add_paragraph(), f"{RENDERED}<w:r><w:t>四</w:t></w:r>")
    assert [(page.number, page.text) for page in read(document).pages] == [
        (1, "一"),
        (2, "二\n\n二到三"),
        (3, "三"),
        (4, "四"),
    ]


@pytest.mark.parametrize("repeated", [True, False])
def test_a_table_goes_on_on_the_next_page_with_its_header_told_once(repeated: bool) -> None:
    document = docx.Document()
    made = table(document, "公司|收入", "甲|1", "|2")
    if repeated:
        made.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    append(made.cell(2, 0).paragraphs[0], f"{RENDERED}<w:r><w:t>乙</w:t></w:r>")
    document.add_paragraph("下文")
    assert [(page.number, page.text, page.goes_on) for page in read(document).pages] == [
        (1, "公司\t收入\n甲\t1", False),
        (2, "乙\t2\n\n下文", True),
    ]


# --- what the file says of itself ----------------------------------------------------------------------------------


def test_title_and_author_are_those_of_the_file_and_when_it_was_made_is_no_date() -> None:
    document = docx.Document()
    document.core_properties.title = "产业报告"
    document.core_properties.author = "研究院"
    source = read(document)
    assert document.core_properties.created is not None  # 2013-12-23, of the template
    assert (source.title, source.author, source.published) == ("产业报告", "研究院", "")


def test_a_document_without_words_is_read_as_one_without_pages() -> None:
    assert read(docx.Document()).pages == ()
