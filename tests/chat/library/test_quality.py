"""What people are told of how well a report was read."""

from typing import get_args

from chat.library.quality import ALL_WELL, FLAG_LABELS, page_count, page_line, page_ranges, quality_lines
from ingest.report import PageQuality
from ingest.source import Flag


def test_neighbouring_pages_are_named_as_a_range() -> None:
    assert page_ranges([1, 3, 4, 5, 9, 10]) == "1、3–5、9–10"
    assert page_ranges([7]) == "7"
    assert page_ranges([]) == ""


def test_every_flag_has_words() -> None:
    assert set(FLAG_LABELS) == set(get_args(Flag))


def test_a_report_read_well_says_so_and_tables_are_no_reason_for_doubt() -> None:
    assert quality_lines([PageQuality(1, 800), PageQuality(2, 300, ("tables",))]) == [ALL_WELL]


def test_what_was_left_out_comes_first_and_each_trouble_names_its_pages() -> None:
    pages = [
        PageQuality(1, 500, ("scan",), confidence=0.97),
        PageQuality(2, 480, ("scan", "doubtful"), confidence=0.61),
        PageQuality(3, 0, ("garbled",), excluded=True),
        PageQuality(4, 0, ("garbled",), excluded=True),
        PageQuality(5, 390, ("garbled", "scan"), confidence=0.95),
        PageQuality(6, 0, ("empty",)),
        PageQuality(7, 700, ("hidden",)),
    ]
    assert quality_lines(pages) == [
        "第 3–4 页：文字编码异常（乱码），未收录",
        "第 5 页：文字编码异常（乱码）",
        "第 6 页：没有文字",
        "第 2 页：识别可信度低，请对照原件（平均可信度 0.61）",
        "第 1、5 页：扫描件，由文字识别读出（平均可信度 0.96）",
        "第 7 页：含隐藏文字，已略去",
    ]


def test_a_page_is_listed_with_all_that_is_known_of_it() -> None:
    assert page_line(PageQuality(12, 1204)) == "第 12 页 · 1,204 字"
    assert page_line(PageQuality(3, 0, ("garbled", "scan"), excluded=True, confidence=0.4)) == (
        "第 3 页 · 0 字 · 文字编码异常（乱码） · 扫描件，由文字识别读出 · 可信度 0.40 · 未收录"
    )


def test_a_file_without_pages_is_told_of_as_a_whole() -> None:
    assert page_line(PageQuality(None, 22511)) == "全文 · 22,511 字"
    assert quality_lines([PageQuality(None, 900, ("hidden",))]) == ["全文：含隐藏文字，已略去"]
    assert (page_count([PageQuality(None, 900)]), page_count([PageQuality(1, 9), PageQuality(2, 9)])) == (0, 2)


def test_slides_and_sheets_are_named_as_such() -> None:
    hidden = [PageQuality(2, 9, ("hidden",)), PageQuality(3, 9, ("hidden",))]
    assert quality_lines(hidden, "slide") == ["第 2–3 张幻灯片：含隐藏文字，已略去"]
    assert quality_lines(hidden, "sheet") == ["工作表 2–3：含隐藏文字，已略去"]
    assert page_line(PageQuality(2, 9), "sheet") == "工作表 2 · 9 字"
