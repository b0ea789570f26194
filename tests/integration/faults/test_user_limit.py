"""One user fires 32 searches at once at a real backend: the limit holds at every moment, and the answers agree."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from shared.embeddings.local import LocalEmbedder
from shared.errors import PostingClosed
from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Database
from shared.schemas.generation import ACTIVE
from shared.settings import Queue
from tests.faults.postings import until_indexed
from tests.integration.backend.catalogue import ROLES, imported, row

SEARCHES, POSTINGS = 32, 45
SETTINGS = Queue()


class Watched:
    """The user's active jobs through every state the database was in, in its order."""

    def __init__(self) -> None:
        self.active: set[Any] = set()
        self.peak = self.ever = 0

    def see(self, change: dict[str, Any]) -> None:
        key = change["documentKey"]["_id"]
        new = change["operationType"] == "insert"
        values = change["fullDocument"] if new else change["updateDescription"]["updatedFields"]
        if "status" in values:
            (self.active.add if values["status"] in ACTIVE else self.active.discard)(key)
        self.ever += new
        self.peak = max(self.peak, len(self.active))


@asynccontextmanager
async def watching(db: Database) -> AsyncIterator[Watched]:
    """Everything that happens to jobs inside the block, seen by the time it is left."""
    watched = Watched()
    async with await db.generation_jobs.watch() as stream:
        yield watched
        last = await db.generation_jobs.insert_one({"job_id": "the last", "status": "cancelled"})
        async for change in stream:
            if change["documentKey"]["_id"] == last.inserted_id:
                return
            watched.see(change)


@pytest.fixture
async def postings(jobs: Database, embedder: LocalEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Roles without reels, every one of them a match for every wish."""
    monkeypatch.setenv("SIMILARITY_THRESHOLD", "0")
    keys = [list(ROLES)[number % len(ROLES)] for number in range(POSTINGS)]
    await imported(jobs, embedder, *(row(key, id=f"{key}-{n}", title=f"{ROLES[key][0]}, shift {n}") for n, key in enumerate(keys)))


@pytest.fixture
async def client(postings: None, backend: httpx2.AsyncClient) -> httpx2.AsyncClient:
    await until_indexed(backend, POSTINGS)
    return backend


async def search_at_once(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    prompts = [f"{title} {body}" for title, body in ROLES.values()]
    bodies = [{"text_prompt": prompts[number % len(prompts)], "user_id": "ann"} for number in range(SEARCHES)]
    responses = await asyncio.gather(*(client.post("/jobs/search", json=body) for body in bodies))
    assert {response.status_code for response in responses} == {200}
    answers = [response.json() for response in responses]
    for answer in answers:
        assert set(answer["degraded"]) <= {"mongo_unavailable"}
        assert answer["generation_triggered"] is bool(answer["generation_job_ids"])
        assert answer["generation"]["pending"] == len(answer["generation_job_ids"])
    return answers


async def test_all_searches_together_get_the_limit_and_tell_of_the_same_jobs(client: httpx2.AsyncClient, jobs: Database) -> None:
    async with watching(jobs) as watched:
        answers = await search_at_once(client)
    assert (watched.peak, watched.ever) == (SETTINGS.max_user_concurrent_jobs, SETTINGS.max_user_concurrent_jobs)
    made = set(await jobs.generation_jobs.distinct("job_id", {"user_id": "ann", "status": "queued"}))
    assert len(made) == SETTINGS.max_user_concurrent_jobs
    assert set().union(*(answer["generation_job_ids"] for answer in answers)) == made


async def end_jobs(db: Database) -> None:
    """Claim and end without a reel and without a block, for ever."""
    while True:
        if job := await attempts.claim(db, "w", SETTINGS):
            await attempts.fail(db, job, PostingClosed("closed"), SETTINGS)
