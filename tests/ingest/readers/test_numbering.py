"""The numbers of Word's lists, counted as Word counts them."""

import pytest
from lxml import etree

from ingest.readers.numbering import Numbering

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def numbering(*levels: tuple[str, str], more: str = "") -> Numbering:
    """List 1 and list 2 of one definition with these (format, shape) levels."""
    shown = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{shape}"/>{more}</w:lvl>'
        for at, (form, shape) in enumerate(levels)
    )
    return Numbering(
        etree.fromstring(
            f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{shown}</w:abstractNum>'
            '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>'
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>'
        )
    )


def test_levels_count_on_and_begin_again_below_a_new_one() -> None:
    lists = numbering(("decimal", "第%1章"), ("decimal", "%1.%2"))
    marks = [lists.mark("1", level) for level in (0, 1, 1, 0, 1)]
    assert marks == ["第1章", "1.1", "1.2", "第2章", "2.1"]


def test_a_level_whose_upper_one_was_never_counted_takes_its_start() -> None:
    assert numbering(("decimal", "%1"), ("decimal", "%1.%2")).mark("1", 1) == "1.1"


def test_lists_of_one_definition_count_on_unless_one_is_told_to_begin_again() -> None:
    lists = numbering(("decimal", "%1)"))
    assert [lists.mark(number, 0) for number in "1122"] == ["1)", "2)", "1)", "2)"]


@pytest.mark.parametrize(
    ("form", "marks"),
    [
        ("chineseCounting", "一 二 三 四 五 六 七 八 九 十 十一 十二"),
        ("upperLetter", "A B C D E F G H I J K L"),
        ("lowerRoman", "i ii iii iv v vi vii viii ix x xi xii"),
        ("decimalEnclosedCircle", "① ② ③ ④ ⑤ ⑥ ⑦ ⑧ ⑨ ⑩ ⑪ ⑫"),
        ("decimalZero", "01 02 03 04 05 06 07 08 09 10 11 12"),
        ("hebrew1", "1 2 3 4 5 6 7 8 9 10 11 12"),
    ],
)
def test_numbers_are_written_as_their_format_says(form: str, marks: str) -> None:
    lists = numbering((form, "（%1）"))
    assert [lists.mark("1", 0) for _ in range(12)] == [f"（{mark}）" for mark in marks.split()]


def test_a_bullet_is_one_bullet_and_no_list_no_mark() -> None:
    lists = numbering(("bullet", "\uf0b7"), ("none", ""))
    assert [lists.mark("1", 0), lists.mark("1", 1), lists.mark("9", 0), lists.mark("1", 99)] == ["•", "", "", ""]
    assert Numbering(None).mark("1", 0) == ""


def test_a_style_stands_for_the_level_that_names_it() -> None:
    lists = numbering(("decimal", "%1"), more='<w:pStyle w:val="2"/>')
    assert (lists.level_of("1", "2"), lists.level_of("1", "其他"), lists.level_of("7", "2")) == (0, 0, 0)
