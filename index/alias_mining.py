"""Pairs of names that a corpus itself says are one thing: 大语言模型（Large Language Model，LLM）, 世界卫生组织（简称世卫组织）.

Rules alone, and rather no pair than a wrong one: what a bracket adds is mostly a figure, a date, a place or an example.
Latin abbreviations are matched as in Schwartz & Hearst (PSB 2003): each letter stands in the long form, in order, the
first at the beginning of a word. A Chinese name has no written beginning; it is looked for backwards by parts of speech,
within the length that the Latin name allows, and a name that another place tells shorter is that shorter name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from index.segment import fold, tagged, tokenizer
from ingest.normalise import simplify

_HAN = "\u4e00-\u9fff"
_BRACKET = re.compile(r"([^（）()\n\t\x1f]{2,40})[（(]([^（）()\n\t\x1f]{2,80})[）)]")
_INLINE = re.compile(
    rf"(?:^|(?<=[，。；：、\s“]))([{_HAN}A-Za-z0-9·]{{2,20}})[”]?[，,]?(?:又称|又名|亦称|也称|俗称|又叫|也叫|简称)(?:为|作)?"
    rf"([“「]?[{_HAN}A-Za-z·]{{2,16}}[”」]?(?:、[{_HAN}A-Za-z·]{{2,16}})*)(?=[，。；）\n]|$)",
    re.MULTILINE,
)
_SHORT = r"(?:以下|下文)?(?:统一)?(?:简称|下称|简写|缩写)"
_OTHER = (
    r"又称|又名|亦称|也称|俗称|又叫|也叫|别称|别名|全称|英文名称?|英文全称|英文缩写|英文简称|英文|英语|学名|中文名?"
)
_LABELLED = re.compile(rf"(?:(?P<short>{_SHORT})|(?P<other>{_OTHER}))(?:为|是|作)?\s*[:：]?\s*(?P<name>.+)")
_QUOTES = "“”「」『』《》〈〉\"'‘’"
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z&.'’\- ]*[A-Za-z]")
_LATIN_AT_END = re.compile(r"[A-Za-z][A-Za-z0-9&.'’\-]*(?: [A-Za-z0-9&.'’\-]+)*$")
_HAN_NAME = re.compile(rf"[{_HAN}][{_HAN}·]*[{_HAN}]")
_RUN_AT_END = re.compile(rf"[{_HAN}A-Za-z0-9·\-]*[{_HAN}]$")
_QUOTED_AT_END = re.compile(rf"[“「『《]([{_HAN}A-Za-z0-9·\- ]{{2,20}})[”」』》]$")
# Three small letters in a row make a product of it (ChatGPT, OpenAI).
_ACRONYM = re.compile(r"(?=(?:.*[A-Z]){2})(?!.*[a-z]{3})[A-Za-z][A-Za-z&\-]{1,7}")
_LEGAL_FORM = re.compile(r"(?:集团)?(?:股份|科技股份)?(?:有限责任公司|有限公司|公司)$|集团$")
_LONGEST = 16  # characters of a Chinese name that is not the long form of another


@dataclass(frozen=True, slots=True)
class Alias:
    """Two names of one thing, simplified and as the corpus spells them; count: how often it says so."""

    name: str
    other: str
    count: int


def mine_aliases(texts: Iterable[str]) -> list[Alias]:
    """The pairs of names that the texts tell, most often told first, then by name."""
    told: Counter[tuple[str, str]] = Counter()
    for text in texts:
        told.update(_told_in(simplify(text)))
    spelling: dict[tuple[str, str], tuple[str, str]] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for (name, other), count in told.items():
        folded = (fold(name), fold(other))
        key = folded[::-1] if folded[::-1] in spelling else folded
        spelling.setdefault(key, (name, other))
        counts[key] += count
    pairs = _without_doubtful(_at_shorter_names(counts))
    found = [Alias(*spelling[pair], count) for pair, count in pairs.items()]
    return sorted(found, key=lambda alias: (-alias.count, alias.name, alias.other))


def _told_in(text: str) -> Iterator[tuple[str, str]]:
    for bracket in _BRACKET.finditer(text):
        left = bracket[1].rstrip()
        if text[: bracket.start()].endswith(("）", ")")):  # 英飞凌（Infineon）和意法半导体（ST）
            left = left.lstrip("和与及或")
        yield from _in_bracket(left, bracket[2].strip())
    for told in _INLINE.finditer(text):
        yield from _inline(told[1], told[2])


@lru_cache(maxsize=4096)
def _in_bracket(left: str, inside: str) -> tuple[tuple[str, str], ...]:
    """The pairs that one bracket tells, given what stands before it in its line."""
    names = _names_inside(inside)
    if not names:
        return ()
    before = _LATIN_AT_END.search(left.rstrip(_QUOTES))
    if before:
        if left.endswith("》"):  # a work, and who made it or where it appeared
            return ()
        pairs = [pair for name, _ in names for pair in _with_latin(before[0], name)]
    else:
        pairs = [pair for name, short in names for pair in _with_chinese(left, name, short=short)]
    if len(names) == 2 and len(pairs) == 2:
        pairs.append((names[0][0], names[1][0]))
    return tuple((name, other) for name, other in pairs if fold(name) != fold(other))


def _names_inside(inside: str) -> list[tuple[str, bool | None]]:
    """The names that a bracket holds, each with whether a label calls it a short form (None: no label); [] where it
    holds anything else as well, or more than two."""
    parts = [part.strip() for part in re.split("[，,；;]", inside)]
    names: list[tuple[str, bool | None]] = []
    for part in parts:
        label = _LABELLED.fullmatch(part)
        name = (label["name"] if label else part).strip(_QUOTES + " ")
        if (
            not (_LATIN_NAME.fullmatch(name) or _HAN_NAME.fullmatch(name))
            or fold(name) in _listed("units")
            or (len(name) < 3 and name.islower())
        ):
            return []
        names.append((name, label["short"] is not None if label else None))
    if len(names) == 2 and not _belong_together(names[0], names[1]):
        return []
    return names if len(names) <= 2 else []


def _belong_together(first: tuple[str, bool | None], second: tuple[str, bool | None]) -> bool:
    (one, _), (other, label) = first, second
    return label is not None or abbreviates(other, one) or abbreviates(one, other)


def abbreviates(short: str, long: str) -> bool:
    """Whether an acronym's letters stand in a longer Latin name in order, the first of them at its beginning."""
    if not _ACRONYM.fullmatch(short) or not _LATIN_NAME.fullmatch(long) or len(long) <= len(short) + 1:
        return False
    letters = [letter for letter in short.rstrip("s").lower() if letter.isalpha()]
    place = len(long)
    for letter in reversed(letters[1:]):
        place = long.lower().rfind(letter, 1, place)
        if place < 0:
            return False
    return long[0].lower() == letters[0]


def _with_latin(before: str, name: str) -> list[tuple[str, str]]:
    """Pairs for a Latin name and what its bracket holds."""
    if _LATIN_NAME.fullmatch(name):
        words = before.split(" ")
        longs = (" ".join(words[start:]) for start in range(len(words) - 1, -1, -1))
        long = next((long for long in longs if abbreviates(name, long)), None)
        if long is not None:
            return [(long, name)]
        return [(name, words[-1])] if abbreviates(words[-1], name) else []
    if any(char.isdigit() for char in before) or fold(before) in _listed("units") or len(before) < 2:
        return []
    if len(name) > _most_characters(before) or not _is_noun(name) or _may_describe(list(tagged(name)), before):
        return []
    return [(name, before)]


def _with_chinese(left: str, name: str, *, short: bool | None) -> list[tuple[str, str]]:
    """Pairs for a Chinese name that ends where the bracket begins, and what the bracket holds."""
    if _HAN_NAME.fullmatch(name):
        long = _long_form(left, name)
        if long is not None:
            return [(_without_legal_form(long), name)]
        if short is not False:
            return []
    quoted = _QUOTED_AT_END.search(left)
    if quoted:
        return [(quoted[1], name)] if len(quoted[1]) <= _most_characters(name) else []
    before = _chinese_before(left, name)
    return [(before, name)] if before is not None else []


def _long_form(left: str, short: str) -> str | None:
    """The shortest stretch before the bracket that a Chinese short form's characters stand in, in order, the first one
    at its beginning, which is the beginning of a word; with the proper nouns before it. None where there is none, or where
    the short form stands in it as a whole: its words find both."""
    run = _RUN_AT_END.search(left.rstrip(_QUOTES))
    if run is None:
        return None
    place = len(run[0])
    for char in reversed(short):
        place = run[0].rfind(char, 0, place)
        if place < 0:
            return None
    long = run[0][place:]
    words = list(_words_with_starts(run[0]))
    if all(start != place for start, _, _ in words) or len(long) < len(short) + 2 or short in long:
        return None
    for start, word, tag in reversed([before for before in words if before[0] < place]):
        if word in _listed("before") or tag not in {"ns", "nt", "nr", "nz", "nrt"}:
            break
        place = start
    return run[0][place:]


def _words_with_starts(run: str) -> Iterator[tuple[int, str, str]]:
    start = 0
    for word, tag in tagged(run):
        yield start, word, tag
        start += len(word)


@cache
def _word_lists() -> dict[str, frozenset[str]]:
    lines = files("index").joinpath("alias_words.txt").read_text("utf-8").splitlines()
    return {
        name: frozenset(words.split())
        for name, _, words in (line.partition(": ") for line in lines if line and not line.startswith("#"))
    }


def _listed(name: str) -> frozenset[str]:
    return _word_lists()[name]


def _without_legal_form(name: str) -> str:
    """A company's name as people say it: the form is no word that finds it."""
    said = _LEGAL_FORM.sub("", name)
    return said if len(said) >= 2 else name


def _chinese_before(left: str, latin: str) -> str | None:
    """The Chinese name that ends left and that a Latin name stands for; None where its beginning is in doubt."""
    run = _RUN_AT_END.search(left)
    if run is None:
        return None
    concepts = _concepts(latin)
    words, certain = _name_at_end(tagged(run[0]), 2 * concepts)
    if not words:
        return None
    length = sum(len(word) for word, _ in words)
    while len(words) > 1 and words[0][0] in _listed("places") and length - len(words[0][0]) >= 1.5 * concepts:
        length -= len(words.pop(0)[0])
    words = words[_what_it_is(words, latin) :]
    name = "".join(word for word, _ in words).strip("·-")
    if not 2 <= len(name) <= _most_characters(latin) or name in _listed("kinds") | _listed("places"):
        return None
    if (" " in latin or not certain) and len(name) < 1.5 * concepts:
        return None
    return None if name[0].isdigit() or _may_describe(words, latin) else name


def _name_at_end(words: list[tuple[str, str]], enough: int) -> tuple[list[tuple[str, str]], bool]:
    """The words at the end that may be a name, and whether what stands before them is surely none of it. A verb is taken
    in (检索增强生成) as long as the characters behind it are not enough."""
    length = 0
    for at in range(len(words) - 1, -1, -1):
        word, tag = words[at]
        if not _may_be_in_a_name(word, tag):
            return words[at + 1 :], tag == "c" or word in _listed("before")
        if tag.startswith("v") and tag != "vn" and length >= enough:
            return words[at + 1 :], True
        length += len(word)
    return words, True


def _what_it_is(words: list[tuple[str, str]], latin: str) -> int:
    """How many words before a name say what it is: 总统拜登, 作家保罗·薛顿, 游戏公司米哈游."""
    ordinary = [_is_known(word) and tag == "n" for word, tag in words]
    person = words[-1][1] in {"nr", "nrt"} or ("·", "x") in words
    if person and " " in latin:
        return ordinary.index(False) if False in ordinary else 0
    kinds = [at for at, (word, _) in enumerate(words) if word in _listed("kinds")]
    return kinds[-1] + 1 if kinds and not all(_is_known(word) for word, _ in words[kinds[-1] + 1 :]) else 0


def _may_be_in_a_name(word: str, tag: str) -> bool:
    if word in _listed("before"):
        return False
    return tag[0] in "navbjlixkhgzsfq" or tag == "eng" or word in {"·", "-"}


def _may_describe(words: list[tuple[str, str]], latin: str) -> bool:
    """Whether Chinese words beside one Latin word are ordinary ones, which may say what the thing is (聊天机器人 for
    ChatGPT) as well as translate it. One word of three characters or more is taken as a translation, and of an acronym
    whatever is not one word of fewer characters than it has letters (代工厂 for TSMC)."""
    if " " in latin or not all(_is_known(word) and tag not in {"nr", "nrt", "ns", "nt"} for word, tag in words):
        return False
    if _ACRONYM.fullmatch(latin):
        return len(words) == 1 and len(words[0][0]) < _concepts(latin)
    return len(words) > 1 or len(words[0][0]) < 3


def _is_known(word: str) -> bool:
    return bool(tokenizer().FREQ.get(word))


def _is_noun(name: str) -> bool:
    words = list(tagged(name))
    return (
        all(_may_be_in_a_name(word, tag) for word, tag in words)
        and words[-1][1][0] in "njlixg"
        and not all(tag == "ns" or word in _listed("places") | _listed("kinds") for word, tag in words)
    )


def _concepts(latin: str) -> int:
    """How many things a Latin name puts together: letters of an acronym, else words."""
    if _ACRONYM.fullmatch(latin):
        return sum(char.isupper() for char in latin)
    return sum(word.lower() not in _listed("small") for word in re.split(r"[ \-]+", latin))


def _most_characters(latin: str) -> int:
    """At most how many characters the Chinese of a Latin name has: three for each word and two, or two for a syllable."""
    return min(_LONGEST, max(3 * _concepts(latin) + 2, len(latin) // 2 + 2))


def _inline(name: str, others: str) -> list[tuple[str, str]]:
    pairs = []
    for other in others.split("、"):
        plain = other.strip(_QUOTES)
        if _LATIN_NAME.fullmatch(plain) or _is_noun(plain):
            pairs.append((_without_legal_form(name), plain))
    return pairs if _is_noun(name) and name not in _listed("kinds") else []


def _at_shorter_names(counts: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Pairs whose Chinese name ends with one told of the same other name, as that one, where it is told as often."""
    names: dict[str, list[str]] = {}
    for name, other in counts:
        names.setdefault(other, []).append(name)
    merged: Counter[tuple[str, str]] = Counter()
    for (name, other), count in counts.items():
        shorter = [told for told in names[other] if name.endswith(told) and counts[told, other] >= count]
        merged[min(shorter, key=len), other] += count
    return merged


def _without_doubtful(counts: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Without the pairs of a name that is given three others or more once each, which share no character: examples."""
    once: dict[str, list[str]] = {}
    for (name, other), count in counts.items():
        if count == 1:
            once.setdefault(name, []).append(other)
            once.setdefault(other, []).append(name)
    exemplified = {name for name, others in once.items() if len(others) > 2 and not set.intersection(*map(set, others))}
    return {pair: count for pair, count in counts.items() if count > 1 or not exemplified & set(pair)}
