"""Every string that a reader of the pages sees, a group for each page; `chinese` and `english` give them.

A group is a record without defaults: a language that lacks a string does not come into being. What stands in braces is
filled in by `str.format`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chat.feedback import Reason

Language = Literal["zh-CN", "en"]


@dataclass(frozen=True, slots=True)
class FeedbackWords:
    """What a reader is asked and told when judging an answer.

    reasons: why it is a 👎, in the order to offer them. comment: stands in the empty box. kept: what becomes of it all,
    said before it is sent.
    """

    up: str
    down: str
    why: str
    reasons: Mapping[Reason, str]
    comment: str
    kept: str
    send: str
    thanks: str
    withdraw: str
    withdrawn: str
    failed: str


@dataclass(frozen=True, slots=True)
class Words:
    """All strings of one language."""

    language: Language
    product: str
    feedback: FeedbackWords
