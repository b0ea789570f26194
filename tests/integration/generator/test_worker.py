"""The worker on real parts: mongod, the encoder as a child process, media on disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from services.generator.stages import Workshop
from services.generator.worker import ALIVE, Worker
from shared.mongo import generation_queue as queue
from shared.mongo import videos
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.mongo.postings import Write, store
from shared.schemas.generation import GenerationJob, GenerationRequest
from shared.schemas.postings import BoardPosting, Posting, read_posting
from shared.schemas.reels import LAYOUT
from shared.settings import Queue, Render
from shared.storage.local import LocalStore

SETTINGS = Queue(lease_s=2, retry_base_s=0.05, worker_poll_interval_s=0.5)
BRIEF = SETTINGS.model_copy(update={"reel_max_seconds": 2})
"""For reels at which nobody looks."""
BODY = """<p>We bake for two hundred families of the old town and three schools.</p>
<h3>What you'll do</h3><ul><li>Knead sourdough by hand every morning before the town wakes up</li>
<li>Teach two apprentices to shape loaves and to trust their hands</li>
<li>Run the stone ovens through the night and keep the fire even</li></ul>
<h3>What you bring</h3><ul><li>Three years in a bakery that mills its own flour</li></ul>"""
PATIENCE_S = 60


def posting(identifier: str = "1", **changes: Any) -> Posting:
    row = {"id": identifier, "title": "Baker", "company_name": "Oven & Co", "location": {"name": "Ghent"}, "content": BODY, **changes}
    return read_posting(BoardPosting.model_validate(row))


@pytest.fixture
async def shop(db: Database, tmp_path: Path) -> Workshop:
    await create_indexes(db)
    (tmp_path / "work").mkdir()
    return Workshop(db, LocalStore(tmp_path / "media", "http://video/media"), SETTINGS, tmp_path / "work")


async def ask(db: Database, asked: Posting) -> str:
    await store(db, [Write(asked, {}, None)], "none")
    request = GenerationRequest(
        subject=asked.subject, source_hash=asked.content_hash, template_id="poster", greenhouse_id=asked.greenhouse_id, user_id="ann"
    )
    enqueued = await queue.enqueue(db, request, SETTINGS)
    assert enqueued.outcome == "created"
    assert enqueued.job_id
    return enqueued.job_id


@asynccontextmanager
async def at_work(shop: Workshop) -> AsyncIterator[Worker]:
    worker = Worker(shop, "w1")
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await running


async def until(db: Database, job_id: str, *statuses: str) -> GenerationJob:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            job = await queue.get(db, job_id)
            assert job
            if job.status in statuses:
                return job
            await asyncio.sleep(0.02)


async def test_a_job_becomes_a_reel_whose_files_are_all_there(shop: Workshop) -> None:
    async with at_work(shop):
        job = await until(shop.db, await ask(shop.db, posting()), "ready")
    video = await videos.ready_for_posting(shop.db, "1")
    assert video
    assert video.video_id == job.output_video_id
    assert "sourdough" in video.script
    folder = f"hls/{video.video_id}"
    keys = [blob.key async for blob in shop.store.list(folder)]
    assert {f"{folder}/{name}" for name in LAYOUT.values()} <= set(keys)
    assert {f"{folder}/720p/playlist.m3u8", f"{folder}/720p/segment_000.ts"} <= set(keys)
    assert sum([blob.size async for blob in shop.store.list(folder)]) == video.size_bytes
    assert 20 <= video.duration_seconds <= 40
    assert job.output
    assert set(job.output.reel.stage_seconds) == {"script", "speech", "captions", "render", "package", "upload"}
    assert {path.name for path in shop.folder.iterdir()} - {"bytecode"} == {ALIVE}


async def test_settings_choose_how_reels_are_encoded_and_packaged(shop: Workshop) -> None:
    render = Render(render_profile="balanced", hls_segments="fmp4", renditions="720p,480p")
    async with at_work(replace(shop, settings=BRIEF, render=render)):
        await until(shop.db, await ask(shop.db, posting()), "ready")
    video = await videos.ready_for_posting(shop.db, "1")
    assert video
    assert video.renditions == ("720p", "480p")
    names = {blob.key.removeprefix(f"hls/{video.video_id}/") async for blob in shop.store.list(f"hls/{video.video_id}")}
    for rendition in video.renditions:
        assert {f"{rendition}/{name}" for name in ("playlist.m3u8", "init.mp4", "segment_000.m4s")} <= names


async def test_siblings_share_the_reel_and_the_script_names_their_number(shop: Workshop) -> None:
    siblings = [posting(f"p{city}", internal_job_id=7, location={"name": city}) for city in ("Porto", "Faro", "Lisbon")]
    await store(shop.db, [Write(sibling, {}, None) for sibling in siblings], "none")
    async with at_work(shop):
        await until(shop.db, await ask(shop.db, siblings[0]), "ready")
    reels = [await videos.ready_for_posting(shop.db, sibling.greenhouse_id) for sibling in siblings]
    assert len({reel.video_id for reel in reels if reel}) == 1
    assert reels[0]
    assert "3 cities" in reels[0].script
    assert "Porto" not in reels[0].script


@pytest.mark.parametrize("content", ["", "<p>Apply now!</p>", "<script>alert(1)</script>"])
async def test_a_posting_without_usable_text_fails_at_once_and_is_not_asked_for_again(shop: Workshop, content: str) -> None:
    silent = posting(content=content)
    async with at_work(shop):
        job = await until(shop.db, await ask(shop.db, silent), "failed")
    assert job.failure
    assert (job.failure.code, job.failure.retryable, job.attempt) == ("no_usable_text", False, 1)
    assert job.failure.stage == "script"
    assert await queue.blocked(shop.db, {silent.subject: silent.content_hash}) == {silent.subject}


async def test_a_closed_posting_gets_no_reel(shop: Workshop) -> None:
    job_id = await ask(shop.db, posting())
    await shop.db.jobs.update_many({}, {"$set": {"active": False}})
    async with at_work(shop):
        assert (await until(shop.db, job_id, "failed")).error == "every posting of this role is closed"


async def test_a_failing_upload_is_tried_again_and_one_failing_job_stops_no_other(shop: Workshop) -> None:
    media = shop.store.root  # type: ignore[attr-defined]
    media.mkdir(exist_ok=True)
    (media / "hls").write_text("in the way")
    async with at_work(replace(shop, settings=BRIEF)):
        job_id = await ask(shop.db, posting())
        async with asyncio.timeout(PATIENCE_S):
            while not (job := await queue.get(shop.db, job_id)) or job.retry_count == 0:
                await asyncio.sleep(0.02)
        silent = await until(shop.db, await ask(shop.db, posting("2", content="")), "failed")
        (media / "hls").unlink()
        done = await until(shop.db, job_id, "ready", "failed")
    assert silent.failure
    assert done.status == "ready"
    assert done.retry_count >= 1


async def test_a_cancelled_job_ends_the_encoder_at_once(shop: Workshop) -> None:
    async with at_work(shop):
        job_id = await ask(shop.db, posting())
        await _encoding(shop)
        encoders = [child for child in psutil.Process().children(recursive=True) if "text_to_video" in child.cmdline()]
        assert encoders
        await shop.db.generation_jobs.update_one(
            {"job_id": job_id}, {"$set": {"status": "cancelled"}, "$unset": {"attempt_token": 1, "claim_at": 1}}
        )
        gone, _ = await asyncio.to_thread(psutil.wait_procs, encoders, timeout=SETTINGS.lease_s)
        assert gone == encoders
    assert (await until(shop.db, job_id, "cancelled")).output is None
    assert await videos.ready_for_posting(shop.db, "1") is None


async def _encoding(shop: Workshop) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await shop.db.generation_jobs.find_one({"progress.stage": {"$exists": True}}):
            await asyncio.sleep(0.01)


@pytest.fixture
async def process_environment(db: Database, mongo_uri: str, tmp_path: Path) -> dict[str, str]:
    await create_indexes(db)
    return {
        **os.environ,
        "MONGODB_URI": mongo_uri,
        "MONGODB_DATABASE": db.name,
        "DATA_DIR": str(tmp_path),
        "LEASE_S": "1",
        "RETRY_BASE_S": "0.05",
    }


async def _start(environment: dict[str, str], **changes: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "services.generator", env={**environment, **changes})


async def test_sigterm_lets_the_reel_be_finished(db: Database, process_environment: dict[str, str], shop: Workshop) -> None:
    job_id = await ask(db, posting())
    worker = await _start(process_environment)
    await _encoding(shop)
    worker.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(worker.wait(), PATIENCE_S) == 0
    assert (await until(db, job_id, "ready")).attempt == 1


async def test_without_time_to_finish_the_job_is_handed_back_at_no_cost(
    db: Database, process_environment: dict[str, str], shop: Workshop
) -> None:
    job_id = await ask(db, posting())
    worker = await _start(process_environment, DRAIN_GRACE_S="0")
    await _encoding(shop)
    worker.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(worker.wait(), PATIENCE_S) == 0
    job = await until(db, job_id, "queued")
    assert (job.retry_count, job.attempt_token) == (0, None)
    async with at_work(replace(shop, settings=BRIEF)):
        assert (await until(db, job_id, "ready")).retry_count == 0


async def test_a_killed_worker_costs_a_retry_and_the_job_is_finished_by_another(
    db: Database, process_environment: dict[str, str], shop: Workshop
) -> None:
    job_id = await ask(db, posting())
    worker = await _start(process_environment)
    await _encoding(shop)
    worker.kill()
    await worker.wait()
    async with at_work(replace(shop, settings=BRIEF)):
        job = await until(db, job_id, "ready")
    assert (job.retry_count, job.attempt) == (1, 2)
    assert await db.videos.count_documents({"status": "ready"}) == 1


@pytest.mark.skipif(shutil.which("unshare") is None or os.geteuid() != 0, reason="needs to mount a small disk")
async def test_a_full_disk_while_rendering_is_named_and_retried(db: Database, process_environment: dict[str, str]) -> None:
    job_id = await ask(db, posting())
    folder = process_environment["DATA_DIR"]
    script = f"mkdir -p {folder}/work && mount -t tmpfs -o size=600k none {folder}/work && exec {sys.executable} -m services.generator"
    worker = await asyncio.create_subprocess_exec("unshare", "-m", "sh", "-c", script, env={**process_environment, "MAX_RETRIES": "1"})
    job = await until(db, job_id, "failed")
    worker.terminate()
    await worker.wait()
    assert job.failure
    assert (job.failure.code, job.failure.retryable) == ("disk_full", True)
    assert job.error
    assert job.error.startswith("Max retries exceeded: ")
    assert folder in job.error
