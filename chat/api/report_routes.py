"""One report over HTTP: `GET /api/v1/reports/{id}` tells what is in it, `/passages` reads it out."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from chat.access.caller import Caller, caller_of
from chat.api.whole_report import passages_object, read_stretch, whole_report_object
from chat.contract import JsonObject, ReportLine, error_object
from chat.library.opened import OpenedReport
from chat.service.guard import REPORTS
from ingest.language import message

if TYPE_CHECKING:
    from fastapi import FastAPI

ONE_REPORT = REPORTS + "/{report_id}"
PASSAGES = ONE_REPORT + "/passages"
NO_SUCH_REPORT = message("资料库里没有这份报告；编号见 GET /api/v1/reports。")


class Library(Protocol):
    """What lists reports and opens them."""

    @property
    def reports(self) -> Sequence[ReportLine]: ...

    def open_report(self, report_id: str) -> OpenedReport | None:
        """The report; None where the library has none of that id.

        Raises:
            Busy: there is no library to open it from for now.
        """
        ...


def add_report_routes(app: "FastAPI", see: Callable[[Caller], Library]) -> None:
    """Put the routes on the application; see: what of the library is there for a caller."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import JSONResponse, Response  # noqa: PLC0415

    async def answered(request: Request, told: Callable[[ReportLine, OpenedReport], JsonObject]) -> Response:
        content = await run_in_threadpool(_told, see(caller_of(request)), request.path_params["report_id"], told)
        if content is None:
            return JSONResponse(error_object(str(NO_SUCH_REPORT)), status_code=404)
        return JSONResponse(content)

    async def report(request: Request) -> Response:
        return await answered(request, lambda line, opened: whole_report_object(line, opened.report))

    async def passages(request: Request) -> Response:
        stretch = read_stretch(request.query_params)
        return await answered(request, lambda line, opened: passages_object(opened.report, stretch))

    app.add_route(ONE_REPORT, report, methods=["GET"])
    app.add_route(PASSAGES, passages, methods=["GET"])


def _told(
    library: Library, report_id: str, told: Callable[[ReportLine, OpenedReport], JsonObject]
) -> JsonObject | None:
    opened = library.open_report(report_id)
    line = next((line for line in library.reports if line.id == report_id), None)
    return told(line, opened) if opened is not None and line is not None else None
