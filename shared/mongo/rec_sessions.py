"""The `rec_sessions` collection: what a session was shown, in order, only ever appended to.

A line is an entry of a ranked pool as the service writes it, its name what it is known by: a reel's subject, or the id of another video.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from shared.mongo.client import Database


@dataclass(frozen=True)
class Session:
    """The names of all it was shown."""

    names: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return len(self.names)


async def load(db: Database, user_id: str, session_id: str) -> Session:
    """An empty one when there is none (any more)."""
    doc = await db.rec_sessions.find_one({"_id": _id(user_id, session_id)}, {"names": 1})
    return Session(tuple(doc["names"])) if doc else Session()


async def lines(db: Database, user_id: str, session_id: str, start: int, count: int) -> list[str]:
    """Up to `count` lines from the `start`th on, which counts from 0."""
    doc = await db.rec_sessions.find_one({"_id": _id(user_id, session_id)}, {"lines": {"$slice": [start, count]}, "names": 0})
    return list(doc["lines"]) if doc else []


async def append(
    db: Database, user_id: str, session_id: str, before: Session, names: Sequence[str], shown: Sequence[str], now: datetime, until: datetime
) -> bool:
    """Add lines and their names to what it was `before`. False: it is no longer that. A session that its time has ended begins anew."""
    which = {"_id": _id(user_id, session_id), "count": before.count}
    pushed = {"$push": {"names": {"$each": list(names)}, "lines": {"$each": list(shown)}}, "$inc": {"count": len(names)}}
    fields = {"user_id": user_id, "session_id": session_id, "updated_at": now, "expires_at": until}
    try:
        done = await db.rec_sessions.update_one(
            which, {**pushed, "$set": fields, "$setOnInsert": {"created_at": now}}, upsert=not before.count
        )
    except DuplicateKeyError:  # another was quicker to begin it
        return False
    return bool(done.matched_count or done.upserted_id is not None)


def _id(user_id: str, session_id: str) -> str:
    return f"{user_id}|{session_id}"
