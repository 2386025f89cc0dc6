"""What people are told has its English, and is told in the language of who reads it."""

import ast
import asyncio
import json
import os
import string
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Generator, Iterator
from contextvars import copy_context
from pathlib import Path
from threading import Thread

import pytest
from starlette.testclient import TestClient

from chat.answer import BadQuestion, check_question
from chat.pages.chinese import CHINESE
from chat.pages.drawn import in_language_of
from chat.pages.english import ENGLISH as ENGLISH_WORDS
from chat.pages.page import make_page
from chat.pages.words import Words
from chat.service.app import make_app
from chat.service.gate import STOPPING, Busy, ModelGate
from ingest.corpus import read_corpus, readings_from_lines, readings_to_lines, reports_of
from ingest.errors import UserError
from ingest.isolation import Reader
from ingest.language import (
    ENGLISH,
    Message,
    locale_language,
    message,
    message_from,
    message_object,
    say,
    speaking,
    spoken,
    verbatim,
)
from ingest.report import UnreadableReport
from tests.fakes import ListedShelf, ScriptedAssistant

ROOT = Path(__file__).parents[1]
FILES = [path for package in ("ingest", "index", "chat") for path in sorted((ROOT / package).rglob("*.py"))]
SECTIONS = tomllib.loads((ROOT / "ingest" / ENGLISH).read_text("utf-8"))
PAIRS = [(chinese, english) for section in SECTIONS.values() for chinese, english in section.items()]


def told(source: str) -> Iterator[ast.expr]:
    """What `say` and `message` are given as a template in a source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "message"):
            yield node.args[0]


def templates() -> set[str]:
    nodes = [node for path in FILES for node in told(path.read_text("utf-8"))]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def blanks(template: str) -> list[tuple[str | None, str | None, str | None]]:
    """What a template is filled in with, and how it is written, in no order."""
    return sorted((name, spec, kind) for _, name, spec, kind in string.Formatter().parse(template) if name is not None)


def test_every_template_is_written_out_where_it_is_told() -> None:
    assert not [
        (path.name, node.lineno)
        for path in FILES
        for node in told(path.read_text("utf-8"))
        if not isinstance(node, ast.Constant)
    ]


def test_every_template_has_its_english_and_no_english_is_left_over() -> None:
    assert templates() == {chinese for chinese, _ in PAIRS}


def test_a_template_stands_in_one_section() -> None:
    assert not [chinese for chinese, count in Counter(chinese for chinese, _ in PAIRS).items() if count > 1]


@pytest.mark.parametrize(("chinese", "english"), PAIRS)
def test_the_english_of_a_template_has_its_blanks_and_no_chinese(chinese: str, english: str) -> None:
    assert set(blanks(english)) == set(blanks(chinese))
    assert not any("\u3000" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef" for letter in english)


def test_no_error_is_raised_in_words_of_one_language() -> None:
    """What a `raise` writes out in Chinese is what `say` and `message` are given."""
    bare = []
    for path in FILES:
        tree = ast.parse(path.read_text("utf-8"))
        constants = {
            node.targets[0].id
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
            and _is_chinese(node.value.value)
        }
        for raised in (node for node in ast.walk(tree) if isinstance(node, ast.Raise)):
            told_here = {
                id(part)
                for call in ast.walk(raised)
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("say", "message")
                for part in ast.walk(call)
            }
            bare += [
                f"{path.relative_to(ROOT)}:{node.lineno}"
                for node in ast.walk(raised)
                if (isinstance(node, ast.Constant) and id(node) not in told_here and _is_chinese(node.value))
                or (isinstance(node, ast.Name) and node.id in constants)
            ]
    assert not bare


def _is_chinese(value: object) -> bool:
    return isinstance(value, str) and any("\u4e00" <= letter <= "\u9fff" for letter in value)


def test_an_error_is_told_in_the_language_of_who_reads_it() -> None:
    error = UserError(message("{root}：还没有索引；请先运行 reportqa build", root="/r"))
    assert str(error) == "/r：还没有索引；请先运行 reportqa build"
    with speaking("en-GB"):
        assert str(error) == f"{error}" == "/r: there is no index yet; run reportqa build first"
    with speaking("fr"):
        assert str(error) == "/r：还没有索引；请先运行 reportqa build"


def test_what_a_message_is_filled_in_with_is_told_too() -> None:
    inner = UserError(message("上传中断，请重试。"))
    outer = message("{file}：{said}", file="a.pdf", said=inner)
    with speaking("en"):
        assert str(outer) == "a.pdf: The upload broke off; please try again."
        assert say("现有：{known}", known=["a", 2]) == "there are a, 2"
    assert say("现有：{known}", known=("a", 2)) == "现有：a、2"


def test_braces_in_what_is_filled_in_are_text() -> None:
    assert str(UserError(message("{file}：{said}", file="{x}", said=verbatim("{y}")))) == "{x}：{y}"
    assert str(UserError("{x}").message) == "{x}"


def test_a_message_is_the_same_after_it_was_kept_as_json() -> None:
    said = message("{file}：{said}", file=Path("a.pdf"), said=message("现有：{known}", known=["a", 2]))
    again = message_from(json.loads(json.dumps(message_object(said))))
    assert again == message("{file}：{said}", file="a.pdf", said=message("现有：{known}", known=["a", 2]))
    with speaking("en"):
        assert str(again) == "a.pdf: there are a, 2"


def test_a_string_that_was_kept_before_messages_were_is_told_as_it_stands() -> None:
    assert str(message_from("含{宏}")) == "含{宏}"


def test_a_message_of_a_newer_version_is_told_in_chinese_at_least() -> None:
    with speaking("en"):
        assert str(Message("新的{what}", {"what": 1})) == "新的1"


def test_a_thread_speaks_the_language_of_who_hands_it_its_context() -> None:
    heard: list[str] = []
    with speaking("en"):
        for target, args in ((copy_context().run, (lambda: heard.append(spoken()),)), (heard.append, (spoken(),))):
            thread = Thread(target=target, args=args)
            thread.start()
            thread.join()
    assert (heard, spoken()) == (["en", "en"], "zh")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en"}, "en"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "zh"),
        ({}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": ""}, "en"),
    ],
)
def test_the_language_of_a_process_is_that_of_its_locale(environment: dict[str, str], language: str) -> None:
    assert locale_language(environment) == language


# --- At the edges


def test_a_file_that_a_child_process_could_not_read_is_told_in_either_language(tmp_path: Path) -> None:
    file = tmp_path / "甲.pdf"
    file.write_bytes(b"%PDF-1.7\n")
    with Reader() as read, pytest.raises(UnreadableReport) as raised:
        read(file, {})
    assert str(raised.value) == f"{file}：PDF 已损坏或不完整，无法打开；请重新导出后重试"
    with speaking("en"):
        assert str(raised.value) == (
            f"{file}: the PDF is damaged or incomplete and cannot be opened; export it again and retry"
        )


def test_what_an_index_remembers_of_reading_is_the_same_whatever_language_was_spoken(tmp_path: Path) -> None:
    (tmp_path / "甲.txt").write_bytes(b"")
    (tmp_path / "乙.xlsx").write_bytes(b"no zip")
    in_chinese = read_corpus(tmp_path)
    with speaking("en"):
        in_english = read_corpus(tmp_path)
    assert readings_to_lines(in_english) == readings_to_lines(in_chinese)
    kept = readings_from_lines(readings_to_lines(in_chinese))
    assert kept == in_chinese
    _, problems = reports_of(Path("/elsewhere"), kept)
    assert sorted(map(str, problems)) == [
        "/elsewhere/乙.xlsx：文件已损坏或不是有效的 XLSX；请重新导出后重试",
        "/elsewhere/甲.txt：文件里没有文字；请确认内容后重试",
    ]
    with speaking("en"):
        assert sorted(map(str, problems)) == [
            "/elsewhere/乙.xlsx: the file is damaged or not valid (XLSX); export it again and retry",
            "/elsewhere/甲.txt: there is no text in it; check the file and try again",
        ]


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[TestClient, ScriptedAssistant]]:
    assistant = ScriptedAssistant()
    with TestClient(make_app(assistant), base_url="http://127.0.0.1:7860", raise_server_exceptions=False) as client:
        yield client, assistant


CHINESE_TOO_LONG = "问题过长：2,001 个字，最多 2,000 个字。"
ENGLISH_TOO_LONG = "The question is too long: 2,001 characters, where 2,000 are the most."


@pytest.mark.parametrize(
    ("accepted", "told"),
    [
        (None, CHINESE_TOO_LONG),
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE_TOO_LONG),
        ("fr", CHINESE_TOO_LONG),
        ("en-GB,en;q=0.9", ENGLISH_TOO_LONG),
        ("fr;q=0.9, en;q=0.8, zh;q=0.1", ENGLISH_TOO_LONG),
    ],
)
def test_the_http_interface_speaks_what_the_caller_accepts(
    service: tuple[TestClient, ScriptedAssistant], accepted: str | None, told: str
) -> None:
    headers = {} if accepted is None else {"Accept-Language": accepted}
    for route in ("/api/v1/ask", "/api/v1/search"):
        response = service[0].post(route, json={"question": "长" * 2_001}, headers=headers)
        assert (response.status_code, response.json()) == (400, {"id": None, "error": told})


@pytest.mark.parametrize("stream", [False, True])
def test_an_error_in_the_middle_of_an_answer_is_told_in_the_callers_language(
    service: tuple[TestClient, ScriptedAssistant], *, stream: bool
) -> None:
    client, assistant = service
    assistant.error = Busy(STOPPING)
    headers = {"Accept-Language": "en"} | ({"Accept": "text/event-stream"} if stream else {})
    response = client.post("/api/v1/ask", json={"question": "销量？"}, headers=headers)
    assistant.error = None
    assert "The service is stopping and takes no new questions; please try again in a moment." in response.text


def test_what_the_guard_refuses_is_told_in_the_callers_language(service: tuple[TestClient, ScriptedAssistant]) -> None:
    answers = [service[0].get("/nowhere", headers={"Accept-Language": tag}).json()["error"] for tag in ("zh", "en")]
    assert answers == ["没有这个地址。", "There is no such address."]


@pytest.mark.parametrize(("words", "told"), [(CHINESE, CHINESE_TOO_LONG), (ENGLISH_WORDS, ENGLISH_TOO_LONG)])
def test_the_events_of_a_page_speak_its_language_whatever_step_they_are_at(words: Words, told: str) -> None:
    def events() -> Iterator[str]:
        yield spoken()
        try:
            check_question("长" * 2_001)
        except BadQuestion as error:
            yield str(error)
        yield spoken()

    steps = in_language_of(words, events)()
    heard: list[str] = []
    for _ in range(3):  # each in a context of its own, as Gradio makes them
        copy_context().run(lambda: heard.append(next(steps)))
    language = "zh" if words is CHINESE else "en"
    assert heard == [language, told, language]
    assert spoken() == "zh"


def test_a_step_that_is_left_is_closed_in_the_language_of_its_page() -> None:
    heard: list[str] = []

    def events() -> Generator[str, None, None]:
        try:
            yield "begun"
        finally:
            heard.append(spoken())

    steps = in_language_of(ENGLISH_WORDS, events)()
    next(steps)
    steps.close()
    assert (heard, spoken()) == (["en"], "zh")


@pytest.mark.parametrize("words", [CHINESE, ENGLISH_WORDS])
def test_every_event_of_a_page_speaks_its_language(words: Words) -> None:
    async def made() -> list[object]:
        page = make_page(lambda caller: ScriptedAssistant(), ModelGate(), words, shelf=ListedShelf(ScriptedAssistant()))
        return [event.fn for event in page.fns.values() if event.fn is not None]

    handlers = asyncio.run(made())
    assert len(handlers) >= 10
    assert {getattr(handler, "language", None) for handler in handlers} == {words.language}


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ({"LANG": "en_US.UTF-8"}, "error: reports: there is no index yet; run reportqa build first\n"),
        ({"LANG": "C.UTF-8"}, "错误：reports：还没有索引；请先运行 reportqa build\n"),
        ({"LANG": "zh_CN.UTF-8"}, "错误：reports：还没有索引；请先运行 reportqa build\n"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "错误：reports：还没有索引；请先运行 reportqa build\n"),
    ],
)
def test_the_command_line_speaks_the_language_of_the_locale(tmp_path: Path, locale: dict[str, str], told: str) -> None:
    assert reportqa(tmp_path, locale, "list", "--index", "reports") == (2, "", told)


def test_the_command_line_explains_itself_in_english() -> None:
    code, out, _ = reportqa(ROOT, {"LANG": "en_US.UTF-8"}, "search", "--help")
    assert code == 0
    assert out.startswith("usage: reportqa search")
    assert "passages to a page (default 10)" in out
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in out)
    code, _, told = reportqa(ROOT, {"LANG": "en_US.UTF-8"}, "search", "x", "--k", "0")
    assert (code, told) == (
        2,
        "error: the command cannot be read (argument --k: must be a whole number from 1 to 100, not 0);"
        " see reportqa search --help\n",
    )


def test_a_configuration_that_is_missing_is_told_in_either_language(tmp_path: Path) -> None:
    for locale, told in (
        ("en_US.UTF-8", "error: none.toml: the configuration cannot be read"),
        ("C", "错误：none.toml：无法读取配置"),
    ):
        code, out, error = reportqa(tmp_path, {"LANG": locale}, "--config", "none.toml", "list", "--json")
        assert (code, out) == (2, "")
        assert error.startswith(told)


def reportqa(folder: Path, locale: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """The exit code, output and errors of the command run in a folder with nothing else of the machine's locale."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    run = subprocess.run(
        [sys.executable, "-m", "chat.cli", *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | locale,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr
