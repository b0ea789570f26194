"""The `hidden_videos` collection: videos elsewhere, such as at YouTube, that a user never wants to see again, by id (`subject_key`).

Those of roles are in `user_job_views`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from shared.mongo import duplicates
from shared.mongo.client import Database


@dataclass(frozen=True)
class Word:
    """A user's word of `at`: hide this video, or show it again."""

    video_id: str
    hidden: bool
    at: datetime


async def say(db: Database, user_id: str, words: Iterable[Word]) -> None:
    """The latest word on a video holds, in whatever order they come in."""
    updates = [
        UpdateOne(
            {"_id": f"{user_id}|{word.video_id}", "at": {"$lte": word.at}},
            {"$set": {"user_id": user_id, "subject_key": word.video_id, "hidden": word.hidden, "at": word.at}},
            upsert=True,
        )
        for word in words
    ]
    if not updates:
        return
    try:
        await db.hidden_videos.bulk_write(updates, ordered=False)
    except BulkWriteError as error:
        duplicates.count(error)  # a later word is there already


async def among(db: Database, user_id: str, video_ids: Iterable[str]) -> set[str]:
    """Which of these the user has hidden."""
    keys = [f"{user_id}|{video_id}" for video_id in video_ids]
    found = db.hidden_videos.find({"_id": {"$in": keys}, "hidden": True}, {"subject_key": 1})
    return {doc["subject_key"] async for doc in found}
