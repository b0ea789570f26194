"""What the API is asked for routines."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from services.backend.plans.schemas import Words
from services.web.identity import UserId
from shared.schemas.base import Message
from shared.schemas.clips import Level
from shared.schemas.routines import RoutineFormat
from shared.text import clean_line

SHORTEST_S, LONGEST_S = 60, 7200
"""Seconds of a routine, as `Parameters` bounds them."""
MAX_SENTENCE = 2000
"""Characters of a sentence."""


def _said(text: str) -> str:
    clean = clean_line(text)
    if not clean:
        raise ValueError("there is nothing to read in it")
    return clean


Requirements = Annotated[str, Field(min_length=1, max_length=MAX_SENTENCE), AfterValidator(_said)]


class RoutineRequest(Message):
    """Explicit fields win over what the sentence says; of what to avoid nothing is lost: `avoid` and the sentence count both."""

    user_id: UserId
    user_requirements: Requirements = Field(examples=["20 minutes, tight hips from sitting all day, beginner, no equipment"])
    target_duration: int | None = Field(default=None, ge=SHORTEST_S, le=LONGEST_S, strict=True, description="seconds")
    intensity_level: Level | None = None
    format: RoutineFormat | None = None
    equipment: tuple[Words, ...] | None = Field(
        default=None, max_length=30, description='what there is to train with, "gym" for everything; empty for nothing at all'
    )
    avoid: tuple[Words, ...] | None = Field(
        default=None, max_length=20, description="injuries, conditions and movements; see docs/plans.md"
    )
