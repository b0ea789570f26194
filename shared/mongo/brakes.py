"""Global brakes on the queue: pause and resume by an operator, and budgets per day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from pymongo.errors import DuplicateKeyError

from shared.mongo.client import Database
from shared.schemas.base import Document

_PAUSE = "pause"
LLM_BUDGET = "llm"
"""Calls of language models, whoever makes them."""


class Pause(Document):
    """Who paused claiming, when and why."""

    by: str
    reason: str
    at: datetime


async def paused(db: Database) -> Pause | None:
    """The pause in force: no worker claims anything; jobs already running finish."""
    doc = await db.queue_controls.find_one({"_id": _PAUSE})
    return Pause.model_validate(doc) if doc else None


async def pause(db: Database, by: str, reason: str) -> Pause:
    """Pause claiming; an earlier pause is replaced."""
    told = Pause(by=by, reason=reason, at=datetime.now(UTC))
    await db.queue_controls.replace_one({"_id": _PAUSE}, told.model_dump(), upsert=True)
    return told


async def resume(db: Database) -> bool:
    """Claim again. False: nothing was paused."""
    return (await db.queue_controls.delete_one({"_id": _PAUSE})).deleted_count == 1


def resets_at(now: datetime) -> datetime:
    """PURE: when the day's budgets are whole again: the next midnight UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


async def spend(db: Database, budget: str, limit: int, now: datetime) -> bool:
    """Take one from today's `budget` of `limit`; False when it is used up. Atomic: two workers never both take the last one."""
    left = {"_id": f"{budget}:{now.astimezone(UTC):%Y-%m-%d}", "used": {"$lt": limit}}
    take = {"$inc": {"used": 1}, "$setOnInsert": {"expires_at": resets_at(now)}}
    try:
        spent = await db.queue_controls.update_one(left, take, upsert=limit > 0)
    except DuplicateKeyError:  # the day's counter exists: used up, or made by another a moment ago
        spent = await db.queue_controls.update_one(left, take)
    return spent.matched_count == 1 or spent.upserted_id is not None
