"""Postings: the seed's (raw HTML, a plain `embedding`, no subject), and those stored before places and departments could be searched."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from pydantic import ValidationError
from pymongo import UpdateOne

from shared.mongo.client import Database, Doc
from shared.mongo.migrations.base import Context, Counts, Migration, Tell, batches, count, keep_originals
from shared.mongo.postings import encode_vector
from shared.schemas.base import first_problem
from shared.schemas.postings import BoardPosting, Posting, filter_key, place_keys, read_posting

_SEED_DIMENSIONS = 768
_COVERED = 0.95
_BY_SEED: Doc = {"subject_key": {"$exists": False}, "migration_problem": {"$exists": False}}
_BEFORE_FILTERS: Doc = {"subject_key": {"$exists": True}, "place_keys": {"$exists": False}}
_OPTIONAL = (
    "internal_job_id",
    "location",
    "departments",
    "absolute_url",
    "language",
    "updated_at",
    "first_published",
    "pay_input_ranges",
    "_meta",
)


async def _plan_seed(db: Database) -> Counts:
    with_vector = {**_BY_SEED, "embedding": {"$size": _SEED_DIMENSIONS}}
    return {**await count(db.jobs, _BY_SEED, "postings"), **await count(db.jobs, with_vector, "vectors kept")}


async def _apply_seed(db: Database, context: Context, tell: Tell) -> None:
    async for batch in batches(db.jobs, _BY_SEED):
        read = await asyncio.to_thread(lambda docs: [(doc, read_seed(doc)) for doc in docs], batch)
        cleaned = [
            (doc, ("description",))
            for doc, posting in read
            if isinstance(posting, Posting) and posting.description != doc.get("description")
        ]
        await keep_originals(db, "jobs", SEED_POSTINGS.name, cleaned)
        await db.jobs.bulk_write([_update(doc, posting, context) for doc, posting in read], ordered=False)
        await tell(len(batch))
    await _remember_embedders(db)


def read_seed(doc: Doc) -> Posting | str:
    """PURE: a seed's posting as we store it, optional fields that cannot be read left out; or why it cannot be read at all."""
    slug = str(doc.get("company_slug") or doc.get("company") or "")
    name = doc.get("company_name") or " ".join(part.capitalize() for part in slug.replace("_", "-").split("-"))
    row = {"id": doc.get("greenhouse_id"), "title": doc.get("title"), "company": slug or None, "company_name": name or None}
    row["content"] = doc.get("description") or doc.get("content")
    optional = {field: doc[field] for field in _OPTIONAL if field in doc}
    try:
        return read_posting(BoardPosting.model_validate(row | optional))
    except ValidationError as error:
        bad = {problem["loc"][0] for problem in error.errors()}
    try:
        return read_posting(BoardPosting.model_validate(row | {field: value for field, value in optional.items() if field not in bad}))
    except ValidationError as error:
        return ": ".join(first_problem(error))


def _update(doc: Doc, posting: Posting | str, context: Context) -> UpdateOne:
    if isinstance(posting, str):
        return UpdateOne({"_id": doc["_id"]}, {"$set": {"migration_problem": posting}})
    now = datetime.now(UTC)
    values: Doc = {
        **posting.model_dump(),
        "active": bool(doc.get("active", True)),
        "changed_at": now,
        "created_at": doc.get("created_at", now),
    }
    vector = seed_vector(doc.get("embedding"))
    if vector is None:
        return UpdateOne({"_id": doc["_id"]}, {"$set": values})
    values[f"vectors.{context.seed_embedder_id}"] = {"vector": encode_vector(vector), "content_hash": posting.content_hash}
    return UpdateOne({"_id": doc["_id"]}, {"$set": values, "$unset": {"embedding": ""}})


def seed_vector(embedding: Any) -> np.ndarray[Any, np.dtype[np.float32]] | None:
    """PURE: the seed's plain numbers as a unit vector of shape (768,); None when they are none."""
    try:
        vector = np.asarray(embedding, np.float64)
    except (TypeError, ValueError):
        return None
    length = np.linalg.norm(vector) if vector.shape == (_SEED_DIMENSIONS,) else 0
    return np.asarray(vector / length, np.float32) if 0 < length < np.inf else None


async def _plan_filters(db: Database) -> Counts:
    return await count(db.jobs, _BEFORE_FILTERS, "postings")


async def _apply_filters(db: Database, _: Context, tell: Tell) -> None:
    now = datetime.now(UTC)
    async for batch in batches(db.jobs, _BEFORE_FILTERS):
        await db.jobs.bulk_write(
            [UpdateOne({"_id": doc["_id"]}, {"$set": {**filter_fields(doc), "changed_at": now}}) for doc in batch], ordered=False
        )
        await tell(len(batch))
    await _remember_embedders(db)


def filter_fields(doc: Doc) -> dict[str, Sequence[str]]:
    """PURE: what a posting is filtered by, from what was stored of it. Its board's departments stood there as they came."""
    names = [each.get("name") if isinstance(each, dict) else each for each in doc.get("departments") or ()]
    departments = tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))
    keys = tuple(dict.fromkeys(filter(None, map(filter_key, departments))))
    return {"departments": departments, "department_keys": keys, "place_keys": place_keys(doc.get("places") or ())}


async def _remember_embedders(db: Database) -> None:
    """Those that know all postings but a few: searches may be answered with them while another is at work on its vectors."""
    active = await db.jobs.count_documents({"active": True})
    by_embedder: list[Doc] = [
        {"$match": {"active": True, "vectors": {"$type": "object"}}},
        {"$project": {"id": {"$map": {"input": {"$objectToArray": "$vectors"}, "in": "$$this.k"}}}},
        {"$unwind": "$id"},
        {"$group": {"_id": "$id", "postings": {"$sum": 1}}},
    ]
    async for known in await db.jobs.aggregate(by_embedder):
        if known["postings"] >= _COVERED * active:
            when = {"$setOnInsert": {"completed_at": datetime.now(UTC)}}
            await db.embedders.update_one({"embedder_id": known["_id"]}, when, upsert=True)


SEED_POSTINGS = Migration(
    "0002-seed-postings", "gives the seed's postings clean text, subjects and places, and keeps their vectors", _plan_seed, _apply_seed
)
POSTING_FILTERS = Migration("0003-posting-filters", "makes places and departments of postings searchable", _plan_filters, _apply_filters)
