"""A conversation that the browser kept, handed out as a file over HTTP."""

import datetime
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from chat.answer import Answer, Sentence
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.exchange import Exchange
from chat.pages.export import plain
from chat.pages.export_routes import NO_FORMAT, NOT_KEPT, NOTHING, NOTHING_LEFT
from chat.pages.kept import kept_object
from chat.pages.talk import MAX_EXCHANGES
from chat.service.app import make_app
from chat.service.live import UNAVAILABLE, LibraryUnavailable
from tests.chat.pages.conversations import ANSWERED, QUESTION, QUOTED, REFUSED, exchange
from tests.fakes import EXPORTS, LISTED, POLICY, PROVED, SALES, ScriptedAssistant, cite

EXPORT = "/api/v1/export"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[TestClient, ScriptedAssistant]]:
    assistant = ScriptedAssistant()
    with TestClient(make_app(assistant), base_url="http://127.0.0.1:7860", raise_server_exceptions=False) as client:
        yield client, assistant


@pytest.fixture
def assistant(shared: tuple[TestClient, ScriptedAssistant]) -> ScriptedAssistant:
    shared[1].listed, shared[1].hits = LISTED, ScriptedAssistant().hits
    return shared[1]


@pytest.fixture
def client(shared: tuple[TestClient, ScriptedAssistant], assistant: ScriptedAssistant) -> TestClient:
    return shared[0]


def kept(*exchanges: Exchange) -> list[Any]:
    return cast("list[Any]", json.loads(json.dumps([kept_object(each) for each in exchanges])))


def exported(client: TestClient, *exchanges: Exchange, **more: object) -> Any:
    return client.post(EXPORT, json={"format": "md", "exchanges": kept(*exchanges)} | more)


def told(response: Any) -> str:
    """Markdown as a reader sees it: without what keeps its signs from being Markdown."""
    return re.sub(r"\\(.)", r"\1", response.text)


@pytest.mark.parametrize(
    ("suffix", "media", "begins"),
    [
        ("md", "text/markdown; charset=utf-8", b"# "),
        ("docx", WORD, b"PK\x03\x04"),
        ("pdf", "application/pdf", b"%PDF-"),
    ],
)
def test_each_format_has_its_media_type_and_a_name_that_every_browser_reads(
    client: TestClient, suffix: str, media: str, begins: bytes
) -> None:
    response = exported(client, ANSWERED, format=suffix)
    assert (response.status_code, response.headers["content-type"]) == (200, media)
    assert response.content.startswith(begins)
    # RFC 6266 with the encoding of RFC 8187: nothing but its attr-char and percent signs.
    (name,) = re.findall(
        r"^attachment; filename\*=UTF-8''([\w!#$&+.^`|~%-]+)$", response.headers["content-disposition"], re.ASCII
    )
    today = datetime.datetime.now(tz=datetime.UTC).astimezone().date()
    assert unquote(name, errors="strict") == f"2024年新能源汽车的销量和出口各是多少？_{today}.{suffix}"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("question", ["a/b\\c:d*e?", '"quoted"; filename=evil.exe', "换\r\n行: x", "'';%00"])
def test_no_question_breaks_out_of_the_file_name(client: TestClient, question: str) -> None:
    response = exported(client, replace(ANSWERED, question=question))
    disposition = response.headers["content-disposition"]
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w!#$&+.^`|~%-]+_[\d-]{10}\.md", disposition, re.ASCII)
    name = unquote(disposition.split("''")[1])
    assert not set(name) & set('<>:"/\\|?*\r\n')


def test_it_has_the_sentences_and_the_quotes_of_the_conversation(client: TestClient) -> None:
    text = told(exported(client, ANSWERED, QUOTED, REFUSED))
    assert text.startswith("# 研报问答记录")
    assert f"\n## {QUESTION}\n" in text
    for each in (ANSWERED, QUOTED):
        assert each.answer is not None
        for sentence in each.answer.sentences:
            assert all(line in text for line in plain(sentence.text).split("\n"))
        for citation in each.answer.citations:
            assert all(line in text for line in plain(citation.quote).split("\n"))
    assert REFUSED.answer is not None
    assert str(REFUSED.answer.refusal) in text


def test_the_document_of_word_is_sound(client: TestClient) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(client, ANSWERED, format="docx").content)) as archive:
        assert archive.testzip() is None
        assert "128.4" in archive.read("word/document.xml").decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", CHINESE),
        ("en", ENGLISH),
        ("en-GB", ENGLISH),
        ("fr", CHINESE),
        (None, CHINESE),
        (7, CHINESE),
        ([], CHINESE),
    ],
)
def test_it_speaks_the_language_of_the_page(client: TestClient, language: object, words: Any) -> None:
    text = told(exported(client, QUOTED, language=language))
    assert f"## {words.export.references}" in text
    assert words.export.only_of.format(title="光伏行业白皮书") in text


def test_without_a_language_it_is_chinese_whatever_the_browser_speaks(client: TestClient) -> None:
    response = client.post(
        EXPORT, json={"format": "md", "exchanges": kept(ANSWERED)}, headers={"accept-language": "en"}
    )
    assert CHINESE.export.references in told(response)


# --- The library of today


def test_an_answer_that_cites_a_report_that_has_left_is_left_out(
    client: TestClient, assistant: ScriptedAssistant
) -> None:
    on_policy = Answer((Sentence("扩大分布式光伏。", (1,), True),), (cite(1, POLICY, "扩大分布式光伏"),), ())
    both = (replace(ANSWERED, answer=PROVED), exchange("政策呢？", on_policy))
    assistant.listed = tuple(line for line in LISTED if line.id != POLICY.report_id)
    text = told(exported(client, *both))
    assert "销量为1286.6万辆" in text
    assert "分布式" not in text
    assert POLICY.title not in text


def test_quotes_are_taken_from_the_library_and_not_from_the_browser(
    client: TestClient, assistant: ScriptedAssistant
) -> None:
    assistant.hits = tuple(
        replace(hit, passage=replace(hit.passage, text=hit.passage.text.replace("128.4", "999.9")))
        if hit.passage == EXPORTS
        else hit
        for hit in assistant.hits
    )
    response = exported(client, ANSWERED)
    assert (response.status_code, response.json()) == (400, {"id": None, "error": str(NOTHING_LEFT)})


@pytest.mark.parametrize("left", [SALES.report_id, EXPORTS.report_id])
def test_a_conversation_of_which_nothing_stands_is_said_to_be_one(
    client: TestClient, assistant: ScriptedAssistant, left: str
) -> None:
    assistant.listed = tuple(line for line in LISTED if line.id != left)
    response = exported(client, ANSWERED, Exchange("旧问题", withdrawn="changed"))
    assert (response.status_code, response.json()["error"]) == (400, str(NOTHING_LEFT))


def test_a_library_that_is_away_is_a_503(
    client: TestClient, assistant: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(passage_id: str) -> None:
        raise LibraryUnavailable(UNAVAILABLE)

    monkeypatch.setattr(assistant, "passage", away)
    response = exported(client, ANSWERED)
    assert (response.status_code, response.json()["error"]) == (503, str(UNAVAILABLE))


# --- What cannot be exported


@pytest.mark.parametrize("suffix", [None, "", "MD", ".md", "html", "exe", 1, True, ["md"], {"md": 1}])
def test_a_format_that_there_is_not_is_named(client: TestClient, suffix: object) -> None:
    response = exported(client, ANSWERED, format=suffix, id=7)
    assert (response.status_code, response.json()) == (400, {"id": 7, "error": str(NO_FORMAT)})


@pytest.mark.parametrize(
    "exchanges",
    [
        None,
        "[]",
        {},
        7,
        [None],
        [[]],
        [{}],
        [{"question": "甲"}],
        [{"question": "甲", "id": "", "library": "", "withdrawn": "x"}],
        ["甲"] * 3,
        [kept(ANSWERED)],
    ],
)
def test_what_is_no_conversation_is_refused(client: TestClient, exchanges: object) -> None:
    response = client.post(EXPORT, json={"format": "md", "exchanges": exchanges})
    assert (response.status_code, response.json()) == (400, {"id": None, "error": str(NOT_KEPT)})


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
def test_numbers_that_json_has_not_are_refused(client: TestClient, number: str) -> None:
    body = json.dumps({"format": "md", "exchanges": kept(ANSWERED)}).replace("0.912", number)
    assert number in body
    response = client.post(EXPORT, content=body.encode(), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]) == (400, str(NOT_KEPT))


def test_a_mark_without_its_citation_is_never_written(client: TestClient) -> None:
    (forged,) = kept(ANSWERED)
    forged["sentences"][0]["citations"] = [1, 2, 4]
    response = client.post(EXPORT, json={"format": "md", "exchanges": [forged]})
    assert (response.status_code, response.json()["error"]) == (400, str(NOT_KEPT))


def test_an_empty_conversation_has_nothing_to_export(client: TestClient) -> None:
    response = client.post(EXPORT, json={"format": "pdf", "exchanges": [], "id": "e"})
    assert (response.status_code, response.json()) == (400, {"id": "e", "error": str(NOTHING)})


def test_a_conversation_longer_than_a_page_holds_is_refused(client: TestClient) -> None:
    assert exported(client, *[REFUSED] * MAX_EXCHANGES).status_code == 200
    response = exported(client, *[REFUSED] * (MAX_EXCHANGES + 1))
    assert (response.status_code, response.json()["error"]) == (400, str(NOT_KEPT))


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"[]", b"null", b'"md"'])
def test_a_body_that_is_no_request_is_a_400(client: TestClient, body: bytes) -> None:
    response = client.post(EXPORT, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["id"]) == (400, None)


def test_only_json_by_post_from_our_own_page_is_read(client: TestClient) -> None:
    assert client.get(EXPORT).status_code == 405
    assert client.post(EXPORT, content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    foreign = client.post(EXPORT, json={}, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
