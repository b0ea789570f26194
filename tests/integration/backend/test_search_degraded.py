"""A search is answered whatever is down, and says what was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import httpx2
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from pymongo import AsyncMongoClient

from services.backend import app as backend
from shared.embeddings.local import LocalEmbedder, open_local
from shared.errors import Unavailable
from shared.mongo.client import REQUEST_TIMEOUT_S, Client
from shared.mongo.embedded import EmbeddedMongo, running_uri
from tests.integration.backend.catalogue import give_reel, imported, row
from tests.serving import serving

BODY = {"text_prompt": "baker", "user_id": "ann"}


@pytest.fixture
def own_mongo(tmp_path: Path) -> Iterator[EmbeddedMongo]:
    mongo = EmbeddedMongo(tmp_path / "mongo")
    yield mongo
    mongo.stop()


@pytest.fixture
async def client(own_mongo: EmbeddedMongo, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    monkeypatch.setenv("MONGODB_URI", await asyncio.to_thread(own_mongo.start))
    async with serving(backend.app) as url, httpx2.AsyncClient(base_url=url, timeout=20) as http:
        yield http


async def until_ready(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(20):
        while (await client.get("/health/ready")).status_code != 200:
            await asyncio.sleep(0.02)


async def test_with_the_database_gone_the_answer_is_empty_and_says_so_and_it_recovers(
    client: httpx2.AsyncClient, own_mongo: EmbeddedMongo
) -> None:
    await until_ready(client)
    own_mongo.kill()
    await asyncio.to_thread(own_mongo.stop)
    answer = await client.post("/jobs/search", json=BODY)
    assert answer.status_code == 200
    assert (answer.json()["results"], answer.json()["degraded"]) == ([], ["mongo_unavailable"])
    assert (await client.get("/jobs/1")).status_code == 503
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["errors"][0]["field"]) == (503, "mongo")
    assert (await client.get("/health/live")).status_code == 200
    await asyncio.to_thread(own_mongo.start)
    await until_ready(client)
    assert (await client.post("/jobs/search", json=BODY)).json()["degraded"] == []


async def test_a_database_that_hangs_does_not_hang_the_search(client: httpx2.AsyncClient, own_mongo: EmbeddedMongo) -> None:
    await until_ready(client)
    mongod = next(
        p for p in psutil.process_iter(["cmdline"]) if str(own_mongo.data_dir) in (p.info["cmdline"] or ()) and "mongod" in p.name()
    )
    mongod.suspend()
    try:
        async with asyncio.timeout(2 * REQUEST_TIMEOUT_S + 2):
            answer = await client.post("/jobs/search", json=BODY)
            assert (await client.get("/jobs/1")).status_code == 503
    finally:
        mongod.resume()
    assert (answer.status_code, answer.json()["degraded"]) == (200, ["mongo_unavailable"])
    await until_ready(client)


async def test_without_the_embedder_the_newest_reels_are_shown(
    client: httpx2.AsyncClient, own_mongo: EmbeddedMongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    mongo: Client = AsyncMongoClient(await asyncio.to_thread(_uri, own_mongo), tz_aware=True)
    async with mongo:
        await imported(mongo["reelwright"], open_local(), row("baker"), row("nurse"))
        await give_reel(mongo["reelwright"], "nurse")
    await until_ready(client)
    monkeypatch.setattr(LocalEmbedder, "embed", _no_model)
    answer = (await client.post("/jobs/search", json=BODY)).json()
    assert answer["degraded"] == ["embedder_unavailable"]
    assert 'reelwright_search_degraded_total{part="embedder_unavailable"}' in (await client.get("/metrics")).text
    assert [(r["posting"]["greenhouse_id"], r["reason"], r["score"]) for r in answer["results"]] == [("nurse", "newest", None)]
    assert not answer["generation_triggered"]


async def _no_model(self: LocalEmbedder, texts: Sequence[str]) -> NDArray[np.float32]:
    raise Unavailable(f"no model for {len(texts)} texts", code="embedder_unavailable")


def _uri(mongo: EmbeddedMongo) -> str:
    uri = running_uri(mongo.data_dir)
    assert uri
    return uri
