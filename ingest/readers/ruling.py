"""Ruling lines to the cells that they enclose.

Two squares of the grid that all lines together span are one cell where no line is drawn between them: that proves a
merged cell, whichever way it was made. Boxes are in points, x to the right and y downwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

# Lines that should meet miss each other by about a line's own width.
_TOUCH = 3.0
# A drawing of so many lines is a chart or a map; the time to look for cells grows with their square.
MAX_RULES = 2000


class Rule(NamedTuple):
    """A straight line, horizontal where y0 == y1 and vertical where x0 == x1."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Grid:
    """xs and ys: the edges of its columns and rows, ascending. cells[row][column]: the number of the cell there; squares
    of one merged cell have one number."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[tuple[int, ...], ...]

    def cell_at(self, x: float, y: float) -> int | None:
        """The number of the cell around a point; None outside the grid."""
        row, column = _between(self.ys, y), _between(self.xs, x)
        return None if row is None or column is None else self.cells[row][column]

    def sides(self, cell: int) -> tuple[float, float]:
        """The left and right edge of a cell."""
        columns = [column for row in self.cells for column, number in enumerate(row) if number == cell]
        return self.xs[min(columns)], self.xs[max(columns) + 1]


def find_grids(rules: Sequence[Rule]) -> list[Grid]:
    """The grids of at least two columns, from top to bottom; none where there are over MAX_RULES lines."""
    if len(rules) > MAX_RULES:
        return []
    across = _joined((rule.y0, rule.x0, rule.x1) for rule in rules if rule.y0 == rule.y1)
    down = _joined((rule.x0, rule.y0, rule.y1) for rule in rules if rule.x0 == rule.x1)
    grids = [grid for group in _touching(across, down) if (grid := _grid(*group)) is not None]
    return sorted(grids, key=lambda grid: (grid.ys[0], grid.xs[0]))


_Span = tuple[float, float, float]  # the place of a line, and from where to where it goes


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """Lines drawn in pieces, or twice side by side, as one."""
    ordered = sorted((place, min(start, end), max(start, end)) for place, start, end in spans)
    groups: list[list[_Span]] = []
    for span in ordered:
        if groups and span[0] - groups[-1][0][0] <= _TOUCH:
            groups[-1].append(span)
        else:
            groups.append([span])
    joined: list[_Span] = []
    for group in groups:
        place = sum(span[0] for span in group) / len(group)
        start, end = None, 0.0
        for _, first, last in sorted(group, key=lambda span: span[1]):
            if start is not None and first <= end + _TOUCH:
                end = max(end, last)
                continue
            if start is not None:
                joined.append((place, start, end))
            start, end = first, last
        if start is not None:
            joined.append((place, start, end))
    return joined


def _touching(across: list[_Span], down: list[_Span]) -> list[tuple[list[_Span], list[_Span]]]:
    """The lines across and down that hang together."""
    above = list(range(len(across) + len(down)))
    for i, (y, left, right) in enumerate(across):
        for j, (x, top, bottom) in enumerate(down, start=len(across)):
            if left - _TOUCH <= x <= right + _TOUCH and top - _TOUCH <= y <= bottom + _TOUCH:
                above[_root(above, i)] = _root(above, j)
    groups: dict[int, tuple[list[_Span], list[_Span]]] = {}
    for i, span in enumerate([*across, *down]):
        groups.setdefault(_root(above, i), ([], []))[i >= len(across)].append(span)
    return list(groups.values())


def _root(above: list[int], item: int) -> int:
    while above[item] != item:
        above[item] = above[above[item]]
        item = above[item]
    return item


def _grid(across: list[_Span], down: list[_Span]) -> Grid | None:
    # The ends of lines are edges too: many tables have no line on their left and right.
    xs = _edges([place for place, _, _ in down] + [end for span in across for end in span[1:]])
    ys = _edges([place for place, _, _ in across] + [end for span in down for end in span[1:]])
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 2:
        return None
    above = list(range(rows * columns))
    for row in range(rows):
        for column in range(columns):
            square = row * columns + column
            if column + 1 < columns and not _drawn(down, xs[column + 1], ys[row], ys[row + 1]):
                above[_root(above, square)] = _root(above, square + 1)
            if row + 1 < rows and not _drawn(across, ys[row + 1], xs[column], xs[column + 1]):
                above[_root(above, square)] = _root(above, square + columns)
    roots = [_root(above, square) for square in range(rows * columns)]
    whole = _rectangles(roots, columns)
    cells = [root if root in whole else square for square, root in enumerate(roots)]
    grid = Grid(tuple(xs), tuple(ys), tuple(tuple(cells[row * columns : (row + 1) * columns]) for row in range(rows)))
    return grid if len(set(cells)) >= 2 else None


def _edges(places: list[float]) -> list[float]:
    ordered = sorted(places)
    edges = ordered[:1]
    for place in ordered[1:]:
        if place - edges[-1] > _TOUCH:
            edges.append(place)
    return edges


def _drawn(spans: list[_Span], place: float, start: float, end: float) -> bool:
    """Whether lines at that place cover most of the way."""
    covered = sum(
        max(0.0, min(last, end) - max(first, start)) for at, first, last in spans if abs(at - place) <= _TOUCH
    )
    return covered >= (end - start) / 2


def _rectangles(roots: list[int], columns: int) -> set[int]:
    """The groups of squares that fill a rectangle; any other shape is no cell but a line that is missing."""
    squares: dict[int, list[tuple[int, int]]] = {}
    for square, root in enumerate(roots):
        squares.setdefault(root, []).append(divmod(square, columns))
    return {
        root
        for root, places in squares.items()
        if len(places) == _extent([row for row, _ in places]) * _extent([column for _, column in places])
    }


def _extent(numbers: list[int]) -> int:
    return max(numbers) - min(numbers) + 1


def _between(edges: tuple[float, ...], place: float) -> int | None:
    return next((number for number, (low, high) in enumerate(pairwise(edges)) if low <= place < high), None)
