"""The browser that the tests of the page drive: Debian's chromium, or the one that CHROMIUM names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# What a page that is expected to come may take; a machine that does other work beside the tests took more than the usual 5 s.
_EXPECTED_MS = 15_000
# Adds up, in a page that is opened with it, what moved by itself, as https://web.dev/articles/cls has it without its windows.
WATCH_SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
    }).observe({ type: "layout-shift", buffered: true });
"""


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A running browser; where there is none the test is skipped, but fails where CI is set: nobody would notice there."""
    if not Path(_CHROMIUM).exists():
        missing = f"no browser at {_CHROMIUM}; run .ci/run, or apt install chromium fonts-noto-cjk, or set CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    expect.set_options(timeout=_EXPECTED_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()
