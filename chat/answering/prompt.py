"""Every word said to the model.

The system prompt comes first and never changes, so that the model's cache keeps it; evidence is short, since the wait
for the first token is the number of prompt tokens behind that cache.
"""

import re
from collections.abc import Sequence

from chat.evidence.evidence import Evidence
from chat.marks import disarmed
from index.segment import fold, segment_question

SYSTEM = (
    "你根据给出的资料回答问题。直接给出答案，只说问题问到的内容，不重复问题，不解释，不用资料以外的知识。"
    "数字、名称照抄资料。每句话末尾用方括号注明所依据的资料编号，如[1]。"
)
# Longest answer drafted: 160 tokens are about 240 characters, more than the longest answer counted as one.
MAX_TOKENS = 160

_CONTROL = re.compile(r"<\|")


def messages(question: str, evidence: Sequence[Evidence]) -> list[dict[str, str]]:
    """The chat messages for a question that stands alone and its numbered evidence."""
    places = [_place(item, question) for item in evidence]
    sources = "\n".join(
        f"[{item.number}] {place if place != before else ''}{plain(item.reading)}"
        for item, place, before in zip(evidence, places, ["", *places], strict=False)
    )
    return [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": f"资料：\n{sources}\n\n问题：{plain(question)}"},
    ]


def _place(item: Evidence, question: str) -> str:
    """Where a stretch stands, for a row and where that tells of the question what its words do not; else "".

    Every place would be a quarter of the evidence, and half a second of waiting for the first token.
    """
    words = [word for word in segment_question(question) if len(word) > 1]
    place, reading = fold(item.place), fold(item.reading)
    tells = bool(item.hit.passage.cells) or any(word in place and word not in reading for word in words)
    return f"{plain(item.place)}：" if tells else ""


def plain(text: str) -> str:
    """Text as the model may read it: one line, no control tokens, and no `[3]` that it could cite as ours."""
    one_line = " ".join(text.split())
    return disarmed(_CONTROL.sub("< |", one_line))
