"""OpenAI's chat completions: a request of theirs becomes a question of ours, an answer of ours a completion of theirs.

What cannot be honoured (tools, several choices, JSON as the answer's form) is refused by its name; what only tunes a model's
style is taken and not used, as nearly every client sends some of it. A draft may still be corrected, so what is streamed is
the checked answer, sentence by sentence: its pieces joined are the text that a request without `stream` gets.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chat.answer import Answer, BadQuestion, Citation, Finished, Timings, check_question
from chat.contract import (
    MAX_TURNS,
    TURN_CHARS,
    Asked,
    JsonObject,
    ReportLine,
    ask_object,
    read_asked,
)
from chat.pages.spans import citation_link
from chat.search.reference import reference
from ingest.errors import UserError
from ingest.language import Message, message

MODEL = "reportqa"
REFERENCES = "\n\n参考文献\n"
OWN_PARAMETER = "reportqa"

# Taken and not used: an answer has the length and the words that its evidence gives it.
IGNORED = (
    "frequency_penalty",
    "logit_bias",
    "max_completion_tokens",
    "max_tokens",
    "metadata",
    "min_p",
    "parallel_tool_calls",
    "presence_penalty",
    "prompt_cache_key",
    "reasoning_effort",
    "safety_identifier",
    "seed",
    "service_tier",
    "store",
    "temperature",
    "top_k",
    "top_p",
    "user",
    "verbosity",
)
# Whoever sends more than this asks for what no answer of ours is.
UNSUPPORTED: Mapping[str, Sequence[object]] = {
    "audio": (),
    "function_call": ("none",),
    "functions": ([],),
    "logprobs": (False,),
    "modalities": (["text"],),
    "n": (1,),
    "prediction": (),
    "response_format": ({"type": "text"},),
    "stop": ([],),
    "tool_choice": ("none", "auto"),
    "tools": ([],),
    "top_logprobs": (0,),
    "web_search_options": (),
}
READ = ("model", "messages", "stream", "stream_options", OWN_PARAMETER)
_OWN = ("filters", "rewrite")
# What they say is said to a model that writes; here the evidence alone decides.
_UNHEARD_ROLES = ("system", "developer")


class BadParameter(UserError):
    """A request that cannot be answered as it stands. param: what of it is wrong, as OpenAI names it."""

    def __init__(self, reason: Message, param: str | None, *, code: str = "invalid_value", status: int = 400) -> None:
        super().__init__(reason)
        self.param = param
        self.code = code
        self.status = status


@dataclass(frozen=True, slots=True)
class Wanted:
    """A valid request. with_usage: a stream ends with a chunk that counts tokens."""

    asked: Asked
    stream: bool = False
    with_usage: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every piece of one completion repeats. created: seconds since 1970. library: the version that answers."""

    id: str
    created: int
    library: str


def read_wanted(request: object, reports: Iterable[ReportLine]) -> Wanted:
    """Check a decoded request; reports are those there are, for the ids of its filters.

    Raises:
        BadParameter: anything in it is not as OpenAI's API says, or cannot be honoured here.
    """
    if not isinstance(request, Mapping):
        raise BadParameter(message("请求应是一个 JSON 对象。"), None)
    _check_model(request.get("model"))
    _check_parameters(request)
    stream = _flag(request.get("stream"), "stream")
    question, history = _read_messages(request.get("messages"))
    own = _read_own(request.get(OWN_PARAMETER))
    try:
        asked = read_asked({**own, "question": question, "history": history}, reports)
    except BadQuestion as error:  # of the rest all is well by now
        raise BadParameter(error.message, OWN_PARAMETER) from error
    return Wanted(asked, stream, _read_with_usage(request.get("stream_options"), stream=stream))


def _check_model(model: object) -> None:
    if not isinstance(model, str):
        raise BadParameter(
            message("缺少 model（字符串）；可用 {model}。", model=MODEL), "model", code="missing_required_parameter"
        )
    if model != MODEL:
        raise BadParameter(
            message("没有名为 {name} 的模型；可用 {model}。", name=repr(model[:60]), model=MODEL),
            "model",
            code="model_not_found",
            status=404,
        )


def _check_parameters(request: Mapping[object, object]) -> None:
    for name, value in request.items():
        if name in UNSUPPORTED:
            if value is not None and not _is_one_of(value, UNSUPPORTED[str(name)]):
                raise BadParameter(
                    message("不支持 {name}；请不要给出。", name=name), str(name), code="unsupported_parameter"
                )
        elif name not in READ and name not in IGNORED:
            raise BadParameter(
                message("没有 {name} 这个参数。", name=str(name)[:60]), str(name)[:60], code="unknown_parameter"
            )


def _is_one_of(value: object, allowed: Iterable[object]) -> bool:
    """Whether it is one of these, and not merely equal to one, as True is to 1."""
    return any(value == each and type(value) is type(each) for each in allowed)


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool | None):
        raise BadParameter(message("{name} 应是 true 或 false。", name=name), name)
    return bool(value)


def _read_with_usage(options: object, *, stream: bool) -> bool:
    if options is None:
        return False
    if not stream:
        raise BadParameter(message("stream_options 只用于 stream 是 true 的请求。"), "stream_options")
    if not isinstance(options, Mapping) or set(options) - {"include_usage", "include_obfuscation"}:
        raise BadParameter(message('stream_options 应是对象，如 {{"include_usage": true}}。'), "stream_options")
    return _flag(options.get("include_usage"), "stream_options.include_usage")


def _read_own(own: object) -> Mapping[str, object]:
    if own is None:
        return {}
    if not isinstance(own, Mapping) or set(own) - set(_OWN):
        raise BadParameter(
            message(
                '{own} 应是对象，可有 filters 与 rewrite，如 {{"filters": {{"years": [2023]}}}}。', own=OWN_PARAMETER
            ),
            OWN_PARAMETER,
        )
    return {str(name): value for name, value in own.items()}


def _read_messages(messages: object) -> tuple[str, list[JsonObject]]:
    """The question, and the turns before it."""
    if not isinstance(messages, Sequence) or isinstance(messages, str) or not messages:
        raise BadParameter(message("messages 应是数组，至少一条。"), "messages", code="missing_required_parameter")
    read = [_read_message(each, f"messages[{place}]") for place, each in enumerate(messages)]
    *before, (role, question) = read
    if role != "user":
        raise BadParameter(message("messages 的最后一条应是 user 的问题。"), "messages")
    try:
        check_question(question)
    except BadQuestion as error:
        raise BadParameter(error.message, f"messages[{len(before)}].content") from error
    turns: list[JsonObject] = [
        {"role": role, "content": without_references(text) if role == "assistant" else text}
        for role, text in before
        if role not in _UNHEARD_ROLES
    ]
    # A client sends the whole conversation each time; a question leans on its end.
    return question, turns[-MAX_TURNS:]


def _read_message(given: object, where: str) -> tuple[str, str]:
    if not isinstance(given, Mapping):
        raise BadParameter(message("{where} 应是对象。", where=where), where)
    role = given.get("role")
    if role not in ("user", "assistant", *_UNHEARD_ROLES):
        raise BadParameter(
            message("{where}.role 应是 user、assistant、system 或 developer。", where=where), f"{where}.role"
        )
    text = _read_content(given.get("content"), f"{where}.content")
    if role not in _UNHEARD_ROLES and len(text) > TURN_CHARS:
        raise BadParameter(
            message("{where}.content 过长：最多 {most:,} 个字。", where=where, most=TURN_CHARS), f"{where}.content"
        )
    return str(role), text


def _read_content(content: object, where: str) -> str:
    if isinstance(content, str):
        return _encodable(content, where)
    if not isinstance(content, Sequence):
        raise BadParameter(message("{where} 应是字符串，或由文字（type 是 text）组成的数组。", where=where), where)
    return "\n".join(_read_part(part, f"{where}[{place}]") for place, part in enumerate(content))


def _read_part(part: object, where: str) -> str:
    text = part.get("text") if isinstance(part, Mapping) and part.get("type") == "text" else None
    if not isinstance(text, str):
        raise BadParameter(message('{where} 应是文字，形如 {{"type": "text", "text": "…"}}。', where=where), where)
    return _encodable(text, where)


def _encodable(text: str, where: str) -> str:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadParameter(message("{where} 中含有不完整的 Unicode 字符。", where=where), where)
    return text


def without_references(text: str) -> str:
    """An answer as it was before its references: their titles are none of what the next question leans on."""
    return text.partition(REFERENCES)[0]


# ---- answers


def pieces_of(answer: Answer) -> tuple[str, ...]:
    """The text of a completion as it is streamed: its sentences with their marks, what is missing, then the references."""
    if answer.refusal is not None:
        return (answer.refusal,)
    sentences = (sentence.text + "".join(map(_mark, sentence.citations)) for sentence in answer.sentences)
    listed = "\n".join(f"{_mark(each.number)} {reference(each.passage)}" for each in answer.citations)
    missing = [f"\n{answer.missing}"] if answer.missing else []
    return (*sentences, *missing, *([REFERENCES + listed] if listed else []))


def _mark(number: int) -> str:
    return f"[{number}]"


def annotations_of(answer: Answer, home: str) -> list[JsonObject]:
    """One for each mark, in order: `text[start_index:end_index]` is the mark, counted in characters.

    home: the address of the service, without a slash at its end.
    """
    if answer.refusal is not None:
        return []
    citations = {citation.number: citation for citation in answer.citations}
    annotations, place = [], 0
    for sentence in answer.sentences:
        place += len(sentence.text)
        for number in sentence.citations:
            end = place + len(_mark(number))
            annotations.append(_annotation(citations[number], answer.citations, place, end, home))
            place = end
    return annotations


def _annotation(citation: Citation, others: Sequence[Citation], start: int, end: int, home: str) -> JsonObject:
    url = home + citation_link(citation, others).removeprefix("..")
    title = reference(citation.passage)
    told = {"start_index": start, "end_index": end, "url": url, "title": title}
    return {"type": "url_citation", "url_citation": told}


def completion_object(finished: Finished, asked: Asked, stamp: Stamp, home: str) -> JsonObject:
    """A completion, with our own answer beside it."""
    message = {
        "role": "assistant",
        "content": "".join(pieces_of(finished.answer)),
        "refusal": None,  # of OpenAI's policies; ours stands in the content, where every client shows it
        "annotations": annotations_of(finished.answer, home),
    }
    return {
        **_stamped("chat.completion", stamp),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage_object(finished.timings),
        OWN_PARAMETER: ask_object(finished, asked.id),
    }


def stage_object(stamp: Stamp, **stage: object) -> JsonObject:
    """A chunk without text, that tells what is being done."""
    return _chunk(stamp, {}) | {OWN_PARAMETER: stage}


def chunk_objects(finished: Finished, wanted: Wanted, stamp: Stamp, home: str) -> Iterable[JsonObject]:
    """The chunks of a checked answer: its pieces, its annotations, our own answer, its tokens."""
    yield from (_chunk(stamp, {"content": piece}) for piece in pieces_of(finished.answer))
    if annotations := annotations_of(finished.answer, home):
        yield _chunk(stamp, {"annotations": annotations})
    yield _chunk(stamp, {}, finish_reason="stop") | {OWN_PARAMETER: ask_object(finished, wanted.asked.id)}
    if wanted.with_usage:
        yield {**_stamped("chat.completion.chunk", stamp), "choices": [], "usage": usage_object(finished.timings)}


def first_chunk(stamp: Stamp) -> JsonObject:
    """The chunk that says who speaks."""
    return _chunk(stamp, {"role": "assistant", "content": ""})


def _chunk(stamp: Stamp, delta: JsonObject, *, finish_reason: str | None = None) -> JsonObject:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {**_stamped("chat.completion.chunk", stamp), "choices": [choice]}


def _stamped(kind: str, stamp: Stamp) -> JsonObject:
    return {
        "id": stamp.id,
        "object": kind,
        "created": stamp.created,
        "model": MODEL,
        "system_fingerprint": stamp.library,
    }


def usage_object(timings: Timings) -> JsonObject:
    """Tokens read and written by the model; 0 where none was asked, or it does not count."""
    read, written = timings.prompt_tokens or 0, timings.answer_tokens or 0
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def model_object(created: int) -> JsonObject:
    """The one model as OpenAI lists them. created: seconds since 1970."""
    return {"id": MODEL, "object": "model", "created": created, "owned_by": "reportqa"}
