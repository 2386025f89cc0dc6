"""OpenAI's requests and completions as records: what is read, what is refused by its name, where the marks stand."""

import json
from dataclasses import replace
from typing import Any

import pytest

from chat.answer import Answer, Finished, Found, Timings, Turn
from chat.api.completions import (
    IGNORED,
    UNSUPPORTED,
    BadParameter,
    Stamp,
    Wanted,
    annotations_of,
    chunk_objects,
    completion_object,
    pieces_of,
    read_wanted,
    usage_object,
    without_references,
)
from chat.api.refusals import openai_error, refusal_object
from chat.contract import Asked, ask_object
from index.filters import Filter
from tests.fakes import ANSWER, HITS, LISTED, TIMINGS

USER = {"role": "user", "content": "销量？"}
LEAST: dict[str, Any] = {"model": "reportqa", "messages": [USER]}
STAMP = Stamp("chatcmpl-1", 1_700_000_000, "version-000001")
FINISHED = Finished(Found("销量？", "销量？", HITS, Timings(30.0)), ANSWER, TIMINGS)
REFUSED = replace(FINISHED, answer=Answer((), (), HITS, refusal="资料中没有找到依据。"))
HOME = "https://reports.example.com"
TEXT = (
    "2024年新能源汽车销量为1286.6万辆。[1]出口128.4万辆，同比增长6.7%。[2]预计2025年继续增长。\n\n参考文献\n"
    "[1] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15.\n"
    "[2] 某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：12."
)


def refused(**change: Any) -> BadParameter:
    with pytest.raises(BadParameter) as raised:
        read_wanted(LEAST | change, LISTED)
    return raised.value


# ---- requests


def test_the_last_message_is_the_question_and_those_before_are_the_turns() -> None:
    messages = [
        {"role": "system", "content": "你是一名律师。"},
        {"role": "user", "content": "比亚迪的销量？"},
        {"role": "assistant", "content": "302万辆。[1]"},
        {"role": "user", "content": [{"type": "text", "text": "那它"}, {"type": "text", "text": "呢？"}]},
    ]
    wanted = read_wanted(LEAST | {"messages": messages}, LISTED)
    turns = (Turn("user", "比亚迪的销量？"), Turn("assistant", "302万辆。[1]"))
    assert wanted == Wanted(Asked(None, "那它\n呢？", turns))


def test_the_references_of_an_answer_are_none_of_its_words_when_it_comes_back() -> None:
    history = [USER, {"role": "assistant", "content": TEXT}, USER]
    (_, answer) = read_wanted(LEAST | {"messages": history}, LISTED).asked.turns
    assert answer.text == ANSWER.text == without_references(TEXT)


def test_of_a_long_conversation_its_end_is_leant_on() -> None:
    messages = [{"role": "user", "content": f"第{number}问？"} for number in range(150)]
    wanted = read_wanted(LEAST | {"messages": messages}, LISTED)
    assert [turn.text for turn in wanted.asked.turns] == [f"第{number}问？" for number in range(49, 149)]


def test_where_to_look_is_told_beside_openais_parameters() -> None:
    own = {"filters": {"years": [2025], "reports": ["ev-2025"]}, "rewrite": False}
    asked = read_wanted(LEAST | {"reportqa": own}, LISTED).asked
    assert (asked.within, asked.rewrite) == (Filter(frozenset({"ev-2025"}), frozenset({2025})), False)


def test_a_stream_may_end_with_its_tokens_counted() -> None:
    wanted = read_wanted(LEAST | {"stream": True, "stream_options": {"include_usage": True}}, LISTED)
    assert (wanted.stream, wanted.with_usage) == (True, True)
    assert not read_wanted(LEAST | {"stream": True, "stream_options": None}, LISTED).with_usage


def test_what_only_tunes_a_models_style_is_taken() -> None:
    assert read_wanted(LEAST | dict.fromkeys(IGNORED, 0.7), LISTED) == read_wanted(LEAST, LISTED)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", 2),
        ("n", True),
        ("tools", [{"type": "function", "function": {"name": "f"}}]),
        ("tool_choice", "required"),
        ("functions", [{"name": "f"}]),
        ("function_call", "auto"),
        ("logprobs", True),
        ("top_logprobs", 3),
        ("response_format", {"type": "json_object"}),
        ("response_format", {"type": "json_schema", "json_schema": {}}),
        ("modalities", ["text", "audio"]),
        ("audio", {"voice": "alloy"}),
        ("prediction", {}),
        ("stop", ["。"]),
        ("web_search_options", {}),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_its_name(name: str, value: object) -> None:
    error = refused(**{name: value})
    assert (error.param, error.code, error.status) == (name, "unsupported_parameter", 400)
    assert name in str(error)


def test_what_asks_for_nothing_special_is_not_refused() -> None:
    for name, values in UNSUPPORTED.items():
        for value in (None, *values):
            assert read_wanted(LEAST | {name: value}, LISTED).asked.question == "销量？"


@pytest.mark.parametrize(
    ("change", "param", "status"),
    [
        ({"model": None}, "model", 400),
        ({"model": ["reportqa"]}, "model", 400),
        ({"model": "gpt-4o"}, "model", 404),
        ({"messages": None}, "messages", 400),
        ({"messages": "销量？"}, "messages", 400),
        ({"messages": []}, "messages", 400),
        ({"messages": [USER, {"role": "assistant", "content": "甲"}]}, "messages", 400),
        ({"messages": ["销量？"]}, "messages[0]", 400),
        ({"messages": [{"role": "tool", "content": "甲"}, USER]}, "messages[0].role", 400),
        ({"messages": [{"role": [], "content": "甲"}]}, "messages[0].role", 400),
        ({"messages": [{"role": "user"}]}, "messages[0].content", 400),
        ({"messages": [USER, {"role": "user", "content": " \n"}]}, "messages[1].content", 400),
        ({"messages": [{"role": "user", "content": "长" * 2001}]}, "messages[0].content", 400),
        ({"messages": [{"role": "user", "content": "长" * 20_001}, USER]}, "messages[0].content", 400),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "messages[0].content", 400),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content[0]", 400),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": 1}]}]}, "messages[0].content[0]", 400),
        ({"stream": "true"}, "stream", 400),
        ({"stream": 1}, "stream", 400),
        ({"stream_options": {"include_usage": True}}, "stream_options", 400),
        ({"stream": True, "stream_options": {"usage": True}}, "stream_options", 400),
        ({"stream": True, "stream_options": {"include_usage": 1}}, "stream_options.include_usage", 400),
        ({"reportqa": []}, "reportqa", 400),
        ({"reportqa": {"question": "别的？"}}, "reportqa", 400),
        ({"reportqa": {"filters": {"reports": ["none"]}}}, "reportqa", 400),
        ({"reportqa": {"rewrite": "no"}}, "reportqa", 400),
        ({"temprature": 1}, "temprature", 400),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_named_as_openai_names_it(change: dict[str, Any], param: str, status: int) -> None:
    error = refused(**change)
    assert (error.param, error.status) == (param, status)


def test_a_request_that_is_no_object_is_refused() -> None:
    with pytest.raises(BadParameter, match="JSON 对象"):
        read_wanted([LEAST], LISTED)


# ---- completions


def test_a_completion_is_the_answer_with_its_marks_and_below_it_what_they_name() -> None:
    completion: Any = completion_object(FINISHED, Asked("q1", "销量？"), STAMP, HOME)
    (choice,) = completion["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == (TEXT, "stop")
    assert completion["usage"] == {"prompt_tokens": 180, "completion_tokens": 42, "total_tokens": 222}
    assert completion["reportqa"] == ask_object(FINISHED, "q1")


def test_each_annotation_covers_its_mark_and_leads_to_the_cited_words() -> None:
    told: Any = [annotation["url_citation"] for annotation in annotations_of(ANSWER, HOME)]
    assert [TEXT[each["start_index"] : each["end_index"]] for each in told] == ["[1]", "[2]"]
    assert [each["start_index"] for each in told] == [22, 44]
    assert told[0]["title"] == "某研究院. 新能源汽车产业发展报告（2025）[R]. 2025-03：15."
    # The quote 1286.6 begins 12 letters into a passage that begins 40 letters into the fifth section.
    assert told[0]["url"].startswith(f"{HOME}/reports/ev-2025#p=4.52-58.")
    assert told[0]["url"].endswith("&at=1")


def test_a_number_that_stands_twice_has_two_annotations() -> None:
    again = replace(ANSWER, sentences=(*ANSWER.sentences, replace(ANSWER.sentences[0], citations=(2, 1))))
    text = "".join(pieces_of(again))
    told: Any = [each["url_citation"] for each in annotations_of(again, HOME)]
    assert [text[each["start_index"] : each["end_index"]] for each in told] == ["[1]", "[2]", "[2]", "[1]"]


def test_a_refusal_is_the_text_and_rests_on_nothing() -> None:
    completion: Any = completion_object(REFUSED, Asked(None, "销量？"), STAMP, HOME)
    message = completion["choices"][0]["message"]
    assert (message["content"], message["annotations"]) == ("资料中没有找到依据。", [])
    assert completion["reportqa"]["refused"] is True


@pytest.mark.parametrize("finished", [FINISHED, REFUSED])
def test_the_pieces_of_a_stream_joined_are_the_text_of_the_whole(finished: Finished) -> None:
    chunks: list[Any] = list(chunk_objects(finished, Wanted(Asked("s", "销量？"), True, True), STAMP, HOME))
    whole: Any = completion_object(finished, Asked("s", "销量？"), STAMP, HOME)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
    assert "".join(delta.get("content", "") for delta in deltas) == whole["choices"][0]["message"]["content"]
    assert [each for delta in deltas for each in delta.get("annotations", [])] == annotations_of(finished.answer, HOME)
    assert chunks[-2]["reportqa"] == whole["reportqa"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]] == [None] * (len(chunks) - 2) + ["stop"]
    assert (chunks[-1]["choices"], chunks[-1]["usage"]) == ([], whole["usage"])


def test_tokens_that_nobody_counted_are_none() -> None:
    assert usage_object(Timings(30.0)) == {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def test_a_refused_request_is_told_in_the_shape_of_its_address() -> None:
    assert refusal_object("/api/v1/ask", 404, "没有这个地址。", 7) == {"id": 7, "error": "没有这个地址。"}
    assert refusal_object("/v1/models", 503, "稍后再试。") == {
        "error": {"message": "稍后再试。", "type": "server_error", "param": None, "code": "service_unavailable"}
    }
    assert openai_error(429, "慢些。") == {
        "error": {"message": "慢些。", "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded"}
    }
