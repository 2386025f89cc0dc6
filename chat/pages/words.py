"""Every string that a reader of the pages sees, a group for each page; `chinese` and `english` give them.

A group is a record without defaults: a language that lacks a string does not come into being. What stands in braces is
filled in by `str.format`.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh-CN", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """All strings of one language."""

    language: Language
    product: str
