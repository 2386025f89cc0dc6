"""Feedback over HTTP: taken in whole or refused with its reason, taken back by who knows the id, and never read out."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from chat.access.limits import MovingWindow
from chat.records.feedback import Cited, Feedback
from chat.service.app import make_app
from chat.service.failures import NOT_JSON_TYPE, WRONG_METHOD
from chat.service.feedback_routes import NO_SUCH_FEEDBACK, NOT_KEPT, VERDICTS_A_MINUTE, add_feedback_routes
from tests.chat.records.test_feedback import BesideAnIndex
from tests.chat.service.test_app import ASK, HOME
from tests.fakes import ScriptedAssistant

ROUTE = "/api/v1/feedback"
LIBRARY = "version-000003"
ANSWER_ID = "a0Zz_-4567890123"
GIVEN: dict[str, Any] = {
    "answer_id": ANSWER_ID,
    "verdict": "down",
    "reason": "wrong_figure",
    "comment": " 应为128.4万辆。\n",
    "question": "那出口呢？",
    "standalone_question": "2024年新能源汽车出口多少万辆？",
    "answer": "出口98.7万辆[1]。",
    "refused": False,
    "citations": [{"report_id": "ev-2025", "passage_id": "ev-2025#3"}],
    "library": LIBRARY,
}
LEAST: dict[str, Any] = {
    "answer_id": ANSWER_ID,
    "verdict": "up",
    "question": "出口多少？",
    "answer": "128.4万辆[1]。",
    "refused": False,
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, BesideAnIndex]]:
    store = BesideAnIndex(tmp_path_factory.mktemp("index"))
    (store.path.parent / LIBRARY).mkdir()
    app = make_app(ScriptedAssistant())
    add_feedback_routes(app, store, a_minute=1_000_000)
    with TestClient(app, base_url=HOME, raise_server_exceptions=False) as client:
        yield client, store


@pytest.fixture
def client(shared: tuple[TestClient, BesideAnIndex]) -> TestClient:
    return shared[0]


@pytest.fixture
def store(shared: tuple[TestClient, BesideAnIndex]) -> BesideAnIndex:
    shared[1].path.unlink(missing_ok=True)
    return shared[1]


def test_what_a_reader_thinks_is_kept_with_the_answer(client: TestClient, store: BesideAnIndex) -> None:
    response = client.post(ROUTE, json=GIVEN)
    assert (response.status_code, response.json()) == (200, {"answer_id": ANSWER_ID, "answer_kept": True})
    (kept,) = store.records()
    assert kept == Feedback(
        id=ANSWER_ID,
        given_at=kept.given_at,
        verdict="down",
        reason="wrong_figure",
        comment="应为128.4万辆。",
        question="那出口呢？",
        standalone_question="2024年新能源汽车出口多少万辆？",
        answer="出口98.7万辆[1]。",
        refused=False,
        citations=(Cited("ev-2025", "ev-2025#3"),),
        library=LIBRARY,
    )


def test_who_does_not_say_which_version_answered_is_heard_and_the_answer_is_not_kept(
    client: TestClient, store: BesideAnIndex
) -> None:
    assert client.post(ROUTE, json=LEAST).json() == {"answer_id": ANSWER_ID, "answer_kept": False}
    (kept,) = store.records()
    assert (kept.verdict, kept.reason, kept.comment, kept.standalone_question, kept.answer) == (
        "up", "", "", "出口多少？", "",
    )  # fmt: skip


def test_a_second_thought_replaces_the_first_and_can_be_taken_back(client: TestClient, store: BesideAnIndex) -> None:
    client.post(ROUTE, json=GIVEN)
    client.post(ROUTE, json=LEAST)
    assert [each.verdict for each in store.records()] == ["up"]
    response = client.delete(f"{ROUTE}/{ANSWER_ID}")
    assert (response.status_code, response.json()) == (200, {"answer_id": ANSWER_ID})
    assert store.records() == []
    again = client.delete(f"{ROUTE}/{ANSWER_ID}")
    assert (again.status_code, again.json()) == (404, {"id": None, "error": str(NO_SUCH_FEEDBACK)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer_id": None}, "answer_id 应是 16 到 64 个字符"),
        ({"answer_id": "short"}, "answer_id 应是"),
        ({"answer_id": "a" * 65}, "answer_id 应是"),
        ({"answer_id": "../../etc/passwd"}, "answer_id 应是"),
        ({"answer_id": ANSWER_ID + "\n"}, "answer_id 应是"),
        ({"verdict": "maybe"}, "verdict 应是 up 或 down。"),
        ({"verdict": ["up"]}, "verdict 应是"),
        ({"verdict": None}, "verdict 应是"),
        ({"reason": "rude"}, "reason 应是 wrong_figure、wrong_source、incomplete、not_answered、outdated、other 之一"),
        ({"reason": None}, "reason 应是"),
        ({"reason": {}}, "reason 应是"),
        ({"verdict": "up"}, "reason 只用于 verdict 是 down 的反馈。"),
        ({"comment": "长" * 1001}, "comment 应是不超过 1,000 个字的字符串。"),
        ({"comment": 7}, "comment 应是"),
        ({"comment": "\ud800"}, "文字中含有不完整的 Unicode 字符。"),
        ({"question": " "}, "请输入问题。"),
        ({"question": "长" * 2001}, "问题过长：2,001 个字"),
        ({"question": None}, "question 应是字符串。"),
        ({"question": "\udfff"}, "文字中含有不完整的 Unicode 字符。"),
        ({"standalone_question": "长" * 4001}, "standalone_question 应是不超过 4,000 个字"),
        ({"standalone_question": None}, "standalone_question 应是"),
        ({"answer": " \n"}, "answer 是空的"),
        ({"answer": "长" * 20_001}, "answer 应是不超过 20,000 个字的字符串。"),
        ({"refused": 0}, "refused 应是 true 或 false。"),
        ({"refused": "false"}, "refused 应是 true 或 false。"),
        ({"citations": "ev-2025"}, "citations 应是数组，最多 100 项。"),
        ({"citations": None}, "citations 应是数组"),
        ({"citations": [{}] * 101}, "citations 应是数组，最多 100 项。"),
        ({"citations": ["ev-2025"]}, "citations[0] 应是对象"),
        ({"citations": [*GIVEN["citations"], {"report_id": "x"}]}, "citations[1].passage_id 应是"),
        ({"citations": [{"report_id": "", "passage_id": "y"}]}, "citations[0].report_id 应是"),
        ({"citations": [{"report_id": "x" * 201, "passage_id": "y"}]}, "citations[0].report_id 应是不超过 200 个字符"),
        ({"citations": [{"report_id": "\ud800", "passage_id": "y"}]}, "citations[0].report_id 应是"),
        (
            {"citations": [{"report_id": "x", "passage_id": "y", "quote": "原文"}]},
            "citations[0] 中没有 quote 这一项；可用 report_id、passage_id。",
        ),
        ({"library": "../version-000003"}, "library 应是索引的版本，形如 version-000012"),
        ({"library": None}, "library 应是"),
        ({"coment": "x"}, "请求中没有 coment 这一项；可用 answer_id、verdict、"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "-".join(value),
)
def test_what_is_not_as_the_contract_says_is_refused_with_its_reason(
    client: TestClient, store: BesideAnIndex, change: dict[str, Any], message: str
) -> None:
    body = json.dumps(GIVEN | change)  # escaped, as half a character can be sent
    response = client.post(ROUTE, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["id"]) == (400, None)
    assert response.json()["error"].startswith(message)
    assert not store.path.exists()


@pytest.mark.parametrize("missing", sorted(LEAST))
def test_what_is_missing_is_named(client: TestClient, store: BesideAnIndex, missing: str) -> None:
    response = client.post(ROUTE, json={name: value for name, value in LEAST.items() if name != missing})
    assert (response.status_code, response.json()["error"].startswith(f"{missing} 应是")) == (400, True)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(client: TestClient, store: BesideAnIndex, body: bytes) -> None:
    response = client.post(ROUTE, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]) == (400, "请求体不是合法的 JSON。")


def test_json_that_is_no_object_is_refused(client: TestClient, store: BesideAnIndex) -> None:
    response = client.post(ROUTE, json=["up"])
    assert (response.status_code, response.json()["error"].startswith("请求应是一个 JSON 对象")) == (400, True)


def test_a_form_is_no_feedback(client: TestClient, store: BesideAnIndex) -> None:
    for response in (client.post(ROUTE, data={"verdict": "up"}), client.post(ROUTE, content=b"{}")):
        assert (response.status_code, response.json()["error"]) == (415, str(NOT_JSON_TYPE))


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_another_sites_page_judges_nothing(client: TestClient, store: BesideAnIndex, headers: dict[str, str]) -> None:
    assert client.post(ROUTE, json=GIVEN, headers=headers).status_code == 403
    client.post(ROUTE, json=GIVEN)
    assert client.delete(f"{ROUTE}/{ANSWER_ID}", headers=headers).status_code == 403
    assert len(store.records()) == 1


@pytest.mark.parametrize("path", [ROUTE, f"{ROUTE}/{ANSWER_ID}"])
def test_nothing_is_read_out(client: TestClient, store: BesideAnIndex, path: str) -> None:
    client.post(ROUTE, json=GIVEN)
    response = client.get(path)
    assert (response.status_code, response.json()) == (405, {"id": None, "error": str(WRONG_METHOD)})


def test_a_store_that_fails_is_told_without_its_place_and_answers_go_on(
    client: TestClient, store: BesideAnIndex, caplog: pytest.LogCaptureFixture
) -> None:
    store.path.write_text("# 笔记\n" * 200, "utf-8")
    with caplog.at_level(logging.ERROR):
        for response in (client.post(ROUTE, json=GIVEN), client.delete(f"{ROUTE}/{ANSWER_ID}")):
            assert (response.status_code, response.json()) == (503, {"id": None, "error": str(NOT_KEPT)})
            assert response.headers["retry-after"] == "30"
    told = [record.getMessage() for record in caplog.records if record.name == "chat.service.feedback_routes"]
    assert [f"{store.path}：不是数据库文件" in each for each in told] == [True, True]
    assert client.post(ASK, json={"question": "出口？"}).status_code == 200


def test_an_id_is_one_name_in_the_path(client: TestClient, store: BesideAnIndex) -> None:
    for path in ("/", "/a/b", "/..%2Fhealthz", f"/{ANSWER_ID}/x", "/a%20b", "/文"):
        assert client.delete(ROUTE + path).json()["error"] == "没有这个地址。"


def test_who_judges_too_often_waits_and_what_was_said_before_stays(store: BesideAnIndex) -> None:
    moments = iter([0.0, 10.0, 15.5, 59.9, 60.1])
    app = make_app(ScriptedAssistant())
    add_feedback_routes(app, store, a_minute=2, given=MovingWindow(clock=lambda: next(moments)))
    client = TestClient(app, base_url=HOME)
    given = [client.post(ROUTE, json=LEAST | {"answer_id": f"{number:016}"}) for number in range(3)]
    assert [each.status_code for each in given] == [200, 200, 429]
    assert given[2].headers["retry-after"] == "45"  # the first is a minute old at 60
    assert given[2].json() == {"id": None, "error": "反馈提交得太频繁：每分钟最多 2 次，请在 45 秒后再试。"}
    assert client.delete(f"{ROUTE}/{1:016}").status_code == 429  # to take back is a write as well
    assert client.delete(f"{ROUTE}/{1:016}").status_code == 200
    assert [each.id for each in store.records()] == [f"{0:016}"]


def test_nobody_judges_more_often_than_so_many_a_minute_unless_configured(store: BesideAnIndex) -> None:
    app = make_app(ScriptedAssistant())
    add_feedback_routes(app, store)
    client = TestClient(app, base_url=HOME)
    statuses = [client.delete(f"{ROUTE}/{ANSWER_ID}").status_code for _ in range(VERDICTS_A_MINUTE + 1)]
    assert statuses == [404] * VERDICTS_A_MINUTE + [429]
