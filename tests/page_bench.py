"""`make bench-page`: how fast the page is in a real browser on this machine; nothing here passes or fails.

The library, its encoder and the server are the real ones; in the place of the model something writes 60 tokens a second.
"""

import statistics
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from chat.answer import Drafting
from chat.assistant import Assistant
from chat.config import Config, load_encoder
from chat.evaluating.evaluation import read_questions
from chat.library.building import Setup, build_index
from chat.service.app import make_app
from chat.service.live import LiveAssistant
from chat.service.server import listen
from chat.setup import load_library
from tests.browsers import WATCH_SHIFTS, chromium
from tests.fakes import ScriptedAssistant

if TYPE_CHECKING:
    from fastapi import FastAPI
    from playwright.sync_api import Browser, Page

CORPUS = Path("corpus")
QUESTIONS = CORPUS / "questions" / "dev.jsonl"
OPENED = 7
TOKENS = 2_000
PER_SECOND = 60
# The times between two frames while an answer grows, kept by the page itself.
WATCH_FRAMES = """
    window.frames_ms = [];
    let last = performance.now();
    const frame = (now) => { window.frames_ms.push(now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
"""
# Milliseconds from the next press of Enter to the first frame with a passage that was not there before. Kept by the page:
# a driver that asks it again and again takes the core that should draw.
WATCH_PASSAGES = """
    for (const each of document.querySelectorAll("#sources .source")) each.dataset.before = "";
    window.passages_ms = new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error("no passage within 30 s")), 30_000);
        addEventListener("keydown", () => {
            const began = performance.now();
            const look = () => {
                const there = document.querySelector("#sources .source:not([data-before])");
                requestAnimationFrame(there ? (now) => resolve(now - began) : look);
            };
            look();
        }, { capture: true, once: true });
    });
    null
"""


class Writing(ScriptedAssistant):
    """Writes TOKENS tokens, PER_SECOND of them a second, without a pause."""

    def _draft(self) -> Generator[Drafting, None, None]:
        draft = ""
        for number in range(TOKENS):
            draft += f"销量{number % 10}"[number % 3 :] + ("。" if number % 25 == 24 else "")
            time.sleep(1 / PER_SECOND)
            yield Drafting(draft)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        root = Path(folder) / "index"
        encoder = load_encoder(Config())
        build_index(Setup(CORPUS, root, encoder.name, lambda: encoder))
        live = LiveAssistant(root, Assistant(load_library(root, encoder), None))
        live.warm_up()
        with served(make_app(live)) as home:
            _open(browser, home)
            _find(browser, home)
            _read(browser, home, live)
        with served(make_app(Writing())) as home:
            _stream(browser, home)


@contextmanager
def served(app: "FastAPI") -> Iterator[str]:
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/chat/"
    finally:
        server.should_exit = True
        thread.join(10)


def _page(browser: "Browser") -> "Page":
    return browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN")


def _open(browser: "Browser", home: str) -> None:
    """From the address to a question that can be pressed, in a browser that has never been here, and its weight."""
    times, weights = [], []
    for _ in range(OPENED):
        page = _page(browser)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        got: list[float] = []
        session.on("Network.loadingFinished", lambda event, got=got: got.append(event["encodedDataLength"]))
        began = time.perf_counter()
        page.goto(home, wait_until="commit")
        page.locator(".offer").first.wait_for()
        page.locator("#ask textarea").click()
        times.append(time.perf_counter() - began)
        page.wait_for_timeout(1_000)  # an open page holds a stream for life: the network never falls idle
        weights.append((sum(got), len(got)))
        page.close()
    _say(
        "open", f"a question can be asked after {statistics.median(times):.2f} s (at most {max(times):.2f} of {OPENED})"
    )
    size, requests = statistics.median_low(weights)
    _say("weight", f"{size / 1e6:.2f} MB in {requests} requests for the first visit")


def _find(browser: "Browser", home: str) -> None:
    """From Enter to the first passage on screen, in one conversation."""
    page = _page(browser)
    page.goto(home)
    page.locator(".offer").first.wait_for()
    times = []
    for turn, gold in enumerate(read_questions(QUESTIONS)[:30], start=1):
        page.fill("#ask textarea", gold.question)
        page.evaluate(WATCH_PASSAGES)
        page.press("#ask textarea", "Enter")
        times.append(page.evaluate("window.passages_ms") / 1e3)
        page.locator(f"#current .exchange[data-turn='{turn}'][data-kept]").wait_for()
    page.close()
    times.sort()
    p95 = times[int(0.95 * (len(times) - 1))]
    _say("passages", f"on screen after {statistics.median(times):.2f} s, p95 {p95:.2f} s ({len(times)} questions)")


def _read(browser: "Browser", home: str, live: LiveAssistant) -> None:
    """From the address to the whole report."""
    times = []
    for report in live.reports:
        page = _page(browser)
        began = time.perf_counter()
        page.goto(home.replace("/chat/", f"/reports/{report.id}"))
        page.locator("main section").last.wait_for()
        times.append(time.perf_counter() - began)
        page.close()
    _say("reading", f"a report of the corpus is there after {statistics.median(times):.2f} s")


def _stream(browser: "Browser", home: str) -> None:
    """The frames of the page while a long answer is written."""
    page = _page(browser)
    page.add_init_script(WATCH_SHIFTS)
    page.goto(home)
    page.locator("#ask textarea").wait_for()
    page.evaluate(WATCH_FRAMES)
    page.fill("#ask textarea", "销量？")
    page.press("#ask textarea", "Enter")
    page.locator("#current .exchange[data-kept]").wait_for(timeout=2_000 * TOKENS / PER_SECOND)
    shifted = page.evaluate("window.shifted")
    frames = sorted(page.evaluate("window.frames_ms"))
    late = sum(each > 100 for each in frames)
    _say(
        "stream",
        f"{TOKENS} tokens at {PER_SECOND} a second: {len(frames)} frames, {late} over 100 ms, longest {frames[-1]:.0f} ms;"
        f" layout shift since the address {shifted:.3f}",
    )
    page.close()


def _say(what: str, figures: str) -> None:
    print(f"{what:<10}{figures}", flush=True)


if __name__ == "__main__":
    main()
