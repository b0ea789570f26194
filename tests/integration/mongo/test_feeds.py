"""Feeds on a real mongod: what is wanted is made as slots become free, and however many reconcile at once, each reel comes once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pymongo
import pytest

from shared.errors import PostingClosed
from shared.mongo import feeds, generation_admin, generation_queue, videos
from shared.mongo.client import MONGO_UNAVAILABLE, Database, Doc
from shared.mongo.feeds import NewFeed
from shared.mongo.indexes import create_indexes
from shared.schemas.feeds import Feed
from shared.schemas.generation import ACTIVE
from shared.settings import Queue
from tests.integration.feed_steps import SLOTS, claim, fail_next, keys, opened, ranked, read, wanted, work_off
from tests.integration.queue_steps import enqueued, failed, finished, stored

RACERS, ROUNDS = 8, 12


@pytest.fixture
async def jobs(db: Database) -> Database:
    await create_indexes(db)
    return db


async def reconcile(db: Database, feed: Feed, settings: Queue = SLOTS) -> Feed:
    now = await feeds.reconcile(db, feed.feed_id, settings)
    assert now
    return now


async def test_a_deficit_of_five_with_two_slots_is_filled_without_another_search(jobs: Database) -> None:
    opening = await opened(jobs, *"abcde")
    assert (keys(opening.feed.pending), keys(opening.feed.unmet)) == (["a", "b"], ["c", "d", "e"])
    assert (opening.feed.coming, len(opening.job_ids)) == (5, 2)
    assert sorted(await work_off(jobs)) == list("abcde")
    filled = await read(jobs, opening.feed)
    assert sorted(keys(filled.items)) == list("abcde")
    assert [item.n for item in filled.items] == [1, 2, 3, 4, 5]
    assert (filled.coming, filled.pending, filled.unmet, filled.delivered) == (0, (), (), 5)


async def test_without_anything_wanted_opening_is_one_write(jobs: Database) -> None:
    new = NewFeed("ann", 24, shown=ranked("a", "b"), pool=ranked("c"), wanted=wanted("d"), deficit=0, degraded=("slow",))
    before = (await jobs.client.admin.command("serverStatus"))["opcounters"]
    opening = await feeds.open_feed(jobs, new, SLOTS)
    after = (await jobs.client.admin.command("serverStatus"))["opcounters"]
    assert {name: after[name] - before[name] for name in ("insert", "update", "query")} == {"insert": 1, "update": 0, "query": 0}
    feed = await read(jobs, opening.feed)
    assert (keys(feed.items), keys(feed.pool), feed.unmet, feed.degraded) == (["a", "b"], ["c"], (), ("slow",))
    assert opening.job_ids == ()


async def test_a_job_that_fails_makes_way_for_the_next_candidate(jobs: Database) -> None:
    opening = await opened(jobs, *"abc", deficit=2)
    first = await fail_next(jobs)
    now = await read(jobs, opening.feed)
    assert first not in keys(now.pending)
    assert sorted(keys(now.pending)) == sorted({"a", "b", "c"} - {first})
    await work_off(jobs)
    assert sorted(keys((await read(jobs, opening.feed)).items)) == sorted({"a", "b", "c"} - {first})


async def test_a_posting_that_closed_is_neither_waited_for_nor_asked_for(jobs: Database) -> None:
    opening = await opened(jobs, *"abcd", deficit=3)
    await jobs.jobs.update_many({"greenhouse_id": "c"}, {"$set": {"active": False}})
    await fail_next(jobs, PostingClosed("closed"))
    assert "c" not in keys((await read(jobs, opening.feed)).pending)
    await work_off(jobs)
    assert len((await read(jobs, opening.feed)).items) == 2
    assert await jobs.generation_jobs.count_documents({"subject_key": "c"}) == 0


async def test_a_cancelled_job_is_noticed_by_whoever_looks_next(jobs: Database) -> None:
    opening = await opened(jobs, *"abc")
    await generation_admin.cancel(jobs, opening.job_ids[0], "operator", SLOTS)
    now = await reconcile(jobs, opening.feed)
    assert (keys(now.pending), now.unmet) == (["b", "c"], ())


async def test_a_blocked_subject_is_passed_over(jobs: Database) -> None:
    posting = await stored(jobs, "a")
    await jobs.subject_blocks.insert_one(
        {"subject_kind": "posting", "subject_key": "a", "source_hash": posting.content_hash, "until": None}
    )
    opening = await opened(jobs, *"abc", deficit=2)
    assert (keys(opening.feed.pending), opening.feed.unmet) == (["b", "c"], ())


async def test_jobs_of_others_are_joined_without_a_slot(jobs: Database) -> None:
    await opened(jobs, *"ab", user_id="bob")
    mine = await opened(jobs, *"cdab")
    assert keys(mine.feed.pending) == ["a", "b", "c", "d"]
    assert await jobs.generation_jobs.count_documents({"status": {"$in": list(ACTIVE)}}) == 4


async def test_a_freed_slot_serves_the_users_other_feeds(jobs: Database) -> None:
    first, second = await opened(jobs, *"ab"), await opened(jobs, *"cd")
    assert (keys(second.feed.pending), second.feed.coming) == ([], 2)
    await work_off(jobs)
    assert sorted(keys((await read(jobs, first.feed)).items)) == ["a", "b"]
    assert sorted(keys((await read(jobs, second.feed)).items)) == ["c", "d"]


async def test_what_a_worker_did_not_tell_is_found_by_whoever_looks_next(jobs: Database) -> None:
    opening = await opened(jobs, *"abcde")
    rounds = 0
    while (now := await reconcile(jobs, opening.feed)).coming:
        await work_off(jobs, tell=False)
        rounds += 1
    assert (sorted(keys(now.items)), rounds) == (list("abcde"), 3)


async def test_a_job_asked_for_by_one_who_died_before_telling_the_feed_is_joined(jobs: Database) -> None:
    opening = await opened(jobs, *"abc", deficit=0)
    await jobs.feeds.update_one(
        {"_id": opening.feed.feed_id}, {"$set": {"deficit": 3, "unmet": [one.model_dump() for one in wanted(*"abc")]}}
    )
    job_id = await enqueued(jobs, "a", user_id="ann")
    now = await reconcile(jobs, opening.feed)
    assert now.job_ids[0] == job_id
    assert (keys(now.pending), keys(now.unmet)) == (["a", "b"], ["c"])


async def test_a_job_that_ends_while_one_looks_is_not_taken_for_lost(jobs: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reel is finished between the two looks, at the jobs and at the reels, whichever comes first."""
    opening = await opened(jobs, "a")
    unfinished = [await claim(jobs)]

    def first(look: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def looked(*args: object) -> object:
            found = await look(*args)
            if unfinished and (job := unfinished.pop()):
                await finished(jobs, job)
            return found

        return looked

    monkeypatch.setattr(generation_queue, "active_jobs", first(generation_queue.active_jobs))
    monkeypatch.setattr(videos, "with_reels", first(videos.with_reels))
    assert keys((await reconcile(jobs, opening.feed)).items) == ["a"]
    assert not unfinished


async def test_a_full_queue_leaves_candidates_for_later(jobs: Database) -> None:
    await enqueued(jobs, "x")
    full = SLOTS.model_copy(update={"max_queue_depth": 1})
    for key in "ab":
        await stored(jobs, key)
    opening = await feeds.open_feed(jobs, NewFeed("ann", 24, wanted=wanted(*"ab"), deficit=2), full)
    assert (opening.failure, opening.feed.pending, keys(opening.feed.unmet)) == (None, (), ["a", "b"])
    assert keys((await reconcile(jobs, opening.feed)).pending) == ["a", "b"]


async def test_a_feed_ends_with_its_time_and_lives_on_with_each_change(jobs: Database) -> None:
    opening = await opened(jobs, "a")
    soon = datetime.now(UTC) + timedelta(seconds=30)
    await jobs.feeds.update_one({}, {"$set": {"expires_at": soon}})
    await work_off(jobs)
    assert (await read(jobs, opening.feed)).expires_at > soon + timedelta(hours=23)
    await jobs.feeds.update_one({}, {"$set": {"expires_at": datetime.now(UTC)}})
    assert await feeds.reconcile(jobs, opening.feed.feed_id, SLOTS) is None
    indexes = await jobs.feeds.index_information()
    assert indexes["expiry"]["expireAfterSeconds"] == 0


async def test_finding_whom_a_job_concerns_does_not_read_all_feeds(jobs: Database) -> None:
    """By the server's own account, for both questions that `job_ended` asks."""
    for number in range(40):
        await opened(jobs, f"a{number}", f"b{number}", f"c{number}", user_id=f"u{number % 20}")
    asked: list[Doc] = [{"pending.subject_key": "a7"}, {"user_id": "u7", "unmet.0": {"$exists": True}}]
    for where, found in zip(asked, (1, 2), strict=True):
        told = await jobs.command("explain", {"find": "feeds", "filter": where, "sort": {"updated_at": -1}}, verbosity="executionStats")
        stats = told["executionStats"]
        assert (stats["nReturned"], stats["totalDocsExamined"]) == (found, found), told["queryPlanner"]["winningPlan"]


@asynccontextmanager
async def held(db: Database, key: str) -> AsyncIterator[None]:
    """A transaction that does not end keeps all others from asking for this reel."""
    async with db.client.start_session() as session, await session.start_transaction():
        job = {"job_id": "?", "subject_kind": "posting", "subject_key": key, "status": "queued"}
        await db.generation_jobs.insert_one(job, session=session)
        yield
        await session.abort_transaction()


async def test_a_database_that_fails_while_reels_are_asked_for_leaves_the_feed(jobs: Database) -> None:
    async with held(jobs, "b"):
        with pymongo.timeout(1):
            opening = await opened(jobs, *"ab")
        assert opening.failure
        assert opening.failure.code == MONGO_UNAVAILABLE
        assert len(opening.job_ids) <= 1
    now = await reconcile(jobs, opening.feed)
    assert keys(now.pending) == ["a", "b"]
    assert set(opening.job_ids) <= set(now.job_ids)


async def test_turning_pages_at_once_gives_one_order(jobs: Database) -> None:
    pool = [f"p{number}" for number in range(40)]
    opening = await feeds.open_feed(jobs, NewFeed("ann", 24, pool=ranked(*pool)), SLOTS)
    turned = await asyncio.gather(*(feeds.turn(jobs, opening.feed, 5 + racer) for racer in range(RACERS)))
    final = await read(jobs, opening.feed)
    assert keys(final.items) == pool[: 4 + RACERS]
    assert keys(final.pool) == pool[4 + RACERS :]
    for racer, one in enumerate(turned):
        assert one
        assert keys(one.items) == pool[: len(one.items)]
        assert len(one.items) >= 5 + racer


async def test_racing_reconcilers_deliver_each_reel_once_and_lose_none(jobs: Database) -> None:
    """Eight reconcile without end while two workers make reels, tell of them or die before they do, and fail."""
    for number in range(ROUNDS):
        chance, names = random.Random(number), [f"{number}-{key}" for key in "abcdefg"]
        opening = await opened(jobs, *names, deficit=5, user_id=f"u{number}", pool=ranked("x", "y"))
        lost = await _race(jobs, opening.feed, chance)
        final = await reconcile(jobs, opening.feed)
        delivered = [key for key in keys(final.items) if key not in ("x", "y")]
        assert len(delivered) == len(set(delivered)) == 5 == final.delivered, (number, final)
        assert [item.n for item in final.items] == list(range(1, len(final.items) + 1))
        assert not lost & set(delivered)
        assert (final.pending, final.unmet) == ((), ())


async def _race(db: Database, feed: Feed, chance: random.Random) -> set[str]:
    """Until nothing comes any more; the subjects that came to nothing, two at most."""
    lost: set[str] = set()
    seen: list[list[str]] = []

    async def racer() -> None:
        while (now := await feeds.reconcile(db, feed.feed_id, SLOTS)) and now.coming:
            seen.append(keys(now.items))
            if chance.random() < 0.1:
                await feeds.turn(db, now, len(now.items) + 1)

    async def worker(name: str) -> None:
        while (now := await feeds.get(db, feed.feed_id)) and now.coming:
            if (job := await claim(db, name)) is None:
                await asyncio.sleep(0)
            elif len(lost) < 2 and chance.random() < 0.3:
                lost.add(job.subject_key)
                await failed(db, job)
            else:
                done = await finished(db, job)
                if chance.random() < 0.7:
                    await feeds.job_ended(db, done, SLOTS)

    async with asyncio.timeout(60):
        await asyncio.gather(*(racer() for _ in range(RACERS)), worker("w1"), worker("w2"))
    final = await feeds.get(db, feed.feed_id)
    assert final
    assert all(order == keys(final.items)[: len(order)] for order in seen), "all see the same beginning"
    return lost
