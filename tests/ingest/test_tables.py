"""Tab-separated lines to rows that know their header; what does not line up is not paired by guess."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.tables import Row, Table, is_table_line, parse_table


def table(text: str) -> Table:
    return parse_table(text.split("\n"))


def test_a_row_pairs_each_cell_with_the_name_above_it() -> None:
    assert table("公司\t模型\t参数量\n谷歌\tPaLM\t5400亿") == Table(
        "", 1, (Row(1, (("公司", "谷歌"), ("模型", "PaLM"), ("参数量", "5400亿"))),)
    )


def test_merged_leading_cells_are_carried_down_and_empty_cells_further_right_are_left_out() -> None:
    rows = table(
        "赛道\t细分\t中国\t美国\n文本\t写作\t秘塔\tJasper\n\t搜索\t\tandi\n图像\t绘画\t滴墨\tImagen\n\t\t飞桨\tAlpaca"
    ).rows
    assert rows[1].cells == (("赛道", "文本"), ("细分", "搜索"), ("美国", "andi"))
    assert rows[3].cells == (("赛道", "图像"), ("细分", "绘画"), ("中国", "飞桨"), ("美国", "Alpaca"))


def test_a_name_over_two_columns_is_put_before_each_name_under_it() -> None:
    read = table(
        "公司\tNLP\t\tCV\t\n\t模型\t参数量\t模型\t参数量\n百度\tERNIE\t260B\tUFO\t17B\n谷歌\tPaLM\t540B\tViT\t22B"
    )
    assert (read.header, read.header_lines) == ("公司 NLP CV", 2)
    assert read.rows[0].cells == (
        ("公司", "百度"),
        ("NLP模型", "ERNIE"),
        ("NLP参数量", "260B"),
        ("CV模型", "UFO"),
        ("CV参数量", "17B"),
    )


def test_the_second_line_names_the_columns_where_the_first_does_not_line_up() -> None:
    read = table("厂商\t英伟达\t燧原\t\n型号\tA100\tH100\ti20\n工艺\t7nm\t4nm\t12nm")
    assert (read.header, read.header_lines) == ("厂商 英伟达 燧原", 2)
    assert read.rows == (Row(2, (("型号", "工艺"), ("A100", "7nm"), ("H100", "4nm"), ("i20", "12nm"))),)


def test_a_name_over_the_first_two_columns_of_a_merged_table_names_the_first() -> None:
    read = table("领域\t文心\tGPT\t\n常识\t问答\t正确\t更好\n\t写作\t错误\t正确")
    assert read.rows[1].cells == (("领域", "常识"), ("", "写作"), ("文心", "错误"), ("GPT", "正确"))


def test_a_header_that_does_not_line_up_is_kept_beside_the_rows_and_not_paired() -> None:
    read = table("甲\t乙\n一\t二\t三\t\n四\t\t六\t七")
    assert read.header == "甲 乙"
    assert read.rows[1].cells == (("", "四"), ("", "六"), ("", "七"))


def test_a_name_over_a_column_without_cells_is_kept_beside_the_rows() -> None:
    read = table("公司\t模型\t参数量\n谷歌\t\t5400亿")
    assert (read.header, read.rows[0].cells) == ("模型", (("公司", "谷歌"), ("参数量", "5400亿")))


def test_a_short_second_line_is_a_row_and_not_the_names_of_columns_that_it_does_not_have() -> None:
    read = table("规格\t\n甲\t乙\n丙\t1\t2\t3")
    assert read.header == "规格"
    assert read.rows == (Row(1, (("", "甲"), ("", "乙"))), Row(2, (("", "丙"), ("", "1"), ("", "2"), ("", "3"))))
    merged = table("公司\t模型\t参数\t\n\tBERT\n谷歌\tLaMDA\t5400亿\tNLP")
    assert merged.rows[0] == Row(1, (("", "BERT"),))


def test_a_line_alone_is_a_row_without_a_header() -> None:
    assert table("原来的\t延续") == Table("", 0, (Row(0, (("", "原来的"), ("", "延续"))),))


@pytest.mark.parametrize(("line", "is_one"), [("甲\t乙", True), ("\t乙", True), ("\t\t", False), ("甲 乙", False)])
def test_a_table_line_has_a_tab_and_says_something(line: str, is_one: bool) -> None:
    assert is_table_line(line) is is_one


CELLS = st.sampled_from(["", "", "甲", "乙丙", "12.5", "名称", "/"])


@settings(deadline=None, max_examples=400)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=5).filter(any), min_size=1, max_size=6))
def test_every_cell_stands_in_its_own_row_and_every_name_in_a_pair_or_in_the_header(grid: list[list[str]]) -> None:
    read = parse_table(["\t".join(cells) for cells in grid])
    assert [row.line for row in read.rows] == list(range(read.header_lines, len(grid)))
    for row in read.rows:
        own = [cell for cell in grid[row.line] if cell]
        read_out = [cell for _, cell in row.cells]
        carried = len(read_out) - len(own)
        assert carried >= 0
        assert read_out[carried:] == own  # what is carried down stands before the row's own cells
        assert all(read_out)
    names = "".join(header for row in read.rows for header, _ in row.cells)
    for cells in grid[: read.header_lines]:
        assert all(name in read.header or name in names for name in cells)
