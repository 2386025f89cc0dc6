"""Pictures of the pages of PDF reports, made in a child process and the last ones remembered."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Protocol

from chat.opened import OpenedReport
from ingest.page_view import PageView
from ingest.report import UnreadableReport

REMEMBERED = 32  # pictures of 100 to 400 kB
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
        self._lock = Lock()

    def view(self, opened: OpenedReport, number: int, words: str = "") -> PageView:
        """The picture of a page, from 1, with the boxes of the words.

        Raises:
            UnreadableReport: the file is gone or changed, or the page cannot be shown.
        """
        key = (opened.sha256, number, words)
        with self._lock:
            view = self._views.pop(key, None) or self._made(opened, number, words)
            self._views[key] = view
            if len(self._views) > REMEMBERED:
                self._views.popitem(last=False)
            return view

    def _made(self, opened: OpenedReport, number: int, words: str) -> PageView:
        path = self._corpus / opened.file
        try:
            return self._viewer.view(path, number, words, sha256=opened.sha256)
        except UnreadableReport as error:
            # Who looks at a page in a browser is not told where the corpus lies.
            raise UnreadableReport(str(error).replace(str(path), path.name)) from error
