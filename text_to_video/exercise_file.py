"""An exercise from a file: a brief of ours, or one entry of a catalogue in the shape of free-exercise-db."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from shared.errors import InvalidInput
from shared.schemas.base import first_problem
from shared.schemas.clips import ClipBrief

_LEVELS = {"expert": "advanced"}


def is_exercise(given: Mapping[str, Any]) -> bool:
    """Whether these are an exercise's fields, not a posting's."""
    return "instructions" in given and not {"content", "description", "title"} & given.keys()


def clip_brief(given: Mapping[str, Any]) -> ClipBrief:
    """From {exercise, instructions …}, or {name, instructions, primaryMuscles, secondaryMuscles, level, equipment …}.

    `archetype` is professional and `kind` instruction unless given. Raises InvalidInput naming the field.
    """
    fields = dict(given) if "exercise" in given else _from_catalogue(given)
    try:
        return ClipBrief.model_validate({"kind": "instruction", "archetype": "professional", **fields})
    except ValidationError as error:
        field, problem = first_problem(error)
        raise InvalidInput(problem, field=field) from error


def _from_catalogue(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A catalogue has more fields than a brief; those it does not know are left aside."""
    if not isinstance(entry.get("name"), str):
        raise InvalidInput("Field required", field="name")
    muscles = [*_list(entry, "primaryMuscles"), *_list(entry, "secondaryMuscles"), *_list(entry, "muscles")]
    instructions, level = entry["instructions"], entry.get("level")
    known = {key: entry[key] for key in ("kind", "archetype", "language", "equipment") if entry.get(key)}
    return {
        **known,
        "exercise": entry["name"],
        "instructions": instructions.splitlines() if isinstance(instructions, str) else instructions,
        "level": _LEVELS.get(level, level) if isinstance(level, str) else level,
        "muscles": muscles,
    }


def _list(entry: Mapping[str, Any], key: str) -> list[Any]:
    """A list, whatever a catalogue wrote there: one name, several, none."""
    value = entry.get(key) or []
    return value if isinstance(value, list) else [value]
