"""What kind of thing a question asks for, where its words say so: an amount, a time.

A text without any amount answers no 多少, however well its words match.
"""

import re

from ingest.figures import find_figures
from ingest.normalise import simplify
from ingest.periods import find_periods

_COUNTED = "个家种款项条位名人次倍成年岁天月米层座亿万千百度届期场支颗台辆股所"
# Not where the letters are a part of another word: 许多高校, 近几年, 多重风险, 哪年轻人.
_AMOUNT = re.compile(
    rf"多少|(?<![近这那过每好])几(?=[{_COUNTED}]|纳米|[A-Za-z])|(?<![许众很更诸])多(?=[大高长久快重远深宽厚](?![校新质风模企型]))|占比(?:如何|怎么样)?$"
    # 甲的市场份额？ asks no other way.
    r"|^[^怎何什啥哪谁吗为]*(?:份额|占比|占有率|市占率|规模|增速|增长率|增幅|估值|市值|[产销储]量|出货量|参数量|用户[数量]|营收|收入|利润|销售额|[投融]资额|[单均售]价)是?[？?]?$"
)
_NO_AMOUNT = re.compile(r"电话|号码|编号|邮编|门牌|网址")
_TIME = re.compile(r"何时|哪一?(?:年(?!轻)|[天日月])|哪个(?:年|月|季度)|(?:什么|啥)时[候间]|几月|几号|年份")
_IN_UNITS = re.compile(r"(?:几|多少)个?([A-Za-z/]+|[\u4e00-\u9fff]{2})")
_HOW_LONG = re.compile(r"多久|多长时间|(?<![近这那过每好])几(?=[年天]|个?(?:月|星期|小时))")

# What is no figure or period to the last digit, and an answer all the same: 第三名, 翻了一番; 6月, 公元618年, 三季度.
_OTHER_AMOUNT = re.compile(r"第[一二三四五六七八九十\d]+|翻(?:了)?[一两\d]?[番倍]|一[个家种]")
_OTHER_TIME = re.compile(r"\d[年月日号]|[一二三四五六七八九十]月|季度|[上下]半年|公元|世纪|年代|[初末底中]期")


def asks_for_a_figure(question: str) -> bool:
    """Whether a question asks for an amount or a time."""
    plain = simplify(question)
    return any(asks.search(plain) for asks in (_AMOUNT, _TIME, _HOW_LONG)) and not _NO_AMOUNT.search(plain)


def asks_for_an_amount(question: str) -> bool:
    """Whether a question asks how much or how many, and not when or how long."""
    plain = simplify(question)
    return bool(_AMOUNT.search(plain)) and not any(other.search(plain) for other in (_TIME, _HOW_LONG, _NO_AMOUNT))


def asks_for_a_time(question: str) -> bool:
    """Whether a question asks when something was."""
    return bool(_TIME.search(simplify(question)))


def lacks_what_is_asked(question: str, text: str) -> bool:
    """Whether a question asks for an amount or a time and the text has none; False where it asks for neither."""
    if not asks_for_a_figure(question):
        return False
    plain = simplify(question)
    if _HOW_LONG.search(plain):
        return not (has_amount(text) or _has_time(text))
    if _TIME.search(plain):
        return not _has_time(text)
    unit = _asked_unit(plain)
    return not (any(each.unit == unit for each in find_figures(text)) if unit else has_amount(text))


def _asked_unit(plain: str) -> str:
    """nm of 「几纳米」, GB of 「多少GB」; "" for what may be told in another (亿元, 万人) or where none is named."""
    asked = _IN_UNITS.search(plain)
    units = [each.unit for each in find_figures(f"5{asked[1]}")] if asked else []
    return units[0] if units and units[0].isascii() and units[0] != "%" else ""


def has_amount(text: str) -> bool:
    """Whether a text tells an amount: a figure, 第三名, 翻了一番."""
    return bool(find_figures(text) or _OTHER_AMOUNT.search(text))


def _has_time(text: str) -> bool:
    return bool(find_periods(text) or _OTHER_TIME.search(text))
