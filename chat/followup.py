"""A question that leans on earlier turns, made to stand alone by what it leans on."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from chat.answer import Turn

_POINTS_BACK = re.compile(
    r"它|他们|她们|其中|前者|后者|上述|该|那[个家些份种款]|这[个家些份种款]|^(?:那|那么|还有|再|换成|另外)|呢[？?]?$"
)
# Parts of speech that name something (jieba): places, people, organisations, other names, Latin words.
_NAMES = frozenset({"ns", "nr", "nt", "nz", "eng", "nrt"})
# The first words of an answer name what it is about; more of it would drown the question.
_REPLY_CHARS = 60


def standalone_question(asked: str, turns: Sequence[Turn]) -> str:
    """The question as asked where it stands alone; else with the last question and the head of its answer before it."""
    if not turns or not leans(asked):
        return asked
    questions = [turn.text for turn in turns if turn.role == "user"]
    replies = [turn.text for turn in turns if turn.role == "assistant"]
    before = [*questions[-1:], *(reply[:_REPLY_CHARS] for reply in replies[-1:])]
    return " ".join([*before, asked])


def leans(question: str) -> bool:
    """Whether a question points back (它, 那……呢), or names nothing and has at most one noun to stand on."""
    if _POINTS_BACK.search(question):
        return True
    words = [(str(pair.word), str(pair.flag)) for pair in _tagger().cut(question)]
    if any(flag in _NAMES for _, flag in words):
        return False
    return sum(flag.startswith("n") and len(word) > 1 for word, flag in words) <= 1


@cache
def _tagger() -> Any:
    import jieba.posseg  # noqa: PLC0415 - 1 s that only a conversation needs

    return jieba.posseg.POSTokenizer()
