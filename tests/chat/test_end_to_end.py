"""The whole, once: the command, the real corpus, encoder and model, the HTTP interface, and a browser where one is."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from chat.config import Config, models_folder
from chat.models.catalogue import DEFAULT_ENCODER, DEFAULT_GENERATOR, find_model
from chat.models.fetching import state
from tests.browsers import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[2]
READY_S = 480  # embedding both reports takes a minute or two, and longer on a busy machine
ANSWER_MS = 120_000
QUESTION = "浪潮信息在全球AI服务器市场占了多大份额？"
SHARE = "20.9"


@dataclass(frozen=True, slots=True)
class Served:
    process: "subprocess.Popen[str]"
    address: str
    errors: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    for name in (DEFAULT_ENCODER, DEFAULT_GENERATOR):
        if state(find_model(name), models_folder(Config())) != "ready":
            pytest.fail(f"this test needs the real model: run `reportqa model fetch {name}` first")
    folder = tmp_path_factory.mktemp("served")
    command = [str(Path(sys.executable).with_name("reportqa")), "chat", "--port", "0"]
    command += ["--corpus", str(ROOT / "corpus"), "--index", str(folder / "index")]
    errors = folder / "stderr"
    with (
        errors.open("w") as stderr,
        subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, encoding="utf-8"
        ) as process,
    ):
        late = threading.Timer(READY_S, process.kill)  # ends the wait for its first line
        late.start()
        assert process.stdout is not None
        line = process.stdout.readline()
        late.cancel()
        try:
            assert "研报问答已就绪：http://127.0.0.1:" in line, errors.read_text()
            yield Served(process, line.partition("：")[2].partition("（")[0], errors)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def page(served: Served) -> "Iterator[Page]":
    """Stays open to the end of the module: the stop is to come while it holds its stream."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        page.set_default_timeout(ANSWER_MS)
        yield page


def test_a_program_gets_an_answer_whose_quote_stands_in_its_passage(served: Served) -> None:
    assert httpx.get(f"{served.address}/healthz").json() == {"status": "ok"}
    answer = httpx.post(
        f"{served.address}/api/v1/ask", json={"id": "e2e", "question": QUESTION}, timeout=ANSWER_MS / 1000
    ).json()
    assert (answer["id"], answer["question"], answer["refused"]) == ("e2e", QUESTION, False)
    assert SHARE in answer["answer"]
    first = answer["citations"][0]
    assert f"[{first['number']}]" in answer["answer"]
    texts = {hit["passage_id"]: hit["text"] for hit in answer["hits"]}
    assert first["quote"] in texts[first["passage_id"]]
    assert SHARE in first["quote"]
    assert answer["timings"]["answer_tokens"] > 0  # the real model wrote it


@pytest.mark.browser
def test_a_reader_gets_from_the_question_to_a_highlighted_source(served: Served, page: "Page") -> None:
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(served.address)
    page.wait_for_selector("#ask textarea")
    page.fill("#ask textarea", QUESTION)
    page.press("#ask textarea", "Enter")

    page.wait_for_selector("#sources .source")
    assert page.locator("#current .answer").count() == 0  # the sources are there before the answer

    page.wait_for_selector("#current .answer")
    expect(page.locator("#current .answer")).to_contain_text(SHARE)
    mark = page.locator("#current a.mark").first
    mark.click()
    card = page.locator("#source-1-1")
    expect(card).to_be_focused()
    expect(card).to_be_in_viewport()
    highlighted = "".join(card.locator("mark").all_text_contents())
    assert SHARE in highlighted
    assert complaints == []


def test_a_stop_is_quick_and_clean_even_while_a_page_holds_its_stream(served: Served) -> None:
    """The last of this module; the page of the test before, where there is a browser, is still open."""
    began = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(10) in (0, -signal.SIGTERM)
    assert time.monotonic() - began < 10
    assert "Traceback" not in served.errors.read_text()
