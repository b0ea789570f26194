"""The `workout_routines` collection."""

from __future__ import annotations

from pydantic import Field

from shared.mongo import newest_first
from shared.mongo.client import Database, Doc
from shared.mongo.newest_first import Position
from shared.schemas.base import Document, Message, Utc
from shared.schemas.clips import Level
from shared.schemas.routines import RoutineFormat, RoutineMetadata, StoredRoutine

_CREATED = {"routine_id", "user_id", "created_at", "missing_clips"}


class RoutineFilter(Message):
    """None: any."""

    q: str | None = Field(
        default=None, min_length=1, max_length=200, description='words of the sentence it was made from; "a phrase", -without'
    )
    intensity: Level | None = None
    exercise: str | None = Field(default=None, max_length=200, description="the slug of one it has")


class _Listed(Document):
    metadata: RoutineMetadata


class ListedRoutine(Document):
    """A routine without its exercises."""

    routine_id: str
    user_requirements: str
    target_duration: int
    intensity_level: Level
    format: RoutineFormat
    routine_data: _Listed
    exercise_ids: tuple[str, ...]
    missing_clips: tuple[str, ...]
    version: int
    created_at: Utc
    updated_at: Utc


_LISTED = {**dict.fromkeys(ListedRoutine.model_fields, 1), "routine_data": {"metadata": 1}}


async def add(db: Database, routine: StoredRoutine) -> None:
    await db.workout_routines.insert_one({"_id": routine.routine_id, **routine.model_dump()})


async def get(db: Database, routine_id: str) -> StoredRoutine | None:
    doc = await db.workout_routines.find_one({"routine_id": routine_id})
    return StoredRoutine.model_validate(doc) if doc else None


async def replace(db: Database, changed: StoredRoutine, version: int) -> StoredRoutine | None:
    """As it is then; None: it is no longer at this version, and stays as it is. Clips that were deleted meanwhile stay marked."""
    told: Doc = {
        "$set": changed.model_dump(exclude=_CREATED),
        "$pull": {"missing_clips": {"$nin": list(changed.clip_ids)}},
    }
    doc = await db.workout_routines.find_one_and_update({"routine_id": changed.routine_id, "version": version}, told, return_document=True)
    return StoredRoutine.model_validate(doc) if doc else None


async def delete(db: Database, routine_id: str, version: int | None) -> bool:
    """At this version, or at any. False: it is no longer at this version, or gone.

    A routine owns nothing: its clips, their reels and the jobs that make them are the catalogue's, and serve whoever else plays them.
    """
    at = {} if version is None else {"version": version}
    return (await db.workout_routines.delete_one({"routine_id": routine_id, **at})).deleted_count == 1


async def page(
    db: Database, user_id: str, wanted: RoutineFilter, after: Position | None, limit: int
) -> tuple[list[ListedRoutine], Position | None]:
    """Up to `limit` routines of a user, the newest first, and where the next page starts; None: this is the last."""
    where: Doc = {"user_id": user_id}
    if wanted.q is not None:
        where["$text"] = {"$search": wanted.q}
    if wanted.intensity is not None:
        where["intensity_level"] = wanted.intensity
    if wanted.exercise is not None:
        where["exercise_ids"] = wanted.exercise
    docs, following = await newest_first.page(db.workout_routines, where, after, limit, by="created_at", projection=_LISTED)
    return [ListedRoutine.model_validate(doc) for doc in docs], following
