"""The words of a question in a text: as the index sees them, at their places in the text as it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.search.highlights import folded, highlights, parts_marked, words_sought


def marked(question: str, text: str) -> list[str]:
    return [text[start:end] for start, end in highlights(words_sought(question), text)]


def test_the_words_of_a_question_are_marked_and_the_empty_ones_are_not() -> None:
    assert marked("乳制品的销量是多少？", "乳制品是指以生乳为原料的制品，2024年销量为3千万吨。") == [
        "乳制品",
        "制品",
        "销量",
    ]


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("汽车出口", "汽車出口增長", ["汽車出口"]),
        ("汽車出口", "汽车出口增长", ["汽车出口"]),
        ("GPU 算力", "ＧＰＵ与gpu", ["ＧＰＵ", "gpu"]),
        ("2024年产量", "产量在2024年达到12024万吨", ["产量", "2024"]),
        ("增长12%", "增长12%，而非12.5%或112%", ["增长12%"]),
    ],
    ids=["traditional text", "traditional question", "width and case", "whole numbers", "whole figures"],
)
def test_words_are_found_however_they_are_written_and_figures_only_whole(
    question: str, text: str, found: list[str]
) -> None:
    assert marked(question, text) == found


def test_a_part_of_a_long_word_is_marked_as_the_index_finds_it() -> None:
    assert marked("新能源汽车", "纯电动汽车") == ["汽车"]


def test_a_single_character_is_marked_only_where_nothing_longer_is_asked() -> None:
    assert marked("铜", "铜价与铜矿") == ["铜", "铜"]
    assert "年" not in words_sought("2024年销量")


def test_no_words_mark_nothing() -> None:
    assert highlights((), "文字") == []
    assert marked("？", "文字？") == []


@given(
    st.text(st.characters(codec="utf-8")), st.lists(st.sampled_from(["销量", "汽车", "ai", "12", "量i"]), min_size=1)
)
def test_stretches_are_in_order_apart_and_within_the_text(text: str, words: list[str]) -> None:
    spans = highlights(words, text)
    flat = [bound for span in spans for bound in span]
    assert flat == sorted(set(flat))
    assert all(any(word in folded(text)[start:end] for word in words) for start, end in spans)
    assert "".join(part for part, _ in parts_marked(text, spans)) == text
    assert [part for part, inside in parts_marked(text, spans) if inside] == [text[start:end] for start, end in spans]


@given(st.text(st.characters(codec="utf-8")) | st.just("İstanbul汽車"))
def test_a_folded_text_has_the_places_of_the_text(text: str) -> None:
    assert len(folded(text)) == len(text)
