"""Whether a supported draft may stand, or says less than the evidence it was given.

A small model stops early: one item of a list, one of the two things asked, the figure of the clause next to the right
one. None of these is false to its quote, so support alone lets them through; where one shows, the evidence is quoted.
"""

import re
from collections.abc import Iterator, Sequence

from chat.answer import Answer, Citation
from chat.answering.grounding import hard_words
from chat.evidence.evidence import EVIDENCE_HITS, SpanScorer
from chat.understanding.meant import Meant, years_of
from chat.understanding.subject import names, subjects_of, told_by
from chat.understanding.wording import read
from index.metrics import comparable
from index.segment import fold, segment_question
from ingest.normalise import simplify

# A quote as short as this is one fact; of a longer one an answer need not name everything.
ONE_FACT_CHARS = 60
# Clauses whose MaxSim is this near are equally good; the draft's may then be either.
EQUAL = 0.01
# Of the drafts kept for the 60 questions over the two reports the passage cited lacks at most 0.58 of the words that another one has.
MORE_WORDS = 0.6
# The longest answer that can be a mere item.
ITEM_CHARS = 20
# A summary of several points has no fewer.
SUMMARY_CHARS = 40

_SEVERAL = re.compile(
    r"哪些|哪几|哪两|哪三|几步|步骤|列[出举]|梳理|总结|概括|要点|分别|各[是有自为占几多]|对比|区别|异同|一样吗"
)
_SUMMARY = re.compile(r"梳理|总结|概括|归纳|要点")
_ENUMERATES = re.compile(r"[、；;]|[，,]|和|及|与|以及|1[.、)）]")
_ASKS = re.compile(r"谁|哪[年家个位款种里儿所部国些]|什么|啥|多少|多[大高久长]|几[个年步]|怎么|为什么")
_ASKED = re.compile(r"..(?:啥|什么|哪[些几个年里家位种]|多少|怎么样?|如何|谁)|谁.")
_ITEM_OF_A_LIST = re.compile("[、；;]")
WHOLE_ITEM_CHARS = 4  # 模型 stands in 大模型, and both may be items
_ASKS_FOR_A_DEED = re.compile(r"[做干][些了]?(?:什么|啥|哪)|用来|有什么用|用途|作用|如何|怎么")
_EXTREME = re.compile(r"最[^近新后终初]")
_EXTREME_TOLD = re.compile(r"最|第一|首位|榜首|领先|冠军")
_CLAUSE = re.compile(r"[^，,；;。：:！？\n]+")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_BARE_FIGURE = re.compile(r"[\d.,]+[。.]?")


def may_stand(
    answer: Answer, question: str, library: SpanScorer, *, meant: Sequence[Meant] = (), unproven: bool = False
) -> bool:
    """Whether each sentence is supported and the answer says what its evidence says of the question.

    meant: what each side of the question means, whose years a figure must be of. unproven: sentences that are not may stand beside some that are.
    """
    proven = [sentence.supported for sentence in answer.sentences]
    if not any(proven) or not (unproven or all(proven)):
        return False
    said = "".join(sentence.text for sentence in answer.sentences)
    if (
        _BARE_FIGURE.fullmatch(said)
        or len(comparable(said)) == 1  # a name begun
        or asks_back(said, question)
        or repeats_an_item(said)
        or (_SEVERAL.search(simplify(question)) and not _ENUMERATES.search(said))
        or (_SUMMARY.search(simplify(question)) and len(said) < SUMMARY_CHARS)
    ):
        return False
    if len(said) <= ITEM_CHARS and (
        not any(tells_of(question, citation) for citation in answer.citations)
        or is_the_subject(said, question)
        or (meant and not any(names_all_of(answer.citations, each) for each in meant))
        or (_EXTREME.search(simplify(question)) and all(is_a_row_of_many(citation) for citation in answer.citations))
    ):
        return False
    cited = {citation.number: citation for citation in answer.citations}
    supported = [sentence for sentence in answer.sentences if sentence.supported]
    quotes = [(sentence.text, cited[number]) for sentence in supported for number in sentence.citations]
    return not (
        passes_over(question, answer, library)
        or any(
            is_one_of_a_list(text, citation.quote) or stops_within_a_list(text, citation) for text, citation in quotes
        )
        or leaves_out(said, question, list(cited.values()))
        or any(takes_another_figure(text, question, citation, library) for text, citation in quotes)
        or any(takes_another_year_s(text, question, meant, citation) for text, citation in quotes)
    )


def passes_over(question: str, answer: Answer, library: SpanScorer) -> bool:
    """Whether a passage among the first hits has far more of the question's words than any that is cited: 后期运维 is told of, and 前期勘测
    was asked."""
    found = [hit.passage for hit in answer.hits[:EVIDENCE_HITS]]
    cited = [citation.passage for citation in answer.citations]
    if not found or not cited:
        return False
    shares = library.word_shares(question, [*found, *cited])
    return float(shares[: len(found)].max() - shares[len(found) :].max()) > MORE_WORDS


def tells_of(question: str, citation: Citation) -> bool:
    """Whether a quote (of a row, with what it stands under) has a word that the question asks with, its Chinese names apart, and
    one of its Latin names where it has any.

    「甲的封地是哪里」 is not answered by a place of a sentence about 甲 that speaks of no 封地. A whole sentence shows what it is about,
    a mere item does not.
    """
    passage = citation.passage
    around = f"{passage.headings[-1]} {passage.caption} " if passage.cells else ""
    words = read(question)
    names = [fold(word.text) for word in words if word.kind == "name" and not word.text.isascii()]
    asking = {piece for word in words if word.kind == "asking" for piece in segment_question(word.text)}
    content = [
        word
        for word in segment_question(question)
        if len(word) > 1 and word not in asking and not any(word in name or name in word for name in names)
    ]
    told = fold(around + citation.quote)
    names_it = [fold(word.text) for word in words if word.kind == "name" and word.text.isascii()]
    latin = [
        name for name in names_it if name not in fold(passage.title)
    ]  # what the whole report is about, a quote need not say
    if latin and not any(name in told for name in latin):
        return False
    return not content or any(word in told for word in content)


def is_the_subject(said: str, question: str) -> bool:
    """Whether it is asked what something does, and an answer only names it again: 新型AI to 「AI用来做什么」."""
    subjects = [comparable(name) for name in subjects_of(question)]
    asks = _ASKS_FOR_A_DEED.search(simplify(question)) is not None
    return asks and any(comparable(said).endswith(name) for name in subjects)


def repeats_an_item(said: str) -> bool:
    """Whether a list has an item twice, or once more within another: a small model that has too few fills up with what it has said."""
    items = [comparable(item) for item in _ITEM_OF_A_LIST.split(said)]
    own = [item for item in items if len(item) >= WHOLE_ITEM_CHARS]
    return len(items) > 2 and any(one in other for at, one in enumerate(own) for other in own[:at] + own[at + 1 :])


def is_a_row_of_many(citation: Citation) -> bool:
    """Whether a quote is a row of a table that does not say of itself that it has the most of anything: one row cannot tell that."""
    return bool(citation.passage.cells) and not _EXTREME_TOLD.search(citation.passage.reading)


def asks_back(said: str, question: str) -> bool:
    """Whether what was asked is left standing in the answer: 变压器是干啥的，主要看容量。"""
    asked = set(_ASKED.findall(simplify(question)))
    return bool(asked & set(_ASKED.findall(simplify(said))))


def is_one_of_a_list(sentence: str, quote: str) -> bool:
    """Whether a sentence is nothing but one item of a list that its quote gives whole: 乙 of 甲、乙、丙."""
    item = sentence.strip().rstrip("。.；;")
    at = quote.find(item)
    if not item or len(item) > ITEM_CHARS or at < 0:
        return False
    return "、" in (quote[at - 1 : at], quote[at + len(item) : at + len(item) + 1])


def stops_within_a_list(sentence: str, citation: Citation) -> bool:
    """Whether a sentence ends with two items or more of a list that its quote goes on with: 甲、乙 of 甲、乙、丙; or with one of the two names or more
    that a cell of its row has, with a blank between them (甲公司 乙公司)."""
    said = sentence.strip().rstrip("。.；;")
    items = said.split("、")
    if len(items) > 1 and _goes_on(citation.quote, f"{items[-2][-2:]}、{items[-1]}"):
        return True
    return any(said in cell.split() and len(cell.split()) > 1 for _, cell in citation.passage.cells if said)


def _goes_on(quote: str, items: str) -> bool:
    """Whether a list goes on behind these of its items."""
    at = quote.find(items)
    return at >= 0 and quote.startswith("、", at + len(items))


def names_all_of(citations: Sequence[Citation], meant: Meant) -> bool:
    """Whether what is cited names all that is asked about: of 甲's 丙 a passage that tells of 乙's 丙 says nothing."""
    told = "\n".join(told_by(citation.passage) for citation in citations)
    return all(names(told, spelled) for spelled in meant.subjects.values())


def leaves_out(said: str, question: str, citations: Sequence[Citation]) -> bool:
    """Whether two things are asked and a figure or a Latin name of a one-fact quote, not of the question, is missing."""
    if len(_ASKS.findall(simplify(question))) < 2:
        return False
    known = set(hard_words(f"{said} {question}"))
    short = [citation.quote for citation in citations if len(citation.quote) <= ONE_FACT_CHARS]
    return any(not set(hard_words(quote)) <= known for quote in short)


def takes_another_figure(sentence: str, question: str, citation: Citation, library: SpanScorer) -> bool:
    """Whether the figure of a sentence stands in a clause of its quote that fits the question less than another one's."""
    figures = set(_FIGURE.findall(fold(sentence))) - set(_FIGURE.findall(fold(question)))
    if not figures or citation.passage.cells:
        return False
    clauses = [match for match in _CLAUSE.finditer(citation.quote) if _FIGURE.search(match[0])]
    holding = [number for number, match in enumerate(clauses) if figures & set(_FIGURE.findall(fold(match[0])))]
    if len(clauses) < 2 or not holding:
        return False
    spans = [(citation.start + match.start(), citation.start + match.end()) for match in clauses]
    scores = library.span_scores(question, citation.passage, spans)
    return float(scores[holding].max()) < float(scores.max()) - EQUAL


def takes_another_year_s(sentence: str, question: str, meant: Sequence[Meant], citation: Citation) -> bool:
    """Whether a figure of a sentence stands, in its quote, with years that no side of the question means: in a clause that tells
    them or follows one that does, or under a header.

    「2024年的产值」 is not answered by 12亿元 of 2023年产值12亿元，2024年15亿元.
    """
    years = frozenset[int]().union(*(each.years for each in meant))
    if not years or not all(each.years for each in meant):
        return False
    figures = set(_FIGURE.findall(fold(sentence))) - set(_FIGURE.findall(fold(question)))
    told = [of for text, of in _dated(citation) if figures & set(_FIGURE.findall(fold(text)))]
    return bool(told) and all(of and not of & years for of in told)


def _dated(citation: Citation) -> Iterator[tuple[str, frozenset[int]]]:
    """The pieces of a quote with the years that each is of: a cell's by its header, a clause's its own or those of the one before."""
    if citation.passage.cells:
        yield from ((cell, years_of(f"{header} {cell}")) for header, cell in citation.passage.cells)
        return
    years: frozenset[int] = frozenset()
    for clause in _CLAUSE.findall(citation.quote):
        years = years_of(clause) or years
        yield clause, years
