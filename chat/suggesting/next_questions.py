"""What to ask next: questions that stand near an answer, or near a question that was refused, without an embedding.

After an answer they are made from the passages that it cites and what stands around them. They are not proved as suggestions
are; but each is made of a passage that is there, and is answered by it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, zip_longest

from chat.answer import Answer, Found
from chat.suggesting.asking import questions_of
from chat.suggesting.phrases import names_in
from chat.suggesting.question import MadeQuestion
from index.library import PassageIndex
from index.segment import fold, segment_question
from ingest.report import Passage

MOST = 3
_NEAR = 30  # passages read on either side of a cited one, at most: 20 µs each
_SAME = 0.8  # of the words of two questions together


def follow_up_questions(
    found: Found,
    answer: Answer,
    library: PassageIndex,
    suggestions: Sequence[MadeQuestion],
    *,
    asked: Collection[str] = (),
) -> tuple[str, ...]:
    """At most three questions to ask after this answer, none of which was asked or is answered by it.

    Of the same row another column, of the same table another row, what a name in the answer is, what another report says,
    what else its section and its chapter tell; after a refusal the suggestions that share most words with the question.

    asked: the questions of the conversation before this one.
    """
    before = _Before([found.question, found.standalone_question, *asked])
    if answer.refusal is not None or not answer.citations:
        return tuple(before.new(each.question for each in _nearest(found.standalone_question, suggestions)))
    around = _Around(found, answer, library)
    near = [[each for each in one if not around.tells(each)] for one in around.kinds(suggestions)]
    in_turn = (each for turn in zip_longest(*near) for each in turn if each is not None)
    chapter = (each for each in around.of_its_chapters(suggestions) if not around.tells(each))
    return tuple(before.new(each.question for each in chain(in_turn, chapter)))


class _Before:
    """What was asked, in words: the same question in another order is the same."""

    def __init__(self, questions: Iterable[str]) -> None:
        self._asked = [_words(question) for question in questions]

    def new(self, questions: Iterable[str]) -> list[str]:
        """The first of the questions that are not like one asked or another one of them."""
        new: list[str] = []
        for question in questions:
            words = _words(question)
            if any(len(words & other) >= _SAME * len(words | other) for other in self._asked):
                continue
            new.append(question)
            self._asked.append(words)
            if len(new) == MOST:
                break
        return new


def _words(question: str) -> frozenset[str]:
    return frozenset(segment_question(question))


def _nearest(question: str, suggestions: Sequence[MadeQuestion]) -> list[MadeQuestion]:
    """The suggestions with most characters in words shared with the question first; those with none as they stand."""
    words = _words(question)
    return sorted(
        suggestions, key=lambda asked: -sum(len(word) for word in words & _words(asked.question) if len(word) > 1)
    )


@dataclass(frozen=True, slots=True)
class _Around:
    """An answer, the passages that it cites, and those around them."""

    found: Found
    answer: Answer
    library: PassageIndex

    def kinds(self, suggestions: Sequence[MadeQuestion]) -> Iterator[list[MadeQuestion]]:
        """Questions near the answer, nearest kind first."""
        cited = self._cited()
        ids = {passage.id for passage in cited}
        reports = {passage.report_id for passage in cited}
        tables = {_table(passage) for passage in cited if passage.cells}
        passages = {passage.id: passage for each in cited for passage in self._section(each)}
        made = questions_of(sorted(passages.values(), key=lambda one: (one.report_id, one.section, one.start)))
        elsewhere = {hit.passage.id: hit.passage for hit in self.found.hits if hit.passage.id not in passages}
        others = questions_of([passage for passage in elsewhere.values() if not passage.cells])
        names, said = names_in(self.found.standalone_question), fold(self.answer.text)

        def shared(each: MadeQuestion) -> int:
            return -len(names & names_in(each.question))

        cells = [each for each in made if each.kind == "cell"]
        yield [each for each in cells if each.passages[0] in ids]
        yield sorted(
            (each for each in cells if each.passages[0] not in ids and _table(passages[each.passages[0]]) in tables),
            key=shared,
        )
        yield [
            each
            for each in chain(made, others, suggestions)
            if each.kind == "definition" and each.topic in said and each.passages[0] not in ids
        ]
        told_elsewhere = (each for each in others if elsewhere[each.passages[0]].report_id not in reports)
        of_both = (each for each in suggestions if each.kind == "both" and each.topic in said)
        yield sorted((each for each in chain(told_elsewhere, of_both) if shared(each)), key=shared)
        yield [each for each in made if each.kind != "cell"]
        yield sorted((each for each in chain(others, suggestions) if shared(each)), key=shared)

    def tells(self, asked: MadeQuestion) -> bool:
        """Whether the answer has what a question asks for."""
        if asked.kind == "cell":
            return asked.told in self.answer.text
        quotes = [one.quote.strip() for one in self.answer.citations if one.passage.id in asked.passages]
        return any(not asked.told or quote in asked.told or asked.told in quote for quote in quotes)

    def _cited(self) -> list[Passage]:
        return list({one.passage.id: one.passage for one in self.answer.citations}.values())

    def _section(self, passage: Passage) -> Iterator[Passage]:
        """The passages of its section that stand near a passage, with it."""
        row = self.library.passages.row(passage.id)
        for step in (-1, 1):
            for at in range(row if step > 0 else row - 1, max(row + step * _NEAR, -1), step):
                if at >= len(self.library.passages):
                    break
                near = self.library.passages[at]
                if (near.report_id, near.section) != (passage.report_id, passage.section):
                    break
                yield near

    def of_its_chapters(self, suggestions: Sequence[MadeQuestion]) -> Iterator[MadeQuestion]:
        """The suggestions from the chapters of the cited passages."""
        chapters = {_chapter(passage) for passage in self._cited()}
        passages = self.library.passages
        for asked in suggestions:
            with suppress(KeyError):  # of a version that was replaced meanwhile
                if _chapter(passages[passages.row(asked.passages[0])]) in chapters:
                    yield asked


def _chapter(passage: Passage) -> tuple[str, tuple[str, ...]]:
    return passage.report_id, passage.headings[1:2]


def _table(passage: Passage) -> tuple[str, int, str]:
    return passage.report_id, passage.section, passage.caption
