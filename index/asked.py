"""What kind of thing a question asks for, where its words say so: an amount, a time.

A text without any amount answers no 多少, however well its words match.
"""

import re

from ingest.figures import find_figures
from ingest.normalise import simplify
from ingest.periods import find_periods

_COUNTED = "个家种款项条位名人次倍成年岁天月米层座亿万千百度届期场支颗台辆股所"
_AMOUNT = re.compile(rf"多少|几(?=[{_COUNTED}])|多(?=[大高长久快重远深宽厚])|占比(?:如何|怎么样)?$")
_TIME = re.compile(r"何时|哪一?[年天日月]|哪个(?:年|月|季度)|(?:什么|啥)时[候间]|几月|几号|年份")
_HOW_LONG = re.compile(r"多久|多长时间|几(?=[年天]|个?(?:月|星期|小时))")


def asks_for_a_figure(question: str) -> bool:
    """Whether a question asks for an amount or a time."""
    plain = simplify(question)
    return any(asks.search(plain) for asks in (_AMOUNT, _TIME, _HOW_LONG))


def lacks_what_is_asked(question: str, text: str) -> bool:
    """Whether a question asks for an amount or a time and the text has none; False where it asks for neither."""
    plain = simplify(question)
    if _HOW_LONG.search(plain):
        return not (find_figures(text) or find_periods(text))
    if _TIME.search(plain):
        return not find_periods(text)
    return bool(_AMOUNT.search(plain)) and not find_figures(text)
