"""The records, and what reading makes of the two reports of the corpus, worked out by hand from their pages."""

import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from ingest.corpus import load_corpus
from ingest.duplicates import fold_duplicates
from ingest.normalise import plain_markup
from ingest.passages import split_passages
from ingest.readers.encodings import decode_text
from ingest.report import Passage, Report, Section

CORPUS = Path(__file__).parents[2] / "corpus"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
PART_01, PART_02 = "01 新风口：ChatGPT引爆AIGC产业", "02 新生态：AIGC产业生态逐渐完善"
PART_03, PART_04 = "03 新变革：AIGC助力行业转型升级", "04 新机遇：AIGC时代的机遇与挑战"


# --- the records ---------------------------------------------------------------------------------------------------


def test_a_page_is_the_last_one_begun_before_the_offset() -> None:
    section = Section(("报告",), "甲乙丙丁", ((0, 3), (2, 4)))
    assert [section.page_at(offset) for offset in range(4)] == [3, 3, 4, 4]
    assert Section(("报告",), "甲").page_at(0) is None


def passage(caption: str = "", cells: tuple[tuple[str, str], ...] = ()) -> Passage:
    return Passage("r:0:0-2", "r", "报告", "", "", 0, ("报告", "1.1 概况"), "row", None, 0, 2, "甲乙", caption, cells)


def test_a_row_is_read_out_with_its_headers_and_other_passages_as_their_text() -> None:
    assert passage(cells=(("公司", "谷歌"), ("", "搜索"), ("模型", "PaLM"))).reading == "公司：谷歌；搜索；模型：PaLM"
    assert passage().reading == "甲乙"


def test_search_reads_the_headings_below_the_title_and_the_caption_first() -> None:
    assert passage(caption="模型梳理").search_text == "1.1 概况 › 模型梳理\n甲乙"
    assert passage().search_text == "1.1 概况\n甲乙"


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        passage().text = "丙"  # type: ignore[misc]


# --- the two reports -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    return {report.id: report for report in load_corpus(CORPUS)}


@pytest.fixture(scope="module")
def passages(reports: dict[str, Report]) -> list[Passage]:
    return [passage for report in reports.values() for passage in split_passages(report)]


def row_of(passages: list[Passage], heading: str, *cells: str) -> dict[str, str]:
    """The only row under that heading that has all these cells, as cell by header."""
    (row,) = (
        passage
        for passage in passages
        if passage.headings[-1] == heading and set(cells) <= {cell for _, cell in passage.cells}
    )
    return dict(row.cells)


@pytest.mark.parametrize(
    "path",
    [
        (PART_01, "1.1 OpenAI发展历程"),
        (PART_01, "1.1 OpenAI发展历程", "OpenAI公司发展里程碑事件梳理", "OpenAI发展里程碑"),
        (PART_01, "1.2.1 GPT模型技术演进进程"),
        (PART_01, "1.3 ChatGPT是AIGC浪潮的一部分", "全球AIGC产业发展历程", "早期萌芽阶段 (1950s-1990s)", "典型事件"),
        (PART_01, "1.5 国内外科技企业加码布局AIGC产业"),
        (PART_02, "2.1 AIGC产业链全景"),
        (PART_02, "2.2.1 AIGC产业发展关键在上游基础层"),
        (PART_02, "2.2.5中国云计算市场CR5达到73.7%"),
        (PART_02, "2.3.2 产品对比-聊天机器人", "文心一言及GPT-4对比"),
        (PART_03, "3.1.1 受AIGC影响的重要行业"),
        (PART_03, "3.2.3 AIGC拓展了影视行业创作空间", "前期创作", "影视剧本文稿创作"),
        (PART_03, "3.2.3 AIGC拓展了影视行业创作空间", "中期拍摄", "拓展角色范畴"),
        (PART_03, "3.2.3 AIGC拓展了影视行业创作空间", "中期拍摄", "拓展场景空间"),
        (PART_03, "3.2.3 AIGC拓展了影视行业创作空间", "后期制作", "赋能影视剪辑"),
        (PART_03, "3.2.4 游戏行业产业链及AIGC赋能环节"),
        (PART_04, "4.3 AIGC产业挑战：隐私、安全、产权、伦理等", "数据隐私及安全"),
        (PART_04, "4.4.2 算力——AI芯片方面中国竞争实力有待增强"),
    ],
)
def test_the_headings_of_the_qianzhan_report(reports: dict[str, Report], path: tuple[str, ...]) -> None:
    report = reports["qianzhan-aigc-2023"]
    (section,) = (section for section in report.sections if section.headings == (report.title, *path))
    assert section.text.startswith(f"{path[-1]}\n\n")


@pytest.mark.parametrize(
    ("path", "times"),
    [
        (("PART.01 生成式AI产业概况篇", "1.1 生成式AI概念及内容生成阶段"), 2),
        (("1. 生成式AI产业概况篇", "1.1 生成式AI概念及内容生成阶段"), 1),
        (("1. 生成式AI产业概况篇", "1.5 生成式AI典型投资情况"), 1),
        (("2. 生成式AI基础设施篇", "2.2 AI计算集群为生成式AI训练提供大规模算力资源"), 1),
        (("3. 生成式AI算法模型篇", "3.2 语言类生成主流模型：OpenAI GPT-1到GPT-4"), 1),
        (("PART.04 生成式AI场景应用篇", "4.2 生成式AI场景应用—文本生成"), 2),
        (("4. 生成式AI场景应用篇", "4.6 生成式AI场景应用—数字人"), 1),
        (("5. 生成式AI机遇挑战篇", "5.2 生成式AI作品版权主要在软件所有者和使用者之间分配"), 1),
    ],
)
def test_the_headings_of_the_zhiding_report(reports: dict[str, Report], path: tuple[str, ...], times: int) -> None:
    report = reports["zhiding-genai-2023"]
    assert [section.headings for section in report.sections].count((report.title, *path)) == times


def test_merged_leading_cells_are_carried_down(passages: list[Passage]) -> None:
    models = row_of(passages, "2.2.1 AIGC产业发展关键在上游基础层", "CLIP&DALL-E")
    assert models == {
        "公司": "OpenAI",
        "预训练模型": "CLIP&DALL-E",
        "应用": "图像生成、跨模态检索",
        "参数量": "120亿",
        "领域": "多模态",
    }
    drawing = row_of(passages, "文心一言及GPT-4对比", "图像创作")
    assert drawing["应用领域"] == "常识和创作"
    assert (drawing["文心一言"], drawing["GPT-4"]) == ("生成图像符合要求", "图像生成功能暂未开放")


def test_a_header_of_two_levels_is_read_into_one(passages: list[Passage]) -> None:
    heading = "4.4.2 算法——在算法开发、人才、科研等领域中国差距明显"
    alibaba = row_of(passages, heading, "阿里")
    assert (alibaba["NLP参数量"], alibaba["多模态模型"], alibaba["多模态参数量"]) == ("27B", "M6", "10T")
    assert "CV参数量" not in alibaba  # the cell is empty
    assert row_of(passages, heading, "微软")["多模态参数量"] == "1.9B"


def test_the_line_that_names_the_columns_is_the_header(passages: list[Passage]) -> None:
    fp16 = row_of(passages, "4.4.2 算力——AI芯片方面中国竞争实力有待增强", "FP16算力")
    assert fp16 == {
        "型号": "FP16算力",
        "A100 80GB PCIe": "156TFLOPS",
        "H100PCIe": "1513teraFLOPS",
        "云燧i20": "128TFLOPS",
    }


def test_html_in_cells_is_read_item_by_item(passages: list[Passage]) -> None:
    heading = "4.2.2 行业赋能——生产力提高、成本降低为关键"
    media = [
        passage for passage in passages if passage.headings[-1] == heading and ("行业", "传媒行业") in passage.cells
    ]
    efficiency, content = (dict(passage.cells)["赋能分析"] for passage in media)
    assert efficiency.startswith("• 效率提升: AIGC可以帮助传媒行业更快速、更高效地处理大量的数据")
    assert content == "• 丰富内容: AIGC可以通过图像和声音的自动识别，使传媒行业的内容更加丰富和多样化"
    for passage in passages:
        assert not re.search(r"</?(?:ul|li|p|b|sub)\b|\x1f", passage.search_text + passage.text)


def test_captions_and_units_stand_with_what_they_explain(passages: list[Passage]) -> None:
    captions = {passage.caption for passage in passages if passage.kind == "row"}
    assert {
        "国外部分AIGC预训练模型梳理",
        "2019年以来全球主要投资机构在生成式AI领域的相关投资",
        "主流GPU性能对比情况（厂商 英伟达 燧原科技）",
    } <= captions
    figures = [passage.text for passage in passages if passage.kind == "figure"]
    assert "2019-2026年中国智能算力规模及预测（单位：EFLOPS）" in figures
    assert "全球AI服务器市场份额 (单位: %)\n\n注: AI服务器市场规模为2021年度数据" in figures


def test_each_figure_of_the_audio_demonstration_stays_with_its_label(passages: list[Passage]) -> None:
    (demonstration,) = (p for p in passages if p.headings[-1] == "倒映有声——“一视同人”使用效果")
    assert "+200%\n提升内容制作产能\n\n-90%\n节约制作成本" in demonstration.text


def test_running_heads_are_gone_and_their_years_are_not(reports: dict[str, Report]) -> None:
    text = "\n".join(section.text for section in reports["zhiding-genai-2023"].sections).split("\n")
    for line in ("©2023.5 ZD Insights", "insights.zhiding.cn", "insights.zding.cn", "17", "15"):
        assert not [other for other in text if other.endswith(line)]
    assert text.count("2023年全球生成式AI产业研究报告") == 1  # on its cover


def test_a_section_told_three_times_is_found_once_and_names_its_other_places(passages: list[Passage]) -> None:
    heading = "2.2 AI计算集群为生成式AI训练提供大规模算力资源"
    opening = f"{heading}\n\nAI计算集群能够提供大规模算力"
    assert sum(passage.text.startswith(opening) for passage in passages) == 3
    (kept,) = (passage for passage in fold_duplicates(passages) if passage.text.startswith(opening))
    title = "2023年全球生成式AI产业研究报告"
    assert (title, "2. 生成式AI基础设施篇", heading) in [place.headings for place in kept.also_at]


def test_contents_advertising_and_contacts_are_kept_apart(passages: list[Passage]) -> None:
    apart = "\n".join(passage.text for passage in passages if passage.kind == "notice").split("\n")
    for line in (
        "1.1 OpenAI发展历程",
        "新风口：ChatGPT引爆AIGC产业",
        "3. 生成式AI算法模型篇",
        "CDO星球",
        "高清大图请扫描下方二维码获取。",
        "扫码获取更多免费报告",
        " 联系方式：400-068-7188",
        "战略咨询、课题研究",
    ):
        assert line in apart
    found = "\n".join(passage.text for passage in passages if passage.kind != "notice")
    for said in ("现阶段的技术在于提升修改精准度", "客服岗位", "1998年成立于北京清华园", "指导单位：\n中国互联网协会"):
        assert said in found


def test_what_a_person_says_stands_with_the_name(passages: list[Passage]) -> None:
    sayings = [passage.text for passage in passages if passage.headings[-1] == "专家寄语"]
    assert [saying.removeprefix("专家寄语\n\n").split("\n")[0] for saying in sayings] == [
        "王蕴韬",
        "胡清华",
        "杨巨成",
        "冯为嘉",
    ]
    assert all(saying.endswith("。") for saying in sayings)


def test_a_source_stands_with_its_table_and_carries_its_caption(passages: list[Passage]) -> None:
    (source,) = (passage for passage in passages if passage.text.startswith("資料来源：IT桔子"))
    assert (source.kind, source.caption, source.page) == (
        "note",
        "2019年以来全球主要投资机构在生成式AI领域的相关投资",
        11,
    )
    assert source.text.endswith("整理繪制。")


def test_every_passage_is_a_slice_of_its_section(reports: dict[str, Report], passages: list[Passage]) -> None:
    for passage in passages:
        section = reports[passage.report_id].sections[passage.section]
        assert section.text[passage.start : passage.end] == passage.text
        assert section.headings == passage.headings
    assert len({passage.id for passage in passages}) == len(passages)


def test_nothing_of_a_section_is_lost(reports: dict[str, Report], passages: list[Passage]) -> None:
    for report in reports.values():
        for number, section in enumerate(report.sections):
            own = [passage for passage in passages if (passage.report_id, passage.section) == (report.id, number)]
            covered = {offset for passage in own for offset in range(passage.start, passage.end)}
            around = " ".join(part for p in own for part in (p.caption, *(name for name, _ in p.cells), *p.headings))
            for match in re.finditer(r"[^ \n\t]+", section.text):  # the cells of a header stand in pairs and captions
                assert covered.issuperset(range(*match.span())) or match[0] in around, (section.headings, match[0])


@pytest.mark.parametrize("report_id", ["qianzhan-aigc-2023", "zhiding-genai-2023"])
def test_no_number_of_a_report_is_lost(passages: list[Passage], report_id: str) -> None:
    source = plain_markup(decode_text((CORPUS / "reports" / f"{report_id}.md").read_bytes(), report_id))
    told = {
        number
        for passage in passages
        if passage.report_id == report_id
        for part in (
            passage.text,
            passage.caption,
            *passage.headings,
            *(part for pair in passage.cells for part in pair),
        )
        for number in NUMBER.findall(part)
    }
    pages = {str(passage.page) for passage in passages if passage.report_id == report_id}
    assert set(NUMBER.findall(source)) <= told | pages | {"2023.5"}  # ©2023.5 of the running feet
