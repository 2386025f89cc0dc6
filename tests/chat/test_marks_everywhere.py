"""One draft, its marks torn apart by the tokens and written in every way a small model writes them: the same answer with the
same citations in the stream, the last event, the JSON of the command line, HTTP, the page and the terminal."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import pytest
from starlette.testclient import TestClient

from chat.answer import Drafting, Event, Finished
from chat.assistant import Assistant
from chat.contract import ask_object
from chat.models.generation import Pieces
from chat.pages.chinese import CHINESE
from chat.pages.escaping import inert
from chat.pages.exchange import Exchange
from chat.pages.render import exchange_html, sources_html
from chat.service.app import make_app
from chat.terminal import show_answer
from index.library import PassageIndex
from tests.fakes import HashingEncoder, ScriptedAssistant, passage

TEXT = "国内充电桩市场规模为247.3亿元。国内充电桩市场保有量为521万台。"
QUOTES = ["国内充电桩市场规模为247.3亿元。", "国内充电桩市场保有量为521万台。"]
QUESTION = "国内充电桩市场怎么样？"
# By hand: [1] alone; full-width, after and before the full stop; a list and a range; [9], which names nothing. A mark proposes:
# what counts is which evidence bears its sentence out.
PIECES = ["国内充电桩市场规模为", "247.3", "亿元[", "1", "]", "。市场保有量为521万台。", "【资料", "2】"]
PIECES += ["国内充电桩规模为247.3亿元［", "1、", "2", "］。", "充电桩保有量为521万台[1", "-2", "][9]", "。"]
GOLDEN = (
    "国内充电桩市场规模为247.3亿元。[1]市场保有量为521万台。[2]国内充电桩规模为247.3亿元。[1]充电桩保有量为521万台。[2]"
)
SENTENCES = [(text, int(number)) for text, number in re.findall(r"([^\[\]]+)\[(\d)\]", GOLDEN)]


class Reciting:
    name = "reciting"

    def generate(self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = "") -> Pieces:
        yield from PIECES


class Served(ScriptedAssistant):
    """The page's own stand-in, answering as the real assistant does."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__()
        self.search = assistant.search  # type: ignore[method-assign]
        self.ask = assistant.ask  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return Assistant(PassageIndex.build([passage(TEXT)], HashingEncoder()), Reciting())


@pytest.fixture(scope="module")
def events(assistant: Assistant) -> list[Event]:
    return list(assistant.ask(QUESTION))


@pytest.fixture(scope="module")
def finished(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_the_last_event_has_the_golden_answer(finished: Finished) -> None:
    answer = finished.answer
    assert answer.text == GOLDEN
    assert not answer.quoted
    assert answer.dropped_marks == ("[9]",)
    assert [(sentence.text, *sentence.citations) for sentence in answer.sentences] == SENTENCES
    assert [citation.quote for citation in answer.citations] == QUOTES


def test_the_stream_never_shows_a_mark_nor_a_piece_of_one(events: list[Event]) -> None:
    drafts = [event.text for event in events if isinstance(event, Drafting)]
    assert len(drafts) == len(PIECES)
    assert not [draft for draft in drafts if re.search(r"[\[\]［］【】]|资料", draft)]
    plain = "".join(text for text, _ in SENTENCES)
    assert drafts[-1] == plain
    assert all(plain.startswith(draft) for draft in drafts)


def test_the_command_line_gives_it_as_json(finished: Finished) -> None:
    told = json.loads(json.dumps(ask_object(finished)))
    assert told["answer"] == GOLDEN
    assert [(one["text"], *one["citations"]) for one in told["sentences"]] == SENTENCES
    assert [one["quote"] for one in told["citations"]] == QUOTES


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[TestClient]:
    with TestClient(make_app(Served(assistant)), base_url="http://127.0.0.1:7860") as client:
        yield client


def test_http_gives_it_whole_and_as_a_stream(client: TestClient, finished: Finished) -> None:
    whole = client.post("/api/v1/ask", json={"question": QUESTION}).json()
    assert (whole["answer"], whole["sentences"]) == (GOLDEN, ask_object(finished)["sentences"])
    streamed = client.post("/api/v1/ask", json={"question": QUESTION}, headers={"accept": "text/event-stream"}).text
    data = [json.loads(line.removeprefix("data: ")) for line in streamed.splitlines() if line.startswith("data: ")]
    assert data[-1]["answer"] == GOLDEN
    assert data[-1]["citations"] == whole["citations"]


def test_the_page_shows_each_mark_after_its_sentence_with_its_quote(finished: Finished) -> None:
    exchange = Exchange(QUESTION).after(finished)
    html = exchange_html(exchange, 1, CHINESE)
    marks = re.findall(r'<span[^>]*>([^<]+)</span><a class="mark" href="#source-1-(\d)"[^>]*>\2</a>', html)
    assert [(text, int(number)) for text, number in marks] == SENTENCES
    cards = re.findall(r'id="source-1-(\d)".*?<mark>([^<]+)</mark>', sources_html(exchange, 1, CHINESE))
    assert cards == [("1", inert(QUOTES[0])), ("2", inert(QUOTES[1]))]


def test_the_terminal_shows_it(events: list[Event], capsys: pytest.CaptureFixture[str]) -> None:
    show_answer(events)
    assert GOLDEN in capsys.readouterr().out.replace("\n", "")
