"""Vectors that are missing, and those of embedders no longer used: what the `jobs` collection needs when the embedder changes.

The `embedders` collection remembers which embedder knew all postings, and since when: searches may rely on it (docs/decisions/0008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from pymongo import DESCENDING, UpdateOne

from shared.mongo.client import Database, Doc
from shared.mongo.postings import encode_vector

KEPT = 2
"""Embedders whose vectors stay: the one in use, and the one before it, for going back and for processes that still use it."""


@dataclass(frozen=True)
class Unembedded:
    greenhouse_id: str
    title: str
    text: str
    content_hash: str


def _without(embedder_id: str) -> Doc:
    """Active postings whose present text this embedder has not seen; those of a database that is not migrated yet are left alone."""
    other = {"$ne": [f"$vectors.{embedder_id}.content_hash", "$content_hash"]}
    return {"active": True, "content_hash": {"$type": "string"}, "$expr": other}


async def any_without(db: Database, embedder_id: str, since: datetime | None) -> bool:
    """Whether a posting lacks its vector, among those changed at or after `since` (all, when None: then it reads the collection)."""
    changed = {"changed_at": {"$gte": since}} if since else {}
    return await db.jobs.find_one({**changed, **_without(embedder_id)}, {"_id": 1}) is not None


async def count_without(db: Database, embedder_id: str) -> int:
    return await db.jobs.count_documents(_without(embedder_id))


async def without(db: Database, embedder_id: str, after: str, limit: int) -> list[Unembedded]:
    """Up to `limit` postings without a vector whose greenhouse_id follows `after`, in that order."""
    where = {"greenhouse_id": {"$gt": after}, **_without(embedder_id)}
    fields = dict.fromkeys(("greenhouse_id", "title", "description", "content_hash"), 1)
    found = db.jobs.find(where, fields, sort=[("greenhouse_id", 1)], limit=limit)
    return [Unembedded(doc["greenhouse_id"], doc["title"], doc.get("description") or "", doc["content_hash"]) async for doc in found]


async def store(db: Database, embedder_id: str, embedded: Sequence[Unembedded], vectors: NDArray[np.float32]) -> None:
    """Vectors of shape (postings, dimensions). A posting whose text changed meanwhile keeps what its import gave it."""
    now = datetime.now(UTC)
    updates = [
        UpdateOne(
            {"greenhouse_id": posting.greenhouse_id, "content_hash": posting.content_hash},
            {
                "$set": {
                    f"vectors.{embedder_id}": {"vector": encode_vector(vector), "content_hash": posting.content_hash},
                    "changed_at": now,
                }
            },
        )
        for posting, vector in zip(embedded, vectors, strict=True)
    ]
    await db.jobs.bulk_write(updates, ordered=False)


async def complete(db: Database, embedder_id: str) -> None:
    """Remember that this embedder knows every posting, unless some are not migrated yet. Only the first time in a row counts."""
    if (await generations(db))[:1] == [embedder_id] or await db.jobs.find_one({"active": True, "content_hash": None}, {"_id": 1}):
        return
    await db.embedders.update_one({"embedder_id": embedder_id}, {"$set": {"completed_at": datetime.now(UTC)}}, upsert=True)


async def generations(db: Database) -> list[str]:
    """Embedders that knew every posting at some time and whose vectors are kept, the latest first."""
    return [doc["embedder_id"] async for doc in db.embedders.find({}, sort=[("completed_at", DESCENDING)])]


async def drop_vectors(db: Database, embedder_id: str, limit: int) -> int:
    """Drop this embedder's vectors from up to `limit` postings. Returns from how many; 0: none is left, and it is forgotten."""
    field = f"vectors.{embedder_id}"
    ids = [doc["_id"] async for doc in db.jobs.find({field: {"$exists": True}}, {"_id": 1}, limit=limit)]
    if ids:
        await db.jobs.update_many({"_id": {"$in": ids}}, {"$unset": {field: ""}})
    else:
        await db.embedders.delete_one({"embedder_id": embedder_id})
    return len(ids)
