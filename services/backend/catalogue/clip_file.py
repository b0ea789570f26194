"""PURE: clips as files tell them, in our names or in those of the seeds (`r2_kind`, `r2_file`, `stream_uid`, …)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from services.backend.catalogue.clip_fields import ClipFields, ClipId, clip_id_of
from services.backend.catalogue.exercise_file import as_text, exercise_slug, folded, level
from shared.errors import InvalidInput
from shared.schemas.base import first_problem
from shared.schemas.reels import FormatId

_NAMES = {
    "clip_id": ("clip_id", "id"),
    "exercise_slug": ("exercise_slug", "exercise"),
    "kind": ("kind", "r2_kind"),
    "archetype": ("archetype", "r2_archetype"),
    "locale": ("locale", "language"),
    "duration": ("duration", "duration_seconds"),
    "fitness_level": ("fitness_level", "level"),
}
"""Ours, and what it is called elsewhere; the first that is told counts."""
_ASSETS = {"r2": ("asset", "r2_file", "key"), "stream": ("asset", "stream_uid", "playback_id"), "external": ("asset", "url")}
_KEYS = ("asset", "key", "r2_file")
_TELLING = {"r2_file": "r2", "stream_uid": "stream", "playback_id": "stream", "url": "external"}
"""What names its provider where nothing else does."""
_CLIP_ID: TypeAdapter[str] = TypeAdapter(ClipId)
COLUMNS = frozenset(_NAMES["kind"])
"""A table without one of these is not of clips."""


def read_clip(row: Mapping[str, Any]) -> tuple[str, ClipFields]:
    """The clip and its id, the same each time where the file tells none. What is empty says nothing, what nobody knows is left aside.

    Raises InvalidInput naming the field as the file does.
    """
    given = {name: value for name, value in row.items() if value is not None and value != ""}
    if "provider" not in given:
        given |= next(({"provider": provider} for name, provider in _TELLING.items() if name in given), {})
    names = _names(given)
    told = {ours: _READ.get(ours, _as_it_is)(given[theirs]) for ours, theirs in names.items()}
    try:
        clip_id = told.pop("clip_id", None)
        fields = ClipFields.model_validate(told)
        return _CLIP_ID.validate_python(clip_id) if clip_id is not None else clip_id_of(fields), fields
    except ValidationError as error:
        field, problem = first_problem(error)
        raise InvalidInput(problem, field=names.get(field, field or names["clip_id"])) from error


def _names(given: Mapping[str, Any]) -> dict[str, str]:
    """By our name of each field that is told, the file's."""
    known = {name: (name,) for name in ClipFields.model_fields} | _NAMES | {"asset": _ASSETS.get(str(given.get("provider")), _KEYS)}
    found = {ours: next((name for name in theirs if name in given), None) for ours, theirs in known.items()}
    return {ours: theirs for ours, theirs in found.items() if theirs}


def _as_it_is(value: object) -> object:
    return value


def _id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _slug(value: object) -> object:
    """Or a name, or the exercise itself, as some exports nest it."""
    named = value.get("slug") if isinstance(value, dict) else value
    return exercise_slug(named) if isinstance(named, str) else named


def _number(value: object) -> object:
    """Tables have texts."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _flag(value: object) -> object:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(str(value).casefold(), value)


def _shape(value: object) -> object:
    """Many a file has a format that is no shape, such as mp4: that is left aside."""
    return folded(value) if folded(value) in get_args(FormatId) else None


_READ: Mapping[str, Callable[[object], object]] = {
    "clip_id": _id,
    "exercise_slug": _slug,
    "kind": folded,
    "archetype": folded,
    "provider": folded,
    "start_time": _number,
    "end_time": _number,
    "duration": _number,
    "how_to": as_text,
    "benefits": as_text,
    "counteracts": as_text,
    "fitness_level": level,
    "intensity": folded,
    "format": _shape,
    "available": _flag,
}
"""How a file may write what has to be of one form."""
