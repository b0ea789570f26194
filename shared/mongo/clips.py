"""The `clips` collection: the catalogue's segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import Field
from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from shared.errors import Conflict
from shared.mongo import generation_admin
from shared.mongo.client import Database, Doc, in_transaction
from shared.schemas.base import Message
from shared.schemas.clips import Archetype, Clip, ClipKind
from shared.schemas.videos import Video

Availability = Literal["available", "unavailable", "unknown"]
_FLAGS: Mapping[Availability, bool | None] = {"available": True, "unavailable": False, "unknown": None}


class ClipFilter(Message):
    """None: any."""

    provider: str | None = Field(default=None, max_length=60)
    exercise: str | None = Field(default=None, max_length=200, description="its slug")
    kind: ClipKind | None = None
    archetype: Archetype | None = None
    available: Availability | None = Field(default=None, description="unknown: not looked at yet")


class Deleted(NamedTuple):
    """`marked` documents say now that the clip is missing; `taken_down` is the id of the reel that went with it."""

    marked: int
    taken_down: str | None


class ClipCounts(Message):
    """Clips of one provider. `unknown`: not looked at yet."""

    provider: str
    total: int
    available: int
    unavailable: int
    unknown: int


async def get(db: Database, clip_id: str) -> Clip | None:
    doc = await db.clips.find_one({"clip_id": clip_id})
    return Clip.model_validate(doc) if doc else None


async def among(db: Database, clip_ids: Iterable[str]) -> dict[str, Clip]:
    """Those of these clips that there are, by id."""
    found = db.clips.find({"clip_id": {"$in": list(clip_ids)}})
    return {doc["clip_id"]: Clip.model_validate(doc) async for doc in found}


async def page(db: Database, wanted: ClipFilter, after: str, limit: int) -> list[Clip]:
    """Up to `limit` clips whose ids follow `after`, in that order."""
    where: Doc = wanted.model_dump(exclude={"exercise", "available"}, exclude_none=True)
    if wanted.exercise is not None:
        where["exercise_slug"] = wanted.exercise
    if wanted.available is not None:
        where["available"] = _FLAGS[wanted.available]
    found = db.clips.find({**where, "clip_id": {"$gt": after}}, sort=[("clip_id", 1)], limit=limit)
    return [Clip.model_validate(doc) async for doc in found]


async def counts(db: Database) -> list[ClipCounts]:
    """By provider, in the order of their names."""
    pipeline: list[Doc] = [
        {"$sort": {"provider": 1, "available": 1}},  # so that the index alone is read
        {"$group": {"_id": {"provider": "$provider", "available": "$available"}, "clips": {"$sum": 1}}},
    ]
    counted: dict[str, dict[bool | None, int]] = {}
    async for doc in await db.clips.aggregate(pipeline):
        counted.setdefault(doc["_id"]["provider"], {})[doc["_id"].get("available")] = doc["clips"]
    return [_counts(provider, counted[provider]) for provider in sorted(counted)]


def _counts(provider: str, of: Mapping[bool | None, int]) -> ClipCounts:
    return ClipCounts(provider=provider, total=sum(of.values()), **{name: of.get(flag, 0) for name, flag in _FLAGS.items()})


async def store(db: Database, clips: Sequence[Clip]) -> None:
    """Insert or update, each by its id."""
    if clips:
        await db.clips.bulk_write([UpdateOne({"clip_id": clip.clip_id}, _told(clip), upsert=True) for clip in clips], ordered=False)


async def insert(db: Database, clip: Clip) -> None:
    """Raises Conflict when there is one of this id."""
    try:
        await db.clips.insert_one(clip.model_dump())
    except DuplicateKeyError as error:
        raise Conflict(f"there is a clip {clip.clip_id} already", code="clip_exists") from error


async def replace(db: Database, old: Clip, new: Clip) -> bool:
    """Whether the clip still stood as `old` when it became `new`."""
    return (await db.clips.update_one(_as(old), _told(new))).matched_count == 1


async def delete(db: Database, clip: Clip, timeout_s: float) -> Deleted | None:
    """Delete the clip, mark what uses it, and take the reel down that a worker made for it: all or nothing. None: it stood so no longer."""

    async def transaction(session: AsyncClientSession) -> Deleted | None:
        gone = await db.clips.delete_one(_as(clip), session=session)
        if not gone.deleted_count:
            return None
        return Deleted(await clip_deleted(db, clip.clip_id, session), await _take_down(db, clip.video_id, session))

    return await in_transaction(db, transaction, timeout_s)


async def _take_down(db: Database, video_id: str | None, session: AsyncClientSession) -> str | None:
    """Else it would be ready for good, and the clip neither be there nor be made again."""
    doc = video_id and await db.videos.find_one({"video_id": video_id, "status": {"$ne": "taken_down"}}, session=session)
    if not doc:
        return None
    await generation_admin.withdraw(db, Video.model_validate(doc), session)
    return video_id


async def clip_deleted(db: Database, clip_id: str, session: AsyncClientSession | None = None) -> int:
    """Mark what uses a clip that is gone: routines with it among their `clip_ids` get it into `missing_clips`. Returns how many do."""
    mark = {"$addToSet": {"missing_clips": clip_id}}
    return (await db.workout_routines.update_many({"clip_ids": clip_id}, mark, session=session)).matched_count


def _told(clip: Clip) -> Doc:
    """PURE: what newer versions may have put beside stays."""
    return {"$set": clip.model_dump(exclude={"created_at"}), "$setOnInsert": {"created_at": clip.created_at}}


def _as(clip: Clip) -> Doc:
    """PURE: whoever changes a clip, checks of its availability included, changes one of these."""
    return clip.model_dump(include={"clip_id", "updated_at", "available", "checked_at", "provider", "asset"})
