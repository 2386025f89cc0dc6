"""PPTX: each slide as a page, what stands on it in the order in which it is read."""

import io
from typing import Any

import pptx
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.util import Cm

from ingest.readers.archive import open_package
from ingest.readers.slides import read_slides
from ingest.source import Source, SourcePage

NAMESPACE = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def deck_of(layout: int = 6) -> tuple[Any, Any]:
    deck: Any = pptx.Presentation()
    return deck, deck.slides.add_slide(deck.slide_layouts[layout])


def read(deck: Any) -> Source:
    file = io.BytesIO()
    deck.save(file)
    return read_slides(open_package(file.getvalue(), "甲.pptx"))


def page(deck: Any) -> SourcePage:
    (only,) = read(deck).pages
    return only


def box(shapes: Any, left: float, top: float, text: str) -> Any:
    shape = shapes.add_textbox(Cm(left), Cm(top), Cm(3), Cm(1))
    shape.text_frame.text = text
    return shape


def chart_data(kind: Any, **options: str) -> Any:
    return kind(**options)


def test_a_title_is_a_heading_and_body_text_has_the_bullets_that_it_shows() -> None:
    deck, slide = deck_of(1)
    slide.shapes.title.text = "市场\v概况"
    slide.placeholders[1].text = "规模增长\n• 份额集中\n\n无点"
    last = slide.placeholders[1].text_frame.paragraphs[-1]
    last._p.get_or_add_pPr().append(parse_xml(f"<a:buNone {NAMESPACE}/>"))
    assert page(deck).text == "## 市场 概况\n\n• 规模增长\n• 份额集中\n无点"


def test_the_layout_can_take_the_bullets_of_body_text_away() -> None:
    deck, slide = deck_of(2)  # a section header
    slide.placeholders[1].text = "副题"
    assert page(deck).text == "副题"


def test_numbered_paragraphs_are_counted() -> None:
    deck, slide = deck_of()
    frame = box(slide.shapes, 1, 1, "一\n二\n别的\n又一").text_frame
    for number in (0, 1, 3):
        frame.paragraphs[number]._p.get_or_add_pPr().append(
            parse_xml(f'<a:buAutoNum {NAMESPACE} type="arabicPeriod"/>')
        )
    assert page(deck).text == "1. 一\n2. 二\n别的\n1. 又一"


def test_shapes_are_read_from_top_to_bottom_and_from_the_left_in_a_row() -> None:
    deck, slide = deck_of()
    for left, top, text in ((12, 10, "四"), (12, 5.1, "三"), (1, 5.3, "二"), (6, 1, "一")):
        box(slide.shapes, left, top, text)
    assert page(deck).text == "一\n\n二\n\n三\n\n四"


def test_a_group_is_read_in_one_place() -> None:
    deck, slide = deck_of()
    box(slide.shapes, 1, 4, "后")
    group = slide.shapes.add_group_shape()
    box(group.shapes, 5, 3, "右")
    box(group.shapes, 1, 3, "左")
    box(slide.shapes, 1, 1, "前")
    assert page(deck).text == "前\n\n左\n\n右\n\n后"


def test_a_table_has_its_merged_cells_filled() -> None:
    deck, slide = deck_of()
    table = slide.shapes.add_table(4, 3, Cm(1), Cm(1), Cm(9), Cm(4)).table
    for number, row in enumerate(("公司|2022年|", "|收入|利润", "谷歌\n母公司|1|2", "|3|4")):
        for column, cell in enumerate(row.split("|")):
            table.cell(number, column).text = cell
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(2, 0).merge(table.cell(3, 0))
    assert page(deck).text.split("\n") == [
        "公司\t2022年\t2022年",
        "公司\t收入\t利润",
        "谷歌\x1f母公司\t1\t2",
        "谷歌\x1f母公司\t3\t4",
    ]


def test_a_chart_is_the_table_that_it_was_drawn_from() -> None:
    deck, slide = deck_of()
    values = chart_data(CategoryChartData, number_format="0.0%")
    values.categories = ["2021年", "2022年"]
    values.add_series("软件", (0.4, 0.4523))
    values.add_series("硬件", (0.6, None))
    shape = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1), Cm(1), Cm(9), Cm(5), values)
    shape.chart.has_title = True
    shape.chart.chart_title.text_frame.text = "图1 结构"
    assert page(deck).text == "图1 结构\n类别\t软件\t硬件\n2021年\t40.0%\t60.0%\n2022年\t45.2%\t"


def test_the_name_of_a_chart_s_axis_names_its_first_column() -> None:
    deck, slide = deck_of()
    values = chart_data(CategoryChartData)
    values.categories = ["2022"]
    values.add_series("规模", (12.5,))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.LINE, Cm(1), Cm(1), Cm(9), Cm(5), values).chart
    chart.category_axis.axis_title.text_frame.text = "年份"
    assert page(deck).text == "年份\t规模\n2022\t12.5"


def test_a_chart_of_points_has_both_their_numbers() -> None:
    deck, slide = deck_of()
    values = chart_data(XyChartData)
    series = values.add_series("门店")
    series.add_data_point(1.5, 20)
    series.add_data_point(2, 30)
    slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, Cm(1), Cm(1), Cm(9), Cm(5), values)
    assert page(deck).text == "类别\t门店\n1.5\t20\n2\t30"


def test_footers_and_notes_are_left_out() -> None:
    deck, slide = deck_of(5)
    slide.shapes.title.text = "题"
    slide.notes_slide.notes_text_frame.text = "讲稿"
    for placeholder in slide.slide_layout.placeholders:
        if placeholder.placeholder_format.type in (15, 16):  # footer, date
            slide.shapes.clone_placeholder(placeholder)
            slide.placeholders[placeholder.placeholder_format.idx].text = "机密"
    assert [shape.text_frame.text for shape in slide.shapes].count("机密") == 2
    assert page(deck).text == "## 题"


def test_hidden_slides_are_told_and_keep_their_number() -> None:
    deck, slide = deck_of()
    box(slide.shapes, 1, 1, "底稿")
    slide.element.set("show", "0")
    box(deck.slides.add_slide(deck.slide_layouts[6]).shapes, 1, 1, "正文")
    source = read(deck)
    assert [(each.number, each.text, each.excluded) for each in source.pages] == [(1, "", True), (2, "正文", False)]
    assert tuple(map(str, source.notes)) == ("第 1 张幻灯片已隐藏（未读取）",)
    assert source.page_kind == "slide"


def test_a_hidden_shape_is_left_out_and_flagged() -> None:
    deck, slide = deck_of()
    box(slide.shapes, 1, 1, "可见")
    box(slide.shapes, 1, 2, "隐藏")._element.nvSpPr.cNvPr.set("hidden", "1")
    assert (page(deck).text, page(deck).flags) == ("可见", ("hidden",))


def test_a_slide_without_words_is_flagged() -> None:
    deck, _ = deck_of()
    assert (page(deck).text, page(deck).flags) == ("", ("empty",))


def test_a_tab_parts_no_cells() -> None:
    deck, slide = deck_of()
    box(slide.shapes, 1, 1, "规模\t12.5")
    assert page(deck).text == "规模 12.5"


def test_the_title_that_the_program_gives_is_none() -> None:
    deck, _ = deck_of()
    deck.core_properties.title = "PowerPoint Presentation"
    assert read(deck).title == ""
    deck.core_properties.title = "产业报告"
    assert read(deck).title == "产业报告"
