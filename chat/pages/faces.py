"""What a character of a PDF is drawn as, with fonts that no PDF has to bring along.

Chinese is set in STSong-Light, which readers of PDF have or stand in another for (Adobe-GB1), Latin letters and figures in
Times, which every reader has. Nothing is lost that neither has:
- a character that is made of others (₂, ⑪) is drawn as those, and copied as it is;
- any other, an emoji or a rare character, stands and is copied as its number: 〔U+1F600〕;
- a blank of any width is a blank, a tab is several, and what shows nothing (joiners, directions, variants) is left out.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

SONG = "STSong-Light"
TIMES, TIMES_BOLD = "Times-Roman", "Times-Bold"
RAISED, LOWERED, SMALL = 0.36, -0.14, 0.66  # in ems: super- and subscripts
TAB = " " * 6


@dataclass(frozen=True, slots=True)
class Face:
    """What a character is drawn as. size and rise in ems; told: what is copied, None where that is what is drawn."""

    font: str
    drawn: str
    size: float = 1.0
    rise: float = 0.0
    told: str | None = None


def register_fonts() -> None:
    """Make the Chinese font known to reportlab; as often as one likes."""
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415 - 0.2 s
    from reportlab.pdfbase.pdfmetrics import registerFont  # noqa: PLC0415

    registerFont(UnicodeCIDFont(SONG))


@lru_cache(maxsize=20_000)
def face_of(char: str, *, bold: bool) -> Face:
    """What a character is drawn as; the fonts are registered."""
    latin = TIMES_BOLD if bold else TIMES
    if char == "\t":
        return Face(latin, TAB)
    if unicodedata.category(char) == "Cf" or "VARIATION SELECTOR" in unicodedata.name(char, ""):
        return Face(latin, "")
    if char == "\n" or (unicodedata.category(char) == "Zs" and char != "\u3000"):
        return Face(latin, " ")
    font = _font_of(char, latin)
    if font is not None:
        return Face(font, char)
    return _composed_face(char, latin) or Face(SONG, f"〔U+{ord(char):04X}〕")


def _composed_face(char: str, latin: str) -> Face | None:
    """A character as those it is made of, set apart from its neighbours; None where there is no font for those.

    Only of the first 65,536: readers do not copy others from an ActualText.
    """
    parts = unicodedata.normalize("NFKC", char)
    font = _font_of(parts, latin)
    if font is None or parts == char or ord(char) > 0xFFFF:
        return None
    match unicodedata.decomposition(char).split(" ")[0]:
        case "<sub>":
            return Face(font, parts, SMALL, LOWERED, told=char)
        case "<super>":
            return Face(font, parts, SMALL, RAISED, told=char)
        case "<circle>":
            return Face(font, f"({parts})", told=char)
        case "<fraction>":  # 2⅓ is not 21/3
            return Face(font, f" {parts}", told=char)
        case _:
            return Face(font, parts, told=char)


def _font_of(text: str, latin: str) -> str | None:
    """The font that has all letters of a text: Times for Latin, else 宋体, else Times with the symbols that go with it.

    The punctuation and the symbols that both have, “ ” … — ± among them, are as wide as a Chinese letter.
    """
    if all(char.isascii() or (char.isalpha() and ord(char) < 0x250) for char in text) and _times_has(text, latin):
        return latin
    if all(_song_has(char) for char in text):
        return SONG
    return latin if _times_has(text, latin) else None


def _song_has(char: str) -> bool:
    """Whether the character is of GBK or of the first extension of CJK, as Adobe-GB1 is by its supplement 4."""
    try:
        char.encode("gbk")
    except UnicodeEncodeError:
        return "\u3400" <= char <= "\u4db5"
    return True


def _times_has(text: str, font: str) -> bool:
    """Whether each letter is in the font, Symbol or ZapfDingbats, which reportlab takes it from in that order."""
    from reportlab.pdfbase.pdfmetrics import getFont  # noqa: PLC0415

    times = getFont(font)
    return all(any(_encodes(char, fallback.encName) for fallback in (times, *times.substitutionFonts)) for char in text)


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
