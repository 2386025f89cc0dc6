"""A draft to an answer: marks resolved, missing ones added, and each sentence told supported or not.

A sentence is supported by a stretch of evidence that holds every figure and Latin name of it and most of its other
words; the stretch is then its quote, verbatim. A mark that the draft gives is a proposal: it is kept where
that evidence bears the sentence out, moved where another does, dropped where none does.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from chat.answer import Answer, Citation, Sentence
from chat.answering.closing import as_sentence, closed_once
from chat.evidence.evidence import Evidence
from chat.evidence.figure_check import figures_hold
from chat.marks import MARK, disarmed, numbers, without_marks
from chat.understanding.wording import read
from index.library import Hit
from index.metrics import comparable
from index.segment import fold, segment_question
from ingest.figures import find_figures
from ingest.report import Passage
from ingest.sentences import split_sentences

SHORT_CELL_CHARS = 30
# A figure is put right in a sentence of at least so many words: a bare one stands in any text that has it.
FIGURE_WORDS = 2
# With the letter after it: what is not (不会, 未开) must not be so in the source too, which says 不足 of something else.
_NEGATION = re.compile(r"[不没未无非别][^\W\d_]")
# Whose what is told after these lies in the order of words: nothing but the words themselves is held to be told.
_PAIRED = re.compile(r"前者|后者|分别|依次|各自")
# Words that say of a clause that it is not so; not 不断, 不仅, 未来, 无论, 无人机, 非常.
_NOT = re.compile(
    r"不(?![仅断同少错久足但等])|没|未(?!来)|无(?![人论线锡疑])|非(?![常洲])|难以|难于|拒绝|取消|停止|终止|否认|禁止|避免|放弃|撤回"
)
_CLAUSE = re.compile(r"[^，,；;。！？\n]+")

NOT_THE_SAME = "各报告的数字不同："
NOT_SO = "提问中的说法与原文不符，原文是："

# A figure with its sign, magnitude and %, a Latin name, a rating. 3亿 is not 3万, and -5% is not 5%.
_FIGURE = r"(?:(?<![0-9a-z])[-−－])?\d[\d,]*(?:\.\d+)?(?:[百千万亿兆]+|[%％])?"
_HARD = re.compile(rf"[a-z][a-z0-9.+-]*|{_FIGURE}|★+")
_DECLINES = re.compile(
    r"(?:资料|文中|报告|原文)(?:中|里|内)?(?:没有|未|并未|不)|无法(?:回答|确定|得知|判断|从)|没有(?:提到|提及|相关|找到|给出)|未(?:提及|提到|找到|给出|说明)|不清楚|不知道|抱歉"
)


# A stretch of a passage: passage.text[start:end].
Span = tuple[Passage, int, int]


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of the draft without its marks, and the evidence numbers that it was marked with."""

    text: str
    marks: tuple[int, ...]


def parse_draft(draft: str) -> list[DraftSentence]:
    """The sentences of a draft in order. A mark after a sentence end belongs to the sentence before it; full-width
    brackets, lists and ranges of numbers are understood."""
    sentences: list[DraftSentence] = []
    for start, end in split_sentences(draft):
        piece = draft[start:end]
        leading = _leading_marks(piece)
        if leading and sentences:
            last = sentences[-1]
            sentences[-1] = DraftSentence(last.text, last.marks + numbers(piece[:leading]))
            piece = piece[leading:]
        text = closed_once(without_marks(piece).strip())
        if comparable(text):
            sentences.append(DraftSentence(text, numbers(piece)))
        elif sentences:
            last = sentences[-1]
            sentences[-1] = DraftSentence(closed_once(last.text + text), last.marks + numbers(piece))
    return sentences


def ground(draft: str, question: str, evidence: Sequence[Evidence], hits: Sequence[Hit]) -> Answer:
    """The draft as an answer: sentences with resolved marks and whether they are supported, citations by first use."""
    known = {item.number: item for item in evidence}
    claims: list[_Claim] = []
    unknown: list[str] = []
    for sentence in parse_draft(draft):
        unknown.extend(f"[{mark}]" for mark in sentence.marks if mark not in known)
        marked = [known[mark] for mark in sentence.marks if mark in known]
        others = [item for item in evidence if item not in marked]
        claims.append(_grounded(sentence.text, question, [*marked, *others]))
    return _answer(claims, hits, dropped_marks=tuple(unknown))


def _grounded(sentence: str, question: str, evidence: Sequence[Evidence]) -> "_Claim":
    """A sentence with the first evidence that bears it out; with one figure put right; in part; or not at all."""
    for item in evidence:
        if supports(item, sentence, question, evidence):
            return _Claim(sentence, (_span(item),), supported=True)
    for item in evidence:
        right = with_the_figure_of(item, sentence)
        if right is not None and supports(item, right, question, evidence):
            return _Claim(right, (_span(item),), supported=True, composed=True)
    in_part = [
        item for item in evidence if _facts_stand(item, sentence) and _words_stand_in_part(item, sentence, evidence)
    ]
    return _Claim(sentence, tuple(map(_span, in_part[:1])), supported=False)


def with_the_figure_of(item: Evidence, sentence: str) -> str | None:
    """The sentence with the figure of the evidence in place of its own, where each has one of that unit and the sentence then
    stands in the evidence word for word: of a sentence in other words nobody knows whose figure it is."""
    ours, theirs = ([each for each in find_figures(text) if each.unit] for text in (sentence, item.reading))
    if len(ours) != 1:
        return None
    own = ours[0]
    same = [each for each in theirs if each.unit == own.unit]
    if len(same) != 1 or (same[0].low, same[0].high) == (own.low, own.high):
        return None
    if len(_plain_words(sentence)) < FIGURE_WORDS:
        return None
    right = sentence[: own.start] + item.reading[same[0].start : same[0].end] + sentence[own.end :]
    return right if comparable(right) in comparable(item.reading) else None


def without_unproven(answer: Answer) -> Answer:
    """The answer without the sentences that are not supported."""
    claims = [claim for claim in _claims(answer) if claim.supported]
    kept = _answer(claims, answer.hits, dropped_marks=answer.dropped_marks)
    return replace(answer, sentences=kept.sentences, citations=kept.citations)


def quote_evidence(evidence: Sequence[Evidence], hits: Sequence[Hit]) -> Answer:
    """The evidence itself as the answer, each stretch a sentence with its citation."""
    return _answer(
        [_Claim(_ended(item.reading), (_span(item),), supported=True) for item in evidence], hits, quoted=True
    )


def quote_by_heading(items: Sequence[tuple[str, Evidence]], hits: Sequence[Hit]) -> Answer:
    """Stretches of evidence, each under the heading that it stands below, a line each."""
    told = [
        _Claim(f"{line}{heading}：{_ended(item.reading)}", (_span(item),), supported=True, composed=True)
        for line, (heading, item) in zip(["", *["\n"] * len(items)], items, strict=False)
    ]
    return _answer(told, hits, quoted=True)


def side_by_side(items: Sequence[Evidence], hits: Sequence[Hit]) -> Answer:
    """What several reports tell differently, each with who published it and when."""
    told = [
        _Claim(f"{_source_of(item)}：{_ended(item.reading)}", (_span(item),), True, composed=True) for item in items
    ]
    first = _Claim(NOT_THE_SAME, tuple(map(_span, items)), supported=True, composed=True)
    return _answer([first, *told], hits)


def _source_of(item: Evidence) -> str:
    passage = item.hit.passage
    name = passage.publisher or f"《{passage.title}》"
    return f"{name}（{passage.published}）" if passage.published else name


def correct(item: Evidence, hits: Sequence[Hit]) -> Answer:
    """An answer to what takes for granted what a stretch of evidence tells otherwise: that it is not so, and the stretch."""
    text = f"{NOT_SO}{_ended(item.reading)}"
    return _answer([_Claim(text, (_span(item),), supported=True, composed=True)], hits)


def declines(draft: str) -> bool:
    """Whether a draft says that it has no answer, rather than giving one."""
    return not comparable(without_marks(draft)) or bool(_DECLINES.search(draft))


def supports(item: Evidence, sentence: str, question: str, evidence: Sequence[Evidence] = ()) -> bool:
    """Whether a stretch of evidence, read with its place, bears a sentence out.

    Its figures (`figure_check`) and Latin names all stand in the evidence; no negation is added or left out; what is told in pairs (前者, 分别) stands word for word. Of all its
    words at least half stand there; each stands there or in the question, a name or a noun of the question in the passage around it too; and none stands only in other evidence,
    which would join what two sources say of two things. Of a row, a column named is the one told.
    """
    return _facts_stand(item, sentence) and _words_stand(item, sentence, question, evidence)


def _facts_stand(item: Evidence, sentence: str) -> bool:
    source = _source(item)
    if not set(hard_words(sentence)) <= set(hard_words(source)):
        return False
    if not _negations(sentence) <= _negations(source) or _leaves_out_a_negation(sentence, item.reading):
        return False
    if any(_misread(header, cell, sentence) for header, cell in item.hit.passage.cells):
        return False
    if _PAIRED.search(item.reading) and comparable(sentence) not in comparable(item.reading):
        return False
    return figures_hold(sentence, item.reading, item.place)


def _negations(text: str) -> set[str]:
    return set(_NEGATION.findall(fold(text)))


def _leaves_out_a_negation(sentence: str, reading: str) -> bool:
    """Whether a sentence may say of something that it is so, of which its source says that it is not: 已经开放 of 尚未完全开放.

    Where a clause of the source that shares a word with it is negated and the sentence is not, it must stand in the source as it is,
    with no negation before it in its clause.
    """
    said, told = fold(sentence).strip().rstrip("。.！!；;"), fold(reading)
    words = {word for word in segment_question(sentence) if len(word) > 1}
    negated = [clause[0] for clause in _CLAUSE.finditer(told) if _NOT.search(clause[0])]
    if _NOT.search(said) or not any(word in clause for clause in negated for word in words):
        return False
    at = told.find(said)
    before = re.split(r"[，,；;。！？\n]", told[: max(at, 0)])[-1]
    return at < 0 or bool(_NOT.search(before))


def _words_stand(item: Evidence, sentence: str, question: str, evidence: Sequence[Evidence]) -> bool:
    source, words = _source(item), _plain_words(sentence)
    missing = {word for word in words if word not in source}
    if _joins_sources(item, missing, evidence):
        return False
    asked = fold(question)
    new = {word for word in missing if word not in asked and not _in_pieces(word, source + asked)}
    if new or _names_of(sentence, missing) - _around(item, missing):
        return False
    return len(missing) * 2 <= len(words) + len(set(hard_words(sentence)))


def _names_of(sentence: str, words: Collection[str]) -> set[str]:
    """Those of the words that are, or are in, a name, a noun or a place of the sentence: what it is about."""
    naming = [fold(word.text) for word in read(sentence) if word.kind in ("name", "noun", "place")]
    return {word for word in words if any(word in name for name in naming)}


def _around(item: Evidence, words: Collection[str]) -> set[str]:
    """Those of the words that the passage has, which a sentence of it leaves out: whose report it is, what it told before."""
    passage = item.hit.passage
    text = fold(" ".join([passage.title, passage.publisher, *passage.headings, passage.caption, passage.text]))
    return {word for word in words if word in text}


def _words_stand_in_part(item: Evidence, sentence: str, evidence: Sequence[Evidence]) -> bool:
    """Whether at least half of a sentence's words stand in the evidence, and the others in no other evidence."""
    source, words = _source(item), _plain_words(sentence)
    missing = {word for word in words if word not in source}
    return bool(words) and len(missing) * 2 <= len(words) and not _joins_sources(item, missing, evidence)


def _joins_sources(item: Evidence, missing: Collection[str], evidence: Sequence[Evidence]) -> bool:
    elsewhere = " ".join(_source(other) for other in evidence if other is not item)
    return any(word in elsewhere for word in missing)


def _plain_words(sentence: str) -> set[str]:
    return {word for word in segment_question(sentence) if len(word) > 1 and not _HARD.fullmatch(word)}


def _misread(header: str, cell: str, sentence: str) -> bool:
    """Whether a sentence names a column of a row and gives less than half of what stands there, so another cell's words.

    A long cell may be told in part.
    """
    if not header or header not in sentence or len(cell) > SHORT_CELL_CHARS:
        return False
    words = segment_question(cell)
    return sum(word in fold(sentence) for word in words) * 2 < len(words)


def _source(item: Evidence) -> str:
    return fold(f"{item.place} {item.reading}")


def _in_pieces(word: str, source: str) -> bool:
    """Whether a longer word is made of pieces that all stand in source (看出来: 看出, 来)."""
    return len(word) > 2 and word[:2] in source and word[2:] in source


def hard_words(text: str) -> list[str]:
    """What a paraphrase may not change: figures with sign and magnitude, Latin names and ratings; thousands commas, case
    and blanks between a figure and its magnitude aside."""
    joined = re.sub(r"(?<=\d)\s+(?=[百千万亿兆%％])", "", fold(text))
    found = (word.replace(",", "").replace("％", "%").rstrip(".-+") for word in _HARD.findall(joined))
    return [re.sub(r"^[−－]", "-", word) for word in found]


def compose(answer: Answer, text: str, spans: Sequence[Span], *, first: bool = False) -> Answer:
    """The answer with a sentence of ours about these stretches, a step of arithmetic: at its end, or first."""
    claims = _claims(answer)
    claim = _Claim(text, tuple(spans), supported=True, composed=True)
    claims.insert(0 if first else len(claims), claim)
    numbered = _answer(claims, answer.hits)
    return replace(answer, sentences=numbered.sentences, citations=numbered.citations)


@dataclass(frozen=True, slots=True)
class _Claim:
    text: str
    spans: tuple[Span, ...]
    supported: bool
    composed: bool = False


def _claims(answer: Answer) -> list[_Claim]:
    cited = {citation.number: (citation.passage, citation.start, citation.end) for citation in answer.citations}
    return [
        _Claim(each.text, tuple(cited[number] for number in each.citations), each.supported, each.composed)
        for each in answer.sentences
    ]


def _answer(
    claims: Sequence[_Claim], hits: Sequence[Hit], *, quoted: bool = False, dropped_marks: tuple[str, ...] = ()
) -> Answer:
    """Citations are numbered by first use, one for each stretch."""
    citations: dict[tuple[str, int, int], Citation] = {}
    shown: list[Sentence] = []
    for claim in claims:
        for passage, start, end in claim.spans:
            key = (passage.id, start, end)
            if key not in citations:
                citations[key] = Citation(len(citations) + 1, passage, passage.text[start:end], start, end)
        numbers = tuple(dict.fromkeys(citations[passage.id, start, end].number for passage, start, end in claim.spans))
        shown.append(Sentence(claim.text, numbers, claim.supported, claim.composed))
    return Answer(tuple(shown), tuple(citations.values()), tuple(hits), quoted=quoted, dropped_marks=dropped_marks)


def _span(item: Evidence) -> Span:
    return item.hit.passage, item.start, item.end


def _leading_marks(piece: str) -> int:
    """How many characters at the start of piece are marks alone."""
    end = 0
    while match := MARK.match(piece, end):
        end = match.end()
    return end


def _ended(text: str) -> str:
    return as_sentence(disarmed(text))
