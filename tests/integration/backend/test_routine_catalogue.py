"""The catalogue a process compiles from: read once for all who wait, in step with what changes, whole again after a failure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pymongo import AsyncMongoClient

from services.backend.routines import live as live_catalogue
from services.backend.routines.live import LiveCatalogue
from shared.errors import Unavailable
from shared.mongo import clips
from shared.mongo.client import Client, Database
from shared.tasks import end
from tests.faults.postings import eventually
from tests.integration.backend.routined import Asked, stock
from tests.planning import exercise
from tests.routining import WordEmbedder, clip


@pytest.fixture
async def asked() -> Asked:
    return Asked()


@pytest.fixture
async def live(mongo_uri: str, db: Database, asked: Asked) -> AsyncIterator[LiveCatalogue]:
    client: Client = AsyncMongoClient(mongo_uri, tz_aware=True, event_listeners=[asked])
    async with client:
        kept = LiveCatalogue(client[db.name], WordEmbedder.embedder_id)
        yield kept
        await kept.aclose()


async def test_it_is_read_once_for_all_who_wait(db: Database, live: LiveCatalogue, asked: Asked) -> None:
    await stock(db)
    found = await asyncio.gather(*(live.now() for _ in range(20)))
    assert {id(each) for each in found} == {id(await live.now())}
    assert asked.names == ["find", "find"]
    assert len(found[0].known) == 40
    assert found[0].vectored.all()


async def test_only_what_can_be_shown_is_in_it_and_what_nobody_can_read_is_left_out(db: Database, live: LiveCatalogue) -> None:
    await stock(db, [exercise("row"), exercise("gone", active=False), exercise("bare"), exercise("unknown")], [])
    await clips.store(db, [clip("row"), clip("gone"), clip("bare", available=False), clip("unknown", available=None), clip("never")])
    await db.exercises.insert_one({"slug": "odd", "level": "superhuman"})
    await db.clips.insert_one({"clip_id": "odd", "exercise_slug": "row", "kind": "technique", "available": True})
    catalogue = await live.now()
    assert [each.slug for each in catalogue.known] == ["row", "unknown"]
    assert catalogue.unplayable == 1


async def test_a_change_is_read_alone_and_a_look_at_a_clip_not_at_all(db: Database, live: LiveCatalogue, asked: Asked) -> None:
    await stock(db)
    following = asyncio.create_task(live.follow())
    try:
        await eventually(lambda: _has(live, 40))
        asked.names.clear()
        await db.clips.update_many({}, {"$set": {"checked_at": None}})
        await db.exercises.insert_one(exercise("row").model_dump())
        await clips.store(db, [clip("row")])
        await eventually(lambda: _has(live, 41))
        assert asked.names.count("find") <= 4, "an exercise and a clip, at most in two rounds; forty looks cost nothing"
        assert (await live.now()).words.ask("row").score(["row"])["row"].bm25 > 0
        await db.exercises.delete_one({"slug": "row"})
        await eventually(lambda: _has(live, 40))
        await db.exercises.drop()
        await eventually(lambda: _has(live, 0))
    finally:
        await end(following)


async def test_after_a_failure_everything_is_read_when_the_database_is_back(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_catalogue, "READ_S", 0.2)
    client: Client = AsyncMongoClient("mongodb://%2Fnowhere%2Fmongodb.sock", serverSelectionTimeoutMS=50)
    async with client:
        away = LiveCatalogue(client[db.name], WordEmbedder.embedder_id)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await away.now()
        await stock(db)
        away._db = db  # it is back
        monkeypatch.undo()
        assert len((await away.now()).known) == 40
        await away.aclose()


async def _has(live: LiveCatalogue, count: int) -> bool:
    return len((await live.now()).known) == count
