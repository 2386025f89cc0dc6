"""The numbers and bullets that Word counts out before paragraphs and does not keep in their text."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET = "•"
_DIGITS = "〇一二三四五六七八九"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class _Level:
    """shape: `%1.%2` with the number of each level in its place, or a bullet. style: the one that means this level."""

    format: str = "decimal"
    shape: str = ""
    start: int = 1
    style: str = ""
    decimal: bool = False


class Numbering:
    """The lists of one document, counted on as its paragraphs are read in order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, tuple[_Level, ...]] = {}
        self._abstract: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, list[int | None]] = {}
        if root is None:
            return
        for abstract in root.iter(f"{W}abstractNum"):
            found = {_number(level, "ilvl"): _level(level) for level in abstract.iter(f"{W}lvl")}
            levels = tuple(found.get(level, _Level()) for level in range(_LEVELS))
            self._levels[abstract.get(f"{W}abstractNumId", "")] = levels
        for num in root.iter(f"{W}num"):
            number = num.get(f"{W}numId", "")
            self._abstract[number] = _value(num, "abstractNumId")
            self._restarts[number] = {
                _number(override, "ilvl"): int(_value(override, "startOverride"))
                for override in num.iter(f"{W}lvlOverride")
                if _value(override, "startOverride").isdigit()
            }

    def level_of(self, number: str, style: str) -> int:
        """The level of list `number` that a paragraph style stands for; 0 where none is named."""
        levels = self._levels.get(self._abstract.get(number, ""), ())
        return next((at for at, level in enumerate(levels) if level.style == style), 0)

    def mark(self, number: str, level: int) -> str:
        """What stands before the next paragraph of this list and level (from 0): `1.2`, `（一）`, `•`; "" for nothing."""
        abstract = self._abstract.get(number, "")
        if abstract not in self._levels or not 0 <= level < _LEVELS:
            return ""
        levels = self._levels[abstract]
        if levels[level].format in ("bullet", "none"):
            return BULLET if levels[level].format == "bullet" else ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        for restarted, start in self._restarts.pop(number, {}).items():
            counts[restarted] = start - 1
        for above in range(level):
            counts[above] = levels[above].start if counts[above] is None else counts[above]
        before = counts[level]
        counts[level] = levels[level].start if before is None else before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)

        def shown(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            return _counted(counts[at] or 0, "decimal" if levels[level].decimal else levels[at].format)

        return re.sub(r"%([1-9])", shown, levels[level].shape).strip()


def _level(element: etree._Element) -> _Level:
    return _Level(
        format=_value(element, "numFmt") or "decimal",
        shape=_value(element, "lvlText"),
        start=int(_value(element, "start") or 1),
        style=_value(element, "pStyle"),
        decimal=element.find(f"{W}isLgl") is not None,
    )


def _value(parent: etree._Element, name: str) -> str:
    child = parent.find(f"{W}{name}")
    return "" if child is None else child.get(f"{W}val", "")


def _number(element: etree._Element, name: str) -> int:
    return int(element.get(f"{W}{name}", "0"))


def _counted(number: int, form: str) -> str:
    return _FORMS.get(form, str)(number)


def _chinese(number: int) -> str:
    """一, 十一, 二十, up to 九十九."""
    tens, units = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[units] if units else "")


def _letter(number: int) -> str:
    """a … z, aa, bb …, as Word counts on."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number < 1000 else str(number)


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    shown = ""
    for value, letters in _ROMAN:
        shown += letters * (number // value)
        number %= value
    return shown


def _circled(number: int) -> str:
    return chr(ord("①") + number - 1) if 1 <= number <= 20 else str(number)


_FORMS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "taiwaneseCounting": _chinese,
    "ideographDigital": _chinese,
    "lowerLetter": _letter,
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
}
