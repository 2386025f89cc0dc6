"""Questions that a cell of a table answers: a row's name and a column, or an indicator and a period.

Of a table are asked only columns whose header tells an attribute (销量, 总部), of rows that name a thing in full.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from chat.suggesting.phrases import first_period, is_measured, is_nominal, is_phrase, names_something, without_number
from chat.suggesting.question import MadeQuestion
from chat.understanding.grammar import is_measure
from index.segment import fold, tagged
from ingest.figures import find_figures
from ingest.periods import find_periods
from ingest.report import Passage

_EMPTY = re.compile(r"[/\\\-—–·.…\s]*|无|[Nn]/?[Aa]|暂无|不详|未知|未披露")
_STARS = "★"
_AMOUNT = re.compile(
    r".{0,6}(?:(?<!参)[量率额价数幅速]|规模|收入|利润|成本|份额|占比|比重|价格|估值|市值|费用|增速|容量|功耗|算力|制程|带宽|续航|里程|面积|产能)"
)
_TIME = re.compile(r".{0,6}(?:时间|日期|年份)")
_DONE = re.compile(r"(成立|发布|上市|获批|上线|投产|开工|竣工|推出|创立)(?:时间|日期|年份)")
_EXPLAINED = re.compile(r".{0,4}(?:作用|作用机制|特点|优势|劣势)")
_OTHER = re.compile(
    r".{0,4}(?:用途|总部|创始人|适应症|靶点|副作用|不良反应|评级|期限|寿命|周期)|.{2,4}(?:技术|技术路线|方向|产品|功能|应用|领域|模式|企业|风险|车型|客户)"
)
_OF_WHAT = re.compile(".*(?:份额|占比|比重)|比例|金额|数量|人数|比率")  # of what, only the caption knows
_ATTRIBUTES = (_AMOUNT, _TIME, _EXPLAINED, _OTHER)
_INDICATORS = re.compile(r"(?:主要|财务|核心|关键|经营)*(?:指标|科目)(?:名称)?")
_TERMS = re.compile(r"(?:术语|名词|概念|缩写|指标|名称|简称|关键词)(?:名称)?")
_DEFINING = re.compile(r"定义|释义|含义|解释|名词解释|说明")
_BEARERS = re.compile(
    r".{0,6}(?:企业|公司|机构|厂商|品牌|银行|券商|药品|药物|产品|车型|型号|模型|名称|简称|城市|省份|国家|地区)(?:名称)?"
)
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9·\-]{2,12}")
_LATIN_NAME = re.compile(r"[A-Za-z][\w.+\- ]{1,15}")
_SUMMARY = re.compile(r"合计|总计|小计|其[他它]|平均.*|均值|行业平均")
_UNIT = re.compile(r"[（(][^（）()]*[）)]|/[万亿]?元$")
_DATED = re.compile(r"(?P<when>(?:(?:19|20)\d\d年(?:度|[上下]半年)?(?=.))?)(?P<attribute>.+)")
_PLAIN_YEAR = re.compile(r"((?:19|20)\d\d年)度?")
_AFTER_A_YEAR = re.compile("以?[来前后]|[起至到末底初]")  # 2022年以来 is no year
_PART_OF_A_YEAR = re.compile(
    r"半年|季度|[\d一二三四五六七八九十]月|[近前后过][两几一二三四五六十\d]+个?[年月季]|[HQ][1-4](?!\d)|[今去明前近]年|累计"
)
# Of a firm, these differ by market; 参数量 and 续航 do not.
_BY_MARKET = re.compile(".*(?:(?:[销产]|出货|装机|交付|出口|进口|销售|订单|用户)量|额|收入|利润|规模|成本|费用)")
_MARKET = re.compile(
    "全球|世界|国际|海外|境外|国外|国内|境内|中国|我国|全国|出口|进口|美国|欧洲|欧盟|北美|南美|拉美|亚洲|亚太|东南亚|日本|韩国|印度|德国|英国|法国|非洲|中东"
)
_CELL_CHARS = 60  # of a cell that names things; a longer one explains
_AMOUNT_CHARS = 24

_CAPTION_NUMBER = re.compile(
    r"^(?:图表|图|表)\s*(?:(?:\d{1,2}|[一二三四五六七八九十]+)(?!\d)(?:[-－.—]\d{1,2}(?!\d))*)?[：:.、\s]+"
)
_CAPTION_PERIOD = re.compile(r"^(?:19|20)\d\d(?:[-—~至](?:19|20)\d\d)?年(?:度|以来)?")
_CAPTION_END = re.compile(
    r"(?:[（(].*|的|主要|核心|关键|财务|经营|运营|业务|历年|年度|情况|指标|数据|统计|一览|概览|对比|比较|摘要|梳理|变化|表现|业绩|表|及|与|和|产销|预测|分析|运行"
    r"|[年季月周]报|报告|白皮书|蓝皮书|解读|观察|研究)$"
)


def asked_by_rows(section: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """The questions that the tables of a section answer, row by row."""
    rows = [passage for passage in section if passage.cells]
    for _, group in groupby(rows, key=lambda row: (row.caption, row.cells[0][0])):
        table = list(group)
        headers = [header for header, _ in table[0].cells]
        if len(table) < 2 or len(headers) < 2 or not all(headers) or len(set(headers)) < len(headers):
            continue
        names = [_first(row) for row in table]
        if _period(headers[1]):
            yield from _of_indicators(table)
        elif all(map(_period, names)):
            yield from _of_periods(table)
        elif all(map(_is_attribute, names)):
            yield from _of_columns(table)
        else:
            yield from _of_things(table)


def _of_things(table: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """A row for each of several things."""
    cells = [dict(row.cells) for row in table]
    key = _key(cells)
    if key is None:
        return
    columns = _own_columns(cells, key)
    for row, told in zip(table, cells, strict=True):
        if not _names_a_row(told[key], key):
            continue
        for header in columns:
            value = told.get(header, "")
            if _is_empty(value) or value in told[key]:
                continue
            if _TERMS.fullmatch(key) and _DEFINING.fullmatch(header):
                yield MadeQuestion(f"什么是{told[key]}？", "definition", (row.id,), value, fold(told[key]))
            elif question := _of_a_thing(told[key], _bare(header), value, row.caption):
                yield _asked(row, question, value, told[key])


def _key(rows: Sequence[Mapping[str, str]]) -> str | None:
    """The header of the column that names the rows: one of the first two, different in every row; None where neither is."""
    for header in list(rows[0])[:2]:
        values = [row.get(header, "") for row in rows]
        if all(values) and len(set(values)) == len(values) and not _is_attribute(header):
            return header
    return None


def _own_columns(rows: Sequence[Mapping[str, str]], key: str) -> list[str]:
    """The headers of what is told of each row. A cell merged over several rows tells of the group; and of NLP模型 and NLP参数量
    beside a company the second tells of the first."""
    headers = [header for header in rows[0] if header != key]
    own = [header for header in headers if sum(bool(row.get(header)) for row in rows) * 5 >= len(rows) * 4]
    firsts = [re.match("[A-Za-z]+|多模态", header) for header in own]
    grouped = {first[0] for first in firsts if first and sum(header.startswith(first[0]) for header in own) > 1}
    return [header for header, first in zip(own, firsts, strict=True) if not (first and first[0] in grouped)]


def _of_columns(table: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """A row for each attribute and a column for each of several things."""
    for row in table:
        for header, value in row.cells[1:]:
            question = _of_a_thing(header, _first(row), value, row.caption)
            if question is not None and not _is_empty(value) and _names_a_row(header):
                yield _asked(row, question, value, header)


def _of_periods(table: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """A row for each period, the last one first; whose the columns are is told by the caption."""
    subject = _subject(table[0])
    if subject is None:
        return
    for row in reversed(table):
        for header, value in row.cells[1:]:
            attribute = _bare(header)
            if _asks(attribute, value) == "是多少":
                own = attribute if attribute.startswith(subject) else f"{subject}{attribute}"
                yield _asked(row, f"{_period(_first(row))}{own}是多少？", value, subject)


def _of_indicators(table: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """A row for each indicator and a column for each period, the last one first."""
    subject = _subject(table[0])
    told_so = _INDICATORS.fullmatch(table[0].cells[0][0]) is not None
    for row in table:
        indicator = _first(row)
        if not (told_so or is_measured(indicator)) or not is_nominal(indicator):
            continue
        for header, value in reversed(row.cells[1:]):
            when = _period(_bare(header))
            if when is None or not re.search(r"\d", value) or len(value) > _AMOUNT_CHARS:
                continue
            if subject is not None and subject not in indicator:
                yield _asked(row, f"{when}{subject}的{indicator}是多少？", value, subject)
            elif names_something(indicator):
                yield _asked(row, f"{when}{indicator}是多少？", value, indicator)


def _asked(row: Passage, question: str, value: str, topic: str) -> MadeQuestion:
    return MadeQuestion(question, "cell", (row.id,), value, fold(topic))


def _first(row: Passage) -> str:
    return _bare(row.cells[0][1])


def _bare(label: str) -> str:
    """A header or a row's name without its unit."""
    return _UNIT.sub("", label).strip()


def _period(label: str) -> str | None:
    """The period that a label is, as one asks for it; None where it is anything else."""
    label = re.sub(r"(?<=\d{4})[AEF]$", "", label)
    if re.fullmatch(r"(?:19|20)\d\d", label):
        return f"{label}年"
    period = first_period(label)
    return period[0] if period is not None and period[1] == len(label) else None


def _is_attribute(label: str) -> bool:
    return any(attribute.fullmatch(_bare(label)) for attribute in _ATTRIBUTES)


def _is_empty(value: str) -> bool:
    return _EMPTY.fullmatch(value.strip()) is not None or _STARS in value


def _names_a_row(text: str, header: str = "") -> bool:
    """Whether a cell names its row in full; header: of its column, which may say that it holds names."""
    if not 2 <= len(text) <= 16 or find_figures(text) or _SUMMARY.fullmatch(text):
        return False
    holds_names = _BEARERS.fullmatch(_bare(header)) or _TERMS.fullmatch(header)
    if _LATIN_NAME.fullmatch(text) or (holds_names and _PLAIN_NAME.fullmatch(text)):
        return True
    return len(text) > 2 and is_phrase(text)


def _of_a_thing(named: str, attribute: str, value: str, caption: str) -> str | None:
    """What to ask of a thing's attribute: 甲的乙是多少; where the attribute or else the caption is of a year, 2024年甲的乙是多少.

    None for an amount of another period that the caption tells, or of a market that it alone tells."""
    dated = _DATED.fullmatch(attribute)
    if dated is None:
        return None
    if (done := _DONE.fullmatch(dated["attribute"])) and find_periods(value):
        return f"{named}是什么时候{done[1]}的？"
    asks = _asks(dated["attribute"], value)
    when: str | None = dated["when"]
    if asks == "是多少":
        markets = set(_MARKET.findall(caption)) if _BY_MARKET.fullmatch(dated["attribute"]) else set()
        when = when or _year_of(caption)
        if when is None or any(market not in f"{named}{attribute}" for market in markets):
            return None
    return f"{when}{named}的{dated['attribute']}{asks}？" if asks is not None else None


def _year_of(caption: str) -> str | None:
    """The one plain year that a caption tells, "" where it tells no period; None for any other period or several."""
    periods = find_periods(caption)
    others = caption
    for period in reversed(periods):
        others = others[: period.start] + others[period.end :]
    if _PART_OF_A_YEAR.search(others) or len(periods) > 1:
        return None
    if not periods:
        return ""
    year = _PLAIN_YEAR.fullmatch(caption[periods[0].start : periods[0].end])
    return year[1] if year and not _AFTER_A_YEAR.match(caption, periods[0].end) else None


def _asks(attribute: str, value: str) -> str | None:
    """How one asks for an attribute, by what its cell tells; None for a column that tells no attribute, or not in short."""
    asks = None
    if attribute[0] in "被所各" or _OF_WHAT.fullmatch(attribute):
        asks = None
    elif _TIME.fullmatch(attribute):
        asks = "是什么时候" if find_periods(value) else None
    elif _AMOUNT.fullmatch(attribute):
        asks = "是多少" if re.search(r"\d", value) and len(value) <= _AMOUNT_CHARS else None
    elif _EXPLAINED.fullmatch(attribute):
        asks = "是什么"
    elif _OTHER.fullmatch(attribute) and len(value) < _CELL_CHARS:
        names = re.search(r"[^/]/[^/]+/", value) or ("、" in value and not re.search("[。；，]", value))
        asks = "在哪里" if attribute.endswith("总部") else "有哪些" if names else "是什么"
    return asks


def _subject(row: Passage) -> str | None:
    """Whose figures a table has, as its caption or a heading above it names them; None where none does."""
    for label in (row.caption.split(" › ")[0], *reversed(row.headings)):
        name = _CAPTION_PERIOD.sub("", _CAPTION_NUMBER.sub("", without_number(label)))
        while (shorter := _CAPTION_END.sub("", name)) != name:
            name = shorter
        words = [word for word, _ in tagged(name)]
        if len(words) > 1 and is_measure(words[-1]):
            name = name.removesuffix(words[-1])
        if 2 <= len(name) <= 12 and is_phrase(name):
            return name
    return None
