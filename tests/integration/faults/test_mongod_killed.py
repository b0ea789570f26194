"""The database is killed and comes back while a real worker serves six jobs: what was acknowledged ends ready, by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient

from shared.mongo.client import Client, Database
from shared.mongo.embedded import EmbeddedMongo, running_uri
from shared.mongo.indexes import create_indexes
from shared.schemas.reels import LAYOUT
from shared.schemas.videos import Video
from tests.faults.postings import ask, eventually, posting, until
from tests.faults.workers import WorkerProcess, worker_process
from tests.integration.backend.catalogue import ROLES
from tests.integration.faults.conftest import quick_worker

KEYS = list(ROLES)[:6]


@pytest.fixture
async def own_mongo(tmp_path: Path) -> AsyncIterator[EmbeddedMongo]:
    mongo = EmbeddedMongo(tmp_path / "mongo")
    await asyncio.to_thread(mongo.start)
    yield mongo
    await kill(mongo)


@pytest.fixture
async def queue(own_mongo: EmbeddedMongo) -> AsyncIterator[Database]:
    client: Client = AsyncMongoClient(running_uri(own_mongo.data_dir), tz_aware=True, serverSelectionTimeoutMS=10_000)
    async with client:
        await create_indexes(client["attacked"])
        yield client["attacked"]


async def kill(mongo: EmbeddedMongo) -> None:
    """SIGKILL."""
    mongo.kill()
    await asyncio.to_thread(mongo.stop)


async def restart(mongo: EmbeddedMongo) -> None:
    await asyncio.to_thread(mongo.start)


async def until_at_work(worker: WorkerProcess) -> None:
    """Return once it runs an encoder."""

    async def look() -> bool:
        return bool(worker.encoders())

    await eventually(look)


async def until_idle(worker: WorkerProcess) -> None:
    """Return once it runs no encoder."""

    async def look() -> bool:
        return not worker.encoders()

    await eventually(look)


async def test_six_jobs_outlive_three_deaths_of_the_database(own_mongo: EmbeddedMongo, queue: Database, tmp_path: Path) -> None:
    uri = running_uri(own_mongo.data_dir)
    assert uri
    with worker_process(quick_worker(uri, queue.name, tmp_path), WORKER_CONCURRENCY="2") as worker:
        acknowledged = [await ask(queue, posting(key)) for key in KEYS]
        await kill(own_mongo)  # right after the last acknowledgement
        await restart(own_mongo)
        await until_at_work(worker)
        await kill(own_mongo)
        await until_idle(worker)  # longer than any lease
        await restart(own_mongo)
        await until(queue, acknowledged[0], "ready")
        await kill(own_mongo)
        await restart(own_mongo)
        ended = [await until(queue, job_id, "ready", "failed", "cancelled") for job_id in acknowledged]
        assert worker.running()
    assert [(job.status, job.error) for job in ended] == [("ready", None)] * len(KEYS)
    videos = [Video.model_validate(doc) async for doc in queue.videos.find({"status": "ready"})]
    assert sorted(video.subject_key for video in videos) == sorted(KEYS)
    for video in videos:
        folder = tmp_path / "media/hls" / video.video_id
        assert {folder / name for name in [*LAYOUT.values(), "720p/playlist.m3u8"]} <= set(folder.rglob("*"))
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) == video.size_bytes
