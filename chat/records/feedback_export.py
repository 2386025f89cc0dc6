"""What `reportqa feedback` writes: each judgement as an object, and each 👎 as a question for `reportqa eval`.

A 👎 tells what was asked and what was answered, never what would have been right. So a question leaves here without gold:
`evaluation.read_questions` refuses the file, and names its lines, until a person has said what a right answer holds.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from chat.records.feedback import Feedback
from ingest.errors import UserError
from ingest.language import message

JsonObject = dict[str, object]


def feedback_object(feedback: Feedback) -> JsonObject:
    """One judgement, by the names of the HTTP interface."""
    return {
        "answer_id": feedback.id,
        "given_at": feedback.given_at,
        "verdict": feedback.verdict,
        "reason": feedback.reason,
        "comment": feedback.comment,
        "question": feedback.question,
        "standalone_question": feedback.standalone_question,
        "answer": feedback.answer,
        "refused": feedback.refused,
        "citations": [{"report_id": each.report_id, "passage_id": each.passage_id} for each in feedback.citations],
        "library": feedback.library,
    }


def questions_of(records: Iterable[Feedback]) -> list[JsonObject]:
    """The questions of all 👎 in the layout of `corpus/questions`, each once, by when it was first judged so.

    The question is the one that stands alone, since the turns before it are not kept. type and answerable are None, and
    what else is gold is empty; the judgements are beside it under feedback, in which no evaluation looks.
    """
    asked: dict[str, list[Feedback]] = {}
    for each in records:
        if each.verdict == "down":
            asked.setdefault(each.standalone_question, []).append(each)
    return [_question(question, judged) for question, judged in asked.items()]


def _question(question: str, judged: Sequence[Feedback]) -> JsonObject:
    beside = ("answer_id", "given_at", "reason", "comment", "question", "answer", "refused", "citations", "library")
    return {
        "id": f"feedback-{judged[0].id}",
        "type": None,
        "question": question,
        "history": [],
        "answer": "",
        "must": [],
        "must_not": [],
        "evidence": [],
        "answerable": None,
        "note": "",
        "feedback": [{name: feedback_object(each)[name] for name in beside} for each in judged],
    }


def write_questions(path: Path, questions: Iterable[JsonObject]) -> None:
    """Write them into a new file.

    Raises:
        UserError: there is a file already, in which a person may have filled in gold.
    """
    lines = "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in questions)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(lines)
    except FileExistsError as error:
        raise UserError(message("{path} 已经存在，其中可能有人工填写的标准答案；请换一个文件名", path=path)) from error
