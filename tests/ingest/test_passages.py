"""A section to passages: slices of its text, whole sentences, rows by themselves, nothing lost."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.outline import split_sections
from ingest.passages import PASSAGE_CHARS, split_passages
from ingest.report import Passage, Report, Section
from ingest.sentences import split_sentences
from ingest.source import Line


def report(*sections: Section) -> Report:
    return Report("demo", "产业报告", "研究院", "2024", "网站", sections)


def section(text: str, heading: str = "1.1 概况") -> Section:
    return Section(("产业报告", heading), text)


def passages(text: str, heading: str = "1.1 概况") -> list[Passage]:
    return split_passages(report(section(text, heading)))


def kinds_and_texts(text: str, heading: str = "1.1 概况") -> list[tuple[str, str]]:
    return [(passage.kind, passage.text) for passage in passages(text, heading)]


def test_a_passage_says_where_it_comes_from() -> None:
    pages = ((0, 3), (10, 4))
    (first, second) = split_passages(
        report(section("1.1 概况\n\n甲。"), Section(("产业报告", "1.2 展望"), "1.2 展望\n\n前\t后", pages))
    )
    assert first == Passage(
        "demo:0:0-10",
        "demo",
        "产业报告",
        "研究院",
        "2024",
        0,
        ("产业报告", "1.1 概况"),
        "text",
        None,
        0,
        10,
        "1.1 概况\n\n甲。",
    )
    assert (second.id, second.section, second.kind, second.page, second.text) == ("demo:1:8-11", 1, "row", 3, "前\t后")


def test_paragraphs_are_packed_while_they_fit() -> None:
    text = "\n\n".join([f"{'甲' * 99}。"] * 4)  # 100 characters each: three and their blank lines are 304
    assert [len(passage.text) for passage in passages(text)] == [304, 100]


def test_a_long_paragraph_is_cut_between_sentences_only() -> None:
    text = "".join(f"{character * 89}。" for character in "甲乙丙丁戊")
    assert [passage.text for passage in passages(text)] == [
        "甲" * 89 + "。" + "乙" * 89 + "。" + "丙" * 89 + "。",
        "丁" * 89 + "。" + "戊" * 89 + "。",
    ]
    assert [passage.text for passage in passages("长" * 500 + "。")] == ["长" * 500 + "。"]


def test_a_row_is_a_passage_of_its_own_with_its_caption_and_merged_cells() -> None:
    text = "1.1 概况\n\n模型梳理\n\n公司\t模型\n谷歌\tBERT\n\tPaLM"
    read = passages(text)
    assert [(passage.kind, passage.text) for passage in read] == [
        ("text", "1.1 概况\n\n模型梳理"),
        ("row", "谷歌\tBERT"),
        ("row", "\tPaLM"),
    ]
    assert read[2].cells == (("公司", "谷歌"), ("模型", "PaLM"))
    assert read[2].caption == "模型梳理"
    assert read[2].search_text == "1.1 概况 › 模型梳理\n公司：谷歌；模型：PaLM"


def test_what_of_a_header_stands_in_no_cell_joins_the_caption() -> None:
    read = passages("性能对比\n厂商\t英伟达\t燧原\t\n型号\tA100\tH100\ti20\n工艺\t7nm\t4nm\t12nm")
    assert read[1].caption == "性能对比（厂商 英伟达 燧原）"


def test_a_caption_that_is_the_heading_and_a_paragraph_above_a_table_are_no_captions() -> None:
    assert [passage.caption for passage in passages("1.1 概况\n\n甲\t乙\n1\t2")] == [""]
    assert [passage.caption for passage in passages("上文是一句话。\n\n甲\t乙\n1\t2")] == ["", ""]


def test_a_heading_right_above_its_table_is_no_passage() -> None:
    assert kinds_and_texts("1.1 概况\n\n甲\t乙\n1\t2") == [("row", "1\t2")]


def test_a_list_stays_with_the_line_that_leads_into_it() -> None:
    text = "正文说完了。\n\n主要岗位\n\n- 训练师：标注。\n- 工程师：调参。"
    assert kinds_and_texts(text) == [
        ("text", "正文说完了。"),
        ("list", "主要岗位\n\n- 训练师：标注。\n- 工程师：调参。"),
    ]


def test_a_long_list_is_cut_between_items_and_keeps_its_lead_in_as_a_caption() -> None:
    items = [f"- {character * 96}。" for character in "甲乙丙丁"]  # 99 characters and a line break each
    first, second = passages("主要岗位：\n" + "\n".join(items))
    assert (first.caption, second.caption) == ("", "主要岗位：")
    assert second.text == items[3]
    assert second.kind == "list"


def test_signed_figures_are_no_items_and_stay_with_their_labels() -> None:
    text = "使用效果\n\n+200%\n提升产能\n\n-90%\n节约成本"
    assert kinds_and_texts(text) == [("text", text)]


def test_a_figure_caption_with_a_unit_stands_alone_with_its_notes() -> None:
    text = "正文。\n\n2021年市场份额 (单位: %)\n\n注: 2021年度数据\n资料来源：IDC\n\n后文。"
    assert kinds_and_texts(text) == [
        ("text", "正文。"),
        ("figure", "2021年市场份额 (单位: %)\n\n注: 2021年度数据\n资料来源：IDC"),
        ("text", "后文。"),
    ]


def test_a_caption_with_a_unit_over_a_table_is_the_caption_of_its_rows() -> None:
    read = passages("市场规模（单位：亿元）\n年份\t规模\n2023\t12.5")
    assert [(passage.kind, passage.caption) for passage in read] == [("text", ""), ("row", "市场规模（单位：亿元）")]


def test_a_note_joins_the_text_before_it_and_stands_alone_after_a_table() -> None:
    assert kinds_and_texts("正文。\n\n注：口径不同") == [("text", "正文。\n\n注：口径不同")]
    assert kinds_and_texts("甲\t乙\n1\t2\n\n注：口径不同")[-1] == ("note", "注：口径不同")


@pytest.mark.timeout(10)  # a step that looks back at every line before would take a minute
def test_a_long_column_of_labels_is_split_at_once() -> None:
    read = passages("\n".join(f"名单{number}" for number in range(20_000)))
    assert len(read) == sum(1 for passage in read if len(passage.text) <= PASSAGE_CHARS)


# --- for any text --------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["市场规模12.5亿元。", "同比增长3.2%", "模型梳理", "公司\t模型\t参数量", "谷歌\tBERT\t/", "\tPaLM\t5400亿", "\t", "",
     "- 一项", "  - 小项；", "（1）其一", "◆ 开发公司：谷歌", "+100%", "注：口径", "图1 规模", "份额（单位：%）",
     "1.1 概况", "长句" * 60 + "。", "很长" * 170, "？！”", "  前有空格。"]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=14).map("\n".join),
    st.text(alphabet="甲乙1.。；\t\n -◆：（）%", max_size=120),
).filter(lambda text: bool(text.strip()))


@settings(deadline=None, max_examples=400)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_passages_are_slices_of_their_sections_in_order_and_apart(texts: list[str]) -> None:
    made = report(*(section(text) for text in texts))
    read = split_passages(made)
    for passage in read:
        assert made.sections[passage.section].text[passage.start : passage.end] == passage.text
        assert passage.text.strip()
    places = [(passage.section, passage.start, passage.end) for passage in read]
    assert places == sorted(places)
    for (number, _, end), (next_number, start, _) in pairwise(places):
        assert number < next_number or end <= start
    assert len({passage.id for passage in read}) == len(read)


@settings(deadline=None, max_examples=400)
@given(TEXTS)
def test_a_passage_is_longer_than_the_limit_only_where_one_sentence_row_or_figure_is(text: str) -> None:
    for passage in passages(text):
        if len(passage.text) > PASSAGE_CHARS and passage.kind not in ("row", "figure"):
            assert len(split_sentences(passage.text)) == 1 or _of_labels(passage.text)


def _of_labels(text: str) -> bool:
    """Labels go on with what they label, so a passage may be longer by them."""
    return all(len(line) <= 40 for line in text.split("\n")[:-1])


@settings(deadline=None, max_examples=400)
@given(TEXTS)
def test_nothing_of_a_section_is_lost_but_its_bare_heading(text: str) -> None:
    read = passages(text)
    covered = {offset for passage in read for offset in range(passage.start, passage.end)}
    around = " ".join(
        part for passage in read for part in (passage.caption, *(name for name, _ in passage.cells), *passage.headings)
    )
    for match in re.finditer(r"[^\t\n]+", text):
        piece = match[0].strip()
        start = match.start() + match[0].find(piece)
        if piece and not covered.issuperset(range(start, start + len(piece))):
            assert piece in around or piece == "1.1 概况"


@settings(deadline=None, max_examples=100)
@given(TEXTS)
def test_splitting_again_gives_the_same_passages(text: str) -> None:
    sections = split_sections([Line(line) for line in text.split("\n")], "产业报告")
    assert split_passages(report(*sections)) == split_passages(report(*sections))
