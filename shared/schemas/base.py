"""How our Pydantic models behave: frozen values; messages forbid unknown fields, documents ignore what newer versions added."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError


class Message(BaseModel):
    """Something sent or configured: an unknown field is a mistake of the sender."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(BaseModel):
    """Something stored: `_id` and fields of other versions are not ours to refuse."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def first_problem(error: ValidationError) -> tuple[str, str]:
    """The dotted name of the first field that is wrong, "" for the whole, and what is wrong with it."""
    first = error.errors()[0]
    return ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")


def problems(error: ValidationError) -> list[tuple[str, str]]:
    """As `first_problem`, of every field that is wrong."""
    return [(".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, ")) for each in error.errors()]


def miscounted(kind: str, context: Mapping[str, Any]) -> str | None:
    """What is wrong with a list of too few or too many, for people; None: it is something else. `kind` and `context` as Pydantic tells."""
    if kind == "too_short":
        return f"there are {context['actual_length']}, at least {context['min_length']} is needed"
    return f"there are more than {context['max_length']}" if kind == "too_long" else None


def _in_utc(value: datetime) -> datetime:
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("it is before the year 1 or after 9999") from error


Utc = Annotated[datetime, AfterValidator(_in_utc)]
"""A time in UTC; one without a zone is taken as UTC."""


def _spelled_out(value: object) -> object:
    """A bare number could be seconds or milliseconds, or a year."""
    if value is None or isinstance(value, datetime) or (isinstance(value, str) and re.match(r"\d{4}-", value)):
        return value
    raise ValueError("it needs a date and a time, as in 2026-01-31T12:00:00Z")


SpelledOut = BeforeValidator(_spelled_out)
"""For a time that must be a text."""
