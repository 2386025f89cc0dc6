"""The names that a question is about, and whether what was found names them.

An encoder finds 通义千问 for 「特斯拉的大模型叫什么？」: what tells of one firm looks like what tells of another. So a name that is
asked about must be named by what was found. Nouns need not: readers ask in other words than reports use (赚头 for 利润).
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from chat.answer import Found
from chat.understanding.scope import Listed, listed_in, named_scope, sides_of
from chat.understanding.things import Thing, things
from chat.understanding.wording import BROAD_PLACES, FUNCTION_CHARACTERS, NAMING, Word, known, read
from index.segment import fold
from ingest.normalise import simplify
from ingest.report import Passage

# 老王, 小马: how people are called who are written of by their names.
_NICKNAME = re.compile("[老小阿].")
_MADE = re.compile("国产|进口|自产|自研|自主")  # 国产的那块云燧i20: how it is made owns nothing
_COUNTS = frozenset("个家种款些位颗部条项类座只支届次批份张场台辆篇首一二三四五六七八九十两几")
_REPORT = re.compile("(?:报告|研报|白皮书|蓝皮书|文件|资料)$")  # where to look, and nothing to look for
_LATIN = re.compile("[A-Za-z]")
_TWO_COUNTRIES = re.compile(r"([中美英日韩德法俄印欧])(?!\1)[中美英日韩德法俄印欧]")  # told as 美国……中国 too
_COUNTED_PLACES = re.compile("[两各多几][国省市州县地]")
_QUOTES = "《》「」“”"
# 在医疗领域, 农业方面: what stands before these is what is asked about, though it is no name.
_FIELD = re.compile("(?:领域|行业|产业|板块|赛道)")
# Of the pairs of characters of a name, the share that names it too: the tagger takes a verb for the end of a name, and a firm goes by a part of its name.
LEAST_PAIRS = 0.5
SLIP_LENGTH = 4  # of a name this long one character may be mistyped


class Named(Protocol):
    """What is needed of a library: its reports, and the names, folded, that it has for a name."""

    @property
    def reports(self) -> Sequence[Listed]: ...

    def spellings(self, name: str) -> Collection[str]: ...


Spellings = Callable[[str], Collection[str]]


def alone(name: str) -> tuple[str]:
    """Where no library knows other names."""
    return (fold(name),)


@lru_cache(maxsize=32)  # one question is read by many a rule
def subjects_of(question: str, known_names: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The names of firms, people, places, products and fields that a question is about, simplified; in order, each once.

    known_names: what else is a name, whatever the dictionary thinks of it.
    """
    words = read(question)
    found = {word.start: word.text for word, after in _with_next(words) if _is_name(word, after)}
    for thing in things(question):
        inside = [word for word in words if thing.start <= word.start < thing.end]
        after = next((word for word in words if word.start == thing.end), None)
        if _is_subject(thing, inside, after):
            found = {start: text for start, text in found.items() if not thing.start <= start < thing.end}
            found[thing.start] = thing.text.split("的")[0]  # the tagger may take it for the end of a name
    plain = simplify(question)
    for start, name in ((plain.find(name), name) for name in known_names):
        if start >= 0:
            found = {at: text for at, text in found.items() if not at <= start < at + len(text)} | {start: name}
    named = (found[start].strip(_QUOTES) for start in sorted(found))
    return tuple(dict.fromkeys(name for name in named if len(name) > 1 and not _COUNTED_PLACES.fullmatch(name)))


def untold(
    question: str, passages: Sequence[Passage], spellings: Spellings, known_names: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The subjects of a question that none of these passages names.

    spellings: the names, folded, by which the library knows a name, its own among them.
    """
    texts = [told_by(passage) for passage in passages]
    subjects = subjects_of(question, known_names)
    return tuple(name for name in subjects if not any(names(text, spellings(name)) for text in texts))


def untold_by_side(found: Found, library: Named) -> list[tuple[str, tuple[str, ...]]]:
    """Each side of a question, or the question where it has none, with those of its subjects that nothing found names."""
    sides = [side.question for side in sides_of(found.standalone_question, library.reports)]
    passages = [hit.passage for hit in found.hits]
    asked = sides or [named_scope(found.standalone_question, library.reports).question]
    known_names = listed_in(found.standalone_question, library.reports)
    return [(each, untold(each, passages, library.spellings, known_names)) for each in asked]


def told_by(passage: Passage) -> str:
    """All words that a passage stands under, and its own, folded."""
    return fold(simplify(f"{passage.title}\n{passage.search_text}"))


def names(text: str, spelled: Iterable[str]) -> bool:
    """Whether a folded text has one of the spellings of a name, or most of it."""
    return any(name in text or _mostly(name, text) for name in spelled)


def _is_subject(thing: Thing, inside: Sequence[Word], after: Word | None) -> bool:
    """Whether all of a thing is one name; AI服务器 is a name and what it is the name of."""
    if any(word.kind not in (*NAMING, "place", "number") or _LATIN.search(word.text) for word in inside):
        return False
    if _REPORT.search(thing.text):
        return False
    named = any(word.kind == "name" and _is_name(word, None) for word in inside)
    # 大模型公司 is any, 商汤科技 is one.
    firm = thing.firm and not (thing.text.endswith(("公司", "集团")) and all(known(word.text) for word in inside))
    field = after is not None and _FIELD.fullmatch(after.text) is not None
    return named or firm or field or (thing.start == 0 and _is_owner(thing, after))


def _is_owner(thing: Thing, after: Word | None) -> bool:
    """字节跳动 of 字节跳动的大模型, 小米 of 小米在……: what a question begins with and then asks something of."""
    asked_of = after is not None and (after.text in ("的", "在") or after.kind == "period")
    nickname = thing.own and _NICKNAME.fullmatch(thing.text) is not None
    is_made = _MADE.fullmatch(thing.text) is not None
    return asked_of and not nickname and not is_made and (len(thing.text) > 2 or known(thing.text))


def _is_name(word: Word, after: Word | None) -> bool:
    """after: the word right behind it, None where a mark or nothing is."""
    text = word.text.strip(_QUOTES)
    if word.kind == "place":  # but not 上海 of 上海某某堂
        return (
            text not in BROAD_PLACES
            and not _TWO_COUNTRIES.fullmatch(text)
            and (after is None or after.kind not in NAMING)
        )
    if word.kind != "name":
        return False
    if text.isascii():
        return re.search("[A-Z0-9]", text) is not None
    if len(text) <= 2:
        return known(text) and not (_NICKNAME.fullmatch(text) or _TWO_COUNTRIES.fullmatch(text))
    return known(text) or not set(text) & (FUNCTION_CHARACTERS | _COUNTS)


def _with_next(words: Sequence[Word]) -> Iterator[tuple[Word, Word | None]]:
    for word, after in zip(words, [*words[1:], None], strict=True):
        yield word, after if after is not None and after.start == word.end else None


def _mostly(name: str, text: str) -> bool:
    if len(name) < 3 or name.isascii():
        return False
    pairs = [name[at : at + 2] for at in range(len(name) - 1)]
    if sum(pair in text for pair in pairs) >= LEAST_PAIRS * len(pairs):
        return True
    but_one = "|".join(f"{re.escape(name[:at])}.{re.escape(name[at + 1 :])}" for at in range(len(name)))
    return len(name) >= SLIP_LENGTH and re.search(but_one, text) is not None
