"""A cell that a table leaves blank is no figure, and the figure beside it is another's."""

import pytest

from chat.evidence.blank import Blank, blank_cell
from chat.understanding.meant import meant_by
from index.library import Hit
from ingest.report import Passage
from tests.fakes import passage

HEADERS = ("厂商", "储能柜", "容量")
BY_MODEL = [("远景", "EN8", "215度"), ("远景", "EN9", "/"), ("阳光", "PT6", "—")]
BY_FIGURE = ("规格", "EN8 PCS", "PT6 Pro")
# Two kinds of product side by side: each has a column of its own for its capacity.
PAIRS = (("厂商", "甲厂"), ("电芯型号", "LF280"), ("电芯容量", "280安时"), ("电池簇型号", "CT52"), ("电池簇容量", "/"))


def row(*cells: tuple[str, str], number: int = 1) -> Passage:
    return passage("\t".join(cell for _, cell in cells), number, kind="row", cells=cells)


def table(headers: tuple[str, ...], *rows: tuple[str, ...]) -> list[Passage]:
    return [row(*zip(headers, cells, strict=True), number=number) for number, cells in enumerate(rows)]


def blank(question: str, *passages: Passage) -> Blank | None:
    return blank_cell([Hit(each, 1.0, rank) for rank, each in enumerate(passages, start=1)], [meant_by(question)])


def test_the_row_of_what_is_asked_about_may_have_a_stroke_for_what_is_asked() -> None:
    assert blank("EN9的容量是多少？", *table(HEADERS, *BY_MODEL)) == Blank("EN9", "容量")
    assert blank("EN8的容量是多少？", *table(HEADERS, *BY_MODEL)) is None


def test_so_may_the_column_of_what_is_asked_about() -> None:
    rows = table(BY_FIGURE, ("放电倍率", "/", "1.2C"), ("循环寿命", "6000次", "8000次"))
    assert blank("EN8的放电倍率是多少？", *rows) == Blank("放电倍率", "EN8 PCS")
    assert blank("PT6的放电倍率是多少？", *rows) is None
    assert blank("EN8的循环寿命是多少？", *rows) is None


def test_of_several_columns_it_is_the_one_that_goes_with_the_name() -> None:
    assert blank("甲厂CT52的容量是多少？", row(*PAIRS)) == Blank("CT52", "电池簇容量")
    assert blank("甲厂LF280的容量是多少？", row(*PAIRS)) is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        row(("产品", "EN9"), ("容量", "261度"), number=7),
        passage("远景在展会上介绍，EN9的容量为261度。", 7),
    ],
)
def test_what_is_told_elsewhere_is_not_missing(elsewhere: Passage) -> None:
    assert blank("EN9的容量是多少？", *table(HEADERS, *BY_MODEL), elsewhere) is None


def test_a_sentence_that_names_it_and_tells_another_figure_does_not_tell_it() -> None:
    assert blank("EN9的容量是多少？", *table(HEADERS, *BY_MODEL), passage("EN9已在12个园区投运。", 7)) is not None


@pytest.mark.parametrize("question", ["EN9是哪家厂商的？", "EN9的容量和EN8相比谁更大？"])
def test_only_a_figure_of_one_thing_is_looked_for(question: str) -> None:
    assert blank(question, *table(HEADERS, *BY_MODEL)) is None


@pytest.mark.parametrize(
    ("cell", "is_blank"), [("N/A", True), ("暂无数据", True), ("未披露", True), ("0", False), ("", False)]
)
def test_a_cell_that_says_nothing_is_told_from_one_that_tells_a_figure_or_was_lost(cell: str, is_blank: bool) -> None:
    rows = table(HEADERS, ("远景", "EN9", cell))
    assert (blank("EN9的容量是多少？", *rows) is not None) is is_blank


def test_a_date_that_another_table_tells_is_told() -> None:
    launched = row(("储能柜", "EN9"), ("上市时间", "/"))
    assert blank("EN9的上市时间是什么时候？", launched) == Blank("EN9", "上市时间")
    dated = row(("产品", "EN9"), ("上市时间", "2023年5月"), number=7)
    assert blank("EN9的上市时间是什么时候？", launched, dated) is None
    said = passage("EN9的上市时间为2023年5月。", 8)
    assert blank("EN9的上市时间是什么时候？", launched, said) is None
