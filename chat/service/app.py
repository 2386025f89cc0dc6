"""The HTTP service put together: every way in, the pages, and the guard around them.

Nothing heavy is imported until `make_app` is called, so that a command line that only prints its help stays quick.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chat.access.access import Access
from chat.access.embed_routes import add_embed_routes
from chat.access.login_routes import Login, add_login_routes
from chat.access.sites import Site, Sites
from chat.api.completion_routes import add_completion_routes
from chat.api.mcp_server import add_mcp, make_server
from chat.api.openapi import add_openapi
from chat.api.question_routes import add_question_routes
from chat.api.report_routes import add_report_routes
from chat.operations.below import Below
from chat.operations.operation_routes import Operations, add_operation_routes
from chat.operations.requests import Requests
from chat.pages.admin_routes import Stores, add_admin_routes
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.export_routes import add_export_routes
from chat.pages.head import head_html
from chat.pages.languages import words_for
from chat.pages.page import Assistant, See, make_page, make_theme
from chat.pages.reader_routes import add_reader_routes
from chat.pages.rejection import rejection_html
from chat.pages.talk import uncounted
from chat.pages.words import Words
from chat.service.failures import add_error_handlers
from chat.service.feedback_routes import VERDICTS_A_MINUTE, add_feedback_routes
from chat.service.gate import ModelGate
from chat.service.guard import LOOPBACK_HOSTS, WIDGET, Guard, Page
from chat.service.shelf import Editing, Shelf

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI
    from starlette.requests import HTTPConnection

    from chat.library.page_views import PageViews
    from chat.records.feedback import FeedbackStore
    from chat.records.usage import UsageStore

STATIC = Path(__file__).parents[1] / "pages" / "static"


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
    _add_entrances(app, gate)
    add_question_routes(app, see, gate)
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
        from chat.service.shelf_routes import add_shelf_routes  # noqa: PLC0415 - with the rest of the service

        add_shelf_routes(app, shelf, editing, see)
    add_error_handlers(app)
    for words in (CHINESE, ENGLISH):
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
            words.language, head_html(words, site), held=site is not None
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


def _nobody(address: str) -> bool:
    """Without a say in who gets in there are no proxies whose word counts."""
    return False


async def _nothing(*_: object) -> None:
    """An application that is never called."""


def _sites(access: Access | None) -> Sites:
    return access.embedding.sites if access is not None and access.embedding is not None else Sites()


def _add_entrances(app: "FastAPI", gate: ModelGate) -> None:
    """The way to the page, what pages and portals load, and whether the process is alive."""
    from fastapi import Request  # noqa: PLC0415
    from fastapi.staticfiles import StaticFiles  # noqa: PLC0415
    from starlette.responses import (  # noqa: PLC0415
        FileResponse,
        JSONResponse,
        RedirectResponse,
        Response,
    )

    app.mount("/static", StaticFiles(directory=STATIC))

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

    for path, method, route in (
        ("/", "GET", to_page),
        ("/chat", "GET", to_page),
        ("/chat-en", "GET", to_page),
        ("/healthz", "GET", healthz),
        (WIDGET, "GET", widget),
    ):
        app.add_route(path, route, methods=[method])
