"""The page of how the service is used tells what was kept, each part in words and figures, and strangers' words as mere text."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import get_args

import pytest

from chat.answer import RefusalKind
from chat.pages.admin import FEW_POINTS, Administered, Kept, admin_html, page_html, said_html
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.words import Words
from chat.records.asker import Ending, Failure, Use, Way
from chat.records.feedback import Cited
from chat.records.usage import Summary, summary_of
from tests.chat.pages.test_render import HOSTILE, Parts
from tests.chat.records.test_feedback import JUDGED
from tests.chat.records.test_usage import at
from tests.fakes import EXPORTS

KEPT = Kept(usage_days=365, feedback_days=0, feedback_most=20_000, questions=False)
CITED = Cited(EXPORTS.report_id, EXPORTS.id)
USES = [
    at(2, total_ms=4100.0, cited=(CITED,), question="出口多少？"),
    at(3, ending="refused", reason="years", total_ms=600.0, cited=(), question="去年呢？"),
    at(3, total_ms=12_340.0, cited=(CITED, Cited("left", "left#4")), question=""),
    at(3, ending="failed", reason="busy", total_ms=60_000.0, cited=(), question=""),
]


def summary(uses: list[Use], *, days: int = 3) -> Summary:
    return summary_of(uses, first=date(2026, 3, 1), last=date(2026, 3, 1) + timedelta(days=days - 1), most=10)


def shown(uses: list[Use], **other: object) -> Administered:
    told = Administered(
        summary(uses),
        judged={("up", ""): 3, ("down", "wrong_figure"): 2, ("down", ""): 1},
        complaints=[JUDGED, replace(JUDGED, id="b" * 16, reason="", comment="")],
        titles={EXPORTS.report_id: EXPORTS.title},
        passage=lambda id: EXPORTS if id == EXPORTS.id else None,
        kept=KEPT,
    )
    return replace(told, **other)  # type: ignore[arg-type]


class Tables(HTMLParser):
    """The rows of the body's tables, by the title of their section."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self._tag, self._title = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._tag = tag
        if tag == "h2":
            self._title = ""
        elif tag == "tr":
            self.rows.setdefault(self._title, []).append([])
        elif tag in ("td", "th"):
            self.rows[self._title][-1].append("")

    def handle_data(self, data: str) -> None:
        if self._tag == "h2":
            self._title += data
        elif self._tag != "p" and self.rows.get(self._title, [[]])[-1]:
            self.rows[self._title][-1][-1] += data


def test_the_totals_are_told_with_their_names() -> None:
    text = Parts(admin_html(shown(USES), CHINESE)).text
    assert "4提问2已回答1拒答0中途停止1出错4.1 秒用时中位数3有帮助3没有帮助" in text


def test_every_list_tells_its_rows() -> None:
    told = Tables(admin_html(shown(USES), CHINESE)).rows
    words = CHINESE.admin
    assert told[words.refused] == [["原因", "提问"], ["没有所问年份的内容", "1"], ["排队超时", "1"]]
    assert told[words.slowest] == [
        ["时间", "总用时（秒）", "检索", "首字", "问题"],
        ["03-03 12:00", "12.3", "0.03", "0.90", "未保存"],
        ["03-02 12:00", "4.1", "0.03", "0.90", "出口多少？"],
        ["03-03 12:00", "0.60", "0.03", "0.90", "去年呢？"],
    ]
    assert told[words.latest_refused][1:] == [["03-03 12:00", "没有所问年份的内容", "去年呢？"]]
    assert [row[1:] for row in told[words.disliked][1:]] == [
        ["数字不对", "那出口呢？应为128.4万辆。"],
        ["未选原因", "那出口呢？"],
    ]
    assert told[words.top_reports][1:] == [["新能源汽车产业发展报告（2025）", "2"], ["left（已不在资料库中）", "1"]]
    assert told[words.top_passages][1:] == [
        ["新能源汽车产业发展报告（2025） › 第二章 市场 › 出口 › 第 12 页", "2"],
        ["left#4（已不在资料库中）", "1"],
    ]


def test_a_source_leads_to_the_reading_view_in_the_language_of_the_page() -> None:
    links = [link["href"] for link in Parts(admin_html(shown(USES), ENGLISH)).named("a")]
    assert f"../reports/{EXPORTS.report_id}?lang=en" in links
    assert any((link or "").startswith(f"../reports/{EXPORTS.report_id}?lang=en#p=") for link in links)


def test_where_no_words_are_kept_no_column_is_left_for_them() -> None:
    told = Tables(admin_html(shown([replace(use, question="") for use in USES]), CHINESE)).rows
    assert told[CHINESE.admin.slowest][0] == ["时间", "总用时（秒）", "检索", "首字"]


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (KEPT, "使用记录保留 365 天；反馈不按时间删除，最多保留 20,000 条；使用记录中不保存问题的文字。"),
        (
            Kept(0, 730, 500, questions=True),
            "使用记录不按时间删除；反馈保留 730 天，最多保留 500 条；使用记录中保存问题的文字。",
        ),
    ],
)
def test_what_is_kept_how_long_is_told(kept: Kept, told: str) -> None:
    assert Parts(admin_html(shown(USES, kept=kept), CHINESE)).text.endswith(told)


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_without_any_use_every_part_says_so(words: Words) -> None:
    admin = words.admin
    nothing = shown([], judged={}, complaints=[])
    html = admin_html(nothing, words)
    assert "<table" not in html
    assert "<svg" not in html
    assert [html.count(text) for text in (admin.nothing, admin.no_refusals, admin.no_dislikes)] == [5, 1, 1]
    assert "—" in html  # no median


def test_the_plot_has_a_point_for_each_day_and_its_figures_only_where_there_is_room() -> None:
    html = admin_html(shown(USES), CHINESE)
    svg = ET.fromstring(html[html.index("<svg") : html.index("</svg>") + len("</svg>")])
    points = [each.findtext("title") for each in svg.iter("g")]
    assert points == ["03-01 0", "03-02 1", "03-03 3"]
    assert 'class="days"' in html
    many = admin_html(replace(shown(USES), summary=summary(USES, days=FEW_POINTS + 1)), CHINESE)
    assert 'class="days many"' in many


def test_the_period_that_is_shown_is_marked_and_the_others_lead_to_theirs() -> None:
    html = admin_html(replace(shown(USES), summary=summary(USES, days=7)), ENGLISH)
    links = [(link.get("href"), link.get("aria-current")) for link in Parts(html).named("a")][1:4]
    assert links == [("?days=7&lang=en", "page"), ("?days=30&lang=en", None), ("?days=90&lang=en", None)]


def test_every_way_and_kind_has_a_name_in_every_language() -> None:
    for words in (CHINESE.admin, ENGLISH.admin):
        assert tuple(words.ways) == get_args(Way)
        assert tuple(words.refusal_kinds) == get_args(RefusalKind)
        assert tuple(words.failure_kinds) == get_args(Failure)


def test_what_a_newer_release_kept_is_told_by_its_name() -> None:
    odd = [at(2, ending="refused", reason="elsewhere", question="")]
    assert "elsewhere" in Parts(admin_html(shown(odd), CHINESE)).text


@pytest.mark.parametrize("ending", ["answered", "refused"])
def test_what_strangers_wrote_is_text_and_nothing_else(ending: Ending) -> None:
    def page(word: str) -> list[str]:
        uses = [at(2, ending=ending, reason="near", question=word, cited=(Cited(word, word),))]
        complaints = [replace(JUDGED, question=word, comment=word)]
        html = page_html(admin_html(shown(uses, complaints=complaints), CHINESE), CHINESE)
        return [tag for tag, _ in Parts(html).tags if tag != "br"]

    for hostile in HOSTILE:
        assert page(hostile) == page("出口")
    assert "<b>" not in said_html("<b>", CHINESE)
