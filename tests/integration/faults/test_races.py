"""Sixteen processes ask for one reel at the same moment, 200 rounds; and 200 rounds against a job that is just ending."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from shared.errors import PermanentJobError
from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Database
from shared.mongo.generation_queue import Enqueued
from shared.schemas.generation import ACTIVE, GenerationJob, GenerationRequest, Output
from shared.schemas.reels import ReelResult
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video
from shared.settings import Queue
from tests.faults.racers import Enqueue, EnqueueUntilSettled, Fail, Finish, Racers, Task, racing

PROCESSES = 16
ASKING = 5
"""Processes that ask while another ends the job: more would only keep it from ending."""
SETTINGS = Queue()


@pytest.fixture(scope="module")
def racers(mongo_uri: str) -> Iterator[Racers]:
    with racing(mongo_uri, PROCESSES) as racers:
        yield racers


async def race(racers: Racers, db: Database, tasks: list[Task]) -> list[Enqueued]:
    """The answers of all, mixed."""
    return [answer for answers in await asyncio.to_thread(racers.run, db.name, tasks) for answer in answers]


def wish(name: str, source: str = "s1", user: str | None = None) -> GenerationRequest:
    return GenerationRequest(subject=SubjectId("posting", name), source_hash=source, template_id="poster", greenhouse_id=name, user_id=user)


async def claimed(db: Database, name: str) -> GenerationJob:
    """A running job for the subject."""
    await Enqueue(wish(name), SETTINGS)(db)
    job = await attempts.claim(db, "w", SETTINGS)
    assert job
    assert job.subject_key == name
    return job


async def uploaded(db: Database, name: str) -> tuple[GenerationJob, Video]:
    """An uploaded job for the subject, and the video it is about to become."""
    job, reel = (
        await claimed(db, name),
        ReelResult(duration_seconds=2, width=720, height=1280, size_bytes=9, template_id="poster", script="…"),
    )
    output = Output(prefix=f"hls/{job.output_video_id}", provider="local", url="http://v/m", source_hash=job.source_hash, reel=reel)
    video = Video(
        video_id=job.output_video_id, greenhouse_id=name, subject_kind="posting", subject_key=name, source_hash=job.source_hash,
        provider="local", s3_key="m", cdn_url="u", mp4_key="4", captions_key="c", poster_key="p", created_at=datetime.now(UTC),
        **reel.model_dump(exclude={"stage_seconds"}),
    )  # fmt: skip
    return await attempts.mark_uploaded(db, job, output), video


async def jobs_per_subject(db: Database, **where: object) -> set[int]:
    """The different numbers of jobs that subjects have."""
    counted = await db.generation_jobs.aggregate([{"$match": where}, {"$group": {"_id": "$subject_key", "jobs": {"$sum": 1}}}])
    return {group["jobs"] async for group in counted}


async def test_sixteen_processes_that_ask_at_once_make_one_job(racers: Racers, jobs: Database) -> None:
    for number in range(200):
        answers = await race(racers, jobs, [Enqueue(wish(f"s{number}", user=f"u{number}-{i}"), SETTINGS) for i in range(PROCESSES)])
        assert Counter(answer.outcome for answer in answers) == {"created": 1, "joined": PROCESSES - 1}
        assert len({answer.job_id for answer in answers}) == 1
    assert await jobs_per_subject(jobs, status={"$in": list(ACTIVE)}) == {1}
    assert await jobs.generation_jobs.count_documents({}) == 200


async def test_none_asks_for_a_second_while_the_first_is_becoming_ready(racers: Racers, jobs: Database) -> None:
    for number in range(200):
        job, video = await uploaded(jobs, f"s{number}")
        asking = [EnqueueUntilSettled(wish(job.subject_key), job.job_id, SETTINGS)] * ASKING
        outcomes = Counter(answer.outcome for answer in await race(racers, jobs, [*asking, Finish(job, video, SETTINGS)]))
        assert set(outcomes) <= {"joined", "ready"}
        assert outcomes["ready"] == ASKING
    assert await jobs_per_subject(jobs) == {1}


async def test_changed_text_makes_one_job_once_the_first_is_ready(racers: Racers, jobs: Database) -> None:
    for number in range(50):
        job, video = await uploaded(jobs, f"s{number}")
        asking = [EnqueueUntilSettled(wish(job.subject_key, "s2"), job.job_id, SETTINGS)] * ASKING
        answers = await race(racers, jobs, [*asking, Finish(job, video, SETTINGS)])
        assert Counter(answer.outcome for answer in answers if answer.job_id != job.job_id) == {"created": 1, "joined": ASKING - 1}
        assert len({answer.job_id for answer in answers} - {job.job_id}) == 1
        await jobs.generation_jobs.update_many({"status": "queued"}, {"$set": {"status": "cancelled"}, "$unset": {"claim_at": 1}})
    assert await jobs_per_subject(jobs) == {2}


async def test_none_asks_again_for_what_is_just_failing_for_good(racers: Racers, jobs: Database) -> None:
    for number in range(30):
        job = await claimed(jobs, f"s{number}")
        asking = [EnqueueUntilSettled(wish(job.subject_key), job.job_id, SETTINGS)] * ASKING
        failing = Fail(job, PermanentJobError("nothing to say", code="no_usable_text"), SETTINGS)
        outcomes = Counter(answer.outcome for answer in await race(racers, jobs, [*asking, failing]))
        assert set(outcomes) <= {"joined", "blocked"}
        assert outcomes["blocked"] == ASKING
    assert await jobs_per_subject(jobs) == {1}
