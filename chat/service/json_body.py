"""The body of a request as decoded JSON."""

import json
from typing import TYPE_CHECKING

from chat.answer import BadQuestion
from ingest.language import message

if TYPE_CHECKING:
    from fastapi import Request

NOT_JSON = message("请求体不是合法的 JSON。")
TOO_SLOW = message("请求体迟迟没有传完。")
BODY_SECONDS = 15.0  # a request of at most a megabyte


class WrongType(Exception):
    """A request whose body is not announced as JSON."""


class TooSlow(Exception):
    """A request whose body does not come to its end."""


async def read_json(request: "Request") -> object:
    """Whatever the body decodes to.

    Raises:
        WrongType: it is announced as something else, as it is where a form of another site sends it.
        TooSlow: it is not there after BODY_SECONDS.
        BadQuestion: it is no JSON.
    """
    from anyio import fail_after  # noqa: PLC0415 - as in streams

    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise WrongType
    try:
        with fail_after(BODY_SECONDS):
            body = await request.body()
    except TimeoutError as error:
        raise TooSlow from error
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(NOT_JSON) from error
