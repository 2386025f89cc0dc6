"""The conversation without a browser: its events are called as Gradio would call them, and what they update is kept here."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import gradio as gr
import pytest
from gradio.state_holder import StateHolder
from starlette.requests import Request

from chat.access.caller import LOCAL
from chat.access.limits import TooOften
from chat.answer import Answer, Checking, Drafting, Event, Finished, Found, Sentence
from chat.models.generation import GeneratorUnavailable
from chat.pages.chinese import CHINESE
from chat.pages.drawn import Updates, wish
from chat.pages.english import ENGLISH
from chat.pages.escaping import inert
from chat.pages.exchange import Exchange, OneReport
from chat.pages.kept import kept_object
from chat.pages.render import exchange_html
from chat.pages.talk import (
    DRAWN_SECONDS,
    MAX_EXCHANGES,
    PART,
    Run,
    Talk,
    _progress,
    _shown,
    _with_more,
    connect_talk,
    lay_out_talk,
)
from chat.records.asker import Asker, Use
from chat.service.gate import ModelGate, Waiting
from chat.service.live import UNAVAILABLE, LibraryUnavailable
from index.filters import Filter
from ingest.language import Message
from ingest.report import Passage
from tests.chat.pages.conversations import ANSWERED, QUOTED
from tests.fakes import ANSWER, EXPORTS, LISTED, POLICY, PROVED, SALES, TIMINGS, ScriptedAssistant, cite

TALK = CHINESE.talk
FOUND = ScriptedAssistant().search("出口？")


async def laid_out(assistant: ScriptedAssistant) -> tuple[Talk, gr.Tabs, dict[str, Callable[..., Any]]]:
    """The conversation on a page, and its events by name. Without a loop around it, Gradio would leave one open."""
    page: gr.Blocks
    with gr.Blocks() as page:
        with gr.Tabs() as tabs, gr.Tab("对话", id="chat"):
            talk = lay_out_talk(CHINESE)
        page.state_holder = StateHolder()  # type: ignore[no-untyped-call]  # as where it is served
        connect_talk(talk, tabs, "chat", lambda caller: assistant, ModelGate(), page=page)
    return talk, tabs, {str(each.name): each.fn for each in page.fns.values() if each.fn is not None}


class Reader:
    """A page and who sits before it. drawn: the last value of each component. history: every update there was."""

    def __init__(self, assistant: ScriptedAssistant, session: str = "one") -> None:
        self.talk, self.tabs, self._events = asyncio.run(laid_out(assistant))
        scope = {"type": "http", "headers": [], "state": {"caller": LOCAL}}
        self.request = gr.Request(Request(scope), session_hash=session)
        self.drawn: dict[Any, Any] = {self.talk.state: (), self.talk.only: None}
        self.history: list[Updates] = []

    @property
    def past(self) -> str:
        """What is drawn of the exchanges before the last one."""
        return "".join(self.drawn.get(part, "") for part in self.talk.past)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(self.drawn[self.talk.state])

    def types(self, question: str) -> Iterator[Updates]:
        """The updates from a question that is typed, as they come."""
        return self._begun("ask", question)

    def presses(self, do: str, **more: object) -> Iterator[Updates]:
        """The same of what the page's script asks for."""
        return self._begun("wanted", json.dumps({"do": do} | more))

    def _begun(self, event: str, text: str) -> Iterator[Updates]:
        # Gradio hands in the state of now, and makes the first step at once.
        updates = self._events[event](text, self.exchanges, self.drawn[self.talk.only], self.request)
        return self._taken(updates)

    def _taken(self, updates: Generator[Updates, None, None]) -> Iterator[Updates]:
        for each in updates:
            if list(each.values()) == [gr.skip()]:
                continue  # changes nothing, but Gradio must be told so
            self.drawn |= each
            self.history.append(each)
            yield each

    def asks(self, question: str) -> Exchange:
        """A question and the end of its answer."""
        assert list(self.types(question))
        return self.exchanges[-1]

    def stops(self) -> None:
        self._events["stop"](self.request)

    def fails(self) -> None:
        """What Gradio calls after an error."""
        self.drawn |= self._events["fail"](self.exchanges)

    def may_ask(self) -> bool:
        return (self.drawn[self.talk.send]["interactive"], self.drawn[self.talk.stop]["interactive"]) == (True, False)


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant()


@pytest.fixture
def reader(assistant: ScriptedAssistant) -> Reader:
    return Reader(assistant)


def drafting(reader: Reader, assistant: ScriptedAssistant, updates: Iterator[Updates]) -> None:
    """Take updates until the model writes; it goes on writing the same until it is let go or closed."""
    assistant.held = True
    while not reader.exchanges or not reader.exchanges[-1].draft or not reader.exchanges[-1].running:
        next(updates)


def shows_nothing(reader: Reader) -> bool:
    talk = reader.talk
    begins = inert(TALK.empty) in reader.drawn[talk.begin] and inert(TALK.no_sources) in reader.drawn[talk.covered]
    drawn = {reader.drawn[each] for each in (*talk.past, talk.current, talk.sources)}
    return begins and (drawn, reader.exchanges) == ({""}, ())


# --- A question and its answer


def test_a_question_is_answered_with_all_that_belongs_to_it(reader: Reader, assistant: ScriptedAssistant) -> None:
    assistant.suggested = ("销量？", "产量呢？")
    exchange = reader.asks("  销量？ ")
    assert (exchange.question, exchange.library, exchange.answer) == ("销量？", "version-000001", ANSWER)
    assert exchange.next_questions == ("产量呢？",)  # and not what was asked
    assert not exchange.running
    assert reader.drawn[reader.talk.current] == exchange_html(exchange, 1, CHINESE)
    assert "source-1-1" in reader.drawn[reader.talk.sources]
    assert reader.may_ask()
    assert assistant.running == 0


def test_while_it_is_answered_one_can_stop_and_not_ask_and_the_box_is_emptied_once(reader: Reader) -> None:
    updates = list(reader.types("销量？"))
    asking, stopping = reader.talk.send, reader.talk.stop
    assert [each[asking]["interactive"] for each in updates] == [False] * (len(updates) - 1) + [True]
    assert [each[stopping]["interactive"] for each in updates] == [True] * (len(updates) - 1) + [False]
    assert [place for place, each in enumerate(updates) if reader.talk.box in each] == [0]


def test_each_answer_has_an_id_of_its_own(reader: Reader) -> None:
    ids = {reader.asks("销量？").id for _ in range(3)}
    assert len(ids) == 3
    assert min(map(len, ids)) >= 16


def test_a_second_question_knows_the_first_and_takes_its_turn(reader: Reader, assistant: ScriptedAssistant) -> None:
    reader.asks("销量？")
    reader.asks("出口呢？")
    assert [turn.text for turn in assistant.asked[1][1]] == ["销量？", ANSWER.text]
    assert "source-2-1" in reader.drawn[reader.talk.sources]
    assert "source-1-1" in reader.past


def test_of_the_earlier_ones_a_part_is_drawn_when_it_changes(reader: Reader, assistant: ScriptedAssistant) -> None:
    parts = reader.talk.past
    assert PART * len(parts) >= MAX_EXCHANGES
    for _ in range(2 * PART + 1):
        reader.asks("销量？")
    begun = len(reader.history)
    again = reader.asks("出口？")
    drawn = [{part for part in parts if part in each} for each in reader.history[begun:]]
    assert drawn == [{parts[2]}] + [set()] * (len(drawn) - 1)
    turns = [re.findall(r'data-turn="(\d+)"', reader.drawn[part]) for part in parts[:3]]
    assert turns == [["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"], ["11"]]
    list(reader.presses("open", exchanges=kept(ANSWERED, again)))
    assert [bool(reader.drawn[part]) for part in parts] == [True] + [False] * (len(parts) - 1)


def test_what_the_page_was_not_told_is_drawn_after_an_error(reader: Reader) -> None:
    for _ in range(PART):
        reader.asks("销量？")
    shown = dict(reader.drawn)
    reader.asks("出口？")
    reader.drawn = shown | {reader.talk.state: reader.exchanges}  # of all this nothing came
    with pytest.warns(UserWarning, match=TALK.broken):
        reader.fails()
    assert reader.past.count('class="exchange"') == PART
    assert 'data-turn="6"' in reader.drawn[reader.talk.current]


@pytest.mark.parametrize("asked", [1, PART, PART + 1, 2 * PART])
def test_a_question_asked_again_takes_its_own_place(reader: Reader, asked: int) -> None:
    for _ in range(asked):
        reader.asks("销量？")
    list(reader.presses("again", question="出口？"))
    turns = re.findall(r'data-turn="(\d+)"', reader.past + reader.drawn[reader.talk.current])
    assert turns == [str(turn) for turn in range(1, asked + 1)]


def test_an_earlier_answer_that_is_withdrawn_meanwhile_is_drawn_so(
    reader: Reader, assistant: ScriptedAssistant
) -> None:
    reader.asks("销量？")
    for _ in range(PART):
        reader.asks("出口？")
    assistant.listed = ()
    reader.asks("产量？")
    assert reader.past.count(inert(TALK.withdrawn)) == PART + 1


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_is_asked_by_nothing(reader: Reader, assistant: ScriptedAssistant, text: str) -> None:
    assert not list(reader.types(text))
    assert not list(reader.presses("ask", question=text))
    assert not list(reader.presses("ask"))
    assert not list(reader.presses("ask", question=["销量？"]))
    assert assistant.asked == []


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "7", '"ask"', "{", "[" * 100_000, '{"do": null}', '{"do": ["ask"]}', '{"do": "delete"}']
)
def test_what_the_script_would_never_write_does_nothing(reader: Reader, text: str) -> None:
    assert not list(reader._begun("wanted", text))
    assert isinstance(wish(text), dict)


# --- While one is under way


def test_asking_while_one_is_answered_does_nothing(reader: Reader, assistant: ScriptedAssistant) -> None:
    updates = reader.types("销量？")
    drafting(reader, assistant, updates)
    assert not list(reader.types("另一个？"))
    assert not list(reader.presses("ask", question="另一个？"))
    assert not list(reader.presses("again"))
    assistant.held = False
    list(updates)
    assert [question for question, _ in assistant.asked] == ["销量？"]
    assert [exchange.question for exchange in reader.exchanges] == ["销量？"]


def test_two_pages_ask_without_minding_each_other(assistant: ScriptedAssistant, reader: Reader) -> None:
    other = Reader(assistant, "two")
    updates = reader.types("销量？")
    next(updates)
    assert other.asks("出口？").answer == ANSWER
    list(updates)
    assert reader.exchanges[-1].answer == ANSWER


def test_a_stop_ends_the_model_and_leaves_the_draft(reader: Reader, assistant: ScriptedAssistant) -> None:
    updates = reader.types("销量？")
    drafting(reader, assistant, updates)
    reader.stops()
    list(updates)
    (exchange,) = reader.exchanges
    assert (exchange.stopped, exchange.running, exchange.answer) == (True, False, None)
    assert inert(TALK.stopped) in reader.drawn[reader.talk.current]
    assert "2024年新能源汽车" in reader.drawn[reader.talk.current]
    assert (assistant.running, assistant.cancelled) == (0, 1)
    assistant.held = False
    assert reader.may_ask()
    assert reader.asks("出口？").answer == ANSWER


def test_a_stop_with_nothing_under_way_does_nothing(reader: Reader) -> None:
    reader.stops()
    assert reader.asks("销量？").answer == ANSWER


def test_a_new_conversation_ends_the_answer_under_way_and_draws_no_more_of_it(
    reader: Reader, assistant: ScriptedAssistant
) -> None:
    reader.asks("销量？")
    updates = reader.types("出口？")
    drafting(reader, assistant, updates)
    assert not list(reader.presses("new"))
    reader.stops()  # and nothing pressed after it holds it back
    reader.history.clear()
    list(updates)
    assert len(reader.history) == 1
    assert shows_nothing(reader)
    assert reader.may_ask()
    assert (assistant.running, assistant.cancelled) == (0, 1)
    assistant.held = False
    reader.asks("产量？")
    assert assistant.asked[-1] == ("产量？", ())


def test_a_new_conversation_with_nothing_under_way_forgets_the_report_it_was_asked_of(reader: Reader) -> None:
    list(reader.presses("of", report="pv-2024"))
    reader.asks("政策？")
    list(reader.presses("new"))
    assert shows_nothing(reader)
    assert reader.drawn[reader.talk.only] is None


def test_a_page_that_is_left_ends_the_model_and_frees_its_session(reader: Reader, assistant: ScriptedAssistant) -> None:
    updates = reader._events["ask"]("销量？", (), None, reader.request)
    assistant.held = True
    for _ in range(4):
        next(updates)
    updates.close()
    assert (assistant.running, assistant.cancelled) == (0, 1)
    assistant.held = False
    assert reader.asks("出口？").answer == ANSWER


# --- Again


def test_again_asks_the_last_question_in_the_place_of_its_answer(reader: Reader, assistant: ScriptedAssistant) -> None:
    first, second = reader.asks("销量？"), reader.asks("出口呢？")
    list(reader.presses("again"))
    again = reader.exchanges[-1]
    assert reader.exchanges[:-1] == (first,)
    assert (again.question, again.answer, again.verbatim) == ("出口呢？", ANSWER, False)
    assert again.id != second.id
    assert [turn.text for turn in assistant.asked[-1][1]] == ["销量？", ANSWER.text]


def test_again_with_an_edited_question_asks_that(reader: Reader, assistant: ScriptedAssistant) -> None:
    reader.asks("消量？")
    list(reader.presses("again", question=" 销量？ "))
    assert [exchange.question for exchange in reader.exchanges] == ["销量？"]
    assert assistant.asked[-1] == ("销量？", ())


def test_again_as_typed_is_completed_by_no_turn(reader: Reader, assistant: ScriptedAssistant) -> None:
    assistant.rewrites = True
    reader.asks("销量？")
    assert reader.asks("那出口呢？").understood == "销量？那出口呢？"
    list(reader.presses("again", verbatim=True))
    assert (reader.exchanges[-1].verbatim, reader.exchanges[-1].understood) == (True, None)
    list(reader.presses("again", verbatim="true"))
    assert reader.exchanges[-1].verbatim is False


def test_again_is_asked_of_the_same_report(reader: Reader, assistant: ScriptedAssistant) -> None:
    list(reader.presses("of", report="pv-2024"))
    reader.asks("政策？")
    list(reader.presses("of"))
    list(reader.presses("again", question="并网政策？"))
    assert assistant.within == [Filter(reports=frozenset({"pv-2024"}))] * 2
    assert reader.asks("销量？").of is None


def test_again_before_the_first_question_does_nothing(reader: Reader, assistant: ScriptedAssistant) -> None:
    assert not list(reader.presses("again", question="销量？"))
    assert assistant.asked == []


# --- Of one report


def test_a_report_that_is_asked_of_is_told_and_an_unknown_one_is_none(reader: Reader) -> None:
    list(reader.presses("of", report="pv-2024"))
    assert reader.drawn[reader.talk.only] == OneReport("pv-2024", "光伏行业白皮书")
    assert "光伏行业白皮书" in reader.drawn[reader.talk.of]
    for unknown in ("none", None, ["pv-2024"], 7):
        list(reader.presses("of", report=unknown))
        assert (reader.drawn[reader.talk.only], reader.drawn[reader.talk.of]) == (None, "")


def test_a_question_handed_over_with_its_report_waits_in_the_box(reader: Reader, assistant: ScriptedAssistant) -> None:
    list(reader.presses("of", report="pv-2024", question="政策有哪些？"))
    assert reader.drawn[reader.talk.box] == "政策有哪些？"
    assert reader.drawn[reader.tabs].selected == "chat"
    assert assistant.asked == []


def test_a_report_that_leaves_while_it_is_asked_of_is_asked_of_no_more(
    reader: Reader, assistant: ScriptedAssistant
) -> None:
    list(reader.presses("of", report="pv-2024"))
    updates = reader.types("政策？")
    drafting(reader, assistant, updates)
    assistant.listed = tuple(line for line in LISTED if line.id != "pv-2024")
    assistant.held = False
    list(updates)
    assert reader.drawn[reader.talk.only] is None
    (exchange,) = reader.exchanges
    assert exchange == Exchange("政策？", exchange.id, "version-000001", exchange.conversation, withdrawn="left")


def test_a_report_that_has_left_cannot_be_asked_of(reader: Reader, assistant: ScriptedAssistant) -> None:
    list(reader.presses("of", report="pv-2024"))
    assistant.listed = LISTED[:1]
    reader.asks("政策？")
    assert reader.exchanges[-1].withdrawn == "left"
    assert assistant.asked == []
    assert reader.drawn[reader.talk.only] is None


# --- A conversation that the browser kept


def kept(*exchanges: Exchange) -> Any:
    return json.loads(json.dumps([kept_object(each) for each in exchanges]))


def test_a_kept_conversation_is_shown_as_it_was(reader: Reader) -> None:
    list(reader.presses("of", report="pv-2024"))
    list(reader.presses("open", exchanges=kept(ANSWERED, QUOTED)))
    assert [each.answer for each in reader.exchanges] == [ANSWERED.answer, QUOTED.answer]
    assert "source-1-1" in reader.past
    assert "source-2-1" in reader.drawn[reader.talk.sources]
    assert inert("（一）扩大分布式光伏；") in reader.drawn[reader.talk.current]
    assert reader.drawn[reader.talk.only] is None


def test_a_follow_up_to_a_kept_conversation_knows_it(reader: Reader, assistant: ScriptedAssistant) -> None:
    list(reader.presses("open", exchanges=kept(ANSWERED)))
    reader.asks("那出口呢？")
    assert ANSWERED.answer is not None
    assert [turn.text for turn in assistant.asked[0][1]] == [ANSWERED.question, ANSWERED.answer.text]


@pytest.mark.parametrize("left", ["ev-2025", "pv-2024"])
def test_a_kept_conversation_shows_nothing_of_a_report_that_has_left(
    reader: Reader, assistant: ScriptedAssistant, left: str
) -> None:
    """Though its passages may still be in memory."""
    assistant.listed = tuple(line for line in LISTED if line.id != left)
    of = OneReport("pv-2024", POLICY.title)
    on_policy = replace(
        ANSWERED, of=of, answer=Answer((Sentence("扩大光伏。", (1,), True),), (cite(1, POLICY, "扩大分布式光伏"),), ())
    )
    proved = replace(ANSWERED, answer=PROVED)
    list(reader.presses("open", exchanges=kept(proved, on_policy)))
    gone = EXPORTS if left == "ev-2025" else POLICY
    assert [each.withdrawn for each in reader.exchanges] == [
        "left" if left == "ev-2025" else None,
        "left" if left == "pv-2024" else None,
    ]
    shown = reader.past + "".join(reader.drawn[each] for each in (reader.talk.current, reader.talk.sources))
    assert inert(gone.title) not in shown
    assert not [line for line in gone.text.split("\n") if inert(line) in shown]
    assert inert(TALK.withdrawn) in shown


@pytest.mark.parametrize(
    "exchanges",
    [
        None,
        [],
        {},
        "x",
        7,
        [None],
        [{}],
        kept(ANSWERED) * (MAX_EXCHANGES + 1),
        [{"question": "甲", "withdrawn": "left"}],
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_cannot_be_opened_is_said_and_leaves_an_empty_conversation(reader: Reader, exchanges: object) -> None:
    reader.asks("销量？")
    with pytest.warns(UserWarning, match=TALK.unreadable):
        list(reader.presses("open", exchanges=exchanges))
    assert shows_nothing(reader)
    assert reader.asks("出口？").answer == ANSWER


def test_while_the_library_is_away_nothing_is_opened(
    reader: Reader, assistant: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(passage_id: str) -> Passage | None:
        raise LibraryUnavailable(UNAVAILABLE)

    monkeypatch.setattr(assistant, "passage", away)
    with pytest.warns(UserWarning, match=str(UNAVAILABLE)):
        list(reader.presses("open", exchanges=kept(ANSWERED)))
    assert shows_nothing(reader)


def test_opening_ends_the_answer_under_way_and_takes_its_place(reader: Reader, assistant: ScriptedAssistant) -> None:
    updates = reader.types("销量？")
    drafting(reader, assistant, updates)
    assert not list(reader.presses("open", exchanges=kept(QUOTED)))
    list(updates)
    assert [each.answer for each in reader.exchanges] == [QUOTED.answer]
    assert reader.may_ask()
    assert (assistant.running, assistant.cancelled) == (0, 1)


# --- What goes wrong


@pytest.mark.parametrize("error", [GeneratorUnavailable("模型服务没有响应。"), LibraryUnavailable(UNAVAILABLE)])
def test_an_error_that_was_foreseen_is_told_in_the_place_of_the_answer(
    reader: Reader, assistant: ScriptedAssistant, error: Exception
) -> None:
    assistant.error = error
    exchange = reader.asks("销量？")
    assert (exchange.problem, exchange.running) == (str(error), False)
    assert inert(str(error)) in reader.drawn[reader.talk.current]
    assert reader.may_ask()
    assistant.error = None
    list(reader.presses("again"))
    assert [each.answer for each in reader.exchanges] == [ANSWER]


def test_an_error_that_nobody_foresaw_leaves_a_problem_and_frees_the_session(
    reader: Reader, assistant: ScriptedAssistant
) -> None:
    reader.asks("销量？")
    assistant.error = ZeroDivisionError("/secret/path")
    with pytest.raises(ZeroDivisionError):
        reader.asks("出口？")
    reader.fails()
    assert [each.problem for each in reader.exchanges] == [None, TALK.broken]
    assert "secret" not in reader.drawn[reader.talk.current]
    assert reader.may_ask()
    assistant.error = None
    assert reader.asks("产量？").answer == ANSWER


def test_an_error_before_the_answer_began_leaves_the_answers_there_are(
    assistant: ScriptedAssistant, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = reader.asks("销量？")
    with monkeypatch.context() as broken:
        broken.setattr(assistant, "listed", None)
        with pytest.raises(TypeError):
            reader.asks("出口？")
    with pytest.warns(UserWarning, match=TALK.broken):
        reader.fails()
    assert reader.exchanges == (answered,)
    assert reader.drawn[reader.talk.current] == exchange_html(answered, 1, CHINESE)
    assert reader.may_ask()
    assert reader.asks("产量？").answer == ANSWER


@pytest.mark.parametrize(("question", "told"), [("长" * 2_001, "问题过长"), ("半个\ud83d字", "Unicode")])
def test_a_question_that_cannot_be_asked_is_answered_with_the_reason(
    reader: Reader, assistant: ScriptedAssistant, question: str, told: str
) -> None:
    assert told in str(reader.asks(question).problem)
    assert assistant.asked == []


def test_a_conversation_that_is_full_says_so(reader: Reader, assistant: ScriptedAssistant) -> None:
    reader.drawn[reader.talk.state] = (ANSWERED,) * (MAX_EXCHANGES - 1)
    assert reader.asks("最后一问？").answer == ANSWER
    with pytest.warns(UserWarning, match=TALK.full):
        assert not list(reader.types("再问？"))
    assert len(assistant.asked) == 1


# --- How often it is drawn


def growing(pieces: int, last: Exchange) -> Generator[Exchange, None, None]:
    """A draft that grows every 10 ms, and how it ends."""
    exchange = Exchange("出口？")
    yield exchange
    exchange = exchange.after(FOUND)
    yield exchange
    for length in range(1, pieces + 1):
        time.sleep(0.01)
        exchange = exchange.after(Drafting("字" * length))
        yield exchange
    yield last


DRAFTED = Exchange("出口？").after(FOUND).after(Drafting("字" * 60))


@pytest.mark.parametrize(
    "last",
    [DRAFTED.after(Finished(FOUND, ANSWER, TIMINGS)), replace(DRAFTED, stopped=True), replace(DRAFTED, problem="忙")],
    ids=["answered", "stopped", "failed"],
)
def test_a_draft_that_grows_fast_is_drawn_no_oftener_than_the_eye_follows_and_its_end_always(
    assistant: ScriptedAssistant, reader: Reader, last: Exchange
) -> None:
    talk, history = reader.talk, []
    for updates in _shown(talk, assistant, growing(60, last), Run(), ()):
        history.append((time.monotonic(), updates))
    drawn_at = [when for when, _ in history]
    updates = history[-1][1]
    drafts = drawn_at[1:-1]  # what was found, then the draft
    assert all(later - earlier > DRAWN_SECONDS * 0.9 for earlier, later in pairwise(drafts))
    assert 3 <= len(drafts) <= 60 * 0.01 / DRAWN_SECONDS * 3  # a busy machine sleeps longer
    assert updates[talk.state][-1] == last
    assert updates[talk.current] == exchange_html(last, 1, CHINESE)


def test_what_did_not_change_is_not_drawn_again(assistant: ScriptedAssistant, reader: Reader) -> None:
    waiting = Exchange("出口？").after(FOUND).after(Waiting(1, 8))

    def slowly() -> Generator[Exchange, None, None]:
        for exchange in (Exchange("出口？"), waiting, waiting, waiting):
            yield exchange
            time.sleep(DRAWN_SECONDS)

    drawn = [reader.talk.current in each for each in _shown(reader.talk, assistant, slowly(), Run(), ())]
    assert drawn == [True, True, False, False]


def test_the_sources_are_drawn_when_they_change_and_not_with_every_word(
    reader: Reader, assistant: ScriptedAssistant
) -> None:
    updates = list(reader.types("销量？"))
    drawn = [reader.talk.sources in each for each in updates]
    assert drawn[:2] == [True, True]  # the question, then what was found
    assert drawn[-1]
    assert sum(drawn) == 3


def test_who_has_seen_the_answer_may_ask_again_before_its_event_has_ended(reader: Reader) -> None:
    for _ in (first := reader.types("销量？")):
        if not reader.exchanges[-1].running:
            break
    list(reader.types("出口？"))
    list(first)
    assert [exchange.question for exchange in reader.exchanges] == ["销量？", "出口？"]


def test_a_question_too_many_is_told_as_one_that_has_no_answer(assistant: ScriptedAssistant) -> None:
    def full() -> None:
        raise TooOften(Message("{most} 次，{seconds} 秒", {}), 10, 3.2)

    progress = _progress(assistant, ModelGate(), Run(), Exchange("销量？"), (), words=CHINESE, count=full)
    *_, last = progress
    assert (last.problem, last.running, assistant.asked) == ("10 次，4 秒", False, [])


# --- Step by step


def steps(assistant: ScriptedAssistant, run: Run, exchange: Exchange) -> list[Exchange]:
    return list(_progress(assistant, ModelGate(), run, exchange, (), words=CHINESE, count=lambda: None))


def test_an_answer_goes_through_every_step(assistant: ScriptedAssistant) -> None:
    went = [exchange.stage for exchange in steps(assistant, Run(), Exchange("销量？"))]
    assert went[:-1] == ["search", "draft", "draft", "draft", "draft", "check"]


def test_a_question_of_the_page_is_told_of_as_such_and_one_that_was_stopped_as_stopped(
    assistant: ScriptedAssistant,
) -> None:
    kept: list[Use] = []
    gate, stopping = ModelGate(observers=(kept.append,)), Run()
    asked = partial(_progress, assistant, gate, words=ENGLISH, by=Asker("page", "en", "u1"), count=lambda: None)
    list(asked(Run(), Exchange("销量？"), ()))
    stopping.stop()
    list(asked(stopping, Exchange("出口？"), ()))
    assert [(use.asker, use.ending, use.question) for use in kept] == [
        (Asker("page", "en", "u1"), "answered", "销量？"),
        (Asker("page", "en", "u1"), "stopped", "出口？"),
    ]


def test_a_stop_before_anything_was_found_ends_with_the_search(assistant: ScriptedAssistant) -> None:
    run = Run()
    run.stop()
    *_, last = steps(assistant, run, Exchange("销量？"))
    assert (last.stopped, last.draft, last.found is not None) == (True, "", True)
    assert assistant.running == 0


def test_a_stop_that_comes_with_the_answer_leaves_the_answer(assistant: ScriptedAssistant) -> None:
    run = Run()
    progress = _progress(assistant, ModelGate(), run, Exchange("销量？"), (), words=CHINESE, count=lambda: None)
    last = next(exchange for exchange in progress if exchange.checking)
    assert last.running

    class Late(ScriptedAssistant):
        def ask(self, *arguments: Any, **more: Any) -> Generator[Event, None, None]:
            found = self.search("销量？")
            yield found
            yield Checking()
            late.stop()
            yield Finished(found, ANSWER, TIMINGS)

    late = Run()
    *_, last = steps(Late(), late, Exchange("销量？"))
    assert (last.answer, last.stopped) == (ANSWER, False)


class WithTable(ScriptedAssistant):
    """The rows of its table are two."""

    def rows_around(self, passage: Passage) -> Sequence[Passage]:
        cells = (("年份", "2023"), ("产量", "958.7"), ("销量", "949.5"), ("同比", "37.9%"))
        return [
            replace(SALES, id="ev-2025#7", start=10, end=39, text="2023 | 958.7 | 949.5 | 37.9%", cells=cells),
            SALES,
        ]


def test_an_answer_from_a_table_comes_with_the_table_whose_marks_lead_to_its_own_cards() -> None:
    answered = Exchange("出口？", found=FOUND, answer=ANSWER)
    look = _with_more(answered, (ANSWERED,), WithTable(), CHINESE).look
    assert "949.5" in look
    assert f'href="{inert("#source-2-1")}"' in look
    assert _with_more(answered, (), ScriptedAssistant(), CHINESE).look == ""


def test_before_the_answer_nothing_is_added(assistant: ScriptedAssistant) -> None:
    for exchange in (Exchange("出口？"), DRAFTED, replace(DRAFTED, stopped=True)):
        assert _with_more(exchange, (), assistant, CHINESE) is exchange


def test_what_was_asked_before_is_not_offered_again() -> None:
    assistant = ScriptedAssistant(suggested=("出口？", "销量？", "产量？"))
    answered = Exchange("出口？", found=Found("出口？", "出口？", (), TIMINGS), answer=ANSWER)
    more = _with_more(answered, (Exchange("销量？"),), assistant, CHINESE)
    assert more.next_questions == ("产量？",)
