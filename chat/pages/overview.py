"""The HTML of what the library holds: totals, when reports were published, and each report's sections, years and reading."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from chat.library.holdings import Holding, Overview
from chat.pages.bars import Bar, columns, legend, rows, strip
from chat.pages.escaping import inert
from chat.pages.render import empty_html
from chat.pages.words import OverviewWords
from ingest.report import Kind, PageQuality
from ingest.source import Flag

SHOWN_SECTIONS = 8  # of a report; the others are folded away
SHOWN_YEARS = 12  # in a row of columns; reports also name the year a founder was born
MOST_MONTHS, MOST_QUARTERS = 24, 24  # columns over time, before they stand for more

_DATE = re.compile(r"((?:19|20)\d{2})(?:-(0[1-9]|1[0-2]))?")

Step = Literal["month", "quarter", "year"]
_STEPS: dict[Step, int] = {"month": 12, "quarter": 4, "year": 1}  # how many make a year


def overview_html(corpus: Overview, words: OverviewWords) -> str:
    """The page of the library."""
    if not corpus.reports:
        return f'<div class="ledger overview"><h2>{inert(words.title)}</h2>{empty_html(words.nothing)}</div>'
    reports = "".join(_report(report, words) for report in corpus.reports)
    return (
        f'<div class="ledger overview"><h2>{inert(words.title)}</h2>{_totals(corpus, words)}'
        f'<div class="pair">{_over_time(corpus, words)}{_kinds(corpus.kinds, words)}</div>{reports}</div>'
    )


def _totals(corpus: Overview, words: OverviewWords) -> str:
    totals = (
        (len(corpus.reports), words.reports),
        (corpus.pages, words.pages),
        (corpus.passages, words.passages),
        (corpus.characters, words.characters),
    )
    items = "".join(f"<li><b>{count:,}</b><span>{inert(name)}</span></li>" for count, name in totals if count)
    again = words.again_elsewhere.format(count=corpus.again_elsewhere) if corpus.again_elsewhere else ""
    told = f'<p class="note">{inert(again)}</p>' if again else ""
    return f'<ul class="totals">{items}</ul>{told}'


def _over_time(corpus: Overview, words: OverviewWords) -> str:
    dated = [report.line.published for report in corpus.reports if _DATE.match(report.line.published)]
    if not dated:
        return ""
    bars = [
        Bar(name, count, str(count) if count else "", "all", words.published.format(when=name, count=count))
        for name, count in by_time(dated)
    ]
    chart = columns(bars) if len(bars) > 1 else _lines([bars[0].told])
    undated = len(corpus.reports) - len(dated)
    note = f'<p class="note">{inert(words.undated.format(count=undated))}</p>' if undated else ""
    return _part(words.over_time, chart + note)


def by_time(published: Iterable[str]) -> list[tuple[str, int]]:
    """(month, quarter or year; how many) from the first to the last, none left out: 2023-03, 2023 Q1, 2023.

    The finest step that all dates allow and that keeps to MOST_MONTHS or MOST_QUARTERS columns. Dates begin with a year.
    """
    dates = [(int(date[1]), int(date[2]) if date[2] else None) for date in map(_DATE.match, published) if date]
    step: Step = "month" if all(month is not None for _, month in dates) else "year"
    counted = _counted(dates, step)
    if step == "month" and _span(counted) > MOST_MONTHS:
        step = "quarter"
        counted = _counted(dates, step)
    if step == "quarter" and _span(counted) > MOST_QUARTERS:
        step = "year"
        counted = _counted(dates, step)
    return [(_step_name(at, step), counted[at]) for at in range(min(counted), max(counted) + 1)]


def _counted(dates: Sequence[tuple[int, int | None]], step: Step) -> Counter[int]:
    """How many dates fall into each step, numbered from the year 0 on."""
    each = _STEPS[step]
    return Counter(year * each + ((month or 1) - 1) * each // 12 for year, month in dates)


def _span(counted: Counter[int]) -> int:
    return max(counted) - min(counted) + 1


def _step_name(at: int, step: Step) -> str:
    year, part = divmod(at, _STEPS[step])
    return {"month": f"{year}-{part + 1:02}", "quarter": f"{year} Q{part + 1}", "year": f"{year}"}[step]


def _kinds(kinds: Sequence[tuple[Kind, int]], words: OverviewWords) -> str:
    bars = [Bar(words.kind_names[kind], count, f"{count:,}", f"k-{kind}") for kind, count in kinds]
    return _part(words.kinds, strip(bars) + legend(bars)) if bars else ""


def _part(title: str, body: str) -> str:
    return f'<div class="part"><h3 class="title">{inert(title)}</h3>{body}</div>'


def _report(report: Holding, words: OverviewWords) -> str:
    left = (
        _sections(report, words),
        _part(words.again, _lines(_again(report, words))),
        _part(words.reading, _reading(report.line.pages, words)),
    )
    right = (_kinds(report.kinds, words), _years(report, words))
    return (
        f'<section class="holding"><h3>{inert(report.line.title)}</h3><p class="note">{inert(_imprint(report, words))}</p>'
        f'<div class="pair"><div>{"".join(left)}</div><div>{"".join(right)}</div></div></section>'
    )


def _imprint(report: Holding, words: OverviewWords) -> str:
    """publisher · date · period · pages · passages · characters, without what is not known or what the title tells."""
    line = report.line
    period = line.period if line.period and line.period not in line.title else ""
    told = (
        line.publisher,
        line.published,
        words.about.format(period=period) if period else "",
        words.pages_of[line.page_kind].format(report.pages) if report.pages else "",
        words.passages_of.format(count=line.passages),
        words.characters_of.format(count=report.characters) if report.characters else "",
    )
    return " · ".join(part for part in told if part)


def _sections(report: Holding, words: OverviewWords) -> str:
    bars = [Bar(name or words.before_sections, count, f"{count:,}", "all") for name, count in report.sections]
    if not bars:
        return ""
    largest = sorted(range(len(bars)), key=lambda place: -bars[place].length)[:SHOWN_SECTIONS]
    shown = [bars[place] for place in sorted(largest)]
    others = [bar for place, bar in enumerate(bars) if place not in largest]
    longest = max(bar.length for bar in bars)
    return _part(words.sections, rows(shown, longest=longest) + _folded_sections(others, longest, words))


def _folded_sections(bars: Sequence[Bar], longest: float, words: OverviewWords) -> str:
    if not bars:
        return ""
    label = inert(words.other_sections.format(count=len(bars)))
    return f'<details class="more-rows"><summary>{label}</summary>{rows(bars, longest=longest)}</details>'


def _years(report: Holding, words: OverviewWords) -> str:
    if not report.years:
        return _part(words.years, f'<p class="note">{inert(words.no_years)}</p>')
    counts = dict(report.years)
    shown = busiest_years(report.years)
    bars = [
        Bar(
            f"{year}",
            counts.get(year, 0),
            f"{counts[year]}" if year in counts else "",
            "all",
            words.year_told.format(year=year, count=counts.get(year, 0)),
        )
        for year in shown
    ]
    others = [year for year in counts if year not in shown]
    told = words.other_years.format(count=len(others), first=min(others), last=max(others)) if others else ""
    note = f'<p class="note">{inert(told)}</p>' if told else ""
    return _part(words.years, columns(bars) + note)


def busiest_years(years: Sequence[tuple[int, int]]) -> range:
    """At most SHOWN_YEARS years in a row, those named most often together; the later where two stretches are equal."""
    counts = dict(years)
    first, last = min(counts), max(counts)
    if last - first < SHOWN_YEARS:
        return range(first, last + 1)
    stretches = (range(start, start + SHOWN_YEARS) for start in range(first, last - SHOWN_YEARS + 2))
    return max(stretches, key=lambda stretch: (sum(counts.get(year, 0) for year in stretch), stretch.start))


def _again(report: Holding, words: OverviewWords) -> list[str]:
    told = []
    if report.again_within:
        told.append(words.again_within.format(count=report.again_within))
    if report.again_elsewhere:
        told.append(words.again_elsewhere.format(count=report.again_elsewhere))
    return told or [words.again_nowhere]


def _lines(lines: Iterable[str]) -> str:
    return f'<ul class="lines">{"".join(f"<li>{inert(line)}</li>" for line in lines)}</ul>'


def _reading(pages: Sequence[PageQuality], words: OverviewWords) -> str:
    """How the pages were read, as one strip, and in lines what is to be said of some of them."""
    doubts = [(page, _doubts(page)) for page in pages]
    left_out = sum(page.excluded for page in pages)
    doubtful = sum(bool(told) and not page.excluded for page, told in doubts)
    lines = [
        words.doubts[flag].format(count=count)
        for flag in words.doubts
        if (count := sum(flag in told for _, told in doubts))
    ]
    if left_out:
        lines.append(words.left_out.format(count=left_out))
    if not lines:
        return _lines([words.all_well])
    parts = (
        (words.read_well, len(pages) - left_out - doubtful, "well"),
        (words.in_doubt, doubtful, "doubtful"),
        (words.left_out, left_out, "left-out"),
    )
    return strip([Bar("", count, "", look, told.format(count=count)) for told, count, look in parts]) + _lines(lines)


def _doubts(page: PageQuality) -> set[Flag]:
    """What a reader should know of a page: that one recognised with doubt is a scan goes without saying."""
    return set(page.flags) - {"tables"} - ({"scan"} if "doubtful" in page.flags else set())
