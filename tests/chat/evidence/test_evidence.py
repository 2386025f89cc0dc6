"""Which sentences and rows an answer may rest on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chat.evidence.evidence import (
    ROW_CHARS,
    Evidence,
    asked_columns,
    candidates,
    is_broad,
    select_evidence,
    shortened,
    stretches,
    with_what_follows,
)
from chat.understanding.meant import meant_by
from index.library import Hit, PassageIndex
from ingest.report import Passage
from tests.fakes import HashingEncoder, passage


class ScoredByWord:
    """Scores a stretch 0.9 where it holds the word, 0.5 elsewhere."""

    def __init__(self, word: str) -> None:
        self.word = word

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        return np.array([0.9 if self.word in passage.reading[a:b] else 0.5 for a, b in spans], dtype=np.float32)

    def word_shares(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float32]:
        return np.ones(len(passages), dtype=np.float32)


TEXT = passage("甲公司成立于1998年。乙公司位于深圳市南山区。丙公司主营服务器业务。", 1)


def test_the_best_sentence_comes_first_and_others_only_within_the_margin() -> None:
    near = select_evidence("问", [Hit(TEXT, 1.0, 1)], ScoredByWord("乙公司"), budget=200, margin=0.1)
    assert [item.reading for item in near] == ["乙公司位于深圳市南山区。"]
    wide = select_evidence("问", [Hit(TEXT, 1.0, 1)], ScoredByWord("乙公司"), budget=200, margin=0.5)
    assert [item.number for item in wide] == [1, 2, 3]
    assert "".join(item.reading for item in wide) == TEXT.text


def test_evidence_fits_its_budget_but_is_never_empty() -> None:
    chosen = select_evidence("问", [Hit(TEXT, 1.0, 1)], ScoredByWord("乙公司"), budget=5, margin=1)
    assert [item.reading for item in chosen] == ["乙公司位于深圳市南山区。"]


class ScoredAlike:
    """Scores every stretch 0.8, and 0.01 more for each 好 in it."""

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        return np.array([0.8 + 0.01 * passage.reading[a:b].count("好") for a, b in spans], dtype=np.float32)

    def word_shares(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float32]:
        return np.ones(len(passages), dtype=np.float32)


def test_of_equal_stretches_that_of_the_first_passage_is_the_best_but_a_clearly_better_one_stays_so() -> None:
    hits = [
        Hit(passage("甲公司的业务覆盖全国各地的客户。", 1), 2.0, 1),
        Hit(passage("乙公司的业务覆盖海外各地的客户。", 2), 1.0, 2),
    ]
    (best,) = select_evidence("谁的业务", hits, ScoredAlike(), budget=200, margin=0.001)
    assert best.hit.rank == 1
    better = replace(hits[1], passage=passage("乙公司的业务好好好覆盖海外各地的客户。", 2))
    (best,) = select_evidence("谁的业务", [hits[0], better], ScoredAlike(), budget=200, margin=0.001)
    assert best.hit.rank == 2


def test_a_stretch_that_has_an_amount_is_better_where_one_is_asked_for() -> None:
    text = passage("甲公司的市场规模好好好，增长明显。2022年甲公司的市场规模为5亿元。", 1)
    for question, best in (("市场规模怎么样？", 0), ("市场规模是多少？", 1)):
        (item,) = select_evidence(question, [Hit(text, 1.0, 1)], ScoredAlike(), budget=200, margin=0.001)
        assert item.start == stretches(text)[best][0]


def test_a_stretch_is_verbatim_in_its_passage() -> None:
    for item in select_evidence("问", [Hit(TEXT, 1.0, 1)], ScoredByWord("公司"), budget=200, margin=1):
        assert TEXT.text[item.start : item.end] == item.reading


def test_what_two_passages_both_say_is_taken_once() -> None:
    again = passage("乙公司位于深圳市南山区。", 2)
    hits = [Hit(TEXT, 2.0, 1), Hit(again, 1.0, 2)]
    chosen = select_evidence("问", hits, ScoredByWord("乙公司"), budget=200, margin=0.1)
    assert len(chosen) == 1


def test_copies_of_a_sentence_that_differ_by_a_word_are_taken_once_and_others_figures_are_not() -> None:
    said = "乙公司通过多元化服务模式，降低开发者的开发成本和产品开发周期，为3000家企业提供服务。"
    copy, other = said.replace("化服务", "化的服务"), said.replace("3000", "5000")
    for second, count in ((copy, 1), (other, 2)):
        hits = [Hit(passage(said, 1), 2.0, 1), Hit(passage(second, 2), 1.0, 2)]
        assert len(select_evidence("问", hits, ScoredByWord("乙公司"), budget=200, margin=0.1)) == count


def test_a_heading_line_and_a_mere_label_are_no_evidence() -> None:
    labelled = passage("2.1 概况\n\n典型企业\n\n甲公司成立于1998年，位于北京。", 3, headings=("报告", "2.1 概况"))
    chosen = select_evidence("问", [Hit(labelled, 1.0, 1)], ScoredByWord("企业"), budget=200, margin=1)
    assert [item.reading for item in chosen] == ["甲公司成立于1998年，位于北京。"]


def test_a_longer_label_is_no_evidence_but_what_leads_in_is() -> None:
    told = passage("某某智能云 高性能计算集群\n\n集群由多台服务器互联而成。\n某某集群的工作原理如下所述：", 1)
    assert [item.reading for item in candidates("问", [Hit(told, 1.0, 1)], ScoredByWord("集群"))] == [
        "集群由多台服务器互联而成。",
        "某某集群的工作原理如下所述：",
    ]


def test_a_sentence_without_a_subject_is_told_under_the_label_above_it() -> None:
    told = passage("某某地图\n\n支持步行导航服务。可以离线使用。\n\n某某集团\n\n该集团成立于1998年。", 1)
    found = candidates("问", [Hit(told, 1.0, 1)], ScoredByWord("服务"))
    assert [item.reading for item in found] == [
        "某某地图：支持步行导航服务。",
        "可以离线使用。",
        "该集团成立于1998年。",
    ]
    assert told.text[found[0].start : found[0].end] == "某某地图\n\n支持步行导航服务。"


def test_a_short_item_of_a_list_is_one_stretch() -> None:
    told = passage("- 奖项：甲赛金奖；乙赛银奖\n- 功能：导航", 1, kind="list")
    assert [told.text[start:end] for start, end in stretches(told)] == ["- 奖项：甲赛金奖；乙赛银奖", "- 功能：导航"]
    prose = passage("甲赛金奖；乙赛银奖。", 1)
    assert len(stretches(prose)) == 2


def test_a_name_stays_with_the_lines_of_its_title() -> None:
    person = passage("张三\n某某学会\n理事长\n\n产业发展很快，前景可期，值得关注。", 4)
    assert [person.text[a:b] for a, b in stretches(person)] == [
        "张三\n某某学会\n理事长",
        "产业发展很快，前景可期，值得关注。",
    ]


def test_a_short_row_is_shown_whole_with_its_headers() -> None:
    row = passage("谷歌\tBERT\t4810亿", 5, kind="row", cells=(("公司", "谷歌"), ("模型", "BERT"), ("参数量", "4810亿")))
    (item,) = select_evidence("问", [Hit(row, 1.0, 1)], ScoredByWord("谷歌"), budget=200, margin=0.1)
    assert item.reading == "公司：谷歌；模型：BERT；参数量：4810亿"
    assert row.text[item.start : item.end] == row.text


@pytest.mark.parametrize(
    ("question", "cells", "told"),
    [
        ("谷歌", (("公司", "谷歌"), ("模型", "/"), ("参数量", "4810亿")), "公司：谷歌；参数量：4810亿"),
        ("谷歌", (("公司", "谷歌"), ("模型", "BERT"), ("参数量", "—")), "公司：谷歌；模型：BERT"),
        (
            "谷歌的参数量",
            (("公司", "谷歌"), ("模型", "BERT"), ("参数量", "—")),
            "公司：谷歌；…参数量：—",
        ),  # it is what is asked
    ],
)
def test_a_cell_without_a_word_is_told_where_it_is_asked_about(
    question: str, cells: tuple[tuple[str, str], ...], told: str
) -> None:
    row = passage("\t".join(cell for _, cell in cells), 5, kind="row", cells=cells)
    (item,) = select_evidence(question, [Hit(row, 1.0, 1)], ScoredByWord("谷歌"), budget=200, margin=0.1)
    assert item.reading == told
    assert row.text[item.start : item.end] == row.text


def test_of_a_long_row_the_naming_cells_and_the_best_sentence_are_shown() -> None:
    long = "第一句说明" + "很" * 60 + "。答案在这里，是二十四。" + "第三句也" + "长" * 60 + "。"
    row = passage(f"电商\t{long}", 6, kind="row", cells=(("行业", "电商"), ("分析", long)))
    assert len(row.reading) > ROW_CHARS
    (item,) = select_evidence("问", [Hit(row, 1.0, 1)], ScoredByWord("答案"), budget=200, margin=0.1)
    assert item.reading.startswith("行业：电商；")
    assert "答案在这里，是二十四。" in item.reading
    assert len(item.reading) <= ROW_CHARS
    assert row.text[item.start : item.end] == row.text


@pytest.mark.parametrize(
    ("question", "broad"),
    [
        ("甲公司哪年成立？", False),
        ("有哪些主要企业？", True),
        ("甲和乙分别多大？", True),
        ("总结一下产业挑战", True),
        ("甲公司涨了几个百分点？", False),
    ],
)
def test_a_question_for_several_things_is_broad(question: str, broad: bool) -> None:
    assert is_broad(question) is broad


def test_a_real_library_finds_the_sentence_that_shares_the_question_s_characters() -> None:
    library = PassageIndex.build([TEXT], HashingEncoder())
    (hit,) = library.search("丙公司主营什么业务")
    best = select_evidence("丙公司主营什么业务", [hit], library, budget=200, margin=0.0)
    assert [item.reading for item in best] == ["丙公司主营服务器业务。"]


def test_the_caption_of_a_picture_is_no_evidence() -> None:
    caption = passage("2021-2025年服务器市场规模（单位：亿美元）", 7, kind="figure")
    assert select_evidence("规模", [Hit(caption, 1.0, 1)], ScoredByWord("规模"), budget=200, margin=1) == []


def test_the_note_below_the_caption_of_a_picture_is_evidence() -> None:
    noted = passage("2021-2025年规模（单位：亿美元）\n\n注：规模指当年新增的部分。", 8, kind="figure")
    chosen = select_evidence("规模", [Hit(noted, 1.0, 1)], ScoredByWord("规模"), budget=200, margin=1)
    assert [item.reading for item in chosen] == ["注：规模指当年新增的部分。"]


CELLS = (("公司", "谷歌"), ("模型", "PaLM"), ("参数量", "540B"), ("发布时间", "2022年4月"), ("文心一言", "正确"))


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("文心一言的结果如何？", {0, 4}),
        ("谷歌的参数量是多少", {0, 2}),
        ("谷歌的模型的参数量", {0, 1, 2}),
        ("参数量最大的是谁", {0, 1, 2, 3, 4}),
        ("哪个模型的参数量最大", {0, 1, 2, 3, 4}),
        ("PaLM模型哪天出的？", {0, 1, 2, 3, 4}),  # the column is named by the way: its cell is what is given
        ("谷歌推出了什么", {0, 1, 2, 3, 4}),
        ("", {0, 1, 2, 3, 4}),
    ],
)
def test_of_a_row_the_columns_are_told_that_a_question_names(question: str, columns: set[int]) -> None:
    assert asked_columns(question, CELLS) == columns


def test_a_column_that_is_not_asked_about_is_left_out_and_marked_so() -> None:
    row = passage("谷歌\tPaLM\t540B\t2022年4月\t正确", 9, kind="row", cells=CELLS)
    (item,) = select_evidence("谷歌的参数量", [Hit(row, 1.0, 1)], ScoredByWord("谷歌"), budget=200, margin=0.1)
    assert item.reading == "公司：谷歌；…参数量：540B…"
    assert (item.start, item.end) == (0, len(row.text))


LONG = (
    "近年来各地的储能项目建设明显加快，甲公司在新疆的储能电站已经投入运行，乙公司在青海开工了新的电站，"
    "丙公司的电站选址在内蒙古西部，目前仍在办理各项审批手续，何时开工还没有确定"
)


class ByWords:
    """MaxSim of the share of these words that a stretch has."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        texts = [passage.reading[start:end] for start, end in spans]
        return np.array(
            [sum(word in text for word in self.words) / len(self.words) for text in texts], dtype=np.float32
        )

    def word_shares(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float32]:
        return np.ones(len(passages), dtype=np.float32)


def cut(text: str, question: str, *words: str) -> str:
    source = passage(text)
    item = Evidence(1, Hit(source, 1.0, 1), text, 0, len(text), 0.9)
    shorter = shortened(item, question, ByWords(*words))
    assert (shorter.start, shorter.end) == (0, len(text))  # what is cited stays the sentence
    return shorter.reading


def test_a_long_sentence_is_cut_to_the_clauses_that_match() -> None:
    assert cut(LONG, "甲公司的电站在哪里？", "甲公司", "电站") == "…甲公司在新疆的储能电站已经投入运行…"


def test_a_short_sentence_stays_whole() -> None:
    assert cut(LONG[:40], "甲公司的电站在哪里？", "甲公司") == LONG[:40]


@pytest.mark.parametrize("word", ["除少数地区外，", "如果补贴不变，", "据某机构预测，", "但", "有观点认为，", "其余"])
def test_a_clause_that_qualifies_the_others_is_not_cut_off(word: str) -> None:
    text = word + LONG
    assert cut(text, "甲公司的电站在哪里？", "甲公司", "电站").startswith(text[:20])


def test_the_period_that_is_asked_about_is_not_cut_off() -> None:
    text = "到了2022年，" + LONG
    assert cut(text, "2022年甲公司的电站在哪里？", "甲公司", "电站").startswith("到了2022年，近年来")
    assert cut(text, "甲公司的电站在哪里？", "甲公司", "电站").startswith("…甲公司")


def test_the_amount_that_is_asked_for_is_not_cut_off() -> None:
    text = LONG + "，总投资35亿元"
    assert cut(text, "丙公司的电站要多少钱？", "丙公司").endswith("总投资35亿元")


def test_evidence_that_says_nothing_is_none() -> None:
    empty = passage("  |  ", kind="row", cells=(("", ""), ("", "")))
    assert select_evidence("甲？", [Hit(empty, 1.0, 1)], ByWords("甲"), budget=100, margin=0.1) == []


def test_a_line_that_says_where_a_table_is_from_is_evidence_only_where_that_is_asked() -> None:
    source = passage("储能装机规模为8.7GW。\n数据来源：某能源研究机构的年度统计公报，2022年。")
    hits = [Hit(source, 1.0, 1)]

    def chosen(question: str) -> str:
        return "".join(item.reading for item in select_evidence(question, hits, ByWords("的"), budget=300, margin=1.0))

    assert "数据来源" not in chosen("储能装机规模是多少？")
    assert "数据来源" in chosen("数据来源是哪里？")


def of(text: str, number: int, heading: str = "一节", **fields: Any) -> Hit:
    return Hit(passage(text, number, headings=("虚构报告", heading), **fields), 1.0, number)


def told(question: str, *hits: Hit) -> list[str]:
    return [item.reading for item in select_evidence(question, hits, ScoredAlike(), budget=400, margin=1.0)]


def test_what_names_another_firm_is_no_evidence_however_well_it_matches() -> None:
    ours, others = of("特斯拉的份额为5%。", 2), of("好好好的比亚迪的份额为9%。", 1, "另一节")
    assert told("特斯拉的份额是多少？", others, ours) == ["特斯拉的份额为5%。"]
    assert told("特斯拉的份额是多少？", others) == []


def test_of_several_names_the_one_that_tells_most_apart_must_be_there() -> None:
    hits = [of("AI芯片的份额以英伟达为首，占80%。", 1), of("华为的AI芯片占了7%的份额。", 2, "另一节")]
    assert told("华为的AI芯片份额是多少？", *hits) == ["华为的AI芯片占了7%的份额。"]


def test_prose_is_about_whom_its_section_names_but_each_item_and_row_about_its_own() -> None:
    prose = [of("特斯拉成立于2003年。", 1), of("该公司的份额为5%。", 2)]
    assert told("特斯拉的份额是多少？", *prose) == ["该公司的份额为5%。"]
    items = of("- 特斯拉的份额为5%。\n- 比亚迪的份额为9%。", 1, kind="list")
    assert told("特斯拉的份额是多少？", items) == ["特斯拉的份额为5%。"]
    rows = [
        of(f"{firm} {share}", number, kind="row", cells=(("公司", firm), ("份额", share)))
        for number, (firm, share) in enumerate((("特斯拉", "5%"), ("比亚迪", "9%")), start=1)
    ]
    assert told("特斯拉的份额是多少？", *rows) == ["公司：特斯拉；份额：5%"]


def test_a_figure_told_before_a_firm_is_first_named_is_not_the_firm_s() -> None:
    text = "储能的份额占好好好的38%。头部企业包括特斯拉。特斯拉的份额为5%。"
    assert told("特斯拉的份额是多少？", of(text, 1)) == ["特斯拉的份额为5%。"]
    assert told("特斯拉怎么样？", of(text, 1)) == [
        "储能的份额占好好好的38%。",
        "头部企业包括特斯拉。",
        "特斯拉的份额为5%。",
    ]


def test_an_item_that_begins_with_what_is_asked_for_is_better_than_one_that_matches_a_little_better() -> None:
    card = of("- 产品功能：好好好好看的储能柜\n- 开发单位：甲公司\n- 发布时间：2022年5月", 1, kind="list")
    best = max(candidates("这款储能柜是谁开发的？", [card], ScoredAlike()), key=lambda item: item.score)
    assert best.reading == "开发单位：甲公司"


def stretch(source: Passage, number: int) -> Evidence:
    start, end = stretches(source)[number]
    return Evidence(0, Hit(source, 1.0, 1), source.text[start:end], start, end, 0.9)


def test_a_line_that_leads_in_brings_what_it_leads_to_up_to_the_next_such_line() -> None:
    source = passage(
        "甲法的步骤：\n- ✓ 先加热；\n- ✓ 再加压。\n乙法的步骤：\n- ✓ 先冷却。\n资料来源：虚构报告", 1, kind="list"
    )
    first = with_what_follows(stretch(source, 0), 100)
    assert first.reading == "甲法的步骤：先加热；再加压。"
    assert source.text[first.start : first.end] == "甲法的步骤：\n- ✓ 先加热；\n- ✓ 再加压。"
    assert with_what_follows(stretch(source, 3), 100).reading == "乙法的步骤：先冷却。"
    assert with_what_follows(stretch(source, 0), 12).reading == "甲法的步骤：先加热；"
    assert (
        with_what_follows(stretch(source, 1), 100).reading
        == source.text[stretch(source, 1).start : stretch(source, 1).end]
    )


NESTED = "大事记\n\n- 2021.03\n  - 远帆号货轮下水，创下多项纪录并开始试航。\n  - 长风号货轮开工。\n- 2021.05\n  - 青禾号货轮下水，随后开始为期三个月的试航。"


def test_an_item_of_a_nested_list_is_told_behind_the_label_that_holds_it() -> None:
    items = candidates("货轮下水", [Hit(passage(NESTED, kind="list"), 1.0, 1)], ScoredByWord("货轮"))
    assert [item.reading for item in items] == [
        "2021.03：远帆号货轮下水，创下多项纪录并开始试航。",
        "2021.03：长风号货轮开工。",
        "2021.05：青禾号货轮下水，随后开始为期三个月的试航。",
    ]
    assert NESTED[items[2].start : items[2].end] == "- 青禾号货轮下水，随后开始为期三个月的试航。"


def test_the_first_line_of_a_later_piece_of_a_list_holds_nothing() -> None:
    text = "- 远帆号\n  - 青禾号货轮下水，随后开始为期三个月的试航。"
    later = passage(text, kind="list", caption="大事记 › 2021.05")
    (*_, item) = candidates("货轮下水", [Hit(later, 1.0, 1)], ScoredByWord("货轮"))
    assert item.reading == "青禾号货轮下水，随后开始为期三个月的试航。"


def test_of_a_dated_list_only_the_items_of_the_month_meant_are_taken() -> None:
    question = "2021年5月有哪些货轮下水？"
    hits = [Hit(passage(NESTED, kind="list"), 1.0, 1)]
    chosen = select_evidence(question, hits, ScoredByWord("货轮"), budget=200, margin=0.1, meant=[meant_by(question)])
    assert [item.reading for item in chosen] == ["2021.05：青禾号货轮下水，随后开始为期三个月的试航。"]
