"""Headings, marked or only numbered, to sections that know their path."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.outline import split_sections
from ingest.report import Section
from ingest.source import Line

TITLE = "产业报告"


def sections_of(text: str, title: str) -> tuple[Section, ...]:
    return split_sections([Line(line) for line in text.split("\n")], title)


def outline(text: str) -> list[tuple[str, ...]]:
    """The paths of the sections, without the title that stands first in each."""
    sections = sections_of(text, TITLE)
    assert all(section.headings[0] == TITLE for section in sections)
    return [section.headings[1:] for section in sections]


def lines(*lines: str) -> str:
    """The lines as paragraphs of their own."""
    return "\n\n".join(lines)


def test_a_section_begins_with_its_heading_and_holds_all_up_to_the_next() -> None:
    sections = sections_of(
        lines("# 产业报告", "前言。", "## 1.1 概况", "正文一。\n正文二。", "## 1.2 展望", "正文三。"), TITLE
    )
    assert [(section.headings, section.text) for section in sections] == [
        (("产业报告",), "产业报告\n\n前言。"),
        (("产业报告", "1.1 概况"), "1.1 概况\n\n正文一。\n正文二。"),
        (("产业报告", "1.2 展望"), "1.2 展望\n\n正文三。"),
    ]


def test_a_number_says_the_depth_whatever_the_hashes_say() -> None:
    text = lines(
        "# 1.1 甲篇", "文。", "## 1.1.1 乙节内容", "文。", "# 1.1.2 丙节内容", "文。", "### 1.2 丁篇内容", "文。"
    )
    assert outline(text) == [
        ("1.1 甲篇",),
        ("1.1 甲篇", "1.1.1 乙节内容"),
        ("1.1 甲篇", "1.1.2 丙节内容"),
        ("1.2 丁篇内容",),
    ]


def test_hashes_order_the_headings_between_two_numbers() -> None:
    text = lines(
        "## 3.2 影视行业",
        "文。",
        "### 前期",
        "#### 剧本",
        "文。",
        "### 中期",
        "#### 角色",
        "文。",
        "## 3.3 岗位影响",
        "文。",
    )
    assert outline(text) == [
        ("3.2 影视行业",),
        ("3.2 影视行业", "前期", "剧本"),
        ("3.2 影视行业", "中期", "角色"),
        ("3.3 岗位影响",),
    ]


def test_the_name_of_a_numbered_part_stands_on_the_next_line() -> None:
    assert outline(lines("# 02", "## 新生态", "文。", "# 2.1 全景图谱", "文。")) == [
        ("02 新生态",),
        ("02 新生态", "2.1 全景图谱"),
    ]
    assert outline(lines("PART.01", "概况篇", "1.1 概念与阶段", "文。")) == [("PART.01 概况篇", "1.1 概念与阶段")]
    assert outline(lines("第二章 市场规模", "文。")) == [("第二章 市场规模",)]


def test_what_follows_a_part_is_its_name_only_where_it_can_be_one() -> None:
    for line in ("正文一句。", "- 一项", "公司\t模型", "两行的\n段落"):
        assert [section.text for section in sections_of(lines("# 02", line), TITLE)] == [f"02\n\n{line}"]


def test_a_marked_heading_may_be_short() -> None:
    assert outline(lines("## 1.1 概述", "文。", "# 1.1.1 背景", "文。")) == [("1.1 概述",), ("1.1 概述", "1.1.1 背景")]


def test_a_part_does_not_contain_the_numbers_of_another_part() -> None:
    text = lines("PART.01", "概况篇", "1.2 驱动力量", "文。", "2.1 芯片算力", "文。")
    assert outline(text) == [("PART.01 概况篇", "1.2 驱动力量"), ("2.1 芯片算力",)]


def test_a_chapter_line_is_one_when_its_first_section_follows() -> None:
    assert outline(lines("2. 基础设施篇", "2.1 芯片算力", "文。")) == [("2. 基础设施篇", "2.1 芯片算力")]
    assert outline(lines("1. 产品创新", "2. 管理效率", "文。")) == [()]


def test_a_table_of_contents_makes_no_sections() -> None:
    contents = lines("# 01", "## 新风口", "1.1 发展历程", "1.2 技术演进", "1.3 市场影响")
    assert outline(lines(contents, "# 1.1 发展历程", "文。")) == [("01 新风口",), ("01 新风口", "1.1 发展历程")]


def test_a_heading_told_twice_before_the_next_is_no_table_of_contents() -> None:
    text = lines("PART.04", "应用篇", "4.1 典型应用", "4.1 典型应用", "4.2 文本生成", "正文。")
    assert outline(text) == [
        ("PART.04 应用篇", "4.1 典型应用"),
        ("PART.04 应用篇", "4.1 典型应用"),
        ("PART.04 应用篇", "4.2 文本生成"),
    ]


def test_prose_that_begins_with_a_number_is_no_heading() -> None:
    for line in (
        "3.2%的企业已采用",
        "2.5个月",
        "1.1 这一行以句号结束。",
        "12.5亿元的市场规模",
        "1.1 名称\t数值",
        "1.1 " + "很长的一行" * 13,
    ):
        assert outline(lines("引言。", line, "文。")) == [()], line


def test_a_numbered_line_inside_a_paragraph_is_no_heading() -> None:
    assert outline("第一点：\n1.1 发展历程\n以上。") == [()]
    assert outline("第一点：\n## 1.1 发展历程\n以上。") == [(), ("1.1 发展历程",)]


def test_a_heading_makes_a_section_of_its_own_only_where_nothing_stands_below_it_or_text_does() -> None:
    assert outline(lines("## 1.1 概况篇", "### 里程碑", "#### 细节", "文。", "## 1.2 图谱", "## 1.3 模式", "文。")) == [
        ("1.1 概况篇", "里程碑", "细节"),
        ("1.2 图谱",),
        ("1.3 模式",),
    ]


def test_a_text_without_headings_is_one_section_and_an_empty_one_is_none() -> None:
    assert [(section.headings, section.text) for section in sections_of("甲。\n\n乙。", TITLE)] == [
        ((TITLE,), "甲。\n\n乙。")
    ]
    assert sections_of("", TITLE) == ()


LINES = st.sampled_from(
    ["# 01", "## 新风口", "PART.02", "# 1.1 发展历程", "1.2 技术演进", "2. 基础篇", "2.1 芯片算力", "### 小标题",
     "正文一句。", "公司\t参数", "\t谷歌", "- 一项", "12.5亿元", "产业报告", ""]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(LINES, max_size=25))
def test_every_line_that_is_no_heading_stands_in_a_section_once_and_in_order(drawn: list[str]) -> None:
    sections = sections_of("\n".join(drawn), TITLE)
    for line in ("正文一句。", "公司\t参数", "\t谷歌", "- 一项", "12.5亿元"):
        assert sum(section.text.split("\n").count(line) for section in sections) == drawn.count(line)
    read = [line for section in sections for line in section.text.split("\n") if line in {"正文一句。", "- 一项"}]
    assert read == [line for line in drawn if line in {"正文一句。", "- 一项"}]
    assert all(section.text.strip() for section in sections)
