"""The `user_job_views` collection: what a user has seen, by subject, so that a role seen in one city is seen in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from pymongo import UpdateOne

from shared.mongo.client import Database
from shared.schemas.subjects import SubjectId


async def seen_among(db: Database, user_id: str, subject_keys: Iterable[str]) -> set[str]:
    """Which of these posting subjects the user has seen. Cost follows the question, not the user's history."""
    where = {"user_id": user_id, "subject_kind": "posting", "subject_key": {"$in": list(subject_keys)}, "seen": True}
    return {doc["subject_key"] async for doc in db.user_job_views.find(where, {"subject_key": 1})}


async def mark_seen(db: Database, user_id: str, shown: Mapping[str, SubjectId]) -> None:
    """Record postings (greenhouse_id → subject) as seen; again is the same."""
    now = datetime.now(UTC)
    updates = [
        UpdateOne(
            {"user_id": user_id, "greenhouse_id": greenhouse_id},
            {
                "$set": {"seen": True, "subject_kind": subject.kind, "subject_key": subject.key},
                "$setOnInsert": {"seen_at": now},
            },
            upsert=True,
        )
        for greenhouse_id, subject in shown.items()
    ]
    if updates:
        await db.user_job_views.bulk_write(updates, ordered=False)
