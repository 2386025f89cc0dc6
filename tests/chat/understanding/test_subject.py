"""The names that a question is about must be named by what was found."""

from collections.abc import Collection

import pytest

from chat.answer import Found, Timings
from chat.understanding.subject import names, subjects_of, untold, untold_by_side
from index.library import Hit
from index.passage_store import IndexedReport
from index.segment import fold
from tests.fakes import passage


@pytest.mark.parametrize(
    ("question", "subjects"),
    [
        ("特斯拉的自动驾驶叫什么？", ("特斯拉",)),
        ("华为的AI服务器卖了多少台？", ("华为", "AI")),
        ("字节跳动的总部在哪？", ("字节跳动",)),
        ("小米在印度尼西亚有什么布局？", ("小米", "印度尼西亚")),
        ("光伏在农业领域有哪些应用？", ("光伏", "农业")),
        ("商汤科技和旷视科技谁的营收高？", ("商汤科技", "旷视科技")),
        ("《流浪地球》的导演是谁？", ("流浪地球",)),
        ("GTX4090的显存多大？", ("GTX4090",)),
        # Nouns, what a reader calls by a nickname, and the whole country are not named by every report that tells of them.
        ("光伏的赚头有多大？", ("光伏",)),
        ("国内的装机量是多少？", ()),
        ("老王在大会上发布了什么？", ()),
        ("哪家大模型公司融资最多？", ()),
        ("装机量为什么下降？", ()),
        ("国产的那款Q20卖多少钱？", ("Q20",)),  # how it is made owns nothing
        ("做显卡的美国公司有谁？", ("美国",)),  # any of its firms
        ("中美两国的学者各有多少？", ()),  # what tells of 美国 and of 中国 need not say so
        ("海光的这块卡是什么东东", ("海光",)),
    ],
)
def test_a_question_is_about_its_names_and_what_it_begins_with(question: str, subjects: tuple[str, ...]) -> None:
    assert subjects_of(question) == subjects


def test_a_known_name_is_what_a_question_is_about() -> None:
    assert subjects_of("奥比中光做了什么") == ()
    assert subjects_of("奥比中光做了什么", frozenset({"奥比中光"})) == ("奥比中光",)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("特斯拉", "特斯拉发布了财报。", True),
        ("特斯拉", "比亚迪发布了财报。", False),
        ("宁徳时代", "宁德时代发布了财报。", True),  # a slip of one character
        ("天津人工智能学会", "天津市人工智能学会成立。", True),  # all but one of its pairs of characters
        ("中金", "中信、金科", False),
        ("gpt-4", "gpt-3 的参数", False),
    ],
)
def test_a_text_names_who_it_names_nearly_in_full(name: str, text: str, named: bool) -> None:
    assert names(text, [name]) is named


class Knowing:
    """A library of one report that knows other names."""

    reports = (IndexedReport("made-up", "虚构报告", "", "", 1, 1),)

    def __init__(self, **others: str) -> None:
        self.others = others

    def spellings(self, name: str) -> Collection[str]:
        return (fold(name), *([self.others[name]] if name in self.others else []))


def test_another_name_of_the_subject_names_it_and_so_does_the_title_of_its_report() -> None:
    told = [passage("鹏城云的份额为 3%。")]
    assert untold("腾讯云的份额是多少？", told, Knowing(腾讯云="鹏城云").spellings) == ()
    assert untold("腾讯云的份额是多少？", told, Knowing().spellings) == ("腾讯云",)
    assert untold("虚构报告的作者是谁？", told, Knowing().spellings) == ()


def test_of_two_sides_the_one_that_nothing_names_is_told() -> None:
    question = "比亚迪和特斯拉的销量分别是多少？"
    hits = (Hit(passage("比亚迪的销量为 300 万辆。"), 1.0, 1),)
    found = Found(question, question, hits, Timings(1.0))
    assert [missing for _, missing in untold_by_side(found, Knowing())] == [(), ("特斯拉",)]
