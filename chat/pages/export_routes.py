"""A conversation to take away: `POST /api/v1/export` of what the browser kept of it gives a file."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from chat.access.caller import Caller, caller_of
from chat.answer import BadQuestion
from chat.contract import identity
from chat.pages.export import Document, Suffix, document_of, file_name
from chat.pages.export_docx import to_docx
from chat.pages.export_markdown import to_markdown
from chat.pages.export_pdf import to_pdf
from chat.pages.kept import NotKept
from chat.pages.languages import words_for
from chat.pages.talk import Assistant, conversation_of
from chat.pages.words import Words
from chat.service.json_body import read_json
from ingest.language import message

if TYPE_CHECKING:
    from fastapi import FastAPI

EXPORT = "/api/v1/export"
MAX_LETTERS = 50_000  # of all answers; setting them as PDF takes a core, 14 s for 300,000
# By suffix, the writer and the media type.
FORMATS: Mapping[str, tuple[Suffix, Callable[[Document, Words], bytes], str]] = {
    "md": (".md", to_markdown, "text/markdown; charset=utf-8"),
    "docx": (".docx", to_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (".pdf", to_pdf, "application/pdf"),
}
NO_FORMAT = message("format 应是 md、docx 或 pdf。")
NOTHING = message("会话里还没有回答，提问之后才能导出。")
NOTHING_LEFT = message("会话里的回答所引的报告都已更新或移除，没有可以导出的内容；重新提问后可再导出。")
TOO_LONG = message("会话过长，无法导出：回答合计最多 {letters:,} 个字。", letters=MAX_LETTERS)
NOT_KEPT = message("exchanges 应是页面所保存的会话。")


def add_export_routes(app: "FastAPI", see: Callable[[Caller], Assistant]) -> None:
    """Put the route on the application; see: what of the library is there for a caller."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import Response  # noqa: PLC0415

    writing = asyncio.Semaphore(1)  # a long conversation as PDF takes a core for seconds

    async def export(request: Request) -> Response:
        asked = await read_json(request)
        request.state.identity = identity(asked)
        async with writing:
            if await request.is_disconnected():
                return Response(status_code=499)  # nobody waits for it any more
            name, content, media = await run_in_threadpool(_exported, asked, see(caller_of(request)))
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}  # RFC 6266
        return Response(content, media_type=media, headers=headers)

    app.add_route(EXPORT, export, methods=["POST"])


def _exported(asked: object, assistant: Assistant) -> tuple[str, bytes, str]:
    """The file's name, content and media type.

    Raises:
        BadQuestion: the request is none, or there is nothing in it to take away.
        Busy: there is no library for now to take the quotes from.
    """
    asked = asked if isinstance(asked, Mapping) else {}
    suffix, kept = asked.get("format"), asked.get("exchanges")
    if not isinstance(suffix, str) or suffix not in FORMATS:
        raise BadQuestion(NO_FORMAT)
    ending, write, media = FORMATS[suffix]
    try:
        exchanges = conversation_of(kept, assistant)
    except NotKept as error:
        raise BadQuestion(NOT_KEPT) from error
    if sum(len(each.answer.text) for each in exchanges if each.answer is not None) > MAX_LETTERS:
        raise BadQuestion(TOO_LONG)
    document = document_of(exchanges, date.today())
    if document is None:
        raise BadQuestion(NOTHING_LEFT if any(each.withdrawn for each in exchanges) else NOTHING)
    language = asked.get("language")
    words = words_for("", language if isinstance(language, str) else None)
    return file_name(document, ending), write(document, words), media
