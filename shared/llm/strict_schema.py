"""PURE: a JSON Schema within what strict modes take: every property required, none besides, only their keywords.

https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TOLD_IN_WORDS = ("minLength", "maxLength", "uniqueItems")
_DROPPED = ("title", "default", "discriminator", "examples", *_TOLD_IN_WORDS)


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a schema as Pydantic writes it. What cannot be said in it is said in descriptions; Pydantic checks it afterwards anyway."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"], **_children(schema, "$defs")}
    kept = {key: _strict(value) for key, value in schema.items() if key not in (*_DROPPED, "properties", "$defs")}
    if "oneOf" in kept:
        kept["anyOf"] = kept.pop("oneOf")
    words = ", ".join(f"{key} {schema[key]}" for key in _TOLD_IN_WORDS if key in schema)
    if words:
        kept["description"] = f"{schema.get('description', '')} ({words})".strip()
    if "properties" in schema:
        kept |= {"required": list(schema["properties"]), "additionalProperties": False}
    return kept | _children(schema, "properties") | _children(schema, "$defs")


def _children(schema: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Schemas by names of ours, which may be called like a keyword."""
    return {key: {name: strict_schema(child) for name, child in schema[key].items()}} if key in schema else {}


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return strict_schema(value)
    return [_strict(item) for item in value] if isinstance(value, list) else value
