"""What a report says of itself: title, publisher, date and the period it is about, read by rule.

The cover says most: what stands on the first pages before the first sentence, contents or preface; then the colophon
and the signature of the last pages. What they do not say, the file's name may, and of title and publisher its own
properties; what none of them says stays unknown, and a manifest can say it. When a file was made is never the date of
publication: a scan, a print or a reused template is dated too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
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
    # The first words of a workbook are the name of a sheet, which is as often a year as a title.
    is_sheets = PurePath(name).suffix.lower() in _SHEETS
    on_cover = "" if is_sheets else _title_on(cover)
    title = _own_title(source.title) or on_cover or _title_in_name(stem) or stem
    publisher = (
        _publisher_on(opening, cover, title) or _publisher_in_name(stem) or _organisations(source.author[:_TITLE_CHARS])
    )
    return Metadata(
        title=title,
        publisher=publisher,
        published=_told_most_exactly(
            _labelled_date(opening, cover),
            "" if is_sheets else _date_on(cover),
            _colophon_date(lines, title, publisher),
            _first_date([source.published]),
            _published_in_name(stem),
            _copyright_date(lines),
            _year_in_name(stem),
            "" if is_sheets else _issue_date(cover),
        ),
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
    said = _said(lines)
    pages = _pages_of(said)[:_PAGES]
    return [line.text for line in said if line.page in pages][:_LINES]


def _said(lines: Sequence[Line]) -> list[Line]:
    """The lines with words."""
    return [Line(line.text.strip()[:_LINE_CHARS], line.page) for line in lines if line.text.strip()]


def _pages_of(said: Sequence[Line]) -> list[int | None]:
    """The pages with words, in order."""
    return list(dict.fromkeys(line.page for line in said))


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
    if _ISSUED_LABEL.match(line) or _ISSUE.fullmatch(line):
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

_NUMERALS = {char: str(number) for number, chars in enumerate(("〇零○OoＯ0", *"一二三四五六七八九")) for char in chars}
_NUMERAL_DATE = re.compile(
    r"([一二三四五六七八九][〇零○OoＯ0一二三四五六七八九]{3})\s*年(?:\s*([一二三四五六七八九十]{1,3})\s*月(?:\s*([一二三四五六七八九十]{1,3})\s*日)?)?"
)
_DATE = re.compile(
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
_NAMED_BY_DEVICE = re.compile(
    r"(?:scan(?:ned)?|扫描(?:件|文件|全能王|仪)?|img|image|dsc|doc(?:ument)?|文档|文件|下载|download|微信(?:图片|文件)?|wechat|mmexport|未命名|新建|[\W\d_])+",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"(?:©|\(c\)|copyright|版权所有)[^\d]{0,20}(\d.*)", re.IGNORECASE)
_PLACES = (
    r"(?:[一-鿿]{2,3}[市省]|北京|上海|天津|重庆|广州|深圳|杭州|南京|苏州|武汉|成都|西安|合肥|长沙|厦门|青岛|香港|中国)"
)
_EDITION = r"第\s*[一二三四五六七八九十\d]+\s*版"
# What may stand on a line beside a date that says when, and not what happened then.
_BESIDE_DATE = re.compile(
    r"[\W\d]*(?:(?:于\s*)?(?:发布|发表|出版|印发|印制|编印|编制|更新|定稿|published|released|issued)?(?:时间|日期|于|版|on|in)?"
    rf"|{_EDITION}|(?:星期|周)[一二三四五六日天]|(?:中国\W*)?{_PLACES})[\W\d]*",
    re.IGNORECASE,
)
_ISSUE = re.compile(
    r"((?:19|20)\d\d|[一二][〇零○OoＯ0一二三四五六七八九]{3})\s*年?\s*(?:第?[一二三1-3]季度|上半年|Q[1-3]|H1|第\s*\d+\s*期(?:\W*总第?\s*\d+\s*期\W*)?)",
    re.IGNORECASE,
)
_WHEN = r"(?:时间|日期|年月)"
_ISSUED = r"(?:发布|发表|出版|印发|公布|首发|编制)"
_AFTER_LABEL = r"(?:\s*[:：]\s*|\s+|$)"
# What a line begins with that tells when a report was issued; on a cover these too: when it was last touched.
_ISSUED_LABEL = re.compile(
    rf"(?:(?:本?报告)?{_ISSUED}{_WHEN}|本?报告{_WHEN}|版\s*次){_AFTER_LABEL}(.*)|{_ISSUED}\s*[:：]\s*(.+)|"
    r"(?:publication date|release date|date of (?:publication|issue)|published|released)(?:\s*[:：]\s*|\s+on\s+)(.+)",
    re.IGNORECASE,
)
_COVER_LABEL = re.compile(rf"(?:更新|成稿|定稿|完成|撰写)?{_WHEN}\s*[:：]\s*(.+)|date\s*[:：]\s*(.+)", re.IGNORECASE)


def _told_most_exactly(*told: str) -> str:
    """The first date told, as exact as any of the others has the same."""
    first = next(filter(None, told), "")
    return max((other for other in told if first and other.startswith(first)), key=len, default="")


def _agreed(told: Sequence[str]) -> str:
    """The date that all tell, as exact as one of them does; "" where they differ, as in a list of what others issued."""
    longest = max(told, key=len, default="")
    return longest if all(longest.startswith(each) for each in told) else ""


def _labelled_date(opening: Sequence[str], cover: Sequence[str]) -> str:
    on_cover = [*_labelled_dates(_ISSUED_LABEL, cover), *_labelled_dates(_COVER_LABEL, cover)]
    return next(iter(on_cover), "") or _agreed(_labelled_dates(_ISSUED_LABEL, opening))


def _labelled_dates(label: re.Pattern[str], lines: Sequence[str]) -> list[str]:
    """The dates behind a label, or, where nothing stands behind it, below it."""
    plain = [_bare(line) for line in lines if line.count("\t") <= 1]  # a wider row is of a table of many things
    told = [
        next(filter(None, match.groups()), "") or below
        for line, below in zip(plain, [*plain[1:], ""], strict=False)
        if (match := label.match(line))
    ]
    return [date for text in told if (date := _first_date([text]))]


def _date_on(cover: Sequence[str]) -> str:
    """The date that a line of the cover is.

    A year above everything else, or as a heading, belongs to a title: it says what the report is about.
    """
    titled = False
    for line in cover:
        dated = _is_dateline(_bare(line))
        told = _agreed([*filter(None, _dates(_bare(line)))]) if dated else ""  # two years are a range
        if len(told) > len("2023") or (told and titled and not _HEADING.match(line)):
            return told
        titled = titled or not dated
    return ""


def _issue_date(cover: Sequence[str]) -> str:
    """The year of the number, quarter or half that a line of the cover is: what comes out so often comes out soon after.

    Not of the last quarter, which the next year tells of.
    """
    issues = (_ISSUE.fullmatch(_bare(line)) for line in cover)
    return _first_date(f"{issue[1]}年" for issue in issues if issue)


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
    """The month or day in the name that somebody gave a file; a scanner or a phone names its files by when it made them."""
    if _NAMED_BY_DEVICE.fullmatch(stem):
        return ""
    compact = (_iso(*match.groups()) for match in _COMPACT.finditer(stem))
    full = (_iso(*match.groups()) for match in _DATE.finditer(stem) if match[2])
    return next(filter(None, [*compact, *full]), "")


def _year_in_name(stem: str) -> str:
    """A year set apart, as in `report-2023`; one before 年 is what the report is about."""
    if _NAMED_BY_DEVICE.fullmatch(stem):
        return ""
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


# --- the date in the colophon --------------------------------------------------------------------------------------

_IMPRINT_PAGES = slice(_PAGES, 4)  # a title page and its back are the third and fourth in books
_COLOPHON_LINES = 30  # of a file without pages, from its end
_NEAR = 5
_SIGNED = 6
# A colophon says more than a date: by whom, how to reach them, which printing.
_COLOPHON = re.compile(
    rf"{_ROLE}(?:单位|机构|方|者|人|商)|ISBN|CIP|书号|定价|开本|印\s*[张刷次数]|责任编辑|版权|邮编|邮政编码|(?:地址|电话|网址|邮箱)\s*[:：]",
    re.IGNORECASE,
)


def _colophon_date(lines: Sequence[Line], title: str, publisher: str) -> str:
    """The date under a label among other lines of a colophon, on the pages where one stands; or what the text is signed with."""
    said = _said(lines)
    pages = _pages_of(said)
    stretches = [
        [line.text for line in said if line.page == page]
        for page in dict.fromkeys(pages[_IMPRINT_PAGES] + pages[-2:])
        if page is not None
    ] or [[line.text for line in said[-_COLOPHON_LINES:]]]
    by_label = (_agreed(_dates_in_colophon(stretch, title, publisher)) for stretch in stretches)
    return next(filter(None, by_label), "") or _signed(stretches[-1])


def _dates_in_colophon(stretch: Sequence[str], title: str, publisher: str) -> list[str]:
    """The dates under labels; none where one of them is of something else, or stands in a text."""
    told: list[str] = []
    for number, line in enumerate(stretch):
        if _ISSUED_LABEL.match(_bare(line)):
            around = stretch[max(0, number - _NEAR) : number + _NEAR + 1]
            if not any(map(_COLOPHON.search, around)) or _is_of_another(around, title, publisher):
                return []
            told += _labelled_dates(_ISSUED_LABEL, stretch[number : number + 2])[:1]
    return told


def _is_of_another(lines: Sequence[str], title: str, publisher: str) -> bool:
    """Whether lines name a title or a publisher, and not those of the report."""
    titles = {_letters(match[1]) for line in lines for match in _TITLES.finditer(line)}
    by = _labelled(lines)
    return any(other not in _letters(title) and _letters(title) not in other for other in titles) or (
        bool(by and publisher) and not set(by.split("、")) & set(publisher.split("、"))
    )


def _signed(stretch: Sequence[str]) -> str:
    """The date below or beside the name of an organisation among the last lines."""
    last = [_bare(line) if "\t" not in line else "" for line in stretch[-_SIGNED:]]
    for above, line in pairwise(["", *last]):
        told = _first_date([line]) if _is_dateline(line) else ""
        if len(told) > len("2023") and (_organisations(above) or _organisations(_without_dates(line))):
            return told
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
