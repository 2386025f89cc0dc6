"""The HTML of the last evaluation: its measures in plain words, what became of each sort of question, and of each one."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Literal

from chat.evaluating.evaluation import BadQuestions, K, Kept, Result, read_results, summarise
from chat.pages.bars import Bar, columns, legend, strip
from chat.pages.escaping import inert
from chat.pages.render import seconds
from chat.pages.words import EvaluationWords, MeasureWords
from index.metrics import evidence_at

Outcome = Literal["right", "refused", "silent", "wrong", "invented", "found", "missed", "unmeasured"]
# Well done first, then by how bad it is for a reader: an answer that is made up is worse than none.
OUTCOMES: tuple[Outcome, ...] = ("right", "refused", "found", "silent", "missed", "wrong", "invented", "unmeasured")
EVIDENCE_WITHIN = 5  # as the measure evidence@5 has it
EDGES_S = (1, 2, 5, 10, 20, 40)  # of the columns of times, in seconds; the last column is of what is slower
EXCERPT_CHARS = 40
_NONE = "—"


def evaluation_page(path: Path, words: EvaluationWords, *, version: str = "") -> str:
    """The page of the results at path, which may be missing or unreadable; version: of the index that answers now."""
    try:
        kept = read_results(path)
    except BadQuestions:
        return _empty(words.unreadable, words)
    return evaluation_html(kept, words, version=version)


def evaluation_html(kept: Kept | None, words: EvaluationWords, *, version: str = "") -> str:
    """The page of these results; without any, how to come by some. version: of the index that answers now."""
    if kept is None or not kept.results:
        return _empty(words.nothing, words)
    results = kept.results
    parts = (
        _measures(results, words),
        f'<div class="pair">{_by_type(results, words)}<div>{_evidence(results, words)}{_times(results, words)}</div></div>',
        _each(results, words),
    )
    return f'<div class="ledger evaluation">{_head(kept, words, version)}{"".join(parts)}</div>'


def _empty(told: str, words: EvaluationWords) -> str:
    return (
        f'<div class="ledger evaluation"><h2>{inert(words.title)}</h2>'
        f'<div class="empty">{inert(told)}<br><code>{inert(words.command)}</code></div></div>'
    )


def _head(kept: Kept, words: EvaluationWords, version: str) -> str:
    told = [
        words.questions.format(count=len(kept.results)),
        words.made.format(when=f"{kept.made:%Y-%m-%d %H:%M}"),
        words.library.format(version=kept.version) if kept.version else "",
    ]
    notes = []
    if all(result.refused is None for result in kept.results):
        notes.append(words.retrieval_only)
    if kept.version and version and kept.version != version:
        notes.append(words.other_library)
    warned = "".join(f'<p class="warned">{inert(note)}</p>' for note in notes)
    return f'<h2>{inert(words.title)}</h2><p class="note">{inert(" · ".join(filter(None, told)))}</p>{warned}'


def _measures(results: Sequence[Result], words: EvaluationWords) -> str:
    figures = summarise(results)["all"]
    return f'<dl class="measures">{"".join(_measure(each, figures.get(name)) for name, each in words.measures.items())}</dl>'


def _measure(words: MeasureWords, share: float | int | None) -> str:
    bar = strip([Bar("", share, "", "all"), Bar("", 1 - share, "", "rest")]) if share is not None else ""
    return (
        f"<div><dt>{inert(words.name)}</dt><dd><b>{_share(share)}</b>{bar}"
        f"<small>{inert(words.meaning)}</small></dd></div>"
    )


def _share(share: float | int | None) -> str:
    """A share as a percentage; whole only where it is all: 0.9996 is not 100%."""
    if share is None:
        return _NONE
    return "100%" if share == 1 else f"{min(share * 100, 99.9):.1f}%"


def outcome_of(result: Result) -> Outcome:
    """What became of a question: of its answer, or of the search where no answer was asked for."""
    if result.refused is None:
        if not result.ranks:
            return "unmeasured"
        return "found" if evidence_at(EVIDENCE_WITHIN, result.ranks) else "missed"
    if not result.answerable:
        return "refused" if result.refused else "invented"
    if result.refused:
        return "silent"
    return "right" if result.right else "wrong"


def _by_type(results: Sequence[Result], words: EvaluationWords) -> str:
    rows = "".join(
        f'<tr><th scope="row">{inert(words.types.get(name, name))}</th><td>{strip(_outcomes(group, words))}</td>'
        f"<td><b>{_well(group)}</b>/{len(group)}</td></tr>"
        for name, group in _types(results).items()
    )
    everything = legend(_outcomes(results, words))
    return f'<div class="part"><h3>{inert(words.by_type)}</h3>{everything}<table class="by-type"><tbody>{rows}</tbody></table></div>'


def _types(results: Iterable[Result]) -> dict[str, list[Result]]:
    """The results of each type, in order of appearance."""
    types: dict[str, list[Result]] = {}
    for result in results:
        types.setdefault(result.type, []).append(result)
    return types


def _well(results: Iterable[Result]) -> int:
    return sum(outcome_of(result) in ("right", "refused", "found") for result in results)


def _outcomes(results: Iterable[Result], words: EvaluationWords) -> list[Bar]:
    counted = Counter(map(outcome_of, results))
    return [
        Bar(
            words.outcomes[outcome],
            counted[outcome],
            str(counted[outcome]),
            f"o-{outcome}",
            words.outcome_told.format(name=words.outcomes[outcome], count=counted[outcome]),
        )
        for outcome in OUTCOMES
        if counted[outcome]
    ]


def _evidence(results: Sequence[Result], words: EvaluationWords) -> str:
    """How many questions have all of their evidence among the first k passages, for each k."""
    ranks = [result.ranks for result in results if result.ranks]
    if not ranks:
        return ""
    bars = []
    for k in range(1, K + 1):
        share = sum(evidence_at(k, each) for each in ranks) / len(ranks)
        told = words.among_told.format(k=k, share=_share(share))
        bars.append(Bar(words.among.format(k=k), share, f"{share * 100:.0f}", "all", told))
    return _chart(words.evidence, words.evidence_told, columns(bars, highest=1))


def _times(results: Sequence[Result], words: EvaluationWords) -> str:
    """How many questions took how long, to the first words that could be read and to the end."""
    first = [ms for result in results if (ms := result.first_token_ms or result.total_ms) is not None]
    total = [result.total_ms for result in results if result.total_ms is not None]
    if not total:
        return ""
    told = words.times_told.format(first=_median(first, words), total=_median(total, words))
    names = [f"{low}–{high}" for low, high in pairwise((0, *EDGES_S))] + [words.slower.format(seconds=EDGES_S[-1])]
    charts = "".join(
        f"<figure><figcaption>{inert(name)}</figcaption>{columns(_histogram(times, names, words))}</figure>"
        for name, times in ((words.first_words, first), (words.total, total))
    )
    return _chart(words.times, told, f'<div class="charts">{charts}</div>')


def _histogram(times_ms: Sequence[float], names: Sequence[str], words: EvaluationWords) -> list[Bar]:
    counted = Counter(bisect_left(EDGES_S, ms / 1000) for ms in times_ms)
    return [
        Bar(
            name,
            counted[place],
            str(counted[place]) if counted[place] else "",
            "all",
            f"{name}: {words.counted.format(count=counted[place])}",
        )
        for place, name in enumerate(names)
    ]


def _median(times_ms: Sequence[float], words: EvaluationWords) -> str:
    return words.seconds.format(seconds=seconds(median(times_ms)))


def _chart(title: str, told: str, body: str) -> str:
    return f'<div class="part"><h3>{inert(title)}</h3><p class="note">{inert(told)}</p>{body}</div>'


def _each(results: Sequence[Result], words: EvaluationWords) -> str:
    """The questions of each type, folded; those that did not go well first."""
    folded = "".join(
        f'<details class="type"><summary>{inert(words.types.get(name, name))}'
        f"<span>{inert(' · '.join(bar.told for bar in _outcomes(group, words)))}</span></summary>{_table(group, words)}</details>"
        for name, group in _types(results).items()
    )
    return f'<div class="part"><h3>{inert(words.each)}</h3>{folded}</div>'


def _table(results: Sequence[Result], words: EvaluationWords) -> str:
    ordered = sorted(results, key=lambda result: -OUTCOMES.index(outcome_of(result)))
    columns_shown = _columns(ordered, words)
    head = "".join(f'<th scope="col">{inert(name)}</th>' for name, _ in columns_shown)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in zip(*(cells for _, cells in columns_shown), strict=True))
    return f'<div class="wide"><table class="each"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _columns(results: Sequence[Result], words: EvaluationWords) -> list[tuple[str, list[str]]]:
    """(head, cells) of each column; that of the questions is left out where an older file does not tell them."""
    questions = (words.question, [f'<td class="said">{inert(result.question)}</td>' for result in results])
    return [
        (words.id, [f'<td class="id">{inert(result.id)}</td>' for result in results]),
        *([questions] if any(result.question for result in results) else []),
        (words.outcome, [f"<td>{_outcome(outcome_of(result), words)}</td>" for result in results]),
        (words.ranks, [f"<td>{_ranks(result, words)}</td>" for result in results]),
        (
            words.first_words,
            [f"<td>{_took(result.first_token_ms or result.total_ms, words)}</td>" for result in results],
        ),
        (words.total, [f"<td>{_took(result.total_ms, words)}</td>" for result in results]),
        (words.answer, [f'<td class="said">{_answer(result, words)}</td>' for result in results]),
    ]


def _outcome(outcome: Outcome, words: EvaluationWords) -> str:
    return f'<span class="outcome o-{outcome}">{inert(words.outcomes[outcome])}</span>'


def _ranks(result: Result, words: EvaluationWords) -> str:
    """The rank of each piece of evidence, in the order of the set."""
    return inert(", ".join(str(rank) if rank is not None else words.not_found for rank in result.ranks)) or _NONE


def _took(ms: float | None, words: EvaluationWords) -> str:
    return inert(words.seconds.format(seconds=seconds(ms))) if ms is not None else _NONE


def _answer(result: Result, words: EvaluationWords) -> str:
    """The answer as it was shown; a long one is folded behind its beginning."""
    if result.refused is None:
        return _NONE
    if result.answer is None:
        return inert(words.no_answer)
    text = result.answer
    if len(text) <= EXCERPT_CHARS:
        return inert(text)
    return f"<details><summary>{inert(text[:EXCERPT_CHARS])}…</summary>{inert(text)}</details>"
