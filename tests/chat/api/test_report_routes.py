"""One report over HTTP: what is in it, how well it was read, and its words in order."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from chat.api.report_routes import NO_SUCH_REPORT, add_report_routes
from chat.api.whole_report import MAX_LIMIT, Stretch, around, passages_object
from chat.contract import report_object
from chat.library.opened import OpenedReport
from chat.service.app import make_app
from chat.service.guard import Guard
from ingest.passages import split_passages
from ingest.report import Report, Section
from tests.chat.api.one_report import LINE, MARKET, REPORT, TITLE
from tests.chat.service.test_app import HOME
from tests.fakes import ScriptedAssistant

ROUTE = "/api/v1/reports/es-2024"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    opened = {"es-2024": OpenedReport(REPORT, "储能.pdf", "")}
    with TestClient(make_app(ScriptedAssistant(listed=(LINE,), opened=opened)), base_url=HOME) as client:
        yield client


def texts(client: TestClient, **query: Any) -> list[str]:
    return [each["text"] for each in client.get(f"{ROUTE}/passages", params=query).json()["passages"]]


def test_a_report_is_told_as_it_is_listed_with_its_sections_and_every_page(client: TestClient) -> None:
    told = client.get(ROUTE).json()
    assert told == {
        **report_object(LINE),
        "sections": [
            {"section": 0, "headings": [TITLE, "概述"], "page": 1, "characters": 13},
            {"section": 1, "headings": [TITLE, "市场"], "page": 1, "characters": 38},
        ],
        "page_quality": [
            {"page": 1, "characters": 30, "flags": [], "excluded": False, "confidence": None},
            {"page": 2, "characters": 15, "flags": ["scan"], "excluded": False, "confidence": 0.93},
            {"page": 3, "characters": 0, "flags": ["empty"], "excluded": False, "confidence": None},
        ],
    }


def test_its_passages_are_read_out_in_order_each_at_its_place(client: TestClient) -> None:
    told = client.get(f"{ROUTE}/passages").json()
    assert (told["report_id"], told["total"], told["offset"]) == ("es-2024", 2, 0)
    for passage in told["passages"]:
        text = REPORT.sections[passage["section"]].text
        assert text[passage["start"] : passage["end"]] == passage["text"]
    assert told["passages"][1]["reference"] == "某学会. 储能报告[R]. 2024-12：1."


def test_a_section_or_a_page_is_read_alone_and_a_passage_is_on_every_page_it_reaches(client: TestClient) -> None:
    assert texts(client, section=0) == ["概述\n本报告讨论新型储能。"]
    assert texts(client, section=1) == texts(client, page=2) == [MARKET]
    assert len(texts(client, page=1)) == 2
    assert texts(client, page=1, section=1) == [MARKET]
    assert texts(client, page=3) == texts(client, section=7) == []


def test_a_long_report_is_read_in_parts(client: TestClient) -> None:
    assert texts(client, limit=1) + texts(client, limit=1, offset=1) == texts(client)
    assert client.get(f"{ROUTE}/passages", params={"offset": 99}).json()["total"] == 2


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=0", "limit 应是 1 到 200 的整数。"),
        (f"limit={MAX_LIMIT + 1}", "limit 应是"),
        ("page=0", "page 应是 1 到 1,000,000 的整数。"),
        ("page=one", "page 应是"),
        ("page=", "page 应是"),
        ("page=١", "page 应是"),
        ("section=-1", "section 应是"),
        ("offset=9999999999999999999999", "offset 应是"),
        ("pages=1", "没有 pages 这个参数"),
    ],
)
def test_what_cannot_be_asked_is_said(client: TestClient, query: str, message: str) -> None:
    response = client.get(f"{ROUTE}/passages?{query}")
    assert (response.status_code, response.json()["error"].startswith(message)) == (400, True)


@pytest.mark.parametrize("path", ["/api/v1/reports/none", "/api/v1/reports/none/passages", "/api/v1/reports/..."])
def test_a_report_that_there_is_not_is_not_found(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.json()) == (404, {"id": None, "error": str(NO_SUCH_REPORT)})


def test_one_that_has_left_the_list_is_read_no_more() -> None:
    app = FastAPI()
    library = ScriptedAssistant(listed=(), opened={"es-2024": OpenedReport(REPORT, "储能.pdf", "")})
    add_report_routes(app, lambda caller: library)
    assert TestClient(Guard(app), base_url=HOME).get(ROUTE).status_code == 404


def test_a_passage_stands_among_its_neighbours_of_the_same_section() -> None:
    rows = "\n".join(["年份\t装机", *(f"20{n}\t{n}.5" for n in range(18, 25))])
    report = Report("t", "表", "", "", "t.md", (Section(("表",), "前言一句。"), Section(("表", "装机"), rows)))
    passages = [passage for passage in split_passages(report) if passage.section == 1]
    found = around(report, passages[1].id)
    assert found is not None
    near, at = found
    assert (list(near), at) == (passages[:4], 1)
    assert around(report, "t:9:0-1") is None


def test_the_whole_of_a_stretch_is_counted_though_a_part_is_given() -> None:
    told = passages_object(REPORT, Stretch(limit=1))
    assert (told["total"], len(told["passages"])) == (2, 1)  # type: ignore[arg-type]
