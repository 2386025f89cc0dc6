"""Whom a reverse proxy with the company's login vouches for: by a header with a token that it signed, from its own address.

A header that merely names somebody proves nothing: whoever reaches the service past the proxy could send one.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers

from chat.access.address import Network, is_within
from chat.access.caller import Caller, NotKnown
from chat.access.people import Roles
from chat.access.tokens import Expected, Keys, claims_of, groups_in, name_in

LONGEST_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Proxy:
    """The way of those behind the proxy. header: that carries the token. proxies: where it may come from.
    user, groups: the claims that tell them. clock: seconds since 1970."""

    header: str
    proxies: Sequence[Network]
    keys: Keys
    expected: Expected
    roles: Roles
    user: str = "sub"
    groups: str = "groups"
    clock: Callable[[], float] = time.time

    def caller(self, headers: Headers, client: str) -> Caller | None:
        token = headers.get(self.header)
        if token is None:
            return None
        if not is_within(client, self.proxies):
            raise NotKnown("a proxy's token that came from elsewhere")
        claims = claims_of(token.removeprefix("Bearer ").strip(), self.keys, self.expected, self.clock())
        groups = groups_in(claims, self.groups)
        return Caller("proxy", name_in(claims, self.user), groups, self.roles.scopes_of(groups))
