"""Files with several tables, or one on several pages, to rows: no figure stands under the name of another table."""

from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.util import Inches

from ingest.passages import split_passages
from ingest.readers.layout import Block, TableRows, TextLine
from ingest.readers.typography import LaidPage, compose_pages
from ingest.reading import _lines, read_report
from ingest.report import Report, Section
from ingest.source import SourcePage
from ingest.tables import Cells
from tests.browsers import chromium

REVENUE = (("公司", "收入"), ("甲", "10"), ("乙", "20"))
PROFIT = (("公司", "利润"), ("甲", "1"), ("乙", "2"))
APART = [
    (("公司", "甲"), ("收入", "10")),
    (("公司", "乙"), ("收入", "20")),
    (("公司", "甲"), ("利润", "1")),
    (("公司", "乙"), ("利润", "2")),
]


def rows(path: Path) -> list[tuple[int | None, Cells]]:
    """The page and the cells of each row of a file."""
    return [(passage.page, passage.cells) for passage in split_passages(read_report(path, {})) if passage.cells]


def cells(path: Path) -> list[Cells]:
    return [row for _, row in rows(path)]


def markdown(*table: tuple[str, ...]) -> str:
    header, *body = (f"|{'|'.join(row)}|" for row in table)
    return "\n".join([header, "|--|--|", *body])


def test_tables_one_under_the_other_keep_their_headers(tmp_path: Path) -> None:
    (tmp_path / "表.md").write_text(f"# 报告\n\n{markdown(*REVENUE)}\n\n{markdown(*PROFIT)}\n", encoding="utf-8")
    html = "".join(
        f"<table>{''.join(f'<tr><td>{name}<td>{figure}' for name, figure in table)}</table>"
        for table in (REVENUE, PROFIT)
    )
    (tmp_path / "表.html").write_text(f"<html><body><h1>报告标题</h1>{html}</body></html>", encoding="utf-8")
    book: Any = openpyxl.Workbook()
    for row in (*REVENUE, (), *PROFIT):
        book.active.append(row)
    book.save(tmp_path / "表.xlsx")
    for name in ("表.md", "表.html", "表.xlsx"):
        assert cells(tmp_path / name) == APART, name


def test_tables_on_slides_without_titles_keep_their_headers(tmp_path: Path) -> None:
    deck: Any = pptx.Presentation()
    for said in (REVENUE, PROFIT):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        table = slide.shapes.add_table(3, 2, Inches(1), Inches(1), Inches(6), Inches(2)).table
        for number, row in enumerate(said):
            for column, text in enumerate(row):
                table.cell(number, column).text = text
    deck.save(tmp_path / "表.pptx")
    assert rows(tmp_path / "表.pptx") == list(zip([1, 1, 2, 2], APART, strict=True))


@pytest.mark.parametrize("repeated", [True, False])
def test_a_table_of_a_document_over_two_pages_is_one_with_a_page_for_each_row(tmp_path: Path, repeated: bool) -> None:
    document: Any = docx.Document()
    document.add_heading("报告", 1)
    table = document.add_table(3, 2)
    for number, row in enumerate(REVENUE):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
    if repeated:
        table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    run = table.cell(2, 0).paragraphs[0].runs[0]._r
    run.insert(0, parse_xml(f"<w:lastRenderedPageBreak {nsdecls('w')}/>"))
    document.save(tmp_path / "表.docx")
    assert rows(tmp_path / "表.docx") == [(1, APART[0]), (2, APART[1])]


STYLE = "<meta charset=utf-8><style>@page{size:A4;margin:20mm}td,th{border:1px solid;padding:3pt 14pt}table{border-collapse:collapse;width:400pt;table-layout:fixed}</style>"


@pytest.mark.browser
def test_tables_on_pages_of_a_pdf_are_one_where_the_header_is_repeated_and_two_where_it_is_another(
    tmp_path: Path,
) -> None:
    (another, goes_on) = (tmp_path / "两表.pdf", tmp_path / "一表.pdf")
    parts = ("".join(f"<tr><td>{name}<td>{figure}" for name, figure in said) for said in (REVENUE, PROFIT))
    long = "".join(f"<tr><td>公司{number}<td>{number}.5" for number in range(1, 61))
    with chromium() as browser:
        page = browser.new_page()
        page.set_content(
            STYLE + "<div style='break-after:page'></div>".join(f"<table>{part}</table>" for part in parts)
        )
        another.write_bytes(page.pdf(prefer_css_page_size=True))
        page.set_content(f"{STYLE}<table><thead><tr><th>公司<th>收入</thead>{long}</table>")
        goes_on.write_bytes(page.pdf(prefer_css_page_size=True))
    assert rows(another) == list(zip([1, 1, 2, 2], APART, strict=True))
    assert cells(goes_on) == [(("公司", f"公司{number}"), ("收入", f"{number}.5")) for number in range(1, 61)]
    assert len({page for page, _ in rows(goes_on)}) > 1


# --- pages that were laid out --------------------------------------------------------------------------------------


def table(*said: tuple[str, ...]) -> TableRows:
    return TableRows(
        said, tuple((50.0 + 60 * column, 110.0 + 60 * column) for column in range(len(said[0]))), 50, 100, 350, 400
    )


def laid(*pages: Block) -> list[Cells]:
    """The cells of the rows of laid out pages with one block each."""
    composed = compose_pages([LaidPage(number, 800, (block,)) for number, block in enumerate(pages, start=1)])
    return of_pages(*(SourcePage(page.text, goes_on=page.goes_on) for page in composed))


def of_pages(*pages: SourcePage) -> list[Cells]:
    text = "\n".join(line.text for line in _lines(pages))
    report = Report("demo", "报告", "研究院", "2024", "网站", (Section(("报告",), text),))
    return [passage.cells for passage in split_passages(report) if passage.cells]


def test_another_table_overleaf_is_read_under_its_own_header() -> None:
    assert laid(table(*REVENUE), table(*PROFIT)) == APART
    years = (("公司", "2021"), ("甲", "1"), ("乙", "2"))
    assert laid(table(*REVENUE), table(*years))[2:] == [
        (("公司", "甲"), ("2021", "1")),
        (("公司", "乙"), ("2021", "2")),
    ]


def test_a_table_overleaf_goes_on_where_it_repeats_its_header_or_begins_with_figures() -> None:
    header, first, second = REVENUE
    third = ("丙", "3.5亿元")
    whole = [*APART[:2], (("公司", "丙"), ("收入", "3.5亿元"))]
    assert laid(table(header, first), table(header, second), table(header, third)) == whole
    assert laid(table(header, first), table(second), table(third)) == whole


def test_a_table_of_words_overleaf_is_not_taken_for_the_rest_of_the_one_before() -> None:
    products = (("公司", "产品"), ("甲", "云"))
    assert laid(table(*products), table(("城市", "工厂"), ("上海", "车")))[1] == (("城市", "上海"), ("工厂", "车"))


def test_a_third_table_is_compared_with_the_header_of_the_one_before_it() -> None:
    header, first, second = PROFIT
    assert laid(table(*REVENUE), table(header, first), table(header, second)) == APART


def test_a_page_between_two_parts_of_a_table_ends_it() -> None:
    first, second = SourcePage("公司\t收入\n甲\t10"), SourcePage("公司\t利润\n甲\t1", goes_on=True)
    assert of_pages(first, SourcePage("乱码", excluded=True), second) == [APART[0], APART[2]]
    text = TextLine("下表另计。", 50, 100, 100, 110, 10, False, 50, 350, 0)
    assert [
        page.goes_on for page in compose_pages([LaidPage(1, 800, (table(*REVENUE),)), LaidPage(2, 800, (text,))])
    ] == [
        False,
        False,
    ]
