"""What wakes an idle worker, and that a heartbeat of another does not."""

from __future__ import annotations

import asyncio
import contextlib

from services.generator.worker import WAKES
from shared.errors import PartAway, RetryableJobError
from shared.mongo import brakes, changes
from shared.mongo import generation_admin as admin
from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Database
from shared.schemas.reels import Progress
from tests.integration import queue_steps as steps
from tests.integration.queue_steps import SETTINGS


async def wakes(db: Database, listening: asyncio.Event) -> list[str]:
    """What came from `listening` to a change of the brakes."""
    seen: list[str] = []
    async with contextlib.aclosing(changes.watch(db, changes.of(("generation_jobs", "queue_controls"), {"$or": WAKES}))) as stream:
        async for change in stream:
            if change is None:
                listening.set()
                continue
            if change["ns"]["coll"] == "queue_controls":
                break
            seen.append(change["operationType"])
    return seen


async def test_a_heartbeat_and_an_end_wake_nobody_what_is_to_be_claimed_does(jobs: Database) -> None:
    listening = asyncio.Event()
    waking = asyncio.create_task(wakes(jobs, listening))
    async with asyncio.timeout(30):
        await listening.wait()
        job_id = await steps.enqueued(jobs)  # wakes
        job = await steps.claimed(jobs)
        assert await attempts.heartbeat(jobs, job, Progress(stage="render", fraction=0.5), SETTINGS)
        await attempts.fail(jobs, job, RetryableJobError("once", retry_after_s=0), SETTINGS)  # wakes
        await admin.cancel(jobs, job_id, "an operator", SETTINGS)
        await admin.retry(jobs, job_id, "an operator", SETTINGS)  # wakes
        job = await steps.claimed(jobs)
        job = await steps.uploaded(jobs, job)
        await attempts.fail(jobs, job, PartAway("the index is away"), SETTINGS)  # wakes: it stays uploaded, another may index it
        await brakes.pause(jobs, "an operator", "the last change")
        assert await waking == ["insert", "update", "update", "update"]
