"""How the service is used is shown to who may administer it, as who sits at its machine may, and to nobody else."""

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from chat.access.access import Access
from chat.access.loopback import Loopback
from chat.records.database import FILE, records_of
from chat.records.feedback import FeedbackStore, now
from chat.records.usage import UsageStore
from chat.service.app import make_app
from tests.chat.records.test_feedback import JUDGED
from tests.chat.service.test_app import ASK
from tests.fakes import ScriptedAssistant

HERE = ("127.0.0.1", 50_000)


def client(root: Path, *, host: str = "localhost", address: tuple[str, int] = HERE) -> TestClient:
    records = records_of(root)
    usage = UsageStore(records, days=90, questions=True)
    app = make_app(
        ScriptedAssistant(),
        usage=usage,
        feedback=FeedbackStore(records, root),
        allowed_hosts=("*",),
        access=Access([Loopback()]),
    )
    return TestClient(app, base_url=f"http://{host}", client=address)


def test_what_was_asked_a_moment_ago_is_on_the_page(tmp_path: Path) -> None:
    here = client(tmp_path)
    here.post(ASK, json={"question": "出口<多少>？"})
    FeedbackStore(records_of(tmp_path), tmp_path).record(replace(JUDGED, given_at=now()))
    page = here.get("/admin/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-store"
    for told in ("出口&#60;多少&#62;？", "那出口呢？", "接口 1", "使用记录保留 90 天"):
        assert told in page.text


def test_the_page_speaks_the_language_asked_for_and_shows_the_days_asked_for(tmp_path: Path) -> None:
    here = client(tmp_path)
    assert '<html lang="en">' in here.get("/admin/?lang=en").text
    assert '<html lang="en">' in here.get("/admin/", headers={"accept-language": "en"}).text
    for asked, days in (("7", 7), ("90", 90), ("", 30), ("8", 30), ("99999999999", 30)):
        assert f'<a href="?days={days}&amp;lang=zh-CN" aria-current="page">' in here.get(f"/admin/?days={asked}").text


def test_the_address_without_its_stroke_leads_there(tmp_path: Path) -> None:
    led = client(tmp_path).get("/admin?lang=en", follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (307, "admin/?lang=en")


@pytest.mark.parametrize(
    ("host", "address", "headers"),
    [
        ("localhost", ("10.0.0.7", 50_000), {}),  # from elsewhere
        ("reports.example.com", HERE, {}),  # as a page that made its own name lead here would
        ("localhost", HERE, {"x-forwarded-for": "10.0.0.7"}),  # through a proxy
    ],
)
def test_who_is_not_at_the_machine_has_to_say_who_it_is_and_sees_nothing(
    tmp_path: Path, host: str, address: tuple[str, int], headers: dict[str, str]
) -> None:
    client(tmp_path).post(ASK, json={"question": "出口多少？"})
    page = client(tmp_path, host=host, address=address).get("/admin/", headers=headers)
    assert page.status_code == 401
    assert "请先表明身份" in page.text
    assert "出口多少" not in page.text


def test_records_that_cannot_be_read_are_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("# 笔记\n" * 200, "utf-8")
    page = client(tmp_path).get("/admin/")
    assert page.status_code == 503
    assert "不是数据库文件" in page.text


def test_a_service_that_keeps_nothing_has_no_such_page() -> None:
    assert (
        TestClient(make_app(ScriptedAssistant()), base_url="http://localhost", client=HERE).get("/admin/").status_code
        == 404
    )
