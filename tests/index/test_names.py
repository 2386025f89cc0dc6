"""Names that a report lists in a column or at the head of items, where the dictionary would cut them anywhere."""

import pytest

from index.names import listed_names
from tests.fakes import passage


def row(*cells: tuple[str, str]) -> set[str]:
    text = "\t".join(cell for _, cell in cells)
    return set(listed_names(passage(text=text, kind="row", cells=cells)))


def test_a_column_of_firms_lists_their_names() -> None:
    assert row(("企业名称", "格灵深瞳"), ("核心技术", "语音识别")) == {"格灵深瞳"}
    assert row(("被投公司", "依图网络、云从科技")) == {"依图网络", "云从科技"}


@pytest.mark.parametrize("header", ["公司数量", "产品特点", "年份", ""])
def test_what_another_column_has_is_no_name(header: str) -> None:
    assert row((header, "格灵深瞳")) == set()


def test_the_head_of_an_item_is_a_name() -> None:
    listed = passage(text="- 思必驰：推出新功能\n- 产品功能：文生图", kind="list")
    assert set(listed_names(listed)) == {"思必驰"}


@pytest.mark.parametrize("cell", ["产品功能", "格灵深瞳和云从科技", "格灵深瞳的产品", "OpenAI", "云"])
def test_what_the_dictionary_has_or_says_more_is_no_name(cell: str) -> None:
    assert row(("公司", cell)) == set()
