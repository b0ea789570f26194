"""What the operator's API tells of jobs, workers and reels."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.backend.admin import timings
from services.backend.admin.paging import NextCursor
from shared.mongo.client import Doc
from shared.schemas.base import Document, Message, Utc
from shared.schemas.generation import STATUSES, Failure, Priority, Status
from shared.schemas.reels import Progress
from shared.schemas.videos import Video, VideoStatus


class JobSummary(Document):
    """A generation job in a list. `unreadable` says why nothing more is told of a document that no worker could read either."""

    job_id: str
    status: Status | None = None
    subject_kind: str | None = None
    subject_key: str | None = None
    greenhouse_id: str | None = None
    user_id: str | None = None
    user_slot: int | None = None
    priority: Priority | None = None
    template_id: str | None = None
    voice_id: str | None = Field(default=None, description="null: the usual one; who spoke is told in `output`")
    output_video_id: str | None = None
    attempt: int = Field(default=0, description="attempts begun")
    retry_count: int = Field(default=0, description="crashes and retryable failures that count against MAX_RETRIES")
    worker_id: str | None = Field(default=None, description="who holds it, or held it last")
    progress: Progress | None = None
    failure: Failure | None = None
    error: str | None = None
    claim_at: Utc | None = Field(default=None, description="queued: when it is due; held: when the lease ends; ended: none")
    created_at: Utc | None = None
    updated_at: Utc | None = None
    requeued_at: Utc | None = None
    started_at: Utc | None = None
    completed_at: Utc | None = None
    unreadable: str | None = None


class JobPage(Message):
    jobs: tuple[JobSummary, ...]
    next_cursor: NextCursor


class HistoryEntry(BaseModel):
    """A transition; beside these fields stands what it knows: `worker_id`, `code`, `after_s`, `by`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    at: Utc
    event: str
    status: str
    attempt: int | None = None
    seconds: float | None = Field(description="since the transition before; null for the first")


class Timings(Message):
    """In seconds. `stages` are those of the attempt that made the reel, `statuses` add up all attempts until the last transition."""

    stages: dict[str, float] = Field(default_factory=dict)
    statuses: dict[str, float] = Field(default_factory=dict)
    queued_to_ended: float | None = None


class WorkerHealth(Message):
    worker_id: str
    alive: bool = Field(description="heard of within 30 s")
    heartbeat_age_seconds: float | None = Field(description="null: never heard of, or said good-bye")
    host: str | None = None
    pid: int | None = None
    started_at: Utc | None = None
    running: tuple[str, ...] = Field(default=(), description="ids of its jobs")


class Block(Document):
    """Why the subject is not asked for again. `holds`: for the text this job is made from, now."""

    code: str
    message: str = ""
    until: Utc | None = Field(default=None, description="null: until the text changes or an operator retries")
    source_hash: str
    created_at: Utc | None = None
    job_id: str | None = None
    holds: bool


class JobPosting(Document):
    greenhouse_id: str
    title: str
    company_name: str
    active: bool


class JobDetail(JobSummary):
    """All that is known of a generation job."""

    source_hash: str | None = None
    query_fingerprint: str | None = None
    history: tuple[HistoryEntry, ...] = ()
    timings: Timings = Timings()
    output: dict[str, Any] | None = Field(default=None, description="what was uploaded, once it is")
    worker: WorkerHealth | None = None
    block: Block | None = None
    posting: JobPosting | None = None
    video_status: VideoStatus | None = Field(default=None, description="of the reel it made; null: there is none")


class RetryResult(Message):
    job_id: str
    outcome: str = Field(description="queued; queue_full: left as it is, for a call when there is room; else the code of the problem")
    detail: str | None = None


class BulkRetry(Message):
    """One call tries a bounded number of jobs, the newest first; `next_cursor` takes the next call to those that are left."""

    retried: int
    refused: int
    results: tuple[RetryResult, ...]
    next_cursor: NextCursor


class VideoState(Message):
    video_id: str
    status: VideoStatus
    subject_kind: str
    subject_key: str


def summary(doc: Doc) -> JobSummary:
    """PURE: a job's document in a list, whatever it holds."""
    try:
        return JobSummary.model_validate(doc)
    except ValidationError as error:
        return JobSummary(**_unreadable(doc, error))


def detail(doc: Doc, **beside: object) -> JobDetail:
    """PURE: a job's document with what is known `beside` it."""
    history = doc.get("history", ())
    try:
        entries = [{**entry, "seconds": seconds} for entry, seconds in zip(history, timings.since_previous(history), strict=True)]
        return JobDetail.model_validate({**doc, **beside, "history": entries, "timings": _timings(doc)})
    except (ValidationError, KeyError, TypeError) as error:
        return JobDetail(**_unreadable(doc, error))


def _unreadable(doc: Doc, error: Exception) -> dict[str, Any]:
    status = doc.get("status")
    return {"job_id": str(doc.get("job_id")), "status": status if status in STATUSES else None, "unreadable": str(error)[:1000]}


def _timings(doc: Doc) -> Timings:
    asked, ended = doc.get("requeued_at") or doc["created_at"], doc.get("completed_at")
    return Timings(
        stages=((doc.get("output") or {}).get("reel") or {}).get("stage_seconds", {}),
        statuses=timings.by_status(doc.get("history", ())),
        queued_to_ended=round((ended - asked).total_seconds(), 3) if ended else None,
    )


def video_state(video: Video) -> VideoState:
    return VideoState.model_validate(video.model_dump(include=set(VideoState.model_fields)))
