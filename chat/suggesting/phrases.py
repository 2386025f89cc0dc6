"""Which words of a report name a thing in full, so that a question can be made of them and stand alone.

Knows words only; what is asked of a name is for `asking_sentences`, `asking_rows` and `asking_headings`.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from chat.understanding.grammar import is_measure
from chat.understanding.wording import known, read
from index.segment import tagged
from ingest.normalise import simplify
from ingest.periods import Period, find_periods

SHORTEST, LONGEST = 7, 30  # characters of a question; 什么是数字人？ has seven
INSIDE = r"[^，。；：:、,;？?！!\n\t“”\"《》]"  # a character of a phrase

_POINTS = re.compile(
    r"[该其此这那它他她我你您]|上述|下述|如下|以上|以下|本(?:报告|文|章|节|公司|行|集团|次|期|年度)|上表|下表|前者|后者|[两二三]者"
    r"|同期|当年|当时|目前|当前|如今|近年|今年|去年|明年|公司的|公司(?=实现|营业|净利|营收)|前述|相关|有关"
)
_NO_POINTER = re.compile(r"我国|其[他它]|他汀|土耳其|[她他它]经济|本田|极其|应该|自我|吉他")
_ODD = re.compile(r"[\n\t|｜★●◆✓•…→×=＝@#_。；;!！,，]|\.\.|[?？].|https?:|www\.")
_BRACKETS = (("（", "）"), ("(", ")"), ("“", "”"), ("《", "》"), ("「", "」"), ("[", "]"), ("【", "】"))
_TWICE = re.compile(r"([\u4e00-\u9fff]{2,})的?\1")


def reads_well(question: str) -> bool:
    """Whether a question is of a fit length, points at nothing outside it, and has no marks that a person would not type."""
    return (
        SHORTEST <= len(question) <= LONGEST
        and not _POINTS.search(_NO_POINTER.sub("", simplify(question)))
        and not _ODD.search(question)
        and all(question.count(first) == question.count(last) for first, last in _BRACKETS)
        and not _TWICE.search(question)
    )


# First letters of jieba's parts of speech. A verb may stand in a name (推理芯片), and hardly at its end.
_IN_A_NAME = frozenset("nvabjligxfsmqhkzt")
_AT_ITS_END = frozenset("njligxbzks")
_JOINS = frozenset({"和", "与", "及", "较", "最", "我国"})
_OTHER_MARK = re.compile(r"[^\w\s（）()·.+\-—/&%“”》《]")
_LATIN = re.compile(r"[A-Za-z]{2,}")


def is_phrase(text: str, *, verb_last: bool = False) -> bool:
    """Whether a text can be a noun phrase that names something in full: 全球AI服务器头部企业, 图像生成的技术场景.

    verb_last: whether it may end in a verb, as 音频生成 does.
    """
    if not text or text != text.strip(" 的·-—/") or _OTHER_MARK.search(text):
        return False
    words = tagged(simplify(text))
    if any(word in _listed("clause") or not _may_be_in_a_name(word, tag) for word, tag in _without_modifier(words)):
        return False
    last, tag = words[-1]
    ends = tag in ("eng", "vn") or tag[0] in _AT_ITS_END or is_measure(last) or (verb_last and tag == "v")
    return ends and names_something(text)


def is_subject(text: str) -> bool:
    """Whether a phrase is long enough, or Latin, for a question about what it has."""
    return is_phrase(text, verb_last=True) and (len(text) > 2 or _LATIN.search(text) is not None)


def names_something(text: str) -> bool:
    """Whether words name a thing of their own rather than only what things have (市场规模, 主要产品, 2022年中国)."""
    return bool(names_in(text)) and not any(word.kind in ("pointer", "asking") for word in read(text))


def names_in(text: str) -> frozenset[str]:
    """The names and nouns of a text that say what it is about: of 2022年中国AI芯片市场规模 AI and 芯片."""
    named = (word.text for word in read(text) if word.kind in ("name", "noun") and len(word.text) > 1)
    return frozenset(named) - _listed("general")


def is_nominal(text: str) -> bool:
    """Whether a text is made of words that may stand in a name, whatever it names."""
    return all(tag == "eng" or tag[0] in _IN_A_NAME for _, tag in tagged(simplify(text)))


def is_measured(text: str) -> bool:
    """Whether a phrase ends in what has an amount (市场规模, 不良贷款率)."""
    words = [word for word, _ in tagged(simplify(text))]
    ends = (words[-1], "".join(words[-2:]) if len(words) > 1 else "")
    return len(text) > 1 and (any(map(is_measure, ends)) or _MORE_MEASURES.search(text) is not None)


_MORE_MEASURES = re.compile(r"(?:空间|人数|总额|毛利|家数|用户数|均价|总数|存量|增量)$")


def ends_with_a_word(text: str, end: int) -> bool:
    """Whether text[:end] ends where a word of it ends: not 生成式人工智 of 生成式人工智能. A word that no dictionary has (人指 of
    数字人指存在于) is no word."""
    at = 0
    for word, _ in tagged(simplify(text[: end + 8])):
        at += len(word)
        if at >= end:
            return at == end or not known(word)
    return True


_ITEM = re.compile(r"、|以及|(?<=[^公])及(?=[^时其])|和(?=[^谐])|与")
_BRACKETED = re.compile(r"[（(][^（）()]*[）)]")


def are_several(items: str) -> bool:
    """Whether words are three things or more side by side, each short."""
    parts = [part.strip() for part in _ITEM.split(_BRACKETED.sub("", items))]
    return len(parts) > 2 and "、" in items and all(0 < len(part) < 24 for part in parts)


_NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十\d]+[章节篇部分]+|\d+(?:\.\d+)*[.、]?|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]"
    r"|PART\.?\s*\d+)\s*"
)


def without_number(heading: str) -> str:
    """A heading without 1.2, 第一章 or （一）."""
    return _NUMBERED.sub("", heading.strip()).strip()


_ASKED_PERIOD = re.compile(
    r"(?:19|20)\d\d(?:年(?:度|全年|[上下]半年|前?[一二三四1-4]个?季度|前\d个月|\d{1,2}月份?|H[12]|Q[1-4]|末|底)?|H[12]|Q[1-4])"
)
_SPELT = {"H1": "上半年", "H2": "下半年", "Q1": "第一季度", "Q2": "第二季度", "Q3": "第三季度", "Q4": "第四季度"}


def first_period(text: str) -> tuple[str, int] | None:
    """The period with which a text begins, as one asks for it (2022年上半年 for 2022H1), and where it ends; None where it begins
    with none, or with one that no question names in short, such as a day or a range."""
    period = next(iter(find_periods(text)), None)
    if period is None or period.start > 0:
        return None
    asked = _spelt(text, period)
    return (asked, period.end) if asked is not None else None


def _spelt(text: str, period: Period) -> str | None:
    words = text[period.start : period.end].strip()
    if not _ASKED_PERIOD.fullmatch(words):
        return None
    full = re.sub(r"(?<=\d{4})(?=[HQ])", "年", words)
    return re.sub("[HQ][1-4]$", lambda part: _SPELT[part[0]], full)


def _without_modifier(words: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """The words without the first verb before 的: of AIGC带来的商业机遇 not 带来."""
    marks = [at for at, (word, _) in enumerate(words) if word == "的"]
    if not marks or marks[-1] == len(words) - 1:
        return words
    clause = _listed("clause")
    verb = next((at for at, (word, tag) in enumerate(words[: marks[0]]) if tag == "v" or word in clause), None)
    return [pair for at, pair in enumerate(words) if at != verb]


def _may_be_in_a_name(word: str, tag: str) -> bool:
    return tag in ("uj", "eng") or tag[0] in _IN_A_NAME or word in _JOINS or not word.isalnum()


def _listed(name: str) -> frozenset[str]:
    return _word_lists()[name]


@cache
def _word_lists() -> dict[str, frozenset[str]]:
    lines = files("chat.suggesting").joinpath("naming_words.txt").read_text("utf-8").splitlines()
    told = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return {name: frozenset(words.split()) for name, _, words in told}
