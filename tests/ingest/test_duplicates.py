"""What is told twice is found once, and nothing that is told only once is lost."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.duplicates import fold_duplicates
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


def test_three_tellings_fold_into_the_longest() -> None:
    kept = fold_duplicates(told(LONG, LONG + "资料来源：至顶智库整理绘制。", LONG))
    assert [passage.section for passage in kept] == [1]
    assert kept[0].also_at == (place(1), place(3))


def test_copies_may_differ_in_marks_and_by_a_word() -> None:
    copy = LONG.replace("，", ",").replace("近年全球", "近年来全球")
    (kept,) = fold_duplicates(told(LONG, copy))
    assert kept.text == copy  # the longer of the two
    assert kept.also_at == (place(1, LONG),)  # with its words as they stand there


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


def test_a_place_is_named_once_and_never_the_passages_own() -> None:
    first, second, third, fourth = told(LONG, LONG, LONG, LONG)
    there = second.headings
    kept = fold_duplicates([first, second, replace(third, headings=there), replace(fourth, headings=first.headings)])
    assert [passage.also_at for passage in kept] == [(place(2),)]


def test_rows_fold_only_where_caption_and_cells_agree() -> None:
    def row(number: int, caption: str, heading: str) -> Passage:
        (passage,) = told("谷歌\tPaLM")
        cells = (("公司", "谷歌"), ("模型", "PaLM"))
        return replace(passage, id=str(number), kind="row", caption=caption, cells=cells, headings=("报告", heading))

    assert len(fold_duplicates([row(0, "语言模型", "甲"), row(1, "语言模型", "乙")])) == 1
    assert len(fold_duplicates([row(0, "语言模型", "甲"), row(1, "图像模型", "乙")])) == 2


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


def test_a_report_told_twice_keeps_the_passages_of_the_first() -> None:
    section = Section(("报告", "第1节"), f"第1节\n\n{LONG}")
    twice = [Report(name, "报告", "", "", "", (section,)) for name in ("first", "second")]
    kept = fold_duplicates([passage for report in twice for passage in split_passages(report)])
    assert [passage.report_id for passage in kept] == ["first"]
    assert [where.report_id for where in kept[0].also_at] == ["second"]
