"""The `videos` collection: finished reels, found by id, subject or any sibling posting."""

from __future__ import annotations

from collections.abc import Iterable

from pymongo import DESCENDING

from shared.mongo.client import Database
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video, VideoStatus

_KEYS = 1_000
"""Read at once: the server's own batches would stop the loop for a tenth of a second."""


async def get(db: Database, video_id: str) -> Video | None:
    """The video of this id that may be played: ready, or superseded (an older page may still hold it); never one taken down."""
    doc = await db.videos.find_one({"video_id": video_id, "status": {"$ne": "taken_down"}})
    return Video.model_validate(doc) if doc else None


async def of_any_status(db: Database, video_id: str) -> Video | None:
    """The video of this id, also one taken down."""
    doc = await db.videos.find_one({"video_id": video_id})
    return Video.model_validate(doc) if doc else None


async def statuses(db: Database, video_ids: Iterable[str]) -> dict[str, VideoStatus]:
    """The status of each of these videos that there is."""
    found = db.videos.find({"video_id": {"$in": list(video_ids)}}, {"_id": 0, "video_id": 1, "status": 1})
    return {doc["video_id"]: doc["status"] async for doc in found}


async def posting_subjects(db: Database, video_ids: Iterable[str]) -> set[str]:
    """The keys of the posting subjects these reels are of."""
    where = {"video_id": {"$in": list(video_ids)}, "subject_kind": "posting"}
    return {doc["subject_key"] async for doc in db.videos.find(where, {"_id": 0, "subject_key": 1})}


async def ready_for_posting(db: Database, greenhouse_id: str) -> Video | None:
    """The ready video of the subject this posting belongs to."""
    posting = await db.jobs.find_one({"greenhouse_id": greenhouse_id}, {"subject_key": 1})
    if posting is None:
        return None
    subject = SubjectId("posting", posting["subject_key"])
    return (await ready_for(db, [subject])).get(subject)


async def ready_for(db: Database, subjects: Iterable[SubjectId]) -> dict[SubjectId, Video]:
    """The ready video of each posting subject that has one, in one query."""
    keys = [subject.key for subject in subjects]
    cursor = db.videos.find({"subject_kind": "posting", "subject_key": {"$in": keys}, "status": "ready"})
    videos = [Video.model_validate(doc) async for doc in cursor]
    return {video.subject: video for video in videos}


async def playable(db: Database, video_ids: Iterable[str]) -> list[Video]:
    """Those of these reels that are ready, in no order."""
    return [Video.model_validate(doc) async for doc in db.videos.find({"video_id": {"$in": list(video_ids)}, "status": "ready"})]


async def with_reels(db: Database, subject_keys: Iterable[str]) -> set[str]:
    """Which of these posting subjects have a ready reel: keys only, for many at once."""
    where = {"subject_kind": "posting", "subject_key": {"$in": list(subject_keys)}, "status": "ready"}
    return {doc["subject_key"] async for doc in db.videos.find(where, {"_id": 0, "subject_key": 1})}


async def all_with_reels(db: Database) -> set[str]:
    """Every posting subject that has a ready reel: keys only, from the index alone."""
    found = db.videos.find({"subject_kind": "posting", "status": "ready"}, {"_id": 0, "subject_key": 1}, batch_size=_KEYS)
    return {doc["subject_key"] async for doc in found.hint("by_subject")}


async def newest_ready(db: Database, limit: int) -> list[Video]:
    """Up to `limit` ready posting reels, newest first."""
    cursor = db.videos.find({"status": "ready", "subject_kind": "posting"}).sort("created_at", DESCENDING).limit(limit)
    return [Video.model_validate(doc) async for doc in cursor]
