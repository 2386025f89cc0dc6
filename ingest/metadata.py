"""What a report says of itself: title, publisher, date and the period it is about, read by rule.

The cover says most: what stands on the first pages before the first sentence, contents or preface. What it does not
say, the file's name and its own properties may; what none of them says stays unknown, and a manifest can say it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from ingest.source import Line, Source


@dataclass(frozen=True, slots=True)
class Metadata:
    """title: never empty. publisher: one, or several joined by 、, or "". published: ISO, `2023`, `2023-06` or
    `2023-06-16`, or ""."""

    title: str
    publisher: str
    published: str


_SHEETS = frozenset({".xlsx", ".xlsm", ".csv", ".tsv"})


def metadata_of(lines: Sequence[Line], source: Source, name: str) -> Metadata:
    """The metadata of a report. lines: normalised, of all its pages. name: its file's."""
    opening = _opening(lines)
    cover = _cover(opening)
    stem = PurePath(name).stem
    # The first words of a workbook are the name of a sheet.
    on_cover = "" if PurePath(name).suffix.lower() in _SHEETS else _title_on(cover)
    title = _own_title(source.title) or on_cover or _title_in_name(stem) or stem
    return Metadata(
        title=title,
        publisher=_publisher_on(opening, cover, title)
        or _publisher_in_name(stem)
        or _organisations(source.author[:_TITLE_CHARS]),
        published=_published_on(opening, cover)
        or _published_in_name(stem)
        or _copyright_date(lines)
        or _year_in_name(stem)
        or _first_date([source.created]),  # last: a copy or a print is dated too
    )


# --- the cover -----------------------------------------------------------------------------------------------------

_PAGES = 2
_LINE_CHARS = 1000  # a file may be one long line, on which patterns take their time
_LINES = 60  # of a file without pages; a cover with its disclaimer takes 40
_SENTENCE = re.compile(r"[。！？；]|，.*，")
_COVER_ENDS = re.compile(
    r"(?:目\s*[录次]|前\s*言|序\s*言|摘\s*要|引\s*言|导\s*[读言]|contents?|abstract|preface)(?:[\s/|]*[a-z ]+)?",
    re.IGNORECASE,
)
_HEADING = re.compile(r"#{1,6}\s+")


def _opening(lines: Sequence[Line]) -> list[str]:
    """The lines with words on the first pages, headings with their marks."""
    said = [line for line in lines if line.text.strip()]
    pages = list(dict.fromkeys(line.page for line in said))[:_PAGES]
    return [line.text.strip()[:_LINE_CHARS] for line in said if line.page in pages][:_LINES]


def _cover(opening: Sequence[str]) -> list[str]:
    """The lines before the first sentence, table, contents or preface."""
    cover: list[str] = []
    for line in opening:
        if len(line) > 2 * _TITLE_CHARS or _SENTENCE.search(line) or "\t" in line or _COVER_ENDS.fullmatch(_bare(line)):
            break
        cover.append(line)
    return cover


def _bare(line: str) -> str:
    """A line without a heading's mark, its blanks single."""
    return " ".join(_HEADING.sub("", line).split())


# --- title ---------------------------------------------------------------------------------------------------------

_TITLE_CHARS = 60
_TITLE_ENDS = re.compile(
    r"(?:报告|[白蓝绿]皮书|研究|年鉴|指南|手册|图谱|洞察|展望|分析|规划|趋势|[年季月周]报|综述|概览|榜单|指数)[\W\d年版]*$"
)
# Words that a title's second line is made of when it says nothing by itself: 产业研究报告.
_TAIL = re.compile(
    r"(?:产业|行业|市场|企业|发展|应用|技术|投融?资|研究|深度|前景|趋势|创新|生态|调研|专题|年度|现状|预测|分析|竞争|格局|战略|[及与和]|"
    r"报告|[白蓝绿]皮书|洞察|展望|指数|规划|图谱|[（(]?(?:19|20)\d\d年?版?[)）]?)+"
)
_YEAR_ALONE = re.compile(r"[（(](?:19|20)\d\d(?:-(?:19|20)\d\d)?年?(?:版|度)?[)）]")
_JOINS_ON = re.compile(r"[与及和的、：:—-]$")
# Lines of a cover that name the series, the part, the reader or the way to the publisher, and not this report.
_NO_TITLE_LINE = re.compile(
    r"(?:证券|公司|行业|产业|策略|宏观|专题|深度|研究|调研|市场|系列)*(?:研究|报告|深度|点评|跟踪|动态)(?:系列)?|"
    r"[（(【\[]?(?:绝密|机密|内部资料|内部文件|仅供.*|征求意见稿|讨论稿|公开版|完整版|精简版|简版|免责声明)[)）】\]]?|"
    r"(?:作者|分析师|研究员|联系人|撰稿|主编|指导|支持|协办|承办|密级|版本|评级)[^:：]{0,4}[:：].*|请务必.*|敬请.*|扫码.*|.*(?:https?:|www\.|@|公众号|微信|电话|网址|编号|发表于).*|"
    r"概述|概要|总论|绪论|背景|简介|part.*|[第总]*[\W\d一二三四五六七八九十]+[期卷号辑章节部篇页]?.{0,2}|(?:\d+(?:\.\d+)*[.、\s]|[一二三四五六七八九十]+、).*",
    re.IGNORECASE,
)


def _title_on(cover: Sequence[str]) -> str:
    """The first heading of the highest level, or the first line that may be a title, with the line that it runs over to;
    before them one that says that it is a report."""
    levels = {number: match.end() for number, line in enumerate(cover) if (match := _HEADING.match(line))}
    top = min(levels.values(), default=0)
    headings = [number for number, level in levels.items() if level == top]
    plain = range(min(headings, default=len(cover)))
    said = {number: _title_from(cover, number) for number in (*headings, *plain) if _may_be_title(_bare(cover[number]))}
    reports = [title for _, title in sorted(said.items()) if _TITLE_ENDS.search(title)]
    return next(iter([*reports, *said.values()]), "")


def _may_be_title(line: str) -> bool:
    if len(line) > _TITLE_CHARS or _NO_TITLE_LINE.fullmatch(line) or _LABELLED.match(line):
        return False
    return not _organisations(line) and not _issued_by(line) and not _is_dateline(line)


def _title_from(cover: Sequence[str], number: int) -> str:
    """The title that begins on a line, and may run over to the next."""
    line = _bare(cover[number])
    below = cover[number + 1] if number + 1 < len(cover) else ""
    rest = _bare(below)
    if _YEAR_ALONE.fullmatch(rest):
        return line + rest
    alike = _mark(cover[number]) == _mark(below)
    if not alike or _TITLE_ENDS.search(line) or not rest or len(line + rest) > _TITLE_CHARS:
        return line
    return line + rest if _TAIL.fullmatch(rest) or (_JOINS_ON.search(line) and _TITLE_ENDS.search(rest)) else line


def _mark(line: str) -> str:
    match = _HEADING.match(line)
    return match[0] if match else ""


_WRITTEN_BY = re.compile(r"\s*(?:microsoft\s+(?:office\s+)?(?:word|powerpoint|excel)|wps\s*\w*)\s*-\s*", re.IGNORECASE)
_SUFFIX = re.compile(r"\.(?:docx?|pptx?|xlsx?|pdf|wps|dps|indd|ai|html?|txt|md|key|pages)$", re.IGNORECASE)
# What programs call a document that nobody named, or that was made from a template.
_DEFAULT_TITLE = re.compile(
    r"(?:新建|无标题|未命名|演示文稿|文档|工作簿|幻灯片|标题|document|presentation|untitled|title|book|slide|sheet|"
    r"microsoft|powerpoint|word|excel|wps|office|[\W\d_])+|.*(?:模板|template).*|[\W\da-f]*",
    re.IGNORECASE,
)
_PATH = re.compile(r"[A-Za-z]:[\\/]|[\\/].*[\\/]|^file:")
_MOJIBAKE = re.compile(r"\ufffd|[\u0080-\u00ff]{2}|\(cid:|[\ue000-\uf8ff]")


def _own_title(said: str) -> str:
    """The title among the file's properties, where it is one."""
    if len(said) > 4 * _TITLE_CHARS or _PATH.search(said) or _MOJIBAKE.search(said):
        return ""
    title = _bare(_SUFFIX.sub("", _WRITTEN_BY.sub("", said, count=1)))
    says_something = re.search(r"[一-鿿]{2}|[A-Za-z]{3}.*\s", title)
    return title if says_something and not _DEFAULT_TITLE.fullmatch(title) and len(title) <= 2 * _TITLE_CHARS else ""


# --- publisher -----------------------------------------------------------------------------------------------------

_ORGANISATION_ENDS = (
    r"研究院|研究所|研究中心|研究会|研究部|研究室|研究组|科学院|工程院|信通院|社科院|证券|期货|信托|基金|资本|银行|评级|智库|咨询|协会|学会|联盟|"
    r"有限公司|有限责任公司|股份公司|集团|大学|学院|委员会|事务所|实验室|促进会|商会|论坛|(?:出版|杂志|通讯|新闻|研习|读书|学|报)社|传媒|财经|总局|管理局|统计局|信息化部|商务部|"
    r"信息中心|促进中心|发展中心|工程中心|测评中心|创新中心"
)
_ORGANISATION = re.compile(rf"[^\W\d_][\w·&（）()]{{0,28}}(?:{_ORGANISATION_ENDS})(?:[（(][^（）()]{{1,12}}[)）])?")
_BETWEEN = re.compile(r"\s*[、/|＆&；;,，]\s*|\s+")
_ROLE = r"(?:联合)?(?:发布|编制|出品|主办|编写|编著|编撰|制作|研究|撰写|出版|发行)"
_LABELLED = re.compile(rf"(?:报告)?{_ROLE}(?:单位|机构|方|者|人|商)?\s*[:：]\s*(.*)|{_ROLE}(?:单位|机构|方)$")
_DATE_LABELLED = re.compile(r"(?:发布|发表|出版|印发|编制|报告|更新|成稿|完成)?(?:时间|日期)\s*[:：]\s*(.+)")
_ISSUED_BY = re.compile(rf"(.{{2,60}}?)\s*(?:联合|共同|荣誉|倾情|独家)*\s*{_ROLE}$")
# 近日，甲、乙联合发布《题目》: the clause before the title.
_ISSUES = re.compile(rf"(.{{2,60}}?)(?:于.{{0,15}})?(?:联合|共同|正式|重磅)*{_ROLE}了?的?")
_TITLES = re.compile(r"《([^《》]{2,80})》")
_CLAUSES = re.compile(r"[，。；！？《》]")
_OWNED = re.compile(
    r"(?:报告|书|研究|文件)的?(?:著作权|版权|知识产权)(?:均?属于|均?归属?于?)\s*([^，。；！？《》]{2,40}?)\s*(?:所有|，|。|；)"
)
_BEFORE_NAME = re.compile(r"^(?:.*指导下|近日|日前|由|本报告|.*[日月年]起?)\s*(?:，|由)?")
_BRACKETED = re.compile(r"^\s*[【\[]([^】\]]{2,20})[】\]]")
_NO_PUBLISHER = re.compile(
    r"精品|干货|推荐|(?:行业|研究)?报告|研报|完整版|高清.*|独家|最新.*|收藏|下载|行业.*|免费|重磅|首发|合集|[\W\d年月日]+"
)


def _publisher_on(opening: Sequence[str], cover: Sequence[str], title: str) -> str:
    """By a label, by who issued the title as a sentence says, or by the names that the cover shows."""
    return _labelled(opening) or _issuer_told(opening, title) or _names_on(cover) or _owner_told(opening)


def _labelled(opening: Sequence[str]) -> str:
    bare = [_bare(line) for line in opening]
    for line, below in zip(bare, [*bare[1:], ""], strict=False):
        if match := _LABELLED.fullmatch(line):
            said = match[1] or below
            if said and len(said) <= _TITLE_CHARS and not _LABELLED.match(said):
                return _listed(said)
    return ""


def _issuer_told(opening: Sequence[str], title: str) -> str:
    for line in opening:
        for told in _TITLES.finditer(line):
            clause = _CLAUSES.split(line[: told.start()])[-1]
            match = _ISSUES.fullmatch(clause) if len(clause) <= 2 * _TITLE_CHARS else None
            if match and (_letters(told[1]) in _letters(title) or _letters(title) in _letters(told[1])):
                return _listed(_BEFORE_NAME.sub("", match[1].strip()))
    return ""


def _owner_told(opening: Sequence[str]) -> str:
    return next((_listed(match[1]) for line in opening if (match := _OWNED.search(line))), "")


def _names_on(cover: Sequence[str]) -> str:
    """The names of organisations that stand alone on lines, or before 发布, one below the other."""
    names: list[str] = []
    for line in map(_bare, cover):
        if said := _issued_by(line) or _organisations(_without_dates(line)):
            names += said.split("、")
        elif names:
            break
    return "、".join(dict.fromkeys(names))


def _issued_by(line: str) -> str:
    match = _ISSUED_BY.fullmatch(line)
    return _organisations(match[1]) if match else ""


def _organisations(said: str) -> str:
    """The names of a line that holds nothing else, joined by 、; else ""."""
    parts = [part for part in _BETWEEN.split(said.strip()) if part and part not in ("和", "与", "联合", "x", "X", "×")]
    return "、".join(parts) if parts and all(map(_ORGANISATION.fullmatch, parts)) else ""


def _listed(said: str) -> str:
    """Names as written after a label, joined by 、; a name in Latin letters keeps its blanks."""
    parts = re.split(r"\s*[、/|＆；;，]\s*|(?<=[一-鿿])\s+(?=[一-鿿])", said.strip(" 。.，"))
    return "、".join(part for part in parts if part)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


# --- date ----------------------------------------------------------------------------------------------------------

_NUMERALS = {char: str(number) for number, chars in enumerate(("〇零○", *"一二三四五六七八九")) for char in chars}
_NUMERAL_DATE = re.compile(
    r"([〇零○一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,3})日)?)?"
)
_DATE = re.compile(
    r"(?<![\d.])((?:19|20)\d\d)(?:\s*[年./-]\s*(\d{1,2})(?!\d)(?:\s*[月./-]\s*(\d{1,2})(?![\d.])\s*[日号]?|\s*月)?|\s*年)?(?![\d%])"
)
_COMPACT = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)?(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(
    rf"(?:(\d{{1,2}})\s+)?\b({'|'.join(_MONTHS)})[a-z]*\.?\s+(?:(\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?(20\d\d)\b",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright|版权所有)[^\d]{0,20}(\d.*)", re.IGNORECASE)
_PLACES = (
    r"(?:[一-鿿]{2,3}[市省]|北京|上海|天津|重庆|广州|深圳|杭州|南京|苏州|武汉|成都|西安|合肥|长沙|厦门|青岛|香港|中国)"
)
# What may stand on a line beside a date that says when, and not what happened then.
_BESIDE_DATE = re.compile(
    rf"[\W\d]*(?:(?:发布|发表|出版|印发|更新|定稿)?(?:时间|日期|于|版)?|(?:中国\W*)?{_PLACES})[\W\d]*"
)


def _published_on(opening: Sequence[str], cover: Sequence[str]) -> str:
    labelled = [match[1] for line in map(_bare, opening) if (match := _DATE_LABELLED.match(line))]
    return _first_date(labelled) or _first_date(line for line in map(_bare, cover) if _is_dateline(line))


def _is_dateline(line: str) -> bool:
    rest = _without_dates(line)
    if rest == line or len(line) > _TITLE_CHARS or _YEAR_ALONE.fullmatch(line):
        return False
    return bool(_BESIDE_DATE.fullmatch(rest) or _organisations(rest) or re.search(r"\s发表于", line))


def _without_dates(line: str) -> str:
    for pattern in (_ENGLISH, _NUMERAL_DATE, _DATE):
        line = pattern.sub(" ", line)
    return line.strip()


def _published_in_name(stem: str) -> str:
    compact = (_iso(*match.groups()) for match in _COMPACT.finditer(stem))
    full = (_iso(*match.groups()) for match in _DATE.finditer(stem) if match[2])
    return next(filter(None, [*compact, *full]), "")


def _year_in_name(stem: str) -> str:
    """A year set apart, as in `report-2023`; one before 年 is what the report is about."""
    return next(iter(re.findall(r"(?:^|[-_ ])((?:19|20)\d\d)(?=[-_ ]|$)", stem)), "")


def _copyright_date(lines: Sequence[Line]) -> str:
    return _first_date(
        match[1] for line in lines if len(line.text) <= _TITLE_CHARS and (match := _COPYRIGHT.search(line.text))
    )


def _first_date(texts: Iterable[str]) -> str:
    """The first possible date in the texts, ISO; "" where there is none."""
    return next(filter(None, (iso for text in texts for iso in _dates(text))), "")


def _dates(text: str) -> Iterator[str]:
    for match in _NUMERAL_DATE.finditer(text):
        year = "".join(_NUMERALS[char] for char in match[1])
        yield _iso(year, *(str(_number(part)) if part else None for part in match.groups()[1:]))
    for match in _ENGLISH.finditer(text):
        yield _iso(match[4], str(_MONTHS.index(match[2][:3].lower()) + 1), match[1] or match[3])
    for match in _DATE.finditer(text):
        yield _iso(*match.groups())


def _number(numeral: str) -> int:
    """A numeral up to 三十一."""
    tens, ten, ones = numeral.rpartition("十")
    return (int(_NUMERALS.get(tens, "1")) * 10 if ten else 0) + int(_NUMERALS.get(ones, "0"))


def _iso(year: str, month: str | None = None, day: str | None = None) -> str:
    """The date, as exact as it is told; "" for one that the calendar has not."""
    with suppress(ValueError):
        told = date(int(year), int(month or 1), int(day or 1))
        return told.isoformat()[: 10 if day else 7 if month else 4]
    return ""


# --- the file's name -----------------------------------------------------------------------------------------------

_COPY_MARK = re.compile(
    r"\s*[-_ ]?\s*(?:[（(]\s*(?:\d{1,2}|\d+\s*[页p]|副本|终稿|定稿|最终版?|完整版|公开版|高清版?|去水印)\s*[)）]|"
    r"[-_ ]\s*(?:副本|拷贝|copy|final|终稿|定稿|最终版?|完整版|公开版|高清版?|\d+\s*[页p])|(?<![a-z])v\d+(?:\.\d+)*|副本|终稿|最终版)$",
    re.IGNORECASE,
)
_DATE_MARK = re.compile(
    r"[-_ 【\[（(]+(?:20\d{6}|20\d{4}|(?:19|20)\d\d[-._年]\d{1,2}(?:[-._月]\d{1,2})?[月日]?|(?:19|20)\d\d)[】\])）]*$|^(?:20\d{6}|20\d{4})[-_ ]+"
)


def _title_in_name(stem: str) -> str:
    """The file's name without its publisher, copy marks and date."""
    name = _bare(stem)
    before = ""
    while name != before:
        before = name
        name = _DATE_MARK.sub("", _COPY_MARK.sub("", name)).strip()
    name = _BRACKETED.sub("", name).strip("-_ ")
    parts = [part for part in re.split(r"\s*[-_—]+\s*|^([^：:_—-]{2,20})[：:]", name) if part]
    told = [part for part in parts if not _organisations(part) and not _NO_TITLE_LINE.fullmatch(part)]
    whole = len(told) == len(parts)
    return name if whole else "-".join(told)


def _publisher_in_name(stem: str) -> str:
    """`【机构】题目`, `机构：题目`, `机构-题目-20230512`, `题目-机构`."""
    if (match := _BRACKETED.match(stem)) and not _NO_PUBLISHER.fullmatch(match[1]):
        return _listed(match[1])
    parts = re.split(r"\s*[-_—：:]+\s*", _bare(stem))
    return next(filter(None, map(_organisations, parts)), "")


# --- period --------------------------------------------------------------------------------------------------------

_YEAR = r"(?:19|20)\d\d"
_PART = r"(?:上半年|下半年|[hH][12]|[qQ][1-4](?:\s*-\s*[qQ][1-4])?|第?[一二三四1-4]季度|前[一二三1-3]个?季度|\d{1,2}\s*-\s*\d{1,2}月|\d{1,2}月)"
_PERIOD = re.compile(
    rf"(?<![\dA-Za-z]){_YEAR}\s*年?(?:\s*(?:-|至|到)\s*(?:{_YEAR}|\d\d(?!\d))\s*年?)?\s*度?\s*{_PART}?(?![\d万亿家个名强人元米%])"
)


def period_of(title: str) -> str:
    """The years, halves, quarters or months that a title speaks of, as it writes them, joined by 、; "" for none.

    >>> period_of("2022—2023年中国算力发展报告"), period_of("2023Q1智能手机市场"), period_of("人工智能白皮书（2023）")
    ('2022-2023年', '2023Q1', '2023年')
    """
    told = re.sub(r"\s*[—–~～－―]+\s*", "-", title)
    periods = (re.sub(r"\s|(?<=年)度", "", match) for match in _PERIOD.findall(told))
    return "、".join(
        dict.fromkeys(f"{period}年" if period[-1].isdigit() and len(period) in (4, 9) else period for period in periods)
    )
