"""Pictures of pages: each of its own page and file, the last ones remembered, and no folder named."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from chat.library.opened import OpenedReport
from chat.library.page_views import REMEMBERED, PageViews, is_pictured
from ingest.page_view import Box, Line, PageView
from ingest.report import ReadingInterrupted, Report, Section, UnreadableReport

CORPUS = Path("/srv/corpus")


def opened(file: str = "子/甲.pdf", sha256: str = "aa") -> OpenedReport:
    return OpenedReport(Report("a", "甲", "", "", "甲.pdf", (Section(("甲",), "甲"),)), file, sha256)


@dataclass
class Drawing:
    """Draws what it was asked for, or refuses it; remembers what that was."""

    error: UnreadableReport | None = None
    asked: list[tuple[Path, int, str, str]] = field(default_factory=list)

    def view(self, path: Path, number: int, words: str = "", *, sha256: str) -> PageView:
        self.asked.append((path, number, words, sha256))
        if self.error is not None:
            raise self.error
        return PageView(repr((path, number, words, sha256)).encode())


def test_a_page_is_drawn_from_its_file_in_the_corpus_once() -> None:
    drawing = Drawing()
    views = PageViews(CORPUS, drawing)
    assert views.view(opened(), 3, "光伏") == views.view(opened(), 3, "光伏")
    assert drawing.asked == [(CORPUS / "子/甲.pdf", 3, "光伏", "aa")]


def test_what_is_remembered_is_never_another_page_nor_of_other_words_or_content() -> None:
    views = PageViews(CORPUS, Drawing())
    asked = [(opened(sha256=sha256), number, words) for sha256 in "ab" for number in (1, 2) for words in ("", "光伏")]
    for _ in range(2):
        pictures = [views.view(*each).png for each in asked]
        assert pictures == [
            repr((CORPUS / "子/甲.pdf", number, words, of.sha256)).encode() for of, number, words in asked
        ]


def test_as_many_are_remembered_as_were_shown_last() -> None:
    drawing = Drawing()
    views = PageViews(CORPUS, drawing)
    for number in range(1, REMEMBERED + 1):
        views.view(opened(), number)
    views.view(opened(), 1)  # shown again, so 2 is the one shown longest ago
    views.view(opened(), REMEMBERED + 1)
    drawing.asked.clear()
    for number in (1, 3, REMEMBERED, REMEMBERED + 1):
        views.view(opened(), number)
    assert drawing.asked == []
    views.view(opened(), 2)
    assert len(drawing.asked) == 1


@dataclass
class Recognising:
    """Shows scans: each says on its one line, ten letters wide, the number of its page and then 光伏装机."""

    asked: list[tuple[int, str]] = field(default_factory=list)

    def view(self, path: Path, number: int, words: str = "", *, sha256: str) -> PageView:
        self.asked.append((number, words))
        if not words:
            return PageView(b"picture")
        lines = (Line(f"{number:06d}光伏装机", Box(0.0, 0.1, 1.0, 0.2)),)
        return PageView(b"picture", (Box(0.0, 0.0, 1.0, 1.0),), lines)


def test_a_scan_is_recognised_once_whatever_words_of_it_are_asked_for() -> None:
    recognising = Recognising()
    views = PageViews(CORPUS, recognising)
    views.view(opened(), 3, "光伏")
    (box,) = views.view(opened(), 3, "装机").boxes
    assert box == pytest.approx((0.8, 0.1, 1.0, 0.2))
    assert views.view(opened(), 3, "风电").boxes == ()
    assert views.view(opened(), 3).boxes == ()
    assert recognising.asked == [(3, "光伏")]
    views.view(opened(sha256="bb"), 3, "装机")
    views.view(opened(), 4, "装机")
    assert recognising.asked[1:] == [(3, "装机"), (4, "装机")]


def test_a_scan_without_a_letter_is_not_read_again() -> None:
    @dataclass
    class Blank(Recognising):
        def view(self, path: Path, number: int, words: str = "", *, sha256: str) -> PageView:
            return replace(super().view(path, number, words, sha256=sha256), boxes=(), recognised=())

    blank = Blank()
    views = PageViews(CORPUS, blank)
    assert [views.view(opened(), 1, words).boxes for words in ("光伏", "装机", "光伏")] == [(), (), ()]
    assert blank.asked == [(1, "光伏")]


def test_as_many_scans_are_remembered_as_were_shown_last() -> None:
    recognising = Recognising()
    views = PageViews(CORPUS, recognising)
    for number in range(1, REMEMBERED + 2):
        views.view(opened(), number, "光伏")
    recognising.asked.clear()
    views.view(opened(), 2, "装机")
    assert recognising.asked == []
    views.view(opened(), 1, "装机")
    assert recognising.asked == [(1, "装机")]


@pytest.mark.parametrize("kind", [UnreadableReport, ReadingInterrupted])
def test_what_cannot_be_shown_is_told_by_the_name_of_the_file_alone_and_tried_again(
    kind: type[UnreadableReport],
) -> None:
    drawing = Drawing(kind(f"{CORPUS / '子/甲.pdf'}：文件已变化"))
    views = PageViews(CORPUS, drawing)
    for _ in range(2):
        with pytest.raises(UnreadableReport) as raised:
            views.view(opened(), 1)
        assert str(raised.value) == "甲.pdf：文件已变化"
    assert len(drawing.asked) == 2
    drawing.error = None
    assert views.view(opened(), 1).png


@pytest.mark.parametrize(("file", "shown"), [("甲.pdf", True), ("甲.PDF", True), ("甲.pdf.md", False), ("pdf", False)])
def test_pages_of_pdf_files_are_pictured(file: str, shown: bool) -> None:
    assert is_pictured(opened(file)) is shown
