"""Figures as Chinese reports write them, each as its exact value, unit, hedge and kind of change.

What has digits and tells no amount is passed over whole: periods, addresses, names (GPT-4, H800, 3D, 360GPT), versions and
section numbers (1.2.1, 工业4.0), telephone numbers, ordinals (第三, 6月, 15日, 500强), marks ([1], （2）, 3、) and labels (图3).

Of the rest, a number in Arabic digits is a figure with or without a unit. One in Chinese digits needs a unit, or a 万 or 亿 in it:
一方面, 三者, 统一, 十分 have neither. 一 and 二 before what is counted one by one are an article and an ordinal (一家, 二类). A
magnitude alone needs a unit or a word that measures: 百亿元, 突破万亿, 上百家, but not 千家万户. 翻番 and 翻倍 are no figures: they
are 2倍 of what was and 增长1倍, and only a reader knows which of the two is asked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, get_args

from ingest.numerals import ARABIC, CHINESE, DIGITS, EXACT, LATIN_SCALE, SCALE, plain_digits, value_of
from ingest.periods import find_periods
from ingest.units import COUNTERS, UNIT, unit_name

Hedge = Literal["", "about", "over", "under", "several"]
Change = Literal["", "up", "down"]
Basis = Literal["", "同比", "环比", "复合", "年均"]


@dataclass(frozen=True, slots=True)
class Figure:
    """text[start:end] tells an amount from low to high, one value but in a range, of a unit; "" is a bare number.

    The words around it are outside the span. hedge: about for 约, 近 and 左右, over for 超 and 以上, under for 不足 and 以内, several for
    数十 (20 to 90) and 十几. change: whether it is told as a rise or a fall, whatever its sign. basis: what a growth compares with.
    成, ‰ and the shares that are exact in decimals (四分之一) are per cents; 三分之二 is 2 of the unit "/3".
    """

    start: int
    end: int
    low: Decimal
    high: Decimal
    unit: str = ""
    hedge: Hedge = ""
    change: Change = ""
    basis: Basis = ""


# --- passed over -----------------------------------------------------------------------------------------------------

_TO = r"[ ]?(?:[-–—~]{1,2}|至|到)[ ]?"
_MEASURED = rf"[ ]?(?:{UNIT}|{SCALE}|{LATIN_SCALE})"
_PASSED_OVER = re.compile(
    "|".join(
        (
            r"(?:https?://|www\.)[!-~]++",
            # A name is letters and what is glued to them; after a currency or a word of growth stands an amount.
            r"(?<![A-Za-z])(?!(?i:USD|RMB|CNY|HKD|EUR|GBP|JPY|US|HK|CAGR|YoY|QoQ)[ ]?[$+-]?[0-9])"
            r"[A-Za-z_](?:[A-Za-z0-9_]|[-.·](?=[A-Za-z0-9]))*+",
            # So are digits that letters follow, but for a unit or a magnitude: 3D, 360GPT, 7-Eleven, 600519.SH.
            rf"(?!{ARABIC}{_MEASURED})[0-9]++(?:\.[0-9]++)?+[-.]?[A-Za-z](?:[A-Za-z0-9_]|[-.](?=[A-Za-z0-9]))*+",
            r"[0-9]++(?:\.[0-9]++){2,}+",  # 1.2.1, 192.168.0.1
            r"[0-9]{1,2}[:：][0-5][0-9](?:[:：][0-5][0-9])?(?![0-9])|[0-9]{1,2}[点时](?![间代长段期])(?:[0-9]{1,2}分)?",  # 9:30, 9时30分
            # Telephones and codes: three numbers joined, a leading zero, the eleven digits of a mobile.
            r"[0-9]{2,}+(?:-[0-9]++){2,}+|0[0-9]++(?!\.[0-9])(?:-[0-9]++)*+|1[3-9][0-9]{9}(?![0-9.])",
            rf"第[ ]?(?:[0-9]++(?:[-.][0-9]++)*+|[零百千{DIGITS}十]++)(?:(?:{_TO}|、)第?(?:[0-9]++(?!\.)|[{DIGITS}十]++))*+",
            r"(?:二?十[一二三四五六七八九]|[二三]十)[大届]",  # congresses
            r"(?:公元前?|西元)[ ]?[0-9]++万?(?:[-–—][0-9]++)?(?:年|世纪)?|[0-9]{1,2}世纪",
            rf"[0-9]{{1,2}}(?:{_TO}[0-9]{{1,2}})?(?:月(?:[0-9]{{1,2}}[日号])?|[日楼])|[0-9]{{1,4}}号",
            r"[0-9]{1,4}(?:版|强|后(?![端台续])|届|期|级|代(?!码)|线|维)",
            r"[\[［【][ ]?[0-9]{1,3}(?:[ ]?[,，、–~-][ ]?[0-9]{1,3})*+[ ]?[\]］】]|[（(][ ]?[0-9]{1,2}[ ]?[）)]",
            # The number of a paragraph or an item: 3、…, 2.1 …, but not 12.5 亿元.
            rf"(?m:^)[#•◆ ]*+[0-9]{{1,2}}(?:\.[0-9]{{1,2}})*+(?:[、)）](?![0-9])|\.(?![0-9])|[ ]++(?![0-9$%+多余-]|{_MEASURED}|{_TO}[0-9]|$))",
            r"(?<=[。；;：:，,\s])[0-9]{1,2}[、)）](?![ ]?[0-9])",
            r"(?:(?<=。)|(?<=。[ ]))[0-9]{1,3}(?m:$)",  # a page number after the last line
            rf"(?:图表?|表|附录|附件|步骤|案例|式|注)[ ]?[0-9]++(?:[-.][0-9]++)*+(?![.0-9]|{_MEASURED}|%)",
        )
    )
)
# A bare number after a Latin word is a part of its name: Windows 11, TOP 10, T+1.
_NAME_BEFORE = re.compile(r"[A-Za-z][ +-]?\Z")
_VERSION = re.compile(r"[0-9]\.0")

# --- amounts ---------------------------------------------------------------------------------------------------------

_CURRENCIES = {
    "US$": "美元", "HK$": "港元", "$": "美元", "¥": "元", "€": "欧元", "£": "英镑", "人民币": "元",
    "USD": "美元", "HKD": "港元", "RMB": "元", "CNY": "元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元",
}  # fmt: skip
_CURRENCY = "|".join(map(re.escape, _CURRENCIES))
_MORE = r"[ ]?(?:多(?!样|元化|元素|模|维|云|端|语|任务|轮|场景)|余(?!额)|\+(?![0-9]))"
# 参数, 人数, 总数 and the like are nouns; what follows them is told exactly.
_SEVERAL = rf"十几|(?:(?<![参人次总函指系基倍户个家件台位点])数|几)(?={SCALE})"
_PAIRS = "一两|两三|三四|三五|四五|五六|六七|七八|八九"
_AMOUNT = re.compile(
    rf"(?P<sign>(?:(?<![0-9A-Za-z%)）])[+-]|(?<![减担胜自])负)(?=[0-9$¥€£{DIGITS}十零]))?(?:(?P<currency>{_CURRENCY})[ ]?(?=[0-9]))?"
    rf"(?P<number>(?P<several>{_SEVERAL})|(?P<pair>(?:{_PAIRS})(?![〇零点{DIGITS}]))|(?P<head>{ARABIC}|{CHINESE})|(?={SCALE}))"
    rf"(?P<within>[ ]?[多余+](?=[ ]?{SCALE}))?(?P<scale>[ ]?{SCALE}(?:[0-9]++(?:\.[0-9]++)?+{SCALE})?|{LATIN_SCALE})?"
    rf"(?P<more>{_MORE})?"
    rf"(?:个(?P<and_half>半)(?P<of_half>月|小时|星期|季度)|[ ]?(?P<unit>{UNIT})(?P<tenth>半(?![年数导径个])|(?<=成)[{DIGITS}](?!{UNIT}))?)?"
    rf"(?P<later>{_MORE})?"
)
_HALF = re.compile(r"(?<![上下前后大多过一])半(?P<unit>年(?![报度])|天|个月|个?小时)")
_SHARE = re.compile(
    rf"一半(?![导径年天个])|半数|(?P<minus>负)?(?P<per>百|千|万)分之(?P<share>{ARABIC}|{CHINESE}|百)"
    rf"|(?P<parts>{CHINESE}|[0-9]+)分之(?P<of>{CHINESE}|[0-9]+)|(?P<top>[1-9])/(?P<below>[2-9]|10)(?![0-9/年月日]|{_MEASURED})"
)
_PER_CENT = {"成": Decimal(10), "百": Decimal(1), "‰": Decimal("0.1"), "千": Decimal("0.1"), "万": Decimal("0.01")}
_MAGNITUDE = re.compile("[百千万亿]+")
_NO_NUMERAL_AFTER = re.compile(r"[同每这那某统唯之逐如另任单万]\Z")  # 同一年, 每一天, 统一
_MEASURES_IT = re.compile(r"(?:[近超逾达约过破]|(?<!千)上)\Z")  # 成千上万 is no 万
_PASSED = re.compile(r"[上过破]\Z")

_STARTS = re.compile(
    rf"(?m:^)[#•◆ ]++|[0-9A-Za-z_+$¥€£\[［【（(第图表附步案式注公西负半数几{DIGITS}十百千万亿零-]|人民币(?=[ ]?[0-9])"
)
_BETWEEN = re.compile(_TO)
_FROM = re.compile(r"[从由自]\Z")

# --- the words around ------------------------------------------------------------------------------------------------

_HEDGES: dict[Hedge, str] = {
    "under": "不超过 不超 未超过 未超 不高于 不多于 不大于 不足 不到 不满 未满 低于 少于 小于 至多 最多 以下 以内 之内 之下 ≤ <",
    "over": "不少于 不低于 不小于 至少 最低 超过 超出 超 逾 突破 高于 多于 大于 以上 之上 ≥ >",
    "about": "大约 大概 约合 约 接近 将近 近 左右 上下 ~ ≈",
}
_HEDGE_OF = {word: hedge for hedge, words in _HEDGES.items() for word in words.split()}
_HEDGE = "|".join(map(re.escape, sorted(_HEDGE_OF, key=len, reverse=True)))
_UP = "增长率|增长|增速|增幅|涨幅|增加|上升|上涨|提升|提高|攀升|回升|上调|扩大|猛增|激增|增|涨"
_DOWN = "负增长|降幅|跌幅|下降|降低|减少|下滑|下跌|缩减|缩小|缩短|减轻|收窄|回落|萎缩|下调|节省|节约|减|降|跌"
_BASIS = "同比|环比|(?:年均?)?复合(?:年均?)?|CAGR|年均"
_LEAD = re.compile(
    rf"(?:(?P<basis>{_BASIS})(?:分别|大幅|小幅|快速|[)）])*)?(?:(?P<change>{_DOWN}|{_UP})(?:率|幅度|速度|[（(]CAGR[）)])*)?"
    rf"(?:了|为|是|达到|达|高|仅|均|将|[：: ])*(?P<hedge>{_HEDGE})?(?:了|为|达|有| )*\Z"
)
_TRAIL = re.compile(
    rf"[ ]?及?(?P<hedge>以上|之上|以下|之下|以内|之内|左右|上下)?(?:的?(?P<basis>{_BASIS})?年?(?P<change>增长率|增长|增速|增幅|涨幅|降幅|跌幅|下降|下滑)(?![至到了为]))?"
)
_LEAD_CHARS = 24  # 复合年均增长率（CAGR）达到不少于 is 20
_RECENT = frozenset({"年", "个月", "季度", "周", "天"})


def find_figures(text: str) -> list[Figure]:
    """The figures of text in order, none overlapping another or a period.

    >>> [(text[f.start:f.end], str(f.low), f.unit, f.hedge) for text in ["约1,200万元", "七成以上"] for f in find_figures(text)]
    [('1,200万元', '12000000', '元', 'about'), ('七成', '70', '%', 'over')]
    """
    return list(_figures(_without_periods(text)))


def search_words(text: str) -> list[str]:
    """What a text and a question with the same figure or period have in common, however each writes it, in order, once each.

    A figure gives its value and unit (70%, 12000000, 1.5小时), a range both ends; 数十 gives none. A period gives its name and
    its years (2022h1 and 2022y): the y keeps a year apart from the number 2,022.
    """
    words: list[str] = []
    for figure in find_figures(text):
        if figure.hedge != "several":
            words.extend(f"{_digits(value)}{figure.unit}" for value in (figure.low, figure.high))
    for period in find_periods(text):
        part = [] if period.name.isdecimal() else [period.name]
        words.extend([*part, f"{period.first.year}y", f"{period.last.year}y"])
    return list(dict.fromkeys(word.lower() for word in words))


def _digits(value: Decimal) -> str:
    """A value in plain digits, without zeros at its end."""
    digits = f"{value:f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits == "-0" else digits


def _without_periods(text: str) -> str:
    """Text as the grammar reads it, its periods blotted out; the offsets stay."""
    plain, at, pieces = plain_digits(text), 0, []
    for period in find_periods(text):
        pieces += [plain[at : period.start], "\0" * (period.end - period.start)]
        at = period.end
    return "".join([*pieces, plain[at:]])


def _figures(plain: str) -> Iterator[Figure]:
    at = 0
    while begins := _STARTS.search(plain, at):
        at = begins.start()
        if passed := _PASSED_OVER.match(plain, at):
            at = passed.end()
            continue
        amount = _amount(plain, at)
        if amount is None:
            at = begins.end()
            continue
        amount = _joined(plain, amount)
        if figure := _figure(plain, amount):
            yield figure
        dash = _BETWEEN.match(plain, amount.end)  # no sign of the amount after it
        at = dash.end() if dash else amount.end


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount as written, whether or not it is meant as a figure.

    number: its digits and magnitudes, "" for a share or a half, which need no more to be one. low is None for digits that are
    no number (三三两两). unit: by its one name, but 成 and ‰ as they stand.
    """

    start: int
    end: int
    number: str
    low: Decimal | None
    high: Decimal | None
    unit: str
    hedge: Hedge = ""


def _amount(plain: str, at: int) -> _Amount | None:
    if (match := _SHARE.match(plain, at)) and (share := _share(match)):
        return share
    if half := _HALF.match(plain, at):
        return _Amount(at, half.end(), "", Decimal("0.5"), Decimal("0.5"), unit_name(half["unit"]))
    match = _AMOUNT.match(plain, at)
    return _measured(match) if match and match["number"] + (match["scale"] or "") else None


def _share(match: re.Match[str]) -> _Amount | None:
    """A part of a whole, in per cents where that is exact: 百分之五, 千分之五, 四分之一, 一半; else in parts of its own number."""
    if match["per"]:
        told = Decimal(100) if match["share"] == "百" else value_of(match["share"])
        low = (
            None
            if told is None
            else EXACT.multiply(told.copy_negate() if match["minus"] else told, _PER_CENT[match["per"]])
        )
        return _Amount(match.start(), match.end(), "", low, low, "%")
    part, parts = value_of(match["of"] or match["top"] or "一"), value_of(match["parts"] or match["below"] or "两")
    if part is None or parts is None or not 0 < part < parts:
        return None
    hundredths = EXACT.divide(EXACT.multiply(part, Decimal(10**4)), parts)
    exact = hundredths == hundredths.to_integral_value()
    low, unit = (EXACT.divide(hundredths, Decimal(100)), "%") if exact else (part, f"/{parts}")
    return _Amount(match.start(), match.end(), "", low, low, unit)


def _measured(match: re.Match[str]) -> _Amount:
    scale = (match["scale"] or "").strip()
    low, high = (value_of(head + scale) for head in _heads(match))
    if low is not None and high is not None:
        low, high = EXACT.add(low, _tenths(match)), EXACT.add(high, _tenths(match))
        if match["sign"] in ("-", "负"):
            low, high = EXACT.minus(high), EXACT.minus(low)
    hedge: Hedge = (
        "several" if match["several"] else "over" if match["within"] or match["more"] or match["later"] else ""
    )
    return _Amount(match.start(), match.end(), match["number"] + scale, low, high, _unit(match), hedge)


def _heads(match: re.Match[str]) -> tuple[str, str]:
    """The least and the most of a number but for its magnitude: 十几 is 11 to 19, 数 and 几 are 2 to 9, 三五 is 3 to 5."""
    if match["several"]:
        return ("十一", "十九") if match["several"] == "十几" else ("两", "九")
    if pair := match["pair"]:
        return pair[0], pair[1]
    return match["head"] or "", match["head"] or ""


def _tenths(match: re.Match[str]) -> Decimal:
    """What a unit is followed by: 两个半小时, 一年半, 三成五."""
    if match["and_half"] or match["tenth"] == "半":
        return Decimal("0.5")
    return EXACT.divide(value_of(match["tenth"] or "") or Decimal(0), Decimal(10))


def _unit(match: re.Match[str]) -> str:
    unit = unit_name(f"个{match['of_half']}" if match["of_half"] else match["unit"] or "")
    return _CURRENCIES[match["currency"]] if match["currency"] and "元" not in unit else unit


# --- what is meant ---------------------------------------------------------------------------------------------------


def _joined(plain: str, first: _Amount) -> _Amount:
    """A range with its other end, where one follows in the same unit; of 从3%到5% each is told for itself."""
    between = _BETWEEN.match(plain, first.end)
    if first.low is None or between is None or _PASSED_OVER.match(plain, between.end()):
        return first
    if between[0].strip() in ("至", "到") and _FROM.search(plain, max(0, first.start - 1), first.start):
        return first
    last = _amount(plain, between.end())
    if last is None or last.high is None or first.unit not in ("", last.unit) or "several" in (first.hedge, last.hedge):
        return first
    low = first.low if first.unit else _in_magnitude_of(last, first)
    if low is None or low > last.high:
        return first
    return replace(last, start=first.start, low=low, hedge=first.hedge or last.hedge)


def _in_magnitude_of(last: _Amount, first: _Amount) -> Decimal | None:
    """The value of a range's first end, which may leave 万 or 亿 to its last: 3至5亿, 二十至三十万, 二百到三百万."""
    if re.search("[万亿A-Za-z]", first.number):
        return first.low
    shared = re.search("[万亿]+$" if re.search("[百千]", first.number) else "[百千万亿]+$| ?[A-Za-z]+$", last.number)
    if shared is None or first.low is None:
        return first.low
    value = value_of(first.number + shared[0])
    return value and value.copy_sign(first.low)


def _tells(plain: str, amount: _Amount) -> bool:
    """Whether an amount is meant as a figure (the rules that open this module)."""
    number, before = amount.number, plain[max(0, amount.start - 2) : amount.start]
    if not number:
        return True
    if re.fullmatch("[0-9.,，]+", number) and not amount.unit:
        version = _VERSION.fullmatch(number) and not _is_cell(plain, amount)
        return not version and not _NAME_BEFORE.search(before)
    if number[0].isascii():
        return True
    if not _MAGNITUDE.fullmatch(number):
        return _tells_in_chinese(number, amount.unit, before)
    measured = bool(_MEASURES_IT.search(before)) or plain.startswith("级", amount.end)
    return measured and bool(amount.unit or number in "万亿") if len(number) == 1 else measured or bool(amount.unit)


def _tells_in_chinese(number: str, unit: str, before: str) -> bool:
    if not unit:
        return "万" in number or "亿" in number
    if number[0] == "一" and _NO_NUMERAL_AFTER.search(before):
        return False
    if number == "一":
        return unit not in COUNTERS and unit != "元"
    if number == "二":
        return unit in ("成", "倍", "%", "百分点", "bp")  # of what is counted there are 两
    return len(number) > 1 or unit not in ("元", "字")  # 三元 and 十字 are words


def _is_cell(plain: str, amount: _Amount) -> bool:
    """Whether an amount stands alone in its cell or line."""
    edges = ("", "\n", "\t")
    return plain[amount.start - 1 : amount.start] in edges and plain[amount.end : amount.end + 1] in edges


def _figure(plain: str, amount: _Amount) -> Figure | None:
    """An amount with the words around it, None for one that is not meant as a figure."""
    low, high, unit = amount.low, amount.high, amount.unit
    if low is None or high is None or not _tells(plain, amount):
        return None
    if unit in _PER_CENT:
        low, high, unit = EXACT.multiply(low, _PER_CENT[unit]), EXACT.multiply(high, _PER_CENT[unit]), "%"
    lead = _words(_LEAD.search(plain, max(0, amount.start - _LEAD_CHARS), amount.start))
    trail = _words(_TRAIL.match(plain, amount.end))
    recent = lead["hedge"] == "近" and unit in _RECENT  # 近三年 are the last three
    passed = _MAGNITUDE.fullmatch(amount.number) and _PASSED.search(plain, max(0, amount.start - 1), amount.start)
    told = "over" if passed else "" if recent else _HEDGE_OF.get(lead["hedge"], "")
    hedge: Hedge = amount.hedge or told or _HEDGE_OF.get(trail["hedge"], "")
    growth = lead["change"] or trail["change"]
    change: Change = "" if not growth else "down" if re.fullmatch(_DOWN, growth) else "up"
    return Figure(amount.start, amount.end, low, high, unit, hedge, change, _basis(lead["basis"] or trail["basis"]))


def _words(match: re.Match[str] | None) -> dict[str, str]:
    return match.groupdict("") if match else {"hedge": "", "change": "", "basis": ""}


def _basis(word: str) -> Basis:
    if "复合" in word or word == "CAGR":
        return "复合"
    return next((basis for basis in get_args(Basis) if basis == word), "")
