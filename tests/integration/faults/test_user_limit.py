"""One user asks for much at once: the limit of active jobs holds at every moment, also while jobs end and slots free."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Any

import httpx2
import pytest

from shared.embeddings.local import LocalEmbedder
from shared.errors import PostingClosed, Unavailable
from shared.mongo import generation_admin
from shared.mongo import generation_attempts as attempts
from shared.mongo import generation_queue as queue
from shared.mongo.client import Database, translated
from shared.mongo.generation_queue import Enqueued
from shared.schemas.generation import ACTIVE, Status
from shared.settings import Queue
from tests.faults.postings import until_indexed
from tests.integration import queue_steps as steps
from tests.integration.backend.catalogue import ROLES, imported, row

SEARCHES, POSTINGS = 32, 45
ASKING, EACH = 8, 7
"""Tasks that ask at the same time, and the jobs each of them gets in the end."""
ENDINGS: tuple[Status, ...] = ("failed", "cancelled", "ready")
PATIENCE_S = 120
SETTINGS = Queue(lease_s=600)
LIMIT = SETTINGS.max_user_concurrent_jobs


class Watched:
    """The user's active jobs and their slots through every state the database was in, in its order."""

    def __init__(self) -> None:
        self.slots: dict[Any, int] = {}
        self.peak = self.ever = 0
        self.shared: list[dict[Any, int]] = []

    def see(self, change: dict[str, Any]) -> None:
        key = change["documentKey"]["_id"]
        new = change["operationType"] == "insert"
        values = change["fullDocument"] if new else change["updateDescription"]["updatedFields"]
        if new:
            self.slots[key] = values["user_slot"]
        elif values.get("status", "queued") not in ACTIVE:
            del self.slots[key]
        self.ever += new
        self.peak = max(self.peak, len(self.slots))
        if len(set(self.slots.values())) < len(self.slots):
            self.shared.append(dict(self.slots))


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
    monkeypatch.setenv("SEARCH_TIMEOUT_S", "5")
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
        assert set(answer["degraded"]) <= {"mongo_unavailable", "generation_unavailable", "feed_unavailable", "views_unavailable"}
        assert answer["generation_triggered"] is bool(answer["generation_job_ids"])
        assert answer["generation"]["pending"] >= len(answer["generation_job_ids"])
    return answers


async def test_all_searches_together_get_the_limit_and_tell_of_the_same_jobs(client: httpx2.AsyncClient, jobs: Database) -> None:
    told = set[str]()
    async with watching(jobs) as watched, asyncio.timeout(PATIENCE_S):
        while len(told) < LIMIT:  # on a busy machine time may run out for them all
            told.update(*(answer["generation_job_ids"] for answer in await search_at_once(client)))
    assert (watched.peak, watched.ever, watched.shared) == (LIMIT, LIMIT, [])
    made = set(await jobs.generation_jobs.distinct("job_id", {"user_id": "ann", "status": "queued"}))
    assert told == made


async def asked(db: Database, key: str) -> Enqueued:
    """The answer to one wish of the user; nothing but waiting when the queue is busy."""
    while True:
        try:
            with translated():
                return await queue.enqueue(db, steps.wish(key, user_id="ann"), SETTINGS)
        except Unavailable:
            continue


async def ask_until_made(db: Database, keys: list[str], held_back: asyncio.Event) -> None:
    """Ask for one after the other, again and again until there is a slot for it."""
    for key in keys:
        while (outcome := (await asked(db, key)).outcome) != "created":
            assert outcome == "no_slot"
            held_back.set()


async def end_jobs(db: Database, endings: list[Status], held_back: asyncio.Event) -> None:
    """Claim as many jobs and take each to its end, once there are more wishes than slots."""
    await held_back.wait()
    for ending in endings:
        while not (job := await attempts.claim(db, "w", SETTINGS)):
            await asyncio.sleep(0)
        if ending == "ready":
            await steps.finished(db, job)
        elif ending == "failed":
            await attempts.fail(db, job, PostingClosed("closed"), SETTINGS)
        else:
            await generation_admin.cancel(db, job.job_id, "admin", SETTINGS)


async def test_the_limit_holds_while_jobs_end_and_slots_free(jobs: Database) -> None:
    wishes = [[f"s{number}-{n}" for n in range(EACH)] for number in range(ASKING)]
    endings = [ending for ending, _ in zip(cycle(ENDINGS), range(ASKING * EACH), strict=False)]
    held_back = asyncio.Event()
    async with watching(jobs) as watched, asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        for keys in wishes:
            group.create_task(ask_until_made(jobs, keys, held_back))
        for some in (endings[::2], endings[1::2]):
            group.create_task(end_jobs(jobs, some, held_back))
    assert (watched.peak, watched.ever, watched.shared) == (LIMIT, ASKING * EACH, [])
    assert watched.slots == {}
    ended = Counter([doc["status"] async for doc in jobs.generation_jobs.find({"user_id": "ann"})])
    assert ended == Counter(endings)
    again = [(await asked(jobs, f"again{number}")).outcome for number in range(LIMIT + 1)]
    assert again == ["created"] * LIMIT + ["no_slot"]
