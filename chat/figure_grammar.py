"""A grammar (GBNF, as llama.cpp reads it) of the answers that have no figure but those of the evidence.

A model that decodes by it cannot write another digit, so what is left to check is whose figure it took.
"""

import re
from collections.abc import Iterable, Sequence

from chat.evidence import Evidence

_FIGURE = re.compile(r"[0-9](?:[0-9.,]*[0-9])?")


def figure_grammar(evidence: Sequence[Evidence]) -> str:
    """Text without digits, the figures of the evidence and of where it stands, each whole, and its marks.

    Two figures never touch: 20 and 22 make no 2022.
    """
    figures = _written(text for item in evidence for text in (item.reading, item.place))
    marks = _any_of(str(item.number) for item in evidence)
    told = f"(figure rest)* figure?\nfigure ::= {_any_of(figures)}" if figures else ""
    return (
        f"root ::= rest? {told}\n"
        "rest ::= (letter | mark)+\n"
        "letter ::= [^0-9０-９\\[【［]\n"
        f'mark ::= "[" ({marks}) ((","|"，"|"、") ({marks}))* "]"\n'
    )


def _written(texts: Iterable[str]) -> list[str]:
    return sorted({figure for text in texts for figure in _FIGURE.findall(text)})


def _any_of(figures: Iterable[str]) -> str:
    return " | ".join(f'"{figure}"' for figure in figures)
