"""/admin/exercises: what there is, and what of it may be planned."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from services.backend.admin import paging
from services.backend.admin.audit import Audit
from services.backend.admin.paging import Cursor, NextCursor, clamped
from services.backend.dependencies import Allowed, Db
from shared.errors import NotFound
from shared.exercises import AllowedExercises
from shared.mongo import exercises
from shared.mongo.exercises import ExerciseFilter
from shared.schemas.base import Document, Message, Utc
from shared.schemas.clips import Level
from shared.schemas.exercises import Exercise, Force, Mechanic

router = APIRouter(prefix="/exercises")


class ExercisesQuery(ExerciseFilter):
    cursor: Cursor = None
    limit: Annotated[int, clamped(200)] = Field(default=50, description="exercises per page; taken as 1 to 200")


class ExercisesPosition(Message):
    slug: str


class ListedExercise(Document):
    """`allowed`: it may be planned, as this process knows it."""

    slug: str
    name: str
    level: Level
    equipment: str | None = Field(description="null: none is needed")
    category: str
    force: Force | None
    mechanic: Mechanic | None
    muscles: tuple[str, ...]
    secondary_muscles: tuple[str, ...]
    instructions: tuple[str, ...]
    mistakes: tuple[str, ...]
    benefits: str
    counteracts: tuple[str, ...]
    locale: str
    active: bool
    allowed: bool
    content_hash: str
    created_at: Utc
    updated_at: Utc


class ExercisePage(Message):
    exercises: tuple[ListedExercise, ...]
    next_cursor: NextCursor


@router.get("")
async def list_exercises(asked: Annotated[ExercisesQuery, Query()], db: Db, allowed: Allowed) -> ExercisePage:
    """Exercises, by slug."""
    at = paging.decode(asked.cursor, ExercisesPosition)
    wanted = ExerciseFilter.model_validate(asked.model_dump(include=set(ExerciseFilter.model_fields)))
    found = await exercises.page(db, wanted, at.slug if at else "", asked.limit)
    slugs = await allowed.get_allowed_exercise_slugs()
    following = ExercisesPosition(slug=found[-1].slug) if len(found) == asked.limit else None
    return ExercisePage(exercises=tuple(_told(each, each.slug in slugs) for each in found), next_cursor=paging.encode(following))


@router.get("/allowed")
async def list_allowed(allowed: Allowed) -> AllowedExercises:
    """The exercises that may be planned: active, with a technique or instruction that can be played at some provider."""
    return await allowed.allowed()


@router.post("/allowed/invalidate")
async def invalidate(allowed: Allowed, audit: Audit) -> AllowedExercises:
    """Read them anew: here and, where Redis is shared, in every process; in others when EXERCISE_CACHE_TTL_S is over."""
    async with audit.action("invalidate_allowed_exercises", "exercises") as details:
        await allowed.invalidate_cache()
        read = await allowed.allowed()
        details.update(allowed=len(read.slugs), source=read.source)
    return read


@router.get("/{slug}")
async def get_exercise(slug: Annotated[str, Path(max_length=200)], db: Db, allowed: Allowed) -> ListedExercise:
    """One exercise, active or not."""
    found = await exercises.find(db, slug)
    if found is None:
        raise NotFound(f"there is no exercise {slug}", code="exercise_not_found")
    return _told(found, slug in await allowed.get_allowed_exercise_slugs())


def _told(exercise: Exercise, allowed: bool) -> ListedExercise:
    return ListedExercise(**exercise.model_dump(exclude={"vectors"}), allowed=allowed)
