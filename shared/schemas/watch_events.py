"""What happened to a reel on somebody's screen (`watch_events`): one shape, whichever service takes it in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.base import Document, Message, SpelledOut, Utc
from shared.schemas.subjects import SubjectKind

EventType = Literal["impression", "start", "progress", "complete", "skip", "save", "unsave", "hide", "unhide", "share", "apply", "error"]

WATCHED: frozenset[EventType] = frozenset({"start", "progress", "complete", "skip"})
"""Who sends one of these has seen the reel."""
A_DAY_S = 86_400

_Id = Annotated[str, Field(min_length=1, max_length=128)]


class WatchEvent(Message):
    """`event_id` is the client's, unique for the user: the same one again counts once. Times are the client's clock."""

    event_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
    type: EventType
    video_id: _Id
    at: Annotated[Utc, SpelledOut]
    position_seconds: Annotated[float, Field(strict=True, ge=0, le=A_DAY_S)] | None = Field(default=None, description="where in the reel")
    feed_id: _Id | None = Field(default=None, description="the feed it was shown in")
    detail: Annotated[str, Field(max_length=500)] | None = Field(default=None, description="what the error was, where it was shared, …")


class StoredWatchEvent(Document):
    """An event with whose it is, what it is about, and when it came in; `at` is never later than that."""

    user_id: str
    event_id: str
    type: EventType
    video_id: str
    subject_kind: SubjectKind
    subject_key: str
    at: datetime
    received_at: datetime
    position_seconds: float | None = None
    feed_id: str | None = None
    detail: str | None = None
