"""Every string that a reader of the pages sees, a group for each page; `chinese` and `english` give them.

A group is a record without defaults: a language that lacks a string does not come into being. What stands in braces is
filled in by `str.format`.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh-CN", "en"]


@dataclass(frozen=True, slots=True)
class ReaderWords:
    """The reading view of a report. moved: said where the words that a link names do not stand there any more."""

    home: str
    outline: str
    before: str
    after: str
    share: str
    copied: str
    moved: str
    gone: str
    show_page: str
    sheet: str
    close: str
    no_boxes: str
    no_picture: str


@dataclass(frozen=True, slots=True)
class Words:
    """All strings of one language."""

    language: Language
    product: str
    reader: ReaderWords
