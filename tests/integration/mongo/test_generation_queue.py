"""The queue's invariants (1–6 and 9 of the data model) on a real mongod."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import LeaseLost, PermanentJobError, PostingClosed, QuotaSpent, RetryableJobError
from shared.mongo import generation_attempts as attempts
from shared.mongo import generation_queue as queue
from shared.mongo.client import Database
from shared.mongo.indexes import INDEXES, create_indexes
from shared.schemas.generation import ACTIVE, GenerationJob, GenerationRequest, Output
from shared.schemas.reels import Progress, ReelResult
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video
from shared.settings import Queue

SETTINGS = Queue(lease_s=30, max_retries=3)
REEL = ReelResult(duration_seconds=2, width=720, height=1280, size_bytes=9, template_id="poster", script="We pay $95k and $set things.")


@pytest.fixture
async def jobs(db: Database) -> Database:
    await create_indexes(db)
    return db


def wish(name: str = "a", user: str | None = None, source: str = "s1") -> GenerationRequest:
    return GenerationRequest(subject=SubjectId("posting", name), source_hash=source, template_id="poster", greenhouse_id=name, user_id=user)


async def enqueued(db: Database, name: str = "a", user: str | None = None) -> str:
    result = await queue.enqueue(db, wish(name, user), SETTINGS)
    assert result.outcome == "created"
    assert result.job_id
    return result.job_id


async def claimed(db: Database, settings: Queue = SETTINGS) -> GenerationJob:
    job = await attempts.claim(db, "w1", settings)
    assert job is not None
    return job


async def let_lease_run_out(db: Database, job: GenerationJob) -> None:
    await db.generation_jobs.update_one({"job_id": job.job_id}, {"$set": {"claim_at": datetime.now(UTC) - timedelta(seconds=1)}})


def output(job: GenerationJob) -> Output:
    return Output(prefix=f"hls/{job.output_video_id}", provider="local", url="http://v/m", source_hash=job.source_hash, reel=REEL)


def video(job: GenerationJob) -> Video:
    return Video(
        video_id=job.output_video_id, greenhouse_id=job.greenhouse_id, subject_kind=job.subject_kind, subject_key=job.subject_key,
        source_hash=job.source_hash, provider="local", s3_key="m", cdn_url="u", mp4_key="4", captions_key="c", poster_key="p",
        created_at=datetime.now(UTC), **REEL.model_dump(exclude={"stage_seconds"}),
    )  # fmt: skip


async def finished(db: Database, job: GenerationJob) -> GenerationJob:
    job = await attempts.mark_uploaded(db, job, output(job))
    job = await attempts.index(db, job, video(job))
    return await attempts.mark_ready(db, job, SETTINGS)


async def stored(db: Database, job: GenerationJob) -> GenerationJob:
    found = await queue.get(db, job.job_id)
    assert found
    return found


async def test_every_index_is_there(jobs: Database) -> None:
    for collection, models in INDEXES.items():
        existing = await jobs[collection].index_information()
        for model in models:
            wanted = model.document
            assert wanted["name"] in existing
            for option in ("unique", "expireAfterSeconds", "partialFilterExpression"):
                assert existing[wanted["name"]].get(option) == wanted.get(option), wanted["name"]


async def test_the_whole_way(jobs: Database) -> None:
    job_id = await enqueued(jobs)
    job = await claimed(jobs)
    assert (job.job_id, job.status, job.attempt, job.retry_count) == (job_id, "running", 1, 0)
    job = await finished(jobs, job)
    assert job.status == "ready"
    assert (job.claim_at, job.attempt_token) == (None, None)
    assert job.output
    assert job.output.reel.script == REEL.script
    history = (await stored(jobs, job)).history
    assert [entry["event"] for entry in history] == ["enqueued", "claimed", "uploaded", "indexed", "ready"]
    assert await attempts.claim(jobs, "w1", SETTINGS) is None
    assert (await jobs.videos.find_one({"video_id": job.output_video_id}) or {})["status"] == "ready"


async def test_racing_searches_make_one_job(jobs: Database) -> None:
    for name in "abcdefgh":
        results = await asyncio.gather(*(queue.enqueue(jobs, wish(name, f"{name}-user{i}"), SETTINGS) for i in range(16)))
        assert Counter(result.outcome for result in results) == {"created": 1, "joined": 15}
        assert len({result.job_id for result in results}) == 1


async def test_no_second_job_while_the_first_is_becoming_ready(jobs: Database) -> None:
    """The seed's check-then-insert queues a second one here; ours sees the video or the job, never neither."""
    for number in range(25):
        name = f"s{number}"
        await enqueued(jobs, name)
        job = await claimed(jobs)
        racing = [asyncio.create_task(queue.enqueue(jobs, wish(name), SETTINGS)) for _ in range(8)]
        await finished(jobs, job)
        outcomes = {(await task).outcome for task in racing}
        assert outcomes <= {"joined", "ready"}
        assert await jobs.generation_jobs.count_documents({"subject_key": name}) == 1


async def test_a_user_never_has_more_than_the_limit(jobs: Database) -> None:
    results = await asyncio.gather(*(queue.enqueue(jobs, wish(f"s{i}", "ann"), SETTINGS) for i in range(32)))
    assert Counter(result.outcome for result in results) == {"created": 2, "no_slot": 30}
    assert await jobs.generation_jobs.count_documents({"user_id": "ann", "status": {"$in": list(ACTIVE)}}) == 2


async def test_a_user_without_a_slot_still_joins(jobs: Database) -> None:
    shared_job = await enqueued(jobs, "shared")
    await enqueued(jobs, "a", "ann")
    await enqueued(jobs, "b", "ann")
    assert await queue.enqueue(jobs, wish("shared", "ann"), SETTINGS) == queue.Enqueued("joined", shared_job)


async def test_a_slot_is_free_again_when_its_job_ends(jobs: Database) -> None:
    await enqueued(jobs, "a", "ann")
    await enqueued(jobs, "b", "ann")
    await finished(jobs, await claimed(jobs))
    assert (await queue.enqueue(jobs, wish("c", "ann"), SETTINGS)).outcome == "created"


async def test_jobs_without_a_user_take_no_slot(jobs: Database) -> None:
    for number in range(5):
        await enqueued(jobs, f"s{number}")


async def test_a_ready_video_of_this_text_is_enough_and_of_another_is_not(jobs: Database) -> None:
    await enqueued(jobs)
    await finished(jobs, await claimed(jobs))
    assert (await queue.enqueue(jobs, wish(source="s1"), SETTINGS)).outcome == "ready"
    assert (await queue.enqueue(jobs, wish(source="s2"), SETTINGS)).outcome == "created"
    await finished(jobs, await claimed(jobs))
    assert Counter([doc["status"] async for doc in jobs.videos.find()]) == {"ready": 1, "superseded": 1}


async def test_two_workers_never_hold_one_job(jobs: Database) -> None:
    for number in range(10):
        await enqueued(jobs, f"s{number}")
    got = await asyncio.gather(*(attempts.claim(jobs, f"w{i}", SETTINGS) for i in range(24)))
    ids = [job.job_id for job in got if job]
    assert len(ids) == len(set(ids)) == 10


async def test_the_longest_due_goes_first(jobs: Database) -> None:
    await queue.enqueue(jobs, wish("bulk").model_copy(update={"priority": "bulk"}), SETTINGS)
    await enqueued(jobs, "first", "ann")
    await enqueued(jobs, "second", "ann")
    await enqueued(jobs, "other", "bob")
    order = [(await claimed(jobs)).subject_key for _ in range(4)]
    assert order.index("other") < order.index("second")
    assert order[-1] == "bulk"


async def test_a_claim_examines_one_document_however_many_are_done(jobs: Database) -> None:
    done = [{"job_id": f"d{i}", "subject_key": f"d{i}", "status": "ready", "created_at": datetime.now(UTC)} for i in range(5000)]
    await jobs.generation_jobs.insert_many(done)
    await enqueued(jobs)
    explained = await jobs.command(
        "explain",
        {
            "findAndModify": "generation_jobs",
            "query": {"status": {"$in": list(ACTIVE)}, "$expr": {"$lte": ["$claim_at", "$$NOW"]}},
            "sort": {"claim_at": 1},
            "update": {"$set": {"status": "running"}},
        },
        verbosity="executionStats",
    )
    assert explained["executionStats"]["totalDocsExamined"] == 1


async def test_a_heartbeat_keeps_the_lease_and_writes_progress(jobs: Database) -> None:
    job_id = await enqueued(jobs)
    job = await claimed(jobs)
    await let_lease_run_out(jobs, job)
    assert await attempts.heartbeat(jobs, job, Progress(stage="render", fraction=0.5), SETTINGS)
    assert await attempts.claim(jobs, "w2", SETTINGS) is None
    kept = await queue.get(jobs, job_id)
    assert kept
    assert kept.progress == Progress(stage="render", fraction=0.5)


async def test_a_crash_costs_a_retry_and_the_render_gets_a_new_path(jobs: Database) -> None:
    await enqueued(jobs)
    first = await claimed(jobs)
    await let_lease_run_out(jobs, first)
    second = await claimed(jobs)
    assert (second.attempt, second.retry_count) == (2, 1)
    assert second.output_video_id != first.output_video_id


async def test_the_first_claim_keeps_the_path_given_at_enqueue(jobs: Database) -> None:
    job_id = await enqueued(jobs)
    asked = await queue.get(jobs, job_id)
    assert asked
    assert (await claimed(jobs)).output_video_id == asked.output_video_id


async def test_a_worker_that_lost_its_lease_changes_nothing(jobs: Database) -> None:
    await enqueued(jobs)
    stale = await claimed(jobs)
    await let_lease_run_out(jobs, stale)
    current = await claimed(jobs)
    before = await jobs.generation_jobs.find_one({"job_id": stale.job_id})
    assert not await attempts.heartbeat(jobs, stale, None, SETTINGS)
    for write in (
        attempts.mark_uploaded(jobs, stale, output(stale)),
        attempts.index(jobs, stale, video(stale)),
        attempts.mark_ready(jobs, stale, SETTINGS),
        attempts.hand_back(jobs, stale),
        attempts.fail(jobs, stale, RetryableJobError("late"), SETTINGS),
        attempts.fail(jobs, stale, PermanentJobError("late"), SETTINGS),
    ):
        with pytest.raises(LeaseLost):
            await write
    assert await jobs.generation_jobs.find_one({"job_id": stale.job_id}) == before
    assert await jobs.subject_blocks.count_documents({}) == 0
    assert await jobs.videos.count_documents({}) == 0
    await finished(jobs, current)


async def test_a_cancelled_job_stays_cancelled(jobs: Database) -> None:
    await enqueued(jobs)
    job = await claimed(jobs)
    await jobs.generation_jobs.update_one(
        {"job_id": job.job_id}, {"$set": {"status": "cancelled"}, "$unset": {"attempt_token": 1, "claim_at": 1}}
    )
    with pytest.raises(LeaseLost):
        await attempts.mark_uploaded(jobs, job, output(job))
    assert await attempts.claim(jobs, "w2", SETTINGS) is None


async def test_work_resumes_where_it_stood(jobs: Database) -> None:
    await enqueued(jobs)
    job = await claimed(jobs)
    await let_lease_run_out(jobs, await attempts.mark_uploaded(jobs, job, output(job)))
    resumed = await claimed(jobs)
    assert resumed.status == "uploaded"
    assert resumed.output == output(job)
    assert resumed.output_video_id == job.output_video_id


async def test_a_retryable_failure_backs_off_and_ends_with_its_reason(jobs: Database) -> None:
    settings = Queue(max_retries=2, retry_base_s=0.001)
    job_id = await enqueued(jobs)
    for _ in range(3):
        job = None
        while job is None:
            job = await attempts.claim(jobs, "w1", settings)
        await attempts.fail(jobs, job, RetryableJobError("the voice is away", code="speech_failed"), settings)
    failed = await queue.get(jobs, job_id)
    assert failed
    assert (failed.status, failed.attempt, failed.error) == ("failed", 3, "Max retries exceeded: the voice is away")
    assert (await queue.enqueue(jobs, wish(), SETTINGS)).outcome == "blocked"
    assert await queue.blocked(jobs, {SubjectId("posting", "a"): "s1"}) == {SubjectId("posting", "a")}


async def test_crashes_alone_end_a_job_too(jobs: Database) -> None:
    settings = Queue(max_retries=1)
    job_id = await enqueued(jobs)
    for _ in range(2):
        await let_lease_run_out(jobs, await claimed(jobs, settings))
    assert await attempts.claim(jobs, "w1", settings) is None
    failed = await queue.get(jobs, job_id)
    assert failed
    assert (failed.status, failed.error) == ("failed", "Max retries exceeded: every attempt ended with its worker")
    assert failed.failure
    assert failed.failure.code == "poisoned"
    assert [entry["event"] for entry in failed.history].count("lease_lost") == 2
    block = await jobs.subject_blocks.find_one({})
    assert block
    assert block["until"] is None, "until somebody looks"


async def test_a_permanent_failure_blocks_this_text_only(jobs: Database) -> None:
    await enqueued(jobs)
    await attempts.fail(jobs, await claimed(jobs), PermanentJobError("nothing to say", code="no_usable_text"), SETTINGS)
    assert (await queue.enqueue(jobs, wish(source="s1"), SETTINGS)).outcome == "blocked"
    assert (await queue.enqueue(jobs, wish(source="s2"), SETTINGS)).outcome == "created"


async def test_a_closed_posting_is_not_blocked(jobs: Database) -> None:
    await enqueued(jobs)
    await attempts.fail(jobs, await claimed(jobs), PostingClosed("closed"), SETTINGS)
    assert (await queue.enqueue(jobs, wish(), SETTINGS)).outcome == "created"


async def test_a_cool_down_ends(jobs: Database) -> None:
    block = {"subject_kind": "posting", "subject_key": "a", "source_hash": "s1", "until": datetime.now(UTC) - timedelta(seconds=1)}
    await jobs.subject_blocks.insert_one(block)
    assert await queue.blocked(jobs, {SubjectId("posting", "a"): "s1"}) == set()
    assert (await queue.enqueue(jobs, wish(), SETTINGS)).outcome == "created"


async def test_a_providers_word_on_when_to_come_back_counts(jobs: Database) -> None:
    await enqueued(jobs)
    asked = datetime.now(UTC)
    job = await attempts.fail(jobs, await claimed(jobs), RetryableJobError("slow down", retry_after_s=90), SETTINGS)
    job = await stored(jobs, job)
    assert job.claim_at
    assert timedelta(seconds=89) < job.claim_at - asked < timedelta(seconds=95)


async def test_a_spent_budget_is_waited_out_at_no_cost(jobs: Database) -> None:
    await enqueued(jobs)
    await attempts.fail(jobs, held := await claimed(jobs), QuotaSpent("no renders left today", retry_after_s=3600), SETTINGS)
    job = await stored(jobs, held)
    assert (job.status, job.retry_count) == ("queued", 0)
    assert job.claim_at
    assert job.claim_at > datetime.now(UTC) + timedelta(minutes=59)
    assert await attempts.claim(jobs, "w2", SETTINGS) is None


async def test_a_job_nobody_can_read_is_buried_and_the_next_one_served(jobs: Database) -> None:
    job_id = await enqueued(jobs, "a")
    await jobs.generation_jobs.update_one(
        {"job_id": job_id}, {"$set": {"template_id": "no such template", "claim_at": datetime(2020, 1, 1, tzinfo=UTC)}}
    )
    await enqueued(jobs, "b")
    assert (await claimed(jobs)).subject_key == "b"
    buried = await jobs.generation_jobs.find_one({"job_id": job_id})
    assert buried
    assert (buried["status"], buried["failure"]["code"]) == ("failed", "poisoned")
    assert "template_id" in buried["error"]
    assert "attempt_token" not in buried


async def test_a_full_queue_takes_no_more(jobs: Database) -> None:
    full = Queue(max_queue_depth=2)
    await enqueued(jobs, "a")
    await enqueued(jobs, "b")
    assert (await queue.enqueue(jobs, wish("c"), full)).outcome == "queue_full"
    await finished(jobs, await claimed(jobs))
    assert (await queue.enqueue(jobs, wish("c"), full)).outcome == "created"


async def test_handing_back_costs_no_retry(jobs: Database) -> None:
    await enqueued(jobs)
    await attempts.hand_back(jobs, await claimed(jobs))
    again = await claimed(jobs)
    assert (again.attempt, again.retry_count, again.status) == (2, 0, "running")


async def test_only_finished_jobs_expire(jobs: Database) -> None:
    await enqueued(jobs, "a")
    await enqueued(jobs, "b")
    await finished(jobs, await claimed(jobs))
    assert Counter([("expires_at" in doc, doc["status"]) async for doc in jobs.generation_jobs.find()]) == {
        (True, "ready"): 1,
        (False, "queued"): 1,
    }
