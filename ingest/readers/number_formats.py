"""A number of a sheet or a chart as its number format shows it: `0.0%`, `#,##0.00`, `yyyy"年"m"月"`, `0.0,,"亿"`.

The part of ECMA-376, part 1, 18.8.31 that reports use; what is outside it (fractions, powers of ten) is shown as it
would be without a format.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

_GENERAL = re.compile(r"general|g/通用格式|@?", re.IGNORECASE)
_UNUSUAL = re.compile(r"[0#?][eE][+-]|[0#?]\s*/\s*[0#?]")
_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)" | [\\!](?P<literal>.) | _. | \*. | \[(?P<bracket>[^\]]*)\]
    | (?P<number>[0#?][0#?,.]*|\.[0#?]+) | (?P<other>.)
    """,
    re.VERBOSE,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
_DATE_TOKEN = re.compile(
    r"""yy(?:yy)?|mmm+|mm?|dd?|hh?|ss?|"[^"]*"|\\.|\[\$[^\]]*\]|[-/.: 年月日时分秒時]|;@$|.""", re.IGNORECASE
)
# Which order these show depends on the reader's own settings.
_LOCAL_DATES = frozenset({"mm-dd-yy", "m/d/yy", "m/d/yyyy", "m/d/yy h:mm", "[$-f800]dddd, mmmm dd, yyyy"})
# More digits than this are noise of binary fractions: 0.1 + 0.2.
_DIGITS = 15
# Digits before and after the point of any number, in a format of up to 255 places and signs for percent.
_PRECISION = 1_500


def shown(value: float, code: str) -> str:
    """The number as the format code shows it, be it a number or a date counted in days since 1900."""
    from openpyxl.styles.numbers import is_date_format  # noqa: PLC0415 - a fifth of a second, for Office files alone
    from openpyxl.utils.datetime import from_excel  # noqa: PLC0415

    if is_date_format(code) and (moment := from_excel(value)) is not None:
        return shown_date(moment, code)
    return shown_number(value, code)


def shown_number(value: float, code: str) -> str:
    """The number as the format code shows it; the plain number where the code is no number format.

    >>> shown_number(0.4523, "0.0%"), shown_number(1234.5, "#,##0.00"), shown_number(-3, "0;(0)")
    ('45.2%', '1,234.50', '(3)')
    """
    with localcontext() as context:
        context.prec = _PRECISION
        number = Decimal(f"{value:.{_DIGITS}g}")
        section, magnitude = _section(number, code)
        if _GENERAL.fullmatch(section.strip()) or _UNUSUAL.search(section):
            return _plain(number)
        return _formatted(magnitude, section)


def shown_date(value: date | time | timedelta, code: str) -> str:
    """A date or time as its format shows it; 2023-05-01 where that depends on the reader's settings or is unusual.

    >>> shown_date(datetime(2023, 5, 1), 'yyyy"年"m"月"'), shown_date(datetime(2023, 5, 1), "mm-dd-yy")
    ('2023年5月', '2023-05-01')
    """
    if isinstance(value, timedelta):
        hours, seconds = divmod(int(value.total_seconds()), 3600)
        return f"{hours}:{seconds // 60:02}:{seconds % 60:02}"
    tokens = [token for token in _DATE_TOKEN.findall(code) if not re.match(r"\[\$|;@", token)]
    if code.lower() in _LOCAL_DATES or isinstance(value, time):
        return _iso(value)
    shown = [_date_token(value, token, tokens, place) for place, token in enumerate(tokens)]
    return "".join(part for part in shown if part is not None) if None not in shown else _iso(value)


def _section(number: Decimal, code: str) -> tuple[str, Decimal]:
    """The part of the code that is for this number, and the number that it shows: without its sign where the part
    is for negative ones alone."""
    sections = re.findall(r"""(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])+""", code) or [""]
    conditions = [_CONDITION.search(section) for section in sections]
    for section, condition in zip(sections, conditions, strict=True):
        if condition and _holds(number, condition[1], Decimal(condition[2])):
            return section, number
    if any(conditions):
        return next((part for part, condition in zip(sections, conditions, strict=True) if not condition), ""), number
    if number < 0 and len(sections) > 1:
        return sections[1], -number
    return sections[2 if number == 0 and len(sections) > 2 else 0], number


def _holds(number: Decimal, relation: str, bound: Decimal) -> bool:
    return {
        "<": number < bound,
        "<=": number <= bound,
        ">": number > bound,
        ">=": number >= bound,
        "=": number == bound,
        "<>": number != bound,
    }[relation]


def _formatted(number: Decimal, section: str) -> str:
    tokens = list(_TOKEN.finditer(section))
    percent = sum(token["other"] == "%" for token in tokens)
    shown: list[str] = []
    numbers = 0
    for token in tokens:
        if token["number"]:
            numbers += 1
            shown.append(_digits(abs(number) * 100**percent, token["number"]))
        elif token["bracket"] is not None:
            shown.append(token["bracket"][1:].split("-")[0] if token["bracket"].startswith("$") else "")
        else:
            shown.append(token["quoted"] or token["literal"] or token["other"] or "")
    if numbers > 1:  # 0!.0,"万" and 000-0000 spread one number over several places
        return _plain(number)
    sign = "-" if number < 0 and re.search(r"[1-9]", "".join(shown)) else ""
    return (sign + "".join(shown)).strip()


def _digits(number: Decimal, places: str) -> str:
    """A positive number as places such as `#,##0.0#` show it; each comma at the end divides it by a thousand."""
    scaled = places.rstrip(",")
    number /= Decimal(1000) ** (len(places) - len(scaled))
    whole, _, fraction = scaled.partition(".")
    rounded = number.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    digits, _, decimals = f"{rounded:f}".partition(".")
    digits = digits.zfill(whole.count("0")) if whole.count("0") else digits.lstrip("0")
    if "," in whole and digits:
        digits = f"{int(digits):,}".rjust(len(digits), "0")
    wanted = len(fraction.rstrip("#?"))
    kept = decimals[:wanted] + decimals[wanted:].rstrip("0")
    return f"{digits}.{kept}" if kept else digits


def _plain(number: Decimal) -> str:
    """Up to ten decimals, and no power of ten."""
    rounded = f"{number:f}" if number == number.to_integral() else f"{round(number, 10):f}"
    return rounded.rstrip("0").rstrip(".") if "." in rounded else rounded


def _iso(value: date | time) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%H:%M}" if isinstance(value, time) else value.isoformat()


def _date_token(value: date, token: str, tokens: list[str], place: int) -> str | None:
    """What the token shows; None for one that is not known."""
    kind = token.lower()
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    known = {
        "yyyy": f"{moment:%Y}",
        "yy": f"{moment:%y}",
        "m": str(moment.month),
        "mm": f"{moment:%m}",
        "mmm": f"{moment:%b}",
        "mmmm": f"{moment:%B}",
        "d": str(moment.day),
        "dd": f"{moment:%d}",
        "h": str(moment.hour),
        "hh": f"{moment:%H}",
        "s": str(moment.second),
        "ss": f"{moment:%S}",
    }
    if kind in ("m", "mm") and _minutes(tokens, place):
        return f"{moment.minute:02}"
    if kind in known:
        return known[kind]
    if token[0] in '"\\':
        return token.strip('"') if token[0] == '"' else token[1:]
    return token if re.fullmatch(r"[-/.: 年月日时分秒時]", token) else None


def _minutes(tokens: list[str], place: int) -> bool:
    """`m` is a minute right after an hour or right before a second."""
    units = [(index, token[0].lower()) for index, token in enumerate(tokens) if token[0].lower() in "ymdhs"]
    order = [index for index, _ in units].index(place)
    before = units[order - 1][1] if order else ""
    after = units[order + 1][1] if order + 1 < len(units) else ""
    return before == "h" or after == "s"
