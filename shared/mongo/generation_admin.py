"""What an operator does to jobs and reels. Each function is one atomic transition with its guards.

   failed, cancelled ──retry──▶ queued         queued, running, uploaded, indexed ──cancel──▶ cancelled
   ready, superseded ──take down──▶ taken_down (a video)

They raise NotFound, or Conflict naming the state that forbids it; nothing is written then. A worker that holds the job meanwhile
loses it by its fence.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pymongo
from pydantic import ValidationError
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from shared.errors import Conflict, NotFound
from shared.mongo import exercises, generation_queue, made_clips, postings, subjects
from shared.mongo.client import Database, Doc, in_transaction
from shared.mongo.generation_attempts import ended, happened
from shared.mongo.generation_queue import Outcome
from shared.mongo.leases import literal, without
from shared.schemas.clips import made_clip
from shared.schemas.generation import ACTIVE, GenerationJob, Status
from shared.schemas.postings import Subject
from shared.schemas.videos import Video
from shared.settings import Queue

RETRYABLE: tuple[Status, ...] = ("failed", "cancelled")
QUEUE_FULL: Outcome = "queue_full"
_TIMEOUT_S = 10.0
_PAST = ("attempt_token", "user_slot", "failure", "error", "output", "progress", "started_at", "completed_at", "expires_at")


async def retry(db: Database, job_id: str, by: str, settings: Queue) -> Doc:
    """failed, cancelled → queued, due now, with fresh retries and no user slot; the block of its subject is lifted.

    Conflict also when another active job, or a ready reel made from the present text, serves the subject, and when the queue is full:
    an operator's word stands above a block, not above the brake of MAX_QUEUE_DEPTH. Returns the job's document.
    """
    known = await _readable(db, job_id)
    if known.status in RETRYABLE and await generation_queue.is_full(db, settings):
        raise Conflict(
            f"job {job_id} is {known.status}, and the queue is full (MAX_QUEUE_DEPTH={settings.max_queue_depth})", code=QUEUE_FULL
        )
    source_hash = await _present_source(db, known)

    async def transaction(session: AsyncClientSession) -> Doc:
        values = {"claim_at": "$$NOW", "requeued_at": "$$NOW", "retry_count": 0, **literal({"source_hash": source_hash}), **without(*_PAST)}
        moved = await _move(db, job_id, RETRYABLE, "queued", values, "retried", by, session)
        if moved is None:
            status = (await job(db, job_id, session)).get("status")
            raise Conflict(f"job {job_id} is {status}; only failed and cancelled jobs are retried", code="job_not_retryable")
        subject = subjects.where(known.subject)
        ready = await generation_queue.serving(db, known.subject, source_hash, session)
        if ready:
            raise Conflict(f"job {job_id} is {known.status}, and reel {ready} already serves its subject", code="reel_ready")
        await db.subject_blocks.delete_one(subject, session=session)
        return moved

    try:
        return await in_transaction(db, transaction, _TIMEOUT_S)
    except DuplicateKeyError as error:
        other = (await generation_queue.active_jobs(db, [known.subject])).get(known.subject, "(just ended)")
        message = f"job {job_id} is {known.status}, and its subject has another active job: {other}"
        raise Conflict(message, code="subject_active") from error


async def _present_source(db: Database, known: GenerationJob) -> str:
    """The hash of the text a worker would render now: it may have changed since the job was asked for."""
    if known.subject_kind == "clip":
        made = made_clip(known.subject_key)
        exercise = await exercises.get(db, made.exercise_slug) if made else None
        return exercise.content_hash if exercise else known.source_hash
    active = await postings.active_of(db, [known.subject_key])
    return Subject.of(active).source_hash if active else known.source_hash


async def cancel(db: Database, job_id: str, by: str, settings: Queue) -> Doc:
    """Any active state → cancelled. A reel that is indexed already stays. Returns the job's document."""
    values = {**ended(settings), **without("attempt_token", "claim_at")}
    moved = await _move(db, job_id, ACTIVE, "cancelled", values, "cancelled", by)
    if moved is None:
        status = (await job(db, job_id)).get("status")
        raise Conflict(f"job {job_id} is {status}; only active jobs are cancelled", code="job_not_active")
    return moved


async def _move(
    db: Database,
    job_id: str,
    expected: Sequence[Status],
    to: Status,
    values: Doc,
    event: str,
    by: str,
    session: AsyncClientSession | None = None,
) -> Doc | None:
    """The job's document as it now is, or None when it is in none of the expected states."""
    return await db.generation_jobs.find_one_and_update(
        {"job_id": job_id, "status": {"$in": list(expected)}},
        [{"$set": {"status": to, "updated_at": "$$NOW", **values}}, {"$set": happened(event, **literal({"by": by}))}],
        return_document=pymongo.ReturnDocument.AFTER,
        session=session,
    )


async def take_down(db: Database, video_id: str) -> Video:
    """ready, superseded → taken_down, and the clip that plays it goes with it. What was ready is not made again: its subject is blocked
    for this text."""

    async def transaction(session: AsyncClientSession) -> Video:
        found = await video(db, video_id, session)
        if found.status == "taken_down":
            raise Conflict(f"video {video_id} is taken_down already", code="video_taken_down")
        await withdraw(db, found, session)
        if found.subject_kind == "clip":
            await made_clips.withdraw(db, found, session)
        return found.model_copy(update={"status": "taken_down"})

    return await in_transaction(db, transaction, _TIMEOUT_S)


async def withdraw(db: Database, reel: Video, session: AsyncClientSession) -> None:
    """ready, superseded → taken_down, within a transaction of the caller's. One that was taken down already stays so."""
    await db.videos.update_one({"video_id": reel.video_id}, {"$set": {"status": "taken_down"}}, session=session)
    if reel.status == "ready":
        await _block(db, reel, session)


async def video(db: Database, video_id: str, session: AsyncClientSession | None = None) -> Video:
    """The video, whatever its status. Raises NotFound."""
    doc = await db.videos.find_one({"video_id": video_id}, session=session)
    if doc is None:
        raise NotFound(f"there is no video {video_id}", code="video_not_found")
    return Video.model_validate(doc)


async def _block(db: Database, taken: Video, session: AsyncClientSession) -> None:
    block = {
        "source_hash": taken.source_hash,
        "code": "taken_down",
        "message": "an operator took the reel down",
        "until": None,
        "created_at": datetime.now(UTC),
    }
    await db.subject_blocks.update_one(
        subjects.where(taken.subject), {"$set": block, "$unset": {"job_id": 1}}, upsert=True, session=session
    )


async def job(db: Database, job_id: str, session: AsyncClientSession | None = None) -> Doc:
    """The job's document, readable or not. Raises NotFound."""
    doc = await db.generation_jobs.find_one({"job_id": job_id}, session=session)
    if doc is None:
        raise NotFound(f"there is no generation job {job_id}", code="job_not_found")
    return doc


async def _readable(db: Database, job_id: str) -> GenerationJob:
    doc = await job(db, job_id)
    try:
        return GenerationJob.model_validate(doc)
    except ValidationError as error:
        raise Conflict(f"job {job_id} is {doc.get('status')} and no worker can read it", code="job_unreadable") from error
