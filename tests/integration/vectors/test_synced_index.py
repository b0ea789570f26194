"""The index that follows MongoDB, on a real mongod that goes away and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from shared.mongo.client import Database, open_mongo
from shared.mongo.embedded import EmbeddedMongo
from shared.mongo.postings import Write, store
from shared.schemas.postings import BoardPosting, read_posting
from shared.settings import Mongo, Settings
from shared.tasks import end
from shared.vectors.exact import SyncedIndex


@asynccontextmanager
async def following(uri: str) -> AsyncIterator[SyncedIndex]:
    async with connected(uri, timeout_ms=100) as db:
        index = SyncedIndex(db, "e", 3)
        task = asyncio.create_task(index.follow())
        try:
            yield index
        finally:
            await end(task)


def connected(uri: str, *, timeout_ms: int = 10_000) -> AbstractAsyncContextManager[Database]:
    return open_mongo(Settings(mongo=Mongo(mongodb_uri=SecretStr(uri), mongodb_timeout_ms=timeout_ms)))


async def add(uri: str, identifier: str) -> None:
    row = {"id": identifier, "title": "Baker", "company_name": "Oven", "location": {"name": "Ghent"}, "content": "<p>Bread</p>"}
    async with connected(uri) as db:
        await store(db, [Write(read_posting(BoardPosting.model_validate(row)), {}, np.array([1, 0, 0], np.float32))], "e")


async def until_it_has(index: SyncedIndex, count: int) -> None:
    async with asyncio.timeout(20):
        while len(index) != count:
            await asyncio.sleep(0.01)


@pytest.fixture
def mongo(tmp_path: Path) -> Iterator[EmbeddedMongo]:
    mongo = EmbeddedMongo(tmp_path)
    yield mongo
    mongo.stop()


async def test_a_database_that_comes_late_is_loaded(mongo: EmbeddedMongo) -> None:
    uri = await asyncio.to_thread(mongo.start)
    await asyncio.to_thread(mongo.stop)
    async with following(uri) as index:
        await asyncio.to_thread(mongo.start)
        await add(uri, "1")
        await until_it_has(index, 1)
