"""The sentences and rows that answer a question, chosen from the passages found, few enough for a small model.

A sentence is scored by MaxSim against the question, its vectors taken in the context of its passage, by the rank of the
passage, and by whether it has what is asked for; a table row is taken whole, since a cell says nothing without its header.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from chat.understanding.meant import Another, Meant, another, meant_by, telling_of_it, tells_the_amount
from chat.understanding.subject import told_by
from index.asked import lacks_what_is_asked
from index.library import Hit
from index.metrics import comparable
from index.segment import fold, segment_question, tagged
from ingest.duplicates import near_duplicates
from ingest.normalise import simplify
from ingest.passages import item_above
from ingest.periods import find_periods
from ingest.report import Passage
from ingest.sentences import split_sentences

# 250 characters are about 170 tokens: 2.4 s of reading for a 1.5 B model on two cores.
BUDGET_CHARS = 250
# The answer rests on the first of the hits; more of them bring in passages that only look alike.
EVIDENCE_HITS = 5
# How far below the best stretch, in MaxSim, another one still serves: in 200 questions of ExpMRC one of those within 0.02
# holds the answer for 0.885, within 0.05 for 0.98 (the best alone for 0.715). The model may see what a reader need not.
PROMPT_MARGIN = 0.05
QUOTE_MARGIN = 0.02
# What is quoted in place of a draft fits into these, marks aside.
QUOTE_CHARS = 200
# Where what matches best tells of another year, version or country, by how much less than it what tells of the one meant may
# match: below that it tells of something else.
ANOTHER_MARGIN = 0.03
# Broad questions (lists, comparisons, summaries) need several places at once.
BROAD_BUDGET_CHARS = 400

# In MaxSim: what standing in the first passage is worth (half of it in the second, …), and what having none of what is
# asked for costs. The best stretch of 441 questions of ExpMRC holds the answer for 0.683 with neither, 0.712 with the first, 0.719
# with both (0.748 with 0.08 for the first, but the answer of a broad question stands in several passages); of the 66 that ask for
# an amount or a time 0.576, 0.621 and 0.667.
FIRST_PASSAGE = 0.03
LACKING = 0.05
ASKED_BY_NAME = 0.05  # as much as having what is asked for
# What it costs, in MaxSim, that a passage has none of the Latin names that a question names and other passages have. Chinese names
# told by a tagger cost more than they gain (3 of 100 questions of ExpMRC): a text says 它 and 该公司, and the tagger errs.
NAMELESS = 0.03

# Copies differ by form words and a few others, so that they share nearly all letters; what shares fewer is looked at no closer.
COMMON_LETTERS = 0.6

_BROAD = re.compile(
    r"哪些|哪几|分别|各[是有自为占几多]|列[出举]|梳理|总结|概括|归纳|要点|对比|比较|区别|差别|异同|一样吗|相比|步骤|几[步种类点方]|几个(?!百分|点|月|小时|亿|钱)|优缺点|(?:谁|哪一?[个家种款]).{0,12}更|更[大小高低多少]|还是"
)


# A row longer than this is shown in part; a cell up to NAME_CHARS names the row (网易有道, 2022年4月).
ROW_CHARS = 120
NAME_CHARS = 16

# A quoted sentence longer than this is cut to its clauses that matter, where these match within AS_WELL, in MaxSim, of the whole.
DIRECT_CHARS = 80
AS_WELL = 0.01
MOST_CLAUSES = 12
_CLAUSE = re.compile(r"[^，,；;\n]+[，,；;\n]*")
_QUALIFIES = re.compile(
    r"除|如果|若|假如|假设|倘|只有|只要|无论|不管|虽|尽管|但|然而|不过|却|反而|否则|认为|观点|据|预计|预期|可能|同期|分别|则|其余|其他|方面|拟|计划|有望|目标|将|不含"
)

# A line without a sentence end that is shorter than this only labels; one above may belong to it.
_SAYS_SOMETHING = re.compile(r"[。！？；]|.{25}")
LABELS_CHARS = 80
LABEL_CHARS, LEAD_IN_CHARS = 20, 12
_LEADS_IN = re.compile(r"[：:]\s*$")
_NAME_AND_VALUE = re.compile(r"(\w[^：:\n。，,]{0,11})[：:]\s*\S")
_NEXT_LINE = re.compile(r"\n+( *)\S")
_BULLET = re.compile(r"^[-*+•◆✓·●■▪►\s]+")


# A section number is no figure of the report's: left in, a small model gives 1.3 for an answer.
_NUMBERING = re.compile(r"^[\d.、\s]+(?=\D)")


# A line that says where a picture or a table is from answers nothing but that.
_SOURCE_LINE = re.compile(r"(?:(?:资料|数据|信息|图片)来源|来源)[：:]")
_ASKS_SOURCE = re.compile(r"来源|出处|来自|出自|谁的(?:数据|资料)|哪[家个里儿]的?(?:机构|数据|资料)")

# The answer to these may stand under any header.
_ASKS_WHICH = re.compile(r"谁|哪|叫什么|何[时人地处]|什么(?:时候|名|公司|模型|产品|企业|机构)|啥(?:时候|名)")


_LATIN_NAME = re.compile(
    r"(?<![a-z0-9])(?!(?:[kmgt]wh?|[kmgt]b|tops|km|kg|nm|mm|cm)(?![a-z0-9]))[a-z][a-z0-9.+-]*[a-z0-9]"  # units are no names
)


class SpanScorer(Protocol):
    """What choosing needs of a library: how well stretches of a passage's reading, and its words, match a question."""

    def span_scores(self, question: str, passage: Passage, spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]: ...

    def word_shares(self, question: str, passages: Sequence[Passage]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a passage that bears on the question; number is its mark in the prompt, from 1.

    reading: what the model is shown. passage.text[start:end] is the verbatim stretch it stands for. score: in MaxSim.
    """

    number: int
    hit: Hit
    reading: str
    start: int
    end: int
    score: float

    @property
    def place(self) -> str:
        """Where it stands, for the prompt: the last heading, and a table's caption."""
        passage = self.hit.passage
        return " ".join(part for part in (_NUMBERING.sub("", passage.headings[-1]), passage.caption) if part)


def is_broad(question: str) -> bool:
    """Whether a question asks for several things at once: a list, a comparison, a summary."""
    return bool(_BROAD.search(simplify(question)))


def select_evidence(
    question: str,
    hits: Sequence[Hit],
    library: SpanScorer,
    *,
    budget: int,
    margin: float,
    meant: Sequence[Meant] = (),
) -> list[Evidence]:
    """The best stretches of the hits, in hit order and then in text order; none where the hits say nothing, as captions do, or
    tell of another year, version, country or listed item than is meant: by the question, unless told what each of its sides means.

    They are within budget characters together, and each within margin of the best one's score; the best one itself is
    taken however long it is. Stretches that say the same are taken once.
    """
    chosen: list[Evidence] = []
    left = budget
    best_first = sorted(candidates(question, hits, library), key=lambda item: -item.score)
    for item in _as_meant(best_first, meant or [meant_by(question)], hits):
        if chosen and item.score < chosen[0].score - margin:
            break
        if (chosen and len(item.reading) >= left) or any(_says_the_same(item, other) for other in chosen):
            continue
        chosen.append(item)
        left -= len(item.reading) + 1  # a full stop may be added to what is quoted
    chosen.sort(key=lambda item: (item.hit.rank, item.start))
    return [replace(item, number=number) for number, item in enumerate(chosen, start=1)]


def _as_meant(best_first: Sequence[Evidence], meant: Sequence[Meant], hits: Sequence[Hit]) -> list[Evidence]:
    """Those that tell of what one of the sides means; none where the best of all matches far better than they do."""
    figures = any(each.amount for each in meant)
    told = [_told_around(item, hits, up_to_it=figures) for item in best_first]
    sides = [(each, telling_of_it(each, dict.fromkeys(told))) for each in meant]
    about = [
        (item, [each for each, telling in sides if around in telling])
        for item, around in zip(best_first, told, strict=True)
    ]
    of_it = [item for item, its_sides in about if its_sides]
    own = [item for item, its_sides in about if any(_tells(item, each) for each in its_sides)]
    return own if own and own[0].score >= of_it[0].score - ANOTHER_MARGIN else []


def _tells(item: Evidence, meant: Meant) -> bool:
    return tells_the_amount(meant, f"{item.place} {item.reading}") and not tells_of_another(item, meant)


def _told_around(item: Evidence, hits: Sequence[Hit], *, up_to_it: bool) -> str:
    """What tells what a stretch is about: all that was found of its section, where it is prose (what it is about is named once, and
    then 该公司); of a list and a table, in which each item is about something else, itself with what it stands under.

    up_to_it: of the stretch's own passage nothing behind it. A figure that stands before a firm is first named is not the firm's
    (市场规模增长68%。厂商包括甲、乙).
    """
    passage = item.hit.passage
    if passage.kind == "list":
        return told_by(replace(passage, text=item.reading))
    if passage.cells:
        return told_by(passage)
    own = replace(passage, text=passage.text[: item.end]) if up_to_it else passage
    of_section = [hit.passage for hit in hits if _section(hit.passage) == _section(passage)]
    prose = [each for each in of_section if not each.cells and each.kind != "list"]
    return "\n".join(told_by(own if each.id == passage.id else each) for each in prose)


def _section(passage: Passage) -> tuple[str, ...]:
    return (passage.report_id, *passage.headings)


def tells_of_another(item: Evidence, meant: Meant) -> Another | None:
    """What a stretch tells of in place of the year, version, country or listed item meant."""
    return another(meant, item.hit.passage, item.reading, item.start)


def shortened(item: Evidence, question: str, library: SpanScorer) -> Evidence:
    """A long sentence as the shortest of its runs of clauses that matches the question as well, … for what is left out.

    Rows and short sentences stay as they are, and so does one of which every clause counts: one that qualifies the others (除…外,
    如果, 但, 据…), or tells the period that is asked about. Its span stays the sentence's.
    """
    passage = item.hit.passage
    if passage.cells or len(item.reading) <= DIRECT_CHARS:
        return item
    clauses = [
        (item.start + clause.start(), item.start + clause.end())
        for clause in _CLAUSE.finditer(passage.text[item.start : item.end])
    ]
    if not 2 <= len(clauses) <= MOST_CLAUSES:
        return item
    runs = [(first[0], last[1]) for at, first in enumerate(clauses) for last in clauses[at:]]
    scores = library.span_scores(question, passage, runs)
    least = float(scores[runs.index((clauses[0][0], clauses[-1][1]))]) - AS_WELL
    well = [run for run, score in zip(runs, scores, strict=True) if score >= least]
    whole, asked = (clauses[0][0], clauses[-1][1]), _periods(question)
    answering = [
        (start, end)
        for start, end in well
        if not lacks_what_is_asked(question, passage.text[start:end])
        and not _QUALIFIES.search(passage.text[whole[0] : start] + "\n" + passage.text[end : whole[1]])
        and asked & _periods(passage.text[slice(*whole)]) <= _periods(passage.text[start:end])
    ]
    start, end = min(answering or [whole], key=lambda run: run[1] - run[0])
    told = passage.text[start:end].rstrip("，,；;、 ")
    before, after = ("…" if start > clauses[0][0] else ""), ("…" if end < clauses[-1][1] else "")
    return replace(item, reading=f"{before}{told}{after}")


def with_what_follows(item: Evidence, budget: int) -> Evidence:
    """A line that only leads in (主要原理：) with the lines that it leads to, within budget characters; any other stretch as it is."""
    passage = item.hit.passage
    if passage.cells or not _LEADS_IN.search(item.reading):
        return item
    reading, end = item.reading, item.end
    for start, stop in stretches(passage):
        told = _BULLET.sub("", passage.text[start:stop])
        if start < item.end or _SOURCE_LINE.match(told):
            continue
        if _LEADS_IN.search(told) or len(reading) + len(told) > budget:
            break
        reading, end = reading + told, stop
    return replace(item, reading=reading, end=end)


def _periods(text: str) -> set[tuple[date, date]]:
    return {(each.first, each.last) for each in find_periods(simplify(text))}


def _says_the_same(first: Evidence, second: Evidence) -> bool:
    """Whether one holds the other's words, or tells them but for its wording: two copies are no two sources."""
    words, others = comparable(first.reading), comparable(second.reading)
    if words in others or others in words:
        return True
    if first.hit.passage.cells or second.hit.passage.cells:  # of two rows, each cell counts
        return False
    letters, other_letters = set(words), set(others)
    shared = len(letters & other_letters)
    # Most pairs have nothing in common; to look closer at all of them took a third of the time of the slowest of 30 questions.
    return shared >= COMMON_LETTERS * min(len(letters), len(other_letters)) and near_duplicates(
        _alone(first), _alone(second)
    )


def _alone(item: Evidence) -> Passage:
    return replace(item.hit.passage, kind="text", text=item.reading)


def stretches(passage: Passage) -> list[tuple[int, int]]:
    """Spans of `passage.text` that can be quoted: each sentence, a row whole, or a run of lines that are mere labels
    (a name above its title and its company) together; the section's heading and blank lines left out."""
    if passage.cells:
        return [_stripped(passage.text, 0, len(passage.text))]
    spans: list[tuple[int, int]] = []
    open_label = False
    for sentence in _short_items_whole(passage):
        start, end = _stripped(passage.text, *sentence)
        if start == end or passage.text[start:end] == passage.headings[-1]:
            continue
        label = not _says_something(passage.text[start:end])
        apart = passage.kind == "list" and bool(spans) and _is_apart(passage.text, spans[-1], (start, end))
        if label and not apart and spans and open_label and end - spans[-1][0] <= LABELS_CHARS:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
        open_label = label
    return spans


def _is_apart(text: str, before: tuple[int, int], line: tuple[int, int]) -> bool:
    """Whether a line of a nested list is of another level than the one before it, or holds the ones behind it."""
    behind = _NEXT_LINE.match(text, line[1])
    indent = _indent(text, line[0])
    return _indent(text, before[0]) != indent or (behind is not None and len(behind[1]) > indent)


def _indent(text: str, start: int) -> int:
    """How many blanks stand before a position in its line."""
    return start - (text.rfind("\n", 0, start) + 1)


def _short_items_whole(passage: Passage) -> list[tuple[int, int]]:
    """Spans of the sentences of a passage; of a list those of a short item are one (奖项：甲赛金奖；乙赛银奖)."""
    sentences = split_sentences(passage.text)
    if passage.kind != "list":
        return sentences
    spans: list[tuple[int, int]] = []
    for start, end in sentences:
        first = spans[-1][0] if spans else start
        same_item = spans and not re.search("\n", passage.text[first:start].rstrip(" ")) and end - first <= DIRECT_CHARS
        if same_item:
            spans[-1] = (first, end)
        else:
            spans.append((start, end))
    return spans


def candidates(question: str, hits: Sequence[Hit], library: SpanScorer) -> list[Evidence]:
    """Every stretch of the hits that says something, in their order, with its score; number is 0."""
    items: list[Evidence] = []
    for hit in hits:
        passage = hit.passage
        if passage.cells:
            items.append(_row_evidence(question, hit, library))
            continue
        spans = stretches(passage)
        if passage.kind == "figure":
            del spans[:1]  # the caption of a picture says what the text lacks; a note below it does say something
        scores = library.span_scores(question, passage, spans)
        for before, (start, end), score in zip([(0, 0), *spans], spans, scores, strict=False):
            told = Evidence(0, hit, _BULLET.sub("", passage.text[start:end]), start, end, float(score))
            items.append(_under_its_item(_under_its_label(told, *before)))
    items = [item for item in items if comparable(item.reading)]
    says_something = [item for item in items if item.hit.passage.cells or not _is_label(item.reading)] or items
    if not _ASKS_SOURCE.search(simplify(question)):
        says_something = [item for item in says_something if not _SOURCE_LINE.match(item.reading)] or says_something
    named = _shares_of_names(question, hits)
    return [
        replace(item, score=item.score + _prior(question, item) - NAMELESS * (1 - named[item.hit.passage.id]))
        for item in says_something
    ]


def _under_its_label(item: Evidence, start: int, end: int) -> Evidence:
    """A sentence without a subject behind the label right above it, whose it is (甲产品 / 支持两种导航); any other as it is.

    start, end: of the stretch before it.
    """
    label = item.hit.passage.text[start:end]
    if not label or not _is_label(label) or not _says_no_subject(item.reading):
        return item
    return replace(item, reading=f"{label}：{item.reading}", start=start)


def _under_its_item(item: Evidence) -> Evidence:
    """An item of a nested list behind the label that holds it (2021.05：甲发布……); any other as it is."""
    passage = item.hit.passage
    holder = item_above(passage.text, 0, item.start) if passage.kind == "list" else ""
    # A later piece does not tell how far its first item was indented.
    first_line = _BULLET.sub("", passage.text.partition("\n")[0])
    goes_on = passage.caption and holder == first_line
    if not holder or goes_on or not _is_label(holder) or holder in item.reading:
        return item
    return replace(item, reading=f"{holder.rstrip('：:')}：{item.reading}")


def _says_no_subject(text: str) -> bool:
    """Whether a text begins with a verb: 支持两种导航."""
    first = next(iter(tagged(text[:8])), ("", ""))
    return first[1] == "v" and len(first[0]) > 1


def _prior(question: str, item: Evidence) -> float:
    lacking = LACKING if lacks_what_is_asked(question, item.reading) else 0.0
    return FIRST_PASSAGE / item.hit.rank - lacking + (ASKED_BY_NAME if is_asked_by_name(question, item) else 0.0)


def is_asked_by_name(question: str, item: Evidence) -> bool:
    """Whether it is an item of a list like 开发单位：甲公司, and what it begins with shares a word with the question: it has what is asked for."""
    line = _NAME_AND_VALUE.match(item.reading) if item.hit.passage.kind == "list" else None
    return line is not None and any(len(word) > 1 and word in fold(line[1]) for word in segment_question(question))


def _shares_of_names(question: str, hits: Sequence[Hit]) -> dict[str, float]:
    """Of the Latin names in a question that any of these passages has, the share that each passage has; by passage id."""
    texts = {hit.passage.id: fold(hit.passage.search_text) for hit in hits}
    names = set(_LATIN_NAME.findall(fold(question)))
    found = [name for name in names if any(name in text for text in texts.values())]
    return {id: sum(name in text for name in found) / len(found) if found else 1.0 for id, text in texts.items()}


def _row_evidence(question: str, hit: Hit, library: SpanScorer) -> Evidence:
    """A row as evidence: the columns asked about, else all; whole where that is short, else the cells that name it and the
    sentences that match best.

    A long row has more tokens for a question to match than any sentence has, so its score is that of the best piece told.
    """
    passage = hit.passage
    (span,) = stretches(passage)
    columns = asked_columns(question, passage.cells)
    pieces = _row_pieces(passage, columns)
    told = [number for number, piece in enumerate(pieces) if piece.column in columns]
    whole = (0, len(passage.reading))
    *scores, of_whole = library.span_scores(question, passage, [*(piece.span for piece in pieces), whole]).tolist()
    score = of_whole if len(passage.reading) <= ROW_CHARS else max(scores[number] for number in told)
    if sum(pieces[number].length for number in told) <= ROW_CHARS:
        kept = set(told)
    else:
        naming = [number for number in told if pieces[number].names]
        kept, left = set(naming), ROW_CHARS - sum(pieces[number].length for number in naming)
        for number in sorted(told, key=lambda number: -scores[number]):
            if not pieces[number].names and (pieces[number].length <= left or len(kept) == len(naming)):
                kept.add(number)
                left -= pieces[number].length
    return Evidence(0, hit, _joined(passage.reading, pieces, sorted(kept)), *span, score)


def asked_columns(question: str, cells: Sequence[tuple[str, str]]) -> set[int]:
    """The columns of a row to tell for a question that names one of them whole: those that share words with it and of which
    no other shares more (of 甲参数 the 甲产品, not the 乙参数), those whose cell it names, and the first. All of them where it names none, or only the one of such a cell, or asks which or
    who, which any column may tell.

    「甲产品的续航」 is not told by what stands under 乙产品; 「PaLM模型何时发布」 names 模型 by the way.
    """
    asked = comparable(question)
    if _ASKS_WHICH.search(simplify(question)):
        return set(range(len(cells)))
    words = [word for word in segment_question(question) if len(word) > 1]
    given = {at for at, (_, cell) in enumerate(cells) if len(comparable(cell)) > 1 and comparable(cell) in asked}
    named = {at for at, (header, _) in enumerate(cells) if len(comparable(header)) > 1 and comparable(header) in asked}
    if not named - given - {0}:
        return set(range(len(cells)))
    shared = [{word for word in words if word in fold(header)} for header, _ in cells]
    near = {at for at, own in enumerate(shared) if own and not any(own < other for other in shared)}
    return {0} | given | named | near | {at for at, (header, _) in enumerate(cells) if not header}


@dataclass(frozen=True, slots=True)
class _Piece:
    """reading[start:end] of a row: a short cell, which names it rather than says something of it, or a sentence."""

    column: int
    span: tuple[int, int]
    names: bool

    @property
    def length(self) -> int:
        return self.span[1] - self.span[0]


def _row_pieces(passage: Passage, columns: Collection[int]) -> list[_Piece]:
    """The pieces of a row's reading, in order; of a cell without a word (/, —) only where some of the columns are asked about."""
    pieces: list[_Piece] = []
    start = 0
    skips = len(columns) == len(passage.cells) and any(comparable(cell) for _, cell in passage.cells)
    for column, (header, cell) in enumerate(passage.cells):
        label = len(f"{header}：") if header else 0
        end = min(start + label + len(cell) + 1, len(passage.reading))
        if skips and not comparable(cell):
            pass
        elif len(cell) <= NAME_CHARS:
            pieces.append(_Piece(column, (start, end), names=True))
        else:
            sentences = split_sentences(passage.reading[start:end])
            pieces.extend(_Piece(column, (start + first, start + last), names=False) for first, last in sentences)
        start = end
    return pieces


def _joined(reading: str, pieces: Sequence[_Piece], kept: Sequence[int]) -> str:
    """The kept pieces of a row's reading, … where one is left out."""
    gaps = {number for number, before in zip(kept, [-1, *kept], strict=False) if number != before + 1}
    joined = "".join(("…" if number in gaps else "") + reading[slice(*pieces[number].span)] for number in kept)
    return joined.rstrip("；") + ("…" if kept[-1] != len(pieces) - 1 else "")


def _is_label(text: str) -> bool:
    """A line that only names what stands around it: short, no sentence, not one of several joined."""
    longest = LEAD_IN_CHARS if _LEADS_IN.search(text) else LABEL_CHARS
    return "\n" not in text and not _says_something(text) and len(comparable(text)) < longest


def _says_something(line: str) -> bool:
    """Whether a line has a sentence, or is one of a name and what it has (单位：甲公司)."""
    return bool(_SAYS_SOMETHING.search(line) or _NAME_AND_VALUE.search(line))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
