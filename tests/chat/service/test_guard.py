"""Who gets in, and what every response says; ids in the names are OWASP ASVS 5.0 items."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from chat.service.guard import BODY_BYTES, BadOrigin, Guard, Page, dressed

HOME = "http://127.0.0.1:7860"
PAGE = (
    '<!doctype html><html lang="en"><head><meta property="og:image" content="https://elsewhere.example/x.png" />'
    '<link rel="manifest" href="/manifest.json" /><script>window.config = {"title": "\\u003cscript>"};</script></head>'
    '<body><script type="module" src="./assets/index.js"></script></body></html>'
)
HEAD = '<title>研报问答</title><script type="application/json" id="words">{}</script>'


async def page(request: Request) -> Response:
    return HTMLResponse(PAGE, headers={"server": "anything"})


async def echo(request: Request) -> Response:
    return JSONResponse({"headers": dict(request.headers), "bytes": len(await request.body())})


def guarded(**settings: object) -> TestClient:
    routes = [
        Route("/chat/", page),
        Route("/api/v1/ask", echo, methods=["GET", "POST"]),
        Route("/chat/gradio_api/upload", echo, methods=["POST"]),
    ]
    settings = {"pages": {("/chat/", ""): Page("zh-CN", HEAD)}} | settings
    return TestClient(Guard(Starlette(routes=routes), **settings), base_url=HOME)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with guarded() as client:
        yield client


@pytest.mark.parametrize("path", ["/chat/", "/api/v1/ask", "/nothing", "/healthz"])
def test_asvs_3_4_every_response_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


def test_asvs_3_4_3_scripts_run_by_nonce_only_and_each_page_has_its_own(client: TestClient) -> None:
    first, second = client.get("/chat/"), client.get("/chat/")
    policies = [response.headers["content-security-policy"] for response in (first, second)]
    nonces = [re.findall(r"'nonce-([\w-]+)'", policy)[0] for policy in policies]
    assert nonces[0] != nonces[1]
    assert re.findall(r'<script nonce="([\w-]+)"', first.text) == [nonces[0]] * 3
    assert first.text.count("<script") == 3
    assert "unsafe-inline" not in policies[0].split("script-src")[1].split(";")[0]
    assert "unsafe-eval" not in policies[0]


def test_a_page_is_in_its_language_has_our_head_and_names_no_other_host(client: TestClient) -> None:
    text = client.get("/chat/").text
    assert '<html lang="zh-CN">' in text
    head, _, _ = text.partition("</head>")
    assert "<title>研报问答</title>" in head
    assert 'type="application/json" id="words">{}</script>' in head
    assert "elsewhere.example" not in text
    assert "manifest" not in text


def test_the_pages_length_is_that_of_the_page_sent(client: TestClient) -> None:
    response = client.get("/chat/")
    assert int(response.headers["content-length"]) == len(response.content)


def test_data_in_the_page_gains_no_nonce() -> None:
    assert dressed(b'<script>{"title": "\\u003cscript>"}</script>', "n", Page("zh-CN", "")).count(b'nonce="n"') == 1


def test_asvs_3_4_6_only_configured_origins_may_frame() -> None:
    with guarded(frame_ancestors=("https://portal.example.com", "https://*.corp.example:8443")) as client:
        policy = client.get("/chat/").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors https://portal.example.com https://*.corp.example:8443")


@pytest.mark.parametrize(
    "origin", ["*", "portal.example", "https://a.example/path", "https://a; script-src *", "'self'"]
)
def test_what_is_no_origin_cannot_be_configured(origin: str) -> None:
    with pytest.raises(BadOrigin, match="来源"):
        guarded(frame_ancestors=(origin,))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example"])
def test_an_unknown_host_is_refused(client: TestClient, host: str) -> None:
    response = client.get("/chat/", headers={"host": host})
    assert (response.status_code, "主机名" in response.json()["error"]) == (400, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:7860", "LOCALHOST", "[::1]:7860"])
def test_loopback_hosts_are_allowed(client: TestClient, host: str) -> None:
    assert client.get("/chat/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["fd00::a", "[fd00::a]", "FD00:0::A"])
def test_an_ipv6_host_is_allowed_however_it_is_configured(host: str) -> None:
    with guarded(allowed_hosts=(host,)) as client:
        assert client.get("/chat/", headers={"host": "[fd00::a]:7860"}).status_code == 200
        assert client.get("/chat/", headers={"host": "[fd00::b]:7860"}).status_code == 400


def test_any_host_is_allowed_where_configured() -> None:
    with guarded(allowed_hosts=("*",)) as client:
        assert client.get("/chat/", headers={"host": "qa.corp.example"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": HOME, "sec-fetch-site": "cross-site"},
    ],
)
def test_asvs_3_5_1_another_sites_page_cannot_post(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/api/v1/ask", headers=headers, json={})
    assert response.status_code == 403
    assert "其他网站" in response.json()["error"]
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("headers", [{}, {"origin": HOME}, {"origin": HOME, "sec-fetch-site": "same-origin"}])
def test_our_own_page_and_programs_can_post(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/v1/ask", headers=headers, json={}).status_code == 200


def test_asvs_4_1_3_headers_that_move_the_root_are_dropped(client: TestClient) -> None:
    sent = {
        "X-Forwarded-Host": "evil.example",
        "X-Gradio-Server": "http://evil.example",
        "X_Forwarded_Host": "evil.example",
        "X-Other": "kept",
    }
    seen = client.get("/api/v1/ask", headers=sent).json()["headers"]
    assert "evil.example" not in str(seen)
    assert seen["x-other"] == "kept"


@pytest.mark.parametrize(
    "path",
    [
        "upload",
        "file=/etc/passwd",
        "file=http://127.0.0.1/",
        "proxy=http://127.0.0.1/",
        "run/predict",
        "call/ask",
        "info",
        "openapi.json",
        "component_server",
        "process_recording",
        "deep_link",
        "mcp",
        "runs",
        "queue/status",
        "custom_component/x/y/z",
        "queue/../upload",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_gradio_routes_the_page_does_not_need_are_not_there(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, f"/chat/gradio_api/{path}")
    assert (response.status_code, response.json()["error"]) == (404, "没有这个地址。")


@pytest.mark.parametrize(
    "path",
    [
        "/chat/config",
        "/chat/login",
        "/chat/monitoring/summary",
        "/chat/static/../../etc/passwd",
        "/chat/static/%2e%2e/%2e%2e/etc/passwd",
        "/chat/assets/../config",
        "/docs",
        "/openapi.json",
        "/static/../render.py",
        "/static/%2e%2e/render.py",
        "/chat/%2e%2e/config",
        "//evil.example/",
    ],
)
def test_no_other_path_leads_anywhere(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_large_body_is_refused_unread(client: TestClient) -> None:
    response = client.post("/api/v1/ask", content=b"x" * (BODY_BYTES + 1))
    assert (response.status_code, "请求过大" in response.json()["error"]) == (413, True)


def test_a_large_body_of_unknown_length_is_refused_too(client: TestClient) -> None:
    response = client.post("/api/v1/ask", content=(b"x" * 65536 for _ in range(BODY_BYTES // 65536 + 1)))
    assert response.status_code == 413


def test_a_rejection_passes_through_what_the_application_has_open() -> None:
    """contextlib sets the traceback of what passes; a frozen exception would break there."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[None]:
        yield

    async def read(request: Request) -> Response:
        async with opened():
            return JSONResponse(len(await request.body()))

    app = Guard(Starlette(routes=[Route("/api/v1/ask", read, methods=["POST"])]))
    with TestClient(app, base_url=HOME) as client:
        response = client.post("/api/v1/ask", content=(b"x" * 65536 for _ in range(BODY_BYTES // 65536 + 1)))
    assert (response.status_code, "请求过大" in response.json()["error"]) == (413, True)


def test_a_body_within_the_limit_is_read(client: TestClient) -> None:
    assert client.post("/api/v1/ask", content=b"x" * BODY_BYTES).json()["bytes"] == BODY_BYTES


@pytest.mark.parametrize("path", ["/api/v1/feedback", "/api/v1/feedback/a0Zz_-4567890123"])
def test_feedback_gets_in_by_its_own_two_addresses(client: TestClient, path: str) -> None:
    """Nothing answers there in this application, which says so in its own words."""
    assert client.post(path).text == "Not Found"


@pytest.mark.parametrize(
    "path",
    ["/api/v1/feedback/", "/api/v1/feedback/a/b", "/api/v1/feedback/..", "/api/v1/feedback/%0a", "/api/v1/feedbacks"],
)
def test_feedback_has_no_other_address(client: TestClient, path: str) -> None:
    assert client.post(path).json()["error"] == "没有这个地址。"


@pytest.mark.parametrize(
    "path",
    [
        "/reports/ev-2025",
        "/reports/%E5%85%89%E4%BC%8F.2024",
        "/reports/v1..2",
        "/reports/%22%3E%3Cscript%3E",
        "/reports/ev-2025/pages/1",
        "/reports/ev-2025/pages/123456",
    ],
)
def test_a_report_and_its_pages_get_in(client: TestClient, path: str) -> None:
    assert client.get(path).text == "Not Found"


@pytest.mark.parametrize(
    "path",
    [
        "/reports",
        "/reports/",
        "/reports/a/b",
        "/reports/a%2Fb",
        "/reports/%2e%2e",
        "/reports/%2e%2e%2fetc",
        "/reports/ev-2025/",
        "/reports/ev-2025/pages",
        "/reports/ev-2025/pages/",
        "/reports/ev-2025/pages/-1",
        "/reports/ev-2025/pages/1234567",
        "/reports/ev-2025/pages/1/2",
        "/reports/%2e%2e/pages/1",
    ],
)
def test_a_report_has_no_other_address(client: TestClient, path: str) -> None:
    assert client.get(path).json()["error"] == "没有这个地址。"
