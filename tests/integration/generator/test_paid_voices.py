"""The day's budget of paid voices, on a real worker whose children ask a stub of the vendor."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.generator.stages import Workshop
from services.generator.worker import Worker
from shared.mongo import generation_queue as queue
from shared.mongo.client import Database
from shared.mongo.indexes import create_indexes
from shared.schemas.generation import GenerationJob, GenerationRequest
from shared.schemas.reels import ReelResult, VoiceId
from shared.settings import Queue, load_settings
from shared.storage.local import LocalStore
from tests.integration.queue_steps import stored
from tests.stubs import fish_audio

SETTINGS = Queue(worker_poll_interval_s=0.5, reel_max_seconds=4)
CONTENT = "<h3>What you will do</h3><ul><li>Knead sourdough, shape loaves and run the ovens</li><li>Teach two apprentices</li></ul>"
PATIENCE_S = 120


@pytest.fixture
async def vendor(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[fish_audio.FishAudioStub]:
    """The stub, and an environment in which it is who speaks."""
    stub = fish_audio.FishAudioStub()
    async with stub.listening() as url:
        monkeypatch.setenv("FISH_AUDIO_API_KEY", fish_audio.KEY)
        monkeypatch.setenv("FISH_AUDIO_BASE_URL", url)
        yield stub


@asynccontextmanager
async def at_work(db: Database, folder: Path, budget: int) -> AsyncIterator[None]:
    (folder / "work").mkdir(exist_ok=True)
    speech = load_settings(os.environ, None).speech.model_copy(update={"daily_tts_budget": budget})
    shop = Workshop(db, LocalStore(folder / "media", "http://video/media"), SETTINGS, folder / "work", speech=speech)
    worker = Worker(shop, "w1")
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running


async def made(db: Database, key: str, voice: VoiceId | None = None) -> ReelResult:
    posting = await stored(db, key, content=CONTENT)
    wish = GenerationRequest(
        subject=posting.subject, source_hash=posting.content_hash, template_id="poster", voice_id=voice, greenhouse_id=key
    )
    enqueued = await queue.enqueue(db, wish, SETTINGS)
    assert enqueued.job_id
    job = await ready(db, enqueued.job_id)
    assert job.output
    return job.output.reel


async def ready(db: Database, job_id: str) -> GenerationJob:
    async with asyncio.timeout(PATIENCE_S):
        while not (job := await queue.get(db, job_id)) or job.status != "ready":
            assert job is None or job.status != "failed", job.error
            await asyncio.sleep(0.05)
    return job


async def test_when_the_days_budget_is_used_up_espeak_speaks_and_the_job_says_so(
    db: Database, vendor: fish_audio.FishAudioStub, tmp_path: Path
) -> None:
    await create_indexes(db)
    async with at_work(db, tmp_path, budget=1):
        first = await made(db, "a")
        paid_for = len(vendor.asked)
        second = await made(db, "b")
        free = await made(db, "c", "espeak-f2")
    assert (first.voice_id, first.degraded) == ("fish_audio", ())
    assert (second.voice_id, second.degraded) == ("espeak", ("speech: fish_audio: today's budget of paid voices is used up",))
    assert (free.voice_id, free.degraded) == ("espeak-f2", ())
    assert len(vendor.asked) == paid_for > 0


async def test_a_free_voice_takes_nothing_from_the_budget(db: Database, vendor: fish_audio.FishAudioStub, tmp_path: Path) -> None:
    await create_indexes(db)
    async with at_work(db, tmp_path, budget=1):
        assert (await made(db, "a", "espeak")).voice_id == "espeak"
        assert (await made(db, "b", "fish_audio")).voice_id == "fish_audio"
    [spent] = await db.queue_controls.find({"_id": {"$regex": "^paid_voices:"}}).to_list()
    assert spent["used"] == 1
    assert vendor.asked
