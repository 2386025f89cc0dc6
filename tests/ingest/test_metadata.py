"""What covers and file names of reports say, as a reader of them would tell it. Publishers and titles are made up."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.metadata import Metadata, metadata_of, period_of
from ingest.reading import read_report
from ingest.source import Line, Source

REPORTS = Path(__file__).parents[2] / "corpus" / "reports"
BODY = "\n目录\n一、发展概况\n\n近年来，行业规模持续扩大，应用不断深入。"


def told(cover: str, name: str = "a.pdf", *, title: str = "", author: str = "", published: str = "") -> Metadata:
    lines = [Line(text, 1) for text in (cover + BODY).split("\n")]
    return metadata_of(lines, Source((), title, author, published), name)


def published_in(*pages: str, name: str = "a.pdf") -> str:
    """What a report of these pages says of its publication."""
    lines = [Line(text, number) for number, page in enumerate(pages, start=1) for text in page.split("\n")]
    return metadata_of(lines, Source(()), name).published


@pytest.mark.parametrize(
    ("cover", "title", "publisher", "published"),
    [
        # the plain case, in the order that most covers have
        ("2023年中国智能座舱行业研究报告\n海川产业研究院\n2023年6月16日", "2023年中国智能座舱行业研究报告", "海川产业研究院", "2023-06-16"),
        # a title over two lines; over two headings; one that does not run on
        ("2023年全球生成式AI\n产业研究报告\n北辰智库\n2023.05", "2023年全球生成式AI产业研究报告", "北辰智库", "2023-05"),
        ("# 中国工业软件\n# 发展白皮书（2022年）\n二〇二二年十一月", "中国工业软件发展白皮书（2022年）", "", "2022-11"),
        ("# 数字经济与\n# 实体经济融合研究", "数字经济与实体经济融合研究", "", ""),
        ("# 新型储能产业新格局\n## 市场研究", "新型储能产业新格局", "", ""),
        ("No.202304\n数字经济发展报告\n（2023年）\n2023年4月\n版权声明\n本报告版权属于江北信息通信院，并受法律保护。转载请注明。", "数字经济发展报告（2023年）", "江北信息通信院", "2023-04"),
        # a slogan, a series and a mark above the title
        ("洞见未来 引领变革\n2024年中国新能源汽车产业白皮书\n2024-01", "2024年中国新能源汽车产业白皮书", "", "2024-01"),
        ("证券研究报告\n算力基建加速：国产芯片迎来机遇\n东海岸证券研究所\n2023年5月12日", "算力基建加速：国产芯片迎来机遇", "东海岸证券研究所", "2023-05-12"),
        ("（征求意见稿）\n人工智能标准化指南\n发布日期：2021年7月", "人工智能标准化指南", "", "2021-07"),
        ("第12期\n云计算市场洞察\n总第36期", "云计算市场洞察", "", ""),
        # publishers under a label, on the line below it, several, in Latin letters, and with a date beside them
        ("光伏产业发展报告\n发布单位：西部能源协会、华光集团\n发布时间：2022/9/1", "光伏产业发展报告", "西部能源协会、华光集团", "2022-09-01"),
        ("机器人产业年鉴\n编制单位\n东部机器人学会", "机器人产业年鉴", "东部机器人学会", ""),
        ("AI应用洞察\n出品：Alpha Research | 贝塔科技", "AI应用洞察", "Alpha Research、贝塔科技", ""),
        ("物流行业白皮书\n主办：中原物流学会 中原供应链联盟", "物流行业白皮书", "中原物流学会、中原供应链联盟", ""),
        ("低空经济展望\n星河咨询 2024年3月", "低空经济展望", "星河咨询", "2024-03"),
        # publishers alone on lines, together on one, before 发布, and in an English name's brackets
        ("集成电路产业分析\n江北大学\n江北集成电路产业促进会\n2020年", "集成电路产业分析", "江北大学、江北集成电路产业促进会", "2020"),
        ("算力指数\n江北信息中心 & 南海集团", "算力指数", "江北信息中心、南海集团", ""),
        ("AIGC开启新时代\n远望产业研究院联合发布", "AIGC开启新时代", "远望产业研究院", ""),
        ("碳中和路线图研究\n北方能源有限公司（NEC）", "碳中和路线图研究", "北方能源有限公司（NEC）", ""),
        ("算力指数\n北辰研习社、江北新闻社", "算力指数", "北辰研习社、江北新闻社", ""),
        # dates: numerals, a range in the title is none, English, a place beside it, impossible ones
        ("先进计算白皮书\n二零二三年十二月三十一日", "先进计算白皮书", "", "2023-12-31"),
        ("2021-2025年智慧农业市场展望\n北京 2021年1月", "2021-2025年智慧农业市场展望", "", "2021-01"),
        ("Global Chip Market Outlook\nJune 16, 2023", "Global Chip Market Outlook", "", "2023-06-16"),
        ("网络安全产业报告\n2023年13月\n2023-02-30", "网络安全产业报告", "", ""),
        ("网络安全产业报告\n2023年2月30日\n2023年3月1日", "网络安全产业报告", "", "2023-03-01"),
        # what looks like metadata and is none: a milestone, a person, a topic that ends as a name does, a page number
        ("大模型发展史\n2022年11月某产品上线", "大模型发展史", "", ""),
        ("养老服务报告\n作者：研究组成员\n联系电话：010-20230616", "养老服务报告", "", ""),
        ("绿色数据中心\n建设与算力中心", "绿色数据中心", "", ""),
        ("文旅消费年度报告\n酒店与旅行社", "文旅消费年度报告", "", ""),
        ("重磅发布\n隆重推出\n车联网研究报告", "车联网研究报告", "", ""),
        ("乙", "乙", "", ""),
    ],
)  # fmt: skip
def test_a_cover_is_read(cover: str, title: str, publisher: str, published: str) -> None:
    metadata = told(cover)
    assert (metadata.title, metadata.publisher, metadata.published) == (title, publisher, published)


@pytest.mark.parametrize(
    ("name", "title", "publisher", "published"),
    [
        ("【海川咨询】2023年中国咖啡行业报告.pdf", "2023年中国咖啡行业报告", "海川咨询", ""),
        ("[贝塔]短视频洞察_20230616.pdf", "短视频洞察", "贝塔", "2023-06-16"),
        ("东海岸证券-电子行业：封测复苏可期-20230512.pdf", "电子行业：封测复苏可期", "东海岸证券", "2023-05-12"),
        ("北辰智库：2024低空经济展望.pdf", "2024低空经济展望", "北辰智库", ""),
        ("储能产业白皮书-西部能源协会-202306-45页.pdf", "储能产业白皮书", "西部能源协会", "2023-06"),
        ("储能产业白皮书 (1).docx", "储能产业白皮书", "", ""),
        ("储能产业白皮书_final - 副本.docx", "储能产业白皮书", "", ""),
        ("储能产业白皮书（终稿）v2.1.docx", "储能产业白皮书", "", ""),
        ("【精品】储能产业白皮书.pdf", "储能产业白皮书", "", ""),
        ("20240229_储能产业白皮书.pdf", "储能产业白皮书", "", "2024-02-29"),
        ("储能产业白皮书-20230231.pdf", "储能产业白皮书", "", ""),  # no such day
        ("storage-outlook-2023.md", "storage-outlook", "", "2023"),
        ("2023年储能报告.pdf", "2023年储能报告", "", ""),  # what it is about, not when it came out
        # a scanner's and a phone's own names: when the file was made
        ("20230616.pdf", "20230616", "", ""),
        ("Scan_20240105_103322.pdf", "Scan", "", ""),
        ("扫描全能王 2024-01-05.pdf", "扫描全能王", "", ""),
        ("微信图片_20240105.docx", "微信图片_20240105", "", ""),
        ("扫描件.pdf", "扫描件", "", ""),
    ],
)
def test_the_name_of_the_file_says_what_the_cover_does_not(
    name: str, title: str, publisher: str, published: str
) -> None:
    metadata = told("近年来，行业规模持续扩大，应用不断深入。", name)
    assert (metadata.title, metadata.publisher, metadata.published) == (title, publisher, published)


@pytest.mark.parametrize(
    ("own", "title"),
    [
        ("车路协同产业白皮书", "车路协同产业白皮书"),
        ("Microsoft Word - 车路协同产业白皮书.docx", "车路协同产业白皮书"),
        ("Smart Grid Outlook", "Smart Grid Outlook"),
        ("Microsoft Word - 文档1", "封面报告"),
        ("PowerPoint 演示文稿", "封面报告"),
        ("新建 Microsoft Word 文档", "封面报告"),
        ("工作簿1.xlsx", "封面报告"),
        ("Untitled-2", "封面报告"),
        (r"D:\\报告\\终稿\\白皮书.doc", "封面报告"),
        ("file:///tmp/白皮书.html", "封面报告"),
        ("Ö°ÒµÅàÑµ", "封面报告"),
        ("蓝色商务风年终总结模板", "封面报告"),
        ("3f2a9c", "封面报告"),
    ],
)
def test_the_files_own_title_counts_where_it_is_one(own: str, title: str) -> None:
    assert told("封面报告", title=own).title == title


def test_the_files_own_author_and_date_come_after_the_cover() -> None:
    assert told("储能报告", author="西部能源协会", published="2023-06-16") == Metadata(
        "储能报告", "西部能源协会", "2023-06-16"
    )
    said = told("储能报告\n北辰智库\n2022年5月", author="西部能源协会", published="2023-06-16")
    assert (said.publisher, said.published) == ("北辰智库", "2022-05")
    assert told("储能报告", author="Administrator").publisher == ""
    assert told("储能报告", "储能-20230701.html", published="2023-06-16").published == "2023-06-16"


@pytest.mark.parametrize(
    ("line", "published"),
    [
        # the forms that covers have
        ("二〇二三年三月", "2023-03"),
        ("二○二三年三月十五日", "2023-03-15"),
        ("二O二三年三月", "2023-03"),  # a Latin letter, as many type it
        ("二0二三年十一月", "2023-11"),
        ("2023.03", "2023-03"),
        ("2023 年 3 月", "2023-03"),
        ("2023-03-15", "2023-03-15"),
        ("2023年03月15日 星期三", "2023-03-15"),
        ("2023年3月 March 2023", "2023-03"),
        ("2023年3月发布", "2023-03"),
        ("2023年3月 第1版", "2023-03"),
        ("于2023年3月发布", "2023-03"),
        ("出版日期：2023年3月", "2023-03"),
        ("发布时间 2023/03/15", "2023-03-15"),
        ("版次：2023年3月第1版", "2023-03"),
        ("出版日期\n二〇二三年三月", "2023-03"),
        ("Published: 15 March 2023", "2023-03-15"),
        # the number of a series tells its year
        ("2023年第一季度", "2023"),
        ("2023Q2", "2023"),
        ("2023年第3期（总第36期）", "2023"),
        ("2023年第四季度", ""),  # which the next year tells of
        ("2023年第一季度\n2023年5月", "2023-05"),
        # dates of something else
        ("数据截至2023年3月", ""),
        ("调研时间：2022年12月", ""),
        ("统计区间：2022年1月-12月", ""),
        ("2020—2025", ""),
        ("2023年度", ""),
    ],
)
def test_a_cover_is_dated_by_a_line_that_says_when_it_came_out(line: str, published: str) -> None:
    assert told(f"储能产业研究报告\n北辰智库\n{line}").published == published


def test_a_year_above_the_title_or_as_a_heading_belongs_to_the_title() -> None:
    assert told("2022\n储能产业研究报告\n北辰智库").published == ""
    assert told("# 储能产业年鉴\n## 2020年\n## 2021年").published == ""
    assert told("储能产业研究报告\n北辰智库\n2022").published == "2022"


def test_a_year_is_made_more_exact_by_who_tells_the_same_but_never_corrected() -> None:
    assert told("储能产业研究报告\n北辰智库\n2022", "储能_202206.pdf").published == "2022-06"
    assert told("储能产业研究报告\n北辰智库\n2022", "储能_202306.pdf").published == "2022"


COVER = "储能产业研究报告\n北辰智库"
TEXT = "2021年12月，行业规模达到100亿元。\n发布时间持续推迟，企业观望。"


@pytest.mark.parametrize(
    "colophon",
    [
        "图书在版编目（CIP）数据\nISBN 978-7-0000-0000-0\n版次：2023年3月第1版\n印次：2023年9月第2次印刷\n定价：98.00元",
        "发布单位：北辰智库\n发布时间：2023年3月\n电话：010-12345678",
        "《储能产业研究报告》\n出版日期\t2023年3月\n责任编辑\t甲",
        "版权声明\n本报告归编写者所有。\n发布日期：2023年3月",
        "感谢阅读\n北辰智库\n二〇二三年三月",  # signed
    ],
)
def test_a_colophon_on_the_last_pages_tells_the_date(colophon: str) -> None:
    assert published_in(COVER, TEXT, TEXT, TEXT, TEXT, colophon) == "2023-03"
    without_pages = [Line(text) for text in "\n".join([COVER, TEXT * 60, colophon]).split("\n")]
    assert metadata_of(without_pages, Source(()), "a.md").published == "2023-03"


def test_a_title_page_within_tells_the_date() -> None:
    page = "储能产业研究报告\n出版单位：北辰智库\n出版时间：2023年3月"
    assert published_in("扉页", "献词", page, TEXT, TEXT, TEXT) == "2023-03"
    assert published_in("扉页", "献词", TEXT, TEXT, page, TEXT, TEXT) == ""  # in the middle it is of something else


@pytest.mark.parametrize(
    "last",
    [
        # policies, books and events that the report tells of
        "《新型储能发展规划》\n发布单位：能源总局\n发布时间：2021年3月",
        "政策名称：储能规划\n发布单位：能源总局\n发布时间：2021年3月",
        "发布时间：2021年3月\n发布单位：北辰智库\n发布时间：2022年5月\n发布单位：北辰智库",
        "发布时间\t政策\t发布单位\n2021年3月\t规划\t能源总局",
        "发布时间：2021年3月",  # nothing says whose
        "[1] 北辰智库\n2022年11月的会议纪要。",
        "甲银行\t2022年3月15日",
        "某产品于2022年11月上线。\n2022年11月",
    ],
)
def test_dates_of_the_content_are_not_taken_for_the_reports(last: str) -> None:
    assert published_in(COVER, TEXT, TEXT, TEXT, TEXT, last) == ""


def test_sheets_named_by_years_date_no_workbook() -> None:
    assert published_in("## 规模\n2023\n单位：亿元", "## 2022\n年\t值", name="a.xlsx") == ""
    assert published_in("## 说明\n发布时间：2023年3月", "## 2022\n年\t值", name="a.xlsx") == "2023-03"


def test_who_issued_the_title_is_read_from_the_sentence_that_says_so() -> None:
    told_by = "在某某局指导下，东部学会、贝塔科技联合发布《{}》，全文如下。"
    assert told("储能产业报告\n\n" + told_by.format("储能产业报告")).publisher == "东部学会、贝塔科技"
    assert told("储能产业报告\n\n" + told_by.format("风电十年")).publisher == ""  # another report
    assert told("储能产业报告\n\n近日，北辰智库正式发布《储能产业报告》。").publisher == "北辰智库"


def test_a_copyright_line_of_any_page_tells_the_date() -> None:
    lines = [Line("储能报告", 1), Line("近年来，规模扩大。", 2), Line("©2023.5 Beta Insights 14", 9)]
    assert metadata_of(lines, Source(()), "a.pdf").published == "2023-05"


def test_only_the_first_pages_are_a_cover() -> None:
    lines = [Line("储能报告", 1), Line("概况", 2), Line("发布单位：西部能源协会", 3), Line("2023年6月", 3)]
    assert metadata_of(lines, Source(()), "a.pdf") == Metadata("储能报告", "", "")


@settings(deadline=None)
@given(
    st.lists(st.text(st.sampled_from("2023年.-月日第期《》【】：:、，。#  \t发布报告研究院北京©ab〇十五")), max_size=6),
    st.text(max_size=12),
)
def test_whatever_stands_there_there_is_a_title_and_a_possible_date(texts: list[str], name: str) -> None:
    metadata = metadata_of([Line(text, 1) for text in texts], Source(()), f"x{name}.pdf")
    assert metadata.title
    if metadata.published:
        date.fromisoformat((metadata.published + "-01-01")[:10])


def test_a_file_without_words_is_called_by_its_name() -> None:
    assert metadata_of([], Source(()), "(1).pdf") == Metadata("(1)", "", "")


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("2023年上半年中国游戏市场报告", "2023年上半年"),
        ("2022-2023年全球半导体研究", "2022-2023年"),
        ("2022年—2023年全球半导体研究", "2022年-2023年"),
        ("2021 ~ 2025中国储能展望", "2021-2025年"),
        ("2023Q1智能手机市场跟踪", "2023Q1"),
        ("2023年第三季度宏观经济分析", "2023年第三季度"),
        ("2023年前三季度宏观经济分析", "2023年前三季度"),
        ("2023年1-6月汽车产销", "2023年1-6月"),
        ("2023年度社会责任报告", "2023年"),
        ("人工智能白皮书（2022）", "2022年"),
        ("2023中国咖啡报告", "2023年"),
        ("2022年回顾与2023年展望", "2022年、2023年"),
        ("中国2000万辆新能源汽车之路", ""),
        ("A2000系列芯片评测", ""),
        ("大模型时代的算力", ""),
    ],
)
def test_the_period_is_what_the_title_speaks_of(title: str, period: str) -> None:
    assert period_of(title) == period


def test_the_two_reports_are_told_without_a_manifest() -> None:
    first = read_report(REPORTS / "qianzhan-aigc-2023.md", {})
    second = read_report(REPORTS / "zhiding-genai-2023.md", {})
    assert (first.title, first.publisher, first.published, first.period) == (
        "ChatGPT开启AIGC产业生态新时代",
        "前瞻产业研究院",
        "2023",  # in its file's name alone
        "",
    )
    assert (second.title, second.publisher, second.published, second.period) == (
        "2023年全球生成式AI产业研究报告",
        "天津市人工智能学会、至顶科技、至顶智库",
        "2023-06-16",
        "2023年",
    )


def test_when_a_file_was_made_is_never_told_as_its_publication(tmp_path: Path) -> None:
    import docx  # noqa: PLC0415
    from reportlab.pdfgen import canvas  # noqa: PLC0415

    document = docx.Document()
    document.core_properties.created = datetime(2024, 1, 5)
    document.add_heading("储能产业研究报告", 0)
    document.add_paragraph("近年来，行业规模持续扩大，应用不断深入。")
    document.save(str(tmp_path / "储能.docx"))
    assert read_report(tmp_path / "储能.docx", {}).published == ""
    printed = canvas.Canvas(str(tmp_path / "储能.pdf"))  # which writes the day of this test into the file
    printed.drawString(100, 700, "Energy Storage Outlook by Alpha Research")
    printed.save()
    assert b"/CreationDate (D:20" in (tmp_path / "储能.pdf").read_bytes()
    assert read_report(tmp_path / "储能.pdf", {}).published == ""


def test_a_manifest_entry_counts_before_what_the_text_says(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 2023年储能报告\n\n发布单位：西部能源协会\n\n2023年6月\n\n规模扩大。", encoding="utf-8")
    by_rule = read_report(path, {})
    assert (by_rule.title, by_rule.publisher, by_rule.published, by_rule.period) == (
        "2023年储能报告",
        "西部能源协会",
        "2023-06",
        "2023年",
    )
    entry = {"title": "储能", "publisher": "", "published": "2023-07", "period": "2022年"}
    by_hand = read_report(path, entry)
    assert (by_hand.title, by_hand.publisher, by_hand.published, by_hand.period) == ("储能", "", "2023-07", "2022年")
