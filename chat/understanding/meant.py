"""The years, the versions, the countries, the items of a list and the measure that a question names, and what a stretch of a report tells of
instead.

What 2023 was is no answer to what 2025 was, GPT-3 none to GPT-4, and China none to Japan, however well the words match:
an encoder hardly tells them apart. A stretch that names none of its own takes those of what it stands in.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import chain

from chat.understanding.subject import Spellings, alone, names, subjects_of
from chat.understanding.wording import read
from index.asked import asks_for_a_figure, asks_for_a_time, asks_for_an_amount, has_amount
from index.segment import fold
from ingest.figures import find_figures
from ingest.normalise import simplify
from ingest.periods import find_periods
from ingest.report import Passage

# What is measured stands before it, where nothing is counted behind it (多少头, 多少美元的订单).
_HOW_MUCH = re.compile(
    r"(?:总共|一共|大约|约)?(?:是|为|有|达到?|占|高达)?多[少大](?P<alone>(?=[百千万亿%％]*[个美]?元?(?:[？?。，,\s]|$)))?"
)
_TIMES = re.compile(r"翻(?:了)?[一两\d]?[番倍]|半数|一半")
_COUNTER = re.compile("[个家种款项条位名大类块台部只]")
_RANKS = frozenset(("排名", "名次"))  # 第一 tells them, and no amount
# 2020年以来, 2022年之前: any year of many.
_OPEN = re.compile(r"[ ]?(?:以来|以后|之后|后(?!续|期)|起|以前|之前|前(?!三|两|二))")
# gpt-4, dall-e 2, ernie3.0, and h100 of h100pcie, which says in which form it comes, but not gpt-4 of gpt-4o; not q1, top 10, 2022h1, nor a number that counts (ai 50强) or a year.
_VERSION = re.compile(
    r"(?<![a-z0-9.])(?!(?:top|no|fy|vol|part|cr)[ -]?\d|[qh][1-4](?!\d))([a-z][a-z-]*[a-z]|[a-z])[ -]?(?!(?:19|20)\d\d(?!\d))(\d+(?:\.\d+)*)"
    r"(?!(?![a-z]{3,}(?![a-z0-9]))[a-z0-9.]*[a-z0-9])(?! ?[年月日号亿万千百个家种款项条项名位大强期层%％倍次元岁天页])"
)
_BARE_ZEROS = re.compile(r"(?:\.0)+$")

MOST_OF_A_YEAR = 300  # days; 前三季度 is a part of one

_HOME, _WORLD, _ABROAD = "中国", "全球", "海外"
_COUNTRY_NAMES = {
    _HOME: "中国|我国|国内|全国|境内",
    _WORLD: "全球|全世界|世界各国|国际",
    _ABROAD: "海外|国外|境外",
    "美国": "美国",
    "日本": "日本",
    "韩国": "韩国",
    "印度": "印度(?!尼)",
    "印度尼西亚": "印度尼西亚|印尼",
    "德国": "德国",
    "英国": "英国",
    "法国": "法国",
    "意大利": "意大利",
    "西班牙": "西班牙",
    "荷兰": "荷兰",
    "俄罗斯": "俄罗斯",
    "加拿大": "加拿大",
    "澳大利亚": "澳大利亚|澳洲",
    "新加坡": "新加坡",
    "巴西": "巴西",
    "越南": "越南",
    "泰国": "泰国",
    "以色列": "以色列",
    "沙特": "沙特",
    "欧洲": "欧洲|欧盟",
    "北美": "北美",
    "东南亚": "东南亚",
}
_COUNTRIES = {name: re.compile(names) for name, names in _COUNTRY_NAMES.items()}
# 中美: each by its first letter.
_PAIR = re.compile(
    "[国海]内外|中[美日韩欧英德法俄印]|[美日韩英德法俄]中(?![国心间学央文华])|[美英欧]{2}|[美日韩]{2}|英法|德法"
)
_LETTERS = {"中": _HOME, "内": _HOME, "外": _ABROAD, "美": "美国", "日": "日本", "韩": "韩国", "欧": "欧洲"} | {
    name[0]: name for name in ("英国", "德国", "法国", "俄罗斯", "印度")
}
# A name that begins with a country's is somebody's: 中国信通院 tells figures of the whole world.
_SOMEBODYS = re.compile(
    r"(?:中国|全国|国际)(?:[\u4e00-\u9fff]{0,8}?(?:研究院|科学院|工程院|信通院|研究所|研究中心|协会|学会|联合会|委员会|大学|统计局)"
    r"|移动|电信|联通|银行|银联|证券|人寿|平安|石油|石化|商飞|铁路|邮政|铁塔|数据公司|货币基金组织)"
)
_WIDER = frozenset((_WORLD, _ABROAD))

# 三大设施包括甲、乙和丙: the first item begins behind what leads in to the list.
_LISTED = re.compile(r"[^，,。；;：:！？!?\n（）()、]+(?:、[^，,。；;：:！？!?\n（）()、]+)+")
_PARTS_ITEMS = re.compile("[、和及与]")
_LEADS_IN_TO = re.compile(r"^.*?(?:包括|包含|涵盖|分为|[有为是如含])")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a question names of each kind; a kind that it names none of is empty.

    parts: the first and last days of the parts of a year, such as a month. versions: as of `versions_of`. amount: whether it asks for a figure, which a year, a country and the whole
    world have one each of. measured: of what, where the answer must be an amount, "" for anything; None where it need not.
    subjects: those of `subjects_of`, each with the names, folded, that the library has for it. question: in simplified characters.
    """

    years: frozenset[int] = frozenset()
    parts: frozenset[tuple[date, date]] = frozenset()
    versions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    countries: frozenset[str] = frozenset()
    amount: bool = False
    measured: str | None = None
    subjects: Mapping[str, Collection[str]] = field(default_factory=dict)
    question: str = ""

    def rather(self, typed: "Meant") -> "Meant":
        """This with each kind that was typed in place of what was taken from the questions before."""
        return replace(
            self,
            years=typed.years or self.years,
            parts=typed.parts if typed.years else self.parts,
            versions=typed.versions or self.versions,
            countries=typed.countries or self.countries,
        )


def meant_by(question: str, spellings: Spellings = alone, known_names: frozenset[str] = frozenset()) -> Meant:
    """What a question names; of years those of whole spans, and none where it asks for a time or for what lies before or after."""
    plain = simplify(question)
    return Meant(
        frozenset() if asks_for_a_time(question) else asked_years(question),
        frozenset() if asks_for_a_time(question) else frozenset(_parts_of_years(plain)),
        versions_of(plain),
        countries_of(plain),
        asks_for_a_figure(question),
        _measured_by(question),
        {name: spellings(name) for name in subjects_of(question, known_names)},
        plain,
    )


def meant_of(
    question: str,
    typed: str,
    sides: Sequence[str],
    spellings: Spellings = alone,
    known_names: frozenset[str] = frozenset(),
) -> list[Meant]:
    """What each of the sides of a question means, or the question, where it has none: what was typed turns away from the years and
    names before it (那2021年呢)."""
    asked = [meant_by(each, spellings, known_names) for each in sides or [question]]
    return asked if sides else [asked[0].rather(meant_by(typed))]


def asked_years(question: str) -> frozenset[int]:
    """The years that a question names: 2022年, 2022H1, 22年上半年 and those of 2020-2022年; none of 2020年以来."""
    plain = simplify(question)
    closed = [each for each in find_periods(plain) if not _OPEN.match(plain, each.end)]
    return frozenset(year for each in closed for year in range(each.first.year, each.last.year + 1))


def _parts_of_years(plain: str) -> list[tuple[date, date]]:
    """The parts of a year that a simplified text names (2021年5月, 2022H1); none of 2022年6月以来."""
    closed = [each for each in find_periods(plain) if not _OPEN.match(plain, each.end)]
    return [(each.first, each.last) for each in closed if (each.last - each.first).days < MOST_OF_A_YEAR]


def years_of(text: str) -> frozenset[int]:
    """The years that a text speaks of; a span of them speaks of each."""
    periods = find_periods(simplify(text))
    return frozenset(year for each in periods for year in range(each.first.year, each.last.year + 1))


def versions_of(text: str) -> dict[tuple[str, str], str]:
    """The Latin names with a version, (name, version) in small letters, each as it is first written: GPT4, GPT-4 and GPT 4.0 are
    one."""
    found: dict[tuple[str, str], str] = {}
    for match in _VERSION.finditer(fold(text)):
        found.setdefault((match[1].rstrip("-"), _BARE_ZEROS.sub("", match[2])), text[match.start() : match.end()])
    return found


def countries_of(text: str) -> frozenset[str]:
    """The countries and parts of the world that a text speaks of, each by one name, those of somebody's name left out."""
    plain = _SOMEBODYS.sub("", simplify(text))
    found = {name for name, names in _COUNTRIES.items() if names.search(plain)}
    found |= {_LETTERS[letter] for pair in _PAIR.findall(plain) for letter in pair if letter in _LETTERS}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Another:
    """What is told instead of what is meant, as a reader knows them: 2025年 and 2023年. told may be nothing."""

    meant: tuple[str, ...]
    told: tuple[str, ...]


def another(meant: Meant, passage: Passage, reading: str, start: int) -> Another | None:
    """What a stretch of a passage, beginning at start, tells of, where it tells of years, versions, countries or listed items and none of
    them is meant; a version that is meant must be named by its passage. None mostly."""
    return (
        _another_year(meant, passage, reading, start)
        or _another_part_of_a_year(meant, passage, reading)
        or _another_version(meant, passage, reading)
        or _another_country(meant, passage, reading)
        or _another_item(meant, passage, reading)
    )


def _another_year(meant: Meant, passage: Passage, reading: str, start: int) -> Another | None:
    told = years_of(passage.reading if passage.cells else reading)
    if not told and meant.amount:
        told = years_of(
            " ".join([passage.title, passage.published, *passage.headings, passage.caption, passage.text[:start]])
        )
    if not meant.years or not told or meant.years & told:
        return None
    return Another(*(tuple(f"{year}年" for year in sorted(years)) for years in (meant.years, told)))


def _another_part_of_a_year(meant: Meant, passage: Passage, reading: str) -> Another | None:
    """2021年3月 where 2021年5月 is meant: of a list, whose items are each of a time, and of a figure. Prose tells of one month what was
    done in another."""
    if not meant.parts or not (meant.amount or passage.kind == "list"):
        return None
    told = _parts_of_years(simplify(reading))
    if not told or any(first <= end and begin <= last for first, last in told for begin, end in meant.parts):
        return None
    return Another(
        *(tuple(f"{first.year}年{first.month}月" for first, _ in sorted(parts)) for parts in (meant.parts, told))
    )


def _another_version(meant: Meant, passage: Passage, reading: str) -> Another | None:
    if not meant.versions:
        return None
    names = {name for name, _ in meant.versions}
    told = {version: written for version, written in versions_of(reading).items() if version[0] in names}
    named = meant.versions.keys() & versions_of(f"{passage.search_text} {reading}").keys()
    if named and (not told or meant.versions.keys() & told.keys()):
        return None
    return Another(tuple(meant.versions.values()), tuple(told.values()))


def _another_country(meant: Meant, passage: Passage, reading: str) -> Another | None:
    told = countries_of(reading) or countries_of(f"{passage.headings[-1]} {passage.caption}")
    wider = (
        frozenset() if meant.amount else _WIDER
    )  # the world has a figure of its own, and may be told of for a country else
    asked, told = meant.countries - wider, told - wider
    if not asked or not told or asked & told:
        return None
    return Another(tuple(sorted(asked)), tuple(sorted(told)))


def _another_item(meant: Meant, passage: Passage, reading: str) -> Another | None:
    """乙 where a figure of 丙 is asked for: 包括甲、乙和丙，乙的产值为3亿元 only lists the one and tells the figures of the other."""
    if not meant.amount or passage.cells:
        return None
    plain = simplify(reading)
    for listing in _LISTED.finditer(plain):
        rest = plain[: listing.start()] + "\n" + plain[listing.end() :]
        first, *others = _PARTS_ITEMS.split(listing[0])
        items = [item for item in (_LEADS_IN_TO.sub("", first) or first, *others) if len(item) > 1]
        asked = [item for item in items if item in meant.question]
        told = [item for item in items if item in rest]
        if asked and told and not set(asked) & set(told) and not find_figures("、".join(items)):
            return Another(tuple(asked), tuple(told))
    return None


def telling_of_it(meant: Meant, told: Collection[str]) -> Collection[str]:
    """Of texts, as of `told_by`, those that name the subject; of several subjects that which the fewest of them name (华为 of
    「华为的AI服务器」)."""
    by_subject = [[text for text in told if names(text, spelled)] for spelled in meant.subjects.values()]
    fewest = min((len(naming) for naming in by_subject if naming), default=0)
    naming = [text for naming in by_subject if len(naming) == fewest for text in naming]
    return naming if meant.subjects else told


def tells_the_amount(meant: Meant, told: str) -> bool:
    """Whether a text, a stretch with what it stands under, has an amount and says what is measured, where that is asked for: 「营收是多少」
    is not answered by how many users there are.

    Of 441 questions of ExpMRC none that is answered rightly is lost by it.
    """
    if meant.measured is None:
        return True
    tells = has_amount(told) if meant.measured in _RANKS else bool(find_figures(told) or _TIMES.search(told))
    return tells and _says(meant.measured, fold(told))


def _measured_by(question: str) -> str | None:
    """营收 of 营收是多少, 体长 of 体长约为多少, "" where no noun stands before; None where no amount is asked for, or one that may be told
    without a figure (影响有多大)."""
    plain = simplify(question)
    asks = _HOW_MUCH.search(plain)
    if asks is None or not asks_for_an_amount(question):
        return None
    before = [word for word in read(plain) if word.end == asks.start()]
    measured = ""
    if asks["alone"] is None:
        measured = _counted_by(plain, asks.end())
    else:
        # 参数量, which the tagger cuts in two; but 成 of 分成 is none.
        whole = [name for name in chain(*_measures()) if len(name) > 1 and plain.endswith(name, 0, asks.start())]
        measured = max(whole, key=len, default=fold(before[-1].text) if before else "")
    known = any(measured in group for group in _measures())
    if not known and asks["alone"] is not None and not (before and before[-1].kind in ("noun", "common")):
        measured = ""
    return measured if "多少" in asks[0] or known else None


def _counted_by(plain: str, end: int) -> str:
    """项目 of 多少个项目, "" where a unit stands behind 多少 (多少美元)."""
    counter = _COUNTER.match(plain, end)
    if counter is None and any(each.unit for each in find_figures(f"5{plain[end:]}")):
        return ""
    start = counter.end() if counter is not None else end
    behind = [word for word in read(plain) if word.start == start and word.kind in ("noun", "common")]
    return fold(behind[0].text) if behind and len(behind[0].text) > 1 else ""


def _says(measured: str, told: str) -> bool:
    """Whether a text has a measure, or another that is told for it; a character of one that is no measure of reports."""
    if not measured:
        return True
    groups = [group for group in _measures() if measured in group]
    return any(name in told for group in groups for name in group) if groups else bool(set(measured) & set(told))


@cache
def _measures() -> tuple[tuple[str, ...], ...]:
    lines = files("chat.understanding").joinpath("measures.txt").read_text("utf-8").splitlines()
    return tuple(tuple(line.split()) for line in lines if line and not line.startswith("#"))
