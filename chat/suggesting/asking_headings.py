"""Questions that a section answers, as its heading says it; and what a report is plainly about.

A heading is a topic (产业发展趋势) or says something (甲提升乙的效率); where it is neither in plain words, nothing is asked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from chat.suggesting.asking_sentences import sentences_of, speaks_of_itself
from chat.suggesting.phrases import (
    INSIDE,
    are_several,
    ends_with_a_word,
    is_nominal,
    is_phrase,
    is_subject,
    names_something,
    without_number,
)
from chat.suggesting.question import MadeQuestion
from index.segment import fold, tagged
from ingest.report import Passage

_ENOUGH = 40  # characters of a line that says something of its heading
_DASH = re.compile(r"\s*(?:——|—|--|：|:)\s*")
_ABOUT = re.compile(
    r"^(?P<what>.{2,18}?)的?(?:(?P<faced>主要挑战|挑战|风险)|(?P<had>未来发展趋势|发展趋势|未来趋势|趋势|驱动力|驱动因素|商业模式|应用场景|应用领域|机遇|优势|特点"
    r"|特征|类型|局限性|局限)|(?P<course>发展历程|演进历程|演变历程|历史沿革)|(?:发展)?(?P<advised>政策建议|建议|对策建议|对策)"
    r"|(?P<state>竞争格局|市场格局|行业格局|发展现状|应用现状|现状)|(?P<one>核心技术|工作原理|原理|商业逻辑|作用机制))(?:分析|概述|概览|展望|综述)?$"
)
_AFFECTS = re.compile(r"^(?P<what>.{2,12}?)对(?P<whom>.{2,10}?)的?影响(?:分析|概述|研究)?$")
_AFFECTED = re.compile(r"^(?P<what>受.{2,12}的.{0,4}(?:行业|岗位|领域|企业|地区|环节))$")
_DOES = re.compile(
    r"^(?P<what>.{2,14}?)(?P<does>(?:[为在].{2,12}?)?(?:提升|提高|推动|助力|赋能|降低|改变|拓展|促进|带动|提供|创造|重塑|加速|缓解|优化|改善|支撑))了?"
    r"(?P<whom>[^（( ].{2,15})$"
)
_CLAUSE = frozenset({"是", "有", "为", "达", "达到"})
_SUBJECT = re.compile(
    rf"^(?P<term>{INSIDE}{{3,12}}?)(?:[（(][^（）()]*[）)])?(?=是|指|通过|能|可|已|将|在|对|具有|具备|采用|作为|基于|面临|让|为|主要|正)"
)


def asked_by_heading(section: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """The question for what a section is about, answered by the first passage that tells of it in sentences."""
    heading = section[0].headings[-1]
    body = next((passage for passage in section if passage.kind in ("text", "list")), None)
    if len(section[0].headings) < 2 or body is None or not _tells(body):
        return
    title, *more = _DASH.split(without_number(heading))
    asked = _asked_for(title, body) if not more else _asked_for_topic(title, body)
    if asked is not None:
        yield MadeQuestion(asked[0], "heading", (body.id,), "", fold(asked[1]))


def _tells(body: Passage) -> bool:
    """Whether a passage says something of its heading in a line that is longer than the words of a picture."""
    return any(len(line) >= _ENOUGH for line in body.text.removeprefix(body.headings[-1]).split("\n"))


def _asked_for(title: str, body: Passage) -> tuple[str, str] | None:
    """A question for a heading and what it is about; None where it is neither a topic nor says something in plain words."""
    topic = _asked_for_topic(title, body)
    does = _DOES.match(title)
    if topic is not None or does is None:
        return topic
    plain = is_subject(does["what"]) and ends_with_a_word(title, does.end("what")) and _is_object(does["whom"])
    return (f"{does['what']}如何{does['does']}{does['whom']}？", does["what"]) if plain else None


def _asked_for_topic(title: str, body: Passage) -> tuple[str, str] | None:
    found: tuple[str, str] | None = None
    if (about := _ABOUT.match(title)) and is_subject(about["what"]):
        question = _asked_about(about, several=_tells_several(body))
        found = (question, about["what"]) if question is not None else None
    elif (affects := _AFFECTS.match(title)) and is_subject(affects["what"]):
        if is_nominal(affects["whom"]) and names_something(affects["whom"]):
            found = f"{affects['what']}对{affects['whom']}有哪些影响？", affects["what"]
    elif (affected := _AFFECTED.match(title)) and _tells_several(body):
        found = f"{affected['what']}有哪些？", affected["what"]
    return found


def _asked_about(about: re.Match[str], *, several: bool) -> str | None:
    what, sort = about["what"], str(about.lastgroup)
    asked = {
        "faced": f"{what}面临哪些{about['faced']}？",
        "had": f"{what}有哪些{about['had']}？",
        "advised": f"对{what}有哪些{about['advised']}？",
        "course": f"{what}的{about['course']}是怎样的？",
        "state": f"{what}的{about['state']}如何？",
        "one": f"{what}的{about['one']}是什么？",
    }
    return asked[sort] if several or sort in ("course", "state", "one") else None


def _is_object(words: str) -> bool:
    """Whether the words behind a verb are what it does something to, and no further clause."""
    return (
        is_nominal(words)
        and not re.search(r"[，,、]|\d", words)
        and _CLAUSE.isdisjoint(word for word, _ in tagged(words))
    )


def _tells_several(body: Passage) -> bool:
    return (
        body.kind == "list"
        or any(map(are_several, re.split("[，。；：]", body.text)))
        or len(re.findall("；|第[一二三四]|[一二三]是|首先|其次", body.text)) > 1
    )


def topics_of(passages: Sequence[Passage]) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """What a report's passages are plainly about, (as written, the ids of those that say so) by what it is folded to.

    That is what a part of a heading names and the passage under it speaks of, and what sentences begin with.
    """
    topics: dict[str, tuple[str, tuple[str, ...]]] = {}
    for passage in passages:
        if passage.kind not in ("text", "list") or not _tells(passage) or speaks_of_itself(passage):
            continue
        for name in dict.fromkeys(_topics(passage)):
            first, ids = topics.get(fold(name), (name, ()))
            topics[fold(name)] = (first, (*ids, passage.id))
    return topics


def _topics(passage: Passage) -> Iterator[str]:
    body = passage.text.removeprefix(passage.headings[-1])
    names = [part for part in _DASH.split(without_number(passage.headings[-1])) if part in body]
    for sentence in sentences_of(passage):
        found = _SUBJECT.match(sentence)
        if found is not None and ends_with_a_word(sentence, found.end("term")):
            names.append(found["term"])
    return (name for name in names if 3 <= len(name) <= 12 and is_phrase(name, verb_last=True))
