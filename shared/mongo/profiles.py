"""The `profiles` collection: who recommendations are made for, one document a user."""

from __future__ import annotations

from datetime import datetime

from pymongo import ReturnDocument

from shared.mongo.client import Database
from shared.schemas.recommendations import Profile, StoredProfile


async def get(db: Database, user_id: str) -> StoredProfile | None:
    doc = await db.profiles.find_one({"_id": user_id})
    return StoredProfile.model_validate(doc) if doc else None


async def put(db: Database, user_id: str, profile: Profile, now: datetime) -> StoredProfile:
    """In place of the one before; as it is stored then."""
    update = {"$set": {"user_id": user_id, "profile": profile.model_dump(), "updated_at": now}, "$inc": {"version": 1}}
    doc = await db.profiles.find_one_and_update({"_id": user_id}, update, upsert=True, return_document=ReturnDocument.AFTER)
    return StoredProfile.model_validate(doc)
