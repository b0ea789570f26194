"""What a migration is, and what several of them need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from shared.mongo.client import Database, Doc

BATCH = 500

Counts = dict[str, int]
"""How much of what would change; what would not is not named."""
Tell = Callable[[int], Awaitable[None]]
"""Is told how many documents are done since it was told last; what it raises stops the migration."""


@dataclass(frozen=True)
class Context:
    """What migrations cannot know from the database: whose vectors the seed's are, and how long ended jobs are kept."""

    seed_embedder_id: str
    job_ttl_hours: float


@dataclass(frozen=True)
class Migration:
    """Both functions go by what they find, so that applying twice, or again after a crash, is the same as once."""

    name: str
    about: str
    plan: Callable[[Database], Awaitable[Counts]]
    apply: Callable[[Database, Context, Tell], Awaitable[None]]


async def count(collection: AsyncCollection[Doc], where: Doc, what: str) -> Counts:
    found = await collection.count_documents(where)
    return {what: found} if found else {}


async def batches(collection: AsyncCollection[Doc], where: Doc, sort: Sequence[tuple[str, int]] = ()) -> AsyncIterator[list[Doc]]:
    """All that match, read while they are changed: a document's change moves it nowhere."""
    batch: list[Doc] = []
    async with collection.find(where, sort=list(sort) or None, allow_disk_use=True) as found:
        async for doc in found:
            batch.append(doc)
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


async def keep_originals(db: Database, collection: str, migration: str, originals: Iterable[tuple[Doc, Sequence[str]]]) -> None:
    """Put aside fields as they were before a change that could not be undone otherwise: (document, names). The first time counts."""
    now = datetime.now(UTC)
    updates = [
        UpdateOne(
            {"_id": {"collection": collection, "id": doc["_id"]}},
            {"$setOnInsert": {"migration": migration, "kept_at": now, "fields": {name: doc[name] for name in names if name in doc}}},
            upsert=True,
        )
        for doc, names in originals
    ]
    if updates:
        await db.migration_originals.bulk_write(updates, ordered=False)


async def postings_of(db: Database, docs: Iterable[Doc]) -> dict[str, Doc]:
    """The postings that documents name by greenhouse_id: subject_key, content_hash and active, by id."""
    ids = {str(doc["greenhouse_id"]) for doc in docs if doc.get("greenhouse_id") is not None}
    fields = dict.fromkeys(("greenhouse_id", "subject_key", "content_hash", "active"), 1)
    return {
        doc["greenhouse_id"]: doc
        async for doc in db.jobs.find({"greenhouse_id": {"$in": list(ids)}, "subject_key": {"$exists": True}}, fields)
    }


def subject_key(doc: Doc, postings: dict[str, Doc]) -> str:
    """Of the posting a document names; a posting that is gone is a subject of its own."""
    greenhouse_id = str(doc.get("greenhouse_id"))
    return str(postings.get(greenhouse_id, {}).get("subject_key", greenhouse_id))
