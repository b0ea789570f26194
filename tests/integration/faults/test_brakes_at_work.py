"""Pause and resume, the day's budget and the counters, on a real worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.mongo import brakes
from shared.mongo.client import Database
from shared.schemas.generation import GenerationJob, Status
from tests.faults.postings import ask, eventually, posting, until
from tests.faults.s3_server import free_port
from tests.faults.workers import worker_process

PROMPTLY_S = 30.0  # a twentieth of the poll interval, on a machine under load
ONLY_WHEN_WOKEN = {"WORKER_POLL_INTERVAL_S": "600"}


@pytest.fixture
async def paused(jobs: Database) -> AsyncIterator[Database]:
    """A paused queue, whose database keeps account of what it is asked."""
    await brakes.pause(jobs, "an operator", "the voice sounds odd")
    await jobs.command("profile", 2)
    yield jobs
    await jobs.command("profile", 0)


async def looks(db: Database) -> int:
    """How often workers have asked whether the queue is paused."""
    return await db["system.profile"].count_documents({"op": "query", "ns": f"{db.name}.queue_controls"})


async def more_looks(db: Database, than: int, *, within_s: float) -> None:
    """Return once they have asked more often `than` that. Raises TimeoutError."""

    async def look() -> bool:
        return await looks(db) > than

    await eventually(look, within_s=within_s)


async def test_nothing_is_claimed_while_paused_and_at_once_after_it(paused: Database, environment: dict[str, str]) -> None:
    with worker_process(environment, **ONLY_WHEN_WOKEN) as worker:
        await eventually(lambda: looks(paused))
        asked = []
        for key in ("baker", "nurse", "welder", "lawyer"):  # each look but the first has the one before it behind it, and its claim
            seen = await looks(paused)
            asked.append(await ask(paused, posting(key)))
            await more_looks(paused, seen, within_s=PROMPTLY_S)
        waiting = [await until(paused, job_id, "queued", within_s=10) for job_id in asked]
        assert [(job.attempt, job.worker_id) for job in waiting] == [(0, None)] * len(asked)
        assert await brakes.resume(paused)
        await until(paused, asked[0], "running", within_s=PROMPTLY_S)
        await brakes.pause(paused, "an operator", "again")
        assert (await until(paused, asked[0], "ready")).attempt == 1, "what runs is finished"
        assert worker.running()


async def test_a_paused_worker_waits_instead_of_asking_again_and_again(paused: Database, environment: dict[str, str]) -> None:
    await ask(paused, posting("baker"))
    with worker_process(environment, **ONLY_WHEN_WOKEN):
        await eventually(lambda: looks(paused))
        with pytest.raises(TimeoutError):
            await more_looks(paused, 6, within_s=0.7)


async def test_a_budget_of_one_makes_one_reel_and_the_other_waits_for_midnight_for_free(
    jobs: Database, environment: dict[str, str]
) -> None:
    midnight = brakes.resets_at(datetime.now(UTC))
    with worker_process(environment, DAILY_RENDER_BUDGET="1", WORKER_CONCURRENCY="2") as worker:
        asked = [await ask(jobs, posting(key)) for key in ("baker", "nurse")]

        async def settled() -> dict[Status, GenerationJob] | None:
            found = [GenerationJob.model_validate(doc) async for doc in jobs.generation_jobs.find({"job_id": {"$in": asked}})]
            by_status = {job.status: job for job in found if job.status == "ready" or job.failure}
            return by_status if len(by_status) == 2 else None

        ended = await eventually(settled)
        assert worker.running()
    assert set(ended) == {"ready", "queued"}
    waiting = ended["queued"]
    assert waiting.failure
    assert waiting.claim_at
    assert (waiting.failure.code, waiting.retry_count, waiting.attempt_token) == ("render_budget_spent", 0, None)
    assert abs(waiting.claim_at - midnight) < timedelta(seconds=5)
    assert waiting.history[-1]["event"] == "waiting"


async def test_a_worker_shows_its_counters(jobs: Database, environment: dict[str, str]) -> None:
    port = free_port()
    with worker_process(environment, WORKER_METRICS_PORT=str(port)):
        await until(jobs, await ask(jobs, posting("baker")), "ready")
        await until(jobs, await ask(jobs, posting("nurse", content="")), "failed")
        async with httpx2.AsyncClient() as client:
            text = (await client.get(f"http://127.0.0.1:{port}/metrics")).raise_for_status().text
    told = {
        (sample.name, *sample.labels.values()): sample.value for family in text_string_to_metric_families(text) for sample in family.samples
    }
    prefix = "reelwright_generation_"
    steps = Counter({key[1:]: int(value) for key, value in told.items() if key[0] == f"{prefix}transitions_total"})
    assert steps == {("running", "uploaded"): 1, ("uploaded", "indexed"): 1, ("indexed", "ready"): 1, ("running", "failed"): 1}
    assert told[(f"{prefix}claims_total",)] == 2
    assert told[(f"{prefix}leases_lost_total",)] == 0
    stages = {key[1] for key, value in told.items() if key[0] == f"{prefix}stage_seconds_count" and value == 1}
    assert stages == {"script", "speech", "captions", "render", "package", "upload"}
