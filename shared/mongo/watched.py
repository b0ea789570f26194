"""What was watched: one user's latest, for ranking; and everybody's, for learning what is watched together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from pymongo import DESCENDING

from shared.mongo.client import Database
from shared.schemas.watch_events import EventType

_TOLD = ("start", "progress", "complete", "skip", "save", "unsave", "hide", "unhide", "share", "apply")
_FIELDS = {"_id": 0, "user_id": 1, "subject_key": 1, "type": 1, "at": 1}
_BATCH = 5_000


class Watched(NamedTuple):
    """An event that says something of what somebody likes."""

    user_id: str
    subject_key: str
    type: EventType
    at: datetime


async def history(db: Database, user_id: str, limit: int) -> list[Watched]:
    """The user's latest events of such a kind, newest first."""
    found = db.watch_events.find({"user_id": user_id, "type": {"$in": _TOLD}}, _FIELDS).sort("at", DESCENDING).limit(limit)
    return [Watched(**doc) async for doc in found]


async def hidden(db: Database, user_id: str) -> set[str]:
    """Keys of the posting subjects the user never wants to see again."""
    found = db.user_job_views.find({"user_id": user_id, "hidden": True}, {"_id": 0, "subject_key": 1})
    return {doc["subject_key"] async for doc in found}


async def everything(db: Database) -> AsyncIterator[Watched]:
    """Every event of such a kind about a posting's reel, in no order."""
    async for doc in db.watch_events.find({"subject_kind": "posting", "type": {"$in": _TOLD}}, _FIELDS, batch_size=_BATCH):
        yield Watched(**doc)


async def count(db: Database) -> int:
    """About how many events there are, of all kinds."""
    return await db.watch_events.estimated_document_count()
