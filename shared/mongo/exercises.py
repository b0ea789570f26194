"""The `exercises` collection."""

from __future__ import annotations

from collections.abc import Iterable

from shared.mongo.client import Database
from shared.schemas.exercises import Exercise


async def get(db: Database, slug: str) -> Exercise | None:
    return (await among(db, [slug])).get(slug)


async def among(db: Database, slugs: Iterable[str]) -> dict[str, Exercise]:
    """Those of these exercises that there are, by slug, without their vectors."""
    found = db.exercises.find({"slug": {"$in": list(slugs)}, "active": True}, {"vectors": 0})
    return {doc["slug"]: Exercise.model_validate(doc) async for doc in found}
