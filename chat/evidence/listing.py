"""The items of a list that a passage tells, as the answer to what they are.

Of lines of `name：explanation` 「有哪些」 is answered by the names; whole sentences would bury them. Each item stands for the line that it
begins. A paragraph that numbers them (分为三步：1、……；2、……) is told whole, as sentences alone would be some of them.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from chat.evidence.evidence import Evidence
from ingest.normalise import simplify
from ingest.report import Passage

# 有哪些岗位, 分几类; not 哪些岗位负责测试, which asks for some of them.
_ASKS_FOR_ITEMS = re.compile(
    r"(?:有|是|要|需要?|包括|包含|分为?|分成|涉及|诞生|产生|出现|催生|新增)了?(?:哪些|哪[几两三四]|几[类种派个大点方步])[^的了不]{0,8}[？?。]?$|列[出举]"
)
_LINE = re.compile(r"[^\n]+")
_NUMBER = r"(?:[（(]?(?:\d{1,2}|[一二三四五六七八九十])[)）、.]\s*)?"
_NAMED = re.compile(rf"[-*+•◆✓·●■▪►\s]*{_NUMBER}(?=[^：:]*[^\W\d_])([^：:，,。；;！!？?\n]{{2,20}})[：:]\s*\S")
_INLINE_NUMBER = re.compile(r"(?<![\d.])(\d)[、.．)）](?!\d)")
PARAGRAPH_CHARS = 300
TITLE_CHARS = 3  # of the line above a list, which a question names
# A line that tells where the list is from is none of its items.
_SOURCE = re.compile(r"(?:资料|数据|图片)?来源|注释?|说明|备注")
# Lines that tell of one thing, such as its maker and its date, are a record and no list of things.
_ATTRIBUTE = re.compile(r".*(?:时间|日期|名称|简介|功能|排名|价格|地址|单位|电话|邮箱|网址)|开发公司|作者|联系.*")


def listed(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The items of the list that most of the evidence is of, at least two stretches of it or the title right above it, or whose title
    the question names; [] where the question asks for no items or there is none.

    An item's reading is its name, its span the whole line.
    """
    asked = simplify(question)
    if not evidence or not _ASKS_FOR_ITEMS.search(asked):
        return []
    if numbered := _numbered(evidence[0]):
        return numbered
    best: list[Evidence] = []
    most = 1
    for passage_id in dict.fromkeys(item.hit.passage.id for item in evidence):
        of_it = [item for item in evidence if item.hit.passage.id == passage_id]
        for run in _runs(of_it[0].hit.passage):
            if any(simplify(name) in asked for name, _, _ in run):
                continue  # asked about one of the items
            held = [item for item in of_it if any(start <= item.start < end for _, start, end in run)]
            leads = [item for item in of_it if _leads_to(item, run[0][1])]
            title = simplify(of_it[0].hit.passage.text[: run[0][1]].strip().split("\n")[-1])
            share = len(run) if leads or (len(title) >= TITLE_CHARS and title in asked) else len(held)
            held = held or leads or of_it
            if share > most:
                most = share
                best = [
                    replace(
                        held[0], number=number, reading=f"{name}；" if number < len(run) else name, start=start, end=end
                    )
                    for number, (name, start, end) in enumerate(run, start=1)
                ]
    return best


def _leads_to(item: Evidence, start: int) -> bool:
    """Whether a stretch is the title of the list that starts there: 「辅助领域」, and no sentence that happens to stand before it."""
    text = item.hit.passage.text
    return (
        item.end <= start
        and not text[item.end : start].strip(" \n-*+•◆✓·●■▪►")
        and text[item.end - 1] not in "。；;！!？?"
    )


def _numbered(best: Evidence) -> list[Evidence]:
    """The paragraph that a stretch stands in, where it numbers two items or more from 1; [] mostly."""
    passage = best.hit.passage
    line = next((each for each in _LINE.finditer(passage.text) if each.start() <= best.start < each.end()), None)
    if passage.cells or line is None or len(line[0]) > PARAGRAPH_CHARS:
        return []
    numbers = [int(each) for each in _INLINE_NUMBER.findall(line[0])]
    if len(numbers) < 2 or numbers != [*range(1, len(numbers) + 1)]:
        return []
    return [replace(best, number=1, reading=line[0].strip(), start=line.start(), end=line.end())]


def _runs(passage: Passage) -> list[list[tuple[str, int, int]]]:
    """(name, start, end) of lines side by side that each begin with a name and a colon, two or more together."""
    if passage.cells:
        return []
    runs: list[list[tuple[str, int, int]]] = [[]]
    for line in _LINE.finditer(passage.text):
        if not line[0].strip() or line[0] == passage.headings[-1]:
            continue
        named = _NAMED.match(line[0])
        if named and not _SOURCE.fullmatch(named[1]):
            runs[-1].append((named[1].strip(), line.start(), line.end()))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1 and not any(_ATTRIBUTE.fullmatch(name) for name, _, _ in run)]
