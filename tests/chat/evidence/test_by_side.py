"""The best stretch for each side of a question."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from chat.evidence.by_side import best_of_each_side
from index.library import Hit
from index.passage_store import IndexedReport
from index.segment import fold
from ingest.report import Passage
from tests.fakes import passage


class Scored:
    """A library that scores a stretch by the first of these words that it holds, and 0.5 for none."""

    reports: Sequence[IndexedReport] = ()

    def __init__(self, scores: Mapping[str, float], **others: str) -> None:
        self.scores = scores
        self.others = others

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        texts = [passage.reading[start:end] for start, end in spans]
        held = [next((score for word, score in self.scores.items() if word in text), 0.5) for text in texts]
        return np.array(held, dtype=np.float32)

    def word_shares(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float32]:
        return np.ones(len(passages), dtype=np.float32)

    def spellings(self, name: str) -> Sequence[str]:
        return (fold(name), fold(self.others.get(name, name)))


def told(question: str, passages: Sequence[Passage], scores: Mapping[str, float]) -> list[str]:
    hits = [Hit(each, 1.0, 1) for each in passages]
    return [item.reading for item in best_of_each_side(question, hits, Scored(scores))]


def test_what_begins_with_a_name_is_about_it_and_what_matches_it_better_may_name_it_in_passing() -> None:
    text = "该厂先后推出S-1和S-2。S-1型储能柜基于液冷。S-2型储能柜取消S-1的液冷。S-3型储能柜舍弃S-2的电芯。"
    scores = {"该厂": 0.95, "S-3": 0.9, "S-2": 0.88, "S-1": 0.86}
    assert told("S-1和S-2的区别是什么？", [passage(text, 1)], scores) == [
        "S-1型储能柜基于液冷。",
        "S-2型储能柜取消S-1的液冷。",
    ]


def test_a_name_that_goes_on_is_another() -> None:
    text = "该厂先后推出S-3和S-3.5。S-3.5型储能柜改用风冷。S-3型储能柜基于液冷。"
    scores = {"该厂": 0.95, "S-3.5": 0.92, "S-3": 0.9}
    assert told("S-3和S-3.5的区别是什么？", [passage(text, 1)], scores) == [
        "S-3.5型储能柜改用风冷。",
        "S-3型储能柜基于液冷。",
    ]


def test_what_a_section_named_after_a_side_tells_stands_behind_that_name() -> None:
    sections = [
        passage("干法电芯\n把材料直接压成膜的工艺。", 1, headings=("虚构报告", "干法电芯")),
        passage("湿法电芯\n湿法电芯是先制浆料的工艺。", 2, headings=("虚构报告", "湿法电芯")),
    ]
    assert told("干法电芯和湿法电芯有什么区别？", sections, {"浆料": 0.95, "压成膜": 0.85}) == [
        "干法电芯：把材料直接压成膜的工艺。",
        "湿法电芯是先制浆料的工艺。",
    ]


def test_what_is_far_worse_for_a_mere_name_is_not_taken_though_it_begins_with_it() -> None:
    text = "该厂先后推出S-1和S-2。S-1型储能柜基于液冷。S-2型储能柜取消S-1的液冷。"
    assert told("S-1和S-2的区别是什么？", [passage(text, 1)], {"该厂": 0.95, "S-2": 0.7, "S-1": 0.7}) == []


def test_an_item_of_a_list_that_does_not_name_a_side_tells_of_something_else() -> None:
    news = passage("- 阿里公司投资了储能电站；\n- 百度公司投资了储能产品；\n- 储能产业的布局成为热点；", 1, kind="list")
    scores = {"热点": 0.95, "电站": 0.93, "产品": 0.92}
    assert told("阿里和百度在储能产业的布局有什么不同？", [news], scores) == [
        "阿里公司投资了储能电站；",
        "百度公司投资了储能产品；",
    ]


def test_a_side_of_which_a_line_only_leads_in_is_told_with_what_follows() -> None:
    text = "干法电芯（由压膜工序制成的一类电芯）的原理：\n- 直接压膜。\n湿法电芯（由涂布工序制成的一类电芯）的原理：\n- 先制浆料。"
    lists = passage(text, 1, kind="list")
    scores = {"干法": 0.9, "湿法": 0.9}
    assert told("干法电芯和湿法电芯有什么区别？", [lists], scores) == [
        "干法电芯（由压膜工序制成的一类电芯）的原理：直接压膜。",
        "湿法电芯（由涂布工序制成的一类电芯）的原理：先制浆料。",
    ]


def test_a_question_of_one_side_has_none() -> None:
    assert told("S-1的原理是什么？", [passage("S-1型储能柜基于液冷。", 1)], {}) == []


def test_each_of_two_things_asked_of_a_product_is_told_by_the_line_that_begins_with_it() -> None:
    card = passage(
        "- 开发单位：甲公司\n- 产品功能：储能\n- 技术路线：磷酸铁锂电芯配以液冷",
        1,
        kind="list",
        headings=("虚构报告", "S-1储能柜"),
    )
    scores = {"技术路线": 0.95, "开发单位": 0.86, "产品功能": 0.87}
    assert told("S-1储能柜是谁开发的？用了什么技术？", [card], scores) == [
        "开发单位：甲公司",
        "技术路线：磷酸铁锂电芯配以液冷",
    ]


def test_a_stretch_that_begins_with_another_name_of_a_side_is_about_it() -> None:
    text = "该厂先后推出DPE和WPE。干法电芯省去溶剂。湿法电芯要用溶剂。"
    scores = {"该厂": 0.95, "干法": 0.88, "湿法": 0.86}
    library = Scored(scores, DPE="干法电芯", WPE="湿法电芯")
    best = best_of_each_side("DPE和WPE有什么区别？", [Hit(passage(text, 1), 1.0, 1)], library)
    assert [item.reading for item in best] == ["干法电芯省去溶剂。", "湿法电芯要用溶剂。"]


class Matching(Scored):
    """A library that scores by the first of its words that the question and a stretch both hold."""

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        asked = {word: score for word, score in self.scores.items() if word in question}
        return Scored(asked).span_scores(question, passage, spans)


def test_one_stretch_may_be_of_two_sides_that_it_both_names() -> None:
    hits = [Hit(passage("甲省产量为3吨，乙省为2吨。今后差距将缩小。", 1), 1.0, 1)]
    question = "甲省和乙省的产量各是多少，今后差距是拉大还是缩小？"
    best = best_of_each_side(question, hits, Matching({"产量": 0.9, "差距": 0.88}))
    assert [item.reading for item in best] == ["甲省产量为3吨，乙省为2吨。", "今后差距将缩小。"]


def test_one_stretch_that_names_one_side_alone_is_not_of_two() -> None:
    hits = [Hit(passage("甲省产量为3吨。今后差距将缩小。", 1), 1.0, 1)]
    question = "甲省和乙省的产量各是多少，今后差距是拉大还是缩小？"
    assert best_of_each_side(question, hits, Matching({"产量": 0.9, "差距": 0.88})) == []


def test_of_each_report_what_matches_nearly_as_well_is_told_too() -> None:
    library = Scored({"两月": 0.9, "亿元": 0.89, "五天": 0.9, "其他": 0.8})
    library.reports = (
        IndexedReport("a", "甲报告", "某研究院", "2024", 1, 1),
        IndexedReport("b", "乙报告", "某协会", "2024", 1, 1),
    )
    first = passage("两月卖出一万台。销售收入达3亿元。其他产品卖得少。", 1, report_id="a")
    second = passage("五天卖出一千台。", 2, report_id="b")
    hits = [Hit(first, 1.0, 1), Hit(second, 0.9, 2)]
    best = best_of_each_side("新品卖得有多快，两份报告口径一致吗？", hits, library)
    assert [item.reading for item in best] == ["两月卖出一万台。", "销售收入达3亿元。", "五天卖出一千台。"]
