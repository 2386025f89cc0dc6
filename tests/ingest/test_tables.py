"""Tab-separated lines to rows that know their header; what does not line up is not paired by guess."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.source import CELL_BREAK, Line
from ingest.tables import NOTE, Row, Table, is_table_line, logical_lines, parse_table, row_parts


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


def test_a_total_is_not_named_by_the_row_above_it() -> None:
    assert table("公司\t收入\n甲\t1\n乙\t2\n\t3").rows[2].cells == (("收入", "3"),)
    assert table("排名\t公司\t收入\n1\t甲\t1\n2\t乙\t2\n\t合计\t3").rows[2].cells == (
        ("公司", "合计"),
        ("收入", "3"),
    )
    for word in ("总 计", "小计：", "平均值", "全国", "其他（十家）", "合計"):
        assert table(f"地区\t省份\t收入\n华东\t甲\t1\n\t{word}\t3\n华南\t丙\t4").rows[1].carried == 0
    # A row under a total may belong to it, or to the block above.
    assert table("地区\t省份\t收入\n华东\t甲\t1\n\t小计\t1\n\t乙\t2").rows[2].carried == 0


def test_a_merged_cell_is_carried_to_rows_that_only_look_like_totals() -> None:
    for row in ("\t全国版\t3", "\t合计报表\t3", "\t其他收入\t3"):
        assert table(f"公司\t产品\t收入\n甲\t云\t1\n{row}").rows[1].cells[0] == ("公司", "甲")
    # Two rows of figures without a name, or a lone one that is not the last, are no sum.
    assert [row.carried for row in table("公司\t收入\n甲\t1\n\t2\n\t3").rows] == [0, 1, 1]
    assert [row.carried for row in table("公司\t收入\n甲\t1\n\t2\n乙\t3").rows] == [0, 1, 0]


def test_an_empty_corner_leaves_the_names_over_the_other_columns() -> None:
    read = table("\t2021年\t2022年\n收入\t1\t2\n利润\t3\t4\n\t4\t6")
    assert read.rows[0].cells == (("", "收入"), ("2021年", "1"), ("2022年", "2"))
    assert read.rows[2].cells == (("2021年", "4"), ("2022年", "6"))


def test_an_empty_corner_over_merged_cells_is_not_paired() -> None:
    assert table("\t甲\t乙\n一\t二\t三\n\t四\t五\n六\t七\t八").rows[0].cells == (("", "一"), ("", "二"), ("", "三"))


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


def test_a_line_of_texts_is_a_row_and_no_header() -> None:
    assert table(f"芯片\t{'长' * 81}\n服务器\t短").header_lines == 0


def test_a_line_alone_is_a_row_without_a_header() -> None:
    assert table("原来的\t延续") == Table("", 0, (Row(0, (("", "原来的"), ("", "延续"))),))


@pytest.mark.parametrize(("line", "is_one"), [("甲\t乙", True), ("\t乙", True), ("\t\t", False), ("甲 乙", False)])
def test_a_table_line_has_a_tab_and_says_something(line: str, is_one: bool) -> None:
    assert is_table_line(line) is is_one


def test_a_name_over_two_columns_that_stands_in_each_is_read_like_one_that_stands_once() -> None:
    read = table("公司\tNLP\tNLP\t年份\n公司\t模型\t参数量\t年份\n百度\tERNIE\t260B\t2021\n谷歌\tPaLM\t540B\t2022")
    assert read.header_lines == 2
    assert read.rows[0].cells == (("公司", "百度"), ("NLP模型", "ERNIE"), ("NLP参数量", "260B"), ("年份", "2021"))


def test_rows_that_repeat_a_name_are_no_header_of_two_lines() -> None:
    read = table("公司\t模型\t参数量\n谷歌\tPaLM\t540B\n谷歌\tBERT\t3B")
    assert read.header_lines == 1
    assert read.rows[0].cells == (("公司", "谷歌"), ("模型", "PaLM"), ("参数量", "540B"))


def test_a_sub_heading_inside_a_table_stands_over_the_rows_below_it() -> None:
    for across in ("其中：\t\t", "一、资产\t一、资产\t一、资产"):
        rows = table(f"项目\t2021\t2022\n收入\t10\t12\n{across}\n云\t6\t7\n端\t4\t5").rows
        assert [row.under for row in rows] == ["", "", across.split("\t")[0], across.split("\t")[0]]
        assert rows[1].cells == (("", across.split("\t")[0]),)


def test_a_row_without_its_figures_is_no_sub_heading() -> None:
    rows = table("项目\t2021\t2022\n收入\t10\t12\n云\t\t\n端\t4\t5").rows
    assert (rows[1].cells, rows[2].under) == ((("项目", "云"),), "")


def test_a_note_inside_a_table_belongs_to_no_column() -> None:
    assert table("项目\t2021\t2022\n收入\t10\t12\n注：含税\t\t").rows[1].cells == (("", "注：含税"),)


def test_a_row_that_stands_a_column_too_far_left_is_kept_whole() -> None:
    rows = table("赛道\t细分\t中国\t技术\n文本\t写作\t秘塔\tA\n\t搜索\t/\t\n图像\t绘画\t滴墨\tB\n消费\t/\t\t").rows
    assert rows[3].cells == (("", "消费"), ("", "/"))
    # A block may lack its last cell: as many columns as rows under others have, and no fewer.
    assert table("赛道\t细分\t中国\t技术\n文本\t写作\t秘塔\tA\n\t搜索\t/\t\n消费\t购物\t淘宝\t").rows[2].cells == (
        ("赛道", "消费"),
        ("细分", "购物"),
        ("中国", "淘宝"),
    )


def test_a_text_over_several_columns_is_paired_with_none_of_them() -> None:
    rows = table("赛道\t细分\t中国\t美国\t潜力\n文本\t写作\t秘塔\tJasper\t★\n多模态\t指多种媒介。\t\t\t★★").rows
    assert rows[1].cells == (("赛道", "多模态"), ("", "指多种媒介。"), ("潜力", "★★"))
    sentences = table("赛道\t评价\t中国\t美国\t潜力\n文本\t成熟。\t秘塔\tJasper\t★\n音频\t尚早。\t\t\t★★").rows
    assert sentences[1].cells == (("赛道", "音频"), ("评价", "尚早。"), ("潜力", "★★"))


def test_a_row_with_other_cells_than_the_header_is_kept_whole() -> None:
    rows = table("公司\t模型\t参数量\n谷歌\tPaLM\t540B\n百度\tERNIE").rows
    assert rows[1].cells == (("", "百度"), ("", "ERNIE"))


@pytest.mark.parametrize(
    "note", ["注：", "备注:", "資料來源：", "資料来源：", "数据来源：", "信息来源:", "来源：", "注1："]
)
def test_a_note_is_known_in_simplified_and_traditional_characters(note: str) -> None:
    assert NOTE.match(f"{note}公开资料")


@pytest.mark.parametrize("line", ["注意：口径不同", "来源广泛：数据", "资料来源于公开数据，", "关注：", "数据：来源"])
def test_a_line_that_only_begins_like_a_note_is_none(line: str) -> None:
    assert not NOTE.match(line)


# --- rows inside a row ---------------------------------------------------------------------------------------------


def logical(*rows: str) -> list[str]:
    return [line.text for line in logical_lines([Line(row.replace("|", CELL_BREAK), 3) for row in rows])]


HEADER = "机构\t企业\t国家\t领域"


def test_lines_that_agree_in_number_are_rows_and_a_name_stands_in_each() -> None:
    assert logical(HEADER, "红杉\tOpenAI|copy.ai\t美国\t模型|文本") == [
        HEADER,
        "红杉\tOpenAI\t美国\t模型",
        "红杉\tcopy.ai\t美国\t文本",
    ]
    long = "很长的说明" * 9
    assert logical(HEADER, f"\tOpenAI|copy.ai\t{long}\t模型|文本")[1:] == [
        f"\tOpenAI\t{long}\t模型",
        "\tcopy.ai\t\t文本",
    ]


def test_lines_that_do_not_agree_are_kept_in_one_row() -> None:
    assert logical(HEADER, "红杉\tOpenAI|copy.ai\t美国\t模型|文本|视频")[1:] == [
        "红杉\tOpenAI copy.ai\t美国\t模型 文本 视频"
    ]


def test_items_of_one_cell_are_rows_and_its_other_lines_are_not() -> None:
    assert logical("行业\t赋能", "电商\t• 推荐|• 客服")[1:] == ["电商\t• 推荐", "电商\t• 客服"]
    assert logical("行业\t赋能", "电商\t推荐商品|客服应答")[1:] == ["电商\t推荐商品 客服应答"]


def test_a_header_is_one_line_whatever_its_cells_hold() -> None:
    assert logical("规模|（亿元）\t增速|（%）", "12\t3") == ["规模 （亿元）\t增速 （%）", "12\t3"]


def test_a_text_that_the_width_of_its_column_parted_is_put_together() -> None:
    assert logical("甲\t乙", "芯片\t用于处理人工智|能相关的计算任|务")[1:] == ["芯片\t用于处理人工智能相关的计算任务"]
    assert logical("甲\t乙", "芯片\t包括语音、|图像和文本")[1:] == ["芯片\t包括语音、图像和文本"]
    assert logical("甲\t乙", "芯片\tlarge,|language")[1:] == ["芯片\tlarge, language"]


def test_a_break_outside_a_table_is_one_of_lines_and_each_keeps_its_page() -> None:
    lines = logical_lines([Line(f"甲{CELL_BREAK}乙", 7), Line("丙\t丁", 8)])
    assert lines == [Line("甲", 7), Line("乙", 7), Line("丙\t丁", 8)]


# --- parts of a long row -------------------------------------------------------------------------------------------


def parts(text: str, limit: int) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    header, line = text.split("\n")
    row = parse_table([header, line]).rows[0]
    return [(line[start:end], cells) for start, end, cells in row_parts(line, row, limit)]


def test_a_row_within_the_limit_is_one_part() -> None:
    assert parts("公司\t模型\n谷歌\tPaLM", 100) == [("谷歌\tPaLM", (("公司", "谷歌"), ("模型", "PaLM")))]


def test_a_long_row_is_parted_between_its_cells_and_each_part_is_named() -> None:
    technique, verdict = "技术" * 30, "评价" * 30
    assert parts(f"赛道\t技术\t评价\n文本\t{technique}\t{verdict}", 100) == [
        (f"文本\t{technique}", (("赛道", "文本"), ("技术", technique))),
        (verdict, (("赛道", "文本"), ("评价", verdict))),
    ]


def test_a_long_cell_is_parted_between_its_sentences() -> None:
    one, two = "甲" * 59 + "。", "乙" * 59 + "。"
    assert parts(f"赛道\t技术\n文本\t{one}{two}", 90) == [
        (f"文本\t{one}", (("赛道", "文本"), ("技术", one))),
        (two, (("赛道", "文本"), ("技术", two))),
    ]


def test_the_names_carried_from_above_stand_in_every_part() -> None:
    lines = ["赛道\t技术\t评价", "文本\t短\t短", f"\t{'技' * 60}\t{'评' * 60}"]
    row = parse_table(lines).rows[1]
    assert [cells[0] for _, _, cells in row_parts(lines[2], row, 100)] == [("赛道", "文本")] * 2


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.text(alphabet="甲乙。，a ", min_size=0, max_size=120).map(str.strip), min_size=2, max_size=5).filter(
        any
    )
)
def test_the_parts_of_a_row_hold_all_its_words_in_order(cells: list[str]) -> None:
    line = "\t".join(cells)
    row = parse_table(["\t".join(f"名{number}" for number in range(len(cells))), line]).rows[0]
    spans = [(start, end) for start, end, _ in row_parts(line, row, 80)]
    assert spans == sorted(spans)
    assert "".join("".join(line[start:end] for start, end in spans).split()) == "".join(line.split())


CELLS = st.sampled_from(["", "", "甲", "乙丙", "12.5", "名称", "/"])


@settings(deadline=None, max_examples=400)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=5).filter(any), min_size=1, max_size=6))
def test_every_cell_stands_in_its_own_row_and_every_name_in_a_pair_or_in_the_header(grid: list[list[str]]) -> None:
    read = parse_table(["\t".join(cells) for cells in grid])
    assert [row.line for row in read.rows] == list(range(read.header_lines, len(grid)))
    for row in read.rows:
        own = [cell for cell in grid[row.line] if cell]
        if len(own) > 2 and len(own) == len(grid[row.line]) and len({*own}) == 1 and len(row.cells) == 1:
            continue  # a cell over the whole row
        read_out = [cell for _, cell in row.cells]
        carried = len(read_out) - len(own)
        assert carried >= 0
        assert read_out[carried:] == own  # what is carried down stands before the row's own cells
        assert all(read_out)
    names = "".join(header for row in read.rows for header, _ in row.cells)
    for cells in grid[: read.header_lines]:
        assert all(name in read.header or name in names for name in cells)
