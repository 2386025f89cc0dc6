"""A question that leans on earlier turns, made to stand alone by what it leans on."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from chat.answer import Turn
from index.segment import tokenizer
from ingest.normalise import simplify

_POINTS_BACK = re.compile(
    r"它|他们|她们|其中|前者|后者|上述|该|那[个家些份种款]|这[个家些份种款]|^(?:那|那么|还有|再|换成|另外)|呢[？?]?$"
)
# Parts of speech that name something (jieba): places, people, organisations, other names, Latin words.
_NAMES = frozenset({"ns", "nr", "nt", "nz", "eng", "nrt"})
# Of what was said before, as much as leaves the question itself most of the encoder's 512 tokens.
QUESTION_CHARS, REPLY_CHARS, NAMES = 160, 400, 8

# Pronouns, adjectives, adverbs, figures and verbs qualify a thing; they do not own one.
_QUALIFIERS = frozenset({"r", "b", "a", "ad", "d", "m", "v", "vn", "t", "c", "p"})


def standalone_question(asked: str, turns: Sequence[Turn]) -> str:
    """The question as asked where it stands alone; else behind the last question and the names in its answer.

    A last question that leans itself is made to stand alone first. More of the answer would drown the question in what
    was just said, and more of anything would push it out of the encoder's sight.
    """
    asked_at = [number for number, turn in enumerate(turns) if turn.role == "user"]
    if not asked_at or not leans(asked):
        return asked
    before = turns[: asked_at[-1]]
    # Two questions back is as far as people lean.
    question = (
        turns[asked_at[-1]].text if len(asked_at) == 1 else standalone_question(turns[asked_at[-1]].text, before[-2:])
    )
    reply = next((turn.text for turn in turns[asked_at[-1] :] if turn.role == "assistant"), "")
    tagged = _tagged(reply[:REPLY_CHARS])
    names = dict.fromkeys(word for word, kind in tagged if kind in _NAMES and word not in question)
    return " ".join(part for part in (question[:QUESTION_CHARS], *list(names)[:NAMES], asked) if part)


def leans(question: str) -> bool:
    """Whether a question points back (它, 那……呢), or names nothing and has at most one noun to stand on."""
    question = simplify(question)
    if _POINTS_BACK.search(question):
        return True
    words = _tagged(question)
    if any(kind in _NAMES for _, kind in words) or _begins_with_an_owner(words):
        return False
    return sum(kind.startswith("n") and len(word) > 1 for word, kind in words) <= 1


def _begins_with_an_owner(words: Sequence[tuple[str, str]]) -> bool:
    """Whether it begins 「某某的……」: a name that the tagger does not know is one too, where nothing qualifies it."""
    owner = [word for word, _ in words].index("的") if "的" in (word for word, _ in words[:4]) else 0
    return owner > 0 and words[0][1] not in _QUALIFIERS and sum(len(word) for word, _ in words[:owner]) > 1


def _tagged(text: str) -> list[tuple[str, str]]:
    """(word, part of speech) of each word."""
    return [(str(pair.word), str(pair.flag)) for pair in _tagger().cut(text)]


@cache
def _tagger() -> Any:
    import jieba.posseg  # noqa: PLC0415 - 1 s that only a conversation needs

    return jieba.posseg.POSTokenizer(tokenizer())
