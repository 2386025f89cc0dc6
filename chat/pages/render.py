"""The HTML of questions, answers and sources.

Everything that came from a reader, a report or the model goes through `inert`, and the page shows these strings without
a sanitiser of its own. Each function returns one line of HTML that begins with a block tag: Markdown leaves such a line
alone.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from chat.answer import Answer, Citation, Sentence
from chat.library.places import place_of, source_line
from chat.library.tables import cell_spans
from chat.marks import without_marks
from chat.pages.escaping import attribute, inert, lines_attribute
from chat.pages.exchange import Exchange, OneReport, Stage
from chat.pages.export_text import to_text
from chat.pages.kept import kept_object
from chat.pages.spans import citation_link, passage_link
from chat.pages.words import TalkWords, Words
from chat.search.highlights import parts_marked
from index.library import Hit
from ingest.report import Passage, Place

SHOWN_SUGGESTIONS = 6
COMPARED_PAIRS = 1_000_000  # of letters, which takes 0.1 s

# In JSON these are told as escapes, which `inert` would leave out or take for the end of a line.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BLANK_LINES = re.compile(r"<br>(?:[ \t]*<br>)+")


def empty_html(text: str) -> str:
    """What stands where there is nothing yet."""
    return f'<div class="empty">{inert(text)}</div>'


def begin_html(suggestions: Sequence[str], words: TalkWords) -> str:
    """A conversation before its first question: what this is, and the first few of the questions to press."""
    return f'<div class="begin"><p class="empty">{inert(words.empty)}</p>{_questions(words.try_these, suggestions[:SHOWN_SUGGESTIONS])}</div>'


def _questions(title: str, questions: Sequence[str]) -> str:
    """Questions that are asked when they are pressed."""
    if not questions:
        return ""
    pressed = "".join(f'<button type="button" class="offer">{inert(question)}</button>' for question in questions)
    return f'<div class="offers" role="group" aria-label="{inert(title)}"><span>{inert(title)}</span>{pressed}</div>'


def scope_html(of: OneReport | None, words: TalkWords) -> str:
    """Above the box, the one report that the next questions are asked of, with the way back to all; else nothing."""
    if of is None:
        return ""
    told = inert(words.only_of.format(title=of.title))
    return (
        f'<div class="scope"><span title="{attribute(of.title)}">{told}</span>'
        f'<button type="button" class="unscope" aria-label="{inert(words.everywhere)}">×</button></div>'
    )


# --- Questions and answers ------------------------------------------------------------------------------------------


def past_html(exchanges: Sequence[Exchange], words: Words, *, begins: int = 1) -> str:
    """Exchanges before the last one, each with its sources folded under it; begins: the turn of the first, from 1."""
    if not exchanges:
        return ""
    drawn = "".join(_past(exchange, turn, words) for turn, exchange in enumerate(exchanges, start=begins))
    return f'<div class="past">{drawn}</div>'


def _past(exchange: Exchange, turn: int, words: Words) -> str:
    cards = sources_html(exchange, turn, words) if exchange.answer is not None else ""
    count = len(exchange.answer.citations or exchange.answer.hits) if exchange.answer is not None else 0
    label = inert(words.talk.past_sources.format(count=count))
    folded = f'<details class="folded"><summary>{label}</summary>{cards}</details>' if count else ""
    return exchange_html(exchange, turn, words, last=False) + folded


def exchange_html(exchange: Exchange, turn: int, words: Words, *, last: bool = True) -> str:
    """A question and as much of its answer as there is; the last one can be asked again, as it was typed or edited.

    An answered one carries what the browser keeps of it, for the page's script.
    """
    talk = words.talk
    of = f'<p class="of">{inert(talk.only_of.format(title=exchange.of.title))}</p>' if exchange.of is not None else ""
    edit = f'<button type="button" class="edit">{inert(talk.edit)}</button>' if last and not exchange.running else ""
    kept = kept_object(exchange)
    carried = f' data-kept="{_carried(kept)}"' if kept is not None else ""
    return (
        f'<div class="exchange"{carried} data-turn="{turn}"><div class="asked">{edit}'
        f'<div class="question">{inert(exchange.question)}</div></div>{of}'
        f'<div class="reply">{_reading(exchange, talk, last=last)}{_reply(exchange, turn, words, last=last)}</div></div>'
    )


def _carried(kept: Mapping[str, object]) -> str:
    """What the browser keeps, for an attribute; Chinese as it is, since each of its characters as an escape would take ten."""
    told = json.dumps(kept, ensure_ascii=False)
    return inert(_ESCAPED.sub(lambda char: f"\\u{ord(char[0]):04x}", told))


def _reading(exchange: Exchange, words: TalkWords, *, last: bool) -> str:
    """How the question was taken, where that is not a matter of course."""
    if exchange.verbatim:
        return f'<p class="understood">{inert(words.taken_verbatim)}</p>'
    if exchange.understood is None:
        return ""
    may_undo = last and not exchange.running
    undo = f'<button type="button" class="verbatim">{inert(words.verbatim)}</button>' if may_undo else ""
    return f'<p class="understood"><span>{inert(words.understood + exchange.understood)}</span>{undo}</p>'


def _reply(exchange: Exchange, turn: int, words: Words, *, last: bool) -> str:
    talk = words.talk
    if exchange.withdrawn is not None:
        told = talk.withdrawn if exchange.withdrawn == "left" else talk.changed
        return f'<p class="problem">{inert(told)}</p>{_deeds(talk, last=last)}'
    if exchange.problem is not None:
        return f'<p class="problem">{inert(exchange.problem)}</p>{_deeds(talk, last=last)}'
    if exchange.answer is not None:
        next_questions = _questions(talk.go_on, exchange.next_questions) if last else ""
        return (
            _answer(exchange.answer, turn, talk)
            + exchange.look
            + _status(exchange, exchange.answer, words, last=last)
            + next_questions
        )
    draft = without_marks(exchange.draft)
    shown = f'<p class="draft" title="{inert(talk.unchecked)}">{inert(draft)}</p>' if draft else ""
    if exchange.stopped:
        return f'{shown}<p class="status">{inert(talk.stopped)}</p>{_deeds(talk, last=last)}'
    return shown + _stages(exchange, talk)


def _stages(exchange: Exchange, words: TalkWords) -> str:
    """The steps of an answer, those done and the one under way; the page's script counts the seconds."""
    steps: tuple[tuple[Stage, str], ...] = (
        ("search", words.search_stage),
        ("evidence", words.evidence_stage),
        ("draft", words.draft_stage),
        ("check", words.check_stage),
    )
    current = [stage for stage, _ in steps].index(exchange.stage)
    items = []
    for place, (stage, name) in enumerate(steps):
        state = "done" if place < current else "now" if place == current else "later"
        here = ' aria-current="step"' if place == current else ""
        items.append(f'<li class="{state}"{here}>{inert(name)}{_told(exchange, stage, words)}</li>')
    return f'<ol class="stages" aria-label="{inert(words.stages)}">{"".join(items)}<li class="timer"></li></ol>'


def _told(exchange: Exchange, stage: Stage, words: TalkWords) -> str:
    if stage != "evidence" or exchange.found is None:
        return ""
    told = words.found_count.format(count=len(exchange.found.hits))
    if exchange.ahead:
        told = words.queued.format(ahead=exchange.ahead, seconds=exchange.wait_seconds)
    return f"<i>{inert(told)}</i>"


def _answer(answer: Answer, turn: int, words: TalkWords) -> str:
    if answer.refusal is not None:
        return f'<p class="refusal">{inert(answer.refusal)}</p>'
    sentences = "".join(_sentence(sentence, turn, words) for sentence in answer.sentences)
    tag = f'<span class="tag">{inert(quoted_because(answer, words))}</span>' if answer.quoted else ""
    missing = f'<p class="missing">{inert(answer.missing)}</p>' if answer.missing else ""
    return f'{tag}<div class="answer">{sentences}</div>{missing}'


def quoted_because(answer: Answer, words: TalkWords) -> str:
    """What is said above an answer that is quoted."""
    match answer.fallback:
        case "unavailable":
            return words.unavailable
        case "overtime":
            return words.overtime
        case None:
            return words.quoted


def _sentence(sentence: Sentence, turn: int, words: TalkWords) -> str:
    marks = "".join(
        f'<a class="mark" href="#{source_id(turn, number)}" aria-label="{inert(words.mark.format(number=number))}">{number}</a>'
        for number in sentence.citations
    )
    if sentence.supported:
        made = f' class="composed" title="{inert(words.composed)}"' if sentence.composed else ""
        return f"<span{made}>{inert(sentence.text)}</span>{marks}"
    told = words.partly if sentence.state == "partly" else words.unsupported
    return f'<span class="{sentence.state}">{inert(sentence.text)}</span>{marks}<i class="state {sentence.state}">{inert(told)}</i>'


def _status(exchange: Exchange, answer: Answer, all_words: Words, *, last: bool) -> str:
    words, timings = all_words.talk, exchange.timings
    parts = []
    if timings is not None and timings.total_ms is not None:
        search, total = seconds(timings.search_ms), seconds(timings.total_ms)
        first = timings.first_token_ms
        parts.append(
            words.took_at_once.format(search=search, total=total)
            if first is None
            else words.took.format(search=search, first=seconds(first), total=total)
        )
    if checked := sum(sentence.supported for sentence in answer.sentences):
        parts.append(words.checked_one if checked == 1 else words.checked.format(count=checked))
    judge = "".join(
        f'<button type="button" class="judge" data-verdict="{verdict}" aria-pressed="false" title="{inert(name)}"'
        f' aria-label="{inert(name)}"></button>'
        for verdict, name in (("up", all_words.feedback.up), ("down", all_words.feedback.down))
    )
    return (
        f'<p class="status"><span>{inert(" · ".join(parts))}</span>'
        f'<span><button type="button" class="copy" data-text="{lines_attribute(to_text(exchange, all_words.export))}">'
        f"{inert(words.copy)}</button>{_again(words) if last else ''}{judge}</span></p>"
    )


def _deeds(words: TalkWords, *, last: bool) -> str:
    return f'<p class="status">{_again(words)}</p>' if last else ""


def _again(words: TalkWords) -> str:
    return f'<button type="button" class="retry">{inert(words.retry)}</button>'


def seconds(ms: float) -> str:
    """Milliseconds as seconds, to hundredths below one second and tenths above."""
    return f"{ms / 1000:.2f}" if ms < 1000 else f"{ms / 1000:.1f}"


# --- Sources --------------------------------------------------------------------------------------------------------


def sources_html(exchange: Exchange, turn: int, words: Words) -> str:
    """The passages of an exchange: those found at first, then the cited ones by their numbers and the others folded."""
    answer, found, talk = exchange.answer, exchange.found, words.talk
    if answer is None:
        hits = found.hits if found is not None else ()
        return panel(talk.found, _hit_cards(hits, words)) if hits else empty_html(talk.no_sources)
    if answer.courtesy:
        return empty_html(talk.no_sources)
    if answer.refusal is not None or not answer.citations:
        hits = answer.hits or (found.hits if found is not None else ())
        return panel(talk.nearest, _hit_cards(hits, words)) if hits else empty_html(talk.nothing_found)
    cited = {citation.passage.id for citation in answer.citations}
    cards = "".join(_citation_card(citation, answer.citations, turn, words) for citation in answer.citations)
    return panel(talk.sources, cards + _folded([hit for hit in answer.hits if hit.passage.id not in cited], words))


def panel(title: str, cards: str) -> str:
    return f'<div class="panel"><h2>{inert(title)}</h2>{cards}</div>'


def _folded(hits: Sequence[Hit], words: Words) -> str:
    if not hits:
        return ""
    label = inert(words.talk.others.format(count=len(hits)))
    return f'<details class="folded"><summary>{label}</summary>{_hit_cards(hits, words)}</details>'


# The stretches to mark of a passage's text, or of one of its cells.
Marks = Callable[[str], Sequence[tuple[int, int]]]


def _hit_cards(hits: Iterable[Hit], words: Words) -> str:
    return "".join(
        _card(
            hit.passage,
            str(hit.rank),
            passage_html(hit.passage, lambda text: (), words),
            passage_link(hit.passage, words.language),
            words,
            rank=True,
        )
        for hit in hits
    )


def _citation_card(citation: Citation, citations: Sequence[Citation], turn: int, words: Words) -> str:
    quoted = [(citation.start, citation.end)]
    cells = [
        span is not None and span[0] < citation.end and citation.start < span[1]
        for span in cell_spans(citation.passage)
    ]
    link = citation_link(citation, citations, words.language)
    identity, number = source_id(turn, citation.number), str(citation.number)
    body = passage_html(citation.passage, lambda text: quoted, words, cells=cells)
    return _card(citation.passage, number, body, link, words, identity=identity)


def source_id(turn: int, number: int) -> str:
    """The id of the card that a mark leads to."""
    return f"source-{turn}-{number}"


def _card(
    passage: Passage, number: str, body: str, link: str, words: Words, *, identity: str = "", rank: bool = False
) -> str:
    anchor = f' id="{identity}" tabindex="-1"' if identity else ""
    mark = f'<span class="number{" rank" if rank else ""}">{number}</span>'
    return (
        f'<section class="source"{anchor}><div class="where">{mark}<span>{inert(source_line(passage, words.places))}</span>'
        f'<span class="kind">{inert(words.places.kinds[passage.kind])}</span>{open_link(link, words.talk)}</div>'
        f"{body}</section>"
    )


def open_link(link: str, words: TalkWords) -> str:
    """The way from a passage to the report as a whole."""
    return (
        f'<a class="open" href="{inert(link)}" target="_blank" title="{inert(words.open_name)}">{inert(words.open)}</a>'
    )


def passage_html(passage: Passage, marks: Marks, words: Words, *, cells: Sequence[bool] | None = None) -> str:
    """What a passage says, a row as header and cell, one pair a line; below it where else that stands.

    cells: which cells of a row are marked as a whole; without it marks says what of each.
    """
    caption = f'<p class="caption">{inert(passage.caption)}</p>' if passage.caption else ""
    spans = [
        marks(cell) if cells is None else [(0, len(cell))] if cells[place] and cell else []
        for place, (_, cell) in enumerate(passage.cells)
    ]
    rows = "".join(
        f"<tr><th>{inert(header)}</th><td>{_marked(cell, marked)}</td></tr>"
        for (header, cell), marked in zip(passage.cells, spans, strict=True)
    )
    body = (
        f'<table class="row"><tbody>{rows}</tbody></table>'
        if rows
        else f'<p class="words">{_marked(passage.text, marks(passage.text))}</p>'
    )
    return f"{caption}{body}{_also_at(passage, words)}"


def _marked(text: str, spans: Sequence[tuple[int, int]], tag: str = "mark") -> str:
    html = "".join(
        f"<{tag}>{inert(part)}</{tag}>" if inside else inert(part) for part, inside in parts_marked(text, spans)
    )
    return _BLANK_LINES.sub("<br>", html)


def _also_at(passage: Passage, words: Words) -> str:
    if not passage.also_at:
        return ""
    listed = "".join(f"<li>{_other_place(place, passage.text, words)}</li>" for place in passage.also_at)
    label = inert(words.talk.also_at.format(count=len(passage.also_at)))
    return f'<details class="also"><summary>{label}</summary><ul>{listed}</ul></details>'


def _other_place(place: Place, text: str, words: Words) -> str:
    """Another place of a passage, with the words there where they are others, and those marked."""
    where = inert(place_of(place.title, place.headings, place.page, place.page_kind, words.places))
    if not place.text or place.text.split() == text.split():
        return where
    differing = _marked(place.text, _differing(text, place.text), "b")
    return f'{where}<p class="otherwise">{inert(words.talk.otherwise)}{differing}</p>'


def _differing(text: str, other: str) -> list[tuple[int, int]]:
    """The stretches of other that text has not, where the two are short enough to compare letter by letter."""
    if len(text) * len(other) > COMPARED_PAIRS:
        return []
    same = SequenceMatcher(None, text, other, autojunk=False)
    return [(start, end) for change, _, _, start, end in same.get_opcodes() if change != "equal" and start < end]
