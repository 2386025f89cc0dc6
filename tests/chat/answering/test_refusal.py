"""What a reader is told in place of an answer."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chat.answer import Found, Timings, is_refusal
from chat.answering.refusal import ASK_IN_CHINESE, asked_picture, refused
from chat.evidence.blank import Blank
from chat.evidence.evidence import Evidence
from index.library import Hit
from ingest.language import speaking
from ingest.report import Passage
from tests.fakes import passage

PICTURE = passage(
    "2019-2026年储能装机规模及预测（单位：GW）\n注：含预测", 1, kind="figure", headings=("储能", "2.1 规模")
)
TEXT = passage("2022年储能装机规模为8.7GW。2023年继续增长。", 2, headings=("储能", "2.2 现状"))
MAP = passage("储能产业图谱分为上游、中游（电池、变流器）和下游。", 3, headings=("储能", "1.3 产业图谱"))


def said(question: str, *passages: Passage, share: float = 1.0, reports: Sequence[str] = ("储能报告",)) -> str:
    found = Found(question, question, hits(*passages), Timings(1.0))
    answer = refused(found, reports, [share] * len(passages), asked_picture(question, found.hits, []))
    assert answer.refusal == answer.text
    assert not answer.sentences
    assert answer.hits == found.hits
    return answer.text


def hits(*passages: Passage) -> tuple[Hit, ...]:
    return tuple(Hit(one, 1.0 / rank, rank) for rank, one in enumerate(passages, start=1))


def test_the_years_that_are_there_are_told_where_another_is_asked_for() -> None:
    assert said("2024年储能装机规模是多少？", TEXT) == (
        "报告中没有找到可以回答这个问题的内容。收录的相关内容没有说到2024年，说到的年份有2022、2023。"
        "最接近的内容在《虚构报告》“2.2 现状”，供参考。"
    )


def test_the_sections_of_a_report_are_named_under_it() -> None:
    passages = [
        replace(TEXT, id=f"made-up:{number}", title=title, headings=(title, heading))
        for number, (title, heading) in enumerate([("甲", "现状"), ("乙", "规模"), ("甲", "预测"), ("丙", "余论")])
    ]
    assert said("2024年储能装机规模是多少？", *passages).endswith(
        "最接近的内容在《甲》“现状”“预测”、《乙》“规模”，供参考。"
    )


def test_a_picture_that_tells_of_the_year_is_named_and_that_its_data_is_not_in_the_text() -> None:
    told = said("2026年储能装机规模预测是多少？", TEXT, PICTURE)
    assert "答案可能在图“2019-2026年储能装机规模及预测（单位：GW）”里，但报告的文字没有图中的数据" in told
    assert "2022" not in told


def test_a_picture_of_other_years_is_not_named() -> None:
    assert "图" not in said("2030年储能装机规模预测是多少？", TEXT, PICTURE)


def test_an_unrelated_question_is_told_what_is_covered() -> None:
    told = said("明天下雨吗？", TEXT, share=0.0, reports=["甲", "乙"])
    assert told == "报告中没有找到可以回答这个问题的内容。目前收录的是《甲》《乙》。"


def test_a_refusal_is_told_in_the_language_that_is_spoken() -> None:
    with speaking("en"):
        assert said("2024年储能装机规模是多少？", TEXT) == (
            "Nothing in the reports was found that answers this question."
            " What there is on the subject does not speak of 2024; the years it speaks of: 2022, 2023."
            " Nearest to it: “2.2 现状” of “虚构报告”."
        )
        assert said("明天下雨吗？", TEXT, share=0.0, reports=["甲", "乙"]) == (
            "Nothing in the reports was found that answers this question. The library holds “甲”, “乙”."
        )


@pytest.mark.parametrize(
    ("question", "english"),
    [("How large is the market?", True), ("GPT-4 API", False), ("ROI of OpenAI 是多少", False), ("储能", False)],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_asks_in_english_is_told_in_english_that_the_reports_are_in_chinese(
    question: str, language: str, *, english: bool
) -> None:
    with speaking(language):
        assert said(question, TEXT, share=0.0).endswith(ASK_IN_CHINESE) is english


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_is_known_again_in_whatever_language_it_was_told(language: str) -> None:
    with speaking(language):
        told = said("明天下雨吗？", TEXT, share=0.0)
    assert is_refusal(told)
    assert not is_refusal("2022年储能装机规模为8.7GW。")


def test_of_reports_in_english_nobody_is_told_that_they_are_in_chinese() -> None:
    assert ASK_IN_CHINESE not in said("How large is the market?", passage("Sales grew by 5%.", 1), share=0.0)


@pytest.mark.parametrize(
    ("question", "passages", "share", "kind"),
    [
        ("2024年储能装机规模是多少？", (TEXT,), 1.0, "years"),
        ("2026年储能装机规模预测是多少？", (TEXT, PICTURE), 1.0, "picture"),
        ("装机规模？", (TEXT,), 1.0, "near"),
        ("明天下雨吗？", (TEXT,), 0.0, "nothing"),
    ],
)
def test_a_refusal_knows_its_kind(question: str, passages: Sequence[Passage], share: float, kind: str) -> None:
    found = Found(question, question, hits(*passages), Timings(1.0))
    picture = asked_picture(question, found.hits, [])
    assert refused(found, ("储能报告",), [share] * len(passages), picture).refused_for == kind


def test_of_many_reports_a_few_are_named() -> None:
    told = said("明天下雨吗？", reports=[str(number) for number in range(9)])
    assert told.endswith("目前收录的是《0》《1》《2》《3》《4》等 9 份报告。")


def test_an_empty_library_is_not_told_as_covering_anything() -> None:
    assert said("明天下雨吗？", reports=[]) == "报告中没有找到可以回答这个问题的内容。"


def test_a_section_is_named_once() -> None:
    assert said("装机规模？", TEXT, TEXT, MAP).count("2.2 现状") == 1


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("产业图谱里电池那一栏列了哪些厂商？", True),
        ("图谱中画了哪些企业？", True),
        ("产业图谱里有哪些电池？", False),  # which the text tells
        ("产业图谱分几层？", False),
        ("储能有哪些厂商？", False),  # asks for no picture
    ],
)
def test_what_stands_in_a_picture_only_is_seen_by_what_is_asked_of_it(question: str, asked: bool) -> None:
    evidence = [Evidence(1, hits(MAP)[0], MAP.text, 0, len(MAP.text), 0.9)]
    assert (asked_picture(question, hits(MAP), evidence) is not None) is asked


def test_a_figure_that_no_evidence_has_is_sought_in_the_pictures() -> None:
    without = [Evidence(1, hits(MAP)[0], MAP.text, 0, len(MAP.text), 0.9)]
    with_one = [Evidence(1, hits(TEXT)[0], TEXT.text[:17], 0, 17, 0.9)]
    found = hits(MAP, PICTURE)
    assert asked_picture("储能装机规模是多少GW？", found, without) is found[1]
    assert asked_picture("储能装机规模是多少GW？", found, with_one) is None
    assert asked_picture("储能装机规模是多少GW？", hits(TEXT, PICTURE), without) is None  # a text found has it


def test_a_cell_that_a_table_leaves_blank_is_named() -> None:
    found = Found("EN9的容量是多少？", "EN9的容量是多少？", hits(TEXT), Timings(1.0))
    answer = refused(found, ["储能报告"], [1.0], blank=Blank("EN9", "容量"))
    assert answer.text.startswith("报告中没有找到可以回答这个问题的内容。收录的表格里，“EN9”的“容量”一栏没有数据。")
    with speaking("en"):
        answer = refused(found, ["储能报告"], [1.0], blank=Blank("EN9", "容量"))
    assert "The table has no entry for “EN9” under “容量”." in answer.text
