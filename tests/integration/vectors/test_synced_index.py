"""The index that follows MongoDB, on a real mongod: what goes, what comes late, and a server without change streams."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from shared.mongo.client import Database, open_mongo
from shared.mongo.embedded import EmbeddedMongo
from shared.mongo.mongod import find_mongod
from shared.mongo.postings import Indexed
from shared.settings import Mongo, Settings
from shared.tasks import end
from shared.vectors.synced import Following, SyncedIndex
from tests.vector_cases import D, document, posting, unit


class Told:
    """A follower that only remembers."""

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}
        self.sizes: list[int] = []

    def __len__(self) -> int:
        return len(self.titles)

    def update(self, changed: Sequence[Indexed]) -> None:
        self.sizes.append(len(changed))
        for one in changed:
            self.titles.pop(one.greenhouse_id, None)
            if one.active:
                self.titles[one.greenhouse_id] = one.title

    def save(self, folder: Path) -> None:
        raise OSError("no room")

    def load(self, folder: Path) -> bool:
        return False


@asynccontextmanager
async def following(index: SyncedIndex | Following) -> AsyncIterator[None]:
    task = asyncio.create_task(index.follow())
    try:
        yield
    finally:
        await end(task)
        await index.close()


def connected(uri: str, *, timeout_ms: int = 10_000) -> AbstractAsyncContextManager[Database]:
    return open_mongo(Settings(mongo=Mongo(mongodb_uri=SecretStr(uri), mongodb_timeout_ms=timeout_ms)))


async def put(db: Database, *postings: Indexed) -> None:
    for one in postings:
        await db.jobs.replace_one({"greenhouse_id": one.greenhouse_id}, document(one), upsert=True)


async def until_it_has(index: Any, count: int) -> None:
    async with asyncio.timeout(40):
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
    async with connected(uri, timeout_ms=100) as impatient, connected(uri) as db:
        index = SyncedIndex(impatient, "e", D)
        async with following(index):
            assert not index.loaded.is_set()
            await asyncio.to_thread(mongo.start)
            await put(db, posting(1, seed=1))
            await until_it_has(index, 1)


async def test_what_changes_while_the_stream_is_broken_is_seen_after_it(mongo: EmbeddedMongo) -> None:
    uri = await asyncio.to_thread(mongo.start)
    async with connected(uri, timeout_ms=100) as impatient, connected(uri) as db:
        await put(db, *(posting(n, seed=n) for n in range(4)))
        index = SyncedIndex(impatient, "e", D)
        async with following(index):
            await until_it_has(index, 4)
            await asyncio.to_thread(mongo.stop)
            await asyncio.to_thread(mongo.start)
            await db.jobs.delete_many({"greenhouse_id": {"$in": ["p0", "p1"]}})
            await put(db, posting(3, seed=3, active=False))
            await until_it_has(index, 1)


async def test_deleted_postings_leave_and_others_stay(db: Database) -> None:
    await put(db, *(posting(n, seed=n) for n in range(30)))
    index, told = SyncedIndex(db, "e", D, beside={"told": (beside := Told())}), beside
    async with following(index):
        await until_it_has(index, 30)
        await db.jobs.delete_one({"greenhouse_id": "p3"})
        await until_it_has(index, 29)
        await db.jobs.delete_many({"greenhouse_id": {"$in": [f"p{n}" for n in range(10, 20)]}})
        await put(db, posting(12, seed=12))
        await until_it_has(index, 20)
        assert "p12" in {hit.greenhouse_id for hit in await index.search(unit(7), 99)}
        await until_it_has(told, 20)
        await db.jobs.drop()
        await until_it_has(index, 0)
        await until_it_has(told, 0)


async def test_all_followers_are_told_of_all_postings_in_large_pieces(db: Database) -> None:
    await db.jobs.insert_many([document(posting(n, seed=n, there=n % 2 == 0)) for n in range(600)])
    told = Told()
    index = SyncedIndex(db, "e", D, beside={"told": told})
    async with following(index):
        await asyncio.wait_for(index.loaded.wait(), 40)
        assert (len(index), len(told), len(index.following)) == (300, 600, 600)
        assert told.sizes == [250, 250, 100]
        await db.jobs.update_one({"greenhouse_id": "p1"}, {"$set": {"title": "Baker"}})
        async with asyncio.timeout(40):
            while told.titles["p1"] != "Baker":
                await asyncio.sleep(0.01)


async def test_followers_of_postings_alone_need_no_vectors(db: Database) -> None:
    await put(db, posting(1, seed=1))
    told = Told()
    follows = Following(db, "e", {"told": told})
    async with following(follows):
        await asyncio.wait_for(follows.loaded.wait(), 40)
        assert len(told) == 1


async def test_without_room_for_a_snapshot_it_works_all_the_same(db: Database, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("in the way")
    await put(db, posting(1, seed=1))
    for folder, beside in ((tmp_path / "a file" / "index", {}), (tmp_path / "index", {"told": Told()})):
        index = SyncedIndex(db, "e", D, folder=folder, beside=beside)
        async with following(index):
            await asyncio.wait_for(index.loaded.wait(), 40)
            assert len(index) == 1


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[str]:
    """URI of a mongod that is no replica set, and so has no change streams."""
    found, socket = find_mongod(None, tmp_path / "lib"), tmp_path / "mongod.sock"
    (tmp_path / "data").mkdir()
    command = [found.path, "--dbpath", str(tmp_path / "data"), "--bind_ip", str(socket), "--logpath", str(tmp_path / "log")]
    with subprocess.Popen(command, env=found.environment or None, stdout=subprocess.DEVNULL) as process:
        yield f"mongodb://{str(socket).replace('/', '%2F')}"
        process.kill()


async def test_a_server_without_change_streams_is_asked_every_second(standalone: str) -> None:
    async with connected(standalone, timeout_ms=30_000) as db:
        await put(db, *(posting(n, seed=n) for n in range(4)))
        index = SyncedIndex(db, "e", D)
        async with following(index):
            await until_it_has(index, 4)
            await put(db, posting(4, seed=4), posting(0, seed=0, active=False))
            await db.jobs.delete_one({"greenhouse_id": "p1"})
            await until_it_has(index, 3)
            assert {hit.greenhouse_id for hit in await index.search(unit(7), 9)} == {"p2", "p3", "p4"}
