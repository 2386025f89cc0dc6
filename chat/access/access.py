"""The ways of being known, asked in turn before the application sees a request.

What a caller says of itself is asked first and counts even where it proves nothing: a wrong key is refused, wherever it comes from.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, unquote_to_bytes, urlencode

from starlette.datastructures import Headers
from starlette.types import Scope as Asgi

from chat.access.address import Network, address_of, is_within
from chat.access.bound import Pages, page_in
from chat.access.caller import NOBODY, Caller, NotKnown, Way
from chat.access.embedding import Embedding
from chat.access.limits import Limits, TooOften
from chat.access.loopback import at_this_machine
from chat.access.rejected import Rejected, asks_for_a_page
from chat.access.routes import Need
from ingest.language import message

_log = logging.getLogger(__name__)

UNKNOWN = message("请先表明身份：从公司门户打开本页；用程序调用时，在请求头中带上 Authorization: Bearer 加密钥。")
NOT_ALLOWED = message("当前身份没有使用这项功能的权限；如需要，请联系管理员开通。")
NOT_YOURS = message("这个页面是别人打开的，请重新打开研报问答。")
KEY_IN_URL = message(
    "密钥不能写在网址里，否则会留在各处的访问记录中。请改用请求头 Authorization，并请管理员吊销、更换这个密钥。"
)

COMES_BACK = "/login/callback"
# Keys, tokens of frames, and what a portal signs; a ticket may stand in an address, as it opens nothing twice.
_SECRET = re.compile(rb"rq[ae]_[\w-]{40}|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{20}")
# Each of these says who somebody is, to us or to proxies before us: of two, nobody knows which one was checked.
_OF_IDENTITY = frozenset(
    {"authorization", "remote-user", "x-remote-user", "x-user", "x-forwarded-user", "x-forwarded-email"}
    | {"x-forwarded-groups", "x-forwarded-preferred-username", "x-auth-request-user", "x-auth-request-email"}
)


class Access:
    """Who gets in.

    ways: asked in this order; the first that knows the caller tells who it is.
    everybody: as whom those count whom no way knows, told apart by address; None where they do not get in.
    limits: how often; None for no limit. proxies: those whose word for an address counts.
    named: further headers that say who somebody is. login: where a browser is sent whose caller nobody knows; "" for nowhere.
    embedding: the portal's sites, None for none.
    """

    def __init__(
        self,
        ways: Sequence[Way],
        *,
        everybody: Caller | None = None,
        limits: Limits | None = None,
        proxies: Sequence[Network] = (),
        named: Sequence[str] = (),
        login: str = "",
        embedding: Embedding | None = None,
    ) -> None:
        self.embedding = embedding
        self._ways = tuple(ways)
        self._everybody = everybody
        self._limits = limits
        self._proxies = tuple(proxies)
        self._login = login
        self._pages = Pages()
        self._of_identity = _OF_IDENTITY | {name.lower() for name in named}

    def admit(self, scope: Asgi, need: Need) -> Caller:
        """Who sends a request to a route with this need.

        Raises:
            Rejected: nobody that may.
        """
        _check_url(scope)
        self._check_headers(scope)
        headers, client = Headers(scope=scope), peer_of(scope)
        address = address_of(client, headers.getlist("x-forwarded-for"), self._proxies)
        self._count_request(need, headers, client, address)
        if need.scopes is None:
            return NOBODY
        caller = self._by_ticket(scope) or self._known(headers, client, address)
        if caller is None and self._login and asks_for_a_page(scope):
            raise Rejected(303, UNKNOWN, {"Location": f"{self._login}?{urlencode({'next': _path_and_query(scope)})}"})
        if caller is None:
            raise _unknown()
        if not need.scopes <= caller.scopes:
            raise Rejected(403, NOT_ALLOWED)
        self.check_page(page_in(scope), caller)
        if need.counted == "question":
            try:
                self.count_question(caller)
            except TooOften as too_many:
                raise too_many.rejected() from too_many
        return caller

    def check_page(self, page: str, caller: Caller) -> None:
        """An open page, "" for none, is its opener's alone.

        Raises:
            Rejected: somebody else opened it.
        """
        if page and not self._pages.is_open_to(page, caller.key):
            raise Rejected(403, NOT_YOURS)

    def trusts(self, address: str) -> bool:
        """Whether it is that of a proxy whose word counts."""
        return is_within(address, self._proxies)

    def count_question(self, caller: Caller) -> None:
        """Count a question that comes by another way than a route of its own: an event of the page.

        Raises:
            TooOften: the caller has asked as many as it may.
        """
        if self._limits is not None:
            self._limits.question(caller)

    def _count_request(self, need: Need, headers: Headers, client: str, address: str) -> None:
        # Before it is known who it is, so that who tries keys is counted; who sits here is told by the address alone.
        if self._limits is None or need.counted == "nothing" or at_this_machine(client, headers):
            return
        try:
            self._limits.request(address)
        except TooOften as too_many:
            raise too_many.rejected() from too_many

    def _by_ticket(self, scope: Asgi) -> Caller | None:
        if self.embedding is None:
            return None
        try:
            return self.embedding.tokens.redeemed(scope)
        except NotKnown as problem:
            _log.warning("not admitted: %s", problem)
            raise _unknown() from problem

    def _known(self, headers: Headers, client: str, address: str) -> Caller | None:
        for way in self._ways:
            try:
                caller = way.caller(headers, client)
            except NotKnown as problem:
                _log.warning("not admitted: %s", problem)
                return None
            if caller is not None:
                return caller
        return replace(self._everybody, user=address) if self._everybody is not None else None

    def _check_headers(self, scope: Asgi) -> None:
        """An underscore is how a client smuggles a header past a proxy that sets the one with hyphens."""
        seen: set[str] = set()
        for raw, _ in scope["headers"]:
            written = raw.decode("latin-1").lower()
            name = written.replace("_", "-")
            if name in self._of_identity and (name in seen or name != written):
                raise Rejected(
                    400, message("请求头 {name} 出现了不止一次，或名称中含有下划线，无法确认身份。", name=name)
                )
            seen.add(name)


def _unknown() -> Rejected:
    return Rejected(401, UNKNOWN, {"WWW-Authenticate": 'Bearer realm="reportqa"'})


def peer_of(scope: Asgi) -> str:
    """The address at the other end of the connection; "" where there is none, as of a UNIX socket."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _path_and_query(scope: Asgi) -> str:
    query: bytes = scope.get("query_string", b"")
    return quote(scope["path"]) + (f"?{query.decode('latin-1')}" if query else "")


def _check_url(scope: Asgi) -> None:
    if scope["path"] == COMES_BACK:  # with a code that serves once, and may look like a token
        return
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    if _SECRET.search(unquote_to_bytes(path)) or _SECRET.search(unquote_to_bytes(scope.get("query_string", b""))):
        raise Rejected(400, KEY_IN_URL)
