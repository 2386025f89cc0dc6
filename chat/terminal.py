"""What the command line shows people: one progress bar, reports, passages, answers, figures.

Lines are left for the terminal to wrap (soft_wrap): in a pipe, rich would break them, and the paths in them, at 80.
"""

import os
import sys
import webbrowser
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from chat.answer import Answer, Citation, Drafting, Event, Finished, Found
from chat.catalogue import Model
from chat.models import state
from chat.setup import Built
from ingest.passages import split_passages
from ingest.report import Report

_KINDS = {"text": "正文", "row": "表格", "list": "列表", "figure": "图", "note": "注"}
_FIGURES = {
    "questions": "题数",
    "evidence@5": "证据@5",
    "hit@1": "首位命中",
    "mrr@10": "MRR@10",
    "accuracy": "回答正确",
    "direct_accuracy": "直接回答",
    "refusal_precision": "拒答准确",
    "refusal_recall": "拒答召回",
    "drafts_kept": "初稿采用",
    "marks_resolved": "出处可核",
    "sentences_supported": "句有依据",
    "search_ms_median": "检索 ms",
    "first_token_ms_median": "首字 ms",
    "total_ms_median": "总计 ms",
}
_TYPES = {
    "all": "全部",
    "fact": "事实",
    "table": "表格",
    "list": "列举",
    "definition": "定义",
    "compare": "比较",
    "multihop": "多步",
    "followup": "追问",
    "summary": "概述",
    "unanswerable": "无答案",
}


class OneBar:
    """One bar on standard error: the step under way, and how far it is where that can be told."""

    def __init__(self, display: Progress, task: TaskID) -> None:
        self._display = display
        self._task = task
        self._step = ""

    def step(self, name: str) -> None:
        """A step whose end cannot be told has begun."""
        self._step = name
        self._display.reset(self._task, total=None, description=name)

    def progress(self, name: str, done: int, total: int) -> None:
        """A step is this far; total 0 where nobody knows."""
        if name != self._step:
            self.step(name)
        self._display.update(self._task, description=name, completed=done, total=total or None)

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
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), _Amount())
    console = Console(stderr=True)
    # Off a terminal even a transient bar would leave an empty line.
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as display:
        yield OneBar(display, display.add_task("准备", total=None))


def show_report(report: Report) -> None:
    """The outline of a report with its passages."""
    console = Console()
    passages = split_passages(report)
    console.print(Text(report.title, style="bold"), soft_wrap=True)
    kinds = "，".join(f"{_KINDS[kind]} {sum(passage.kind == kind for passage in passages)}" for kind in _KINDS)
    console.print(f"{len(report.sections)} 节，{len(passages)} 段（{kinds}）\n", highlight=False)
    for number, section in enumerate(report.sections):
        console.print(Text(" › ".join(section.headings[1:]) or report.title, style="cyan"), soft_wrap=True)
        for passage in passages:
            if passage.section == number:
                label = Text(f"  {_KINDS[passage.kind]} ", style="dim")
                console.print(label + Text(_one_line(passage.reading, 100)), soft_wrap=True)


def show_built(built: Built) -> bool:
    """What a build did; True where some report could not be read."""
    console = Console(stderr=True)
    for error in built.unreadable:
        console.print(Text(f"未读入：{error}", style="yellow"), soft_wrap=True)
    what = "索引已更新" if built.changed else "没有变化，索引无需更新"
    console.print(f"{what}：{built.reports} 份报告，{built.passages} 段", highlight=False)
    return bool(built.unreadable)


def show_found(found: Found) -> None:
    """Passages, best first."""
    console = Console()
    for hit in found.hits:
        place = Text(_place(hit.passage.headings, hit.passage.page), style="cyan")
        console.print(Text(f"{hit.rank}. ", style="bold") + place, soft_wrap=True)
        console.print(Text(hit.passage.reading + "\n"), soft_wrap=True)
    if not found.hits:
        console.print("没有找到相关段落。")


def show_answer(events: Iterable[Event]) -> None:
    """The answer as it is drafted where this is a terminal, then checked, with its sources."""
    console = Console()
    with console.status("检索…") as status:
        for event in events:
            if isinstance(event, Drafting):
                status.update(Text(f"作答…{_one_line(event.text, max(20, console.width - 20))}"))
            elif isinstance(event, Finished):
                finished = event
    answer = finished.answer
    if answer.quoted:
        console.print(Text("摘自原文", style="dim"))
    console.print(_marked(answer), soft_wrap=True)
    console.print()
    for citation in answer.citations:
        console.print(_source(citation), soft_wrap=True)
    if answer.refusal is not None:
        for hit in answer.hits[:3]:
            console.print(Text(_place(hit.passage.headings, hit.passage.page), style="cyan"), soft_wrap=True)
            console.print(Text(f"    {_one_line(hit.passage.reading, 120)}", style="dim"), soft_wrap=True)


def _marked(answer: Answer) -> Text:
    if answer.refusal is not None:
        return Text(answer.refusal, style="yellow")
    text = Text()
    for sentence in answer.sentences:
        text.append(sentence.text, style="" if sentence.supported else "underline yellow")
        text.append("".join(f"[{number}]" for number in sentence.citations), style="cyan")
        if not sentence.supported:
            text.append("（未找到依据）", style="yellow")
    return text


def _source(citation: Citation) -> Text:
    passage = citation.passage
    return (
        Text(f"[{citation.number}] ", style="cyan")
        + Text(_place(passage.headings, passage.page))
        + Text(f"\n    {_one_line(citation.quote, 200)}", style="dim")
    )


def show_models(catalogue: Sequence[Model], folder: Path) -> None:
    """The catalogue, and what of it is on this machine."""
    table = Table(title=Text(f"模型（{folder}）"), title_justify="left")
    for heading in ("名称", "说明", "大小", "许可", "状态"):
        table.add_column(heading, overflow="fold")
    states = {"ready": "[green]已就绪[/]", "partial": "[yellow]未下载完[/]", "absent": "[dim]未获取[/]"}
    for model in catalogue:
        table.add_row(
            model.name, model.about, f"{model.size / 1e6:,.0f} MB", model.licence, states[state(model, folder)]
        )
    Console().print(table)


def show_verified(model: Model, digest: str) -> None:
    Console().print(f"{model.name}：完好（sha256 {digest}）", highlight=False, soft_wrap=True)


def show_summary(
    summary: Mapping[str, Mapping[str, float | int | None]],
    earlier: Mapping[str, Mapping[str, float | int | None]] | None,
    output: Path,
) -> None:
    """Figures by row and question types by column; beside them the change since an earlier run, where one is given."""
    table = Table()
    table.add_column("")
    for name in summary:
        table.add_column(_TYPES.get(name, name), justify="right")
    for figure, label in _FIGURES.items():
        if any(figures[figure] is not None for figures in summary.values()):
            cells = [
                _cell(figures[figure], (earlier or {}).get(name, {}).get(figure)) for name, figures in summary.items()
            ]
            table.add_row(label, *cells)
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(table)
    console.print(f"逐题结果：{output}", highlight=False, markup=False, soft_wrap=True)


def _cell(value: float | int | None, before: float | int | None) -> str:
    if value is None:
        return "–"
    shown = f"{value:.3f}" if isinstance(value, float) and value <= 1 else f"{value:,.0f}"
    if before is None or before == value:
        return shown
    change = value - before
    return f"{shown} ({change:+.3f})" if isinstance(value, float) and value <= 1 else f"{shown} ({change:+,.0f})"


def show_serving(address: str) -> None:
    ready = Text.assemble("研报问答已就绪：", (address, f"link {address}"), "（按 Ctrl-C 停止）")
    Console().print(ready, soft_wrap=True)


def open_page(address: str) -> None:
    """Open the page in the reader's browser where there is a screen to open it on and somebody at the terminal."""
    screen = sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if screen and sys.stdin.isatty():
        webbrowser.open(address)


def _place(headings: Sequence[str], page: int | None) -> str:
    return " › ".join(headings) + (f" › 第 {page} 页" if page is not None else "")


def _one_line(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
