"""Where sentences end: Chinese marks and line breaks, and never an ASCII full stop."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sentences import split_long, split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("规模12.5亿元。同比增长3.2%", ["规模12.5亿元。", "同比增长3.2%"]),
        ("Jasper.ai融资。为什么？增长！第一；第二", ["Jasper.ai融资。", "为什么？", "增长！", "第一；", "第二"]),
        ("他说：“会的。”然后走了。", ["他说：“会的。”", "然后走了。"]),
        ("（见图1。）后文", ["（见图1。）", "后文"]),
        ("真的吗？！是。", ["真的吗？！", "是。"]),
        ("标题\n\n正文。\n尾句", ["标题\n\n", "正文。\n", "尾句"]),
        ("一句，没有句号", ["一句，没有句号"]),
    ],
)
def test_a_sentence_ends_at_its_mark_with_the_quotes_after_it_or_at_a_line_break(
    text: str, expected: list[str]
) -> None:
    assert sentences(text) == expected


def test_no_sentence_is_made_of_white_space() -> None:
    assert sentences("\n\n甲。  \n \n乙。 ") == ["\n\n甲。  \n \n", "乙。 "]


def test_nothing_has_no_sentences() -> None:
    assert split_sentences("") == []


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), st.text(alphabet="甲a1.。！？；”）」 \n\t，")))
def test_the_sentences_of_any_text_partition_it(text: str) -> None:
    spans = split_sentences(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert [start for start, _ in spans] == [0, *(end for _, end in spans)][: len(spans)]
    if text.strip():
        assert all(text[start:end].strip() for start, end in spans)


def pieces(text: str, limit: int) -> list[str]:
    return [text[start:end] for start, end in split_long(text, 0, len(text), limit)]


def test_a_sentence_that_is_too_long_is_cut_after_its_last_comma_within_the_limit() -> None:
    assert pieces("短句。" + "甲" * 6 + "，" + "乙" * 6 + "、" + "丙" * 6, 10) == [
        "短句。",
        "甲" * 6 + "，",
        "乙" * 6 + "、",
        "丙" * 6,
    ]


def test_without_a_comma_it_is_cut_after_a_space_and_else_at_the_limit() -> None:
    assert pieces("alpha beta gamma", 12) == ["alpha beta ", "gamma"]
    assert pieces("长" * 25, 10) == ["长" * 10, "长" * 10, "长" * 5]


def test_a_comma_near_the_start_is_no_place_to_cut() -> None:
    assert pieces("一，" + "长" * 18, 10) == ["一，" + "长" * 8, "长" * 10]


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="甲a。， \n", max_size=80), st.integers(3, 20))
def test_the_pieces_of_a_text_partition_it_and_fit(text: str, limit: int) -> None:
    assert "".join(pieces(text, limit)) == text
    assert all(len(piece.strip()) <= limit for piece in pieces(text, limit))


def test_a_line_of_two_million_characters_without_a_mark_is_cut_in_one_pass() -> None:
    text = "字" * 2_000_000
    assert split_long(text, 0, len(text), 320) == [
        *((start, start + 320) for start in range(0, 1_999_680 + 1, 320)),
    ]
