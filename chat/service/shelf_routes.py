"""The reports over HTTP: `GET /api/v1/reports`, `POST` of a file to add it, `DELETE` of one by its id.

A change that has begun is answered by server-sent events: `step` while it goes on, then `final`, or `error` where nothing
was changed. One that is refused before that has a status of its own and the error as JSON.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chat.access.caller import Caller, caller_of
from chat.contract import ReportLine, error_object, report_object
from chat.library.curation import UnknownReport
from chat.service.guard import REPORTS
from chat.service.shelf import Change, Changed, Editing, Shelf, ShelfBusy, Step, may_edit
from chat.service.streams import sent, without_blocking
from index.versions import IndexBusy
from ingest.corpus import safe_name
from ingest.errors import UserError
from ingest.language import Message, message
from ingest.report import UnreadableReport
from ingest.system_errors import system_reason

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

FILE_TYPE = "application/octet-stream"
NOT_EDITABLE = message(
    "这里不能增删报告：请在运行服务的机器上用 reportqa add、reportqa remove，或在配置的 [server] 中设置 editing。"
)
NOT_A_FILE = message("请以 Content-Type: {type} 发送文件内容，并以 ?name= 给出文件名。", type=FILE_TYPE)
TOO_SLOW = message("上传中断，请重试。")
IDLE_SECONDS = 30.0
RETRY_SECONDS = 10
CONFLICT = 409
UPLOADS_AT_ONCE = 2  # each may hold MAX_BYTES on disk


class Listing(Protocol):
    @property
    def reports(self) -> Sequence[ReportLine]: ...


def add_shelf_routes(app: "FastAPI", shelf: Shelf, editing: Editing, see: Callable[[Caller], Listing]) -> None:
    """Put the routes on the application; editing says who may change the corpus, see which reports are there for a caller."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.requests import ClientDisconnect  # noqa: PLC0415
    from starlette.responses import JSONResponse, Response, StreamingResponse  # noqa: PLC0415

    uploads = asyncio.Semaphore(UPLOADS_AT_ONCE)

    def refused(status: int, reason: Message) -> Response:
        headers = {"Retry-After": str(RETRY_SECONDS)} if status == CONFLICT else None
        return JSONResponse(error_object(str(reason)), status_code=status, headers=headers)

    async def answered(change: Change) -> Response:
        events = without_blocking(change)
        try:
            told = await _beginning(events)
        except (UserError, OSError) as error:
            return refused(_status(error), _reason(error))
        return StreamingResponse(
            _told(told, events), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
        )

    def allowed(request: Request) -> bool:
        return may_edit(editing, caller_of(request), request.client.host if request.client else "", request.headers)

    def shown_to(request: Request) -> list[ReportLine]:
        seen = {line.id for line in see(caller_of(request)).reports}
        return [line for line in shelf.reports() if line.id in seen]

    def is_hidden_from(request: Request, report_id: str) -> bool:
        return report_id in {line.id for line in shelf.reports()} - {line.id for line in shown_to(request)}

    async def list_reports(request: Request) -> Response:
        lines = await run_in_threadpool(shown_to, request)
        return JSONResponse({"reports": [report_object(line) for line in lines], "editable": allowed(request)})

    async def add(request: Request) -> Response:
        if not allowed(request):
            return refused(403, NOT_EDITABLE)
        name = request.query_params.get("name", "")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FILE_TYPE or not name:
            return refused(415, NOT_A_FILE)
        folder = tempfile.TemporaryDirectory(prefix="reportqa-upload-")
        try:
            file = Path(folder.name) / safe_name(name)
            async with uploads:
                await _write(request, file)
        except (TimeoutError, ClientDisconnect):
            folder.cleanup()
            return refused(408, TOO_SLOW)
        except BaseException:
            folder.cleanup()
            raise
        return await answered(shelf.add(file, done=folder.cleanup))

    async def remove(request: Request) -> Response:
        if not allowed(request):
            return refused(403, NOT_EDITABLE)
        report_id = request.path_params["report_id"]
        if await run_in_threadpool(is_hidden_from, request, report_id):
            return refused(404, message("没有编号为 {report_id} 的报告；请刷新列表后重试", report_id=report_id))
        return await answered(shelf.remove(report_id))

    app.add_route(REPORTS, list_reports, methods=["GET"])
    app.add_route(REPORTS, add, methods=["POST"])
    app.add_route(REPORTS + "/{report_id}", remove, methods=["DELETE"])


async def _write(request: "Request", file: Path) -> None:
    """The body as it comes in; the guard ends a request that is too long.

    Raises:
        TimeoutError: nothing came for IDLE_SECONDS.
    """
    pieces = aiter(request.stream())
    with file.open("wb") as out:
        while (piece := await asyncio.wait_for(anext(pieces, None), IDLE_SECONDS)) is not None:
            await asyncio.to_thread(out.write, piece)


async def _beginning(events: AsyncGenerator[Step | Changed, None]) -> list[Step | Changed]:
    """The events up to the first that tells of something done: a file that is none is refused before there is one.

    Raises:
        UserError, OSError: the change has ended without it.
    """
    told = []
    async for event in events:
        told.append(event)
        if isinstance(event, Changed) or event.total:
            break
    return told


async def _told(
    beginning: list[Step | Changed], events: AsyncGenerator[Step | Changed, None]
) -> AsyncGenerator[str, None]:
    try:
        async with aclosing(events):
            for event in beginning:
                yield _sent(event)
            async for event in events:
                yield _sent(event)
    except (UserError, OSError) as error:
        yield sent("error", error_object(str(_reason(error))))


def _sent(event: Step | Changed) -> str:
    match event:
        case Step(name, done, total):
            return sent("step", {"name": name, "done": done, "total": total})
        case Changed(outcome, passages, file):
            return sent("final", {"message": event.message, "outcome": outcome, "passages": passages, "file": file})


def _status(error: UserError | OSError) -> int:
    match error:
        case UnknownReport():
            return 404
        case ShelfBusy() | IndexBusy():
            return CONFLICT
        case UnreadableReport():
            return 422
        case _:
            return 500


def _reason(error: UserError | OSError) -> Message:
    if isinstance(error, OSError):
        return message("没有写成（{reason}）；请检查服务所在机器的磁盘空间与权限", reason=system_reason(error))
    return error.message
