"""The HTML of a search: filters with counts, passages with the words sought marked, pages, and what to try instead.

Every button carries the search that it leads to, in the words of the contract, as a link carries its address: the
page's script only hands it over. Texts go through `inert`, as everywhere in `render`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from chat.contract import ReportLine, filters_object
from chat.facets import Results
from chat.highlights import highlights, words_sought
from chat.pages.escaping import attribute, inert
from chat.pages.render import empty_html, passage_html, seconds
from chat.places import KIND_LABELS, imprint, place_of
from chat.reference import reference
from index.filters import Filter
from index.library import Hit
from ingest.report import Kind

NO_RESULTS = "输入问题或关键词，直接查看最相关的原文段落，不经过模型。"
FOUND = "最相关的 {total} 段"
AND_PAGE = " · 第 {page}/{pages} 页"
TOOK = " · 检索 {seconds} 秒"
NOTHING_FOUND = "没有找到相关的段落。"
NOTHING_WITHIN = "没有符合这些筛选条件的段落。"
LOOSEN = "去掉“{sort}”筛选（{total} 段）"
LOOSEN_ALL = "去掉全部筛选（{total} 段）"
NEAR = "这些段落里没有“{word}”，相近的词："
FILTERS, CLEAR, MORE = "筛选", "清除筛选", "更多"
SORTS = {"reports": "报告", "years": "年份", "kinds": "类型"}
YEAR = "{year} 年"
COUNTED = "{name}，{count} 段"
PAGES, BEFORE, AFTER = "翻页", "上一页", "下一页"
CITE, CITE_NAME = "复制引文", "复制引文（第 {rank} 段）"
ASK_OF, ASK_OF_NAME = "据此提问", "据此提问（第 {rank} 段）"

SHOWN_CHOICES = 6  # of a sort of filter; the others are folded away

Choice = tuple[object, str, int]  # value, name, passages


def results_html(searched: Results, reports: Iterable[ReportLine]) -> str:
    """What a search gives, for its page; reports: those there are."""
    search = {"question": searched.found.question, "filters": filters_object(searched.within), "k": searched.k}
    if not searched.total:
        body = _instead(searched)
    else:
        words = words_sought(searched.found.standalone_question)
        cards = "".join(_card(hit, words) for hit in searched.hits)
        body = f"{_head(searched)}{_filters(searched, reports)}{_near(searched)}{cards}{_pages(searched)}"
    return f'<div class="panel results" data-search="{_json(search)}">{body}</div>'


def _head(searched: Results) -> str:
    told = FOUND.format(total=searched.total)
    if searched.pages > 1:
        told += AND_PAGE.format(page=searched.page, pages=searched.pages)
    took = TOOK.format(seconds=seconds(searched.found.timings.search_ms))
    clear = _leads_to(CLEAR, {"filters": {}}, "clear", "clear") if searched.within != Filter() else ""
    return f'<div class="head"><h2 tabindex="-1">{inert(told)}<span class="took">{inert(took)}</span></h2>{clear}</div>'


def _instead(searched: Results) -> str:
    """Where nothing was found: the filters that keep it away, and words that are there."""
    if searched.within == Filter():
        return empty_html(NOTHING_FOUND) + _near(searched)
    ways = "".join(
        _leads_to(
            _loosening(searched.within, looser, total), {"filters": filters_object(looser)}, f"loosen-{number}", "try"
        )
        for number, (looser, total) in enumerate(searched.loosened)
    )
    return f'<h2 tabindex="-1">{inert(NOTHING_WITHIN)}</h2><p class="instead">{ways}</p>{_near(searched)}'


def _loosening(within: Filter, looser: Filter, total: int) -> str:
    gone = [name for sort, name in SORTS.items() if getattr(within, sort) and not getattr(looser, sort)]
    return LOOSEN.format(sort=gone[0], total=total) if len(gone) == 1 else LOOSEN_ALL.format(total=total)


def _near(searched: Results) -> str:
    """Words asked for that are not there, each with those that are: one of them takes its place in the question."""
    question = searched.found.question
    lines = []
    for word, near in searched.nearest.items():
        ways = "".join(
            _leads_to(other, {"question": question.replace(word, other) if word in question else other}, other, "try")
            for other in near
        )
        lines.append(f'<p class="near">{inert(NEAR.format(word=word))}{ways}</p>')
    return "".join(lines)


def _filters(searched: Results, reports: Iterable[ReportLine]) -> str:
    titles = {line.id: line.title for line in reports}
    facets = searched.facets
    groups = "".join(
        _group(searched.within, sort, choices)
        for sort, choices in (
            ("reports", [(id, titles.get(id, id), count) for id, count in facets.reports]),
            ("years", [(year, YEAR.format(year=year), count) for year, count in sorted(facets.years, reverse=True)]),
            ("kinds", [(kind, KIND_LABELS[kind], count) for kind, count in sorted(facets.kinds, key=_usual_order)]),
        )
    )
    return f'<div class="filters" role="group" aria-label="{inert(FILTERS)}">{groups}</div>' if groups else ""


def _usual_order(counted: tuple[Kind, int]) -> int:
    """Kinds stay where they are, whatever their counts."""
    return list(KIND_LABELS).index(counted[0])


def _group(within: Filter, sort: str, choices: Sequence[Choice]) -> str:
    """The choices of one sort of filter; a single one too, so that nothing below moves when another filter leaves it."""
    if not choices:
        return ""
    chosen = getattr(within, sort)
    shown, folded = "", ""
    for number, choice in enumerate(choices):
        if number < SHOWN_CHOICES or choice[0] in chosen:
            shown += _choice(within, sort, choice)
        else:
            folded += _choice(within, sort, choice)
    more = f'<details class="more"><summary>{inert(MORE)}</summary>{folded}</details>' if folded else ""
    name = inert(SORTS[sort])
    return f'<div class="sort" role="group" aria-label="{name}"><span class="name">{name}</span>{shown}{more}</div>'


def _choice(within: Filter, sort: str, choice: Choice) -> str:
    """A filter to press, and to press again."""
    value, name, count = choice
    chosen = getattr(within, sort)
    other = replace(within, **{sort: chosen ^ {value}})
    return (
        f'<button type="button" class="choice" aria-pressed="{"true" if value in chosen else "false"}"'
        f' aria-label="{attribute(COUNTED.format(name=name, count=count))}" title="{attribute(name)}"'
        f' data-key="{_key(sort, value)}" data-wish="{_json({"filters": filters_object(other)})}">'
        f"<span>{inert(name)}</span><i>{count}</i></button>"
    )


def _card(hit: Hit, words: Sequence[str]) -> str:
    passage = hit.passage
    cited = reference(passage)
    where = inert(place_of(passage.title, passage.headings, passage.page, passage.page_kind))
    about = inert(imprint(passage))
    return (
        f'<section class="source"><div class="where"><span class="number rank">{hit.rank}</span>'
        f"<span>{where}{f'<small>{about}</small>' if about else ''}</span>"
        f'<span class="kind">{inert(KIND_LABELS[passage.kind])}</span>'
        f'<span class="score">{hit.score:.3f}</span></div>'
        f'{passage_html(passage, partial(highlights, words))}<p class="deeds">'
        f'<button type="button" class="cite" data-reference="{_whole(cited)}" title="{attribute(cited)}"'
        f' aria-label="{inert(CITE_NAME.format(rank=hit.rank))}">{inert(CITE)}</button>'
        f'<button type="button" class="ask-of" data-report="{_whole(passage.report_id)}"'
        f' aria-label="{inert(ASK_OF_NAME.format(rank=hit.rank))}">{inert(ASK_OF)}</button></p></section>'
    )


def _pages(searched: Results) -> str:
    if searched.pages < 2:
        return ""
    page, pages, k = searched.page, searched.pages, searched.k

    def to(number: int, name: str, key: str) -> str:
        if not 1 <= number <= pages:
            return f'<button type="button" disabled>{inert(name)}</button>'
        return _leads_to(name, {"offset": (number - 1) * k}, key, "page", current=key == f"page-{page}")

    numbers = "".join(to(number, str(number), f"page-{number}") for number in range(1, pages + 1))
    return (
        f'<nav class="pages" aria-label="{PAGES}">{to(page - 1, BEFORE, "before")}{numbers}'
        f"{to(page + 1, AFTER, 'after')}</nav>"
    )


def _leads_to(name: str, wish: Mapping[str, object], key: str, style: str, *, current: bool = False) -> str:
    here = ' aria-current="page"' if current else ""
    return (
        f'<button type="button" class="{style}" data-key="{_whole(key)}" data-wish="{_json(wish)}"{here}>'
        f"{inert(name)}</button>"
    )


def _key(sort: str, value: object) -> str:
    return _whole(f"{sort}-{value}")


def _whole(text: str) -> str:
    """Text for an attribute that the script reads, on one line and uncut."""
    return inert(" ".join(text.split()))


def _json(value: object) -> str:
    """JSON for an attribute, in ASCII: a line end inside it would not stay one."""
    return inert(json.dumps(value))
