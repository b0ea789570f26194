"""What the API is asked about routines there are, and what it tells of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.backend.admin.paging import NextCursor
from shared.mongo.clip_requests import Making
from shared.schemas.base import Document, Message
from shared.schemas.clips import Level
from shared.schemas.plans import Block
from shared.schemas.routines import Parameters, RoutineData, RoutineFormat, StoredRoutine

MAX_BODY_BYTES = 512 * 1024
"""Of a routine that is sent back as it was read."""

Seconds = Annotated[float, Field(allow_inf_nan=False)]


class RoutineAnswer(Message):
    """A routine just compiled."""

    success: Literal[True] = True
    routine_id: str
    routine_data: RoutineData
    requirement_stories: tuple[str, ...]
    exercises_selected: int
    processing_time: float = Field(description="seconds")
    parameters: Parameters
    degraded: tuple[str, ...] = Field(description="what had to be done without")
    notes: tuple[str, ...] = Field(description="how the sentence was understood, and what the routine lacks")
    disclaimer: str | None = Field(description="told wherever something was to be avoided")


class ChangedExercise(Document):
    """What of a place may be changed; whatever else is sent is made anew. Left out: as it was, for an exercise that is new as usual."""

    exercise_id: str = Field(min_length=1, max_length=200)
    clip_id: str | None = Field(default=None, max_length=200, description="one of this exercise")
    block: Block | None = None
    sets: int | None = Field(default=None, ge=1, le=10)
    work_seconds: Seconds | None = Field(default=None, ge=5, le=600)
    set_rest_seconds: Seconds | None = Field(default=None, ge=0, le=600)
    rest_seconds: Seconds | None = Field(default=None, ge=0, le=600)
    requirement_story: str | None = Field(default=None, max_length=300, description="one of the routine's own")


class ChangedData(Document):
    exercises: tuple[ChangedExercise, ...] = Field(min_length=1, max_length=100, description="in the order in which they are to be done")


class ChangeRoutine(Document):
    """The routine as it was read, changed; of it all but the exercises is left aside."""

    routine_data: ChangedData


class RoutineSummary(Document):
    """A routine without its exercises."""

    routine_id: str
    user_requirements: str
    target_duration: int
    intensity_level: Level
    format: RoutineFormat
    total_duration: float
    exercise_count: int
    exercise_ids: tuple[str, ...]
    missing_clips: tuple[str, ...]
    version: int
    created_at: datetime
    updated_at: datetime


class RoutineList(Message):
    user_id: str
    routines: tuple[RoutineSummary, ...]
    next_cursor: NextCursor


class PlaylistPlace(Message):
    """One place of the timeline with what plays there. `clip_id` is the clip that plays: another one of the exercise where the routine's
    own is `missing`; null, with all of its URLs, where there is none."""

    slot: int
    exercise_id: str
    exercise_name: str
    block: Block
    starts_at: float
    ends_at: float
    rest_seconds: float
    sets: int
    work_seconds: float
    loop: bool = Field(description="the clip is shorter than an interval: play it again and again")
    clip_id: str | None
    url: str | None = Field(description="MP4, or whatever the provider has; signed for a while where the bucket is private")
    hls_url: str | None = Field(description="the same as HLS, where a worker of ours made it")
    duration: float | None = Field(description="seconds of the clip")
    missing: Literal["deleted", "unavailable"] | None = Field(description="what became of the routine's own clip")
    generation: Making | None = Field(description="what came of asking for one to be made")
    job_id: str | None


class Omitted(Message):
    slot: int
    reason: Literal["missing", "no_hls", "unreadable", "other_segments"] = Field(
        description="`no_hls`: the provider has no HLS of it here; `unreadable`: it cannot be read now; `other_segments`: transport "
        "streams and fragmented MP4 do not go into one playlist"
    )


class RoutinePlaylist(Message):
    routine_id: str
    version: int
    complete: bool = Field(description="whether every place has something to play")
    duration: float = Field(description="seconds of the routine, rests included")
    items: tuple[PlaylistPlace, ...]
    playlist_url: str | None = Field(description="of one HLS playlist of all clips that have HLS, each once; null: none has")
    playlist_duration: float = Field(description="seconds of that")
    omitted: tuple[Omitted, ...] = Field(description="what that does not have")


def answer_of(stored: StoredRoutine, seconds: float) -> RoutineAnswer:
    """PURE."""
    return RoutineAnswer(
        routine_id=stored.routine_id,
        routine_data=stored.routine_data,
        requirement_stories=tuple(story.text for story in stored.requirement_stories),
        exercises_selected=len(stored.exercise_ids),
        processing_time=round(seconds, 3),
        parameters=stored.parameters,
        degraded=stored.degraded,
        notes=stored.notes,
        disclaimer=stored.disclaimer,
    )
