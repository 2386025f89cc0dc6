"""Pipe tables and `<table>` elements become rows; what only looks like one is left."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.markup_tables import html_tables, pipe_tables
from ingest.source import CELL_BREAK


def piped(text: str) -> list[str]:
    return pipe_tables(text.split("\n"))


def rows(markup: str) -> list[str]:
    return [line for line in html_tables(markup).split("\n") if line]


def test_a_table_with_pipes_is_read_with_and_without_outer_ones() -> None:
    assert piped("| 公司 | 参数量 |\n|:---|---:|\n| 谷歌 | 540B |") == ["公司\t参数量", "谷歌\t540B"]
    assert piped("公司 | 参数量\n--- | ---\n谷歌 | 540B") == ["公司\t参数量", "谷歌\t540B"]


def test_a_row_has_as_many_cells_as_the_header() -> None:
    assert piped("|甲|乙|\n|-|-|\n|1|\n|1|2|3|") == ["甲\t乙", "1\t", "1\t2"]


def test_an_escaped_pipe_is_a_character() -> None:
    assert piped("|甲|乙|\n|-|-|\n|a\\|b|2|") == ["甲\t乙", "a|b\t2"]


def test_a_table_ends_at_a_line_without_a_pipe() -> None:
    assert piped("|甲|乙|\n|-|-|\n|1|2|\n\n3 | 4") == ["甲\t乙", "1\t2", "", "3 | 4"]


@pytest.mark.parametrize(
    "text", ["甲 | 乙\n丙 | 丁", "| 甲 | 乙 |\n|---|", "|甲|乙|\n|-|-|-|", "正文\n---", "a || b", "|--|--|"]
)
def test_pipes_without_a_line_of_dashes_for_each_column_are_no_table(text: str) -> None:
    assert piped(text) == text.split("\n")


def test_a_cell_over_rows_stands_in_each_and_one_over_columns_of_the_body_in_the_first() -> None:
    markup = "<table><tr><th>甲</th><th>乙</th><th>丙</th></tr><tr><td rowspan='2'>一</td><td>1</td><td>2</td></tr><tr><td>3</td></tr>"
    assert rows(f"{markup}<tr><td colspan=2>合并</td><td>4</td></tr></table>") == [
        "甲\t乙\t丙",
        "一\t1\t2",
        "一\t3\t",
        "合并\t\t4",
    ]


def test_a_name_over_columns_stands_in_each_of_the_header() -> None:
    markup = "<table><tr><th rowspan=2>公司</th><th colspan=2>NLP</th></tr><tr><th>模型</th><th>参数</th></tr></table>"
    assert rows(markup) == ["公司\tNLP\tNLP", "公司\t模型\t参数"]


def test_a_row_that_a_header_cell_names_is_none_of_the_header() -> None:
    markup = "<table><tr><th>甲</th><th>乙</th><th>丙</th></tr><tr><th>一</th><td colspan=2>合并</td></tr></table>"
    assert rows(markup) == ["甲\t乙\t丙", "一\t合并\t"]


def test_words_nested_deeper_than_any_page_are_kept() -> None:
    cell = "<div>" * 2000 + "深" + "</div>" * 2000
    assert rows(f"<table><tr><td>{cell}</td><td>二</td></tr></table>") == ["深\t二"]


def test_items_and_lines_of_a_cell_are_told_apart() -> None:
    cell = "<ul><li>• <b>效率</b>: 高</li><li>省钱</li></ul>"
    assert rows(f"<table><tr><td>电商</td><td>{cell}</td><td>一<br>二<p>三</p></td></tr></table>") == [
        f"电商\t• <b>效率</b>: 高{CELL_BREAK}• 省钱\t一{CELL_BREAK}二{CELL_BREAK}三".replace("<b>", "").replace(
            "</b>", ""
        )
    ]


def test_text_around_a_table_stays_and_text_in_it_is_no_markup() -> None:
    assert html_tables("<b>前</b><table><tr><td>a &lt;b&gt; &amp; c</td><td>2</td></tr></table>后") == (
        "<b>前</b>\n\na &lt;b&gt; &amp; c\t2\n\n后"
    )


def test_a_table_in_a_cell_is_words_of_that_cell_and_an_open_one_stays() -> None:
    assert rows("<table><tr><td>外<table><tr><td>内</td></tr></table></td><td>二</td></tr></table>") == [
        f"外{CELL_BREAK}内\t二"
    ]
    assert html_tables("前<table><tr><td>甲") == "前<table><tr><td>甲"


def test_forged_spans_cost_no_memory_and_lose_no_words() -> None:
    wide = "<tr>" + "<td colspan=1000 rowspan=99999999>甲</td>" * 60 + "</tr>"
    assert len(html_tables(f"<table>{wide * 40}</table>")) < 100_000


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="甲1|-: \\\n<>/tabled r"))
def test_any_text_is_read(text: str) -> None:
    html_tables("\n".join(pipe_tables(text.split("\n"))))
