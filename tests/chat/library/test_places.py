"""A line that tells where a passage stands and who says it."""

from dataclasses import replace

from chat.library.places import page_name, pages_counted, place_of, source_line
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


def test_a_slide_and_a_sheet_are_called_what_they_are() -> None:
    assert [page_name(3, kind) for kind in ("page", "slide", "sheet")] == ["第 3 页", "第 3 张幻灯片", "工作表 3"]
    assert [pages_counted(1200, kind) for kind in ("page", "slide", "sheet")] == [
        "1,200 页",
        "1,200 张幻灯片",
        "1,200 个工作表",
    ]
    slide = replace(POLICY, page=4, page_kind="slide")
    assert source_line(slide) == "光伏行业白皮书 · 某协会 · 2024-11 · 第 4 张幻灯片 › 政策"


def test_the_title_is_named_once_and_a_missing_page_not_at_all() -> None:
    assert place_of("报告", ("报告", "一"), 2) == "报告 › 一 › 第 2 页"
    assert place_of("报告", ("一",), None) == "报告 › 一"
    assert place_of("报告", ("市场",), 2, "sheet") == "报告 › 市场 › 工作表 2"
