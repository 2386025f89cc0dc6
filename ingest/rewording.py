"""Whether one telling of a section rewords another one without saying anything else.

Publishers retell a section of their own report as article, slide and chapter, and put 发布 in one where another has
展示. One word also makes 反对 of 支持, so what is let pass is little, and only where the report itself says that both
are one section: by a number of chapter and section (4.4) and its title.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from math import inf

Tokens = tuple[str, ...]

# 第三节 and 一、 begin anew in each chapter; 4.4 does not.
_NUMBERED = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2}){1,3})(?![\d.])(.+)")
_MARKS = re.compile(r"[\W_一]")  # text recognition reads a dash as 一
_CHANGED = 1 / 20  # of the letters of what is retold
_ADDED = 3  # characters at one place
_REPLACED = 2

# A difference that holds one of these may turn, weaken, date, count or direct what is said, or change who does it.
_TURNING = frozenset(
    "不没无未非否莫勿别禁止停终废撤拒反难"
    "可能应须必需将要会拟预计或若如据传称似乎约近超仅只曾已尚原"
    "一二两三四五六七八九十百千万亿零〇半几很少多大小部分全各每唯最更较首次"
    "升降增减加扩缩涨跌高低快慢缓强弱进出入购售买卖收放前后上下内外左右新旧先始衰退支正负盈亏"
    "是限制鼓励启由被把对给向让比东西南北"
)
# Parts of speech of jieba's list: people, places, organisations, other names; and things, times, places, numbers.
_NAMES = ("nr", "ns", "nt", "nz")
_NOUNS = ("n", "t", "s", "f", "m")


def numbered_section(heading: str) -> str:
    """Number and title of a section that its heading names by chapter and number (4.4), without marks; else nothing."""
    match = _NUMBERED.match(heading)
    title = _MARKS.sub("", match[2]) if match else ""
    return f"{match[1]} {title}" if match and title else ""


def reworded(sentences: Sequence[Tokens], others: Sequence[Tokens]) -> bool:
    """Whether each sentence is one of the others, some of them in slightly other words that say the same.

    Tokens are figures, Latin names and characters, in order. In all, 1 in 20 of them may differ; at one place, 3 may be
    in one telling alone, or 2 stand for 2 others. None of it is a figure, a Latin name or a character that turns what is
    said, none that is added is a name, and no noun stands for another.
    """
    changed = sum(min((_changed(sentence, other) for other in others), default=len(sentence)) for sentence in sentences)
    return changed <= _CHANGED * sum(map(len, sentences))


def _changed(sentence: Tokens, other: Tokens) -> float:
    """How many tokens differ; infinity where they may say different things."""
    if sentence == other:
        return 0
    # Most pairs are two sentences of one section: their lengths alone tell that.
    if abs(len(sentence) - len(other)) > max(_ADDED, _CHANGED * len(sentence)):
        return inf
    changed = 0
    for kind, start, end, begin, stop in SequenceMatcher(None, sentence, other, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = sentence[start:end], other[begin:stop]
        if not _harmless(gone, come):
            return inf
        changed += max(len(gone), len(come))
    return changed


def _harmless(gone: Tokens, come: Tokens) -> bool:
    if any(not _is_plain(token) for token in (*gone, *come)):
        return False
    words = "".join(gone), "".join(come)
    if not all(words):
        added = "".join(words)
        # 为 added to 华为提供服务 makes 华为 the one that is served.
        return (
            len(added) <= _ADDED
            and "为" not in added
            and not any(added[at : at + 2] in _words_of(_NAMES) for at in range(_ADDED))
        )
    return len(gone) == len(come) == _REPLACED and not all(word in _words_of(_NOUNS) for word in words)


def _is_plain(token: str) -> bool:
    return "一" <= token[0] <= "鿿" and token not in _TURNING


@cache
def _words_of(kinds: tuple[str, ...]) -> frozenset[str]:
    """The words of two characters of these parts of speech, as jieba's list has them."""
    lines = files("jieba").joinpath("dict.txt").read_text("utf-8").splitlines()
    words = (line.split() for line in lines)
    return frozenset(word for word, _, kind in words if len(word) == _REPLACED and kind.startswith(kinds))
