"""Figures: the ways to write an amount give one value and unit; ordinals, names, marks and idioms are none."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.figures import Figure, find_figures, search_words


def read(text: str) -> list[tuple[str, str, str]]:
    """What was read, its value or range, its unit; values without zeros at their end."""
    return [(text[f.start : f.end], _range(f), f.unit) for f in find_figures(text)]


def _range(figure: Figure) -> str:
    low, high = (f"{value.normalize():f}" for value in (figure.low, figure.high))
    return low if low == high else f"{low}..{high}"


# --- amounts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        # money
        ("54.93亿元", "5493000000", "元"),
        ("170亿元人民币", "17000000000", "元"),
        ("1.5亿人民币", "150000000", "元"),
        ("50亿RMB", "5000000000", "元"),
        ("人民币100万元", "1000000", "元"),
        ("RMB 300万", "3000000", "元"),
        ("¥1,234.56", "1234.56", "元"),
        ("￥300", "300", "元"),
        ("五百元", "500", "元"),
        ("20块钱", "20", "元"),
        ("3亿美元", "300000000", "美元"),
        ("290亿美金", "29000000000", "美元"),
        ("US$100亿", "10000000000", "美元"),
        ("$1.2B", "1200000000", "美元"),
        ("USD 5 million", "5000000", "美元"),
        ("1.2 billion美元", "1200000000", "美元"),
        ("-$3亿", "-300000000", "美元"),
        ("€5亿", "500000000", "欧元"),
        ("12亿欧元", "1200000000", "欧元"),
        ("800亿日元", "80000000000", "日元"),
        ("HK$5", "5", "港元"),
        ("3亿港币", "300000000", "港元"),
        ("2亿英镑", "200000000", "英镑"),
        ("80美元/桶", "80", "美元/桶"),
        ("0.3元/千瓦时", "0.3", "元/kWh"),
        # magnitudes
        ("1,200万", "12000000", ""),
        ("1，200万", "12000000", ""),
        ("0.12亿", "12000000", ""),
        ("1200万", "12000000", ""),
        ("一千二百万", "12000000", ""),
        ("１２００万", "12000000", ""),
        ("12億", "1200000000", ""),
        ("1.2万亿", "1200000000000", ""),
        ("3亿5000万元", "350000000", "元"),
        ("2万5千元", "25000", "元"),
        ("5千万", "50000000", ""),
        ("12.5 亿元", "1250000000", "元"),
        ("3.2 亿 元", "320000000", "元"),
        ("175B", "175000000000", ""),
        ("6.8B", "6800000000", ""),
        ("10T", "10000000000000", ""),
        ("20K", "20000", ""),
        ("三点五亿", "350000000", ""),
        ("十亿", "1000000000", ""),
        # shares
        ("70%", "70", "%"),
        ("70％", "70", "%"),
        ("72.60%", "72.6", "%"),
        ("七成", "70", "%"),
        ("7成", "70", "%"),
        ("三成五", "35", "%"),
        ("七成半", "75", "%"),
        ("百分之三十", "30", "%"),
        ("百分之30", "30", "%"),
        ("百分之三点五", "3.5", "%"),
        ("百分之零点五", "0.5", "%"),
        ("百分之百", "100", "%"),
        ("负百分之三", "-3", "%"),
        ("千分之五", "0.5", "%"),
        ("5‰", "0.5", "%"),
        ("万分之五", "0.05", "%"),
        ("四分之一", "25", "%"),
        ("一半", "50", "%"),
        ("半数", "50", "%"),
        ("5/8", "62.5", "%"),
        ("三分之二", "2", "/3"),
        ("2/3", "2", "/3"),
        ("－5%", "-5", "%"),
        ("-5%", "-5", "%"),
        ("负5%", "-5", "%"),
        ("+100%", "100", "%"),
        ("3.2个百分点", "3.2", "百分点"),
        ("3.2pct", "3.2", "百分点"),
        ("+3.2pp", "3.2", "百分点"),
        ("25bp", "25", "bp"),
        ("25个基点", "25", "bp"),
        ("3倍", "3", "倍"),
        ("一倍半", "1.5", "倍"),
        # time
        ("3年", "3", "年"),
        ("22年", "22", "年"),
        ("5个月", "5", "个月"),
        ("2.5个月", "2.5", "个月"),
        ("两个半月", "2.5", "个月"),
        ("半个月", "0.5", "个月"),
        ("半年", "0.5", "年"),
        ("一年半", "1.5", "年"),
        ("10天", "10", "天"),
        ("24小时", "24", "小时"),
        ("三个半小时", "3.5", "小时"),
        ("十分钟", "10", "分钟"),
        ("3周", "3", "周"),
        ("两个季度", "2", "季度"),
        ("5个工作日", "5", "工作日"),
        ("30岁", "30", "岁"),
        # counts and measures
        ("2,000多家", "2000", "家"),
        ("三家", "3", "家"),
        ("两款", "2", "款"),
        ("三大", "3", "个"),
        ("100名", "100", "人"),
        ("1244人次", "1244", "人次"),
        ("一万零五十人", "10050", "人"),
        ("二十辆", "20", "辆"),
        ("80GB", "80", "GB"),
        ("2TB/s", "2", "TB/s"),
        ("7nm", "7", "nm"),
        ("300 W", "300", "W"),
        ("30万千瓦", "300000", "kW"),
        ("5亿千瓦时", "500000000", "kWh"),
        ("3千克", "3", "公斤"),
        ("300万吨/年", "3000000", "吨/年"),
        ("1513teraFLOPS", "1513", "TFLOPS"),
        ("1024", "1024", ""),
        ("3.75", "3.75", ""),
        # ranges
        ("3至5亿元", "300000000..500000000", "元"),
        ("3亿-5亿元", "300000000..500000000", "元"),
        ("5000万—1亿元", "50000000..100000000", "元"),
        ("10—20%", "10..20", "%"),
        ("10%-20%", "10..20", "%"),
        ("5%～8%", "5..8", "%"),
        ("-5%至-3%", "-5..-3", "%"),
        ("二十至三十万", "200000..300000", ""),
        ("二百到三百万人", "2000000..3000000", "人"),
        ("300-350W", "300..350", "W"),
        ("10到100倍", "10..100", "倍"),
        ("两三成", "20..30", "%"),
        ("2至3成", "20..30", "%"),
        ("七八亿美元", "700000000..800000000", "美元"),
        ("三四十家", "30..40", "家"),
        ("三五年", "3..5", "年"),
        ("一两个月", "1..2", "个月"),
        # 数 and 几 are 2 to 9
        ("数十亿元", "2000000000..9000000000", "元"),
        ("几百万", "2000000..9000000", ""),
        ("十几家", "11..19", "家"),
    ],
)
def test_an_amount_has_one_value_and_unit_however_it_is_written(written: str, value: str, unit: str) -> None:
    assert read(f"为{written}，") == [(written, value, unit)]


@pytest.mark.parametrize(
    "text",
    [
        # ordinals, dates and hours
        "第三名",
        "位列第3",
        "第1、2、3名",
        "第十二届",
        "6月发布",
        "6月15日",
        "15日下午",
        "3-5月",
        "8号楼",
        "上午9:30",
        "9时30分",
        "90后用户",
        "2020版报告",
        "世界500强",
        "十九大报告",
        "19世纪",
        "公元前2900年",
        "三季度",
        # numbers of parts, marks and labels
        "1.2.1 模型",
        "# 3.2 概述",
        "1. 背景",
        "1、背景",
        "分三步：1、收集",
        "（2）训练",
        "增长[1]",
        "见【12】",
        "见［1-3］",
        "如图3所示",
        "表 2-1 列出",
        "整理绘制。29",
        # names and versions
        "GPT-4模型",
        "3D建模",
        "5G网络",
        "A100与H800",
        "Web3.0",
        "Llama2",
        "360GPT",
        "Windows 11系统",
        "COVID-19",
        "M2M-100",
        "K12教师",
        "工业4.0时代",
        "TOP10",
        "600519.SH",
        "7-Eleven",
        "4K视频",
        "https://example.com/a1/2?b=3",
        # codes
        "400-068-7188",
        "0755-33015070",
        "13800138000",
        "192.168.0.1",
        "编号007",
        # idioms and articles
        "一方面",
        "一体化",
        "一些企业",
        "一直",
        "统一管理",
        "十分庞大",
        "千万别信",
        "万一失败",
        "三者关系",
        "一款产品",
        "第一款",
        "二次加工",
        "一二线城市",
        "三元锂电池",
        "千家万户",
        "百家争鸣",
        "成千上万",
        "亿万富翁",
        "四川九江",
        "百度、万达",
        "同一年",
        "每一天",
        "上半年",
        "半导体",
        "四分五裂",
        "三分之五",
        "三三两两",
        "一心一意",
        "八成员国",
        "十字路口",
        "数字人",
        "参数量",
        "翻了一番",
        "营收翻倍",
        "过半",
        "元宇宙",
    ],
)
def test_what_tells_no_amount_is_no_figure(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("2022年A轮融资3亿元", [("3亿元", "300000000", "元")]),
        ("2020-2025年增至30亿元", [("30亿元", "3000000000", "元")]),
        ("A100 80GB版", [("80GB", "80", "GB")]),
        ("Llama 2 70B模型", [("70B", "70000000000", "")]),
        ("CAGR12.5%", [("12.5%", "12.5", "%")]),
        ("5G用户3亿", [("3亿", "300000000", "")]),
        ("3个人工智能企业", [("3个", "3", "个")]),
        ("两个个股", [("两个", "2", "个")]),
        ("从3%到5%", [("3%", "3", "%"), ("5%", "5", "%")]),
        ("3个月-1年", [("3个月", "3", "个月"), ("1年", "1", "年")]),
        ("分别为3、5、6家", [("3", "3", ""), ("5", "5", ""), ("6家", "6", "家")]),
        ("2015,12家", [("12家", "12", "家")]),
        ("1,2345", [("1", "1", ""), ("2345", "2345", "")]),
        ("提升至4.0%", [("4.0%", "4", "%")]),
        ("占比\t4.0\n", [("4.0", "4", "")]),
        ("第3、增长5%", [("5%", "5", "%")]),
        ("如图3亿元", [("3亿元", "300000000", "元")]),
        ("大于5的", [("5", "5", "")]),
        ("用户数千万，参数百亿元", [("百亿元", "10000000000", "元")]),
        ("近百年", [("百年", "100", "年")]),
        ("突破万亿", [("万亿", "1000000000000", "")]),
        ("百亿级市场", [("百亿", "10000000000", "")]),
        ("上百家", [("百家", "100", "家")]),
        ("双11，618大促", [("11", "11", ""), ("618", "618", "")]),
        ("增长15，200家", [("15，200家", "15200", "家")]),
        ("T+1结算", []),
        ("减负5%", [("5%", "5", "%")]),
        ("自负5%", [("5%", "5", "%")]),
        ("5/3", [("5", "5", ""), ("3", "3", "")]),
        ("0亿元", [("0亿元", "0", "元")]),
        ("数百亿至1000亿", [("数百亿", "20000000000..90000000000", ""), ("1000亿", "100000000000", "")]),
        ("30 多家企业", [("30 多家", "30", "家")]),
        ("12.5 亿元的市场", [("12.5 亿元", "1250000000", "元")]),
        ("PE为28.6x", [("28.6x", "28.6", "倍")]),
        ("预计EPS分别为1.25/1.68/2.03元", [("1.25", "1.25", ""), ("1.68", "1.68", ""), ("2.03元", "2.03", "元")]),
        ("H100售价约2.5万至4万美元", [("2.5万至4万美元", "25000..40000", "美元")]),
        ("充电10分钟行驶400公里", [("10分钟", "10", "分钟"), ("400公里", "400", "公里")]),
        ("价格从60万元/吨跌至10万元/吨", [("60万元/吨", "600000", "元/吨"), ("10万元/吨", "100000", "元/吨")]),
        ("60日内，3日均线上方2%", [("2%", "2", "%")]),
        ("1.2万亿元、3‰", [("1.2万亿元", "1200000000000", "元"), ("3‰", "0.3", "%")]),
    ],
)
def test_only_the_amounts_of_a_sentence_are_read(text: str, figures: list[tuple[str, str, str]]) -> None:
    assert read(text) == figures


# --- the words around ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("规模5亿元", ""),
        ("约5亿元", "about"),
        ("大约为5亿元", "about"),
        ("近5亿元", "about"),
        ("5亿元左右", "about"),
        ("~5亿元", "about"),
        ("近三年", ""),
        ("近10个月", ""),
        ("超5亿元", "over"),
        ("超过了5亿元", "over"),
        ("逾5亿元", "over"),
        ("突破5亿元", "over"),
        ("不少于5家", "over"),
        ("至少5家", "over"),
        ("5亿元以上", "over"),
        ("5亿多元", "over"),
        ("10余家", "over"),
        ("500+", "over"),
        ("6倍多", "over"),
        ("10多亿元", "over"),
        ("≥90%", "over"),
        ("上百家", "over"),
        ("不足5亿元", "under"),
        ("不到5亿元", "under"),
        ("不超过5亿元", "under"),
        ("未超5亿元", "under"),
        ("5家以内", "under"),
        ("10%以下", "under"),
        ("<5%", "under"),
        ("数亿元", "several"),
        ("约数亿元", "several"),
        ("7nm及以下", "under"),
        ("两个月突破", ""),
    ],
)
def test_a_hedge_is_told_by_the_words_beside_the_figure(text: str, hedge: str) -> None:
    assert [figure.hedge for figure in find_figures(text)] == [hedge]


@pytest.mark.parametrize(
    ("text", "change", "basis"),
    [
        ("占比68%", "", ""),
        ("增长68%", "up", ""),
        ("同比增长68%", "up", "同比"),
        ("同比大幅增长了68%", "up", "同比"),
        ("同比增长约68%", "up", "同比"),
        ("同比分别增长68%", "up", "同比"),
        ("同比+68%", "", "同比"),
        ("环比下降3%", "down", "环比"),
        ("环比增速达3%", "up", "环比"),
        ("负增长5%", "down", ""),
        ("降幅为5%", "down", ""),
        ("减少200人", "down", ""),
        ("年均增长15%", "up", "年均"),
        ("年均复合增长率为35%", "up", "复合"),
        ("复合年均增长率（CAGR）约为35%", "up", "复合"),
        ("CAGR达35%", "", "复合"),
        ("CAGR 35%", "", "复合"),
        ("35%的复合增长率", "up", "复合"),
        ("15%的增长", "up", ""),
        ("提升至35%", "", ""),
        ("增长到35%", "", ""),
        ("下降至35%", "", ""),
        ("35%下降至", "", ""),
        ("增长，占比35%", "", ""),
    ],
)
def test_a_change_and_what_it_compares_with_are_told_by_the_words_beside(text: str, change: str, basis: str) -> None:
    assert [(figure.change, figure.basis) for figure in find_figures(text)] == [(change, basis)]


def test_a_figure_stands_where_it_was_read_and_the_words_around_are_outside() -> None:
    text = "同比增长超１，２００万元以上"
    assert find_figures(text) == [Figure(5, 12, Decimal(12000000), Decimal(12000000), "元", "over", "up", "同比")]
    assert text[5:12] == "１，２００万元"


# --- search --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("七成", "70.0%"),
        ("两个半月", "2.5个月"),
        ("2022年H1", "2022年上半年"),
        ("22年上半年", "2022H1"),
        ("1,200万", "0.12亿"),
        ("一千二百万", "1200万"),
        ("3亿美金", "US$300 million"),
        ("三分之二", "2/3"),
        ("20%", "10—20%"),
        ("2022年", "2022年第三季度"),
        ("2025", "“十四五”"),
    ],
)
def test_two_ways_to_write_one_thing_have_a_word_in_common(question: str, passage: str) -> None:
    assert set(search_words(question)) & set(search_words(passage))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3亿", "3万"),
        ("5%", "-5%"),
        ("5%", "5个百分点"),
        ("3亿元", "3亿美元"),
        ("3年", "3个月"),
        ("2022H1", "2023H1"),
        ("2,022", "2022年"),
        ("2,022", "2022H1"),
        ("2亿元", "数亿元"),
        ("1.20", "12.0"),
    ],
)
def test_two_different_things_have_no_word_in_common(one: str, other: str) -> None:
    assert not set(search_words(one)) & set(search_words(other))


def test_search_words_are_canonical_lower_case_and_told_once() -> None:
    text = "2022年H1营收1,200万元（0.12亿元），占七成，历时两个半月，显存80GB，2020-2025年增长10—20%"
    assert search_words(text) == [
        "12000000元", "70%", "2.5个月", "80gb", "10%", "20%", "2022h1", "2022y", "2020/2025", "2020y", "2025y",
    ]  # fmt: skip


# --- any number, any text ------------------------------------------------------------------------------------------

_AMOUNTS = st.decimals(min_value="0.0001", max_value=10**13, places=4, allow_nan=False)
_UNITS = ["元", "美元", "%", "百分点", "倍", "个月", "家", "GB"]
_FULL_WIDTH = str.maketrans("0123456789,.-%", "０１２３４５６７８９，．－％")
_FORMS: list[Callable[[Decimal], str]] = [
    lambda value: f"{value:f}",
    lambda value: f"{value:,f}",
    lambda value: f"{value:f}".translate(_FULL_WIDTH),
    lambda value: f"{value:,f}".translate(_FULL_WIDTH),
    lambda value: f"{value.scaleb(-4):f}万",
    lambda value: f"{value.scaleb(-8):,f}亿",
    lambda value: f"{value.scaleb(-8):f} 亿",
    lambda value: f"{value.scaleb(-12):f}万亿",
    lambda value: f"{value.scaleb(-6):f}百万",
]


@settings(max_examples=400)
@given(_AMOUNTS, st.sampled_from(_FORMS), st.sampled_from(_UNITS), st.sampled_from(["", "-", "－", "负"]))
def test_every_amount_is_read_back_from_every_form(
    value: Decimal, form: Callable[[Decimal], str], unit: str, sign: str
) -> None:
    written = f"{sign}{form(value)}{unit}"
    (figure,) = find_figures(f"为{written}。")
    signed = -value if sign else value
    assert (figure.start, figure.end) == (1, 1 + len(written))
    assert (figure.low, figure.high, figure.unit) == (signed, signed, unit)


@given(_AMOUNTS, st.sampled_from(_FORMS), st.sampled_from(_FORMS), st.sampled_from(_UNITS))
def test_the_words_of_one_quantity_meet(
    value: Decimal, form: Callable[[Decimal], str], other: Callable[[Decimal], str], unit: str
) -> None:
    assert search_words(form(value) + unit) == search_words(other(value) + unit) != []


@given(st.tuples(_AMOUNTS, st.sampled_from(_UNITS)), st.tuples(_AMOUNTS, st.sampled_from(_UNITS)), st.data())
def test_the_words_of_different_quantities_never_meet(
    one: tuple[Decimal, str], other: tuple[Decimal, str], data: st.DataObject
) -> None:
    assume(one != other)
    words = [set(search_words(data.draw(st.sampled_from(_FORMS))(value) + unit)) for value, unit in (one, other)]
    assert not words[0] & words[1]


_TRICKY = "0123456789０１,，.．一二两三十百千万亿零〇半成分之点数几多余元%％‰个月年家倍GTBkM-－—~至到负+约超[]（）()第/:：\n\t 同比增长第图"


@settings(max_examples=1000)
@given(st.one_of(st.text(alphabet=_TRICKY, max_size=40), st.text()))
def test_figures_are_in_order_within_the_text_and_never_split_a_number(text: str) -> None:
    figures = find_figures(text)
    bounds = [0, *(offset for figure in figures for offset in (figure.start, figure.end)), len(text)]
    assert bounds == sorted(bounds)
    for figure in figures:
        assert figure.low <= figure.high
        assert text[figure.start : figure.end].strip() == text[figure.start : figure.end] != ""
        for before, after in ((figure.start - 1, figure.start), (figure.end - 1, figure.end)):
            if before >= 0 and after < len(text):
                assert not (text[before] in "0123456789" and text[after] in "0123456789")
    search_words(text)


def test_a_text_of_half_a_character_is_read_like_any_other() -> None:
    assert read("\ud800约3亿元") == [("3亿元", "300000000", "元")]


@pytest.mark.timeout(120)  # read again from each place, they would take hours
@pytest.mark.parametrize(
    "piece",
    ["1", "一", "1,", "1-", "1.", "百", "[1,", "1亿2千万", "百分之", "2022-", "同比"],
)
def test_a_text_of_one_thing_over_and_over_is_read_in_one_pass(piece: str) -> None:
    text = piece * (100_000 // len(piece)) + "，3亿元"
    assert read(text)[-1] == ("3亿元", "300000000", "元")
