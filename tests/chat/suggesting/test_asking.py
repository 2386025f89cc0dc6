"""What passages answer is asked as a person would ask it, by name and in full; what is not plain is not asked."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.suggesting.asking import questions_of
from chat.suggesting.phrases import LONGEST, SHORTEST, reads_well
from ingest.report import Passage
from tests.chat.made_up_reports import BANK, CARS, MEDICINE, SOFTWARE, VAGUE, passages_of
from tests.documents import Grid, Heading, to_xlsx
from tests.fakes import passage

HEADINGS = ("虚构报告", "1.1 概况")


def asked_of(text: str, heading: str = "1.1 概况") -> list[str]:
    """The questions of one passage under a heading."""
    one = passage(f"{heading}\n\n{text}", headings=("虚构报告", heading))
    return [asked.question for asked in questions_of([one])]


def rows(*cells: tuple[tuple[str, str], ...], caption: str = "") -> list[Passage]:
    """The rows of one table, each of (header, cell) pairs."""
    return [
        passage(
            "\t".join(value for _, value in row),
            section=7,
            id=f"made-up:7:{at}",
            kind="row",
            headings=HEADINGS,
            cells=row,
            caption=caption,
        )
        for at, row in enumerate(cells)
    ]


def asked_of_rows(*cells: tuple[tuple[str, str], ...], caption: str = "") -> list[str]:
    return [asked.question for asked in questions_of(rows(*cells, caption=caption))]


# --- reports of several trades ---------------------------------------------------------------------------------------


def test_a_report_on_a_bank(tmp_path: Path) -> None:
    assert {asked.question for asked in questions_of(passages_of(tmp_path, "bank", BANK))} == {
        "2024年江海银行的手续费收入是多少？",
        "截至2024年末江海银行总资产是多少？",
        "2024年江海银行的净利润是多少？",
        "2023年江海银行的净利润是多少？",
        "2024年江海银行的净息差是多少？",
        "2023年江海银行的净息差是多少？",
        "江海银行的业务板块有哪些？",
        "什么是净息差？",
        "区域性银行面临哪些挑战？",
    }


def test_a_report_on_cars(tmp_path: Path) -> None:
    assert {asked.question for asked in questions_of(passages_of(tmp_path, "cars", CARS))} == {
        "2024年我国新能源汽车销量是多少？",
        "2024年新能源汽车出口多少辆？",
        "2024年插电式混合动力汽车销量是多少？",
        "2024年比亚迪的销量是多少？",
        "比亚迪的主力车型有哪些？",
        "2024年蔚来的销量是多少？",
        "蔚来的主力车型有哪些？",
        "什么是全固态电池？",
        "动力电池分为哪几类？",
        "新能源汽车产业有哪些发展趋势？",
        "新能源汽车产业将呈现哪三大趋势？",
    }


def test_a_report_on_medicine(tmp_path: Path) -> None:
    assert {asked.question for asked in questions_of(passages_of(tmp_path, "medicine", MEDICINE))} == {
        "什么是GLP-1受体激动剂？",
        "常见的GLP-1受体激动剂有哪些？",
        "2023年全球GLP-1药物市场规模是多少？",
        "预计2030年全球GLP-1药物市场规模将达到多少？",
        "玛仕度肽的靶点是什么？",
        "玛仕度肽的适应症有哪些？",
        "埃诺格鲁肽的靶点是什么？",
        "埃诺格鲁肽的适应症是什么？",
        "全球GLP-1药物的竞争格局如何？",
    }


def test_a_report_with_english_words(tmp_path: Path) -> None:
    assert {asked.question for asked in questions_of(passages_of(tmp_path, "software", SOFTWARE))} == {
        "Snowflake的总部在哪里？",
        "Snowflake是什么时候成立的？",
        "Datadog的总部在哪里？",
        "Datadog是什么时候成立的？",
        "什么是SaaS？",
        "Salesforce是一家什么样的公司？",
        "2024年第三季度Salesforce营收是多少？",
        "什么是ARR？",
        "什么是客户流失率？",
    }


def test_a_workbook(tmp_path: Path) -> None:
    from ingest.passages import split_passages  # noqa: PLC0415 - of this test alone
    from ingest.reading import read_report  # noqa: PLC0415

    grid = Grid(
        (
            ("年份", "粗钢产量（万吨）", "钢材产量（万吨）"),
            ("2023年", "101908", "136268"),
            ("2024年", "100509", "139967"),
        )
    )
    file = tmp_path / "steel.xlsx"
    file.write_bytes(to_xlsx([Heading(1, "中国钢铁行业产量情况"), grid], "中国钢铁行业运行月报"))
    asked = [asked.question for asked in questions_of(split_passages(read_report(file, {})))]
    assert asked == [
        "2024年中国钢铁行业粗钢产量是多少？",
        "2024年中国钢铁行业钢材产量是多少？",
        "2023年中国钢铁行业粗钢产量是多少？",
        "2023年中国钢铁行业钢材产量是多少？",
    ]


def test_where_nothing_is_named_in_full_nothing_is_asked(tmp_path: Path) -> None:
    assert questions_of(passages_of(tmp_path, "vague", VAGUE)) == []


# --- ways of telling -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "question"),
    [
        ("2021年中国储能变流器市场规模59.2亿元，同比增长68.2%。", "2021年中国储能变流器市场规模是多少？"),
        ("2022年H1，中国工业机器人市场规模达575.9亿元。", "2022年上半年中国工业机器人市场规模是多少？"),
        ("2023年社会消费品零售总额同比增长7.2%。", "2023年社会消费品零售总额同比增长多少？"),
        ("2022年中国传感器份额中，压力传感器占比47.2%。", "2022年中国传感器份额中压力传感器占比是多少？"),
        ("IDC预计到2027年全球机器人市场规模将达到175亿元。", "预计2027年全球机器人市场规模将达到多少？"),
        ("水电站主要包括坝式、引水式、混合式三大类型。", "水电站包括哪三大类型？"),
        ("音乐创作可进一步细分为作词、作曲、编曲、录制等多个方向。", "音乐创作可以细分为哪些方向？"),
        ("储能电站主要在三个环节：发电侧、电网侧、用户侧。", "储能电站主要在哪三个环节？"),
        ("电力系统、储能系统、控制系统是构成微电网的三大要素，缺一不可。", "构成微电网的三大要素分别是什么？"),
        ("全球光伏组件头部企业包括隆基、晶科、天合等。", "全球光伏组件头部企业有哪些？"),
        ("光伏产业面临产能过剩、价格下行、贸易壁垒等多重挑战。", "光伏产业面临哪些挑战？"),
        ("所谓虚拟电厂，是指将分布式电源、储能和负荷聚合起来统一调度的系统。", "什么是虚拟电厂？"),
        ("2022年11月，OpenAI发布ChatGPT，引发关注。", "OpenAI什么时候发布ChatGPT？"),
    ],
)
def test_a_way_of_telling_is_turned_round(told: str, question: str) -> None:
    assert asked_of(told) == [question]


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("1.2 光伏产业发展驱动力", "光伏产业发展有哪些驱动力？"),
        ("三、储能产业发展建议", "对储能产业有哪些建议？"),
        ("2.4 虚拟电厂的商业模式", "虚拟电厂有哪些商业模式？"),
        ("3.2.1 碳交易对钢铁行业的影响", "碳交易对钢铁行业有哪些影响？"),
        ("3.1 受碳交易影响的重要行业", "受碳交易影响的重要行业有哪些？"),
        ("2.2 工业机器人为电池制造提供柔性产线", "工业机器人如何为电池制造提供柔性产线？"),
        ("1.1 特斯拉发展历程", "特斯拉的发展历程是怎样的？"),
        ("2.2 固态电池核心技术——电解质", "固态电池的核心技术是什么？"),
    ],
)
def test_a_heading_is_asked_for_where_its_section_tells_of_it(heading: str, question: str) -> None:
    told = "一是政策支持力度不断加大；二是技术进步带来成本持续下降；三是市场需求快速增长，带动各环节扩产提速，行业景气度维持在较高水平"
    assert asked_of(told, heading) == [question]
    assert asked_of("见下图", heading) == []


@pytest.mark.parametrize(
    "heading", ["第二章 市场", "1.2 投资建议", "2.1 技术发展趋势", "2.3 规模占比38%", "3.4 CR5达到73.7%", "附录"]
)
def test_other_headings_ask_nothing(heading: str) -> None:
    told = "一是政策支持力度不断加大；二是技术进步带来成本持续下降；三是市场需求快速增长，带动各环节扩产提速，行业景气度维持在较高水平"
    assert asked_of(told, heading) == []


@pytest.mark.parametrize(
    "told",
    [
        "相比2021年储能装机量增长超1倍。",
        "手机出货量指数是衡量景气度的指标，2024年为98.5。",
        "生成式人工智能够做到这些，也包括翻译、写作、绘画。",
        "光伏发电是一种趋势，未来占比将不断提升，前景广阔。",
        "2022年该产品的市场份额占比高达82%。",
        "语音合成包括文本转语音和语音克隆。",
        "2022年11月，OpenAI否认发布GPT-5，引发关注。",
        "2022年11月，OpenAI拒绝开源ChatGPT，引发关注。",
        "2022年11月，OpenAI取消发布ChatGPT，引发关注。",
        "2022年11月，OpenAI推迟发布ChatGPT，引发关注。",
        "2022年11月，OpenAI暂停上线ChatGPT，引发关注。",
        "2022年11月，OpenAI终止收购ChatGPT，引发关注。",
        "若2023年中国储能变流器市场规模达到59.2亿元，同比将增长68.2%。",
        "如果2023年中国储能变流器市场规模达到59.2亿元，行业将供不应求。",
        "假如2023年中国储能变流器市场规模达到59.2亿元，行业将供不应求。",
        "倘若政策落地，2023年中国储能变流器市场规模达到59.2亿元。",
        "一旦政策落地，2023年中国储能变流器市场规模达到59.2亿元。",
        "只要政策落地，2023年中国储能变流器市场规模达到59.2亿元。",
        "新闻出版包括图书、报纸、期刊。",
    ],
)
def test_what_only_looks_like_it_is_not_asked(told: str) -> None:
    assert asked_of(told) == []


# --- tables ----------------------------------------------------------------------------------------------------------


def test_of_a_table_only_attributes_are_asked_of_rows_with_a_name() -> None:
    assert asked_of_rows(
        (("公司", "谷歌"), ("预训练模型", "BERT"), ("中国", "有"), ("参数量", "4810亿")),
        (("公司", "谷歌"), ("预训练模型", "PaLM"), ("中国", "有"), ("参数量", "/")),
        (("公司", "微软"), ("预训练模型", "Florence"), ("中国", "有"), ("参数量", "6.4亿")),
    ) == ["BERT的参数量是多少？", "Florence的参数量是多少？"]


def test_a_column_merged_over_several_rows_tells_of_none_of_them() -> None:
    assert (
        asked_of_rows(
            (("产品名称", "写作助手"), ("关键技术", "编码器、解码器")),
            (("产品名称", "聊天助手"), ("总部", "北京")),
            (("产品名称", "销售助手"), ("总部", "上海")),
        )
        == []
    )


def test_a_table_of_attributes_with_a_column_for_each_thing_is_asked_by_column() -> None:
    assert asked_of_rows(
        (("型号", "发布时间"), ("A100", "2020年11月"), ("H100", "2022年4月")),
        (("型号", "显存容量"), ("A100", "80GB"), ("H100", "/")),
    ) == ["A100是什么时候发布的？", "H100是什么时候发布的？", "A100的显存容量是多少？"]


SOLD = ((("企业", "比亚迪"), ("销量", "186.9")), (("企业", "蔚来"), ("销量", "12.2")))


@pytest.mark.parametrize(
    ("caption", "asked"),
    [
        ("主要车企销量", ["比亚迪的销量是多少？", "蔚来的销量是多少？"]),
        ("2022年新能源汽车销量", ["2022年比亚迪的销量是多少？", "2022年蔚来的销量是多少？"]),
        ("表2-1 2022年度新能源汽车销量", ["2022年比亚迪的销量是多少？", "2022年蔚来的销量是多少？"]),
        ("2022年销量前三车企", ["2022年比亚迪的销量是多少？", "2022年蔚来的销量是多少？"]),
        ("近三年新能源汽车销量", []),
        ("2022年上半年新能源汽车销量", []),
        ("上半年新能源汽车销量", []),
        ("2020-2022年新能源汽车销量", []),
        ("2022年以来新能源汽车销量", []),
        ("2022年销量及2023年计划", []),
        ("2022年海外销量", []),
    ],
)
def test_an_amount_is_asked_with_the_year_of_its_caption_and_never_without_its_period_or_market(
    caption: str, asked: list[str]
) -> None:
    assert asked_of_rows(*SOLD, caption=caption) == asked


def test_the_year_of_a_header_goes_before_that_of_the_caption_and_a_name_needs_none() -> None:
    assert asked_of_rows(
        (("企业", "比亚迪"), ("2021年销量", "59.3"), ("总部", "深圳")),
        (("企业", "蔚来"), ("2021年销量", "9.1"), ("总部", "合肥")),
        caption="2022年主要车企",
    ) == [
        "2021年比亚迪的销量是多少？",
        "比亚迪的总部在哪里？",
        "2021年蔚来的销量是多少？",
        "蔚来的总部在哪里？",
    ]


def test_an_amount_of_a_column_for_each_thing_has_the_year_of_its_caption_too() -> None:
    table = (
        (("指标名", "销量"), ("比亚迪", "186.9"), ("广汽埃安", "27.1")),
        (("指标名", "产量"), ("比亚迪", "187.7"), ("广汽埃安", "28.0")),
    )
    asked = asked_of_rows(*table, caption="2022年主要车企产销")
    assert len(asked) == 4
    assert all(question.startswith("2022年") for question in asked)
    assert asked_of_rows(*table, caption="2022年上半年主要车企产销") == []


@pytest.mark.parametrize("header", ["市场份额", "份额", "全球市场份额", "销量占比", "收入比重"])
def test_a_share_whose_whole_the_caption_alone_tells_is_not_asked(header: str) -> None:
    table = ((("企业", "比亚迪"), (header, "31%")), (("企业", "蔚来"), (header, "2%")))
    assert asked_of_rows(*table, caption="2022年新能源汽车竞争格局") == []


def test_a_table_of_one_row_or_without_headers_is_not_asked() -> None:
    assert asked_of_rows((("公司", "谷歌"), ("营业收入", "100"))) == []
    assert asked_of_rows((("", "谷歌"), ("", "100")), (("", "微软"), ("", "200"))) == []


# --- what a question may be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "该公司的营收是多少？",
        "上述企业有哪些？",
        "其市场规模是多少？",
        "什么是A？",
        "什么是“甲？",
        "甲的乙，有哪些？",
        "去年新能源汽车销量是多少？",
    ],
)
def test_a_question_stands_alone_and_is_typed_plainly(question: str) -> None:
    assert not reads_well(question)


@given(
    st.text(alphabet="年2024甲公司市场规模达到包括、，。：是指一种分为（）%亿元ABab 的\t\n", max_size=200),
    st.sampled_from(["text", "list", "row"]),
)
def test_whatever_stands_there_nothing_breaks_and_every_question_is_fit(text: str, kind: str) -> None:
    cells = (("指标", text), ("2024年", text)) if kind == "row" else ()
    one = passage(text, headings=("虚构报告", text[:20]), kind=kind, cells=cells)
    for asked in questions_of([one, one]):
        assert SHORTEST <= len(asked.question) <= LONGEST
        assert asked.question.endswith("？")
