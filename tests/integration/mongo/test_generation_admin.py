"""The operator's transitions on a real mongod, and their races with searches and workers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.errors import Conflict, LeaseLost, NotFound, RetryableJobError
from shared.mongo import generation_admin as admin
from shared.mongo import generation_attempts as attempts
from shared.mongo import generation_queue as queue
from shared.mongo import videos
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.generation import ACTIVE, Status
from shared.schemas.subjects import SubjectId
from shared.settings import Queue
from tests.integration import queue_steps as steps
from tests.integration.queue_steps import SETTINGS, claimed, document, enqueued, job_in, stored, wish

SUBJECT = SubjectId("posting", "a")


@pytest.fixture
async def jobs(db: Database) -> Database:
    await create_indexes(db)
    return db


async def everything(db: Database) -> dict[str, list[dict[str, Any]]]:
    names = ("generation_jobs", "subject_blocks", "videos")
    return {name: [doc async for doc in db[name].find().sort("_id")] for name in names}


async def ended(work: Awaitable[object]) -> str:
    """How it ended: "done" or the code of its conflict."""
    try:
        await work
    except (Conflict, LeaseLost) as error:
        return error.code
    return "done"


@pytest.mark.parametrize("status", ["failed", "cancelled"])
async def test_a_retried_job_is_due_at_once_with_all_its_retries(jobs: Database, status: Status) -> None:
    job_id = await job_in(jobs, status, user_id="ann")
    before = await document(jobs, job_id)
    await admin.retry(jobs, job_id, "admin", SETTINGS)
    doc = await document(jobs, job_id)
    assert (doc["status"], doc["retry_count"], doc["attempt"]) == ("queued", 0, before["attempt"])
    assert doc.keys() & {"attempt_token", "user_slot", "failure", "error", "expires_at", "completed_at", "started_at"} == set()
    assert abs(datetime.now(UTC) - doc["claim_at"]) < timedelta(seconds=5)
    assert doc["requeued_at"] == doc["claim_at"] == doc["updated_at"]
    assert (doc["history"][-1]["event"], doc["history"][-1]["by"], doc["history"][-1]["status"]) == ("retried", "admin", "queued")
    assert len(doc["history"]) == len(before["history"]) + 1
    again = await claimed(jobs)
    assert again.job_id == job_id
    await steps.finished(jobs, again)
    assert await videos.ready_for(jobs, [SUBJECT])


async def test_a_retry_lifts_the_block_and_renders_to_a_new_path(jobs: Database) -> None:
    job_id = await job_in(jobs, "failed")
    assert await jobs.subject_blocks.count_documents({}) == 1
    old = (await document(jobs, job_id))["output_video_id"]
    await admin.retry(jobs, job_id, "admin", SETTINGS)
    assert await jobs.subject_blocks.count_documents({}) == 0
    assert (await claimed(jobs)).output_video_id != old


async def test_a_retried_job_takes_no_slot(jobs: Database) -> None:
    job_id = await job_in(jobs, "failed", "a", user_id="ann")
    await admin.retry(jobs, job_id, "admin", SETTINGS)
    for key in ("b", "c"):
        await enqueued(jobs, key, user_id="ann")


async def test_a_retried_job_is_of_the_text_as_it_is_now(jobs: Database) -> None:
    posting = await stored(jobs, "a")
    job_id = await job_in(jobs, "failed", source_hash="of an older text")
    assert (await admin.retry(jobs, job_id, "admin", SETTINGS))["source_hash"] == posting.content_hash


@pytest.mark.parametrize("status", ["queued", "running", "uploaded", "indexed", "ready"])
async def test_a_job_that_did_not_fail_is_not_retried(jobs: Database, status: Status) -> None:
    job_id = await job_in(jobs, status)
    before = await everything(jobs)
    with pytest.raises(Conflict, match=f"is {status};") as raised:
        await admin.retry(jobs, job_id, "admin", SETTINGS)
    assert raised.value.code == "job_not_retryable"
    assert await everything(jobs) == before


async def test_no_second_active_job_by_retry(jobs: Database) -> None:
    first = await job_in(jobs, "failed")
    second = await enqueued(jobs, source_hash="s2")
    before = await everything(jobs)
    with pytest.raises(Conflict, match=f"is failed, .*{second}") as raised:
        await admin.retry(jobs, first, "admin", SETTINGS)
    assert raised.value.code == "subject_active"
    assert await everything(jobs) == before


async def test_no_retry_for_what_a_ready_reel_serves(jobs: Database) -> None:
    first = await job_in(jobs, "cancelled")
    await job_in(jobs, "ready")
    before = await everything(jobs)
    with pytest.raises(Conflict, match="is cancelled, and reel") as raised:
        await admin.retry(jobs, first, "admin", SETTINGS)
    assert raised.value.code == "reel_ready"
    assert await everything(jobs) == before


async def test_no_retry_into_a_full_queue(jobs: Database) -> None:
    failed = await job_in(jobs, "failed")
    await enqueued(jobs, "b")
    before = await everything(jobs)
    with pytest.raises(Conflict, match="MAX_QUEUE_DEPTH=1") as raised:
        await admin.retry(jobs, failed, "admin", Queue(max_queue_depth=1))
    assert raised.value.code == "queue_full"
    assert await everything(jobs) == before
    assert (await admin.retry(jobs, failed, "admin", Queue(max_queue_depth=2)))["status"] == "queued"


async def test_a_ready_reel_of_another_text_does_not_stand_in_the_way(jobs: Database) -> None:
    await job_in(jobs, "ready", source_hash="s0")
    failed = await job_in(jobs, "failed")
    assert (await admin.retry(jobs, failed, "admin", SETTINGS))["status"] == "queued"


async def test_what_is_not_there_is_not_found(jobs: Database) -> None:
    for work in (admin.retry(jobs, "x", "admin", SETTINGS), admin.cancel(jobs, "x", "admin", SETTINGS), admin.take_down(jobs, "x")):
        with pytest.raises(NotFound):
            await work


@pytest.mark.parametrize("status", ACTIVE)
async def test_cancel_ends_any_active_job_for_good(jobs: Database, status: Status) -> None:
    job_id = await job_in(jobs, status, user_id="ann")
    held = await queue.get(jobs, job_id)
    assert held
    await admin.cancel(jobs, job_id, "admin", SETTINGS)
    doc = await document(jobs, job_id)
    assert doc["status"] == "cancelled"
    assert doc.keys() & {"attempt_token", "claim_at"} == set()
    assert doc["expires_at"] - doc["completed_at"] == timedelta(hours=SETTINGS.job_ttl_hours)
    assert (doc["history"][-1]["event"], doc["history"][-1]["by"]) == ("cancelled", "admin")
    assert await attempts.claim(jobs, "w2", SETTINGS) is None
    assert not await attempts.heartbeat(jobs, held, None, SETTINGS)
    for write in (attempts.mark_ready(jobs, held, SETTINGS), attempts.fail(jobs, held, RetryableJobError("late"), SETTINGS)):
        with pytest.raises(LeaseLost):
            await write
    assert await document(jobs, job_id) == doc
    if status != "indexed":
        await enqueued(jobs)


@pytest.mark.parametrize("status", ["ready", "failed", "cancelled"])
async def test_what_has_ended_is_not_cancelled(jobs: Database, status: Status) -> None:
    job_id = await job_in(jobs, status)
    before = await everything(jobs)
    with pytest.raises(Conflict, match=f"is {status};") as raised:
        await admin.cancel(jobs, job_id, "admin", SETTINGS)
    assert raised.value.code == "job_not_active"
    assert await everything(jobs) == before


async def test_a_job_nobody_can_read_can_be_cancelled_and_not_retried(jobs: Database) -> None:
    job_id = await enqueued(jobs)
    await jobs.generation_jobs.update_one({"job_id": job_id}, {"$set": {"template_id": 7}, "$unset": {"history": 1}})
    assert (await admin.cancel(jobs, job_id, "admin", SETTINGS))["status"] == "cancelled"
    with pytest.raises(Conflict, match="is cancelled") as raised:
        await admin.retry(jobs, job_id, "admin", SETTINGS)
    assert raised.value.code == "job_unreadable"


async def test_a_reel_taken_down_is_not_played_and_not_made_again(jobs: Database) -> None:
    job = await queue.get(jobs, await job_in(jobs, "ready"))
    assert job
    assert (await admin.take_down(jobs, job.output_video_id)).status == "taken_down"
    assert await videos.get(jobs, job.output_video_id) is None
    assert await videos.ready_for(jobs, [SUBJECT]) == {}
    assert (await queue.enqueue(jobs, wish(), SETTINGS)).outcome == "blocked"
    assert await queue.blocked(jobs, {SUBJECT: "s1"}) == {SUBJECT}
    assert (await queue.enqueue(jobs, wish(source_hash="s2"), SETTINGS)).outcome == "created"
    with pytest.raises(Conflict, match="is taken_down"):
        await admin.take_down(jobs, job.output_video_id)


async def test_an_older_reel_taken_down_blocks_nothing(jobs: Database) -> None:
    old = await queue.get(jobs, await job_in(jobs, "ready", source_hash="s0"))
    await job_in(jobs, "ready")
    assert old
    await admin.take_down(jobs, old.output_video_id)
    assert await jobs.subject_blocks.count_documents({}) == 0
    assert len(await videos.ready_for(jobs, [SUBJECT])) == 1


async def test_an_order_to_replace_passes_a_ready_reel_and_a_block(jobs: Database) -> None:
    await job_in(jobs, "ready")
    assert (await queue.enqueue(jobs, wish(), SETTINGS)).outcome == "ready"
    await steps.failed(jobs, await claimed_replacement(jobs))
    assert (await queue.enqueue(jobs, wish(source_hash="s1"), SETTINGS)).outcome == "ready"
    await steps.finished(jobs, await claimed_replacement(jobs))
    assert await jobs.subject_blocks.count_documents({}) == 0
    assert Counter([doc["status"] async for doc in jobs.videos.find()]) == {"ready": 1, "superseded": 1}


async def claimed_replacement(db: Database) -> Any:
    await enqueued(db, replace=True)
    return await claimed(db)


async def test_an_order_to_replace_joins_a_job_that_is_active(jobs: Database) -> None:
    active = await enqueued(jobs)
    assert await queue.enqueue(jobs, wish(replace=True), SETTINGS) == queue.Enqueued("joined", active)


async def test_of_many_retries_one_is_done(jobs: Database) -> None:
    for key in "abcdefgh":
        job_id = await job_in(jobs, "failed", key)
        outcomes = Counter(await asyncio.gather(*(ended(admin.retry(jobs, job_id, f"admin{i}", SETTINGS)) for i in range(8))))
        assert outcomes == {"done": 1, "job_not_retryable": 7}
        assert [entry["event"] for entry in (await document(jobs, job_id))["history"]].count("retried") == 1
        await admin.cancel(jobs, job_id, "admin", SETTINGS)


async def test_retry_against_searches_leaves_one_active_job(jobs: Database) -> None:
    for number in range(25):
        key = f"s{number}"
        job_id = await job_in(jobs, "cancelled", key)
        retrying = asyncio.create_task(ended(admin.retry(jobs, job_id, "admin", SETTINGS)))
        searches = await asyncio.gather(*(queue.enqueue(jobs, wish(key), SETTINGS) for _ in range(6)))
        retried = await retrying
        active = [doc["job_id"] async for doc in jobs.generation_jobs.find({"subject_key": key, "status": {"$in": list(ACTIVE)}})]
        assert len(active) == 1
        assert {search.job_id for search in searches} == set(active)
        assert retried == ("done" if active == [job_id] else "subject_active")
        await admin.cancel(jobs, active[0], "admin", SETTINGS)


async def test_retry_against_a_reel_just_becoming_ready_is_always_refused(jobs: Database) -> None:
    for number in range(25):
        key = f"s{number}"
        job_id = await job_in(jobs, "cancelled", key)
        await enqueued(jobs, key)
        other = await claimed(jobs)
        retries = [asyncio.create_task(ended(admin.retry(jobs, job_id, "admin", SETTINGS))) for _ in range(4)]
        await steps.finished(jobs, other)
        assert set(await asyncio.gather(*retries)) <= {"subject_active", "reel_ready"}
        assert (await document(jobs, job_id))["status"] == "cancelled"


async def test_cancel_against_the_worker_ends_in_one_of_two_ways(jobs: Database) -> None:
    endings = Counter[str]()
    for number in range(30):
        job_id = await enqueued(jobs, f"s{number}")
        job = await claimed(jobs)

        async def cancel_after_a_while(turns: int, job_id: str = job_id) -> str:
            for _ in range(turns):
                await jobs.command("ping")
            return await ended(admin.cancel(jobs, job_id, "admin", SETTINGS))

        cancelled, worked = await asyncio.gather(cancel_after_a_while(number), ended(steps.finished(jobs, job)))
        doc = await document(jobs, job_id)
        events = [entry["event"] for entry in doc["history"]]
        assert (cancelled, worked, doc["status"]) in [("done", "lease_lost", "cancelled"), ("job_not_active", "done", "ready")]
        assert await jobs.videos.count_documents({"subject_key": f"s{number}"}) == events.count("indexed")
        assert "attempt_token" not in doc
        endings[doc["status"]] += 1
    assert endings["cancelled"] > 0, "the race was never won by the operator"


async def test_take_down_against_a_reel_being_replaced(jobs: Database) -> None:
    for number in range(15):
        key = f"s{number}"
        old = await queue.get(jobs, await job_in(jobs, "ready", key))
        assert old
        await enqueued(jobs, key, replace=True)
        job = await steps.uploaded(jobs, await claimed(jobs))
        await asyncio.gather(admin.take_down(jobs, old.output_video_id), attempts.index(jobs, job, steps.video(job)))
        states = {doc["video_id"]: doc["status"] async for doc in jobs.videos.find({"subject_key": key})}
        assert states == {old.output_video_id: "taken_down", job.output_video_id: "ready"}
        await admin.cancel(jobs, job.job_id, "admin", SETTINGS)
