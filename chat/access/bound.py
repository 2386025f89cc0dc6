"""Open pages, each bound to who opened it: Gradio names them by a word of the browser's, and gives a page's events to whoever says it."""

import threading
from collections import OrderedDict
from urllib.parse import parse_qs

from starlette.types import Scope as Asgi

MOST_PAGES = 10_000


class Pages:
    """Who opened which page; of more than `most` those that have been quiet longest are forgotten."""

    def __init__(self, *, most: int = MOST_PAGES) -> None:
        self._most = most
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def is_open_to(self, page: str, caller: str) -> bool:
        """Whether a caller may have what a page is sent; whoever asks first opens it."""
        with self._lock:
            owner = self._owners.setdefault(page, caller)
            self._owners.move_to_end(page)
            while len(self._owners) > self._most:
                self._owners.popitem(last=False)
            return owner == caller


def page_in(scope: Asgi) -> str:
    """Which page a request is about, as its path or query tells; "" for none. What a body tells only ever reaches that page."""
    path: str = scope["path"]
    if "/gradio_api/heartbeat/" in path:
        return path.rpartition("/")[2]
    if path.endswith("/gradio_api/queue/data"):
        query: bytes = scope.get("query_string", b"")
        return parse_qs(query.decode("latin-1")).get("session_hash", [""])[-1]
    return ""
