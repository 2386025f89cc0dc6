"""Pictures of the pages of PDF reports, made in a child process and the last ones remembered.

What text recognition read of a scan, which takes seconds, is remembered by itself: each citation of the page asks for
other words of it.
"""

from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar

from chat.library.opened import OpenedReport
from ingest.page_view import PageView, find_recognised
from ingest.report import UnreadableReport

REMEMBERED = 32  # pictures of 100 to 400 kB, and as many scans as read
Key = TypeVar("Key")
PICTURED = frozenset({".pdf"})


def is_pictured(opened: OpenedReport) -> bool:
    """Whether the report's pages can be shown as pictures."""
    return Path(opened.file).suffix.lower() in PICTURED


class Viewer(Protocol):
    """`isolation.Reader`, or whatever shows pages as it does."""

    def view(self, path: Path, number: int, words: str = "", *, sha256: str) -> PageView: ...


class PageViews:
    """Pictures of pages of the files of a corpus, one at a time."""

    def __init__(self, corpus: Path, viewer: Viewer) -> None:
        self._corpus = corpus
        self._viewer = viewer
        self._views: OrderedDict[tuple[str, int, str], PageView] = OrderedDict()
        self._scans: OrderedDict[tuple[str, int], PageView] = OrderedDict()
        self._lock = Lock()

    def view(self, opened: OpenedReport, number: int, words: str = "") -> PageView:
        """The picture of a page, from 1, with the boxes of the words.

        Raises:
            UnreadableReport: the file is gone or changed, or the page cannot be shown.
        """
        key = (opened.sha256, number, words)
        with self._lock:
            view = self._views.get(key) or self._read_before(opened, number, words)
            if view is None:
                view = self._made(opened, number, words)
            _remember(self._views, key, view)
            if view.recognised is not None:
                _remember(self._scans, (opened.sha256, number), view)
            return view

    def _read_before(self, opened: OpenedReport, number: int, words: str) -> PageView | None:
        """A page with these words, where text recognition has read it for others; None where it has not."""
        scan = self._scans.get((opened.sha256, number))
        if scan is None or scan.recognised is None:
            return None
        return replace(scan, boxes=find_recognised(words, scan.recognised))

    def _made(self, opened: OpenedReport, number: int, words: str) -> PageView:
        path = self._corpus / opened.file
        try:
            return self._viewer.view(path, number, words, sha256=opened.sha256)
        except UnreadableReport as error:
            # Who looks at a page in a browser is not told where the corpus lies.
            raise UnreadableReport(str(error).replace(str(path), path.name)) from error


def _remember(views: OrderedDict[Key, PageView], key: Key, view: PageView) -> None:
    """Put a view last, and let go of the one that was shown longest ago where there are too many."""
    views[key] = view
    views.move_to_end(key)
    if len(views) > REMEMBERED:
        views.popitem(last=False)
