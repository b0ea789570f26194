"""Claims per second beside a bare `find_one_and_update` loop.

Both sides drain the same documents from the same collection with the same indexes, through the same client at w=majority, and
get the changed document back. Ours is `claim`: the most overdue job of any active status, status, token, lease, counters and
history set by a pipeline, read as a GenerationJob and counted; the log line is the worker's. Theirs flips one field: the oldest
queued job by the index (status, created_at) → running; no lease, no token, no history, so nothing of it survives a crash. That is a
floor, not a peer.

With several at once both sides fight over the same first document, on cores shared with mongod: a figure to know, not a goal.
`claim_and_finish` ends each job too, with two writes a side: ours claims jobs that stand at indexed and moves them to ready behind
the fence, theirs flips indexed → running → ready.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from pymongo import ReturnDocument

from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Database, Doc
from shared.mongo.indexes import create_indexes
from shared.settings import Queue
from tests.benchmarks.queue.jobs import OUTPUT, WORKER, documents
from tests.benchmarks.row import Goal, Row, beside
from tests.benchmarks.tools import Tools, database, in_pairs

SETTINGS = Queue(lease_s=600)
GOAL = Goal("ratio", "≥", 0.8)
AT_ONCE = 8
Step = Callable[[Database], Awaitable[bool]]
"""Takes one job and deals with it; False when there is none."""


async def rows(tools: Tools, uri: str) -> AsyncIterator[Row]:
    indexed = {"status": "indexed", "output": OUTPUT.model_dump()}
    async with database(uri, "claims") as db:
        await create_indexes(db)
        yield replace(await _row(tools, db, "queue.claims", {}, (_claim, _flip), 1), goal=GOAL)
        yield await _row(tools, db, f"queue.claims_{AT_ONCE}_at_once", {}, (_claim, _flip), AT_ONCE)
        yield await _row(tools, db, "queue.claim_and_finish", indexed, (_claim_and_finish, _flip_twice), 1)


async def _row(tools: Tools, db: Database, name: str, fields: Doc, steps: tuple[Step, Step], at_once: int) -> Row:
    tools.tell(name)
    count, rounds = (200, 3) if tools.quick else (200, 25)  # many short rounds: what else the machine does hits few pairs
    ours, theirs = ((lambda step=step: _per_second(db, step, list(documents(count, **fields)), at_once)) for step in steps)
    figures = beside(await in_pairs(ours, theirs, rounds))
    return Row(name, figures[0], "jobs/s", "bare find_one_and_update", *figures[1:])


async def _per_second(db: Database, step: Step, jobs: list[Doc], at_once: int) -> float:
    await db.generation_jobs.delete_many({})
    await db.generation_jobs.insert_many(jobs)
    started = time.perf_counter()
    await asyncio.gather(*(_until_none(db, step) for _ in range(at_once)))
    return len(jobs) / (time.perf_counter() - started)


async def _until_none(db: Database, step: Step) -> None:
    while await step(db):
        pass


async def _claim(db: Database) -> bool:
    return await attempts.claim(db, WORKER, SETTINGS) is not None


async def _claim_and_finish(db: Database) -> bool:
    job = await attempts.claim(db, WORKER, SETTINGS)
    if job is not None:
        await attempts.mark_ready(db, job, SETTINGS)
    return job is not None


async def _flip(db: Database) -> bool:
    return await _flipped(db, "queued") is not None


async def _flip_twice(db: Database) -> bool:
    doc = await _flipped(db, "indexed")
    if doc is not None:
        held = {"_id": doc["_id"], "status": "running"}
        await db.generation_jobs.update_one(held, {"$set": {"status": "ready"}})
    return doc is not None


async def _flipped(db: Database, status: str) -> Doc | None:
    return await db.generation_jobs.find_one_and_update(
        {"status": status}, {"$set": {"status": "running"}}, sort=[("created_at", 1)], return_document=ReturnDocument.AFTER
    )
