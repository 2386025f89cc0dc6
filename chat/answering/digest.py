"""What a report says in short: of each of its chapters the sentence that tells most of what its heading names.

「总结一下这份报告」 asks for no passage, so a search finds a foreword or who published it. The outline is what its authors hold
for its parts; a sentence of each is quoted, and no model is asked to read thirty pages.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from chat.answer import Answer, Found, Timings, Turn
from chat.answering.grounding import quote_by_heading
from chat.evidence.evidence import Evidence, stretches
from chat.understanding.scope import named_scope
from index.filters import Filter
from index.library import Hit, PassageIndex
from index.metrics import comparable
from index.passage_store import IndexedReport
from ingest.normalise import simplify
from ingest.report import Passage

MOST_REPORTS = 3
MOST_CHAPTERS = 8
# Of a chapter, the passages that are read for its sentence: what it is about stands at its beginning.
READ_PASSAGES = 8
SENTENCE_CHARS = (20, 120)

# All that such a question may consist of beside the names of reports; one of ASKED must be in it.
_ASKED = (
    "总结|概括|归纳|概述|综述|提炼|摘要|大意|要点|重点|核心(?:观点|结论|内容)|主要(?:观点|结论|内容)|(?:介绍|[讲说写谈]|涉及|包含|包括)了?(?:些|哪些)?(?:什么|啥)"
    "|有(?:什么|哪些)(?:内容|观点|结论)|介绍"
)
_FILLING = (
    "请问?|帮我|帮忙|给我|麻烦|能否|能不能|可以|简单|简要|快速|用?[一几两三\\d]+[句段点条]话?|一下|下|来看|我想|知道|了解|想|看看?|主要|核心|整体|全部|整[份篇本]|全文|"
    "[这那该本两几]|[一二三四五]|份|篇|本|个|些|各自?|分别|都|的|了|吗|呢|吧|是|有|里面?|中|关于|做|进行|列出|列|内容|观点|结论|哪些|什么|"
    "(?:研究|行业)?报告|研报|资料|文档|材料|文件|文章|一个|和|与|及|、"
)
_BEFORE = re.compile(f"(?:{_ASKED}|{_FILLING})+")
_ASKS = re.compile(_ASKED)
_ONLY = re.compile(f"(?:{_ASKED}|{_FILLING}|[\\s，。？?！!：:《》“”])+")
_OF_A_REPORT = re.compile("报告|研报|资料|文档|材料|文件|全文")
_OF_SOMEBODY = re.compile(
    "(?P<who>[^，。？?、的了下]{2,12}?)(?:的?(?:[这那]?[份篇本个])?(?:研究|行业)?报告|(?=的?(?:要点|观点|结论|内容)))"
)
# Parts that say nothing of what the report found.
_ASIDE = re.compile("前言|序[言一二]?$|寄语|致谢|鸣谢|声明|关于(?:我们|本)|联系|附录|目录|参考文献|术语|版权")
_NUMBERING = re.compile(
    r"^(?:PART\s*\.?\s*\d+|第[一二三四五六七八九十\d]+[章篇节部分]+|[\d.]+|[一二三四五六七八九十]+[、.．])[\s、.．：:]*",
    re.I,
)
_ENDS = re.compile("[。！？]$")
_REMARK = re.compile("注|备注|说明|(?:资料|数据|信息)?来源|[如见][上下]?图")


def digested(question: str, turns: Sequence[Turn], library: PassageIndex, within: Filter) -> list[IndexedReport]:
    """The reports that a question asks a digest of: those it names, else all, of those it is asked of.

    [] where it asks something else or is not asked of prose, or these are more than a reader can take in. 「总结一下」 after
    other turns asks of these, where it speaks of no report.
    """
    if within.kinds and "text" not in within.kinds:
        return []
    left, named = _without_names(simplify(question), library.reports)
    if not _ASKS.search(left) or not _ONLY.fullmatch(left) or (turns and not named and not _OF_A_REPORT.search(left)):
        return []
    reports = [report for report in library.reports if _is_in(report, within) and (not named or report.id in named)]
    return reports if len(reports) <= MOST_REPORTS else []


def _is_in(report: IndexedReport, within: Filter) -> bool:
    years = not within.years or report.year in within.years
    return years and (not within.reports or report.id in within.reports)


def _without_names(question: str, reports: Sequence[IndexedReport]) -> tuple[str, frozenset[str]]:
    """A question without the titles and publishers of reports in it, and the ids of these reports."""
    titled = [report for report in reports if simplify(report.title) in question]
    for report in titled:
        question = question.replace(simplify(report.title), "")
    if titled:
        return question, frozenset(report.id for report in titled)
    begun = _BEFORE.match(question)
    named = _OF_SOMEBODY.match(question, begun.end() if begun else 0)
    # 至顶报告的要点 does not say where to look, as 至顶报告里的要点 does; here it can only mean that.
    by_name = named_scope(f"{named['who']}报告里的内容", reports).reports if named else frozenset()
    return (question.replace(named[0], "", 1), by_name) if named and by_name else (question, frozenset())


def digest(question: str, reports: Sequence[IndexedReport], library: PassageIndex) -> tuple[Found, Answer]:
    """A sentence of each chapter of the reports, as what was found and as the answer; none where they have no prose."""
    most = max(3, MOST_CHAPTERS // len(reports))
    told = [lead for report in reports for lead in _leads(library.passages_of(report.id), library, most)]
    hits = [Hit(passage, 1.0, rank) for rank, (passage, _) in enumerate(told, start=1)]
    evidence = [
        Evidence(hit.rank, hit, passage.text[start:end], start, end, 1.0)
        for hit, (passage, (start, end)) in zip(hits, told, strict=True)
    ]
    found = Found(question, question, tuple(hits), Timings(0.0), needs_model=False)
    return found, quote_by_heading([(chapter(item.hit.passage), item) for item in evidence], hits)


def chapter(passage: Passage) -> str:
    """The heading of the chapter of a passage, without its number; "" of what stands before any."""
    below = passage.headings[1:] if passage.headings[:1] == (passage.title,) else passage.headings
    return without_number(below[0]) if below else ""


def without_number(heading: str) -> str:
    """A heading without the number that it begins with."""
    return _NUMBERING.sub("", heading).strip()


Lead = tuple[Passage, tuple[int, int]]


def _leads(passages: Iterable[Passage], library: PassageIndex, most: int) -> list[Lead]:
    """The sentences of the chapters with most prose, in their order."""
    prose = [passage for passage in passages if passage.kind == "text" and not _is_aside(passage)]
    by_chapter: dict[str, list[Passage]] = {}
    for name, run in groupby(prose, chapter):  # a chapter told in two places is one
        if name:
            by_chapter.setdefault(name, []).extend(run)
    leads = {name: _lead(name, own[:READ_PASSAGES], library) for name, own in by_chapter.items()}
    longest = sorted((name for name, lead in leads.items() if lead), key=lambda name: -len(by_chapter[name]))[:most]
    return [lead for name, lead in leads.items() if lead is not None and name in longest]


def _lead(heading: str, passages: Sequence[Passage], library: PassageIndex) -> Lead | None:
    """The whole sentence of these passages that tells most of a heading."""
    best: tuple[float, Lead] | None = None
    for passage in passages:
        spans = [span for span in stretches(passage) if _is_sentence(passage.text[slice(*span)])]
        if not spans:
            continue
        scores = library.span_scores(heading, passage, spans)
        at = int(np.argmax(scores))
        if best is None or scores[at] > best[0]:
            best = (float(scores[at]), (passage, spans[at]))
    return best[1] if best else None


def _is_aside(passage: Passage) -> bool:
    return _ASIDE.search(chapter(passage)) is not None or chapter(passage) in passage.publisher.split("、")


def _is_sentence(text: str) -> bool:
    least, most = SENTENCE_CHARS
    return least <= len(comparable(text)) <= most and _ENDS.search(text) is not None and not _REMARK.match(text)
