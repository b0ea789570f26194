"""Roles to make reels of, and jobs asked for and waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx2
import pytest

from shared.mongo import generation_queue as queue
from shared.mongo.client import Database
from shared.mongo.postings import Write, store
from shared.schemas.generation import GenerationJob, GenerationRequest
from shared.schemas.postings import BoardPosting, Posting, read_posting
from shared.settings import Queue
from tests.integration.backend.catalogue import row

T = TypeVar("T")
PATIENCE_S = 60.0


def posting(key: str, **changes: Any) -> Posting:
    """A role of the catalogue."""
    return read_posting(BoardPosting.model_validate(row(key, **changes)))


async def ask(db: Database, role: Posting, user: str | None = None) -> str:
    """Store the role and ask for its reel; returns the id of the job."""
    await store(db, [Write(role, {}, None)], "none")
    request = GenerationRequest(
        subject=role.subject, source_hash=role.content_hash, template_id="poster", greenhouse_id=role.greenhouse_id, user_id=user
    )
    enqueued = await queue.enqueue(db, request, Queue())
    assert enqueued.outcome == "created"
    assert enqueued.job_id
    return enqueued.job_id


async def eventually(look: Callable[[], Awaitable[T | None]], *, within_s: float = PATIENCE_S) -> T:
    """What `look` gives as soon as it is neither None nor false."""
    async with asyncio.timeout(within_s):
        while not (found := await look()):
            await asyncio.sleep(0.01)
        return found


async def until(db: Database, job_id: str, *statuses: str, within_s: float = PATIENCE_S) -> GenerationJob:
    """The job once it is in one of these states."""

    async def look() -> GenerationJob | None:
        job = await queue.get(db, job_id)
        assert job, "the job is gone"
        return job if job.status in statuses else None

    try:
        return await eventually(look, within_s=within_s)
    except TimeoutError:
        pytest.fail(f"the job should be {' or '.join(statuses)} and is {await queue.get(db, job_id)!r}")


async def until_encoding(db: Database, *job_ids: str) -> None:
    """Return once an encoder has reported on each of these jobs."""
    encoding = {"job_id": {"$in": list(job_ids)}, "status": "running", "progress": {"$exists": True}}

    async def look() -> bool:
        return await db.generation_jobs.count_documents(encoding) == len(job_ids)

    await eventually(look)


async def until_indexed(client: httpx2.AsyncClient, count: int) -> None:
    """Return once the backend finds this many postings."""

    async def look() -> bool:
        health: dict[str, Any] = (await client.get("/health")).json()
        return bool(health.get("indexed_postings") == count)

    await eventually(look)
