"""A page as a picture, with boxes where its words are drawn."""

import io
from collections.abc import Callable, Sequence

import pikepdf
import pytest
from PIL import Image
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

from ingest.page_view import (
    MAX_BOXES,
    MAX_PIXELS,
    MAX_SIDE,
    PIXELS_ACROSS,
    Box,
    Letter,
    find_recognised,
    find_words,
    view_page,
)
from ingest.report import UnreadableReport
from tests.documents import to_scan

WIDTH, HEIGHT = 600, 800
SIZE = 12  # of the letters in points; a Chinese one is as wide
EXACT = 0.01  # of the page's sides

Drawn = tuple[float, float, str]  # the left end of a text's base line in points from the lower left, and the text


def drawn(*pages: Sequence[Drawn]) -> bytes:
    """A PDF with these texts on its pages."""
    registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT))
    for texts in pages:
        canvas.setFont("STSong-Light", SIZE)
        for x, y, text in texts:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def changed(content: bytes, change: Callable[[pikepdf.Page], None]) -> bytes:
    """The PDF with its first page changed."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        change(document.pages[0])
        document.save(file)
    return file.getvalue()


def picture_of(content: bytes, number: int = 1) -> Image.Image:
    return Image.open(io.BytesIO(view_page(content, number).png))


def covers(box: Box, left: float, base: float, right: float, *, height: float = HEIGHT, exact: float = EXACT) -> bool:
    """Whether a box lies over a line of text: from left to right in shares, its base line in points from the bottom."""
    above, below = 1 - (base + 0.7 * SIZE) / height, 1 - base / height
    return (
        abs(box.left - left) <= exact
        and abs(box.right - right) <= exact
        and box.top <= above + exact
        and box.bottom >= below - exact
        and box.bottom - box.top <= 1.6 * SIZE / height
    )


PROSE = drawn([(60, 700, "光伏新增装机创下新高，其中分布式占一半以上。"), (60, 500, "风电稳步增长。")])


def test_a_page_is_a_picture_of_its_shape_wide_enough_to_be_read() -> None:
    assert picture_of(PROSE).size == (PIXELS_ACROSS, 1334)  # 1000 × 800/600, rounded up


def test_the_box_lies_where_the_words_are_drawn() -> None:
    (box,) = view_page(PROSE, 1, "新增装机创下新高").boxes  # 8 letters after the first two
    assert covers(box, (60 + 2 * SIZE) / WIDTH, 700, (60 + 10 * SIZE) / WIDTH)


def test_blanks_punctuation_case_and_width_make_no_difference() -> None:
    content = drawn([(60, 700, "ＡＩＧＣ 市场（2025）")])
    (box,) = view_page(content, 1, "aigc市场 2025").boxes
    assert abs(box.left - 60 / WIDTH) <= EXACT


def test_the_second_page_is_not_the_first() -> None:
    content = drawn([(60, 700, "第一页的话")], [(60, 100, "第二页的话")])
    (box,) = view_page(content, 2, "第二页的话").boxes
    assert covers(box, 60 / WIDTH, 100, (60 + 5 * SIZE) / WIDTH)


def test_words_over_two_lines_have_two_boxes() -> None:
    content = drawn([(60, 700, "全年新增装机二百吉瓦，比上一年"), (60, 680, "增长三成，海外订单占四成。")])
    first, second = view_page(content, 1, "比上一年增长三成").boxes
    assert covers(first, (60 + 11 * SIZE) / WIDTH, 700, (60 + 15 * SIZE) / WIDTH)
    assert covers(second, 60 / WIDTH, 680, (60 + 4 * SIZE) / WIDTH)


def test_the_cells_of_a_row_are_found_on_one_level_though_the_file_has_them_by_columns() -> None:
    names = [(60, 700, "甲有限公司"), (60, 670, "乙有限公司"), (60, 640, "丙有限公司")]
    cities = [(300, 700, "上海"), (300, 670, "上海"), (300, 640, "深圳")]
    content = drawn([*names, *cities])
    name, city = view_page(content, 1, "乙有限公司\t上海").boxes
    assert covers(name, 60 / WIDTH, 670, (60 + 5 * SIZE) / WIDTH)
    assert covers(city, 300 / WIDTH, 670, (300 + 2 * SIZE) / WIDTH)


def test_of_a_quote_that_goes_on_overleaf_the_clauses_on_this_page_are_found() -> None:
    content = drawn([(60, 60, "出口增长放缓，但是")], [(60, 700, "储能继续扩张。")])
    (box,) = view_page(content, 1, "出口增长放缓，但是储能继续扩张。").boxes
    assert covers(box, 60 / WIDTH, 60, (60 + 6 * SIZE) / WIDTH)


def test_words_that_stand_nowhere_on_the_page_have_no_box() -> None:
    assert view_page(PROSE, 1, "氢能").boxes == ()


def test_no_words_no_boxes() -> None:
    assert view_page(PROSE, 1).boxes == view_page(PROSE, 1, "，。").boxes == ()


@pytest.mark.parametrize(
    ("turn", "middle"),
    [(90, (0.875, 0.19)), (180, (0.81, 0.875)), (270, (0.125, 0.81))],
)
def test_of_a_turned_page_the_boxes_turn_along(turn: int, middle: tuple[float, float]) -> None:
    def turned(page: pikepdf.Page) -> None:
        page.Rotate = turn

    # 9 letters from x=60 to x=168 on y=700 of 600 × 800: their middle is (0.19, 0.125) from the upper left, then turned.
    content = changed(drawn([(60, 700, "新增装机创下新高了")]), turned)
    boxes = view_page(content, 1, "新增装机创下新高了").boxes
    across = (min(box.left for box in boxes) + max(box.right for box in boxes)) / 2
    down = (min(box.top for box in boxes) + max(box.bottom for box in boxes)) / 2
    assert (across, down) == pytest.approx(middle, abs=EXACT)
    assert picture_of(content).size == ((1000, 1334) if turn == 180 else (1000, 750))


def test_of_a_cropped_page_the_boxes_lie_on_what_is_left() -> None:
    def cropped(page: pikepdf.Page) -> None:
        page.CropBox = [50, 450, 550, 750]

    content = changed(PROSE, cropped)
    (box,) = view_page(content, 1, "光伏新增装机").boxes
    assert covers(box, 10 / 500, 250, (10 + 6 * SIZE) / 500, height=300)
    assert picture_of(content).size == (1000, 600)


def test_words_that_are_cropped_away_have_no_box() -> None:
    def cropped(page: pikepdf.Page) -> None:
        page.CropBox = [50, 600, 550, 750]

    assert view_page(changed(PROSE, cropped), 1, "风电稳步增长").boxes == ()


def test_the_words_of_a_scan_are_found_by_text_recognition() -> None:
    scan = to_scan(PROSE)
    shown = view_page(scan, 1, "光伏新增装机创下新高，其中分布式占一半以上")
    (box,) = shown.boxes
    assert covers(box, 60 / WIDTH, 700, (60 + 21 * SIZE) / WIDTH, exact=0.02)
    assert shown.recognised is not None
    assert find_recognised("光伏新增装机创下新高，其中分布式占一半以上", shown.recognised) == shown.boxes


def test_text_recognition_reads_no_page_that_has_its_text_or_of_which_no_words_are_asked_for() -> None:
    assert view_page(PROSE, 1, "没有的字").recognised is None
    assert view_page(to_scan(PROSE), 1).recognised is None


@pytest.mark.parametrize("number", [-1, 0, 2])
def test_a_page_that_there_is_not_is_told(number: int) -> None:
    with pytest.raises(UnreadableReport, match=f"没有第 {number} 页"):
        view_page(PROSE, number)


def encrypted() -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(PROSE)) as document:
        document.save(file, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return file.getvalue()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", encrypted()])
def test_what_cannot_be_opened_is_told(content: bytes) -> None:
    with pytest.raises(UnreadableReport, match="无法打开"):
        view_page(content, 1)


@pytest.mark.parametrize(
    "box",
    [
        (0, 0, 0, 0),
        (0, 0, 600, 0),
        (600, 800, 0, 0),
        (0, 0, 0.001, 0.001),
        (0, 0, 0.001, 10_000),
        (0, 0, 10_000, 0.001),
        (0, 0, 1, 14_400),
        (0, 0, 14_400, 1),
        (0, 0, 14_400, 14_400),
        (0, 0, 1e9, 1e9),
        (0, 0, 1e30, 1),
    ],
)
def test_a_page_of_no_size_or_of_any_is_a_picture_of_bounded_size_and_its_boxes_lie_on_it(
    box: tuple[float, float, float, float],
) -> None:
    def sized(page: pikepdf.Page) -> None:
        page.MediaBox = box

    content = changed(drawn([(0, 0, "光伏装机")]), sized)
    view = view_page(content, 1, "光伏装机")
    width, height = Image.open(io.BytesIO(view.png)).size
    assert 0 < width * height <= MAX_PIXELS * 1.01  # sides are rounded up
    assert max(width, height) <= MAX_SIDE
    assert all(0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in view.boxes)


def letters(text: str) -> list[Letter]:
    """The letters of a text ten to a line, each in a square of a hundredth."""
    return [
        Letter(letter, Box(n % 10 / 100, n // 10 / 100, (n % 10 + 1) / 100, (n // 10 + 1) / 100))
        for n, letter in enumerate(text)
    ]


def test_an_accent_makes_no_difference_where_it_stands_apart_from_its_letter() -> None:
    assert find_words("Citroën", letters("citroen")) == (Box(0.0, 0.0, 0.07, 0.01),)


def test_a_letter_alone_is_no_piece_to_look_for() -> None:
    assert find_words("甲，乙，装机", letters("甲中文字装机乙")) == (Box(0.04, 0.0, 0.06, 0.01),)


def test_the_boxes_are_not_more_than_anybody_looks_at() -> None:
    pieces = [chr(0x4E00 + n) * 2 for n in range(2 * MAX_BOXES)]
    assert len(find_words("，".join(pieces), letters("\0".join(pieces)))) == MAX_BOXES
