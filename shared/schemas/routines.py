"""A routine: a workout compiled from a sentence, second by second (`workout_routines`; seeds/routine-compiler.md has the names)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.schemas.base import Document, Message
from shared.schemas.clips import Archetype, ClipKind, Level
from shared.schemas.plans import Block

RoutineFormat = Literal["vertical", "square"]
Source = Literal["given", "sentence", "model", "default"]
"""Where a parameter comes from: a field of the request, the sentence by rules, the sentence by a language model, nowhere."""


class Parameters(Message):
    """What a routine is to be. `target_duration` in seconds. `equipment` None: whatever there is; empty: none at all. `body_areas` in
    words of muscles or joints; `limits` are what must be avoided: injuries and kinds of movement. `sources`: where each field is from."""

    target_duration: int = Field(ge=60, le=7200)
    intensity_level: Level
    format: RoutineFormat
    equipment: tuple[str, ...] | None = None
    body_areas: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    sources: dict[str, Source] = Field(default_factory=dict)


class Story(Message):
    """One of the things this person needs, in search terms; `block` where it belongs in a workout, None anywhere."""

    text: str = Field(min_length=3, max_length=300)
    block: Block | None = None


class DeletionMetadata(Document):
    """What has to be thought of when the routine or the clip goes; made by the server, never read from a client."""

    exercise_id: str
    vector_id: str | None = None
    clip_id: str
    video_path: str
    original_url: str = ""
    cascade_cleanup: bool = True


class RoutineExercise(Document):
    """One place of the timeline. `start_time` and `end_time` cut the clip; `starts_at` and `ends_at` are of the routine; `rest_seconds`
    follow it. All in seconds. `duration` is `sets` times `work_seconds`, with `set_rest_seconds` between them; a clip that is shorter than
    `work_seconds` is to be looped (`loop`)."""

    slot: int
    exercise_id: str
    exercise_name: str
    block: Block
    clip_id: str
    kind: ClipKind = "technique"
    archetype: Archetype = "professional"
    locale: str = "en"
    provider: str
    video_path: str
    start_time: float
    end_time: float
    duration: float
    sets: int = 1
    work_seconds: float = 0
    set_rest_seconds: float = 0
    loop: bool = False
    starts_at: float
    ends_at: float
    rest_seconds: float = 0
    how_to: str = ""
    benefits: str = ""
    counteracts: str = ""
    fitness_level: Level | None = None
    intensity: str | None = None
    cues: tuple[str, ...] = ()
    muscles: tuple[str, ...] = ()
    equipment: str | None = None
    requirement_story: str
    relevance_score: float
    deletion_metadata: DeletionMetadata


class RoutineMetadata(Document):
    total_duration: float
    exercise_count: int
    created_at: datetime


class RoutineData(Document):
    routine_id: str
    user_requirements: str
    target_duration: int
    intensity_level: Level
    format: RoutineFormat
    exercises: tuple[RoutineExercise, ...]
    metadata: RoutineMetadata


class StoredRoutine(Document):
    """`clip_ids` and `exercise_ids` are what it uses; `missing_clips` those deleted since; `replaced` the exercises that were taken out
    of it by asking for others. `degraded` names what had to be done without. One with limits carries a `disclaimer`."""

    routine_id: str
    user_id: str
    user_requirements: str
    target_duration: int
    intensity_level: Level
    format: RoutineFormat
    parameters: Parameters
    requirement_stories: tuple[Story, ...]
    routine_data: RoutineData
    clip_ids: tuple[str, ...]
    exercise_ids: tuple[str, ...]
    missing_clips: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    disclaimer: str | None = None
    schema_version: int = 1
    version: int = 0
    created_at: datetime
    updated_at: datetime
