"""A question as people say it, in the words that reports are written in: 「老美」 is 美国 there.

By a list of expressions, each for one that means the same. A model that puts a question into other words drops some, adds some, or
answers (docs/evaluation.md).
"""

import re
from functools import cache
from importlib.resources import files
from itertools import accumulate

from index.segment import tokenizer
from ingest.normalise import simplify

_OR_NOT = re.compile(r"(?<=[\u4e00-\u9fff])不(?=[？?\s]*$)")  # 「会被淘汰不？」
# What follows 的 where that makes somebody of what they do: 「画图的会……」.
_SOMEBODY = "(?=[会能要是有被受还都也就将可该怎咋谁这呢，,。？?]|$)"


def as_written(question: str) -> str:
    """The question with what is only said put as it is written; as it is where nothing is, or the words are cut otherwise: 「老美」 is
    no word of 老美术馆, and 「画图的」 nobody in 画图的软件."""
    question = _OR_NOT.sub("吗", question)
    plain = simplify(question)  # keeps offsets
    found = list(_spoken().finditer(plain))
    if not found:
        return question
    words = tokenizer().lcut(plain)
    edges = {0, *accumulate(len(word) for word in words)}
    pieces: list[str] = []
    told = 0
    for each in found:
        if each.start() in edges and each.end() in edges:
            pieces += question[told : each.start()], _written()[each[0]]
            told = each.end()
    return "".join([*pieces, question[told:]])


@cache
def _written() -> dict[str, str]:
    """What is said → as it is written."""
    lines = files("chat.understanding").joinpath("spoken_words.txt").read_text("utf-8").splitlines()
    rows = (line.split("=") for line in lines if line and not line.startswith("#"))
    return {said: written for written, *spoken in rows for said in spoken}


@cache
def _spoken() -> re.Pattern[str]:
    """Any of what is said, the longest first."""
    said = sorted(_written(), key=len, reverse=True)
    return re.compile("|".join(re.escape(each) + (_SOMEBODY if each.endswith("的") else "") for each in said))
