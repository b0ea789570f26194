"""A watch history kept elsewhere, such as the seed's Supabase table, as watch events: JSON list, JSON lines or CSV. PURE.

Each row has user_id, video_id and watched_at; where told, `completed`, or how long it was watched (`watch_seconds`, `watch_duration`,
`position_seconds`); `id` names it. Other columns are passed over.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import AliasChoices, BeforeValidator, Field, StringConstraints, ValidationError

from services.web.identity import UserId
from shared.errors import InvalidInput
from shared.schemas.base import Document, Utc, first_problem
from shared.schemas.watch_events import A_DAY_S, WatchEvent

_COLUMNS = {"user_id", "video_id", "watched_at"}
_SANE = re.compile(r"[A-Za-z0-9_.:-]{1,50}")


def _nothing(value: Any) -> Any:
    """An empty cell says nothing."""
    return None if value == "" else value


def _spelled_out(value: Any) -> Any:
    """PostgreSQL writes +00 for +00:00."""
    return re.sub(r"([+-]\d\d)$", r"\1:00", value) if isinstance(value, str) and ":" in value else value


def _name(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Watched(Document):
    """One row."""

    user_id: UserId
    video_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    watched_at: Annotated[Utc, BeforeValidator(_spelled_out)]
    id: Annotated[str | None, BeforeValidator(_name)] = None
    completed: Annotated[bool | None, BeforeValidator(_nothing)] = None
    seconds: Annotated[float | None, BeforeValidator(_nothing)] = Field(
        default=None, ge=0, validation_alias=AliasChoices("watch_seconds", "watch_duration", "position_seconds")
    )


class Row(NamedTuple):
    """Where it stood, and what it says or why it says nothing."""

    where: str
    watched: Watched | None
    problem: str = ""


def read_history(data: bytes) -> Iterator[Row]:
    """Row by row. Raises InvalidInput when the file is none of the three."""
    if not data.strip():
        raise InvalidInput("the file is empty", field="file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("it is not UTF-8 text", field="file") from error
    for where, row in _rows(text):
        yield _read(where, row)


def event_of(watched: Watched) -> WatchEvent:
    """The same row is the same event, however often it is imported."""
    kind = "complete" if watched.completed else "progress" if watched.seconds else "start"
    position = None if watched.seconds is None else min(watched.seconds, float(A_DAY_S))
    told = {
        "event_id": _event_id(watched),
        "type": kind,
        "video_id": watched.video_id,
        "at": watched.watched_at,
        "position_seconds": position,
    }
    return WatchEvent.model_validate(told)


def _event_id(watched: Watched) -> str:
    if watched.id and _SANE.fullmatch(watched.id):
        return f"history:{watched.id}"
    words = f"{watched.user_id}|{watched.video_id}|{watched.watched_at.isoformat()}"
    return f"history:{hashlib.sha256(words.encode()).hexdigest()[:32]}"


def _rows(text: str) -> Iterator[tuple[str, Any]]:
    if (listed := _listed(text)) is not None:
        yield from ((f"entry {number}", row) for number, row in enumerate(listed, start=1))
    elif _COLUMNS.issubset(name.strip().strip('"') for name in text.partition("\n")[0].split(",")):
        reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
        for cells in reader:
            yield f"line {reader.line_num}", {name.strip(): value for name, value in cells.items() if isinstance(name, str)}
    else:
        yield from ((f"line {number}", _line(line)) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def _listed(text: str) -> list[Any] | None:
    """None: it is not one JSON text."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, list) else [content]


def _line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _read(where: str, row: Any) -> Row:
    if not isinstance(row, Mapping):
        return Row(where, None, "neither a JSON object nor a row under a header with user_id, video_id, watched_at")
    try:
        return Row(where, Watched.model_validate(row))
    except ValidationError as error:
        field, problem = first_problem(error)
        return Row(where, None, f"{field}: {problem}")
