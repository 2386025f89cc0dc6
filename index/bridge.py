"""Questions that reach their subject by way of another fact: 「投资了某某的那家公司，后来……」.

The passage that answers the first half names what the second half is about, a name that the question does not have. So
the rare words of the best passage are searched as well (pseudo-relevance feedback, as in Rocchio 1971, from one
passage and for such questions only; for any question it costs more than it gains).
"""

import re
from collections.abc import Callable, Sequence

from index.segment import segment
from ingest.normalise import simplify
from ingest.report import Passage

WORDS = 8
# A bridge stands in at least one other passage, and a word of more than 3 % of them names nothing.
_COMMON_SHARE = 0.03
_COMMON_LEAST = 5

_SORTS = "公司|企业|机构|厂商|产品|模型|项目|团队|平台|品牌|国家|地区"
_BY_WAY_OF = re.compile(rf"那[家个款位种项]|该(?:{_SORTS})")
# What points at a subject told by a fact, to the end of the noun that says what it is: 投的那家数字人公司, 该模型. In 甲公司那个产品 and
# 乙的那个 what is asked of has a name already, and no second step is needed.
_NOUN = rf"[^，,。？?！!；;的在]{{0,8}}?(?:{_SORTS})"
_POINTS = re.compile(rf"的那(?:家(?:{_NOUN})?|[个款位种项]{_NOUN})|(?<=[，,。；;？?])该(?:{_SORTS})")


def by_way_of_another(question: str) -> bool:
    """Whether a question names its subject only by a fact about it."""
    return bool(_BY_WAY_OF.search(simplify(question)))


def asked_of(question: str, name: str) -> str | None:
    """What a question asks of a subject that it tells by a fact, with its name instead; None where it tells none so.

    >>> asked_of("投资了甲的那家公司，后来推出了什么？", "乙")
    '乙，后来推出了什么？'
    """
    points = _POINTS.search(simplify(question))
    return name + question[points.end() :] if points else None


def bridge_words(question: str, best: Passage, frequency: Callable[[str], int], size: int) -> list[str]:
    """Words of the best passage that may name the subject, rarest first.

    frequency: in how many of the size passages a word stands. Headers of a row say what a cell is, never which one.
    """
    text = " ".join(cell for _, cell in best.cells) or best.text
    asked = set(segment(question))
    common = max(_COMMON_LEAST, _COMMON_SHARE * size)
    words = [word for word in dict.fromkeys(segment(text)) if len(word) > 1 and word not in asked]
    naming = [word for word in words if 2 <= frequency(word) <= common]
    return sorted(_whole(naming), key=frequency)[:WORDS]


def _whole(words: Sequence[str]) -> list[str]:
    """The words without the parts of others among them: 自动驾驶 counts once, not again as 动驾 and 驾驶."""
    return [word for word in words if word.isascii() or not any(word in other and word != other for other in words)]
