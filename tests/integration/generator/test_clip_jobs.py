"""Clips of exercises on a real worker: the encoder as a child process, media on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import pytest

from services.generator.sources import source_of
from services.generator.stages import Workshop
from services.generator.worker import Worker
from shared.errors import PermanentJobError
from shared.mongo import clips, generation_queue
from shared.mongo.client import Database
from shared.mongo.clip_requests import ask_for_clip
from shared.mongo.indexes import create_indexes
from shared.schemas.clips import ARCHETYPES, Archetype, clip_subject
from shared.schemas.generation import GenerationJob
from shared.settings import Queue
from shared.storage.local import LocalStore
from tests.integration.clip_steps import STEPS, exercise
from tests.integration.queue_steps import claimed, enqueued
from tests.pitch import pitch_hz

SETTINGS = Queue(worker_poll_interval_s=0.5, reel_max_seconds=3)
SUBJECT = clip_subject("hip-bridge", "instruction", "peer")
PATIENCE_S = 120


@pytest.fixture
async def jobs(db: Database) -> Database:
    await create_indexes(db)
    return db


@pytest.fixture
async def at_work(jobs: Database, tmp_path: Path) -> AsyncIterator[None]:
    (tmp_path / "work").mkdir()
    worker = Worker(Workshop(jobs, LocalStore(tmp_path / "media", "http://video/media"), SETTINGS, tmp_path / "work"), "w1")
    running = asyncio.create_task(worker.run())
    yield
    worker.stop()
    await running


async def asked(db: Database, archetype: Archetype = "peer", slug: str = "hip-bridge") -> str:
    outcome = await ask_for_clip(db, slug, "instruction", archetype, "en", SETTINGS)
    assert outcome
    assert outcome.job_id
    return outcome.job_id


async def ended(db: Database, job_id: str) -> GenerationJob:
    async with asyncio.timeout(PATIENCE_S):
        while not (job := await generation_queue.get(db, job_id)) or job.status not in ("ready", "failed"):
            await asyncio.sleep(0.02)
    return job


def heard_hz(reel: Path) -> float:
    with av.open(reel) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(container.streams.audio[0])])
        return pitch_hz(sound, container.streams.audio[0].rate)


@pytest.mark.usefixtures("at_work")
async def test_an_exercise_becomes_a_clip_in_the_presenters_voice(jobs: Database, tmp_path: Path) -> None:
    known = await exercise(jobs)
    heard: dict[Archetype, float] = {}
    for archetype in ("mentor", "peer"):
        job = await ended(jobs, await asked(jobs, archetype))
        assert (job.status, job.user_slot) == ("ready", None), job.error
        clip = await clips.get(jobs, f"reel:{job.subject_key}")
        assert clip
        assert (clip.exercise_slug, clip.archetype, clip.video_id, clip.playable) == ("hip-bridge", archetype, job.output_video_id, True)
        reel = await jobs.videos.find_one({"video_id": clip.video_id})
        assert reel
        assert (reel["template_id"], reel["source_hash"]) == ("coach", known.content_hash)
        assert "Hip Bridge" in reel["script"]
        heard[archetype] = heard_hz(tmp_path / "media" / clip.asset)
    assert heard["peer"] > 1.5 * heard["mentor"]


@pytest.mark.usefixtures("at_work")
async def test_instructions_that_say_nothing_fail_at_once_and_are_not_asked_for_again(jobs: Database) -> None:
    silent = await exercise(jobs, instructions=("Repeat.",))
    job = await ended(jobs, await asked(jobs))
    assert job.failure
    assert (job.failure.code, job.failure.retryable, job.attempt) == ("no_usable_text", False, 1)
    assert await generation_queue.blocked(jobs, {SUBJECT: silent.content_hash}) == {SUBJECT}


@pytest.mark.usefixtures("at_work")
async def test_an_exercise_taken_away_meanwhile_is_named_and_may_come_back(jobs: Database) -> None:
    await exercise(jobs, active=False)
    job = await ended(jobs, await enqueued(jobs, subject=SUBJECT))
    assert job.failure
    assert (job.failure.code, job.failure.retryable) == ("exercise_not_found", False)
    assert "hip-bridge" in job.failure.message
    assert await generation_queue.blocked(jobs, {SUBJECT: "s1"}) == set()


async def test_who_presents_it_decides_who_speaks_unless_the_job_says(jobs: Database) -> None:
    await exercise(jobs)
    spoken = {}
    for archetype in ARCHETYPES:
        await asked(jobs, archetype)
        spoken[archetype] = (await source_of(jobs, await claimed(jobs))).voice_id
    assert spoken == {"professional": "espeak", "mentor": "espeak-m8", "peer": "espeak-f2"}
    await enqueued(jobs, subject=clip_subject("hip-bridge", "technique", "peer"), voice_id="piper")
    assert (await source_of(jobs, await claimed(jobs))).voice_id == "piper"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("hip-bridge", "clip_unknown"),
        ("hip-bridge:mistake:peer:en", "clip_unknown"),
        ("hip-bridge:technique:peer:de", "no_usable_text"),
        ("long-name:technique:peer:en", "no_usable_text"),
    ],
)
async def test_what_cannot_be_made_says_why(jobs: Database, key: str, code: str) -> None:
    await exercise(jobs)
    await exercise(jobs, "long-name", name="x" * 300)
    await enqueued(jobs, subject=clip_subject("any", "technique", "peer")._replace(key=key))
    with pytest.raises(PermanentJobError) as caught:
        await source_of(jobs, await claimed(jobs))
    assert caught.value.code == code


async def test_the_brief_is_the_exercise(jobs: Database) -> None:
    await exercise(jobs, equipment="mat", muscles=tuple(f"muscle {n}" for n in range(30)))
    await asked(jobs, "mentor")
    brief = (await source_of(jobs, await claimed(jobs))).brief
    told = brief.model_dump(exclude={"muscles"})
    assert told == {
        "exercise": "Hip Bridge",
        "kind": "instruction",
        "archetype": "mentor",
        "instructions": STEPS,
        "level": "beginner",
        "equipment": "mat",
        "language": "en",
    }
