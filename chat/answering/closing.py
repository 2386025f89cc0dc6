"""Marks that close: what was joined from cells and sentences ends each of them once, and as a sentence of an answer ends.

A row is read out as `header：cell；…`, and a cell may end with a mark of its own: 「措施：加大投入。；影响：…」.
"""

import re

_CLOSERS = r"”’」』》〉】）)\]"
_MARKS = "？?！!。；;：:，,、"  # the first of them in a run is the one that stays
_RUN = re.compile(rf"[{_MARKS}]{{2,}}")
# A stop within quotes or brackets ends the sentence around them too; a comma after it goes on with that sentence.
_STOPPED_WITHIN = re.compile(rf"(?<=[。！？!?])(?:[{_CLOSERS}]+[。；;]+)+")
_STOPS = re.compile("[。；;]")
_LOOSE_END = re.compile(r"[，,、]+$")
_ENDED = re.compile(rf"[。.！!？?；;：:…][{_CLOSERS}\"]*$")


def closed_once(text: str) -> str:
    """The text with one mark where several close the same words: 。； as 。 and ，； as ；. ？！, ！！ and 。”， stay."""
    return _STOPPED_WITHIN.sub(lambda run: _STOPS.sub("", run[0]), _RUN.sub(_one_of, text))


def as_sentence(text: str) -> str:
    """The text on one line, closed once and at its end: with the mark that it has there, else with 。"""
    joined = _LOOSE_END.sub("", closed_once(" ".join(text.split())))
    return joined if _ENDED.search(joined) else f"{joined}。"


def _one_of(run: re.Match[str]) -> str:
    marks = run[0]
    if marks.isascii() or not set(marks) - set("？?！!"):
        return marks  # C::D, and what is asked with emphasis
    return min(marks, key=_MARKS.index)
