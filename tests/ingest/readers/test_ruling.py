"""Lines drawn on a page to cells."""

from collections.abc import Iterable

from ingest.readers.ruling import MAX_RULES, Grid, Rule, find_grids


def across(y: float, x0: float, x1: float) -> Rule:
    return Rule(x0, y, x1, y)


def down(x: float, y0: float, y1: float) -> Rule:
    return Rule(x, y0, x, y1)


def only(rules: Iterable[Rule]) -> Grid:
    (grid,) = find_grids(list(rules))
    return grid


OUTLINE = [across(0, 0, 100), across(60, 0, 100), down(0, 0, 60), down(100, 0, 60)]


def test_lines_all_the_way_make_a_cell_of_each_square() -> None:
    grid = only([*OUTLINE, across(30, 0, 100), down(50, 0, 60)])
    assert (grid.xs, grid.ys) == ((0, 50, 100), (0, 30, 60))
    assert len({cell for row in grid.cells for cell in row}) == 4


def test_squares_without_a_line_between_them_are_one_merged_cell() -> None:
    # The left column is one cell over both rows.
    grid = only([*OUTLINE, across(30, 50, 100), down(50, 0, 60)])
    assert grid.cells[0][0] == grid.cells[1][0]
    assert grid.cells[0][1] != grid.cells[1][1]


def test_squares_that_hang_together_in_another_shape_than_a_rectangle_stay_apart() -> None:
    # Of the inner lines only the lower half of the vertical one is drawn: three squares are an L.
    grid = only([*OUTLINE, across(30, 50, 100), down(50, 30, 60), down(50, 0, 1)])
    assert len({cell for row in grid.cells for cell in row}) == 4


def test_a_table_open_on_its_left_and_right_ends_where_its_lines_end() -> None:
    grid = only([across(0, 0, 100), across(30, 0, 100), across(60, 0, 100), down(50, 0, 60)])
    assert grid.xs == (0, 50, 100)


def test_lines_drawn_cell_by_cell_or_twice_are_one_line() -> None:
    pieces = [across(30, 0, 50), across(30.4, 49, 100), across(31.5, 0, 100)]
    assert len(only([*OUTLINE, *pieces, down(50, 0, 60)]).ys) == 3


def test_a_frame_around_text_is_no_table() -> None:
    assert find_grids(OUTLINE) == []
    assert [grid.cells for grid in find_grids([*OUTLINE, down(50, 0, 60)])] == [((0, 1),)]
    assert find_grids([*OUTLINE, across(30, 0, 100)]) == []  # two boxes, one upon the other


def test_grids_apart_from_each_other_are_told_apart() -> None:
    first = [*OUTLINE, across(30, 0, 100), down(50, 0, 60)]
    second = [Rule(x0, y0 + 200, x1, y1 + 200) for x0, y0, x1, y1 in first]
    assert [grid.ys[0] for grid in find_grids([*second, *first])] == [0, 200]


def test_a_drawing_of_thousands_of_lines_is_not_looked_at() -> None:
    assert find_grids([across(y, 0, 100) for y in range(MAX_RULES)] + [down(50, 0, 60)]) == []


def test_a_point_outside_is_in_no_cell() -> None:
    grid = only([*OUTLINE, across(30, 0, 100), down(50, 0, 60)])
    assert grid.cell_at(10, 10) == grid.cells[0][0]
    assert grid.cell_at(60, 40) == grid.cells[1][1]
    assert grid.cell_at(120, 10) is None
