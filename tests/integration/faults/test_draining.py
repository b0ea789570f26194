"""SIGTERM while a worker makes two reels: no new claim, none is lost or taken by another, none costs a retry."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from services.generator.barriers import VARIABLE
from shared.mongo.client import Database
from tests.faults.postings import ask, eventually, posting, until, until_encoding
from tests.faults.workers import worker_process

LEASE_S, GRACE_S = 0.5, 60.0
TWO_LONG_REELS = {"REEL_MAX_SECONDS": "60", "LEASE_S": str(LEASE_S), "WORKER_CONCURRENCY": "2"}
MORE = "<p>You will paint the old harbour sheds.</p><p>You will mend the nets of nine boats.</p><p>You will count every herring.</p>"


@asynccontextmanager
async def never_free(db: Database) -> AsyncIterator[None]:
    """Fails if a running job could be taken by another worker at any moment it is looked at: 50 times in a lease."""
    free = {"status": "running", "$expr": {"$lte": ["$claim_at", "$$NOW"]}}

    async def look() -> None:
        while True:
            assert await db.generation_jobs.count_documents(free) == 0, "a lease ran out"
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        looking = group.create_task(look())
        yield
        looking.cancel()


async def two_running_one_waiting(db: Database) -> tuple[list[str], str]:
    """Ids of two jobs being rendered, the second for longer, and of one that is due."""
    running = [await ask(db, posting("baker")), await ask(db, posting("nurse", content=MORE))]
    await until_encoding(db, *running)
    return running, await ask(db, posting("welder"))


async def test_both_are_finished_under_their_leases_and_the_third_is_left(jobs: Database, environment: dict[str, str]) -> None:
    with worker_process(environment, DRAIN_GRACE_S=str(GRACE_S), **TWO_LONG_REELS) as worker:
        running, waiting = await two_running_one_waiting(jobs)
        worker.signal(signal.SIGTERM)
        told = datetime.now(UTC)
        async with never_free(jobs):
            assert await worker.ended(GRACE_S) == 0
    done = [await until(jobs, job_id, "ready", within_s=10) for job_id in running]
    assert [(job.attempt, job.retry_count) for job in done] == [(1, 0)] * 2
    last = max(job.completed_at for job in done if job.completed_at)
    assert (last - told).total_seconds() > 2 * LEASE_S, "the leases would have held by themselves"
    assert (await until(jobs, waiting, "queued", within_s=10)).attempt == 0


async def test_both_are_handed_back_where_there_is_no_time(jobs: Database, environment: dict[str, str]) -> None:
    with worker_process(environment, DRAIN_GRACE_S="0", **TWO_LONG_REELS) as worker:
        running, waiting = await two_running_one_waiting(jobs)
        encoders = worker.encoders()
        assert len(encoders) == 2
        worker.signal(signal.SIGTERM)
        assert await worker.ended(30) == 0
        assert not any(encoder.is_running() for encoder in encoders)
    given = [await until(jobs, job_id, "queued", within_s=10) for job_id in running]
    assert [(job.attempt, job.retry_count, job.attempt_token, job.history[-1]["event"]) for job in given] == [
        (1, 0, None, "handed_back")
    ] * 2
    assert (await until(jobs, waiting, "queued", within_s=10)).attempt == 0
    assert await jobs.workers.count_documents({}) == 0


def release(data_dir: Path) -> None:
    """Let those go on that are held at a barrier."""
    for held in data_dir.glob("work/*/held-*"):
        held.unlink()


async def test_a_job_it_lost_and_claimed_again_itself_is_finished_too(jobs: Database, environment: dict[str, str], tmp_path: Path) -> None:
    """Held before its first heartbeat, a worker with a free place outlives its own lease and is the next to claim."""
    slow = {**TWO_LONG_REELS, "LEASE_S": "1", "ENV": "test", VARIABLE: "after_claim"}
    with worker_process(environment, DRAIN_GRACE_S=str(GRACE_S), **slow) as worker:
        job_id = await ask(jobs, posting("nurse", content=MORE))
        await eventually(lambda: jobs.generation_jobs.count_documents({"job_id": job_id, "attempt": {"$gt": 1}}))
        late = {"job_id": job_id, "progress.stage": "render", "progress.fraction": {"$gt": 0.3}}

        async def only_the_last_attempt_is_left() -> bool:
            release(tmp_path)  # each time: the second attempt comes to the barrier a moment after its claim is seen
            return len(worker.encoders()) == 1 and await jobs.generation_jobs.count_documents(late) == 1

        await eventually(only_the_last_attempt_is_left)
        worker.signal(signal.SIGTERM)
        assert await worker.ended(GRACE_S) == 0
    job = await until(jobs, job_id, "ready", within_s=10)
    assert job.retry_count == job.attempt - 1
