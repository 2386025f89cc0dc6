"""A question that leans on earlier turns, made one that stands alone.

By rules over the words of the question, of the last question and of its answer; a rule whose frame is not plain gives
way to the next, and the last resort names the topic before the question as asked. A question that stands alone is
returned as it is: one rewritten wrongly is worse than one searched as asked.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise, takewhile

from chat.answer import Turn, is_refusal
from chat.marks import without_marks
from chat.understanding.antecedents import (
    JOINS,
    Talk,
    beside,
    defined,
    found_firm,
    item_with,
    listed,
    owner,
    pointed_at,
    whole,
)
from chat.understanding.courtesy import courtesy, without_courtesy
from chat.understanding.leaning import (
    AGREES,
    ATTRIBUTES,
    COMPARING,
    EACH,
    FORM,
    NEXT,
    OTHER_REPORT,
    QUANTITIES,
    QUESTION_CHARS,
    TITLE,
    WHAT_CHARS,
    asks_for_more,
    asks_of_both,
    asks_of_it_all,
    frame_of,
    lacks_owner,
    leans,
    pointer_in,
    without_mark,
    without_prefix,
)
from chat.understanding.things import Thing, is_thing, things
from chat.understanding.wording import BROAD_PLACES, NAMING, Word, begun_alike, known, read, runs
from ingest.normalise import simplify

# Of what was said before, as much as leaves the question itself most of the encoder's 512 tokens.
REPLY_CHARS, NAMES = 400, 3
# 「那甲呢？」, 「乙呢？」, 「丙呢？」: so many questions back, a row of follow-ups is followed to the one that stands alone.
MOST_BACK = 6
# 阶段, 环节: the kind of what is counted.
KIND_CHARS = 2
# 「会持续多久」 has a subject of its own to look for; these only ask the last question on.
_ASKED_ON = re.compile(
    r"(?:这是)?(?:为什么|为啥|为何|怎么说|怎么会|何以见得)(?:呢|会这样|这样|这么说)?|(?:原因|理由|依据)(?:是什么|是啥|有哪些|有啥|呢|何在)"
    r"|(?:分别|各自?|都)?(?:是|有|包括|为)?(?:哪些|哪[两二三四五几][个种家类]|多少|什么|谁)呢?"
    r"|(?:具体|详细)(?:说说|讲讲|是什么|是哪些|有哪些|呢|来说)*|举[个些]?例子?.*|(?:能|可以)?(?:详细|具体)(?:说|讲|介绍|解释).*"
)
# 「两者相差多少？」, where the last two questions asked of one thing after the other.
_APART = re.compile(
    r"(?:[这那])?(?:两者|二者|两个|俩|它们|他们)?(?:之间)?的?(?:相差|差距是?有?|差)(?:了|有)?(?P<much>多少.{0,5}|几[^，,]{1,5}|多大)"
)
# Of what was measured, in another place or year: 哪个省最多, 预计2025年能到多少.
_OF_THE_MEASURE = re.compile(r"最[高低多少大小快慢强弱贵]|多少|涨|跌|增|[升降]")
# 「物理那种贵吗？」, of 物理拆解, which the last answer listed.
_PART_OF_AN_ITEM = re.compile("(?P<part>[^，,的]{2,6}?)的?那[种个家款类](?!.*呢)")
_CHANGES = re.compile(r"同比|环比|增[长速幅加]|涨|跌|下?降|占(?!地)|比[例重]|变化|复合")
_PERIODS = re.compile(r".(?:[时朝]|时期|年间)$")
_INSIDE = re.compile("[^，,。？?的是]{0,3}?(?:当中|之中|[中里])(?![国心间学央文华信金])的?")
_PERIOD_END = re.compile(r"^(?:时期|時期|年间|年間|时|時)")
_YEAR = re.compile(r".*?年[度底末初]?")
_NEXT_YEAR = re.compile(r"(?:再?[前上]一?年(?!度)|(?P<later>[后後下]一年|次年))(?!代)")
_WITHIN_A_YEAR = re.compile(r"[上下]半年|.{1,3}季度|Q|\d{1,2}月")
_RANK = re.compile(r"第[一二三四五六七八九十\d]")
_AROUND = re.compile(
    r"[那这][边块]儿?$|^(?:的|同期|时期|時期|[时時朝]|预[计测]|預[計測]|在(?=.*(?:领域|領域|方面|行业|行業|市场|市場|场景|地区|国|省|市)$))+|的?[那这]一?[种段块类]$|的$"
)
# What a firm has, and no industry.
_OF_A_FIRM = re.compile("总部|创始人|董事长|CEO|总裁|股价|市值|员工.{0,2}|营收|净利润|市占率")
# What is one of something: the 发展阶段 of an industry.
_PHASE = re.compile("(?:阶段|时期|时代|环节|方面|层)$")
_OF_THAT_KIND = re.compile("的[那这]一?[种段块类]$")
_TOWARDS_IT = re.compile("(?P<word>[在对从向])(?P<what>.{2,}?)(?:[中上里]|的|(?:等)?(?:领域|行业|市场|方面))?")
# 「乙在北京的（网点）」: another one, elsewhere.
_THERE = re.compile(r"(?P<who>[^在的]{2,})在(?P<where>[^在的]{2,})(?:的.{1,8})?")
_IN_A_PLACE = re.compile(r"在[^的，。？?]+(?=的)")
# 「那乙的呢？用的什么技术？」: another one in its place, and what else is asked of it. 「乙呢，国内谁在做？」 tells what it is about.
_THEN = re.compile(
    rf"(?P<first>[^，,。；;？?]{{1,{WHAT_CHARS}}}[呢呐])(?:[？? ]+|(?<=[那这][种段块类][呢呐])[，,]|(?<=[那这]一[种段块类][呢呐])[，,])(?P<rest>.*\w.*)"
)
_COUNTED_UP = "一二三四五六七八九十"
_SIDES = re.compile(r"(?:级|級|方面|层面|角度|来说|而言)$")
_ORGANISED = frozenset("院局会部厂所社行织司")
_ORGANISED_BY = re.compile("[院局会部厂所社行司团校]$|大学$")
_TITLED = re.compile(rf"([^，,。；;、是为由任]{{3,24}}?){TITLE.pattern}")


def standalone_question(asked: str, turns: Sequence[Turn], names: Collection[str] = ()) -> str:
    """The question itself where it stands alone, or nothing was asked before; else one that says what it leans on.

    It leans on the last question and its answer; a last question that leans itself is made to stand alone first. Courtesies
    are no questions, and are left out of this one.

    names: those, simplified, that are known to be one name each, whatever the dictionary thinks of them.
    """
    asked = without_courtesy(asked)
    turns = _about_the_reports(turns)[-2 * MOST_BACK :]
    if not any(turn.role == "user" for turn in turns) or courtesy(asked) is not None:
        return asked
    if then := _THEN.fullmatch(without_prefix(asked)):
        first = standalone_question(then["first"], turns, names) if _leans_wholly(then["first"]) else then["first"]
        return f"{_asking(first)}{then['rest']}" if first != then["first"] else asked
    if not leans(asked) and not _names_an_item(asked, turns):
        return asked
    return _asking(_completed(without_prefix(asked), turns, names))


def _completed(said: str, turns: Sequence[Turn], names: Collection[str]) -> str:
    """A question that leans on the turns, with what it leans on."""
    asked_at = [number for number, turn in enumerate(turns) if turn.role == "user"]
    last = without_prefix(turns[asked_at[-1]].text)[:QUESTION_CHARS]
    question = standalone_question(last, turns[: asked_at[-1]], names)
    stem = without_mark(simplify(said))
    if FORM.fullmatch(stem):
        return question
    if len(asked_at) > 1 and (apart := _APART.fullmatch(stem)) is not None:
        earlier = standalone_question(turns[asked_at[-2]].text[:QUESTION_CHARS], turns[: asked_at[-2]], names)
        both = _of_both(without_prefix(earlier), question)
        if both is not None:
            return f"{both}相差{apart['much']}"
    replies = [_lent(turn.text) for turn in reversed(turns) if turn.role == "assistant"]
    counted_or_named = _counted_on(said, question) or _named_instead(said, question, names) or _officer(said, replies)
    return counted_or_named or _leaning_on(said, Talk(question, tuple(replies[:2])))


def _leaning_on(said: str, talk: Talk) -> str:
    """A question with what it leans on of the last question or its answer, by the first rule whose frame is plain."""
    told = _resolved(said, talk)
    if told != said and (frame_of(simplify(told)) is None or _counts_the_answer(said, talk)):
        return told
    rules = (_in_another_report, _more, _elsewhere, _towards, _instead, _asked_on, _sibling_asked, _continued)
    rewritten = (result for rule in rules if (result := rule(told, talk)) is not None and result != talk.question)
    return next(rewritten, None) or _about(told, talk)


def _names_an_item(said: str, turns: Sequence[Turn]) -> bool:
    """Whether it names one of the items that were just told by a part of its name: 物理那种, of 物理拆解."""
    part = _PART_OF_AN_ITEM.match(simplify(without_prefix(said)))
    replies = [_lent(turn.text) for turn in turns if turn.role == "assistant"][-1:]
    return part is not None and item_with(part["part"], Talk("", tuple(replies))) is not None


def _counted_on(said: str, question: str) -> str | None:
    """「下一个阶段叫什么？」 as 第三个阶段 of what 第二个 of was asked; None where nothing was counted."""
    following, order = NEXT.match(said), _RANK.search(question)
    if following is None or order is None or order[0][1] not in _COUNTED_UP[:-1]:
        return None
    number = _COUNTED_UP[_COUNTED_UP.index(order[0][1]) + 1]
    kind = f"个{following['kind']}" if following["kind"] else ""
    return f"{question[: order.start()]}第{number}{kind}{said[following.end() :]}"


def _named_instead(said: str, question: str, names: Collection[str]) -> str | None:
    """「那乙公司的呢？」: the last question with the one for the other, where both are known names."""
    frame = frame_of(simplify(said))
    plain = simplify(question)
    spoken_of = max((name for name in names if name in plain), key=len, default=None)
    if frame is None or spoken_of is None or simplify(frame["what"]) not in names:
        return None
    return question.replace(question[plain.index(spoken_of) :][: len(spoken_of)], frame["what"])


def _officer(said: str, replies: Sequence[str]) -> str | None:
    """「秘书长是谁？」, where the last reply names somebody by his title: 某协会会长."""
    if not replies or TITLE.match(said) is None:
        return None
    told = _TITLED.search(replies[0])
    return f"{told[1]}{said}" if told is not None and _ORGANISED_BY.search(told[1]) else None


def _leans_wholly(said: str) -> bool:
    """Whether 「……呢」 is no thing of its own: 「上海的GDP呢」 is."""
    frame = frame_of(simplify(said))
    what = _AROUND.sub("", frame["what"]) if frame is not None else ""
    return frame is not None and (_OF_THAT_KIND.search(frame["what"]) is not None or not _has_owner(read(what)))


def _of_both(earlier: str, question: str) -> str | None:
    """甲和乙的产量 of 「甲的产量是多少」 and 「乙的产量是多少」; None where two questions differ otherwise than by one run of words."""
    ours, theirs = read(question), read(earlier)
    texts, others = [word.text for word in ours], [word.text for word in theirs]
    begun = begun_alike(texts, others)
    ended = begun_alike(texts[begun:][::-1], others[begun:][::-1])
    own, other = [*ours[begun : len(ours) - ended]], [*theirs[begun : len(theirs) - ended]]
    shared = ours[len(ours) - ended :]
    asks = next((word for word in shared if word.kind == "asking"), None)
    if not own or not other or asks is None:
        return None
    nouns = [*takewhile(lambda word: word.kind in NAMING, shared)]  # 电池 of 光伏电池 and 储能电池
    end, other_end = own[-1].end, other[-1].end
    if nouns:
        end, other_end = nouns[-1].end, other_end + nouns[-1].end - end
    rest = question[end : asks.start].removeprefix("的").rstrip("是为有达到约")
    return f"{question[: own[0].start]}{earlier[other[0].start : other_end]}和{question[own[0].start : end]}的{rest}"


def _about_the_reports(turns: Sequence[Turn]) -> list[Turn]:
    """The turns without courtesies and the replies to them; a question told in another form has its last reply alone."""
    kept: list[Turn] = []
    polite = False
    for turn in turns:
        if turn.role == "user":
            polite = courtesy(turn.text) is not None
        if polite:
            continue
        if turn.role == "user" and kept and FORM.fullmatch(without_mark(simplify(without_prefix(turn.text)))):
            while len(kept) > 1 and kept[-1].role == "assistant":
                kept.pop()
            continue
        kept.append(turn)
    return kept


def _lent(reply: str) -> str:
    """What a reply lends to the next question, without its marks.

    A refusal lends nothing, as its words are those of the library. The question that was refused is still leaned on: who is
    told that 2030 is not there and that 2022 is asks 「那2022年呢？」 of the same thing.
    """
    return "" if is_refusal(reply) else without_marks(reply[: 2 * REPLY_CHARS])[:REPLY_CHARS]


def _asking(question: str) -> str:
    return f"{without_mark(question)}？"


def _resolved(said: str, talk: Talk) -> str:
    """The question with the first thing that points back named; as said where nothing does, or nothing is known."""
    plain = simplify(said)
    if (part := _PART_OF_AN_ITEM.match(plain)) and (item := item_with(part["part"], talk)):
        return item + said[part.end() :]
    word = pointer_in(plain)
    named = pointed_at(word, plain, talk) if word is not None else None
    if word is None or named is None:
        return said
    if word.kind == "order" and (about := owner(talk.question)) and _is_a_phase(named):
        named = f"{about}的{named}" if about not in named else named
    told_again = begun_alike(named[::-1][:KIND_CHARS], said[word.end :][:KIND_CHARS][::-1])
    rest = said[word.end + (KIND_CHARS if told_again == KIND_CHARS else 0) :]  # 发展阶段 for 第二个阶段
    return said[: word.start] + named + ("的" if word.text == "其" else "") + rest


def _is_a_phase(named: str) -> bool:
    """Whether it is one of something's phases, and no name that ends like one (某某时代)."""
    return _PHASE.search(named) is not None and not any(run.named for run in runs(read(named)))


def _counts_the_answer(said: str, talk: Talk) -> bool:
    """Whether 「第二家呢？」 means the list that was just told: its items do not take the place of what was asked for."""
    word = pointer_in(simplify(said))
    return word is not None and word.kind == "order" and bool(talk.replies) and bool(listed(talk.replies[0]))


def _in_another_report(said: str, talk: Talk) -> str | None:
    """「另一份报告怎么说？」, 「丙也这么看？」: the last question, and where else to look."""
    plain = simplify(said)
    return f"{without_mark(talk.question)}，{said}" if OTHER_REPORT.match(plain) or AGREES.match(plain) else None


def _more(said: str, talk: Talk) -> str | None:
    """「还有别的吗？」: the last question with 还 before what it lists."""
    if not asks_for_more(simplify(said)):
        return None
    if re.search("为什么|为何|为啥", simplify(talk.question)):
        return f"{without_mark(talk.question)}，{said}"
    listing = re.search(r"(?:有|包括|包含|存在|面临)(?:哪|什么)", simplify(talk.question))
    if listing is None:
        return f"{whole(talk.question)}，{said}"
    return f"{talk.question[: listing.start()]}还{talk.question[listing.start() :]}"


def _asked_on(said: str, talk: Talk) -> str | None:
    """「为什么？」, 「分别是多少？」: the last question, or the list it got, asked on."""
    plain = without_mark(simplify(said))
    items = listed(talk.replies[0]) if talk.replies else []
    if items and EACH.search(plain):
        return f"{'、'.join(items)}{said}"
    return f"{without_mark(talk.question)}，{said}" if _ASKED_ON.fullmatch(plain) else None


def _continued(said: str, talk: Talk) -> str | None:
    """「面积有多大？」, 「同比增长多少？」: what the last question is about, put in front."""
    plain = simplify(said)
    of_what_was_said = bool(_CHANGES.match(plain)) or asks_of_it_all(plain) or plain.startswith("这")
    measured = _OF_THE_MEASURE.search(plain) and not _names_anything(read(plain))
    about = whole(talk.question) if of_what_was_said or measured else owner(talk.question)
    if about is None or not (lacks_owner(plain) or of_what_was_said or asks_of_both(plain)):
        return None
    if measured and _period(plain):
        about = about.replace(_period(about), "", 1).removeprefix("的")
    first = read(said)[0]
    owned = first.kind in ("common", "noun", "name") and not first.text.endswith(("人", "者", "户"))
    done = said.startswith(("了", "过", "到"), first.end)
    if not owned or done or of_what_was_said or measured:
        return f"{about}{said}"
    period = _period(talk.question) if QUANTITIES.match(first.text) else ""
    return f"{period}{about}的{said}"


def _names_anything(words: Sequence[Word]) -> bool:
    """Whether words name a thing or what it has; 省 of 哪个省 does not."""
    naming = [
        word for before, word in pairwise([words[0], *words]) if before.kind != "asking" or before.end != word.start
    ]
    return any(word.kind in (*NAMING, "common") for word in naming)


def _sibling_asked(said: str, talk: Talk) -> str | None:
    """「下游都有谁？」 after 「产业链上游……」: what stands before the one stands before the other."""
    first = read(said)[0]
    other = _sibling(read(talk.question), [first]) if len(first.text) > 1 and not first.start else None
    return f"{talk.question[: other[0]]}{said}" if other is not None and lacks_owner(simplify(said)) else None


def _about(said: str, talk: Talk) -> str:
    """No frame is plain: the topic, the names of the answer, and the question as asked."""
    topic = whole(talk.question)
    reply = talk.replies[0] if talk.replies else ""
    names = listed(reply) or [run.text for run in runs(read(reply)) if run.named]
    new = [name for name in dict.fromkeys(names) if name not in topic]
    return f"关于{'、'.join([topic, *new[:NAMES]])}，{said}"


def _elsewhere(said: str, talk: Talk) -> str | None:
    """「乙在北京的呢？」: the last question with both replaced, 乙 in the place of what stands before 在 there."""
    frame = frame_of(simplify(said))
    other = _THERE.fullmatch(said, frame.start("what"), frame.end("what")) if frame else None
    there = _IN_A_PLACE.search(talk.question)
    if other is None or there is None:
        return None
    kept = next((word.end for word in read(talk.question[: there.start()]) if word.kind == "period"), 0)
    return f"{talk.question[:kept]}{other['who']}在{other['where']}{talk.question[there.end() :]}"


def _instead(said: str, talk: Talk) -> str | None:
    """「换成2020年呢？」, 「美国的呢？」: the last question with one thing in it replaced by another of its kind."""
    frame = frame_of(simplify(said))
    if frame is None:
        return None
    question = talk.question
    what = _told_year(said[frame.start("what") : frame.end("what")], question)
    for period in reversed([word for word in read(what) if word.kind == "period"]):
        question = _in_period(question, what[period.start : period.end])
        what = what[: period.start] + what[period.end :]
    what = _AROUND.sub("", what)
    if not what:
        return question
    if _PERIODS.search(simplify(what)):
        return _in_period(question, what)
    ending = (frame["end"] or "呢").removeprefix("是多少") or "呢"
    if _SIDES.search(what) or (what.startswith("在") and "在" not in question):
        return f"{without_mark(question)}，{what}{ending}"
    if read(what)[0].text in COMPARING:
        return f"{whole(question)}{what}{ending}"
    if ending == "呢" and QUANTITIES.match(simplify(what)):
        ending = "是多少"
    firm = found_firm(talk) if _OF_A_FIRM.fullmatch(simplify(what)) else None
    of = said.startswith("的", frame.end("what"))
    told = f"{firm}的{what}{ending}" if firm else _with_other(question, what, ending, of=of)
    another_one = _OF_THAT_KIND.search(frame["what"]) and told.endswith(f"的{what}{ending}")
    return f"{what}{ending}" if another_one else told  # beside what was asked about, and nothing that it has


def _towards(said: str, talk: Talk) -> str | None:
    """「对出口呢？」, 「在农业中呢？」: the last question with what stands behind the same word there replaced."""
    frame, question = frame_of(simplify(said)), talk.question
    other = _TOWARDS_IT.fullmatch(said, frame.start("what"), frame.end("what")) if frame else None
    at = next((word.end for word in read(question) if other is not None and word.text == other["word"]), None)
    if other is None or at is None:
        return None
    ends = [thing.end for thing in things(question) if thing.start == at]
    ends += [word.end for word in read(question) if word.start == at]
    return f"{question[:at]}{other['what']}{question[ends[0] :]}" if ends else None


def _told_year(what: str, question: str) -> str:
    """2021年 for 前一年, where the question is of 2022; what has no such year to count from stays as it is."""
    said = _NEXT_YEAR.match(what)
    year = re.search(r"(?:19|20)\d\d(?=年)", question)
    if said is None or year is None:
        return what
    return f"{int(year[0]) + (1 if said['later'] else -1)}年{what[said.end() :]}"


def _period(question: str) -> str:
    return next((question[word.start : word.end] for word in read(question) if word.kind == "period"), "")


def _in_period(question: str, period: str) -> str:
    """The question of another period: of a year given alone whole, of a quarter given alone in the year it spoke of."""
    old = next((word for word in read(question) if word.kind == "period"), None)
    if old is None:
        return period + question
    year = _YEAR.match(question[old.start : old.end])
    kept = year[0] if year is not None and _WITHIN_A_YEAR.match(simplify(period)) else ""
    return question[: old.start] + kept + period + _PERIOD_END.sub("", question[old.end :])


def _with_other(question: str, what: str, ending: str, *, of: bool) -> str:
    """The question with `what` for the thing of its kind; where it is something to have, asked of the same owner."""
    other = read(what)
    part = _part(question, what)
    within = _place_of_its_kind(question[part:], read(question[part:]), what, other)
    place = (part + within[0], part + within[1]) if within is not None else None
    if place is not None:
        start, end = place
        if _RANK.fullmatch(simplify(question[start:end])):  # 「……第一的是谁？」 has no room for the 名 of 第二名
            what = what[: end - start]
        # 「价格亲民的呢？」 stays apart from what it qualifies, 「下游的呢？」 need not.
        apart = of and len(what) > len("下游") and other[0].kind != "order" and re.match(r"[^的？?]", question[end:])
        return f"{question[:start]}{what}{'的' if apart else ''}{question[end:]}"
    if all(word.kind == "quality" for word in other):
        return f"{without_mark(question)}，{what}的{ending}"
    if _CHANGES.match(simplify(what)):
        return f"{whole(question)}{what}{ending}"
    about = owner(question)
    period = _period(question)
    if about is None or _has_owner(other):
        return f"{period}{what}{ending}"
    return f"{period}{about}的{what}{ending}"


def _place_of_its_kind(
    question: str, words: Sequence[Word], what: str, other: Sequence[Word]
) -> tuple[int, int] | None:
    """[start, end) of what in the question another thing would take the place of; None where nothing is of its kind."""
    if other[0].kind == "order":
        return _order(words, other)
    term = defined(question)
    if term is not None and other[0].kind != "common":
        return term
    sibling = (_sibling(words, other) or _sibling_inside(words, what)) if len(what) > 1 else None
    if sibling is not None:
        start, end = _whole_sibling(question, sibling, what, other)
        return start, beside(question, end, words)
    if all(word.kind == "quality" for word in other):
        return next(((word.start, word.end) for word in words if word.kind == "quality" and len(word.text) > 1), None)
    if len(other) == 1 and other[0].kind == "place":
        return _where(question, words)
    return None if ATTRIBUTES.match(simplify(what)) else _place_of_a_thing(question, words, what, other)


def _part(question: str, what: str) -> int:
    """Where what is asked of a part begins, where another thing is such a part as well: 分布式光伏 of 「光伏装机中分布式光伏的占比」, where 集中式光伏 is
    said next, which is no other whole. 0 mostly."""
    told = things(question)
    for all_of_it in told:
        inside = _INSIDE.match(question, all_of_it.end)
        if inside and is_thing(what) and any(each.start >= inside.end() and each.text[-1] == what[-1] for each in told):
            return inside.end()
    return 0


def _place_of_a_thing(question: str, words: Sequence[Word], what: str, other: Sequence[Word]) -> tuple[int, int] | None:
    """[start, end) of the thing, or of the pair of things, that another one would take the place of."""
    new = things(what)
    if len(new) > 1 and _joined(what, new):
        return _pair(question)
    if not is_thing(what):
        return None
    old = _alike(_spoken_of(question, words), new[0])
    return (_start(question, words, old, new[0], other), old.end) if old is not None else None


def _order(words: Sequence[Word], other: Sequence[Word]) -> tuple[int, int] | None:
    """The number of the question, with what it counts where the other one counts too: 第一大城市 for 第1大镇."""
    old = next((word for word in words if word.kind == "order"), None)
    if old is None:
        return None
    counted = [word.end for word in words if word.start == old.end and len(other) > 1]
    return old.start, max(counted, default=old.end)


def _sibling(words: Sequence[Word], other: Sequence[Word]) -> tuple[int, int] | None:
    """A word of one set with the other (上游, 下游), or one with the same common word behind it (医疗领域, 金融领域)."""
    field = next((word for word in words if len(other) > 1 and word.text == other[-1].text), None)
    if field is not None and field.kind == "common":
        return min([run.start for run in runs(words) if run.end == field.start], default=field.start), field.end
    # 重工 of 明川重工 names a firm, and 员工 is what firms have.
    named = len(other) > 1 and other[-1].kind in NAMING
    alike = (word for word in words if _siblings(word, other[-1]) and not (named and word.kind == "common"))
    return next(((word.start, word.end) for word in alike), None)


def _sibling_inside(words: Sequence[Word], what: str) -> tuple[int, int] | None:
    """The half of a compound that is of one set with a word: 后期 of 后期制作, where 前期 is said."""
    halves = ((word, word.text[:2]) for word in words if len(word.text) == len("后期制作"))
    alike = (word.start for word, half in halves if half != what and half[1] == what[1:] and known(half))
    return next(((start, start + 2) for start in alike), None)


def _where(question: str, words: Sequence[Word]) -> tuple[int, int]:
    """The place a question speaks of; where it names none, where one would stand: 宁德时代的 · 市占率, · 地税局长."""
    old = next(((word.start, word.end) for word in words if word.kind == "place"), None)
    if old is not None:
        return old
    first = next(iter(runs(words)), None)
    if first is None:
        return 0, 0
    at = first.end + 1 if first.named and question.startswith("的", first.end) else first.start
    return at, at


def _whole_sibling(question: str, sibling: tuple[int, int], what: str, other: Sequence[Word]) -> tuple[int, int]:
    """The sibling with the words that it is one thing or one measure with, where the other one has such words as well."""
    start, end = sibling
    if len(other) == 1 and not is_thing(what):
        return sibling
    around = next((thing for thing in things(question) if thing.start <= start and end <= thing.end), None)
    if around is not None and around.end == end and is_thing(what):
        named = next(word for word in read(question) if word.start == around.start)
        # 华为 of 华为智能手机 is still spoken of: 功能手机呢.
        kept = named.kind == "name" and known(named.text) and named.end <= start and other[0].kind != "name"
        return named.end if kept else around.start, around.end
    return _measure_start(question, start) if len(other) > 1 else start, end


def _measure_start(question: str, end: int) -> int:
    """Where the words begin that make one measure with the word at `end`: 拨备 of 东海银行的·拨备覆盖率."""
    start = end
    for word in reversed([word for word in read(question) if word.end <= end]):
        of_a_measure = word.kind in (*NAMING, "common", "quality") and not _ORGANISED_BY.search(word.text)
        if word.end != start or not of_a_measure:
            return start
        start = word.start
    return start


def _joined(text: str, found: Sequence[Thing]) -> bool:
    """Whether things are told side by side: 甲和乙."""
    return all(text[one.end : other.start] in JOINS for one, other in pairwise(found))


def _pair(question: str) -> tuple[int, int] | None:
    """Where the first things stand that the question tells side by side."""
    found = things(question)
    ends = [(one, other) for one, other in pairwise(found) if _joined(question, (one, other))]
    return (ends[0][0].start, beside(question, ends[0][1].end, found)) if ends else None


def _spoken_of(question: str, words: Sequence[Word]) -> Sequence[Thing]:
    """The things that a question asks about, not those that it asks for: 净息差 of 「东海银行的净息差是多少？」 is none."""
    asked = next((word.start for word in words if word.kind == "asking" or word.text == "几"), len(question))
    found = things(question)
    before = [thing for thing in found if thing.end <= asked]
    about = [thing for thing in before if not (_is_asked_for(question, thing, asked) and thing is not before[0])]
    return about or found


def _is_asked_for(question: str, thing: Thing, asked: int) -> bool:
    return thing.end <= asked and re.fullmatch("[是有为占]?", question[thing.end : asked]) is not None


def _alike(found: Sequence[Thing], new: Thing) -> Thing | None:
    """The thing that another one would take the place of: by its last character, a firm by a firm, a name by a name."""
    ending = new.text[-1]
    kinds = (
        [thing for thing in found if thing.text[-1] == ending],
        [thing for thing in found if ending in _ORGANISED and thing.text[-1] in _ORGANISED],
        [thing for thing in found if thing.firm and new.firm],
        [thing for thing in found if (thing.own or thing.firm, thing.named) == (new.own or new.firm, new.named)],
        [thing for thing in found if thing.named == new.named],
        [thing for thing in found if new.named or not (thing.own or thing.firm)],
    )
    return next((kind[0] for kind in kinds if kind), None)


def _start(question: str, words: Sequence[Word], old: Thing, new: Thing, other: Sequence[Word]) -> int:
    """Where the old thing begins, with the place before it where the place is part of its name: 长江 of 长江电力的."""
    place = next((word for word in words if word.end == old.start and word.kind == "place"), None)
    if place is None or place.text in BROAD_PLACES:
        return old.start
    after = next((word for word in words if word.start == old.end), None)
    a_firm = (new.own or new.firm) and after is not None and after.kind in ("period", "of")
    return place.start if other[0].kind == "place" or a_firm else old.start


def _siblings(old: Word, new: Word) -> bool:
    """Whether two words are of one set, which in Chinese shows: 上游 and 下游, 正面 and 负面, 乘用车 and 商用车."""
    if old.text == new.text or len(old.text) == 1 or old.kind not in ("name", "noun", "common", "quality", "place"):
        return False
    if (old.kind == "place") != (new.kind == "place"):
        return False
    pair = len(old.text) == len(new.text) == len("上游") and old.kind == new.kind  # 上海 and 上游 are none
    return old.text[-1] == new.text[-1] or (pair and old.text[0] == new.text[0])


def _has_owner(words: Sequence[Word]) -> bool:
    """Whether it is 「某某的净利润」, or has a name that is known to be one; 拨备 of 拨备覆盖率 is no name."""
    owning = words[: next((at for at, word in enumerate(words) if word.kind == "of"), 0)]
    if bool(runs(owning)):
        return True
    return not ATTRIBUTES.match(words[-1].text) and any(word.kind == "name" and known(word.text) for word in words)
