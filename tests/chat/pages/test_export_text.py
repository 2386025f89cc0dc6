"""An answer as it is copied: what the page shows of it, with a reference for each place that it cites."""

from dataclasses import replace

from chat.answer import Answer, Sentence
from chat.pages.chinese import CHINESE
from chat.pages.exchange import Exchange
from chat.pages.export_text import to_text
from tests.chat.pages.conversations import ANSWERED, BROKEN_OFF, FIRST, QUOTED, REFUSED, SECOND, exchange
from tests.fakes import EXPORTS, POLICY, cite


def copied(asked: Exchange) -> list[str]:
    return to_text(asked, CHINESE.export).splitlines()


def test_quotes_of_one_place_are_one_reference() -> None:
    assert copied(ANSWERED) == [
        "销量为1286.6万辆，出口128.4万辆。[1,2]纯电动汽车出口减少。[2]〔原文只支持其中一部分〕"
        "国内销量为1286.6－128.4＝1158.2万辆。[1,2]〔由系统据所引原文得出〕预计2025年继续增长。〔未找到依据〕",
        "",
        "参考文献",
        "[1] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15.",
        "[2] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12.",
    ]


def test_what_is_quoted_is_said_to_be() -> None:
    assert copied(QUOTED) == [
        "摘自原文",
        "（一）扩大分布式光伏；[1]",
        "出口128.4万辆。[2]",
        "",
        "参考文献",
        "[1] 某协会. 光伏行业白皮书[R]. 2024-11.",
        "[2] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12.",
    ]


def test_references_that_read_alike_are_told_apart_by_their_places() -> None:
    grid = replace(POLICY, id="pv-2024#2", headings=(POLICY.title, "并网"))
    answer = Answer(
        (Sentence("甲。", (1, 2), True), Sentence("乙。", (3,), True), Sentence("丙。", (4,), True)),
        (cite(1, POLICY, "分布式"), cite(2, grid, "并网规则"), cite(3, EXPORTS, FIRST), cite(4, EXPORTS, SECOND)),
        (),
    )
    assert copied(exchange("问", answer))[-3:] == [
        "[1] 某协会. 光伏行业白皮书[R]. 2024-11.（政策）",
        "[2] 某协会. 光伏行业白皮书[R]. 2024-11.（并网）",
        "[3] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12.",
    ]


def test_a_refusal_has_no_references_and_what_was_broken_off_nothing() -> None:
    assert copied(REFUSED) == ["资料库中没有相关内容。"]
    assert copied(BROKEN_OFF) == []
