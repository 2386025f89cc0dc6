"""A question that leans on earlier turns, made one that stands alone.

By rules over the words of the question, of the last question and of its answer; a rule whose frame is not plain gives
way to the next, and the last resort names the topic before the question as asked. A question that stands alone is
returned as it is: one rewritten wrongly is worse than one searched as asked.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from chat.answer import Turn
from chat.antecedents import Talk, beside, listed, owner, pointed_at, whole, with_place
from chat.wording import BROAD_PLACES, Run, Word, known, read, runs
from ingest.normalise import simplify

# Of what was said before, as much as leaves the question itself most of the encoder's 512 tokens. A follow-up is never as
# long as QUESTION_CHARS; what is says enough by itself.
QUESTION_CHARS, REPLY_CHARS, NAMES = 160, 400, 3
# 「燃油车」, not a sentence.
WHAT_CHARS = 24

_PREFIX = re.compile(
    r"(?:(?:好的?|嗯+|哦+|噢|喔|对了|另外|还有|此外|其实|OK|ok|谢谢你?|謝謝你?)[，,。！!～~、 ]+"
    r"|(?:谢谢|謝謝|多谢|感谢)[你您]?[，,。！!、 ]*|(?:明白了?|知道了|了解了?|懂了|收到)[，,。！!、 ]*"
    r"|(?:请问|請問|我?想问|顺便问|再问)(?:一下|下)?[，,。！!、 ]*|那[么麼](?![多大高长久])[，,、 ]*"
    r"|那(?!不勒斯|[个些家种款位颗部本条次里时年曲边样么麼個種條裡時邊樣])[，,、 ]*)+"
)
_INSTEAD = re.compile(
    r"(?P<change>(?:如果|要是)?(?:[换換][成作]|改[成为看為]|到了?|至[于於]|再看看?|[说說]到))?"
    rf"(?P<what>.{{1,{WHAT_CHARS}}}?)的?(?:[话話]|情[况況])?又?(?P<end>[呢呐]|(?<=又)是(?:多少|什么|谁)|如何|怎[么麼][样樣]|怎[样樣]|咋样)?[？?。！!]*"
)
_DEFINES = re.compile(
    r"什么是.|何谓.|(?:介绍|解释|讲讲|说说)(?:一下)?.|.{2,}[又也](?:可以)?(?:叫|称)|.{2,}一词|.{2,}(?:是什么意思|是什么|指什么|是啥)[？?]?$"
)
_MORE = re.compile(r"(?:还有|别的|其[他它]的?|另外的?)(?:别的|其[他它]的?|哪些|什么|更多的?|几个)?(?:吗|么|呢)?[？?]?")
# 「会持续多久」 has a subject of its own to look for; these only ask the last question on.
_ASKED_ON = re.compile(
    r"(?:这是)?(?:为什么|为啥|为何|怎么说|怎么会|何以见得)(?:呢|会这样|这样|这么说)?|(?:原因|理由|依据)(?:是什么|有哪些|呢|何在)"
    r"|(?:分别|各自?|都)?(?:是|有|包括|为)?(?:哪些|哪[两二三四五几][个种家类]|多少|什么|谁)呢?"
    r"|(?:具体|详细)(?:说说|讲讲|是什么|是哪些|有哪些|呢|来说)*|举[个些]?例子?.*|(?:能|可以)?(?:详细|具体)(?:说|讲|介绍|解释).*"
)
_POLITE = re.compile(r"(?:好的?|嗯+|谢谢.{0,2}|多谢|明白了?|知道了|[你您]好|再见|OK|ok)[。！!～~]*")
_CHANGES = re.compile(r"同比|环比|增[长速幅加]|涨|跌|下?降|占(?!地)|比[例重]|变化|复合")
_EACH = re.compile(r"分别|各自?(?=[的是有占])")
# A number of things is always a number of somebody's things; a number of kinds (几种) or floors is not.
_COUNTED = re.compile(r"(?:多少|几)(?:[个家张名位只条座枚项所台辆颗部本首]|[？?]?$)")
_SUBJECTLESS = re.compile(
    r"[现首前]任|最近一次|为什么(?:没|被)|主要.{2,4}(?:是|有|在)"
    r"|对.{1,8}(?:有|产生|造成)(?:什么|哪些|没有|何|多大)?.{0,2}(?:影响|作用|好处|坏处|帮助|意义|危害|伤害)"
)
_PERIODS = re.compile(r".(?:[时朝]|时期|年间)$")
_PERIOD_END = re.compile(r"^(?:时期|時期|年间|年間|时|時)")
_YEAR = re.compile(r".*?年[度底末初]?")
_WITHIN_A_YEAR = re.compile(r"[上下]半年|.{1,3}季度|Q|\d{1,2}月")
_RANK = re.compile(r"第[一二三四五六七八九十\d]")
_AFTER_AN_ORDER = frozenset("的又和与跟呢？?是在有") | {""}
# What one reads is no part of the talk.
_REPORTS = re.compile(r"(?:[这該该本][份篇个個]?|文中|全)(?:报告|研报|文章|文档|资料|白皮书)")
_TOWARDS = frozenset("在占对到去从向往")
_AROUND = re.compile(
    r"^(?:的|同期|时期|時期|[时時朝]|预[计测]|預[計測]|在(?=.*(?:领域|領域|方面|行业|行業|市场|市場|场景|地区|国|省|市)$))+|的$"
)
# 「乙在北京的（网点）」: another one, elsewhere.
_THERE = re.compile(r"(?P<who>[^在的]{2,})在(?P<where>[^在的]{2,})(?:的.{1,8})?")
_IN_A_PLACE = re.compile(r"在[^的，。？?]+(?=的)")
_COMPARING = frozenset("和跟与同比")
_SIDES = re.compile(r"(?:级|級|方面|层面|角度|来说|而言)$")
_QUANTITIES = re.compile(r".*(?:[率量额价值数度费龄]|规模|人口|收入|营收|利润|面积|成本|业绩|产能|份额|GDP)$")
_ORGANISED = frozenset("院局会部厂所社行织司")


def standalone_question(asked: str, turns: Sequence[Turn]) -> str:
    """The question itself where it stands alone, or nothing was asked before; else one that says what it leans on.

    It leans on the last question and its answer; a last question that leans itself is made to stand alone first.
    """
    asked_at = [number for number, turn in enumerate(turns) if turn.role == "user"]
    if not asked_at or not leans(asked):
        return asked
    before = turns[: asked_at[-1]]
    last = _without_prefix(turns[asked_at[-1]].text)[:QUESTION_CHARS]
    # Two questions back is as far as people lean.
    question = last if len(asked_at) == 1 else standalone_question(last, before[-2:])
    replies = [turn.text[:REPLY_CHARS] for turn in reversed(turns) if turn.role == "assistant"]
    talk = Talk(question, tuple(replies[:2]))
    said = _without_prefix(asked)
    told = _resolved(said, talk)
    if told != said and _frame(simplify(told)) is None:
        return _asking(told)
    for rewritten in (_more, _elsewhere, _instead, _asked_on, _continued):
        result = rewritten(told, talk)
        if result is not None and result != question:
            return _asking(result)
    return _asking(_about(told, talk))


def leans(question: str) -> bool:
    """Whether a question points back (它, 第二家的……), is one of 「……呢」, or has nothing of its own to be about."""
    said = simplify(_without_prefix(question[: QUESTION_CHARS + 1]))
    if len(question) > QUESTION_CHARS or _REPORTS.search(said):
        return False
    if _frame(said) is not None or _MORE.fullmatch(said) is not None:
        return True
    return _pointer(said) is not None or _lacks_owner(said)


def _without_prefix(question: str) -> str:
    """Without 「好的，谢谢，那」; as it is where nothing is left."""
    prefix = _PREFIX.match(question)
    return question[prefix.end() :] if prefix is not None and prefix.end() < len(question) else question


def _asking(question: str) -> str:
    return f"{_stem(question)}？"


def _stem(question: str) -> str:
    return question.rstrip("？?。！! ")


def _frame(said: str) -> re.Match[str] | None:
    """「换成……」 or 「……呢」 where they ask nothing else; 「……如何」 only where nothing is named, as anything may be so."""
    frame = _INSTEAD.fullmatch(said)
    if frame is None or not (frame["change"] or frame["end"]) or re.search(r"[，。？?]", frame["what"]):
        return None
    words = read(frame["what"])
    if not words or any(word.kind == "asking" for word in words):
        return None
    plain = frame["change"] or frame["end"][0] in "呢呐是" or not runs(words)
    return frame if plain else None


def _pointer(said: str) -> Word | None:
    """The first word that points at something which this question does not name before it: 「腾讯及其……」 names it."""
    words = read(said)
    named = next((run.end for run in runs(words)), len(said))
    told = next((word.end for word in words if word.kind in ("name", "noun", "common", "place", "verb")), len(said))
    for word in words:
        before, after = said[max(0, word.start - 1) : word.start], said[word.end :][:1]
        if (
            word.kind == "order"
            and not before
            and (after in _AFTER_AN_ORDER or (named == len(said) and _counts(words)))
        ):
            return word
        if word.kind != "pointer":
            continue
        if before in _COMPARING | {"及"}:  # 「和它相比」, but not 「和它的子品牌」
            points = word.text != "其" and after != "的"
        elif before == "的":  # 特斯拉的那个, but not 「造电池的那家公司」
            points = len(word.text) == len("那个") and word.text[0] in "这那"
        else:
            points = word.start < (told if word.text == "其" else named)
        if points:
            return word
    return None


def _counts(words: Sequence[Word]) -> bool:
    """Whether it begins as 「第二个趋势」 does."""
    return len(words) > 1 and words[0].end == words[1].start and words[1].kind == "common"


def _lacks_owner(said: str) -> bool:
    """Whether nothing in the question can be what it is about: it counts, measures or asks the reason of something."""
    words = read(said)
    if not words or _POLITE.fullmatch(said):
        return False
    told = [word for word in words if word.kind not in ("asking", "common", "pointer", "other", "verb")]
    if said.startswith("什么是") or (_DEFINES.match(said) and told):
        return False
    if _SUBJECTLESS.match(said):
        return True
    topics = runs(words)
    if any(run.named for run in topics) or _begins_with_an_owner(words):
        return False
    if not topics:
        return True
    placed = any(word.kind in ("common", "place") for word in words)
    return _acts(words) or (len(topics) == 1 and not placed and _COUNTED.search(said) is not None)


def _acts(words: Sequence[Word]) -> bool:
    """Whether it begins with a verb that nobody does: 「2007年转投了……」, 「改的是……」; 「有哪些省份……」 asks of all."""
    done = [word for word in words if word.kind != "period"]
    if done[0].kind != "verb" or done[0].text in ("有", "还有", "没有", "是"):
        return False
    return len(done) == 1 or done[1].text in ("了", "过", "在", "于", "的", "到", "完")


def _begins_with_an_owner(words: Sequence[Word]) -> bool:
    """Whether a place or name, or words that the tagger takes for none (扩散模型的……), stand where an owner would."""
    words = [word for word in words if word.kind != "period"]
    if not words:
        return False
    if words[0].text in BROAD_PLACES:  # 全球人口 is somebody's, 国内排名 is not
        return any(word.kind == "common" for word in words)
    if words[0].kind in ("place", "name"):
        return True
    for before, word in pairwise(words):
        if word.kind == "place" and word.text not in BROAD_PLACES and before.text not in _TOWARDS:
            return True
    owning = words[: next((at for at, word in enumerate(words[:4]) if word.kind == "of"), 0)]
    return sum(len(word.text) for word in owning) > 1 and owning[0].kind in ("noun", "verb")


def _resolved(said: str, talk: Talk) -> str:
    """The question with the first thing that points back named; as said where nothing does, or nothing is known."""
    plain = simplify(said)
    word = _pointer(plain)
    named = pointed_at(word, plain, talk) if word is not None else None
    if word is None or named is None:
        return said
    return said[: word.start] + named + ("的" if word.text == "其" else "") + said[word.end :]


def _more(said: str, talk: Talk) -> str | None:
    """「还有别的吗？」: the last question with 还 before what it lists."""
    if not _MORE.fullmatch(simplify(said)):
        return None
    listing = re.search(r"(?:有|包括|包含)(?:哪|什么)", simplify(talk.question))
    if listing is None:
        return f"{whole(talk.question)}，{said}"
    return f"{talk.question[: listing.start()]}还{talk.question[listing.start() :]}"


def _asked_on(said: str, talk: Talk) -> str | None:
    """「为什么？」, 「分别是多少？」: the last question, or the list it got, asked on."""
    plain = _stem(simplify(said))
    items = listed(talk.replies[0]) if talk.replies else []
    if items and _EACH.search(plain):
        return f"{'、'.join(items)}{said}"
    return f"{_stem(talk.question)}，{said}" if _ASKED_ON.fullmatch(plain) else None


def _continued(said: str, talk: Talk) -> str | None:
    """「面积有多大？」, 「同比增长多少？」: what the last question is about, put in front."""
    plain = simplify(said)
    of_what_was_said = _CHANGES.match(plain) is not None or plain.startswith("这")
    about = whole(talk.question) if of_what_was_said else owner(talk.question)
    if about is None or not _lacks_owner(plain):
        return None
    first = read(said)[0]
    owned = first.kind in ("common", "noun", "name") and not first.text.endswith(("人", "者", "户"))
    done = said.startswith(("了", "过", "到"), first.end)
    if not owned or done or of_what_was_said:
        return f"{about}{said}"
    period = _period(talk.question) if _QUANTITIES.match(first.text) else ""
    return f"{period}{about}的{said}"


def _about(said: str, talk: Talk) -> str:
    """No frame is plain: the topic, the names of the answer, and the question as asked."""
    topic = whole(talk.question)
    reply = talk.replies[0] if talk.replies else ""
    names = listed(reply) or [run.text for run in runs(read(reply)) if run.named]
    new = [name for name in dict.fromkeys(names) if name not in topic]
    return f"关于{'、'.join([topic, *new[:NAMES]])}，{said}"


def _elsewhere(said: str, talk: Talk) -> str | None:
    """「乙在北京的呢？」: the last question with both replaced, 乙 in the place of what stands before 在 there."""
    frame = _frame(simplify(said))
    other = _THERE.fullmatch(said, frame.start("what"), frame.end("what")) if frame else None
    there = _IN_A_PLACE.search(talk.question)
    if other is None or there is None:
        return None
    kept = next((word.end for word in read(talk.question[: there.start()]) if word.kind == "period"), 0)
    return f"{talk.question[:kept]}{other['who']}在{other['where']}{talk.question[there.end() :]}"


def _instead(said: str, talk: Talk) -> str | None:
    """「换成2020年呢？」, 「美国的呢？」: the last question with one thing in it replaced by another of its kind."""
    frame = _frame(simplify(said))
    if frame is None:
        return None
    what = said[frame.start("what") : frame.end("what")]
    question = talk.question
    for period in reversed([word for word in read(what) if word.kind == "period"]):
        question = _in_period(question, what[period.start : period.end])
        what = what[: period.start] + what[period.end :]
    what = _AROUND.sub("", what)
    if not what:
        return question
    if _PERIODS.search(simplify(what)):
        return _in_period(question, what)
    ending = (frame["end"] or "呢").removeprefix("是多少") or "呢"
    if read(what)[0].text in _COMPARING:
        return f"{whole(question)}{what}{ending}"
    if _SIDES.search(what):
        return f"{_stem(question)}，{what}{ending}"
    if ending == "呢" and _QUANTITIES.match(simplify(what)):
        ending = "是多少"
    return _with_other(question, what, ending, of=said.startswith("的", frame.end("what")))


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
    words, other = read(question), read(what)
    place = _place_of_its_kind(question, words, what, other)
    if place is not None:
        start, end = place
        if _RANK.fullmatch(simplify(question[start:end])):  # 「……第一的是谁？」 has no room for the 名 of 第二名
            what = what[: end - start]
        # 「价格亲民的呢？」 stays apart from what it qualifies, 「下游的呢？」 need not.
        apart = of and len(what) > len("下游") and other[0].kind != "order" and re.match(r"[^的？?]", question[end:])
        return f"{question[:start]}{what}{'的' if apart else ''}{question[end:]}"
    if all(word.kind == "quality" for word in other):
        return f"{_stem(question)}，{what}的{ending}"
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
    sibling = _sibling(words, other) if len(what) > 1 else None
    if sibling is not None:
        return sibling[0], beside(question, sibling[1], words)
    if all(word.kind == "quality" for word in other):
        return next(((word.start, word.end) for word in words if word.kind == "quality" and len(word.text) > 1), None)
    if len(other) == 1 and other[0].kind == "place":
        return _where(question, words)
    old = (
        _alike(words, simplify(what), other) if len(what) > 1 and all(word.kind != "common" for word in other) else None
    )
    return (with_place(words, old) if other[0].kind == "place" else old.start, old.end) if old is not None else None


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
    return next(((word.start, word.end) for word in words if _siblings(word, other[-1])), None)


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


def _alike(words: Sequence[Word], what: str, other: Sequence[Word]) -> Run | None:
    """The name or noun that another one would take the place of: by its last character, a name by a name."""
    new = runs(other)
    named = any(run.named for run in new) if new else not known(what)
    asked = next((word.start for word in words if word.kind == "asking"), 0)
    # What stands behind the asking word is what is asked; another common noun does not take its place.
    found = [run for run in runs(words) if named or not asked or run.end <= asked]
    ending = other[-1].text[-1]
    same_ending = [run for run in found if run.text[-1] == ending]
    organised = [run for run in found if ending in _ORGANISED and run.text[-1] in _ORGANISED]
    same_kind = [run for run in found if run.named == named]
    return next(iter(same_ending or organised or same_kind or (found if named else [])), None)


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
    return bool(runs(owning)) or any(word.kind == "name" and known(word.text) for word in words)
