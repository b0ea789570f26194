"""What users have seen: the seed's views know a posting, ours the subject it belongs to."""

from __future__ import annotations

from pymongo import UpdateOne

from shared.mongo.client import Database, Doc
from shared.mongo.migrations.base import Context, Counts, Migration, Tell, batches, count, postings_of, subject_key

_BY_SEED: Doc = {"subject_key": {"$exists": False}}
_TWICE: list[Doc] = [
    {"$group": {"_id": {"user": "$user_id", "posting": "$greenhouse_id"}, "views": {"$push": {"id": "$_id", "seen": "$seen"}}}},
    {"$match": {"views.1": {"$exists": True}}},
]


async def _plan(db: Database) -> Counts:
    return await count(db.user_job_views, _BY_SEED, "views")


async def _apply(db: Database, _: Context, tell: Tell) -> None:
    await _merge_doubles(db)
    async for batch in batches(db.user_job_views, _BY_SEED):
        postings = await postings_of(db, batch)
        updates = [
            UpdateOne({"_id": view["_id"]}, {"$set": {"subject_kind": "posting", "subject_key": subject_key(view, postings)}})
            for view in batch
        ]
        await db.user_job_views.bulk_write(updates, ordered=False)
        await tell(len(batch))


async def _merge_doubles(db: Database) -> None:
    """One view a user and posting, seen if any of them was: the seed had no index that said so."""
    async for double in await db.user_job_views.aggregate(_TWICE, allowDiskUse=True):
        others = sorted(double["views"], key=lambda view: not view.get("seen"))[1:]
        await db.user_job_views.delete_many({"_id": {"$in": [view["id"] for view in others]}})


SEED_VIEWS = Migration("0004-seed-views", "tells by subject what users have seen", _plan, _apply)
