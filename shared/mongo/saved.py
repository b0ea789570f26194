"""The `saved_reels` collection: which subjects a user has saved, or had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from shared.mongo import duplicates, newest_first, subjects
from shared.mongo.client import Database
from shared.mongo.newest_first import Position
from shared.schemas.subjects import SubjectId


@dataclass(frozen=True)
class Saving:
    """A user's word of `at`: save this subject, or do so no more."""

    subject: SubjectId
    saved: bool
    at: datetime


async def say(db: Database, user_id: str, said: Iterable[Saving]) -> None:
    """The latest word on a subject holds, in whatever order they come in, and again is the same. One word a subject at a time."""
    updates = [
        UpdateOne(
            {"_id": f"{user_id}|{word.subject.kind}|{word.subject.key}", "at": {"$lte": word.at}},
            {"$set": {"user_id": user_id, **subjects.where(word.subject), "saved": word.saved, "at": word.at}},
            upsert=True,
        )
        for word in said
    ]
    if not updates:
        return
    try:
        await db.saved_reels.bulk_write(updates, ordered=False)
    except BulkWriteError as error:
        duplicates.count(error)  # a later word is there already: the older one found no place


async def page(db: Database, user_id: str, after: Position | None, limit: int) -> tuple[list[tuple[SubjectId, datetime]], Position | None]:
    """Up to `limit` saved subjects, each with when, the latest first, and where the next page starts; None: this is the last."""
    docs, following = await newest_first.page(db.saved_reels, {"user_id": user_id, "saved": True}, after, limit)
    return [(SubjectId(doc["subject_kind"], doc["subject_key"]), doc["at"]) for doc in docs], following
