"""JSON Schema (2020-12) in few words, for tools and for the description of the HTTP interface."""

from collections.abc import Mapping, Sequence
from typing import Any

from chat.contract import JsonObject

TEXT: JsonObject = {"type": "string"}
NUMBER: JsonObject = {"type": "integer"}
FLAG: JsonObject = {"type": "boolean"}
MAYBE_NUMBER: JsonObject = {"type": ["integer", "null"]}


def told(schema: JsonObject, description: str) -> JsonObject:
    """The schema with what it is, for people."""
    return {**schema, "description": description}


def record(properties: Mapping[str, JsonObject], optional: Sequence[str] = (), **more: Any) -> JsonObject:
    """An object that has all of these but the optional ones, and may have others."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required, **more}


def closed(properties: Mapping[str, JsonObject], required: Sequence[str] = (), **more: Any) -> JsonObject:
    """An object that has the required ones of these, and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def list_of(items: JsonObject, **more: Any) -> JsonObject:
    return {"type": "array", "items": items, **more}


def one_of(names: Sequence[str], **more: Any) -> JsonObject:
    """One of these strings."""
    return {"type": "string", "enum": list(names), **more}


def named(name: str) -> JsonObject:
    """A component of the description."""
    return {"$ref": f"#/components/schemas/{name}"}
