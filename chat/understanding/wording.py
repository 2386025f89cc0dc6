"""What the words of a question do: say when, where and what it is about, ask, or point at what was said before.

jieba's parts of speech, put right where they mislead: a year, a quoted title and a Latin name are one word each, and a
common word names nothing whatever its tag is (the tagger takes 上市 for a place and 谢谢 for a person).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise, takewhile
from typing import Literal, cast

from index.segment import tagged, tokenizer
from ingest.figures import find_figures
from ingest.normalise import simplify

# common: a noun that is always somebody's (面积, 原因); noun: one that can be what a question is about (光伏, 小麦).
Kind = Literal[
    "period",
    "order",
    "place",
    "name",
    "noun",
    "common",
    "pointer",
    "asking",
    "of",
    "and",
    "quality",
    "number",
    "verb",
    "other",
]
# Into how many words the tagger cuts a name that it does not know.
NAME_WORDS = 6
NAMING = ("name", "noun")
_APART = ("of", "and", "pointer", "asking", "common", "period")
_HAVING = ("有", "是", "包括", "为")
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Word:
    """`simplify(question)[start:end] == text`; simplifying keeps offsets, so they hold in the question as written too."""

    text: str
    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    """Words side by side that make one name or noun: [start, end) of the question."""

    text: str
    start: int
    end: int
    named: bool


_NUMERAL = "一二三四五六七八九十两"
_MEASURE = "个家种款些位颗部本条项类座只支届次批份张场台辆篇首"
_YEAR = (
    r"(?:(?:19|20)?\d{2}(?:[-—~至到](?:19|20)?\d{2})?年(?![代龄限])(?:度|底|末|初)?"
    rf"|[今去前明后]年|(?:近|未来|[这那])[\d几些{_NUMERAL}]*年来?)"
)
_WITHIN = r"(?:[上下]半年|第?[一二三四1-4]季度|前三季度|Q[1-4]|\d{1,2}月(?:份|\d{1,2}日)?)"
_PERIOD = rf"{_YEAR}的?{_WITHIN}|{_YEAR}|{_WITHIN}|(?:19|20)\d\d/\d{{1,2}}/\d{{1,2}}|[{_NUMERAL}\d]+年[之以]?[前后]"
_ORDER = (
    rf"第[{_NUMERAL}\d]+(?:[大小高名种类点期代]|梯队|[{_MEASURE}])?(?!方|产业)"
    rf"|最后[一1那这]?[{_MEASURE}名]|[{_NUMERAL}][期线]"
    # 前面那家, 后一款, 中间那个阶段; 前一个季度 is of the calendar.
    r"|(?<![目之以此先从年日天月最])[前后](?:[面边][那这]?|[一那这])[家款位种](?!类)|(?<![目之以此先从年日天月最])[前后][面边]?[那这]个(?![月季时世])"
    r"|(?<![龙巨源])头一[家个款位种]|(?:最?中间|当中)的?[那这一][个段种家款](?:阶段|时期)?"
)
_ASKING = (
    r"什么时候|何时|何地|多少|是不是|有没有|是否|能否|为什么|为何|为啥|怎么样|怎样|怎么|如何|什么|啥|谁|[吗么](?=[？?]?$)"
    rf"|哪[{_NUMERAL}几]?(?:部分|方面|[年天月日国级里儿所片]|[{_MEASURE}])?(?!吒)"
    rf"|几(?=[年天月级期卷页层站岁人名套大倍成{_MEASURE}])|多(?=[大高长久远重深快厚宽])"
)
_THESE = rf"牠们|[这那该]个?数(?![据字码组量])|[这那其](?:中间|期间|当中)|(?<![尤极与莫耳何])其(?![他它余实次中间来妙])|(?:[这那此]|(?<!应)该)[{_NUMERAL}几]?[{_MEASURE}](?!年)"
_DEMONSTRATIVE = re.compile(rf"[这那此该][{_NUMERAL}几]?[{_MEASURE}]")
_LATIN = r"\d*[A-Za-z][A-Za-z0-9.+]*(?:[-&][A-Za-z0-9.+]+)*"
_PARTS = re.compile(
    # 他汀 is a drug and 她经济 a market: they point at nobody.
    "(?P<noun>[她他它]经济|他汀|他克莫司)|(?P<quality>线[上下])|(?P<other>一共|总共|共计|合计|预计|估计)"
    rf"|(?P<name>《[^》]*》|「[^」]*」|“[^”]*”|{_LATIN})"
    f"|(?P<period>{_PERIOD})|(?P<pointer>{_THESE})|(?P<order>{_ORDER})|(?P<asking>{_ASKING})"
)

# What may end a name: 中国宝武钢铁集团.
_HEADS = frozenset(
    {"公司", "集团", "企业", "机构", "组织", "品牌", "平台", "系统", "模型", "算法", "大学", "学院", "银行", "团队"}
)
_ANY_FIRM = frozenset({"公司", "集团", "组织", "企业", "机构", "中心"})  # 美国公司 is any of them
_ORGANISATION = re.compile(r"(?:院|局|协会|学会|议会|委员会|组织|集团|银行|大学|研究所|交易所|中心|公司)$")
# These are somebody's too (毛利率, 出货量), but a country's rates are spoken of by themselves.
_OWNED = re.compile(r".{1,2}[率量额值期]")
# 五颗星, which the tagger takes for a name.
_COUNTED = re.compile(f"[{_NUMERAL}][{_MEASURE}].")
_OWN_RATES = frozenset({"汇率", "利率", "失业率", "通胀率", "力量", "能量"})
BROAD_PLACES = frozenset({"国内", "国外", "全国", "全球", "海外", "世界", "国际", "境内", "境外", "我国"})
_POINTERS = frozenset(
    {"它", "它们", "他", "他们", "她", "她们", "牠", "牠们", "其", "其中", "前者", "后者", "两者", "二者", "上述"}
)
# Single characters that are hardly ever the last of a name that the tagger cut.
FUNCTION_CHARACTERS = frozenset(
    "是有在由被对从为用的了和与跟及叫让请把将向给就也都又还再很更最各每不没无可能会要到买卖看做吃喝占于以按据随自说比离距共总约近仅只曾"
    "现已正刚才应须该需想涨跌降升增减花赚亏投产销出进去来上下开关停改变成分得同并且建写拍演唱打放装换住谁几多少"
)
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("nr", "nrt", "nrfg", "nt", "nz", "eng"), "name"),
    "ns": "place",
    **dict.fromkeys(("n", "j", "l", "i", "g", "vn", "x", "ng", "an", "s", "zg"), "noun"),
    **dict.fromkeys(("a", "b", "ad", "f", "z"), "quality"),
    **dict.fromkeys(("m", "mq"), "number"),
    "t": "period",
    "uj": "of",
    "c": "and",
    "v": "verb",
}


@lru_cache(maxsize=32)  # one question is read by many a rule
def read(question: str) -> tuple[Word, ...]:
    """The words of a question in order, marks left out."""
    plain = simplify(question)
    words: list[Word] = []
    for start, end, kind in _stretches(plain):
        if kind is not None:
            text = plain[start:end]
            words.append(Word(text, "common" if text in _common_words() else kind, start, end))
            continue
        at = start
        for text, tag in tagged(plain[start:end]):
            words += _split(text, _kind(text, tag), at)
            at += len(text)
    told = [word for word in words if _LETTER.search(word.text) or word.text in "、·"]
    return tuple(_with_heads(_organisations(_asked_for(_nominal(told))))) if told else ()


def runs(words: Sequence[Word]) -> list[Run]:
    """The names and nouns, each as long as its words stand side by side: 鑫诺 + 一号 + 通信卫星 is one."""
    groups: list[list[Word]] = []
    for at, word in enumerate(words):
        joins = bool(groups) and groups[-1][-1].end == word.start
        made = _made(words[:at], word)
        if _may_begin(word) or made or _cut_from_a_name(words[: at + 1], words[at + 1 : at + 2]):
            groups = [*groups[:-1], [*groups[-1], word]] if joins else [*groups, [*made, word]]
        elif joins and groups[-1][-1].kind != "quality" and (word.kind in ("number", "place") or word.text in _HEADS):
            groups[-1].append(word)
    found = [_without_qualities(group) for group in groups if any(word.kind in NAMING for word in group)]
    return [_run(group) for group in found if group[-1].end - group[0].start > 1]


def begun_alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words, or characters of a text, two begin with alike."""
    return len([*takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))])


def without_kind_asked_for(question: str) -> str:
    """A question without the words for the kind of thing that it asks for: 哪家 for 哪家公司, which what answers it need not say."""
    words = read(question)
    kinds = [word for before, word in pairwise(words) if before.kind == "asking" and word.kind == "common"]
    for word in reversed(kinds):
        question = question[: word.start] + question[word.end :]
    return question


def known(text: str) -> bool:
    """Whether the dictionary has it as one word; what it lacks is a name more often than not."""
    return bool(tokenizer().FREQ.get(text))


def _may_begin(word: Word) -> bool:
    """短 of 短视频, and 南方 of the 南方航空 that begins a question, belong to the name; 主要 before 产品 does not."""
    return word.kind in NAMING or (word.kind == "quality" and (len(word.text) == 1 or word.start == 0))


def _made(before: Sequence[Word], word: Word) -> list[Word]:
    """预制 of 预制菜, 扩散 of 扩散模型: a verb right before a noun of one character, or one that ends names."""
    made = before and before[-1].end == word.start and before[-1].kind == "verb" and len(before[-1].text) > 1
    ends = (word.kind == "noun" and len(word.text) == 1) or word.text in _HEADS
    return [replace(before[-1], kind="noun")] if made and ends else []


def _cut_from_a_name(words: Sequence[Word], following: Sequence[Word]) -> bool:
    """Whether the last of the words that a question begins with is a character cut from a name: 达 + 特穆尔, 海底 + 捞."""
    word, first = words[-1], words[words[0].kind == "period" :][:1]
    side_by_side = first and word.end - first[0].start == sum(len(one.text) for one in words if one.kind != "period")
    if not side_by_side or len(words) > NAME_WORDS or len(word.text) > 1 or (words[0].start and words[0] is first[0]):
        return False
    words = [one for one in words if one.kind != "period"]
    if any(one.kind in _APART or (one.kind == "verb" and len(one.text) > 1) for one in words):
        return False
    # 能 and 来 end names (隆基绿能的……), but far more often they are can and come.
    return word.text not in FUNCTION_CHARACTERS or (
        word.text in "能来" and len(words) > 1 and any(one.kind == "of" for one in following)
    )


def _without_qualities(group: list[Word]) -> list[Word]:
    """短视频 begins with a quality and is one word more; a quality at the end belongs to what follows."""
    last = max(at for at, word in enumerate(group) if word.kind != "quality")
    return group[: last + 1]


def _run(group: Sequence[Word]) -> Run:
    text = "".join(word.text for word in group)
    named = not known(text) or any(word.kind == "name" for word in group)
    return Run(text, group[0].start, group[-1].end, named)


def _stretches(plain: str) -> Iterator[tuple[int, int, Kind | None]]:
    """[start, end) of each part told by its look, and of what lies between them, which has no kind yet."""
    done = 0
    for part in _PARTS.finditer(plain):
        if done < part.start():
            yield done, part.start(), None
        yield part.start(), part.end(), cast(Kind, part.lastgroup)
        done = part.end()
    if done < len(plain):
        yield done, len(plain), None


def _kind(text: str, tag: str) -> Kind:
    if text in _common_words() or (_OWNED.fullmatch(text) and tag != "ns" and text not in _OWN_RATES):
        return "common"
    if text in _POINTERS or (text[0] in "该此" and len(text) == len("该院") and not known(text)):
        return "pointer"
    if text in BROAD_PLACES:
        return "place"
    if text in "、·":
        return "and" if text == "、" else "name"
    kind = _KINDS.get("m" if _COUNTED.fullmatch(text) and tag.startswith("nr") else tag, "other")
    hanzi = "\u4e00" <= text[0] <= "\u9fff" and text[0] not in FUNCTION_CHARACTERS
    if len(text) > 1 and kind != "number" and hanzi and not known(text):
        return "name"
    # A single character is hardly ever the place that the tagger takes it for (云).
    return "noun" if len(text) == 1 and kind == "place" else kind


def _split(text: str, kind: Kind, start: int) -> list[Word]:
    """汽车销量 is 汽车 and 销量: a compound that the dictionary knows may end in a common word. 美国公司, which it knows too, is any firm
    of a place."""
    if text[2:] in _ANY_FIRM and [tag for _, tag in tagged(text[:2])] == ["ns"]:
        return [Word(text[:2], "place", start, start + 2), Word(text[2:], "common", start + 2, start + len(text))]
    endings = (text[at:] for at in range(2, len(text) - 1) if text[at:] in _common_words())
    ending = next(endings, "") if kind == "noun" else ""
    middle = start + len(text) - len(ending)
    head = text.removesuffix(ending)
    whole = Word(head, "common" if head in _common_words() else kind, start, middle)
    return [whole, Word(ending, "common", middle, middle + len(ending))] if ending else [whole]


def _nominal(words: list[Word]) -> list[Word]:
    """Kinds put right by the neighbours: 银行理财有…… has a noun before 有, and what nobody knows is a verb before 了."""
    return [
        replace(word, kind=_kind_between(before, word, after)) if word is not after and word is not before else word
        for before, word, after in zip([words[0], *words], words, [*words[1:], words[-1]], strict=False)
    ]


def _asked_for(words: list[Word]) -> list[Word]:
    """维度 of 有哪四个维度？ is what is asked for, 纳米 of 几纳米工艺？ what it is counted in: neither names anything."""
    return [
        replace(word, kind=_kind_asked_for(before, word, after)) if word.kind in ("name", "place") else word
        for before, word, after in zip([words[0], *words], words, [*words[1:], words[-1]], strict=False)
    ]


def _kind_asked_for(before: Word, word: Word, after: Word) -> Kind:
    if _ends_asking(before, word, after):
        return "common"
    counted_in = before.text in ("多少", "几") and before.end == word.start
    return "other" if counted_in and any(each.unit for each in find_figures(f"5{word.text}")) else word.kind


def _ends_asking(before: Word, word: Word, after: Word) -> bool:
    """Whether a word ends what is asked, right behind the word that asks."""
    asks = re.fullmatch("多少|几|哪.*|什么|啥", before.text) and before.end == word.start and not word.text.isascii()
    return bool(asks) and (after is word or after.start > word.end)


def _kind_between(before: Word, word: Word, after: Word) -> Kind:
    if word.kind == "name" and not known(word.text):
        if after.text in ("了", "过"):
            return "verb"
        if before.text in ("最", "更"):
            return "quality"
    if before.end == word.start and word.kind == "verb" and before.kind in NAMING and after.text in _HAVING:
        return "noun"
    # 中国 + 平安, of which the tagger knows the adjective.
    of_a_place = before.end == word.start and before.kind == "place" and after.kind in ("of", "period")
    return "noun" if of_a_place and word.kind == "quality" and word.text not in ("最大", "最小") else word.kind


def _with_heads(words: list[Word]) -> list[Word]:
    """这家 + 保险 + 公司 and 该 + 系统 as one pointer; 该 before a verb is 应该."""
    found: list[Word] = []
    for word in words:
        before = found[-1] if found else None
        if before is not None and before.end == word.start and _is_head(word, before):
            found[-1] = Word(before.text + word.text, "pointer", before.start, word.end)
        else:
            found.append(word)
    return found


def _is_head(word: Word, before: Word) -> bool:
    if before.text in ("该", "这", "此") or _DEMONSTRATIVE.fullmatch(before.text):
        return word.kind in ("noun", "common") or (word.kind == "name" and known(word.text))
    return before.kind == "pointer" and before.text[0] in "这那该此" and word.text in _HEADS


def _organisations(words: list[Word]) -> list[Word]:
    """中国 + 空间 + 技术 + 研究院 as one name."""
    found: list[Word] = []
    for word in words:
        found.append(word)
        if not _ORGANISATION.search(word.text):
            continue
        first = len(found) - 1
        while first and found[first].kind != "place" and _side_by_side(found[first - 1], found[first]):
            first -= 1
        if first == len(found) - 2 and word.text in _ANY_FIRM:
            continue
        if found[first].kind == "place" and found[first].text not in BROAD_PLACES:
            text = "".join(one.text for one in found[first:])
            found[first:] = [Word(text, "name", found[first].start, word.end)]
    return found


def _side_by_side(before: Word, word: Word) -> bool:
    return before.end == word.start and before.kind in (*NAMING, "common", "place")


@cache
def _common_words() -> frozenset[str]:
    """Words for what things have, are and do. Each needs an owner: a question of nothing else leans on the last one."""
    return frozenset(files("chat.understanding").joinpath("common_words.txt").read_text("utf-8").split())
