"""Starting from a snapshot: what it spares, what is caught up, and what is not believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.mongo.client import Database
from shared.mongo.postings import Indexed
from shared.tasks import end
from shared.vectors import synced
from shared.vectors.exact import ExactIndex
from shared.vectors.synced import SyncedIndex
from tests.vector_cases import D, document, posting, unit


class Counting(ExactIndex):
    """Counts what it is told."""

    told = 0

    def update(self, changed: list[Indexed]) -> None:  # type: ignore[override]
        self.told += len(changed)
        super().update(changed)


@asynccontextmanager
async def started(db: Database, folder: Path, embedder_id: str = "e") -> AsyncIterator[SyncedIndex]:
    index = SyncedIndex(db, embedder_id, D, folder=folder)
    task = asyncio.create_task(index.follow())
    try:
        await asyncio.wait_for(index.loaded.wait(), 40)
        yield index
    finally:
        await end(task)
        await index.close()


async def until_it_has(index: SyncedIndex, count: int) -> None:
    async with asyncio.timeout(40):
        while not len(index) == len(index.following) == count:
            await asyncio.sleep(0.01)


async def until_written(folder: Path, before: str | None = None) -> str:
    """The name of the snapshot, once there is another than `before`."""
    async with asyncio.timeout(40):
        while not (folder / "current").exists() or (folder / "current").read_text() == before:
            await asyncio.sleep(0.01)
    return (folder / "current").read_text()


async def ids(index: SyncedIndex) -> set[str]:
    return {hit.greenhouse_id for hit in await index.search(unit(7), 1_000)}


@pytest.fixture
async def folder(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the snapshot of 40 postings that lie in the database unchanged for longer than clocks differ."""
    monkeypatch.setattr(synced, "ExactIndex", Counting)
    monkeypatch.setattr(synced, "_OVERLAP", synced._OVERLAP * 0)
    await db.jobs.insert_many([document(posting(n, seed=n)) for n in range(40)])
    async with started(db, tmp_path / "index"):
        await until_written(tmp_path / "index")
    return tmp_path / "index"


def manifests(folder: Path) -> list[Path]:
    return list(folder.glob("*/manifest.json"))


def told(index: SyncedIndex) -> int:
    assert isinstance(index._vectors, Counting)
    return index._vectors.told


async def test_what_has_not_changed_is_not_read_again(db: Database, folder: Path) -> None:
    async with started(db, folder) as index:
        assert len(index) == len(index.following) == 40
        assert told(index) == 0


async def test_what_changed_meanwhile_is_caught_up(db: Database, folder: Path) -> None:
    for one in (posting(3, seed=3, active=False), posting(40, seed=40)):
        await db.jobs.replace_one({"greenhouse_id": one.greenhouse_id}, document(one), upsert=True)
    await db.jobs.delete_one({"greenhouse_id": "p5"})
    async with started(db, folder) as index:
        assert await ids(index) == {f"p{n}" for n in range(41)} - {"p3", "p5"}
        assert told(index) == 3


async def test_a_clean_stop_leaves_what_came_since(db: Database, folder: Path) -> None:
    before = (folder / "current").read_text()
    async with started(db, folder) as index:
        await db.jobs.insert_one(document(posting(50, seed=50)))
        await until_it_has(index, 41)
    assert await until_written(folder, before) != before
    async with started(db, folder) as index:
        assert len(index) == 41
        assert told(index) <= 1  # the newest is read once more


async def test_one_that_began_before_there_were_postings_leaves_them_all(db: Database, tmp_path: Path) -> None:
    async with started(db, tmp_path / "index") as index:
        await db.jobs.insert_many([document(posting(n, seed=n)) for n in range(5)])
        await until_it_has(index, 5)
    await until_written(tmp_path / "index")
    async with started(db, tmp_path / "index") as index:
        assert len(index._vectors._view.base) == 5


async def test_when_much_has_changed_a_new_one_is_written(db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synced, "_CHANGED", 10)
    before = (folder / "current").read_text()
    async with started(db, folder) as index:
        await db.jobs.insert_many([document(posting(n, seed=n)) for n in range(50, 60)])
        await until_written(folder, before)
        await until_it_has(index, 50)
        assert await ids(index) == {f"p{n}" for n in (*range(40), *range(50, 60))}
    assert {path.parent.name for path in manifests(folder)} == {(folder / "current").read_text()}


@pytest.mark.parametrize("file", ["manifest.json", "vectors/codes.npy", "vectors/rows.json"])
async def test_a_damaged_one_costs_a_full_load_and_nothing_else(db: Database, folder: Path, file: str) -> None:
    path = folder / (folder / "current").read_text() / file
    path.write_bytes(path.read_bytes()[:-1])
    async with started(db, folder) as index:
        assert (len(index), told(index)) == (40, 40)


async def test_one_of_another_embedder_or_collection_is_not_believed(db: Database, folder: Path) -> None:
    async with started(db, folder, "another") as index:
        assert (len(index), len(index.following)) == (0, 40)  # none has a vector of this embedder
    await db.jobs.drop()
    await db.jobs.insert_one(document(posting(99, seed=99)))
    async with started(db, folder) as index:
        assert await ids(index) == {"p99"}


async def test_of_two_that_start_together_one_reads_the_database(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synced, "ExactIndex", Counting)
    monkeypatch.setattr(synced, "_OVERLAP", synced._OVERLAP * 0)
    await db.jobs.insert_many([document(posting(n, seed=n)) for n in range(40)])
    async with started(db, tmp_path / "index") as first, started(db, tmp_path / "index") as second:
        assert await ids(first) == await ids(second) == {f"p{n}" for n in range(40)}
        assert sorted([told(first), told(second)]) == [0, 40]


async def test_what_another_has_written_is_taken_instead_of_written_again(
    db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with started(db, folder) as first, started(db, folder) as second:
        await db.jobs.insert_many([document(posting(n, seed=n)) for n in range(50, 60)])
        for index in (first, second):
            await until_it_has(index, 50)
        before = (folder / "current").read_text()
        await first.following._keep()
        written = await until_written(folder, before)
        async with asyncio.timeout(40):
            while len(second._vectors._view.base) != 50:  # until the first has let go of the lock
                await second.following._keep()
                await asyncio.sleep(0.01)
        assert (folder / "current").read_text() == written
        assert await ids(second) == await ids(first)
