"""Whether a question leans on earlier turns, by its own words alone: it points back, leaves out what it is about, or asks the last one on.

What it then becomes is told by `followup`.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from chat.understanding.wording import BROAD_PLACES, Word, read, runs
from ingest.normalise import simplify

# No follow-up is as long as this; what is says enough by itself.
QUESTION_CHARS = 160
# 「燃油车」, not a sentence.
WHAT_CHARS = 24
_PREFIX = re.compile(
    r"(?:(?:好的?|嗯+|哦+|噢|喔|对了|另外|还有|此外|其实|OK|ok|谢谢你?|謝謝你?)[，,。！!～~、 ]+"
    r"|(?:谢谢|謝謝|多谢|感谢)[你您]?[，,。！!、 ]*|(?:明白了?|知道了|了解了?|懂了|收到)[，,。！!、 ]*"
    r"|(?:请问|請問|我?想问|顺便问|再问)(?:一下|下)?[，,。！!、 ]*|那[么麼](?![多大高长久])[，,、 ]*"
    r"|那(?!不勒斯|[个些家种款位颗部本条次里时年曲边样么麼個種條裡時邊樣])[，,、 ]*)+"
)
_INSTEAD = re.compile(
    r"(?P<change>(?:如果|要是)?(?:[换換][成作]|改[成为看為]|到了?|至[于於]|再看看?|[说說]到))?"
    rf"(?P<what>.{{1,{WHAT_CHARS}}}?)的?(?:[话話]|情[况況])?(?P<again>又)?(?P<end>[呢呐]|(?<=又)是(?:多少|什么|谁)|(?<=的)是(?:多少|谁|哪[个家位款])|如何|怎[么麼][样樣]|怎[样樣]|咋样)?[？?。！!]*"
)
_DEFINES = re.compile(
    r"什么是.|何谓.|(?:介绍|解释|讲讲|说说)(?:一下)?.|.{2,}[又也](?:可以)?(?:叫|称)|.{2,}一词|.{2,}(?:是什么意思|是什么|指什么|是啥)[？?]?$"
)
_MORE = re.compile(
    r"(?:还有|别的|其[他它]的?|另外的?|有没有(?=别的|其[他它]|更多))(?:没有)?(?:别的|其[他它]的?|哪些|什么|更多的?|几个)?"
    r"(?P<what>.{2,4}?(?=吗|么))?(?:吗|么|呢)?[？?]?|还(?:能|可以|会)(?:干|做|用来)?(?:点|些)?(?:别的|其[他它]的?|什么|啥|哪些).{0,2}[？?]?"
)
# How it is to be told is not what is asked: the last question again, and nothing more to search for.
FORM = re.compile(
    r"(?:请|麻烦|能不能|能否|可否|可以|能|帮我|给我|你|再|更|就)*(?:"
    r"(?:(?:用|以|按|换成|改成|做成|列成|整理成|汇总成|画成?|列|做|整理|生成|出)(?:一?[个张份])?(?:表格?|列表|清单|要点|条目|一句话|两三句话|几句话|通俗的话|大白话|英文|英语|中文)(?:的?(?:形式|方式|格式))?)"
    r"(?:来|给我)?(?:列[出举]?来?|展示|呈现|整理|总结|概括|说明?|讲|回答|表示|解释)?(?:一下|下|出来)?"
    r"|(?:说|讲|写|答|介绍|解释|回答|展开|总结)?(?:得|的)?(?:再|更)?(?:详细|具体|简单|简短|简洁|简要|通俗|清楚|完整|全面)(?:地|的)?(?:一?[点些])?(?:说|讲|写|介绍|解释|回答|展开|总结|概括|列)?(?:说明|说|讲|明|出来)?(?:一下|下|一?[点些])?"
    r"|(?:总结|概括|归纳|梳理|列举|展开)(?:一下|下|说说|讲讲|说|讲)?|(?:列|列举|罗列)(?:一下|出来)|列出来|继续(?:说|讲)?|接着(?:说|讲)|(?:再)?说一[遍次]|说说看|重新回答"
    r")(?:可以|行|好)?[吗么吧呢]?"
)
_POLITE = re.compile(r"(?:好的?|嗯+|谢谢.{0,2}|多谢|明白了?|知道了|[你您]好|再见|OK|ok)[。！!～~]*")
# Of the very thing that was asked about, not of whose it is: 比丙高多少, 是全球的还是国内的, 为什么这么高, 数据是谁统计的.
_OF_IT_ALL = re.compile(
    r"是[^，,]{1,12}还是[^，,]{1,12}|(?:为什么|为啥|为何|怎么|咋)(?:会|就|都)?(?:这[么样]|那么|如此)|(?:这么|那么|如此)[高低大小快慢强弱贵好差]"
    r"|(?:数据|数字|口径|结论|说法)(?:是[谁哪官真自]|来自|出自|由[谁哪]|靠谱|准)|谁(?:说|统计|给|预测|算|讲|测)出?的[？?]?$|哪里?儿?来的"
    r"|占.{1,10}?(?:比[重例]|多少|几成|百分之)"
)
_THAN_ANOTHER = re.compile(
    r"(?:要?比|和|与|跟).{2,12}?相?(?:比|[高低多少大小快慢强弱贵])(?:了|出)?(?:多少|几|吗|不|还是|怎|如何|涨|增|升|降|跌)"
)
AGREES = re.compile("[^，,？?]{2,12}也是?这[么样](?:看|说|认为|想|讲|判断)")
_WHO_IS_MORE = re.compile(
    r"(?P<what>[^，,的]{2,8}?)(?:上|方面)?(?:谁|哪[个家种款])(?:更|最|比较)?[高低多少大小快慢强弱贵好长短]"
)
OTHER_REPORT = re.compile(r"(?:另外?|其[他它]|别的?|剩下)的?[一那这几]?[份篇个]?(?:报告|研报|白皮书|资料)")
EACH = re.compile(r"分别|各自?(?=[的是有占])")
# A number of things is always a number of somebody's things; a number of kinds (几种) or floors is not.
_COUNTED = re.compile(r"(?:多少|几)(?:[个家张名位只条座枚项所台辆颗部本首]|[？?]?$)")
_SUBJECTLESS = re.compile(
    r"[现首前]任|最近一次|为什么(?:没|被)|主要.{2,4}(?:是|有|在)"
    r"|对.{1,8}(?:有|产生|造成)(?:什么|哪些|没有|何|多大)?.{0,2}(?:影响|作用|好处|坏处|帮助|意义|危害|伤害)"
)
_AFTER_AN_ORDER = frozenset("的又和与跟呢？?是在有") | {""}
# What one reads is no part of the talk.
_REPORTS = re.compile(r"(?:[这該该本][份篇个個]?|文中|全)(?:报告|研报|文章|文档|资料|白皮书)")
_TOWARDS = frozenset("在占对到去从向往")
COMPARING = frozenset("和跟与同比")
# 「再下一个阶段……」 after one that was counted.
NEXT = re.compile(
    r"(?:再|那|接着)?(?:往[下后]|(?:往[下后])?[下后]面?的?)(?:一个?|个)(?P<kind>阶段|步骤|环节|时期|时代)|下一(?=步)"
)
QUANTITIES = re.compile(r".*(?:[率量额价值数度费龄效]|规模|人口|收入|营收|利润|面积|成本|业绩|产能|份额|GDP)$")
TITLE = re.compile(
    "(?:常务)?副?(?:理事长|会长|秘书长|院长|校长|所长|董事长|总经理|总裁|主席|主任|行长|社长|部长|局长|书记)"
)
# What a thing has, whatever it is: 安全性, 坪效.
ATTRIBUTES = re.compile(rf"{QUANTITIES.pattern}|.*性$")


def leans(question: str) -> bool:
    """Whether a question points back (它, 第二家的……), is one of 「……呢」, or has nothing of its own to be about."""
    said = simplify(without_prefix(question[: QUESTION_CHARS + 1]))
    if len(question) > QUESTION_CHARS or _REPORTS.search(said):
        return False
    if asks_of_it_all(said) or asks_of_both(said) or any(each.match(said) for each in (OTHER_REPORT, AGREES, EACH)):
        return True
    if frame_of(said) is not None or asks_for_more(said) or FORM.fullmatch(without_mark(said)):
        return True
    if re.match(rf"{TITLE.pattern}[是呢叫在有]", said):
        return True
    following = NEXT.match(said)
    return pointer_in(said) is not None or lacks_owner(said) or bool(following and following["kind"])


def asks_of_it_all(said: str) -> bool:
    """Whether it asks of the very thing that was asked about; 比亚迪 and 和田玉 compare nothing."""
    compares = _THAN_ANOTHER.match(said) is not None and read(said)[0].text in ("比", "要", *COMPARING)
    return compares or _OF_IT_ALL.match(said) is not None


def asks_of_both(said: str) -> bool:
    """「能量密度谁更高？」: what a thing has, of which of those that were spoken of."""
    more = _WHO_IS_MORE.match(said)
    return more is not None and ATTRIBUTES.match(more["what"]) is not None


def without_prefix(question: str) -> str:
    """Without 「好的，谢谢，那」; as it is where nothing is left."""
    prefix = _PREFIX.match(question)
    return question[prefix.end() :] if prefix is not None and prefix.end() < len(question) else question


def without_mark(question: str) -> str:
    """Without the question mark, or what else ends it."""
    return question.rstrip("？?。！! ")


def frame_of(said: str) -> re.Match[str] | None:
    """「换成……」 or 「……呢」 where they ask nothing else; 「……如何」 only where nothing is named, as anything may be so."""
    frame = _INSTEAD.fullmatch(said)
    if frame is None or not (frame["change"] or frame["end"]) or re.search(r"[，。？?]", frame["what"]):
        return None
    words = read(frame["what"])
    if not words or any(word.kind == "asking" for word in words):
        return None
    if (
        frame["end"].startswith("是")
        and not frame["again"]
        and (len(frame["what"]) > len("城市里的") or _ordered(words))
    ):
        return None  # 「份额第二的是谁？」 asks by itself
    plain = frame["change"] or frame["again"] or frame["end"][0] in "呢呐是" or not runs(words)
    return frame if plain else None


def _ordered(words: Sequence[Word]) -> bool:
    return any(word.kind in ("order", "period") for word in words)


def pointer_in(said: str) -> Word | None:
    """The first word that points at something which this question does not name before it: 「腾讯及其……」 names it."""
    words = read(said)
    named = next((run.end for run in runs(words)), len(said))
    told = next((word.end for word in words if word.kind in ("name", "noun", "common", "place", "verb")), len(said))
    for word in words:
        before, after = said[max(0, word.start - 1) : word.start], said[word.end :][:1]
        if (
            word.kind == "order"
            and not before
            and (after in _AFTER_AN_ORDER or _asks_next(words) or (named == len(said) and _counts(words)))
        ):
            return word
        if word.kind != "pointer":
            continue
        if before in COMPARING | {"及"}:  # 「和它相比」, but not 「和它的子品牌」
            points = word.text != "其" and after != "的"
        elif before == "的":  # 特斯拉的那个, but not 「造电池的那家公司」
            points = len(word.text) == len("那个") and word.text[0] in "这那"
        else:
            points = word.start < (told if word.text == "其" else named)
        if points:
            return word
    return None


def _asks_next(words: Sequence[Word]) -> bool:
    """Whether an order stands for a thing by itself: 第二点具体怎么说, not 第二产业."""
    return len(words) > 1 and (words[1].kind == "asking" or words[1].text in ("具体", "主要"))


def _counts(words: Sequence[Word]) -> bool:
    """Whether it begins as 「第二个趋势」 does."""
    return len(words) > 1 and words[0].end == words[1].start and words[1].kind == "common"


def lacks_owner(said: str) -> bool:
    """Whether nothing in the question can be what it is about: it counts, measures or asks the reason of something."""
    words = read(said)
    if not words or _POLITE.fullmatch(said):
        return False
    told = [word for word in words if word.kind not in ("asking", "common", "pointer", "other", "verb")]
    if said.startswith("什么是") or (_DEFINES.match(said) and told):
        return False
    if _SUBJECTLESS.match(said):
        return True
    topics = runs(words)
    if any(run.named for run in topics) or _begins_with_an_owner(words):
        return False
    if not topics:
        return True
    placed = any(word.kind in ("common", "place") for word in words)
    return _acts(words) or (len(topics) == 1 and not placed and _COUNTED.search(said) is not None)


def _acts(words: Sequence[Word]) -> bool:
    """Whether it begins with a verb that nobody does: 「2007年转投了……」, 「改的是……」; 「有哪些省份……」 asks of all."""
    done = [word for word in words if word.kind != "period"]
    if done[0].kind != "verb" or done[0].text in ("有", "还有", "没有", "是"):
        return False
    return len(done) == 1 or done[1].text in ("了", "过", "在", "于", "的", "到", "完")


def _begins_with_an_owner(words: Sequence[Word]) -> bool:
    """Whether a place or name, or words that the tagger takes for none (扩散模型的……), stand where an owner would."""
    words = [word for word in words if word.kind != "period"]
    if not words:
        return False
    if words[0].text in BROAD_PLACES:  # 全球人口 is somebody's, 国内排名 is not
        return any(word.kind == "common" for word in words)
    if words[0].kind in ("place", "name"):
        return True
    for before, word in pairwise(words):
        if word.kind == "place" and word.text not in BROAD_PLACES and before.text not in _TOWARDS:
            return True
    owning = words[: next((at for at, word in enumerate(words[:4]) if word.kind == "of"), 0)]
    return sum(len(word.text) for word in owning) > 1 and owning[0].kind in ("noun", "verb")


def asks_for_more(said: str) -> bool:
    """「还有别的吗？」, 「还有其他原因吗？」; 「还有哪些省份……」 names what it asks for."""
    more = _MORE.fullmatch(said)
    return more is not None and all(word.kind == "common" for word in read(more["what"] or ""))
