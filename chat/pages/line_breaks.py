"""Where the lines of a Chinese paragraph end.

What may not begin or end a line, or be parted, is that of GB/T 15834—2011, 5.1 (positions of punctuation). Latin words and
figures stay whole. Knows letters and their widths only, in whatever unit both are told.
"""

from collections.abc import Collection, Sequence

NOT_AT_START = frozenset("，。、；：？！”’）》〉」』】〕〗］｝—·～％‰℃°,.;:?!)]}%/／-－")
NOT_AT_END = frozenset("“‘（《〈「『【〔〖［｛([{￥¥$£€−/／")
_DASH, _ELLIPSIS = "——", "……"  # two letters, one mark; a single — joins, and may not begin a line
_FIRST_NOT_LATIN = "\u2000"
_RAISED_OR_LOWERED = ("\u2070", "\u209f")  # CO₂


def line_ends(
    letters: Sequence[str], widths: Sequence[float], measure: float, *, held: Collection[int] = ()
) -> list[int]:
    """The end of each line, rising: the index of the letter that begins the next one, at last len(letters).

    A line is as long as it can be. Blanks at its end may stand beyond the measure; other letters do where no break is
    allowed before them and they are alone, and a stretch without any allowed break is broken where the measure is full.

    held: indices of letters that may not begin a line.
    """
    ends: list[int] = []
    start = 0
    while start < len(letters):
        full = _full(letters, widths, measure, start)
        allowed = (at for at in range(full, start, -1) if _may_break(letters, at, held))
        start = next(allowed, full)
        ends.append(start)
    return ends


def _full(letters: Sequence[str], widths: Sequence[float], measure: float, start: int) -> int:
    """The first letter behind start that the measure has no room for, or the end."""
    used = 0.0
    for at in range(start, len(letters)):
        used += widths[at]
        if used > measure and at > start and not letters[at].isspace():
            return at
    return len(letters)


def _may_break(letters: Sequence[str], at: int, held: Collection[int]) -> bool:
    """Whether a line may begin with the letter at this index."""
    if at == len(letters):
        return True
    before, after = letters[at - 1], letters[at]
    if at in held or after.isspace() or before in NOT_AT_END or before + after in (_DASH, _ELLIPSIS):
        return False
    if after in NOT_AT_START and "".join(letters[at : at + 2]) != _DASH:
        return False
    return before.isspace() or not (is_latin(before) and is_latin(after))


def is_latin(letter: str) -> bool:
    """Whether it is of a word or figure that is not broken."""
    first, last = _RAISED_OR_LOWERED
    return (letter < _FIRST_NOT_LATIN or first <= letter <= last) and not letter.isspace()
