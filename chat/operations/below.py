"""A path of a host name that others share, such as https://portal.example.com/reportqa/.

The proxy takes the path away before it passes a request on, so that routes, guard and links are the same everywhere. Gradio alone
has to know of it: its page tells the browser the whole address to come back to.
"""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.errors import UserError
from ingest.language import message

_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


class BadPath(UserError):
    """A configured path that is none."""


class Below:
    """An application that is told that it is served below a path, which requests come without."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        """
        Raises:
            BadPath: path is neither empty nor such as /reportqa, or has a segment that browsers resolve.
        """
        path = path.rstrip("/")
        if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
            raise BadPath(
                message(
                    "server.external_url 的路径应形如 /reportqa，由字母、数字与 . _ ~ - 组成，实为 {path}",
                    path=repr(path),
                )
            )
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._path and scope["type"] == "http":
            # As ASGI has it: `path` is the whole, `root_path` the part of it that is the proxy's.
            scope = {**scope, "root_path": self._path, "path": self._path + scope["path"]}
        await self._app(scope, receive, send)
