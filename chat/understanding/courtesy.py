"""Courtesies and questions about the assistant itself, told from questions of the reports.

Only a message that is nothing else counts: 「你好，2022年的产值是多少？」 is a question, and its courtesy is left out of what
is searched. Knows the words of one message.
"""

import re
from typing import Literal

from ingest.normalise import simplify

Courtesy = Literal["itself", "parting", "thanks", "greeting", "noted"]

_LONGEST = 40  # nobody is polite at greater length
_YOU = "(?:你|您|你们)"
_WHAT = "(?:些|点)?(?:什么|啥|哪些|多少)"
_REPORTS = "(?:份|篇)?(?:行业)?(?:报告|资料|文档|文件)"
# What says most of the reply comes first: of 「谢谢，再见」 the latter.
_POLITE: dict[Courtesy, str] = {
    "itself": (
        rf"{_YOU}(?:到底|究竟)?是(?:谁|什么|啥|(?:一?个)?(?:机器人|人工智能|真人|人|ai|chatgpt|gpt|大?模型))(?:东西|人|模型|ai|机器人|系统)?(?:开发|做|训练|创造)?(?:出来)?的?(?:吗|呀|啊|呢)?"
        rf"|{_YOU}叫(?:什么|啥)(?:名字)?|(?:请|先)?(?:做个|做一下)?自我介绍(?:一下|吧)?|(?:请|先)?介绍(?:一下|下)?{_YOU}?自己(?:吧)?|谁(?:开发|做|训练|创造)(?:了|出|的)*{_YOU}(?:的)?"
        rf"|{_YOU}(?:都|还)?(?:能|可以|会)(?:够|帮我|帮忙|为我|给我)*(?:做|干|回答|提供)?{_WHAT}(?:事情?|问题|忙|服务|帮助|内容)?(?:呢|呀|啊)?"
        rf"|{_YOU}(?:都)?有{_WHAT}(?:功能|能力|用处?|用途|作用)|{_YOU}(?:都)?(?:知道|懂){_WHAT}(?:内容)?|我?(?:能|可以)问{_YOU}?{_WHAT}(?:问题|内容)?"
        rf"|我?(?:该|应该|要)?(?:怎么|如何|怎样)(?:使用{_YOU}?|用{_YOU}?|(?:向|跟|对)?{_YOU}?提问|问{_YOU})"
        rf"|(?:{_YOU}|这里|目前|现在|系统|库里)*(?:都|里面?)?(?:收录|收|有|包含|涵盖|覆盖)了?{_WHAT}{_REPORTS}"
        r"|帮助|使用(?:说明|方法|帮助)|help|who are you|what are you|what (?:can|do) you do|how (?:do i|can i|to) use (?:this|it|you)"
    ),
    "parting": r"再见|再會|拜+|回头见|下次见|回见|晚安|(?:good)?bye(?: ?bye)?|see you|88",
    "thanks": (
        rf"(?:非常|十分|太|很)?(?:谢谢|感谢|多谢|谢)+(?:{_YOU}|啦|了|哦|呀)*(?:的(?:帮助|回答|解答|帮忙))?|辛苦{_YOU}?了?|麻烦{_YOU}了"
        r"|(?:很|非常|真|太|挺)(?:好|棒|很有帮助|不错|厉害|赞|有用|清楚)(?:的|了|啊|呀)?|不错|厉害|thank you(?: (?:very|so) much)?|thanks?(?: a lot)?|thx|great|nice|good"
    ),
    "greeting": (
        rf"(?:{_YOU}|大家)好(?:吗|呀|啊|哦)?|(?:早上|上午|中午|下午|晚上)好|早安|早|[嗨嘿]+|哈[喽啰罗]|在(?:吗|不在)|有人吗|hi|hello|hey"
    ),
    "noted": (
        r"好(?:的|滴|吧|嘞|啊|哦|哒)*|行(?:吧|了)?|可以(?:了)?|[嗯哦噢喔]+|收到(?:了)?|我?(?:都)?(?:明白|知道|了解|懂|清楚)了?|原来如此|没(?:有)?(?:问题|事)?了?|不用了|是的|对(?:的)?"
        r"|[哈呵]{2,}|ok(?:ay)?|got it|i see|yes|no"
    ),
}
_ALL = "|".join(_POLITE.values())
_NOTHING_ELSE = re.compile(rf"\s*(?:(?:请问)?(?:{_ALL})\s*)+")
# 帮助 by itself asks what this is, 谢谢你的帮助 does not.
_FIRST_OF: tuple[Courtesy, ...] = ("thanks", "parting", "greeting", "itself", "noted")
_EACH = re.compile("|".join(f"(?P<{kind}>{_POLITE[kind]})" for kind in _FIRST_OF))
_MARKS = re.compile(r"[^\w\s]+")
_SAID_FIRST = "|".join(_POLITE[kind] for kind in ("thanks", "greeting", "noted"))
# Without a mark behind it, 好的 may begin 好的企业, and 对 begins far more.
_BEFORE = re.compile(
    rf"(?:(?:(?:{_SAID_FIRST})){{1,3}}(?:[，,。.！!～~、；;]\s*|\s+(?![A-Za-z]))+|(?:{_POLITE['greeting']}|{_POLITE['thanks']})(?=请问|我想|想问|请教|那(?![么个些家种]))|(?:{_POLITE['greeting']})(?=帮我))+",
    re.IGNORECASE,
)
_BEHIND = re.compile(rf"(?<=[，,。.！!？?；;\s])(?:{_POLITE['thanks']})[。.！!～~\s]*$", re.IGNORECASE)


def courtesy(text: str) -> Courtesy | None:
    """What kind of courtesy a message is, where it is nothing else; None for a question of the reports."""
    if len(text) > _LONGEST:
        return None
    plain = re.sub(r"\s+", " ", _MARKS.sub(" ", simplify(text))).lower()
    if not _NOTHING_ELSE.fullmatch(plain):
        return None
    said = {each.lastgroup for each in _EACH.finditer(plain)}
    return next(kind for kind in _POLITE if kind in said)


def without_courtesy(question: str) -> str:
    """A question without the greeting or thanks before and behind it; as it is where nothing else would be left."""
    if courtesy(question) is not None:
        return question
    plain = simplify(question)  # keeps offsets
    before, behind = _BEFORE.match(plain), _BEHIND.search(plain)
    rest = question[before.end() if before else 0 : behind.start() if behind else None]
    rest = rest.strip().rstrip("，,、")
    return rest if re.search(r"\w", rest) and rest != question else question
