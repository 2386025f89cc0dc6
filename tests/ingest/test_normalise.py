"""Characters and markup: what is made the same, and what is left alone."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.normalise import normalise_text, plain_markup

# Characters of which reading makes something else, beside ordinary ones.
TRICKY = "甲乙，。；①［１］ＡｚＺ０\u00a0\u2000\u2002\u3000\u202f\u200b\u200f\u202e\u2066\ufeff\u00ad\r\n\v\f\u0085\u2028\t *-_#e\u0301\x01\x1f"
FORBIDDEN = re.compile(
    "[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\u00ad\r\v\f\u0085\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]"
)


# --- characters ----------------------------------------------------------------------------------------------------


def test_letters_and_digits_become_half_width_and_punctuation_stays() -> None:
    assert normalise_text("ＡＩＧＣ２０２３，（增长）！；①［１］") == "AIGC2023，（增长）！；①［1］"


def test_every_line_end_is_one_and_every_space_is_one() -> None:
    assert normalise_text("甲\r\n乙\r丙\u2028丁\u3000戊\u00a0己") == "甲\n乙\n丙\n丁 戊 己"


def test_invisible_characters_cannot_hide_or_split_a_word() -> None:
    assert normalise_text("市\u200b场\u202e规\ufeff模\x07额\u2066度\u00ad") == "市场规模额度"


def test_a_letter_and_its_accent_become_one_even_where_something_invisible_stood_between() -> None:
    assert normalise_text("e\u200b\u0301 e\x01\u0301") == "\u00e9 \u00e9"


def test_blank_lines_are_kept_as_one_and_none_stands_at_the_ends() -> None:
    assert normalise_text("\n\n甲\n \u3000\n\n\n乙\n丙\n\n") == "甲\n\n乙\n丙"


def test_tabs_part_cells_and_lose_the_spaces_around_them() -> None:
    assert normalise_text("公司 \t 参数量\n\t谷歌\t\n\t\t") == "公司\t参数量\n\t谷歌\t"


@settings(deadline=None, max_examples=400)
@given(st.one_of(st.text(alphabet=TRICKY), st.text(alphabet=st.characters(exclude_characters="<>[]&"))))
def test_normalised_text_holds_no_forbidden_character_and_stays_as_it_is(text: str) -> None:
    once = normalise_text(text)
    assert not FORBIDDEN.search(once)
    assert not [char for char in once if unicodedata.category(char) == "Cc" and char not in "\n\t\x1f"]
    assert "\n\n\n" not in once
    assert not once.startswith("\n")
    assert not once.endswith("\n")
    assert unicodedata.is_normalized("NFC", once)
    assert normalise_text(once) == once


# --- markup --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("CR<sub>5</sub>达到73.7%", "CR5达到73.7%"),
        ("**+100%**  ", "+100%"),
        ("<ul style='x'><li>• <b>效率</b>: 高</li><li>• 快</li></ul>", "• 效率: 高 • 快"),
        ("行业\t<p>电商&amp;媒体<br/>广告</p>\t占比", "行业\t电商&媒体\x1f广告\t占比"),
        ("![产业链图谱](images/a.png)", "产业链图谱"),
        ("![](images/a.png)", ""),
        ("见[官网](https://example.com/a)与[脚注](#3)", "见官网与脚注"),
        ("数组[0](1)不是链接", "数组[0](1)不是链接"),
        ("更多报告：<https://bg.example.com>", "更多报告：https://bg.example.com"),
        ("当 a<b 且 c>d 时", "当 a<b 且 c>d 时"),
        ("<p>甲&nbsp;&#8203;乙&#10;丙&#9;丁</p>", "甲 乙 丙 丁"),
        ("<b>若 x<y 则</b>止", "若 x<y 则止"),
        ("<b>&lt;b&gt;</b>是标签", "<b>是标签"),
        ("<IMG SRC='a.png'/>图后", "图后"),
        ("R&amp;D&nbsp;投入 &lt; 5%", "R&D 投入 < 5%"),
        ("R&D 与 AT&T；?a=1&copy=2", "R&D 与 AT&T；?a=1&copy=2"),
        ("&nosuchentity;甲&#9;乙&#10;丙", "&nosuchentity;甲 乙 丙"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("电商\t<ul><li>• 推荐</li><li>客服</li></ul>", "电商\t• 推荐\x1f• 客服"),
        ("甲<br>乙", "甲 乙"),
    ],
)
def test_markup_is_read_and_what_only_looks_like_markup_is_left(line: str, read: str) -> None:
    assert plain_markup(line) == read


def test_tables_with_pipes_and_tags_become_rows() -> None:
    text = "前文\n\n| 公司 | **参数** |\n|---|---|\n| 谷歌 | 540B<br>22B |\n\n<table>\n<tr><td>R&amp;D</td><td>a &lt;b&gt;</td></tr>\n</table>后文"
    assert plain_markup(text) == "前文\n\n公司\t参数\n谷歌\t540B\x1f22B\n\nR&D\ta <b>\n\n后文"


@pytest.mark.parametrize("rule", ["---", "***", "*****", "____", "  ---  ", "**---**"])
def test_a_rule_between_parts_says_nothing(rule: str) -> None:
    assert plain_markup(f"甲\n{rule}\n乙") == "甲\n\n乙"


@pytest.mark.timeout(60)  # read to the end of the line from each of them, they would take hours
@pytest.mark.parametrize("opened", ["![](", "[a](#", "![](()", "![a](b)(", "[", "![", "![]((", "[a](/(b)"])
def test_links_left_open_over_and_over_are_read_in_one_pass(opened: str) -> None:
    assert "甲" in plain_markup(opened * 200_000 + "甲")


def test_an_address_with_brackets_or_a_picture_in_it_goes_with_its_link() -> None:
    assert plain_markup("见[条目](https://example.com/甲_(乙)_丙)。") == "见条目。"
    assert plain_markup(f"上![图](data:image/png;base64,{'A' * 100_000})下") == "上图下"
