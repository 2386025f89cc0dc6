"""The way of readers of a portal's page: a token of a quarter of an hour, renewed while the portal goes on vouching for them.

A token is 256 random bits that mean nothing outside this process, which keeps their sha256 alone. The frame holds it in a variable:
no cookie, no storage, no address. What has to be opened by an address, a report to be read, is opened by a ticket: for this one path,
once, within a minute.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Generic, TypeVar
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Scope as Asgi

from chat.access.caller import Caller, NotKnown, Scope
from chat.access.portal_tokens import Vouched
from chat.access.sites import Site

TOKEN_PREFIX = "rqe_"
TICKET_PREFIX = "rqt_"
TOKEN_SECONDS = 15 * 60
SESSION_SECONDS = 8 * 60 * 60
TICKET_SECONDS = 60
MOST_KEPT = 100_000
_BYTES = 32

_READER: frozenset[Scope] = frozenset({"ask", "search"})
Kept = TypeVar("Kept")


class SessionOver(Exception):
    """The session has lasted as long as one may: the page has to begin anew."""


class AnotherUser(Exception):
    """The portal vouches for somebody else now: nothing of the page before may stay."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a frame is given. seconds: until the token expires. history: under which name the browser keeps what this reader asked;
    it tells neither the site nor the user."""

    token: str = field(repr=False)
    seconds: int
    history: str


@dataclass(frozen=True, slots=True)
class _Session:
    """caller: who it is. until: when its token expires. ends: when no token of the session can be renewed any more."""

    caller: Caller
    until: float
    ends: float


@dataclass(frozen=True, slots=True)
class _Ticket:
    caller: Caller
    path: str
    until: float


class EmbedTokens:
    """Tokens and tickets of this process; clock: seconds, of whatever beginning."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: _Bounded[_Session] = _Bounded()
        self._tickets: _Bounded[_Ticket] = _Bounded()

    def grant(self, site: Site, vouched: Vouched, *, before: str = "") -> Granted:
        """A token for whom the site has just vouched for; before: the one that it is to take the place of, "" for none.

        Raises:
            SessionOver: the token before is of a session that has lasted its time.
            AnotherUser: it is somebody else's.
        """
        now = self._clock()
        caller = Caller("embed", vouched.user, vouched.groups, _READER, site=site.id)
        session, ends = self._sessions.get(_digest(before)), now + SESSION_SECONDS
        if session is not None:
            if session.caller.key != caller.key:
                raise AnotherUser
            if now >= session.ends:
                raise SessionOver
            ends = session.ends
        token = TOKEN_PREFIX + secrets.token_urlsafe(_BYTES)
        until = min(now + TOKEN_SECONDS, ends)
        self._sessions.put(_digest(token), _Session(caller, until, ends))
        return Granted(token, max(1, int(until - now)), history_name(caller))

    def caller(self, headers: Headers, client: str) -> Caller | None:
        """As `Way.caller`: who a token in `Authorization: Bearer` stands for."""
        presented = bearer(headers)
        if not presented.startswith(TOKEN_PREFIX):
            return None
        session = self._sessions.get(_digest(presented))
        if session is None or self._clock() >= session.until:
            raise NotKnown("an embed token that is none or has expired")
        return session.caller

    def forget(self) -> None:
        """Let no token and no ticket hold any longer: each page has its portal vouch for its user again."""
        self._sessions, self._tickets = _Bounded(), _Bounded()

    def ticket(self, caller: Caller, path: str) -> str:
        """A ticket with which this path can be opened as this caller, once."""
        ticket = TICKET_PREFIX + secrets.token_urlsafe(_BYTES)
        self._tickets.put(_digest(ticket), _Ticket(caller, path, self._clock() + TICKET_SECONDS))
        return ticket

    def redeemed(self, scope: Asgi) -> Caller | None:
        """Who has the ticket that an address carries as `?ticket=`; None where it carries none.

        Raises:
            NotKnown: it is none, is for another path, was used or is too old.
        """
        carried = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("ticket")
        if carried is None or scope["method"] != "GET":
            return None
        ticket = self._tickets.take(_digest(carried[0])) if len(carried) == 1 else None
        if ticket is None or ticket.path != scope["path"] or self._clock() >= ticket.until:
            raise NotKnown("a ticket that is none, was used or is for another path")
        return ticket.caller


def bearer(headers: Headers) -> str:
    """What `Authorization: Bearer` carries; "" where nothing is."""
    scheme, _, presented = headers.get("authorization", "").partition(" ")
    return presented.strip() if scheme.lower() == "bearer" else ""


def history_name(caller: Caller) -> str:
    """The same for each reader of each site, whenever they come: 128 bits in hexadecimal digits."""
    return sha256(f"reportqa history\0{caller.site}\0{caller.user}".encode()).hexdigest()[:32]


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


class _Bounded(Generic[Kept]):
    """Things by key, of which the oldest go where there are too many."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Kept | None:
        with self._lock:
            return self._kept.get(key)

    def take(self, key: bytes) -> Kept | None:
        with self._lock:
            return self._kept.pop(key, None)

    def put(self, key: bytes, value: Kept) -> None:
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
