"""The reports over HTTP: `GET /api/v1/reports`, `POST` of a file to add it, `DELETE` of one by its id.

A change is answered by server-sent events: `step` while it goes on, then `final`, or `error` where nothing was changed.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from chat.contract import error_object, report_object
from chat.guard import REPORTS
from chat.shelf import Change, Changed, Editing, Shelf, Step, may_edit
from chat.streams import sent, without_blocking
from ingest.corpus import safe_name
from ingest.errors import UserError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

FILE_TYPE = "application/octet-stream"
NOT_EDITABLE = (
    "这里不能增删报告：请在运行服务的机器上用 reportqa add、reportqa remove，或在配置的 [server] 中设置 editing。"
)
NOT_A_FILE = f"请以 Content-Type: {FILE_TYPE} 发送文件内容，并以 ?name= 给出文件名。"
TOO_SLOW = "上传中断，请重试。"
IDLE_SECONDS = 30.0
UPLOADS_AT_ONCE = 2  # each may hold MAX_BYTES on disk


def add_shelf_routes(app: "FastAPI", shelf: Shelf, editing: Editing) -> None:
    """Put the routes on the application; editing says who may change the corpus."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.requests import ClientDisconnect  # noqa: PLC0415
    from starlette.responses import JSONResponse, Response, StreamingResponse  # noqa: PLC0415

    uploads = asyncio.Semaphore(UPLOADS_AT_ONCE)

    def streamed(events: AsyncGenerator[str, None]) -> Response:
        return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    def refused(status: int, message: str) -> Response:
        return JSONResponse(error_object(message), status_code=status)

    def allowed(request: Request) -> bool:
        return may_edit(editing, request.client.host if request.client else "", request.headers)

    async def list_reports(request: Request) -> Response:
        lines = await run_in_threadpool(shelf.reports)
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
        return streamed(_told(shelf.add(file, done=folder.cleanup)))

    async def remove(request: Request) -> Response:
        if not allowed(request):
            return refused(403, NOT_EDITABLE)
        return streamed(_told(shelf.remove(request.path_params["report_id"])))

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


async def _told(change: Change) -> AsyncGenerator[str, None]:
    try:
        async with aclosing(without_blocking(change)) as events:
            async for event in events:
                match event:
                    case Step(name, done, total):
                        yield sent("step", {"name": name, "done": done, "total": total})
                    case Changed(message):
                        yield sent("final", {"message": message})
    except UserError as error:
        yield sent("error", error_object(str(error)))
    except OSError as error:
        yield sent("error", error_object(f"没有写成（{error.strerror}）；请检查服务所在机器的磁盘空间与权限"))
