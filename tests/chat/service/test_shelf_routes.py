"""The reports over HTTP: listed with their quality, added, removed, and left alone by who may not change them."""

import errno
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from chat.contract import ReportLine
from chat.library.curation import UnknownReport
from chat.service.app import make_app
from chat.service.shelf import ANOTHER_CHANGE, Change, ShelfBusy, Step
from chat.service.shelf_routes import NOT_A_FILE, NOT_EDITABLE
from index.versions import IndexBusy
from ingest.errors import UserError
from ingest.language import verbatim
from ingest.report import PageQuality, UnreadableReport
from tests.chat.service.test_app import HOME, events_of
from tests.fakes import LISTED, TITLE, ListedShelf, ScriptedAssistant

REPORTS = "/api/v1/reports"
FILE = {"content-type": "application/octet-stream"}


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[TestClient, ListedShelf]]:
    shelf = ListedShelf(ScriptedAssistant())
    app = make_app(shelf.assistant, shelf=shelf, allowed_hosts=("127.0.0.1", "reports.example.com"))
    with TestClient(app, base_url=HOME, client=("127.0.0.1", 50000)) as client:
        yield client, shelf


@pytest.fixture
def client(shared: tuple[TestClient, ListedShelf], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> TestClient:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return shared[0]


@pytest.fixture
def shelf(shared: tuple[TestClient, ListedShelf]) -> ListedShelf:
    shelf = shared[1]
    shelf.assistant.listed, shelf.files_done = LISTED, 0
    return shelf


def add(client: TestClient, name: str, content: bytes = b"x") -> list[tuple[str, dict[str, Any]]]:
    return events_of(client.post(REPORTS, params={"name": name}, content=content, headers=FILE).text)


def ids(client: TestClient) -> list[str]:
    return [report["report_id"] for report in client.get(REPORTS).json()["reports"]]


def test_the_reports_are_listed_with_the_pages_there_is_something_to_say_of(
    client: TestClient, shelf: ListedShelf
) -> None:
    pages = (
        PageQuality(1, 700),
        PageQuality(2, 0, ("garbled",), excluded=True),
        PageQuality(3, 9, ("scan",), False, 0.9),
    )
    shelf.assistant.listed = (
        type(LISTED[0])("a", TITLE, "某研究院", "2025-03", 7, "2024年", pages, (verbatim("略去 1 段脚本"),)),
    )
    assert client.get(REPORTS).json() == {
        "editable": True,
        "reports": [
            {
                "report_id": "a",
                "title": TITLE,
                "publisher": "某研究院",
                "published": "2025-03",
                "period": "2024年",
                "passages": 7,
                "pages": 3,
                "page_kind": "page",
                "quality": [
                    {"page": 2, "flags": ["garbled"], "excluded": True, "confidence": None},
                    {"page": 3, "flags": ["scan"], "excluded": False, "confidence": 0.9},
                ],
                "notes": ["略去 1 段脚本"],
            }
        ],
    }


def test_a_file_is_added_step_by_step_and_leaves_nothing_behind(
    client: TestClient, shelf: ListedShelf, tmp_path: Path
) -> None:
    assert add(client, "甲报告.md") == [
        ("step", {"name": "读取", "done": 0, "total": 1}),
        ("step", {"name": "读取", "done": 1, "total": 1}),
        ("final", {"message": "已添加，共 3 段，可以提问了。", "outcome": "added", "passages": 3, "file": ""}),
    ]
    assert ids(client)[-1] == "甲报告.md"
    assert shelf.files_done == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_read_is_told_and_leaves_nothing_behind(
    client: TestClient, shelf: ListedShelf, tmp_path: Path
) -> None:
    last = add(client, "空.md", b"")[-1]
    assert last == ("error", {"id": None, "error": "空.md：文件里没有文字；请确认内容后重试"})
    assert ids(client) == [line.id for line in LISTED]
    assert list(tmp_path.iterdir()) == []


class RefusingShelf:
    """Tells that it begins, of a work whose size it does not know, and then refuses."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def reports(self) -> Sequence[ReportLine]:
        return ()

    def add(self, file: Path, *, done: Callable[[], None]) -> Change:
        yield Step("读取", 0, 0)
        done()
        raise self.error

    def remove(self, report_id: str) -> Change:
        yield Step("检查", 0, 0)
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "told", "retry"),
    [
        (UnreadableReport("甲.pdf：文件已加密"), 422, "甲.pdf：文件已加密", None),
        (UnknownReport("没有编号为 x 的报告"), 404, "没有编号为 x 的报告", None),
        (ShelfBusy(ANOTHER_CHANGE), 409, str(ANOTHER_CHANGE), "10"),
        (IndexBusy("进程 7 正在建立索引"), 409, "进程 7 正在建立索引", "10"),
        (UserError("磁盘空间不足"), 500, "磁盘空间不足", None),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            500,
            "没有写成（磁盘空间不足）；请检查服务所在机器的磁盘空间与权限",
            None,
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_change_refused_before_anything_is_done_answers_so(
    error: Exception, status: int, told: str, retry: str | None
) -> None:
    app = make_app(ScriptedAssistant(), shelf=RefusingShelf(error))
    with TestClient(app, base_url=HOME, client=("127.0.0.1", 50000)) as client:
        for response in (
            client.post(REPORTS, params={"name": "甲.pdf"}, content=b"x", headers=FILE),
            client.delete(f"{REPORTS}/x"),
        ):
            assert (response.status_code, response.json()) == (status, {"id": None, "error": told})
            assert response.headers["content-type"] == "application/json"
            assert response.headers.get("retry-after") == retry


@pytest.mark.parametrize(
    "name", ["../../etc/甲.md", "..\\..\\甲.md", "/abs/甲.md", "a\x00b.md", "名" * 300 + ".md", "\u202e甲.md"]
)
def test_a_name_leads_nowhere(client: TestClient, shelf: ListedShelf, name: str, tmp_path: Path) -> None:
    assert add(client, name)[-1][0] == "final"
    assert "/" not in ids(client)[-1]
    assert "\\" not in ids(client)[-1]
    assert list(tmp_path.iterdir()) == []


def test_a_report_is_removed_by_its_id(client: TestClient, shelf: ListedShelf) -> None:
    response = client.delete(f"{REPORTS}/pv-2024")
    assert events_of(response.text) == [
        ("final", {"message": "已移除。", "outcome": "removed", "passages": 0, "file": ""})
    ]
    assert ids(client) == ["ev-2025", "ev-2024"]
    again = client.delete(f"{REPORTS}/pv-2024")
    assert (again.status_code, again.json()) == (404, {"id": None, "error": "没有编号为 pv-2024 的报告"})


def test_a_second_change_waits_for_nobody(client: TestClient, shelf: ListedShelf) -> None:
    shelf.held.clear()
    shelf.adding.clear()
    first: list[tuple[str, dict[str, Any]]] = []
    adding = threading.Thread(target=lambda: first.extend(add(client, "甲.md")))
    adding.start()
    try:
        assert shelf.adding.wait(10)
        answer = client.delete(f"{REPORTS}/pv-2024")
        assert (answer.status_code, answer.json()) == (409, {"id": None, "error": str(ANOTHER_CHANGE)})
    finally:
        shelf.held.set()
        adding.join()
    assert first[-1][0] == "final"


def test_who_comes_by_another_name_may_look_and_change_nothing(client: TestClient, shelf: ListedShelf) -> None:
    other = {"host": "reports.example.com"}
    assert client.get(REPORTS, headers=other).json()["editable"] is False
    for response in (
        client.post(REPORTS, params={"name": "甲.md"}, content=b"x", headers=other | FILE),
        client.delete(f"{REPORTS}/pv-2024", headers=other),
    ):
        assert (response.status_code, response.json()["error"]) == (403, str(NOT_EDITABLE))
    assert ids(client) == [line.id for line in LISTED]


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_another_sites_page_changes_nothing(client: TestClient, shelf: ListedShelf, headers: dict[str, str]) -> None:
    assert client.post(REPORTS, params={"name": "甲.md"}, content=b"x", headers=headers | FILE).status_code == 403
    assert client.delete(f"{REPORTS}/pv-2024", headers=headers).status_code == 403
    assert ids(client) == [line.id for line in LISTED]


def test_a_form_or_a_file_without_a_name_is_no_report(client: TestClient, shelf: ListedShelf) -> None:
    for response in (
        client.post(REPORTS, params={"name": "甲.md"}, files={"file": b"x"}),
        client.post(REPORTS, content=b"x", headers=FILE),
    ):
        assert (response.status_code, response.json()["error"]) == (415, str(NOT_A_FILE))


def test_a_body_over_the_limit_is_refused_before_it_is_read(
    client: TestClient, shelf: ListedShelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("chat.service.guard.MAX_BYTES", 3_000_000)
    declared = client.post(REPORTS, params={"name": "甲.md"}, content=b"x" * 3_000_001, headers=FILE)
    pieces = (b"x" * 65536 for _ in range(100))
    undeclared = client.post(REPORTS, params={"name": "甲.md"}, content=pieces, headers=FILE)
    for response in (declared, undeclared):
        assert (response.status_code, response.json()["error"]) == (413, "请求过大：最多 3 MB。")
    assert list(tmp_path.iterdir()) == []
    assert add(client, "甲.md", b"x" * 3_000_000)[-1][0] == "final"
