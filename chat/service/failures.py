"""What a request that fails is told, in the shape that its address promises."""

from typing import TYPE_CHECKING

from chat.answer import BadQuestion
from chat.api.refusals import OPENAI_ROUTES, openai_error, refusal_object
from chat.contract import Identity, JsonObject, error_object
from chat.models.generation import GeneratorUnavailable
from chat.service.gate import COME_BACK_SECONDS, Busy, TooMany
from chat.service.guard import NOT_FOUND
from chat.service.json_body import TOO_SLOW, TooSlow, WrongType
from ingest.language import message

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

NOT_JSON_TYPE = message("请以 Content-Type: application/json 发送请求。")
WRONG_METHOD = message("此地址不支持这种请求方法。")
BROKEN = message("服务内部错误，详情见服务日志。")


def told_of(problem: Exception, id: Identity) -> JsonObject:
    """The contract's error, of a service that is busy with the seconds after which to ask again."""
    told = error_object(str(problem), id)
    return told | {"retry_after": problem.retry_after} if isinstance(problem, Busy) else told


def add_error_handlers(app: "FastAPI") -> None:
    """What the application answers where a route raises."""
    from fastapi import Request  # noqa: PLC0415
    from starlette.exceptions import HTTPException  # noqa: PLC0415
    from starlette.responses import JSONResponse  # noqa: PLC0415

    def failed(request: Request, status: int, reason: object, headers: dict[str, str] | None = None) -> JSONResponse:
        told = refusal_object(request.url.path, status, str(reason), _identity(request))
        return JSONResponse(told, status_code=status, headers=headers)

    async def bad_question(request: Request, error: Exception) -> JSONResponse:
        return failed(request, 400, error)

    async def wrong_type(request: Request, error: Exception) -> JSONResponse:
        return failed(request, 415, NOT_JSON_TYPE)

    async def too_slow(request: Request, error: Exception) -> JSONResponse:
        return failed(request, 408, TOO_SLOW)

    async def busy(request: Request, error: Exception) -> JSONResponse:
        told = told_of(error, _identity(request))
        headers = {"Retry-After": str(told.get("retry_after", COME_BACK_SECONDS))}
        status = 429 if isinstance(error, TooMany) else 503
        if request.url.path.startswith(OPENAI_ROUTES):
            told = openai_error(status, str(error))
        return JSONResponse(told, status_code=status, headers=headers)

    async def http_error(request: Request, error: Exception) -> JSONResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 405:
            return failed(request, 405, WRONG_METHOD, {"Allow": ", ".join(sorted(_methods(app, request.url.path)))})
        return failed(request, status, NOT_FOUND)

    async def broken(request: Request, error: Exception) -> JSONResponse:
        return failed(request, 500, BROKEN)

    app.add_exception_handler(BadQuestion, bad_question)
    app.add_exception_handler(WrongType, wrong_type)
    app.add_exception_handler(TooSlow, too_slow)
    app.add_exception_handler(Busy, busy)
    app.add_exception_handler(GeneratorUnavailable, busy)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, broken)


def _identity(request: "Request") -> Identity:
    """The id of a request that has been read; None before."""
    id: Identity = getattr(request.state, "identity", None)
    return id


def _methods(app: "FastAPI", path: str) -> set[str]:
    """Those that some route of this path answers: each route names its own alone."""
    from starlette.routing import Route  # noqa: PLC0415

    routes = [route for route in app.routes if isinstance(route, Route) and route.path_regex.fullmatch(path)]
    return {method for route in routes for method in route.methods or ()}
