"""The things that a question speaks of, each with all the words that name it.

A heading or a compound is cut by the tagger where one of its words is a verb at other times too (图像|生成, 视频|剪辑,
社区|团购, 先进|封装); it is one thing where what follows shows that nothing is done there. Knows one question at a time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from chat.understanding.grammar import is_measure
from chat.understanding.wording import NAMING, Word, known, read
from index.segment import tagged

# With a word before them these make a thing of its own (私域运营, 消费金融公司); other common words are what a thing has.
_HEADS = re.compile(
    "运营|管理|制造|生产|研发|销售|服务|建设|投资|融资|发行|上市|转型|升级|公司|子公司|企业|机构|厂商|集团|平台|系统|产品|品牌|模型|算法|经济"
)
# What they do is done to the noun behind them: 推动光伏发展, but 压缩空气储能 and 刻蚀设备.
_DOING = re.compile(
    "推[动进]|促进|影响|制约|限制|阻碍|支[持撑]|[带拉驱]动|使用|[采应利运]用|开发|布局|进入|购买|提[供升高]|降低|减少|增加|导致|引发|造成"
    "|介绍|解释|比较|对比|分析|说明|总结|概括|列出|获得|拥有|成为|属于|实现|完成|参与|从事|掌握"
)
_HAVING = frozenset(("有", "是", "为", "包括", "包含", "存在", "面临", "具有", "具备", "没有", "难以", "需要", "分为"))
# 影像诊断中, 集采后: where and when, and behind the latter three that is what the word before them says.
_WHEN, _AFTER = frozenset("后前时中里内上下间"), frozenset("后前时")
# Asked of a thing as a whole: 「社区团购为什么……」; what is asked with 哪些 or 多少 is done by the word before.
_OF_THE_WHOLE = re.compile("为[什何啥]|怎|如何|[是能]否|是不是|有没有|什么时候|何时")
_PREPOSITIONS = frozenset("在对与和跟同及从由被按比向于")
_FIRM = re.compile(
    "(?:公司|集团|股份|控股|银行|[农城]商行|证券|保险|信托|基金|科技|电子|半导体|生物|药业|[制医]药|医疗|重工|电力|能源|超市|百货|实业|动力|航空|物流|汽车)$"
)


@dataclass(frozen=True, slots=True)
class Thing:
    """Words side by side that name one thing: [start, end) of the question.

    own: a word of it is a name. named: that, or no dictionary has it as one word. firm: it ends as names of firms do.
    """

    text: str
    start: int
    end: int
    named: bool
    own: bool
    firm: bool


@lru_cache(maxsize=32)  # one question is read by many a rule
def things(question: str) -> tuple[Thing, ...]:
    """The things of a question in order; () where it names none."""
    groups: list[list[Word]] = [[]]
    words = read(question)
    for at, word in enumerate(words):
        begun = groups[-1] if groups[-1] and groups[-1][-1].end == word.start else []
        after = words[at + 1] if at + 1 < len(words) and words[at + 1].start == word.end else None
        asked_for = at > 0 and words[at - 1].kind == "asking" and word.kind == "common"
        done_by_it = at > 0 and words[at - 1].kind == "common" and _DOING.fullmatch(word.text) is not None
        if asked_for or done_by_it or not (_goes_on(word, begun[-1], after) if begun else _begins(word, after)):
            groups.append([])  # 企业 and 布局 of 「哪些企业布局固态电池？」
        elif begun:
            begun.append(word)
        else:
            groups.append([word])
    return tuple(_thing(whole) for group in groups if (whole := _whole(group, words)))


def is_thing(text: str) -> bool:
    """Whether all of a text names one thing, a place before it or not; what things have is none (资本充足率, 商业模式)."""
    found, words = things(text), read(text)
    if len(found) != 1 or found[0].end != words[-1].end:
        return False
    return found[0].start == words[0].start or (words[0].kind == "place" and words[0].end == found[0].start)


def _begins(word: Word, after: Word | None) -> bool:
    """Whether a thing begins with a word; after: the word right behind it, None where a mark or nothing is."""
    if after is None or word.kind in NAMING:
        return word.kind in NAMING
    noun = after.kind in NAMING
    made = after.kind == "verb" and len(after.text) > 1 and after.text not in _HAVING
    match word.kind:
        case "verb":  # 刻蚀设备, 理财子公司, 仿制药
            short = len(word.text) == 1 and not (noun and len(after.text) == 1)
            return not _is_done(word) and not short and (noun or _HEADS.fullmatch(after.text) is not None)
        case "common" | "quality":  # 企业网银, 内容生成, 先进封装; but 生产 of 生产光刻机 is what is done to it
            told = word.text in _WHEN or _is_done(word) or (is_measure(word.text) and after.kind == "name")
            return not told and (noun or made)
        case "place":  # 海外仓
            return noun and len(after.text) == 1
        case "and":  # 即时零售, of which the tagger takes the first for a word that joins
            return noun and len(word.text) > 1 and word.text not in ("以及", "或者", "还有", "并且")
        case kind:
            return kind == "number" and noun and word.text != "几"


def _goes_on(word: Word, before: Word, after: Word | None) -> bool:
    """Whether a thing goes on with a word; before and after are right beside it."""
    if word.kind in NAMING:
        return word.text not in _WHEN
    noun = after is not None and after.kind in NAMING
    match word.kind:
        case "verb":
            return _is_noun(word, after)
        case "common":
            ranked = after is not None and after.kind == "name" and is_measure(word.text)  # 装机量前三
            return (noun and not ranked) or _HEADS.fullmatch(word.text) is not None
        case "number":
            return word.text != "几" and (noun or before.kind in NAMING)
        case "period":  # Z世代
            return re.search("[A-Za-z]$", before.text) is not None
        case kind:  # 工业级芯片
            return noun and (word.text not in _WHEN if kind == "quality" else word.text in "级型式类")


def _is_done(word: Word) -> bool:
    """Whether a word is what is done to the noun behind it."""
    common_deed = word.kind == "common" and tagged(word.text)[0][1].startswith("v")
    return common_deed or word.text in _HAVING or _DOING.fullmatch(word.text) is not None


def _is_noun(verb: Word, after: Word | None) -> bool:
    """Whether a verb behind a noun is a noun too, by what is right behind it: 生成 is one in 「图像生成有……」."""
    if verb.text in _HAVING or _DOING.fullmatch(verb.text):
        return False
    if after is None:
        return True
    if len(verb.text) == 1:  # 直播带货, 经营贷
        return after.kind == "of" or (after.kind == "noun" and len(after.text) == 1)
    if after.kind == "verb":
        return len(after.text) > 1 or after.text in _HAVING
    if after.kind == "asking":
        return _OF_THE_WHOLE.match(after.text) is not None
    noun_like = after.kind in ("of", "common", "and", *NAMING) or after.text in _WHEN - _AFTER
    return noun_like or after.text[0] in _PREPOSITIONS


def _whole(group: list[Word], words: Sequence[Word]) -> list[Word]:
    """The words of a thing with the qualities before them, without what is an amount or says when; [] where none names."""
    if not group:
        return []
    first, last = words.index(group[0]), words.index(group[-1])
    while first and _qualifies(words[first - 1]) and words[first - 1].end == words[first].start:
        first -= 1
    if last > first and last + 1 < len(words) and words[last + 1].text in _AFTER:
        last -= 1
    while last >= first and (words[last].kind == "quality" or _is_amount(words[last])):
        last -= 1
    whole = list(words[first : last + 1])
    told = any(word.kind in (*NAMING, "verb") for word in whole)
    return whole if told and whole[-1].end - whole[0].start > 1 else []


def _qualifies(word: Word) -> bool:
    return word.kind == "quality" and word.text not in _WHEN


def _is_amount(word: Word) -> bool:
    """一年, but not the 8 of a model's name."""
    return word.kind == "number" and not word.text.isdigit()


def _thing(group: Sequence[Word]) -> Thing:
    text = "".join(word.text for word in group)
    own = any(word.kind == "name" for word in group)
    return Thing(text, group[0].start, group[-1].end, own or not known(text), own, _FIRM.search(text) is not None)
