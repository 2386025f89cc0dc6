"""Questions that one sentence answers: what a thing is, how much it was in a period, of what it consists, when it came.

A sentence is read from the beginning of each of its clauses on, since what leads into one (据某某数据，) tells nothing of it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chat.suggesting.phrases import (
    INSIDE,
    are_several,
    ends_with_a_word,
    first_period,
    is_measured,
    is_nominal,
    is_phrase,
    is_subject,
)
from chat.suggesting.question import MadeQuestion, QuestionKind
from chat.understanding.wording import read
from index.segment import fold
from ingest.figures import find_figures
from ingest.numerals import plain_digits
from ingest.report import Passage
from ingest.sentences import split_sentences

_OF_ITSELF = re.compile(r"本报告|本白皮书|免责声明|版权所有|联合发布《|指导单位|资料来源[:：]?$")
_ITEM_MARK = re.compile(r"^[-*+•◆✓·●■▪►\s]+")
_LABEL_CHARS = 20  # a line without a sentence end and no longer than this may be a label that says nothing
_AHEAD = re.compile(
    r"^(?:(?:总体|整体|综合|总的|具体|概括|相对|一般)(?:来看|而言|来说|上看)|从[^，]{2,12}(?:来看|来说|而言)|目前|当前|如今|现在|现阶段|其中|此外|另外|同时"
    r"|而且|因此|所以|但是?|而|并且?|且|例如|如|即|首先|其次|最后|一方面|另一方面|近年来?|截至目前|未来|所谓|(?:截[至止]到?|在)(?=(?:19|20)\d\d))[，,]?"
    r"|^[^，,。；]{0,8}?(?:预计|预测|预期)(?:到|至)?(?=(?:19|20)\d\d)"
)
_CITED = re.compile(
    r"^(?:据|根据|按照?|依据)?[^，,。；]{0,24}?(?:数据|预测|统计|测算|研究|报告|口径|调查|公告|年报)(?:显示|表明|指出|预计)?[，,]"
)


_IF = re.compile(
    "(?:但|而|且|不过|然而|同时|因此)?[，,]?(?:若(?!干)|如果|如若|假如|假若|倘若|假设|一旦|只要|万一|除非)"
)
_UNDONE = "否认|拒绝|取消|推迟|暂停|终止|中止|放弃|叫停|搁置|延期"
_NOT_DONE = re.compile(_UNDONE)
_ENDS_UNDONE = re.compile(rf"(?<=.)(?:{_UNDONE})了?$")


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence, and what of it follows from the beginning of a clause on."""

    passage: Passage
    sentence: str
    rest: str

    def asked(self, question: str, kind: QuestionKind, topic: str) -> MadeQuestion:
        return MadeQuestion(question, kind, (self.passage.id,), self.sentence, fold(topic))

    def is_told_of(self, found: re.Match[str]) -> bool:
        """Whether the group `what` of a match in rest names what a question can be about."""
        undone = _ENDS_UNDONE.search(found["what"]) is not None
        return not undone and is_subject(found["what"]) and ends_with_a_word(self.rest, found.end("what"))


def asked_by_sentences(section: Sequence[Passage]) -> Iterator[MadeQuestion]:
    """The questions that the sentences of a section's passages answer, in order."""
    for passage in section:
        if passage.kind not in ("text", "list", "row") or speaks_of_itself(passage):
            continue
        for sentence in sentences_of(passage):
            if _IF.match(sentence):
                continue
            yield from _definitions(_Told(passage, sentence, sentence))
            for told in _clauses(passage, sentence):
                for rule in _RULES:
                    yield from rule(told)


def speaks_of_itself(passage: Passage) -> bool:
    """Whether a passage tells of the report or who made it rather than of its subject."""
    return _OF_ITSELF.search(passage.reading) is not None


def sentences_of(passage: Passage) -> Iterator[str]:
    """The sentences of a passage, or of each cell of a row, without item marks; not the heading above them."""
    texts = [cell for _, cell in passage.cells] or [passage.text.removeprefix(passage.headings[-1])]
    for text in texts:
        for start, end in split_sentences(text):
            sentence = _ITEM_MARK.sub("", text[start:end].strip())
            if passage.cells or len(sentence) > _LABEL_CHARS or sentence.endswith(("。", "；", "！", ";")):
                yield sentence


def _clauses(passage: Passage, sentence: str) -> Iterator[_Told]:
    for begins in (0, *(mark.end() for mark in re.finditer("[，,]", sentence))):
        rest = _CITED.sub("", sentence[begins:].lstrip())
        while (shorter := _AHEAD.sub("", rest)) != rest:
            rest = shorter
        yield _Told(passage, sentence, rest)


# --- what a thing is -------------------------------------------------------------------------------------------------

_TERM_CHARS = 14
_TERM = rf"(?P<what>{INSIDE}{{2,24}}?|“[^”]{{2,12}}”)(?:[ ]?[（(][^（）()]{{2,60}}[）)])?"
# 是一种 defines; 是一种趋势 judges.
_NO_DEFINITION = r"(?!趋势|现象|挑战|选择|必然|常态|机遇|风险|方向|重要|关键|有效)"
_IS = (
    r"[，,]?(?:主要|一般|通常|泛|特|本质上)?(?:(?P<means>(?:就)?是指|指的是|意指|系指|定义为|指(?![出数标导的向引明派示纹]))"
    rf"|就?是(?:一(?P<one>家)|一[种类项款门套]{_NO_DEFINITION}|(?=[在由用以利运][^。]{{6,130}}的[^，。的]{{2,12}}(?:[。；]|$))))"
)
_DEFINES = re.compile(rf"^(?:所谓)?{_TERM}[ ]?{_IS}(?P<as>[^。；]{{10,}})")
_ORGANISATION = re.compile(r"(公司|企业|机构|厂商|协会|集团|银行|研究院|实验室)$")


def _definitions(told: _Told) -> Iterator[MadeQuestion]:
    found = _DEFINES.match(told.sentence)
    if found is None or not ends_with_a_word(told.sentence, found.end("what")):
        return
    term = found["what"].strip("“” ")
    if (
        len(term) > _TERM_CHARS
        or "的" in term
        or _ENDS_UNDONE.search(term)
        or _is_everyday(term)
        or not is_phrase(term, verb_last=True)
    ):
        return
    organisation = _ORGANISATION.search(found["as"]) if found["means"] is None else None
    if organisation is not None:
        kind = organisation[1] if organisation[1] in ("公司", "企业", "银行") else "机构"
        yield told.asked(f"{term}是一家什么样的{kind}？", "definition", term)
    elif found["one"] is None:
        yield told.asked(f"什么是{term}？", "definition", term)


def _is_everyday(term: str) -> bool:
    """Whether a term is one short word of the dictionary, of which nobody asks what it is."""
    words = read(term)
    return len(words) == 1 and words[0].kind in ("noun", "common", "place", "verb") and len(term) < 3


# --- how much --------------------------------------------------------------------------------------------------------

# Longer words first, and never given back: else 达到达到… would be read in two to the power of its words ways.
_LINK = r"(?:已经|已|将|有望|预计|累计|合计|共计|总计|同样|首次|进一步|仅|高|大约|约|为|是|达到|达成|达至|达|升至|降至|增至|至|到|超过|超|突破|接近|近|逾|了|在)*+"
_PLAIN = re.compile(rf"^[，, 的]?(?P<subject>{INSIDE}{{3,24}}?){_LINK}$")
_CHANGED = re.compile(
    rf"^[，, 的]?(?P<subject>{INSIDE}{{3,24}}?)(?P<change>(?:同比|环比)(?:增长|下降|增加|减少|上升|上涨|下滑|下跌|提升))(?:了|约|超过|超|近|达到|达|至)*+$"
)
_TRADED = re.compile(
    r"^[，, 的]?(?P<subject>.{2,20}?)(?P<verb>出口|进口|交付|出货|销售|生产|获批|新增)(?:了|约|超过|超|近|达)*+$"
)
_ACHIEVED = re.compile(
    rf"^[，, ]?(?P<who>{INSIDE}{{2,14}}?)(?:共|累计|合计)?(?:实现|录得|取得)(?P<subject>{INSIDE}{{2,10}}?){_LINK}$"
)
_SHARE = re.compile(
    rf"^[，, 的]?(?P<subject>{INSIDE}{{3,18}}?)占(?P<whole>{INSIDE}{{2,10}}?)(?:的?(?:比例|比重))?{_LINK}$"
)
_AMONG = re.compile(rf"^(?P<whole>{INSIDE}{{3,16}})中[，,](?P<subject>.{{2,10}}?(?:占比|份额|比重|比例)){_LINK}$")
_COUNTED_UNIT = re.compile("[辆台吨套部艘架颗片枚款项家个例元]|万?千瓦时|美元")
_EXPECTED = re.compile(r"(?:预计|预测)(?:到|至)?$")


def _figures(told: _Told) -> Iterator[MadeQuestion]:
    """The question for the amount that follows the period with which a clause begins."""
    period = first_period(told.rest)
    if period is None:
        return
    when, end = period
    figure = next((figure for figure in find_figures(told.rest) if figure.start >= end), None)
    if figure is None:
        return
    between = plain_digits(told.rest)[end : figure.start].rstrip(" ")
    ahead = told.sentence[: told.sentence.find(told.rest)].rstrip("，, ")
    expected = _EXPECTED.search(ahead) is not None or re.search("将|有望|预计", between) is not None
    when = f"截至{when}" if when.endswith(("末", "底")) else f"预计{when}" if expected else when
    asked = _asked_amount(when, between, figure.unit)
    if asked is not None:
        yield told.asked(asked[0], "figure", asked[1])


def _asked_amount(when: str, between: str, unit: str) -> tuple[str, str] | None:
    """A question for a figure and what it is about, by the words between the period and the figure; None where they tell
    neither plainly, or that it did not come."""
    found: tuple[str, str] | None = None
    if _NOT_DONE.search(between):
        found = None
    elif among := _AMONG.match(between):
        if is_phrase(among["whole"]) and is_measured(among["subject"]):
            found = f"{when}{among['whole']}中{among['subject']}是多少？", among["subject"]
    elif changed := _CHANGED.match(between):
        if is_phrase(changed["subject"], verb_last=True):
            found = f"{when}{changed['subject']}{changed['change']}多少？", changed["subject"]
    elif share := _SHARE.match(between):
        if unit == "%" and is_phrase(share["subject"]) and is_nominal(share["whole"]):
            found = f"{when}{share['subject']}占{share['whole']}的比例是多少？", share["subject"]
    elif achieved := _ACHIEVED.match(between):
        if is_phrase(achieved["who"]) and is_measured(achieved["subject"]):
            found = f"{when}{achieved['who']}的{achieved['subject']}是多少？", achieved["who"]
    elif (traded := _TRADED.match(between)) and is_phrase(traded["subject"]) and _COUNTED_UNIT.fullmatch(unit):
        found = f"{when}{traded['subject']}{traded['verb']}多少{unit}？", traded["subject"]
    elif (plain := _PLAIN.match(between)) and is_measured(plain["subject"]) and is_phrase(plain["subject"]):
        asks = "将达到多少" if when.startswith("预计") else "是多少"
        found = f"{when}{plain['subject']}{asks}？", plain["subject"]
    return found


# --- of what ---------------------------------------------------------------------------------------------------------

_NUMERAL = "[两二三四五六七八九十]"
_LISTS = re.compile(
    rf"^(?P<what>{INSIDE}{{3,22}}?)(?P<ahead>(?:主要|大致|一般|通常|可以|可|又|初步|进一步|具体|共|大体|都)*)"
    r"(?P<has>包括|包含|涵盖|分为|划分为|区分为|细分为|分成|有)[：:]?(?P<items>[^，,。；：:]*)(?P<end>[。；]|$)?"
)
_COUNTED = re.compile(
    rf"^(?P<what>{INSIDE}{{3,20}}?)(?P<has>(?:主要|可以|可|大致|共|通常|将|正)*(?:在|对应|包括|包含|涵盖|(?:划|区|细)?分为|分成|有|呈现|具有|具备|存在))"
    rf"(?:以下|如下|出)?(?P<number>{_NUMERAL}|几)(?P<each>大|个|类|种|项|方面)(?P<noun>[\u4e00-\u9fff]{{0,6}})(?:[：:]|[，,](?=[^。；]*、)).{{6,}}"
)
_FACES = re.compile(
    rf"^(?P<what>{INSIDE}{{3,16}}?)(?:主要|仍然?|还|也|均|正)*(?P<has>面临|存在)(?:着)?(?:包括|诸如)?(?P<items>[^。；，]{{6,}}?)等?"
    r"(?:多重|诸多|多种|一系列|方面的?|几[大类]|[两三四五六]大)*(?P<noun>挑战|问题|风险|困难|瓶颈|制约|难题)(?=[，。；])"
)
_ARE = re.compile(
    r"^(?P<items>[^，,。；：:]{4,60})(?:是|为|共?同?构成(?!.{0,9}的)|被称为|并称为?|合称为?|称为)"
    rf"(?P<what>{INSIDE}{{2,18}}?{_NUMERAL}(?:大|个|项|类)?[\u4e00-\u9fff]{{2,4}})[，。；]"
)
_TAIL = re.compile(rf"(?:等|这)?(?P<tail>{_NUMERAL}(?:大|个|类|种|项)[\u4e00-\u9fff]{{0,5}})$")
_SORTS = re.compile(r"等(?:多个|几个|多种|多类|各类|不同)(?P<noun>[\u4e00-\u9fff]{2,4})$")
_NUMBERED = re.compile(rf"{_NUMERAL}(?:大|个|项|类)?[\u4e00-\u9fff]{{2,4}}$")
_COURSE = re.compile(r"(?:历程|过程|进程|周期|演进)$")
# What one asks for with 有哪些; of other words it is left open what was asked (语音合成有哪些).
_OF_MANY = re.compile(
    r"(?:企业|公司|厂商|机构|机遇|挑战|风险|因素|要素|特点|特征|优势|作用|功能|领域|场景|行业|环节|产品|模式|方式|方法|途径|措施|政策|赛道|类型|岗位|部分|设施"
    r"|阶段|趋势|技术|路线|指标|用途|应用|材料|原料|部件|能力|来源|渠道|症状|疗法|药物|靶点|需求|标准|内容|方向|目标|任务|业务|服务|问题|原因|区域|地区|城市|国家|品牌"
    r"|车型|板块|模块|门类|品种|种类|成分|主体|对象|人群|维度|层次|步骤|系列|版本|平台|工具|系统|客户|股东|子公司|力|层|链|商|点|剂|药|险)$"
)


def _lists(told: _Told) -> Iterator[MadeQuestion]:
    question = what = None
    if (counted := _COUNTED.match(told.rest)) and told.is_told_of(counted):
        what = counted["what"]
        each = "个方面" if counted["each"] == "方面" else counted["each"]
        question = f"{what}{counted['has']}哪{counted['number']}{each}{counted['noun']}？"
    elif (faces := _FACES.match(told.rest)) and told.is_told_of(faces) and are_several(faces["items"]):
        what = faces["what"]
        question = f"{what}{faces['has']}哪些{faces['noun']}？"
    elif (lists := _LISTS.match(told.rest)) and told.is_told_of(lists) and are_several(lists["items"]):
        what = lists["what"]
        question = _asked_items(lists)
    elif (are := _ARE.match(told.rest)) and are_several(are["items"]) and is_subject(are["what"]):
        what = are["what"]
        question = f"{what}分别是什么？"
    if question is not None and what is not None:
        yield told.asked(question, "list", what)


def _asked_items(lists: re.Match[str]) -> str | None:
    """The question for the items of 甲包括乙、丙和丁; None where it is left open what they are."""
    what = re.sub(r"(?<=[\u4e00-\u9fffA-Za-z])(?<!的)主要(?=[\u4e00-\u9fff])", "的主要", lists["what"])
    parts = "分" in lists["has"]
    has = f"可以{lists['has']}" if parts and "可" in lists["ahead"] else lists["has"]
    question = None
    if tail := _TAIL.search(lists["items"]):
        question = f"{what}{has}哪{tail['tail']}？"
    elif parts and (sorts := _SORTS.search(lists["items"])):
        question = f"{what}{has}哪些{sorts['noun']}？"
    elif parts and lists["end"] is not None:
        question = f"{what}{has}哪几{'个阶段' if _COURSE.search(what) else '类'}？"
    elif not parts and _NUMBERED.search(what):
        question = f"{what}分别是什么？"
    elif not parts and _OF_MANY.search(what):
        question = f"{what}有哪些？"
    return question


# --- when ------------------------------------------------------------------------------------------------------------

_EVENT = re.compile(
    rf"^[，, ]?(?P<who>{INSIDE}{{2,16}}?)(?:正式|首次|先后|宣布|率先|联合)*(?P<does>发布|推出|成立|收购|上线|提出|开源|量产|启动|发明)了?"
    r"(?P<what>[“《][^”》]{2,12}[”》](?:模型|产品|系统|平台|计划)?|[A-Za-z][A-Za-z0-9.+\- ]*[A-Za-z0-9](?:模型|产品|芯片|系统|平台|架构)?)(?=[，。；、]|用于|$)"
)


def _events(told: _Told) -> Iterator[MadeQuestion]:
    period = first_period(told.rest)
    found = _EVENT.match(told.rest[period[1] :]) if period is not None else None
    if (
        found is not None
        and not _NOT_DONE.search(found["who"])
        and is_phrase(found["who"], verb_last=True)
        and len(found["what"]) > 2
    ):
        what = found["what"].strip()
        yield told.asked(f"{found['who']}什么时候{found['does']}{what}？", "event", what)


_RULES: tuple[Callable[[_Told], Iterator[MadeQuestion]], ...] = (_figures, _lists, _events)
