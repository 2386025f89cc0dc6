"""What a portal says of a user: a JWT of two minutes, signed with its site's key, good for one exchange.

Only `alg` and the claims named here are read. Which key proves a token is decided by the site alone: nothing in the token's own
header can name another (`kid`, `jku`, `jwk`, `x5u`), and the algorithm is the one that fits the key.
"""

import math
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from chat.access.sites import Site

TOKEN_CHARS = 8_192
LIFE_SECONDS = 120
SKEW_SECONDS = 60
USER_CHARS = 200
GROUPS = 200
GROUP_CHARS = 200
MOST_REMEMBERED = 100_000  # tokens of three minutes

_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_HEADER = frozenset({"alg", "typ", "kid"})
_KID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_JTI = re.compile(r"[\x21-\x7e]{8,128}")


class NotVouched(Exception):
    """A token that proves nothing; the message is for the log, and holds nothing of the token but names of claims."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who the portal says it is."""

    user: str
    groups: frozenset[str]


class PortalTokens:
    """Proves tokens, each once.

    audience: what they must be made for. clock: seconds since 1970. Tokens made before this object are refused: which of them were
    used is forgotten with the process that took them.
    """

    def __init__(self, audience: str, *, clock: Callable[[], float] = time.time) -> None:
        self._audience = audience
        self._clock = clock
        self._since = int(clock())  # iat has whole seconds
        self._used: dict[bytes, float] = {}  # → when it expires for good
        self._lock = threading.Lock()

    def prove(self, token: str, site: Site) -> Vouched:
        """Who a token of this site is about; from now on it is used.

        Raises:
            NotVouched: it proves nothing.
        """
        claims = _signed(token, site)
        now = self._clock()
        vouched = self._read(claims, site, now)
        # Last: whoever can have a token remembered has the site's key.
        self._use(sha256(f"{site.id}\0{claims['jti']}".encode()).digest(), claims["exp"] + SKEW_SECONDS, now)
        return vouched

    def _read(self, claims: Mapping[str, Any], site: Site, now: float) -> Vouched:
        issued, expires = _time(claims, "iat"), _time(claims, "exp")
        begins = _time(claims, "nbf") if "nbf" in claims else issued
        _require(claims.get("iss") == site.id, "iss is another site")
        _require(claims.get("aud") in (self._audience, [self._audience]), "aud is not this service")
        _require(0 < expires - issued <= LIFE_SECONDS, f"exp is more than {LIFE_SECONDS} s after iat")
        _require(expires > now - SKEW_SECONDS, "it has expired")
        _require(max(issued, begins) <= now + SKEW_SECONDS, "it is of the future")
        _require(issued >= self._since, "it was made before this service began")
        jti, user, groups = claims.get("jti"), claims.get("sub"), claims.get("groups", [])
        _require(isinstance(jti, str) and _JTI.fullmatch(jti) is not None, "jti is no id of 8 to 128 characters")
        if not isinstance(user, str) or not _is_name(user, USER_CHARS):
            raise NotVouched("sub is no name")
        if (
            not isinstance(groups, list)
            or len(groups) > GROUPS
            or not all(_is_name(name, GROUP_CHARS) for name in groups)
        ):
            raise NotVouched("groups is no list of names")
        return Vouched(user, frozenset(groups))

    def _use(self, key: bytes, until: float, now: float) -> None:
        with self._lock:
            if len(self._used) >= MOST_REMEMBERED:
                self._used = {key: end for key, end in self._used.items() if end > now}
            _require(self._used.get(key, 0.0) <= now, "it was used before")
            _require(len(self._used) < MOST_REMEMBERED, "too many are under way")
            self._used[key] = until


def _signed(token: str, site: Site) -> Mapping[str, Any]:
    _require(len(token) <= TOKEN_CHARS and _COMPACT.fullmatch(token) is not None, "it is no token")
    for key in site.keys:
        try:
            proved = jwt.decode(token, key, algorithms=[site.algorithm])
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
        header = proved.header
        _require(set(header) <= _HEADER, "its header has members that are not for it")
        _require(str(header.get("typ", "JWT")).upper() == "JWT", "typ is not JWT")
        _require(_KID.fullmatch(str(header.get("kid", "-"))) is not None, "kid is no name")
        return proved.claims
    raise NotVouched(f"no key of the site signed it by {site.algorithm}")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotVouched(f"{name} is no time")
    return float(value)


def _is_name(value: object, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most and value.isprintable() and bool(value.strip())


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise NotVouched(reason)
