"""What the page says of the library: in its head, and in the list of reports."""

import re
from html import unescape

import pytest

from chat.contract import ReportLine
from chat.pages.chinese import CHINESE
from chat.pages.covers import EXPORTS, header_html, shelf_head_html, shelf_html
from chat.pages.english import ENGLISH
from chat.pages.export_routes import FORMATS
from chat.pages.words import Words
from ingest.language import verbatim
from ingest.report import PageQuality
from tests.fakes import LISTED, TITLE

HOSTILE = '"><img src=x onerror=alert(1)>'
BOTH = pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])


def seen(html: str) -> str:
    """What a reader sees of it."""
    return unescape(re.sub(r"<[^>]+>", " ", html))


def test_the_head_names_the_product_and_counts_what_it_covers() -> None:
    html = header_html(LISTED, CHINESE)
    assert "<h1>reportqa 研报问答</h1>" in html
    assert "收录 3 份报告 · 2,012 段 · 每句话都标明出处" in seen(html)  # 860 + 512 + 640
    assert "3 reports · 2,012 passages" in seen(header_html(LISTED, ENGLISH))


def test_every_report_of_the_head_opens_and_says_who_published_it_and_when() -> None:
    html = header_html((*LISTED, ReportLine("a b/1", "无名报告", "", "", 1)), CHINESE)
    links = re.findall(r'<li><a href="([^"]+)" target="_blank"><b>([^<]+)</b></a><span>([^<]*)</span>', html)
    told = [tuple(map(unescape, link)) for link in links]
    assert told[0] == ("../reports/ev-2025?lang=zh-CN", TITLE, "某研究院 · 2025-03")
    assert told[3] == ("../reports/a%20b%2F1?lang=zh-CN", "无名报告", "")


@BOTH
def test_with_no_report_the_head_says_where_to_begin(words: Words) -> None:
    html = header_html((), words)
    assert words.head.no_coverage in seen(html)
    assert words.head.reports in words.head.no_coverage  # the tab by its name
    assert "<details class=coverage>" not in html


@BOTH
def test_until_the_reports_are_known_nothing_is_said_of_them(words: Words) -> None:
    html = header_html(None, words)
    assert words.product in seen(html)
    assert words.head.no_coverage not in seen(html)


def test_who_logged_in_may_leave() -> None:
    link = '<a href="../logout">退出登录</a>'
    assert link in header_html((), CHINESE, logged_in=True)
    assert "logout" not in header_html((), CHINESE)


@pytest.mark.parametrize(
    ("words", "there", "language", "name"),
    [(CHINESE, "../chat-en/", "en", "English"), (ENGLISH, "../chat/", "zh-CN", "中文")],
)
def test_the_other_language_is_named_in_itself_and_led_to(words: Words, there: str, language: str, name: str) -> None:
    assert f'<a href="{there}" lang="{language}">{name}</a>' in header_html((), words)


@BOTH
def test_every_format_that_can_be_exported_is_offered_and_no_other(words: Words) -> None:
    html = header_html((), words)
    assert re.findall(r'class="export" data-format="(\w+)">(\w+)<', html) == list(EXPORTS)
    assert {suffix for suffix, _ in EXPORTS} == set(FORMATS)


def test_a_report_of_the_list_says_its_size_and_how_it_was_read() -> None:
    well, *_ = LISTED
    html = shelf_html((well,), CHINESE, editable=False)
    assert "某研究院 · 2025-03 · 60 页 · 860 段" in seen(html)
    assert "全部页面读取正常" in seen(html)
    assert 'aria-label="报告（1）"' in unescape(html)
    assert "troubled" not in html


@BOTH
def test_trouble_with_its_pages_is_listed_in_the_open_with_the_notes_of_its_reading(words: Words) -> None:
    pages = (
        PageQuality(1, 90),
        PageQuality(2, 0, ("empty",), excluded=True),
        PageQuality(3, 0, ("empty",), excluded=True),
    )
    troubled = ReportLine("r", "报告", "", "", 4, pages=pages, notes=(verbatim("目录未收录"),))
    html = shelf_html((troubled,), words, editable=False)
    assert '<details class="quality troubled" open>' in html
    lines = [unescape(line) for line in re.findall(r"<li>([^<]*)</li>", html)]
    told = {"zh-CN": "第 2–3 页：没有文字，未收录", "en": "p. 2–3: no text, left out"}
    assert lines == [told[words.language], "目录未收录"]


def test_what_was_left_out_of_a_report_that_was_read_well_is_told_too() -> None:
    noted = ReportLine("r", "报告", "", "", 4, pages=(PageQuality(1, 90),), notes=(verbatim("目录未收录"),))
    assert "目录未收录" in seen(shelf_html((noted,), CHINESE, editable=False))


@BOTH
def test_a_report_can_be_removed_by_name_where_that_is_allowed_and_only_there(words: Words) -> None:
    html = shelf_html(LISTED, words, editable=True)
    names = [unescape(name) for name in re.findall(r'class="remove"[^>]* aria-label="([^"]+)"', html)]
    assert names == [words.shelf.remove_name.format(title=line.title) for line in LISTED]
    assert 'class="remove"' not in shelf_html(LISTED, words, editable=False)


@BOTH
def test_an_empty_list_says_how_to_begin_to_who_may(words: Words) -> None:
    assert words.shelf.begin in seen(shelf_html((), words, editable=True))
    assert words.shelf.none in seen(shelf_html((), words, editable=False))


@BOTH
def test_above_the_list_stands_the_way_to_add_one_with_what_can_be_read(words: Words) -> None:
    html = shelf_head_html(words, editable=True, suffixes={".pdf", ".docx"}, megabytes=100)
    assert 'accept=".docx,.pdf"' in html
    assert f"docx{words.quality.listing}pdf" in seen(html)
    assert "100 MB" in seen(html)
    assert 'role="status" aria-live="polite"' in html


@BOTH
def test_who_may_not_add_reports_is_told_how_they_are_added(words: Words) -> None:
    html = shelf_head_html(words, editable=False, suffixes={".pdf"}, megabytes=100)
    assert "reportqa add" in seen(html)
    assert "<input" not in html


@BOTH
def test_nothing_of_a_report_becomes_a_tag_or_an_attribute(words: Words) -> None:
    line = ReportLine(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, period=HOSTILE, notes=(verbatim(HOSTILE),))
    plain = ReportLine("甲", "甲", "甲", "甲", 1, period="甲", notes=(verbatim("甲"),))
    for drawn, harmless in (
        (header_html((line,), words), header_html((plain,), words)),
        (shelf_html((line,), words, editable=True), shelf_html((plain,), words, editable=True)),
    ):
        assert re.findall(r"<(\w+)", drawn) == re.findall(r"<(\w+)", harmless)
        assert re.findall(r' ([\w-]+)="', drawn) == re.findall(r' ([\w-]+)="', harmless)
