"""Whether what was found bears on a question at all; where it does not, the answer is a refusal.

Two rules, neither asking the model, which answers anything: the best stretch must match the question well enough, and
a year that is asked about must be spoken of.
"""

from collections.abc import Sequence

from chat.evidence.evidence import SpanScorer, stretches
from chat.models.catalogue import DEFAULT_ENCODER
from chat.understanding.meant import asked_years, years_of
from chat.understanding.wording import without_kind_asked_for
from index.library import Hit
from ingest.report import Passage

# The least MaxSim of the question with its best stretch, for multilingual-e5-small: midway between the worst of 150
# questions of CMRC 2018 over their own paragraphs (0.819) and the best of them over two industry reports (0.802).
LEAST_MATCH = 0.81
# A match not much better must share some words too: none of the 150 has less than 0.3 of its words in the right passage.
DOUBTFUL_MATCH = 0.83
LEAST_WORDS = 0.15
# A short item of a list (上市时间：5月) matches its question worse, as what it is of stands above it. Where one passage has all words
# of the question it may: of 500 questions of CMRC over the two reports none finds more than 0.78 of its words in one.
ALL_WORDS, LEAST_MATCH_OF_ALL = 0.99, 0.79
FITTED_ENCODER = DEFAULT_ENCODER


def bears_on(
    asked: str,
    question: str,
    hits: Sequence[Hit],
    library: SpanScorer,
    *,
    encoder: str,
    sides: Sequence[str] = (),
) -> bool:
    """Whether an answer may be drafted from these hits.

    asked: as typed; its years are the ones meant where it names any, since 「那2021年呢」 turns away from the year before it.
    question: the same, standing alone.
    sides: the questions that it consists of; one of them may match well what two at once match but half.
    encoder: the one that made the library; the least match is known for FITTED_ENCODER only and asked of no other.
    """
    years = asked_years(asked) or asked_years(question)
    if not hits or not years <= spoken_years([hit.passage for hit in hits]):
        return False
    if encoder != FITTED_ENCODER:
        return True
    match = max(best_match(each, hits, library) for each in (question, *sides))
    shares = library.word_shares(without_kind_asked_for(question), [hit.passage for hit in hits])
    share = float(shares.max())
    told_whole = match >= LEAST_MATCH_OF_ALL and share >= ALL_WORDS
    return match >= DOUBTFUL_MATCH or (match >= LEAST_MATCH and share >= LEAST_WORDS) or told_whole


def best_match(question: str, hits: Sequence[Hit], library: SpanScorer) -> float:
    """The MaxSim of the question with the stretch of the hits that matches it best."""
    best = -1.0
    for hit in hits:
        passage = hit.passage
        spans = [(0, len(passage.reading))] if passage.cells else stretches(passage)
        best = max(best, float(library.span_scores(question, passage, spans).max(initial=-1.0)))
    return best


def spoken_years(passages: Sequence[Passage]) -> frozenset[int]:
    """The years that passages speak of, in their text, headings or caption, or are of themselves; a range speaks of all its years.

    The caption of a picture names years whose figures the text lacks, and does not count.
    """
    texts = [
        " ".join([passage.title, passage.published, *passage.headings, passage.caption, passage.reading])
        for passage in passages
        if passage.kind != "figure"
    ]
    return years_of("\n".join(texts))
