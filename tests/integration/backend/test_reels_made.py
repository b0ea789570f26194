"""Which subjects have a reel, kept in a process: what comes and goes shows, and where it cannot keep up the database is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from services.backend.search.fallback import Candidate
from services.backend.search.found import without_hopeless
from services.backend.search.reels_made import ReelsMade
from shared.mongo import changes, videos
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.subjects import SubjectId
from shared.tasks import end
from tests.integration.backend.feeding import give_reel

KEYS = ("a", "b", "c")


@asynccontextmanager
async def following(db: Database) -> AsyncIterator[ReelsMade]:
    made = ReelsMade(db)
    task = asyncio.create_task(made.follow())
    try:
        yield made
    finally:
        await end(task)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


def known(made: ReelsMade) -> set[str] | None:
    return made._keys


async def test_what_there_is_and_what_comes_and_goes(db: Database) -> None:
    await create_indexes(db, ("videos",))
    await give_reel(db, "a")
    async with following(db) as made:
        await until(lambda: known(made) == {"a"})
        await give_reel(db, "b")
        await until(lambda: known(made) == {"a", "b"})
        assert await made.among(KEYS) == {"a", "b"}
        await db.videos.update_one({"subject_key": "a"}, {"$set": {"status": "taken_down"}})
        await until(lambda: known(made) == {"b"})
        await db.videos.update_one({"subject_key": "a"}, {"$set": {"status": "ready"}})
        await db.videos.delete_one({"subject_key": "b"})
        await until(lambda: known(made) == {"a"})
        await db.videos.update_one({"subject_key": "a"}, {"$set": {"subject_kind": "clip"}})
        await db.videos.insert_one({"subject_kind": "clip", "subject_key": "c", "status": "ready", "video_id": "clip"})
        await give_reel(db, "b")
        await until(lambda: "b" in (known(made) or ()))
        assert await made.among(["c"]) == set()


async def test_until_it_is_in_step_the_database_is_asked(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await create_indexes(db, ("videos",))
    await give_reel(db, "a")
    made = ReelsMade(db)
    assert await made.among(KEYS) == {"a"}

    async def broken(*_: object, **told: object) -> AsyncIterator[object]:
        yield None
        await give_reel(db, "b")
        yield told["broken"]

    monkeypatch.setattr(changes, "watch", broken)
    await made.follow()
    assert known(made) is None
    assert await made.among(KEYS) == {"a", "b"}


async def test_before_a_reel_is_asked_for_the_database_is_asked_whether_there_is_one(db: Database) -> None:
    """What is kept may be some milliseconds behind."""
    await create_indexes(db, ("videos",))
    await give_reel(db, "a")
    candidates = [Candidate(SubjectId("posting", key), 0.9, 0.9, has_video=False, seen=False, company="x") for key in ("a", "gone")]
    assert [(one.has_video, one.blocked) for one in await without_hopeless(db, candidates)] == [(True, False), (False, True)]
    assert await videos.with_reels(db, ["a"]) == {"a"}
