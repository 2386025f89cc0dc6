"""Bytes to text: every encoding that Chinese reports come in, told apart by the bytes alone."""

import re
from itertools import pairwise
from pathlib import Path

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.readers.encodings import decode_text
from ingest.report import UnreadableReport
from ingest.sentences import split_sentences

REPORTS = sorted((Path(__file__).parents[3] / "corpus" / "reports").iterdir())
TEXTS = [path.read_text("utf-8").removeprefix("\ufeff") for path in REPORTS]


def sentences() -> list[str]:
    """Different sentences of the reports of at least twelve Chinese characters."""
    found = [text[start:end].strip() for text in TEXTS for start, end in split_sentences(text)]
    return list(dict.fromkeys(one for one in found if len(re.findall(r"[一-鿿]", one)) >= 12))


SENTENCES = sentences()
TO_TRADITIONAL = opencc.OpenCC("s2t")
TRADITIONAL = [TO_TRADITIONAL.convert(sentence) for sentence in SENTENCES]


def encodable(texts: list[str], encoding: str) -> list[str]:
    return [text for text in texts if text.encode(encoding, "ignore").decode(encoding) == text]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk", "gb2312"]
)
def test_two_hundred_sentences_come_back_from_each_encoding(encoding: str) -> None:
    texts = encodable(SENTENCES, encoding)
    assert len(texts) >= 200
    assert [text for text in texts if decode_text(text.encode(encoding), "甲.txt") != text] == []


@pytest.mark.parametrize("encoding", ["big5", "cp950", "big5hkscs", "gb18030", "gbk", "utf-16-le"])
def test_two_hundred_sentences_of_traditional_text_come_back(encoding: str) -> None:
    texts = encodable(TRADITIONAL, encoding)
    assert len(texts) >= 200
    assert [text for text in texts if decode_text(text.encode(encoding), "甲.txt") != text] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_whole_reports_come_back(encoding: str) -> None:
    for text in TEXTS:
        assert decode_text(text.encode(encoding), "甲.md") == text


def test_whole_reports_come_back_from_big5() -> None:
    for text in TEXTS:
        content = TO_TRADITIONAL.convert(text).encode("big5hkscs", "ignore")
        assert decode_text(content, "甲.md") == content.decode("big5hkscs")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_without_chinese_is_told_by_its_empty_bytes(encoding: str) -> None:
    assert decode_text("Market size: 12.5\r\n".encode(encoding), "a.txt") == "Market size: 12.5\r\n"


def test_characters_of_four_bytes_are_read() -> None:
    text = "市场规模𠮷达12.5亿元，䶮字四字节。"
    assert len("𠮷".encode("gb18030")) == 4
    assert decode_text(text.encode("gb18030"), "甲.md") == text


@pytest.mark.parametrize("text", ["", "a", "甲", "市场", "研究报告"])
def test_a_few_characters_are_utf_8_or_gb18030(text: str) -> None:
    assert decode_text(text.encode(), "甲.md") == text
    assert decode_text(text.encode("gb18030"), "甲.md") == text


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"])))
def test_any_text_comes_back_from_utf_8_and_from_a_marked_encoding(text: str) -> None:
    assert decode_text(text.encode("utf-8"), "甲.md") == text
    assert decode_text(text.encode("utf-8-sig"), "甲.md") == text
    assert decode_text(b"\xff\xfe" + text.encode("utf-16-le"), "甲.md") == text
    assert decode_text(b"\xfe\xff" + text.encode("utf-16-be"), "甲.md") == text


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused_in_one_line(content: bytes) -> None:
    refusal = "甲.md：第 0 字节，请"
    try:
        decode_text(content, "甲.md")
    except UnreadableReport as error:
        refusal = str(error)
    assert re.fullmatch(r"甲\.md：第 \d+ 字节.*请.*", refusal)


# --- refused -------------------------------------------------------------------------------------------------------


def refused_at(content: bytes) -> int:
    with pytest.raises(UnreadableReport) as refused:
        decode_text(content, "甲.md")
    found = re.match(r"甲\.md：第 (\d+) 字节", str(refused.value))
    assert found
    return int(found[1])


def test_half_utf_8_and_half_gb18030_is_refused_where_it_changes() -> None:
    first, second = "市场规模达到十二亿元。\n", "同比增长百分之三。\n"
    # 同 begins with the bytes of a letter in UTF-8, so the change shows after it.
    assert refused_at(first.encode() + second.encode("gb18030")) == len(first.encode()) + 2
    assert refused_at(first.encode("gb18030") + second.encode()) == len(first.encode("gb18030"))


def test_no_two_sentences_in_two_encodings_are_ever_garbled() -> None:
    for first, second in list(pairwise(SENTENCES))[:200]:
        for between in ("", "\n"):
            refused_at((first + between).encode() + second.encode("gb18030"))
            refused_at((first + between).encode("gb18030") + second.encode())


def test_a_file_cut_off_inside_a_character_is_refused_there() -> None:
    assert refused_at("市场规模达到".encode()[:-1]) == 15


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        (b"PK\x03\x04\x00\x00", 4),
        (b"\xff" * 100_000, 0),
        (b"\xef\xbb\xbfab\xff", 5),
        (b"\xff\xfea", 2),
        ("甲乙丙丁".encode() + b"\xed\xa0\x80", 12),  # half a character of UTF-16, in UTF-8
        (b"\xff\xfea\0\x00\xd8b\0", 4),
        ("The company’s “strong” growth".encode("cp1252"), 21),
    ],
)
def test_bytes_that_are_no_text_are_refused_at_the_byte_that_shows_it(content: bytes, offset: int) -> None:
    assert refused_at(content) == offset


def test_windows_1252_that_happens_to_be_valid_gb18030_is_refused() -> None:
    content = "a“b c“d e“f g“h i“j".encode("cp1252")
    content.decode("gb18030")
    assert refused_at(content) == 1


def test_the_message_names_the_file_and_the_way_out() -> None:
    with pytest.raises(UnreadableReport, match=r"^甲\.md：第 2 字节.*UTF-8.*请另存为 UTF-8 后重试$"):
        decode_text(b"\xff\xfea", "甲.md")
