"""The HTML of questions, answers and sources.

Everything that came from a reader, a report or the model goes through `inert`, here and nowhere later: the page shows
these strings without a sanitiser of its own, because none of those to be had holds by itself (an SVG link passes them).
Each function returns one line of HTML that begins with a block tag: Markdown leaves such a line alone.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher

from chat.answer import Answer, Citation, Sentence, Timings
from chat.contract import ReportLine
from chat.highlights import parts_marked
from chat.marks import without_marks
from chat.pages.escaping import attribute, inert
from chat.pages.exchange import Exchange, OneReport
from chat.pages.spans import citation_link, passage_link
from chat.places import KIND_LABELS, pages_counted, place_of, source_line
from chat.quality import ALL_WELL, page_count, quality_lines
from index.library import Hit
from ingest.report import Passage, Place

PRODUCT = "reportqa 研报问答"
NO_COVERAGE = "还没有收录报告 · 请到“报告”标签里添加"
COVERAGE = "收录 {reports} 份报告 · {passages} 段 · 每句话都标明出处"
SOURCES = "来源"
FOUND = "检索到的原文"
NEAREST = "最接近的内容"
OTHERS = "其他相关段落（{count}）"
PAST_SOURCES = "来源（{count}）"
NO_SOURCES = "提问后，这里先列出检索到的原文段落；回答中的数字标记指向对应的原文。"
NO_EXCHANGE = "向所收录的报告提问。回答只依据报告原文，每句话都可点开出处核对。"
NOTHING_FOUND = "没有找到相关的段落。"
UNSUPPORTED = "未找到依据"
PARTLY = "原文只支持其中一部分"
COMPOSED = "由系统据所引原文得出"
QUOTED = "摘自原文"
UNCHECKED = "初稿，正在核对出处"
STOPPED = "已停止。"
SEARCHING = "正在检索"
DRAFTING = "已找到 {count} 段原文，正在撰写"
QUEUED = "已找到 {count} 段原文，前面还有 {ahead} 个问题"
COPY = "复制"
OPEN, OPEN_NAME = "原文", "在报告全文中查看（新窗口）"
ALSO_AT = "另见 {count} 处"
OTHERWISE = "该处写作："
UNDERSTOOD = "理解为："
VERBATIM = "按原话回答"
TAKEN_VERBATIM = "已按原话回答"
ONLY_OF = "仅就《{title}》回答"
EVERYWHERE = "改为全部报告"
REPORTS_TITLE = "报告（{count}）"
NO_REPORTS = "资料库里还没有报告。"
BEGIN_HERE = "资料库里还没有报告；请点上面的“添加报告”选择文件。"
ADD = "添加报告"
ADD_HINT = "可一次选多份；支持 {formats}，每份不超过 {megabytes} MB。读取并建立索引后即可提问。"
READ_ONLY = "在运行服务的机器上用 reportqa add、reportqa remove 增删报告。"
REMOVE = "移除"
QUALITY = "读取情况"

COMPARED_PAIRS = 1_000_000  # of letters, which takes 0.1 s

_BLANK_LINES = re.compile(r"<br>(?:[ \t]*<br>)+")


def header_html(reports: Sequence[ReportLine]) -> str:
    """The name of the product and what it covers, or where to begin."""
    if not reports:
        return f'<div class="brand"><h1>{inert(PRODUCT)}</h1><p class="coverage">{inert(NO_COVERAGE)}</p></div>'
    lines = "".join(
        f"<li><b>{inert(report.title)}</b><span>"
        f"{inert(' · '.join(part for part in (report.publisher, report.published) if part))}</span></li>"
        for report in reports
    )
    coverage = COVERAGE.format(reports=len(reports), passages=f"{sum(report.passages for report in reports):,}")
    summary = f"<details class=coverage><summary>{inert(coverage)}</summary><ul>{lines}</ul></details>"
    return f'<div class="brand"><h1>{inert(PRODUCT)}</h1>{summary}</div>'


def shelf_html(reports: Sequence[ReportLine], *, editable: bool) -> str:
    """The reports of the library, each with how well it was read and, where one may, a button that removes it."""
    if not reports:
        return empty_html(BEGIN_HERE if editable else NO_REPORTS)
    items = "".join(_report(report, editable=editable) for report in reports)
    return f'<ul class="shelf" aria-label="{attribute(REPORTS_TITLE.format(count=len(reports)))}">{items}</ul>'


def _report(report: ReportLine, *, editable: bool) -> str:
    about = " · ".join(part for part in (report.publisher, report.published, report.period) if part)
    pages = page_count(report.pages)
    size = " · ".join([*([pages_counted(pages, report.page_kind)] if pages else []), f"{report.passages:,} 段"])
    lines = [*quality_lines(report.pages, report.page_kind), *report.notes]
    listed = "".join(f"<li>{inert(line)}</li>" for line in lines)
    told = (
        f'<p class="quality">{inert(ALL_WELL)}</p>'
        if lines == [ALL_WELL]
        else f'<details class="quality troubled" open><summary>{inert(QUALITY)}</summary><ul>{listed}</ul></details>'
    )
    remove = (
        f'<button type="button" class="remove" data-report="{inert(report.id)}" data-title="{attribute(report.title)}"'
        f' aria-label="{attribute(f"{REMOVE}《{report.title}》")}">{inert(REMOVE)}</button>'
        if editable
        else ""
    )
    return (
        f'<li class="report"><div class="told"><b>{inert(report.title)}</b>'
        f"<span>{inert(' · '.join(part for part in (about, size) if part))}</span>{told}</div>{remove}</li>"
    )


def shelf_head_html(*, editable: bool, suffixes: Iterable[str], megabytes: int) -> str:
    """What stands above the reports: the way to add one, and where a change tells how far it is."""
    if not editable:
        return f'<div class="shelf-head"><p>{inert(READ_ONLY)}</p></div>'
    accepted = sorted(suffixes)
    hint = ADD_HINT.format(formats="、".join(suffix.lstrip(".") for suffix in accepted), megabytes=megabytes)
    return (
        f'<div class="shelf-head"><label class="add" tabindex="0" role="button">{inert(ADD)}'
        f'<input type="file" multiple tabindex="-1" accept="{",".join(accepted)}"></label><p>{inert(hint)}</p>'
        '<div id="shelf-told" role="status" aria-live="polite"></div></div>'
    )


def empty_html(text: str) -> str:
    """What stands where there is nothing yet."""
    return f'<div class="empty">{inert(text)}</div>'


def scope_html(of: OneReport | None) -> str:
    """Above the box, the one report that the next questions are asked of, with the way back to all; else nothing."""
    if of is None:
        return ""
    told = inert(ONLY_OF.format(title=of.title))
    return (
        f'<div class="scope"><span title="{attribute(of.title)}">{told}</span>'
        f'<button type="button" class="unscope" aria-label="{inert(EVERYWHERE)}">×</button></div>'
    )


def past_html(exchanges: Sequence[Exchange]) -> str:
    """The exchanges before the last one, each with its sources folded under it; turns count from 1."""
    if not exchanges:
        return ""
    return (
        f'<div class="past">{"".join(_past(exchange, turn) for turn, exchange in enumerate(exchanges, start=1))}</div>'
    )


def _past(exchange: Exchange, turn: int) -> str:
    cards = sources_html(exchange, turn) if exchange.answer is not None else ""
    count = len(exchange.answer.citations or exchange.answer.hits) if exchange.answer is not None else 0
    label = inert(PAST_SOURCES.format(count=count))
    folded = f'<details class="folded"><summary>{label}</summary>{cards}</details>' if count else ""
    return exchange_html(exchange, turn, last=False) + folded


def exchange_html(exchange: Exchange, turn: int, *, last: bool = True) -> str:
    """A question and as much of its answer as there is; the last one can be asked again as it was typed."""
    of = f'<p class="of">{inert(ONLY_OF.format(title=exchange.of.title))}</p>' if exchange.of is not None else ""
    return (
        f'<div class="exchange"><div class="question">{inert(exchange.question)}</div>{of}'
        f'<div class="reply">{_reading(exchange, last=last)}{_reply(exchange, turn)}</div></div>'
    )


def _reading(exchange: Exchange, *, last: bool) -> str:
    """How the question was taken, where that is not a matter of course."""
    if exchange.verbatim:
        return f'<p class="understood">{inert(TAKEN_VERBATIM)}</p>'
    if exchange.understood is None:
        return ""
    undo = f'<button type="button" class="verbatim">{inert(VERBATIM)}</button>' if last and not exchange.running else ""
    return f'<p class="understood"><span>{inert(UNDERSTOOD + exchange.understood)}</span>{undo}</p>'


def _reply(exchange: Exchange, turn: int) -> str:
    if exchange.problem is not None:
        return f'<p class="problem">{inert(exchange.problem)}</p>'
    if exchange.answer is not None:
        return _answer(exchange.answer, turn) + _status(exchange.timings)
    draft = without_marks(exchange.draft)
    shown = f'<p class="draft" title="{UNCHECKED}">{inert(draft)}</p>' if draft else ""
    if exchange.stopped:
        return f'{shown}<p class="status">{inert(STOPPED)}</p>'
    return f'{shown}<p class="status busy">{inert(_stage(exchange))}</p>'


def _stage(exchange: Exchange) -> str:
    if exchange.found is None:
        return SEARCHING
    count = len(exchange.found.hits)
    if exchange.ahead:
        return QUEUED.format(count=count, ahead=exchange.ahead)
    return UNCHECKED if exchange.draft else DRAFTING.format(count=count)


def _answer(answer: Answer, turn: int) -> str:
    if answer.refusal is not None:
        return f'<p class="refusal">{inert(answer.refusal)}</p>'
    cited = {citation.number: citation for citation in answer.citations}
    sentences = "".join(_sentence(sentence, cited, turn) for sentence in answer.sentences)
    tag = f'<span class="tag">{inert(QUOTED)}</span>' if answer.quoted else ""
    return f'{tag}<div class="answer">{sentences}</div>'


def _sentence(sentence: Sentence, cited: dict[int, Citation], turn: int) -> str:
    marks = "".join(
        f'<a class="mark" href="#{_source_id(turn, number)}" title="{attribute(cited[number].quote)}">{number}</a>'
        for number in sentence.citations
    )
    if sentence.supported:
        made = f' class="composed" title="{COMPOSED}"' if sentence.composed else ""
        return f"<span{made}>{inert(sentence.text)}</span>{marks}"
    told = PARTLY if sentence.state == "partly" else UNSUPPORTED
    return f'<span class="{sentence.state}" title="{told}">{inert(sentence.text)}</span>{marks}'


def _status(timings: Timings | None) -> str:
    if timings is None:
        return ""
    steps = (("检索", timings.search_ms), ("首字", timings.first_token_ms), ("共", timings.total_ms))
    line = " · ".join(f"{name} {seconds(ms)} 秒" for name, ms in steps if ms is not None)
    return f'<p class="status"><span>{inert(line)}</span><button type="button" class="copy">{inert(COPY)}</button></p>'


def seconds(ms: float) -> str:
    """Milliseconds as seconds, to hundredths below one second and tenths above."""
    return f"{ms / 1000:.2f}" if ms < 1000 else f"{ms / 1000:.1f}"


def sources_html(exchange: Exchange, turn: int) -> str:
    """The passages of an exchange: those found at first, then the cited ones by their numbers and the others folded."""
    answer, found = exchange.answer, exchange.found
    if answer is None:
        hits = found.hits if found is not None else ()
        return panel(FOUND, _hit_cards(hits)) if hits else empty_html(NO_SOURCES)
    if answer.refusal is not None or not answer.citations:
        hits = answer.hits or (found.hits if found is not None else ())
        return panel(NEAREST, _hit_cards(hits)) if hits else empty_html(NOTHING_FOUND)
    cited = {citation.passage.id for citation in answer.citations}
    cards = "".join(_citation_card(citation, answer.citations, turn) for citation in answer.citations)
    return panel(SOURCES, cards + _folded([hit for hit in answer.hits if hit.passage.id not in cited]))


def panel(title: str, cards: str) -> str:
    return f'<div class="panel"><h2>{inert(title)}</h2>{cards}</div>'


def _folded(hits: Sequence[Hit]) -> str:
    if not hits:
        return ""
    label = inert(OTHERS.format(count=len(hits)))
    return f'<details class="folded"><summary>{label}</summary>{_hit_cards(hits)}</details>'


# The stretches to mark of a passage's text, or of one of its cells.
Marks = Callable[[str], Sequence[tuple[int, int]]]


def _hit_cards(hits: Iterable[Hit]) -> str:
    return "".join(
        _card(hit.passage, str(hit.rank), lambda text: (), passage_link(hit.passage), rank=True) for hit in hits
    )


def _citation_card(citation: Citation, citations: Sequence[Citation], turn: int) -> str:
    quote, text = citation.quote, citation.passage.text

    def marks(shown: str) -> Sequence[tuple[int, int]]:
        if shown == text:
            return [(citation.start, citation.end)]
        return [(0, len(shown))] if shown and shown in quote else []

    link = citation_link(citation, citations)
    return _card(citation.passage, str(citation.number), marks, link, identity=_source_id(turn, citation.number))


def _source_id(turn: int, number: int) -> str:
    return f"source-{turn}-{number}"


def _card(passage: Passage, number: str, marks: Marks, link: str, *, identity: str = "", rank: bool = False) -> str:
    anchor = f' id="{identity}" tabindex="-1"' if identity else ""
    mark = f'<span class="number{" rank" if rank else ""}">{number}</span>'
    kind = f'<span class="kind">{inert(KIND_LABELS[passage.kind])}</span>'
    where = inert(source_line(passage))
    return (
        f'<section class="source"{anchor}><div class="where">{mark}<span>{where}</span>{kind}'
        f'<a class="open" href="{inert(link)}" target="_blank" title="{OPEN_NAME}">{OPEN}</a></div>'
        f"{passage_html(passage, marks)}</section>"
    )


def passage_html(passage: Passage, marks: Marks) -> str:
    """What a passage says, a row as header and cell, one pair a line; below it where else that stands."""
    caption = f'<p class="caption">{inert(passage.caption)}</p>' if passage.caption else ""
    rows = "".join(
        f"<tr><th>{inert(header)}</th><td>{_marked(cell, marks(cell))}</td></tr>" for header, cell in passage.cells
    )
    body = (
        f'<table class="row"><tbody>{rows}</tbody></table>'
        if rows
        else f'<p class="words">{_marked(passage.text, marks(passage.text))}</p>'
    )
    return f"{caption}{body}{_also_at(passage)}"


def _marked(text: str, spans: Sequence[tuple[int, int]], tag: str = "mark") -> str:
    html = "".join(
        f"<{tag}>{inert(part)}</{tag}>" if inside else inert(part) for part, inside in parts_marked(text, spans)
    )
    return _BLANK_LINES.sub("<br>", html)


def _also_at(passage: Passage) -> str:
    if not passage.also_at:
        return ""
    listed = "".join(f"<li>{_other_place(place, passage.text)}</li>" for place in passage.also_at)
    label = inert(ALSO_AT.format(count=len(passage.also_at)))
    return f'<details class="also"><summary>{label}</summary><ul>{listed}</ul></details>'


def _other_place(place: Place, text: str) -> str:
    """Another place of a passage, with the words there where they are others, and those marked."""
    where = inert(place_of(place.title, place.headings, place.page, place.page_kind))
    if not place.text or place.text.split() == text.split():
        return where
    return f'{where}<p class="otherwise">{inert(OTHERWISE)}{_marked(place.text, _differing(text, place.text), "b")}</p>'


def _differing(text: str, other: str) -> list[tuple[int, int]]:
    """The stretches of other that text has not, where the two are short enough to compare letter by letter."""
    if len(text) * len(other) > COMPARED_PAIRS:
        return []
    same = SequenceMatcher(None, text, other, autojunk=False)
    return [(start, end) for change, _, _, start, end in same.get_opcodes() if change != "equal" and start < end]
