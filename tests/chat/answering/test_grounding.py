"""A draft to an answer: marks, support and quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answering.grounding import (
    DraftSentence,
    compose,
    correct,
    declines,
    ground,
    hard_words,
    parse_draft,
    quote_evidence,
    supports,
    with_the_figure_of,
    without_unproven,
)
from chat.evidence.evidence import Evidence
from chat.marks import numbers
from index.library import Hit
from tests.fakes import passage

CLOUD = passage("2022年H1中国充电桩市场规模247.3亿美元，其中特来电份额达18.6%。规模大于上年。", 1)
CHIPS = passage("2022年英伟达占全球AI加速芯片市场的82%。", 2)
HITS = (Hit(CLOUD, 2.0, 1), Hit(CHIPS, 1.0, 2))
EVIDENCE = [
    Evidence(1, HITS[0], CLOUD.text[:39], 0, 39, 0.9),
    Evidence(2, HITS[1], CHIPS.text, 0, len(CHIPS.text), 0.8),
]
QUESTION = "2022年上半年充电桩市场多大？英伟达占多少？"


def test_the_evidence_used_here_is_whole_sentences() -> None:
    assert EVIDENCE[0].reading.endswith("18.6%。")


def test_a_mark_after_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    assert parse_draft("规模247.3亿美元。[1]英伟达占82%[2]。") == [
        DraftSentence("规模247.3亿美元。", (1,)),
        DraftSentence("英伟达占82%。", (2,)),
    ]


@given(st.text(alphabet="规模247.3亿。[1]【2】［3 ，；\n-", max_size=40))
def test_no_mark_is_left_in_the_text_of_a_sentence(draft: str) -> None:
    assert all(numbers(sentence.text) == () for sentence in parse_draft(draft))


def test_a_supported_sentence_cites_the_words_it_stands_on_verbatim() -> None:
    answer = ground("充电桩市场规模247.3亿美元。[1]", QUESTION, EVIDENCE, HITS)
    (sentence,), (citation,) = answer.sentences, answer.citations
    assert sentence.supported
    assert sentence.citations == (1,)
    assert CLOUD.text[citation.start : citation.end] == citation.quote == EVIDENCE[0].reading
    assert answer.text == "充电桩市场规模247.3亿美元。[1]"


def test_a_missing_mark_is_added_and_numbers_count_by_first_use() -> None:
    answer = ground("英伟达占82%。充电桩市场规模247.3亿美元。", QUESTION, EVIDENCE, HITS)
    assert [sentence.citations for sentence in answer.sentences] == [(1,), (2,)]
    assert [citation.passage.id for citation in answer.citations] == [CHIPS.id, CLOUD.id]


def test_a_wrong_mark_is_moved_to_the_evidence_that_bears_the_sentence_out() -> None:
    answer = ground("英伟达占82%。[1]", QUESTION, EVIDENCE, HITS)
    assert answer.citations[0].passage is CHIPS


def test_an_unknown_mark_is_dropped_and_reported() -> None:
    answer = ground("英伟达占82%。[7]", QUESTION, EVIDENCE, HITS)
    assert answer.dropped_marks == ("[7]",)
    assert answer.text == "英伟达占82%。[1]"


@pytest.mark.parametrize(
    "sentence",
    [
        "充电桩市场规模274.3亿元，大于上年。",  # another currency
        "ABB占18.6%。",  # a name that is not there
        "英伟达不占82%。",  # turned round
        "充电桩市场规模247.3亿美元，由政府采购拉动，增速放缓，前景广阔，竞争加剧，格局稳定。",  # far more than the evidence says
        "英伟达的充电桩占82%。",  # words of two sources joined
    ],
)
def test_a_sentence_that_its_evidence_does_not_bear_out_has_no_mark(sentence: str) -> None:
    (grounded,) = ground(sentence, QUESTION, EVIDENCE, HITS).sentences
    assert not grounded.supported
    assert grounded.citations == ()


def test_every_mark_shown_has_a_citation_and_every_citation_is_shown() -> None:
    answer = ground("英伟达占82%。[2]市场规模247.3亿美元[1]。天气晴朗。[1]", QUESTION, EVIDENCE, HITS)
    shown = {number for sentence in answer.sentences for number in sentence.citations}
    assert shown == {citation.number for citation in answer.citations} == {1, 2}


def test_a_wrong_figure_is_put_right_where_the_evidence_has_one_of_its_unit() -> None:
    (sentence,) = ground("中国充电桩市场规模274.3亿美元。", QUESTION, EVIDENCE, HITS).sentences
    assert sentence.text == "中国充电桩市场规模247.3亿美元。"
    assert (sentence.state, sentence.composed) == ("supported", True)


@pytest.mark.parametrize(
    ("sentence", "source", "right"),
    [
        ("甲公司市场份额占20%。", "甲公司市场份额占30%。", "甲公司市场份额占30%。"),
        ("甲公司市场份额占20%。", "2022年，甲公司市场份额占30%，居首。", "甲公司市场份额占30%。"),
        ("20%。", "甲公司市场份额占30%。", None),  # of what?
        ("乙公司的收入是5亿元。", "甲公司收入为3亿元，是乙公司的两倍。", None),  # whose?
        ("海外收入占比为40%。", "国内收入占比为60%，其余为海外收入。", None),
        ("乙公司收入5亿元。", "甲公司收入比乙公司高3亿元。", None),
        ("甲占30%。", "甲占30%。", None),  # right already
        ("甲占20%，乙占5%。", "甲占30%。", None),  # two of ours
        ("甲占20%。", "甲占30%，乙占5%。", None),  # two of theirs
        ("甲有20人。", "甲占30%。", None),  # of another kind
    ],
)
def test_a_figure_is_put_right_only_where_it_is_plain(sentence: str, source: str, right: str | None) -> None:
    item = Evidence(1, Hit(passage(source), 1.0, 1), source, 0, len(source), 0.9)
    assert with_the_figure_of(item, sentence) == right


def test_a_sentence_whose_figures_stand_and_not_all_its_words_is_borne_out_in_part() -> None:
    (sentence,) = ground("英伟达占全球AI加速芯片市场的82%，技术领先。", QUESTION, EVIDENCE, HITS).sentences
    assert sentence.state == "partly"
    assert sentence.citations == (1,)
    assert not sentence.supported


def test_sentences_that_are_not_borne_out_can_be_left_out() -> None:
    answer = without_unproven(ground("前景广阔。英伟达占82%。[1]", QUESTION, EVIDENCE, HITS))
    assert answer.text == "英伟达占82%。[1]"
    assert [citation.passage for citation in answer.citations] == [CHIPS]


@pytest.mark.parametrize(
    ("sentence", "source", "holds"),
    [
        ("虚拟主播不会取代真人主播。", "虚拟主播的生动程度不足，主要是辅助真人主播，取代尚早。", False),
        ("功能尚未开放。", "该功能尚未开放。", True),
        ("功能已经开放。", "该功能尚未开放。", False),
        ("无需高温。", "工艺不使用催化剂，但需要高温。", False),
        ("虚拟主播会取代真人主播。", "虚拟主播无法取代真人主播。", False),
        ("功能已经开放。", "该功能尚未完全开放。", False),
        ("该工艺需要高温烧结。", "该工艺不需要经过高温烧结。", False),
        ("取代真人主播", "虚拟主播难以取代真人主播。", False),  # its very words, and not so
        ("甲产品支持联网", "甲产品支持联网，乙产品不支持联网。", True),
        ("功能不断开放。", "该功能不断开放。", True),
    ],
)
def test_what_is_not_so_is_not_so_in_the_source(sentence: str, source: str, holds: bool) -> None:
    item = Evidence(1, Hit(passage(source), 1.0, 1), source, 0, len(source), 0.9)
    assert supports(item, sentence, "虚拟主播会不会取代真人主播？功能开放了吗？需要高温吗？甲产品呢？") is holds


def test_words_of_the_question_may_stand_in_the_answer() -> None:
    assert supports(EVIDENCE[1], "英伟达拿下82%的份额。", "英伟达拿下多少份额？")


def test_the_evidence_quoted_is_marked_as_such() -> None:
    answer = quote_evidence(EVIDENCE, HITS)
    assert answer.quoted
    assert answer.text == f"{EVIDENCE[0].reading}[1]{EVIDENCE[1].reading}[2]"
    assert all(sentence.supported for sentence in answer.sentences)


def test_a_correction_says_so_and_gives_the_source_s_words() -> None:
    answer = correct(EVIDENCE[1], HITS)
    assert answer.text == "提问中的说法与原文不符，原文是：2022年英伟达占全球AI加速芯片市场的82%。[1]"
    assert answer.citations[0].quote == CHIPS.text
    assert answer.sentences[0].composed
    assert not answer.quoted


def test_a_sentence_of_ours_cites_what_is_cited_already_by_the_same_number() -> None:
    quoted = quote_evidence(EVIDENCE, HITS)
    added = compose(quoted, "两者相差。", [(CHIPS, 0, len(CHIPS.text)), (CLOUD, 0, 4)])
    assert added.text == f"{quoted.text}两者相差。[2][3]"
    assert [citation.quote for citation in added.citations] == [CLOUD.text[:39], CHIPS.text, "2022"]
    assert added.quoted


def test_a_sentence_of_ours_may_stand_first_and_its_citations_are_numbered_first() -> None:
    added = compose(quote_evidence(EVIDENCE, HITS), "两者相差。", [(CHIPS, 0, len(CHIPS.text))], first=True)
    assert added.text == f"两者相差。[1]{EVIDENCE[0].reading}[2]{EVIDENCE[1].reading}[1]"


@pytest.mark.parametrize(
    ("draft", "says_nothing"),
    [
        ("", True),
        ("[1]", True),
        ("资料中没有提到。", True),
        ("无法确定。", True),
        ("247.3亿美元[1]", False),
        ("没有限制，均可使用。", False),
    ],
)
def test_a_draft_that_gives_no_answer_is_recognised(draft: str, says_nothing: bool) -> None:
    assert declines(draft) is says_nothing


def test_thousands_commas_case_and_a_closing_stop_do_not_change_a_figure_or_a_name() -> None:
    assert hard_words("GPT-4有1,750亿参数，占3.2%。") == ["gpt-4", "1750亿", "3.2%"]


def test_a_column_named_with_the_cell_of_another_is_not_supported() -> None:
    row = passage(
        "表格处理\t读取表格完整准确\t表格上传入口尚未上线",
        3,
        kind="row",
        cells=(("领域", "表格处理"), ("文心一言", "读取表格完整准确"), ("GPT-4", "表格上传入口尚未上线")),
    )
    item = Evidence(1, Hit(row, 1.0, 1), row.reading, 0, len(row.text), 0.9)
    assert not supports(item, "GPT-4读取表格完整准确。", "GPT-4读表如何？")
    assert supports(item, "GPT-4表格上传入口尚未上线。", "GPT-4读表如何？")


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("规模213亿元。", "规模213万元。"),
        ("转化率为70%。", "转化率为70亿。"),
        ("增速为-5%。", "增速为5%。"),
        ("增速为5%。", "增速为50%。"),
    ],
)
def test_magnitude_sign_and_percent_belong_to_a_figure(source: str, claim: str) -> None:
    said = passage(source, 4)
    item = Evidence(1, Hit(said, 1.0, 1), said.text, 0, len(said.text), 0.9)
    assert supports(item, source, "多少？")
    assert not supports(item, claim, "多少？")


def test_a_quoted_footnote_is_no_mark() -> None:
    noted = passage("增长迅速[3]。", 5)
    answer = quote_evidence([Evidence(1, Hit(noted, 1.0, 1), noted.text, 0, len(noted.text), 0.9)], ())
    assert answer.text == "增长迅速（3）。[1]"
    assert answer.citations[0].quote == "增长迅速[3]。"


def test_a_quoted_row_whose_cells_are_sentences_has_no_stop_twice() -> None:
    cells = (("措施", "加大投入。"), ("影响", "成本下降，"), ("疑问", "谁来付费？"), ("结果", "见附录"))
    row = passage("\t".join(cell for _, cell in cells), 6, kind="row", cells=cells)
    answer = quote_evidence([Evidence(1, Hit(row, 1.0, 1), row.reading, 0, len(row.text), 0.9)], ())
    assert answer.sentences[0].text == "措施：加大投入。影响：成本下降；疑问：谁来付费？结果：见附录。"
    assert answer.citations[0].quote == row.text


def test_a_draft_that_repeats_a_row_has_no_stop_twice() -> None:
    assert parse_draft("措施：加大投入。；[1]影响：成本下降，。[2]") == [
        DraftSentence("措施：加大投入。", (1,)),
        DraftSentence("影响：成本下降。", (2,)),
    ]
