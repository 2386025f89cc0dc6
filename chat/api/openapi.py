"""The HTTP interface described for programs and people: OpenAPI 3.1, as data beside the contract, held to it by tests.

The handlers check what comes in themselves, so nothing here is generated from them; a route without an operation, an operation
without a route, and an example that is not answered as it says all fail a test.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat.api.report_routes import ONE_REPORT, PASSAGES
from chat.api.schemas import SCHEMAS
from chat.api.shapes import named
from chat.api.whole_report import DEFAULT_LIMIT, MAX_LIMIT, MAX_NUMBER
from chat.contract import JsonObject
from chat.service.guard import REPORTS

if TYPE_CHECKING:
    from fastapi import FastAPI

OPENAPI = "/api/v1/openapi.json"
EXAMPLES = Path(__file__).parent / "examples.json"
_JSON = "application/json"
_EVENTS = "text/event-stream"
_FILES = (
    "text/markdown; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/pdf",
)

ABOUT = (
    "对行业研究报告提问，得到每句话都标明出处的回答。文字是 UTF-8 的 JSON；位置按字符（Unicode 码点）计。\n\n"
    "从本机访问无需凭据；其余由管理员发放密钥，以 `Authorization: Bearer …` 带上。出错时按状态码处理，"
    "`error` 是给人看的原因；429 与 503 的 `Retry-After` 是几秒后可以再试。"
)
_REASONS: Mapping[int, str] = {
    400: "请求有误",
    401: "没有凭据，或凭据无效",
    403: "没有权限，或来自其他网站的页面",
    404: "没有所要的东西",
    408: "上传中断",
    409: "资料库正在更新",
    413: "请求过大",
    415: "内容类型不对",
    422: "文件无法读取",
    429: "提问过多",
    500: "服务内部错误",
    503: "暂时无法回答",
}
_WITH_RETRY = (409, 429, 503)
_ALWAYS = (400, 401, 403, 429, 500)


@dataclass(frozen=True, slots=True)
class Operation:
    """id: also the name of its example. takes: the component of its body. gives: the component of what it answers, or the media
    types of files. streams: what the events of its stream are. fails: statuses beside those that every operation may have.
    """

    id: str
    method: str
    path: str
    summary: str
    gives: str | Sequence[str]
    takes: str = ""
    about: str = ""
    streams: str = ""
    parameters: Sequence[JsonObject] = ()
    fails: Sequence[int] = ()


def _in_path(name: str, description: str, **schema: Any) -> JsonObject:
    told = {"type": "string", "minLength": 1, **schema}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": told}


def _in_query(name: str, description: str, *, required: bool = False, **schema: Any) -> JsonObject:
    return {"name": name, "in": "query", "required": required, "description": description, "schema": schema}


_REPORT_ID = _in_path("report_id", "报告编号，见 GET /api/v1/reports")
_STAGES = (
    "`stage`（stage：searching、waiting、drafting、checking）、`hits`（找到的段落）、`delta`（草稿，从 start 起换成 text）、"
    "最后是 `final`（同 JSON 的回答）或 `error`"
)
_BODY_FAILS = (413, 415)

OPERATIONS = (
    Operation("health", "GET", "/healthz", "服务是否可以回答", "Health", about="可以回答问题之后才有响应；不需要凭据。"),
    Operation(
        "ask",
        "POST",
        "/api/v1/ask",
        "提问",
        "Answer",
        "AskRequest",
        "回答的每句话都经核对，并以 [n] 标出依据的原话。",
        f"以 Accept: {_EVENTS} 请求时为事件流：{_STAGES}",
        fails=(*_BODY_FAILS, 503),
    ),
    Operation(
        "search",
        "POST",
        "/api/v1/search",
        "检索段落",
        "SearchResult",
        "SearchRequest",
        "不经过语言模型。",
        fails=(*_BODY_FAILS, 503),
    ),
    Operation("reports", "GET", REPORTS, "列出报告", "Reports", fails=(503,)),
    Operation(
        "add_report",
        "POST",
        REPORTS,
        "添加报告",
        (_EVENTS,),
        about="请求体是文件内容（application/octet-stream），不是表单。更新开始后以事件流告知：`step`，最后是 `final` 或 `error`。",
        parameters=(_in_query("name", "文件名，其后缀决定读法", required=True, type="string", minLength=1),),
        fails=(408, 409, 413, 415, 422),
    ),
    Operation("report", "GET", ONE_REPORT, "一份报告：章节与逐页读取质量", "WholeReport", parameters=(_REPORT_ID,), fails=(404, 503)),
    Operation(
        "passages",
        "GET",
        PASSAGES,
        "读一份报告的段落",
        "Passages",
        about="按原文顺序；可只要一节或一页。",
        parameters=(
            _REPORT_ID,
            _in_query("section", "章节序号，从 0 起", type="integer", minimum=0, maximum=MAX_NUMBER),
            _in_query("page", "页码，从 1 起", type="integer", minimum=1, maximum=MAX_NUMBER),
            _in_query("offset", "略过几段", type="integer", minimum=0, maximum=MAX_NUMBER, default=0),
            _in_query("limit", "要几段", type="integer", minimum=1, maximum=MAX_LIMIT, default=DEFAULT_LIMIT),
        ),
        fails=(404, 503),
    ),
    Operation(
        "remove_report",
        "DELETE",
        ONE_REPORT,
        "移除报告",
        (_EVENTS,),
        about="从资料库与索引中彻底移除；事件流同添加。",
        parameters=(_REPORT_ID,),
        fails=(404, 409),
    ),
    Operation(
        "export",
        "POST",
        "/api/v1/export",
        "导出会话",
        _FILES,
        "ExportRequest",
        "把页面保存的会话写成 Markdown、Word 或 PDF，参考文献按 GB/T 7714—2015。",
        fails=(*_BODY_FAILS, 503),
    ),
    Operation(
        "give_feedback", "POST", "/api/v1/feedback", "评价一个回答", "FeedbackKept", "FeedbackRequest", fails=(*_BODY_FAILS, 503)
    ),
    Operation(
        "withdraw_feedback",
        "DELETE",
        "/api/v1/feedback/{answer_id}",
        "撤回评价",
        "FeedbackWithdrawn",
        parameters=(_in_path("answer_id", "评价时给出的编号", pattern="^[A-Za-z0-9_-]+$"),),
        fails=(404, 503),
    ),
    Operation("description", "GET", OPENAPI, "本文档", "Description"),
    Operation(
        "complete",
        "POST",
        "/v1/chat/completions",
        "提问（OpenAI 格式）",
        "Completion",
        "CompletionRequest",
        "可用 OpenAI 的客户端调用。最后一条 user 消息是问题，之前的是对话；工具、多个回答、JSON 格式等不支持，会以 400 指明。",
        "`stream` 是 true 时为事件流。草稿可能被改正，所以只流出核对过的句子；此前是带 `reportqa.stage` 的空块与保活注释，"
        "最后一块带完整回答，以 `[DONE]` 结束",
        fails=(404, *_BODY_FAILS, 503),
    ),
    Operation("models", "GET", "/v1/models", "可用的模型（OpenAI 格式）", "Models"),
    Operation(
        "model", "GET", "/v1/models/{model}", "一个模型（OpenAI 格式）", "Model", parameters=(_in_path("model", "模型名"),), fails=(404,)
    ),
)  # fmt: skip


def document(home: str = "") -> JsonObject:
    """The whole description. home: the address of the service; relative to this document's host where it is ""."""
    paths: dict[str, JsonObject] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    bearer = {"type": "http", "scheme": "bearer", "description": "管理员发放的密钥"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "研报问答", "version": version("reportqa"), "description": ABOUT},
        "servers": [{"url": home or "/"}],
        "security": [{}, {"bearer": []}],
        "paths": paths,
        "components": {"schemas": dict(SCHEMAS), "securitySchemes": {"bearer": bearer}},
    }


def _described(operation: Operation) -> JsonObject:
    example = examples().get(operation.id, {})
    described: JsonObject = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.about,
        "parameters": [
            {**each, "example": example["parameters"][each["name"]]}
            if each["name"] in example.get("parameters", {})
            else each
            for each in operation.parameters
        ],
        "responses": {
            "200": _answered(operation, example),
            **{str(status): _failed(operation, status) for status in sorted({*_ALWAYS, *operation.fails})},
        },
    }
    if operation.takes:
        content = {"schema": named(operation.takes)} | ({"example": example["body"]} if "body" in example else {})
        described["requestBody"] = {"required": True, "content": {_JSON: content}}
    elif operation.id == "add_report":
        binary: JsonObject = {"type": "string", "format": "binary"}
        described["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": binary}}}
    return described


def _answered(operation: Operation, example: Mapping[str, Any]) -> JsonObject:
    content: JsonObject = {}
    if isinstance(operation.gives, str):
        told = {"schema": named(operation.gives)}
        content[_JSON] = told | ({"example": example["response"]} if "response" in example else {})
    else:
        content |= {
            media: {"schema": named("Event") if media == _EVENTS else {"type": "string"}} for media in operation.gives
        }
    if operation.streams:
        content[_EVENTS] = {"schema": named("Event")}
    told_of = f"{operation.summary}。{operation.streams}" if operation.streams else operation.summary
    return {"description": told_of, "content": content}


def _failed(operation: Operation, status: int) -> JsonObject:
    error = "OpenAIError" if operation.path.startswith("/v1/") else "Error"
    failed: JsonObject = {"description": _REASONS[status], "content": {_JSON: {"schema": named(error)}}}
    if status in _WITH_RETRY:
        seconds = {"description": "几秒后可以再试", "schema": {"type": "integer"}}
        failed["headers"] = {"Retry-After": seconds}
    return failed


@cache
def examples() -> Mapping[str, Any]:
    """By operation, a request and what it was answered: parameters, body, response; made by tests/chat/api/real_examples.py."""
    read: Mapping[str, Any] = json.loads(EXAMPLES.read_text("utf-8"))
    return read


def add_openapi(app: "FastAPI", home: str) -> None:
    """Put the description on the application."""
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.responses import JSONResponse, Response  # noqa: PLC0415

    async def description(request: Request) -> Response:
        return JSONResponse(document(home))

    app.add_route(OPENAPI, description, methods=["GET"])
