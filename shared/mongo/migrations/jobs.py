"""The seed's generation jobs: those that can be worked on are, all others end with the reason."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pymongo import ASCENDING, UpdateOne

from shared.mongo.client import Database, Doc
from shared.mongo.migrations.base import Context, Counts, Migration, Tell, batches, count, keep_originals, postings_of, subject_key
from shared.schemas.generation import ACTIVE, STATUSES, Failure, Status
from shared.schemas.reels import POSTING_TEMPLATE_IDS, TEMPLATE_IDS

_BY_SEED: Doc = {"subject_key": {"$exists": False}}
_CHANGED = ("status", "template_id", "output_video_id", "error", "started_at", "worker_id")


class Known(NamedTuple):
    """What decides over a job: its posting, and whether its subject has a reel or another job already."""

    posting: Doc | None
    has_reel: bool
    has_job: bool


class Verdict(NamedTuple):
    status: Status
    failure: Failure | None = None


async def _plan(db: Database) -> Counts:
    waiting = {**_BY_SEED, "status": {"$in": list(ACTIVE)}}
    return {**await count(db.generation_jobs, _BY_SEED, "jobs"), **await count(db.generation_jobs, waiting, "jobs that wait or run")}


async def _apply(db: Database, context: Context, tell: Tell) -> None:
    in_work = {"subject_kind": "posting", "status": {"$in": list(ACTIVE)}}
    busy = {doc["subject_key"] async for doc in db.generation_jobs.find(in_work, {"subject_key": 1})}
    async for batch in batches(db.generation_jobs, _BY_SEED, sort=[("created_at", ASCENDING), ("_id", ASCENDING)]):
        postings = await postings_of(db, batch)
        keys = [subject_key(job, postings) for job in batch]
        ready = {"subject_kind": "posting", "subject_key": {"$in": keys}, "status": "ready"}
        reels = {doc["subject_key"] async for doc in db.videos.find(ready, {"subject_key": 1})}
        await keep_originals(db, "generation_jobs", SEED_JOBS.name, [(job, _CHANGED) for job in batch])
        updates = []
        for job, key in zip(batch, keys, strict=True):
            posting = postings.get(str(job.get("greenhouse_id")))
            decided = verdict(job, Known(posting, key in reels, key in busy))
            busy |= {key} if decided.status in ACTIVE else set()
            values = job_fields(job, key, posting, decided, context)
            gone = dict.fromkeys(name for name in (*_CHANGED, "claim_at", "expires_at") if name not in values)
            updates.append(UpdateOne({"_id": job["_id"]}, {"$set": values, **({"$unset": gone} if gone else {})}))
        await db.generation_jobs.bulk_write(updates, ordered=False)
        await tell(len(batch))


def verdict(job: Doc, known: Known) -> Verdict:
    """PURE: what becomes of a job. The seed kept nothing that a half-made reel could be finished from: it is made anew."""
    status = job.get("status")
    if status not in ACTIVE:
        message = str(job.get("error") or "the seed gave no reason")[:500]
        failed = Failure(code="seed_failed", message=message, retryable=True) if status == "failed" else None
        return Verdict(status, failed) if status in STATUSES else Verdict("failed", _failure("seed_unknown", f"its status was {status!r}"))
    if known.has_reel:
        return Verdict("superseded", _failure("already_ready", "the reel it was to make is there"))
    if known.has_job:
        return Verdict("superseded", _failure("already_asked", "an older job makes the same reel"))
    if known.posting is None:
        return Verdict("failed", _failure("posting_unknown", "its posting is not in the database"))
    if not known.posting.get("active"):
        return Verdict("failed", _failure("posting_closed", "its posting is closed"))
    return Verdict("queued")


def _failure(code: str, message: str) -> Failure:
    return Failure(code=code, message=f"ended by migrate: {message}", retryable=False)


def job_fields(job: Doc, key: str, posting: Doc | None, decided: Verdict, context: Context) -> dict[str, Any]:
    """PURE but for the clock and new ids: what a seed's job lacks. It takes none of its user's slots: those are of new searches."""
    now = datetime.now(UTC)
    created = job.get("created_at") or now
    begun = job.get("status") != "queued"
    values: dict[str, Any] = {
        "job_id": job.get("job_id") or str(job["_id"]),
        "subject_kind": "posting",
        "subject_key": key,
        "source_hash": (posting or {}).get("content_hash", ""),
        "template_id": job.get("template_id") if job.get("template_id") in TEMPLATE_IDS else POSTING_TEMPLATE_IDS[0],
        "status": decided.status,
        "priority": "feed",
        "attempt": 0,
        "retry_count": int(job.get("retry_count") or 0),
        "created_at": created,
        "updated_at": now,
        "history": [{"at": now, "event": "migrated", "status": decided.status, "from": str(job.get("status"))}],
    }
    fresh = {"output_video_id": str(uuid.uuid4())} if decided.status == "queued" and begun else {}
    values |= {"output_video_id": job.get("output_video_id") or str(uuid.uuid4()), **fresh}
    if decided.status == "queued":
        return values | {"claim_at": now, "due_at": now, "retry_count": 0}
    ended = {"completed_at": job.get("completed_at") or now, "expires_at": now + timedelta(hours=context.job_ttl_hours)}
    kept = {name: job[name] for name in ("started_at", "worker_id") if job.get(name) is not None}
    why = {"failure": decided.failure.model_dump(), "error": decided.failure.message} if decided.failure else {}
    return values | ended | kept | why


SEED_JOBS = Migration("0006-seed-jobs", "queues the seed's unfinished jobs anew, or ends them with the reason", _plan, _apply)
