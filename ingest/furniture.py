"""Running heads and feet: lines that a page repeats and that say nothing where they stand."""

import re
from collections import Counter
from collections.abc import Sequence

from ingest.source import Line

# A line of a text proper hardly stands four times by itself; a running head stands on every other page.
REPEATS = 4
_LINE_CHARS = 40
_MARK = re.compile(r"©|\bwww\.|\b(?:[a-z0-9-]+\.)+(?:com|cn|net|org)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


def drop_furniture(source: Sequence[Line], title: str) -> list[Line]:
    """Normalised lines without running heads and feet.

    One is a line of at most 40 characters that stands REPEATS times or more, page numbers aside, and is the report's
    title or shows a copyright mark or a host name. A page number alone on a line beside one goes with it.
    """
    lines = [line.text for line in source]
    forms = Counter(_form(line) for line in lines)
    dropped = [_is_furniture(line, title, forms) for line in lines]
    for number, line in enumerate(lines):
        if line.strip().isdigit() and any(_beside(lines, dropped, number)):
            dropped[number] = True
    return [line for line, drop in zip(source, dropped, strict=True) if not drop]


def _form(line: str) -> str:
    return _DIGITS.sub("#", line.strip())


def _is_furniture(line: str, title: str, forms: Counter[str]) -> bool:
    content = line.strip()
    if not content or len(content) > _LINE_CHARS or forms[_form(line)] < REPEATS:
        return False
    return content == title or bool(_MARK.search(content))


def _beside(lines: list[str], dropped: list[bool], number: int) -> list[bool]:
    """Whether the nearest lines with text before and after are dropped."""
    before = next((index for index in range(number - 1, -1, -1) if lines[index].strip()), None)
    after = next((index for index in range(number + 1, len(lines)) if lines[index].strip()), None)
    return [dropped[index] for index in (before, after) if index is not None]
