"""A company's portal in one file, to try the embedding: two made-up users with groups of their own, a session, a page with the button.

`make portal` starts it beside reportqa. A real portal has the first half already; what it adds for reportqa is `token` and the page's
one line.
"""

import os
import secrets
import time

import uvicorn
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

REPORTQA = os.environ.get("REPORTQA_URL", "http://127.0.0.1:7860")
USERS = {
    "li.ming": ("李明", ["sales"]),
    "wang.fang": ("王芳", ["research"]),
}  # made up; without passwords, as nothing is real here
SESSIONS: dict[str, str] = {}  # → user

PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>内部门户</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{{font:16px/1.7 "PingFang SC","Microsoft YaHei",
"Noto Sans CJK SC",sans-serif;margin:0;background:#f1f5f9;color:#0f172a}}header{{background:#0f172a;color:#fff;padding:.8rem 1.5rem;
display:flex;justify-content:space-between}}main{{max-width:52rem;margin:2rem auto;padding:0 1.5rem}}section{{background:#fff;
border-radius:10px;padding:1rem 1.5rem;margin-bottom:1rem}}button{{font:inherit;padding:.4rem 1rem;margin-right:.6rem}}
form{{display:inline}}</style></head><body>{body}</body></html>"""
LOGIN = "<main><section><h1>登录内部门户</h1>{users}</section></main>"
USER = '<form method="post" action="/login"><button name="user" value="{id}">以{name}（{groups}）登录</button></form>'
HOME = """<header><b>内部门户</b><span>{name}（{groups}）<form method="post" action="/logout"><button>退出</button></form></span></header>
<main><section><h1>今日</h1><p>季度行业例会改到周四下午。</p></section><section><h2>常用</h2><p>考勤 · 报销 · 通讯录</p></section></main>
<script src="{reportqa}/widget.js" data-site="portal" data-token-url="/api/reportqa-token" defer></script>"""


def sign(user: str, groups: list[str]) -> str:
    """What reportqa takes as proof of who asks: one use, one minute."""
    now = int(time.time())
    claims = {"iss": "portal", "aud": "reportqa", "sub": user, "groups": groups, "iat": now, "exp": now + 60}
    key = OctKey.import_key(os.environ["REPORTQA_PORTAL_SECRET"])
    return jwt.encode({"alg": "HS256"}, claims | {"jti": secrets.token_urlsafe(16)}, key)


async def token(request: Request) -> Response:
    user = SESSIONS.get(request.cookies.get("session", ""))
    if user is None:
        return JSONResponse({"error": "请先登录"}, 401)
    return JSONResponse({"token": sign(user, USERS[user][1])}, headers={"Cache-Control": "no-store"})


async def home(request: Request) -> Response:
    user = SESSIONS.get(request.cookies.get("session", ""))
    if user is None:
        users = "".join(USER.format(id=id, name=name, groups="、".join(groups)) for id, (name, groups) in USERS.items())
        return HTMLResponse(PAGE.format(body=LOGIN.format(users=users)))
    name, groups = USERS[user]
    return HTMLResponse(PAGE.format(body=HOME.format(name=name, groups="、".join(groups), reportqa=REPORTQA)))


async def login(request: Request) -> Response:
    user, answer = str((await request.form()).get("user")), RedirectResponse("/", 303)
    if user in USERS:
        SESSIONS[id := secrets.token_urlsafe(32)] = user
        answer.set_cookie("session", id, httponly=True, samesite="lax")
    return answer


async def logout(request: Request) -> Response:
    SESSIONS.pop(request.cookies.get("session", ""), None)
    return RedirectResponse("/", 303)


posts = [Route("/login", login, methods=["POST"]), Route("/logout", logout, methods=["POST"])]
app = Starlette(routes=[Route("/", home), Route("/api/reportqa-token", token), *posts])
if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORTAL_PORT", "8001")), log_level="warning")
