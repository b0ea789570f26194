"""A transaction nobody will end, because time ran out or its process was killed, holds nobody up."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pymongo
import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from shared.mongo import generation_attempts as attempts
from shared.mongo import generation_queue as queue
from shared.mongo.client import Client, Database
from shared.schemas.generation import GenerationRequest
from shared.schemas.subjects import SubjectId
from shared.settings import Queue
from tests.faults.postings import eventually

SETTINGS = Queue(lease_s=0.5)
TOO_LATE = 20
CLAIM_WITHIN_S = 30.0  # half of what a server keeps an idle transaction by itself


def wish(name: str, user: str | None = None) -> GenerationRequest:
    return GenerationRequest(subject=SubjectId("posting", name), source_hash="s1", template_id="poster", greenhouse_id=name, user_id=user)


async def left_open(db: Database) -> list[dict[str, Any]]:
    """Transactions the server keeps though nobody works in them."""
    idle: list[dict[str, Any]] = [{"$currentOp": {"idleSessions": True}}, {"$match": {"transaction": {"$exists": True}, "active": False}}]
    return [op async for op in await db.client.admin.aggregate(idle)]


async def none_left(db: Database) -> bool:
    return await left_open(db) == []


@pytest.fixture
async def attacked(jobs: Database) -> AsyncIterator[Database]:
    await queue.enqueue(jobs, wish("the first"), SETTINGS)  # every collection is there, every connection open
    yield jobs
    if sessions := [{"id": op["lsid"]["id"]} for op in await left_open(jobs)]:
        await jobs.client.admin.command("killSessions", sessions)


async def ask_too_late(db: Database, number: int) -> bool:
    """Ask with hardly any time; whether it ran out."""
    try:
        with pymongo.timeout(random.uniform(0.001, 0.02)):
            await queue.enqueue(db, wish(f"s{number}", f"u{number}"), SETTINGS)
    except PyMongoError as error:
        if not error.timeout:
            raise
        return True
    return False


async def ask_and_leave(db: Database, number: int) -> bool:
    """Ask and not wait for the answer; whether it was left too early for one."""
    try:
        async with asyncio.timeout(random.uniform(0.001, 0.02)):
            await queue.enqueue(db, wish(f"s{number}", f"u{number}"), SETTINGS)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("ask", [ask_too_late, ask_and_leave])
async def test_an_enqueue_whose_time_is_over_keeps_no_subject_and_no_slot(
    attacked: Database, ask: Callable[[Database, int], Awaitable[bool]]
) -> None:
    late: list[int] = []
    number = 0
    while len(late) < TOO_LATE:
        number += 1
        if await ask(attacked, number):
            late.append(number)
    await eventually(lambda: none_left(attacked))
    for number in late:
        assert (await queue.enqueue(attacked, wish(f"s{number}", f"u{number}"), SETTINGS)).outcome in ("created", "joined")


def die_while_ending_a_job(uri: str, database: str) -> None:
    asyncio.run(_die(uri, database))


async def _die(uri: str, database: str) -> None:
    """What a worker does that is killed between the first write of a transaction and its commit."""
    client: Client = AsyncMongoClient(uri, tz_aware=True)
    job = await attempts.claim(client[database], "dying", SETTINGS)
    assert job
    session = client.start_session()
    await session.start_transaction()
    await client[database].generation_jobs.update_one({"job_id": job.job_id}, {"$set": {"status": "failed"}}, session=session)
    os.kill(os.getpid(), signal.SIGKILL)


async def test_a_worker_killed_within_a_transaction_does_not_hold_up_the_others(attacked: Database, mongo_uri: str) -> None:
    dying = multiprocessing.get_context("spawn").Process(target=die_while_ending_a_job, args=(mongo_uri, attacked.name))
    dying.start()
    await asyncio.to_thread(dying.join, 30)
    assert dying.exitcode == -signal.SIGKILL
    assert len(await left_open(attacked)) == 1
    async with asyncio.timeout(CLAIM_WITHIN_S):
        while (job := await attempts.claim(attacked, "w", SETTINGS)) is None:
            await asyncio.sleep(0.05)
    assert (job.subject_key, job.attempt, job.retry_count) == ("the first", 2, 1)
