"""The `[n]` marks of answers: one reading of them for drafts, prompts and whatever is shown."""

import re

# A list or a range in one bracket counts as several; full-width brackets and 资料1 are what small models write.
MARK = re.compile(r"[\[［【]\s*(?:资料)?\s*(\d{1,3}(?:\s*[-–,，、]\s*\d{1,3})*)\s*[\]］】]")
# A mark whose end has not come yet, at the end of a draft.
_BEGUN = re.compile(r"[\[［【][^\]］】]{0,12}$")
# A range of marks is short; [1-999] is no mark of ours.
_RANGE = 20


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of all marks in text, in order: `[1]`, `【2、3】`, `［4-6］`."""
    found: list[int] = []
    for match in MARK.finditer(text):
        for part in re.split(r"[,，、]", match[1]):
            first, *last = (int(number) for number in re.split(r"[-–]", part))
            found.extend(range(first, min(*last, first + _RANGE) + 1) if last else [first])
    return tuple(found)


def without_marks(text: str) -> str:
    """Text without its marks, nor one that has only begun."""
    return _BEGUN.sub("", MARK.sub("", text))


def disarmed(text: str) -> str:
    """Text of a source with its footnotes in （）, so that they are not taken for marks of ours."""
    return MARK.sub(r"（\1）", text)
