"""What the API is asked for plans, and what it tells of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from services.backend.admin.paging import NextCursor
from services.web.identity import UserId
from shared.schemas.base import Document, Message
from shared.schemas.clips import Archetype, Level
from shared.schemas.plans import WorkoutPlan
from shared.text import clean_line

MAX_WEEKS = 24
MAX_BODY_BYTES = 1024 * 1024
"""Of a plan that is sent back: as many weeks and exercises as it may have."""


def _said(text: str) -> str:
    clean = clean_line(text)
    if not clean:
        raise ValueError("there is nothing to read in it")
    return clean


Words = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S"), AfterValidator(_said)]
Goal = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S", examples=["get stronger"]), AfterValidator(_said)]


class OrderPlan(Message):
    user_id: UserId
    goal: Goal = Field(
        description="in any words: strength, muscle, fat loss, endurance and mobility are understood, else it is general fitness"
    )
    weeks: int = Field(ge=1, le=MAX_WEEKS, strict=True)
    days_per_week: int = Field(ge=1, le=7, strict=True)
    level: Level = "beginner"
    equipment: tuple[Words, ...] = Field(default=(), max_length=30, description='what there is to train with, or "gym" for everything')
    avoid: tuple[Words, ...] = Field(default=(), max_length=20, description="injuries, conditions and movements; see docs/plans.md")
    archetype: Archetype = "professional"
    locale: str = Field(default="en", pattern=r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*$", max_length=35)


class ChangePlan(Message):
    plan: WorkoutPlan


class PlanSummary(Document):
    plan_id: str
    plan_name: str
    goal: str
    duration_weeks: int
    days_per_week: int = Field(description="of its first week")
    level: Level
    archetype: Archetype
    written_by: str
    version: int
    created_at: datetime
    updated_at: datetime


class PlanList(Message):
    user_id: str
    plans: tuple[PlanSummary, ...]
    next_cursor: NextCursor
