"""A question with several sides, as one question for each side, by rules over words and their kinds.

「中国和美国的人口分别是多少」 asks for two figures that stand in two places; searched as one, the louder side fills the
first hits. What is found for the sides only adds to what the whole question finds, so wherever it is doubtful that
there are sides at all there are none: 和 joins the words of one search more often than two searches.

It knows words and nothing of their meaning: 「研发和生产」 is a list like any other until a word says that each is
asked about.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chat.understanding.grammar import JOIN, MEASURE, NAME, NOUN, OF, OTHER, PERIOD, VERB, Word, shape, words_of
from chat.understanding.wording import begun_alike
from index.segment import tagged
from ingest.normalise import simplify

MOST_SIDES = 4
# Nobody types a longer question; a pasted page has no sides.
LONGEST = 160

# Without one of these there are no sides, and no words to cut.
_HINT = re.compile(r"[和与跟同及、比较，,？?；;。\n]|[Vv][Ss]|分别|各|[国海]内外|上下|优[缺劣]|软硬")
_ASKS = re.compile(
    r"多少|什么|哪|谁|几(?:[个家年种次成时月倍位颗块代层级项款类条台件天周]|纳米|小时|分钟)|如何|怎么|怎样|为何|何[时地种]|[吗呢]|是否|是不是|有没有|是.{1,6}还是"
    r"|多[大高长快久重远深宽]|一样$"
)
_EMPHASIS = re.compile("到底|究竟")
_STOPS, _COMMAS = "？?；;。！!\n", "，,"

# Words that say of a list before them that each of it is asked about.
_EACH = re.compile(
    r"分别|各自|(?<![全世])各(?=有|是|为|占|达|在|卖|投|拿|花|用|指|需|要|能|于|由|多|什么|怎|如何|几|属|包|叫|增|降|涨|对|从|将|会|可|得|排)"
    # 都用了什么技术, of names and not of the one thing that they did together: 都出现在哪部电影.
    r"|都(?=(?:有|是|用|采用|使用|做|推出|发布|布局|开发|提供|包括|涉及|属于)了?(?:哪些|哪[几种类]|什么|啥|多少))"
)
_DIFFERENCE = re.compile(
    r"(?:之间)?的?(?:有|存在|有着|具有)?(?:什么|哪些|何|怎样的?|多大的?)?(?:主要|最大|本质|根本|明显|显著|具体)?的?"
    r"(?:区别|差异|差别|不同之处|不同点|不同(?!的|意|于)|异同点?|差距)"
    r"(?:主要)?(?:是|在于?|有|体现在)?(?:什么|哪里|哪些|哪儿|哪|多少|多大)?(?:方面)?$"
)
_SAME = re.compile(r"(?:是否|是不是)?(?:一样|一致|相同)(?:吗|么)?$")
_COMPARED = re.compile(
    r"(?:之间)?(?:相比较?(?:之下|起来|而言)?|比较起来|相较(?!于)(?:而言)?|比起来|对比(?:如何|怎么样)?)[，,]?"
)
_WHICH = re.compile(
    r"[，,]?(?:在(?=哪[样块]))?(?:谁|孰|何者|哪一?(?:个|家|国|种|款|类|座|所|支|者|位|省|市|只|部|方|边|项|样|年|月|季度|届)(?:(?:国家|城市|地区|公司|企业)(?=的|更|最))?)(?:上(?=[更最]))?"
)
_WHICH_IS_MORE = re.compile(
    _WHICH.pattern + "(?=.{0,12}(?:[更最较]|(?:高|低|多|少|大|小|长|短|快|慢|贵|便宜|早|晚|重|轻|强|弱|好|久|远)$))"
)
_AND_HOW_MUCH = re.compile(
    r"[，,](?:它们|两者|二者)?(?:分别|各自?)\w{0,3}?(?:多少|多[大高长快久重远深宽]|几[个家年种次成倍位])\w{0,2}$"
)
# 「分别怎么样」, 「各卖了多少」: nothing but that each is asked about.
_OF_EACH_ALONE = re.compile(
    r"(?:分别|各自?|都)[是有为卖花投拿占达]?[了到出]?(?:多少.{0,2}|几.{0,2}|什么(?:水平|情况|评价|表现)|(?:怎么|如何|怎样)样?(?:评价|看|说|表现)?)的?"
)
_APART = re.compile(r"相?差(?:了|有)?(?=多|几)")
_HOLDS = re.compile(
    r"(?:是)?(?:怎么|如何|怎样)(?:看|说|评价|解释|预测|理解|认为)|对.{2,30}的(?:看法|观点|态度|评价|预测)"
)
_LOOK = re.compile(r"有哪些|有什么|是什么|如何|怎么样|怎样")
_AMOUNT = re.compile(r"多少|几[个家年种次成时月倍位]|多[大高长快久重远深宽]|(?:怎么样|如何)$")
# Words that say that it is asked about together.
_TOGETHER = re.compile(
    r"[一总]?共(?!享)|合计|都|之间|之和|总和|加起来|合作|联合|相互|互相|协同|融合|结合|合并|同时|哪[两三二几]|期间"
)
_TIED = re.compile(r"关系|联系|关联|相关性|之比")
_SET_SIDE_BY_SIDE = re.compile(r"(?:^|[，,])(?:请问?|帮我|麻烦)?你?(?:对比|比较|比一比)(?:一下|下)?$")
_EACH_AHEAD = re.compile(r"分别(?:在|于|从|对|按|介绍|说明|分析|列出|概述)(?:一下)?$")

# What may stand between a list and what is asked of it.
_COUNTED = re.compile(
    r"(?:这|那)?[两二三四234](?:者|国|家|地|省|市|方|人|城|校|队)(?:公司|企业|银行|机构|品牌|厂商|车企)?"
    r"|(?:这|那)?[两二三四234][个种款类位项座所支大]\w{0,4}?(?=的|分别|各|相比|谁|哪|在|[，,])"
)
_AMONG = re.compile(r"等|(?:之中|当中|其中|之间|[中里](?=[，,谁哪的]))[，,]?")
_THEM = re.compile(r"(?<=[，,])(?:它们|他们|她们|两者|二者|三者|双方|其)的?")

# Pairs written as one word. What follows them is asked about by the word, unless they are what is asked about.
_PAIRS = {
    "国内外": ("国内", "国外"),
    "海内外": ("海内", "海外"),
    "上下半年": ("上半年", "下半年"),
    "优缺点": ("优点", "缺点"),
    "优劣势": ("优势", "劣势"),
    "上下游": ("上游", "下游"),
    "软硬件": ("软件", "硬件"),
}
_PAIR = re.compile("|".join(_PAIRS))
_PAIRED = ("", "")

# Lists over the kinds of words: 甲的子、乙的丑和丙的寅 before 甲、乙和丙, whose 的 is shared.
_RUN = f"[{PERIOD}{NAME}{MEASURE}{NOUN}a]"
_ITEM = f"(?:{_RUN}+{VERB}?(?={JOIN})|(?<={JOIN}){VERB}?{_RUN}+|{_RUN}+|{VERB}(?={JOIN})|(?<={JOIN}){VERB}(?=[{OF}o]))"
_SUBJECT = re.compile(f"(?:{_RUN}|{OF})+")
_OWNED = f"{_RUN}+{OF}{_RUN}*(?:{_RUN}|{VERB})"
_LISTS = re.compile(f"{_OWNED}(?:{JOIN}{_OWNED})+|{_ITEM}(?:{JOIN}{_ITEM})+")
_PERIODS = re.compile(f"{PERIOD}+(?:{JOIN}{PERIOD}+)+")

# 「甲比乙高多少」 and 「与乙相比，甲……」.
_THAN = re.compile(r"(?:相较于|相比于|相对于|相比|比|较)$")
_BESIDE = re.compile(r"^(?:与|和|跟|同|相较于?|相比于?|比起|较之)([^，,]+?)(?:相比|比较|比起来|相较|比|而言)?[，,]")
_BY_HOW_MUCH = re.compile(
    r"^(?:要|还|会)?(?:高|低|多|少|大|小|长|短|快|慢|贵|便宜|重|轻|强|弱|早|晚)(?:了|出)?(?=多|几)"
)
_OWNED_THAN = re.compile(
    r"^(?P<one>[^的]{3,12})(?P<of>的[^的]{2,8})比(?P<other>[^的]{3,12}?)[高低多少大小](?:了|出)?(?P<asks>多少.{0,4}|几[个成倍].{0,4})$"
)
_RELATIVE = re.compile(
    r"去年|上年|上一?年|同期|往年|此前|之前|以前|过去|平均|预期|其[它他余]|别的|前[一几]|一般|普通|后来"
)

# A second question that leaves out what the first one named.
_AND_IT = re.compile(
    r"(?:那么|那|而|还有|至于)?(.+?)"
    r"(?:呢|[又则]?(?:怎么|如何|怎样)(?:看|说|认为)|[又则](?:是|为|有)?(?:多少|如何|怎么样|怎样|什么|呢))"
)
_AS_IT_SAYS = re.compile(
    r"(?:这)?(?:和|与|跟|同)(.+?)(?:(?:说|讲|预测|认为|给出|公布|测算)?的(?:说法|观点|看法|数据|预测|结论|判断)?|说法|看法)?"
    r"(?:是否|是不是)?(?:一样|一致|相同|相符|矛盾|有出入|有(?:什么|何)?(?:不同|区别|差异))(?:吗|么)?"
)
_WHY = re.compile("原因|理由|缘由|背景|依据|为什么|为啥|为何")
_LEADS_IN = re.compile(r"^(?:又|那么?|并且?|而且?|还有|还|以及|同时|另外|此外|再|[，,])+")
_IT = re.compile(
    r"^(?:它们?|他们?|她们?|其(?![中他它余实])|该?(?:公司|企业|集团|机构)|(?:这|那)[个家种款座]\w{0,2}?(?=的))"
)
_WHAT_IS = re.compile(r"^(?:请问)?(?:什么|谁|哪里|哪儿)(?:是|叫做?)")


@dataclass(frozen=True, slots=True)
class _List:
    """Things side by side in a text: each is read as before + item + after. kinds: shapes of the items as written."""

    before: str
    items: tuple[str, ...]
    after: str
    kinds: tuple[str, ...]


def sub_questions(question: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """The sides of a question as questions that stand alone, in its order; () where it has one side or more than four.

    Their characters are the question's own. A side may be a bare name where only a difference is asked
    (「甲和乙有什么区别」), which is what one searches for. In time: the words are cut a few times, about 1 ms.

    names: words that are known to be one name each (publishers, say), whatever the dictionary thinks of them.
    """
    question = _EMPHASIS.sub("", question)
    plain = simplify(question)
    if len(plain) > LONGEST or not _HINT.search(plain.rstrip(_STOPS + " ")):
        return ()
    known = tuple(sorted({simplify(name) for name in names if len(name) > 1}, key=len, reverse=True))
    sides = tuple(dict.fromkeys(_tidy(side) for side in _sides(plain, known)))
    if not 2 <= len(sides) <= MOST_SIDES or not all(sides):
        return ()
    # A traditional question has traditional sides.
    own = str.maketrans(dict(zip(reversed(plain), reversed(question), strict=True)))
    return tuple(side.translate(own) for side in sides)


def asks_in_turn(question: str) -> bool:
    """Whether two questions or more follow one another (甲是哪年成立的，总部在哪里), rather than one being asked of several things."""
    plain = simplify(question)
    return len(plain) <= LONGEST and len(_questions(plain)[1]) > 1


def _sides(plain: str, names: tuple[str, ...]) -> Sequence[str]:
    asked_of_each = _AND_HOW_MUCH.search(plain.rstrip(_STOPS + " "))
    if asked_of_each and (sides := _sides(plain[: asked_of_each.start()], names)):
        return sides  # 「…，谁更大，分别多大」: the figures asked for are those that are compared
    topic, parts = _questions(plain)
    if len(parts) < 2:
        return _split(plain.strip(_STOPS + " "), names)
    if topic and (of_each := _of_each_in_turn(topic, parts, names)):
        return of_each
    alone = [parts[0]]
    for part in parts[1:]:
        completed = _completed(part, parts[0], names)
        if completed is None:
            return ()
        alone.append(completed)
    split = [side for part in alone for side in _split(part, names) or (part,)]
    return [topic + side for side in (split if len(split) <= MOST_SIDES else alone)]


def _of_each_in_turn(topic: str, parts: Sequence[str], names: tuple[str, ...]) -> list[str]:
    """「甲和乙，哪个更高？分别是多少？」 as 甲更高，是多少 and 乙更高，是多少; [] where a further question asks for something else, or not of each."""
    first, *others = [_split(topic + part, names) for part in parts]
    if not first or not all(_OF_EACH_ALONE.fullmatch(part) for part in parts[1:]):
        return []
    if any(len(other) != len(first) for other in others):
        return []
    told = [[one, *rest] for one, *rest in zip(first, *others, strict=True)]
    return ["，".join([one, *(_without_beginning(other, one) for other in rest)]) for one, *rest in told]


def _without_beginning(other: str, one: str) -> str:
    """What a side asks, without what both begin with: the thing."""
    return other[begun_alike(other, one) :].removeprefix("的").lstrip(_COMMAS)


def _questions(plain: str) -> tuple[str, list[str]]:
    """The clauses before the first question, which all share, and the questions of one line, without their marks."""
    topic, waiting = "", ""
    parts: list[str] = []
    for clause in re.findall(f"[^{_STOPS}{_COMMAS}]+[{_STOPS}{_COMMAS} ]*", plain):
        waiting += clause
        if _ASKS.search(clause.rstrip(_STOPS + _COMMAS + " ")):
            parts.append(waiting)
            waiting = ""
        elif not parts:
            topic, waiting = topic + clause, ""
    if parts:
        parts[-1] += waiting
    return topic, [part.strip(_STOPS + _COMMAS + " ") for part in parts]


def _completed(part: str, first: str, names: tuple[str, ...]) -> str | None:
    """A further question with what it leaves out taken from the first; None where that cannot be told."""
    if (other := _AND_IT.fullmatch(part) or _AS_IT_SAYS.fullmatch(part)) is not None:
        if _WHY.fullmatch(other[1]):
            return None  # of the same thing, and told with it
        return _swapped(first, other[1], names)
    bare = _LEADS_IN.sub("", part)
    subject = _subject(first, names)
    told = shape(words_of(subject, names))
    kinds = shape(words_of(bare, names))
    own = re.match(f"[{PERIOD}]*({_RUN}+)", kinds)
    if (it := _IT.match(bare)) is not None:
        bare, lead = bare[it.end() :], _owner(subject, names).removesuffix("的") or subject
    elif _WHAT_IS.match(bare) or (_places(subject) and _places(bare)):
        return bare
    elif own is None:
        lead = subject if told.endswith(MEASURE) else _owner(subject, names).removesuffix("的")
    elif set(own[1]) == {MEASURE} and kinds[own.end() : own.end() + 1] != OF:
        return _owner(subject, names) + bare
    else:
        # 特斯拉是哪年成立的，总部在哪里: one noun with nothing before it is of what has been named.
        return subject + bare if own[1] == NOUN and set(told) == {NAME} else bare
    return lead + bare if lead else None


def _places(text: str) -> list[str]:
    return [word for word, tag in tagged(text) if tag == "ns"]


def _subject(question: str, names: tuple[str, ...]) -> str:
    """What a question is about: its words up to the first that says something of them; "" where they name nothing."""
    asked = _WHAT_IS.sub("", question)
    words = words_of(asked, names)
    run = _SUBJECT.match(shape(words))
    subject = asked[: words[run.end() - 1].end] if run is not None else ""
    return subject if set(shape(words_of(subject, names))) & {NAME, NOUN, MEASURE} else ""


def _owner(subject: str, names: tuple[str, ...]) -> str:
    """Whose a subject is: 比亚迪的 of 比亚迪的销量, 比亚迪2022年 of 比亚迪2022年销量; itself where it is nobody's."""
    owner, of, _ = subject.rpartition("的")
    words = words_of(subject, names)
    own = len(shape(words).rstrip(MEASURE))
    return owner + of or subject[: words[own - 1].end if own else 0]


def _swapped(question: str, other: str, names: tuple[str, ...]) -> str | None:
    """A question about something else: the words of the other's kind in it are replaced; None where none can be told."""
    other = other.strip(" " + _COMMAS).removesuffix("的")
    kinds, words = shape(words_of(other, names)), words_of(question, names)
    if not kinds or _RELATIVE.search(other):
        return None
    subject = _subject(question, names)
    owner = _owner(subject, names)
    if owner != subject and _is_of_the_same(other, kinds, subject, owner, names):
        return question.replace(subject, owner + other, 1)
    place = _place_of(kinds, shape(words))
    if place is None:
        return other + question if kinds == PERIOD else None
    last = place.end() - 1
    while last + 1 < len(words) and words[last + 1].kind == NOUN and other.endswith(words[last + 1].text):
        last += 1  # 阿里 云 against 腾讯云: one of them is one word
    return question[: words[place.start()].start] + other + question[words[last].end :]


def _is_of_the_same(other: str, kinds: str, subject: str, owner: str, names: tuple[str, ...]) -> bool:
    """Whether another measure is asked of the same owner: 员工数量 after 甲的研发投入, but 储能电池产量 after 动力电池的产量 is another owner's."""
    measures = [word.text for word in words_of(other, names) if word.kind == MEASURE]
    another_owner = {NAME, OF} & set(kinds) or owner.removesuffix("的")[-2:] in other
    return bool(measures) and not another_owner and not any(measure in subject for measure in measures)


def _place_of(kinds: str, question: str) -> re.Match[str] | None:
    """Where in a question, both as shapes, stands what words of such kinds would stand for."""
    subject = _SUBJECT.match(question)
    until = subject.end() if subject is not None else 0
    if set(kinds) == {PERIOD}:
        return re.search(f"{PERIOD}+", question)
    if set(kinds) == {MEASURE}:
        return re.search(f"{MEASURE}+$", question[:until])
    if MEASURE in kinds:
        return subject
    if NAME not in kinds and OF in question[:until] and MEASURE not in question[:until]:
        return None  # 甲厂的集群用什么卡？带宽呢: rather a thing more to tell of it than another owner of one
    name = re.search(f"{NAME}+", question[:until]) if NAME in kinds else None
    return name or re.search(f"[{NOUN}{NAME}a]+(?=[{OF}{MEASURE}]|$)", question[:until]) or re.match("[^p]", question)


def _split(text: str, names: tuple[str, ...]) -> Sequence[str]:
    """The sides of one question that compares two things or asks about each of a list; () where it does neither."""
    words = words_of(text, names)
    return _by_likeness(text, words) or _by_comparison(text, words, names) or _by_lists(text, words, names)


def _by_likeness(text: str, words: Sequence[Word]) -> Sequence[str]:
    """潜热储能系统和去湿储能系统有什么区别: two terms of the same kind, of which the dictionary knows not all words, and takes 去 for a verb.
    So does 检测设备的占比比抛光设备高多少."""
    if (than := _OWNED_THAN.search(text)) is not None and than["one"][-2:] == than["other"][-2:]:
        return than["one"] + than["of"] + than["asks"], than["other"] + than["of"] + than["asks"]
    compared = text[: match.start()] if (match := _DIFFERENCE.search(text)) is not None else ""
    joins = [word for word in words if word.kind == JOIN and word.end < len(compared)]
    if len(joins) != 1 or OF in shape(words_of(compared)):
        return ()
    one, other = compared[: joins[0].start], compared[joins[0].end :]
    alike = one[-2:] == other[-2:]
    unknown = VERB in shape([word for word in words if word.end <= len(compared)])
    return (one, other) if alike and unknown else ()


def _by_comparison(text: str, words: Sequence[Word], names: tuple[str, ...]) -> Sequence[str]:
    """甲比乙高多少, 与乙相比甲……: what is asked of the one, and the same of the other."""
    if (beside := _BESIDE.match(text)) is not None:
        asked = text[beside.end() :]
        is_thing = _SUBJECT.fullmatch(shape(words_of(beside[1], names))) is not None
        other = _swapped(asked, beside[1], names) if is_thing else None
        return (asked, other) if other is not None else ()
    for at, word in enumerate(words[1:-1], start=1):
        run = re.match(f"(?:[{PERIOD}{NAME}{MEASURE}{NOUN}]|{OF})+", shape(words[at + 1 :]))
        if word.kind in (JOIN, OF) or not _THAN.fullmatch(word.text) or run is None:
            continue
        end = words[at + run.end()].end
        if _AMOUNT.match(text, end) and re.fullmatch(r".{2,}[高低多少大小]", text[word.end : end]):
            end -= 1  # 腾讯云高 多少: an unknown name swallowed what is said of it
        one, other, rest = text[: word.start], text[word.end : end], text[end:]
        following = words[at + run.end() + 1 :][:1]
        if shape(following) == VERB and len(following[0].text) > 1 and not _AMOUNT.search(rest):
            return ()  # 甲比乙省去了什么: that 甲 did something is told of 甲 alone
        swapped = other if OF in run[0] and OF in shape(words[:at]) else _swapped(one, other, names)
        if swapped is None or _TOGETHER.search(rest) or not (_AMOUNT.search(rest) or _ASKS.search(rest)):
            return ()
        if OF in shape(words[:at]) or words[at - 1].kind == MEASURE:
            rest = _BY_HOW_MUCH.sub("", rest)
        return one + rest, swapped + rest
    return ()


def _by_lists(text: str, words: Sequence[Word], names: tuple[str, ...], room: int = MOST_SIDES) -> Sequence[str]:
    """A side for each of a list that is asked about one by one, and of each pair of two such lists; at most room."""
    lists = [found for found in (*_written_lists(text, words), *_pairs(text, words)) if _asks_for_each(found)]
    if not lists or len(lists[0].items) > room:
        return ()
    found = lists[0]
    readings = [found.before + item + found.after for item in found.items]
    room //= len(readings)
    further = [_by_lists(reading, words_of(reading, names), names, room) for reading in readings] if room > 1 else [()]
    if all(further):
        return list(itertools.chain.from_iterable(further))
    return [_without_cue(found.before, item, found.after) for item in found.items]


def _written_lists(text: str, words: Sequence[Word]) -> Iterator[_List]:
    kinds = shape(words)
    # A list of periods ends another one: 甲和乙 2020年和2022年.
    others = _PERIODS.sub(lambda periods: OTHER * len(periods[0]), kinds)
    for match in sorted((*_PERIODS.finditer(kinds), *_LISTS.finditer(others)), key=lambda match: match.start()):
        begin, end = match.span()
        items = [list(run) for joins, run in itertools.groupby(words[begin:end], _is_join) if not joins]
        # What joins nothing to its left begins a name (与众汽车).
        if begin and words[begin - 1].kind == JOIN:
            items[0].insert(0, words[begin - 1])
        # 图像识别和语音识别: the list's own pattern leaves the last verb to what is said of all.
        if end < len(words) and words[end].kind == VERB and items[0][-1].text.endswith(words[end].text):
            items[-1].append(words[end])
        first, last = _aligned(items)
        if not first or not last:
            continue
        items[0], items[-1] = items[0][-first:], items[-1][:last]
        written = [text[item[0].start : item[-1].end] for item in items]
        if len({len(item) == 1 and not item.isascii() for item in written}) == 2:
            continue  # 移动和包: a single character beside a word is no thing of its own
        if written[-1].endswith("年"):
            written = [item + "年" if item.isdecimal() else item for item in written]
        before, after = text[: items[0][0].start], text[items[-1][-1].end :]
        yield _List(before, tuple(written), after, tuple(map(shape, items)))


def _is_join(word: Word) -> bool:
    return word.kind == JOIN


def _aligned(items: Sequence[Sequence[Word]]) -> tuple[int, int]:
    """How many words of the first item, from its end, and of the last, from its start, are things of the list.

    The rest is shared: 「中国汽车产量和销量」 is 产量 and 销量 of one, 「国内和国外市场规模」 one measure of both.
    (0, 0) where the first and the last are nothing that stands side by side.
    """
    left, right = shape(items[0]), shape(items[-1])
    if right[0] == PERIOD:
        return _aligned_periods(left, right)
    own = re.split(f"[{PERIOD}{NAME}]", left)[-1]
    left = left.lstrip(PERIOD)
    if OF in left:
        return len(left), len(right)
    if not re.search(f"[{PERIOD}{NAME}]", right):
        if own and VERB not in own and len(own) < len(left):
            return min(len(own), len(right)), len(right)
        if len(left) > len(right) and set(right) == {MEASURE} and _owns(items[0][-len(left) :], items[-1]):
            return len(right), len(right)
    return len(left), _without_shared_head(left, right)


def _aligned_periods(left: str, right: str) -> tuple[int, int]:
    """As `_aligned` where the last item begins with a period: 2020年上半年和下半年, 2021年和2022年销量."""
    if PERIOD not in left:
        return 0, 0
    if left[-1] != PERIOD or OF in left:
        return len(left) - left.index(PERIOD), len(right)
    both = min(len(left) - len(left.rstrip(PERIOD)), len(right) - len(right.lstrip(PERIOD)))
    return both, both


def _owns(left: Sequence[Word], right: Sequence[Word]) -> bool:
    """Whether the first words of the left item belong to the right one too: 动力电池成本和寿命, not 研发投入和利润."""
    if left[-1].kind != MEASURE:
        return False
    return left[-1].text[-1] == right[-1].text[-1] or all(
        word.kind == NOUN and len(word.text) > 2 for word in left[:-1]
    )


def _without_shared_head(left: str, right: str) -> int:
    """How many words of the right item stand beside the left one; the rest is said of both."""
    if right[-1] == MEASURE and MEASURE not in left:
        return max(1, min(len(left), len(right.rstrip(MEASURE))))
    if set(left) == {NAME} and right[0] == NAME:
        return len(right) - len(right.lstrip(NAME))
    return len(right)


def _pairs(text: str, words: Sequence[Word]) -> Iterator[_List]:
    """国内外 as 国内 and 国外, where it says of what follows which of it is asked about."""
    for match in _PAIR.finditer(text):
        ahead = [word for word in words if word.end <= match.start()]
        follows = [word for word in words if word.start >= match.end()]
        if shape(ahead).endswith(VERB) or not re.match(f"{OF}?{_RUN}|o|{VERB}", shape(follows)):
            continue
        yield _List(text[: match.start()], _PAIRS[match[0]], text[match.end() :], _PAIRED)


def _asks_for_each(found: _List) -> bool:
    """Whether what stands around a list asks about each of it, rather than about all of it at once."""
    rest = _past_count(found.after)
    if _EACH.search(rest) or _EACH_AHEAD.search(found.before):
        return True
    if _TIED.search(rest):
        return False
    if _SET_SIDE_BY_SIDE.search(found.before) or _HOLDS.match(rest):
        return True
    if _compares(rest):
        return not rest.startswith("的") or _alike(found)
    return not _TOGETHER.search(rest) and _asks_how_much(found, rest)


def _asks_how_much(found: _List, rest: str) -> bool:
    """Whether an amount is asked of items so alike that it is asked of each: periods, names, measures, a pair."""
    if found.kinds == _PAIRED:
        return bool(_AMOUNT.search(rest) or _LOOK.search(rest))
    kinds = {frozenset(kinds) for kinds in found.kinds}
    return len(kinds) == 1 and set(found.kinds[0]) <= {PERIOD, NAME, MEASURE} and bool(_AMOUNT.search(rest))


def _compares(rest: str) -> bool:
    return bool(
        _COMPARED.match(rest)
        or _WHICH_IS_MORE.search(rest)
        or re.match("[，,]?[谁孰]", rest)
        or _DIFFERENCE.search(rest)
        or _SAME.search(rest)
        or _APART.search(rest)
        or re.search(r"(?:相比|对比)(?:如何|怎么样)?(?:[，,]|$)", rest)
    )


def _alike(found: _List) -> bool:
    """Whether what follows with 的 is of every item: not in 甲和[乙的丙]有什么区别, where the last alone has it."""
    if any(all(kind in kinds for kinds in found.kinds) for kind in (PERIOD, NAME)):
        return True
    return max(map(len, found.kinds)) == 1 or len({item[-1] for item in found.items}) == 1


def _past_count(after: str) -> str:
    """What follows a list and a word that counts or gathers it (三家公司, 两者, 等)."""
    for gathers in (_AMONG, _COUNTED, _AMONG):
        if (match := gathers.match(after)) is not None:
            after = after[match.end() :]
    return after


def _without_cue(before: str, item: str, after: str) -> str:
    """One side, without the words that set it beside the others."""
    before = _EACH_AHEAD.sub(lambda ahead: ahead[0][2:], _SET_SIDE_BY_SIDE.sub("", before))
    after = _past_count(after)
    for cue in (_COMPARED, _EACH, _DIFFERENCE, _SAME, _APART, _THEM):
        after = cue.sub("", after)
    which = _WHICH.match(after) or _WHICH_IS_MORE.search(after)
    if which is not None:
        after = after[: which.start()] + after[which.end() :]
    return before + item + after


def _tidy(side: str) -> str:
    """A side without marks at its ends and what was left hanging by what was taken out."""
    side = re.sub(f"([{_COMMAS}])[{_COMMAS}]+", r"\1", side)
    return re.sub("^的", "", side.strip(_STOPS + _COMMAS + " "))
