"""Where sentences end, as spans that partition the text, so that joining them gives it back."""

import re

# A sentence ends with 。！？； and the closing quotes or brackets after it, or at a line break. An ASCII full stop never
# ends one: `12.5亿元`, `3.2%`, `Jasper.ai`.
_SENTENCE = re.compile(r"[^。！？；\n]*(?:[。！？；]+[”’」』》）)\]]*\n*|\n+|$)")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, in order, partitioning text; white space belongs to the sentence before it.

    >>> split_sentences("规模12.5亿元。同比增长3.2%")
    [(0, 9), (9, 17)]
    """
    spans: list[tuple[int, int]] = []
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        if start == end:
            continue
        if spans and not text[start:end].strip():
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    if len(spans) > 1 and not text[slice(*spans[0])].strip():
        spans[:2] = [(0, spans[1][1])]
    return spans


def split_long(text: str, start: int, end: int, limit: int) -> list[tuple[int, int]]:
    """Spans that partition text[start:end], whole sentences but where one is longer than limit, blanks around it aside:
    that one is cut after the last comma within it, else after a space, else at the limit."""
    pieces: list[tuple[int, int]] = []
    for first, last in split_sentences(text[start:end]):
        at, stop = start + first, start + last
        said = at + len(text[at:stop].rstrip())
        # Offsets and a window: to copy the rest of a long sentence for each piece would take its length squared.
        while said - (begins := _first_said(text, at, said)) > limit:
            window = text[begins : begins + limit]
            cuts = (max(map(window.rfind, marks)) for marks in ("，,、：:", " "))
            # A piece of less than half the limit says little; then rather a cut at the limit.
            cut = next((cut for cut in cuts if cut >= limit // 2), limit - 1) + 1
            pieces.append((at, begins + cut))
            at = begins + cut
        pieces.append((at, stop))
    return pieces


def _first_said(text: str, at: int, end: int) -> int:
    """The offset of the first character from at on that is no blank; end for none."""
    return next((offset for offset in range(at, end) if not text[offset].isspace()), end)
