"""The generation queue from the worker's side: claim, heartbeat, and each transition behind its fence.

The state machine is drawn in `generation_queue.py`. Every function that writes raises LeaseLost when the job is no longer the
caller's or no longer in the state it expects; nothing is written then.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ValidationError
from pymongo.asynchronous.client_session import AsyncClientSession

from shared import metrics
from shared.errors import JobError, LeaseLost, PartAway, PoisonedJob, QuotaSpent, RetryableJobError, SourceGone
from shared.logging import get_logger
from shared.mongo import leases, made_clips, subjects
from shared.mongo.client import Database, Doc, in_transaction
from shared.mongo.leases import later, literal, without
from shared.schemas.generation import ACTIVE, Failure, GenerationJob, Output, Status
from shared.schemas.reels import Progress
from shared.schemas.videos import Video
from shared.settings import Queue

log = get_logger(__name__)

_HISTORY = 50  # transitions kept on a job
_MESSAGE = 500  # characters of an error kept on a job
_TIMEOUT_S = 10.0
_PARTS_PATIENCE = 10  # a full disk or an absent store is not mended in a second
_HELD = ("attempt_token", "claim_at")


async def claim(db: Database, worker_id: str, settings: Queue) -> GenerationJob | None:
    """The most overdue job, now leased to us, or None. Jobs whose retries are spent, and unreadable ones, are failed on the way."""
    while (doc := await leases.take(db.generation_jobs, ACTIVE, settings.lease_s, _claimed(worker_id))) is not None:
        try:
            job = GenerationJob.model_validate(doc)
        except ValidationError as error:
            await _bury(db, doc, error, settings)
            continue
        if job.retry_count <= settings.max_retries:
            metrics.CLAIMS.inc()
            return job
        await _end_failed(db, job, _crashed(job), settings, spent=True)
    return None


def _claimed(worker_id: str) -> Doc:
    """A queued job starts running. Whenever rendering starts anew it gets a path nobody else ever wrote to."""
    renders_anew = {"$and": [{"$in": ["$status", ["queued", "running"]]}, {"$gt": ["$attempt", 0]}]}
    status = {"$cond": [{"$eq": ["$status", "queued"]}, "running", "$status"]}
    by = literal({"worker_id": worker_id})
    vanished = {"$cond": [leases.HELD, [_entry("lease_lost", worker_id="$worker_id")], []]}
    return {
        "history": _history_with(vanished, [_entry("claimed", status=status, attempt=leases.NEXT_ATTEMPT, **by)]),
        "output_video_id": {"$cond": [renders_anew, {"$literal": str(uuid.uuid4())}, "$output_video_id"]},
        "status": status,
        "started_at": {"$ifNull": ["$started_at", "$$NOW"]},
        **by,
    }


async def _bury(db: Database, doc: Doc, error: ValidationError, settings: Queue) -> None:
    """A document no worker can read would be claimed for ever: fail it, whatever it says."""
    log.error("job_unreadable", job_id=str(doc.get("job_id")), error=str(error))
    why = _why(PoisonedJob("the job cannot be read"), f"the job cannot be read: {error.errors()[0]['loc']}: {error.errors()[0]['msg']}")
    held = {"_id": doc["_id"], "attempt_token": doc["attempt_token"]}
    await db.generation_jobs.update_one(
        held, [{"$set": {"status": "failed", **literal(_stored(why)), **ended(settings), **without(*_HELD)}}]
    )


def happened(event: str, **fields: object) -> Doc:
    """One more entry of the bounded history; `fields` are expressions. Its status is the one from before unless they name another."""
    return {"history": _history_with([_entry(event, **fields)])}


def _entry(event: str, **fields: object) -> Doc:
    return {"at": "$$NOW", "status": "$status", "attempt": "$attempt", **literal({"event": event}), **fields}


def _history_with(*entries: object) -> Doc:
    so_far = {"$cond": [{"$isArray": "$history"}, "$history", []]}  # whatever a document holds, a claim must not fail on it
    return {"$slice": [{"$concatArrays": [so_far, *entries]}, -_HISTORY]}


def _crashed(job: GenerationJob) -> JobError:
    """A job that no attempt ever reported a failure of has taken every worker down."""
    if job.failure is None:
        return PoisonedJob("every attempt ended with its worker")
    return JobError(job.failure.message, code=job.failure.code)


def _fence(job: GenerationJob, *statuses: Status) -> Doc:
    return leases.fence(job.job_id, job.attempt_token or "", statuses)


async def heartbeat(db: Database, job: GenerationJob, progress: Progress | None, settings: Queue) -> bool:
    """Extend the lease and write the progress. False: the job is no longer ours."""
    values = {"progress": progress.model_dump()} if progress else None
    return await leases.renew(db.generation_jobs, _fence(job, "running", "uploaded", "indexed"), settings.lease_s, values)


async def _move(
    db: Database,
    job: GenerationJob,
    expected: Status,
    to: Status,
    event: str,
    *,
    changed: Doc | None = None,
    computed: Doc | None = None,
    gone: Sequence[str] = (),
    told: Doc | None = None,
    session: AsyncClientSession | None = None,
) -> GenerationJob:
    """The one fenced transition; returns the job with its new status, what `changed`, and without what is `gone` or only the server
    knows: `computed` are pipeline expressions. `told` goes into the history."""
    changed, computed, told = changed or {}, computed or {}, told or {}
    entry = happened(event, **literal({"status": to, **told}))
    values = literal(_stored(changed)) | computed | without(*gone) | entry
    update = [{"$set": {"status": to, "updated_at": "$$NOW", **values}}]
    if (await db.generation_jobs.update_one(_fence(job, expected), update, session=session)).matched_count == 0:
        metrics.LEASES_LOST.inc()
        raise LeaseLost(f"job {job.job_id} is no longer ours in status {expected}")
    metrics.TRANSITIONS.labels(expected, to).inc()
    return job.model_copy(update={"status": to, **changed, **dict.fromkeys([*gone, *computed])})


def _stored(values: Doc) -> Doc:
    return {name: value.model_dump() if isinstance(value, BaseModel) else value for name, value in values.items()}


def ended(settings: Queue) -> Doc:
    """Expressions for a job that is over."""
    return {"completed_at": "$$NOW", "expires_at": later(settings.job_ttl_hours * 3600)}


async def mark_uploaded(db: Database, job: GenerationJob, output: Output) -> GenerationJob:
    """running → uploaded, keeping all that indexing needs."""
    return await _move(db, job, "running", "uploaded", "uploaded", changed={"output": output})


async def index(db: Database, job: GenerationJob, video: Video) -> GenerationJob:
    """uploaded → indexed, the new video document, the end of an older one and the clip that plays it, in one transaction."""

    async def transaction(session: AsyncClientSession) -> GenerationJob:
        moved = await _move(db, job, "uploaded", "indexed", "indexed", session=session)
        older = {**subjects.where(video.subject), "status": "ready"}
        await db.videos.update_many(older, {"$set": {"status": "superseded"}}, session=session)
        await db.videos.insert_one(video.model_dump(), session=session)
        if video.subject_kind == "clip":
            await made_clips.record(db, video, session)
        return moved

    moved = await in_transaction(db, transaction, _TIMEOUT_S)
    log.info("video_indexed", job_id=job.job_id, video_id=video.video_id)
    return moved


async def mark_ready(db: Database, job: GenerationJob, settings: Queue) -> GenerationJob:
    """indexed → ready: the end."""
    changed = {"progress": Progress(stage="ready", fraction=1)}
    gone = (*_HELD, "error", "failure")
    return await _move(db, job, "indexed", "ready", "ready", changed=changed, computed=ended(settings), gone=gone)


async def hand_back(db: Database, job: GenerationJob) -> GenerationJob:
    """A draining worker gives the job back, due at once, at no cost in retries; work already uploaded stays so."""
    to: Status = "queued" if job.status == "running" else job.status
    place = {"$min": ["$$NOW", {"$ifNull": ["$due_at", "$$NOW"]}]}  # where it stood in line: a deployment sends nobody to the back
    return await _move(db, job, job.status, to, "handed_back", computed={"claim_at": place}, gone=("attempt_token",))


class Next(NamedTuple):
    """What follows a failure: `delay_s` until the next attempt, or None for the end."""

    status: Status
    delay_s: float | None


def after_failure(status: Status, retry_count: int, *, retryable: bool, settings: Queue) -> Next:
    """PURE: a retryable failure with retries left backs off where it stands; a render starts anew from queued; the rest fail.

    `retry_count` counts the retries already spent, without this failure.
    """
    if not retryable or retry_count >= settings.max_retries:
        return Next("failed", None)
    return Next("queued" if status == "running" else status, settings.retry_base_s * 2.0**retry_count)


async def fail(db: Database, job: GenerationJob, error: JobError, settings: Queue) -> GenerationJob:
    """Record a failed attempt: another try after a backoff with jitter (or when the provider says), a wait until a budget is whole
    again at no cost, or the end of the job and a block of its subject."""
    if isinstance(error, QuotaSpent):
        return await _wait(db, job, error)
    following = after_failure(job.status, job.retry_count, retryable=error.retryable, settings=settings)
    log.error("generation_failed", job_id=job.job_id, code=error.code, error=error.message, stage=error.stage, retry_count=job.retry_count)
    if following.delay_s is None or not isinstance(error, RetryableJobError):
        return await _end_failed(db, job, error, settings, spent=error.retryable)
    patience = _PARTS_PATIENCE if isinstance(error, PartAway) else 1
    delay = max(error.retry_after_s, following.delay_s * patience * random.uniform(0.75, 1.25))  # noqa: S311 - jitter, not a secret
    metrics.RETRIES.labels(error.code).inc()
    changed = {**_why(error), "retry_count": job.retry_count + 1}
    return await _release(db, job, following.status, delay, changed, "retry", error.code)


async def _wait(db: Database, job: GenerationJob, quota: QuotaSpent) -> GenerationJob:
    log.warning("quota_spent", job_id=job.job_id, code=quota.code, error=quota.message, retry_after_s=quota.retry_after_s)
    to: Status = "queued" if job.status == "running" else job.status
    return await _release(db, job, to, quota.retry_after_s, _why(quota), "waiting", quota.code)


async def _release(db: Database, job: GenerationJob, to: Status, delay_s: float, changed: Doc, event: str, code: str) -> GenerationJob:
    """To be claimed again in `delay_s`."""
    told = {"code": code, "after_s": round(delay_s, 3)}
    computed = {"claim_at": later(delay_s)}
    return await _move(db, job, job.status, to, event, changed=changed, computed=computed, gone=("attempt_token",), told=told)


def _why(error: JobError, message: str = "") -> Doc:
    message = (message or error.message)[:_MESSAGE]
    return {"failure": Failure(code=error.code, message=message, retryable=error.retryable, stage=error.stage), "error": message}


async def _end_failed(db: Database, job: GenerationJob, error: JobError, settings: Queue, *, spent: bool) -> GenerationJob:
    """→ failed and the block of the subject, in one transaction: for this text (it cannot), or for a while (retries spent)."""
    message = f"Max retries exceeded: {error.message}" if spent else error.message
    cools_down = spent and not isinstance(error, PoisonedJob)
    until = datetime.now(UTC) + timedelta(minutes=settings.retry_cooldown_minutes) if cools_down else None
    block = {
        "source_hash": job.source_hash,
        "code": error.code,
        "message": message[:_MESSAGE],
        "until": until,
        "job_id": job.job_id,
        "created_at": datetime.now(UTC),
    }

    end: Doc = {"changed": _why(error, message), "computed": ended(settings), "gone": _HELD, "told": {"code": error.code}}

    async def transaction(session: AsyncClientSession) -> GenerationJob:
        moved = await _move(db, job, job.status, "failed", "failed", **end, session=session)
        if isinstance(error, SourceGone | PartAway):
            return moved
        await db.subject_blocks.update_one(subjects.where(job.subject), {"$set": block}, upsert=True, session=session)
        return moved

    return await in_transaction(db, transaction, _TIMEOUT_S)
