"""A report removed from a running service is found through none of its interfaces, and one added is found at once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from chat.assistant import Assistant
from chat.library.building import Setup, build_index
from chat.service.app import make_app
from chat.service.live import LiveAssistant
from chat.service.shelf import CorpusShelf
from chat.setup import load_library
from index.versions import writing
from tests.chat.service.test_app import HOME, events_of
from tests.fakes import HashingEncoder
from tests.test_deletion import SOLAR, STORAGE

REPORTS = "/api/v1/reports"
FILE = {"content-type": "application/octet-stream"}
QUESTIONS = ("2024年新型储能装机同比增长多少？", "储能与光伏协同发展的市场空间", "储能报告")


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    encoder = HashingEncoder()
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "storage.md").write_text(STORAGE, "utf-8")
    (tmp_path / "corpus" / "solar.md").write_text(SOLAR, "utf-8")
    setup = Setup(tmp_path / "corpus", tmp_path / "index", encoder.name, lambda: encoder)
    build_index(setup)
    return setup


@pytest.fixture
def client(setup: Setup) -> Iterator[TestClient]:
    live = LiveAssistant(setup.root, Assistant(load_library(setup.root, setup.encoder()), None))
    with TestClient(
        make_app(live, shelf=CorpusShelf(setup, live)), base_url=HOME, client=("127.0.0.1", 50000)
    ) as client:
        yield client


def reports(client: TestClient) -> dict[str, str]:
    """title → id."""
    return {report["title"]: report["report_id"] for report in client.get(REPORTS).json()["reports"]}


def said(client: TestClient, question: str) -> list[dict[str, Any]]:
    """Everything that the interfaces say to a question."""
    asked = {"question": question}
    streamed = client.post("/api/v1/ask", json=asked, headers={"accept": "text/event-stream"})
    return [
        client.post("/api/v1/search", json=asked).json(),
        client.post("/api/v1/ask", json=asked).json(),
        *(content for _, content in events_of(streamed.text)),
    ]


def test_a_removed_report_is_in_no_answer_hit_list_or_page(client: TestClient, setup: Setup) -> None:
    gone = reports(client)["储能报告"]
    assert gone in json.dumps([said(client, question) for question in QUESTIONS])
    events = events_of(client.delete(f"{REPORTS}/{gone}").text)
    assert events[-1][0] == "final"
    assert events[-1][1]["message"] == "已移除。"
    told = json.dumps([said(client, question) for question in QUESTIONS], ensure_ascii=False)
    assert gone not in told
    assert "储能报告" not in told.replace('"question": "储能报告"', "").replace('_question": "储能报告"', "")
    assert "73.76" not in told
    assert set(reports(client)) == {"光伏白皮书"}
    assert not (setup.corpus / "storage.md").exists()


def test_an_added_report_answers_the_next_question(client: TestClient, setup: Setup) -> None:
    text = "# 氢能报告\n\n## 1.1 产量\n\n2024年绿氢产量达到32.5万吨。\n".encode()
    events = events_of(client.post(REPORTS, params={"name": "氢能 报告.md"}, content=text, headers=FILE).text)
    assert events[-1][1]["message"] == "已添加，共 1 段，可以提问了。"
    assert {"step"} == {event for event, _ in events[:-1]}
    assert "32.5" in json.dumps(said(client, "2024年绿氢产量是多少？")[0], ensure_ascii=False)
    again = events_of(client.post(REPORTS, params={"name": "另一个名字.md"}, content=text, headers=FILE).text)
    ((kind, told),) = again
    assert (kind, told["message"]) == ("final", "内容已在资料库中（氢能 报告.md），没有重复添加。")
    assert sorted(path.name for path in setup.corpus.iterdir()) == ["solar.md", "storage.md", "氢能 报告.md"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("甲.docx", b"PK\x03\x04broken", "甲.docx：文件已损坏"),
        ("甲.txt", b"%PDF-1.7", "甲.txt：扩展名是 .txt，内容却是 PDF"),
        ("甲.exe", b"MZ\x90\0", "甲.exe：暂不支持 .exe 文件"),
        ("甲.md", b"\xff" * 1000, "甲.md：第 0 字节"),
    ],
)
def test_a_file_that_is_none_leaves_nothing_and_is_called_by_its_own_name(
    client: TestClient, setup: Setup, name: str, content: bytes, message: str
) -> None:
    before = {path: path.read_bytes() for path in setup.corpus.rglob("*") if path.is_file()}
    response = client.post(REPORTS, params={"name": name}, content=content, headers=FILE)
    assert response.status_code == 422
    assert response.json()["error"].startswith(message)
    assert {path: path.read_bytes() for path in setup.corpus.rglob("*") if path.is_file()} == before
    assert set(reports(client)) == {"储能报告", "光伏白皮书"}


def test_only_a_whole_id_removes(client: TestClient) -> None:
    beginning = reports(client)["储能报告"][:6]
    response = client.delete(f"{REPORTS}/{beginning}")
    assert (response.status_code, response.json()["error"]) == (404, f"没有编号为 {beginning} 的报告；请刷新列表后重试")


def test_while_another_process_writes_the_index_a_change_is_to_be_tried_again(client: TestClient, setup: Setup) -> None:
    with writing(setup.root, "build"):
        response = client.post(REPORTS, params={"name": "甲.md"}, content=b"# x", headers=FILE)
    assert (response.status_code, "retry-after" in response.headers) == (409, True)
    assert response.json()["error"].startswith("索引：进程 ")
