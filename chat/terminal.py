"""What the command line shows people: one progress bar, reports, passages, answers, figures.

Lines are left for the terminal to wrap (soft_wrap): in a pipe, rich would break them, and the paths in them, at 80.
"""

import os
import sys
import webbrowser
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from chat.library.building import Built
from chat.library.places import page_name, pages_counted, place_of, source_line
from chat.library.quality import page_count, page_line, quality_lines
from chat.search.reference import reference
from index.filters import named_year
from ingest.language import message, say, spoken, verbatim
from ingest.passages import split_passages
from ingest.report import Report, UnreadableReport

if TYPE_CHECKING:  # these bring the search libraries along, 0.4 s that a build without changes need not wait for
    from chat.access.keys import Key
    from chat.answer import Answer, Citation, Event
    from chat.contract import ReportLine
    from chat.evaluating.answering_set import AnsweringFigures
    from chat.evaluating.retrieval_set import RefusalFigures, SetFigures
    from chat.library.curation import Added, Listed, Removed
    from chat.models.catalogue import Model
    from chat.operations.doctor import Finding
    from chat.pages.words import Words
    from chat.records.feedback import Feedback
    from chat.search.facets import Results
    from index.filters import Filter
    from index.library import Hit

_FIGURES = {
    "questions": message("题数"),
    "evidence@5": message("证据@5"),
    "hit@1": message("首位命中"),
    "mrr@10": verbatim("MRR@10"),
    "accuracy": message("回答正确"),
    "direct_accuracy": message("直接回答"),
    "refusal_precision": message("拒答准确"),
    "refusal_recall": message("拒答召回"),
    "drafts_kept": message("初稿采用"),
    "marks_resolved": message("出处可核"),
    "sentences_supported": message("句有依据"),
    "search_ms_median": message("检索 ms"),
    "first_words_ms_median": message("见答 ms"),
    "first_token_ms_median": message("首字 ms"),
    "total_ms_median": message("总计 ms"),
}
_TYPES = {
    "all": message("全部"),
    "fact": message("事实"),
    "table": message("表格"),
    "list": message("列举"),
    "definition": message("定义"),
    "compare": message("比较"),
    "multihop": message("多步"),
    "followup": message("追问"),
    "summary": message("概述"),
    "unanswerable": message("无答案"),
}


LATEST = 20  # judgements that a summary shows
NO_REASON = message("未说明原因")


class _Console(Console):
    """Where what it writes to has no reader any more, that is told to the caller; rich itself would end the program."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class OneBar:
    """One bar on standard error: the step under way, and how far it is where that can be told."""

    def __init__(self, display: Progress, task: TaskID) -> None:
        self._display = display
        self._task = task
        self._step = ""

    def step(self, name: str) -> None:
        """A step whose end cannot be told has begun."""
        self._step = name
        self._display.reset(self._task, total=None, description=_printable(name))

    def progress(self, name: str, done: int, total: int) -> None:
        """A step is this far; total 0 where nobody knows."""
        if name != self._step:
            self.step(name)
        self._display.update(self._task, completed=done, total=total or None)

    def notice(self, sentence: str) -> None:
        """A line above the bar."""
        self._display.console.print(sentence, style="dim", highlight=False, markup=False, soft_wrap=True)


class _Amount(DownloadColumn):
    """Bytes for downloads, which are large numbers; counts for everything else."""

    _count = MofNCompleteColumn()

    def render(self, task: "object") -> Text:
        total = getattr(task, "total", None)
        if total is None:
            return Text("")
        return super().render(task) if total > 1_000_000 else self._count.render(task)  # type: ignore[arg-type]


@contextmanager
def one_bar() -> Iterator[OneBar]:
    """Show one bar while the body runs; nothing of it is left on the screen, and nothing at all off a terminal."""
    # Of a description with a file's name in it, brackets are text.
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), _Amount())
    console = _Console(stderr=True)
    # Off a terminal even a transient bar would leave an empty line.
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        yield OneBar(display, display.add_task(say("准备"), total=None))


def show_report(report: Report) -> None:
    """The outline of a report with its passages."""
    console, words = _Console(), _words()
    passages = split_passages(report)
    console.print(Text(report.title, style="bold"), soft_wrap=True)
    imprint = " · ".join(part for part in (report.publisher, report.published, report.period) if part)
    console.print(Text(imprint or say("发布机构与日期未知")), soft_wrap=True)
    labels = words.places.kinds
    kinds = [f"{labels[kind]} {sum(passage.kind == kind for passage in passages)}" for kind in labels]
    console.print(
        say(
            "{sections} 节，{passages} 段（{kinds}）",
            sections=len(report.sections),
            passages=len(passages),
            kinds=say("，").join(kinds),
        ),
        highlight=False,
    )
    for line in [*(page_line(page, report.page_kind, words.quality) for page in report.pages), *report.notes]:
        console.print(Text(str(line)), highlight=False, soft_wrap=True)
    console.print()
    for number, section in enumerate(report.sections):
        console.print(Text(" › ".join(section.headings[1:]) or report.title, style="cyan"), soft_wrap=True)
        for passage in passages:
            if passage.section == number:
                page = (
                    f"{page_name(passage.page, passage.page_kind, words.places)} " if passage.page is not None else ""
                )
                label = Text(f"  {labels[passage.kind]} {page}", style="dim")
                console.print(label + Text(_one_line(passage.reading, 100)), soft_wrap=True)


def show_built(built: Built) -> bool:
    """What a build did; True where some report could not be read."""
    console = _Console(stderr=True)
    for error in built.unreadable:
        console.print(Text(_printable(say("未读入：{error}", error=error)), style="yellow"), soft_wrap=True)
    console.print(built.summary, highlight=False, soft_wrap=True)
    return bool(built.unreadable)


def show_added(added: "Added") -> bool:
    """What became of each file; True where some could not be added, or some report of the corpus not be read."""
    console = _Console(stderr=True)
    for error in added.refused:
        console.print(Text(_printable(say("未添加：{error}", error=error)), style="yellow"), soft_wrap=True)
    for given, name in added.there:
        console.print(
            Text(_printable(say("已在库中，未重复添加：{given}（{name}）", given=given, name=name))), soft_wrap=True
        )
    for given, name in added.copied:
        console.print(Text(_printable(say("已添加：{given} → {name}", given=given, name=name))), soft_wrap=True)
    in_part = bool(added.built and show_built(added.built))
    return in_part or bool(added.refused)


def show_removed(removed: "Removed") -> bool:
    """Which reports went; True where some other report could not be read."""
    console = _Console(stderr=True)
    for id, title in removed.titles.items():
        console.print(Text(say("已移除：{title}（{id}）", title=title or say("（未入索引）"), id=id)), soft_wrap=True)
    return show_built(removed.built)


def show_listed(listed: "Sequence[Listed]", unreadable: Sequence[UnreadableReport]) -> None:
    """The reports of the index, below them what is to be said of their pages, and the files that gave none."""
    console, words = _Console(width=None if sys.stdout.isatty() else 150), _words()
    table = Table(title=say("{count} 份报告", count=len(listed)), title_justify="left")
    for heading in (say("编号"), say("标题"), say("出版者"), say("日期")):
        table.add_column(heading, overflow="fold")
    for heading in (say("篇幅"), say("段")):
        table.add_column(heading, justify="right")
    table.add_column(say("文件"), overflow="fold")
    for each in listed:
        line = each.line
        cells = (
            line.id,
            line.title,
            line.publisher,
            line.published,
            pages_counted(count, line.page_kind, words.places) if (count := page_count(line.pages)) else "–",
            str(line.passages),
            each.file,
        )
        table.add_row(*map(Text, cells))
    console.print(table)
    for each in listed:
        for said in quality_lines(each.line.pages, each.line.page_kind, words.quality):
            if said != words.quality.all_well:
                told = say("{title}：{said}", title=each.line.title, said=said)
                console.print(Text(told, style="yellow"), soft_wrap=True)
        for note in each.line.notes:
            told = say("{title}：{said}", title=each.line.title, said=note)
            console.print(Text(told, style="yellow"), soft_wrap=True)
    for error in unreadable:
        console.print(Text(_printable(say("未读入：{error}", error=error)), style="yellow"), soft_wrap=True)


def show_searched(searched: "Results", reports: "Iterable[ReportLine]") -> None:
    """A page of passages with the words sought marked, each with its reference; then what filters would leave."""
    from chat.search.highlights import words_sought  # noqa: PLC0415 - as above

    console = _Console()
    words = words_sought(searched.found.standalone_question)
    for hit in searched.hits:
        _show_hit(console, hit, words)
    titles = {line.id: line.title for line in reports}
    if not searched.total:
        console.print(say("没有符合这些筛选条件的段落。") if searched.loosened else say("没有找到相关段落。"))
    elif not searched.hits:
        console.print(
            say("没有第 {page} 页：共 {pages} 页。", page=searched.page, pages=searched.pages), highlight=False
        )
    else:
        more = say("；下一页：--page {next}", next=searched.page + 1) if searched.page < searched.pages else ""
        told = say(
            "最相关的 {total} 段，第 {page}/{pages} 页{more}",
            total=searched.total,
            page=searched.page,
            pages=searched.pages,
            more=more,
        )
        console.print(told, style="dim", highlight=False)
    for name, choices in _choices(searched, titles):
        console.print(
            Text(say("{title}：{said}", title=name, said=say("，").join(choices)), style="dim"), soft_wrap=True
        )
    for within, total in searched.loosened:
        left = " ".join(_options(within))
        console.print(
            Text(
                say("只用 {left}：{total} 段", left=left, total=total)
                if left
                else say("不加筛选：{total} 段", total=total)
            ),
            soft_wrap=True,
        )
    for word, near in searched.nearest.items():
        console.print(
            Text(say("这些段落里没有“{word}”，相近的词：{near}", word=word, near=near), style="dim"), soft_wrap=True
        )


def _show_hit(console: Console, hit: "Hit", words: Sequence[str]) -> None:
    passage, places = hit.passage, _words().places
    place = place_of(passage.title, passage.headings, passage.page, passage.page_kind, places)
    label = Text(f"{hit.rank}. ", style="bold") + Text(place, style="cyan")
    console.print(label + Text(f"  {places.kinds[passage.kind]}", style="dim"), soft_wrap=True)
    lines = [f"{header}：{cell}" if header else cell for header, cell in passage.cells] or [passage.text]
    for line in [*([passage.caption] if passage.caption else []), *lines]:
        console.print(_highlighted(line, words), soft_wrap=True)
    for other in passage.also_at:
        where = place_of(other.title, other.headings, other.page, other.page_kind, places)
        otherwise = (
            say("（{text}）", text=_one_line(other.text, 200))
            if other.text.split() not in ([], passage.text.split())
            else ""
        )
        console.print(
            Text(say("另见：{where}{otherwise}", where=where, otherwise=otherwise), style="dim"), soft_wrap=True
        )
    console.print(Text(say("引文：{reference}", reference=reference(passage)) + "\n", style="dim"), soft_wrap=True)


def _highlighted(line: str, words: Sequence[str]) -> Text:
    from chat.search.highlights import highlights  # noqa: PLC0415 - as above

    text = Text(line)
    for start, end in highlights(words, line):
        text.stylize("bold yellow", start, end)
    return text


def _choices(searched: "Results", titles: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """The filters that there are to choose from, by sort, as the command takes them."""
    facets, labels = searched.facets, _words().places.kinds
    sorts = {
        say("报告"): [
            say("{title}（--report {id}）{count}", title=titles.get(id, id), id=id, count=count)
            for id, count in facets.reports
        ],
        say("出版年份"): [f"--year {named_year(year)} {count}" for year, count in facets.years],
        say("类型"): [
            say("{label}（--kind {kind}）{count}", label=labels[kind], kind=kind, count=count)
            for kind, count in facets.kinds
        ],
    }
    return ((name, choices) for name, choices in sorts.items() if len(choices) > 1)


def _options(within: "Filter") -> list[str]:
    """A filter as the command takes it."""
    return [
        *(f"--report {id}" for id in sorted(within.reports)),
        *(f"--year {named_year(year)}" for year in within.years_in_order),
        *(f"--kind {kind}" for kind in sorted(within.kinds)),
    ]


def show_answer(events: "Iterable[Event]") -> None:
    """The answer as it is drafted where this is a terminal, then checked, with its sources."""
    from chat.answer import Drafting, Finished  # noqa: PLC0415 - as above
    from chat.pages.render import quoted_because  # noqa: PLC0415

    console = _Console()
    with console.status(say("检索…")) as status:
        for event in events:
            if isinstance(event, Drafting):
                status.update(Text(say("作答…{text}", text=_one_line(event.text, max(20, console.width - 20)))))
            elif isinstance(event, Finished):
                finished = event
    answer, found = finished.answer, finished.found
    if found.standalone_question != found.question:
        console.print(
            Text(say("理解为：{standalone_question}", standalone_question=found.standalone_question), style="dim"),
            soft_wrap=True,
        )
    if answer.quoted:
        console.print(Text(quoted_because(answer, _words().talk), style="dim"))
    console.print(_marked(answer), soft_wrap=True)
    if answer.missing:
        console.print(Text(answer.missing, style="yellow"), soft_wrap=True)
    console.print()
    for citation in answer.citations:
        console.print(_source(citation), soft_wrap=True)
    if answer.refusal is not None:
        for hit in answer.hits[:3]:
            console.print(Text(source_line(hit.passage, _words().places), style="cyan"), soft_wrap=True)
            console.print(Text(f"    {_one_line(hit.passage.reading, 120)}", style="dim"), soft_wrap=True)


def _marked(answer: "Answer") -> Text:
    if answer.refusal is not None:
        return Text(answer.refusal, style="yellow")
    talk = _words().talk
    text = Text()
    for sentence in answer.sentences:
        text.append(sentence.text, style="" if sentence.supported else "underline yellow")
        text.append("".join(f"[{number}]" for number in sentence.citations), style="cyan")
        if not sentence.supported:
            text.append(
                say("（{text}）", text=talk.partly if sentence.state == "partly" else talk.unsupported), style="yellow"
            )
    return text


def _source(citation: "Citation") -> Text:
    passage = citation.passage
    return (
        Text(f"[{citation.number}] ", style="cyan")
        + Text(source_line(passage, _words().places))
        + Text(f"\n    {_one_line(citation.quote, 200)}", style="dim")
    )


def show_models(catalogue: "Sequence[Model]", folder: Path) -> None:
    """The catalogue, and what of it is on this machine."""
    from chat.models.fetching import state  # noqa: PLC0415 - as above

    table = Table(title=Text(say("模型（{folder}）", folder=folder)), title_justify="left")
    for heading in (say("名称"), say("大小"), say("许可"), say("状态")):
        table.add_column(heading, overflow="fold")
    states = {
        "ready": f"[green]{say('已就绪')}[/]",
        "partial": f"[yellow]{say('未下载完')}[/]",
        "absent": f"[dim]{say('未获取')}[/]",
    }
    for model in catalogue:
        # In one cell: beside each other in 80 columns the name, which is what one types, would be broken.
        named = Text(model.name, style="bold").append(f"\n{model.about}", style="dim not bold")
        table.add_row(named, f"{model.size / 1e6:,.0f} MB", model.licence, states[state(model, folder)])
    _Console().print(table)


def show_finding(finding: "Finding") -> None:
    """A line of `reportqa doctor`: the verdict, what is there, and the way out below it."""
    word, style = {"passed": ("通过", "green"), "warning": ("警告", "yellow"), "failed": ("失败", "red")}[
        finding.verdict
    ]
    line = Text.assemble((word, style), f"  {finding.name}  {_printable(finding.told)}")
    _Console().print(line, soft_wrap=True, highlight=False)
    if finding.way_out:
        _Console().print(Text(f"      → {_printable(finding.way_out)}"), soft_wrap=True, highlight=False)


def show_keys(keys: "Sequence[Key]") -> None:
    """The keys that were ever made; of the key itself its beginning, by which it is known again."""
    if not keys:
        _Console().print(say("还没有密钥；用 reportqa key add 发放。"))
        return
    table = Table(title=say("访问密钥"), title_justify="left")
    for heading in (
        say("名称"),
        say("密钥"),
        say("可以"),
        say("组"),
        say("每分钟"),
        say("发放"),
        say("到期"),
        say("最近使用"),
        say("状态"),
    ):
        table.add_column(heading, overflow="fold")
    for key in keys:
        if key.revoked:
            state = f"[dim]{say('已吊销')}[/]"
        else:
            state = f"[green]{say('有效')}[/]" if key.holds_on(date.today()) else f"[yellow]{say('已到期')}[/]"
        table.add_row(
            Text(key.name),
            f"rqa_{key.id}…",
            say("、").join(sorted(key.scopes)),
            Text(say("、").join(sorted(key.groups))),
            "" if key.per_minute is None else str(key.per_minute),
            *("" if day is None else day.isoformat() for day in (key.created, key.expires, key.last_used)),
            state,
        )
    _Console(width=None if sys.stdout.isatty() else 150).print(table)


def show_notice(message: str) -> None:
    """A line beside what a command gives out."""
    _Console(stderr=True).print(Text(message), soft_wrap=True)


def show_verified(model: "Model", digest: str) -> None:
    _Console().print(
        say("{name}：完好（sha256 {digest}）", name=model.name, digest=digest), highlight=False, soft_wrap=True
    )


def show_summary(
    summary: Mapping[str, Mapping[str, float | int | None]],
    earlier: Mapping[str, Mapping[str, float | int | None]] | None,
    output: Path,
) -> None:
    """Figures by row and question types by column; beside them the change since an earlier run, where one is given."""
    table = Table()
    table.add_column("")
    for name in summary:
        table.add_column(str(_TYPES.get(name, name)), justify="right")
    for figure, label in _FIGURES.items():
        if any(figures[figure] is not None for figures in summary.values()):
            cells = [
                _cell(figures[figure], (earlier or {}).get(name, {}).get(figure)) for name, figures in summary.items()
            ]
            table.add_row(str(label), *cells)
    console = _Console(width=None if sys.stdout.isatty() else 150)
    console.print(table)
    console.print(say("逐题结果：{output}", output=output), highlight=False, markup=False, soft_wrap=True)


def show_set(figures: "SetFigures", folder: Path) -> None:
    """How well the passages of a retrieval set are found."""
    console = _Console()
    console.print(
        say(
            "{folder}：{passages:,} 段，{queries:,} 题",
            folder=folder,
            passages=figures.passages,
            queries=figures.queries,
        ),
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    console.print(
        say(
            "hit@1 {hit_at_1:.3f} · hit@5 {hit_at_5:.3f} · MRR@10 {mrr_at_10:.3f} · 检索中位数 {search_ms:.0f} 毫秒",
            hit_at_1=figures.hit_at_1,
            hit_at_5=figures.hit_at_5,
            mrr_at_10=figures.mrr_at_10,
            search_ms=figures.search_ms,
        ),
        highlight=False,
        markup=False,
    )


def show_answers(figures: "AnsweringFigures", path: Path) -> None:
    """How well the questions of an answering set are answered and cited."""
    console = _Console()
    console.print(
        say("{path}：{questions:,} 题", path=path, questions=figures.questions),
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    refused = (
        ""
        if figures.refused_rightly is None
        else say(" · 应拒答而拒答 {refused_rightly:.3f}", refused_rightly=figures.refused_rightly)
    )
    lines = (
        say(
            "答对 {right:.3f}（标点也须一致 {exact:.3f}）· 误拒 {refused_wrongly:.3f}{refused}",
            right=figures.right,
            exact=figures.exact,
            refused_wrongly=figures.refused_wrongly,
            refused=refused,
        ),
        say(
            "引文准确率 {citation_precision:.3f} · 引文召回率 {citation_recall:.3f} · 采用初稿 {drafts_kept:.3f}",
            citation_precision=figures.citation_precision,
            citation_recall=figures.citation_recall,
            drafts_kept=figures.drafts_kept,
        ),
        say(
            "首字 {first} 毫秒 · 共 {total} 毫秒（中位数）",
            first=_cell(figures.first_token_ms, None),
            total=_cell(figures.total_ms, None),
        ),
    )
    for line in lines:
        console.print(line, highlight=False, markup=False)


def show_refusals(figures: "RefusalFigures", folder: Path) -> None:
    """Whether questions are refused whose passage was taken away, and no others."""
    console = _Console()
    console.print(str(folder), highlight=False, markup=False, soft_wrap=True)
    console.print(
        say(
            "抽走原文的 {without:,} 题：拒答 {refused:.3f} · 原文还在的 {within:,} 题：未拒答 {kept:.3f}",
            without=figures.without,
            refused=figures.refused,
            within=figures.within,
            kept=figures.kept,
        ),
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _cell(value: float | int | None, before: float | int | None) -> str:
    if value is None:
        return "–"
    shown = f"{value:.3f}" if isinstance(value, float) and value <= 1 else f"{value:,.0f}"
    if before is None or before == value:
        return shown
    change = value - before
    return f"{shown} ({change:+.3f})" if isinstance(value, float) and value <= 1 else f"{shown} ({change:+,.0f})"


def show_feedback(records: "Sequence[Feedback]") -> None:
    """How many 👍 and 👎 there are, why, and the latest 👎; records are oldest first.

    In words: a terminal that knows Chinese alone has no such signs.
    """
    words, console = _words().feedback, _Console()
    if not records:
        console.print(say("还没有反馈。"))
        return
    down = [each for each in records if each.verdict == "down"]
    reasons = Counter(words.reasons[each.reason] if each.reason else str(NO_REASON) for each in down)
    lines = [
        say(
            "反馈 {count:,} 条：{up} {ups:,}，{down} {downs:,}",
            count=len(records),
            up=words.up,
            ups=len(records) - len(down),
            down=words.down,
            downs=len(down),
        )
    ]
    if down:
        counted = [f"{reason} {count:,}" for reason, count in reasons.most_common()]
        lines.append(say("原因：{counted}", counted=say("，").join(counted)))
        lines.append("\n" + say("{down}的回答，从近到远（最多 {latest} 条）：", down=words.down, latest=LATEST))
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
    for each in reversed(down[-LATEST:]):
        _show_judged(console, each, words.reasons[each.reason] if each.reason else str(NO_REASON))


def _show_judged(console: Console, feedback: "Feedback", reason: str) -> None:
    given = datetime.fromisoformat(feedback.given_at).astimezone()
    label = Text(f"{given:%Y-%m-%d %H:%M}  {reason}  ", style="dim")
    console.print(label + Text(_printable(_one_line(feedback.standalone_question, 100))), soft_wrap=True)
    if feedback.comment:
        console.print(
            Text("    " + say("说明：{comment}", comment=_printable(_one_line(feedback.comment, 200))), style="dim"),
            soft_wrap=True,
        )


def show_questions_written(count: int, path: Path) -> None:
    """What is left to do with the file, and what nobody else will do."""
    console = _Console(stderr=True)
    for line in (
        say("已写出 {count:,} 题：{path}", count=count, path=path),
        say(
            "每题补全 type 与 answerable，能回答的再补全 must 与 evidence，然后运行 reportqa eval --questions；未补全时会指出是哪几行。"
        ),
        say("文件中有回答的原文，移除报告时不会随之清除。"),
    ):
        console.print(Text(_printable(line)), soft_wrap=True)


def show_serving(address: str) -> None:
    ready = Text.assemble(say("研报问答已就绪："), (address, f"link {address}"), say("（按 Ctrl-C 停止）"))
    _Console().print(ready, soft_wrap=True)


def open_page(address: str) -> None:
    """Open the page in the reader's browser where there is a screen to open it on and somebody at the terminal."""
    screen = sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if screen and sys.stdin.isatty():
        webbrowser.open(address)


def _words() -> "Words":
    """The strings of the pages in the language that is spoken, for what is shown here too."""
    from chat.pages.languages import LANGUAGES  # noqa: PLC0415 - of the pages, this alone

    return LANGUAGES[spoken()]


def _printable(text: str) -> str:
    """Without what a file's name might tell the terminal to do."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _one_line(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
