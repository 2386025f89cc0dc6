"""A conversation as Markdown: CommonMark, with the anchors of references as its only HTML.

Whatever came from elsewhere is escaped so that a parser gives the same words back, also one that knows tables, formulas,
footnotes and the like. Dots and dashes inside a line mean nothing and stay as they are: figures are legible in the source.
"""

import re
from typing import assert_never

from chat.pages.export import Document, Kind, Label, Marks, Paragraph, Run, Text, paragraphs
from chat.pages.words import Words

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$^=@&]")
# A list, the underline of a heading or a definition, which only the start of a line makes.
_START = re.compile(r"(?m)^(\d*)([-+.):%!])")
_LINE_BREAK = "\\\n"
# No emphasis inside a line: next to Chinese punctuation its asterisks would stand there as such.
_LOOKS: dict[Kind, str] = {
    "title": "# {}",
    "question": "## {}",
    "quoted": "**{}**",
    "references": "## {}",
    "row": "> {}",
    "quote": "> {}",
}


def to_markdown(document: Document, words: Words) -> bytes:
    """The document in UTF-8, its paragraphs parted by blank lines."""
    return ("\n\n".join(_block(paragraph) for paragraph in paragraphs(document, words)) + "\n").encode()


def _block(paragraph: Paragraph) -> str:
    looks = _LOOKS.get(paragraph.kind, "{}")
    line_break = _LINE_BREAK + ("> " if looks.startswith(">") else "")
    return looks.format("".join(_run(run) for run in paragraph.runs).replace("\n", line_break))


def _run(run: Run) -> str:
    match run:
        case Text():
            return escaped(run.text)
        case Marks():
            return rf"\[{','.join(f'[{number}](#ref-{number})' for number in run.numbers)}\]"
        case Label():
            return rf'<a id="ref-{run.number}"></a>\[{run.number}\] '
        case _:
            assert_never(run)


def escaped(text: str) -> str:
    """The text as Markdown that shows just these characters, wherever on a line it stands."""
    return _START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))
