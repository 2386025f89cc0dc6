"""A conversation as a Word document, read back by python-docx."""

import datetime
import io
import zipfile

import docx
import pytest
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.styles.style import ParagraphStyle
from docx.text.hyperlink import Hyperlink
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.pages.chinese import CHINESE
from chat.pages.english import ENGLISH
from chat.pages.export import Document, Label, Paragraph, paragraphs
from chat.pages.export_docx import to_docx
from tests.chat.pages.conversations import CONVERSATION, QUESTION, conversations, exported, saying


def opened(document: Document) -> WordDocument:
    return docx.Document(io.BytesIO(to_docx(document, CHINESE)))


@pytest.fixture(scope="module")
def word() -> WordDocument:
    return opened(exported(*CONVERSATION))


def text_of(paragraph: Paragraph) -> str:
    """The text as Word has it: a tab behind the number of a reference."""
    return "".join(f"[{run.number}]\t" if isinstance(run, Label) else run.text for run in paragraph.runs)


def style(word: WordDocument, name: str) -> ParagraphStyle:
    found = word.styles[name]
    assert isinstance(found, ParagraphStyle)
    return found


def test_the_paragraphs_are_those_of_the_document(word: WordDocument) -> None:
    expected = [text_of(paragraph) for paragraph in paragraphs(exported(*CONVERSATION), CHINESE)]
    assert [paragraph.text for paragraph in word.paragraphs] == expected


def test_questions_and_references_are_headings_under_the_title(word: WordDocument) -> None:
    outline = [(paragraph.style.name, paragraph.text) for paragraph in word.paragraphs if paragraph.style is not None]
    assert outline[0] == ("Title", "研报问答记录")
    assert [text for name, text in outline if name == "Heading 1"] == [
        QUESTION,
        "那政策呢？",
        "明天天气如何？",
        "参考文献",
    ]
    assert style(word, "Heading 1").element.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) == "0"


def test_a_mark_is_raised_and_leads_to_the_bookmark_of_its_reference(word: WordDocument) -> None:
    links = [item for paragraph in word.paragraphs for item in paragraph.iter_inner_content()]
    marks = [(link.text, link.fragment) for link in links if isinstance(link, Hyperlink)]
    assert marks == [(number, f"ref_{number}") for number in ["1", "2", "2", "1", "2", "3", "2"]]
    runs = [run for link in links if isinstance(link, Hyperlink) for run in link.runs]
    assert {run.style.font.superscript for run in runs if run.style is not None} == {True}
    places = {
        mark.get(qn("w:name")): paragraph.text
        for paragraph in word.paragraphs
        for mark in paragraph._p.iter(qn("w:bookmarkStart"))
    }
    assert {name: text.split("\t")[0] for name, text in places.items()} == {
        "ref_1": "[1]",
        "ref_2": "[2]",
        "ref_3": "[3]",
    }


def test_bookmarks_open_and_close_by_the_same_numbers(word: WordDocument) -> None:
    body = word.element.body
    opening = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert opening == ["1", "2", "3"]
    assert [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkEnd"))] == opening


@pytest.mark.parametrize(
    ("name", "latin", "chinese"),
    [
        ("Normal", "Times New Roman", "宋体"),
        ("Body Text", "Times New Roman", "宋体"),
        ("Quote", "Times New Roman", "宋体"),
        ("Title", "Arial", "黑体"),
        ("Heading 1", "Arial", "黑体"),
    ],
)
def test_each_style_names_a_font_for_latin_and_one_for_chinese(
    word: WordDocument, name: str, latin: str, chinese: str
) -> None:
    fonts = style(word, name).element.rPr.find(qn("w:rFonts"))
    named = {key.split("}")[1]: value for key, value in fonts.attrib.items()}
    assert named == {"ascii": latin, "hAnsi": latin, "eastAsia": chinese, "hint": "eastAsia"}


def test_every_paragraph_style_that_is_used_has_a_look_of_its_own_and_no_slant(word: WordDocument) -> None:
    used = {paragraph.style.name for paragraph in word.paragraphs if paragraph.style is not None}
    assert len(used) == len({paragraph.kind for paragraph in paragraphs(exported(*CONVERSATION), CHINESE)}) - 1
    for name in used:
        assert name is not None
        assert style(word, name).font.size is not None
        assert not style(word, name).font.italic


def test_the_number_of_a_reference_hangs_before_its_lines(word: WordDocument) -> None:
    shape = style(word, "Reference").paragraph_format
    assert shape.left_indent == Pt(24)
    assert shape.first_line_indent == Pt(-24)
    assert [stop.position for stop in shape.tab_stops] == [Pt(24)]


def test_the_page_is_a4_and_numbered_of_how_many(word: WordDocument) -> None:
    (section,) = word.sections
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    footer = section.footer.paragraphs[0]
    assert [field.get(qn("w:instr")) for field in footer._p.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert "".join(text.text or "" for text in footer._p.iter(qn("w:t"))) == "第 1 页，共 1 页"


def test_the_properties_tell_the_title_the_language_and_the_day_and_no_author(word: WordDocument) -> None:
    properties = word.core_properties
    assert properties.title == QUESTION
    assert properties.language == "zh-CN"
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.created == properties.modified == datetime.datetime(2025, 4, 1, tzinfo=datetime.UTC)
    english = docx.Document(io.BytesIO(to_docx(exported(*CONVERSATION), ENGLISH)))
    assert english.core_properties.language == "en"


def test_its_asian_text_is_chinese(word: WordDocument) -> None:
    languages = [*word.styles.element.iter(qn("w:lang")), *word.settings.element.iter(qn("w:themeFontLang"))]
    assert {language.get(qn("w:eastAsia")) for language in languages} == {"zh-CN"}


def test_what_the_product_says_of_a_sentence_is_told_apart(word: WordDocument) -> None:
    aside = word.styles["Aside"]
    assert aside.type == WD_STYLE_TYPE.CHARACTER
    told = [run.text for paragraph in word.paragraphs for run in paragraph.runs if run.style == aside]
    assert told == ["〔原文只支持其中一部分〕", "〔由系统据所引原文得出〕", "〔未找到依据〕"]


def test_what_xml_forbids_does_not_break_it() -> None:
    word = opened(saying("出口\x00\x01\x0b128.4\ufffe\ud800万辆 & <w:p>]]>"))
    assert [paragraph.text for paragraph in word.paragraphs][-1] == "出口\n128.4万辆 & <w:p>]]>"


@settings(max_examples=20, deadline=None)
@given(conversations(st.text(max_size=20)))
def test_whatever_was_said_is_read_back(document: Document) -> None:
    read = [paragraph.text for paragraph in opened(document).paragraphs]
    assert read == [text_of(paragraph) for paragraph in paragraphs(document, CHINESE)]


def test_the_archive_is_whole() -> None:
    with zipfile.ZipFile(io.BytesIO(to_docx(exported(*CONVERSATION), CHINESE))) as archive:
        assert archive.testzip() is None
