"""Results that are there are answered though the reels that are missing cannot be asked for; the next search asks for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pymongo import AsyncMongoClient

from services.backend import app as backend
from shared.embeddings.local import open_local
from shared.mongo.client import Client, Database
from shared.mongo.embedded import EmbeddedMongo
from tests.integration.backend.catalogue import ROLES, give_reel, imported, row
from tests.serving import serving

BODY = {"text_prompt": " ".join(ROLES["baker"]), "user_id": "ann"}
"""Of the roles without a reel the baker is wanted first."""
PATIENCE_S = 60


@pytest.fixture
def own_mongo(tmp_path: Path) -> Iterator[EmbeddedMongo]:
    mongo = EmbeddedMongo(tmp_path / "mongo")
    yield mongo
    mongo.stop()


@pytest.fixture
async def uri(own_mongo: EmbeddedMongo) -> str:
    return await asyncio.to_thread(own_mongo.start)


@pytest.fixture
async def own_db(uri: str) -> AsyncIterator[Database]:
    """The nurse has a reel, the bakers have none."""
    client: Client = AsyncMongoClient(uri, tz_aware=True, serverSelectionTimeoutMS=2000)
    async with client:
        await imported(client["reelwright"], open_local(), row("baker"), row("pastry"), row("nurse"))
        await give_reel(client["reelwright"], "nurse")
        yield client["reelwright"]


@pytest.fixture
async def client(uri: str, own_db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    """Of a backend to which every role is a match."""
    monkeypatch.setenv("MONGODB_URI", uri)
    monkeypatch.setenv("SIMILARITY_THRESHOLD", "0")
    async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url, timeout=PATIENCE_S) as http:
        async with asyncio.timeout(60):
            while (await http.get("/health/ready")).status_code != 200:
                await asyncio.sleep(0.02)
        yield http


@asynccontextmanager
async def held(db: Database, key: str) -> AsyncIterator[None]:
    """A transaction that does not end keeps all others from asking for the reel of this role."""
    await db.client.admin.command({"setParameter": 1, "transactionLifetimeLimitSeconds": PATIENCE_S})
    async with db.client.start_session() as session, await session.start_transaction():
        await db.generation_jobs.insert_one(
            {"job_id": "?", "subject_kind": "posting", "subject_key": key, "status": "queued"}, session=session
        )
        yield
        await session.abort_transaction()


async def search(client: httpx2.AsyncClient) -> dict[str, Any]:
    response = await client.post("/jobs/search", json=BODY)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    assert answer["generation"]["pending"] >= len(answer["generation_job_ids"])
    return answer


async def until(client: httpx2.AsyncClient, *degraded: str) -> dict[str, Any]:
    """The answer of the first search that lacks just this: on a busy machine time may run out before anything is found."""
    async with asyncio.timeout(PATIENCE_S):
        while tuple((answer := await search(client))["degraded"]) != degraded:
            pass
    return answer


async def asked_for(db: Database) -> dict[str, str]:
    """Subjects, and the ids of their jobs."""
    return {doc["subject_key"]: doc["job_id"] async for doc in db.generation_jobs.find()}


async def aborted(db: Database) -> int:
    """How many transactions came to nothing so far."""
    return int((await db.client.admin.command("serverStatus"))["transactions"]["totalAborted"])


async def test_what_was_asked_for_before_time_ran_out_is_told(client: httpx2.AsyncClient, own_db: Database) -> None:
    async with held(own_db, "pastry"):
        while not (answer := await until(client, "generation_unavailable"))["generation_triggered"]:
            pass
    assert answer["greenhouse_ids"] == ["nurse"]
    jobs = await asked_for(own_db)
    assert answer["generation_job_ids"] == [jobs["baker"]]
    assert jobs.keys() == {"baker"}
    again = await until(client)
    jobs = await asked_for(own_db)
    assert jobs.keys() == {"baker", "pastry"}
    assert again["generation_job_ids"] == [jobs["baker"], jobs["pastry"]]
    assert [(result["video_id"], result["seen"]) for result in again["results"]] == [("v-nurse", True)]


async def test_a_database_that_goes_away_meanwhile_does_not_take_the_results_with_it(
    client: httpx2.AsyncClient, own_db: Database, own_mongo: EmbeddedMongo
) -> None:
    before = await aborted(own_db)
    async with held(own_db, "baker"):
        searching = asyncio.create_task(search(client))
        async with asyncio.timeout(PATIENCE_S):
            while await aborted(own_db) == before:  # it asks for the baker's reel in vain
                if searching.done():
                    searching = asyncio.create_task(search(client))
        own_mongo.kill()
        answer = await searching
        await asyncio.to_thread(own_mongo.stop)
        await asyncio.to_thread(own_mongo.start)
    assert "generation_unavailable" in answer["degraded"]
    assert answer["greenhouse_ids"] == ["nurse"]
    assert (answer["generation_job_ids"], answer["generation_triggered"]) == ([], False)
    again = await until(client)
    assert len(again["generation_job_ids"]) == 2
    assert (await asked_for(own_db)).keys() == {"baker", "pastry"}
