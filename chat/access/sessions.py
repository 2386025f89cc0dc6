"""Who has logged in: sessions of this process, each by a random token in a cookie, and logins that are under way.

The token says nothing itself and is kept as its digest alone; logging out forgets it, so that a copy of the cookie opens nothing. A
restart forgets all of them, which a company's login brings back without a word.
"""

import hmac
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar

from starlette.datastructures import Headers

from chat.access.caller import Caller

MOST_SESSIONS = 10_000
MOST_PENDING = 10_000
PENDING_SECONDS = 600
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
T = TypeVar("T")


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


class Kept(Generic[T]):
    """Records under the digests of tokens, each for so many seconds; of more than `most` the oldest go."""

    def __init__(self, *, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._records: OrderedDict[bytes, tuple[float, T]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, token: str, record: T) -> None:
        with self._lock:
            now = self._clock()
            while self._records and (next(iter(self._records.values()))[0] <= now or len(self._records) >= self._most):
                self._records.popitem(last=False)
            self._records[_digest(token)] = now + self._seconds, record

    def get(self, token: str) -> T | None:
        with self._lock:
            ends, record = self._records.get(_digest(token), (0.0, None))
            return record if ends > self._clock() else None

    def take(self, token: str) -> T | None:
        """The record, which is then gone."""
        with self._lock:
            ends, record = self._records.pop(_digest(token), (0.0, None))
            return record if ends > self._clock() else None


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class Pending:
    """A login under way. browser: the token of the browser that began it, which must end it. came_from: where to go then."""

    browser: str
    nonce: str
    verifier: str
    came_from: str

    def is_of(self, browser: str) -> bool:
        return hmac.compare_digest(self.browser.encode(), browser.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie of ours: for us alone, not for scripts, and not with what another site's page sends.

    secure: over https, with the name that browsers let nobody else set.
    """

    name: str
    secure: bool

    @property
    def full_name(self) -> str:
        return f"__Host-{self.name}" if self.secure else self.name

    def set(self, value: str, seconds: int) -> str:
        """The Set-Cookie header; with 0 seconds the browser forgets it."""
        secure = "; Secure" if self.secure else ""
        return f"{self.full_name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    def read(self, headers: Headers) -> str:
        """Its value; "" where it is not there, is none of ours, or is there twice."""
        pairs = (pair.strip().partition("=") for each in headers.getlist("cookie") for pair in each.split(";"))
        values = [value for name, _, value in pairs if name == self.full_name]
        return values[0] if len(values) == 1 and TOKEN.fullmatch(values[0]) else ""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The way of those who have."""

    sessions: Kept[Caller]
    cookie: Cookie

    def caller(self, headers: Headers, client: str) -> Caller | None:
        token = self.cookie.read(headers)
        return self.sessions.get(token) if token else None
