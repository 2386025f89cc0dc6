"""Whether one telling of a section rewords another one without saying anything else.

Publishers retell a section of their own report as article, slide and chapter, and put 发布 in one where another has
展示. One word also makes 反对 of 支持, so only listed words may differ, and only where the report itself says that both
are one section: by a number of chapter and section (4.4) and its title.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

Tokens = tuple[str, ...]

# 第三节 and 一、 begin anew in each chapter; 4.4 does not.
_NUMBERED = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2}){1,3})(?![\d.])(.+)")
_MARKS = re.compile(r"[\W_一]")  # text recognition reads a dash as 一
_CHANGED = 1 / 20  # of the letters of what is retold

# What may be there or not, and what may stand for each other: it says nothing, or the same.
_FILLING = frozenset("成为在来并式于以而及其该此即则也还之所着过地得个")
_ADDED = frozenset({"与用户", "相关", "有关"})
_ALIKE = ({"发布", "展示", "公布", "推出"}, {"相关", "系列", "有关"}, {"例如", "比如", "如"})


def numbered_section(heading: str) -> str:
    """Number and title of a section that its heading names by chapter and number (4.4), without marks; else nothing."""
    match = _NUMBERED.match(heading)
    title = _MARKS.sub("", match[2]) if match else ""
    return f"{match[1]} {title}" if match and title else ""


def reworded(sentences: Sequence[Tokens], others: Sequence[Tokens]) -> bool:
    """Whether each sentence is one of the others, some of them in slightly other words that say the same.

    Tokens are figures, Latin names and characters, in order. In all, 1 in 20 of them may differ: characters that fill in
    (成, 为, 并, …), one told twice by a slip (生生成), and listed words for each other.
    """
    told = set(others)
    left = int(_CHANGED * sum(map(len, sentences)))
    for sentence in sentences:
        if sentence in told:
            continue
        left -= min((_changed(sentence, other, left) for other in others), default=left + 1)
        if left < 0:
            return False
    return True


def _changed(sentence: Tokens, other: Tokens, most: int) -> int:
    """How many tokens differ; more than most where that is so, or where they may say different things."""
    # Most pairs are two sentences of one section: their lengths or their letters alone tell that.
    if abs(len(sentence) - len(other)) > most or len(set(sentence) ^ set(other)) > 2 * most:
        return most + 1
    changed = 0
    for kind, start, end, begin, stop in SequenceMatcher(None, sentence, other, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = "".join(sentence[start:end]), "".join(other[begin:stop])
        changed += max(end - start, stop - begin)
        twice = sentence[max(0, start - 1) : end + 1] if gone else other[max(0, begin - 1) : stop + 1]
        slip = not (gone and come) and (gone or come).isalpha() and twice.count(gone or come) > 1
        if changed > most or not (slip or _harmless(gone, come)):
            return most + 1
    return changed


def _harmless(gone: str, come: str) -> bool:
    if not gone or not come:
        added = gone or come
        # 为 added to 华为提供服务 makes 华为 the one that is served.
        return added in _ADDED or (added != "为" and _FILLING.issuperset(added))
    return _FILLING.issuperset(gone + come) or any({gone, come} <= group for group in _ALIKE)
