"""What readers think over HTTP: `POST /api/v1/feedback` keeps a judgement of an answer, `DELETE` takes it back by the answer's id.

Nothing is read out here: what others asked is for who runs the service, by `reportqa feedback`.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from chat.access.limits import MovingWindow, TooOften
from chat.answer import BadQuestion, check_question
from chat.contract import JsonObject, error_object
from chat.records.database import RecordsUnavailable
from chat.records.feedback import LIBRARY, REASONS, VERDICTS, Cited, Feedback, FeedbackStore, Reason, now
from chat.service.gate import line_of
from chat.service.json_body import read_json
from ingest.language import Message, message

if TYPE_CHECKING:
    from fastapi import FastAPI

FEEDBACK_ROUTE = "/api/v1/feedback"
COMMENT_CHARS = 1_000
STANDALONE_CHARS = 4_000  # a question, and what earlier turns completed it by
ANSWER_CHARS = 20_000
MAX_CITATIONS = 100
ID_CHARS = 200
# Long enough that nobody guesses that of another reader, who could take back what was said.
ANSWER_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")
FIELDS = (
    "answer_id",
    "verdict",
    "reason",
    "comment",
    "question",
    "standalone_question",
    "answer",
    "refused",
    "citations",
    "library",
)
CITED_FIELDS = ("report_id", "passage_id")

NOT_KEPT = message("反馈没有存下，回答不受影响；请稍后重试，如仍出错请联系管理员查看服务日志。")
NO_SUCH_FEEDBACK = message("没有这个回答的反馈，可能已经撤回。")
TOO_OFTEN = message("反馈提交得太频繁：每分钟最多 {most} 次，请在 {seconds} 秒后再试。", most=0, seconds=0)
RETRY_SECONDS = 30
VERDICTS_A_MINUTE = 30  # more than anybody reads answers; callers without a name share one address's

_log = logging.getLogger(__name__)


def add_feedback_routes(
    app: "FastAPI", store: FeedbackStore, *, a_minute: int = VERDICTS_A_MINUTE, given: MovingWindow | None = None
) -> None:
    """Put the routes on the application; a store that fails fails these two alone.

    a_minute: how often one caller may judge or take back, counted in `given`; who sits at this machine is counted too, since
    a page's script may run wild anywhere.
    """
    from fastapi import Request  # noqa: PLC0415 - as in service
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import JSONResponse, Response  # noqa: PLC0415

    window = MovingWindow() if given is None else given  # an empty one is false

    async def done(request: Request, work: Callable[[], JsonObject | None]) -> Response:
        if wait := window.take(line_of(request), a_minute):
            too_many = TooOften(TOO_OFTEN, a_minute, wait)
            headers = {"Retry-After": str(too_many.seconds)}
            return JSONResponse(error_object(str(too_many)), status_code=429, headers=headers)
        try:
            result = await run_in_threadpool(work)
        except RecordsUnavailable as error:
            _log.error("feedback was not kept: %s", error)  # with the path, which is not for readers
            headers = {"Retry-After": str(RETRY_SECONDS)}
            return JSONResponse(error_object(str(NOT_KEPT)), status_code=503, headers=headers)
        if result is None:
            return JSONResponse(error_object(str(NO_SUCH_FEEDBACK)), status_code=404)
        return JSONResponse(result)

    async def give(request: Request) -> Response:
        feedback = read_feedback(await read_json(request), given_at=now())
        return await done(request, lambda: {"answer_id": feedback.id, "answer_kept": store.record(feedback)})

    async def withdraw(request: Request) -> Response:
        answer_id = request.path_params["answer_id"]
        return await done(request, lambda: {"answer_id": answer_id} if store.withdraw(answer_id) else None)

    app.add_route(FEEDBACK_ROUTE, give, methods=["POST"])
    app.add_route(FEEDBACK_ROUTE + "/{answer_id}", withdraw, methods=["DELETE"])


def read_feedback(request: object, *, given_at: str) -> Feedback:
    """Check a decoded request. reason, comment, standalone_question, citations and library may be left out.

    Without library, the version of the index that the answer is from, its words are not kept: see `FeedbackStore.record`.

    Raises:
        BadQuestion: anything in it is not as said here, or is said nowhere.
    """
    if not isinstance(request, Mapping):
        raise BadQuestion(message('请求应是一个 JSON 对象，如 {{"answer_id": "…", "verdict": "up", …}}。'))
    _check_names(request, FIELDS, message("请求"))
    answer_id, verdict, refused = request.get("answer_id"), request.get("verdict"), request.get("refused")
    if not isinstance(answer_id, str) or not ANSWER_ID.fullmatch(answer_id):
        raise BadQuestion(message("answer_id 应是 16 到 64 个字符的字符串，只含字母、数字、- 和 _。"))
    if verdict not in VERDICTS:
        raise BadQuestion(message("verdict 应是 {up} 或 {down}。", up=VERDICTS[0], down=VERDICTS[1]))
    if not isinstance(refused, bool):
        raise BadQuestion(message("refused 应是 true 或 false。"))
    question = check_question(_text(request, "question", most=None))
    answer = _text(request, "answer", most=ANSWER_CHARS)
    if not answer.strip():
        raise BadQuestion(message("answer 是空的；应是读者看到的回答。"))
    return Feedback(
        id=answer_id,
        given_at=given_at,
        verdict="up" if verdict == "up" else "down",
        reason=_reason(request),
        comment=_text(request, "comment", most=COMMENT_CHARS, default="").strip(),
        question=question,
        standalone_question=_text(request, "standalone_question", most=STANDALONE_CHARS, default=question),
        answer=answer,
        refused=refused,
        citations=_citations(request.get("citations", [])),
        library=_library(request),
    )


def _check_names(given: Mapping[object, object], known: Sequence[str], where: Message) -> None:
    """A misspelt name would otherwise be lost without a word."""
    if unknown := sorted(str(name)[:60] for name in given if name not in known):
        raise BadQuestion(
            message("{where}中没有 {unknown} 这一项；可用 {known}。", where=where, unknown=unknown[0], known=known)
        )


def _text(given: Mapping[str, object], name: str, *, most: int | None, default: str | None = None) -> str:
    text = given.get(name, default)
    if not isinstance(text, str) or (most is not None and len(text) > most):
        if most is None:
            raise BadQuestion(message("{name} 应是字符串。", name=name))
        raise BadQuestion(message("{name} 应是不超过 {most:,} 个字的字符串。", name=name, most=most))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadQuestion(message("文字中含有不完整的 Unicode 字符。")) from error
    return text


def _reason(request: Mapping[str, object]) -> Reason | Literal[""]:
    reason = request.get("reason", "")
    if reason == "":
        return ""
    if reason not in REASONS:
        raise BadQuestion(message("reason 应是 {reasons} 之一，或不给出。", reasons=REASONS))
    if request["verdict"] != "down":
        raise BadQuestion(message("reason 只用于 verdict 是 down 的反馈。"))
    return reason


def _library(request: Mapping[str, object]) -> str:
    library = _text(request, "library", most=ID_CHARS, default="")
    if library and not LIBRARY.fullmatch(library):
        raise BadQuestion(message("library 应是索引的版本，形如 version-000012，或不给出。"))
    return library


def _citations(given: object) -> tuple[Cited, ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MAX_CITATIONS:
        raise BadQuestion(message("citations 应是数组，最多 {most} 项。", most=MAX_CITATIONS))
    return tuple(_cited(each, place) for place, each in enumerate(given))


def _cited(given: object, place: int) -> Cited:
    where = f"citations[{place}]"
    if not isinstance(given, Mapping):
        raise BadQuestion(message('{where} 应是对象，如 {{"report_id": "…", "passage_id": "…"}}。', where=where))
    _check_names(given, CITED_FIELDS, message("{place} ", place=where))
    return Cited(*(_id(given, name, where) for name in CITED_FIELDS))


def _id(given: Mapping[str, object], name: str, where: str) -> str:
    id = given.get(name)
    if not isinstance(id, str) or not 0 < len(id) <= ID_CHARS or not id.isprintable():
        raise BadQuestion(
            message("{where}.{name} 应是不超过 {most} 个字符的字符串。", where=where, name=name, most=ID_CHARS)
        )
    return id
