"""How well a page was read, told from its text alone."""

import re
import unicodedata
from functools import cache

from ingest.source import CELL_BREAK, Flag

# Symbol fonts give a bullet a line, which is 1 to 3 in 100; a page whose letters are lost has most of them.
_BAD_SHARE = 0.1
# 0.06 % of the characters of Chinese reports are outside the common ones; of UTF-8 read as GBK, four fifths.
_RARE_SHARE = 0.4
_FEWEST_IDEOGRAPHS = 20
_TABLE_SHARE = 0.6

_CID = re.compile(r"\(cid:\d+\)")
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
# What decoders put for what they could not read: U+FFFD told twice, and memory that was never filled.
_FILLER = re.compile("锟斤拷|烫烫烫|屯屯屯")
# The bytes of UTF-8 or GBK one by one as Western letters. French has such letters too, but never four in a row.
_UTF8_AS_LATIN = re.compile(
    r"[Ââ-ï][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]{1,2}|Ã[\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]"
)
_GBK_AS_LATIN = re.compile(r"[\u00a1-\u00ff]{4,}")


def text_flags(text: str) -> tuple[Flag, ...]:
    """What the text of a `SourcePage` shows: `empty` without letters and digits, `garbled` where its characters are not
    what was written, `tables` where most of it stands in rows."""
    if not any(char.isalnum() for char in text) and not _bad_characters(text):
        return ("empty",)
    flags: list[Flag] = []
    if is_garbled(text):
        flags.append("garbled")
    lines = [line for line in text.split("\n") if line.strip()]
    in_rows = sum(len(line) for line in lines if "\t" in line)
    if in_rows >= _TABLE_SHARE * sum(map(len, lines)):
        flags.append("tables")
    return tuple(flags)


def is_garbled(text: str) -> bool:
    """Whether a page of such text shows other characters than these to its reader."""
    told = len("".join(text.split()))
    bad = _bad_characters(text) + _length(_UTF8_AS_LATIN, text) + _length(_GBK_AS_LATIN, text)
    if bad > _BAD_SHARE * told or len(_FILLER.findall(text)) >= 2:
        return True
    ideographs = _IDEOGRAPH.findall(text)
    rare = sum(not _is_common(char) for char in ideographs)
    return len(ideographs) >= _FEWEST_IDEOGRAPHS and rare > _RARE_SHARE * len(ideographs)


def _bad_characters(text: str) -> int:
    """How many characters have no meaning: for private use, unassigned, controls, U+FFFD or `(cid:12)`."""
    bad = sum(
        char == "\ufffd" or (unicodedata.category(char) in {"Co", "Cn", "Cs", "Cc"} and char not in f"\n\t{CELL_BREAK}")
        for char in text
    )
    return bad + _length(_CID, text)


def _length(pattern: re.Pattern[str], text: str) -> int:
    return sum(len(match[0]) for match in pattern.finditer(text))


@cache
def _is_common(char: str) -> bool:
    """Whether it is one of the 3,755 of GB 2312 level 1, or of the 5,401 of Big5 level 1 for traditional writing."""
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            if first <= char.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False
