"""How a claim's time grows with the jobs that are over.

For each size a database of its own with that many terminal jobs and 2,000 backing off, all on one mongod with the stack's small
cache. The sizes take turns: some jobs are made due, and each is claimed and timed by itself. The figure is the median claim; the
ratio is the median over the rounds of this size's median to the smallest size's.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median

from pymongo import WriteConcern

from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Database, Doc
from shared.mongo.indexes import create_indexes
from shared.settings import Queue
from tests.benchmarks.queue.jobs import WORKER, documents
from tests.benchmarks.row import Goal, Row, beside
from tests.benchmarks.tools import Tools, database

SETTINGS = Queue(lease_s=600)
SIZES = (1_000, 10_000, 100_000, 1_000_000)
BACKING_OFF = 2_000
GOAL = Goal("ratio", "≤", 2)
_CLAIMS = 20
_BATCH = 10_000


async def rows(tools: Tools, uri: str) -> AsyncIterator[Row]:
    sizes = SIZES[:-1] if tools.quick else SIZES
    async with AsyncExitStack() as stack:
        dbs = []
        for size in sizes:
            tools.tell(f"queue.claim_among_{size}: loading")
            dbs.append(await stack.enter_async_context(database(uri, f"growth_{size}")))
            await _load(dbs[-1], size)
        tools.tell("queue.claim_among_…")
        rounds = [[await _claim_ms(db) for db in dbs] for _ in range(10 if tools.quick else 30)]
    for column, size in enumerate(sizes[1:], start=1):
        figures = beside([(told[column], told[0]) for told in rounds[1:]])
        goal = GOAL if size == sizes[-1] else None
        yield Row(f"queue.claim_among_{size}", figures[0], "ms", f"a claim among {sizes[0]:,} jobs", *figures[1:], goal)


async def _load(db: Database, size: int) -> None:
    """The past and the waiting; indexes last, and everything on disk before anything is timed."""
    now = datetime.now(UTC)
    over = {"status": "ready", "claim_at": None, "attempt": 1, "completed_at": now, "expires_at": now + timedelta(days=1)}
    waiting = {"claim_at": now + timedelta(hours=1), "attempt": 1, "retry_count": 1}
    jobs = db.generation_jobs.with_options(write_concern=WriteConcern(w=1))
    for batch in _batches(documents(size, **over)):
        await jobs.insert_many(batch, ordered=False)
    await jobs.insert_many(list(documents(BACKING_OFF, **waiting)), ordered=False)
    await create_indexes(db)
    await db.client.admin.command("fsync")


def _batches(docs: Iterator[Doc]) -> Iterator[list[Doc]]:
    while batch := list(islice(docs, _BATCH)):
        yield batch


async def _claim_ms(db: Database) -> float:
    await db.generation_jobs.insert_many(list(documents(_CLAIMS)))
    times = []
    for _ in range(_CLAIMS):
        started = time.perf_counter()
        claimed = await attempts.claim(db, WORKER, SETTINGS)
        times.append((time.perf_counter() - started) * 1000)
        assert claimed is not None
    await db.generation_jobs.delete_many({"status": "running"})
    return median(times)
