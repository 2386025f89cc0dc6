"""What a frame asks for itself: `POST /api/v1/embed/session` gives it a token for one of its portal's, and
`POST /api/v1/embed/tickets` a ticket for a report that it is about to open by its address."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chat.access.caller import caller_of
from chat.access.embed_tokens import TICKET_SECONDS, bearer
from chat.access.embedding import Embedding
from chat.access.rejected import Rejected
from chat.answer import BadQuestion
from chat.contract import error_object
from chat.service.json_body import read_json
from ingest.language import Message, message

if TYPE_CHECKING:
    from fastapi import FastAPI

SESSION = "/api/v1/embed/session"
TICKETS = "/api/v1/embed/tickets"
NO_SESSION = message("请求应是 JSON 对象，其中 site 为站点，token 为门户签发的 JWT。")
NO_REPORT = message("请求应是 JSON 对象，其中 report 为报告编号。")
REPORT_CHARS = 300


def add_embed_routes(app: "FastAPI", embedding: Embedding) -> None:
    """Put the routes on the application."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.responses import JSONResponse, Response  # noqa: PLC0415

    async def session(request: Request) -> Response:
        site, token = _texts(await read_json(request), "site", "token", otherwise=NO_SESSION)
        try:
            granted = embedding.begin(site, token, before=bearer(request.headers))
        except Rejected as rejected:
            return JSONResponse(error_object(str(rejected.message)), status_code=rejected.status)
        return JSONResponse({"token": granted.token, "expires_in": granted.seconds, "history": granted.history})

    async def ticket(request: Request) -> Response:
        (report,) = _texts(await read_json(request), "report", otherwise=NO_REPORT)
        if not 0 < len(report) <= REPORT_CHARS or "/" in report:
            raise BadQuestion(NO_REPORT)
        ticket = embedding.tokens.ticket(caller_of(request), f"/reports/{report}")
        return JSONResponse({"ticket": ticket, "expires_in": TICKET_SECONDS})

    app.add_route(SESSION, session, methods=["POST"])
    app.add_route(TICKETS, ticket, methods=["POST"])


def _texts(request: object, *names: str, otherwise: Message) -> list[str]:
    """The values of these members, all texts.

    Raises:
        BadQuestion: they are not, with `otherwise` as its message.
    """
    values = [request.get(name) for name in names] if isinstance(request, Mapping) else []
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(names):
        raise BadQuestion(otherwise)
    return texts
