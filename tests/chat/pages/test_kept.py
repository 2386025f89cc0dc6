"""A conversation that a browser kept comes back as it was, as far as the library of today bears it out, and no further."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.answer import Answer, Citation, Found, Sentence, Timings
from chat.pages.chinese import CHINESE
from chat.pages.exchange import Exchange, OneReport, Withdrawn, standing
from chat.pages.kept import MAX_CHARS, MAX_LISTED, NotKept, kept_object, reopened
from chat.pages.render import exchange_html
from index.library import Hit
from ingest.report import Passage
from tests.chat.pages.conversations import ANSWERED, BROKEN_OFF, FAILED, QUOTED, REFUSED
from tests.fakes import EXPORTS, POLICY, SALES, passage

THERE = {each.id: each for each in (EXPORTS, SALES, POLICY)}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
MILLISECONDS = st.floats(0, 1e7)

Kept = dict[str, Any]


def kept(exchange: Exchange) -> Kept:
    """What a browser keeps of it, as it comes back from there."""
    told = json.loads(json.dumps(kept_object(exchange), allow_nan=False))
    return cast(Kept, told)


def opened(told: object, there: dict[str, Passage] = THERE) -> Exchange:
    return reopened(told, there.get)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """Any answered question over made-up passages: each citation is of a stretch of one, and each is used by a sentence."""
    passages = [passage(draw(TEXTS.filter(bool)), number) for number in range(draw(st.integers(1, 4)))]
    citations = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        source = draw(st.sampled_from(passages))
        start = draw(st.integers(0, len(source.text) - 1))
        end = draw(st.integers(start + 1, len(source.text)))
        citations.append(Citation(number, source, source.text[start:end], start, end))
    numbers = st.lists(st.integers(1, len(citations)), unique=True).map(tuple) if citations else st.just(())
    sentences = draw(st.lists(st.builds(Sentence, TEXTS, numbers, st.booleans(), st.booleans()), max_size=4))
    used = {number for sentence in sentences for number in sentence.citations}
    rest = tuple(citation.number for citation in citations if citation.number not in used)
    sentences += [Sentence(draw(TEXTS), rest, draw(st.booleans()))] if rest else []
    scores = draw(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=len(passages)))
    hits = tuple(Hit(passages[place], score, place + 1) for place, score in enumerate(scores))
    optional = st.none() | MILLISECONDS
    timings = Timings(draw(MILLISECONDS), draw(optional), draw(optional))
    question = draw(TEXTS)
    return Exchange(
        question,
        draw(TEXTS),
        draw(TEXTS),
        of=draw(st.none() | st.builds(OneReport, TEXTS, TEXTS)),
        verbatim=draw(st.booleans()),
        found=Found(question, draw(TEXTS), hits, timings),
        answer=Answer(tuple(sentences), tuple(citations), hits, draw(st.booleans()), draw(st.none() | TEXTS)),
        timings=timings,
        next_questions=tuple(draw(st.lists(TEXTS, max_size=3))),
    )


def passages_of(exchange: Exchange) -> dict[str, Passage]:
    assert exchange.answer is not None
    cited = [citation.passage for citation in exchange.answer.citations]
    return {each.id: each for each in [*cited, *(hit.passage for hit in exchange.answer.hits)]}


@given(exchanges())
def test_what_was_kept_comes_back_as_it_was(exchange: Exchange) -> None:
    assert opened(kept(exchange), passages_of(exchange)) == exchange


@given(exchanges())
def test_and_is_kept_again_as_it_was(exchange: Exchange) -> None:
    told = kept(exchange)
    assert kept(opened(told, passages_of(exchange))) == told


def test_neither_words_of_passages_nor_more_than_a_page_draws_is_kept() -> None:
    told = kept(ANSWERED)
    assert told["citations"][0] == {
        "report": "ev-2025",
        "passage": "ev-2025#8",
        "start": 12,
        "end": 18,
        "check": "i8aapg",
    }
    assert EXPORTS.text[:20] not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize("exchange", [ANSWERED, QUOTED, REFUSED])
def test_the_page_carries_it_to_the_browser_letter_by_letter(exchange: Exchange) -> None:
    hostile = replace(exchange, question='"><script>&#34;\\u003c\n—😀')
    (carried,) = re.findall(r' data-kept="([^"]*)"', exchange_html(hostile, 1, CHINESE))
    assert json.loads(unescape(carried)) == kept(hostile)


@pytest.mark.parametrize("exchange", [BROKEN_OFF, FAILED, Exchange("还在回答")])
def test_what_has_no_answer_is_not_kept(exchange: Exchange) -> None:
    assert kept_object(exchange) is None


@pytest.mark.parametrize("why", get_args(Withdrawn))
def test_of_what_was_withdrawn_the_question_alone_is_kept(why: Withdrawn) -> None:
    withdrawn = replace(ANSWERED, id="a1", library="version-000003", withdrawn=why)
    told = kept(withdrawn)
    assert told == {
        "id": "a1",
        "library": "version-000003",
        "conversation": "",
        "question": ANSWERED.question,
        "withdrawn": why,
    }
    assert opened(told) == Exchange(ANSWERED.question, "a1", "version-000003", withdrawn=why)


# --- The library of today --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gone", [SALES.id, EXPORTS.id])
def test_an_answer_that_cites_a_passage_that_is_gone_has_left_and_nothing_of_it_is_shown(gone: str) -> None:
    there = {id: each for id, each in THERE.items() if id != gone}
    assert opened(kept(ANSWERED), there) == Exchange(ANSWERED.question, withdrawn="left")


@pytest.mark.parametrize(
    "text",
    [
        SALES.text.replace("1286.6", "1286.7"),
        f" {SALES.text}",
        SALES.text[:15],  # the end of the quote is gone
        "",
    ],
)
def test_an_answer_whose_quoted_words_are_others_today_has_changed(text: str) -> None:
    there = THERE | {SALES.id: replace(SALES, text=text)}
    assert opened(kept(ANSWERED), there) == Exchange(ANSWERED.question, withdrawn="changed")


def test_a_quote_that_ends_behind_the_passage_is_not_taken_for_its_end() -> None:
    told = kept(QUOTED)
    told["citations"][0]["end"] += 1  # the slice would be the same
    assert opened(told).withdrawn == "changed"


def test_words_around_a_quote_may_change() -> None:
    there = THERE | {SALES.id: replace(SALES, text=f"{SALES.text}（修订）")}
    answer = opened(kept(ANSWERED), there).answer
    assert answer is not None
    assert answer.citations[0].passage.text.endswith("（修订）")
    assert answer.citations[0].quote == "1286.6"


def test_passages_that_are_not_cited_are_shown_as_far_as_they_are_there_and_ranked_anew() -> None:
    there = {id: each for id, each in THERE.items() if id in (EXPORTS.id, POLICY.id)}
    told = kept(replace(QUOTED, next_questions=("产量呢？",)))
    exchange = opened(told, there)
    assert exchange.answer is not None
    assert exchange.found is not None
    assert exchange.answer.hits == (Hit(EXPORTS, 0.912, 1), Hit(POLICY, 0.301, 2)) == exchange.found.hits
    assert exchange.next_questions == ()  # what was found suggested them
    assert opened(told).next_questions == ("产量呢？",)


def test_a_refusal_that_was_nearest_to_what_is_gone_goes_with_it_as_it_names_it() -> None:
    assert opened(kept(REFUSED)).answer == REFUSED.answer
    gone = {id: each for id, each in THERE.items() if id != POLICY.id}
    assert opened(kept(REFUSED), gone) == Exchange(REFUSED.question, withdrawn="left")


def test_a_question_of_a_report_that_has_left_does_not_name_it_once_it_stands_the_check_of_the_page() -> None:
    told = kept(replace(ANSWERED, of=OneReport("gone", "已移除的报告")))
    assert standing(opened(told), {"ev-2025", "pv-2024"}) == Exchange(ANSWERED.question, withdrawn="left")


# --- What is handed in by a hand --------------------------------------------------------------------------------------


def with_(*path: str | int, value: object) -> Callable[[Kept], None]:
    def change(told: Kept) -> None:
        place: Any = told
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


HALF = "\ud83d"
NESTED: object = []
for _ in range(500):
    NESTED = [NESTED]
TOO_LONG = "长" * (MAX_CHARS + 1)
NOT_TEXT: tuple[object, ...] = (None, 1, True, ["甲"], {"甲": 1}, HALF, TOO_LONG)
NOT_FLAG: tuple[object, ...] = (None, 0, 1, "true", "", [])
NOT_COUNT: tuple[object, ...] = (None, True, -1, 1.0, "1", math.nan, math.inf, 10.5, [1])
NOT_LIST: tuple[object, ...] = (None, "甲乙", {}, 3)
NOT_NUMBER: tuple[object, ...] = (None, True, "0.5", [0.5], math.nan, math.inf, -math.inf, 10**400)
# What may not stand in a place of what is kept, by the way there.
WRONG: dict[tuple[str | int, ...], tuple[object, ...]] = {
    ("question",): NOT_TEXT,
    ("id",): NOT_TEXT,
    ("library",): NOT_TEXT,
    ("standalone",): NOT_TEXT,
    ("refusal",): NOT_TEXT[1:],
    ("of",): (1, True, "ev-2025", [], {}, {"id": "ev-2025"}, {"id": 1, "title": "甲"}),
    ("verbatim",): NOT_FLAG,
    ("quoted",): NOT_FLAG,
    ("fallback",): (True, "", "late", ["overtime"], {}),
    ("withdrawn",): (None, True, "", "gone", ["left"], {}),
    ("sentences",): (*NOT_LIST, [], [None], ["甲"], [[]], NESTED),
    ("sentences", 0, "text"): NOT_TEXT,
    ("sentences", 0, "supported"): NOT_FLAG,
    ("sentences", 0, "composed"): NOT_FLAG,
    ("sentences", 0, "citations"): (*NOT_LIST, [0], [4], [1, 2, 99], [[1]], NESTED),
    ("sentences", 0, "citations", 0): NOT_COUNT,
    ("citations",): (*NOT_LIST, [], [None], ["甲"]),
    ("citations", 0, "passage"): NOT_TEXT,
    ("citations", 0, "check"): NOT_TEXT,
    ("citations", 0, "start"): NOT_COUNT,
    ("citations", 0, "end"): NOT_COUNT,
    ("hits",): (*NOT_LIST, [None], [{}], ["甲"]),
    ("hits", 0, "passage"): NOT_TEXT,
    ("hits", 0, "score"): NOT_NUMBER,
    ("timings",): (*NOT_LIST, [], [1, 2], [1, 2, 3, 4], [None, 1, 2], [-1, 2, 3]),
    ("timings", 1): NOT_NUMBER[1:],
    ("timings", 2): NOT_NUMBER[1:],
    ("next",): (*NOT_LIST, [None], [1], [HALF], [TOO_LONG]),
}


@pytest.mark.parametrize(
    ("path", "value"),
    [(path, value) for path, values in WRONG.items() for value in values],
    ids=lambda part: ".".join(map(str, part)) if isinstance(part, tuple) else repr(part)[:12],
)
def test_what_is_not_as_it_was_kept_is_refused_whether_its_passages_are_there_or_not(
    path: tuple[str | int, ...], value: object
) -> None:
    told = kept(ANSWERED)
    with_(*path, value=value)(told)
    for there in (THERE, {}):
        with pytest.raises(NotKept):
            opened(told, there)


def test_a_list_may_be_so_long_and_no_longer() -> None:
    told = kept(ANSWERED)
    for name in ("next", "hits", "sentences"):
        whole = told[name]
        told[name] = (["问？"] if name == "next" else whole) * MAX_LISTED
        told[name] = told[name][:MAX_LISTED]
        assert opened(told).answer is not None
        told[name] = [*told[name], told[name][0]]
        with pytest.raises(NotKept):
            opened(told)
        told[name] = whole


@pytest.mark.parametrize("name", sorted(set(kept(ANSWERED)) - {"fallback", "missing"}))
def test_nothing_that_is_kept_may_be_missing(name: str) -> None:
    told = kept(ANSWERED)
    del told[name]
    with pytest.raises(NotKept):
        opened(told)


def test_an_answer_that_was_kept_before_quotes_had_a_reason_is_opened_without_one() -> None:
    told = kept(ANSWERED)
    del told["fallback"]
    answer = opened(told).answer
    assert answer is not None
    assert answer.fallback is None


def test_why_an_answer_is_quoted_is_kept() -> None:
    assert ANSWERED.answer is not None
    told = kept(replace(ANSWERED, answer=replace(ANSWERED.answer, quoted=True, fallback="unavailable")))
    answer = opened(told).answer
    assert answer is not None
    assert answer.fallback == "unavailable"


@pytest.mark.parametrize("value", [None, True, 1, math.nan, "甲", [], [[]], {}, NESTED, {1: 2}])
def test_what_is_no_exchange_at_all_is_refused(value: object) -> None:
    with pytest.raises(NotKept):
        opened(value)


def test_a_citation_that_no_sentence_uses_is_refused() -> None:
    told = kept(ANSWERED)
    told["citations"].append(dict(told["citations"][0]))
    with pytest.raises(NotKept):
        opened(told)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(st.tuples(st.sampled_from(list(WRONG)), JSON_VALUES), min_size=1, max_size=3))
def test_whatever_is_put_into_it_an_answer_has_a_citation_for_every_mark_or_is_none(
    changes: list[tuple[tuple[str | int, ...], object]],
) -> None:
    told = kept(ANSWERED)
    for path, value in changes:
        try:
            with_(*path, value=value)(told)
        except (TypeError, KeyError, IndexError):  # what is around it was changed before
            continue
    try:
        exchange = opened(told)
    except NotKept:
        return
    if exchange.withdrawn is not None:
        assert exchange == Exchange(exchange.question, exchange.id, exchange.library, withdrawn=exchange.withdrawn)
        return
    assert exchange.answer is not None
    numbers = [citation.number for citation in exchange.answer.citations]
    assert {number for each in exchange.answer.sentences for number in each.citations} == set(numbers)
    for citation in exchange.answer.citations:
        assert citation.quote == citation.passage.text[citation.start : citation.end] != ""
    assert kept(opened(kept(exchange))) == kept(exchange)
