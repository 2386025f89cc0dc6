"""Where a question's own words say to look: 「统计局的数据里…」, 「两份报告」, 「2023年的报告」; and its sides with it.

A name counts only in the place of one who says something (某某认为, 据某某, 某某的报告里), never as what is asked about
(某某是哪年成立的). It stays a guess all the same: of the questions in the tests, which were written for it, all are
read right, but a publisher may be asked about in words that another says of it. So what is found where the words say
goes first, and the search of the question as asked goes on beside it.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from chat.understanding.grammar import ADJECTIVE, MEASURE, NAME, NOUN, VERB, words_of
from chat.understanding.sides import LONGEST, MOST_SIDES, sub_questions
from index.filters import Filter
from index.segment import tagged, tokenizer
from ingest.normalise import simplify

_ANYWHERE = Filter()
# How often a word stands in the text that jieba's dictionary counts: 汽车 10,193, 经济 48,718, but 前瞻 42, 招商 595.
_COMMON = 3_000
_LONGEST_NAME = 24

# What follows the stem of a name of one's own, and what follows a mere subject (汽车工业协会 speaks, 汽车工业 does not).
_OF_OWN_NAME = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|股份|集团|公司|控股|产业|技术|保险|研究院|研究所|研究中心|研究|智库|咨询|科技|证券|银行"
    r"|基金|资本|数据|分析|信息|网|大学|学院|出版社|传媒|国际|中国|会计师事务所|律师事务所|事务所)$"
)
_SEAT = re.compile(r"中国|中华人民共和国|国家|全国|.{2,3}[省市]")

_SPEAKS = r"(?:说(?![明服唱法])|讲(?![座话师义解])|认为|指出|提到|写道|提及)(?:了|过|的)?"
_ASKED_ITS_VIEW = r"(?:是)?(?:怎么|如何|怎样)(?:看|说|评价|判断|预测|描述|解释|分析)"
_JUDGES = (
    rf"{_ASKED_ITS_VIEW}|预[计期]|预测(?!模型|平台|系统|算法|软件)|估计|估算|测算|判断"
    r"|对.{2,30}?(?:的?(?:看法|观点|判断|预测|评价|态度|估计)|[更最](?:乐观|悲观|谨慎|看好))|看好|看空"
)
_FOUND = r"(?:看法|观点|判断|预测|测算|估计|说法|结论|研究(?![院所员生中人报])|调查)"
_FIGURES = r"(?:统计)?(?:数据(?!中心|安全|库|平台|要素|资产|治理)|统计|口径)"
_WORK = r"(?:报告|白皮书|蓝皮书|研报)"
_YEAR = r"(?:19|20)\d\d年(?:度)?(?:发布|出版|公布|发表)?的?"
_COUNT = "两二三四234"
_ORDER = "一二三四五六七八九十"
# A report as people speak of it; what stands ahead of it may name its publisher or its subject.
_REPORT = (
    rf"(?:的|发布的|公布的|出版的)?(?P<year>{_YEAR})?(?:这|那)?"
    rf"(?:(?P<count>[{_COUNT}])[份篇本个]|第(?P<order>[{_ORDER}1-9])[份篇本个]|(?P<all>各|每|所有|全部)[份篇本个]?|一?[份篇本个])?"
    rf"的?(?:最新|年度|研究|调研|专题|分析)*{_WORK}(?!期)"
)
_INSIDE = rf"(?:[里中内上]面?|当中)?(?:都|分别|各自?)?(?:显示|{_SPEAKS}|[，,])?"
_AFTER = re.compile(
    rf"(?P<report>{_REPORT}{_INSIDE})|(?P<figures>(?:的|公布的|发布的){_FIGURES}(?:[里中上])?(?:显示|[，,])?)"
    rf"|(?P<inside>(?<=》)[里中]面?(?:显示|{_SPEAKS}|[，,])?)|(?P<speaks>{_SPEAKS})|(?P<judges>(?=(?:都|分别|各自?)?(?:{_JUDGES})))|(?P<found>的(?={_FOUND}))"
)
_CITES = re.compile(r"(?:根据|依据|按照|参照|援引|引用|据|依|按|在|从)$")
_GATHERS = re.compile("请?(?:对比|比较|综合|结合)(?:一下)?$")
_ABOUT = re.compile("(?:对于?|关于|针对)$")
_CITED = re.compile(rf"(?:的|发布的|公布的)?(?:{_FIGURES}|{_FOUND}|{_WORK})?(?:[里中上])?(?:显示)?[，,]")
_ALL_OF_THEM = re.compile(
    rf"(?:这|那)?(?:(?P<count>[{_COUNT}])|各|每|所有|全部)家(?:机构|研究院|智库|券商|报告)(?:都|分别|各自?)?"
)
_QUOTED = re.compile(r"《([^》]+)》")
_JOINED = re.compile(r"(?:和|与|、|及|以及|跟)$")
_SOUGHT = frozenset((NAME, NOUN, MEASURE, VERB))
_HOLLOW = re.compile(rf"{_ASKED_ITS_VIEW}|{_FOUND}|{_WORK}|发布|出版|公布|撰写|主要")
_LEFT_OVER = re.compile(r"^(?:[，,、的和与跟]|都|分别|各自|各(?=[是有对怎如])|(?:里|中)[，,]?)+")


# What is said of what reports say, and nothing of what they say it of: 口径一致吗, 各举了什么例子.
_SAYING = re.compile(
    "(?:各自?|都|分别|两者|之间|口径|说法|看法|观点|结论|态度|判断|意见|一致|一样|相同|统一|矛盾|打架|冲突|对得上|对不上|出入|不同|区别|差异"
    "|是不是|是否|有没有|有无|怎么|咋|如何|什么|啥|哪些|数字|数据|依据|例子|多少|差|说|讲|看|谈|提|写|评|拿|用|举|给|数|事|又|有|是|吗|呢|么|了|的|过|到|出|来|里|上)+"
)
# What those do who write reports, where a clause begins with who they are: 甲看好的是什么，乙的判断呢.
_WRITES = re.compile(
    "(?:又|都|各自?|分别|则|也)?(?:怎么|咋|如何)?(?:说|讲|看|谈|提|写|评|拿|用|举|给|列|引|算|认|估|口径|担心|看好|看衰|主张|建议|强调|总结|归纳|统计|判断|预[计测期]|态度|观点|结论)"
)
_CLAUSES = re.compile(r"[^，,。；;？?！!\n]+")


class Listed(Protocol):
    """A report as the library lists it. published: ISO, at least the year; "" where unknown. names: those that it lists."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def publisher(self) -> str: ...
    @property
    def published(self) -> str: ...
    @property
    def names(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a question's words say to look; nothing said restricts nothing.

    reports: ids, those of years alone not among them. question: what remains without those words, natural still; the
    question as asked where too little would remain. years: of publication. each: every report of these (of all, where
    none is named) is to be covered, as by 「两份报告」 or by two names.
    """

    question: str
    reports: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    each: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One search to do for a question beside that of the question itself."""

    question: str
    within: Filter = _ANYWHERE


@dataclass(frozen=True, slots=True)
class _Mention:
    """Words that say where to look: text[start:end], of which text[name:name_end] names someone."""

    start: int
    end: int
    reports: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    each: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """A report as named_scope compares it: simplified, small letters; the names that it lists as they are."""

    id: str
    title: str
    publishers: tuple[str, ...]
    published: str
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Library:
    """The reports in their order; named: ids by a publisher's name, short ones too; initials: whole names by first letter;
    listed: names that the reports list, by their first two characters."""

    reports: tuple[_Known, ...]
    named: dict[str, frozenset[str]]
    initials: dict[str, frozenset[str]]
    listed: dict[str, frozenset[str]]


def sides_of(question: str, reports: Sequence[Listed]) -> tuple[Side, ...]:
    """The searches that a question asks for beside its own, in its order, at most four; () where that one is enough.

    One for each of its sides (`sub_questions`), each within the sources that it names; one for each report where every
    one is to be covered; one within what its words name. All are guesses that only add: search the question as asked
    as well, without a filter, and let no side push out the best of that.
    """
    library = _library(reports)
    if told := _as_each_tells(question, library):
        return told
    names = {name for mention in _mentions(question, library) for name in mention.names}
    parts = sub_questions(question, names.union(listed_in(question, reports)))
    scopes = [_scope(part, library) for part in parts or (question,)]
    covered = [Side(scope.question, within) for scope in scopes for within in _filters(scope, library)]
    if len(covered) > MOST_SIDES:
        covered = [Side(scope.question, Filter(scope.reports, scope.years)) for scope in scopes]
    sides = tuple(dict.fromkeys(covered))
    return () if sides == (Side(question),) else sides


def _as_each_tells(question: str, library: _Library) -> tuple[Side, ...]:
    """The sides of 「……，甲和乙的口径一致吗」 and 「……，甲看好的是什么，乙的判断呢」: what the other clauses ask, in each report; () for any other
    question, where the words around a name tell more (`named_scope`)."""
    plain = simplify(question)
    if len(plain) > LONGEST or len(library.reports) < 2:
        return ()
    topic: list[str] = []
    told: list[tuple[str, list[frozenset[str]]]] = []
    for clause in _CLAUSES.findall(plain):
        rest, sources = _told_by(clause.strip(), library)
        if sources and (_SAYING.fullmatch(rest) or _WRITES.match(rest)):
            told.append(("" if _SAYING.fullmatch(rest) else rest, sources))
        else:
            topic.append(clause)
    sides = [
        Side("，".join([*topic, rest] if rest else topic), Filter(ids)) for rest, sources in told for ids in sources
    ]
    return tuple(sides) if topic and 2 <= len({side.within for side in sides}) == len(sides) <= MOST_SIDES else ()


def _told_by(clause: str, library: _Library) -> tuple[str, list[frozenset[str]]]:
    """What a clause says of those whom it begins with, and their reports: one name, several joined, or 两份报告; [] where it begins otherwise."""
    for mention in _mentions(clause, library)[:1]:
        if mention.each and not mention.start and not mention.names:
            return clause[mention.end :], [frozenset((report.id,)) for report in library.reports]
    named = max((_named_until(clause, end, library) for end in range(2, len(clause))), key=_reach, default=[])
    if not named or named[0][0]:
        return clause, []
    return clause[named[-1][0] + len(named[-1][1]) :], [reports for _, _, reports in named]


def _reach(named: Sequence[tuple[int, str, frozenset[str]]]) -> tuple[int, int]:
    """Names that begin a clause before others, and of those the most and longest."""
    return (0, 0) if not named or named[0][0] else (len(named), named[-1][0] + len(named[-1][1]))


def listed_in(text: str, reports: Sequence[Listed]) -> frozenset[str]:
    """The names that stand in a text, simplified, of those that the reports list."""
    plain, listed = simplify(text), _library(reports).listed
    begun = {(at, name) for at in range(len(plain) - 1) for name in listed.get(plain[at : at + 2], ())}
    return frozenset(name for at, name in begun if plain.startswith(name, at))


def named_scope(question: str, reports: Sequence[Listed]) -> Scope:
    """What a question's words say of where to look, among these reports in the order in which they are listed.

    A name may be short (中金公司 as 中金, 信息通信研究院 as 信通院) if it is distinctive, and a year is one of
    publication only where it is said of a report. What fits every report restricts nothing; what fits none is no name.
    """
    return _scope(question, _library(reports))


def _scope(question: str, library: _Library) -> Scope:
    mentions = _mentions(question, library)
    named = [mention.reports for mention in mentions if mention.reports]
    held = frozenset(itertools.chain.from_iterable(named))
    years = frozenset(itertools.chain.from_iterable(mention.years for mention in mentions))
    return Scope(
        _without(question, mentions),
        held if len(held) < len(library.reports) else frozenset(),
        frozenset() if all(_is_of(report, years) for report in library.reports) else years,
        len(named) > 1 or any(mention.each for mention in mentions),
    )


def _filters(scope: Scope, library: _Library) -> list[Filter]:
    if not scope.each:
        return [Filter(scope.reports, scope.years)]
    covered = [report.id for report in library.reports if _is_of(report, scope.years)]
    return [Filter(frozenset((id,))) for id in covered if not scope.reports or id in scope.reports]


def _library(reports: Sequence[Listed]) -> _Library:
    return _with_names(
        tuple(_known(one.id, one.title, one.publisher, one.published, tuple(one.names)) for one in reports)
    )


@lru_cache(maxsize=4_096)
def _known(id: str, title: str, publisher: str, published: str, names: tuple[str, ...]) -> _Known:
    publishers = (name.strip() for name in re.split("[、，,；;/]", simplify(publisher).lower()))
    return _Known(id, simplify(title).lower(), tuple(name for name in publishers if len(name) > 1), published, names)


@lru_cache(maxsize=4)
def _with_names(reports: tuple[_Known, ...]) -> _Library:
    named: dict[str, set[str]] = {}
    initials: dict[str, set[str]] = {}
    for publisher in dict.fromkeys(publisher for report in reports for publisher in report.publishers):
        ids = {report.id for report in reports if publisher in report.publishers}
        others = [report.title for report in reports if report.id not in ids]
        wholes = (publisher, _without_seat(publisher))
        for name in (*wholes, *(stem for stem in _stems(wholes) if _is_distinctive(stem, others))):
            named.setdefault(name, set()).update(ids)
        for whole in wholes:
            initials.setdefault(whole[0], set()).add(whole)
    listed: dict[str, set[str]] = {}
    for name in itertools.chain.from_iterable(report.names for report in reports):
        listed.setdefault(name[:2], set()).add(name)
    return _Library(reports, _frozen(named), _frozen(initials), _frozen(listed))


def _without_seat(publisher: str) -> str:
    """统计局 of 国家统计局, 天明医药 of 北京天明医药: without the place it begins with, where a name remains (not 银行)."""
    first = next(tokenizer().cut(publisher, HMM=False))
    seat = _SEAT.match(publisher)
    if seat is None and (len(first) < 2 or tagged(first)[0][1] != "ns"):
        return publisher
    rest = publisher[seat.end() if seat is not None else len(first) :]
    is_name = len(rest) > 2 and not _OF_OWN_NAME.fullmatch(rest) and (tokenizer().FREQ.get(rest) or 0) < _COMMON
    return rest if is_name else publisher


def _frozen(sets: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in sets.items()}


def _stems(wholes: Sequence[str]) -> Iterator[str]:
    """A publisher's names without what says only what it is: 中金 of 中金公司, mckinsey of mckinsey & company."""
    for whole in wholes:
        stem = whole
        while (shorter := _OF_OWN_NAME.sub("", stem)) != stem:
            yield shorter
            stem = shorter
        if (latin := re.match("[a-z0-9]{3,}", whole)) is not None:
            yield latin[0]


def _is_distinctive(stem: str, others: Sequence[str]) -> bool:
    """Whether a stem is somebody's name: not all places, everyday and technical words, nor a subject of others' titles."""
    # Words of the dictionary alone: guessing at unknown ones takes 4 ms a name.
    words = [word for word in tokenizer().cut(stem, HMM=False) if len(word) > 1]
    is_subject = bool(words) and all(map(_is_general, words))
    return len(stem) > 1 and not is_subject and not any(stem in title for title in others)


def _is_general(word: str) -> bool:
    """Whether a word of the dictionary is a place, a word of the domain list or an everyday one."""
    return (tokenizer().FREQ.get(word) or 0) >= _COMMON or tagged(word)[0][1] in ("ns", "x")


def _mentions(question: str, library: _Library) -> list[_Mention]:
    """Every mention of a source in a question, in its order; none overlaps another."""
    plain = simplify(question)[:LONGEST]
    found: list[_Mention] = []
    at = 0
    while at < len(plain):
        mention = _mention_at(plain, at, library)
        if mention is not None and (not found or mention.start >= found[-1].end):
            found.append(mention)
            at = max(at + 1, mention.end)
        else:
            at += 1
    return found


def _mention_at(plain: str, at: int, library: _Library) -> _Mention | None:
    """The mention whose name ends, or whose report begins, at an offset."""
    after, cited = _AFTER.match(plain, at), _CITED.match(plain, at)
    if after is None and cited is None:
        every = _ALL_OF_THEM.match(plain, at)
        return _Mention(at, every.end(), each=True) if every is not None and _is_all(every, library) else None
    named = _named_until(plain, at, library)
    start = named[0][0] if named else at
    ids = frozenset(itertools.chain.from_iterable(reports for _, _, reports in named))
    source = _Mention(start, at, ids, each=len(named) > 1, names=tuple(name for _, name, _ in named))
    cites = _CITES.search(plain[:start])
    if named and cites is not None and cited is not None:
        return replace(source, start=cites.start(), end=cited.end())
    if after is not None and after["report"] is not None:
        return _of_report(plain, after, source, library)
    if not named or after is None or (_ABOUT.search(plain[:start]) and not after["figures"]):
        return None
    if after["figures"] is not None or after["inside"] is not None:
        return replace(source, start=cites.start() if cites is not None else start, end=after.end())
    return replace(source, end=at + 1 if after["found"] is not None else after.end())


def _is_all(every: re.Match[str], library: _Library) -> bool:
    publishers = {report.publishers for report in library.reports}
    return every["count"] is None or _number(every["count"]) in (len(library.reports), len(publishers))


def _of_report(plain: str, after: re.Match[str], source: _Mention, library: _Library) -> _Mention | None:
    """The mention of 「某某的报告」, 「2023年的报告」, 「第一份报告」, 「两份报告」; None where it names none of these."""
    years, titled = _of_year(after, library)
    held = (source.reports & titled if titled else source.reports) or titled
    meant = [report.id for report in library.reports if (not held or report.id in held) and _is_of(report, years)]
    cites = _CITES.search(plain[: source.start])
    mention = replace(
        source, start=cites.start() if cites else source.start, end=after.end(), reports=held, years=years
    )
    if after["order"] is not None:
        number = _number(after["order"])
        return replace(mention, reports=frozenset(meant[number - 1 : number])) if number <= len(meant) else None
    if after["all"] is not None or (after["count"] is not None and _number(after["count"]) == len(meant)):
        gathers = _GATHERS.search(plain[: mention.start])
        return replace(mention, each=True, start=gathers.start() if gathers else mention.start)
    if held or years:
        return mention
    return _by_subject(plain, after, library)


def _of_year(after: re.Match[str], library: _Library) -> tuple[frozenset[int], frozenset[str]]:
    """The year of publication that 「2023年的报告」 means; where none is of that year, or an annual report is meant, which
    appears a year later, the reports whose titles tell the year."""
    if after["year"] is None:
        return frozenset(), frozenset()
    years = frozenset((int(after["year"][:4]),))
    annual = "年度" in after["report"]
    if not annual and any(_is_of(report, years) for report in library.reports):
        return years, frozenset()
    titled = (report for report in library.reports if after["year"][:5] in report.title)
    return frozenset(), frozenset(report.id for report in titled if not annual or "年度" in report.title)


def _by_subject(plain: str, after: re.Match[str], library: _Library) -> _Mention | None:
    """The mention of 「储能报告里」: what stands ahead is a part of some titles, and something is said to stand there."""
    if not re.search(f"{_WORK}.", after[0]):
        return None
    for start in range(max(0, after.start() - _LONGEST_NAME), after.start() - 1):
        subject = plain[start : after.start()].lower()
        ids = frozenset(report.id for report in library.reports if subject in report.title)
        if ids and len(ids) < len(library.reports) and _begins(plain, start) and _is_subject(subject):
            cites = _CITES.search(plain[:start])
            return _Mention(cites.start() if cites else start, after.end(), ids)
    return None


def _is_subject(text: str) -> bool:
    return bool({word.kind for word in words_of(text)} & {NAME, NOUN}) and not re.fullmatch(
        "研究|年度|行业|分析|市场|产业|财务", text
    )


def _is_of(report: _Known, years: frozenset[int]) -> bool:
    return not years or any(report.published.startswith(str(year)) for year in years)


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else 2 if written == "两" else _ORDER.index(written) + 1


def _named_until(plain: str, end: int, library: _Library) -> list[tuple[int, str, frozenset[str]]]:
    """(start, name, reports) of the names that end at an offset: the longest, and before it those joined to it."""
    for start in range(max(0, end - _LONGEST_NAME), end - 1):
        name = plain[start:end]
        reports = _reports_of(name.lower(), library)
        if reports and _begins(plain, start):
            joined = _JOINED.search(plain[:start])
            before = _named_until(plain, joined.start(), library) if joined is not None else []
            return [*before, (start, name, reports)]
    return []


def _reports_of(name: str, library: _Library) -> frozenset[str]:
    """The reports whose publisher goes by a name, or whose title 《…》 is quoted."""
    if (quoted := _QUOTED.fullmatch(name)) is not None:
        ids = frozenset(report.id for report in library.reports if len(quoted[1]) > 3 and quoted[1] in report.title)
        return ids if len(ids) < len(library.reports) else frozenset()
    if name in library.named:
        return library.named[name]
    wholes = [whole for whole in library.initials.get(name[0], ()) if _is_short_for(name, whole)]
    return frozenset(itertools.chain.from_iterable(library.named[whole] for whole in wholes))


def _is_short_for(name: str, whole: str) -> bool:
    """Whether a name is characters of the whole in its order, from the first to what it is: 信通院, 工行, 中汽协, 发改委."""
    kind = re.search("(?:协会|委员会|[院行局部所会社库])$", whole)
    if kind is None or name[-1] not in kind[0] or len(name) >= len(whole):
        return False
    rest = iter(whole)
    return all(char in rest for char in name)


def _begins(plain: str, at: int) -> bool:
    """Whether a name may begin at an offset: nothing that would belong to it stands before it."""
    if at == 0 or not plain[at - 1].isalnum():
        return True
    before = next((word for word in words_of(plain) if word.start < at <= word.end), None)
    return before is not None and before.end == at and before.kind not in {NAME, NOUN, MEASURE, ADJECTIVE}


def _without(question: str, mentions: Sequence[_Mention]) -> str:
    """The question without the words of its mentions; as asked where nothing is left to search for."""
    rest, at = "", 0
    for mention in mentions:
        rest, at = rest + question[at : mention.start], mention.end
    rest += question[at:]
    if any(mention.each for mention in mentions):
        rest = re.sub("分别|分別|各自", "", rest)
    if mentions and mentions[0].start == 0:
        rest = _LEFT_OVER.sub("", rest)
    sought = words_of(_HOLLOW.sub("", simplify(rest)))
    is_left = any(word.kind in _SOUGHT and (word.kind != VERB or len(word.text) > 1) for word in sought)
    return rest.strip("，, ") if is_left else question
