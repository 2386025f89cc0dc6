"""What people say, put as reports write it; a question in other words than these stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.understanding.spoken import _written, as_written


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("老美限制了哪些出口？", "美国限制了哪些出口？"),
        ("這款泵是誰家的？", "這款泵是哪家公司的？"),  # typed in traditional characters
        ("固态电池好在哪？", "固态电池有什么优势？"),
        ("储能这块有多大盘子？", "储能这块市场规模有多大？"),
        ("风电和光伏有啥不一样", "风电和光伏有什么区别"),
        ("友商砸了多少钱？", "竞争对手投资多少？"),  # several in one question
        ("送外卖的会失业吗？", "外卖配送员会失业吗？"),
        ("收银员会被淘汰不？", "收银员会被淘汰吗？"),
    ],
)
def test_what_is_only_said_is_put_as_it_is_written(said: str, written: str) -> None:
    assert as_written(said) == written


@pytest.mark.parametrize(
    "question",
    [
        "老美术馆建于哪年？",  # 老美 is no word of it
        "画图的软件有哪些？",  # nobody draws here
        "写代码的模型叫什么？",
        "哪座城市夏天最热？",
        "他的老师是谁？",
        "",
    ],
)
def test_what_only_looks_like_it_stays(question: str) -> None:
    assert as_written(question) == question


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read(question: str) -> None:
    as_written(question)


def test_what_is_written_is_written_already() -> None:
    """No expression leads to another, whichever comes first in a question."""
    for written in set(_written().values()):
        assert as_written(f"{written}？") == f"{written}？"


def test_an_expression_has_one_meaning() -> None:
    assert all(said != written for said, written in _written().items())
