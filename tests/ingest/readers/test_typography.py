"""Lines of laid out pages to paragraphs and headings. A column is 300 wide: thirty characters of ten points."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest.readers.layout import Block, TableRows, TextLine
from ingest.readers.typography import LaidPage, compose_pages

FULL = "人工智能产业的发展需要算力算法与数据三者的支撑并且需要人才与资"  # thirty characters
HEIGHT = 800.0


def line(
    text: str, y: float, *, x: float = 50, size: float = 10, bold: bool = False, left: float = 50, column: int = 0
) -> TextLine:
    return TextLine(text, x, y, x + size * len(text), y + size, size, bold, left, left + 300, column)


def table(*rows: tuple[str, ...], y: float = 100) -> TableRows:
    return TableRows(
        rows,
        tuple((50.0 + 60 * column, 110.0 + 60 * column) for column in range(len(rows[0]))),
        50,
        y,
        350,
        y + 20 * len(rows),
    )


def cut(*rows: tuple[str, ...]) -> TableRows:
    """A table whose last row has a line in each cell that ends where its text does; a column is six characters wide."""
    whole = table(*rows)
    ends = (
        TextLine(cell, left, 700, left + 10 * len(cell), 710, 10, False, left, right, 0) if cell else None
        for cell, (left, right) in zip(rows[-1], whole.columns, strict=True)
    )
    return replace(whole, ends=tuple(ends))


def page(number: int, *blocks: Block) -> LaidPage:
    return LaidPage(number, HEIGHT, blocks)


def texts_of(pages: Sequence[LaidPage]) -> list[str]:
    return [page.text for page in compose_pages(pages)]


def composed(*blocks: Block) -> str:
    return texts_of([page(1, *blocks)])[0]


def body(y: float = 400) -> list[Block]:
    """A paragraph of three full lines and a short one, which tells the size of the body."""
    return [*(line(FULL[:30], y + 15 * n) for n in range(3)), line("金。", y + 45)]


BODY_TEXT = FULL[:30] * 3 + "金。"


def test_wrapped_lines_are_one_paragraph_and_an_indent_begins_the_next() -> None:
    indented = line(FULL[:28], 460, x=70)
    assert composed(*body(), indented, line("源。", 475)) == f"{BODY_TEXT}\n\n{FULL[:28]}源。"


def test_a_line_that_ends_early_ends_its_paragraph() -> None:
    assert composed(line("发布时间为今年", 100), line("发布地点为北京", 115), *body()).startswith(
        "发布时间为今年\n\n发布地点为北京\n\n"
    )


def test_a_wide_white_space_parts_paragraphs() -> None:
    assert composed(line(FULL[:30], 100), line(FULL[:30], 140), *body()).startswith(f"{FULL[:30]}\n\n{FULL[:30]}\n\n")


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    left = [line(FULL[:30], 700), line(FULL[:30], 715)]
    right = [line(FULL[:30], 100, x=400, left=400, column=1), line("金。", 115, x=400, left=400, column=1)]
    assert composed(*left, *right) == FULL[:30] * 3 + "金。"


def right(text: str, y: float, *, indent: float = 0, size: float = 10) -> TextLine:
    return line(text, y, x=400 + indent, left=400, column=1, size=size)


def test_a_clause_that_ends_at_the_foot_of_a_column_does_not_end_its_paragraph() -> None:
    left = [line(FULL[:30], 700), line(FULL[:29] + "；", 715)]
    assert composed(*left, right(FULL[:30], 100), right("金。", 115)) == f"{FULL[:30]}{FULL[:29]}；{FULL[:30]}金。"


@pytest.mark.parametrize(
    ("last", "head"),
    [
        (FULL[:29] + "。", right("资金。", 100)),  # the sentence ends
        (FULL[:20], right("资金。", 100)),  # there was room for more
        (FULL[:30], right("资金。", 100, indent=20)),
        (FULL[:30], right("• 资金。", 100)),
        (FULL[:29] + "；", right("2、资金。", 100)),
        (FULL[:30], right("资金来源", 100, size=14)),
    ],
)
def test_what_begins_at_the_head_of_a_column_is_not_joined(last: str, head: TextLine) -> None:
    text = composed(*body(300), line(FULL[:30], 700), line(last, 715), head, right(FULL[:20] + "。", 130))
    assert f"{last}\n" in text
    assert head.text in text


def test_numbers_amid_a_paragraph_go_on_though_a_line_or_column_begins_with_one() -> None:
    first, second = FULL[:12] + "分为三步：1、" + FULL[:11] + "；", "2、" + FULL[:27] + "；"
    assert composed(*body(300), line(first, 700), line(second, 715), right("3、资金。", 100)).endswith(
        f"{first}{second}3、资金。"
    )


def test_items_that_have_lines_of_their_own_stay_apart_though_full() -> None:
    items = [f"{n}、{FULL[:27]}；" for n in (1, 2, 3)]
    text = composed(*body(300), line(items[0], 700), line(items[1], 715), right(items[2], 100))
    assert text.endswith("\n".join(items))


def test_a_page_of_few_lines_has_the_leading_of_the_file() -> None:
    usual = page(1, *(line(FULL[:30], 100 + 15 * n) for n in range(12)), line("金。", 280))
    wide = page(2, *(line(text, 100 + 25 * n) for n, text in enumerate([FULL[:30], FULL[1:31]])))
    assert texts_of([usual, wide])[1] == f"{FULL[:30]}\n\n{FULL[1:31]}"


def test_a_page_of_many_lines_has_a_leading_of_its_own() -> None:
    usual = page(1, *(line(FULL[:30], 100 + 15 * n) for n in range(12)), line("金。", 280))
    wide = page(2, *(line(FULL[:30], 100 + 25 * n) for n in range(10)))
    assert texts_of([usual, wide])[1] == FULL[:30] * 10


def test_larger_sizes_are_headings_by_their_rank() -> None:
    text = composed(
        line("年度报告", 100, size=24), line("一、概况", 140, size=16), line("1.1 背景", 170, size=13), *body()
    )
    assert text == f"# 年度报告\n\n## 一、概况\n\n### 1.1 背景\n\n{BODY_TEXT}"


def test_a_bold_line_of_the_bodys_size_is_a_heading_of_the_last_rank() -> None:
    text = composed(line("年度报告", 100, size=24), line("主要发现", 140, bold=True), *body())
    assert text.startswith("# 年度报告\n\n## 主要发现\n\n")


def test_where_most_is_bold_bold_tells_no_heading() -> None:
    bold = [line(f"第{n}条要点在此", 100 + 40 * n, bold=True) for n in range(20)]
    assert "#" not in composed(*bold)


def test_a_large_figure_a_caption_and_a_source_are_no_headings() -> None:
    blocks = [
        line("45%", 100, size=30),
        line("图1：市场规模", 160, bold=True),
        line("资料来源：公开资料", 180, bold=True),
    ]
    assert "#" not in composed(*blocks, *body())


def test_a_bold_sentence_is_no_heading() -> None:
    assert "#" not in composed(line("市场规模将继续增长。", 100, bold=True), *body())
    assert "#" not in composed(line("规模仍将增长；增速放缓", 100, bold=True), *body())


def part(number: str, title: str, *, size: float = 40) -> list[Block]:
    return [line(number, 200, size=size), line(title, 300, size=30)]


def test_a_number_and_the_title_below_it_that_open_a_page_are_the_heading_of_a_part() -> None:
    slides = [line("市场规模", 100, size=20), *body()]
    pages = [
        part("01", "新风口"),
        slides,
        part("02", "生成式AI产业链"),
        slides,
        [*part("03", "展望", size=30), *body()],
    ]
    assert texts_of([page(n, *blocks) for n, blocks in enumerate(pages, start=1)]) == [
        "# 01 新风口",
        f"## 市场规模\n\n{BODY_TEXT}",
        "# 02 生成式AI产业链",
        f"## 市场规模\n\n{BODY_TEXT}",
        f"# 03 展望\n\n{BODY_TEXT}",
    ]


@pytest.mark.parametrize(
    "blocks",
    [
        [*part("01", "新风口"), *body(), line("02", 500, size=40), line("新生态", 550, size=30)],
        [line("市场", 100, size=30), *part("02", "能力增强"), *body()],
        [*part("02", "能力增强", size=20), *body()],
        [line("02", 200), line("能力增强", 220, bold=True), *body()],
        [line("02", 200, size=40), *body()],
        [*part("02", "1.2 能力增强"), *body()],
        [*part("12", "能力增强"), *body()],
        [line("02", 200, size=40), table(("公司", "收入"), ("甲", "1.5")), *body()],
        [*body(), line("02", 770, size=40)],
    ],
    ids=["several", "not first", "smaller", "small", "no title", "a numbered one", "a figure", "a table", "foot"],
)
def test_any_other_number_in_large_type_is_no_heading(blocks: list[Block]) -> None:
    assert not re.search(r"^#+ (?:01|02|12)", composed(*blocks), re.MULTILINE)


def test_a_number_beside_its_title_is_of_a_part_whatever_is_set_larger() -> None:
    cover = [line("年度报告", 100, size=50), line("某某研究院", 300, size=40)]
    pages = [page(1, *cover), page(2, line("01 新风口", 200, size=30)), page(3, *body())]
    assert texts_of(pages)[1] == "# 01 新风口"
    panels = [line(f"0{n} 数据的采集", 100 * n, size=30) for n in (1, 2, 3)]
    assert texts_of([page(1, *cover), page(2, *panels), page(3, *body())])[1].startswith("### 01 数据的采集\n")
    bold = [line("01 数据的采集", 100, bold=True), *body()]
    assert texts_of([page(1, *cover), page(2, *bold), page(3, *body())])[1].startswith("### 01 数据的采集\n")


@pytest.mark.parametrize("numbers", [("02", "02"), ("02", "01")], ids=["on each slide", "backwards"])
def test_numbers_that_do_not_count_on_are_no_parts(numbers: tuple[str, ...]) -> None:
    pages = [page(n, *part(number, "能力增强"), *body()) for n, number in enumerate(numbers, start=1)]
    assert [text.split("\n")[0] for text in texts_of(pages)] == list(numbers)


def test_a_number_in_a_cell_is_no_part() -> None:
    assert "#" not in composed(table(("02", "能力增强"), ("03", "应用广泛")), *body())


def test_a_heading_over_two_lines_is_one() -> None:
    first = TextLine("人工智能产业的算力需求与供给以及", 50, 100, 348, 118, 18, False, 50, 350, 0)
    assert composed(first, line("未来展望", 125, size=18), *body()).startswith(
        "# 人工智能产业的算力需求与供给以及未来展望\n\n"
    )


def test_the_last_character_of_a_heading_on_a_line_of_its_own_is_of_it() -> None:
    first = TextLine("人工智能产业的算力需求与供给的报", 50, 100, 348, 118, 18, False, 50, 350, 0)
    assert composed(first, line("告", 125, size=18), *body()).startswith("# 人工智能产业的算力需求与供给的报告\n\n")
    assert composed(first, line("告", 225, size=18), *body()).startswith("# 人工智能产业的算力需求与供给的报\n\n告\n")


def test_a_bold_heading_below_a_line_without_a_full_stop_is_not_of_its_paragraph() -> None:
    text = composed(*body(), line(FULL[:30], 470), line("主要发现", 485, bold=True))
    assert text.endswith(f"{FULL[:30]}\n\n# 主要发现")


def test_the_last_character_of_a_paragraph_is_of_it_too() -> None:
    assert composed(*body(), line(FULL[:30], 470), line("告", 485)).endswith(f"{FULL[:30]}告")


def test_items_of_a_list_stand_line_by_line() -> None:
    items = [line(f"• 第{n}项", 100 + 15 * n) for n in range(3)]
    assert composed(*items, *body()).startswith("• 第0项\n• 第1项\n• 第2项\n\n")


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [page(n, line("某某研究院 年度报告", 30), *body(), line(f"- {n} -", 770)) for n in range(1, 5)]
    assert texts_of(pages) == [BODY_TEXT] * 4


def test_heads_that_alternate_between_left_and_right_pages_are_left_out() -> None:
    pages = [page(n, line("左页书眉" if n % 2 else "右页书眉", 30), *body()) for n in range(1, 7)]
    assert texts_of(pages) == [BODY_TEXT] * 6


def test_a_title_that_three_slides_share_is_no_running_head() -> None:
    titles = ["市场规模", "市场规模", "市场规模", "竞争格局", "发展趋势", "投资机会", "风险提示"]
    texts = texts_of([page(n, line(title, 40, size=20), *body()) for n, title in enumerate(titles, start=1)])
    assert [text.split("\n")[0] for text in texts] == [f"# {title}" for title in titles]


def test_what_repeats_in_the_middle_of_a_page_or_names_a_source_stays() -> None:
    pages = [page(n, line("单位亿元人民币", 300), *body(), line("资料来源：公司公告", 760)) for n in range(1, 5)]
    assert all("单位亿元人民币" in text and "资料来源：公司公告" in text for text in texts_of(pages))


def test_a_number_at_the_foot_of_one_page_stays() -> None:
    assert composed(*body(), line("2023", 770)).endswith("2023")


def test_a_sentence_cut_by_the_page_stands_whole_where_it_begins() -> None:
    first = page(1, *body(), line(FULL[:30], 700), line(FULL[:30], 715))
    second = page(2, line("其余各项。下一句话也很重要", 100), *body())
    texts = texts_of([first, second])
    assert texts[0].endswith(FULL[:30] * 2 + "其余各项。")
    assert texts[1].startswith("下一句话也很重要\n\n")


def test_a_footnote_between_does_not_keep_a_sentence_apart() -> None:
    first = page(1, *body(), line(FULL[:30], 600), line(FULL[:30], 615), line("1 数据截至年底", 700, size=7))
    texts = texts_of([first, page(2, line("其余各项。", 100), *body())])
    assert texts == [f"{BODY_TEXT}\n\n{FULL[:30] * 2}其余各项。\n\n1 数据截至年底", BODY_TEXT]


def test_a_new_paragraph_overleaf_is_not_joined() -> None:
    first = page(1, *body(), line(FULL[:30], 700), line("完。", 715))
    assert texts_of([first, page(2, line("另一段。", 100), *body())])[1].startswith("另一段。")
    heading = page(2, line("二、概况", 100, size=16), *body())
    assert texts_of([page(1, *body(), line(FULL[:30], 715)), heading])[1].startswith("# 二、概况")


def test_a_table_that_goes_on_overleaf_does_not_repeat_its_header() -> None:
    first = page(1, *body(), table(("公司", "收入"), ("甲", "1")))
    second = page(2, table(("公司", "收入"), ("乙", "2")))
    third = page(3, table(("公司", "收入"), ("丙", "3")), *body())
    assert [text.split("\n")[0 if n else -1] for n, text in enumerate(texts_of([first, second, third]))] == [
        "甲\t1",
        "乙\t2",
        "丙\t3",
    ]


def test_another_table_overleaf_keeps_its_header() -> None:
    first = page(1, table(("公司", "收入"), ("甲", "1")))
    assert texts_of([first, page(2, table(("公司", "利润"), ("甲", "2")))])[1] == "公司\t利润\n甲\t2"
    apart = page(2, line("下表为另一年的数字", 100), table(("公司", "收入"), ("甲", "2")))
    assert texts_of([first, apart])[1].endswith("公司\t收入\n甲\t2")


COMPANIES = (("公司", "说明", "收入"), ("甲", "设计芯片，并且", "1.5"))


def test_columns_that_are_empty_overleaf_are_kept() -> None:
    overleaf = TableRows((("乙", "2.5"),), ((50, 110), (170, 230)), 50, 100, 350, 120)
    _, second = compose_pages([page(1, table(*COMPANIES)), page(2, overleaf)])
    assert (second.text, second.goes_on) == ("乙\t\t2.5", True)


@pytest.mark.parametrize(
    "columns",
    [((50, 110), (140, 200)), ((170, 230), (50, 110)), ((50, 110), (300, 330))],
    ids=["between two", "in another order", "outside"],
)
def test_a_table_overleaf_of_other_columns_is_another(columns: tuple[tuple[float, float], ...]) -> None:
    overleaf = TableRows((("乙", "2.5"), ("丙", "3.5")), columns, 50, 100, 350, 140)
    assert compose_pages([page(1, table(*COMPANIES)), page(2, overleaf)])[1] == ("乙\t2.5\n丙\t3.5", False)


def test_of_ruled_tables_a_part_is_as_wide_as_the_whole() -> None:
    first = replace(table(*COMPANIES), ruled=True)
    narrower = TableRows((("乙", "2.5"), ("丙", "3.5")), ((50, 110), (170, 230)), 50, 100, 230, 140, ruled=True)
    assert not compose_pages([page(1, first), page(2, narrower)])[1].goes_on
    assert compose_pages([page(1, first), page(2, replace(narrower, x1=350))])[1] == ("乙\t\t2.5\n丙\t\t3.5", True)
    right = replace(narrower, x1=350, columns=((50, 110), (130, 230)))
    assert not compose_pages([page(1, first), page(2, right)])[1].goes_on


def test_lines_around_a_column_without_words_overleaf_show_that_the_table_goes_on() -> None:
    first = replace(table(*COMPANIES), ruled=True)
    words = TableRows((("乙", "做软件"), ("丙", "做硬件")), ((50, 110), (110, 170)), 50, 100, 350, 140, ruled=True)
    assert compose_pages([page(1, first), page(2, words)])[1] == ("乙\t做软件\t\n丙\t做硬件\t", True)
    other = replace(words, columns=((50, 110), (110, 350)))  # the second column takes up the rest
    assert compose_pages([page(1, first), page(2, other)])[1] == ("乙\t做软件\n丙\t做硬件", False)


UNEVEN = TableRows(
    (("职位", "影响机制", "影响评价"), ("文员", "自动处理邮件", "消极"), ("编剧", "生成创意", "略消极")),
    ((50, 90), (90, 250), (250, 350)), 50, 640, 350, 700, ruled=True, bold_head=True,
)  # fmt: skip
NEXT_ROW = ("主播", "合成虚拟人", "中性")


def overleaf_of(*rows: tuple[str, ...], starts: Sequence[int] = ()) -> TableRows:
    return replace(UNEVEN, rows=rows, bold_head=False, starts=tuple(starts) or tuple(range(len(rows))))


def goes_on(above: TableRows, below: TableRows) -> bool:
    return compose_pages([page(1, *body(50), above), page(2, below, *body())])[1].goes_on


def test_a_row_that_is_not_bold_below_a_bold_header_goes_on_overleaf() -> None:
    assert compose_pages([page(1, UNEVEN), page(2, overleaf_of(NEXT_ROW), *body())])[1] == (
        "主播\t合成虚拟人\t中性\n\n" + BODY_TEXT,
        True,
    )
    even = table(*UNEVEN.rows, y=640)
    assert goes_on(replace(even, bold_head=True), table(NEXT_ROW))
    assert not goes_on(even, table(NEXT_ROW))
    assert not goes_on(UNEVEN, replace(overleaf_of(NEXT_ROW), bold_head=True))


def test_lines_down_at_the_same_uneven_distances_are_of_one_table() -> None:
    plain = replace(UNEVEN, bold_head=False)
    assert goes_on(plain, overleaf_of(NEXT_ROW))
    assert not goes_on(plain, replace(overleaf_of(NEXT_ROW), columns=((50, 90), (90, 240), (240, 350))))
    assert not goes_on(plain, overleaf_of(("职位", "招聘人数", "变化"), ("文员", "若干", "下降")))
    assert not goes_on(replace(plain, ruled=False), replace(overleaf_of(NEXT_ROW), ruled=False))


STAGES = (("阶段", "目标", "负责人"), ("一期", "建成机房", "张工"))


@pytest.mark.parametrize("bold", [True, False])
def test_below_a_table_that_ends_high_on_its_page_another_one_begins_overleaf(bold: bool) -> None:
    high = replace(UNEVEN, top=50, bottom=100, bold_head=bold)
    assert not goes_on(high, overleaf_of(*STAGES))


def test_a_bold_header_may_stand_below_the_title_of_the_table() -> None:
    titled = replace(UNEVEN, rows=(("表1 影响",), *UNEVEN.rows))
    assert goes_on(titled, overleaf_of(NEXT_ROW))


MERGED = [("", "美术", "消极"), ("", "策划", "略消极"), ("教育", "教师", "消极"), ("", "助教", "中性")]


def names_overleaf(above: TableRows, below: TableRows) -> list[str]:
    return [row.split("\t")[0] for row in texts_of([page(1, above), page(2, below)])[1].split("\n")]


def test_rows_overleaf_have_the_name_that_is_merged_over_both_pages() -> None:
    assert names_overleaf(UNEVEN, overleaf_of(*MERGED, starts=[7, 7, 8, 9])) == ["编剧", "编剧", "教育", ""]
    assert names_overleaf(UNEVEN, overleaf_of(*MERGED[1:])) == ["编剧", "教育", ""]


@pytest.mark.parametrize(
    ("last", "rows"),
    [
        (("编剧", "生成创意", "略消极"), MERGED[:2]),
        (("编剧", "生成创意", "略消极"), [("", "合计", "三项"), NEXT_ROW]),
        (("2", "生成创意", "略消极"), MERGED[1:]),
        (("二、其他",), MERGED[1:]),
        (("", "生成创意", "略消极"), MERGED[1:]),
    ],
    ids=["a cell for each", "a sum", "below a number", "below a title", "below a row without a name"],
)
def test_what_is_no_merged_cell_gives_no_name(last: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    above = replace(UNEVEN, rows=(*UNEVEN.rows[:2], last))
    assert names_overleaf(above, overleaf_of(*rows))[0] == ""


def test_figures_that_end_at_one_place_are_one_column_however_wide_they_are() -> None:
    figures = TableRows((("公司", "收入"), ("甲", "100.5")), ((50, 110), (200, 230)), 50, 100, 230, 140)
    overleaf = TableRows((("乙", "2.5"),), ((50, 70), (215, 230)), 50, 100, 230, 120)
    assert compose_pages([page(1, figures), page(2, overleaf)])[1] == ("乙\t2.5", True)


def test_the_rest_of_a_cut_row_stands_where_the_row_begins() -> None:
    rest = table(("", "销售服务器。", ""), ("乙", "做软件", "2.5"))
    assert compose_pages([page(1, cut(*COMPANIES)), page(2, rest)]) == [
        ("公司\t说明\t收入\n甲\t设计芯片，并且销售服务器。\t1.5", False),
        ("乙\t做软件\t2.5", True),
    ]


def test_lines_overleaf_below_a_column_are_the_rest_of_its_last_cell() -> None:
    lines = [line("销售AI", 100, x=110), line("GPU。", 115, x=110)]
    whole = "公司\t说明\t收入\n甲\t设计芯片，并且销售AI GPU。\t1.5"
    assert texts_of([page(1, cut(*COMPANIES)), page(2, *lines, *body())]) == [whole, BODY_TEXT]
    apart = line("另一段话。", 145, x=110)
    assert texts_of([page(1, cut(*COMPANIES)), page(2, *lines, apart, *body())])[1].startswith("另一段话。\n")


@pytest.mark.parametrize(
    "head",
    [
        line("销售服务器。", 100),  # below the first column, and at the edge of the page
        line("销售服务器。", 100, x=140),
        line("销售服务器以及相关的设备。", 100, x=110),  # wider than the column
        line("销售服务器", 100, x=110, size=14),
    ],
)
def test_any_other_line_overleaf_is_no_rest_of_a_cell(head: TextLine) -> None:
    texts = texts_of([page(1, cut(*COMPANIES)), page(2, head, *body(), *body(500))])
    assert texts[0].endswith("甲\t设计芯片，并且\t1.5")
    assert texts[1].lstrip("# ").startswith(head.text)


def test_a_page_with_the_rest_of_a_row_and_text_has_the_text() -> None:
    texts = texts_of([page(1, cut(*COMPANIES)), page(2, table(("", "销售服务器。", "")), *body())])
    assert texts == ["公司\t说明\t收入\n甲\t设计芯片，并且销售服务器。\t1.5", BODY_TEXT]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (("甲", "设计芯片，并且", "1.5"), ("乙", "销售服务器。", "")),
        (("甲", "设计芯片，并且", "1.5"), ("", "销售服务器。", "2.5")),
        (("甲", "设计与销售。", "1.5"), ("", "销售服务器。", "")),
        (("甲", "芯片，", "1.5"), ("", "销售服务器。", "")),
        (("甲", "设计芯片，并且", "1.5"), ("", "2、销售服务器。", "")),
        (("华东", "南京市江宁区", "1.5"), ("", "杭州市余杭区", "")),
        (("", "设计芯片，并且", "1.5"), ("", "销售服务器。", "")),
    ],
    ids=["named", "with a figure", "a sentence ended", "room for more", "an item", "names", "no name above"],
)
def test_where_it_is_in_doubt_the_first_row_overleaf_stays_a_row(
    above: tuple[str, ...], below: tuple[str, ...]
) -> None:
    first, second = texts_of([page(1, cut(COMPANIES[0], above)), page(2, table(below, ("乙", "做软件", "2.5")))])
    assert first.split("\n")[-1] == "\t".join(above)
    assert second.split("\n")[0] == "\t".join(below)


def test_hashes_of_the_text_itself_mark_no_heading() -> None:
    assert composed(line("# 注释一行", 100), *body()).startswith("#注释一行\n\n")


def test_pages_without_anything_are_empty() -> None:
    assert texts_of([page(1), page(2)]) == ["", ""]
