"""/admin/generation-jobs: list, look into, retry, cancel."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BeforeValidator, Field

from services.backend.admin import inspection, paging
from services.backend.admin.audit import Audit
from services.backend.admin.paging import Cursor, clamped
from services.backend.admin.schemas import BulkRetry, JobDetail, JobPage, JobSummary, RetryResult, summary
from services.backend.dependencies import Config, Db
from shared.errors import Conflict, NotFound
from shared.mongo import generation_admin, generation_list, subjects
from shared.mongo.client import Database
from shared.mongo.generation_admin import QUEUE_FULL
from shared.mongo.generation_list import JobFilter, Position, next_position
from shared.schemas.base import Message, Utc
from shared.schemas.generation import Status
from shared.settings import Queue

router = APIRouter(prefix="/generation-jobs")

RETRYING_S = 2.0
"""Well within REQUEST_TIMEOUT_S: what was retried must also be told and put on record."""

Text = Annotated[str | None, Field(max_length=300)]


def _with_a_date(value: object) -> object:
    """A bare number could be a year as well as seconds since 1970."""
    if isinstance(value, str) and not re.match(r"\d{4}-", value):
        raise ValueError("it needs a date and a time, as in 2026-01-31T12:00:00Z")
    return value


Moment = Annotated[Utc, BeforeValidator(_with_a_date)]


class ListQuery(Message):
    status: Status | None = None
    user_id: Text = None
    subject_key: Text = None
    greenhouse_id: Text = Field(default=None, description="any posting of the subject")
    error_code: Text = None
    created_after: Moment | None = Field(default=None, description="at this moment or later")
    created_before: Moment | None = Field(default=None, description="before this moment")
    cursor: Cursor = None
    limit: Annotated[int, clamped(200)] = Field(default=50, description="jobs per page; taken as 1 to 200")


class RetryQuery(Message):
    status: Literal["failed", "cancelled"] = "failed"
    error_code: Text = None
    cursor: Cursor = None
    limit: Annotated[int, clamped(500)] = Field(default=500, description="jobs per call; taken as 1 to 500")


@router.get("")
async def list_jobs(asked: Annotated[ListQuery, Query()], db: Db) -> JobPage:
    """Generation jobs, newest first."""
    wanted = JobFilter.model_validate(asked.model_dump(include=set(JobFilter.model_fields)))
    if asked.greenhouse_id is not None:
        of_posting = await _subject_of(db, asked.greenhouse_id)
        if asked.subject_key not in (None, of_posting):
            return JobPage(jobs=(), next_cursor=None)
        wanted = wanted.model_copy(update={"subject_key": of_posting})
    docs, following = await generation_list.page(db, wanted, paging.decode(asked.cursor, Position), asked.limit)
    return JobPage(jobs=tuple(map(summary, docs)), next_cursor=paging.encode(following))


async def _subject_of(db: Database, greenhouse_id: str) -> str:
    """A posting that is not there (any more) can only have been a subject of its own."""
    return (await subjects.of_postings(db, [greenhouse_id])).get(greenhouse_id, greenhouse_id)


@router.post("/retry")
async def retry_many(asked: Annotated[RetryQuery, Query()], db: Db, settings: Config, audit: Audit) -> BulkRetry:
    """Retry all failed (or cancelled) jobs, or those that failed with one code: job by job, for a bounded number and time per call.

    Once MAX_QUEUE_DEPTH is reached the others stay as they are, with the outcome `queue_full`: call again, from the first page, when
    there is room.
    """
    wanted, after = JobFilter(status=asked.status, error_code=asked.error_code), paging.decode(asked.cursor, Position)
    async with audit.action("retry_many", f"status={asked.status} error_code={asked.error_code or 'any'}") as details:
        docs, following = await generation_list.page(db, wanted, after, asked.limit)
        results = await _try_retries(db, [str(doc["job_id"]) for doc in docs], audit.who, settings.queue)
        if len(results) < len(docs):
            following = next_position(docs[: len(results)], after)
        retried = sum(result.outcome == "queued" for result in results)
        details.update(retried=retried, refused=len(results) - retried)
    return BulkRetry(retried=retried, refused=len(results) - retried, results=results, next_cursor=paging.encode(following))


async def _try_retries(db: Database, job_ids: Sequence[str], who: str, settings: Queue) -> tuple[RetryResult, ...]:
    """One after the other until the queue is full; what is left when the time is over is for the next call."""
    results: list[RetryResult] = []
    deadline = time.monotonic() + RETRYING_S
    for job_id in job_ids:
        if results and results[-1].outcome == QUEUE_FULL:
            results.append(RetryResult(job_id=job_id, outcome=QUEUE_FULL, detail="not tried: the queue was full by then"))
        elif results and time.monotonic() > deadline:
            break
        else:
            results.append(await _try_retry(db, job_id, who, settings))
    return tuple(results)


async def _try_retry(db: Database, job_id: str, who: str, settings: Queue) -> RetryResult:
    try:
        await generation_admin.retry(db, job_id, who, settings)
    except (Conflict, NotFound) as error:
        return RetryResult(job_id=job_id, outcome=error.code, detail=error.message)
    return RetryResult(job_id=job_id, outcome="queued")


@router.get("/{job_id}")
async def get_job(job_id: str, db: Db) -> JobDetail:
    """One generation job with its history and timings, its worker, its posting, its reel, and the block of its subject."""
    return await inspection.inspect(db, job_id)


@router.post("/{job_id}/retry")
async def retry_job(job_id: str, db: Db, settings: Config, audit: Audit) -> JobSummary:
    """Queue a failed or cancelled job again, due now, with all its retries; lifts the block of its subject. 409 also when MAX_QUEUE_DEPTH
    is reached (`queue_full`)."""
    async with audit.action("retry", job_id):
        return summary(await generation_admin.retry(db, job_id, audit.who, settings.queue))


@router.post("/{job_id}/cancel")
async def cancel_job(job_id: str, db: Db, settings: Config, audit: Audit) -> JobSummary:
    """End a job that is queued or being worked on. Its worker stops at once; a reel that is indexed already stays."""
    async with audit.action("cancel", job_id):
        return summary(await generation_admin.cancel(db, job_id, audit.who, settings.queue))
