"""A conversation as PDF, read back by other libraries than the one that wrote it."""

import io
import re
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.answer import Answer, Citation, Sentence
from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.export import Document, paragraphs
from chat.pages.export_pdf import MARGIN_BOTTOM, MARGIN_SIDE, PAGE_WIDTH, to_pdf
from tests.chat.pages.conversations import CONVERSATION, FIRST, QUESTION, conversations, exchange, exported, saying
from tests.fakes import EXPORTS, passage

RIGHT = PAGE_WIDTH - MARGIN_SIDE
FOOTER = re.compile(r"第 ?(\d+) ?页，共 ?(\d+) ?页$")


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, footer and all, as it is copied."""
    with pypdfium2.PdfDocument(pdf) as opened:
        return [page.get_textpage().get_text_range() for page in opened]


def solid(text: str) -> str:
    return "".join(text.split())


def read(document: Document) -> str:
    """All text without blanks and footers."""
    return "".join(FOOTER.sub("", solid(page)) for page in pages_of(to_pdf(document, CHINESE)))


def told(document: Document) -> str:
    return solid("".join(paragraph.text for paragraph in paragraphs(document, CHINESE)))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return to_pdf(exported(*CONVERSATION), CHINESE)


def test_the_text_is_that_of_the_document() -> None:
    assert read(exported(*CONVERSATION)) == told(exported(*CONVERSATION))


def test_figures_and_words_are_copied_without_blanks_that_were_not_there(pdf: bytes) -> None:
    (page,) = pages_of(pdf)
    lines = page.split("\r\n")
    assert lines[0] == "研报问答记录"
    assert "2024年新能源汽车出口128.4万辆，同比增长6.7%。" in lines
    assert "[1] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15." in [
        re.sub(" +", " ", line) for line in lines
    ]


def test_lines_that_are_stretched_are_copied_as_they_were() -> None:
    text = "“十四五”期间，AIGC产业规模由2020年的12.5亿元增至2025年的1,286.6亿元，年均增长152.6%；" * 8
    copied = "".join(FOOTER.sub("", page) for page in pages_of(to_pdf(saying(text), CHINESE))).replace("\r\n", "")
    assert copied.count(text) == 3  # asked, answered and quoted


def right_edges(pdf: bytes) -> list[tuple[str, float]]:
    """(line, where its last letter ends) of the first page, as `get_text_range` has the lines."""
    with pypdfium2.PdfDocument(pdf) as opened:
        text = opened[0].get_textpage()
        whole = text.get_text_range()
        ends = [found.end() - 1 for found in re.finditer(r"[^\r\n]+", whole)]
        return [
            (line, text.get_charbox(end, loose=True)[2]) for line, end in zip(whole.split("\r\n"), ends, strict=True)
        ]


def test_full_lines_end_at_the_margin_whatever_they_hold() -> None:
    text = "“十四五”期间，产业规模由2020年的12亿元增至2025年的86亿元，年均增长5.6%；" * 7
    source = passage(text, title="新能源汽车产业发展报告（2025）：" + "市场规模与2030年展望，" * 9, publisher="某院")
    answer = Answer((Sentence(text, (1,), True),), (Citation(1, source, text, 0, len(text)),), ())
    edges = right_edges(to_pdf(exported(exchange("规模？", answer)), CHINESE))
    lines = [line for line, _ in edges]
    last = lines.index(next(line for line in lines if line.endswith("[1]")))
    first = lines.index("规模？", 1) + 1
    reference = lines.index(next(line for line in lines if line.startswith("[1]")))
    full = [*edges[first:last], edges[reference], edges[reference + 1]]
    assert len(full) == 8
    assert [(line, round(edge)) for line, edge in full] == [(line, round(RIGHT)) for line, _ in full]


def test_a_line_that_would_be_pulled_too_wide_is_left_short() -> None:
    edges = right_edges(to_pdf(saying("出口" * 12 + "https://example.com/" + "a" * 60), CHINESE))
    short = [edge for line, edge in edges if line == "出口" * 12]
    assert short
    assert all(edge < RIGHT - 100 for edge in short)


def test_a_mark_stands_on_the_line_of_what_it_marks() -> None:
    for length in range(36, 48):
        sentence = "丁" * length + "。"
        answer = Answer((Sentence(sentence, (1,), True),), (Citation(1, EXPORTS, FIRST, 0, len(FIRST)),), ())
        (page,) = pages_of(to_pdf(exported(exchange("问", answer)), CHINESE))
        assert [line for line in page.split("\r\n") if line.endswith("丁。[1]")]


def in_gbk(char: str) -> bool:
    try:
        return bool(char.encode("gbk")) and not char.isspace()
    except UnicodeEncodeError:
        return False


def test_every_character_of_gbk_is_copied_as_it_is() -> None:
    text = "".join(filter(in_gbk, map(chr, range(0xA1, 0x10000))))
    assert len(text) == 21_790
    document = saying(text)
    assert set(text) - set(read(document)) == set()


def test_what_no_font_has_is_told_and_what_is_made_of_others_is_copied() -> None:
    document = saying("排放CO₂₂ 3.2 m²，−5℃😀𠮷野家⑪")
    assert read(document) == told(document).replace("😀", "〔U+1F600〕").replace("𠮷", "〔U+20BB7〕")


@settings(max_examples=25, deadline=None)
@given(conversations(st.text("一丁中文，。（）“”——12.5% ABab\t\n", max_size=200)))
def test_whatever_was_said_in_chinese_and_latin_is_copied(document: Document) -> None:
    assert read(document) == told(document)


@settings(max_examples=25, deadline=None)
@given(conversations(st.text(max_size=60)))
def test_no_text_breaks_it(document: Document) -> None:
    assert pages_of(to_pdf(document, CHINESE))


def test_every_mark_leads_to_its_reference(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        (page,) = opened.pages
        targets = [(link.Dest[0] == page.obj, float(link.Dest[3])) for link in page.Annots]
    with pypdfium2.PdfDocument(pdf) as opened:
        text = opened[0].get_textpage()
        found = [text.get_text_bounded(bottom=top - 16, top=top).strip() for _, top in targets]
    assert all(on_page for on_page, _ in targets)
    assert [line[:3] for line in found] == [f"[{number}]" for number in (1, 2, 2, 1, 2, 3, 2)]


def test_a_link_is_where_its_mark_is() -> None:
    pdf = to_pdf(exported(*CONVERSATION), CHINESE)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        boxes = [[float(side) for side in link.Rect] for link in opened.pages[0].Annots]
    with pypdfium2.PdfDocument(pdf) as opened:
        text = opened[0].get_textpage()
        marks = [text.get_text_bounded(*box) for box in boxes]
    assert marks == ["1", "2", "2", "1", "2", "3", "2"]


def test_questions_and_references_are_its_outline(pdf: bytes) -> None:
    with pypdfium2.PdfDocument(pdf) as opened:
        assert [entry.get_title() for entry in opened.get_toc()] == [
            QUESTION,
            "那政策呢？",
            "明天天气如何？",
            "参考文献",
        ]


def test_it_tells_the_title_the_language_and_the_day_and_no_author(pdf: bytes) -> None:
    with pypdfium2.PdfDocument(pdf) as opened:
        about = opened.get_metadata_dict()
    assert about["Title"] == QUESTION
    assert about["Creator"] == "reportqa 研报问答"
    assert about["Author"] == about["Subject"] == ""
    assert about["CreationDate"] == about["ModDate"] == "D:20250401"
    for words, language in ((CHINESE, "zh-CN"), (ENGLISH, "en")):
        with pikepdf.open(io.BytesIO(to_pdf(exported(*CONVERSATION), words))) as catalogue:
            assert catalogue.Root.Lang == language
            assert catalogue.Root.ViewerPreferences.DisplayDocTitle


def test_the_same_document_is_the_same_bytes(pdf: bytes) -> None:
    assert to_pdf(exported(*CONVERSATION), CHINESE) == pdf


def many_references(count: int, words: int) -> Document:
    """An answer of as many sentences, each with a reference of its own that quotes words characters."""
    sources = [replace(EXPORTS, id=str(n), headings=(f"第{n}节",), text="产" * words) for n in range(count)]
    citations = [Citation(n, source, source.text, 0, words) for n, source in enumerate(sources, start=1)]
    sentences = [Sentence(f"第{n}句。", (n,), True) for n in range(1, count + 1)]
    return exported(exchange("问", Answer(tuple(sentences), tuple(citations), ())))


@pytest.mark.parametrize("words", [1, 50, 100, 150])
def test_a_long_conversation_has_numbered_pages_of_a4(words: int) -> None:
    document = many_references(40, words)
    pdf = to_pdf(document, CHINESE)
    numbered = [FOOTER.search(solid(page)) for page in pages_of(pdf)]
    assert len(numbered) > 2
    assert [match and match.groups() for match in numbered] == [
        (str(number), str(len(numbered))) for number in range(1, len(numbered) + 1)
    ]
    with pypdfium2.PdfDocument(pdf) as opened:
        assert {tuple(round(side) for side in page.get_size()) for page in opened} == {(595, 842)}


@pytest.mark.parametrize("words", [1, 50, 100, 150])
def test_no_page_ends_between_a_reference_and_its_quote(words: int) -> None:
    for page in pages_of(to_pdf(many_references(40, words), CHINESE))[1:]:
        first = page.split("\r\n")[0]
        assert first.startswith("[") or "产产" in first


@pytest.mark.parametrize("lines_before", [21, 22])  # there is room for three of four lines, and for one
def test_neither_the_first_nor_the_last_line_of_a_paragraph_is_alone_on_a_page(lines_before: int) -> None:
    excerpts = [*["丙。"] * lines_before, "甲" + "丁" * 150 + "乙"]  # the last of four lines
    answer = Answer(tuple(Sentence(text, (), True) for text in excerpts), (), (), quoted=True)
    first, second = pages_of(to_pdf(exported(exchange("问", answer)), CHINESE))
    ends, begins = first.split("\r\n")[-2], second.split("\r\n")[0]
    assert not ends.startswith("甲")
    assert not re.fullmatch("丁+乙.*", begins)


def test_a_quote_longer_than_a_page_goes_on_and_stays_above_the_footer() -> None:
    text = "丁" * 6_000
    pdf = to_pdf(saying(text), CHINESE)
    assert "".join(FOOTER.sub("", solid(page)) for page in pages_of(pdf)).count("丁") == 59 + 3 * 6_000
    with pypdfium2.PdfDocument(pdf) as opened:
        for page in opened:
            text_page = page.get_textpage()
            above = text_page.get_text_bounded(bottom=MARGIN_BOTTOM)
            assert FOOTER.fullmatch(solid(text_page.get_text_bounded(top=MARGIN_BOTTOM)))
            assert solid(above)
