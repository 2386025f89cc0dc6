"""The one straight path of a question: found, drafted from evidence, checked, shown.

Everything is handed in; nothing here knows of pages, files or configuration.
"""

import time
from collections.abc import Collection, Sequence
from collections.abc import Generator as Events
from contextlib import closing
from dataclasses import replace

from chat.answer import Answer, Drafting, Event, Finished, Found, Timings, Turn, Unproven, check_question
from chat.derived import Derived, asks_for_a_step, derived_figure, derived_year, of_each
from chat.evidence import BROAD_BUDGET_CHARS, BUDGET_CHARS, Evidence, is_broad, select_evidence, shortened
from chat.figure_check import disagree
from chat.figure_grammar import figure_grammar
from chat.finding import find
from chat.followup import standalone_question
from chat.generation import Generator, Usage
from chat.grounding import (
    compose,
    correct,
    declines,
    ground,
    quote_evidence,
    side_by_side,
    without_unproven,
)
from chat.hops import hops
from chat.listing import listed
from chat.marks import without_marks
from chat.premise import contradicting
from chat.prompt import MAX_TOKENS, messages
from chat.refusal import asked_picture, refused
from chat.relevance import bears_on
from chat.scope import Side, named_scope, sides_of
from chat.verdict import may_stand
from index.asked import asks_for_a_figure
from index.filters import Filter
from index.library import Hit, PassageIndex
from index.metrics import comparable
from index.rerank import Reranked, Reranker
from index.segment import fold, segment_question

# The answer rests on the first of the hits; more of them bring in passages that only look alike.
EVIDENCE_HITS = 5
# Of a draft that was quoted instead, what a reader sees fits into these, marks aside.
QUOTE_CHARS = 200
BROAD_QUOTE_CHARS = 400
# How far below the best stretch, in MaxSim, another one still serves: in 200 questions of ExpMRC one of those within 0.02
# holds the answer for 0.885, within 0.05 for 0.98 (the best alone for 0.715). The model may see what a reader need not.
PROMPT_MARGIN = 0.05
QUOTE_MARGIN = 0.02
BROAD_QUOTE_MARGIN = 0.04
SHOWN_HITS = 10


class Assistant:
    """Answers questions over one library with one generator, or with quotes alone where there is none.

    reranker: puts what is found in a better order, where there is one.
    unproven: what becomes of a draft with a sentence that its evidence does not bear out: the evidence is quoted instead, the
        sentence is removed, or it is shown as such.
    """

    def __init__(
        self,
        library: PassageIndex,
        generator: Generator | None,
        *,
        reranker: Reranker | None = None,
        unproven: Unproven = "quote",
    ) -> None:
        self.library = library
        self.generator = generator
        self.reranker = reranker
        self.unproven = unproven
        self._searched = Reranked(library, reranker) if reranker else library

    def warm_up(self) -> None:
        """Load what the first question would else wait for: dictionaries (1.5 s), and the model's fixed prompt (2 s)."""
        if self.library.passages:
            self.search("预热", [Turn("user", "预热"), Turn("assistant", "预热")], k=1)
        if self.generator is not None:
            with closing(self.generator.generate(messages("", []), max_tokens=1)) as pieces:
                for _ in pieces:
                    pass

    def search(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        *,
        k: int = SHOWN_HITS,
        within: Filter = Filter(),
        rewrite: bool = True,
    ) -> Found:
        """The k best passages for a question, made to stand alone by the turns before it unless rewrite is False.

        Raises:
            BadQuestion: it is empty or far too long.
        """
        began = time.perf_counter()
        asked = check_question(question)
        standalone = standalone_question(asked, turns) if rewrite else asked
        sides = sides_of(standalone, self.library.reports)
        hits = find(self._searched, standalone, typed=asked, sides=sides, k=k, within=within)
        return Found(asked, standalone, tuple(hits), Timings(search_ms=_ms_since(began)))

    def ask(
        self, question: str, turns: Sequence[Turn] = (), *, within: Filter = Filter(), rewrite: bool = True
    ) -> Events[Event, None, None]:
        """What was found, at once; the draft as it grows; the checked answer. Closing it stops the model.

        Raises:
            BadQuestion: as `search`.
            GeneratorUnavailable: the model cannot answer.
        """
        began = time.perf_counter()
        found = self.search(question, turns, within=within, rewrite=rewrite)
        yield found
        evidence = self.evidence(found)
        if (answer := self.without_a_model(found, evidence)) is not None:
            yield Finished(found, answer, Timings(found.timings.search_ms, total_ms=_ms_since(began)))
            return
        draft, first_token_ms, usage = "", None, None
        if self.generator is not None:
            prompt = messages(found.standalone_question, evidence)
            grammar = figure_grammar(evidence, found.standalone_question)
            with closing(self.generator.generate(prompt, max_tokens=MAX_TOKENS, grammar=grammar)) as pieces:
                for piece in pieces:
                    if isinstance(piece, Usage):
                        usage = piece
                        continue
                    if piece and first_token_ms is None:
                        first_token_ms = _ms_since(began)
                    draft += piece
                    yield Drafting(without_marks(draft))  # its marks are numbers of evidence, not yet of citations
        timings = Timings(
            found.timings.search_ms,
            first_token_ms,
            _ms_since(began),
            usage.prompt_tokens if usage else None,
            usage.answer_tokens if usage else None,
        )
        yield Finished(found, self.checked(draft, found, evidence), timings)

    def evidence(self, found: Found) -> list[Evidence]:
        """The stretches of the hits that the answer may rest on; none where nothing found bears on the question."""
        hits = found.hits[:EVIDENCE_HITS]
        encoder = self.library.encoder.name
        sides = [side.question for side in sides_of(found.standalone_question, self.library.reports)]
        if not bears_on(found.question, found.standalone_question, hits, self.library, encoder=encoder, sides=sides):
            return []
        # The best first: a small model leans on what it reads first (dev 0.93 right, and 0.89 in text order; ExpMRC the same).
        chosen = sorted(
            self._select(found, BROAD_BUDGET_CHARS, BUDGET_CHARS, PROMPT_MARGIN), key=lambda item: -item.score
        )
        return [replace(item, number=number) for number, item in enumerate(chosen, start=1)]

    def without_a_model(self, found: Found, evidence: Sequence[Evidence]) -> Answer | None:
        """An answer that no model is asked for, None mostly: a refusal where there is no evidence, or only a picture has what
        is asked; a correction where the question takes for granted what the evidence tells otherwise; and the evidence itself
        where its shape is that of the answer."""
        question, hits = found.standalone_question, found.hits[:EVIDENCE_HITS]
        picture = asked_picture(question, found.hits, evidence)
        if not evidence or picture is not None:
            shares = self.library.word_shares(question, [hit.passage for hit in found.hits]).tolist()
            return refused(found, [report.title for report in self.library.reports], shares, picture)
        if otherwise := contradicting(question, hits, self.library):
            return correct(otherwise, found.hits)
        return self._in_the_shape_of_its_evidence(found, evidence)

    def _in_the_shape_of_its_evidence(self, found: Found, evidence: Sequence[Evidence]) -> Answer | None:
        """A step of arithmetic with its terms, both steps to a subject, the items of a list, or the best stretch of each side.

        A small model's draft of these is hardly ever kept, and the wait for it is the longest: so it is not asked.
        """
        question, hits = found.standalone_question, found.hits[:EVIDENCE_HITS]
        sides = self._best_of_each_side(found)
        if step := self._step(question, sides):
            return compose(quote_evidence(sides, found.hits), step.text, step.spans, first=True)
        if not sides_of(question, self.library.reports) and (differing := self._differing(found, evidence)):
            return side_by_side(differing, found.hits)
        by_way = hops(question, hits, self.library, budget=BUDGET_CHARS, margin=QUOTE_MARGIN)
        exact = (by_way.evidence if by_way else ()) or listed(question, evidence) or sides
        return quote_evidence(exact, found.hits) if exact else None

    def checked(self, draft: str, found: Found, evidence: Sequence[Evidence]) -> Answer:
        """The draft as an answer where it stands the check; else the evidence itself, which no draft may fall short of. With
        the year that follows from it where a time is asked for."""
        answer = self._drafted_or_quoted(draft, found, evidence)
        year = derived_year(found.standalone_question, answer)
        return compose(answer, year.text, year.spans) if year else answer

    def _drafted_or_quoted(self, draft: str, found: Found, evidence: Sequence[Evidence]) -> Answer:
        question = found.standalone_question
        if not declines(draft):
            answer = ground(draft, question, evidence, found.hits)
            if self.unproven == "remove":
                answer = without_unproven(answer)
            if may_stand(answer, question, self.library, unproven=self.unproven == "show"):
                return answer
        margin = BROAD_QUOTE_MARGIN if is_broad(found.question) else QUOTE_MARGIN
        chosen = self._select(found, BROAD_QUOTE_CHARS, QUOTE_CHARS, margin)
        if len(chosen) == 1 and not sides_of(question, self.library.reports):
            chosen = [shortened(chosen[0], question, self.library)]
        return quote_evidence(chosen, found.hits)

    def _step(self, question: str, best: Sequence[Evidence]) -> Derived | None:
        """The difference or the sum of the best stretches of two sides, where the question asks for it."""
        if not best:
            return None
        first, *others = [set(side.question) for side in sides_of(of_each(question), self.library.reports)]
        return derived_figure(question, best, first.union(*others) - first.intersection(*others))

    def _differing(self, found: Found, evidence: Sequence[Evidence]) -> list[Evidence]:
        """The best evidence and what other reports tell differently of the same, in hit order; [] where none does, or no
        figure is asked for."""
        if not asks_for_a_figure(found.standalone_question) or not evidence:
            return []
        best = max(evidence, key=lambda item: item.score)
        others: dict[str, Evidence] = {}
        for item in evidence:
            passage = item.hit.passage
            places = item.place, best.place
            other = passage.report_id != best.hit.passage.report_id
            if other and disagree(item.reading, best.reading, places=places):
                others.setdefault(passage.report_id, item)
        return sorted([best, *others.values()], key=lambda item: item.hit.rank) if others else []

    def _best_of_each_side(self, found: Found) -> list[Evidence]:
        """The best stretch for each side of a question that has several, in hit order; [] for one that has not, and where
        a side has none, one far worse than another's, or another's. Where the sides are terms of a difference or a sum each of
        them is named, however well it matches."""
        hits = found.hits[:EVIDENCE_HITS]
        sides = sides_of(of_each(found.standalone_question), self.library.reports)
        best: list[Evidence] = []
        for side in sides:
            own = [hit for hit in hits if not side.within.reports or hit.passage.report_id in side.within.reports]
            own = _naming(_own_words(side, sides), own) or own
            best += select_evidence(side.question, own, self.library, budget=1, margin=0) if own else []
        quotes = {comparable(item.reading) for item in best}
        scores = [item.score for item in best]
        if len(best) < 2 or not len(quotes) == len(best) == len(sides):
            return []
        if max(scores) - min(scores) > PROMPT_MARGIN and not asks_for_a_step(found.standalone_question):
            return []
        best.sort(key=lambda item: (item.hit.rank, item.start))
        return [replace(item, number=number) for number, item in enumerate(best, start=1)]

    def _select(self, found: Found, broad_budget: int, budget: int, margin: float) -> list[Evidence]:
        # The name of a report is told by all its passages, and asked of none.
        asked = named_scope(found.standalone_question, self.library.reports).question
        return select_evidence(
            asked,
            found.hits[:EVIDENCE_HITS],
            self.library,
            budget=broad_budget if is_broad(found.question) else budget,
            margin=margin,
        )


def _own_words(side: Side, sides: Sequence[Side]) -> set[str]:
    """The words that tell a side from the others: 百度 of 百度的参数 and 阿里的参数."""
    others = {word for other in sides if other is not side for word in segment_question(other.question)}
    return {word for word in segment_question(side.question) if len(word) > 1} - others


def _naming(words: Collection[str], hits: Sequence[Hit]) -> list[Hit]:
    """The hits whose passage has one of these words."""
    return [hit for hit in hits if any(word in fold(hit.passage.search_text) for word in words)]


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
