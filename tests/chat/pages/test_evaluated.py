"""The page of the last evaluation: figures that are those of the results, and an honest word where there are none."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from chat.evaluating.evaluation import Kept, Result, write_results
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.evaluated import OUTCOMES, Outcome, evaluation_html, evaluation_page, outcome_of
from tests.chat.pages.test_render import Parts

WORDS = CHINESE.evaluation
MADE = datetime(2025, 3, 1, 9, 30)


def result(id: str = "q1", type: str = "fact", **fields: Any) -> Result:
    given: dict[str, Any] = {"answerable": True, "ranks": (1,), "search_ms": 40.0, "right": True, "refused": False}
    return Result(id, type, **{**given, "total_ms": 3_000.0, "answer": "10万辆[1]", **fields})


def shown(*results: Result, version: str = "", now: str = "") -> str:
    return evaluation_html(Kept(results, MADE, version), WORDS, version=now)


def text_of(html: str) -> str:
    return " ".join(Parts(html).text.split())


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        (result(), "right"),
        (result(right=False), "wrong"),
        (result(right=False, refused=True), "silent"),
        (result(answerable=False, right=None, refused=True), "refused"),
        (result(answerable=False, right=None, refused=False), "invented"),
        (result(right=None, refused=None, ranks=(2, 5)), "found"),
        (result(right=None, refused=None, ranks=(2, 6)), "missed"),
        (result(right=None, refused=None, ranks=(2, None)), "missed"),
        (result(right=None, refused=None, ranks=()), "unmeasured"),
    ],
)
def test_what_became_of_a_question(given: Result, outcome: Outcome) -> None:
    assert outcome_of(given) == outcome


def test_every_outcome_has_a_name_and_a_colour() -> None:
    css = (Path(__file__).parents[3] / "chat/pages/static/overview.css").read_text("utf-8")
    for outcome in OUTCOMES:
        assert outcome in WORDS.outcomes
        assert outcome in ENGLISH.evaluation.outcomes
        assert f".o-{outcome}" in css


def test_it_says_when_on_how_many_questions_and_of_which_library() -> None:
    told = text_of(shown(result("q1"), result("q2"), version="v7", now="v7"))
    assert "2 题 · 评测于 2025-03-01 09:30 · 资料库版本 v7" in told
    assert WORDS.other_library not in told


def test_a_library_that_changed_since_is_told() -> None:
    assert WORDS.other_library in text_of(shown(result(), version="v7", now="v8"))
    assert WORDS.other_library not in text_of(shown(result(), version="", now="v8"))


def test_a_measure_shows_its_share_and_what_it_means() -> None:
    html = shown(result("q1"), result("q2"), result("q3", right=False))
    assert "答对66.7%有答案的题中" in text_of(html).replace(" ", "")
    assert 'class="all" style="width:66.67%"' in html


def test_a_measure_that_nothing_counts_towards_has_no_figure() -> None:
    assert re.search(r"无答案时拒答</dt><dd><b>—</b><small>", shown(result()))


def test_nearly_all_is_not_all() -> None:
    results = [result(f"q{number}") for number in range(2_999)] + [result("wrong", right=False)]
    assert "<b>99.9%</b>" in shown(*results)


def test_each_type_shows_its_outcomes_in_proportion() -> None:
    html = shown(result("q1"), result("q2", right=False), result("q3", "table", refused=True, right=False))
    table = re.search(r'<table class="by-type">.*?</table>', html)
    assert table is not None
    assert re.findall(r'class="o-(\w+)" style="width:([\d.]+)%"', table[0]) == [
        ("right", "50.00"), ("wrong", "50.00"), ("silent", "100.00"),
    ]  # fmt: skip
    assert "事实1/2表格取数0/1" in text_of(table[0]).replace(" ", "")


def test_a_type_without_a_name_keeps_its_own() -> None:
    assert "riddle" in text_of(shown(result(type="riddle")))


def test_evidence_counts_once_all_of_it_is_among_the_first() -> None:
    html = shown(
        result("q1", ranks=(1,)), result("q2", ranks=(1, 3)), result("q3", ranks=(None,)), result("q4", ranks=())
    )
    assert "前 2 段：33.3%" in html
    assert "前 3 段：66.7%" in html


def test_times_fall_into_columns_up_to_their_edge() -> None:
    html = shown(result("q1", total_ms=2_000.0), result("q2", total_ms=2_001.0), result("q3", total_ms=90_000.0))
    titles = re.findall(r'<li title="([^"]*题)"', html)
    counts = dict(title.replace("&#58;", ":").replace("&#8211;", "–").split(": ") for title in titles[-7:])
    assert counts == {"0–1": "0 题", "1–2": "1 题", "2–5": "1 题", "5–10": "0 题", "10–20": "0 题", "20–40": "0 题", "＞40": "1 题"}  # fmt: skip


def test_what_went_wrong_stands_before_what_went_well() -> None:
    html = shown(result("good"), result("bad", right=False), result("none", right=False, refused=True))
    assert re.findall(r'<td class="id">(\w+)</td>', html) == ["bad", "none", "good"]


def test_questions_have_a_column_where_the_file_tells_them() -> None:
    assert "出口多少？" in text_of(shown(result(question="出口多少？")))
    assert f'<th scope="col">{WORDS.question}</th>' not in shown(result())


def test_an_answer_that_was_not_kept_is_not_an_empty_one() -> None:
    assert WORDS.no_answer in text_of(shown(result(answer=None)))


def test_a_search_alone_shows_no_times_of_answers_and_says_so() -> None:
    told = text_of(shown(result(right=None, refused=None, total_ms=None, answer=None)))
    assert WORDS.retrieval_only in told
    assert WORDS.times not in told
    assert "前 5 段有依据 1 题" in told


def test_text_of_an_answer_stays_text() -> None:
    evil = "<script>alert(1)</script>" * 3
    html = shown(result(id=evil, type=evil, question=evil, answer=evil))
    assert "<script" not in html


def test_without_a_file_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    told = text_of(evaluation_page(tmp_path / "last.json", WORDS))
    assert WORDS.nothing in told
    assert "reportqa eval" in told


@pytest.mark.parametrize(
    "content", ["", "[]", '{"results": 3}', '{"results": [{"id": "q"}]}', '{"results": [{"ranks": "x"}]}']
)
def test_a_damaged_file_is_told_as_such(tmp_path: Path, content: str) -> None:
    path = tmp_path / "last.json"
    path.write_text(content, "utf-8")
    assert WORDS.unreadable in text_of(evaluation_page(path, WORDS))


def test_a_file_of_an_older_program_is_shown_as_far_as_it_tells(tmp_path: Path) -> None:
    path = tmp_path / "last.json"
    write_results(path, [result()])
    document = json.loads(path.read_text("utf-8"))
    del document["version"], document["results"][0]["question"]
    document["results"][0]["since_dropped"] = 1
    path.write_text(json.dumps(document), "utf-8")
    told = text_of(evaluation_page(path, WORDS))
    assert "1 题" in told
    assert "10万辆[1]" in told


def test_it_speaks_english_too() -> None:
    told = text_of(evaluation_html(Kept((result(),), MADE), ENGLISH.evaluation))
    assert "1 question · evaluated on 2025-03-01 09:30" in told
    assert "correct: 1" in told
