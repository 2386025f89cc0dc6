"""A table comes back as it was printed: every row once, each cell under its header, the cited rows with their numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import overload

import pytest

from chat.answer import Citation
from chat.library.tables import CitedTable, rows_around, table_of
from ingest.report import Passage
from tests.chat.pages.printed import MODELS, SALES, cite_whole, passages_of, row_saying, table_in
from tests.fakes import EXPORTS


def texts(table: CitedTable) -> list[list[str | None]]:
    return [[cell.text if cell else None for cell in row.cells] for row in table.rows]


def test_a_table_has_its_header_and_all_its_rows_in_order() -> None:
    table = table_in(SALES, "2022年")
    assert table.columns == ("年份", "产量", "销量", "同比")
    assert texts(table) == [
        ["2021年", "354.5", "352.1", "157.5%"],
        ["2022年", "705.8", "688.7", "93.4%"],
        ["2023年", "958.7", "949.5", "37.9%"],
    ]
    assert table.caption == "表2-1 新能源汽车产销（单位：万辆）"


def test_only_cited_rows_have_numbers() -> None:
    table = table_in(SALES, "2023年", "2021年")
    assert [row.citations for row in table.rows] == [(2,), (), (1,)]
    assert [row.cells[1].citation for row in table.rows if row.cells[1]] == [2, None, 1]


def test_a_cell_has_the_number_of_the_citation_that_quotes_it() -> None:
    passages = passages_of(SALES)
    row = row_saying(passages, "2022年")
    start = row.text.index("688.7")
    citations = [Citation(1, row, "2022年", 0, 5), Citation(2, row, "688.7", start, start + 5)]
    table = table_of(row, passages, citations)
    assert table is not None
    assert table.rows[1].citations == (1, 2)
    assert [cell.citation for cell in table.rows[1].cells if cell] == [1, 1, 2, 1]


def test_a_cell_merged_with_the_row_above_is_told_from_one_of_the_row_itself() -> None:
    table = table_in(MODELS)
    assert [row[0] for row in texts(table)] == ["谷歌", "谷歌", "谷歌", "微软", "Facebook"]
    assert [cell.carried for cell in (row.cells[0] for row in table.rows) if cell] == [False, True, True, False, False]


def test_a_missing_cell_leaves_its_place_empty() -> None:
    table = table_in("城市\t2021年\t2022年\n北京\t1.5\t2.5\n上海\t\t3.5\n广州\t4.5\t")
    assert texts(table) == [["北京", "1.5", "2.5"], ["上海", None, "3.5"], ["广州", "4.5", None]]


def test_a_row_that_fits_its_header_in_two_ways_is_kept_as_it_was_read() -> None:
    table = table_in("时间\t事件\t时间\t事件\n2020\t立项\t2021\t开工\n2022\t投产\t\t")
    assert [row.aligned for row in table.rows] == [True, False]
    assert texts(table)[1] == ["2022", "投产"]


def test_a_sub_heading_stands_across_and_its_rows_belong_to_the_same_table() -> None:
    table = table_in("地区\t产量\t销量\n一、东部\t\t\n江苏\t11\t12\n浙江\t13\t14\n二、西部\t\t\n四川\t15\t16", "江苏")
    assert texts(table)[0] == ["一、东部"]
    assert [row.aligned for row in table.rows] == [False, True, True, False, True]
    assert len({row.caption for row in table.rows if row.aligned}) == 2


def test_a_long_row_cut_into_several_passages_is_one_row_with_the_citation_where_it_is_due() -> None:
    said = "".join(
        f"第{word}条措施要求各地按期完成充电设施的规划与建设并逐级上报进度。" for word in "甲乙丙丁戊己庚辛壬癸"
    )
    passages = passages_of(f"省份\t政策\t年限\n江苏\t{said}\t三年\n浙江\t从简\t两年")
    parts = [passage for passage in passages if passage.cells and "江苏" in passage.cells[0][1]]
    assert len(parts) > 1
    table = table_of(parts[0], passages, cite_whole(parts[-1]))
    assert table is not None
    assert texts(table) == [["江苏", said, "三年"], ["浙江", "从简", "两年"]]
    assert [row.citations for row in table.rows] == [(1,), ()]


def test_a_long_row_is_one_row_too_where_its_first_cell_is_too_long_to_be_a_name() -> None:
    first = "早期的内容由专业的机构生产，读者只能阅读而不能参与。" * 8
    then = "后来的内容由用户自己生产，平台负责分发并从中获得收益。" * 8
    passages = passages_of(f"专业生产\t用户生产\n{first}\t{then}\n少\t多")
    parts = [passage for passage in passages if passage.cells][:-1]
    assert len(parts) > 1
    table = table_of(parts[0], passages)
    assert table is not None
    assert table.columns == ("专业生产", "用户生产")
    assert texts(table)[-2:] == [[first, then], ["少", "多"]]


def test_short_rows_are_never_joined_whatever_their_words_begin_with() -> None:
    passages = [
        replace(passage, cells=(("报告期", "全部"), *passage.cells)) if passage.cells else passage
        for passage in passages_of(SALES)
    ]
    table = table_of(row_saying(passages, "2022年"), passages)
    assert table is not None
    assert [row[1] for row in texts(table)] == ["2021年", "2022年", "2023年"]


def test_a_sub_heading_is_not_taken_for_a_name_under_an_empty_corner() -> None:
    table = table_in("\t产量\t销量\n一、东部\t\t\n江苏\t11\t12\n浙江\t13\t14\n二、西部\t\t\n四川\t15\t16", "江苏")
    assert table.columns == ("", "产量", "销量")
    assert [row.aligned for row in table.rows] == [False, True, True, False, True]


def test_two_tables_under_one_heading_stay_apart() -> None:
    passages = passages_of(f"{SALES}\n\n年份\t产量\t销量\t同比\n2011年\t1\t2\t3%\n2012年\t4\t5\t6%")
    later = table_of(row_saying(passages, "2011年"), passages)
    assert later is not None
    assert texts(later) == [["2011年", "1", "2", "3%"], ["2012年", "4", "5", "6%"]]


def test_a_row_missing_from_the_library_ends_the_table_there() -> None:
    passages = [passage for passage in passages_of(SALES) if "2022年" not in passage.text]
    table = table_of(row_saying(passages, "2021年"), passages)
    assert table is not None
    assert [row[0] for row in texts(table)] == ["2021年"]


def test_without_neighbours_the_table_is_the_row_alone() -> None:
    row = row_saying(passages_of(SALES), "2022年")
    table = table_of(row, [])
    assert table is not None
    assert texts(table) == [["2022年", "705.8", "688.7", "93.4%"]]


def test_a_paragraph_is_no_table() -> None:
    assert table_of(EXPORTS, [EXPORTS]) is None
    assert rows_around([EXPORTS], 0) == []


class Counting(Sequence[Passage]):
    """Passages that remember which were read."""

    def __init__(self, passages: list[Passage]) -> None:
        self.passages = passages
        self.read: set[int] = set()

    def __len__(self) -> int:
        return len(self.passages)

    @overload
    def __getitem__(self, row: int) -> Passage: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[Passage]: ...

    def __getitem__(self, row: int | slice) -> Passage | Sequence[Passage]:
        assert isinstance(row, int)
        assert row >= 0, "a library has no row before the first"
        self.read.add(row)
        return self.passages[row]

    def __iter__(self) -> Iterator[Passage]:
        raise AssertionError("a library is not read from end to end")


LONG = "编组\t产量\n" + "\n".join(f"第{number}组\t{number}.5" for number in range(500))


@pytest.mark.parametrize(("row", "first", "last"), [(0, 0, 3), (250, 247, 253), (499, 496, 499)])
def test_rows_are_read_outwards_from_one_and_no_further_than_asked(row: int, first: int, last: int) -> None:
    passages = Counting([passage for passage in passages_of(LONG) if passage.cells])
    found = rows_around(passages, row, most=3)
    assert found == passages.passages[first : last + 1]
    assert passages.read == set(range(first, last + 1))


def test_rows_of_another_report_or_section_are_no_neighbours() -> None:
    one, two, three = (passage for passage in passages_of(SALES) if passage.cells)
    assert rows_around([replace(one, report_id="other"), two, replace(three, section=9)], 1) == [two]
