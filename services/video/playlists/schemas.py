"""What is asked of `POST /playlists` and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, ValidatorFunctionWrapHandler, WrapValidator

from services.web.identity import UserId
from shared.mongo import clip_requests
from shared.schemas.base import Message
from shared.schemas.clips import Archetype, ClipKind
from shared.schemas.locales import LOCALE_PATTERN, canonical

Reason = Literal["exact", "other_archetype", "similar_exercise", "other_language"]
"""Levels 1, 2 and 3 in words; the last for a clip of any level that speaks another language than asked for."""
Level = Literal[1, 2, 3]
Lack = Literal["no_clip", "not_available", "not_known"]
Making = Literal[clip_requests.Making, "not_asked"]


def _number(value: object) -> object:
    """JSON Schema takes 1.0 for an integer; pydantic's strict mode does not, and its lax mode takes "1" and true as well."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number:
        raise ValueError("it needs to be a whole number")
    return value


Whole = Annotated[int, BeforeValidator(_number)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Slug = Annotated[str, Field(min_length=1, max_length=200)]
Locale = Annotated[str, Field(pattern=LOCALE_PATTERN, examples=["en"]), AfterValidator(canonical)]
_WHOSE = {
    "anyOf": [{"properties": {"personal": {"const": False}}}, {"required": ["user_id"], "properties": {"user_id": {"type": "string"}}}]
}


class _Asked(Message):
    week: Whole = Field(ge=1, le=52, description="counts from 1")
    day: Whole = Field(ge=1, le=7, description="counts from 1 in its week")
    user_id: UserId | None = Field(default=None, description="whom it is for; does not change the choice unless `personal`")
    personal: StrictBool = Field(default=False, description="let the choice differ between users: `user_id` becomes a part of the seed")
    similar_for_required: StrictBool = Field(
        default=False, description="a clip of a similar exercise may also stand in for a technique or an instruction"
    )


class ExercisesAsked(_Asked, json_schema_extra=_WHOSE):
    """A day by its exercises. The same `workout_id` gives the same choice."""

    workout_id: Id
    archetype: Archetype
    locale: Locale = "en"
    exercises: tuple[Slug, ...] = Field(min_length=1, max_length=30, description="slugs in order; one named again is shown once")


class PlanAsked(_Asked, json_schema_extra=_WHOSE):
    """A day of a stored plan, with the plan's archetype and locale unless others are named."""

    plan_id: Id
    archetype: Archetype | None = None
    locale: Locale | None = None


def _chosen(body: Any, _: ValidatorFunctionWrapHandler) -> ExercisesAsked | PlanAsked:
    """One of the two, so that what is wrong is told of that one alone."""
    of_plan = isinstance(body, Mapping) and "plan_id" in body
    if isinstance(body, Mapping) and not of_plan and "exercises" not in body:
        raise ValueError("name a day by its workout_id, archetype and exercises, or by a stored plan's plan_id")
    return PlanAsked.model_validate(body) if of_plan else ExercisesAsked.model_validate(body)


PlaylistAsked = Annotated[ExercisesAsked | PlanAsked, WrapValidator(_chosen)]


class PlaylistItem(Message):
    type: ClipKind
    kind: ClipKind = Field(description="as `type`")
    exercise_slug: str | None = Field(description="the exercise it is played for; null for intro and closing")
    clip_id: str
    clip_exercise_slug: str | None = Field(description="the exercise it shows: another one at level 3")
    archetype: Archetype = Field(description="who presents it")
    level: Level
    reason: Reason
    provider: str
    url: str = Field(description="where it is played from; signed for a while where the bucket is private")
    hls_url: str | None = Field(description="the same as HLS, where a worker of ours made it")
    duration: float = Field(description="seconds, to the millisecond")
    start_time: float | None = Field(description="seconds into the file; null: its beginning")
    end_time: float | None = Field(description="seconds into the file; null: its end")


class MissingClip(Message):
    exercise_slug: str
    kind: ClipKind
    reason: Lack = Field(
        description="`not_available`: there are some, and none can be played now; `not_known`: there are some, and whoever has them does "
        "not answer, or cannot be asked from here"
    )
    generation: Making = Field(
        description="what came of asking for one to be made. `created`, `joined`: it is being made, the next playlist has it; `ready`: it "
        "was made already; `blocked`: it failed for good, or lately; `queue_full` (MAX_QUEUE_DEPTH or "
        "PLAYLIST_MAX_CLIP_JOBS), `unavailable`: ask again later; `impossible`: the exercise has no instructions in this language; "
        "`not_asked`: it may well be there"
    )
    job_id: str | None = Field(description="the job that makes it")


class Playlist(Message):
    workout_id: str
    week: int
    day: int
    archetype: Archetype
    locale: str
    seed: str = Field(
        description="what all that is left to chance depends on: workout, week, day, archetype, locale, and the user if asked"
    )
    algo_version: int = Field(description="how the choice is made; with the same seed and revision it gives the same choice")
    catalog_revision: str = Field(description="digest of all clips considered, whether they were available included")
    complete: bool = Field(description="whether every technique and instruction is there")
    duration: float = Field(description="seconds, all items")
    items: tuple[PlaylistItem, ...] = Field(description="in the order in which they are played")
    missing: tuple[MissingClip, ...]
