"""What a conversation taken away says, and in what order, whatever its format."""

import datetime
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answer import Answer, Sentence
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.export import (
    Document,
    Excerpt,
    Label,
    Marks,
    Paragraph,
    Reference,
    Statement,
    Text,
    document_of,
    file_name,
    paragraphs,
    plain,
    shortened,
)
from tests.chat.pages.conversations import (
    ANSWERED,
    BROKEN_OFF,
    CONVERSATION,
    DAY,
    FAILED,
    FIRST,
    QUESTION,
    QUOTED,
    REFUSED,
    SECOND,
    conversations,
    exchange,
    exported,
    saying,
)
from tests.fakes import EXPORTS, POLICY, SALES, cite


def test_questions_without_an_answer_are_left_out_and_the_first_of_the_others_is_the_title() -> None:
    document = exported(*CONVERSATION)
    assert document.title == QUESTION
    assert document.exported == datetime.date(2025, 4, 1)
    assert [reply.question for reply in document.replies] == [QUESTION, "那政策呢？", "明天天气如何？"]


def test_there_is_nothing_to_take_away_where_nothing_was_answered() -> None:
    assert document_of((BROKEN_OFF, FAILED), DAY) is None
    assert document_of((), DAY) is None


def test_references_are_numbered_through_the_document_by_the_first_citation_of_each_passage() -> None:
    first, second, third = exported(*CONVERSATION).replies
    assert [statement.marks for statement in first.statements] == [(1, 2), (2,), (1, 2), ()]
    assert [statement.marks for statement in second.statements] == [(3,), (2,)]
    assert third.statements == ()


def test_a_reference_is_that_of_the_standard_with_its_place_and_what_is_quoted_of_it_once() -> None:
    assert exported(*CONVERSATION).references == (
        Reference(
            1,
            "某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15.",
            "第二章 市场 › 产销 › 表2-1 新能源汽车产销（单位：万辆）",
            (Excerpt("row", "年份：2024；产量：1288.8；销量：1286.6；同比：35.5%"),),
        ),
        Reference(
            2,
            "某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12.",
            "第二章 市场 › 出口",
            (Excerpt("quote", FIRST), Excerpt("quote", SECOND)),
        ),
        Reference(3, "某协会. 光伏行业白皮书[R]. 2024-11.", "政策", (Excerpt("quote", POLICY.text),)),
    )


def test_marks_of_a_sentence_rise_and_name_a_passage_once() -> None:
    answer = Answer(
        (Sentence("甲。", (2,), True), Sentence("乙。", (1, 2, 3), True)),
        (cite(1, EXPORTS, FIRST), cite(2, SALES, "2024"), cite(3, EXPORTS, SECOND)),
        (),
    )
    (reply,) = exported(exchange("问", answer)).replies
    assert [statement.marks for statement in reply.statements] == [(1,), (1, 2)]


def test_a_citation_that_no_sentence_uses_is_no_reference() -> None:
    answer = Answer((Sentence("甲。", (2,), True),), (cite(1, SALES, "2024"), cite(2, EXPORTS, FIRST)), ())
    document = exported(exchange("问", answer))
    assert [(listed.number, listed.excerpts) for listed in document.references] == [(1, (Excerpt("quote", FIRST),))]


def test_what_a_refusal_would_have_cited_is_no_reference() -> None:
    refused = replace(ANSWERED.answer or Answer((), (), ()), refusal="没有依据。", quoted=True)
    document = exported(exchange("问", refused))
    assert document.references == ()
    assert [paragraph.kind for paragraph in paragraphs(document, CHINESE)][3:] == ["question", "refusal"]


def test_a_side_that_nothing_tells_of_is_told_below_the_answer() -> None:
    document = exported(
        exchange("各多少？", replace(ANSWERED.answer or Answer((), (), ()), missing="没有说到特斯拉。"))
    )
    *_, last = [paragraph for paragraph in paragraphs(document, CHINESE) if paragraph.kind in ("answer", "refusal")]
    assert last == Paragraph("refusal", (Text("没有说到特斯拉。"),))


def test_how_each_sentence_is_borne_out_is_told() -> None:
    (reply, *_) = exported(ANSWERED).replies
    assert [statement.standing for statement in reply.statements] == [
        "supported",
        "partly",
        "composed",
        "unsupported",
    ]
    assert Statement("纯电动汽车出口减少。", (2,), "partly") in reply.statements


def test_the_document_reads_in_this_order() -> None:
    assert [(paragraph.kind, paragraph.text) for paragraph in paragraphs(exported(*CONVERSATION), CHINESE)] == [
        ("title", "研报问答记录"),
        ("imprint", "reportqa 研报问答 · 2025-04-01 导出"),
        ("notice", CHINESE.export.notice + CHINESE.export.numbers),
        ("question", QUESTION),
        (
            "answer",
            "销量为1286.6万辆，出口128.4万辆。[1,2]纯电动汽车出口减少。[2]〔原文只支持其中一部分〕"
            "国内销量为1286.6－128.4＝1158.2万辆。[1,2]〔由系统据所引原文得出〕预计2025年继续增长。〔未找到依据〕",
        ),
        ("question", "那政策呢？"),
        ("taken", "仅就《光伏行业白皮书》回答"),
        ("taken", "理解为：新能源汽车的政策有哪些？"),
        ("quoted", "摘自原文"),
        ("answer", "（一）扩大分布式光伏；[3]"),
        ("answer", "出口128.4万辆。[2]"),
        ("question", "明天天气如何？"),
        ("refusal", "资料库中没有相关内容。"),
        ("references", "参考文献"),
        ("reference", "[1] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15."),
        ("place", "位置：第二章 市场 › 产销 › 表2-1 新能源汽车产销（单位：万辆）"),
        ("row", "〔表格行〕年份：2024；产量：1288.8；销量：1286.6；同比：35.5%"),
        ("reference", "[2] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12."),
        ("place", "位置：第二章 市场 › 出口"),
        ("quote", FIRST),
        ("quote", SECOND),
        ("reference", "[3] 某协会. 光伏行业白皮书[R]. 2024-11."),
        ("place", "位置：政策"),
        ("quote", "（一）扩大分布式光伏；\n（二）完善并网规则。"),
    ]


def test_in_english_only_the_words_of_the_product_are_others() -> None:
    document = exported(QUOTED, REFUSED)
    in_chinese, in_english = paragraphs(document, CHINESE), paragraphs(document, ENGLISH)
    assert [paragraph.kind for paragraph in in_english] == [paragraph.kind for paragraph in in_chinese]
    assert in_english[4].text == "Answered from “光伏行业白皮书” only"
    assert in_english[-2].text == "Location: 第二章 市场 › 出口"
    assert in_english[-1] == in_chinese[-1]


def test_a_long_question_stands_in_full_under_a_heading_of_its_beginning() -> None:
    question = "出口" * 40 + "多少？"
    shown = {paragraph.kind: paragraph.text for paragraph in paragraphs(saying(question), CHINESE)}
    assert saying(question).title == "出口" * 19 + "出…"
    assert shown["question"] == "出口" * 29 + "出…"
    assert shown["asked"] == question
    assert "asked" not in {paragraph.kind for paragraph in paragraphs(exported(ANSWERED), CHINESE)}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" 出口\r\n\r\n  1288.8\t万辆 \u2028\x00\x0b同比 ", "出口\n1288.8\t万辆\n同比"),
        ("\ud800\ufffe\x7f\x9f", ""),
        ("1 \t 2", "1 \t 2"),
    ],
)
def test_text_keeps_what_every_format_can_hold(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(), st.integers(1, 20))
def test_shortened_is_never_longer_than_it_may_be(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == " ".join(plain(text).split()) or short.endswith("…")


@given(conversations(st.text(max_size=20)))
def test_every_mark_has_a_reference_and_every_reference_is_cited_in_order(document: Document) -> None:
    cited = [mark for reply in document.replies for statement in reply.statements for mark in statement.marks]
    numbers = [listed.number for listed in document.references]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(cited) == set(numbers)
    assert sorted(dict.fromkeys(cited), key=cited.index) == numbers
    runs = [run for paragraph in paragraphs(document, CHINESE) for run in paragraph.runs]
    assert [run.number for run in runs if isinstance(run, Label)] == numbers
    assert {number for run in runs if isinstance(run, Marks) for number in run.numbers} == set(numbers)


@given(conversations(st.text(max_size=20)))
def test_no_paragraph_is_empty_and_every_reference_quotes_something_once(document: Document) -> None:
    assert all(paragraph.text for paragraph in paragraphs(document, CHINESE))
    for listed in document.references:
        assert listed.excerpts
        assert len(set(listed.excerpts)) == len(listed.excerpts)


def test_passages_of_one_place_are_one_reference_and_those_of_another_are_another() -> None:
    after, elsewhere = replace(EXPORTS, id="ev-2025#4"), replace(EXPORTS, id="ev-2025#5", headings=("附录",))
    answer = Answer(
        (Sentence("甲。", (1, 2), True), Sentence("乙。", (3,), True)),
        (cite(1, EXPORTS, FIRST), cite(2, after, SECOND), cite(3, elsewhere, FIRST)),
        (),
    )
    document = exported(exchange("问", answer))
    assert [statement.marks for statement in document.replies[0].statements] == [(1,), (2,)]
    assert [(listed.place, [each.text for each in listed.excerpts]) for listed in document.references] == [
        ("第二章 市场 › 出口", [FIRST, SECOND]),
        ("附录", [FIRST]),
    ]


def test_no_heading_repeats_the_title_and_no_row_is_told_twice() -> None:
    told = [paragraph.text for paragraph in paragraphs(exported(*CONVERSATION), CHINESE)]
    assert len(set(told)) == len(told)
    assert sum("1288.8" in text for text in told) == 1


def test_a_document_without_references_speaks_of_none() -> None:
    told = "".join(paragraph.text for paragraph in paragraphs(exported(REFUSED), CHINESE))
    assert "参考文献" not in told
    assert CHINESE.export.notice in told


def test_a_file_is_named_for_its_title_and_its_day() -> None:
    assert file_name(exported(ANSWERED), ".pdf") == "2024年新能源汽车的销量和出口各是多少？_2025-04-01.pdf"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j_2025-04-01.docx"),
        ("../../etc/passwd", "etc passwd_2025-04-01.docx"),
        ("-rf ~.", "rf ~_2025-04-01.docx"),
        ("出口\u202e多少\u200b", "出口多少_2025-04-01.docx"),
        ("CON", "CON_2025-04-01.docx"),
        ("???", "2025-04-01.docx"),
        ("很" * 90, "很" * 64 + "_2025-04-01.docx"),
        ("𠮷" * 90, "𠮷" * 56 + "_2025-04-01.docx"),  # four bytes each
    ],
)
def test_a_file_name_has_nothing_that_a_system_forbids(title: str, name: str) -> None:
    assert file_name(replace(exported(ANSWERED), title=title), ".docx") == name


@given(st.text())
def test_any_title_makes_a_name_that_can_be_written(title: str) -> None:
    name = file_name(replace(exported(ANSWERED), title=plain(title)), ".md")
    assert re.fullmatch(r'[^<>:"/\\|?*\x00-\x1f]{1,80}', name)
    assert len(name.encode()) <= 255
    assert name.endswith("2025-04-01.md")
    assert name[0] not in ".-~ "
