"""What follows from the sources by one step of arithmetic, with the step shown: a year told by another year (次年), a
difference and a sum of two figures.

A small model gets such steps wrong, and a figure that stands in no source could not be checked: so they are done here,
from figures that are each cited.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from chat.answer import Answer
from chat.evidence.evidence import Evidence
from chat.evidence.figure_check import Term, adds_nothing, clauses_of, same_but_for, the_figure
from index.asked import asks_for_a_time
from index.segment import fold
from ingest.normalise import simplify
from ingest.periods import Period, find_periods
from ingest.report import Passage
from ingest.sentences import split_sentences

_COUNT = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
# Not a part of another word: 二十年后, 几十年后, 3-5年后, 第二年龄段, 近三年后期, 90年后创业者, 与去年同年龄段.
_LATER = re.compile(
    r"(?:次年|翌年|(?<![第续入])第二年|(?<![一二两三四五六七八九十几数近多百千约足过每续入\d.第\-—~至到、])"
    r"(?P<years>[一两二三四五六七八九十]|[12]?\d)年(?:之|以)?后)(?![期龄度级代台端续])"
)
_SAME = re.compile(r"(?<![去今前明])同年(?![龄度级代期])")
# What a year counts from where the sentence says so: 成立次年, 上市三年后.
_EVENTS = ("成立|创立|创办|创建|设立|组建", "上市|挂牌", "发布|推出|亮相", "投产|量产", "开业|开张", "收购|并购|合并")
NEAR = 8
_NOT_YET = re.compile(r"预计|预期|计划|拟|将(?!军)|未来|有望|目标|如果|若")

_DIFFERENCE = re.compile(
    r"相?差(?:了|有|距是?|额是?)?(?:多|几)|差距(?:有|是)?多|(?<=比).{1,20}(?<![最提升])[高低多少大](?:了|出|过)?(?:多少|几)"
)
_SUM = re.compile(r"一共|总共|合计|共计|加起来|之和")
_TOGETHER = re.compile(rf"{_SUM.pattern}|相?差了?(?=多少|几)")
_PER_CENT = "%"
# Asked for otherwise than by a difference: 高多少倍, 差百分之几; 各自一共 asks for two sums.
_OTHERWISE = re.compile(r"倍|百分之|比例|各自?(?!地)|分别|几成")
# Figures of these are no plain terms: 亏损5亿元, 比丙多3亿元, 合计3亿元, 约5亿元.
_NO_TERM = re.compile(r"亏|负(?!责)|(?<!占)比(?![例重率值])|较|合计|共计|总共|一共|相差|差距|差额|[约近超]占")
_WHOLE = re.compile(r"全球|世界|全国|总|整体|全部")


@dataclass(frozen=True, slots=True)
class Derived:
    """A sentence that says a result and how it follows; spans: the stretches that tell its terms, in their order."""

    text: str
    spans: tuple[tuple[Passage, int, int], ...]


def derived_year(question: str, answer: Answer) -> Derived | None:
    """The year that 次年, 同年 or 三年后 of a cited sentence means, where the question asks for a time and the sentence tells no
    year before that word.

    It counts from the sentence right before, or, where the word follows an event (成立次年), from the nearest one that tells of
    that event; and only where that tells one year, and nothing that is yet to come.
    """
    if not asks_for_a_time(question):
        return None
    for citation in answer.citations:
        text = citation.passage.text
        said = simplify(citation.quote)
        word = _LATER.search(said) or _SAME.search(said)
        if citation.passage.cells or word is None or find_periods(said[: word.start()]):
            continue
        if word[0] not in simplify(answer.text):
            continue  # the answer rests on another part of the sentence
        if find_periods(said[word.end() : word.end() + NEAR]):
            continue  # 三年后的2018年
        anchor = _anchor(text[: citation.start], said[: word.start()])
        if anchor is None or _NOT_YET.search(said):
            continue
        year, start, end = anchor
        later = 0 if _SAME.fullmatch(word[0]) else _years(word)
        result = f"{year} + {later} = {year + later}" if later else f"{year}年的同一年"
        return Derived(
            f"“{citation.quote[word.start() : word.end()]}”即{year + later}年（{result}）。",
            ((citation.passage, start, end), (citation.passage, citation.start, citation.end)),
        )
    return None


def _anchor(before: str, begun: str) -> tuple[int, int, int] | None:
    """The year that a word counts from, and the stretch of before that tells it. begun: the sentence up to the word."""
    event = next((events for events in _EVENTS if re.search(rf"(?:{events})(?:后|之后|的)?\Z", begun)), None)
    spans = [(start, end) for start, end in split_sentences(before) if before[start:end].strip()]
    telling = [span for span in spans if event is None or re.search(event, simplify(before[slice(*span)]))]
    if event is None:
        telling = telling[-1:]
    years = {year for span in telling for each in find_periods(before[slice(*span)]) for year in _of(each)}
    if len(years) != 1 or any(_NOT_YET.search(before[slice(*span)]) for span in telling):
        return None
    start, end = next(span for span in reversed(telling) if find_periods(before[slice(*span)]))
    stripped = before[start:end]
    return years.pop(), start + len(stripped) - len(stripped.lstrip()), start + len(stripped.rstrip())


def _of(period: Period) -> tuple[int, int]:
    return period.first.year, period.last.year


def _years(word: re.Match[str]) -> int:
    written = word["years"]
    return 1 if written is None else _COUNT.get(written) or int(written)


def asks_for_a_step(question: str) -> bool:
    """Whether a question asks for the difference or the sum of what its sides are."""
    plain = simplify(question)
    return bool(_DIFFERENCE.search(plain) or _SUM.search(plain))


def of_each(question: str) -> str:
    """A question for a sum or a difference as one for its terms: 「甲和乙一共多少」 and 「甲和乙相差多少」 as 「甲和乙分别多少」."""
    return _TOGETHER.sub("分别", simplify(question))


def derived_figure(question: str, sides: Sequence[Evidence], apart: Collection[str]) -> Derived | None:
    """The difference or the sum of what two sides tell, where each tells one exact figure of a unit, and both of the same thing:
    in clauses that differ by the letters that tell the sides apart alone, of one period or of the two that are asked about.

    apart: the letters that the questions for the two sides do not share. None where any of it is in doubt.
    """
    plain = simplify(question)
    adds = bool(_SUM.search(plain))
    terms = [term for item in sides if (term := the_figure(item.reading, item.place)) is not None]
    if len(sides) != 2 or not _asks_plainly(plain) or any(_NO_TERM.search(item.reading) for item in sides):
        return None
    if len(terms) != 2 or not _comparable(terms[0], terms[1], apart, adds=adds):
        return None
    asked = {(each.first, each.last) for each in find_periods(plain)}
    told = terms[0].days | terms[1].days
    if (asked or told) and not (told == asked and all(term.days for term in terms)):
        return None
    written = [item.reading[term.start : term.end] for term, item in zip(terms, sides, strict=True)]
    return _derived(terms, written, sides, adds=adds)


def derived_within(question: str, sentence: Evidence, sides: Sequence[Collection[str]]) -> Derived | None:
    """As `derived_figure`, where one sentence tells both terms, side by side: 甲占全球45.2%，乙占30.1%. The later clause may leave out
    what the earlier one has said, and the period, but says nothing else of its own.

    sides: the words that tell each of the two sides from the other.
    """
    plain = simplify(question)
    terms = _terms_within(sentence.reading)
    if len(sides) != 2 or not (_DIFFERENCE.search(plain) and _asks_plainly(plain)):
        return None
    told = [[term for term in terms if _names_one(term.rest, own, other)] for own, other in (sides, sides[::-1])]
    if [len(each) for each in told] != [1, 1]:
        return None
    one, other = sorted((told[0][0], told[1][0]), key=terms.index)
    periods, asked = one.days | other.days, {(each.first, each.last) for each in find_periods(plain)}
    if len(periods) > 1 or not asked <= periods or terms.index(other) != terms.index(one) + 1:
        return None
    if one.unit != other.unit or _NO_TERM.search(f"{one.rest}\n{other.rest}"):
        return None
    if not adds_nothing(other.rest, one.rest, "".join(chain(*sides))):
        return None
    written = [sentence.reading[term.start : term.end] for term in (one, other)]
    return _derived((one, other), written, (sentence,), adds=False)


def _terms_within(reading: str) -> list[Term]:
    """The terms of a sentence, those of a clause each; a clause that tells no period has those that are told before it."""
    terms: list[Term] = []
    for clause in clauses_of(reading):
        told = the_figure(reading[clause.start() : clause.end()], reading[: clause.start()])
        if told is not None:
            terms.append(replace(told, start=told.start + clause.start(), end=told.end + clause.start()))
    return terms


def _names_one(text: str, own: Collection[str], other: Collection[str]) -> bool:
    return any(word in fold(text) for word in own) and not any(word in fold(text) for word in other)


def _asks_plainly(plain: str) -> bool:
    """Whether a question asks for a difference, or for a sum of what has one: not of a whole and its part."""
    adds, subtracts = bool(_SUM.search(plain)), bool(_DIFFERENCE.search(plain))
    return adds != subtracts and not _OTHERWISE.search(plain) and not (adds and _WHOLE.search(plain))


def _comparable(one: Term, other: Term, apart: Collection[str], *, adds: bool) -> bool:
    """Whether two terms are of one unit and told in the same words but for apart, or of one thing in two years. Shares have no sum,
    nor what may be counted twice: money has."""
    two_years = not adds and len(one.days) == len(other.days) == 1 and one.days != other.days
    alike = same_but_for(one.rest, other.rest, apart) or (two_years and _same((one, other)))
    return one.unit == other.unit and alike and (not adds or one.unit.endswith("元"))


def _same(terms: Sequence[Term]) -> bool:
    """Whether two terms are told in the same letters: of one thing, in two years."""
    one, other = ({letter for letter in term.rest if letter.isalnum()} for term in terms)
    return one == other


def _derived(terms: Sequence[Term], written: Sequence[str], told: Sequence[Evidence], *, adds: bool) -> Derived:
    """The result of two terms with how it follows, the larger one first. written: how the sources write them."""
    (first, one), (second, other) = sorted(zip(terms, written, strict=True), key=lambda pair: -pair[0].low)
    result = first.low + second.low if adds else first.low - second.low
    shown = _amount(result, first.unit, difference=not adds)
    working = f"{one} {'+' if adds else '−'} {other} = {shown}"
    spans = [(item.hit.passage, item.start, item.end) for item in told]
    return Derived(f"{'合计' if adds else '相差'}{shown}（{working}）。", tuple(spans))


def _amount(value: Decimal, unit: str, *, difference: bool) -> str:
    """A value with its unit: 1.2亿元, 15.1个百分点 for a difference of per cents."""
    if unit == _PER_CENT:
        return f"{_digits(value)}{'个百分点' if difference else '%'}"
    for scale, name in ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")):
        if value >= scale:
            return f"{_digits(value / scale)}{name}{unit}"
    return f"{_digits(value)}{'个百分点' if unit == '百分点' else unit}"


def _digits(value: Decimal) -> str:
    return f"{value.normalize():f}"
