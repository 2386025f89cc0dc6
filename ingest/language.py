"""What people are told, in the language that they read: a Chinese template, or what `english.toml` says for it.

A `Message` is put into words when it is read, not when it is made: an error may come from a thread, from a child process
or from a file that was written years ago, none of which know who will read it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["zh", "en"]

ENGLISH = "english.toml"
_VERBATIM = "{text}"

_spoken: ContextVar[Language] = ContextVar("spoken", default="zh")


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be told. template: the Chinese, by `str.format`; values: what it is filled in with.

    A list or a tuple among the values is told as a list is in the language; messages and errors in it are told too.
    """

    template: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        template = self.template if _spoken.get() == "zh" else _english().get(self.template, self.template)
        return template.format(**{name: _told(value) for name, value in self.values.items()})

    def but(self, **values: object) -> "Message":
        """The same with other values for these names."""
        return replace(self, values={**self.values, **values})


def message(template: str, /, **values: object) -> Message:
    """What an error says, or anything else whose reader is not known here; a template stands here word for word."""
    return Message(template, values)


def verbatim(text: str) -> Message:
    """What is told as it stands, in any language."""
    return Message(_VERBATIM, {"text": text})


def say(template: str, /, **values: object) -> str:
    """A message in the language that is spoken now."""
    return str(Message(template, values))


def in_all_languages(message: Message) -> tuple[str, ...]:
    """A message as it is told in each language."""
    told = []
    for language in get_args(Language):
        with speaking(language):
            told.append(str(message))
    return tuple(told)


def spoken() -> Language:
    """The language of whoever is told things here; Chinese where nobody has said."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for the body, by its tag (`en`, `en-GB`, `zh-CN`); Chinese where it is another than these.

    It holds for this thread or task and what is awaited or called in it. A generator must not yield in the body: its
    next step may be made somewhere else.
    """
    token = _spoken.set("en" if _primary(language) == "en" else "zh")
    try:
        yield
    finally:
        _spoken.reset(token)


def locale_language(environment: Mapping[str, str]) -> Language:
    """The language that a process is to speak by its environment, where POSIX looks for it and in that order."""
    named = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "en" if _primary(named) == "en" else "zh"


def message_object(message: Message) -> dict[str, object]:
    """A message as JSON holds it; `message_from` gives it again."""
    return {"template": message.template, "values": {name: _kept(value) for name, value in message.values.items()}}


def message_from(kept: object) -> Message:
    """The message of an object; a string, as earlier versions kept them, is told as it stands."""
    if not isinstance(kept, Mapping):
        return verbatim(str(kept))
    values = kept["values"]
    return Message(kept["template"], {name: _told_again(value) for name, value in values.items()})


def _primary(tag: str) -> str:
    """en of en_US.UTF-8, en-GB and en."""
    return tag.strip().lower().replace("_", "-").partition("-")[0].partition(".")[0]


def _told(value: object) -> object:
    if isinstance(value, list | tuple):
        return say("、").join(map(str, value))
    return value


def _kept(value: object) -> object:
    if isinstance(value, Message):
        return message_object(value)
    if isinstance(value, list | tuple):
        return [_kept(item) for item in value]
    return value if isinstance(value, str | int | float) else str(value)


def _told_again(value: object) -> object:
    if isinstance(value, list):
        return [_told_again(item) for item in value]
    return message_from(value) if isinstance(value, Mapping) else value


@cache
def _english() -> Mapping[str, str]:
    """The English of each template."""
    sections = tomllib.loads(files("ingest").joinpath(ENGLISH).read_text("utf-8"))
    return {chinese: english for section in sections.values() for chinese, english in section.items()}
