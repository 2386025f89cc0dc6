"""What a question was about, and whom or what a word of the next one points at.

Knows one question and the replies to it; whether anything points back at all is asked elsewhere.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chat.understanding.things import Thing, things
from chat.understanding.wording import NAMING, Run, Word, read, runs
from ingest.normalise import simplify

# The longest answer without a name or noun of its own that is still taken for one.
NAME_CHARS = 12
# The longest thing in a list, and the most of them that 「分别……」 is asked about.
ITEM_CHARS, ITEMS = 24, 6

_PERSONS = frozenset({"他", "她", "他们", "她们"})
_MANY = re.compile(r"[它他她牠]们|[两二]者|[这那]些|[这那][两几]")
# Who or what was asked for, and is then spoken of: 「……是哪家？」.
_WHO = re.compile(
    r"谁|哪[一几两]?[家个位款支只种部]|什么(?:公司|企业|机构|模型|系统|平台|产品|技术|品牌|组织)|叫什么|叫啥"
)
_WHICH_FIRM = re.compile("谁|哪一?[家个]|什么(?:公司|企业|机构|厂商)")
# What is asked after 由 did something; what it was done to is still spoken of.
_DOERS = re.compile(r"[由被](?:谁|哪|什么|何)|是(?:谁|哪.{0,4}|什么.{0,4})(?:.{2,6})的[？?]?$|^(?:谁|哪)")
# 这个数据 is what was answered, not what was asked about.
_TOLD = re.compile(r"(?:数(?:据|字|值)?|比例|结论|说法|观点|答案|结果|情况|变化|趋势|现象|问题)$")
_ALIASES = re.compile(r"[又也](?:可以|能)?(?:叫|称|名|被)|别名|原名|简称|全称|俗[名称]|曾用名|学名")
_ROLES = re.compile(
    r"作者|创始人|[院校会部行局市县省]长|总裁|总经理|主席|主任|导演|主[演角]|负责人|CEO|选手|教练|发明[者人]"
)
_REPORT = re.compile("(?:研究)?报告|研报|白皮书")
_FIRMS = re.compile(r"公司|企业|机构|厂商|集团")
_LEAD = re.compile(r"^(?:答案)?(?:就?是|叫做?|称为|由|来自|投了|例如|比如|包括|有|为|即|指)")
_ITEM_LEAD = re.compile(r"^.*(?:例如|比如|包括|分别是|依次是|分别为|依次为|分为|主要有|[是有为：:])")
_ITEM_END = re.compile(r"(?:等.*|[两三四五六七八九十几多\d]+[种个家类项].*|(?:哪|谁|什么|更).*|[（(].*)$")
# 一是……，二是……; 1. …… 2. ……
_NUMBERED = re.compile(
    r"(?:^|[，；。：:;\n])\s*(?:第?[一二三四五六七八九]是|\d{1,2}[.、．)）]|[①-⑨]|[（(][一二三四五六七八九\d][)）])\s*([^，；。：:;\n]{2,24})"
)
_DEFINED = re.compile(r"(?:什么|什麼)(?:是|叫)(.{2,16}?)[？?]?$|([^的，]{2,16}?)是(?:什么|什麼|啥)(?:意思)?[？?]?$")
JOINS = frozenset({"、", "和", "与", "與", "及", "以及"})
_NUMBERS = {mark: number for number, mark in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Talk:
    """The last question, standing alone, and the replies so far, the latest first."""

    question: str
    replies: tuple[str, ...]


def pointed_at(word: Word, said: str, talk: Talk) -> str | None:
    """The words that a pointer or number of a question stands for; None where what was said has none.

    said: the question it stands in, simplified.
    """
    if word.kind == "order" or word.text in ("前者", "后者"):
        return _item(word.text, talk)
    if _TOLD.search(word.text):
        return None
    if word.text == "其中" or word.text[1:] in ("中间", "期间", "当中"):
        return _within(word, whole(talk.question))
    if said[: word.start].endswith("的"):  # 特斯拉的那个
        return _sought(talk.question).rpartition("的")[2] or None
    items = listed(talk.replies[0]) if talk.replies and _MANY.match(word.text) else []
    several = re.search(r"哪[些几两二三四五]|几[个种]|什么|谁", simplify(talk.question))
    if 1 < len(items) <= ITEMS and several and not _doer(word, talk.question):
        return "、".join(items)
    return _antecedent(word, talk)


def _within(word: Word, about: str) -> str:
    """What 其中 and 这期间 lie in. 这中间 lies between the years that were told, and in neither of them."""
    if word.text.endswith("中间"):
        about = "".join(each.text for each in read(about) if each.kind != "period")
    return f"{about}中"


def _doer(word: Word, question: str) -> str:
    """The place whose people 他们 are: 「美国2018年限制了什么」; "" where it is only where something is (中国有哪些……)."""
    first = read(question)[:1]
    placed = word.text in _PERSONS and bool(first) and first[0].kind == "place" and "有" not in question[:6]
    return first[0].text if placed else ""


def owner(question: str) -> str | None:
    """What a question is about: its first name or noun, with the place before it and what stands beside it."""
    span = defined(question)
    if span is not None:
        return question[span[0] : span[1]]
    words = read(question)
    apart = re.match(r"(?:在|据|根据|按|按照|受)[^，]*，", question)
    told = [run for run in runs(words) if not _REPORT.fullmatch(run.text)]
    found = [run for run in told if apart is None or run.start >= apart.end()] or told
    if not found:
        place = next((word for word in words if word.kind == "place"), None)
        return question[place.start : place.end] if place else None
    first = _whole_thing(question, found[0])
    end = beside(question, first.end, found)
    # 长城汽车的坦克500 is about the latter: a model has a number or a Latin name.
    model = [run.end for run in found if question[end : run.start] == "的" and re.search("[A-Za-z]|[0-9]$", run.text)]
    return question[with_place(words, first) : max(model, default=end)]


def defined(question: str) -> tuple[int, int] | None:
    """[start, end) of the term that a question asks the meaning of; None where it asks something else."""
    asked = _DEFINED.match(question)
    start, end = asked.span(asked.lastindex or 0) if asked is not None else (0, 0)
    named = any(word.end == end - start and word.kind != "common" for word in read(question[start:end]))
    return (start, end) if named else None


def whole(question: str) -> str:
    """The question without what it asks: 2022年手机出货量, of 「2022年手机出货量多大？」."""
    words = read(question)
    asked = next((at for at, word in enumerate(words) if word.kind == "asking"), len(words))
    told = [word for word in words[:asked] if word.kind in (*NAMING, "common", "place", "order")]
    if not told:
        return owner(question) or question.rstrip("？?")
    sought = _sought(question)
    return question[: told[-1].end].removeprefix("有") + (f"的{sought}" if sought else "")


def listed(text: str) -> list[str]:
    """The items of the first list in a text: 「例如甲、乙和丙。」, 「一是甲，二是乙。」, 「甲；乙。」; [] where none is."""
    numbered: list[str] = _NUMBERED.findall(text)
    if len(numbered) > 1:
        return numbered
    lines = [item.strip() for item in text.rstrip("。 ").split("；")]
    if len(lines) > 1 and all(1 < len(item) <= ITEM_CHARS and not re.search("[，。]", item) for item in lines):
        return lines
    for clause in re.split(r"[。；！？\n;]", text):
        first, *others = re.split(r"、|，?以及|，?还有|及|和|与", re.split(r"，(?!还有|以及)", clause)[0])
        items = [_ITEM_END.sub("", part).strip() for part in (_ITEM_LEAD.sub("", first), *others)]
        if len(items) > 1 and all(1 < len(item) <= ITEM_CHARS for item in items):
            return items
    return []


def with_place(words: Sequence[Word], run: Run | Thing) -> int:
    """Where a name begins with the place right before it: 中国 + 光伏, 中国的 + 数据中心."""
    before = [word for word in words if word.end <= run.start]
    if before and before[-1].kind == "of":
        before.pop()
    near = before[-1] if before else None
    return near.start if near is not None and near.kind == "place" and run.start - near.end <= 1 else run.start


def beside(question: str, end: int, parts: Sequence[Run] | Sequence[Thing] | Sequence[Word]) -> int:
    """Where a list ends that has a part up to `end`: behind 胸部 in 头部、喉咙及胸部."""
    for part in parts:
        if part.start > end and question[end : part.start] in JOINS:
            end = part.end
    return end


def _antecedent(word: Word, talk: Talk) -> str | None:
    """Whom or what 它, 他, 其 or 「这家公司」 means: the answer where the question asked for such a one, else its owner."""
    question = simplify(talk.question)
    about = owner(talk.question)
    if doer := _doer(word, question):
        return doer
    answer = _entity(talk.replies[0], question) if talk.replies else None
    if answer is None or about is None:
        return answer or about
    if not _WHO.search(question) or _ALIASES.search(question):
        return about
    if word.text in _PERSONS:
        return answer if _ROLES.search(question) or re.search("谁|哪位", question) else about
    done_to = _DOERS.search(question) is not None
    head = word.text[2:] if word.text[0] in "这那此" else word.text.removeprefix("该") if word.text[0] == "该" else ""
    if head:  # 这款主机 is what was asked for where 主机 was
        of_the_answer = head in question or _FIRMS.search(head) is not None
        spoken_of = simplify(about).endswith(head) and done_to
        return answer if of_the_answer and not spoken_of else about
    return about if done_to or _ROLES.search(question) else answer


def found_firm(talk: Talk) -> str | None:
    """The firm that the last reply names, where the question asked for one: 「风电的龙头是谁？」."""
    if not talk.replies or not _WHICH_FIRM.search(simplify(talk.question)) or _DOERS.search(simplify(talk.question)):
        return None
    return _entity(talk.replies[0], simplify(talk.question))


def item_with(part: str, talk: Talk) -> str | None:
    """The one item of the list last told that begins with these words; None where it is not plain which."""
    items = [item for item in (listed(talk.replies[0]) if talk.replies else []) if simplify(item).startswith(part)]
    return items[0] if len(items) == 1 else None


def _entity(reply: str, question: str) -> str | None:
    """What an answer names first: of 「荷兰的阿斯麦」 the latter."""
    clause = _LEAD.sub("", re.split(r"[，。；！,;\n]", reply, maxsplit=1)[0])
    words = read(clause)
    found = [run for run in runs(words) if run.text not in question]
    if not found:
        last = clause.rpartition("的")[2]
        return last if 1 < len(last) <= NAME_CHARS else None
    chosen = found[0]
    for following in found[1:]:
        if clause[chosen.end : following.start] == "的":
            chosen = following
    named = clause[with_place(words, chosen) : chosen.end]
    return named.rpartition("的")[2]


def _whole_thing(question: str, run: Run) -> Run | Thing:
    """The thing that a run is part of, or stands behind: 内容生成, where 商业 of 「……有哪些商业模式」 is the first run."""
    covering = (
        thing
        for thing in things(question)
        if not _REPORT.fullmatch(thing.text)
        and (thing.end <= run.start or thing.start <= run.start < run.end <= thing.end)
    )
    return next(covering, run)


def _item(order: str, talk: Talk) -> str | None:
    """The item of the last list told, by its number; a list of two for 前者 and 后者."""
    for source in (*talk.replies[:1], talk.question, *talk.replies[1:]):
        items = listed(source)
        paired = order in ("前者", "后者")
        number = 1 + (order == "后者") if paired else _number(order, len(items))
        if number <= len(items) and (len(items) == len("前后") or not paired):
            return items[number - 1]
    return None


def _number(order: str, last: int) -> int:
    """Which of so many items is meant, from 1; one more than there are where none is."""
    mark = order.removeprefix("第")[:1]
    if order.startswith("最中") or mark in "中当":
        return last // 2 + 1 if last % 2 else last + 1
    if mark in "前头后":
        return last if mark == "后" else 1
    digits = re.match(r"\d+", order.removeprefix("第"))
    return last if mark == "最" else int(digits[0]) if digits else _NUMBERS.get(mark, last + 1)


def _sought(question: str) -> str:
    """The kind of thing that a list was asked of: 固态电池, of 「有哪些量产的固态电池？」; "" where none was."""
    words = read(question)
    asked = next((at for at, word in enumerate(words) if word.text in ("哪些", "哪几", "什么")), 0)
    if not asked or words[asked - 1].text not in ("有", "包括", "包含", "存在"):
        return ""
    after = [word for word in words[asked + 1 :] if word.kind in (*NAMING, "common", "quality", "place", "verb")]
    return question[after[0].start : after[-1].end] if after else ""
