"""Which exercises may be planned, and how long that is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandListener, CommandStartedEvent

from shared.cache.memory import MemoryCache
from shared.cache.near import NearCache
from shared.cache.redis import RedisCache
from shared.errors import Unavailable
from shared.exercises import ExerciseList
from shared.mongo import exercises
from shared.mongo.client import Client, Database
from shared.schemas.clips import Clip
from shared.schemas.exercises import Exercise
from shared.settings import Clips
from shared.tasks import end

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROVIDERS = ("local", "r2")


async def exercise(db: Database, *slugs: str, **changes: Any) -> None:
    for slug in slugs:
        made = Exercise(slug=slug, name=slug, content_hash="h", created_at=NOW, updated_at=NOW).model_copy(update=changes)
        await db.exercises.insert_one(made.model_dump())


async def clip(db: Database, slug: str | None, **changes: Any) -> None:
    told = {"kind": "technique", "archetype": "peer", "provider": "r2", "asset": "a.mp4", "duration": 9, "available": True, **changes}
    made = Clip.model_validate({"clip_id": f"{slug}-{told}", "exercise_slug": slug, "created_at": NOW, "updated_at": NOW, **told})
    await db.clips.insert_one(made.model_dump())


@pytest.fixture
async def planned(db: Database) -> AsyncIterator[ExerciseList]:
    listed = ExerciseList(db, MemoryCache(), Clips(), PROVIDERS)
    yield listed
    await listed.aclose()


@pytest.fixture
async def away() -> AsyncIterator[Database]:
    """Nothing listens there."""
    client: Client = AsyncMongoClient("mongodb://%2Fnowhere%2Fmongodb.sock")
    async with client:
        yield client["away"]


class Finds(CommandListener):
    """Counts reads of the list."""

    count = 0

    def started(self, event: CommandStartedEvent) -> None:
        self.count += event.command_name == "distinct" and event.command["query"]["available"] is True

    def succeeded(self, event: object) -> None: ...

    def failed(self, event: object) -> None: ...


@pytest.fixture
async def counted(mongo_uri: str, db: Database) -> AsyncIterator[tuple[ExerciseList, Finds]]:
    finds = Finds()
    client: Client = AsyncMongoClient(mongo_uri, tz_aware=True, event_listeners=[finds])
    async with client:
        listed = ExerciseList(client[db.name], MemoryCache(), Clips(), PROVIDERS)
        yield listed, finds
        await listed.aclose()


async def test_who_is_allowed(db: Database, planned: ExerciseList) -> None:
    await exercise(db, "technique", "instruction", "unknown", "one-of-two", "mistake", "gone", "no-clip", "stream", "not-set-up")
    await exercise(db, "inactive", active=False)
    await clip(db, "technique")
    await clip(db, "instruction", kind="instruction", archetype="mentor", locale="de")
    await clip(db, "unknown", available=None)
    await clip(db, "one-of-two", available=False)
    await clip(db, "one-of-two", kind="instruction")
    await clip(db, "mistake", kind="mistake")
    await clip(db, "gone", available=False)
    await clip(db, "inactive")
    await clip(db, "never-imported")
    await clip(db, "stream", provider="stream")
    await clip(db, "not-set-up", provider="stream", available=None)
    await clip(db, None, kind="intro")
    allowed = {"technique", "instruction", "unknown", "one-of-two", "stream"}
    assert await planned.get_allowed_exercise_slugs() == allowed
    everyone = [doc["slug"] async for doc in db.exercises.find()]
    assert {slug for slug in everyone if await exercises.is_allowed(db, slug, PROVIDERS)} == allowed


async def test_a_list_of_other_providers_is_not_taken(db: Database) -> None:
    """Whoever shares the cache."""
    cache = MemoryCache()
    here, there = (ExerciseList(db, cache, Clips(), configured) for configured in (["local"], ["local", "r2"]))
    await exercise(db, "plank", "squat")
    await clip(db, "plank")
    await clip(db, "squat", available=None)
    for _ in range(2):
        assert await here.get_allowed_exercise_slugs() == {"plank"}
        assert await there.get_allowed_exercise_slugs() == {"plank", "squat"}
    assert (await there.allowed()).source == "cache"


async def test_it_is_read_once_until_it_is_invalidated(db: Database, counted: tuple[ExerciseList, Finds]) -> None:
    listed, finds = counted
    await exercise(db, "plank", "squat")
    await clip(db, "plank")
    assert {frozenset(found) for found in await asyncio.gather(*(listed.get_allowed_exercise_slugs() for _ in range(30)))} == {
        frozenset({"plank"})
    }
    await clip(db, "squat")
    assert await listed.get_allowed_exercise_slugs() == {"plank"}
    assert (finds.count, (await listed.allowed()).source) == (1, "cache")
    await listed.invalidate_cache()
    assert await listed.get_allowed_exercise_slugs() == {"plank", "squat"}
    assert finds.count == 2


async def test_an_empty_list_is_not_remembered(db: Database, counted: tuple[ExerciseList, Finds]) -> None:
    listed, finds = counted
    assert await listed.get_allowed_exercise_slugs() == frozenset()
    await exercise(db, "plank")
    await clip(db, "plank")
    assert await listed.get_allowed_exercise_slugs() == {"plank"}
    await db.clips.delete_many({})
    await listed.invalidate_cache()
    assert await listed.get_allowed_exercise_slugs() == await listed.get_allowed_exercise_slugs() == frozenset()
    assert finds.count == 4


async def test_the_last_good_list_serves_while_the_database_is_away(db: Database, planned: ExerciseList, away: Database) -> None:
    await exercise(db, "plank")
    await clip(db, "plank")
    await planned.get_allowed_exercise_slugs()
    planned._db = away
    await planned.invalidate_cache()
    served = [await planned.allowed() for _ in range(100)]  # a second each, would each try
    assert {(told.slugs, told.source) for told in served} == {(("plank",), "last_good")}
    planned._db, planned._again_at = db, 0.0
    assert (await planned.allowed()).source == "database"


async def test_what_another_process_had_cached_serves_too(db: Database, away: Database) -> None:
    cache = MemoryCache()
    await exercise(db, "plank")
    await clip(db, "plank")
    other, mine = ExerciseList(db, cache, Clips(), PROVIDERS), ExerciseList(away, cache, Clips(), PROVIDERS)
    await other.get_allowed_exercise_slugs()
    assert (await mine.allowed()).source == "cache"
    await other.invalidate_cache()
    assert await mine.get_allowed_exercise_slugs() == {"plank"}


async def test_without_any_it_is_told(away: Database) -> None:
    listed = ExerciseList(away, MemoryCache(), Clips(), PROVIDERS)
    answers = await asyncio.gather(*(listed.allowed() for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * 3


async def test_a_caller_who_leaves_does_not_spoil_it_for_the_others(db: Database, planned: ExerciseList) -> None:
    await exercise(db, "plank")
    await clip(db, "plank")
    leaving = asyncio.create_task(planned.allowed())
    staying = asyncio.create_task(planned.allowed())
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).slugs == ("plank",)


class Slow(MemoryCache):
    """Stands still before it keeps a value."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        self.reached.set()
        await self.go.wait()
        await super().set(key, value, ttl_s)


async def test_what_was_read_before_an_invalidation_is_not_kept_after_it(db: Database) -> None:
    await exercise(db, "plank", "squat")
    await clip(db, "plank")
    cache = Slow()
    listed = ExerciseList(db, cache, Clips(), PROVIDERS)
    early = asyncio.create_task(listed.allowed())
    await cache.reached.wait()
    await clip(db, "squat")
    await listed.invalidate_cache()
    cache.go.set()
    assert (await early).slugs == ("plank",)
    assert (await listed.allowed()).slugs == ("plank", "squat")
    await listed.aclose()


async def test_a_change_that_matters_invalidates(db: Database, counted: tuple[ExerciseList, Finds]) -> None:
    listed, finds = counted
    await exercise(db, "plank", "squat")
    for slug in ("plank", "squat", "squat"):
        await clip(db, slug, asset=f"{slug}-{await db.clips.count_documents({})}")
    assert await listed.get_allowed_exercise_slugs() == {"plank", "squat"}
    await db.clips.delete_one({"exercise_slug": "squat"})
    await listed.changed("squat")
    await listed.get_allowed_exercise_slugs()
    assert finds.count == 1
    await db.clips.delete_one({"exercise_slug": "squat"})
    await listed.changed("squat")
    assert await listed.get_allowed_exercise_slugs() == {"plank"}
    assert finds.count == 2


async def test_changes_by_others_are_followed(db: Database, counted: tuple[ExerciseList, Finds]) -> None:
    """A worker's clip, an operator's flag, an exercise that is no longer active; but not what changes nothing here."""
    listed, finds = counted
    await exercise(db, "plank", "squat")
    await clip(db, "plank")
    following = asyncio.create_task(listed.follow())

    async def become(*slugs: str) -> None:
        async with asyncio.timeout(60):
            while await listed.get_allowed_exercise_slugs() != set(slugs):
                await asyncio.sleep(0.01)

    await become("plank")
    await clip(db, "squat")
    await become("plank", "squat")
    await db.clips.update_one({"exercise_slug": "plank"}, {"$set": {"available": False}})
    await become("squat")
    before = finds.count
    await db.clips.update_many({}, {"$set": {"checked_at": NOW, "how_to": "Rise."}})
    await db.exercises.update_one({"slug": "squat"}, {"$set": {"active": False}})
    await db.exercises.update_one({"slug": "plank"}, {"$set": {"name": "P"}})
    await become()
    assert finds.count == before + 1
    await end(following)


async def test_an_invalidation_reaches_other_processes_through_redis(db: Database, valkey_url: str) -> None:
    await exercise(db, "plank", "squat")
    await clip(db, "plank")
    clips = Clips(exercise_cache_prefix=db.name)
    caches = [NearCache(RedisCache(valkey_url, timeout_s=20), near_s=0.05) for _ in range(2)]
    here, there = (ExerciseList(db, cache, clips, PROVIDERS) for cache in caches)
    assert await here.get_allowed_exercise_slugs() == await there.get_allowed_exercise_slugs() == {"plank"}
    await clip(db, "squat")
    assert (await there.allowed()).slugs == ("plank",)
    await here.invalidate_cache()
    async with asyncio.timeout(60):
        while await there.get_allowed_exercise_slugs() != {"plank", "squat"}:
            await asyncio.sleep(0.01)
    for cache in caches:
        await cache.aclose()


@pytest.mark.parametrize("junk", [b"", b"{}", b"\xff", b'{"slugs": 3, "read_at": "now"}'])
async def test_what_another_version_cached_is_read_anew(db: Database, planned: ExerciseList, junk: bytes) -> None:
    await exercise(db, "plank")
    await clip(db, "plank")
    await planned._cache.set(planned._key, junk, 60)
    assert await planned.get_allowed_exercise_slugs() == {"plank"}


def test_the_prefix_is_the_settings(db: Database) -> None:
    keys: Sequence[str] = [
        ExerciseList(db, MemoryCache(), Clips(exercise_cache_prefix=name), PROVIDERS)._key for name in ("coach", "other")
    ]
    assert keys == ["coach:exercises:allowed", "other:exercises:allowed"]
