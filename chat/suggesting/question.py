"""The record of a question made from the reports."""

from dataclasses import dataclass
from typing import Literal

# figure: an amount told in a sentence; cell: one of a table; list: the things that something has; heading: what a section is
# about; event: when something was done; both: what two reports say of one thing.
QuestionKind = Literal["figure", "list", "definition", "heading", "cell", "both", "event"]


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question and where it is answered.

    passages: the ids of what answers it: of one passage, and for `both` of those of each report. told: the words there that
    answer it; "" where the whole passage does. topic: what it is about, folded.
    """

    question: str
    kind: QuestionKind
    passages: tuple[str, ...]
    told: str
    topic: str
