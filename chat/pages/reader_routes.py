"""The reading view: `GET /reports/{id}`, and pictures of the pages of a PDF as `GET /reports/{id}/pages/{n}`."""

import asyncio
import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from chat.access.caller import Caller, caller_of
from chat.contract import error_object
from chat.library.opened import OpenedReport
from chat.library.page_views import PageViews, is_pictured
from chat.pages.escaping import attribute, inert
from chat.pages.languages import words_for
from chat.pages.reader import reader_html
from chat.pages.spans import pages_of, read_span
from chat.pages.words import Words
from chat.service.gate import Busy
from ingest.language import speaking
from ingest.report import UnreadableReport

if TYPE_CHECKING:
    from fastapi import FastAPI


class Opening(Protocol):
    """What opens reports of the library."""

    def open_report(self, report_id: str) -> OpenedReport | None:
        """The report; None where the library has none of that id.

        Raises:
            Busy: there is no library to open it from for now.
        """
        ...


def add_reader_routes(app: "FastAPI", see: Callable[[Caller], Opening], views: PageViews | None) -> None:
    """Put the routes on the application; see: what of the library is there for a caller. Without views no page is
    shown as a picture."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import HTMLResponse, JSONResponse, Response  # noqa: PLC0415

    turn = asyncio.Semaphore(1)  # pictures are made one at a time; those that wait take no thread from the questions

    async def read(request: Request) -> Response:
        words = words_for(request.headers.get("accept-language", ""), request.query_params.get("lang"))
        try:
            opened = await run_in_threadpool(see(caller_of(request)).open_report, request.path_params["report_id"])
        except Busy as busy:
            with speaking(words.language):
                return HTMLResponse(_without_report(str(busy), words), status_code=503)
        if opened is None:
            return HTMLResponse(_without_report(words.reader.gone, words), status_code=404)
        pictured = views is not None and is_pictured(opened)
        body = await run_in_threadpool(reader_html, opened.report, words, pictured=pictured)
        return HTMLResponse(_page(opened.report.title, body, words))

    async def view(request: Request) -> Response:
        opened = await run_in_threadpool(see(caller_of(request)).open_report, request.path_params["report_id"])
        if opened is None or views is None or not is_pictured(opened):
            said = words_for(request.headers.get("accept-language", ""))
            return JSONResponse(error_object(said.reader.gone), status_code=404)
        number = request.path_params["number"]
        span = read_span(request.query_params.get("p", ""), opened.report)
        words = span.text if span is not None and number in pages_of(span, opened.report) else ""
        async with turn:
            if await request.is_disconnected():
                return Response(status_code=499)  # nobody looks at it any more
            try:
                shown = await run_in_threadpool(views.view, opened, number, words)
            except UnreadableReport as error:
                return JSONResponse(error_object(str(error)), status_code=422)
        picture = base64.b64encode(shown.png).decode()
        return JSONResponse({"picture": f"data:image/png;base64,{picture}", "boxes": shown.boxes})

    app.add_route("/reports/{report_id}", read, methods=["GET"])
    app.add_route("/reports/{report_id}/pages/{number:int}", view, methods=["GET"])


def _page(title: str, body: str, words: Words) -> str:
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{attribute(title)} · {inert(words.product)}</title>"
        '<link rel="icon" type="image/svg+xml" href="../static/icon.svg">'
        '<link rel="stylesheet" href="../static/reader.css"><script type="module" src="../static/reader.js"></script>'
        f"</head><body>{body}</body></html>"
    )


def _without_report(reason: str, words: Words) -> str:
    """A page that says why there is no report on it, and leads back."""
    back = f'<p><a href="../{words.path}/">{inert(words.reader.home)}</a></p>'
    return _page(reason, f'<main class="gone"><h1>{inert(reason)}</h1>{back}</main>', words)
