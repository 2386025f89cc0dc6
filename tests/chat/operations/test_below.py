"""Below a path of a shared host name everything works as at the root, and Gradio's page knows where it is."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from chat.operations.below import BadPath, Below
from chat.service.app import make_app
from tests.fakes import ScriptedAssistant

HOST = "portal.example.com"


async def nothing(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def proxied() -> Iterator[TestClient]:
    """The service as a proxy asks it, which has taken /reportqa away."""
    headers = {"host": HOST, "x-forwarded-proto": "https"}
    with TestClient(
        make_app(ScriptedAssistant(), allowed_hosts=(HOST,), external_url=f"https://{HOST}/reportqa"), headers=headers
    ) as client:
        yield client


def test_the_page_tells_the_browser_the_whole_address_to_come_back_to(proxied: TestClient) -> None:
    page = proxied.get("/chat/")
    assert page.status_code == 200
    assert re.findall(r'"root": ?"([^"]+)"', page.text) == [f"https://{HOST}/reportqa/chat"]


def test_the_root_leads_to_the_page_by_a_relative_path(proxied: TestClient) -> None:
    answer = proxied.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "chat/")


@pytest.mark.parametrize("path", ["/healthz", "/static/page.css", "/chat/theme.css", "/chat/gradio_api/app_id"])
def test_every_part_of_the_page_is_there(proxied: TestClient, path: str) -> None:
    assert proxied.get(path).status_code == 200


def test_a_question_is_answered_there(proxied: TestClient) -> None:
    assert proxied.post("/api/v1/ask", json={"question": "销量？"}).json()["refused"] is False


def test_a_request_that_brings_the_path_along_is_asked_for_nothing_there_is(proxied: TestClient) -> None:
    assert proxied.get("/reportqa/healthz").status_code == 404


@pytest.mark.parametrize("path", ["reportqa", "/a b", "/../x", "/a/./b", "//evil.example", "/a?b", "/研报"])
def test_a_path_that_is_none_is_named_at_the_start(path: str) -> None:
    with pytest.raises(BadPath, match="external_url 的路径应形如 /reportqa"):
        Below(nothing, path)


@pytest.mark.parametrize("path", ["", "/", "/reportqa", "/a/b/", "/v1.2~x"])
def test_a_path_or_none_is_taken(path: str) -> None:
    Below(nothing, path)
