"""A workout plan: weeks of days of exercises (`workout_plans`), as the API gives it and as a model must write it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from shared.schemas.base import Document, Message
from shared.schemas.clips import Archetype, Level

Block = Literal["warm_up", "main", "cool_down"]


class PlannedExercise(Message):
    """`reps` or `seconds` for each set; `rest_seconds` after each."""

    slug: str = Field(min_length=1, max_length=200)
    block: Block = "main"
    sets: int = Field(ge=1, le=10, strict=True)
    reps: int | None = Field(default=None, ge=1, le=100, strict=True)
    seconds: int | None = Field(default=None, ge=5, le=3600, strict=True)
    rest_seconds: int = Field(default=60, ge=0, le=600, strict=True)


class PlannedDay(Message):
    """`day` is the day of the week, from 1: the days between are for rest."""

    day: int = Field(ge=1, le=7, strict=True)
    name: str = Field(min_length=1, max_length=120)
    exercises: tuple[PlannedExercise, ...] = Field(min_length=1, max_length=30)


class PlannedWeek(Message):
    """`week` counts from 1."""

    week: int = Field(ge=1, le=52, strict=True)
    focus: str = Field(default="", max_length=200)
    days: tuple[PlannedDay, ...] = Field(min_length=1, max_length=7)


class WorkoutPlan(Message):
    """What a writer of plans answers, a model included."""

    plan_name: str = Field(min_length=1, max_length=200)
    duration_weeks: int = Field(ge=1, le=52, strict=True)
    goal: str = Field(min_length=1, max_length=500)
    weeks: tuple[PlannedWeek, ...] = Field(min_length=1, max_length=52)


class StoredPlan(Document):
    """A plan and whom it was made for. `degraded` names what was wished for and had to be done without.

    `written_by`: "rules", or the hop of the model that did. `unrecognised` are those of `avoid` that nothing was left out for; a plan with
    anything to avoid carries a `disclaimer`. `version` counts its changes.
    """

    plan_id: str
    user_id: str
    plan: WorkoutPlan
    level: Level
    equipment: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    archetype: Archetype
    locale: str = "en"
    written_by: str = "rules"
    degraded: tuple[str, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="how the order was understood")
    unrecognised: tuple[str, ...] = ()
    disclaimer: str | None = None
    version: int = 0
    created_at: datetime
    updated_at: datetime
