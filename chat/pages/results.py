"""The HTML of a search: filters with counts, passages with the words sought marked, pages, and what to try instead.

Every button carries the search that it leads to, in the words of the contract, as a link carries its address: the
page's script only hands it over. Texts go through `inert`, as everywhere in `render`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from chat.contract import ReportLine, filters_object
from chat.library.places import CHINESE_PLACES, imprint, place_of
from chat.pages.escaping import attribute, inert
from chat.pages.render import empty_html, open_link, passage_html, seconds
from chat.pages.spans import passage_link
from chat.pages.words import Words
from chat.search.facets import Results
from chat.search.highlights import highlights, words_sought
from chat.search.reference import reference
from index.filters import Filter
from index.library import Hit
from ingest.report import Kind

SHOWN_CHOICES = 6  # of a sort of filter; the others are folded away

Choice = tuple[object, str, int]  # value, name, passages


def results_html(searched: Results, reports: Iterable[ReportLine], words: Words) -> str:
    """What a search gives, for its page; reports: those there are."""
    search = {"question": searched.found.question, "filters": filters_object(searched.within), "k": searched.k}
    if not searched.total:
        body = _instead(searched, words)
    else:
        sought = words_sought(searched.found.standalone_question)
        cards = "".join(_card(hit, sought, words) for hit in searched.hits)
        body = f"{_head(searched, words)}{_filters(searched, reports, words)}{_near(searched, words)}{cards}{_pages(searched, words)}"
    return f'<div class="panel results" data-search="{_json(search)}">{body}</div>'


def _head(searched: Results, words: Words) -> str:
    told = words.search.found.format(total=searched.total)
    if searched.pages > 1:
        told += words.search.and_page.format(page=searched.page, pages=searched.pages)
    took = words.search.took.format(seconds=seconds(searched.found.timings.search_ms))
    clear = _leads_to(words.search.clear, {"filters": {}}, "clear", "clear") if searched.within != Filter() else ""
    return f'<div class="head"><h2 tabindex="-1">{inert(told)}<span class="took">{inert(took)}</span></h2>{clear}</div>'


def _instead(searched: Results, words: Words) -> str:
    """Where nothing was found: the filters that keep it away, and words that are there."""
    if searched.within == Filter():
        return empty_html(words.talk.nothing_found) + _near(searched, words)
    ways = "".join(
        _leads_to(
            _loosening(searched.within, looser, total, words),
            {"filters": filters_object(looser)},
            f"loosen-{number}",
            "try",
        )
        for number, (looser, total) in enumerate(searched.loosened)
    )
    return f'<h2 tabindex="-1">{inert(words.search.nothing_within)}</h2><p class="instead">{ways}</p>{_near(searched, words)}'


def _loosening(within: Filter, looser: Filter, total: int, words: Words) -> str:
    gone = [name for sort, name in _sorts(words).items() if getattr(within, sort) and not getattr(looser, sort)]
    return (
        words.search.loosen.format(sort=gone[0], total=total)
        if len(gone) == 1
        else words.search.loosen_all.format(total=total)
    )


def _near(searched: Results, words: Words) -> str:
    """Words asked for that are not there, each with those that are: one of them takes its place in the question."""
    question = searched.found.question
    lines = []
    for word, near in searched.nearest.items():
        ways = "".join(
            _leads_to(other, {"question": question.replace(word, other) if word in question else other}, other, "try")
            for other in near
        )
        lines.append(f'<p class="near">{inert(words.search.near.format(word=word))}{ways}</p>')
    return "".join(lines)


def _filters(searched: Results, reports: Iterable[ReportLine], words: Words) -> str:
    titles = {line.id: line.title for line in reports}
    facets = searched.facets
    groups = "".join(
        _group(searched.within, sort, choices, words)
        for sort, choices in (
            ("reports", [(id, titles.get(id, id), count) for id, count in facets.reports]),
            (
                "years",
                [
                    (year, words.search.no_year if year is None else words.search.year.format(year=year), count)
                    for year, count in sorted(facets.years, key=_latest_first)
                ],
            ),
            (
                "kinds",
                [(kind, words.places.kinds[kind], count) for kind, count in sorted(facets.kinds, key=_usual_order)],
            ),
        )
    )
    return (
        f'<div class="filters" role="group" aria-label="{inert(words.search.filters)}">{groups}</div>' if groups else ""
    )


def _sorts(words: Words) -> Mapping[str, str]:
    """The sorts of filters by the contract's names."""
    return {"reports": words.search.by_report, "years": words.search.by_year, "kinds": words.search.by_kind}


def _latest_first(counted: tuple[int | None, int]) -> int:
    """Years, then the reports without one."""
    return -(counted[0] or 0)


def _usual_order(counted: tuple[Kind, int]) -> int:
    """Kinds stay where they are, whatever their counts."""
    return list(CHINESE_PLACES.kinds).index(counted[0])


def _group(within: Filter, sort: str, choices: Sequence[Choice], words: Words) -> str:
    """The choices of one sort of filter; a single one too, so that nothing below moves when another filter leaves it."""
    if not choices:
        return ""
    chosen = getattr(within, sort)
    shown, folded = "", ""
    for number, choice in enumerate(choices):
        if number < SHOWN_CHOICES or choice[0] in chosen:
            shown += _choice(within, sort, choice, words)
        else:
            folded += _choice(within, sort, choice, words)
    more = f'<details class="more"><summary>{inert(words.search.more)}</summary>{folded}</details>' if folded else ""
    name = inert(_sorts(words)[sort])
    return f'<div class="sort" role="group" aria-label="{name}"><span class="name">{name}</span>{shown}{more}</div>'


def _choice(within: Filter, sort: str, choice: Choice, words: Words) -> str:
    """A filter to press, and to press again."""
    value, name, count = choice
    chosen = getattr(within, sort)
    other = replace(within, **{sort: chosen ^ {value}})
    return (
        f'<button type="button" class="choice" aria-pressed="{"true" if value in chosen else "false"}"'
        f' aria-label="{attribute(words.search.counted.format(name=name, count=count))}" title="{attribute(name)}"'
        f' data-key="{_key(sort, value)}" data-wish="{_json({"filters": filters_object(other)})}">'
        f"<span>{inert(name)}</span><i>{count}</i></button>"
    )


def _card(hit: Hit, sought: Sequence[str], words: Words) -> str:
    passage = hit.passage
    cited = reference(passage)
    where = inert(place_of(passage.title, passage.headings, passage.page, passage.page_kind, words.places))
    about = inert(imprint(passage))
    return (
        f'<section class="source"><div class="where"><span class="number rank">{hit.rank}</span>'
        f"<span>{where}{f'<small>{about}</small>' if about else ''}</span>"
        f'<span class="kind">{inert(words.places.kinds[passage.kind])}</span>'
        f"{open_link(passage_link(passage, words.language), words.talk)}</div>"
        f'{passage_html(passage, partial(highlights, sought), words)}<p class="deeds">'
        f'<button type="button" class="cite" data-reference="{_whole(cited)}" title="{attribute(cited)}"'
        f' aria-label="{inert(words.search.cite_name.format(rank=hit.rank))}">{inert(words.search.cite)}</button>'
        f'<button type="button" class="ask-of" data-report="{_whole(passage.report_id)}"'
        f' aria-label="{inert(words.search.ask_of_name.format(rank=hit.rank))}">{inert(words.search.ask_of)}</button></p></section>'
    )


def _pages(searched: Results, words: Words) -> str:
    if searched.pages < 2:
        return ""
    page, pages, k = searched.page, searched.pages, searched.k

    def to(number: int, name: str, key: str) -> str:
        if not 1 <= number <= pages:
            return f'<button type="button" disabled>{inert(name)}</button>'
        return _leads_to(name, {"offset": (number - 1) * k}, key, "page", current=key == f"page-{page}")

    numbers = "".join(to(number, str(number), f"page-{number}") for number in range(1, pages + 1))
    return (
        f'<nav class="pages" aria-label="{words.search.pages}">{to(page - 1, words.search.before, "before")}{numbers}'
        f"{to(page + 1, words.search.after, 'after')}</nav>"
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
