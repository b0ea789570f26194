"""How the queue does: counts, ages, throughput and times over a window, and who works.

Every question is answered from an index, and what grows without bound is sampled: at a million jobs all of it takes under a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pymongo

from shared.mongo.client import Database, Doc
from shared.mongo.workers import WorkerBeat
from shared.schemas.generation import ACTIVE, STATUSES, Status

ALIVE_S = 30.0
"""A worker that was silent longer counts as gone; it beats every few seconds."""
SAMPLE = 5_000
"""Jobs looked at, latest first, for percentiles and failures by code."""
_QUEUED_SAMPLE = 5_000
_WORKERS = 500
_TIMEOUT_S = 9.0


@dataclass(frozen=True)
class Totals:
    """Jobs by status (all named, zeros too), reels, and the open postings that have one or not."""

    by_status: dict[Status, int]
    videos: int
    videos_ready: int
    postings_with_video: int
    postings_without_video: int


@dataclass(frozen=True)
class Window:
    """What happened since a moment: jobs asked for and ended, seconds from queued to ready (sorted; at most SAMPLE of the latest),
    and the codes of the failed (of at most SAMPLE of the latest)."""

    enqueued: int
    ready: int
    failed: int
    cancelled: int
    waits_s: Sequence[float]
    failures_by_code: dict[str, int]


async def totals(db: Database) -> Totals:
    with pymongo.timeout(_TIMEOUT_S):
        by_status, videos, ready, (postings, served) = await asyncio.gather(
            count_by_status(db, STATUSES),
            db.videos.estimated_document_count(),
            _count(db, "videos", {"status": "ready"}),
            _postings_served(db),
        )
    return Totals(by_status, videos, ready, served, postings - served)


async def count_by_status(db: Database, statuses: Sequence[Status] = ACTIVE) -> dict[Status, int]:
    counts = await asyncio.gather(*(_count(db, "generation_jobs", {"status": status}) for status in statuses))
    return dict(zip(statuses, counts, strict=True))


async def _count(db: Database, collection: str, query: Doc) -> int:
    """The count command counts index keys; an aggregation would look at each, several times as long."""
    return int((await db.command("count", collection, query=query))["n"])


async def _postings_served(db: Database) -> tuple[int, int]:
    """Open postings, and those whose subject has a ready reel: both sides read from indexes, joined by grouping."""
    ready: Doc = {"subject_kind": "posting", "subject_key": {"$gte": ""}, "status": "ready"}
    reels: Doc = {"_id": 0, "key": "$subject_key", "reels": {"$literal": 1}}
    open_postings: Doc = {"subject_key": {"$gte": ""}, "active": True}
    postings: Doc = {"_id": 0, "key": "$subject_key", "postings": {"$literal": 1}}
    served = {"$cond": ["$reels", "$postings", 0]}
    pipeline: list[dict[str, Any]] = [
        {"$match": ready},
        {"$project": reels},
        {"$unionWith": {"coll": "jobs", "pipeline": [{"$match": open_postings}, {"$project": postings}]}},
        {"$group": {"_id": "$key", "reels": {"$sum": "$reels"}, "postings": {"$sum": "$postings"}}},
        {"$group": {"_id": None, "postings": {"$sum": "$postings"}, "served": {"$sum": served}}},
    ]
    found = await (await db.videos.aggregate(pipeline, allowDiskUse=True)).to_list()
    return (found[0]["postings"], found[0]["served"]) if found else (0, 0)


async def window(db: Database, since: datetime) -> Window:
    with pymongo.timeout(_TIMEOUT_S):
        enqueued, ready, failed, cancelled, waits_s, failures_by_code = await asyncio.gather(
            _count(db, "generation_jobs", {"created_at": {"$gte": since}}),
            _count(db, "generation_jobs", ended_since("ready", since)),
            _count(db, "generation_jobs", ended_since("failed", since)),
            _count(db, "generation_jobs", ended_since("cancelled", since)),
            _waits(db, since),
            _failures(db, since),
        )
    return Window(enqueued, ready, failed, cancelled, waits_s, failures_by_code)


def ended_since(status: Status, since: datetime) -> Doc:
    return {"status": status, "completed_at": {"$gte": since}}


async def _waits(db: Database, since: datetime) -> list[float]:
    """A job that was queued again counts from then."""
    asked = {"$ifNull": ["$requeued_at", "$created_at"]}
    pipeline: list[dict[str, Any]] = [*latest("ready", since), {"$project": {"_id": 0, "ms": {"$subtract": ["$completed_at", asked]}}}]
    return sorted([doc["ms"] / 1000 async for doc in await db.generation_jobs.aggregate(pipeline)])


async def _failures(db: Database, since: datetime) -> dict[str, int]:
    code = {"$ifNull": ["$failure.code", "unknown"]}
    pipeline = [*latest("failed", since), {"$group": {"_id": code, "jobs": {"$sum": 1}}}, {"$sort": {"jobs": -1}}]
    return {doc["_id"]: doc["jobs"] async for doc in await db.generation_jobs.aggregate(pipeline)}


def latest(status: Status, since: datetime) -> list[dict[str, Any]]:
    """PURE: the beginning of a pipeline over the latest of what ended."""
    return [{"$match": ended_since(status, since)}, {"$sort": {"completed_at": -1}}, {"$limit": SAMPLE}]


async def oldest_queued(db: Database) -> timedelta | None:
    """How long the job that waits longest has been waiting (looking at the few thousand asked for first); None: none waits."""
    pipeline: list[dict[str, Any]] = [
        {"$match": {"status": "queued"}},
        {"$sort": {"created_at": 1}},
        {"$limit": _QUEUED_SAMPLE},
        {"$group": {"_id": None, "since": {"$min": {"$ifNull": ["$requeued_at", "$created_at"]}}}},
        {"$project": {"waited_ms": {"$subtract": ["$$NOW", "$since"]}}},
    ]
    found = await (await db.generation_jobs.aggregate(pipeline)).to_list()
    return timedelta(milliseconds=found[0]["waited_ms"]) if found else None


async def workers(db: Database) -> list[WorkerBeat]:
    """Every worker that has told of itself lately, the latest first."""
    return [WorkerBeat.model_validate(doc) async for doc in db.workers.find().sort("at", pymongo.DESCENDING).limit(_WORKERS)]
