"""A line of the log is one line, says what happened, and holds nothing that a reader wrote."""

import io
import json
import logging
import traceback
from typing import Any

import pytest

from chat.config import LogsConfig
from chat.operations.logs import REQUEST_ID, escaped, event, logged_use, logging_as
from chat.records.asker import Asker, Use
from ingest.errors import UserError

LOG = logging.getLogger("chat.of.this.test")
JSON, TEXT = LogsConfig(format="json"), LogsConfig(format="text")
SECRET = "市场份额是多少"
STEERING = "\r\n\x1b[2K\x9b31m\u202e\u2028{}"


def lines_of(config: LogsConfig, *doing: Any) -> list[str]:
    stream = io.StringIO()
    with logging_as(config, stream):
        for each in doing:
            each()
    return stream.getvalue().splitlines()


def objects_of(*doing: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines_of(JSON, *doing)]


def fails(error: Exception) -> None:
    try:
        raise error
    except Exception:
        LOG.exception("it failed")


def test_a_line_of_json_says_when_what_and_of_which_request() -> None:
    token = REQUEST_ID.set("abc12345")
    try:
        (told,) = objects_of(lambda: event(LOG, "request", {"status": 200, "ms": 1.5}))
    finally:
        REQUEST_ID.reset(token)
    assert list(told)[:5] == ["time", "level", "logger", "message", "request"]
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "info",
        "logger": LOG.name,
        "message": "request",
        "request": "abc12345",
        "status": 200,
        "ms": 1.5,
    }


def test_a_field_cannot_take_the_place_of_what_the_log_says() -> None:
    (told,) = objects_of(lambda: event(LOG, "request", {"level": "none", "message": "forged"}))
    assert (told["level"], told["message"]) == ("info", "request")


def test_a_line_for_people_is_short_and_quotes_what_has_blanks() -> None:
    (line,) = lines_of(TEXT, lambda: event(LOG, "request", {"status": 200, "route": "a b"}))
    assert line[20:] == 'INFO    request status=200 route="a b"'


@pytest.mark.parametrize("config", [JSON, TEXT])
def test_asvs_16_4_1_input_cannot_forge_a_line_or_steer_a_terminal(config: LogsConfig) -> None:
    forged = STEERING.format('{"level": "error"}')
    lines = lines_of(config, lambda: LOG.warning("seen: %s", forged), lambda: event(LOG, "x", {"value": forged}))
    assert len(lines) == 2
    assert not [char for line in lines for char in line if char in STEERING[:-2] and char not in "[2K31m"]


def test_json_reads_an_escape_as_the_character_again() -> None:
    (told,) = objects_of(lambda: LOG.warning("seen: %s", STEERING))
    assert told["message"] == f"seen: {STEERING}"


def test_half_a_character_is_written_as_an_escape() -> None:
    assert escaped("a\ud800b") == "a\\ud800b"


@pytest.mark.parametrize("error", [KeyError(SECRET), ValueError(f"第一行\n{SECRET}")])
@pytest.mark.parametrize("config", [JSON, TEXT])
def test_an_error_is_told_by_its_kind_and_places_and_not_by_its_words(config: LogsConfig, error: Exception) -> None:
    said = "\n".join(lines_of(config, lambda: fails(error)))
    assert SECRET not in said
    assert type(error).__name__ in said
    assert "test_logs.py" in said
    assert " fails" in said


def test_an_error_of_the_system_and_one_of_our_own_are_told_with_their_words() -> None:
    disk, ours = objects_of(lambda: fails(OSError(28, "No space left")), lambda: fails(UserError("请重建索引")))
    assert disk["error"] == "OSError: [Errno 28] No space left"
    assert ours["error"] == "UserError: 请重建索引"


def test_the_places_of_an_error_are_indented_in_text_so_that_none_is_a_line_of_its_own() -> None:
    first, *others = lines_of(TEXT, lambda: fails(ZeroDivisionError()))
    assert first.endswith("it failed")
    assert others
    assert all(line.startswith("    ") for line in others)


def test_what_another_library_prints_to_standard_error_becomes_lines_without_the_words_of_errors() -> None:
    def prints() -> None:
        try:
            raise KeyError(SECRET)
        except KeyError:
            traceback.print_exc()

    told = objects_of(prints)
    assert {each["logger"] for each in told} == {"stderr"}
    assert SECRET not in json.dumps(told, ensure_ascii=False)
    assert told[0]["message"] == "Traceback (most recent call last):"
    assert "KeyError" in [each["message"] for each in told]


def test_everything_is_as_before_afterwards() -> None:
    root = logging.getLogger()
    before = list(root.handlers), root.level
    lines_of(JSON, lambda: None)
    assert (list(root.handlers), root.level) == before


USE = Use(
    "2026-01-02T03:04:05.000+00:00",
    Asker("page", "zh-CN", "u-1"),
    ending="refused",
    reason="years",
    cited=(),
    search_ms=31.0,
    total_ms=40.5,
    question=SECRET,
)


def test_a_question_is_told_by_what_became_of_it() -> None:
    (told,) = objects_of(lambda: logged_use(questions=False)(USE))
    del told["time"]
    assert told == {
        "level": "info",
        "logger": "chat.operations.logs",
        "message": "question",
        "way": "page",
        "ending": "refused",
        "reason": "years",
        "quoted": False,
        "cited": 0,
        "search_ms": 31.0,
        "total_ms": 40.5,
    }


def test_its_words_are_logged_only_where_that_is_configured() -> None:
    (told,) = objects_of(lambda: logged_use(questions=True)(USE))
    assert told["question"] == SECRET
