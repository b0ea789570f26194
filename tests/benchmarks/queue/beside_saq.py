"""Whole jobs per second beside SAQ with a job that does nothing: all are asked for, then all are worked off.

Ours goes the whole way of a reel without rendering it: the enqueue transaction, claim, uploaded, the index transaction with the
video document, ready; every write is in the journal before it counts (w=majority). SAQ (its own Worker, its own defaults) keeps
the job in Valkey: in memory only, which is how Valkey comes and loses what was acknowledged when it dies, and with each write
synced to disk (appendfsync always), which is as near to ours as it gets. Both servers are on Unix sockets, both sides in this process.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from saq import Worker as SaqWorker
from saq.queue.redis import RedisQueue

from shared.mongo import generation_attempts as attempts
from shared.mongo import generation_queue as queue
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.generation import GenerationJob, GenerationRequest
from shared.schemas.reels import LAYOUT
from shared.schemas.subjects import SubjectId
from shared.schemas.videos import Video
from shared.settings import Queue
from tests.benchmarks.queue.jobs import OUTPUT, WORKER
from tests.benchmarks.row import Row, beside
from tests.benchmarks.tools import Tools, database, in_pairs, valkey

SETTINGS = Queue(lease_s=600)
AT_ONCE = 8
NOTE = "SAQ: in memory an acknowledged job is lost when Valkey dies; a job of ours is in the journal, unique per subject and fenced."


async def rows(tools: Tools, uri: str) -> AsyncIterator[Row]:
    logging.getLogger("saq").setLevel(logging.WARNING)  # what SAQ's own command does
    async with database(uri, "beside_saq") as db:
        await create_indexes(db)
        async with valkey(tools.folder / "memory") as url:
            yield await _row(tools, db, url, "memory", "SAQ, Valkey in memory")
        async with valkey(tools.folder / "fsync", appendonly="yes", appendfsync="always") as url:
            yield await _row(tools, db, url, "fsync", "SAQ, Valkey appendfsync always")


async def _row(tools: Tools, db: Database, url: str, name: str, against: str) -> Row:
    tools.tell(f"queue.jobs_beside_saq_{name}")
    count, rounds = (100, 2) if tools.quick else (400, 4)
    ours, theirs, ratio = beside(await in_pairs(lambda: _ours(db, count), lambda: _theirs(url, count), rounds))
    return Row(f"queue.jobs_beside_saq_{name}", ours, "jobs/s", against, theirs, ratio, note=NOTE)


async def _ours(db: Database, count: int) -> float:
    started = time.perf_counter()
    await _in_turn(count, lambda: _ask(db))
    await asyncio.gather(*(_work_off(db) for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - started)


async def _in_turn(count: int, act: Callable[[], Awaitable[object]]) -> None:
    """`act` `count` times, AT_ONCE at a time."""
    turns = iter(range(count))

    async def some() -> None:
        for _ in turns:
            await act()

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def _ask(db: Database) -> None:
    request = GenerationRequest(subject=SubjectId("posting", str(uuid.uuid4())), source_hash=OUTPUT.source_hash, template_id="poster")
    enqueued = await queue.enqueue(db, request, SETTINGS)
    assert enqueued.outcome == "created"


async def _work_off(db: Database) -> None:
    while (job := await attempts.claim(db, WORKER, SETTINGS)) is not None:
        job = await attempts.mark_uploaded(db, job, OUTPUT)
        job = await attempts.index(db, job, _video(job))
        await attempts.mark_ready(db, job, SETTINGS)


def _video(job: GenerationJob) -> Video:
    keys = {name: f"hls/{job.output_video_id}/{path}" for name, path in LAYOUT.items()}
    return Video(
        video_id=job.output_video_id, subject_kind=job.subject_kind, subject_key=job.subject_key, source_hash=job.source_hash,
        provider="local", s3_key=keys["playlist"], cdn_url=OUTPUT.url, mp4_key=keys["mp4"], captions_key=keys["captions"],
        poster_key=keys["poster"], created_at=datetime.now(UTC), **OUTPUT.reel.model_dump(exclude={"stage_seconds"}),
    )  # fmt: skip


class _Worker(SaqWorker[Any]):
    SIGNALS: list[Any] = []  # noqa: RUF012 - SAQ's own attribute; Ctrl-C stays ours


async def _theirs(url: str, count: int) -> float:
    saq = RedisQueue.from_url(url)
    left = count
    done = asyncio.Event()

    async def worked(_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            done.set()

    worker = _Worker(saq, [nothing], concurrency=AT_ONCE, after_process=worked)
    await saq.connect()
    started = time.perf_counter()
    await _in_turn(count, lambda: saq.enqueue("nothing"))
    working = asyncio.create_task(worker.start())
    await done.wait()
    took = time.perf_counter() - started
    await worker.stop()
    await working
    await saq.disconnect()
    return count / took


async def nothing(_: Any) -> None:
    """The job."""
