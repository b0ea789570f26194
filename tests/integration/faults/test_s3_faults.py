"""The store refuses, resets, loses its answers or falls silent while a real worker uploads: the job ends ready all the same."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.generator.stages import Workshop
from services.generator.worker import Worker
from shared.mongo import videos
from shared.mongo.client import Database
from shared.schemas.generation import GenerationJob
from shared.schemas.reels import LAYOUT
from shared.settings import load_settings
from shared.storage.s3 import S3Store
from shared.storage.s3_config import S3Config, s3_config
from tests.faults.postings import ask, eventually, posting, until
from tests.faults.proxy import Fault, FaultyProxy
from tests.faults.s3_server import S3Server, s3_server
from tests.faults.workers import worker_process

SILENCE_S = 5.0
"""Longer than the lease."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
async def proxy(server: S3Server) -> AsyncIterator[FaultyProxy]:
    async with FaultyProxy(server.port).listening() as proxy:
        yield proxy


@pytest.mark.parametrize("fault", ["503", "reset", "lost_answer"])
async def test_a_store_that_fails_costs_retries_and_no_reel(
    jobs: Database, environment: dict[str, str], server: S3Server, proxy: FaultyProxy, fault: Fault
) -> None:
    proxy.switch(fault, after=2)
    with worker_process(environment, **server.environment(proxy.port)) as worker:
        job_id = await ask(jobs, posting("baker"))

        async def failed_once() -> bool:
            return await jobs.generation_jobs.count_documents({"job_id": job_id, "retry_count": {"$gt": 0}}) == 1

        await eventually(failed_once)
        proxy.switch("none")
        job = await until(jobs, job_id, "ready", "failed")
        assert worker.running()
    assert proxy.faulted > S3Config.attempts, "the client itself tries again before the queue does"
    assert [entry["code"] for entry in job.history if entry["event"] == "retry"] == ["storage_unavailable"] * job.retry_count
    await assert_whole(jobs, job, server, proxy)


@asynccontextmanager
async def impatient_worker(db: Database, environment: dict[str, str], folder: Path) -> AsyncIterator[asyncio.Task[None]]:
    """A worker of this process, with another patience towards its store than the settings give."""
    settings = load_settings(environment, env_file=None)
    async with aclosing(S3Store(replace(s3_config(settings.storage), read_timeout_s=SILENCE_S))) as store:
        worker = Worker(Workshop(db, store, settings.queue, folder), "w1")
        running = asyncio.create_task(worker.run())
        try:
            yield running
        finally:
            worker.stop()
            await running


async def test_a_store_that_falls_silent_is_given_up_within_the_clients_timeout(
    jobs: Database, environment: dict[str, str], server: S3Server, proxy: FaultyProxy, tmp_path: Path
) -> None:
    proxy.switch("stall", after=2)
    async with impatient_worker(jobs, environment | server.environment(proxy.port), tmp_path) as worker:
        job_id = await ask(jobs, posting("baker"))

        async def stalled() -> bool:
            return proxy.faulted > 0

        await eventually(stalled)
        silent_since = time.monotonic()
        proxy.switch("none")
        job = await until(jobs, job_id, "ready", "failed")
        assert SILENCE_S / 2 < time.monotonic() - silent_since < SILENCE_S + 30
        assert not worker.done()
    assert (job.attempt, job.retry_count) == (1, 0), "the lease outlived the silence, the client tried again"
    await assert_whole(jobs, job, server, proxy)


async def test_a_silent_store_does_not_keep_a_worker_from_ending(
    jobs: Database, environment: dict[str, str], server: S3Server, proxy: FaultyProxy, capfd: pytest.CaptureFixture[str]
) -> None:
    proxy.switch("stall", after=2)
    with worker_process(environment, **server.environment(proxy.port), DRAIN_GRACE_S="0") as worker:
        job_id = await ask(jobs, posting("baker"))

        async def stalled() -> bool:
            return proxy.faulted > 0

        await eventually(stalled)
        worker.signal(signal.SIGTERM)
        assert await worker.ended(S3Config.attempts * S3Config.read_timeout_s / 2) == 0, "its upload would go on for twice as long"
    job = await until(jobs, job_id, "queued")
    assert (job.retry_count, job.history[-1]["event"]) == (0, "handed_back")
    assert await jobs.workers.count_documents({}) == 0
    assert os.listdir(f"{environment['DATA_DIR']}/work") == []
    assert "worker_stopped" in "".join(capfd.readouterr())


async def assert_whole(db: Database, job: GenerationJob, server: S3Server, proxy: FaultyProxy) -> None:
    """The job is ready, every object of its reel lies in the store as it was sent, and so does all that was ever acknowledged."""
    assert job.status == "ready", job.error
    video = await videos.get(db, job.output_video_id)
    assert video
    stored = {path.relative_to(server.bucket).as_posix(): path for path in server.bucket.rglob("*") if path.is_file()}
    prefix = f"hls/{video.video_id}/"
    files = {key: path for key, path in stored.items() if key.startswith(prefix)}
    assert {prefix + name for name in [*LAYOUT.values(), "720p/playlist.m3u8", "720p/segment_000.ts"]} <= set(files)
    assert sum(path.stat().st_size for path in files.values()) == video.size_bytes
    assert set(files) <= set(proxy.acknowledged)
    assert all(stored[key].read_bytes() == sent for key, sent in proxy.acknowledged.items())
