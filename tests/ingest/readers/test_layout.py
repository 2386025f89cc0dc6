"""Placed characters to lines and tables in reading order. Sizes are 10 points, so a character of Chinese is 10 wide."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.layout import Piece, TableRows, TextLine, is_full, join_pieces, join_text, lay_out
from ingest.readers.ruling import Grid, Rule, find_grids

PROSE = "人工智能产业的发展，需要算力、算法与数据三者的支撑，"  # 26 characters, of which 3 commas


def line(text: str, x: float, y: float, *, size: float = 10, bold: bool = False, width: float | None = None) -> Piece:
    return Piece(text, x, y, x + (len(text) * size if width is None else width), y + size, size, bold)


def texts(pieces: list[Piece]) -> list[str]:
    return [block.text if isinstance(block, TextLine) else str(block.rows) for block in lay_out(pieces)]


def columns(start: float, lefts: list[str], rights: list[str]) -> list[Piece]:
    """Two columns of lines 15 points apart, at 50 and 330, in the order of a file that writes across."""
    pairs = [
        (text, 50 if index < len(lefts) else 330, start + index % len(lefts) * 15)
        for index, text in enumerate([*lefts, *rights])
    ]
    return [line(text, x, y) for text, x, y in sorted(pairs, key=lambda pair: pair[2])]


def test_two_columns_are_read_one_after_the_other() -> None:
    left, right = [f"左{n}{PROSE[:22]}" for n in range(4)], [f"右{n}{PROSE[:22]}" for n in range(4)]
    assert texts(columns(100, left, right)) == [*left, *right]


def test_a_line_over_both_columns_parts_what_is_above_from_what_is_below() -> None:
    upper = columns(100, [f"左上{n}{PROSE[:21]}" for n in range(4)], [f"右上{n}{PROSE[:21]}" for n in range(4)])
    lower = columns(250, [f"左下{n}{PROSE[:21]}" for n in range(4)], [f"右下{n}{PROSE[:21]}" for n in range(4)])
    across = line("横贯两栏的一行标题" * 5, 50, 200)
    order = [text[:2] for text in texts([*upper, across, *lower])]
    assert order == ["左上"] * 4 + ["右上"] * 4 + ["横贯"] + ["左下"] * 4 + ["右下"] * 4


def test_a_short_heading_over_both_columns_parts_them_too() -> None:
    upper = columns(100, [f"左上{n}{PROSE[:21]}" for n in range(4)], [f"右上{n}{PROSE[:21]}" for n in range(3)])
    lower = columns(250, [f"左下{n}{PROSE[:21]}" for n in range(4)], [f"右下{n}{PROSE[:21]}" for n in range(4)])
    order = [text[:2] for text in texts([*upper, line("二、展望", 50, 200, size=16), *lower])]
    assert order == ["左上"] * 4 + ["右上"] * 3 + ["二、"] + ["左下"] * 4 + ["右下"] * 4


def test_a_heading_in_the_left_column_alone_does_not_part_the_right_one() -> None:
    left = [line(f"左{n}{PROSE[:22]}", 50, 100 + 15 * n) for n in (0, 1, 2, 5, 6, 7)]
    right = [line(f"右{n}{PROSE[:22]}", 330, 100 + 15 * n) for n in range(8)]
    order = [text[:1] for text in texts([*left, line("二、展望", 50, 148, size=16), *right])]
    assert order == ["左"] * 3 + ["二"] + ["左"] * 3 + ["右"] * 8


def test_a_table_below_columns_that_end_together_is_read_after_both() -> None:
    upper = columns(100, [f"左{n}{PROSE[:22]}" for n in range(4)], [f"右{n}{PROSE[:22]}" for n in range(4)])
    rows = [line(f"{name}{n}", x, 190 + 15 * n) for n in range(3) for name, x in (("甲", 50), ("乙", 250), ("丙", 420))]
    *lines, table = lay_out([*upper, *rows])
    assert [block.text[0] for block in lines if isinstance(block, TextLine)] == ["左"] * 4 + ["右"] * 4
    assert isinstance(table, TableRows)
    assert table.rows[0] == ("甲0", "乙0", "丙0")


def test_headings_below_columns_that_end_together_are_read_after_both() -> None:
    upper = columns(100, [f"左{n}{PROSE[:22]}" for n in range(4)], [f"右{n}{PROSE[:22]}" for n in range(4)])
    headings = [line("下一部分的题目要占到栏边上来", 50, 190, size=19.5), line("其中的第一节", 50, 230)]
    assert [text[0] for text in texts([*upper, *headings])] == ["左"] * 4 + ["右"] * 4 + ["下", "其"]


def sides(left: list[float], right: list[float]) -> list[Piece]:
    """Lines of prose in two columns at these heights."""
    return [
        line(f"{side}{n}{PROSE[:22]}", x, y)
        for side, x, ys in (("左", 50, left), ("右", 330, right))
        for n, y in enumerate(ys)
    ]


def test_a_short_heading_over_both_columns_parts_them_though_the_left_one_begins_lower() -> None:
    upper, lower = sides([100, 115, 130, 145], [100, 115, 130, 145]), sides([225, 240, 255], [212, 227, 242])
    order = [text[0] for text in texts([*upper, line("二、展望", 50, 180, size=16), *lower])]
    assert order == ["左"] * 4 + ["右"] * 4 + ["二"] + ["左"] * 3 + ["右"] * 3


def test_a_heading_beside_the_white_between_two_paragraphs_is_of_its_column_alone() -> None:
    pieces = sides([100, 115, 130, 145, 200, 215, 230], [100, 115, 130, 145, 185, 200, 215, 230])
    order = [text[0] for text in texts([*pieces, line("二、展望", 50, 165, size=16)])]
    assert order == ["左"] * 4 + ["二"] + ["左"] * 3 + ["右"] * 8


ACROSS = line("横贯两栏的一行标题" * 5, 50, 175)


def test_a_few_short_lines_are_of_the_columns_that_the_page_has_elsewhere() -> None:
    upper = sides([100, 115, 130, 145], [100, 115, 130, 145])
    names = [line(text, 50, 215 + 15 * n) for n, text in enumerate(["甲的概况", "乙的概况", "丙的概况"])]
    beside = [line(text, 330, 208 + 15 * n) for n, text in enumerate(["丁的概况", "戊的概况"])]
    assert [text[0] for text in texts([*upper, ACROSS, *names, *beside])][9:] == ["甲", "乙", "丙", "丁", "戊"]


def test_names_and_figures_below_columns_stay_rows_though_they_stand_where_the_columns_do() -> None:
    upper = sides([100, 115, 130, 145], [100, 115, 130, 145])
    cells = [line(f"{text}{n}", x, 215 + 15 * n) for n in range(3) for text, x in (("公司", 50), ("收入", 330))]
    *_, table = lay_out([*upper, ACROSS, *cells])
    assert isinstance(table, TableRows)
    assert table.rows == (("公司0", "收入0"), ("公司1", "收入1"), ("公司2", "收入2"))


def test_the_end_of_the_left_column_is_read_before_the_right_one() -> None:
    pieces = sides([100, 115, 130, 165, 180, 195], [100, 115, 130, 165, 180, 195])
    assert [text[0] for text in texts([*pieces, line("小结", 50, 230)])] == ["左"] * 6 + ["小"] + ["右"] * 6


def test_the_ends_of_both_columns_are_no_row_though_a_paragraph_begins_beside_another() -> None:
    pieces = sides([100, 115, 130, 165, 180, 195], [100, 115, 130, 165, 180, 195])
    ends = [line("甲年发布的第一个", 50, 230), line("模型", 50, 245), line("乙年发布", 330, 230)]
    assert [text[0] for text in texts([*pieces, *ends])] == ["左"] * 6 + ["甲", "模"] + ["右"] * 6 + ["乙"]


def test_the_number_of_the_page_is_not_the_edge_of_a_column() -> None:
    upper, lower = sides([100, 115, 130, 145], [100, 115, 130, 145]), sides([208, 223], [200, 215])
    blocks = lay_out([*upper, ACROSS, *lower, line("7", 300, 290)])
    assert {block.right for block in blocks if isinstance(block, TextLine) and block.text.startswith("左")} == {290}


@pytest.mark.parametrize(
    ("following", "room", "full"),
    [
        ("金额", 14, True),
        ("金额", 16, False),
        ("金，", 24, True),  # the comma takes its character along
        ("38%。", 30, True),  # three Western characters, a mark, and half an em
        ("38%年", 30, False),
        ("(NLP)模型", 30, True),
        ("Transformer", 60, True),
        ("Transformer", 70, False),
    ],
)
def test_a_line_is_full_where_the_next_word_would_not_have_fitted(following: str, room: float, full: bool) -> None:
    before, after = (TextLine(text, 50, 0, 250, 10, 10, False, 50, 250 + room, 0) for text in ("行", following))
    assert is_full(before, after, before.right) is full


def test_a_gap_in_both_columns_alike_does_not_part_them() -> None:
    places = [100, 115, 130, 175, 190, 205]
    pieces = [
        line(f"{side}{n}{PROSE[:22]}", x, y) for side, x in (("左", 50), ("右", 330)) for n, y in enumerate(places)
    ]
    assert [text[0] for text in texts(pieces)] == ["左"] * 6 + ["右"] * 6


def test_a_table_whose_column_stands_across_the_gutter_keeps_its_rows() -> None:
    upper = columns(100, [f"左{n}{PROSE[:22]}" for n in range(4)], [f"右{n}{PROSE[:22]}" for n in range(4)])
    rows = [
        line(f"{name}{n}号", x, 190 + 15 * n) for n in range(3) for name, x in (("甲", 50), ("乙", 315), ("丙", 420))
    ]
    table = lay_out([*upper, *rows])[-1]
    assert isinstance(table, TableRows)
    assert table.rows[2] == ("甲2号", "乙2号", "丙2号")


def test_three_columns_are_read_from_left_to_right() -> None:
    pieces = [
        line(f"{name}{n}{PROSE[:13]}", x, 100 + 15 * n)
        for n in range(5)
        for name, x in (("甲", 40), ("乙", 220), ("丙", 400))
    ]
    assert [text[0] for text in texts(pieces)] == ["甲"] * 5 + ["乙"] * 5 + ["丙"] * 5


def test_names_and_figures_side_by_side_are_rows_and_no_columns() -> None:
    names = [
        "北京某某科技有限责任公司",
        "上海某某信息技术有限公司",
        "深圳某某网络科技有限公司",
        "杭州某某数据有限责任公司",
    ]
    pieces = [
        piece
        for n, name in enumerate(names)
        for piece in (line(name, 50, 100 + 15 * n), line(f"{n}.5亿元", 330, 100 + 15 * n))
    ]
    (table,) = lay_out(pieces)
    assert isinstance(table, TableRows)
    assert table.rows == tuple((name, f"{n}.5亿元") for n, name in enumerate(names))


def test_a_cell_that_wraps_stays_one_cell() -> None:
    pieces = [
        line("项目", 50, 100),
        line("说明", 200, 100),
        line("算力", 50, 120),
        line("芯片与服务器以及", 200, 120),
        line("数据中心", 200, 132),
        line("算法", 50, 150),
        line("模型", 200, 150),
    ]
    (table,) = lay_out(pieces)
    assert isinstance(table, TableRows)
    assert table.rows == (("项目", "说明"), ("算力", "芯片与服务器以及数据中心"), ("算法", "模型"))


def test_a_column_that_most_rows_leave_empty_is_one() -> None:
    noted = {0: "备注", 1: "新设", 2: "新设"}
    pieces = [
        line(text, x, 100 + 15 * n)
        for n in range(8)
        for text, x in ((f"公司{n}", 50), (noted.get(n, ""), 150), (f"{n}.5", 250))
        if text
    ]
    (table,) = lay_out(pieces)
    assert isinstance(table, TableRows)
    assert table.rows == tuple((f"公司{n}", noted.get(n, ""), f"{n}.5") for n in range(8))


def test_a_gap_inside_two_cells_makes_no_column() -> None:
    pieces = [
        line(text, x, 100 + 15 * n)
        for n in range(8)
        for text, x in ((f"公司{n}", 50), *([("北", 150), ("京", 190)] if n < 2 else [("呼和浩特市", 150)]))
    ]
    (table,) = lay_out(pieces)
    assert isinstance(table, TableRows)
    assert table.rows[1:3] == (("公司1", "北京"), ("公司2", "呼和浩特市"))


def boxes(*xs: float, top: float = 90, bottom: float = 120) -> list[Grid]:
    """A row of cells between these lines."""
    across = [Rule(xs[0], y, xs[-1], y) for y in (top, bottom)]
    return find_grids([*across, *(Rule(x, top, x, bottom) for x in xs)])


BEFORE = TableRows((("公司", "收入"), ("甲", "1.5")), ((40, 200), (200, 400)), 40, 500, 400, 800, ruled=True)
ROW = [line("乙", 50, 100), line("2.5", 210, 100)]


def test_a_single_row_between_lines_is_a_table_where_the_page_before_ends_with_one_of_its_columns() -> None:
    (table,) = lay_out(ROW, boxes(40, 200, 400), BEFORE)
    assert isinstance(table, TableRows)
    assert table.rows == (("乙", "2.5"),)
    (rest,) = lay_out([line("其余的话。", 210, 100)], boxes(40, 200, 400), BEFORE)
    assert isinstance(rest, TableRows)
    assert (rest.rows, rest.columns) == ((("其余的话。",),), ((200, 400),))


@pytest.mark.parametrize(
    ("grids", "before"),
    [
        (boxes(40, 200, 400), None),
        (boxes(40, 200, 300), BEFORE),
        (boxes(40, 130, 400), BEFORE),
        ([], BEFORE),
    ],
    ids=["no table before", "another width", "other columns", "no lines"],
)
def test_any_other_single_row_is_a_line_of_text(grids: list[Grid], before: TableRows | None) -> None:
    (text,) = lay_out(ROW, grids, before)
    assert isinstance(text, TextLine)
    assert text.text == "乙 2.5"


THREE = TableRows((("公司", "备注", "收入"),), ((50, 80), (150, 180), (250, 280)), 50, 500, 280, 800)


def rows_below(*rows: str, top: float = 100) -> list[Piece]:
    """Rows whose cells begin where the columns of THREE do, but for the figures, which end there."""
    places = (50.0, 150.0, 250.0)
    return [
        line(text, 280 - 10 * len(text) if text[0].isdigit() else x, top + 15 * n)
        for n, row in enumerate(rows)
        for x, text in zip(places, row.split("|"), strict=True)
        if text
    ]


def test_rows_overleaf_stand_in_the_columns_of_the_table_before() -> None:
    head = line("研究院", 400, 20, size=8)
    (text, table) = lay_out([head, *rows_below("公司|备注|收入", "甲||12.5", "乙||2.5")], (), THREE)
    assert isinstance(text, TextLine)
    assert isinstance(table, TableRows)
    assert table.rows == (("公司", "备注", "收入"), ("甲", "", "12.5"), ("乙", "", "2.5"))
    (row,) = lay_out(rows_below("甲||12.5"), (), THREE)
    assert isinstance(row, TableRows)
    assert row.rows == (("甲", "12.5"),)
    assert row.columns == ((50, 80), (240, 280))


@pytest.mark.parametrize(
    ("pieces", "before"),
    [
        (rows_below("甲||2.5"), None),
        (rows_below("甲||2.5"), replace(THREE, ruled=True)),
        ([line("甲", 50, 100), line("2.5", 290, 100)], THREE),
        ([line("甲", 50, 100), line("第二项与第三项", 180, 100)], THREE),
        ([line("甲", 50, 100)], THREE),
        ([*(line(PROSE, 50, y) for y in (50, 65)), *rows_below("甲||2.5")], THREE),
    ],
    ids=["no table before", "of lines", "beside the columns", "over two columns", "one cell", "below other lines"],
)
def test_a_row_overleaf_in_other_places_is_a_line_of_text(pieces: list[Piece], before: TableRows | None) -> None:
    assert all(isinstance(block, TextLine) for block in lay_out(pieces, (), before))


def test_the_ends_of_the_last_row_are_its_last_lines() -> None:
    pieces = [
        *(line(text, x, 100) for text, x in (("项目", 50), ("说明", 200), ("年份", 400))),
        *(line(text, x, 120) for text, x in (("算力", 50), ("芯片与服务器以及", 200), ("今年", 400))),
        line("数据中心", 200, 132),
    ]
    (table,) = lay_out(pieces)
    assert isinstance(table, TableRows)
    assert [end and (end.text, end.right) for end in table.ends] == [("算力", 70), ("数据中心", 280), ("今年", 420)]


def test_bullets_before_their_words_are_no_column() -> None:
    pieces = [
        piece
        for n in range(4)
        for piece in (line("•", 50, 100 + 15 * n, width=4), line(f"第{n}项内容", 75, 100 + 15 * n))
    ]
    assert texts(pieces) == [f"• 第{n}项内容" for n in range(4)]


def test_leaders_of_a_table_of_contents_are_no_column() -> None:
    pieces = [
        piece
        for n in range(4)
        for piece in (
            line(f"第{n}章", 50, 100 + 15 * n),
            line("................", 100, 100 + 15 * n, width=300),
            line(str(n), 420, 100 + 15 * n, width=5),
        )
    ]
    assert not any(isinstance(block, TableRows) for block in lay_out(pieces))


@pytest.mark.parametrize(
    ("gap", "joined"),
    [(0.0, "收入AI"), (2.5, "收入AI"), (5.0, "收入 AI")],
    ids=["none", "a quarter em, for looks", "a space"],
)
def test_a_gap_between_chinese_and_western_words_is_a_space_only_when_wide(gap: float, joined: str) -> None:
    characters = [line("收", 0, 0), line("入", 10, 0), line("A", 20 + gap, 0, width=6), line("I", 26 + gap, 0, width=3)]
    assert [piece.text for piece in join_pieces(characters)] == [joined]


def test_a_title_set_wide_has_no_spaces() -> None:
    characters = [line(char, 14 * number, 0) for number, char in enumerate("研究报告")]
    assert [piece.text for piece in join_pieces(characters)] == ["研究报告"]


def test_western_words_keep_their_space_though_the_file_has_none() -> None:
    characters = [
        line(char, x, 0, width=5) for char, x in zip("deeplearn", (0, 5, 10, 15, 23, 28, 33, 38, 43), strict=True)
    ]
    assert [piece.text for piece in join_pieces(characters)] == ["deep learn"]


def test_a_raised_mark_stays_in_its_line() -> None:
    characters = [line("元", 0, 3), line("1", 10, 1, size=6, width=3), line("增", 13, 3)]
    assert [(piece.text, piece.size) for piece in join_pieces(characters)] == [("元1增", 10)]


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("数据资源", "与算力", "数据资源与算力"),
        ("使用AI", "技术", "使用AI技术"),
        ("a large", "model", "a large model"),
        ("an infra-", "structure of", "an infrastructure of"),
        ("采用few-", "shot方法", "采用few-shot方法"),
        ("in the years 2021-", "2023", "in the years 2021-2023"),
        ("infra\u00ad", "structure", "infrastructure"),
    ],
)
def test_two_lines_of_a_paragraph_join_as_their_writing_asks(before: str, after: str, joined: str) -> None:
    assert join_text(before, after) == joined


@given(
    st.lists(
        st.builds(
            line,
            st.text("甲乙丙ab1，。", min_size=1, max_size=20),
            st.integers(0, 600),
            st.integers(0, 800),
            size=st.sampled_from([6, 10, 18]),
        ),
        max_size=40,
    )
)
def test_whatever_the_layout_no_character_is_lost_or_told_twice(pieces: list[Piece]) -> None:
    for before in (None, THREE):
        told = "".join(
            block.text if isinstance(block, TextLine) else "".join(cell for row in block.rows for cell in row)
            for block in lay_out(pieces, (), before)
        )
        assert sorted("".join(told.split())) == sorted("".join(piece.text for piece in pieces))
