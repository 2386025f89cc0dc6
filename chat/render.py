"""The HTML of questions, answers and sources.

Everything that came from a reader, a report or the model goes through `inert`, here and nowhere later: the page shows
these strings without a sanitiser of its own, because none of those to be had holds by itself (an SVG link passes them).
Each function returns one line of HTML that begins with a block tag: Markdown leaves such a line alone.
"""

import re
import string
from collections.abc import Iterable, Sequence

from chat.answer import Answer, Citation, Sentence, Timings
from chat.contract import ReportLine
from chat.exchange import Exchange
from chat.marks import without_marks
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
NO_RESULTS = "输入问题或关键词，直接查看最相关的原文段落，不经过模型。"
NOTHING_FOUND = "没有找到相关的段落。"
UNSUPPORTED = "未找到依据"
QUOTED = "摘自原文"
UNCHECKED = "初稿，正在核对出处"
STOPPED = "已停止。"
SEARCHING = "正在检索"
DRAFTING = "已找到 {count} 段原文，正在撰写"
QUEUED = "已找到 {count} 段原文，前面还有 {ahead} 个问题"
COPY = "复制"
ALSO_AT = "另见 {count} 处"
SEARCH_STATUS = "检索 {seconds} 秒 · {count} 段"
REPORTS_TITLE = "报告（{count}）"
NO_REPORTS = "资料库里还没有报告。"
BEGIN_HERE = "资料库里还没有报告；请点上面的“添加报告”选择文件。"
ADD = "添加报告"
ADD_HINT = "可一次选多份；支持 {formats}，每份不超过 {megabytes} MB。读取并建立索引后即可提问。"
READ_ONLY = "在运行服务的机器上用 reportqa add、reportqa remove 增删报告。"
REMOVE = "移除"
QUALITY = "读取情况"

TITLE_CHARS = 200  # a tooltip longer than this covers the answer it explains

# Every ASCII punctuation mark becomes a numeric entity: such text is neither a tag nor Markdown, wherever it stands.
_INERT = {ord(char): f"&#{ord(char)};" for char in string.punctuation if char not in ".,%"}
_INERT |= {code: None for code in (*range(0x20), 0x7F, *range(0xD800, 0xE000)) if code not in (0x09, 0x0A)}
_INERT |= {ord("\n"): "<br>"}
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")


def inert(text: str) -> str:
    """The text as HTML that shows just these characters, line ends as <br>; control characters are left out."""
    return _LINE_END.sub("\n", text).translate(_INERT)


def attribute(text: str) -> str:
    """The text for a double-quoted attribute, cut at TITLE_CHARS."""
    flat = " ".join(text.split())
    return inert(flat if len(flat) <= TITLE_CHARS else flat[: TITLE_CHARS - 1] + "…")


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
    return exchange_html(exchange, turn) + folded


def exchange_html(exchange: Exchange, turn: int) -> str:
    """A question and as much of its answer as there is."""
    return (
        f'<div class="exchange"><div class="question">{inert(exchange.question)}</div>'
        f'<div class="reply">{_reply(exchange, turn)}</div></div>'
    )


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
        return f"<span>{inert(sentence.text)}</span>{marks}"
    return f'<span class="unsupported" title="{UNSUPPORTED}">{inert(sentence.text)}</span>{marks}'


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
        return _panel(FOUND, _hit_cards(hits)) if hits else empty_html(NO_SOURCES)
    if answer.refusal is not None or not answer.citations:
        hits = answer.hits or (found.hits if found is not None else ())
        return _panel(NEAREST, _hit_cards(hits)) if hits else empty_html(NOTHING_FOUND)
    cited = {citation.passage.id for citation in answer.citations}
    cards = "".join(_citation_card(citation, turn) for citation in answer.citations)
    return _panel(SOURCES, cards + _folded([hit for hit in answer.hits if hit.passage.id not in cited]))


def results_html(hits: Sequence[Hit], search_ms: float) -> str:
    """The results of a search without the model, each with its score."""
    if not hits:
        return empty_html(NOTHING_FOUND)
    return _panel(SEARCH_STATUS.format(seconds=seconds(search_ms), count=len(hits)), _hit_cards(hits, scores=True))


def _panel(title: str, cards: str) -> str:
    return f'<div class="panel"><h2>{inert(title)}</h2>{cards}</div>'


def _folded(hits: Sequence[Hit]) -> str:
    if not hits:
        return ""
    label = inert(OTHERS.format(count=len(hits)))
    return f'<details class="folded"><summary>{label}</summary>{_hit_cards(hits)}</details>'


def _hit_cards(hits: Iterable[Hit], *, scores: bool = False) -> str:
    return "".join(
        _card(hit.passage, number=hit.rank, score=f"{hit.score:.3f}" if scores else "", quote=None) for hit in hits
    )


def _citation_card(citation: Citation, turn: int) -> str:
    return _card(
        citation.passage,
        number=citation.number,
        quote=(citation.start, citation.end),
        identity=_source_id(turn, citation.number),
    )


def _source_id(turn: int, number: int) -> str:
    return f"source-{turn}-{number}"


def _card(passage: Passage, *, number: int, quote: tuple[int, int] | None, identity: str = "", score: str = "") -> str:
    anchor = f' id="{identity}" tabindex="-1"' if identity else ""
    mark = f'<span class="number{"" if identity else " rank"}">{number}</span>'
    labels = f'<span class="kind">{inert(KIND_LABELS[passage.kind])}</span>'
    if score:
        labels += f'<span class="score">{inert(score)}</span>'
    caption = f'<p class="caption">{inert(passage.caption)}</p>' if passage.caption else ""
    body = _row(passage, quote) if passage.cells else f'<p class="words">{_words(passage.text, quote)}</p>'
    where = inert(source_line(passage))
    return (
        f'<section class="source"{anchor}><div class="where">{mark}<span>{where}</span>{labels}</div>'
        f"{caption}{body}{_also_at(passage.also_at)}</section>"
    )


def _words(text: str, quote: tuple[int, int] | None) -> str:
    if quote is None:
        return inert(text)
    start, end = quote
    return f"{inert(text[:start])}<mark>{inert(text[start:end])}</mark>{inert(text[end:])}"


def _row(passage: Passage, quote: tuple[int, int] | None) -> str:
    """A table row as header and cell, one pair a line; the cells that the quote names are marked."""
    quoted = passage.text[slice(*quote)] if quote is not None else ""
    rows = "".join(
        f"<tr><th>{inert(header)}</th><td>{_cell(cell, marked=cell in quoted)}</td></tr>"
        for header, cell in passage.cells
    )
    return f'<table class="row"><tbody>{rows}</tbody></table>'


def _cell(cell: str, *, marked: bool) -> str:
    return f"<mark>{inert(cell)}</mark>" if cell and marked else inert(cell)


def _also_at(places: Sequence[Place]) -> str:
    if not places:
        return ""
    listed = "".join(
        f"<li>{inert(place_of(place.title, place.headings, place.page, place.page_kind))}</li>" for place in places
    )
    label = inert(ALSO_AT.format(count=len(places)))
    return f'<details class="also"><summary>{label}</summary><ul>{listed}</ul></details>'
