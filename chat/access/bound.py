"""Open pages, each bound to who opened it: Gradio names them by a word of the browser's, and whoever says it reads and asks there."""

import json
import re
import threading
from collections import OrderedDict
from urllib.parse import parse_qs

from starlette.types import Message, Receive
from starlette.types import Scope as Asgi

MOST_PAGES = 10_000
_IN_BODY = re.compile(r"/gradio_api/(?:queue/join|cancel|reset)$")


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
    """Which page a request is about, as its path or query tells; "" for none."""
    path: str = scope["path"]
    if "/gradio_api/heartbeat/" in path:
        return path.rpartition("/")[2]
    if path.endswith("/gradio_api/queue/data"):
        query: bytes = scope.get("query_string", b"")
        return parse_qs(query.decode("latin-1")).get("session_hash", [""])[-1]
    return ""


def tells_page_in_body(scope: Asgi) -> bool:
    """Whether a request is about the page that its body names: what is done on a page, and what is stopped there."""
    return _IN_BODY.search(scope["path"]) is not None


async def page_in_body(receive: Receive) -> tuple[str, Receive]:
    """Which page a body is about, "" where it tells none, and the request with its body to be read once more."""
    body, read = b"", await receive()
    while read["type"] == "http.request":
        body += read.get("body", b"")
        if not read.get("more_body"):
            read = {"type": "http.request", "body": body}
            break
        read = await receive()
    again = iter((read,))

    async def replayed() -> Message:
        return next(again, None) or await receive()

    try:
        told = json.loads(body)
    except ValueError:
        return "", replayed  # nor does Gradio read it
    page = told.get("session_hash") if isinstance(told, dict) else None
    return page if isinstance(page, str) else "", replayed
