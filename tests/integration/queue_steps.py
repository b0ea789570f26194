"""The steps of a generation job, as workers and searches take them, for tests that begin somewhere on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.errors import JobError, PermanentJobError
from shared.mongo import generation_admin
from shared.mongo import generation_attempts as attempts
from shared.mongo import generation_queue as queue
from shared.mongo.client import Database
from shared.mongo.postings import Write, store
from shared.schemas.generation import GenerationJob, GenerationRequest, Output, Status
from shared.schemas.postings import BoardPosting, Posting, read_posting
from shared.schemas.reels import ReelResult
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video
from shared.settings import Queue

SETTINGS = Queue(max_retries=3)
REEL = ReelResult(
    duration_seconds=2, width=720, height=1280, size_bytes=9, template_id="poster", script="…", stage_seconds={"script": 0.1, "render": 1.5}
)


def wish(key: str = "a", **changes: Any) -> GenerationRequest:
    wanted = GenerationRequest(subject=SubjectId("posting", key), source_hash="s1", template_id="poster", greenhouse_id=key)
    return wanted.model_copy(update=changes)


async def enqueued(db: Database, key: str = "a", **changes: Any) -> str:
    result = await queue.enqueue(db, wish(key, **changes), SETTINGS)
    assert result.outcome == "created", result
    assert result.job_id
    return result.job_id


async def claimed(db: Database, worker: str = "w1") -> GenerationJob:
    job = await attempts.claim(db, worker, SETTINGS)
    assert job is not None
    return job


async def uploaded(db: Database, job: GenerationJob) -> GenerationJob:
    output = Output(
        prefix=f"hls/{job.output_video_id}", provider="local", url="http://v/m", source_hash=job.source_hash, reel=REEL
    )  # fmt: skip
    return await attempts.mark_uploaded(db, job, output)


def video(job: GenerationJob) -> Video:
    folder = f"hls/{job.output_video_id}"
    return Video(
        video_id=job.output_video_id, greenhouse_id=job.greenhouse_id, subject_kind=job.subject_kind, subject_key=job.subject_key,
        source_hash=job.source_hash, provider="local", s3_key=f"{folder}/master.m3u8", cdn_url="u", mp4_key=f"{folder}/reel.mp4",
        captions_key="c", poster_key="p", created_at=datetime.now(UTC), **REEL.model_dump(exclude={"stage_seconds"}),
    )  # fmt: skip


async def indexed(db: Database, job: GenerationJob) -> GenerationJob:
    job = await uploaded(db, job)
    return await attempts.index(db, job, video(job))


async def finished(db: Database, job: GenerationJob) -> GenerationJob:
    return await attempts.mark_ready(db, await indexed(db, job), SETTINGS)


async def failed(db: Database, job: GenerationJob, error: JobError | None = None) -> GenerationJob:
    return await attempts.fail(db, job, error or PermanentJobError("nothing to say", code="no_usable_text"), SETTINGS)


async def job_in(db: Database, status: Status, key: str = "a", **changes: Any) -> str:
    """A job that went the whole way to `status`; its id. No other job may be waiting."""
    job_id = await enqueued(db, key, **changes)
    if status == "cancelled":
        await generation_admin.cancel(db, job_id, "test", SETTINGS)
    elif status != "queued":
        job = await claimed(db)
        steps = {"uploaded": uploaded, "indexed": indexed, "ready": finished, "failed": failed}
        if status in steps:
            await steps[status](db, job)
    return job_id


async def stored(db: Database, key: str, **changes: Any) -> Posting:
    """An open posting whose subject has this key, unless it has an internal id."""
    row = {"id": key, "title": f"Baker {key}", "company_name": "Oven & Co", "content": f"<p>Bake bread in {key}.</p>", **changes}
    posting = read_posting(BoardPosting.model_validate(row))
    await store(db, [Write(posting, {}, None)], "none")
    return posting


async def document(db: Database, job_id: str) -> dict[str, Any]:
    doc = await db.generation_jobs.find_one({"job_id": job_id})
    assert doc
    return doc
