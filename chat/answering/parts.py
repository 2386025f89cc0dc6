"""The parts of a section, as the answer to what there are of what its heading names.

「AIGC面临哪些挑战」 is answered by what its authors put under 「AIGC产业挑战」: a heading for each. The sentences that match best tell
of one of them, or only lead to them.
"""

import re
from collections.abc import Sequence
from typing import Protocol

from chat.answering.digest import without_number
from chat.evidence.evidence import Evidence
from index.library import Hit
from index.segment import fold, function_words, tagged
from ingest.normalise import simplify
from ingest.report import Passage

MOST_PARTS = 12

# How it is to be told, and where: neither stands in a heading.
_TELL = re.compile(r"[，,]?(?:请|帮我|帮忙|麻烦)*(?:梳理|归纳|总结|概括|列举|列|说说|讲讲)(?:一下|下|出来)?[。！!]?$")
_WHERE = frozenset(("报告", "研报", "白皮书", "资料", "文中", "文件"))

_ASKS = re.compile(
    r"(?P<before>.*?)(?:都|主要|分别|可以|又)*(?:有|是|包括|包含|分为?|分成|涉及|面临|面对|存在|提出|给出|列出)了?(?:哪些|哪[几两三四五]|什么样的|(?<!是)什么)"
    r"[个种类项点条大]*(?:方面)?的?(?P<after>[^，。；、的了不]{0,8}?)(?:呢|吗)?[？?。]?"
)
# 光伏企业的风险是什么; 光伏是什么 asks for something else.
_ASKS_OF = re.compile(r"(?P<before>.+的[^的，。；、]{2,8}?)(?P<after>)(?:都|主要|分别)*是(?:什么|啥)(?:呢)?[？?。]?")
# What a heading says beside naming: 挑战：隐私、安全; 数据——中国呈追赶态势; 生成式AI场景应用—文本生成.
_CLAUSE = re.compile(r"[：:]|[—-]+")
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})*(?=\D)")
# A section that tells of all the others is none of them.
_OVERVIEW = re.compile(r".*(?:概[览述况要]|综述|引言|导语|小结|总结)|前言")
_JOINED = "[与和及、/]"


class Outlined(Protocol):
    """What the parts are looked for in."""

    def passages_of(self, report_id: str) -> list[Passage]: ...

    def spellings(self, name: str) -> frozenset[str]: ...


def parts(question: str, hits: Sequence[Hit], library: Outlined) -> list[Evidence]:
    """The parts, two or more, of the section that a question asks for by its heading, as evidence that is their headings.

    The section is one that a hit stands in, the innermost such. Its heading names what is asked for, and it alone, where several
    things are joined; the headings and the title that it stands under tell all else that the question names. [] where the question
    asks for no items, there is no such section, or one of its parts has no prose to cite.
    """
    plain = _TELL.sub("", simplify(question).strip())
    asked = _ASKS_OF.fullmatch(plain) or _ASKS.fullmatch(plain)
    if asked is None:
        return []
    words = [word for word in (*_content(asked["before"]), *_content(asked["after"])) if word not in _WHERE]
    wanted = _content(asked["after"]) or words[-1:]
    for hit in hits:
        if hit.passage.kind != "text":  # nor may be what stands below its heading, where no prose is asked for
            continue
        path = hit.passage.headings
        for depth in range(len(path), 0, -1):
            # 甲研究院给出了哪些建议: whose report it is need not stand in its headings.
            whose = f"{hit.passage.title} {hit.passage.publisher}"
            if _is_asked(path[:depth], whose, words, wanted, library):
                found = _parts(path[:depth], library.passages_of(hit.passage.report_id))
                if found:
                    return _as_evidence(found, len(hits))
    return []


def _is_asked(
    path: tuple[str, ...], whose: str, words: Sequence[str], wanted: Sequence[str], library: Outlined
) -> bool:
    """Whether a heading names what is wanted, alone, and the words stand in it and what it stands under."""
    clauses = [fold(simplify(clause)) for clause in _CLAUSE.split(path[-1])]
    naming = [clause for clause in clauses if all(_stands(word, clause) for word in wanted)]
    if not wanted or not naming or any(_joined(clause, word) for clause in naming for word in wanted):
        return False
    around = fold(simplify(" ".join([whose, *path[:-1], *naming])))  # what else it says may be of one of its parts
    return all(_stands(word, around) or any(each in around for each in library.spellings(word)) for word in words)


def _content(text: str) -> list[str]:
    """The words of a text that say what it is about, folded."""
    return [fold(word) for word, _ in tagged(text) if word.isalnum() and fold(word) not in function_words()]


def _stands(word: str, text: str) -> bool:
    """Whether a word stands in a text, or both halves of a compound do (应用场景: 场景应用)."""
    return word in text or (len(word) == 4 and word[:2] in text and word[2:] in text)


def _joined(clause: str, word: str) -> bool:
    named = re.escape(word)
    return re.search(f"{_JOINED}{named}|{named}{_JOINED}", clause) is not None


def _parts(path: tuple[str, ...], passages: Sequence[Passage]) -> list[tuple[str, Passage]]:
    """The headings right below a path, each with the first passage whose text has its name; [] below two, or where one has none.

    Where the only heading below it is one, what is below that. A report may number a chapter in one place and not in another.
    """
    wanted = tuple(map(without_number, path))
    by_heading: dict[str, list[Passage]] = {}
    for passage in passages:
        own = tuple(map(without_number, passage.headings))
        if own[: len(wanted)] == wanted and len(own) > len(wanted) and not _OVERVIEW.fullmatch(own[len(wanted)]):
            by_heading.setdefault(own[len(wanted)], []).append(passage)
    numbers = {name: _number(own[0].headings[len(wanted)]) for name, own in by_heading.items()}
    if all(numbers.values()):  # what stands in another order on a page of several columns comes in its own
        by_heading = {name: by_heading[name] for name in sorted(numbers, key=numbers.__getitem__)}
    if len(by_heading) == 1:
        return _parts((*wanted, *by_heading), passages)
    if not 2 <= len(by_heading) <= MOST_PARTS:
        return []
    named = ((_own_name(name, wanted[-1]), own) for name, own in by_heading.items())
    told = [(name, next((each for each in own if name in each.text), None)) for name, own in named]
    return [(name, each) for name, each in told if each] if all(each for _, each in told) else []


def _own_name(heading: str, above: str) -> str:
    """A heading without the clause that says what is above it."""
    first, *others = _CLAUSE.split(heading, maxsplit=1)
    return others[0].strip() if others and fold(first.strip()) in fold(above) else heading


def _number(heading: str) -> tuple[int, ...]:
    """What a heading is numbered; () where it is not."""
    numbered = _NUMBER.match(heading)
    return tuple(map(int, re.findall(r"\d+", numbered[0]))) if numbered else ()


def _as_evidence(found: Sequence[tuple[str, Passage]], below: int) -> list[Evidence]:
    evidence = []
    for number, (named, passage) in enumerate(found, start=1):
        start = passage.text.index(named)
        reading = f"{named}；" if number < len(found) else named
        hit = Hit(passage, 1.0, below + number)
        evidence.append(Evidence(number, hit, reading, start, start + len(named), 1.0))
    return evidence
