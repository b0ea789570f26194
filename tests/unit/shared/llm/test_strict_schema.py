"""Schemas for strict modes: what they do not take is gone or told in words, what they ask for is there."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from shared.llm.strict_schema import strict_schema


class Level(StrEnum):
    EASY = "easy"
    HARD = "hard"


class Step(BaseModel):
    """One step."""

    kind: Literal["step"] = "step"
    title: str = Field(max_length=9, min_length=2, description="Its name.")


class Rest(BaseModel):
    kind: Literal["rest"]
    seconds: int = Field(ge=1, le=90)


class Plan(BaseModel):
    level: Level
    first: Step = Field(description="Where to start.")
    steps: list[Annotated[Step | Rest, Field(discriminator="kind")]] = Field(default=[], max_length=3)
    note: str | None = None
    default: bool = False
    children: list[Plan] = []


STRICT = strict_schema(Plan.model_json_schema())
DEFS = STRICT["$defs"]


def nodes(schema: Any) -> list[dict[str, Any]]:
    """Every schema within a schema."""
    if isinstance(schema, list):
        return [node for each in schema for node in nodes(each)]
    if not isinstance(schema, dict):
        return []
    named = [node for key in ("properties", "$defs") for child in schema.get(key, {}).values() for node in nodes(child)]
    return [schema, *named, *(node for key, value in schema.items() if key not in ("properties", "$defs") for node in nodes(value))]


def test_every_object_is_closed_and_needs_all_it_names() -> None:
    objects = [node for node in nodes(STRICT) if node.get("type") == "object"]
    assert len(objects) == 3
    for each in objects:
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])


def test_only_keywords_that_strict_modes_take() -> None:
    known = {
        "$ref",
        "$defs",
        "type",
        "description",
        "enum",
        "const",
        "items",
        "maxItems",
        "minItems",
        "minimum",
        "maximum",
        "anyOf",
        "properties",
    }
    used = {key for node in nodes(STRICT) for key in node}
    assert used <= known | {"required", "additionalProperties"}


def test_lengths_are_told_in_words() -> None:
    assert DEFS["Step"]["properties"]["title"] == {"type": "string", "description": "Its name. (minLength 2, maxLength 9)"}


def test_numbers_enums_and_unions_stay() -> None:
    assert DEFS["Rest"]["properties"]["seconds"] == {"type": "integer", "minimum": 1, "maximum": 90}
    assert DEFS["Level"] == {"type": "string", "enum": ["easy", "hard"]}
    plan = DEFS["Plan"]["properties"]
    assert plan["steps"] == {"type": "array", "maxItems": 3, "items": {"anyOf": [{"$ref": "#/$defs/Step"}, {"$ref": "#/$defs/Rest"}]}}
    assert plan["note"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}


def test_a_reference_stands_alone() -> None:
    assert DEFS["Plan"]["properties"]["first"] == {"$ref": "#/$defs/Step"}
    assert STRICT["$ref"] == "#/$defs/Plan"


def test_a_field_may_be_called_like_a_keyword() -> None:
    assert {"default", "title"} <= {name for node in nodes(STRICT) for name in node.get("properties", {})}


def test_the_schema_given_is_not_changed() -> None:
    given = Plan.model_json_schema()
    strict_schema(given)
    assert given == Plan.model_json_schema()
