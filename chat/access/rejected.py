"""Why a request does not get in: the status, what is said of it, and what is said beside it."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.datastructures import Headers
from starlette.types import Scope

from ingest.language import Message


class Rejected(Exception):
    """A request that does not get in. message: for whoever sent it. headers: of the response, beside those that all have."""

    def __init__(self, status: int, message: Message, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.headers = headers


def asks_for_a_page(scope: Scope) -> bool:
    """Whether a browser asks for something to show, rather than a program for something to read."""
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
