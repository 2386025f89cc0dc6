"""The body of a request as decoded JSON."""

import json
from typing import TYPE_CHECKING

from chat.answer import BadQuestion

if TYPE_CHECKING:
    from fastapi import Request

NOT_JSON = "请求体不是合法的 JSON。"


class WrongType(Exception):
    """A request whose body is not announced as JSON."""


async def read_json(request: "Request") -> object:
    """Whatever the body decodes to.

    Raises:
        WrongType: it is announced as something else, as it is where a form of another site sends it.
        BadQuestion: it is no JSON.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise WrongType
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise BadQuestion(NOT_JSON) from error
