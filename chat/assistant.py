"""The one straight path of a question: found, drafted from evidence, checked, shown.

Everything is handed in; nothing here knows of pages, files or configuration.
"""

import time
from collections.abc import Generator as Events
from collections.abc import Sequence
from contextlib import closing

from chat.answer import Answer, Drafting, Event, Finished, Found, Timings, Turn, check_question
from chat.contract import ReportLine
from chat.evidence import BROAD_BUDGET_CHARS, BUDGET_CHARS, Evidence, is_broad, select_evidence
from chat.followup import standalone_question
from chat.generation import Generator, Usage
from chat.grounding import declines, ground, quote_evidence, refuse
from chat.prompt import MAX_TOKENS, messages
from chat.relevance import bears_on
from index.library import PassageIndex

# The answer rests on the first of the hits; more of them bring in passages that only look alike.
EVIDENCE_HITS = 5
# Of a draft that was quoted instead, what a reader sees fits into these, marks aside.
QUOTE_CHARS = 200
BROAD_QUOTE_CHARS = 400
SHOWN_HITS = 10


class Assistant:
    """Answers questions over one library with one generator, or with quotes alone where there is none."""

    def __init__(self, library: PassageIndex, generator: Generator | None) -> None:
        self.library = library
        self.generator = generator

    @property
    def reports(self) -> list[ReportLine]:
        """The reports of the library in index order, with how many passages each has."""
        lines: dict[str, ReportLine] = {}
        for passage in self.library.passages:
            known = lines.get(passage.report_id)
            count = 1 + (known.passages if known else 0)
            lines[passage.report_id] = ReportLine(
                passage.report_id, passage.title, passage.publisher, passage.published, count
            )
        return list(lines.values())

    def search(self, question: str, turns: Sequence[Turn] = (), *, k: int = SHOWN_HITS) -> Found:
        """The k best passages for a question, made to stand alone by the turns before it.

        Raises:
            BadQuestion: it is empty or far too long.
        """
        began = time.perf_counter()
        asked = check_question(question)
        standalone = standalone_question(asked, turns)
        hits = self.library.search(standalone, k=k)
        return Found(asked, standalone, tuple(hits), Timings(search_ms=_ms_since(began)))

    def ask(self, question: str, turns: Sequence[Turn] = ()) -> Events[Event, None, None]:
        """What was found, at once; the draft as it grows; the checked answer. Closing it stops the model.

        Raises:
            BadQuestion: as `search`.
            GeneratorUnavailable: the model cannot answer.
        """
        began = time.perf_counter()
        found = self.search(question, turns)
        yield found
        evidence = self.evidence(found)
        if not evidence:
            answer = refuse(found.hits)
            yield Finished(found, answer, Timings(found.timings.search_ms, total_ms=_ms_since(began)))
            return
        draft, first_token_ms, usage = "", None, None
        if self.generator is not None:
            prompt = messages(found.standalone_question, evidence)
            with closing(self.generator.generate(prompt, max_tokens=MAX_TOKENS)) as pieces:  # type: ignore[type-var]
                for piece in pieces:
                    if isinstance(piece, Usage):
                        usage = piece
                        continue
                    if piece and first_token_ms is None:
                        first_token_ms = _ms_since(began)
                    draft += piece
                    yield Drafting(draft)
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
        question = found.standalone_question
        if not bears_on(question, found.hits[:EVIDENCE_HITS], self.library):
            return []
        budget = BROAD_BUDGET_CHARS if is_broad(found.question) else BUDGET_CHARS
        return select_evidence(question, found.hits[:EVIDENCE_HITS], self.library, budget=budget)

    def checked(self, draft: str, found: Found, evidence: Sequence[Evidence]) -> Answer:
        """The draft as an answer where it bears the check; else the evidence itself, which a draft must never be worse than."""
        answer = ground(draft, found.standalone_question, evidence, found.hits)
        if draft and not declines(draft) and all(sentence.supported for sentence in answer.sentences):
            return answer
        room = BROAD_QUOTE_CHARS if is_broad(found.question) else QUOTE_CHARS
        best = select_evidence(found.standalone_question, found.hits[:EVIDENCE_HITS], self.library, budget=room)
        return quote_evidence(best, found.hits)


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
