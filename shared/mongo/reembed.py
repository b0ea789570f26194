"""Vectors that are missing, and those of embedders no longer used: what postings and exercises need when the embedder changes.

The `embedders` collection remembers which embedder knew all postings, and since when: searches may rely on it (docs/decisions/0008).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from pymongo import DESCENDING, UpdateOne

from shared.mongo.client import Database, Doc
from shared.mongo.postings import encode_vector
from shared.schemas.exercises import Exercise

KEPT = 2
"""Embedders whose vectors stay: the one in use, and the one before it, for going back and for processes that still use it."""


@dataclass(frozen=True)
class Texts:
    """A collection whose documents have vectors. Names of its fields: `key` names one, `text_hash` is of its present text, which `read`
    takes from `fields`; `changed` is when it last changed, for those who follow it, None: nobody does, and they are few.
    """

    collection: str
    key: str
    text_hash: str
    fields: tuple[str, ...]
    read: Callable[[Doc], tuple[str, str]]
    changed: str | None = None


POSTINGS = Texts(
    collection="jobs",
    key="greenhouse_id",
    text_hash="content_hash",
    fields=("title", "description"),
    read=lambda doc: (doc["title"], doc.get("description") or ""),
    changed="changed_at",
)
EXERCISES = Texts(
    collection="exercises",
    key="slug",
    text_hash="text_hash",
    fields=tuple(name for name in Exercise.model_fields if name != "vectors"),
    read=lambda doc: Exercise.model_validate(doc).document,
)
ALL = (POSTINGS, EXERCISES)


@dataclass(frozen=True)
class Unembedded:
    key: str
    title: str
    text: str
    text_hash: str


def _without(texts: Texts, embedder_id: str) -> Doc:
    """Active ones whose present text this embedder has not seen; those of a database that is not migrated yet are left alone."""
    other = {"$ne": [f"$vectors.{embedder_id}.content_hash", f"${texts.text_hash}"]}
    return {"active": True, texts.text_hash: {"$type": "string"}, "$expr": other}


async def any_without(db: Database, texts: Texts, embedder_id: str, since: datetime | None) -> bool:
    """Whether one lacks its vector, among those changed at or after `since` (all, when None: then it reads the collection)."""
    changed = {texts.changed: {"$gte": since}} if since and texts.changed else {}
    return await db[texts.collection].find_one({**changed, **_without(texts, embedder_id)}, {"_id": 1}) is not None


async def count_without(db: Database, texts: Texts, embedder_id: str) -> int:
    return await db[texts.collection].count_documents(_without(texts, embedder_id))


async def without(db: Database, texts: Texts, embedder_id: str, after: str, limit: int) -> list[Unembedded]:
    """Up to `limit` of those without a vector whose key follows `after`, in that order."""
    where = {texts.key: {"$gt": after}, **_without(texts, embedder_id)}
    fields = dict.fromkeys((texts.key, texts.text_hash, *texts.fields), 1)
    found = db[texts.collection].find(where, fields, sort=[(texts.key, 1)], limit=limit)
    return [Unembedded(doc[texts.key], *texts.read(doc), doc[texts.text_hash]) async for doc in found]


async def store(db: Database, texts: Texts, embedder_id: str, embedded: Sequence[Unembedded], vectors: NDArray[np.float32]) -> None:
    """Vectors of shape (texts, dimensions). One whose text changed meanwhile keeps what its import gave it."""
    told = {texts.changed: datetime.now(UTC)} if texts.changed else {}
    updates = [
        UpdateOne(
            {texts.key: each.key, texts.text_hash: each.text_hash},
            {"$set": {f"vectors.{embedder_id}": {"vector": encode_vector(vector), "content_hash": each.text_hash}, **told}},
        )
        for each, vector in zip(embedded, vectors, strict=True)
    ]
    await db[texts.collection].bulk_write(updates, ordered=False)


async def complete(db: Database, embedder_id: str) -> None:
    """Remember that this embedder knows every posting, unless some are not migrated yet. Only the first time in a row counts."""
    if (await generations(db))[:1] == [embedder_id] or await db.jobs.find_one({"active": True, "content_hash": None}, {"_id": 1}):
        return
    await db.embedders.update_one({"embedder_id": embedder_id}, {"$set": {"completed_at": datetime.now(UTC)}}, upsert=True)


async def generations(db: Database) -> list[str]:
    """Embedders that knew every posting at some time and whose vectors are kept, the latest first."""
    return [doc["embedder_id"] async for doc in db.embedders.find({}, sort=[("completed_at", DESCENDING)])]


async def drop_vectors(db: Database, embedder_id: str, limit: int) -> int:
    """Drop this embedder's vectors from up to `limit` documents. Returns from how many; 0: none is left, and it is forgotten."""
    field = f"vectors.{embedder_id}"
    for texts in ALL:
        collection = db[texts.collection]
        if ids := [doc["_id"] async for doc in collection.find({field: {"$exists": True}}, {"_id": 1}, limit=limit)]:
            await collection.update_many({"_id": {"$in": ids}}, {"$unset": {field: ""}})
            return len(ids)
    await db.embedders.delete_one({"embedder_id": embedder_id})
    return 0
