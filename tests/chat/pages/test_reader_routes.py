"""The reading view over HTTP: who asks for a report sees it, or reads why not; nothing of a removed one."""

import base64
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from starlette.testclient import TestClient

from chat.assistant import Assistant
from chat.library.building import READINGS
from chat.library.opened import OpenedReport
from chat.library.page_views import PageViews
from chat.pages.reader_routes import add_reader_routes
from chat.pages.spans import Span
from chat.service.gate import Busy
from chat.service.guard import Guard
from chat.service.live import LiveAssistant
from chat.setup import load_library
from index.library import PassageIndex
from index.versions import commit, writing
from ingest.corpus import Reading, readings_to_lines
from ingest.isolation import Reader
from ingest.passages import split_passages
from ingest.report import Report, Section
from tests.chat.pages.test_render import HOSTILE
from tests.fakes import HashingEncoder

HOME = "http://127.0.0.1:7860"
TEXT = "first words\nsecond words"
SECOND = Span(0, 12, 24, "second words")
REPORT = Report("ev-2025", "甲报告", "某院", "2025-01", "甲.pdf", (Section(("甲报告",), TEXT, ((0, 1), (12, 2))),))


def pdf(*texts: str) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(600, 800))
    for text in texts:
        canvas.drawString(60, 700, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


@dataclass
class Library:
    """Reports by id."""

    opened: dict[str, OpenedReport] = field(default_factory=dict)

    def add(self, report: Report, file: str = "甲.pdf", sha256: str = "") -> None:
        self.opened[report.id] = OpenedReport(report, file, sha256)

    def open_report(self, report_id: str) -> OpenedReport | None:
        return self.opened.get(report_id)


def client_of(library: Library | LiveAssistant, views: PageViews | None) -> TestClient:
    app = FastAPI()
    add_reader_routes(app, lambda caller: library, views)
    return TestClient(Guard(app), base_url=HOME)


@pytest.fixture(scope="module")
def viewer() -> Iterator[Reader]:
    with Reader() as viewer:
        yield viewer


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "甲.pdf").write_bytes(pdf("first words", "second words"))
    return tmp_path


@pytest.fixture
def library(corpus: Path) -> Library:
    library = Library()
    library.add(REPORT, sha256=hashlib.sha256((corpus / "甲.pdf").read_bytes()).hexdigest())
    return library


@pytest.fixture
def client(library: Library, corpus: Path, viewer: Reader) -> TestClient:
    return client_of(library, PageViews(corpus, viewer))


# --- Reading ---------------------------------------------------------------------------------------------------------


def test_a_report_is_a_page_in_the_language_of_the_reader(client: TestClient) -> None:
    chinese, english = client.get("/reports/ev-2025"), client.get("/reports/ev-2025", headers={"accept-language": "en"})
    assert (chinese.status_code, chinese.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<html lang="zh-CN">' in chinese.text
    assert "<title>甲报告 · " in chinese.text
    assert '<html lang="en">' in english.text
    assert '<html lang="en">' in client.get("/reports/ev-2025?lang=en").text


def test_the_page_is_let_in_by_its_own_policy_and_kept_by_no_cache(client: TestClient) -> None:
    response = client.get("/reports/ev-2025")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-store"
    assert response.text.count("<script") == response.text.count('<script type="module" src="../static/') == 1


@pytest.mark.parametrize("id", ["ev-2024", "EV-2025", "v1..2", "%22%3E%3Cscript%3E", "光伏", "a" * 3000])
def test_a_report_that_there_is_not_is_told_on_a_page_with_the_way_back(client: TestClient, id: str) -> None:
    response = client.get(f"/reports/{id}", headers={"accept-language": "zh"})
    assert response.status_code == 404
    assert "资料库里没有这份报告" in response.text
    assert '<a href="../chat/">' in response.text
    assert "<script>" not in response.text


def test_while_there_is_no_library_a_page_says_so_and_leads_back() -> None:
    class Away(Library):
        def open_report(self, report_id: str) -> OpenedReport | None:
            raise Busy("资料库刚刚更新")

    response = client_of(Away(), None).get("/reports/ev-2025")
    assert response.status_code == 503
    assert "<h1>资料库刚刚更新</h1>" in response.text
    assert '<a href="../chat/">' in response.text


@pytest.mark.parametrize("id", ["a%2Fb", "%2e%2e", "..", "."])
def test_what_is_no_id_is_no_address(client: TestClient, id: str) -> None:
    assert client.get(f"/reports/{id}").status_code == 404


@pytest.mark.parametrize("id", ["v1..2", "光伏-2024", "a.b", '"><script>'])
def test_whatever_its_id_a_report_is_found_by_it(library: Library, client: TestClient, id: str) -> None:
    library.add(replace(REPORT, id=id))
    assert client.get(f"/reports/{id}").status_code == 200


@pytest.mark.parametrize("hostile", [*HOSTILE, "</title><script>window.xss=1</script>", "两\n行"])
def test_a_title_is_one_line_of_text(library: Library, client: TestClient, hostile: str) -> None:
    library.add(replace(REPORT, title=hostile))
    page = client.get("/reports/ev-2025").text
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert "<" not in title
    assert page.count("<script") == 1


# --- Pictures --------------------------------------------------------------------------------------------------------


def test_a_page_is_a_picture_with_boxes_around_the_words_of_the_link(client: TestClient) -> None:
    second = client.get(f"/reports/ev-2025/pages/2?p={SECOND.link}").json()
    picture = base64.b64decode(second["picture"].removeprefix("data:image/png;base64,"))
    assert Image.open(io.BytesIO(picture)).size == (1000, 1334)
    ((left, top, _, bottom),) = second["boxes"]
    assert left == pytest.approx(0.1, abs=0.01)
    assert top < 1 - 700 / 800 < bottom
    assert client.get("/reports/ev-2025/pages/1").json()["picture"] != second["picture"]


@pytest.mark.parametrize("link", ["", "0.12-24.zzz", "0.0-99999.a", "7.0-1.a", "<script>"])
def test_without_a_link_to_its_words_a_page_has_no_boxes(client: TestClient, link: str) -> None:
    response = client.get("/reports/ev-2025/pages/2", params={"p": link})
    assert (response.status_code, response.json()["boxes"]) == (200, [])


@pytest.mark.parametrize("number", [0, 3, 999_999])
def test_a_page_that_the_file_has_not_is_told(client: TestClient, number: int) -> None:
    response = client.get(f"/reports/ev-2025/pages/{number}")
    assert (response.status_code, response.json()["error"]) == (422, f"这份 PDF 没有第 {number} 页")


@pytest.mark.parametrize("number", ["one", "1.5", "-1", "", "1234567"])
def test_what_is_no_number_is_no_address(client: TestClient, number: str) -> None:
    assert client.get(f"/reports/ev-2025/pages/{number}").status_code == 404


def test_of_a_file_that_is_gone_or_changed_it_is_told_without_saying_where_it_lay(
    client: TestClient, corpus: Path
) -> None:
    (corpus / "甲.pdf").write_bytes(pdf("other words"))
    changed = client.get("/reports/ev-2025/pages/1")
    (corpus / "甲.pdf").unlink()
    gone = client.get("/reports/ev-2025/pages/1")
    assert (changed.status_code, changed.json()["error"]) == (422, "甲.pdf：文件已变化；请更新索引后再查看原页")
    assert gone.status_code == 422
    assert gone.json()["error"].startswith("甲.pdf：无法读取")
    assert str(corpus) not in gone.text


def test_of_other_formats_and_without_a_viewer_there_are_no_pictures(library: Library, client: TestClient) -> None:
    assert 'class="sheet"' in client.get("/reports/ev-2025").text
    without = client_of(library, None)
    assert 'class="sheet"' not in without.get("/reports/ev-2025").text
    assert without.get("/reports/ev-2025/pages/1").status_code == 404
    library.add(REPORT, "甲.docx")
    assert 'class="sheet"' not in client.get("/reports/ev-2025").text
    assert client.get("/reports/ev-2025/pages/1").status_code == 404


# --- A library that changes ------------------------------------------------------------------------------------------


def publish(root: Path, *readings: Reading, keep_before: bool) -> None:
    """Serve a version of these reports."""
    reports = [reading.report for reading in readings if reading.report]
    library = PassageIndex.build([each for report in reports for each in split_passages(report)], HashingEncoder())

    def save(folder: Path) -> None:
        library.save(folder)
        (folder / READINGS).write_bytes(readings_to_lines(readings))

    with writing(root):
        commit(root, save, keep_before=keep_before)


def test_a_removed_report_can_be_read_no_more_neither_as_text_nor_as_picture(
    corpus: Path, viewer: Reader, tmp_path: Path
) -> None:
    sha256 = hashlib.sha256((corpus / "甲.pdf").read_bytes()).hexdigest()
    removed = Reading("甲.pdf", {}, sha256, "code", REPORT)
    kept = Reading("乙.pdf", {}, "b", "code", replace(REPORT, id="pv-2024", title="乙报告"))
    root = tmp_path / "index"
    publish(root, removed, kept, keep_before=False)
    live = LiveAssistant(root, Assistant(load_library(root, HashingEncoder()), None))
    client = client_of(live, PageViews(corpus, viewer))
    assert client.get("/reports/ev-2025").status_code == 200
    assert client.get("/reports/ev-2025/pages/1").status_code == 200  # and remembered
    publish(root, kept, keep_before=False)
    assert client.get("/reports/ev-2025").status_code == 404
    assert client.get("/reports/ev-2025/pages/1").status_code == 404
    assert "乙报告" in client.get("/reports/pv-2024").text


def test_an_added_report_can_be_read_once_the_library_has_it(tmp_path: Path) -> None:
    first, second = (
        Reading("甲.pdf", {}, "a", "code", REPORT),
        Reading("乙.pdf", {}, "b", "code", replace(REPORT, id="pv")),
    )
    publish(tmp_path, first, keep_before=True)
    live = LiveAssistant(tmp_path, Assistant(load_library(tmp_path, HashingEncoder()), None))
    client = client_of(live, None)
    assert client.get("/reports/pv").status_code == 404
    publish(tmp_path, first, second, keep_before=True)
    live.refresh()
    assert client.get("/reports/pv").status_code == 200
    assert client.get("/reports/ev-2025").status_code == 200
