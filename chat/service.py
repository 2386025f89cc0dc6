"""The HTTP service: the page, `POST /api/v1/search` and `/api/v1/ask` of the contract, and `GET /healthz`.

Nothing heavy is imported until `make_app` is called, so that a command line that only prints its help stays quick.
"""

import asyncio
import errno
import json
import socket
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chat.access.access import Access
from chat.access.caller import caller_of
from chat.access.embed_routes import add_embed_routes
from chat.access.login_routes import Login, add_login_routes
from chat.access.sites import Site, Sites
from chat.answer import BadQuestion, Checking, Drafting, Event, Finished, Found
from chat.api.completion_routes import add_completion_routes
from chat.api.mcp_server import add_mcp, make_server
from chat.api.openapi import add_openapi
from chat.api.refusals import OPENAI_ROUTES, openai_error, refusal_object
from chat.api.report_routes import add_report_routes
from chat.contract import (
    Asked,
    Identity,
    JsonObject,
    ask_object,
    error_object,
    found_object,
    identity,
    read_asked,
    search_object,
)
from chat.facets import Results, search_in_one_go
from chat.feedback_routes import VERDICTS_A_MINUTE, add_feedback_routes
from chat.gate import COME_BACK_SECONDS, Busy, ModelGate, TooMany, Waiting, line_of
from chat.generation import GeneratorUnavailable
from chat.guard import LOOPBACK_HOSTS, NOT_FOUND, WIDGET, Guard, Page
from chat.json_body import TOO_SLOW, TooSlow, WrongType, read_json
from chat.operations.below import Below
from chat.operations.operation_routes import Operations, add_operation_routes
from chat.operations.requests import Requests
from chat.pages.admin_routes import Stores, add_admin_routes
from chat.pages.askers import asker_by
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.export_routes import add_export_routes
from chat.pages.languages import words_for
from chat.pages.page import Assistant, See, make_page, make_theme
from chat.pages.reader_routes import add_reader_routes
from chat.pages.rejection import rejection_html
from chat.pages.talk import uncounted
from chat.pages.words import Words
from chat.shelf import Editing, Shelf
from chat.streams import EventStream, sent, without_blocking
from ingest.errors import UserError
from ingest.language import message

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI, Request
    from starlette.requests import HTTPConnection

    from chat.feedback import FeedbackStore
    from chat.page_views import PageViews
    from chat.usage import UsageStore

STATIC = Path(__file__).parent / "pages" / "static"
SEARCHES = 4  # at once: each takes a core
# Together they leave two of the ten seconds that a service manager usually waits.
FINISH_SECONDS = 4  # for the answers under way at a stop
TOLD_SECONDS = 1  # for those that are cut off to hear of it
GRACE_SECONDS = 3  # an open page holds a stream for life: without a limit a stop would wait for it
NOT_JSON_TYPE = message("请以 Content-Type: application/json 发送请求。")
WRONG_METHOD = message("此地址不支持这种请求方法。")
BROKEN = message("服务内部错误，详情见服务日志。")


class PortInUse(UserError):
    """Another process listens where this one should; the message says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Take the address, before anything heavy is loaded; connections wait until `serve` answers them.

    Raises:
        PortInUse: somebody else has it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is told, or asyncio would leave Nagle's algorithm on: 40 ms for each request but the first of a connection.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                message("{host}:{port} 已被占用；请用 --port 换一个端口，或先停止占用它的程序。", host=host, port=port)
            ) from error
        raise
    return listener


def serve(app: "FastAPI", listener: socket.socket) -> None:
    """Answer requests until the process is told to stop."""
    import uvicorn  # noqa: PLC0415

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # While answers are finished the address stays open: who comes then is told, not shut out.
            await _finish(app.state.gate, hurry=lambda: self.force_exit)
            # Every open page holds a stream that only such an event ends; cut off, each would leave a traceback.
            for end in app.state.pages_end:
                end.set()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        # Into the handlers that are there already, as everything else.
        log_config=None,
        access_log=False,
        server_header=False,
        # It would put what X-Forwarded-For says in the place of the address that a request comes from.
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])


async def _finish(gate: ModelGate, *, hurry: Callable[[], bool]) -> None:
    """Take nothing new, let the answers under way end for FINISH_SECONDS, and tell those that do not."""
    gate.stop()
    await _emptied(gate, FINISH_SECONDS, hurry)
    gate.end()
    await _emptied(gate, TOLD_SECONDS, hurry)


async def _emptied(gate: ModelGate, seconds: float, hurry: Callable[[], bool]) -> None:
    for _ in range(round(seconds / 0.1)):
        if not gate.under_way or hurry():
            return
        await asyncio.sleep(0.1)


def make_app(
    assistant: Assistant,
    *,
    frame_ancestors: Sequence[str] = (),
    allowed_hosts: Sequence[str] = LOOPBACK_HOSTS,
    gate: ModelGate | None = None,
    shelf: Shelf | None = None,
    editing: Editing = "loopback",
    views: "PageViews | None" = None,
    feedback: "FeedbackStore | None" = None,
    feedback_a_minute: int = VERDICTS_A_MINUTE,
    usage: "UsageStore | None" = None,
    access: Access | None = None,
    see: See | None = None,
    login: Login | None = None,
    external_url: str = "",
    operations: Operations | None = None,
) -> "FastAPI":
    """The whole service as an ASGI application.

    frame_ancestors: origins whose pages may frame ours; none by default.
    allowed_hosts: names the service may be called by, `*` for any.
    shelf: lists and changes the reports; without one the page has no list of them. editing: who may change them.
    feedback: keeps what readers think of answers; without it they are not asked. usage: keeps what was asked, where no gate is
    given; with both, how the service is used is a page for who may administer it. views: pictures of the pages of PDF reports; without them a report is read as text alone.
    access: who gets in; without it nobody is asked. see: what of the library is there for a caller; all of it unless told. login: where people log in.
    external_url: how readers reach the service, for links that go out of it; "" for as each request called it; its
    path, where it has one, is taken away by a proxy.
    operations: what watches it; its metrics are told of questions by the gate, where no gate is given.

    Raises:
        guard.BadOrigin: an entry of frame_ancestors is not an origin.
        operations.below.BadPath: the path of external_url is none that can be served below.
    """
    operations = operations or Operations()
    gate = gate or ModelGate(observers=(operations.metrics.count_use, *([usage.record] if usage is not None else [])))
    app = _guarded_app(allowed_hosts, frame_ancestors, access, urlsplit(external_url).path, operations)
    app.state.gate = gate
    see, home = see or (lambda caller: assistant), partial(_home, external_url.rstrip("/"))
    count = access.count_question if access is not None else uncounted
    _add_routes(app, see, gate)
    add_reader_routes(app, see, views)
    add_export_routes(app, see)
    add_completion_routes(app, see, gate, home)
    add_report_routes(app, see)
    add_openapi(app, external_url.rstrip("/"))
    add_mcp(app, make_server(see, gate, home, count=count))
    add_operation_routes(app, gate, operations)
    if login is not None:
        add_login_routes(app, login, rejection_html)
    if access is not None and access.embedding is not None:
        add_embed_routes(app, access.embedding)
    if feedback is not None:
        add_feedback_routes(app, feedback, a_minute=feedback_a_minute)
    if usage is not None and feedback is not None:
        add_admin_routes(app, Stores(usage, feedback), assistant)
    if shelf is not None:
        from chat.shelf_routes import add_shelf_routes  # noqa: PLC0415 - with the rest of the service

        add_shelf_routes(app, shelf, editing, see)
    _add_error_handlers(app)
    for words in (CHINESE, ENGLISH):
        count = access.count_question if access is not None else uncounted
        page = partial(make_page, see, gate, words, shelf=shelf, editing=editing, count=count)
        _within_a_loop(partial(_mount_page, app, page, words))
    return app


def _home(external_url: str, request: "HTTPConnection | None") -> str | None:
    """Where the service is reached: as configured, else as the request called it, by a name that the guard has let through."""
    return external_url or (str(request.base_url).rstrip("/") if request is not None else None)


def _within_a_loop(work: Callable[[], None]) -> None:
    """Do the work with an event loop running: without one, Gradio opens a loop for every lock and closes none."""

    async def working() -> None:
        work()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(working())
    else:
        work()


def _mount_page(app: "FastAPI", page: "Callable[[], gr.Blocks]", words: Words) -> None:
    from gradio import mount_gradio_app  # noqa: PLC0415
    from gradio.routes import App  # noqa: PLC0415
    from starlette.routing import Mount  # noqa: PLC0415

    # No root_path: any value but the mount's own path makes every route 404. Switches are spelled out where an
    # environment variable or a default could turn something on.
    mount_gradio_app(
        app,
        page(),
        path=f"/{words.path}",
        theme=make_theme(),
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=1,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
    )
    app.state.pages_end = [
        route.app.stop_event for route in app.routes if isinstance(route, Mount) and isinstance(route.app, App)
    ]


def _guarded_app(
    allowed_hosts: Sequence[str],
    frame_ancestors: Sequence[str],
    access: Access | None,
    below: str,
    operations: Operations,
) -> "FastAPI":
    from fastapi import FastAPI  # noqa: PLC0415
    from fastapi.middleware.cors import CORSMiddleware  # noqa: PLC0415
    from starlette.types import ASGIApp  # noqa: PLC0415

    pages = {
        (f"/{words.path}/", site.id if site is not None else ""): Page(
            words.language, _head(words, site), held=site is not None
        )
        for words in (CHINESE, ENGLISH)
        for site in (None, *_sites(access))
    }

    class GuardedApp(FastAPI):
        """FastAPI inside the guard: as a middleware the guard would not see the page of an unforeseen error."""

        def build_middleware_stack(self) -> ASGIApp:
            told = (operations.metrics.count_request, *operations.told)
            guard = Guard(
                Below(super().build_middleware_stack(), below),
                allowed_hosts=allowed_hosts,
                frame_ancestors=frame_ancestors,
                pages=pages,
                access=access,
            )
            return Requests(guard, told=told, trusted=access.trusts if access else _nobody)

    # What is configured wrong fails now, not with the first request.
    Guard(Below(_nothing, below), frame_ancestors=frame_ancestors)
    app = GuardedApp(title="reportqa", docs_url=None, redoc_url=None, openapi_url=None)
    # Without a CORS policy of the parent, Gradio answers any origin with credentials.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    return app


def _head(words: Words, site: Site | None = None) -> str:
    """What our page has in its head beside Gradio's; site: for which it is opened. What its script is told stands in elements that
    run nothing."""
    said = _data(asdict(words.script) | {"feedback": asdict(words.feedback), "frame": asdict(words.frame)})
    shown: JsonObject = {}
    if site is not None:
        shown = {
            "id": site.id,
            "origins": site.origins,
            "title": site.title,
            "welcome": site.welcome,
            "theme": site.theme,
        }
    return (
        f"<title>{words.product}</title>"
        '<link rel="icon" type="image/svg+xml" href="../static/icon.svg">'
        '<link rel="stylesheet" href="../static/page.css">'
        '<link rel="stylesheet" href="../static/look.css"><link rel="stylesheet" href="../static/overview.css">'
        f'<script type="application/json" id="words" lang="{words.language}">{said}</script>'
        + (f'<script type="application/json" id="site">{_data(shown)}</script>' if shown else "")
        # In this order: what the one makes of `fetch` goes through what the other does.
        + (
            '<link rel="stylesheet" href="../static/frame.css"><script src="../static/frame.js"></script>'
            if shown
            else ""
        )
        + '<script src="../static/stream.js"></script><script type="module" src="../static/page.js"></script>'
    )


def _nobody(address: str) -> bool:
    """Without a say in who gets in there are no proxies whose word counts."""
    return False


def _data(object: JsonObject) -> str:
    """JSON that stands in an element of a page."""
    return json.dumps(object, ensure_ascii=False).replace("<", "\\u003c")


async def _nothing(*_: object) -> None:
    """An application that is never called."""


def _sites(access: Access | None) -> Sites:
    return access.embedding.sites if access is not None and access.embedding is not None else Sites()


def _add_routes(app: "FastAPI", see: See, gate: ModelGate) -> None:
    from fastapi import Request  # noqa: PLC0415
    from fastapi.staticfiles import StaticFiles  # noqa: PLC0415
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import (  # noqa: PLC0415
        FileResponse,
        JSONResponse,
        RedirectResponse,
        Response,
    )

    app.mount("/static", StaticFiles(directory=STATIC))
    searching = asyncio.Semaphore(SEARCHES)

    async def to_page(request: Request) -> Response:
        # Relative, so that it holds below any path a proxy gives us.
        site: Site | None = getattr(request.state, "site", None)  # as the guard has found
        language = site.language if site is not None and site.language != "auto" else None
        asked = words_for(request.headers.get("accept-language", ""), language)
        path = request.url.path.removeprefix(request.scope.get("root_path", "")).strip("/") or asked.path
        opened = f"?site={site.id}" if site is not None else ""
        return RedirectResponse(f"{path}/{opened}", status_code=307, headers={"Vary": "Accept-Language"})

    async def widget(request: Request) -> Response:
        return FileResponse(STATIC / "widget.js", media_type="text/javascript; charset=utf-8")

    async def healthz(request: Request) -> Response:
        if gate.stopping:
            return JSONResponse({"status": "stopping"}, status_code=503)
        return JSONResponse({"status": "ok"})

    async def search(request: Request) -> Response:
        assistant = see(caller_of(request))
        asked = await _read(request, assistant)
        async with searching:
            if await request.is_disconnected():
                return Response(status_code=499)  # nobody reads it
            searched = await run_in_threadpool(_searched, assistant, asked)
        return JSONResponse(search_object(searched, assistant.reports, asked.id))

    async def ask(request: Request) -> Response:
        assistant = see(caller_of(request))
        asked = await _read(request, assistant)
        line, by = line_of(request), asker_by(request, "api")
        if "text/event-stream" in request.headers.get("accept", ""):
            # A refusal has a status of its own, so it comes before the stream; who is told of it may write to a disk.
            ticket = await run_in_threadpool(gate.enter, line, by)
            steps = gate.follow(_ask(assistant, asked), ticket, by)
            return EventStream(_server_sent(steps, asked.id), left=partial(gate.leave, ticket))
        async with aclosing(without_blocking(gate.through(_ask(assistant, asked), line, by))) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return JSONResponse(ask_object(event, asked.id))
                if await request.is_disconnected():
                    break
        return Response(status_code=499)  # nobody reads it

    for path, method, route in (
        ("/", "GET", to_page),
        ("/chat", "GET", to_page),
        ("/chat-en", "GET", to_page),
        ("/healthz", "GET", healthz),
        (WIDGET, "GET", widget),
        ("/api/v1/search", "POST", search),
        ("/api/v1/ask", "POST", ask),
    ):
        app.add_route(path, route, methods=[method])


def _searched(assistant: Assistant, asked: Asked) -> Results:
    return search_in_one_go(
        assistant,
        asked.question,
        asked.turns,
        within=asked.within,
        rewrite=asked.rewrite,
        k=asked.k,
        offset=asked.offset,
    )


def _ask(assistant: Assistant, asked: Asked) -> Generator[Event, None, None]:
    return assistant.ask(asked.question, asked.turns, within=asked.within, rewrite=asked.rewrite)


async def _read(request: "Request", assistant: Assistant) -> Asked:
    decoded = await read_json(request)
    request.state.identity = identity(decoded)
    return read_asked(decoded, assistant.reports)


async def _server_sent(steps: Generator[Event | Waiting, None, None], id: Identity) -> AsyncGenerator[str, None]:
    """The events stage, hits, delta and final; `error` in the place of final where there is no answer."""
    draft, last_stage = "", ""

    def staged(**stage: object) -> str:
        nonlocal last_stage
        message = sent("stage", stage)
        if message == last_stage:
            return ": \n\n"  # a comment: nothing new, but the connection is alive
        last_stage = message
        return message

    yield staged(stage="searching")
    try:
        async with aclosing(without_blocking(steps)) as events:
            async for event in events:
                match event:
                    case Found():
                        yield sent("hits", found_object(event, id))
                    case Waiting(ahead, seconds):
                        yield staged(stage="waiting", ahead=ahead, seconds=seconds)
                    case Drafting(text):
                        yield staged(stage="drafting")
                        if text != draft:
                            yield _delta(draft, text)
                        draft = text
                    case Checking():
                        yield staged(stage="checking")
                    case Finished():
                        yield sent("final", ask_object(event, id))
    except (BadQuestion, Busy, GeneratorUnavailable) as problem:
        yield sent("error", _told(problem, id))


def _told(problem: Exception, id: Identity) -> JsonObject:
    """The contract's error, of a service that is busy with the seconds after which to ask again."""
    told = error_object(str(problem), id)
    return told | {"retry_after": problem.retry_after} if isinstance(problem, Busy) else told


def _identity(request: "Request") -> Identity:
    """The id of a request that has been read; None before."""
    id: Identity = getattr(request.state, "identity", None)
    return id


def _delta(before: str, after: str) -> str:
    """The draft is `draft[:start] + text` from here on; start is its length unless the draft was rewritten."""
    start = len(before) if after.startswith(before) else 0
    return sent("delta", {"start": start, "text": after[start:]})


def _methods(app: "FastAPI", path: str) -> set[str]:
    """Those that some route of this path answers: each route names its own alone."""
    from starlette.routing import Route  # noqa: PLC0415

    routes = [route for route in app.routes if isinstance(route, Route) and route.path_regex.fullmatch(path)]
    return {method for route in routes for method in route.methods or ()}


def _add_error_handlers(app: "FastAPI") -> None:
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
        told = _told(error, _identity(request))
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
