"""Pages of a list: where one ended, as an opaque word for the client, and how long they may be. PURE."""

from __future__ import annotations

import base64
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, Field

from shared.errors import InvalidInput

Position = TypeVar("Position", bound=BaseModel)

CursorText = Annotated[str, Field(max_length=20_000, pattern=r"^[A-Za-z0-9_-]+$")]
Cursor = Annotated[CursorText | None, Field(description="`next_cursor` of the page before; none: the first page")]
NextCursor = Annotated[str | None, Field(description="for what follows; null: nothing does")]


def encode(position: BaseModel | None) -> str | None:
    if position is None:
        return None
    return base64.urlsafe_b64encode(position.model_dump_json().encode()).decode().rstrip("=")


def decode(cursor: str | None, position: type[Position]) -> Position | None:
    """What `encode` was given; None for None. Raises InvalidInput for anything `encode` did not make."""
    if cursor is None:
        return None
    try:
        return position.model_validate_json(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except ValueError as error:
        raise InvalidInput("it is no cursor of this list", field="cursor", code="cursor_invalid") from error


def clamped(most: int) -> AfterValidator:
    """For a limit: what is asked for, but 1 at least and `most` at most."""
    return AfterValidator(lambda asked: min(max(asked, 1), most))
