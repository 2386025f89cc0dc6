"""Printed page numbers become pages where they prove themselves; other numbers stay where they stand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.outline import is_heading_line
from ingest.page_marks import with_pages
from ingest.source import Line

TITLE = "产业报告"
PROSE = "这一页写的是市场规模，共有若干段落，每一段都说明一件事，并且给出它的来源与口径，以便读者核对其中的每一个数字，而不必翻到别处去找。"

CUT = f"{PROSE * 4}到年底"  # a page that ends within a sentence


def read(text: str) -> list[tuple[str, int | None]]:
    """The lines that are left with something on them, and their pages."""
    lines = with_pages([Line(line) for line in text.split("\n")], TITLE, is_heading_line)
    return [(line.text, line.page) for line in lines if line.text]


def pages(*numbers: int, foot: str = "- {} -") -> str:
    """A page of prose for each number, with its foot under it."""
    return "\n\n".join(f"{PROSE}{number}页。\n\n{foot.format(number)}" for number in numbers)


def texts(*numbers: int) -> list[tuple[str, int | None]]:
    return [(f"{PROSE}{number}页。", number) for number in numbers]


def test_a_foot_gives_the_lines_above_it_their_page_and_leaves_the_text() -> None:
    for foot in ("©2023.5 研究院 {}", "第 {} 页", "第{}页 共40页", "- {} -", "{} / 40", "Page {} of 40"):
        assert read("# 概况\n\n" + pages(4, 5, 6, 7, foot=foot)) == [("# 概况", 4), *texts(4, 5, 6, 7)], foot


def test_mere_numbers_are_pages_where_nearly_all_of_them_grow_from_page_to_page() -> None:
    def text(*numbers: int) -> str:
        return "# 概况\n\n" + "\n\n".join(f"{CUT}\n\n{number}" for number in numbers)

    assert read(text(4, 5, 6, 7, 8, 9)) == [("# 概况", 4), *((CUT, page) for page in (4, 5, 6, 7, 8, 9))]
    for other in (text(4, 5, 6, 7, 8), text(4, 9, 5, 80, 6, 7, 365, 8, 9), text(10, 100, 200, 300, 400, 500)):
        assert read(other) == [(line, None) for line in other.split("\n") if line]
    with_foot = "# 概况\n\n" + "\n\n".join(f"{PROSE}\n\n©2023 研究院\n\n{number}" for number in (4, 5, 6, 7))
    assert [page for _, page in read(with_foot)] == [4, 4, 4, 5, 5, 6, 6, 7, 7]


def test_numbers_over_findings_that_end_with_their_sentences_are_no_pages() -> None:
    def text(*findings: str) -> str:
        return "# 发现\n\n" + "\n\n".join(f"{number}\n\n{said}" for number, said in enumerate(findings, start=1))

    for findings in (
        [PROSE * 4] * 7,
        [PROSE * 4] * 5 + [CUT] * 2,  # a full stop forgotten here and there
        [f"{PROSE * 4}（来源：公开资料）"] * 7,
        [CUT.replace("。", "，")] * 7,  # no full stops at all
    ):
        assert read(text(*findings)) == [(line, None) for line in text(*findings).split("\n") if line]


def test_a_sentence_cut_in_a_paragraph_of_several_lines_is_seen() -> None:
    page = "\n".join([PROSE] * 4 + ["到年底"])
    text = "\n\n".join(f"{page}\n\n{number}" for number in (4, 5, 6, 7, 8, 9))
    assert ("6", None) not in read(text)
    assert read(text)[-1] == ("到年底", 9)


def test_a_number_at_the_end_of_a_note_is_a_page_where_the_foot_follows() -> None:
    foot = "资料来源：公开资料整理。{}\n\n©2023 研究院"
    left = [line for line, _ in read("# 概况\n\n" + pages(4, 5, 6, 7, foot=foot))]
    assert left[:3] == ["# 概况", f"{PROSE}4页。", "资料来源：公开资料整理。"]
    without_foot = pages(4, 5, 6, 7, foot="资料来源：公开资料整理。{}")
    assert [line for line, _ in read(without_foot)][1] == "资料来源：公开资料整理。4"


def test_a_host_after_the_page_number_goes_with_it() -> None:
    foot = "资料来源：公开资料整理。{} www.example.cn\n\nwww.example.cn"
    assert ("资料来源：公开资料整理。", 5) in read("# 概况\n\n" + pages(4, 5, 6, 7, foot=foot))


def test_a_head_gives_its_page_to_the_lines_under_it() -> None:
    text = "\n\n".join(f"©2023 研究院 {number}\n\n{PROSE}{number}页。" for number in (1, 2, 3, 4))
    assert read(text) == texts(1, 2, 3, 4)


def test_where_a_mark_is_missing_only_lines_since_the_last_heading_have_the_page() -> None:
    text = f"# 概况\n\n{pages(4, 5, 6)}\n\n这一页没有页码。\n\n1.2 市场规模\n\n{pages(8)}"
    assert read(text)[4:] == [("这一页没有页码。", None), ("1.2 市场规模", 8), *texts(8)]


def test_lines_before_the_first_heading_and_after_the_last_foot_have_no_page() -> None:
    assert read("扉页。\n\n" + pages(4, 5, 6, 7) + "\n\n封底。")[0] == ("扉页。", None)
    assert read("# 概况\n\n" + pages(4, 5, 6, 7) + "\n\n封底。")[-1] == ("封底。", None)


def test_a_page_that_the_source_knows_is_kept_and_the_printed_number_goes() -> None:
    lines = [Line(line, 9) for line in ("# 概况\n\n" + pages(4, 5, 6, 7)).split("\n")]
    kept = [line for line in with_pages(lines, TITLE, is_heading_line) if line.text]
    assert {line.page for line in kept} == {9}
    assert [line.text for line in kept] == ["# 概况", *(text for text, _ in texts(4, 5, 6, 7))]


def test_slides_that_an_article_shows_lose_their_numbers_and_the_report_after_it_gives_the_pages() -> None:
    article, report = pages(4, 5, 6, 7, foot="©2023 研究院 {}"), pages(1, 2, 3, 4, 5, 6, foot="©2023 研究院 {}")
    assert read(f"# 文章\n\n{article}\n\n# 报告\n\n{report}") == [
        ("# 文章", None),
        *((text, None) for text, _ in texts(4, 5, 6, 7)),
        ("# 报告", 1),
        *texts(1, 2, 3, 4, 5, 6),
    ]


def test_numbers_that_do_not_grow_stand_close_or_are_few_stay() -> None:
    for text in (
        "累计用户\n\n365\n\n万人",
        pages(4, 5, 6),  # three prove nothing
        pages(7, 5, 3, 1),
        "\n\n".join(f"{number}\n\n新风口" for number in (1, 2, 3, 4)),  # a table of contents
        "\n\n".join(f"0{number}\n\n{PROSE}" for number in (1, 2, 3, 4)),  # the numbers of parts
        "\n\n".join(f"步骤 {number}\n\n{PROSE}" for number in (1, 2, 3, 4)),
        "\n\n".join(f"{PROSE[:-1]}达到 {number}" for number in (11, 12, 13, 14)),
    ):
        assert read(text) == [(line, None) for line in text.split("\n") if line], text


def test_a_year_of_a_copyright_mark_is_no_page() -> None:
    assert read(pages(1, 2, 3, 4, foot="©2023.5"))[1] == ("©2023.5", None)


def test_a_cell_is_no_page() -> None:
    text = "\n\n".join(f"{number}\t{PROSE}" for number in (1, 2, 3, 4))
    assert read(text) == [(line, None) for line in text.split("\n") if line]


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(["12", "7", "©2023 研究院 3", "©2023 研究院", "来源：整理。4", PROSE, "# 概况", "", "甲\t5"])
    )
)
def test_lines_stay_in_order_and_only_their_marks_are_lost(drawn: list[str]) -> None:
    kept = [line.text for line in with_pages([Line(line) for line in drawn], TITLE, is_heading_line)]
    for line in (PROSE, "# 概况", "甲\t5"):
        assert kept.count(line) == drawn.count(line)
    rest = iter(drawn)
    assert all(any(before.startswith(line) for before in rest) for line in kept)
