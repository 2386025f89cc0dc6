"""What passages answer, as questions that a person would ask: made by rule from what stands there, without a model.

A rule looks for one way of telling something (甲是指…, 2022年甲的市场规模为…, 甲包括乙、丙、丁, a row's name and a column) and
turns it round. It would rather miss a question than make a bad one: what a question names has to be a name in full, and
nothing in it may point at what stands elsewhere. Whether the library finds the answer is proved elsewhere (`suggestions`).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from chat.suggesting.asking_headings import asked_by_heading
from chat.suggesting.asking_rows import asked_by_rows
from chat.suggesting.asking_sentences import asked_by_sentences
from chat.suggesting.phrases import reads_well
from chat.suggesting.question import MadeQuestion
from ingest.report import Passage


def questions_of(passages: Sequence[Passage]) -> list[MadeQuestion]:
    """Every question that the rules make of passages in reading order, section by section, each once.

    The rows of a table and the passages of a section have to be there together: a rule looks at its neighbours.
    """
    found: dict[str, MadeQuestion] = {}
    for _, group in groupby(passages, key=lambda passage: (passage.report_id, passage.section)):
        for asked in _of_section(list(group)):
            if reads_well(asked.question):
                found.setdefault(asked.question, asked)
    return list(found.values())


def _of_section(section: Sequence[Passage]) -> Iterator[MadeQuestion]:
    yield from asked_by_heading(section)
    yield from asked_by_rows(section)
    yield from asked_by_sentences(section)
