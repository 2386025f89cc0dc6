"""Charts and diagrams (SmartArt) of Office files, whose words and numbers stand in parts of their own."""

from math import isfinite
from typing import NamedTuple

from lxml import etree

from ingest.readers.number_formats import shown
from ingest.source import row_line

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
# The corner of a chart's table, where the chart itself names neither axis.
_CORNER = "类别"
_MAX_POINTS = 10_000


class _Series(NamedTuple):
    """One series: its name, and its categories and values by their index from 0."""

    name: str
    categories: dict[int, str]
    values: dict[int, str]


def chart_lines(root: etree._Element) -> list[str]:
    """The title of a chart, and a table of the values that it was drawn from: a row for each category.

    Values are those that the file keeps with the chart, shown in their own number format.
    """
    series = [_series(found) for found in root.iter(f"{CHART}ser")]
    categories = dict(sorted({index: name for each in series for index, name in each.categories.items()}.items()))
    indexes = sorted(categories.keys() | {index for each in series for index in each.values})
    title = _words(root.find(f"{CHART}chart/{CHART}title"))
    axis = _words(root.find(f".//{CHART}catAx/{CHART}title")) or _words(root.find(f".//{CHART}dateAx/{CHART}title"))
    rows = [
        row_line([categories.get(index, str(index + 1)), *(each.values.get(index, "") for each in series)])
        for index in indexes
    ]
    names = [each.name or f"系列{number}" for number, each in enumerate(series, start=1)]
    header = [row_line([axis or _CORNER, *names])] if rows else []
    return [*([title] if title else []), *header, *rows]


def _series(found: etree._Element) -> _Series:
    return _Series(
        " ".join(_points(found.find(f"{CHART}tx")).values()) or found.findtext(f"{CHART}tx/{CHART}v") or "",
        _points(_first(found, "cat", "xVal")),
        _points(_first(found, "val", "yVal")),
    )


def _first(parent: etree._Element, *names: str) -> etree._Element | None:
    return next((found for name in names if (found := parent.find(f"{CHART}{name}")) is not None), None)


def _points(kept: etree._Element | None) -> dict[int, str]:
    """The points of a cache; of several levels of categories the outer one stands first, and reaches to its next."""
    if kept is None:
        return {}
    levels = list(kept.iter(f"{CHART}lvl"))
    if len(levels) > 1:
        inner, *outer = (_level(level, "") for level in levels)
        for level in outer:
            inner = {
                index: f"{max(((at, name) for at, name in level.items() if at <= index), default=(0, ''))[1]} {words}"
                for index, words in inner.items()
            }
        return {index: words.strip() for index, words in inner.items()}
    return _level(kept, kept.findtext(f".//{CHART}formatCode") or "General")


def _level(level: etree._Element, code: str) -> dict[int, str]:
    points: dict[int, str] = {}
    numbers = next(level.iter(f"{CHART}numCache", f"{CHART}numLit"), None) is not None
    for point in level.iter(f"{CHART}pt"):
        words = " ".join((point.findtext(f"{CHART}v") or "").split())
        index = int(point.get("idx", "0"))
        points[index] = _shown(words, point.get("formatCode") or code) if numbers else words
        if len(points) > _MAX_POINTS:
            raise ValueError("a chart of too many points")
    return points


def _shown(words: str, code: str) -> str:
    """A number as its format shows it; "" for `#N/A` and the like, which a chart leaves a gap for."""
    try:
        value = float(words)
    except ValueError:
        return ""
    return shown(value, code) if isfinite(value) else ""


def diagram_lines(root: etree._Element) -> list[str]:
    """The words of a diagram, one shape to a line, in the order in which its outline lists them."""
    return [words for point in root.iter(f"{DIAGRAM}pt") if (words := _words(point))]


def _words(parent: etree._Element | None) -> str:
    if parent is None:
        return ""
    paragraphs = ("".join(text.text or "" for text in each.iter(f"{DRAWING}t")) for each in parent.iter(f"{DRAWING}p"))
    return " ".join(" ".join(paragraphs).split())
