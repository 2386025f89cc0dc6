"""Bytes of a text file to its text, in whichever encoding Chinese reports come in, or not at all.

Decoding is strict, and of the encodings that fit, the one whose characters are the most ordinary is taken: Big5 read as
GB18030 is often valid too, but full of characters that hardly anybody uses. Bytes in two encodings are refused, never
half garbled.
"""

import codecs
import re
from functools import cache

from ingest.language import message
from ingest.report import UnreadableReport

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# As many characters as show what a text is; a longer one is told by its beginning.
_SAMPLE = 20_000
_ORDINARY = 0.8
# Of a text in an encoding that is not known here, such as Windows-1252, hardly any.
_READABLE = 0.5
# Fewer characters than this may be ordinary or not by chance.
_ENOUGH = 4
# Four Chinese characters of three bytes each, ASCII between them; in GB18030 and Big5 they have two, or four.
_UTF_8_CHARACTER = rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef[\xbc\xbd][\x80-\xbf])"
_UTF_8_RUN = re.compile(_UTF_8_CHARACTER + rb"(?:[\t\x20-\x7e]{0,40}" + _UTF_8_CHARACTER + rb"){3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
_ASCII = re.compile(r"[\x00-\x7f]+")


def decode_text(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16 (with its mark or without), GB18030 or Big5.

    Raises:
        UnreadableReport: the bytes are not text in any one of these; the message gives the offset where that shows.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content, encoding, name).removeprefix("\ufeff")
    text = _decoded(content, "utf-8")
    if text is not None and "\0" not in text:
        return text
    if (offset := _utf_8_ends(content)) is not None:
        raise UnreadableReport(
            message(
                "{file}：第 {offset} 字节处编码改变（一部分是 UTF-8，一部分不是）；请统一另存为 UTF-8 后重试",
                file=name,
                offset=offset,
            )
        )
    return _most_ordinary(content, name)


def _most_ordinary(content: bytes, name: str) -> str:
    """The text of bytes that are not UTF-8, in the encoding that reads them as the most ordinary text.

    Big5 is read with the characters that Hong Kong added, and where that fails as Windows has it, with the sign for euro.
    """
    texts = [text for encoding in ("utf-16-le", "utf-16-be") if (text := _wide(content, encoding)) is not None]
    # A NUL never stands in text of these; it is how a program, a picture or a zip gives itself away.
    if b"\0" not in content:
        chinese = (_decoded(content, encoding) for encoding in ("gb18030", "big5hkscs", "cp950"))
        texts = [*(text for text in chinese if text is not None), *texts]
    elif not texts:
        raise UnreadableReport(
            message(
                "{file}：第 {offset} 字节是空字符，不像文本文件；请确认格式，或另存为 UTF-8 文本",
                file=name,
                offset=content.index(0),
            )
        )
    if not texts:
        return _strictly(content, "gb18030", name)
    share, place = max((_ordinary_share(text), -place) for place, text in enumerate(texts))
    if share < _READABLE and len(texts[-place]) >= _ENOUGH:
        raise UnreadableReport(
            message(
                "{file}：第 {offset} 字节起不是 UTF-8、UTF-16、GB18030 或 Big5 的文字；请另存为 UTF-8 后重试",
                file=name,
                offset=_first_strange(content),
            )
        )
    return texts[-place]


def _wide(content: bytes, encoding: str) -> str | None:
    """The text of UTF-16 without its mark; None for bytes that are too few to tell, or no such text."""
    text = _decoded(content, encoding)
    return None if text is None or len(text) < _ENOUGH or _CONTROL.search(text) else text


def _first_strange(content: bytes) -> int:
    return next((offset for offset, byte in enumerate(content) if byte > 127), 0)


def _utf_8_ends(content: bytes) -> int | None:
    """Where bytes that are not all UTF-8 change from it or to it; None where none of them is Chinese in UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        end = error.start
    else:
        return None
    for run in _UTF_8_RUN.finditer(content):
        share = _ordinary_share(run[0].decode("utf-8"))
        if share >= _ORDINARY and share > _ordinary_share(run[0].decode("gb18030", "replace")):
            return end if run.end() <= end else run.start()
    return None


def _ordinary_share(text: str) -> float:
    """The share of ordinary characters in what of the text is not ASCII, in [0, 1]; 1 where it is ASCII alone."""
    sample = _ASCII.sub("", text[: _SAMPLE * 10])[:_SAMPLE]
    return sum(character in _ordinary() for character in sample) / len(sample) if sample else 1.0


@cache
def _ordinary() -> frozenset[str]:
    """Punctuation, and the more frequent half of the characters of GB 2312 and of Big5: the standards list them first."""
    symbols = (("gb2312", 0xA1, 0xA3), ("gb2312", 0xA9, 0xA9), ("big5hkscs", 0xA1, 0xA2))
    ranges = (*symbols, ("gb2312", 0xB0, 0xD7), ("big5hkscs", 0xA4, 0xC6))
    return frozenset(
        character
        for encoding, first, last in ranges
        for lead in range(first, last + 1)
        for trail in range(0x40, 0xFF)
        for character in bytes((lead, trail)).decode(encoding, "ignore")
        if not character.isascii()
    )


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _strictly(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableReport(
            message(
                "{file}：第 {offset} 字节起无法按 {encoding} 解码（已试 UTF-8、UTF-16、GB18030、Big5）；请另存为 UTF-8 后重试",
                file=name,
                offset=error.start,
                encoding=encoding,
            )
        ) from error
