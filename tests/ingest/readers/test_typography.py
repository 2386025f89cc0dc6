"""Lines of laid out pages to paragraphs and headings. A column is 300 wide: thirty characters of ten points."""

import pytest

from ingest.readers.layout import Block, TableRows, TextLine
from ingest.readers.typography import LaidPage, compose

FULL = "人工智能产业的发展需要算力算法与数据三者的支撑并且需要人才与资"  # thirty characters
HEIGHT = 800.0


def line(
    text: str, y: float, *, x: float = 50, size: float = 10, bold: bool = False, left: float = 50, column: int = 0
) -> TextLine:
    return TextLine(text, x, y, x + size * len(text), y + size, size, bold, left, left + 300, column)


def table(*rows: tuple[str, ...], y: float = 100) -> TableRows:
    return TableRows(rows, tuple(50.0 + 60 * column for column in range(len(rows[0]))), 50, y, 350, y + 20 * len(rows))


def page(number: int, *blocks: Block) -> LaidPage:
    return LaidPage(number, HEIGHT, blocks)


def composed(*blocks: Block) -> str:
    return compose([page(1, *blocks)])[0]


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
    assert compose([usual, wide])[1] == f"{FULL[:30]}\n\n{FULL[1:31]}"


def test_a_page_of_many_lines_has_a_leading_of_its_own() -> None:
    usual = page(1, *(line(FULL[:30], 100 + 15 * n) for n in range(12)), line("金。", 280))
    wide = page(2, *(line(FULL[:30], 100 + 25 * n) for n in range(10)))
    assert compose([usual, wide])[1] == FULL[:30] * 10


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


def test_a_heading_over_two_lines_is_one() -> None:
    first = TextLine("人工智能产业的算力需求与供给以及", 50, 100, 348, 118, 18, False, 50, 350, 0)
    assert composed(first, line("未来展望", 125, size=18), *body()).startswith(
        "# 人工智能产业的算力需求与供给以及未来展望\n\n"
    )


def test_items_of_a_list_stand_line_by_line() -> None:
    items = [line(f"• 第{n}项", 100 + 15 * n) for n in range(3)]
    assert composed(*items, *body()).startswith("• 第0项\n• 第1项\n• 第2项\n\n")


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [page(n, line("某某研究院 年度报告", 30), *body(), line(f"- {n} -", 770)) for n in range(1, 5)]
    assert compose(pages) == [BODY_TEXT] * 4


def test_heads_that_alternate_between_left_and_right_pages_are_left_out() -> None:
    pages = [page(n, line("左页书眉" if n % 2 else "右页书眉", 30), *body()) for n in range(1, 7)]
    assert compose(pages) == [BODY_TEXT] * 6


def test_a_title_that_three_slides_share_is_no_running_head() -> None:
    titles = ["市场规模", "市场规模", "市场规模", "竞争格局", "发展趋势", "投资机会", "风险提示"]
    texts = compose([page(n, line(title, 40, size=20), *body()) for n, title in enumerate(titles, start=1)])
    assert [text.split("\n")[0] for text in texts] == [f"# {title}" for title in titles]


def test_what_repeats_in_the_middle_of_a_page_or_names_a_source_stays() -> None:
    pages = [page(n, line("单位亿元人民币", 300), *body(), line("资料来源：公司公告", 760)) for n in range(1, 5)]
    assert all("单位亿元人民币" in text and "资料来源：公司公告" in text for text in compose(pages))


def test_a_number_at_the_foot_of_one_page_stays() -> None:
    assert composed(*body(), line("2023", 770)).endswith("2023")


def test_a_sentence_cut_by_the_page_stands_whole_where_it_begins() -> None:
    first = page(1, *body(), line(FULL[:30], 700), line(FULL[:30], 715))
    second = page(2, line("其余各项。下一句话也很重要", 100), *body())
    texts = compose([first, second])
    assert texts[0].endswith(FULL[:30] * 2 + "其余各项。")
    assert texts[1].startswith("下一句话也很重要\n\n")


def test_a_footnote_between_does_not_keep_a_sentence_apart() -> None:
    first = page(1, *body(), line(FULL[:30], 600), line(FULL[:30], 615), line("1 数据截至年底", 700, size=7))
    texts = compose([first, page(2, line("其余各项。", 100), *body())])
    assert texts == [f"{BODY_TEXT}\n\n{FULL[:30] * 2}其余各项。\n\n1 数据截至年底", BODY_TEXT]


def test_a_new_paragraph_overleaf_is_not_joined() -> None:
    first = page(1, *body(), line(FULL[:30], 700), line("完。", 715))
    assert compose([first, page(2, line("另一段。", 100), *body())])[1].startswith("另一段。")
    heading = page(2, line("二、概况", 100, size=16), *body())
    assert compose([page(1, *body(), line(FULL[:30], 715)), heading])[1].startswith("# 二、概况")


def test_a_table_that_goes_on_overleaf_does_not_repeat_its_header() -> None:
    first = page(1, *body(), table(("公司", "收入"), ("甲", "1")))
    second = page(2, table(("公司", "收入"), ("乙", "2")))
    third = page(3, table(("公司", "收入"), ("丙", "3")), *body())
    assert [text.split("\n")[0 if n else -1] for n, text in enumerate(compose([first, second, third]))] == [
        "甲\t1",
        "乙\t2",
        "丙\t3",
    ]


def test_another_table_overleaf_keeps_its_header() -> None:
    first = page(1, table(("公司", "收入"), ("甲", "1")))
    assert compose([first, page(2, table(("公司", "利润"), ("甲", "2")))])[1] == "公司\t利润\n甲\t2"
    apart = page(2, line("下表为另一年的数字", 100), table(("公司", "收入"), ("甲", "2")))
    assert compose([first, apart])[1].endswith("公司\t收入\n甲\t2")


def test_hashes_of_the_text_itself_mark_no_heading() -> None:
    assert composed(line("# 注释一行", 100), *body()).startswith("#注释一行\n\n")


def test_pages_without_anything_are_empty() -> None:
    assert compose([page(1), page(2)]) == ["", ""]
