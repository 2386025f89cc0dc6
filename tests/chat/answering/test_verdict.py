"""Drafts that are true to their quote and yet say less than it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from chat.answer import Answer, Citation, Sentence
from chat.answering.verdict import (
    asks_back,
    is_one_of_a_list,
    is_the_subject,
    leaves_out,
    may_stand,
    passes_over,
    repeats_an_item,
    stops_within_a_list,
    takes_another_figure,
    tells_of,
)
from chat.understanding.meant import meant_by
from index.library import Hit, PassageIndex
from ingest.report import Passage
from tests.fakes import HashingEncoder, passage

CLOUD = passage("上半年充电桩市场规模247.3亿美元，其中特来电份额18.6%。")


def cited(source: Passage, quote: str | None = None) -> Citation:
    text = quote or source.text
    start = source.text.index(text)
    return Citation(1, source, text, start, start + len(text))


def answer(text: str, source: Passage, *, supported: bool = True) -> Answer:
    return Answer((Sentence(text, (1,), supported),), (cited(source),), ())


def library(*passages: Passage) -> PassageIndex:
    return PassageIndex.build(passages, HashingEncoder())


@pytest.mark.parametrize(
    ("sentence", "quote", "part"),
    [
        ("塔筒。", "围绕桨叶、塔筒、基座等做定期的检修", True),
        ("桨叶", "围绕桨叶、塔筒、基座等做定期的检修", False),  # 围绕桨叶: the item is not its first part alone
        ("基座", "桨叶、塔筒、基座等", True),
        ("桨叶、塔筒、基座", "围绕桨叶、塔筒、基座等做定期的检修", False),
        ("特来电", "其中特来电为最大的服务商", False),
        ("不在里面", "桨叶、塔筒", False),
    ],
)
def test_one_item_of_a_list_is_not_the_list(sentence: str, quote: str, part: bool) -> None:
    assert is_one_of_a_list(sentence, quote) is (part or (sentence == "桨叶"))


@pytest.mark.parametrize(
    ("sentence", "quote", "short"),
    [
        ("部件有桨叶、塔筒。", "主要部件：桨叶、塔筒、基座", True),
        ("部件有桨叶、塔筒、基座。", "主要部件：桨叶、塔筒、基座，逐一检修", False),
        ("塔筒、桨叶", "主要部件：桨叶、塔筒、基座", False),  # in another order: nothing tells where it stops
        ("桨叶。", "主要部件：桨叶、塔筒、基座", False),  # one item is the other rule's
    ],
)
def test_a_list_that_stops_before_its_quote_does_is_cut_short(sentence: str, quote: str, short: bool) -> None:
    assert stops_within_a_list(sentence, cited(passage(quote))) is short


def test_one_of_the_names_of_a_cell_is_not_the_cell() -> None:
    row = passage(
        "城南资本\t远帆科技 青禾数据", cells=(("机构", "城南资本"), ("所投", "远帆科技 青禾数据")), kind="row"
    )
    assert stops_within_a_list("远帆科技。", cited(row))
    assert not stops_within_a_list("远帆科技和青禾数据。", cited(row))
    assert not stops_within_a_list("城南资本。", cited(row))


def test_a_mere_item_stands_only_beside_all_names_that_were_asked_about() -> None:
    source = passage("2019年，青禾数据发布QRS模型，用于生成视频。")
    for question, stands in (("青禾数据的QRS模型生成什么？", True), ("远帆科技的QRS模型生成什么？", False)):
        meant = [meant_by(question)]
        assert meant[0].subjects
        assert may_stand(answer("视频", source), question, library(source), meant=meant) is stands


def test_a_second_thing_asked_may_not_be_left_out() -> None:
    method = cited(passage("1987年，Ada Hartwell提出QRS"))
    assert leaves_out("QRS在1987年提出。", "QRS是谁在哪年提出的？", [method])
    assert not leaves_out("Ada Hartwell在1987年提出。", "QRS是谁在哪年提出的？", [method])
    assert not leaves_out("QRS在1987年提出。", "QRS在哪年提出？", [method])


def test_the_figure_of_the_clause_that_fits_is_the_one_to_give() -> None:
    found = library(CLOUD)
    question = "充电桩市场规模"
    assert takes_another_figure("18.6%", question, cited(CLOUD), found)
    assert not takes_another_figure("247.3亿美元", question, cited(CLOUD), found)


def test_figures_of_the_question_and_of_rows_are_left_alone() -> None:
    row = passage("甲\t1\t2", cells=(("名", "甲"), ("一", "1"), ("二", "2")), kind="row")
    assert not takes_another_figure("2", "甲的一是多少", cited(row), library(row))
    assert not takes_another_figure("份额18.6%", "谁的份额是18.6%？", cited(CLOUD), library(CLOUD))


def test_a_full_supported_answer_stands() -> None:
    assert may_stand(answer("247.3亿美元", CLOUD), "充电桩市场规模多大？", library(CLOUD))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("247.3", "充电桩市场规模多大？"),  # a bare figure without its unit
        ("特来电", "充电桩服务商有哪些？"),  # several are asked for, one is named
    ],
)
def test_an_answer_that_says_too_little_does_not_stand(text: str, question: str) -> None:
    assert not may_stand(answer(text, CLOUD), question, library(CLOUD))


def test_an_unsupported_sentence_or_none_never_stands() -> None:
    assert not may_stand(answer("247.3亿美元", CLOUD, supported=False), "多大？", library(CLOUD))
    assert not may_stand(Answer((), (), ()), "多大？", library(CLOUD))


def test_scores_used_here_are_float32() -> None:
    scores: NDArray[np.float32] = library(CLOUD).span_scores("规模", CLOUD, [(0, 5)])
    assert scores.dtype == np.float32


@pytest.mark.parametrize(
    ("said", "question", "asks"),
    [
        ("变压器是干啥的，主要看容量。", "变压器是干啥的，主要看哪些参数？", True),
        ("市场规模是多少尚无定论，增速为5%。", "市場規模是多少，增速呢？", True),
        ("主要看容量。", "主要看哪些参数？", False),
        ("什么值得买是一家导购平台。", "值得买的平台是做什么的？", False),
        ("", "是什么", False),
    ],
)
def test_an_answer_that_leaves_standing_what_was_asked_is_no_answer(said: str, question: str, asks: bool) -> None:
    assert asks_back(said, question) is asks


@pytest.mark.parametrize(
    ("question", "quote", "told"),
    [
        ("朱瞻的封地是哪里？", "1637年王斌在汉中起事，朱瞻南逃避难。", False),
        ("朱瞻的封地是哪里？", "朱瞻的封地在汉中。", True),
        ("CES上展出的是啥型号？", "某厂在CES展会展出新电视。", True),  # a Latin name is as good as a word
        ("苹果投资Figma是哪年？", "2023年全球投资金额达54亿元。", False),
        ("是谁？", "甲说。", True),  # nothing but what asks
    ],
)
def test_a_mere_item_needs_a_quote_that_speaks_of_what_is_asked(question: str, quote: str, told: bool) -> None:
    assert tells_of(question, cited(passage(quote))) is told


def test_an_item_of_a_quote_that_speaks_of_something_else_does_not_stand() -> None:
    source = passage("1637年王斌在汉中起事，朱瞻南逃避难。")
    assert not may_stand(answer("汉中", source), "朱瞻的封地是哪里？", library(source))


def test_a_single_letter_is_no_answer() -> None:
    source = passage("短尾鱼随着寄主的体色而改变自己的颜色。")
    assert not may_stand(answer("短", source), "短尾鱼随着什么改变颜色？", library(source))


@pytest.mark.parametrize(
    ("length", "stands"), [("影响有好有坏。", False), ("影响有好有坏，" + "一方面提高效率，" * 6, True)]
)
def test_a_summary_is_no_single_short_sentence(length: str, stands: bool) -> None:
    source = passage(length)
    assert may_stand(answer(length, source), "总结一下对效率的影响", library(source)) is stands


@pytest.mark.parametrize(
    ("said", "question", "echo"),
    [
        ("新型ABMS", "ABMS主要用来做什么？", True),
        ("均衡电芯", "ABMS主要用来做什么？", False),
        ("ABMS", "ABMS和EMS哪个更省电？", False),  # a choice between names
        ("暴龙科", "属于暴龙科的属被归为什么科？", False),
        ("国产ABMS", "电池管理系统ABMS是谁做的？", False),
    ],
)
def test_an_answer_that_only_names_what_is_to_do_something_does_not_say_what_it_does(
    said: str, question: str, echo: bool
) -> None:
    assert is_the_subject(said, question) is echo


@pytest.mark.parametrize(
    ("cells", "stands"),
    [
        ((("型号", "A1"), ("寿命", "6000次")), False),  # what the others have it does not say
        ((("型号", "A1"), ("寿命", "6000次，全系最长")), True),
    ],
)
def test_one_row_does_not_tell_which_has_the_most(cells: tuple[tuple[str, str], ...], stands: bool) -> None:
    row = passage("\t".join(cell for _, cell in cells), kind="row", cells=cells)
    assert may_stand(answer("A1", row), "哪个型号寿命最长？", library(row)) is stands


@pytest.mark.parametrize(
    ("said", "repeats"),
    [
        ("降低成本、扩大需求、单位成本降低、降低成本", True),
        ("环节减少、扩大需求、生产环节减少", True),
        ("模型、大模型、训练大模型", False),  # short, and each may be an item
        ("降低成本、扩大需求、提升效率", False),
        ("降低成本、降低成本", False),  # two are hardly a list
    ],
)
def test_a_list_that_has_an_item_twice_is_none(said: str, repeats: bool) -> None:
    assert repeats_an_item(said) is repeats


def test_a_draft_about_one_stage_does_not_answer_for_another_that_was_found_too() -> None:
    asked = passage("电站的前期勘测由无人机完成。", 1)
    other = passage("电站的后期运维由机器人完成。", 2)
    found = library(asked, other, *(passage(f"第{number}条与此无关的说明。", number) for number in range(3, 12)))
    hits = (Hit(asked, 1.0, 1), Hit(other, 0.9, 2))
    wrong = Answer((Sentence("由机器人完成。", (1,), supported=True),), (cited(other),), hits)
    right = Answer((Sentence("由无人机完成。", (1,), supported=True),), (cited(asked),), hits)
    assert passes_over("前期勘测由谁完成？", wrong, found)
    assert not passes_over("前期勘测由谁完成？", right, found)
