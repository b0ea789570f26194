"""Everything about one generation job, gathered from where it lies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from services.backend.admin.schemas import Block, JobDetail, JobPosting, WorkerHealth, detail
from shared.errors import NotFound
from shared.mongo.client import Database, Doc
from shared.mongo.generation_queue import is_over
from shared.mongo.generation_stats import ALIVE_S
from shared.mongo.workers import WorkerBeat

_POSTING = {"_id": 0, **dict.fromkeys(JobPosting.model_fields, 1)}


async def inspect(db: Database, job_id: str) -> JobDetail:
    """Raises NotFound."""
    doc = await db.generation_jobs.find_one({"job_id": job_id}, {"_id": 0, "attempt_token": 0})
    if doc is None:
        raise NotFound(f"there is no generation job {job_id}", code="job_not_found")
    subject = {"subject_kind": doc.get("subject_kind"), "subject_key": doc.get("subject_key")}
    block, posting, video, worker = await asyncio.gather(
        db.subject_blocks.find_one(subject, {"_id": 0}),
        db.jobs.find_one({"greenhouse_id": doc.get("greenhouse_id")}, _POSTING),
        db.videos.find_one({"video_id": doc.get("output_video_id")}, {"status": 1}),
        db.workers.find_one({"worker_id": doc.get("worker_id")}),
    )
    now = datetime.now(UTC)
    return detail(
        doc,
        block=_block(block, doc) if block else None,
        posting=JobPosting.model_validate(posting) if posting else None,
        video_status=video["status"] if video else None,
        worker=_worker(doc, worker, now),
    )


def _block(block: Doc, job: Doc) -> Block:
    return Block.model_validate({**block, "holds": not is_over(block) and block["source_hash"] == job.get("source_hash")})


def _worker(job: Doc, beat: Doc | None, now: datetime) -> WorkerHealth | None:
    if beat:
        return health(WorkerBeat.model_validate(beat), now)
    return WorkerHealth(worker_id=job["worker_id"], alive=False, heartbeat_age_seconds=None) if job.get("worker_id") else None


def health(beat: WorkerBeat, now: datetime) -> WorkerHealth:
    """PURE: how a worker looks from here."""
    age = max(0.0, round((now - beat.at).total_seconds(), 3))
    return WorkerHealth(alive=age <= ALIVE_S, heartbeat_age_seconds=age, **beat.model_dump(exclude={"at"}))


def healths(beats: Sequence[WorkerBeat], now: datetime) -> tuple[WorkerHealth, ...]:
    return tuple(health(beat, now) for beat in beats)
