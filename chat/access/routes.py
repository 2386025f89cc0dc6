"""Every route that is served, and what a caller needs for it. A route that is not in this table is not there.

The rows of Gradio are what its page needs and no more, found by letting it run and reading what it asked for: uploads, files, its
API and its proxy are not among them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from chat.access.caller import Scope

Counted = Literal["nothing", "request", "question"]


@dataclass(frozen=True, slots=True)
class Need:
    """scopes: all that a caller needs; None where nobody is asked who they are. counted: as what, by the limits."""

    scopes: frozenset[Scope] | None
    counted: Counted = "request"


@dataclass(frozen=True, slots=True)
class Route:
    path: re.Pattern[str]
    methods: frozenset[str]
    need: Need


def _route(methods: str, path: str, *scopes: Scope, counted: Counted = "request") -> Route:
    return Route(re.compile(path), frozenset(methods.split()), Need(frozenset(scopes), counted))


def _public(path: str, *, counted: Counted = "nothing") -> Route:
    return Route(re.compile(path), frozenset({"GET"}), Need(None, counted))


_PAGE = "/chat(?:-en)?"
_EVENTS = rf"{_PAGE}/gradio_api"
ROUTES = (
    _public("/healthz"),
    _public("/readyz"),
    _route("GET", "/metrics", "admin", counted="nothing"),
    _public(r"/static/[\w.-]+"),
    _public("/login(?:/callback)?|/logout", counted="request"),
    _public("/widget.js"),
    # What the page is drawn with: its addresses stand in the page, and nothing can put a token with them.
    _public(rf"{_PAGE}/theme\.css"),
    _public(rf"{_PAGE}/(?:assets/[\w.-]+|static/(?:js|css|fonts|img)/[\w./ -]+)"),
    # The portal's word is what it is asked with.
    Route(re.compile("/api/v1/embed/session"), frozenset({"POST"}), Need(None)),
    _route("POST", "/api/v1/embed/tickets", "search"),
    # The page asks and searches; what it does about reports goes by the routes below.
    _route("GET", rf"/|{_PAGE}/?", "ask", "search"),
    _route("GET", rf"{_EVENTS}/(?:app_id|queue/data|startup-events|heartbeat/\w+)", "ask", "search"),
    _route("POST", rf"{_EVENTS}/(?:queue/join|cancel|reset)", "ask", "search"),
    _route("POST", "/api/v1/ask", "ask", counted="question"),
    _route("POST", "/api/v1/feedback", "ask"),
    _route("DELETE", "/api/v1/feedback/[A-Za-z0-9_-]+", "ask"),
    _route("POST", "/api/v1/search", "search"),
    _route("POST", "/api/v1/export", "search"),
    _route("GET", r"/reports/[^/]+(?:/pages/\d{1,6})?", "search"),
    _route("GET", "/api/v1/reports", "search"),
    _route("POST", "/api/v1/reports", "reports"),
    _route("DELETE", "/api/v1/reports/[^/]+", "reports"),
    _route("GET", "/api/v1/reports/[^/]+(?:/passages)?", "search"),
    _route("GET", "/admin/?", "admin"),
    _route("GET", r"/api/v1/openapi\.json"),
    _route("POST", "/v1/chat/completions", "ask", counted="question"),
    _route("GET", "/v1/models(?:/[^/]+)?"),
    _route("POST", "/mcp"),  # its tools ask for their scopes themselves
)


def need_of(method: str, path: str, routes: Iterable[Route] = ROUTES) -> Need | None:
    """What a request needs; None where there is no such path. A path asked by a method that it lacks needs what any of its
    methods do, so that only who may use it hears that it has no such method.
    """
    if ".." in path.split("/"):
        return None
    there = [route for route in routes if route.path.fullmatch(path)]
    method = "GET" if method == "HEAD" else method
    fitting = [route.need for route in there if method in route.methods]
    if fitting or not there:
        return fitting[0] if fitting else None
    asked = [route.need.scopes for route in there if route.need.scopes is not None]
    return Need(frozenset().union(*asked) if asked else None)
