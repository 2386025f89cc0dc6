"""What is told twice is found once, and nothing that is told only once is lost."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import duplicates
from ingest.corpus import load_corpus
from ingest.duplicates import fold_duplicates, near_duplicates
from ingest.passages import split_passages
from ingest.report import Passage, Place, Report, Section

LONG = (
    "生成式人工智能是继专业生成内容与用户生成内容之后的新型内容生产方式，能够自动生成文本、图像、音频、视频与代码。"
    "近年全球数据规模持续增长，机构预计到2025年将达到175ZB，为训练提供了大规模的基础数据。"
)


def told(*texts: str) -> list[Passage]:
    """Each text as a passage under a heading of its own: 第1节, 第2节, …"""
    return [
        Passage(
            f"demo:{n}:0-{len(text)}",
            "demo",
            "报告",
            "",
            "",
            n,
            ("报告", f"第{n + 1}节"),
            "text",
            None,
            0,
            len(text),
            text,
        )
        for n, text in enumerate(texts)
    ]


def place(number: int, text: str = LONG) -> Place:
    return Place("demo", "报告", ("报告", f"第{number}节"), None, text)


def test_the_same_words_are_kept_once_at_their_first_place() -> None:
    kept = fold_duplicates(told(LONG, "别的内容在这里。", LONG))
    assert [passage.section for passage in kept] == [0, 1]
    assert [passage.also_at for passage in kept] == [(place(3),), ()]


def test_of_equal_words_those_that_were_not_recognised_from_a_picture_are_kept() -> None:
    scanned, clean, again = told(LONG.replace("，", ","), LONG, LONG)
    kept = fold_duplicates([scanned, clean, again], recognised={scanned.id})
    assert [(passage.section, passage.also_at) for passage in kept] == [(1, (place(1, scanned.text), place(3)))]
    assert [passage.section for passage in fold_duplicates([scanned, clean], recognised={scanned.id, clean.id})] == [0]


def test_recognised_words_that_say_more_are_kept() -> None:
    scanned, clean = told(LONG + "资料来源：至顶智库整理绘制。", LONG)
    for order in ([scanned, clean], [clean, scanned]):
        assert [passage.section for passage in fold_duplicates(order, recognised={scanned.id})] == [0]


def test_recognised_words_that_differ_are_kept_beside_the_others() -> None:
    scanned, clean = told(LONG.replace("175ZB", "176ZB"), LONG)
    assert len(fold_duplicates([scanned, clean], recognised={scanned.id})) == 2


def test_three_tellings_fold_into_the_longest() -> None:
    kept = fold_duplicates(told(LONG, LONG + "资料来源：至顶智库整理绘制。", LONG))
    assert [passage.section for passage in kept] == [1]
    assert kept[0].also_at == (place(1), place(3))


def test_copies_may_differ_in_marks_and_in_form_words() -> None:
    copy = (
        LONG.replace("，", ",")
        .replace("全球数据", "全球的数据")
        .replace("与代码", "与代码等")
        .replace("将达到", "达到了")
    )
    first = LONG.replace("将达到", "达到")
    (kept,) = fold_duplicates(told(copy.replace("大规模", "大规模的"), first))
    assert kept.also_at == (place(2, first),)  # with its words as they stand there


@pytest.mark.parametrize(
    ("first", "second"),
    [("目的", "目"), ("了解", "解"), ("等离子刻蚀", "离子刻蚀"), ("不等", "不"), ("不了了之", "不之"), ("标的", "标")],
)
def test_a_character_of_another_word_is_no_form_word(first: str, second: str) -> None:
    assert len(fold_duplicates(told(f"{LONG}其{first}明确。", f"{LONG}其{second}明确。"))) == 2


def test_a_changed_figure_sign_or_magnitude_keeps_both() -> None:
    for changed in ("2026年", "176ZB"):
        assert len(fold_duplicates(told(LONG, LONG.replace("2025年" if "年" in changed else "175ZB", changed)))) == 2
    assert len(fold_duplicates(told(LONG + "利润同比5%。", LONG + "利润同比-5%。"))) == 2
    assert len(fold_duplicates(told(LONG + "投入3亿元。", LONG + "投入3万元。"))) == 2


def test_one_new_sentence_in_a_copy_keeps_both() -> None:
    other = LONG + "资料来源：至顶智库结合公开资料整理绘制，详见附录与脚注。"
    assert len(fold_duplicates(told(LONG + "上述计划已全部终止。", other))) == 2


def test_two_headings_alone_do_not_make_two_passages_alike() -> None:
    first, second = told("第1节\n\n甲公司推出新模型。", "第1节\n\n乙机构发布新指数。")
    assert len(fold_duplicates([first, replace(second, headings=first.headings)])) == 2


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("175ZB", "175EB"),  # a unit
        ("5亿元", "5亿美元"),
        ("5亿元", "−5亿元"),
        ("5亿元", "三亿元"),
        ("千问模型", "万科模型"),
        ("GPT-4", "GPT-3"),
        ("英伟达", "英特尔"),  # a name
        ("北京", "上海"),
        ("上升", "下降"),
        ("已经", "尚未"),
        ("已经", "预计"),
        ("国内", "国外"),
        ("语音", "图像"),
        ("★★★", "★★"),
        ("↑", "↓"),
    ],
)
def test_another_figure_unit_name_negation_or_direction_keeps_both(word: str, other: str) -> None:
    first, second = told(LONG + f"其中{word}一项得到行业的普遍关注。", LONG + f"其中{other}一项得到行业的普遍关注。")
    assert len(fold_duplicates([first, second])) == 2
    assert len(fold_duplicates([first, replace(second, headings=first.headings)])) == 2


@pytest.mark.parametrize("added", ["不", "未", "预计", "约", "2023年"])
def test_a_word_added_inside_a_clause_that_turns_or_dates_it_keeps_both(added: str) -> None:
    short, long = LONG + "该项计划得到实施。", LONG + f"该项计划{added}得到实施。资料来源见附录，整理绘制。"
    assert len(fold_duplicates(told(short, long))) == 2


def test_figures_that_change_places_keep_both() -> None:
    first = LONG + "甲公司营收增长5%，乙公司营收增长3%。"
    assert len(fold_duplicates(told(first, LONG + "甲公司营收增长3%，乙公司营收增长5%。"))) == 2


def test_a_copy_may_write_blanks_commas_hyphens_case_and_traditional_characters_otherwise() -> None:
    first = LONG + "2023年GPT-4的调用达1,200万次，同比−5%。"
    copy = LONG + "2023 年 gpt4 的调用达 1200 万次，同比 -5％。"
    traditional = first.replace("数据规模持续增长", "數據規模持續增長").replace("调用", "調用")
    assert [passage.section for passage in fold_duplicates(told(first, copy, traditional))] == [0]


# What stands in its place: two of a line are never one passage, whatever their headings.
VARIANTS = [
    ("支持", "反对", "限制", "鼓励", "叫停", "重启", ""),
    ("推进", "停止推进", "禁止推进", "放弃推进", "难推进", "据传推进", "很少推进", "几乎推进", "原则上推进", "停推进"),
    ("是推进", "不是推进", "可能推进", "可以推进", "必须推进", "已推进", "将推进", "推进"),
    ("鼓励进口", "鼓励出口"),
    ("开始复苏", "开始衰退"),
    ("全部推进", "部分推进"),
    ("收购", "出售"),
    ("增持", "减持"),
    ("同意", "拒绝"),
    ("加快", "放缓"),
    ("由华为推进", "华为推进", "为华为推进", "被华为推进", "对华为推进", "由中兴推进"),
    ("推进北京、上海的", "推进北京、深圳、上海的", "推进北京的"),
    ("推进集团（不含子公司）的", "推进集团的"),
    ("推进三家", "推进两家", "推进一家", "推进"),
    ("推进5%的", "推进5‰的", "推进5.5%的", "推进55%的"),
    ("推进$5亿的", "推进5亿的", "推进¥5亿的", "推进±5亿的"),
    ("推进C++", "推进C", "推进C#"),
]


@pytest.mark.parametrize(
    ("word", "other"), [pair for line in VARIANTS for pair in combinations(line, 2)], ids=lambda word: word or "-"
)
def test_another_word_in_its_place_keeps_both(word: str, other: str) -> None:
    said = "根据主管部门最新发布的指导意见，整车企业在本地区{}储能电站配套项目，相关细则由各地另行制定并向社会公布。"
    first, second = told(said.format(word), said.format(other))
    assert len(fold_duplicates([first, second])) == 2
    assert len(fold_duplicates([first, replace(second, headings=first.headings)])) == 2


RETOLD = "4.4 生成式AI场景应用—音频生成"
SECTION = (
    f"{RETOLD}\n\n该平台提供在线音乐生成器，支持用户将所创音乐在不同流媒体上公开{{}}，并在2023年服务了5亿名用户，"
    "相关的细则由平台另行制定并向社会公布，其余内容生成工具的用法与此相同。"
)


def retold(first: str, second: str, *, heading: str = RETOLD) -> list[Passage]:
    """The section of one number told twice, with these words in one place."""
    one, two = told(SECTION.format(first), SECTION.format(second))
    return [replace(one, headings=("报告", "第一篇", RETOLD)), replace(two, headings=("报告", "音频", heading))]


@pytest.mark.parametrize(("first", "second"), [("发布", "展示"), ("展示", "并展示"), ("发布", "发布与用户")])
@pytest.mark.parametrize("heading", [RETOLD, RETOLD.replace("—", "一"), "4.4  生成式AI场景应用-音频生成"])
def test_a_section_that_its_report_tells_again_in_slightly_other_words_is_one_passage(
    first: str, second: str, heading: str
) -> None:
    tellings = retold(first, second, heading=heading)
    (kept,) = fold_duplicates([replace(each, text=each.text.replace(RETOLD, each.headings[-1])) for each in tellings])
    assert len(kept.also_at) == 1
    longest = max((first, second), key=len)
    assert f"公开{longest}，" in kept.text
    assert f"公开{first if longest is second else second}，" in kept.also_at[0].text  # the other words stay to be read


def test_a_reworded_telling_and_a_copy_of_it_are_noted_at_one_passage() -> None:
    one, two = retold("发布", "展示")
    copy = replace(two, id="copy", section=2, headings=("报告", "附录"), text=two.text.removeprefix(f"{RETOLD}\n\n"))
    (kept,) = fold_duplicates([one, two, copy])
    assert [where.headings[1] for where in kept.also_at] == ["音频", "附录"]


@pytest.mark.parametrize(
    "heading", ["4.5 生成式AI场景应用—音频生成", "4.4 生成式AI场景应用—视频生成", "4 生成式AI场景应用—音频生成"]
)
def test_another_section_is_not_told_again_by_one_that_sounds_like_it(heading: str) -> None:
    assert len(fold_duplicates(retold("发布", "展示", heading=heading))) == 2


@pytest.mark.parametrize("heading", ["4 生成式AI场景应用", "第4节 生成式AI场景应用", "四、生成式AI场景应用", "4.4"])
def test_a_number_that_every_chapter_may_have_names_no_section(heading: str) -> None:
    tellings = [replace(each, headings=("报告", heading)) for each in retold("发布", "展示")]
    assert len(fold_duplicates(tellings)) == 2


def test_two_passages_of_one_telling_or_of_two_reports_are_not_reworded_copies() -> None:
    one, two = retold("发布", "展示")
    assert len(fold_duplicates([one, replace(two, section=one.section, headings=one.headings)])) == 2
    assert len(fold_duplicates([one, replace(two, report_id="other")])) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(pair for line in VARIANTS for pair in combinations(line, 2)),
        ("同意", "驳回"),
        ("微软", "谷歌"),
        ("成功", "失败"),
        ("发布", "取消发布"),
        ("发布", "与谷歌发布"),
        ("发布", "涉嫌发布"),
        ("语音", "图像"),
        ("北京", "上海"),
        ("甲", "乙"),
        ("发布", "XMind发布"),
        ("发布", "发布3次"),
        ("发布", "预计发布"),
        ("发布", "在平台展示"),
        ("", "用户名录"),
    ],
    ids=lambda word: word or "-",
)
def test_what_says_another_thing_is_kept_in_a_section_told_again(first: str, second: str) -> None:
    assert len(fold_duplicates(retold(first, second))) == 2


def test_a_section_told_again_with_many_small_changes_is_kept() -> None:
    one, two = retold("发布", "展示")
    changed = two.text.replace("提供", "给出").replace("制定", "拟就").replace("相同", "类似").replace("支持", "便于")
    assert len(fold_duplicates([one, replace(two, text=changed)])) == 2


def test_a_clause_left_out_of_the_middle_of_a_sentence_keeps_both() -> None:
    long = "如果获批，项目将于年内投产；如果未获批，项目将全部终止。"
    assert len(fold_duplicates(told(long, "如果获批，项目将全部终止。"))) == 2


def test_a_sentence_that_has_clauses_more_elsewhere_is_one_passage() -> None:
    kept = fold_duplicates(told("项目将于年内投产，规模居前。", "据公告，项目将于年内投产，规模居前，细则另行公布。"))
    assert [passage.section for passage in kept] == [1]


@pytest.mark.parametrize("short", ["华为。", "华。", "华为\n中兴"])
def test_a_copy_shorter_than_a_run_is_found(short: str) -> None:
    assert len(fold_duplicates(told(short, "名单：\n华为。\n中兴\n华。"))) == 1


def test_a_slide_that_repeats_whole_sentences_of_a_paragraph_in_another_order_folds_into_it() -> None:
    first, second = (f"{sentence}。" for sentence in LONG.rstrip("。").split("。"))
    kept = fold_duplicates(told(second + first, "另有一句只在这里的话，谈的是别的事情。" + LONG))
    assert [passage.section for passage in kept] == [1]


@pytest.mark.parametrize(
    "long",
    [
        "近年全球数据规模持续增长的势头放缓。",
        "全球数据规模持续增长的势头放缓。",
        "机构否认全球数据规模持续增长。",
        "停止全球数据规模持续增长、价格上涨。",
        "不存在价格上涨、全球数据规模持续增长。",
        "全球数据规模持续增长（不含中国）。",
    ],
)
def test_words_that_stand_inside_a_clause_of_another_passage_are_no_copy_of_it(long: str) -> None:
    assert len(fold_duplicates(told("全球数据规模持续增长", long))) == 2


def test_passages_of_one_template_are_hardly_ever_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    repeats = duplicates._repeats

    def counted(longer: duplicates._Words, shorter: duplicates._Words) -> bool:
        nonlocal compared
        compared += 1
        return repeats(longer, shorter)

    monkeypatch.setattr(duplicates, "_repeats", counted)
    texts = [f"{LONG}甲公司实现营业收入{number}万元，同比有所增长。" for number in range(10_000, 10_300)]
    assert len(fold_duplicates(told(*texts, texts[7]))) == 300
    assert 1 <= compared < 3_000  # of 45,150 pairs


@pytest.mark.parametrize(
    ("line", "left"),
    [("前言", 1), ("具体内容如下：", 1), ("如下图所示：", 1), ("华为", 2), ("已停产。", 2), ("第3页", 2)],
)
def test_a_line_that_only_announces_is_not_what_keeps_a_copy(line: str, left: int) -> None:
    assert len(fold_duplicates(told(f"{line}\n{LONG}", LONG + "资料来源：某研究院整理绘制。"))) == left


def test_a_figure_caption_never_folds_into_a_text_that_mentions_it() -> None:
    caption, text = told("全球算力规模及预测", "全球算力规模及预测，见下文。" + LONG)
    assert len(fold_duplicates([replace(caption, kind="figure"), text])) == 2


def test_a_text_never_folds_into_a_notice_that_is_not_searched_for_it() -> None:
    text, notice = told(LONG, LONG + "联系我们获取完整报告。")
    assert len(fold_duplicates([text, replace(notice, kind="notice")])) == 2


def test_a_place_is_named_once_and_the_passages_own_only_where_it_says_it_otherwise() -> None:
    first, second, third, fourth = told(LONG, LONG, LONG, LONG)
    there = second.headings
    kept = fold_duplicates([first, second, replace(third, headings=there), replace(fourth, headings=first.headings)])
    assert [passage.also_at for passage in kept] == [(place(2),)]
    shorter = LONG.replace("近年来", "近年")
    kept = fold_duplicates(
        [replace(first, text=LONG + "另见附录。"), replace(second, text=shorter, headings=first.headings)]
    )
    assert [passage.also_at for passage in kept] == [(place(1, shorter),)]


def row(number: int, *cells: tuple[str, str], caption: str = "语言模型", heading: str = "甲") -> Passage:
    (passage,) = told("\t".join(cell for _, cell in cells))
    return replace(passage, id=str(number), kind="row", caption=caption, cells=cells, headings=("报告", heading))


GOOGLE, PALM = ("公司", "谷歌"), ("模型", "PaLM")


@pytest.mark.parametrize(
    ("other", "left"),
    [
        (row(1, GOOGLE, PALM, heading="乙"), 1),
        (row(1, ("公司", "谷 歌"), ("模型", "palm"), heading="乙"), 1),
        (row(1, GOOGLE, PALM, ("参数", "5400亿")), 1),  # another slide shows a column more
        (row(1, GOOGLE, PALM, caption="图像模型"), 2),
        (row(1, GOOGLE, ("应用", "PaLM")), 2),  # the same cells under another header
        (row(1, ("公司", "微软"), PALM), 2),
        (row(1, GOOGLE, ("模型", "PaLM-2")), 2),
    ],
)
def test_a_row_folds_only_where_caption_headers_and_cells_agree(other: Passage, left: int) -> None:
    assert len(fold_duplicates([row(0, GOOGLE, PALM), other])) == left


def test_rows_of_a_table_without_a_caption_are_what_their_heading_says() -> None:
    rows = [row(number, GOOGLE, PALM, caption="", heading=heading) for number, heading in enumerate(("甲", "乙", "甲"))]
    assert [passage.id for passage in fold_duplicates(rows)] == ["0", "1"]


def test_marks_in_cells_are_what_the_cells_say() -> None:
    ratings = [
        row(number, GOOGLE, ("评分", rating)) for number, rating in enumerate(("★★★", "★★", "-", "↑", "↓", "是"))
    ]
    assert fold_duplicates(ratings) == ratings


def test_a_table_told_in_two_slides_folds_row_by_row() -> None:
    table = [("谷歌", "PaLM"), ("微软", "Turing-NLG"), ("百度", "文心")]
    rows = [
        row(number, ("公司", company), ("模型", model), heading=heading)
        for number, (heading, (company, model)) in enumerate((heading, line) for heading in "甲乙" for line in table)
    ]
    kept = fold_duplicates(rows)
    assert [passage.id for passage in kept] == ["0", "1", "2"]
    assert [place.headings for passage in kept for place in passage.also_at] == [("报告", "乙")] * 3


def test_nothing_folds_into_nothing() -> None:
    assert fold_duplicates([]) == []


WORDS = ["算力", "模型", "芯片", "投资", "增长", "平台", "数据", "应用", "版权", "岗位", "文本", "图像", "下降", "终止"]
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=3, max_size=14).map(lambda words: "".join(words) + "。")


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(SENTENCES, min_size=1, max_size=4).map("".join), min_size=1, max_size=6), st.data())
def test_folding_never_loses_a_sentence_and_notes_every_place(texts: list[str], data: st.DataObject) -> None:
    texts += data.draw(st.lists(st.sampled_from(texts), max_size=3))
    passages = told(*texts)
    kept = fold_duplicates(passages)
    own = {place(passage.section + 1, passage.text): passage for passage in kept}
    by_place = own | {where: passage for passage in kept for where in passage.also_at}
    assert set(by_place) == {place(number, text) for number, text in enumerate(texts, start=1)}
    for passage in passages:
        said = by_place[place(passage.section + 1, passage.text)].text
        for sentence in filter(None, passage.text.split("。")):
            fours = [sentence[start : start + 4] for start in range(len(sentence) - 3)]
            assert sum(four in said.replace("。", "") for four in fours) >= len(fours) / 2


def test_a_passage_of_another_report_is_one_passage_that_names_that_report() -> None:
    section = Section(("报告", "第1节"), f"第1节\n\n{LONG}")
    twice = [Report(name, "报告", "", "", "", (section,)) for name in ("first", "second")]
    kept = fold_duplicates([passage for report in twice for passage in split_passages(report)])
    assert [passage.report_id for passage in kept] == ["first"]
    assert [where.report_id for where in kept[0].also_at] == ["second"]


VARIED = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "甲公司在2023年推出新的语言模型",
                "行业规模达到5亿元",
                "行業規模達到了 5 亿元",
                "平台的用户增长较快",
                "平台的用户增长较慢",
                "监管要求不断提高",
                "监管要求提高",
                "华为",
                "前言",
            ]
        ),
        st.sampled_from(["", "等", "，同比增长5%", "，同比增长15%", "，尚未盈利", "，由OpenAI投资"]),
        st.sampled_from(["。", "；", "！\n"]),
    ).map("".join),
    min_size=1,
    max_size=5,
).map("".join)


@settings(deadline=None, max_examples=200)
@given(st.lists(VARIED, min_size=2, max_size=8))
def test_no_two_of_the_result_are_near_duplicates_and_folding_it_again_changes_nothing(texts: list[str]) -> None:
    kept = fold_duplicates(told(*texts))
    assert not [pair for pair in combinations(kept, 2) if near_duplicates(*pair)]
    assert fold_duplicates(kept) == kept


# --- the two reports -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    reports = load_corpus(Path(__file__).parents[2] / "corpus")
    return [passage for report in reports for passage in split_passages(report)]


def pairs_sharing(passages: Sequence[Passage], share: float) -> list[tuple[Passage, Passage]]:
    """Every pair of which the smaller one's runs of four letters stand in the other to that share; by comparing all with
    all."""
    letters = [re.sub(r"[\W_]", "", passage.caption + passage.reading).lower() for passage in passages]
    runs = [{word[start : start + 4] for start in range(max(1, len(word) - 3))} for word in letters]
    return [
        (passages[first], passages[second])
        for first, second in combinations(range(len(passages)), 2)
        if len(runs[first] & runs[second]) >= share * min(len(runs[first]), len(runs[second]))
    ]


def test_no_two_passages_of_the_corpus_are_near_duplicates(passages: list[Passage]) -> None:
    kept = fold_duplicates(passages)
    assert len(kept) < len(passages)
    assert not [(one.id, two.id) for one, two in pairs_sharing(kept, 0.5) if near_duplicates(one, two)]


def test_what_the_corpus_tells_word_for_word_is_told_once(passages: list[Passage]) -> None:
    """By letters alone, in another way than the module's."""

    def letters(passage: Passage) -> str:
        return re.sub(r"[\W_的了等]", "", passage.text.removeprefix(passage.headings[-1])).lower()

    prose = [passage for passage in fold_duplicates(passages) if passage.kind in ("text", "list", "note")]
    said = [letters(passage) for passage in prose]
    again = [
        (one.id, two.id)
        for (one, words), (two, others) in combinations(zip(prose, said, strict=True), 2)
        if min(len(words), len(others)) > 9 and (words in others or others in words)
    ]
    assert not again


def test_no_two_passages_of_the_corpus_share_most_of_their_letters(passages: list[Passage]) -> None:
    """By runs of three letters alone, which know nothing of the module's rules; rows of one table are alike by nature."""
    prose = [passage for passage in fold_duplicates(passages) if not passage.cells]
    letters = [re.sub(r"[\W_]", "", passage.reading).lower() for passage in prose]
    runs = [{word[start : start + 3] for start in range(max(1, len(word) - 2))} for word in letters]
    alike = [
        (prose[one].id, prose[two].id)
        for one, two in combinations(range(len(prose)), 2)
        if len(runs[one] & runs[two]) >= 0.7 * len(runs[one] | runs[two])
    ]
    assert not alike


def test_the_corpus_read_twice_is_the_corpus_with_each_place_named_twice(passages: list[Passage]) -> None:
    again = [replace(passage, id=f"again:{passage.id}", report_id=f"again-{passage.report_id}") for passage in passages]
    once, twice = fold_duplicates(passages), fold_duplicates([*passages, *again])
    assert [passage.id for passage in twice] == [passage.id for passage in once]
    for passage in twice:
        assert f"again-{passage.report_id}" in {place.report_id for place in passage.also_at}


def test_the_order_of_the_passages_decides_only_which_of_equal_ones_stays(passages: list[Passage]) -> None:
    forwards = fold_duplicates(passages)
    backwards = fold_duplicates(passages[::-1])
    assert len(backwards) == len(forwards)
    assert fold_duplicates(passages) == forwards
