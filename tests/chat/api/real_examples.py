"""The examples of the description, as a scripted assistant answers them: `python -m tests.chat.api.real_examples` writes them anew.

A test answers them again and compares, so that none can tell of what is no more.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from chat.api.openapi import EXAMPLES, OPERATIONS, Operation
from chat.pages.kept import kept_object
from chat.records.database import records_of
from chat.records.feedback import FeedbackStore
from chat.service.app import make_app
from tests.chat.api.one_report import REPORT, scripted
from tests.chat.pages.conversations import ANSWERED
from tests.fakes import PROVED, ListedShelf, ScriptedAssistant

HOME = "http://127.0.0.1:7860"
ANSWER_ID = "example-0123456789"
QUESTION = "2024年新能源汽车的销量和出口各是多少？"
MESSAGES = [{"role": "user", "content": QUESTION}]
# In this order: what is added is removed, what is given taken back.
REQUESTS: Mapping[str, Mapping[str, Any]] = {
    "health": {},
    "ask": {"body": {"id": "q1", "question": QUESTION, "filters": {"years": [2025]}}},
    "search": {"body": {"question": "新能源汽车销量", "k": 1, "filters": {"kinds": ["row"]}}},
    "reports": {},
    "add_report": {"parameters": {"name": "新报告.md"}},
    "report": {"parameters": {"report_id": REPORT.id}},
    "passages": {"parameters": {"report_id": REPORT.id, "section": 1}},
    "remove_report": {"parameters": {"report_id": "新报告.md"}},
    "export": {"body": {"format": "md", "exchanges": [kept_object(ANSWERED)]}},
    "give_feedback": {
        "body": {
            "answer_id": ANSWER_ID,
            "verdict": "down",
            "reason": "wrong_figure",
            "question": QUESTION,
            "answer": PROVED.text,
            "refused": False,
            "citations": [{"report_id": "ev-2025", "passage_id": "ev-2025#8"}],
        }
    },
    "withdraw_feedback": {"parameters": {"answer_id": ANSWER_ID}},
    "description": {},
    "complete": {"body": {"model": "reportqa", "messages": MESSAGES}},
    "models": {},
    "model": {"parameters": {"model": "reportqa"}},
}


def assistant() -> ScriptedAssistant:
    made = scripted()
    made.answer = PROVED
    return made


@contextmanager
def whole_app() -> Iterator[tuple[FastAPI, TestClient]]:
    """The service with everything that it can have, whose reports everybody may change."""
    with TemporaryDirectory() as folder:
        scripted_assistant = assistant()
        app = make_app(
            scripted_assistant,
            shelf=ListedShelf(scripted_assistant),
            feedback=FeedbackStore(records_of(Path(folder)), Path(folder)),
            editing="always",
            allowed_hosts=("127.0.0.1", "testserver"),
        )
        with TestClient(app, base_url=HOME, raise_server_exceptions=False) as client:
            yield app, client


def send(client: TestClient, operation: Operation, parameters: Mapping[str, Any], body: Any) -> Any:
    """The response to an operation's request."""
    in_path = {each["name"] for each in operation.parameters if each["in"] == "path"}
    path = operation.path.format(**{name: value for name, value in parameters.items() if name in in_path})
    query = {name: value for name, value in parameters.items() if name not in in_path}
    if operation.id == "add_report":
        headers = {"content-type": "application/octet-stream"}
        return client.request(operation.method, path, params=query, content="# 新报告".encode(), headers=headers)
    return client.request(operation.method, path, params=query, json=body)


def answered(client: TestClient) -> dict[str, Any]:
    """Each example with what it is answered, where that is JSON; the description is no example of itself."""
    made: dict[str, Any] = {}
    by_id = {operation.id: operation for operation in OPERATIONS}
    for id, request in REQUESTS.items():
        response = send(client, by_id[id], request.get("parameters", {}), request.get("body"))
        assert response.status_code == 200, (id, response.text)
        told = {"response": steady(response.json())} if isinstance(by_id[id].gives, str) and id != "description" else {}
        made[id] = {**request, **told}
    return made


def steady(response: Any) -> Any:
    """A response without what is another each time."""
    match response:
        case dict():
            fixed = {"created": 1_760_000_000, "waited_ms": 0.0} | (
                {"id": "chatcmpl-0123456789abcdef01234567"} if "choices" in response else {}
            )
            return {name: fixed[name] if name in fixed else steady(value) for name, value in response.items()}
        case list():
            return [steady(each) for each in response]
        case _:
            return response


if __name__ == "__main__":
    with whole_app() as (_, caller):
        text = json.dumps(answered(caller), ensure_ascii=False, indent=1)
    EXAMPLES.write_text(text + "\n", "utf-8")
