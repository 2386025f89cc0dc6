"""Below an answer stands what it rests on: each cited table once, whole, with the cited rows marked and nothing of it run."""

import csv
import io
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from chat.answer import Answer
from chat.library.tables import rows_around
from chat.pages.chinese import CHINESE, LOOK
from chat.pages.english import ENGLISH
from chat.pages.look import MOST_TABLES, csv_of, look_html
from ingest.report import Passage
from tests.chat.pages.printed import MODELS, SALES, answer_from, passages_of, row_saying, table_in
from tests.fakes import ANSWER, EXPORTS


class Parts(HTMLParser):
    """The tags of some HTML with their attributes, the text of each of its table's cells, and whether every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if any(tag in ("td", "th") for tag in self.open):
            self.cells[-1] += data

    def of(self, tag: str, kind: str = "") -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag and kind in (attrs.get("class") or "")]


def beside(passages: Sequence[Passage]) -> Callable[[Passage], Sequence[Passage]]:
    """The rows around a passage among these."""
    return lambda passage: rows_around(passages, [each.id for each in passages].index(passage.id))


def looked_at(answer: Answer, passages: Sequence[Passage]) -> str:
    return look_html(answer, beside(passages), CHINESE, lambda number: f"#source-3-{number}")


def test_the_whole_table_is_there_with_the_cited_rows_marked() -> None:
    passages = passages_of(SALES)
    answer = answer_from("见表。", row_saying(passages, "2023年"), row_saying(passages, "2021年"))
    parts = Parts(looked_at(answer, passages))
    assert parts.cells == [
        *("出处", "年份", "产量", "销量", "同比"),
        *("2", "2021年", "354.5", "352.1", "157.5%"),
        *("", "2022年", "705.8", "688.7", "93.4%"),
        *("1", "2023年", "958.7", "949.5", "37.9%"),
    ]
    assert [row.get("class") for row in parts.of("tr")] == [None, "cited", None, "cited"]
    assert [mark["href"] for mark in parts.of("a", "mark")] == ["#source-3-2", "#source-3-1"]
    assert "表2-1 新能源汽车产销（单位：万辆）" in parts.text
    assert "新能源汽车产业发展报告 · 某研究院 · 2024-03 · 第 12 页 › 市场" in parts.text


def test_figures_that_the_answer_tells_are_drawn_first_and_two_plots_are_enough() -> None:
    passages = passages_of(SALES)
    html = looked_at(answer_from("2022年同比增长93.4%。", row_saying(passages, "2022年")), passages)
    assert re.findall("<figcaption><b>(.*?)</b>", html) == ["同比", "产量"]
    assert LOOK.show in Parts(html).text


def test_a_table_of_words_is_shown_without_a_plot() -> None:
    passages = passages_of("对比\n应用\t甲\t乙\n常识\t正确\t错误\n推理\t错误\t正确")
    parts = Parts(looked_at(answer_from("见表。", row_saying(passages, "常识")), passages))
    assert parts.of("svg") == []
    assert LOOK.show_table in parts.text


def test_there_is_nothing_to_look_at_without_a_cited_table() -> None:
    assert looked_at(answer_from("见文。", EXPORTS), [EXPORTS]) == ""
    alone = passages_of("产销\n年份\t产量\n2021年\t354.5")
    assert looked_at(answer_from("见表。", row_saying(alone, "2021年")), alone) == ""
    assert looked_at(Answer((), (), (), refusal="没有找到。"), []) == ""


def test_rows_of_one_table_show_it_once_and_of_many_tables_the_first_three() -> None:
    passages = passages_of("\n\n".join(f"表{n}\n城市\t规模\n北京{n}\t1\n上海{n}\t2" for n in range(5)))
    rows = [passage for passage in passages if passage.cells]
    parts = Parts(looked_at(answer_from("见表。", *rows), passages))
    assert len(rows) == 10
    assert len(parts.of("details", "look")) == MOST_TABLES == 3
    assert "北京2" in parts.text
    assert "北京3" not in parts.text


def test_it_is_one_line_that_begins_with_a_block_tag() -> None:
    passages = passages_of(MODELS)
    html = looked_at(answer_from("见表。", row_saying(passages, "BERT")), passages)
    assert html.startswith("<details ")
    assert "\n" not in html


def test_who_sees_the_plot_is_told_what_was_not_drawn() -> None:
    passages = passages_of(MODELS)
    html = looked_at(answer_from("见表。", row_saying(passages, "BERT")), passages)
    assert "未绘出：谷歌 · PaLM（空缺或区间）" in Parts(html).text


def test_a_row_that_fits_no_header_stands_across_the_table() -> None:
    passages = passages_of("时间\t事件\t时间\t事件\n2020\t立项\t2021\t开工\n2022\t投产\t\t")
    parts = Parts(looked_at(answer_from("见表。", row_saying(passages, "立项")), passages))
    assert [cell.get("colspan") for cell in parts.of("td", "across")] == ["4"]


HOSTILE = (
    "<script>window.xss=1</script>",
    '"><img src=x onerror=window.xss=1>',
    "</td></table></details><iframe src=//evil.example>",
    "[点我](javascript:window.xss=1)",
    "{name} {0}",
    "&lt;b&gt;",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_of_a_report_becomes_a_tag(words: str) -> None:
    def hostile(passage: Passage) -> Passage:
        cells = tuple((f"{header}{words}", cell) for header, cell in passage.cells)
        return replace(passage, cells=((words, f"{words}{passage.start}"), *cells), caption=words, title=words)

    passages = [hostile(passage) if passage.cells else passage for passage in passages_of(SALES)]
    answer = answer_from("见表。", *(passage for passage in passages if passage.cells))
    parts = Parts(looked_at(answer, passages))
    assert {tag for tag, _ in parts.tags} <= {
        *("details", "summary", "span", "div", "figure", "figcaption", "b", "i", "p", "button"),
        *("table", "thead", "tbody", "tr", "th", "td", "svg", "title", "g", "a", "rect", "text", "line", "circle"),
    }
    assert not [name for _, attrs in parts.tags for name in attrs if name.startswith("on") or name == "style"]
    assert all(str(link["href"]).startswith("#source-3-") for link in parts.of("a"))
    assert words in parts.text


# --- CSV -------------------------------------------------------------------------------------------------------------


def test_the_button_has_the_table_as_csv() -> None:
    passages = passages_of('产销\n城市\t产量\n北京，"东"\t354.5\n上海, 浦东\t-2.1')
    parts = Parts(looked_at(answer_from("见表。", row_saying(passages, "北京")), passages))
    (button,) = parts.of("button", "copy-table")
    assert list(csv.reader(io.StringIO(button["data-csv"] or ""))) == [
        ["城市", "产量"],
        ['北京，"东"', "354.5"],
        ["上海, 浦东", "-2.1"],
    ]


def test_csv_fills_in_merged_cells_and_leaves_missing_ones_empty() -> None:
    assert csv_of(table_in("城市\t区\t产量\n北京\t东城\t1\n\t西城\t\n上海\t浦东\t3")) == (
        "城市,区,产量\n北京,东城,1\n北京,西城,\n上海,浦东,3\n"
    )


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("-3.2%", "-3.2%"),
        ("+1,234.5", "+1,234.5"),
        ("-", "-"),
        ("--", "--"),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_of_a_report_is_no_formula_to_a_spreadsheet(cell: str, written: str) -> None:
    table = table_in("城市\t产量\n北京\t1\n上海\t2")
    first = table.rows[0]
    assert first.cells[1] is not None
    hostile = replace(table, rows=(replace(first, cells=(first.cells[0], replace(first.cells[1], text=cell))),))
    assert list(csv.reader(io.StringIO(csv_of(hostile))))[1] == ["北京", written]


def test_a_header_is_no_formula_either() -> None:
    table = replace(table_in("城市\t产量\n北京\t1\n上海\t2"), columns=("城市", "=1+1"))
    assert csv_of(table).startswith("城市,'=1+1\n")


# --- length ----------------------------------------------------------------------------------------------------------


def test_of_a_long_table_the_rows_near_the_cited_one_are_shown_and_the_reader_is_told() -> None:
    lines = "\n".join("\t".join([f"第{row}号机组", *(f"{row}.{column}" for column in range(8))]) for row in range(600))
    passages = passages_of("机组\t" + "\t".join(f"指标{column}" for column in "甲乙丙丁戊己庚辛") + "\n" + lines)
    started = time.perf_counter()
    parts = Parts(looked_at(answer_from("见表。", row_saying(passages, "第300号机组")), passages))
    assert time.perf_counter() - started < 5
    assert len(parts.of("tr")) == 202
    assert LOOK.part in parts.text


def test_every_language_fills_in_the_same_blanks() -> None:
    for name in ("told", "left_out"):
        blanks = [set(re.findall(r"{\w+}", getattr(words.look, name))) for words in (CHINESE, ENGLISH)]
        assert blanks[0] == blanks[1] != set()


def test_the_answer_of_the_other_tests_has_a_row_alone_and_so_nothing_to_look_at() -> None:
    assert look_html(ANSWER, lambda passage: [passage], CHINESE, str) == ""
