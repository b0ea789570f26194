"""Who is claimed when: users take turns, whoever waits goes before bulk, and nobody starves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count

import pytest

from shared.mongo import generation_attempts as attempts
from shared.mongo import generation_queue as queue
from shared.mongo.client import Database
from shared.mongo.generation_queue import HEAD_START_S
from shared.schemas.generation import GenerationRequest, Priority
from shared.schemas.subjects import SubjectId
from shared.settings import Queue

MANY = 50
SETTINGS = Queue(max_user_concurrent_jobs=MANY)


async def enqueue(db: Database, name: str, priority: Priority, user: str | None = None) -> None:
    request = GenerationRequest(subject=SubjectId("posting", name), source_hash="s", template_id="poster", priority=priority, user_id=user)
    assert (await queue.enqueue(db, request, SETTINGS)).outcome == "created"


async def order(db: Database) -> AsyncIterator[str]:
    """The subjects as they are claimed, until nothing is due."""
    while job := await attempts.claim(db, "w", SETTINGS):
        yield job.subject_key


async def test_one_users_fifty_jobs_do_not_stand_before_anothers_first(jobs: Database) -> None:
    for number in range(MANY):
        await enqueue(jobs, f"ann{number}", "feed", "ann")
    await enqueue(jobs, "bob", "feed", "bob")
    claimed = [subject async for subject in order(jobs)]
    assert len(claimed) == MANY + 1
    assert claimed.index("bob") <= 2
    assert [subject for subject in claimed if subject != "bob"] == [f"ann{number}" for number in range(MANY)]


async def test_ten_users_take_turns(jobs: Database) -> None:
    users = [f"user{number}" for number in range(10)]
    for user in users:
        for number in range(3):
            await enqueue(jobs, f"{user}:{number}", "feed", user)
    claimed = [subject async for subject in order(jobs)]
    turns = [{subject.split(":")[0] for subject in claimed[start : start + 10]} for start in (0, 10, 20)]
    assert turns == [set(users)] * 3


async def test_whoever_waits_goes_first(jobs: Database) -> None:
    for priority in ("bulk", "playlist", "feed"):
        await enqueue(jobs, priority, priority)
    assert [subject async for subject in order(jobs)] == ["feed", "playlist", "bulk"]


@pytest.mark.parametrize("priority", ["bulk", "playlist"])
async def test_a_stream_of_waiting_feeds_starves_nobody(jobs: Database, priority: Priority) -> None:
    """The old one has all but one second of its age; from then on time is real and there are always three feeds due."""
    await enqueue(jobs, "old", priority)
    age = timedelta(seconds=HEAD_START_S["feed"] - HEAD_START_S[priority] - 1)
    await jobs.generation_jobs.update_one(
        {"subject_key": "old"}, [{"$set": {"claim_at": {"$subtract": ["$claim_at", age.total_seconds() * 1000]}}}]
    )
    stream = (f"feed{number}" for number in count())
    for _ in range(3):
        await enqueue(jobs, next(stream), "feed")
    claimed = []
    async for subject in order(jobs):
        claimed.append(subject)
        if subject == "old":
            break
        assert len(claimed) < 5000, "it starves"
        await enqueue(jobs, next(stream), "feed")
    assert len(claimed) > 3, "those who wait go first"
    assert await jobs.generation_jobs.count_documents({"status": "queued"}) == 3
