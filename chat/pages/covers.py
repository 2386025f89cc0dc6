"""The HTML of what the library covers: the head of the page, and the list of reports."""

from collections.abc import Iterable, Sequence

from chat.contract import ReportLine
from chat.library.places import pages_counted
from chat.library.quality import page_count, quality_lines
from chat.pages.escaping import attribute, inert
from chat.pages.render import empty_html
from chat.pages.spans import reading_link
from chat.pages.words import Words

SHOWN_REPORTS = 12
EXPORTS = (("md", "Markdown"), ("docx", "Word"), ("pdf", "PDF"))


def header_html(reports: Sequence[ReportLine] | None, words: Words, *, logged_in: bool = False) -> str:
    """The name of the product, what it covers or where to begin, and what holds for all pages; who logged in may leave.

    Without reports it is what stands there until they are known, just as high: nothing below it moves when they are.
    """
    tools = _tools(words, logged_in=logged_in)
    return f'<div class="brand"><h1>{inert(words.product)}</h1>{_coverage(reports, words)}{tools}</div>'


def _coverage(reports: Sequence[ReportLine] | None, words: Words) -> str:
    if reports is None:
        return '<div class="coverage">&nbsp;</div>'
    if not reports:
        return f'<div class="coverage">{inert(words.head.no_coverage)}</div>'
    passages = sum(report.passages for report in reports)
    told = words.head.coverage.format(reports=len(reports), passages=passages)
    return f"<details class=coverage><summary>{inert(told)}</summary>{_titles(reports, words)}</details>"


def _titles(reports: Iterable[ReportLine], words: Words) -> str:
    lines = (
        f'<li><a href="{inert(reading_link(report.id, [], language=words.language))}" target="_blank"><b>{inert(report.title)}</b></a><span>'
        f"{inert(' · '.join(part for part in (report.publisher, report.published) if part))}</span></li>"
        for report in reports
    )
    return f"<ul>{''.join(lines)}</ul>"


def covered_html(reports: Sequence[ReportLine], words: Words) -> str:
    """In the place of sources before there are any: what these will be, and the first of the reports."""
    told = empty_html(words.talk.no_sources)
    if not reports:
        return told
    title = words.shelf.title.format(count=len(reports))
    return f'{told}<div class="panel covered"><h2>{inert(title)}</h2>{_titles(reports[:SHOWN_REPORTS], words)}</div>'


def _tools(words: Words, *, logged_in: bool) -> str:
    other = "chat-en" if words.path == "chat" else "chat"
    leave = f'<a href="../logout">{inert(words.head.log_out)}</a>' if logged_in else ""
    return (
        f'<div class="tools"><button type="button" class="new">{inert(words.talk.clear)}</button>'
        f'<button type="button" class="conversations" aria-expanded="false" aria-controls="kept">'
        f"{inert(words.head.conversations)}</button>"
        f'<details class="export-menu"><summary class="export">{inert(words.head.export)}</summary><span>'
        f"{''.join(_export(suffix, name) for suffix, name in EXPORTS)}</span></details>"
        f'<button type="button" class="theme">{inert(words.head.theme)}</button>'
        f'<a href="../{other}/" lang="{"en" if other == "chat-en" else "zh-CN"}">{inert(words.head.other_language)}</a>{leave}</div>'
    )


def _export(suffix: str, name: str) -> str:
    return f'<button type="button" class="export" data-format="{suffix}">{name}</button>'


def shelf_html(reports: Sequence[ReportLine], words: Words, *, editable: bool) -> str:
    """The reports of the library, each with how well it was read and, where one may, a button that removes it."""
    if not reports:
        return empty_html(words.shelf.begin if editable else words.shelf.none)
    items = "".join(_report(report, words, editable=editable) for report in reports)
    return f'<ul class="shelf" aria-label="{attribute(words.shelf.title.format(count=len(reports)))}">{items}</ul>'


def _report(report: ReportLine, words: Words, *, editable: bool) -> str:
    about = [part for part in (report.publisher, report.published, report.period) if part]
    pages = page_count(report.pages)
    size = [pages_counted(pages, report.page_kind, words.places)] if pages else []
    size.append(words.shelf.passages.format(count=report.passages))
    return (
        f'<li class="report"><div class="told"><b>{inert(report.title)}</b>'
        f"<span>{inert(' · '.join([*about, *size]))}</span>{_quality(report, words)}</div>"
        f'<p class="deeds"><a class="read" href="{inert(reading_link(report.id, [], language=words.language))}" target="_blank">'
        f"{inert(words.shelf.read)}</a>{_remove(report, words) if editable else ''}</p></li>"
    )


def _quality(report: ReportLine, words: Words) -> str:
    lines = [*quality_lines(report.pages, report.page_kind, words.quality), *map(str, report.notes)]
    if lines == [words.quality.all_well]:
        return f'<p class="quality">{inert(words.quality.all_well)}</p>'
    listed = "".join(f"<li>{inert(line)}</li>" for line in lines)
    return f'<details class="quality troubled" open><summary>{inert(words.shelf.quality)}</summary><ul>{listed}</ul></details>'


def _remove(report: ReportLine, words: Words) -> str:
    name = attribute(words.shelf.remove_name.format(title=report.title))
    return (
        f'<button type="button" class="remove" data-report="{inert(report.id)}" data-title="{attribute(report.title)}"'
        f' aria-label="{name}">{inert(words.shelf.remove)}</button>'
    )


def shelf_head_html(words: Words, *, editable: bool, suffixes: Iterable[str], megabytes: int) -> str:
    """What stands above the reports: the way to add one, and where a change tells how far it is."""
    if not editable:
        return f'<div class="shelf-head"><p>{inert(words.shelf.read_only)}</p></div>'
    accepted = sorted(suffixes)
    formats = words.quality.listing.join(suffix.lstrip(".") for suffix in accepted)
    hint = words.shelf.hint.format(formats=formats, megabytes=megabytes)
    return (
        f'<div class="shelf-head"><button type="button" class="add">{inert(words.shelf.add)}</button>'
        f'<input type="file" multiple hidden accept="{",".join(accepted)}"><p>{inert(hint)}</p>'
        '<div id="shelf-told" role="status" aria-live="polite"></div></div>'
    )
