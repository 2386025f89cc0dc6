"""Who sends a request: a person on this machine, a program with a key, a reader of a portal's page, somebody who has logged in.

Every way of being known ends in the same record, so that limits, the line for the model, usage and what may be searched ask one
thing of it.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

# ask: questions and feedback on their answers. search: passages, reports as a whole and their export. reports: adding and removing.
# admin: usage, slow questions and what readers thought.
Scope = Literal["ask", "search", "reports", "admin"]
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))
# open: nobody was asked, as the configuration says.
By = Literal["loopback", "key", "embed", "login", "proxy", "open"]


@dataclass(frozen=True, slots=True)
class Caller:
    """by: how they are known. user: who that is among those known so; "" for whoever sits at this machine. groups: of the company,
    as whoever vouches for them tells; they decide which reports are searched. site: the portal's site whose page is asked from, "" for
    none. per_minute: how many questions a minute this caller may ask, None for the configured number.
    """

    by: By
    user: str = ""
    groups: frozenset[str] = frozenset()
    scopes: frozenset[Scope] = SCOPES
    site: str = ""
    per_minute: int | None = None

    @property
    def key(self) -> str:
        """One name for each of them, for limits, the line and usage."""
        return f"{self.by}:{self.site}:{self.user}" if self.site else f"{self.by}:{self.user}"

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


LOCAL = Caller("loopback")
NOBODY = Caller("open", scopes=frozenset())  # on routes that ask for no scope


class Way(Protocol):
    """One way of being known: the caller that these headers prove, or None where they say nothing of this way.

    client: the address at the other end of the connection, which may be a proxy's.

    Raises:
        NotKnown: they do say something, and it proves nothing.
    """

    def caller(self, headers: Headers, client: str) -> Caller | None: ...


class NotKnown(Exception):
    """A key, token or header that proves nothing; the message is for the log, never for the caller."""


def caller_of(connection: HTTPConnection) -> Caller:
    """Who sends a request, as the guard has found; whoever sits at this machine where nothing asks."""
    caller = getattr(connection.state, "caller", LOCAL)
    return caller if isinstance(caller, Caller) else LOCAL
