"""Each request, from outside the guard: its id, and once it is over a line in the log and a count.

Told are the route and never the path, whose parts may be a token or a session of Gradio's; by which way the caller is known and never
who it is; nothing of headers, query or body.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.access.caller import Caller
from chat.access.routes import ROUTES, need_of
from chat.operations.logs import REQUEST_ID, event

HEADER = "X-Request-ID"
NO_ROUTE = "-"
LEFT = 499  # nobody waited for the response, as nginx counts it

_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
# Every word that the table of routes spells out; whatever else stands in a path was somebody's choice.
_WORDS = frozenset({"chat-en"}).union(
    *(re.findall(r"[a-z][a-z0-9_.-]+", route.path.pattern.replace(r"\.", ".")) for route in ROUTES)
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """A request that is over. route: as `route_of`. ms: until the last byte. caller: by which way they are known, "" for nobody."""

    method: str
    route: str
    status: int
    ms: float
    caller: str


Tell = Callable[[Served], None]


class Requests:
    """The layer itself.

    told: each hears of every request once it is over; they must not raise. trusted: whether the peer of that address is a proxy
    whose X-Request-ID counts.
    """

    def __init__(
        self, app: ASGIApp, *, told: Iterable[Tell] = (), trusted: Callable[[str], bool] = lambda address: False
    ) -> None:
        self._app = app
        self._told = tuple(told)
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id, began, status = self._id(scope), time.perf_counter(), 0
        state = scope.setdefault("state", {})  # in which the guard leaves who it is

        async def identified(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = id
            await send(message)

        token = REQUEST_ID.set(id)
        try:
            await self._app(scope, receive, identified)
            status = status or LEFT
        finally:
            ms = round((time.perf_counter() - began) * 1000, 1)
            caller = state.get("caller")
            by = caller.by if isinstance(caller, Caller) and caller.scopes else ""
            served = Served(_method(scope), route_of(scope["method"], scope["path"]), status or 500, ms, by)
            for tell in self._told:
                tell(served)
            REQUEST_ID.reset(token)

    def _id(self, scope: Scope) -> str:
        client = scope.get("client")
        sent = Headers(scope=scope).getlist(HEADER)
        if len(sent) == 1 and _WELL_FORMED.fullmatch(sent[0]) and client and self._trusted(client[0]):
            return sent[0]
        return secrets.token_hex(8)


def route_of(method: str, path: str) -> str:
    """The route of a path, with `{}` for what is not spelled out in it: /reports/{}/pages/{}. NO_ROUTE where there is none."""
    if need_of(method, path) is None:
        return NO_ROUTE
    return "/".join(part if part in _WORDS or not part else "{}" for part in path.split("/"))


def log_request(served: Served) -> None:
    """Tell the log; not of what a page is made of, of probes and scrapes, unless they fail."""
    failed = served.status >= HTTPStatus.BAD_REQUEST
    if failed or not _is_noise(served.route):
        level = logging.ERROR if served.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
        event(_log, "request", {name: value for name, value in asdict(served).items() if value != ""}, level)


def _is_noise(route: str) -> bool:
    need = need_of("GET", route.replace("{}", "x"))
    return need is not None and need.counted == "nothing"


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else NO_ROUTE
