"""Every string that a reader of the pages sees, a group for each page; `chinese` and `english` give them.

A group is a record without defaults: a language that lacks a string does not come into being. What stands in braces is
filled in by `str.format`.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh-CN", "en"]


@dataclass(frozen=True, slots=True)
class LookWords:
    """Below an answer, the tables that it rests on and their plots.

    show, show_table: what opens them, with a plot and without. table: a table without a caption. source: the column of the
    marks. part: of a table too long to be shown whole. cited, others: the points that the answer cites, and the rest of the
    table. told: a plot in words, for who does not see it. forecast, hedged, left_out: what a plot does with such points.
    """

    show: str
    show_table: str
    table: str
    source: str
    copy_csv: str
    part: str
    cited: str
    others: str
    told: str
    forecast: str
    hedged: str
    left_out: str


@dataclass(frozen=True, slots=True)
class Words:
    """All strings of one language."""

    language: Language
    product: str
    look: LookWords
