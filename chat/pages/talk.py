"""The conversation, with its sources beside it.

Buttons only say what is wanted; the answer's own generator, which never waits long, draws every change. Gradio's way
(`cancels=`) can lose what a reader asks right after: its page closes the stream that the next question's updates were
to come by.
"""

import secrets
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Protocol

from chat.access.caller import Caller
from chat.access.limits import TooOften
from chat.answer import Answer, BadQuestion, Event, Found, Turn, check_question
from chat.contract import ReportLine, check_reports
from chat.models.generation import GeneratorUnavailable
from chat.pages.askers import Reader, reader_of
from chat.pages.covers import covered_html
from chat.pages.drawn import PLAIN, Updates, drawn, forget_drawn, in_language_of, wish, wishes
from chat.pages.exchange import Exchange, OneReport, all_standing, turns_of
from chat.pages.kept import NotKept, reopened
from chat.pages.look import look_html
from chat.pages.render import (
    begin_html,
    exchange_html,
    past_html,
    scope_html,
    source_id,
    sources_html,
)
from chat.pages.words import Words
from chat.records.asker import Asker
from chat.service.gate import Busy, ModelGate
from index.filters import Filter
from ingest.report import Passage

if TYPE_CHECKING:
    import gradio as gr
    from gradio.blocks import Block

MAX_EXCHANGES = 50
# Earlier exchanges are drawn so many to a part, and a part again only when it changes: the 45th question would else
# have 550 kB drawn before its passages.
PART = 5
DRAWN_SECONDS = 0.1  # between two updates of a draft: each draws it whole, and has Gradio go through every output
ID_BYTES = 18
# concurrency_limit: the gate decides who waits, and tells them. once: pressing twice asks once.
ASKING: dict[str, Any] = {**PLAIN, "concurrency_limit": None, "trigger_mode": "once"}


class Assistant(Protocol):
    """What the conversation asks; `ask` reaches the model only after its first event, and closing it cancels the model.

    suggestions: questions that the library answers, the best to begin with first. version: the name of the library's version.
    passage: the one of that id, or None. rows_around: the rows of the table that a passage is a row of.
    """

    @property
    def reports(self) -> Sequence[ReportLine]: ...

    @property
    def suggestions(self) -> Sequence[str]: ...

    @property
    def version(self) -> str: ...

    def passage(self, passage_id: str) -> Passage | None: ...

    def rows_around(self, passage: Passage) -> Sequence[Passage]: ...

    def next_questions(self, found: Found, answer: Answer, asked: Sequence[str]) -> Sequence[str]: ...

    def ask(
        self, question: str, turns: Sequence[Turn] = (), *, within: Filter = Filter(), rewrite: bool = True
    ) -> Generator[Event, None, None]: ...


@dataclass(frozen=True, slots=True)
class Talk:
    """The components of the conversation.

    past: the parts of the exchanges before the last, PART in each. of: which report the next questions are asked of, kept
    in `only`. wishes: what the page's script asks for, see `_Events.wanted`. state: the exchanges.
    """

    begin: "gr.Markdown"
    covered: "gr.Markdown"
    past: tuple["gr.Markdown", ...]
    current: "gr.Markdown"
    sources: "gr.Markdown"
    of: "gr.Markdown"
    box: "gr.Textbox"
    send: "gr.Button"
    stop: "gr.Button"
    wishes: "gr.Textbox"
    only: "gr.State"
    state: "gr.State"
    words: Words

    @property
    def outputs(self) -> list["Block"]:
        """What an event may change; updates name their component, so the order says nothing."""
        return [
            self.begin,
            self.covered,
            *self.past,
            self.current,
            self.sources,
            self.of,
            self.box,
            self.send,
            self.stop,
            self.only,
            self.state,
        ]

    def shown(
        self, exchanges: tuple[Exchange, ...], *, whole: bool, standing: tuple[Exchange, ...] | None = None
    ) -> Updates:
        """The updates that show the last of these exchanges; with `whole` its sources and the earlier ones too.

        standing: the earlier ones that are drawn already; None where that is not known.
        """
        turn, current = len(exchanges), exchanges[-1]
        updates: Updates = {self.current: exchange_html(current, turn, self.words), self.state: exchanges}
        if whole:
            updates |= self._earlier(exchanges[:-1], standing)
            updates[self.sources] = sources_html(current, turn, self.words)
        return updates

    def _earlier(self, exchanges: tuple[Exchange, ...], standing: tuple[Exchange, ...] | None) -> Updates:
        spans = {part: slice(number * PART, (number + 1) * PART) for number, part in enumerate(self.past)}
        return {
            part: past_html(exchanges[span], self.words, begins=span.start + 1)
            for part, span in spans.items()
            if standing is None or exchanges[span] != standing[span]
        }

    def asked_of(self, report: OneReport | None) -> Updates:
        """The updates that say which report the next questions are asked of; None for all."""
        return {self.of: scope_html(report, self.words.talk), self.only: report}

    def busy(self, running: bool) -> Updates:
        """The updates of the buttons while an answer is under way, and after."""
        import gradio as gr  # noqa: PLC0415

        return {self.send: gr.update(interactive=not running), self.stop: gr.update(interactive=running)}

    def emptied(self, assistant: Assistant) -> Updates:
        """The updates that begin a new conversation."""
        return (
            dict.fromkeys([*self.past, self.current, self.sources], "")
            | {self.state: ()}
            | self.begun(assistant)
            | self.asked_of(None)
        )

    def begun(self, assistant: Assistant) -> Updates:
        """The updates of what stands there before the first question; the style sheet hides it after that."""
        suggestions = assistant.suggestions  # looks for a newer version first
        return {
            self.begin: begin_html(suggestions, self.words.talk),
            self.covered: covered_html(assistant.reports, self.words),
        }


def lay_out_talk(words: Words) -> Talk:
    """The components, in their places, and empty: what they begin with stands in the page, and would outlive its reports."""
    import gradio as gr  # noqa: PLC0415

    talk = words.talk
    with gr.Row(elem_id="chat", equal_height=False):
        with gr.Column(scale=58, min_width=320, elem_id="talk"):
            with gr.Column(elem_id="conversation"):
                # A part of its own: drawn when the page is opened, it may come after the answer to a quick reader.
                begin = drawn("", "begin")
                with gr.Column(elem_id="past"):
                    past = tuple(drawn("", f"past-{number}") for number in range(1, MAX_EXCHANGES // PART + 1))
                current = drawn("", "current")
            of = drawn("", "of")
            with gr.Row(elem_id="asking"):
                # lines=1 with max_lines > 1: Enter sends and Shift+Enter breaks the line.
                box = gr.Textbox(
                    label=talk.box,
                    placeholder=talk.hint,
                    show_label=False,
                    lines=1,
                    max_lines=5,
                    elem_id="ask",
                    container=False,
                    scale=1,
                )
                send = gr.Button(talk.send, variant="primary", elem_id="send", min_width=72, scale=0)
                stop = gr.Button(talk.stop, interactive=False, elem_id="stop", min_width=72, scale=0)
            wanted = wishes("wanted")
        with gr.Column(scale=42, min_width=320, elem_id="beside"):
            covered = drawn("", "covered")
            sources = drawn("", "sources")
    return Talk(
        begin,
        covered,
        past,
        current,
        sources,
        of,
        box,
        send,
        stop,
        wanted,
        only=gr.State(None),
        state=gr.State(()),
        words=words,
    )


class Run:
    """An answer under way in a session, and what the reader wants of it.

    opening: the kept conversation that takes the place of this one with the ending "new"; None for an empty one. over: whether its last
    update is on its way, so that a reader may ask again who has seen it before Gradio has taken it for done.
    """

    def __init__(self) -> None:
        self.over = False
        self.ending: Literal["stop", "new"] | None = None
        self.opening: object = None

    def stop(self) -> None:
        self.ending = self.ending or "stop"

    def leave(self, opening: object = None) -> None:
        self.ending, self.opening = "new", opening


# What an event of the conversation is given: what was typed or written, the exchanges, what is asked of, the reader.
Handler = Callable[[str, tuple[Exchange, ...], OneReport | None, Reader], Generator[Updates, None, None]]
# What of the library is there for a caller.
See = Callable[[Caller], Assistant]
# Told of who asks before each question; raises TooOften where that is more than they may.
Count = Callable[[Caller], None]


def uncounted(caller: Caller) -> None:
    """Let everybody ask as often as they like."""


def connect_talk(
    talk: Talk,
    tabs: "gr.Tabs",
    chat_tab: str,
    see: See,
    gate: ModelGate,
    *,
    page: "gr.Blocks",
    count: Count = uncounted,
) -> None:
    """Let the components ask what each caller sees; what its model does goes through the gate, and each question is counted."""
    import gradio as gr  # noqa: PLC0415

    events = _Events(talk, tabs, chat_tab, see, gate, count=count)

    def stop(request: gr.Request) -> None:
        events.stop(request.session_hash)

    typed, asking = [talk.box, talk.state, talk.only], [talk.wishes, talk.state, talk.only]
    for event in (
        gr.on(
            [talk.send.click, talk.box.submit],
            in_language_of(talk.words, _updating(events.ask, talk, page)),
            typed,
            talk.outputs,
            **ASKING,
        ),
        # multiple: a wish that comes while an answer, begun by a wish too, is under way must not wait for it or be dropped.
        talk.wishes.submit(
            in_language_of(talk.words, _updating(events.wanted, talk, page)),
            asking,
            [*talk.outputs, tabs],
            **{**ASKING, "trigger_mode": "multiple"},
        ),
    ):
        event.failure(in_language_of(talk.words, events.fail), talk.state, talk.outputs, **PLAIN)
    talk.stop.click(in_language_of(talk.words, stop), None, None, concurrency_limit=None, **PLAIN)


class _Events:
    """What readers do on the page, a method each; one answer is under way in a session."""

    def __init__(self, talk: Talk, tabs: "gr.Tabs", chat_tab: str, see: See, gate: ModelGate, *, count: Count) -> None:
        self._talk = talk
        self._tabs = tabs
        self._chat_tab = chat_tab
        self._see = see
        self._gate = gate
        self._count = count
        self._runs: dict[str | None, Run] = {}
        self._begins = threading.Lock()

    def ask(
        self, text: str, exchanges: tuple[Exchange, ...], only: OneReport | None, reader: Reader
    ) -> Generator[Updates, None, None]:
        """The question that was typed."""
        if text.strip():
            yield from self._answer(_next(exchanges, text.strip(), of=only), exchanges, reader)

    def wanted(
        self, text: str, exchanges: tuple[Exchange, ...], only: OneReport | None, reader: Reader
    ) -> Generator[Updates, None, None]:
        """What the page's script asks for, as `{"do": …}`: "ask" a question; "again", as it was typed then or with a `question`
        mended or taken `verbatim`; "of" a `report` from now on; "open" the `exchanges` that the browser kept; and "new".
        """
        asked = wish(text)
        question = asked.get("question")
        question = question.strip() if isinstance(question, str) else ""
        run = self._runs.get(reader.session)
        match asked.get("do"):
            case "new" if run is not None:
                run.leave()
            case "open" if run is not None:
                run.leave(asked.get("exchanges"))
            case "new":
                yield self._talk.emptied(self._see(reader.caller))
            case "ask" if question:
                yield from self._answer(_next(exchanges, question, of=only), exchanges, reader)
            case "again" if exchanges:
                # As it was typed then, or as it is now; of the same report, where that is still there.
                again = _next(exchanges, question or exchanges[-1].question, of=exchanges[-1].of)
                again = replace(again, verbatim=asked.get("verbatim") is True)
                yield from self._answer(again, exchanges[:-1], reader)
            case "of":
                yield from self._ask_of(asked.get("report"), question, reader)
            case "open":
                yield from _opened(self._talk, self._see(reader.caller), asked.get("exchanges"))

    def stop(self, session: str | None) -> None:
        """The answer is broken off."""
        self._runs.get(session, Run()).stop()

    def fail(self, exchanges: tuple[Exchange, ...]) -> Updates:
        """One of the others ended in an error."""
        return _broken(self._talk, exchanges)

    def _answer(
        self, exchange: Exchange, earlier: tuple[Exchange, ...], reader: Reader
    ) -> Generator[Updates, None, None]:
        import gradio as gr  # noqa: PLC0415

        run, assistant = Run(), self._see(reader.caller)
        with self._begins:
            before = self._runs.get(reader.session)
            if before is not None and not before.over:
                return  # pressed twice at once
            self._runs[reader.session] = run
        try:
            if len(earlier) >= MAX_EXCHANGES:
                gr.Warning(self._talk.words.talk.full)
                return
            exchange = _named(exchange, assistant)
            # Of a question asked again the last one of these is drawn too: once more does no harm.
            standing, earlier = earlier[:-1], still_standing(earlier, assistant)
            progress = _progress(
                assistant,
                self._gate,
                run,
                exchange,
                earlier,
                words=self._talk.words,
                line=reader.line,
                by=reader.asker(self._talk.words.language),
                count=partial(self._count, reader.caller),
            )
            yield from _shown(self._talk, assistant, progress, run, earlier, standing=standing)
        finally:
            with self._begins:
                if self._runs.get(reader.session) is run:
                    del self._runs[reader.session]

    def _ask_of(self, report: object, question: str, reader: Reader) -> Generator[Updates, None, None]:
        """The next questions are asked of this report; a question goes into the box, where the reader sends it."""
        import gradio as gr  # noqa: PLC0415

        yield self._talk.asked_of(_report(self._see(reader.caller), report))
        if question:
            yield {self._talk.box: question, self._tabs: gr.Tabs(selected=self._chat_tab)}


def _updating(handle: Handler, talk: Talk, page: "gr.Blocks") -> Callable[..., Generator[Updates, None, None]]:
    """The same, for the reader that a request comes from, with an update in any case: where a generator ends without one,
    Gradio empties every output."""
    import gradio as gr  # noqa: PLC0415

    def handled(
        text: str, exchanges: tuple[Exchange, ...], only: OneReport | None, request: gr.Request
    ) -> Generator[Updates, None, None]:
        updated = False
        try:
            with closing(handle(text, exchanges, only, reader_of(request))) as updates:
                for update in updates:
                    updated = True
                    yield update
            if not updated:
                yield {talk.box: gr.skip()}
        finally:
            forget_drawn(page, request.session_hash)

    handled.__name__ = handle.__name__  # by which the events of a page are told apart
    return handled


def _broken(talk: Talk, exchanges: tuple[Exchange, ...]) -> Updates:
    """After an error that nobody foresaw; where no answer was under way, what is answered stays, and is drawn whole: it may be
    the page that was not reached."""
    import gradio as gr  # noqa: PLC0415

    if not exchanges or not exchanges[-1].running:
        gr.Warning(talk.words.talk.broken)
        return (talk.shown(exchanges, whole=True) if exchanges else {}) | talk.busy(False)
    broken = (*exchanges[:-1], replace(exchanges[-1], problem=talk.words.talk.broken))
    return talk.shown(broken, whole=True) | talk.busy(False)


def _report(assistant: Assistant, id: object) -> OneReport | None:
    """The report of that id, where there is one."""
    return next((OneReport(line.id, line.title) for line in assistant.reports if line.id == id), None)


def _named(exchange: Exchange, assistant: Assistant) -> Exchange:
    """The exchange with an id of its own, that of its conversation, and the version that answers it."""
    id, conversation = (secrets.token_urlsafe(ID_BYTES) for _ in range(2))
    conversation = exchange.conversation or conversation
    return replace(exchange, id=id, library=assistant.version, conversation=conversation)


def _next(exchanges: tuple[Exchange, ...], question: str, *, of: OneReport | None) -> Exchange:
    """The question as the next of this conversation."""
    return Exchange(question, of=of, conversation=exchanges[-1].conversation if exchanges else "")


def still_standing(exchanges: tuple[Exchange, ...], assistant: Assistant) -> tuple[Exchange, ...]:
    """The conversation without what came from reports that have left the library since."""
    library = assistant.version  # looks for a newer one first
    return all_standing(exchanges, {report.id for report in assistant.reports}, library)


def conversation_of(kept: object, assistant: Assistant) -> tuple[Exchange, ...]:
    """The exchanges that the browser kept, as far as the library of today bears them out.

    Raises:
        NotKept: these are none.
        Busy: there is no library for now to take the quotes from.
    """
    if not isinstance(kept, list) or len(kept) > MAX_EXCHANGES:
        raise NotKept
    return still_standing(tuple(reopened(each, assistant.passage) for each in kept), assistant)


def _opened(talk: Talk, assistant: Assistant, kept: object) -> Generator[Updates, None, None]:
    """A conversation that the browser kept, as far as the library of today bears it out; an empty one where it cannot be opened."""
    import gradio as gr  # noqa: PLC0415

    try:
        exchanges = tuple(
            replace(each, look=_look(each, turn, assistant, talk.words))
            for turn, each in enumerate(conversation_of(kept, assistant), start=1)
        )
        if not exchanges:
            raise NotKept
    except NotKept:
        gr.Warning(talk.words.talk.unreadable)
        yield talk.emptied(assistant)
    except Busy as problem:
        gr.Warning(str(problem))
        yield talk.emptied(assistant)
    else:
        yield talk.shown(exchanges, whole=True) | talk.asked_of(None)


def _shown(
    talk: Talk,
    assistant: Assistant,
    progress: Generator[Exchange, None, None],
    run: Run,
    earlier: tuple[Exchange, ...],
    *,
    standing: tuple[Exchange, ...] = (),
) -> Generator[Updates, None, None]:
    """The updates from a question to its answer; a page that leaves closes this, and with it the model's work.

    standing: the earlier exchanges that are drawn already.
    """
    last: Exchange | None = None
    updated_at = 0.0
    with closing(progress):
        for current in progress:
            if run.ending == "new":
                break  # the browser would keep what is drawn now under the name of the next conversation
            shown = (*earlier, current) if current.running else still_standing((*earlier, current), assistant)
            grown = last is not None and current == replace(last, draft=current.draft)
            if grown and time.monotonic() - updated_at < DRAWN_SECONDS:
                continue
            # There is an update now and then, news or not: Gradio stops a page that left only at a yield.
            updated_at = time.monotonic()
            updates: Updates = {talk.state: shown}
            if current != last:
                whole = last is None or (last.found, last.running) != (current.found, current.running)
                updates |= talk.shown(shown, whole=whole, standing=standing)
                standing = shown[:-1] if whole else standing
                last = current
                if last.found is None:
                    updates |= {talk.box: ""}
            run.over = not current.running
            # The buttons come with every update: the end of the answer before may reach the page after this began.
            yield updates | talk.busy(current.running)
    if run.ending == "new":
        yield talk.emptied(assistant) | talk.busy(False)
        if run.opening is not None:
            yield from _opened(talk, assistant, run.opening)
    elif last is not None and last.of is not None and last.of.id not in {report.id for report in assistant.reports}:
        yield talk.asked_of(None)  # it has left meanwhile


def _progress(
    assistant: Assistant,
    gate: ModelGate,
    run: Run,
    exchange: Exchange,
    earlier: tuple[Exchange, ...],
    *,
    words: Words,
    line: str = "",
    by: Asker = Asker("page"),
    count: Callable[[], None],
) -> Generator[Exchange, None, None]:
    """The exchange as it comes about, event by event, until it is answered, stopped or found impossible."""
    yield exchange
    try:
        question = check_question(exchange.question)
        within = check_reports(exchange.within, assistant.reports)
        count()
        asking = assistant.ask(question, turns_of(earlier), within=within, rewrite=not exchange.verbatim)
        with closing(gate.through(asking, line, by)) as events:
            for event in events:
                exchange = exchange.after(event)
                if run.ending is not None and exchange.running:
                    exchange = replace(exchange, stopped=True)
                yield _with_more(exchange, earlier, assistant, words)
                if exchange.stopped:
                    return
    except (BadQuestion, Busy, GeneratorUnavailable, TooOften) as problem:
        yield replace(exchange, problem=str(problem))


def _with_more(exchange: Exchange, earlier: tuple[Exchange, ...], assistant: Assistant, words: Words) -> Exchange:
    """The exchange; once it is answered, with what may be asked next and the tables that the answer rests on."""
    if exchange.answer is None or exchange.found is None:
        return exchange
    asked = [each.question for each in (*earlier, exchange)]
    next_questions = assistant.next_questions(exchange.found, exchange.answer, asked)
    look = _look(exchange, len(asked), assistant, words)
    return replace(exchange, next_questions=tuple(next_questions), look=look)


def _look(exchange: Exchange, turn: int, assistant: Assistant, words: Words) -> str:
    if exchange.answer is None:
        return ""
    return look_html(exchange.answer, assistant.rows_around, words, lambda number: f"#{source_id(turn, number)}")
