"""The company's login (OpenID Connect): where it is, its keys, and what it says of who comes back from it.

Authorization code with PKCE. What it is asked for goes out by one client that follows no redirect.
"""

import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from chat.access.caller import Caller, NotKnown
from chat.access.loopback import is_loopback
from chat.access.people import Roles
from chat.access.tokens import Algorithm, Expected, Keys, UnknownKey, claims_of, groups_in, keys_of_set, name_in

if TYPE_CHECKING:
    import httpx

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS: tuple[Algorithm, ...] = ("RS256", "PS256", "ES256", "EdDSA")
KNOWN_SECONDS = 3600.0  # what was discovered is looked up again after that
RETRY_SECONDS = 60.0  # keys are looked up again for an unknown one, but no more often
TIMEOUT_SECONDS = 10.0
MOST_BYTES = 1 << 20


class ProviderUnavailable(Exception):
    """The login cannot be reached or says what it should not; the message is for the log."""


@dataclass(frozen=True, slots=True)
class Client:
    """What we are to the login. secret: "" for a client without one. redirect_uri: where it sends people back to."""

    issuer: str
    id: str
    secret: str
    redirect_uri: str
    scope: str = "openid profile"
    user: str = "sub"
    groups: str = "groups"


@dataclass(frozen=True, slots=True)
class _Places:
    authorize: str
    token: str
    keys: str
    secret_in_body: bool


class Provider:
    """The login itself, asked over the network when it is needed, and not before."""

    def __init__(
        self,
        client: Client,
        *,
        roles: Roles,
        http: "httpx.Client | None" = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._roles = roles
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._found: tuple[float, _Places] | None = None
        self._keys: tuple[float, Keys] | None = None

    def authorize_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where to send a browser to log in.

        Raises:
            ProviderUnavailable: nobody can tell.
        """
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.redirect_uri,
            "scope": self._client.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        place = self._places().authorize
        return f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}"

    def caller(self, code: str, *, nonce: str, verifier: str) -> Caller:
        """Who came back with a code.

        Raises:
            NotKnown: the login does not vouch for them.
            ProviderUnavailable: it cannot be asked.
        """
        token = self._exchanged(code, verifier)
        expected = Expected(self._client.issuer, self._client.id, ALGORITHMS)
        try:
            claims = claims_of(token, self._signing_keys(), expected, self._clock())
        except UnknownKey:
            claims = claims_of(token, self._signing_keys(anew=True), expected, self._clock())
        told = claims.get("nonce")
        if not isinstance(told, str) or not hmac.compare_digest(told.encode(), nonce.encode()):
            raise NotKnown("an id token of another login")
        if claims.get("azp", self._client.id) != self._client.id:
            raise NotKnown("an id token that was issued to somebody else")
        groups = groups_in(claims, self._client.groups)
        return Caller("login", name_in(claims, self._client.user), groups, self._roles.scopes_of(groups))

    def _exchanged(self, code: str, verifier: str) -> str:
        """The id token for a code."""
        places, client = self._places(), self._client
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "client_id": client.id,
            "code_verifier": verifier,
        }
        auth = None
        if client.secret and places.secret_in_body:
            form["client_secret"] = client.secret
        elif client.secret:
            auth = (quote(client.id, safe=""), quote(client.secret, safe=""))  # RFC 6749, 2.3.1
        status, told = self._asked("POST", places.token, data=form, auth=auth)
        token = told.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise NotKnown(f"a code that the login took for nothing (status {status})")
        return token

    def _places(self) -> _Places:
        with self._lock:
            if self._found is None or self._found[0] < self._clock():
                self._found = self._clock() + KNOWN_SECONDS, self._discovered()
            return self._found[1]

    def _discovered(self) -> _Places:
        status, told = self._asked("GET", self._client.issuer.rstrip("/") + DISCOVERY)
        if status != 200 or told.get("issuer") != self._client.issuer:
            raise ProviderUnavailable(f"the login's discovery is not that of its issuer (status {status})")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        authorize, token, keys = (told.get(name) for name in names)
        for place in (authorize, token, keys):
            if not isinstance(place, str) or not is_safe_url(place):
                raise ProviderUnavailable("the login names no place, or one that is not https")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        in_body = "client_secret_basic" not in methods and "client_secret_post" in methods
        return _Places(str(authorize), str(token), str(keys), in_body)

    def _signing_keys(self, *, anew: bool = False) -> Keys:
        place = self._places().keys
        with self._lock:
            age = self._clock() - self._keys[0] if self._keys is not None else KNOWN_SECONDS
            if self._keys is None or age >= (RETRY_SECONDS if anew else KNOWN_SECONDS):
                status, told = self._asked("GET", place)
                if status != 200:
                    raise ProviderUnavailable(f"the login's keys cannot be had (status {status})")
                try:
                    self._keys = self._clock(), keys_of_set(json.dumps(told))
                except ValueError as error:
                    raise ProviderUnavailable("the login has no keys") from error
            return self._keys[1]

    def _asked(self, method: str, url: str, **what: Any) -> tuple[int, Mapping[str, Any]]:
        """The status and the object that a place answers; an empty one where it is none."""
        import httpx  # noqa: PLC0415 - with the rest of the service

        if self._http is None:
            self._http = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)
        try:
            response = self._http.request(method, url, headers={"Accept": "application/json"}, **what)
            told = response.json() if len(response.content) <= MOST_BYTES else None
        except httpx.HTTPError as error:
            raise ProviderUnavailable(f"the login cannot be reached ({type(error).__name__})") from error
        except (ValueError, RecursionError):
            told = None
        return response.status_code, told if isinstance(told, dict) else {}


def is_safe_url(url: str) -> bool:
    """Whether what goes there is not read on the way: https, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
