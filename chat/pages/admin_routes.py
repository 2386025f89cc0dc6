"""How the service is used, as a page: `GET /admin/`, for those whose scope is `admin`, as the table of routes says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chat.contract import ReportLine
from chat.pages.admin import PERIODS, SHOWN, Administered, Kept, admin_html, page_html, said_html
from chat.pages.languages import words_for
from chat.pages.words import Words
from chat.records.database import RecordsUnavailable
from chat.records.feedback import FeedbackStore, written
from chat.records.usage import UsageStore, first_moment
from chat.service.gate import Busy
from ingest.report import Passage

if TYPE_CHECKING:
    from fastapi import FastAPI

DEFAULT_DAYS = 30


class Library(Protocol):
    """Where what was cited is looked up."""

    @property
    def reports(self) -> Sequence[ReportLine]: ...

    def passage(self, passage_id: str) -> Passage | None: ...


@dataclass(frozen=True, slots=True)
class Stores:
    """What is kept of use."""

    usage: UsageStore
    feedback: FeedbackStore


def add_admin_routes(app: "FastAPI", stores: Stores, library: Library) -> None:
    """Put the route on the application."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import HTMLResponse, RedirectResponse, Response  # noqa: PLC0415

    async def to_page(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"admin/{query}", status_code=307)  # relative, as in service

    async def show(request: Request) -> Response:
        asked = request.query_params
        words = words_for(request.headers.get("accept-language", ""), asked.get("lang"))
        days = next((period for period in PERIODS if asked.get("days") == str(period)), DEFAULT_DAYS)
        try:
            body = await run_in_threadpool(_body, stores, library, days, words)
        except (RecordsUnavailable, Busy) as problem:
            told = said_html(words.admin.unavailable.format(problem=problem), words)
            return HTMLResponse(page_html(told, words), status_code=503)
        return HTMLResponse(page_html(body, words))

    app.add_route("/admin", to_page, methods=["GET"])
    app.add_route("/admin/", show, methods=["GET"])


def _body(stores: Stores, library: Library, days: int, words: Words) -> str:
    usage, feedback, since = stores.usage, stores.feedback, written(first_moment(days))
    shown = Administered(
        usage.summary(days=days, most=SHOWN),
        feedback.counted(since=since),
        feedback.complaints(since=since, most=SHOWN),
        {line.id: line.title for line in library.reports},
        library.passage,
        Kept(usage.days, feedback.days, feedback.most, usage.questions),
    )
    return admin_html(shown, words)
