"""The library for language models, by the Model Context Protocol: over stdio (`reportqa mcp`) and at `/mcp`.

Over HTTP each request stands for itself and is answered with JSON: no session is kept, so nothing is lost with a restart and
nobody can use another's. Who may use which tool is asked for every call; a tool that a caller may not use is not listed.
"""

import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from chat.access.caller import LOCAL, Caller, caller_of
from chat.answer import BadQuestion, Finished
from chat.api.tools import (
    INSTRUCTIONS,
    MAX_SEARCH_K,
    SEARCH_K,
    TOOLS,
    TOOLS_BY_NAME,
    Said,
    check_names,
    read_which,
    said_of_answer,
    said_of_passage,
    said_of_search,
)
from chat.api.whole_report import around, whole_report_object
from chat.contract import JsonObject, ReportLine, read_asked, report_object
from chat.library.opened import OpenedReport
from chat.pages.askers import asker_by
from chat.pages.page import Assistant, See
from chat.pages.talk import Count, uncounted
from chat.records.asker import Asker
from chat.search.facets import search_in_one_go
from chat.service.gate import ModelGate, line_of
from chat.service.guard import BODY_BYTES
from chat.service.streams import without_blocking
from ingest.errors import UserError
from ingest.language import message
from ingest.report import Passage

if TYPE_CHECKING:
    from fastapi import FastAPI
    from mcp.server.context import ServerRequestContext
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from starlette.requests import Request
    from starlette.types import Receive, Send
    from starlette.types import Scope as Asgi

_log = logging.getLogger(__name__)

MCP = "/mcp"
REPORTS_URI = "reportqa://reports"
_JSON = "application/json"
NOT_ALLOWED = message("当前的访问权限不含 {tool}，请联系管理员。")
NO_SUCH_TOOL = message("没有名为 {tool} 的工具；可用 {known}。")
NO_SUCH_PASSAGE = message("没有编号为 {id} 的段落：报告可能已更新或移除，请重新检索。")
NO_SUCH_RESOURCE = message("没有 {uri} 这个资源；报告列表在 reportqa://reports。")
BROKEN = message("服务内部错误，详情见服务日志。")
GONE = message("提问者已离开。")

T = TypeVar("T")
# Where the service is reached from, for links; None where that is not known.
Home = Callable[["Request | None"], str | None]


class Left(UserError):
    """Nobody waits for the answer any more."""


def make_server(see: See, gate: ModelGate, home: Home, *, count: Count = uncounted) -> "Server[Any]":
    """The server, which any transport may carry. see: what of the library is there for a caller, called in a
    thread, since it may wait; what it raises is told to who asks. count: told of every question."""
    import mcp_types as types  # noqa: PLC0415 - loads pydantic models for 0.5 s
    from mcp.server.lowlevel import Server  # noqa: PLC0415
    from mcp.shared.exceptions import MCPError  # noqa: PLC0415

    async def list_tools(
        ctx: "ServerRequestContext[Any]", params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=tool.takes,
                    output_schema=tool.gives,
                    annotations=types.ToolAnnotations(
                        title=tool.title, read_only_hint=True, idempotent_hint=True, open_world_hint=False
                    ),
                )
                for tool in TOOLS
                if _caller(ctx).may(tool.scope)
            ]
        )

    async def call_tool(ctx: "ServerRequestContext[Any]", params: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            caller = _caller(ctx)
            used = _Used(caller, ctx.request, home(ctx.request), count)
            said = await _called(
                await _in_thread(partial(see, caller)), gate, used, params.name, params.arguments or {}
            )
        except UserError as problem:
            return types.CallToolResult(content=[types.TextContent(text=str(problem))], is_error=True)
        except Exception as error:  # the transports would tell its words, which may be of this machine
            _log.exception("the tool %s failed", params.name[:60])
            raise MCPError(types.INTERNAL_ERROR, str(BROKEN)) from error
        return types.CallToolResult(content=[types.TextContent(text=said.text)], structured_content=said.content)

    async def list_resources(
        ctx: "ServerRequestContext[Any]", params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        listed = types.Resource(
            uri=REPORTS_URI,
            name="reports",
            title="报告列表",
            description="资料库中的全部报告：编号、题名、出版者、出版日期、页数与读取质量。",
            mime_type=_JSON,
        )
        return types.ListResourcesResult(resources=[listed])

    async def list_templates(
        ctx: "ServerRequestContext[Any]", params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        one = types.ResourceTemplate(
            uri_template=REPORTS_URI + "/{report_id}",
            name="report",
            title="一份报告",
            description="一份报告的章节目录与逐页读取质量。",
            mime_type=_JSON,
        )
        return types.ListResourceTemplatesResult(resource_templates=[one])

    async def read_resource(
        ctx: "ServerRequestContext[Any]", params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        try:
            caller = _caller(ctx)
            content = await _in_thread(lambda: _resource(see(caller), str(params.uri), caller))
        except UserError as problem:
            raise MCPError(types.INTERNAL_ERROR, str(problem)) from problem
        except Exception as error:  # as above
            _log.exception("a resource could not be read")
            raise MCPError(types.INTERNAL_ERROR, str(BROKEN)) from error
        if content is None:
            raise MCPError(types.INVALID_PARAMS, str(NO_SUCH_RESOURCE.but(uri=str(params.uri)[:200])))
        text = json.dumps(content, ensure_ascii=False)
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=params.uri, mime_type=_JSON, text=text)]
        )

    return Server(
        "reportqa",
        version=version("reportqa"),
        title="研报问答",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def _caller(ctx: "ServerRequestContext[Any]") -> Caller:
    """Over stdio whoever started this process."""
    return caller_of(ctx.request) if ctx.request is not None else LOCAL


@dataclass(frozen=True, slots=True)
class _Used:
    """By whom a tool is used, with which request over HTTP, where links lead, and who counts questions."""

    caller: Caller
    request: "Request | None"
    home: str | None
    count: Count


async def _called(assistant: Assistant, gate: ModelGate, used: _Used, name: str, arguments: JsonObject) -> Said:
    """What a tool says.

    Raises:
        UserError: why it says nothing.
    """
    tool = TOOLS_BY_NAME.get(name)
    if tool is None:
        raise BadQuestion(NO_SUCH_TOOL.but(tool=name[:60], known=list(TOOLS_BY_NAME)))
    if not used.caller.may(tool.scope):
        raise BadQuestion(NOT_ALLOWED.but(tool=name))
    check_names(tool, arguments)
    match name:
        case "search":
            return await _in_thread(partial(_searched, assistant, arguments, used.home))
        case "ask":
            used.count(used.caller)
            return said_of_answer(await _answered(assistant, gate, arguments, used.request), used.home)
        case _:
            return await _in_thread(partial(_passage_read, assistant, arguments, used.home))


def _searched(assistant: Assistant, arguments: JsonObject, home: str | None) -> Said:
    asked = read_asked(arguments, assistant.reports, k=SEARCH_K)
    if asked.k > MAX_SEARCH_K:
        raise BadQuestion(message("k 应是 1 到 {most} 的整数。", most=MAX_SEARCH_K))
    results = search_in_one_go(assistant, asked.question, within=asked.within, k=asked.k, offset=asked.offset)
    return said_of_search(results, home)


async def _answered(
    assistant: Assistant, gate: ModelGate, arguments: JsonObject, request: "Request | None"
) -> Finished:
    asked = read_asked(arguments, assistant.reports)
    answering = assistant.ask(asked.question, asked.turns, within=asked.within, rewrite=asked.rewrite)
    line, by = (line_of(request), asker_by(request, "mcp")) if request is not None else ("", Asker("mcp"))
    async with aclosing(without_blocking(gate.through(answering, line, by))) as events:
        async for event in events:
            if isinstance(event, Finished):
                return event
            if request is not None and await request.is_disconnected():
                break
    raise Left(GONE)


class Library(Protocol):
    """What a passage and the reports are read from."""

    @property
    def reports(self) -> Sequence[ReportLine]: ...

    def passage(self, passage_id: str) -> Passage | None: ...

    def open_report(self, report_id: str) -> OpenedReport | None: ...


def _passage_read(library: Library, arguments: JsonObject, home: str | None) -> Said:
    which = read_which(arguments)
    passage = library.passage(which.passage_id)
    # A passage whose words are kept under another report is not in the library by its own id, but its id begins with its report's.
    report_id = passage.report_id if passage is not None else which.passage_id.rsplit(":", 2)[0]
    opened = library.open_report(report_id)
    found = around(opened.report, which.passage_id, each_way=which.each_way) if opened is not None else None
    if found is None and passage is not None:
        found = [passage], 0
    if found is None:
        raise BadQuestion(NO_SUCH_PASSAGE.but(id=which.passage_id[:100]))
    return said_of_passage(*found, home)


def _resource(library: Library, uri: str, caller: Caller) -> JsonObject | None:
    """What a resource holds; None where there is none, or not for this caller."""
    if not caller.may("search"):
        return None
    if uri == REPORTS_URI:
        return {"reports": [report_object(line) for line in library.reports]}
    report_id = uri.removeprefix(REPORTS_URI + "/")
    line = next((line for line in library.reports if line.id == report_id), None)
    opened = library.open_report(report_id) if line is not None else None
    return whole_report_object(line, opened.report) if line is not None and opened is not None else None


async def _in_thread(work: Callable[[], T]) -> T:
    from anyio import to_thread  # noqa: PLC0415 - as in streams

    return await to_thread.run_sync(work)


# ---- the two transports


def add_mcp(app: "FastAPI", server: "Server[Any]") -> None:
    """Put `POST /mcp` on the application; who is let in is asked by the guard, as everywhere."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    endpoint = _Endpoint()
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(inner: "FastAPI") -> AsyncIterator[Any]:
        # One manager for each run of the application: it cannot be started twice.
        manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=BODY_BYTES
        )
        async with before(inner) as state, manager.run():
            endpoint.manager = manager
            yield state

    app.router.lifespan_context = lifespan
    app.router.routes.append(Route(MCP, endpoint, methods=["POST"]))


class _Endpoint:
    """The route, once the application runs."""

    manager: "StreamableHTTPSessionManager | None" = None

    async def __call__(self, scope: "Asgi", receive: "Receive", send: "Send") -> None:
        assert self.manager is not None, "the application's lifespan has not begun"
        await self.manager.handle_request(scope, receive, send)


def serve_stdio(server: "Server[Any]") -> None:
    """Answer on standard input and output until the input ends."""
    import anyio  # noqa: PLC0415
    from mcp.server.stdio import stdio_server  # noqa: PLC0415

    async def run() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(run)
