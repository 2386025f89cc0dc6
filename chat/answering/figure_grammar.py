"""A grammar (GBNF, as llama.cpp reads it) of the answers that have no digits but those of the evidence.

What a model that decodes by it may still get wrong is left to the check: whose figure it took, its magnitude, a point or comma
between two figures, and what it writes in Chinese numerals.
"""

import re
from collections.abc import Iterable, Sequence

from chat.evidence.evidence import Evidence

# A figure with its thousands commas, a date by its parts; full-width ones as they stand.
_FIGURE = re.compile(r"[0-9０-９]+(?:,[0-9]{3}(?![0-9]))*(?:[.．][0-9０-９]+)?")
_DATED = re.compile(r"((?:19|20)[0-9]{2})\.[0-9]{1,2}")
# The digits of a name in the question, GPT-4 and A100: an answer may call a thing as it was asked about.
_NAMED = re.compile(r"[A-Za-z][A-Za-z-]*([0-9]+(?:\.[0-9]+)?)")


def figure_grammar(evidence: Sequence[Evidence], question: str = "") -> str:
    """Text without digits, the figures of the evidence and of where it stands, each whole, and its marks.

    Two figures never touch: 20 and 22 make no 2022. evidence: at least one.
    """
    figures = _written([*(text for item in evidence for text in (item.reading, item.place)), *_NAMED.findall(question)])
    marks = _any_of(str(item.number) for item in evidence)
    told = f"(figure rest)* figure?\nfigure ::= {_any_of(figures)}" if figures else ""
    return (
        f"root ::= rest? {told}\n"
        "rest ::= (letter | mark)+\n"
        "letter ::= [^0-9０-９\\[【［]\n"
        f'mark ::= "[" ({marks}) ((","|"，"|"、") ({marks}))* "]"\n'
    )


def _written(texts: Iterable[str]) -> list[str]:
    found = {figure for text in texts for figure in _FIGURE.findall(text)}
    years = {year for figure in found for year in _DATED.findall(figure)}
    return sorted(found | years | {figure.replace(",", "") for figure in found})


def _any_of(figures: Iterable[str]) -> str:
    return " | ".join(f'"{figure}"' for figure in figures)
