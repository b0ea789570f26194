"""The `clips` collection: the catalogue's segments."""

from __future__ import annotations

from collections.abc import Iterable

from shared.mongo.client import Database
from shared.schemas.clips import Clip


async def get(db: Database, clip_id: str) -> Clip | None:
    doc = await db.clips.find_one({"clip_id": clip_id})
    return Clip.model_validate(doc) if doc else None


async def among(db: Database, clip_ids: Iterable[str]) -> dict[str, Clip]:
    """Those of these clips that there are, by id."""
    found = db.clips.find({"clip_id": {"$in": list(clip_ids)}})
    return {doc["clip_id"]: Clip.model_validate(doc) async for doc in found}
