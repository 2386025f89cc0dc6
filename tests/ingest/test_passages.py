"""A section to passages: slices of its text, whole sentences, rows by themselves, nothing lost."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.outline import split_sections
from ingest.passages import PASSAGE_CHARS, split_passages
from ingest.report import Passage, Report, Section
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


def test_a_sentence_longer_than_a_passage_is_cut_after_a_comma_else_anywhere() -> None:
    assert [passage.text for passage in passages("甲" * 200 + "，" + "乙" * 200 + "。")] == [
        "甲" * 200 + "，",
        "乙" * 200 + "。",
    ]
    assert [len(passage.text) for passage in passages("长" * 700 + "。")] == [320, 320, 61]


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


def test_tables_that_a_blank_line_parts_have_headers_of_their_own() -> None:
    read = passages("公司\t收入\n甲\t10\n乙\t20\n\n公司\t利润\n甲\t1\n乙\t2")
    assert [passage.cells for passage in read] == [
        (("公司", "甲"), ("收入", "10")),
        (("公司", "乙"), ("收入", "20")),
        (("公司", "甲"), ("利润", "1")),
        (("公司", "乙"), ("利润", "2")),
    ]


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


def test_a_heading_with_a_counted_number_is_no_item() -> None:
    assert kinds_and_texts("（一）定义\n\n指新型动力系统。", "（一）定义") == [
        ("text", "（一）定义\n\n指新型动力系统。")
    ]


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


def test_a_unit_between_a_caption_and_its_table_is_read_with_the_caption() -> None:
    for unit in ("单位：亿元", "（单位：亿元）"):
        assert passages(f"正文。\n\n市场规模\n\n{unit}\n年份\t规模\n2023\t12.5")[-1].caption == "市场规模（单位：亿元）"
    assert passages("正文。\n\n单位：亿元\n年份\t规模\n2023\t12.5")[-1].caption == "（单位：亿元）"


def test_a_sub_heading_inside_a_table_is_read_with_the_rows_below_it() -> None:
    text = "利润\n项目\t2021\t2022\n收入\t10\t12\n其中：\t\t\n云\t6\t7"
    assert [passage.caption for passage in passages(text) if passage.kind == "row"] == ["利润", "利润", "利润 › 其中："]


def test_a_long_row_is_several_passages_that_each_say_what_they_are_of() -> None:
    technique, verdict = "技" * 200, "评" * 200
    first, second = [p for p in passages(f"赛道\t技术\t评价\n文本\t{technique}\t{verdict}") if p.kind == "row"]
    assert (first.text, second.text) == (f"文本\t{technique}", verdict)
    assert second.cells == (("赛道", "文本"), ("评价", verdict))


def test_a_note_joins_the_text_before_it_and_takes_the_caption_of_the_table_before_it() -> None:
    assert kinds_and_texts("正文。\n\n注：口径不同") == [("text", "正文。\n\n注：口径不同")]
    read = passages("模型梳理\n甲\t乙\n1\t2\n\n注：口径不同\n\n資料來源：公開資料\n\n后文。")
    assert [(passage.kind, passage.text, passage.caption) for passage in read[2:]] == [
        ("note", "注：口径不同\n\n資料來源：公開資料", "模型梳理"),
        ("text", "后文。", ""),
    ]


def test_a_note_that_does_not_fit_takes_the_sentence_above_it_along() -> None:
    text = "甲" * 199 + "。" + "乙" * 99 + "。\n资料来源：" + "某" * 40
    assert [passage.text for passage in passages(text)] == ["甲" * 199 + "。", "乙" * 99 + "。\n资料来源：" + "某" * 40]


def test_what_is_called_like_a_picture_and_has_nothing_under_it_is_a_figure() -> None:
    for caption in ("产业链全景图", "用户耗时对比", "机遇分析框架（限于经济背景）", "模型发展历程"):
        assert kinds_and_texts(f"正文。\n\n{caption}")[-1] == ("figure", caption)
        assert kinds_and_texts(f"正文。\n\n{caption}\n\n资料来源：公开资料")[-1][0] == "figure"
        assert kinds_and_texts(f"正文。\n\n{caption}\n\n市场份额（单位：%）")[-2:] == [
            ("figure", caption),
            ("figure", "市场份额（单位：%）"),
        ]


def test_what_is_called_like_a_picture_and_labels_what_follows_is_no_figure() -> None:
    assert "figure" not in {kind for kind, _ in kinds_and_texts("正文。\n\n岗位示例\n\n木工\n\n护理")}
    assert "figure" not in {kind for kind, _ in kinds_and_texts("正文。\n\n市场走势\n\n规模在增长。")}
    assert "figure" not in {kind for kind, _ in kinds_and_texts("正文。\n\n模型梳理\n\n甲\t乙\n1\t2")}
    assert "figure" not in {kind for kind, _ in kinds_and_texts("发展历程", "发展历程情况")}
    assert "figure" not in {kind for kind, _ in kinds_and_texts("正文一行\n产业结构")}


def test_a_name_and_titles_stand_with_what_the_person_says() -> None:
    text = "专家寄语\n\n王某\n研究所副所长\n\n未来可期。\n\n李某\n大学\n教授\n\n值得关注。"
    assert kinds_and_texts(text, "专家寄语") == [
        ("text", "专家寄语\n\n王某\n研究所副所长\n\n未来可期。"),
        ("text", "李某\n大学\n教授\n\n值得关注。"),
    ]


def test_a_sentence_that_ends_with_a_colon_leads_into_the_list_under_it() -> None:
    lead_in = "语音模型可以在没有任何文本的情况下，从几秒钟的提示出发，延续原来的声音。它擅长生成以下延续："
    text = f"正文说完了。\n\n{lead_in}\n\n- 保留韵律。\n- 语义连贯。"
    assert kinds_and_texts(text) == [("text", "正文说完了。"), ("list", f"{lead_in}\n\n- 保留韵律。\n- 语义连贯。")]


def test_a_later_piece_of_a_list_names_the_item_that_its_first_one_is_part_of() -> None:
    items = [f"  - {character * 94}。" for character in "甲乙丙丁"]
    read = passages("大事：\n- 2023.02\n" + "\n".join(items))
    assert [passage.caption for passage in read] == ["", "大事： › 2023.02"]


def test_what_says_nothing_of_the_subject_is_a_passage_of_its_own() -> None:
    text = "1.3 图谱\n\n图谱分三层。\n\n高清大图请扫描下方二维码获取。\n\n用户扫码支付的比例达到45%。"
    assert kinds_and_texts(text, "1.3 图谱") == [
        ("text", "1.3 图谱\n\n图谱分三层。"),
        ("notice", "高清大图请扫描下方二维码获取。"),
        ("text", "用户扫码支付的比例达到45%。"),
    ]


def test_a_table_of_contents_is_a_notice_and_a_short_list_of_points_is_not() -> None:
    assert kinds_and_texts("01 新风口\n\n1.1 发展历程\n\n1.2 技术演进\n\n1.3 市场影响", "01 新风口") == [
        ("notice", "1.1 发展历程\n\n1.2 技术演进\n\n1.3 市场影响")
    ]
    points = "建议如下。\n\n一、培养人才\n\n二、加大投资\n\n三、产学研结合"
    assert [kind for kind, _ in kinds_and_texts(points)] == ["text"]


def test_all_under_a_disclaimer_is_a_notice() -> None:
    assert kinds_and_texts("免责声明\n\n本报告仅供参考。", "免责声明") == [("notice", "免责声明\n\n本报告仅供参考。")]


def test_the_head_of_an_article_is_a_notice_only_where_its_byline_stands() -> None:
    def read(*head: str) -> list[str]:
        text = "\n\n".join([*head, "市场规模达12.5亿元。"])
        return [passage.kind for passage in split_passages(report(Section(("产业报告",), text)))]

    assert read("产业观察", "产业观察 2023-06-16 07:07 发表于河北", "观察星球") == ["notice", "text"]
    assert read("指导单位：某协会", "2023年6月") == ["text"]


def test_the_publishers_own_pages_are_notices_but_for_facts_of_it() -> None:
    own = Section(
        ("产业报告", "产业咨询领导者"),
        "产业咨询领导者\n\n扫码下载APP\n\n研究院于1998年成立于北京。\n\n电话：400-068-7188",
    )
    read = split_passages(report(section("1.1 概况\n\n规模达12.5亿元。"), own))
    assert [(passage.kind, passage.text) for passage in read[1:]] == [
        ("notice", "产业咨询领导者\n\n扫码下载APP"),
        ("text", "研究院于1998年成立于北京。"),
        ("notice", "电话：400-068-7188"),
    ]


def test_a_chapter_that_praises_or_has_a_code_in_it_is_no_page_of_the_publisher() -> None:
    last = Section(
        ("产业报告", "竞争格局"), "竞争格局\n\n公司是行业领导者，份额达33.5%。\n\n扫码下载APP\n\n电话：400-068-7188"
    )
    assert [passage.kind for passage in split_passages(report(last))] == ["text", "notice"]


@pytest.mark.timeout(10)  # a step that looks back at every line before would take a minute
def test_a_long_column_of_labels_is_split_at_once() -> None:
    read = passages("\n".join(f"名单{number}" for number in range(20_000)))
    assert len(read) == sum(1 for passage in read if len(passage.text) <= PASSAGE_CHARS)


# --- for any text --------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["市场规模12.5亿元。", "同比增长3.2%", "模型梳理", "公司\t模型\t参数量", "谷歌\tBERT\t/", "\tPaLM\t5400亿", "\t", "",
     "- 一项", "  - 小项；", "（1）其一", "◆ 开发公司：谷歌", "+100%", "注：口径", "图1 规模", "份额（单位：%）",
     "扫码下载APP", "1.2 驱动力量", "一、概况", "其中：\t\t", "产业链全景图", "名：\t" + "长" * 400, "1.1 概况", "长句" * 60 + "。", "很长" * 170, "？！”", "  前有空格。"]
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
def test_no_passage_is_longer_than_the_limit_but_a_row_by_its_names(text: str) -> None:
    for passage in passages(text):
        assert len(passage.text) <= PASSAGE_CHARS or passage.kind == "row"
        assert len(passage.reading) <= 2 * PASSAGE_CHARS


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
