"""What the page draws: nothing of a reader, a report or the model becomes a tag, and every mark has its source."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answer import Answer, Checking, Drafting, Event, Fallback, Finished, Found, Sentence, Timings
from chat.api.completions import pieces_of
from chat.contract import ReportLine
from chat.pages.chinese import CHINESE
from chat.pages.covers import header_html, shelf_html
from chat.pages.escaping import inert
from chat.pages.exchange import Exchange, OneReport, turns_of
from chat.pages.export_text import to_text
from chat.pages.render import (
    exchange_html,
    past_html,
    scope_html,
    seconds,
    sources_html,
)
from chat.pages.results import results_html
from chat.search.facets import Facets, Results
from chat.service.gate import Waiting
from index.filters import Filter
from index.library import Hit
from ingest.report import PageQuality, Place
from tests.fakes import ANSWER, EXPORTS, HITS, SALES, TIMINGS, cite

FOUND = Found("销量？", "销量？", HITS, Timings(30.0))
DONE = Exchange("销量？").after(Finished(FOUND, ANSWER, TIMINGS))
HOSTILE = (
    "<script>window.xss=1</script>",
    '"><img src=x onerror=window.xss=1>',
    "<svg><a href='javascript:window.xss=1'><text y=20>点我</text></a></svg>",
    "[点我](javascript:window.xss=1) ![](http://evil.example/x.png)",
    "```mermaid\ngraph TD; A[<img src=x onerror=window.xss=1>]\n```",
    "\r\r<b>粗</b>\u2028# 标题\n\n- 列表 $$x$$ <https://evil.example>",
    "</div></p><iframe src=//evil.example></iframe>",
    "&lt;script&gt;window.xss=1&lt;/script&gt;",
)


class Parts(HTMLParser):
    """The tags of some HTML with their attributes, and its text with <br> as a line end."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def results_of(hits: tuple[Hit, ...], question: str = "销量", word: str = "销两") -> Results:
    """A search that found these, with a filter, a near word and another page."""
    return Results(
        Found(question, question, hits, Timings(30.0)),
        Filter(reports=frozenset({word})),
        Facets(((word, 1), ("pv-2024", 1)), ((2024, 2), (2023, 1)), (("text", 1), ("row", 1))),
        k=1,
        offset=0,
        nearest={word: (word,)},
    )


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """The tags and the names of their attributes, without the line ends of texts and the words marked in them."""
    return [(tag, tuple(attributes)) for tag, attributes in Parts(html).tags if tag not in ("br", "mark")]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("<>&\"'`*_[]()#!$\\\n")))
def test_inert_text_shows_just_its_characters(text: str) -> None:
    parts = Parts(inert(text))
    assert {tag for tag, _ in parts.tags} <= {"br"}
    assert parts.text == text.replace("\u2028", "\n").replace("\u2029", "\n")


@given(st.text())
def test_inert_text_has_nothing_left_for_html_or_markdown(text: str) -> None:
    bare = inert(text).replace("<br>", "")
    assert not set("<>\"'`*_[]()!$\\~|:/-+=\n\r") & set(bare)


def test_control_characters_and_halves_of_characters_are_left_out() -> None:
    assert inert("a\x00b\x1b[0m\ud800c\td") == "ab&#91;0mc\td"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_changes_the_tags_around_it(hostile: str) -> None:
    def page(text: str) -> str:
        passage = replace(
            EXPORTS,
            report_id=text,
            title=text,
            publisher=text,
            headings=(text, text),
            caption=text,
            text=text,
            also_at=(Place(text, text, (text,), None, f"{text}乙"),),
            start=0,
        )
        row = replace(SALES, caption=text, cells=((text, text),), text=text)
        answer = Answer(
            sentences=(Sentence(text, (1, 2), False),),
            citations=(cite(1, passage, text), cite(2, row, text)),
            hits=(Hit(passage, 0.5, 1),),
        )
        found = Found(text, text, answer.hits, Timings(1.0))
        done = Exchange(text, of=OneReport(text, text)).after(Finished(found, answer, TIMINGS))
        rewritten = replace(done, found=replace(found, standalone_question=f"{text}乙"))
        return "".join(
            (
                past_html([done], CHINESE),
                exchange_html(Exchange(text).after(found).after(Drafting(text)), 1, CHINESE),
                exchange_html(replace(done, answer=None, problem=text), 1, CHINESE),
                exchange_html(replace(done, answer=replace(answer, refusal=text)), 1, CHINESE),
                exchange_html(rewritten, 1, CHINESE),
                scope_html(OneReport(text, text), CHINESE.talk),
                sources_html(done, 1, CHINESE),
                results_html(results_of(answer.hits, text, text), [ReportLine(text, text, text, text, 1)], CHINESE),
                header_html([ReportLine(text, text, text, text, 1)], CHINESE),
            )
        )

    assert shape(page(hostile)) == shape(page("甲"))
    assert "\n" not in page(hostile)


def test_every_mark_of_an_answer_leads_to_the_card_of_its_number() -> None:
    marks = Parts(exchange_html(DONE, 3, CHINESE)).named("a")
    cards = [card["id"] for card in Parts(sources_html(DONE, 3, CHINESE)).named("section") if "id" in card]
    assert [mark["href"] for mark in marks] == ["#source-3-1", "#source-3-2"]
    assert cards == ["source-3-1", "source-3-2"]


def test_a_mark_is_named_and_its_card_marks_the_quote_it_stands_for() -> None:
    marks = Parts(exchange_html(DONE, 1, CHINESE)).named("a")
    _, *cards = sources_html(DONE, 1, CHINESE).split('<section class="source"')
    marked = {card.split('"')[1]: re.findall("<mark>(.*?)</mark>", card) for card in cards if card.startswith(" id=")}
    assert [mark["aria-label"] for mark in marks] == ["来源 1", "来源 2"]
    assert [marked[(mark["href"] or "")[1:]] for mark in marks] == [
        [inert(citation.quote)] for citation in ANSWER.citations
    ]


def test_the_quote_is_marked_where_it_stands() -> None:
    assert f"<mark>{inert(ANSWER.citations[1].quote)}</mark>其中纯电动" in sources_html(DONE, 1, CHINESE)


def test_a_row_is_shown_as_its_cells_and_the_quoted_cell_is_marked() -> None:
    html = sources_html(DONE, 1, CHINESE)
    assert "<tr><th>销量</th><td><mark>1286.6</mark></td></tr>" in html
    assert "<tr><th>产量</th><td>1288.8</td></tr>" in html
    assert inert("表2-1 新能源汽车产销（单位：万辆）") in html


def test_the_passages_found_are_shown_before_the_first_word() -> None:
    html = sources_html(Exchange("销量？").after(FOUND), 1, CHINESE)
    assert len(Parts(html).named("section")) == 3
    assert "检索到的原文" in html


def test_passages_not_cited_are_folded_away() -> None:
    assert "其他相关段落（1）" in sources_html(DONE, 1, CHINESE)


def test_a_sentence_without_support_says_so() -> None:
    html = exchange_html(DONE, 1, CHINESE)
    assert '<span class="unsupported">预计2025年继续增长。</span><i class="state unsupported">未找到依据</i>' in html
    assert html.replace(CHINESE.export.unsupported, "").count("未找到依据") == 1


def test_a_sentence_borne_out_in_part_says_so_behind_its_marks() -> None:
    part = replace(ANSWER, sentences=(replace(ANSWER.sentences[0], supported=False), *ANSWER.sentences[1:]))
    html = exchange_html(replace(DONE, answer=part), 1, CHINESE)
    assert '>1</a><i class="state partly">原文只支持其中一部分</i>' in html


def test_an_answer_quoted_from_the_source_is_tagged() -> None:
    quoted = replace(DONE, answer=replace(ANSWER, quoted=True))
    assert "摘自原文" in exchange_html(quoted, 1, CHINESE)
    assert "摘自原文" not in exchange_html(DONE, 1, CHINESE)


@pytest.mark.parametrize(
    ("fallback", "told"), [("unavailable", "模型暂不可用，以下摘自原文"), ("overtime", "超时，已改为摘录原文")]
)
def test_an_answer_quoted_in_the_place_of_the_models_says_why(fallback: Fallback, told: str) -> None:
    quoted = replace(DONE, answer=replace(ANSWER, quoted=True, fallback=fallback))
    assert f'<span class="tag">{inert(told)}</span>' in exchange_html(quoted, 1, CHINESE)


def test_what_is_missing_is_told_below_the_answer_in_all_that_shows_one() -> None:
    answer = replace(ANSWER, missing="没有说到<b>特斯拉</b>。")
    html = exchange_html(Exchange("各多少？").after(Finished(FOUND, answer, TIMINGS)), 1, CHINESE)
    assert f'</div><p class="missing">{inert(answer.missing)}</p>' in html
    assert answer.text == f"{ANSWER.text}\n没有说到<b>特斯拉</b>。"
    assert pieces_of(answer)[len(ANSWER.sentences)] == "\n没有说到<b>特斯拉</b>。"


def test_a_refusal_shows_its_reason_and_the_nearest_passages() -> None:
    refused = Exchange("天气？").after(Finished(FOUND, Answer((), (), HITS, refusal="报告中没有相关内容。"), TIMINGS))
    assert "报告中没有相关内容。" in exchange_html(refused, 1, CHINESE)
    assert "最接近的内容" in sources_html(refused, 1, CHINESE)


@pytest.mark.parametrize(
    ("draft", "shown"),
    [
        ("销量1286.6万辆[2]。出口[1, 3]增长", "销量1286.6万辆。出口增长"),
        ("销量【2】增长［１］", "销量增长"),
        ("销量[", "销量"),
        ("销量[1", "销量"),
        ("见[附录]", "见[附录]"),
    ],
)
def test_a_draft_is_shown_without_its_unchecked_marks(draft: str, shown: str) -> None:
    html = exchange_html(Exchange("销量？").after(FOUND).after(Drafting(draft)), 1, CHINESE)
    assert f">{inert(shown)}</p>" in html


def test_the_status_says_how_long_each_step_took() -> None:
    assert "检索 0.03 秒 · 首字 2.1 秒 · 共 4.2 秒" in exchange_html(DONE, 1, CHINESE)


@pytest.mark.parametrize(("ms", "shown"), [(0.0, "0.00"), (30.0, "0.03"), (999.0, "1.00"), (2100.0, "2.1")])
def test_seconds(ms: float, shown: str) -> None:
    assert seconds(ms) == shown


def test_one_waits_behind_the_questions_before() -> None:
    waiting = Exchange("销量？").after(FOUND).after(Waiting(2, 16))
    assert inert("排队，前面 2 个，约 16 秒") in exchange_html(waiting, 1, CHINESE)
    assert "前面" not in exchange_html(waiting.after(Drafting("")), 1, CHINESE)


@pytest.mark.parametrize(
    ("events", "stage", "told"),
    [
        ([], "检索", ""),
        ([FOUND], "作答", "3 段"),
        ([FOUND, Waiting(1, 8)], "证据", "排队，前面 1 个，约 8 秒"),
        ([FOUND, Waiting(1, 8), Drafting("出口")], "作答", "3 段"),
        ([replace(FOUND, needs_model=False)], "证据", "3 段"),
        ([FOUND, Drafting("出口"), Checking()], "核验", "3 段"),
    ],
)
def test_an_answer_under_way_says_at_which_step_it_is(events: list[Event | Waiting], stage: str, told: str) -> None:
    exchange = Exchange("出口？")
    for event in events:
        exchange = exchange.after(event)
    html = exchange_html(exchange, 1, CHINESE)
    assert re.findall(r'<li class="now" aria-current="step">([^<]+)', html) == [stage]
    assert re.findall(r"<i>([^<]*)</i>", html) == ([inert(told)] if told else [])


def test_only_answered_exchanges_are_told_to_the_next_question() -> None:
    stopped = replace(Exchange("停？").after(FOUND).after(Drafting("半")), stopped=True)
    assert [(turn.role, turn.text) for turn in turns_of((DONE, stopped))] == [
        ("user", "销量？"),
        ("assistant", ANSWER.text),
    ]


def test_a_library_of_nothing_says_how_to_begin() -> None:
    assert "还没有收录报告" in header_html((), CHINESE)
    assert "添加报告" in shelf_html((), CHINESE, editable=True)
    assert "添加" not in shelf_html((), CHINESE, editable=False)


def test_slides_and_sheets_are_called_what_they_are_in_lists_and_other_places() -> None:
    deck = ReportLine(
        "d", "研究", "", "", 7, pages=(PageQuality(1, 9), PageQuality(2, 9, ("hidden",))), page_kind="slide"
    )
    listed = Parts(shelf_html((deck,), CHINESE, editable=False)).text
    assert "2 张幻灯片 · 7 段" in listed
    assert "第 2 张幻灯片：含隐藏文字，已略去" in listed
    sheet = replace(EXPORTS, also_at=(Place("b", "统计", ("统计", "份额"), 3, page_kind="sheet"),))
    assert (
        "统计 › 份额 › 工作表 3"
        in Parts(sources_html(Exchange("份额？").after(replace(FOUND, hits=(Hit(sheet, 0.5, 1),))), 1, CHINESE)).text
    )


def test_a_follow_up_shows_what_it_was_taken_for_and_can_be_asked_again_as_typed() -> None:
    rewritten = replace(DONE, found=replace(FOUND, question="那它呢？", standalone_question="2024年<销量>？"))
    html = exchange_html(rewritten, 1, CHINESE)
    assert "理解为：2024年&#60;销量&#62;？" in html
    assert "verbatim" in [button["class"] for button in Parts(html).named("button")]
    assert "理解为" not in exchange_html(DONE, 1, CHINESE)


def test_only_the_last_answer_that_is_done_can_be_asked_again() -> None:
    rewritten = Exchange("那它呢？").after(replace(FOUND, standalone_question="2024年销量？"))
    assert "理解为" in exchange_html(rewritten, 1, CHINESE)
    assert "verbatim" not in exchange_html(rewritten, 1, CHINESE)
    assert "verbatim" in exchange_html(replace(rewritten, stopped=True), 1, CHINESE)
    assert "verbatim" not in past_html([replace(rewritten, stopped=True)], CHINESE)


def test_what_was_taken_as_typed_says_so() -> None:
    assert "已按原话回答" in exchange_html(replace(DONE, verbatim=True), 1, CHINESE)


def test_a_question_of_one_report_says_which() -> None:
    of = OneReport("pv-2024", "光伏行业白皮书")
    assert "仅就《光伏行业白皮书》回答" in exchange_html(Exchange("销量？", of=of), 1, CHINESE)
    assert "仅就《光伏行业白皮书》回答" in scope_html(of, CHINESE.talk)
    assert scope_html(None, CHINESE.talk) == ""


def test_another_place_shows_its_words_where_they_are_others_and_marks_those() -> None:
    there = (
        Place("a", "甲报告", ("甲报告",), 3, EXPORTS.text.replace("出口128.4", "外销128.4")),
        Place("b", "乙报告", ("乙报告",), 4, EXPORTS.text + "\n"),
        Place("c", "丙报告", ("丙报告",), 5),
    )
    hits = (Hit(replace(EXPORTS, also_at=there), 0.5, 1),)
    html = sources_html(Exchange("出口？").after(replace(FOUND, hits=hits)), 1, CHINESE)
    assert "另见 3 处" in html
    assert html.count("该处写作") == 1
    assert "<b>外销</b>128.4" in html


def test_blank_lines_of_a_passage_take_no_room() -> None:
    hits = (Hit(replace(EXPORTS, text="一、出口\n\n \n增长。"), 0.5, 1),)
    assert "一、出口<br>增长。" in sources_html(Exchange("出口？").after(replace(FOUND, hits=hits)), 1, CHINESE)


def test_what_is_copied_is_the_answer_as_text_with_its_lines() -> None:
    for asked in (DONE, replace(DONE, answer=replace(ANSWER, quoted=True))):
        (copy,) = [each for each in Parts(exchange_html(asked, 1, CHINESE)).named("button") if each["class"] == "copy"]
        assert copy["data-text"] == to_text(asked, CHINESE.export)
        assert "\n\n参考文献\n[1] " in (copy["data-text"] or "")
