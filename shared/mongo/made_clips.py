"""Clips that our own workers made (`clips`): one a subject, kept in step with its reel within the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from pymongo.asynchronous.client_session import AsyncClientSession

from shared.mongo.client import Database, Doc
from shared.schemas.clips import Clip, MadeClip, made_clip
from shared.schemas.exercises import Exercise
from shared.schemas.reels import FormatId
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video


def clip_id(subject: SubjectId) -> str:
    """PURE: the same for every reel of the subject, so that one made anew keeps its place in playlists."""
    return f"reel:{subject.key}"


async def record(db: Database, video: Video, session: AsyncClientSession) -> None:
    """The clip plays this reel from now on."""
    made = made_clip(video.subject_key)
    assert made, "a worker made it by what its subject names"
    doc = await db.exercises.find_one({"slug": made.exercise_slug}, {"vectors": 0}, session=session)
    clip = of_reel(video, made, Exercise.model_validate(doc) if doc else None, datetime.now(UTC))
    values = clip.model_dump(exclude={"created_at"})
    update: Doc = {"$set": values, "$setOnInsert": {"created_at": clip.created_at}}
    await db.clips.update_one({"clip_id": clip.clip_id}, update, upsert=True, session=session)


async def withdraw(db: Database, video: Video, session: AsyncClientSession) -> None:
    """No playlist takes the clip while it plays this reel."""
    now = datetime.now(UTC)
    played = {"clip_id": clip_id(video.subject), "video_id": video.video_id}
    await db.clips.update_one(played, {"$set": {"available": False, "checked_at": now, "updated_at": now}}, session=session)


async def is_lost(db: Database, subject: SubjectId, video_id: str, session: AsyncClientSession) -> bool:
    """Whether the clip plays this reel and was found not to be playable: nobody took the reel down, so its media are gone."""
    lost = {"clip_id": clip_id(subject), "video_id": video_id, "available": False}
    return await db.clips.find_one(lost, {"_id": 1}, session=session) is not None


async def outdated(db: Database, exercises: Mapping[str, Exercise]) -> list[MadeClip]:
    """Clips of these exercises (by slug) that play a reel made from another text than theirs is now, in the order of their ids."""
    where = {"exercise_slug": {"$in": list(exercises)}, "video_id": {"$ne": None}}
    played = [doc["video_id"] async for doc in db.clips.find(where, {"_id": 0, "video_id": 1})]
    reels = db.videos.find({"video_id": {"$in": played}, "status": "ready"}, {"_id": 0, "subject_key": 1, "source_hash": 1})
    made = {doc["subject_key"]: doc["source_hash"] async for doc in reels}
    named = {key: clip for key in sorted(made) if (clip := made_clip(key)) and clip.exercise_slug in exercises}
    return [clip for key, clip in named.items() if made[key] != exercises[clip.exercise_slug].content_hash]


def _format(video: Video) -> FormatId:
    """PURE."""
    return "square" if video.width == video.height else "vertical" if video.height > video.width else "landscape"


def of_reel(video: Video, made: MadeClip, exercise: Exercise | None, now: datetime) -> Clip:
    """PURE: the catalogue's entry of a finished reel; without its words where the exercise is gone by now."""
    told = exercise and {
        "how_to": " ".join(exercise.instructions),
        "benefits": exercise.benefits,
        "counteracts": ", ".join(exercise.counteracts),
        "fitness_level": exercise.level,
    }
    return Clip(
        clip_id=clip_id(video.subject),
        **made.model_dump(),
        provider=video.provider,
        asset=video.mp4_key or video.s3_key,
        duration=video.duration_seconds,
        format=_format(video),
        video_id=video.video_id,
        available=True,
        checked_at=now,
        created_at=now,
        updated_at=now,
        **(told or {}),
    )
