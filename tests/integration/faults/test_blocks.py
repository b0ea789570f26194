"""A subject whose reel cannot be made is a candidate for nobody, until its text changes or it has cooled down."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from services.backend.postings.importer import Row, Source, import_postings
from shared.embeddings.local import LocalEmbedder
from shared.errors import JobError, PermanentJobError, RetryableJobError
from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Database
from shared.settings import Queue
from tests.faults.postings import eventually, until_indexed
from tests.integration.backend.catalogue import ROLES, imported, row

SETTINGS = Queue(max_retries=2, retry_base_s=0.001)
CANNOT = PermanentJobError("it has no usable text", code="no_usable_text")
AWAY = RetryableJobError("the voice is away", code="speech_failed")


@pytest.fixture
async def client(jobs: Database, embedder: LocalEmbedder, backend: httpx2.AsyncClient) -> httpx2.AsyncClient:
    await imported(jobs, embedder, *(row(key) for key in ROLES))
    await until_indexed(backend, len(ROLES))
    return backend


async def asked_for(client: httpx2.AsyncClient, db: Database, user: str) -> set[str]:
    """The subjects a search for bakers has made."""
    answer: dict[str, Any] = (await client.post("/jobs/search", json={"text_prompt": "baker", "user_id": user})).json()
    assert answer["degraded"] == []
    return set(await db.generation_jobs.distinct("subject_key", {"job_id": {"$in": answer["generation_job_ids"]}}))


async def give_up(db: Database, key: str, error: JobError) -> None:
    """Let every attempt at this subject fail until its job has ended; other jobs are left as they were."""
    others = []
    async with asyncio.timeout(10):
        while await db.generation_jobs.count_documents({"subject_key": key, "status": {"$ne": "failed"}}):
            if (job := await attempts.claim(db, "w", SETTINGS)) is None:
                continue
            if job.subject_key == key:
                await attempts.fail(db, job, error, SETTINGS)
            else:
                others.append(job)
    for job in others:
        await attempts.hand_back(db, job)


@pytest.fixture
def one_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search asks for its best candidate alone."""
    monkeypatch.setenv("MAX_GENERATE_PER_REQUEST", "1")


@pytest.mark.usefixtures("one_a_search")
@pytest.mark.parametrize("error", [CANNOT, AWAY], ids=["permanent failure", "retries spent"])
async def test_a_blocked_subject_is_nobodys_candidate(client: httpx2.AsyncClient, jobs: Database, error: JobError) -> None:
    [best] = await asked_for(client, jobs, "ann")
    await give_up(jobs, best, error)
    [second] = {"baker", "pastry"} - {best}
    assert [await asked_for(client, jobs, user) for user in ("ann", "bob", "cleo", "dan")] == [{second}] * 4
    assert await jobs.generation_jobs.count_documents({"subject_key": best}) == 1


@pytest.mark.parametrize("error", [CANNOT, AWAY], ids=["permanent failure", "retries spent"])
async def test_new_text_ends_the_block(client: httpx2.AsyncClient, jobs: Database, embedder: LocalEmbedder, error: JobError) -> None:
    await asked_for(client, jobs, "ann")
    await give_up(jobs, "baker", error)
    moved = row("baker", location={"name": "Bruges"})
    assert (await import_postings(jobs, embedder, Source([Row("1", moved)]))).changed == 1
    assert await asked_for(client, jobs, "ann") == {"pastry"}, "another place is no other text"
    reworded = row("baker", content="<p>Bake rye bread and sourdough loaves in our stone ovens.</p>")
    assert (await import_postings(jobs, embedder, Source([Row("1", reworded)]))).embedded == 1
    assert await asked_for(client, jobs, "bob") == {"baker", "pastry"}


async def test_a_cool_down_ends_by_itself_and_a_permanent_block_does_not(client: httpx2.AsyncClient, jobs: Database) -> None:
    await asked_for(client, jobs, "ann")
    await give_up(jobs, "baker", AWAY)
    await give_up(jobs, "pastry", CANNOT)
    assert await asked_for(client, jobs, "ann") == set()
    blocks = {block["subject_key"]: block async for block in jobs.subject_blocks.find()}
    assert blocks["pastry"]["until"] is None
    cools = timedelta(minutes=SETTINGS.retry_cooldown_minutes)
    assert timedelta(0) <= datetime.now(UTC) + cools - blocks["baker"]["until"] < timedelta(seconds=30)
    soon = datetime.now(UTC) + timedelta(milliseconds=300)
    await jobs.subject_blocks.update_one({"subject_key": "baker"}, {"$set": {"until": soon}})

    async def asked_again() -> set[str]:
        return await asked_for(client, jobs, "ann")

    assert await eventually(asked_again, within_s=10) == {"baker"}
    assert datetime.now(UTC) >= soon
