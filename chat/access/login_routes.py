"""Login and logout over HTTP: `GET /login`, where the login comes back to (`/login/callback`), and `GET /logout`.

Addresses are made of the configured one and never of a request's Host.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat.access.access import COMES_BACK
from chat.access.caller import Caller, NotKnown
from chat.access.provider import Provider, ProviderUnavailable
from chat.access.sessions import TOKEN, Cookie, Kept, Pending, new_token
from ingest.language import Message, message

if TYPE_CHECKING:
    from fastapi import FastAPI

_log = logging.getLogger(__name__)

LOGIN, CALLBACK, LOGOUT = "/login", COMES_BACK, "/logout"
# A path of ours: what begins with two slashes, or a backslash, is another host to a browser.
_OURS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,2000}")
MOST_CODE_CHARS = 4_000

NOT_REACHED = message("公司的统一登录暂时无法连接，请稍后重试；如仍不行请联系管理员。")
NOT_DONE = message("登录没有完成或已过期，请重新打开研报问答再登录一次。")
LOGGED_OUT = message("已退出研报问答。公司统一登录的状态由门户管理，如需一并退出请在门户中操作。")
FROM_ELSEWHERE = message("请在研报问答的页面上退出登录。")


@dataclass(frozen=True, slots=True)
class Login:
    """All that logging in needs. home: the configured address, without a slash at its end. seconds: how long a session lasts."""

    provider: Provider
    sessions: Kept[Caller]
    pending: Kept[Pending]
    home: str
    seconds: int

    @property
    def cookie(self) -> Cookie:
        """Of those who have logged in."""
        return Cookie("reportqa", self.home.startswith("https:"))

    @property
    def begun(self) -> Cookie:
        """Of a browser that has begun to."""
        return Cookie("reportqa-login", self.home.startswith("https:"))


def add_login_routes(app: "FastAPI", login: Login, page_of: Callable[[Message], str]) -> None:
    """Put the routes on the application. page_of: a page that says one thing."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import HTMLResponse, RedirectResponse, Response  # noqa: PLC0415

    def page(status: int, told: Message) -> Response:
        return HTMLResponse(page_of(told), status_code=status)

    async def begin(request: Request) -> Response:
        came_from = request.query_params.get("next", "/")
        # The same for all logins that a browser begins: two tabs may come back in any order.
        browser = login.begun.read(request.headers) or new_token()
        pending = Pending(browser, new_token(), new_token(), came_from if _OURS.fullmatch(came_from) else "/")
        state = new_token()
        try:
            url = await run_in_threadpool(
                login.provider.authorize_url, state=state, nonce=pending.nonce, verifier=pending.verifier
            )
        except ProviderUnavailable as problem:
            _log.error("no login: %s", problem)
            return page(503, NOT_REACHED)
        login.pending.keep(state, pending)
        response = RedirectResponse(url, status_code=303)
        response.headers.append("set-cookie", login.begun.set(browser, 600))
        return response

    async def come_back(request: Request) -> Response:
        state, code = (request.query_params.get(name, "") for name in ("state", "code"))
        # Taken, whatever becomes of it: a state serves once.
        pending = login.pending.take(state) if TOKEN.fullmatch(state) else None
        if pending is None or not pending.is_of(login.begun.read(request.headers)):
            _log.warning("no login: a state that this browser was not given, or not now")
            return page(400, NOT_DONE)
        if not 0 < len(code) <= MOST_CODE_CHARS:
            _log.warning("no login: the login sent no code")
            return page(400, NOT_DONE)
        try:
            caller = await run_in_threadpool(
                login.provider.caller, code, nonce=pending.nonce, verifier=pending.verifier
            )
        except NotKnown as problem:
            _log.warning("no login: %s", problem)
            return page(403, NOT_DONE)
        except ProviderUnavailable as problem:
            _log.error("no login: %s", problem)
            return page(503, NOT_REACHED)
        login.sessions.take(login.cookie.read(request.headers))  # who logs in anew leaves the session before
        token = new_token()
        login.sessions.keep(token, caller)
        response = RedirectResponse(login.home + pending.came_from, status_code=303)
        response.headers.append("set-cookie", login.cookie.set(token, login.seconds))
        return response

    async def leave(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return page(403, FROM_ELSEWHERE)
        login.sessions.take(login.cookie.read(request.headers))
        response = page(200, LOGGED_OUT)
        response.headers.append("set-cookie", login.cookie.set("", 0))
        return response

    for path, route in ((LOGIN, begin), (CALLBACK, come_back), (LOGOUT, leave)):
        app.add_route(path, route, methods=["GET"])
