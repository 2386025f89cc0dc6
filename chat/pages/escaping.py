"""Text as HTML that shows just this text.

Everything that came from a reader, a report or the model goes through here, and nothing is cleaned later: none of the
sanitisers to be had holds by itself (an SVG link passes them).
"""

import re
import string

TITLE_CHARS = 200  # a tooltip longer than this covers the answer it explains

# Every ASCII punctuation mark becomes a numeric entity: such text is neither a tag nor Markdown, wherever it stands.
_INERT = {ord(char): f"&#{ord(char)};" for char in string.punctuation if char not in ".,%"}
_INERT |= {code: None for code in (*range(0x20), 0x7F, *range(0xD800, 0xE000)) if code not in (0x09, 0x0A)}
_INERT |= {ord("\n"): "<br>"}
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")


def inert(text: str) -> str:
    """The text as HTML that shows just these characters, line ends as <br>; control characters are left out."""
    return _LINE_END.sub("\n", text).translate(_INERT)


def attribute(text: str) -> str:
    """The text for a double-quoted attribute, cut at TITLE_CHARS."""
    flat = " ".join(text.split())
    return inert(flat if len(flat) <= TITLE_CHARS else flat[: TITLE_CHARS - 1] + "…")


def lines_attribute(text: str) -> str:
    """The text for a double-quoted attribute that the script reads: whole, with its line feeds."""
    return "&#10;".join(inert(line) for line in text.split("\n"))
