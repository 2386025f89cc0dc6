"""Many readers at once, some of whom leave, and a model that fails: what holds whoever asks, and however they stop.

Counts and times are small here; `make bench-load` has the larger ones, and how long it all takes.
"""

import asyncio
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from chat.answer import Drafting
from chat.assistant import Assistant
from chat.contract import ReportLine
from chat.models.breaker import FAILURES, Breaker
from chat.models.endpoint import Endpoint
from chat.models.generation import Generator as Model
from chat.models.generation import Usage
from chat.service import json_body, streams
from chat.service.gate import ModelGate
from index.library import PassageIndex
from tests.fakes import HashingEncoder, ScriptedAssistant, passage
from tests.load import ASK, CALLER, KINDS, Outcome, Paced, Site, ask, clients, leave_after, serving, wait_until

STREAM = {"accept": "text/event-stream"}


# ---- L1: many at once


def test_of_many_requests_of_every_kind_none_is_lost_and_never_two_are_with_the_model() -> None:
    assistant = Paced(0.02)
    with serving(assistant) as site:
        outcomes = asyncio.run(_sixty_clients(site, each=2))
        assert wait_until(lambda: site.gate.under_way == 0) is not None
    assert len(outcomes) == 120
    assert all(len(outcome.ends) == 1 for outcome in outcomes), "every request ends with exactly one terminal event"
    assert sum(outcome.finished for outcome in outcomes) == len(assistant.finished)
    assert {end for outcome in outcomes for end in outcome.ends} <= {"finished", "503", "told"}
    assert {outcome.kind for outcome in outcomes if outcome.finished} == set(KINDS)
    assert (assistant.most, assistant.running) == (1, 0)


async def _sixty_clients(site: Site, *, each: int) -> list[Outcome]:
    async with clients() as client:

        async def one(number: int) -> list[Outcome]:
            kind = KINDS[number % 3]
            return [await ask(client, site, kind, f"c{number}", f"销量 {number}.{time}？") for time in range(each)]

        return [outcome for asked in await asyncio.gather(*map(one, range(60))) for outcome in asked]


# ---- L2: back-pressure


def test_asvs_2_4_1_too_many_questions_are_refused_with_a_status_a_sentence_and_when_to_come_back() -> None:
    assistant = Paced(0)
    assistant.held = True
    gate = ModelGate(pending=2, waiting=3)
    with (
        serving(assistant, gate) as site,
        httpx.Client(base_url=site.home, timeout=30) as client,
        ExitStack() as open_streams,
    ):

        def follow(caller: str) -> None:
            stream = client.stream("POST", ASK, json={"question": "销量？"}, headers=STREAM | {CALLER: caller})
            lines = open_streams.enter_context(stream).iter_lines()
            followed.append(lines)  # forgotten, it would close the connection
            assert any(line == "event: hits" for line in lines)

        followed: list[Iterator[str]] = []
        follow("li")
        follow("li")
        for headers in ({}, STREAM):
            refused = client.post(ASK, json={"id": 7, "question": "销量？"}, headers=headers | {CALLER: "li"})
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "8")
            told = {"id": 7, "error": "您已有 2 个问题尚未答完，请等答完一个再问。", "retry_after": 8}
            assert refused.json() == told
        follow("wang")
        follow("zhao")
        for headers in ({}, STREAM):
            refused = client.post(ASK, json={"id": 7, "question": "销量？"}, headers=headers | {CALLER: "sun"})
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "32")
            assert refused.json()["error"] == "正在等候回答的问题较多（已有 3 个），请稍后再试。"
        assistant.held = False
        assert wait_until(lambda: len(assistant.finished) == 4) is not None
    assert gate.under_way == 0


# ---- L3: fairness


def test_asvs_15_4_4_who_asks_twenty_times_does_not_hold_up_who_asks_once() -> None:
    assistant = Paced(0)
    assistant.held = True
    gate = ModelGate(pending=20, waiting=60)
    with serving(assistant, gate) as site:
        asyncio.run(_one_heavy_and_nine_light(site, assistant))
    light_places = [place for place, question in enumerate(assistant.finished) if question != "多"]
    assert len(assistant.finished) == 29
    assert max(light_places) <= 11  # the first of the heavy caller, one more of theirs, and the other light ones


async def _one_heavy_and_nine_light(site: Site, assistant: Paced) -> None:
    async with clients() as client:
        heavy = [asyncio.create_task(ask(client, site, "json", "heavy", "多")) for _ in range(20)]
        await _until(lambda: site.gate.under_way == 20 and assistant.running == 1)
        light = [asyncio.create_task(ask(client, site, KINDS[n % 3], f"l{n}", f"少 {n}")) for n in range(9)]
        await _until(lambda: site.gate._line.waiting == 28)
        assistant.held = False
        assert all(outcome.finished for outcome in await asyncio.gather(*heavy, *light))


async def _until(condition: Any) -> None:
    assert await asyncio.to_thread(wait_until, condition, 30) is not None


# ---- L4: time-outs


class Endless:
    """A model that goes on for ever; stopped: how often it was told to stop."""

    name = "endless"

    def __init__(self) -> None:
        self.stopped = 0

    def generate(
        self, messages: Sequence[Mapping[str, str]], *, max_tokens: int, grammar: str = ""
    ) -> Generator[str | Usage, None, None]:
        try:
            while True:
                time.sleep(0.05)
                yield "甲"
        finally:
            self.stopped += 1


LIBRARY = PassageIndex.build(
    [passage(f"甲公司202{year}年的营业收入为{year}亿元，比上年有所增长。", year) for year in range(6)], HashingEncoder()
)
REVENUE = "甲公司2022年的营业收入是多少？"


class Answering(Assistant):
    """The real path of a question over a library of six sentences, as a page asks it."""

    listed = ScriptedAssistant(listed=(ReportLine("made-up", "虚构报告", "", "", 6),))
    reports = listed.reports
    version = listed.version
    suggestions: Sequence[str] = ()
    overview = listed.overview
    results = listed.results
    open_report = listed.open_report
    passage = listed.passage
    rows_around = listed.rows_around
    next_questions = listed.next_questions


def test_an_answer_that_takes_too_long_is_ended_with_the_evidence_and_the_model_is_free() -> None:
    model = Endless()
    with serving(Answering(LIBRARY, model, answer_seconds=0.4)) as site, httpx.Client(timeout=30) as client:
        answer = client.post(site.home + ASK, json={"question": REVENUE}).json()
        assert (answer["fallback"], answer["quoted"], model.stopped) == ("overtime", True, 1)
        assert answer["answer"] == "甲公司2022年的营业收入为2亿元，比上年有所增长。[1]"
        assert answer["timings"]["total_ms"] >= 400
        assert site.gate.under_way == 0


def test_a_question_that_waits_too_long_is_told_so_on_every_way() -> None:
    assistant = Paced(0)
    assistant.held = True
    with serving(assistant, ModelGate(wait_seconds=0.3)) as site:
        outcomes = asyncio.run(_wait_behind_one(site, assistant))
    assert [outcome.ends for outcome in outcomes] == [["503"], ["told"], ["told"]]
    assert outcomes[0].retry_after == 8
    assert len(assistant.started) == 1


async def _wait_behind_one(site: Site, assistant: Paced) -> list[Outcome]:
    async with clients() as client:
        first = asyncio.create_task(ask(client, site, "json", "first", "甲"))
        await _until(lambda: assistant.running == 1)
        outcomes = await asyncio.gather(*(ask(client, site, kind, f"w{kind}", "乙") for kind in KINDS))
        assistant.held = False
        assert (await first).finished
        return list(outcomes)


# ---- L5: readers who leave


def test_whoever_leaves_at_whatever_point_leaves_nothing_behind() -> None:
    assistant, chance = Paced(0.1), random.Random(5)
    with serving(assistant) as site:

        async def leave() -> None:
            async with clients() as client:
                for batch in range(5):
                    leaving = [
                        leave_after(client, site, KINDS[n % 3], f"b{batch}-{n}", chance.uniform(0, 0.5))
                        for n in range(8)
                    ]
                    await asyncio.gather(*leaving)
                    await _until(lambda: site.gate.under_way == 0 and assistant.running == 0)
                assert (await ask(client, site, "json", "next", "下一个")).finished

        asyncio.run(leave())
    assert assistant.most == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "reportqa-endpoint"]


def test_who_leaves_while_they_wait_is_never_answered() -> None:
    assistant = Paced(0)
    assistant.held = True
    with serving(assistant) as site:

        async def leave() -> None:
            async with clients() as client:
                first = asyncio.create_task(ask(client, site, "json", "first", "先来的"))
                await _until(lambda: assistant.running == 1)
                waiting = [leave_after(client, site, KINDS[n % 3], f"w{n}", 1.0) for n in range(9)]
                await asyncio.gather(*waiting)
                await _until(lambda: site.gate.under_way == 1)
                assistant.held = False
                assert (await first).finished

        asyncio.run(leave())
        assert wait_until(lambda: site.gate.under_way == 0) is not None
    assert assistant.started == ["先来的"]


# ---- L6: a model that fails


class Broken(BaseHTTPRequestHandler):
    """Answers each request in the one way in which its server is broken, and counts them."""

    server: "BrokenServer"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked += 1
        with suppress(OSError):
            getattr(self, self.server.way)()

    def status_500(self) -> None:
        self.send_error(500)

    def hang(self) -> None:
        self.connection.settimeout(5)
        self.connection.recv(1)

    def cut_off(self) -> None:
        self._begin()
        self.wfile.write(b'data: {"choices": [{"delta": {"content": "5"}}]}\n\n')

    def no_json(self) -> None:
        self._begin()
        self.wfile.write(b"data: {no json\n\n")

    def flood(self) -> None:
        self._begin()
        self.wfile.write(b"data: " + b"x" * (10 << 20) + b"\n\n")

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class BrokenServer(ThreadingHTTPServer):
    daemon_threads = True
    way: str
    asked: int


def answering_with(port: int) -> Answering:
    model: Model = Endpoint(f"http://127.0.0.1:{port}/v1", "m", api_key="", silence_seconds=0.5)
    return Answering(LIBRARY, Breaker(model))


@pytest.mark.parametrize("way", ["status_500", "hang", "cut_off", "no_json", "flood"])
def test_where_the_model_fails_every_reader_gets_the_evidence_and_the_model_is_soon_left_alone(way: str) -> None:
    with BrokenServer(("127.0.0.1", 0), Broken) as server:
        server.way, server.asked = way, 0
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            with serving(answering_with(server.server_address[1])) as site, httpx.Client(timeout=30) as client:
                for number in range(FAILURES + 2):
                    answer = client.post(site.home + ASK, json={"question": REVENUE}).json()
                    assert (answer["fallback"], answer["quoted"]) == ("unavailable", True)
                    assert answer["citations"][0]["quote"] == "甲公司2022年的营业收入为2亿元，比上年有所增长。"
                    assert server.asked == min(number + 1, FAILURES)  # once for each question, and no more
        finally:
            server.shutdown()
            thread.join()


def test_where_nobody_listens_the_page_and_a_stream_say_that_the_model_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with serving(answering_with(port)) as site, httpx.Client(timeout=30) as client:
        streamed = client.post(site.home + ASK, json={"question": REVENUE}, headers=STREAM).text
        final = json.loads(streamed.rpartition("event: final\ndata: ")[2])
        assert final["fallback"] == "unavailable"

        async def page() -> Outcome:
            async with clients() as browser:
                return await ask(browser, site, "page", "tab", REVENUE)

        assert asyncio.run(page()).finished


# ---- L7: slow readers


def test_a_reader_who_takes_nothing_does_not_hold_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "STALLED_SECONDS", 0.5)

    class Wordy(Paced):
        def _draft(self) -> Generator[Drafting, None, None]:
            yield Drafting("甲" * 5_000_000)  # more than any buffer on the way takes

    assistant = Wordy(0)
    with serving(assistant) as site, httpx.Client(timeout=30) as client:
        host, port = site.home.removeprefix("http://").split(":")
        body = json.dumps({"question": "销量？"}).encode()
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(
                f"POST {ASK} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            assert wait_until(lambda: assistant.running == 1) is not None
            assert wait_until(lambda: site.gate.under_way == 0) is not None
            assert client.post(site.home + ASK, json={"question": "下一个"}).status_code == 200


def test_a_body_that_does_not_come_to_its_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_body, "BODY_SECONDS", 0.3)
    with serving(Paced(0)) as site:
        host, port = site.home.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as half:
            half.sendall(
                f"POST {ASK} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
                "Content-Length: 100\r\n\r\n{".encode()
            )
            received = b""  # its head and its body may come apart
            while b"}" not in received and (more := half.recv(65_536)):
                received += more
    answer = received.decode()
    assert answer.startswith("HTTP/1.1 408 ")
    assert "没有传完" in answer


# ---- L8: a stop


SERVER = """
import sys
from chat.service.gate import ModelGate
from chat.service.app import make_app
from chat.service.server import listen, serve
from tests.load import Paced
listener = listen("127.0.0.1", 0)
print(listener.getsockname()[1], flush=True)
serve(make_app(Paced(float(sys.argv[1])), gate=ModelGate(pending=20)), listener)
"""


@pytest.mark.parametrize(("seconds", "end"), [(2.0, "event: final"), (600.0, "这个回答未能完成")])
def test_at_a_stop_what_is_under_way_ends_or_is_told_and_what_is_new_is_refused(seconds: float, end: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        home = f"http://127.0.0.1:{int(server.stdout.readline())}"
        try:
            ends, refusal, took = asyncio.run(_stop_with_ten_streams(home, server))
            _, complaints = server.communicate(timeout=20)
        finally:
            server.kill()
    assert sum(end in text for text in ends) == 1
    assert sum("服务正在停止，暂不接受新的问题" in text for text in ends) == 9
    assert (refusal.status_code, refusal.json()["error"]) == (503, "服务正在停止，暂不接受新的问题，请稍后再试。")
    assert took < 10
    assert "Traceback" not in complaints


async def _stop_with_ten_streams(home: str, server: "subprocess.Popen[str]") -> tuple[list[str], httpx.Response, float]:
    async with clients() as client:
        assert (await client.get(f"{home}/healthz")).status_code == 200  # the port is taken before the page is made
        begun = Counter[str]()

        async def follow(number: int) -> str:
            text = ""
            async with client.stream(
                "POST", home + ASK, json={"question": f"第 {number} 问"}, headers=STREAM
            ) as stream:
                async for line in stream.aiter_lines():
                    begun[line] += line == 'data: {"stage": "drafting"}' or line.startswith('data: {"stage": "waiting"')
                    text += line + "\n"
            return text

        streams = [asyncio.create_task(follow(number)) for number in range(10)]
        while sum(begun.values()) < 10:
            await asyncio.sleep(0.02)
        server.send_signal(signal.SIGTERM)
        began = time.monotonic()
        await asyncio.sleep(0.3)
        refusal = await client.post(home + ASK, json={"question": "新的"})
        ends = await asyncio.gather(*streams)
        await asyncio.to_thread(server.wait, 20)
        return ends, refusal, time.monotonic() - began
