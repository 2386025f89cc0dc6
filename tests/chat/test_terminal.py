"""What people see on the command line: nothing but text in a pipe, and every character of it as it stands."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chat.answer import Answer, Drafting, Event, Finished, Found, Sentence
from chat.contract import ReportLine
from chat.library.building import Built, Changes
from chat.library.curation import Added, Listed, Removed
from chat.models.catalogue import CATALOGUE
from chat.models.partial import partial_path
from chat.search.facets import Facets, Results
from chat.terminal import (
    one_bar,
    show_added,
    show_answer,
    show_built,
    show_listed,
    show_models,
    show_removed,
    show_searched,
    show_serving,
    show_summary,
)
from index.filters import Filter
from index.library import Hit
from ingest.report import PageQuality, UnreadableReport
from tests.fakes import ANSWER, EXPORTS, HITS, LISTED, TIMINGS, cite

FOUND = Found("销量？", "销量？", HITS, TIMINGS)
NO_FACETS = Facets()


def results(
    hits: tuple[Hit, ...] = HITS,
    *,
    facets: Facets = NO_FACETS,
    k: int = 10,
    offset: int = 0,
    nearest: dict[str, tuple[str, ...]] | None = None,
    loosened: tuple[tuple[Filter, int], ...] = (),
) -> Results:
    found = Found("出口", "出口", hits, TIMINGS)
    return Results(found, Filter(), facets, k, offset, nearest or {}, loosened)


def events(answer: Answer) -> Iterator[Event]:
    yield FOUND
    yield Drafting("2024年[bold]新能源")
    yield Finished(FOUND, answer, TIMINGS)


def test_off_a_terminal_a_bar_shows_nothing_of_itself(capfd: pytest.CaptureFixture[str]) -> None:
    with one_bar() as bar:
        bar.step("载入向量模型")
        bar.progress("建立索引", 1, 2)
        bar.progress("下载", 2_000_000, 0)
    assert capfd.readouterr() == ("", "")


def test_off_a_terminal_a_notice_is_one_line_as_it_stands(capfd: pytest.CaptureFixture[str]) -> None:
    notice = "正在获取 [red]m[/red]，来源：" + "很长" * 100
    with one_bar() as bar:
        bar.notice(notice)
    assert capfd.readouterr() == ("", f"{notice}\n")


def test_a_files_name_is_no_markup_and_no_command_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    with one_bar() as bar:
        bar.progress("读取 [/]\x1b]0;题\x07.md", 1, 30)
    assert "读取 [/]\ufffd]0;题\ufffd.md" in capfd.readouterr().err
    show_built(Built(1, 1, changed=False, unreadable=(UnreadableReport("a\x1b[2J\u202e.md：没有文字"),)))
    shown = capfd.readouterr().err
    assert "未读入：a\ufffd[2J\ufffd.md：没有文字" in shown


def test_an_answer_has_its_marks_its_gaps_and_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(events(ANSWER))
    assert capsys.readouterr().out == (
        "2024年新能源汽车销量为1286.6万辆。[1]出口128.4万辆，同比增长6.7%。[2]预计2025年继续增长。（未找到依据）\n"
        "\n"
        "[1] 新能源汽车产业发展报告（2025） · 某研究院 · 2025-03 · 第 15 页 › 第二章 市场 › 产销\n"
        "    1286.6\n"
        "[2] 新能源汽车产业发展报告（2025） · 某研究院 · 2025-03 · 第 12 页 › 第二章 市场 › 出口\n"
        "    2024年新能源汽车出口128.4万辆，同比增长6.7%。\n"
    )


def test_brackets_are_text_and_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    passage = replace(EXPORTS, text="[red]红[/red] [link=x]链[/link] [/]", headings=("[bold]题",))
    shown = Answer((Sentence("见[red]红[/]。", (1,), True),), (cite(1, passage, passage.text),), ())
    show_answer(events(shown))
    assert capsys.readouterr().out == (
        "见[red]红[/]。[1]\n\n[1] 新能源汽车产业发展报告（2025） · 某研究院 · 2025-03 · 第 12 页 › [bold]题\n    [red]红[/red] [link=x]链[/link] [/]\n"
    )
    show_searched(results(hits=(replace(HITS[0], passage=passage),)), LISTED)
    assert "[red]红[/red] [link=x]链[/link] [/]" in capsys.readouterr().out


def test_quoted_evidence_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(events(replace(ANSWER, quoted=True)))
    assert capsys.readouterr().out.startswith("摘自原文\n2024年")
    show_answer(events(replace(ANSWER, quoted=True, fallback="unavailable")))
    assert capsys.readouterr().out.startswith("模型暂不可用，以下摘自原文\n2024年")


def test_a_refusal_shows_the_nearest_passages(capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(events(Answer((), (), HITS, refusal="报告中没有找到。")))
    shown = capsys.readouterr().out
    assert shown.startswith("报告中没有找到。\n")
    assert shown.count(" › ") >= 3
    assert "未找到依据" not in shown


def test_a_search_shows_passages_with_their_reference_and_the_filters_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    facets = Facets((("ev-2025", 2), ("pv-2024", 1)), ((2024, 3),), (("text", 2), ("row", 1)))
    show_searched(results(facets=facets, k=2), LISTED)
    assert capsys.readouterr().out == (
        "1. 新能源汽车产业发展报告（2025） › 第二章 市场 › 出口 › 第 12 页  正文\n"
        f"{EXPORTS.text}\n"
        "另见：新能源汽车产业发展报告（2024） › 附录\n"
        "引文：某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12.\n\n"
        "2. 新能源汽车产业发展报告（2025） › 第二章 市场 › 产销 › 第 15 页  表格\n"
        "表2-1 新能源汽车产销（单位：万辆）\n年份：2024\n产量：1288.8\n销量：1286.6\n同比：35.5%\n"
        "引文：某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15.\n\n"
        "最相关的 3 段，第 1/2 页；下一页：--page 2\n"
        "报告：新能源汽车产业发展报告（2025）（--report ev-2025）2，光伏行业白皮书（--report pv-2024）1\n"
        "类型：正文（--kind text）2，表格（--kind row）1\n"
    )


def test_no_passages_are_said_with_what_else_to_try(capsys: pytest.CaptureFixture[str]) -> None:
    show_searched(results(hits=()), LISTED)
    assert capsys.readouterr().out == "没有找到相关段落。\n"
    loosened = ((Filter(frozenset({"a"}), frozenset({2023})), 2), (Filter(), 9))
    show_searched(results(hits=(), loosened=loosened, nearest={"销亮": ("销量",)}), LISTED)
    assert capsys.readouterr().out == (
        "没有符合这些筛选条件的段落。\n只用 --report a --year 2023：2 段\n不加筛选：9 段\n"
        "这些段落里没有“销亮”，相近的词：销量\n"
    )


def test_a_page_beyond_the_last_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    show_searched(results(k=2, offset=4), LISTED)
    assert capsys.readouterr().out == "没有第 3 页：共 2 页。\n"


def test_a_question_that_was_completed_is_shown_as_it_was_taken(capsys: pytest.CaptureFixture[str]) -> None:
    rewritten = replace(FOUND, standalone_question="2024年[销量]？")
    show_answer([rewritten, Finished(rewritten, ANSWER, TIMINGS)])
    assert capsys.readouterr().out.startswith("理解为：2024年[销量]？\n")


def test_a_build_names_what_it_could_not_read_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    path = "/很深/" * 30 + "[1].pdf"
    built = Built(2, 30, changed=True, changes=Changes(new=2), unreadable=(UnreadableReport(f"{path}：没有文字"),))
    assert show_built(built)
    assert capsys.readouterr().err == f"未读入：{path}：没有文字\n{built.summary}\n"
    same = Built(2, 30, changed=False)
    assert not show_built(same)
    assert capsys.readouterr().err == f"{same.summary}\n"


def test_what_became_of_each_file_is_said_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    built = Built(3, 40, changed=True, changes=Changes(new=1, unchanged=2), embedded=10)
    given, there = Path("/桌面/[1]" + "长" * 100 + ".md"), Path("b.md")
    assert not show_added(Added(((given, "reports/[1].md"),), ((there, "reports/乙.md"),), (), built))
    assert capsys.readouterr().err == (
        f"已在库中，未重复添加：b.md（reports/乙.md）\n已添加：{given} → reports/[1].md\n{built.summary}\n"
    )
    assert show_added(Added((), (), (UnreadableReport("c.md：没有文字"),), None))
    assert capsys.readouterr().err == "未添加：c.md：没有文字\n"
    assert show_added(Added(((given, "a.md"),), (), (), replace(built, unreadable=(UnreadableReport("d：坏"),))))


def test_what_went_is_said_with_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    built = Built(1, 20, changed=True, changes=Changes(unchanged=1, removed=1))
    assert not show_removed(Removed({"ev": "[汽车]报告", "0123": ""}, built))
    assert capsys.readouterr().err == f"已移除：[汽车]报告（ev）\n已移除：（未入索引）（0123）\n{built.summary}\n"


def test_a_list_shows_what_is_to_be_said_of_pages_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    pages = (PageQuality(1, 900), PageQuality(2, 0, ("garbled",), excluded=True), PageQuality(3, 0, ("empty",)))
    line = ReportLine("ev", "[汽车]报告", "某院", "2024", 7, pages=pages)
    well = ReportLine("pv", "光伏", "", "", 3, pages=(PageQuality(1, 10),))
    show_listed([Listed(line, "a/[1].pdf"), Listed(well, "b.md")], [UnreadableReport("c.md：没有文字")])
    shown = capsys.readouterr().out
    assert "2 份报告" in shown
    assert "ev   │ [汽车]报告 │ 某院   │ 2024 │ 3 页 │  7 │ a/[1].pdf" in shown
    assert shown.endswith(
        "[汽车]报告：第 2 页：文字编码异常（乱码），未收录\n[汽车]报告：第 3 页：没有文字\n未读入：c.md：没有文字\n"
    )


@pytest.mark.parametrize("address", ["http://127.0.0.1:7860", "http://[::1]:7860"])
def test_the_address_is_shown_whole(capsys: pytest.CaptureFixture[str], address: str) -> None:
    show_serving(address)
    assert capsys.readouterr().out == f"研报问答已就绪：{address}（按 Ctrl-C 停止）\n"


def test_models_are_shown_with_their_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here, partial, absent = CATALOGUE[1:4]
    (tmp_path / here.file).touch()
    partial_path(tmp_path / partial.file).touch()
    show_models((here, partial, absent), tmp_path)
    shown = capsys.readouterr().out
    assert [shown.count(state) for state in ("已就绪", "未下载完", "未获取", "\x1b")] == [1, 1, 1, 0]


def test_a_summary_shows_figures_and_how_they_changed(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("evidence@5", "hit@1", "mrr@10", "accuracy", "direct_accuracy", "refusal_precision", "refusal_recall",
             "drafts_kept", "marks_resolved", "sentences_supported", "search_ms_median", "first_words_ms_median",
             "first_token_ms_median",
             "total_ms_median")  # fmt: skip
    blank: dict[str, float | int | None] = {"questions": 60, **dict.fromkeys(names)}
    now = {"all": blank | {"accuracy": 0.82, "hit@1": 0.75, "total_ms_median": 4200.0, "search_ms_median": 31.0}}
    earlier = {"all": blank | {"accuracy": 0.8, "hit@1": 0.75, "total_ms_median": 5200.0}}
    show_summary(now, earlier, Path("eval/[1].json"))
    shown = capsys.readouterr().out
    rows = {line.strip("│ ").split("│")[0].strip(): line for line in shown.splitlines() if "│" in line}
    assert "0.820 (+0.020)" in rows["回答正确"]
    assert rows["首位命中"].split("│")[2].strip() == "0.750"  # no change, no bracket
    assert "4,200 (-1,000)" in rows["总计 ms"]
    assert rows["检索 ms"].split("│")[2].strip() == "31"  # not measured before
    assert "拒答准确" not in rows
    assert "全部" in shown
    assert shown.endswith("逐题结果：eval/[1].json\n")


def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show_searched(results(), LISTED)
    assert "\x1b[1;33m出口\x1b[0m" in capsys.readouterr().out
