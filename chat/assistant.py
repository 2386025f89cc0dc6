"""The one straight path of a question: found, drafted from evidence, checked, shown.

Everything is handed in; nothing here knows of pages, files or configuration.
"""

import logging
import time
from collections.abc import Generator as Events
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from chat.answer import (
    Answer,
    Checking,
    Drafting,
    Event,
    Fallback,
    Finished,
    Found,
    Timings,
    Turn,
    Unproven,
    check_question,
)
from chat.answering.composing import composed
from chat.answering.digest import digest, digested
from chat.answering.figure_grammar import figure_grammar
from chat.answering.grounding import compose, declines, ground, quote_evidence, without_unproven
from chat.answering.premise import states_untold_amount
from chat.answering.prompt import MAX_TOKENS, messages
from chat.answering.replies import courtesy_answer
from chat.answering.verdict import may_stand
from chat.evidence.by_side import one_tells_all
from chat.evidence.derived import derived_year
from chat.evidence.evidence import (
    BROAD_BUDGET_CHARS,
    BUDGET_CHARS,
    EVIDENCE_HITS,
    PROMPT_MARGIN,
    QUOTE_CHARS,
    QUOTE_MARGIN,
    Evidence,
    is_broad,
    select_evidence,
    shortened,
)
from chat.evidence.finding import find
from chat.evidence.relevance import bears_on
from chat.marks import without_marks
from chat.models.generation import Generator, GeneratorUnavailable, Usage
from chat.understanding.courtesy import Courtesy, courtesy, without_courtesy
from chat.understanding.followup import standalone_question
from chat.understanding.meant import Meant, meant_of
from chat.understanding.scope import listed_in, named_scope, sides_of
from chat.understanding.sides import asks_in_turn
from chat.understanding.spoken import as_written
from chat.understanding.subject import untold_by_side
from index.filters import Filter
from index.library import PassageIndex
from index.passage_store import IndexedReport
from index.rerank import Reranked, Reranker
from ingest.duplicates import words_with_form_words
from ingest.language import message, say

# What a reader sees of a broad question, as QUOTE_CHARS of others.
BROAD_QUOTE_CHARS = 400
BROAD_QUOTE_MARGIN = 0.04
SHOWN_HITS = 10
ANSWER_SECONDS = 120.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Draft:
    """What the model has written; fallback: why it wrote no more, where that is not its end."""

    text: str = ""
    first_token_ms: float | None = None
    usage: Usage | None = None
    fallback: Fallback | None = None


class Assistant:
    """Answers questions over one library with one generator, or with quotes alone where there is none.

    reranker: puts what is found in a better order, where there is one.
    unproven: what becomes of a draft with a sentence that its evidence does not bear out: the evidence is quoted instead, the
        sentence is removed, or it is shown as such.
    answer_seconds: how long the model may write; after that, and where it fails, the evidence is quoted instead.
    """

    def __init__(
        self,
        library: PassageIndex,
        generator: Generator | None,
        *,
        reranker: Reranker | None = None,
        unproven: Unproven = "quote",
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.library = library
        self.generator = generator
        self.reranker = reranker
        self.unproven = unproven
        self.answer_seconds = answer_seconds
        self._searched = Reranked(library, reranker) if reranker else library

    def over(self, library: PassageIndex) -> "Assistant":
        """One that answers in the same way from another library, or a part of this one."""
        return Assistant(
            library,
            self.generator,
            reranker=self.reranker,
            unproven=self.unproven,
            answer_seconds=self.answer_seconds,
        )

    def warm_up(self) -> None:
        """Load what the first question would else wait for: dictionaries (1.5 s), and the model's fixed prompt (2 s)."""
        if self.library.passages:
            self.search("预热", [Turn("user", "预热"), Turn("assistant", "预热")], k=1)
            words_with_form_words()
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
        """The k best passages for a question, made to stand alone by the turns before it, as reports would put it, unless rewrite is False.

        Raises:
            BadQuestion: it is empty or far too long.
        """
        began = time.perf_counter()
        asked = check_question(question)
        said = as_written(without_courtesy(asked)) if rewrite else asked
        names = listed_in("\n".join([said, *(turn.text for turn in turns)]), self.library.reports)
        standalone = as_written(standalone_question(said, turns, names)) if rewrite else asked
        sides = sides_of(standalone, self.library.reports)
        self.library.expect([standalone, said, *(side.question for side in sides)])
        hits = find(self._searched, standalone, typed=said, sides=sides, k=k, within=within)
        return Found(asked, standalone, tuple(hits), Timings(search_ms=_ms_since(began)))

    def ask(
        self, question: str, turns: Sequence[Turn] = (), *, within: Filter = Filter(), rewrite: bool = True
    ) -> Events[Event, None, None]:
        """What was found, at once; the draft as it grows; the checked answer. Closing it stops the model.

        A courtesy is answered without a search.

        Raises:
            BadQuestion: as `search`.
        """
        began = time.perf_counter()
        polite = courtesy(check_question(question))
        if polite is not None:
            yield from self._replied(question, polite)
            return
        if reports := digested(question, turns, self.library, within):
            yield from self._digested(question, reports, began)
            return
        found = self.search(question, turns, within=within, rewrite=rewrite)
        evidence = self.evidence(found)
        answer = composed(found, evidence, self.library)
        unconfirmed = answer is None and states_untold_amount(found.question, [hit.passage for hit in found.hits])
        if unconfirmed:
            answer = self._quoted(found)
        missing = self._missing(found, unconfirmed=unconfirmed) if answer is None or answer.refusal is None else ""
        found = replace(found, needs_model=answer is None and self.generator is not None)
        yield found
        if answer is not None:
            yield Finished(
                found, replace(answer, missing=missing), Timings(found.timings.search_ms, total_ms=_ms_since(began))
            )
            return
        draft = _Draft()
        if self.generator is not None:
            try:
                yield from self._write(draft, self.generator, found, evidence, began)
            except GeneratorUnavailable as error:
                _log.warning("the evidence is quoted, as the model cannot answer: %s", error)
                draft.fallback = "unavailable"
        yield Checking()
        answer = self.checked("" if draft.fallback else draft.text, found, evidence)
        usage = draft.usage
        timings = Timings(
            found.timings.search_ms,
            draft.first_token_ms,
            _ms_since(began),
            usage.prompt_tokens if usage else None,
            usage.answer_tokens if usage else None,
        )
        yield Finished(found, replace(answer, missing=missing, fallback=draft.fallback), timings)

    def _write(
        self, draft: _Draft, generator: Generator, found: Found, evidence: Sequence[Evidence], began: float
    ) -> Events[Event, None, None]:
        """Let the model write the draft, for answer_seconds at most."""
        prompt = messages(found.standalone_question, evidence)
        grammar = figure_grammar(evidence, found.standalone_question)
        deadline = time.perf_counter() + self.answer_seconds
        with closing(generator.generate(prompt, max_tokens=MAX_TOKENS, grammar=grammar)) as pieces:
            for piece in pieces:
                if time.perf_counter() > deadline:
                    draft.fallback = "overtime"
                    return
                if isinstance(piece, Usage):
                    draft.usage = piece
                    continue
                if piece and draft.first_token_ms is None:
                    draft.first_token_ms = _ms_since(began)
                draft.text += piece
                yield Drafting(without_marks(draft.text))  # its marks are numbers of evidence, not yet of citations

    def _replied(self, said: str, polite: Courtesy) -> Events[Event, None, None]:
        timings = Timings(0.0, total_ms=0.0)
        found = Found(said.strip(), said.strip(), (), timings, needs_model=False)
        yield found
        titles = [report.title for report in self.library.reports]
        yield Finished(found, courtesy_answer(polite, titles), timings)

    def _digested(self, question: str, reports: Sequence[IndexedReport], began: float) -> Events[Event, None, None]:
        found, answer = digest(question.strip(), reports, self.library)
        yield found
        yield Finished(found, answer, Timings(0.0, total_ms=_ms_since(began)))

    def evidence(self, found: Found) -> list[Evidence]:
        """The stretches of the hits that the answer may rest on; none where nothing found bears on the question."""
        hits = found.hits[:EVIDENCE_HITS]
        encoder = self.library.encoder.name
        sides = self._sides(found)
        if all(names for _, names in untold_by_side(found, self.library)):
            return []
        if not bears_on(found.question, self._asked(found), hits, self.library, encoder=encoder, sides=sides):
            return []
        chosen = self._select(found, BROAD_BUDGET_CHARS, BUDGET_CHARS, PROMPT_MARGIN)
        # The best first: a small model leans on what it reads first (dev 0.93 right, and 0.89 in text order; ExpMRC the same).
        chosen.sort(key=lambda item: -item.score)
        return [replace(item, number=number) for number, item in enumerate(chosen, start=1)]

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
            if may_stand(answer, question, self.library, meant=self._meant(found), unproven=self.unproven == "show"):
                return answer
        return self._quoted(found)

    def _quoted(self, found: Found) -> Answer:
        in_turn = self._sides(found) if asks_in_turn(found.standalone_question) else []
        broad = is_broad(found.question) and not one_tells_all(in_turn, found.hits[:EVIDENCE_HITS], self.library)
        margin = BROAD_QUOTE_MARGIN if broad else QUOTE_MARGIN
        chosen = self._select(found, BROAD_QUOTE_CHARS, QUOTE_CHARS, margin)
        if len(chosen) == 1 and not self._sides(found):
            chosen = [shortened(chosen[0], found.standalone_question, self.library)]
        return quote_evidence(chosen, found.hits)

    def _sides(self, found: Found) -> list[str]:
        """The sides of a question that something found may tell of; none where it has none."""
        several = len(sides_of(found.standalone_question, self.library.reports)) > 0
        return [side for side, missing in untold_by_side(found, self.library) if not missing] if several else []

    def _missing(self, found: Found, *, unconfirmed: bool) -> str:
        """What is said of the sides that nothing found tells of, and of a stated amount that it does not tell: not the amount itself, which
        may be what somebody wants said."""
        names = [name for _, missing in untold_by_side(found, self.library) for name in missing]
        if names:
            return say("收录的相关内容没有说到{meant}。", meant=tuple(dict.fromkeys(names)))
        return say("收录的相关内容没有说到问题中的数额。") if unconfirmed else ""

    def _asked(self, found: Found) -> str:
        """The question without what it says of where to look: the name of a report is told by all its passages, and asked of none."""
        return named_scope(found.standalone_question, self.library.reports).question

    def _meant(self, found: Found) -> list[Meant]:
        asked = self._asked(found)
        known_names = listed_in(asked, self.library.reports)
        return meant_of(asked, found.question, self._sides(found), self.library.spellings, known_names)

    def _select(self, found: Found, broad_budget: int, budget: int, margin: float) -> list[Evidence]:
        return select_evidence(
            self._asked(found),
            found.hits[:EVIDENCE_HITS],
            self.library,
            budget=broad_budget if is_broad(found.question) else budget,
            margin=margin,
            meant=self._meant(found),
        )


def written(events: Events[Event, None, None]) -> Finished:
    """The last of the events, for who measures the model.

    Raises:
        GeneratorUnavailable: the evidence is quoted because the model failed.
    """
    finished = next(event for event in events if isinstance(event, Finished))
    if finished.answer.fallback is not None:
        raise GeneratorUnavailable(message("模型未能作答，无法评测；请先确认模型可用（原因见上）"))
    return finished


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
