"""What the service tells of itself on standard error: one line for each event, as text or as a JSON object.

Whatever comes into a line, it stays one: line ends, terminal sequences and signs that turn the direction of text are written as
escapes. Of an error its kind and places are told, and its message only where that cannot hold what a reader wrote: a `KeyError` may
name a question. What other libraries print to standard error goes the same way.

The standard library's `logging`, which uvicorn, Gradio and the rest write to as well, with two formatters of our own: structlog and
python-json-logger bring the JSON, and neither the escapes nor the silence about messages.
"""

import io
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TextIO

from chat.config import LogsConfig
from chat.records.asker import Keep, Use
from ingest.errors import UserError

REQUEST_ID: ContextVar[str] = ContextVar("request id", default="")
NOTHING: Mapping[str, object] = MappingProxyType({})

# C0 and C1 controls, line and paragraph separators, marks of direction, and halves of characters.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_TRACE = "Traceback (most recent call last)"


def event(log: logging.Logger, message: str, fields: Mapping[str, object], level: int = logging.INFO) -> None:
    """Log a message with fields of its own, which the JSON has as keys and the text as key=value."""
    log.log(level, message, extra={"fields": fields})


class JsonLines(logging.Formatter):
    """A record as one JSON object: time, level, logger, message, request, the record's fields, and of an error its kind and places."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = dict(_fields(record))
        told |= {
            "time": _time(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := REQUEST_ID.get():
            told["request"] = request
        if error := _error(record):
            told |= {"error": _kind(error), "trace": list(_places(error))}
        return escaped(json.dumps(dict(sorted(told.items(), key=_position)), ensure_ascii=False, default=str))


class TextLines(logging.Formatter):
    """A record as a line for people; the places of an error below it, indented, so that none can pass for a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={_shown(value)}" for name, value in _fields(record).items())
        request = f" request={REQUEST_ID.get()}" if REQUEST_ID.get() else ""
        line = escaped(
            f"{_time(record).astimezone():%Y-%m-%d %H:%M:%S} {record.levelname:<7} {record.getMessage()}{fields}{request}"
        )
        error = _error(record)
        return "\n    ".join([line, *map(escaped, _places(error)), escaped(_kind(error))]) if error else line


def escaped(text: str) -> str:
    r"""The text on one line, with what would steer a terminal as \u escapes, which JSON reads as the character again."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


class Lines(io.TextIOBase):
    """Standard error as other libraries know it: each line that they print is logged, and of a traceback no message."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._begun = ""
        self._in_trace = False

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        # `traceback` writes each entry, and the error with its message, by a call of its own.
        if text.startswith(_TRACE):
            self._in_trace = True
        elif self._in_trace and text.strip() and not text[0].isspace():
            self._in_trace = False
            self._begun += re.split(r"[:\n]", text, maxsplit=1)[0] + "\n"
            return self._log_lines(text)
        self._begun += text
        return self._log_lines(text)

    def _log_lines(self, text: str) -> int:
        *whole, self._begun = self._begun.split("\n")
        for line in filter(str.strip, whole):
            self._log.error("%s", line)
        return len(text)


@contextmanager
def logging_as(config: LogsConfig, stream: TextIO | None = None) -> Iterator[None]:
    """Log as configured, to the stream or else to standard error; as before once this ends."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines() if config.format == "json" else TextLines())
    root, ours = logging.getLogger(), logging.getLogger("chat")
    before = root.handlers[:], root.level, ours.level
    root.handlers, logging.raiseExceptions = [handler], False
    root.setLevel(logging.WARNING)
    ours.setLevel(logging.INFO)
    logging.captureWarnings(True)
    try:
        with redirect_stderr(Lines(logging.getLogger("stderr"))):
            yield
    finally:
        logging.captureWarnings(False)
        logging.raiseExceptions = True
        root.handlers, root.level, ours.level = before[0], before[1], before[2]


_WHERE_KNOWN = ("reason", "fallback", "search_ms", "waited_ms", "first_token_ms", "total_ms")


def logged_use(*, questions: bool) -> Keep:
    """What tells the log what became of a question; questions: with its words."""
    log = logging.getLogger(__name__)

    def keep(use: Use) -> None:
        told: dict[str, object] = {
            "way": use.asker.way,
            "ending": use.ending,
            "quoted": use.quoted,
            "cited": len(use.cited),
        }
        told |= {name: getattr(use, name) for name in _WHERE_KNOWN if getattr(use, name) not in (None, "")}
        if questions:
            told["question"] = use.question
        event(log, "question", told)

    return keep


def _fields(record: logging.LogRecord) -> Mapping[str, object]:
    fields = getattr(record, "fields", NOTHING)
    return fields if isinstance(fields, Mapping) else NOTHING


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


_FIRST = ("time", "level", "logger", "message", "request")


def _position(item: tuple[str, object]) -> int:
    return _FIRST.index(item[0]) if item[0] in _FIRST else len(_FIRST)


def _shown(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if not text or re.search(r'[\s"=]', text) else text


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _kind(error: BaseException) -> str:
    """Of the system's errors and of our own with the message: neither repeats what was asked."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, OSError | UserError) else name


def _places(error: BaseException) -> Iterator[str]:
    """Where it came from, the outermost call first; of the error that it came from, before it."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _places(cause)
        yield _kind(cause)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
