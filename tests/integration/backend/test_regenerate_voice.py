"""The voice an operator wishes for, from the order through the queue and a worker to what is heard in the reel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import av
import httpx2
import numpy as np
import pytest

from services.generator.stages import Workshop
from services.generator.worker import Worker
from shared.mongo import generation_queue as queue
from shared.mongo import videos
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.generation import GenerationJob
from shared.schemas.reels import VOICE_IDS
from shared.schemas.videos import Video
from shared.settings import Queue
from shared.storage.local import LocalStore
from shared.tasks import end
from tests.integration.backend.catalogue import ROLES
from tests.integration.backend.operating import audits, operated, problem
from tests.integration.queue_steps import job_in, stored
from tests.pitch import pitch_hz

SETTINGS = Queue(reel_max_seconds=3, worker_poll_interval_s=0.5)
CONTENT = "<h3>What you will do</h3><ul><li>Knead sourdough, shape loaves and run the ovens</li><li>Teach two apprentices</li></ul>"
PATIENCE_S = 120


@pytest.fixture
async def admin(db: Database, mongo_uri: str, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    await create_indexes(db)
    async with operated(db, mongo_uri, tmp_path) as http:
        yield http


@pytest.fixture
async def first(db: Database, admin: httpx2.AsyncClient) -> str:
    """Id of the ready reel of an open posting."""
    posting = await stored(db, "a", title=ROLES["baker"][0], content=CONTENT)
    await job_in(db, "ready", source_hash=posting.content_hash)
    return (await _reel(db)).video_id


async def _reel(db: Database) -> Video:
    reel = await videos.ready_for_posting(db, "a")
    assert reel
    return reel


@pytest.fixture
async def at_work(db: Database, first: str, tmp_path: Path) -> AsyncIterator[None]:
    """A worker, from when the first reel is there."""
    (tmp_path / "work").mkdir()
    worker = Worker(Workshop(db, LocalStore(tmp_path / "media", "http://video/media"), SETTINGS, tmp_path / "work"), "w1")
    running = asyncio.create_task(worker.run())
    yield
    worker.stop()
    await end(running)


async def made(db: Database, job_id: str) -> GenerationJob:
    """The job, once it is ready."""
    async with asyncio.timeout(PATIENCE_S):
        while not (job := await queue.get(db, job_id)) or job.status != "ready":
            assert job is None or job.status != "failed", job.error
            await asyncio.sleep(0.05)
    return job


def heard_hz(reel: Path) -> float:
    with av.open(reel) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(container.streams.audio[0])])
        return pitch_hz(sound, container.streams.audio[0].rate)


@pytest.mark.usefixtures("at_work")
async def test_a_voice_is_carried_to_what_is_heard(admin: httpx2.AsyncClient, db: Database, first: str, tmp_path: Path) -> None:
    heard: dict[str | None, float] = {}
    video_id = first
    for voice in (None, "espeak-f2"):
        params = {"voice": voice} if voice else {}
        answer = await admin.post(f"/admin/videos/{video_id}/regenerate", params=params)
        assert (answer.status_code, answer.json()["voice_id"]) == (202, voice), answer.text
        job = await made(db, answer.json()["job_id"])
        assert job.output
        reel = await _reel(db)
        video_id = reel.video_id
        assert (job.voice_id, job.output.reel.voice_id, reel.voice_id) == (voice, voice or "espeak", voice or "espeak")
        told = (await admin.get(f"/admin/generation-jobs/{job.job_id}")).json()
        assert (told["voice_id"], told["output"]["reel"]["voice_id"]) == (voice, voice or "espeak")
        assert reel.mp4_key
        heard[voice] = heard_hz(tmp_path / "media" / reel.mp4_key)
    assert heard["espeak-f2"] > 1.5 * heard[None]
    assert [entry["details"].get("voice") for entry in await audits(db)] == [None, "espeak-f2"]


async def test_a_retried_job_keeps_its_voice(admin: httpx2.AsyncClient, db: Database, first: str) -> None:
    await admin.post(f"/admin/videos/{first}/take-down")
    job_id = (await admin.post(f"/admin/videos/{first}/regenerate", params={"voice": "espeak-m8"})).json()["job_id"]
    await admin.post(f"/admin/generation-jobs/{job_id}/cancel")
    assert (await admin.post(f"/admin/generation-jobs/{job_id}/retry")).json()["voice_id"] == "espeak-m8"


@pytest.mark.parametrize("voice", ["hal", "", "espeak+f2", "../f2"])
async def test_an_unknown_voice_is_refused_with_those_there_are(admin: httpx2.AsyncClient, db: Database, first: str, voice: str) -> None:
    body = problem(await admin.post(f"/admin/videos/{first}/regenerate", params={"voice": voice}), 422, "invalid_input")
    [error] = body["errors"]
    assert error["field"] == "voice"
    assert all(f"'{known}'" in error["detail"] for known in VOICE_IDS)
    assert await db.generation_jobs.count_documents({"status": "queued"}) == 0
