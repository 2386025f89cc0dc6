"""The description of the HTTP interface against the interface: every route, every example, and requests made from it."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi import checks
from starlette.routing import Route
from starlette.testclient import TestClient

from chat.api.openapi import OPENAPI, OPERATIONS, Operation, document, examples
from chat.api.schemas import SCHEMAS
from tests.chat.api.real_examples import REQUESTS, answered, whole_app

DESCRIBED = ("/api/v1/", "/v1/", "/healthz")
BY_ID = {operation.id: operation for operation in OPERATIONS}


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[FastAPI, TestClient]]:
    with whole_app() as made:
        yield made


@pytest.fixture(scope="module")
def client(service: tuple[FastAPI, TestClient]) -> TestClient:
    return service[1]


def check(instance: object, component: str) -> None:
    """Raises jsonschema.ValidationError where it is not of the component."""
    whole = {"$ref": f"#/components/schemas/{component}", "components": {"schemas": dict(SCHEMAS)}}
    jsonschema.validate(instance, whole, cls=jsonschema.Draft202012Validator)


def test_every_route_is_described_and_nothing_else(service: tuple[FastAPI, TestClient]) -> None:
    there = {
        (method, route.path)
        for route in service[0].routes
        if isinstance(route, Route) and route.path.startswith(DESCRIBED)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert {(operation.method, operation.path) for operation in OPERATIONS} == there


def test_the_description_is_served_and_names_where_it_is_reached(client: TestClient) -> None:
    assert client.get(OPENAPI).json() == document()
    assert document("https://reports.example.com")["servers"] == [{"url": "https://reports.example.com"}]


def test_every_component_is_a_schema_and_is_used() -> None:
    text = str(document()["paths"]) + str(SCHEMAS)
    for name, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert f"'#/components/schemas/{name}'" in text, name


def test_people_read_chinese() -> None:
    for operation in OPERATIONS:
        assert any("一" <= letter <= "鿿" for letter in operation.summary), operation.id


def test_every_operation_has_an_example_that_is_answered_just_so(client: TestClient) -> None:
    assert set(REQUESTS) == set(BY_ID)
    assert answered(client) == examples()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_example_is_as_the_schemas_say(operation: Operation) -> None:
    example = examples()[operation.id]
    if operation.takes:
        check(example["body"], operation.takes)
    if isinstance(operation.gives, str) and operation.id != "description":
        check(example["response"], operation.gives)
    assert set(example.get("parameters", {})) <= {each["name"] for each in operation.parameters}


def test_the_examples_stand_in_the_description() -> None:
    paths: Any = document()["paths"]
    asked = paths["/api/v1/ask"]["post"]
    assert asked["requestBody"]["content"]["application/json"]["example"] == examples()["ask"]["body"]
    assert asked["responses"]["200"]["content"]["application/json"]["example"] == examples()["ask"]["response"]


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.takes], ids=lambda operation: operation.id)
def test_what_is_no_json_or_not_announced_as_it_is_refused(client: TestClient, operation: Operation) -> None:
    for body, media, status in ((b"{", "application/json", 400), (b"{}", "text/plain", 415), (b"", "", 415)):
        response = client.request(operation.method, operation.path, content=body, headers={"content-type": media})
        assert response.status_code == status
        check(response.json(), "OpenAIError" if operation.path.startswith("/v1/") else "Error")


def test_a_stream_of_each_operation_that_has_one_is_one(client: TestClient) -> None:
    for id in ("ask", "complete"):
        body = examples()[id]["body"] | ({"stream": True} if id == "complete" else {})
        response = client.post(BY_ID[id].path, json=body, headers={"accept": "text/event-stream"})
        assert response.headers["content-type"].startswith("text/event-stream")


# ---- requests made from the description


DESCRIPTION = schemathesis.openapi.from_dict(document())
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]


@DESCRIPTION.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_asked_the_answer_is_as_described(service: tuple[FastAPI, TestClient], case: Any) -> None:
    case.call_and_validate(app=service[0], checks=CHECKS)
