"""Running heads and feet: lines that a page repeats and that say nothing where they stand."""

import re
from collections import Counter
from collections.abc import Sequence

from ingest.source import Line

# A line of a text proper hardly stands four times by itself; a running head stands on every other page.
REPEATS = 4
_LINE_CHARS = 40
_MARK = re.compile(r"©|\bwww\.|\b(?:[a-z0-9-]+\.)+(?:com|cn|net|org)\b", re.IGNORECASE)
# A page number at an end of a running head; `©2023` and `2023.5` are none.
_NUMBER = re.compile(r"^\d{1,3}(?![\d.])\s*|(?:(?<=\s)|(?<=[^\d.\s]))\d{1,3}$")


def running_texts(lines: Sequence[str], title: str) -> frozenset[str]:
    """The texts of running heads and feet, page numbers at their ends aside.

    One is of at most 40 characters, stands REPEATS times or more, and is the report's title or shows a copyright mark
    or a host name.
    """
    forms = Counter(without_number(line) for line in lines)
    return frozenset(
        text
        for text, times in forms.items()
        if times >= REPEATS and 0 < len(text) <= _LINE_CHARS and (text == title or _MARK.search(text))
    )


def without_number(line: str) -> str:
    """A line without a page number at one of its ends."""
    return _NUMBER.sub("", line.strip(), count=1).strip()


def without_running_texts(line: str, running: frozenset[str]) -> str:
    """What is left of a line without the running texts that it ends with."""
    rest = line.strip()
    while text := next((text for text in running if rest.endswith(text)), ""):
        rest = rest.removesuffix(text).rstrip()
    return rest


def drop_furniture(source: Sequence[Line], title: str) -> list[Line]:
    """Normalised lines without running heads and feet; one may be made of several running texts.

    A page number alone on a line beside one goes with it.
    """
    lines = [line.text for line in source]
    running = running_texts(lines, title)
    dropped = [bool(line.strip()) and _is_furniture(line, running) for line in lines]
    spoken = [number for number, line in enumerate(lines) if line.strip()]
    for before, number, after in zip([-1, *spoken], spoken, [*spoken[1:], -1], strict=False):
        beside = [dropped[index] for index in (before, after) if index >= 0]
        dropped[number] = dropped[number] or (lines[number].strip().isdigit() and any(beside))
    return [line for line, drop in zip(source, dropped, strict=True) if not drop]


def _is_furniture(line: str, running: frozenset[str]) -> bool:
    words = without_number(line)
    return bool(words) and not without_running_texts(words, running)
