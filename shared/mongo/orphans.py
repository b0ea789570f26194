"""What of the media the database knows: which reels' folders are named, and video documents in order of their id."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pymongo import ASCENDING

from shared.mongo.client import Database, Doc
from shared.schemas.generation import ACTIVE

_FIELDS = {"_id": 0, "video_id": 1, "subject_kind": 1, "subject_key": 1, "status": 1, "provider": 1, "s3_key": 1}


async def named(db: Database, video_ids: Collection[str]) -> set[str]:
    """Those of the ids that a video document, whatever its status, or an active job names.

    Jobs are asked first: a job that is no longer active by then has its document already.
    """
    ids = list(video_ids)
    active = db.generation_jobs.find({"status": {"$in": list(ACTIVE)}, "output_video_id": {"$in": ids}}, {"output_video_id": 1})
    being_made = {doc["output_video_id"] async for doc in active}
    made = {doc["video_id"] async for doc in db.videos.find({"video_id": {"$in": ids}}, {"video_id": 1})}
    return being_made | made


async def playable_after(db: Database, video_id: str, limit: int) -> list[Doc]:
    """The next `limit` videos that clients may play, by id: what their files and subject are."""
    wanted = {"video_id": {"$gt": video_id}, "status": {"$in": ["ready", "superseded"]}}
    return await db.videos.find(wanted, _FIELDS).sort("video_id", ASCENDING).limit(limit).to_list()


async def known_postings(db: Database, subject_keys: Iterable[str]) -> set[str]:
    """Those of the posting subjects that have a posting, open or closed."""
    found = db.jobs.find({"subject_key": {"$in": list(subject_keys)}}, {"_id": 0, "subject_key": 1})
    return {doc["subject_key"] async for doc in found}
