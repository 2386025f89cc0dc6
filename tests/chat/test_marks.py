"""One reading of `[n]` for drafts, prompts and what is shown."""

import pytest

from chat.marks import disarmed, numbers, without_marks


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("[1]", (1,)),
        ("【2】", (2,)),
        ("［1］［3］", (1, 3)),
        ("[1, 2]", (1, 2)),
        ("[1、3]", (1, 3)),
        ("[2-4]", (2, 3, 4)),
        ("[2–3]", (2, 3)),
        ("[资料2]", (2,)),
        ("[2022]", ()),
        ("[a]", ()),
        ("", ()),
    ],
)
def test_marks_are_read_in_every_bracket_as_lists_and_as_ranges(text: str, marks: tuple[int, ...]) -> None:
    assert numbers(text) == marks


def test_a_range_of_marks_has_an_end() -> None:
    assert numbers("[1-999]") == tuple(range(1, 22))


def test_a_draft_is_shown_without_its_marks_nor_the_beginning_of_one() -> None:
    assert without_marks("规模10亿元[1]，居首【2") == "规模10亿元，居首"


def test_a_footnote_of_a_source_cannot_be_taken_for_a_mark_of_ours() -> None:
    assert disarmed("增长[3]，见[1,2]与【4-6】") == "增长（3），见（1,2）与（4-6）"
    assert numbers(disarmed("增长[3]，见[1,2]与【4-6】")) == ()
