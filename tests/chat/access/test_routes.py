"""Who gets to which route: every route of the service and every sort of caller, in one table (OWASP ASVS 5.0: 8.2.1, 8.3.1)."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Mount
from starlette.testclient import TestClient

from chat.access.access import Access
from chat.access.caller import LOCAL, SCOPES, Caller, Scope
from chat.access.login_routes import Login
from chat.access.loopback import Loopback
from chat.access.people import Roles
from chat.access.provider import Client, Provider
from chat.access.routes import ROUTES, need_of
from chat.access.sessions import Kept
from chat.records.database import records_of
from chat.records.feedback import FeedbackStore
from chat.records.usage import UsageStore
from chat.service.app import make_app
from tests.chat.access.portals import embedding
from tests.chat.service.test_app import HOME
from tests.fakes import ListedShelf, ScriptedAssistant

# in: the request reaches the application, whatever it makes of it. nobody: of whom no way knows anything. here: who sits at this
# machine. ask … admin: a key with this scope alone. reader: from a portal's page or logged in. editor, admins: logged in, with more.
MATRIX = """
                                              nobody here ask search reports admin reader editor admins
GET /healthz                                  in     in   in  in     in      in    in     in     in
GET /readyz                                   in     in   in  in     in      in    in     in     in
GET /metrics                                  401    in   403 403    403     in    403    403    in
GET /login                                    in     in   in  in     in      in    in     in     in
GET /login/callback                           in     in   in  in     in      in    in     in     in
GET /logout                                   in     in   in  in     in      in    in     in     in
GET /static/page.css                          in     in   in  in     in      in    in     in     in
GET /widget.js                                in     in   in  in     in      in    in     in     in
POST /api/v1/embed/session                    in     in   in  in     in      in    in     in     in
POST /api/v1/embed/tickets                    401    in   403 in     403     403   in     in     in
GET /                                         401    in   403 403    403     403   in     in     in
GET /chat                                     401    in   403 403    403     403   in     in     in
GET /chat-en                                  401    in   403 403    403     403   in     in     in
POST /api/v1/ask                              401    in   in  403    403     403   in     in     in
POST /api/v1/feedback                         401    in   in  403    403     403   in     in     in
DELETE /api/v1/feedback/{answer_id}           401    in   in  403    403     403   in     in     in
POST /api/v1/search                           401    in   403 in     403     403   in     in     in
POST /api/v1/export                           401    in   403 in     403     403   in     in     in
GET /reports/{report_id}                      401    in   403 in     403     403   in     in     in
GET /reports/{report_id}/pages/{number:int}   401    in   403 in     403     403   in     in     in
GET /api/v1/reports                           401    in   403 in     403     403   in     in     in
POST /api/v1/reports                          401    in   403 403    in      403   403    in     in
DELETE /api/v1/reports/{report_id}            401    in   403 403    in      403   403    in     in
POST /v1/chat/completions                     401    in   in  403    403     403   in     in     in
GET /v1/models                                401    in   in  in     in      in    in     in     in
GET /v1/models/{model}                        401    in   in  in     in      in    in     in     in
POST /mcp                                     401    in   in  in     in      in    in     in     in
GET /api/v1/openapi.json                      401    in   in  in     in      in    in     in     in
GET /api/v1/reports/{report_id}               401    in   403 in     403     403   in     in     in
GET /api/v1/reports/{report_id}/passages      401    in   403 in     403     403   in     in     in
GET /chat/                                    401    in   403 403    403     403   in     in     in
GET /chat/theme.css                           in     in   in  in     in      in    in     in     in
GET /chat/assets/{path:path}                  in     in   in  in     in      in    in     in     in
GET /chat/static/{path:path}                  in     in   in  in     in      in    in     in     in
GET /chat/gradio_api/app_id                   401    in   403 403    403     403   in     in     in
GET /chat/gradio_api/app_id/                  404    404  404 404    404     404   404    404    404
GET /chat/gradio_api/startup-events           401    in   403 403    403     403   in     in     in
GET /chat/gradio_api/queue/data               401    in   403 403    403     403   in     in     in
GET /chat/gradio_api/heartbeat/{session_hash} 401    in   403 403    403     403   in     in     in
POST /chat/gradio_api/queue/join              401    in   403 403    403     403   in     in     in
POST /chat/gradio_api/cancel                  401    in   403 403    403     403   in     in     in
POST /chat/gradio_api/reset                   401    in   403 403    403     403   in     in     in
POST /chat/gradio_api/upload                  404    404  404 404    404     404   404    404    404
GET /openapi.json                             404    404  404 404    404     404   404    404    404
GET /admin                                    401    in   403 403    403     in    403    403    in
GET /admin/                                   401    in   403 403    403     in    403    403    in
GET /nothing                                  404    404  404 404    404     404   404    404    404
PUT /api/v1/ask                               401    in   in  403    403     403   in     in     in
"""
_HEAD, *_ROWS = [line.split() for line in MATRIX.strip().splitlines()]
EXPECTED = {(method, path): dict(zip(_HEAD, cells, strict=True)) for method, path, *cells in _ROWS}

READER: frozenset[Scope] = frozenset({"ask", "search"})
EDITOR: frozenset[Scope] = READER | {"reports"}
CALLERS: dict[str, Caller] = {
    "here": LOCAL,
    **{scope: Caller("key", scope, scopes=frozenset({scope})) for scope in SCOPES},
    "reader": Caller("embed", "ming", scopes=READER),
    "editor": Caller("login", "lan", scopes=EDITOR),
    "admins": Caller("login", "root", scopes=SCOPES),
}
# What a path's parameters may be.
FILLED = {"report_id": "ev-2025", "number:int": "1", "answer_id": "a" * 20, "session_hash": "abc", "path:path": "x.js"}


class Told:
    """A way for tests: the caller is who a header says."""

    def caller(self, headers: Headers, client: str) -> Caller | None:
        return CALLERS.get(headers.get("x-who", ""))


def served(tmp_path: Path, access: Access | None) -> Any:
    assistant = ScriptedAssistant()
    records = records_of(tmp_path)
    feedback = FeedbackStore(records, tmp_path)
    nowhere = Client("http://127.0.0.1:9", "reportqa", "", f"{HOME}/login/callback")
    login = Login(
        Provider(nowhere, roles=Roles()),
        sessions=Kept(seconds=60, most=10),
        pending=Kept(seconds=60, most=10),
        home=HOME,
        seconds=60,
    )
    shelf, usage = ListedShelf(assistant), UsageStore(records)
    return make_app(
        assistant, shelf=shelf, feedback=feedback, usage=usage, editing="always", access=access, login=login
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    app = served(tmp_path_factory.mktemp("feedback"), Access([Told()], embedding=embedding()))
    with TestClient(app, base_url=HOME, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def walked(routes: Iterable[BaseRoute], above: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of every route, of mounted applications too."""
    for route in routes:
        included = getattr(route, "effective_candidates", None)  # of FastAPI's routers
        if included is not None:
            yield from walked(included(), above)
        elif isinstance(route, Mount):
            yield from walked(route.routes, above + route.path) if route.routes else [("GET", above + route.path)]
        else:
            methods: set[str] = getattr(route, "methods", None) or set()
            assert methods, f"{route} is no route that this test can read"
            yield from ((method, above + getattr(route, "path")) for method in methods - {"HEAD"})  # noqa: B009


def concrete(path: str) -> str:
    path = path.replace("/static/{path:path}", "/static/js/x.js")
    return re.sub(r"\{([^}]+)\}", lambda name: FILLED.get(name[1], "x"), path)


def outcome(client: TestClient, method: str, path: str, who: str) -> str:
    # The body ends the streams and events before they begin: what matters is who gets this far.
    response = client.request(method, concrete(path), headers={"x-who": who}, content=b"")
    refused = response.status_code in (401, 403) or (response.status_code == 404 and "没有这个地址" in response.text)
    return str(response.status_code) if refused else "in"


def test_asvs_8_3_1_every_route_of_the_service_is_in_the_table(tmp_path: Path) -> None:
    everything = set(walked(served(tmp_path, Access([], embedding=embedding())).routes))
    own = {(method, path) for method, path in everything if not path.startswith(("/chat/", "/chat-en/", "/static"))}
    assert own - EXPECTED.keys() == set()
    assert own <= {(method, path) for method, path in everything if need_of(method, concrete(path)) is not None}
    opened = {(method, path) for method, path in everything - own if need_of(method, concrete(path)) is not None}
    assert {(m, p.replace("/chat-en/", "/chat/")) for m, p in opened if not p.startswith("/static")} <= EXPECTED.keys()
    assert len(everything) > 3 * len(opened)  # Gradio has many more than its page needs


# A stream of Gradio lasts as long as its page: what is refused is seen, what gets in would not end.
ENDLESS = ("heartbeat", "queue/data")


@pytest.mark.parametrize(("method", "path"), EXPECTED, ids=lambda part: part)
def test_asvs_8_2_1_each_caller_reaches_just_what_the_table_says(client: TestClient, method: str, path: str) -> None:
    expected = EXPECTED[method, path]
    seen = {
        who: outcome(client, method, path, who) if cell != "in" or not any(part in path for part in ENDLESS) else "in"
        for who, cell in expected.items()
    }
    assert seen == expected


def test_a_path_that_leaves_its_folder_is_no_route() -> None:
    assert need_of("GET", "/chat/static/js/../../config") is None


def test_no_route_is_open_to_everybody_but_those_named_here() -> None:
    assert [route.path.pattern for route in ROUTES if route.need.scopes is None] == [
        "/healthz",
        "/readyz",
        r"/static/[\w.-]+",
        "/login(?:/callback)?|/logout",
        "/widget.js",
        r"/chat(?:-en)?/theme\.css",
        r"/chat(?:-en)?/(?:assets/[\w.-]+|static/(?:js|css|fonts|img)/[\w./ -]+)",
        "/api/v1/embed/session",  # where it is told who asks
    ]


def test_asvs_8_2_1_a_browser_reads_a_page_and_a_program_an_object(client: TestClient) -> None:
    page = client.get("/chat/", headers={"accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "请先表明身份" in page.text
    assert "<script" not in page.text
    asked = client.get("/chat/gradio_api/app_id")
    assert (asked.status_code, asked.headers["cache-control"]) == (401, "no-store")
    told = client.post("/api/v1/ask", json={"question": "销量？"})
    assert (told.status_code, told.headers["www-authenticate"]) == (401, 'Bearer realm="reportqa"')
    assert told.json()["error"].startswith("请先表明身份")


def test_nothing_of_a_request_is_read_before_it_is_known_who_sends_it(client: TestClient) -> None:
    for body in (b"", b"{", b'{"question": "x"}'):
        response = client.post("/api/v1/ask", content=body, headers={"content-type": "application/json"})
        assert response.status_code == 401


def test_who_sits_at_this_machine_needs_no_login_and_nobody_else_gets_in(tmp_path: Path) -> None:
    app = served(tmp_path, Access([Loopback()]))
    asked = {"question": "销量？"}
    with TestClient(app, base_url=HOME, client=("127.0.0.1", 50000)) as here:
        assert here.post("/api/v1/ask", json=asked).status_code == 200
        assert here.post("/api/v1/ask", json=asked, headers={"x-forwarded-for": "203.0.113.9"}).status_code == 401
    with TestClient(app, base_url=HOME, client=("203.0.113.9", 50000)) as elsewhere:
        assert elsewhere.post("/api/v1/ask", json=asked).status_code == 401
        assert elsewhere.get("/healthz").status_code == 200
