"""Headings, marked or only numbered, to sections that know their path."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.outline import contents_lines, split_sections
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


# --- parts without a number ----------------------------------------------------------------------------------------


def test_a_part_without_a_number_ends_the_numbered_one() -> None:
    text = lines("前言", "文。", "1.1 概况内容", "文。", "附录A 术语", "文。", "参考文献", "文。", "结语", "文。")
    assert outline(text) == [("前言",), ("1.1 概况内容",), ("附录A 术语",), ("参考文献",), ("结语",)]
    marked = lines("# 02", "## 新生态", "文。", "## 2.1 全景图谱", "文。", "## 附录：数据来源说明", "文。")
    assert outline(marked) == [("02 新生态",), ("02 新生态", "2.1 全景图谱"), ("附录：数据来源说明",)]


def test_the_word_of_such_a_part_in_a_sentence_a_row_or_deep_in_a_part_opens_none() -> None:
    for line in ("前言不搭后语", "摘要：本文研究生成式AI", "附录\t页码", "参考文献见书末。", "结语，", "1.1 的结语："):
        assert outline(lines("引子。", line, "文。")) == [()], line
    assert outline(lines("## 1.1 概况", "文。", "#### 摘要", "文。", "#### 正文", "文。")) == [
        ("1.1 概况",),
        ("1.1 概况", "摘要"),
        ("1.1 概况", "正文"),
    ]


def test_names_and_titles_of_people_are_no_headings() -> None:
    text = lines("专家寄语", "王某某\n研究所副总工", "文。", "李某某\n大学\n教授", "文。")
    assert outline(text) == [("专家寄语",)]


def test_the_title_above_a_preface_opens_the_cover_of_the_report_that_an_article_brings() -> None:
    text = lines("1.1 概况内容", "文。", "产业 报告", "指导单位：\n协会", "前言", "文。")
    assert outline(text) == [("1.1 概况内容",), (), ("前言",)]


def test_the_title_alone_inside_a_part_or_above_prose_opens_nothing() -> None:
    for below in (["文。"], ["1.2 驱动力量", "文。"], ["公司\t模型\n谷歌\tPaLM", "前言", "文。"]):
        assert outline(lines("1.1 概况内容", "文。", "产业报告", *below))[0] == ("1.1 概况内容",)
        assert () not in outline(lines("1.1 概况内容", "文。", "产业报告", *below))


def test_a_slogan_on_the_cover_is_no_heading_and_a_summary_above_the_first_part_is() -> None:
    assert outline(
        lines("# 产业报告", "## 新风口·新生态", "研究院发布", "# 目录", "新风口", "# 01", "## 新风口", "文。")
    ) == [
        (),
        ("目录",),
        ("01 新风口",),
    ]
    assert outline(lines("# 产业报告", "## 要点速览", "市场规模达12.5亿元。", "## 1.1 概况", "文。")) == [
        ("要点速览",),
        ("1.1 概况",),
    ]
    assert outline(lines("# 产业报告", "## 新风口", "## 市场", "文。")) == [("新风口",), ("市场",)]


def test_the_publishers_own_pages_hang_under_no_part() -> None:
    own = ("## 产业咨询领导者", "### 产业规划", "资深顾问", "扫码下载APP", "## 研究院", "联系方式：400-068-7188")
    text = lines("# 04", "## 新机遇", "文。", "## 4.1 趋势", "文。", "### 小节", "文。", *own)
    assert outline(text)[-3:] == [("04 新机遇", "4.1 趋势", "小节"), ("产业咨询领导者", "产业规划"), ("研究院",)]


def test_a_last_heading_that_says_something_of_the_subject_stays_in_its_part() -> None:
    text = lines("# 04", "## 新机遇", "文。", "## 4.1 趋势", "文。", "## 行业领导者", "份额达33.5%。扫码下载APP")
    assert outline(text)[-1] == ("04 新机遇", "行业领导者")


# --- other numbers -------------------------------------------------------------------------------------------------


def test_chinese_numerals_alone_order_a_text_without_hashes() -> None:
    text = lines("一、行业概况", "文。", "（一）定义", "文。", "（二）分类", "文。", "二、市场规模", "文。")
    assert outline(text) == [
        ("一、行业概况",),
        ("一、行业概况", "（一）定义"),
        ("一、行业概况", "（二）分类"),
        ("二、市场规模",),
    ]


def test_chinese_numerals_stand_below_the_chapters_and_decimal_numbers_around_them() -> None:
    text = lines("第一章 概况", "一、定义", "文。", "第二章 市场", "2.1 规模与增速", "文。", "一、总体", "文。")
    assert outline(text) == [
        ("第一章 概况", "一、定义"),
        ("第二章 市场", "2.1 规模与增速"),
        ("第二章 市场", "2.1 规模与增速", "一、总体"),
    ]


def test_a_decimal_number_stands_below_the_chinese_numeral_that_came_first() -> None:
    assert outline(lines("一、概况", "文。", "1.1 定义与范围", "文。", "二、市场", "文。")) == [
        ("一、概况",),
        ("一、概况", "1.1 定义与范围"),
        ("二、市场",),
    ]


def test_marked_chinese_numerals_are_ordered_by_their_hashes_among_headings_without_numbers() -> None:
    text = lines(
        "# 1.2.2 核心技术", "文。", "## 三步训练", "### 一、监督", "文。", "### 二、奖励", "文。", "## 原理", "文。"
    )
    assert outline(text)[1:] == [
        ("1.2.2 核心技术", "三步训练", "一、监督"),
        ("1.2.2 核心技术", "三步训练", "二、奖励"),
        ("1.2.2 核心技术", "原理"),
    ]


def test_a_counted_heading_stands_beside_the_one_that_it_counts_on_from() -> None:
    text = lines("一、概况", "（一）定义", "文。", "1.1 狭义的定义", "文。", "（二）分类", "文。", "二、市场", "文。")
    assert outline(text) == [
        ("一、概况", "（一）定义"),
        ("一、概况", "1.1 狭义的定义"),
        ("一、概况", "（二）分类"),
        ("二、市场",),
    ]
    marked = lines("## 1.1 概况", "### （一）定义", "文。", "### 1.1.1 狭义", "文。", "### （二）分类", "文。")
    assert outline(marked)[1:] == [("1.1 概况", "1.1.1 狭义"), ("1.1 概况", "（二）分类")]
    tens = lines("1.1 概况内容", "九、甲", "文。", "十、乙", "文。", "1.1.1 狭义的内容", "文。", "十一、丙", "文。")
    assert outline(tens)[-1] == ("1.1 概况内容", "十一、丙")


def test_what_counts_on_below_another_heading_stays_there() -> None:
    inner = ("（一）甲", "文。", "1.1.1 内部的定义", "（一）丙", "文。", "（二）丁", "文。")
    text = lines("1.1 概况内容", *inner, "（二）乙", "文。", "1.2 市场规模", "（三）戊", "文。")
    assert outline(text) == [
        ("1.1 概况内容", "（一）甲"),
        ("1.1 概况内容", "1.1.1 内部的定义", "（一）丙"),
        ("1.1 概况内容", "1.1.1 内部的定义", "（二）丁"),
        ("1.1 概况内容", "（二）乙"),
        ("1.2 市场规模", "（三）戊"),
    ]
    other = lines("1.1 概况内容", "（一）甲", "文。", "1.1.1 内部的定义", "二、乙", "文。", "（三）丙", "文。")
    assert outline(other)[1:] == [
        ("1.1 概况内容", "1.1.1 内部的定义", "二、乙"),
        ("1.1 概况内容", "1.1.1 内部的定义", "二、乙", "（三）丙"),
    ]


def test_points_of_a_list_and_sentences_that_begin_with_a_chinese_numeral_are_no_headings() -> None:
    assert outline(lines("建议如下：", "一、培养人才", "二、加大投资", "三、产学研结合")) == [()]
    for line in ("一、加大投资。", "一、投资：", "一、" + "很长" * 20, "（一）是指\t甲"):
        assert outline(lines("引言。", line, "文。")) == [()], line


def test_chapters_and_their_sections_are_counted_in_words_too() -> None:
    text = lines(
        "第一章概述",
        "第一节 背景",
        "文。",
        "第二节 方法",
        "文。",
        "Chapter 2: Market",
        "文。",
        "PART 3",
        "展望篇",
        "文。",
    )
    assert outline(text) == [
        ("第一章概述", "第一节 背景"),
        ("第一章概述", "第二节 方法"),
        ("Chapter 2: Market",),
        ("PART 3 展望篇",),
    ]


def test_a_sentence_about_a_chapter_is_no_heading() -> None:
    for line in ("第三章中提到的模型", "第二部分是重点", "第一章和第二章", "第一节的内容"):
        assert outline(lines("引言。", line, "文。")) == [()], line


def test_a_part_on_one_line_is_told_from_a_panel_with_a_number() -> None:
    text = lines(
        "# 01 新风口", "## 1.1 历程", "文。", "## 趋势", "#### 02 能力增强", "文。", "#### 应用广泛 03", "文。"
    )
    assert outline(text)[1:] == [("01 新风口", "趋势", "02 能力增强"), ("01 新风口", "趋势", "03 应用广泛")]


def test_a_number_behind_a_name_is_a_panels_only_beside_panels_with_theirs_in_front() -> None:
    cars = lines("## 1.1 车型", "文。", "### 领克 02", "文。", "### 领克 03", "文。", "#### 04 出口", "文。")
    assert [path[-1] for path in outline(cars)] == ["1.1 车型", "领克 02", "领克 03", "04 出口"]


def test_panels_amid_the_sections_of_a_part_are_no_parts_however_they_are_marked() -> None:
    panels = ("## 01 数据增长", "文。", "## 02 能力增强", "文。")
    text = lines(
        "# 01 新风口", "# 1.1 历程", "文。", *panels, "# 1.2 趋势", "文。", *panels, "# 02 新生态", "# 2.1 图谱", "文。"
    )
    assert outline(text) == [
        ("01 新风口", "1.1 历程"),
        ("01 新风口", "1.1 历程", "01 数据增长"),
        ("01 新风口", "1.1 历程", "02 能力增强"),
        ("01 新风口", "1.2 趋势"),
        ("01 新风口", "1.2 趋势", "01 数据增长"),
        ("01 新风口", "1.2 趋势", "02 能力增强"),
        ("02 新生态", "2.1 图谱"),
    ]


def test_parts_on_one_line_may_have_no_numbered_sections_and_begin_again_in_a_report_told_twice() -> None:
    assert outline(lines("# 01 新风口", "文。", "# 02 新生态", "文。", "## 2.1 图谱", "文。", "# 03 展望", "文。")) == [
        ("01 新风口",),
        ("02 新生态",),
        ("02 新生态", "2.1 图谱"),
        ("03 展望",),
    ]
    contents = ("1.1 历程与现状", "1.2 趋势与展望", "4.1 风险与对策")
    listed = lines(*contents, "# 01 新风口", "文。", "# 02 新生态", "文。", "## 2.2 图谱", "文。")
    assert outline(listed)[1:] == [("01 新风口",), ("02 新生态",), ("02 新生态", "2.2 图谱")]
    again = lines("# 2.1 图谱", "文。", "# 01 新风口", "# 1.1 历程", "文。")
    assert outline(again)[-1] == ("01 新风口", "1.1 历程")


def test_the_mere_name_of_a_chapter_opens_it_where_its_first_section_follows() -> None:
    report = ("3. 算法模型篇", "3.1 模型历程", "文。")
    text = lines("算法模型篇", "3.1 模型历程", "文。", "3.2 主流模型", "文。", *report)
    assert outline(text) == [
        ("算法模型篇", "3.1 模型历程"),
        ("算法模型篇", "3.2 主流模型"),
        ("3. 算法模型篇", "3.1 模型历程"),
    ]
    assert outline(lines("某个图名", "3.1 模型历程", "文。", *report))[0] == ()
    assert outline(lines("算法模型篇", "文。", "3.2 主流模型", "文。", *report))[0] == ()


def test_a_caption_marked_as_a_heading_is_a_line_of_its_section() -> None:
    (section,) = sections_of(lines("## 1.1 概况", "文。", "### 2025年市场规模 (单位: 亿元)", "### 图3 份额"), TITLE)
    assert section.text == "1.1 概况\n\n文。\n\n2025年市场规模 (单位: 亿元)\n\n图3 份额"
    assert outline(lines("## 1.1 概况", "文。", "### 图谱与单位经济模型", "文。"))[1] == (
        "1.1 概况",
        "图谱与单位经济模型",
    )


# --- tables of contents --------------------------------------------------------------------------------------------


def test_entries_with_dots_and_pages_are_no_headings_wherever_they_stand() -> None:
    text = lines("第一章 概述 ........ 1", "1.1 背景与意义……………… 2", "1.1 背景与意义", "文。")
    assert outline(text) == [(), ("1.1 背景与意义",)]
    assert outline(lines("1.1 背景与意义......", "文。")) == [("1.1 背景与意义......",)]


def test_a_table_of_contents_reaches_to_the_first_entry_told_again() -> None:
    entries = ("前言 1", "第一章 概述 2", "1.1 背景与意义 3", "第二章 市场 5")
    text = lines("目录", *entries, "前言", "文。", "第一章  概述", "1.1 背景与意义", "文。")
    assert outline(text) == [("目录",), ("前言",), ("第一章  概述", "1.1 背景与意义")]


def test_what_stands_right_above_a_sentence_is_its_heading_and_no_entry() -> None:
    text = lines("报告目录", "1. 概况篇", "2. 模型篇", "开篇：语言的传播日益多元", "语言是交流的方式。")
    assert outline(text) == [("报告目录",), ("开篇：语言的传播日益多元",)]


def test_labels_on_and_on_are_slides_and_no_table_of_contents() -> None:
    listed = contents_lines(["目录", *(f"标签{number}" for number in range(500))])
    assert len(listed) < 200


LINES = st.sampled_from(
    ["# 01", "## 新风口", "PART.02", "# 1.1 发展历程", "1.2 技术演进", "2. 基础篇", "2.1 芯片算力", "### 小标题",
     "正文一句。", "公司\t参数", "\t谷歌", "- 一项", "12.5亿元", "产业报告", "", "前言", "# 目录", "一、概况", "（一）定义",
     "### 规模（单位：亿元）", "第一章 概述 ..... 3", "第三节 方法", "扫码下载APP", "电话：010-88889999"]
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
