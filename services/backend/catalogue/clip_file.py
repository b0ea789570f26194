"""PURE: clips as files tell them, in our names or in those of the seeds (`r2_kind`, `r2_file`, `stream_uid`, …)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, get_args

from pydantic import ValidationError

from services.backend.catalogue.clip_fields import ClipFields, ClipId, clip_id_of
from services.backend.catalogue.exercise_file import as_text, exercise_slug, folded, level
from services.backend.catalogue.rows import invalid
from shared.errors import InvalidInput
from shared.schemas.base import problems
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
_TELLING = {"r2_file": "r2", "stream_uid": "stream", "playback_id": "stream"}
"""What names its provider where nothing else does."""
_KNOWN: Mapping[str, tuple[str, ...]] = {**{name: (name,) for name in ClipFields.model_fields}, **_NAMES}
_READABLE = frozenset(chain(*_KNOWN.values(), *_ASSETS.values(), _KEYS))
COLUMNS = frozenset(_NAMES["kind"])
"""A table without one of these is not of clips."""


class _Entry(ClipFields):
    clip_id: ClipId | None = None


def read_clip(row: Mapping[str, Any]) -> tuple[str, ClipFields]:
    """The clip and its id, the same each time where the file tells none. What is empty says nothing, what nobody knows is left aside.

    Raises InvalidInput naming the first field that is wrong as the file does, and telling what is wrong with the others.
    """
    given = _with_provider({name: value for name, value in row.items() if value is not None and value != ""})
    names = _names_of(given)
    told = {ours: _READ.get(ours, _as_it_is)(given[theirs]) for ours, theirs in names.items()}
    try:
        entry = _Entry.model_validate(told)
    except ValidationError as error:
        raise invalid([(names.get(field, field), problem) for field, problem in problems(error)]) from error
    fields = ClipFields.model_validate(entry.model_dump(exclude={"clip_id"}))
    return entry.clip_id or clip_id_of(fields), fields


def in_our_names(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields where others' names are among them, these read as in files. What is in ours, or in nobody's, stays as it is.

    Raises InvalidInput where the provider is not to be told.
    """
    given = _with_provider(sent)
    theirs = {other: ours for ours, other in _names_of(given).items() if other != ours}
    return {theirs.get(name, name): _READ.get(theirs[name], _as_it_is)(value) if name in theirs else value for name, value in given.items()}


def unread(row: Mapping[str, Any]) -> set[str]:
    """Columns that tell something and that nothing reads in any row."""
    return {name for name, value in row.items() if value is not None and value != "" and name not in _READABLE}


def _with_provider(given: Mapping[str, Any]) -> dict[str, Any]:
    """The provider added where only the name of its asset tells it. Raises InvalidInput where two do."""
    if "provider" in given:
        return dict(given)
    telling = {provider: name for name, provider in _TELLING.items() if given.get(name)}
    if len(telling) > 1:
        first, *others = telling.values()
        raise InvalidInput(f"it and {', '.join(others)} are of different providers: name the provider, or leave one out", field=first)
    if telling:
        return {**given, "provider": next(iter(telling))}
    return {**given, "provider": "external"} if given.get("url") else dict(given)  # beside a key it says where that can be seen


def _names_of(given: Mapping[str, Any]) -> dict[str, str]:
    """By our name of each field that is told, the file's."""
    known = {**_KNOWN, "asset": _ASSETS.get(str(folded(given.get("provider"))), _KEYS)}
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
