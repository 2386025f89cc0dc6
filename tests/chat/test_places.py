"""A line that tells where a passage stands and who says it."""

from dataclasses import replace

from chat.places import source_line
from tests.fakes import EXPORTS, POLICY


def test_a_line_tells_title_publisher_date_page_and_headings() -> None:
    told = "新能源汽车产业发展报告（2025） · 某研究院 · 2025-03 · 第 12 页 › 第二章 市场 › 出口"
    assert source_line(EXPORTS) == told


def test_what_is_not_known_is_left_out() -> None:
    assert source_line(replace(POLICY, publisher="", published="")) == "光伏行业白皮书 › 政策"


def test_a_period_is_told_where_the_title_does_not_tell_it() -> None:
    assert source_line(replace(POLICY, period="2023年")) == "光伏行业白皮书 · 某协会 · 2024-11 · 2023年 › 政策"
    titled = replace(POLICY, title="2023年光伏行业白皮书", headings=("政策",), period="2023年")
    assert source_line(titled) == "2023年光伏行业白皮书 · 某协会 · 2024-11 › 政策"
