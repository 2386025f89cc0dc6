"""The HTML of how the service is used: questions by day, how fast, what was refused and disliked, what was cited.

Every text goes through `inert`, as everywhere in `render`: what a reader typed is a stranger's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chat.library.places import place_of
from chat.pages.escaping import inert
from chat.pages.plot import plot_svg
from chat.pages.render import seconds
from chat.pages.series import Point, Series
from chat.pages.spans import passage_link, reading_link
from chat.pages.words import AdminWords, Words
from chat.records.asker import Use
from chat.records.feedback import Cited, Feedback, Verdict
from chat.records.usage import Summary
from ingest.report import Passage

PERIODS = (7, 30, 90)  # days
SHOWN = 10  # of each list
FEW_POINTS = 14  # of more, the figures would cover the line; the pointer still tells them

Cell = tuple[str, str]  # HTML, and the class of its column


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for how long: days, 0 for as long as there is room; feedback_most verdicts; whether questions' words."""

    usage_days: int
    feedback_days: int
    feedback_most: int
    questions: bool


@dataclass(frozen=True, slots=True)
class Administered:
    """What the page shows. judged: 👍 and 👎 of these days by (verdict, reason). complaints: the 👎 of these days,
    newest first.

    titles: of the reports, by id. passage: the one of that id, None where it has left the library.
    """

    summary: Summary
    judged: Mapping[tuple[Verdict, str], int]
    complaints: Sequence[Feedback]
    titles: Mapping[str, str]
    passage: Callable[[str], Passage | None]
    kept: Kept


def admin_html(shown: Administered, words: Words) -> str:
    """The whole page's body."""
    summary, admin = shown.summary, words.admin
    sections = (
        _section(admin.by_day, _by_day(summary, words)),
        _section(admin.refused, _refusals(summary, admin)),
        _section(admin.slowest, _slowest(summary.slowest, admin)),
        _section(admin.latest_refused, _latest_refused(summary.refused, admin)),
        _section(admin.disliked, _disliked(shown, words)),
        _section(admin.top_reports, _reports(shown, words)),
        _section(admin.top_passages, _passages(shown, words), "across"),
    )
    return (
        f"{_top(len(summary.days), words)}<main>{_totals(shown, admin)}{''.join(sections)}"
        f'<p class="kept">{inert(_retention(shown.kept, admin))}</p></main>'
    )


def said_html(reason: str, words: Words) -> str:
    """The body of a page that says why there is nothing to show, and leads back."""
    return (
        f'<main class="said"><h1>{inert(reason)}</h1>'
        f'<p><a href="../{words.path}/">{inert(words.admin.home)}</a></p></main>'
    )


def page_html(body: str, words: Words) -> str:
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{inert(words.admin.title)} · {inert(words.product)}</title>"
        '<link rel="icon" type="image/svg+xml" href="../static/icon.svg"><link rel="stylesheet" href="../static/admin.css">'
        f'<script type="module" src="../static/theme.js"></script></head><body>{body}</body></html>'
    )


def _top(days: int, words: Words) -> str:
    here = {days: ' aria-current="page"'}
    periods = "".join(
        f'<a href="?days={period}&amp;lang={words.language}"{here.get(period, "")}>'
        f"{inert(words.admin.period.format(days=period))}</a>"
        for period in PERIODS
    )
    return (
        f'<header class="top"><a class="home" href="../{words.path}/">{inert(words.admin.home)}</a>'
        f'<h1>{inert(words.admin.title)}</h1><nav aria-label="{inert(words.admin.periods)}">{periods}</nav></header>'
    )


def _section(title: str, body: str, place: str = "") -> str:
    return f"<section{_class(place)}><h2>{inert(title)}</h2>{body}</section>"


def _totals(shown: Administered, words: AdminWords) -> str:
    summary = shown.summary
    told = [
        (words.asked, f"{summary.asked:,}"),
        (words.answered, f"{summary.answered:,}"),
        (words.refusals, f"{sum(count for _, count in summary.refusals):,}"),
        (words.stopped, f"{summary.stopped:,}"),
        (words.failures, f"{sum(count for _, count in summary.failures):,}"),
        (
            words.median,
            words.seconds.format(seconds=seconds(summary.median_ms)) if summary.median_ms is not None else "—",
        ),
        (words.liked, f"{_judged(shown, 'up'):,}"),
        (words.dislikes, f"{_judged(shown, 'down'):,}"),
    ]
    return f'<ul class="totals">{"".join(f"<li><b>{figure}</b><span>{inert(name)}</span></li>" for name, figure in told)}</ul>'


def _judged(shown: Administered, verdict: Verdict) -> int:
    return sum(count for (given, _), count in shown.judged.items() if given == verdict)


# --- questions -----------------------------------------------------------------------------------------------------


def _by_day(summary: Summary, words: Words) -> str:
    if not summary.asked:
        return _note(words.admin.nothing)
    points = tuple(
        Point(f"{each.day:%m-%d}", float(each.asked), f"{each.asked:,}", period=(each.day, each.day))
        for each in summary.days
    )
    ways = words.admin.between.join(f"{words.admin.ways.get(way, way)} {count:,}" for way, count in summary.ways)
    plot = plot_svg(Series(words.admin.by_day, "", points, timed=True), words.look, str)
    many = " many" if len(points) > FEW_POINTS else ""
    return f'<figure class="days{many}">{plot}</figure>{_note(ways)}'


def _refusals(summary: Summary, words: AdminWords) -> str:
    counted = (*summary.refusals, *summary.failures)
    if not counted:
        return _note(words.no_refusals)
    rows = ([(inert(_kind(kind, words)), "words"), (f"{count:,}", "num")] for kind, count in counted)
    return _table(((words.reason, "words"), (words.asked, "num")), rows)


def _kind(kind: str, words: AdminWords) -> str:
    """Why a question was refused or failed; one that only a newer release knows, by its name."""
    return {**words.refusal_kinds, **words.failure_kinds}.get(kind, kind)


def _slowest(uses: Sequence[Use], words: AdminWords) -> str:
    head = (
        (words.when, "when"),
        (words.total, "num"),
        (words.searching, "num part"),
        (words.first_token, "num part"),
    )
    return _questions(uses, head, _times, words)


def _times(use: Use) -> list[Cell]:
    times = ((use.total_ms, "num"), (use.search_ms, "num part"), (use.first_token_ms, "num part"))
    return [
        (_moment(use.asked_at), "when"),
        *((seconds(ms) if ms is not None else "—", kind) for ms, kind in times),
    ]


def _latest_refused(uses: Sequence[Use], words: AdminWords) -> str:
    def told(use: Use) -> list[Cell]:
        return [(_moment(use.asked_at), "when"), (inert(_kind(use.reason, words)), "reason")]

    return _questions(uses, ((words.when, "when"), (words.reason, "reason")), told, words)


def _questions(uses: Sequence[Use], head: Sequence[Cell], told: Callable[[Use], list[Cell]], words: AdminWords) -> str:
    """What is told of each, and its words where those of any are kept."""
    if not uses:
        return _note(words.nothing)
    if not any(use.question for use in uses):
        return _table(head, map(told, uses))
    rows = ([*told(use), (inert(use.question or words.not_kept), "words")] for use in uses)
    return _table((*head, (words.question, "words")), rows)


# --- what readers think --------------------------------------------------------------------------------------------


def _disliked(shown: Administered, words: Words) -> str:
    admin = words.admin
    if not shown.complaints:
        return _note(admin.no_dislikes)
    counts = [
        f"{_reason(reason, words)} {count:,}"
        for (verdict, reason), count in sorted(shown.judged.items(), key=lambda item: -item[1])
        if verdict == "down"
    ]
    rows = [
        [
            (_moment(each.given_at), "when"),
            (inert(_reason(each.reason, words)), "reason"),
            (inert(each.question) + (f"<small>{inert(each.comment)}</small>" if each.comment else ""), "words"),
        ]
        for each in shown.complaints
    ]
    head = ((admin.when, "when"), (admin.reason, "reason"), (admin.question, "words"))
    return (_note(admin.between.join(counts)) if counts else "") + _table(head, rows)


def _reason(reason: str, words: Words) -> str:
    named: Mapping[str, str] = dict(words.feedback.reasons.items())
    return named.get(reason, reason) if reason else words.admin.no_reason


# --- sources -------------------------------------------------------------------------------------------------------


def _reports(shown: Administered, words: Words) -> str:
    def named(report_id: str) -> str:
        title = shown.titles.get(report_id)
        if title is None:
            return inert(words.admin.gone.format(id=report_id))
        return f'<a href="{inert(reading_link(report_id, [], language=words.language))}">{inert(title)}</a>'

    return _cited([(named(report_id), count) for report_id, count in shown.summary.reports], words.admin)


def _passages(shown: Administered, words: Words) -> str:
    return _cited([(_passage(cited, shown, words), count) for cited, count in shown.summary.passages], words.admin)


def _passage(cited: Cited, shown: Administered, words: Words) -> str:
    passage = shown.passage(cited.passage_id)
    if passage is None:
        return inert(words.admin.gone.format(id=cited.passage_id))
    place = place_of(passage.title, passage.headings, passage.page, passage.page_kind, words.places)
    return f'<a href="{inert(passage_link(passage, words.language))}">{inert(place)}</a>'


def _cited(rows: Sequence[tuple[str, int]], words: AdminWords) -> str:
    if not rows:
        return _note(words.nothing)
    head = ((words.source, "words"), (words.answers, "num"))
    return _table(head, ([(name, "words"), (f"{count:,}", "num")] for name, count in rows))


# --- what all of these are made of ---------------------------------------------------------------------------------


def _retention(kept: Kept, words: AdminWords) -> str:
    def days(number: int) -> str:
        return words.for_days.format(days=number) if number else words.without_end

    return "".join(
        (
            words.usage_kept.format(time=days(kept.usage_days)),
            words.feedback_kept.format(time=days(kept.feedback_days), most=kept.feedback_most),
            words.questions_kept if kept.questions else words.questions_not_kept,
        )
    )


def _table(head: Iterable[Cell], rows: Iterable[Sequence[Cell]]) -> str:
    """head: names, not yet HTML. rows: cells, as HTML."""
    names = "".join(f'<th{_class(kind)} scope="col">{inert(name)}</th>' for name, kind in head)
    lines = "".join(f"<tr>{''.join(f'<td{_class(kind)}>{cell}</td>' for cell, kind in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table></div>'


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _note(text: str) -> str:
    return f'<p class="note">{inert(text)}</p>'


def _moment(told: str) -> str:
    """A moment in this machine's time zone, as HTML."""
    return inert(f"{datetime.fromisoformat(told).astimezone():%m-%d %H:%M}")
