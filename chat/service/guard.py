"""What stands between the network and the service: which requests come in, and what every response says.

One ASGI layer around everything, Gradio and error pages included:
- the language of the request, in which whatever answers it speaks;
- a Host on the list, a body of bounded size, no request from another site's page, no header that moves Gradio's root;
- only routes of the table (`chat.access.routes`), each only for who may use it;
- a content policy with a nonce, who may frame the page, and the other headers on every response;
- the page as a site of a portal frames it: by that site's pages alone, and with its scripts held back until it is known who asks.

It rewrites Gradio's page, so it holds for the pinned Gradio version: move that pin only with the browser tests.
"""

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from ipaddress import IPv6Address
from types import MappingProxyType
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.access.access import Access
from chat.access.bound import page_in_body, tells_page_in_body
from chat.access.rejected import Rejected, asks_for_a_page
from chat.access.routes import Need, need_of
from chat.access.sites import Site, Sites
from chat.api.refusals import refusal_object
from chat.pages.languages import language_of
from chat.pages.rejection import rejection_html
from ingest.errors import UserError
from ingest.language import message, speaking
from ingest.reading import MAX_BYTES

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
BODY_BYTES = 1 << 20
REPORTS = "/api/v1/reports"

UNCHANGING = re.compile(r"/chat(?:-en)?/assets/")  # named by their content

# Either moves Gradio's root, and with it the page's scripts, to another host.
DROPPED_HEADERS = frozenset({b"x-forwarded-host", b"x-gradio-server", b"x-original-url", b"x-rewrite-url"})
SCRIPT = re.compile(rb"<script(?=[\s>])")
OUTSIDE_TAGS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>|<link rel="manifest"[^>]*>', re.S)
# Takes messages of any page around ours, to tell it our size, which nobody asks for here.
RESIZER = re.compile(rb"<script>(?:(?!</script>).)*iframeResizer\.contentWindow(?:(?!</script>).)*</script>", re.S)
MODULE = b'<script type="module"'
HELD = b'<script type="text/plain" data-held="module"'
WIDGET = "/widget.js"
ORIGIN = re.compile(r"https?://(?:\*\.)?(?:[\w-]+(?:\.[\w-]+)*|\[[0-9a-fA-F:]+\])(?::(?:\d{1,5}|\*))?")

UNKNOWN_HOST = message("此地址不在允许的主机名之列，请在配置中加入。")
FOREIGN_REQUEST = message("不接受来自其他网站页面的请求。")
NOT_FOUND = message("没有这个地址。")


class BadOrigin(UserError):
    """A configured origin that is none."""


@dataclass(frozen=True, slots=True)
class Page:
    """How a page of Gradio's is rewritten. head: what is put into its head; held: whether its modules wait until our script lets
    them run."""

    language: str
    head: str
    held: bool = False


class Guard:
    """The layer itself.

    pages: by the path of each page that is to be rewritten and the id of the site that it is opened for, "" for none.
    access: who gets in; without it nobody is asked, as where tests or another program stand before us.

    Raises:
        BadOrigin: an entry of frame_ancestors is not `scheme://host[:port]`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowed_hosts: Iterable[str] = LOOPBACK_HOSTS,
        frame_ancestors: Sequence[str] = (),
        pages: Mapping[tuple[str, str], Page] = MappingProxyType({}),
        access: Access | None = None,
    ) -> None:
        for origin in frame_ancestors:
            if not ORIGIN.fullmatch(origin):
                raise BadOrigin(
                    message(
                        "frame_ancestors 中的 {origin} 不是来源，应形如 https://portal.example.com", origin=repr(origin)
                    )
                )
        self._app = app
        self._access = access
        self._hosts = frozenset(map(_canonical, allowed_hosts))
        self._ancestors = " ".join(frame_ancestors) or "'none'"
        self._pages = dict(pages)
        self._sites = access.embedding.sites if access is not None and access.embedding is not None else Sites()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no WebSocket is served
            await send({"type": "websocket.close", "code": 1008})
            return
        with speaking(self._language_of(scope)):
            await self._pass(scope, receive, send)

    def _language_of(self, scope: Scope) -> str:
        """That of a page, in whatever language it is asked for; else what the request accepts."""
        if (page := self._pages.get((scope["path"], ""))) is not None:
            return page.language
        return language_of(Headers(scope=scope).get("accept-language", ""))

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, in the language that is spoken, or hand it on."""
        nonce = secrets.token_urlsafe(18)
        limit = _body_limit(scope)
        limited = _Limited(receive, limit)
        body: Receive = limited
        answer = _Answer(send, nonce, scope["path"], ancestors=self._ancestors)

        async def respond(message: Message) -> None:
            # What the application makes of a body that was cut off is not what the caller should read.
            if answer.started or not limited.exceeded:
                await answer(message)

        try:
            need = self._check(scope)
            site = self._sites.opened(scope)
            if site is not None:
                answer.is_for(site)
                need = replace(need, scopes=None)  # the page itself holds nothing: who asks is told by what it asks for
            answer.page = self._pages.get((scope["path"], site.id if site is not None else ""))
            cleaned = _cleaned(scope, rewritten=answer.page is not None)
            cleaned.setdefault("state", {})["site"] = site
            if self._access is not None:
                caller = self._access.admit(scope, need)
                if tells_page_in_body(scope):
                    page, body = await page_in_body(body)
                    self._access.check_page(page, caller)
                if (asked_from := self._sites.named(caller.site)) is not None:
                    answer.is_for(asked_from)
                # The same dictionary for who stands outside, who logs by which way a caller is known.
                cleaned.setdefault("state", {})["caller"] = caller
            await self._app(cleaned, body, respond)
            if limited.exceeded:
                raise _too_large(limit)
        except Rejected as rejected:
            if not answer.started:
                await answer.reject(rejected, as_page=asks_for_a_page(scope))

    def _check(self, scope: Scope) -> Need:
        headers, path = Headers(scope=scope), scope["path"]
        if "*" not in self._hosts and _host_name(headers.get("host", "")) not in self._hosts:
            raise Rejected(400, UNKNOWN_HOST)
        if (need := need_of(scope["method"], path)) is None:
            raise Rejected(404, NOT_FOUND)
        if scope["method"] not in ("GET", "HEAD") and _is_foreign(headers):
            raise Rejected(403, FOREIGN_REQUEST)
        length = headers.get("content-length", "0")
        limit = _body_limit(scope)
        if not length.isdecimal() or int(length[:12]) > limit:
            raise _too_large(limit)
        return need


def _canonical(host: str) -> str:
    """A configured host as a Host header names it: in lower case, an IPv6 address in brackets and as browsers write it."""
    try:
        return f"[{IPv6Address(host.removeprefix('[').removesuffix(']')).compressed}]"
    except ValueError:
        return host.lower()


def _host_name(host: str) -> str:
    return re.sub(r":\d*$", "", host.lower())


def _is_foreign(headers: Headers) -> bool:
    """Whether another site's page sent this; what is no browser says nothing of either header."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    # The host alone: behind a proxy that ends TLS the scheme of the two differs.
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def _cleaned(scope: Scope, *, rewritten: bool) -> Scope:
    headers = [
        (name, value)
        for name, value in scope["headers"]
        # An underscore is how a client smuggles a header past a proxy; a compressed page could not be rewritten.
        if name not in DROPPED_HEADERS and b"_" not in name and not (rewritten and name == b"accept-encoding")
    ]
    return {**scope, "headers": headers}


def _body_limit(scope: Scope) -> int:
    """How many bytes the request may have: a report to be added may be large, anything else is a question."""
    return MAX_BYTES if (scope["method"], scope["path"]) == ("POST", REPORTS) else BODY_BYTES


def _too_large(limit: int) -> Rejected:
    return Rejected(413, message("请求过大：最多 {limit} MB。", limit=limit // 1_000_000))


class _Limited:
    """The request's body, which ends the request when it grows beyond its limit in bytes."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._bytes = 0
        self.exceeded = False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        self.exceeded = self._bytes > self._limit
        if self.exceeded:
            raise _too_large(self._limit)
        return message


class _Answer:
    """The response on its way out: headers for all, and the nonce for the scripts of the page.

    page: how it is rewritten, None where it is not. ancestors: who may frame it.
    """

    def __init__(self, send: Send, nonce: str, path: str, *, ancestors: str) -> None:
        self._send = send
        self._nonce = nonce
        self._path = path
        self._ancestors = ancestors
        self._frames = "'none'"
        self._held: Message | None = None  # the start of the page, kept until its length is known
        self._body = b""
        self.page: Page | None = None
        self.started = False

    def is_for(self, site: Site) -> None:
        """The response belongs to a page that this site's pages frame, and that frames reports itself."""
        self._ancestors = (
            " ".join(("'self'", *site.origins)) if self._path.startswith("/reports/") else " ".join(site.origins)
        )
        self._frames = "'self'"

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            self._set(headers, message["status"])
            if self.page is not None and headers.get("content-type", "").startswith("text/html"):
                self._held = message
                return
        if message["type"] == "http.response.body" and self._held is not None and self.page is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_page(self._held, self.page)
            return
        await self._send(message)

    async def reject(self, rejected: Rejected, *, as_page: bool) -> None:
        """Send the reason, as a page or as the contract's error object."""
        self.page = None  # it is not the page that was asked for
        if as_page:
            kind, body = b"text/html; charset=utf-8", rejection_html(rejected.message).encode()
        else:
            told = json.dumps(refusal_object(self._path, rejected.status, str(rejected.message)), ensure_ascii=False)
            kind, body = b"application/json", told.encode()
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        headers += [(name.lower().encode(), value.encode()) for name, value in rejected.headers.items()]
        await self({"type": "http.response.start", "status": rejected.status, "headers": headers})
        await self({"type": "http.response.body", "body": body})

    def _set(self, headers: MutableHeaders, status: int) -> None:
        headers["Content-Security-Policy"] = self._policy()
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin" if self._path == WIDGET else "same-origin"
        if status < HTTPStatus.BAD_REQUEST and UNCHANGING.match(self._path):
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif status < HTTPStatus.BAD_REQUEST and (self._path.startswith("/static/") or self._path == WIDGET):
            headers["Cache-Control"] = "no-cache"
        else:
            headers["Cache-Control"] = "no-store"
        for name in ("server", "x-powered-by"):
            if name in headers:
                del headers[name]

    def _policy(self) -> str:
        return (
            f"default-src 'none'; script-src 'self' 'nonce-{self._nonce}'; style-src 'self' 'unsafe-inline'; "
            f"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-src {self._frames}; "
            f"base-uri 'self'; form-action 'none'; frame-ancestors {self._ancestors}"
        )

    async def _send_page(self, start: Message, page: Page) -> None:
        body = dressed(self._body, self._nonce, page)
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def dressed(body: bytes, nonce: str, page: Page) -> bytes:
    """Gradio's page in its language, with our nonce on its scripts, without the tags that name other hosts.

    Data cannot gain a nonce here: Gradio writes every `<` of it as an escape.
    """
    body = RESIZER.sub(b"", OUTSIDE_TAGS.sub(b"", body)).replace(b'lang="en"', f'lang="{page.language}"'.encode(), 1)
    body = body.replace(b"</head>", page.head.encode() + b"</head>", 1)
    if page.held:
        body = body.replace(MODULE, HELD)
    return SCRIPT.sub(b'<script nonce="' + nonce.encode() + b'"', body)
