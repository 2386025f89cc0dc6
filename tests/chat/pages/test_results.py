"""What a search draws: marked words, filters that lead on, pages, references to copy, and nothing left unsaid."""

import json
from dataclasses import replace

from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.results import results_html
from chat.search.facets import Facets
from index.filters import Filter
from index.library import Hit
from tests.chat.pages.test_render import Parts, results_of
from tests.fakes import EXPORTS, HITS, LISTED, SALES


def leads(html: str) -> dict[str, dict[str, object]]:
    """The search that each button leads to, by the button's key."""
    parts = Parts(html)
    (search,) = (json.loads(each["data-search"] or "") for each in parts.named("div") if "data-search" in each)
    return {
        button["data-key"] or "": search | json.loads(button["data-wish"] or "")
        for button in parts.named("button")
        if "data-wish" in button
    }


def test_the_words_asked_for_are_marked_in_text_and_in_cells() -> None:
    html = results_html(replace(results_of(HITS, "出口，销量"), k=3), LISTED, CHINESE)
    assert "新能源汽车<mark>出口</mark>128.4" in html
    row = replace(SALES, cells=(("项目", "汽車銷量"),))
    assert "<td>汽車<mark>銷量</mark></td>" in results_html(results_of((Hit(row, 0.5, 1),), "销量"), LISTED, CHINESE)


def test_a_mark_never_cuts_an_escape() -> None:
    hit = Hit(replace(EXPORTS, text="A&B <销量>"), 0.5, 1)
    assert "A&#38;B &#60;<mark>销量</mark>&#62;" in results_html(results_of((hit,), "销量 amp lt 38"), LISTED, CHINESE)


def test_a_passage_tells_where_it_stands_its_kind_and_reference_and_no_score() -> None:
    below_nothing = (Hit(EXPORTS, -1.234, 1), *HITS[1:])
    parts = Parts(results_html(results_of(below_nothing), LISTED, CHINESE))
    assert "新能源汽车产业发展报告（2025） › 第二章 市场 › 出口 › 第 12 页某研究院 · 2025-03正文" in parts.text
    assert "1.234" not in parts.text
    assert "0.755" not in parts.text
    (cite,) = (button for button in parts.named("button") if button.get("class") == "cite")
    assert cite["data-reference"] == "某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12."
    assert cite["aria-label"] == "复制引文（第 1 段）"


def test_a_reference_is_copied_whole_however_long() -> None:
    long = replace(EXPORTS, title="长" * 300)
    (cite,) = (
        button
        for button in Parts(results_html(results_of((Hit(long, 0.5, 1),)), LISTED, CHINESE)).named("button")
        if button.get("class") == "cite"
    )
    assert "长" * 300 in (cite["data-reference"] or "")


def test_the_years_are_those_of_publication_and_reports_without_one_can_be_chosen() -> None:
    undated = replace(EXPORTS, id="undated:1", published="")
    facets = Facets(years=((None, 2), (2024, 1), (2025, 1)))
    results = replace(results_of((*HITS, Hit(undated, 0.1, 4)), "销量"), k=10, facets=facets, within=Filter())
    for words, name, unknown in ((CHINESE, "出版年份", "未注明"), (ENGLISH, "Year published", "not stated")):
        html = results_html(results, LISTED, words)
        parts = Parts(html)
        assert name in [group.get("aria-label") for group in parts.named("div")]
        years = [button for button in parts.named("button") if (button.get("data-key") or "").startswith("years-")]
        assert [year["data-key"] for year in years] == ["years-2025", "years-2024", "years-None"]
        assert years[-1]["title"] == unknown
        assert leads(html)["years-None"]["filters"] == {"years": [None]}


def test_the_head_says_how_many_how_fast_and_which_page() -> None:
    parts = Parts(results_html(results_of(HITS), LISTED, CHINESE))
    assert parts.text.startswith("按相关程度排列的前 3 段 · 第 1/3 页 · 检索 0.03 秒")
    assert "页" not in Parts(results_html(replace(results_of(HITS[:1]), k=10), LISTED, CHINESE)).text.split("清除")[0]


def test_each_filter_has_its_count_and_leads_to_the_search_with_it_or_without() -> None:
    results = replace(results_of(HITS, "销量"), within=Filter(years=frozenset({2024})), k=10)
    html = results_html(results, LISTED, CHINESE)
    assert leads(html)["reports-pv-2024"] == {
        "question": "销量",
        "filters": {"reports": ["pv-2024"], "years": [2024]},
        "k": 10,
    }
    assert leads(html)["years-2024"]["filters"] == {}
    assert leads(html)["years-2023"]["filters"] == {"years": [2023, 2024]}
    assert leads(html)["clear"]["filters"] == {}
    pressed = {
        button["data-key"]: button["aria-pressed"] for button in Parts(html).named("button") if "aria-pressed" in button
    }
    assert (pressed["years-2024"], pressed["years-2023"]) == ("true", "false")
    names = [button.get("aria-label") for button in Parts(html).named("button")]
    assert "光伏行业白皮书，1 段" in names


def test_a_sort_of_which_nothing_is_known_is_not_shown() -> None:
    facets = Facets((("pv-2024", 3),), (), (("text", 3),))
    html = results_html(replace(results_of(HITS), within=Filter(), facets=facets), LISTED, CHINESE)
    assert "年份" not in html
    assert "类型" in html


def test_many_reports_are_folded_away_but_never_a_chosen_one() -> None:
    facets = Facets(reports=tuple((f"r{number}", 9 - number) for number in range(9)))
    results = replace(results_of(HITS), within=Filter(reports=frozenset({"r8"})), facets=facets)
    shown, folded = results_html(results, LISTED, CHINESE).split('<details class="more">')
    assert 'data-key="reports&#45;r8"' in shown
    assert 'data-key="reports&#45;r7"' in folded


def test_pages_lead_to_where_they_begin() -> None:
    html = results_html(replace(results_of(HITS), offset=1), LISTED, CHINESE)
    assert [(key, leads(html)[key]["offset"]) for key in ("before", "page-1", "page-3", "after")] == [
        ("before", 0),
        ("page-1", 0),
        ("page-3", 2),
        ("after", 2),
    ]
    (here,) = (button for button in Parts(html).named("button") if button.get("aria-current") == "page")
    assert here["data-key"] == "page-2"
    assert "after" not in leads(results_html(replace(results_of(HITS), offset=2), LISTED, CHINESE))


def test_a_question_of_several_lines_and_quotes_is_led_on_as_it_was() -> None:
    question = '第一行\n"第二行"\u2028<b>'
    assert leads(results_html(results_of(HITS, question), LISTED, CHINESE))["page-2"]["question"] == question


def test_a_word_that_is_not_there_leads_to_one_that_is() -> None:
    results = replace(results_of(HITS, "手术机械人的价格"), nearest={"机械人": ("机器人",)})
    html = results_html(results, LISTED, CHINESE)
    assert "这些段落里没有“机械人”，相近的词：" in Parts(html).text
    assert leads(html)["机器人"]["question"] == "手术机器人的价格"
    traditional = replace(results, found=replace(results.found, question="機械人"))
    assert leads(results_html(traditional, LISTED, CHINESE))["机器人"]["question"] == "机器人"


def test_nothing_found_with_filters_offers_looser_ones() -> None:
    within = Filter(reports=frozenset({"a"}), years=frozenset({1999}))
    loosened = ((Filter(reports=frozenset({"a"})), 2), (Filter(), 7))
    html = results_html(replace(results_of(()), within=within, loosened=loosened, nearest={}), LISTED, CHINESE)
    assert Parts(html).text == "没有符合这些筛选条件的段落。去掉“出版年份”筛选（2 段）去掉全部筛选（7 段）"
    assert [lead["filters"] for lead in leads(html).values()] == [{"reports": ["a"]}, {}]


def test_nothing_found_at_all_is_said() -> None:
    html = results_html(replace(results_of(()), within=Filter(), nearest={}), LISTED, CHINESE)
    assert Parts(html).text == "没有找到相关的段落。"
